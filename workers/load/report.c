/* report.c — field devices that report: so many under way each, or at a rate, or each so many.
 *
 * At a rate, waiting is counted from the instant a report was planned for, not from its sending: a
 * dispatcher that stands still for a second has kept everybody waiting who came meanwhile. */
#include "load/phase.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "huying.pb-c.h"
#include "load/tally.h"

#define LINGER_US 30000000 /* how long the last answers are waited for */

struct point {
	double latitude, longitude;
};

struct reporting {
	const struct options *options;
	struct crowd *crowd;
	struct point *points;
	size_t points_count;
	size_t *done;        /* reports begun by each device */
	uint64_t sent;
	int64_t counted_from, counted_until; /* answers in between are counted */
	int64_t last_at;
	bool closing;
	struct tally tally;
};

static void run(const struct options *options);
static void read_points(struct reporting *reporting, const char *path);
static void welcomed(void *self, size_t device);
static void answered(void *self, const struct crowd_answer *answer);
static void fill(struct reporting *reporting, size_t device, int64_t now);
static void run_closed(struct reporting *reporting);
static void run_at_rate(struct reporting *reporting);
static void run_each(struct reporting *reporting);
static void linger(struct reporting *reporting);
static void report(struct reporting *reporting, size_t device, int64_t from_us);

const struct phase PHASE_REPORT = {"report", "reports of field devices", run};

static void
run(const struct options *options)
{
	struct reporting reporting = {.options = options};
	double cpu, seconds;

	reporting.crowd = crowd_open(options->endpoint, options->server_key, options->keys, options->skip,
		options->clients, (struct crowd_owner){welcomed, answered, &reporting});
	reporting.done = calloc(options->clients, sizeof(*reporting.done));
	must(reporting.done != NULL);
	if (options->points != NULL)
		read_points(&reporting, options->points);
	if (!options->cold)
		phase_gather(reporting.crowd);
	cpu = tally_cpu_seconds();
	reporting.counted_from = crowd_now_us() + (int64_t)(options->warm * 1e6);
	reporting.counted_until = options->each > 0
		? INT64_MAX : reporting.counted_from + (int64_t)(options->seconds * 1e6);
	if (options->each > 0)
		run_each(&reporting);
	else if (options->rate > 0)
		run_at_rate(&reporting);
	else
		run_closed(&reporting);
	cpu = tally_cpu_seconds() - cpu;
	linger(&reporting);
	seconds = options->each > 0 ? (double)(reporting.last_at - reporting.counted_from) / 1e6
				    : options->seconds;
	printf("{\"phase\": \"report\", ");
	tally_print(&reporting.tally, "report", seconds);
	phase_end(reporting.crowd, seconds, cpu);
	tally_free(&reporting.tally);
	free(reporting.done);
	free(reporting.points);
	crowd_close(&reporting.crowd);
}

static void
read_points(struct reporting *reporting, const char *path)
{
	FILE *file = fopen(path, "r");
	struct point point;
	size_t room = 0;

	if (file == NULL)
		die(2, "huying-load: %s cannot be read: %s", path, strerror(errno));
	while (fscanf(file, "%lf %lf", &point.latitude, &point.longitude) == 2) {
		if (reporting->points_count == room) {
			room = room == 0 ? 1024 : 2 * room;
			reporting->points = realloc(reporting->points, room * sizeof(point));
			must(reporting->points != NULL);
		}
		reporting->points[reporting->points_count++] = point;
	}
	fclose(file);
	if (reporting->points_count == 0)
		die(2, "huying-load: %s holds no line LATITUDE LONGITUDE", path);
}

/* ---- the three manners ---- */

static void
run_closed(struct reporting *reporting)
{
	int64_t now = crowd_now_us();

	for (size_t i = 0; i < reporting->options->clients; i++)
		fill(reporting, i, now);
	while ((now = crowd_now_us()) < reporting->counted_until)
		crowd_turn(reporting->crowd, reporting->counted_until);
}

