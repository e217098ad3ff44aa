/* report.c — a report from the field: kept first, then sent, so that no flat battery loses it. */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <sodium.h>

#include "command.h"
#include "context.h"
#include "import.h"
#include "issue.h"
#include "print.h"
#include "send.h"

#define PATIENCE_US 5000000 /* a report is safe already: nobody waits long for the network */
#define LOOK_AGAIN_US 50000

static int run(const struct arguments *arguments);
static int report_one(struct context *context, const struct arguments *arguments);
static int read_arguments(struct report *report, const struct arguments *arguments, char *point,
	int64_t now_us);
static void title_of(const struct report_words *words, char ret_title[OUTBOX_TITLE_BYTES]);
static struct report_words words_of(const struct arguments *arguments, char *point);
static int told(struct context *context, const struct outbox_row *row);
static int kept(struct context *context, const struct outbox_row *row, const char *why);
static bool number_within(const char *text, double least, double most, double *ret_value);
static const char *media_type(const char *path);

const struct command COMMAND_REPORT = {
	.name = "report",
	.summary = N_("Report an issue: what, where, and a photo; the rest is inferred."),
	.more = N_("Without signal the report is kept on this device, with its number, and sent by the next command, "
		"once. A table has a row for each report; columns: class condition place unit lat lon text observed "
		"severity name telephone address source reference due; a mapping file (JSON) tells which are which. "
		"The same file again makes nothing twice."),
	.example = "huying report --class parking/illegal/firelane --place 440118001003G01 --photo lane.jpg "
		"\"car blocks the fire lane\"",
	.takes = N_("[TEXT]"),
	.words_most = 1,
	.options = (const struct argp_option[]){
		{"class", OPTION_CLASS, "CODE", 0, N_("kind/major/minor; none = words only"), 0},
		{"condition", OPTION_CONDITION, "CODE", 0, N_("which of the class's conditions"), 0},
		{"place", OPTION_PLACE, "CODE", 0, N_("door plaque, grid or another place; goes before --unit"), 0},
		{"unit", OPTION_UNIT, "CODE", 0, N_("whose area it lies in; goes before --point"), 0},
		{"point", OPTION_POINT, "LAT,LON", 0, N_("where you stand, WGS84 degrees"), 0},
		{"text", OPTION_TEXT, "TEXT", 0, N_("what it is, in words"), 0},
		{"observed", OPTION_OBSERVED, "WHEN", 0, N_("when it was seen: 20m ago, or a date and time"), 0},
		{"severity", OPTION_SEVERITY, "1-4", 0, N_("1 is the most severe"), 0},
		{"photo", OPTION_PHOTO, "FILE", 0, N_("its digest, size and type go with the report; repeatable"), 0},
		{NULL, 0, NULL, 0, N_("The resident it comes from:"), 2},
		{"name", OPTION_NAME, "NAME", 0, N_("the resident's name, kept apart"), 2},
		{"telephone", OPTION_TELEPHONE, "NUMBER", 0, N_("the resident's telephone, kept apart"), 2},
		{"address", OPTION_ADDRESS, "ADDRESS", 0, N_("the resident's address, kept apart"), 2},
		{NULL, 0, NULL, 0, N_("From another system:"), 3},
		{"source", OPTION_SOURCE, "SYSTEM", 0, N_("the other system it comes from"), 3},
		{"reference", OPTION_REFERENCE, "NUMBER", 0, N_("its number there; a repeat makes no second issue"), 3},
		{"due", OPTION_DUE, "WHEN", 0, N_("the other system's due date"), 3},
		{NULL, 0, NULL, 0, N_("How it is sent:"), 4},
		{"offline", OPTION_OFFLINE, NULL, 0, N_("only keep it on this device"), 4},
		{"csv", OPTION_CSV, "FILE[:MAPPING]", 0, N_("report every row of a table"), 4},
		{0}},
	.run = run,
};

