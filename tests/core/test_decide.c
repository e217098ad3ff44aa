/* test_decide.c — what comes in, and what people do with it: tables for reports and filings, a story
 * for each way through the life. */
#include "core/decide.h"

#include <string.h>

#include "core/session.h"
#include "tests/check.h"
#include "tests/core/district.h"
#include "tests/core/moments.h"

/* ---- a report: where it goes, or why it is refused ---- */

static const struct report_row {
	const char *name;
	const char *class_code, *condition, *place, *unit;
	int32_t point_place, severity;
	enum refusal refusal;
	enum issue_state state;
	enum cause cause;
	int32_t holder;
	enum desk desk;
	int32_t want_place, want_severity;
} report_rows[] = {
	{"report_grid", "env/street/rubbish", "", "T1C1G1", "", 0, 0, 0, ISSUE_DISPATCHED, CAUSE_RULE,
		U_T1C1G1, DESK_HANDLE, T1C1G1, 3},
	{"report_building_goes_to_its_grid", "env/street/rubbish", "", "T1C1G1B1", "", 0, 0, 0,
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1, DESK_HANDLE, T1C1G1B1, 3},
	{"report_community", "env/street/rubbish", "", "T1C1", "", 0, 2, 0, ISSUE_DISPATCHED, CAUSE_RULE,
		U_T1C1, DESK_HANDLE, T1C1, 2},
	{"report_town", "env/street/rubbish", "", "T1", "", 0, 0, 0, ISSUE_DISPATCHED, CAUSE_RULE, U_T1,
		DESK_HANDLE, T1, 3},
	{"report_district", "env/street/rubbish", "", "ZC", "", 0, 0, 0, ISSUE_DISPATCHED, CAUSE_RULE, U_ZC,
		DESK_HANDLE, ZC, 3},
	{"report_bureau", "house/repair/leak", "", "T1C1G1", "", 0, 0, 0, ISSUE_DISPATCHED, CAUSE_RULE,
		B_HOUSE, DESK_HANDLE, T1C1G1, 3},
	{"report_property_company", "property/lift/stuck", "", "X1", "", 0, 0, 0, ISSUE_DISPATCHED,
		CAUSE_RULE, P_X1, DESK_HANDLE, X1, 1},
	{"report_property_where_there_is_none", "property/lift/stuck", "", "T1C1G1", "", 0, 0, 0,
		ISSUE_REPORTED, CAUSE_NO_UNIT, U_ZC, DESK_BACKSTOP, T1C1G1, 1},
	{"report_without_place", "env/street/rubbish", "", "", "", 0, 0, 0, ISSUE_REPORTED, CAUSE_NO_PLACE,
		U_T1, DESK_INTAKE, 0, 3},
	{"report_without_class", "", "", "T2C1G1", "", 0, 0, 0, ISSUE_REPORTED, CAUSE_NO_CLASS, U_T2,
		DESK_INTAKE, T2C1G1, 3},
	{"report_of_words_only", "", "", "", "", 0, 0, 0, ISSUE_REPORTED, CAUSE_NO_PLACE, U_T1, DESK_INTAKE,
		0, 3},
	{"d10_no_standard_row_no_invented_limit", "env/no/row", "", "T1C1G1", "", 0, 0, 0, ISSUE_REPORTED,
		CAUSE_NO_STANDARD, U_ZC, DESK_BACKSTOP, T1C1G1, 3},
	{"report_nobody_competent", "orphan/x/y", "", "T1C1G1", "", 0, 0, 0, ISSUE_REPORTED, CAUSE_NO_UNIT,
		U_ZC, DESK_BACKSTOP, T1C1G1, 3},
	{"d26_two_competent_alike", "dual/x/y", "", "T1C1G1", "", 0, 0, 0, ISSUE_FILED, CAUSE_AMBIGUOUS,
		U_T1, DESK_DISPATCH, T1C1G1, 3},
	{"report_several_rows_fit", "env/street/lamp", "", "T1C1G1", "", 0, 0, 0, ISSUE_REPORTED,
		CAUSE_AMBIGUOUS, U_T1, DESK_INTAKE, T1C1G1, 3},
	{"report_condition_chooses_the_row", "env/street/lamp", "a", "T1C1G1", "", 0, 0, 0,
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1, DESK_HANDLE, T1C1G1, 1},
	{"report_severity_chooses_the_row", "env/street/lamp", "", "T1C1G1", "", 0, 3, 0,
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1, DESK_HANDLE, T1C1G1, 3},
	{"report_unknown_condition", "env/street/lamp", "z", "T1C1G1", "", 0, 0, 0, ISSUE_REPORTED,
		CAUSE_NO_STANDARD, U_ZC, DESK_BACKSTOP, T1C1G1, 3},
	{"report_filed_by_a_person", "manual/x/y", "", "T1C1G1", "", 0, 0, 0, ISSUE_REPORTED, CAUSE_MANUAL,
		U_T1, DESK_INTAKE, T1C1G1, 3},
	{"report_dispatched_by_a_person", "half/x/y", "", "T1C1G1", "", 0, 0, 0, ISSUE_FILED, CAUSE_MANUAL,
		U_T1, DESK_DISPATCH, T1C1G1, 3},
	{"report_by_unit_code", "env/street/rubbish", "", "", "U-T2C1", 0, 0, 0, ISSUE_DISPATCHED,
		CAUSE_RULE, U_T2C1, DESK_HANDLE, T2C1, 3},
	{"report_place_before_unit", "env/street/rubbish", "", "T1C1G2", "U-T2C1", 0, 0, 0,
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G2, DESK_HANDLE, T1C1G2, 3},
	{"report_by_point", "env/street/rubbish", "", "", "", T1C1G1, 0, 0, ISSUE_DISPATCHED, CAUSE_RULE,
		U_T1C1G1, DESK_HANDLE, T1C1G1, 3},
	{"report_point_inside_what_was_named", "env/street/rubbish", "", "T1C1", "", T1C1G1, 0, 0,
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1, DESK_HANDLE, T1C1G1, 3},
	{"report_point_elsewhere", "env/street/rubbish", "", "T1C1G1", "", T2C1G1, 0, 0, ISSUE_DISPATCHED,
		CAUSE_RULE, U_T1C1G1, DESK_HANDLE, T1C1G1, 3},
	{"report_bad_class", "env//rubbish", "", "T1C1G1", "", 0, 0, REFUSAL_CLASS, 0, 0, 0, 0, 0, 0},
	{"d11_unknown_place", "env/street/rubbish", "", "T9", "", 0, 0, REFUSAL_UNKNOWN_PLACE, 0, 0, 0, 0, 0,
		0},
	{"d11_unknown_unit", "env/street/rubbish", "", "", "U-T9", 0, 0, REFUSAL_UNKNOWN_UNIT, 0, 0, 0, 0, 0,
		0},
	{"report_unit_that_ended", "env/street/rubbish", "", "", "B-OLD", 0, 0, REFUSAL_UNKNOWN_UNIT, 0, 0,
		0, 0, 0, 0},
};

