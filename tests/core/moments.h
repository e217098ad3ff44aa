/* moments.h — instants, zones and calendars in words, so that a row of a table reads like the case.
 *
 * An instant: "2024-03-08 16:30", the wall clock of a zone, with seconds and an offset where told
 * ("2024-11-03 01:30:15 -05:00", "2024-06-14 22:30 Z"), or "never".
 *
 * Hours, parted by ';', in order:
 *	1-5 08:30-12:00 13:00-17:00     weekdays and their windows; 22:00-30:00 ends on the next date
 *	2024-10-01..2024-10-07 holiday  closed
 *	2024-10-12 makeup               a make-up workday
 *	2024-12-31 09:00-12:00          special hours
 *	makeup=5 first=2024-01-01 last=2024-12-31 known=2024-12-31 */
#ifndef HUYING_TESTS_CORE_MOMENTS_H
#define HUYING_TESTS_CORE_MOMENTS_H

#include "core/calendar.h"
#include "core/zone.h"

extern const struct zone UTC, SHANGHAI, NEW_YORK, AMSTERDAM, LORD_HOWE, APIA;

struct instant moment(const struct zone *zone, const char *words);
struct wall moment_wall(const char *words);
/* In words again, with its offset; the last four stay valid. */
const char *moment_words(const struct zone *zone, struct instant at);
void assert_moment(const struct zone *zone, struct instant got, const char *want);

/* Lives until moments_done; NULL with words where the calendar is refused. */
struct calendar *hours(const struct zone *zone, const char *words, struct text *ret_why);
struct calendar *good_hours(const struct zone *zone, const char *words);
struct arena *moments_arena(void);
void moments_done(void);

/* xorshift64*: the same numbers everywhere. */
uint64_t random_next(uint64_t *seed);
int64_t random_between(uint64_t *seed, int64_t low, int64_t high);

#endif
