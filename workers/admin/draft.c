/* draft.c — the table of families, and the order in which they are checked against each other. */
#include "admin/draft.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/statements.h"
#include "base/must.h"

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

const char *const EDITION_NAMES[EDITION_FAMILIES + 1] = {
	"places", "units", "standards", "routes", "ladders", "policies", "calendars", "actors"};

/* In the order of their checks: whoever is named comes before those who name him. */
const struct family FAMILIES[] = {
	{"calendars", EDITION_CALENDARS,
		COLUMNS("calendar", "day", "kind", "opens", "closes", "name"),
		COLUMNS("calendar", "day"), SQL_SHOW_CALENDARS, calendars_read, calendars_check},
	{"places", EDITION_PLACES, COLUMNS("code", "name", "kind", "tier", "parent_code"),
		COLUMNS("code", "name", "kind"), SQL_SHOW_PLACES, places_read, places_check},
	{"units", EDITION_UNITS,
		COLUMNS("code", "name", "kind", "tier", "parent_code", "place_code", "from",
			"until", "successor_code"),
		COLUMNS("code", "name", "kind", "tier"), SQL_SHOW_UNITS, units_read, units_check},
	{"competences", EDITION_UNITS,
		COLUMNS("unit_code", "unit_kind", "class", "place_code", "priority", "duty"),
		COLUMNS(NULL), SQL_SHOW_COMPETENCES, competences_read, competences_check},
	{"standards", EDITION_STANDARDS,
		COLUMNS("class", "class_name", "condition_code", "condition", "close_condition",
			"area_class", "severity", "limit_kind", "limit", "calendar", "runs_from",
			"checked", "evidence", "candidates"),
		COLUMNS("class", "limit_kind", "runs_from"), SQL_SHOW_STANDARDS, standards_read,
		standards_check},
	{"routes", EDITION_ROUTES,
		COLUMNS("priority", "class", "place_code", "severity", "lead_code", "lead_kind",
			"assist_codes", "auto_file", "auto_dispatch"),
		COLUMNS("priority"), SQL_SHOW_ROUTES, routes_read, routes_check},
	{"ladders", EDITION_LADDERS,
		COLUMNS("ladder", "step", "clock", "class", "severity", "anchor", "percent",
			"offset", "calendar", "action", "audience", "audience_up", "repeat"),
		COLUMNS("ladder", "step", "clock", "anchor", "action"), SQL_SHOW_LADDERS,
		ladders_read, ladders_check},
	{"policies", EDITION_POLICIES, COLUMNS("name", "tier", "value"), COLUMNS("name", "value"),
		SQL_SHOW_POLICIES, policies_read, policies_check},
	{"actors", EDITION_ACTORS, COLUMNS("code", "name", "unit_code", "area_code", "roles"),
		COLUMNS("code", "name", "unit_code", "area_code", "roles"), SQL_SHOW_ACTORS,
		actors_read, actors_check},
};
const size_t FAMILIES_COUNT = sizeof(FAMILIES) / sizeof(FAMILIES[0]);

static void read_calendar_codes(struct draft *draft);
static void check_open_issues(struct draft *draft);

const struct family *
family_find(const char *name)
{
	for (size_t i = 0; i < FAMILIES_COUNT; i++)
		if (strcmp(FAMILIES[i].name, name) == 0)
			return &FAMILIES[i];
	return NULL;
}

void
draft_begin(struct draft *draft, struct admin *admin, struct db *db)
{
	struct answer codes = db_ask(db, SQL_DISTRICTS, 0, NULL), answer;
	struct text all = answer_get(&codes, 0, 0);
	char district[16];

	if (all.len == 0)
		admin_fail(admin, EXIT_FAILED,
			"there is no district yet; load one: huying-admin load district "
			"district.csv");
	if (admin->district == NULL && strchr(all.data, ' ') != NULL)
		admin_fail(
			admin, EXIT_USAGE, "which district? --district CODE, one of: %s", all.data);
	if (admin->district == NULL)
		admin->district = all.data;
	answer = DB_ASK(db, SQL_DISTRICT, admin->district);
	if (answer.rows == 0)
		admin_fail(admin, EXIT_FAILED, "there is no district %s; there are: %s",
			admin->district, all.data);
	*draft = (struct draft){.admin = admin,
		.arena = admin->arena,
		.db = db,
		.complaints = {.arena = admin->arena},
		.district = (int32_t)answer_int(&answer, 0, 0),
		.district_code = answer_get(&answer, 0, 1),
		.zone = answer_get(&answer, 0, 3),
		.release = (int32_t)answer_int(&answer, 0, 4)};
	snprintf(district, sizeof(district), "%" PRId32, draft->district);
	answer = DB_ASK(db, SQL_RELEASE_LATEST, district);
	if (answer.rows == 0)
		return;
	draft->release_effective_us = answer_int(&answer, 0, 1);
	for (size_t i = 0; i < EDITION_FAMILIES; i++)
		draft->editions[i] = (int32_t)answer_int(&answer, 0, 2 + i);
}

