/* calendars.c — calendars from their rows, with the zone transitions they need, compiled once to
 * see that the daemon can.
 *
 * A calendar that was published stays: the clocks of open issues count on it by its number. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"
#include "core/calendar.h"
#include "core/zone.h"

#define ALWAYS_OPEN "24x7"
#define MINUTES_PER_DAY 1440

static const char *const DAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const KINDS[] = {"window", "holiday", "makeup_workday", "special", "setting"};
enum { KIND_WINDOW, KIND_SETTING = 4, KINDS_COUNT };

static void read_window(const struct row *row, struct draft *draft, struct calendar_row *calendar);
static void read_dated(
	const struct row *row, struct draft *draft, struct calendar_row *calendar, int kind);
static void read_setting(const struct row *row, struct calendar_row *calendar);
static void finish(struct draft *draft, struct calendar_row *calendar);
static void compile(struct draft *draft, struct calendar_row *calendar);
static void add_always_open(struct draft *draft);
static void give_ids(struct draft *draft);
static const struct zone_row *zone_for(struct draft *draft, struct origin origin, struct text name);

static struct calendar_row *
calendar_named(struct draft *draft, struct text code, struct origin origin)
{
	struct calendar_row *calendar;

	for (size_t i = 0; i < draft->calendars.count; i++)
		if (text_equal(LIST_AT(&draft->calendars, struct calendar_row, i)->code, code))
			return LIST_AT(&draft->calendars, struct calendar_row, i);
	calendar = LIST_ADD(draft->arena, &draft->calendars, struct calendar_row);
	*calendar = (struct calendar_row){.origin = origin,
		.code = code,
		.zone = draft->zone,
		.makeup_weekday = 1,
		.first_date = date_days(2010, 1, 1),
		.last_date = date_days(2045, 12, 31)};
	return calendar;
}

void
calendars_read(struct draft *draft, const struct row *row)
{
	struct text code = row_code(row, "calendar", true), word = row_get(row, "kind");
	struct calendar_row *calendar;
	int kind = 0;

	if (code.len == 0)
		return;
	if (text_is(code, ALWAYS_OPEN)) {
		complain(row->complaints, row->origin, "calendar",
			"%s is always there; give yours another code", ALWAYS_OPEN);
		return;
	}
	calendar = calendar_named(draft, code, row->origin);
	while (word.len > 0 && kind < KINDS_COUNT && !text_is(word, KINDS[kind]))
		kind++;
	if (kind == KINDS_COUNT)
		complain(row->complaints, row->origin, "kind",
			"\"%s\" must be one of: window holiday makeup_workday special setting",
			word.data);
	else if (kind == KIND_WINDOW)
		read_window(row, draft, calendar);
	else if (kind == KIND_SETTING)
		read_setting(row, calendar);
	else
		read_dated(row, draft, calendar, kind);
}

static int
day_number(struct text day)
{
	for (int i = 0; i < 7; i++)
		if (text_is(day, DAYS[i]))
			return i + 1;
	return 0;
}

/* "08:30" → 510; up to `largest`. */
static bool
read_minute(const struct row *row, const char *column, int largest, int *ret_minute)
{
	struct text value = row_get(row, column);
	int hour, minute, used = 0;

	if (value.len == 5 && sscanf(value.data, "%2d:%2d%n", &hour, &minute, &used) == 2 &&
		used == 5 && hour >= 0 && minute >= 0 && minute < 60 &&
		hour * 60 + minute <= largest) {
		*ret_minute = hour * 60 + minute;
		return true;
	}
	complain(row->complaints, row->origin, column, "\"%s\" must be HH:MM, at most %02d:%02d",
		value.data, largest / 60, largest % 60);
	return false;
}

static bool
read_hours(const struct row *row, int *ret_from, int *ret_until)
{
	if (!read_minute(row, "opens", MINUTES_PER_DAY - 1, ret_from) ||
		!read_minute(row, "closes", 2 * MINUTES_PER_DAY, ret_until))
		return false;
	if (*ret_until > *ret_from)
		return true;
	complain(row->complaints, row->origin, "closes",
		"must lie behind opens; a window over midnight closes after 24:00, e.g. 22:00 to "
		"30:00");
	return false;
}

static void
read_window(const struct row *row, struct draft *draft, struct calendar_row *calendar)
{
	struct text day = row_get(row, "day");
	int first = day_number(day), last = first, from, until;

	if (day.len == 7 && day.data[3] == '-') {
		first = day_number((struct text){day.data, 3});
		last = day_number((struct text){day.data + 4, 3});
	}
	if (first == 0 || last < first) {
		complain(row->complaints, row->origin, "day",
			"\"%s\" must be mon … sun or mon-fri; hours of one date are of kind "
			"special",
			day.data);
		return;
	}
	if (!read_hours(row, &from, &until))
		return;
	for (int weekday = first; weekday <= last; weekday++)
		*LIST_ADD(draft->arena, &calendar->windows, struct calendar_window) =
			(struct calendar_window){weekday, from, until};
}

