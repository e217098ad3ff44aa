/* table.c — libcsv reads the rows, jansson the mapping, POSIX regular expressions the conditions.
 *
 * The file is read whole (a city's table is a few megabytes). libcsv knows no lines, so it is fed
 * one line at a time: that is how a row knows where it began, and how reading goes on behind a bad
 * row. */
#include "table/table.h"

#include <csv.h>
#include <errno.h>
#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define NOWHERE ((size_t)-1)
#define GROUPS_MAX 10

/* Our column as the row gets it: from the file's column, put together, or always the same. */
struct source {
	size_t column; /* index into the file's columns, or NOWHERE */
	struct text fixed;
	const struct text *pieces; /* of a join: "{name}" was resolved, the others are words */
	const size_t *piece_columns;
	size_t pieces_count;
	bool given;
};

struct replacement {
	size_t ours;
	struct text from, to;
};

struct assignment {
	size_t ours;
	struct text value; /* with \0 … \9 */
};

struct condition {
	size_t file_column, ours; /* one of them; the other NOWHERE */
	regex_t regex;
	const struct assignment *sets; /* none: the row is skipped */
	size_t sets_count;
};

struct table {
	struct arena *arena; /* what lasts as long as the table */
	struct arena *row_arena;
	const char *path;
	const char *const *names;
	size_t names_count;
	char *bytes;
	size_t size, at;
	struct csv_parser parser;
	bool parser_open;
	size_t next_line; /* of the file, where `at` stands */
	size_t row_line;
	struct text *header;
	size_t header_count;
	struct text *fields; /* of the row being read */
	size_t fields_count, fields_max;
	bool row_done;
	struct source *sources; /* [names_count] */
	struct replacement *replacements;
	size_t replacements_count;
	struct condition *conditions; /* skips first, then whens in order */
	size_t conditions_count;
	struct text *values; /* [names_count], of the present row */
};

static bool read_file(struct table *table, struct text *ret_why);
static bool read_header(struct table *table, struct text *ret_why);
static bool check_text(struct table *table, struct text *ret_why);
static void take_as_named(struct table *table);
static bool check_header(struct table *table, struct text *ret_why);
static bool read_mapping(struct table *table, const char *path, struct text *ret_why);
static bool read_fields(struct table *table, struct text *ret_why);
static void map_row(struct table *table);
static bool is_skipped(const struct table *table);
static void apply_conditions(struct table *table);

struct table *
table_open(struct arena *arena, const char *csv_path, const char *mapping_path,
	const struct table_columns *columns, struct text *ret_why)
{
	struct table *table = calloc(1, sizeof(*table));
	bool good;

	must(table != NULL);
	*ret_why = TEXT_NONE;
	table->arena = arena;
	table->row_arena = arena_new();
	table->path = arena_text(arena, text_of(csv_path)).data;
	table->names = columns->names;
	while (columns->names[table->names_count] != NULL)
		table->names_count++;
	table->sources = arena_take_array(arena, table->names_count, sizeof(*table->sources));
	table->values = arena_take_array(arena, table->names_count, sizeof(*table->values));
	for (size_t i = 0; i < table->names_count; i++)
		table->sources[i].column = NOWHERE;
	table->next_line = 1;

	good = read_file(table, ret_why) && check_text(table, ret_why) &&
	       read_header(table, ret_why);
	if (good && mapping_path != NULL)
		good = read_mapping(table, mapping_path, ret_why);
	else if (good)
		good = check_header(table, ret_why);
	if (!good)
		table_close(&table);
	return table;
}

void
table_close(struct table **table)
{
	if (*table == NULL)
		return;
	for (size_t i = 0; i < (*table)->conditions_count; i++)
		regfree(&(*table)->conditions[i].regex);
	if ((*table)->parser_open)
		csv_free(&(*table)->parser);
	free((*table)->fields);
	free((*table)->bytes);
	arena_free((*table)->row_arena);
	free(*table);
	*table = NULL;
}

