/* test_calendar.c — working time and working days (H2–H4, T1, T2), and the law of add and measure.
 *
 * The last test walks minute by minute over a map of open minutes, made another way: no bisection,
 * no sums, no zone_instant. It compares every function on random calendars. */
#include "tests/check.h"
#include "tests/core/moments.h"

#include <stdio.h>
#include <string.h>

#define OFFICE "1-5 09:00-17:00; "
#define BOSTON "1-5 08:30-17:00; 2024-02-19 holiday; 2024-05-27 holiday; 2024-12-25 holiday; "
#define CHINA                                                                                      \
	"1-5 08:30-12:00 14:00-17:30; 2024-02-04 makeup; 2024-02-10..2024-02-17 holiday; 2024-02-18 makeup; "  \
	"2024-09-14 makeup; 2024-09-15..2024-09-17 holiday; 2024-09-29 makeup; "                   \
	"2024-10-01..2024-10-07 holiday; 2024-10-12 makeup; "
#define NIGHT "1-5 22:00-30:00; "
#define ALWAYS "1-7 00:00-24:00; "

enum question {
	ADD,        /* n minutes of working time → want */
	DAYS,       /* n working days → want */
	END,        /* end of the n-th working day → want */
	WALL,       /* n calendar days → want */
	NEXT,       /* next opening → want */
	BETWEEN,    /* minutes until want = n */
	SHIFT       /* earliest instant with n minutes between → want */
};

