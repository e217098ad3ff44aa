/* test_due.c — what clocks do by themselves: ladders, leases, silence, lateness, and what was past
 * before it came in. */
#include "core/decide.h"

#include "core/explain.h"
#include "tests/check.h"
#include "tests/core/district.h"
#include "tests/core/moments.h"

static void
due(struct stage *stage)
{
	stage->now = instant_max(stage->now, stage->dossier.issue.next_due_at);
	done(stage, 0, command(stage, NOBODY, EVENT_DUE));
}

static void
assert_nothing(struct stage *stage)
{
	struct dossier before = stage->dossier;

	assert_int_equal(play(stage, 0, command(stage, NOBODY, EVENT_DUE)), VERDICT_NOTHING);
	assert_int_equal(stage->effects.ledger_count, 0);
	assert_int_equal(stage->effects.notices_count, 0);
	assert_int_equal(stage->dossier.issue.version, before.issue.version);
}

/* ---- the SIGN ladder climbs through the tiers ---- */

static void
d02_h13_unclaimed_climbs_grid_community_town_district_once_each(void **unused)
{
	static const int32_t units[] = {U_T1C1, U_T1, U_ZC};
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	int64_t start = stage.now.us;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		struct instant sign_due_at = issue->clocks[CLOCK_SIGN].due_at;

		assert_int_equal(issue->next_due_at.us, sign_due_at.us);
		due(&stage);
		assert_int_equal(stage.now.us, start + (int64_t)(i + 1) * MINUTES(30));
		assert_holder(&stage, units[i], DESK_HANDLE);
		assert_int_equal(issue->tier, TIER_GRID - 1 - (int)i);
		assert_int_equal(issue->cause, CAUSE_LADDER);
		assert_int_equal(issue->clocks[CLOCK_SIGN].generation, i + 2);
		assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_SIGN)->at.us, sign_due_at.us);
		assert_int_equal(ledger_first(&stage, LEDGER_STEP, CLOCK_SIGN)->amount, 1);
		assert_int_equal(ledger_first(&stage, LEDGER_STEP, CLOCK_SIGN)->generation, i + 1);
		assert_int_equal(ledger_first(&stage, LEDGER_RESTART, CLOCK_SIGN)->generation, i + 2);
		assert_int_equal(notice_count(&stage, NOTICE_MOVED_UP), 1);
		assert_int_equal(stage.effects.notices[0].unit, units[i]);
		assert_true(stage.effects.withdraw_notices);
		assert_nothing(&stage);
	}
	assert_int_equal(issue->clocks[CLOCK_HANDLE].due_at.us, start + HOURS(8));
	stage_close(&stage);
}

static void
d26_h24_nobody_above_is_said_once_and_it_stays(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "ZC"));
	due(&stage);
	assert_holder(&stage, U_ZC, DESK_HANDLE);
	assert_int_equal(issue->cause, CAUSE_NO_RECIPIENT);
	assert_int_equal(ledger_first(&stage, LEDGER_STEP, CLOCK_SIGN)->cause, CAUSE_NO_RECIPIENT);
	assert_int_equal(stage.effects.notices_count, 1);
	assert_int_equal(stage.effects.notices[0].kind, NOTICE_OVERDUE);
	assert_int_equal(stage.effects.notices[0].role, ROLE_SUPERVISOR);
	assert_int_equal(issue->clocks[CLOCK_SIGN].generation, 1);
	/* Nothing more of SIGN: what comes next is the reminder of HANDLE. */
	assert_int_equal(issue->next_due_at.us, issue->clocks[CLOCK_HANDLE].started_at.us + HOURS(8) * 4 / 5);
	stage_close(&stage);
}

static void
property_company_moves_up_to_the_town(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	done(&stage, 0, report_of(&stage, "property/lift/stuck", "X1"));
	due(&stage);
	assert_holder(&stage, U_T1, DESK_HANDLE);
	stage_close(&stage);
}

