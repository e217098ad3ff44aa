/* decode.c — a client's bytes become one value the core can trust in form, or a refusal by name.
 *
 * protobuf-c multiplies: 64 KB of empty sub-messages take 56 times as much. So a message is unpacked
 * within a budget of bytes and allocations, all from the turn's arena, which also means that nothing
 * needs to be freed on any way out. */
#include "wire/wire.h"

#include <huying.pb-c.h>
#include <math.h>
#include <sodium.h>
#include <string.h>

#include "base/must.h"
#include "core/number.h"
#include "wire/check.h"

#define FRAME_BYTES_MAX 65536
#define DECODED_BYTES_MAX ((size_t)256 * 1024)
#define DECODED_TAKES_MAX 512
#define PROTOCOL_VERSION_MAX 999 /* larger is no version of anything */
#define FIRST_VERB 10            /* field numbers of Command.verb begin here */

struct budget {
	struct arena *arena;
	size_t bytes, takes;
	bool spent;
};

enum subject {
	SUBJECT_NONE,
	SUBJECT_NEEDED,      /* and the version that was seen */
	SUBJECT_ANY_VERSION, /* the version need not be told */
	SUBJECT_UNLESS_NEXT  /* claim: none for the next one; the version need not be told */
};

/* What a decoder of one verb or query works with. */
struct decoding {
	struct arena *arena;
	struct text district;
	struct text *ret_detail;
};

typedef enum refusal (*fill_fn)(
	const struct decoding *decoding, const Huying__Command *command, struct event *event);

static enum refusal fill_report(const struct decoding *, const Huying__Command *, struct event *);
static enum refusal fill_file(const struct decoding *, const Huying__Command *, struct event *);
static enum refusal fill_dispatch(const struct decoding *, const Huying__Command *, struct event *);
static enum refusal fill_answer(const struct decoding *, const Huying__Command *, struct event *);
static enum refusal fill_feedback(const struct decoding *, const Huying__Command *, struct event *);

static const struct verb {
	Huying__Command__VerbCase verb;
	enum event_kind kind;
	enum subject subject;
	bool needs_reason, needs_text;
	fill_fn fill;
} verbs[] = {
	{HUYING__COMMAND__VERB_REPORT, EVENT_REPORT, SUBJECT_NONE, false, false, fill_report},
	{HUYING__COMMAND__VERB_FILE, EVENT_FILE, SUBJECT_NEEDED, false, false, fill_file},
	{HUYING__COMMAND__VERB_DECLINE, EVENT_DECLINE, SUBJECT_NEEDED, true, false, NULL},
	{HUYING__COMMAND__VERB_DISPATCH, EVENT_DISPATCH, SUBJECT_NEEDED, false, false, fill_dispatch},
	{HUYING__COMMAND__VERB_CLAIM, EVENT_CLAIM, SUBJECT_UNLESS_NEXT, false, false, NULL},
	{HUYING__COMMAND__VERB_RELEASE, EVENT_RELEASE, SUBJECT_NEEDED, false, false, NULL},
	{HUYING__COMMAND__VERB_PROGRESS, EVENT_PROGRESS, SUBJECT_NEEDED, false, true, NULL},
	{HUYING__COMMAND__VERB_RETURN_ISSUE, EVENT_RETURN, SUBJECT_NEEDED, true, false, NULL},
	{HUYING__COMMAND__VERB_ESCALATE, EVENT_ESCALATE, SUBJECT_NEEDED, true, false, NULL},
	{HUYING__COMMAND__VERB_ANSWER, EVENT_ANSWER, SUBJECT_NEEDED, false, false, fill_answer},
	{HUYING__COMMAND__VERB_APPROVE, EVENT_APPROVE, SUBJECT_NEEDED, false, false, NULL},
	{HUYING__COMMAND__VERB_REWORK, EVENT_REWORK, SUBJECT_NEEDED, true, false, NULL},
	{HUYING__COMMAND__VERB_FEEDBACK, EVENT_FEEDBACK, SUBJECT_NEEDED, false, false, fill_feedback},
	{HUYING__COMMAND__VERB_URGE, EVENT_URGE, SUBJECT_ANY_VERSION, false, false, NULL},
};

