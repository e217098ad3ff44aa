/* ask.c — screens that are opened one after the other, and devices that only stay connected. */
#include "load/phase.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/must.h"
#include "huying.pb-c.h"
#include "load/tally.h"

struct asking {
	const struct options *options;
	struct crowd *crowd;
	bool overdue, closing;
	size_t rows; /* of the last page */
	struct tally tally;
};

static void run_queue(const struct options *options);
static void run_overdue(const struct options *options);
static void run_queries(const struct options *options, const char *name, bool overdue);
static void run_idle(const struct options *options);
static void ask(struct asking *asking, size_t device, int64_t from_us);
static void answered(void *self, const struct crowd_answer *answer);
static void welcomed(void *self, size_t device);

const struct phase PHASE_QUEUE = {"queue", "the first page of the unit's queue, again and again", run_queue};
const struct phase PHASE_OVERDUE = {"overdue", "overdue counts by town, or by unit with --by-unit", run_overdue};
const struct phase PHASE_IDLE = {"idle", "connects, and stays until its input ends", run_idle};

static void
run_queue(const struct options *options)
{
	run_queries(options, "queue", false);
}

static void
run_overdue(const struct options *options)
{
	run_queries(options, "overdue", true);
}

static void
run_queries(const struct options *options, const char *name, bool overdue)
{
	struct asking asking = {.options = options, .overdue = overdue};
	int64_t until;
	double cpu;

	asking.crowd = crowd_open(options->endpoint, options->server_key, options->keys, options->skip,
		options->clients, (struct crowd_owner){welcomed, answered, &asking});
	phase_gather(asking.crowd);
	cpu = tally_cpu_seconds();
	until = crowd_now_us() + (int64_t)(options->seconds * 1e6);
	for (size_t i = 0; i < options->clients; i++)
		ask(&asking, i, crowd_now_us());
	while (crowd_now_us() < until)
		crowd_turn(asking.crowd, until);
	asking.closing = true;
	cpu = tally_cpu_seconds() - cpu;
	printf("{\"phase\": \"%s\", \"rows\": %zu, ", name, asking.rows);
	tally_print(&asking.tally, name, options->seconds);
	phase_end(asking.crowd, options->seconds, cpu);
	tally_free(&asking.tally);
	crowd_close(&asking.crowd);
}

static void
ask(struct asking *asking, size_t device, int64_t from_us)
{
	Huying__Query query = HUYING__QUERY__INIT;
	Huying__QueueQuery queue = HUYING__QUEUE_QUERY__INIT;
	Huying__OverdueQuery overdue = HUYING__OVERDUE_QUERY__INIT;

	if (asking->overdue) {
		overdue.by = asking->options->by_unit ? HUYING__OVERDUE_QUERY__BY__BY_UNIT
						      : HUYING__OVERDUE_QUERY__BY__BY_TOWN;
		query.ask_case = HUYING__QUERY__ASK_OVERDUE;
		query.overdue = &overdue;
	} else {
		query.ask_case = HUYING__QUERY__ASK_QUEUE;
		query.queue = &queue;
	}
	crowd_query(asking->crowd, device, &query, 0, from_us);
}

static void
answered(void *self, const struct crowd_answer *answer)
{
	struct asking *asking = self;

	if (answer->page->refusal != HUYING__REFUSAL__REFUSAL_UNSPECIFIED) {
		tally_refuse(&asking->tally, answer->page->message, answer->page->detail);
		if (asking->tally.refused > 100)
			die(1, "huying-load: %s (%s)", answer->page->message, answer->page->detail);
	} else {
		tally_add(&asking->tally, answer->now_us - answer->from_us);
	}
	asking->rows = asking->overdue ? answer->page->n_counts : answer->page->n_issues;
	if (!asking->closing)
		ask(asking, answer->device, answer->now_us);
}

static void
welcomed(void *self, size_t device)
{
	(void)self;
	(void)device;
}

/* The line comes when all are welcome: who started us may look at the dispatcher meanwhile. */
static void
run_idle(const struct options *options)
{
	struct asking asking = {.options = options};
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	int64_t start = crowd_now_us();
	double seconds;

	asking.crowd = crowd_open(options->endpoint, options->server_key, options->keys, options->skip,
		options->clients, (struct crowd_owner){welcomed, answered, &asking});
	phase_gather(asking.crowd);
	seconds = (double)(crowd_now_us() - start) / 1e6;
	printf("{\"phase\": \"idle\", \"welcomed\": %zu", crowd_welcomed(asking.crowd));
	phase_end(asking.crowd, seconds, tally_cpu_seconds());
	fflush(stdout);
	while (poll(&input, 1, 0) == 0)
		crowd_turn(asking.crowd, crowd_now_us() + 100000);
	crowd_close(&asking.crowd);
}
