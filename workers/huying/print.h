/* print.h — what leaves the program: data to stdout, words to stderr, one exit status.
 *
 * People get sentences and tables in their language and the district's time; programs get JSON or
 * tabs, with vocabulary words and UTC, the same bytes in every language. */
#ifndef HUYING_PRINT_H
#define HUYING_PRINT_H

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define _(text) gettext(text)
#define N_(text) text

enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3,
	EXIT_KEY = 4,      /* key or authority */
	EXIT_CONFLICT = 5,
	EXIT_AWAY = 75     /* busy or away: safe to repeat */
};

enum paint {
	PAINT_NONE,
	PAINT_RED,
	PAINT_YELLOW,
	PAINT_GREEN,
	PAINT_DIM,
	PAINT_BOLD
};

/* ---- the face that was asked for ---- */

void print_expect_json(void); /* a mistake in the command line is answered in JSON, too */
void print_face(bool json, bool plain, const char *color);
void print_language(const char *language); /* NULL or empty: by the environment */
bool print_is_json(void);
bool print_is_plain(void);
bool print_is_chinese(void);
/* Times for people are in this zone (IANA name); before, in the machine's. */
void print_zone(const char *zone);

/* ---- sentences ---- */

/* For people, on stdout; nothing in JSON and plain. */
void print_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Words on the side, on stderr; not in JSON and plain. */
void print_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A field for --plain: a tab before each but the first; print_end ends the line. */
void print_field(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_end(void);
/* Takes `object` over; one line, keys in the order they were set. */
void print_json(json_t *object);
/* Text in a colour, where there are colours. Eight results may be in use at once. */
const char *print_painted(enum paint paint, const char *text);

/* Tells a failure in the face's way and returns `status`. `name` is stable, the other words are for
 * people; `detail` may be NULL, `more` (taken over) joins the JSON error and may be NULL. */
int print_failure(enum exit_status status, const char *name, const char *message, const char *detail,
	json_t *more);

/* ---- times; results live until the eighth call after ---- */

const char *print_time(int64_t us);      /* 2026-11-25 09:30, in the zone */
const char *print_time_fine(int64_t us); /* 2026-11-25 09:30:05 */
const char *print_instant(int64_t us);   /* RFC 3339, UTC */
const char *print_span(int64_t us);      /* 3 d 4 h, of its amount */
const char *print_hours(int64_t us);     /* 76 h 20 min, of its amount */
json_t *print_json_instant(int64_t us, bool present); /* or null */

/* RFC 3339, or a date and time in the zone, or a span such as 20m before `now_us`. */
bool print_parse_time(const char *text, int64_t now_us, int64_t *ret_us);
/* 90s 15m 2h 3d */
bool print_parse_span(const char *text, int64_t *ret_us);

/* ---- tables ---- */

/* Whether somebody looks at it through a window too narrow for everything. */
bool print_is_narrow(void);

struct table_print;
struct table_column {
	const char *name;
	bool right;    /* numbers */
	bool shorten;  /* cut first when the terminal is narrow */
};
#define TABLE_COLUMNS_MAX 10
struct table_print *table_print_new(const struct table_column *columns, size_t count);
/* Begins a row; then one cell after the other. */
void table_print_row(struct table_print *table);
void table_print_cell(struct table_print *table, enum paint paint, const char *text);
void table_print_end(struct table_print *table); /* prints and frees */

#endif
