/* test_route.c — which unit leads, which assist, and why nobody does. */
#include "core/route.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/core/district.h"
#include "tests/core/moments.h"

/* Each row begins with the district's own rows; `rule` and `competence` are put before them. */
static const struct route_row {
	const char *name;
	const char *class_code;
	int32_t place, severity;
	const struct route_rule *rule;
	const struct competence *competence;
	int32_t candidates[3]; /* of the standard row */
	size_t candidates_count;
	/* wanted */
	int32_t lead;
	enum cause cause;
	size_t count;          /* of candidates */
	int32_t assist;        /* the first; 0 = none */
} rows[] = {
	{"lowest_tier_first", "env/street/rubbish", T1C1G1, 0, NULL, NULL, {0}, 0, U_T1C1G1, CAUSE_RULE, 4, 0},
	{"building_is_served_by_its_grid", "env/street/rubbish", T1C1G1B1, 0, NULL, NULL, {0}, 0, U_T1C1G1,
		CAUSE_RULE, 4, 0},
	{"place_without_tier_unit_goes_up", "env/street/rubbish", X1, 0, NULL, NULL, {0}, 0, U_T1C1, CAUSE_RULE,
		3, 0},
	{"nobody_competent", "orphan/x/y", T1C1G1, 0, NULL, NULL, {0}, 0, 0, CAUSE_NO_UNIT, 0, 0},
	{"equal_is_ambiguous", "dual/x/y", T1C1G1, 0, NULL, NULL, {0}, 0, 0, CAUSE_AMBIGUOUS, 2, 0},
	{"priority_decides", "dual/x/y", T1C1G1, 0, NULL,
		&(struct competence){B_TRAFFIC, {NULL, 0}, {"dual", 4}, 0, 9, DUTY_LEAD}, {0}, 0, B_TRAFFIC,
		CAUSE_RULE, 2, 0},
	{"more_specific_class_decides", "dual/x/y", T1C1G1, 0, NULL,
		&(struct competence){B_HOUSE, {NULL, 0}, {"dual/x", 6}, 0, 5, DUTY_LEAD}, {0}, 0, B_HOUSE,
		CAUSE_RULE, 2, 0},
	{"class_is_covered_by_segments", "envy/x/y", T1C1G1, 0, NULL, NULL, {0}, 0, 0, CAUSE_NO_UNIT, 0, 0},
	{"competent_for_part_of_the_tree", "orphan/x/y", T1C1G1, 0, NULL,
		&(struct competence){B_HOUSE, {NULL, 0}, {"orphan", 6}, T1, 0, DUTY_LEAD}, {0}, 0, B_HOUSE,
		CAUSE_RULE, 1, 0},
	{"not_competent_for_another_part", "orphan/x/y", T2C1G1, 0, NULL,
		&(struct competence){B_HOUSE, {NULL, 0}, {"orphan", 6}, T1, 0, DUTY_LEAD}, {0}, 0, 0,
		CAUSE_NO_UNIT, 0, 0},
	{"competent_outside_its_own_place", "orphan/x/y", T2C1G1, 0, NULL,
		&(struct competence){P_X1, {NULL, 0}, {"orphan", 6}, T2, 0, DUTY_LEAD}, {0}, 0, P_X1, CAUSE_RULE,
		1, 0},
	{"t13_competent_unit_that_ended_is_followed", "orphan/x/y", T1C1G1, 0, NULL,
		&(struct competence){B_OLD, {NULL, 0}, {"orphan", 6}, 0, 0, DUTY_LEAD}, {0}, 0, B_HOUSE,
		CAUSE_RULE, 1, 0},
	{"kind_serves_its_own_compound_only", "property/lift/stuck", X1, 1, NULL, NULL, {0}, 0, P_X1, CAUSE_RULE,
		1, 0},
	{"kind_does_not_serve_the_neighbour", "property/lift/stuck", T1C1G1, 1, NULL, NULL, {0}, 0, 0,
		CAUSE_NO_UNIT, 0, 0},
	{"listed_candidate_settles_an_ambiguity", "dual/x/y", T1C1G1, 0, NULL, NULL, {B_TRAFFIC}, 1, B_TRAFFIC,
		CAUSE_RULE, 1, 0},
	{"two_listed_candidates_stay_ambiguous_in_order", "dual/x/y", T1C1G1, 0, NULL, NULL,
		{B_TRAFFIC, B_HOUSE}, 2, 0, CAUSE_AMBIGUOUS, 2, 0},
	{"listed_candidate_stands_for_itself", "orphan/x/y", T1C1G1, 0, NULL, NULL, {B_HOUSE}, 1, B_HOUSE,
		CAUSE_RULE, 1, 0},
	{"listed_candidate_that_does_not_serve_the_place", "orphan/x/y", T1C1G1, 0, NULL, NULL, {P_X1, U_T2}, 2,
		0, CAUSE_NO_UNIT, 0, 0},
	{"lower_listed_candidate_first", "orphan/x/y", X1, 0, NULL, NULL, {B_HOUSE, P_X1}, 2, P_X1, CAUSE_RULE, 2,
		0},
	{"competent_but_not_listed_stays", "env/street/rubbish", T1C1G1, 0, NULL, NULL, {U_T1}, 1, U_T1,
		CAUSE_RULE, 1, 0},
	{"rule_names_the_lead", "env/street/rubbish", T1C1G1, 0,
		&(struct route_rule){.priority = 99, .lead = B_TRAFFIC, .auto_file = true, .auto_dispatch = true},
		NULL, {0}, 0, B_TRAFFIC, CAUSE_RULE, 1, 0},
	{"rule_names_a_unit_that_ended", "env/street/rubbish", T1C1G1, 0,
		&(struct route_rule){.priority = 99, .lead = B_OLD, .auto_file = true, .auto_dispatch = true},
		NULL, {0}, 0, B_HOUSE, CAUSE_RULE, 1, 0},
	{"rule_names_a_kind", "env/street/rubbish", X1, 0,
		&(struct route_rule){.priority = 99, .lead_kind = {"property", 8}, .auto_file = true,
			.auto_dispatch = true},
		NULL, {0}, 0, P_X1, CAUSE_RULE, 1, 0},
	{"rule_names_a_kind_that_is_twice_there", "env/street/rubbish", X1, 0,
		&(struct route_rule){.priority = 99, .lead_kind = {"bureau", 6}, .auto_file = true,
			.auto_dispatch = true},
		NULL, {0}, 0, 0, CAUSE_AMBIGUOUS, 2, 0},
	{"rule_names_a_kind_that_is_not_there", "env/street/rubbish", X1, 0,
		&(struct route_rule){.priority = 99, .lead_kind = {"police", 6}, .auto_file = true,
			.auto_dispatch = true},
		NULL, {0}, 0, 0, CAUSE_NO_UNIT, 0, 0},
	{"rule_of_another_place", "env/street/rubbish", T1C1G1, 0,
		&(struct route_rule){.priority = 99, .place = T2, .lead = B_TRAFFIC}, NULL, {0}, 0, U_T1C1G1,
		CAUSE_RULE, 4, 0},
	{"rule_of_the_place_above", "env/street/rubbish", T1C1G1, 0,
		&(struct route_rule){.priority = 99, .place = T1, .lead = B_TRAFFIC, .auto_file = true,
			.auto_dispatch = true},
		NULL, {0}, 0, B_TRAFFIC, CAUSE_RULE, 1, 0},
	{"rule_of_another_severity", "env/street/rubbish", T1C1G1, 3,
		&(struct route_rule){.priority = 99, .severity = 1, .lead = B_TRAFFIC}, NULL, {0}, 0, U_T1C1G1,
		CAUSE_RULE, 4, 0},
	{"rule_of_another_class", "env/street/rubbish", T1C1G1, 3,
		&(struct route_rule){.priority = 99, .class_code = {"env/str", 7}, .lead = B_TRAFFIC}, NULL, {0}, 0,
		U_T1C1G1, CAUSE_RULE, 4, 0},
	{"rule_asks_for_a_person", "manual/x/y", T1C1G1, 0, NULL, NULL, {0}, 0, B_HOUSE, CAUSE_MANUAL, 1, 0},
	{"rule_brings_assistance", "env/street/rubbish", T1C1G1, 0,
		&(struct route_rule){.priority = 99, .lead = B_HOUSE, .assist = (const int32_t[]){B_OLD, P_X1},
			.assist_count = 2, .auto_file = true, .auto_dispatch = true},
		NULL, {0}, 0, B_HOUSE, CAUSE_RULE, 1, P_X1},
	{"competence_brings_assistance", "house/repair/leak", T1C1G1, 0, NULL, NULL, {0}, 0, B_HOUSE, CAUSE_RULE,
		1, B_TRAFFIC},
};

