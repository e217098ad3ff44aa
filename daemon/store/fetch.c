/* fetch.c — one trip that locks what a batch needs and reads all that its decisions may look at.
 *
 * First the statements that lock, which never wait (SKIP LOCKED); then, as statements of their own,
 * everything else: a single statement would see a new issue version without its receipt. `now` is
 * read last. What was found is sorted out to the works in fetch_finish. */
#include "store/inside.h"

#include <string.h>

#include "base/must.h"
#include "core/pack.h"
#include "store/index.h"

#define CLAIM_SPARE 4      /* free tasks locked beyond the claims, for those that are refused */
#define IDS_LOW 2000
#define IDS_PER_BLOCK 1000
#define DUE_OVERLAP_US (10 * US_PER_SECOND)

struct asked { /* beside each given work */
	size_t key;          /* 1 … keys_count */
	struct case_ *case_; /* NULL: claim next, or no issue */
	bool repeated;       /* the same request, code or outside reference stands before it in the batch */
	bool has_receipt;
	size_t notices_locked, notices_present; /* of those it acknowledges, in his inbox */
	struct digest digest;
	struct text reply;
};

struct free_count {
	int32_t unit;
	int64_t free;
};

struct list { /* of values for one array, and the work each came from */
	void *values, *more;
	size_t *works;
	size_t count;
};

struct fetch {
	size_t given; /* works before due ones */
	struct asked *asked;
	struct index keys_index, cases_index;
	struct key *keys;
	struct actor *actors;
	size_t keys_count;
	struct case_ **cases;
	size_t cases_count;
	int64_t *ids;          /* named */
	size_t ids_count;
	struct list claims;    /* keys */
	struct list receipts;  /* requests, keys */
	struct list reserves;  /* issue ids, keys */
	struct list externals; /* sources, references */
	struct list notices;   /* ids, keys */
	struct case_ **claimable;
	bool *taken;
	size_t claimable_count;
	struct free_count *free;
	size_t free_count;
	struct instant due_bound;
	bool looks_for_due, horizon_read;
	int32_t blocks;
};

static void plan(struct lane *lane);
static void plan_command(struct lane *lane, size_t at);
static void plan_acknowledge(struct lane *lane, size_t at);
static void plan_repeats(struct lane *lane);
static struct list list_new(struct arena *arena, size_t most, size_t size, size_t more_size);
static struct case_ *case_of(struct lane *lane, int64_t id);
static bool is_claim_next(const struct work *work);
static void send_all(struct lane *lane);
static void read_named(struct lane *lane, const PGresult *result);
static void read_due(struct lane *lane, const PGresult *result);
static void read_claimable(struct lane *lane, const PGresult *result);
static void read_present(struct lane *lane, const PGresult *result);
static void read_free(struct lane *lane, const PGresult *result);
static void read_actors(struct lane *lane, const PGresult *result);
static void read_receipts(struct lane *lane, const PGresult *result);
static void read_reserves(struct lane *lane, const PGresult *result);
static void read_externals(struct lane *lane, const PGresult *result);
static void read_notices(struct lane *lane, const PGresult *result);
static void read_notices_present(struct lane *lane, const PGresult *result);
static void read_numbers(struct lane *lane, const PGresult *result);
static void read_next_due(struct lane *lane, const PGresult *result);
static void read_district(struct lane *lane, const PGresult *result);
static struct case_ *read_issue(struct lane *lane, const PGresult *result, int row);
static void settle_command(struct lane *lane, size_t at);
static void settle_acknowledge(struct lane *lane, size_t at);
static void settle_report(struct work *work, struct case_ *case_);
static void settle_claim_next(struct lane *lane, struct work *work);
static void settle_due(struct lane *lane);
static bool may_take(const struct actor *actor);

static void (*const readers[STATEMENT_COUNT])(struct lane *, const PGresult *) = {
	[STATEMENT_FETCH_NAMED] = read_named,
	[STATEMENT_FETCH_DUE] = read_due,
	[STATEMENT_FETCH_CLAIMABLE] = read_claimable,
	[STATEMENT_FETCH_PRESENT] = read_present,
	[STATEMENT_FETCH_FREE] = read_free,
	[STATEMENT_FETCH_ACTORS] = read_actors,
	[STATEMENT_FETCH_RECEIPTS] = read_receipts,
	[STATEMENT_FETCH_RESERVES] = read_reserves,
	[STATEMENT_FETCH_EXTERNALS] = read_externals,
	[STATEMENT_FETCH_NOTICES] = read_notices,
	[STATEMENT_FETCH_NOTICES_PRESENT] = read_notices_present,
	[STATEMENT_FETCH_NUMBERS] = read_numbers,
	[STATEMENT_FETCH_NEXT_DUE] = read_next_due,
	[STATEMENT_FETCH_DISTRICT] = read_district,
};