static void
check_report(void **state)
{
	const struct report_row *row = *state;
	struct stage stage = stage_open();
	struct event event = report_of(&stage, row->class_code, row->place);
	const struct issue *issue = &stage.dossier.issue;

	event.report.condition_code = text_of(row->condition);
	event.report.unit_code = text_of(row->unit);
	event.report.point_place = row->point_place;
	event.report.severity = row->severity;
	play(&stage, 0, event);
	if (row->refusal != REFUSAL_NONE) {
		assert_refused(&stage, row->refusal);
		assert_false(stage.dossier.exists);
		assert_true(stage.effects.reply.detail.len > 0);
	} else {
		assert_int_equal(stage.verdict, VERDICT_DONE);
		assert_int_equal(issue->state, row->state);
		assert_int_equal(issue->cause, row->cause);
		assert_holder(&stage, row->holder, row->desk);
		assert_int_equal(issue->place, row->want_place);
		assert_int_equal(issue->severity, row->want_severity);
		assert_int_equal(issue->clocks[CLOCK_ACCEPT].run == CLOCK_RUNNING,
			row->state == ISSUE_REPORTED);
		assert_int_equal(issue->version, 1);
	}
	stage_close(&stage);
}

/* ---- when it was observed, and its number ---- */

static const struct time_row {
	const char *name;
	int64_t ago_us;
	enum refusal refusal;
	int64_t want_ago_us;
} time_rows[] = {
	{"observed_an_hour_ago", HOURS(1), 0, HOURS(1)},
	{"observed_just_inside_the_age", DAYS(30), 0, DAYS(30)},
	{"observed_too_long_ago", DAYS(30) + 1, REFUSAL_TOO_OLD, 0},
	{"observed_by_a_fast_phone", -MINUTES(5), 0, 0},
	{"observed_in_the_future", -MINUTES(5) - 1, REFUSAL_TOO_EARLY, 0},
};

static void
check_time(void **state)
{
	const struct time_row *row = *state;
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "env/street/rubbish", "T1C1G1");

	event.report.observed_at.us = stage.now.us - row->ago_us;
	play(&stage, 0, event);
	if (row->refusal != REFUSAL_NONE)
		assert_refused(&stage, row->refusal);
	else
		assert_int_equal(stage.dossier.issue.observed_at.us, stage.now.us - row->want_ago_us);
	stage_close(&stage);
}

static void
observations_of_any_age_by_policy(void **unused)
{
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "env/street/rubbish", "T1C1G1");

	(void)unused;
	stage.district->policies.observed_age_max = SPAN_ZERO;
	event.report.observed_at.us = stage.now.us - DAYS(4000);
	done(&stage, 0, event);
	stage_close(&stage);
}

static const struct number_row {
	const char *name;
	int64_t id;
	bool holds, exists;
	enum refusal refusal;
	int64_t want;
} number_rows[] = {
	{"number_given", 0, false, false, 0, 1001},
	{"number_of_the_reserve", 777, true, false, 0, 777},
	{"number_of_another_device", 777, false, false, REFUSAL_NUMBER_NOT_YOURS, 0},
	{"number_of_another_device_is_not_told_whether_taken", 777, false, true, REFUSAL_NUMBER_NOT_YOURS, 0},
	{"number_taken", 777, true, true, REFUSAL_NUMBER_TAKEN, 0},
};

static void
check_number(void **state)
{
	const struct number_row *row = *state;
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "env/street/rubbish", "T1C1G1");

	event.report.id = row->id;
	stage.dossier.reserve_holds = row->holds;
	stage.dossier.exists = row->exists;
	play(&stage, 0, event);
	if (row->refusal != REFUSAL_NONE)
		assert_refused(&stage, row->refusal);
	else
		assert_int_equal(stage.effects.reply.issue, row->want);
	stage_close(&stage);
}

static void
t27_known_reference_makes_no_second_issue(void **unused)
{
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "env/street/rubbish", "T1C1G1");

	(void)unused;
	event.report.source = TEXT("12345");
	event.report.reference = TEXT("A-1");
	stage.dossier.external_issue = 4711;
	done(&stage, 0, event);
	assert_true(stage.effects.reply.known_already);
	assert_int_equal(stage.effects.reply.issue, 4711);
	assert_int_equal(stage.effects.journal.version, 0);
	assert_int_equal(stage.effects.ledger_count, 0);
	assert_false(stage.dossier.exists);
	stage_close(&stage);
}

