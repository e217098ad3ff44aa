/* list.c — the first glances: my reports, my tasks, my unit's queue, and what is late where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "context.h"
#include "follow.h"
#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "report.h"
#include "word.h"

#define ROWS_MOST 500 /* for people and programs alike, unless --limit says otherwise */

struct listing { /* the pages of one list */
	Huying__Page **pages;
	size_t pages_count;
	Huying__Issue **issues; /* borrowed from the pages */
	size_t issues_count, most;
	bool cut;               /* there is more than was asked for */
	int64_t as_of_us;
};

static int run_mine(const struct arguments *arguments);
static int run_tasks(const struct arguments *arguments);
static int run_queue(const struct arguments *arguments);
static int run_overdue(const struct arguments *arguments);
static int list(const struct arguments *arguments, Huying__Query *query, uint64_t *after,
	const char *when_empty);
static int fetch(struct context *context, struct listing *listing, Huying__Query *query, uint64_t *after);
static void take_page(struct listing *listing, Huying__Page *page);
static void listing_free(struct listing *listing);
static int overdue_counts(struct context *context, Huying__Query *query, const char *by);
static void tell_counts(const Huying__Page *page);
static json_t *count_json(const Huying__Count *count);
static void count_cell(struct table_print *table, enum paint paint, uint32_t count);
static int read_limit(const struct arguments *arguments, size_t *ret_most);
static int begin(struct context *context, const struct arguments *arguments, size_t *ret_most);

#define LIMIT_OPTION {"limit", OPTION_LIMIT, "N", 0, N_("at most so many rows (500); 0 = all"), 0}

const struct command COMMAND_MINE = {
	.name = "mine",
	.summary = N_("My reports, and what became of them."),
	.example = "huying mine --open",
	.takes = "",
	.options = (const struct argp_option[]){
		{"open", OPTION_OPEN, NULL, 0, N_("only those that are not closed"), 0}, FOLLOW_OPTION, LIMIT_OPTION, {0}},
	.run = run_mine,
};

const struct command COMMAND_TASKS = {
	.name = "tasks",
	.summary = N_("What I have claimed, and what my unit has free."),
	.example = "huying tasks",
	.takes = "",
	.options = (const struct argp_option[]){LIMIT_OPTION, {0}},
	.run = run_tasks,
};

const struct command COMMAND_QUEUE = {
	.name = "queue",
	.summary = N_("The open issues of my unit; what happens first if nobody acts comes first."),
	.example = "huying queue --desk intake",
	.takes = "",
	.options = (const struct argp_option[]){
		{"desk", OPTION_DESK, "DESK", 0, N_("only one desk: intake, dispatch, handle, callback, backstop"), 0},
		{"unit", OPTION_UNIT, "CODE", 0, N_("another unit of your area"), 0}, FOLLOW_OPTION, LIMIT_OPTION, {0}},
	.run = run_queue,
};

const struct command COMMAND_OVERDUE = {
	.name = "overdue",
	.summary = N_("What is late or about to be in my area, and where it piles up."),
	.example = "huying overdue --by town --soon 2h",
	.takes = "",
	.options = (const struct argp_option[]){
		{"by", OPTION_BY, "WHAT", 0, N_("count by town, community, grid or unit"), 0},
		{"soon", OPTION_SOON, "SPAN", 0, N_("also what falls due within so long: 30m, 2h, 1d"), 0},
		{"area", OPTION_AREA, "CODE", 0, N_("a part of my area"), 0}, FOLLOW_OPTION, LIMIT_OPTION, {0}},
	.run = run_overdue,
};

static int
run_mine(const struct arguments *arguments)
{
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__MineQuery mine = HUYING__MINE_QUERY__INIT;

	query.ask_case = HUYING__QUERY__ASK_MINE;
	query.mine = &mine;
	mine.open_only = argument(arguments, OPTION_OPEN) != NULL;
	if (argument(arguments, OPTION_FOLLOW)) {
		Huying__Subscribe subscribe = HUYING__SUBSCRIBE__INIT;

		subscribe.ask_case = HUYING__SUBSCRIBE__ASK_MINE;
		subscribe.mine = &mine;
		return follow_run(arguments, &subscribe);
	}
	return list(arguments, &query, &mine.after, _("You have reported nothing yet: huying report"));
}

static int
run_tasks(const struct arguments *arguments)
{
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__TasksQuery tasks = HUYING__TASKS_QUERY__INIT;

	query.ask_case = HUYING__QUERY__ASK_TASKS;
	query.tasks = &tasks;
	return list(arguments, &query, &tasks.after, _("Nothing to do, and nothing free in your unit."));
}

