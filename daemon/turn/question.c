/* question.c — a query is planned with the hint from memory, read in one snapshot together with the
 * caller's own row, and judged by that row. Where unit or area changed in between it is asked anew. */
#include "turn/question.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "log.h"
#include "turn/plan.h"

#define QUESTIONS_MAX 256
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
static enum refusal question_judge(struct question *question, const struct rules *rules,
	struct text *ret_detail);
static bool may_read_contact(const struct actor *caller, const struct issue *issue,
	const struct release *in_force);
static void refuse(struct questions *questions, const struct rules *rules, struct question *question,
	enum refusal refusal, struct text detail, int32_t retry_after_ms);

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
	question->judging = question->ask.query == WIRE_CONTACT;
	refusal = caller == NULL ? REFUSAL_KEY_UNKNOWN :
				   plan_look(&question->look, &question->ask,
					   rulebook_in_force(rules->loaded.book, store_now(questions->store)),
					   caller, &detail);
	if (refusal != REFUSAL_NONE)
		refuse(questions, rules, question, refusal, detail, 0);
	else if (!store_look(questions->store, &question->look))
		refuse(questions, rules, question, REFUSAL_NONE, TEXT("busy"), RETRY_MS);
}

void
questions_found(struct questions *questions, const struct rules *rules, struct look *look,
	const struct actor *hint)
{
	struct question *question = look->owner;
	const struct release *in_force = rules == NULL ? NULL : rulebook_in_force(rules->loaded.book, look->now);
	struct text detail = TEXT_NONE;
	enum refusal refusal;

	if (look->failed || rules == NULL) {
		refuse(questions, rules, question, REFUSAL_NONE, TEXT("busy"), RETRY_MS);
		return;
	}
	refusal = actor_may_speak(&look->caller);
	if (refusal == REFUSAL_NONE && plan_is_stale(look, &question->ask, &look->caller) &&
		question->tries++ < 3) {
		refusal = plan_look(look, &question->ask, in_force, hint != NULL ? hint : &look->caller, &detail);
		if (refusal == REFUSAL_NONE && store_look(questions->store, look))
			return;
	}
	if (refusal == REFUSAL_NONE)
		refusal = question_judge(question, rules, &detail);
	if (refusal == REFUSAL_NONE && question->judging) {
		question->judging = false;
		look->kind = LOOK_CONTACT;
		if (!store_look(questions->store, look))
			refuse(questions, rules, question, REFUSAL_NONE, TEXT("busy"), RETRY_MS);
		return;
	}
	if (refusal != REFUSAL_NONE) {
		refuse(questions, rules, question, refusal, detail, 0);
		return;
	}
	struct wire_names names = {rules->loaded.book, in_force, question->language};

	if (look->kind == LOOK_SHOW)
		look->explanation = explain(question->arena, rules->loaded.book, &look->issues[0].issue,
			look->now);
	bus_send(questions->bus, question->peer, wire_page(question->arena, &names, question->tag, look));
	question_give(questions, question);
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

/* Once more, by the row that was read in the same snapshot. */
static enum refusal
question_judge(struct question *question, const struct rules *rules, struct text *ret_detail)
{
	struct look *look = &question->look;
	const struct release *in_force = rulebook_in_force(rules->loaded.book, look->now);
	enum refusal refusal = plan_judge(look, &question->ask, in_force, ret_detail);

	if (refusal == REFUSAL_NONE && question->judging &&
		!may_read_contact(&look->caller, &look->issues[0].issue, in_force))
		return REFUSAL_ROLE;
	return refusal;
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
