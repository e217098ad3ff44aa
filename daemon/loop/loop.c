/* loop.c — one epoll set behind one call, armed for the length of a wait only.
 *
 * What would surprise: the kernel forgets a closed fd, libevent does not. A connection that was lost
 * and made anew under the same number would never wake us again, so nothing stays armed between two
 * waits (two system calls an fd, a few microseconds a turn). And EVLOOP_NONBLOCK alone goes on for as
 * long as anything is active, which a ZeroMQ fd is until its socket was asked: with EVLOOP_ONCE it
 * is one look. */
#include "loop/loop.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "base/must.h"

#define SIGNALS_COUNT 3

struct loop {
	struct event_base *base;
	struct event *timer;
	struct event *signals[SIGNALS_COUNT];
	struct event *watches[WAIT_FDS_MAX]; /* the first `count` are armed during a wait */
	struct loop_signals seen;
};

static void note_signal(evutil_socket_t number, short what, void *seen);
static void note_nothing(evutil_socket_t fd, short what, void *unused);
static bool watch_signals(struct loop *loop);
static void arm(struct loop *loop, struct event *watch, const struct wait_fd *want);

struct loop *
loop_open(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	must(loop != NULL);
	loop->base = event_base_new();
	if (loop->base == NULL || !watch_signals(loop)) {
		loop_close(&loop);
		return NULL;
	}
	loop->timer = evtimer_new(loop->base, note_nothing, NULL);
	must(loop->timer != NULL);
	for (size_t i = 0; i < WAIT_FDS_MAX; i++) {
		loop->watches[i] = event_new(loop->base, -1, 0, note_nothing, NULL);
		must(loop->watches[i] != NULL);
	}
	return loop;
}

void
loop_close(struct loop **loop)
{
	struct loop *old = *loop;

	*loop = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < WAIT_FDS_MAX; i++) {
		if (old->watches[i] != NULL)
			event_free(old->watches[i]);
	}
	for (size_t i = 0; i < SIGNALS_COUNT; i++) {
		if (old->signals[i] != NULL)
			event_free(old->signals[i]);
	}
	if (old->timer != NULL)
		event_free(old->timer);
	if (old->base != NULL)
		event_base_free(old->base);
	free(old);
}

void
loop_wait(struct loop *loop, const struct wait_fd *fds, size_t count, int64_t timeout_us)
{
	struct timeval timeout = {timeout_us / 1000000, timeout_us % 1000000};

	must(count <= WAIT_FDS_MAX);
	for (size_t i = 0; i < count; i++)
		arm(loop, loop->watches[i], &fds[i]);
	if (timeout_us <= 0) {
		event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	} else {
		must(evtimer_add(loop->timer, &timeout) == 0);
		event_base_loop(loop->base, EVLOOP_ONCE);
		evtimer_del(loop->timer);
	}
	for (size_t i = 0; i < count; i++)
		event_del(loop->watches[i]);
}

struct loop_signals
loop_take_signals(struct loop *loop)
{
	struct loop_signals seen = loop->seen;

	loop->seen = (struct loop_signals){false, false};
	return seen;
}

static void
note_signal(evutil_socket_t number, short what, void *seen)
{
	struct loop_signals *signals = seen;

	(void)what;
	if (number == SIGHUP)
		signals->reload = true;
	else
		signals->end = true;
}

static void
note_nothing(evutil_socket_t fd, short what, void *unused)
{
	(void)fd;
	(void)what;
	(void)unused;
}

static bool
watch_signals(struct loop *loop)
{
	static const int numbers[SIGNALS_COUNT] = {SIGTERM, SIGINT, SIGHUP};

	for (size_t i = 0; i < SIGNALS_COUNT; i++) {
		loop->signals[i] = evsignal_new(loop->base, numbers[i], note_signal, &loop->seen);
		if (loop->signals[i] == NULL || evsignal_add(loop->signals[i], NULL) != 0)
			return false;
	}
	return true;
}

static void
arm(struct loop *loop, struct event *watch, const struct wait_fd *want)
{
	int what = (want->readable ? EV_READ : 0) | (want->writable ? EV_WRITE : 0);

	if (what == 0)
		return;
	must(event_assign(watch, loop->base, want->fd, (short)(what | EV_PERSIST), note_nothing,
		     NULL) == 0);
	must(event_add(watch, NULL) == 0);
}
