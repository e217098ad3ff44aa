/* calendar.c — a calendar compiled to sorted openings, each with the working time before it.
 *
 * Everything is then bisection: working time up to an instant is one look at the openings, the
 * instant of a working time the same look the other way round, and the n-th working day an index.
 * Days are never stepped by adding 86400 seconds: each date's windows are turned into instants by
 * the zone. Where clocks go back, a window that begins in the repeated hour begins with its first
 * occurrence and one that ends there ends with its last; two that touch there are cut so that no
 * second counts twice. */
#include "core/calendar.h"

#include "base/must.h"

#define GAP_DAYS_MAX 400
#define DATES_MAX (110 * 366)
#define HOURS_MAX 48         /* windows of one date */
#define DATE_FIRST (-719162) /* 0001-01-01 */
#define DATE_LAST 2932896    /* 9999-12-31 */
#define MINUTES_PER_DAY 1440

struct opening {
	struct instant from, until;
	int64_t before_us; /* working time of all openings before this one */
	int32_t date;      /* the date it belongs to: where its window starts */
};

struct working_day {
	int32_t date;
	size_t last; /* its last opening */
};

struct calendar {
	struct text code;
	struct zone zone;
	int32_t known_until;
	struct opening *openings;
	size_t openings_count; /* at least one */
	struct working_day *days;
	size_t days_count;
};

/* The windows of one date, in minutes of its wall clock. */
struct hours {
	size_t count;
	struct {
		int from_minute, until_minute;
	} windows[HOURS_MAX];
};

#define NONE SIZE_MAX

static bool rows_are_sound(
	struct arena *arena, const struct calendar_rows *rows, struct text *ret_why);
static bool zone_is_sound(struct arena *arena, const struct zone *zone, struct text *ret_why);
static bool windows_are_sound(
	struct arena *arena, const struct calendar_rows *rows, struct text *ret_why);
static bool exceptions_are_sound(
	struct arena *arena, const struct calendar_rows *rows, struct text *ret_why);
static const char *exception_fault(
	const struct calendar_rows *rows, const struct calendar_exception *row);
static bool minutes_are_sound(int from_minute, int until_minute);
static int makeup_weekday(const struct calendar_rows *rows);
static bool has_hours(const struct calendar_rows *rows, int weekday);
static bool hours_of(const struct calendar_rows *rows, int32_t date, size_t *at_exception,
	struct hours *ret_hours);
static bool hours_add(struct hours *hours, int from_minute, int until_minute);
static bool openings_count(struct arena *arena, const struct calendar_rows *rows, size_t *ret_count,
	struct text *ret_why);
static bool openings_fill(struct arena *arena, const struct calendar_rows *rows,
	struct calendar *calendar, struct text *ret_why);
static void opening_add(struct calendar *calendar, int32_t date, int from_minute, int until_minute);
static bool days_are_dense(struct arena *arena, const struct calendar_rows *rows,
	const struct calendar *calendar, struct text *ret_why);
static size_t opening_at(const struct calendar *calendar, struct instant at);
static int64_t worked_us(const struct calendar *calendar, struct instant until);
static size_t opening_worked(const struct calendar *calendar, int64_t worked);
static size_t day_of(const struct calendar *calendar, int32_t date);
static int64_t opening_us(const struct opening *opening);
static struct wall wall_of(int32_t date, int minute);
static int32_t wall_date(struct wall wall);
static const char *date_words(struct arena *arena, int32_t date);
static const char *minute_words(struct arena *arena, int minute);

struct calendar *
calendar_compile(struct arena *arena, const struct calendar_rows *rows, struct text *ret_why)
{
	struct calendar *calendar;
	struct zone_transition *transitions;
	size_t count;

	if (!rows_are_sound(arena, rows, ret_why) || !openings_count(arena, rows, &count, ret_why))
		return NULL;
	calendar = arena_take(arena, sizeof(*calendar));
	transitions = arena_take_array(arena, rows->zone.count, sizeof(*transitions));
	for (size_t i = 0; i < rows->zone.count; i++)
		transitions[i] = rows->zone.transitions[i];
	calendar->code = arena_text(arena, rows->code);
	calendar->zone =
		(struct zone){arena_text(arena, rows->zone.name), transitions, rows->zone.count};
	calendar->known_until = rows->known_until;
	calendar->openings = arena_take_array(arena, count, sizeof(*calendar->openings));
	calendar->days = arena_take_array(arena, count, sizeof(*calendar->days));
	if (!openings_fill(arena, rows, calendar, ret_why) ||
		!days_are_dense(arena, rows, calendar, ret_why))
		return NULL;
	return calendar;
}

