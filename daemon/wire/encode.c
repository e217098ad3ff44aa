/* encode.c — answers of the dispatcher as frames. Everything lives in the turn's arena.
 *
 * The words of the trade have the same numbers in the core and on the wire; the compiler proves it
 * row by row, so they are cast and not translated. */
#include "wire/encode.h"

#include <huying.pb-c.h>
#include <string.h>

#include "base/must.h"
#include "core/number.h"

#define PATH_STEPS_MAX 12

#define SAME(wire, number) _Static_assert((int)(wire) == (number), "vocab and proto differ")
#define TIER(name, number, ...) SAME(HUYING__TIER__TIER_##name, number);
#include "core/vocab/tiers.def"
#undef TIER
#define STATE(name, number, ...) SAME(HUYING__STATE__STATE_##name, number);
#include "core/vocab/states.def"
#undef STATE
#define EVENT(name, number, ...) SAME(HUYING__EVENT__EVENT_##name, number);
#include "core/vocab/events.def"
#undef EVENT
#define CLOCK(name, number, ...) SAME(HUYING__CLOCK_KIND__CLOCK_##name, number);
#include "core/vocab/clocks.def"
#undef CLOCK
#define DESK(name, number, ...) SAME(HUYING__DESK__DESK_##name, number);
#include "core/vocab/desks.def"
#undef DESK
#define ROLE(name, number, ...) SAME(HUYING__ROLE__ROLE_##name, number);
#include "core/vocab/roles.def"
#undef ROLE
#define LEDGER(name, number, ...) SAME(HUYING__ENTRY__OP__OP_##name, number);
#include "core/vocab/ledger_ops.def"
#undef LEDGER
#define LIMIT(name, number, ...) SAME(HUYING__LIMIT_KIND__LIMIT_##name, number);
#include "core/vocab/limit_kinds.def"
#undef LIMIT
#define CAUSE(name, number, ...) SAME(HUYING__CAUSE__CAUSE_##name, number);
#include "core/vocab/causes.def"
#undef CAUSE
#define REASON(name, number, ...) SAME(HUYING__REASON__REASON_##name, number);
#include "core/vocab/reasons.def"
#undef REASON
#define REFUSAL(name, number, ...) SAME(HUYING__REFUSAL__REFUSAL_##name, number);
#include "core/vocab/refusals.def"
#undef REFUSAL
#define NOTICE(name, number, ...) SAME(HUYING__NOTICE_KIND__NOTICE_##name, number);
#include "core/vocab/notices.def"
#undef NOTICE

/* What goes beyond the plain loop of version 1: README.md names each. */
static const char *const capabilities[] = {
	"numbers",  /* blocks of numbers for work without signal */
	"external", /* outside reference and its due date */
	"photos",   /* descriptors of photos */
	"inbox",    /* notices to a person, and that he has seen them */
};

static struct text place_code(const struct wire_names *names, int32_t place);
static struct text place_path(struct arena *arena, const struct wire_names *names, int32_t place);
static struct text class_name(const struct wire_names *names, const struct issue *issue);
static const struct standards *pinned_standards(const struct wire_names *names, int32_t release);
static Huying__Issue *issue_of_reply(struct arena *arena, const struct wire_names *names,
	const struct reply *reply, const struct issue *issue);
static size_t encode_roles(struct arena *arena, uint32_t roles, Huying__Role **ret_roles);
static Huying__Instant *encode_now(struct arena *arena, struct instant now);
static bool in_chinese(const struct wire_names *names);

