/* store.c — the parent of the room: lanes, numbers, time, and the chores between batches.
 *
 * A lane goes FREE → FETCHING → HELD (the turn decides) → COMMITTING → FREE; what fails goes through
 * ENDING, a ROLLBACK, and is told when that is over. Chores share one connection and are done one at
 * a time, the most urgent first; each can be done again, so a lost one is simply still wanted. */
#include "store/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define SCHEMA_VERSION 3
/* The few rows of a page or of the feed are found by index, whatever size the tables are believed to have:
 * a plan made while they are young would scan them for ever. */
#define INDEX_OPTIONS "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
#define CHORE_PAUSE_US (US_PER_SECOND)
#define WATCH_EVERY_US (US_PER_SECOND)
#define CLOCK_JUMP_US (60 * US_PER_SECOND)
#define IDS_NEAR INT64_C(5000000)
#define DUE_OVERLAP_US (10 * US_PER_SECOND)

static const char *const lane_families[] = {"batch", "fetch", "commit", NULL};
static const char *const look_families[] = {"look", NULL};
static const char *const feed_families[] = {"feed", NULL};
static const char *const house_families[] = {"check", "keep", "aside", "load", NULL};

static struct connection *connect_as(struct store *store, const char *const *families, const char *options);
static void lane_replan(struct lane *lane);
static void lane_read(void *owner, enum statement statement, const PGresult *result);
static void lane_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words);
static void lane_fail(struct lane *lane, enum batch_error error, const char *sqlstate);
static void lane_rollback(struct lane *lane);
static void lane_tell(struct lane *lane);
static void lane_committed(struct lane *lane);
static bool horizon_suffices(const struct store *store);
static void read_clock(struct store *store, struct instant now, struct span shift);
static enum chore chore_wanted(struct store *store);
static void chore_start(struct store *store, enum chore chore);
static void chore_read(void *owner, enum statement statement, const PGresult *result);
static void chore_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words);
static void send_aside(struct store *store, const struct aside *aside);
static void rules_ended(struct store *store);
static void trouble(struct store *store, const char *words);

struct store *
store_open(const struct store_config *config)
{
	struct store *store = calloc(1, sizeof(*store));

	must(store != NULL);
	store->config = *config;
	store->database = strdup(config->database);
	store->district_code = strdup(config->district);
	must(store->database != NULL && store->district_code != NULL);
	store->config.database = store->database;
	store->config.district = store->district_code;
	for (size_t i = 0; i < LANES; i++) {
		store->lanes[i].store = store;
		/* A plan made while a partition is young would hash or scan a district's whole receipts, and
		 * stay so: these keep every plan on the indexes. */
		store->lanes[i].connection = connect_as(store, lane_families,
			"-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off "
			"-c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off "
			"-c enable_memoize=off");
	}
	store->looks = connect_as(store, look_families, INDEX_OPTIONS);
	store->house = connect_as(store, house_families, "");
	feed_open(store, connect_as(store, feed_families, INDEX_OPTIONS));
	store->due_floor = (struct instant){INT64_MIN};
	store->next_release_at = INSTANT_NEVER;
	store->waiting_end = &store->waiting;
	store->done_end = &store->done;
	store->chore_arena = arena_new();
	store->look_arena = arena_new();
	store->refused_arena = arena_new();
	store->keys_loading_arena = arena_new();
	store->rules_wanted = store->keys_wanted = true;
	return store;
}

void
store_close(struct store **store)
{
	struct store *old = *store;

	if (old == NULL)
		return;
	for (size_t i = 0; i < LANES; i++) {
		old->lanes[i].batch = NULL;
		old->lanes[i].stage = LANE_FREE;
		connection_free(&old->lanes[i].connection);
	}
	connection_free(&old->looks);
	connection_free(&old->house);
	feed_close(old);
	loader_free(&old->loader);
	arena_free(old->fresh_rules.arena);
	arena_free(old->chore_arena);
	arena_free(old->look_arena);
	arena_free(old->refused_arena);
	arena_free(old->keys_loading_arena);
	arena_free(old->keys_fresh_arena);
	arena_free(old->keys_taken_arena);
	free(old->database);
	free(old->district_code);
	free(old);
	*store = NULL;
}

