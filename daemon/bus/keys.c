/* keys.c — a hash table of keys, each with its counts and two token buckets, and a table by fd of
 * the connections that are open. All from memory: a handshake is answered in microseconds. */
#include "bus/keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define SILENT_US INT64_C(30000000) /* a handshake without a message counts so long */
#define BUCKETS_MIN 64
#define FDS_MAX (1 << 20)

struct row {
	struct row *next;
	struct key key;
	bool admitted;
	int connections;        /* open ones that have spoken */
	int silent;             /* handshakes whose connection has not */
	int64_t silent_at;      /* the last of those */
	int64_t handshakes_at;  /* see spend() */
	int64_t messages_at;
};

struct connection {
	bool open;
	struct row *row; /* NULL: has not spoken yet */
};

struct keys {
	struct keys_limits limits;
	bool given;
	unsigned char seed[crypto_shorthash_KEYBYTES];
	struct row **buckets;
	size_t buckets_count, rows_count;
	struct connection *connections; /* by fd */
	int connections_count;
};

static struct row **bucket_of(struct keys *keys, const struct key *key);
static struct row *find(struct keys *keys, const struct key *key);
static struct row *find_or_add(struct keys *keys, const struct key *key);
static void grow(struct keys *keys);
static void drop_forgotten(struct keys *keys);
static bool spend(int64_t *mark, int64_t now_us, int64_t per_us, int64_t rate, int64_t burst);
static void bind_connection(struct keys *keys, struct row *row, int fd);

struct keys *
keys_new(struct keys_limits limits)
{
	struct keys *keys = calloc(1, sizeof(*keys));

	must(keys != NULL);
	keys->limits = limits;
	crypto_shorthash_keygen(keys->seed);
	keys->buckets_count = BUCKETS_MIN;
	keys->buckets = calloc(keys->buckets_count, sizeof(*keys->buckets));
	must(keys->buckets != NULL);
	return keys;
}

void
keys_free(struct keys **keys)
{
	struct keys *old = *keys;

	*keys = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->buckets_count; i++) {
		for (struct row *row = old->buckets[i], *next; row != NULL; row = next) {
			next = row->next;
			free(row);
		}
	}
	free(old->buckets);
	free(old->connections);
	free(old);
}

void
keys_admit(struct keys *keys, const struct key *admitted, size_t count)
{
	keys->given = true;
	for (size_t i = 0; i < keys->buckets_count; i++) {
		for (struct row *row = keys->buckets[i]; row != NULL; row = row->next)
			row->admitted = false;
	}
	for (size_t i = 0; i < count; i++)
		find_or_add(keys, &admitted[i])->admitted = true;
	drop_forgotten(keys);
}

enum keys_answer
keys_handshake(struct keys *keys, const struct key *key, int64_t now_us)
{
	struct row *row = find(keys, key);

	if (!keys->given)
		return KEYS_UNDECIDED;
	if (row == NULL || !row->admitted)
		return KEYS_UNKNOWN;
	if (row->silent > 0 && now_us - row->silent_at > SILENT_US)
		row->silent = 0;
	if (keys->limits.connections > 0 && row->connections + row->silent >= keys->limits.connections)
		return KEYS_QUOTA;
	if (!spend(&row->handshakes_at, now_us, INT64_C(60000000), keys->limits.handshakes_per_minute,
		    keys->limits.handshakes_per_minute))
		return KEYS_QUOTA;
	row->silent++;
	row->silent_at = now_us;
	return KEYS_ADMITTED;
}

void
keys_opened(struct keys *keys, int fd)
{
	int count = keys->connections_count;

	if (fd < 0 || fd >= FDS_MAX)
		return;
	if (fd >= count) {
		int wanted = fd < 512 ? 1024 : 2 * fd;

		keys->connections =
			realloc(keys->connections, (size_t)wanted * sizeof(*keys->connections));
		must(keys->connections != NULL);
		memset(keys->connections + count, 0,
			(size_t)(wanted - count) * sizeof(*keys->connections));
		keys->connections_count = wanted;
	}
	keys_closed(keys, fd);
	keys->connections[fd].open = true;
}

