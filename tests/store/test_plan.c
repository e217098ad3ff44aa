/* test_plan.c — every statement of a batch finds its rows by the key, whatever the size of the tables.
 *
 * Generic plans stay for as long as a session. One that scans a district, or joins by comparing each
 * row with each, is quick in a young table and ruins the day in a grown one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/statement.h"
#include "tests/store/fixture.h"

static const char settings[] = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
	"SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
	"SET enable_material = off; SET enable_memoize = off; SET jit = off";
static const char *const bad[] = {"Seq Scan", "Hash", "Merge Join", "Materialize", "Join Filter", "Bitmap"};

static int
parameters_of(const char *words)
{
	int most = 0;

	for (const char *at = words; (at = strchr(at, '$')) != NULL; at++)
		if (atoi(at + 1) > most)
			most = atoi(at + 1);
	return most;
}

static void
check_statement(PGconn *session, enum statement statement)
{
	char words[8192];
	size_t len;
	PGresult *result;
	int count = parameters_of(statement_sql(statement));

	session_do(session, "PREPARE %s AS %s", statement_name(statement), statement_sql(statement));
	len = (size_t)snprintf(words, sizeof(words), "EXPLAIN (COSTS off) EXECUTE %s", statement_name(statement));
	for (int i = 0; i < count; i++)
		len += (size_t)snprintf(words + len, sizeof(words) - len, "%s", i == 0 ? "(NULL" : ", NULL");
	snprintf(words + len, sizeof(words) - len, "%s", count > 0 ? ")" : "");
	result = PQexec(session, words);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(session));
	for (int row = 0; row < PQntuples(result); row++)
		for (size_t i = 0; i < COUNT_OF(bad); i++)
			if (strstr(PQgetvalue(result, row, 0), bad[i]) != NULL)
				fail_msg("%s: %s", statement_name(statement), PQgetvalue(result, row, 0));
	PQclear(result);
}

static void
check_all(void)
{
	PGconn *session = sql_session();

	session_do(session, "%s", settings);
	for (enum statement statement = 0; statement < STATEMENT_COUNT; statement++)
		if (statement_is_of(statement, "fetch") || statement_is_of(statement, "commit"))
			check_statement(session, statement);
	PQfinish(session);
}

static void
young_tables(void **state)
{
	(void)state;
	sql("SELECT keep_partitions(7, now(), 0)");
	check_all();
}

static void
grown_tables(void **state)
{
	(void)state;
	sql("SELECT keep_partitions(7, now(), 0)");
	sql("INSERT INTO issue SELECT 7, 1, n, n, now(), now(), now(), now(), now(), now(), NULL, NULL, NULL, 5, NULL, 4, "
		"1, 2, 3, 4, NULL, NULL, 1, 1, NULL, 2, 5, 1, 4, 3, 1, 3, 8, 0, 0, 0, false, 'env', '\\x01' "
		"FROM generate_series(1, 20000) n");
	sql("INSERT INTO outbox (district_id, issue_id, version, kind, channel, at) SELECT 7, n, 1, 1, 1, now() "
		"FROM generate_series(1, 20000) n");
	sql("INSERT INTO external SELECT 7, 's', n::text, n FROM generate_series(1, 20000) n");
	sql("INSERT INTO obligation SELECT 7, n, 1, 1, 5, NULL, 3, 1, 1, NULL, '' FROM generate_series(1, 20000) n");
	sql("INSERT INTO reserve SELECT 7, n * 20, n * 20 + 19, 11 FROM generate_series(1, 5000) n");
	sql("INSERT INTO device SELECT 7, n, 1, '', sha256(n::text::bytea), NULL, NULL, 2 FROM generate_series(100, 9000) n");
	sql("ANALYZE issue, outbox, external, obligation, reserve, device");
	check_all();
}

int
main(int argc, char **argv)
{
#define FRESH(test) cmocka_unit_test_setup(test, fixture_fresh)
	const struct CMUnitTest tests[] = {FRESH(young_tables), FRESH(grown_tables)};

	fixture_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
