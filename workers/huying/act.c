/* act.c — the verbs: everything that changes one issue, each by the same way.
 *
 * The version that the change is decided on is the one the person has seen (--version); without it the
 * issue is looked at first, so that only somebody quicker in that moment makes it a conflict. */
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

struct act { /* a command being made */
	Huying__Command command;
	const struct arguments *arguments;
	struct report photos; /* for their digests only */
	ProtobufCBinaryData assists[COMMAND_MANY_MAX];
	union {
		Huying__File file;
		Huying__Decline decline;
		Huying__Dispatch dispatch;
		Huying__Claim claim;
		Huying__Release release;
		Huying__Progress progress;
		Huying__Return return_issue;
		Huying__Escalate escalate;
		Huying__Answer answer;
		Huying__Approve approve;
		Huying__Rework rework;
		Huying__Feedback feedback;
		Huying__Urge urge;
	};
};

typedef int (*fill_fn)(struct act *act);

static int perform(const struct arguments *arguments, fill_fn fill);
static int send_act(struct context *context, struct act *act, const char *number);
static int see_version(struct context *context, struct act *act, const char *number);
static int take_common(struct act *act, const char *number);
static ProtobufCBinaryData given(const struct act *act, enum option_key option);
static int yes_or_no(const struct act *act, enum option_key option, const char *name, bool unsaid,
	protobuf_c_boolean *ret_value);
static int number_from(const struct act *act, enum option_key option, const char *name, unsigned most,
	uint32_t *ret_value);

#define VERSION_OPTION                                                                             \
	{"version", OPTION_VERSION, "N", 0, N_("the version you decided on; another one is a conflict"), 0}
#define TEXT_OPTION {"text", OPTION_TEXT, "TEXT", 0, N_("words that go with it"), 0}
#define REASON_OPTION {"reason", OPTION_REASON, "REASON", 0, N_("a word from the list of reasons"), 0}

/* What a verb is called, what it needs, and how its message is filled: fill_VERB and run_VERB. */
#define VERB(NAME, word, words_needed, example_line, summary_line, ...)                            \
	static int run_##word(const struct arguments *arguments)                                   \
	{                                                                                          \
		return perform(arguments, fill_##word);                                            \
	}                                                                                          \
	const struct command COMMAND_##NAME = {                                                    \
		.name = #word,                                                                     \
		.summary = summary_line,                                                           \
		.example = example_line,                                                           \
		.takes = words_needed ? N_("ISSUE [TEXT]") : N_("[ISSUE]"),                                \
		.words_least = words_needed,                                                       \
		.words_most = 2,                                                                   \
		.options = (const struct argp_option[]){__VA_ARGS__, {0}},                         \
		.run = run_##word,                                                                 \
	};

static int
fill_file(struct act *act)
{
	act->file = (Huying__File)HUYING__FILE__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_FILE;
	act->command.file = &act->file;
	act->file.place_code = given(act, OPTION_PLACE);
	act->file.class_code = given(act, OPTION_CLASS);
	act->file.condition_code = given(act, OPTION_CONDITION);
	act->file.lead_unit_code = given(act, OPTION_LEAD);
	act->file.no_limit = argument(act->arguments, OPTION_NO_LIMIT) != NULL;
	return number_from(act, OPTION_SEVERITY, "--severity", 4, &act->file.severity);
}

VERB(FILE, file, 1, "huying file ZC-1203207-5 --place 440118001003G01",
	N_("Accept a report as a matter: give what the rules could not find."),
	{"place", OPTION_PLACE, "CODE", 0, N_("where it is"), 0},
	{"class", OPTION_CLASS, "CODE", 0, N_("kind/major/minor"), 0},
	{"condition", OPTION_CONDITION, "CODE", 0, N_("which of the class's conditions"), 0},
	{"lead", OPTION_LEAD, "UNIT", 0, N_("the unit that answers for it"), 0},
	{"severity", OPTION_SEVERITY, "1-4", 0, N_("1 is the most severe"), 0},
	{"no-limit", OPTION_NO_LIMIT, NULL, 0, N_("without a limit; say why in the text"), 0}, TEXT_OPTION,
	VERSION_OPTION)

