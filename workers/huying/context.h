/* context.h — whose key speaks to which district, and the link and outbox that go with it.
 *
 * One context is one device of one person: <config>/NAME.conf (mode 0600, it holds the key) and
 * <state>/NAME.sqlite. <config> is HUYING_CONFIG_DIR or $XDG_CONFIG_HOME/huying, <state> is
 * HUYING_STATE_DIR or $XDG_STATE_HOME/huying. */
#ifndef HUYING_CONTEXT_H
#define HUYING_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "link/key.h"
#include "link/link.h"
#include "link/outbox.h"

#define CONTEXT_PATH_MAX 4096
#define CONTEXT_PATIENCE_US 10000000 /* how long a command tries when nothing else is said */

struct context {
	char name[64];
	char config_path[CONTEXT_PATH_MAX], state_path[CONTEXT_PATH_MAX];
	char endpoints[LINK_ENDPOINTS_MAX][KEY_ENDPOINT_BYTES_MAX];
	size_t endpoints_count;
	uint8_t server_key[LINK_KEY_BYTES], secret_key[LINK_KEY_BYTES];
	bool has_server_key, has_secret_key;
	char language[8];
	unsigned long device;
	int64_t patience_us;
	int64_t new_key_us; /* as in link.h */
	struct link *link;
	struct outbox *outbox;
};

/* Finds and reads the context's file and opens its outbox. EXIT_DONE, or the failure was told. */
int context_open(struct context *context, const struct arguments *arguments);
/* Only the names of its files; the file need not be there. */
int context_name(struct context *context, const struct arguments *arguments);
void context_close(struct context *context);
bool context_exists(const struct context *context);
/* Writes the file as a whole, mode 0600. */
bool context_save(const struct context *context);
bool context_make_directories(const struct context *context);

/* Until the Welcome; tells nothing. */
enum link_result context_reach(struct context *context, int64_t patience_us);
/* The same, then the outbox is sent. EXIT_DONE, or the failure was told. */
int context_connect(struct context *context);
/* The district's time as far as it is known: before the first Welcome of this run, by the difference
 * from this device's clock that the last one showed. */
int64_t context_now_us(const struct context *context);
/* Tells why a link did not answer; returns the exit status. */
int context_failed(struct context *context, enum link_result result);
/* Puts `query` and waits. NULL: *ret_status, and the failure was told. Free with
 * huying__page__free_unpacked. */
struct Huying__Page *context_ask(struct context *context, struct Huying__Query *query, int *ret_status);

#endif
