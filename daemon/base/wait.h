/* wait.h — what a room wants to be woken by: the only word that bus, store and loop share. */
#ifndef HUYING_BASE_WAIT_H
#define HUYING_BASE_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct wait_fd {
	int fd;
	bool readable, writable; /* wake when it is */
};

#define WAIT_FDS_MAX 16

/* CLOCK_MONOTONIC in microseconds: for waits only, never for what is recorded. */
int64_t wait_clock_us(void);

#endif
