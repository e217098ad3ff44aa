/* service.c — sd_notify where libsystemd is there. */
#include "service.h"

#ifdef HUYING_SYSTEMD

#include <stdint.h>
#include <systemd/sd-daemon.h>

#include "base/wait.h"

void
service_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void
service_status(const char *status)
{
	sd_notifyf(0, "STATUS=%s", status);
}

void
service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
service_alive(void)
{
	static int64_t told_us;
	uint64_t every_us;
	int64_t now_us = wait_clock_us();

	if (sd_watchdog_enabled(0, &every_us) <= 0 || now_us - told_us < (int64_t)(every_us / 3))
		return;
	told_us = now_us;
	sd_notify(0, "WATCHDOG=1");
}

#else

void
service_ready(const char *status)
{
	(void)status;
}

void
service_status(const char *status)
{
	(void)status;
}

void
service_stopping(void)
{
}

void
service_alive(void)
{
}

#endif
