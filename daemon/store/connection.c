/* connection.c — connecting, checking, preparing, and carrying trips, all without blocking.
 *
 * libpq ignores connect_timeout when it is driven this way, and a half-open connection can hang for
 * ever, so each stage has a deadline of our own (and tcp_user_timeout helps where there is TCP).
 * Resolving a host name blocks in PQconnectStartParams: name a unix socket or hostaddr. */
#include "store/connection.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define CONNECT_WITHIN_US (5 * US_PER_SECOND)
#define PAUSE_LEAST_US (US_PER_SECOND / 10)
#define PAUSE_MOST_US (5 * US_PER_SECOND)
#define SENT_MAX 128
#define SERVER_VERSION_LEAST 150000

enum stage {
	STAGE_DOWN, /* until retry_at_us */
	STAGE_CONNECTING,
	STAGE_CHECKING_SETTINGS,
	STAGE_CHECKING_SCHEMA,
	STAGE_PREPARING,
	STAGE_READY
};

struct connection {
	struct connection_config config;
	struct arena *arena; /* facts */
	struct connection_facts facts;
	PGconn *pg;
	unsigned serial;
	enum stage stage;
	PostgresPollingStatusType polling;
	int64_t retry_at_us, pause_us, deadline_us;
	char trouble[400];
	/* the trip under way */
	bool under_way, flushing, warned;
	struct trip trip;
	enum statement sent[SENT_MAX];
	size_t sent_count, read_count;
	bool failed;
	char sqlstate[6];
	char words[300];
};

static void start(struct connection *connection);
static void poll_connect(struct connection *connection);
static void go_down(struct connection *connection, const char *why);
static void check_settings(struct connection *connection);
static void read_check(void *owner, enum statement statement, const PGresult *result);
static void check_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words);
static const char *facts_fault(const struct connection *connection);
static void prepare_all(struct connection *connection);
static void send_plain(struct connection *connection, enum statement statement);
static void pump(struct connection *connection);
static bool read_results(struct connection *connection);
static void take_result(struct connection *connection, PGresult *result);
static void end_trip(struct connection *connection, enum trip_end end);
static void notice(void *owner, const PGresult *result);
static void copy_line(char *ret, size_t size, const char *words);
static char *options_of(const char *database);

struct connection *
connection_new(const struct connection_config *config)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	must(connection != NULL);
	connection->config = *config;
	connection->arena = arena_new();
	connection->pause_us = PAUSE_LEAST_US;
	copy_line(connection->trouble, sizeof(connection->trouble), "not connected to the database yet");
	return connection;
}

void
connection_free(struct connection **connection)
{
	if (*connection == NULL)
		return;
	PQfinish((*connection)->pg);
	arena_free((*connection)->arena);
	free(*connection);
	*connection = NULL;
}

void
connection_wants(struct connection *connection, struct wait_fd *fds, size_t *count, int64_t *timeout_us)
{
	int64_t now_us = wait_clock_us();
	int64_t act_at_us = INT64_MAX;
	bool writable = connection->flushing;

	if (connection->stage == STAGE_DOWN)
		act_at_us = connection->retry_at_us;
	else if (connection->stage != STAGE_READY || connection->under_way)
		act_at_us = connection->deadline_us;
	if (act_at_us != INT64_MAX && act_at_us - now_us < *timeout_us)
		*timeout_us = act_at_us > now_us ? act_at_us - now_us : 0;
	if (connection->pg == NULL || PQsocket(connection->pg) < 0)
		return;
	if (connection->stage == STAGE_CONNECTING)
		writable = connection->polling == PGRES_POLLING_WRITING;
	must(*count < WAIT_FDS_MAX);
	fds[(*count)++] = (struct wait_fd){PQsocket(connection->pg),
		connection->stage != STAGE_CONNECTING || connection->polling == PGRES_POLLING_READING, writable};
}

void
connection_advance(struct connection *connection)
{
	int64_t now_us = wait_clock_us();

	if (connection->stage == STAGE_DOWN) {
		if (now_us >= connection->retry_at_us)
			start(connection);
		return;
	}
	if (connection->stage == STAGE_CONNECTING)
		poll_connect(connection);
	else
		pump(connection);
	if (connection->stage == STAGE_DOWN || now_us < connection->deadline_us)
		return;
	if (connection->stage == STAGE_CONNECTING)
		go_down(connection, "the database did not answer the connection in time");
	else if (connection->under_way)
		go_down(connection, "the database did not answer in time");
}

bool
connection_is_ready(const struct connection *connection)
{
	return connection->stage == STAGE_READY && !connection->under_way;
}

