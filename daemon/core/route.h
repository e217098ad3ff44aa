/* route.h — standard row + place → lead unit, assisting units, candidates, or why not.
 *
 * Small matters stay at the lowest tier: among the competent units that serve the place the lowest
 * tier goes first, then priority, then the more specific class. Two that are equal are an ambiguity,
 * which a dispatcher decides; nobody is invented. */
#ifndef HUYING_CORE_ROUTE_H
#define HUYING_CORE_ROUTE_H

#include "core/effects.h"
#include "core/rulebook.h"

#define ROUTE_CANDIDATES_MAX 16

struct route {
	int32_t lead;       /* 0: see cause */
	int32_t candidates[ROUTE_CANDIDATES_MAX]; /* best first, the lead among them */
	size_t candidates_count;
	int32_t assist[ASSIST_MAX];
	size_t assist_count;
	bool auto_file, auto_dispatch;
	const struct route_rule *rule;        /* the row that matched; NULL = none */
	const struct competence *competence;  /* what makes the lead competent; NULL = something else does */
	enum cause cause;   /* RULE when lead is certain; NO_UNIT, AMBIGUOUS, MANUAL otherwise */
};

/* `rules` gives routes and standards (pinned), `in_force` places and units. place != 0. */
struct route route_find(const struct release *rules, const struct release *in_force,
	const struct standard *standard, struct text class_code, int32_t place, int32_t severity,
	struct instant now);

/* The standard row of a class: by condition where told, else the only one that fits severity and
 * area class. 0 with NO_STANDARD when the class has no row, with AMBIGUOUS when several fit. */
int32_t route_standard(const struct standards *standards, struct text class_code,
	struct text condition_code, int32_t severity, struct text area_class, enum cause *ret_cause);

/* The unit whose desks serve a place: the tier unit at or above it, of `desk_tier` or higher. */
int32_t route_desk_unit(const struct release *in_force, int32_t place, int32_t desk_tier,
	struct instant now);
/* One tier up from a unit; 0 at the top. */
int32_t route_unit_above(const struct release *in_force, int32_t unit, struct instant now);
/* The district's own tier unit, which keeps the backstop desk. */
int32_t route_backstop_unit(const struct release *in_force, struct instant now);

#endif
