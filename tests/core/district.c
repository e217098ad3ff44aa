/* district.c — see district.h. */
#include "tests/core/district.h"

#include <string.h>

#include "base/must.h"
#include "core/calendar.h"
#include "tests/check.h"
#include "tests/core/moments.h"

#define PLACE(id, parent, tier, code, kind) [id] = {id, parent, tier, TEXT_OF(code), TEXT_OF(code), TEXT_OF(kind), 0, 0, {0}}
#define TEXT_OF(literal) {literal, sizeof(literal) - 1}
#define ALWAYS {0}, {INT64_MAX}
#define UNIT(id, parent, tier, place, code, kind)                                                  \
	[id] = {id, parent, tier, place, 0, TEXT_OF(code), TEXT_OF(code), TEXT_OF(kind), ALWAYS, 0}
#define CONTINUOUS(us) {LIMIT_CONTINUOUS, us, 0}
#define WORKING(us) {LIMIT_WORKING_TIME, us, 1}
#define ROW(id, class, condition, severity, limit, from, checked)                                  \
	[id] = {id, TEXT_OF(class), TEXT_OF(class), TEXT_OF(condition), TEXT_OF(condition), {NULL, 0},  \
		{NULL, 0}, severity, limit, from, checked, false, NULL, 0}

static const struct place place_rows[PLACES_END] = {
	PLACE(ZC, 0, TIER_DISTRICT, "ZC", "district"),
	PLACE(T1, ZC, TIER_TOWN, "T1", "town"),
	PLACE(T2, ZC, TIER_TOWN, "T2", "town"),
	PLACE(T1C1, T1, TIER_COMMUNITY, "T1C1", "community"),
	PLACE(T1C2, T1, TIER_COMMUNITY, "T1C2", "community"),
	PLACE(T2C1, T2, TIER_COMMUNITY, "T2C1", "community"),
	PLACE(T1C1G1, T1C1, TIER_GRID, "T1C1G1", "grid"),
	PLACE(T1C1G2, T1C1, TIER_GRID, "T1C1G2", "grid"),
	PLACE(T2C1G1, T2C1, TIER_GRID, "T2C1G1", "grid"),
	PLACE(X1, T1C1, 0, "X1", "compound"),
	PLACE(T1C1G1B1, T1C1G1, 0, "T1C1G1B1", "building"),
};

static const struct unit unit_rows[UNITS_END] = {
	UNIT(U_ZC, 0, TIER_DISTRICT, ZC, "U-ZC", "tier"),
	UNIT(U_T1, U_ZC, TIER_TOWN, T1, "U-T1", "tier"),
	UNIT(U_T2, U_ZC, TIER_TOWN, T2, "U-T2", "tier"),
	UNIT(U_T1C1, U_T1, TIER_COMMUNITY, T1C1, "U-T1C1", "tier"),
	UNIT(U_T1C2, U_T1, TIER_COMMUNITY, T1C2, "U-T1C2", "tier"),
	UNIT(U_T2C1, U_T2, TIER_COMMUNITY, T2C1, "U-T2C1", "tier"),
	UNIT(U_T1C1G1, U_T1C1, TIER_GRID, T1C1G1, "U-T1C1G1", "tier"),
	UNIT(U_T1C1G2, U_T1C1, TIER_GRID, T1C1G2, "U-T1C1G2", "tier"),
	UNIT(U_T2C1G1, U_T2C1, TIER_GRID, T2C1G1, "U-T2C1G1", "tier"),
	UNIT(B_HOUSE, U_ZC, TIER_DISTRICT, ZC, "B-HOUSE", "bureau"),
	UNIT(B_TRAFFIC, U_ZC, TIER_DISTRICT, ZC, "B-TRAFFIC", "bureau"),
	UNIT(P_X1, 0, TIER_COMMUNITY, X1, "P-X1", "property"),
	[B_OLD] = {B_OLD, U_ZC, TIER_DISTRICT, ZC, B_HOUSE, TEXT_OF("B-OLD"), TEXT_OF("B-OLD"),
		TEXT_OF("bureau"), {0}, {1}, 0},
};

