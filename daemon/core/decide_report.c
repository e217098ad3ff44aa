/* decide_report.c — a report comes in, and a desk supplies what it lacked.
 *
 * Both end in the same question: are place, class, standard row and lead unit known? What is missing
 * says which desk holds it, and nothing is refused for want of a rule. */
#include "core/decide_parts.h"

#include "base/must.h"

#define SEVERITY_DEFAULT 3

static enum refusal find_place(struct deciding *d);
static bool is_contradiction(const struct deciding *d, int32_t place, int32_t point_place);
static enum refusal find_time(struct deciding *d);
static enum refusal find_number(struct deciding *d);
static void open_issue(struct deciding *d);
static enum cause find_standard(struct deciding *d);
static void settle(struct deciding *d, enum cause standard_cause);
static void begin_at(struct deciding *d, int32_t unit, enum desk desk, enum cause cause);
static void go_on(struct deciding *d, const struct route *route);
static void say_report(struct deciding *d);

static enum refusal correct_place(struct deciding *d);
static enum refusal correct_standard(struct deciding *d);
static void set_place(struct deciding *d, int32_t place);
static void set_handle_limit(struct deciding *d);
static void say_filing(struct deciding *d);
static struct route find_route(const struct deciding *d);

enum refusal
decide_report(struct deciding *d)
{
	const struct report *report = &d->event->report;
	enum refusal refusal;

	if (report->class_code.len == 0 && d->event->text.len == 0)
		return decide_refuse(d, REFUSAL_MISSING_FIELD, TEXT("class_code"));
	if (report->class_code.len > 0 && !class_is_valid(report->class_code))
		return decide_refuse(d, REFUSAL_CLASS, report->class_code);
	open_issue(d);
	if ((refusal = find_place(d)) != REFUSAL_NONE || (refusal = find_time(d)) != REFUSAL_NONE ||
		(refusal = find_number(d)) != REFUSAL_NONE)
		return refusal;
	say_report(d);
	settle(d, find_standard(d));
	return REFUSAL_NONE;
}

enum refusal
decide_file(struct deciding *d)
{
	const struct filing *file = &d->event->file;
	const struct unit *lead = NULL;
	struct route route;
	enum refusal refusal;

	if (file->no_limit && d->event->text.len == 0)
		return decide_refuse(d, REFUSAL_MISSING_FIELD, TEXT("text"));
	if ((refusal = correct_place(d)) != REFUSAL_NONE ||
		(refusal = correct_standard(d)) != REFUSAL_NONE)
		return refusal;
	if (file->lead_code.len > 0) {
		lead = decide_unit(d, file->lead_code);
		if (lead == NULL)
			return decide_refuse(d, REFUSAL_UNKNOWN_UNIT, file->lead_code);
	}
	say_filing(d);
	set_handle_limit(d);
	decide_clock_stop(d, CLOCK_ACCEPT, CAUSE_PERSON);
	route = find_route(d);
	if (lead != NULL) {
		route.lead = lead->id;
		route.cause = CAUSE_PERSON;
		route.auto_dispatch = true;
	}
	go_on(d, &route);
	return REFUSAL_NONE;
}

/* ---- report ---- */

static void
open_issue(struct deciding *d)
{
	const struct report *report = &d->event->report;

	d->issue = (struct issue){
		.state = ISSUE_REPORTED,
		.latitude = report->latitude,
		.longitude = report->longitude,
		.class_code = report->class_code,
		.severity = report->severity,
		.reporter = d->event->actor.id,
		.release = d->rules->number,
		.received_at = d->now,
		.outside_due_at = report->outside_due_at,
	};
}

/* Place code before unit code before point. A point inside what was named is only more exact. */
static enum refusal
find_place(struct deciding *d)
{
	const struct report *report = &d->event->report;
	const struct places *places = d->in_force->places;
	int32_t place = 0;

	if (report->place_code.len > 0) {
		const struct place *named = places_find(places, report->place_code);

		if (named == NULL)
			return decide_refuse(d, REFUSAL_UNKNOWN_PLACE, report->place_code);
		place = named->id;
	}
	if (report->unit_code.len > 0) {
		const struct unit *unit = decide_unit(d, report->unit_code);

		if (unit == NULL)
			return decide_refuse(d, REFUSAL_UNKNOWN_UNIT, report->unit_code);
		if (place == 0)
			place = unit->place;
	}
	if (place == 0 || places_cover(places, place, report->point_place))
		place = report->point_place != 0 ? report->point_place : place;
	set_place(d, place);
	return REFUSAL_NONE;
}

static bool
is_contradiction(const struct deciding *d, int32_t place, int32_t point_place)
{
	const struct places *places = d->in_force->places;

	return place != 0 && point_place != 0 && !places_cover(places, place, point_place) &&
		!places_cover(places, point_place, place);
}

