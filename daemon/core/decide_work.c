/* decide_work.c — the verbs of people on an issue that is there: one function a verb.
 *
 * Who may was judged before (decide.c). Here stands what a verb needs, and what it does. */
#include "core/decide_parts.h"

static enum refusal needs_reason(struct deciding *d);
static enum refusal find_assist(struct deciding *d, int32_t lead, int32_t *ret_units,
	size_t *ret_count);
static bool window_is_over(const struct deciding *d);
static enum refusal needs_of_standard(struct deciding *d, const struct standard *standard);
static void redo(struct deciding *d);
static void run_on(struct deciding *d, bool new_time, enum cause cause);

enum refusal
decide_decline(struct deciding *d)
{
	enum refusal refusal = needs_reason(d);

	if (refusal == REFUSAL_NONE)
		decide_end(d, ISSUE_DECLINED, CAUSE_PERSON);
	return refusal;
}

enum refusal
decide_dispatch(struct deciding *d)
{
	const struct dispatching *dispatch = &d->event->dispatch;
	struct route route = route_find(d->rules, d->in_force, decide_standard(d),
		d->issue.class_code, d->issue.place, d->issue.severity, d->now);
	int32_t assist[ASSIST_MAX], lead = route.lead;
	size_t count;
	enum refusal refusal;

	if (dispatch->lead_code.len > 0) {
		const struct unit *unit = decide_unit(d, dispatch->lead_code);

		if (unit == NULL)
			return decide_refuse(d, REFUSAL_UNKNOWN_UNIT, dispatch->lead_code);
		lead = unit->id;
	}
	if (lead == 0)
		return decide_refuse(d, REFUSAL_INCOMPLETE, TEXT("lead_unit_code"));
	refusal = find_assist(d, lead, assist, &count);
	if (refusal != REFUSAL_NONE)
		return refusal;
	said_text(&d->said, "lead", units_get(d->in_force->units, lead)->code);
	said_texts(&d->said, "assist", dispatch->assist_codes, dispatch->assist_count);
	if (dispatch->assist_count > 0)
		decide_assist(d, assist, count);
	else if (lead == route.lead)
		decide_assist(d, route.assist, route.assist_count);
	decide_dispatch_to(d, lead, CAUSE_PERSON);
	return REFUSAL_NONE;
}

enum refusal
decide_claim(struct deciding *d)
{
	decide_clock_stop(d, CLOCK_SIGN, CAUSE_PERSON);
	d->issue.state = ISSUE_HANDLING;
	d->issue.handler = d->event->actor.id;
	d->issue.renewals = 0;
	d->issue.cause = CAUSE_PERSON;
	decide_lease(d, CAUSE_PERSON);
	return REFUSAL_NONE;
}

enum refusal
decide_release(struct deciding *d)
{
	decide_clock_stop(d, CLOCK_LEASE, CAUSE_PERSON);
	d->issue.handler = 0;
	d->issue.cause = CAUSE_PERSON;
	return REFUSAL_NONE;
}

enum refusal
decide_progress(struct deciding *d)
{
	if (d->event->text.len == 0)
		return decide_refuse(d, REFUSAL_MISSING_FIELD, TEXT("text"));
	if (d->issue.clocks[CLOCK_LEASE].run != CLOCK_RUNNING)
		return REFUSAL_NONE;
	if (d->issue.renewals >= d->rules->policies->lease_extensions_max)
		return decide_refuse(d, REFUSAL_LIMIT_REACHED, TEXT("lease"));
	d->issue.renewals++;
	decide_lease(d, CAUSE_PERSON);
	return REFUSAL_NONE;
}

