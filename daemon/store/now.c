/* now.c — the same connection, checks and loading, but waited for: for --check and administration. */
#include "store/inside.h"

#include <stdio.h>
#include <string.h>

#define SETTLE_WITHIN_US (10 * US_PER_SECOND)

static const char *const families[] = {"batch", "fetch", "commit", "look", "check", "keep", "aside", "load", NULL};

struct answer {
	int32_t district;
	struct instant now;
	struct loader *loader;
	bool failed;
	char words[300];
};

static struct connection *connect_now(const char *database, bool allow_unsafe);
static bool find_district(struct connection *connection, const char *code, struct arena *arena,
	struct answer *answer);
static void read_answer(void *owner, enum statement statement, const PGresult *result);
static void ended(void *owner, enum trip_end end, const char *sqlstate, const char *words);

bool
store_check_now(const struct store_config *config, struct arena *arena, struct text *ret_why)
{
	struct connection *connection = connect_now(config->database, config->allow_unsafe);
	struct answer answer = {0};
	bool good = false;

	if (!connection_settle(connection, SETTLE_WITHIN_US))
		*ret_why = arena_text(arena, text_of(connection_trouble(connection)));
	else if (connection_facts(connection)->is_superuser && !config->allow_unsafe)
		*ret_why = TEXT("the dispatcher must not be a superuser of the database: let it log in as huying_daemon");
	else if (!find_district(connection, config->district, arena, &answer))
		*ret_why = arena_text(arena, text_of(answer.words));
	else
		good = true;
	connection_free(&connection);
	return good;
}

bool
store_load_rules_now(const char *database, const char *district, struct loaded_rules *ret_rules,
	struct text *ret_why)
{
	/* What the words stand in when they are not a literal; nobody asks twice at once. */
	static char why[600];
	struct connection *connection = connect_now(database, true);
	struct arena *arena = arena_new();
	struct answer answer = {0};
	struct text words = TEXT_NONE;
	struct instant next_at;
	bool good = false;

	if (!connection_settle(connection, SETTLE_WITHIN_US)) {
		words = text_of(connection_trouble(connection));
	} else if (find_district(connection, district, arena, &answer)) {
		answer.loader = loader_new(answer.district);
		connection_begin(connection, (struct trip){&answer, read_answer, ended});
		loader_send(answer.loader, connection, arena, answer.now, NULL, 0);
		connection_end(connection, LOAD_WITHIN_US);
		if (connection_settle(connection, LOAD_WITHIN_US) && !answer.failed)
			good = loader_finish(answer.loader, ret_rules, &next_at, &words);
	}
	if (words.len == 0)
		words = text_of(answer.words);
	if (!good) {
		size_t len = words.len < sizeof(why) ? words.len : sizeof(why);

		memcpy(why, words.data, len);
		*ret_why = (struct text){why, len};
	}
	loader_free(&answer.loader);
	arena_free(arena);
	connection_free(&connection);
	return good;
}

static struct connection *
connect_now(const char *database, bool allow_unsafe)
{
	return connection_new(&(struct connection_config){.database = database, .options = "",
		.families = families, .allow_unsafe = allow_unsafe,
		.schema_needed = store_schema_version()});
}

static bool
find_district(struct connection *connection, const char *code, struct arena *arena, struct answer *answer)
{
	struct params params = params_new(arena);

	params_text(&params, text_of(code));
	connection_begin(connection, (struct trip){answer, read_answer, ended});
	connection_send(connection, STATEMENT_CHECK_DISTRICT, &params);
	connection_end(connection, SETTLE_WITHIN_US);
	if (!connection_settle(connection, SETTLE_WITHIN_US) || answer->failed)
		return false;
	if (answer->district == 0)
		snprintf(answer->words, sizeof(answer->words), NO_DISTRICT, code);
	return answer->district != 0;
}

static void
read_answer(void *owner, enum statement statement, const PGresult *result)
{
	struct answer *answer = owner;

	if (answer->loader != NULL)
		loader_read(answer->loader, statement, result);
	else if (statement == STATEMENT_CHECK_DISTRICT && PQntuples(result) == 1) {
		answer->district = (int32_t)value_integer(result, 0, 0);
		answer->now = value_instant(result, 0, 1);
	}
}

static void
ended(void *owner, enum trip_end end, const char *sqlstate, const char *words)
{
	struct answer *answer = owner;

	(void)sqlstate;
	answer->failed = end != TRIP_DONE;
	if (end == TRIP_LOST)
		words = "the connection to the database was lost";
	strncpy(answer->words, words, sizeof(answer->words) - 1);
}
