/* turn.c — gather, fetch, decide, commit, tell.
 *
 * While batches are under way in the store's lanes, the next one forms: it grows with the load. What
 * cannot join it (an issue in another batch's hands, no room) waits as bytes. A clock that fell due
 * is just another event, brought by FETCH. We speak only of what is committed. */
#include "turn.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "core/session.h"
#include "log.h"
#include "turn/marks.h"
#include "turn/question.h"
#include "turn/rules.h"
#include "turn/subscription.h"
#include "turn/waiting.h"
#include "version.h"
#include "wire/wire.h"

#define SLOTS 3                  /* two lanes, and the batch that forms */
#define SECOND_LANE_FROM 64      /* a batch this large may use the second connection */
#define DUE_MAX 500              /* due issues a batch takes */
#define BATCH_BYTES_MAX ((size_t)1024 * 1024)
#define RECEIVE_MAX 512          /* messages a turn */
#define SCAN_MAX 2000            /* waiting commands looked at for one batch */
#define LOOK_EVERY_US INT64_C(1000000)
#define FULL_LOOK_EVERY_US INT64_C(30000000)
#define PATIENCE_US INT64_C(2000000) /* then a command whose issue is locked elsewhere is told BUSY */
#define AGAIN_US INT64_C(5000)       /* till then it is looked for again */
#define TRIES_MAX 8
#define RETRY_MS 500
#define AHEAD_MAX_US (60 * US_PER_MINUTE)
#define PEERS_REMEMBERED 4096

struct slot {
	struct batch batch;
	struct marks marks;
	struct rules *rules; /* from decide until tell */
	size_t bytes;
	size_t part;         /* commands of at most so large batches are in it; 0 = any */
};

/* Which language a peer asked for in its Hello; forgotten when another takes its place. */
struct peer_language {
	struct peer peer;
	bool chinese;
};

struct turn {
	const struct config *config;
	struct bus *bus;
	struct store *store;
	struct rules *rules;
	const struct keys *keys;
	size_t *key_index; /* open addressing over keys->rows, +1 */
	size_t key_index_size;
	struct slot slots[SLOTS];
	struct slot *forming;
	struct waiting waiting;
	struct questions *questions;
	struct subscriptions *subscriptions;
	int64_t subscriptions_us; /* monotonic: they want a turn then */
	struct arena *scratch;
	struct peer_language languages[PEERS_REMEMBERED];
	int64_t due_look_us;      /* monotonic: look for due issues then */
	int64_t full_look_us;
	int64_t again_us;         /* monotonic: something that waits may join a batch then */
	size_t due_part;          /* after a poisonous due row: take so few; 0 = DUE_MAX */
	char refused[200];        /* why the newest rules were refused, as last told */
	size_t refused_len;
	bool draining;
};

static void gather(struct turn *turn);
static void take_message(struct turn *turn, const struct bus_message *message);
static void refuse_message(struct turn *turn, const struct bus_message *message,
	const struct wire_message *asked, enum refusal refusal, struct text detail);
static void tell_busy(struct turn *turn, struct peer peer, const struct wire_message *asked, struct text why);
static void answer_looks(struct turn *turn);
static void renew_rules_and_keys(struct turn *turn);
static void tell_refused_rules(struct turn *turn, struct text why);
static void index_keys(struct turn *turn);
static const struct actor *actor_hint(void *user, struct key key);
static void form(struct turn *turn);
static bool join(struct turn *turn, struct slot *slot, const struct asked *asked);
static bool mark_work(struct turn *turn, struct slot *slot, const struct event *event);
static void start(struct turn *turn);
static void decide_batch(struct turn *turn, struct slot *slot);
static void decide_work(struct turn *turn, struct slot *slot, struct work *work);
static void decide_command(struct turn *turn, struct slot *slot, struct work *work);
static void decide_due(struct turn *turn, struct slot *slot, struct work *work);
static void decide_hello(struct turn *turn, struct slot *slot, struct work *work);
static void decide_enrol(struct turn *turn, struct slot *slot, struct work *work);
static void decide_acknowledge(struct turn *turn, struct slot *slot, struct work *work);
static void refuse_work(struct turn *turn, struct slot *slot, struct work *work, enum refusal refusal,
	struct text detail);
static void busy_work(struct turn *turn, struct slot *slot, struct work *work);
static void wait_again(struct turn *turn, struct slot *slot, struct work *work);
static void tell_batch(struct turn *turn, struct slot *slot);
static void fail_batch(struct turn *turn, struct slot *slot);
static void plan_due_look(struct turn *turn, const struct slot *slot);
static void empty_slot(struct slot *slot);
static void log_work(const struct work *work);
static struct wire_names names_for(struct turn *turn, const struct rules *rules, struct instant now,
	struct peer peer);
