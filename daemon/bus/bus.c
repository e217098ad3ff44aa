/* bus.c — one ROUTER with CURVE, its ZAP handler and its monitor, all served by the caller's thread.
 *
 * What would surprise: a ZeroMQ fd speaks only once (it is edge-triggered), and sending can swallow
 * its word, so bus_wants asks each socket again before every sleep. The routing id frame does not
 * carry the User-Id once ZMQ_EVENTS was asked, the payload frame always does. Without a seed the
 * ids libzmq assigns are the same after each start, and a client that takes a future one beforehand
 * brings the process down: so srand() comes before the first socket. */
#include "bus/bus.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zmq.h>

#include "base/must.h"
#include "bus/keys.h"

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define ZAP_DOMAIN "huying"
#define ZAP_ENFORCE_DOMAIN 93 /* named only in the DRAFT part of zmq.h; the library knows it */
#define MONITOR_ENDPOINT "inproc://huying.bus.monitor"
#define STRANGER_ENDPOINT "inproc://huying.bus.stranger"
#define CURVE_OVERHEAD 33 /* MAXMSGSIZE counts the encrypted frame */
#define HANDSHAKES_PER_TURN 256
#define Z85_KEY_BYTES 40
#define SELF_TEST_US INT64_C(5000000)

struct bus {
	void *context, *router, *zap, *monitor;
	struct keys *keys;
	struct bus_counts counts;
	char endpoint[256];
	char server_key[Z85_KEY_BYTES + 1];
	struct key stranger; /* of the self-test: always refused for good */
	bool testing;
};

struct option {
	int number;
	int value;
	const char *name;
};

static const struct option options[] = {
	{ZMQ_CURVE_SERVER, 1, "CURVE_SERVER"},
	{ZAP_ENFORCE_DOMAIN, 1, "ZAP_ENFORCE_DOMAIN"},
	{ZMQ_ROUTER_MANDATORY, 1, "ROUTER_MANDATORY"},
	{ZMQ_ROUTER_HANDOVER, 0, "ROUTER_HANDOVER"},
	{ZMQ_SNDHWM, 64, "SNDHWM"},
	{ZMQ_RCVHWM, 64, "RCVHWM"},
	{ZMQ_LINGER, 0, "LINGER"},
	{ZMQ_HANDSHAKE_IVL, 3000, "HANDSHAKE_IVL"},
	{ZMQ_HEARTBEAT_IVL, 10000, "HEARTBEAT_IVL"},
	{ZMQ_HEARTBEAT_TIMEOUT, 30000, "HEARTBEAT_TIMEOUT"},
	{ZMQ_HEARTBEAT_TTL, 30000, "HEARTBEAT_TTL"},
	{ZMQ_TCP_KEEPALIVE, 1, "TCP_KEEPALIVE"},
	{ZMQ_TCP_KEEPALIVE_IDLE, 60, "TCP_KEEPALIVE_IDLE"},
	{ZMQ_TCP_KEEPALIVE_INTVL, 10, "TCP_KEEPALIVE_INTVL"},
	{ZMQ_TCP_KEEPALIVE_CNT, 3, "TCP_KEEPALIVE_CNT"},
	{ZMQ_BACKLOG, 1024, "BACKLOG"},
};

enum taken {
	TAKEN_NOTHING, /* the socket is empty */
	TAKEN_DROPPED,
	TAKEN_MESSAGE
};

static void seed_routing_ids(void);
static const char *open_sockets(struct bus *bus, const struct bus_config *config);
static const char *configure_router(struct bus *bus, const struct bus_config *config);
static const char *stranger_gets_nowhere(struct bus *bus);
static const char *watch_stranger(struct bus *bus, void *watch);
static void *monitor_of(struct bus *bus, void *socket, const char *endpoint, int events);
static bool monitor_next(void *monitor, uint16_t *ret_event, uint32_t *ret_value);
static void read_monitor(struct bus *bus);
static void serve_zap(struct bus *bus);
static size_t receive_frames(void *socket, zmq_msg_t *frames, size_t max);
static void close_frames(zmq_msg_t *frames, size_t count);
static bool frame_is(zmq_msg_t *frame, const char *word);
static const char *judge(struct bus *bus, zmq_msg_t *frames, size_t count, char *ret_user);
static void zap_answer(struct bus *bus, zmq_msg_t *request_id, const char *status, const char *user);
static enum taken take_one(struct bus *bus, struct arena *arena, struct bus_message *ret_message);
static bool key_of(zmq_msg_t *payload, struct key *ret_key);
static bool has_event(void *socket, int event);
static struct wait_fd fd_of(void *socket);
static void close_socket(void *socket);

