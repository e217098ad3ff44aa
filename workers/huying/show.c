/* show.c — one issue: where it stands, how it came there, which clock ran, and what is due when and why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "context.h"
#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "report.h"
#include "subject.h"
#include "word.h"

#define PAGES_MOST 1000
#define LIMIT_TEXT_BYTES 96

struct story { /* the pages of one issue's timeline; the first one has the rest, too */
	Huying__Page **pages;
	size_t pages_count;
};

static int run_show(const struct arguments *arguments);
static int run_contact(const struct arguments *arguments);
static int fetch(struct context *context, const char *number, struct story *story);
static void tell_contact(const Huying__Contact *given);
static void story_free(struct story *story);
static void story_json(const struct story *story);
static json_t *decision_json(const Huying__Decision *decision);
static json_t *entry_json(const Huying__Entry *entry);
static json_t *clock_json(const Huying__Clock *clock);
static json_t *why_json(const Huying__Why *why);
static json_t *feedback_json(const Huying__Feedback *feedback);
static void story_plain(const struct story *story);
static void tell_head(const Huying__Show *show, int64_t as_of_us);
static void tell_timeline(const struct story *story, bool why);
static void tell_decision(const Huying__Decision *decision, bool why);
static void tell_entries(const Huying__Decision *decision, bool why);
static void tell_entry(const Huying__Entry *entry, const Huying__Instant *decided_at, bool why);
static bool came_and_went(const Huying__Decision *decision, size_t index);
static void tell_clocks(const Huying__Show *show, int64_t as_of_us, bool all);
static void clock_row(struct table_print *table, const Huying__Clock *clock);
static void tell_why(const Huying__Why *why, const Huying__Show *show);
static void tell_next(const Huying__Why *why, int64_t as_of_us);
static void limit_text(int kind, int64_t amount, char ret_text[LIMIT_TEXT_BYTES]);
static const char *run_word(Huying__Clock__Run run, bool label);
static const char *clock_span(const Huying__Clock *clock, int64_t us);
static const char *day(int64_t us);

const struct command COMMAND_SHOW = {
	.name = "show",
	.summary = N_("One issue: where it stands, its timeline, its clocks, what is due when and why."),
	.example = "huying show ZC-1203207-5 --why",
	.takes = N_("ISSUE"),
	.words_least = 1,
	.words_most = 1,
	.options = (const struct argp_option[]){
		{"why", OPTION_WHY, NULL, 0, N_("also every entry of the clocks, and the rules behind them"), 0},
		{0}},
	.run = run_show,
};

const struct command COMMAND_CONTACT = {
	.name = "contact",
	.summary = N_("The reporter's name, telephone and address; each look is recorded, with who and why."),
	.example = "huying contact ZC-1203207-5 --reason \"call back about the lift\"",
	.takes = N_("ISSUE"),
	.words_least = 1,
	.words_most = 1,
	.options = (const struct argp_option[]){
		{"reason", OPTION_REASON, "WORDS", 0, N_("why it is needed"), 0}, {0}},
	.run = run_contact,
};

static int
run_show(const struct arguments *arguments)
{
	bool why = argument(arguments, OPTION_WHY) != NULL;
	struct story story = {0};
	struct context context;

	int status = context_open(&context, arguments);
	if (status == EXIT_DONE)
		status = context_connect(&context);
	if (status == EXIT_DONE)
		status = fetch(&context, arguments->words[0], &story);
	if (status == EXIT_DONE && print_is_json()) {
		story_json(&story);
	} else if (status == EXIT_DONE && print_is_plain()) {
		story_plain(&story);
	} else if (status == EXIT_DONE) {
		const Huying__Page *first = story.pages[0];
		int64_t as_of_us = first->as_of ? first->as_of->unix_us : 0;
		tell_head(first->show, as_of_us);
		if (first->show->why)
			tell_next(first->show->why, as_of_us);
		tell_timeline(&story, why);
		tell_clocks(first->show, as_of_us, why);
		if (why && first->show->why)
			tell_why(first->show->why, first->show);
	}
	story_free(&story);
	context_close(&context);
	return status;
}