static int
run(const struct arguments *arguments)
{
	struct context context;

	int status = context_open(&context, arguments);
	if (status != EXIT_DONE)
		return status;
	if (!argument(arguments, OPTION_WAIT))
		context.patience_us = argument(arguments, OPTION_CSV) ? IMPORT_PATIENCE_US : PATIENCE_US;
	status = argument(arguments, OPTION_CSV)
		? import_file(&context, argument(arguments, OPTION_CSV))
		: report_one(&context, arguments);
	context_close(&context);
	return status;
}

static int
report_one(struct context *context, const struct arguments *arguments)
{
	char point[80], title[OUTBOX_TITLE_BYTES];
	struct report report;
	struct outbox_row row = {0};

	int status = read_arguments(&report, arguments, point, context_now_us(context));
	if (status != EXIT_DONE)
		return status;
	struct report_words words = words_of(arguments, point);
	title_of(&words, title);
	if (!outbox_keep(context->outbox, &report.command, title, context_now_us(context), &row))
		return print_failure(EXIT_FAILED, "OUTBOX", _("the report could not be kept; nothing was sent"),
			context->state_path, NULL);
	if (argument(arguments, OPTION_OFFLINE))
		return kept(context, &row, NULL);

	int64_t looks = context->patience_us / LOOK_AGAIN_US;
	enum link_result result = context_reach(context, context->patience_us);
	if (result == LINK_STRANGER || result == LINK_REFUSED || result == LINK_TOO_LONG) {
		print_note(_("the report is kept on this device (huying outbox)\n"));
		return context_failed(context, result);
	}
	while (result == LINK_OK) {
		struct send_result sent = send_outbox(context, SEND_ALOUD);
		int64_t cursor = row.key - 1;
		if (outbox_next(context->outbox, &cursor, &row) && row.state != OUTBOX_WAITING)
			return told(context, &row);
		outbox_row_free(&row);
		result = sent.result;
		if (sent.elsewhere && looks-- > 0) /* another process sends it: look again */
			nanosleep(&(struct timespec){0, LOOK_AGAIN_US * 1000}, NULL);
		else
			break;
	}
	if (result == LINK_REFUSED) {
		print_note(_("the report is kept on this device (huying outbox)\n"));
		return context_failed(context, result);
	}
	return kept(context, &row, result == LINK_BUSY ? _("the district is busy")
		: _("the district cannot be reached"));
}

static int
read_arguments(struct report *report, const struct arguments *arguments, char *point, int64_t now_us)
{
	struct report_words words = words_of(arguments, point);
	const char *field = NULL;

	if (!words.class_code && !words.text)
		return print_failure(EXIT_USAGE, "USAGE",
			_("say what it is: --class CODE, or words"), NULL, NULL);
	if (argument(arguments, OPTION_POINT) && !words.longitude)
		return print_failure(EXIT_USAGE, "USAGE", _("--point is LAT,LON"),
			argument(arguments, OPTION_POINT), NULL);
	if (!report_make(report, &words, now_us, &field))
		return print_failure(EXIT_USAGE, "USAGE", _("this value cannot be read"), field, NULL);
	for (size_t i = 0; i < arguments->photos.count; i++)
		if (!report_photo(report, i, arguments->photos.values[i]))
			return print_failure(EXIT_FAILED, "PHOTO", _("the photo cannot be read"),
				arguments->photos.values[i], NULL);
	return EXIT_DONE;
}

/* The words of the command line; `point` (80 bytes) holds the two halves of --point. */
static struct report_words
words_of(const struct arguments *arguments, char *point)
{
	const char *given = argument(arguments, OPTION_POINT);
	struct report_words words = {
		.class_code = argument(arguments, OPTION_CLASS),
		.condition = argument(arguments, OPTION_CONDITION),
		.place = argument(arguments, OPTION_PLACE),
		.unit = argument(arguments, OPTION_UNIT),
		.text = arguments->words_count ? arguments->words[0] : argument(arguments, OPTION_TEXT),
		.observed = argument(arguments, OPTION_OBSERVED),
		.severity = argument(arguments, OPTION_SEVERITY),
		.name = argument(arguments, OPTION_NAME),
		.telephone = argument(arguments, OPTION_TELEPHONE),
		.address = argument(arguments, OPTION_ADDRESS),
		.source = argument(arguments, OPTION_SOURCE),
		.reference = argument(arguments, OPTION_REFERENCE),
		.due = argument(arguments, OPTION_DUE),
	};

	snprintf(point, 80, "%s", given ? given : "");
	char *comma = strchr(point, ',');
	if (comma) {
		*comma = '\0';
		words.latitude = point;
		words.longitude = comma + 1;
	}
	return words;
}