static const struct ask_row {
	const char *name;
	const struct zone *zone;
	const char *hours;
	enum question question;
	const char *from;
	int64_t n;
	const char *want;
} ask_rows[] = {
	{"add_within_a_day", &UTC, OFFICE, ADD, "2024-03-04 10:00", 60, "2024-03-04 11:00"},
	{"add_ends_exactly_at_closing", &UTC, OFFICE, ADD, "2024-03-04 10:00", 420, "2024-03-04 17:00"},
	{"add_a_minute_more", &UTC, OFFICE, ADD, "2024-03-04 10:00", 421, "2024-03-05 09:01"},
	{"add_from_closing", &UTC, OFFICE, ADD, "2024-03-04 17:00", 1, "2024-03-05 09:01"},
	{"add_from_opening", &UTC, OFFICE, ADD, "2024-03-04 09:00", 480, "2024-03-04 17:00"},
	{"add_before_opening", &UTC, OFFICE, ADD, "2024-03-04 05:00", 480, "2024-03-04 17:00"},
	{"add_over_a_weekend", &UTC, OFFICE, ADD, "2024-03-08 16:00", 120, "2024-03-11 10:00"},
	{"add_from_saturday", &UTC, OFFICE, ADD, "2024-03-09 12:00", 60, "2024-03-11 10:00"},
	{"add_nothing_while_open", &UTC, OFFICE, ADD, "2024-03-04 10:00", 0, "2024-03-04 10:00"},
	{"add_nothing_while_closed", &UTC, OFFICE, ADD, "2024-03-09 12:00", 0, "2024-03-09 12:00"},
	{"add_five_weeks", &UTC, OFFICE, ADD, "2024-03-04 09:00", 25 * 480, "2024-04-05 17:00"},
	{"add_before_the_range", &UTC, OFFICE, ADD, "2020-03-04 10:00", 60, "2024-01-01 10:00"},
	{"add_beyond_the_range", &UTC, OFFICE, ADD, "2025-12-31 16:00", 61, "never"},
	{"add_to_the_last_second_of_the_range", &UTC, OFFICE, ADD, "2025-12-31 16:00", 60, "2025-12-31 17:00"},
	{"add_from_never", &UTC, OFFICE, ADD, "never", 60, "never"},
	{"h04_a_break_does_not_count", &SHANGHAI, CHINA, ADD, "2024-03-04 11:00", 120, "2024-03-04 15:00"},
	{"h04_ends_exactly_at_the_break", &SHANGHAI, CHINA, ADD, "2024-03-04 11:00", 60, "2024-03-04 12:00"},
	{"h04_arrives_in_the_break", &SHANGHAI, CHINA, ADD, "2024-03-04 12:30", 30, "2024-03-04 14:30"},
	{"h04_makeup_saturday_counts", &SHANGHAI, CHINA, ADD, "2024-09-13 16:30", 120, "2024-09-14 09:30"},
	{"h04_makeup_sunday_counts", &SHANGHAI, CHINA, ADD, "2024-02-18 08:00", 60, "2024-02-18 09:30"},
	{"h04_golden_week_does_not", &SHANGHAI, CHINA, ADD, "2024-09-30 17:00", 60, "2024-10-08 09:00"},
	{"h04_spring_festival", &SHANGHAI, CHINA, ADD, "2024-02-09 17:00", 450, "2024-02-18 17:30"},
	{"h04_plain_saturday_is_closed", &SHANGHAI, CHINA, ADD, "2024-09-21 10:00", 60, "2024-09-23 09:30"},
	{"h04_half_day", &UTC, OFFICE "2024-12-24 09:00-12:00", ADD, "2024-12-24 11:00", 120, "2024-12-25 10:00"},
	{"h04_half_day_end", &UTC, OFFICE "2024-12-24 09:00-12:00", END, "2024-12-24 08:00", 0, "2024-12-24 12:00"},
	{"h04_special_hours_on_a_sunday", &UTC, OFFICE "2024-12-22 10:00-14:00 15:00-16:00", ADD, "2024-12-21 09:00", 270, "2024-12-22 15:30"},
	{"h04_special_beats_holiday", &UTC, OFFICE "2024-12-25 holiday; 2024-12-25 09:00-10:00", ADD, "2024-12-24 17:00", 60, "2024-12-25 10:00"},
	{"h04_special_beats_makeup", &UTC, OFFICE "2024-12-21 makeup; 2024-12-21 09:00-10:00", ADD, "2024-12-20 17:00", 120, "2024-12-23 10:00"},
	{"h04_makeup_has_the_hours_of_its_weekday", &UTC, "1-1 09:00-17:00; 2-5 10:00-12:00; 2024-12-21 makeup; makeup=5", NEXT, "2024-12-21 00:00", 0, "2024-12-21 10:00"},
	{"h04_makeup_has_mondays_hours_if_not_told", &UTC, "1-1 09:00-17:00; 2-5 10:00-12:00; 2024-12-21 makeup", NEXT, "2024-12-21 00:00", 0, "2024-12-21 09:00"},
	{"h04_over_midnight", &UTC, NIGHT, ADD, "2024-03-04 23:00", 120, "2024-03-05 01:00"},
	{"h04_over_midnight_after_it", &UTC, NIGHT, ADD, "2024-03-05 02:00", 300, "2024-03-05 23:00"},
	{"h04_fridays_night_ends_on_saturday", &UTC, NIGHT, ADD, "2024-03-08 22:00", 480, "2024-03-09 06:00"},
	{"h04_saturday_night_is_closed", &UTC, NIGHT, ADD, "2024-03-09 06:00", 1, "2024-03-11 22:01"},
	{"h04_night_before_a_holiday_is_whole", &UTC, NIGHT "2024-03-06 holiday", ADD, "2024-03-05 23:00", 420, "2024-03-06 06:00"},
	{"h04_night_of_the_holiday_is_off", &UTC, NIGHT "2024-03-06 holiday", ADD, "2024-03-06 06:00", 60, "2024-03-07 23:00"},
	{"h04_touching_windows", &UTC, "1-5 08:00-12:00 12:00-16:00", ADD, "2024-03-04 11:00", 120, "2024-03-04 13:00"},
	{"round_the_clock", &UTC, ALWAYS, ADD, "2024-03-04 10:00", 2880, "2024-03-06 10:00"},
	{"round_the_clock_end_of_day", &UTC, ALWAYS, END, "2024-03-04 10:00", 0, "2024-03-05 00:00"},
	{"round_the_clock_days", &UTC, ALWAYS, DAYS, "2024-03-04 10:00", 3, "2024-03-07 10:00"},

	{"h03_short_day_in_spring", &NEW_YORK, "7-7 00:00-06:00", BETWEEN, "2024-03-10 00:00", 300, "2024-03-10 06:00"},
	{"h03_long_day_in_autumn", &NEW_YORK, "7-7 00:00-06:00", BETWEEN, "2024-11-03 00:00", 420, "2024-11-03 06:00"},
	{"h03_starts_in_the_gap", &NEW_YORK, "7-7 02:30-06:00", NEXT, "2024-03-10 00:00", 0, "2024-03-10 03:00"},
	{"h03_ends_in_the_gap", &NEW_YORK, "7-7 00:00-02:30", END, "2024-03-10 00:00", 0, "2024-03-10 03:00"},
	{"h03_ends_in_the_gap_two_hours", &NEW_YORK, "7-7 00:00-02:30", BETWEEN, "2024-03-10 00:00", 120, "2024-03-10 12:00"},
	{"h03_wholly_in_the_gap_is_no_opening", &NEW_YORK, "7-7 02:10-02:50", NEXT, "2024-03-10 00:00", 0, "2024-03-17 02:10"},
	{"h03_starts_in_the_repeat", &NEW_YORK, "7-7 01:30-06:00", NEXT, "2024-11-03 00:00", 0, "2024-11-03 01:30 -04:00"},
	{"h03_starts_in_the_repeat_its_length", &NEW_YORK, "7-7 01:30-06:00", BETWEEN, "2024-11-03 00:00", 330, "2024-11-03 06:00"},
	{"h03_ends_in_the_repeat", &NEW_YORK, "7-7 00:00-01:30", END, "2024-11-03 00:00", 0, "2024-11-03 01:30 -05:00"},
	{"h03_ends_in_the_repeat_its_length", &NEW_YORK, "7-7 00:00-01:30", BETWEEN, "2024-11-03 00:00", 150, "2024-11-03 06:00"},
	{"h03_wholly_in_the_repeat", &NEW_YORK, "7-7 01:15-01:45", BETWEEN, "2024-11-03 00:00", 90, "2024-11-03 06:00"},
	{"h03_touching_in_the_repeat_counts_once", &NEW_YORK, "7-7 00:00-01:30 01:30-03:00", BETWEEN, "2024-11-03 00:00", 240, "2024-11-03 06:00"},
	{"h03_round_the_clock_in_spring", &NEW_YORK, ALWAYS, BETWEEN, "2024-03-10 00:00", 1380, "2024-03-11 00:00"},
	{"h03_round_the_clock_in_autumn", &NEW_YORK, ALWAYS, BETWEEN, "2024-11-03 00:00", 1500, "2024-11-04 00:00"},
	{"h03_night_shift_in_spring", &NEW_YORK, "6-6 22:00-30:00", BETWEEN, "2024-03-09 22:00", 420, "2024-03-10 06:00"},
	{"h03_night_shift_in_autumn", &NEW_YORK, "6-6 22:00-30:00", BETWEEN, "2024-11-02 22:00", 540, "2024-11-03 06:00"},
	{"h03_office_hours_do_not_notice", &NEW_YORK, BOSTON, ADD, "2024-03-08 16:00", 120, "2024-03-11 09:30"},
	{"h03_half_an_hour", &LORD_HOWE, ALWAYS, BETWEEN, "2024-04-07 00:00", 1470, "2024-04-08 00:00"},
	{"h03_a_date_that_never_was_is_no_working_day", &APIA, ALWAYS "first=2011-12-01; last=2012-01-31", DAYS, "2011-12-29 10:00", 1, "2011-12-31 10:00"},

	{"t01_weekday_is_judged_in_the_calendars_zone", &AMSTERDAM, OFFICE, DAYS, "2024-06-15 00:30", 5, "2024-06-24 09:00"},
	{"t01_friday_night_in_utc_is_saturday", &AMSTERDAM, OFFICE, NEXT, "2024-06-14 22:30 Z", 0, "2024-06-17 09:00"},
	{"t01_due_is_never_in_closed_time", &AMSTERDAM, OFFICE "2024-06-21 09:00-12:00", DAYS, "2024-06-20 15:00", 1, "2024-06-24 09:00"},
	{"t02_three_days_over_christmas", &AMSTERDAM, OFFICE "2024-12-25..2024-12-26 holiday", DAYS, "2024-12-23 12:00", 3, "2024-12-30 12:00"},

	{"days_same_time_of_day", &NEW_YORK, BOSTON, DAYS, "2024-03-04 10:15:30", 2, "2024-03-06 10:15:30"},
	{"days_over_a_weekend", &NEW_YORK, BOSTON, DAYS, "2024-03-07 10:15", 2, "2024-03-11 10:15"},
	{"days_over_a_weekend_and_a_clock_change", &NEW_YORK, BOSTON, DAYS, "2024-03-08 16:59:59", 1, "2024-03-11 16:59:59"},
	{"days_over_a_holiday", &NEW_YORK, BOSTON, DAYS, "2024-02-16 09:00", 1, "2024-02-20 09:00"},
	{"days_from_before_opening", &NEW_YORK, BOSTON, DAYS, "2024-03-04 06:00", 1, "2024-03-05 08:30"},
	{"days_from_after_closing", &NEW_YORK, BOSTON, DAYS, "2024-03-04 18:00", 1, "2024-03-06 08:30"},
	{"days_from_the_very_closing", &NEW_YORK, BOSTON, DAYS, "2024-03-04 17:00", 1, "2024-03-06 08:30"},
	{"days_from_the_very_opening", &NEW_YORK, BOSTON, DAYS, "2024-03-04 08:30", 1, "2024-03-05 08:30"},
	{"days_from_a_weekend", &NEW_YORK, BOSTON, DAYS, "2024-03-09 12:00", 1, "2024-03-12 08:30"},
	{"days_none_while_open", &NEW_YORK, BOSTON, DAYS, "2024-03-04 10:00", 0, "2024-03-04 10:00"},
	{"days_none_while_closed", &NEW_YORK, BOSTON, DAYS, "2024-03-09 12:00", 0, "2024-03-11 08:30"},
	{"days_forty_five", &NEW_YORK, BOSTON, DAYS, "2024-03-04 11:00", 45, "2024-05-06 11:00"},
	{"days_beyond_the_range", &NEW_YORK, BOSTON, DAYS, "2025-12-30 11:00", 2, "never"},
	{"days_enormous", &NEW_YORK, BOSTON, DAYS, "2025-12-30 11:00", INT64_MAX, "never"},
	{"days_from_never", &NEW_YORK, BOSTON, DAYS, "never", 2, "never"},
	{"days_from_the_lunch_break", &SHANGHAI, CHINA, DAYS, "2024-03-04 13:00", 1, "2024-03-05 14:00"},
	{"days_over_makeup_saturday", &SHANGHAI, CHINA, DAYS, "2024-09-13 10:00", 1, "2024-09-14 10:00"},
	{"days_over_mid_autumn", &SHANGHAI, CHINA, DAYS, "2024-09-14 10:00", 1, "2024-09-18 10:00"},
	{"days_over_golden_week_and_makeup", &SHANGHAI, CHINA, DAYS, "2024-09-27 10:00", 3, "2024-10-08 10:00"},
	{"days_ten_to_makeup_saturday", &SHANGHAI, CHINA, DAYS, "2024-09-29 09:00", 6, "2024-10-12 09:00"},
	{"days_into_a_break_of_another_day", &UTC, OFFICE "2024-03-05 09:00-12:00 13:00-17:00", DAYS, "2024-03-04 12:30", 1, "2024-03-05 13:00"},
	{"days_of_a_night_shift", &UTC, NIGHT, DAYS, "2024-03-04 23:00", 1, "2024-03-05 23:00"},
	{"days_of_a_night_shift_after_midnight", &UTC, NIGHT, DAYS, "2024-03-05 02:00", 1, "2024-03-06 02:00"},
	{"days_of_a_night_shift_friday_to_monday", &UTC, NIGHT, DAYS, "2024-03-09 02:00", 1, "2024-03-12 02:00"},
	{"h03_days_land_in_the_gap", &NEW_YORK, ALWAYS, DAYS, "2024-03-09 02:30", 1, "2024-03-10 03:00"},
	{"h03_days_land_in_the_repeat", &NEW_YORK, ALWAYS, DAYS, "2024-11-02 01:30", 1, "2024-11-03 01:30 -05:00"},

	{"end_of_this_day", &NEW_YORK, BOSTON, END, "2024-03-04 10:00", 0, "2024-03-04 17:00"},
	{"end_of_the_next_day", &NEW_YORK, BOSTON, END, "2024-03-04 10:00", 1, "2024-03-05 17:00"},
	{"end_over_a_weekend", &NEW_YORK, BOSTON, END, "2024-03-08 10:00", 1, "2024-03-11 17:00"},
	{"end_over_a_holiday", &NEW_YORK, BOSTON, END, "2024-02-16 10:00", 1, "2024-02-20 17:00"},
	{"end_from_after_closing", &NEW_YORK, BOSTON, END, "2024-03-04 17:00", 0, "2024-03-05 17:00"},
	{"end_from_before_opening", &NEW_YORK, BOSTON, END, "2024-03-04 03:00", 0, "2024-03-04 17:00"},
	{"end_from_a_weekend", &NEW_YORK, BOSTON, END, "2024-03-09 03:00", 0, "2024-03-11 17:00"},
	{"end_with_a_break", &SHANGHAI, CHINA, END, "2024-03-04 09:00", 0, "2024-03-04 17:30"},
	{"end_from_the_break", &SHANGHAI, CHINA, END, "2024-03-04 13:00", 0, "2024-03-04 17:30"},
	{"end_of_makeup_saturday", &SHANGHAI, CHINA, END, "2024-09-13 09:00", 1, "2024-09-14 17:30"},
	{"end_of_a_night_shift", &UTC, NIGHT, END, "2024-03-04 23:00", 0, "2024-03-05 06:00"},
	{"end_of_a_night_shift_after_midnight", &UTC, NIGHT, END, "2024-03-05 03:00", 0, "2024-03-05 06:00"},
	{"end_beyond_the_range", &NEW_YORK, BOSTON, END, "2025-12-31 10:00", 1, "never"},
	{"end_from_behind_the_range", &NEW_YORK, BOSTON, END, "2026-02-01 10:00", 0, "never"},

	{"wall_days_plain", &NEW_YORK, BOSTON, WALL, "2024-01-10 10:00", 30, "2024-02-09 10:00"},
	{"wall_days_may_end_in_closed_time", &NEW_YORK, BOSTON, WALL, "2024-03-08 23:00", 1, "2024-03-09 23:00"},
	{"h03_wall_days_over_spring", &NEW_YORK, BOSTON, WALL, "2024-03-09 12:00", 1, "2024-03-10 12:00"},
	{"h03_wall_days_over_autumn", &NEW_YORK, BOSTON, WALL, "2024-11-02 12:00", 1, "2024-11-03 12:00"},
	{"h03_wall_days_land_in_the_gap", &NEW_YORK, BOSTON, WALL, "2024-03-09 02:30", 1, "2024-03-10 03:00"},
	{"h03_wall_days_land_in_the_repeat", &NEW_YORK, BOSTON, WALL, "2024-11-02 01:30", 1, "2024-11-03 01:30 -05:00"},
	{"wall_days_none", &NEW_YORK, BOSTON, WALL, "2024-11-03 01:30 -04:00", 0, "2024-11-03 01:30 -04:00"},
	{"wall_days_leap_year", &SHANGHAI, CHINA, WALL, "2024-02-28 09:00", 366, "2025-02-28 09:00"},
	{"wall_days_beyond_the_range", &SHANGHAI, CHINA, WALL, "2025-12-31 09:00", 720, "2027-12-21 09:00"},
	{"wall_days_enormous", &SHANGHAI, CHINA, WALL, "2025-12-31 09:00", INT64_MAX, "never"},

	{"next_while_open", &UTC, OFFICE, NEXT, "2024-03-04 10:00", 0, "2024-03-04 10:00"},
	{"next_at_opening", &UTC, OFFICE, NEXT, "2024-03-04 09:00", 0, "2024-03-04 09:00"},
	{"next_at_closing", &UTC, OFFICE, NEXT, "2024-03-08 17:00", 0, "2024-03-11 09:00"},
	{"next_before_the_range", &UTC, OFFICE, NEXT, "2000-01-01 00:00", 0, "2024-01-01 09:00"},
	{"next_behind_the_range", &UTC, OFFICE, NEXT, "2025-12-31 17:00", 0, "never"},

	{"between_same_day", &UTC, OFFICE, BETWEEN, "2024-03-04 10:00", 90, "2024-03-04 11:30"},
	{"between_backwards", &UTC, OFFICE, BETWEEN, "2024-03-04 11:30", -90, "2024-03-04 10:00"},
	{"between_over_a_weekend", &UTC, OFFICE, BETWEEN, "2024-03-08 16:00", 120, "2024-03-11 10:00"},
	{"h06_between_wholly_in_closed_time", &UTC, OFFICE, BETWEEN, "2024-03-08 17:00", 0, "2024-03-11 09:00"},
	{"between_a_whole_week", &UTC, OFFICE, BETWEEN, "2024-03-04 00:00", 2400, "2024-03-11 00:00"},
	{"between_outside_the_range", &UTC, OFFICE, BETWEEN, "2000-01-01 00:00", 0, "2023-12-31 00:00"},

	{"shift_forward_is_add", &UTC, OFFICE, SHIFT, "2024-03-08 16:00", 120, "2024-03-11 10:00"},
	{"shift_back", &UTC, OFFICE, SHIFT, "2024-03-11 10:00", -120, "2024-03-08 16:00"},
	{"shift_back_to_a_closing", &UTC, OFFICE, SHIFT, "2024-03-11 10:00", -60, "2024-03-08 17:00"},
	{"h06_shift_nothing_from_closed_time", &UTC, OFFICE, SHIFT, "2024-03-10 10:00", 0, "2024-03-08 17:00"},
	{"shift_nothing_while_open", &UTC, OFFICE, SHIFT, "2024-03-08 10:00", 0, "2024-03-08 10:00"},
	{"shift_back_before_the_range", &UTC, OFFICE, SHIFT, "2024-01-01 10:00", -120, "2024-01-01 09:00"},
};

