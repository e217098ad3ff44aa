/* arena.c — blocks in a list; a take moves a mark forward. Large takes get a block of their own. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define BLOCK_BYTES ((size_t)64 * 1024)

struct block {
	struct block *next;
	size_t size, used;
	max_align_t bytes[];
};

struct arena {
	struct block *first, *current;
	size_t used;
};

static struct block *block_new(size_t size);
static void blocks_free(struct block *block);

struct arena *
arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	must(arena != NULL);
	arena->first = arena->current = block_new(BLOCK_BYTES);
	return arena;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	blocks_free(arena->first);
	free(arena);
}

void *
arena_take(struct arena *arena, size_t size)
{
	struct block *block = arena->current;
	void *taken;

	must(size <= SIZE_MAX / 2);
	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	while (block->size - block->used < size) {
		if (block->next == NULL || block->next->size < size) {
			struct block *fresh = block_new(size > BLOCK_BYTES ? size : BLOCK_BYTES);

			fresh->next = block->next;
			block->next = fresh;
		}
		block = block->next;
		block->used = 0;
	}
	arena->current = block;
	taken = (char *)block->bytes + block->used;
	block->used += size;
	arena->used += size;
	return memset(taken, 0, size);
}

void *
arena_take_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	must(!__builtin_mul_overflow(count, size, &bytes));
	return arena_take(arena, bytes);
}

/* Keeps what one turn usually needs; a turn that was much larger gives its blocks back. */
void
arena_reset(struct arena *arena)
{
	size_t kept = 0;
	struct block *last = NULL;

	for (struct block *block = arena->first; block != NULL; last = block, block = block->next) {
		kept += block->size;
		if (last != NULL && kept > (size_t)8 * 1024 * 1024) {
			blocks_free(block);
			last->next = NULL;
			break;
		}
	}
	arena->current = arena->first;
	arena->first->used = 0;
	arena->used = 0;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}

struct text
arena_text(struct arena *arena, struct text text)
{
	char *copy = arena_take(arena, text.len + 1);

	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	return (struct text){copy, text.len};
}

struct text
arena_format(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	int len;
	char *data;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	must(len >= 0);
	data = arena_take(arena, (size_t)len + 1);
	vsnprintf(data, (size_t)len + 1, format, again);
	va_end(again);
	return (struct text){data, (size_t)len};
}

static struct block *
block_new(size_t size)
{
	struct block *block = malloc(sizeof(*block) + size);

	must(block != NULL);
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

static void
blocks_free(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}
