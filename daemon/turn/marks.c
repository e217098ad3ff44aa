/* marks.c — open addressing; cleared by walking what was used. */
#include "turn/marks.h"

static size_t marks_find(const struct marks *marks, uint64_t mark);

/* FNV-1a, then a finishing mix so that neighbours spread. */
uint64_t
mark_of(char kind, const void *bytes, size_t size)
{
	const unsigned char *data = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (unsigned char)kind;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	hash ^= hash >> 29;
	return hash == 0 ? 1 : hash;
}

bool
marks_has(const struct marks *marks, uint64_t mark)
{
	return marks->slots[marks_find(marks, mark)] == mark;
}

bool
marks_add(struct marks *marks, uint64_t mark)
{
	size_t at = marks_find(marks, mark);

	if (marks->slots[at] == mark)
		return true;
	if (marks->count == MARKS_MAX)
		return false;
	marks->slots[at] = mark;
	marks->used[marks->count++] = (uint16_t)at;
	return true;
}

void
marks_clear(struct marks *marks)
{
	for (size_t i = 0; i < marks->count; i++)
		marks->slots[marks->used[i]] = 0;
	marks->count = 0;
}

static size_t
marks_find(const struct marks *marks, uint64_t mark)
{
	size_t at = (size_t)(mark % MARKS_SLOTS);

	while (marks->slots[at] != 0 && marks->slots[at] != mark)
		at = (at + 1) % MARKS_SLOTS;
	return at;
}
