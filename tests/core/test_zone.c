/* test_zone.c — wall clock ↔ instant where clocks change, and the calendar of dates (H3). */
#include <stdio.h>

#include "tests/check.h"
#include "tests/core/moments.h"

static const struct wall_row {
	const char *name;
	const struct zone *zone;
	const char *wall, *start, *end; /* the instants of a start and of an end; in UTC */
} wall_rows[] = {
	{"plain_winter", &NEW_YORK, "2024-01-15 12:00", "2024-01-15 17:00 Z", "2024-01-15 17:00 Z"},
	{"plain_summer", &NEW_YORK, "2024-07-15 12:00", "2024-07-15 16:00 Z", "2024-07-15 16:00 Z"},
	{"h03_before_the_gap", &NEW_YORK, "2024-03-10 01:59:59", "2024-03-10 06:59:59 Z", "2024-03-10 06:59:59 Z"},
	{"h03_gap_begins", &NEW_YORK, "2024-03-10 02:00", "2024-03-10 07:00 Z", "2024-03-10 07:00 Z"},
	{"h03_gap_is_its_first_valid_instant", &NEW_YORK, "2024-03-10 02:30", "2024-03-10 07:00 Z", "2024-03-10 07:00 Z"},
	{"h03_gap_ends", &NEW_YORK, "2024-03-10 03:00", "2024-03-10 07:00 Z", "2024-03-10 07:00 Z"},
	{"h03_after_the_gap", &NEW_YORK, "2024-03-10 03:00:01", "2024-03-10 07:00:01 Z", "2024-03-10 07:00:01 Z"},
	{"h03_before_the_repeat", &NEW_YORK, "2024-11-03 00:59:59", "2024-11-03 04:59:59 Z", "2024-11-03 04:59:59 Z"},
	{"h03_repeat_begins", &NEW_YORK, "2024-11-03 01:00", "2024-11-03 05:00 Z", "2024-11-03 06:00 Z"},
	{"h03_repeat_starts_first_ends_last", &NEW_YORK, "2024-11-03 01:30", "2024-11-03 05:30 Z", "2024-11-03 06:30 Z"},
	{"h03_repeat_last_second", &NEW_YORK, "2024-11-03 01:59:59", "2024-11-03 05:59:59 Z", "2024-11-03 06:59:59 Z"},
	{"h03_repeat_is_over", &NEW_YORK, "2024-11-03 02:00", "2024-11-03 07:00 Z", "2024-11-03 07:00 Z"},
	{"h03_the_year_after_gap", &NEW_YORK, "2025-03-09 02:15", "2025-03-09 07:00 Z", "2025-03-09 07:00 Z"},
	{"h03_the_year_after_repeat", &NEW_YORK, "2025-11-02 01:45", "2025-11-02 05:45 Z", "2025-11-02 06:45 Z"},
	{"behind_the_last_row", &NEW_YORK, "2030-07-01 00:00", "2030-07-01 05:00 Z", "2030-07-01 05:00 Z"},
	{"before_the_first_row", &NEW_YORK, "1999-07-01 00:00", "1999-07-01 05:00 Z", "1999-07-01 05:00 Z"},
	{"before_1970", &SHANGHAI, "1969-12-31 23:00", "1969-12-31 15:00 Z", "1969-12-31 15:00 Z"},
	{"no_summer_time", &SHANGHAI, "2024-10-27 02:30", "2024-10-26 18:30 Z", "2024-10-26 18:30 Z"},
	{"t01_amsterdam_night", &AMSTERDAM, "2024-06-15 00:30", "2024-06-14 22:30 Z", "2024-06-14 22:30 Z"},
	{"amsterdam_gap", &AMSTERDAM, "2024-03-31 02:30", "2024-03-31 01:00 Z", "2024-03-31 01:00 Z"},
	{"amsterdam_repeat", &AMSTERDAM, "2024-10-27 02:30", "2024-10-27 00:30 Z", "2024-10-27 01:30 Z"},
	{"half_an_hour_gap", &LORD_HOWE, "2024-10-06 02:15", "2024-10-05 15:30 Z", "2024-10-05 15:30 Z"},
	{"half_an_hour_no_gap", &LORD_HOWE, "2024-10-06 02:30", "2024-10-05 15:30 Z", "2024-10-05 15:30 Z"},
	{"half_an_hour_repeat", &LORD_HOWE, "2024-04-07 01:45", "2024-04-06 14:45 Z", "2024-04-06 15:15 Z"},
	{"a_date_that_never_was", &APIA, "2011-12-30 12:00", "2011-12-30 10:00 Z", "2011-12-30 10:00 Z"},
	{"the_date_after_it", &APIA, "2011-12-31 00:00", "2011-12-30 10:00 Z", "2011-12-30 10:00 Z"},
	{"the_minute_before_it", &APIA, "2011-12-29 23:59", "2011-12-30 09:59 Z", "2011-12-30 09:59 Z"},
};