static enum refusal
find_time(struct deciding *d)
{
	const struct policies *policies = d->rules->policies;
	struct instant observed_at = d->event->report.observed_at;

	if (instant_is_never(observed_at))
		observed_at = d->now;
	if (instant_before(instant_add(d->now, policies->observed_ahead_max), observed_at))
		return decide_refuse(d, REFUSAL_TOO_EARLY, TEXT("observed_at"));
	if (policies->observed_age_max.us > 0 &&
		instant_before(instant_add(observed_at, policies->observed_age_max), d->now))
		return decide_refuse(d, REFUSAL_TOO_OLD, TEXT("observed_at"));
	d->issue.observed_at = instant_min(observed_at, d->now);
	return REFUSAL_NONE;
}

static enum refusal
find_number(struct deciding *d)
{
	int64_t id = d->event->report.id;

	if (id == 0) {
		must(d->dossier->fresh_id > 0);
		d->issue.id = d->dossier->fresh_id;
		return REFUSAL_NONE;
	}
	if (!d->dossier->reserve_holds)
		return decide_refuse(d, REFUSAL_NUMBER_NOT_YOURS, TEXT("issue_id"));
	if (d->dossier->exists)
		return decide_refuse(d, REFUSAL_NUMBER_TAKEN, TEXT("issue_id"));
	d->issue.id = id;
	return REFUSAL_NONE;
}

/* The severity told chooses among rows; the row's own, or the middle, fills in what was not told. */
static enum cause
find_standard(struct deciding *d)
{
	const struct report *report = &d->event->report;
	const struct standard *standard;
	enum cause cause = CAUSE_NO_CLASS;

	if (report->class_code.len > 0)
		d->issue.standard = route_standard(d->rules->standards, report->class_code,
			report->condition_code, report->severity, TEXT_NONE, &cause);
	standard = decide_standard(d);
	if (d->issue.severity == 0)
		d->issue.severity = standard != NULL && standard->severity != 0
			? standard->severity : SEVERITY_DEFAULT;
	return cause;
}

/* Which desk holds it, and how far the rules carry it at once. */
static void
settle(struct deciding *d, enum cause standard_cause)
{
	struct issue *issue = &d->issue;
	int32_t area = issue->place != 0 ? issue->place : d->event->actor.area;
	int32_t backstop = route_backstop_unit(d->in_force, d->now);
	struct route route;

	issue->entry_unit =
		route_desk_unit(d->in_force, area, d->rules->policies->desk_tier, d->now);
	if (issue->place == 0) {
		begin_at(d, issue->entry_unit, DESK_INTAKE, CAUSE_NO_PLACE);
		return;
	}
	if (standard_cause == CAUSE_NO_STANDARD) {
		begin_at(d, backstop, DESK_BACKSTOP, standard_cause);
		return;
	}
	if (standard_cause != CAUSE_RULE) {
		begin_at(d, issue->entry_unit, DESK_INTAKE, standard_cause);
		return;
	}
	route = find_route(d);
	if (route.cause == CAUSE_NO_UNIT) {
		begin_at(d, backstop, DESK_BACKSTOP, CAUSE_NO_UNIT);
		return;
	}
	begin_at(d, issue->entry_unit, DESK_INTAKE, route.cause);
	if (!route.auto_file)
		return;
	decide_clock_stop(d, CLOCK_ACCEPT, CAUSE_RULE);
	go_on(d, &route);
}

static void
begin_at(struct deciding *d, int32_t unit, enum desk desk, enum cause cause)
{
	struct issue *issue = &d->issue;
	const struct standard *standard = decide_standard(d);

	decide_hold(d, unit, desk);
	issue->cause = cause;
	decide_clock_start(d, CLOCK_ACCEPT, decide_limit(d, CLOCK_ACCEPT, issue->tier), d->now,
		cause);
	decide_clock_start(d, CLOCK_BUNDLE, decide_limit(d, CLOCK_BUNDLE, issue->tier), d->now,
		cause);
	if (standard != NULL && standard->runs_from != RUNS_FROM_DISPATCHED)
		decide_handle_start(d);
}

/* Filed; and dispatched at once where the lead is certain. */
static void
go_on(struct deciding *d, const struct route *route)
{
	struct issue *issue = &d->issue;

	issue->state = ISSUE_FILED;
	issue->cause = route->cause;
	decide_hold(d, issue->entry_unit, DESK_DISPATCH);
	decide_clock_start(d, CLOCK_DISPATCH, decide_limit(d, CLOCK_DISPATCH, issue->tier), d->now,
		route->cause);
	if (route->lead == 0 || !route->auto_dispatch)
		return;
	decide_dispatch_to(d, route->lead, route->cause);
	decide_assist(d, route->assist, route->assist_count);
}

