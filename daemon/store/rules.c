/* rules.c — from the rule tables to a rulebook, or to the sentence why not.
 *
 * Every edition is built once and shared by the releases that name it. Codes become ids here: a code
 * that comes again in a later edition has the id it had, so any loaded edition may tell it. What does
 * not fit refuses the whole load, and the rules in force stay. */
#include "store/inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "store/index.h"
#include "store/policies.h"
#include "store/rules_rows.h"

struct edition { /* of any family, once built */
	int32_t number;
	void *built;
};

enum family {
	PLACES,
	UNITS,
	STANDARDS,
	ROUTES,
	LADDERS,
	POLICIES,
	CALENDARS,
	FAMILY_COUNT
};

struct calendars {
	struct calendar **rows; /* [1 … count] */
	int32_t count;
};

struct loader {
	struct arena *arena; /* of the rulebook */
	struct instant now;
	int32_t district;
	struct rules_rows rows;
	struct edition *editions[FAMILY_COUNT];
	size_t editions_count[FAMILY_COUNT];
	struct index place_codes, unit_codes, calendar_codes; /* code → id, of all editions loaded */
	struct text why;
};

static void *edition_of(struct loader *loader, enum family family, int32_t number);
static void *build_places(struct loader *loader, int32_t number);
static void *build_units(struct loader *loader, int32_t number);
static void *build_standards(struct loader *loader, int32_t number);
static void *build_routes(struct loader *loader, int32_t number);
static void *build_ladders(struct loader *loader, int32_t number);
static void *build_policies(struct loader *loader, int32_t number);
static void *build_calendars(struct loader *loader, int32_t number);
static struct calendar *build_calendar(struct loader *loader, const struct calendar_row *row);
static bool build_zone(struct loader *loader, int32_t edition, struct text name, struct zone *ret_zone);
static bool build_release(struct loader *loader, const struct release_row *row, struct release *ret);
static bool release_fits(struct loader *loader, const struct release *release);
static bool district_zone(struct loader *loader, const struct release *in_force, struct zone *ret_zone);
static void index_codes(struct loader *loader);
static int32_t code_id(struct index *index, struct text code);
static bool limit_fits(struct loader *loader, struct limit *limit, struct text calendar, const char *what);
static bool list_of_units(struct loader *loader, struct text codes, const char *what,
	const int32_t **ret_ids, size_t *ret_count);
static void refuse(struct loader *loader, struct text why);

static void *(*const builders[FAMILY_COUNT])(struct loader *, int32_t) = {
	[PLACES] = build_places,
	[UNITS] = build_units,
	[STANDARDS] = build_standards,
	[ROUTES] = build_routes,
	[LADDERS] = build_ladders,
	[POLICIES] = build_policies,
	[CALENDARS] = build_calendars,
};

struct loader *
loader_new(int32_t district)
{
	struct loader *loader = calloc(1, sizeof(*loader));

	must(loader != NULL);
	loader->arena = arena_new();
	loader->district = district;
	return loader;
}

void
loader_free(struct loader **loader)
{
	if (*loader == NULL)
		return;
	arena_free((*loader)->arena);
	free(*loader);
	*loader = NULL;
}

void
loader_send(struct loader *loader, struct connection *connection, struct arena *arena, struct instant now,
	const int32_t *releases, size_t releases_count)
{
	loader->now = now;
	rules_rows_send(connection, arena, loader->district, now, releases, releases_count);
}

void
loader_read(struct loader *loader, enum statement statement, const PGresult *result)
{
	rules_rows_read(&loader->rows, loader->arena, statement, result);
}

bool
loader_finish(struct loader *loader, struct loaded_rules *ret_rules, struct instant *ret_next_at,
	struct text *ret_why)
{
	const struct rules_rows *rows = &loader->rows;
	struct rulebook *book = arena_take(loader->arena, sizeof(*book));
	struct release *releases = arena_take_array(loader->arena, rows->releases.count, sizeof(*releases));
	struct zone *zone = arena_take(loader->arena, sizeof(*zone));
	struct place_shape *shapes = arena_take_array(loader->arena, rows->shapes.count, sizeof(*shapes));
	const struct release *in_force;

