/* follow.h — a list that follows by itself, a line or an object for each thing that happens. */
#ifndef HUYING_FOLLOW_H
#define HUYING_FOLLOW_H

#include "command.h"

struct Huying__Subscribe;

#define FOLLOW_OPTION                                                                              \
	{"follow", OPTION_FOLLOW, NULL, 0, N_("go on: a line for each change, until interrupted"), 0}

/* Until interrupted, or until he may not follow any longer; returns the exit status. */
int follow_run(const struct arguments *arguments, struct Huying__Subscribe *subscribe);

#endif
