/* text.c — comparing texts, and the strict proof that bytes are clean UTF-8. */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

static size_t rune_at(const unsigned char *data, size_t len, uint32_t *ret_rune);
static bool rune_is_clean(uint32_t rune);

struct text
text_of(const char *string)
{
	if (string == NULL)
		return TEXT_NONE;
	return (struct text){string, strlen(string)};
}

bool
text_equal(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool
text_is(struct text a, const char *string)
{
	return text_equal(a, text_of(string));
}

int
text_compare(struct text a, struct text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.data, b.data, len);

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool
text_starts(struct text a, struct text prefix)
{
	return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.data, prefix.data, prefix.len) == 0);
}

bool
text_is_utf8(struct text a)
{
	const unsigned char *data = (const unsigned char *)a.data;

	for (size_t at = 0; at < a.len;) {
		uint32_t rune;
		size_t size = rune_at(data + at, a.len - at, &rune);

		if (size == 0 || !rune_is_clean(rune))
			return false;
		at += size;
	}
	return true;
}

/* Bytes of the next letter, 0 when they are malformed (RFC 3629). */
static size_t
rune_at(const unsigned char *data, size_t len, uint32_t *ret_rune)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t size = data[0] < 0x80 ? 1 : data[0] >= 0xf0 ? 4 : data[0] >= 0xe0 ? 3 : 2;
	uint32_t rune = data[0] & (size == 1 ? 0x7fu : 0xffu >> (size + 1));

	if ((data[0] >= 0x80 && data[0] < 0xc2) || data[0] > 0xf4 || size > len)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (data[i] & 0x3fu);
	}
	if (rune < smallest[size] || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return 0;
	*ret_rune = rune;
	return size;
}

static bool
rune_is_clean(uint32_t rune)
{
	if (rune < 0x20)
		return rune == '\t' || rune == '\n' || rune == '\r';
	if (rune >= 0x7f && rune < 0xa0)
		return false;
	return !(rune == 0x061c || rune == 0x200e || rune == 0x200f || (rune >= 0x202a && rune <= 0x202e) ||
		(rune >= 0x2066 && rune <= 0x2069));
}
