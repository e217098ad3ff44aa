/* fixture.c — see fixture.h. The cluster is started with deploy/cluster and stopped when the program
 * ends; every test that wants a fresh database gets a copy of one template. */
#include "tests/store/fixture.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/must.h"
#include "core/pack.h"

#define WITHIN_US (10 * US_PER_SECOND)

static char root[512], directory[64], database[256];
static PGconn *owner;
static PGresult *last;
static int numbers;
static struct loaded_rules rules;
static uint64_t requests;
static pid_t watcher;
static int alive; /* the end of a pipe that closes with this program, however it ends */

static PGconn *connect_to(const char *user, const char *name);
static PGresult *query(PGconn *session, const char *words);
static void run(const char *command);
static void watch(void);
static void drop_rules(void);

void
fixture_start(int argc, char **argv)
{
	must(argc > 1);
	snprintf(root, sizeof(root), "%s", argv[1]);
	if (access("/usr/lib/postgresql/15/bin/initdb", X_OK) != 0) {
		printf("1..0 # SKIP PostgreSQL 15 is not installed (Debian: postgresql-15)\n");
		exit(0);
	}
	snprintf(directory, sizeof(directory), "/tmp/huying-store.XXXXXX");
	must(mkdtemp(directory) != NULL && chmod(directory, 0755) == 0);
	watch();
	atexit(fixture_stop);
	run("%R/deploy/cluster start %D/pg --throwaway >/dev/null");
	run("psql -q -X -h %D/pg/run -U postgres -v ON_ERROR_STOP=1 -f %R/sql/migrations/0000_roles.sql "
	    "-c 'CREATE DATABASE template OWNER huying_owner' -c 'GRANT pg_monitor TO huying_owner'");
	run("for file in %R/sql/migrations/*.sql; do number=$(basename $file | cut -c1-4); "
	    "[ $number = 0000 ] || echo \"\\\\i $file\"; "
	    "echo \"INSERT INTO huying.migration (number, name, digest) VALUES ($number, '$(basename $file)', '')\" "
	    "| sed 's/$/;/' >>%D/applied; done >%D/files");
	run("cat %D/files %D/applied %R/tests/store/district.sql | "
	    "psql -q -X -h %D/pg/run -U huying_owner -d template -v ON_ERROR_STOP=1");
}

int
fixture_fresh(void **state)
{
	char words[128];
	PGconn *postgres = connect_to("postgres", "postgres");

	(void)state;
	PQclear(last);
	last = NULL;
	PQfinish(owner);
	owner = NULL;
	drop_rules();
	snprintf(words, sizeof(words), "CREATE DATABASE d%d TEMPLATE template OWNER huying_owner", ++numbers);
	PQclear(query(postgres, words));
	PQfinish(postgres);
	snprintf(words, sizeof(words), "d%d", numbers);
	snprintf(database, sizeof(database), "host=%s/pg/run dbname=%s", directory, words);
	owner = connect_to("huying_owner", words);
	sql("SET search_path = huying");
	return 0;
}

void
fixture_stop(void)
{
	PQclear(last);
	last = NULL;
	PQfinish(owner);
	owner = NULL;
	drop_rules();
	if (watcher == 0)
		return;
	(void)close(alive);
	(void)waitpid(watcher, NULL, 0);
	watcher = 0;
}

