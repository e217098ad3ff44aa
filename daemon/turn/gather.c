/* gather.c — what came: messages are decoded and sent on their way, looks answered, rules and keys renewed.
 *
 * The daemon always receives. What it cannot take on now is told so at once, by name or as BUSY. */
#include "turn/inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "log.h"

#define RECEIVE_MAX 512          /* messages a turn */

static void take_message(struct turn *turn, const struct bus_message *message);
static void refuse_message(struct turn *turn, const struct bus_message *message, const struct wire_message *asked,
	enum refusal refusal, struct text detail);
static void tell_busy(struct turn *turn, struct peer peer, const struct wire_message *asked, struct text why);
static void tell_refused_rules(struct turn *turn, struct text why);
static void index_keys(struct turn *turn);

void
gather_messages(struct turn *turn)
{
	struct bus_message messages[RECEIVE_MAX];
	size_t count = bus_receive(turn->bus, turn->scratch, messages, RECEIVE_MAX);

	for (size_t i = 0; i < count; i++)
		take_message(turn, &messages[i]);
	arena_reset(turn->scratch);
}

static void
take_message(struct turn *turn, const struct bus_message *message)
{
	struct text district = text_of(turn->config->district), detail = TEXT_NONE;
	struct asked asked = {.peer = message->peer, .key = message->key, .bytes = message->bytes,
		.since_us = wait_clock_us()};
	struct wire_message decoded;
	enum refusal refusal = wire_decode(turn->scratch, district, message->bytes, &decoded, &detail);

	if (message->throttled) {
		tell_busy(turn, message->peer, &decoded, TEXT("too many messages from this key"));
	} else if (refusal != REFUSAL_NONE) {
		refuse_message(turn, message, &decoded, refusal, detail);
	} else if (decoded.kind == WIRE_PING) {
		bus_send(turn->bus, message->peer,
			wire_pong(turn->scratch, decoded.tag, store_now(turn->store),
				subscriptions_fed_until(turn->subscriptions)));
		subscriptions_heard(turn->subscriptions, message->peer);
	} else if (decoded.kind == WIRE_QUERY) {
		questions_ask(turn->questions, turn->rules, message, &decoded, gather_actor(turn, message->key),
			turn_language(turn, message->peer)->chinese ? TEXT("zh") : TEXT("en"));
	} else if (decoded.kind == WIRE_SUBSCRIBE) {
		subscriptions_ask(turn->subscriptions, turn->rules, message, &decoded,
			turn_language(turn, message->peer)->chinese);
	} else if (decoded.kind == WIRE_UNSUBSCRIBE) {
		subscriptions_drop(turn->subscriptions, message->peer, decoded.tag);
	} else if (turn->draining) {
		tell_busy(turn, message->peer, &decoded, TEXT("ending"));
	} else if (!turn_is_ready(turn)) {
		tell_busy(turn, message->peer, &decoded, TEXT("the database is away"));
	} else if (turn->waiting.count >= (size_t)turn->config->waiting_max) {
		tell_busy(turn, message->peer, &decoded, TEXT("too much is waiting"));
	} else if (turn->waiting.count > 0 || turn->forming == NULL || !form_join(turn, turn->forming, &asked)) {
		waiting_add(&turn->waiting, &asked);
	}
}

static void
refuse_message(struct turn *turn, const struct bus_message *message, const struct wire_message *asked,
	enum refusal refusal, struct text detail)
{
	struct instant now = store_now(turn->store);
	struct wire_names names = turn_names(turn, turn->rules, now, message->peer);
	struct reply reply = {.verdict = VERDICT_REFUSED, .refusal = refusal, .detail = detail};
	struct text bytes;

	log_line(LOG_INFORMATION, "refusal refusal=%s detail=%s", refusal_word(refusal), log_escape(detail));
	if (asked->has_request)
		bytes = wire_reply(turn->scratch, &names, asked->event.request, &reply, NULL, now);
	else if (asked->kind == WIRE_QUERY && asked->tag != 0)
		bytes = wire_page_refused(turn->scratch, &names, asked->tag, refusal, detail, 0, now);
	else
		bytes = wire_refused(turn->scratch, &names, refusal, detail, 0, now);
	bus_send(turn->bus, message->peer, bytes);
}

