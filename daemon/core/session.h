/* session.h — enrolment and hello, decided like everything else: values in, values out. */
#ifndef HUYING_CORE_SESSION_H
#define HUYING_CORE_SESSION_H

#include "core/actor.h"
#include "core/effects.h"

#define PROTOCOL_VERSION 1
#define RESERVE_SIZE 20 /* numbers a collector's device gets at once */
#define RESERVE_LOW 10  /* refilled when it has fewer left */

struct hello {
	int32_t protocol_version;
	int32_t numbers_left;
	struct text language; /* "zh", "en" or empty */
};

/* REFUSAL_NONE: send Welcome; *ret_refill says whether numbers are due with it. */
enum refusal session_hello(const struct actor *actor, const struct hello *hello, bool *ret_refill);

/* REFUSAL_NONE: the device's key becomes `key`, and the code is spent. Enrolling the same key once
 * more is answered alike (the first answer may have been lost); another key is CODE_USED. */
enum refusal session_enrol(const struct actor *actor, const struct key *key, struct instant now);

#endif
