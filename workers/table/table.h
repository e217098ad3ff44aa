/* table.h — a table from a file: CSV rows, named by a mapping, so that a city's own file needs no code.
 *
 * A mapping is a JSON object:
 *   "columns": {"code": "unit_id", …}   our column ← the file's column
 *   "fixed":   {"tier": "town", …}      our column ← always this
 *   "values":  {"tier": {"镇": "town"}} our column: words replaced (after "columns"; others stay)
 *   "skip":    [{"column": "status", "matches": "^Void"}]   rows left out (POSIX extended)
 *   "when":    [{"column": "limit", "matches": "^([0-9]+)工作日$",
 *                "set": {"limit_kind": "working_days", "limit": "\\1"}}]   in order, every match applies
 *   "join":    {"class": ["{kind}", "/", "{class_code}"]}    our column ← file's columns put together
 * "skip" and "when" look at the file's column of that name, or, where the file has none, at ours.
 * Without a mapping the file's columns are taken as they are named. UTF-8; a BOM is skipped; CRLF or
 * LF; RFC 4180 quoting with line ends inside fields. */
#ifndef HUYING_TABLE_TABLE_H
#define HUYING_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

struct table;

struct table_columns { /* what the reader understands */
	const char *const *names; /* NULL-terminated */
};

/* NULL with a sentence (file, line, what would be right) in ret_why. `mapping_path` may be NULL.
 * An unknown column name in the mapping, a mapped column the file lacks, a file that is not UTF-8:
 * refused here. A column of the file that no one understands is ignored only under a mapping. */
struct table *table_open(struct arena *arena, const char *csv_path, const char *mapping_path,
	const struct table_columns *columns, struct text *ret_why);
void table_close(struct table **table);

/* Next row; false at the end, or on a malformed row (then ret_why is not empty; asked again, the table
 * goes on behind that row, so that every bad line can be reported). */
bool table_next(struct table *table, struct text *ret_why);
/* Value in the present row; empty when the row has none. Borrowed until the next row. */
struct text table_get(const struct table *table, const char *column);
/* Can any row have a value there: does the file, or the mapping, give this column? */
bool table_has(const struct table *table, const char *column);
/* Line of the file on which the present row begins, from 1 (the header is line 1). */
size_t table_line(const struct table *table);
/* For progress: bytes read so far and in all. */
size_t table_bytes_read(const struct table *table);
size_t table_bytes(const struct table *table);

#endif
