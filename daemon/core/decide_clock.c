/* decide_clock.c — whatever happens to a clock is written into the ledger in the same breath.
 *
 * A due that has passed is recorded before its clock is paused, stopped or started anew, so that an
 * answer a moment before the daemon looks cannot hide a breach. */
#include "core/decide_parts.h"

#include "base/must.h"
#include "core/ladder.h"

static void ledger(struct deciding *d, enum ledger_op op, enum clock_kind kind, enum cause cause,
	struct instant at, int64_t amount);
static void ledger_limit(struct deciding *d, enum ledger_op op, enum clock_kind kind,
	enum cause cause, struct instant at);
static void fold(struct deciding *d, enum clock_kind kind);

struct limit
decide_limit(const struct deciding *d, enum clock_kind kind, enum tier tier)
{
	const struct limit(*limits)[TIER_MAX + 1] = d->rules->policies->limits;

	if (limits[kind][tier].kind != 0)
		return limits[kind][tier];
	if (limits[kind][0].kind != 0)
		return limits[kind][0];
	return (struct limit){.kind = LIMIT_NONE};
}

const struct calendar *
decide_calendar(const struct deciding *d, struct limit limit)
{
	const struct calendar *calendar = release_calendar(d->in_force, limit);

	/* A calendar that was taken out of the rules still measures what was promised by it. */
	return calendar != NULL ? calendar : release_calendar(d->rules, limit);
}

void
decide_clock_start(struct deciding *d, enum clock_kind kind, struct limit limit,
	struct instant origin, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];

	if (limit.kind == 0)
		limit.kind = LIMIT_NONE;
	decide_clock_breach(d, kind, CAUSE_RULE);
	*clock = clock_start(*clock, limit, decide_calendar(d, limit), origin);
	ledger_limit(d, clock->generation == 1 ? LEDGER_START : LEDGER_RESTART, kind, cause, origin);
	if (instant_before(origin, d->now))
		fold(d, kind);
}

void
decide_clock_stop(struct deciding *d, enum clock_kind kind, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];

	if (clock->run != CLOCK_RUNNING && clock->run != CLOCK_PAUSED)
		return;
	decide_clock_breach(d, kind, CAUSE_RULE);
	*clock = clock_stop(*clock, decide_calendar(d, clock->limit), d->now);
	ledger(d, LEDGER_STOP, kind, cause, d->now, 0);
}

void
decide_clock_pause(struct deciding *d, enum clock_kind kind, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];

	if (clock->run != CLOCK_RUNNING)
		return;
	decide_clock_breach(d, kind, CAUSE_RULE);
	*clock = clock_pause(*clock, decide_calendar(d, clock->limit), d->now);
	ledger(d, LEDGER_PAUSE, kind, cause, d->now, 0);
}

void
decide_clock_resume(struct deciding *d, enum clock_kind kind, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];

	if (clock->run != CLOCK_PAUSED)
		return;
	*clock = clock_resume(*clock, decide_calendar(d, clock->limit), d->now);
	ledger(d, LEDGER_RESUME, kind, cause, d->now, 0);
}

void
decide_clock_reopen(struct deciding *d, enum clock_kind kind, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];

	if (clock->run != CLOCK_STOPPED)
		return;
	*clock = clock_reopen(*clock, decide_calendar(d, clock->limit), d->now);
	ledger(d, LEDGER_RESUME, kind, cause, d->now, 0);
}

void
decide_clock_retarget(struct deciding *d, enum clock_kind kind, struct limit limit, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];
	bool same = limit.kind == clock->limit.kind && limit.amount == clock->limit.amount &&
		limit.calendar == clock->limit.calendar;

	if (same || (clock->run != CLOCK_RUNNING && clock->run != CLOCK_PAUSED))
		return;
	decide_clock_breach(d, kind, CAUSE_RULE);
	*clock = clock_retarget(*clock, limit, decide_calendar(d, limit), d->now);
	ledger_limit(d, LEDGER_RETARGET, kind, cause, d->now);
}

bool
decide_clock_breach(struct deciding *d, enum clock_kind kind, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];

	if (clock->run != CLOCK_RUNNING || clock->breached || decide_clock_just_ends(kind) ||
		instant_before(d->now, clock->due_at))
		return false;
	clock->breached = true;
	clock->breached_at = clock->due_at;
	ledger(d, LEDGER_BREACH, kind, cause, clock->due_at, 0);
	return true;
}

void
decide_clock_step(struct deciding *d, enum clock_kind kind, enum cause cause)
{
	struct clock *clock = &d->issue.clocks[kind];

	clock->steps++;
	clock->step_at = d->now;
	ledger(d, LEDGER_STEP, kind, cause, d->now, clock->steps);
}

bool
decide_clock_just_ends(enum clock_kind kind)
{
	return kind == CLOCK_LEASE || kind == CLOCK_FEEDBACK;
}

/* The clock is written down later than it began: what lies behind already is recorded as it would
 * have been, and nobody is called for it (hard part H16). */
static void
fold(struct deciding *d, enum clock_kind kind)
{
	struct clock *clock = &d->issue.clocks[kind];
	const struct ladder *ladder =
		ladder_for(d->rules->ladders, kind, d->issue.class_code, d->issue.severity);
	uint8_t folded = 0;

	decide_clock_breach(d, kind, CAUSE_RECOVERY);
	while (clock->steps < UINT8_MAX) {
		struct instant at = ladder_next_at(ladder, *clock, d->in_force, SPAN_ZERO);

		if (instant_before(d->now, at))
			break;
		clock->steps++;
		clock->step_at = at;
		folded++;
	}
	if (folded > 0)
		ledger(d, LEDGER_RECOVERY, kind, CAUSE_RECOVERY, d->now, folded);
}

static void
ledger(struct deciding *d, enum ledger_op op, enum clock_kind kind, enum cause cause,
	struct instant at, int64_t amount)
{
	/* One decision touches each clock a few times at most, whatever the data. */
	must(d->effects->ledger_count < LEDGER_ENTRIES_MAX);
	d->effects->ledger[d->effects->ledger_count++] = (struct ledger_entry){.op = op,
		.clock = kind, .cause = cause, .generation = d->issue.clocks[kind].generation,
		.at = at, .amount = amount};
}

static void
ledger_limit(struct deciding *d, enum ledger_op op, enum clock_kind kind, enum cause cause,
	struct instant at)
{
	struct limit limit = d->issue.clocks[kind].limit;

	ledger(d, op, kind, cause, at, limit.amount);
	d->effects->ledger[d->effects->ledger_count - 1].kind = limit.kind;
}