static void
report_before_there_are_units_is_refused(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	stage.district->units.count = 0;
	district_index(stage.district);
	play(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	assert_refused(&stage, REFUSAL_UNKNOWN_UNIT);
	stage.district->book.releases_count = 0;
	play(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	assert_refused(&stage, REFUSAL_UNKNOWN_UNIT);
	stage_close(&stage);
}

/* ---- who may speak ---- */

static const struct speak_row {
	const char *name;
	enum device_state device_state;
	bool active, by_code;
	enum refusal refusal;
} speak_rows[] = {
	{"t34_unknown_key", DEVICE_UNKNOWN, true, false, REFUSAL_KEY_UNKNOWN},
	{"t34_revoked_key", DEVICE_REVOKED, true, false, REFUSAL_KEY_REVOKED},
	{"t34_disabled_person", DEVICE_ACTIVE, false, false, REFUSAL_ACTOR_DISABLED},
	{"code_reports", DEVICE_ACTIVE, true, true, REFUSAL_CODE_ONLY_ENROLS},
	{"enrolling_device_reports", DEVICE_ENROLLING, true, false, REFUSAL_CODE_ONLY_ENROLS},
};

static void
check_speak(void **state)
{
	const struct speak_row *row = *state;
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "env/street/rubbish", "T1C1G1");

	event.actor.device_state = row->device_state;
	event.actor.active = row->active;
	event.actor.by_code = row->by_code;
	play(&stage, 0, event);
	assert_refused(&stage, row->refusal);
	stage_close(&stage);
}

/* ---- filing what lacked something ---- */

static const struct file_row {
	const char *name;
	const char *class_code, *place;   /* as reported */
	enum person who;
	const char *file_class, *file_condition, *file_place, *file_lead;
	int32_t severity;
	bool no_limit;
	enum refusal refusal;
	const char *detail;
	enum issue_state state;
	enum cause cause;
	int32_t holder;
} file_rows[] = {
	{"file_with_place", "env/street/rubbish", "", ACCEPTOR, "", "", "T1C1G2", "", 0, false, 0, "",
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G2},
	{"file_with_place_of_another_town", "env/street/rubbish", "", ACCEPTOR, "", "", "T2C1G1", "", 0,
		false, 0, "", ISSUE_DISPATCHED, CAUSE_RULE, U_T2C1G1},
	{"file_still_without_place", "env/street/rubbish", "", ACCEPTOR, "", "", "", "", 0, false,
		REFUSAL_INCOMPLETE, "place_code", 0, 0, 0},
	{"file_with_unknown_place", "env/street/rubbish", "", ACCEPTOR, "", "", "T9", "", 0, false,
		REFUSAL_UNKNOWN_PLACE, "T9", 0, 0, 0},
	{"file_with_class", "", "T1C1G1", ACCEPTOR, "house/repair/leak", "", "", "", 0, false, 0, "",
		ISSUE_DISPATCHED, CAUSE_RULE, B_HOUSE},
	{"file_still_without_class", "", "T1C1G1", ACCEPTOR, "", "", "", "", 0, false, REFUSAL_INCOMPLETE,
		"class_code", 0, 0, 0},
	{"file_with_bad_class", "", "T1C1G1", ACCEPTOR, "a/", "", "", "", 0, false, REFUSAL_CLASS, "a/", 0, 0,
		0},
	{"file_with_condition", "env/street/lamp", "T1C1G1", ACCEPTOR, "", "b", "", "", 0, false, 0, "",
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1},
	{"file_with_severity", "env/street/lamp", "T1C1G1", ACCEPTOR, "", "", "", "", 1, false, 0, "",
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1},
	{"file_still_ambiguous", "env/street/lamp", "T1C1G1", ACCEPTOR, "", "", "", "", 0, false,
		REFUSAL_INCOMPLETE, "condition_code", 0, 0, 0},
	{"file_unknown_condition", "env/street/lamp", "T1C1G1", ACCEPTOR, "", "z", "", "", 0, false,
		REFUSAL_UNKNOWN_STANDARD, "z", 0, 0, 0},
	{"file_manual_needs_nothing", "manual/x/y", "T1C1G1", ACCEPTOR, "", "", "", "", 0, false, 0, "",
		ISSUE_FILED, CAUSE_MANUAL, U_T1},
	{"file_with_lead", "manual/x/y", "T1C1G1", ACCEPTOR, "", "", "", "B-TRAFFIC", 0, false, 0, "",
		ISSUE_DISPATCHED, CAUSE_PERSON, B_TRAFFIC},
	{"file_with_unknown_lead", "manual/x/y", "T1C1G1", ACCEPTOR, "", "", "", "B-9", 0, false,
		REFUSAL_UNKNOWN_UNIT, "B-9", 0, 0, 0},
	{"file_with_lead_that_ended", "manual/x/y", "T1C1G1", ACCEPTOR, "", "", "", "B-OLD", 0, false,
		REFUSAL_UNKNOWN_UNIT, "B-OLD", 0, 0, 0},
	{"backstop_files_with_class", "env/no/row", "T1C1G1", DUTY, "env/street/rubbish", "", "", "", 0,
		false, 0, "", ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1},
	{"backstop_files_with_lead", "orphan/x/y", "T1C1G1", DUTY, "", "", "", "B-HOUSE", 0, false, 0, "",
		ISSUE_DISPATCHED, CAUSE_PERSON, B_HOUSE},
	{"backstop_files_without_lead", "orphan/x/y", "T1C1G1", DUTY, "", "", "", "", 0, false, 0, "",
		ISSUE_FILED, CAUSE_NO_UNIT, U_T1},
	{"t09_no_row_is_not_filed", "env/no/row", "T1C1G1", DUTY, "", "", "", "", 0, false,
		REFUSAL_INCOMPLETE, "no_limit", 0, 0, 0},
	{"backstop_files_without_limit", "env/no/row", "T1C1G1", DUTY, "", "", "", "", 0, true, 0, "",
		ISSUE_DISPATCHED, CAUSE_RULE, U_T1C1G1},
	{"acceptor_has_no_say_at_the_backstop", "env/no/row", "T1C1G1", ACCEPTOR, "", "", "", "", 0, false,
		REFUSAL_ROLE, "", 0, 0, 0},
};

static void
check_file(void **state)
{
	const struct file_row *row = *state;
	struct stage stage = stage_open();
	struct event event;
	struct dossier before;

	done(&stage, 0, report_of(&stage, row->class_code, row->place));
	assert_int_equal(stage.dossier.issue.state, ISSUE_REPORTED);
	event = command(&stage, row->who, EVENT_FILE);
	event.file = (struct filing){text_of(row->file_place), text_of(row->file_class),
		text_of(row->file_condition), text_of(row->file_lead), row->severity, row->no_limit};
	if (row->no_limit)
		event.text = TEXT("nobody can say how long this takes");
	before = stage.dossier;
	play(&stage, MINUTES(5), event);
	if (row->refusal != REFUSAL_NONE) {
		assert_refused(&stage, row->refusal);
		assert_true(text_is(stage.effects.reply.detail, row->detail));
		assert_memory_equal(&stage.dossier, &before, sizeof(before));
	} else {
		assert_int_equal(stage.verdict, VERDICT_DONE);
		assert_int_equal(stage.dossier.issue.state, row->state);
		assert_int_equal(stage.dossier.issue.cause, row->cause);
		assert_int_equal(stage.dossier.issue.holder.unit, row->holder);
		assert_int_equal(stage.dossier.issue.entry_unit,
			route_desk_unit(district_release(stage.district), stage.dossier.issue.place,
				TIER_TOWN, stage.now));
		assert_int_equal(ledger_count(&stage, LEDGER_STOP, CLOCK_ACCEPT), 1);
	}
	stage_close(&stage);
}

static void
no_limit_needs_words_and_is_said(void **unused)
{
	struct stage stage = stage_open();
	struct event event;
	const struct clock *handle = &stage.dossier.issue.clocks[CLOCK_HANDLE];

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/no/row", "T1C1G1"));
	assert_int_equal(handle->run, CLOCK_OFF);
	event = command(&stage, DUTY, EVENT_FILE);
	event.file.no_limit = true;
	play(&stage, 1, event);
	assert_refused(&stage, REFUSAL_MISSING_FIELD);
	event.text = TEXT("a matter of years");
	done(&stage, 1, event);
	assert_int_equal(handle->run, CLOCK_RUNNING);
	assert_int_equal(handle->limit.kind, LIMIT_NONE);
	assert_int_equal(ledger_first(&stage, LEDGER_START, CLOCK_HANDLE)->cause, CAUSE_PERSON);
	assert_true(instant_is_never(handle->due_at));
	stage_close(&stage);
}

static void
no_limit_gets_the_backstop_limit_of_the_policies(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	stage.district->policies.limits[CLOCK_HANDLE][0] = (struct limit){LIMIT_CONTINUOUS, DAYS(60), 0};
	done(&stage, 0, report_of(&stage, "env/no/row", "T1C1G1"));
	event = command(&stage, DUTY, EVENT_FILE);
	event.file.no_limit = true;
	event.text = TEXT("a matter of years");
	done(&stage, 0, event);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_HANDLE].due_at.us, stage.now.us + DAYS(60));
	stage_close(&stage);
}

/* The clock of the row that was reported runs from observation; the desk corrects the class: the
 * time used stays, and A→B→A is where it was. */
static void
t08_h07_corrected_class_keeps_the_time_used(void **unused)
{
	struct stage stage = stage_open();
	struct event event;
	const struct clock *handle = &stage.dossier.issue.clocks[CLOCK_HANDLE];
	int64_t start = stage.now.us;

	(void)unused;
	done(&stage, 0, report_of(&stage, "orphan/x/y", "T1C1G1"));
	assert_int_equal(handle->due_at.us, start + HOURS(8));
	event = command(&stage, DUTY, EVENT_FILE);
	event.file.class_code = TEXT("traffic/parking/illegal");
	done(&stage, HOURS(1), event);
	assert_holder(&stage, B_TRAFFIC, DESK_HANDLE);
	assert_int_equal(ledger_count(&stage, LEDGER_RETARGET, CLOCK_HANDLE), 1);
	assert_int_equal(ledger_count(&stage, LEDGER_START, CLOCK_HANDLE), 0);
	assert_int_equal(handle->generation, 1);
	assert_int_equal(handle->due_at.us, start + HOURS(2));
	stage_close(&stage);
}

static void
h07_overdue_by_correction_is_one_breach_from_now(void **unused)
{
	struct stage stage = stage_open();
	struct event event;
	struct instant corrected_at;

	(void)unused;
	done(&stage, 0, report_of(&stage, "orphan/x/y", "T1C1G1"));
	event = command(&stage, DUTY, EVENT_FILE);
	event.file.class_code = TEXT("traffic/parking/illegal");
	done(&stage, HOURS(5), event);
	corrected_at = stage.now;
	assert_int_equal(ledger_count(&stage, LEDGER_BREACH, CLOCK_HANDLE), 0);
	done(&stage, 1, command(&stage, NOBODY, EVENT_DUE));
	assert_int_equal(ledger_first(&stage, LEDGER_BREACH, CLOCK_HANDLE)->at.us, corrected_at.us);
	assert_true(stage.effects.notices_count <= 1);
	stage_close(&stage);
}