static void *budget_take(void *budget, size_t size);
static void budget_give(void *budget, void *pointer);
static void identify(const Huying__ToServer *frame, struct wire_message *ret_message);
static enum refusal check_frame(const struct decoding *decoding, const Huying__ToServer *frame);
static enum refusal check_verb(const struct decoding *decoding, const Huying__Command *command);
static enum refusal decode_hello(const struct decoding *decoding, const Huying__ToServer *frame,
	struct hello *ret_hello);
static enum refusal decode_command(const struct decoding *decoding, const Huying__Command *command,
	struct event *ret_event);
static enum refusal decode_subject(const struct decoding *decoding, const Huying__Command *command,
	enum subject subject, struct event *ret_event);
static enum refusal decode_subscribe(const struct decoding *decoding, const Huying__Subscribe *subscribe,
	struct wire_ask *ret_ask);
static enum refusal decode_query(const struct decoding *decoding, const Huying__Query *query,
	struct wire_ask *ret_ask);
static enum refusal decode_asked(const struct decoding *decoding, const char *name, int subject,
	uint64_t id, ProtobufCBinaryData number, int64_t *ret_issue);
static enum refusal decode_number(const struct decoding *decoding, const char *field,
	ProtobufCBinaryData number, int64_t *ret_issue);
static struct digest digest_of(struct arena *arena, const Huying__Command *command);
static size_t copy_photos(Huying__Photo *const *from, size_t count, struct photo *ret_photos);
static struct text text_from(ProtobufCBinaryData bytes);
static struct instant instant_from(const Huying__Instant *instant);
static int32_t microdegrees(double degrees);
static enum refusal refuse(const struct decoding *decoding, enum refusal refusal, const char *detail);

enum refusal
wire_decode(struct arena *arena, struct text district, struct text bytes,
	struct wire_message *ret_message, struct text *ret_detail)
{
	struct budget budget = {arena, DECODED_BYTES_MAX, DECODED_TAKES_MAX, false};
	ProtobufCAllocator allocator = {budget_take, budget_give, &budget};
	struct decoding decoding = {arena, district, ret_detail};
	const Huying__ToServer *frame;
	enum refusal refusal;

	*ret_message = (struct wire_message){.kind = WIRE_HELLO};
	*ret_detail = TEXT_NONE;
	if (bytes.len == 0)
		return refuse(&decoding, REFUSAL_BAD_MESSAGE, "empty");
	if (bytes.len > FRAME_BYTES_MAX)
		return refuse(&decoding, REFUSAL_TOO_LONG, "a frame has at most 65536 bytes");
	frame = huying__to_server__unpack(&allocator, bytes.len, (const uint8_t *)bytes.data);
	if (frame == NULL && budget.spent)
		return refuse(&decoding, REFUSAL_TOO_MANY,
			"a message unfolds to at most 256 KB in 512 parts");
	if (frame == NULL)
		return refuse(&decoding, REFUSAL_BAD_MESSAGE, "not a huying.ToServer");

	identify(frame, ret_message);
	refusal = check_frame(&decoding, frame);
	if (refusal != REFUSAL_NONE)
		return refusal;
	switch (ret_message->kind) {
	case WIRE_HELLO:
		return decode_hello(&decoding, frame, &ret_message->hello);
	case WIRE_ENROL:
		memcpy(ret_message->new_key.bytes, frame->enrol->public_key.data, KEY_BYTES);
		ret_message->device_name = text_from(frame->enrol->device_name);
		return REFUSAL_NONE;
	case WIRE_PING:
		return REFUSAL_NONE;
	case WIRE_ACKNOWLEDGE:
		ret_message->notice_ids = frame->acknowledge->notice_ids;
		ret_message->notice_ids_count = frame->acknowledge->n_notice_ids;
		return REFUSAL_NONE;
	case WIRE_SUBSCRIBE:
		return decode_subscribe(&decoding, frame->subscribe, &ret_message->ask);
	case WIRE_UNSUBSCRIBE:
		return REFUSAL_NONE;
	case WIRE_COMMAND:
		return decode_command(&decoding, frame->command, &ret_message->event);
	case WIRE_QUERY:
	default:
		return decode_query(&decoding, frame->query, &ret_message->ask);
	}
}