struct text
calendar_code(const struct calendar *calendar)
{
	return calendar->code;
}

const struct zone *
calendar_zone(const struct calendar *calendar)
{
	return &calendar->zone;
}

bool
calendar_is_open(const struct calendar *calendar, struct instant at)
{
	size_t i = opening_at(calendar, at);

	return i != NONE && instant_before(at, calendar->openings[i].until);
}

struct instant
calendar_next_opening(const struct calendar *calendar, struct instant at)
{
	size_t i = opening_at(calendar, at);

	if (i != NONE && instant_before(at, calendar->openings[i].until))
		return at;
	i = i == NONE ? 0 : i + 1;
	return i < calendar->openings_count ? calendar->openings[i].from : INSTANT_NEVER;
}

struct instant
calendar_add(const struct calendar *calendar, struct instant from, struct span span)
{
	must(span.us >= 0);
	return span.us == 0 ? from : calendar_shift(calendar, from, span);
}

struct instant
calendar_shift(const struct calendar *calendar, struct instant from, struct span span)
{
	const struct opening *opening;
	int64_t worked;
	size_t i;

	if (instant_is_never(from) ||
		__builtin_add_overflow(worked_us(calendar, from), span.us, &worked))
		return INSTANT_NEVER;
	if (worked <= 0)
		return instant_min(from, calendar->openings[0].from);
	i = opening_worked(calendar, worked);
	if (i == NONE)
		return INSTANT_NEVER;
	opening = &calendar->openings[i];
	return (struct instant){opening->from.us + worked - opening->before_us};
}

struct span
calendar_between(const struct calendar *calendar, struct instant from, struct instant until)
{
	return (struct span){worked_us(calendar, until) - worked_us(calendar, from)};
}

struct instant
calendar_add_days(const struct calendar *calendar, struct instant from, int64_t n)
{
	struct instant at = calendar_next_opening(calendar, from);
	struct wall wall;
	int32_t date;
	size_t day;

	must(n >= 0);
	if (n == 0 || instant_is_never(at))
		return at;
	date = calendar->openings[opening_at(calendar, at)].date;
	day = day_of(calendar, date);
	if (n >= (int64_t)(calendar->days_count - day))
		return INSTANT_NEVER;
	wall = zone_wall(&calendar->zone, at);
	wall.us += (calendar->days[day + (size_t)n].date - date) * US_PER_DAY;
	return calendar_next_opening(calendar, zone_instant(&calendar->zone, wall, ZONE_END));
}

struct instant
calendar_end_of_day(const struct calendar *calendar, struct instant from, int64_t n)
{
	struct instant at = calendar_next_opening(calendar, from);
	size_t day;

	must(n >= 0);
	if (instant_is_never(at))
		return at;
	day = day_of(calendar, calendar->openings[opening_at(calendar, at)].date);
	if (n >= (int64_t)(calendar->days_count - day))
		return INSTANT_NEVER;
	return calendar->openings[calendar->days[day + (size_t)n].last].until;
}

struct instant
calendar_add_wall_days(const struct calendar *calendar, struct instant from, int64_t n)
{
	struct wall wall = zone_wall(&calendar->zone, from);
	int64_t us;

	must(n >= 0);
	if (n == 0 || instant_is_never(from))
		return from;
	if (__builtin_mul_overflow(n, US_PER_DAY, &us) ||
		__builtin_add_overflow(wall.us, us, &wall.us))
		return INSTANT_NEVER;
	return zone_instant(&calendar->zone, wall, ZONE_END);
}

