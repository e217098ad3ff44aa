/* link.c — one DEALER socket at a time, and the questions that wait for their answers.
 *
 * ZeroMQ would reconnect by itself, silently and for ever; here it may not (RECONNECT_IVL -1): a
 * connection that ends is seen through the socket's monitor, and the next one is made by us, to the
 * next endpoint, after a pause that grows and is never the same for two clients. Every question
 * keeps its bytes until its answer has come, so a new connection simply sends them again. */
#include "link/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>
#include <zmq.h>

#include "huying.pb-c.h"
#include "link/key.h"

#define PROTOCOL_VERSION 1
#define CURVE_OVERHEAD 64 /* MAXMSGSIZE counts the encrypted frame */

#define GREET_US 4000000     /* from connect to Welcome */
#define ANSWER_US 5000000    /* a question unanswered for so long is asked again */
#define PAUSE_LEAST_US 100000
#define PAUSE_MOST_US 8000000
#define PAUSE_ASKED_MOST_US 60000000
#define LOOK_US 1000000      /* no wait is longer */
#define FOLLOW_PING_US 1000000    /* while a list is followed: so often is asked whether it is true */
#define FOLLOW_SILENCE_US 3500000 /* and so long believed */
#define FOLLOW_AGAIN_US 3000000   /* a Subscribe without a Snapshot is said again */
#define STRANGER_US 1000000  /* how long a refused handshake is tried again */
#define STRANGER_PAUSE_US 250000

struct flight { /* one question on its way */
	bool used;
	bool query;              /* by number; a command by request */
	uint64_t number;
	uint8_t request[LINK_REQUEST_BYTES];
	uint8_t *frame;
	size_t len;
	uint64_t tag;            /* the caller's */
	int64_t send_at, sent_at; /* monotonic; sent_at 0 = not on this connection */
	unsigned tries;
};

enum state {
	STATE_DOWN,     /* until connect_at */
	STATE_GREETING, /* connected or about to be; Hello sent */
	STATE_UP        /* Welcome came */
};

struct link {
	void *context, *socket, *monitor;
	char endpoints[LINK_ENDPOINTS_MAX][KEY_ENDPOINT_BYTES_MAX];
	size_t endpoints_count, endpoint;
	uint8_t server_key[LINK_KEY_BYTES], secret_key[LINK_KEY_BYTES], public_key[LINK_KEY_BYTES];
	char language[8], program[64];
	uint32_t (*numbers_left)(void *owner);
	void (*welcomed)(void *owner, const Huying__Welcome *welcome);
	void *owner;

	enum state state;
	int64_t connect_at, greet_until; /* monotonic */
	int64_t heard_at, spoke_at;
	int64_t unheard_since;           /* first word of ours that nothing was heard after; 0 = none */
	int64_t hold_until;              /* the server asked for a pause of everything */
	unsigned failures;               /* connections in a row without a Welcome */
	int64_t stranger_since, new_key_us; /* handshakes refused for the key, from the first of them on */
	bool stranger;                   /* and for too long now */
	bool reached;                    /* TCP came up on the last connection tried */
	bool busy;                       /* BUSY was the last word about something still waiting */
	int64_t heartbeat_us;
	int64_t ahead_us;                /* server's time minus ours */
	Huying__Welcome *welcome;
	Huying__Refused *refused;
	Huying__Enrolled *enrolled;
	uint8_t *enrol;                  /* instead of a Hello: this frame */
	size_t enrol_len;

	struct flight flights[LINK_WINDOW];
	size_t flights_count;
	uint64_t last_number;
	/* what is followed */
	Huying__Subscribe *follow;
	uint64_t follow_seq;
	int64_t follow_at;               /* monotonic: (re)subscribe then, unless a snapshot came */
	int64_t fed_until_us;            /* server's time */
	bool follow_lost;                /* told so already */
	struct link_word word;
	bool has_word;
	uint64_t ack_tag;                /* of the Acknowledge on its way; 0 = none */
	bool acked;
	uint32_t ack_count;

	struct link_answer *ready;       /* where the answer being waited for goes */
	bool answered;
};