bool
table_next(struct table *table, struct text *ret_why)
{
	*ret_why = TEXT_NONE;
	do {
		arena_reset(table->row_arena);
		if (!read_fields(table, ret_why))
			return false;
		if (table->fields_count != table->header_count) {
			*ret_why = arena_format(table->arena,
				"%s:%zu: the row has %zu fields; the header names %zu", table->path,
				table->row_line, table->fields_count, table->header_count);
			return false;
		}
		map_row(table);
	} while (is_skipped(table));
	apply_conditions(table);
	return true;
}

struct text
table_get(const struct table *table, const char *column)
{
	for (size_t i = 0; i < table->names_count; i++)
		if (strcmp(table->names[i], column) == 0)
			return table->values[i];
	return TEXT_NONE;
}

bool
table_has(const struct table *table, const char *column)
{
	for (size_t i = 0; i < table->names_count; i++)
		if (strcmp(table->names[i], column) == 0)
			return table->sources[i].given;
	return false;
}

size_t
table_line(const struct table *table)
{
	return table->row_line;
}

size_t
table_bytes_read(const struct table *table)
{
	return table->at;
}

size_t
table_bytes(const struct table *table)
{
	return table->size;
}

/* ---- the file ---- */

static bool
read_file(struct table *table, struct text *ret_why)
{
	FILE *file = fopen(table->path, "rb");
	size_t room = 0, got = 1;

	while (file != NULL && got > 0) {
		if (table->size + 65536 > room) {
			room = room == 0 ? (size_t)1 << 20 : room * 2;
			table->bytes = realloc(table->bytes, room);
			must(table->bytes != NULL);
		}
		got = fread(table->bytes + table->size, 1, room - table->size - 1, file);
		table->size += got;
	}
	if (file == NULL || ferror(file)) {
		*ret_why = arena_format(
			table->arena, "%s cannot be read: %s", table->path, strerror(errno));
		if (file != NULL)
			fclose(file);
		return false;
	}
	fclose(file);
	if (table->size >= 3 && memcmp(table->bytes, "\xef\xbb\xbf", 3) == 0)
		table->at = 3;
	return true;
}

static bool
check_text(struct table *table, struct text *ret_why)
{
	size_t line = 1;

	for (size_t from = table->at; from < table->size; line++) {
		const char *end = memchr(table->bytes + from, '\n', table->size - from);
		size_t until = end == NULL ? table->size : (size_t)(end - table->bytes) + 1;

		if (!text_is_utf8((struct text){table->bytes + from, until - from})) {
			*ret_why = arena_format(table->arena,
				"%s:%zu: not clean UTF-8 text; save the file as UTF-8, without "
				"control characters",
				table->path, line);
			return false;
		}
		from = until;
	}
	return true;
}

static void
take_field(void *data, size_t len, void *user)
{
	struct table *table = user;

	if (table->fields_count == table->fields_max) {
		table->fields_max = table->fields_max == 0 ? 32 : table->fields_max * 2;
		table->fields = realloc(table->fields, table->fields_max * sizeof(*table->fields));
		must(table->fields != NULL);
	}
	table->fields[table->fields_count++] =
		arena_text(table->row_arena, (struct text){data, len});
}

static void
take_row(int terminator, void *user)
{
	struct table *table = user;

	(void)terminator;
	table->row_done = true;
}

static void
parser_begin(struct table *table)
{
	if (table->parser_open)
		csv_free(&table->parser);
	must(csv_init(&table->parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
	table->parser_open = true;
	table->fields_count = 0;
	table->row_done = false;
}

static bool
line_is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(" \t\r\n", line[i]) == NULL)
			return false;
	return true;
}

