/* route.c — which unit leads, which assist, and who decides when the rules do not.
 *
 * The first rule that matches names the lead, a kind of lead, or leaves it to competence. Competent
 * units are scored by (tier, priority, length of the class); equals at the top are an ambiguity. A
 * standard row's own candidates narrow the competent ones; where nobody is competent by rows, those
 * of them that serve the place stand for themselves. */
#include "core/route.h"

#define PLACE_DEPTH_MAX 64

/* One possible lead, with what it is judged by. */
struct candidate {
	int32_t unit;
	int32_t tier, priority;
	size_t specific;  /* bytes of the competence's class */
	size_t listed;    /* position in the standard row's list; its length when not there */
	const struct competence *competence;
};

struct candidates {
	struct candidate rows[ROUTE_CANDIDATES_MAX];
	size_t count;
};

/* What is asked, once, instead of seven arguments everywhere. */
struct question {
	const struct release *in_force;
	const struct standard *standard; /* NULL = none */
	struct text class_code;
	int32_t place;
	struct instant now;
};

static const struct route_rule *rule_for(const struct release *rules, const struct question *question,
	int32_t severity);
static void lead_by_rule(const struct question *question, const struct route_rule *rule,
	struct route *route);
static void lead_of_kind(const struct question *question, struct text kind, struct route *route);
static void lead_by_competence(const struct question *question, struct route *route);
static void collect(const struct question *question, enum duty duty, struct candidates *found);
static void collect_unit(const struct question *question, const struct competence *competence,
	struct candidates *found);
static void collect_kind(const struct question *question, const struct competence *competence,
	struct candidates *found);
static void candidate_add(const struct question *question, const struct competence *competence,
	const struct unit *unit, struct candidates *found);
static void keep_listed(const struct question *question, struct candidates *found);
static void add_assistants(const struct question *question, const struct route_rule *rule,
	struct route *route);
static void add_assist(struct route *route, int32_t unit);
static void candidate_insert(struct candidates *found, struct candidate candidate);
static int candidate_order(const struct candidate *a, const struct candidate *b);
static size_t listed_at(const struct standard *standard, int32_t unit);

struct route
route_find(const struct release *rules, const struct release *in_force,
	const struct standard *standard, struct text class_code, int32_t place, int32_t severity,
	struct instant now)
{
	struct question question = {in_force, standard, class_code, place, now};
	const struct route_rule *rule = rule_for(rules, &question, severity);
	struct route route = {.auto_file = true, .auto_dispatch = true, .rule = rule};

	if (rule != NULL) {
		route.auto_file = rule->auto_file;
		route.auto_dispatch = rule->auto_dispatch;
	}
	if (rule != NULL && rule->lead != 0)
		lead_by_rule(&question, rule, &route);
	else if (rule != NULL && rule->lead_kind.len > 0)
		lead_of_kind(&question, rule->lead_kind, &route);
	else
		lead_by_competence(&question, &route);
	if (route.cause == CAUSE_RULE && !(route.auto_file && route.auto_dispatch))
		route.cause = CAUSE_MANUAL;
	add_assistants(&question, rule, &route);
	return route;
}

int32_t
route_standard(const struct standards *standards, struct text class_code, struct text condition_code,
	int32_t severity, struct text area_class, enum cause *ret_cause)
{
	int32_t from = 0, until = standards->by_class_count, fits = 0, count = 0;

	while (from < until) {
		int32_t middle = from + (until - from) / 2;
		const struct standard *row = &standards->rows[standards->by_class[middle]];

		if (text_compare(row->class_code, class_code) < 0)
			from = middle + 1;
		else
			until = middle;
	}
	for (; from < standards->by_class_count; from++) {
		const struct standard *row = &standards->rows[standards->by_class[from]];

		if (!text_equal(row->class_code, class_code))
			break;
		if (condition_code.len > 0 && !text_equal(row->condition_code, condition_code))
			continue;
		if (severity != 0 && row->severity != 0 && row->severity != severity)
			continue;
		if (area_class.len > 0 && row->area_class.len > 0 &&
			!text_equal(row->area_class, area_class))
			continue;
		fits = row->id;
		count++;
	}
	*ret_cause = count == 1 ? CAUSE_RULE : count == 0 ? CAUSE_NO_STANDARD : CAUSE_AMBIGUOUS;
	return count == 1 ? fits : 0;
}

int32_t
route_desk_unit(const struct release *in_force, int32_t place, int32_t desk_tier, struct instant now)
{
	const struct place *at = places_get(in_force->places, place);

	for (int depth = 0; at != NULL && depth < PLACE_DEPTH_MAX; depth++) {
		const struct unit *unit = units_of_place(in_force->units, at->id, now);

		if (unit != NULL && unit->tier <= desk_tier)
			return unit->id;
		at = places_get(in_force->places, at->parent);
	}
	return route_backstop_unit(in_force, now);
}

