/* ladder.h — which escalation step is due, and when the next one is.
 *
 * Steps are counted with their repeats: step k of a ladder is its k-th firing in this generation of
 * the clock. A step fires at most once; the next delay of ANCHOR_PREVIOUS counts from the firing
 * (hard parts H13, H15, H16; D3). */
#ifndef HUYING_CORE_LADDER_H
#define HUYING_CORE_LADDER_H

#include "core/issue.h"
#include "core/rulebook.h"

/* The ladder that applies to this clock of this issue; NULL = none. */
const struct ladder *ladder_for(const struct ladders *ladders, enum clock_kind clock,
	struct text class_code, int32_t severity);

/* The firing after `fired` of them: which step, or NULL when the ladder ends. */
const struct ladder_step *ladder_step_at(const struct ladder *ladder, int fired);

/* When that firing is due for a running clock; INSTANT_NEVER when there is none, or the clock does
 * not run, or an anchor needs a due the clock does not have. `gap` is the least time since the
 * firing before. */
struct instant ladder_next_at(const struct ladder *ladder, struct clock clock,
	const struct release *in_force, struct span gap);

#endif
