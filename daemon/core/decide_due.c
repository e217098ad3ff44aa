/* decide_due.c — what clocks do by themselves, one thing a pass.
 *
 * First a lease or the wait for feedback that is over, since both change who must do what. Else
 * every due that has passed is recorded at its own instant, and at most one ladder step is fired:
 * the one that was due first. The rest follows on the next passes (hard parts H15, H16; D3). */
#include "core/decide_parts.h"

#include "core/ladder.h"

static bool has_ended(const struct deciding *d, enum clock_kind kind);
static void end_lease(struct deciding *d);
static bool record_breaches(struct deciding *d);
static void fire(struct deciding *d, enum clock_kind kind, const struct ladder_step *step);
static void fire_move_up(struct deciding *d, enum clock_kind kind);
static void fire_backstop(struct deciding *d, enum clock_kind kind);
static void nobody_above(struct deciding *d, enum clock_kind kind);
static void remind(struct deciding *d, enum clock_kind kind);
static void notify(struct deciding *d, enum clock_kind kind, const struct ladder_step *step);
static void notify_of_clock(struct deciding *d, enum clock_kind kind, struct notice notice);
static struct upcoming next_step(const struct release *rules, const struct release *in_force,
	const struct issue *issue);

bool
decide_due(struct deciding *d)
{
	struct upcoming step;
	bool breached;

	if (has_ended(d, CLOCK_LEASE)) {
		end_lease(d);
		return true;
	}
	if (has_ended(d, CLOCK_FEEDBACK)) {
		decide_end(d, ISSUE_CLOSED, CAUSE_SILENCE);
		return true;
	}
	breached = record_breaches(d);
	step = next_step(d->rules, d->in_force, &d->issue);
	if (step.step == NULL || instant_before(d->now, step.at))
		return breached;
	fire(d, step.clock, step.step);
	return true;
}

struct upcoming
decide_upcoming(const struct rulebook *book, const struct issue *issue, struct instant now)
{
	const struct release *rules = rulebook_release(book, issue->release);
	const struct release *in_force = rulebook_in_force(book, now);
	struct upcoming first = {.at = INSTANT_NEVER}, step;

	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++) {
		const struct clock *clock = &issue->clocks[kind];

		if (clock->run == CLOCK_RUNNING && !clock->breached &&
			instant_before(clock->due_at, first.at))
			first = (struct upcoming){clock->due_at, (enum clock_kind)kind, NULL};
	}
	step = next_step(rules, in_force != NULL ? in_force : rules, issue);
	return step.step != NULL && instant_before(step.at, first.at) ? step : first;
}

/* ---- ends ---- */

static bool
has_ended(const struct deciding *d, enum clock_kind kind)
{
	const struct clock *clock = &d->issue.clocks[kind];

	return clock->run == CLOCK_RUNNING && !instant_before(d->now, clock->due_at);
}

/* Back in the queue, HANDLE untouched; who had it is told (hard part H12). */
static void
end_lease(struct deciding *d)
{
	notify_of_clock(d, CLOCK_LEASE,
		(struct notice){.kind = NOTICE_REMIND, .actor = d->issue.handler});
	decide_clock_stop(d, CLOCK_LEASE, CAUSE_LEASE_ENDED);
	d->issue.handler = 0;
	d->issue.cause = CAUSE_LEASE_ENDED;
}

static bool
record_breaches(struct deciding *d)
{
	bool any = false;

	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++)
		any |= decide_clock_breach(d, (enum clock_kind)kind, CAUSE_RULE);
	return any;
}

/* ---- ladder steps ---- */

static void
fire(struct deciding *d, enum clock_kind kind, const struct ladder_step *step)
{
	switch (step->action) {
	case ACTION_REMIND:
		decide_clock_step(d, kind, CAUSE_LADDER);
		remind(d, kind);
		return;
	case ACTION_NOTIFY:
		decide_clock_step(d, kind, CAUSE_LADDER);
		notify(d, kind, step);
		return;
	case ACTION_MOVE_UP:
		fire_move_up(d, kind);
		return;
	case ACTION_BACKSTOP:
		fire_backstop(d, kind);
		return;
	case ACTION_RAISE_SEVERITY:
		decide_clock_step(d, kind, CAUSE_LADDER);
		if (d->issue.severity > 1)
			d->issue.severity--;
		return;
	default:
		/* A row of a later release: the step is used up, so that the ladder goes on. */
		decide_clock_step(d, kind, CAUSE_NONE);
		return;
	}
}

