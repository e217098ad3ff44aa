/* must.c — the two ways this program ends by itself. */
#include "base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
must_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "<2>bug: must(%s) at %s:%d\n", cond, file, line);
	fflush(stderr);
	abort();
}

void
die(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}
