/* clock.c — a test district's clock: the one place where its time is told to differ. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"

static const struct command COMMAND = {
	"clock", NULL, "huying-admin clock shift 3d --test-district", NULL};

enum { KEY_TEST = 0x400 };

static const struct argp_option OPTIONS[] = {
	{"test-district", KEY_TEST, NULL, 0, "yes, its time may be wrong from now on", 1},
	{0},
};

struct clock_options {
	const char *verb, *value;
	bool test;
};

static error_t
parse(int key, char *value, struct argp_state *state)
{
	struct clock_options *options = state->input;

	switch (key) {
	case KEY_TEST:
		options->test = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "too many words");
		*(state->arg_num == 0 ? &options->verb : &options->value) = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The shift that the words ask for. */
static int64_t
wanted(struct admin *admin, const struct clock_options *options, int64_t now, int64_t shift)
{
	const char *value = options->value;
	struct span span;
	struct instant at;

	if (strcmp(options->verb, "set") == 0 && strcmp(value, "now") == 0)
		return 0;
	if (strcmp(options->verb, "set") == 0 && instant_parse(text_of(value), &at))
		return at.us - now;
	if (strcmp(options->verb, "shift") == 0 &&
		span_parse(text_of(value + (value[0] == '-')), &span))
		return shift + (value[0] == '-' ? -span.us : span.us);
	admin_fail(admin, EXIT_USAGE,
		"\"clock %s %s\" is not understood; say `clock shift 3d`, `clock shift -- -2h`, "
		"`clock set now` or "
		"`clock set 2026-02-16T08:00:00+08:00`",
		options->verb, value);
}

int
clock_run_command(struct admin *admin, int argc, char **argv)
{
	struct clock_options options = {0};
	struct draft draft = {0};
	struct answer answer;
	struct text shift;
	char district[16];
	struct db *db;

	admin_parse(admin, &COMMAND, OPTIONS, parse, "shift SPAN\nset INSTANT\nset now",
		"Moves a district through time: its deadlines pass without waiting. Never where "
		"real issues are.",
		argc, argv, &options);
	if (options.verb == NULL || options.value == NULL)
		admin_fail(
			admin, EXIT_USAGE, "say shift SPAN, or set INSTANT: %s", COMMAND.example);
	db = db_open(admin);
	draft_begin(&draft, admin, db);
	snprintf(district, sizeof(district), "%" PRId32, draft.district);
	answer = DB_ASK(db, SQL_CLOCK_NOW, district);
	shift = arena_format(admin->arena, "%" PRId64,
		wanted(admin, &options, answer_int(&answer, 0, 0), answer_int(&answer, 0, 1)));
	if (answer_int(&answer, 0, 1) == 0 && !options.test)
		admin_fail(admin, EXIT_FAILED,
			"district %s runs on true time; all its deadlines would be wrong. If it is "
			"for tests only, add "
			"--test-district",
			draft.district_code.data);
	answer = DB_ASK(db, SQL_CLOCK_SHIFT, district, shift.data);
	if (admin->json)
		admin_print_json(json_pack("{s:s, s:s}", "district", draft.district_code.data,
			"now", answer_get(&answer, 0, 0).data));
	else
		printf("in district %s it is now %s\n", draft.district_code.data,
			answer_get(&answer, 0, 0).data);
	return EXIT_DONE;
}