static struct peer_language *language_of(struct turn *turn, struct peer peer);
static bool under_way(const struct slot *slot);

struct turn *
turn_open(const struct config *config, struct bus *bus, struct store *store)
{
	struct turn *turn = calloc(1, sizeof(*turn));

	must(turn != NULL);
	turn->config = config;
	turn->bus = bus;
	turn->store = store;
	turn->scratch = arena_new();
	turn->questions = questions_open(bus, store);
	turn->subscriptions = subscriptions_open(bus, store, config->heartbeat_ms, actor_hint, turn);
	turn->subscriptions_us = INT64_MAX;
	waiting_init(&turn->waiting);
	for (size_t i = 0; i < SLOTS; i++) {
		struct batch *batch = &turn->slots[i].batch;

		batch->arena = arena_new();
		batch->capacity = (size_t)config->batch_events_max + DUE_MAX;
		batch->works = calloc(batch->capacity, sizeof(*batch->works));
		must(batch->works != NULL);
	}
	return turn;
}

void
turn_close(struct turn **turn)
{
	struct turn *gone = *turn;

	*turn = NULL;
	if (gone == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		rules_release(&gone->slots[i].rules);
		free(gone->slots[i].batch.works);
		arena_free(gone->slots[i].batch.arena);
	}
	waiting_done(&gone->waiting);
	questions_close(&gone->questions);
	subscriptions_close(&gone->subscriptions);
	rules_release(&gone->rules);
	arena_free(gone->scratch);
	free(gone->key_index);
	free(gone);
}

void
turn_once(struct turn *turn, struct loop *loop)
{
	struct wait_fd fds[WAIT_FDS_MAX];
	size_t count = 0;
	int64_t timeout_us = turn->due_look_us - wait_clock_us();

	if (timeout_us < 0 || timeout_us > LOOK_EVERY_US)
		timeout_us = timeout_us < 0 && store_is_up(turn->store) ? 0 : LOOK_EVERY_US;
	if (turn->subscriptions_us - wait_clock_us() < timeout_us)
		timeout_us = turn->subscriptions_us > wait_clock_us() ? turn->subscriptions_us - wait_clock_us() : 0;
	if (turn->again_us - wait_clock_us() < timeout_us)
		timeout_us = turn->again_us > wait_clock_us() ? turn->again_us - wait_clock_us() : 0;
	store_wants(turn->store, fds, &count, &timeout_us);
	if (!bus_wants(turn->bus, fds, &count))
		timeout_us = 0;
	loop_wait(loop, fds, count, timeout_us);

	gather(turn);
	store_advance(turn->store);
	renew_rules_and_keys(turn);
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &turn->slots[i];

		if (slot->batch.stage == BATCH_FETCHED)
			decide_batch(turn, slot);
		if (slot->batch.stage == BATCH_COMMITTED)
			tell_batch(turn, slot);
		if (slot->batch.stage == BATCH_FAILED)
			fail_batch(turn, slot);
	}
	answer_looks(turn);
	turn->subscriptions_us = subscriptions_turn(turn->subscriptions, turn->rules);
	form(turn);
	start(turn);
	log_flush();
}

bool
turn_is_ready(const struct turn *turn)
{
	return turn->rules != NULL && turn->keys != NULL && store_is_up(turn->store);
}

bool
turn_drain(struct turn *turn)
{
	if (!turn->draining)
		subscriptions_end(turn->subscriptions, turn->rules);
	turn->draining = true;
	for (size_t i = 0; i < SLOTS; i++) {
		if (turn->slots[i].batch.stage != BATCH_IDLE || turn->slots[i].batch.count > 0)
			return false;
	}
	return turn->waiting.count == 0 && questions_open_count(turn->questions) == 0;
}

void
turn_reload(struct turn *turn)
{
	store_reload(turn->store);
}

/* ---- gather ---- */

static void
gather(struct turn *turn)
{
	struct bus_message messages[RECEIVE_MAX];
	size_t count = bus_receive(turn->bus, turn->scratch, messages, RECEIVE_MAX);

	for (size_t i = 0; i < count; i++)
		take_message(turn, &messages[i]);
	arena_reset(turn->scratch);
}