struct bus *
bus_open(const struct bus_config *config, struct arena *arena, struct text *ret_why)
{
	struct bus *bus = calloc(1, sizeof(*bus));
	const char *why;

	must(bus != NULL && sodium_init() >= 0);
	seed_routing_ids();
	bus->keys = keys_new((struct keys_limits){config->connections_per_key,
		config->handshakes_per_minute, config->messages_per_second, config->messages_burst});
	why = open_sockets(bus, config);
	if (why == NULL)
		why = stranger_gets_nowhere(bus);
	if (why != NULL) {
		*ret_why = arena_format(arena, "%s: %s", config->endpoint, why);
		bus_close(&bus);
	}
	return bus;
}

void
bus_close(struct bus **bus)
{
	struct bus *old = *bus;

	*bus = NULL;
	if (old == NULL)
		return;
	if (old->router != NULL)
		zmq_socket_monitor(old->router, NULL, 0);
	close_socket(old->monitor);
	close_socket(old->router);
	close_socket(old->zap);
	if (old->context != NULL)
		zmq_ctx_term(old->context);
	keys_free(&old->keys);
	free(old);
}

struct text
bus_endpoint(const struct bus *bus)
{
	return text_of(bus->endpoint);
}

void
bus_admit(struct bus *bus, const struct key *keys, size_t count)
{
	keys_admit(bus->keys, keys, count);
}

bool
bus_wants(struct bus *bus, struct wait_fd *fds, size_t *count)
{
	fds[(*count)++] = fd_of(bus->router);
	fds[(*count)++] = fd_of(bus->zap);
	fds[(*count)++] = fd_of(bus->monitor);
	return !has_event(bus->router, ZMQ_POLLIN) && !has_event(bus->zap, ZMQ_POLLIN) &&
		!has_event(bus->monitor, ZMQ_POLLIN);
}

size_t
bus_receive(struct bus *bus, struct arena *arena, struct bus_message *ret_messages, size_t max)
{
	size_t count = 0;

	serve_zap(bus);
	read_monitor(bus);
	for (size_t tries = 0; count < max && tries < 4 * max; tries++) {
		enum taken taken = take_one(bus, arena, &ret_messages[count]);

		if (taken == TAKEN_NOTHING)
			break;
		if (taken == TAKEN_MESSAGE)
			count++;
	}
	return count;
}

