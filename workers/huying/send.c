/* send.c — reports made here on their way to the district, and the command that shows them.
 *
 * They go out one after the other: a phone that comes out of a cellar has a handful, and the order in
 * which a person made them is the order in which they should be numbered where numbers ran out. */
#include "send.h"

#include <stdio.h>
#include <stdlib.h>

#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "word.h"

static int run(const struct arguments *arguments);
static int drop(struct context *context, const char *number);
static void show(struct context *context, int64_t now_us);
static json_t *row_json(const struct outbox_row *row);
static const char *row_outcome(const struct outbox_row *row);
static void row_line(const struct outbox_row *row, struct table_print *table);

const struct command COMMAND_OUTBOX = {
	.name = "outbox",
	.summary = N_("Reports made here: which have reached the district, and which wait on this device."),
	.example = "huying outbox --send",
	.takes = "",
	.options = (const struct argp_option[]){
		{"send", OPTION_SEND, NULL, 0, N_("send what waits, now"), 0},
		{"drop", OPTION_DROP, "ROW", 0, N_("forget a report that was refused or waits (row as listed)"), 0},
		{0}},
	.run = run,
};

struct send_result
send_outbox(struct context *context, enum send_manner manner)
{
	struct send_result result = {.result = LINK_OK};
	struct outbox *outbox = context->outbox;
	struct outbox_row row;
	int64_t after = 0;

	result.waiting = outbox_waiting(outbox);
	if (result.waiting == 0)
		return result;
	result.elsewhere = !outbox_lock(outbox);
	if (result.elsewhere)
		return result;
	while (result.result == LINK_OK && outbox_first(outbox, context->link, after, &row)) {
		struct link_answer answer = {0};
		result.result = link_put(context->link, row.request, row.frame, row.frame_len, 0);
		if (result.result == LINK_OK)
			result.result = link_take(context->link, context->patience_us, &answer);
		if (answer.reply && outbox_answer(outbox, row.key, answer.reply)) {
			bool done = answer.reply->outcome == HUYING__OUTCOME__OUTCOME_DONE;
			bool again = answer.reply->refusal == HUYING__REFUSAL__REFUSAL_NUMBER_TAKEN ||
				answer.reply->refusal == HUYING__REFUSAL__REFUSAL_NUMBER_NOT_YOURS;
			result.sent += done;
			result.refused += !done && !again;
			after = again ? after : row.key;
		} else {
			after = row.key;
		}
		link_answer_free(&answer);
		outbox_row_free(&row);
	}
	outbox_unlock(outbox);
	result.waiting = outbox_waiting(outbox);
	if (manner == SEND_QUIETLY && result.sent > 0)
		print_note(_("%u report(s) kept earlier reached the district now; see huying outbox\n"),
			result.sent);
	if (manner == SEND_QUIETLY && result.refused > 0)
		print_note(_("%u report(s) kept earlier were refused; see huying outbox\n"), result.refused);
	return result;
}

/* ---- the command ---- */

static int
run(const struct arguments *arguments)
{
	struct context context;
	struct send_result result = {.result = LINK_OK};

	int status = context_open(&context, arguments);
	if (status != EXIT_DONE)
		return status;
	if (argument(arguments, OPTION_DROP)) {
		status = drop(&context, argument(arguments, OPTION_DROP));
		context_close(&context);
		return status;
	}
	if (argument(arguments, OPTION_SEND) && outbox_waiting(context.outbox) > 0) {
		result.result = context_reach(&context, context.patience_us);
		if (result.result == LINK_OK)
			result = send_outbox(&context, SEND_ALOUD);
		if (result.elsewhere)
			print_note(_("another huying is sending them at this moment\n"));
		if (result.result != LINK_OK)
			status = context_failed(&context, result.result);
	}
	if (status == EXIT_DONE || !print_is_json())
		show(&context, context_now_us(&context));
	context_close(&context);
	return status;
}

static int
drop(struct context *context, const char *number)
{
	char *end;
	long long key = strtoll(number, &end, 10);

	if (*number == '\0' || *end || !outbox_drop(context->outbox, key))
		return print_failure(EXIT_FAILED, "NO_ROW", _("there is no such row in the outbox"), number,
			NULL);
	if (print_is_json())
		print_json(json_pack("{s:I}", "dropped", (json_int_t)key));
	print_say(_("forgotten\n"));
	return EXIT_DONE;
}

