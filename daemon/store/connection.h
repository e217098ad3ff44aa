/* connection.h — one connection to PostgreSQL that never blocks and reconnects by itself.
 *
 * Work is done in trips: statements queued one behind the other in libpq's pipeline mode and closed
 * by one sync. A trip is under way until all its results are read; then its `ended` is called, from
 * connection_advance only. A connection that is lost, or answers with an error that is not of the
 * batch's own making, is closed and made anew, with a growing pause. */
#ifndef HUYING_STORE_CONNECTION_H
#define HUYING_STORE_CONNECTION_H

#include <libpq-fe.h>

#include "base/wait.h"
#include "store/params.h"
#include "store/statement.h"

struct connection;

enum trip_end {
	TRIP_DONE,
	TRIP_ERROR, /* the server refused a statement: see sqlstate */
	TRIP_LOST   /* no answer will come: what was committed is unknown */
};

struct trip {
	void *owner;
	/* A result without error, in the order of the statements; borrowed. */
	void (*read)(void *owner, enum statement statement, const PGresult *result);
	void (*ended)(void *owner, enum trip_end end, const char *sqlstate, const char *words);
};

/* What came out of looking at the server, each time a connection was made. */
struct connection_facts {
	int server_version; /* 150020 */
	struct text synchronous_commit, fsync, full_page_writes, encoding;
	bool in_recovery, is_superuser, has_migrations;
	int schema;
};

struct connection_config {
	const char *database;
	const char *options;         /* of the session, beside those all connections have */
	const char *const *families; /* of statements to prepare, NULL-terminated */
	bool allow_unsafe;
	int schema_needed;
};

struct connection *connection_new(const struct connection_config *config); /* borrows what it points to */
void connection_free(struct connection **connection);

void connection_wants(struct connection *connection, struct wait_fd *fds, size_t *count,
	int64_t *timeout_us);
void connection_advance(struct connection *connection);

/* Checked, prepared, and no trip under way. */
bool connection_is_ready(const struct connection *connection);
/* Checked and prepared. */
bool connection_is_up(const struct connection *connection);
/* Why it is not up, in one sentence. */
const char *connection_trouble(const struct connection *connection);
/* Another number for each session: one that was made anew has no transaction and no locks. */
unsigned connection_serial(const struct connection *connection);
const struct connection_facts *connection_facts(const struct connection *connection);

/* A trip: begin (must be ready), send …, end. `within_us`: after that the connection is given up. */
void connection_begin(struct connection *connection, struct trip trip);
void connection_send(struct connection *connection, enum statement statement,
	const struct params *params); /* NULL = without parameters */
void connection_end(struct connection *connection, int64_t within_us);
/* A notice of the trip that just ended said that something was not as promised (a wait for
 * synchronous replication was cancelled): what was committed may be lost. */
bool connection_was_warned(const struct connection *connection);
/* Closes it and makes it anew: its state is not to be trusted. */
void connection_drop(struct connection *connection, const char *why);

/* Blocking, for --check and administration: false when the trip under way, or connecting, takes longer. */
bool connection_settle(struct connection *connection, int64_t within_us);

#endif
