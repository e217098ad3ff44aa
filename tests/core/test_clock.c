/* test_clock.c — the life of one clock as a story: what is due, used and left (H5–H7, H21, T4, T8, D5). */
#include "core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/core/moments.h"

#define OFFICE "1-5 09:00-17:00; 2024-03-29 holiday"
#define CHINA "1-5 08:30-12:00 14:00-17:30; 2024-09-14 makeup; 2024-09-15..2024-09-17 holiday"

/* A story is a list of "WHEN VERB", parted by ';'; start and retarget may name a limit:
 * its kind by its word, and minutes or days. The last verb, mostly `ask`, says when is asked. */
static const struct story_row {
	const char *name;
	const struct zone *zone;
	const char *hours, *limit, *story;
	const char *due;
	int64_t used, left; /* minutes */
} story_rows[] = {
	{"working_time", &UTC, OFFICE, "working_time 120", "2024-03-04 10:00 start; 2024-03-04 11:00 ask", "2024-03-04 12:00", 60, 60},
	{"working_time_over_a_weekend", &UTC, OFFICE, "working_time 120", "2024-03-08 16:00 start; 2024-03-10 11:00 ask", "2024-03-11 10:00", 60, 60},
	{"working_time_due_at_closing", &UTC, OFFICE, "working_time 60", "2024-03-08 16:00 start; 2024-03-08 16:30 ask", "2024-03-08 17:00", 30, 30},
	{"working_time_overdue", &UTC, OFFICE, "working_time 60", "2024-03-08 16:00 start; 2024-03-11 10:00 ask", "2024-03-08 17:00", 120, -60},
	{"working_days", &UTC, OFFICE, "working_days 2", "2024-03-07 10:00 start; 2024-03-08 10:00 ask", "2024-03-11 10:00", 480, 480},
	{"working_days_over_a_holiday", &UTC, OFFICE, "working_days 1", "2024-03-28 10:00 start; 2024-03-29 10:00 ask", "2024-04-01 10:00", 420, 60},
	{"end_of_working_day", &UTC, OFFICE, "end_of_working_day 1", "2024-03-04 10:00 start; 2024-03-04 12:00 ask", "2024-03-05 17:00", 120, 780},
	{"continuous", &UTC, OFFICE, "continuous 120", "2024-03-08 16:00 start; 2024-03-08 18:30 ask", "2024-03-08 18:00", 150, -30},
	{"calendar_days", &UTC, OFFICE, "calendar_days 2", "2024-03-08 16:00 start; 2024-03-09 16:00 ask", "2024-03-10 16:00", 1440, 1440},
	{"h03_calendar_days_over_spring", &NEW_YORK, OFFICE, "calendar_days 1", "2024-03-09 12:00 start; 2024-03-09 12:00 ask", "2024-03-10 12:00", 0, 1380},
	{"h03_calendar_days_over_autumn", &NEW_YORK, OFFICE, "calendar_days 1", "2024-11-02 12:00 start; 2024-11-02 12:00 ask", "2024-11-03 12:00", 0, 1500},
	{"h03_continuous_is_real_time", &NEW_YORK, OFFICE, "continuous 1440", "2024-03-09 12:00 start; 2024-03-09 12:00 ask", "2024-03-10 13:00", 0, 1440},
	{"no_limit", &UTC, OFFICE, "none 0", "2024-03-08 16:00 start; 2024-03-08 17:00 ask", "never", 60, 0},
	{"t01_saturday_night", &AMSTERDAM, OFFICE, "working_days 5", "2024-06-15 00:30 start; 2024-06-17 10:00 ask", "2024-06-24 09:00", 60, 2340},
	{"h04_makeup_saturday", &SHANGHAI, CHINA, "working_days 2", "2024-09-13 10:00 start; 2024-09-14 10:00 ask", "2024-09-18 10:00", 420, 420},

	{"h05_pause", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 pause; 2024-03-04 13:00 resume; 2024-03-04 14:00 ask", "2024-03-04 16:00", 120, 120},
	{"h05_paused_has_no_due", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 pause; 2024-03-04 16:00 ask", "never", 60, 180},
	{"h05_two_pauses", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 pause; 2024-03-04 12:00 resume; 2024-03-04 13:00 pause; 2024-03-04 14:00 resume; 2024-03-04 14:30 ask", "2024-03-04 16:00", 150, 90},
	{"h05_pause_of_a_paused_clock_changes_nothing", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 pause; 2024-03-04 12:00 pause; 2024-03-04 13:00 resume; 2024-03-04 13:00 ask", "2024-03-04 16:00", 60, 180},
	{"h05_resume_of_a_running_clock_changes_nothing", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 resume; 2024-03-04 12:00 ask", "2024-03-04 14:00", 120, 120},
	{"h05_pause_over_a_weekend", &UTC, OFFICE, "working_time 240", "2024-03-08 16:00 start; 2024-03-08 16:30 pause; 2024-03-11 09:30 resume; 2024-03-11 09:30 ask", "2024-03-11 13:00", 30, 210},
	{"h05_pause_continuous", &UTC, OFFICE, "continuous 120", "2024-03-08 16:00 start; 2024-03-08 17:00 pause; 2024-03-10 09:00 resume; 2024-03-10 09:30 ask", "2024-03-10 10:00", 90, 30},
	{"h05_pause_calendar_days", &UTC, OFFICE, "calendar_days 2", "2024-03-08 16:00 start; 2024-03-09 16:00 pause; 2024-03-12 12:00 resume; 2024-03-12 12:00 ask", "2024-03-13 12:00", 1440, 1440},
	{"h05_pause_without_limit", &UTC, OFFICE, "none 0", "2024-03-08 16:00 start; 2024-03-08 17:00 pause; 2024-03-10 09:00 resume; 2024-03-10 10:00 ask", "never", 120, 0},
	{"h05_pause_while_overdue", &UTC, OFFICE, "working_time 60", "2024-03-04 10:00 start; 2024-03-04 12:00 pause; 2024-03-05 11:00 resume; 2024-03-05 11:00 ask", "2024-03-05 10:00", 120, -60},
	{"t04_waiting_for_the_resident", &UTC, OFFICE, "working_days 3", "2024-03-04 10:00 start; 2024-03-05 10:00 pause; 2024-03-12 10:00 resume; 2024-03-12 10:00 ask", "2024-03-14 10:00", 480, 960},
	{"h06_pause_in_days_wholly_outside_hours", &UTC, OFFICE, "working_days 1", "2024-03-07 18:00 start; 2024-03-09 10:00 pause; 2024-03-10 10:00 resume; 2024-03-10 10:00 ask", "2024-03-11 09:00", 480, 0},
	{"h06_pause_in_days_from_closing_to_opening", &UTC, OFFICE, "working_days 1", "2024-03-07 18:00 start; 2024-03-08 17:00 pause; 2024-03-11 09:00 resume; 2024-03-11 09:00 ask", "2024-03-11 09:00", 480, 0},
	{"h06_pause_in_days_of_no_length", &UTC, OFFICE, "working_days 1", "2024-03-07 18:00 start; 2024-03-08 12:00 pause; 2024-03-08 12:00 resume; 2024-03-08 12:00 ask", "2024-03-11 09:00", 180, 300},
	{"h06_pause_in_time_wholly_outside_hours", &UTC, OFFICE, "working_time 120", "2024-03-08 16:00 start; 2024-03-08 17:00 pause; 2024-03-11 09:00 resume; 2024-03-11 09:00 ask", "2024-03-11 10:00", 60, 60},
	{"h06_pause_when_due_at_the_closing_before", &UTC, OFFICE, "working_time 60", "2024-03-08 16:00 start; 2024-03-09 10:00 pause; 2024-03-10 10:00 resume; 2024-03-10 10:00 ask", "2024-03-08 17:00", 60, 0},
	{"h06_pause_overdue_wholly_outside_hours", &UTC, OFFICE, "working_time 60", "2024-03-08 10:00 start; 2024-03-08 18:00 pause; 2024-03-10 10:00 resume; 2024-03-10 10:00 ask", "2024-03-08 11:00", 420, -360},
	{"h06_pause_end_of_day_wholly_outside_hours", &UTC, OFFICE, "end_of_working_day 1", "2024-03-07 10:00 start; 2024-03-07 19:00 pause; 2024-03-08 05:00 resume; 2024-03-08 05:00 ask", "2024-03-08 17:00", 420, 480},
	{"h06_pause_end_of_day_a_working_day_long", &UTC, OFFICE, "end_of_working_day 1", "2024-03-04 10:00 start; 2024-03-04 12:00 pause; 2024-03-05 12:00 resume; 2024-03-05 12:00 ask", "2024-03-06 17:00", 120, 780},
	{"h06_pause_in_the_break", &SHANGHAI, CHINA, "working_time 120", "2024-03-04 11:00 start; 2024-03-04 12:00 pause; 2024-03-04 14:00 resume; 2024-03-04 14:00 ask", "2024-03-04 15:00", 60, 60},

	{"stop", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 stop; 2024-03-06 11:00 ask", "2024-03-04 14:00", 60, 180},
	{"t06_stop_late_keeps_the_verdict", &UTC, OFFICE, "working_time 60", "2024-03-04 10:00 start; 2024-03-04 13:00 stop; 2024-03-06 11:00 ask", "2024-03-04 11:00", 180, -120},
	{"stop_twice_is_once", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 stop; 2024-03-04 13:00 stop; 2024-03-06 11:00 ask", "2024-03-04 14:00", 60, 180},
	{"stop_while_paused", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 pause; 2024-03-04 12:00 stop; 2024-03-06 11:00 ask", "2024-03-04 15:00", 60, 180},
	{"pause_of_a_stopped_clock_changes_nothing", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 stop; 2024-03-04 12:00 pause; 2024-03-04 13:00 resume; 2024-03-06 11:00 ask", "2024-03-04 14:00", 60, 180},
	{"d05_reopen_continues_with_what_was_left", &UTC, OFFICE, "working_days 5", "2024-03-04 10:00 start; 2024-03-05 10:00 stop; 2024-03-15 10:00 reopen; 2024-03-15 11:00 ask", "2024-03-21 10:00", 540, 1860},
	{"h21_reopen_working_time", &UTC, OFFICE, "working_time 300", "2024-03-04 10:00 start; 2024-03-04 12:00 stop; 2024-03-07 10:00 reopen; 2024-03-07 10:00 ask", "2024-03-07 13:00", 120, 180},
	{"h21_reopen_overdue", &UTC, OFFICE, "working_time 60", "2024-03-04 10:00 start; 2024-03-04 12:00 stop; 2024-03-07 11:00 reopen; 2024-03-07 11:00 ask", "2024-03-07 10:00", 120, -60},
	{"h21_reopen_after_a_stop_while_paused", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 pause; 2024-03-04 12:00 stop; 2024-03-06 10:00 reopen; 2024-03-06 10:00 ask", "2024-03-06 13:00", 60, 180},
	{"reopen_of_a_running_clock_changes_nothing", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 reopen; 2024-03-04 12:00 ask", "2024-03-04 14:00", 120, 120},
	{"h21_restart_forgets", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 12:00 stop; 2024-03-06 10:00 start; 2024-03-06 11:00 ask", "2024-03-06 14:00", 60, 180},

	{"h07_longer_target", &UTC, OFFICE, "working_days 5", "2024-03-04 10:00 start; 2024-03-08 10:00 retarget working_days 8; 2024-03-08 10:00 ask", "2024-03-14 10:00", 1920, 1920},
	{"t08_shorter_target_is_never_past", &UTC, OFFICE, "working_days 5", "2024-03-04 10:00 start; 2024-03-08 10:00 retarget working_days 3; 2024-03-08 10:00 ask", "2024-03-08 10:00", 1920, 0},
	{"t08_there_and_back", &UTC, OFFICE, "working_days 5", "2024-03-04 10:00 start; 2024-03-05 10:00 retarget continuous 6000; 2024-03-06 10:00 retarget working_days 5; 2024-03-06 10:00 ask", "2024-03-11 10:00", 960, 1440},
	{"h07_used_time_stays_after_a_pause", &UTC, OFFICE, "working_time 480", "2024-03-04 09:00 start; 2024-03-04 11:00 pause; 2024-03-04 15:00 resume; 2024-03-04 16:00 retarget working_time 240; 2024-03-04 16:00 ask", "2024-03-04 17:00", 180, 60},
	{"h07_shorter_than_what_was_used", &UTC, OFFICE, "working_time 480", "2024-03-04 09:00 start; 2024-03-04 15:00 retarget working_time 60; 2024-03-04 15:00 ask", "2024-03-04 15:00", 360, 0},
	{"h07_working_to_continuous", &UTC, OFFICE, "working_time 480", "2024-03-08 16:00 start; 2024-03-09 12:00 retarget continuous 2880; 2024-03-09 12:00 ask", "2024-03-10 16:00", 1200, 1680},
	{"h07_continuous_to_working", &UTC, OFFICE, "continuous 2880", "2024-03-08 16:00 start; 2024-03-09 12:00 retarget working_time 120; 2024-03-09 12:00 ask", "2024-03-11 10:00", 60, 60},
	{"h07_to_calendar_days", &UTC, OFFICE, "working_time 480", "2024-03-08 16:00 start; 2024-03-09 12:00 retarget calendar_days 3; 2024-03-09 12:00 ask", "2024-03-11 16:00", 1200, 3120},
	{"h07_to_end_of_day", &UTC, OFFICE, "working_time 480", "2024-03-08 16:00 start; 2024-03-08 16:30 retarget end_of_working_day 0; 2024-03-08 16:30 ask", "2024-03-08 17:00", 30, 30},
	{"h07_to_no_limit", &UTC, OFFICE, "working_time 480", "2024-03-08 16:00 start; 2024-03-08 16:30 retarget none 0; 2024-03-08 17:30 ask", "never", 90, 0},
	{"h07_from_no_limit", &UTC, OFFICE, "none 0", "2024-03-08 16:00 start; 2024-03-08 16:30 retarget working_time 120; 2024-03-08 16:30 ask", "2024-03-11 10:00", 30, 90},
	{"h07_while_paused", &UTC, OFFICE, "working_time 480", "2024-03-04 10:00 start; 2024-03-04 12:00 pause; 2024-03-04 14:00 retarget working_time 180; 2024-03-05 10:00 ask", "never", 120, 60},
	{"h07_while_paused_then_resumed", &UTC, OFFICE, "working_time 480", "2024-03-04 10:00 start; 2024-03-04 12:00 pause; 2024-03-04 14:00 retarget working_time 180; 2024-03-05 10:00 resume; 2024-03-05 10:00 ask", "2024-03-05 11:00", 120, 60},
	{"h07_pauses_survive", &UTC, OFFICE, "working_days 3", "2024-03-04 10:00 start; 2024-03-05 10:00 pause; 2024-03-08 10:00 resume; 2024-03-08 12:00 retarget working_days 4; 2024-03-08 12:00 ask", "2024-03-13 10:00", 600, 1320},
	{"retarget_of_a_stopped_clock_changes_nothing", &UTC, OFFICE, "working_time 240", "2024-03-04 10:00 start; 2024-03-04 11:00 stop; 2024-03-04 12:00 retarget working_time 60; 2024-03-06 11:00 ask", "2024-03-04 14:00", 60, 180},

	{"due_beyond_the_calendar", &UTC, OFFICE, "working_days 9999", "2024-03-04 10:00 start; 2024-03-04 11:00 ask", "never", 60, INT64_MAX / US_PER_MINUTE},
	{"pause_with_a_due_beyond_the_calendar", &UTC, OFFICE, "working_days 9999", "2024-03-04 10:00 start; 2024-03-04 11:00 pause; 2024-03-04 12:00 resume; 2024-03-04 12:00 ask", "never", 60, INT64_MAX / US_PER_MINUTE},
};

static struct limit
limit_of(const char *words)
{
	char kind[32];
	long long amount;
	const struct word *word;
	struct limit limit = {.calendar = 1};

	if (sscanf(words, " %31[a-z_] %lld", kind, &amount) != 2)
		fail_msg("'%s' is no limit", words);
	word = vocab_by_word("limit_kind", kind, strlen(kind));
	assert_non_null(word);
	limit.kind = (enum limit_kind)word->number;
	limit.amount = limit_in_days(limit.kind) ? amount : amount * US_PER_MINUTE;
	return limit;
}

static struct clock
clock_after(struct clock clock, const char *verb, struct limit limit, const struct calendar *calendar, struct instant at)
{
	if (strncmp(verb, "start", 5) == 0)
		return clock_start(clock, limit, calendar, at);
	if (strncmp(verb, "pause", 5) == 0)
		return clock_pause(clock, calendar, at);
	if (strncmp(verb, "resume", 6) == 0)
		return clock_resume(clock, calendar, at);
	if (strncmp(verb, "stop", 4) == 0)
		return clock_stop(clock, calendar, at);
	if (strncmp(verb, "reopen", 6) == 0)
		return clock_reopen(clock, calendar, at);
	if (strncmp(verb, "retarget ", 9) == 0)
		return clock_retarget(clock, limit_of(verb + 9), calendar, at);
	assert_int_equal(strncmp(verb, "ask", 3), 0);
	return clock;
}

/* "YYYY-MM-DD HH:MM VERB; …" */
static struct clock
clock_told(const struct story_row *row, const struct calendar *calendar, struct instant *ret_at)
{
	struct clock clock = {0};

	for (const char *item = row->story; item != NULL; item = strchr(item, ';')) {
		char when[17] = {0};

		item += strspn(item, "; ");
		memcpy(when, item, 16);
		*ret_at = moment(row->zone, when);
		clock = clock_after(clock, item + 17, limit_of(row->limit), calendar, *ret_at);
	}
	return clock;
}

static void
check_story(void **state)
{
	const struct story_row *row = *state;
	const struct calendar *calendar = good_hours(row->zone, row->hours);
	struct instant at = INSTANT_NEVER;
	struct clock clock = clock_told(row, calendar, &at);

	assert_moment(row->zone, clock.due_at, row->due);
	assert_int_equal(clock_used(clock, calendar, at).us / US_PER_MINUTE, row->used);
	assert_int_equal(clock_remaining(clock, calendar, at).us / US_PER_MINUTE, row->left);
}

static const struct warn_row {
	const char *name;
	const struct zone *zone;
	const char *hours, *limit, *story, *warn;
} warn_rows[] = {
	{"warn_working_time", &UTC, OFFICE, "working_time 100", "2024-03-04 10:00 start", "2024-03-04 11:20"},
	{"warn_over_a_weekend", &UTC, OFFICE, "working_time 300", "2024-03-08 13:30 start", "2024-03-11 09:30"},
	{"warn_exactly_at_closing", &UTC, OFFICE, "working_time 300", "2024-03-08 13:00 start", "2024-03-08 17:00"},
	{"warn_working_days", &UTC, OFFICE, "working_days 5", "2024-03-04 10:00 start", "2024-03-08 10:00"},
	{"warn_end_of_day", &UTC, OFFICE, "end_of_working_day 0", "2024-03-04 12:00 start", "2024-03-04 16:00"},
	{"warn_continuous", &UTC, OFFICE, "continuous 100", "2024-03-09 10:00 start", "2024-03-09 11:20"},
	{"warn_calendar_days", &UTC, OFFICE, "calendar_days 5", "2024-03-09 10:00 start", "2024-03-13 10:00"},
	{"warn_moves_with_a_pause", &UTC, OFFICE, "working_time 100", "2024-03-04 10:00 start; 2024-03-04 10:30 pause; 2024-03-04 12:30 resume", "2024-03-04 13:20"},
	{"warn_days_move_with_a_pause", &UTC, OFFICE, "working_days 5", "2024-03-04 10:00 start; 2024-03-05 10:00 pause; 2024-03-06 10:00 resume", "2024-03-11 10:00"},
	{"warn_paused_never", &UTC, OFFICE, "working_time 100", "2024-03-04 10:00 start; 2024-03-04 10:30 pause", "never"},
	{"warn_stopped_never", &UTC, OFFICE, "working_time 100", "2024-03-04 10:00 start; 2024-03-04 10:30 stop", "never"},
	{"warn_without_limit_never", &UTC, OFFICE, "none 0", "2024-03-04 10:00 start", "never"},
	{"warn_beyond_the_calendar_never", &UTC, OFFICE, "working_days 9999", "2024-03-04 10:00 start", "never"},
};

static void
check_warn(void **state)
{
	const struct warn_row *row = *state;
	const struct calendar *calendar = good_hours(row->zone, row->hours);
	const struct story_row told = {.zone = row->zone, .limit = row->limit, .story = row->story};
	struct instant at;

	assert_moment(row->zone, clock_warn_at(clock_told(&told, calendar, &at), calendar), row->warn);
}

static const struct percent_row {
	const char *name, *limit, *from;
	int percent;
	const char *want;
} percent_rows[] = {
	{"percent_50", "working_time 480", "2024-03-04 13:00", 50, "2024-03-04 17:00"},
	{"percent_100_is_the_due", "working_days 1", "2024-03-08 10:00", 100, "2024-03-11 10:00"},
	{"percent_150", "working_time 120", "2024-03-04 10:00", 150, "2024-03-04 13:00"},
	{"percent_200_over_night", "working_time 240", "2024-03-04 12:00", 200, "2024-03-05 12:00"},
	{"percent_200_of_days", "working_days 1", "2024-03-07 10:00", 200, "2024-03-11 10:00"},
	{"percent_1", "continuous 100", "2024-03-09 10:00", 1, "2024-03-09 10:01"},
	{"percent_1000", "continuous 100", "2024-03-09 10:00", 1000, "2024-03-10 02:40"},
	{"percent_of_no_limit", "none 0", "2024-03-09 10:00", 50, "never"},
};

static void
check_percent(void **state)
{
	const struct percent_row *row = *state;
	const struct calendar *calendar = good_hours(&UTC, OFFICE);
	struct limit limit = limit_of(row->limit);
	struct instant from = moment(&UTC, row->from), due = limit_due(limit, calendar, from);

	assert_moment(&UTC, limit_percent(limit, calendar, from, due, row->percent), row->want);
}

/* The calendar was published away, or the amount is nonsense: visible rather than never. */
static const struct odd_row {
	const char *name, *limit, *want;
	bool calendar;
} odd_rows[] = {
	{"without_calendar_working_time", "working_time 60", "2024-03-09 11:00", false},
	{"without_calendar_working_days", "working_days 2", "2024-03-11 10:00", false},
	{"without_calendar_end_of_day", "end_of_working_day 1", "2024-03-10 10:00", false},
	{"without_calendar_calendar_days", "calendar_days 1", "2024-03-10 10:00", false},
	{"without_calendar_continuous", "continuous 60", "2024-03-09 11:00", false},
	{"without_calendar_none", "none 0", "never", false},
	{"without_calendar_enormous", "working_days 9223372036854775807", "never", false},
	{"t09_negative_days_are_due_at_the_next_opening", "working_days -3", "2024-03-11 09:00", true},
	{"t09_negative_time_is_due_at_once", "continuous -3", "2024-03-09 10:00", true},
	{"t09_negative_calendar_days_are_due_at_once", "calendar_days -3", "2024-03-09 10:00", true},
};

static void
check_odd(void **state)
{
	const struct odd_row *row = *state;
	const struct calendar *calendar = row->calendar ? good_hours(&UTC, OFFICE) : NULL;
	struct limit limit = limit_of(row->limit);
	struct instant at = moment(&UTC, "2024-03-09 10:00");
	struct clock clock = clock_start((struct clock){0}, limit, calendar, at);

	assert_moment(&UTC, limit_due(limit, calendar, at), row->want);
	clock = clock_pause(clock, calendar, at);
	clock = clock_resume(clock, calendar, at);
	if (calendar == NULL)
		assert_moment(&UTC, clock.due_at, row->want);
}

static void
a_limit_of_no_kind_has_no_due(void **state)
{
	(void)state;
	assert_true(instant_is_never(limit_due((struct limit){0}, NULL, (struct instant){0})));
}

static void
h21_every_start_opens_the_next_generation(void **state)
{
	const struct calendar *calendar = good_hours(&UTC, OFFICE);
	struct limit limit = limit_of("working_time 60");
	struct instant at = moment(&UTC, "2024-03-04 10:00");
	struct clock clock = clock_start((struct clock){0}, limit, calendar, at);

	(void)state;
	assert_int_equal(clock.generation, 1);
	assert_true(instant_is_never(clock.step_at) && instant_is_never(clock.breached_at));
	clock.steps = 3;
	clock.step_at = at;
	clock.breached = true;
	clock.breached_at = clock.due_at;
	assert_int_equal(clock_resume(clock_pause(clock, calendar, at), calendar, at).generation, 1);
	assert_int_equal(clock_reopen(clock_stop(clock, calendar, at), calendar, at).generation, 1);
	assert_int_equal(clock_reopen(clock_stop(clock, calendar, at), calendar, at).steps, 3);
	clock = clock_start(clock, limit, calendar, at);
	assert_int_equal(clock.generation, 2);
	assert_int_equal(clock.steps, 0);
	assert_false(clock.breached);
	assert_true(instant_is_never(clock.step_at) && instant_is_never(clock.breached_at));
	clock.generation = UINT16_MAX;
	assert_int_equal(clock_start(clock, limit, calendar, at).generation, UINT16_MAX);
}

static void
h07_a_recorded_breach_stays(void **state)
{
	const struct calendar *calendar = good_hours(&UTC, OFFICE);
	struct clock clock = clock_start((struct clock){0}, limit_of("working_time 60"), calendar, moment(&UTC, "2024-03-04 10:00"));

	(void)state;
	clock.breached = true;
	clock.breached_at = clock.due_at;
	clock = clock_retarget(clock, limit_of("working_time 480"), calendar, moment(&UTC, "2024-03-04 12:00"));
	assert_true(clock.breached);
	assert_moment(&UTC, clock.breached_at, "2024-03-04 11:00");
	assert_moment(&UTC, clock.due_at, "2024-03-05 10:00");
}

static void
a_clock_that_never_ran_answers(void **state)
{
	const struct calendar *calendar = good_hours(&UTC, OFFICE);
	struct instant at = moment(&UTC, "2024-03-04 10:00");
	struct clock off = {0};

	(void)state;
	assert_int_equal(clock_pause(off, calendar, at).run, CLOCK_OFF);
	assert_int_equal(clock_resume(off, calendar, at).run, CLOCK_OFF);
	assert_int_equal(clock_stop(off, calendar, at).run, CLOCK_OFF);
	assert_int_equal(clock_reopen(off, calendar, at).run, CLOCK_OFF);
	assert_int_equal(clock_retarget(off, limit_of("continuous 1"), calendar, at).run, CLOCK_OFF);
	assert_int_equal(clock_used(off, calendar, at).us, 0);
	assert_true(instant_is_never(clock_warn_at(off, calendar)));
}

/* What the ledger adds up to: the measure of the running intervals, and the rest of the limit. */
static void
h31_used_and_left_are_the_ledgers_sums_in_20000_random_lives(void **state)
{
	const struct calendar *calendar = good_hours(&NEW_YORK, "1-5 08:30-12:00 13:00-17:00; 6-6 22:00-30:00; 7-7 22:00-26:30");
	static const char *const limits[] = {"working_time 1500", "working_days 4", "end_of_working_day 3", "continuous 9000", "calendar_days 6"};
	uint64_t seed = 31;

	(void)state;
	for (int life = 0; life < 20000; life++) {
		struct limit limit = limit_of(limits[(size_t)life % COUNT_OF(limits)]);
		struct instant at = {moment(&NEW_YORK, life % 2 ? "2024-03-06 00:00" : "2024-10-30 00:00").us +
			random_between(&seed, 0, 6 * US_PER_DAY)};
		struct clock clock = clock_start((struct clock){0}, limit, calendar, at);
		struct span total = limit_measure(limit, calendar, at, clock.due_at);
		struct instant running_from = at;
		bool running = true;
		int64_t sum = 0;

		for (int step = (int)random_between(&seed, 1, 8); step > 0; step--) {
			at.us += random_between(&seed, 0, random_between(&seed, 0, 1) ? 2 * US_PER_DAY : US_PER_HOUR);
			if (running) {
				sum += limit_measure(limit, calendar, running_from, at).us;
				clock = random_between(&seed, 0, 1) ? clock_pause(clock, calendar, at) : clock_stop(clock, calendar, at);
			} else if (clock.run == CLOCK_PAUSED)
				clock = clock_resume(clock, calendar, at);
			else
				clock = clock_reopen(clock, calendar, at);
			running = !running;
			running_from = at;
			assert_int_equal(clock_used(clock, calendar, at).us, sum);
			assert_int_equal(clock_remaining(clock, calendar, at).us, total.us - sum);
			if (limit.kind == LIMIT_WORKING_DAYS && running)
				assert_true(calendar_is_open(calendar, clock.due_at));
		}
	}
}

int
main(void)
{
	static struct check_group group;
	int failed;

	CHECK_ROWS(&group, story_rows, check_story);
	CHECK_ROWS(&group, warn_rows, check_warn);
	CHECK_ROWS(&group, percent_rows, check_percent);
	CHECK_ROWS(&group, odd_rows, check_odd);
	CHECK_ONE(&group, a_limit_of_no_kind_has_no_due);
	CHECK_ONE(&group, h21_every_start_opens_the_next_generation);
	CHECK_ONE(&group, h07_a_recorded_breach_stays);
	CHECK_ONE(&group, a_clock_that_never_ran_answers);
	CHECK_ONE(&group, h31_used_and_left_are_the_ledgers_sums_in_20000_random_lives);
	failed = check_run("clock", &group);
	moments_done();
	return failed;
}