static void
d12_level_state_and_notice_in_one_decision(void **unused)
{
	struct stage stage = stage_open();
	int32_t version;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	version = stage.dossier.issue.version;
	due(&stage);
	assert_int_equal(stage.dossier.issue.version, version + 1);
	assert_int_equal(stage.effects.journal.version, version + 1);
	assert_int_equal(stage.effects.journal.holder.unit, U_T1C1);
	assert_int_equal(stage.effects.journal.actor, 0);
	assert_int_equal(stage.effects.journal.event, EVENT_DUE);
	assert_int_equal(ledger_count(&stage, LEDGER_STEP, CLOCK_SIGN), 1);
	assert_int_equal(notice_count(&stage, NOTICE_MOVED_UP), 1);
	stage_close(&stage);
}

static void
desk_that_sleeps_loses_it_to_the_same_desk_above(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	struct event event;

	(void)unused;
	done(&stage, 0, report_of(&stage, "manual/x/y", "T1C1G1"));
	due(&stage);
	assert_holder(&stage, U_ZC, DESK_INTAKE);
	assert_int_equal(issue->state, ISSUE_REPORTED);
	assert_int_equal(issue->tier, TIER_DISTRICT);
	assert_true(issue->clocks[CLOCK_ACCEPT].breached);
	assert_int_equal(issue->clocks[CLOCK_ACCEPT].generation, 1);
	assert_int_equal(issue->due_at.us, issue->clocks[CLOCK_ACCEPT].due_at.us);
	play(&stage, 1, command(&stage, ACCEPTOR, EVENT_FILE));
	assert_refused(&stage, REFUSAL_AREA);
	event = command(&stage, ACCEPTOR, EVENT_FILE);
	event.actor.unit = U_ZC;
	done(&stage, 1, event);
	/* The desks of the entry unit go on with it. */
	assert_holder(&stage, U_T1, DESK_DISPATCH);
	stage_close(&stage);
}

/* ---- other actions ---- */

static void
ladder_reminds_then_notifies_above(void **unused)
{
	struct stage stage = stage_open();
	const struct notice *notice = &stage.effects.notices[0];

	(void)unused;
	stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
	bring_to(&stage, ISSUE_HANDLING);
	due(&stage);
	assert_int_equal(stage.effects.notices_count, 1);
	assert_int_equal(notice->kind, NOTICE_REMIND);
	assert_int_equal(notice->actor, HANDLER);
	assert_int_equal(notice->clock, CLOCK_HANDLE);
	assert_int_equal(notice->step, 1);
	assert_int_equal(notice->generation, 1);
	due(&stage);
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_HANDLE), 1);
	assert_int_equal(stage.effects.notices_count, 0);
	due(&stage);
	assert_int_equal(notice->kind, NOTICE_OVERDUE);
	assert_int_equal(notice->unit, U_T1C1);
	assert_int_equal(notice->role, ROLE_SUPERVISOR);
	assert_int_equal(notice->step, 2);
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_HANDLE), 0);
	/* The ladder is at its end: BUNDLE is next. */
	assert_int_equal(stage.dossier.issue.next_due_at.us,
		stage.dossier.issue.clocks[CLOCK_BUNDLE].due_at.us);
	stage_close(&stage);
}

static void
ladder_raises_severity_then_hands_to_the_backstop(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	int64_t rank;

	(void)unused;
	done(&stage, 0, report_of(&stage, "scary/x/y", "T1C1G1"));
	done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	rank = issue->rank;
	due(&stage);
	assert_int_equal(issue->severity, 2);
	assert_true(issue->rank < rank);
	due(&stage);
	assert_holder(&stage, U_ZC, DESK_BACKSTOP);
	assert_int_equal(issue->state, ISSUE_RETURNED);
	assert_int_equal(issue->handler, 0);
	assert_int_equal(stage.effects.notices[0].role, ROLE_DUTY_OFFICER);
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_HANDLE), 1);
	stage_close(&stage);
}