static const struct competence competence_rows[] = {
	{0, TEXT_OF("tier"), TEXT_OF("env"), 0, 0, DUTY_LEAD},
	{0, TEXT_OF("tier"), TEXT_OF("noted"), 0, 0, DUTY_LEAD},
	{0, TEXT_OF("tier"), TEXT_OF("scary"), 0, 0, DUTY_LEAD},
	{B_HOUSE, {NULL, 0}, TEXT_OF("house"), 0, 0, DUTY_LEAD},
	{B_TRAFFIC, {NULL, 0}, TEXT_OF("traffic"), 0, 0, DUTY_LEAD},
	{B_TRAFFIC, {NULL, 0}, TEXT_OF("house"), 0, 0, DUTY_ASSIST},
	{0, TEXT_OF("property"), TEXT_OF("property"), 0, 0, DUTY_LEAD},
	{B_HOUSE, {NULL, 0}, TEXT_OF("dual"), 0, 5, DUTY_LEAD},
	{B_TRAFFIC, {NULL, 0}, TEXT_OF("dual"), 0, 5, DUTY_LEAD},
	{B_HOUSE, {NULL, 0}, TEXT_OF("manual"), 0, 0, DUTY_LEAD},
	{B_HOUSE, {NULL, 0}, TEXT_OF("half"), 0, 0, DUTY_LEAD},
};

static const struct standard standard_rows[STANDARDS_END] = {
	ROW(RUBBISH, "env/street/rubbish", "", 0, CONTINUOUS(HOURS(8)), RUNS_FROM_DISPATCHED, true),
	ROW(LEAK, "house/repair/leak", "", 0, WORKING(HOURS(16)), RUNS_FROM_RECEIVED, true),
	ROW(ILLEGAL, "traffic/parking/illegal", "", 2, CONTINUOUS(HOURS(2)), RUNS_FROM_OBSERVED, false),
	ROW(LAMP_A, "env/street/lamp", "a", 1, CONTINUOUS(HOURS(2)), RUNS_FROM_DISPATCHED, true),
	ROW(LAMP_B, "env/street/lamp", "b", 3, CONTINUOUS(HOURS(48)), RUNS_FROM_DISPATCHED, true),
	ROW(LIFT, "property/lift/stuck", "", 1, CONTINUOUS(HOURS(1)), RUNS_FROM_DISPATCHED, true),
	ROW(DUAL, "dual/x/y", "", 0, CONTINUOUS(HOURS(8)), RUNS_FROM_OBSERVED, true),
	ROW(ORPHAN, "orphan/x/y", "", 0, CONTINUOUS(HOURS(8)), RUNS_FROM_OBSERVED, true),
	ROW(MANUAL, "manual/x/y", "", 0, CONTINUOUS(HOURS(8)), RUNS_FROM_DISPATCHED, true),
	ROW(HALF, "half/x/y", "", 0, CONTINUOUS(HOURS(8)), RUNS_FROM_DISPATCHED, true),
	ROW(NOTED, "noted/x/y", "", 0, CONTINUOUS(HOURS(10)), RUNS_FROM_OBSERVED, true),
	ROW(SCARY, "scary/x/y", "", 3, CONTINUOUS(HOURS(1)), RUNS_FROM_DISPATCHED, true),
};

static const struct route_rule route_rows[] = {
	{.priority = 20, .class_code = TEXT_OF("manual"), .auto_file = false, .auto_dispatch = false},
	{.priority = 10, .class_code = TEXT_OF("half"), .auto_file = true, .auto_dispatch = false},
};

/* One more than the firings of any clock but HANDLE of `noted`: see the tests that use them. */
static const struct ladder ladder_rows[] = {
	{.code = TEXT_OF("accept"), .clock = CLOCK_ACCEPT, .steps_count = 1},
	{.code = TEXT_OF("sign"), .clock = CLOCK_SIGN, .steps_count = 1},
	{.code = TEXT_OF("handle"), .clock = CLOCK_HANDLE, .steps_count = 2},
	{.code = TEXT_OF("noted"), .clock = CLOCK_HANDLE, .class_code = TEXT_OF("noted"), .steps_count = 4},
	{.code = TEXT_OF("scary"), .clock = CLOCK_HANDLE, .class_code = TEXT_OF("scary"), .steps_count = 2},
};

