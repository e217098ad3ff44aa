/* test_rulebook.c — rows that do not fit together are refused in words, and the rest is found again. */
#include "core/rulebook.h"

#include <string.h>

#include "tests/check.h"
#include "tests/core/district.h"
#include "tests/core/moments.h"

/* ---- classes ---- */

static const struct class_row {
	const char *name, *code;
	bool valid;
} class_rows[] = {
	{"class_one_segment", "env", true},
	{"class_four_segments", "a/b/c/d", true},
	{"class_chinese", "环境/市容/乱堆", true},
	{"class_with_blanks", "Pothole Repair/Street", true},
	{"class_five_segments", "a/b/c/d/e", false},
	{"class_empty", "", false},
	{"class_empty_segment", "a//b", false},
	{"class_begins_with_slash", "/a", false},
	{"class_ends_with_slash", "a/", false},
	{"class_with_control", "a\tb", false},
	{"class_segment_of_60", "123456789012345678901234567890123456789012345678901234567890", true},
	{"class_segment_of_61", "1234567890123456789012345678901234567890123456789012345678901", false},
	{"class_of_121_bytes", "1234567890123456789012345678901234567890123456789012345678/"
		"123456789012345678901234567890123456789012345678901234567890/1", false},
};

static void
check_class(void **state)
{
	const struct class_row *row = *state;

	assert_int_equal(class_is_valid(text_of(row->code)), row->valid);
}

static const struct covers_row {
	const char *name, *prefix, *code;
	bool covers;
} covers_rows[] = {
	{"covers_itself", "a/b", "a/b", true},
	{"covers_below", "a", "a/b/c", true},
	{"covers_everything", "", "a/b", true},
	{"covers_nothing_known", "", "", true},
	{"covers_not_half_a_segment", "a/b", "a/bc", false},
	{"covers_not_above", "a/b", "a", false},
	{"covers_not_aside", "a/b", "a/c", false},
};

static void
check_covers(void **state)
{
	const struct covers_row *row = *state;

	assert_int_equal(class_covers(text_of(row->prefix), text_of(row->code)), row->covers);
}

/* ---- rows that do not fit ---- */

static void
second_root(struct district *d)
{
	d->place_rows[T2].parent = 0;
}

static void
no_parent(struct district *d)
{
	d->place_rows[T2].parent = 99;
}

static void
ring(struct district *d)
{
	d->place_rows[T2].parent = T2C1;
}

static void
ring_without_root(struct district *d)
{
	d->place_rows[ZC].parent = T1;
}

static void
same_place_code(struct district *d)
{
	d->place_rows[T2].code = TEXT("T1");
}

static void
bad_tier(struct district *d)
{
	d->place_rows[T2].tier = 5;
}

static void
unit_without_tier(struct district *d)
{
	d->unit_rows[B_HOUSE].tier = 0;
}

static void
unit_place(struct district *d)
{
	d->unit_rows[B_HOUSE].place = 99;
}

static void
unit_parent(struct district *d)
{
	d->unit_rows[B_HOUSE].parent = 99;
}

static void
unit_successor(struct district *d)
{
	d->unit_rows[B_HOUSE].successor = 99;
}

static void
same_unit_code(struct district *d)
{
	d->unit_rows[B_HOUSE].code = TEXT("U-ZC");
}

static void
no_district_unit(struct district *d)
{
	d->unit_rows[U_ZC].kind = TEXT("bureau");
}

static void
bad_class(struct district *d)
{
	d->standard_rows[LEAK].class_code = TEXT("house//leak");
}

