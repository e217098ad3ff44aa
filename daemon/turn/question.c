/* question.c — a query is planned with the hint from memory, read in one snapshot together with the
 * caller's own row, and judged by that row. Where unit or area changed in between it is asked anew. */
#include "turn/question.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "log.h"

#define QUESTIONS_MAX 256
#define ROWS_MAX 200
#define RETRY_MS 500

struct question {
	struct question *next; /* free list */
	struct arena *arena;
	struct peer peer;
	uint64_t tag;
	struct wire_ask ask;
	struct text language;
	struct look look;
	bool judging; /* a look at contact data: first may he see the issue at all? */
	int tries;
};

struct questions {
	struct bus *bus;
	struct store *store;
	struct question *idle;
	size_t open;
};

static struct question *question_take(struct questions *questions);
static void question_give(struct questions *questions, struct question *question);
static enum refusal question_plan(struct question *question, const struct rules *rules,
	const struct actor *caller, struct instant now, struct text *ret_detail);
static enum refusal question_judge(struct question *question, const struct rules *rules,
	struct text *ret_detail);
static bool question_is_stale(const struct question *question, const struct actor *caller);
static enum refusal plan_area(struct look *look, const struct release *in_force, struct text area_code,
	const struct actor *caller, struct text *ret_detail);
static enum refusal plan_queue(struct look *look, const struct release *in_force, const struct wire_ask *ask,
	const struct actor *caller, struct text *ret_detail);
static bool may_read_contact(const struct actor *caller, const struct issue *issue,
	const struct release *in_force);
static void refuse(struct questions *questions, const struct rules *rules, struct question *question,
	enum refusal refusal, struct text detail, int32_t retry_after_ms);

static const enum look_kind LOOK_OF[] = {
	[WIRE_SHOW] = LOOK_SHOW,
	[WIRE_QUEUE] = LOOK_QUEUE,
	[WIRE_MINE] = LOOK_MINE,
	[WIRE_TASKS] = LOOK_TASKS,
	[WIRE_OVERDUE] = LOOK_OVERDUE_LIST,
	[WIRE_CONTACT] = LOOK_CONTACT,
	[WIRE_INBOX] = LOOK_INBOX,
};

struct questions *
questions_open(struct bus *bus, struct store *store)
{
	struct questions *questions = calloc(1, sizeof(*questions));

	must(questions != NULL);
	questions->bus = bus;
	questions->store = store;
	return questions;
}

void
questions_close(struct questions **questions)
{
	if (*questions == NULL)
		return;
	while ((*questions)->idle != NULL) {
		struct question *next = (*questions)->idle->next;

		arena_free((*questions)->idle->arena);
		free((*questions)->idle);
		(*questions)->idle = next;
	}
	free(*questions);
	*questions = NULL;
}

size_t
questions_open_count(const struct questions *questions)
{
	return questions->open;
}

void
questions_ask(struct questions *questions, const struct rules *rules, const struct bus_message *message,
	const struct wire_message *asked, const struct actor *caller, struct text language)
{
	struct question *question = question_take(questions);
	struct text detail = TEXT_NONE;
	enum refusal refusal;

	question->peer = message->peer;
	question->tag = asked->tag;
	question->language = language;
	question->ask = asked->ask;
	question->ask.unit_code = arena_text(question->arena, asked->ask.unit_code);
	question->ask.area_code = arena_text(question->arena, asked->ask.area_code);
	question->ask.reason = arena_text(question->arena, asked->ask.reason);
	question->look = (struct look){.arena = question->arena, .key = message->key, .owner = question};
	if (questions->open > QUESTIONS_MAX || rules == NULL || !store_is_up(questions->store)) {
		refuse(questions, rules, question, REFUSAL_NONE, TEXT("busy"), RETRY_MS);
		return;
	}
	refusal = caller == NULL ? REFUSAL_KEY_UNKNOWN :
				   question_plan(question, rules, caller, store_now(questions->store), &detail);
	if (refusal != REFUSAL_NONE)
		refuse(questions, rules, question, refusal, detail, 0);
	else if (!store_look(questions->store, &question->look))
		refuse(questions, rules, question, REFUSAL_NONE, TEXT("busy"), RETRY_MS);
}