static void
take_message(struct turn *turn, const struct bus_message *message)
{
	struct text district = text_of(turn->config->district), detail = TEXT_NONE;
	struct asked asked = {.peer = message->peer, .key = message->key, .bytes = message->bytes,
		.since_us = wait_clock_us()};
	struct wire_message decoded;
	enum refusal refusal = wire_decode(turn->scratch, district, message->bytes, &decoded, &detail);

	if (message->throttled) {
		tell_busy(turn, message->peer, &decoded, TEXT("too many messages from this key"));
	} else if (refusal != REFUSAL_NONE) {
		refuse_message(turn, message, &decoded, refusal, detail);
	} else if (decoded.kind == WIRE_PING) {
		bus_send(turn->bus, message->peer,
			wire_pong(turn->scratch, decoded.tag, store_now(turn->store),
				subscriptions_fed_until(turn->subscriptions)));
		subscriptions_heard(turn->subscriptions, message->peer);
	} else if (decoded.kind == WIRE_QUERY) {
		questions_ask(turn->questions, turn->rules, message, &decoded, actor_hint(turn, message->key),
			language_of(turn, message->peer)->chinese ? TEXT("zh") : TEXT("en"));
	} else if (decoded.kind == WIRE_SUBSCRIBE) {
		subscriptions_ask(turn->subscriptions, turn->rules, message, &decoded,
			language_of(turn, message->peer)->chinese);
	} else if (decoded.kind == WIRE_UNSUBSCRIBE) {
		subscriptions_drop(turn->subscriptions, message->peer, decoded.tag);
	} else if (turn->draining) {
		tell_busy(turn, message->peer, &decoded, TEXT("ending"));
	} else if (!turn_is_ready(turn)) {
		tell_busy(turn, message->peer, &decoded, TEXT("the database is away"));
	} else if (turn->waiting.count >= (size_t)turn->config->waiting_max) {
		tell_busy(turn, message->peer, &decoded, TEXT("too much is waiting"));
	} else if (turn->waiting.count > 0 || turn->forming == NULL || !join(turn, turn->forming, &asked)) {
		waiting_add(&turn->waiting, &asked);
	}
}

static void
refuse_message(struct turn *turn, const struct bus_message *message, const struct wire_message *asked,
	enum refusal refusal, struct text detail)
{
	struct instant now = store_now(turn->store);
	struct wire_names names = names_for(turn, turn->rules, now, message->peer);
	struct reply reply = {.verdict = VERDICT_REFUSED, .refusal = refusal, .detail = detail};
	struct text bytes;

	log_line(LOG_INFORMATION, "refusal refusal=%s detail=%s", refusal_word(refusal), log_escape(detail));
	if (asked->has_request)
		bytes = wire_reply(turn->scratch, &names, asked->event.request, &reply, NULL, now);
	else if (asked->kind == WIRE_QUERY && asked->tag != 0)
		bytes = wire_page_refused(turn->scratch, &names, asked->tag, refusal, detail, 0, now);
	else
		bytes = wire_refused(turn->scratch, &names, refusal, detail, 0, now);
	bus_send(turn->bus, message->peer, bytes);
}

static void
tell_busy(struct turn *turn, struct peer peer, const struct wire_message *asked, struct text why)
{
	struct instant now = store_now(turn->store);
	struct wire_names names = names_for(turn, turn->rules, now, peer);
	struct text bytes;

	if (asked->has_request)
		bytes = wire_busy(turn->scratch, asked->event.request, RETRY_MS, now);
	else if (asked->kind == WIRE_QUERY && asked->tag != 0)
		bytes = wire_page_refused(turn->scratch, &names, asked->tag, REFUSAL_NONE, why, RETRY_MS, now);
	else
		bytes = wire_refused(turn->scratch, &names, REFUSAL_NONE, why, RETRY_MS, now);
	bus_send(turn->bus, peer, bytes);
}

/* Queries are answered; subscriptions told a part of their list. */
static void
answer_looks(struct turn *turn)
{
	struct look *look;

	while ((look = store_take_look(turn->store)) != NULL) {
		if (look->follows)
			subscriptions_found(turn->subscriptions, turn->rules, look);
		else
			questions_found(turn->questions, turn->rules, look, actor_hint(turn, look->key));
	}
}

static void
renew_rules_and_keys(struct turn *turn)
{
	struct loaded_rules loaded;
	const struct keys *keys = store_take_keys(turn->store);

	if (keys != NULL) {
		turn->keys = keys;
		index_keys(turn);
		subscriptions_recheck(turn->subscriptions, turn->rules);
		log_line(LOG_NOTICE, "keys version=%lld count=%zu", (long long)keys->version, keys->count);
	}
	tell_refused_rules(turn, store_rules_refused(turn->store));
	if (store_take_rules(turn->store, &loaded)) {
		struct text why = TEXT_NONE;
		struct rules *rules = rules_open(&loaded, turn->scratch, &why);

		if (rules == NULL) {
			tell_refused_rules(turn, why);
		} else {
			rules_release(&turn->rules);
			turn->rules = rules;
			subscriptions_recheck(turn->subscriptions, turn->rules);
			log_line(LOG_NOTICE, "rules releases=%zu", rules->loaded.book->releases_count);
		}
	}
}

