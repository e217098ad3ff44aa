/* test_actor.c — who may speak, see and enrol. */
#include "core/actor.h"

#include "core/session.h"
#include "tests/check.h"
#include "tests/core/district.h"

/* ---- may he see a rubbish issue of grid T1C1G1, reported by COLLECTOR, now with the community ---- */

static const struct see_row {
	const char *name;
	int32_t id, unit, area;
	uint32_t roles;
	int32_t place;
	bool sees, covers;
} see_rows[] = {
	{"sees_own_report", COLLECTOR, U_T2, T2, ROLE_BIT(ROLE_COLLECTOR), T1C1G1, true, false},
	{"sees_at_the_holder", 50, U_T1C1, T2, ROLE_BIT(ROLE_HANDLER), T1C1G1, true, false},
	{"sees_at_the_entry_unit", 50, U_T1, T1, ROLE_BIT(ROLE_HANDLER), T1C1G1, true, true},
	{"does_not_see_by_area_alone", 50, U_ZC, ZC, ROLE_BIT(ROLE_HANDLER), T1C1G1, false, true},
	{"does_not_see_as_collector_of_the_area", 50, U_T1C1G1, T1, ROLE_BIT(ROLE_COLLECTOR), T1C1G1, false,
		true},
	{"supervisor_sees_his_area", 50, U_ZC, T1, ROLE_BIT(ROLE_SUPERVISOR), T1C1G1, true, true},
	{"supervisor_of_the_very_grid", 50, U_ZC, T1C1G1, ROLE_BIT(ROLE_SUPERVISOR), T1C1G1, true, true},
	{"supervisor_does_not_see_the_next_town", 50, U_T2, T2, ROLE_BIT(ROLE_SUPERVISOR), T1C1G1, false, false},
	{"supervisor_of_a_part_does_not_see_the_whole", 50, U_ZC, T1C1G1, ROLE_BIT(ROLE_SUPERVISOR), T1C1, false,
		false},
	{"acceptor_sees_his_area", 50, U_ZC, ZC, ROLE_BIT(ROLE_ACCEPTOR), T1C1G1, true, true},
	{"callback_sees_his_area", 50, U_ZC, T1, ROLE_BIT(ROLE_CALLBACK), T1C1G1, true, true},
	{"admin_does_not_see", 50, U_ZC, ZC, ROLE_BIT(ROLE_ADMIN), T1C1G1, false, true},
	{"without_place_the_entry_unit_decides", 50, U_ZC, T1, ROLE_BIT(ROLE_SUPERVISOR), 0, true, true},
	{"without_place_not_the_next_town", 50, U_T2, T2, ROLE_BIT(ROLE_SUPERVISOR), 0, false, false},
	{"without_place_not_a_part_of_the_town", 50, U_ZC, T1C1, ROLE_BIT(ROLE_SUPERVISOR), 0, false, false},
	{"without_area_nothing", 50, U_ZC, 0, ROLE_BIT(ROLE_SUPERVISOR), T1C1G1, false, false},
	{"without_unit_nothing", 50, 0, T1, ROLE_BIT(ROLE_HANDLER), T1C1G1, false, true},
	{"the_system_is_nobodys_reporter", 0, 0, 0, 0, T1C1G1, false, false},
};

static void
check_see(void **state)
{
	const struct see_row *row = *state;
	struct stage stage = stage_open();
	struct actor actor = {.id = row->id, .unit = row->unit, .area = row->area, .roles = row->roles};
	struct issue issue = {.place = row->place, .holder = {U_T1C1, DESK_HANDLE}, .lead_unit = U_T1C1,
		.entry_unit = U_T1, .reporter = COLLECTOR};
	const struct release *release = district_release(stage.district);

	assert_int_equal(actor_may_see(&actor, &issue, release), row->sees);
	assert_int_equal(actor_covers(&actor, &issue, release), row->covers);
	stage_close(&stage);
}

/* ---- hello ---- */