static const struct unfit_row {
	const char *name;
	void (*spoil)(struct district *);
	const char *why; /* in its words */
} unfit_rows[] = {
	{"unfit_second_root", second_root, "T2 and ZC have no parent both"},
	{"unfit_parent_of_place", no_parent, "T2: its parent"},
	{"unfit_ring", ring, "ring"},
	{"unfit_ring_without_root", ring_without_root, "ring"},
	{"unfit_place_code_twice", same_place_code, "code T1"},
	{"unfit_tier", bad_tier, "T2: tier 5"},
	{"unfit_unit_without_tier", unit_without_tier, "B-HOUSE: it needs a tier"},
	{"unfit_unit_place", unit_place, "B-HOUSE: its place"},
	{"unfit_unit_parent", unit_parent, "B-HOUSE: its parent"},
	{"unfit_unit_successor", unit_successor, "B-HOUSE: its successor"},
	{"unfit_unit_code_twice", same_unit_code, "code U-ZC"},
	{"unfit_no_unit_of_the_district", no_district_unit, "root place"},
	{"unfit_class", bad_class, "house//leak"},
};

static void
check_unfit(void **state)
{
	const struct unfit_row *row = *state;
	struct stage stage = stage_open();
	struct district *d = stage.district;
	struct text why = TEXT_NONE;
	bool fits;

	row->spoil(d);
	fits = places_index(stage.arena, &d->places, &why) &&
		units_index(stage.arena, &d->units, &d->places, &why) &&
		standards_index(stage.arena, &d->standards, &why);
	assert_false(fits);
	assert_non_null(memmem(why.data, why.len, row->why, strlen(row->why)));
	stage_close(&stage);
}

static void
nothing_loaded_yet_is_no_fault(void **unused)
{
	struct stage stage = stage_open();
	struct places places = {0};
	struct units units = {0};
	struct standards standards = {0};
	struct text why;

	(void)unused;
	assert_true(places_index(stage.arena, &places, &why));
	assert_true(units_index(stage.arena, &units, &places, &why));
	assert_true(standards_index(stage.arena, &standards, &why));
	assert_null(places_find(&places, TEXT("ZC")));
	assert_null(units_of_place(&units, 1, stage.now));
	stage_close(&stage);
}

/* ---- found again ---- */

static void
every_code_is_found(void **unused)
{
	struct stage stage = stage_open();
	const struct release *release = district_release(stage.district);

	(void)unused;
	for (int32_t id = 1; id < PLACES_END; id++)
		assert_int_equal(places_find(release->places, places_get(release->places, id)->code)->id, id);
	for (int32_t id = 1; id < UNITS_END; id++)
		assert_int_equal(units_find(release->units, units_get(release->units, id)->code)->id, id);
	assert_null(places_find(release->places, TEXT("T")));
	assert_null(units_find(release->units, TEXT("")));
	assert_null(places_get(release->places, 0));
	assert_null(places_get(release->places, PLACES_END));
	assert_null(units_get(release->units, -1));
	stage_close(&stage);
}

static void
tree_covers_by_ancestry(void **unused)
{
	struct stage stage = stage_open();
	const struct places *places = district_release(stage.district)->places;

	(void)unused;
	for (int32_t area = 1; area < PLACES_END; area++) {
		for (int32_t place = 1; place < PLACES_END; place++) {
			bool below = false;

			for (int32_t at = place; at != 0; at = places_get(places, at)->parent)
				below |= at == area;
			assert_int_equal(places_cover(places, area, place), below);
		}
	}
	assert_false(places_cover(places, 0, T1));
	assert_false(places_cover(places, T1, 0));
	stage_close(&stage);
}

static void
place_knows_its_four_areas(void **unused)
{
	struct stage stage = stage_open();
	const struct place *building = places_get(district_release(stage.district)->places, T1C1G1B1);
	const struct place *compound = places_get(district_release(stage.district)->places, X1);

	(void)unused;
	assert_int_equal(building->area[TIER_DISTRICT], ZC);
	assert_int_equal(building->area[TIER_TOWN], T1);
	assert_int_equal(building->area[TIER_COMMUNITY], T1C1);
	assert_int_equal(building->area[TIER_GRID], T1C1G1);
	assert_int_equal(compound->area[TIER_GRID], 0);
	stage_close(&stage);
}

