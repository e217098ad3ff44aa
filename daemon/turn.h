/* turn.h — gather, fetch, decide, commit, tell: every piece of work goes this one way. */
#ifndef HUYING_TURN_H
#define HUYING_TURN_H

#include <stdbool.h>

#include "bus/bus.h"
#include "config.h"
#include "loop/loop.h"
#include "store/store.h"

struct turn;

struct turn *turn_open(const struct config *config, struct bus *bus, struct store *store);
void turn_close(struct turn **turn);

/* Waits for something and does all of it once. */
void turn_once(struct turn *turn, struct loop *loop);

/* Rules are loaded and the database answers. */
bool turn_is_ready(const struct turn *turn);
/* Takes no new commands from now on (they are told BUSY); true when nothing is under way any more. */
bool turn_drain(struct turn *turn);
/* Read rules and keys again now. */
void turn_reload(struct turn *turn);

#endif
