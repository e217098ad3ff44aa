/* inbox.c — notices to me: what I was told, and that I have seen it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "context.h"
#include "follow.h"
#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "word.h"

#define ACKNOWLEDGED_MOST 200

static int run_inbox(const struct arguments *arguments);
static int list(struct context *context, bool all);
static int acknowledge(struct context *context, const struct arguments *arguments);
static int all_ids(struct context *context, uint64_t *ret_ids, size_t *ret_count);
static json_t *notice_json(const Huying__Notice *notice);
static void tell_page(const Huying__Page *page);

const struct command COMMAND_INBOX = {
	.name = "inbox",
	.summary = N_("Notices to me; --ack says that I have seen them."),
	.example = "huying inbox --ack 17",
	.takes = N_("[ID …]"),
	.words_most = COMMAND_WORDS_MAX,
	.options = (const struct argp_option[]){
		{"all", OPTION_ALL, NULL, 0, N_("also those I have seen"), 0},
		{"ack", OPTION_ACK, "ID", 0, N_("I have seen this one, and those that follow; \"all\" for all"), 0},
		FOLLOW_OPTION, {0}},
	.run = run_inbox,
};

static int
run_inbox(const struct arguments *arguments)
{
	bool all = argument(arguments, OPTION_ALL) != NULL;
	struct context context;

	if (argument(arguments, OPTION_FOLLOW)) {
		Huying__Subscribe subscribe = HUYING__SUBSCRIBE__INIT;
		Huying__InboxQuery inbox = HUYING__INBOX_QUERY__INIT;

		inbox.all = all;
		subscribe.ask_case = HUYING__SUBSCRIBE__ASK_INBOX;
		subscribe.inbox = &inbox;
		return follow_run(arguments, &subscribe);
	}
	int status = context_open(&context, arguments);
	if (status == EXIT_DONE)
		status = context_connect(&context);
	if (status == EXIT_DONE)
		status = argument(arguments, OPTION_ACK) ? acknowledge(&context, arguments) : list(&context, all);
	context_close(&context);
	return status;
}

static int
list(struct context *context, bool all)
{
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__InboxQuery inbox = HUYING__INBOX_QUERY__INIT;
	int status = EXIT_DONE;

	query.ask_case = HUYING__QUERY__ASK_INBOX;
	query.inbox = &inbox;
	inbox.all = all;
	Huying__Page *page = context_ask(context, &query, &status);
	if (!page)
		return status;
	if (print_is_json()) {
		json_t *notices = json_array();

		for (size_t i = 0; i < page->n_notices; i++)
			json_array_append_new(notices, notice_json(page->notices[i]));
		print_json(json_pack("{s:o, s:o}", "as_of",
			print_json_instant(page->as_of ? page->as_of->unix_us : 0, true), "notices", notices));
	} else if (page->n_notices == 0) {
		print_say("%s\n", _("Nothing new for you."));
	} else {
		tell_page(page);
	}
	huying__page__free_unpacked(page, NULL);
	return EXIT_DONE;
}

static int
acknowledge(struct context *context, const struct arguments *arguments)
{
	const char *first = argument(arguments, OPTION_ACK);
	uint64_t ids[ACKNOWLEDGED_MOST];
	size_t count = 0;
	uint32_t seen = 0;
	int status = EXIT_DONE;

	if (strcmp(first, "all") == 0) {
		status = all_ids(context, ids, &count);
	} else {
		for (size_t i = 0; i <= arguments->words_count; i++) {
			const char *word = i == 0 ? first : arguments->words[i - 1];
			char *end = NULL;

			ids[count++] = strtoull(word, &end, 10);
			if (*word < '1' || *word > '9' || *end)
				return print_failure(EXIT_USAGE, "USAGE",
					_("--ack takes the numbers that `huying inbox` shows, or all"), word, NULL);
		}
	}
	if (status != EXIT_DONE)
		return status;
	if (count > 0) {
		enum link_result result = link_acknowledge(context->link, ids, count, context->patience_us, &seen);

		if (result != LINK_OK)
			return context_failed(context, result);
	}
	if (print_is_json())
		print_json(json_pack("{s:s, s:I}", "outcome", "done", "acknowledged", (json_int_t)seen));
	else
		print_say(_("%u notice(s) marked as seen\n"), seen);
	return EXIT_DONE;
}

static int
all_ids(struct context *context, uint64_t *ret_ids, size_t *ret_count)
{
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__InboxQuery inbox = HUYING__INBOX_QUERY__INIT;
	int status = EXIT_DONE;

	query.ask_case = HUYING__QUERY__ASK_INBOX;
	query.inbox = &inbox;
	Huying__Page *page = context_ask(context, &query, &status);
	if (!page)
		return status;
	for (size_t i = 0; i < page->n_notices && *ret_count < ACKNOWLEDGED_MOST; i++)
		ret_ids[(*ret_count)++] = page->notices[i]->id;
	huying__page__free_unpacked(page, NULL);
	return EXIT_DONE;
}

static json_t *
notice_json(const Huying__Notice *notice)
{
	return json_pack("{s:I, s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:b}", "id", (json_int_t)notice->id, "kind",
		word_of(WORD_NOTICE, (int)notice->kind), "at", issue_instant_json(notice->at), "number",
		notice->number, "class_name", notice->class_name, "state", word_of(WORD_STATE, (int)notice->state),
		"due_at", issue_instant_json(notice->due_at), "text", notice->text, "acknowledged",
		notice->acknowledged);
}

static void
tell_page(const Huying__Page *page)
{
	const struct table_column columns[] = {{_("ID"), true, false}, {_("AT"), false, false},
		{_("NOTICE"), false, false}, {_("ISSUE"), false, false}, {_("WHAT"), false, true},
		{_("WORDS"), false, true}};

	if (print_is_plain()) {
		for (size_t i = 0; i < page->n_notices; i++) {
			const Huying__Notice *notice = page->notices[i];

			print_field("%llu", (unsigned long long)notice->id);
			print_field("%s", word_of(WORD_NOTICE, (int)notice->kind));
			print_field("%s", notice->number);
			print_field("%s", notice->at ? print_instant(notice->at->unix_us) : "");
			print_end();
		}
		return;
	}
	struct table_print *table = table_print_new(columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < page->n_notices; i++) {
		const Huying__Notice *notice = page->notices[i];
		char id[24];

		snprintf(id, sizeof(id), "%llu", (unsigned long long)notice->id);
		table_print_row(table);
		table_print_cell(table, notice->acknowledged ? PAINT_DIM : PAINT_BOLD, id);
		table_print_cell(table, PAINT_NONE, notice->at ? print_time(notice->at->unix_us) : "");
		table_print_cell(table, PAINT_NONE, word_label(WORD_NOTICE, (int)notice->kind));
		table_print_cell(table, PAINT_NONE, notice->number);
		table_print_cell(table, PAINT_NONE, notice->class_name);
		table_print_cell(table, PAINT_NONE, notice->text);
	}
	table_print_end(table);
}
