/* columns.h — C values ↔ PostgreSQL's binary format, by tables.
 *
 * A table of columns says for each column of a statement which field of a struct it is. The same
 * table writes arrays of parameters (params_rows) and reads rows (columns_read), so the two cannot
 * differ. NULL means "none" wherever a struct has 0, an empty text or INSTANT_NEVER. */
#ifndef HUYING_STORE_COLUMNS_H
#define HUYING_STORE_COLUMNS_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/instant.h"

enum column_type {
	COLUMN_INT,     /* int32_t or an enum ↔ smallint, int; written as int, the table's type is checked there */
	COLUMN_LONG,    /* int64_t ↔ bigint (reads any integer) */
	COLUMN_BOOL,    /* bool */
	COLUMN_INSTANT, /* struct instant ↔ timestamptz */
	COLUMN_TEXT,    /* struct text ↔ text */
	COLUMN_BYTES,   /* struct text ↔ bytea */
	COLUMN_UUID,    /* 16 bytes ↔ uuid */
	COLUMN_DIGEST,  /* 16 bytes ↔ bytea */
	COLUMN_KEY      /* 32 bytes ↔ bytea */
};

struct column {
	const char *name; /* in the statement */
	enum column_type type;
	size_t offset;
	bool nullable;    /* its "none" is written as NULL */
	int32_t none;     /* COLUMN_INT: what stands for NULL, if not 0 */
};

#define COLUMN(type, record, field) {#field, COLUMN_##type, offsetof(struct record, field), false, 0}
#define COLUMN_OR_NULL(type, record, field) \
	{#field, COLUMN_##type, offsetof(struct record, field), true, 0}

/* Reads columns `first` and on of a row; texts are copied into the arena. */
void columns_read(const PGresult *result, int row, int first, const struct column *columns,
	size_t columns_count, struct arena *arena, void *ret_record);

/* One value of a result in binary format; 0, empty and INSTANT_NEVER for NULL. */
int64_t value_integer(const PGresult *result, int row, int column);
bool value_bool(const PGresult *result, int row, int column);
struct instant value_instant(const PGresult *result, int row, int column);
/* Borrowed from the result. */
struct text value_text(const PGresult *result, int row, int column);

/* Microseconds since 2000-01-01, as PostgreSQL counts; INSTANT_NEVER is its `infinity`, the
 * smallest its `-infinity`. */
int64_t instant_to_database(struct instant at);
struct instant instant_of_database(int64_t us);

#endif