/* A unit lasts from its first instant until, and not including, its last. */
static void
unit_of_a_place_by_time(void **unused)
{
	struct stage stage = stage_open();
	struct district *d = stage.district;
	struct instant merged_at = stage.now;
	struct instant before = {merged_at.us - 1};

	(void)unused;
	d->unit_rows[B_OLD] = d->unit_rows[U_T1];
	d->unit_rows[B_OLD].id = B_OLD;
	d->unit_rows[B_OLD].code = TEXT("U-T1-NEW");
	d->unit_rows[B_OLD].from_at = d->unit_rows[U_T1].until_at = merged_at;
	d->unit_rows[U_T1].successor = B_OLD;
	district_index(d);
	assert_int_equal(units_of_place(&d->units, T1, before)->id, U_T1);
	assert_int_equal(units_of_place(&d->units, T1, merged_at)->id, B_OLD);
	assert_int_equal(units_in_force(&d->units, U_T1, merged_at)->id, B_OLD);
	assert_int_equal(units_in_force(&d->units, U_T1, before)->id, U_T1);
	assert_null(units_in_force(&d->units, B_OLD, before));
	assert_int_equal(units_get(&d->units, U_T1)->next_same_place, B_OLD);
	assert_null(units_of_place(&d->units, X1, merged_at));
	stage_close(&stage);
}

static void
ring_of_successors_ends_in_none(void **unused)
{
	struct stage stage = stage_open();
	struct district *d = stage.district;

	(void)unused;
	d->unit_rows[B_HOUSE].until_at = (struct instant){1};
	d->unit_rows[B_HOUSE].successor = B_OLD;
	assert_null(units_in_force(&d->units, B_HOUSE, stage.now));
	stage_close(&stage);
}

static void
t15_release_in_force_by_its_instant(void **unused)
{
	struct stage stage = stage_open();
	struct district *d = stage.district;
	struct instant at = {stage.now.us + 10};

	(void)unused;
	district_publish(d, at);
	assert_int_equal(rulebook_in_force(&d->book, stage.now)->number, 1);
	assert_int_equal(rulebook_in_force(&d->book, (struct instant){at.us - 1})->number, 1);
	assert_int_equal(rulebook_in_force(&d->book, at)->number, 2);
	assert_null(rulebook_in_force(&d->book, (struct instant){-1}));
	assert_int_equal(rulebook_release(&d->book, 2)->number, 2);
	assert_null(rulebook_release(&d->book, 3));
	stage_close(&stage);
}

static void
calendar_of_a_limit(void **unused)
{
	struct stage stage = stage_open();
	const struct release *release = district_release(stage.district);

	(void)unused;
	assert_non_null(release_calendar(release, (struct limit){LIMIT_WORKING_TIME, 1, 1}));
	assert_null(release_calendar(release, (struct limit){LIMIT_CONTINUOUS, 1, 0}));
	assert_null(release_calendar(release, (struct limit){LIMIT_WORKING_TIME, 1, 2}));
	stage_close(&stage);
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, class_rows, check_class);
	CHECK_ROWS(&group, covers_rows, check_covers);
	CHECK_ROWS(&group, unfit_rows, check_unfit);
	CHECK_ONE(&group, nothing_loaded_yet_is_no_fault);
	CHECK_ONE(&group, every_code_is_found);
	CHECK_ONE(&group, tree_covers_by_ancestry);
	CHECK_ONE(&group, place_knows_its_four_areas);
	CHECK_ONE(&group, unit_of_a_place_by_time);
	CHECK_ONE(&group, ring_of_successors_ends_in_none);
	CHECK_ONE(&group, t15_release_in_force_by_its_instant);
	CHECK_ONE(&group, calendar_of_a_limit);
	return check_run("rulebook", &group);
}
