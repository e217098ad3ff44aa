/* issue.h — one issue as it stands, and the table of its life.
 *
 * The struct is the row `issue` of the database, field by field. The table says for each state and
 * event: who may, what it leads to, which clocks it touches. A blank cell means "does not apply
 * here" and is answered with a refusal and the present state. */
#ifndef HUYING_CORE_ISSUE_H
#define HUYING_CORE_ISSUE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"
#include "core/clock.h"
#include "core/instant.h"
#include "core/vocab/vocab.h"

struct holder {
	int32_t unit;
	enum desk desk;
};

#define ISSUE_MICRODEGREES_NONE INT32_MIN

struct issue {
	int64_t id;
	int32_t version; /* 1 with the report; +1 with every decision */
	enum issue_state state;
	struct holder holder; /* closed, declined, void, merged: {0, 0} */
	int32_t handler;      /* actor id; 0 = nobody yet */
	enum tier tier;       /* of the holder */
	int32_t place;        /* deepest known; 0 = unknown */
	int32_t area[TIER_MAX + 1]; /* place ids of the four tiers, as on the day of the report; [0] unused */
	int32_t latitude, longitude; /* microdegrees WGS84, ISSUE_MICRODEGREES_NONE = no point */
	struct text class_code; /* empty = unknown */
	int32_t standard;     /* id in the pinned release; 0 = none */
	int32_t severity;     /* 1 most severe … 4 */
	int64_t rank;         /* what a claim takes first: smallest */
	int32_t reporter;     /* actor id */
	int32_t answered_by;  /* actor id; 0 = nobody */
	int32_t entry_unit;   /* whose intake, dispatch and call-back desks serve it */
	int32_t lead_unit;    /* 0 until dispatched */
	int64_t parent, merged_into; /* issue ids; 0 = none */
	int32_t release;      /* pinned */
	enum cause cause;     /* why it is where it is */
	int32_t returns;      /* how often it was returned */
	int32_t renewals;     /* leases renewed by progress since the claim */
	int32_t redos;        /* "not solved" so far */
	struct instant observed_at, received_at;
	struct instant outside_due_at; /* told by the source; INSTANT_NEVER = none */
	struct instant last_at;     /* of the last decision; time never goes back before it */
	struct instant due_at;      /* earliest due of its running clocks, LEASE left out */
	struct instant warn_at;     /* when 80 % of that clock's limit is used */
	struct instant next_due_at; /* earliest instant at which anything must happen; the timer queue */
	struct clock clocks[CLOCK_KIND_MAX + 1]; /* by enum clock_kind; [0] unused */
};

/* What a cell of the life says. */
struct issue_cell {
	enum issue_state state;
	enum event_kind event;
	enum issue_state next;  /* 0 = decided by the rules (see `effect`) */
	uint32_t roles;         /* any of these; 0 = anybody enrolled, or the daemon itself */
	bool at_holder;         /* must belong to the unit that holds the issue */
	bool own_handling;      /* must be its handler */
	bool not_who_handled;
	const char *needs;      /* English, for --life and for people */
	const char *effect;     /* what happens, and to which clocks */
};

/* NULL = blank. REPORT is asked with state 0. */
const struct issue_cell *issue_cell(enum issue_state state, enum event_kind event);
/* Prints the table of life as Markdown: exactly what daemon/README.md shows. */
void issue_print_life(FILE *out);

/* What a claim takes first: severity, then the instant due; taken ones behind the free ones. */
int64_t issue_rank(const struct issue *issue);
bool issue_is_open(const struct issue *issue);

#endif
