/* wire.h — bytes ↔ core values (protobuf-c). No sockets.
 *
 * The border: text is proved to be clean UTF-8, enums and ranges are checked, unknown fields of
 * clients that speak our version or an older one are refused by number. What passes is a value the
 * core can trust in form. Decoding is bounded: 256 KB and 512 allocations a message. */
#ifndef HUYING_WIRE_WIRE_H
#define HUYING_WIRE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "core/effects.h"
#include "core/event.h"
#include "core/look.h"
#include "core/rulebook.h"
#include "core/session.h"

enum wire_kind {
	WIRE_HELLO,
	WIRE_ENROL,
	WIRE_PING,
	WIRE_COMMAND,
	WIRE_QUERY,
	WIRE_ACKNOWLEDGE,
	WIRE_SUBSCRIBE,  /* `ask` says to what */
	WIRE_UNSUBSCRIBE
};

enum wire_query {
	WIRE_SHOW = 1,
	WIRE_QUEUE,
	WIRE_MINE,
	WIRE_TASKS,
	WIRE_OVERDUE,
	WIRE_CONTACT,
	WIRE_INBOX
};

struct wire_ask { /* WIRE_QUERY */
	enum wire_query query;
	int64_t issue;
	int32_t after_version;
	enum desk desk;              /* 0 = all */
	struct text unit_code, area_code, reason;
	uint64_t after;
	bool open_only, all;
	int32_t by;                  /* OverdueQuery.By */
	struct span soon;
};

struct wire_message {
	enum wire_kind kind;
	uint64_t tag;                /* PING, QUERY, ACKNOWLEDGE */
	bool has_request;            /* event.request is set: also when the command is refused */
	struct event event;          /* COMMAND; digest included */
	struct hello hello;
	struct key new_key;          /* ENROL */
	struct text device_name;
	struct wire_ask ask;
	const uint64_t *notice_ids;  /* ACKNOWLEDGE */
	size_t notice_ids_count;
};

/* REFUSAL_NONE, or why not, with the field in ret_detail; kind, tag and request are filled as far as
 * they could be read. Texts borrow from `arena` or `bytes`. `district` is the code, for numbers. */
enum refusal wire_decode(struct arena *arena, struct text district, struct text bytes,
	struct wire_message *ret_message, struct text *ret_detail);

/* ---- encoding; the result lives in `arena`; `language` is "zh" or else English ---- */

/* What the encoders look names up in; `book` and `in_force` may be NULL before the rules are loaded. */
struct wire_names {
	const struct rulebook *book;
	const struct release *in_force;
	struct text language;
};

struct welcome {
	struct instant now;
	const struct actor *actor;
	int64_t numbers_from; /* 0 = none */
	int32_t numbers_count;
	int32_t heartbeat_ms;
	const char *version;
};

struct text wire_welcome(struct arena *arena, const struct wire_names *names, const struct welcome *welcome);
struct text wire_enrolled(struct arena *arena, const struct actor *actor);
/* `fed_until`: subscriptions were told what was committed before; INSTANT_NEVER = nobody follows. */
struct text wire_pong(struct arena *arena, uint64_t tag, struct instant now, struct instant fed_until);
struct text wire_acknowledged(struct arena *arena, uint64_t tag, size_t count);
/* To what has no request id and no tag. */
struct text wire_refused(struct arena *arena, const struct wire_names *names, enum refusal refusal,
	struct text detail, int32_t retry_after_ms, struct instant now);
/* Outcome by reply->verdict; `issue` may be NULL when he may not see it or there is none. */
struct text wire_reply(struct arena *arena, const struct wire_names *names, struct request_id request,
	const struct reply *reply, const struct issue *issue, struct instant now);
struct text wire_busy(struct arena *arena, struct request_id request, int32_t retry_after_ms,
	struct instant now);
/* A query that is refused, or cannot be answered now (retry_after_ms > 0). */
struct text wire_page_refused(struct arena *arena, const struct wire_names *names, uint64_t tag,
	enum refusal refusal, struct text detail, int32_t retry_after_ms, struct instant now);

/* A look as a page: rows the caller may see were chosen before. Cuts at 60,000 bytes and sets the
 * cursor (or next_version) so that nothing is skipped. */
struct text wire_page(struct arena *arena, const struct wire_names *names, uint64_t tag,
	const struct look *look);

/* ---- subscriptions ---- */

/* A part of a list as it stands; *ret_cursor is where the next part begins, 0 when this was the last.
 * For LOOK_SHOW: the version behind which the next part begins. */
struct text wire_snapshot(struct arena *arena, const struct wire_names *names, uint64_t tag, uint64_t seq,
	const struct look *look, uint64_t *ret_cursor);
/* An issue as it stands now, or, when `gone`, only which one it is. */
struct text wire_change(struct arena *arena, const struct wire_names *names, uint64_t tag, uint64_t seq,
	struct instant now, const struct look_issue *row, bool gone);
/* What a look found anew: the decisions of LOOK_SHOW, or the first notice of LOOK_INBOX. */
struct text wire_change_found(struct arena *arena, const struct wire_names *names, uint64_t tag,
	uint64_t seq, const struct look *look, uint64_t *ret_cursor);
/* Begin anew; or, with a refusal, he may not follow (any longer). */
struct text wire_resync(struct arena *arena, const struct wire_names *names, uint64_t tag,
	enum refusal refusal, struct text detail);

#endif
