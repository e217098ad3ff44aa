/* crowd.c — one DEALER a device, one context, one thread, and epoll over all of them.
 *
 * zmq_poll asks every socket before each wait, which at 5,000 of them costs more than the daemon
 * under test; so their fds lie in one epoll set. Such an fd speaks once and a send may swallow its
 * word (zmq_getsockopt, ZMQ_FD): who was sent to is listened to as well. */
#include "load/crowd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

#include <zmq.h>

#include "base/arena.h"
#include "base/must.h"
#include "huying.pb-c.h"

#define EXIT_USAGE 2
#define PROTOCOL_VERSION 1
#define FRAME_BYTES_MAX 65536
#define EVENTS_MAX 256
#define HELLO_AGAIN_US 5000000
#define LOOK_US 100000 /* how often what is to be sent again is looked for */
#define SOCKETS_MAX 65000

struct flight { /* one question on its way; its index stands in the end of the request id or tag */
	bool used, query;
	uint8_t request[16];
	size_t device;
	uint64_t tag;
	int64_t from_us, again_at; /* again_at 0 = has been sent */
	uint8_t *frame;
	size_t len, room;
	size_t next_free;
};

struct connection {
	void *socket;
	int64_t hello_at; /* when Hello is said again; 0 = welcomed */
	bool listed;      /* among those to listen to */
};

struct crowd {
	struct crowd_owner owner;
	char endpoint[256], server_key[41];
	void *context;
	int epoll;
	struct device *devices;
	struct connection *connections;
	size_t count, welcomed;
	struct flight *flights;
	size_t flights_count, flights_room, first_free, waiting;
	size_t *listen; /* devices whose sockets may hold something */
	size_t listen_count;
	int64_t ahead_us; /* server's time minus ours */
	int64_t look_at;
	size_t to_send_again;
	uint64_t busy, random;
	struct arena *arena;
	ProtobufCAllocator allocator;
	uint8_t scratch[FRAME_BYTES_MAX];
};

#define NO_FLIGHT SIZE_MAX

static void read_devices(struct crowd *crowd, const char *path, size_t skip);
static void connect_one(struct crowd *crowd, size_t device);
static void say_hello(struct crowd *crowd, size_t device);
static void *arena_give_out(void *arena, size_t size);
static void arena_give_back(void *arena, void *pointer);
static size_t take_flight(struct crowd *crowd);
static void put(struct crowd *crowd, size_t index, const Huying__ToServer *message);
static void transmit(struct crowd *crowd, size_t device, const uint8_t *frame, size_t len);
static void list(struct crowd *crowd, size_t device);
static void listen_to_listed(struct crowd *crowd);
static void listen_to(struct crowd *crowd, size_t device);
static void hear(struct crowd *crowd, size_t device, const Huying__FromServer *message);
static void hear_welcome(struct crowd *crowd, size_t device, const Huying__Welcome *welcome);
static void hear_refused(struct crowd *crowd, size_t device, const Huying__Refused *refused);
static void finish(struct crowd *crowd, size_t index, const Huying__Reply *reply, const Huying__Page *page);
static bool send_later(struct crowd *crowd, size_t index, uint32_t retry_after_ms);
static void send_again(struct crowd *crowd, int64_t now);
static void make_request(struct crowd *crowd, size_t index, uint8_t request[16]);
static uint64_t next_random(struct crowd *crowd);

