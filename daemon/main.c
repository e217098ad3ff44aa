/* main.c — a table of contents: options, configuration, open, turns, close in reverse order. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/must.h"
#include "bus/bus.h"
#include "config.h"
#include "core/issue.h"
#include "log.h"
#include "loop/loop.h"
#include "service.h"
#include "store/store.h"
#include "turn.h"
#include "version.h"

/* Exit status by LSB, as systemd.exec(5) lists them. */
#define EXIT_ARGUMENTS 2
#define EXIT_NOT_CONFIGURED 6

#define LOG_BUFFER_BYTES ((size_t)64 * 1024)
#define DRAIN_US INT64_C(5000000)

enum option_key {
	OPTION_CHECK = 256,
	OPTION_LIFE
};

struct options {
	const char *config;
	bool check, life;
};

static const struct argp_option OPTIONS[] = {
	{"config", 'c', "FILE", 0, "configuration (default /etc/huying/huying.conf)", 0},
	{"check", OPTION_CHECK, 0, 0,
		"look at files, database, schema, port, keys and rules; say what is wrong and what to do", 0},
	{"life", OPTION_LIFE, 0, 0, "print the life of an issue: states, events, who, clocks", 0},
	{0}};

const char *argp_program_version = "huyingd " HUYING_VERSION;

static error_t take_option(int key, char *argument, struct argp_state *state);
static int check(const struct config *config, struct arena *arena);
static void serve(const struct config *config, struct arena *arena);

int
main(int argc, char **argv)
{
	const struct argp argp = {OPTIONS, take_option, NULL,
		"huyingd — the dispatcher of one district.\v"
		"Example:  huyingd --config /etc/huying/huying.conf --check\n\n"
		"Runs in the foreground. SIGTERM: finish what is under way and end. SIGHUP: read rules and keys again.",
		NULL, NULL, NULL};
	struct options options = {.config = "/etc/huying/huying.conf"};
	struct arena *arena = arena_new();
	struct config config;
	struct text why;
	int status = EXIT_SUCCESS;

	setvbuf(stderr, NULL, _IOFBF, LOG_BUFFER_BYTES); /* the turn flushes it */
	argp_err_exit_status = EXIT_ARGUMENTS;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (options.life) {
		issue_print_life(stdout);
	} else if (!config_read(arena, options.config, &config, &why)) {
		die(EXIT_NOT_CONFIGURED, "huyingd: %.*s", (int)why.len, why.data);
	} else if (options.check) {
		status = check(&config, arena);
	} else {
		serve(&config, arena);
	}
	arena_free(arena);
	return status;
}

static error_t
take_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'c':
		options->config = argument;
		return 0;
	case OPTION_CHECK:
		options->check = true;
		return 0;
	case OPTION_LIFE:
		options->life = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct store_config
store_of(const struct config *config)
{
	return (struct store_config){config->database, config->district, config->batch_events_max,
		config->allow_unsafe};
}

static struct bus_config
bus_of(const struct config *config)
{
	return (struct bus_config){config->endpoint, config->secret, config->connections_per_key,
		config->handshakes_per_minute, config->messages_per_second, config->messages_burst};
}

/* One line a part: OK, or place, reason and remedy. Whenever all say OK, the daemon starts. */
static int
check(const struct config *config, struct arena *arena)
{
	struct store_config store_config = store_of(config);
	struct bus_config bus_config = bus_of(config);
	struct loaded_rules rules = {0};
	struct bus *bus;
	struct text why = TEXT_NONE;
	bool good = true;

	printf("configuration  OK\n");
	if (store_check_now(&store_config, arena, &why))
		printf("database       OK\n");
	else
		printf("database       %.*s\n", (int)why.len, why.data), good = false;
	if (good && store_load_rules_now(config->database, config->district, &rules, &why))
		printf("rules          OK, %zu release(s)\n", rules.book->releases_count);
	else if (good)
		printf("rules          %.*s\n", (int)why.len, why.data), good = false;
	bus = bus_open(&bus_config, arena, &why);
	if (bus != NULL)
		printf("port, key      OK\n");
	else
		printf("port, key      %.*s\n", (int)why.len, why.data), good = false;
	bus_close(&bus);
	arena_free(rules.arena);
	return good ? EXIT_SUCCESS : EXIT_NOT_CONFIGURED;
}

static void
serve(const struct config *config, struct arena *arena)
{
	struct store_config store_config = store_of(config);
	struct bus_config bus_config = bus_of(config);
	struct loop_signals signals = {0};
	int64_t end_us = INT64_MAX;
	bool was_ready = false;
	struct text why;

	struct loop *loop = loop_open();
	struct bus *bus = bus_open(&bus_config, arena, &why);
	if (bus == NULL)
		die(EXIT_NOT_CONFIGURED, "huyingd: %.*s", (int)why.len, why.data);
	struct store *store = store_open(&store_config);
	struct turn *turn = turn_open(config, bus, store);

	log_line(LOG_NOTICE, "start version=%s district=%s endpoint=%.*s", HUYING_VERSION, config->district,
		(int)bus_endpoint(bus).len, bus_endpoint(bus).data);
	while (wait_clock_us() < end_us) {
		turn_once(turn, loop);
		service_alive();
		signals = loop_take_signals(loop);
		if (signals.reload)
			turn_reload(turn);
		if (signals.end && end_us == INT64_MAX) {
			service_stopping();
			end_us = wait_clock_us() + DRAIN_US;
		}
		if (end_us != INT64_MAX && turn_drain(turn))
			break;
		if (turn_is_ready(turn) != was_ready) {
			was_ready = !was_ready;
			if (was_ready)
				service_ready("serving");
			else
				service_status(store_trouble(store));
			log_line(was_ready ? LOG_NOTICE : LOG_WARNING, "%s %s", was_ready ? "ready" : "away",
				was_ready ? "" : store_trouble(store));
		}
	}
	log_line(LOG_NOTICE, "end");
	turn_close(&turn);
	store_close(&store);
	bus_close(&bus);
	loop_close(&loop);
}
