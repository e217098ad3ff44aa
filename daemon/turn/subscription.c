/* subscription.c — one list of subscriptions, and for each: what it is about, and how far it was told.
 *
 * The feed runs before the first snapshot is read, and its changes are told while the snapshot is still
 * on its way: a row may come twice, which (issue, version) tells, but no change falls between the two.
 * Whether an issue was in a list before is asked of the change (units that held it, its earliest due),
 * so no list of members is kept. */
#include "turn/subscription.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "log.h"
#include "turn/plan.h"

#define SUBSCRIPTIONS_MAX 20000
#define PER_PEER_MAX 16
#define ARENAS_SPARE_MAX 64
#define SCAN_EVERY_US INT64_C(20000)
#define INBOX_EVERY_US INT64_C(1000000)
#define REACH_FURTHER_US US_PER_HOUR     /* than asked, so that passing time needs no change */
#define REACH_AGAIN_US (US_PER_HOUR / 2) /* monotonic: then the reach is extended */
#define CODE_BYTES_MAX 128

enum stage {
	STAGE_WAITS,    /* until the feed runs */
	STAGE_SNAPSHOT,
	STAGE_LIVE,
	STAGE_BROKEN    /* Resync is to be sent, and then it is over */
};

struct subscription {
	struct subscription *next;
	struct peer peer;
	struct key key;
	uint64_t tag, seq;
	bool chinese;
	struct wire_ask ask;
	char unit_code[CODE_BYTES_MAX], area_code[CODE_BYTES_MAX];
	struct look look;
	struct arena *arena;     /* while a look is under way */
	enum stage stage;
	bool dropped;            /* to be freed when its look comes back */
	bool changed;            /* SHOW: there are new decisions to look at */
	int64_t look_us;         /* monotonic: look again then */
	int64_t heard_us;
	int32_t told_version;    /* SHOW */
	int64_t told_notice;     /* INBOX */
	struct instant horizon;  /* OVERDUE: rows due until then are in the list */
	enum refusal refusal;    /* BROKEN: why he may not go on; NONE = begin anew */
};

struct subscriptions {
	struct bus *bus;
	struct store *store;
	int64_t silence_us;
	actor_hint_fn *hint;
	void *user;
	struct subscription *first;
	size_t count;
	struct arena *scratch;
	struct arena *spare[ARENAS_SPARE_MAX];
	size_t spare_count;
	int64_t scan_us; /* monotonic: look through the list then */
	struct instant fed_until;
};

static struct wire_names names_of(const struct rules *rules, struct instant now, bool chinese);
static void refuse(struct subscriptions *all, const struct rules *rules, struct peer peer, uint64_t tag,
	bool chinese, enum refusal refusal, struct text detail);
static void tell(struct subscriptions *all, struct subscription *one, struct text bytes);
static void tell_feed(struct subscriptions *all, const struct rules *rules, const struct feed *feed);
static void consider(struct subscriptions *all, struct subscription *one, const struct wire_names *names,
	const struct look_change *change, struct instant now);
static bool is_in(const struct subscription *one, const struct issue *issue);
static bool was_in(const struct subscription *one, const struct look_change *change);
static void scan(struct subscriptions *all, const struct rules *rules);
static bool has_to_look(const struct subscription *one, int64_t now_us);
static void begin_look(struct subscriptions *all, struct subscription *one);
static void found_snapshot(struct subscriptions *all, struct subscription *one, const struct wire_names *names);
static void found_more(struct subscriptions *all, struct subscription *one, const struct wire_names *names);
static void look_on(struct subscriptions *all, struct subscription *one, uint64_t cursor);
static void give_arena(struct subscriptions *all, struct subscription *one);
static enum refusal recheck(const struct subscription *one, const struct actor *actor,
	const struct release *in_force);
static void break_off(struct subscriptions *all, struct subscription *one, enum refusal refusal);

struct subscriptions *
subscriptions_open(struct bus *bus, struct store *store, int heartbeat_ms, actor_hint_fn *hint, void *user)
{
	struct subscriptions *all = calloc(1, sizeof(*all));

	must(all != NULL);
	all->bus = bus;
	all->store = store;
	all->silence_us = 3 * (int64_t)heartbeat_ms * 1000;
	all->hint = hint;
	all->user = user;
	all->scratch = arena_new();
	all->fed_until = INSTANT_NEVER;
	return all;
}