/* ---- the loop ---- */

static void
whole_loop_from_report_to_feedback(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	struct event event;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	assert_int_equal(issue->entry_unit, U_T1);
	assert_int_equal(issue->tier, TIER_GRID);
	assert_int_equal(issue->area[TIER_TOWN], T1);
	done(&stage, MINUTES(10), command(&stage, HANDLER, EVENT_CLAIM));
	assert_int_equal(issue->handler, HANDLER);
	assert_true(text_is(stage.dossier.handler_name, "handler"));
	done(&stage, MINUTES(30), command(&stage, HANDLER, EVENT_PROGRESS));
	done(&stage, MINUTES(30), command(&stage, HANDLER, EVENT_ANSWER));
	assert_holder(&stage, U_T1, DESK_INTAKE);
	assert_int_equal(issue->answered_by, HANDLER);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].used.us, MINUTES(70));
	done(&stage, MINUTES(20), command(&stage, ACCEPTOR, EVENT_APPROVE));
	assert_holder(&stage, U_T1, DESK_CALLBACK);
	event = command(&stage, COLLECTOR, EVENT_FEEDBACK);
	event.feedback = (struct answer_of_reporter){true, true, 4};
	done(&stage, HOURS(3), event);
	assert_int_equal(issue->state, ISSUE_CLOSED);
	assert_int_equal(issue->cause, CAUSE_SOLVED);
	assert_int_equal(issue->version, 6);
	assert_true(text_is(stage.effects.journal.said, "{\"contacted\":true,\"solved\":true,\"satisfied\":4}"));
	stage_close(&stage);
}

static void
h22_one_decision_records_all_its_milestones_in_order(void **unused)
{
	static const struct {
		enum ledger_op op;
		enum clock_kind clock;
	} want[] = {{LEDGER_START, CLOCK_ACCEPT}, {LEDGER_START, CLOCK_BUNDLE}, {LEDGER_STOP, CLOCK_ACCEPT},
		{LEDGER_START, CLOCK_DISPATCH}, {LEDGER_STOP, CLOCK_DISPATCH}, {LEDGER_START, CLOCK_SIGN},
		{LEDGER_START, CLOCK_HANDLE}};
	struct stage stage = stage_open();

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	assert_int_equal(stage.effects.ledger_count, COUNT_OF(want));
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		assert_int_equal(stage.effects.ledger[i].op, want[i].op);
		assert_int_equal(stage.effects.ledger[i].clock, want[i].clock);
		assert_int_equal(stage.effects.ledger[i].at.us, stage.now.us);
		assert_int_equal(stage.effects.ledger[i].generation, 1);
	}
	stage_close(&stage);
}

static void
answer_without_check_waits_for_feedback_at_once(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	done(&stage, 0, report_of(&stage, "traffic/parking/illegal", "T1C1G1"));
	done(&stage, 1, command(&stage, TRAFFIC_HANDLER, EVENT_CLAIM));
	done(&stage, 1, command(&stage, TRAFFIC_HANDLER, EVENT_ANSWER));
	assert_int_equal(stage.dossier.issue.state, ISSUE_FEEDBACK);
	assert_holder(&stage, U_T1, DESK_CALLBACK);
	assert_int_equal(ledger_count(&stage, LEDGER_START, CLOCK_FEEDBACK), 1);
	assert_int_equal(ledger_count(&stage, LEDGER_START, CLOCK_CLOSE), 0);
	stage_close(&stage);
}

static const struct answer_row {
	const char *name;
	const char *text;
	bool condition;
	size_t photos;
	enum refusal refusal;
} answer_rows[] = {
	{"answer_complete", "pipe replaced", true, 1, 0},
	{"answer_without_words", "", true, 1, REFUSAL_MISSING_FIELD},
	{"answer_condition_not_ticked", "pipe replaced", false, 1, REFUSAL_CLOSE_CONDITION},
	{"answer_without_photo", "pipe replaced", true, 0, REFUSAL_EVIDENCE},
};

static void
check_answer(void **state)
{
	const struct answer_row *row = *state;
	struct stage stage = stage_open();
	struct event event;

	done(&stage, 0, report_of(&stage, "house/repair/leak", "T1C1G1"));
	done(&stage, 1, command(&stage, HOUSE_HANDLER, EVENT_CLAIM));
	event = command(&stage, HOUSE_HANDLER, EVENT_ANSWER);
	event.text = text_of(row->text);
	event.answer.close_condition = row->condition;
	event.answer.photos_count = row->photos;
	event.answer.photos[0].digest = TEXT("\x01\xab");
	play(&stage, 1, event);
	if (row->refusal != REFUSAL_NONE) {
		assert_refused(&stage, row->refusal);
	} else {
		assert_int_equal(stage.verdict, VERDICT_DONE);
		assert_true(text_is(stage.effects.journal.said,
			"{\"close_condition\":true,\"photos\":[\"01ab\"]}"));
	}
	stage_close(&stage);
}

/* Wednesday 10:00 and 16 working hours: 6 today, 8 tomorrow, 2 on Friday morning. */
static void
limit_in_working_time_runs_from_receipt(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	done(&stage, 0, report_of(&stage, "house/repair/leak", "T1C1G1"));
	assert_moment(&SHANGHAI, stage.dossier.issue.clocks[CLOCK_HANDLE].due_at, "2024-03-08 10:00");
	assert_int_equal(stage.effects.assist_count, 1);
	assert_int_equal(stage.effects.assist[0], B_TRAFFIC);
	stage_close(&stage);
}

static void
handle_runs_while_a_desk_thinks(void **unused)
{
	struct stage stage = stage_open();
	struct event event;
	int64_t start = stage.now.us;

	(void)unused;
	done(&stage, 0, report_of(&stage, "dual/x/y", "T1C1G1"));
	assert_int_equal(stage.dossier.issue.state, ISSUE_FILED);
	event = command(&stage, DISPATCHER, EVENT_DISPATCH);
	event.dispatch.lead_code = TEXT("B-HOUSE");
	done(&stage, MINUTES(10), event);
	assert_int_equal(ledger_count(&stage, LEDGER_START, CLOCK_HANDLE), 0);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_HANDLE].due_at.us, start + HOURS(8));
	stage_close(&stage);
}

static void
due_is_the_earliest_clock_but_the_lease(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	int64_t start = stage.now.us;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	assert_int_equal(issue->due_at.us, start + MINUTES(30));
	assert_int_equal(issue->warn_at.us, start + MINUTES(24));
	done(&stage, MINUTES(1), command(&stage, HANDLER, EVENT_CLAIM));
	assert_int_equal(issue->due_at.us, start + HOURS(8));
	assert_int_equal(issue->warn_at.us, start + HOURS(8) * 4 / 5);
	assert_int_equal(issue->next_due_at.us, start + MINUTES(1) + HOURS(4));
	assert_int_equal(issue->rank, issue_rank(issue));
	stage_close(&stage);
}

/* ---- claims ---- */

static void
h10_two_claims_one_wins_the_other_sees_who(void **unused)
{
	struct stage stage = stage_open();
	struct event first, second, without_version;

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	first = command(&stage, HANDLER, EVENT_CLAIM);
	second = command(&stage, COLLEAGUE, EVENT_CLAIM);
	without_version = second;
	without_version.seen_version = 0;
	done(&stage, 1, first);
	assert_int_equal(play(&stage, 0, second), VERDICT_CONFLICT);
	assert_true(text_is(stage.effects.reply.handler_name, "handler"));
	assert_int_equal(stage.effects.reply.handler, HANDLER);
	play(&stage, 0, without_version);
	assert_refused(&stage, REFUSAL_HANDLER);
	assert_true(text_is(stage.effects.reply.handler_name, "handler"));
	stage_close(&stage);
}

