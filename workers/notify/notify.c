/* notify.c — huying-notify: what is to be told, brought to those who are to hear it.
 *
 * Looks into the outbox each second, at once while there is more. The statement is one transaction, so
 * being killed anywhere loses nothing and tells nothing twice. A database that is away is waited for. */
#include <argp.h>
#include <ini.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "statements.h"

#define EXIT_ARGUMENTS 2
#define EXIT_NOT_CONFIGURED 6
#define ROWS_MAX "500"
#define LOOK_EVERY_S 1

struct settings {
	char district[16], database[512];
};

struct options {
	const char *config;
	bool once;
};

const char *argp_program_version = "huying-notify " HUYING_VERSION;

static volatile sig_atomic_t ending;

static error_t take_option(int key, char *argument, struct argp_state *state);
static int take_setting(void *user, const char *section, const char *name, const char *value);
static void end(int signal);
static PGconn *connect_to(const struct settings *settings);
static int deliver(PGconn *connection, const struct settings *settings);
static void rest(void);

int
main(int argc, char **argv)
{
	static const struct argp_option accepted[] = {
		{"config", 'c', "FILE", 0, "configuration (default /etc/huying/huying.conf)", 0},
		{"once", '1', 0, 0, "deliver what is there, and end", 0}, {0}};
	static const struct argp argp = {accepted, take_option, NULL,
		"Example: huying-notify --config /etc/huying/huying.conf\v"
		"Brings notices of one district into the inboxes of its people. Runs in the foreground.",
		NULL, NULL, NULL};
	struct options options = {.config = "/etc/huying/huying.conf"};
	struct settings settings = {0};
	PGconn *connection = NULL;
	int line, status = EXIT_SUCCESS;

	argp_err_exit_status = EXIT_ARGUMENTS;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	line = ini_parse(options.config, take_setting, &settings);
	if (line != 0 || settings.district[0] == 0 || settings.database[0] == 0) {
		fprintf(stderr, "huying-notify: %s: %s\n", options.config,
			line == -1 ? "cannot be read; name the file with --config"
				   : "needs district and database in section [huyingd]");
		return EXIT_NOT_CONFIGURED;
	}
	signal(SIGTERM, end);
	signal(SIGINT, end);
	while (!ending) {
		int taken = -1;

		if (connection == NULL)
			connection = connect_to(&settings);
		if (connection != NULL)
			taken = deliver(connection, &settings);
		if (taken < 0) {
			PQfinish(connection);
			connection = NULL;
		}
		if (options.once && taken <= 0) {
			status = taken < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
			break;
		}
		if (taken <= 0)
			rest();
	}
	PQfinish(connection);
	return status;
}

static error_t
take_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	if (key == 'c')
		options->config = argument;
	else if (key == '1')
		options->once = true;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static int
take_setting(void *user, const char *section, const char *name, const char *value)
{
	struct settings *settings = user;

	if (strcmp(section, "huyingd") != 0)
		return 1;
	if (strcmp(name, "district") == 0)
		snprintf(settings->district, sizeof(settings->district), "%s", value);
	else if (strcmp(name, "database") == 0)
		snprintf(settings->database, sizeof(settings->database), "%s", value);
	return 1;
}

static void
end(int signal)
{
	(void)signal;
	ending = 1;
}

/* NULL, and a line, while the database is away. */
static PGconn *
connect_to(const struct settings *settings)
{
	static const char *const names[] = {
		"dbname", "user", "options", "application_name", "connect_timeout", NULL};
	const char *const values[] = {settings->database, "huying_notify",
		"-c search_path=huying -c statement_timeout=30s -c lock_timeout=5s", "huying-notify", "5", NULL};
	PGconn *connection = PQconnectdbParams(names, values, 1);

	if (PQstatus(connection) == CONNECTION_OK)
		return connection;
	fprintf(stderr, "<4>away %s", PQerrorMessage(connection));
	PQfinish(connection);
	return NULL;
}

/* How many rows of the outbox were taken; -1 when the database did not do it. */
static int
deliver(PGconn *connection, const struct settings *settings)
{
	const char *values[] = {settings->district, ROWS_MAX};
	PGresult *result = PQexecParams(connection, SQL_DELIVER, 2, NULL, values, NULL, NULL, 0);
	int taken = -1;

	if (PQresultStatus(result) == PGRES_TUPLES_OK) {
		taken = atoi(PQgetvalue(result, 0, 0));
		if (taken > 0)
			fprintf(stderr, "<6>delivered taken=%d inbox=%s withdrawn=%s no_recipient=%s\n", taken,
				PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2), PQgetvalue(result, 0, 3));
	} else {
		fprintf(stderr, "<4>away %s", PQerrorMessage(connection));
	}
	PQclear(result);
	return taken;
}

static void
rest(void)
{
	const struct timespec while_ = {LOOK_EVERY_S, 0};

	nanosleep(&while_, NULL);
}
