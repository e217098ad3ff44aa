/* encode.h — parts of what the server says, shared by encode.c and page.c: private to wire. */
#ifndef HUYING_WIRE_ENCODE_H
#define HUYING_WIRE_ENCODE_H

#include "wire/wire.h"

struct Huying__FromServer;
struct Huying__Holder;
struct Huying__Instant;
struct Huying__Issue;
struct Huying__Notice;

/* A copy with a NUL; the empty text is protobuf-c's own empty string. */
char *encode_string(struct arena *arena, struct text text);
/* NULL for INSTANT_NEVER. */
struct Huying__Instant *encode_instant(struct arena *arena, struct instant at);
/* The exact words; empty for REFUSAL_NONE. */
char *encode_words(const struct wire_names *names, enum refusal refusal);
struct Huying__Holder *encode_holder(struct arena *arena, const struct wire_names *names,
	struct holder holder, struct text handler_code, struct text handler_name);
/* `seen` gives what the issue itself does not hold; may be NULL. */
struct Huying__Issue *encode_issue(struct arena *arena, const struct wire_names *names,
	const struct issue *issue, const struct look_issue *seen);

struct Huying__Notice *encode_notice(struct arena *arena, const struct wire_names *names,
	const struct look_notice *notice);

struct text encode_unit_code(const struct wire_names *names, int32_t unit);
struct text encode_unit_name(const struct wire_names *names, int32_t unit);
/* The whole frame. */
struct text encode_frame(struct arena *arena, const struct Huying__FromServer *frame);

#endif
