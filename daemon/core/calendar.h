/* calendar.h — working time over opening intervals.
 *
 * A calendar is a zone, weekly windows and dated exceptions, compiled once into sorted openings.
 * Precedence: dated special hours > holiday or make-up workday > weekly (hard part H4). A window
 * may cross midnight and belongs to its start date. The duration counted is real elapsed time.
 * Law: calendar_between(c, t, calendar_add(c, t, d)) == d.
 * Compiled calendars are immutable and may be cached for ever. */
#ifndef HUYING_CORE_CALENDAR_H
#define HUYING_CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/instant.h"
#include "core/vocab/vocab.h"
#include "core/zone.h"

struct calendar_window {
	int weekday;        /* 1 Monday … 7 Sunday */
	int from_minute;    /* 0 … 1439, minutes of the wall clock */
	int until_minute;   /* from_minute+1 … 2880; above 1440 it ends on the next date */
};

enum calendar_day {
	CALENDAR_HOLIDAY = 1,       /* closed */
	CALENDAR_MAKEUP_WORKDAY,    /* open, with the windows of `workday` (调休) */
	CALENDAR_SPECIAL            /* open in the windows of its own rows; several rows, one each */
};

struct calendar_exception {
	int32_t date; /* days since 1970-01-01 */
	enum calendar_day kind;
	int from_minute, until_minute; /* CALENDAR_SPECIAL only */
};

/* What a calendar is made from, as the tables hold it. */
struct calendar_rows {
	struct text code;
	struct zone zone;
	const struct calendar_window *windows; /* sorted by weekday, from_minute */
	size_t windows_count;
	const struct calendar_exception *exceptions; /* sorted by date, from_minute */
	size_t exceptions_count;
	int makeup_weekday;  /* whose weekly windows a make-up workday has; 1 where not told */
	int32_t first_date;  /* compiled from this date … */
	int32_t last_date;   /* … through this one */
	int32_t known_until; /* last date for which holidays are known; deadlines beyond are provisional */
};

struct calendar;

/* NULL when the calendar has no opening within 400 days of some date of its range, or windows
 * overlap; `ret_why` then says what is wrong and what would be right. Lives as long as `arena`. */
struct calendar *calendar_compile(struct arena *arena, const struct calendar_rows *rows,
	struct text *ret_why);

struct text calendar_code(const struct calendar *calendar);
const struct zone *calendar_zone(const struct calendar *calendar);

bool calendar_is_open(const struct calendar *calendar, struct instant at);
/* `at` itself while open; INSTANT_NEVER beyond the compiled range. */
struct instant calendar_next_opening(const struct calendar *calendar, struct instant at);
/* The instant at which `span` of working time has passed since `from`. Ends at a closing where the
 * sum ends exactly there. span >= 0. */
struct instant calendar_add(const struct calendar *calendar, struct instant from, struct span span);
/* The earliest instant that has `span` of working time between `from` and itself; a negative span
 * lies before. Unlike calendar_add, a span of zero from closed time gives the closing before it: so
 * a due at a closing stays there when its clock is paused and resumed in closed time. */
struct instant calendar_shift(const struct calendar *calendar, struct instant from, struct span span);
/* Working time between two instants; negative when until < from. */
struct span calendar_between(const struct calendar *calendar, struct instant from,
	struct instant until);
/* n working days later at the same time of day; an arrival in closed time counts from the next
 * opening, and a result that is not inside an opening goes to the next one. n >= 0. */
struct instant calendar_add_days(const struct calendar *calendar, struct instant from, int64_t n);
/* Last closing of the n-th working day after the day of `from` (day 0 is the working day of `from`,
 * or of the next opening). n >= 0. */
struct instant calendar_end_of_day(const struct calendar *calendar, struct instant from, int64_t n);
/* n calendar days later on the same wall clock (zone rules applied; ambiguous = last, gap = first
 * valid). Needs no opening. */
struct instant calendar_add_wall_days(const struct calendar *calendar, struct instant from, int64_t n);
bool calendar_is_provisional(const struct calendar *calendar, struct instant at);

#endif
