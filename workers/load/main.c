/* main.c — huying-load: a phase, its options, and one line of JSON. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "load/phase.h"
#include "load/tally.h"

#define EXIT_USAGE 2
#define GATHER_US 60000000

enum option_key {
	OPTION_ENDPOINT = 256,
	OPTION_SERVER_KEY,
	OPTION_KEYS,
	OPTION_SKIP,
	OPTION_CLIENTS,
	OPTION_WINDOW,
	OPTION_EACH,
	OPTION_RATE,
	OPTION_WARM,
	OPTION_SECONDS,
	OPTION_CLASS,
	OPTION_POINTS,
	OPTION_COLD,
	OPTION_BY_UNIT
};

static const struct argp_option OPTIONS[] = {
	{"endpoint", OPTION_ENDPOINT, "tcp://HOST:PORT", 0, "the dispatcher", 0},
	{"server-key", OPTION_SERVER_KEY, "Z85", 0, "its public key, 40 characters", 0},
	{"keys", OPTION_KEYS, "FILE", 0, "a line `SECRET NAME PLACE` for each device", 0},
	{"skip", OPTION_SKIP, "N", 0, "leave out the first N of them", 0},
	{"clients", OPTION_CLIENTS, "N", 0, "how many at once (1)", 0},
	{"window", OPTION_WINDOW, "N", 0, "reports under way for each (1)", 0},
	{"rate", OPTION_RATE, "N", 0, "so many a second over all, instead of as fast as answers come", 0},
	{"each", OPTION_EACH, "N", 0, "so many reports of each, then the end; --seconds at most", 0},
	{"cold", OPTION_COLD, NULL, 0, "with --each: connecting is counted, too, and reserves are used", 0},
	{"warm", OPTION_WARM, "S", 0, "seconds that are not counted, first (0)", 0},
	{"seconds", OPTION_SECONDS, "S", 0, "seconds that are (5)", 0},
	{"class", OPTION_CLASS, "CODE", 0, "of the reports; several are taken in turn", 0},
	{"points", OPTION_POINTS, "FILE", 0, "lines `LATITUDE LONGITUDE`; else the place of the device", 0},
	{"by-unit", OPTION_BY_UNIT, NULL, 0, "overdue: by unit", 0},
	{0}};

static const struct phase *const PHASES[] = {
	&PHASE_REPORT, &PHASE_CLAIM, &PHASE_LIVES, &PHASE_QUEUE, &PHASE_OVERDUE, &PHASE_IDLE};

struct arguments {
	struct options options;
	const struct phase *phase;
};

static error_t take_option(int key, char *value, struct argp_state *state);
static void take_phase(struct argp_state *state, const char *name);
static double number(const struct argp_state *state, const char *value, double least);

int
main(int argc, char **argv)
{
	const struct argp argp = {OPTIONS, take_option, "PHASE",
		"huying-load — many devices at once, each with a key of its own.\v"
		"Phases: report, claim, lives, queue, overdue, idle. Prints one line of JSON; latencies are\n"
		"counted from when a question was sent, or was planned to be.", NULL, NULL, NULL};
	struct arguments arguments = {.options = {.clients = 1, .window = 1, .seconds = 5}};

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	arguments.phase->run(&arguments.options);
	return EXIT_SUCCESS;
}

void
phase_gather(struct crowd *crowd)
{
	int64_t until = crowd_now_us() + GATHER_US;

	crowd_connect_all(crowd);
	while (crowd_welcomed(crowd) < crowd_size(crowd) && crowd_now_us() < until)
		crowd_turn(crowd, until);
	if (crowd_welcomed(crowd) < crowd_size(crowd))
		die(EXIT_FAILURE, "huying-load: %zu of %zu devices are not welcome after a minute",
			crowd_size(crowd) - crowd_welcomed(crowd), crowd_size(crowd));
}

void
phase_end(const struct crowd *crowd, double seconds, double cpu_seconds)
{
	printf(", \"seconds\": %.3f, \"busy\": %llu, \"unanswered\": %zu, \"cpu_seconds\": %.3f}\n", seconds,
		(unsigned long long)crowd_busy(crowd), crowd_waiting(crowd), cpu_seconds);
}

static error_t
take_option(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct options *options = &arguments->options;

	switch (key) {
	case OPTION_ENDPOINT:
		options->endpoint = value;
		return 0;
	case OPTION_SERVER_KEY:
		options->server_key = value;
		return 0;
	case OPTION_KEYS:
		options->keys = value;
		return 0;
	case OPTION_SKIP:
		options->skip = (size_t)number(state, value, 0);
		return 0;
	case OPTION_CLIENTS:
		options->clients = (size_t)number(state, value, 1);
		return 0;
	case OPTION_WINDOW:
		options->window = (size_t)number(state, value, 1);
		return 0;
	case OPTION_EACH:
		options->each = (size_t)number(state, value, 1);
		return 0;
	case OPTION_RATE:
		options->rate = number(state, value, 0.001);
		return 0;
	case OPTION_WARM:
		options->warm = number(state, value, 0);
		return 0;
	case OPTION_SECONDS:
		options->seconds = number(state, value, 0.001);
		return 0;
	case OPTION_CLASS:
		if (options->classes_count == CLASSES_MAX)
			argp_error(state, "at most %d classes", CLASSES_MAX);
		options->classes[options->classes_count++] = value;
		return 0;
	case OPTION_POINTS:
		options->points = value;
		return 0;
	case OPTION_COLD:
		options->cold = true;
		return 0;
	case OPTION_BY_UNIT:
		options->by_unit = true;
		return 0;
	case ARGP_KEY_ARG:
		take_phase(state, value);
		return 0;
	case ARGP_KEY_END:
		if (arguments->phase == NULL || options->endpoint == NULL || options->server_key == NULL ||
			options->keys == NULL)
			argp_error(state, "PHASE, --endpoint, --server-key and --keys are needed");
		if (options->classes_count == 0 &&
			(arguments->phase == &PHASE_REPORT || arguments->phase == &PHASE_LIVES))
			argp_error(state, "%s needs a --class", arguments->phase->name);
		if (options->cold && options->each == 0)
			argp_error(state, "--cold needs --each");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
take_phase(struct argp_state *state, const char *name)
{
	struct arguments *arguments = state->input;

	for (size_t i = 0; i < sizeof(PHASES) / sizeof(PHASES[0]); i++)
		if (strcmp(PHASES[i]->name, name) == 0)
			arguments->phase = PHASES[i];
	if (arguments->phase == NULL)
		argp_error(state, "the phase %s is unknown", name);
}

static double
number(const struct argp_state *state, const char *value, double least)
{
	char *end;
	double number = strtod(value, &end);

	if (*value == '\0' || *end != '\0' || number < least)
		argp_error(state, "%s is not a number from %g", value, least);
	return number;
}