static int
run_contact(const struct arguments *arguments)
{
	const char *reason = argument(arguments, OPTION_REASON);
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__ContactQuery ask = HUYING__CONTACT_QUERY__INIT;
	struct context context;
	Huying__Page *page = NULL;

	if (!reason || !*reason)
		return print_failure(EXIT_USAGE, "USAGE", _("say why it is needed: --reason"), NULL, NULL);
	subject_contact(&query, &ask, arguments->words[0]);
	ask.reason = report_bytes(reason);
	int status = context_open(&context, arguments);
	if (status == EXIT_DONE)
		status = context_connect(&context);
	if (status == EXIT_DONE)
		page = context_ask(&context, &query, &status);
	if (page)
		tell_contact(page->contact);
	if (page)
		huying__page__free_unpacked(page, NULL);
	context_close(&context);
	return status;
}

static void
tell_contact(const Huying__Contact *given)
{
	static const char *const names[] = {N_("name"), N_("telephone"), N_("address")};
	const Huying__Contact none = HUYING__CONTACT__INIT, *contact = given ? given : &none;
	const ProtobufCBinaryData *fields[] = {&contact->name, &contact->telephone, &contact->address};
	json_t *object = json_object();

	if (!contact->name.len && !contact->telephone.len && !contact->address.len)
		print_note("%s\n", _("nobody left a name or a number"));
	for (size_t i = 0; i < 3; i++) {
		const char *data = fields[i]->data ? (const char *)fields[i]->data : "";
		json_object_set_new(object, names[i], json_stringn(data, fields[i]->len));
		if (print_is_plain())
			print_field("%.*s", (int)fields[i]->len, data);
		else if (fields[i]->len)
			print_say("%-10s %.*s\n", _(names[i]), (int)fields[i]->len, data);
	}
	if (print_is_plain())
		print_end();
	if (print_is_json())
		print_json(json_incref(object));
	json_decref(object);
}

static int
fetch(struct context *context, const char *number, struct story *story)
{
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__ShowQuery show = HUYING__SHOW_QUERY__INIT;
	int status = EXIT_DONE;

	subject_show(&query, &show, number);
	do {
		Huying__Page *page = context_ask(context, &query, &status);
		if (!page)
			return status;
		story->pages = realloc(story->pages, (story->pages_count + 1) * sizeof(*story->pages));
		if (!story->pages)
			abort();
		story->pages[story->pages_count++] = page;
		if (!page->show || !page->show->issue)
			return print_failure(EXIT_FAILED, "BAD_MESSAGE",
				_("the answer has no issue in it"), NULL, NULL);
		show.after_version = page->show->next_version;
	} while (show.after_version != 0 && story->pages_count < PAGES_MOST);
	return EXIT_DONE;
}

static void
story_free(struct story *story)
{
	for (size_t i = 0; i < story->pages_count; i++)
		huying__page__free_unpacked(story->pages[i], NULL);
	free(story->pages);
}

/* ---- for programs ---- */

static void
story_json(const struct story *story)
{
	const Huying__Page *first = story->pages[0];
	const Huying__Show *show = first->show;
	int64_t as_of_us = first->as_of ? first->as_of->unix_us : 0;
	json_t *object = issue_json(show->issue, as_of_us), *list;

	json_object_set_new(object, "as_of", print_json_instant(as_of_us, true));
	json_object_set_new(object, "feedback", feedback_json(show->feedback));
	json_object_set_new(object, "assisting_units", list = json_array());
	for (size_t i = 0; i < show->n_assisting_unit_codes; i++)
		json_array_append_new(list, json_string(show->assisting_unit_codes[i]));
	json_object_set_new(object, "clocks", list = json_array());
	for (size_t i = 0; i < show->n_clocks; i++)
		json_array_append_new(list, clock_json(show->clocks[i]));
	json_object_set_new(object, "why", show->why ? why_json(show->why) : json_null());
	json_object_set_new(object, "timeline", list = json_array());
	for (size_t i = 0; i < story->pages_count; i++)
		for (size_t j = 0; j < story->pages[i]->show->n_timeline; j++)
			json_array_append_new(list, decision_json(story->pages[i]->show->timeline[j]));
	print_json(object);
}

