/* arena.h — memory that lives as long as a turn, and dies with it.
 *
 * Takes are never given back singly; arena_reset empties the whole arena and keeps its blocks for
 * the next turn. A take never returns NULL: running out of memory stops the process (crash-only). */
#ifndef HUYING_BASE_ARENA_H
#define HUYING_BASE_ARENA_H

#include <stddef.h>

#include "base/text.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed, aligned for any type. */
void *arena_take(struct arena *arena, size_t size);
void *arena_take_array(struct arena *arena, size_t count, size_t size);
void arena_reset(struct arena *arena);
size_t arena_used(const struct arena *arena);

/* Copies that live as long as the arena; arena_text adds a NUL behind the copy. */
struct text arena_text(struct arena *arena, struct text text);
struct text arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
