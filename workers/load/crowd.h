/* crowd.h — many devices in one process, each with its own key and connection.
 *
 * A device says Hello when it connects; after its Welcome it may ask. Every question is kept with its
 * bytes until its answer has come, so BUSY is met as a phone meets it: the same bytes again, later. */
#ifndef HUYING_LOAD_CROWD_H
#define HUYING_LOAD_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct Huying__Command;
struct Huying__Page;
struct Huying__Query;
struct Huying__Reply;

struct crowd;

struct device {
	char secret[41], public[41]; /* Z85 */
	char name[48];               /* whose it is */
	char place[48];              /* code of a place of his */
	uint64_t numbers_from;       /* reserve, from the Welcome */
	uint32_t numbers_count;
	bool welcomed;
};

struct crowd_answer {
	size_t device;
	uint64_t tag;                     /* the asker's own */
	int64_t from_us, now_us;          /* monotonic; from_us as told with the question */
	const struct Huying__Reply *reply; /* one of the two; never BUSY */
	const struct Huying__Page *page;
};

/* What the owner of a crowd is told; borrowed for the call. */
struct crowd_owner {
	void (*welcomed)(void *owner, size_t device);
	void (*answered)(void *owner, const struct crowd_answer *answer);
	void *self;
};

/* Reads `count` devices behind the first `skip` of a file of lines `SECRET NAME PLACE`; dies with
 * a sentence when it cannot. */
struct crowd *crowd_open(const char *endpoint, const char *server_key, const char *keys_file, size_t skip,
	size_t count, struct crowd_owner owner);
void crowd_close(struct crowd **crowd);

size_t crowd_size(const struct crowd *crowd);
struct device *crowd_device(struct crowd *crowd, size_t device);
size_t crowd_welcomed(const struct crowd *crowd);
/* Times that BUSY was the answer. */
uint64_t crowd_busy(const struct crowd *crowd);
/* Questions without an answer yet. */
size_t crowd_waiting(const struct crowd *crowd);

void crowd_connect_all(struct crowd *crowd);
/* `from_us` is where its waiting begins: when it was planned. */
void crowd_command(struct crowd *crowd, size_t device, struct Huying__Command *command, uint64_t tag,
	int64_t from_us);
void crowd_query(struct crowd *crowd, size_t device, struct Huying__Query *query, uint64_t tag,
	int64_t from_us);

/* Waits until something comes, at most until this instant, and hears what there is. */
void crowd_turn(struct crowd *crowd, int64_t until_us);

int64_t crowd_now_us(void);

#endif
