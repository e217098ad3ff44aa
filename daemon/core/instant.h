/* instant.h — points in time and lengths of time: two types, so that mixing them does not compile.
 *
 * Microseconds; an instant counts from 1970-01-01 00:00 UTC. INSTANT_NEVER sorts behind every real
 * instant, so the earliest of several is simply the smallest. */
#ifndef HUYING_CORE_INSTANT_H
#define HUYING_CORE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

struct instant {
	int64_t us;
};

struct span {
	int64_t us;
};

#define INSTANT_NEVER ((struct instant){INT64_MAX})
#define SPAN_ZERO ((struct span){0})
#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)

static inline bool
instant_is_never(struct instant a)
{
	return a.us == INT64_MAX;
}

static inline bool
instant_before(struct instant a, struct instant b)
{
	return a.us < b.us;
}

static inline struct instant
instant_min(struct instant a, struct instant b)
{
	return a.us < b.us ? a : b;
}

static inline struct instant
instant_max(struct instant a, struct instant b)
{
	return a.us > b.us ? a : b;
}

/* Saturates at INSTANT_NEVER. */
static inline struct instant
instant_add(struct instant a, struct span by)
{
	int64_t us;

	if (instant_is_never(a) || __builtin_add_overflow(a.us, by.us, &us))
		return INSTANT_NEVER;
	return (struct instant){us};
}

/* until - from; both must be real instants. */
static inline struct span
instant_between(struct instant from, struct instant until)
{
	return (struct span){until.us - from.us};
}

#endif