static json_t *
decision_json(const Huying__Decision *decision)
{
	json_t *object = json_object(), *entries, *said = json_loads(decision->said, 0, NULL);

	json_object_set_new(object, "version", json_integer(decision->version));
	json_object_set_new(object, "event", json_string(word_of(WORD_EVENT, (int)decision->event)));
	json_object_set_new(object, "at", issue_instant_json(decision->at));
	json_object_set_new(object, "by", json_string(*decision->by_code ? decision->by_code : "system"));
	json_object_set_new(object, "by_name",
		*decision->by_name ? json_string(decision->by_name) : json_null());
	json_object_set_new(object, "state", json_string(word_of(WORD_STATE, (int)decision->state)));
	json_object_set_new(object, "tier", json_string(word_of(WORD_TIER, (int)decision->tier)));
	json_object_set_new(object, "holder", issue_holder_json(decision->holder));
	json_object_set_new(object, "cause", json_string(word_of(WORD_CAUSE, (int)decision->cause)));
	json_object_set_new(object, "reason", decision->reason
		? json_string(word_of(WORD_REASON, (int)decision->reason)) : json_null());
	json_object_set_new(object, "text", json_string(decision->text));
	json_object_set_new(object, "said", said ? said : json_null());
	json_object_set_new(object, "due_at", issue_instant_json(decision->due_at));
	json_object_set_new(object, "entries", entries = json_array());
	for (size_t i = 0; i < decision->n_entries; i++)
		json_array_append_new(entries, entry_json(decision->entries[i]));
	return object;
}

static json_t *
entry_json(const Huying__Entry *entry)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:o, s:I, s:s}", "op", word_of(WORD_LEDGER, (int)entry->op),
		"clock", word_of(WORD_CLOCK, (int)entry->clock), "cause",
		word_of(WORD_CAUSE, (int)entry->cause), "generation", (int)entry->generation, "at",
		issue_instant_json(entry->at), "amount", (json_int_t)entry->amount, "limit_kind",
		word_of(WORD_LIMIT, (int)entry->limit_kind));
}

static json_t *
clock_json(const Huying__Clock *clock)
{
	return json_pack("{s:s, s:s, s:i, s:o, s:s, s:I, s:s, s:I, s:I, s:o, s:o, s:b}", "clock",
		word_of(WORD_CLOCK, (int)clock->clock), "run", run_word(clock->run, false), "generation",
		(int)clock->generation, "started_at", issue_instant_json(clock->started_at), "limit_kind",
		word_of(WORD_LIMIT, (int)clock->limit_kind), "limit_amount", (json_int_t)clock->limit_amount,
		"calendar", clock->calendar, "used_us", (json_int_t)clock->used_us, "remaining_us",
		(json_int_t)clock->remaining_us, "due_at", issue_instant_json(clock->due_at),
		"breached_at", issue_instant_json(clock->breached_at), "provisional", clock->provisional);
}

static json_t *
why_json(const Huying__Why *why)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:o, s:s, s:s}", "standard", why->standard,
		"close_condition", why->close_condition, "calendar_zone", why->calendar_zone, "release",
		(int)why->release, "route", why->route, "next_step_at",
		issue_instant_json(why->next_step_at), "next_step", why->next_step, "next_step_clock",
		word_of(WORD_CLOCK, (int)why->next_step_clock));
}

static json_t *
feedback_json(const Huying__Feedback *feedback)
{
	if (!feedback)
		return json_null();
	return json_pack("{s:b, s:b, s:o}", "contacted", feedback->contacted, "solved", feedback->solved,
		"satisfied", feedback->satisfied ? json_integer(feedback->satisfied) : json_null());
}

/* The issue as in every list, then a line for each decision. */
static void
story_plain(const struct story *story)
{
	issue_plain_line(story->pages[0]->show->issue);
	for (size_t i = 0; i < story->pages_count; i++)
		for (size_t j = 0; j < story->pages[i]->show->n_timeline; j++) {
			const Huying__Decision *decision = story->pages[i]->show->timeline[j];
			print_field("%s", decision->at ? print_instant(decision->at->unix_us) : "");
			print_field("%u", decision->version);
			print_field("%s", word_of(WORD_EVENT, (int)decision->event));
			print_field("%s", *decision->by_code ? decision->by_code : "system");
			print_field("%s", word_of(WORD_STATE, (int)decision->state));
			print_field("%s", decision->holder ? decision->holder->unit_code : "");
			print_field("%s", decision->due_at ? print_instant(decision->due_at->unix_us) : "");
			print_field("%s", decision->text);
			print_end();
		}
}

/* ---- for people ---- */

