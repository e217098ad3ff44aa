/* actors.h — a checked draft of people, into the table. */
#ifndef HUYING_ADMIN_ACTORS_H
#define HUYING_ADMIN_ACTORS_H

#include <stdbool.h>
#include <stddef.h>

struct draft;

struct actor_changes {
	size_t added, changed, disabled;
};

/* Inside a transaction that holds the district. `replace`: whoever is not in the draft is disabled. */
struct actor_changes actors_put(struct draft *draft, bool replace);

#endif
