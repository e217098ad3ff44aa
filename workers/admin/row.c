/* row.c — the types of fields, each with the sentence that says what would be right. */
#include "admin/row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "core/rulebook.h"
#include "core/vocab/vocab.h"
#include "core/zone.h"

#define COMPLAINTS_SHOWN 100
#define CODE_BYTES_MAX 64
#define WORDS_BYTES_MAX 4000
#define SPAN_MAX (36525 * US_PER_DAY)

static const struct {
	char letter;
	int64_t us;
} SPAN_UNITS[] = {
	{'s', US_PER_SECOND}, {'m', US_PER_MINUTE}, {'h', US_PER_HOUR}, {'d', US_PER_DAY}};
#define SPAN_UNITS_COUNT (sizeof(SPAN_UNITS) / sizeof(SPAN_UNITS[0]))

static struct text words_of(struct arena *arena, const char *kind);
static bool is_empty(const struct row *row, const char *column, struct text value, bool required);

/* ---- complaints ---- */

void
complain(struct complaints *complaints, struct origin origin, const char *column,
	const char *format, ...)
{
	struct complaint *complaint =
		LIST_ADD(complaints->arena, &complaints->rows, struct complaint);
	va_list args;
	char *words;

	va_start(args, format);
	must(vasprintf(&words, format, args) >= 0);
	va_end(args);
	complaint->origin = origin;
	complaint->order = complaints->rows.count;
	complaint->words = column == NULL
				   ? arena_text(complaints->arena, text_of(words))
				   : arena_format(complaints->arena, "%s: %s", column, words);
	free(words);
}

bool
origin_is_published(struct origin origin)
{
	return strncmp(origin.file, PUBLISHED, strlen(PUBLISHED)) == 0;
}

/* The files first, then what was published and does not go with them. */
static int
by_place(const void *a, const void *b)
{
	const struct complaint *left = a, *right = b;
	bool left_old = origin_is_published(left->origin),
	     right_old = origin_is_published(right->origin);
	int order = strverscmp(left->origin.file, right->origin.file);

	if (left_old != right_old)
		return left_old ? 1 : -1;
	if (order != 0)
		return order;
	if (left->origin.line != right->origin.line)
		return left->origin.line < right->origin.line ? -1 : 1;
	return (left->order > right->order) - (left->order < right->order);
}

void
complaints_print(struct complaints *complaints)
{
	size_t count = complaints->rows.count;

	if (count > 1)
		qsort(complaints->rows.rows, count, sizeof(struct complaint), by_place);
	for (size_t i = 0; i < count && i < COMPLAINTS_SHOWN; i++) {
		const struct complaint *complaint = LIST_AT(&complaints->rows, struct complaint, i);

		if (complaint->origin.line > 0)
			fprintf(stderr, "%s:%zu: %s\n", complaint->origin.file,
				complaint->origin.line, complaint->words.data);
		else
			fprintf(stderr, "%s: %s\n", complaint->origin.file, complaint->words.data);
	}
	if (count > COMPLAINTS_SHOWN)
		fprintf(stderr, "… and %zu more\n", count - COMPLAINTS_SHOWN);
}

/* ---- fields ---- */

struct text
row_get(const struct row *row, const char *column)
{
	if (row->table != NULL)
		return arena_text(row->complaints->arena, table_get(row->table, column));
	size_t at = answer_column(row->answer, column);

	return at == SIZE_MAX ? TEXT("") : answer_get(row->answer, row->at, at);
}

struct text
row_words(const struct row *row, const char *column, bool required)
{
	struct text value = row_get(row, column);

	if (!is_empty(row, column, value, required) && value.len > WORDS_BYTES_MAX)
		complain(row->complaints, row->origin, column, "%zu bytes are too many; at most %d",
			value.len, WORDS_BYTES_MAX);
	return value;
}