static enum link_result wait_until(struct link *link, bool (*done)(const struct link *), int64_t until);
static bool has_welcome(const struct link *link);
static bool has_answer(const struct link *link);
static bool has_enrolled(const struct link *link);
static bool has_word(const struct link *link);
static bool is_acked(const struct link *link);
static void subscribe_due(struct link *link);
static void subscribe_anew(struct link *link, int64_t in_us);
static void hear_snapshot(struct link *link, const Huying__Snapshot *snapshot);
static void hear_change(struct link *link, const Huying__Change *change);
static void hear_resync(struct link *link, const Huying__Resync *resync);
static void connect_now(struct link *link);
static void disconnect(struct link *link);
static void connection_failed(struct link *link);
static void try_key_again(struct link *link);
static bool greet(struct link *link);
static void send_due(struct link *link);
static bool send_frame(struct link *link, const uint8_t *frame, size_t len);
static void send_ping(struct link *link);
static int64_t wake_at(const struct link *link, int64_t until);
static void hear_monitor(struct link *link);
static bool hear_message(struct link *link);
static void hear(struct link *link, const Huying__FromServer *message);
static void hear_welcome(struct link *link, const Huying__Welcome *welcome);
static void hear_reply(struct link *link, const Huying__Reply *reply);
static void hear_page(struct link *link, const Huying__Page *page);
static void hear_refused(struct link *link, const Huying__Refused *refused);
static struct flight *free_flight(struct link *link);
static void flight_done(struct link *link, struct flight *flight);
static void *copy_message(const ProtobufCMessage *message);
static void set_number(void *socket, int option, int value);
static int64_t monotonic_us(void);
static int64_t wall_us(void);
static int64_t jittered(int64_t us);

struct link *
link_open(const struct link_settings *settings)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link || sodium_init() < 0 || settings->endpoints_count == 0)
		goto failed;
	for (size_t i = 0; i < settings->endpoints_count && i < LINK_ENDPOINTS_MAX; i++) {
		int len = snprintf(link->endpoints[i], sizeof(link->endpoints[i]), "%s",
			settings->endpoints[i]);
		if (len < 0 || (size_t)len >= sizeof(link->endpoints[i]))
			goto failed;
		link->endpoints_count++;
	}
	memcpy(link->server_key, settings->server_key, LINK_KEY_BYTES);
	memcpy(link->secret_key, settings->secret_key, LINK_KEY_BYTES);
	if (!key_public_of(link->secret_key, link->public_key))
		goto failed;
	snprintf(link->language, sizeof(link->language), "%s",
		settings->language ? settings->language : "en");
	snprintf(link->program, sizeof(link->program), "%s",
		settings->program ? settings->program : "huying");
	link->numbers_left = settings->numbers_left;
	link->welcomed = settings->welcomed;
	link->owner = settings->owner;
	link->new_key_us = settings->new_key_us ? settings->new_key_us : STRANGER_US;
	link->context = zmq_ctx_new();
	if (!link->context)
		goto failed;
	zmq_ctx_set(link->context, ZMQ_BLOCKY, 0);
	return link;
failed:
	free(link);
	return NULL;
}

void
link_close(struct link **ret_link)
{
	struct link *link = *ret_link;

	if (!link)
		return;
	disconnect(link);
	for (size_t i = 0; i < LINK_WINDOW; i++)
		if (link->flights[i].used)
			flight_done(link, &link->flights[i]);
	if (link->welcome)
		huying__welcome__free_unpacked(link->welcome, NULL);
	if (link->refused)
		huying__refused__free_unpacked(link->refused, NULL);
	if (link->enrolled)
		huying__enrolled__free_unpacked(link->enrolled, NULL);
	free(link->enrol);
	zmq_ctx_term(link->context);
	key_wipe(link->secret_key, sizeof(link->secret_key));
	free(link);
	*ret_link = NULL;
}

enum link_result
link_greet(struct link *link, int64_t patience_us)
{
	return wait_until(link, has_welcome, monotonic_us() + patience_us);
}

const Huying__Welcome *
link_welcome(const struct link *link)
{
	return link->welcome;
}

const Huying__Refused *
link_refused(const struct link *link)
{
	return link->refused;
}

const char *
link_endpoint(const struct link *link)
{
	return link->endpoints[link->endpoint];
}

int64_t
link_now_us(const struct link *link)
{
	return wall_us() + link->ahead_us;
}

void
link_request_id(const struct link *link, uint8_t ret_request[LINK_REQUEST_BYTES])
{
	uint64_t ms = (uint64_t)(link_now_us(link) / 1000);

	randombytes_buf(ret_request, LINK_REQUEST_BYTES);
	for (int i = 0; i < 6; i++)
		ret_request[i] = (uint8_t)(ms >> (40 - 8 * i));
	ret_request[6] = (uint8_t)((ret_request[6] & 0x0f) | 0x70); /* version 7 */
	ret_request[8] = (uint8_t)((ret_request[8] & 0x3f) | 0x80); /* variant */
}