/* One row into `fields`; false at the end, or with words where the quoting is broken. */
static bool
read_fields(struct table *table, struct text *ret_why)
{
	bool begun = false;

	parser_begin(table);
	while (!table->row_done) {
		const char *line = table->bytes + table->at;
		size_t left = table->size - table->at;
		const char *end = left == 0 ? NULL : memchr(line, '\n', left);
		size_t len = end == NULL ? left : (size_t)(end - line) + 1;

		if (left == 0 && !begun)
			return false;
		if (begun || !line_is_blank(line, len)) {
			if (!begun)
				table->row_line = table->next_line;
			begun = true;
			if (left == 0 ? csv_fini(&table->parser, take_field, take_row, table) != 0
				      : csv_parse(&table->parser, line, len, take_field, take_row,
						table) != len) {
				*ret_why = arena_format(table->arena,
					"%s:%zu: the quotes of this row do not match; a field with "
					"a comma, a quote or "
					"a line end stands in quotes, and a quote in it is doubled",
					table->path, table->row_line);
				table->at += len;
				table->next_line++;
				return false;
			}
		}
		table->at += len;
		table->next_line++;
	}
	return true;
}

static bool
read_header(struct table *table, struct text *ret_why)
{
	if (!read_fields(table, ret_why)) {
		if (ret_why->len == 0)
			*ret_why = arena_format(table->arena,
				"%s is empty; its first line must name the columns", table->path);
		return false;
	}
	table->header_count = table->fields_count;
	table->header = arena_take_array(table->arena, table->header_count, sizeof(*table->header));
	for (size_t i = 0; i < table->header_count; i++) {
		table->header[i] = arena_text(table->arena, table->fields[i]);
		for (size_t j = 0; j < i; j++)
			if (text_equal(table->header[i], table->header[j])) {
				*ret_why = arena_format(table->arena,
					"%s:%zu: the column %s stands there twice", table->path,
					table->row_line, table->header[i].data);
				return false;
			}
	}
	return true;
}

static size_t
find_ours(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->names_count; i++)
		if (strcmp(table->names[i], name) == 0)
			return i;
	return NOWHERE;
}

static size_t
find_theirs(const struct table *table, struct text name)
{
	for (size_t i = 0; i < table->header_count; i++)
		if (text_equal(table->header[i], name))
			return i;
	return NOWHERE;
}

static struct text
list_names(const struct table *table)
{
	struct text list = TEXT("");

	for (size_t i = 0; i < table->names_count; i++)
		list = arena_format(
			table->arena, "%s%s%s", list.data, i == 0 ? "" : " ", table->names[i]);
	return list;
}

static struct text
list_theirs(const struct table *table)
{
	struct text list = TEXT("");

	for (size_t i = 0; i < table->header_count; i++)
		list = arena_format(table->arena, "%s%s%s", list.data, i == 0 ? "" : " ",
			table->header[i].data);
	return list;
}

static void
take_as_named(struct table *table)
{
	for (size_t i = 0; i < table->names_count; i++) {
		struct source *source = &table->sources[i];

		source->column = find_theirs(table, text_of(table->names[i]));
		source->given = source->column != NOWHERE;
	}
}

/* Without a mapping every column must be one of ours: a misspelt name is not dropped in silence. */
static bool
check_header(struct table *table, struct text *ret_why)
{
	take_as_named(table);
	for (size_t i = 0; i < table->header_count; i++) {
		if (find_ours(table, table->header[i].data) != NOWHERE)
			continue;
		*ret_why = arena_format(table->arena,
			"%s:1: the column %s is unknown; it may be one of: %s; or name the file's "
			"columns in a "
			"mapping (FILE.csv:MAPPING.json)",
			table->path, table->header[i].data, list_names(table).data);
		return false;
	}
	return true;
}

/* ---- the mapping ---- */

struct mapping {
	struct table *table;
	const char *path;
	struct text why;
};

static bool
refuse(struct mapping *mapping, struct text why)
{
	if (mapping->why.len == 0)
		mapping->why =
			arena_format(mapping->table->arena, "%s: %s", mapping->path, why.data);
	return false;
}

/* Index of our column, or NOWHERE and words. */
static size_t
ours_of(struct mapping *mapping, const char *part, const char *name)
{
	size_t ours = find_ours(mapping->table, name);

	if (ours == NOWHERE)
		refuse(mapping, arena_format(mapping->table->arena,
					"\"%s\" names the column %s, which is unknown; it may be "
					"one of: %s",
					part, name, list_names(mapping->table).data));
	return ours;
}