static const struct ladder_step steps[][STEPS_MAX] = {
	{{ANCHOR_DUE, 0, {0}, 0, ACTION_MOVE_UP, 0, 0, 0}},
	{{ANCHOR_DUE, 0, {0}, 0, ACTION_MOVE_UP, 0, 0, 0}},
	{{ANCHOR_PERCENT, 80, {0}, 0, ACTION_REMIND, 0, 0, 0},
		{ANCHOR_DUE, 0, {HOURS(1)}, 0, ACTION_NOTIFY, ROLE_SUPERVISOR, 1, 0}},
	{{ANCHOR_PERCENT, 50, {0}, 0, ACTION_REMIND, 0, 0, 0},
		{ANCHOR_PERCENT, 80, {0}, 0, ACTION_REMIND, 0, 0, 0},
		{ANCHOR_DUE, 0, {0}, 0, ACTION_NOTIFY, ROLE_SUPERVISOR, 3, 0},
		{ANCHOR_PREVIOUS, 0, {HOURS(24)}, 0, ACTION_NOTIFY, ROLE_SUPERVISOR, 3, 2}},
	{{ANCHOR_PERCENT, 50, {0}, 0, ACTION_RAISE_SEVERITY, 0, 0, 0},
		{ANCHOR_DUE, 0, {0}, 0, ACTION_BACKSTOP, 0, 0, 0}},
};

struct district *
district_new(struct arena *arena)
{
	struct district *d = arena_take(arena, sizeof(*d));

	d->arena = arena;
	memcpy(d->place_rows, place_rows, sizeof(place_rows));
	memcpy(d->unit_rows, unit_rows, sizeof(unit_rows));
	memcpy(d->competence_rows, competence_rows, sizeof(competence_rows));
	memcpy(d->standard_rows, standard_rows, sizeof(standard_rows));
	memcpy(d->route_rows, route_rows, sizeof(route_rows));
	memcpy(d->ladder_rows, ladder_rows, sizeof(ladder_rows));
	memcpy(d->steps, steps, sizeof(steps));
	d->standard_rows[LEAK].close_condition = TEXT("the leak is stopped");
	d->standard_rows[LEAK].evidence = true;
	for (size_t i = 0; i < COUNT_OF(ladder_rows); i++)
		d->ladder_rows[i].steps = d->steps[i];
	d->places = (struct places){.edition = 1, .rows = d->place_rows, .count = PLACES_END};
	d->units = (struct units){.edition = 1, .rows = d->unit_rows, .count = UNITS_END,
		.competences = d->competence_rows, .competences_count = COUNT_OF(competence_rows)};
	d->standards = (struct standards){.edition = 1, .rows = d->standard_rows, .count = STANDARDS_END};
	d->routes = (struct routes){.edition = 1, .rows = d->route_rows, .count = COUNT_OF(route_rows)};
	d->ladders = (struct ladders){.edition = 1, .rows = d->ladder_rows, .count = COUNT_OF(ladder_rows)};
	d->policies = (struct policies){
		.edition = 1,
		.limits = {
			[CLOCK_ACCEPT] = {{LIMIT_CONTINUOUS, MINUTES(15), 0}},
			[CLOCK_DISPATCH] = {{LIMIT_CONTINUOUS, MINUTES(15), 0}},
			[CLOCK_SIGN] = {{LIMIT_CONTINUOUS, MINUTES(30), 0}},
			[CLOCK_CLOSE] = {{LIMIT_CONTINUOUS, HOURS(1), 0}},
			[CLOCK_FEEDBACK] = {{LIMIT_CONTINUOUS, DAYS(2), 0}},
			[CLOCK_LEASE] = {{LIMIT_CONTINUOUS, HOURS(4), 0}},
			[CLOCK_BUNDLE] = {{LIMIT_CONTINUOUS, DAYS(5), 0}},
		},
		.desk_tier = TIER_TOWN,
		.lease_extensions_max = 2,
		.return_stops_handle = true,
		.other_unit_full_limit = true,
		.redo_new_time = true,
		.refusal_window = {HOURS(2)},
		.observed_age_max = {DAYS(30)},
		.observed_ahead_max = {MINUTES(5)},
		.step_gap = {MINUTES(10)},
		.returns_max = 2,
	};
	d->calendars[1] = good_hours(&SHANGHAI, "1-5 08:00-12:00 14:00-18:00; first=2024-01-01 last=2025-12-31");
	district_index(d);
	d->releases[0] = (struct release){1, {0}, &d->places, &d->units, &d->standards, &d->routes,
		&d->ladders, &d->policies, d->calendars, 1};
	d->book = (struct rulebook){1, TEXT("ZC"), TEXT("ZC"), &SHANGHAI, d->releases, 1};
	return d;
}

