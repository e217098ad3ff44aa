/* check.c — walks a message by its descriptor and holds each field against its row.
 *
 * Every `bytes` field a client can send has a row here: a new one without a row stops the first test
 * that sends it. protobuf-c itself checks neither UTF-8 nor enums. */
#include "wire/check.h"

#include <huying.pb-c.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "core/event.h"

#define CODE_BYTES_MAX 120
#define NAME_BYTES_MAX 200
#define YEAR_1900_US INT64_C(-2208988800000000)
#define YEAR_2200_US INT64_C(7258118400000000)
#define SOON_US_MAX (366 * INT64_C(86400000000))

enum rule_kind {
	RULE_RAW,     /* bytes; min and max are its length */
	RULE_LINE,    /* clean UTF-8 without line breaks and tabs */
	RULE_TEXT,    /* clean UTF-8 */
	RULE_NUMBER,  /* min and max are its range */
	RULE_DEGREES,
	RULE_COUNT    /* of a repeated field */
};

struct rule {
	const ProtobufCMessageDescriptor *message;
	const char *field;
	enum rule_kind kind;
	int64_t min, max;
	const char *right; /* what would be right, where min and max do not say it well */
};

static const struct rule rules[] = {
	{&huying__hello__descriptor, "numbers_left", RULE_NUMBER, 0, INT32_MAX, NULL},
	{&huying__hello__descriptor, "language", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__hello__descriptor, "program", RULE_LINE, 0, NAME_BYTES_MAX, NULL},
	{&huying__enrol__descriptor, "public_key", RULE_RAW, KEY_BYTES, KEY_BYTES, NULL},
	{&huying__enrol__descriptor, "device_name", RULE_LINE, 0, NAME_BYTES_MAX, NULL},

	{&huying__instant__descriptor, "unix_us", RULE_NUMBER, YEAR_1900_US, YEAR_2200_US,
		"microseconds since 1970, of the years 1900 to 2200"},
	{&huying__point__descriptor, "latitude", RULE_DEGREES, -90, 90, NULL},
	{&huying__point__descriptor, "longitude", RULE_DEGREES, -180, 180, NULL},
	{&huying__photo__descriptor, "sha256", RULE_RAW, 32, 32, NULL},
	{&huying__photo__descriptor, "media_type", RULE_LINE, 1, CODE_BYTES_MAX, NULL},
	{&huying__photo__descriptor, "size", RULE_NUMBER, 1, INT64_MAX, NULL},
	{&huying__contact__descriptor, "name", RULE_LINE, 0, NAME_BYTES_MAX, NULL},
	{&huying__contact__descriptor, "telephone", RULE_LINE, 0, 40, NULL},
	{&huying__contact__descriptor, "address", RULE_LINE, 0, 500, NULL},
	{&huying__external__descriptor, "source", RULE_LINE, 1, 60, NULL},
	{&huying__external__descriptor, "reference", RULE_LINE, 1, 120, NULL},

	{&huying__command__descriptor, "request_id", RULE_RAW, 16, 16, NULL},
	{&huying__command__descriptor, "issue_id", RULE_NUMBER, 1, INT64_MAX, NULL},
	{&huying__command__descriptor, "number", RULE_LINE, 1, 60, NULL},
	{&huying__command__descriptor, "seen_version", RULE_NUMBER, 0, INT32_MAX, NULL},
	{&huying__command__descriptor, "text", RULE_TEXT, 0, TEXT_BYTES_MAX, NULL},

	{&huying__report__descriptor, "issue_id", RULE_NUMBER, 0, INT64_MAX, NULL},
	{&huying__report__descriptor, "class_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__report__descriptor, "condition_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__report__descriptor, "severity", RULE_NUMBER, 0, 4, NULL},
	{&huying__report__descriptor, "place_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__report__descriptor, "unit_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__report__descriptor, "photos", RULE_COUNT, 0, PHOTOS_MAX, NULL},
	{&huying__file__descriptor, "place_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__file__descriptor, "class_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__file__descriptor, "condition_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__file__descriptor, "lead_unit_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__file__descriptor, "severity", RULE_NUMBER, 0, 4, NULL},
	{&huying__dispatch__descriptor, "lead_unit_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__dispatch__descriptor, "assist_unit_codes", RULE_COUNT, 0, ASSIST_MAX, NULL},
	{&huying__dispatch__descriptor, "assist_unit_codes", RULE_LINE, 1, CODE_BYTES_MAX, NULL},
	{&huying__answer__descriptor, "photos", RULE_COUNT, 0, PHOTOS_MAX, NULL},
	{&huying__feedback__descriptor, "satisfied", RULE_NUMBER, 0, 5, NULL},

	{&huying__show_query__descriptor, "issue_id", RULE_NUMBER, 1, INT64_MAX, NULL},
	{&huying__show_query__descriptor, "number", RULE_LINE, 1, 60, NULL},
	{&huying__show_query__descriptor, "after_version", RULE_NUMBER, 0, INT32_MAX, NULL},
	{&huying__queue_query__descriptor, "unit_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__overdue_query__descriptor, "soon_us", RULE_NUMBER, 0, SOON_US_MAX,
		"microseconds, at most 366 days"},
	{&huying__overdue_query__descriptor, "area_code", RULE_LINE, 0, CODE_BYTES_MAX, NULL},
	{&huying__contact_query__descriptor, "issue_id", RULE_NUMBER, 1, INT64_MAX, NULL},
	{&huying__contact_query__descriptor, "number", RULE_LINE, 1, 60, NULL},
	{&huying__contact_query__descriptor, "reason", RULE_LINE, 1, 500, NULL},
	{&huying__inbox_query__descriptor, "after", RULE_NUMBER, 0, INT64_MAX, NULL},

	{&huying__acknowledge__descriptor, "notice_ids", RULE_COUNT, 0, ACKNOWLEDGE_MAX, NULL},
	{&huying__acknowledge__descriptor, "notice_ids", RULE_NUMBER, 1, INT64_MAX, NULL},
};

/* Where we are, from the inside out; written only when something is wrong there. */
struct step {
	const struct step *up;
	const char *name; /* NULL: nothing to say */
	int64_t index;    /* of a repeated field; -1 otherwise */
};

struct check {
	struct arena *arena;
	bool refuse_unknown;
	struct text *ret_detail;
};

static enum refusal check_inside(const struct check *check, const ProtobufCMessage *message,
	const struct step *at);
static enum refusal check_field(const struct check *check, const ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field, const struct step *up);
static enum refusal check_value(const struct check *check, const ProtobufCMessageDescriptor *owner,
	const ProtobufCFieldDescriptor *field, const void *value, const struct step *at);
static enum refusal check_bytes(const struct check *check, const struct rule *rule,
	const ProtobufCBinaryData *bytes, const struct step *at);
static enum refusal check_number(const struct check *check, const struct rule *rule, uint64_t value,
	bool is_signed, const struct step *at);
static enum refusal check_degrees(const struct check *check, const struct rule *rule, double value,
	const struct step *at);
static const struct rule *rule_of(const ProtobufCMessageDescriptor *message, const char *field,
	bool count);
static size_t value_size(ProtobufCType type);
static bool is_one_line(struct text text);
static struct text length_of(const struct check *check, struct text text);
static enum refusal fault(const struct check *check, enum refusal refusal, const struct step *at,
	struct text value, struct text right);
static struct text path_of(struct arena *arena, const struct step *at);

enum refusal
check_message(struct arena *arena, const ProtobufCMessage *message, const char *name,
	bool refuse_unknown, struct text *ret_detail)
{
	struct check check = {arena, refuse_unknown, ret_detail};
	struct step at = {NULL, name, -1};

	return check_inside(&check, message, &at);
}

/* The messages are not recursive, so neither is this without end. */
static enum refusal
check_inside(const struct check *check, const ProtobufCMessage *message, const struct step *at)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;

	if (check->refuse_unknown && message->n_unknown_fields > 0) {
		struct text path = path_of(check->arena, at);

		*check->ret_detail = arena_format(check->arena, "%s%sfield %u", path.data,
			path.len == 0 ? "" : " ", message->unknown_fields[0].tag);
		return REFUSAL_UNKNOWN_FIELD;
	}
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		enum refusal refusal = check_field(check, message, &descriptor->fields[i], at);

		if (refusal != REFUSAL_NONE)
			return refusal;
	}
	return REFUSAL_NONE;
}