static void
claim_next_with_nothing_free(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	play(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	assert_refused(&stage, REFUSAL_NOTHING_TO_CLAIM);
	play(&stage, 0, command(&stage, HANDLER, EVENT_ANSWER));
	assert_refused(&stage, REFUSAL_UNKNOWN_ISSUE);
	stage_close(&stage);
}

static void
a_verb_that_moves_it_on_needs_the_version(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	event = command(&stage, HANDLER, EVENT_RETURN);
	event.seen_version = 0;
	play(&stage, 0, event);
	assert_refused(&stage, REFUSAL_MISSING_FIELD);
	event = command(&stage, HANDLER, EVENT_CLAIM);
	event.seen_version = 0;
	done(&stage, 0, event);
	stage_close(&stage);
}

static void
h12_progress_renews_the_lease_so_many_times(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	for (int i = 0; i < 2; i++) {
		done(&stage, HOURS(1), command(&stage, HANDLER, EVENT_PROGRESS));
		assert_int_equal(ledger_count(&stage, LEDGER_RESTART, CLOCK_LEASE), 1);
	}
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_LEASE].due_at.us, stage.now.us + HOURS(4));
	play(&stage, HOURS(1), command(&stage, HANDLER, EVENT_PROGRESS));
	assert_refused(&stage, REFUSAL_LIMIT_REACHED);
	done(&stage, 1, command(&stage, HANDLER, EVENT_RELEASE));
	done(&stage, 1, command(&stage, HANDLER, EVENT_CLAIM));
	assert_int_equal(stage.dossier.issue.renewals, 0);
	event = command(&stage, HANDLER, EVENT_PROGRESS);
	event.text = TEXT_NONE;
	play(&stage, 1, event);
	assert_refused(&stage, REFUSAL_MISSING_FIELD);
	stage_close(&stage);
}

static void
claim_without_lease_by_policy(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	stage.district->policies.limits[CLOCK_LEASE][0] = (struct limit){0};
	bring_to(&stage, ISSUE_HANDLING);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_LEASE].run, CLOCK_OFF);
	for (int i = 0; i < 5; i++)
		done(&stage, 1, command(&stage, HANDLER, EVENT_PROGRESS));
	stage_close(&stage);
}

/* ---- returns ---- */

/* Handled for 1 h, returned, 10 min at the desk: what becomes of HANDLE. */
static const struct redispatch_row {
	const char *name;
	const char *lead;
	bool stops, full;
	enum ledger_op op; /* of HANDLE at the second dispatch; 0 = none */
	enum cause cause;
	uint16_t generation;
	int64_t due_us;    /* since the report */
} redispatch_rows[] = {
	{"return_same_unit_resumes", "U-T1C1G1", true, true, LEDGER_RESUME, CAUSE_SAME_UNIT, 1,
		HOURS(8) + MINUTES(10)},
	{"return_other_unit_full_limit", "B-HOUSE", true, true, LEDGER_RESTART, CAUSE_OTHER_UNIT, 2,
		HOURS(9) + MINUTES(10)},
	{"return_other_unit_what_is_left", "B-HOUSE", true, false, LEDGER_RESUME, CAUSE_OTHER_UNIT, 1,
		HOURS(8) + MINUTES(10)},
	{"return_without_stop_same_unit", "U-T1C1G1", false, true, 0, 0, 1, HOURS(8)},
	{"return_without_stop_other_unit", "B-HOUSE", false, false, 0, 0, 1, HOURS(8)},
	{"return_without_stop_other_unit_full", "B-HOUSE", false, true, LEDGER_RESTART, CAUSE_OTHER_UNIT, 2,
		HOURS(9) + MINUTES(10)},
};

static void
check_redispatch(void **state)
{
	const struct redispatch_row *row = *state;
	struct stage stage = stage_open();
	const struct clock *handle = &stage.dossier.issue.clocks[CLOCK_HANDLE];
	int64_t start = stage.now.us;
	struct event event;

	stage.district->policies.return_stops_handle = row->stops;
	stage.district->policies.other_unit_full_limit = row->full;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	done(&stage, HOURS(1), command(&stage, HANDLER, EVENT_RETURN));
	assert_holder(&stage, U_T1, DESK_DISPATCH);
	assert_int_equal(stage.dossier.issue.returns, 1);
	assert_int_equal(stage.dossier.issue.cause, CAUSE_RETURNED);
	assert_int_equal(handle->run, row->stops ? CLOCK_PAUSED : CLOCK_RUNNING);
	assert_int_equal(notice_count(&stage, NOTICE_RETURNED), 1);
	event = command(&stage, DISPATCHER, EVENT_DISPATCH);
	event.dispatch.lead_code = text_of(row->lead);
	done(&stage, MINUTES(10), event);
	if (row->op != 0)
		assert_int_equal(ledger_first(&stage, row->op, CLOCK_HANDLE)->cause, row->cause);
	assert_int_equal(handle->generation, row->generation);
	assert_int_equal(handle->due_at.us - start, row->due_us);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_SIGN].generation, 2);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_BUNDLE].due_at.us - start, DAYS(5));
	stage_close(&stage);
}

static void
h05_return_over_closed_hours_costs_working_time_only(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	done(&stage, 0, report_of(&stage, "house/repair/leak", "T1C1G1"));
	stage.now = moment(&SHANGHAI, "2024-03-08 09:00");
	stage.district->policies.refusal_window = SPAN_ZERO;
	done(&stage, 0, command(&stage, HOUSE_HANDLER, EVENT_RETURN));
	stage.now = moment(&SHANGHAI, "2024-03-11 08:30");
	event = command(&stage, DISPATCHER, EVENT_DISPATCH);
	event.dispatch.lead_code = TEXT("B-HOUSE");
	done(&stage, 0, event);
	assert_moment(&SHANGHAI, stage.dossier.issue.clocks[CLOCK_HANDLE].due_at, "2024-03-11 09:30");
	stage_close(&stage);
}

static void
return_behind_the_refusal_window(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	done(&stage, 1, command(&stage, HANDLER, EVENT_CLAIM));
	play(&stage, HOURS(2), command(&stage, HANDLER, EVENT_RETURN));
	assert_refused(&stage, REFUSAL_WINDOW);
	stage.district->policies.refusal_window = SPAN_ZERO;
	done(&stage, 0, command(&stage, HANDLER, EVENT_RETURN));
	stage_close(&stage);
}

static void
returned_too_often_goes_to_the_backstop(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	for (int i = 0; i < 2; i++) {
		done(&stage, 1, command(&stage, HANDLER, EVENT_RETURN));
		assert_holder(&stage, U_T1, DESK_DISPATCH);
		done(&stage, 1, command(&stage, DISPATCHER, EVENT_DISPATCH));
	}
	done(&stage, 1, command(&stage, HANDLER, EVENT_RETURN));
	assert_holder(&stage, U_ZC, DESK_BACKSTOP);
	event = command(&stage, EVERYTHING, EVENT_DISPATCH);
	play(&stage, 1, event);
	assert_refused(&stage, REFUSAL_AREA);
	event = command(&stage, DUTY, EVENT_DISPATCH);
	event.dispatch.lead_code = TEXT("B-HOUSE");
	done(&stage, 1, event);
	assert_holder(&stage, B_HOUSE, DESK_HANDLE);
	stage_close(&stage);
}

