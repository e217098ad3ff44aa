/* turn.c — gather, fetch, decide, commit, tell.
 *
 * While batches are under way in the store's lanes, the next one forms: it grows with the load. What
 * cannot join it (an issue in another batch's hands, no room) waits as bytes. A clock that fell due
 * is just another event, brought by FETCH. We speak only of what is committed. */
#include "turn.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "log.h"
#include "turn/inside.h"

static bool can_start(const struct turn *turn);
static void not_later(int64_t *timeout_us, int64_t at_us);

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
	turn->subscriptions = subscriptions_open(bus, store, config->heartbeat_ms, gather_actor, turn);
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
	int64_t timeout_us = LOOK_EVERY_US;

	if (can_start(turn))
		not_later(&timeout_us, turn->due_look_us);
	not_later(&timeout_us, turn->subscriptions_us);
	not_later(&timeout_us, turn->again_us);
	store_wants(turn->store, fds, &count, &timeout_us);
	if (!bus_wants(turn->bus, fds, &count))
		timeout_us = 0;
	loop_wait(loop, fds, count, timeout_us);

	gather_messages(turn);
	store_advance(turn->store);
	gather_rules_and_keys(turn);
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &turn->slots[i];

		if (slot->batch.stage == BATCH_FETCHED)
			judge_batch(turn, slot);
		if (slot->batch.stage == BATCH_COMMITTED)
			tell_batch(turn, slot);
		if (slot->batch.stage == BATCH_FAILED)
			tell_failure(turn, slot);
	}
	gather_looks(turn);
	turn->subscriptions_us = subscriptions_turn(turn->subscriptions, turn->rules);
	form_batch(turn);
	form_start(turn);
	log_flush();
}

/* Could a batch begin now? While one is under way its end wakes us, whatever falls due meanwhile. */
static bool
can_start(const struct turn *turn)
{
	size_t under_way;

	return !turn->draining && store_lane_is_free(turn->store, &under_way) && under_way == 0;
}

static void
not_later(int64_t *timeout_us, int64_t at_us)
{
	int64_t in_us = at_us - wait_clock_us();

	if (in_us < *timeout_us)
		*timeout_us = in_us > 0 ? in_us : 0;
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

struct wire_names
turn_names(struct turn *turn, const struct rules *rules, struct instant now, struct peer peer)
{
	const struct rulebook *book = rules == NULL ? NULL : rules->loaded.book;

	return (struct wire_names){book, book == NULL ? NULL : rulebook_in_force(book, now),
		turn_language(turn, peer)->chinese ? TEXT("zh") : TEXT("en")};
}

/* A place for this peer; English until its Hello says otherwise. */
struct peer_language *
turn_language(struct turn *turn, struct peer peer)
{
	size_t at = ((size_t)peer.id[3] << 8 | peer.id[4]) % PEERS_REMEMBERED;
	struct peer_language *language = &turn->languages[at];

	if (memcmp(language->peer.id, peer.id, sizeof(peer.id)) != 0)
		*language = (struct peer_language){peer, false};
	return language;
}
