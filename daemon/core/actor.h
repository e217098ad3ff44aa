/* actor.h — who acts, with which device, and whether he may.
 *
 * Read in the transaction of the batch that judges the command, so a revocation holds from the next
 * message on. Roles, unit and area come from here and from nowhere else (peers' defect D24). */
#ifndef HUYING_CORE_ACTOR_H
#define HUYING_CORE_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "core/instant.h"
#include "core/vocab/vocab.h"

#define KEY_BYTES 32

struct key {
	uint8_t bytes[KEY_BYTES]; /* CURVE public key */
};

enum device_state {
	DEVICE_UNKNOWN = 0, /* no device has this key, or had this code */
	DEVICE_ENROLLING,   /* waits for the key that its code will bring */
	DEVICE_ACTIVE,
	DEVICE_REVOKED
};

struct actor {
	int32_t id;           /* 0 = the system itself, or nobody found */
	struct text code, name;
	int32_t unit;
	int32_t area;         /* place id: the subtree he answers for */
	uint32_t roles;       /* ROLE_BIT(…) */
	bool active;
	int32_t device;       /* number; outlives a change of key */
	enum device_state device_state;
	bool by_code;         /* speaks with the enrolment code's key: may enrol and nothing else */
	struct key device_key;/* the enrolled key; zero while DEVICE_ENROLLING */
	struct instant code_expires_at; /* INSTANT_NEVER once it is spent */
};

struct issue;
struct release;

static inline bool
actor_has(const struct actor *actor, enum role role)
{
	return (actor->roles & ROLE_BIT(role)) != 0;
}

/* REFUSAL_NONE when device and person may speak at all. */
enum refusal actor_may_speak(const struct actor *actor);

/* May he see this issue? Own report; at the unit that holds, led or first received it; or a desk's
 * or supervisor's role over an area that covers it. */
bool actor_may_see(const struct actor *actor, const struct issue *issue,
	const struct release *in_force);
/* Does his area cover the issue's place (or, without one, the area of its entry unit)? */
bool actor_covers(const struct actor *actor, const struct issue *issue,
	const struct release *in_force);

#endif