static void
most_severe_stays_the_most_severe(void **unused)
{
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "scary/x/y", "T1C1G1");

	(void)unused;
	stage.district->standard_rows[SCARY].severity = 0;
	event.report.severity = 1;
	done(&stage, 0, event);
	done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	due(&stage);
	assert_int_equal(ledger_count(&stage, LEDGER_STEP, CLOCK_HANDLE), 1);
	assert_int_equal(stage.dossier.issue.severity, 1);
	stage_close(&stage);
}

/* ---- leases and silence ---- */

static void
h12_lease_ends_and_the_clock_is_unbroken(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	struct clock handle;

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	handle = issue->clocks[CLOCK_HANDLE];
	due(&stage);
	assert_int_equal(issue->state, ISSUE_HANDLING);
	assert_int_equal(issue->handler, 0);
	assert_int_equal(issue->cause, CAUSE_LEASE_ENDED);
	assert_int_equal(issue->clocks[CLOCK_LEASE].run, CLOCK_STOPPED);
	assert_int_equal(ledger_first(&stage, LEDGER_STOP, CLOCK_LEASE)->cause, CAUSE_LEASE_ENDED);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].due_at.us, handle.due_at.us);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].generation, handle.generation);
	assert_int_equal(stage.effects.notices[0].actor, HANDLER);
	assert_int_equal(stage.dossier.handler_name.len, 0);
	done(&stage, 1, command(&stage, COLLEAGUE, EVENT_CLAIM));
	assert_int_equal(issue->handler, COLLEAGUE);
	play(&stage, 1, command(&stage, HANDLER, EVENT_ANSWER));
	assert_refused(&stage, REFUSAL_HANDLER);
	stage_close(&stage);
}

static void
lease_goes_before_what_else_is_due(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	stage.now.us += HOURS(20);
	done(&stage, 0, command(&stage, NOBODY, EVENT_DUE));
	assert_int_equal(stage.dossier.issue.cause, CAUSE_LEASE_ENDED);
	assert_int_equal(stage.effects.ledger_count, 1);
	assert_int_equal(stage.dossier.issue.next_due_at.us, stage.now.us + 1);
	done(&stage, 1, command(&stage, NOBODY, EVENT_DUE));
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_HANDLE), 1);
	stage_close(&stage);
}

static void
silence_closes_and_says_so(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_FEEDBACK);
	due(&stage);
	assert_int_equal(stage.dossier.issue.state, ISSUE_CLOSED);
	assert_int_equal(stage.dossier.issue.cause, CAUSE_SILENCE);
	assert_int_equal(stage.effects.journal.cause, CAUSE_SILENCE);
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_FEEDBACK), 0);
	stage_close(&stage);
}

static void
feedback_a_moment_after_the_silence_still_counts(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_FEEDBACK);
	done(&stage, DAYS(2) + 1, command(&stage, CALLBACK, EVENT_FEEDBACK));
	assert_int_equal(stage.dossier.issue.cause, CAUSE_SOLVED);
	stage_close(&stage);
}

static void
h26_h10_clock_event_on_a_closed_issue_is_nothing(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_CLOSED);
	assert_true(stage.effects.withdraw_notices);
	stage.now.us += DAYS(100);
	assert_nothing(&stage);
	assert_true(instant_is_never(stage.dossier.issue.next_due_at));
	stage_close(&stage);
}

static void
h08_claim_a_moment_before_the_step_wins(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	done(&stage, MINUTES(30) - 1, command(&stage, HANDLER, EVENT_CLAIM));
	stage.now.us += 1;
	assert_nothing(&stage);
	assert_holder(&stage, U_T1C1G1, DESK_HANDLE);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_SIGN].steps, 0);
	stage_close(&stage);
}

static void
h08_step_that_was_first_leaves_the_claim_a_conflict(void **unused)
{
	struct stage stage = stage_open();
	struct event claim;

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	claim = command(&stage, HANDLER, EVENT_CLAIM);
	due(&stage);
	claim.actor.unit = U_T1C1;
	assert_int_equal(play(&stage, 0, claim), VERDICT_CONFLICT);
	stage_close(&stage);
}

