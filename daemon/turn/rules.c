/* rules.c — counting who still looks things up in it. */
#include "turn/rules.h"

#include <stdlib.h>

#include "base/must.h"

struct rules *
rules_open(struct loaded_rules *loaded, struct arena *arena, struct text *ret_why)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	const struct release *release = rulebook_release(loaded->book, loaded->shapes_release);
	struct text why = TEXT_NONE;

	must(rules != NULL);
	rules->loaded = *loaded;
	*loaded = (struct loaded_rules){0};
	rules->users = 1;
	if (release != NULL && rules->loaded.shapes_count > 0) {
		rules->geo = geo_open(rules->loaded.arena, rules->loaded.shapes, rules->loaded.shapes_count,
			release->places, &why);
		if (rules->geo == NULL) {
			*ret_why = arena_text(arena, why);
			rules_release(&rules);
		}
	}
	return rules;
}

struct rules *
rules_use(struct rules *rules)
{
	rules->users++;
	return rules;
}

void
rules_release(struct rules **rules)
{
	struct rules *gone = *rules;

	*rules = NULL;
	if (gone == NULL || --gone->users > 0)
		return;
	geo_close(&gone->geo);
	arena_free(gone->loaded.arena);
	free(gone);
}
