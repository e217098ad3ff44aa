/* store.h — PostgreSQL, and nothing else in the daemon knows it.
 *
 * Two lanes carry batches (FETCH, then COMMIT, each one pipelined trip), a third connection answers
 * looks (queries that change nothing) and a fourth reads rules and keys. Nothing here blocks: start
 * something, call store_advance when an fd speaks, and see what became of it. The database being
 * away is an ordinary state: nothing is acknowledged, and the store reconnects by itself. */
#ifndef HUYING_STORE_STORE_H
#define HUYING_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/wait.h"
#include "core/decide.h"
#include "core/look.h"
#include "core/session.h"

struct store;

struct store_config {
	const char *database;   /* libpq connection string or URL */
	const char *district;   /* its code */
	int batch_events_max;   /* 1,000 */
	bool allow_unsafe;      /* test clusters: fsync or synchronous_commit may be off */
};

struct store *store_open(const struct store_config *config);
void store_close(struct store **store);

/* Appends what to wait for; lowers *timeout_us where the store must act by itself earlier. */
void store_wants(struct store *store, struct wait_fd *fds, size_t *count, int64_t *timeout_us);
void store_advance(struct store *store);

/* Can batches be taken at all? When not, `store_trouble` says why in one sentence. */
bool store_is_up(const struct store *store);
const char *store_trouble(const struct store *store);
/* Local estimate of the database's now (its clock and shift as last read, plus monotonic time since). */
struct instant store_now(const struct store *store);

/* ---- batches ---- */

enum work_kind {
	WORK_COMMAND,
	WORK_DUE,   /* added by FETCH itself when batch.due_max > 0 */
	WORK_HELLO,
	WORK_ENROL,
	WORK_ACKNOWLEDGE
};

enum work_found {
	WORK_READY,   /* dossier (and actor) are there: decide */
	WORK_SEEN,    /* a receipt with the same digest: receipt_reply is the answer */
	WORK_OTHER_CONTENT, /* a receipt with another digest */
	WORK_EXPIRED, /* older than the oldest receipts kept */
	WORK_LOCKED,  /* the row is held by another transaction, or claim-next lost a race: next batch */
	WORK_ABSENT   /* no such issue (dossier->exists is false too); claim next: nothing free */
};

/* One thing to do, from the request to its answer. */
struct work {
	/* given */
	enum work_kind kind;
	struct key key;          /* who asks; not for DUE */
	struct event event;      /* COMMAND and DUE; FETCH fills event.actor, and event.issue of a claim next */
	struct hello hello;      /* HELLO */
	struct key new_key;      /* ENROL */
	struct text device_name; /* ENROL */
	const uint64_t *notice_ids; /* ACKNOWLEDGE; at most ACKNOWLEDGE_MAX */
	size_t notice_ids_count;
	void *owner;             /* the turn's, untouched */
	/* found by FETCH */
	struct actor actor;      /* device_state DEVICE_UNKNOWN when the key is not known */
	enum work_found found;
	struct dossier *dossier; /* one for all work on an issue in this batch; NULL for HELLO and the like */
	int64_t *notices;        /* ACKNOWLEDGE: those of them that are his and not acknowledged */
	size_t notices_count;
	struct text receipt_reply;
	/* decided, for COMMIT: written when verdict is DONE (or NOTHING with a due set right) */
	enum verdict verdict;
	struct effects *effects;
	struct text reply;       /* encoded; becomes the receipt of a COMMAND */
	int64_t reserve_first;   /* HELLO with refill: block of ids to hand out; 0 = none */
	int32_t reserve_count;
};

enum batch_stage {
	BATCH_IDLE,
	BATCH_FETCHING,
	BATCH_FETCHED,    /* decide, then store_commit or store_drop */
	BATCH_COMMITTING,
	BATCH_COMMITTED,  /* tell */
	BATCH_FAILED      /* see error; nothing of it is known to be written */
};

enum batch_error {
	BATCH_NO_ERROR,
	BATCH_SPLIT,   /* SQLSTATE class 22, 23, 54: one row is bad; alone: refuse it, dead letter */
	BATCH_REPEAT,  /* class 40, or a receipt was there already: the same batch again from FETCH */
	BATCH_AWAY     /* 08, 53, 57, 58, 25, anything else: answer BUSY; never split */
};

