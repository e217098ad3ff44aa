/* said.h — the small JSON object of the journal: what was told besides the text.
 *
 * Built member by member in an arena, with strict escaping. Never any contact data. */
#ifndef HUYING_CORE_SAID_H
#define HUYING_CORE_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/event.h"

struct said {
	struct arena *arena;
	char *data;
	size_t len, capacity;
};

/* An empty text is left out, as is a list without members. */
void said_text(struct said *said, const char *key, struct text value);
void said_number(struct said *said, const char *key, int64_t value);
void said_flag(struct said *said, const char *key, bool value);
/* [latitude, longitude] in degrees. */
void said_point(struct said *said, const char *key, int32_t latitude, int32_t longitude);
void said_photos(struct said *said, const struct photo *photos, size_t count);
/* One member that is a list of texts: begin, each, end. */
void said_texts(struct said *said, const char *key, const struct text *values, size_t count);
/* The whole object; the empty text when nothing was said. */
struct text said_done(struct said *said);

#endif