struct answer
draft_show(struct draft *draft, const struct family *family, const int32_t *editions)
{
	char district[16], edition[16];

	snprintf(district, sizeof(district), "%" PRId32, draft->district);
	if (family->edition == EDITION_ACTORS)
		return DB_ASK(draft->db, family->show, district);
	snprintf(edition, sizeof(edition), "%" PRId32, editions[family->edition]);
	return DB_ASK(draft->db, family->show, district, edition);
}

void
draft_read_published(struct draft *draft, const struct family *family)
{
	struct answer answer = draft_show(draft, family, draft->editions);
	struct text name = arena_format(draft->arena, PUBLISHED "%s", family->name);

	for (size_t i = 0; i < answer.rows; i++) {
		struct row row = {&draft->complaints, {name.data, i + 1}, NULL, &answer, i};

		family->read(draft, &row);
	}
}

void
draft_check(struct draft *draft)
{
	for (size_t i = 0; i < FAMILIES_COUNT; i++) {
		const struct family *family = &FAMILIES[i];
		bool there =
			family->edition == EDITION_ACTORS || draft->editions[family->edition] > 0;

		if (family == draft->loading || (there && family->edition != EDITION_CALENDARS))
			family->check(draft);
		else if (there)
			read_calendar_codes(draft);
	}
	check_open_issues(draft);
}

/* What an open issue holds on to may end, but not vanish. */
static void
check_open_issues(struct draft *draft)
{
	bool units = draft->loading->edition == EDITION_UNITS;
	const struct codes *codes = units ? &draft->unit_rows : &draft->place_rows;
	struct answer open;
	char district[16];

	if (!units && draft->loading->edition != EDITION_PLACES)
		return;
	snprintf(district, sizeof(district), "%" PRId32, draft->district);
	open = DB_ASK(draft->db, units ? SQL_OPEN_UNITS : SQL_OPEN_PLACES, district);
	for (size_t i = 0; i < open.rows; i++) {
		struct text code = answer_get(&open, i, 1);

		if (codes_find(codes, code) == CODE_NONE)
			complain(&draft->complaints, (struct origin){"open issues", 0}, NULL,
				"%s \"%s\" has %" PRId64 " of them; keep its row%s",
				units ? "unit" : "place", code.data, answer_int(&open, i, 2),
				units ? ", and end it by `until` and a successor" : "");
	}
}

static void
read_calendar_codes(struct draft *draft)
{
	struct answer codes;
	char district[16], edition[16];

	snprintf(district, sizeof(district), "%" PRId32, draft->district);
	snprintf(edition, sizeof(edition), "%" PRId32, draft->editions[EDITION_CALENDARS]);
	codes = DB_ASK(draft->db, SQL_CALENDAR_CODES, district, edition);
	for (size_t i = 0; i < codes.rows; i++)
		codes_add(
			draft->arena, &draft->calendar_rows, answer_get(&codes, i, 0), (int64_t)i);
	codes_sort(&draft->calendar_rows);
}

int32_t
draft_id(struct draft *draft, struct codes *ids, int64_t *next, struct text code)
{
	int64_t id = codes_find(ids, code);

	if (id != CODE_NONE)
		return (int32_t)id;
	if (*next >= INT32_MAX)
		admin_fail(draft->admin, EXIT_FAILED, "the ids are used up");
	return (int32_t)(*next)++;
}

int32_t
draft_place(struct draft *draft, struct origin origin, const char *column, struct text code)
{
	int64_t row = code.len == 0 ? CODE_NONE : codes_find(&draft->place_rows, code);

	if (row == CODE_NONE && code.len > 0)
		complain(&draft->complaints, origin, column, "there is no place \"%s\"%s",
			code.data,
			origin_is_published(origin)
				? "; it is still named there: keep it, or change that first"
				: "");
	return row == CODE_NONE ? 0 : LIST_AT(&draft->places, struct place_row, row)->id;
}

int32_t
draft_unit(struct draft *draft, struct origin origin, const char *column, struct text code)
{
	int64_t row = code.len == 0 ? CODE_NONE : codes_find(&draft->unit_rows, code);

	if (row == CODE_NONE && code.len > 0)
		complain(&draft->complaints, origin, column, "there is no unit \"%s\"%s", code.data,
			origin_is_published(origin)
				? "; it is still named there: keep it, or change that first"
				: "");
	return row == CODE_NONE ? 0 : LIST_AT(&draft->units, struct unit_row, row)->id;
}

void
draft_calendar(struct draft *draft, struct origin origin, const char *column, struct text code)
{
	struct text all = TEXT("");

	if (code.len == 0 || codes_find(&draft->calendar_rows, code) != CODE_NONE)
		return;
	for (size_t i = 0; i < draft->calendar_rows.count; i++)
		all = arena_format(
			draft->arena, "%s %s", all.data, draft->calendar_rows.rows[i].code.data);
	complain(&draft->complaints, origin, column, "there is no calendar \"%s\"; %s%s", code.data,
		all.len == 0 ? "load calendars first" : "there are:", all.data);
}

bool
draft_has_kind(const struct draft *draft, struct text kind)
{
	for (size_t i = 0; i < draft->units.count; i++)
		if (text_equal(LIST_AT(&draft->units, struct unit_row, i)->kind, kind))
			return true;
	return false;
}