void
subscriptions_close(struct subscriptions **subscriptions)
{
	struct subscriptions *all = *subscriptions;

	*subscriptions = NULL;
	if (all == NULL)
		return;
	while (all->first != NULL) {
		struct subscription *next = all->first->next;

		arena_free(all->first->arena);
		free(all->first);
		all->first = next;
	}
	for (size_t i = 0; i < all->spare_count; i++)
		arena_free(all->spare[i]);
	arena_free(all->scratch);
	free(all);
}

void
subscriptions_ask(struct subscriptions *all, const struct rules *rules, const struct bus_message *message,
	const struct wire_message *asked, bool chinese)
{
	const struct actor *actor = all->hint(all->user, message->key);
	struct instant now = store_now(all->store);
	struct text detail = TEXT_NONE;
	struct subscription *one;
	enum refusal refusal;
	size_t peers = 0;

	subscriptions_drop(all, message->peer, asked->tag);
	for (one = all->first; one != NULL; one = one->next)
		peers += memcmp(one->peer.id, message->peer.id, sizeof(one->peer.id)) == 0;
	if (peers >= PER_PEER_MAX || all->count >= SUBSCRIPTIONS_MAX) {
		refuse(all, rules, message->peer, asked->tag, chinese, REFUSAL_TOO_MANY, TEXT("subscriptions"));
		return;
	}
	if (rules == NULL || !store_is_up(all->store)) {
		refuse(all, rules, message->peer, asked->tag, chinese, REFUSAL_NONE, TEXT("busy"));
		return;
	}
	one = calloc(1, sizeof(*one));
	must(one != NULL);
	*one = (struct subscription){.peer = message->peer, .key = message->key, .tag = asked->tag,
		.chinese = chinese, .ask = asked->ask, .look_us = INT64_MAX, .heard_us = wait_clock_us()};
	must(asked->ask.unit_code.len < CODE_BYTES_MAX && asked->ask.area_code.len < CODE_BYTES_MAX);
	memcpy(one->unit_code, asked->ask.unit_code.data == NULL ? "" : asked->ask.unit_code.data,
		asked->ask.unit_code.len);
	memcpy(one->area_code, asked->ask.area_code.data == NULL ? "" : asked->ask.area_code.data,
		asked->ask.area_code.len);
	one->ask.unit_code.data = one->unit_code;
	one->ask.area_code.data = one->area_code;
	one->look = (struct look){.key = message->key, .owner = one, .follows = true};
	refusal = actor == NULL ? REFUSAL_KEY_UNKNOWN :
				  plan_look(&one->look, &one->ask, rulebook_in_force(rules->loaded.book, now),
					  actor, &detail);
	if (refusal != REFUSAL_NONE) {
		refuse(all, rules, message->peer, asked->tag, chinese, refusal, detail);
		free(one);
		return;
	}
	one->look.after = 0;
	if (one->ask.query == WIRE_OVERDUE)
		one->look.soon.us += REACH_FURTHER_US;
	one->next = all->first;
	all->first = one;
	all->count++;
	all->scan_us = 0;
	store_want_feed(all->store, true);
}

void
subscriptions_drop(struct subscriptions *all, struct peer peer, uint64_t tag)
{
	for (struct subscription *one = all->first; one != NULL; one = one->next) {
		if (one->tag == tag && memcmp(one->peer.id, peer.id, sizeof(peer.id)) == 0)
			one->dropped = true;
	}
	all->scan_us = 0;
}

void
subscriptions_heard(struct subscriptions *all, struct peer peer)
{
	int64_t now_us = wait_clock_us();

	for (struct subscription *one = all->first; one != NULL; one = one->next) {
		if (memcmp(one->peer.id, peer.id, sizeof(peer.id)) == 0)
			one->heard_us = now_us;
	}
}

