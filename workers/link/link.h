/* link.h — the client's side of the conversation: hello, heartbeats, and the same question asked
 * again until it is answered.
 *
 * A link speaks to one district through any of its endpoints. Questions (commands and queries) are
 * put in; answers are taken out, in the order in which they come. What is unanswered is sent again,
 * byte for byte, after a while, after BUSY, or through another endpoint: the request id makes a
 * repeat harmless. A link never forgets a question by itself; who waits says how long.
 *
 * One link, one thread. */
#ifndef HUYING_LINK_LINK_H
#define HUYING_LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct Huying__Change;
struct Huying__Command;
struct Huying__Enrolled;
struct Huying__Page;
struct Huying__Query;
struct Huying__Refused;
struct Huying__Reply;
struct Huying__Resync;
struct Huying__Snapshot;
struct Huying__Subscribe;
struct Huying__Welcome;

#define LINK_KEY_BYTES 32
#define LINK_REQUEST_BYTES 16
#define LINK_ENDPOINTS_MAX 8
#define LINK_WINDOW 64 /* questions on their way at once */
#define LINK_FRAME_BYTES_MAX 65536

struct link;

struct link_settings {
	const char *endpoints[LINK_ENDPOINTS_MAX]; /* tcp://host:port, tried in turn */
	size_t endpoints_count;
	uint8_t server_key[LINK_KEY_BYTES]; /* public */
	uint8_t secret_key[LINK_KEY_BYTES];
	const char *language; /* "zh" or "en": of the words in answers */
	const char *program;  /* name and version, for the other side's log */
	/* For so long it is not believed that a key is not known: a new one is let in a second or so
	 * after it was made. 0 = a second. */
	int64_t new_key_us;
	/* At each Hello: how many issue numbers are left. At each Welcome: what it brought, numbers
	 * above all; they are lost when nobody keeps them. Either may be NULL. */
	uint32_t (*numbers_left)(void *owner);
	void (*welcomed)(void *owner, const struct Huying__Welcome *welcome);
	void *owner;
};

enum link_result {
	LINK_OK,
	LINK_AWAY,     /* nobody could be reached in time */
	LINK_SILENT,   /* reached, but the handshake was not answered: busy, or the key is not welcome */
	LINK_BUSY,     /* reached, and asked to come again later */
	LINK_STRANGER, /* the other side does not know this key: revoked, or never enrolled */
	LINK_REFUSED,  /* said so in words: link_refused */
	LINK_TOO_LONG  /* the question is larger than a frame may be */
};

/* NULL when a key cannot be used. Nothing is connected before the first wait. */
struct link *link_open(const struct link_settings *settings);
void link_close(struct link **link);

/* Waits for the Welcome, at most so long. */
enum link_result link_greet(struct link *link, int64_t patience_us);
/* The last Welcome; NULL before the first. */
const struct Huying__Welcome *link_welcome(const struct link *link);
/* The last Refused that ended the conversation; NULL when there was none. */
const struct Huying__Refused *link_refused(const struct link *link);
/* The endpoint spoken to, or tried last. */
const char *link_endpoint(const struct link *link);

/* The server's time as far as we know it, microseconds since 1970. */
int64_t link_now_us(const struct link *link);
/* A fresh request id: UUIDv7 in the server's time. */
void link_request_id(const struct link *link, uint8_t ret_request[LINK_REQUEST_BYTES]);

/* The exact bytes of a command, to be kept or sent; malloc'd. `request` goes in. */
bool link_pack(const struct Huying__Command *command, const uint8_t request[LINK_REQUEST_BYTES],
	uint8_t **ret_frame, size_t *ret_len);

/* Whether another question may be put. */
bool link_has_room(const struct link *link);
size_t link_waiting(const struct link *link);
/* Copies `frame`, which link_pack made with `request`. `tag` is the caller's own. */
enum link_result link_put(struct link *link, const uint8_t request[LINK_REQUEST_BYTES],
	const uint8_t *frame, size_t len, uint64_t tag);
enum link_result link_put_query(struct link *link, struct Huying__Query *query, uint64_t tag);

struct link_answer {
	uint64_t tag;
	struct Huying__Reply *reply; /* one of the two; never BUSY */
	struct Huying__Page *page;
};

/* Waits for one answer, at most so long. LINK_OK: ret_answer is the caller's, link_answer_free.
 * Anything else: the questions stay where they are, and another take goes on waiting. */
enum link_result link_take(struct link *link, int64_t patience_us, struct link_answer *ret_answer);
void link_answer_free(struct link_answer *answer);

/* One question and its answer, for who has nothing else on the way. Free with
 * huying__reply__free_unpacked and huying__page__free_unpacked. */
enum link_result link_command(struct link *link, const struct Huying__Command *command,
	int64_t patience_us, struct Huying__Reply **ret_reply);
enum link_result link_query(struct link *link, struct Huying__Query *query, int64_t patience_us,
	struct Huying__Page **ret_page);

/* ---- a list that follows by itself ---- */

enum link_told {
	LINK_SNAPSHOT, /* a part of the list as it stands; `more` = another part follows */
	LINK_CHANGE,
	LINK_LOST,     /* the picture no longer follows: it is mended on the next endpoint, by itself */
	LINK_DENIED    /* he may not follow (any longer): resync says why */
};

struct link_word {
	enum link_told told;
	bool anew; /* SNAPSHOT: the first part of a new picture; what was known before is void */
	struct Huying__Snapshot *snapshot;
	struct Huying__Change *change;
	struct Huying__Resync *resync;
};

/* From now on this is followed, through whichever endpoint; `subscribe` is borrowed until link_close. */
void link_follow(struct link *link, struct Huying__Subscribe *subscribe);
/* Waits for the next word, at most so long. LINK_OK: free with link_word_free. LINK_AWAY: none came. */
enum link_result link_hear(struct link *link, int64_t patience_us, struct link_word *ret_word);
void link_word_free(struct link_word *word);
/* Until when the picture is known to be true: server's time in microseconds; 0 = not known yet. */
int64_t link_fed_until_us(const struct link *link);

/* Notices of the inbox that a person has seen: sent until it is answered with how many they were. */
enum link_result link_acknowledge(struct link *link, const uint64_t *notices, size_t count,
	int64_t patience_us, uint32_t *ret_count);

/* On a link opened with a code's key: asks that `public_key` be let in. */
enum link_result link_enrol(struct link *link, const uint8_t public_key[LINK_KEY_BYTES],
	const char *device_name, int64_t patience_us, struct Huying__Enrolled **ret_enrolled);

#endif