void
store_wants(struct store *store, struct wait_fd *fds, size_t *count, int64_t *timeout_us)
{
	for (size_t i = 0; i < LANES; i++)
		connection_wants(store->lanes[i].connection, fds, count, timeout_us);
	connection_wants(store->looks, fds, count, timeout_us);
	connection_wants(store->house, fds, count, timeout_us);
	feed_wants(store, fds, count, timeout_us);
	if (*timeout_us > WATCH_EVERY_US)
		*timeout_us = WATCH_EVERY_US;
}

void
store_advance(struct store *store)
{
	for (size_t i = 0; i < LANES; i++)
		connection_advance(store->lanes[i].connection);
	connection_advance(store->house);
	if (store->chore == CHORE_NONE && connection_is_ready(store->house)) {
		enum chore chore = chore_wanted(store);

		if (chore != CHORE_NONE)
			chore_start(store, chore);
	}
	looks_advance(store);
	feed_advance(store);
}

bool
store_is_up(const struct store *store)
{
	bool lane_is_up = false;

	for (size_t i = 0; i < LANES; i++)
		lane_is_up |= connection_is_up(store->lanes[i].connection);
	return lane_is_up && store->district_known && horizon_suffices(store);
}

const char *
store_trouble(const struct store *store)
{
	const char *words = connection_trouble(store->lanes[0].connection);

	if (store_is_up(store))
		return "";
	if (words[0] == 0)
		words = connection_trouble(store->house);
	return words[0] != 0 ? words : store->trouble;
}

struct instant
store_now(const struct store *store)
{
	if (!store->district_known)
		return INSTANT_NEVER;
	return instant_add(store->read_now, (struct span){wait_clock_us() - store->read_at_us});
}

int
store_schema_version(void)
{
	return SCHEMA_VERSION;
}

/* ---- batches ---- */

bool
store_lane_is_free(const struct store *store, size_t *ret_under_way)
{
	bool free_lane = false;
	size_t under_way = 0;

	for (size_t i = 0; i < LANES; i++) {
		const struct lane *lane = &store->lanes[i];

		under_way += lane->batch != NULL;
		free_lane |= lane->stage == LANE_FREE && connection_is_ready(lane->connection);
	}
	if (ret_under_way != NULL)
		*ret_under_way = under_way;
	return free_lane && store_is_up(store);
}

void
store_fetch(struct store *store, struct batch *batch)
{
	struct lane *lane = store->lanes;

	while (lane->stage != LANE_FREE || !connection_is_ready(lane->connection)) {
		lane++;
		must(lane < store->lanes + LANES);
	}
	must(batch->capacity >= batch->count + batch->due_max);
	batch->lane = lane;
	batch->stage = BATCH_FETCHING;
	batch->error = BATCH_NO_ERROR;
	memset(batch->sqlstate, 0, sizeof(batch->sqlstate));
	batch->now = batch->next_due_at = INSTANT_NEVER;
	batch->due_taken = 0;
	for (size_t at = 0; at < batch->count; at++) {
		batch->works[at].verdict = VERDICT_REFUSED; /* what nobody decides writes nothing */
		batch->works[at].effects = NULL;
		batch->works[at].dossier = NULL;
	}
	lane->batch = batch;
	lane->stage = LANE_FETCHING;
	connection_begin(lane->connection, (struct trip){lane, lane_read, lane_ended});
	lane_replan(lane);
	fetch_send(lane);
}

/* A plan fits the tables as they were when it was made, and tables grow. So a session makes its plans
 * anew a second after it began, two seconds later, and so on, and then every minute. */
static void
lane_replan(struct lane *lane)
{
	int64_t now_us = wait_clock_us();

	if (lane->serial != connection_serial(lane->connection)) {
		lane->serial = connection_serial(lane->connection);
		lane->replan_pause_us = US_PER_SECOND;
	} else if (now_us < lane->replan_at_us) {
		return;
	} else {
		connection_send(lane->connection, STATEMENT_BATCH_REPLAN, NULL);
		if (lane->replan_pause_us < REPLAN_MOST_US)
			lane->replan_pause_us *= 2;
	}
	lane->replan_at_us = now_us + lane->replan_pause_us;
}