struct text
row_code(const struct row *row, const char *column, bool required)
{
	struct text value = row_get(row, column);

	if (is_empty(row, column, value, required))
		return value;
	if (value.len > CODE_BYTES_MAX || strpbrk(value.data, " \t\r\n") != NULL)
		complain(row->complaints, row->origin, column,
			"\"%s\" is no code; it has no spaces and at most %d bytes", value.data,
			CODE_BYTES_MAX);
	return value;
}

struct text
row_class(const struct row *row, const char *column, bool required)
{
	struct text value = row_get(row, column);

	if (!is_empty(row, column, value, required) && !class_is_valid(value))
		complain(row->complaints, row->origin, column,
			"\"%s\" is no class; 1 to 4 parts joined by '/', each 1 to 60 bytes, 120 "
			"in all",
			value.data);
	return value;
}

int32_t
row_int(const struct row *row, const char *column, int32_t smallest, int32_t largest,
	int32_t otherwise)
{
	struct text value = row_get(row, column);
	char *end;

	if (value.len == 0)
		return otherwise;
	long long number = strtoll(value.data, &end, 10);

	if (*end == '\0' && number >= smallest && number <= largest)
		return (int32_t)number;
	complain(row->complaints, row->origin, column,
		"\"%s\" must be a whole number from %" PRId32 " to %" PRId32, value.data, smallest,
		largest);
	return otherwise;
}

bool
row_yes(const struct row *row, const char *column, bool otherwise)
{
	struct text value = row_get(row, column);

	if (value.len > 0 && !text_is(value, "yes") && !text_is(value, "no"))
		complain(row->complaints, row->origin, column, "\"%s\" must be yes or no",
			value.data);
	return value.len == 0 ? otherwise : text_is(value, "yes");
}

int
row_word(const struct row *row, const char *column, const char *kind, bool required)
{
	struct text value = row_get(row, column);
	const struct word *word;

	if (value.len == 0) {
		if (required)
			complain(row->complaints, row->origin, column, "is missing; one of: %s",
				words_of(row->complaints->arena, kind).data);
		return 0;
	}
	word = vocab_by_word(kind, value.data, value.len);
	if (word == NULL)
		complain(row->complaints, row->origin, column, "\"%s\" must be one of: %s",
			value.data, words_of(row->complaints->arena, kind).data);
	return word == NULL ? 0 : word->number;
}

struct span
row_span(const struct row *row, const char *column, struct span otherwise)
{
	struct text value = row_get(row, column);
	struct span span = otherwise;

	if (value.len > 0 && !span_parse(value, &span))
		complain(row->complaints, row->origin, column,
			"\"%s\" is no duration; write 90s, 15m, 4h or 2d (a d is 24 h)",
			value.data);
	return span;
}

struct instant
row_instant(const struct row *row, const char *column, struct instant otherwise)
{
	struct text value = row_get(row, column);
	struct instant at = otherwise;

	if (value.len > 0 && !instant_parse(value, &at))
		complain(row->complaints, row->origin, column,
			"\"%s\" is no instant; write it with its offset, 2026-01-01T00:00:00+08:00",
			value.data);
	return at;
}

const struct text *
row_list(const struct row *row, const char *column, size_t *ret_count)
{
	struct text value = row_get(row, column);
	struct text *list =
		arena_take_array(row->complaints->arena, value.len / 2 + 1, sizeof(*list));

	*ret_count = 0;
	for (size_t i = 0; i < value.len;) {
		size_t space = strspn(value.data + i, " "),
		       len = strcspn(value.data + i + space, " ");

		if (len > 0)
			list[(*ret_count)++] = arena_text(
				row->complaints->arena, (struct text){value.data + i + space, len});
		i += space + len;
	}
	return list;
}

static bool
is_empty(const struct row *row, const char *column, struct text value, bool required)
{
	if (value.len == 0 && required)
		complain(row->complaints, row->origin, column, "is missing");
	return value.len == 0;
}

