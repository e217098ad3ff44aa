/* print.c — what leaves the program: data to stdout, words to stderr, one exit status. */
#include "print.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <libsmartcols.h>

#define SECOND_US 1000000LL
#define RESULTS 8
#define WIDE_COLUMNS 130
#define RESULT_BYTES 256

static struct face {
	bool json, plain, color, chinese;
	bool answered; /* JSON has been said: one object, once */
	size_t fields;
} face;

static char *result(void);
static const char *local_time(int64_t us, bool fine);
static void answer_usage_mistake(int status, void *unused);
static bool parse_offset(const char *text, int64_t *ret_seconds);
static bool digits(const char **text, int count, int *ret_value);

/* ---- the face ---- */

void
print_expect_json(void)
{
	face.json = true;
	on_exit(answer_usage_mistake, NULL);
}

/* argp has told the mistake on stderr and ends the process: a program still gets its one object. */
static void
answer_usage_mistake(int status, void *unused)
{
	(void)unused;
	if (status == EXIT_USAGE && !face.answered)
		print_failure(EXIT_USAGE, "USAGE", "the command line cannot be understood", NULL, NULL);
	fflush(stdout);
}

void
print_face(bool json, bool plain, const char *color)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	face.json = json;
	face.plain = plain && !json;
	face.color = isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
		strcmp(term, "dumb") != 0;
	if (color && strcmp(color, "auto") != 0)
		face.color = strcmp(color, "always") == 0;
}

