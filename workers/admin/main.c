/* main.c — huying-admin: a table of subcommands, the options they share, and the help. */
#include "admin/admin.h"

#include <ini.h>
#include <locale.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/db.h"

#define CONFIG_PATH "/etc/huying/huying.conf"

static const struct command COMMANDS[] = {
	{"migrate", "bring the schema up to this build", "huying-admin migrate", migrate_run},
	{"load", "check files, publish them as one new edition",
		"huying-admin load places places.csv:mapping.json --polygons grids.geojson",
		load_run},
	{"rules", "print the rules in force, or another release",
		"huying-admin rules show --family standards", rules_run},
	{"actor", "add, disable, enable or list people",
		"huying-admin actor add zhang --name 张三 --unit G0101 --area G0101 --roles "
		"\"collector\"",
		actor_run},
	{"enrol", "a one-time code for a new device: a line and a QR",
		"huying-admin enrol zhang --device phone --for 10m", enrol_run},
	{"key", "list or revoke keys of devices", "huying-admin key revoke zhang 3", key_run},
	{"keygen", "make the server's secret key file",
		"huying-admin keygen /etc/huying/server.key", keygen_run},
	{"clock", "move a test district through time",
		"huying-admin clock shift 3d --test-district", clock_run_command},
};

enum { KEY_DATABASE = 0x100, KEY_DISTRICT, KEY_AUTHOR, KEY_CONFIG, KEY_JSON };

static const struct argp_option COMMON[] = {
	{"database", KEY_DATABASE, "CONNINFO", 0, "libpq connection string (HUYING_DATABASE)", 90},
	{"district", KEY_DISTRICT, "CODE", 0, "the district (HUYING_DISTRICT)", 90},
	{"author", KEY_AUTHOR, "NAME", 0, "who answers for it; default: your login name", 90},
	{"config", KEY_CONFIG, "FILE", 0, "default: " CONFIG_PATH, 90},
	{"json", KEY_JSON, NULL, 0, "answers and errors for programs", 90},
	{0},
};

static error_t parse_common(int key, char *value, struct argp_state *state);
static void print_help(FILE *out);
static const char *login_name(struct arena *arena);

const struct argp admin_argp = {COMMON, parse_common, NULL, NULL, NULL, NULL, NULL};
const char *argp_program_version = "huying-admin " HUYING_VERSION;

/* Options may stand before the command; the rest is the command's. */
static int
parse_top(struct admin *admin, int argc, char **argv)
{
	int at = 1;

	while (at < argc && argv[at][0] == '-') {
		bool alone = strchr(argv[at], '=') != NULL || strcmp(argv[at], "--json") == 0;
		char *one[] = {
			argv[0], argv[at], alone || at + 1 == argc ? NULL : argv[at + 1], NULL};

		if (strcmp(argv[at], "-h") == 0 || strcmp(argv[at], "--help") == 0) {
			print_help(stdout);
			exit(EXIT_DONE);
		}
		if (strcmp(argv[at], "-V") == 0 || strcmp(argv[at], "--version") == 0) {
			puts(argp_program_version);
			exit(EXIT_DONE);
		}
		argp_parse(&admin_argp, one[2] == NULL ? 2 : 3, one, 0, NULL, admin);
		at += one[2] == NULL ? 1 : 2;
	}
	return at;
}