bool
connection_is_up(const struct connection *connection)
{
	return connection->stage == STAGE_READY;
}

const char *
connection_trouble(const struct connection *connection)
{
	return connection->trouble;
}

unsigned
connection_serial(const struct connection *connection)
{
	return connection->serial;
}

const struct connection_facts *
connection_facts(const struct connection *connection)
{
	return &connection->facts;
}

void
connection_begin(struct connection *connection, struct trip trip)
{
	must(!connection->under_way);
	connection->trip = trip;
	connection->under_way = true;
	connection->failed = connection->warned = false;
	connection->sent_count = connection->read_count = 0;
	connection->words[0] = 0;
	memset(connection->sqlstate, 0, sizeof(connection->sqlstate));
}

void
connection_send(struct connection *connection, enum statement statement, const struct params *params)
{
	static const int binary[PARAMS_MAX] = {
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

	must(connection->under_way && connection->sent_count < SENT_MAX);
	connection->sent[connection->sent_count++] = statement;
	/* What cannot be sent shows itself when the answers are read. */
	(void)PQsendQueryPrepared(connection->pg, statement_name(statement), params == NULL ? 0 : params->count,
		params == NULL ? NULL : params->values, params == NULL ? NULL : params->lengths, binary, 1);
}

void
connection_end(struct connection *connection, int64_t within_us)
{
	must(connection->under_way);
	(void)PQpipelineSync(connection->pg);
	connection->flushing = PQflush(connection->pg) != 0;
	connection->deadline_us = wait_clock_us() + within_us;
}

bool
connection_was_warned(const struct connection *connection)
{
	return connection->warned;
}

void
connection_drop(struct connection *connection, const char *why)
{
	go_down(connection, why);
}

bool
connection_settle(struct connection *connection, int64_t within_us)
{
	int64_t until_us = wait_clock_us() + within_us;

	connection_advance(connection);
	while (!connection_is_ready(connection)) {
		struct wait_fd want[WAIT_FDS_MAX];
		struct pollfd fd = {-1, 0, 0};
		size_t count = 0;
		int64_t timeout_us = until_us - wait_clock_us();

		if (timeout_us <= 0)
			return false;
		/* Here the first failure is the answer: nobody waits for a database to come back. */
		if (connection->stage == STAGE_DOWN && connection->retry_at_us > 0)
			return false;
		connection_wants(connection, want, &count, &timeout_us);
		if (count > 0)
			fd = (struct pollfd){want[0].fd,
				(short)((want[0].readable ? POLLIN : 0) | (want[0].writable ? POLLOUT : 0)), 0};
		(void)poll(&fd, 1, (int)(timeout_us / 1000) + 1);
		connection_advance(connection);
	}
	return true;
}

/* ---- up and down ---- */

static void
start(struct connection *connection)
{
	char *given = options_of(connection->config.database);
	char options[2048];
	/* What stands in `dbname` wins over the ones before it, and loses to the one behind it. */
	const char *keywords[] = {"client_encoding", "tcp_user_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "application_name", "user", "dbname", "options", NULL};
	const char *values[] = {"UTF8", "5000", "3", "1", "3", "huyingd", "huying_daemon",
		connection->config.database, options, NULL};

	snprintf(options, sizeof(options),
		"%s -c search_path=huying -c timezone=UTC -c statement_timeout=60s -c lock_timeout=5s "
		"-c idle_in_transaction_session_timeout=10s -c jit=off -c tcp_keepalives_idle=3 "
		"-c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 %s",
		given == NULL ? "" : given, connection->config.options);
	free(given);
	connection->deadline_us = wait_clock_us() + CONNECT_WITHIN_US;
	connection->serial++;
	connection->pg = PQconnectStartParams(keywords, values, 1);
	connection->polling = PGRES_POLLING_WRITING;
	connection->stage = STAGE_CONNECTING;
	if (connection->pg == NULL || PQstatus(connection->pg) == CONNECTION_BAD)
		go_down(connection, connection->pg == NULL ? "out of memory" : PQerrorMessage(connection->pg));
}

/* PQconnectPoll may be called only once the socket is ready for what it asked. */
static void
poll_connect(struct connection *connection)
{
	struct pollfd fd = {PQsocket(connection->pg),
		connection->polling == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, 0};

	if (poll(&fd, 1, 0) <= 0)
		return;
	connection->polling = PQconnectPoll(connection->pg);
	if (connection->polling == PGRES_POLLING_FAILED) {
		go_down(connection, PQerrorMessage(connection->pg));
	} else if (connection->polling == PGRES_POLLING_OK) {
		PQsetNoticeReceiver(connection->pg, notice, connection);
		if (PQsetnonblocking(connection->pg, 1) != 0 || PQenterPipelineMode(connection->pg) != 1)
			go_down(connection, PQerrorMessage(connection->pg));
		else
			check_settings(connection);
	}
}

static void
go_down(struct connection *connection, const char *why)
{
	copy_line(connection->trouble, sizeof(connection->trouble), why);
	PQfinish(connection->pg);
	connection->pg = NULL;
	connection->flushing = false;
	connection->retry_at_us = wait_clock_us() + (connection->stage == STAGE_READY ? 0 : connection->pause_us);
	if (connection->stage != STAGE_READY && connection->pause_us < PAUSE_MOST_US)
		connection->pause_us *= 2;
	connection->stage = STAGE_DOWN;
	if (connection->under_way)
		end_trip(connection, TRIP_LOST);
}

/* ---- is this a server to be trusted, and is it ours? ---- */

static void
check_settings(struct connection *connection)
{
	connection->stage = STAGE_CHECKING_SETTINGS;
	connection_begin(connection, (struct trip){connection, read_check, check_ended});
	send_plain(connection, STATEMENT_CHECK_SETTINGS);
	connection_end(connection, CONNECT_WITHIN_US);
}

static void
read_check(void *owner, enum statement statement, const PGresult *result)
{
	struct connection *connection = owner;
	struct connection_facts *facts = &connection->facts;

	if (PQntuples(result) != 1)
		return;
	if (statement == STATEMENT_CHECK_SCHEMA) {
		facts->schema = (int)value_integer(result, 0, 0);
	} else if (statement == STATEMENT_CHECK_SETTINGS) {
		arena_reset(connection->arena);
		facts->server_version = (int)value_integer(result, 0, 0);
		facts->synchronous_commit = arena_text(connection->arena, value_text(result, 0, 1));
		facts->fsync = arena_text(connection->arena, value_text(result, 0, 2));
		facts->full_page_writes = arena_text(connection->arena, value_text(result, 0, 3));
		facts->encoding = arena_text(connection->arena, value_text(result, 0, 4));
		facts->in_recovery = value_bool(result, 0, 5);
		facts->is_superuser = value_bool(result, 0, 6);
		facts->has_migrations = value_bool(result, 0, 7);
		facts->schema = -1;
	}
}

static void
check_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words)
{
	struct connection *connection = owner;
	const char *fault;

	(void)sqlstate;
	if (end == TRIP_LOST)
		return;
	if (end == TRIP_ERROR) {
		go_down(connection, words);
		return;
	}
	fault = facts_fault(connection);
	if (fault != NULL) {
		go_down(connection, fault);
	} else if (connection->stage == STAGE_CHECKING_SETTINGS) {
		connection->stage = STAGE_CHECKING_SCHEMA;
		connection_begin(connection, (struct trip){connection, read_check, check_ended});
		send_plain(connection, STATEMENT_CHECK_SCHEMA);
		connection_end(connection, CONNECT_WITHIN_US);
	} else if (connection->stage == STAGE_CHECKING_SCHEMA) {
		prepare_all(connection);
	} else {
		connection->stage = STAGE_READY;
		connection->pause_us = PAUSE_LEAST_US;
		connection->trouble[0] = 0;
	}
}

static const char *
facts_fault(const struct connection *connection)
{
	const struct connection_facts *facts = &connection->facts;
	bool unsafe = connection->config.allow_unsafe;

	if (facts->server_version < SERVER_VERSION_LEAST)
		return "this server is older than PostgreSQL 15";
	if (!text_is(facts->encoding, "UTF8"))
		return "the database's encoding is not UTF8";
	if (facts->in_recovery)
		return "this server is a standby: it cannot be written to";
	if (!unsafe && !text_is(facts->synchronous_commit, "on") &&
		!text_is(facts->synchronous_commit, "remote_apply"))
		return "synchronous_commit is not on: what is acknowledged could be lost";
	if (!unsafe && !text_is(facts->fsync, "on"))
		return "fsync is off: what is acknowledged could be lost";
	if (!unsafe && !text_is(facts->full_page_writes, "on"))
		return "full_page_writes is off: what is acknowledged could be lost";
	if (!facts->has_migrations)
		return "the database has no tables of huying: run huying-admin migrate";
	if (connection->stage == STAGE_CHECKING_SCHEMA && facts->schema < connection->config.schema_needed)
		return "the database's tables are older than this program: run huying-admin migrate";
	return NULL;
}

static void
prepare_all(struct connection *connection)
{
	connection->stage = STAGE_PREPARING;
	connection_begin(connection, (struct trip){connection, read_check, check_ended});
	for (enum statement statement = 0; statement < STATEMENT_COUNT; statement++)
		for (const char *const *family = connection->config.families; *family != NULL; family++) {
			if (!statement_is_of(statement, *family))
				continue;
			must(connection->sent_count < SENT_MAX);
			connection->sent[connection->sent_count++] = statement;
			(void)PQsendPrepare(connection->pg, statement_name(statement),
				statement_sql(statement), 0, NULL);
		}
	connection_end(connection, CONNECT_WITHIN_US);
}

static void
send_plain(struct connection *connection, enum statement statement)
{
	connection->sent[connection->sent_count++] = statement;
	(void)PQsendQueryParams(connection->pg, statement_sql(statement), 0, NULL, NULL, NULL, NULL, 1);
}

/* ---- carrying a trip ---- */

static void
pump(struct connection *connection)
{
	int left;

	if (!PQconsumeInput(connection->pg)) {
		go_down(connection, PQerrorMessage(connection->pg));
		return;
	}
	left = PQflush(connection->pg);
	if (left < 0) {
		go_down(connection, PQerrorMessage(connection->pg));
		return;
	}
	connection->flushing = left > 0;
	if (!read_results(connection))
		return;
	if (connection->pg != NULL && PQstatus(connection->pg) == CONNECTION_BAD)
		go_down(connection, PQerrorMessage(connection->pg));
}

/* Reads what is there; false when the connection went down, or another trip began, in an `ended`. */
static bool
read_results(struct connection *connection)
{
	int nothing = 0;

	while (connection->under_way && !PQisBusy(connection->pg)) {
		PGresult *result = PQgetResult(connection->pg);
		ExecStatusType status;

		/* In a pipeline one NULL parts the answers of two statements; two mean: no more now. */
		if (result == NULL) {
			if (++nothing > 1)
				return true;
			continue;
		}
		nothing = 0;
		status = PQresultStatus(result);
		if (status != PGRES_PIPELINE_SYNC) {
			take_result(connection, result);
			PQclear(result);
			continue;
		}
		PQclear(result);
		if (connection->read_count != connection->sent_count)
			go_down(connection, "a statement could not be sent");
		else
			end_trip(connection, connection->failed ? TRIP_ERROR : TRIP_DONE);
		return false;
	}
	return true;
}

static void
take_result(struct connection *connection, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (connection->read_count >= connection->sent_count)
		return; /* a farewell of the server, outside of any statement: the connection is lost next */
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		if (!connection->failed && connection->trip.read != NULL)
			connection->trip.read(connection->trip.owner,
				connection->sent[connection->read_count], result);
	} else if (!connection->failed) {
		const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
		const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

		connection->failed = true;
		snprintf(connection->sqlstate, sizeof(connection->sqlstate), "%s",
			sqlstate == NULL ? "08006" : sqlstate);
		snprintf(connection->words, sizeof(connection->words), "%s: %s (%s)",
			statement_name(connection->sent[connection->read_count]),
			primary == NULL ? PQresultErrorMessage(result) : primary, connection->sqlstate);
	}
	connection->read_count++;
}

