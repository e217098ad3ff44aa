/* issue.c — how an issue, and an answer about one, is shown to people and to programs. */
#include "issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "huying.pb-c.h"
#include "word.h"

static const char *what_helps(int refusal);
static char *what_now(const Huying__Issue *issue, const char *before);
static json_t *text_json(const char *text);
static const char *behind(const char *text, const char *mark);

const char *
issue_refusal_name(int refusal)
{
	return word_of(WORD_REFUSAL, refusal);
}

enum exit_status
issue_refusal_status(int refusal)
{
	switch (refusal) {
	case HUYING__REFUSAL__REFUSAL_KEY_UNKNOWN:
	case HUYING__REFUSAL__REFUSAL_KEY_REVOKED:
	case HUYING__REFUSAL__REFUSAL_ACTOR_DISABLED:
	case HUYING__REFUSAL__REFUSAL_CODE_USED:
	case HUYING__REFUSAL__REFUSAL_CODE_EXPIRED:
	case HUYING__REFUSAL__REFUSAL_CODE_ONLY_ENROLS:
	case HUYING__REFUSAL__REFUSAL_ROLE:
	case HUYING__REFUSAL__REFUSAL_AREA:
		return EXIT_KEY;
	default:
		return EXIT_REFUSED;
	}
}

/* ---- for programs ---- */

json_t *
issue_json(const Huying__Issue *issue, int64_t as_of_us)
{
	const Huying__Instant *due = issue->due_at, *warn = issue->warn_at;
	json_t *object = json_object();

	json_object_set_new(object, "number", json_string(issue->number));
	json_object_set_new(object, "issue_id", json_integer((json_int_t)issue->issue_id));
	json_object_set_new(object, "version", json_integer(issue->version));
	json_object_set_new(object, "state", json_string(word_of(WORD_STATE, (int)issue->state)));
	json_object_set_new(object, "tier", text_json(word_of(WORD_TIER, (int)issue->tier)));
	json_object_set_new(object, "holder", issue_holder_json(issue->holder));
	json_object_set_new(object, "due_at", issue_instant_json(due));
	json_object_set_new(object, "warn_at", issue_instant_json(warn));
	json_object_set_new(object, "overdue", json_boolean(due && due->unix_us <= as_of_us));
	json_object_set_new(object, "next_due_at", issue_instant_json(issue->next_due_at));
	json_object_set_new(object, "observed_at", issue_instant_json(issue->observed_at));
	json_object_set_new(object, "received_at", issue_instant_json(issue->received_at));
	json_object_set_new(object, "outside_due_at", issue_instant_json(issue->outside_due_at));
	json_object_set_new(object, "class", text_json(issue->class_code));
	json_object_set_new(object, "class_name", text_json(issue->class_name));
	json_object_set_new(object, "place", text_json(issue->place_code));
	json_object_set_new(object, "place_name", text_json(issue->place_name));
	json_object_set_new(object, "severity",
		issue->severity ? json_integer(issue->severity) : json_null());
	json_object_set_new(object, "cause", text_json(word_of(WORD_CAUSE, (int)issue->cause)));
	json_object_set_new(object, "text", json_string(issue->text));
	json_object_set_new(object, "entry_unit", text_json(issue->entry_unit_code));
	json_object_set_new(object, "lead_unit", text_json(issue->lead_unit_code));
	json_object_set_new(object, "reporter", text_json(issue->reporter_code));
	json_object_set_new(object, "returns", json_integer(issue->returns));
	json_object_set_new(object, "redos", json_integer(issue->redos));
	return object;
}

json_t *
issue_holder_json(const Huying__Holder *holder)
{
	json_t *object = json_object();

	if (!holder || !holder->unit_code || !*holder->unit_code) {
		json_decref(object);
		return json_null();
	}
	json_object_set_new(object, "unit", json_string(holder->unit_code));
	json_object_set_new(object, "unit_name", text_json(holder->unit_name));
	json_object_set_new(object, "desk", text_json(word_of(WORD_DESK, (int)holder->desk)));
	json_object_set_new(object, "handler", text_json(holder->handler_code));
	json_object_set_new(object, "handler_name", text_json(holder->handler_name));
	return object;
}

json_t *
issue_instant_json(const Huying__Instant *instant)
{
	return print_json_instant(instant ? instant->unix_us : 0, instant != NULL);
}

/* ---- for people ---- */

enum paint
issue_paint(const Huying__Issue *issue, int64_t as_of_us)
{
	if (!issue->due_at)
		return PAINT_NONE;
	if (issue->due_at->unix_us <= as_of_us)
		return PAINT_RED;
	return issue->warn_at && issue->warn_at->unix_us <= as_of_us ? PAINT_YELLOW : PAINT_GREEN;
}