/* By the parents first. A unit whose parents lead no higher (a property company on its own) goes to
 * the tier unit that serves its place. */
int32_t
route_unit_above(const struct release *in_force, int32_t unit, struct instant now)
{
	const struct unit *from = units_get(in_force->units, unit);
	const struct unit *up = from;
	const struct place *place;

	if (from == NULL)
		return 0;
	for (int depth = 0; up != NULL && depth < PLACE_DEPTH_MAX; depth++) {
		const struct unit *lasting = units_in_force(in_force->units, up->parent, now);

		if (lasting != NULL && lasting->tier < from->tier)
			return lasting->id;
		up = units_get(in_force->units, up->parent);
	}
	place = places_get(in_force->places, from->place);
	for (int32_t tier = from->tier - 1; place != NULL && tier >= TIER_DISTRICT; tier--) {
		const struct unit *lasting = units_of_place(in_force->units, place->area[tier], now);

		if (lasting != NULL && lasting->tier < from->tier)
			return lasting->id;
	}
	return 0;
}

int32_t
route_backstop_unit(const struct release *in_force, struct instant now)
{
	const struct unit *unit = units_of_place(in_force->units, in_force->places->root, now);

	return unit != NULL ? unit->id : 0;
}

/* ---- the lead ---- */

static const struct route_rule *
rule_for(const struct release *rules, const struct question *question, int32_t severity)
{
	for (size_t i = 0; i < rules->routes->count; i++) {
		const struct route_rule *rule = &rules->routes->rows[i];

		if (class_covers(rule->class_code, question->class_code) &&
			(rule->place == 0 ||
				places_cover(question->in_force->places, rule->place, question->place)) &&
			(rule->severity == 0 || rule->severity == severity))
			return rule;
	}
	return NULL;
}

static void
lead_by_rule(const struct question *question, const struct route_rule *rule, struct route *route)
{
	const struct unit *lead = units_in_force(question->in_force->units, rule->lead, question->now);

	route->cause = CAUSE_NO_UNIT;
	if (lead == NULL)
		return;
	route->lead = route->candidates[0] = lead->id;
	route->candidates_count = 1;
	route->cause = CAUSE_RULE;
}

/* Up the tree from the place: the first place with a unit of this kind decides. */
static void
lead_of_kind(const struct question *question, struct text kind, struct route *route)
{
	const struct units *units = question->in_force->units;
	const struct place *at = places_get(question->in_force->places, question->place);

	route->cause = CAUSE_NO_UNIT;
	for (int depth = 0; at != NULL && depth < PLACE_DEPTH_MAX; depth++) {
		for (int32_t i = units_at_place(units, at->id); i < units->by_place_count; i++) {
			const struct unit *unit = units_get(units, units->by_place[i]);

			if (unit->place != at->id || route->candidates_count == ROUTE_CANDIDATES_MAX)
				break;
			if (text_equal(unit->kind, kind) &&
				units_in_force(units, unit->id, question->now) == unit)
				route->candidates[route->candidates_count++] = unit->id;
		}
		if (route->candidates_count > 0)
			break;
		at = places_get(question->in_force->places, at->parent);
	}
	if (route->candidates_count == 0)
		return;
	route->cause = route->candidates_count == 1 ? CAUSE_RULE : CAUSE_AMBIGUOUS;
	route->lead = route->candidates_count == 1 ? route->candidates[0] : 0;
}

static void
lead_by_competence(const struct question *question, struct route *route)
{
	struct candidates found = {.count = 0};

	collect(question, DUTY_LEAD, &found);
	keep_listed(question, &found);
	for (size_t i = 0; i < found.count; i++)
		route->candidates[i] = found.rows[i].unit;
	route->candidates_count = found.count;
	if (found.count == 0) {
		route->cause = CAUSE_NO_UNIT;
	} else if (found.count > 1 && candidate_order(&found.rows[0], &found.rows[1]) == 0) {
		route->cause = CAUSE_AMBIGUOUS;
	} else {
		route->lead = found.rows[0].unit;
		route->competence = found.rows[0].competence;
		route->cause = CAUSE_RULE;
	}
}

/* ---- who is competent ---- */

static void
collect(const struct question *question, enum duty duty, struct candidates *found)
{
	const struct units *units = question->in_force->units;

	for (size_t i = 0; i < units->competences_count; i++) {
		const struct competence *competence = &units->competences[i];

		if (competence->duty != duty ||
			!class_covers(competence->class_code, question->class_code) ||
			(competence->place != 0 && !places_cover(question->in_force->places,
							   competence->place, question->place)))
			continue;
		if (competence->unit != 0)
			collect_unit(question, competence, found);
		else
			collect_kind(question, competence, found);
	}
}

/* A named unit may answer for a part of the tree that is not its own place; one that was merged is
 * followed to its successor. */
