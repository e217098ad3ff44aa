/* geo.c — prepared polygons in an R-tree. A point on a border belongs to both sides; the deepest
 * place wins, and of equals the smallest id, so the answer never depends on the order of rows.
 *
 * Cities publish borders that touch themselves (a bay closed by a pier in one ring). Such a ring is
 * not valid but says one thing only, so it is taken where the repair encloses the same area; a ring
 * that crosses itself encloses another one and is refused. */
#include "geo/geo.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

struct shape {
	int32_t place;
	int32_t depth; /* steps below the root */
	GEOSGeometry *geometry;
	const GEOSPreparedGeometry *prepared;
};

struct geo {
	GEOSContextHandle_t handle;
	GEOSSTRtree *tree;
	struct shape *shapes;
	size_t count;
	char error[200]; /* last words of the library */
};

/* One question while the tree answers it. */
struct search {
	const struct geo *geo;
	const GEOSGeometry *point;
	const struct shape *best;
};

static void note_error(const char *message, void *geo);
static bool read_shape(struct arena *arena, struct geo *geo, const struct place_shape *from,
	const struct place *place, struct shape *ret_shape, struct text *ret_why);
static const char *fault_of(struct geo *geo, GEOSGeometry **geometry);
static bool repair(struct geo *geo, GEOSGeometry **geometry);
static const char *extent_fault(struct geo *geo, const GEOSGeometry *geometry);
static int32_t depth_of(const struct places *places, const struct place *place);
static void consider(void *item, void *search);

struct geo *
geo_open(struct arena *arena, const struct place_shape *shapes, size_t count,
	const struct places *places, struct text *ret_why)
{
	struct geo *geo = calloc(1, sizeof(*geo));

	must(geo != NULL);
	geo->handle = GEOS_init_r();
	must(geo->handle != NULL);
	GEOSContext_setErrorMessageHandler_r(geo->handle, note_error, geo);
	geo->shapes = calloc(count + 1, sizeof(*geo->shapes));
	geo->tree = GEOSSTRtree_create_r(geo->handle, 10);
	must(geo->shapes != NULL && geo->tree != NULL);

	for (size_t i = 0; i < count; i++) {
		const struct place *place = places_get(places, shapes[i].place);
		struct shape *shape = &geo->shapes[i];

		if (place == NULL) {
			*ret_why = arena_format(arena, "a polygon of place id %d, which is no place",
				(int)shapes[i].place);
			geo_close(&geo);
			return NULL;
		}
		if (!read_shape(arena, geo, &shapes[i], place, shape, ret_why)) {
			geo_close(&geo);
			return NULL;
		}
		shape->depth = depth_of(places, place);
		GEOSSTRtree_insert_r(geo->handle, geo->tree, shape->geometry, shape);
		geo->count++;
	}
	return geo;
}

void
geo_close(struct geo **geo)
{
	struct geo *old = *geo;

	*geo = NULL;
	if (old == NULL)
		return;
	GEOSSTRtree_destroy_r(old->handle, old->tree);
	for (size_t i = 0; i < old->count; i++) {
		GEOSPreparedGeom_destroy_r(old->handle, old->shapes[i].prepared);
		GEOSGeom_destroy_r(old->handle, old->shapes[i].geometry);
	}
	GEOS_finish_r(old->handle);
	free(old->shapes);
	free(old);
}

int32_t
geo_place_at(const struct geo *geo, int32_t latitude, int32_t longitude)
{
	struct search search = {.geo = geo};
	GEOSGeometry *point;

	if (geo->count == 0)
		return 0;
	point = GEOSGeom_createPointFromXY_r(geo->handle, longitude / 1e6, latitude / 1e6);
	must(point != NULL);
	search.point = point;
	GEOSSTRtree_query_r(geo->handle, geo->tree, point, consider, &search);
	GEOSGeom_destroy_r(geo->handle, point);
	return search.best == NULL ? 0 : search.best->place;
}

static void
consider(void *item, void *search)
{
	const struct shape *shape = item;
	struct search *asked = search;
	const struct shape *best = asked->best;

	if (best != NULL && (shape->depth < best->depth ||
				    (shape->depth == best->depth && shape->place >= best->place)))
		return;
	if (GEOSPreparedIntersects_r(asked->geo->handle, shape->prepared, asked->point) == 1)
		asked->best = shape;
}