static void
check_ask(void **state)
{
	const struct ask_row *row = *state;
	const struct calendar *calendar = good_hours(row->zone, row->hours);
	struct instant from = moment(row->zone, row->from), got = INSTANT_NEVER;
	struct span minutes = {row->question == ADD || row->question == SHIFT ? row->n * US_PER_MINUTE : 0};

	switch (row->question) {
	case ADD:
		got = calendar_add(calendar, from, minutes);
		break;
	case DAYS:
		got = calendar_add_days(calendar, from, row->n);
		break;
	case END:
		got = calendar_end_of_day(calendar, from, row->n);
		break;
	case WALL:
		got = calendar_add_wall_days(calendar, from, row->n);
		break;
	case NEXT:
		got = calendar_next_opening(calendar, from);
		break;
	case SHIFT:
		got = calendar_shift(calendar, from, minutes);
		break;
	case BETWEEN:
		assert_int_equal(calendar_between(calendar, from, moment(row->zone, row->want)).us,
			row->n * US_PER_MINUTE);
		return;
	}
	assert_moment(row->zone, got, row->want);
}

static const struct refuse_row {
	const char *name, *hours;
	const char *why; /* words that must be in the answer; NULL = accepted */
} refuse_rows[] = {
	{"h04_no_hours_at_all", "", "no opening between 2024-01-01 and 2025-12-31"},
	{"h04_only_holidays", OFFICE "2024-01-01..2024-02-29 holiday; first=2024-01-01; last=2024-02-29", "no opening"},
	{"h04_closed_for_400_days", "first=2024-01-01; last=2025-06-30; 2024-01-05 09:00-10:00; 2025-02-08 09:00-10:00", NULL},
	{"h04_closed_for_longer", "first=2024-01-01; last=2025-06-30; 2024-01-05 09:00-10:00; 2025-02-09 09:00-10:00", "no opening between 2024-01-05 and 2025-02-09"},
	{"h04_closed_at_the_end", "first=2024-01-01; last=2025-06-30; 2024-01-05 09:00-10:00", "no opening between 2024-01-05 and 2025-06-30"},
	{"h04_closed_at_the_beginning", "first=2024-01-01; last=2025-06-30; 2025-06-05 09:00-10:00", "no opening between 2024-01-01 and 2025-06-05"},
	{"h04_one_day_a_week", "1-1 09:00-10:00", NULL},
	{"overlap_within_a_day", "1-5 08:00-12:00 11:59-17:00", "11:59 on 2024-01-01"},
	{"touching_is_no_overlap", "1-5 08:00-12:00 12:00-17:00", NULL},
	{"overlap_over_midnight", "1-1 20:00-32:00; 2-2 07:00-09:00", "07:00 on 2024-01-02"},
	{"touching_over_midnight", "1-1 20:00-32:00; 2-2 08:00-09:00", NULL},
	{"overlap_of_special_hours", OFFICE "2024-03-05 09:00-11:00 10:00-12:00", "10:00 on 2024-03-05"},
	{"overlap_of_night_and_special_hours", NIGHT "2024-03-05 05:00-06:00", "05:00 on 2024-03-05"},
	{"overlap_of_night_and_makeup", "1-1 00:00-08:00; 2-5 22:00-30:00; 2024-03-09 makeup", "00:00 on 2024-03-09"},
	{"window_ends_before_it_starts", "1-5 17:00-08:00", "end behind its start"},
	{"window_of_no_length", "1-5 08:00-08:00", "end behind its start"},
	{"window_too_long", "1-5 08:00-48:01", "minute 2880"},
	{"window_starts_on_the_next_day", "1-5 24:00-25:00", "start before minute 1440"},
	{"weekday_8", "8-8 08:00-09:00", "weekday 1 to 7"},
	{"weekday_0", "0-5 08:00-09:00", "weekday 1 to 7"},
	{"windows_out_of_order", "2-2 08:00-09:00; 1-1 08:00-09:00", "sorted"},
	{"special_hours_of_no_length", OFFICE "2024-03-05 09:00-09:00", "a closed day is a holiday"},
	{"exceptions_out_of_order", OFFICE "2024-03-05 holiday; 2024-03-04 holiday", "2024-03-04 comes too late"},
	{"holiday_and_makeup_at_once", OFFICE "2024-03-09 holiday; 2024-03-09 makeup", "it can be only one"},
	{"makeup_of_a_closed_weekday", "2-5 09:00-17:00; 2024-03-09 makeup", "2024-03-09 is a make-up workday, but"},
	{"makeup_weekday_told", "2-5 09:00-17:00; 2024-03-09 makeup; makeup=2", NULL},
	{"makeup_weekday_8", OFFICE "makeup=8", "must be 1 to 7"},
	{"range_backwards", OFFICE "first=2024-02-01; last=2024-01-01", "run forward"},
	{"range_of_one_date", OFFICE "first=2024-02-01; last=2024-02-01", NULL},
	{"range_of_a_century", OFFICE "first=2000-01-01; last=2099-12-31", NULL},
	{"range_too_long", OFFICE "first=2000-01-01; last=2199-12-31", "at most"},
};

