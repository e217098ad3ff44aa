/* test_ladder.c — which ladder, which firing, and when (H15, H16, D3). */
#include "core/ladder.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/core/moments.h"

#define STEPS_MAX 8

/* Steps, parted by ';': ANCHOR+MINUTES or PERCENT%+MINUTES, the action, and where told @CALENDAR and
 * xREPEAT, as "due+30 move_up x2". */
static struct ladder *
ladder_of(const char *words)
{
	struct ladder *ladder = arena_take(moments_arena(), sizeof(*ladder));

	ladder->clock = CLOCK_SIGN;
	ladder->steps = arena_take_array(moments_arena(), STEPS_MAX, sizeof(*ladder->steps));
	for (const char *item = words; item != NULL; item = strchr(item, ';')) {
		struct ladder_step *step = &ladder->steps[ladder->steps_count++];
		char anchor[16], action[16], rest[32] = "";
		const struct word *word;
		int minutes;

		item += strspn(item, "; ");
		if (sscanf(item, "%d%%+%d %15[a-z_]%31[^;]", &step->percent, &minutes, action, rest) >= 3)
			step->anchor = ANCHOR_PERCENT;
		else if (sscanf(item, "%15[a-z]+%d %15[a-z_]%31[^;]", anchor, &minutes, action, rest) >= 3) {
			word = vocab_by_word("anchor", anchor, strlen(anchor));
			assert_non_null(word);
			step->anchor = (enum anchor)word->number;
		} else
			fail_msg("'%s' is no step", item);
		word = vocab_by_word("action", action, strlen(action));
		assert_non_null(word);
		step->action = (enum action)word->number;
		step->offset.us = minutes * US_PER_MINUTE;
		if (strchr(rest, '@') != NULL)
			sscanf(strchr(rest, '@'), "@%d", &step->calendar);
		if (strchr(rest, 'x') != NULL)
			sscanf(strchr(rest, 'x'), "x%d", &step->repeat);
	}
	return ladder;
}

static const struct next_row {
	const char *name, *ladder;
	int working_minutes; /* limit of the clock, started Friday 2024-03-08 16:00; 0 = no limit */
	int fired;
	const char *step_at; /* of the last firing, where there was one */
	int gap;
	const char *want;
} next_rows[] = {
	{"at_the_start", "start+0 remind", 120, 0, NULL, 0, "2024-03-08 16:00"},
	{"behind_the_start", "start+90 remind", 120, 0, NULL, 0, "2024-03-08 17:30"},
	{"behind_the_start_in_working_time", "start+90 remind @1", 120, 0, NULL, 0, "2024-03-11 09:30"},
	{"at_the_due", "due+0 move_up", 120, 0, NULL, 0, "2024-03-11 10:00"},
	{"behind_the_due", "due+30 move_up", 120, 0, NULL, 0, "2024-03-11 10:30"},
	{"behind_the_due_in_working_time", "due+480 move_up @1", 120, 0, NULL, 0, "2024-03-12 10:00"},
	{"at_half_of_the_limit", "50%+0 remind", 120, 0, NULL, 0, "2024-03-08 17:00"},
	{"at_three_quarters", "75%+0 remind", 120, 0, NULL, 0, "2024-03-11 09:30"},
	{"at_twice_the_limit", "200%+0 move_up", 120, 0, NULL, 0, "2024-03-11 12:00"},
	{"behind_a_percent", "50%+10 remind", 120, 0, NULL, 0, "2024-03-08 17:10"},
	{"previous_of_none_is_the_start", "previous+60 remind", 120, 0, NULL, 0, "2024-03-08 17:00"},
	{"no_limit_no_due", "due+0 move_up", 0, 0, NULL, 0, "never"},
	{"no_limit_no_percent", "50%+0 remind", 0, 0, NULL, 0, "never"},
	{"no_limit_but_a_start", "start+60 remind", 0, 0, NULL, 0, "2024-03-08 17:00"},
	{"ladder_is_over", "due+0 move_up", 120, 1, "2024-03-11 10:00", 0, "never"},
	{"second_step", "due+0 remind; due+60 move_up", 120, 1, "2024-03-11 10:00", 0, "2024-03-11 11:00"},
	{"d03_each_delay_counts_from_the_firing_before", "due+0 move_up; previous+2880 move_up; previous+1440 move_up", 120, 1, "2024-03-11 10:07", 0, "2024-03-13 10:07"},
	{"d03_third_step", "due+0 move_up; previous+2880 move_up; previous+1440 move_up", 120, 2, "2024-03-13 12:00", 0, "2024-03-14 12:00"},
	{"d03_in_working_time", "due+0 move_up; previous+480 move_up @1", 120, 1, "2024-03-11 10:00", 0, "2024-03-12 10:00"},
	{"h16_late_steps_keep_the_gap", "due+0 move_up; due+10 move_up", 120, 1, "2024-03-11 15:00", 30, "2024-03-11 15:30"},
	{"h16_a_gap_that_is_over_changes_nothing", "due+0 move_up; due+60 move_up", 120, 1, "2024-03-11 10:00", 30, "2024-03-11 11:00"},
	{"h16_no_gap_before_the_first", "start+0 remind", 120, 0, NULL, 30, "2024-03-08 16:00"},
	{"h15_previous_is_never_within_the_gap", "due+0 move_up; previous+5 move_up", 120, 1, "2024-03-11 10:00", 30, "2024-03-11 10:30"},
	{"repeat_first_firing", "due+60 remind x2", 120, 0, NULL, 0, "2024-03-11 11:00"},
	{"repeat_second_firing", "due+60 remind x2", 120, 1, "2024-03-11 11:05", 0, "2024-03-11 12:05"},
	{"repeat_third_firing", "due+60 remind x2", 120, 2, "2024-03-11 12:05", 0, "2024-03-11 13:05"},
	{"repeat_is_over", "due+60 remind x2", 120, 3, "2024-03-11 13:05", 0, "never"},
	{"repeat_in_working_time", "due+240 remind @1 x9", 120, 1, "2024-03-11 16:00", 0, "2024-03-12 12:00"},
	{"step_behind_a_repeat", "due+60 remind x2; due+600 move_up", 120, 3, "2024-03-11 13:00", 0, "2024-03-11 20:00"},
	{"repeat_without_a_due", "start+60 remind x1", 0, 1, "2024-03-08 17:00", 0, "2024-03-08 18:00"},
	{"calendar_published_away", "start+90 remind @9", 120, 0, NULL, 0, "2024-03-08 17:30"},
};

