/* ladder.c — a ladder is read as one row of firings: each step, then its repeats. */
#include "core/ladder.h"

static bool ladder_applies(const struct ladder *ladder, enum clock_kind clock,
	struct text class_code, int32_t severity);
static bool is_more_specific(const struct ladder *a, const struct ladder *b);
static const struct ladder_step *firing_at(const struct ladder *ladder, int fired, int *ret_repeat);
static struct instant anchor_at(const struct ladder_step *step, enum anchor anchor,
	struct clock clock, const struct release *in_force);
static bool has_fired(struct clock clock);
static const struct calendar *calendar_of(const struct release *release, int32_t calendar);

const struct ladder *
ladder_for(const struct ladders *ladders, enum clock_kind clock, struct text class_code,
	int32_t severity)
{
	const struct ladder *best = NULL;

	for (size_t i = 0; i < ladders->count; i++) {
		const struct ladder *ladder = &ladders->rows[i];

		if (ladder_applies(ladder, clock, class_code, severity) &&
			(best == NULL || is_more_specific(ladder, best)))
			best = ladder;
	}
	return best;
}

const struct ladder_step *
ladder_step_at(const struct ladder *ladder, int fired)
{
	int repeat;

	return firing_at(ladder, fired, &repeat);
}

struct instant
ladder_next_at(const struct ladder *ladder, struct clock clock, const struct release *in_force,
	struct span gap)
{
	int repeat;
	const struct ladder_step *step = firing_at(ladder, clock.steps, &repeat);
	struct instant at;

	if (step == NULL || clock.run != CLOCK_RUNNING)
		return INSTANT_NEVER;
	at = anchor_at(step, repeat > 0 ? ANCHOR_PREVIOUS : step->anchor, clock, in_force);
	if (instant_is_never(at))
		return INSTANT_NEVER;
	if (step->calendar > 0 && calendar_of(in_force, step->calendar) != NULL)
		at = calendar_add(calendar_of(in_force, step->calendar), at, step->offset);
	else
		at = instant_add(at, step->offset);
	return has_fired(clock) ? instant_max(at, instant_add(clock.step_at, gap)) : at;
}

static bool
ladder_applies(const struct ladder *ladder, enum clock_kind clock, struct text class_code,
	int32_t severity)
{
	return ladder->clock == clock && class_covers(ladder->class_code, class_code) &&
	       (ladder->severity == 0 || ladder->severity == severity);
}

/* Both cover one class, so the longer one is the one below. */
static bool
is_more_specific(const struct ladder *a, const struct ladder *b)
{
	if (a->class_code.len != b->class_code.len)
		return a->class_code.len > b->class_code.len;
	return a->severity != 0 && b->severity == 0;
}

/* `ret_repeat` is 0 for the step itself, k for its k-th repeat. */
static const struct ladder_step *
firing_at(const struct ladder *ladder, int fired, int *ret_repeat)
{
	for (size_t i = 0; ladder != NULL && i < ladder->steps_count; i++) {
		if (fired <= ladder->steps[i].repeat) {
			*ret_repeat = fired;
			return &ladder->steps[i];
		}
		fired -= 1 + ladder->steps[i].repeat;
	}
	return NULL;
}

static struct instant
anchor_at(const struct ladder_step *step, enum anchor anchor, struct clock clock,
	const struct release *in_force)
{
	switch (anchor) {
	case ANCHOR_START:
		return clock.started_at;
	case ANCHOR_PERCENT:
		return limit_percent(clock.limit, calendar_of(in_force, clock.limit.calendar),
			clock.started_at, clock.due_at, step->percent);
	case ANCHOR_DUE:
		return clock.due_at;
	case ANCHOR_PREVIOUS:
		return has_fired(clock) ? clock.step_at : clock.started_at;
	default:
		return INSTANT_NEVER;
	}
}

static bool
has_fired(struct clock clock)
{
	return clock.steps > 0 && !instant_is_never(clock.step_at);
}

/* NULL for "none", and for one that the release in force no longer has: its offset then counts as
 * continuous time, since a step too early can be seen and one that never comes cannot. */
static const struct calendar *
calendar_of(const struct release *release, int32_t calendar)
{
	return calendar > 0 && calendar <= release->calendars_count ? release->calendars[calendar]
								    : NULL;
}