/* To the desk that dispatched it; one that keeps coming back goes to the backstop. */
enum refusal
decide_return(struct deciding *d)
{
	const struct policies *policies = d->rules->policies;
	enum refusal refusal = needs_reason(d);
	bool too_often;

	if (refusal != REFUSAL_NONE)
		return refusal;
	if (window_is_over(d))
		return decide_refuse(d, REFUSAL_WINDOW, TEXT_NONE);
	d->issue.returns++;
	too_often = policies->returns_max > 0 && d->issue.returns > policies->returns_max;
	decide_hand_back(d, too_often ? route_backstop_unit(d->in_force, d->now) : d->issue.entry_unit,
		too_often ? DESK_BACKSTOP : DESK_DISPATCH, CAUSE_RETURNED);
	decide_notify(d, (struct notice){.kind = NOTICE_RETURNED, .unit = d->issue.holder.unit,
		.role = decide_desk_role(&d->issue)});
	return REFUSAL_NONE;
}

enum refusal
decide_escalate(struct deciding *d)
{
	int32_t above = route_unit_above(d->in_force, d->issue.holder.unit, d->now);
	enum refusal refusal = needs_reason(d);

	if (refusal != REFUSAL_NONE)
		return refusal;
	if (above == 0)
		return decide_refuse(d, REFUSAL_TOP_TIER, TEXT_NONE);
	decide_move_up(d, above, CAUSE_PERSON);
	return REFUSAL_NONE;
}

/* An answer without a standard row is checked: nobody has said that it needs no check. */
enum refusal
decide_answer(struct deciding *d)
{
	const struct answering *answer = &d->event->answer;
	const struct standard *standard = decide_standard(d);
	enum refusal refusal = needs_of_standard(d, standard);

	if (refusal != REFUSAL_NONE)
		return refusal;
	if (answer->close_condition)
		said_flag(&d->said, "close_condition", true);
	said_photos(&d->said, answer->photos, answer->photos_count);
	decide_clock_stop(d, CLOCK_LEASE, CAUSE_PERSON);
	decide_clock_stop(d, CLOCK_HANDLE, CAUSE_PERSON);
	decide_clock_stop(d, CLOCK_BUNDLE, CAUSE_PERSON);
	d->issue.answered_by = d->event->actor.id;
	d->issue.handler = 0;
	d->issue.cause = CAUSE_PERSON;
	if (standard != NULL && !standard->checked) {
		decide_awaits_feedback(d, CAUSE_RULE);
		return REFUSAL_NONE;
	}
	d->issue.state = ISSUE_ANSWERED;
	decide_hold(d, d->issue.entry_unit, DESK_INTAKE);
	decide_clock_start(d, CLOCK_CLOSE, decide_limit(d, CLOCK_CLOSE, d->issue.tier), d->now,
		CAUSE_PERSON);
	return REFUSAL_NONE;
}

enum refusal
decide_approve(struct deciding *d)
{
	decide_clock_stop(d, CLOCK_CLOSE, CAUSE_PERSON);
	decide_awaits_feedback(d, CAUSE_PERSON);
	return REFUSAL_NONE;
}

/* Back to who answered; when he is gone, his lease ends and the unit has it again. */
enum refusal
decide_rework(struct deciding *d)
{
	enum refusal refusal = needs_reason(d);

	if (refusal != REFUSAL_NONE)
		return refusal;
	decide_clock_stop(d, CLOCK_CLOSE, CAUSE_REWORK);
	decide_hold(d, d->issue.lead_unit, DESK_HANDLE);
	d->issue.state = ISSUE_HANDLING;
	d->issue.handler = d->issue.answered_by;
	d->issue.renewals = 0;
	d->issue.cause = CAUSE_REWORK;
	run_on(d, d->rules->policies->rework_new_time, CAUSE_REWORK);
	decide_lease(d, CAUSE_REWORK);
	return REFUSAL_NONE;
}

enum refusal
decide_feedback(struct deciding *d)
{
	const struct answer_of_reporter *feedback = &d->event->feedback;

	if (feedback->satisfied < 0 || feedback->satisfied > 5)
		return decide_refuse(d, REFUSAL_BAD_VALUE, TEXT("satisfied"));
	said_flag(&d->said, "contacted", feedback->contacted);
	said_flag(&d->said, "solved", feedback->solved);
	said_number(&d->said, "satisfied", feedback->satisfied);
	if (feedback->solved)
		decide_end(d, ISSUE_CLOSED, CAUSE_SOLVED);
	else
		redo(d);
	return REFUSAL_NONE;
}