static struct release *
release_with(const char *words)
{
	struct release *release = arena_take(moments_arena(), sizeof(*release));
	struct calendar **calendars = arena_take_array(moments_arena(), 3, sizeof(struct calendar *));

	calendars[1] = good_hours(&UTC, words);
	release->calendars = calendars;
	release->calendars_count = 2; /* 2 is a hole */
	return release;
}

static struct clock
clock_of(const struct release *release, int working_minutes)
{
	struct limit limit = {working_minutes == 0 ? LIMIT_NONE : LIMIT_WORKING_TIME, working_minutes * US_PER_MINUTE, 1};

	return clock_start((struct clock){0}, limit, release->calendars[1], moment(&UTC, "2024-03-08 16:00"));
}

static void
check_next(void **state)
{
	const struct next_row *row = *state;
	const struct ladder *ladder = ladder_of(row->ladder);
	const struct release *release = release_with("1-5 09:00-17:00");
	struct clock clock = clock_of(release, row->working_minutes);
	struct span gap = {row->gap * US_PER_MINUTE};

	clock.steps = (uint8_t)row->fired;
	if (row->step_at != NULL)
		clock.step_at = moment(&UTC, row->step_at);
	assert_moment(&UTC, ladder_next_at(ladder, clock, release, gap), row->want);
}

static void
h05_a_clock_that_does_not_run_fires_nothing(void **state)
{
	const struct ladder *ladder = ladder_of("start+0 remind");
	const struct release *release = release_with("1-5 09:00-17:00");
	struct clock clock = clock_of(release, 120);
	struct instant at = moment(&UTC, "2024-03-08 16:30");

	(void)state;
	assert_true(instant_is_never(ladder_next_at(ladder, (struct clock){0}, release, SPAN_ZERO)));
	assert_true(instant_is_never(ladder_next_at(ladder, clock_stop(clock, release->calendars[1], at), release, SPAN_ZERO)));
	clock = clock_pause(clock, release->calendars[1], at);
	assert_true(instant_is_never(ladder_next_at(ladder, clock, release, SPAN_ZERO)));
	clock = clock_resume(clock, release->calendars[1], at);
	assert_moment(&UTC, ladder_next_at(ladder, clock, release, SPAN_ZERO), "2024-03-08 16:00");
	assert_true(instant_is_never(ladder_next_at(NULL, clock, release, SPAN_ZERO)));
}