static void
fire_move_up(struct deciding *d, enum clock_kind kind)
{
	int32_t above = route_unit_above(d->in_force, d->issue.holder.unit, d->now);

	if (above == 0) {
		nobody_above(d, kind);
		return;
	}
	decide_clock_step(d, kind, CAUSE_LADDER);
	decide_move_up(d, above, CAUSE_LADDER);
}

/* A task goes back to be dispatched anew by the duty officer; a desk's work becomes his. */
static void
fire_backstop(struct deciding *d, enum clock_kind kind)
{
	int32_t unit = route_backstop_unit(d->in_force, d->now);
	bool is_task = d->issue.holder.desk == DESK_HANDLE;

	if (unit == 0 || d->issue.holder.desk == DESK_BACKSTOP) {
		nobody_above(d, kind);
		return;
	}
	decide_clock_step(d, kind, CAUSE_LADDER);
	if (is_task)
		decide_hand_back(d, unit, DESK_BACKSTOP, CAUSE_LADDER);
	else
		decide_hold(d, unit, DESK_BACKSTOP);
	d->issue.cause = CAUSE_LADDER;
	decide_notify(d, (struct notice){.kind = NOTICE_MOVED_UP, .unit = d->issue.holder.unit,
		.role = decide_desk_role(&d->issue)});
}

/* It stays where it is, says so, and its supervisors hear of it (hard part H24; D26). */
static void
nobody_above(struct deciding *d, enum clock_kind kind)
{
	decide_clock_step(d, kind, CAUSE_NO_RECIPIENT);
	d->issue.cause = CAUSE_NO_RECIPIENT;
	notify_of_clock(d, kind, (struct notice){.kind = NOTICE_OVERDUE,
		.unit = d->issue.holder.unit, .role = ROLE_SUPERVISOR});
}

static void
remind(struct deciding *d, enum clock_kind kind)
{
	struct notice notice = {.kind = NOTICE_REMIND};

	if (d->issue.handler != 0) {
		notice.actor = d->issue.handler;
	} else {
		notice.unit = d->issue.holder.unit;
		notice.role = decide_desk_role(&d->issue);
	}
	notify_of_clock(d, kind, notice);
}

/* So many tiers up as the row says, or as there are. */
static void
notify(struct deciding *d, enum clock_kind kind, const struct ladder_step *step)
{
	int32_t unit = d->issue.holder.unit;

	for (int up = 0; up < step->audience_up; up++) {
		int32_t above = route_unit_above(d->in_force, unit, d->now);

		if (above == 0)
			break;
		unit = above;
	}
	notify_of_clock(d, kind, (struct notice){.kind = NOTICE_OVERDUE, .unit = unit,
		.role = step->audience != 0 ? step->audience : decide_desk_role(&d->issue)});
}

static void
notify_of_clock(struct deciding *d, enum clock_kind kind, struct notice notice)
{
	notice.clock = kind;
	notice.generation = d->issue.clocks[kind].generation;
	notice.step = d->issue.clocks[kind].steps;
	decide_notify(d, notice);
}

/* Of all running clocks, the unfired step that is due first. */
static struct upcoming
next_step(const struct release *rules, const struct release *in_force, const struct issue *issue)
{
	struct upcoming first = {.at = INSTANT_NEVER};

	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++) {
		const struct clock *clock = &issue->clocks[kind];
		const struct ladder *ladder;
		struct instant at;

		if (clock->run != CLOCK_RUNNING || clock->steps == UINT8_MAX)
			continue;
		ladder = ladder_for(rules->ladders, (enum clock_kind)kind, issue->class_code,
			issue->severity);
		if (ladder == NULL)
			continue;
		at = ladder_next_at(ladder, *clock, in_force, rules->policies->step_gap);
		if (instant_before(at, first.at))
			first = (struct upcoming){at, (enum clock_kind)kind,
				ladder_step_at(ladder, clock->steps)};
	}
	return first;
}