static void
task_that_nobody_has_may_be_returned_by_any_handler(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	play(&stage, 1, command(&stage, COLLEAGUE, EVENT_RETURN));
	assert_refused(&stage, REFUSAL_HANDLER);
	done(&stage, 1, command(&stage, HANDLER, EVENT_RELEASE));
	play(&stage, 1, command(&stage, COLLEAGUE, EVENT_ANSWER));
	assert_refused(&stage, REFUSAL_HANDLER);
	done(&stage, 1, command(&stage, COLLEAGUE, EVENT_RETURN));
	stage_close(&stage);
}

/* ---- dispatch ---- */

static void
dispatch_with_assisting_units(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	bring_to(&stage, ISSUE_FILED);
	event = command(&stage, DISPATCHER, EVENT_DISPATCH);
	event.dispatch.lead_code = TEXT("B-HOUSE");
	event.dispatch.assist_codes[0] = TEXT("B-TRAFFIC");
	event.dispatch.assist_codes[1] = TEXT("B-HOUSE");
	event.dispatch.assist_codes[2] = TEXT("B-TRAFFIC");
	event.dispatch.assist_codes[3] = TEXT("U-T9");
	event.dispatch.assist_count = 4;
	play(&stage, 0, event);
	assert_refused(&stage, REFUSAL_UNKNOWN_UNIT);
	assert_int_equal(stage.effects.assist_count, 0);
	event.dispatch.assist_count = 3;
	done(&stage, 0, event);
	assert_int_equal(stage.effects.assist_count, 1);
	assert_int_equal(stage.effects.assist[0], B_TRAFFIC);
	stage_close(&stage);
}

static void
assistance_belongs_to_the_lead_the_rules_name(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	done(&stage, 0, report_of(&stage, "house/repair/leak", "T1C1G1"));
	done(&stage, 0, command(&stage, HOUSE_HANDLER, EVENT_RETURN));
	event = command(&stage, DISPATCHER, EVENT_DISPATCH);
	event.dispatch.lead_code = TEXT("U-T1");
	done(&stage, 0, event);
	assert_int_equal(stage.effects.assist_count, 0);
	stage_close(&stage);
}

static void
dispatch_needs_a_lead_where_the_rules_name_none(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	done(&stage, 0, report_of(&stage, "dual/x/y", "T1C1G1"));
	play(&stage, 0, command(&stage, DISPATCHER, EVENT_DISPATCH));
	assert_refused(&stage, REFUSAL_INCOMPLETE);
	assert_true(text_is(stage.effects.reply.detail, "lead_unit_code"));
	stage_close(&stage);
}

/* ---- escalate by hand ---- */

static void
escalate_climbs_one_tier_with_a_new_sign(void **unused)
{
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	struct instant handle_due_at, bundle_due_at;

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	handle_due_at = issue->clocks[CLOCK_HANDLE].due_at;
	bundle_due_at = issue->clocks[CLOCK_BUNDLE].due_at;
	done(&stage, MINUTES(1), command(&stage, HANDLER, EVENT_ESCALATE));
	assert_holder(&stage, U_T1C1, DESK_HANDLE);
	assert_int_equal(issue->state, ISSUE_DISPATCHED);
	assert_int_equal(issue->lead_unit, U_T1C1);
	assert_int_equal(issue->handler, 0);
	assert_int_equal(issue->clocks[CLOCK_SIGN].generation, 2);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].due_at.us, handle_due_at.us);
	assert_int_equal(issue->clocks[CLOCK_BUNDLE].due_at.us, bundle_due_at.us);
	assert_int_equal(stage.effects.journal.reason, REASON_NEED_HELP);
	assert_true(stage.effects.withdraw_notices);
	done(&stage, 1, command(&stage, COMMUNITY_HANDLER, EVENT_ESCALATE));
	done(&stage, 1, command(&stage, TOWN_HANDLER, EVENT_ESCALATE));
	assert_holder(&stage, U_ZC, DESK_HANDLE);
	play(&stage, 1, command(&stage, DISTRICT_HANDLER, EVENT_ESCALATE));
	assert_refused(&stage, REFUSAL_TOP_TIER);
	stage_close(&stage);
}

static void
h11_stale_escalation_is_no_second_level(void **unused)
{
	struct stage stage = stage_open();
	struct event button;

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	button = command(&stage, SUPERVISOR, EVENT_ESCALATE);
	done(&stage, 1, button);
	assert_int_equal(play(&stage, 1, button), VERDICT_CONFLICT);
	assert_holder(&stage, U_T1C1, DESK_HANDLE);
	stage_close(&stage);
}

static void
t29_unit_that_handed_it_on_has_no_say(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	done(&stage, 1, command(&stage, HANDLER, EVENT_ESCALATE));
	play(&stage, 1, command(&stage, HANDLER, EVENT_CLAIM));
	assert_refused(&stage, REFUSAL_UNKNOWN_ISSUE);
	stage_close(&stage);
}

static void
supervisor_escalates_in_his_area_only(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	play(&stage, 1, command(&stage, OTHER_SUPERVISOR, EVENT_ESCALATE));
	assert_refused(&stage, REFUSAL_UNKNOWN_ISSUE);
	play(&stage, 1, command(&stage, COLLEAGUE, EVENT_ESCALATE));
	assert_refused(&stage, REFUSAL_HANDLER);
	done(&stage, 1, command(&stage, SUPERVISOR, EVENT_ESCALATE));
	stage_close(&stage);
}

/* ---- rework, feedback, redo ---- */

static const struct again_row {
	const char *name;
	bool redo, new_time;
	enum ledger_op op;
	uint16_t generation;
	int64_t left_us; /* of HANDLE, right after */
} again_rows[] = {
	{"rework_continues", false, false, LEDGER_RESUME, 1, HOURS(8) - 1 * US_PER_SECOND - MINUTES(60)},
	{"rework_new_time", false, true, LEDGER_RESTART, 2, HOURS(8)},
	{"h21_d05_redo_continues_without_the_closed_time", true, false, LEDGER_RESUME, 1,
		HOURS(8) - 1 * US_PER_SECOND - MINUTES(60)},
	{"t05_redo_new_time", true, true, LEDGER_RESTART, 2, HOURS(8)},
};

static void
check_again(void **state)
{
	const struct again_row *row = *state;
	struct stage stage = stage_open();
	const struct issue *issue = &stage.dossier.issue;
	struct event event;

	stage.district->policies.rework_new_time = stage.district->policies.redo_new_time = row->new_time;
	bring_to(&stage, ISSUE_HANDLING);
	done(&stage, MINUTES(60), command(&stage, HANDLER, EVENT_ANSWER));
	if (row->redo)
		done(&stage, 1, command(&stage, ACCEPTOR, EVENT_APPROVE));
	event = command(&stage, row->redo ? CALLBACK : ACCEPTOR, row->redo ? EVENT_FEEDBACK : EVENT_REWORK);
	event.feedback = (struct answer_of_reporter){true, false, 1};
	if (!row->redo)
		event.feedback = (struct answer_of_reporter){0};
	done(&stage, HOURS(30), event);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].generation, row->generation);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].due_at.us - stage.now.us, row->left_us);
	assert_int_equal(ledger_count(&stage, row->op, CLOCK_HANDLE), 1);
	assert_int_equal(issue->clocks[CLOCK_BUNDLE].generation, 2);
	assert_int_equal(issue->clocks[CLOCK_BUNDLE].due_at.us - stage.now.us, DAYS(5));
	assert_holder(&stage, U_T1C1G1, DESK_HANDLE);
	if (row->redo) {
		assert_int_equal(issue->state, ISSUE_DISPATCHED);
		assert_int_equal(issue->cause, CAUSE_REDO);
		assert_int_equal(issue->redos, 1);
		assert_int_equal(notice_count(&stage, NOTICE_REDO), 1);
		assert_true(text_is(stage.effects.journal.said,
			"{\"contacted\":true,\"solved\":false,\"satisfied\":1}"));
	} else {
		assert_int_equal(issue->state, ISSUE_HANDLING);
		assert_int_equal(issue->handler, HANDLER);
		assert_int_equal(issue->clocks[CLOCK_LEASE].run, CLOCK_RUNNING);
	}
	stage_close(&stage);
}

