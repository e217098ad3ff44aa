/* explain.h — why is it due then, why is it here, and what happens next: arithmetic anybody can repeat.
 *
 * The same functions that fire the clocks answer the question (hard part H31). */
#ifndef HUYING_CORE_EXPLAIN_H
#define HUYING_CORE_EXPLAIN_H

#include "core/issue.h"
#include "core/rulebook.h"

struct clock_view {
	enum clock_kind clock;
	struct clock state;
	struct text calendar;    /* code; empty = none needed */
	struct span used, remaining; /* at `now`; remaining meaningless for LIMIT_NONE */
	bool provisional;        /* due beyond the known holidays */
};

struct explanation {
	struct clock_view clocks[CLOCK_KIND_MAX]; /* those that ever ran, by number */
	size_t clocks_count;
	struct text standard;        /* condition of the standard row, or empty */
	struct text close_condition;
	struct text route;           /* which rule or competence named the lead unit, in words of the data */
	struct instant next_at;      /* what happens if nobody acts; INSTANT_NEVER = nothing */
	enum clock_kind next_clock;  /* by which clock */
	enum action next_action;     /* ladder step; 0 = the clock's own end (breach, lease, silence) */
};

struct explanation explain(struct arena *arena, const struct rulebook *book, const struct issue *issue,
	struct instant now);

#endif
