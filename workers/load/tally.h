/* tally.h — how long each answer took, and the one line that a phase prints. */
#ifndef HUYING_LOAD_TALLY_H
#define HUYING_LOAD_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally {
	uint32_t *took_us;
	size_t count, room;
	uint64_t refused;
	char first_refusal[160]; /* its words */
};

void tally_add(struct tally *tally, int64_t took_us);
void tally_refuse(struct tally *tally, const char *message, const char *detail);
/* As the members of a JSON object, without braces: `"NAME": {"count": …, "p99_ms": …}`. */
void tally_print(struct tally *tally, const char *name, double seconds);
void tally_free(struct tally *tally);

/* Of this process, so far. */
double tally_cpu_seconds(void);

#endif