static void
check_wall(void **state)
{
	const struct wall_row *row = *state;
	struct wall wall = moment_wall(row->wall);

	assert_moment(&UTC, zone_instant(row->zone, wall, ZONE_START), row->start);
	assert_moment(&UTC, zone_instant(row->zone, wall, ZONE_END), row->end);
}

static const struct back_row {
	const char *name;
	const struct zone *zone;
	const char *at, *wall;
	int32_t offset;
} back_rows[] = {
	{"wall_first_occurrence", &NEW_YORK, "2024-11-03 05:30 Z", "2024-11-03 01:30", -14400},
	{"wall_second_occurrence", &NEW_YORK, "2024-11-03 06:30 Z", "2024-11-03 01:30", -18000},
	{"wall_last_second_before_the_gap", &NEW_YORK, "2024-03-10 06:59:59 Z", "2024-03-10 01:59:59", -18000},
	{"wall_jumps_over_the_gap", &NEW_YORK, "2024-03-10 07:00 Z", "2024-03-10 03:00", -14400},
	{"wall_before_the_first_row", &NEW_YORK, "2020-06-01 12:00 Z", "2020-06-01 07:00", -18000},
	{"wall_is_another_date", &SHANGHAI, "2024-02-28 16:00 Z", "2024-02-29 00:00", 28800},
	{"wall_before_1970", &SHANGHAI, "1969-12-31 12:00 Z", "1969-12-31 20:00", 28800},
	{"wall_far_west_then_far_east", &APIA, "2011-12-30 09:59:59 Z", "2011-12-29 23:59:59", -36000},
	{"wall_a_date_later_at_once", &APIA, "2011-12-30 10:00 Z", "2011-12-31 00:00", 50400},
};

static void
check_back(void **state)
{
	const struct back_row *row = *state;
	struct instant at = moment(&UTC, row->at);

	assert_int_equal(zone_wall(row->zone, at).us, moment_wall(row->wall).us);
	assert_int_equal(zone_offset(row->zone, at), row->offset);
}

static const struct date_row {
	const char *name;
	const char *text;
	int32_t days; /* INT32_MIN: no such date */
	int weekday;
} date_rows[] = {
	{"date_epoch", "1970-01-01", 0, 4},
	{"date_before_epoch", "1969-12-31", -1, 3},
	{"date_leap_day", "2024-02-29", 19782, 4},
	{"date_leap_day_of_a_century", "2000-02-29", 11016, 2},
	{"date_no_leap_day_of_a_century", "1900-02-29", INT32_MIN, 0},
	{"date_no_leap_day", "2023-02-29", INT32_MIN, 0},
	{"date_march", "2024-03-01", 19783, 5},
	{"date_new_year", "2025-01-01", 20089, 3},
	{"date_first", "0001-01-01", -719162, 1},
	{"date_last", "9999-12-31", 2932896, 5},
	{"date_no_year", "0000-01-01", INT32_MIN, 0},
	{"date_no_month", "2024-00-10", INT32_MIN, 0},
	{"date_month_13", "2024-13-01", INT32_MIN, 0},
	{"date_no_day", "2024-01-00", INT32_MIN, 0},
	{"date_day_31", "2024-04-31", INT32_MIN, 0},
	{"date_day_32", "2024-01-32", INT32_MIN, 0},
	{"date_slashes", "2024/01/01", INT32_MIN, 0},
	{"date_short", "2024-1-1", INT32_MIN, 0},
	{"date_long", "2024-01-011", INT32_MIN, 0},
	{"date_letters", "2024-0a-01", INT32_MIN, 0},
	{"date_sign", "+024-01-01", INT32_MIN, 0},
	{"date_blank", " 024-01-01", INT32_MIN, 0},
	{"date_empty", "", INT32_MIN, 0},
};

