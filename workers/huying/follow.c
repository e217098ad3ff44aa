/* follow.c — first the list as it stands, then what changes, each line flushed at once.
 *
 * What is known is kept as (issue, version): a row that is older than what was told is left out, as is
 * one that is told again when the picture begins anew. */
#include "follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "word.h"

#define HEAR_US 1000000

struct known {
	uint64_t issue;
	uint32_t version;
	bool gone;
	unsigned picture; /* in which it was last told */
};

struct following {
	struct known *known;
	size_t count;
	unsigned picture;
	bool lost;
};

static int follow(struct context *context);
static void tell_snapshot(struct following *following, const struct link_word *word);
static void tell_change(struct following *following, const Huying__Change *change);
static void tell_left(struct following *following);
static void tell_issue(struct following *following, const char *type, const Huying__Issue *issue, int64_t as_of_us);
static void tell_notice(const char *type, const Huying__Notice *notice, int64_t as_of_us);
static void tell_word(const char *type, const char *sentence);
static struct known *known_of(struct following *following, uint64_t issue);

int
follow_run(const struct arguments *arguments, Huying__Subscribe *subscribe)
{
	struct context context;
	int status = context_open(&context, arguments);

	if (status == EXIT_DONE)
		status = context_connect(&context);
	if (status == EXIT_DONE) {
		link_follow(context.link, subscribe);
		status = follow(&context);
	}
	context_close(&context);
	return status;
}

static int
follow(struct context *context)
{
	struct following following = {0};
	int status = EXIT_DONE;

	for (bool going = true; going;) {
		struct link_word word = {0};
		enum link_result result = link_hear(context->link, HEAR_US, &word);

		if (result == LINK_STRANGER || result == LINK_REFUSED) {
			status = context_failed(context, result);
			break;
		}
		if (result != LINK_OK)
			continue;
		switch (word.told) {
		case LINK_SNAPSHOT:
			tell_snapshot(&following, &word);
			break;
		case LINK_CHANGE:
			tell_change(&following, word.change);
			break;
		case LINK_LOST:
			following.lost = true;
			tell_word("lost", _("the connection is lost; what stands above may be old"));
			break;
		case LINK_DENIED:
			status = print_failure(issue_refusal_status((int)word.resync->refusal),
				issue_refusal_name((int)word.resync->refusal), word.resync->message, NULL, NULL);
			going = false;
			break;
		}
		link_word_free(&word);
		going = going && fflush(stdout) == 0;
	}
	free(following.known);
	return status;
}

static void
tell_snapshot(struct following *following, const struct link_word *word)
{
	const Huying__Snapshot *snapshot = word->snapshot;
	int64_t as_of_us = snapshot->as_of ? snapshot->as_of->unix_us : 0;

	if (word->anew)
		following->picture++;
	if (word->anew && following->lost) {
		following->lost = false;
		tell_word("back", _("the connection is back"));
	}
	for (size_t i = 0; i < snapshot->n_issues; i++)
		tell_issue(following, "snapshot", snapshot->issues[i], as_of_us);
	for (size_t i = 0; i < snapshot->n_notices; i++)
		tell_notice("snapshot", snapshot->notices[i], as_of_us);
	if (snapshot->show && snapshot->show->issue)
		tell_issue(following, "snapshot", snapshot->show->issue, as_of_us);
	if (!snapshot->more)
		tell_left(following);
}

static void
tell_change(struct following *following, const Huying__Change *change)
{
	int64_t as_of_us = change->as_of ? change->as_of->unix_us : 0;

	if (change->notice)
		tell_notice("change", change->notice, as_of_us);
	else if (change->issue)
		tell_issue(following, change->gone ? "gone" : "change", change->issue, as_of_us);
}

/* A new picture is complete: what it does not have, and was known before, left meanwhile. */
static void
tell_left(struct following *following)
{
	for (size_t i = 0; i < following->count; i++) {
		struct known *known = &following->known[i];
		Huying__Issue issue = HUYING__ISSUE__INIT;

		if (known->gone || known->picture == following->picture)
			continue;
		issue.issue_id = known->issue;
		issue.version = known->version;
		tell_issue(following, "gone", &issue, 0);
	}
}

static void
tell_issue(struct following *following, const char *type, const Huying__Issue *issue, int64_t as_of_us)
{
	struct known *known = known_of(following, issue->issue_id);
	bool gone = strcmp(type, "gone") == 0;
	bool told = known->version == issue->version && known->gone == gone;

	if (known->version > issue->version)
		return;
	known->picture = following->picture;
	known->version = issue->version;
	known->gone = gone;
	if (told)
		return;
	if (print_is_json()) {
		json_t *object = issue_json(issue, as_of_us);

		json_object_set_new(object, "type", json_string(type));
		print_json(object);
	} else if (print_is_plain()) {
		print_field("%s", type);
		issue_plain_line(issue);
	} else if (gone) {
		print_say("- %s\n", *issue->number ? issue->number : _("an issue that left meanwhile"));
	} else {
		char *due = issue_due_text(issue, as_of_us), *holder = issue_holder_text(issue->holder);

		print_say("%s %-14s %s  %s  %s  %s\n", strcmp(type, "change") == 0 ? "~" : " ", issue->number,
			word_label(WORD_STATE, (int)issue->state), print_painted(issue_paint(issue, as_of_us), due),
			holder, issue->text);
		free(due);
		free(holder);
	}
}

static void
tell_notice(const char *type, const Huying__Notice *notice, int64_t as_of_us)
{
	(void)as_of_us;
	if (print_is_json()) {
		print_json(json_pack("{s:s, s:I, s:s, s:s, s:o, s:b}", "type", type, "id", (json_int_t)notice->id,
			"kind", word_of(WORD_NOTICE, (int)notice->kind), "number", notice->number, "at",
			issue_instant_json(notice->at), "acknowledged", notice->acknowledged));
	} else if (print_is_plain()) {
		print_field("%s", type);
		print_field("%llu", (unsigned long long)notice->id);
		print_field("%s", word_of(WORD_NOTICE, (int)notice->kind));
		print_field("%s", notice->number);
		print_end();
	} else {
		print_say("%s %llu  %s  %s  %s\n", strcmp(type, "change") == 0 ? "~" : " ",
			(unsigned long long)notice->id, notice->at ? print_time(notice->at->unix_us) : "",
			word_label(WORD_NOTICE, (int)notice->kind), notice->number);
	}
}

static void
tell_word(const char *type, const char *sentence)
{
	if (print_is_json())
		print_json(json_pack("{s:s}", "type", type));
	else if (print_is_plain())
		print_field("%s", type), print_end();
	else
		print_say("! %s\n", sentence);
}

static struct known *
known_of(struct following *following, uint64_t issue)
{
	for (size_t i = 0; i < following->count; i++)
		if (following->known[i].issue == issue)
			return &following->known[i];
	following->known = realloc(following->known, (following->count + 1) * sizeof(*following->known));
	if (!following->known)
		abort();
	following->known[following->count] = (struct known){.issue = issue};
	return &following->known[following->count++];
}
