/* key.h — CURVE keys, and the line that lets a new device in. */
#ifndef HUYING_LINK_KEY_H
#define HUYING_LINK_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/link.h"

#define KEY_CODE_BYTES 16
#define KEY_HEX_BYTES (2 * LINK_KEY_BYTES + 1)
#define KEY_ENDPOINT_BYTES_MAX 300

/* What stands in huying://HOST:PORT/?key=…&code=… */
struct key_line {
	char endpoint[KEY_ENDPOINT_BYTES_MAX]; /* tcp://HOST:PORT */
	uint8_t server_key[LINK_KEY_BYTES];
	uint8_t code[KEY_CODE_BYTES];
};

/* False with what is wrong, in English, in ret_why (static). */
bool key_line_parse(const char *line, struct key_line *ret_line, const char **ret_why);
/* 26 characters of Crockford's base 32. */
bool key_code_parse(const char *text, size_t len, uint8_t ret_code[KEY_CODE_BYTES]);
/* The code is a key: both sides make the same pair of it. */
void key_of_code(const uint8_t code[KEY_CODE_BYTES], uint8_t ret_secret[LINK_KEY_BYTES]);

void key_fresh(uint8_t ret_secret[LINK_KEY_BYTES]);
bool key_public_of(const uint8_t secret[LINK_KEY_BYTES], uint8_t ret_public[LINK_KEY_BYTES]);

bool key_from_hex(const char *hex, uint8_t ret_key[LINK_KEY_BYTES]);
void key_to_hex(const uint8_t key[LINK_KEY_BYTES], char ret_hex[KEY_HEX_BYTES]);
/* Secrets do not stay in memory longer than they are needed. */
void key_wipe(void *bytes, size_t len);

#endif
