/* list.h — rows that grow, and a way to find them by code. */
#ifndef HUYING_ADMIN_LIST_H
#define HUYING_ADMIN_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

struct list {
	char *rows;
	size_t count, max, size; /* size of one row, set by the first list_add */
};

/* A zeroed row at the end. Earlier rows may move. */
void *list_add(struct arena *arena, struct list *list, size_t size);
#define LIST_ADD(arena, list, type) ((type *)list_add(arena, list, sizeof(type)))
#define LIST_AT(list, type, i) (&((type *)(void *)(list)->rows)[i])

/* Sorted pairs code → number (a row, or an id). */
struct codes {
	struct code {
		struct text code;
		int64_t number;
	} *rows;
	size_t count, max;
};

#define CODE_NONE INT64_C(-1)

void codes_add(struct arena *arena, struct codes *codes, struct text code, int64_t number);
/* To be called once, between the last codes_add and the first codes_find. Of equals the one with the
 * smallest number comes first. */
void codes_sort(struct codes *codes);
int64_t codes_find(const struct codes *codes, struct text code); /* CODE_NONE = not there */
int64_t codes_largest(const struct codes *codes);                /* largest number, 0 when empty */

#endif