static void *
budget_take(void *budget, size_t size)
{
	struct budget *left = budget;

	if (left->takes == 0 || size > left->bytes) {
		left->spent = true;
		return NULL;
	}
	left->takes--;
	left->bytes -= size;
	return arena_take(left->arena, size);
}

static void
budget_give(void *budget, void *pointer)
{
	(void)budget;
	(void)pointer;
}

/* What an answer needs, whatever else is wrong with the message. */
static void
identify(const Huying__ToServer *frame, struct wire_message *ret_message)
{
	switch ((int)frame->body_case) {
	case HUYING__TO_SERVER__BODY_ENROL:
		ret_message->kind = WIRE_ENROL;
		break;
	case HUYING__TO_SERVER__BODY_PING:
		ret_message->kind = WIRE_PING;
		ret_message->tag = frame->ping->tag;
		break;
	case HUYING__TO_SERVER__BODY_QUERY:
		ret_message->kind = WIRE_QUERY;
		ret_message->tag = frame->query->tag;
		break;
	case HUYING__TO_SERVER__BODY_SUBSCRIBE:
		ret_message->kind = WIRE_SUBSCRIBE;
		ret_message->tag = frame->subscribe->tag;
		break;
	case HUYING__TO_SERVER__BODY_UNSUBSCRIBE:
		ret_message->kind = WIRE_UNSUBSCRIBE;
		ret_message->tag = frame->unsubscribe->tag;
		break;
	case HUYING__TO_SERVER__BODY_ACKNOWLEDGE:
		ret_message->kind = WIRE_ACKNOWLEDGE;
		ret_message->tag = frame->acknowledge->tag;
		break;
	case HUYING__TO_SERVER__BODY_COMMAND: {
		ProtobufCBinaryData id = frame->command->request_id;
		struct request_id request;

		ret_message->kind = WIRE_COMMAND;
		if (id.len != sizeof(request.bytes))
			break;
		memcpy(request.bytes, id.data, id.len);
		ret_message->event.request = request;
		ret_message->has_request = request_id_is_v7(request);
		break;
	}
	default:
		break;
	}
}

/* Version, a body or verb that we do not know, and the form of everything inside. */
static enum refusal
check_frame(const struct decoding *decoding, const Huying__ToServer *frame)
{
	static const char *const names[] = {
		NULL, NULL, "hello", "enrol", "ping", NULL, NULL, "subscribe", "unsubscribe",
		"acknowledge"};
	bool strict = frame->protocol_version <= PROTOCOL_VERSION;
	const ProtobufCMessage *base = &frame->base, *inner;
	bool known = frame->body_case != HUYING__TO_SERVER__BODY__NOT_SET;

	if (frame->protocol_version < 1 || frame->protocol_version > PROTOCOL_VERSION_MAX) {
		*decoding->ret_detail = arena_format(decoding->arena,
			"protocol_version %u: this dispatcher speaks %d", frame->protocol_version,
			PROTOCOL_VERSION);
		return REFUSAL_BAD_VERSION;
	}
	if (base->n_unknown_fields > 0 && (strict || !known)) {
		*decoding->ret_detail =
			arena_format(decoding->arena, "field %u", base->unknown_fields[0].tag);
		return known ? REFUSAL_UNKNOWN_FIELD : REFUSAL_UNKNOWN_COMMAND;
	}
	if (!known)
		return refuse(decoding, REFUSAL_MISSING_FIELD,
			"one of hello, enrol, ping, command, query, subscribe, unsubscribe, acknowledge");
	inner = (const ProtobufCMessage *)frame->hello; /* every body begins with its base */
	if (frame->body_case == HUYING__TO_SERVER__BODY_COMMAND) {
		enum refusal refusal = check_verb(decoding, frame->command);

		if (refusal != REFUSAL_NONE)
			return refusal;
	}
	return check_message(decoding->arena, inner, names[frame->body_case], strict,
		decoding->ret_detail);
}

