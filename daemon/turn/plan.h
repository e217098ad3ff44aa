/* plan.h — which look answers a question, and whether this person may ask it.
 *
 * Planned with the person as memory has him, judged again by the row that the look brought back from
 * its own snapshot. */
#ifndef HUYING_TURN_PLAN_H
#define HUYING_TURN_PLAN_H

#include "core/look.h"
#include "core/rulebook.h"
#include "wire/wire.h"

#define PLAN_ROWS_MAX 200

/* Fills what is given in `look`. A look at contact data is planned as LOOK_SHOW: first he must see the
 * issue at all. */
enum refusal plan_look(struct look *look, const struct wire_ask *ask, const struct release *in_force,
	const struct actor *caller, struct text *ret_detail);
/* May look->caller see what was found? Notices of issues he may not see any longer become `hidden`. */
enum refusal plan_judge(struct look *look, const struct wire_ask *ask, const struct release *in_force,
	struct text *ret_detail);
/* Was it planned with a unit, area or person that is not the caller's? */
bool plan_is_stale(const struct look *look, const struct wire_ask *ask, const struct actor *caller);

#endif