/* ---- late firing ---- */

static void
h16_breach_is_at_the_due_however_late_it_is_seen(void **unused)
{
	struct stage stage = stage_open();
	int64_t start = stage.now.us;

	(void)unused;
	stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
	stage.district->policies.limits[CLOCK_BUNDLE][0] = (struct limit){0};
	done(&stage, 0, report_of(&stage, "noted/x/y", "T1C1G1"));
	done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	stage.now.us = start + HOURS(11);
	done(&stage, 0, command(&stage, NOBODY, EVENT_DUE));
	assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE)->at.us, start + HOURS(10));
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_HANDLE].breached_at.us, start + HOURS(10));
	stage_close(&stage);
}

/* 50 %, 80 %, due are past together; "a day after" counts from the firing. */
static void
h16_h15_d03_late_steps_fire_one_by_one_with_a_gap(void **unused)
{
	static const int64_t after_us[] = {0, MINUTES(10), MINUTES(20), MINUTES(20) + DAYS(1),
		MINUTES(20) + DAYS(2), MINUTES(20) + DAYS(3)};
	struct stage stage = stage_open();
	const struct clock *handle = &stage.dossier.issue.clocks[CLOCK_HANDLE];
	int64_t start = stage.now.us, late;

	(void)unused;
	stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
	stage.district->policies.limits[CLOCK_BUNDLE][0] = (struct limit){0};
	done(&stage, 0, report_of(&stage, "noted/x/y", "T1C1G1"));
	done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	late = stage.now.us = start + HOURS(15);
	for (size_t i = 0; i < COUNT_OF(after_us); i++) {
		due(&stage);
		assert_int_equal(stage.now.us, late + after_us[i]);
		assert_int_equal(ledger_count(&stage, LEDGER_STEP, CLOCK_HANDLE), 1);
		assert_int_equal(ledger_first(&stage, LEDGER_STEP, CLOCK_HANDLE)->amount, i + 1);
		assert_int_equal(stage.effects.notices_count, 1);
		assert_int_equal(handle->steps, i + 1);
		assert_nothing(&stage);
	}
	assert_true(instant_is_never(stage.dossier.issue.next_due_at));
	stage_close(&stage);
}

static void
late_steps_without_a_gap_come_at_once_and_end(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	stage.district->policies.step_gap = SPAN_ZERO;
	stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
	stage.district->policies.limits[CLOCK_BUNDLE][0] = (struct limit){0};
	done(&stage, 0, report_of(&stage, "noted/x/y", "T1C1G1"));
	done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	stage.now.us += HOURS(15);
	assert_int_equal(pass_time(&stage, US_PER_SECOND), 3);
	assert_int_equal(pass_time(&stage, DAYS(30)), 3);
	stage_close(&stage);
}

static void
early_look_finds_nothing_and_sets_it_right(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	stage.dossier.issue.next_due_at = stage.now;
	assert_nothing(&stage);
	assert_int_equal(stage.dossier.issue.next_due_at.us,
		stage.dossier.issue.clocks[CLOCK_SIGN].due_at.us);
	stage_close(&stage);
}

/* ---- what was past before it came in ---- */

static const struct past_row {
	const char *name;
	const char *class_code;
	int64_t ago_us;      /* observed */
	bool breached;
	int64_t breach_us;   /* since observed */
	int64_t folded;      /* ladder steps */
	int64_t next_us;     /* of HANDLE, since observed; 0 = not asked */
} past_rows[] = {
	{"h16_in_time", "noted/x/y", HOURS(4), false, 0, 0, HOURS(5)},
	{"h16_one_warning_is_past", "noted/x/y", HOURS(6), false, 0, 1, HOURS(8)},
	{"h16_breach_is_past", "noted/x/y", HOURS(12), true, HOURS(10), 3, HOURS(34)},
	{"h16_due_in_the_very_moment", "noted/x/y", HOURS(10), true, HOURS(10), 3, HOURS(34)},
	{"h16_days_offline", "noted/x/y", DAYS(2), true, HOURS(10), 4, HOURS(58)},
	{"h16_ladder_is_past_to_its_end", "noted/x/y", DAYS(20), true, HOURS(10), 6, 0},
	{"h16_other_ladder", "traffic/parking/illegal", HOURS(9), true, HOURS(2), 2, 0},
};