static void
tell_head(const Huying__Show *show, int64_t as_of_us)
{
	const Huying__Issue *issue = show->issue;
	char *due = issue_due_text(issue, as_of_us), *holder = issue_holder_text(issue->holder);

	print_say("%s  %s  %s\n", print_painted(PAINT_BOLD, issue->number),
		word_label(WORD_STATE, (int)issue->state), word_label(WORD_TIER, (int)issue->tier));
	if (*issue->text)
		print_say("  %s\n", issue->text);
	print_say(_("  what    %s %s"), *issue->class_name ? issue->class_name : _("(no class)"),
		issue->class_code);
	if (issue->severity)
		print_say(_(", severity %u"), issue->severity);
	print_say(_("\n  where   %s %s\n"), *issue->place_name ? issue->place_name : _("(place unknown)"),
		issue->place_code);
	print_say(_("  with    %s"), holder);
	if (issue->cause > HUYING__CAUSE__CAUSE_NONE && issue->cause <= HUYING__CAUSE__CAUSE_MANUAL)
		print_say(" (%s)", word_label(WORD_CAUSE, (int)issue->cause));
	for (size_t i = 0; i < show->n_assisting_unit_codes; i++)
		print_say("%s%s", i ? ", " : _("; assisting: "), show->assisting_unit_codes[i]);
	if (issue->due_at)
		print_say(_("\n  due     %s"), print_painted(issue_paint(issue, as_of_us), due));
	if (issue->outside_due_at)
		print_say(_("\n  due for the other system  %s"), print_time(issue->outside_due_at->unix_us));
	print_say(_("\n  from    %s"), issue->reporter_code);
	if (issue->observed_at)
		print_say(_(", seen %s"), print_time(issue->observed_at->unix_us));
	if (issue->received_at)
		print_say(_(", received %s"), print_time(issue->received_at->unix_us));
	print_say("\n");
	if (show->feedback)
		print_say(_("  said    %s, %s"), show->feedback->contacted ? _("contacted") : _("not contacted"),
			show->feedback->solved ? _("solved") : _("not solved"));
	if (show->feedback && show->feedback->satisfied)
		print_say(_(", satisfied %u of 5"), show->feedback->satisfied);
	if (show->feedback)
		print_say("\n");
	if (*issue_next_commands(issue))
		print_say(_("  now     %s\n"), issue_next_commands(issue));
	free(due);
	free(holder);
}

static void
tell_next(const Huying__Why *why, int64_t as_of_us)
{
	if (!why->next_step_at)
		return;
	const char *clock = word_label(WORD_CLOCK, (int)why->next_step_clock);
	const char *action = word_label_of(WORD_ACTION, why->next_step);
	bool ends = word_number(WORD_CLOCK, why->next_step) != 0 || !*why->next_step;
	int64_t left_us = why->next_step_at->unix_us - as_of_us;

	print_say(_("  then    if nobody acts, %s"), print_time_fine(why->next_step_at->unix_us));
	if (left_us > 0)
		print_say(_(" (in %s)"), print_span(left_us));
	if (ends)
		print_say(_(": the %s clock ends\n"), clock);
	else
		print_say(_(": %s (%s clock)\n"), action, clock);
}

static void
tell_timeline(const struct story *story, bool why)
{
	print_say("\n%s\n", print_painted(PAINT_BOLD, _("TIMELINE")));
	for (size_t i = 0; i < story->pages_count; i++)
		for (size_t j = 0; j < story->pages[i]->show->n_timeline; j++)
			tell_decision(story->pages[i]->show->timeline[j], why);
}

static void
tell_decision(const Huying__Decision *decision, bool why)
{
	char *holder = issue_holder_text(decision->holder);
	const char *by = *decision->by_name ? decision->by_name : decision->by_code;

	print_say("  %s  %s  %s → %s", decision->at ? day(decision->at->unix_us) : "",
		word_label(WORD_EVENT, (int)decision->event), *by ? by : _("by itself"),
		print_painted(PAINT_BOLD, word_label(WORD_STATE, (int)decision->state)));
	if (decision->holder && *decision->holder->unit_code)
		print_say(_(", with %s"), holder);
	if (decision->cause > HUYING__CAUSE__CAUSE_NONE)
		print_say(" (%s)", word_label(WORD_CAUSE, (int)decision->cause));
	print_say("\n");
	if (decision->reason)
		print_say(_("      reason: %s\n"), word_label(WORD_REASON, (int)decision->reason));
	if (*decision->text)
		print_say("      “%s”\n", decision->text);
	tell_entries(decision, why);
	if (why && decision->due_at)
		print_say(_("      due after this: %s\n"), print_time_fine(decision->due_at->unix_us));
	if (why && *decision->said && strcmp(decision->said, "{}") != 0)
		print_say("      %s\n", decision->said);
	free(holder);
}

