/* main.c — huying: one word chooses the command; each command has its own help. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "print.h"

struct group { /* as people look for them */
	const char *title;
	const struct command *commands[8];
};

static const struct group groups[] = {
	{N_("Field"), {&COMMAND_REPORT, &COMMAND_MINE, &COMMAND_OUTBOX, &COMMAND_TASKS}},
	{N_("Handling"), {&COMMAND_QUEUE, &COMMAND_CLAIM, &COMMAND_RELEASE, &COMMAND_PROGRESS, &COMMAND_ANSWER,
		&COMMAND_RETURN, &COMMAND_ESCALATE}},
	{N_("Desks"), {&COMMAND_FILE, &COMMAND_DECLINE, &COMMAND_DISPATCH, &COMMAND_APPROVE, &COMMAND_REWORK,
		&COMMAND_FEEDBACK, &COMMAND_CONTACT}},
	{N_("Watching"), {&COMMAND_SHOW, &COMMAND_OVERDUE, &COMMAND_URGE, &COMMAND_INBOX}},
	{N_("This device"), {&COMMAND_ENROL, &COMMAND_WHOAMI}},
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))
#define COMMANDS_IN_GROUP (sizeof(groups[0].commands) / sizeof(groups[0].commands[0]))

static void speak(int argc, char **argv);
static const struct command *find(const char *name);
static int unknown(const char *name);
static size_t distance(const char *a, const char *b);
static int help(FILE *out);
static int version(void);
static int admin(char **argv);
static void here(char *ret_directory, size_t size);

int
main(int argc, char **argv)
{
	struct arguments arguments;

	speak(argc, argv);
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "help") == 0 && argc > 2 && find(argv[2])) {
		char *line[] = {argv[0], "--help", NULL};
		command_parse(find(argv[2]), 2, line, &arguments);
	}
	if (strcmp(name, "help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		return help(stdout);
	if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0)
		return version();
	if (strcmp(name, "admin") == 0)
		return admin(argv + 1);
	const struct command *command = find(name);
	if (!command)
		return unknown(name);
	command_parse(command, argc - 1, argv + 1, &arguments);
	int status = command->run(&arguments);
	if (fflush(stdout) != 0 && status == EXIT_DONE) {
		fprintf(stderr, "%s: %s\n", _("the output could not be written"), strerror(errno));
		return EXIT_FAILED;
	}
	return status;
}

/* Before anything is said: the language, and where its words are. */
static void
speak(int argc, char **argv)
{
	char directory[PATH_MAX], beside[PATH_MAX + 8];
	const char *language = NULL;
	bool json = false, plain = false;

	for (int i = 1; i < argc; i++) {
		json |= strcmp(argv[i], "--json") == 0;
		plain |= strcmp(argv[i], "--plain") == 0;
		if (strncmp(argv[i], "--lang=", 7) == 0)
			language = argv[i] + 7;
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			language = argv[i + 1];
	}
	print_face(json, plain, NULL);
	print_language(language);
	here(directory, sizeof(directory));
	snprintf(beside, sizeof(beside), "%s/po", directory); /* a build that was not installed */
	bindtextdomain("huying", access(beside, F_OK) == 0 ? beside : LOCALE_DIR);
	bind_textdomain_codeset("huying", "UTF-8");
	textdomain("huying");
}

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < GROUPS; i++)
		for (size_t j = 0; j < COMMANDS_IN_GROUP && groups[i].commands[j]; j++)
			if (strcmp(groups[i].commands[j]->name, name) == 0)
				return groups[i].commands[j];
	return NULL;
}

static int
unknown(const char *name)
{
	const char *nearest = NULL;
	size_t least = 4; /* further away is another word */
	char hint[160] = "";

	for (size_t i = 0; i < GROUPS; i++)
		for (size_t j = 0; j < COMMANDS_IN_GROUP && groups[i].commands[j]; j++) {
			size_t far = distance(name, groups[i].commands[j]->name);
			if (far < least && far < strlen(name)) {
				least = far;
				nearest = groups[i].commands[j]->name;
			}
		}
	if (*name == '-')
		snprintf(hint, sizeof(hint), _("the command comes first: huying COMMAND %.40s"), name);
	else if (nearest)
		snprintf(hint, sizeof(hint), _("did you mean: huying %s"), nearest);
	else
		snprintf(hint, sizeof(hint), "%s", _("huying help shows all commands"));
	char sentence[200];
	snprintf(sentence, sizeof(sentence), _("there is no command %.60s"), name);
	return print_failure(EXIT_USAGE, "USAGE", sentence, hint, NULL);
}

/* How many letters to add, drop, change or swap with their neighbour. */
static size_t
distance(const char *a, const char *b)
{
	enum { LETTERS = 24 };
	size_t rows[LETTERS + 1][LETTERS + 1], a_len = strlen(a), b_len = strlen(b);

	if (a_len > LETTERS || b_len > LETTERS)
		return SIZE_MAX;
	for (size_t i = 0; i <= a_len; i++)
		for (size_t j = 0; j <= b_len; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = i + j;
				continue;
			}
			size_t best = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (rows[i - 1][j] + 1 < best)
				best = rows[i - 1][j] + 1;
			if (rows[i][j - 1] + 1 < best)
				best = rows[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				rows[i - 2][j - 2] + 1 < best)
				best = rows[i - 2][j - 2] + 1;
			rows[i][j] = best;
		}
	return rows[a_len][b_len];
}

static int
help(FILE *out)
{
	fprintf(out, "%s\n\n  huying report --place 440118001003G01 \"car blocks the fire lane\"\n\n", _("Example:"));
	fprintf(out, "%s\n", _("huying: every call is answered. Usage: huying COMMAND [OPTION...] [WORDS...]"));
	for (size_t i = 0; i < GROUPS; i++) {
		fprintf(out, "\n%s\n", _(groups[i].title));
		for (size_t j = 0; j < COMMANDS_IN_GROUP && groups[i].commands[j]; j++)
			fprintf(out, "  %-10s %s\n", groups[i].commands[j]->name,
				_(groups[i].commands[j]->summary));
	}
	fprintf(out, "  %-10s %s\n", "admin", _("What the administrator does on the server (huying-admin)."));
	fprintf(out, "  %-10s %s\n", "version", _("Which version this is."));
	fprintf(out, "\n%s\n", _("huying COMMAND --help shows its options. Everywhere: --json, --plain, --lang, "
		"--context, --color, --wait."));
	return EXIT_DONE;
}

static int
version(void)
{
	if (print_is_json())
		print_json(json_pack("{s:s}", "version", HUYING_VERSION));
	else
		printf("huying %s\n", HUYING_VERSION);
	return EXIT_DONE;
}

/* The administrator's program: beside this one, beside it in a build, or on the path. */
static int
admin(char **argv)
{
	char directory[PATH_MAX], path[PATH_MAX + 32];

	here(directory, sizeof(directory));
	argv[0] = "huying-admin";
	snprintf(path, sizeof(path), "%s/huying-admin", directory);
	execv(path, argv);
	snprintf(path, sizeof(path), "%s/../admin/huying-admin", directory);
	execv(path, argv);
	execvp(argv[0], argv);
	return print_failure(EXIT_FAILED, "NO_ADMIN", _("huying-admin cannot be started"), strerror(errno), NULL);
}

static void
here(char *ret_directory, size_t size)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[len > 0 ? len : 0] = '\0';
	snprintf(ret_directory, size, "%s", dirname(path));
}