	*ret_next_at = INSTANT_NEVER;
	for (size_t i = 0; i < rows->releases.count; i++)
		if (instant_before(loader->now, rows->releases.rows[i].release.effective_at))
			*ret_next_at = instant_min(*ret_next_at, rows->releases.rows[i].release.effective_at);
	index_codes(loader);
	for (size_t i = 0; i < rows->releases.count; i++)
		if (!build_release(loader, &rows->releases.rows[i], &releases[i])) {
			*ret_why = loader->why;
			return false;
		}
	*book = (struct rulebook){.district = loader->district, .code = rows->code, .name = rows->name,
		.zone = zone, .releases = releases, .releases_count = rows->releases.count};
	in_force = rulebook_in_force(book, loader->now);
	if (!district_zone(loader, in_force, zone)) {
		*ret_why = loader->why;
		return false;
	}
	for (size_t i = 0; i < rows->shapes.count; i++)
		shapes[i] = rows->shapes.rows[i].shape;
	*ret_rules = (struct loaded_rules){.arena = loader->arena, .book = book, .shapes = shapes,
		.shapes_count = rows->shapes.count,
		.shapes_release = in_force == NULL ? 0 : in_force->number};
	loader->arena = NULL;
	return true;
}

/* ---- releases and editions ---- */

static bool
build_release(struct loader *loader, const struct release_row *row, struct release *ret)
{
	struct calendars *calendars = edition_of(loader, CALENDARS, row->calendars);

	*ret = row->release;
	ret->places = edition_of(loader, PLACES, row->places);
	ret->units = ret->places == NULL ? NULL : edition_of(loader, UNITS, row->units);
	ret->standards = edition_of(loader, STANDARDS, row->standards);
	ret->routes = edition_of(loader, ROUTES, row->routes);
	ret->ladders = edition_of(loader, LADDERS, row->ladders);
	ret->policies = edition_of(loader, POLICIES, row->policies);
	if (calendars == NULL || ret->places == NULL || ret->units == NULL || ret->standards == NULL ||
		ret->routes == NULL || ret->ladders == NULL || ret->policies == NULL)
		return false;
	ret->calendars = calendars->rows;
	ret->calendars_count = calendars->count;
	return release_fits(loader, ret);
}

/* The families live in editions of their own; here they meet. */
static bool
release_fits(struct loader *loader, const struct release *release)
{
	for (int32_t id = 1; id < release->standards->count; id++) {
		const struct standard *standard = &release->standards->rows[id];

		if (standard->id != 0 && standard->limit.calendar != 0 &&
			release_calendar(release, standard->limit) == NULL) {
			refuse(loader, arena_format(loader->arena,
				"release %d: the calendar of standard row %d (class %.*s) is not among its calendars",
				release->number, id, (int)standard->class_code.len, standard->class_code.data));
			return false;
		}
	}
	for (int clock = 1; clock <= CLOCK_KIND_MAX; clock++)
		for (int tier = 0; tier <= TIER_MAX; tier++) {
			struct limit limit = release->policies->limits[clock][tier];

			if (limit.calendar == 0 || release_calendar(release, limit) != NULL)
				continue;
			refuse(loader, arena_format(loader->arena,
				"release %d: the calendar of policy limit.%s is not among its calendars",
				release->number, clock_word((enum clock_kind)clock)));
			return false;
		}
	return true;
}

static void *
edition_of(struct loader *loader, enum family family, int32_t number)
{
	struct edition *editions = loader->editions[family];
	size_t *count = &loader->editions_count[family];
	void *built;

	for (size_t i = 0; i < *count; i++)
		if (editions[i].number == number)
			return editions[i].built;
	if (loader->why.len > 0)
		return NULL;
	built = builders[family](loader, number);
	if (built == NULL)
		return NULL;
	if (editions == NULL)
		editions = loader->editions[family] =
			arena_take_array(loader->arena, loader->rows.releases.count, sizeof(*editions));
	editions[*count] = (struct edition){number, built};
	(*count)++;
	return built;
}

