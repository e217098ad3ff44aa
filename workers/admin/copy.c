/* copy.c — COPY's text format: tabs between fields, backslashes before what would end one. */
#include "admin/copy.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/db.h"
#include "admin/list.h"
#include "base/must.h"

struct copy {
	struct arena *arena;
	const char *table, *sql, *constant;
	struct list lines; /* struct text, without district, edition, constant and the line end */
	char *bytes;
	size_t len, max;
	bool begun; /* a field of the present row is there already */
};

static void add(struct copy *copy, const char *bytes, size_t len);
static void add_escaped(struct copy *copy, struct text value);
static void next_field(struct copy *copy);

struct copy *
copy_new(struct arena *arena, const char *table, const char *sql, const char *constant)
{
	struct copy *copy = arena_take(arena, sizeof(*copy));

	*copy = (struct copy){.arena = arena, .table = table, .sql = sql, .constant = constant};
	return copy;
}

void
copy_text(struct copy *copy, struct text value)
{
	next_field(copy);
	add_escaped(copy, value);
}

void
copy_null(struct copy *copy)
{
	next_field(copy);
	add(copy, "\\N", 2);
}

void
copy_int(struct copy *copy, int64_t value)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRId64, value);

	next_field(copy);
	add(copy, digits, (size_t)len);
}

void
copy_int_or_null(struct copy *copy, int64_t value)
{
	if (value == 0)
		copy_null(copy);
	else
		copy_int(copy, value);
}

void
copy_yes(struct copy *copy, bool value)
{
	next_field(copy);
	add(copy, value ? "t" : "f", 1);
}

/* An array literal with every element quoted, escaped once for the array and once for COPY. */
void
copy_list(struct copy *copy, const struct text *values, size_t count)
{
	next_field(copy);
	add(copy, "{", 1);
	for (size_t i = 0; i < count; i++) {
		add(copy, i == 0 ? "\"" : ",\"", i == 0 ? 1 : 2);
		for (size_t j = 0; j < values[i].len; j++) {
			if (strchr("\\\"", values[i].data[j]) != NULL)
				add_escaped(copy, TEXT("\\"));
			add_escaped(copy, (struct text){values[i].data + j, 1});
		}
		add(copy, "\"", 1);
	}
	add(copy, "}", 1);
}

void
copy_end_row(struct copy *copy)
{
	*LIST_ADD(copy->arena, &copy->lines, struct text) =
		arena_text(copy->arena, (struct text){copy->bytes, copy->len});
	copy->len = 0;
	copy->begun = false;
}

size_t
copy_rows(const struct copy *copy)
{
	return copy->lines.count;
}

static int
by_bytes(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

struct text
copies_digest(struct arena *arena, struct copy *const *copies, size_t count)
{
	crypto_generichash_state state;
	unsigned char digest[crypto_generichash_BYTES];
	char *hex = arena_take(arena, 2 * sizeof(digest) + 1);

	crypto_generichash_init(&state, NULL, 0, sizeof(digest));
	for (size_t i = 0; i < count; i++) {
		size_t lines = copies[i]->lines.count;
		struct text *sorted = arena_take_array(arena, lines, sizeof(*sorted));

		if (lines > 0)
			memcpy(sorted, copies[i]->lines.rows, lines * sizeof(*sorted));
		if (lines > 1)
			qsort(sorted, lines, sizeof(*sorted), by_bytes);
		crypto_generichash_update(&state, (const unsigned char *)copies[i]->table,
			strlen(copies[i]->table) + 1);
		for (size_t j = 0; j < lines; j++) {
			crypto_generichash_update(
				&state, (const unsigned char *)sorted[j].data, sorted[j].len);
			crypto_generichash_update(&state, (const unsigned char *)"\n", 1);
		}
	}
	crypto_generichash_final(&state, digest, sizeof(digest));
	sodium_bin2hex(hex, 2 * sizeof(digest) + 1, digest, sizeof(digest));
	return text_of(hex);
}

void
copy_send(struct db *db, struct copy *copy, int32_t district, int32_t edition)
{
	struct text lead = arena_format(copy->arena, "%" PRId32 "\t%" PRId32 "\t%s%s", district,
		edition, copy->constant == NULL ? "" : copy->constant,
		copy->constant == NULL ? "" : "\t");

	copy->len = 0;
	for (size_t i = 0; i < copy->lines.count; i++) {
		struct text line = *LIST_AT(&copy->lines, struct text, i);

		add(copy, lead.data, lead.len);
		add(copy, line.data, line.len);
		add(copy, "\n", 1);
	}
	db_copy(db, copy->sql, copy->bytes, copy->len);
	copy->len = 0;
}

static void
add(struct copy *copy, const char *bytes, size_t len)
{
	if (copy->len + len > copy->max) {
		char *larger;

		copy->max = copy->max == 0 ? 4096 : copy->max * 2;
		while (copy->len + len > copy->max)
			copy->max *= 2;
		larger = arena_take(copy->arena, copy->max);
		if (copy->len > 0)
			memcpy(larger, copy->bytes, copy->len);
		copy->bytes = larger;
	}
	if (len > 0)
		memcpy(copy->bytes + copy->len, bytes, len);
	copy->len += len;
}

static void
add_escaped(struct copy *copy, struct text value)
{
	for (size_t i = 0; i < value.len; i++) {
		switch (value.data[i]) {
		case '\\':
			add(copy, "\\\\", 2);
			break;
		case '\t':
			add(copy, "\\t", 2);
			break;
		case '\n':
			add(copy, "\\n", 2);
			break;
		case '\r':
			add(copy, "\\r", 2);
			break;
		default:
			add(copy, value.data + i, 1);
			break;
		}
	}
}

static void
next_field(struct copy *copy)
{
	if (copy->begun)
		add(copy, "\t", 1);
	copy->begun = true;
}
