/* progress.c — count, rate and what remains. */
#include "admin/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "core/instant.h"

#define BAR_WIDTH 30

struct progress
progress_begin(const char *what)
{
	const char *accessible = getenv("ACCESSIBLE"), *term = getenv("TERM");
	bool plain = (accessible != NULL && strcmp(accessible, "1") == 0) || term == NULL ||
		     strcmp(term, "dumb") == 0;

	return (struct progress){what, wait_clock_us(), 0, isatty(STDERR_FILENO) == 1 && !plain};
}

void
progress_at(struct progress *progress, size_t done, size_t all)
{
	int64_t now = wait_clock_us(), spent = now - progress->begun_us;
	int64_t gap = progress->repaint ? US_PER_SECOND / 10 : 10 * US_PER_SECOND;
	double part = all == 0 ? 1 : (double)done / (double)all;
	int64_t left;

	if (spent < US_PER_SECOND ||
		now - (progress->shown_us == 0 && !progress->repaint ? progress->begun_us
								     : progress->shown_us) <
			gap ||
		part <= 0)
		return;
	progress->shown_us = now;
	left = (int64_t)((double)spent / part * (1 - part)) / US_PER_SECOND;
	if (progress->repaint) {
		int full = (int)(part * BAR_WIDTH);

		fprintf(stderr, "\r%s [%.*s%*s] %3d %%, %" PRId64 " s left ", progress->what, full,
			"##############################", BAR_WIDTH - full, "", (int)(part * 100),
			left);
	} else {
		fprintf(stderr, "%s: %d %%, %zu of %zu bytes, %" PRId64 " s left\n", progress->what,
			(int)(part * 100), done, all, left);
	}
}

void
progress_end(struct progress *progress)
{
	if (progress->repaint && progress->shown_us != 0)
		fprintf(stderr, "\r\033[K");
}