static void
check_past(void **state)
{
	const struct past_row *row = *state;
	struct stage stage = stage_open();
	const struct clock *handle = &stage.dossier.issue.clocks[CLOCK_HANDLE];
	struct event event = report_of(&stage, row->class_code, "T1C1G1");
	int64_t observed = stage.now.us - row->ago_us;

	event.report.observed_at.us = observed;
	done(&stage, 0, event);
	assert_int_equal(stage.effects.notices_count, 0);
	assert_int_equal(ledger_first(&stage, LEDGER_START, CLOCK_HANDLE)->at.us, observed);
	assert_int_equal(ledger_count(&stage, LEDGER_STEP, CLOCK_HANDLE), 0);
	assert_int_equal(handle->breached, row->breached);
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_HANDLE), row->breached);
	if (row->breached) {
		const struct ledger_entry *breach = ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE);

		assert_int_equal(breach->at.us, observed + row->breach_us);
		assert_int_equal(breach->cause, CAUSE_RECOVERY);
		assert_int_equal(handle->breached_at.us, observed + row->breach_us);
	}
	assert_int_equal(handle->steps, row->folded);
	assert_int_equal(ledger_count(&stage, LEDGER_RECOVERY, CLOCK_HANDLE), row->folded > 0);
	if (row->folded > 0)
		assert_int_equal(ledger_first(&stage, LEDGER_RECOVERY, CLOCK_HANDLE)->amount, row->folded);
	if (row->next_us != 0) {
		stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
		done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
		assert_int_equal(stage.dossier.issue.next_due_at.us, observed + row->next_us);
	}
	stage_close(&stage);
}

static void
h16_import_of_old_reports_sets_off_no_storm(void **unused)
{
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "noted/x/y", "T1C1G1");
	int decisions;

	(void)unused;
	stage.district->ladder_rows[1].steps_count = 0;
	stage.district->policies.observed_age_max = SPAN_ZERO;
	event.report.observed_at.us = stage.now.us - DAYS(1000);
	done(&stage, 0, event);
	decisions = pass_time(&stage, DAYS(1));
	/* SIGN is late on its own account; nothing of the past comes up again. */
	assert_int_equal(decisions, 1);
	assert_int_equal(stage.effects.notices_count, 0);
	stage_close(&stage);
}

/* The answer comes a moment after the due, the daemon looks later still: the breach is on record. */
static void
late_answer_cannot_hide_its_breach(void **unused)
{
	struct stage stage = stage_open();
	int64_t due_us;

	(void)unused;
	stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
	bring_to(&stage, ISSUE_HANDLING);
	due_us = stage.dossier.issue.clocks[CLOCK_HANDLE].due_at.us;
	stage.now.us = due_us + 1;
	done(&stage, 0, command(&stage, HANDLER, EVENT_ANSWER));
	assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE)->at.us, due_us);
	assert_true(stage.dossier.issue.clocks[CLOCK_HANDLE].breached);
	stage_close(&stage);
}