static int
fill_decline(struct act *act)
{
	act->decline = (Huying__Decline)HUYING__DECLINE__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_DECLINE;
	act->command.decline = &act->decline;
	return EXIT_DONE;
}

VERB(DECLINE, decline, 1, "huying decline ZC-1203207-5 --reason not_a_matter",
	N_("Do not accept a report, and say why."), REASON_OPTION, TEXT_OPTION, VERSION_OPTION)

static int
fill_dispatch(struct act *act)
{
	act->dispatch = (Huying__Dispatch)HUYING__DISPATCH__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_DISPATCH;
	act->command.dispatch = &act->dispatch;
	act->dispatch.lead_unit_code = given(act, OPTION_LEAD);
	for (size_t i = 0; i < act->arguments->assists.count; i++)
		act->assists[i] = report_bytes(act->arguments->assists.values[i]);
	act->dispatch.assist_unit_codes = act->assists;
	act->dispatch.n_assist_unit_codes = act->arguments->assists.count;
	return EXIT_DONE;
}

VERB(DISPATCH, dispatch, 1, "huying dispatch ZC-1203207-5 --lead urban",
	N_("Give it to the unit that answers for it; without --lead, the one that the rules name."),
	{"lead", OPTION_LEAD, "UNIT", 0, N_("the unit that answers for it"), 0},
	{"assist", OPTION_ASSIST, "UNIT", 0, N_("a unit that assists; repeatable"), 0}, TEXT_OPTION,
	VERSION_OPTION)

static int
fill_claim(struct act *act)
{
	act->claim = (Huying__Claim)HUYING__CLAIM__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_CLAIM;
	act->command.claim = &act->claim;
	act->claim.next = argument(act->arguments, OPTION_NEXT) != NULL;
	if (act->claim.next == (act->arguments->words_count > 0))
		return print_failure(EXIT_USAGE, "USAGE", _("name an issue, or say --next; one of the two"),
			NULL, NULL);
	return EXIT_DONE;
}

VERB(CLAIM, claim, 0, "huying claim --next",
	N_("Take an issue on: one by its number, or the most urgent free one of your unit."),
	{"next", OPTION_NEXT, NULL, 0, N_("the most urgent free one"), 0}, VERSION_OPTION)

static int
fill_release(struct act *act)
{
	act->release = (Huying__Release)HUYING__RELEASE__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_RELEASE;
	act->command.release = &act->release;
	return EXIT_DONE;
}

VERB(RELEASE, release, 1, "huying release ZC-1203207-5",
	N_("Put an issue you claimed back, for a colleague; its clock runs on."), TEXT_OPTION, VERSION_OPTION)

static int
fill_progress(struct act *act)
{
	act->progress = (Huying__Progress)HUYING__PROGRESS__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_PROGRESS;
	act->command.progress = &act->progress;
	return EXIT_DONE;
}

VERB(PROGRESS, progress, 1, "huying progress ZC-1203207-5 \"the lift company comes tomorrow at nine\"",
	N_("Say how it goes; your claim is renewed."), TEXT_OPTION, VERSION_OPTION)

static int
fill_answer(struct act *act)
{
	act->answer = (Huying__Answer)HUYING__ANSWER__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_ANSWER;
	act->command.answer = &act->answer;
	act->answer.close_condition_met = argument(act->arguments, OPTION_CLOSE_CONDITION_MET) != NULL;
	for (size_t i = 0; i < act->arguments->photos.count; i++)
		if (!report_photo(&act->photos, i, act->arguments->photos.values[i]))
			return print_failure(EXIT_FAILED, "PHOTO", _("the photo cannot be read"),
				act->arguments->photos.values[i], NULL);
	act->answer.photos = act->photos.photos_at;
	act->answer.n_photos = act->arguments->photos.count;
	return EXIT_DONE;
}

VERB(ANSWER, answer, 1, "huying answer ZC-1203207-5 --done --photo after.jpg \"the lane is free\"",
	N_("Answer it: what was done."),
	{"close-condition-met", OPTION_CLOSE_CONDITION_MET, NULL, 0,
		N_("the standard's closing condition is met"), 0},
	{"done", 0, NULL, OPTION_ALIAS, NULL, 0},
	{"photo", OPTION_PHOTO, "FILE", 0, N_("its digest, size and type go with the answer; repeatable"), 0},
	TEXT_OPTION, VERSION_OPTION)