static void
reporter_who_answered_it_himself_has_no_feedback(void **unused)
{
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "env/street/rubbish", "T1C1G1");

	(void)unused;
	event.actor = person(HANDLER);
	done(&stage, 0, event);
	done(&stage, 1, command(&stage, HANDLER, EVENT_CLAIM));
	done(&stage, 1, command(&stage, HANDLER, EVENT_ANSWER));
	done(&stage, 1, command(&stage, ACCEPTOR, EVENT_APPROVE));
	play(&stage, 1, command(&stage, HANDLER, EVENT_FEEDBACK));
	assert_refused(&stage, REFUSAL_SELF);
	done(&stage, 1, command(&stage, CALLBACK, EVENT_FEEDBACK));
	stage_close(&stage);
}

static void
feedback_of_another_collector_is_refused(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	bring_to(&stage, ISSUE_FEEDBACK);
	event = command(&stage, COLLECTOR, EVENT_FEEDBACK);
	event.actor.id = 9000;
	play(&stage, 1, event);
	assert_refused(&stage, REFUSAL_ROLE);
	event = command(&stage, COLLECTOR, EVENT_FEEDBACK);
	event.feedback.satisfied = 6;
	play(&stage, 1, event);
	assert_refused(&stage, REFUSAL_BAD_VALUE);
	event.feedback = (struct answer_of_reporter){false, true, 0};
	done(&stage, 1, event);
	assert_true(text_is(stage.effects.journal.said,
		"{\"contacted\":false,\"solved\":true,\"satisfied\":0}"));
	stage_close(&stage);
}

/* ---- rules change while issues are open ---- */

static void
h01_d30_open_issue_keeps_its_release(void **unused)
{
	struct stage stage = stage_open();
	struct district *district = stage.district;
	struct policies later = district->policies;
	struct release *release;

	(void)unused;
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	later.limits[CLOCK_LEASE][0] = (struct limit){LIMIT_CONTINUOUS, MINUTES(5), 0};
	release = district_publish(district, instant_add(stage.now, (struct span){MINUTES(10)}));
	release->policies = &later;
	done(&stage, MINUTES(15), command(&stage, HANDLER, EVENT_CLAIM));
	assert_int_equal(stage.dossier.issue.release, 1);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_LEASE].due_at.us, stage.now.us + HOURS(4));
	stage_next_issue(&stage);
	done(&stage, 0, report_of(&stage, "env/street/rubbish", "T1C1G1"));
	assert_int_equal(stage.dossier.issue.release, 2);
	done(&stage, 0, command(&stage, HANDLER, EVENT_CLAIM));
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_LEASE].due_at.us, stage.now.us + MINUTES(5));
	stage_close(&stage);
}

static void
merged_unit_hands_over_to_its_successor(void **unused)
{
	struct stage stage = stage_open();
	struct district *district = stage.district;

	(void)unused;
	done(&stage, 0, report_of(&stage, "house/repair/leak", "T1C1G1"));
	done(&stage, 1, command(&stage, HOUSE_HANDLER, EVENT_RETURN));
	district->unit_rows[B_HOUSE].until_at = stage.now;
	district->unit_rows[B_HOUSE].successor = B_TRAFFIC;
	done(&stage, MINUTES(1), command(&stage, DISPATCHER, EVENT_DISPATCH));
	assert_holder(&stage, B_TRAFFIC, DESK_HANDLE);
	stage_close(&stage);
}

static void
merged_town_keeps_its_desks_at_the_successor(void **unused)
{
	struct stage stage = stage_open();
	struct district *district = stage.district;

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	district->unit_rows[U_T1].until_at = stage.now;
	district->unit_rows[U_T1].successor = U_T2;
	done(&stage, 1, command(&stage, HANDLER, EVENT_ANSWER));
	assert_holder(&stage, U_T2, DESK_INTAKE);
	stage_close(&stage);
}

static void
calendar_taken_out_of_the_rules_still_measures(void **unused)
{
	struct stage stage = stage_open();
	struct event event;
	struct release *later;

	(void)unused;
	done(&stage, 0, report_of(&stage, "house/repair/leak", "T1C1G1"));
	later = district_publish(stage.district, instant_add(stage.now, (struct span){1}));
	later->calendars_count = 0;
	done(&stage, 1, command(&stage, HOUSE_HANDLER, EVENT_CLAIM));
	stage.now = moment(&SHANGHAI, "2024-03-07 09:00");
	event = command(&stage, HOUSE_HANDLER, EVENT_ANSWER);
	event.answer.close_condition = true;
	event.answer.photos_count = 1;
	done(&stage, 0, event);
	assert_int_equal(stage.dossier.issue.clocks[CLOCK_HANDLE].used.us, HOURS(7));
	stage_close(&stage);
}

/* ---- laws ---- */

static void
h17_time_only_moves_forward(void **unused)
{
	struct stage stage = stage_open();
	struct instant last_at;

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	last_at = stage.dossier.issue.last_at;
	done(&stage, -HOURS(1), command(&stage, HANDLER, EVENT_CLAIM));
	assert_int_equal(stage.dossier.issue.last_at.us, last_at.us);
	assert_int_equal(stage.effects.journal.at.us, last_at.us);
	stage_close(&stage);
}

static void
same_inputs_give_the_same_bytes(void **unused)
{
	struct stage a = stage_open(), b;
	struct event event = report_of(&a, "env/street/rubbish", "T1C1G1");
	static struct effects first, second;
	struct dossier one = {.fresh_id = 5}, two = {.fresh_id = 5};

	(void)unused;
	b = a;
	/* Pointers into the arena are the same when the arena begins anew. */
	a.arena = arena_new();
	memset(&first, 0x55, sizeof(first));
	memset(&second, 0xaa, sizeof(second));
	first.arena = second.arena = a.arena;
	assert_int_equal(decide(&a.district->book, &event, a.now, &one, &first), VERDICT_DONE);
	arena_reset(a.arena);
	assert_int_equal(decide(&a.district->book, &event, a.now, &two, &second), VERDICT_DONE);
	assert_memory_equal(&one.issue, &two.issue, sizeof(one.issue));
	assert_memory_equal(first.ledger, second.ledger, sizeof(first.ledger));
	assert_memory_equal(first.notices, second.notices, sizeof(first.notices));
	assert_true(text_equal(first.journal.said, second.journal.said));
	assert_int_equal(first.journal.next_due_at.us, second.journal.next_due_at.us);
	arena_free(a.arena);
	stage_close(&b);
}