/* The request id by its own name, and a verb that is there and ours. */
static enum refusal
check_verb(const struct decoding *decoding, const Huying__Command *command)
{
	ProtobufCBinaryData id = command->request_id;
	struct request_id request;

	if (id.len == sizeof(request.bytes))
		memcpy(request.bytes, id.data, id.len);
	if (id.len != sizeof(request.bytes) || !request_id_is_v7(request)) {
		*decoding->ret_detail = arena_format(decoding->arena,
			"request_id %zu bytes: 16 bytes of version 7", id.len);
		return REFUSAL_BAD_REQUEST_ID;
	}
	if (command->verb_case != HUYING__COMMAND__VERB__NOT_SET)
		return REFUSAL_NONE;
	for (unsigned i = 0; i < command->base.n_unknown_fields; i++) {
		uint32_t tag = command->base.unknown_fields[i].tag;

		if (tag < FIRST_VERB)
			continue;
		*decoding->ret_detail = arena_format(decoding->arena, "command field %u", tag);
		return REFUSAL_UNKNOWN_COMMAND;
	}
	return refuse(decoding, REFUSAL_MISSING_FIELD, "verb");
}

static enum refusal
decode_hello(const struct decoding *decoding, const Huying__ToServer *frame, struct hello *ret_hello)
{
	struct text language = text_from(frame->hello->language);

	if (language.len > 0 && !text_is(language, "zh") && !text_is(language, "en")) {
		*decoding->ret_detail = arena_format(decoding->arena, "hello.language \"%.*s\": zh or en",
			(int)language.len, language.data);
		return REFUSAL_BAD_VALUE;
	}
	*ret_hello = (struct hello){
		.protocol_version = (int32_t)frame->protocol_version,
		.numbers_left = (int32_t)frame->hello->numbers_left,
		.language = language,
	};
	return REFUSAL_NONE;
}

static enum refusal
decode_command(const struct decoding *decoding, const Huying__Command *command,
	struct event *ret_event)
{
	const struct verb *verb = NULL;
	enum refusal refusal;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (verbs[i].verb == command->verb_case)
			verb = &verbs[i];
	}
	must(verb != NULL);
	ret_event->kind = verb->kind;
	ret_event->seen_version = (int32_t)command->seen_version;
	ret_event->reason = (enum reason)command->reason;
	ret_event->text = text_from(command->text);
	refusal = decode_subject(decoding, command, verb->subject, ret_event);
	if (refusal != REFUSAL_NONE)
		return refusal;
	if (verb->needs_reason && command->reason == HUYING__REASON__REASON_UNSPECIFIED)
		return refuse(decoding, REFUSAL_MISSING_FIELD, "reason");
	if (verb->needs_text && command->text.len == 0)
		return refuse(decoding, REFUSAL_MISSING_FIELD, "text");
	if (verb->fill != NULL)
		refusal = verb->fill(decoding, command, ret_event);
	if (refusal == REFUSAL_NONE)
		ret_event->digest = digest_of(decoding->arena, command);
	return refusal;
}

static enum refusal
decode_subject(const struct decoding *decoding, const Huying__Command *command,
	enum subject subject, struct event *ret_event)
{
	bool told = command->subject_case != HUYING__COMMAND__SUBJECT__NOT_SET;
	bool next = subject == SUBJECT_UNLESS_NEXT && command->claim->next;

	if (subject == SUBJECT_NONE || next) {
		if (told)
			return refuse(decoding, REFUSAL_BAD_VALUE,
				next ? "claim.next: the next task, or the one named, not both" :
				       "issue_id or number: a report names its own in report.issue_id");
		if (command->seen_version != 0)
			return refuse(decoding, REFUSAL_BAD_VALUE,
				"seen_version: nothing was seen yet");
		return REFUSAL_NONE;
	}
	if (!told)
		return refuse(decoding, REFUSAL_MISSING_FIELD, "issue_id or number");
	if (subject == SUBJECT_NEEDED && command->seen_version == 0)
		return refuse(decoding, REFUSAL_MISSING_FIELD, "seen_version");
	if (command->subject_case == HUYING__COMMAND__SUBJECT_NUMBER)
		return decode_number(decoding, "number", command->number, &ret_event->issue);
	ret_event->issue = (int64_t)command->issue_id;
	return REFUSAL_NONE;
}

