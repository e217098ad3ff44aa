/* actor.c — may this device speak, may this person see. */
#include "core/actor.h"

#include "core/issue.h"
#include "core/rulebook.h"

/* Roles that work with other people's issues over an area, not only at their own unit. */
#define ROLES_OVER_AREA                                                                            \
	(ROLE_BIT(ROLE_ACCEPTOR) | ROLE_BIT(ROLE_DISPATCHER) | ROLE_BIT(ROLE_DUTY_OFFICER) |       \
		ROLE_BIT(ROLE_CALLBACK) | ROLE_BIT(ROLE_SUPERVISOR))

enum refusal
actor_may_speak(const struct actor *actor)
{
	switch (actor->device_state) {
	case DEVICE_UNKNOWN:
		return REFUSAL_KEY_UNKNOWN;
	case DEVICE_REVOKED:
		return REFUSAL_KEY_REVOKED;
	case DEVICE_ENROLLING:
	case DEVICE_ACTIVE:
		break;
	}
	if (!actor->active)
		return REFUSAL_ACTOR_DISABLED;
	if (actor->by_code || actor->device_state == DEVICE_ENROLLING)
		return REFUSAL_CODE_ONLY_ENROLS;
	return REFUSAL_NONE;
}

bool
actor_may_see(const struct actor *actor, const struct issue *issue, const struct release *in_force)
{
	if (actor->id != 0 && actor->id == issue->reporter)
		return true;
	if (actor->unit != 0 && (actor->unit == issue->holder.unit || actor->unit == issue->lead_unit ||
		actor->unit == issue->entry_unit))
		return true;
	return (actor->roles & ROLES_OVER_AREA) != 0 && actor_covers(actor, issue, in_force);
}

bool
actor_covers(const struct actor *actor, const struct issue *issue, const struct release *in_force)
{
	const struct unit *entry;

	if (issue->place != 0)
		return places_cover(in_force->places, actor->area, issue->place);
	entry = units_get(in_force->units, issue->entry_unit);
	return entry != NULL && places_cover(in_force->places, actor->area, entry->place);
}