bool
calendar_is_provisional(const struct calendar *calendar, struct instant at)
{
	return !instant_is_never(at) &&
	       wall_date(zone_wall(&calendar->zone, at)) > calendar->known_until;
}

static bool
rows_are_sound(struct arena *arena, const struct calendar_rows *rows, struct text *ret_why)
{
	if (rows->first_date < DATE_FIRST || rows->last_date > DATE_LAST ||
		rows->first_date > rows->last_date ||
		rows->last_date - rows->first_date >= DATES_MAX) {
		*ret_why = arena_format(arena,
			"the range of dates must run forward, within the years 1 to 9999, over at "
			"most %d days",
			DATES_MAX);
		return false;
	}
	return zone_is_sound(arena, &rows->zone, ret_why) &&
	       windows_are_sound(arena, rows, ret_why) &&
	       exceptions_are_sound(arena, rows, ret_why);
}

static bool
zone_is_sound(struct arena *arena, const struct zone *zone, struct text *ret_why)
{
	bool sound = zone->count > 0;

	for (size_t i = 0; i < zone->count; i++) {
		int32_t offset = zone->transitions[i].offset_seconds;

		sound = sound && offset > -86400 && offset < 86400 &&
			(i == 0 || instant_before(zone->transitions[i - 1].from,
					   zone->transitions[i].from));
	}
	if (!sound)
		*ret_why = arena_format(arena,
			"zone %.*s needs at least one transition, in order of time, each "
			"with an offset of less than a day",
			(int)zone->name.len, zone->name.data);
	return sound;
}

static bool
windows_are_sound(struct arena *arena, const struct calendar_rows *rows, struct text *ret_why)
{
	for (size_t i = 0; i < rows->windows_count; i++) {
		const struct calendar_window *row = &rows->windows[i];

		if (row->weekday < 1 || row->weekday > 7 ||
			!minutes_are_sound(row->from_minute, row->until_minute)) {
			*ret_why = arena_format(arena,
				"the window of weekday %d from minute %d until minute %d must have "
				"a "
				"weekday 1 to 7, start before minute 1440 and end behind its "
				"start, by "
				"minute 2880",
				row->weekday, row->from_minute, row->until_minute);
			return false;
		}
		if (i > 0 && (row[-1].weekday > row->weekday ||
				     (row[-1].weekday == row->weekday &&
					     row[-1].from_minute > row->from_minute))) {
			*ret_why = arena_format(
				arena, "the weekly windows must come sorted by weekday and start");
			return false;
		}
	}
	return true;
}

static bool
exceptions_are_sound(struct arena *arena, const struct calendar_rows *rows, struct text *ret_why)
{
	if (rows->makeup_weekday < 0 || rows->makeup_weekday > 7) {
		*ret_why = arena_format(arena,
			"the weekday of make-up workdays is %d and must be 1 to 7",
			rows->makeup_weekday);
		return false;
	}
	for (size_t i = 0; i < rows->exceptions_count; i++) {
		const char *fault = exception_fault(rows, &rows->exceptions[i]);

		if (fault != NULL) {
			*ret_why = arena_format(
				arena, "%s %s", date_words(arena, rows->exceptions[i].date), fault);
			return false;
		}
	}
	return true;
}

/* NULL where it is sound, else words to follow its date. */
static const char *
exception_fault(const struct calendar_rows *rows, const struct calendar_exception *row)
{
	const struct calendar_exception *before = row > rows->exceptions ? row - 1 : row;

	if (row->date < DATE_FIRST || row->date > DATE_LAST)
		return "lies outside the years 1 to 9999";
	if (row->kind != CALENDAR_HOLIDAY && row->kind != CALENDAR_MAKEUP_WORKDAY &&
		row->kind != CALENDAR_SPECIAL)
		return "must be a holiday, a make-up workday or special hours";
	if (row->kind == CALENDAR_SPECIAL &&
		!minutes_are_sound(row->from_minute, row->until_minute))
		return "has special hours that must start before minute 1440 and end behind their "
		       "start, by minute 2880; a closed day is a holiday";
	if (row->kind == CALENDAR_MAKEUP_WORKDAY && !has_hours(rows, makeup_weekday(rows)))
		return "is a make-up workday, but the weekday whose hours it takes has none; name "
		       "a "
		       "weekday with hours";
	if (before->date > row->date ||
		(before->date == row->date && before->from_minute > row->from_minute))
		return "comes too late; exceptions must be sorted by date and start";
	if (before->date == row->date && before->kind != row->kind &&
		before->kind != CALENDAR_SPECIAL && row->kind != CALENDAR_SPECIAL)
		return "is a holiday and a make-up workday; it can be only one";
	return NULL;
}