void
questions_answer(struct questions *questions, const struct rules *rules, actor_hint_fn *hint, void *user)
{
	struct look *look;

	while ((look = store_take_look(questions->store)) != NULL) {
		struct question *question = look->owner;
		struct text detail = TEXT_NONE;
		enum refusal refusal = REFUSAL_NONE;

		if (look->failed || rules == NULL) {
			refuse(questions, rules, question, REFUSAL_NONE, TEXT("busy"), RETRY_MS);
			continue;
		}
		refusal = actor_may_speak(&look->caller);
		if (refusal == REFUSAL_NONE && question_is_stale(question, &look->caller) &&
			question->tries++ < 3) {
			const struct actor *caller = hint(user, look->key);

			refusal = question_plan(question, rules, caller != NULL ? caller : &look->caller,
				look->now, &detail);
			if (refusal == REFUSAL_NONE && store_look(questions->store, look))
				continue;
		}
		if (refusal == REFUSAL_NONE)
			refusal = question_judge(question, rules, &detail);
		if (refusal == REFUSAL_NONE && question->judging) {
			question->judging = false;
			look->kind = LOOK_CONTACT;
			if (store_look(questions->store, look))
				continue;
			refuse(questions, rules, question, REFUSAL_NONE, TEXT("busy"), RETRY_MS);
			continue;
		}
		if (refusal != REFUSAL_NONE) {
			refuse(questions, rules, question, refusal, detail, 0);
			continue;
		}
		struct wire_names names = {rules->loaded.book, rulebook_in_force(rules->loaded.book, look->now),
			question->language};

		if (look->kind == LOOK_SHOW)
			look->explanation = explain(question->arena, rules->loaded.book,
				&look->issues[0].issue, look->now);
		bus_send(questions->bus, question->peer, wire_page(question->arena, &names, question->tag, look));
		question_give(questions, question);
	}
}

static struct question *
question_take(struct questions *questions)
{
	struct question *question = questions->idle;

	if (question == NULL) {
		struct arena *arena = arena_new();

		question = calloc(1, sizeof(*question));
		must(question != NULL);
		question->arena = arena;
	} else {
		struct arena *arena = question->arena;

		questions->idle = question->next;
		memset(question, 0, sizeof(*question));
		question->arena = arena;
	}
	questions->open++;
	return question;
}

static void
question_give(struct questions *questions, struct question *question)
{
	arena_reset(question->arena);
	question->next = questions->idle;
	questions->idle = question;
	questions->open--;
}

/* What the caller, as far as memory knows, may ask for at all. */
static enum refusal
question_plan(struct question *question, const struct rules *rules, const struct actor *caller,
	struct instant now, struct text *ret_detail)
{
	const struct release *in_force = rulebook_in_force(rules->loaded.book, now);
	struct look *look = &question->look;
	const struct wire_ask *ask = &question->ask;
	enum refusal refusal = actor_may_speak(caller);

	if (refusal != REFUSAL_NONE)
		return refusal;
	if (in_force == NULL)
		return REFUSAL_AREA;
	look->kind = LOOK_OF[ask->query];
	look->issue = ask->issue;
	look->after_version = ask->after_version;
	look->after = ask->after;
	look->open_only = ask->open_only;
	look->all = ask->all;
	look->soon = ask->soon;
	look->reason = ask->reason;
	look->actor = caller->id;
	look->device = caller->device;
	look->unit = caller->unit;
	look->limit = ROWS_MAX;
	question->judging = ask->query == WIRE_CONTACT;
	if (question->judging)
		look->kind = LOOK_SHOW;
	if (ask->query == WIRE_QUEUE)
		return plan_queue(look, in_force, ask, caller, ret_detail);
	if (ask->query == WIRE_OVERDUE) {
		look->by = (enum look_by)(ask->by == 0 ? 0 : ask->by + 1);
		look->kind = ask->by == 0 ? LOOK_OVERDUE_LIST : LOOK_OVERDUE_COUNTS;
		return plan_area(look, in_force, ask->area_code, caller, ret_detail);
	}
	return REFUSAL_NONE;
}

/* Another unit's queue is for supervisors whose area covers that unit's. */
static enum refusal
plan_queue(struct look *look, const struct release *in_force, const struct wire_ask *ask,
	const struct actor *caller, struct text *ret_detail)
{
	const struct unit *unit;

	look->desk = ask->desk;
	if (ask->unit_code.len == 0)
		return REFUSAL_NONE;
	unit = units_find(in_force->units, ask->unit_code);
	*ret_detail = ask->unit_code;
	if (unit == NULL)
		return REFUSAL_UNKNOWN_UNIT;
	if (unit->id != caller->unit && !(actor_has(caller, ROLE_SUPERVISOR) &&
						places_cover(in_force->places, caller->area, unit->place)))
		return REFUSAL_AREA;
	look->unit = unit->id;
	return REFUSAL_NONE;
}

