/* test_bus.c — a real socket with real clients, good ones and others. Every wait is for something. */
#include "bus/bus.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "loop/loop.h"
#include "tests/check.h"

#define WAIT_US INT64_C(20000000) /* what has not come by then never will */
#define MESSAGES_MAX 8

struct client {
	void *socket, *watch;
	struct key key;
};

static const struct bus_config usual = {.endpoint = "tcp://127.0.0.1:*", .secret = {{42}}, .connections_per_key = 16,
	.handshakes_per_minute = 600};

static void *context;
static struct loop *loop;
static struct arena *arena;
static struct bus *bus;
static struct client clients[8];
static size_t clients_count;
static struct bus_message got[MESSAGES_MAX];
static int64_t patience_us; /* how long a turn waits to be woken */

static void start(struct bus_config config);
static struct client *client_new(void);
static struct client *client_of(const struct client *other);
static void client_connect(struct client *client);
static void client_close(struct client *client);
static void client_send(struct client *client, const char *text);
static bool client_hears(struct client *client, const char *text);
static void admit_all(void);
static size_t turn(size_t max);
static const struct bus_message *next_message(void);
static void wait_for_event(struct client *client, int event);
static void wait_for_count(const uint64_t *count_now(void), uint64_t at_least);

static const uint64_t *
count_malformed(void)
{
	static uint64_t count;

	count = bus_counts(bus).malformed;
	return &count;
}

static const uint64_t *
count_quota(void)
{
	static uint64_t count;

	count = bus_counts(bus).quota;
	return &count;
}

static int
finish(void **state)
{
	(void)state;
	for (size_t i = 0; i < clients_count; i++)
		client_close(&clients[i]);
	clients_count = 0;
	bus_close(&bus);
	return 0;
}

static void
a_known_key_is_served(void **state)
{
	struct client *ann, *bob;
	const struct bus_message *message;

	(void)state;
	start(usual);
	ann = client_new();
	bob = client_new();
	admit_all();
	client_connect(ann);
	client_connect(bob);
	for (int i = 0; i < 2; i++) {
		client_send(i == 0 ? ann : bob, i == 0 ? "from ann" : "from bob");
		message = next_message();
		assert_string_equal(message->bytes.data, i == 0 ? "from ann" : "from bob");
		assert_memory_equal(message->key.bytes, (i == 0 ? ann : bob)->key.bytes, KEY_BYTES);
		assert_false(message->throttled);
		assert_int_equal(bus_send(bus, message->peer, i == 0 ? TEXT("to ann") : TEXT("to bob")), BUS_SENT);
	}
	assert_true(client_hears(ann, "to ann"));
	assert_true(client_hears(bob, "to bob"));
	assert_int_equal(bus_counts(bus).received, 2);
	assert_int_equal(bus_counts(bus).sent, 2);
	assert_int_equal(bus_counts(bus).admitted, 2);
}

