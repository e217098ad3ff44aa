/* test_keys.c — who is admitted, and how much of everything a key may take. */
#include "bus/keys.h"

#include <string.h>

#include "tests/check.h"

#define SECOND INT64_C(1000000)
#define START (1000 * SECOND)

static const struct keys_limits limits = {.connections = 2, .handshakes_per_minute = 6, .messages_per_second = 10,
	.messages_burst = 5};
static const struct key ann = {{1}}, bob = {{2}};

static int messages_let_through(struct keys *keys, int count, int64_t at);

static void
before_the_first_set_nothing_is_decided(void **state)
{
	struct keys *keys = keys_new(limits);

	(void)state;
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_UNDECIDED);
	keys_admit(keys, &ann, 1);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	assert_int_equal(keys_handshake(keys, &bob, START), KEYS_UNKNOWN);
	keys_free(&keys);
	assert_null(keys);
}

static void
an_empty_set_admits_nobody(void **state)
{
	struct keys *keys = keys_new(limits);

	(void)state;
	keys_admit(keys, NULL, 0);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_UNKNOWN);
	keys_free(&keys);
}

static void
t34_a_key_taken_away_is_unknown(void **state)
{
	struct keys *keys = keys_new(limits);
	const struct key both[] = {ann, bob};

	(void)state;
	keys_admit(keys, both, 2);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	keys_admit(keys, &bob, 1);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_UNKNOWN);
	assert_int_equal(keys_handshake(keys, &bob, START), KEYS_ADMITTED);
	keys_admit(keys, both, 2);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	keys_free(&keys);
}

static void
connections_are_counted_until_they_close(void **state)
{
	struct keys *keys = keys_new(limits);

	(void)state;
	keys_admit(keys, &ann, 1);
	for (int fd = 7; fd <= 8; fd++) {
		assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
		keys_opened(keys, fd);
		keys_message(keys, &ann, fd, START);
	}
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_QUOTA);
	keys_closed(keys, 7);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	keys_free(&keys);
}

static void
a_handshake_without_a_message_counts_for_half_a_minute(void **state)
{
	struct keys *keys = keys_new(limits);

	(void)state;
	keys_admit(keys, &ann, 1);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	assert_int_equal(keys_handshake(keys, &ann, START + 29 * SECOND), KEYS_QUOTA);
	assert_int_equal(keys_handshake(keys, &ann, START + 31 * SECOND), KEYS_ADMITTED);
	keys_free(&keys);
}

/* The number of a closed connection is soon another's; what is still in the queue of the old one must
 * not count for ever. */
static void
a_late_message_of_a_closed_connection(void **state)
{
	struct keys *keys = keys_new(limits);
	const struct key both[] = {ann, bob};

	(void)state;
	keys_admit(keys, both, 2);
	keys_opened(keys, 9);
	keys_closed(keys, 9);
	keys_message(keys, &ann, 9, START);          /* not open: not counted */
	keys_opened(keys, 9);                        /* Bob's now */
	keys_message(keys, &ann, 9, START);          /* late: taken for Ann's … */
	keys_message(keys, &bob, 9, START);          /* … until Bob speaks */
	keys_opened(keys, 10);
	keys_message(keys, &bob, 10, START);
	assert_int_equal(keys_handshake(keys, &bob, START), KEYS_QUOTA);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	keys_free(&keys);
}

static void
handshakes_flow_in_again(void **state)
{
	struct keys *keys = keys_new((struct keys_limits){.handshakes_per_minute = 6});

	(void)state;
	keys_admit(keys, &ann, 1);
	for (int i = 0; i < 6; i++)
		assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	assert_int_equal(keys_handshake(keys, &ann, START), KEYS_QUOTA);
	assert_int_equal(keys_handshake(keys, &ann, START + 9 * SECOND), KEYS_QUOTA);
	assert_int_equal(keys_handshake(keys, &ann, START + 10 * SECOND), KEYS_ADMITTED);
	assert_int_equal(keys_handshake(keys, &ann, START + 10 * SECOND), KEYS_QUOTA);
	keys_free(&keys);
}

static void
f24_messages_beyond_the_bucket(void **state)
{
	struct keys *keys = keys_new(limits);

	(void)state;
	keys_admit(keys, &ann, 1);
	assert_int_equal(messages_let_through(keys, 20, START), 5);
	assert_int_equal(messages_let_through(keys, 20, START + SECOND / 10), 1);
	assert_int_equal(messages_let_through(keys, 20, START + 60 * SECOND), 5);
	assert_true(keys_message(keys, &bob, 3, START)); /* another key has its own */
	keys_free(&keys);
}

static void
zero_is_no_bound(void **state)
{
	struct keys *keys = keys_new((struct keys_limits){0});

	(void)state;
	keys_admit(keys, &ann, 1);
	assert_int_equal(messages_let_through(keys, 5000, START), 5000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(keys_handshake(keys, &ann, START), KEYS_ADMITTED);
	keys_free(&keys);
}

static void
thousands_of_keys(void **state)
{
	static struct key many[20000];
	struct keys *keys = keys_new(limits);

	(void)state;
	for (uint32_t i = 0; i < COUNT_OF(many); i++)
		memcpy(many[i].bytes, &i, sizeof(i));
	keys_admit(keys, many, COUNT_OF(many));
	for (size_t i = 0; i < COUNT_OF(many); i++)
		assert_int_equal(keys_handshake(keys, &many[i], START), KEYS_ADMITTED);
	keys_admit(keys, many, COUNT_OF(many) / 2);
	for (size_t i = 0; i < COUNT_OF(many); i++)
		assert_int_equal(keys_handshake(keys, &many[i], START + 3600 * SECOND),
			i < COUNT_OF(many) / 2 ? KEYS_ADMITTED : KEYS_UNKNOWN);
	keys_free(&keys);
}

static int
messages_let_through(struct keys *keys, int count, int64_t at)
{
	int through = 0;

	for (int i = 0; i < count; i++)
		through += keys_message(keys, &ann, 3, at);
	return through;
}

int
main(void)
{
	static struct check_group group;

	CHECK_ONE(&group, before_the_first_set_nothing_is_decided);
	CHECK_ONE(&group, an_empty_set_admits_nobody);
	CHECK_ONE(&group, t34_a_key_taken_away_is_unknown);
	CHECK_ONE(&group, connections_are_counted_until_they_close);
	CHECK_ONE(&group, a_handshake_without_a_message_counts_for_half_a_minute);
	CHECK_ONE(&group, a_late_message_of_a_closed_connection);
	CHECK_ONE(&group, handshakes_flow_in_again);
	CHECK_ONE(&group, f24_messages_beyond_the_bucket);
	CHECK_ONE(&group, zero_is_no_bound);
	CHECK_ONE(&group, thousands_of_keys);
	return check_run("keys", &group);
}
