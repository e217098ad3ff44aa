/* phase.h — what huying-load can do: each phase puts one kind of load on the dispatcher and prints
 * one line of JSON about it. */
#ifndef HUYING_LOAD_PHASE_H
#define HUYING_LOAD_PHASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load/crowd.h"

#define CLASSES_MAX 64

struct options {
	const char *endpoint, *server_key, *keys, *points;
	const char *classes[CLASSES_MAX]; /* of reports, taken in turn */
	size_t classes_count;
	size_t skip, clients, window, each;
	double rate;          /* a second, over all clients; 0 = as fast as answers come */
	double warm, seconds; /* not counted, counted */
	bool cold, by_unit;
};

struct phase {
	const char *name, *summary;
	void (*run)(const struct options *options);
};

extern const struct phase PHASE_REPORT, PHASE_CLAIM, PHASE_LIVES, PHASE_QUEUE, PHASE_OVERDUE, PHASE_IDLE;

/* Connects all, and turns until all are welcome; dies when they are not within a minute. */
void phase_gather(struct crowd *crowd);
/* The end of every line: how it went for this process itself. */
void phase_end(const struct crowd *crowd, double seconds, double cpu_seconds);

#endif
