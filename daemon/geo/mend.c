/* mend.c — polygons as cities publish them: rings that touch or cross themselves, made valid once, when
 * places are loaded, so that everything after it may rely on valid ones. */
#include "geo/geo.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>

#include "base/must.h"

#define AREA_MAY_DIFFER 0.001 /* part of it; more than that is no slip of a pen */

struct mending {
	GEOSContextHandle_t handle;
	char error[200]; /* last words of the library */
};

static void note_error(const char *message, void *mending);
static GEOSGeometry *made_valid(struct mending *mending, const GEOSGeometry *geometry);
static struct text written(struct arena *arena, struct mending *mending, const GEOSGeometry *geometry);

bool
geo_mend(struct arena *arena, struct text geojson, struct text *ret_geojson, struct text *ret_why)
{
	struct mending mending = {GEOS_init_r(), "no geometry"};
	GEOSGeoJSONReader *reader;
	GEOSGeometry *geometry, *valid = NULL;
	double before = 0, after = 0;

	must(mending.handle != NULL);
	GEOSContext_setErrorMessageHandler_r(mending.handle, note_error, &mending);
	reader = GEOSGeoJSONReader_create_r(mending.handle);
	must(reader != NULL);
	geometry = GEOSGeoJSONReader_readGeometry_r(mending.handle, reader, arena_text(arena, geojson).data);
	GEOSGeoJSONReader_destroy_r(mending.handle, reader);
	*ret_why = TEXT_NONE;
	if (geometry != NULL && GEOSisValid_r(mending.handle, geometry) == 1) {
		*ret_geojson = geojson;
	} else {
		if (geometry != NULL)
			valid = made_valid(&mending, geometry);
		if (valid == NULL || GEOSArea_r(mending.handle, geometry, &before) != 1 ||
			GEOSArea_r(mending.handle, valid, &after) != 1)
			*ret_why = arena_format(arena, "%s", mending.error);
		else if (after <= 0 || fabs(after - before) > AREA_MAY_DIFFER * after)
			*ret_why = arena_format(arena,
				"crosses itself, and no valid polygon has nearly the same area");
		else
			*ret_geojson = written(arena, &mending, valid);
	}
	GEOSGeom_destroy_r(mending.handle, geometry);
	GEOSGeom_destroy_r(mending.handle, valid);
	GEOS_finish_r(mending.handle);
	return ret_why->len == 0;
}

static GEOSGeometry *
made_valid(struct mending *mending, const GEOSGeometry *geometry)
{
	GEOSMakeValidParams *params = GEOSMakeValidParams_create_r(mending->handle);
	GEOSGeometry *valid;

	must(params != NULL);
	GEOSMakeValidParams_setMethod_r(mending->handle, params, GEOS_MAKE_VALID_STRUCTURE);
	GEOSMakeValidParams_setKeepCollapsed_r(mending->handle, params, 0);
	valid = GEOSMakeValidWithParams_r(mending->handle, geometry, params);
	GEOSMakeValidParams_destroy_r(mending->handle, params);
	return valid;
}

static struct text
written(struct arena *arena, struct mending *mending, const GEOSGeometry *geometry)
{
	GEOSGeoJSONWriter *writer = GEOSGeoJSONWriter_create_r(mending->handle);
	char *json;
	struct text copy;

	must(writer != NULL);
	json = GEOSGeoJSONWriter_writeGeometry_r(mending->handle, writer, geometry, -1);
	must(json != NULL);
	copy = arena_text(arena, text_of(json));
	GEOSFree_r(mending->handle, json);
	GEOSGeoJSONWriter_destroy_r(mending->handle, writer);
	return copy;
}

static void
note_error(const char *message, void *mending)
{
	struct mending *of = mending;

	snprintf(of->error, sizeof(of->error), "%s", message);
}
