/* send.h — reports made here on their way to the district. */
#ifndef HUYING_SEND_H
#define HUYING_SEND_H

#include "context.h"

enum send_manner {
	SEND_QUIETLY, /* before another command: one line on stderr when something went out */
	SEND_ALOUD    /* the command is about it */
};

struct send_result {
	unsigned sent, refused, waiting;
	enum link_result result; /* why it ended */
	bool elsewhere;          /* another process is sending */
};

/* Sends what waits, in order; the link must be open. A report's answer is written down at once. */
struct send_result send_outbox(struct context *context, enum send_manner manner);

#endif