struct crowd *
crowd_open(const char *endpoint, const char *server_key, const char *keys_file, size_t skip, size_t count,
	struct crowd_owner owner)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct rlimit files;

	must(crowd != NULL);
	if (strlen(server_key) != 40 || strlen(endpoint) >= sizeof(crowd->endpoint))
		die(EXIT_USAGE, "huying-load: the server's key must be 40 characters of Z85");
	strcpy(crowd->endpoint, endpoint);
	strcpy(crowd->server_key, server_key);
	crowd->owner = owner;
	crowd->count = count;
	crowd->first_free = NO_FLIGHT;
	crowd->devices = calloc(count, sizeof(*crowd->devices));
	crowd->connections = calloc(count, sizeof(*crowd->connections));
	crowd->listen = calloc(2 * count, sizeof(*crowd->listen));
	crowd->arena = arena_new();
	crowd->allocator = (ProtobufCAllocator){arena_give_out, arena_give_back, crowd->arena};
	must(crowd->devices != NULL && crowd->connections != NULL && crowd->listen != NULL);
	must(getrandom(&crowd->random, sizeof(crowd->random), 0) == sizeof(crowd->random));
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	read_devices(crowd, keys_file, skip);
	crowd->context = zmq_ctx_new();
	must(crowd->context != NULL);
	zmq_ctx_set(crowd->context, ZMQ_MAX_SOCKETS, SOCKETS_MAX);
	zmq_ctx_set(crowd->context, ZMQ_BLOCKY, 0);
	crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
	must(crowd->epoll >= 0);
	return crowd;
}

void
crowd_close(struct crowd **ret_crowd)
{
	struct crowd *crowd = *ret_crowd;

	*ret_crowd = NULL;
	for (size_t i = 0; i < crowd->count; i++)
		if (crowd->connections[i].socket != NULL)
			zmq_close(crowd->connections[i].socket);
	zmq_ctx_term(crowd->context);
	for (size_t i = 0; i < crowd->flights_count; i++)
		free(crowd->flights[i].frame);
	free(crowd->flights);
	free(crowd->listen);
	free(crowd->connections);
	free(crowd->devices);
	arena_free(crowd->arena);
	free(crowd);
}

size_t
crowd_size(const struct crowd *crowd)
{
	return crowd->count;
}

struct device *
crowd_device(struct crowd *crowd, size_t device)
{
	return &crowd->devices[device];
}

size_t
crowd_welcomed(const struct crowd *crowd)
{
	return crowd->welcomed;
}

uint64_t
crowd_busy(const struct crowd *crowd)
{
	return crowd->busy;
}

size_t
crowd_waiting(const struct crowd *crowd)
{
	return crowd->waiting;
}

void
crowd_connect_all(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++)
		connect_one(crowd, i);
}

void
crowd_command(struct crowd *crowd, size_t device, Huying__Command *command, uint64_t tag, int64_t from_us)
{
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	size_t index = take_flight(crowd);
	struct flight *flight = &crowd->flights[index];

	flight->query = false;
	flight->device = device;
	flight->tag = tag;
	flight->from_us = from_us;
	make_request(crowd, index, flight->request);
	command->request_id = (ProtobufCBinaryData){sizeof(flight->request), flight->request};
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_COMMAND;
	message.command = command;
	put(crowd, index, &message);
}

void
crowd_query(struct crowd *crowd, size_t device, Huying__Query *query, uint64_t tag, int64_t from_us)
{
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	size_t index = take_flight(crowd);
	struct flight *flight = &crowd->flights[index];

	flight->query = true;
	flight->device = device;
	flight->tag = tag;
	flight->from_us = from_us;
	query->tag = index + 1;
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_QUERY;
	message.query = query;
	put(crowd, index, &message);
}

void
crowd_turn(struct crowd *crowd, int64_t until_us)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t now = crowd_now_us();
	int64_t wait_us = crowd->listen_count > 0 || until_us <= now ? 0 : until_us - now;
	struct timespec timeout;
	int count;

	if (wait_us > LOOK_US)
		wait_us = LOOK_US;
	timeout = (struct timespec){wait_us / 1000000, wait_us % 1000000 * 1000};
	count = epoll_pwait2(crowd->epoll, events, EVENTS_MAX, &timeout, NULL);
	must(count >= 0 || errno == EINTR);
	for (int i = 0; i < count; i++)
		list(crowd, (size_t)events[i].data.u64);
	listen_to_listed(crowd);
	now = crowd_now_us();
	if (now >= crowd->look_at)
		send_again(crowd, now);
}