void
fetch_send(struct lane *lane)
{
	plan(lane);
	send_all(lane);
}

void
fetch_read(struct lane *lane, enum statement statement, const PGresult *result)
{
	if (readers[statement] != NULL)
		readers[statement](lane, result);
}

bool
fetch_finish(struct lane *lane)
{
	struct store *store = lane->store;
	struct batch *batch = lane->batch;
	struct fetch *fetch = lane->fetch;
	const struct horizon *horizon = &store->horizon;

	if (!fetch->horizon_read || !instant_before(horizon->receipts_from, batch->now) ||
		!instant_before(instant_add(batch->now, (struct span){US_PER_DAY}), horizon->receipts_until) ||
		store->top_id >= horizon->journal_until)
		return false;
	for (size_t at = 0; at < fetch->given; at++) {
		struct work *work = &batch->works[at];

		work->actor = fetch->actors[fetch->asked[at].key - 1];
		work->event.actor = work->actor;
		if (work->kind == WORK_COMMAND)
			settle_command(lane, at);
		else if (work->kind == WORK_ACKNOWLEDGE)
			settle_acknowledge(lane, at);
		else
			work->found = fetch->asked[at].repeated ? WORK_LOCKED : WORK_READY;
	}
	settle_due(lane);
	return true;
}

/* ---- what is asked for ---- */

static void
plan(struct lane *lane)
{
	struct batch *batch = lane->batch;
	struct arena *arena = batch->arena;
	size_t most = batch->count + batch->due_max, notices = 0;
	struct fetch *fetch = arena_take(arena, sizeof(*fetch));
	int64_t need = IDS_LOW;

	lane->fetch = fetch;
	fetch->given = batch->count;
	fetch->asked = arena_take_array(arena, batch->count, sizeof(*fetch->asked));
	fetch->keys_index = index_new(arena, batch->count);
	fetch->keys = arena_take_array(arena, batch->count, sizeof(*fetch->keys));
	fetch->actors = arena_take_array(arena, batch->count, sizeof(*fetch->actors));
	fetch->claims = list_new(arena, batch->count, sizeof(struct key), 0);
	most += 2 * batch->count + (batch->count + 1) * CLAIM_SPARE; /* named, claims and spares */
	fetch->cases_index = index_new(arena, most);
	fetch->cases = arena_take_array(arena, most, sizeof(struct case_ *));
	fetch->claimable = arena_take_array(arena, most, sizeof(struct case_ *));
	fetch->taken = arena_take_array(arena, most, sizeof(bool));
	fetch->ids = arena_take_array(arena, batch->count, sizeof(int64_t));
	fetch->receipts = list_new(arena, batch->count, sizeof(struct request_id), sizeof(struct key));
	fetch->reserves = list_new(arena, batch->count, sizeof(int64_t), sizeof(struct key));
	fetch->externals = list_new(arena, batch->count, sizeof(struct text), sizeof(struct text));
	for (size_t at = 0; at < batch->count; at++)
		notices += batch->works[at].notice_ids_count;
	fetch->notices = list_new(arena, notices, sizeof(int64_t), sizeof(struct key));
	fetch->free = arena_take_array(arena, batch->count, sizeof(*fetch->free));
	for (size_t at = 0; at < batch->count; at++) {
		struct work *work = &batch->works[at];
		size_t *number = index_at(&fetch->keys_index, &work->key, sizeof(work->key));

		must(work->kind != WORK_DUE);
		if (*number == 0) {
			fetch->keys[fetch->keys_count] = work->key;
			*number = ++fetch->keys_count;
		}
		fetch->asked[at].key = *number;
		if (work->kind == WORK_COMMAND)
			plan_command(lane, at);
		else if (work->kind == WORK_ACKNOWLEDGE)
			plan_acknowledge(lane, at);
		else if (work->kind == WORK_HELLO)
			need += RESERVE_SIZE;
		need += work->kind == WORK_COMMAND && work->event.kind == EVENT_REPORT;
	}
	plan_repeats(lane);
	need -= (int64_t)store_ids_left(lane->store);
	fetch->blocks = need <= 0 ? 0 : (int32_t)(need / IDS_PER_BLOCK + 2);
	fetch->due_bound = store_now(lane->store);
	fetch->looks_for_due = batch->due_max > 0 && wait_clock_us() >= lane->store->due_held_until_us;
}

