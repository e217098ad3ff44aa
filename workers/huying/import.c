/* import.c — a whole table reported, row by row, many on their way at once.
 *
 * Each row is known by (source, reference): its own, or the file's digest and the row's number where
 * it has none. So the same file may be sent again after whatever ended it, and makes nothing twice. */
#include "import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "base/arena.h"
#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "report.h"
#include "table/table.h"
#include "word.h"

#define FAILED_SHOWN 20
#define FIELD_BYTES 32768
#define FIELDS 15

struct import {
	struct context *context;
	struct table *table;
	char source[40];             /* for rows that have none: "file:" and the digest's beginning */
	char fields[FIELDS][FIELD_BYTES];
	size_t rows, fresh, known, refused;
	json_t *failed;
	int64_t told_at, begun_at;
	bool terminal;
	enum link_result result;
};

static const char *const columns[FIELDS + 1] = {"class", "condition", "place", "unit", "lat", "lon",
	"text", "observed", "severity", "name", "telephone", "address", "source", "reference", "due", NULL};

static bool split_name(const char *file, char *ret_path, char **ret_mapping);
static bool name_source(struct import *import, const char *path);
static void send_rows(struct import *import, struct text *ret_why);
static void send_row(struct import *import);
static bool take_one(struct import *import);
static void row_failed(struct import *import, size_t line, const char *name, const char *message,
	const char *detail);
static void tell_progress(struct import *import, bool last);
static int tell_end(struct import *import, const char *path, struct text why);
static int64_t monotonic_us(void);

int
import_file(struct context *context, const char *file)
{
	struct import *import = calloc(1, sizeof(*import));
	char path[CONTEXT_PATH_MAX], *mapping = NULL;
	struct arena *arena = arena_new();
	struct text why = TEXT_NONE;
	int status = EXIT_DONE;

	if (!import)
		abort();
	import->context = context;
	import->failed = json_array();
	import->terminal = isatty(STDERR_FILENO) != 0 && !getenv("ACCESSIBLE");
	import->begun_at = import->told_at = monotonic_us();
	if (!split_name(file, path, &mapping) || !name_source(import, path)) {
		status = print_failure(EXIT_FAILED, "FILE", _("the file cannot be read"), file, NULL);
		goto out;
	}
	import->table = table_open(arena, path, mapping, &(struct table_columns){columns}, &why);
	if (!import->table) {
		char sentence[1000];
		snprintf(sentence, sizeof(sentence), "%.*s", (int)why.len, why.data);
		status = print_failure(EXIT_FAILED, "FILE", _("the table cannot be read"), sentence, NULL);
		goto out;
	}
	status = context_connect(context);
	if (status != EXIT_DONE)
		goto out;
	send_rows(import, &why);
	status = tell_end(import, path, why);
out:
	table_close(&import->table);
	arena_free(arena);
	json_decref(import->failed);
	free(import);
	return status;
}

/* FILE or FILE:MAPPING; a file whose own name has a colon is found first. */
static bool
split_name(const char *file, char *ret_path, char **ret_mapping)
{
	if (snprintf(ret_path, CONTEXT_PATH_MAX, "%s", file) >= CONTEXT_PATH_MAX)
		return false;
	if (access(ret_path, R_OK) == 0)
		return true;
	char *colon = strrchr(ret_path, ':');
	if (!colon)
		return false;
	*colon = '\0';
	*ret_mapping = colon + 1;
	return access(ret_path, R_OK) == 0;
}

static bool
name_source(struct import *import, const char *path)
{
	uint8_t bytes[65536], digest[16];
	char hex[sizeof(digest) * 2 + 1];
	crypto_generichash_state hash;
	size_t got;

	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	crypto_generichash_init(&hash, NULL, 0, sizeof(digest));
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		crypto_generichash_update(&hash, bytes, got);
	bool good = !ferror(file);
	fclose(file);
	crypto_generichash_final(&hash, digest, sizeof(digest));
	sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	snprintf(import->source, sizeof(import->source), "file:%s", hex);
	return good;
}

static void
send_rows(struct import *import, struct text *ret_why)
{
	while (import->result == LINK_OK && table_next(import->table, ret_why)) {
		while (!link_has_room(import->context->link) && take_one(import))
			;
		if (import->result == LINK_OK)
			send_row(import);
		tell_progress(import, false);
	}
	while (link_waiting(import->context->link) > 0 && take_one(import))
		tell_progress(import, false);
	tell_progress(import, true);
}

static void
send_row(struct import *import)
{
	struct context *context = import->context;
	size_t line = table_line(import->table), len;
	uint8_t request[LINK_REQUEST_BYTES], *frame = NULL;
	const char *field = NULL;
	struct report report;
	char (*fields)[FIELD_BYTES] = import->fields;

	import->rows++;
	for (size_t i = 0; i < FIELDS; i++) {
		struct text text = table_get(import->table, columns[i]);
		if (text.len >= FIELD_BYTES) {
			row_failed(import, line, "TOO_LONG", _("more than fits into one message"), columns[i]);
			return;
		}
		memcpy(fields[i], text.len ? text.data : "", text.len);
		fields[i][text.len] = '\0';
	}
	if (fields[12][0] == '\0' && fields[13][0] == '\0') {
		snprintf(fields[12], FIELD_BYTES, "%s", import->source);
		snprintf(fields[13], FIELD_BYTES, "%zu", import->rows);
	}
	const struct report_words words = {fields[0], fields[1], fields[2], fields[3], fields[4], fields[5],
		fields[6], fields[7], fields[8], fields[9], fields[10], fields[11], fields[12], fields[13],
		fields[14]};
	if (!report_make(&report, &words, link_now_us(context->link), &field)) {
		row_failed(import, line, "BAD_VALUE", _("this value cannot be read"), field);
		return;
	}
	link_request_id(context->link, request);
	if (!link_pack(&report.command, request, &frame, &len))
		row_failed(import, line, "TOO_LONG", _("more than fits into one message"), NULL);
	else
		import->result = link_put(context->link, request, frame, len, line);
	free(frame);
}