void
print_language(const char *language)
{
	static const char *const variables[] = {"HUYING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]) && !(language && *language); i++)
		language = getenv(variables[i]);
	/* machine output is the same in every language */
	face.chinese = !face.json && !face.plain && language && strncmp(language, "zh", 2) == 0;
	/* Any UTF-8 locale will do, and glibc has one of its own: which words are used is LANGUAGE's
	 * business, and a machine without Chinese locales can still speak Chinese. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "");
	if (!setlocale(LC_MESSAGES, ""))
		setlocale(LC_MESSAGES, "C.UTF-8");
	const char *messages = setlocale(LC_MESSAGES, NULL);
	if (!messages || strcmp(messages, "C") == 0 || strcmp(messages, "POSIX") == 0)
		setlocale(LC_MESSAGES, "C.UTF-8");
	setenv("LANGUAGE", face.chinese ? "zh_CN" : "en", 1);
}

bool
print_is_json(void)
{
	return face.json;
}

bool
print_is_plain(void)
{
	return face.plain;
}

bool
print_is_chinese(void)
{
	return face.chinese;
}

void
print_zone(const char *zone)
{
	if (!zone || !*zone)
		return;
	setenv("TZ", zone, 1);
	tzset();
}

/* ---- sentences ---- */

void
print_say(const char *format, ...)
{
	va_list args;

	if (face.json || face.plain)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

void
print_note(const char *format, ...)
{
	va_list args;

	if (face.json || face.plain)
		return;
	fflush(stdout);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

void
print_field(const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (char *at = text; *at; at++)
		if (*at == '\t' || *at == '\n' || *at == '\r')
			*at = ' ';
	printf("%s%s", face.fields++ ? "\t" : "", text);
}

void
print_end(void)
{
	putchar('\n');
	face.fields = 0;
}

void
print_json(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);

	printf("%s\n", text ? text : "null");
	free(text);
	json_decref(object);
	face.answered = true;
}

const char *
print_painted(enum paint paint, const char *text)
{
	static const char *const codes[] = {"", "31", "33", "32", "2", "1"};

	if (!face.color || paint == PAINT_NONE)
		return text;
	char *painted = result();
	snprintf(painted, RESULT_BYTES, "\033[%sm%s\033[0m", codes[paint], text);
	return painted;
}

int
print_failure(enum exit_status status, const char *name, const char *message, const char *detail,
	json_t *more)
{
	bool detailed = detail && *detail;

	if (face.json) {
		json_t *error = json_pack("{s:s, s:s, s:s*}", "name", name, "message", message, "detail",
			detailed ? detail : NULL);
		if (more)
			json_object_update(error, more);
		print_json(json_pack("{s:o}", "error", error));
	} else {
		fflush(stdout);
		fprintf(stderr, "%s%s%s (%s)\n", message, detailed ? ": " : "", detailed ? detail : "", name);
	}
	json_decref(more);
	return (int)status;
}

/* ---- times ---- */

const char *
print_time(int64_t us)
{
	return local_time(us, false);
}

const char *
print_time_fine(int64_t us)
{
	return local_time(us, true);
}

static const char *
local_time(int64_t us, bool fine)
{
	char *text = result();
	time_t seconds = (time_t)(us / SECOND_US);
	struct tm local;

	localtime_r(&seconds, &local);
	size_t len = strftime(text, RESULT_BYTES, "%Y-%m-%d %H:%M:%S", &local);
	if (!fine && len > 3)
		text[len - 3] = '\0';
	return text;
}

const char *
print_instant(int64_t us)
{
	char *text = result(), whole[64];
	int64_t part = us % SECOND_US;
	time_t seconds = (time_t)((us - part) / SECOND_US - (part < 0));
	struct tm utc;

	if (part < 0)
		part += SECOND_US;
	gmtime_r(&seconds, &utc);
	strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, RESULT_BYTES, "%s.%06" PRId64 "+00:00", whole, part);
	return text;
}

json_t *
print_json_instant(int64_t us, bool present)
{
	return present ? json_string(print_instant(us)) : json_null();
}

const char *
print_span(int64_t us)
{
	char *text = result();
	int64_t seconds = (us < 0 ? -us : us) / SECOND_US;
	int64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;

	if (days > 0 && hours > 0)
		snprintf(text, RESULT_BYTES, _("%d d %d h"), (int)days, (int)hours);
	else if (days > 0)
		snprintf(text, RESULT_BYTES, _("%d d"), (int)days);
	else if (hours > 0 && minutes > 0)
		snprintf(text, RESULT_BYTES, _("%d h %d min"), (int)hours, (int)minutes);
	else if (hours > 0)
		snprintf(text, RESULT_BYTES, _("%d h"), (int)hours);
	else if (minutes > 0 && seconds % 60 > 0 && minutes < 10)
		snprintf(text, RESULT_BYTES, _("%d min %d s"), (int)minutes, (int)(seconds % 60));
	else if (minutes > 0)
		snprintf(text, RESULT_BYTES, _("%d min"), (int)minutes);
	else
		snprintf(text, RESULT_BYTES, _("%d s"), (int)seconds);
	return text;
}

const char *
print_hours(int64_t us)
{
	int64_t minutes = (us < 0 ? -us : us) / (60 * SECOND_US);

	if (minutes < 60)
		return print_span(us);
	char *text = result();
	if (minutes % 60)
		snprintf(text, RESULT_BYTES, _("%d h %d min"), (int)(minutes / 60), (int)(minutes % 60));
	else
		snprintf(text, RESULT_BYTES, _("%d h"), (int)(minutes / 60));
	return text;
}

bool
print_parse_time(const char *text, int64_t now_us, int64_t *ret_us)
{
	struct tm when = {.tm_isdst = -1};
	int64_t span, offset, part = 0;
	int second = 0;
	const char *at = text;

	if (print_parse_span(text, &span)) {
		*ret_us = now_us - span;
		return true;
	}
	if (!digits(&at, 4, &when.tm_year) || *at++ != '-' || !digits(&at, 2, &when.tm_mon) ||
		*at++ != '-' || !digits(&at, 2, &when.tm_mday))
		return false;
	if (*at) {
		if ((*at != 'T' && *at != ' ' && *at != 't') || !at++ || !digits(&at, 2, &when.tm_hour) ||
			*at++ != ':' || !digits(&at, 2, &when.tm_min))
			return false;
		if (*at == ':' && (!at++ || !digits(&at, 2, &second)))
			return false;
		int64_t unit = SECOND_US / 10;
		for (at += *at == '.'; *at >= '0' && *at <= '9'; at++, unit /= 10)
			part += (*at - '0') * unit;
	}
	if (when.tm_mon < 1 || when.tm_mon > 12 || when.tm_mday < 1 || when.tm_mday > 31 ||
		when.tm_hour > 24 || when.tm_min > 59 || second > 60)
		return false;
	when.tm_year -= 1900;
	when.tm_mon -= 1;
	when.tm_sec = second;
	int day = when.tm_mday, hour = when.tm_hour;
	if (*at == '\0') {
		*ret_us = (int64_t)mktime(&when) * SECOND_US + part;
	} else {
		if (!parse_offset(at, &offset))
			return false;
		when.tm_isdst = 0;
		*ret_us = ((int64_t)timegm(&when) - offset) * SECOND_US + part;
	}
	/* the 31st of a month of 30 days is no date */
	return hour == 24 || when.tm_mday == day || when.tm_hour != hour;
}

bool
print_parse_span(const char *text, int64_t *ret_us)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	int64_t amount = strtoll(text, &end, 10);
	int64_t unit = *end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 0;
	if (errno || unit == 0 || end[1] != '\0' || amount > INT64_MAX / (SECOND_US * unit))
		return false;
	*ret_us = amount * unit * SECOND_US;
	return true;
}

/* Z, +08:00, -0500 */
static bool
parse_offset(const char *text, int64_t *ret_seconds)
{
	int hours, minutes;
	int64_t sign = *text == '-' ? -1 : 1;
	const char *at = text + 1;

	if ((*text == 'Z' || *text == 'z') && text[1] == '\0') {
		*ret_seconds = 0;
		return true;
	}
	if ((*text != '+' && *text != '-') || !digits(&at, 2, &hours))
		return false;
	at += *at == ':';
	if (!digits(&at, 2, &minutes) || *at || hours > 18 || minutes > 59)
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
digits(const char **text, int count, int *ret_value)
{
	*ret_value = 0;
	for (int i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*ret_value = *ret_value * 10 + (**text - '0');
	}
	return true;
}

/* ---- tables ---- */

bool
print_is_narrow(void)
{
	struct winsize window;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 &&
		window.ws_col > 0 && window.ws_col < WIDE_COLUMNS;
}

struct table_print {
	struct libscols_table *table;
	struct libscols_line *line;
	size_t cell;
};

struct table_print *
table_print_new(const struct table_column *columns, size_t count)
{
	struct table_print *table = calloc(1, sizeof(*table));

	if (!table || !(table->table = scols_new_table()))
		abort();
	scols_table_enable_colors(table->table, face.color);
	if (!isatty(STDOUT_FILENO)) { /* a pipe has no width */
		scols_table_set_termforce(table->table, SCOLS_TERMFORCE_NEVER);
		scols_table_set_termwidth(table->table, 0);
	}
	for (size_t i = 0; i < count; i++)
		scols_table_new_column(table->table, columns[i].name, columns[i].shorten ? 0.2 : 0.05,
			(columns[i].right ? SCOLS_FL_RIGHT : 0) | (columns[i].shorten ? SCOLS_FL_TRUNC : 0));
	return table;
}

void
table_print_row(struct table_print *table)
{
	table->line = scols_table_new_line(table->table, NULL);
	table->cell = 0;
}

void
table_print_cell(struct table_print *table, enum paint paint, const char *text)
{
	static const char *const colors[] = {NULL, "red", "yellow", "green", "darkgray", "bold"};
	char line[RESULT_BYTES * 2];
	size_t len = 0;

	for (; text[len] && len < sizeof(line) - 1; len++)
		line[len] = text[len] == '\n' || text[len] == '\t' ? ' ' : text[len];
	while (text[len] && len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--; /* cut on a letter's edge */
	line[len] = '\0';
	scols_line_set_data(table->line, table->cell, line);
	if (colors[paint])
		scols_cell_set_color(scols_line_get_cell(table->line, table->cell), colors[paint]);
	table->cell++;
}

void
table_print_end(struct table_print *table)
{
	scols_print_table(table->table);
	scols_unref_table(table->table);
	free(table);
}

static char *
result(void)
{
	static char results[RESULTS][RESULT_BYTES];
	static size_t next;

	return results[next++ % RESULTS];
}
