/* test_walk.c — thousands of random lives. After every decision the laws of district.c hold, and folding
 * the ledger alone gives the clocks (hard part H31): run, generation, used time, breaches. The rows
 * differ by their seeds only; a failure is found again by its row. */
#include "core/decide.h"

#include <string.h>

#include "tests/check.h"
#include "tests/core/district.h"
#include "tests/core/moments.h"

#define LIVES_A_ROW 200
#define STEPS 60

static const struct row {
	const char *name;
	uint64_t seed;
} rows[] = {{"lives_from_seed_1", 1}, {"lives_from_seed_1001", 1001}, {"lives_from_seed_2001", 2001},
	{"lives_from_seed_3001", 3001}, {"lives_from_seed_4001", 4001}};
static int64_t decisions[ISSUE_STATE_MAX + 1][EVENT_KIND_MAX + 1]; /* taken from a state, by event */

static const enum event_kind verbs[] = {EVENT_FILE, EVENT_DECLINE, EVENT_DISPATCH, EVENT_CLAIM,
	EVENT_CLAIM, EVENT_RELEASE, EVENT_PROGRESS, EVENT_PROGRESS, EVENT_RETURN, EVENT_ESCALATE, EVENT_URGE,
	EVENT_ANSWER, EVENT_ANSWER, EVENT_APPROVE, EVENT_REWORK, EVENT_FEEDBACK, EVENT_DUE, EVENT_DUE};
static const char *const classes[] = {"env/street/rubbish", "house/repair/leak", "traffic/parking/illegal",
	"env/street/lamp", "property/lift/stuck", "dual/x/y", "orphan/x/y", "manual/x/y", "half/x/y",
	"noted/x/y", "scary/x/y", "env/no/row", ""};
static const char *const places[] = {"T1C1G1", "T1C1G1B1", "X1", "T1C1", "T2C1G1", "ZC", ""};

/* What the ledger alone says of one clock. */
struct folded {
	enum clock_run run;
	uint16_t generation;
	struct instant since_at;
	int64_t used_us;
	uint8_t steps;
	bool breached;
};

static void
fold_entry(struct folded *clocks, const struct ledger_entry *entry)
{
	struct folded *clock = &clocks[entry->clock];

	switch (entry->op) {
	case LEDGER_START:
	case LEDGER_RESTART:
		assert_int_equal(entry->op == LEDGER_START, clock->generation == 0);
		*clock = (struct folded){CLOCK_RUNNING, entry->generation, entry->at, 0, 0, false};
		return;
	case LEDGER_RESUME:
		assert_true(clock->run == CLOCK_PAUSED || clock->run == CLOCK_STOPPED);
		clock->run = CLOCK_RUNNING;
		clock->since_at = entry->at;
		break;
	case LEDGER_PAUSE:
	case LEDGER_STOP:
		assert_true(clock->run == CLOCK_RUNNING || clock->run == CLOCK_PAUSED);
		if (clock->run == CLOCK_RUNNING)
			clock->used_us += entry->at.us - clock->since_at.us;
		clock->run = entry->op == LEDGER_STOP ? CLOCK_STOPPED : CLOCK_PAUSED;
		break;
	case LEDGER_BREACH:
		assert_false(clock->breached);
		clock->breached = true;
		break;
	case LEDGER_STEP:
		clock->steps++;
		assert_int_equal(entry->amount, clock->steps);
		break;
	case LEDGER_RECOVERY:
		clock->steps = (uint8_t)(clock->steps + entry->amount);
		break;
	case LEDGER_RETARGET:
		assert_true(clock->run == CLOCK_RUNNING || clock->run == CLOCK_PAUSED);
		break;
	case LEDGER_EXTEND:
	default:
		fail_msg("ledger operation %d is not of this life", entry->op);
	}
	assert_int_equal(entry->generation, clock->generation);
}

static void
assert_folded(const struct stage *stage, const struct folded *clocks)
{
	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++) {
		const struct clock *clock = &stage->dossier.issue.clocks[kind];
		struct instant at = stage->dossier.issue.last_at;
		int64_t used = clocks[kind].used_us;

		assert_int_equal(clock->run, clocks[kind].run);
		assert_int_equal(clock->generation, clocks[kind].generation);
		assert_int_equal(clock->breached, clocks[kind].breached);
		assert_int_equal(clock->steps, clocks[kind].steps);
		if (clocks[kind].run == CLOCK_RUNNING)
			used += at.us - clocks[kind].since_at.us;
		if (clock->run != CLOCK_OFF && clock->limit.kind == LIMIT_CONTINUOUS)
			assert_int_equal(clock_used(*clock, NULL, at).us, used);
	}
}