static void
note_error(const char *message, void *geo)
{
	struct geo *of = geo;

	snprintf(of->error, sizeof(of->error), "%s", message);
}

static bool
read_shape(struct arena *arena, struct geo *geo, const struct place_shape *from,
	const struct place *place, struct shape *ret_shape, struct text *ret_why)
{
	GEOSGeoJSONReader *reader = GEOSGeoJSONReader_create_r(geo->handle);
	struct text json = arena_text(arena, from->geojson);
	GEOSGeometry *geometry;
	const char *fault;

	must(reader != NULL);
	snprintf(geo->error, sizeof(geo->error), "no geometry");
	geometry = GEOSGeoJSONReader_readGeometry_r(geo->handle, reader, json.data);
	GEOSGeoJSONReader_destroy_r(geo->handle, reader);
	fault = geometry == NULL ? geo->error : fault_of(geo, &geometry);
	if (fault != NULL) {
		*ret_why = arena_format(arena, "polygon of place %.*s: %s", (int)place->code.len,
			place->code.data, fault);
		GEOSGeom_destroy_r(geo->handle, geometry);
		return false;
	}
	ret_shape->place = place->id;
	ret_shape->geometry = geometry;
	ret_shape->prepared = GEOSPrepare_r(geo->handle, geometry);
	must(ret_shape->prepared != NULL);
	return true;
}

/* NULL when it is, perhaps repaired, a valid area in degrees; else what is wrong with it. */
static const char *
fault_of(struct geo *geo, GEOSGeometry **geometry)
{
	int type = GEOSGeomTypeId_r(geo->handle, *geometry);
	char *reason;

	if (type != GEOS_POLYGON && type != GEOS_MULTIPOLYGON)
		return "must be a Polygon or a MultiPolygon";
	if (GEOSisEmpty_r(geo->handle, *geometry) != 0)
		return "is empty";
	if (GEOSisValid_r(geo->handle, *geometry) != 1) {
		reason = GEOSisValidReason_r(geo->handle, *geometry);
		snprintf(geo->error, sizeof(geo->error), "%s", reason == NULL ? "not valid" : reason);
		GEOSFree_r(geo->handle, reason);
		if (!repair(geo, geometry))
			return geo->error;
	}
	return extent_fault(geo, *geometry);
}

static bool
repair(struct geo *geo, GEOSGeometry **geometry)
{
	GEOSGeometry *repaired = GEOSMakeValid_r(geo->handle, *geometry);
	double before = 0, after = 0;
	int type;

	if (repaired == NULL)
		return false;
	type = GEOSGeomTypeId_r(geo->handle, repaired);
	if ((type != GEOS_POLYGON && type != GEOS_MULTIPOLYGON) ||
		GEOSArea_r(geo->handle, *geometry, &before) != 1 ||
		GEOSArea_r(geo->handle, repaired, &after) != 1 || !(fabs(after - before) <= 1e-6 * after)) {
		GEOSGeom_destroy_r(geo->handle, repaired);
		return false;
	}
	GEOSGeom_destroy_r(geo->handle, *geometry);
	*geometry = repaired;
	return true;
}

static const char *
extent_fault(struct geo *geo, const GEOSGeometry *geometry)
{
	double west, south, east, north;

	if (GEOSGeom_getXMin_r(geo->handle, geometry, &west) != 1 ||
		GEOSGeom_getYMin_r(geo->handle, geometry, &south) != 1 ||
		GEOSGeom_getXMax_r(geo->handle, geometry, &east) != 1 ||
		GEOSGeom_getYMax_r(geo->handle, geometry, &north) != 1)
		return "has no extent";
	if (!(west >= -180 && east <= 180 && south >= -90 && north <= 90))
		return "must be in WGS84 degrees, longitude first";
	return NULL;
}

static int32_t
depth_of(const struct places *places, const struct place *place)
{
	int32_t depth = 0;

	while (place->parent != 0 && depth < places->count) {
		place = places_get(places, place->parent);
		if (place == NULL)
			break;
		depth++;
	}
	return depth;
}