/* One answer; false when none comes any more. */
static bool
take_one(struct import *import)
{
	struct link_answer answer;

	import->result = link_take(import->context->link, import->context->patience_us, &answer);
	if (import->result != LINK_OK)
		return false;
	const Huying__Reply *reply = answer.reply;
	bool done = reply->outcome == HUYING__OUTCOME__OUTCOME_DONE;
	if (!done)
		row_failed(import, (size_t)answer.tag, issue_refusal_name((int)reply->refusal),
			reply->message, reply->detail);
	import->fresh += done && !reply->known_already;
	import->known += done && reply->known_already;
	if (done && print_is_plain()) {
		print_field("%" PRIu64, answer.tag);
		print_field("%s", reply->known_already ? "known" : "new");
		print_field("%s", reply->issue ? reply->issue->number : "");
		print_end();
	}
	link_answer_free(&answer);
	return true;
}

static void
row_failed(struct import *import, size_t line, const char *name, const char *message, const char *detail)
{
	import->refused++;
	json_array_append_new(import->failed, json_pack("{s:i, s:{s:s, s:s, s:s*}}", "line", (int)line,
		"error", "name", name, "message", message, "detail", detail && *detail ? detail : NULL));
	if (print_is_plain()) {
		print_field("%zu", line);
		print_field("refused");
		print_field("%s", name);
		print_field("%s", detail ? detail : "");
		print_end();
	}
}

/* On a terminal one line that is painted over, five times a second; in a pipe a line every 10 s. */
static void
tell_progress(struct import *import, bool last)
{
	int64_t now = monotonic_us(), every = import->terminal ? 200000 : 10000000;
	size_t read = table_bytes_read(import->table), all = table_bytes(import->table);
	size_t answered = import->fresh + import->known + import->refused;

	if (last && import->terminal && now - import->begun_at > 1000000)
		print_note("\r\033[K");
	if (last || now - import->told_at < every)
		return;
	import->told_at = now;
	double rate = (double)answered * 1e6 / (double)(now - import->begun_at + 1);
	double left_s = read > 0 && all > read
		? (double)(now - import->begun_at) / 1e6 * (double)(all - read) / (double)read : 0;
	print_note(_("%s%zu rows answered, %.0f a second, %zu %% of the file, about %s to go%s"),
		import->terminal ? "\r\033[K" : "", answered, rate, all ? read * 100 / all : 100,
		print_span((int64_t)(left_s * 1e6)), import->terminal ? "" : "\n");
}

static int
tell_end(struct import *import, const char *path, struct text why)
{
	size_t unanswered = link_waiting(import->context->link);
	size_t shown = json_array_size(import->failed), i;
	char sentence[1000];
	json_t *row;

	snprintf(sentence, sizeof(sentence), "%.*s", (int)why.len, why.len ? why.data : "");
	json_t *counts = json_pack("{s:I, s:I, s:I, s:I, s:I, s:O}", "rows", (json_int_t)import->rows, "new",
		(json_int_t)import->fresh, "known_already", (json_int_t)import->known, "refused",
		(json_int_t)import->refused, "unanswered", (json_int_t)unanswered, "failed",
		import->failed);
	print_say(_("%s: %zu rows; %zu new, %zu known already, %zu refused\n"), path, import->rows,
		import->fresh, import->known, import->refused);
	json_array_foreach(import->failed, i, row) {
		const char *name, *message, *detail = "";
		int line;
		if (i == FAILED_SHOWN || json_unpack(row, "{s:i, s:{s:s, s:s, s?s}}", "line", &line, "error",
			"name", &name, "message", &message, "detail", &detail) != 0)
			break;
		print_say(_("  line %d: %s%s%s (%s)\n"), line, message, *detail ? ": " : "", detail, name);
	}
	if (shown > FAILED_SHOWN)
		print_say(_("  and %zu more; --plain lists every row\n"), shown - FAILED_SHOWN);
	if (import->result != LINK_OK || unanswered > 0) {
		print_note(_("%zu rows were not answered; the same command again goes on where it ended\n"),
			unanswered);
		json_decref(counts);
		return context_failed(import->context, import->result);
	}
	if (why.len > 0) {
		json_decref(counts);
		return print_failure(EXIT_FAILED, "FILE", _("the table cannot be read further"), sentence, NULL);
	}
	if (print_is_json())
		print_json(counts);
	else
		json_decref(counts);
	return import->refused ? EXIT_REFUSED : EXIT_DONE;
}

static int64_t
monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
