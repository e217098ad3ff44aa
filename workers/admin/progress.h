/* progress.h — a bar on a terminal, a line each ten seconds elsewhere; nothing for what takes less
 * than a second. All on stderr. */
#ifndef HUYING_ADMIN_PROGRESS_H
#define HUYING_ADMIN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	const char *what;
	int64_t begun_us, shown_us;
	bool repaint; /* a terminal that may be painted over */
};

struct progress progress_begin(const char *what);
void progress_at(struct progress *progress, size_t done, size_t all);
void progress_end(struct progress *progress);

#endif