char *
issue_due_text(const Huying__Issue *issue, int64_t as_of_us)
{
	char *text = NULL, between[64];

	if (!issue->due_at)
		return strdup(issue->state < HUYING__STATE__STATE_CLOSED ? _("no limit") : "–");
	int64_t left_us = issue->due_at->unix_us - as_of_us;
	if (left_us > 0)
		snprintf(between, sizeof(between), _("in %s"), print_span(left_us));
	else
		snprintf(between, sizeof(between), _("%s late"), print_span(left_us));
	/* seconds are for what is counted in minutes */
	bool fine = left_us > -3600000000 && left_us < 3600000000;
	if (asprintf(&text, "%s, %s", fine ? print_time_fine(issue->due_at->unix_us)
			: print_time(issue->due_at->unix_us), between) < 0)
		abort();
	return text;
}

char *
issue_holder_text(const Huying__Holder *holder)
{
	char *text = NULL;

	if (!holder || !*holder->unit_code)
		return strdup("–");
	const char *name = *holder->unit_name ? holder->unit_name : holder->unit_code;
	const char *handler = *holder->handler_name ? holder->handler_name : holder->handler_code;
	const char *desk = holder->desk == HUYING__DESK__DESK_HANDLE
		? _("nobody yet") : word_label(WORD_DESK, (int)holder->desk);
	if (asprintf(&text, "%s · %s", name, *handler ? handler : desk) < 0)
		abort();
	return text;
}

void
issue_list(Huying__Issue *const *issues, size_t count, int64_t as_of_us, const char *when_empty)
{
	const struct table_column columns[] = {
		{_("ISSUE"), false, false}, {_("STATE"), false, false}, {_("DUE"), false, false},
		{_("WHAT"), false, true}, {_("WHERE"), false, true}, {_("WITH"), false, true},
		{_("WORDS"), false, true}};

	if (print_is_json()) {
		json_t *list = json_array();
		for (size_t i = 0; i < count; i++)
			json_array_append_new(list, issue_json(issues[i], as_of_us));
		print_json(json_pack("{s:o, s:o}", "as_of", print_json_instant(as_of_us, true), "issues",
			list));
		return;
	}
	if (print_is_plain()) {
		for (size_t i = 0; i < count; i++)
			issue_plain_line(issues[i]);
		return;
	}
	if (count == 0) {
		print_say("%s\n", when_empty);
		return;
	}
	bool narrow = print_is_narrow();
	struct table_print *table = table_print_new(columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < count; i++) {
		const Huying__Issue *issue = issues[i];
		char *due = issue_due_text(issue, as_of_us), *holder = issue_holder_text(issue->holder);
		const char *place = *issue->place_name ? issue->place_name : issue->place_code;
		const char *due_shown = due, *holder_shown = holder, *place_shown = place;
		if (narrow) { /* how long, who, and where in the end */
			due_shown = behind(due, ", ");
			holder_shown = issue->holder && *issue->holder->handler_name
				? issue->holder->handler_name
				: issue->holder && *issue->holder->unit_name ? issue->holder->unit_name : holder;
			place_shown = behind(place, " ");
		}
		table_print_row(table);
		table_print_cell(table, PAINT_BOLD, issue->number);
		table_print_cell(table, PAINT_NONE, word_label(WORD_STATE, (int)issue->state));
		table_print_cell(table, issue_paint(issue, as_of_us), due_shown);
		table_print_cell(table, PAINT_NONE,
			*issue->class_name ? issue->class_name : issue->class_code);
		table_print_cell(table, PAINT_NONE, place_shown);
		table_print_cell(table, PAINT_NONE, holder_shown);
		table_print_cell(table, PAINT_NONE, issue->text);
		free(due);
		free(holder);
	}
	table_print_end(table);
}

void
issue_tell(const Huying__Issue *issue, int64_t as_of_us, const char *outcome, bool known_already)
{
	if (print_is_json()) {
		json_t *object = json_pack("{s:s, s:b}", "outcome", outcome, "known_already", known_already);
		json_t *rest = issue_json(issue, as_of_us);
		json_object_update(object, rest);
		json_decref(rest);
		print_json(object);
		return;
	}
	if (print_is_plain()) {
		issue_plain_line(issue);
		return;
	}
	char *due = issue_due_text(issue, as_of_us), *holder = issue_holder_text(issue->holder);
	print_say("%s  %s", print_painted(PAINT_BOLD, issue->number),
		word_label(WORD_STATE, (int)issue->state));
	if (issue->holder && *issue->holder->unit_code)
		print_say(_(", with %s"), holder);
	if (issue->due_at)
		print_say(_(", due %s"), print_painted(issue_paint(issue, as_of_us), due));
	print_say("\n");
	if (issue->cause > HUYING__CAUSE__CAUSE_NONE && issue->cause <= HUYING__CAUSE__CAUSE_MANUAL)
		print_say(_("  a person has to decide: %s\n"), word_label(WORD_CAUSE, (int)issue->cause));
	free(due);
	free(holder);
}

