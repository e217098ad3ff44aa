/* keys.h — whose key is admitted, and how much each key may take: private to the bus.
 *
 * A key's connections are counted by their fd from its first message on; a handshake not followed by
 * a message counts for half a minute. So a connection that never speaks drops out of the count:
 * what bounds those is the number of handshakes a minute. */
#ifndef HUYING_BUS_KEYS_H
#define HUYING_BUS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/actor.h"

struct keys;

struct keys_limits { /* each per key; 0 = no bound */
	int connections, handshakes_per_minute, messages_per_second, messages_burst;
};

struct keys *keys_new(struct keys_limits limits);
void keys_free(struct keys **keys);

/* Replaces the set; what is known about a key that stays is kept. */
void keys_admit(struct keys *keys, const struct key *admitted, size_t count);

enum keys_answer {
	KEYS_ADMITTED,
	KEYS_UNKNOWN,
	KEYS_QUOTA,
	KEYS_UNDECIDED /* no set was given yet */
};
enum keys_answer keys_handshake(struct keys *keys, const struct key *key, int64_t now_us);

/* A connection came or went; who it is shows with its first message. */
void keys_opened(struct keys *keys, int fd);
void keys_closed(struct keys *keys, int fd);

/* Takes one message of `key` on connection `fd`; false when it is beyond the key's token bucket. */
bool keys_message(struct keys *keys, const struct key *key, int fd, int64_t now_us);

#endif
