/* subscription.h — lists that follow by themselves: a snapshot, then what the feed brings.
 *
 * Judged anew for every message sent: by the person as the keys have him now. Whoever reads too
 * slowly, loses a right, or is served by a dispatcher that ends, is told Resync and begins anew;
 * nobody is left with a picture that is silently wrong. */
#ifndef HUYING_TURN_SUBSCRIPTION_H
#define HUYING_TURN_SUBSCRIPTION_H

#include "bus/bus.h"
#include "store/store.h"
#include "turn/rules.h"
#include "wire/wire.h"

struct subscriptions;

/* The asker of a key, as memory has him now; NULL = the key is not known any longer. */
typedef const struct actor *actor_hint_fn(void *user, struct key key);

struct subscriptions *subscriptions_open(struct bus *bus, struct store *store, int heartbeat_ms,
	actor_hint_fn *hint, void *user);
void subscriptions_close(struct subscriptions **subscriptions);

void subscriptions_ask(struct subscriptions *subscriptions, const struct rules *rules,
	const struct bus_message *message, const struct wire_message *asked, bool chinese);
void subscriptions_drop(struct subscriptions *subscriptions, struct peer peer, uint64_t tag);
/* The peer said something: it is still there. */
void subscriptions_heard(struct subscriptions *subscriptions, struct peer peer);
/* A look with look->follows came back. */
void subscriptions_found(struct subscriptions *subscriptions, const struct rules *rules, struct look *look);
/* Tells what the feed brought, begins looks that are due. Returns the monotonic instant of the next. */
int64_t subscriptions_turn(struct subscriptions *subscriptions, const struct rules *rules);
/* Keys, people or rules are other than before: who may not follow any longer is told. */
void subscriptions_recheck(struct subscriptions *subscriptions, const struct rules *rules);
/* This dispatcher ends: everybody begins anew elsewhere. */
void subscriptions_end(struct subscriptions *subscriptions, const struct rules *rules);

size_t subscriptions_count(const struct subscriptions *subscriptions);
/* Everybody was told what was committed before; INSTANT_NEVER when nobody follows. */
struct instant subscriptions_fed_until(const struct subscriptions *subscriptions);

#endif