int64_t
crowd_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* ---- devices ---- */

static void
read_devices(struct crowd *crowd, const char *path, size_t skip)
{
	FILE *file = fopen(path, "r");
	char line[256];
	size_t seen = 0;

	if (file == NULL)
		die(EXIT_USAGE, "huying-load: %s cannot be read: %s", path, strerror(errno));
	while (seen < skip + crowd->count && fgets(line, sizeof(line), file) != NULL) {
		struct device device = {.welcomed = false};

		if (seen++ < skip)
			continue;
		if (sscanf(line, "%40s %47s %47s", device.secret, device.name, device.place) != 3 ||
			zmq_curve_public(device.public, device.secret) != 0)
			die(EXIT_USAGE, "huying-load: %s:%zu: not a line SECRET NAME PLACE", path, seen);
		crowd->devices[seen - skip - 1] = device;
	}
	fclose(file);
	if (seen < skip + crowd->count)
		die(EXIT_USAGE, "huying-load: %s holds %zu devices; %zu are asked for", path, seen,
			skip + crowd->count);
}

static void
connect_one(struct crowd *crowd, size_t device)
{
	struct connection *connection = &crowd->connections[device];
	struct device *who = &crowd->devices[device];
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = device};
	size_t size = sizeof(int);
	int none = 0, fd;

	connection->socket = zmq_socket(crowd->context, ZMQ_DEALER);
	if (connection->socket == NULL)
		die(EXIT_FAILURE, "huying-load: no socket for device %zu: %s", device, zmq_strerror(errno));
	zmq_setsockopt(connection->socket, ZMQ_LINGER, &none, sizeof(none));
	zmq_setsockopt(connection->socket, ZMQ_SNDHWM, &none, sizeof(none));
	zmq_setsockopt(connection->socket, ZMQ_RCVHWM, &none, sizeof(none));
	zmq_setsockopt(connection->socket, ZMQ_CURVE_SERVERKEY, crowd->server_key, 40);
	zmq_setsockopt(connection->socket, ZMQ_CURVE_PUBLICKEY, who->public, 40);
	zmq_setsockopt(connection->socket, ZMQ_CURVE_SECRETKEY, who->secret, 40);
	if (zmq_connect(connection->socket, crowd->endpoint) != 0)
		die(EXIT_USAGE, "huying-load: %s: %s", crowd->endpoint, zmq_strerror(errno));
	zmq_getsockopt(connection->socket, ZMQ_FD, &fd, &size);
	must(epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	say_hello(crowd, device);
}

static void
say_hello(struct crowd *crowd, size_t device)
{
	static const char language[] = "en", program[] = "huying-load";
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	Huying__Hello hello = HUYING__HELLO__INIT;

	hello.numbers_left = crowd->devices[device].numbers_count;
	hello.language = (ProtobufCBinaryData){sizeof(language) - 1, (uint8_t *)(uintptr_t)language};
	hello.program = (ProtobufCBinaryData){sizeof(program) - 1, (uint8_t *)(uintptr_t)program};
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_HELLO;
	message.hello = &hello;
	crowd->connections[device].hello_at = crowd_now_us() + HELLO_AGAIN_US;
	transmit(crowd, device, crowd->scratch, huying__to_server__pack(&message, crowd->scratch));
}

/* ---- questions ---- */

static size_t
take_flight(struct crowd *crowd)
{
	size_t index = crowd->first_free;

	if (index == NO_FLIGHT) {
		if (crowd->flights_count == crowd->flights_room) {
			crowd->flights_room = crowd->flights_room == 0 ? 1024 : 2 * crowd->flights_room;
			crowd->flights = realloc(crowd->flights, crowd->flights_room * sizeof(*crowd->flights));
			must(crowd->flights != NULL && crowd->flights_room < UINT32_MAX);
		}
		index = crowd->flights_count++;
		crowd->flights[index] = (struct flight){.used = false};
	} else {
		crowd->first_free = crowd->flights[index].next_free;
	}
	crowd->flights[index].used = true;
	crowd->flights[index].again_at = 0;
	crowd->waiting++;
	return index;
}