void
district_index(struct district *d)
{
	struct text why = TEXT_NONE;

	assert_true(places_index(d->arena, &d->places, &why));
	assert_true(units_index(d->arena, &d->units, &d->places, &why));
	assert_true(standards_index(d->arena, &d->standards, &why));
}

const struct release *
district_release(const struct district *d)
{
	return &d->releases[d->book.releases_count - 1];
}

struct release *
district_publish(struct district *d, struct instant at)
{
	size_t n = d->book.releases_count;

	must(n < RELEASES_MAX);
	d->releases[n] = d->releases[n - 1];
	d->releases[n].number = (int32_t)n + 1;
	d->releases[n].effective_at = at;
	d->book.releases_count++;
	return &d->releases[n];
}

/* ---- people ---- */

#define BIT(role) ROLE_BIT(ROLE_##role)

static const struct person_row {
	const char *code;
	int32_t unit, area;
	uint32_t roles;
} people[PERSONS_END] = {
	[COLLECTOR] = {"collector", U_T1C1G1, T1C1G1, BIT(COLLECTOR)},
	[ACCEPTOR] = {"acceptor", U_T1, T1, BIT(ACCEPTOR)},
	[DISPATCHER] = {"dispatcher", U_T1, T1, BIT(DISPATCHER)},
	[HANDLER] = {"handler", U_T1C1G1, T1C1G1, BIT(HANDLER)},
	[COLLEAGUE] = {"colleague", U_T1C1G1, T1C1G1, BIT(HANDLER)},
	[TOWN_HANDLER] = {"town-handler", U_T1, T1, BIT(HANDLER)},
	[COMMUNITY_HANDLER] = {"community-handler", U_T1C1, T1C1, BIT(HANDLER)},
	[DISTRICT_HANDLER] = {"district-handler", U_ZC, ZC, BIT(HANDLER)},
	[HOUSE_HANDLER] = {"house-handler", B_HOUSE, ZC, BIT(HANDLER)},
	[TRAFFIC_HANDLER] = {"traffic-handler", B_TRAFFIC, ZC, BIT(HANDLER)},
	[DUTY] = {"duty", U_ZC, ZC, BIT(DUTY_OFFICER)},
	[CALLBACK] = {"callback", U_T1, T1, BIT(CALLBACK)},
	[SUPERVISOR] = {"supervisor", U_ZC, ZC, BIT(SUPERVISOR)},
	[OTHER_SUPERVISOR] = {"other-supervisor", U_T2, T2, BIT(SUPERVISOR)},
	[STRANGER] = {"stranger", U_T2, T2, BIT(HANDLER)},
	[EVERYTHING] = {"everything", U_T2, ZC, BIT(COLLECTOR) | BIT(ACCEPTOR) | BIT(DISPATCHER) |
		BIT(HANDLER) | BIT(DUTY_OFFICER) | BIT(CALLBACK) | BIT(ADMIN)},
};

struct actor
person(enum person person)
{
	const struct person_row *row = &people[person];

	return (struct actor){.id = (int32_t)person, .code = text_of(row->code),
		.name = text_of(row->code), .unit = row->unit, .area = row->area, .roles = row->roles,
		.active = true, .device = 100 + (int32_t)person, .device_state = DEVICE_ACTIVE,
		.code_expires_at = INSTANT_NEVER};
}

/* ---- the stage ---- */

struct stage
stage_open(void)
{
	struct stage stage = {.arena = arena_new(), .now = moment(&SHANGHAI, "2024-03-06 10:00")};

	stage.district = district_new(stage.arena);
	stage.effects.arena = stage.arena;
	return stage;
}

void
stage_close(struct stage *stage)
{
	arena_free(stage->arena);
	moments_done();
}

void
stage_next_issue(struct stage *stage)
{
	stage->dossier = (struct dossier){0};
	stage->decisions = 0;
}

struct event
command(const struct stage *stage, enum person who, enum event_kind kind)
{
	static const enum reason reasons[EVENT_KIND_MAX + 1] = {
		[EVENT_DECLINE] = REASON_NOT_A_MATTER,
		[EVENT_RETURN] = REASON_NOT_OURS,
		[EVENT_ESCALATE] = REASON_NEED_HELP,
		[EVENT_REWORK] = REASON_NOT_DONE,
	};
	struct event event = {.kind = kind, .issue = stage->dossier.issue.id,
		.seen_version = stage->dossier.issue.version, .reason = reasons[kind]};

	if (who != NOBODY)
		event.actor = person(who);
	if (kind == EVENT_PROGRESS || kind == EVENT_ANSWER)
		event.text = TEXT("done as far as it goes");
	if (kind == EVENT_FEEDBACK)
		event.feedback = (struct answer_of_reporter){true, true, 5};
	return event;
}

