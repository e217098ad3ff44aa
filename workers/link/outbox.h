/* outbox.h — reports that have not been answered yet, in one SQLite file that survives a flat battery.
 *
 * A report is kept before anything is sent, with a number from the device's reserve where one is
 * left. At its first send it gets a request id and its exact bytes are written down: from then on
 * they never change, so however often they are sent, by whichever process, they make one issue.
 * Once answered, the bytes are gone (they may name a resident) and the answer stays until it was
 * looked at. Any number of processes may have the same file open; one at a time sends. */
#ifndef HUYING_LINK_OUTBOX_H
#define HUYING_LINK_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/link.h"
#include "link/number.h"

#define OUTBOX_TITLE_BYTES 200

struct outbox;

enum outbox_state {
	OUTBOX_WAITING = 0,
	OUTBOX_DONE = 1,
	OUTBOX_REFUSED = 2
};

struct outbox_row {
	int64_t key;
	enum outbox_state state;
	uint64_t issue_id;                /* 0 = the server gives the number */
	char number[NUMBER_BYTES];        /* empty = not known yet */
	char title[OUTBOX_TITLE_BYTES];   /* what it was about, for people */
	int64_t made_us;
	uint8_t request[LINK_REQUEST_BYTES];
	uint8_t *frame;                   /* outbox_first only; malloc'd */
	size_t frame_len;
	struct Huying__Reply *reply;      /* DONE and REFUSED; NULL otherwise */
	bool seen;
};

/* NULL with a sentence in ret_why (static, English). Makes the file, mode 0600. */
struct outbox *outbox_open(const char *path, const char **ret_why);
void outbox_close(struct outbox **outbox);

/* A word remembered about the server (district, zone, device); empty when unknown. Borrowed until
 * the next call. */
const char *outbox_recall(struct outbox *outbox, const char *name);
bool outbox_remember(struct outbox *outbox, const char *name, const char *value);

uint32_t outbox_numbers_left(struct outbox *outbox);
bool outbox_numbers_add(struct outbox *outbox, uint64_t from, uint32_t count);
bool outbox_numbers_forget(struct outbox *outbox);

/* Keeps a report; durable when it returns true. Puts a number from the reserve into it. */
bool outbox_keep(struct outbox *outbox, struct Huying__Command *command, const char *title,
	int64_t now_us, struct outbox_row *ret_row);
/* The oldest waiting report behind `after` (0 = from the start), its bytes made final with a request
 * id in the link's time if they are not yet. False when there is none. */
bool outbox_first(struct outbox *outbox, const struct link *link, int64_t after,
	struct outbox_row *ret_row);
/* What the server said. DONE, REFUSED or CONFLICT are final. A refused number is given up, and the
 * report waits again without one: a report is never lost for its number. */
bool outbox_answer(struct outbox *outbox, int64_t key, const struct Huying__Reply *reply);

/* Rows in order of making; call with *cursor = 0 first. */
bool outbox_next(struct outbox *outbox, int64_t *cursor, struct outbox_row *ret_row);
void outbox_row_free(struct outbox_row *row);
uint32_t outbox_waiting(struct outbox *outbox);
/* Answered rows that were looked at; they are removed a week later. */
bool outbox_seen(struct outbox *outbox, int64_t key, int64_t now_us);
bool outbox_drop(struct outbox *outbox, int64_t key);

/* The right to send, for one process at a time; ends with the process. */
bool outbox_lock(struct outbox *outbox);
void outbox_unlock(struct outbox *outbox);

#endif