static void
plan_command(struct lane *lane, size_t at)
{
	struct fetch *fetch = lane->fetch;
	struct work *work = &lane->batch->works[at];
	const struct event *event = &work->event;
	int64_t id = event->kind == EVENT_REPORT ? event->report.id : event->issue;
	struct list *list = &fetch->receipts;

	((struct request_id *)list->values)[list->count] = event->request;
	((struct key *)list->more)[list->count] = work->key;
	list->works[list->count++] = at;
	if (is_claim_next(work)) {
		list = &fetch->claims;
		((struct key *)list->values)[list->count] = work->key;
		list->works[list->count++] = at;
		return;
	}
	fetch->asked[at].case_ = case_of(lane, id);
	if (event->kind != EVENT_REPORT)
		return;
	if (id != 0) {
		list = &fetch->reserves;
		((int64_t *)list->values)[list->count] = id;
		((struct key *)list->more)[list->count] = work->key;
		list->works[list->count++] = at;
	}
	if (event->report.reference.len > 0) {
		list = &fetch->externals;
		((struct text *)list->values)[list->count] = event->report.source;
		((struct text *)list->more)[list->count] = event->report.reference;
		list->works[list->count++] = at;
	}
}

static void
plan_acknowledge(struct lane *lane, size_t at)
{
	struct work *work = &lane->batch->works[at];
	struct list *list = &lane->fetch->notices;

	work->notices = arena_take_array(lane->batch->arena, work->notice_ids_count, sizeof(*work->notices));
	work->notices_count = 0;
	for (size_t i = 0; i < work->notice_ids_count; i++) {
		((int64_t *)list->values)[list->count] = (int64_t)work->notice_ids[i];
		((struct key *)list->more)[list->count] = work->key;
		list->works[list->count++] = at;
	}
}

/* What must not be decided twice in one batch: the second of two waits for the next. */
static void
plan_repeats(struct lane *lane)
{
	struct batch *batch = lane->batch;
	struct index index = index_new(batch->arena, 2 * batch->count);

	for (size_t at = 0; at < batch->count; at++) {
		const struct work *work = &batch->works[at];
		const struct report *report = &work->event.report;
		struct asked *asked = &lane->fetch->asked[at];
		struct text mark = TEXT_NONE;

		if (work->kind == WORK_COMMAND) {
			char request[37];

			request_id_format(work->event.request, request);
			mark = arena_format(batch->arena, "r%s %zu", request, asked->key);
		} else if (work->kind == WORK_ENROL) {
			mark = arena_format(batch->arena, "e%zu", asked->key);
		}
		if (mark.len > 0)
			asked->repeated = (*index_at(&index, mark.data, mark.len))++ > 0;
		if (work->kind == WORK_COMMAND && work->event.kind == EVENT_REPORT && report->reference.len > 0) {
			mark = arena_format(batch->arena, "x%.*s\n%.*s", (int)report->source.len,
				report->source.data, (int)report->reference.len, report->reference.data);
			if ((*index_at(&index, mark.data, mark.len))++ > 0)
				asked->repeated = true;
		}
	}
}

static struct list
list_new(struct arena *arena, size_t most, size_t size, size_t more_size)
{
	return (struct list){arena_take_array(arena, most, size), arena_take_array(arena, most, more_size),
		arena_take_array(arena, most, sizeof(size_t)), 0};
}

/* One case for all works on an issue; a report without a number has one of its own. */
static struct case_ *
case_of(struct lane *lane, int64_t id)
{
	struct fetch *fetch = lane->fetch;
	struct case_ *case_ = arena_take(lane->batch->arena, sizeof(*case_));
	size_t *number;

	if (id == 0)
		return case_;
	case_->id = id;
	number = index_at(&fetch->cases_index, &case_->id, sizeof(case_->id));
	if (*number != 0)
		return fetch->cases[*number - 1];
	fetch->cases[fetch->cases_count] = case_;
	*number = ++fetch->cases_count;
	case_->named = true;
	fetch->ids[fetch->ids_count++] = id;
	return case_;
}

static bool
is_claim_next(const struct work *work)
{
	return work->kind == WORK_COMMAND && work->event.kind == EVENT_CLAIM && work->event.issue == 0;
}

/* ---- the trip ---- */