bool
link_pack(const Huying__Command *command, const uint8_t request[LINK_REQUEST_BYTES],
	uint8_t **ret_frame, size_t *ret_len)
{
	Huying__Command sent = *command;
	Huying__ToServer message = HUYING__TO_SERVER__INIT;

	sent.request_id = (ProtobufCBinaryData){LINK_REQUEST_BYTES, (uint8_t *)(uintptr_t)request};
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_COMMAND;
	message.command = &sent;
	size_t len = huying__to_server__get_packed_size(&message);
	if (len > LINK_FRAME_BYTES_MAX)
		return false;
	uint8_t *frame = malloc(len);
	if (!frame)
		return false;
	huying__to_server__pack(&message, frame);
	*ret_frame = frame;
	*ret_len = len;
	return true;
}

bool
link_has_room(const struct link *link)
{
	return link->flights_count < LINK_WINDOW;
}

size_t
link_waiting(const struct link *link)
{
	return link->flights_count;
}

enum link_result
link_put(struct link *link, const uint8_t request[LINK_REQUEST_BYTES], const uint8_t *frame,
	size_t len, uint64_t tag)
{
	struct flight *flight = free_flight(link);

	if (!flight)
		return LINK_BUSY;
	if (len > LINK_FRAME_BYTES_MAX || !(flight->frame = malloc(len)))
		return LINK_TOO_LONG;
	memcpy(flight->frame, frame, len);
	memcpy(flight->request, request, LINK_REQUEST_BYTES);
	flight->len = len;
	flight->tag = tag;
	flight->used = true;
	link->flights_count++;
	return LINK_OK;
}

enum link_result
link_put_query(struct link *link, Huying__Query *query, uint64_t tag)
{
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	struct flight *flight = free_flight(link);

	if (!flight)
		return LINK_BUSY;
	query->tag = ++link->last_number;
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_QUERY;
	message.query = query;
	flight->len = huying__to_server__get_packed_size(&message);
	if (flight->len > LINK_FRAME_BYTES_MAX || !(flight->frame = malloc(flight->len)))
		return LINK_TOO_LONG;
	huying__to_server__pack(&message, flight->frame);
	flight->query = true;
	flight->number = query->tag;
	flight->tag = tag;
	flight->used = true;
	link->flights_count++;
	return LINK_OK;
}

enum link_result
link_take(struct link *link, int64_t patience_us, struct link_answer *ret_answer)
{
	*ret_answer = (struct link_answer){0};
	link->ready = ret_answer;
	link->answered = false;
	enum link_result result = wait_until(link, has_answer, monotonic_us() + patience_us);
	link->ready = NULL;
	return result;
}

void
link_answer_free(struct link_answer *answer)
{
	if (answer->reply)
		huying__reply__free_unpacked(answer->reply, NULL);
	if (answer->page)
		huying__page__free_unpacked(answer->page, NULL);
	*answer = (struct link_answer){0};
}

enum link_result
link_command(struct link *link, const Huying__Command *command, int64_t patience_us,
	Huying__Reply **ret_reply)
{
	int64_t until = monotonic_us() + patience_us;
	uint8_t request[LINK_REQUEST_BYTES], *frame = NULL;
	struct link_answer answer = {0};
	size_t len;

	enum link_result result = link_greet(link, patience_us);
	if (result != LINK_OK)
		return result;
	link_request_id(link, request);
	if (!link_pack(command, request, &frame, &len))
		return LINK_TOO_LONG;
	result = link_put(link, request, frame, len, 0);
	free(frame);
	if (result == LINK_OK)
		result = link_take(link, until - monotonic_us(), &answer);
	*ret_reply = answer.reply;
	return result;
}

enum link_result
link_query(struct link *link, Huying__Query *query, int64_t patience_us, Huying__Page **ret_page)
{
	struct link_answer answer = {0};

	enum link_result result = link_put_query(link, query, 0);
	if (result == LINK_OK)
		result = link_take(link, patience_us, &answer);
	*ret_page = answer.page;
	return result;
}

enum link_result
link_enrol(struct link *link, const uint8_t public_key[LINK_KEY_BYTES], const char *device_name,
	int64_t patience_us, Huying__Enrolled **ret_enrolled)
{
	Huying__Enrol enrol = HUYING__ENROL__INIT;
	Huying__ToServer message = HUYING__TO_SERVER__INIT;

	enrol.public_key = (ProtobufCBinaryData){LINK_KEY_BYTES, (uint8_t *)(uintptr_t)public_key};
	enrol.device_name = (ProtobufCBinaryData){strlen(device_name),
		(uint8_t *)(uintptr_t)device_name};
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_ENROL;
	message.enrol = &enrol;
	free(link->enrol);
	link->enrol_len = huying__to_server__get_packed_size(&message);
	link->enrol = malloc(link->enrol_len);
	if (!link->enrol)
		return LINK_TOO_LONG;
	huying__to_server__pack(&message, link->enrol);
	enum link_result result = wait_until(link, has_enrolled, monotonic_us() + patience_us);
	*ret_enrolled = link->enrolled;
	link->enrolled = NULL;
	return result;
}

