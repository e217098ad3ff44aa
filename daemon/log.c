/* log.c — the one place that writes log lines. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

void
log_line(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "<%d>%s\n", level, line);
}

const char *
log_escape(struct text text)
{
	static char buffers[4][256];
	static unsigned int turn;
	char *out = buffers[turn++ % 4];
	size_t at = 0;

	for (size_t i = 0; i < text.len && at < 196; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c > 0x20 && c < 0x7f && c != '\\')
			out[at++] = (char)c;
		else
			at += (size_t)snprintf(out + at, 5, "\\x%02x", c);
	}
	out[at] = '\0';
	return out;
}

void
log_flush(void)
{
	fflush(stderr);
}