int
issue_reply_failed(const Huying__Reply *reply, const char *number)
{
	bool conflict = reply->outcome == HUYING__OUTCOME__OUTCOME_CONFLICT;
	const char *name = conflict ? "CONFLICT" : issue_refusal_name((int)reply->refusal);
	const char *message = conflict ? _("it changed since you looked") : reply->message;
	int64_t as_of = reply->server_time ? reply->server_time->unix_us : 0;
	/* the detail of STATE is the state, and that is told at length */
	bool state = reply->refusal == HUYING__REFUSAL__REFUSAL_STATE;
	char *now = reply->issue ? what_now(reply->issue, state ? "" : reply->detail) : NULL;
	json_t *more = NULL;

	if (print_is_json() && reply->issue)
		more = json_pack("{s:o}", "issue", issue_json(reply->issue, as_of));
	int status = print_failure(
		conflict ? EXIT_CONFLICT : issue_refusal_status((int)reply->refusal), name, message,
		print_is_json() || !now ? reply->detail : now, more);
	if (reply->refusal == HUYING__REFUSAL__REFUSAL_UNKNOWN_ISSUE && number)
		print_note(_("  you asked for %s; your own reports: huying mine, your unit's: huying queue\n"),
			number);
	if (reply->issue && *issue_next_commands(reply->issue) && (conflict || state))
		print_note(_("  in this state: %s\n"), issue_next_commands(reply->issue));
	if (*what_helps((int)reply->refusal))
		print_note("  %s\n", what_helps((int)reply->refusal));
	free(now);
	return status;
}

/* ---- helpers ---- */

/* "detail; ZC-… is now handling, with …" */
static char *
what_now(const Huying__Issue *issue, const char *before)
{
	char *text = NULL, *holder = issue_holder_text(issue->holder);

	if (asprintf(&text, _("%s%s%s is %s now, with %s, version %u"), before, *before ? "; " : "",
			issue->number, word_label(WORD_STATE, (int)issue->state), holder,
			issue->version) < 0)
		abort();
	free(holder);
	return text;
}

/* What to add, or to do instead, where a refusal leaves something to do. */
static const char *
what_helps(int refusal)
{
	switch (refusal) {
	case HUYING__REFUSAL__REFUSAL_CLOSE_CONDITION:
		return _("when it is met, say so: --done");
	case HUYING__REFUSAL__REFUSAL_EVIDENCE:
		return _("add a photo: --photo FILE");
	case HUYING__REFUSAL__REFUSAL_INCOMPLETE:
		return _("give what is missing: --place, --class, --lead or --no-limit");
	case HUYING__REFUSAL__REFUSAL_HANDLER:
		return _("take another one: huying claim --next");
	case HUYING__REFUSAL__REFUSAL_SELF:
		return _("a colleague has to do it");
	case HUYING__REFUSAL__REFUSAL_TOP_TIER:
		return _("give it to another unit: huying return, then dispatch --lead UNIT");
	default:
		return "";
	}
}

const char *
issue_next_commands(const Huying__Issue *issue)
{
	switch ((int)issue->state) {
	case HUYING__STATE__STATE_REPORTED:
		return "huying file, decline";
	case HUYING__STATE__STATE_FILED:
	case HUYING__STATE__STATE_RETURNED:
		return "huying dispatch";
	case HUYING__STATE__STATE_DISPATCHED:
		return "huying claim, return, escalate";
	case HUYING__STATE__STATE_HANDLING:
		return issue->holder && (*issue->holder->handler_code || *issue->holder->handler_name)
			? "huying answer, progress, release, return, escalate" : "huying claim";
	case HUYING__STATE__STATE_ANSWERED:
		return "huying approve, rework";
	case HUYING__STATE__STATE_FEEDBACK:
		return "huying feedback";
	default:
		return "";
	}
}

void
issue_plain_line(const Huying__Issue *issue)
{
	const Huying__Holder *holder = issue->holder;

	print_field("%s", issue->number);
	print_field("%u", issue->version);
	print_field("%s", word_of(WORD_STATE, (int)issue->state));
	print_field("%s", word_of(WORD_TIER, (int)issue->tier));
	print_field("%s", holder ? holder->unit_code : "");
	print_field("%s", holder ? word_of(WORD_DESK, (int)holder->desk) : "");
	print_field("%s", holder ? holder->handler_code : "");
	print_field("%s", issue->due_at ? print_instant(issue->due_at->unix_us) : "");
	print_field("%s", issue->class_code);
	print_field("%s", issue->place_code);
	print_field("%s", issue->text);
	print_end();
}

/* An empty text is null: there is no such thing, not one with an empty name. */
static json_t *
text_json(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

/* What stands behind the last `mark`; all of it where there is none. */
static const char *
behind(const char *text, const char *mark)
{
	for (const char *at = strstr(text, mark); at; at = strstr(text, mark))
		text = at + strlen(mark);
	return text;
}