static struct params
params_of_list(const struct lane *lane, enum column_type type, const struct list *list,
	enum column_type more_type)
{
	struct params params = params_new(lane->batch->arena);

	params_integer(&params, lane->store->district);
	params_array(&params, type, list->values, list->count);
	if (list != &lane->fetch->claims)
		params_array(&params, more_type, list->more, list->count);
	else
		params_integer(&params, CLAIM_SPARE);
	return params;
}

static void
send_all(struct lane *lane)
{
	struct connection *connection = lane->connection;
	struct fetch *fetch = lane->fetch;
	struct params district = params_new(lane->batch->arena), named, due, claims, notices, params;

	params_integer(&district, lane->store->district);
	named = due = district;
	params_array(&named, COLUMN_LONG, fetch->ids, fetch->ids_count);
	claims = params_of_list(lane, COLUMN_KEY, &fetch->claims, COLUMN_KEY);
	notices = params_of_list(lane, COLUMN_LONG, &fetch->notices, COLUMN_KEY);
	connection_send(connection, STATEMENT_BATCH_BEGIN, NULL);
	if (fetch->ids_count > 0)
		connection_send(connection, STATEMENT_FETCH_NAMED, &named);
	if (fetch->notices.count > 0)
		connection_send(connection, STATEMENT_FETCH_NOTICES, &notices);
	if (fetch->looks_for_due) {
		params_instant(&due, lane->batch->due_from_start ? (struct instant){INT64_MIN}
								 : lane->store->due_floor);
		params_instant(&due, fetch->due_bound);
		params_integer(&due, (int32_t)lane->batch->due_max);
		connection_send(connection, STATEMENT_FETCH_DUE, &due);
	}
	if (fetch->claims.count > 0)
		connection_send(connection, STATEMENT_FETCH_CLAIMABLE, &claims);
	if (fetch->ids_count > 0)
		connection_send(connection, STATEMENT_FETCH_PRESENT, &named);
	if (fetch->notices.count > 0)
		connection_send(connection, STATEMENT_FETCH_NOTICES_PRESENT, &notices);
	if (fetch->claims.count > 0)
		connection_send(connection, STATEMENT_FETCH_FREE, &claims);
	if (fetch->keys_count > 0) {
		params = district;
		params_array(&params, COLUMN_KEY, fetch->keys, fetch->keys_count);
		connection_send(connection, STATEMENT_FETCH_ACTORS, &params);
	}
	if (fetch->receipts.count > 0) {
		params = params_of_list(lane, COLUMN_UUID, &fetch->receipts, COLUMN_KEY);
		connection_send(connection, STATEMENT_FETCH_RECEIPTS, &params);
	}
	if (fetch->reserves.count > 0) {
		params = params_of_list(lane, COLUMN_LONG, &fetch->reserves, COLUMN_KEY);
		connection_send(connection, STATEMENT_FETCH_RESERVES, &params);
	}
	if (fetch->externals.count > 0) {
		params = params_of_list(lane, COLUMN_TEXT, &fetch->externals, COLUMN_TEXT);
		connection_send(connection, STATEMENT_FETCH_EXTERNALS, &params);
	}
	if (fetch->blocks > 0) {
		params = params_new(lane->batch->arena);
		params_integer(&params, fetch->blocks);
		connection_send(connection, STATEMENT_FETCH_NUMBERS, &params);
	}
	if (fetch->looks_for_due) {
		params = district;
		params_instant(&params, fetch->due_bound);
		connection_send(connection, STATEMENT_FETCH_NEXT_DUE, &params);
	}
	connection_send(connection, STATEMENT_FETCH_DISTRICT, &district);
	connection_end(connection, TRIP_WITHIN_US);
}

/* ---- what was found ---- */

static void
read_named(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
		(void)read_issue(lane, result, row);
}

static void
read_due(struct lane *lane, const PGresult *result)
{
	struct batch *batch = lane->batch;

	batch->due_taken = (size_t)PQntuples(result);
	must(batch->count + batch->due_taken <= batch->capacity);
	for (int row = 0; row < PQntuples(result); row++) {
		struct case_ *case_ = read_issue(lane, result, row);
		struct work *work = &batch->works[batch->count];

		if (case_ == NULL)
			continue;
		memset(work, 0, sizeof(*work));
		work->kind = WORK_DUE;
		work->event.kind = EVENT_DUE;
		work->event.issue = case_->id;
		work->dossier = &case_->dossier;
		work->found = WORK_READY;
		batch->count++;
	}
}