/* Nor can a return, another unit or another class, each a moment before the daemon looks. */
static void
hand_over_cannot_hide_a_breach(void **unused)
{
	struct stage stage = stage_open();
	struct policies *policies = &stage.district->policies;
	struct event event;
	int64_t start = stage.now.us;

	(void)unused;
	policies->limits[CLOCK_LEASE][0] = (struct limit){0};
	policies->refusal_window = SPAN_ZERO;
	bring_to(&stage, ISSUE_HANDLING);
	stage.now.us = start + HOURS(9);
	done(&stage, 0, command(&stage, HANDLER, EVENT_RETURN));
	assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE)->at.us, start + HOURS(8));
	assert_int_equal(ledger_count(&stage, LEDGER_PAUSE, CLOCK_HANDLE), 1);

	stage_next_issue(&stage);
	policies->return_stops_handle = false;
	start = stage.now.us;
	bring_to(&stage, ISSUE_RETURNED);
	event = command(&stage, DISPATCHER, EVENT_DISPATCH);
	event.dispatch.lead_code = TEXT("B-HOUSE");
	stage.now.us = start + HOURS(9);
	done(&stage, 0, event);
	assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE)->at.us, start + HOURS(8));
	assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE)->generation, 1);
	assert_false(stage.dossier.issue.clocks[CLOCK_HANDLE].breached);

	stage_next_issue(&stage);
	start = stage.now.us;
	done(&stage, 0, report_of(&stage, "orphan/x/y", "T1C1G1"));
	event = command(&stage, DUTY, EVENT_FILE);
	event.file.class_code = TEXT("noted/x/y");
	stage.now.us = start + HOURS(9);
	done(&stage, 0, event);
	assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE)->at.us, start + HOURS(8));
	assert_int_equal(ledger_count(&stage, LEDGER_RETARGET, CLOCK_HANDLE), 1);
	stage_close(&stage);
}

static void
answer_before_the_due_is_in_time(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
	bring_to(&stage, ISSUE_HANDLING);
	stage.now.us = stage.dossier.issue.clocks[CLOCK_HANDLE].due_at.us - 1;
	done(&stage, 0, command(&stage, HANDLER, EVENT_ANSWER));
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_HANDLE), 0);
	stage_close(&stage);
}

static void
h05_paused_clock_cannot_fire(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	stage.district->ladder_rows[0].steps_count = 0;
	stage.district->policies.limits[CLOCK_BUNDLE][0] = (struct limit){0};
	bring_to(&stage, ISSUE_RETURNED);
	pass_time(&stage, DAYS(3));
	assert_false(stage.dossier.issue.clocks[CLOCK_HANDLE].breached);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_HANDLE].run, CLOCK_PAUSED);
	assert_true(instant_is_never(stage.dossier.issue.next_due_at));
	stage_close(&stage);
}

static void
d30_running_issue_climbs_by_the_ladder_it_began_with(void **unused)
{
	struct stage stage = stage_open();
	struct ladders none = {.edition = 2, .rows = NULL, .count = 0};
	struct release *later;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	later = district_publish(stage.district, instant_add(stage.now, (struct span){MINUTES(1)}));
	later->ladders = &none;
	due(&stage);
	assert_holder(&stage, U_T1C1, DESK_HANDLE);
	stage_next_issue(&stage);
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	due(&stage);
	assert_holder(&stage, U_T1C1G1, DESK_HANDLE);
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_SIGN), 1);
	stage_close(&stage);
}

/* ---- the explanation says what will be done ---- */

static void
h31_explanation_foretells_every_pass(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	for (int i = 0; i < 8 && !instant_is_never(issue->next_due_at); i++) {
		struct explanation told =
			explain(stage.arena, &stage.district->book, issue, issue->last_at);

		assert_int_equal(told.next_at.us, issue->next_due_at.us);
		due(&stage);
		if (told.next_action != 0)
			assert_int_equal(ledger_count(&stage, LEDGER_STEP, told.next_clock), 1);
		else
			assert_true(ledger_count(&stage, LEDGER_BREACH, told.next_clock) == 1 ||
				ledger_count(&stage, LEDGER_STOP, told.next_clock) == 1);
	}
	stage_close(&stage);
}

