/* session.c — who may say hello, and what one enrolment code may do once. */
#include "core/session.h"

#include <string.h>

static bool key_is(const struct key *a, const struct key *b);

enum refusal
session_hello(const struct actor *actor, const struct hello *hello, bool *ret_refill)
{
	enum refusal refusal = actor_may_speak(actor);

	if (refusal != REFUSAL_NONE)
		return refusal;
	/* A newer client may speak: it is told our version and keeps to it. */
	if (hello->protocol_version < 1)
		return REFUSAL_BAD_VERSION;
	*ret_refill = actor_has(actor, ROLE_COLLECTOR) && hello->numbers_left < RESERVE_LOW;
	return REFUSAL_NONE;
}

enum refusal
session_enrol(const struct actor *actor, const struct key *key, struct instant now)
{
	static const struct key none;

	if (actor->device_state == DEVICE_UNKNOWN)
		return REFUSAL_KEY_UNKNOWN;
	if (actor->device_state == DEVICE_REVOKED)
		return REFUSAL_KEY_REVOKED;
	if (!actor->active)
		return REFUSAL_ACTOR_DISABLED;
	if (key_is(key, &none))
		return REFUSAL_BAD_VALUE;
	if (actor->device_state == DEVICE_ACTIVE)
		return key_is(key, &actor->device_key) ? REFUSAL_NONE : REFUSAL_CODE_USED;
	/* A device that waits for its key is known by its code alone. */
	if (!actor->by_code)
		return REFUSAL_KEY_UNKNOWN;
	return instant_before(now, actor->code_expires_at) ? REFUSAL_NONE : REFUSAL_CODE_EXPIRED;
}

static bool
key_is(const struct key *a, const struct key *b)
{
	return memcmp(a->bytes, b->bytes, KEY_BYTES) == 0;
}