enum bus_sent
bus_send(struct bus *bus, struct peer peer, struct text bytes)
{
	zmq_msg_t payload;

	must(bytes.len <= BUS_MESSAGE_BYTES_MAX);
	if (zmq_send(bus->router, peer.id, sizeof(peer.id), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
		must(errno == EHOSTUNREACH || errno == EAGAIN || errno == EINTR);
		if (errno == EHOSTUNREACH) {
			bus->counts.gone++;
			return BUS_GONE;
		}
		bus->counts.full++;
		return BUS_FULL;
	}
	must(zmq_msg_init_size(&payload, bytes.len) == 0);
	if (bytes.len > 0)
		memcpy(zmq_msg_data(&payload), bytes.data, bytes.len);
	/* Behind a routing id that was taken the payload always is, or the peer has just gone. */
	if (zmq_msg_send(&payload, bus->router, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(&payload);
		bus->counts.gone++;
		return BUS_GONE;
	}
	bus->counts.sent++;
	return BUS_SENT;
}

struct bus_counts
bus_counts(const struct bus *bus)
{
	return bus->counts;
}

bool
bus_public_of(struct key secret, struct key *ret_public)
{
	char secret_z85[Z85_KEY_BYTES + 1], public_z85[Z85_KEY_BYTES + 1];
	bool ok;

	zmq_z85_encode(secret_z85, secret.bytes, KEY_BYTES);
	ok = zmq_curve_public(public_z85, secret_z85) == 0 &&
		zmq_z85_decode(ret_public->bytes, public_z85) != NULL;
	sodium_memzero(secret_z85, sizeof(secret_z85));
	return ok;
}

static void
seed_routing_ids(void)
{
	unsigned seed;

	must(getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed));
	srand(seed);
}

/* NULL, or why not. */
static const char *
open_sockets(struct bus *bus, const struct bus_config *config)
{
	size_t size = sizeof(bus->endpoint);
	const char *why;

	bus->context = zmq_ctx_new();
	if (bus->context == NULL || zmq_ctx_set(bus->context, ZMQ_BLOCKY, 0) != 0 ||
		zmq_ctx_set(bus->context, ZMQ_IO_THREADS, 1) != 0)
		return "ZeroMQ does not start";
	bus->zap = zmq_socket(bus->context, ZMQ_REP);
	bus->router = zmq_socket(bus->context, ZMQ_ROUTER);
	if (bus->zap == NULL || bus->router == NULL)
		return "ZeroMQ gives no socket";
	if (zmq_bind(bus->zap, ZAP_ENDPOINT) != 0)
		return "the ZAP handler cannot be bound";
	why = configure_router(bus, config);
	if (why != NULL)
		return why;
	bus->monitor = monitor_of(bus, bus->router, MONITOR_ENDPOINT,
		ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
	if (bus->monitor == NULL)
		return "connections cannot be watched";
	if (zmq_bind(bus->router, config->endpoint) != 0)
		return zmq_strerror(errno);
	must(zmq_getsockopt(bus->router, ZMQ_LAST_ENDPOINT, bus->endpoint, &size) == 0);
	return NULL;
}

static const char *
configure_router(struct bus *bus, const struct bus_config *config)
{
	int64_t bytes_max = BUS_MESSAGE_BYTES_MAX + CURVE_OVERHEAD;
	int ipv6 = strchr(config->endpoint, '[') != NULL;
	struct key public;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (zmq_setsockopt(bus->router, options[i].number, &options[i].value,
			    sizeof(options[i].value)) != 0)
			return options[i].name;
	}
	if (zmq_setsockopt(bus->router, ZMQ_MAXMSGSIZE, &bytes_max, sizeof(bytes_max)) != 0)
		return "MAXMSGSIZE";
	if (zmq_setsockopt(bus->router, ZMQ_IPV6, &ipv6, sizeof(ipv6)) != 0)
		return "IPV6";
	if (zmq_setsockopt(bus->router, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) != 0)
		return "ZAP_DOMAIN";
	if (!bus_public_of(config->secret, &public) ||
		zmq_setsockopt(bus->router, ZMQ_CURVE_SECRETKEY, config->secret.bytes, KEY_BYTES) != 0)
		return "the secret key cannot be used";
	zmq_z85_encode(bus->server_key, public.bytes, KEY_BYTES);
	return NULL;
}

/* A handshake with a key made up on the spot must end in a refusal, or we do not start. */
static const char *
stranger_gets_nowhere(struct bus *bus)
{
	char public[Z85_KEY_BYTES + 1], secret[Z85_KEY_BYTES + 1];
	int zero = 0, ipv6 = strchr(bus->endpoint, '[') != NULL;
	void *stranger = zmq_socket(bus->context, ZMQ_DEALER);
	void *watch = NULL;
	const char *why = "the self-test cannot connect";

	if (stranger == NULL)
		return why;
	must(zmq_curve_keypair(public, secret) == 0);
	must(zmq_z85_decode(bus->stranger.bytes, public) != NULL);
	bus->testing = true;
	if (zmq_setsockopt(stranger, ZMQ_LINGER, &zero, sizeof(zero)) != 0 ||
		zmq_setsockopt(stranger, ZMQ_IPV6, &ipv6, sizeof(ipv6)) != 0 ||
		zmq_setsockopt(stranger, ZMQ_CURVE_SERVERKEY, bus->server_key, Z85_KEY_BYTES + 1) != 0 ||
		zmq_setsockopt(stranger, ZMQ_CURVE_PUBLICKEY, public, Z85_KEY_BYTES + 1) != 0 ||
		zmq_setsockopt(stranger, ZMQ_CURVE_SECRETKEY, secret, Z85_KEY_BYTES + 1) != 0)
		goto out;
	watch = monitor_of(bus, stranger, STRANGER_ENDPOINT,
		ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
	if (watch == NULL || zmq_connect(stranger, bus->endpoint) != 0)
		goto out;
	why = watch_stranger(bus, watch);
out:
	bus->testing = false;
	bus->counts = (struct bus_counts){0};
	zmq_socket_monitor(stranger, NULL, 0);
	close_socket(watch);
	close_socket(stranger);
	return why;
}

static const char *
watch_stranger(struct bus *bus, void *watch)
{
	int64_t until = wait_clock_us() + SELF_TEST_US;

	while (wait_clock_us() < until) {
		zmq_pollitem_t items[] = {
			{bus->zap, 0, ZMQ_POLLIN, 0},
			{watch, 0, ZMQ_POLLIN, 0},
		};
		uint16_t event;
		uint32_t value;

		zmq_poll(items, 2, 100);
		serve_zap(bus);
		if (!monitor_next(watch, &event, &value))
			continue;
		if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
			return NULL;
		return "an unknown key was let in: ZAP is not in force";
	}
	return "the self-test with an unknown key got no refusal";
}

/* A PAIR on which the socket's events arrive; its queue has no bound, so that the library's own
 * thread never waits for us. */
static void *
monitor_of(struct bus *bus, void *socket, const char *endpoint, int events)
{
	void *monitor = zmq_socket(bus->context, ZMQ_PAIR);
	int unbounded = 0;

	if (monitor == NULL)
		return NULL;
	if (zmq_setsockopt(monitor, ZMQ_RCVHWM, &unbounded, sizeof(unbounded)) != 0 ||
		zmq_socket_monitor(socket, endpoint, events) != 0 ||
		zmq_connect(monitor, endpoint) != 0) {
		close_socket(monitor);
		return NULL;
	}
	return monitor;
}

static bool
monitor_next(void *monitor, uint16_t *ret_event, uint32_t *ret_value)
{
	zmq_msg_t frames[2];
	size_t count = receive_frames(monitor, frames, 2);
	bool whole = count == 2 && zmq_msg_size(&frames[0]) == sizeof(*ret_event) + sizeof(*ret_value);

	if (whole) {
		const char *data = zmq_msg_data(&frames[0]);

		memcpy(ret_event, data, sizeof(*ret_event));
		memcpy(ret_value, data + sizeof(*ret_event), sizeof(*ret_value));
	}
	close_frames(frames, count < 2 ? count : 2);
	return whole;
}

static void
read_monitor(struct bus *bus)
{
	uint16_t event;
	uint32_t value;

	while (monitor_next(bus->monitor, &event, &value)) {
		if (event == ZMQ_EVENT_ACCEPTED)
			keys_opened(bus->keys, (int)value);
		else if (event == ZMQ_EVENT_DISCONNECTED)
			keys_closed(bus->keys, (int)value);
	}
}

/* A request (RFC 27) is version, id, domain, address, identity, mechanism, key. */
static void
serve_zap(struct bus *bus)
{
	for (int n = 0; n < HANDSHAKES_PER_TURN; n++) {
		zmq_msg_t frames[8];
		size_t count = receive_frames(bus->zap, frames, 8);
		char user[Z85_KEY_BYTES + 1] = "";

		if (count == 0)
			break;
		if (count >= 2)
			zap_answer(bus, &frames[1], judge(bus, frames, count, user), user);
		close_frames(frames, count < 8 ? count : 8);
	}
}

/* 400 says "never" and leaves a stock client dead until its program connects anew; 300 says "not
 * now", and it comes again by itself. */
static const char *
judge(struct bus *bus, zmq_msg_t *frames, size_t count, char *ret_user)
{
	struct key key;

	if (count != 7 || !frame_is(&frames[0], "1.0") || !frame_is(&frames[2], ZAP_DOMAIN) ||
		!frame_is(&frames[5], "CURVE") || zmq_msg_size(&frames[6]) != KEY_BYTES)
		return "400";
	memcpy(key.bytes, zmq_msg_data(&frames[6]), KEY_BYTES);
	if (bus->testing && memcmp(key.bytes, bus->stranger.bytes, KEY_BYTES) == 0)
		return "400";
	switch (keys_handshake(bus->keys, &key, wait_clock_us())) {
	case KEYS_ADMITTED:
		bus->counts.admitted++;
		zmq_z85_encode(ret_user, key.bytes, KEY_BYTES);
		return "200";
	case KEYS_UNKNOWN:
		bus->counts.unknown_keys++;
		return "400";
	case KEYS_QUOTA:
		bus->counts.quota++;
		return "300";
	case KEYS_UNDECIDED:
	default:
		return "300";
	}
}

static void
zap_answer(struct bus *bus, zmq_msg_t *request_id, const char *status, const char *user)
{
	const char *text = status[0] == '2' ? "OK" : status[0] == '3' ? "not now" : "not admitted";

	zmq_send(bus->zap, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(bus->zap, zmq_msg_data(request_id), zmq_msg_size(request_id), ZMQ_SNDMORE);
	zmq_send(bus->zap, status, 3, ZMQ_SNDMORE);
	zmq_send(bus->zap, text, strlen(text), ZMQ_SNDMORE);
	zmq_send(bus->zap, user, strlen(user), ZMQ_SNDMORE);
	zmq_send(bus->zap, "", 0, 0);
}

/* Takes the next whole message; returns how many frames it had, of which the first `max` are kept
 * (to be closed by the caller). 0 = nothing there. */
static size_t
receive_frames(void *socket, zmq_msg_t *frames, size_t max)
{
	size_t count = 0;

	for (bool more = true; more; count++) {
		zmq_msg_t spare;
		zmq_msg_t *frame = count < max ? &frames[count] : &spare;

		must(zmq_msg_init(frame) == 0);
		if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(frame);
			break;
		}
		more = zmq_msg_more(frame) != 0;
		if (frame == &spare)
			zmq_msg_close(frame);
	}
	return count;
}

static void
close_frames(zmq_msg_t *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		zmq_msg_close(&frames[i]);
}

static bool
frame_is(zmq_msg_t *frame, const char *word)
{
	return text_is((struct text){zmq_msg_data(frame), zmq_msg_size(frame)}, word);
}

static enum taken
take_one(struct bus *bus, struct arena *arena, struct bus_message *ret_message)
{
	zmq_msg_t frames[2];
	size_t count = receive_frames(bus->router, frames, 2);
	enum taken taken = TAKEN_DROPPED;
	const uint8_t *id;

	if (count == 0)
		return TAKEN_NOTHING;
	id = zmq_msg_data(&frames[0]);
	if (count != 2 || zmq_msg_size(&frames[0]) != sizeof(ret_message->peer.id) || id[0] != 0) {
		/* Ids the library assigns have five bytes, the first 0: any other was chosen by the peer. */
		bus->counts.malformed++;
	} else if (!key_of(&frames[1], &ret_message->key)) {
		bus->counts.nameless++;
	} else {
		memcpy(ret_message->peer.id, id, sizeof(ret_message->peer.id));
		ret_message->bytes = arena_text(arena,
			(struct text){zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1])});
		ret_message->throttled = !keys_message(bus->keys, &ret_message->key,
			zmq_msg_get(&frames[1], ZMQ_SRCFD), wait_clock_us());
		bus->counts.throttled += ret_message->throttled;
		bus->counts.received++;
		taken = TAKEN_MESSAGE;
	}
	close_frames(frames, count < 2 ? count : 2);
	return taken;
}

/* ZAP made the User-Id the Z85 text of the key it admitted; it wins over what a client claims. */
static bool
key_of(zmq_msg_t *payload, struct key *ret_key)
{
	const char *user = zmq_msg_gets(payload, "User-Id");

	return user != NULL && strlen(user) == Z85_KEY_BYTES &&
		zmq_z85_decode(ret_key->bytes, user) != NULL;
}

static bool
has_event(void *socket, int event)
{
	int events = 0;
	size_t size = sizeof(events);

	must(zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 || errno == EINTR);
	return (events & event) != 0;
}

static struct wait_fd
fd_of(void *socket)
{
	struct wait_fd wait = {.readable = true};
	size_t size = sizeof(wait.fd);

	must(zmq_getsockopt(socket, ZMQ_FD, &wait.fd, &size) == 0);
	return wait;
}

static void
close_socket(void *socket)
{
	int now = 0;

	if (socket == NULL)
		return;
	zmq_setsockopt(socket, ZMQ_LINGER, &now, sizeof(now));
	zmq_close(socket);
}