static enum refusal
fill_report(const struct decoding *decoding, const Huying__Command *command, struct event *event)
{
	const Huying__Report *from = command->report;
	struct report *report = &event->report;
	const Huying__Contact *contact = from->contact;

	if (from->class_code.len == 0 && command->text.len == 0)
		return refuse(decoding, REFUSAL_MISSING_FIELD, "report.class_code or text");
	*report = (struct report){
		.id = (int64_t)from->issue_id,
		.class_code = text_from(from->class_code),
		.condition_code = text_from(from->condition_code),
		.severity = (int32_t)from->severity,
		.place_code = text_from(from->place_code),
		.unit_code = text_from(from->unit_code),
		.latitude = ISSUE_MICRODEGREES_NONE,
		.longitude = ISSUE_MICRODEGREES_NONE,
		.observed_at = instant_from(from->observed_at),
		.has_contact = contact != NULL,
		.outside_due_at = INSTANT_NEVER,
	};
	if (report->class_code.len > 0 && !class_is_valid(report->class_code)) {
		*decoding->ret_detail = arena_format(decoding->arena,
			"report.class_code \"%.*s\": kind/major/minor, 1 to 4 parts of 1 to 60 bytes",
			(int)report->class_code.len, report->class_code.data);
		return REFUSAL_CLASS;
	}
	if (from->point != NULL) {
		report->latitude = microdegrees(from->point->latitude);
		report->longitude = microdegrees(from->point->longitude);
	}
	if (contact != NULL)
		report->contact = (struct contact){text_from(contact->name),
			text_from(contact->telephone), text_from(contact->address)};
	if (from->external != NULL) {
		report->source = text_from(from->external->source);
		report->reference = text_from(from->external->reference);
		report->outside_due_at = instant_from(from->external->due_at);
	}
	report->photos_count = copy_photos(from->photos, from->n_photos, report->photos);
	return REFUSAL_NONE;
}

static enum refusal
fill_file(const struct decoding *decoding, const Huying__Command *command, struct event *event)
{
	const Huying__File *from = command->file;

	event->file = (struct filing){
		.place_code = text_from(from->place_code),
		.class_code = text_from(from->class_code),
		.condition_code = text_from(from->condition_code),
		.lead_code = text_from(from->lead_unit_code),
		.severity = (int32_t)from->severity,
		.no_limit = from->no_limit,
	};
	if (from->class_code.len > 0 && !class_is_valid(event->file.class_code)) {
		*decoding->ret_detail = arena_format(decoding->arena,
			"file.class_code \"%.*s\": kind/major/minor, 1 to 4 parts of 1 to 60 bytes",
			(int)from->class_code.len, (const char *)from->class_code.data);
		return REFUSAL_CLASS;
	}
	if (from->no_limit && command->text.len == 0)
		return refuse(decoding, REFUSAL_MISSING_FIELD, "text: file.no_limit needs a reason in words");
	return REFUSAL_NONE;
}

static enum refusal
fill_dispatch(const struct decoding *decoding, const Huying__Command *command, struct event *event)
{
	const Huying__Dispatch *from = command->dispatch;

	(void)decoding;
	event->dispatch = (struct dispatching){.lead_code = text_from(from->lead_unit_code)};
	event->dispatch.assist_count = from->n_assist_unit_codes;
	for (size_t i = 0; i < from->n_assist_unit_codes; i++)
		event->dispatch.assist_codes[i] = text_from(from->assist_unit_codes[i]);
	return REFUSAL_NONE;
}

static enum refusal
fill_answer(const struct decoding *decoding, const Huying__Command *command, struct event *event)
{
	const Huying__Answer *from = command->answer;

	(void)decoding;
	event->answer = (struct answering){.close_condition = from->close_condition_met};
	event->answer.photos_count = copy_photos(from->photos, from->n_photos, event->answer.photos);
	return REFUSAL_NONE;
}