static void
check_refuse(void **state)
{
	const struct refuse_row *row = *state;
	struct text why = TEXT_NONE;
	bool accepted = hours(&UTC, row->hours, &why) != NULL;

	assert_int_equal(accepted, row->why == NULL);
	if (!accepted && strstr(why.data, row->why) == NULL)
		fail_msg("it says '%s', without '%s'", why.data, row->why);
}

static void
bad_zones_are_refused(void **state)
{
	static const struct zone_transition backwards[] = {{{10}, 0}, {{10}, 3600}}, far[] = {{{0}, 86400}};
	const struct zone none = {TEXT("none"), NULL, 0}, twice = {TEXT("twice"), backwards, 2}, wide = {TEXT("far"), far, 1};
	struct text why = TEXT_NONE;

	(void)state;
	assert_null(hours(&none, OFFICE, &why));
	assert_non_null(strstr(why.data, "zone none"));
	assert_null(hours(&twice, OFFICE, &why));
	assert_null(hours(&wide, OFFICE, &why));
}

static void
too_many_windows_of_a_date_are_refused(void **state)
{
	char words[2048] = "1-1";
	struct text why = TEXT_NONE;

	(void)state;
	for (int i = 0; i < 49; i++)
		sprintf(words + strlen(words), " %02d:%02d-%02d:%02d", i / 3, i % 3 * 20, i / 3, i % 3 * 20 + 10);
	assert_null(hours(&UTC, words, &why));
	assert_non_null(strstr(why.data, "more than 48 windows"));
	*strrchr(words, ' ') = '\0';
	assert_non_null(hours(&UTC, words, &why));
}