static void
title_of(const struct report_words *words, char ret_title[OUTBOX_TITLE_BYTES])
{
	size_t len = (size_t)snprintf(ret_title, OUTBOX_TITLE_BYTES, "%s%s%s",
		words->text ? words->text : words->class_code, words->place || words->unit ? " @ " : "",
		words->place ? words->place : words->unit ? words->unit : "");

	if (len < OUTBOX_TITLE_BYTES)
		return;
	len = OUTBOX_TITLE_BYTES - 1;
	while (len > 0 && ((unsigned char)ret_title[len - 1] & 0xc0) == 0x80)
		len--;
	ret_title[len > 0 ? len - 1 : 0] = '\0'; /* the letter that was cut */
}

/* The answer came while somebody waited: told once, and forgotten here. */
static int
told(struct context *context, const struct outbox_row *row)
{
	const Huying__Reply *reply = row->reply;
	int64_t as_of = reply && reply->server_time ? reply->server_time->unix_us : context_now_us(context);
	int status = EXIT_DONE;

	if (!reply)
		status = print_failure(EXIT_FAILED, "OUTBOX", _("the answer cannot be read"), NULL, NULL);
	else if (row->state == OUTBOX_REFUSED)
		status = issue_reply_failed(reply, row->number);
	else if (reply->issue)
		issue_tell(reply->issue, as_of, "done", reply->known_already);
	if (status == EXIT_DONE && reply && reply->known_already)
		print_say(_("  this reference was reported before; it is the same issue\n"));
	if (reply)
		outbox_drop(context->outbox, row->key);
	huying__reply__free_unpacked(row->reply, NULL);
	return status;
}

static int
kept(struct context *context, const struct outbox_row *row, const char *why)
{
	const char *number = *row->number ? row->number : NULL;

	if (print_is_json()) {
		print_json(json_pack("{s:s, s:s?, s:o, s:I, s:i}", "outcome", "kept", "number", number,
			"issue_id", row->issue_id ? json_integer((json_int_t)row->issue_id) : json_null(),
			"row", (json_int_t)row->key, "waiting", (int)outbox_waiting(context->outbox)));
		return EXIT_DONE;
	}
	if (print_is_plain()) {
		print_field("%s", number ? number : "");
		print_field("kept");
		print_end();
		return EXIT_DONE;
	}
	print_say(_("%s  kept on this device%s%s; the next command sends it (or: huying outbox --send)\n"),
		print_painted(PAINT_BOLD, number ? number : _("(no number left)")), why ? ", " : "",
		why ? why : "");
	if (!number)
		print_say(_("  it gets its number when it is sent\n"));
	return EXIT_DONE;
}

/* ---- from words to a command ---- */

