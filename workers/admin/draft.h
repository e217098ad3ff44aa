/* draft.h — all families of rules side by side, as they would stand together.
 *
 * The family being loaded comes from files, the others are those of the newest release. So every
 * reference is checked in both directions: a unit that names a place, and a place that a unit still
 * names. The checks end with the functions that the daemon itself runs when it takes rules up. */
#ifndef HUYING_ADMIN_DRAFT_H
#define HUYING_ADMIN_DRAFT_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/copy.h"
#include "admin/db.h"
#include "admin/list.h"
#include "admin/row.h"
#include "core/rulebook.h"

struct admin;

/* The families in the order of the columns of `release`; actors are none of its columns. */
enum edition_family {
	EDITION_PLACES,
	EDITION_UNITS,
	EDITION_STANDARDS,
	EDITION_ROUTES,
	EDITION_LADDERS,
	EDITION_POLICIES,
	EDITION_CALENDARS,
	EDITION_FAMILIES, /* how many a release names */
	EDITION_ACTORS = EDITION_FAMILIES,
	EDITION_NONE
};

struct place_row {
	struct origin origin;
	struct text code, name, kind, parent_code;
	int tier;
	int32_t id, parent; /* ids */
	bool on_path;       /* while looking for cycles */
	bool checked;
};

struct polygon_row {
	struct origin origin; /* line = number of the feature */
	struct text code, geometry;
	bool kept; /* from the edition in force: goes where its place went */
};

struct unit_row {
	struct origin origin;
	struct text code, name, kind, parent_code, place_code, successor_code;
	int tier;
	struct instant from_at, until_at;
	int32_t id, parent, place, successor;
	bool on_path, checked;
};

struct competence_row {
	struct origin origin;
	struct text unit_code, unit_kind, class_code, place_code;
	int32_t priority, unit, place;
	int duty;
};

struct limit_words { /* a limit with its calendar by code */
	int kind;
	int64_t amount;
	struct text calendar;
};

struct standard_row {
	struct origin origin;
	struct text class_code, class_name, condition_code, condition, close_condition, area_class;
	int32_t severity, id;
	struct limit_words limit;
	int runs_from;
	bool checked, evidence;
	const struct text *candidates;
	size_t candidates_count;
};

struct route_row {
	struct origin origin;
	int32_t priority, severity;
	struct text class_code, place_code, lead_code, lead_kind;
	const struct text *assist;
	size_t assist_count;
	bool auto_file, auto_dispatch;
};

struct ladder_row {
	struct origin origin;
	struct text ladder, class_code, calendar;
	int32_t step, severity, percent, audience_up, repeat;
	int clock, anchor, action, audience;
	struct span offset;
};

struct policy_row {
	struct origin origin;
	struct text name, value; /* as it is stored */
	int tier;
	bool is_limit;
	struct limit_words limit;
};

struct calendar_row {
	struct origin origin; /* of its first row */
	struct text code, zone;
	struct list windows, exceptions; /* struct calendar_window, struct dated_row */
	int makeup_weekday;
	int32_t first_date, last_date, known_until;
	bool known_given;
	int32_t id;
};

struct dated_row {
	struct origin origin;
	struct calendar_exception row;
	struct text name;
};

struct zone_row {
	struct text name;
	struct zone zone;
};

struct actor_row {
	struct origin origin;
	struct text code, name, unit_code, area_code;
	uint32_t roles;
	int32_t unit, area;
};

struct draft {
	struct admin *admin;
	struct arena *arena;
	struct db *db;
	struct complaints complaints;
	int32_t district;
	struct text district_code, zone;
	int32_t release;                      /* newest; 0 = none */
	int64_t release_effective_us;
	int32_t editions[EDITION_FAMILIES];   /* of that release */
	const struct family *loading;

	struct list places, polygons, units, competences, standards, routes, ladders, policies, calendars,
		zones, actors;
	struct codes place_ids, unit_ids, calendar_ids; /* what any edition gave, and what is new */
	struct codes place_rows, unit_rows, calendar_rows; /* code → row of this draft */
	struct text tzdata;
	struct places built_places;           /* as the daemon would see them */
};

/* One row of the table of families. */
struct family {
	const char *name;
	enum edition_family edition;
	const char *const *columns; /* of its files */
	const char *const *required;
	const char *show;           /* statement with the same columns */
	void (*read)(struct draft *draft, const struct row *row);
	void (*check)(struct draft *draft);
};

extern const struct family FAMILIES[];
extern const size_t FAMILIES_COUNT;
extern const char *const EDITION_NAMES[EDITION_FAMILIES + 1];

const struct family *family_find(const char *name);

/* Finds the district and its newest release; fails with a sentence. */
void draft_begin(struct draft *draft, struct admin *admin, struct db *db);
/* Reads the published rows of a family by its show statement. */
struct answer draft_show(struct draft *draft, const struct family *family, const int32_t *editions);
void draft_read_published(struct draft *draft, const struct family *family);
/* The checks of all families that are there, and of the one being loaded. */
void draft_check(struct draft *draft);

/* Gives each code the id it had in any edition, or the next free one. */
int32_t draft_id(struct draft *draft, struct codes *ids, int64_t *next, struct text code);

/* Where a code should stand: complains when the family has no such code. Empty: id 0. */
int32_t draft_place(struct draft *draft, struct origin origin, const char *column, struct text code);
int32_t draft_unit(struct draft *draft, struct origin origin, const char *column, struct text code);
void draft_calendar(struct draft *draft, struct origin origin, const char *column, struct text code);
bool draft_has_kind(const struct draft *draft, struct text kind);

/* A limit from its kind and amount; complains by `column`. */
bool limit_read(struct complaints *complaints, struct origin origin, const char *column, int kind,
	struct text amount, struct text calendar, struct limit_words *ret_limit);

void places_read(struct draft *draft, const struct row *row);
void places_check(struct draft *draft);
void polygons_read(struct draft *draft, const char *path, const char *property);
void polygons_keep(struct draft *draft);
void polygons_check(struct draft *draft);
void units_read(struct draft *draft, const struct row *row);
void units_check(struct draft *draft);
void competences_read(struct draft *draft, const struct row *row);
void competences_check(struct draft *draft);
void standards_read(struct draft *draft, const struct row *row);
void standards_check(struct draft *draft);
void routes_read(struct draft *draft, const struct row *row);
void routes_check(struct draft *draft);
void ladders_read(struct draft *draft, const struct row *row);
void ladders_check(struct draft *draft);
void policies_read(struct draft *draft, const struct row *row);
void policies_check(struct draft *draft);
/* Which there are, of what type, and what holds while one is not given. */
void policies_print(const struct admin *admin);
void calendars_read(struct draft *draft, const struct row *row);
void calendars_check(struct draft *draft);
void actors_read(struct draft *draft, const struct row *row);
void actors_check(struct draft *draft);

/* The rows of one edition as COPY wants them; fills `copies` and returns how many. */
#define COPIES_MAX 4
size_t draft_write(struct draft *draft, enum edition_family family, struct copy **copies);

#endif