void
store_commit(struct store *store, struct batch *batch)
{
	struct lane *lane = batch->lane;

	(void)store;
	must(batch->stage == BATCH_FETCHED && lane->batch == batch);
	batch->stage = BATCH_COMMITTING;
	/* Lost while the turn decided: what stands there now has neither our transaction nor our locks. */
	if (!connection_is_ready(lane->connection) || connection_serial(lane->connection) != lane->serial) {
		lane_fail(lane, BATCH_AWAY, "08006");
		return;
	}
	lane->stage = LANE_COMMITTING;
	connection_begin(lane->connection, (struct trip){lane, lane_read, lane_ended});
	commit_send(lane);
}

void
store_drop(struct store *store, struct batch *batch)
{
	struct lane *lane = batch->lane;

	(void)store;
	must(batch->stage == BATCH_FETCHED && lane->batch == batch);
	batch->stage = BATCH_IDLE;
	batch->lane = NULL;
	lane->batch = NULL;
	if (connection_is_ready(lane->connection))
		lane_rollback(lane);
	else
		lane->stage = LANE_FREE;
}

static void
lane_read(void *owner, enum statement statement, const PGresult *result)
{
	struct lane *lane = owner;

	if (lane->stage == LANE_FETCHING)
		fetch_read(lane, statement, result);
}

static void
lane_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words)
{
	struct lane *lane = owner;
	enum batch_error error = batch_error_of(end, sqlstate);

	if (lane->stage == LANE_ENDING) {
		if (end == TRIP_ERROR)
			connection_drop(lane->connection, words);
		lane_tell(lane);
	} else if (error != BATCH_NO_ERROR) {
		if (error == BATCH_AWAY && end == TRIP_ERROR)
			connection_drop(lane->connection, words);
		lane_fail(lane, error, end == TRIP_LOST ? "08006" : sqlstate);
	} else if (lane->stage == LANE_COMMITTING) {
		lane_committed(lane);
	} else if (fetch_finish(lane)) {
		lane->stage = LANE_HELD;
		lane->batch->stage = BATCH_FETCHED;
	} else {
		lane_fail(lane, BATCH_REPEAT, "");
	}
}

/* The locks go first, then the batch is told. */
static void
lane_fail(struct lane *lane, enum batch_error error, const char *sqlstate)
{
	lane->error = error;
	snprintf(lane->sqlstate, sizeof(lane->sqlstate), "%s", sqlstate);
	lane->store->due_floor = (struct instant){INT64_MIN};
	if (connection_is_ready(lane->connection))
		lane_rollback(lane);
	else
		lane_tell(lane);
}

static void
lane_rollback(struct lane *lane)
{
	lane->stage = LANE_ENDING;
	connection_begin(lane->connection, (struct trip){lane, lane_read, lane_ended});
	connection_send(lane->connection, STATEMENT_BATCH_ROLLBACK, NULL);
	connection_end(lane->connection, TRIP_WITHIN_US);
}

static void
lane_tell(struct lane *lane)
{
	struct batch *batch = lane->batch;

	lane->stage = LANE_FREE;
	lane->batch = NULL;
	if (batch == NULL)
		return;
	batch->stage = BATCH_FAILED;
	batch->error = lane->error;
	memcpy(batch->sqlstate, lane->sqlstate, sizeof(batch->sqlstate));
	batch->lane = NULL;
}

static void
lane_committed(struct lane *lane)
{
	struct store *store = lane->store;
	struct batch *batch = lane->batch;

	/* A cancelled wait for the standby still says COMMIT: it may be lost at a failover. */
	if (connection_was_warned(lane->connection)) {
		lane_fail(lane, BATCH_AWAY, "01000");
		return;
	}
	if (lane->brings_keys)
		store->keys_wanted = true;
	if (batch->due_max > 0 && batch->due_taken < batch->due_max)
		store->due_floor = instant_max(store->due_floor, (struct instant){batch->now.us - DUE_OVERLAP_US});
	for (size_t at = 0; at < batch->count; at++)
		if (batch->works[at].dossier != NULL && batch->works[at].dossier->exists)
			store->due_floor = instant_min(store->due_floor, (struct instant){
				batch->works[at].dossier->issue.next_due_at.us - 1});
	batch->stage = BATCH_COMMITTED;
	batch->lane = NULL;
	lane->stage = LANE_FREE;
	lane->batch = NULL;
}

