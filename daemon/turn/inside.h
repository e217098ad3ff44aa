/* inside.h — what the files of the turn share; nobody else includes it.
 *
 *	gather.c  messages, looks, rules and keys: what came
 *	form.c    the batch that forms, and its start
 *	judge.c   a fetched batch, decided
 *	tell.c    a batch that was committed, or failed */
#ifndef HUYING_TURN_INSIDE_H
#define HUYING_TURN_INSIDE_H

#include "turn.h"
#include "turn/marks.h"
#include "turn/question.h"
#include "turn/rules.h"
#include "turn/subscription.h"
#include "turn/waiting.h"
#include "wire/wire.h"

#define SLOTS 3                  /* two lanes, and the batch that forms */
#define DUE_MAX 500              /* due issues a batch takes */
#define RETRY_MS 500
#define TRIES_MAX 8
#define LOOK_EVERY_US INT64_C(1000000)
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

/* gather.c */
void gather_messages(struct turn *turn);
void gather_looks(struct turn *turn);
void gather_rules_and_keys(struct turn *turn);
const struct actor *gather_actor(void *user, struct key key);

/* form.c */
/* Decodes into the batch's arena; false when it must wait for another batch. */
bool form_join(struct turn *turn, struct slot *slot, const struct asked *asked);
void form_batch(struct turn *turn);
void form_start(struct turn *turn);
void form_empty(struct slot *slot);

/* judge.c */
void judge_batch(struct turn *turn, struct slot *slot);
void judge_refuse(struct turn *turn, struct slot *slot, struct work *work, enum refusal refusal, struct text detail);
void judge_busy(struct turn *turn, struct slot *slot, struct work *work);

/* tell.c */
void tell_batch(struct turn *turn, struct slot *slot);
void tell_failure(struct turn *turn, struct slot *slot);

/* turn.c: what the encoders look names up in, for a peer's language. */
struct wire_names turn_names(struct turn *turn, const struct rules *rules, struct instant now, struct peer peer);
/* A place for this peer; English until its Hello says otherwise. */
struct peer_language *turn_language(struct turn *turn, struct peer peer);

#endif