static void
said_is_json_without_contact_data(void **unused)
{
	struct stage stage = stage_open();
	struct event event = report_of(&stage, "env/street/rubbish", "T1C1G1");

	(void)unused;
	event.report.has_contact = true;
	event.report.contact = (struct contact){TEXT("Zhang"), TEXT("13900000000"), TEXT("Lane 5")};
	event.report.source = TEXT("a\"b\\c\n");
	event.report.reference = TEXT("增城");
	event.report.latitude = 23123456;
	event.report.longitude = -113000001;
	event.report.point_place = T2C1G1;
	event.report.photos_count = 2;
	event.report.photos[0].digest = TEXT("\xff\x10");
	event.report.photos[1].digest = TEXT("\x07");
	done(&stage, 0, event);
	assert_true(text_is(stage.effects.journal.said,
		"{\"class\":\"env/street/rubbish\",\"place\":\"T1C1G1\",\"point\":[23.123456,-113.000001],"
		"\"point_lies_in\":\"T2C1G1\",\"photos\":[\"ff10\",\"07\"],"
		"\"source\":\"a\\\"b\\\\c\\u000a\",\"reference\":\"增城\"}"));
	stage_close(&stage);
}

static void
progress_has_nothing_more_to_say(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	bring_to(&stage, ISSUE_HANDLING);
	done(&stage, 1, command(&stage, HANDLER, EVENT_PROGRESS));
	assert_int_equal(stage.effects.journal.said.len, 0);
	assert_true(stage.effects.journal.text.len > 0);
	stage_close(&stage);
}

/* ---- chasing ---- */

/* Whoever has it is told, each time; nothing else about the issue moves. */
static void
urge_tells_who_has_it_and_moves_nothing(void **unused)
{
	struct stage stage = stage_open();
	const struct notice *notice = &stage.effects.notices[0];
	struct issue before;
	struct event event;

	(void)unused;
	bring_to(&stage, ISSUE_DISPATCHED);
	before = stage.dossier.issue;
	event = command(&stage, SUPERVISOR, EVENT_URGE);
	event.seen_version = 0;
	event.text = TEXT("three days now");
	for (int times = 1; times <= 2; times++) {
		done(&stage, MINUTES(1), event);
		assert_int_equal(stage.dossier.issue.version, before.version + times);
		assert_int_equal(stage.effects.notices_count, 1);
		assert_int_equal(notice->kind, NOTICE_URGE);
		assert_int_equal(notice->unit, U_T1C1G1);
		assert_int_equal(notice->role, ROLE_HANDLER);
		assert_int_equal(notice->actor, 0);
	}
	assert_int_equal(stage.effects.ledger_count, 0);
	assert_true(text_is(stage.effects.journal.text, "three days now"));
	assert_int_equal(stage.effects.journal.cause, before.cause);
	assert_memory_equal(stage.dossier.issue.clocks, before.clocks, sizeof(before.clocks));
	assert_int_equal(stage.dossier.issue.state, before.state);
	assert_int_equal(stage.dossier.issue.due_at.us, before.due_at.us);
	assert_int_equal(stage.dossier.issue.next_due_at.us, before.next_due_at.us);
	assert_int_equal(stage.dossier.issue.rank, before.rank);
	assert_false(stage.effects.withdraw_notices);

	done(&stage, 1, command(&stage, HANDLER, EVENT_CLAIM));
	done(&stage, 1, event);
	assert_int_equal(notice->actor, HANDLER);
	assert_int_equal(notice->unit, 0);
	assert_int_equal(stage.dossier.issue.handler, HANDLER);
	stage_close(&stage);
}

static void
urge_at_the_backstop_is_the_supervisors_too(void **unused)
{
	struct stage stage = stage_open();
	struct event event;

	(void)unused;
	done(&stage, 1, report_of(&stage, "orphan/x/y", "T1C1G1"));
	assert_holder(&stage, U_ZC, DESK_BACKSTOP);
	event = command(&stage, DUTY, EVENT_URGE);
	play(&stage, 1, event);
	assert_refused(&stage, REFUSAL_ROLE);
	done(&stage, 1, command(&stage, SUPERVISOR, EVENT_URGE));
	assert_int_equal(stage.effects.notices[0].unit, U_ZC);
	assert_int_equal(stage.effects.notices[0].role, ROLE_DUTY_OFFICER);
	stage_close(&stage);
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, report_rows, check_report);
	CHECK_ROWS(&group, time_rows, check_time);
	CHECK_ONE(&group, observations_of_any_age_by_policy);
	CHECK_ROWS(&group, number_rows, check_number);
	CHECK_ONE(&group, t27_known_reference_makes_no_second_issue);
	CHECK_ONE(&group, report_before_there_are_units_is_refused);
	CHECK_ROWS(&group, speak_rows, check_speak);
	CHECK_ROWS(&group, file_rows, check_file);
	CHECK_ONE(&group, no_limit_needs_words_and_is_said);
	CHECK_ONE(&group, no_limit_gets_the_backstop_limit_of_the_policies);
	CHECK_ONE(&group, t08_h07_corrected_class_keeps_the_time_used);
	CHECK_ONE(&group, h07_overdue_by_correction_is_one_breach_from_now);
	CHECK_ONE(&group, whole_loop_from_report_to_feedback);
	CHECK_ONE(&group, h22_one_decision_records_all_its_milestones_in_order);
	CHECK_ONE(&group, answer_without_check_waits_for_feedback_at_once);
	CHECK_ROWS(&group, answer_rows, check_answer);
	CHECK_ONE(&group, limit_in_working_time_runs_from_receipt);
	CHECK_ONE(&group, handle_runs_while_a_desk_thinks);
	CHECK_ONE(&group, due_is_the_earliest_clock_but_the_lease);
	CHECK_ONE(&group, h10_two_claims_one_wins_the_other_sees_who);
	CHECK_ONE(&group, claim_next_with_nothing_free);
	CHECK_ONE(&group, a_verb_that_moves_it_on_needs_the_version);
	CHECK_ONE(&group, h12_progress_renews_the_lease_so_many_times);
	CHECK_ONE(&group, claim_without_lease_by_policy);
	CHECK_ROWS(&group, redispatch_rows, check_redispatch);
	CHECK_ONE(&group, h05_return_over_closed_hours_costs_working_time_only);
	CHECK_ONE(&group, return_behind_the_refusal_window);
	CHECK_ONE(&group, returned_too_often_goes_to_the_backstop);
	CHECK_ONE(&group, task_that_nobody_has_may_be_returned_by_any_handler);
	CHECK_ONE(&group, dispatch_with_assisting_units);
	CHECK_ONE(&group, assistance_belongs_to_the_lead_the_rules_name);
	CHECK_ONE(&group, dispatch_needs_a_lead_where_the_rules_name_none);
	CHECK_ONE(&group, escalate_climbs_one_tier_with_a_new_sign);
	CHECK_ONE(&group, h11_stale_escalation_is_no_second_level);
	CHECK_ONE(&group, t29_unit_that_handed_it_on_has_no_say);
	CHECK_ONE(&group, supervisor_escalates_in_his_area_only);
	CHECK_ROWS(&group, again_rows, check_again);
	CHECK_ONE(&group, reporter_who_answered_it_himself_has_no_feedback);
	CHECK_ONE(&group, feedback_of_another_collector_is_refused);
	CHECK_ONE(&group, h01_d30_open_issue_keeps_its_release);
	CHECK_ONE(&group, merged_unit_hands_over_to_its_successor);
	CHECK_ONE(&group, merged_town_keeps_its_desks_at_the_successor);
	CHECK_ONE(&group, calendar_taken_out_of_the_rules_still_measures);
	CHECK_ONE(&group, h17_time_only_moves_forward);
	CHECK_ONE(&group, same_inputs_give_the_same_bytes);
	CHECK_ONE(&group, said_is_json_without_contact_data);
	CHECK_ONE(&group, progress_has_nothing_more_to_say);
	CHECK_ONE(&group, urge_tells_who_has_it_and_moves_nothing);
	CHECK_ONE(&group, urge_at_the_backstop_is_the_supervisors_too);
	return check_run("decide", &group);
}
