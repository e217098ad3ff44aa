/* index.h — which of these bytes did we see before? A table by hash that lives in an arena. */
#ifndef HUYING_STORE_INDEX_H
#define HUYING_STORE_INDEX_H

#include <stddef.h>

#include "base/arena.h"

struct index_slot {
	const void *data;
	size_t len;
	size_t number;
};

struct index {
	struct index_slot *slots;
	size_t room; /* a power of two */
};

struct index index_new(struct arena *arena, size_t most);
/* The number that belongs to these bytes, to be read and written; 0 = seen for the first time. The
 * bytes are borrowed. */
size_t *index_at(struct index *index, const void *data, size_t len);
/* 0 when they were never seen. */
size_t index_find(const struct index *index, const void *data, size_t len);

#endif