static void
check_route(void **state)
{
	const struct route_row *row = *state;
	struct stage stage = stage_open();
	struct district *d = stage.district;
	struct standard standard = {.id = 1, .candidates = row->candidates,
		.candidates_count = row->candidates_count};
	struct route route;

	if (row->rule != NULL) {
		memmove(&d->route_rows[1], &d->route_rows[0], d->routes.count * sizeof(d->route_rows[0]));
		d->route_rows[0] = *row->rule;
		d->routes.count++;
	}
	if (row->competence != NULL)
		d->competence_rows[d->units.competences_count++] = *row->competence;
	route = route_find(district_release(d), district_release(d), &standard, text_of(row->class_code),
		row->place, row->severity, stage.now);
	assert_int_equal(route.lead, row->lead);
	assert_int_equal(route.cause, row->cause);
	assert_int_equal(route.candidates_count, row->count);
	if (row->candidates_count > 0 && row->cause == CAUSE_AMBIGUOUS)
		assert_int_equal(route.candidates[0], row->candidates[0]);
	if (route.lead != 0)
		assert_int_equal(route.candidates[0], route.lead);
	assert_int_equal(route.assist_count > 0 ? route.assist[0] : 0, row->assist);
	stage_close(&stage);
}

/* ---- standards ---- */

