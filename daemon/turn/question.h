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
/* Answers what the store has found; `hint` is the asker as memory has him now, or NULL. */
void questions_found(struct questions *questions, const struct rules *rules, struct look *look,
	const struct actor *hint);
size_t questions_open_count(const struct questions *questions);

#endif