static int
run_queue(const struct arguments *arguments)
{
	const char *desk = argument(arguments, OPTION_DESK), *unit = argument(arguments, OPTION_UNIT);
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__QueueQuery queue = HUYING__QUEUE_QUERY__INIT;

	query.ask_case = HUYING__QUERY__ASK_QUEUE;
	query.queue = &queue;
	if (desk && !(queue.desk = (Huying__Desk)word_number(WORD_DESK, desk)))
		return print_failure(EXIT_USAGE, "USAGE",
			_("--desk is intake, dispatch, handle, check, callback or backstop"), desk, NULL);
	queue.unit_code = report_bytes(unit ? unit : "");
	if (argument(arguments, OPTION_FOLLOW)) {
		Huying__Subscribe subscribe = HUYING__SUBSCRIBE__INIT;

		subscribe.ask_case = HUYING__SUBSCRIBE__ASK_QUEUE;
		subscribe.queue = &queue;
		return follow_run(arguments, &subscribe);
	}
	return list(arguments, &query, &queue.after, _("The queue is empty."));
}

static int
run_overdue(const struct arguments *arguments)
{
	static const char *const bys[] = {"", "town", "community", "grid", "unit"};
	const char *by = argument(arguments, OPTION_BY), *soon = argument(arguments, OPTION_SOON);
	const char *area = argument(arguments, OPTION_AREA);
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__OverdueQuery overdue = HUYING__OVERDUE_QUERY__INIT;
	struct context context;
	int64_t soon_us = 0;

	query.ask_case = HUYING__QUERY__ASK_OVERDUE;
	query.overdue = &overdue;
	overdue.area_code = report_bytes(area ? area : "");
	if (soon && !print_parse_span(soon, &soon_us))
		return print_failure(EXIT_USAGE, "USAGE", _("--soon is a span: 30m, 2h, 1d"), soon, NULL);
	overdue.soon_us = (uint64_t)soon_us;
	if (argument(arguments, OPTION_FOLLOW)) {
		Huying__Subscribe subscribe = HUYING__SUBSCRIBE__INIT;

		if (by)
			return print_failure(EXIT_USAGE, "USAGE", _("--follow shows the issues; leave out --by"), by,
				NULL);
		subscribe.ask_case = HUYING__SUBSCRIBE__ASK_OVERDUE;
		subscribe.overdue = &overdue;
		return follow_run(arguments, &subscribe);
	}
	if (!by)
		return list(arguments, &query, &overdue.after, _("Nothing is late in your area."));
	for (size_t i = 1; i < sizeof(bys) / sizeof(bys[0]); i++)
		if (strcmp(by, bys[i]) == 0)
			overdue.by = (Huying__OverdueQuery__By)i;
	if (!overdue.by)
		return print_failure(EXIT_USAGE, "USAGE", _("--by is town, community, grid or unit"), by,
			NULL);
	int status = context_open(&context, arguments);
	if (status == EXIT_DONE)
		status = context_connect(&context);
	if (status == EXIT_DONE)
		status = overdue_counts(&context, &query, by);
	context_close(&context);
	return status;
}

/* ---- lists of issues ---- */

static int
list(const struct arguments *arguments, Huying__Query *query, uint64_t *after, const char *when_empty)
{
	struct listing listing = {0};
	struct context context;

	int status = begin(&context, arguments, &listing.most);
	if (status == EXIT_DONE)
		status = fetch(&context, &listing, query, after);
	if (status == EXIT_DONE) {
		issue_list(listing.issues, listing.issues_count, listing.as_of_us, when_empty);
		if (listing.cut)
			print_note(_("there is more; --limit 0 shows all\n"));
	}
	listing_free(&listing);
	context_close(&context);
	return status;
}

static int
begin(struct context *context, const struct arguments *arguments, size_t *ret_most)
{
	int status = context_open(context, arguments);

	if (status == EXIT_DONE)
		status = read_limit(arguments, ret_most);
	return status == EXIT_DONE ? context_connect(context) : status;
}

static int
fetch(struct context *context, struct listing *listing, Huying__Query *query, uint64_t *after)
{
	int status = EXIT_DONE;

	do {
		Huying__Page *page = context_ask(context, query, &status);
		if (!page)
			return status;
		*after = page->next_cursor;
		take_page(listing, page);
	} while (*after != 0 && !listing->cut);
	return EXIT_DONE;
}

static void
take_page(struct listing *listing, Huying__Page *page)
{
	listing->pages = realloc(listing->pages, (listing->pages_count + 1) * sizeof(*listing->pages));
	listing->issues = realloc(listing->issues,
		(listing->issues_count + page->n_issues + 1) * sizeof(*listing->issues));
	if (!listing->pages || !listing->issues)
		abort();
	if (listing->pages_count == 0 && page->as_of)
		listing->as_of_us = page->as_of->unix_us;
	listing->pages[listing->pages_count++] = page;
	for (size_t i = 0; i < page->n_issues; i++) {
		if (listing->issues_count == listing->most) {
			listing->cut = true;
			return;
		}
		listing->issues[listing->issues_count++] = page->issues[i];
	}
	listing->cut = listing->issues_count == listing->most && page->next_cursor != 0;
}