/* From `from` to `until` in a table sorted by edition. */
#define EDITION_RANGE(table, number, from, until) \
	size_t from = 0, until; \
	while (from < (table).count && (table).rows[from].edition != (number)) \
		from++; \
	until = from; \
	while (until < (table).count && (table).rows[until].edition == (number)) \
	until++

static void *
build_places(struct loader *loader, int32_t number)
{
	struct places *places = arena_take(loader->arena, sizeof(*places));
	struct text why = TEXT_NONE;

	EDITION_RANGE(loader->rows.places, number, from, until);
	places->edition = number;
	if (number == 0)
		return places;
	places->count = until == from ? 1 : loader->rows.places.rows[until - 1].place.id + 1;
	places->rows = arena_take_array(loader->arena, (size_t)places->count, sizeof(struct place));
	for (size_t i = from; i < until; i++)
		places->rows[loader->rows.places.rows[i].place.id] = loader->rows.places.rows[i].place;
	if (places_index(loader->arena, places, &why))
		return places;
	refuse(loader, arena_format(loader->arena, "places, edition %d: %.*s", number, (int)why.len, why.data));
	return NULL;
}

/* Units are indexed over the places of the release that brings them first. */
static void *
build_units(struct loader *loader, int32_t number)
{
	struct units *units = arena_take(loader->arena, sizeof(*units));
	const struct places *places = NULL;
	struct competence *competences;
	struct text why = TEXT_NONE;

	EDITION_RANGE(loader->rows.units, number, from, until);
	EDITION_RANGE(loader->rows.competences, number, first, last);
	units->edition = number;
	if (number == 0)
		return units;
	for (size_t i = 0; i < loader->rows.releases.count && places == NULL; i++)
		if (loader->rows.releases.rows[i].units == number)
			places = edition_of(loader, PLACES, loader->rows.releases.rows[i].places);
	units->count = until == from ? 1 : loader->rows.units.rows[until - 1].unit.id + 1;
	units->rows = arena_take_array(loader->arena, (size_t)units->count, sizeof(struct unit));
	for (size_t i = from; i < until; i++)
		units->rows[loader->rows.units.rows[i].unit.id] = loader->rows.units.rows[i].unit;
	competences = arena_take_array(loader->arena, last - first, sizeof(*competences));
	for (size_t i = first; i < last; i++)
		competences[i - first] = loader->rows.competences.rows[i].competence;
	units->competences = competences;
	units->competences_count = last - first;
	if (places != NULL && units_index(loader->arena, units, places, &why))
		return units;
	refuse(loader, arena_format(loader->arena, "units, edition %d: %.*s", number, (int)why.len, why.data));
	return NULL;
}

static void *
build_standards(struct loader *loader, int32_t number)
{
	struct standards *standards = arena_take(loader->arena, sizeof(*standards));
	struct text why = TEXT_NONE;

	EDITION_RANGE(loader->rows.standards, number, from, until);
	standards->edition = number;
	if (number == 0)
		return standards;
	standards->count = until == from ? 1 : loader->rows.standards.rows[until - 1].standard.id + 1;
	standards->rows = arena_take_array(loader->arena, (size_t)standards->count, sizeof(struct standard));
	for (size_t i = from; i < until; i++) {
		const struct standard_row *row = &loader->rows.standards.rows[i];
		struct standard *standard = &standards->rows[row->standard.id];
		const char *what = arena_format(loader->arena, "standards, edition %d, class %.*s", number,
			(int)row->standard.class_code.len, row->standard.class_code.data).data;

		*standard = row->standard;
		if (!limit_fits(loader, &standard->limit, row->calendar, what) ||
			!list_of_units(loader, row->candidates, what, &standard->candidates,
				&standard->candidates_count))
			return NULL;
		if ((int)standard->runs_from < 1 || (int)standard->runs_from > RUNS_FROM_MAX) {
			refuse(loader, arena_format(loader->arena, "%s: runs_from %d is none", what,
				(int)standard->runs_from));
			return NULL;
		}
	}
	if (standards_index(loader->arena, standards, &why))
		return standards;
	refuse(loader, arena_format(loader->arena, "standards, edition %d: %.*s", number, (int)why.len,
		why.data));
	return NULL;
}

