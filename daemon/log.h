/* log.h — one line on stderr for each decision and each refusal; ids only, never names or words of people.
 *
 * Lines begin with the level systemd understands (<3> error … <6> information), then a word for what
 * happened, then key=value. Values from outside are escaped so that any input is exactly one line.
 * Written in one place, flushed once a turn. */
#ifndef HUYING_LOG_H
#define HUYING_LOG_H

#include "base/text.h"

enum log_level {
	LOG_ERROR = 3,
	LOG_WARNING = 4,
	LOG_NOTICE = 5,
	LOG_INFORMATION = 6
};

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For %s: `text` with everything but printable ASCII as \xNN, cut at 200 bytes. Holds until the
 * fourth call after it. */
const char *log_escape(struct text text);
void log_flush(void);

#endif
