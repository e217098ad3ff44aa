/* index.c — open addressing, never more than half full; FNV-1a over the bytes. */
#include "store/index.h"

#include <stdint.h>
#include <string.h>

struct index
index_new(struct arena *arena, size_t most)
{
	size_t room = 16;

	while (room < most * 2)
		room *= 2;
	return (struct index){arena_take_array(arena, room, sizeof(struct index_slot)), room};
}

static size_t slot_of(const struct index *index, const void *data, size_t len);

size_t *
index_at(struct index *index, const void *data, size_t len)
{
	struct index_slot *slot = &index->slots[slot_of(index, data, len)];

	slot->data = data;
	slot->len = len;
	return &slot->number;
}

size_t
index_find(const struct index *index, const void *data, size_t len)
{
	return index->slots[slot_of(index, data, len)].number;
}

/* The slot of these bytes, or the free one where they belong. */
static size_t
slot_of(const struct index *index, const void *data, size_t len)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t at;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ ((const unsigned char *)data)[i]) * UINT64_C(1099511628211);
	at = (size_t)(hash ^ hash >> 32) & (index->room - 1);
	while (index->slots[at].data != NULL &&
		(index->slots[at].len != len || memcmp(index->slots[at].data, data, len) != 0))
		at = (at + 1) & (index->room - 1);
	return at;
}
