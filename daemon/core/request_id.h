/* request_id.h — UUIDv7 (RFC 9562): the id a client gives to one command, and resends with it. */
#ifndef HUYING_CORE_REQUEST_ID_H
#define HUYING_CORE_REQUEST_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "core/instant.h"

struct request_id {
	uint8_t bytes[16];
};

#define DIGEST_BYTES 16

/* What was asked, so that the same id with other content is found out: BLAKE2b-128 of the command. */
struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

bool request_id_is_v7(struct request_id id);
struct instant request_id_at(struct request_id id); /* its millisecond */
int request_id_compare(struct request_id a, struct request_id b);
/* 36 characters and a NUL. */
void request_id_format(struct request_id id, char ret_text[37]);

#endif