/* Once for each reason; the rules in force stay. */
static void
tell_refused_rules(struct turn *turn, struct text why)
{
	size_t len = why.len < sizeof(turn->refused) ? why.len : sizeof(turn->refused);

	if (len == turn->refused_len && (len == 0 || memcmp(turn->refused, why.data, len) == 0))
		return;
	if (len > 0) {
		memcpy(turn->refused, why.data, len);
		log_line(LOG_ERROR, "rules refused, the old ones stay: %s", log_escape(why));
	}
	turn->refused_len = len;
}

/* Admits the keys on the bus, and makes them findable for planning. */
static void
index_keys(struct turn *turn)
{
	const struct keys *keys = turn->keys;
	struct key *admitted = calloc(keys->count + 1, sizeof(*admitted));

	must(admitted != NULL);
	turn->key_index_size = 16;
	while (turn->key_index_size < keys->count * 2)
		turn->key_index_size *= 2;
	free(turn->key_index);
	turn->key_index = calloc(turn->key_index_size, sizeof(*turn->key_index));
	must(turn->key_index != NULL);
	for (size_t i = 0; i < keys->count; i++) {
		size_t at = (size_t)mark_of('k', keys->rows[i].key.bytes, KEY_BYTES);

		while (turn->key_index[at % turn->key_index_size] != 0)
			at++;
		turn->key_index[at % turn->key_index_size] = i + 1;
		admitted[i] = keys->rows[i].key;
	}
	bus_admit(turn->bus, admitted, keys->count);
	free(admitted);
}

static const struct actor *
actor_hint(void *user, struct key key)
{
	struct turn *turn = user;
	size_t at = (size_t)mark_of('k', key.bytes, KEY_BYTES);

	if (turn->keys == NULL)
		return NULL;
	for (;; at++) {
		size_t found = turn->key_index[at % turn->key_index_size];

		if (found == 0)
			return NULL;
		if (memcmp(turn->keys->rows[found - 1].key.bytes, key.bytes, KEY_BYTES) == 0)
			return &turn->keys->rows[found - 1].actor;
	}
}

/* ---- form and fetch ---- */

/* Fills the forming batch from what waits, in order. */
static void
form(struct turn *turn)
{
	struct asked **link = &turn->waiting.first;
	int64_t now_us = wait_clock_us();

	turn->again_us = INT64_MAX;
	for (size_t i = 0; turn->forming == NULL && i < SLOTS; i++) {
		if (turn->slots[i].batch.stage == BATCH_IDLE)
			turn->forming = &turn->slots[i];
	}
	if (turn->forming == NULL)
		return;
	for (size_t seen = 0; *link != NULL && seen < SCAN_MAX; seen++) {
		if ((*link)->again_us > now_us && (*link)->again_us < turn->again_us)
			turn->again_us = (*link)->again_us;
		if ((*link)->again_us > now_us || !join(turn, turn->forming, *link)) {
			link = &(*link)->next;
			continue;
		}
		waiting_free(waiting_take(&turn->waiting, link));
	}
}

/* Decodes into the batch's arena; false when it must wait for another batch. */
static bool
join(struct turn *turn, struct slot *slot, const struct asked *asked)
{
	struct batch *batch = &slot->batch;
	struct text detail = TEXT_NONE;
	struct wire_message decoded;
	struct asked *own;
	struct work *work;
	size_t limit = (size_t)turn->config->batch_events_max;

	if (asked->part > 0 && (size_t)asked->part < limit)
		limit = (size_t)asked->part;
	if (slot->part > 0 && slot->part < limit)
		limit = slot->part;
	if (batch->count >= limit || slot->bytes + asked->bytes.len > BATCH_BYTES_MAX)
		return false;
	own = arena_take(batch->arena, sizeof(*own));
	*own = *asked;
	own->bytes = arena_text(batch->arena, asked->bytes);
	must(wire_decode(batch->arena, text_of(turn->config->district), own->bytes, &decoded, &detail) ==
		REFUSAL_NONE);
	if (decoded.kind == WIRE_COMMAND && !mark_work(turn, slot, &decoded.event))
		return false;
	work = &batch->works[batch->count++];
	*work = (struct work){.key = asked->key, .owner = own};
	work->kind = decoded.kind == WIRE_COMMAND    ? WORK_COMMAND :
		decoded.kind == WIRE_HELLO	     ? WORK_HELLO :
		decoded.kind == WIRE_ACKNOWLEDGE ? WORK_ACKNOWLEDGE :
						       WORK_ENROL;
	work->event = decoded.event;
	work->hello = decoded.hello;
	work->new_key = decoded.new_key;
	work->device_name = decoded.device_name;
	work->notice_ids = decoded.notice_ids;
	work->notice_ids_count = decoded.notice_ids_count;
	own->tag = decoded.tag;
	slot->bytes += own->bytes.len;
	if (asked->part > 0)
		slot->part = limit;
	return true;
}

