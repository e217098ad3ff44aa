/* clock.c — limits and clocks, by one pair of questions: how much time of the limit's own measure
 * lies between two instants, and where does so much of it end. The working kinds measure working
 * time, the others elapsed time; days are turned into an instant once, when a limit is set, and
 * from then on the clock has a due and a remainder like any other (hard part H6).
 *
 * Every function answers for every clock: what does not apply (to pause a stopped clock) gives the
 * clock back unchanged. A limit whose calendar is gone from the rulebook counts elapsed time and
 * days of 24 hours: too early rather than never. */
#include "core/clock.h"

#define WARN_PERCENT 80
/* What is left when the due lies beyond the calendar. */
#define SPAN_FOREVER ((struct span){INT64_MAX})

static struct instant elapsed_due(enum limit_kind kind, int64_t amount, struct instant from);
static bool is_working(struct limit limit, const struct calendar *calendar);
static struct instant limit_shift(
	struct limit limit, const struct calendar *calendar, struct instant from, struct span span);
static struct span limit_total(
	struct limit limit, const struct calendar *calendar, struct instant from);
static struct span span_left(
	struct clock clock, const struct calendar *calendar, struct instant at);
static struct span span_percent(struct span span, int percent);
static struct span span_sum(struct span a, struct span b);

struct instant
limit_due(struct limit limit, const struct calendar *calendar, struct instant from)
{
	int64_t amount = limit.amount < 0 ? 0 : limit.amount;

	if (calendar == NULL)
		return elapsed_due(limit.kind, amount, from);
	switch (limit.kind) {
	case LIMIT_WORKING_TIME:
		return calendar_add(calendar, from, (struct span){amount});
	case LIMIT_WORKING_DAYS:
		return calendar_add_days(calendar, from, amount);
	case LIMIT_END_OF_WORKING_DAY:
		return calendar_end_of_day(calendar, from, amount);
	case LIMIT_CALENDAR_DAYS:
		return calendar_add_wall_days(calendar, from, amount);
	case LIMIT_CONTINUOUS:
	case LIMIT_NONE:
	default:
		return elapsed_due(limit.kind, amount, from);
	}
}

/* Counted back from the due, so that pauses are in it already. */
struct instant
limit_percent(struct limit limit, const struct calendar *calendar, struct instant from,
	struct instant due, int percent)
{
	struct span total;

	if (instant_is_never(due))
		return INSTANT_NEVER;
	if (percent == 100)
		return due;
	total = limit_total(limit, calendar, from);
	return limit_shift(limit, calendar, due, span_percent(total, percent - 100));
}

struct span
limit_measure(struct limit limit, const struct calendar *calendar, struct instant from,
	struct instant until)
{
	if (is_working(limit, calendar))
		return calendar_between(calendar, from, until);
	return instant_between(from, until);
}

struct clock
clock_start(
	struct clock clock, struct limit limit, const struct calendar *calendar, struct instant at)
{
	return (struct clock){
		.run = CLOCK_RUNNING,
		.generation = clock.generation == UINT16_MAX ? UINT16_MAX
							     : (uint16_t)(clock.generation + 1),
		.limit = limit,
		.started_at = at,
		.since_at = at,
		.due_at = limit_due(limit, calendar, at),
		.step_at = INSTANT_NEVER,
		.breached_at = INSTANT_NEVER,
	};
}

struct clock
clock_pause(struct clock clock, const struct calendar *calendar, struct instant at)
{
	if (clock.run != CLOCK_RUNNING)
		return clock;
	clock.used = clock_used(clock, calendar, at);
	clock.remaining = span_left(clock, calendar, at);
	clock.run = CLOCK_PAUSED;
	clock.due_at = INSTANT_NEVER;
	return clock;
}

struct clock
clock_resume(struct clock clock, const struct calendar *calendar, struct instant at)
{
	if (clock.run != CLOCK_PAUSED)
		return clock;
	clock.run = CLOCK_RUNNING;
	clock.since_at = at;
	if (clock.limit.kind != LIMIT_NONE)
		clock.due_at = limit_shift(clock.limit, calendar, at, clock.remaining);
	clock.remaining = SPAN_ZERO;
	return clock;
}

/* A paused clock stops with the due it would have, had it been resumed at that instant. */
struct clock
clock_stop(struct clock clock, const struct calendar *calendar, struct instant at)
{
	clock = clock_resume(clock, calendar, at);
	if (clock.run != CLOCK_RUNNING)
		return clock;
	clock.used = clock_used(clock, calendar, at);
	clock.remaining = span_left(clock, calendar, at);
	clock.run = CLOCK_STOPPED;
	return clock;
}