static void
say_report(struct deciding *d)
{
	const struct report *report = &d->event->report;
	const struct place *seen = places_get(d->in_force->places, report->point_place);

	said_text(&d->said, "class", report->class_code);
	said_text(&d->said, "condition", report->condition_code);
	said_text(&d->said, "place", report->place_code);
	said_text(&d->said, "unit", report->unit_code);
	if (report->latitude != ISSUE_MICRODEGREES_NONE)
		said_point(&d->said, "point", report->latitude, report->longitude);
	if (seen != NULL && is_contradiction(d, d->issue.place, report->point_place))
		said_text(&d->said, "point_lies_in", seen->code);
	if (!instant_is_never(report->observed_at))
		said_number(&d->said, "observed_us", report->observed_at.us);
	said_photos(&d->said, report->photos, report->photos_count);
	said_text(&d->said, "source", report->source);
	said_text(&d->said, "reference", report->reference);
}

/* ---- file ---- */

static enum refusal
correct_place(struct deciding *d)
{
	const struct filing *file = &d->event->file;

	if (file->place_code.len > 0) {
		const struct place *place = places_find(d->in_force->places, file->place_code);

		if (place == NULL)
			return decide_refuse(d, REFUSAL_UNKNOWN_PLACE, file->place_code);
		set_place(d, place->id);
		d->issue.entry_unit = route_desk_unit(d->in_force, place->id,
			d->rules->policies->desk_tier, d->now);
	}
	if (d->issue.place == 0)
		return decide_refuse(d, REFUSAL_INCOMPLETE, TEXT("place_code"));
	return REFUSAL_NONE;
}

/* Only what is given is changed; a row that was found already stays when nothing speaks against it. */
static enum refusal
correct_standard(struct deciding *d)
{
	const struct filing *file = &d->event->file;
	struct issue *issue = &d->issue;
	const struct standard *standard;
	enum cause cause = CAUSE_NO_CLASS;

	if (file->class_code.len > 0 && !class_is_valid(file->class_code))
		return decide_refuse(d, REFUSAL_CLASS, file->class_code);
	if (file->class_code.len > 0)
		issue->class_code = file->class_code;
	if (file->severity != 0)
		issue->severity = file->severity;
	if (issue->standard != 0 && file->class_code.len == 0 && file->condition_code.len == 0 &&
		file->severity == 0)
		return REFUSAL_NONE;
	issue->standard = 0;
	if (issue->class_code.len > 0)
		issue->standard = route_standard(d->rules->standards, issue->class_code,
			file->condition_code, file->severity, TEXT_NONE, &cause);
	standard = decide_standard(d);
	if (standard != NULL && standard->severity != 0 && file->severity == 0)
		issue->severity = standard->severity;
	if (standard != NULL)
		return REFUSAL_NONE;
	if (file->condition_code.len > 0)
		return decide_refuse(d, REFUSAL_UNKNOWN_STANDARD, file->condition_code);
	if (file->no_limit)
		return REFUSAL_NONE;
	return decide_refuse(d, REFUSAL_INCOMPLETE, cause == CAUSE_NO_CLASS ? TEXT("class_code")
		: cause == CAUSE_AMBIGUOUS ? TEXT("condition_code") : TEXT("no_limit"));
}

static void
set_place(struct deciding *d, int32_t id)
{
	const struct place *place = places_get(d->in_force->places, id);

	d->issue.place = place != NULL ? id : 0;
	for (int tier = 1; place != NULL && tier <= TIER_MAX; tier++)
		d->issue.area[tier] = place->area[tier];
}

/* HANDLE runs from now on by what the desk decided: a row newly known starts it where the row says,
 * another row gives it another limit with the time used kept (hard part H7), and "no limit" is
 * started at once, so that the choice is not forgotten before it is dispatched. */
static void
set_handle_limit(struct deciding *d)
{
	const struct standard *standard = decide_standard(d);
	bool no_limit = d->event->file.no_limit || standard == NULL;
	struct limit limit = no_limit ? decide_limit(d, CLOCK_HANDLE, d->issue.tier)
				      : standard->limit;

	if (d->issue.clocks[CLOCK_HANDLE].run != CLOCK_OFF)
		decide_clock_retarget(d, CLOCK_HANDLE, limit, CAUSE_PERSON);
	else if (no_limit)
		decide_clock_start(d, CLOCK_HANDLE, limit, d->now, CAUSE_PERSON);
	else if (standard->runs_from != RUNS_FROM_DISPATCHED)
		decide_handle_start(d);
}

static void
say_filing(struct deciding *d)
{
	const struct filing *file = &d->event->file;
	const struct standard *standard = decide_standard(d);

	said_text(&d->said, "class", file->class_code);
	said_text(&d->said, "condition", standard != NULL ? standard->condition_code : TEXT_NONE);
	said_text(&d->said, "place", file->place_code);
	said_text(&d->said, "lead", file->lead_code);
	if (file->severity != 0)
		said_number(&d->said, "severity", file->severity);
	if (standard != NULL)
		said_number(&d->said, "standard", standard->id);
	if (file->no_limit)
		said_flag(&d->said, "no_limit", true);
}

static struct route
find_route(const struct deciding *d)
{
	return route_find(d->rules, d->in_force, decide_standard(d), d->issue.class_code,
		d->issue.place, d->issue.severity, d->now);
}