static bool
minutes_are_sound(int from_minute, int until_minute)
{
	return from_minute >= 0 && from_minute < MINUTES_PER_DAY && until_minute > from_minute &&
	       until_minute <= 2 * MINUTES_PER_DAY;
}

static int
makeup_weekday(const struct calendar_rows *rows)
{
	return rows->makeup_weekday == 0 ? 1 : rows->makeup_weekday;
}

static bool
has_hours(const struct calendar_rows *rows, int weekday)
{
	for (size_t i = 0; i < rows->windows_count; i++)
		if (rows->windows[i].weekday == weekday)
			return true;
	return false;
}

/* Special hours, else holiday or make-up workday, else the week's. `at_exception` walks along with
 * the dates. False when there are more than a date can have. */
static bool
hours_of(const struct calendar_rows *rows, int32_t date, size_t *at_exception,
	struct hours *ret_hours)
{
	int weekday = date_weekday(date);
	size_t i = *at_exception;

	ret_hours->count = 0;
	while (i < rows->exceptions_count && rows->exceptions[i].date < date)
		i++;
	for (; i < rows->exceptions_count && rows->exceptions[i].date == date; i++) {
		const struct calendar_exception *row = &rows->exceptions[i];

		if (row->kind == CALENDAR_SPECIAL) {
			if (!hours_add(ret_hours, row->from_minute, row->until_minute))
				return false;
		} else
			weekday = row->kind == CALENDAR_HOLIDAY ? 0 : makeup_weekday(rows);
	}
	*at_exception = i;
	if (ret_hours->count > 0)
		return true;
	for (size_t w = 0; w < rows->windows_count; w++)
		if (rows->windows[w].weekday == weekday &&
			!hours_add(ret_hours, rows->windows[w].from_minute,
				rows->windows[w].until_minute))
			return false;
	return true;
}

static bool
hours_add(struct hours *hours, int from_minute, int until_minute)
{
	if (hours->count == HOURS_MAX)
		return false;
	hours->windows[hours->count].from_minute = from_minute;
	hours->windows[hours->count].until_minute = until_minute;
	hours->count++;
	return true;
}

static bool
openings_count(struct arena *arena, const struct calendar_rows *rows, size_t *ret_count,
	struct text *ret_why)
{
	size_t count = 0, at_exception = 0;
	struct hours hours;

	for (int32_t date = rows->first_date; date <= rows->last_date; date++) {
		if (!hours_of(rows, date, &at_exception, &hours)) {
			*ret_why = arena_format(arena, "%s has more than %d windows",
				date_words(arena, date), HOURS_MAX);
			return false;
		}
		count += hours.count;
	}
	*ret_count = count;
	return true;
}

/* Overlaps are judged on the wall clock, where people wrote them. */
static bool
openings_fill(struct arena *arena, const struct calendar_rows *rows, struct calendar *calendar,
	struct text *ret_why)
{
	int64_t last_until = INT64_MIN;
	size_t at_exception = 0;
	struct hours hours;

	for (int32_t date = rows->first_date; date <= rows->last_date; date++) {
		must(hours_of(rows, date, &at_exception, &hours));
		for (size_t i = 0; i < hours.count; i++) {
			int from = hours.windows[i].from_minute;
			int until = hours.windows[i].until_minute;

			if (wall_of(date, from).us < last_until) {
				*ret_why = arena_format(arena,
					"the window from %s on %s begins before the one before it "
					"ends; windows must not overlap",
					minute_words(arena, from), date_words(arena, date));
				return false;
			}
			last_until = wall_of(date, until).us;
			opening_add(calendar, date, from, until);
		}
	}
	return true;
}