/* Overdue lists are for those who answer for an area: a tier place, or a part of it. */
static enum refusal
plan_area(struct look *look, const struct release *in_force, struct text area_code,
	const struct actor *caller, struct text *ret_detail)
{
	const uint32_t desks = ROLE_BIT(ROLE_SUPERVISOR) | ROLE_BIT(ROLE_ACCEPTOR) | ROLE_BIT(ROLE_DISPATCHER) |
		ROLE_BIT(ROLE_DUTY_OFFICER) | ROLE_BIT(ROLE_CALLBACK);
	const struct place *area = places_get(in_force->places, caller->area);

	if ((caller->roles & desks) == 0)
		return REFUSAL_ROLE;
	if (area_code.len > 0) {
		const struct place *part = places_find(in_force->places, area_code);

		*ret_detail = area_code;
		if (part == NULL)
			return REFUSAL_UNKNOWN_PLACE;
		if (!places_cover(in_force->places, caller->area, part->id))
			return REFUSAL_AREA;
		area = part;
	}
	if (area == NULL || area->tier == 0)
		return REFUSAL_AREA;
	look->area = area->id;
	look->area_tier = area->tier;
	return REFUSAL_NONE;
}

static bool
question_is_stale(const struct question *question, const struct actor *caller)
{
	const struct look *look = &question->look;

	if (question->ask.query == WIRE_QUEUE && question->ask.unit_code.len == 0)
		return look->unit != caller->unit;
	if (question->ask.query == WIRE_TASKS)
		return look->unit != caller->unit || look->actor != caller->id;
	return (question->ask.query == WIRE_MINE || question->ask.query == WIRE_INBOX) &&
		look->actor != caller->id;
}

/* Once more, by the row that was read in the same snapshot. */
static enum refusal
question_judge(struct question *question, const struct rules *rules, struct text *ret_detail)
{
	struct look *look = &question->look;
	const struct release *in_force = rulebook_in_force(rules->loaded.book, look->now);
	struct look again = *look;

	if (in_force == NULL)
		return REFUSAL_AREA;
	if (question->ask.query == WIRE_QUEUE)
		return plan_queue(&again, in_force, &question->ask, &look->caller, ret_detail);
	if (question->ask.query == WIRE_OVERDUE)
		return plan_area(&again, in_force, question->ask.area_code, &look->caller, ret_detail);
	for (size_t i = 0; i < look->notices_count; i++) {
		struct look_notice *notice = &look->notices[i];

		notice->hidden = !actor_may_see(&look->caller, &notice->issue, in_force);
	}
	if (look->kind != LOOK_SHOW)
		return REFUSAL_NONE;
	if (look->issues_count == 0 || !actor_may_see(&look->caller, &look->issues[0].issue, in_force))
		return REFUSAL_UNKNOWN_ISSUE;
	if (question->judging && !may_read_contact(&look->caller, &look->issues[0].issue, in_force))
		return REFUSAL_ROLE;
	return REFUSAL_NONE;
}

/* Those who must call the resident: the unit that holds it now, and its call-back clerks. */
static bool
may_read_contact(const struct actor *caller, const struct issue *issue, const struct release *in_force)
{
	const uint32_t callers = ROLE_BIT(ROLE_ACCEPTOR) | ROLE_BIT(ROLE_HANDLER) | ROLE_BIT(ROLE_CALLBACK) |
		ROLE_BIT(ROLE_DUTY_OFFICER) | ROLE_BIT(ROLE_DISPATCHER);

	if (actor_has(caller, ROLE_SUPERVISOR) && actor_covers(caller, issue, in_force))
		return true;
	return (caller->roles & callers) != 0 && issue->holder.unit != 0 && caller->unit == issue->holder.unit;
}

static void
refuse(struct questions *questions, const struct rules *rules, struct question *question,
	enum refusal refusal, struct text detail, int32_t retry_after_ms)
{
	struct instant now = store_now(questions->store);
	struct wire_names names = {rules == NULL ? NULL : rules->loaded.book,
		rules == NULL ? NULL : rulebook_in_force(rules->loaded.book, now), question->language};

	if (refusal != REFUSAL_NONE)
		log_line(LOG_INFORMATION, "refusal query=%d issue=%lld refusal=%s detail=%s",
			(int)question->ask.query, (long long)question->ask.issue, refusal_word(refusal),
			log_escape(detail));
	bus_send(questions->bus, question->peer,
		wire_page_refused(question->arena, &names, question->tag, refusal, detail, retry_after_ms, now));
	question_give(questions, question);
}