static const struct hello_row {
	const char *name;
	uint32_t roles;
	enum device_state device_state;
	bool by_code;
	int32_t version, left;
	enum refusal refusal;
	bool refill;
} hello_rows[] = {
	{"hello_collector_with_enough", ROLE_BIT(ROLE_COLLECTOR), DEVICE_ACTIVE, false, 1, RESERVE_LOW, 0, false},
	{"hello_collector_runs_low", ROLE_BIT(ROLE_COLLECTOR), DEVICE_ACTIVE, false, 1, RESERVE_LOW - 1, 0, true},
	{"hello_first_time", ROLE_BIT(ROLE_COLLECTOR), DEVICE_ACTIVE, false, 1, 0, 0, true},
	{"hello_handler_needs_no_numbers", ROLE_BIT(ROLE_HANDLER), DEVICE_ACTIVE, false, 1, 0, 0, false},
	{"hello_without_version", ROLE_BIT(ROLE_COLLECTOR), DEVICE_ACTIVE, false, 0, 0, REFUSAL_BAD_VERSION, false},
	{"hello_of_a_newer_client", ROLE_BIT(ROLE_COLLECTOR), DEVICE_ACTIVE, false, 7, 99, 0, false},
	{"hello_of_a_code", 0, DEVICE_ENROLLING, true, 1, 0, REFUSAL_CODE_ONLY_ENROLS, false},
	{"hello_of_a_used_code", 0, DEVICE_ACTIVE, true, 1, 0, REFUSAL_CODE_ONLY_ENROLS, false},
	{"hello_of_a_revoked_device", 0, DEVICE_REVOKED, false, 1, 0, REFUSAL_KEY_REVOKED, false},
	{"hello_of_an_unknown_key", 0, DEVICE_UNKNOWN, false, 1, 0, REFUSAL_KEY_UNKNOWN, false},
};

static void
check_hello(void **state)
{
	const struct hello_row *row = *state;
	struct actor actor = {.id = 1, .roles = row->roles, .active = true, .by_code = row->by_code,
		.device_state = row->device_state};
	struct hello hello = {.protocol_version = row->version, .numbers_left = row->left};
	bool refill = false;

	assert_int_equal(session_hello(&actor, &hello, &refill), row->refusal);
	assert_int_equal(refill, row->refill);
}

/* ---- enrolment: the code waits until 1000; the key is 7… ---- */

static const struct enrol_row {
	const char *name;
	enum device_state device_state;
	bool by_code, active;
	uint8_t had, key;
	int64_t now, expires;
	enum refusal refusal;
} enrol_rows[] = {
	{"enrol", DEVICE_ENROLLING, true, true, 0, 7, 999, 1000, 0},
	{"enrol_at_the_last_moment_is_too_late", DEVICE_ENROLLING, true, true, 0, 7, 1000, 1000,
		REFUSAL_CODE_EXPIRED},
	{"enrol_once_more_with_the_same_key", DEVICE_ACTIVE, true, true, 7, 7, 5000, INT64_MAX, 0},
	{"enrol_once_more_with_another_key", DEVICE_ACTIVE, true, true, 7, 8, 999, INT64_MAX, REFUSAL_CODE_USED},
	{"enrol_by_a_key_that_is_no_code", DEVICE_ACTIVE, false, true, 7, 8, 999, 1000, REFUSAL_CODE_USED},
	{"enrol_of_a_waiting_device_without_its_code", DEVICE_ENROLLING, false, true, 0, 7, 999, 1000,
		REFUSAL_KEY_UNKNOWN},
	{"enrol_revoked", DEVICE_REVOKED, true, true, 0, 7, 999, 1000, REFUSAL_KEY_REVOKED},
	{"enrol_unknown", DEVICE_UNKNOWN, true, true, 0, 7, 999, 1000, REFUSAL_KEY_UNKNOWN},
	{"enrol_disabled_person", DEVICE_ENROLLING, true, false, 0, 7, 999, 1000, REFUSAL_ACTOR_DISABLED},
	{"enrol_no_key", DEVICE_ENROLLING, true, true, 0, 0, 999, 1000, REFUSAL_BAD_VALUE},
};

static void
check_enrol(void **state)
{
	const struct enrol_row *row = *state;
	struct actor actor = {.id = 1, .active = row->active, .by_code = row->by_code,
		.device_state = row->device_state, .device_key = {{row->had}},
		.code_expires_at = {row->expires}};
	struct key key = {{row->key}};

	assert_int_equal(session_enrol(&actor, &key, (struct instant){row->now}), row->refusal);
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, see_rows, check_see);
	CHECK_ROWS(&group, hello_rows, check_hello);
	CHECK_ROWS(&group, enrol_rows, check_enrol);
	return check_run("actor", &group);
}
