/* test_geo.c — point → place: borders, depth and broken shapes in a district drawn here, and the
 * wards of a real city. */
#include "geo/geo.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

#define SQUARE(west, south, east, north)                                                           \
	"{\"type\":\"Polygon\",\"coordinates\":[[[" #west "," #south "],[" #east "," #south "],[" #east "," #north   \
	"],[" #west "," #north "],[" #west "," #south "]]]}"

/* 1 district > 2, 3 towns side by side > 4 community in 2 > 5 compound in 4; 6 a town of two islands;
 * 7 a town with a pond in it; 8 a town whose bay touches its own shore, in one ring. */
static struct place places_rows[] = {
	[1] = {.id = 1, .parent = 0, .code = {"D", 1}},
	[2] = {.id = 2, .parent = 1, .code = {"T2", 2}},
	[3] = {.id = 3, .parent = 1, .code = {"T3", 2}},
	[4] = {.id = 4, .parent = 2, .code = {"C4", 2}},
	[5] = {.id = 5, .parent = 4, .code = {"P5", 2}},
	[6] = {.id = 6, .parent = 1, .code = {"T6", 2}},
	[7] = {.id = 7, .parent = 1, .code = {"T7", 2}},
	[8] = {.id = 8, .parent = 1, .code = {"T8", 2}},
};
static const struct places places = {.rows = places_rows, .count = COUNT_OF(places_rows), .root = 1};

static const struct {
	int32_t place;
	const char *shape;
} shapes[] = {
	{5, SQUARE(1, 1, 2, 2)},
	{4, SQUARE(0, 0, 5, 5)},
	{3, SQUARE(10, 0, 20, 10)},
	{2, SQUARE(0, 0, 10, 10)},
	{1, SQUARE(-5, -5, 60, 30)},
	{6, "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[30,0],[32,0],[32,2],[30,2],[30,0]]],"
	    "[[[34,0],[36,0],[36,2],[34,2],[34,0]]]]}"},
	{7, "{\"type\":\"Polygon\",\"coordinates\":[[[40,0],[50,0],[50,10],[40,10],[40,0]],"
	    "[[44,4],[46,4],[46,6],[44,6],[44,4]]]}"},
	{8, "{\"type\":\"Polygon\",\"coordinates\":[[[50.5,0],[60,0],[60,10],[55,10],[57,4],[53,4],[55,10],[50.5,10],"
	    "[50.5,0]]]}"},
};

static const struct point_row {
	const char *name;
	double latitude, longitude;
	int32_t place;
} points[] = {
	{"deepest_of_four", 1.5, 1.5, 5},
	{"deepest_of_three", 4, 4, 4},
	{"town_only", 7, 7, 2},
	{"other_town", 5, 15, 3},
	{"district_only", 20, 20, 1},
	{"outside_everything", -20, 20, 0},
	{"far_away", 89, -179, 0},
	{"border_of_two_towns_smaller_id", 5, 10, 2},
	{"corner_of_two_towns_smaller_id", 10, 10, 2},
	{"border_of_the_deepest_belongs_to_it", 1, 1.5, 5},
	{"corner_of_the_deepest", 2, 2, 5},
	{"border_of_the_district", -5, 0, 1},
	{"a_millionth_outside_the_district", -5.000001, 0, 0},
	{"a_millionth_outside_the_compound", 2.000001, 1.5, 4},
	{"first_island", 1, 31, 6},
	{"second_island", 1, 35, 6},
	{"between_the_islands", 1, 33, 1},
	{"around_the_pond", 2, 42, 7},
	{"in_the_pond", 5, 45, 1},
	{"shore_of_the_pond", 4, 45, 7},
	{"beside_the_touching_bay", 1, 51, 8},
	{"in_the_touching_bay", 5, 55, 1},
};

static const struct broken_row {
	const char *name;
	int32_t place;
	const char *shape;
	const char *why; /* how it begins */
} broken[] = {
	{"no_json", 4, "lamp", "polygon of place C4: "},
	{"empty_text", 4, "", "polygon of place C4: "},
	{"json_but_no_geometry", 4, "{}", "polygon of place C4: "},
	{"a_point", 4, "{\"type\":\"Point\",\"coordinates\":[1,1]}",
		"polygon of place C4: must be a Polygon or a MultiPolygon"},
	{"crosses_itself", 3, "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]}",
		"polygon of place T3: Self-intersection"},
	{"laps_over_itself", 3, "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[9,0],[9,9],[5,9],[3,4],[7,4],[5,9],[0,9],[0,0]]]}",
		"polygon of place T3: Ring Self-intersection"},
	{"ring_not_closed", 3, "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[2,2],[2,0],[0,2]]]}",
		"polygon of place T3: "},
	{"empty_polygon", 3, "{\"type\":\"Polygon\",\"coordinates\":[]}", "polygon of place T3: is empty"},
	{"in_metres", 2, SQUARE(500000, 2500000, 500100, 2500100),
		"polygon of place T2: must be in WGS84 degrees, longitude first"},
	{"latitude_first", 2, SQUARE(23, 113, 24, 114), "polygon of place T2: must be in WGS84 degrees, longitude first"},
	{"place_that_is_none", 99, SQUARE(0, 0, 1, 1), "a polygon of place id 99, which is no place"},
	{"place_zero", 0, SQUARE(0, 0, 1, 1), "a polygon of place id 0, which is no place"},
};

