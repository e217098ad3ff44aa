/* inside.h — what the files of this room share; nobody else includes it. */
#ifndef HUYING_STORE_INSIDE_H
#define HUYING_STORE_INSIDE_H

#include "store/connection.h"
#include "store/store.h"

#define LANES 2
#define TRIP_WITHIN_US (15 * US_PER_SECOND)
#define LOAD_WITHIN_US (60 * US_PER_SECOND)
#define REPLAN_MOST_US (60 * US_PER_SECOND)
#define ID_RANGES_MAX 64
#define LOOKS_MAX 1000
#define ASIDES_MAX 256
#define RELEASES_WANTED_MAX 64

#define NO_DISTRICT "the database has no district %.12s; load it with `huying-admin load district FILE`"

/* A dossier with what COMMIT must know of it; `dossier` is first, so one pointer is the other. */
struct case_ {
	struct dossier dossier;
	struct text clocks;      /* packed: as read, then as to be written */
	bool named, existed, new_number;
	int32_t version_seen;
	struct instant next_due_seen, due_seen, warn_seen;
	bool changed;            /* some decision on it is to be written */
	bool queued;             /* it is among the rows to be written already */
	bool withdraw;
	int64_t id;              /* asked for; the dossier's may be 0 */
	bool present;            /* exists, but may be locked by another */
};

struct fetch;

enum lane_stage {
	LANE_FREE,
	LANE_FETCHING,
	LANE_HELD,       /* the batch is with the turn, its transaction open */
	LANE_COMMITTING,
	LANE_ENDING      /* ROLLBACK is under way */
};

struct lane {
	struct store *store;
	struct connection *connection;
	enum lane_stage stage;
	unsigned serial;         /* of the session that holds the batch's locks */
	int64_t replan_at_us, replan_pause_us;
	struct batch *batch;     /* NULL while ENDING a dropped one */
	struct fetch *fetch;     /* in the batch's arena */
	enum batch_error error;  /* told when ENDING is over */
	char sqlstate[6];
	bool brings_keys;        /* a device is being enrolled: reload keys behind COMMIT */
};

struct id_range {
	int64_t next, last;
};

struct aside {
	bool issue;              /* quarantine, else a dead letter */
	enum event_kind event;
	int64_t issue_id;
	int32_t device;
	struct request_id request;
	struct digest digest;
	char sqlstate[6];
};

struct horizon {
	struct instant receipts_from, receipts_until;
	int64_t journal_until;
};

/* What the housekeeping connection does now. */
enum chore {
	CHORE_NONE,
	CHORE_DISTRICT,
	CHORE_PARTITIONS,
	CHORE_ASIDE,
	CHORE_KEYS,
	CHORE_RULES,
	CHORE_WATCH
};

struct loader;

struct store {
	struct store_config config;
	char *database, *district_code;
	char trouble[400];
	struct lane lanes[LANES];
	struct connection *looks, *house;
	struct feeding *feeding;

	/* the district, and time */
	int32_t district;
	bool district_known;
	struct instant read_now; /* as last read … */
	int64_t read_at_us;      /* … at this monotonic instant */
	struct span shift;
	int64_t due_held_until_us; /* the database's clock jumped ahead: no firing before */
	struct horizon horizon;
	int64_t chore_again_us;  /* a chore failed: not before */

	/* numbers, in order of use */
	struct id_range ids[ID_RANGES_MAX];
	size_t ids_count;
	int64_t top_id;

	struct instant due_floor; /* behind which a look for due issues may start */

	/* chores */
	enum chore chore;
	struct arena *chore_arena;
	struct aside asides[ASIDES_MAX];
	size_t asides_count;

	/* looks */
	struct look *waiting, **waiting_end, *done, **done_end, *looking;
	size_t looks_count;
	struct arena *look_arena;

	/* rules */
	int32_t release_seen, release_loaded; /* number of the district's row */
	bool rules_wanted;
	int32_t releases_wanted[RELEASES_WANTED_MAX];
	size_t releases_wanted_count;
	struct instant next_release_at; /* reload then: its places come into force */
	struct loader *loader;
	struct loaded_rules fresh_rules;
	struct arena *refused_arena;
	struct text refused;

	/* keys */
	int64_t keys_seen, keys_loaded;
	bool keys_wanted;
	struct arena *keys_taken_arena, *keys_fresh_arena, *keys_loading_arena;
	struct keys keys_taken, keys_fresh, keys_loading;
	bool keys_are_fresh;
};

/* columns of the statements (rows.c) */
extern const struct column ISSUE_COLUMNS[];
extern const size_t ISSUE_COLUMNS_COUNT;
extern const struct column ACTOR_COLUMNS[];
extern const size_t ACTOR_COLUMNS_COUNT;

/* A row of `issue` as a case: dossier.issue and clocks. False when the clocks cannot be read. */
bool case_read(struct case_ *case_, const PGresult *result, int row, int first, struct arena *arena);

/* store.c */
void store_learn_district(struct store *store, const PGresult *result, int first);
enum batch_error batch_error_of(enum trip_end end, const char *sqlstate);
void store_give_ids(struct store *store, int64_t first, int64_t count);
bool store_horizon_is_near(const struct store *store);

/* fetch.c, commit.c: send the statements; read and ended come back through the lane. */
void fetch_send(struct lane *lane);
void fetch_read(struct lane *lane, enum statement statement, const PGresult *result);
/* False when what was read cannot be used: the partitions end. */
bool fetch_finish(struct lane *lane);
void commit_send(struct lane *lane);

/* look.c */
void looks_advance(struct store *store);
/* The look columns of a row, which come first; returns how many they are. */
int look_row_read(const PGresult *result, int row, struct arena *arena, struct look_issue *ret_issue);

/* feed.c */
void feed_open(struct store *store, struct connection *connection);
void feed_close(struct store *store);
void feed_wants(struct store *store, struct wait_fd *fds, size_t *count, int64_t *timeout_us);
void feed_advance(struct store *store);

/* rules.c and keys.c: a load is a trip of the housekeeping connection. */
struct loader *loader_new(int32_t district);
void loader_free(struct loader **loader);
void loader_send(struct loader *loader, struct connection *connection, struct arena *arena,
	struct instant now, const int32_t *releases, size_t releases_count);
void loader_read(struct loader *loader, enum statement statement, const PGresult *result);
/* Builds the rulebook; false with words when something does not fit. The arena goes to ret_rules. */
bool loader_finish(struct loader *loader, struct loaded_rules *ret_rules, struct instant *ret_next_at,
	struct text *ret_why);
void keys_send(struct store *store);
void keys_read(struct store *store, enum statement statement, const PGresult *result);
void keys_finish(struct store *store);

#endif