enum batch_error
batch_error_of(enum trip_end end, const char *sqlstate)
{
	static const struct {
		const char class[3];
		enum batch_error error;
	} classes[] = {
		{"22", BATCH_SPLIT}, /* data exception */
		{"23", BATCH_SPLIT}, /* integrity constraint violation */
		{"54", BATCH_SPLIT}, /* program limit exceeded */
		{"40", BATCH_REPEAT},/* transaction rollback: serialization, deadlock, our own receipts_complete */
	};

	if (end == TRIP_DONE)
		return BATCH_NO_ERROR;
	if (end == TRIP_ERROR)
		for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
			if (strncmp(sqlstate, classes[i].class, 2) == 0)
				return classes[i].error;
	return BATCH_AWAY;
}

/* ---- time and the district ---- */

/* From the columns now, shift, release, keys version, bounds of the partitions. */
void
store_learn_district(struct store *store, const PGresult *result, int first)
{
	read_clock(store, value_instant(result, 0, first), (struct span){value_integer(result, 0, first + 1)});
	store->release_seen = (int32_t)value_integer(result, 0, first + 2);
	store->keys_seen = value_integer(result, 0, first + 3);
	if (PQnfields(result) < first + 7)
		return;
	store->horizon = (struct horizon){0};
	if (!PQgetisnull(result, 0, first + 4))
		store->horizon = (struct horizon){value_instant(result, 0, first + 4),
			value_instant(result, 0, first + 5), value_integer(result, 0, first + 6)};
}

/* A clock that leaps ahead is not believed for a minute: nothing falls due meanwhile. An
 * administrator's shift is not a leap. */
static void
read_clock(struct store *store, struct instant now, struct span shift)
{
	int64_t at_us = wait_clock_us();

	if (store->district_known) {
		int64_t expected_us = store->read_now.us - store->shift.us + (at_us - store->read_at_us);
		int64_t leap_us = now.us - shift.us - expected_us;

		if (leap_us > CLOCK_JUMP_US)
			store->due_held_until_us = at_us + CLOCK_JUMP_US;
		else if (leap_us < -CLOCK_JUMP_US)
			store->due_held_until_us = 0;
		if (leap_us < -US_PER_SECOND || shift.us != store->shift.us)
			store->due_floor = (struct instant){INT64_MIN};
	}
	store->read_now = now;
	store->read_at_us = at_us;
	store->shift = shift;
}

static bool
horizon_suffices(const struct store *store)
{
	struct instant now = store_now(store);

	return store->district_known && instant_before(store->horizon.receipts_from, now) &&
		instant_before(instant_add(now, (struct span){US_PER_DAY}), store->horizon.receipts_until) &&
		store->top_id < store->horizon.journal_until;
}

bool
store_horizon_is_near(const struct store *store)
{
	struct instant now = store_now(store);

	return !horizon_suffices(store) ||
		instant_before(store->horizon.receipts_until, instant_add(now, (struct span){31 * US_PER_DAY})) ||
		store->top_id + IDS_NEAR > store->horizon.journal_until;
}

/* ---- numbers ---- */

void
store_give_ids(struct store *store, int64_t first, int64_t count)
{
	struct id_range *last = store->ids_count == 0 ? NULL : &store->ids[store->ids_count - 1];

	if (first + count - 1 > store->top_id)
		store->top_id = first + count - 1;
	if (last != NULL && last->last == first - 1)
		last->last += count;
	else if (store->ids_count < ID_RANGES_MAX)
		store->ids[store->ids_count++] = (struct id_range){first, first + count - 1};
}

int64_t
store_take_ids(struct store *store, int32_t count)
{
	for (size_t i = 0; i < store->ids_count; i++) {
		struct id_range *range = &store->ids[i];
		int64_t first = range->next;

		if (range->last - range->next + 1 < count)
			continue;
		range->next += count;
		if (range->next > range->last) {
			store->ids_count--;
			memmove(range, range + 1, (store->ids_count - i) * sizeof(*range));
		}
		return first;
	}
	return 0;
}

size_t
store_ids_left(const struct store *store)
{
	size_t left = 0;

	for (size_t i = 0; i < store->ids_count; i++)
		left += (size_t)(store->ids[i].last - store->ids[i].next + 1);
	return left;
}

