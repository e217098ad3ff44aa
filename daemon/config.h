/* config.h — the file huying.conf: read once at start, checked whole, no value guessed.
 *
 * A wrong line ends the start with file, line, key, and what would be right (exit status 6). */
#ifndef HUYING_CONFIG_H
#define HUYING_CONFIG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "core/actor.h"

struct config {
	const char *district;        /* code of the one district this process serves */
	const char *database;        /* libpq connection string */
	const char *endpoint;        /* tcp://ADDRESS:PORT */
	const char *secret_key_file; /* 64 hex digits, readable by nobody else */
	struct key secret;
	int batch_events_max;        /* 1–1,000 */
	int waiting_max;             /* commands that may wait for a batch; beyond: BUSY */
	int connections_per_key, handshakes_per_minute;
	int messages_per_second, messages_burst; /* per key; 0 = no bound */
	int heartbeat_ms;
	bool allow_unsafe;           /* test clusters: durability may be off */
};

/* False with words in ret_why; `config` then is not to be used. Strings live in `arena`. */
bool config_read(struct arena *arena, const char *path, struct config *ret_config, struct text *ret_why);

#endif