struct batch {
	struct arena *arena;      /* everything of the batch; the turn resets it */
	struct work *works;       /* grows by due work during FETCH: capacity >= count + due_max */
	size_t count, capacity;
	size_t due_max;           /* take up to so many due issues; 0 = none */
	bool due_from_start;      /* look at the whole index, not only behind the moving bound */
	enum batch_stage stage;
	enum batch_error error;
	char sqlstate[6];
	/* read by FETCH, behind the locks */
	struct instant now;
	struct instant next_due_at; /* earliest not yet due in the district, when due_max > 0 */
	size_t due_taken;           /* == due_max: there may be more */
	void *lane;                 /* the store's */
};

/* Is a lane free? The second lane is for large batches: `busy` tells how many are under way. */
bool store_lane_is_free(const struct store *store, size_t *ret_under_way);
/* Starts FETCH of batch->works; must only be called while a lane is free. */
void store_fetch(struct store *store, struct batch *batch);
/* Starts COMMIT of what was decided. Works whose verdict is not DONE write nothing. */
void store_commit(struct store *store, struct batch *batch);
/* Gives the lane back when nothing is to be written; ends the transaction and its locks. */
void store_drop(struct store *store, struct batch *batch);
/* In a transaction of its own, without an answer: sets a poisonous due issue aside (next_due_at null,
 * quarantined), or keeps the dead letter of a refused command. */
void store_set_aside(struct store *store, const struct work *work, const char *sqlstate);

/* Fresh issue ids from the daemon's own block; 0 when none is at hand yet (the next FETCH brings some). */
int64_t store_take_ids(struct store *store, int32_t count);
size_t store_ids_left(const struct store *store);

/* ---- looks: queries that change nothing (but a look at contact data, which is recorded) ---- */

/* Queues a look; false when too many wait already. Done looks come back one by one. */
bool store_look(struct store *store, struct look *look);
struct look *store_take_look(struct store *store); /* NULL = none done */

/* ---- feed: what changed, whoever changed it ---- */

/* Read the journal from now on, or no more. A connection is only used while it is wanted. */
void store_want_feed(struct store *store, bool wanted);
/* Does every change committed from now on come through the feed? */
bool store_feed_is_live(const struct store *store);
/* Look at once, since something was committed. */
void store_poke_feed(struct store *store);

struct feed {
	struct look_change *changes;
	size_t count;
	struct instant until; /* changes committed before this have been told with these */
	bool torn;            /* something was missed: everybody must begin anew */
};
/* NULL = nothing new; borrowed until the next store_advance. */
const struct feed *store_take_feed(struct store *store);

/* ---- rules and keys ---- */

struct known_key {
	struct key key;
	struct actor actor; /* as of the load: a hint for planning looks, never for judging */
};

struct keys {
	int64_t version;
	struct known_key *rows; /* active keys, and codes (used ones too) */
	size_t count;
};

/* Reload is started by the store itself at connect, when the district's release or keys change
 * (every FETCH and a look each second see that), and by these. */
void store_reload(struct store *store);
/* The rulebook lacks this release, which an open issue pins: load it too. */
void store_need_release(struct store *store, int32_t number);

/* A freshly loaded rulebook with its polygons, in an arena that is handed over; false = none new. */
struct loaded_rules {
	struct arena *arena;
	struct rulebook *book;
	const struct place_shape *shapes; /* of the places of the release in force */
	size_t shapes_count;
	int32_t shapes_release;
};
bool store_take_rules(struct store *store, struct loaded_rules *ret_rules);
/* Why the newest rules were refused whole (the old ones stay in force); empty = they were not. */
struct text store_rules_refused(const struct store *store);
/* NULL = nothing new; owned by the store until the next reload. */
const struct keys *store_take_keys(struct store *store);

/* ---- blocking, for --check and huying-admin only ---- */

/* Loads as the daemon would; NULL with words in ret_why. */
bool store_load_rules_now(const char *database, const char *district, struct loaded_rules *ret_rules,
	struct text *ret_why);
/* Connects, looks at version, roles, schema, settings; false with the sentence what is wrong. */
bool store_check_now(const struct store_config *config, struct arena *arena, struct text *ret_why);
/* The number of the last migration this build knows. */
int store_schema_version(void);

#endif
