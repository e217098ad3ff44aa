/* loop.h — libevent, and nothing else knows it: wait until an fd speaks, a signal comes, or time is up.
 *
 * Callbacks do nothing but end the wait; the turn looks for itself what there is to do. */
#ifndef HUYING_LOOP_LOOP_H
#define HUYING_LOOP_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "base/wait.h"

struct loop;

struct loop *loop_open(void);
void loop_close(struct loop **loop);

/* Returns when one of the fds is ready, a signal came, or `timeout_us` has passed (0 = just look). */
void loop_wait(struct loop *loop, const struct wait_fd *fds, size_t count, int64_t timeout_us);

/* Signals seen since they were last asked for. */
struct loop_signals {
	bool end;    /* SIGTERM, SIGINT: drain and end */
	bool reload; /* SIGHUP: read the rules and keys again now */
};
struct loop_signals loop_take_signals(struct loop *loop);

#endif