/* ---- chores ---- */

void
store_reload(struct store *store)
{
	store->rules_wanted = store->keys_wanted = true;
}

void
store_need_release(struct store *store, int32_t number)
{
	for (size_t i = 0; i < store->releases_wanted_count; i++)
		if (store->releases_wanted[i] == number)
			return;
	if (store->releases_wanted_count == RELEASES_WANTED_MAX) { /* the oldest wish is given up */
		store->releases_wanted_count--;
		memmove(store->releases_wanted, store->releases_wanted + 1,
			store->releases_wanted_count * sizeof(store->releases_wanted[0]));
	}
	store->releases_wanted[store->releases_wanted_count++] = number;
	store->rules_wanted = true;
}

void
store_set_aside(struct store *store, const struct work *work, const char *sqlstate)
{
	struct aside *aside = &store->asides[store->asides_count];

	if (store->asides_count == ASIDES_MAX)
		return; /* what is due comes again, what was sent is sent again */
	*aside = (struct aside){.issue = work->kind == WORK_DUE, .event = work->event.kind,
		.issue_id = work->event.issue, .device = work->actor.device, .request = work->event.request,
		.digest = work->event.digest};
	if (work->kind == WORK_COMMAND && work->event.kind == EVENT_REPORT)
		aside->issue_id = work->event.report.id;
	snprintf(aside->sqlstate, sizeof(aside->sqlstate), "%s", sqlstate);
	store->asides_count++;
}

bool
store_take_rules(struct store *store, struct loaded_rules *ret_rules)
{
	if (store->fresh_rules.book == NULL)
		return false;
	*ret_rules = store->fresh_rules;
	store->fresh_rules = (struct loaded_rules){0};
	return true;
}

struct text
store_rules_refused(const struct store *store)
{
	return store->refused;
}

const struct keys *
store_take_keys(struct store *store)
{
	if (!store->keys_are_fresh)
		return NULL;
	arena_free(store->keys_taken_arena);
	store->keys_taken_arena = store->keys_fresh_arena;
	store->keys_fresh_arena = NULL;
	store->keys_taken = store->keys_fresh;
	store->keys_are_fresh = false;
	return &store->keys_taken;
}

static enum chore
chore_wanted(struct store *store)
{
	int64_t now_us = wait_clock_us();

	if (now_us < store->chore_again_us)
		return CHORE_NONE;
	if (!store->district_known)
		return CHORE_DISTRICT;
	if (now_us - store->read_at_us >= WATCH_EVERY_US)
		return CHORE_WATCH;
	if (store_horizon_is_near(store))
		return CHORE_PARTITIONS;
	if (store->asides_count > 0)
		return CHORE_ASIDE;
	if (store->keys_wanted || store->keys_seen != store->keys_loaded)
		return CHORE_KEYS;
	if (store->rules_wanted || store->release_seen != store->release_loaded ||
		!instant_before(store_now(store), store->next_release_at))
		return CHORE_RULES;
	return CHORE_NONE;
}

static void
chore_start(struct store *store, enum chore chore)
{
	struct params district;

	arena_reset(store->chore_arena);
	district = params_new(store->chore_arena);
	params_integer(&district, store->district);
	store->chore = chore;
	connection_begin(store->house, (struct trip){store, chore_read, chore_ended});
	switch (chore) {
	case CHORE_DISTRICT:
		district = params_new(store->chore_arena);
		params_text(&district, text_of(store->district_code));
		connection_send(store->house, STATEMENT_CHECK_DISTRICT, &district);
		break;
	case CHORE_PARTITIONS:
		params_instant(&district, store_now(store));
		params_long(&district, store->top_id);
		connection_send(store->house, STATEMENT_KEEP_PARTITIONS, &district);
		district.count = 1;
		connection_send(store->house, STATEMENT_KEEP_WATCH, &district);
		break;
	case CHORE_ASIDE:
		send_aside(store, &store->asides[0]);
		break;
	case CHORE_KEYS:
		store->keys_wanted = false;
		keys_send(store);
		break;
	case CHORE_RULES:
		store->rules_wanted = false;
		store->loader = loader_new(store->district);
		loader_send(store->loader, store->house, store->chore_arena, store_now(store),
			store->releases_wanted, store->releases_wanted_count);
		break;
	case CHORE_WATCH:
		connection_send(store->house, STATEMENT_KEEP_WATCH, &district);
		break;
	case CHORE_NONE:
		break;
	}
	connection_end(store->house, LOAD_WITHIN_US);
}

