/* vocab.h — the words of the trade, one row each, in the .def files beside this one.
 *
 * A row gives the C name, the number on the wire and in the database, the word used in SQL, CLI and
 * JSON, and the labels 中文 and English. Code, protocol and the table `vocab` of the database are
 * compared with these lists by tests. Number 0 is no word: "unspecified", refused at the border. */
#ifndef HUYING_CORE_VOCAB_H
#define HUYING_CORE_VOCAB_H

#include <stdbool.h>
#include <stddef.h>

#define TIER(name, number, ...) TIER_##name = number,
enum tier {
#include "core/vocab/tiers.def"
	TIER_MAX = 4
};
#undef TIER

#define STATE(name, number, ...) ISSUE_##name = number,
enum issue_state {
#include "core/vocab/states.def"
	ISSUE_STATE_MAX = 15
};
#undef STATE

#define EVENT(name, number, ...) EVENT_##name = number,
enum event_kind {
#include "core/vocab/events.def"
	EVENT_KIND_MAX = 40
};
#undef EVENT

#define CLOCK(name, number, ...) CLOCK_##name = number,
enum clock_kind {
#include "core/vocab/clocks.def"
	CLOCK_KIND_MAX = 11
};
#undef CLOCK

#define DESK(name, number, ...) DESK_##name = number,
enum desk {
#include "core/vocab/desks.def"
	DESK_MAX = 6
};
#undef DESK

#define ROLE(name, number, ...) ROLE_##name = number,
enum role {
#include "core/vocab/roles.def"
	ROLE_MAX = 8
};
#undef ROLE
#define ROLE_BIT(role) (1u << (role))

#define LEDGER(name, number, ...) LEDGER_##name = number,
enum ledger_op {
#include "core/vocab/ledger_ops.def"
	LEDGER_OP_MAX = 10
};
#undef LEDGER

#define LIMIT(name, number, ...) LIMIT_##name = number,
enum limit_kind {
#include "core/vocab/limit_kinds.def"
	LIMIT_KIND_MAX = 6
};
#undef LIMIT

#define RUNS_FROM(name, number, ...) RUNS_FROM_##name = number,
enum runs_from {
#include "core/vocab/runs_from.def"
	RUNS_FROM_MAX = 3
};
#undef RUNS_FROM

#define CAUSE(name, number, ...) CAUSE_##name = number,
enum cause {
#include "core/vocab/causes.def"
	CAUSE_MAX = 20
};
#undef CAUSE

#define REASON(name, number, ...) REASON_##name = number,
enum reason {
#include "core/vocab/reasons.def"
	REASON_MAX = 9
};
#undef REASON

#define ANCHOR(name, number, ...) ANCHOR_##name = number,
enum anchor {
#include "core/vocab/anchors.def"
	ANCHOR_MAX = 4
};
#undef ANCHOR

#define ACTION(name, number, ...) ACTION_##name = number,
enum action {
#include "core/vocab/actions.def"
	ACTION_MAX = 5
};
#undef ACTION

#define REFUSAL(name, number, ...) REFUSAL_##name = number,
enum refusal {
	REFUSAL_NONE = 0,
#include "core/vocab/refusals.def"
	REFUSAL_MAX = 42
};
#undef REFUSAL

#define DUTY(name, number, ...) DUTY_##name = number,
enum duty {
#include "core/vocab/duties.def"
	DUTY_MAX = 2
};
#undef DUTY

#define CHANNEL(name, number, ...) CHANNEL_##name = number,
enum channel {
#include "core/vocab/channels.def"
	CHANNEL_MAX = 4
};
#undef CHANNEL

#define NOTICE(name, number, ...) NOTICE_##name = number,
enum notice_kind {
#include "core/vocab/notices.def"
	NOTICE_KIND_MAX = 7
};
#undef NOTICE

struct word {
	int number;
	const char *word;
	const char *zh;
	const char *en;
};

/* Every list, for printing, for checking and for the database's own copy. */
struct vocab {
	const char *kind; /* "state", "event", "clock", … as in the table `vocab` */
	const struct word *words;
	size_t count;
};

extern const struct vocab VOCABS[];
extern const size_t VOCABS_COUNT;

/* NULL when the list has no such number, or the kind is unknown. */
const struct word *vocab_by_number(const char *kind, int number);
const struct word *vocab_by_word(const char *kind, const char *word, size_t len);

/* The word, or "?" when there is none: for logs and JSON. */
const char *tier_word(enum tier tier);
const char *state_word(enum issue_state state);
const char *event_word(enum event_kind kind);
const char *clock_word(enum clock_kind kind);
const char *desk_word(enum desk desk);
const char *role_word(enum role role);
const char *cause_word(enum cause cause);
const char *refusal_word(enum refusal refusal);

bool state_is_open(enum issue_state state);
enum role desk_role(enum desk desk);
bool limit_on_calendar(enum limit_kind kind);
bool limit_in_days(enum limit_kind kind);

#endif