/* ---- the wait: everything happens in here ---- */

static enum link_result
wait_until(struct link *link, bool (*done)(const struct link *), int64_t until)
{
	for (;;) {
		while (!done(link) && hear_message(link))
			;
		if (!done(link))
			hear_monitor(link);
		int64_t now = monotonic_us();
		if (done(link))
			return LINK_OK;
		if (link->refused)
			return LINK_REFUSED;
		if (link->stranger)
			return LINK_STRANGER;
		if (now >= until)
			return link->state == STATE_UP && link->busy ? LINK_BUSY
				: link->state == STATE_UP || !link->reached ? LINK_AWAY : LINK_SILENT;
		if (link->state == STATE_DOWN && now >= link->connect_at)
			connect_now(link);
		if (link->state == STATE_GREETING && now >= link->greet_until)
			connection_failed(link);
		if (link->state == STATE_UP)
			send_due(link);
		int64_t sleep_us = wake_at(link, until) - monotonic_us();
		long sleep_ms = sleep_us > 0 ? (long)((sleep_us + 999) / 1000) : 0;
		if (!link->socket) {
			zmq_poll(NULL, 0, sleep_ms);
			continue;
		}
		zmq_pollitem_t items[2] = {
			{link->socket, 0, ZMQ_POLLIN, 0}, {link->monitor, 0, ZMQ_POLLIN, 0}};
		zmq_poll(items, 2, sleep_ms);
	}
}

static bool
has_welcome(const struct link *link)
{
	return link->state == STATE_UP && link->welcome;
}

static bool
has_answer(const struct link *link)
{
	return link->answered;
}

static bool
has_enrolled(const struct link *link)
{
	return link->enrolled != NULL;
}

static int64_t
wake_at(const struct link *link, int64_t until)
{
	int64_t now = monotonic_us(), at = until;

	if (at > now + LOOK_US)
		at = now + LOOK_US;
	if (link->state == STATE_DOWN && link->connect_at < at)
		at = link->connect_at;
	if (link->state == STATE_GREETING && link->greet_until < at)
		at = link->greet_until;
	if (link->state != STATE_UP)
		return at;
	if (link->follow && link->follow_at < at)
		at = link->follow_at;
	for (size_t i = 0; i < LINK_WINDOW; i++) {
		const struct flight *flight = &link->flights[i];
		int64_t send_at = flight->send_at > link->hold_until ? flight->send_at : link->hold_until;
		if (flight->used && send_at < at)
			at = send_at;
	}
	return at;
}

static bool
has_word(const struct link *link)
{
	return link->has_word;
}

static bool
is_acked(const struct link *link)
{
	return link->acked;
}

/* ---- what is followed ---- */

void
link_follow(struct link *link, Huying__Subscribe *subscribe)
{
	link->follow = subscribe;
	link->follow->tag = 0;
	link->follow_at = 0;
}

enum link_result
link_hear(struct link *link, int64_t patience_us, struct link_word *ret_word)
{
	enum link_result result = wait_until(link, has_word, monotonic_us() + patience_us);

	if (result != LINK_OK)
		return result;
	*ret_word = link->word;
	link->word = (struct link_word){0};
	link->has_word = false;
	return LINK_OK;
}

void
link_word_free(struct link_word *word)
{
	if (word->snapshot)
		huying__snapshot__free_unpacked(word->snapshot, NULL);
	if (word->change)
		huying__change__free_unpacked(word->change, NULL);
	if (word->resync)
		huying__resync__free_unpacked(word->resync, NULL);
	*word = (struct link_word){0};
}

int64_t
link_fed_until_us(const struct link *link)
{
	return link->fed_until_us;
}