static void
put(struct crowd *crowd, size_t index, const Huying__ToServer *message)
{
	struct flight *flight = &crowd->flights[index];

	flight->len = huying__to_server__get_packed_size(message);
	must(flight->len <= FRAME_BYTES_MAX);
	if (flight->len > flight->room) {
		flight->room = flight->len + 64;
		flight->frame = realloc(flight->frame, flight->room);
		must(flight->frame != NULL);
	}
	huying__to_server__pack(message, flight->frame);
	transmit(crowd, flight->device, flight->frame, flight->len);
}

static void
transmit(struct crowd *crowd, size_t device, const uint8_t *frame, size_t len)
{
	if (zmq_send(crowd->connections[device].socket, frame, len, ZMQ_DONTWAIT) < 0)
		die(EXIT_FAILURE, "huying-load: device %s cannot send: %s", crowd->devices[device].name,
			zmq_strerror(errno));
	list(crowd, device);
}

/* UUIDv7 in the server's time, with the place of the question in its last four bytes. */
static void
make_request(struct crowd *crowd, size_t index, uint8_t request[16])
{
	struct timespec now;
	uint64_t ms, random = next_random(crowd);

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)((now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000 + crowd->ahead_us) / 1000);
	for (int i = 0; i < 6; i++)
		request[i] = (uint8_t)(ms >> (40 - 8 * i));
	for (int i = 6; i < 12; i++)
		request[i] = (uint8_t)(random >> (8 * (i - 6)));
	request[6] = (uint8_t)((request[6] & 0x0f) | 0x70);
	request[8] = (uint8_t)((request[8] & 0x3f) | 0x80);
	for (int i = 12; i < 16; i++)
		request[i] = (uint8_t)(index >> (8 * (15 - i)));
}

static uint64_t
next_random(struct crowd *crowd)
{
	crowd->random += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
	uint64_t z = crowd->random;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* ---- answers ---- */

static void
list(struct crowd *crowd, size_t device)
{
	if (crowd->connections[device].listed)
		return;
	crowd->connections[device].listed = true;
	crowd->listen[crowd->listen_count++] = device;
}

/* Who is listed while we listen is listened to in the next turn. */
static void
listen_to_listed(struct crowd *crowd)
{
	size_t count = crowd->listen_count;

	for (size_t i = 0; i < count; i++) {
		size_t device = crowd->listen[i];

		crowd->connections[device].listed = false;
		crowd->listen[i] = SIZE_MAX;
		listen_to(crowd, device);
	}
	/* Those that were listed meanwhile stand behind. A device may be there twice by then: harmless. */
	memmove(crowd->listen, crowd->listen + count,
		(crowd->listen_count - count) * sizeof(*crowd->listen));
	crowd->listen_count -= count;
}

static void
listen_to(struct crowd *crowd, size_t device)
{
	void *socket = crowd->connections[device].socket;
	int events;
	size_t size = sizeof(events);

	zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size);
	while (events & ZMQ_POLLIN) {
		zmq_msg_t frame;
		Huying__FromServer *message;

		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&frame);
			break;
		}
		message = huying__from_server__unpack(&crowd->allocator, zmq_msg_size(&frame),
			zmq_msg_data(&frame));
		zmq_msg_close(&frame);
		if (message == NULL)
			die(EXIT_FAILURE, "huying-load: an answer cannot be read");
		hear(crowd, device, message);
		arena_reset(crowd->arena);
	}
}

