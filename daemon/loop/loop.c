/* loop.c — one epoll set behind one call. Events are kept from wait to wait, one for each fd.
 *
 * What would surprise: the kernel forgets a closed fd, libevent does not. A connection that was lost
 * and made anew under the same number would never wake us again, so a slot remembers which file it
 * was armed for. And EVLOOP_NONBLOCK alone goes on for as long as anything is active, which a ZeroMQ
 * fd is until its socket was asked: with EVLOOP_ONCE it is one look. */
#include "loop/loop.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/must.h"

#define SIGNALS_COUNT 3

struct slot {
	struct event *event; /* NULL: never used */
	int fd;
	short what;          /* EV_READ | EV_WRITE it is armed for; 0 = not armed */
	bool wanted;         /* in this wait */
	dev_t device;        /* the file behind fd when it was armed */
	ino_t inode;
};

struct loop {
	struct event_base *base;
	struct event *timer;
	struct event *signals[SIGNALS_COUNT];
	struct slot slots[2 * WAIT_FDS_MAX];
	struct loop_signals seen;
};

static void note_signal(evutil_socket_t number, short what, void *seen);
static void note_nothing(evutil_socket_t fd, short what, void *unused);
static bool watch_signals(struct loop *loop);
static void arm(struct loop *loop, const struct wait_fd *want);
static struct slot *slot_for(struct loop *loop, int fd);
static void disarm_unwanted(struct loop *loop);

struct loop *
loop_open(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	must(loop != NULL);
	loop->base = event_base_new();
	if (loop->base != NULL)
		loop->timer = evtimer_new(loop->base, note_nothing, NULL);
	if (loop->timer == NULL || !watch_signals(loop))
		loop_close(&loop);
	return loop;
}

void
loop_close(struct loop **loop)
{
	struct loop *old = *loop;

	*loop = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < 2 * WAIT_FDS_MAX; i++) {
		if (old->slots[i].event != NULL)
			event_free(old->slots[i].event);
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
	must(count <= WAIT_FDS_MAX);
	for (size_t i = 0; i < 2 * WAIT_FDS_MAX; i++)
		loop->slots[i].wanted = false;
	for (size_t i = 0; i < count; i++) {
		if (fds[i].readable || fds[i].writable)
			slot_for(loop, fds[i].fd)->wanted = true;
	}
	disarm_unwanted(loop);
	for (size_t i = 0; i < count; i++) {
		if (fds[i].readable || fds[i].writable)
			arm(loop, &fds[i]);
	}

	if (timeout_us <= 0) {
		event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	} else {
		struct timeval timeout = {timeout_us / 1000000, timeout_us % 1000000};

		must(evtimer_add(loop->timer, &timeout) == 0);
		event_base_loop(loop->base, EVLOOP_ONCE);
		evtimer_del(loop->timer);
	}
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

/* The slot of this fd, or one that may be used for it. There are twice as many slots as fds a wait
 * may have, so one that is not wanted is always there. */
static struct slot *
slot_for(struct loop *loop, int fd)
{
	struct slot *free_slot = NULL;

	for (size_t i = 0; i < 2 * WAIT_FDS_MAX; i++) {
		struct slot *slot = &loop->slots[i];

		if (slot->event != NULL && slot->fd == fd)
			return slot;
		if (!slot->wanted && (free_slot == NULL || (slot->what == 0 && free_slot->what != 0)))
			free_slot = slot;
	}
	must(free_slot != NULL);
	if (free_slot->what != 0)
		event_del(free_slot->event);
	if (free_slot->event == NULL) {
		free_slot->event = event_new(loop->base, -1, 0, note_nothing, NULL);
		must(free_slot->event != NULL);
	}
	free_slot->fd = fd;
	free_slot->what = 0;
	return free_slot;
}

/* A socket that is not waited for may have been closed, and its number given to another. */
static void
disarm_unwanted(struct loop *loop)
{
	for (size_t i = 0; i < 2 * WAIT_FDS_MAX; i++) {
		struct slot *slot = &loop->slots[i];

		if (slot->wanted || slot->what == 0)
			continue;
		event_del(slot->event);
		slot->what = 0;
	}
}

static void
arm(struct loop *loop, const struct wait_fd *want)
{
	struct slot *slot = slot_for(loop, want->fd);
	short what = (short)((want->readable ? EV_READ : 0) | (want->writable ? EV_WRITE : 0));
	struct stat file;

	must(fstat(want->fd, &file) == 0);
	if (slot->what == what && slot->device == file.st_dev && slot->inode == file.st_ino)
		return;
	if (slot->what != 0)
		event_del(slot->event);
	must(event_assign(slot->event, loop->base, want->fd, (short)(what | EV_PERSIST), note_nothing,
		     NULL) == 0);
	must(event_add(slot->event, NULL) == 0);
	slot->what = what;
	slot->device = file.st_dev;
	slot->inode = file.st_ino;
}