static void
show(struct context *context, int64_t now_us)
{
	const struct table_column columns[] = {{_("ROW"), true, false}, {_("ISSUE"), false, false},
		{_("MADE"), false, false}, {_("WHERE IT IS"), false, false}, {_("WHAT"), false, true}};
	struct table_print *table = NULL;
	json_t *list = json_array();
	struct outbox_row row;
	int64_t cursor = 0;
	size_t count = 0;

	while (outbox_next(context->outbox, &cursor, &row)) {
		if (row.state == OUTBOX_DONE && row.seen) { /* told already; `mine` has it from now on */
			outbox_row_free(&row);
			continue;
		}
		if (print_is_json())
			json_array_append_new(list, row_json(&row));
		else if (!table && !print_is_plain())
			table = table_print_new(columns, sizeof(columns) / sizeof(columns[0]));
		if (!print_is_json())
			row_line(&row, table);
		if (row.state != OUTBOX_WAITING)
			outbox_seen(context->outbox, row.key, now_us);
		outbox_row_free(&row);
		count++;
	}
	if (table)
		table_print_end(table);
	else if (count == 0)
		print_say("%s\n", _("The outbox is empty: everything made here has reached the district."));
	print_say(_("%u number(s) left for reports without signal\n"),
		outbox_numbers_left(context->outbox));
	if (print_is_json())
		print_json(json_pack("{s:o, s:i, s:i, s:O}", "as_of", print_json_instant(now_us, true),
			"waiting", (int)outbox_waiting(context->outbox), "numbers_left",
			(int)outbox_numbers_left(context->outbox), "reports", list));
	json_decref(list);
}

static const char *
row_outcome(const struct outbox_row *row)
{
	switch (row->state) {
	case OUTBOX_DONE:
		return "done";
	case OUTBOX_REFUSED:
		return "refused";
	case OUTBOX_WAITING:
	default:
		return "waiting";
	}
}

static json_t *
row_json(const struct outbox_row *row)
{
	json_t *object = json_pack("{s:I, s:s, s:o, s:o, s:s, s:b}", "row", (json_int_t)row->key, "outcome",
		row_outcome(row), "number", *row->number ? json_string(row->number) : json_null(), "made_at",
		print_json_instant(row->made_us, true), "title", row->title, "seen", row->seen);

	if (row->reply && row->state == OUTBOX_REFUSED)
		json_object_set_new(object, "error", json_pack("{s:s, s:s, s:s}", "name",
			issue_refusal_name((int)row->reply->refusal), "message", row->reply->message, "detail",
			row->reply->detail));
	if (row->reply && row->reply->issue)
		json_object_set_new(object, "state",
			json_string(word_of(WORD_STATE, (int)row->reply->issue->state)));
	return object;
}

static void
row_line(const struct outbox_row *row, struct table_print *table)
{
	char where[300], key[24];

	if (!table) {
		print_field("%lld", (long long)row->key);
		print_field("%s", row_outcome(row));
		print_field("%s", row->number);
		print_field("%s", print_instant(row->made_us));
		print_field("%s", row->reply ? issue_refusal_name((int)row->reply->refusal) : "");
		print_field("%s", row->title);
		print_end();
		return;
	}
	snprintf(key, sizeof(key), "%lld", (long long)row->key);
	if (row->state == OUTBOX_WAITING)
		snprintf(where, sizeof(where), "%s", _("waits on this device"));
	else if (row->state == OUTBOX_DONE)
		snprintf(where, sizeof(where), _("reached the district (%s then)"), row->reply && row->reply->issue
			? word_label(WORD_STATE, (int)row->reply->issue->state) : "");
	else
		snprintf(where, sizeof(where), _("refused: %s %s"), row->reply ? row->reply->message : "",
			row->reply ? row->reply->detail : "");
	table_print_row(table);
	table_print_cell(table, PAINT_NONE, key);
	table_print_cell(table, PAINT_BOLD, *row->number ? row->number : _("at sending"));
	table_print_cell(table, PAINT_NONE, print_time(row->made_us));
	table_print_cell(table, row->state == OUTBOX_WAITING ? PAINT_YELLOW
		: row->state == OUTBOX_DONE ? PAINT_GREEN : PAINT_RED, where);
	table_print_cell(table, PAINT_NONE, row->title);
}