static size_t
theirs_of(struct mapping *mapping, const char *part, struct text name)
{
	size_t theirs = find_theirs(mapping->table, name);

	if (theirs == NOWHERE)
		refuse(mapping,
			arena_format(mapping->table->arena,
				"\"%s\" names the file's column %s, but %s has: %s", part,
				name.data, mapping->table->path, list_theirs(mapping->table).data));
	return theirs;
}

static struct text
json_text(struct table *table, const json_t *string)
{
	return arena_text(
		table->arena, (struct text){json_string_value(string), json_string_length(string)});
}

static bool
want(struct mapping *mapping, bool good, const char *part, const char *right)
{
	return good || refuse(mapping, arena_format(mapping->table->arena, "\"%s\" must be %s",
					       part, right));
}

static bool
map_columns(struct mapping *mapping, json_t *value)
{
	const char *name;
	json_t *theirs;

	if (!want(mapping, json_is_object(value), "columns",
		    "an object {\"our column\": \"the file's\"}"))
		return false;
	json_object_foreach(value, name, theirs)
	{
		size_t ours = ours_of(mapping, "columns", name);
		size_t column;

		if (!want(mapping, json_is_string(theirs), "columns", "an object of strings") ||
			ours == NOWHERE)
			return false;
		column = theirs_of(mapping, "columns", json_text(mapping->table, theirs));
		if (column == NOWHERE)
			return false;
		mapping->table->sources[ours] = (struct source){.column = column, .given = true};
	}
	return true;
}

static bool
map_fixed(struct mapping *mapping, json_t *value)
{
	const char *name;
	json_t *fixed;

	if (!want(mapping, json_is_object(value), "fixed", "an object {\"our column\": \"value\"}"))
		return false;
	json_object_foreach(value, name, fixed)
	{
		size_t ours = ours_of(mapping, "fixed", name);

		if (!want(mapping, json_is_string(fixed), "fixed", "an object of strings") ||
			ours == NOWHERE)
			return false;
		mapping->table->sources[ours] = (struct source){.column = NOWHERE,
			.fixed = json_text(mapping->table, fixed),
			.given = true};
	}
	return true;
}

static bool
map_join(struct mapping *mapping, json_t *value)
{
	struct table *table = mapping->table;
	const char *name;
	json_t *list, *piece;
	size_t i;

	if (!want(mapping, json_is_object(value), "join",
		    "an object {\"our column\": [\"{theirs}\", …]}"))
		return false;
	json_object_foreach(value, name, list)
	{
		size_t ours = ours_of(mapping, "join", name);
		size_t count = json_array_size(list);
		struct text *pieces = arena_take_array(table->arena, count, sizeof(*pieces));
		size_t *columns = arena_take_array(table->arena, count, sizeof(*columns));

		if (!want(mapping, json_is_array(list) && count > 0, "join",
			    "an object of lists") ||
			ours == NOWHERE)
			return false;
		json_array_foreach(list, i, piece)
		{
			if (!want(mapping, json_is_string(piece), "join",
				    "an object of lists of strings"))
				return false;
			pieces[i] = json_text(table, piece);
			columns[i] = NOWHERE;
			if (pieces[i].len < 3 || pieces[i].data[0] != '{' ||
				pieces[i].data[pieces[i].len - 1] != '}')
				continue;
			columns[i] = theirs_of(mapping, "join",
				arena_text(table->arena,
					(struct text){pieces[i].data + 1, pieces[i].len - 2}));
			if (columns[i] == NOWHERE)
				return false;
		}
		table->sources[ours] = (struct source){.column = NOWHERE,
			.pieces = pieces,
			.piece_columns = columns,
			.pieces_count = count,
			.given = true};
	}
	return true;
}

