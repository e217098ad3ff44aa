/* check.h — the form of every field a client may send, as one table: private to wire. */
#ifndef HUYING_WIRE_CHECK_H
#define HUYING_WIRE_CHECK_H

#include <stdbool.h>

#include "base/arena.h"
#include "core/vocab/vocab.h"

struct ProtobufCMessage;

/* The first fault of `message` or anything inside it, with its path in ret_detail: unknown fields
 * (where they are refused), lengths, UTF-8, ranges, enums. `name` begins the path; NULL = nothing. */
enum refusal check_message(struct arena *arena, const struct ProtobufCMessage *message, const char *name,
	bool refuse_unknown, struct text *ret_detail);

#endif