static enum refusal
check_field(const struct check *check, const ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field, const struct step *up)
{
	const char *member = (const char *)message + field->offset;
	const void *quantifier = (const char *)message + field->quantifier_offset;
	struct step at = {up, field->name, -1};
	const struct rule *rule;
	const char *elements;
	size_t count;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		*(const uint32_t *)quantifier != field->id)
		return REFUSAL_NONE;
	if (field->label != PROTOBUF_C_LABEL_REPEATED)
		return check_value(check, message->descriptor, field, member, &at);

	count = *(const size_t *)quantifier;
	rule = rule_of(message->descriptor, field->name, true);
	must(rule != NULL);
	if (count > (size_t)rule->max)
		return fault(check, REFUSAL_TOO_MANY, &at, arena_format(check->arena, "%zu", count),
			arena_format(check->arena, "at most %lld", (long long)rule->max));
	elements = *(const char *const *)member;
	for (size_t i = 0; i < count; i++) {
		enum refusal refusal;

		at.index = (int64_t)i;
		refusal = check_value(check, message->descriptor, field,
			elements + i * value_size(field->type), &at);
		if (refusal != REFUSAL_NONE)
			return refusal;
	}
	return REFUSAL_NONE;
}

static enum refusal
check_value(const struct check *check, const ProtobufCMessageDescriptor *owner,
	const ProtobufCFieldDescriptor *field, const void *value, const struct step *at)
{
	const struct rule *rule = rule_of(owner, field->name, false);
	const ProtobufCMessage *inner;
	int number;

	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		inner = *(const ProtobufCMessage *const *)value;
		return inner == NULL ? REFUSAL_NONE : check_inside(check, inner, at);
	case PROTOBUF_C_TYPE_BYTES:
		must(rule != NULL);
		return check_bytes(check, rule, value, at);
	case PROTOBUF_C_TYPE_ENUM:
		number = *(const int *)value;
		if (protobuf_c_enum_descriptor_get_value(field->descriptor, number) == NULL)
			return fault(check, REFUSAL_BAD_VALUE, at,
				arena_format(check->arena, "%d", number), TEXT("no such value"));
		return REFUSAL_NONE;
	case PROTOBUF_C_TYPE_DOUBLE:
		must(rule != NULL);
		return check_degrees(check, rule, *(const double *)value, at);
	case PROTOBUF_C_TYPE_UINT32:
		return check_number(check, rule, *(const uint32_t *)value, false, at);
	case PROTOBUF_C_TYPE_UINT64:
		return check_number(check, rule, *(const uint64_t *)value, false, at);
	case PROTOBUF_C_TYPE_INT64:
		return check_number(check, rule, *(const uint64_t *)value, true, at);
	default:
		must(field->type == PROTOBUF_C_TYPE_BOOL); /* clients send no other type */
		return REFUSAL_NONE;
	}
}

