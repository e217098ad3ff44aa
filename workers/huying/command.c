/* command.c — one parser for every subcommand, made of its row. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

#define HELP_KEY 'h'

static error_t parse_option(int key, char *arg, struct argp_state *state);
static error_t parse_common(int key, char *arg, struct argp_state *state);
static void show_help(struct argp_state *state);

static const struct argp_option common_options[] = {
	{NULL, 0, NULL, 0, N_("Everywhere:"), -1},
	{"json", OPTION_JSON, NULL, 0, N_("one JSON object, for programs"), -1},
	{"plain", OPTION_PLAIN, NULL, 0, N_("fields parted by tabs, no headings"), -1},
	{"color", OPTION_COLOR, "WHEN", 0, N_("always, never or auto"), -1},
	{"context", OPTION_CONTEXT, "NAME", 0, N_("whose key to use (HUYING_CONTEXT)"), -1},
	{"lang", OPTION_LANG, "LANGUAGE", 0, N_("zh or en (HUYING_LANG, LANGUAGE, LANG)"), -1},
	{"wait", OPTION_WAIT, "SECONDS", 0, N_("how long to try before giving up"), -1},
	{"help", HELP_KEY, NULL, 0, N_("this help"), -2},
	{0},
};

static const struct argp common_argp = {
	.options = common_options, .parser = parse_common, .argp_domain = "huying"};

struct parsing { /* what the parser works on */
	const struct command *command;
	struct arguments *arguments;
};

void
command_parse(const struct command *command, int argc, char **argv, struct arguments *ret_arguments)
{
	static char name[64], doc[2000];
	struct parsing parsing = {command, ret_arguments};
	const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {
		.options = command->options,
		.parser = parse_option,
		.args_doc = command->takes,
		.doc = doc,
		.children = children,
		.argp_domain = "huying",
	};

	/* argp puts what is behind \v behind the options */
	snprintf(doc, sizeof(doc), "%s\v%s", _(command->summary), command->more ? _(command->more) : "");
	*ret_arguments = (struct arguments){0};
	for (int i = 1; i < argc; i++) /* known before a mistake in the line is told */
		if (strcmp(argv[i], "--json") == 0)
			print_expect_json();
	snprintf(name, sizeof(name), "huying %s", command->name);
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &parsing);
	print_face(argument(ret_arguments, OPTION_JSON) != NULL,
		argument(ret_arguments, OPTION_PLAIN) != NULL, argument(ret_arguments, OPTION_COLOR));
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	struct arguments *arguments = parsing->arguments;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = parsing;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->words_count == parsing->command->words_most)
			argp_error(state, _("too many words: %s"), arg);
		arguments->words[arguments->words_count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (arguments->words_count < parsing->command->words_least)
			argp_error(state, _("something is missing: %s"), _(parsing->command->takes));
		return 0;
	default:
		return parse_common(key, arg, state);
	}
}

static error_t
parse_common(int key, char *arg, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	struct arguments *arguments = parsing->arguments;
	struct many *many = key == OPTION_PHOTO ? &arguments->photos
		: key == OPTION_ASSIST ? &arguments->assists : NULL;

	if (key == HELP_KEY) {
		show_help(state);
		exit(EXIT_DONE);
	}
	if (key < OPTION_FIRST || key >= OPTION_END)
		return ARGP_ERR_UNKNOWN;
	if (many && many->count == COMMAND_MANY_MAX)
		argp_error(state, _("an option is given more than %d times"), COMMAND_MANY_MAX);
	if (many)
		many->values[many->count++] = arg;
	arguments->value[key - OPTION_FIRST] = arg ? arg : "";
	if (key == OPTION_COLOR && strcmp(arg, "always") != 0 && strcmp(arg, "never") != 0 &&
		strcmp(arg, "auto") != 0)
		argp_error(state, _("--color is always, never or auto, not \"%s\""), arg);
	return 0;
}

/* What people look for first is an example. */
static void
show_help(struct argp_state *state)
{
	const struct parsing *parsing = state->input;

	printf("%s\n\n  %s\n\n", _("Example:"), parsing->command->example);
	argp_help(state->root_argp, stdout, ARGP_HELP_LONG | ARGP_HELP_USAGE | ARGP_HELP_DOC,
		state->name);
}
