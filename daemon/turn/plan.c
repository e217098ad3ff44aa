/* plan.c — from a question to a look, and who may ask it. */
#include "turn/plan.h"

#include "core/actor.h"

static enum refusal plan_queue(struct look *look, const struct release *in_force, const struct wire_ask *ask,
	const struct actor *caller, struct text *ret_detail);
static enum refusal plan_area(struct look *look, const struct release *in_force, struct text area_code,
	const struct actor *caller, struct text *ret_detail);

static const enum look_kind LOOK_OF[] = {
	[WIRE_SHOW] = LOOK_SHOW,
	[WIRE_QUEUE] = LOOK_QUEUE,
	[WIRE_MINE] = LOOK_MINE,
	[WIRE_TASKS] = LOOK_TASKS,
	[WIRE_OVERDUE] = LOOK_OVERDUE_LIST,
	[WIRE_CONTACT] = LOOK_CONTACT,
	[WIRE_INBOX] = LOOK_INBOX,
};

enum refusal
plan_look(struct look *look, const struct wire_ask *ask, const struct release *in_force,
	const struct actor *caller, struct text *ret_detail)
{
	enum refusal refusal = actor_may_speak(caller);

	if (refusal != REFUSAL_NONE)
		return refusal;
	if (in_force == NULL)
		return REFUSAL_AREA;
	look->kind = LOOK_OF[ask->query];
	look->issue = ask->issue;
	look->after_version = ask->after_version;
	look->after = ask->after;
	look->open_only = ask->open_only;
	look->all = ask->all;
	look->soon = ask->soon;
	look->reason = ask->reason;
	look->actor = caller->id;
	look->device = caller->device;
	look->unit = caller->unit;
	look->limit = PLAN_ROWS_MAX;
	if (ask->query == WIRE_CONTACT)
		look->kind = LOOK_SHOW;
	if (ask->query == WIRE_QUEUE)
		return plan_queue(look, in_force, ask, caller, ret_detail);
	if (ask->query == WIRE_OVERDUE) {
		look->by = (enum look_by)(ask->by == 0 ? 0 : ask->by + 1);
		look->kind = ask->by == 0 ? LOOK_OVERDUE_LIST : LOOK_OVERDUE_COUNTS;
		return plan_area(look, in_force, ask->area_code, caller, ret_detail);
	}
	return REFUSAL_NONE;
}

enum refusal
plan_judge(struct look *look, const struct wire_ask *ask, const struct release *in_force,
	struct text *ret_detail)
{
	struct look again = *look;

	if (in_force == NULL)
		return REFUSAL_AREA;
	if (ask->query == WIRE_QUEUE)
		return plan_queue(&again, in_force, ask, &look->caller, ret_detail);
	if (ask->query == WIRE_OVERDUE)
		return plan_area(&again, in_force, ask->area_code, &look->caller, ret_detail);
	for (size_t i = 0; i < look->notices_count; i++) {
		struct look_notice *notice = &look->notices[i];

		notice->hidden = !actor_may_see(&look->caller, &notice->issue, in_force);
	}
	if (look->kind == LOOK_SHOW &&
		(look->issues_count == 0 || !actor_may_see(&look->caller, &look->issues[0].issue, in_force)))
		return REFUSAL_UNKNOWN_ISSUE;
	return REFUSAL_NONE;
}

bool
plan_is_stale(const struct look *look, const struct wire_ask *ask, const struct actor *caller)
{
	if (ask->query == WIRE_QUEUE && ask->unit_code.len == 0)
		return look->unit != caller->unit;
	if (ask->query == WIRE_TASKS)
		return look->unit != caller->unit || look->actor != caller->id;
	return (ask->query == WIRE_MINE || ask->query == WIRE_INBOX) && look->actor != caller->id;
}

/* Another unit's queue is for supervisors whose area covers that unit's. */
static enum refusal
plan_queue(struct look *look, const struct release *in_force, const struct wire_ask *ask,
	const struct actor *caller, struct text *ret_detail)
{
	const struct unit *unit;

	look->desk = ask->desk;
	if (ask->unit_code.len == 0)
		return REFUSAL_NONE;
	unit = units_find(in_force->units, ask->unit_code);
	*ret_detail = ask->unit_code;
	if (unit == NULL)
		return REFUSAL_UNKNOWN_UNIT;
	if (unit->id != caller->unit && !(actor_has(caller, ROLE_SUPERVISOR) &&
						places_cover(in_force->places, caller->area, unit->place)))
		return REFUSAL_AREA;
	look->unit = unit->id;
	return REFUSAL_NONE;
}

/* Overdue lists are for those who answer for an area: a tier place, or a part of it. */
static enum refusal
plan_area(struct look *look, const struct release *in_force, struct text area_code,
	const struct actor *caller, struct text *ret_detail)
{
	const uint32_t desks = ROLE_BIT(ROLE_SUPERVISOR) | ROLE_BIT(ROLE_ACCEPTOR) | ROLE_BIT(ROLE_DISPATCHER) |
		ROLE_BIT(ROLE_DUTY_OFFICER) | ROLE_BIT(ROLE_CALLBACK);
	const struct place *area = places_get(in_force->places, caller->area);

	if ((caller->roles & desks) == 0)
		return REFUSAL_ROLE;
	if (area_code.len > 0) {
		const struct place *part = places_find(in_force->places, area_code);

		*ret_detail = area_code;
		if (part == NULL)
			return REFUSAL_UNKNOWN_PLACE;
		if (!places_cover(in_force->places, caller->area, part->id))
			return REFUSAL_AREA;
		area = part;
	}
	if (area == NULL || area->tier == 0)
		return REFUSAL_AREA;
	look->area = area->id;
	look->area_tier = area->tier;
	return REFUSAL_NONE;
}
