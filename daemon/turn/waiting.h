/* waiting.h — commands that wait for a batch: raw bytes in the order they came, bounded.
 *
 * What waits is not decoded: a batch decodes into its own arena when the command joins it, so
 * nothing outlives its memory. */
#ifndef HUYING_TURN_WAITING_H
#define HUYING_TURN_WAITING_H

#include <stddef.h>
#include <stdint.h>

#include "bus/bus.h"

struct asked {
	struct asked *next;
	struct peer peer;
	struct key key;
	struct text bytes;
	uint64_t tag;      /* what an answer without request id is told apart by */
	int64_t since_us;  /* monotonic, when it first came */
	int64_t again_us;  /* monotonic: joins no batch before */
	int32_t tries;     /* batches it was in that failed */
	int32_t part;      /* joins only batches of at most so many; 0 = any size */
};

struct waiting {
	struct asked *first, **last;
	size_t count;
};

void waiting_init(struct waiting *waiting);
void waiting_done(struct waiting *waiting);
/* Copies `asked` and its bytes. */
void waiting_add(struct waiting *waiting, const struct asked *asked);
/* Takes out the entry that *link points to; waiting_free gives its memory back. */
struct asked *waiting_take(struct waiting *waiting, struct asked **link);
void waiting_free(struct asked *asked);

#endif