static enum refusal
fill_feedback(const struct decoding *decoding, const Huying__Command *command, struct event *event)
{
	const Huying__Feedback *from = command->feedback;

	(void)decoding;
	event->feedback = (struct answer_of_reporter){
		from->contacted, from->solved, (int32_t)from->satisfied};
	return REFUSAL_NONE;
}

static enum refusal
decode_query(const struct decoding *decoding, const Huying__Query *query, struct wire_ask *ret_ask)
{
	switch ((int)query->ask_case) {
	case HUYING__QUERY__ASK_SHOW:
		*ret_ask = (struct wire_ask){
			.query = WIRE_SHOW, .after_version = (int32_t)query->show->after_version};
		return decode_asked(decoding, "show", (int)query->show->subject_case,
			query->show->issue_id, query->show->number, &ret_ask->issue);
	case HUYING__QUERY__ASK_QUEUE:
		*ret_ask = (struct wire_ask){.query = WIRE_QUEUE,
			.desk = (enum desk)query->queue->desk,
			.unit_code = text_from(query->queue->unit_code),
			.after = query->queue->after};
		return REFUSAL_NONE;
	case HUYING__QUERY__ASK_MINE:
		*ret_ask = (struct wire_ask){.query = WIRE_MINE,
			.after = query->mine->after,
			.open_only = query->mine->open_only};
		return REFUSAL_NONE;
	case HUYING__QUERY__ASK_TASKS:
		*ret_ask = (struct wire_ask){.query = WIRE_TASKS, .after = query->tasks->after};
		return REFUSAL_NONE;
	case HUYING__QUERY__ASK_OVERDUE:
		*ret_ask = (struct wire_ask){.query = WIRE_OVERDUE,
			.by = (int32_t)query->overdue->by,
			.soon = {(int64_t)query->overdue->soon_us},
			.after = query->overdue->after,
			.area_code = text_from(query->overdue->area_code)};
		return REFUSAL_NONE;
	case HUYING__QUERY__ASK_CONTACT:
		*ret_ask = (struct wire_ask){
			.query = WIRE_CONTACT, .reason = text_from(query->contact->reason)};
		return decode_asked(decoding, "contact", (int)query->contact->subject_case,
			query->contact->issue_id, query->contact->number, &ret_ask->issue);
	case HUYING__QUERY__ASK_INBOX:
		*ret_ask = (struct wire_ask){
			.query = WIRE_INBOX, .after = query->inbox->after, .all = query->inbox->all};
		return REFUSAL_NONE;
	default:
		if (query->base.n_unknown_fields == 0)
			return refuse(decoding, REFUSAL_MISSING_FIELD,
				"one of show, queue, mine, tasks, overdue, contact, inbox");
		*decoding->ret_detail = arena_format(decoding->arena, "query field %u",
			query->base.unknown_fields[0].tag);
		return REFUSAL_UNKNOWN_COMMAND;
	}
}

/* The same questions, asked for good: as a query each is decoded. */
static enum refusal
decode_subscribe(const struct decoding *decoding, const Huying__Subscribe *subscribe, struct wire_ask *ret_ask)
{
	Huying__Query query = HUYING__QUERY__INIT;

	switch ((int)subscribe->ask_case) {
	case HUYING__SUBSCRIBE__ASK_QUEUE:
		query.ask_case = HUYING__QUERY__ASK_QUEUE;
		query.queue = subscribe->queue;
		break;
	case HUYING__SUBSCRIBE__ASK_OVERDUE:
		if (subscribe->overdue->by != 0)
			return refuse(decoding, REFUSAL_BAD_VALUE, "subscribe.overdue.by: only the list can be followed");
		query.ask_case = HUYING__QUERY__ASK_OVERDUE;
		query.overdue = subscribe->overdue;
		break;
	case HUYING__SUBSCRIBE__ASK_SHOW:
		query.ask_case = HUYING__QUERY__ASK_SHOW;
		query.show = subscribe->show;
		break;
	case HUYING__SUBSCRIBE__ASK_MINE:
		query.ask_case = HUYING__QUERY__ASK_MINE;
		query.mine = subscribe->mine;
		break;
	case HUYING__SUBSCRIBE__ASK_INBOX:
		query.ask_case = HUYING__QUERY__ASK_INBOX;
		query.inbox = subscribe->inbox;
		break;
	default:
		return refuse(decoding, REFUSAL_MISSING_FIELD,
			"subscribe: one of queue, overdue, show, mine, inbox");
	}
	return decode_query(decoding, &query, ret_ask);
}