void
subscriptions_found(struct subscriptions *all, const struct rules *rules, struct look *look)
{
	struct subscription *one = look->owner;
	struct text detail = TEXT_NONE;
	enum refusal refusal = REFUSAL_NONE;
	struct wire_names names;

	if (one->dropped || one->stage == STAGE_BROKEN || look->failed || rules == NULL) {
		if (!one->dropped && one->stage != STAGE_BROKEN)
			break_off(all, one, REFUSAL_NONE);
		give_arena(all, one);
		return;
	}
	names = names_of(rules, look->now, one->chinese);
	refusal = actor_may_speak(&look->caller);
	if (refusal == REFUSAL_NONE)
		refusal = plan_judge(look, &one->ask, names.in_force, &detail);
	if (refusal != REFUSAL_NONE || plan_is_stale(look, &one->ask, &look->caller)) {
		break_off(all, one, refusal);
		give_arena(all, one);
		return;
	}
	if (look->kind == LOOK_SHOW)
		look->explanation = explain(one->arena, rules->loaded.book, &look->issues[0].issue, look->now);
	if (one->stage == STAGE_SNAPSHOT)
		found_snapshot(all, one, &names);
	else
		found_more(all, one, &names);
}

int64_t
subscriptions_turn(struct subscriptions *all, const struct rules *rules)
{
	const struct feed *feed = store_take_feed(all->store);

	if (all->count == 0)
		return INT64_MAX;
	if (feed != NULL && rules != NULL)
		tell_feed(all, rules, feed);
	if (feed != NULL || wait_clock_us() >= all->scan_us) {
		scan(all, rules);
		all->scan_us = wait_clock_us() + SCAN_EVERY_US;
	}
	arena_reset(all->scratch);
	return all->count == 0 ? INT64_MAX : all->scan_us;
}

void
subscriptions_recheck(struct subscriptions *all, const struct rules *rules)
{
	struct instant now = store_now(all->store);

	for (struct subscription *one = all->first; rules != NULL && one != NULL; one = one->next) {
		const struct actor *actor = all->hint(all->user, one->key);
		enum refusal refusal = recheck(one, actor, rulebook_in_force(rules->loaded.book, now));

		if (refusal != REFUSAL_NONE)
			break_off(all, one, refusal);
		else if (plan_is_stale(&one->look, &one->ask, actor))
			break_off(all, one, REFUSAL_NONE);
	}
}

void
subscriptions_end(struct subscriptions *all, const struct rules *rules)
{
	for (struct subscription *one = all->first; one != NULL; one = one->next)
		break_off(all, one, REFUSAL_NONE);
	scan(all, rules);
	arena_reset(all->scratch);
}

size_t
subscriptions_count(const struct subscriptions *all)
{
	return all->count;
}

struct instant
subscriptions_fed_until(const struct subscriptions *all)
{
	return all->count == 0 ? INSTANT_NEVER : all->fed_until;
}

/* ---- telling ---- */

static struct wire_names
names_of(const struct rules *rules, struct instant now, bool chinese)
{
	const struct rulebook *book = rules == NULL ? NULL : rules->loaded.book;

	return (struct wire_names){book, book == NULL ? NULL : rulebook_in_force(book, now),
		chinese ? TEXT("zh") : TEXT("en")};
}

static void
refuse(struct subscriptions *all, const struct rules *rules, struct peer peer, uint64_t tag, bool chinese,
	enum refusal refusal, struct text detail)
{
	struct wire_names names = names_of(rules, store_now(all->store), chinese);

	log_line(LOG_INFORMATION, "refusal subscribe refusal=%s detail=%s",
		refusal == REFUSAL_NONE ? "BUSY" : refusal_word(refusal), log_escape(detail));
	bus_send(all->bus, peer, wire_resync(all->scratch, &names, tag, refusal, detail));
}

/* A slow reader is not waited for. */
static void
tell(struct subscriptions *all, struct subscription *one, struct text bytes)
{
	enum bus_sent sent = bus_send(all->bus, one->peer, bytes);

	if (sent == BUS_GONE)
		one->dropped = true;
	else if (sent == BUS_FULL)
		break_off(all, one, REFUSAL_NONE);
}

static void
tell_feed(struct subscriptions *all, const struct rules *rules, const struct feed *feed)
{
	for (struct subscription *one = all->first; one != NULL; one = one->next) {
		struct wire_names names = names_of(rules, feed->until, one->chinese);

		if (one->stage != STAGE_SNAPSHOT && one->stage != STAGE_LIVE)
			continue;
		if (feed->torn)
			break_off(all, one, REFUSAL_NONE);
		for (size_t i = 0; i < feed->count && one->stage != STAGE_BROKEN && !one->dropped; i++)
			consider(all, one, &names, &feed->changes[i], feed->until);
	}
	all->fed_until = feed->until;
}

