/* waiting.c — a list, one allocation an entry. */
#include "turn/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

void
waiting_init(struct waiting *waiting)
{
	*waiting = (struct waiting){.last = &waiting->first};
}

void
waiting_done(struct waiting *waiting)
{
	while (waiting->first != NULL)
		waiting_free(waiting_take(waiting, &waiting->first));
}

void
waiting_add(struct waiting *waiting, const struct asked *asked)
{
	struct asked *copy = malloc(sizeof(*copy) + asked->bytes.len);
	char *bytes = (char *)(copy + 1);

	must(copy != NULL);
	*copy = *asked;
	if (asked->bytes.len > 0)
		memcpy(bytes, asked->bytes.data, asked->bytes.len);
	copy->bytes.data = bytes;
	copy->next = NULL;
	*waiting->last = copy;
	waiting->last = &copy->next;
	waiting->count++;
}

struct asked *
waiting_take(struct waiting *waiting, struct asked **link)
{
	struct asked *taken = *link;

	must(taken != NULL && waiting->count > 0);
	*link = taken->next;
	if (waiting->last == &taken->next)
		waiting->last = link;
	waiting->count--;
	return taken;
}

void
waiting_free(struct asked *asked)
{
	free(asked);
}