struct event
report_of(const struct stage *stage, const char *class_code, const char *place_code)
{
	struct event event = command(stage, COLLECTOR, EVENT_REPORT);

	event.issue = 0;
	event.text = TEXT("something is wrong here");
	event.report = (struct report){.class_code = text_of(class_code),
		.place_code = text_of(place_code), .latitude = ISSUE_MICRODEGREES_NONE,
		.longitude = ISSUE_MICRODEGREES_NONE, .observed_at = INSTANT_NEVER,
		.outside_due_at = INSTANT_NEVER};
	return event;
}

enum verdict
play(struct stage *stage, int64_t later_us, struct event event)
{
	stage->now.us += later_us;
	if (event.kind == EVENT_REPORT && !stage->dossier.exists && event.report.id == 0)
		stage->dossier.fresh_id = 1001;
	stage->verdict =
		decide(&stage->district->book, &event, stage->now, &stage->dossier, &stage->effects);
	if (stage->verdict == VERDICT_DONE) {
		stage->decisions++;
		assert_lawful(stage);
	}
	return stage->verdict;
}

void
done(struct stage *stage, int64_t later_us, struct event event)
{
	enum verdict verdict = play(stage, later_us, event);

	if (verdict == VERDICT_REFUSED)
		fail_msg("%s was refused: %s %.*s", event_word(event.kind),
			refusal_word(stage->effects.reply.refusal),
			(int)stage->effects.reply.detail.len, stage->effects.reply.detail.data);
	assert_int_equal(verdict, VERDICT_DONE);
}

int
pass_time(struct stage *stage, int64_t later_us)
{
	struct instant until = instant_add(stage->now, (struct span){later_us});
	int decisions = 0;

	while (!instant_before(until, stage->dossier.issue.next_due_at)) {
		stage->now = instant_max(stage->now, stage->dossier.issue.next_due_at);
		if (play(stage, 0, command(stage, NOBODY, EVENT_DUE)) == VERDICT_DONE)
			decisions++;
		assert_true(decisions < 1000);
	}
	stage->now = until;
	return decisions;
}

void
bring_to(struct stage *stage, enum issue_state state)
{
	struct event event = report_of(stage, "env/street/rubbish", "T1C1G1");

	if (state == ISSUE_REPORTED || state == ISSUE_DECLINED)
		event.report.class_code = TEXT("manual/x/y");
	if (state == ISSUE_FILED)
		event.report.class_code = TEXT("half/x/y");
	done(stage, 0, event);
	if (state == ISSUE_DECLINED)
		done(stage, US_PER_SECOND, command(stage, ACCEPTOR, EVENT_DECLINE));
	if (state == ISSUE_RETURNED)
		done(stage, US_PER_SECOND, command(stage, HANDLER, EVENT_RETURN));
	if (state == ISSUE_HANDLING || state == ISSUE_ANSWERED || state == ISSUE_FEEDBACK ||
		state == ISSUE_CLOSED)
		done(stage, US_PER_SECOND, command(stage, HANDLER, EVENT_CLAIM));
	if (state == ISSUE_ANSWERED || state == ISSUE_FEEDBACK || state == ISSUE_CLOSED)
		done(stage, US_PER_SECOND, command(stage, HANDLER, EVENT_ANSWER));
	if (state == ISSUE_FEEDBACK || state == ISSUE_CLOSED)
		done(stage, US_PER_SECOND, command(stage, ACCEPTOR, EVENT_APPROVE));
	if (state == ISSUE_CLOSED)
		done(stage, US_PER_SECOND, command(stage, CALLBACK, EVENT_FEEDBACK));
	assert_int_equal(stage->dossier.issue.state, state);
}

/* ---- what is asked ---- */

void
assert_refused(const struct stage *stage, enum refusal refusal)
{
	if (stage->verdict == VERDICT_DONE)
		fail_msg("it was done; %s was expected", refusal_word(refusal));
	assert_int_equal(stage->verdict, VERDICT_REFUSED);
	if (stage->effects.reply.refusal != refusal)
		fail_msg("refused as %s, not as %s", refusal_word(stage->effects.reply.refusal),
			refusal_word(refusal));
}

