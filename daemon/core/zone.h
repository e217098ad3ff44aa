/* zone.h — wall clock ↔ instant, by a table of a zone's transitions.
 *
 * The table comes from PostgreSQL when a calendar is published and is part of its version, so that
 * every dispatcher and every figure agree. Instant → wall clock is never ambiguous. Wall clock →
 * instant is: a time in the spring gap becomes the first valid instant behind it; an ambiguous
 * autumn time is its first occurrence where something starts and its last where something ends
 * (hard part H3). */
#ifndef HUYING_CORE_ZONE_H
#define HUYING_CORE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "core/instant.h"

struct zone_transition {
	struct instant from;    /* from this instant on … */
	int32_t offset_seconds; /* … wall clock = UTC + this; -86400 < offset < 86400 */
};

/* Sorted by `from`; the first row stands for all time before the second. At least one row. */
struct zone {
	struct text name; /* IANA, e.g. Asia/Shanghai */
	const struct zone_transition *transitions;
	size_t count;
};

/* Wall-clock time as microseconds since 1970-01-01 00:00 on that wall. */
struct wall {
	int64_t us;
};

enum zone_side {
	ZONE_START, /* ambiguous: first occurrence */
	ZONE_END    /* ambiguous: last occurrence */
};

struct wall zone_wall(const struct zone *zone, struct instant at);
struct instant zone_instant(const struct zone *zone, struct wall wall, enum zone_side side);
int32_t zone_offset(const struct zone *zone, struct instant at);

/* Proleptic Gregorian calendar; days count from 1970-01-01 (a Thursday). */
int32_t date_days(int year, int month, int day);
void date_of_days(int32_t days, int *ret_year, int *ret_month, int *ret_day);
int date_weekday(int32_t days); /* 1 Monday … 7 Sunday */
/* "2015-03-08" → days; false if it is no such date. */
bool date_parse(struct text text, int32_t *ret_days);

#endif