static void
read_claimable(struct lane *lane, const PGresult *result)
{
	struct fetch *fetch = lane->fetch;

	for (int row = 0; row < PQntuples(result); row++) {
		struct case_ *case_ = read_issue(lane, result, row);

		if (case_ != NULL)
			fetch->claimable[fetch->claimable_count++] = case_;
	}
}

/* The case of a locked row; NULL when it cannot be read: it is set aside then. */
static struct case_ *
read_issue(struct lane *lane, const PGresult *result, int row)
{
	struct fetch *fetch = lane->fetch;
	struct case_ *case_ = arena_take(lane->batch->arena, sizeof(*case_));
	size_t *number;
	bool readable = case_read(case_, result, row, 0, lane->batch->arena);

	case_->id = case_->dossier.issue.id;
	number = index_at(&fetch->cases_index, &case_->id, sizeof(case_->id));
	if (*number == 0) {
		fetch->cases[fetch->cases_count] = case_;
		*number = ++fetch->cases_count;
	} else {
		bool named = fetch->cases[*number - 1]->named;

		if (fetch->cases[*number - 1]->existed)
			return fetch->cases[*number - 1];
		*fetch->cases[*number - 1] = *case_;
		case_ = fetch->cases[*number - 1];
		case_->named = named;
	}
	if (readable)
		return case_;
	case_->present = true;
	case_->dossier = (struct dossier){.exists = false};
	store_set_aside(lane->store,
		&(struct work){.kind = WORK_DUE, .event = {.kind = EVENT_DUE, .issue = case_->id}}, "XX001");
	return NULL;
}

static void
read_present(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++) {
		int64_t id = value_integer(result, row, 0);
		size_t number = index_find(&lane->fetch->cases_index, &id, sizeof(id));
		struct dossier *dossier;

		if (number == 0)
			continue;
		lane->fetch->cases[number - 1]->present = true;
		dossier = &lane->fetch->cases[number - 1]->dossier;
		dossier->handler_code = arena_text(lane->batch->arena, value_text(result, row, 1));
		dossier->handler_name = arena_text(lane->batch->arena, value_text(result, row, 2));
	}
}

static void
read_free(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
		lane->fetch->free[lane->fetch->free_count++] = (struct free_count){
			(int32_t)value_integer(result, row, 0), value_integer(result, row, 1)};
}

static void
read_actors(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++) {
		size_t n = (size_t)value_integer(result, row, 0);

		must(n >= 1 && n <= lane->fetch->keys_count);
		columns_read(result, row, 1, ACTOR_COLUMNS, ACTOR_COLUMNS_COUNT, lane->batch->arena,
			&lane->fetch->actors[n - 1]);
	}
}

static struct asked *
asked_of(struct lane *lane, const struct list *list, const PGresult *result, int row)
{
	size_t n = (size_t)value_integer(result, row, 0);

	must(n >= 1 && n <= list->count);
	return &lane->fetch->asked[list->works[n - 1]];
}

static void
read_receipts(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++) {
		struct asked *asked = asked_of(lane, &lane->fetch->receipts, result, row);
		struct text digest = value_text(result, row, 1);

		asked->has_receipt = true;
		if (digest.len == sizeof(asked->digest))
			memcpy(&asked->digest, digest.data, sizeof(asked->digest));
		asked->reply = arena_text(lane->batch->arena, value_text(result, row, 2));
	}
}

static void
read_reserves(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
		asked_of(lane, &lane->fetch->reserves, result, row)->case_->dossier.reserve_holds =
			value_bool(result, row, 1);
}

static void
read_externals(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
		asked_of(lane, &lane->fetch->externals, result, row)->case_->dossier.external_issue =
			value_integer(result, row, 1);
}

/* One that two works of a batch name is acknowledged by the first. */
static void
read_notices(struct lane *lane, const PGresult *result)
{
	const struct list *list = &lane->fetch->notices;
	struct index seen = index_new(lane->batch->arena, list->count);

	for (int row = 0; row < PQntuples(result); row++) {
		size_t n = (size_t)value_integer(result, row, 0);
		struct work *work;
		int64_t *id;

		must(n >= 1 && n <= list->count);
		id = &((int64_t *)list->values)[n - 1];
		work = &lane->batch->works[list->works[n - 1]];
		lane->fetch->asked[list->works[n - 1]].notices_locked++;
		if ((*index_at(&seen, id, sizeof(*id)))++ == 0)
			work->notices[work->notices_count++] = *id;
	}
}

