/* marks.h — what a batch has in hand: issues, request ids, outside references.
 *
 * Another batch must not touch them before this one is told. A mark is a 64-bit hash; two things
 * that share one only wait for each other. */
#ifndef HUYING_TURN_MARKS_H
#define HUYING_TURN_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARKS_SLOTS 8192
#define MARKS_MAX 4096

struct marks {
	uint64_t slots[MARKS_SLOTS]; /* 0 = free */
	uint16_t used[MARKS_MAX];
	size_t count;
};

/* Never 0. */
uint64_t mark_of(char kind, const void *bytes, size_t size);
bool marks_has(const struct marks *marks, uint64_t mark);
/* False when full. */
bool marks_add(struct marks *marks, uint64_t mark);
void marks_clear(struct marks *marks);

#endif