static bool
read_date(const struct row *row, const char *column, int32_t *ret_date)
{
	struct text day = row_get(row, column);

	if (date_parse(day, ret_date))
		return true;
	complain(row->complaints, row->origin, column, "\"%s\" must be a date such as 2026-10-01",
		day.data);
	return false;
}

static void
read_dated(const struct row *row, struct draft *draft, struct calendar_row *calendar, int kind)
{
	struct dated_row *dated;
	int32_t date;
	int from = 0, until = 0;

	if (!read_date(row, "day", &date) ||
		(kind == CALENDAR_SPECIAL && !read_hours(row, &from, &until)))
		return;
	if (kind != CALENDAR_SPECIAL &&
		(row_get(row, "opens").len > 0 || row_get(row, "closes").len > 0)) {
		complain(row->complaints, row->origin, "opens",
			"a %s has no hours of its own; a day with its own hours is of kind special",
			KINDS[kind]);
		return;
	}
	dated = LIST_ADD(draft->arena, &calendar->exceptions, struct dated_row);
	dated->origin = row->origin;
	dated->row = (struct calendar_exception){date, (enum calendar_day)kind, from, until};
	dated->name = row_words(row, "name", false);
}

static void
read_setting(const struct row *row, struct calendar_row *calendar)
{
	struct text which = row_get(row, "day"), value = row_get(row, "name");

	if (text_is(which, "zone")) {
		calendar->zone = value;
	} else if (text_is(which, "makeup_weekday")) {
		calendar->makeup_weekday = day_number(value);
		if (calendar->makeup_weekday == 0)
			complain(row->complaints, row->origin, "name", "\"%s\" must be mon … sun",
				value.data);
	} else if (text_is(which, "first_date")) {
		read_date(row, "name", &calendar->first_date);
	} else if (text_is(which, "last_date")) {
		read_date(row, "name", &calendar->last_date);
	} else if (text_is(which, "known_until")) {
		calendar->known_given = read_date(row, "name", &calendar->known_until);
	} else {
		complain(row->complaints, row->origin, "day",
			"\"%s\" must be one of: zone makeup_weekday first_date last_date "
			"known_until",
			which.data);
	}
}

void
calendars_check(struct draft *draft)
{
	add_always_open(draft);
	draft->tzdata = text_of(db_server_version(draft->db));
	for (size_t i = 0; i < draft->calendars.count; i++)
		finish(draft, LIST_AT(&draft->calendars, struct calendar_row, i));
	give_ids(draft);
	zone_for(draft, (struct origin){"district", 0}, draft->zone);
	for (size_t i = 0; draft->complaints.rows.count == 0 && i < draft->calendars.count; i++)
		compile(draft, LIST_AT(&draft->calendars, struct calendar_row, i));
}

static void
add_always_open(struct draft *draft)
{
	struct calendar_row *calendar =
		calendar_named(draft, TEXT(ALWAYS_OPEN), (struct origin){"calendars", 0});

	for (int weekday = 1; weekday <= 7; weekday++)
		*LIST_ADD(draft->arena, &calendar->windows, struct calendar_window) =
			(struct calendar_window){weekday, 0, MINUTES_PER_DAY};
}

static int
by_weekday(const void *a, const void *b)
{
	const struct calendar_window *left = a, *right = b;

	return left->weekday != right->weekday ? left->weekday - right->weekday
					       : left->from_minute - right->from_minute;
}

static int
by_date(const void *a, const void *b)
{
	const struct dated_row *left = a, *right = b;

	if (left->row.date != right->row.date)
		return left->row.date < right->row.date ? -1 : 1;
	return left->row.from_minute - right->row.from_minute;
}

static void
check_dates(struct draft *draft, const struct calendar_row *calendar)
{
	for (size_t i = 0; i < calendar->exceptions.count; i++) {
		const struct dated_row *row = LIST_AT(&calendar->exceptions, struct dated_row, i);
		const struct dated_row *before = row - 1;

		if (row->row.date < calendar->first_date || row->row.date > calendar->last_date)
			complain(&draft->complaints, row->origin, "day",
				"lies outside the calendar, which goes from %s to %s (settings "
				"first_date, last_date)",
				date_text(draft->arena, calendar->first_date).data,
				date_text(draft->arena, calendar->last_date).data);
		if (i > 0 && before->row.date == row->row.date &&
			(before->row.kind != row->row.kind ||
				before->row.from_minute == row->row.from_minute))
			complain(&draft->complaints, row->origin, "day",
				"the date stands in line %zu already; one date is a holiday, a "
				"make-up workday or has "
				"special hours",
				before->origin.line);
	}
}

/* Sorts, fills what was not told, and looks at what the rows say together. */
static void
finish(struct draft *draft, struct calendar_row *calendar)
{
	struct list *dated = &calendar->exceptions;

	if (calendar->windows.count > 1)
		qsort(calendar->windows.rows, calendar->windows.count,
			sizeof(struct calendar_window), by_weekday);
	if (dated->count > 1)
		qsort(dated->rows, dated->count, sizeof(struct dated_row), by_date);
	if (!calendar->known_given)
		calendar->known_until =
			dated->count == 0
				? calendar->last_date
				: LIST_AT(dated, struct dated_row, dated->count - 1)->row.date;
	if (calendar->first_date >= calendar->last_date)
		complain(&draft->complaints, calendar->origin, "first_date",
			"must lie before last_date");
	check_dates(draft, calendar);
}

