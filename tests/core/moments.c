/* moments.c — see moments.h. What cannot be read fails the test that says it. */
#include "tests/core/moments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

#define ROWS_MAX 256
#define ZONE(name, rows) {{name, sizeof(name) - 1}, rows, COUNT_OF(rows)}

static const struct zone_transition utc_rows[] = {{{0}, 0}};
static const struct zone_transition shanghai_rows[] = {{{0}, 28800}};
static const struct zone_transition new_york_rows[] = {
	{{INT64_C(1672531200000000)}, -18000}, /* 2023-01-01 */
	{{INT64_C(1678604400000000)}, -14400}, /* 2023-03-12 07:00 Z */
	{{INT64_C(1699164000000000)}, -18000}, /* 2023-11-05 06:00 Z */
	{{INT64_C(1710054000000000)}, -14400}, /* 2024-03-10 07:00 Z */
	{{INT64_C(1730613600000000)}, -18000}, /* 2024-11-03 06:00 Z */
	{{INT64_C(1741503600000000)}, -14400}, /* 2025-03-09 07:00 Z */
	{{INT64_C(1762063200000000)}, -18000}, /* 2025-11-02 06:00 Z */
};
static const struct zone_transition amsterdam_rows[] = {
	{{INT64_C(1672531200000000)}, 3600}, /* 2023-01-01 */
	{{INT64_C(1711846800000000)}, 7200}, /* 2024-03-31 01:00 Z */
	{{INT64_C(1729990800000000)}, 3600}, /* 2024-10-27 01:00 Z */
};
/* Half an hour of summer time. */
static const struct zone_transition lord_howe_rows[] = {
	{{INT64_C(1704067200000000)}, 39600}, /* 2024-01-01 */
	{{INT64_C(1712415600000000)}, 37800}, /* 2024-04-06 15:00 Z */
	{{INT64_C(1728142200000000)}, 39600}, /* 2024-10-05 15:30 Z */
};
/* Changed sides of the date line: there was no 30 December 2011. */
static const struct zone_transition apia_rows[] = {
	{{INT64_C(1316872800000000)}, -36000}, /* 2011-09-24 */
	{{INT64_C(1325239200000000)}, 50400},  /* 2011-12-30 10:00 Z */
	{{INT64_C(1333202400000000)}, 46800},  /* 2012-03-31 14:00 Z */
};

const struct zone UTC = ZONE("UTC", utc_rows);
const struct zone SHANGHAI = ZONE("Asia/Shanghai", shanghai_rows);
const struct zone NEW_YORK = ZONE("America/New_York", new_york_rows);
const struct zone AMSTERDAM = ZONE("Europe/Amsterdam", amsterdam_rows);
const struct zone LORD_HOWE = ZONE("Australia/Lord_Howe", lord_howe_rows);
const struct zone APIA = ZONE("Pacific/Apia", apia_rows);

struct words_rows {
	struct calendar_window windows[ROWS_MAX];
	struct calendar_exception exceptions[ROWS_MAX];
};

static struct arena *arena;

static void read_item(const char *item, struct calendar_rows *rows, struct words_rows *store);
static bool read_window(const char **at, int *ret_from, int *ret_until);
static bool read_setting(const char *item, struct calendar_rows *rows);
static int32_t read_date(const char *words);

struct instant
moment(const struct zone *zone, const char *words)
{
	int year, month, day, hour, minute, second, hours, minutes, len = 0;
	struct wall wall;
	char sign;

	if (strcmp(words, "never") == 0)
		return INSTANT_NEVER;
	wall = moment_wall(words);
	if (sscanf(words, "%d-%d-%d %d:%d%n:%d%n", &year, &month, &day, &hour, &minute, &len, &second, &len) < 5)
		fail_msg("'%s' is no moment", words);
	words += len;
	if (strcmp(words, " Z") == 0)
		return (struct instant){wall.us};
	if (sscanf(words, " %c%d:%d", &sign, &hours, &minutes) == 3)
		return (struct instant){wall.us - (sign == '-' ? -1 : 1) * (hours * 60 + minutes) * US_PER_MINUTE};
	return zone_instant(zone, wall, ZONE_START);
}

struct wall
moment_wall(const char *words)
{
	int hour = 0, minute = 0, second = 0;

	if (strlen(words) < 16 || sscanf(words + 10, " %d:%d:%d", &hour, &minute, &second) < 2)
		fail_msg("'%s' is no moment", words);
	return (struct wall){read_date(words) * US_PER_DAY + hour * US_PER_HOUR + minute * US_PER_MINUTE +
		second * US_PER_SECOND};
}