static void
what_lies_behind_the_known_holidays_is_provisional(void **state)
{
	const struct calendar *calendar = good_hours(&SHANGHAI, CHINA "known=2024-12-31");

	(void)state;
	assert_false(calendar_is_provisional(calendar, moment(&SHANGHAI, "2024-12-31 23:59:59")));
	assert_true(calendar_is_provisional(calendar, moment(&SHANGHAI, "2025-01-01 00:00")));
	assert_false(calendar_is_provisional(calendar, INSTANT_NEVER));
}

static void
a_calendar_keeps_its_own_copies(void **state)
{
	struct zone_transition rows[] = {{{0}, 28800}};
	char name[] = "Asia/Shanghai";
	const struct zone zone = {text_of(name), rows, 1};
	const struct calendar *calendar = good_hours(&zone, OFFICE);

	(void)state;
	rows[0].offset_seconds = 0;
	name[0] = 'X';
	assert_true(text_is(calendar_zone(calendar)->name, "Asia/Shanghai"));
	assert_true(text_is(calendar_code(calendar), "words"));
	assert_moment(&SHANGHAI, calendar_next_opening(calendar, moment(&SHANGHAI, "2024-03-04 00:00")), "2024-03-04 09:00");
	assert_true(calendar_is_open(calendar, moment(&SHANGHAI, "2024-03-04 09:00")));
	assert_false(calendar_is_open(calendar, moment(&SHANGHAI, "2024-03-04 17:00")));
}

