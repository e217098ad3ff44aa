/* test_print.c — times and spans as people type them. */
#include "huying/print.h"

#include <stdlib.h>

#include "check.h"

#define NOW 1795598710000000LL /* 2026-11-25 09:25:10 UTC */
#define S 1000000LL

static const struct time_row {
	const char *name, *zone, *text;
	bool good;
	int64_t us;
} time_rows[] = {
	{"minutes ago", "UTC", "20m", true, NOW - 1200 * S},
	{"with an offset", "UTC", "2026-11-25T09:25:10+08:00", true, NOW - 28800 * S},
	{"an offset without a colon", "UTC", "2026-11-25T09:25:10-0500", true, NOW + 18000 * S},
	{"UTC", "Asia/Shanghai", "2026-11-25T09:25:10Z", true, NOW},
	{"in the zone", "Asia/Shanghai", "2026-11-25T09:25:10", true, NOW - 28800 * S},
	{"in the zone, without seconds", "Asia/Shanghai", "2026-11-25 17:25", true, NOW - 10 * S},
	{"a date is its beginning", "Asia/Shanghai", "2026-11-25", true, NOW - (17 * 3600 + 25 * 60 + 10) * S},
	{"parts of a second", "UTC", "2026-11-25T09:25:10.25Z", true, NOW + 250000},
	{"summer in Boston", "America/New_York", "2015-07-01T12:00:00", true, 1435766400 * S},
	{"winter in Boston", "America/New_York", "2015-02-01T00:12:23", true, 1422767543 * S},
	{"a leap day", "UTC", "2024-02-29", true, 1709164800 * S},
	{"no leap day", "UTC", "2023-02-29", false, 0},
	{"the 31st of a month of 30", "UTC", "2026-11-31 10:00", false, 0},
	{"month 13", "UTC", "2026-13-01", false, 0},
	{"hour 25", "UTC", "2026-11-25 25:00", false, 0},
	{"a word behind it", "UTC", "2026-11-25 09:25 x", false, 0},
	{"a word", "UTC", "yesterday", false, 0},
	{"nothing", "UTC", "", false, 0},
	{"a year of two digits", "UTC", "26-11-25", false, 0},
};

static const struct span_row {
	const char *name, *text;
	bool good;
	int64_t us;
} span_rows[] = {
	{"seconds", "90s", true, 90 * S},
	{"minutes", "15m", true, 900 * S},
	{"hours", "2h", true, 7200 * S},
	{"days", "3d", true, 3 * 86400 * S},
	{"no unit", "15", false, 0},
	{"two units", "1h30m", false, 0},
	{"less than nothing", "-1h", false, 0},
	{"too much", "999999999999999d", false, 0},
	{"only a unit", "h", false, 0},
};

static void
check_time(void **state)
{
	const struct time_row *row = *state;
	int64_t us = 0;

	print_zone(row->zone);
	assert_int_equal(print_parse_time(row->text, NOW, &us), row->good);
	if (row->good)
		assert_int_equal(us, row->us);
}

static void
check_span(void **state)
{
	const struct span_row *row = *state;
	int64_t us = 0;

	assert_int_equal(print_parse_span(row->text, &us), row->good);
	if (row->good)
		assert_int_equal(us, row->us);
}

static void
instants_for_programs_and_for_people(void **state)
{
	(void)state;
	assert_string_equal(print_instant(NOW + 5), "2026-11-25T09:25:10.000005+00:00");
	assert_string_equal(print_instant(-1), "1969-12-31T23:59:59.999999+00:00");
	print_zone("Asia/Shanghai");
	assert_string_equal(print_time(NOW), "2026-11-25 17:25");
	assert_string_equal(print_time_fine(NOW), "2026-11-25 17:25:10");
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, time_rows, check_time);
	CHECK_ROWS(&group, span_rows, check_span);
	CHECK_ONE(&group, instants_for_programs_and_for_people);
	return check_run("print", &group);
}