struct clock
clock_reopen(struct clock clock, const struct calendar *calendar, struct instant at)
{
	if (clock.run != CLOCK_STOPPED)
		return clock;
	clock.run = CLOCK_PAUSED;
	return clock_resume(clock, calendar, at);
}

/* The new limit is laid from where the clock would have started, had it run through to `at` without
 * a pause: so much before `at` as was used. Where the new limit measures otherwise than the old,
 * the present interval is measured anew, and what was used before the last pause is carried over.
 */
struct clock
clock_retarget(
	struct clock clock, struct limit limit, const struct calendar *calendar, struct instant at)
{
	struct instant origin;
	struct span used;

	if (clock.run != CLOCK_RUNNING && clock.run != CLOCK_PAUSED)
		return clock;
	clock.limit = limit;
	used = clock_used(clock, calendar, at);
	origin = limit_shift(limit, calendar, at, (struct span){-used.us});
	clock.due_at = instant_max(at, limit_due(limit, calendar, origin));
	if (clock.run == CLOCK_PAUSED) {
		clock.remaining = span_left(clock, calendar, at);
		clock.due_at = INSTANT_NEVER;
	}
	return clock;
}

struct span
clock_used(struct clock clock, const struct calendar *calendar, struct instant at)
{
	if (clock.run != CLOCK_RUNNING)
		return clock.used;
	return span_sum(clock.used, limit_measure(clock.limit, calendar, clock.since_at, at));
}

struct span
clock_remaining(struct clock clock, const struct calendar *calendar, struct instant at)
{
	return clock.run == CLOCK_RUNNING ? span_left(clock, calendar, at) : clock.remaining;
}

struct instant
clock_warn_at(struct clock clock, const struct calendar *calendar)
{
	if (clock.run != CLOCK_RUNNING)
		return INSTANT_NEVER;
	return limit_percent(clock.limit, calendar, clock.started_at, clock.due_at, WARN_PERCENT);
}

/* By elapsed time alone. */
static struct instant
elapsed_due(enum limit_kind kind, int64_t amount, struct instant from)
{
	int64_t us = amount;

	if (kind == LIMIT_NONE || (int)kind == 0)
		return INSTANT_NEVER;
	if (limit_in_days(kind) && __builtin_mul_overflow(amount, US_PER_DAY, &us))
		return INSTANT_NEVER;
	return instant_add(from, (struct span){us});
}

static bool
is_working(struct limit limit, const struct calendar *calendar)
{
	return calendar != NULL && limit_on_calendar(limit.kind);
}

/* Where so much of the limit's measure ends. A due of working days lies in open time, as when it
 * was set: where working time ends at a closing, it goes to the next opening. */
static struct instant
limit_shift(
	struct limit limit, const struct calendar *calendar, struct instant from, struct span span)
{
	struct instant at;

	if (!is_working(limit, calendar))
		return instant_add(from, span);
	at = calendar_shift(calendar, from, span);
	return limit.kind == LIMIT_WORKING_DAYS ? calendar_next_opening(calendar, at) : at;
}

/* The whole limit in its own measure. */
static struct span
limit_total(struct limit limit, const struct calendar *calendar, struct instant from)
{
	struct instant due;

	if (!limit_in_days(limit.kind))
		return (struct span){limit.amount};
	due = limit_due(limit, calendar, from);
	return instant_is_never(due) ? SPAN_ZERO : limit_measure(limit, calendar, from, due);
}

static struct span
span_left(struct clock clock, const struct calendar *calendar, struct instant at)
{
	if (clock.limit.kind == LIMIT_NONE)
		return SPAN_ZERO;
	if (instant_is_never(clock.due_at))
		return SPAN_FOREVER;
	return limit_measure(clock.limit, calendar, at, clock.due_at);
}

static struct span
span_percent(struct span span, int percent)
{
	int64_t whole, part = span.us % 100 * percent / 100;

	if (__builtin_mul_overflow(span.us / 100, percent, &whole) ||
		__builtin_add_overflow(whole, part, &whole))
		return percent < 0 ? (struct span){INT64_MIN} : SPAN_FOREVER;
	return (struct span){whole};
}

static struct span
span_sum(struct span a, struct span b)
{
	int64_t us;

	return __builtin_add_overflow(a.us, b.us, &us) ? SPAN_FOREVER : (struct span){us};
}