/* ---- the other way: a map of minutes ---- */

#define MAP_DATES 7                       /* of the calendar */
#define MAP_DAYS (MAP_DATES + 6)          /* room around them for nights and odd zones */
#define MAP_MINUTES (MAP_DAYS * 1440)

struct map {
	const struct zone *zone;
	int32_t first_date;
	int64_t first_minute;       /* since 1970, UTC */
	int64_t wall[MAP_MINUTES];  /* wall clock of each minute, in minutes since 1970 */
	int8_t date[MAP_MINUTES];   /* whose window the minute is in: 0 … MAP_DATES - 1, or -1 */
	bool works[MAP_DATES];
	bool overlaps, opens;
};

static void
map_zone(struct map *map, const struct zone *zone, int32_t first_date)
{
	size_t row = 0;

	memset(map, 0, sizeof(*map));
	memset(map->date, -1, sizeof(map->date));
	map->zone = zone;
	map->first_date = first_date;
	map->first_minute = (first_date - 3) * INT64_C(1440);
	for (int m = 0; m < MAP_MINUTES; m++) {
		int64_t us = (map->first_minute + m) * US_PER_MINUTE;

		while (row + 1 < zone->count && zone->transitions[row + 1].from.us <= us)
			row++;
		map->wall[m] = map->first_minute + m + zone->transitions[row].offset_seconds / 60;
	}
}

/* A window is open from the first minute that shows its start or later, through the last minute that
 * shows less than its end. What touches a minute already taken leaves it. */
static void
map_window(struct map *map, int date, int from, int until)
{
	int64_t midnight = (map->first_date + date) * INT64_C(1440);
	int first = 0, last = MAP_MINUTES - 1;

	while (map->wall[first] < midnight + from)
		first++;
	while (map->wall[last] >= midnight + until)
		last--;
	for (int m = first; m <= last; m++)
		if (map->date[m] < 0) {
			map->date[m] = (int8_t)date;
			map->works[date] = map->opens = true;
		}
}

struct random_calendar {
	struct calendar_window windows[7 * 3];
	struct calendar_exception exceptions[MAP_DATES * 3];
	struct calendar_rows rows;
};

static int
random_windows(uint64_t *seed, int ret_minutes[6])
{
	int count = (int)random_between(seed, 0, 3), at = (int)random_between(seed, 0, 600);

	for (int i = 0; i < count; i++) {
		ret_minutes[2 * i] = at;
		at += (int)random_between(seed, 1, i + 1 == count && random_between(seed, 0, 3) == 0 ? 900 : 300);
		ret_minutes[2 * i + 1] = at;
		at += random_between(seed, 0, 2) == 0 ? 0 : (int)random_between(seed, 1, 120);
		if (at >= 1440)
			return i + 1;
	}
	return count;
}