/* What happened to the clocks: one line, or every entry on its own with --why. */
static void
tell_entries(const Huying__Decision *decision, bool why)
{
	size_t told = 0;

	for (size_t i = 0; i < decision->n_entries; i++) {
		if (!why && came_and_went(decision, i))
			continue;
		print_say("%s", why || told == 0 ? "      " : " · ");
		tell_entry(decision->entries[i], decision->at, why);
		print_say("%s", why ? "\n" : "");
		told++;
	}
	if (told > 0 && !why)
		print_say("\n");
}

/* A clock that one decision started and stopped ran no time: ACCEPT of a report filed by rule. */
static bool
came_and_went(const Huying__Decision *decision, size_t index)
{
	const Huying__Entry *entry = decision->entries[index];
	bool started = false, stopped = false;

	for (size_t i = 0; i < decision->n_entries; i++)
		if (decision->entries[i]->clock == entry->clock) {
			started |= decision->entries[i]->op == HUYING__ENTRY__OP__OP_START;
			stopped |= decision->entries[i]->op == HUYING__ENTRY__OP__OP_STOP;
		}
	return started && stopped && (entry->op == HUYING__ENTRY__OP__OP_START ||
		entry->op == HUYING__ENTRY__OP__OP_STOP);
}

/* "handle start (3 working days)"; with its instant where that is not the decision's own. */
static void
tell_entry(const Huying__Entry *entry, const Huying__Instant *decided_at, bool why)
{
	char line[400], limit[LIMIT_TEXT_BYTES] = "", at[80] = "", step[40] = "";
	bool elsewhen = entry->at && (!decided_at || entry->at->unix_us != decided_at->unix_us);

	if (entry->limit_kind)
		limit_text((int)entry->limit_kind, entry->amount, limit);
	if (entry->at && (why || elsewhen))
		snprintf(at, sizeof(at), " %s", day(entry->at->unix_us));
	if (entry->op == HUYING__ENTRY__OP__OP_STEP || entry->op == HUYING__ENTRY__OP__OP_RECOVERY)
		snprintf(step, sizeof(step), " %lld", (long long)entry->amount);
	snprintf(line, sizeof(line), "%s %s%s%s%s%s%s", word_label(WORD_CLOCK, (int)entry->clock),
		word_label(WORD_LEDGER, (int)entry->op), step, at, *limit ? " (" : "", limit,
		*limit ? ")" : "");
	print_say("%s", print_painted(
		entry->op == HUYING__ENTRY__OP__OP_BREACH ? PAINT_RED : PAINT_DIM, line));
}

/* The clocks that run, wait or were overdrawn; with `all` those too that stopped in time. */
static void
tell_clocks(const Huying__Show *show, int64_t as_of_us, bool all)
{
	const struct table_column columns[] = {{_("CLOCK"), false, false}, {_("RUNS"), false, false},
		{_("LIMIT"), false, false}, {_("LEFT"), true, false}, {_("DUE"), false, false},
		{_("USED"), true, false}};
	size_t count = sizeof(columns) / sizeof(columns[0]) - print_is_narrow();
	struct table_print *table = NULL;

	for (size_t i = 0; i < show->n_clocks; i++) {
		const Huying__Clock *clock = show->clocks[i];
		if (!all && clock->run == HUYING__CLOCK__RUN__RUN_STOPPED && !clock->breached_at)
			continue;
		if (!table) {
			print_say("\n%s\n", print_painted(PAINT_BOLD, _("CLOCKS")));
			table = table_print_new(columns, count);
		}
		clock_row(table, clock);
	}
	if (table) {
		table_print_end(table);
		print_say(_("  as of %s\n"), print_time_fine(as_of_us));
	}
}