static void
tell_busy(struct turn *turn, struct peer peer, const struct wire_message *asked, struct text why)
{
	struct instant now = store_now(turn->store);
	struct wire_names names = turn_names(turn, turn->rules, now, peer);
	struct text bytes;

	if (asked->has_request)
		bytes = wire_busy(turn->scratch, asked->event.request, RETRY_MS, now);
	else if (asked->kind == WIRE_QUERY && asked->tag != 0)
		bytes = wire_page_refused(turn->scratch, &names, asked->tag, REFUSAL_NONE, why, RETRY_MS, now);
	else
		bytes = wire_refused(turn->scratch, &names, REFUSAL_NONE, why, RETRY_MS, now);
	bus_send(turn->bus, peer, bytes);
}

/* Queries are answered; subscriptions told a part of their list. */
void
gather_looks(struct turn *turn)
{
	struct look *look;

	while ((look = store_take_look(turn->store)) != NULL) {
		if (look->follows)
			subscriptions_found(turn->subscriptions, turn->rules, look);
		else
			questions_found(turn->questions, turn->rules, look, gather_actor(turn, look->key));
	}
}

void
gather_rules_and_keys(struct turn *turn)
{
	struct loaded_rules loaded;
	const struct keys *keys = store_take_keys(turn->store);

	if (keys != NULL) {
		turn->keys = keys;
		index_keys(turn);
		subscriptions_recheck(turn->subscriptions, turn->rules);
		log_line(LOG_NOTICE, "keys version=%lld count=%zu", (long long)keys->version, keys->count);
	}
	tell_refused_rules(turn, store_rules_refused(turn->store));
	if (store_take_rules(turn->store, &loaded)) {
		struct text why = TEXT_NONE;
		struct rules *rules = rules_open(&loaded, turn->scratch, &why);

		if (rules == NULL) {
			tell_refused_rules(turn, why);
		} else {
			rules_release(&turn->rules);
			turn->rules = rules;
			subscriptions_recheck(turn->subscriptions, turn->rules);
			log_line(LOG_NOTICE, "rules releases=%zu", rules->loaded.book->releases_count);
		}
	}
}

/* Once for each reason; the rules in force stay. */
static void
tell_refused_rules(struct turn *turn, struct text why)
{
	size_t len = why.len < sizeof(turn->refused) ? why.len : sizeof(turn->refused);

	if (len == turn->refused_len && (len == 0 || memcmp(turn->refused, why.data, len) == 0))
		return;
	if (len > 0) {
		memcpy(turn->refused, why.data, len);
		log_line(LOG_ERROR, "rules refused, the old ones stay: %s", log_escape(why));
	}
	turn->refused_len = len;
}

/* Admits the keys on the bus, and makes them findable for planning. */
static void
index_keys(struct turn *turn)
{
	const struct keys *keys = turn->keys;
	struct key *admitted = calloc(keys->count + 1, sizeof(*admitted));

	must(admitted != NULL);
	turn->key_index_size = 16;
	while (turn->key_index_size < keys->count * 2)
		turn->key_index_size *= 2;
	free(turn->key_index);
	turn->key_index = calloc(turn->key_index_size, sizeof(*turn->key_index));
	must(turn->key_index != NULL);
	for (size_t i = 0; i < keys->count; i++) {
		size_t at = (size_t)mark_of('k', keys->rows[i].key.bytes, KEY_BYTES);

		while (turn->key_index[at % turn->key_index_size] != 0)
			at++;
		turn->key_index[at % turn->key_index_size] = i + 1;
		admitted[i] = keys->rows[i].key;
	}
	bus_admit(turn->bus, admitted, keys->count);
	free(admitted);
}

const struct actor *
gather_actor(void *user, struct key key)
{
	struct turn *turn = user;
	size_t at = (size_t)mark_of('k', key.bytes, KEY_BYTES);

	if (turn->keys == NULL)
		return NULL;
	for (;; at++) {
		size_t found = turn->key_index[at % turn->key_index_size];

		if (found == 0)
			return NULL;
		if (memcmp(turn->keys->rows[found - 1].key.bytes, key.bytes, KEY_BYTES) == 0)
			return &turn->keys->rows[found - 1].actor;
	}
}