static void
explanation_shows_clocks_standard_and_route(void **unused)
{
	struct stage stage = stage_open();
	struct explanation told;
	struct event event;

	(void)unused;
	done(&stage, 0, report_of(&stage, "house/repair/leak", "T1C1G1"));
	stage.now.us += HOURS(1);
	told = explain(stage.arena, &stage.district->book, &stage.dossier.issue, stage.now);
	assert_true(text_is(told.close_condition, "the leak is stopped"));
	assert_true(text_is(told.route, "unit B-HOUSE: competent for house, priority 0"));
	for (size_t i = 0; i < told.clocks_count; i++) {
		const struct clock_view *view = &told.clocks[i];

		if (view->clock == CLOCK_HANDLE) {
			assert_int_equal(view->used.us, HOURS(1));
			assert_int_equal(view->remaining.us, HOURS(15));
			assert_true(view->calendar.len > 0);
		}
		if (view->clock == CLOCK_ACCEPT)
			assert_int_equal(view->state.run, CLOCK_STOPPED);
	}
	assert_int_equal(told.clocks_count, 5);
	stage_next_issue(&stage);
	bring_to(&stage, ISSUE_FILED);
	event = command(&stage, DISPATCHER, EVENT_DISPATCH);
	event.dispatch.lead_code = TEXT("B-TRAFFIC");
	done(&stage, 1, event);
	told = explain(stage.arena, &stage.district->book, &stage.dossier.issue, stage.now);
	assert_true(text_is(told.route, "unit B-TRAFFIC: person"));
	stage_close(&stage);
}

int
main(void)
{
	static struct check_group group;

	CHECK_ONE(&group, d02_h13_unclaimed_climbs_grid_community_town_district_once_each);
	CHECK_ONE(&group, d26_h24_nobody_above_is_said_once_and_it_stays);
	CHECK_ONE(&group, property_company_moves_up_to_the_town);
	CHECK_ONE(&group, d12_level_state_and_notice_in_one_decision);
	CHECK_ONE(&group, desk_that_sleeps_loses_it_to_the_same_desk_above);
	CHECK_ONE(&group, ladder_reminds_then_notifies_above);
	CHECK_ONE(&group, ladder_raises_severity_then_hands_to_the_backstop);
	CHECK_ONE(&group, most_severe_stays_the_most_severe);
	CHECK_ONE(&group, h12_lease_ends_and_the_clock_is_unbroken);
	CHECK_ONE(&group, lease_goes_before_what_else_is_due);
	CHECK_ONE(&group, silence_closes_and_says_so);
	CHECK_ONE(&group, feedback_a_moment_after_the_silence_still_counts);
	CHECK_ONE(&group, h26_h10_clock_event_on_a_closed_issue_is_nothing);
	CHECK_ONE(&group, h08_claim_a_moment_before_the_step_wins);
	CHECK_ONE(&group, h08_step_that_was_first_leaves_the_claim_a_conflict);
	CHECK_ONE(&group, h16_breach_is_at_the_due_however_late_it_is_seen);
	CHECK_ONE(&group, h16_h15_d03_late_steps_fire_one_by_one_with_a_gap);
	CHECK_ONE(&group, late_steps_without_a_gap_come_at_once_and_end);
	CHECK_ONE(&group, early_look_finds_nothing_and_sets_it_right);
	CHECK_ROWS(&group, past_rows, check_past);
	CHECK_ONE(&group, h16_import_of_old_reports_sets_off_no_storm);
	CHECK_ONE(&group, late_answer_cannot_hide_its_breach);
	CHECK_ONE(&group, hand_over_cannot_hide_a_breach);
	CHECK_ONE(&group, answer_before_the_due_is_in_time);
	CHECK_ONE(&group, h05_paused_clock_cannot_fire);
	CHECK_ONE(&group, d30_running_issue_climbs_by_the_ladder_it_began_with);
	CHECK_ONE(&group, h31_explanation_foretells_every_pass);
	CHECK_ONE(&group, explanation_shows_clocks_standard_and_route);
	return check_run("due", &group);
}
