/* said.c — JSON as far as the journal needs it: flat, one object, texts escaped by RFC 8259. */
#include "core/said.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAID_CAPACITY_FIRST 256
#define MICRODEGREES 1000000

static void put(struct said *said, const char *bytes, size_t len);
static void put_string(struct said *said, struct text text);
static void put_key(struct said *said, const char *key);
static void put_degrees(struct said *said, int32_t microdegrees);

void
said_text(struct said *said, const char *key, struct text value)
{
	if (value.len == 0)
		return;
	put_key(said, key);
	put_string(said, value);
}

void
said_number(struct said *said, const char *key, int64_t value)
{
	char digits[24];

	put_key(said, key);
	put(said, digits, (size_t)snprintf(digits, sizeof(digits), "%" PRId64, value));
}

void
said_flag(struct said *said, const char *key, bool value)
{
	put_key(said, key);
	put(said, value ? "true" : "false", value ? 4 : 5);
}

void
said_point(struct said *said, const char *key, int32_t latitude, int32_t longitude)
{
	put_key(said, key);
	put(said, "[", 1);
	put_degrees(said, latitude);
	put(said, ",", 1);
	put_degrees(said, longitude);
	put(said, "]", 1);
}

void
said_photos(struct said *said, const struct photo *photos, size_t count)
{
	static const char hex[] = "0123456789abcdef";

	if (count == 0)
		return;
	put_key(said, "photos");
	for (size_t i = 0; i < count; i++) {
		put(said, i == 0 ? "[\"" : ",\"", 2);
		for (size_t k = 0; k < photos[i].digest.len; k++) {
			unsigned char byte = (unsigned char)photos[i].digest.data[k];

			put(said, (char[]){hex[byte >> 4], hex[byte & 15]}, 2);
		}
		put(said, "\"", 1);
	}
	put(said, "]", 1);
}

void
said_texts(struct said *said, const char *key, const struct text *values, size_t count)
{
	if (count == 0)
		return;
	put_key(said, key);
	for (size_t i = 0; i < count; i++) {
		put(said, i == 0 ? "[" : ",", 1);
		put_string(said, values[i]);
	}
	put(said, "]", 1);
}

struct text
said_done(struct said *said)
{
	if (said->len == 0)
		return TEXT_NONE;
	put(said, "}", 1);
	return (struct text){said->data, said->len};
}

static void
put(struct said *said, const char *bytes, size_t len)
{
	if (said->len + len > said->capacity) {
		size_t capacity = said->capacity == 0 ? SAID_CAPACITY_FIRST : said->capacity * 2;
		char *data;

		while (capacity < said->len + len)
			capacity *= 2;
		data = arena_take(said->arena, capacity);
		if (said->len > 0)
			memcpy(data, said->data, said->len);
		said->data = data;
		said->capacity = capacity;
	}
	memcpy(said->data + said->len, bytes, len);
	said->len += len;
}

static void
put_key(struct said *said, const char *key)
{
	put(said, said->len == 0 ? "{" : ",", 1);
	put_string(said, text_of(key));
	put(said, ":", 1);
}

static void
put_string(struct said *said, struct text text)
{
	put(said, "\"", 1);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];
		char escape[8];

		if (byte == '"' || byte == '\\')
			put(said, (char[]){'\\', (char)byte}, 2);
		else if (byte < 0x20)
			put(said, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", byte));
		else
			put(said, &text.data[i], 1);
	}
	put(said, "\"", 1);
}

static void
put_degrees(struct said *said, int32_t microdegrees)
{
	char digits[24];
	int32_t size = abs(microdegrees);

	put(said, digits, (size_t)snprintf(digits, sizeof(digits), "%s%d.%06d",
		microdegrees < 0 ? "-" : "", size / MICRODEGREES, size % MICRODEGREES));
}