static void
chore_read(void *owner, enum statement statement, const PGresult *result)
{
	struct store *store = owner;

	if (store->chore == CHORE_KEYS) {
		keys_read(store, statement, result);
	} else if (store->chore == CHORE_RULES) {
		loader_read(store->loader, statement, result);
	} else if (statement == STATEMENT_CHECK_DISTRICT && PQntuples(result) == 1) {
		store->district = (int32_t)value_integer(result, 0, 0);
		store_learn_district(store, result, 1);
		store->district_known = true;
	} else if (statement == STATEMENT_KEEP_WATCH && PQntuples(result) == 1) {
		store_learn_district(store, result, 0);
	}
}

static void
chore_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words)
{
	struct store *store = owner;
	enum chore chore = store->chore;

	(void)sqlstate;
	store->chore = CHORE_NONE;
	if (end != TRIP_DONE) {
		store->keys_wanted |= chore == CHORE_KEYS;
		store->rules_wanted |= chore == CHORE_RULES;
		loader_free(&store->loader);
		store->chore_again_us = wait_clock_us() + CHORE_PAUSE_US;
		if (end == TRIP_ERROR) {
			trouble(store, words);
			connection_drop(store->house, words);
		}
		return;
	}
	if (chore == CHORE_DISTRICT && !store->district_known) {
		char why[120];

		snprintf(why, sizeof(why), NO_DISTRICT, store->district_code);
		trouble(store, why);
		store->chore_again_us = wait_clock_us() + CHORE_PAUSE_US;
	} else if (chore == CHORE_ASIDE) {
		store->asides_count--;
		memmove(store->asides, store->asides + 1, store->asides_count * sizeof(store->asides[0]));
	} else if (chore == CHORE_KEYS) {
		keys_finish(store);
	} else if (chore == CHORE_RULES) {
		rules_ended(store);
	}
}

static void
send_aside(struct store *store, const struct aside *aside)
{
	struct params params = params_new(store->chore_arena);

	params_integer(&params, store->district);
	if (aside->issue) {
		params_long(&params, aside->issue_id);
		connection_send(store->house, STATEMENT_ASIDE_ISSUE, &params);
		return;
	}
	params_instant(&params, store_now(store));
	params_text(&params, text_of(aside->sqlstate));
	params_integer(&params, (int32_t)aside->event);
	if (aside->issue_id == 0)
		params_null(&params);
	else
		params_long(&params, aside->issue_id);
	params_integer(&params, aside->device);
	params_text(&params, (struct text){(const char *)aside->request.bytes, sizeof(aside->request.bytes)});
	params_text(&params, (struct text){(const char *)aside->digest.bytes, sizeof(aside->digest.bytes)});
	connection_send(store->house, STATEMENT_ASIDE_LETTER, &params);
}

/* Whatever comes of it, this release was looked at: a broken one is not loaded over and over. */
static void
rules_ended(struct store *store)
{
	struct loaded_rules rules;
	struct text why = TEXT_NONE;
	struct instant next_at = INSTANT_NEVER;

	store->release_loaded = store->release_seen;
	arena_reset(store->refused_arena);
	store->refused = TEXT_NONE;
	if (loader_finish(store->loader, &rules, &next_at, &why)) {
		arena_free(store->fresh_rules.arena);
		store->fresh_rules = rules;
	} else {
		store->refused = arena_text(store->refused_arena, why);
	}
	store->next_release_at = next_at;
	loader_free(&store->loader);
}

static void
trouble(struct store *store, const char *words)
{
	snprintf(store->trouble, sizeof(store->trouble), "%s", words);
}

static struct connection *
connect_as(struct store *store, const char *const *families, const char *options)
{
	return connection_new(&(struct connection_config){.database = store->database, .options = options,
		.families = families, .allow_unsafe = store->config.allow_unsafe,
		.schema_needed = SCHEMA_VERSION});
}
