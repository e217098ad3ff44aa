/* wait.c — the clock that waits are measured with. */
#include "base/wait.h"

#include <time.h>

int64_t
wait_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