static const struct standard_row {
	const char *name, *class_code, *condition;
	int32_t severity;
	const char *area;
	int32_t want;
	enum cause cause;
} standard_rows[] = {
	{"standard_only_row", "env/street/rubbish", "", 0, "", RUBBISH, CAUSE_RULE},
	{"standard_only_row_any_severity", "env/street/rubbish", "", 1, "", RUBBISH, CAUSE_RULE},
	{"standard_by_condition", "env/street/lamp", "b", 0, "", LAMP_B, CAUSE_RULE},
	{"standard_by_severity", "env/street/lamp", "", 1, "", LAMP_A, CAUSE_RULE},
	{"standard_condition_against_severity", "env/street/lamp", "b", 1, "", 0, CAUSE_NO_STANDARD},
	{"standard_several_fit", "env/street/lamp", "", 0, "", 0, CAUSE_AMBIGUOUS},
	{"standard_no_row_of_this_severity", "env/street/lamp", "", 2, "", 0, CAUSE_NO_STANDARD},
	{"standard_of_no_such_class", "env/street/zebra", "", 0, "", 0, CAUSE_NO_STANDARD},
	{"standard_is_not_of_the_class_above", "env/street", "", 0, "", 0, CAUSE_NO_STANDARD},
	{"standard_before_all", "a", "", 0, "", 0, CAUSE_NO_STANDARD},
	{"standard_behind_all", "zzz", "", 0, "", 0, CAUSE_NO_STANDARD},
	{"standard_any_area", "env/street/rubbish", "", 0, "core", RUBBISH, CAUSE_RULE},
	{"standard_area_chooses", "half/x/y", "", 0, "core", HALF, CAUSE_RULE},
	{"standard_area_unknown_fits_both", "half/x/y", "", 0, "", 0, CAUSE_AMBIGUOUS},
};

static void
check_standard(void **state)
{
	const struct standard_row *row = *state;
	struct stage stage = stage_open();
	enum cause cause = 0;

	stage.district->standard_rows[MANUAL].class_code = TEXT("half/x/y");
	stage.district->standard_rows[MANUAL].area_class = TEXT("rim");
	stage.district->standard_rows[HALF].area_class = TEXT("core");
	district_index(stage.district);
	assert_int_equal(route_standard(&stage.district->standards, text_of(row->class_code),
		text_of(row->condition), row->severity, text_of(row->area), &cause), row->want);
	assert_int_equal(cause, row->cause);
	stage_close(&stage);
}

