/* test_life.c — every cell of the life: the right role, the wrong role, the wrong unit, a stale version,
 * somebody who may not see it; and every blank cell. The rows are made from issue_cell itself, so a
 * new verb is tested by being there. */
#include "core/issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/core/district.h"

enum ask {
	ASK_RIGHT,
	ASK_WRONG_ROLE,  /* at the unit, with every other role */
	ASK_WRONG_UNIT,  /* every role, at another unit, from where it can be seen */
	ASK_STALE,
	ASK_HIDDEN,      /* a handler of another town */
	ASK_NOT_HIS,     /* a colleague of the handler */
	ASK_SELF,        /* who answered it */
	ASK_NO_REASON,
	ASK_BLANK
};

static const char *const ask_words[] = {"right", "wrong_role", "wrong_unit", "stale", "hidden", "not_his",
	"who_handled", "no_reason", "blank"};

struct row {
	char name[64];
	enum issue_state state;
	enum event_kind event;
	enum ask ask;
};

#define ROWS_MAX 400
static struct row rows[ROWS_MAX];
static size_t rows_count;

static const enum issue_state states[] = {ISSUE_REPORTED, ISSUE_FILED, ISSUE_DISPATCHED, ISSUE_HANDLING,
	ISSUE_RETURNED, ISSUE_ANSWERED, ISSUE_FEEDBACK, ISSUE_CLOSED, ISSUE_DECLINED};
static const enum event_kind verbs[] = {EVENT_FILE, EVENT_DECLINE, EVENT_DISPATCH, EVENT_CLAIM,
	EVENT_RELEASE, EVENT_PROGRESS, EVENT_RETURN, EVENT_ESCALATE, EVENT_ANSWER, EVENT_APPROVE,
	EVENT_REWORK, EVENT_FEEDBACK, EVENT_URGE};

static void
add_row(enum issue_state state, enum event_kind event, enum ask ask)
{
	struct row *row = &rows[rows_count];

	assert_true(rows_count < ROWS_MAX);
	rows_count++;
	*row = (struct row){.state = state, .event = event, .ask = ask};
	snprintf(row->name, sizeof(row->name), "%s_%s_%s", state_word(state), event_word(event),
		ask_words[ask]);
}

static bool
wants_reason(enum event_kind event)
{
	return event == EVENT_DECLINE || event == EVENT_RETURN || event == EVENT_ESCALATE ||
		event == EVENT_REWORK;
}

static void
make_rows(void)
{
	for (size_t s = 0; s < COUNT_OF(states); s++) {
		for (size_t v = 0; v < COUNT_OF(verbs); v++) {
			const struct issue_cell *cell = issue_cell(states[s], verbs[v]);

			if (cell == NULL) {
				add_row(states[s], verbs[v], ASK_BLANK);
				continue;
			}
			add_row(states[s], verbs[v], ASK_RIGHT);
			add_row(states[s], verbs[v], ASK_WRONG_ROLE);
			add_row(states[s], verbs[v], ASK_WRONG_UNIT);
			add_row(states[s], verbs[v], ASK_STALE);
			add_row(states[s], verbs[v], ASK_HIDDEN);
			if (cell->own_handling)
				add_row(states[s], verbs[v], ASK_NOT_HIS);
			if (cell->not_who_handled)
				add_row(states[s], verbs[v], ASK_SELF);
			if (wants_reason(verbs[v]))
				add_row(states[s], verbs[v], ASK_NO_REASON);
		}
	}
}

/* Who does this verb in this state: somebody of the first role the cell names, at the holder. */
static struct actor
right_actor(const struct stage *stage, const struct issue_cell *cell)
{
	struct actor actor = person(HANDLER);

	actor.id = stage->dossier.issue.handler != 0 ? stage->dossier.issue.handler : PERSONS_END + 1;
	actor.unit = stage->dossier.issue.holder.unit;
	actor.area = T1;
	actor.roles = cell->roles & (~cell->roles + 1u);
	return actor;
}