/* Counted against those that were locked. */
static void
read_notices_present(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
		asked_of(lane, &lane->fetch->notices, result, row)->notices_present++;
}

static void
read_numbers(struct lane *lane, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
		store_give_ids(lane->store, value_integer(result, row, 0), IDS_PER_BLOCK);
}

static void
read_next_due(struct lane *lane, const PGresult *result)
{
	if (PQntuples(result) > 0)
		lane->batch->next_due_at = value_instant(result, 0, 0);
}

static void
read_district(struct lane *lane, const PGresult *result)
{
	if (PQntuples(result) != 1)
		return;
	lane->batch->now = value_instant(result, 0, 0);
	lane->fetch->horizon_read = !PQgetisnull(result, 0, 4);
	store_learn_district(lane->store, result, 0);
}

/* ---- to each work its own ---- */

static void
settle_command(struct lane *lane, size_t at)
{
	struct work *work = &lane->batch->works[at];
	struct asked *asked = &lane->fetch->asked[at];
	struct case_ *case_ = asked->case_;

	if (case_ != NULL)
		work->dossier = &case_->dossier;
	if (asked->repeated) {
		work->found = WORK_LOCKED;
	} else if (asked->has_receipt) {
		bool same = memcmp(&asked->digest, &work->event.digest, sizeof(asked->digest)) == 0;

		work->found = same ? WORK_SEEN : WORK_OTHER_CONTENT;
		work->receipt_reply = asked->reply;
	} else if (instant_before(request_id_at(work->event.request), lane->store->horizon.receipts_from)) {
		work->found = WORK_EXPIRED;
	} else if (is_claim_next(work)) {
		settle_claim_next(lane, work);
	} else if (work->event.kind == EVENT_REPORT) {
		settle_report(work, case_);
	} else {
		work->found = case_->existed ? WORK_READY : case_->present ? WORK_LOCKED : WORK_ABSENT;
	}
}

/* What another transaction has in hand is waited for, so that the count is right. */
static void
settle_acknowledge(struct lane *lane, size_t at)
{
	const struct asked *asked = &lane->fetch->asked[at];

	lane->batch->works[at].found =
		asked->notices_present > asked->notices_locked ? WORK_LOCKED : WORK_READY;
}

/* Its own number may be taken; a fresh one the turn takes from the daemon's. */
static void
settle_report(struct work *work, struct case_ *case_)
{
	work->found = WORK_READY;
	case_->dossier.exists = case_->existed || case_->present;
}

/* The most urgent free task of his unit that nobody else in the batch names or was given. Who may not
 * take tasks sees the first one, and leaves it to the next. */
static void
settle_claim_next(struct lane *lane, struct work *work)
{
	struct fetch *fetch = lane->fetch;
	int64_t mine = 0, free = 0;
	bool contended = false;

	for (size_t i = 0; i < fetch->claimable_count; i++) {
		struct case_ *case_ = fetch->claimable[i];

		if (case_->dossier.issue.holder.unit != work->actor.unit)
			continue;
		mine++;
		contended |= case_->named;
		if (fetch->taken[i] || case_->named)
			continue;
		fetch->taken[i] = may_take(&work->actor);
		work->event.issue = case_->id;
		work->dossier = &case_->dossier;
		work->found = WORK_READY;
		return;
	}
	for (size_t i = 0; i < fetch->free_count; i++)
		if (fetch->free[i].unit == work->actor.unit)
			free = fetch->free[i].free;
	work->found = contended || free > mine ? WORK_LOCKED : WORK_ABSENT;
}

static bool
may_take(const struct actor *actor)
{
	return actor->active && actor->device_state == DEVICE_ACTIVE && !actor->by_code &&
		actor_has(actor, ROLE_HANDLER);
}

/* The bound was our estimate of now; what is not yet due by the database's is left alone. */
static void
settle_due(struct lane *lane)
{
	struct store *store = lane->store;
	struct batch *batch = lane->batch;
	struct fetch *fetch = lane->fetch;
	size_t kept = fetch->given;

	for (size_t at = fetch->given; at < batch->count; at++) {
		struct instant due_at = batch->works[at].dossier->issue.next_due_at;

		if (instant_before(batch->now, due_at))
			batch->next_due_at = instant_min(batch->next_due_at, due_at);
		else
			batch->works[kept++] = batch->works[at];
	}
	batch->count = kept;
	if (fetch->looks_for_due && batch->due_taken == 0)
		store->due_floor = instant_max(store->due_floor,
			(struct instant){fetch->due_bound.us - DUE_OVERLAP_US});
}