static void
consider(struct subscriptions *all, struct subscription *one, const struct wire_names *names,
	const struct look_change *change, struct instant now)
{
	const struct issue *issue = &change->row.issue;
	bool in = is_in(one, issue);
	const struct actor *actor;

	if (one->ask.query == WIRE_SHOW) {
		one->changed |= in;
		return;
	}
	if (!in && !was_in(one, change))
		return;
	actor = all->hint(all->user, one->key);
	if (actor == NULL || names->in_force == NULL)
		return; /* the recheck tells him */
	in = in && actor_may_see(actor, issue, names->in_force);
	tell(all, one, wire_change(all->scratch, names, one->tag, ++one->seq, now, &change->row, !in));
}

/* Does the list have this issue as it stands now? */
static bool
is_in(const struct subscription *one, const struct issue *issue)
{
	const struct look *look = &one->look;

	switch (one->ask.query) {
	case WIRE_QUEUE:
		return issue->holder.unit == look->unit && (look->desk == 0 || issue->holder.desk == look->desk);
	case WIRE_OVERDUE:
		return issue_is_open(issue) && issue->area[look->area_tier] == look->area &&
			!instant_before(one->horizon, issue->due_at);
	case WIRE_MINE:
		return issue->reporter == look->actor && (!look->open_only || issue_is_open(issue));
	case WIRE_SHOW:
		return issue->id == look->issue;
	case WIRE_TASKS:
	case WIRE_CONTACT:
	case WIRE_INBOX:
	default:
		return false;
	}
}

/* Did it have the issue some time since the list was last told? May say yes where it was at another desk. */
static bool
was_in(const struct subscription *one, const struct look_change *change)
{
	const struct look *look = &one->look;

	if (one->ask.query == WIRE_QUEUE) {
		for (size_t i = 0; i < change->units_count; i++) {
			if (change->units[i] == look->unit)
				return true;
		}
	}
	if (one->ask.query == WIRE_OVERDUE)
		return change->row.issue.area[look->area_tier] == look->area &&
			!instant_before(one->horizon, change->due_at);
	return one->ask.query == WIRE_MINE && change->before > 0 && change->row.issue.reporter == look->actor;
}

/* ---- looking ---- */

/* Begins what is due, ends what is over. */
static void
scan(struct subscriptions *all, const struct rules *rules)
{
	struct subscription **link = &all->first;
	int64_t now_us = wait_clock_us();

	while (*link != NULL) {
		struct subscription *one = *link;

		if (now_us - one->heard_us > all->silence_us)
			one->dropped = true;
		if (one->stage == STAGE_BROKEN && !one->dropped) {
			struct wire_names names = names_of(rules, store_now(all->store), one->chinese);

			one->dropped = bus_send(all->bus, one->peer,
					       wire_resync(all->scratch, &names, one->tag, one->refusal,
						       TEXT_NONE)) != BUS_FULL;
		}
		if (one->dropped && one->arena == NULL) {
			*link = one->next;
			free(one);
			all->count--;
			continue;
		}
		if (!one->dropped && one->arena == NULL && has_to_look(one, now_us) &&
			store_feed_is_live(all->store))
			begin_look(all, one);
		link = &one->next;
	}
	if (all->count == 0)
		store_want_feed(all->store, false);
}

static bool
has_to_look(const struct subscription *one, int64_t now_us)
{
	return one->stage == STAGE_WAITS || (one->stage == STAGE_LIVE && (one->changed || now_us >= one->look_us));
}

static void
begin_look(struct subscriptions *all, struct subscription *one)
{
	one->arena = all->spare_count > 0 ? all->spare[--all->spare_count] : arena_new();
	one->look.arena = one->arena;
	one->look.after = 0;
	if (one->stage == STAGE_WAITS) {
		one->stage = STAGE_SNAPSHOT;
		/* Before the snapshot is read: a change of it must not be missed. */
		one->horizon = instant_add(store_now(all->store), one->look.soon);
	} else {
		one->look.after_version = one->told_version;
		one->look_us = INT64_MAX;
		one->changed = false;
	}
	if (!store_look(all->store, &one->look)) {
		break_off(all, one, REFUSAL_NONE);
		give_arena(all, one);
	}
}

