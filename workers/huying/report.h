/* report.h — one report made of words, whether they come from a command line or from a file's row. */
#ifndef HUYING_REPORT_H
#define HUYING_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "huying.pb-c.h"

#define REPORT_PHOTOS_MAX 16

struct report_words { /* each NUL-terminated; NULL or empty = not given */
	const char *class_code, *condition, *place, *unit, *latitude, *longitude, *text, *observed,
		*severity, *name, *telephone, *address, *source, *reference, *due;
};

/* A command and everything it points to. */
struct report {
	Huying__Command command;
	Huying__Report report;
	Huying__Point point;
	Huying__Instant observed_at, due_at, taken_at[REPORT_PHOTOS_MAX];
	Huying__Contact contact;
	Huying__External external;
	Huying__Photo photos[REPORT_PHOTOS_MAX], *photos_at[REPORT_PHOTOS_MAX];
	uint8_t digests[REPORT_PHOTOS_MAX][32];
};

/* False with the name of the field that cannot be read in ret_field. `words` must outlive `report`. */
bool report_make(struct report *report, const struct report_words *words, int64_t now_us,
	const char **ret_field);
/* Digest, size and type of a photo; false when it cannot be read. */
bool report_photo(struct report *report, size_t index, const char *path);
ProtobufCBinaryData report_bytes(const char *text);

#endif
