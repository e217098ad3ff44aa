/* request_id.c — reading a UUIDv7: 48 bits of milliseconds, version 7, variant 2, the rest random.
 */
#include "core/request_id.h"

#include <string.h>

bool
request_id_is_v7(struct request_id id)
{
	return id.bytes[6] >> 4 == 7 && id.bytes[8] >> 6 == 2;
}

struct instant
request_id_at(struct request_id id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.bytes[i];
	return (struct instant){ms * 1000};
}

int
request_id_compare(struct request_id a, struct request_id b)
{
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes));
}

void
request_id_format(struct request_id id, char ret_text[37])
{
	static const char hex[] = "0123456789abcdef";
	char *at = ret_text;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = hex[id.bytes[i] >> 4];
		*at++ = hex[id.bytes[i] & 15];
	}
	*at = '\0';
}
