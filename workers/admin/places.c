/* places.c — the tree of places and its polygons, checked. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"
#include "geo/geo.h"

static void check_row(struct draft *draft, struct place_row *row);
static void check_tree(struct draft *draft);
static void check_above(struct draft *draft, struct place_row *row);
static void build(struct draft *draft);
static void mend(struct draft *draft, struct polygon_row *row);

void
places_read(struct draft *draft, const struct row *row)
{
	struct place_row *place = LIST_ADD(draft->arena, &draft->places, struct place_row);

	place->origin = row->origin;
	place->code = row_code(row, "code", true);
	place->name = row_words(row, "name", true);
	place->kind = row_code(row, "kind", true);
	place->tier = row_word(row, "tier", "tier", false);
	place->parent_code = row_code(row, "parent_code", false);
}

void
places_check(struct draft *draft)
{
	struct answer ids;
	char district[16];
	int64_t next;

	for (size_t i = 0; i < draft->places.count; i++)
		codes_add(draft->arena, &draft->place_rows,
			LIST_AT(&draft->places, struct place_row, i)->code, (int64_t)i);
	codes_sort(&draft->place_rows);
	snprintf(district, sizeof(district), "%d", draft->district);
	ids = DB_ASK(draft->db, SQL_PLACE_IDS, district);
	for (size_t i = 0; i < ids.rows; i++)
		codes_add(draft->arena, &draft->place_ids, answer_get(&ids, i, 0),
			answer_int(&ids, i, 1));
	codes_sort(&draft->place_ids);
	next = codes_largest(&draft->place_ids) + 1;
	for (size_t i = 0; i < draft->places.count; i++) {
		struct place_row *row = LIST_AT(&draft->places, struct place_row, i);

		row->id = draft_id(draft, &draft->place_ids, &next, row->code);
		check_row(draft, row);
	}
	check_tree(draft);
	for (size_t i = 0; i < draft->places.count; i++) {
		struct place_row *row = LIST_AT(&draft->places, struct place_row, i);

		row->parent = draft_place(draft, row->origin, "parent_code", row->parent_code);
	}
	if (draft->complaints.rows.count == 0)
		build(draft);
	polygons_check(draft);
}

static struct place_row *
place_at(struct draft *draft, struct text code)
{
	int64_t row = codes_find(&draft->place_rows, code);

	return row == CODE_NONE ? NULL : LIST_AT(&draft->places, struct place_row, row);
}

static void
check_row(struct draft *draft, struct place_row *row)
{
	const struct place_row *first = place_at(draft, row->code);

	if (row->code.len > 0 && first != row)
		complain(&draft->complaints, row->origin, "code",
			"\"%s\" stands in line %zu already", row->code.data, first->origin.line);
}

/* One root, no cycle, tiers that fall on the way down. */
static void
check_tree(struct draft *draft)
{
	const struct place_row *root = NULL;

	for (size_t i = 0; i < draft->places.count; i++) {
		struct place_row *row = LIST_AT(&draft->places, struct place_row, i);

		if (row->parent_code.len == 0 && root != NULL)
			complain(&draft->complaints, row->origin, "parent_code",
				"is missing; only the district itself has none, and that is \"%s\"",
				root->code.data);
		else if (row->parent_code.len == 0)
			root = row;
	}
	for (size_t i = 0; i < draft->places.count; i++)
		check_above(draft, LIST_AT(&draft->places, struct place_row, i));
	if (root == NULL) {
		struct origin file = {
			draft->places.count == 0
				? "places"
				: LIST_AT(&draft->places, struct place_row, 0)->origin.file,
			0};

		complain(&draft->complaints, file, "parent_code",
			"every place has one; the one place that is the district must have none");
	} else if (root->tier != TIER_DISTRICT) {
		complain(&draft->complaints, root->origin, "tier",
			"the root of the tree is the district; its tier must be district");
	}
}

/* Walks up as far as nothing above was checked. A tier stands below larger ones only. */
static void
check_above(struct draft *draft, struct place_row *row)
{
	struct place_row *at = row, *above;

	for (; at != NULL && !at->checked; at = above) {
		if (at->on_path) {
			complain(&draft->complaints, at->origin, "parent_code",
				"\"%s\" lies in itself by way of its parents", at->code.data);
			at->checked = true;
			break;
		}
		at->on_path = true;
		above = at->parent_code.len == 0 ? NULL : place_at(draft, at->parent_code);
	}
	for (at = row; at != NULL && at->on_path && !at->checked;
		at = at->parent_code.len == 0 ? NULL : place_at(draft, at->parent_code))
		at->checked = true;
	if (row->tier == 0)
		return;
	size_t steps = 0;

	above = row->parent_code.len == 0 ? NULL : place_at(draft, row->parent_code);
	while (above != NULL && above->tier == 0 && steps++ < draft->places.count)
		above = above->parent_code.len == 0 ? NULL : place_at(draft, above->parent_code);
	if (above != NULL && above->tier >= row->tier)
		complain(&draft->complaints, row->origin, "tier",
			"a %s cannot lie in \"%s\", which is a %s; the order is district, town, "
			"community, grid",
			tier_word((enum tier)row->tier), above->code.data,
			tier_word((enum tier)above->tier));
}

