/* keys.c — which keys may knock at all: of active devices, and of enrolment codes, used ones too, so
 * that a second use is refused by name. Whether somebody may act is judged by FETCH alone. */
#include "store/inside.h"

#include <string.h>

#include "base/must.h"

void
keys_send(struct store *store)
{
	struct params params = params_new(store->chore_arena);

	arena_reset(store->keys_loading_arena);
	store->keys_loading = (struct keys){0};
	params_integer(&params, store->district);
	connection_send(store->house, STATEMENT_LOAD_BEGIN, NULL);
	connection_send(store->house, STATEMENT_KEEP_WATCH, &params);
	connection_send(store->house, STATEMENT_LOAD_KEYS, &params);
	connection_send(store->house, STATEMENT_LOAD_END, NULL);
}

void
keys_read(struct store *store, enum statement statement, const PGresult *result)
{
	struct keys *keys = &store->keys_loading;

	if (statement == STATEMENT_KEEP_WATCH && PQntuples(result) == 1)
		keys->version = value_integer(result, 0, 3);
	if (statement != STATEMENT_LOAD_KEYS)
		return;
	keys->count = (size_t)PQntuples(result);
	keys->rows = arena_take_array(store->keys_loading_arena, keys->count, sizeof(*keys->rows));
	for (int row = 0; row < PQntuples(result); row++) {
		static const struct column key = {"key", COLUMN_KEY, offsetof(struct known_key, key), false, 0};

		columns_read(result, row, 0, &key, 1, store->keys_loading_arena, &keys->rows[row]);
		columns_read(result, row, 1, ACTOR_COLUMNS, ACTOR_COLUMNS_COUNT, store->keys_loading_arena,
			&keys->rows[row].actor);
	}
}

void
keys_finish(struct store *store)
{
	arena_free(store->keys_fresh_arena);
	store->keys_fresh_arena = store->keys_loading_arena;
	store->keys_fresh = store->keys_loading;
	store->keys_loading_arena = arena_new();
	store->keys_loaded = store->keys_fresh.version;
	if (store->keys_seen < store->keys_loaded)
		store->keys_seen = store->keys_loaded;
	store->keys_are_fresh = true;
}
