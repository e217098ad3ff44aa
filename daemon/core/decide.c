/* decide.c — who may, judged in one order for every verb; and what every decision ends with.
 *
 * The order: may he speak, may he see it, did he see its present version, does the verb apply in
 * this state, has he the role, is it his unit or area, is it his task, did he handle it himself.
 * Only then is the verb asked what it needs. Whoever may not see an issue learns nothing of it. */
#include "core/decide.h"

#include "base/must.h"
#include "core/decide_parts.h"

static verb_fn *const verbs[EVENT_KIND_MAX + 1] = {
	[EVENT_FILE] = decide_file,
	[EVENT_DECLINE] = decide_decline,
	[EVENT_DISPATCH] = decide_dispatch,
	[EVENT_CLAIM] = decide_claim,
	[EVENT_RELEASE] = decide_release,
	[EVENT_PROGRESS] = decide_progress,
	[EVENT_RETURN] = decide_return,
	[EVENT_ESCALATE] = decide_escalate,
	[EVENT_ANSWER] = decide_answer,
	[EVENT_APPROVE] = decide_approve,
	[EVENT_REWORK] = decide_rework,
	[EVENT_FEEDBACK] = decide_feedback,
	[EVENT_URGE] = decide_urge,
};

static struct deciding begin(const struct rulebook *book, const struct event *event,
	struct instant now, const struct dossier *dossier, struct effects *effects);
static enum verdict clock_event(struct deciding *d, struct dossier *dossier);
static enum verdict report_event(struct deciding *d, struct dossier *dossier);
static enum verdict command_event(struct deciding *d, struct dossier *dossier);
static enum refusal judge(struct deciding *d, const struct issue_cell *cell);
static enum refusal judge_role(const struct deciding *d, const struct issue_cell *cell);
static enum refusal judge_escalate(const struct deciding *d);
static enum refusal judge_urge(const struct deciding *d);
static bool may_be_blind(enum event_kind kind);
static bool is_reporters_feedback(const struct deciding *d);
static enum verdict refused(struct deciding *d, enum refusal refusal);
static enum verdict done(struct deciding *d, struct dossier *dossier);
static void set_dues(const struct deciding *d, struct issue *issue);
static void tell_state(struct deciding *d, const struct issue *issue, const struct dossier *dossier);

enum verdict
decide(const struct rulebook *book, const struct event *event, struct instant now,
	struct dossier *dossier, struct effects *effects)
{
	struct deciding d = begin(book, event, now, dossier, effects);
	enum refusal refusal;

	if (event->kind == EVENT_DUE)
		return clock_event(&d, dossier);
	refusal = actor_may_speak(&event->actor);
	if (refusal != REFUSAL_NONE)
		return refused(&d, refusal);
	return event->kind == EVENT_REPORT ? report_event(&d, dossier) : command_event(&d, dossier);
}

struct instant
decide_next_due(const struct rulebook *book, const struct issue *issue, struct instant now)
{
	struct instant at;

	if (!issue_is_open(issue))
		return INSTANT_NEVER;
	at = decide_upcoming(book, issue, now).at;
	/* What is due already waits for the next pass: never now, so that each look moves on. */
	return instant_max(at, instant_add(now, (struct span){1}));
}

enum refusal
decide_refuse(struct deciding *d, enum refusal refusal, struct text detail)
{
	d->effects->reply.detail = detail;
	return refusal;
}

/* ---- the three kinds of event ---- */

static struct deciding
begin(const struct rulebook *book, const struct event *event, struct instant now,
	const struct dossier *dossier, struct effects *effects)
{
	struct deciding d = {.book = book, .event = event, .dossier = dossier, .effects = effects,
		.now = now, .issue = dossier->issue, .said = {.arena = effects->arena}};

	*effects = (struct effects){.arena = effects->arena};
	if (dossier->exists)
		d.now = instant_max(now, dossier->issue.last_at);
	d.in_force = rulebook_in_force(book, d.now);
	d.rules = d.in_force;
	if (dossier->exists && event->kind != EVENT_REPORT) {
		d.rules = rulebook_release(book, dossier->issue.release);
		must(d.rules != NULL);
		if (d.in_force == NULL)
			d.in_force = d.rules;
	}
	return d;
}