static int
fill_return(struct act *act)
{
	act->return_issue = (Huying__Return)HUYING__RETURN__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_RETURN_ISSUE;
	act->command.return_issue = &act->return_issue;
	return EXIT_DONE;
}

VERB(RETURN, return, 1, "huying return ZC-1203207-5 --reason not_ours \"this is the water company's\"",
	N_("Give it back to the dispatch desk, with a reason."), REASON_OPTION, TEXT_OPTION, VERSION_OPTION)

static int
fill_urge(struct act *act)
{
	act->urge = (Huying__Urge)HUYING__URGE__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_URGE;
	act->command.urge = &act->urge;
	return EXIT_DONE;
}

VERB(URGE, urge, 1, "huying urge ZC-1203207-5 \"the school opens on Monday\"",
	N_("Chase whoever has it: he is told, and it stands in the timeline."), TEXT_OPTION, VERSION_OPTION)

static int
fill_escalate(struct act *act)
{
	act->escalate = (Huying__Escalate)HUYING__ESCALATE__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_ESCALATE;
	act->command.escalate = &act->escalate;
	return EXIT_DONE;
}

VERB(ESCALATE, escalate, 1, "huying escalate ZC-1203207-5 --reason need_help \"needs two bureaus\"",
	N_("Hand it one tier up; its clock runs on."), REASON_OPTION, TEXT_OPTION, VERSION_OPTION)

static int
fill_approve(struct act *act)
{
	act->approve = (Huying__Approve)HUYING__APPROVE__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_APPROVE;
	act->command.approve = &act->approve;
	return EXIT_DONE;
}

VERB(APPROVE, approve, 1, "huying approve ZC-1203207-5",
	N_("The answer is good: ask the resident."), TEXT_OPTION, VERSION_OPTION)

static int
fill_rework(struct act *act)
{
	act->rework = (Huying__Rework)HUYING__REWORK__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_REWORK;
	act->command.rework = &act->rework;
	return EXIT_DONE;
}

VERB(REWORK, rework, 1, "huying rework ZC-1203207-5 --reason not_done \"the car is back\"",
	N_("The answer is not good: back to the unit, with a reason."), REASON_OPTION, TEXT_OPTION,
	VERSION_OPTION)

static int
fill_feedback(struct act *act)
{
	act->feedback = (Huying__Feedback)HUYING__FEEDBACK__INIT;
	act->command.verb_case = HUYING__COMMAND__VERB_FEEDBACK;
	act->command.feedback = &act->feedback;
	if (!argument(act->arguments, OPTION_SOLVED))
		return print_failure(EXIT_USAGE, "USAGE", _("was it solved? --solved yes or --solved no"),
			NULL, NULL);
	int status = yes_or_no(act, OPTION_CONTACTED, "--contacted", true, &act->feedback.contacted);
	if (status == EXIT_DONE)
		status = yes_or_no(act, OPTION_SOLVED, "--solved", false, &act->feedback.solved);
	if (status == EXIT_DONE)
		status = number_from(act, OPTION_SATISFIED, "--satisfied", 5, &act->feedback.satisfied);
	return status;
}

VERB(FEEDBACK, feedback, 1, "huying feedback ZC-1203207-5 --contacted yes --solved yes --satisfied 5",
	N_("Write down what the resident said: was it solved?"),
	{"contacted", OPTION_CONTACTED, "YES-NO", 0, N_("was the reporter contacted (default yes)"), 0},
	{"solved", OPTION_SOLVED, "YES-NO", 0, N_("was it solved"), 0},
	{"satisfied", OPTION_SATISFIED, "1-5", 0, N_("how satisfied, 5 is best"), 0}, TEXT_OPTION,
	VERSION_OPTION)

/* ---- the way they all go ---- */

static int
perform(const struct arguments *arguments, fill_fn fill)
{
	struct act *act = calloc(1, sizeof(*act));
	const char *number = arguments->words_count ? arguments->words[0] : NULL;
	struct context context;

	if (!act)
		abort();
	act->arguments = arguments;
	act->command = (Huying__Command)HUYING__COMMAND__INIT;
	int status = context_open(&context, arguments);
	if (status == EXIT_DONE)
		status = fill(act);
	if (status == EXIT_DONE)
		status = take_common(act, number);
	if (status == EXIT_DONE)
		status = context_connect(&context);
	if (status == EXIT_DONE && number && act->command.seen_version == 0)
		status = see_version(&context, act, number);
	if (status == EXIT_DONE)
		status = send_act(&context, act, number);
	context_close(&context);
	free(act);
	return status;
}