static void
random_rows(struct random_calendar *made, uint64_t *seed, const struct zone *zone, int32_t first_date)
{
	int minutes[6];

	memset(made, 0, sizeof(*made));
	made->rows = (struct calendar_rows){.code = TEXT("random"), .zone = *zone, .windows = made->windows,
		.exceptions = made->exceptions, .first_date = first_date, .last_date = first_date + MAP_DATES - 1};
	for (int weekday = 1; weekday <= 7; weekday++)
		for (int i = 0, count = random_windows(seed, minutes); i < count; i++)
			made->windows[made->rows.windows_count++] =
				(struct calendar_window){weekday, minutes[2 * i], minutes[2 * i + 1]};
	for (int date = 0; date < MAP_DATES; date++) {
		int kind = (int)random_between(seed, 0, 8), count = kind == CALENDAR_SPECIAL ? random_windows(seed, minutes) : 1;

		for (int i = 0; kind >= 1 && kind <= 3 && i < count; i++)
			made->exceptions[made->rows.exceptions_count++] = (struct calendar_exception){first_date + date,
				(enum calendar_day)kind, kind == CALENDAR_SPECIAL ? minutes[2 * i] : 0,
				kind == CALENDAR_SPECIAL ? minutes[2 * i + 1] : 0};
	}
	made->rows.makeup_weekday = (int)random_between(seed, 1, 7);
}

/* The windows of a date, straight from the words of H4. */
static void
map_date(struct map *map, const struct random_calendar *made, int date, int64_t *wall_until)
{
	int weekday = date_weekday(map->first_date + date), from[3], until[3], count = 0;

	for (size_t i = 0; i < made->rows.exceptions_count; i++) {
		const struct calendar_exception *row = &made->exceptions[i];

		if (row->date != map->first_date + date)
			continue;
		weekday = row->kind == CALENDAR_MAKEUP_WORKDAY ? made->rows.makeup_weekday : -1;
		if (row->kind == CALENDAR_SPECIAL) {
			from[count] = row->from_minute;
			until[count++] = row->until_minute;
		}
	}
	for (size_t i = 0; weekday > 0 && i < made->rows.windows_count; i++)
		if (made->windows[i].weekday == weekday) {
			from[count] = made->windows[i].from_minute;
			until[count++] = made->windows[i].until_minute;
		}
	for (int i = 0; i < count; i++) {
		int64_t midnight = (map->first_date + date) * INT64_C(1440);

		map->overlaps |= midnight + from[i] < *wall_until;
		*wall_until = midnight + until[i];
		map_window(map, date, from[i], until[i]);
	}
}

static int
map_minute(const struct map *map, struct instant at)
{
	return (int)(at.us / US_PER_MINUTE - map->first_minute);
}

static struct instant
map_instant(const struct map *map, int minute, int64_t us)
{
	return minute >= MAP_MINUTES ? INSTANT_NEVER
		: (struct instant){(map->first_minute + minute) * US_PER_MINUTE + us};
}

static struct instant
map_next(const struct map *map, struct instant at)
{
	int m = map_minute(map, at);

	if (map->date[m] >= 0)
		return at;
	while (m < MAP_MINUTES && map->date[m] < 0)
		m++;
	return map_instant(map, m, 0);
}

static struct instant
map_add(const struct map *map, struct instant from, int64_t us)
{
	int m = map_minute(map, from);
	int64_t within = from.us % US_PER_MINUTE, left = us;

	for (; left > 0 && m < MAP_MINUTES; m++, within = 0) {
		if (map->date[m] < 0)
			continue;
		if (left <= US_PER_MINUTE - within)
			return map_instant(map, m, within + left);
		left -= US_PER_MINUTE - within;
	}
	return left == 0 ? from : INSTANT_NEVER;
}

/* Working date n behind that of an open minute; -1 when there are not so many. */
static int
map_later_date(const struct map *map, int date, int n)
{
	while (n > 0 && ++date < MAP_DATES)
		n -= map->works[date];
	return date < MAP_DATES ? date : -1;
}

static struct instant
map_add_days(const struct map *map, struct instant from, int n)
{
	struct instant at = map_next(map, from);
	int m = map_minute(map, at), date, last = -1, after = -1;
	int64_t target;

	if (n == 0 || instant_is_never(at))
		return at;
	date = map_later_date(map, map->date[m], n);
	if (date < 0)
		return INSTANT_NEVER;
	target = map->wall[m] + (date - map->date[m]) * INT64_C(1440);
	/* No offset is a day long, so only the minutes within a day can show it. */
	m = (int)(target - map->first_minute) - 1440;
	for (int end = m + 2880; m < end && m < MAP_MINUTES; m++) {
		if (map->wall[m] == target)
			last = m;
		if (map->wall[m] > target && after < 0)
			after = m;
	}
	return map_next(map, last < 0 ? map_instant(map, after, 0) : map_instant(map, last, at.us % US_PER_MINUTE));
}

static struct instant
map_end_of_day(const struct map *map, struct instant from, int n)
{
	struct instant at = map_next(map, from);
	int date, last;

	if (instant_is_never(at))
		return at;
	date = map_later_date(map, map->date[map_minute(map, at)], n);
	if (date < 0)
		return INSTANT_NEVER;
	for (last = MAP_MINUTES - 1; map->date[last] != date; last--)
		continue;
	return map_instant(map, last + 1, 0);
}