/* Each time anew: the notice's key has the version of this decision in it. */
enum refusal
decide_urge(struct deciding *d)
{
	const struct issue *issue = &d->issue;
	struct notice notice = {.kind = NOTICE_URGE, .actor = issue->handler};

	if (issue->handler == 0) {
		notice.unit = issue->holder.unit;
		notice.role = decide_desk_role(issue);
	}
	decide_notify(d, notice);
	return REFUSAL_NONE;
}

/* ---- helpers ---- */

static enum refusal
needs_reason(struct deciding *d)
{
	if (d->event->reason == 0)
		return decide_refuse(d, REFUSAL_MISSING_FIELD, TEXT("reason"));
	return REFUSAL_NONE;
}

static enum refusal
find_assist(struct deciding *d, int32_t lead, int32_t *ret_units, size_t *ret_count)
{
	const struct dispatching *dispatch = &d->event->dispatch;

	*ret_count = 0;
	for (size_t i = 0; i < dispatch->assist_count; i++) {
		const struct unit *unit = decide_unit(d, dispatch->assist_codes[i]);
		bool again = unit != NULL && unit->id == lead;

		if (unit == NULL)
			return decide_refuse(d, REFUSAL_UNKNOWN_UNIT, dispatch->assist_codes[i]);
		for (size_t k = 0; k < *ret_count; k++)
			again |= ret_units[k] == unit->id;
		if (!again)
			ret_units[(*ret_count)++] = unit->id;
	}
	return REFUSAL_NONE;
}

static bool
window_is_over(const struct deciding *d)
{
	struct span window = d->rules->policies->refusal_window;

	return window.us > 0 &&
		instant_before(instant_add(d->issue.clocks[CLOCK_SIGN].started_at, window), d->now);
}

static enum refusal
needs_of_standard(struct deciding *d, const struct standard *standard)
{
	const struct answering *answer = &d->event->answer;

	if (d->event->text.len == 0)
		return decide_refuse(d, REFUSAL_MISSING_FIELD, TEXT("text"));
	if (standard == NULL)
		return REFUSAL_NONE;
	if (standard->close_condition.len > 0 && !answer->close_condition)
		return decide_refuse(d, REFUSAL_CLOSE_CONDITION, standard->close_condition);
	if (standard->evidence && answer->photos_count == 0)
		return decide_refuse(d, REFUSAL_EVIDENCE, TEXT("photos"));
	return REFUSAL_NONE;
}

/* Not solved: to the lead unit once more, for signature, whoever handled it before. */
static void
redo(struct deciding *d)
{
	d->issue.redos++;
	decide_clock_stop(d, CLOCK_FEEDBACK, CAUSE_REDO);
	run_on(d, d->rules->policies->redo_new_time, CAUSE_REDO);
	decide_dispatch_to(d, d->issue.lead_unit, CAUSE_REDO);
	decide_notify(d, (struct notice){.kind = NOTICE_REDO, .unit = d->issue.holder.unit,
		.role = decide_desk_role(&d->issue)});
}

/* HANDLE with new time, or with what was left when it stopped; the time between is nobody's. BUNDLE
 * runs anew to the next answer. */
static void
run_on(struct deciding *d, bool new_time, enum cause cause)
{
	if (new_time)
		decide_clock_start(d, CLOCK_HANDLE, decide_handle_limit(d), d->now, cause);
	else
		decide_clock_reopen(d, CLOCK_HANDLE, cause);
	decide_clock_start(d, CLOCK_BUNDLE, decide_limit(d, CLOCK_BUNDLE, d->issue.tier), d->now,
		cause);
}
