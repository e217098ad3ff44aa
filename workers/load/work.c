/* work.c — desks at work: claiming the next task, and whole lives from report to closing.
 *
 * A life takes two people, since nobody may check what he handled himself: the devices 2n and 2n + 1
 * share it. The first reports, approves and says that it is solved, the second claims and answers; one
 * of them asks at a time. So `--clients N` are N lives at once, by 2 N devices. */
#include "load/phase.h"

#include <stdio.h>
#include <string.h>

#include "huying.pb-c.h"
#include "load/tally.h"

enum step {
	STEP_REPORT,
	STEP_CLAIM,
	STEP_ANSWER,
	STEP_APPROVE,
	STEP_FEEDBACK,
	STEP_COUNT
};

static const struct {
	const char *name;
	Huying__Command__VerbCase verb;
	size_t who; /* the first or the second of the pair */
} steps[STEP_COUNT] = {
	[STEP_REPORT] = {"report", HUYING__COMMAND__VERB_REPORT, 0},
	[STEP_CLAIM] = {"claim", HUYING__COMMAND__VERB_CLAIM, 1},
	[STEP_ANSWER] = {"answer", HUYING__COMMAND__VERB_ANSWER, 1},
	[STEP_APPROVE] = {"approve", HUYING__COMMAND__VERB_APPROVE, 0},
	[STEP_FEEDBACK] = {"feedback", HUYING__COMMAND__VERB_FEEDBACK, 0},
};

struct working {
	const struct options *options;
	struct crowd *crowd;
	uint64_t begun;
	int64_t counted_from, counted_until;
	size_t idle;         /* found nothing to claim, and stopped */
	struct tally steps[STEP_COUNT], claims, lives;
	bool closing;
};

static void run_claims(const struct options *options);
static void run_lives(const struct options *options);
static void open_crowd(struct working *working, size_t devices,
	void (*answered)(void *owner, const struct crowd_answer *answer));
static void linger(struct working *working);
static void nobody_waits(void *self, size_t device);
static void claim_next(struct working *working, size_t device, int64_t from_us);
static void claim_answered(void *self, const struct crowd_answer *answer);
static void take_step(struct working *working, size_t life, enum step step, const Huying__Issue *issue,
	int64_t from_us);
static void step_answered(void *self, const struct crowd_answer *answer);
static bool counts(const struct working *working, int64_t at);

const struct phase PHASE_CLAIM = {"claim", "operators who claim the next task of their unit", run_claims};
const struct phase PHASE_LIVES = {"lives", "report, claim, answer, approve, feedback: closed", run_lives};

/* ---- claims ---- */

static void
run_claims(const struct options *options)
{
	struct working working = {.options = options};
	int64_t start, planned, ended_at;
	uint64_t sent = 0;
	double cpu, seconds;

	open_crowd(&working, options->clients, claim_answered);
	cpu = tally_cpu_seconds();
	start = planned = crowd_now_us();
	for (size_t i = 0; options->rate == 0 && i < options->clients; i++)
		claim_next(&working, i, start);
	while (crowd_now_us() < working.counted_until && working.idle < options->clients) {
		while (options->rate > 0 && planned <= crowd_now_us()) {
			claim_next(&working, sent++ % options->clients, planned);
			planned = start + (int64_t)((double)sent / options->rate * 1e6);
		}
		crowd_turn(working.crowd, options->rate > 0 ? planned : working.counted_until);
	}
	ended_at = crowd_now_us();
	if (ended_at > working.counted_until)
		ended_at = working.counted_until;
	cpu = tally_cpu_seconds() - cpu;
	linger(&working);
	seconds = (double)(ended_at - working.counted_from) / 1e6;
	printf("{\"phase\": \"claim\", \"found_nothing\": %zu, ", working.idle);
	tally_print(&working.claims, "claim", seconds);
	phase_end(working.crowd, seconds, cpu);
	tally_free(&working.claims);
	crowd_close(&working.crowd);
}

static void
claim_next(struct working *working, size_t device, int64_t from_us)
{
	Huying__Command command = HUYING__COMMAND__INIT;
	Huying__Claim claim = HUYING__CLAIM__INIT;

	claim.next = true;
	command.verb_case = HUYING__COMMAND__VERB_CLAIM;
	command.claim = &claim;
	crowd_command(working->crowd, device, &command, 0, from_us);
}

static void
claim_answered(void *self, const struct crowd_answer *answer)
{
	struct working *working = self;
	bool by_plan = working->options->rate > 0;

	if (answer->reply->refusal == HUYING__REFUSAL__REFUSAL_NOTHING_TO_CLAIM) {
		working->idle++;
		return;
	}
	if (answer->reply->outcome != HUYING__OUTCOME__OUTCOME_DONE)
		tally_refuse(&working->claims, answer->reply->message, answer->reply->detail);
	else if (counts(working, by_plan ? answer->from_us : answer->now_us))
		tally_add(&working->claims, answer->now_us - answer->from_us);
	if (!by_plan && !working->closing)
		claim_next(working, answer->device, answer->now_us);
}

/* ---- lives ---- */

