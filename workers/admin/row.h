/* row.h — one row on its way in: from a file, or as it was published.
 *
 * Both have the same columns, so both are read and checked by the same code. Whatever is wrong is
 * kept as a complaint (file, line, column, what would be right) and reading goes on, so that one run
 * shows every bad line. */
#ifndef HUYING_ADMIN_ROW_H
#define HUYING_ADMIN_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/db.h"
#include "admin/list.h"
#include "core/instant.h"
#include "table/table.h"

/* Where a row stands, for complaints. */
struct origin {
	const char *file; /* or "published units" */
	size_t line;
};
#define PUBLISHED "published "
bool origin_is_published(struct origin origin);

struct complaints {
	struct arena *arena;
	struct list rows; /* struct complaint */
};

struct complaint {
	struct origin origin;
	size_t order;
	struct text words;
};

void complain(struct complaints *complaints, struct origin origin, const char *column, const char *format,
	...) __attribute__((format(printf, 4, 5)));
/* The first hundred on stderr, sorted by file and line, then how many more there are. */
void complaints_print(struct complaints *complaints);

struct row {
	struct complaints *complaints;
	struct origin origin;
	const struct table *table; /* or */
	const struct answer *answer;
	size_t at;
};

/* Values live as long as the complaints' arena. */
struct text row_get(const struct row *row, const char *column);
struct text row_words(const struct row *row, const char *column, bool required);
/* Without spaces, at most 64 bytes. */
struct text row_code(const struct row *row, const char *column, bool required);
struct text row_class(const struct row *row, const char *column, bool required);
int32_t row_int(const struct row *row, const char *column, int32_t smallest, int32_t largest,
	int32_t otherwise);
bool row_yes(const struct row *row, const char *column, bool otherwise);
/* Number of a word of the list `kind` (as in the table vocab); 0 when empty or wrong. */
int row_word(const struct row *row, const char *column, const char *kind, bool required);
struct span row_span(const struct row *row, const char *column, struct span otherwise);
struct instant row_instant(const struct row *row, const char *column, struct instant otherwise);
/* Codes parted by spaces. */
const struct text *row_list(const struct row *row, const char *column, size_t *ret_count);

/* "90s", "15m", "4h", "2d", also "1h30m"; at most a hundred years. */
bool span_parse(struct text text, struct span *ret_span);
/* The same, in the largest unit that has no rest: "36h", "0s". */
struct text span_text(struct arena *arena, struct span span);
bool instant_parse(struct text text, struct instant *ret_instant); /* RFC 3339 with an offset */
/* "2026-01-02T03:04:05.000006Z" */
struct text instant_text(struct arena *arena, struct instant at);
struct text date_text(struct arena *arena, int32_t days);

#endif