/* What the verb itself needs, so that only the question of the row decides. */
static void
fill_in(struct event *event)
{
	if (event->kind == EVENT_DISPATCH)
		event->dispatch.lead_code = TEXT("B-HOUSE");
	if (event->kind == EVENT_FILE)
		event->file.lead_code = TEXT("B-HOUSE");
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	const struct issue_cell *cell = issue_cell(row->state, row->event);
	struct stage stage = stage_open();
	struct event event;
	struct dossier before;

	bring_to(&stage, row->state);
	if (row->event == EVENT_CLAIM && row->state == ISSUE_HANDLING)
		done(&stage, US_PER_SECOND, command(&stage, HANDLER, EVENT_RELEASE));
	event = command(&stage, SUPERVISOR, row->event);
	fill_in(&event);
	if (cell != NULL)
		event.actor = right_actor(&stage, cell);
	before = stage.dossier;
	switch (row->ask) {
	case ASK_RIGHT:
		done(&stage, US_PER_SECOND, event);
		if (cell->next != 0)
			assert_int_equal(stage.dossier.issue.state, cell->next);
		else
			assert_int_not_equal(stage.dossier.issue.state, row->state);
		break;
	case ASK_WRONG_ROLE:
		event.actor.roles = ~cell->roles;
		play(&stage, US_PER_SECOND, event);
		assert_refused(&stage, REFUSAL_ROLE);
		break;
	case ASK_WRONG_UNIT:
		event.actor = person(EVERYTHING);
		if (row->event == EVENT_URGE) { /* a supervisor is judged by his area, wherever he sits */
			event.actor = person(OTHER_SUPERVISOR);
			event.actor.unit = stage.dossier.issue.holder.unit;
		}
		play(&stage, US_PER_SECOND, event);
		assert_refused(&stage, REFUSAL_AREA);
		break;
	case ASK_STALE:
		event.seen_version--;
		if (event.seen_version == 0)
			event.seen_version = 99;
		assert_int_equal(play(&stage, US_PER_SECOND, event), VERDICT_CONFLICT);
		assert_int_equal(stage.effects.reply.version, before.issue.version);
		assert_int_equal(stage.effects.reply.state, row->state);
		break;
	case ASK_HIDDEN:
		event.actor = person(STRANGER);
		play(&stage, US_PER_SECOND, event);
		assert_refused(&stage, REFUSAL_UNKNOWN_ISSUE);
		assert_int_equal(stage.effects.reply.issue, 0);
		assert_int_equal(stage.effects.reply.state, 0);
		break;
	case ASK_NOT_HIS:
		event.actor = person(COLLEAGUE);
		play(&stage, US_PER_SECOND, event);
		assert_refused(&stage, REFUSAL_HANDLER);
		assert_true(text_is(stage.effects.reply.handler_name, "handler"));
		break;
	case ASK_SELF:
		event.actor.id = stage.dossier.issue.answered_by;
		play(&stage, US_PER_SECOND, event);
		assert_refused(&stage, REFUSAL_SELF);
		break;
	case ASK_NO_REASON:
		event.reason = 0;
		play(&stage, US_PER_SECOND, event);
		assert_refused(&stage, REFUSAL_MISSING_FIELD);
		assert_true(text_is(stage.effects.reply.detail, "reason"));
		break;
	case ASK_BLANK:
		play(&stage, US_PER_SECOND, event);
		assert_refused(&stage, REFUSAL_STATE);
		assert_int_equal(stage.effects.reply.state, row->state);
		assert_int_equal(stage.effects.reply.version, before.issue.version);
		break;
	}
	if (row->ask != ASK_RIGHT) {
		assert_memory_equal(&stage.dossier, &before, sizeof(before));
		assert_int_equal(stage.effects.ledger_count + stage.effects.notices_count, 0);
		assert_int_equal(stage.effects.journal.version, 0);
	}
	stage_close(&stage);
}

/* ---- the table itself ---- */

static void
table_names_every_open_state_built(void **unused)
{
	(void)unused;
	for (size_t s = 0; s < COUNT_OF(states); s++)
		assert_int_equal(issue_cell(states[s], EVENT_DUE) != NULL, state_is_open(states[s]));
	assert_non_null(issue_cell(0, EVENT_REPORT));
	assert_null(issue_cell(ISSUE_CLOSED, EVENT_CLAIM));
}

static void
d25_every_open_state_has_a_way_on_for_somebody(void **unused)
{
	(void)unused;
	for (size_t s = 0; s < COUNT_OF(states); s++) {
		size_t ways = 0;

		for (size_t v = 0; v < COUNT_OF(verbs); v++) {
			const struct issue_cell *cell = issue_cell(states[s], verbs[v]);

			ways += cell != NULL && cell->next != states[s];
		}
		assert_int_equal(ways > 0, state_is_open(states[s]));
	}
}

static void
life_prints_as_one_table(void **unused)
{
	char *printed = NULL;
	size_t size = 0, lines = 0, filled = 0;
	FILE *out = open_memstream(&printed, &size);

	(void)unused;
	issue_print_life(out);
	fclose(out);
	for (int state = 0; state <= ISSUE_STATE_MAX; state++) {
		for (int event = 1; event <= EVENT_KIND_MAX; event++)
			filled += issue_cell((enum issue_state)state, (enum event_kind)event) != NULL;
	}
	for (char *line = strtok(printed, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		size_t bars = 0;

		for (const char *at = line; *at != '\0'; at++)
			bars += *at == '|';
		assert_int_equal(bars, 7);
		lines++;
	}
	assert_int_equal(lines, filled + 2);
	free(printed);
}

/* ---- what a claim takes first ---- */

static const struct rank_row {
	const char *name;
	struct issue first, second;
} rank_rows[] = {
	{"rank_severity_first", {.severity = 1, .due_at = {900}}, {.severity = 2, .due_at = {100}}},
	{"rank_then_due", {.severity = 2, .due_at = {100}}, {.severity = 2, .due_at = {101}}},
	{"rank_free_before_taken", {.severity = 4, .due_at = {900}},
		{.severity = 1, .due_at = {1}, .handler = 7}},
	{"rank_due_before_never", {.severity = 3, .due_at = {INT64_MAX - 1}, .handler = 0},
		{.severity = 4, .due_at = {INT64_MAX}}},
	{"rank_never_is_last_of_its_severity", {.severity = 3, .due_at = {INT64_C(4102444800000000)}},
		{.severity = 3, .due_at = {INT64_MAX}}},
	{"rank_never_before_next_severity", {.severity = 2, .due_at = {INT64_MAX}},
		{.severity = 3, .due_at = {0}}},
};

static void
check_rank(void **state)
{
	const struct rank_row *row = *state;

	assert_true(issue_rank(&row->first) < issue_rank(&row->second));
	assert_true(issue_rank(&row->first) >= 0);
}

int
main(void)
{
	static struct check_group group;

	make_rows();
	for (size_t i = 0; i < rows_count; i++)
		check_add(&group, rows[i].name, check_row, &rows[i]);
	CHECK_ROWS(&group, rank_rows, check_rank);
	CHECK_ONE(&group, table_names_every_open_state_built);
	CHECK_ONE(&group, d25_every_open_state_has_a_way_on_for_somebody);
	CHECK_ONE(&group, life_prints_as_one_table);
	return check_run("life", &group);
}