static void
compare(const struct map *map, uint64_t seed, const char *what, struct instant from, int64_t n,
	struct instant got, struct instant want)
{
	if (got.us != want.us)
		fail_msg("seed %llu, %.*s: %s from %s by %lld gives %s, counted %s", (unsigned long long)seed,
			(int)map->zone->name.len, map->zone->name.data, what, moment_words(map->zone, from),
			(long long)n, moment_words(map->zone, got), moment_words(map->zone, want));
}

static void
compare_interval(const struct map *map, const struct calendar *calendar, uint64_t *seed, uint64_t mark)
{
	struct instant from = {(map->first_minute + 2 * 1440) * US_PER_MINUTE +
		random_between(seed, 0, (MAP_DAYS - 4) * US_PER_DAY - 1)};
	struct span span = {random_between(seed, 0, random_between(seed, 0, 9) == 0 ? 2 * US_PER_DAY : 3 * US_PER_HOUR)};
	struct instant until;
	int n = (int)random_between(seed, 0, 4);

	if (random_between(seed, 0, 2) == 0) {
		from.us -= from.us % US_PER_MINUTE;
		span.us -= span.us % US_PER_MINUTE;
	}
	until = calendar_add(calendar, from, span);
	compare(map, mark, "add", from, span.us, until, map_add(map, from, span.us));
	compare(map, mark, "next", from, 0, calendar_next_opening(calendar, from), map_next(map, from));
	if (calendar_is_open(calendar, from) != (map->date[map_minute(map, from)] >= 0))
		fail_msg("seed %llu: open at %s?", (unsigned long long)mark, moment_words(map->zone, from));
	if (!instant_is_never(until)) {
		/* The law, forward and back. */
		assert_int_equal(calendar_between(calendar, from, until).us, span.us);
		assert_int_equal(calendar_between(calendar, until, from).us, -span.us);
		compare(map, mark, "shift back and forth", from, span.us, calendar_shift(calendar,
			calendar_shift(calendar, until, (struct span){-span.us}), span), span.us == 0 ?
			calendar_shift(calendar, from, SPAN_ZERO) : until);
	}
	if (random_between(seed, 0, 3) > 0)
		return;
	compare(map, mark, "days", from, n, calendar_add_days(calendar, from, n), map_add_days(map, from, n));
	compare(map, mark, "end of day", from, n, calendar_end_of_day(calendar, from, n), map_end_of_day(map, from, n));
}

static void
h04_200000_intervals_of_500_random_calendars_counted_by_minutes(void **state)
{
	static const struct {
		const struct zone *zone;
		int year, month, day;
	} around[] = {{&NEW_YORK, 2024, 3, 7}, {&NEW_YORK, 2024, 10, 31}, {&NEW_YORK, 2025, 3, 6}, {&SHANGHAI, 2024, 2, 26},
		{&LORD_HOWE, 2024, 4, 4}, {&LORD_HOWE, 2024, 10, 3}, {&APIA, 2011, 12, 27}, {&AMSTERDAM, 2024, 10, 24}};
	static struct map map;
	struct arena *arena = arena_new();
	int accepted = 0, refused = 0;

	(void)state;
	for (uint64_t mark = 1; accepted < 500; mark++) {
		uint64_t seed = mark * UINT64_C(0x9e3779b97f4a7c15);
		size_t where = (size_t)(mark % COUNT_OF(around));
		struct random_calendar made;
		struct calendar *calendar;
		struct text why;
		int64_t wall_until = INT64_MIN;
		int32_t first = date_days(around[where].year, around[where].month, around[where].day);
		bool makeup_is_closed = false;

		arena_reset(arena);
		random_rows(&made, &seed, around[where].zone, first + (int32_t)random_between(&seed, -2, 2));
		map_zone(&map, around[where].zone, made.rows.first_date);
		for (int date = 0; date < MAP_DATES; date++)
			map_date(&map, &made, date, &wall_until);
		for (size_t i = 0; i < made.rows.exceptions_count; i++)
			makeup_is_closed |= made.exceptions[i].kind == CALENDAR_MAKEUP_WORKDAY;
		for (size_t i = 0; i < made.rows.windows_count; i++)
			makeup_is_closed &= made.windows[i].weekday != made.rows.makeup_weekday;
		calendar = calendar_compile(arena, &made.rows, &why);
		if ((calendar == NULL) != (map.overlaps || !map.opens || makeup_is_closed))
			fail_msg("seed %llu: accepted %d, overlaps %d, opens %d", (unsigned long long)mark,
				calendar != NULL, map.overlaps, map.opens);
		accepted += calendar != NULL;
		refused += calendar == NULL;
		for (int i = 0; calendar != NULL && i < 400; i++)
			compare_interval(&map, calendar, &seed, mark);
	}
	assert_true(refused > 100);
	arena_free(arena);
}

int
main(void)
{
	static struct check_group group;
	int failed;

	CHECK_ROWS(&group, ask_rows, check_ask);
	CHECK_ROWS(&group, refuse_rows, check_refuse);
	CHECK_ONE(&group, bad_zones_are_refused);
	CHECK_ONE(&group, too_many_windows_of_a_date_are_refused);
	CHECK_ONE(&group, what_lies_behind_the_known_holidays_is_provisional);
	CHECK_ONE(&group, a_calendar_keeps_its_own_copies);
	CHECK_ONE(&group, h04_200000_intervals_of_500_random_calendars_counted_by_minutes);
	failed = check_run("calendar", &group);
	moments_done();
	return failed;
}