static enum verdict
clock_event(struct deciding *d, struct dossier *dossier)
{
	bool applies = dossier->exists && issue_is_open(&dossier->issue) &&
		issue_cell(dossier->issue.state, EVENT_DUE) != NULL && decide_due(d);

	if (applies)
		return done(d, dossier);
	if (dossier->exists)
		set_dues(d, &dossier->issue);
	d->effects->reply.verdict = VERDICT_NOTHING;
	return VERDICT_NOTHING;
}

static enum verdict
report_event(struct deciding *d, struct dossier *dossier)
{
	enum refusal refusal;

	if (dossier->external_issue != 0) {
		d->effects->reply = (struct reply){.verdict = VERDICT_DONE,
			.issue = dossier->external_issue, .known_already = true};
		return VERDICT_DONE;
	}
	if (d->in_force == NULL || route_backstop_unit(d->in_force, d->now) == 0)
		return refused(d, decide_refuse(d, REFUSAL_UNKNOWN_UNIT,
			TEXT("the district has no unit of its own in force")));
	refusal = decide_report(d);
	return refusal == REFUSAL_NONE ? done(d, dossier) : refused(d, refusal);
}

static enum verdict
command_event(struct deciding *d, struct dossier *dossier)
{
	const struct event *event = d->event;
	const struct issue *issue = &dossier->issue;
	const struct issue_cell *cell;
	enum refusal refusal;

	if (!dossier->exists && event->kind == EVENT_CLAIM && event->issue == 0)
		return refused(d, REFUSAL_NOTHING_TO_CLAIM);
	if (!dossier->exists || !actor_may_see(&event->actor, issue, d->in_force))
		return refused(d, REFUSAL_UNKNOWN_ISSUE);
	tell_state(d, issue, dossier);
	if (event->seen_version == 0 && !may_be_blind(event->kind))
		return refused(d, decide_refuse(d, REFUSAL_MISSING_FIELD, TEXT("seen_version")));
	if (event->seen_version != 0 && event->seen_version != issue->version) {
		d->effects->reply.verdict = VERDICT_CONFLICT;
		return VERDICT_CONFLICT;
	}
	cell = issue_cell(issue->state, event->kind);
	if (cell == NULL)
		return refused(d, decide_refuse(d, REFUSAL_STATE, text_of(state_word(issue->state))));
	refusal = judge(d, cell);
	if (refusal == REFUSAL_NONE)
		refusal = verbs[event->kind](d);
	return refusal == REFUSAL_NONE ? done(d, dossier) : refused(d, refusal);
}

/* ---- may he ---- */

static enum refusal
judge(struct deciding *d, const struct issue_cell *cell)
{
	const struct actor *actor = &d->event->actor;
	const struct issue *issue = &d->dossier->issue;
	enum refusal refusal = judge_role(d, cell);

	if (refusal != REFUSAL_NONE)
		return refusal;
	if (cell->event == EVENT_CLAIM && issue->handler != 0)
		return REFUSAL_HANDLER;
	/* A task that nobody has may be returned by any handler of the unit. */
	if (cell->own_handling && issue->handler != actor->id &&
		!(cell->event == EVENT_RETURN && issue->handler == 0))
		return REFUSAL_HANDLER;
	if (cell->not_who_handled && issue->answered_by == actor->id)
		return REFUSAL_SELF;
	return REFUSAL_NONE;
}

static enum refusal
judge_role(const struct deciding *d, const struct issue_cell *cell)
{
	const struct actor *actor = &d->event->actor;
	const struct holder holder = d->dossier->issue.holder;
	/* At the backstop desk the duty officer stands in for the role of the desk. */
	uint32_t roles = holder.desk == DESK_BACKSTOP ? ROLE_BIT(ROLE_DUTY_OFFICER) : cell->roles;

	if (cell->event == EVENT_ESCALATE)
		return judge_escalate(d);
	if (cell->event == EVENT_URGE)
		return judge_urge(d);
	if (is_reporters_feedback(d))
		return REFUSAL_NONE;
	if ((actor->roles & roles) == 0)
		return REFUSAL_ROLE;
	return cell->at_holder && actor->unit != holder.unit ? REFUSAL_AREA : REFUSAL_NONE;
}

/* A handler escalates what his unit has, and what no colleague has claimed; a supervisor whatever
 * lies in his area. */
