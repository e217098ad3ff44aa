/* rules.h — the rulebook in use with its geometry; swapped whole, freed when the last batch lets go. */
#ifndef HUYING_TURN_RULES_H
#define HUYING_TURN_RULES_H

#include "core/rulebook.h"
#include "geo/geo.h"
#include "store/store.h"

struct rules {
	struct loaded_rules loaded;
	struct geo *geo;
	int users;
};

/* Builds the geometry; NULL (and the arena freed) with words when a polygon is wrong. `ret_why` is
 * written into `arena`. */
struct rules *rules_open(struct loaded_rules *loaded, struct arena *arena, struct text *ret_why);
struct rules *rules_use(struct rules *rules);
void rules_release(struct rules **rules);

#endif