static void
f25_an_unknown_key_gets_nowhere(void **state)
{
	struct client *ann, *stranger;

	(void)state;
	start(usual);
	ann = client_new();
	admit_all();
	stranger = client_new();
	client_connect(stranger);
	client_send(stranger, "let me in");
	wait_for_event(stranger, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
	client_connect(ann);
	client_send(ann, "hello");
	assert_string_equal(next_message()->bytes.data, "hello");
	assert_int_equal(bus_counts(bus).received, 1);
	assert_true(bus_counts(bus).unknown_keys >= 1);
}

/* Before the first set of keys nobody is turned away for good: a stock client comes in by itself. */
static void
f25_before_the_keys_are_known(void **state)
{
	struct client *ann;
	int64_t until = wait_clock_us() + 200000;

	(void)state;
	start(usual);
	ann = client_new();
	client_connect(ann);
	client_send(ann, "early");
	while (wait_clock_us() < until)
		assert_int_equal(turn(MESSAGES_MAX), 0);
	admit_all();
	assert_string_equal(next_message()->bytes.data, "early");
}

static void
t34_a_revoked_key_makes_no_new_connection(void **state)
{
	struct client *ann, *again;

	(void)state;
	start(usual);
	ann = client_new();
	admit_all();
	client_connect(ann);
	client_send(ann, "one");
	next_message();
	bus_admit(bus, NULL, 0);
	client_send(ann, "two"); /* still there: the turn refuses it by name */
	assert_string_equal(next_message()->bytes.data, "two");
	again = client_of(ann);
	client_connect(again);
	wait_for_event(again, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
	assert_int_equal(bus_counts(bus).received, 2);
}

static void
f20_a_frame_too_large_is_cut(void **state)
{
	static char bytes[BUS_MESSAGE_BYTES_MAX + 1];
	struct client *ann;
	bool through = false;

	(void)state;
	start(usual);
	ann = client_new();
	admit_all();
	client_connect(ann);
	assert_int_equal(zmq_send(ann->socket, bytes, BUS_MESSAGE_BYTES_MAX, 0), BUS_MESSAGE_BYTES_MAX);
	assert_int_equal(next_message()->bytes.len, BUS_MESSAGE_BYTES_MAX);
	assert_int_equal(zmq_send(ann->socket, bytes, sizeof(bytes), 0), sizeof(bytes));
	for (int64_t until = wait_clock_us() + WAIT_US; !through && wait_clock_us() < until;) {
		size_t count;

		client_send(ann, "after");
		count = turn(MESSAGES_MAX);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(got[i].bytes.len, strlen("after"));
			through = true;
		}
	}
	assert_true(through);
}

static void
f24_a_flood_is_marked(void **state)
{
	struct bus_config config = usual;
	struct client *ann;
	int marked = 0;

	(void)state;
	config.messages_per_second = 1;
	config.messages_burst = 3;
	start(config);
	ann = client_new();
	admit_all();
	client_connect(ann);
	for (int i = 0; i < 5; i++) {
		client_send(ann, "flood");
		marked += next_message()->throttled;
	}
	assert_int_equal(marked, 2);
	assert_int_equal(bus_counts(bus).throttled, 2);
}

static void
f21_an_id_of_one_s_own_choice_is_dropped(void **state)
{
	static const char *const ids[] = {"boss", "abcde"};

	(void)state;
	start(usual);
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		assert_int_equal(zmq_setsockopt(client_new()->socket, ZMQ_ROUTING_ID, ids[i], strlen(ids[i])), 0);
	client_new();
	admit_all();
	for (size_t i = 0; i < 2; i++) {
		client_connect(&clients[i]);
		client_send(&clients[i], "as the boss");
		wait_for_count(count_malformed, i + 1);
	}
	client_connect(&clients[2]);
	client_send(&clients[2], "as myself");
	assert_string_equal(next_message()->bytes.data, "as myself");
	assert_int_equal(bus_counts(bus).received, 1);
}

/* The ids libzmq assigns must not be those of the last start, or a client could take the next one. */
static void
f21_ids_are_others_after_each_start(void **state)
{
	uint8_t ids[3][5];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		int ends[2], status;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0) {
			start(usual);
			client_new();
			admit_all();
			client_connect(&clients[0]);
			client_send(&clients[0], "x");
			_exit(write(ends[1], next_message()->peer.id, 5) == 5 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(read(ends[0], ids[i], 5), 5);
		close(ends[0]);
		close(ends[1]);
	}
	assert_memory_not_equal(ids[0], ids[1], 5);
	assert_memory_not_equal(ids[1], ids[2], 5);
	assert_memory_not_equal(ids[0], ids[2], 5);
}

static void
messages_of_several_frames_are_dropped(void **state)
{
	struct client *ann;

	(void)state;
	start(usual);
	ann = client_new();
	admit_all();
	client_connect(ann);
	zmq_send(ann->socket, "", 0, ZMQ_SNDMORE); /* as a REQ socket does */
	client_send(ann, "in an envelope");
	for (int i = 0; i < 1000; i++)
		zmq_send(ann->socket, "x", 1, ZMQ_SNDMORE);
	client_send(ann, "the last of many");
	client_send(ann, "plain");
	assert_string_equal(next_message()->bytes.data, "plain");
	assert_int_equal(*count_malformed(), 2);
}

static void
f19_other_mechanisms_and_garbage(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct client *ann;
	int zero = 0, raw = socket(AF_INET, SOCK_STREAM, 0);
	void *plain;

	(void)state;
	start(usual);
	plain = zmq_socket(context, ZMQ_DEALER);
	ann = client_new();
	admit_all();
	zmq_setsockopt(plain, ZMQ_LINGER, &zero, sizeof(zero));
	assert_int_equal(zmq_connect(plain, bus_endpoint(bus).data), 0);
	assert_int_equal(zmq_send(plain, "no key", 6, 0), 6);
	address.sin_port = htons((uint16_t)atoi(strrchr(bus_endpoint(bus).data, ':') + 1));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(raw, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(raw, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), 18);
	client_connect(ann);
	client_send(ann, "hello");
	assert_string_equal(next_message()->bytes.data, "hello");
	assert_int_equal(bus_counts(bus).received, 1);
	close(raw);
	zmq_close(plain);
}

static void
a_peer_that_left_is_gone(void **state)
{
	struct client *ann;
	struct peer peer;
	enum bus_sent sent = BUS_SENT;

	(void)state;
	start(usual);
	ann = client_new();
	admit_all();
	client_connect(ann);
	client_send(ann, "bye");
	peer = next_message()->peer;
	client_close(ann);
	for (int64_t until = wait_clock_us() + WAIT_US; sent != BUS_GONE && wait_clock_us() < until;) {
		turn(MESSAGES_MAX);
		sent = bus_send(bus, peer, TEXT("still there?"));
	}
	assert_int_equal(sent, BUS_GONE);
	assert_true(bus_counts(bus).gone >= 1);
	assert_int_equal(bus_send(bus, (struct peer){{0, 1, 2, 3, 4}}, TEXT("nobody")), BUS_GONE);
}

static void
f17_a_peer_that_does_not_read(void **state)
{
	struct text large = {memset(arena_take(arena, 60000), 'x', 60000), 60000};
	struct client *ann;
	struct peer peer;
	enum bus_sent sent = BUS_SENT;

	(void)state;
	start(usual);
	ann = client_new();
	admit_all();
	client_connect(ann);
	client_send(ann, "hello");
	peer = next_message()->peer;
	for (int i = 0; sent == BUS_SENT && i < 100000; i++)
		sent = bus_send(bus, peer, large);
	assert_int_equal(sent, BUS_FULL);
	assert_int_equal(bus_counts(bus).full, 1);
}

static void
connections_of_one_key_are_bounded(void **state)
{
	struct bus_config config = usual;
	struct client *ann, *second, *third;

	(void)state;
	config.connections_per_key = 2;
	start(config);
	ann = client_new();
	second = client_of(ann);
	third = client_of(ann);
	admit_all();
	client_connect(ann);
	client_send(ann, "1");
	next_message();
	client_connect(second);
	client_send(second, "2");
	next_message();
	client_connect(third);
	client_send(third, "3");
	wait_for_count(count_quota, 1);
	client_close(ann); /* makes room, and the third comes in by itself */
	assert_string_equal(next_message()->bytes.data, "3");
	assert_int_equal(bus_counts(bus).received, 3);
}

/* At most eight a turn, waiting on nothing but what bus_wants says: none may stay behind. */
static void
a_bounded_turn_leaves_nothing_behind(void **state)
{
	enum { EACH = 2000, SENDERS = 3 };
	size_t received = 0, answered = 0;
	int sent[SENDERS] = {0};

	(void)state;
	start(usual);
	patience_us = 1000000;
	for (int i = 0; i < SENDERS; i++)
		client_new();
	admit_all();
	for (int i = 0; i < SENDERS; i++)
		client_connect(&clients[i]);
	for (int64_t until = wait_clock_us() + 2 * WAIT_US; received < EACH * SENDERS && wait_clock_us() < until;) {
		size_t count;

		for (int i = 0; i < SENDERS; i++) {
			while (sent[i] < EACH && zmq_send(clients[i].socket, "x", 1, ZMQ_DONTWAIT) == 1)
				sent[i]++;
		}
		count = turn(MESSAGES_MAX);
		for (size_t i = 0; i < count; i++)
			answered += bus_send(bus, got[i].peer, TEXT("y")) == BUS_SENT;
		received += count;
		arena_reset(arena);
	}
	assert_int_equal(received, EACH * SENDERS);
	assert_true(answered > 0);
}

static void
what_cannot_be_bound_is_said(void **state)
{
	struct bus_config config = usual;
	struct text why = TEXT_NONE;

	(void)state;
	config.endpoint = "tcp://nonsense";
	assert_null(bus_open(&config, arena, &why));
	assert_true(text_starts(why, TEXT("tcp://nonsense: ")));
	start(usual);
	config.endpoint = bus_endpoint(bus).data;
	assert_null(bus_open(&config, arena, &why));
	assert_non_null(strstr(why.data, "Address already in use"));
}

static void
an_endpoint_of_ip6(void **state)
{
	struct bus_config config = usual;
	struct client *ann;
	int one = 1;

	(void)state;
	config.endpoint = "tcp://[::1]:*";
	start(config);
	ann = client_new();
	admit_all();
	assert_int_equal(zmq_setsockopt(ann->socket, ZMQ_IPV6, &one, sizeof(one)), 0);
	client_connect(ann);
	client_send(ann, "six");
	assert_string_equal(next_message()->bytes.data, "six");
}

/* The example in proto/README.md. */
static void
the_public_half_of_a_code(void **state)
{
	static const struct key secret = {{0x03, 0xeb, 0x65, 0x0a, 0x43, 0x83, 0x14, 0xa4, 0x7c, 0x7d, 0x01, 0x08, 0x21, 0x7c,
		0x38, 0x72, 0x87, 0x4c, 0x13, 0x21, 0x9f, 0x6d, 0xea, 0x84, 0xe3, 0x41, 0xe5, 0x81, 0x33, 0x21, 0x48, 0x1c}};
	struct key public = {{0}};

	(void)state;
	assert_true(bus_public_of(secret, &public));
	assert_memory_equal(public.bytes, "\xff\xfa\xc6\x54\x3e\x9f\x84\x55\x5f\xb4\xe1\xd2\x29\xbb\x78\x72", 16);
}

/* ---- helpers ---- */

static void
start(struct bus_config config)
{
	struct text why = TEXT_NONE;

	if (context == NULL) { /* not earlier: one test forks */
		context = zmq_ctx_new();
		loop = loop_open();
	}
	patience_us = 20000;
	bus = bus_open(&config, arena, &why);
	if (bus == NULL)
		fail_msg("%s", why.data);
}

static struct client *
client_new(void)
{
	char public[41], secret[41], server[41];
	struct client *client = &clients[clients_count++];
	struct key server_key;
	int zero = 0;

	assert_true(bus_public_of(usual.secret, &server_key));
	zmq_z85_encode(server, server_key.bytes, KEY_BYTES);
	assert_int_equal(zmq_curve_keypair(public, secret), 0);
	zmq_z85_decode(client->key.bytes, public);
	client->socket = zmq_socket(context, ZMQ_DEALER);
	zmq_setsockopt(client->socket, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(client->socket, ZMQ_CURVE_SERVERKEY, server, 41);
	zmq_setsockopt(client->socket, ZMQ_CURVE_PUBLICKEY, public, 41);
	assert_int_equal(zmq_setsockopt(client->socket, ZMQ_CURVE_SECRETKEY, secret, 41), 0);
	return client;
}

/* Another connection with the same key. */
static struct client *
client_of(const struct client *other)
{
	struct client *client = client_new();
	char pair[2][41];
	size_t size = 41;

	zmq_getsockopt(other->socket, ZMQ_CURVE_PUBLICKEY, pair[0], &size);
	size = 41;
	zmq_getsockopt(other->socket, ZMQ_CURVE_SECRETKEY, pair[1], &size);
	zmq_setsockopt(client->socket, ZMQ_CURVE_PUBLICKEY, pair[0], 41);
	assert_int_equal(zmq_setsockopt(client->socket, ZMQ_CURVE_SECRETKEY, pair[1], 41), 0);
	client->key = other->key;
	return client;
}

static void
client_connect(struct client *client)
{
	struct text watch = arena_format(arena, "inproc://watch.%zu", (size_t)(client - clients));

	assert_int_equal(zmq_socket_monitor(client->socket, watch.data, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH), 0);
	client->watch = zmq_socket(context, ZMQ_PAIR);
	assert_int_equal(zmq_connect(client->watch, watch.data), 0);
	assert_int_equal(zmq_connect(client->socket, bus_endpoint(bus).data), 0);
}

static void
client_close(struct client *client)
{
	if (client->socket == NULL)
		return;
	if (client->watch != NULL) {
		zmq_socket_monitor(client->socket, NULL, 0);
		zmq_close(client->watch);
	}
	zmq_close(client->socket);
	*client = (struct client){NULL, NULL, {{0}}};
}

static void
client_send(struct client *client, const char *text)
{
	zmq_send(client->socket, text, strlen(text), ZMQ_DONTWAIT);
}

static bool
client_hears(struct client *client, const char *text)
{
	char heard[100] = "";
	int timeout = (int)(WAIT_US / 1000);

	zmq_setsockopt(client->socket, ZMQ_RCVTIMEO, &timeout, sizeof(timeout));
	return zmq_recv(client->socket, heard, sizeof(heard) - 1, 0) >= 0 && strcmp(heard, text) == 0;
}

static void
admit_all(void)
{
	struct key keys[COUNT_OF(clients)];

	for (size_t i = 0; i < clients_count; i++)
		keys[i] = clients[i].key;
	bus_admit(bus, keys, clients_count);
}

/* As the daemon does it: wait for what the bus wants, unless it says that there is something. */
static size_t
turn(size_t max)
{
	struct wait_fd fds[WAIT_FDS_MAX];
	size_t count = 0;
	bool sleep = bus_wants(bus, fds, &count);

	loop_wait(loop, fds, count, sleep ? patience_us : 0);
	return bus_receive(bus, arena, got, max);
}

static const struct bus_message *
next_message(void)
{
	for (int64_t until = wait_clock_us() + WAIT_US; wait_clock_us() < until;) {
		if (turn(1) == 1)
			return &got[0];
	}
	fail_msg("no message came");
	return NULL;
}

static void
wait_for_event(struct client *client, int event)
{
	for (int64_t until = wait_clock_us() + WAIT_US; wait_clock_us() < until;) {
		uint8_t frame[6];
		char address[256];

		turn(MESSAGES_MAX);
		if (zmq_recv(client->watch, frame, sizeof(frame), ZMQ_DONTWAIT) != sizeof(frame))
			continue;
		zmq_recv(client->watch, address, sizeof(address), 0);
		assert_int_equal(frame[0] | frame[1] << 8, event);
		return;
	}
	fail_msg("the event did not come");
}

static void
wait_for_count(const uint64_t *count_now(void), uint64_t at_least)
{
	for (int64_t until = wait_clock_us() + WAIT_US; wait_clock_us() < until;) {
		turn(MESSAGES_MAX);
		if (*count_now() >= at_least)
			return;
	}
	fail_msg("the count did not rise");
}

int
main(void)
{
	static const struct {
		const char *name;
		CMUnitTestFunction function;
	} all[] = {
#define ONE(function) {#function, function}
		ONE(f21_ids_are_others_after_each_start), /* forks: before any context is there */
		ONE(a_known_key_is_served),
		ONE(f25_an_unknown_key_gets_nowhere),
		ONE(f25_before_the_keys_are_known),
		ONE(t34_a_revoked_key_makes_no_new_connection),
		ONE(f20_a_frame_too_large_is_cut),
		ONE(f24_a_flood_is_marked),
		ONE(f21_an_id_of_one_s_own_choice_is_dropped),
		ONE(messages_of_several_frames_are_dropped),
		ONE(f19_other_mechanisms_and_garbage),
		ONE(a_peer_that_left_is_gone),
		ONE(f17_a_peer_that_does_not_read),
		ONE(connections_of_one_key_are_bounded),
		ONE(a_bounded_turn_leaves_nothing_behind),
		ONE(what_cannot_be_bound_is_said),
		ONE(an_endpoint_of_ip6),
		ONE(the_public_half_of_a_code),
#undef ONE
	};
	static struct check_group group;
	int failed;

	arena = arena_new();
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		check_add(&group, all[i].name, all[i].function, NULL);
		group.tests[i].teardown_func = finish;
	}
	failed = check_run("bus", &group);
	loop_close(&loop);
	if (context != NULL)
		zmq_ctx_term(context);
	arena_free(arena);
	return failed;
}