static enum refusal
check_bytes(const struct check *check, const struct rule *rule, const ProtobufCBinaryData *bytes,
	const struct step *at)
{
	struct text text = {(const char *)bytes->data, bytes->len};

	if (text.len == 0 && rule->min > 0)
		return fault(check, REFUSAL_MISSING_FIELD, at, TEXT(""), TEXT(""));
	if (rule->kind == RULE_RAW && text.len != (size_t)rule->max)
		return fault(check, REFUSAL_BAD_VALUE, at, length_of(check, text),
			arena_format(check->arena, "%lld bytes", (long long)rule->max));
	if (text.len > (size_t)rule->max)
		return fault(check, REFUSAL_TOO_LONG, at, length_of(check, text),
			arena_format(check->arena, "at most %lld bytes", (long long)rule->max));
	if (rule->kind == RULE_RAW)
		return REFUSAL_NONE;
	if (!text_is_utf8(text))
		return fault(check, REFUSAL_BAD_TEXT, at, TEXT(""),
			TEXT("UTF-8 without control characters"));
	if (rule->kind == RULE_LINE && !is_one_line(text))
		return fault(check, REFUSAL_BAD_TEXT, at, TEXT(""), TEXT("one line without tabs"));
	return REFUSAL_NONE;
}

static enum refusal
check_number(const struct check *check, const struct rule *rule, uint64_t value, bool is_signed,
	const struct step *at)
{
	bool fits = is_signed || value <= INT64_MAX;
	int64_t number = (int64_t)value;
	struct text right;

	if (rule == NULL || (fits && number >= rule->min && number <= rule->max))
		return REFUSAL_NONE;
	if (rule->right != NULL)
		right = text_of(rule->right);
	else if (rule->max == INT64_MAX)
		right = arena_format(check->arena, "%lld to 2^63-1", (long long)rule->min);
	else
		right = arena_format(check->arena, "%lld to %lld", (long long)rule->min,
			(long long)rule->max);
	return fault(check, REFUSAL_BAD_VALUE, at,
		fits ? arena_format(check->arena, "%lld", (long long)number) :
		       arena_format(check->arena, "%llu", (unsigned long long)value),
		right);
}

