/* bus.h — ZeroMQ, and nothing else in the daemon knows it: one ROUTER, CURVE always on.
 *
 * A peer is whoever sent a message; its key was proved by CURVE and admitted by ZAP from memory.
 * Frames that are not exactly [routing id][payload], or whose payload lacks a User-Id, are dropped
 * and counted. The bus always receives; what is too much is answered by the turn. */
#ifndef HUYING_BUS_BUS_H
#define HUYING_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/wait.h"
#include "core/actor.h"

#define BUS_MESSAGE_BYTES_MAX 65536

struct bus;

struct bus_config {
	const char *endpoint;       /* tcp://127.0.0.1:7421; port * binds any free one */
	struct key secret;          /* of the server */
	int connections_per_key;    /* 16 */
	int handshakes_per_minute;  /* 600, per key */
	int messages_per_second;    /* token bucket per key; 0 = no bound */
	int messages_burst;
};

struct peer {
	uint8_t id[5]; /* routing id as libzmq assigned it */
};

struct bus_message {
	struct peer peer;
	struct key key;     /* who it is */
	struct text bytes;  /* in the arena given to bus_receive */
	bool throttled;     /* beyond the key's token bucket: answer BUSY, do no more */
};

/* NULL with a sentence in ret_why (static or in arena). Proves at start that an unknown key gets nowhere. */
struct bus *bus_open(const struct bus_config *config, struct arena *arena, struct text *ret_why);
void bus_close(struct bus **bus);

/* The endpoint really bound, e.g. with the port that * became. */
struct text bus_endpoint(const struct bus *bus);

/* Replaces the set of admitted keys; holds for new handshakes at once. */
void bus_admit(struct bus *bus, const struct key *keys, size_t count);

/* Appends what to wait for; returns false when there is something to do already: do not sleep. */
bool bus_wants(struct bus *bus, struct wait_fd *fds, size_t *count);

/* Answers handshakes, then takes up to `max` messages. */
size_t bus_receive(struct bus *bus, struct arena *arena, struct bus_message *ret_messages, size_t max);

enum bus_sent {
	BUS_SENT,
	BUS_GONE, /* the peer is no longer connected */
	BUS_FULL  /* the peer does not read; dropped for now */
};
enum bus_sent bus_send(struct bus *bus, struct peer peer, struct text bytes);

/* Everything that was dropped or refused below the messages, since the start. */
struct bus_counts {
	uint64_t received, sent, gone, full, malformed, nameless, throttled;
	uint64_t admitted, unknown_keys, quota;
};
struct bus_counts bus_counts(const struct bus *bus);

/* The public half of a secret key; false when the library refuses it. */
bool bus_public_of(struct key secret, struct key *ret_public);

#endif
