/* explain.c — the arithmetic behind an issue, by the functions that decide. */
#include "core/explain.h"

#include "core/decide_parts.h"

static struct clock_view view_of(const struct release *rules, const struct release *in_force,
	enum clock_kind kind, struct clock clock, struct instant now);
static struct text route_words(struct arena *arena, const struct release *rules,
	const struct release *in_force, const struct issue *issue, struct instant now);
static struct text rule_words(struct arena *arena, const struct release *in_force,
	const struct route_rule *rule, struct text lead);
static struct text or_any(struct text text);
static struct text unit_code(const struct release *in_force, int32_t unit);

struct explanation
explain(struct arena *arena, const struct rulebook *book, const struct issue *issue, struct instant now)
{
	const struct release *rules = rulebook_release(book, issue->release);
	const struct release *in_force = rulebook_in_force(book, now);
	struct explanation explanation = {.next_at = INSTANT_NEVER};
	const struct standard *standard;
	struct upcoming next;

	if (rules == NULL)
		return explanation;
	if (in_force == NULL)
		in_force = rules;
	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++) {
		if (issue->clocks[kind].run != CLOCK_OFF)
			explanation.clocks[explanation.clocks_count++] = view_of(rules, in_force,
				(enum clock_kind)kind, issue->clocks[kind], now);
	}
	standard = standards_get(rules->standards, issue->standard);
	if (standard != NULL) {
		explanation.standard =
			standard->condition.len > 0 ? standard->condition : standard->class_name;
		explanation.close_condition = standard->close_condition;
	}
	explanation.route = route_words(arena, rules, in_force, issue, now);
	if (!issue_is_open(issue))
		return explanation;
	next = decide_upcoming(book, issue, now);
	explanation.next_at = next.at;
	explanation.next_clock = next.clock;
	explanation.next_action = next.step != NULL ? next.step->action : 0;
	return explanation;
}

static struct clock_view
view_of(const struct release *rules, const struct release *in_force, enum clock_kind kind,
	struct clock clock, struct instant now)
{
	const struct calendar *calendar = release_calendar(in_force, clock.limit);

	if (calendar == NULL)
		calendar = release_calendar(rules, clock.limit);
	return (struct clock_view){
		.clock = kind,
		.state = clock,
		.calendar = calendar != NULL ? calendar_code(calendar) : TEXT_NONE,
		.used = clock_used(clock, calendar, now),
		.remaining = clock_remaining(clock, calendar, now),
		.provisional = calendar != NULL && clock.run == CLOCK_RUNNING &&
			!instant_is_never(clock.due_at) &&
			calendar_is_provisional(calendar, clock.due_at),
	};
}

/* The rules are asked again: when they name the unit that leads, they say why; when not, a person or
 * a ladder brought it there. */
static struct text
route_words(struct arena *arena, const struct release *rules, const struct release *in_force,
	const struct issue *issue, struct instant now)
{
	struct text lead = unit_code(in_force, issue->lead_unit);
	struct route route;

	if (issue->lead_unit == 0 || issue->place == 0)
		return TEXT_NONE;
	route = route_find(rules, in_force, standards_get(rules->standards, issue->standard),
		issue->class_code, issue->place, issue->severity, now);
	if (route.lead != issue->lead_unit)
		return arena_format(arena, "unit %.*s: %s", (int)lead.len, lead.data,
			cause_word(issue->cause == CAUSE_LADDER ? CAUSE_LADDER : CAUSE_PERSON));
	if (route.competence != NULL) {
		struct text class_code = or_any(route.competence->class_code);

		return arena_format(arena, "unit %.*s: competent for %.*s, priority %d",
			(int)lead.len, lead.data, (int)class_code.len, class_code.data,
			route.competence->priority);
	}
	if (route.rule == NULL || (route.rule->lead == 0 && route.rule->lead_kind.len == 0))
		return arena_format(arena, "unit %.*s: named by the standard row", (int)lead.len,
			lead.data);
	return rule_words(arena, in_force, route.rule, lead);
}

static struct text
rule_words(struct arena *arena, const struct release *in_force, const struct route_rule *rule,
	struct text lead)
{
	const struct place *place = places_get(in_force->places, rule->place);
	struct text where = or_any(place != NULL ? place->code : TEXT_NONE);
	struct text class_code = or_any(rule->class_code);

	return arena_format(arena, "unit %.*s: route with priority %d, class %.*s, place %.*s%s%.*s",
		(int)lead.len, lead.data, rule->priority, (int)class_code.len, class_code.data,
		(int)where.len, where.data, rule->lead_kind.len > 0 ? ", nearest of kind " : "",
		(int)rule->lead_kind.len, rule->lead_kind.len > 0 ? rule->lead_kind.data : "");
}

static struct text
or_any(struct text text)
{
	return text.len > 0 ? text : TEXT("any");
}

static struct text
unit_code(const struct release *in_force, int32_t unit)
{
	const struct unit *row = units_get(in_force->units, unit);

	return row != NULL ? row->code : TEXT_NONE;
}