void
sql(const char *format, ...)
{
	char words[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	PQclear(query(owner, words));
}

const char *
sql_value(const char *format, ...)
{
	char words[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	PQclear(last);
	last = query(owner, words);
	return PQntuples(last) == 0 ? "" : PQgetvalue(last, 0, 0);
}

long long
sql_number(const char *format, ...)
{
	char words[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	return atoll(sql_value("%s", words));
}

PGconn *
sql_session(void)
{
	char name[16];
	PGconn *session;

	snprintf(name, sizeof(name), "d%d", numbers);
	session = connect_to("postgres", name);
	session_do(session, "SET search_path = huying");
	return session;
}

void
session_do(PGconn *session, const char *format, ...)
{
	char words[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	PQclear(query(session, words));
}

const char *
fixture_database(void)
{
	return database;
}

struct store *
fixture_store(void)
{
	struct store_config config = {.database = database, .district = "ZC", .batch_events_max = 1000};
	struct store *store = store_open(&config);
	struct loaded_rules fresh;

	store_wait_up(store);
	for (int64_t until_us = wait_clock_us() + WITHIN_US; !store_take_rules(store, &fresh);) {
		assert_true(wait_clock_us() < until_us);
		(void)store_until(store, NULL, NULL);
	}
	drop_rules();
	rules = fresh;
	while (store_take_keys(store) == NULL)
		(void)store_until(store, NULL, NULL);
	return store;
}

struct loaded_rules
fixture_rules(void)
{
	return rules;
}

/* One round when there is no `done`. */
bool
store_until(struct store *store, bool (*done)(void *), void *argument)
{
	int64_t until_us = wait_clock_us() + WITHIN_US;

	do {
		struct wait_fd wants[WAIT_FDS_MAX];
		struct pollfd fds[WAIT_FDS_MAX];
		size_t count = 0;
		int64_t timeout_us = US_PER_SECOND / 10;

		if (done != NULL && done(argument))
			return true;
		store_wants(store, wants, &count, &timeout_us);
		for (size_t i = 0; i < count; i++)
			fds[i] = (struct pollfd){wants[i].fd,
				(short)((wants[i].readable ? POLLIN : 0) | (wants[i].writable ? POLLOUT : 0)), 0};
		(void)poll(fds, count, (int)(timeout_us / 1000) + 1);
		store_advance(store);
	} while (done != NULL && wait_clock_us() < until_us);
	return done == NULL || done(argument);
}

static bool
is_up(void *argument)
{
	return store_is_up(argument) && store_lane_is_free(argument, NULL);
}

void
store_wait_up(struct store *store)
{
	if (!store_until(store, is_up, store))
		fail_msg("the store did not come up: %s", store_trouble(store));
}

/* ---- batches ---- */

struct batch *
batch_new(size_t capacity)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	must(batch != NULL);
	batch->arena = arena_new();
	batch->works = calloc(capacity, sizeof(*batch->works));
	must(batch->works != NULL);
	batch->capacity = capacity;
	return batch;
}

void
batch_free(struct batch *batch)
{
	arena_free(batch->arena);
	free(batch->works);
	free(batch);
}

void
batch_empty(struct batch *batch)
{
	struct batch empty = {.arena = batch->arena, .works = batch->works, .capacity = batch->capacity};

	arena_reset(batch->arena);
	*batch = empty;
}

static bool
is_fetched(void *argument)
{
	const struct batch *batch = argument;

	return batch->stage != BATCH_FETCHING;
}

static bool
is_committed(void *argument)
{
	const struct batch *batch = argument;

	return batch->stage != BATCH_COMMITTING;
}

enum batch_stage
batch_fetch(struct store *store, struct batch *batch)
{
	store_wait_up(store);
	store_fetch(store, batch);
	assert_true(store_until(store, is_fetched, batch));
	return batch->stage;
}

enum batch_stage
batch_commit(struct store *store, struct batch *batch)
{
	store_commit(store, batch);
	assert_true(store_until(store, is_committed, batch));
	return batch->stage;
}

struct key
key_of(int byte)
{
	struct key key;

	memset(key.bytes, byte, sizeof(key.bytes));
	return key;
}

struct work *
work_add(struct batch *batch, int key)
{
	struct work *work = &batch->works[batch->count++];

	must(batch->count <= batch->capacity);
	memset(work, 0, sizeof(*work));
	work->key = key_of(key);
	return work;
}

struct work *
work_report(struct batch *batch, int key, const char *words)
{
	struct work *work = work_command(batch, key, EVENT_REPORT, 0);
	struct report *report = &work->event.report;

	work->event.text = text_of(words);
	report->class_code = TEXT("env/litter");
	report->latitude = report->longitude = ISSUE_MICRODEGREES_NONE;
	report->observed_at = report->outside_due_at = INSTANT_NEVER;
	return work;
}

struct work *
work_command(struct batch *batch, int key, enum event_kind kind, int64_t issue)
{
	struct work *work = work_add(batch, key);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	work->kind = WORK_COMMAND;
	work->event.kind = kind;
	work->event.issue = issue;
	work->event.request = request_at((struct instant){now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000});
	memset(work->event.digest.bytes, 0xd1, sizeof(work->event.digest.bytes));
	return work;
}

struct request_id
request_at(struct instant at)
{
	struct request_id request = {{0}};
	uint64_t ms = (uint64_t)(at.us / 1000), number = ++requests;

	for (int i = 0; i < 6; i++)
		request.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
	request.bytes[6] = 0x70;
	request.bytes[8] = 0x80;
	for (int i = 0; i < 7; i++)
		request.bytes[15 - i] = (uint8_t)(number >> (8 * i));
	return request;
}

/* ---- deciding by hand ---- */

static void
open_issue(struct store *store, struct batch *batch, struct work *work)
{
	struct issue *issue = &work->dossier->issue;
	const struct report *report = &work->event.report;

	*issue = (struct issue){.id = report->id != 0 ? report->id : store_take_ids(store, 1),
		.state = ISSUE_DISPATCHED, .holder = {UNIT_BUREAU, DESK_HANDLE}, .tier = TIER_DISTRICT,
		.place = 4, .area = {0, 1, 2, 3, 4}, .latitude = report->latitude, .longitude = report->longitude,
		.class_code = report->class_code, .standard = 1, .severity = 3, .reporter = work->actor.id,
		.entry_unit = 2, .lead_unit = UNIT_BUREAU, .release = 1, .cause = CAUSE_RULE,
		.observed_at = batch->now, .received_at = batch->now,
		.outside_due_at = report->outside_due_at, .last_at = batch->now,
		.due_at = {batch->now.us + US_PER_HOUR}, .warn_at = {batch->now.us + 48 * US_PER_MINUTE},
		.next_due_at = {batch->now.us + 48 * US_PER_MINUTE}};
	if (!instant_is_never(report->observed_at))
		issue->observed_at = report->observed_at;
	issue->rank = issue->id;
	issue->clocks[CLOCK_HANDLE] = clock_start((struct clock){0},
		(struct limit){LIMIT_CONTINUOUS, US_PER_HOUR, 0}, NULL, batch->now);
	work->dossier->exists = true;
	work->effects->ledger[work->effects->ledger_count++] = (struct ledger_entry){
		.op = LEDGER_START, .clock = CLOCK_HANDLE, .cause = CAUSE_RULE, .generation = 1,
		.at = batch->now, .amount = US_PER_HOUR, .kind = LIMIT_CONTINUOUS};
}

void
decide_by_hand(struct store *store, struct batch *batch, struct work *work)
{
	struct effects *effects = arena_take(batch->arena, sizeof(*effects));
	struct issue *issue;

	must(work->found == WORK_READY && work->dossier != NULL);
	work->effects = effects;
	work->verdict = VERDICT_DONE;
	work->reply = TEXT("reply");
	effects->arena = batch->arena;
	issue = &work->dossier->issue;
	if (work->event.kind == EVENT_REPORT) {
		open_issue(store, batch, work);
	} else if (work->event.kind == EVENT_CLAIM) {
		issue->state = ISSUE_HANDLING;
		issue->handler = work->actor.id;
		issue->rank += INT64_C(1) << 40;
	} else if (work->event.kind == EVENT_DUE) {
		issue->next_due_at = INSTANT_NEVER;
	}
	issue->version++;
	issue->last_at = batch->now;
	effects->journal = (struct journal_entry){.version = issue->version, .state = issue->state,
		.tier = issue->tier, .holder = issue->holder, .handler = issue->handler,
		.release = issue->release, .due_at = issue->due_at, .next_due_at = issue->next_due_at,
		.event = work->event.kind, .at = batch->now, .cause = CAUSE_RULE, .actor = work->actor.id,
		.device = work->actor.device, .request = work->event.request, .text = work->event.text,
		.said = work->event.kind == EVENT_REPORT ? TEXT("{\"class\":\"env/litter\"}") : TEXT_NONE};
	effects->reply = (struct reply){.verdict = VERDICT_DONE, .issue = issue->id,
		.version = issue->version, .state = issue->state};
}

void
decide_all(struct store *store, struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->works[i].found == WORK_READY)
			decide_by_hand(store, batch, &batch->works[i]);
}

int64_t
make_issue(struct store *store, const char *words)
{
	struct batch *batch = batch_new(1);
	int64_t id;

	work_report(batch, KEY_REPORTER, words);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	id = batch->works[0].dossier->issue.id;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	batch_free(batch);
	return id;
}

/* ---- helpers ---- */

static PGconn *
connect_to(const char *user, const char *name)
{
	char words[256];
	PGconn *session;

	snprintf(words, sizeof(words), "host=%s/pg/run user=%s dbname=%s", directory, user, name);
	session = PQconnectdb(words);
	if (PQstatus(session) != CONNECTION_OK)
		fail_msg("%s", PQerrorMessage(session));
	return session;
}

static PGresult *
query(PGconn *session, const char *words)
{
	PGresult *result = PQexec(session, words);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%s\n%s", words, PQerrorMessage(session));
	return result;
}

/* A child that stops the cluster as soon as this program is gone, killed or not. */
static void
watch(void)
{
	int ends[2];
	char byte;

	must(pipe2(ends, O_CLOEXEC) == 0);
	watcher = fork();
	must(watcher >= 0);
	alive = ends[1];
	if (watcher > 0) {
		(void)close(ends[0]);
		return;
	}
	(void)setsid();
	(void)close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
	run("%R/deploy/cluster stop %D/pg; rm -rf %D");
	_exit(0);
}

/* %R is the repository, %D our directory. */
static void
run(const char *command)
{
	char words[2048];
	size_t len = 0;

	for (const char *at = command; *at != 0; at++) {
		const char *put = at[0] == '%' && at[1] == 'R' ? root : at[0] == '%' && at[1] == 'D' ? directory : NULL;

		if (put != NULL) {
			len += (size_t)snprintf(words + len, sizeof(words) - len, "%s", put);
			at++;
		} else {
			words[len++] = *at;
		}
		must(len < sizeof(words) - 1);
	}
	words[len] = 0;
	if (system(words) != 0) {
		fprintf(stderr, "failed: %s\n", words);
		_exit(1);
	}
}

static void
drop_rules(void)
{
	arena_free(rules.arena);
	rules = (struct loaded_rules){0};
}