enum link_result
link_acknowledge(struct link *link, const uint64_t *notices, size_t count, int64_t patience_us,
	uint32_t *ret_count)
{
	Huying__Acknowledge acknowledge = HUYING__ACKNOWLEDGE__INIT;
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	int64_t until = monotonic_us() + patience_us;
	uint8_t frame[4096];
	enum link_result result;

	link->ack_tag = acknowledge.tag = ++link->last_number;
	link->acked = false;
	acknowledge.n_notice_ids = count;
	acknowledge.notice_ids = (uint64_t *)(uintptr_t)notices;
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_ACKNOWLEDGE;
	message.acknowledge = &acknowledge;
	if (huying__to_server__get_packed_size(&message) > sizeof(frame))
		return LINK_TOO_LONG;
	size_t len = huying__to_server__pack(&message, frame);
	do {
		result = link_greet(link, until - monotonic_us());
		if (result != LINK_OK)
			break;
		send_frame(link, frame, len);
		result = wait_until(link, is_acked, monotonic_us() + LOOK_US);
	} while (result != LINK_OK && result != LINK_STRANGER && result != LINK_REFUSED && monotonic_us() < until);
	*ret_count = link->ack_count;
	link->ack_tag = 0;
	return result;
}

/* Each time by a new tag, since messages of the old one may still come. */
static void
subscribe_due(struct link *link)
{
	Huying__Unsubscribe unsubscribe = HUYING__UNSUBSCRIBE__INIT;
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	uint8_t frame[1024];
	int64_t now = monotonic_us();

	if (link->follow_at > now)
		return;
	message.protocol_version = PROTOCOL_VERSION;
	if (link->follow->tag != 0) {
		unsubscribe.tag = link->follow->tag;
		message.body_case = HUYING__TO_SERVER__BODY_UNSUBSCRIBE;
		message.unsubscribe = &unsubscribe;
		send_frame(link, frame, huying__to_server__pack(&message, frame));
	}
	link->follow->tag = ++link->last_number;
	link->follow_seq = 0;
	message.body_case = HUYING__TO_SERVER__BODY_SUBSCRIBE;
	message.subscribe = link->follow;
	if (huying__to_server__get_packed_size(&message) <= sizeof(frame))
		send_frame(link, frame, huying__to_server__pack(&message, frame));
	link->follow_at = now + FOLLOW_AGAIN_US;
}

static void
subscribe_anew(struct link *link, int64_t in_us)
{
	link->follow_seq = 0;
	link->follow_at = monotonic_us() + in_us;
}

static void
hear_snapshot(struct link *link, const Huying__Snapshot *snapshot)
{
	if (!link->follow || snapshot->tag != link->follow->tag)
		return;
	if (snapshot->seq != link->follow_seq + 1) {
		subscribe_anew(link, 0);
		return;
	}
	link->word = (struct link_word){.told = LINK_SNAPSHOT, .anew = link->follow_seq == 0,
		.snapshot = copy_message(&snapshot->base)};
	link->has_word = true;
	link->follow_seq = snapshot->seq;
	link->follow_at = INT64_MAX;
	link->follow_lost = false;
	if (snapshot->as_of)
		link->fed_until_us = snapshot->as_of->unix_us;
}

static void
hear_change(struct link *link, const Huying__Change *change)
{
	if (!link->follow || change->tag != link->follow->tag)
		return;
	if (change->seq != link->follow_seq + 1) {
		subscribe_anew(link, 0);
		return;
	}
	link->word = (struct link_word){.told = LINK_CHANGE, .change = copy_message(&change->base)};
	link->has_word = true;
	link->follow_seq = change->seq;
	if (change->as_of)
		link->fed_until_us = change->as_of->unix_us;
}

static void
hear_resync(struct link *link, const Huying__Resync *resync)
{
	if (!link->follow || resync->tag != link->follow->tag)
		return;
	if (resync->refusal == 0) {
		subscribe_anew(link, jittered(PAUSE_LEAST_US));
		return;
	}
	link->word = (struct link_word){.told = LINK_DENIED, .resync = copy_message(&resync->base)};
	link->has_word = true;
	link->follow_at = INT64_MAX;
}

/* ---- connection ---- */

