/* geo.h — point → place, the only room that knows GEOS. Immutable once built. */
#ifndef HUYING_GEO_GEO_H
#define HUYING_GEO_GEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "core/rulebook.h"

struct geo;

/* NULL when a shape cannot be read or is not valid; `ret_why` (in `arena`) names the place. */
struct geo *geo_open(struct arena *arena, const struct place_shape *shapes, size_t count,
	const struct places *places, struct text *ret_why);
void geo_close(struct geo **geo);

/* The deepest place whose polygon covers the point (of equals the smallest id); 0 = outside
 * everything. Microdegrees. */
int32_t geo_place_at(const struct geo *geo, int32_t latitude, int32_t longitude);

/* A polygon that touches or crosses itself, made valid; the same text where it is valid already. False
 * with words (in `arena`) when that cannot be, or would change its area by more than a thousandth. */
bool geo_mend(struct arena *arena, struct text geojson, struct text *ret_geojson, struct text *ret_why);

#endif