static void
found_snapshot(struct subscriptions *all, struct subscription *one, const struct wire_names *names)
{
	struct look *look = &one->look;
	uint64_t cursor;
	struct text bytes = wire_snapshot(one->arena, names, one->tag, ++one->seq, look, &cursor);

	if (look->kind == LOOK_SHOW && look->decisions_count > 0)
		one->told_version = cursor != 0 ? (int32_t)cursor :
						  look->decisions[look->decisions_count - 1].entry.version;
	if (look->kind == LOOK_INBOX && look->notices_count > 0 && look->after == 0)
		one->told_notice = look->notices[0].id;
	tell(all, one, bytes);
	if (cursor == 0 && one->stage == STAGE_SNAPSHOT) {
		one->stage = STAGE_LIVE;
		if (look->kind == LOOK_INBOX)
			one->look_us = wait_clock_us() + INBOX_EVERY_US;
		else if (look->kind == LOOK_OVERDUE_LIST)
			one->look_us = wait_clock_us() + REACH_AGAIN_US;
	}
	look_on(all, one, cursor);
}

/* What a look of a living subscription found: decisions, notices, or rows that time brought near. */
static void
found_more(struct subscriptions *all, struct subscription *one, const struct wire_names *names)
{
	struct look *look = &one->look;
	struct instant reach = instant_add(look->now, look->soon);
	uint64_t cursor = 0;

	if (look->kind == LOOK_SHOW && look->decisions_count > 0) {
		tell(all, one, wire_change_found(one->arena, names, one->tag, ++one->seq, look, &cursor));
		one->told_version = cursor != 0 ? (int32_t)cursor :
						  look->decisions[look->decisions_count - 1].entry.version;
	}
	for (size_t i = look->kind == LOOK_INBOX ? look->notices_count : 0; i > 0; i--) {
		struct look single = *look;
		uint64_t none;

		single.notices = &look->notices[i - 1];
		single.notices_count = 1;
		if (single.notices->id <= one->told_notice)
			continue;
		one->told_notice = single.notices->id;
		tell(all, one, wire_change_found(one->arena, names, one->tag, ++one->seq, &single, &none));
	}
	for (size_t i = 0; look->kind == LOOK_OVERDUE_LIST && i < look->issues_count; i++) {
		const struct look_issue *row = &look->issues[i];

		if (instant_before(one->horizon, row->issue.due_at) && one->stage == STAGE_LIVE)
			tell(all, one, wire_change(one->arena, names, one->tag, ++one->seq, look->now, row, false));
	}
	if (look->kind == LOOK_OVERDUE_LIST) {
		cursor = look->next_cursor;
		one->look_us = wait_clock_us() + REACH_AGAIN_US;
		if (cursor == 0)
			one->horizon = reach;
	}
	if (look->kind == LOOK_INBOX)
		one->look_us = wait_clock_us() + INBOX_EVERY_US;
	look_on(all, one, cursor);
}

/* The next part of the same look, or the end of it. */
static void
look_on(struct subscriptions *all, struct subscription *one, uint64_t cursor)
{
	if (cursor != 0 && one->stage != STAGE_BROKEN && !one->dropped) {
		if (one->look.kind == LOOK_SHOW)
			one->look.after_version = (int32_t)cursor;
		else
			one->look.after = cursor;
		arena_reset(one->arena);
		if (store_look(all->store, &one->look))
			return;
		break_off(all, one, REFUSAL_NONE);
	}
	give_arena(all, one);
}

static void
give_arena(struct subscriptions *all, struct subscription *one)
{
	arena_reset(one->arena);
	if (all->spare_count < ARENAS_SPARE_MAX)
		all->spare[all->spare_count++] = one->arena;
	else
		arena_free(one->arena);
	one->arena = NULL;
	one->look.arena = NULL;
	all->scan_us = 0;
}

/* ---- who may ---- */

static enum refusal
recheck(const struct subscription *one, const struct actor *actor, const struct release *in_force)
{
	struct look again = one->look;
	struct text detail;

	return actor == NULL ? REFUSAL_KEY_REVOKED : plan_look(&again, &one->ask, in_force, actor, &detail);
}

static void
break_off(struct subscriptions *all, struct subscription *one, enum refusal refusal)
{
	one->stage = STAGE_BROKEN;
	one->refusal = refusal;
	all->scan_us = 0;
}