static void
clock_row(struct table_print *table, const Huying__Clock *clock)
{
	bool limited = clock->limit_kind > HUYING__LIMIT_KIND__LIMIT_NONE;
	bool running = clock->run != HUYING__CLOCK__RUN__RUN_STOPPED;
	enum paint paint = clock->breached_at ? PAINT_RED : PAINT_NONE;
	char limit[LIMIT_TEXT_BYTES], left[80] = "", due[160] = "";

	limit_text((int)clock->limit_kind, clock->limit_amount, limit);
	if (limited && running)
		snprintf(left, sizeof(left), clock->remaining_us < 0 ? _("%s late") : "%s",
			clock_span(clock, clock->remaining_us));
	if (clock->due_at && running)
		snprintf(due, sizeof(due), "%s", print_time_fine(clock->due_at->unix_us));
	if (clock->breached_at && !running)
		snprintf(due, sizeof(due), _("late since %s"), day(clock->breached_at->unix_us));
	table_print_row(table);
	table_print_cell(table, PAINT_NONE, word_label(WORD_CLOCK, (int)clock->clock));
	table_print_cell(table, running ? PAINT_NONE : PAINT_DIM, run_word(clock->run, true));
	table_print_cell(table, PAINT_NONE, limit);
	table_print_cell(table, paint, left);
	table_print_cell(table, paint, due);
	if (!print_is_narrow())
		table_print_cell(table, PAINT_NONE, clock_span(clock, clock->used_us));
}

static void
tell_why(const Huying__Why *why, const Huying__Show *show)
{
	print_say("\n%s\n", print_painted(PAINT_BOLD, _("WHY")));
	if (*why->standard)
		print_say(_("  the standard      %s\n"), why->standard);
	if (*why->close_condition)
		print_say(_("  to close it       %s\n"), why->close_condition);
	if (*why->route)
		print_say(_("  why it is there   %s\n"), why->route);
	print_say(_("  rules             release %u, times in %s\n"), why->release, why->calendar_zone);
	for (size_t i = 0; i < show->n_clocks; i++) {
		const Huying__Clock *clock = show->clocks[i];
		char limit[LIMIT_TEXT_BYTES];
		if (!clock->due_at || clock->run == HUYING__CLOCK__RUN__RUN_STOPPED)
			continue;
		limit_text((int)clock->limit_kind, clock->limit_amount, limit);
		print_say(_("  %s: limit %s%s%s, %s used so far, so it ends %s%s\n"),
			word_label(WORD_CLOCK, (int)clock->clock), limit, *clock->calendar ? " · " : "",
			clock->calendar, clock_span(clock, clock->used_us), print_time_fine(clock->due_at->unix_us),
			clock->provisional ? _(" (holidays of that year are not known yet)") : "");
	}
}

static void
limit_text(int kind, int64_t amount, char ret_text[LIMIT_TEXT_BYTES])
{
	switch (kind) {
	case HUYING__LIMIT_KIND__LIMIT_WORKING_TIME:
		snprintf(ret_text, LIMIT_TEXT_BYTES, _("%s of working time"), print_span(amount));
		break;
	case HUYING__LIMIT_KIND__LIMIT_CONTINUOUS:
		snprintf(ret_text, LIMIT_TEXT_BYTES, "%s", print_span(amount));
		break;
	case HUYING__LIMIT_KIND__LIMIT_WORKING_DAYS:
		snprintf(ret_text, LIMIT_TEXT_BYTES,
			ngettext("%d working day", "%d working days", (unsigned long)amount), (int)amount);
		break;
	case HUYING__LIMIT_KIND__LIMIT_END_OF_WORKING_DAY:
		snprintf(ret_text, LIMIT_TEXT_BYTES, _("end of working day %d"), (int)amount);
		break;
	case HUYING__LIMIT_KIND__LIMIT_CALENDAR_DAYS:
		snprintf(ret_text, LIMIT_TEXT_BYTES,
			ngettext("%d day", "%d days", (unsigned long)amount), (int)amount);
		break;
	default:
		snprintf(ret_text, LIMIT_TEXT_BYTES, "%s", word_label(WORD_LIMIT, kind));
		break;
	}
}

static const char *
run_word(Huying__Clock__Run run, bool label)
{
	static const char *const words[] = {"", N_("running"), N_("paused"), N_("stopped")};
	const char *word = (size_t)run < sizeof(words) / sizeof(words[0]) ? words[run] : "";

	return label && *word ? _(word) : word;
}

/* On a calendar a day is not 24 hours: what was used and is left is told in hours of work. */
static const char *
clock_span(const Huying__Clock *clock, int64_t us)
{
	return *clock->calendar ? print_hours(us) : print_span(us);
}

/* Month, day and time to the second: what a timeline needs. */
static const char *
day(int64_t us)
{
	const char *text = print_time_fine(us);

	return strlen(text) > 5 ? text + 5 : text;
}