int
main(int argc, char **argv)
{
	struct admin admin = {.arena = arena_new(), .config = CONFIG_PATH};
	int at, status = -1;

	if (setlocale(LC_CTYPE, "") == NULL || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	argp_err_exit_status = EXIT_USAGE;
	at = parse_top(&admin, argc, argv);
	if (at >= argc) {
		print_help(stderr);
		exit(EXIT_USAGE);
	}
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		if (strcmp(COMMANDS[i].name, argv[at]) == 0)
			status = COMMANDS[i].run(&admin, argc - at, argv + at);
	if (status < 0)
		admin_fail(&admin, EXIT_USAGE,
			"there is no command \"%s\"; huying-admin --help lists them", argv[at]);
	db_close(&admin.db);
	arena_free(admin.arena);
	return status;
}

static error_t
parse_common(int key, char *value, struct argp_state *state)
{
	struct admin *admin = state->input;

	switch (key) {
	case KEY_DATABASE:
		admin->database = value;
		return 0;
	case KEY_DISTRICT:
		admin->district = value;
		return 0;
	case KEY_AUTHOR:
		admin->author = value;
		return 0;
	case KEY_CONFIG:
		admin->config = value;
		admin->config_named = true;
		return 0;
	case KEY_JSON:
		admin->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
print_help(FILE *out)
{
	fputs("Example: huying-admin load standards standards.csv --district ZC\n\n"
	      "Usage: huying-admin [--database CONNINFO] [--district CODE] COMMAND …\n\n",
		out);
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		fprintf(out, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
	fputs("\nhuying-admin COMMAND --help says more. It works on the server over PostgreSQL's "
	      "socket, as\n"
	      "huying_owner: run it as a user whom PostgreSQL lets in as that role.\n",
		out);
}

/* ---- one subcommand's options ---- */

struct parse {
	struct admin *admin;
	const char *example;
	argp_parser_t parser;
	void *input;
};

static error_t
parse_own(int key, char *value, struct argp_state *state)
{
	struct parse *parse = state->input;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = parse->admin;
		return 0;
	}
	if (key == 'h') {
		printf("Example: %s\n\n", parse->example);
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP & ~(unsigned)ARGP_HELP_EXIT_OK);
		exit(EXIT_DONE);
	}
	state->input = parse->input;
	error_t result = parse->parser(key, value, state);

	state->input = parse;
	return result;
}

void
admin_parse(struct admin *admin, const struct command *command, const struct argp_option *options,
	argp_parser_t parser, const char *args_doc, const char *doc, int argc, char **argv,
	void *input)
{
	static const struct argp_option HELP[] = {
		{"help", 'h', NULL, 0, "this page", 99},
		{0},
	};
	size_t count = 0;

	while (options != NULL && (options[count].name != NULL || options[count].doc != NULL))
		count++;
	struct argp_option *all = arena_take_array(admin->arena, count + 2, sizeof(*all));
	struct argp_child children[] = {{&admin_argp, 0, NULL, 90}, {0}};
	struct argp argp = {all, parse_own, args_doc, doc, children, NULL, NULL};
	struct parse parse = {admin, command->example, parser, input};

	if (count > 0)
		memcpy(all, options, count * sizeof(*all));
	all[count] = HELP[0];
	argv[0] = arena_take(admin->arena, strlen(command->name) + sizeof("huying-admin "));
	stpcpy(stpcpy(argv[0], "huying-admin "), command->name);
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &parse);
}

void
admin_fail(const struct admin *admin, enum admin_exit status, const char *format, ...)
{
	va_list args;
	char *words;

	va_start(args, format);
	if (vasprintf(&words, format, args) < 0)
		words = NULL;
	va_end(args);
	if (admin->json)
		admin_print_json(json_pack("{s:s, s:i}", "error", words, "status", (int)status));
	else
		fprintf(stderr, "huying-admin: %s\n", words);
	exit((int)status);
}

void
admin_print_json(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

/* ---- configuration: options before environment before file ---- */

struct reading {
	struct admin *admin;
	const char *database, *owner_database, *district, *endpoint;
};

static int
take_key(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;
	bool ours = strcmp(section, "huying-admin") == 0;
	const char *copy = arena_text(reading->admin->arena, text_of(value)).data;

	if (!ours && strcmp(section, "huyingd") != 0)
		return 1;
	if (strcmp(name, "database") == 0)
		*(ours ? &reading->owner_database : &reading->database) = copy;
	else if (strcmp(name, "district") == 0)
		reading->district = copy;
	else if (strcmp(name, "endpoint") == 0 && (ours || reading->endpoint == NULL))
		reading->endpoint = copy;
	else if (strcmp(name, "secret_key_file") == 0)
		reading->admin->secret_key_file = copy;
	return 1;
}

void
admin_read_config(struct admin *admin)
{
	struct reading reading = {admin, NULL, NULL, NULL, NULL};
	int line = access(admin->config, R_OK) == 0 || admin->config_named
			   ? ini_parse(admin->config, take_key, &reading)
			   : 0;

	if (line < 0)
		admin_fail(admin, EXIT_FAILED, "%s cannot be read; name another with --config",
			admin->config);
	if (line > 0)
		admin_fail(admin, EXIT_FAILED,
			"%s:%d: not a line of the form `key = value` (at most 200 bytes)",
			admin->config, line);
	if (admin->database == NULL)
		admin->database = getenv("HUYING_DATABASE");
	if (admin->database == NULL)
		admin->database =
			reading.owner_database != NULL ? reading.owner_database : reading.database;
	if (admin->district == NULL)
		admin->district = getenv("HUYING_DISTRICT");
	if (admin->district == NULL)
		admin->district = reading.district;
	admin->endpoint = reading.endpoint;
	if (admin->author == NULL)
		admin->author = login_name(admin->arena);
}

/* Whoever really logged in, also behind sudo. */
static const char *
login_name(struct arena *arena)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());

	if (sudo != NULL && sudo[0] != '\0')
		return sudo;
	return user == NULL ? "unknown" : arena_text(arena, text_of(user->pw_name)).data;
}