static void
run_lives(const struct options *options)
{
	struct working working = {.options = options};
	double cpu;

	open_crowd(&working, 2 * options->clients, step_answered);
	cpu = tally_cpu_seconds();
	for (size_t i = 0; i < options->clients; i++)
		take_step(&working, i, STEP_REPORT, NULL, crowd_now_us());
	while (crowd_now_us() < working.counted_until)
		crowd_turn(working.crowd, working.counted_until);
	cpu = tally_cpu_seconds() - cpu;
	linger(&working);
	printf("{\"phase\": \"lives\", ");
	tally_print(&working.lives, "lives", options->seconds);
	tally_free(&working.lives);
	for (enum step step = 0; step < STEP_COUNT; step++) {
		printf(", ");
		tally_print(&working.steps[step], steps[step].name, options->seconds);
		tally_free(&working.steps[step]);
	}
	phase_end(working.crowd, options->seconds, cpu);
	crowd_close(&working.crowd);
}

static void
take_step(struct working *working, size_t life, enum step step, const Huying__Issue *issue, int64_t from_us)
{
	static const char text[] = "现场已处理完毕 done on site";
	size_t device = 2 * life + steps[step].who;
	struct device *who = crowd_device(working->crowd, device);
	Huying__Command command = HUYING__COMMAND__INIT;
	Huying__Report report = HUYING__REPORT__INIT;
	Huying__Claim claim = HUYING__CLAIM__INIT;
	Huying__Answer answer = HUYING__ANSWER__INIT;
	Huying__Approve approve = HUYING__APPROVE__INIT;
	Huying__Feedback feedback = HUYING__FEEDBACK__INIT;

	if (issue == NULL) {
		const char *class_code =
			working->options->classes[working->begun++ % working->options->classes_count];

		report.class_code = (ProtobufCBinaryData){strlen(class_code), (uint8_t *)(uintptr_t)class_code};
		report.place_code = (ProtobufCBinaryData){strlen(who->place), (uint8_t *)who->place};
	} else {
		command.subject_case = HUYING__COMMAND__SUBJECT_ISSUE_ID;
		command.issue_id = issue->issue_id;
		command.seen_version = issue->version;
	}
	if (step == STEP_REPORT || step == STEP_ANSWER)
		command.text = (ProtobufCBinaryData){sizeof(text) - 1, (uint8_t *)(uintptr_t)text};
	answer.close_condition_met = true;
	feedback.contacted = feedback.solved = true;
	feedback.satisfied = 5;
	command.verb_case = steps[step].verb;
	switch (step) {
	case STEP_REPORT:
		command.report = &report;
		break;
	case STEP_CLAIM:
		command.claim = &claim;
		break;
	case STEP_ANSWER:
		command.answer = &answer;
		break;
	case STEP_APPROVE:
		command.approve = &approve;
		break;
	case STEP_FEEDBACK:
	case STEP_COUNT:
		command.feedback = &feedback;
		break;
	}
	crowd_command(working->crowd, device, &command, life * STEP_COUNT + step, from_us);
}

static void
step_answered(void *self, const struct crowd_answer *answer)
{
	struct working *working = self;
	enum step step = answer->tag % STEP_COUNT;
	size_t life = answer->tag / STEP_COUNT;
	const Huying__Reply *reply = answer->reply;
	bool done = reply->outcome == HUYING__OUTCOME__OUTCOME_DONE;
	bool over = !done || step == STEP_FEEDBACK;

	if (!done)
		tally_refuse(&working->steps[step], reply->message, reply->detail);
	else if (counts(working, answer->now_us))
		tally_add(&working->steps[step], answer->now_us - answer->from_us);
	if (done && step == STEP_FEEDBACK && counts(working, answer->now_us)) {
		if (reply->issue->state == HUYING__STATE__STATE_CLOSED)
			tally_add(&working->lives, 0);
		else
			tally_refuse(&working->lives, "it is not closed", reply->issue->number);
	}
	if (working->closing)
		return;
	take_step(working, life, over ? STEP_REPORT : step + 1, over ? NULL : reply->issue, answer->now_us);
}

/* ---- both ---- */

static void
open_crowd(struct working *working, size_t devices,
	void (*answered)(void *owner, const struct crowd_answer *answer))
{
	const struct options *options = working->options;

	working->crowd = crowd_open(options->endpoint, options->server_key, options->keys, options->skip,
		devices, (struct crowd_owner){nobody_waits, answered, working});
	phase_gather(working->crowd);
	working->counted_from = crowd_now_us() + (int64_t)(options->warm * 1e6);
	working->counted_until = working->counted_from + (int64_t)(options->seconds * 1e6);
}

static void
linger(struct working *working)
{
	int64_t until = crowd_now_us() + INT64_C(10000000);

	working->closing = true;
	while (crowd_waiting(working->crowd) > 0 && crowd_now_us() < until)
		crowd_turn(working->crowd, until);
}

static void
nobody_waits(void *self, size_t device)
{
	(void)self;
	(void)device;
}

static bool
counts(const struct working *working, int64_t at)
{
	return at >= working->counted_from && at < working->counted_until;
}