static void
check_date(void **state)
{
	const struct date_row *row = *state;
	int32_t days = INT32_MIN;
	int year, month, day;
	char back[32];

	assert_int_equal(date_parse(text_of(row->text), &days), row->days != INT32_MIN);
	assert_int_equal(days, row->days);
	if (days == INT32_MIN)
		return;
	date_of_days(days, &year, &month, &day);
	snprintf(back, sizeof(back), "%04d-%02d-%02d", year, month, day);
	assert_string_equal(back, row->text);
	assert_int_equal(date_weekday(days), row->weekday);
}

/* Counted by hand, date by date: eight hundred years. */
static void
every_date_from_1600_to_2400(void **state)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int32_t days = date_days(1600, 1, 1);
	int weekday = 6;

	(void)state;
	for (int year = 1600; year < 2400; year++)
		for (int month = 1; month <= 12; month++) {
			bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
			int length = lengths[month - 1] + (month == 2 && leap);

			for (int day = 1; day <= length; day++, days++, weekday = weekday % 7 + 1) {
				int back_year, back_month, back_day;

				date_of_days(days, &back_year, &back_month, &back_day);
				assert_int_equal(date_days(year, month, day), days);
				assert_int_equal(date_weekday(days), weekday);
				assert_true(back_year == year && back_month == month && back_day == day);
			}
		}
}

/* An instant's wall clock leads back to it, or to its twin in the repeated hour. */
static void
h03_wall_and_back_200000_instants(void **state)
{
	const struct zone *zones[] = {&NEW_YORK, &AMSTERDAM, &LORD_HOWE, &APIA, &SHANGHAI};
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		const struct zone *zone = zones[(size_t)i % COUNT_OF(zones)];
		size_t near = (size_t)random_between(&seed, 0, (int64_t)zone->count - 1);
		int64_t reach = i % 3 == 0 ? 400 * US_PER_DAY : 3 * US_PER_HOUR;
		struct instant at = {zone->transitions[near].from.us + random_between(&seed, -reach, reach)};
		struct wall wall = zone_wall(zone, at);
		struct instant first = zone_instant(zone, wall, ZONE_START), last = zone_instant(zone, wall, ZONE_END);

		if (first.us > at.us || last.us < at.us || (first.us != at.us && last.us != at.us) ||
			zone_wall(zone, first).us != wall.us || zone_wall(zone, last).us != wall.us)
			fail_msg("%.*s: %s came back as %s and %s", (int)zone->name.len, zone->name.data,
				moment_words(zone, at), moment_words(zone, first), moment_words(zone, last));
	}
}

static void
the_ends_of_time_do_not_overflow(void **state)
{
	(void)state;
	assert_int_equal(zone_wall(&SHANGHAI, INSTANT_NEVER).us, INT64_MAX);
	assert_int_equal(zone_wall(&NEW_YORK, (struct instant){INT64_MIN}).us, INT64_MIN);
	assert_int_equal(zone_instant(&NEW_YORK, (struct wall){INT64_MAX}, ZONE_END).us, INT64_MAX);
	assert_int_equal(zone_instant(&SHANGHAI, (struct wall){INT64_MIN}, ZONE_START).us, INT64_MIN);
}

int
main(void)
{
	static struct check_group group;
	int failed;

	CHECK_ROWS(&group, wall_rows, check_wall);
	CHECK_ROWS(&group, back_rows, check_back);
	CHECK_ROWS(&group, date_rows, check_date);
	CHECK_ONE(&group, every_date_from_1600_to_2400);
	CHECK_ONE(&group, h03_wall_and_back_200000_instants);
	CHECK_ONE(&group, the_ends_of_time_do_not_overflow);
	failed = check_run("zone", &group);
	moments_done();
	return failed;
}