const char *
moment_words(const struct zone *zone, struct instant at)
{
	static char ring[4][64];
	static unsigned next;
	char *words = ring[next++ % 4];
	int32_t offset = zone_offset(zone, at), days;
	int year, month, day;
	int64_t us;

	if (instant_is_never(at))
		return "never";
	us = zone_wall(zone, at).us;
	days = (int32_t)(us / US_PER_DAY - (us % US_PER_DAY < 0));
	us -= days * US_PER_DAY;
	date_of_days(days, &year, &month, &day);
	snprintf(words, sizeof(ring[0]), "%04d-%02d-%02d %02d:%02d:%02d.%06d %c%02d:%02d", year, month, day,
		(int)(us / US_PER_HOUR), (int)(us / US_PER_MINUTE % 60), (int)(us / US_PER_SECOND % 60),
		(int)(us % US_PER_SECOND), offset < 0 ? '-' : '+', abs(offset) / 3600, abs(offset) / 60 % 60);
	return words;
}

void
assert_moment(const struct zone *zone, struct instant got, const char *want)
{
	if (got.us != moment(zone, want).us)
		fail_msg("got %s, want %s", moment_words(zone, got), moment_words(zone, moment(zone, want)));
}

struct calendar *
hours(const struct zone *zone, const char *words, struct text *ret_why)
{
	struct words_rows *store = arena_take(moments_arena(), sizeof(*store));
	struct calendar_rows rows = {
		.code = TEXT("words"),
		.zone = *zone,
		.windows = store->windows,
		.exceptions = store->exceptions,
		.first_date = date_days(2024, 1, 1),
		.last_date = date_days(2025, 12, 31),
		.known_until = date_days(2024, 12, 31),
	};
	char *copy = (char *)(uintptr_t)arena_text(moments_arena(), text_of(words)).data, *rest = copy;

	for (char *item = strsep(&rest, ";"); item != NULL; item = strsep(&rest, ";"))
		read_item(item + strspn(item, " "), &rows, store);
	return calendar_compile(moments_arena(), &rows, ret_why);
}

struct calendar *
good_hours(const struct zone *zone, const char *words)
{
	struct text why = TEXT_NONE;
	struct calendar *calendar = hours(zone, words, &why);

	if (calendar == NULL)
		fail_msg("'%s' is refused: %.*s", words, (int)why.len, why.data);
	return calendar;
}

struct arena *
moments_arena(void)
{
	if (arena == NULL)
		arena = arena_new();
	return arena;
}

void
moments_done(void)
{
	arena_free(arena);
	arena = NULL;
}

uint64_t
random_next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

int64_t
random_between(uint64_t *seed, int64_t low, int64_t high)
{
	return low + (int64_t)(random_next(seed) % ((uint64_t)(high - low) + 1));
}

static void
read_item(const char *item, struct calendar_rows *rows, struct words_rows *store)
{
	int first, last, from, until;
	int32_t date, through;

	if (*item == '\0' || read_setting(item, rows))
		return;
	if (sscanf(item, "%1d-%1d ", &first, &last) == 2 && item[3] == ' ') {
		for (int weekday = first; weekday <= last; weekday++)
			for (const char *at = item + 3; read_window(&at, &from, &until);)
				store->windows[rows->windows_count++] = (struct calendar_window){weekday, from, until};
		return;
	}
	date = through = read_date(item);
	item += 10;
	if (strncmp(item, "..", 2) == 0) {
		through = read_date(item + 2);
		item += 12;
	}
	for (; date <= through; date++) {
		const char *at = item;

		if (strcmp(item, " holiday") == 0 || strcmp(item, " makeup") == 0)
			store->exceptions[rows->exceptions_count++] = (struct calendar_exception){date,
				item[1] == 'h' ? CALENDAR_HOLIDAY : CALENDAR_MAKEUP_WORKDAY, 0, 0};
		else
			while (read_window(&at, &from, &until))
				store->exceptions[rows->exceptions_count++] =
					(struct calendar_exception){date, CALENDAR_SPECIAL, from, until};
	}
}

static bool
read_window(const char **at, int *ret_from, int *ret_until)
{
	int from_hour, from_minute, until_hour, until_minute, len = 0;

	if (sscanf(*at, " %d:%d-%d:%d%n", &from_hour, &from_minute, &until_hour, &until_minute, &len) != 4)
		return false;
	*ret_from = from_hour * 60 + from_minute;
	*ret_until = until_hour * 60 + until_minute;
	*at += len;
	return true;
}

static bool
read_setting(const char *item, struct calendar_rows *rows)
{
	if (strncmp(item, "makeup=", 7) == 0)
		rows->makeup_weekday = atoi(item + 7);
	else if (strncmp(item, "first=", 6) == 0)
		rows->first_date = read_date(item + 6);
	else if (strncmp(item, "last=", 5) == 0)
		rows->last_date = read_date(item + 5);
	else if (strncmp(item, "known=", 6) == 0)
		rows->known_until = read_date(item + 6);
	else
		return false;
	return true;
}

static int32_t
read_date(const char *words)
{
	int32_t days = 0;

	if (!date_parse((struct text){words, strnlen(words, 10)}, &days))
		fail_msg("'%s' begins with no date", words);
	return days;
}
