/* feed.c — the journal read as it grows: one path for our own commits, other dispatchers', anybody's.
 *
 * Each look goes from the first transaction not yet told up to the first that may still be under
 * way, so nothing is skipped; a decision may come twice, which its version tells. The first look
 * after the feed is wanted only learns where it stands. A connection lost in between loses nothing:
 * the next look begins where the last one ended. */
#include "store/inside.h"

#include <stdlib.h>

#include "base/must.h"

#define FEED_EVERY_US INT64_C(200000)
#define FEED_PAUSE_US INT64_C(2000) /* least time between two looks */
#define FEED_DECISIONS_MAX 5000

struct feeding {
	struct connection *connection;
	struct arena *arena;      /* of the feed that was read */
	struct arena *trip_arena;
	bool wanted, begun, under_way, poked;
	int64_t from;             /* transaction to look from */
	int64_t bound;            /* of this trip */
	int64_t looked_us;        /* monotonic: when the last look began */
	struct instant as_of;     /* district's time then */
	struct feed feed;
	bool fresh;
};

static void look(struct store *store);
static void feed_read(void *owner, enum statement statement, const PGresult *result);
static void read_changes(struct feeding *feeding, const PGresult *result);
static void read_units(struct feeding *feeding, struct text text, struct look_change *change);
static void feed_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words);

void
feed_open(struct store *store, struct connection *connection)
{
	struct feeding *feeding = calloc(1, sizeof(*feeding));

	must(feeding != NULL);
	feeding->connection = connection;
	feeding->arena = arena_new();
	feeding->trip_arena = arena_new();
	store->feeding = feeding;
}

void
feed_close(struct store *store)
{
	connection_free(&store->feeding->connection);
	arena_free(store->feeding->arena);
	arena_free(store->feeding->trip_arena);
	free(store->feeding);
	store->feeding = NULL;
}

void
feed_wants(struct store *store, struct wait_fd *fds, size_t *count, int64_t *timeout_us)
{
	struct feeding *feeding = store->feeding;
	int64_t in_us = feeding->looked_us + (feeding->poked ? FEED_PAUSE_US : FEED_EVERY_US) - wait_clock_us();

	connection_wants(feeding->connection, fds, count, timeout_us);
	if (feeding->wanted && !feeding->under_way && connection_is_ready(feeding->connection) &&
		in_us < *timeout_us)
		*timeout_us = in_us > 0 ? in_us : 0;
}

void
feed_advance(struct store *store)
{
	struct feeding *feeding = store->feeding;

	feeding->fresh = false;
	connection_advance(feeding->connection);
	/* What was just read is taken first: the next look writes where it lies. */
	if (feeding->wanted && !feeding->under_way && !feeding->fresh && store->district_known &&
		connection_is_ready(feeding->connection) &&
		wait_clock_us() - feeding->looked_us >= (feeding->poked ? FEED_PAUSE_US : FEED_EVERY_US))
		look(store);
}

void
store_want_feed(struct store *store, bool wanted)
{
	if (wanted && !store->feeding->wanted)
		store->feeding->begun = false;
	store->feeding->wanted = wanted;
}

bool
store_feed_is_live(const struct store *store)
{
	return store->feeding->wanted && store->feeding->begun;
}

void
store_poke_feed(struct store *store)
{
	store->feeding->poked = true;
}

const struct feed *
store_take_feed(struct store *store)
{
	struct feeding *feeding = store->feeding;

	if (!feeding->fresh || !feeding->wanted)
		return NULL;
	feeding->fresh = false;
	return &feeding->feed;
}

static void
look(struct store *store)
{
	struct feeding *feeding = store->feeding;

	arena_reset(feeding->trip_arena);
	feeding->looked_us = wait_clock_us();
	feeding->as_of = store_now(store);
	feeding->poked = false;
	feeding->under_way = true;
	arena_reset(feeding->arena);
	feeding->feed = (struct feed){.until = feeding->as_of};
	connection_begin(feeding->connection, (struct trip){store, feed_read, feed_ended});
	connection_send(feeding->connection, STATEMENT_FEED_BOUND, NULL);
	if (feeding->begun) {
		struct params params = params_new(feeding->trip_arena);

		params_integer(&params, store->district);
		params_long(&params, feeding->from);
		params_integer(&params, FEED_DECISIONS_MAX);
		connection_send(feeding->connection, STATEMENT_FEED_CHANGES, &params);
	}
	connection_end(feeding->connection, TRIP_WITHIN_US);
}

static void
feed_read(void *owner, enum statement statement, const PGresult *result)
{
	struct feeding *feeding = ((struct store *)owner)->feeding;

	if (statement == STATEMENT_FEED_BOUND)
		feeding->bound = value_integer(result, 0, 0);
	else
		read_changes(feeding, result);
}

/* Behind the look columns: end, last transaction, decisions, version before, units, earliest due. */
static void
read_changes(struct feeding *feeding, const PGresult *result)
{
	struct feed *feed = &feeding->feed;
	int rows = PQntuples(result);

	feed->changes = arena_take_array(feeding->arena, (size_t)rows, sizeof(*feed->changes));
	feed->count = (size_t)rows;
	for (int row = 0; row < rows; row++) {
		struct look_change *change = &feed->changes[row];
		int next = look_row_read(result, row, feeding->arena, &change->row);

		if (row == 0) {
			bool all = value_integer(result, row, next + 2) < FEED_DECISIONS_MAX;

			/* A full look may have cut its last transaction in two: that one comes again, unless
			 * it alone is more than a look can hold. */
			feeding->bound = value_integer(result, row, all ? next : next + 1);
			feeding->poked |= !all;
			if (!all && feeding->bound == feeding->from) {
				feeding->bound++;
				feed->torn = true;
			}
		}
		change->before = (int32_t)value_integer(result, row, next + 3);
		read_units(feeding, value_text(result, row, next + 4), change);
		change->due_at = value_instant(result, row, next + 5);
	}
}

static void
read_units(struct feeding *feeding, struct text text, struct look_change *change)
{
	char *copy = (char *)(uintptr_t)arena_text(feeding->arena, text).data, *end;

	change->units = arena_take_array(feeding->arena, text.len / 2 + 1, sizeof(*change->units));
	for (long unit = strtol(copy, &end, 10); end != copy; unit = strtol(copy, &end, 10)) {
		change->units[change->units_count++] = (int32_t)unit;
		copy = end;
	}
}

static void
feed_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words)
{
	struct feeding *feeding = ((struct store *)owner)->feeding;

	(void)sqlstate;
	feeding->under_way = false;
	if (end == TRIP_ERROR)
		connection_drop(feeding->connection, words);
	if (end != TRIP_DONE)
		return;
	feeding->from = feeding->bound;
	feeding->fresh = feeding->begun;
	feeding->begun = true;
}