static void *
build_routes(struct loader *loader, int32_t number)
{
	struct routes *routes = arena_take(loader->arena, sizeof(*routes));

	EDITION_RANGE(loader->rows.routes, number, from, until);
	routes->edition = number;
	routes->count = until - from;
	routes->rows = arena_take_array(loader->arena, routes->count, sizeof(struct route_rule));
	for (size_t i = from; i < until; i++) {
		const struct route_row *row = &loader->rows.routes.rows[i];
		struct route_rule *rule = &routes->rows[i - from];
		const char *what =
			arena_format(loader->arena, "routes, edition %d, rule %zu", number, i - from + 1).data;

		*rule = row->rule;
		rule->place = code_id(&loader->place_codes, row->place);
		rule->lead = code_id(&loader->unit_codes, row->lead);
		if ((row->place.len > 0 && rule->place == 0) || (row->lead.len > 0 && rule->lead == 0)) {
			struct text code = rule->place == 0 && row->place.len > 0 ? row->place : row->lead;

			refuse(loader, arena_format(loader->arena, "%s: nothing has the code %.*s", what,
				(int)code.len, code.data));
			return NULL;
		}
		if (!list_of_units(loader, row->assist, what, &rule->assist, &rule->assist_count))
			return NULL;
	}
	return routes;
}

static void *
build_ladders(struct loader *loader, int32_t number)
{
	struct ladders *ladders = arena_take(loader->arena, sizeof(*ladders));
	struct ladder *ladder = NULL;

	EDITION_RANGE(loader->rows.ladders, number, from, until);
	ladders->edition = number;
	ladders->rows = arena_take_array(loader->arena, until - from, sizeof(*ladder));
	for (size_t i = from; i < until; i++) {
		const struct ladder_row *row = &loader->rows.ladders.rows[i];
		struct ladder_step step = row->step;

		if (ladder == NULL || !text_equal(ladder->code, row->ladder)) {
			ladder = &ladders->rows[ladders->count++];
			*ladder = (struct ladder){.code = row->ladder, .clock = row->clock,
				.class_code = row->class_code, .severity = row->severity};
			ladder->steps = arena_take_array(loader->arena, until - i, sizeof(step));
		}
		step.calendar = code_id(&loader->calendar_codes, row->calendar);
		if ((row->calendar.len > 0 && step.calendar == 0) || (int)row->clock < 1 ||
			(int)row->clock > CLOCK_KIND_MAX || (int)step.anchor < 1 || (int)step.anchor > ANCHOR_MAX ||
			(int)step.action < 1 || (int)step.action > ACTION_MAX || (int)step.audience < 0 ||
			(int)step.audience > ROLE_MAX) {
			refuse(loader, arena_format(loader->arena,
				"ladders, edition %d, ladder %.*s, step %zu: an unknown calendar, clock, anchor, "
				"action or audience", number, (int)row->ladder.len, row->ladder.data,
				ladder->steps_count + 1));
			return NULL;
		}
		ladder->steps[ladder->steps_count++] = step;
	}
	return ladders;
}