static bool
map_values(struct mapping *mapping, json_t *value)
{
	struct table *table = mapping->table;
	const char *name, *from;
	json_t *words, *to;
	size_t count = 0;

	if (!want(mapping, json_is_object(value), "values",
		    "an object {\"our column\": {\"theirs\": \"ours\"}}"))
		return false;
	json_object_foreach(value, name, words) count += json_object_size(words);
	table->replacements = arena_take_array(table->arena, count, sizeof(*table->replacements));
	json_object_foreach(value, name, words)
	{
		size_t ours = ours_of(mapping, "values", name);

		if (!want(mapping, json_is_object(words), "values", "an object of objects") ||
			ours == NOWHERE)
			return false;
		json_object_foreach(words, from, to)
		{
			if (!want(mapping, json_is_string(to), "values",
				    "an object of objects of strings"))
				return false;
			table->replacements[table->replacements_count++] =
				(struct replacement){ours, arena_text(table->arena, text_of(from)),
					json_text(table, to)};
			if (from[0] == '\0')
				table->sources[ours].given = true;
		}
	}
	return true;
}

static bool
map_sets(struct mapping *mapping, json_t *sets, struct condition *condition)
{
	struct table *table = mapping->table;
	struct assignment *list =
		arena_take_array(table->arena, json_object_size(sets), sizeof(*list));
	const char *name;
	json_t *value;

	json_object_foreach(sets, name, value)
	{
		size_t ours = ours_of(mapping, "when", name);

		if (!want(mapping, json_is_string(value), "when",
			    "a list whose \"set\" holds strings") ||
			ours == NOWHERE)
			return false;
		list[condition->sets_count++] = (struct assignment){ours, json_text(table, value)};
		table->sources[ours].given = true;
	}
	condition->sets = list;
	return true;
}

/* `part` is "skip" or "when"; the conditions array has room for both. */
static bool
map_conditions(struct mapping *mapping, json_t *value, const char *part, bool with_sets)
{
	struct table *table = mapping->table;
	json_t *row;
	size_t i;

	if (!want(mapping, json_is_array(value), part, "a list"))
		return false;
	json_array_foreach(value, i, row)
	{
		json_t *column = json_object_get(row, "column"),
		       *matches = json_object_get(row, "matches");
		json_t *sets = json_object_get(row, "set");
		struct condition *condition = &table->conditions[table->conditions_count];
		struct text name;

		if (!want(mapping,
			    json_is_string(column) && json_is_string(matches) &&
				    json_is_object(sets) == with_sets &&
				    json_object_size(row) == (with_sets ? 3u : 2u),
			    part,
			    with_sets ? "a list of {\"column\": …, \"matches\": …, \"set\": {…}}"
				      : "a list of {\"column\": …, \"matches\": …}"))
			return false;
		name = json_text(table, column);
		condition->file_column = find_theirs(table, name);
		condition->ours =
			condition->file_column == NOWHERE ? find_ours(table, name.data) : NOWHERE;
		if (condition->file_column == NOWHERE && condition->ours == NOWHERE)
			return theirs_of(mapping, part, name) != NOWHERE;
		if (regcomp(&condition->regex, json_string_value(matches), REG_EXTENDED) != 0)
			return refuse(mapping,
				arena_format(table->arena,
					"\"%s\": %s is not a POSIX extended regular expression",
					part, json_string_value(matches)));
		table->conditions_count++;
		if (with_sets && !map_sets(mapping, sets, condition))
			return false;
	}
	return true;
}

static bool
map_parts(struct mapping *mapping, json_t *root)
{
	static const char *const PARTS[] = {"columns", "fixed", "values", "skip", "when", "join"};
	struct table *table = mapping->table;
	json_t *part[6];
	size_t known = 0;

	for (size_t i = 0; i < 6; i++) {
		part[i] = json_object_get(root, PARTS[i]);
		known += part[i] != NULL;
	}
	if (!json_is_object(root) || known != json_object_size(root))
		return refuse(mapping, TEXT("must be a JSON object with nothing but columns, "
					    "fixed, values, skip, when, join"));
	table->conditions = arena_take_array(table->arena,
		json_array_size(part[3]) + json_array_size(part[4]), sizeof(*table->conditions));
	return (part[0] == NULL || map_columns(mapping, part[0])) &&
	       (part[5] == NULL || map_join(mapping, part[5])) &&
	       (part[1] == NULL || map_fixed(mapping, part[1])) &&
	       (part[2] == NULL || map_values(mapping, part[2])) &&
	       (part[3] == NULL || map_conditions(mapping, part[3], "skip", false)) &&
	       (part[4] == NULL || map_conditions(mapping, part[4], "when", true));
}