static enum refusal
check_degrees(const struct check *check, const struct rule *rule, double value,
	const struct step *at)
{
	if (value >= (double)rule->min && value <= (double)rule->max) /* neither holds for NaN */
		return REFUSAL_NONE;
	return fault(check, REFUSAL_BAD_VALUE, at, arena_format(check->arena, "%.10g", value),
		arena_format(check->arena, "%lld to %lld", (long long)rule->min,
			(long long)rule->max));
}

static const struct rule *
rule_of(const ProtobufCMessageDescriptor *message, const char *field, bool count)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].message == message && (rules[i].kind == RULE_COUNT) == count &&
			strcmp(rules[i].field, field) == 0)
			return &rules[i];
	}
	return NULL;
}

/* The three types that repeated fields of clients have. */
static size_t
value_size(ProtobufCType type)
{
	if (type == PROTOBUF_C_TYPE_UINT64)
		return sizeof(uint64_t);
	must(type == PROTOBUF_C_TYPE_BYTES || type == PROTOBUF_C_TYPE_MESSAGE);
	return type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : sizeof(void *);
}

static bool
is_one_line(struct text text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] < 0x20)
			return false;
	}
	return true;
}

static struct text
length_of(const struct check *check, struct text text)
{
	return arena_format(check->arena, "%zu bytes", text.len);
}

/* "report.severity 7: 0 to 4", or as much of it as is told. */
static enum refusal
fault(const struct check *check, enum refusal refusal, const struct step *at, struct text value,
	struct text right)
{
	struct text path = path_of(check->arena, at);

	*check->ret_detail = arena_format(check->arena, "%s%s%.*s%s%.*s", path.data,
		value.len > 0 ? " " : "", (int)value.len, value.data, right.len > 0 ? ": " : "",
		(int)right.len, right.data);
	return refusal;
}

static struct text
path_of(struct arena *arena, const struct step *at)
{
	struct text up = at->up == NULL ? TEXT("") : path_of(arena, at->up);
	const char *dot = up.len == 0 ? "" : ".";

	if (at->name == NULL)
		return up;
	if (at->index < 0)
		return arena_format(arena, "%s%s%s", up.data, dot, at->name);
	return arena_format(arena, "%s%s%s[%lld]", up.data, dot, at->name, (long long)at->index);
}