static void *
build_policies(struct loader *loader, int32_t number)
{
	struct policies *policies = arena_take(loader->arena, sizeof(*policies));

	EDITION_RANGE(loader->rows.policies, number, from, until);
	*policies = policies_by_default();
	policies->edition = number;
	for (size_t i = from; i < until; i++) {
		const struct policy_row *row = &loader->rows.policies.rows[i];
		struct limit limit = row->limit;
		const char *what = arena_format(loader->arena, "policies, edition %d, %.*s", number,
			(int)row->name.len, row->name.data).data;
		enum clock_kind clock = policy_clock(row->name);

		if (clock != 0) {
			if (!limit_fits(loader, &limit, row->calendar, what))
				return NULL;
			if (row->tier >= 0 && row->tier <= TIER_MAX) {
				policies->limits[clock][row->tier] = limit;
				continue;
			}
		} else if (policy_set(policies, row->name, row->value)) {
			continue;
		}
		refuse(loader, arena_format(loader->arena, "%s: unknown, or %.*s is no value for it", what,
			(int)row->value.len, row->value.data));
		return NULL;
	}
	return policies;
}

/* ---- calendars and zones ---- */

static void *
build_calendars(struct loader *loader, int32_t number)
{
	struct calendars *calendars = arena_take(loader->arena, sizeof(*calendars));

	EDITION_RANGE(loader->rows.calendars, number, from, until);
	if (from == until) {
		calendars->rows = arena_take(loader->arena, sizeof(struct calendar *));
		return calendars;
	}
	calendars->count = loader->rows.calendars.rows[until - 1].id;
	calendars->rows = arena_take_array(loader->arena, (size_t)calendars->count + 1, sizeof(struct calendar *));
	for (size_t i = from; i < until; i++) {
		const struct calendar_row *row = &loader->rows.calendars.rows[i];

		calendars->rows[row->id] = build_calendar(loader, row);
		if (calendars->rows[row->id] == NULL)
			return NULL;
	}
	return calendars;
}

static struct calendar *
build_calendar(struct loader *loader, const struct calendar_row *row)
{
	struct arena *arena = loader->arena;
	struct calendar_window *windows = arena_take_array(arena, loader->rows.windows.count, sizeof(*windows));
	struct calendar_exception *exceptions =
		arena_take_array(arena, loader->rows.exceptions.count, sizeof(*exceptions));
	struct calendar_rows rows = {.code = row->code, .windows = windows, .exceptions = exceptions,
		.makeup_weekday = row->makeup_weekday, .first_date = row->first_date,
		.last_date = row->last_date, .known_until = row->known_until};
	struct calendar *calendar;
	struct text why = TEXT_NONE;

	for (size_t i = 0; i < loader->rows.windows.count; i++)
		if (loader->rows.windows.rows[i].edition == row->edition &&
			loader->rows.windows.rows[i].calendar == row->id)
			windows[rows.windows_count++] = loader->rows.windows.rows[i].window;
	for (size_t i = 0; i < loader->rows.exceptions.count; i++)
		if (loader->rows.exceptions.rows[i].edition == row->edition &&
			loader->rows.exceptions.rows[i].calendar == row->id)
			exceptions[rows.exceptions_count++] = loader->rows.exceptions.rows[i].exception;
	if (!build_zone(loader, row->edition, row->zone, &rows.zone))
		return NULL;
	calendar = calendar_compile(arena, &rows, &why);
	if (calendar == NULL)
		refuse(loader, arena_format(arena, "calendar %.*s, edition %d: %.*s", (int)row->code.len,
			row->code.data, row->edition, (int)why.len, why.data));
	return calendar;
}

static bool
build_zone(struct loader *loader, int32_t edition, struct text name, struct zone *ret_zone)
{
	const struct transition_row *rows = loader->rows.transitions.rows;
	struct zone_transition *transitions =
		arena_take_array(loader->arena, loader->rows.transitions.count, sizeof(*transitions));
	size_t count = 0;

	for (size_t i = 0; i < loader->rows.transitions.count; i++)
		if (rows[i].edition == edition && text_equal(rows[i].zone, name))
			transitions[count++] = rows[i].transition;
	*ret_zone = (struct zone){name, transitions, count};
	if (count == 0)
		refuse(loader, arena_format(loader->arena, "calendars, edition %d: no transitions of zone %.*s",
			edition, (int)name.len, name.data));
	return count > 0;
}