void
assert_holder(const struct stage *stage, int32_t unit, enum desk desk)
{
	assert_int_equal(stage->dossier.issue.holder.unit, unit);
	assert_int_equal(stage->dossier.issue.holder.desk, desk);
}

size_t
ledger_count(const struct stage *stage, enum ledger_op op, enum clock_kind clock)
{
	size_t count = 0;

	for (size_t i = 0; i < stage->effects.ledger_count; i++)
		count += stage->effects.ledger[i].op == op && stage->effects.ledger[i].clock == clock;
	return count;
}

const struct ledger_entry *
ledger_first(const struct stage *stage, enum ledger_op op, enum clock_kind clock)
{
	for (size_t i = 0; i < stage->effects.ledger_count; i++) {
		const struct ledger_entry *entry = &stage->effects.ledger[i];

		if (entry->op == op && entry->clock == clock)
			return entry;
	}
	fail_msg("the ledger has no %d of %s", op, clock_word(clock));
	return NULL;
}

size_t
notice_count(const struct stage *stage, enum notice_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < stage->effects.notices_count; i++)
		count += stage->effects.notices[i].kind == kind;
	return count;
}

static void
assert_clocks_fit(const struct issue *issue)
{
	static const enum clock_kind of_state[ISSUE_STATE_MAX + 1] = {
		[ISSUE_REPORTED] = CLOCK_ACCEPT,
		[ISSUE_FILED] = CLOCK_DISPATCH,
		[ISSUE_RETURNED] = CLOCK_DISPATCH,
		[ISSUE_DISPATCHED] = CLOCK_SIGN,
		[ISSUE_ANSWERED] = CLOCK_CLOSE,
		[ISSUE_FEEDBACK] = CLOCK_FEEDBACK,
	};
	static const enum clock_kind stages[] = {CLOCK_ACCEPT, CLOCK_DISPATCH, CLOCK_SIGN, CLOCK_CLOSE,
		CLOCK_FEEDBACK};
	bool to_answer = issue->state != ISSUE_ANSWERED && issue->state != ISSUE_FEEDBACK &&
		issue_is_open(issue);

	for (size_t i = 0; i < COUNT_OF(stages); i++)
		assert_int_equal(issue->clocks[stages[i]].run == CLOCK_RUNNING,
			of_state[issue->state] == stages[i]);
	assert_int_equal(issue->clocks[CLOCK_BUNDLE].run == CLOCK_RUNNING, to_answer);
	if (issue->state == ISSUE_DISPATCHED || issue->state == ISSUE_HANDLING)
		assert_int_equal(issue->clocks[CLOCK_HANDLE].run, CLOCK_RUNNING);
	if (!to_answer)
		assert_int_not_equal(issue->clocks[CLOCK_HANDLE].run, CLOCK_RUNNING);
	if (issue->handler == 0)
		assert_int_not_equal(issue->clocks[CLOCK_LEASE].run, CLOCK_RUNNING);
}

void
assert_lawful(const struct stage *stage)
{
	const struct issue *issue = &stage->dossier.issue;
	const struct journal_entry *journal = &stage->effects.journal;

	if (stage->effects.reply.known_already)
		return;
	assert_true(stage->dossier.exists);
	assert_int_equal(issue->version, stage->decisions);
	assert_int_equal(journal->version, issue->version);
	assert_int_equal(journal->state, issue->state);
	assert_int_equal(journal->next_due_at.us, issue->next_due_at.us);
	assert_int_equal(stage->effects.reply.version, issue->version);
	assert_false(instant_before(issue->last_at, stage->now));
	assert_int_equal(issue->holder.unit != 0, issue_is_open(issue));
	assert_int_equal(issue->holder.desk != 0, issue_is_open(issue));
	if (issue->handler != 0)
		assert_int_equal(issue->state, ISSUE_HANDLING);
	assert_clocks_fit(issue);
	if (issue_is_open(issue))
		assert_true(instant_before(issue->last_at, issue->next_due_at));
	else
		assert_true(instant_is_never(issue->next_due_at) && stage->effects.withdraw_notices);
	assert_int_equal(issue->next_due_at.us,
		decide_next_due(&stage->district->book, issue, issue->last_at).us);
	for (size_t i = 0; i < stage->effects.ledger_count; i++)
		assert_false(instant_before(issue->last_at, stage->effects.ledger[i].at));
}
