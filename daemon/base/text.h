/* text.h — a run of bytes with its length, borrowed from whoever owns it.
 *
 * A text may hold any bytes; where it must be UTF-8, text_is_utf8 has been asked at the border. */
#ifndef HUYING_BASE_TEXT_H
#define HUYING_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	const char *data; /* not NUL-terminated in general; NULL only when len is 0 */
	size_t len;
};

#define TEXT(literal) ((struct text){("" literal), sizeof(literal) - 1})
#define TEXT_NONE ((struct text){NULL, 0})

struct text text_of(const char *string); /* NULL gives the empty text */
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *string);
int text_compare(struct text a, struct text b); /* bytewise, shorter first */
bool text_starts(struct text a, struct text prefix);

/* Strict UTF-8: no overlong forms, surrogates, NUL, C0/C1 controls (tab and newlines are allowed)
 * and no bidi overrides. */
bool text_is_utf8(struct text a);

#endif