/* ---- desks and tiers ---- */

static const struct desk_row {
	const char *name;
	int32_t place, tier, want;
} desk_rows[] = {
	{"desk_of_the_town", T1C1G1B1, TIER_TOWN, U_T1},
	{"desk_of_the_town_for_the_town", T2, TIER_TOWN, U_T2},
	{"desk_of_the_community", X1, TIER_COMMUNITY, U_T1C1},
	{"desk_of_the_grid", T1C1G1B1, TIER_GRID, U_T1C1G1},
	{"desk_of_the_district", T1C1G1, TIER_DISTRICT, U_ZC},
	{"desk_above_the_desk_tier", ZC, TIER_TOWN, U_ZC},
	{"desk_of_an_unknown_place", 0, TIER_TOWN, U_ZC},
	{"desk_where_the_policies_name_no_tier", T1C1G1, 0, U_ZC},
};

static void
check_desk(void **state)
{
	const struct desk_row *row = *state;
	struct stage stage = stage_open();

	assert_int_equal(
		route_desk_unit(district_release(stage.district), row->place, row->tier, stage.now), row->want);
	stage_close(&stage);
}

static const struct above_row {
	const char *name;
	int32_t unit, want;
} above_rows[] = {
	{"above_grid", U_T1C1G1, U_T1C1},
	{"above_community", U_T1C1, U_T1},
	{"above_town", U_T1, U_ZC},
	{"above_district", U_ZC, 0},
	{"above_bureau", B_HOUSE, 0},
	{"above_property_company", P_X1, U_T1},
	{"above_nothing", 0, 0},
	{"above_unknown", 999, 0},
};

static void
check_above(void **state)
{
	const struct above_row *row = *state;
	struct stage stage = stage_open();

	assert_int_equal(route_unit_above(district_release(stage.district), row->unit, stage.now), row->want);
	stage_close(&stage);
}

static void
h23_tier_that_ended_is_passed_over(void **unused)
{
	struct stage stage = stage_open();

	(void)unused;
	stage.district->unit_rows[U_T1C1].until_at = stage.now;
	assert_int_equal(route_unit_above(district_release(stage.district), U_T1C1G1, stage.now), U_T1);
	assert_int_equal(
		route_desk_unit(district_release(stage.district), X1, TIER_COMMUNITY, stage.now), U_T1);
	stage_close(&stage);
}

static void
more_candidates_than_there_is_room_for(void **unused)
{
	struct stage stage = stage_open();
	struct arena *arena = stage.arena;
	struct units units = stage.district->units;
	struct release release = *district_release(stage.district);
	struct text why;
	struct route route;

	(void)unused;
	units.count = UNITS_END + 40;
	units.rows = arena_take_array(arena, (size_t)units.count, sizeof(*units.rows));
	memcpy(units.rows, stage.district->unit_rows, sizeof(stage.district->unit_rows));
	for (int32_t id = UNITS_END; id < units.count; id++)
		units.rows[id] = (struct unit){.id = id, .tier = TIER_COMMUNITY, .place = X1,
			.code = arena_format(arena, "P-%d", id), .kind = TEXT("property"),
			.until_at = INSTANT_NEVER};
	assert_true(units_index(arena, &units, release.places, &why));
	release.units = &units;
	route = route_find(&release, &release, NULL, TEXT("property/x/y"), X1, 0, stage.now);
	assert_int_equal(route.candidates_count, ROUTE_CANDIDATES_MAX);
	assert_int_equal(route.cause, CAUSE_AMBIGUOUS);
	stage_close(&stage);
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, rows, check_route);
	CHECK_ROWS(&group, standard_rows, check_standard);
	CHECK_ROWS(&group, desk_rows, check_desk);
	CHECK_ROWS(&group, above_rows, check_above);
	CHECK_ONE(&group, h23_tier_that_ended_is_passed_over);
	CHECK_ONE(&group, more_candidates_than_there_is_room_for);
	return check_run("route", &group);
}
