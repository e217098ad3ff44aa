/* decide_move.c — from holder to holder, with what each move does to the clocks. */
#include "core/decide_parts.h"

#include <string.h>

#include "base/must.h"

static int32_t lasting(const struct deciding *d, int32_t unit);
static void handle_at_dispatch(struct deciding *d, int32_t lead);

void
decide_hold(struct deciding *d, int32_t unit, enum desk desk)
{
	struct issue *issue = &d->issue;
	const struct unit *row;

	unit = lasting(d, unit);
	if (issue->holder.unit != unit || issue->holder.desk != desk)
		d->effects->withdraw_notices = issue->version > 0;
	issue->holder = (struct holder){unit, desk};
	row = units_get(d->in_force->units, unit);
	if (row != NULL)
		issue->tier = (enum tier)row->tier;
}

void
decide_dispatch_to(struct deciding *d, int32_t lead, enum cause cause)
{
	struct issue *issue = &d->issue;

	decide_clock_stop(d, CLOCK_DISPATCH, cause);
	decide_hold(d, lead, DESK_HANDLE);
	issue->state = ISSUE_DISPATCHED;
	issue->handler = 0;
	issue->cause = cause;
	decide_clock_start(d, CLOCK_SIGN, decide_limit(d, CLOCK_SIGN, issue->tier), d->now, cause);
	handle_at_dispatch(d, issue->holder.unit);
	issue->lead_unit = issue->holder.unit;
}

void
decide_move_up(struct deciding *d, int32_t above, enum cause cause)
{
	struct issue *issue = &d->issue;
	bool is_task = issue->holder.desk == DESK_HANDLE;

	issue->cause = cause;
	decide_hold(d, above, issue->holder.desk);
	if (is_task) {
		decide_clock_stop(d, CLOCK_LEASE, cause);
		issue->state = ISSUE_DISPATCHED;
		issue->handler = 0;
		issue->lead_unit = issue->holder.unit;
		decide_clock_start(d, CLOCK_SIGN, decide_limit(d, CLOCK_SIGN, issue->tier), d->now,
			cause);
	}
	decide_notify(d, (struct notice){.kind = NOTICE_MOVED_UP, .unit = issue->holder.unit,
		.role = decide_desk_role(issue)});
}

void
decide_hand_back(struct deciding *d, int32_t unit, enum desk desk, enum cause cause)
{
	struct issue *issue = &d->issue;

	decide_clock_stop(d, CLOCK_SIGN, cause);
	decide_clock_stop(d, CLOCK_LEASE, cause);
	if (d->rules->policies->return_stops_handle)
		decide_clock_pause(d, CLOCK_HANDLE, cause);
	decide_hold(d, unit, desk);
	issue->state = ISSUE_RETURNED;
	issue->handler = 0;
	issue->cause = cause;
	decide_clock_start(d, CLOCK_DISPATCH, decide_limit(d, CLOCK_DISPATCH, issue->tier), d->now,
		cause);
}

void
decide_end(struct deciding *d, enum issue_state state, enum cause cause)
{
	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++)
		decide_clock_stop(d, (enum clock_kind)kind, cause);
	d->issue.state = state;
	d->issue.cause = cause;
	d->issue.holder = (struct holder){0};
	d->issue.handler = 0;
	d->effects->withdraw_notices = true;
}

void
decide_lease(struct deciding *d, enum cause cause)
{
	struct limit limit = decide_limit(d, CLOCK_LEASE, d->issue.tier);

	if (limit.kind != LIMIT_NONE)
		decide_clock_start(d, CLOCK_LEASE, limit, d->now, cause);
}

void
decide_awaits_feedback(struct deciding *d, enum cause cause)
{
	decide_hold(d, d->issue.entry_unit, DESK_CALLBACK);
	d->issue.state = ISSUE_FEEDBACK;
	d->issue.cause = cause;
	decide_clock_start(d, CLOCK_FEEDBACK, decide_limit(d, CLOCK_FEEDBACK, d->issue.tier), d->now,
		cause);
}

void
decide_handle_start(struct deciding *d)
{
	const struct standard *standard = decide_standard(d);
	struct instant origin = d->now;

	if (standard != NULL && standard->runs_from == RUNS_FROM_OBSERVED)
		origin = d->issue.observed_at;
	else if (standard != NULL && standard->runs_from == RUNS_FROM_RECEIVED)
		origin = d->issue.received_at;
	decide_clock_start(d, CLOCK_HANDLE, decide_handle_limit(d), origin,
		standard != NULL ? CAUSE_RULE : CAUSE_PERSON);
}

struct limit
decide_handle_limit(const struct deciding *d)
{
	const struct clock *clock = &d->issue.clocks[CLOCK_HANDLE];
	const struct standard *standard = decide_standard(d);

	if (clock->run != CLOCK_OFF)
		return clock->limit;
	return standard != NULL ? standard->limit : decide_limit(d, CLOCK_HANDLE, d->issue.tier);
}

void
decide_assist(struct deciding *d, const int32_t *units, size_t count)
{
	int32_t *copy;

	if (count == 0)
		return;
	copy = arena_take_array(d->effects->arena, count, sizeof(*copy));
	memcpy(copy, units, count * sizeof(*copy));
	d->effects->assist = copy;
	d->effects->assist_count = count;
}

enum role
decide_desk_role(const struct issue *issue)
{
	return desk_role(issue->holder.desk);
}

void
decide_notify(struct deciding *d, struct notice notice)
{
	/* By unit and role: whoever the people are, a decision makes a few notices and no more. */
	must(d->effects->notices_count < NOTICES_MAX);
	notice.channel = CHANNEL_INBOX;
	d->effects->notices[d->effects->notices_count++] = notice;
}

const struct standard *
decide_standard(const struct deciding *d)
{
	return standards_get(d->rules->standards, d->issue.standard);
}

const struct unit *
decide_unit(const struct deciding *d, struct text code)
{
	const struct unit *unit = units_find(d->in_force->units, code);

	if (unit == NULL || units_in_force(d->in_force->units, unit->id, d->now) != unit)
		return NULL;
	return unit;
}

/* A unit that ended without a successor keeps what it has: a holder that can be seen is better than
 * none. */
static int32_t
lasting(const struct deciding *d, int32_t unit)
{
	const struct unit *row = units_in_force(d->in_force->units, unit, d->now);

	return row != NULL ? row->id : unit;
}

/* First dispatch starts HANDLE unless it runs already. After a return the same unit goes on where
 * it stopped; another one starts anew or has what is left, by policy (domain 1.6). */
static void
handle_at_dispatch(struct deciding *d, int32_t lead)
{
	const struct clock *clock = &d->issue.clocks[CLOCK_HANDLE];
	int32_t before = d->issue.lead_unit;
	bool other = before != 0 && before != lead;

	if (clock->run == CLOCK_OFF)
		decide_handle_start(d);
	else if (other && d->rules->policies->other_unit_full_limit)
		decide_clock_start(d, CLOCK_HANDLE, clock->limit, d->now, CAUSE_OTHER_UNIT);
	else
		decide_clock_resume(d, CLOCK_HANDLE, other ? CAUSE_OTHER_UNIT : CAUSE_SAME_UNIT);
}