static void
h05_steps_move_with_a_pause(void **state)
{
	const struct ladder *ladder = ladder_of("50%+0 remind; due+0 move_up");
	const struct release *release = release_with("1-5 09:00-17:00");
	struct clock clock = clock_of(release, 120);

	(void)state;
	clock = clock_pause(clock, release->calendars[1], moment(&UTC, "2024-03-08 16:30"));
	clock = clock_resume(clock, release->calendars[1], moment(&UTC, "2024-03-11 12:00"));
	assert_moment(&UTC, ladder_next_at(ladder, clock, release, SPAN_ZERO), "2024-03-11 12:30");
	clock.steps = 1;
	clock.step_at = moment(&UTC, "2024-03-11 12:30");
	assert_moment(&UTC, ladder_next_at(ladder, clock, release, SPAN_ZERO), "2024-03-11 13:30");
}

/* Two calendars, and one that has gone. */
static void
a_step_has_a_calendar_of_its_own(void **state)
{
	const struct ladder *ladder = ladder_of("due+60 move_up @2");
	struct release *release = release_with("1-5 09:00-17:00");
	struct calendar *calendars[3] = {NULL, release->calendars[1], good_hours(&UTC, "7-7 20:00-22:00")};
	struct clock clock = clock_of(release, 120);

	(void)state;
	assert_moment(&UTC, ladder_next_at(ladder, clock, release, SPAN_ZERO), "2024-03-11 11:00");
	release->calendars = calendars;
	assert_moment(&UTC, ladder_next_at(ladder, clock, release, SPAN_ZERO), "2024-03-17 21:00");
}

static const struct firing_row {
	const char *name;
	int fired, step; /* -1: over */
} firing_rows[] = {
	{"firing_1", 0, 0}, {"firing_2", 1, 1}, {"firing_3", 2, 1}, {"firing_4", 3, 1}, {"firing_5", 4, 2},
	{"firing_6", 5, -1}, {"firing_250", 249, -1},
};

static void
check_firing(void **state)
{
	const struct firing_row *row = *state;
	const struct ladder *ladder = ladder_of("50%+0 remind; due+60 remind x2; due+0 move_up");
	const struct ladder_step *step = ladder_step_at(ladder, row->fired);

	assert_ptr_equal(step, row->step < 0 ? NULL : &ladder->steps[row->step]);
}

static const struct for_row {
	const char *name;
	enum clock_kind clock;
	const char *class_code;
	int severity;
	const char *want; /* code of the ladder; NULL = none */
} for_rows[] = {
	{"for_the_plain_one", CLOCK_SIGN, "street/lamp", 3, "plain"},
	{"for_severity", CLOCK_SIGN, "street/lamp", 1, "severe"},
	{"for_a_class", CLOCK_SIGN, "water/pipe", 3, "water"},
	{"for_a_class_before_severity", CLOCK_SIGN, "water/pipe", 1, "water"},
	{"for_a_longer_class", CLOCK_SIGN, "water/flood/road", 3, "flood"},
	{"for_a_longer_class_and_severity", CLOCK_SIGN, "water/flood/road", 1, "severe flood"},
	{"for_whole_segments_only", CLOCK_SIGN, "water/flooding", 3, "water"},
	{"for_no_class", CLOCK_SIGN, "", 3, "plain"},
	{"for_another_clock", CLOCK_HANDLE, "water/pipe", 3, "handle"},
	{"for_a_clock_without", CLOCK_ACCEPT, "water/pipe", 3, NULL},
};

static void
check_for(void **state)
{
	const struct for_row *row = *state;
	struct ladder rows[] = {
		{.code = TEXT("severe flood"), .clock = CLOCK_SIGN, .class_code = TEXT("water/flood"), .severity = 1},
		{.code = TEXT("plain"), .clock = CLOCK_SIGN},
		{.code = TEXT("water"), .clock = CLOCK_SIGN, .class_code = TEXT("water")},
		{.code = TEXT("severe"), .clock = CLOCK_SIGN, .severity = 1},
		{.code = TEXT("flood"), .clock = CLOCK_SIGN, .class_code = TEXT("water/flood")},
		{.code = TEXT("handle"), .clock = CLOCK_HANDLE},
	};
	const struct ladders ladders = {1, rows, COUNT_OF(rows)};
	const struct ladder *found = ladder_for(&ladders, row->clock, text_of(row->class_code), row->severity);

	if (row->want == NULL)
		assert_null(found);
	else {
		assert_non_null(found);
		assert_string_equal(found->code.data, row->want);
	}
}

int
main(void)
{
	static struct check_group group;
	int failed;

	CHECK_ROWS(&group, next_rows, check_next);
	CHECK_ROWS(&group, firing_rows, check_firing);
	CHECK_ROWS(&group, for_rows, check_for);
	CHECK_ONE(&group, h05_a_clock_that_does_not_run_fires_nothing);
	CHECK_ONE(&group, h05_steps_move_with_a_pause);
	CHECK_ONE(&group, a_step_has_a_calendar_of_its_own);
	failed = check_run("ladder", &group);
	moments_done();
	return failed;
}
