/* question.h — queries: looks on their way through the store, judged by the row that came back. */
#ifndef HUYING_TURN_QUESTION_H
#define HUYING_TURN_QUESTION_H

#include "bus/bus.h"
#include "store/store.h"
#include "turn/rules.h"
#include "wire/wire.h"

struct questions;

struct questions *questions_open(struct bus *bus, struct store *store);
void questions_close(struct questions **questions);

/* `caller` is the hint from the loaded keys; NULL when the key is not among them. */
void questions_ask(struct questions *questions, const struct rules *rules, const struct bus_message *message,
	const struct wire_message *asked, const struct actor *caller, struct text language);
/* Answers what the store has found. `find` gives the present hint of a key. */
typedef const struct actor *actor_hint_fn(void *user, struct key key);
void questions_answer(struct questions *questions, const struct rules *rules, actor_hint_fn *hint, void *user);
size_t questions_open_count(const struct questions *questions);

#endif
