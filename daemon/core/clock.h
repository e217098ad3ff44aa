/* clock.h — one SLA clock of an issue: what is used, what is left, when it is due.
 *
 * A running clock has a due instant; a paused one has what remains, measured in its own units (a
 * pause of a working clock costs working time only). Every change is also an entry in the ledger;
 * used, remaining and due here are what folding the ledger gives (hard parts H5, H6, H31).
 * All functions are pure: they take the clock by value and return the new one. */
#ifndef HUYING_CORE_CLOCK_H
#define HUYING_CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/calendar.h"
#include "core/instant.h"
#include "core/vocab/vocab.h"

struct limit {
	enum limit_kind kind; /* LIMIT_NONE is said, never left out; 0 = no row said anything */
	int64_t amount;       /* microseconds, or days where limit_in_days(kind) */
	int32_t calendar;     /* index into rulebook calendars; used by every kind but NONE and CONTINUOUS */
};

enum clock_run {
	CLOCK_OFF = 0, /* never started */
	CLOCK_RUNNING,
	CLOCK_PAUSED,
	CLOCK_STOPPED
};

struct clock {
	enum clock_run run;
	uint16_t generation; /* 1 with the first start; each start or restart opens the next */
	uint8_t steps;       /* ladder steps fired or folded in this generation */
	bool breached;       /* due passed in this generation; the breach instant is due_at */
	struct limit limit;
	struct instant started_at; /* of this generation */
	struct instant since_at;   /* start of the present running interval */
	struct span used;          /* measured in the clock's units up to since_at, or until it stopped */
	struct instant due_at;     /* running or stopped: the due; INSTANT_NEVER for LIMIT_NONE or paused */
	struct span remaining;     /* while paused or stopped: what was left then; may be negative */
	struct instant step_at;    /* when the last ladder step fired */
	struct instant breached_at;/* == due at the time of the breach; INSTANT_NEVER when not breached */
};

/* The due instant of a limit counted from `from`. INSTANT_NEVER for LIMIT_NONE. */
struct instant limit_due(struct limit limit, const struct calendar *calendar, struct instant from);
/* The instant at which `percent` (0–1000) of the limit is used, for a clock due at `due`. */
struct instant limit_percent(struct limit limit, const struct calendar *calendar, struct instant from,
	struct instant due, int percent);
/* Time between two instants in the limit's own units of measure: working or elapsed microseconds. */
struct span limit_measure(struct limit limit, const struct calendar *calendar, struct instant from,
	struct instant until);

/* `calendar` is the one limit.calendar names; NULL where the limit needs none. */
struct clock clock_start(struct clock clock, struct limit limit, const struct calendar *calendar,
	struct instant at);
struct clock clock_pause(struct clock clock, const struct calendar *calendar, struct instant at);
struct clock clock_resume(struct clock clock, const struct calendar *calendar, struct instant at);
struct clock clock_stop(struct clock clock, const struct calendar *calendar, struct instant at);
/* A stopped clock runs on with the time it had left when it stopped; same generation. */
struct clock clock_reopen(struct clock clock, const struct calendar *calendar, struct instant at);
/* Another limit, same time used (hard part H7); a recorded breach stays. */
struct clock clock_retarget(struct clock clock, struct limit limit, const struct calendar *calendar,
	struct instant at);

struct span clock_used(struct clock clock, const struct calendar *calendar, struct instant at);
/* Negative when overdue; meaningless for LIMIT_NONE. */
struct span clock_remaining(struct clock clock, const struct calendar *calendar, struct instant at);
/* When 80 % of the limit is used; INSTANT_NEVER when not running or without limit. */
struct instant clock_warn_at(struct clock clock, const struct calendar *calendar);

/* One line of the ledger, packed into the journal row of the decision that made it. */
struct ledger_entry {
	enum ledger_op op;
	enum clock_kind clock;
	enum cause cause;
	uint16_t generation;
	struct instant at; /* of the decision, but: the due for BREACH, the limit's origin for START */
	int64_t amount;    /* START/RESTART/RETARGET: limit amount; STEP/RECOVERY: step number; else 0 */
	enum limit_kind kind; /* START/RESTART/RETARGET only, else 0 */
};

#endif