static void
run_at_rate(struct reporting *reporting)
{
	int64_t start = crowd_now_us(), planned = start;

	while (planned < reporting->counted_until) {
		int64_t now = crowd_now_us();

		for (; planned <= now && planned < reporting->counted_until;
			planned = start + (int64_t)((double)reporting->sent / reporting->options->rate * 1e6))
			report(reporting, reporting->sent % reporting->options->clients, planned);
		crowd_turn(reporting->crowd, planned);
	}
}

static void
run_each(struct reporting *reporting)
{
	size_t all = reporting->options->each * reporting->options->clients;
	int64_t until = crowd_now_us() + (int64_t)(reporting->options->seconds * 1e6);

	if (reporting->options->cold)
		crowd_connect_all(reporting->crowd);
	else
		for (size_t i = 0; i < reporting->options->clients; i++)
			fill(reporting, i, crowd_now_us());
	while (reporting->tally.count + reporting->tally.refused < all && crowd_now_us() < until)
		crowd_turn(reporting->crowd, until);
}

/* Answers that come now are not counted, but for those of a rate: they were planned inside. */
static void
linger(struct reporting *reporting)
{
	int64_t until = crowd_now_us() + LINGER_US;

	reporting->closing = true;
	while (crowd_waiting(reporting->crowd) > 0 && crowd_now_us() < until)
		crowd_turn(reporting->crowd, until);
}

/* ---- one report ---- */

static void
welcomed(void *self, size_t device)
{
	struct reporting *reporting = self;

	if (reporting->options->cold)
		fill(reporting, device, crowd_now_us());
}

static void
answered(void *self, const struct crowd_answer *answer)
{
	struct reporting *reporting = self;
	const struct options *options = reporting->options;
	int64_t counted_at = options->rate > 0 ? answer->from_us : answer->now_us;

	if (answer->reply->outcome != HUYING__OUTCOME__OUTCOME_DONE)
		tally_refuse(&reporting->tally, answer->reply->message, answer->reply->detail);
	else if (counted_at >= reporting->counted_from && counted_at < reporting->counted_until)
		tally_add(&reporting->tally, answer->now_us - answer->from_us);
	reporting->last_at = answer->now_us;
	if (options->rate > 0 || reporting->closing)
		return;
	if (options->each == 0 || reporting->done[answer->device] < options->each)
		report(reporting, answer->device, answer->now_us);
}

static void
fill(struct reporting *reporting, size_t device, int64_t now)
{
	const struct options *options = reporting->options;

	for (size_t i = 0; i < options->window && (options->each == 0 || i < options->each); i++)
		report(reporting, device, now);
}

static void
report(struct reporting *reporting, size_t device, int64_t from_us)
{
	static const char text[] = "路口人行道上有一处破损，行人绊倒，请尽快处理 broken pavement at the crossing";
	struct device *who = crowd_device(reporting->crowd, device);
	Huying__Command command = HUYING__COMMAND__INIT;
	Huying__Report body = HUYING__REPORT__INIT;
	Huying__Point point = HUYING__POINT__INIT;
	uint64_t n = reporting->sent++;
	const char *class_code = reporting->options->classes[n % reporting->options->classes_count];

	body.class_code = (ProtobufCBinaryData){strlen(class_code), (uint8_t *)(uintptr_t)class_code};
	if (reporting->points_count > 0) {
		/* A stride that shares no factor with the number of points, as a rule: all over the district. */
		const struct point *where = &reporting->points[n * 7919 % reporting->points_count];

		point.latitude = where->latitude;
		point.longitude = where->longitude;
		body.point = &point;
	} else {
		body.place_code = (ProtobufCBinaryData){strlen(who->place), (uint8_t *)who->place};
	}
	if (reporting->options->cold && reporting->done[device] < who->numbers_count)
		body.issue_id = who->numbers_from + reporting->done[device];
	reporting->done[device]++;
	command.text = (ProtobufCBinaryData){sizeof(text) - 1, (uint8_t *)(uintptr_t)text};
	command.verb_case = HUYING__COMMAND__VERB_REPORT;
	command.report = &body;
	crowd_command(reporting->crowd, device, &command, 0, from_us);
}