struct text
wire_welcome(struct arena *arena, const struct wire_names *names, const struct welcome *welcome)
{
	const struct actor *actor = welcome->actor;
	const struct rulebook *book = names->book;
	Huying__Welcome body = HUYING__WELCOME__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	body.protocol_version = PROTOCOL_VERSION;
	body.n_capabilities = sizeof(capabilities) / sizeof(capabilities[0]);
	body.capabilities = (char **)(uintptr_t)capabilities;
	body.server_time = encode_now(arena, welcome->now);
	body.heartbeat_ms = (uint32_t)welcome->heartbeat_ms;
	if (book != NULL) {
		body.district_code = encode_string(arena, book->code);
		body.district_name = encode_string(arena, book->name);
		body.zone = encode_string(arena, book->zone == NULL ? TEXT_NONE : book->zone->name);
	}
	body.actor_code = encode_string(arena, actor->code);
	body.actor_name = encode_string(arena, actor->name);
	body.unit_code = encode_string(arena, encode_unit_code(names, actor->unit));
	body.unit_name = encode_string(arena, encode_unit_name(names, actor->unit));
	body.area_code = encode_string(arena, place_code(names, actor->area));
	body.n_roles = encode_roles(arena, actor->roles, &body.roles);
	body.device = (uint32_t)actor->device;
	body.numbers_from = (uint64_t)welcome->numbers_from;
	body.numbers_count = welcome->numbers_from == 0 ? 0 : (uint32_t)welcome->numbers_count;
	body.version = encode_string(arena, text_of(welcome->version));
	frame.body_case = HUYING__FROM_SERVER__BODY_WELCOME;
	frame.welcome = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_enrolled(struct arena *arena, const struct actor *actor)
{
	Huying__Enrolled body = HUYING__ENROLLED__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	body.device = (uint32_t)actor->device;
	body.actor_code = encode_string(arena, actor->code);
	body.actor_name = encode_string(arena, actor->name);
	frame.body_case = HUYING__FROM_SERVER__BODY_ENROLLED;
	frame.enrolled = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_pong(struct arena *arena, uint64_t tag, struct instant now, struct instant fed_until)
{
	Huying__Pong body = HUYING__PONG__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	body.tag = tag;
	body.server_time = encode_now(arena, now);
	body.fed_until = encode_instant(arena, fed_until);
	frame.body_case = HUYING__FROM_SERVER__BODY_PONG;
	frame.pong = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_resync(struct arena *arena, const struct wire_names *names, uint64_t tag, enum refusal refusal,
	struct text detail)
{
	Huying__Resync body = HUYING__RESYNC__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;
	struct text words = text_of(encode_words(names, refusal));

	body.tag = tag;
	body.refusal = (Huying__Refusal)refusal;
	body.message = encode_string(arena, detail.len == 0 ? words :
		arena_format(arena, "%.*s%s%.*s", (int)words.len, words.data, words.len > 0 ? ": " : "",
			(int)detail.len, detail.data));
	frame.body_case = HUYING__FROM_SERVER__BODY_RESYNC;
	frame.resync = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_acknowledged(struct arena *arena, uint64_t tag, size_t count)
{
	Huying__Acknowledged body = HUYING__ACKNOWLEDGED__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	body.tag = tag;
	body.count = (uint32_t)count;
	frame.body_case = HUYING__FROM_SERVER__BODY_ACKNOWLEDGED;
	frame.acknowledged = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_refused(struct arena *arena, const struct wire_names *names, enum refusal refusal,
	struct text detail, int32_t retry_after_ms, struct instant now)
{
	Huying__Refused body = HUYING__REFUSED__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	body.refusal = (Huying__Refusal)refusal;
	body.message = encode_words(names, refusal);
	body.detail = encode_string(arena, detail);
	body.retry_after_ms = (uint32_t)retry_after_ms;
	body.server_time = encode_now(arena, now);
	frame.body_case = HUYING__FROM_SERVER__BODY_REFUSED;
	frame.refused = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_reply(struct arena *arena, const struct wire_names *names, struct request_id request,
	const struct reply *reply, const struct issue *issue, struct instant now)
{
	static const Huying__Outcome outcomes[] = {
		[VERDICT_DONE] = HUYING__OUTCOME__OUTCOME_DONE,
		[VERDICT_REFUSED] = HUYING__OUTCOME__OUTCOME_REFUSED,
		[VERDICT_CONFLICT] = HUYING__OUTCOME__OUTCOME_CONFLICT,
	};
	Huying__Reply body = HUYING__REPLY__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	must(reply->verdict != VERDICT_NOTHING);
	body.request_id = (ProtobufCBinaryData){sizeof(request.bytes), request.bytes};
	body.outcome = outcomes[reply->verdict];
	body.refusal = (Huying__Refusal)reply->refusal;
	body.message = encode_words(names, reply->refusal);
	if (reply->verdict == VERDICT_CONFLICT && reply->refusal == REFUSAL_NONE)
		body.message = encode_string(arena,
			in_chinese(names) ? TEXT("事项已有变化，请看当前状态") :
					    TEXT("the issue moved on; see its present state"));
	body.detail = encode_string(arena, reply->detail);
	body.issue = issue_of_reply(arena, names, reply, issue);
	body.server_time = encode_now(arena, now);
	body.known_already = reply->known_already;
	frame.body_case = HUYING__FROM_SERVER__BODY_REPLY;
	frame.reply = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_busy(struct arena *arena, struct request_id request, int32_t retry_after_ms, struct instant now)
{
	Huying__Reply body = HUYING__REPLY__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	body.request_id = (ProtobufCBinaryData){sizeof(request.bytes), request.bytes};
	body.outcome = HUYING__OUTCOME__OUTCOME_BUSY;
	body.server_time = encode_now(arena, now);
	body.retry_after_ms = (uint32_t)retry_after_ms;
	frame.body_case = HUYING__FROM_SERVER__BODY_REPLY;
	frame.reply = &body;
	return encode_frame(arena, &frame);
}

struct text
wire_page_refused(struct arena *arena, const struct wire_names *names, uint64_t tag,
	enum refusal refusal, struct text detail, int32_t retry_after_ms, struct instant now)
{
	Huying__Page body = HUYING__PAGE__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	body.tag = tag;
	body.refusal = (Huying__Refusal)refusal;
	body.message = encode_words(names, refusal);
	body.detail = encode_string(arena, detail);
	body.as_of = encode_now(arena, now);
	body.retry_after_ms = (uint32_t)retry_after_ms;
	frame.body_case = HUYING__FROM_SERVER__BODY_PAGE;
	frame.page = &body;
	return encode_frame(arena, &frame);
}

/* ---- parts ---- */

char *
encode_string(struct arena *arena, struct text text)
{
	char *copy;

	if (text.len == 0)
		return (char *)(uintptr_t)protobuf_c_empty_string;
	copy = arena_take(arena, text.len + 1);
	memcpy(copy, text.data, text.len);
	return copy;
}

Huying__Instant *
encode_instant(struct arena *arena, struct instant at)
{
	return instant_is_never(at) ? NULL : encode_now(arena, at);
}

char *
encode_words(const struct wire_names *names, enum refusal refusal)
{
	const struct word *word = vocab_by_number("refusal", (int)refusal);

	if (word == NULL)
		return (char *)(uintptr_t)protobuf_c_empty_string;
	return (char *)(uintptr_t)(in_chinese(names) ? word->zh : word->en);
}

Huying__Holder *
encode_holder(struct arena *arena, const struct wire_names *names, struct holder holder,
	struct text handler_code, struct text handler_name)
{
	Huying__Holder *to = arena_take(arena, sizeof(*to));

	huying__holder__init(to);
	to->unit_code = encode_string(arena, encode_unit_code(names, holder.unit));
	to->unit_name = encode_string(arena, encode_unit_name(names, holder.unit));
	to->desk = (Huying__Desk)holder.desk;
	to->handler_code = encode_string(arena, handler_code);
	to->handler_name = encode_string(arena, handler_name);
	return to;
}

Huying__Issue *
encode_issue(struct arena *arena, const struct wire_names *names, const struct issue *issue,
	const struct look_issue *seen)
{
	static const struct look_issue nothing_seen;
	Huying__Issue *to = arena_take(arena, sizeof(*to));
	char number[NUMBER_BYTES_MAX] = "";

	if (seen == NULL)
		seen = &nothing_seen;
	if (names->book != NULL && issue->id > 0)
		number_format(names->book->code, issue->id, number);
	huying__issue__init(to);
	to->issue_id = (uint64_t)issue->id;
	to->number = encode_string(arena, text_of(number));
	to->version = (uint32_t)issue->version;
	to->state = (Huying__State)issue->state;
	to->tier = (Huying__Tier)issue->tier;
	to->holder = encode_holder(arena, names, issue->holder, seen->handler_code,
		seen->handler_name);
	to->class_code = encode_string(arena, issue->class_code);
	to->class_name = encode_string(arena, class_name(names, issue));
	to->place_code = encode_string(arena, place_code(names, issue->place));
	to->place_name = encode_string(arena, place_path(arena, names, issue->place));
	to->severity = (uint32_t)issue->severity;
	to->cause = (Huying__Cause)issue->cause;
	to->observed_at = encode_instant(arena, issue->observed_at);
	to->received_at = encode_instant(arena, issue->received_at);
	to->due_at = encode_instant(arena, issue->due_at);
	to->warn_at = encode_instant(arena, issue->warn_at);
	to->next_due_at = encode_instant(arena, issue->next_due_at);
	to->outside_due_at = encode_instant(arena, issue->outside_due_at);
	to->text = encode_string(arena, seen->text);
	to->entry_unit_code = encode_string(arena, encode_unit_code(names, issue->entry_unit));
	to->lead_unit_code = encode_string(arena, encode_unit_code(names, issue->lead_unit));
	to->reporter_code = encode_string(arena, seen->reporter_code);
	to->returns = (uint32_t)issue->returns;
	to->redos = (uint32_t)issue->redos;
	return to;
}

/* Of an issue that he may not see any longer only its number is left. */
Huying__Notice *
encode_notice(struct arena *arena, const struct wire_names *names, const struct look_notice *notice)
{
	const struct issue *issue = &notice->issue;
	Huying__Notice *to = arena_take(arena, sizeof(*to));
	char number[NUMBER_BYTES_MAX] = "";

	if (names->book != NULL && issue->id > 0)
		number_format(names->book->code, issue->id, number);
	huying__notice__init(to);
	to->id = (uint64_t)notice->id;
	to->kind = (Huying__NoticeKind)notice->kind;
	to->at = encode_instant(arena, notice->at);
	to->clock = (Huying__ClockKind)notice->clock;
	to->acknowledged = notice->acknowledged;
	to->count = (uint32_t)notice->count;
	to->issue_id = (uint64_t)issue->id;
	to->number = encode_string(arena, text_of(number));
	if (issue->id == 0 || notice->hidden)
		return to;
	to->class_name = encode_string(arena, class_name(names, issue));
	to->place_name = encode_string(arena, place_path(arena, names, issue->place));
	to->state = (Huying__State)issue->state;
	to->due_at = encode_instant(arena, issue->due_at);
	to->text = encode_string(arena, notice->text);
	return to;
}

struct text
encode_unit_code(const struct wire_names *names, int32_t unit)
{
	const struct unit *row =
		names->in_force == NULL ? NULL : units_get(names->in_force->units, unit);

	return row == NULL ? TEXT_NONE : row->code;
}

struct text
encode_unit_name(const struct wire_names *names, int32_t unit)
{
	const struct unit *row =
		names->in_force == NULL ? NULL : units_get(names->in_force->units, unit);

	return row == NULL ? TEXT_NONE : row->name;
}

struct text
encode_frame(struct arena *arena, const Huying__FromServer *frame)
{
	size_t size = huying__from_server__get_packed_size(frame);
	uint8_t *bytes = arena_take(arena, size + 1);

	huying__from_server__pack(frame, bytes);
	return (struct text){(const char *)bytes, size};
}

/* The issue as it stands, with what the reply itself says laid over it: a stored reply tells the
 * state it told the first time. */
static Huying__Issue *
issue_of_reply(struct arena *arena, const struct wire_names *names, const struct reply *reply,
	const struct issue *issue)
{
	struct issue as_told = {
		.observed_at = INSTANT_NEVER,
		.received_at = INSTANT_NEVER,
		.outside_due_at = INSTANT_NEVER,
		.warn_at = INSTANT_NEVER,
		.next_due_at = INSTANT_NEVER,
		.due_at = INSTANT_NEVER,
	};
	struct look_issue seen = {.handler_code = reply->handler_code, .handler_name = reply->handler_name};

	if (issue == NULL && reply->issue == 0)
		return NULL;
	if (issue != NULL)
		as_told = *issue;
	if (reply->issue != 0)
		as_told.id = reply->issue;
	if (reply->version != 0) {
		as_told.version = reply->version;
		as_told.state = reply->state;
		as_told.tier = reply->tier;
		as_told.holder = reply->holder;
		as_told.handler = reply->handler;
		as_told.due_at = reply->due_at;
		as_told.cause = reply->cause;
	}
	return encode_issue(arena, names, &as_told, &seen);
}

static struct text
place_code(const struct wire_names *names, int32_t place)
{
	const struct place *row =
		names->in_force == NULL ? NULL : places_get(names->in_force->places, place);

	return row == NULL ? TEXT_NONE : row->code;
}

/* Names from the town down, parted by a blank; the district itself by its own name. */
static struct text
place_path(struct arena *arena, const struct wire_names *names, int32_t place)
{
	const struct places *places = names->in_force == NULL ? NULL : names->in_force->places;
	const struct place *row = places == NULL ? NULL : places_get(places, place);
	struct text path = row == NULL ? TEXT_NONE : row->name;

	for (int i = 0; row != NULL && i < PATH_STEPS_MAX; i++) {
		row = places_get(places, row->parent);
		if (row == NULL || row->parent == 0)
			break;
		path = arena_format(arena, "%.*s %.*s", (int)row->name.len, row->name.data,
			(int)path.len, path.data);
	}
	return path;
}

/* By its own standard row, or any row of the same class. */
static struct text
class_name(const struct wire_names *names, const struct issue *issue)
{
	const struct standards *standards = pinned_standards(names, issue->release);
	const struct standard *row;

	if (standards == NULL || issue->class_code.len == 0)
		return TEXT_NONE;
	row = issue->standard == 0 ? NULL : standards_get(standards, issue->standard);
	if (row != NULL && text_equal(row->class_code, issue->class_code))
		return row->class_name;
	for (int32_t from = 0, until = standards->by_class_count; from < until;) {
		int32_t middle = from + (until - from) / 2;
		int order;

		row = &standards->rows[standards->by_class[middle]];
		order = text_compare(row->class_code, issue->class_code);
		if (order == 0)
			return row->class_name;
		if (order < 0)
			from = middle + 1;
		else
			until = middle;
	}
	return TEXT_NONE;
}

static const struct standards *
pinned_standards(const struct wire_names *names, int32_t release)
{
	const struct release *pinned =
		names->book == NULL ? NULL : rulebook_release(names->book, release);

	if (pinned == NULL)
		pinned = names->in_force;
	return pinned == NULL ? NULL : pinned->standards;
}

static size_t
encode_roles(struct arena *arena, uint32_t roles, Huying__Role **ret_roles)
{
	size_t count = 0;

	*ret_roles = arena_take_array(arena, ROLE_MAX, sizeof(**ret_roles));
	for (int role = 1; role <= ROLE_MAX; role++) {
		if ((roles & ROLE_BIT(role)) != 0)
			(*ret_roles)[count++] = (Huying__Role)role;
	}
	return count;
}

static Huying__Instant *
encode_now(struct arena *arena, struct instant now)
{
	Huying__Instant *to = arena_take(arena, sizeof(*to));

	huying__instant__init(to);
	to->unix_us = now.us;
	return to;
}

static bool
in_chinese(const struct wire_names *names)
{
	return text_is(names->language, "zh");
}