/* As the daemon would; its own words are the last word. */
static void
build(struct draft *draft)
{
	struct places *places = &draft->built_places;
	struct text why = TEXT_NONE;
	struct origin whole = {"places", 0};

	places->edition = 1;
	places->count =
		(int32_t)codes_largest(&draft->place_ids) + (int32_t)draft->places.count + 1;
	places->rows = arena_take_array(draft->arena, (size_t)places->count, sizeof(*places->rows));
	for (size_t i = 0; i < draft->places.count; i++) {
		const struct place_row *row = LIST_AT(&draft->places, struct place_row, i);

		places->rows[row->id] = (struct place){.id = row->id,
			.parent = row->parent,
			.tier = row->tier,
			.code = row->code,
			.name = row->name,
			.kind = row->kind};
	}
	if (!places_index(draft->arena, places, &why))
		complain(&draft->complaints, whole, NULL, "%s", why.data);
}

/* ---- polygons ---- */

/* Every position is a pair of degrees: other units, or latitude first, would be far away. */
static bool
positions_are_degrees(const json_t *coordinates)
{
	const json_t *first = json_array_get(coordinates, 0);
	size_t i;
	json_t *part;

	if (json_is_number(first)) {
		double longitude = json_number_value(first);
		double latitude = json_number_value(json_array_get(coordinates, 1));

		return longitude >= -180 && longitude <= 180 && latitude >= -90 && latitude <= 90;
	}
	json_array_foreach(coordinates, i,
		part) if (!json_is_array(part) || !positions_are_degrees(part)) return false;
	return json_array_size(coordinates) > 0;
}

static void
read_feature(struct draft *draft, struct origin origin, const json_t *feature, const char *property)
{
	const json_t *geometry = json_object_get(feature, "geometry");
	const json_t *code = json_object_get(json_object_get(feature, "properties"), property);
	const char *type = json_string_value(json_object_get(geometry, "type"));
	struct polygon_row *row;
	char *words;

	if (!json_is_string(code)) {
		complain(&draft->complaints, origin, property,
			"the feature has no text property of this name; --polygon-code names "
			"another");
		return;
	}
	if (type == NULL || (strcmp(type, "Polygon") != 0 && strcmp(type, "MultiPolygon") != 0) ||
		!positions_are_degrees(json_object_get(geometry, "coordinates"))) {
		complain(&draft->complaints, origin, "geometry",
			"%s: must be a Polygon or MultiPolygon in WGS84 degrees, longitude first",
			json_string_value(code));
		return;
	}
	words = json_dumps(geometry, JSON_COMPACT | JSON_REAL_PRECISION(12));
	row = LIST_ADD(draft->arena, &draft->polygons, struct polygon_row);
	row->origin = origin;
	row->code = arena_text(draft->arena, text_of(json_string_value(code)));
	row->geometry = arena_text(draft->arena, text_of(words));
	free(words);
	mend(draft, row);
}

/* What a city published with a slip of the pen is mended, and said; what is no area is refused. */
static void
mend(struct draft *draft, struct polygon_row *row)
{
	struct text mended, why;

	if (!geo_mend(draft->arena, row->geometry, &mended, &why)) {
		complain(&draft->complaints, row->origin, "geometry", "%s: %s", row->code.data,
			why.data);
	} else if (mended.data != row->geometry.data) {
		fprintf(stderr, "%s: the polygon of %s touches or crosses itself; it was mended\n",
			row->origin.file, row->code.data);
		row->geometry = mended;
	}
}

void
polygons_read(struct draft *draft, const char *path, const char *property)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	json_t *features = json_object_get(root, "features"), *feature;
	size_t i;

	if (root == NULL)
		complain(&draft->complaints,
			(struct origin){path, error.line < 1 ? 0 : (size_t)error.line}, NULL, "%s",
			error.text);
	else if (!json_is_array(features))
		complain(&draft->complaints, (struct origin){path, 0}, NULL,
			"must be a GeoJSON FeatureCollection");
	json_array_foreach(features, i, feature)
	{
		struct text name = arena_format(draft->arena, "%s: feature %zu", path, i + 1);

		read_feature(draft, (struct origin){name.data, 0}, feature, property);
	}
	json_decref(root);
}

/* Polygons of the edition in force, for the places that are still there. */
void
polygons_keep(struct draft *draft)
{
	char district[16], edition[16];
	struct answer answer;

	snprintf(district, sizeof(district), "%d", draft->district);
	snprintf(edition, sizeof(edition), "%d", draft->editions[EDITION_PLACES]);
	answer = DB_ASK(draft->db, SQL_POLYGONS, district, edition);
	for (size_t i = 0; i < answer.rows; i++) {
		struct polygon_row *row =
			LIST_ADD(draft->arena, &draft->polygons, struct polygon_row);

		row->origin = (struct origin){"published polygons", i + 1};
		row->kept = true;
		row->code = answer_get(&answer, i, 0);
		row->geometry = answer_get(&answer, i, 1);
	}
}

void
polygons_check(struct draft *draft)
{
	struct place_shape *shapes =
		arena_take_array(draft->arena, draft->polygons.count, sizeof(*shapes));
	size_t count = 0;
	struct text why = TEXT_NONE;
	struct geo *geo;

	for (size_t i = 0; i < draft->polygons.count; i++) {
		const struct polygon_row *row = LIST_AT(&draft->polygons, struct polygon_row, i);
		const struct place_row *place = place_at(draft, row->code);

		if (place == NULL && !row->kept)
			complain(&draft->complaints, row->origin, "code",
				"there is no place \"%s\"", row->code.data);
		else if (place != NULL)
			shapes[count++] = (struct place_shape){place->id, row->geometry};
	}
	if (count == 0 || draft->complaints.rows.count > 0)
		return;
	geo = geo_open(draft->arena, shapes, count, &draft->built_places, &why);
	if (geo == NULL)
		complain(&draft->complaints,
			LIST_AT(&draft->polygons, struct polygon_row, 0)->origin, NULL, "%s",
			why.data);
	geo_close(&geo);
}
