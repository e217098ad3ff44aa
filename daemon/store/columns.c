/* columns.c — reading rows of PostgreSQL's binary format (big-endian integers, times from 2000). */
#include "store/columns.h"

#include <string.h>

#include "base/must.h"

#define EPOCH_OF_DATABASE_US (INT64_C(946684800) * US_PER_SECOND)

static void read_value(const PGresult *result, int row, int at, const struct column *column,
	struct arena *arena, char *ret_field);
static void read_bytes(const PGresult *result, int row, int at, size_t size, char *ret_field);

void
columns_read(const PGresult *result, int row, int first, const struct column *columns,
	size_t columns_count, struct arena *arena, void *ret_record)
{
	must(PQnfields(result) >= first + (int)columns_count);
	for (size_t i = 0; i < columns_count; i++)
		read_value(result, row, first + (int)i, &columns[i], arena,
			(char *)ret_record + columns[i].offset);
}

int64_t
value_integer(const PGresult *result, int row, int column)
{
	const unsigned char *bytes = (const unsigned char *)PQgetvalue(result, row, column);
	int len = PQgetlength(result, row, column);
	uint64_t value = 0;

	if (PQgetisnull(result, row, column))
		return 0;
	must(len == 2 || len == 4 || len == 8);
	for (int i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	if (len == 2)
		return (int16_t)value;
	return len == 4 ? (int32_t)value : (int64_t)value;
}

bool
value_bool(const PGresult *result, int row, int column)
{
	return !PQgetisnull(result, row, column) && *PQgetvalue(result, row, column) != 0;
}

struct instant
value_instant(const PGresult *result, int row, int column)
{
	if (PQgetisnull(result, row, column))
		return INSTANT_NEVER;
	return instant_of_database(value_integer(result, row, column));
}

struct text
value_text(const PGresult *result, int row, int column)
{
	if (PQgetisnull(result, row, column))
		return TEXT_NONE;
	return (struct text){PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column)};
}

int64_t
instant_to_database(struct instant at)
{
	if (instant_is_never(at) || at.us == INT64_MIN)
		return at.us;
	if (at.us < INT64_MIN + EPOCH_OF_DATABASE_US)
		return INT64_MIN + 1; /* out of its range: the database refuses it */
	return at.us - EPOCH_OF_DATABASE_US;
}

struct instant
instant_of_database(int64_t us)
{
	int64_t sum;

	if (__builtin_add_overflow(us, EPOCH_OF_DATABASE_US, &sum))
		return INSTANT_NEVER;
	return (struct instant){sum};
}

static void
read_value(const PGresult *result, int row, int at, const struct column *column, struct arena *arena,
	char *ret_field)
{
	bool null = PQgetisnull(result, row, at) != 0;

	switch (column->type) {
	case COLUMN_INT: {
		int32_t value = null ? column->none : (int32_t)value_integer(result, row, at);

		memcpy(ret_field, &value, sizeof(value));
		break;
	}
	case COLUMN_LONG: {
		int64_t value = value_integer(result, row, at);

		memcpy(ret_field, &value, sizeof(value));
		break;
	}
	case COLUMN_BOOL: {
		bool value = value_bool(result, row, at);

		memcpy(ret_field, &value, sizeof(value));
		break;
	}
	case COLUMN_INSTANT: {
		struct instant value = value_instant(result, row, at);

		memcpy(ret_field, &value, sizeof(value));
		break;
	}
	case COLUMN_TEXT:
	case COLUMN_BYTES: {
		struct text value = value_text(result, row, at);

		value = value.len == 0 ? TEXT_NONE : arena_text(arena, value);
		memcpy(ret_field, &value, sizeof(value));
		break;
	}
	case COLUMN_UUID:
	case COLUMN_DIGEST:
		read_bytes(result, row, at, 16, ret_field);
		break;
	case COLUMN_KEY:
		read_bytes(result, row, at, 32, ret_field);
		break;
	}
}

static void
read_bytes(const PGresult *result, int row, int at, size_t size, char *ret_field)
{
	struct text value = value_text(result, row, at);

	memset(ret_field, 0, size);
	if (value.len == size)
		memcpy(ret_field, value.data, size);
}
