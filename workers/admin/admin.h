/* admin.h — what all subcommands of huying-admin share: options, the database, one way to fail.
 *
 * The program is a short-lived tool: what it takes lives in one arena until it ends, and whatever
 * goes wrong ends it with a sentence that says what to do (admin_fail). */
#ifndef HUYING_ADMIN_ADMIN_H
#define HUYING_ADMIN_ADMIN_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "core/instant.h"

enum admin_exit {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_AUTHORITY = 4,
	EXIT_AGAIN = 75 /* database away: the same command may simply be given again */
};

struct db;

struct admin {
	struct arena *arena;
	const char *database;  /* libpq connection string, or NULL */
	const char *district;  /* its code, or NULL */
	const char *author;
	const char *config;    /* path of huying.conf */
	const char *endpoint;  /* from the configuration; may be NULL */
	const char *secret_key_file;
	bool config_named;     /* --config was given: a missing file is an error */
	bool json;
	struct db *db;         /* once it was opened; closed by main */
};

/* One row of the table of subcommands. */
struct command {
	const char *name;
	const char *summary;
	const char *example; /* the help begins with it */
	int (*run)(struct admin *admin, int argc, char **argv);
};

/* Options every subcommand understands; its input is the struct admin. */
extern const struct argp admin_argp;

/* Parses with admin_argp as a child and with -h, --help that begins with the command's example.
 * `input` goes to `parser` as state->input; state->hook is not used. */
void admin_parse(struct admin *admin, const struct command *command, const struct argp_option *options,
	argp_parser_t parser, const char *args_doc, const char *doc, int argc, char **argv, void *input);

/* One sentence on stderr (or {"error": …} on stdout with --json), then the end. */
_Noreturn void admin_fail(const struct admin *admin, enum admin_exit status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Prints `object` as one line of JSON and forgets it. */
void admin_print_json(json_t *object);
/* Fills what options did not say from the environment and huying.conf. */
void admin_read_config(struct admin *admin);

int migrate_run(struct admin *admin, int argc, char **argv);
int load_run(struct admin *admin, int argc, char **argv);
int rules_run(struct admin *admin, int argc, char **argv);
int actor_run(struct admin *admin, int argc, char **argv);
int enrol_run(struct admin *admin, int argc, char **argv);
int key_run(struct admin *admin, int argc, char **argv);
int keygen_run(struct admin *admin, int argc, char **argv);
int clock_run_command(struct admin *admin, int argc, char **argv);

#endif