/* A window that lies wholly in the hour that clocks skip is no opening. */
static void
opening_add(struct calendar *calendar, int32_t date, int from_minute, int until_minute)
{
	size_t count = calendar->openings_count;
	struct opening *last = count == 0 ? NULL : &calendar->openings[count - 1];
	struct opening opening = {
		.from = zone_instant(&calendar->zone, wall_of(date, from_minute), ZONE_START),
		.until = zone_instant(&calendar->zone, wall_of(date, until_minute), ZONE_END),
		.date = date,
	};

	if (last != NULL) {
		opening.from = instant_max(opening.from, last->until);
		opening.before_us = last->before_us + opening_us(last);
	}
	if (!instant_before(opening.from, opening.until))
		return;
	if (last == NULL || last->date != date)
		calendar->days[calendar->days_count++].date = date;
	calendar->days[calendar->days_count - 1].last = calendar->openings_count;
	calendar->openings[calendar->openings_count++] = opening;
}

static bool
days_are_dense(struct arena *arena, const struct calendar_rows *rows,
	const struct calendar *calendar, struct text *ret_why)
{
	int32_t before = rows->first_date;

	for (size_t i = 0; i <= calendar->days_count; i++) {
		int32_t date = i < calendar->days_count ? calendar->days[i].date : rows->last_date;

		if (date - before > GAP_DAYS_MAX || calendar->days_count == 0) {
			*ret_why = arena_format(arena,
				"no opening between %s and %s; give the calendar hours, at least "
				"one opening in any %d days",
				date_words(arena, before), date_words(arena, date), GAP_DAYS_MAX);
			return false;
		}
		before = date;
	}
	return true;
}

/* The last opening that has begun at an instant; NONE before the first. */
static size_t
opening_at(const struct calendar *calendar, struct instant at)
{
	size_t low = 0, high = calendar->openings_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (instant_before(at, calendar->openings[middle].from))
			high = middle;
		else
			low = middle + 1;
	}
	return low == 0 ? NONE : low - 1;
}

/* All working time of the calendar up to an instant. */
static int64_t
worked_us(const struct calendar *calendar, struct instant until)
{
	size_t i = opening_at(calendar, until);
	const struct opening *opening;

	if (i == NONE)
		return 0;
	opening = &calendar->openings[i];
	return opening->before_us + instant_min(until, opening->until).us - opening->from.us;
}

/* The opening in which so much is reached: at its end, rather than at the start of the next. */
static size_t
opening_worked(const struct calendar *calendar, int64_t worked)
{
	size_t low = 0, high = calendar->openings_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct opening *opening = &calendar->openings[middle];

		if (opening->before_us + opening_us(opening) < worked)
			low = middle + 1;
		else
			high = middle;
	}
	return low == calendar->openings_count ? NONE : low;
}

/* Index of a date that is a working day. */
static size_t
day_of(const struct calendar *calendar, int32_t date)
{
	size_t low = 0, high = calendar->days_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (date < calendar->days[middle].date)
			high = middle;
		else
			low = middle;
	}
	return low;
}

static int64_t
opening_us(const struct opening *opening)
{
	return opening->until.us - opening->from.us;
}

static struct wall
wall_of(int32_t date, int minute)
{
	return (struct wall){date * US_PER_DAY + minute * US_PER_MINUTE};
}

static int32_t
wall_date(struct wall wall)
{
	int64_t days = wall.us / US_PER_DAY - (wall.us % US_PER_DAY < 0);

	return (int32_t)days;
}

static const char *
date_words(struct arena *arena, int32_t date)
{
	int year, month, day;

	date_of_days(date, &year, &month, &day);
	return arena_format(arena, "%04d-%02d-%02d", year, month, day).data;
}

static const char *
minute_words(struct arena *arena, int minute)
{
	return arena_format(arena, "%02d:%02d", minute / 60, minute % 60).data;
}