static void
listing_free(struct listing *listing)
{
	for (size_t i = 0; i < listing->pages_count; i++)
		huying__page__free_unpacked(listing->pages[i], NULL);
	free(listing->pages);
	free(listing->issues);
}

static int
read_limit(const struct arguments *arguments, size_t *ret_most)
{
	const char *limit = argument(arguments, OPTION_LIMIT);
	char *end = NULL;

	*ret_most = ROWS_MOST;
	if (!limit)
		return EXIT_DONE;
	*ret_most = strtoul(limit, &end, 10);
	if (*limit < '0' || *limit > '9' || *end)
		return print_failure(EXIT_USAGE, "USAGE", _("--limit is a number"), limit, NULL);
	if (*ret_most == 0)
		*ret_most = SIZE_MAX;
	return EXIT_DONE;
}

/* ---- counts ---- */

static int
overdue_counts(struct context *context, Huying__Query *query, const char *by)
{
	int status = EXIT_DONE;
	int64_t as_of_us;
	Huying__Page *page = context_ask(context, query, &status);

	if (!page)
		return status;
	as_of_us = page->as_of ? page->as_of->unix_us : 0;
	if (print_is_json()) {
		json_t *counts = json_array();
		for (size_t i = 0; i < page->n_counts; i++)
			json_array_append_new(counts, count_json(page->counts[i]));
		print_json(json_pack("{s:o, s:s, s:o}", "as_of", print_json_instant(as_of_us, true), "by", by,
			"counts", counts));
	} else if (print_is_plain()) {
		for (size_t i = 0; i < page->n_counts; i++) {
			const Huying__Count *count = page->counts[i];
			print_field("%s", count->code);
			print_field("%s", count->name);
			print_field("%u", count->red);
			print_field("%u", count->yellow);
			print_field("%u", count->green);
			print_field("%s", count->oldest_due_at
				? print_instant(count->oldest_due_at->unix_us) : "");
			print_end();
		}
	} else {
		tell_counts(page);
	}
	huying__page__free_unpacked(page, NULL);
	return EXIT_DONE;
}

static void
tell_counts(const Huying__Page *page)
{
	const struct table_column columns[] = {{_("WHERE"), false, true}, {_("ID"), false, false},
		{_("RED late"), true, false}, {_("YELLOW soon"), true, false},
		{_("GREEN in time"), true, false}, {_("OLDEST"), false, false}};
	uint32_t red = 0, yellow = 0, green = 0;
	int64_t as_of_us = page->as_of ? page->as_of->unix_us : 0;

	if (page->n_counts == 0) {
		print_say("%s\n", _("Nothing is open in your area."));
		return;
	}
	struct table_print *table = table_print_new(columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < page->n_counts; i++) {
		const Huying__Count *count = page->counts[i];
		char oldest[80] = "";
		if (count->oldest_due_at && count->oldest_due_at->unix_us <= as_of_us)
			snprintf(oldest, sizeof(oldest), _("%s late"),
				print_span(as_of_us - count->oldest_due_at->unix_us));
		else if (count->oldest_due_at)
			snprintf(oldest, sizeof(oldest), _("in %s"),
				print_span(count->oldest_due_at->unix_us - as_of_us));
		table_print_row(table);
		table_print_cell(table, PAINT_NONE, *count->name ? count->name
			: *count->code ? count->code : _("(place unknown)"));
		table_print_cell(table, PAINT_NONE, count->code);
		count_cell(table, PAINT_RED, count->red);
		count_cell(table, PAINT_YELLOW, count->yellow);
		count_cell(table, PAINT_GREEN, count->green);
		table_print_cell(table, PAINT_NONE, oldest);
		red += count->red;
		yellow += count->yellow;
		green += count->green;
	}
	table_print_end(table);
	print_say(_("in all: %u red, %u yellow, %u green, as of %s\n"), red, yellow, green,
		print_time(as_of_us));
}

static json_t *
count_json(const Huying__Count *count)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:o}", "code", count->code, "name", count->name,
		"tier", word_of(WORD_TIER, (int)count->tier), "red", (json_int_t)count->red, "yellow",
		(json_int_t)count->yellow, "green", (json_int_t)count->green, "oldest_due_at",
		issue_instant_json(count->oldest_due_at));
}

static void
count_cell(struct table_print *table, enum paint paint, uint32_t count)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", count);
	table_print_cell(table, count ? paint : PAINT_DIM, text);
}
