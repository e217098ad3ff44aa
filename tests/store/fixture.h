/* fixture.h — a real PostgreSQL for the tests of the store: one throwaway cluster a program, a fresh
 * database with a small district for each test that wants one.
 *
 * The district ZC (id 7) has town T, community C and grid G, a tier unit for each and a bureau; who
 * speaks with which key stands in district.sql. */
#ifndef HUYING_TESTS_STORE_FIXTURE_H
#define HUYING_TESTS_STORE_FIXTURE_H

#include <libpq-fe.h>

#include "store/store.h"
#include "tests/check.h"

/* Starts the cluster, or ends the program with `1..0 # SKIP` when PostgreSQL is not installed. */
void fixture_start(int argc, char **argv);
/* A fresh database with schema and district; also a cmocka setup function. */
int fixture_fresh(void **state);
void fixture_stop(void);

/* As `huying_owner`; any error ends the test. */
void sql(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The first value of the first row, "" for none. Lives until the next call. */
const char *sql_value(const char *format, ...) __attribute__((format(printf, 1, 2)));
long long sql_number(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A further session, as postgres. */
PGconn *sql_session(void);
void session_do(PGconn *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *fixture_database(void);
/* Opens a store on it and waits until it is up and has its rules and keys. */
struct store *fixture_store(void);
struct loaded_rules fixture_rules(void); /* those of the last fixture_store; owned by the fixture */

/* Turns the store until `done` says so, at most ten seconds; false when it never did. */
bool store_until(struct store *store, bool (*done)(void *), void *argument);
void store_wait_up(struct store *store);

/* A batch of at most `capacity` works, with an arena of its own. */
struct batch *batch_new(size_t capacity);
void batch_free(struct batch *batch);
void batch_empty(struct batch *batch);
/* FETCH until FETCHED or FAILED, COMMIT until COMMITTED or FAILED. */
enum batch_stage batch_fetch(struct store *store, struct batch *batch);
enum batch_stage batch_commit(struct store *store, struct batch *batch);

/* Keys are 32 times the same byte. */
struct key key_of(int byte);
#define KEY_REPORTER 1  /* actor 1, collector, device 11 */
#define KEY_HANDLER 2   /* actor 2, handler of the bureau, device 12 */
#define KEY_HANDLER_2 3 /* actor 3, the same, device 13 */
#define KEY_REVOKED 4   /* device 14 of actor 1 */
#define KEY_CODE 5      /* enrolment code of device 15 of actor 1 */
#define KEY_ACCEPTOR 6  /* actor 4, acceptor of the community, device 16; supervisor too */
#define UNIT_BUREAU 5

struct work *work_add(struct batch *batch, int key);
/* A report by this key, with a fresh request id; its words. */
struct work *work_report(struct batch *batch, int key, const char *words);
struct work *work_command(struct batch *batch, int key, enum event_kind kind, int64_t issue);
struct request_id request_at(struct instant at);

/* By hand, without the core: the report becomes an issue dispatched to the bureau, due in an hour; a
 * claim takes it; others only bear a journal row. The reply is "reply". */
void decide_by_hand(struct store *store, struct batch *batch, struct work *work);
void decide_all(struct store *store, struct batch *batch);
/* One report from nothing to committed; its id. */
int64_t make_issue(struct store *store, const char *words);

#endif