static void
end_trip(struct connection *connection, enum trip_end end)
{
	struct trip trip = connection->trip;
	char sqlstate[6], words[sizeof(connection->words)];

	memcpy(sqlstate, connection->sqlstate, sizeof(sqlstate));
	memcpy(words, connection->words, sizeof(words));
	connection->under_way = false;
	trip.ended(trip.owner, end, sqlstate, words);
}

/* The words of a notice may be in any language, its class is not: a warning without a SQLSTATE of its
 * own is how a cancelled wait for the standby shows itself behind a COMMIT that "succeeded". */
static void
notice(void *owner, const PGresult *result)
{
	struct connection *connection = owner;
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (sqlstate != NULL && strcmp(sqlstate, "01000") == 0)
		connection->warned = true;
}

/* The first line, without its end. */
static void
copy_line(char *ret, size_t size, const char *words)
{
	snprintf(ret, size, "%.*s", (int)strcspn(words, "\n"), words);
}

/* The `options` a connection string brings along; NULL when it has none. */
static char *
options_of(const char *database)
{
	PQconninfoOption *options = PQconninfoParse(database, NULL);
	char *value = NULL;

	for (PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
		if (strcmp(option->keyword, "options") == 0 && option->val != NULL)
			value = strdup(option->val);
	PQconninfoFree(options);
	return value;
}