static void
give_ids(struct draft *draft)
{
	struct answer ids;
	char district[16];
	int64_t next;

	snprintf(district, sizeof(district), "%d", draft->district);
	ids = DB_ASK(draft->db, SQL_CALENDAR_IDS, district);
	for (size_t i = 0; i < draft->calendars.count; i++)
		codes_add(draft->arena, &draft->calendar_rows,
			LIST_AT(&draft->calendars, struct calendar_row, i)->code, (int64_t)i);
	codes_sort(&draft->calendar_rows);
	for (size_t i = 0; i < ids.rows; i++) {
		struct text code = answer_get(&ids, i, 0);

		codes_add(draft->arena, &draft->calendar_ids, code, answer_int(&ids, i, 1));
		if (codes_find(&draft->calendar_rows, code) == CODE_NONE)
			complain(&draft->complaints,
				LIST_AT(&draft->calendars, struct calendar_row, 0)->origin,
				"calendar",
				"\"%s\" was published and open issues may count on it; keep its "
				"rows",
				code.data);
	}
	codes_sort(&draft->calendar_ids);
	next = codes_largest(&draft->calendar_ids) + 1;
	for (size_t i = 0; i < draft->calendars.count; i++) {
		struct calendar_row *calendar = LIST_AT(&draft->calendars, struct calendar_row, i);

		calendar->id = draft_id(draft, &draft->calendar_ids, &next, calendar->code);
	}
}

/* The zone's transitions, asked from PostgreSQL once for all years that any calendar covers. */
static const struct zone_row *
zone_for(struct draft *draft, struct origin origin, struct text name)
{
	int32_t first = INT32_MAX, last = INT32_MIN;
	struct answer answer;
	struct zone_row *zone;
	struct zone_transition *rows;

	for (size_t i = 0; i < draft->zones.count; i++)
		if (text_equal(LIST_AT(&draft->zones, struct zone_row, i)->name, name))
			return LIST_AT(&draft->zones, struct zone_row, i);
	answer = DB_ASK(draft->db, SQL_ZONE_KNOWN, name.len == 0 ? "" : name.data);
	if (answer_int(&answer, 0, 0) == 0) {
		complain(&draft->complaints, origin, "zone",
			"\"%s\" is no zone; write it as IANA does, Asia/Shanghai",
			name.len == 0 ? "" : name.data);
		return NULL;
	}
	for (size_t i = 0; i < draft->calendars.count; i++) {
		const struct calendar_row *calendar =
			LIST_AT(&draft->calendars, struct calendar_row, i);

		first = calendar->first_date < first ? calendar->first_date : first;
		last = calendar->last_date > last ? calendar->last_date : last;
	}
	answer = DB_ASK(draft->db, SQL_ZONE_TRANSITIONS, name.data,
		arena_format(draft->arena, "%sT00:00:00Z", date_text(draft->arena, first - 2).data)
			.data,
		arena_format(draft->arena, "%sT00:00:00Z", date_text(draft->arena, last + 3).data)
			.data);
	rows = arena_take_array(draft->arena, answer.rows, sizeof(*rows));
	for (size_t i = 0; i < answer.rows; i++)
		if (instant_parse(answer_get(&answer, i, 0), &rows[i].from))
			rows[i].offset_seconds = (int32_t)answer_int(&answer, i, 1);
	zone = LIST_ADD(draft->arena, &draft->zones, struct zone_row);
	*zone = (struct zone_row){name, {name, rows, answer.rows}};
	return zone;
}

static void
compile(struct draft *draft, struct calendar_row *calendar)
{
	const struct zone_row *zone = zone_for(draft, calendar->origin, calendar->zone);
	struct calendar_exception *exceptions =
		arena_take_array(draft->arena, calendar->exceptions.count, sizeof(*exceptions));
	struct calendar_rows rows = {.code = calendar->code,
		.exceptions = exceptions,
		.exceptions_count = calendar->exceptions.count,
		.windows_count = calendar->windows.count,
		.windows = (const struct calendar_window *)(const void *)calendar->windows.rows,
		.makeup_weekday = calendar->makeup_weekday,
		.first_date = calendar->first_date,
		.last_date = calendar->last_date,
		.known_until = calendar->known_until};
	struct arena *scratch;
	struct text why = TEXT_NONE;

	if (zone == NULL)
		return;
	rows.zone = zone->zone;
	for (size_t i = 0; i < calendar->exceptions.count; i++)
		exceptions[i] = LIST_AT(&calendar->exceptions, struct dated_row, i)->row;
	scratch = arena_new();
	if (calendar_compile(scratch, &rows, &why) == NULL)
		complain(&draft->complaints, calendar->origin, "calendar", "\"%s\": %.*s",
			calendar->code.data, (int)why.len, why.data);
	arena_free(scratch);
}
