/* list.c — arrays that double in an arena; what was outgrown lies there until the tool ends. */
#include "admin/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

static void *
grown(struct arena *arena, void *rows, size_t count, size_t *max, size_t size)
{
	void *larger;

	if (count < *max)
		return rows;
	*max = *max == 0 ? 16 : *max * 2;
	larger = arena_take_array(arena, *max, size);
	if (count > 0)
		memcpy(larger, rows, count * size);
	return larger;
}

void *
list_add(struct arena *arena, struct list *list, size_t size)
{
	must(list->count == 0 || list->size == size);
	list->size = size;
	list->rows = grown(arena, list->rows, list->count, &list->max, size);
	return list->rows + list->count++ * size;
}

void
codes_add(struct arena *arena, struct codes *codes, struct text code, int64_t number)
{
	codes->rows = grown(arena, codes->rows, codes->count, &codes->max, sizeof(*codes->rows));
	codes->rows[codes->count++] = (struct code){code, number};
}

static int
by_code(const void *a, const void *b)
{
	const struct code *left = a, *right = b;
	int order = text_compare(left->code, right->code);

	if (order != 0)
		return order;
	return (left->number > right->number) - (left->number < right->number);
}

void
codes_sort(struct codes *codes)
{
	if (codes->count > 1)
		qsort(codes->rows, codes->count, sizeof(*codes->rows), by_code);
}

int64_t
codes_find(const struct codes *codes, struct text code)
{
	size_t low = 0, high = codes->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (text_compare(codes->rows[middle].code, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < codes->count && text_equal(codes->rows[low].code, code))
		return codes->rows[low].number;
	return CODE_NONE;
}

int64_t
codes_largest(const struct codes *codes)
{
	int64_t largest = 0;

	for (size_t i = 0; i < codes->count; i++)
		if (codes->rows[i].number > largest)
			largest = codes->rows[i].number;
	return largest;
}
