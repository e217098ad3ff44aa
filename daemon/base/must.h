/* must.h — stop on bugs, and say where.
 *
 * must() is on in every build. It is for what only a bug of ours can break, never for what
 * data, a peer or the database can cause: those are values and verdicts. */
#ifndef HUYING_BASE_MUST_H
#define HUYING_BASE_MUST_H

#define must(cond) ((cond) ? (void)0 : must_failed(#cond, __FILE__, __LINE__))

_Noreturn void must_failed(const char *cond, const char *file, int line);

/* For main and configuration only: one sentence on stderr, exit status `status`. */
_Noreturn void die(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