/* Somebody who might: of the right role and unit more often than not. */
static struct actor
somebody(const struct stage *stage, enum event_kind kind, uint64_t *seed)
{
	const struct issue *issue = &stage->dossier.issue;
	const struct issue_cell *cell = issue_cell(issue->state, kind);
	struct actor actor = person((enum person)random_between(seed, COLLECTOR, PERSONS_END - 1));

	if (cell == NULL || random_between(seed, 0, 9) == 0)
		return actor;
	actor.unit = issue->holder.unit;
	actor.area = ZC;
	actor.roles = issue->holder.desk == DESK_BACKSTOP ? ROLE_BIT(ROLE_DUTY_OFFICER) : cell->roles;
	if (cell->own_handling && issue->handler != 0)
		actor.id = issue->handler;
	return actor;
}

static struct event
something(const struct stage *stage, uint64_t *seed)
{
	enum event_kind kind = verbs[random_between(seed, 0, COUNT_OF(verbs) - 1)];
	struct event event = command(stage, NOBODY, kind);

	if (kind == EVENT_DUE)
		return event;
	event.actor = somebody(stage, kind, seed);
	event.text = TEXT("so it was");
	if (random_between(seed, 0, 19) == 0)
		event.seen_version--;
	if (kind == EVENT_FILE) {
		event.file.place_code = text_of(places[random_between(seed, 0, COUNT_OF(places) - 1)]);
		event.file.class_code = text_of(classes[random_between(seed, 0, COUNT_OF(classes) - 1)]);
		event.file.no_limit = random_between(seed, 0, 5) == 0;
	}
	if (kind == EVENT_DISPATCH && random_between(seed, 0, 1) == 0)
		event.dispatch.lead_code = TEXT("B-HOUSE");
	if (kind == EVENT_ANSWER) {
		event.answer.close_condition = true;
		event.answer.photos_count = 1;
	}
	if (kind == EVENT_FEEDBACK)
		event.feedback = (struct answer_of_reporter){true, random_between(seed, 0, 1) == 0, 3};
	return event;
}

static void
live(uint64_t seed)
{
	uint64_t random = seed * 2654435761u + 1;
	struct stage stage = stage_open();
	struct policies *policies = &stage.district->policies;
	struct folded clocks[CLOCK_KIND_MAX + 1] = {0};
	struct event event = report_of(&stage, classes[random_between(&random, 0, COUNT_OF(classes) - 1)],
		places[random_between(&random, 0, COUNT_OF(places) - 1)]);

	policies->return_stops_handle = random_between(&random, 0, 1);
	policies->other_unit_full_limit = random_between(&random, 0, 1);
	policies->rework_new_time = random_between(&random, 0, 1);
	policies->redo_new_time = random_between(&random, 0, 1);
	policies->refusal_window.us = random_between(&random, 0, 1) * HOURS(2);
	policies->step_gap.us = random_between(&random, 0, 1) * MINUTES(10);
	event.report.observed_at.us = stage.now.us - random_between(&random, 0, DAYS(3));
	for (int step = 0; step < STEPS; step++) {
		int32_t version = stage.dossier.issue.version;
		enum issue_state before = stage.dossier.issue.state;

		play(&stage, random_between(&random, 0, 3) == 0 ? random_between(&random, 0, HOURS(30))
								: random_between(&random, -5, MINUTES(20)), event);
		if (stage.verdict == VERDICT_DONE) {
			for (size_t i = 0; i < stage.effects.ledger_count; i++)
				fold_entry(clocks, &stage.effects.ledger[i]);
			assert_folded(&stage, clocks);
			assert_true(stage.effects.notices_count <= 2);
			if (before != 0)
				decisions[before][event.kind]++;
		} else {
			assert_int_equal(stage.dossier.issue.version, version);
		}
		if (!issue_is_open(&stage.dossier.issue))
			break;
		event = something(&stage, &random);
	}
	/* Left alone, every open issue comes to rest: closed, or with nothing more to happen. */
	while (!instant_is_never(stage.dossier.issue.next_due_at)) {
		pass_time(&stage, DAYS(400));
		assert_true(stage.decisions < 1000);
	}
	stage_close(&stage);
}

static void
check_lives(void **state)
{
	const struct row *row = *state;

	for (uint64_t seed = row->seed; seed < row->seed + LIVES_A_ROW; seed++)
		live(seed);
}

/* Random lives that never come to a cell prove nothing about it. */
static void
lives_go_through_every_cell(void **unused)
{
	(void)unused;
	for (int state = 1; state <= ISSUE_STATE_MAX; state++) {
		for (int kind = 1; kind <= EVENT_KIND_MAX; kind++) {
			if (issue_cell((enum issue_state)state, (enum event_kind)kind) != NULL)
				assert_true(decisions[state][kind] > 0);
			else
				assert_int_equal(decisions[state][kind], 0);
		}
	}
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, rows, check_lives);
	CHECK_ONE(&group, lives_go_through_every_cell);
	return check_run("walk", &group);
}