static struct arena *arena;
static struct geo *district;

static struct geo *open_shapes(size_t count, bool backwards, struct text *ret_why);
static int32_t at(const struct geo *geo, double latitude, double longitude);
static struct geo *open_wards(struct places *ret_places);

static void
check_point(void **state)
{
	const struct point_row *row = *state;

	assert_int_equal(at(district, row->latitude, row->longitude), row->place);
}

static void
check_broken(void **state)
{
	const struct broken_row *row = *state;
	struct place_shape shape[] = {
		{2, TEXT(SQUARE(0, 0, 10, 10))},
		{row->place, text_of(row->shape)},
	};
	struct text why = TEXT_NONE;

	assert_null(geo_open(arena, shape, 2, &places, &why));
	assert_true(text_starts(why, text_of(row->why)));
	assert_true(why.len > strlen("polygon of place C4: "));
}

static void
no_shapes_no_place(void **state)
{
	struct text why = TEXT_NONE;
	struct geo *none = geo_open(arena, NULL, 0, &places, &why);

	(void)state;
	assert_non_null(none);
	assert_int_equal(at(none, 1, 1), 0);
	geo_close(&none);
	assert_null(none);
}

static void
the_order_of_shapes_changes_nothing(void **state)
{
	struct text why = TEXT_NONE;
	struct geo *backwards = open_shapes(COUNT_OF(shapes), true, &why);

	(void)state;
	assert_non_null(backwards);
	for (int latitude = -60; latitude <= 110; latitude++) {
		for (int longitude = -60; longitude <= 610; longitude += 3)
			assert_int_equal(at(backwards, latitude / 10., longitude / 10.),
				at(district, latitude / 10., longitude / 10.));
	}
	geo_close(&backwards);
}

/* Points of the city's own records, with the ward it wrote down. */
static void
points_of_boston_lie_in_its_wards(void **state)
{
	static const struct {
		double latitude, longitude;
		const char *ward;
	} rows[] = {
		{42.3433, -71.0696, "03"},
		{42.2983, -71.0819, "14"},
		{42.3356, -71.0498, "06"},
		{42.3674, -71.0366, "01"},
		{42.3525, -71.1461, "22"},
		{42.2685, -71.1211, "18"},
	};
	struct places wards;
	struct geo *boston = open_wards(&wards);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int32_t ward = at(boston, rows[i].latitude, rows[i].longitude);

		assert_in_range(ward, 1, wards.count - 1);
		assert_true(text_is(wards.rows[ward].code, rows[i].ward));
	}
	assert_int_equal(at(boston, 40.7, -74), 0);
	geo_close(&boston);
}

static struct geo *
open_shapes(size_t count, bool backwards, struct text *ret_why)
{
	struct place_shape given[COUNT_OF(shapes)];

	for (size_t i = 0; i < count; i++) {
		size_t from = backwards ? count - 1 - i : i;

		given[i] = (struct place_shape){shapes[from].place, text_of(shapes[from].shape)};
	}
	return geo_open(arena, given, count, &places, ret_why);
}

static int32_t
at(const struct geo *geo, double latitude, double longitude)
{
	return geo_place_at(geo, (int32_t)(latitude * 1e6 + (latitude < 0 ? -.5 : .5)),
		(int32_t)(longitude * 1e6 + (longitude < 0 ? -.5 : .5)));
}

static struct geo *
open_wards(struct places *ret_places)
{
	struct text path = arena_format(arena, "%s/tests/data/boston/boston-wards.geojson", getenv("HUYING_ROOT"));
	json_t *file = json_load_file(path.data, 0, NULL), *features = json_object_get(file, "features"), *feature;
	size_t i, count = json_array_size(features);
	struct place_shape *given = arena_take_array(arena, count, sizeof(*given));
	struct text why = TEXT_NONE;
	struct geo *geo;

	assert_int_equal(count, 22);
	*ret_places = (struct places){.rows = arena_take_array(arena, count + 1, sizeof(struct place)),
		.count = (int32_t)count + 1};
	json_array_foreach(features, i, feature) {
		char *shape = json_dumps(json_object_get(feature, "geometry"), JSON_COMPACT);
		json_t *code = json_object_get(json_object_get(feature, "properties"), "code");

		given[i] = (struct place_shape){(int32_t)i + 1, arena_text(arena, text_of(shape))};
		ret_places->rows[i + 1] = (struct place){.id = (int32_t)i + 1,
			.code = arena_text(arena, text_of(json_string_value(code)))};
		free(shape);
	}
	json_decref(file);
	geo = geo_open(arena, given, count, ret_places, &why);
	if (geo == NULL)
		fail_msg("%s", arena_text(arena, why).data);
	return geo;
}

int
main(void)
{
	static struct check_group group;
	struct text why = TEXT_NONE;
	int failed;

	arena = arena_new();
	district = open_shapes(COUNT_OF(shapes), false, &why);
	assert_non_null(district);
	CHECK_ROWS(&group, points, check_point);
	CHECK_ROWS(&group, broken, check_broken);
	CHECK_ONE(&group, no_shapes_no_place);
	CHECK_ONE(&group, the_order_of_shapes_changes_nothing);
	CHECK_ONE(&group, points_of_boston_lie_in_its_wards);
	failed = check_run("geo", &group);
	geo_close(&district);
	arena_free(arena);
	return failed;
}