static struct text
words_of(struct arena *arena, const char *kind)
{
	struct text list = TEXT("");

	for (size_t i = 0; i < VOCABS_COUNT; i++)
		for (size_t j = 0; strcmp(VOCABS[i].kind, kind) == 0 && j < VOCABS[i].count; j++)
			list = arena_format(arena, "%s%s%s", list.data, j == 0 ? "" : " ",
				VOCABS[i].words[j].word);
	return list;
}

/* ---- durations and instants ---- */

bool
span_parse(struct text text, struct span *ret_span)
{
	int64_t sum = 0;
	size_t at = 0;

	while (at < text.len) {
		int64_t number = 0, part = -1;
		size_t digits = 0;

		while (at < text.len && digits < 10 && text.data[at] >= '0' &&
			text.data[at] <= '9') {
			number = number * 10 + (text.data[at++] - '0');
			digits++;
		}
		for (size_t i = 0; digits > 0 && at < text.len && i < SPAN_UNITS_COUNT; i++)
			if (text.data[at] == SPAN_UNITS[i].letter &&
				number <= SPAN_MAX / SPAN_UNITS[i].us)
				part = number * SPAN_UNITS[i].us;
		if (part < 0 || sum + part > SPAN_MAX)
			return false;
		sum += part;
		at++;
	}
	if (text.len == 0)
		return false;
	ret_span->us = sum;
	return true;
}

struct text
span_text(struct arena *arena, struct span span)
{
	size_t unit = SPAN_UNITS_COUNT - 1;

	while (unit > 0 && (span.us == 0 || span.us % SPAN_UNITS[unit].us != 0))
		unit--;
	return arena_format(
		arena, "%" PRId64 "%c", span.us / SPAN_UNITS[unit].us, SPAN_UNITS[unit].letter);
}

bool
instant_parse(struct text text, struct instant *ret_instant)
{
	int hour, minute, second, offset_hour = 0, offset_minute = 0, used = 0;
	int32_t days;
	int64_t us = 0, scale = US_PER_SECOND / 10;
	const char *rest;

	if (text.len < 20 || text.len > 40 || !date_parse((struct text){text.data, 10}, &days) ||
		(text.data[10] != 'T' && text.data[10] != ' '))
		return false;
	if (sscanf(text.data + 11, "%2d:%2d:%2d%n", &hour, &minute, &second, &used) != 3 ||
		used != 8 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
		second > 59)
		return false;
	rest = text.data + 11 + used;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
			us += (*rest - '0') * scale;
	if (strcmp(rest, "Z") != 0) {
		if ((*rest != '+' && *rest != '-') || strlen(rest) != 6 || rest[3] != ':' ||
			sscanf(rest + 1, "%2d:%2d", &offset_hour, &offset_minute) != 2 ||
			offset_hour > 18 || offset_minute > 59)
			return false;
		offset_minute = (offset_hour * 60 + offset_minute) * (*rest == '-' ? -1 : 1);
	}
	ret_instant->us = days * US_PER_DAY + hour * US_PER_HOUR +
			  (minute - offset_minute) * US_PER_MINUTE + second * US_PER_SECOND + us;
	return true;
}

struct text
instant_text(struct arena *arena, struct instant at)
{
	int64_t days = at.us / US_PER_DAY - (at.us % US_PER_DAY < 0),
		us = at.us - days * US_PER_DAY;

	return arena_format(arena, "%sT%02d:%02d:%02d.%06dZ", date_text(arena, (int32_t)days).data,
		(int)(us / US_PER_HOUR), (int)(us / US_PER_MINUTE % 60),
		(int)(us / US_PER_SECOND % 60), (int)(us % US_PER_SECOND));
}

struct text
date_text(struct arena *arena, int32_t days)
{
	int year, month, day;

	date_of_days(days, &year, &month, &day);
	return arena_format(arena, "%04d-%02d-%02d", year, month, day);
}
