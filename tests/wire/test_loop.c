/* test_loop.c — what ends a wait, and what does not. */
#include "loop/loop.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"

#define LONG_US INT64_C(20000000) /* a wait that lasts so long was not ended by what we tried */

static int64_t wait_for(struct loop *loop, struct wait_fd *fds, size_t count, int64_t timeout_us);

static struct loop *loop;

static void
a_readable_fd_ends_the_wait(void **state)
{
	int fd = eventfd(1, 0);
	struct wait_fd wait = {fd, true, false};

	(void)state;
	assert_true(wait_for(loop, &wait, 1, LONG_US) < LONG_US / 2);
	close(fd);
}

static void
a_writable_fd_ends_the_wait(void **state)
{
	int fds[2];
	struct wait_fd wait;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	wait = (struct wait_fd){fds[0], true, true};
	assert_true(wait_for(loop, &wait, 1, LONG_US) < LONG_US / 2);
	wait.writable = false; /* nothing to read: only time ends this one */
	assert_true(wait_for(loop, &wait, 1, 20000) >= 19000);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_true(wait_for(loop, &wait, 1, LONG_US) < LONG_US / 2);
	close(fds[0]);
	close(fds[1]);
}

static void
time_ends_the_wait(void **state)
{
	int64_t lasted = wait_for(loop, NULL, 0, 30000);

	(void)state;
	assert_in_range(lasted, 29000, LONG_US);
}

/* An fd that stays readable is looked at once, not for ever (a ZeroMQ fd does until it was asked). */
static void
a_look_is_one_look(void **state)
{
	int fd = eventfd(1, 0);
	struct wait_fd wait = {fd, true, false};

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(wait_for(loop, &wait, 1, 0) < LONG_US / 2);
	close(fd);
}

static void
what_is_no_longer_wanted_does_not_wake(void **state)
{
	int fd = eventfd(1, 0);
	struct wait_fd wait = {fd, true, false};

	(void)state;
	assert_true(wait_for(loop, &wait, 1, LONG_US) < LONG_US / 2);
	assert_true(wait_for(loop, NULL, 0, 20000) >= 19000);
	wait.readable = false;
	assert_true(wait_for(loop, &wait, 1, 20000) >= 19000);
	close(fd);
}

/* A lost connection is made anew under the same number: the kernel has forgotten the old one. */
static void
a_number_used_again_still_wakes(void **state)
{
	int fds[2], again[2];
	struct wait_fd wait;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	wait = (struct wait_fd){fds[0], true, false};
	wait_for(loop, &wait, 1, 1000);
	close(fds[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, again), 0);
	assert_int_equal(again[0], fds[0]);
	assert_int_equal(write(again[1], "x", 1), 1);
	assert_true(wait_for(loop, &wait, 1, LONG_US) < LONG_US / 2);
	close(again[0]);
	close(again[1]);
	close(fds[1]);
}

static void
many_fds_come_and_go(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct wait_fd waits[WAIT_FDS_MAX];

		for (size_t i = 0; i < WAIT_FDS_MAX; i++)
			waits[i] = (struct wait_fd){eventfd(0, 0), true, false};
		assert_int_equal(eventfd_write(waits[round % WAIT_FDS_MAX].fd, 1), 0);
		assert_true(wait_for(loop, waits, WAIT_FDS_MAX, LONG_US) < LONG_US / 2);
		for (size_t i = 0; i < WAIT_FDS_MAX; i++)
			close(waits[i].fd);
	}
}

static void
signals_end_the_wait_and_are_told_once(void **state)
{
	static const struct {
		int number;
		bool end, reload;
	} rows[] = {{SIGTERM, true, false}, {SIGINT, true, false}, {SIGHUP, false, true}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct loop_signals seen;

		raise(rows[i].number);
		assert_true(wait_for(loop, NULL, 0, LONG_US) < LONG_US / 2);
		seen = loop_take_signals(loop);
		assert_int_equal(seen.end, rows[i].end);
		assert_int_equal(seen.reload, rows[i].reload);
		seen = loop_take_signals(loop);
		assert_false(seen.end || seen.reload);
	}
}

static int64_t
wait_for(struct loop *of, struct wait_fd *fds, size_t count, int64_t timeout_us)
{
	int64_t from = wait_clock_us();

	loop_wait(of, fds, count, timeout_us);
	return wait_clock_us() - from;
}

int
main(void)
{
	static struct check_group group;
	int failed;

	loop = loop_open();
	CHECK_ONE(&group, a_readable_fd_ends_the_wait);
	CHECK_ONE(&group, a_writable_fd_ends_the_wait);
	CHECK_ONE(&group, time_ends_the_wait);
	CHECK_ONE(&group, a_look_is_one_look);
	CHECK_ONE(&group, what_is_no_longer_wanted_does_not_wake);
	CHECK_ONE(&group, a_number_used_again_still_wakes);
	CHECK_ONE(&group, many_fds_come_and_go);
	CHECK_ONE(&group, signals_end_the_wait_and_are_told_once);
	failed = check_run("loop", &group);
	loop_close(&loop);
	return failed;
}