/* A mapping adds to what the file names as we do. */
static bool
read_mapping(struct table *table, const char *path, struct text *ret_why)
{
	struct mapping mapping = {table, path, TEXT_NONE};
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	take_as_named(table);
	if (root == NULL)
		*ret_why = arena_format(table->arena, "%s:%d: %s; a mapping is a JSON object", path,
			error.line < 1 ? 1 : error.line, error.text);
	else if (!map_parts(&mapping, root))
		*ret_why = mapping.why;
	json_decref(root);
	return ret_why->len == 0;
}

/* ---- a row ---- */

static struct text
joined(const struct table *table, const struct source *source)
{
	struct text whole = TEXT("");

	for (size_t i = 0; i < source->pieces_count; i++) {
		struct text piece = source->piece_columns[i] == NOWHERE
					    ? source->pieces[i]
					    : table->fields[source->piece_columns[i]];

		whole = arena_format(table->row_arena, "%.*s%.*s", (int)whole.len, whole.data,
			(int)piece.len, piece.data);
	}
	return whole;
}

static void
map_row(struct table *table)
{
	for (size_t i = 0; i < table->names_count; i++) {
		const struct source *source = &table->sources[i];

		if (source->pieces_count > 0)
			table->values[i] = joined(table, source);
		else if (source->column != NOWHERE)
			table->values[i] = table->fields[source->column];
		else
			table->values[i] = source->fixed;
	}
	for (size_t i = 0; i < table->names_count; i++)
		for (size_t j = 0; j < table->replacements_count; j++)
			if (table->replacements[j].ours == i &&
				text_equal(table->values[i], table->replacements[j].from)) {
				table->values[i] = table->replacements[j].to;
				break;
			}
}

/* The value a condition looks at, with a NUL behind it. */
static const char *
looked_at(const struct table *table, const struct condition *condition)
{
	struct text value = condition->file_column != NOWHERE
				    ? table->fields[condition->file_column]
				    : table->values[condition->ours];

	return value.len == 0 ? "" : arena_text(table->row_arena, value).data;
}

static bool
is_skipped(const struct table *table)
{
	for (size_t i = 0; i < table->conditions_count; i++) {
		const struct condition *condition = &table->conditions[i];

		if (condition->sets == NULL &&
			regexec(&condition->regex, looked_at(table, condition), 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

/* `value` with \0 … \9 replaced by what the groups matched; "\\" is one backslash. */
static struct text
filled(const struct table *table, struct text value, const char *subject, const regmatch_t *groups)
{
	struct text whole = TEXT("");

	for (size_t i = 0; i < value.len; i++) {
		struct text piece = {value.data + i, 1};

		if (value.data[i] == '\\' && i + 1 < value.len) {
			char next = value.data[++i];

			piece.data = value.data + i;
			if (next >= '0' && next <= '9') {
				const regmatch_t *group = &groups[next - '0'];

				piece.data = group->rm_so < 0 ? subject : subject + group->rm_so;
				piece.len = group->rm_so < 0
						    ? 0
						    : (size_t)(group->rm_eo - group->rm_so);
			}
		}
		whole = arena_format(table->row_arena, "%.*s%.*s", (int)whole.len, whole.data,
			(int)piece.len, piece.data);
	}
	return whole;
}

static void
apply_conditions(struct table *table)
{
	for (size_t i = 0; i < table->conditions_count; i++) {
		const struct condition *condition = &table->conditions[i];
		regmatch_t groups[GROUPS_MAX];
		const char *subject;

		if (condition->sets == NULL)
			continue;
		subject = looked_at(table, condition);
		if (regexec(&condition->regex, subject, GROUPS_MAX, groups, 0) != 0)
			continue;
		for (size_t j = 0; j < condition->sets_count; j++)
			table->values[condition->sets[j].ours] =
				filled(table, condition->sets[j].value, subject, groups);
	}
}