static void
collect_unit(const struct question *question, const struct competence *competence,
	struct candidates *found)
{
	const struct units *units = question->in_force->units;
	const struct unit *named = units_get(units, competence->unit);
	const struct unit *unit = units_in_force(units, competence->unit, question->now);

	if (named == NULL || unit == NULL)
		return;
	if (competence->place != 0 ||
		places_cover(question->in_force->places, named->place, question->place))
		candidate_add(question, competence, unit, found);
}

/* Every unit of the kind that serves the place: those of the places above it. */
static void
collect_kind(const struct question *question, const struct competence *competence,
	struct candidates *found)
{
	const struct units *units = question->in_force->units;
	const struct place *at = places_get(question->in_force->places, question->place);

	for (int depth = 0; at != NULL && depth < PLACE_DEPTH_MAX; depth++) {
		for (int32_t i = units_at_place(units, at->id); i < units->by_place_count; i++) {
			const struct unit *unit = units_get(units, units->by_place[i]);

			if (unit->place != at->id)
				break;
			if (text_equal(unit->kind, competence->kind) &&
				units_in_force(units, unit->id, question->now) == unit)
				candidate_add(question, competence, unit, found);
		}
		at = places_get(question->in_force->places, at->parent);
	}
}

static void
candidate_add(const struct question *question, const struct competence *competence,
	const struct unit *unit, struct candidates *found)
{
	candidate_insert(found, (struct candidate){.unit = unit->id, .tier = unit->tier,
		.priority = competence->priority, .specific = competence->class_code.len,
		.listed = listed_at(question->standard, unit->id), .competence = competence});
}

static void
keep_listed(const struct question *question, struct candidates *found)
{
	const struct standard *standard = question->standard;
	const struct units *units = question->in_force->units;
	struct candidates kept = {.count = 0};

	if (standard == NULL || standard->candidates_count == 0)
		return;
	for (size_t i = 0; i < found->count; i++) {
		if (found->rows[i].listed < standard->candidates_count)
			kept.rows[kept.count++] = found->rows[i];
	}
	if (kept.count > 0) {
		*found = kept;
		return;
	}
	for (size_t i = 0; i < standard->candidates_count; i++) {
		const struct unit *unit =
			units_in_force(units, standard->candidates[i], question->now);

		if (unit != NULL &&
			places_cover(question->in_force->places, unit->place, question->place))
			candidate_insert(found, (struct candidate){.unit = unit->id,
				.tier = unit->tier, .listed = i});
	}
}

/* Keeps the rows sorted, best first, one row a unit; the worst falls out when there are too many. */
static void
candidate_insert(struct candidates *found, struct candidate candidate)
{
	size_t at = 0;

	for (size_t i = 0; i < found->count; i++) {
		if (found->rows[i].unit != candidate.unit)
			continue;
		if (candidate_order(&found->rows[i], &candidate) <= 0)
			return;
		found->count--;
		for (size_t k = i; k < found->count; k++)
			found->rows[k] = found->rows[k + 1];
		break;
	}
	while (at < found->count) {
		int order = candidate_order(&found->rows[at], &candidate);

		if (order > 0 || (order == 0 && found->rows[at].listed > candidate.listed))
			break;
		at++;
	}
	if (at == ROUTE_CANDIDATES_MAX)
		return;
	if (found->count < ROUTE_CANDIDATES_MAX)
		found->count++;
	for (size_t k = found->count - 1; k > at; k--)
		found->rows[k] = found->rows[k - 1];
	found->rows[at] = candidate;
}

/* Below 0: `a` goes first. 0: equal, whatever their place in a list says. */
static int
candidate_order(const struct candidate *a, const struct candidate *b)
{
	if (a->tier != b->tier)
		return a->tier > b->tier ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->specific != b->specific)
		return a->specific > b->specific ? -1 : 1;
	return 0;
}

static size_t
listed_at(const struct standard *standard, int32_t unit)
{
	size_t at = 0;

	if (standard == NULL)
		return 0;
	while (at < standard->candidates_count && standard->candidates[at] != unit)
		at++;
	return at;
}

/* ---- who assists ---- */

static void
add_assistants(const struct question *question, const struct route_rule *rule, struct route *route)
{
	struct candidates found = {.count = 0};

	for (size_t i = 0; rule != NULL && i < rule->assist_count; i++) {
		const struct unit *unit =
			units_in_force(question->in_force->units, rule->assist[i], question->now);

		if (unit != NULL)
			add_assist(route, unit->id);
	}
	collect(question, DUTY_ASSIST, &found);
	for (size_t i = 0; i < found.count; i++)
		add_assist(route, found.rows[i].unit);
}

static void
add_assist(struct route *route, int32_t unit)
{
	if (unit == route->lead || route->assist_count == ASSIST_MAX)
		return;
	for (size_t i = 0; i < route->assist_count; i++) {
		if (route->assist[i] == unit)
			return;
	}
	route->assist[route->assist_count++] = unit;
}