static void
hear(struct crowd *crowd, size_t device, const Huying__FromServer *message)
{
	size_t index = 0;

	switch ((int)message->body_case) {
	case HUYING__FROM_SERVER__BODY_WELCOME:
		hear_welcome(crowd, device, message->welcome);
		return;
	case HUYING__FROM_SERVER__BODY_REFUSED:
		hear_refused(crowd, device, message->refused);
		return;
	case HUYING__FROM_SERVER__BODY_REPLY:
		must(message->reply->request_id.len == 16);
		for (int i = 12; i < 16; i++)
			index = index << 8 | message->reply->request_id.data[i];
		if (index < crowd->flights_count && crowd->flights[index].used &&
			memcmp(crowd->flights[index].request, message->reply->request_id.data, 16) == 0 &&
			!(message->reply->outcome == HUYING__OUTCOME__OUTCOME_BUSY &&
				send_later(crowd, index, message->reply->retry_after_ms)))
			finish(crowd, index, message->reply, NULL);
		return;
	case HUYING__FROM_SERVER__BODY_PAGE:
		index = (size_t)message->page->tag - 1;
		if (index < crowd->flights_count && crowd->flights[index].used &&
			!(message->page->retry_after_ms > 0 &&
				send_later(crowd, index, message->page->retry_after_ms)))
			finish(crowd, index, NULL, message->page);
		return;
	default:
		return;
	}
}

static void
hear_welcome(struct crowd *crowd, size_t device, const Huying__Welcome *welcome)
{
	struct device *who = &crowd->devices[device];
	struct timespec now;

	crowd->connections[device].hello_at = 0;
	if (who->welcomed)
		return;
	who->welcomed = true;
	who->numbers_from = welcome->numbers_from;
	who->numbers_count = welcome->numbers_count;
	crowd->welcomed++;
	clock_gettime(CLOCK_REALTIME, &now);
	crowd->ahead_us =
		welcome->server_time->unix_us - now.tv_sec * INT64_C(1000000) - now.tv_nsec / 1000;
	crowd->owner.welcomed(crowd->owner.self, device);
}

static void
hear_refused(struct crowd *crowd, size_t device, const Huying__Refused *refused)
{
	if (refused->retry_after_ms == 0)
		die(EXIT_FAILURE, "huying-load: %s is refused: %s (%s)", crowd->devices[device].name,
			refused->message, refused->detail);
	crowd->busy++;
	crowd->connections[device].hello_at = crowd_now_us() + refused->retry_after_ms * INT64_C(1000);
}

static void
finish(struct crowd *crowd, size_t index, const Huying__Reply *reply, const Huying__Page *page)
{
	struct flight *flight = &crowd->flights[index];
	struct crowd_answer answer = {flight->device, flight->tag, flight->from_us, crowd_now_us(), reply, page};

	flight->used = false;
	flight->next_free = crowd->first_free;
	crowd->first_free = index;
	crowd->waiting--;
	crowd->owner.answered(crowd->owner.self, &answer);
}

static bool
send_later(struct crowd *crowd, size_t index, uint32_t retry_after_ms)
{
	crowd->busy++;
	crowd->to_send_again++;
	crowd->flights[index].again_at = crowd_now_us() + retry_after_ms * INT64_C(1000);
	return true;
}

static void
send_again(struct crowd *crowd, int64_t now)
{
	crowd->look_at = now + LOOK_US;
	for (size_t i = 0; crowd->to_send_again > 0 && i < crowd->flights_count; i++) {
		struct flight *flight = &crowd->flights[i];

		if (!flight->used || flight->again_at == 0 || flight->again_at > now)
			continue;
		flight->again_at = 0;
		crowd->to_send_again--;
		transmit(crowd, flight->device, flight->frame, flight->len);
	}
	for (size_t i = 0; crowd->welcomed < crowd->count && i < crowd->count; i++)
		if (crowd->connections[i].hello_at != 0 && crowd->connections[i].hello_at <= now)
			say_hello(crowd, i);
}

static void *
arena_give_out(void *arena, size_t size)
{
	return arena_take(arena, size);
}

static void
arena_give_back(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}