bool
report_make(struct report *report, const struct report_words *words, int64_t now_us,
	const char **ret_field)
{
	const char *missing = "";
	double severity = 0;

	*report = (struct report){
		.command = HUYING__COMMAND__INIT,
		.report = HUYING__REPORT__INIT,
		.point = HUYING__POINT__INIT,
		.observed_at = HUYING__INSTANT__INIT,
		.due_at = HUYING__INSTANT__INIT,
		.contact = HUYING__CONTACT__INIT,
		.external = HUYING__EXTERNAL__INIT,
	};
#define GIVEN(word) (words->word && *words->word)
	report->command.verb_case = HUYING__COMMAND__VERB_REPORT;
	report->command.report = &report->report;
	report->command.text = report_bytes(GIVEN(text) ? words->text : missing);
	report->report.class_code = report_bytes(GIVEN(class_code) ? words->class_code : missing);
	report->report.condition_code = report_bytes(GIVEN(condition) ? words->condition : missing);
	report->report.place_code = report_bytes(GIVEN(place) ? words->place : missing);
	report->report.unit_code = report_bytes(GIVEN(unit) ? words->unit : missing);
	*ret_field = "severity";
	if (GIVEN(severity) && (!number_within(words->severity, 1, 4, &severity) || severity != (int)severity))
		return false;
	report->report.severity = (uint32_t)severity;
	if (GIVEN(latitude) || GIVEN(longitude)) {
		*ret_field = "lat";
		if (!GIVEN(latitude) || !number_within(words->latitude, -90, 90, &report->point.latitude))
			return false;
		*ret_field = "lon";
		if (!GIVEN(longitude) ||
			!number_within(words->longitude, -180, 180, &report->point.longitude))
			return false;
		report->report.point = &report->point;
	}
	*ret_field = "observed";
	if (GIVEN(observed) && !print_parse_time(words->observed, now_us, &report->observed_at.unix_us))
		return false;
	/* said always: a report that waits in a cellar keeps the time at which it was seen */
	if (!GIVEN(observed))
		report->observed_at.unix_us = now_us;
	report->report.observed_at = &report->observed_at;
	if (GIVEN(name) || GIVEN(telephone) || GIVEN(address)) {
		report->contact.name = report_bytes(GIVEN(name) ? words->name : missing);
		report->contact.telephone = report_bytes(GIVEN(telephone) ? words->telephone : missing);
		report->contact.address = report_bytes(GIVEN(address) ? words->address : missing);
		report->report.contact = &report->contact;
	}
	*ret_field = "source, reference: both or neither";
	if (GIVEN(source) != GIVEN(reference))
		return false;
	*ret_field = "due";
	if (GIVEN(due) && !print_parse_time(words->due, now_us, &report->due_at.unix_us))
		return false;
	if (GIVEN(source)) {
		report->external.source = report_bytes(words->source);
		report->external.reference = report_bytes(words->reference);
		report->external.due_at = GIVEN(due) ? &report->due_at : NULL;
		report->report.external = &report->external;
	}
#undef GIVEN
	return true;
}

bool
report_photo(struct report *report, size_t index, const char *path)
{
	crypto_hash_sha256_state hash;
	uint8_t bytes[65536];
	struct stat about;
	size_t got;

	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	crypto_hash_sha256_init(&hash);
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		crypto_hash_sha256_update(&hash, bytes, got);
	bool good = !ferror(file) && fstat(fileno(file), &about) == 0;
	fclose(file);
	if (!good)
		return false;
	Huying__Photo *photo = &report->photos[index];
	*photo = (Huying__Photo)HUYING__PHOTO__INIT;
	crypto_hash_sha256_final(&hash, report->digests[index]);
	photo->sha256 = (ProtobufCBinaryData){sizeof(report->digests[index]), report->digests[index]};
	photo->media_type = report_bytes(media_type(path));
	photo->size = (uint64_t)about.st_size;
	report->taken_at[index] = (Huying__Instant)HUYING__INSTANT__INIT;
	report->taken_at[index].unix_us = (int64_t)about.st_mtim.tv_sec * 1000000 +
		about.st_mtim.tv_nsec / 1000;
	photo->taken_at = &report->taken_at[index];
	report->photos_at[index] = photo;
	report->report.photos = report->photos_at;
	report->report.n_photos = index + 1;
	return true;
}

ProtobufCBinaryData
report_bytes(const char *text)
{
	return (ProtobufCBinaryData){strlen(text), (uint8_t *)(uintptr_t)text};
}

static bool
number_within(const char *text, double least, double most, double *ret_value)
{
	char *end;

	errno = 0;
	*ret_value = strtod(text, &end);
	return end != text && *end == '\0' && errno == 0 && *ret_value >= least && *ret_value <= most;
}

static const char *
media_type(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {{".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".png", "image/png"},
		{".webp", "image/webp"}, {".heic", "image/heic"}, {".mp4", "video/mp4"},
		{".pdf", "application/pdf"}};
	const char *ending = strrchr(path, '.');

	for (size_t i = 0; ending && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasecmp(ending, types[i].ending) == 0)
			return types[i].type;
	return "application/octet-stream";
}