/* Before there are calendars the district's wall clock shows UTC. */
static bool
district_zone(struct loader *loader, const struct release *in_force, struct zone *ret_zone)
{
	static const struct zone_transition utc = {{INT64_MIN}, 0};

	*ret_zone = (struct zone){TEXT("UTC"), &utc, 1};
	for (size_t i = 0; in_force != NULL && i < loader->rows.releases.count; i++) {
		const struct release_row *row = &loader->rows.releases.rows[i];

		if (row->release.number == in_force->number && row->calendars != 0)
			return build_zone(loader, row->calendars, loader->rows.zone, ret_zone);
	}
	return true;
}

/* ---- codes ---- */

static void
index_codes(struct loader *loader)
{
	const struct rules_rows *rows = &loader->rows;

	loader->place_codes = index_new(loader->arena, rows->places.count);
	loader->unit_codes = index_new(loader->arena, rows->units.count);
	loader->calendar_codes = index_new(loader->arena, rows->calendars.count);
	for (size_t i = 0; i < rows->places.count; i++)
		*index_at(&loader->place_codes, rows->places.rows[i].place.code.data,
			rows->places.rows[i].place.code.len) = (size_t)rows->places.rows[i].place.id;
	for (size_t i = 0; i < rows->units.count; i++)
		*index_at(&loader->unit_codes, rows->units.rows[i].unit.code.data,
			rows->units.rows[i].unit.code.len) = (size_t)rows->units.rows[i].unit.id;
	for (size_t i = 0; i < rows->calendars.count; i++)
		*index_at(&loader->calendar_codes, rows->calendars.rows[i].code.data,
			rows->calendars.rows[i].code.len) = (size_t)rows->calendars.rows[i].id;
}

static int32_t
code_id(struct index *index, struct text code)
{
	return code.len == 0 ? 0 : (int32_t)index_find(index, code.data, code.len);
}

static bool
limit_fits(struct loader *loader, struct limit *limit, struct text calendar, const char *what)
{
	bool counted = limit->kind != LIMIT_NONE && limit->kind != LIMIT_CONTINUOUS;

	limit->calendar = code_id(&loader->calendar_codes, calendar);
	if ((int)limit->kind < 1 || (int)limit->kind > LIMIT_KIND_MAX)
		refuse(loader, arena_format(loader->arena, "%s: limit kind %d is none", what, (int)limit->kind));
	else if (limit->kind != LIMIT_NONE && limit->amount <= 0)
		refuse(loader, arena_format(loader->arena, "%s: a limit must be longer than nothing", what));
	else if (counted && limit->calendar == 0)
		refuse(loader, arena_format(loader->arena, "%s: the limit needs a calendar, %s", what,
			calendar.len == 0 ? "and none is named" : "and the one named does not exist"));
	return loader->why.len == 0;
}

/* Codes parted by line ends → ids. */
static bool
list_of_units(struct loader *loader, struct text codes, const char *what, const int32_t **ret_ids,
	size_t *ret_count)
{
	int32_t *ids = arena_take_array(loader->arena, codes.len + 1, sizeof(*ids));
	size_t count = 0;

	for (size_t from = 0; from < codes.len;) {
		const char *end = memchr(codes.data + from, '\n', codes.len - from);
		struct text code = {codes.data + from,
			end == NULL ? codes.len - from : (size_t)(end - codes.data) - from};
		int32_t id = code_id(&loader->unit_codes, code);

		if (id == 0) {
			refuse(loader, arena_format(loader->arena, "%s: no unit has the code %.*s", what,
				(int)code.len, code.data));
			return false;
		}
		ids[count++] = id;
		from += code.len + 1;
	}
	*ret_ids = ids;
	*ret_count = count;
	return true;
}

static void
refuse(struct loader *loader, struct text why)
{
	if (loader->why.len == 0)
		loader->why = why;
}