static int
send_act(struct context *context, struct act *act, const char *number)
{
	Huying__Reply *reply = NULL;
	int status = EXIT_DONE;

	enum link_result result = link_command(context->link, &act->command, context->patience_us, &reply);
	if (result != LINK_OK)
		return context_failed(context, result);
	if (reply->outcome != HUYING__OUTCOME__OUTCOME_DONE)
		status = issue_reply_failed(reply, number);
	else if (reply->issue)
		issue_tell(reply->issue, reply->server_time ? reply->server_time->unix_us : 0, "done", false);
	else if (print_is_json())
		print_json(json_pack("{s:s, s:s?}", "outcome", "done", "number", number));
	else
		print_say(_("%s: done; it is not yours to see any more\n"), number ? number : "");
	huying__reply__free_unpacked(reply, NULL);
	return status;
}

/* Subject, version, reason and words: as every verb takes them. */
static int
take_common(struct act *act, const char *number)
{
	const char *reason = argument(act->arguments, OPTION_REASON);
	const char *text = act->arguments->words_count > 1 ? act->arguments->words[1]
		: argument(act->arguments, OPTION_TEXT);

	if (number && subject_is_id(number, &act->command.issue_id)) {
		act->command.subject_case = HUYING__COMMAND__SUBJECT_ISSUE_ID;
	} else if (number) {
		act->command.subject_case = HUYING__COMMAND__SUBJECT_NUMBER;
		act->command.number = report_bytes(number);
	}
	if (text)
		act->command.text = report_bytes(text);
	if (reason) {
		act->command.reason = (Huying__Reason)word_number(WORD_REASON, reason);
		char *choices = word_choices(WORD_REASON);
		int status = act->command.reason ? EXIT_DONE
			: print_failure(EXIT_USAGE, "USAGE", _("the reason is one of"), choices, NULL);
		free(choices);
		if (status != EXIT_DONE)
			return status;
	}
	return number_from(act, OPTION_VERSION, "--version", UINT32_MAX, &act->command.seen_version);
}

static int
see_version(struct context *context, struct act *act, const char *number)
{
	Huying__ShowQuery show = HUYING__SHOW_QUERY__INIT;
	Huying__Query query = HUYING__QUERY__INIT;
	int status = EXIT_FAILED;

	subject_show(&query, &show, number);
	show.after_version = INT32_MAX; /* no timeline */
	Huying__Page *page = context_ask(context, &query, &status);
	if (!page)
		return status;
	const Huying__Issue *issue = page->show ? page->show->issue
		: page->n_issues ? page->issues[0] : NULL;
	if (issue)
		act->command.seen_version = issue->version;
	huying__page__free_unpacked(page, NULL);
	return EXIT_DONE;
}

static ProtobufCBinaryData
given(const struct act *act, enum option_key option)
{
	const char *value = argument(act->arguments, option);

	return report_bytes(value ? value : "");
}

static int
yes_or_no(const struct act *act, enum option_key option, const char *name, bool unsaid,
	protobuf_c_boolean *ret_value)
{
	const char *value = argument(act->arguments, option);

	if (value && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return print_failure(EXIT_USAGE, "USAGE", _("this is yes or no"), name, NULL);
	*ret_value = value ? strcmp(value, "yes") == 0 : unsaid;
	return EXIT_DONE;
}

/* From 1 to `most`; left alone when it was not given. */
static int
number_from(const struct act *act, enum option_key option, const char *name, unsigned most,
	uint32_t *ret_value)
{
	const char *value = argument(act->arguments, option);
	char *end;

	if (!value)
		return EXIT_DONE;
	unsigned long number = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || number < 1 || number > most)
		return print_failure(EXIT_USAGE, "USAGE", _("this number is out of range"), name, NULL);
	*ret_value = (uint32_t)number;
	return EXIT_DONE;
}