static enum refusal
judge_escalate(const struct deciding *d)
{
	const struct actor *actor = &d->event->actor;
	const struct issue *issue = &d->dossier->issue;
	bool handles = actor_has(actor, ROLE_HANDLER);
	bool supervises = actor_has(actor, ROLE_SUPERVISOR);

	if (!handles && !supervises)
		return REFUSAL_ROLE;
	if (supervises && actor_covers(actor, issue, d->in_force))
		return REFUSAL_NONE;
	if (!handles || actor->unit != issue->holder.unit)
		return REFUSAL_AREA;
	return issue->handler != 0 && issue->handler != actor->id ? REFUSAL_HANDLER : REFUSAL_NONE;
}

/* A supervisor chases whatever lies in his area, whichever unit or desk has it. */
static enum refusal
judge_urge(const struct deciding *d)
{
	const struct actor *actor = &d->event->actor;

	if (!actor_has(actor, ROLE_SUPERVISOR))
		return REFUSAL_ROLE;
	return actor_covers(actor, &d->dossier->issue, d->in_force) ? REFUSAL_NONE : REFUSAL_AREA;
}

/* A claim is settled by who comes first, and chasing is meant for whoever has it now. */
static bool
may_be_blind(enum event_kind kind)
{
	return kind == EVENT_CLAIM || kind == EVENT_URGE;
}

static bool
is_reporters_feedback(const struct deciding *d)
{
	return d->event->kind == EVENT_FEEDBACK && d->event->actor.id == d->dossier->issue.reporter;
}

/* ---- how it ends ---- */

static enum verdict
refused(struct deciding *d, enum refusal refusal)
{
	d->effects->reply.verdict = VERDICT_REFUSED;
	d->effects->reply.refusal = refusal;
	return VERDICT_REFUSED;
}

static enum verdict
done(struct deciding *d, struct dossier *dossier)
{
	const struct event *event = d->event;
	struct issue *issue = &d->issue;

	issue->version++;
	issue->last_at = d->now;
	set_dues(d, issue);
	issue->rank = issue_rank(issue);
	if (issue->handler != 0 && issue->handler == event->actor.id) {
		dossier->handler_code = event->actor.code;
		dossier->handler_name = event->actor.name;
	} else if (issue->handler != dossier->issue.handler) {
		dossier->handler_code = dossier->handler_name = TEXT_NONE;
	}
	dossier->issue = *issue;
	dossier->exists = true;
	d->effects->journal = (struct journal_entry){
		.version = issue->version,
		.state = issue->state,
		.tier = issue->tier,
		.holder = issue->holder,
		.handler = issue->handler,
		.release = issue->release,
		.due_at = issue->due_at,
		.next_due_at = issue->next_due_at,
		.event = event->kind,
		.at = d->now,
		.cause = issue->cause,
		.reason = event->reason,
		.actor = event->actor.id,
		.device = event->actor.device,
		.request = event->request,
		.text = event->text,
		.said = said_done(&d->said),
	};
	d->effects->reply.verdict = VERDICT_DONE;
	tell_state(d, issue, dossier);
	return VERDICT_DONE;
}

/* due_at: the earliest due of the running clocks but LEASE, which is nobody's promise; warn_at: when
 * four fifths of that clock are used. */
static void
set_dues(const struct deciding *d, struct issue *issue)
{
	const struct clock *first = NULL;

	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++) {
		const struct clock *clock = &issue->clocks[kind];

		if (kind == CLOCK_LEASE || clock->run != CLOCK_RUNNING ||
			instant_is_never(clock->due_at))
			continue;
		if (first == NULL || instant_before(clock->due_at, first->due_at))
			first = clock;
	}
	issue->due_at = first != NULL ? first->due_at : INSTANT_NEVER;
	issue->warn_at = first != NULL ? clock_warn_at(*first, decide_calendar(d, first->limit))
				       : INSTANT_NEVER;
	issue->next_due_at = decide_next_due(d->book, issue, d->now);
}

static void
tell_state(struct deciding *d, const struct issue *issue, const struct dossier *dossier)
{
	struct reply *reply = &d->effects->reply;

	reply->issue = issue->id;
	reply->version = issue->version;
	reply->state = issue->state;
	reply->tier = issue->tier;
	reply->holder = issue->holder;
	reply->handler = issue->handler;
	reply->handler_code = dossier->handler_code;
	reply->handler_name = dossier->handler_name;
	reply->due_at = issue->due_at;
	reply->cause = issue->cause;
}
