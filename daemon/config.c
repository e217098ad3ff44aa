/* config.c — one table of keys; inih reads, this file judges.
 *
 * inih cuts values over 200 bytes before it reports them, so nothing is trusted unless ini_parse
 * returned 0. */
#include "config.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum value_kind { VALUE_TEXT, VALUE_NUMBER, VALUE_YES_NO };

struct config_key {
	const char *name;
	enum value_kind kind;
	size_t offset;
	long smallest, largest;
	const char *right; /* what would be right */
};

#define AT(field) offsetof(struct config, field)

static const struct config_key KEYS[] = {
	{"district", VALUE_TEXT, AT(district), 0, 0, "the code of a loaded district, e.g. ZC"},
	{"database", VALUE_TEXT, AT(database), 0, 0, "a connection string, e.g. host=/run/postgresql dbname=huying"},
	{"endpoint", VALUE_TEXT, AT(endpoint), 0, 0, "tcp://ADDRESS:PORT"},
	{"secret_key_file", VALUE_TEXT, AT(secret_key_file), 0, 0, "a file made by `huying-admin keygen`"},
	{"batch_events_max", VALUE_NUMBER, AT(batch_events_max), 1, 1000, "1 to 1000"},
	{"waiting_max", VALUE_NUMBER, AT(waiting_max), 1, 1000000, "1 to 1000000"},
	{"connections_per_key", VALUE_NUMBER, AT(connections_per_key), 1, 100000, "1 to 100000"},
	{"handshakes_per_minute", VALUE_NUMBER, AT(handshakes_per_minute), 1, 1000000, "1 to 1000000"},
	{"messages_per_second", VALUE_NUMBER, AT(messages_per_second), 0, 1000000,
		"0 (no bound) to 1000000"},
	{"messages_burst", VALUE_NUMBER, AT(messages_burst), 1, 1000000, "1 to 1000000"},
	{"heartbeat_ms", VALUE_NUMBER, AT(heartbeat_ms), 100, 600000, "100 to 600000"},
	{"allow_unsafe", VALUE_YES_NO, AT(allow_unsafe), 0, 0, "yes or no"},
};

#define REQUIRED 4 /* the first so many have no default */

static const char NOT_A_LINE[] = "not a line of the form `key = value` of at most 200 bytes";

struct reading {
	struct arena *arena;
	struct config *config;
	struct text why;
};

static int take_line(void *user, const char *section, const char *name, const char *value);
static bool take_value(struct reading *reading, const struct config_key *key, const char *value);
static bool read_secret(struct arena *arena, struct config *config, struct text *ret_why);

bool
config_read(struct arena *arena, const char *path, struct config *ret_config, struct text *ret_why)
{
	struct config config = {
		.batch_events_max = 1000,
		.waiting_max = 20000,
		.connections_per_key = 16,
		.handshakes_per_minute = 600,
		.messages_per_second = 2000,
		.messages_burst = 4000,
		.heartbeat_ms = 10000,
	};
	struct reading reading = {arena, &config, TEXT_NONE};
	int line = ini_parse(path, take_line, &reading);

	if (line == -1)
		reading.why = arena_format(arena, "%s cannot be read: %s; name the file with --config", path,
			strerror(errno));
	else if (line != 0)
		reading.why = arena_format(arena, "%s:%d: %.*s", path, line,
			reading.why.len > 0 ? (int)reading.why.len : (int)sizeof(NOT_A_LINE) - 1,
			reading.why.len > 0 ? reading.why.data : NOT_A_LINE);
	for (size_t i = 0; reading.why.len == 0 && i < REQUIRED; i++) {
		const char *value;

		memcpy(&value, (char *)&config + KEYS[i].offset, sizeof(value));
		if (value == NULL)
			reading.why = arena_format(arena, "%s: %s is missing; it must be %s", path,
				KEYS[i].name, KEYS[i].right);
	}
	if (reading.why.len > 0 || !read_secret(arena, &config, &reading.why)) {
		*ret_why = reading.why;
		return false;
	}
	*ret_config = config;
	return true;
}

static int
take_line(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;

	if (strcmp(section, "huyingd") != 0) /* other sections are other programs' */
		return 1;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
		if (strcmp(KEYS[i].name, name) != 0)
			continue;
		if (take_value(reading, &KEYS[i], value))
			return 1;
		if (reading->why.len == 0)
			reading->why = arena_format(reading->arena, "%s = %s; it must be %s", name, value,
				KEYS[i].right);
		return 0;
	}
	if (reading->why.len == 0)
		reading->why = arena_format(reading->arena, "the key %s is unknown", name);
	return 0;
}

static bool
take_value(struct reading *reading, const struct config_key *key, const char *value)
{
	void *field = (char *)reading->config + key->offset;

	if (key->kind == VALUE_TEXT) {
		const char *copy = arena_text(reading->arena, text_of(value)).data;

		memcpy(field, &copy, sizeof(copy));
		return value[0] != '\0';
	}
	if (key->kind == VALUE_YES_NO) {
		bool yes = strcmp(value, "yes") == 0;

		memcpy(field, &yes, sizeof(yes));
		return yes || strcmp(value, "no") == 0;
	}
	char *end;
	long number = strtol(value, &end, 10);
	int small = (int)number;

	if (value[0] == '\0' || *end != '\0' || number < key->smallest || number > key->largest)
		return false;
	memcpy(field, &small, sizeof(small));
	return true;
}

static bool
read_secret(struct arena *arena, struct config *config, struct text *ret_why)
{
	FILE *file = fopen(config->secret_key_file, "r");
	struct stat stat;
	char hex[80] = "";
	bool good;

	if (file == NULL) {
		*ret_why = arena_format(arena, "%s cannot be read: %s; make one with `huying-admin keygen %s`",
			config->secret_key_file, strerror(errno), config->secret_key_file);
		return false;
	}
	good = fgets(hex, sizeof(hex), file) != NULL && strspn(hex, "0123456789abcdefABCDEF") == 64 &&
		strcspn(hex, "\r\n") == 64;
	if (good && fstat(fileno(file), &stat) == 0 && (stat.st_mode & 077) != 0) {
		*ret_why = arena_format(arena, "%s can be read by others; chmod 600 %s",
			config->secret_key_file, config->secret_key_file);
		fclose(file);
		return false;
	}
	fclose(file);
	for (size_t i = 0; good && i < KEY_BYTES; i++) {
		unsigned int byte;

		good = sscanf(hex + 2 * i, "%2x", &byte) == 1;
		config->secret.bytes[i] = (uint8_t)byte;
	}
	explicit_bzero(hex, sizeof(hex));
	if (!good)
		*ret_why = arena_format(arena, "%s is not a key: one line of 64 hex digits; make one with "
					       "`huying-admin keygen`", config->secret_key_file);
	return good;
}