void
keys_closed(struct keys *keys, int fd)
{
	struct connection *connection;

	if (fd < 0 || fd >= keys->connections_count)
		return;
	connection = &keys->connections[fd];
	if (connection->row != NULL)
		connection->row->connections--;
	*connection = (struct connection){false, NULL};
}

bool
keys_message(struct keys *keys, const struct key *key, int fd, int64_t now_us)
{
	struct row *row = find_or_add(keys, key);

	bind_connection(keys, row, fd);
	return spend(&row->messages_at, now_us, INT64_C(1000000), keys->limits.messages_per_second,
		keys->limits.messages_burst);
}

/* A message may outlive its connection in the queue, even until its fd is another's: so only an open
 * connection is bound, and the next message of the other one sets it right. */
static void
bind_connection(struct keys *keys, struct row *row, int fd)
{
	struct connection *connection;

	if (fd < 0 || fd >= keys->connections_count)
		return;
	connection = &keys->connections[fd];
	if (!connection->open || connection->row == row)
		return;
	if (connection->row != NULL)
		connection->row->connections--;
	connection->row = row;
	row->connections++;
	if (row->silent > 0)
		row->silent--;
}

/* A token bucket in one number: the instant at which it would be full again. `rate` tokens per
 * `per_us` flow in, `burst` fit; rate 0 = no bound. */
static bool
spend(int64_t *mark, int64_t now_us, int64_t per_us, int64_t rate, int64_t burst)
{
	int64_t each_us, full_at;

	if (rate <= 0)
		return true;
	each_us = per_us / rate;
	full_at = *mark > now_us ? *mark : now_us;
	if (full_at + each_us - now_us > each_us * (burst > 1 ? burst : 1))
		return false;
	*mark = full_at + each_us;
	return true;
}

static struct row **
bucket_of(struct keys *keys, const struct key *key)
{
	unsigned char hash[crypto_shorthash_BYTES];
	uint64_t number;

	crypto_shorthash(hash, key->bytes, KEY_BYTES, keys->seed);
	memcpy(&number, hash, sizeof(number));
	return &keys->buckets[number & (keys->buckets_count - 1)];
}

static struct row *
find(struct keys *keys, const struct key *key)
{
	struct row *row = *bucket_of(keys, key);

	while (row != NULL && memcmp(row->key.bytes, key->bytes, KEY_BYTES) != 0)
		row = row->next;
	return row;
}

static struct row *
find_or_add(struct keys *keys, const struct key *key)
{
	struct row *row = find(keys, key);
	struct row **bucket;

	if (row != NULL)
		return row;
	if (keys->rows_count >= keys->buckets_count)
		grow(keys);
	row = calloc(1, sizeof(*row));
	must(row != NULL);
	row->key = *key;
	bucket = bucket_of(keys, key);
	row->next = *bucket;
	*bucket = row;
	keys->rows_count++;
	return row;
}

static void
grow(struct keys *keys)
{
	struct row **old = keys->buckets;
	size_t old_count = keys->buckets_count;

	keys->buckets_count *= 2;
	keys->buckets = calloc(keys->buckets_count, sizeof(*keys->buckets));
	must(keys->buckets != NULL);
	for (size_t i = 0; i < old_count; i++) {
		for (struct row *row = old[i], *next; row != NULL; row = next) {
			struct row **bucket = bucket_of(keys, &row->key);

			next = row->next;
			row->next = *bucket;
			*bucket = row;
		}
	}
	free(old);
}

/* Keys that are no longer admitted stay while a connection of theirs is open. */
static void
drop_forgotten(struct keys *keys)
{
	for (size_t i = 0; i < keys->buckets_count; i++) {
		for (struct row **at = &keys->buckets[i]; *at != NULL;) {
			struct row *row = *at;

			if (row->admitted || row->connections > 0) {
				at = &row->next;
				continue;
			}
			*at = row->next;
			free(row);
			keys->rows_count--;
		}
	}
}
