/* effects.h — what a decision results in, as values: to be written in one transaction, then told.
 *
 * Lives as long as the turn. What the data can overflow is a verdict, not a must(). */
#ifndef HUYING_CORE_EFFECTS_H
#define HUYING_CORE_EFFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/event.h"

#define LEDGER_ENTRIES_MAX 32
#define NOTICES_MAX 64

enum verdict {
	VERDICT_DONE,     /* write and tell */
	VERDICT_REFUSED,  /* nothing is written; the reason goes back */
	VERDICT_CONFLICT, /* nothing is written: the issue moved on since it was seen */
	VERDICT_NOTHING   /* a clock event that no longer applies: only next_due_at may be set right */
};

/* Who is to be told, by unit and role: the people are found when it is delivered. */
struct notice {
	enum notice_kind kind;
	enum channel channel;
	int32_t unit;        /* 0 = `actor` is named */
	enum role role;
	int32_t actor;
	enum clock_kind clock; /* 0 = not of a clock */
	uint16_t generation;
	uint8_t step;        /* (issue, clock, generation, step, recipient, channel) is the unique key */
};

/* One row of the journal: what resulted. decide fills everything but `said`'s owner, the arena. */
struct journal_entry {
	int32_t version;     /* of the issue, after this decision */
	enum issue_state state;
	enum tier tier;
	struct holder holder;
	int32_t handler;
	int32_t release;
	struct instant due_at, next_due_at;
	enum event_kind event;
	struct instant at;   /* the decision's now */
	enum cause cause;
	enum reason reason;
	int32_t actor, device;
	struct request_id request;
	struct text text;    /* in a column of its own, erasable */
	struct text said;    /* small JSON of the other things told: class, place, feedback, photos, units */
};

struct reply {
	enum verdict verdict;
	enum refusal refusal;
	struct text detail;  /* field, value, version: untranslated */
	int64_t issue;       /* 0 = none to speak of; never set when he may not see it */
	int32_t version;
	enum issue_state state;
	enum tier tier;
	struct holder holder;
	int32_t handler;
	struct text handler_code, handler_name; /* who has it; may be empty */
	struct instant due_at;
	enum cause cause;
	bool known_already;  /* a report whose (source, reference) made this issue before */
};

struct effects {
	struct arena *arena;
	struct journal_entry journal;
	struct ledger_entry ledger[LEDGER_ENTRIES_MAX];
	size_t ledger_count;
	struct notice notices[NOTICES_MAX];
	size_t notices_count;
	const int32_t *assist; /* units that get an obligation to assist; borrowed from arena */
	size_t assist_count;
	bool withdraw_notices; /* unsent notices of this issue no longer hold */
	struct reply reply;
};

#endif