/* No two batches have the same issue, request or outside reference in hand; in one batch several
 * events on an issue chain, but a request comes once, and a report with its number comes alone. */
static bool
mark_work(struct turn *turn, struct slot *slot, const struct event *event)
{
	const struct report *report = event->kind == EVENT_REPORT ? &event->report : NULL;
	int64_t id = report != NULL ? report->id : event->issue;
	uint64_t marks[4];
	size_t count = 0, chains = 0;

	if (id != 0 && report == NULL) {
		marks[count++] = mark_of('i', &id, sizeof(id));
		chains = 1;
		if (marks_has(&slot->marks, mark_of('n', &id, sizeof(id))))
			return false;
	} else if (id != 0) {
		marks[count++] = mark_of('i', &id, sizeof(id));
		marks[count++] = mark_of('n', &id, sizeof(id));
	}
	marks[count++] = mark_of('r', event->request.bytes, sizeof(event->request.bytes));
	if (report != NULL && report->reference.len > 0)
		marks[count++] = mark_of('x', report->reference.data, report->reference.len);
	for (size_t i = chains; i < count; i++) {
		if (marks_has(&slot->marks, marks[i]))
			return false;
	}
	for (size_t i = 0; i < SLOTS; i++) {
		for (size_t k = 0; under_way(&turn->slots[i]) && k < count; k++) {
			if (marks_has(&turn->slots[i].marks, marks[k]))
				return false;
		}
	}
	if (slot->marks.count + count > MARKS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		must(marks_add(&slot->marks, marks[i]));
	return true;
}

static void
start(struct turn *turn)
{
	struct slot *slot = turn->forming;
	int64_t now_us = wait_clock_us();
	bool look = now_us >= turn->due_look_us && !turn->draining;
	size_t others;

	if (slot == NULL || (slot->batch.count == 0 && !look) || !turn_is_ready(turn) ||
		!store_lane_is_free(turn->store, &others) ||
		(others > 0 && slot->batch.count < SECOND_LANE_FROM))
		return;
	slot->batch.due_max = look && slot->part == 0 ? (turn->due_part > 0 ? turn->due_part : DUE_MAX) : 0;
	slot->batch.due_from_start = now_us >= turn->full_look_us;
	if (slot->batch.due_max > 0) {
		turn->due_look_us = now_us + LOOK_EVERY_US;
		if (slot->batch.due_from_start)
			turn->full_look_us = now_us + FULL_LOOK_EVERY_US;
	}
	turn->forming = NULL;
	store_fetch(turn->store, &slot->batch);
}

/* ---- decide ---- */

static void
decide_batch(struct turn *turn, struct slot *slot)
{
	struct batch *batch = &slot->batch;
	bool writes = false;

	slot->rules = rules_use(turn->rules);
	for (size_t i = 0; i < batch->count; i++) {
		decide_work(turn, slot, &batch->works[i]);
		writes = writes || batch->works[i].verdict == VERDICT_DONE ||
			batch->works[i].verdict == VERDICT_NOTHING;
	}
	if (writes) {
		store_commit(turn->store, batch);
	} else {
		store_drop(turn->store, batch);
		batch->stage = BATCH_COMMITTED;
	}
}

static void
decide_work(struct turn *turn, struct slot *slot, struct work *work)
{
	static void (*const DECIDE[])(struct turn *, struct slot *, struct work *) = {
		[WORK_COMMAND] = decide_command,
		[WORK_DUE] = decide_due,
		[WORK_HELLO] = decide_hello,
		[WORK_ENROL] = decide_enrol,
		[WORK_ACKNOWLEDGE] = decide_acknowledge,
	};

	work->verdict = VERDICT_REFUSED;
	DECIDE[work->kind](turn, slot, work);
}

static void
decide_command(struct turn *turn, struct slot *slot, struct work *work)
{
	struct arena *arena = slot->batch.arena;
	struct instant now = slot->batch.now;
	struct asked *asked = work->owner;
	struct event *event = &work->event;
	struct dossier *dossier = work->dossier;
	enum refusal refusal = actor_may_speak(&work->actor);
	struct wire_names names = names_for(turn, slot->rules, now, asked->peer);

	event->actor = work->actor;
	if (refusal != REFUSAL_NONE) {
		refuse_work(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (request_id_at(event->request).us > now.us + AHEAD_MAX_US) {
		refuse_work(turn, slot, work, REFUSAL_REQUEST_AHEAD, TEXT("more than an hour"));
		return;
	}
	switch (work->found) {
	case WORK_SEEN:
		work->reply = work->receipt_reply;
		log_line(LOG_INFORMATION, "repeat device=%d issue=%lld", work->actor.device,
			(long long)event->issue);
		return;
	case WORK_OTHER_CONTENT:
		refuse_work(turn, slot, work, REFUSAL_OTHER_CONTENT, TEXT_NONE);
		return;
	case WORK_EXPIRED:
		refuse_work(turn, slot, work, REFUSAL_EXPIRED, TEXT_NONE);
		return;
	case WORK_LOCKED:
		wait_again(turn, slot, work);
		return;
	case WORK_ABSENT:
		refuse_work(turn, slot, work,
			event->kind == EVENT_CLAIM && event->issue == 0 ? REFUSAL_NOTHING_TO_CLAIM :
									  REFUSAL_UNKNOWN_ISSUE,
			TEXT_NONE);
		return;
	case WORK_READY:
		break;
	}
	if (dossier->exists && rulebook_release(slot->rules->loaded.book, dossier->issue.release) == NULL) {
		store_need_release(turn->store, dossier->issue.release);
		wait_again(turn, slot, work);
		return;
	}
	if (event->kind == EVENT_REPORT) {
		struct report *report = &event->report;

		dossier->fresh_id = report->id != 0 ? 0 : store_take_ids(turn->store, 1);
		if (report->id == 0 && dossier->fresh_id == 0) {
			wait_again(turn, slot, work);
			return;
		}
		report->point_place = slot->rules->geo == NULL ?
			0 :
			geo_place_at(slot->rules->geo, report->latitude, report->longitude);
	}
	work->effects = arena_take(arena, sizeof(*work->effects));
	work->effects->arena = arena;
	work->verdict = decide(slot->rules->loaded.book, event, now, dossier, work->effects);
	work->reply = wire_reply(arena, &names, event->request, &work->effects->reply,
		work->effects->reply.issue == dossier->issue.id && dossier->exists ? &dossier->issue : NULL, now);
}

static void
decide_due(struct turn *turn, struct slot *slot, struct work *work)
{
	struct dossier *dossier = work->dossier;

	if (work->found != WORK_READY || !dossier->exists)
		return;
	if (rulebook_release(slot->rules->loaded.book, dossier->issue.release) == NULL) {
		store_need_release(turn->store, dossier->issue.release);
		return;
	}
	work->effects = arena_take(slot->batch.arena, sizeof(*work->effects));
	work->effects->arena = slot->batch.arena;
	work->verdict = decide(slot->rules->loaded.book, &work->event, slot->batch.now, dossier, work->effects);
}

static void
decide_hello(struct turn *turn, struct slot *slot, struct work *work)
{
	struct asked *asked = work->owner;
	struct peer_language *language = language_of(turn, asked->peer);
	struct welcome welcome = {.now = slot->batch.now, .actor = &work->actor,
		.heartbeat_ms = turn->config->heartbeat_ms, .version = HUYING_VERSION};
	bool refill = false;
	enum refusal refusal = session_hello(&work->actor, &work->hello, &refill);
	struct wire_names names;

	*language = (struct peer_language){asked->peer, text_is(work->hello.language, "zh")};
	names = names_for(turn, slot->rules, slot->batch.now, asked->peer);
	if (refusal != REFUSAL_NONE) {
		refuse_work(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (refill && (work->reserve_first = store_take_ids(turn->store, RESERVE_SIZE)) != 0) {
		work->reserve_count = RESERVE_SIZE;
		work->verdict = VERDICT_DONE;
		welcome.numbers_from = work->reserve_first;
		welcome.numbers_count = RESERVE_SIZE;
	}
	work->reply = wire_welcome(slot->batch.arena, &names, &welcome);
}

static void
decide_enrol(struct turn *turn, struct slot *slot, struct work *work)
{
	enum refusal refusal = session_enrol(&work->actor, &work->new_key, slot->batch.now);

	if (refusal != REFUSAL_NONE) {
		refuse_work(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (work->actor.device_state == DEVICE_ENROLLING)
		work->verdict = VERDICT_DONE;
	work->reply = wire_enrolled(slot->batch.arena, &work->actor);
}

static void
decide_acknowledge(struct turn *turn, struct slot *slot, struct work *work)
{
	const struct asked *asked = work->owner;
	enum refusal refusal = actor_may_speak(&work->actor);

	if (refusal != REFUSAL_NONE) {
		refuse_work(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (work->found == WORK_LOCKED) {
		wait_again(turn, slot, work);
		return;
	}
	if (work->notices_count > 0)
		work->verdict = VERDICT_DONE;
	work->reply = wire_acknowledged(slot->batch.arena, asked->tag, work->notices_count);
}

static void
refuse_work(struct turn *turn, struct slot *slot, struct work *work, enum refusal refusal, struct text detail)
{
	struct asked *asked = work->owner;
	struct arena *arena = slot->batch.arena;
	struct wire_names names = names_for(turn, slot->rules, slot->batch.now, asked->peer);
	struct reply reply = {.verdict = VERDICT_REFUSED, .refusal = refusal, .detail = detail};

	work->verdict = VERDICT_REFUSED;
	if (work->kind == WORK_COMMAND)
		work->reply = wire_reply(arena, &names, work->event.request, &reply, NULL, slot->batch.now);
	else
		work->reply = wire_refused(arena, &names, refusal, detail, 0, slot->batch.now);
	log_line(LOG_INFORMATION, "refusal event=%s issue=%lld actor=%d device=%d refusal=%s detail=%s",
		work->kind == WORK_COMMAND ? event_word(work->event.kind) : "session",
		(long long)work->event.issue, work->actor.id, work->actor.device, refusal_word(refusal),
		log_escape(detail));
}

/* Not applied; the same again in a while. */
static void
busy_work(struct turn *turn, struct slot *slot, struct work *work)
{
	struct asked *asked = work->owner;
	struct arena *arena = slot->batch.arena;
	struct instant now = store_now(turn->store);
	struct wire_names names = names_for(turn, turn->rules, now, asked->peer);

	work->reply = work->kind == WORK_COMMAND ?
		wire_busy(arena, work->event.request, RETRY_MS, now) :
		wire_refused(arena, &names, REFUSAL_NONE, TEXT("busy"), RETRY_MS, now);
}

/* Into a later batch, unless it has waited long enough: then BUSY. */
static void
wait_again(struct turn *turn, struct slot *slot, struct work *work)
{
	struct asked *asked = work->owner;

	work->verdict = VERDICT_REFUSED;
	if (asked == NULL)
		return;
	if (wait_clock_us() - asked->since_us > PATIENCE_US) {
		busy_work(turn, slot, work);
		return;
	}
	asked->again_us = wait_clock_us() + AGAIN_US;
	waiting_add(&turn->waiting, asked);
}

/* ---- tell ---- */

static void
tell_batch(struct turn *turn, struct slot *slot)
{
	struct batch *batch = &slot->batch;

	for (size_t i = 0; i < batch->count; i++) {
		struct work *work = &batch->works[i];
		struct asked *asked = work->owner;

		if (asked != NULL && work->reply.len > 0)
			bus_send(turn->bus, asked->peer, work->reply);
		if (work->effects != NULL)
			log_work(work);
	}
	store_poke_feed(turn->store);
	plan_due_look(turn, slot);
	empty_slot(slot);
}

/* When to look for due issues next: at once while there are more, else when the earliest known comes. */
static void
plan_due_look(struct turn *turn, const struct slot *slot)
{
	const struct batch *batch = &slot->batch;
	struct instant earliest = batch->due_max > 0 ? batch->next_due_at : INSTANT_NEVER;
	int64_t now_us = wait_clock_us(), in_us;

	for (size_t i = 0; i < batch->count; i++) {
		const struct work *work = &batch->works[i];

		if (work->dossier != NULL && work->effects != NULL && work->verdict != VERDICT_REFUSED)
			earliest = instant_min(earliest, work->dossier->issue.next_due_at);
	}
	if (batch->due_max > 0) {
		turn->due_part = 0;
		if (batch->due_taken >= batch->due_max)
			turn->due_look_us = now_us;
	}
	if (instant_is_never(earliest))
		return;
	in_us = earliest.us - store_now(turn->store).us;
	if (in_us < 0)
		in_us = 0;
	if (in_us < LOOK_EVERY_US && now_us + in_us < turn->due_look_us)
		turn->due_look_us = now_us + in_us;
}

/* Nothing of the batch is known to be written. */
static void
fail_batch(struct turn *turn, struct slot *slot)
{
	struct batch *batch = &slot->batch;
	size_t commands = 0, dues = 0;
	enum batch_error error = batch->error;
	int32_t part;

	for (size_t i = 0; i < batch->count; i++)
		*(batch->works[i].kind == WORK_DUE ? &dues : &commands) += 1;
	part = commands + dues > 32 ? 32 : 1;
	log_line(error == BATCH_REPEAT ? LOG_INFORMATION : LOG_WARNING,
		"batch failed sqlstate=%s commands=%zu due=%zu", batch->sqlstate, commands, dues);
	if (error == BATCH_SPLIT && commands + dues == 1)
		store_set_aside(turn->store, &batch->works[0], batch->sqlstate);
	if (error == BATCH_SPLIT && dues > 0) {
		turn->due_part = (size_t)part;
		turn->due_look_us = wait_clock_us();
	}
	for (size_t i = 0; i < batch->count; i++) {
		struct work *work = &batch->works[i];
		struct asked *asked = work->owner;

		if (asked == NULL)
			continue;
		work->reply = TEXT_NONE;
		if (error == BATCH_SPLIT && commands + dues == 1) {
			if (slot->rules == NULL)
				slot->rules = rules_use(turn->rules);
			refuse_work(turn, slot, work, REFUSAL_POISON, text_of(batch->sqlstate));
		} else if (error == BATCH_SPLIT) {
			asked->part = part;
			waiting_add(&turn->waiting, asked);
		} else if (error == BATCH_REPEAT && ++asked->tries <= TRIES_MAX) {
			waiting_add(&turn->waiting, asked);
		} else {
			busy_work(turn, slot, work);
		}
		if (work->reply.len > 0)
			bus_send(turn->bus, asked->peer, work->reply);
	}
	empty_slot(slot);
}

static void
empty_slot(struct slot *slot)
{
	struct batch *batch = &slot->batch;
	struct batch empty = {.arena = batch->arena, .works = batch->works, .capacity = batch->capacity};

	rules_release(&slot->rules);
	marks_clear(&slot->marks);
	arena_reset(batch->arena);
	*batch = empty;
	slot->bytes = 0;
	slot->part = 0;
}

/* ---- words ---- */

static void
log_work(const struct work *work)
{
	const struct journal_entry *entry = &work->effects->journal;
	const struct reply *reply = &work->effects->reply;

	if (work->verdict == VERDICT_DONE && entry->version > 0)
		log_line(LOG_INFORMATION,
			"decision issue=%lld version=%d event=%s state=%s unit=%d desk=%s cause=%s actor=%d device=%d "
			"due_us=%lld",
			(long long)work->dossier->issue.id, entry->version, event_word(entry->event),
			state_word(entry->state), entry->holder.unit, desk_word(entry->holder.desk),
			cause_word(entry->cause), entry->actor, entry->device,
			instant_is_never(entry->due_at) ? 0LL : (long long)entry->due_at.us);
	else if (work->kind == WORK_COMMAND)
		log_line(LOG_INFORMATION, "refusal event=%s issue=%lld actor=%d device=%d refusal=%s detail=%s",
			event_word(work->event.kind), (long long)work->event.issue, work->actor.id,
			work->actor.device,
			work->verdict == VERDICT_CONFLICT ? "CONFLICT" : refusal_word(reply->refusal),
			log_escape(reply->detail));
}

static struct wire_names
names_for(struct turn *turn, const struct rules *rules, struct instant now, struct peer peer)
{
	const struct rulebook *book = rules == NULL ? NULL : rules->loaded.book;

	return (struct wire_names){book, book == NULL ? NULL : rulebook_in_force(book, now),
		language_of(turn, peer)->chinese ? TEXT("zh") : TEXT("en")};
}

/* A place for this peer; English until its Hello says otherwise. */
static struct peer_language *
language_of(struct turn *turn, struct peer peer)
{
	size_t at = ((size_t)peer.id[3] << 8 | peer.id[4]) % PEERS_REMEMBERED;
	struct peer_language *language = &turn->languages[at];

	if (memcmp(language->peer.id, peer.id, sizeof(peer.id)) != 0)
		*language = (struct peer_language){peer, false};
	return language;
}

static bool
under_way(const struct slot *slot)
{
	return slot->batch.stage != BATCH_IDLE;
}