static void
connect_now(struct link *link)
{
	static unsigned made;
	char monitor[64];

	link->socket = zmq_socket(link->context, ZMQ_DEALER);
	link->monitor = zmq_socket(link->context, ZMQ_PAIR);
	if (!link->socket || !link->monitor) {
		connection_failed(link);
		return;
	}
	zmq_setsockopt(link->socket, ZMQ_CURVE_SERVERKEY, link->server_key, LINK_KEY_BYTES);
	zmq_setsockopt(link->socket, ZMQ_CURVE_PUBLICKEY, link->public_key, LINK_KEY_BYTES);
	zmq_setsockopt(link->socket, ZMQ_CURVE_SECRETKEY, link->secret_key, LINK_KEY_BYTES);
	int64_t most = LINK_FRAME_BYTES_MAX + CURVE_OVERHEAD;
	zmq_setsockopt(link->socket, ZMQ_MAXMSGSIZE, &most, sizeof(most));
	set_number(link->socket, ZMQ_LINGER, 0);
	set_number(link->socket, ZMQ_RECONNECT_IVL, -1);
	set_number(link->socket, ZMQ_CONNECT_TIMEOUT, 3000);
	set_number(link->socket, ZMQ_HANDSHAKE_IVL, 3000);
	set_number(link->socket, ZMQ_HEARTBEAT_IVL, 10000);
	set_number(link->socket, ZMQ_HEARTBEAT_TIMEOUT, 30000);
	set_number(link->socket, ZMQ_IPV6, 1);
	set_number(link->socket, ZMQ_TCP_KEEPALIVE, 1);
	snprintf(monitor, sizeof(monitor), "inproc://link-%p-%u", (void *)link, ++made);
	zmq_socket_monitor(link->socket, monitor, ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CLOSED |
		ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
		ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
	zmq_connect(link->monitor, monitor);
	link->state = STATE_GREETING;
	link->reached = false;
	link->greet_until = monotonic_us() + GREET_US;
	if (zmq_connect(link->socket, link->endpoints[link->endpoint]) != 0 || !greet(link))
		connection_failed(link);
}

static void
disconnect(struct link *link)
{
	if (link->socket) {
		zmq_socket_monitor(link->socket, NULL, 0);
		zmq_close(link->socket);
	}
	if (link->monitor) {
		set_number(link->monitor, ZMQ_LINGER, 0);
		zmq_close(link->monitor);
	}
	link->socket = link->monitor = NULL;
	link->unheard_since = 0;
	link->state = STATE_DOWN;
}

/* On to the next endpoint; after each round of them a longer pause. */
static void
connection_failed(struct link *link)
{
	link->reached &= link->state != STATE_UP;
	disconnect(link);
	if (link->follow && !link->follow_lost && !link->has_word) {
		link->follow_lost = link->has_word = true;
		link->word = (struct link_word){.told = LINK_LOST};
	}
	link->endpoint = (link->endpoint + 1) % link->endpoints_count;
	unsigned round = link->failures++ / (unsigned)link->endpoints_count;
	int64_t pause = PAUSE_LEAST_US << (round < 8 ? round : 8);
	if (pause > PAUSE_MOST_US)
		pause = PAUSE_MOST_US;
	link->connect_at = monotonic_us();
	if (link->failures % link->endpoints_count == 0)
		link->connect_at += jittered(pause);
	for (size_t i = 0; i < LINK_WINDOW; i++)
		link->flights[i].sent_at = link->flights[i].send_at = 0;
}

static bool
greet(struct link *link)
{
	Huying__Hello hello = HUYING__HELLO__INIT;
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	uint8_t frame[256];

	if (link->enrol)
		return send_frame(link, link->enrol, link->enrol_len);
	hello.numbers_left = link->numbers_left ? link->numbers_left(link->owner) : UINT16_MAX;
	hello.language = (ProtobufCBinaryData){strlen(link->language), (uint8_t *)link->language};
	hello.program = (ProtobufCBinaryData){strlen(link->program), (uint8_t *)link->program};
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_HELLO;
	message.hello = &hello;
	return send_frame(link, frame, huying__to_server__pack(&message, frame));
}

static bool
send_frame(struct link *link, const uint8_t *frame, size_t len)
{
	if (zmq_send(link->socket, frame, len, ZMQ_DONTWAIT) < 0)
		return false;
	link->spoke_at = monotonic_us();
	if (link->unheard_since == 0)
		link->unheard_since = link->spoke_at;
	return true;
}

static void
send_ping(struct link *link)
{
	Huying__Ping ping = HUYING__PING__INIT;
	Huying__ToServer message = HUYING__TO_SERVER__INIT;
	uint8_t frame[32];

	ping.tag = ++link->last_number;
	message.protocol_version = PROTOCOL_VERSION;
	message.body_case = HUYING__TO_SERVER__BODY_PING;
	message.ping = &ping;
	send_frame(link, frame, huying__to_server__pack(&message, frame));
}

/* Sends what is due. A question that had no answer is asked again here, if others were answered
 * meanwhile; if the whole line has been silent, through the next endpoint. */
static void
send_due(struct link *link)
{
	int64_t now = monotonic_us();

	if (now < link->hold_until)
		return;
	if (link->heartbeat_us > 0 && link->unheard_since > 0 &&
		now - link->unheard_since > (link->follow ? FOLLOW_SILENCE_US : 3 * link->heartbeat_us)) {
		connection_failed(link);
		return;
	}
	for (size_t i = 0; i < LINK_WINDOW; i++) {
		struct flight *flight = &link->flights[i];
		if (!flight->used || flight->send_at > now)
			continue;
		if (flight->sent_at != 0 && link->heard_at < flight->sent_at) {
			connection_failed(link);
			return;
		}
		if (!send_frame(link, flight->frame, flight->len)) {
			flight->send_at = now + PAUSE_LEAST_US;
			continue;
		}
		flight->sent_at = now;
		flight->send_at = now + jittered(ANSWER_US << (flight->tries < 3 ? flight->tries : 3));
		flight->tries++;
	}
	if (link->follow)
		subscribe_due(link);
	if (link->heartbeat_us > 0 &&
		now - link->spoke_at > (link->follow && link->heartbeat_us > FOLLOW_PING_US ? FOLLOW_PING_US
											 : link->heartbeat_us))
		send_ping(link);
}

static void
hear_monitor(struct link *link)
{
	while (link->monitor) {
		uint8_t event[8];
		char where[KEY_ENDPOINT_BYTES_MAX];
		uint16_t what;
		uint32_t value;
		if (zmq_recv(link->monitor, event, sizeof(event), ZMQ_DONTWAIT) < (int)6)
			return;
		zmq_recv(link->monitor, where, sizeof(where), ZMQ_DONTWAIT);
		memcpy(&what, event, sizeof(what));
		memcpy(&value, event + 2, sizeof(value));
		if (what == ZMQ_EVENT_CONNECTED) {
			link->reached = true;
			continue;
		}
		bool stranger = what == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH && value == 400;
		connection_failed(link);
		if (stranger)
			try_key_again(link);
	}
}

/* "Not known" may mean "not known yet". It is known soon, so the pause does not grow. */
static void
try_key_again(struct link *link)
{
	int64_t now = monotonic_us();

	if (link->stranger_since == 0)
		link->stranger_since = now;
	link->stranger = now - link->stranger_since >= link->new_key_us;
	link->connect_at = now + jittered(STRANGER_PAUSE_US);
}

/* ---- answers ---- */

static bool
hear_message(struct link *link)
{
	Huying__FromServer *message = NULL;
	zmq_msg_t frame;

	if (!link->socket)
		return false;
	zmq_msg_init(&frame);
	bool heard = zmq_msg_recv(&frame, link->socket, ZMQ_DONTWAIT) >= 0;
	if (heard)
		message = huying__from_server__unpack(NULL, zmq_msg_size(&frame), zmq_msg_data(&frame));
	zmq_msg_close(&frame);
	if (message) {
		link->heard_at = monotonic_us();
		link->unheard_since = 0;
		hear(link, message);
		huying__from_server__free_unpacked(message, NULL);
	}
	return heard;
}

static void
hear(struct link *link, const Huying__FromServer *message)
{
	switch (message->body_case) {
	case HUYING__FROM_SERVER__BODY_WELCOME:
		hear_welcome(link, message->welcome);
		break;
	case HUYING__FROM_SERVER__BODY_ENROLLED:
		if (link->enrol && !link->enrolled)
			link->enrolled = copy_message(&message->enrolled->base);
		break;
	case HUYING__FROM_SERVER__BODY_REPLY:
		hear_reply(link, message->reply);
		break;
	case HUYING__FROM_SERVER__BODY_PAGE:
		hear_page(link, message->page);
		break;
	case HUYING__FROM_SERVER__BODY_REFUSED:
		hear_refused(link, message->refused);
		break;
	case HUYING__FROM_SERVER__BODY_SNAPSHOT:
		hear_snapshot(link, message->snapshot);
		break;
	case HUYING__FROM_SERVER__BODY_CHANGE:
		hear_change(link, message->change);
		break;
	case HUYING__FROM_SERVER__BODY_RESYNC:
		hear_resync(link, message->resync);
		break;
	case HUYING__FROM_SERVER__BODY_ACKNOWLEDGED:
		if (link->ack_tag != 0 && message->acknowledged->tag == link->ack_tag) {
			link->acked = true;
			link->ack_count = message->acknowledged->count;
		}
		break;
	case HUYING__FROM_SERVER__BODY_PONG:
		if (message->pong->fed_until && link->follow_seq > 0)
			link->fed_until_us = message->pong->fed_until->unix_us;
		break;
	case HUYING__FROM_SERVER__BODY__NOT_SET:
	case _HUYING__FROM_SERVER__BODY__CASE_IS_INT_SIZE:
	default:
		break;
	}
}

static void
hear_welcome(struct link *link, const Huying__Welcome *welcome)
{
	if (welcome->server_time)
		link->ahead_us = welcome->server_time->unix_us - wall_us();
	link->heartbeat_us = (int64_t)welcome->heartbeat_ms * 1000;
	link->state = STATE_UP;
	link->failures = 0;
	link->follow_at = 0;
	link->stranger_since = 0;
	if (link->welcome)
		huying__welcome__free_unpacked(link->welcome, NULL);
	link->welcome = copy_message(&welcome->base);
	if (link->welcomed)
		link->welcomed(link->owner, welcome);
}

static void
hear_reply(struct link *link, const Huying__Reply *reply)
{
	struct flight *flight = NULL;

	for (size_t i = 0; i < LINK_WINDOW && reply->request_id.len == LINK_REQUEST_BYTES; i++)
		if (link->flights[i].used && !link->flights[i].query &&
			memcmp(link->flights[i].request, reply->request_id.data, LINK_REQUEST_BYTES) == 0)
			flight = &link->flights[i];
	if (!flight) /* a repeat was answered twice */
		return;
	if (reply->outcome == HUYING__OUTCOME__OUTCOME_BUSY) {
		link->busy = true;
		flight->send_at = monotonic_us() + jittered((int64_t)reply->retry_after_ms * 1000);
		return;
	}
	link->busy = false;
	if (!link->ready || link->answered)
		return; /* nobody takes it now; it will be asked for again */
	*link->ready = (struct link_answer){flight->tag, copy_message(&reply->base), NULL};
	link->answered = true;
	flight_done(link, flight);
}

static void
hear_page(struct link *link, const Huying__Page *page)
{
	struct flight *flight = NULL;

	for (size_t i = 0; i < LINK_WINDOW; i++)
		if (link->flights[i].used && link->flights[i].query &&
			link->flights[i].number == page->tag)
			flight = &link->flights[i];
	if (!flight)
		return;
	if (page->retry_after_ms > 0) {
		link->busy = true;
		flight->send_at = monotonic_us() + jittered((int64_t)page->retry_after_ms * 1000);
		return;
	}
	link->busy = false;
	if (!link->ready || link->answered)
		return;
	*link->ready = (struct link_answer){flight->tag, NULL, copy_message(&page->base)};
	link->answered = true;
	flight_done(link, flight);
}

/* What cannot be told apart by request or number: a pause for everybody, or the end. */
static void
hear_refused(struct link *link, const Huying__Refused *refused)
{
	if (refused->retry_after_ms > 0) {
		int64_t pause = jittered((int64_t)refused->retry_after_ms * 1000);
		link->busy = true;
		if (link->state != STATE_UP) { /* Hello or Enrol will be said again on a new connection */
			disconnect(link);
			link->connect_at = monotonic_us() + pause;
			return;
		}
		link->hold_until = monotonic_us() + pause;
		for (size_t i = 0; i < LINK_WINDOW; i++)
			link->flights[i].send_at = link->hold_until;
		return;
	}
	if (!link->refused)
		link->refused = copy_message(&refused->base);
}

/* ---- small helpers ---- */

static struct flight *
free_flight(struct link *link)
{
	for (size_t i = 0; i < LINK_WINDOW; i++)
		if (!link->flights[i].used) {
			link->flights[i] = (struct flight){0};
			return &link->flights[i];
		}
	return NULL;
}

static void
flight_done(struct link *link, struct flight *flight)
{
	free(flight->frame);
	*flight = (struct flight){0};
	link->flights_count--;
}

/* protobuf-c has no copy: through the bytes and back. */
static void *
copy_message(const ProtobufCMessage *message)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = malloc(len + 1);

	if (!bytes)
		abort();
	protobuf_c_message_pack(message, bytes);
	ProtobufCMessage *copy = protobuf_c_message_unpack(message->descriptor, NULL, len, bytes);
	free(bytes);
	return copy;
}

static void
set_number(void *socket, int option, int value)
{
	zmq_setsockopt(socket, option, &value, sizeof(value));
}

static int64_t
monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Between three quarters and five quarters of it; nobody is sent away for more than a minute. */
static int64_t
jittered(int64_t us)
{
	if (us > PAUSE_ASKED_MOST_US)
		us = PAUSE_ASKED_MOST_US;
	return us < 8 ? us : us - us / 4 + (int64_t)randombytes_uniform((uint32_t)(us / 2));
}
