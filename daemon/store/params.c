/* params.c — writing binary parameters: single values, and arrays column by column for unnest. */
#include "store/params.h"

#include <string.h>

#include "base/must.h"

/* Numbers of PostgreSQL's built-in types (pg_type.dat); they never change. */
static const struct {
	uint32_t oid;
	size_t size; /* in C, and for an array's first guess */
} types[] = {
	[COLUMN_INT] = {23, sizeof(int32_t)},
	[COLUMN_LONG] = {20, sizeof(int64_t)},
	[COLUMN_BOOL] = {16, sizeof(bool)},
	[COLUMN_INSTANT] = {1184, sizeof(struct instant)},
	[COLUMN_TEXT] = {25, sizeof(struct text)},
	[COLUMN_BYTES] = {17, sizeof(struct text)},
	[COLUMN_UUID] = {2950, 16},
	[COLUMN_DIGEST] = {17, 16},
	[COLUMN_KEY] = {17, 32},
};

struct bytes {
	struct arena *arena;
	char *data;
	size_t len, room;
};

static void put_array(struct params *params, const struct column *column, const char *const *fields,
	size_t count);
static void put_field(struct bytes *bytes, const struct column *column, const char *field);
static bool field_is_none(const struct column *column, const char *field);
static char *bytes_grow(struct bytes *bytes, size_t size);
static void bytes_u32(struct bytes *bytes, uint32_t value);
static void bytes_u64(struct bytes *bytes, uint64_t value);
static void params_add(struct params *params, const char *data, size_t len);

struct params
params_new(struct arena *arena)
{
	return (struct params){.arena = arena};
}

void
params_integer(struct params *params, int32_t value)
{
	struct bytes bytes = {params->arena, NULL, 0, 0};

	bytes_u32(&bytes, (uint32_t)value);
	params_add(params, bytes.data, bytes.len);
}

void
params_long(struct params *params, int64_t value)
{
	struct bytes bytes = {params->arena, NULL, 0, 0};

	bytes_u64(&bytes, (uint64_t)value);
	params_add(params, bytes.data, bytes.len);
}

void
params_instant(struct params *params, struct instant value)
{
	params_long(params, instant_to_database(value));
}

void
params_text(struct params *params, struct text value)
{
	params_add(params, value.len == 0 ? "" : value.data, value.len);
}

void
params_null(struct params *params)
{
	params_add(params, NULL, 0);
}

void
params_array(struct params *params, enum column_type type, const void *values, size_t count)
{
	const struct column column = {"", type, 0, false, 0};
	const char **fields = arena_take_array(params->arena, count, sizeof(*fields));

	for (size_t i = 0; i < count; i++)
		fields[i] = (const char *)values + i * types[type].size;
	put_array(params, &column, fields, count);
}

void
params_rows(struct params *params, const struct column *columns, size_t columns_count,
	const void *const *records, size_t count)
{
	const char **fields = arena_take_array(params->arena, count, sizeof(*fields));

	for (size_t i = 0; i < columns_count; i++) {
		for (size_t row = 0; row < count; row++)
			fields[row] = (const char *)records[row] + columns[i].offset;
		put_array(params, &columns[i], fields, count);
	}
}

/* dimensions, has NULLs, type of the elements, then size and lower bound of the one dimension. */
static void
put_array(struct params *params, const struct column *column, const char *const *fields, size_t count)
{
	struct bytes bytes = {params->arena, NULL, 0, 20 + count * (4 + types[column->type].size)};

	must(count < INT32_MAX / 64);
	bytes.data = arena_take(bytes.arena, bytes.room);
	bytes_u32(&bytes, count == 0 ? 0 : 1);
	bytes_u32(&bytes, column->nullable);
	bytes_u32(&bytes, types[column->type].oid);
	if (count > 0) {
		bytes_u32(&bytes, (uint32_t)count);
		bytes_u32(&bytes, 1);
	}
	for (size_t i = 0; i < count; i++) {
		if (column->nullable && field_is_none(column, fields[i]))
			bytes_u32(&bytes, UINT32_MAX);
		else
			put_field(&bytes, column, fields[i]);
	}
	params_add(params, bytes.data, bytes.len);
}

static void
put_field(struct bytes *bytes, const struct column *column, const char *field)
{
	switch (column->type) {
	case COLUMN_INT: {
		uint32_t value;

		memcpy(&value, field, sizeof(value));
		bytes_u32(bytes, 4);
		bytes_u32(bytes, value);
		break;
	}
	case COLUMN_LONG: {
		uint64_t value;

		memcpy(&value, field, sizeof(value));
		bytes_u32(bytes, 8);
		bytes_u64(bytes, value);
		break;
	}
	case COLUMN_BOOL: {
		bool value;

		memcpy(&value, field, sizeof(value));
		bytes_u32(bytes, 1);
		*bytes_grow(bytes, 1) = value ? 1 : 0;
		break;
	}
	case COLUMN_INSTANT: {
		struct instant value;

		memcpy(&value, field, sizeof(value));
		bytes_u32(bytes, 8);
		bytes_u64(bytes, (uint64_t)instant_to_database(value));
		break;
	}
	case COLUMN_TEXT:
	case COLUMN_BYTES: {
		struct text value;

		memcpy(&value, field, sizeof(value));
		bytes_u32(bytes, (uint32_t)value.len);
		if (value.len > 0)
			memcpy(bytes_grow(bytes, value.len), value.data, value.len);
		break;
	}
	case COLUMN_UUID:
	case COLUMN_DIGEST:
	case COLUMN_KEY: {
		size_t size = types[column->type].size;

		bytes_u32(bytes, (uint32_t)size);
		memcpy(bytes_grow(bytes, size), field, size);
		break;
	}
	}
}

static bool
field_is_none(const struct column *column, const char *field)
{
	static const char zeros[32];

	switch (column->type) {
	case COLUMN_INT:
		return memcmp(field, &column->none, sizeof(column->none)) == 0;
	case COLUMN_INSTANT: {
		struct instant at;

		memcpy(&at, field, sizeof(at));
		return instant_is_never(at);
	}
	case COLUMN_TEXT:
	case COLUMN_BYTES: {
		struct text text;

		memcpy(&text, field, sizeof(text));
		return text.len == 0;
	}
	case COLUMN_LONG:
	case COLUMN_BOOL:
	case COLUMN_UUID:
	case COLUMN_DIGEST:
	case COLUMN_KEY:
		break;
	}
	return memcmp(field, zeros, types[column->type].size) == 0;
}

static char *
bytes_grow(struct bytes *bytes, size_t size)
{
	char *place;

	if (bytes->room - bytes->len < size) {
		size_t room = (bytes->len + size) * 2;
		char *data = arena_take(bytes->arena, room);

		if (bytes->len > 0)
			memcpy(data, bytes->data, bytes->len);
		bytes->data = data;
		bytes->room = room;
	}
	place = bytes->data + bytes->len;
	bytes->len += size;
	return place;
}

static void
bytes_u32(struct bytes *bytes, uint32_t value)
{
	char *place = bytes_grow(bytes, 4);

	for (int i = 0; i < 4; i++)
		place[i] = (char)(unsigned char)(value >> (24 - 8 * i));
}

static void
bytes_u64(struct bytes *bytes, uint64_t value)
{
	bytes_u32(bytes, (uint32_t)(value >> 32));
	bytes_u32(bytes, (uint32_t)value);
}

static void
params_add(struct params *params, const char *data, size_t len)
{
	must(params->count < PARAMS_MAX);
	must(len < INT32_MAX);
	params->values[params->count] = data;
	params->lengths[params->count] = (int)len;
	params->count++;
}