/* The issue a query names; ShowQuery and ContactQuery number their subjects alike. */
static enum refusal
decode_asked(const struct decoding *decoding, const char *name, int subject, uint64_t id,
	ProtobufCBinaryData number, int64_t *ret_issue)
{
	_Static_assert((int)HUYING__SHOW_QUERY__SUBJECT_NUMBER ==
			(int)HUYING__CONTACT_QUERY__SUBJECT_NUMBER, "the subjects are numbered alike");
	if (subject == HUYING__SHOW_QUERY__SUBJECT__NOT_SET) {
		*decoding->ret_detail = arena_format(decoding->arena, "%s.issue_id or %s.number", name,
			name);
		return REFUSAL_MISSING_FIELD;
	}
	if (subject == HUYING__SHOW_QUERY__SUBJECT_NUMBER)
		return decode_number(decoding,
			arena_format(decoding->arena, "%s.number", name).data, number, ret_issue);
	*ret_issue = (int64_t)id;
	return REFUSAL_NONE;
}

static enum refusal
decode_number(const struct decoding *decoding, const char *field, ProtobufCBinaryData number,
	int64_t *ret_issue)
{
	static const char *const wrong[] = {
		[NUMBER_MALFORMED] = "a number looks like",
		[NUMBER_OTHER_DISTRICT] = "a number of another district; here they look like",
		[NUMBER_BAD_CHECK_DIGIT] =
			"the check digit does not fit, some digit is misread; a number looks like",
	};
	struct text text = text_from(number);
	enum number_error error = number_parse(decoding->district, text, ret_issue);
	char example[NUMBER_BYTES_MAX];

	if (error == NUMBER_OK)
		return REFUSAL_NONE;
	number_format(decoding->district, 1203207, example);
	*decoding->ret_detail = arena_format(decoding->arena, "%s \"%.*s\": %s %s", field,
		(int)text.len, text.data, wrong[error], example);
	return REFUSAL_BAD_VALUE;
}

/* Over the command packed anew: the order of fields on the wire makes no other content. */
static struct digest
digest_of(struct arena *arena, const Huying__Command *command)
{
	size_t size = huying__command__get_packed_size(command);
	uint8_t *packed = arena_take(arena, size);
	struct digest digest;

	huying__command__pack(command, packed);
	must(crypto_generichash(digest.bytes, sizeof(digest.bytes), packed, size, NULL, 0) == 0);
	return digest;
}

static size_t
copy_photos(Huying__Photo *const *from, size_t count, struct photo *ret_photos)
{
	must(count <= PHOTOS_MAX);
	for (size_t i = 0; i < count; i++) {
		ret_photos[i] = (struct photo){
			.digest = text_from(from[i]->sha256),
			.media_type = text_from(from[i]->media_type),
			.size = (int64_t)from[i]->size,
			.taken_at = instant_from(from[i]->taken_at),
		};
	}
	return count;
}

static struct text
text_from(ProtobufCBinaryData bytes)
{
	return (struct text){(const char *)bytes.data, bytes.len};
}

static struct instant
instant_from(const Huying__Instant *instant)
{
	return instant == NULL ? INSTANT_NEVER : (struct instant){instant->unix_us};
}

static int32_t
microdegrees(double degrees)
{
	return (int32_t)lround(degrees * 1e6);
}

static enum refusal
refuse(const struct decoding *decoding, enum refusal refusal, const char *detail)
{
	*decoding->ret_detail = text_of(detail);
	return refusal;
}
