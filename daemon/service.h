/* service.h — what systemd wants to hear; silent where there is no systemd. */
#ifndef HUYING_SERVICE_H
#define HUYING_SERVICE_H

void service_ready(const char *status);
void service_status(const char *status);
void service_stopping(void);
/* Tells the watchdog, at most as often as it asks. */
void service_alive(void);

#endif
