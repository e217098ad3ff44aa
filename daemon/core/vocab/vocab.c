/* vocab.c — the .def files as tables: each list once for the C names (vocab.h), once for the words. */
#include "core/vocab/vocab.h"

#include <string.h>

static const struct word *word_in(const struct word *words, size_t count, int number);
static const char *word_or_mark(const struct word *words, size_t count, int number);
static const struct vocab *vocab_of(const char *kind);

#define ROW(number, word, zh, en) {number, word, zh, en},
#define PLAIN(name, number, word, zh, en) ROW(number, word, zh, en)

#define TIER PLAIN
static const struct word tiers[] = {
#include "core/vocab/tiers.def"
};
#undef TIER

#define STATE(name, number, word, zh, en, open) ROW(number, word, zh, en)
static const struct word states[] = {
#include "core/vocab/states.def"
};
#undef STATE

#define EVENT PLAIN
static const struct word events[] = {
#include "core/vocab/events.def"
};
#undef EVENT

#define CLOCK PLAIN
static const struct word clocks[] = {
#include "core/vocab/clocks.def"
};
#undef CLOCK

#define DESK(name, number, word, zh, en, role) ROW(number, word, zh, en)
static const struct word desks[] = {
#include "core/vocab/desks.def"
};
#undef DESK

#define ROLE PLAIN
static const struct word roles[] = {
#include "core/vocab/roles.def"
};
#undef ROLE

#define LEDGER PLAIN
static const struct word ledger_ops[] = {
#include "core/vocab/ledger_ops.def"
};
#undef LEDGER

#define LIMIT(name, number, word, zh, en, on_calendar, in_days) ROW(number, word, zh, en)
static const struct word limit_kinds[] = {
#include "core/vocab/limit_kinds.def"
};
#undef LIMIT

#define RUNS_FROM PLAIN
static const struct word runs_from[] = {
#include "core/vocab/runs_from.def"
};
#undef RUNS_FROM

#define CAUSE PLAIN
static const struct word causes[] = {
#include "core/vocab/causes.def"
};
#undef CAUSE

#define REASON PLAIN
static const struct word reasons[] = {
#include "core/vocab/reasons.def"
};
#undef REASON

#define ANCHOR PLAIN
static const struct word anchors[] = {
#include "core/vocab/anchors.def"
};
#undef ANCHOR

#define ACTION PLAIN
static const struct word actions[] = {
#include "core/vocab/actions.def"
};
#undef ACTION

#define REFUSAL PLAIN
static const struct word refusals[] = {
#include "core/vocab/refusals.def"
};
#undef REFUSAL

#define DUTY PLAIN
static const struct word duties[] = {
#include "core/vocab/duties.def"
};
#undef DUTY

#define CHANNEL PLAIN
static const struct word channels[] = {
#include "core/vocab/channels.def"
};
#undef CHANNEL

#define NOTICE PLAIN
static const struct word notices[] = {
#include "core/vocab/notices.def"
};
#undef NOTICE

#define COUNT(words) (sizeof(words) / sizeof((words)[0]))
#define LIST(kind, words) {kind, words, COUNT(words)}

const struct vocab VOCABS[] = {
	LIST("tier", tiers),
	LIST("state", states),
	LIST("event", events),
	LIST("clock", clocks),
	LIST("desk", desks),
	LIST("role", roles),
	LIST("ledger_op", ledger_ops),
	LIST("limit_kind", limit_kinds),
	LIST("runs_from", runs_from),
	LIST("cause", causes),
	LIST("reason", reasons),
	LIST("anchor", anchors),
	LIST("action", actions),
	LIST("refusal", refusals),
	LIST("duty", duties),
	LIST("channel", channels),
	LIST("notice", notices),
};
const size_t VOCABS_COUNT = COUNT(VOCABS);

const struct word *
vocab_by_number(const char *kind, int number)
{
	const struct vocab *vocab = vocab_of(kind);

	return vocab == NULL ? NULL : word_in(vocab->words, vocab->count, number);
}

const struct word *
vocab_by_word(const char *kind, const char *word, size_t len)
{
	const struct vocab *vocab = vocab_of(kind);

	for (size_t i = 0; vocab != NULL && i < vocab->count; i++) {
		const struct word *row = &vocab->words[i];

		if (strlen(row->word) == len && memcmp(row->word, word, len) == 0)
			return row;
	}
	return NULL;
}

const char *
tier_word(enum tier tier)
{
	return word_or_mark(tiers, COUNT(tiers), (int)tier);
}

const char *
state_word(enum issue_state state)
{
	return word_or_mark(states, COUNT(states), (int)state);
}

const char *
event_word(enum event_kind kind)
{
	return word_or_mark(events, COUNT(events), (int)kind);
}

const char *
clock_word(enum clock_kind kind)
{
	return word_or_mark(clocks, COUNT(clocks), (int)kind);
}

const char *
desk_word(enum desk desk)
{
	return word_or_mark(desks, COUNT(desks), (int)desk);
}

const char *
role_word(enum role role)
{
	return word_or_mark(roles, COUNT(roles), (int)role);
}

const char *
cause_word(enum cause cause)
{
	return word_or_mark(causes, COUNT(causes), (int)cause);
}

const char *
refusal_word(enum refusal refusal)
{
	return word_or_mark(refusals, COUNT(refusals), (int)refusal);
}

bool
state_is_open(enum issue_state state)
{
#define STATE(name, number, word, zh, en, open) [number] = open,
	static const bool opens[ISSUE_STATE_MAX + 1] = {
#include "core/vocab/states.def"
	};
#undef STATE

	return (int)state > 0 && (int)state <= ISSUE_STATE_MAX && opens[state];
}

enum role
desk_role(enum desk desk)
{
#define DESK(name, number, word, zh, en, role) [number] = role,
	static const enum role at[DESK_MAX + 1] = {
#include "core/vocab/desks.def"
	};
#undef DESK

	return (int)desk > 0 && (int)desk <= DESK_MAX ? at[desk] : (enum role)0;
}

#define LIMIT(name, number, word, zh, en, on_calendar, in_days) [number] = {on_calendar, in_days},
static const struct {
	bool on_calendar, in_days;
} limit_measures[LIMIT_KIND_MAX + 1] = {
#include "core/vocab/limit_kinds.def"
};
#undef LIMIT

bool
limit_on_calendar(enum limit_kind kind)
{
	return (int)kind > 0 && (int)kind <= LIMIT_KIND_MAX && limit_measures[kind].on_calendar;
}

bool
limit_in_days(enum limit_kind kind)
{
	return (int)kind > 0 && (int)kind <= LIMIT_KIND_MAX && limit_measures[kind].in_days;
}

static const struct word *
word_in(const struct word *words, size_t count, int number)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].number == number)
			return &words[i];
	return NULL;
}

static const char *
word_or_mark(const struct word *words, size_t count, int number)
{
	const struct word *row = word_in(words, count, number);

	return row == NULL ? "?" : row->word;
}

static const struct vocab *
vocab_of(const char *kind)
{
	for (size_t i = 0; i < VOCABS_COUNT; i++)
		if (strcmp(VOCABS[i].kind, kind) == 0)
			return &VOCABS[i];
	return NULL;
}
