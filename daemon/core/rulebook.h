/* rulebook.h — everything a decision may look up: places, units, standards, routes, ladders,
 * policies, calendars. Immutable; swapped whole.
 *
 * An *edition* is one published version of one family of rows. A *release* names the editions in
 * force together and the instant from which they hold; every publication makes one new release.
 * An open issue pins the release under which it was reported for its standards, routes, ladders and
 * policies; places, units and calendars always come from the release in force (design §5).
 *
 * Ids of places, units and standards are small, dense and keep their meaning over editions: a code
 * that comes again gets the id it had. Id 0 is "none". All structs are values to be read. */
#ifndef HUYING_CORE_RULEBOOK_H
#define HUYING_CORE_RULEBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/calendar.h"
#include "core/clock.h"
#include "core/vocab/vocab.h"

struct place {
	int32_t id;
	int32_t parent;      /* 0 for the root, which is the district */
	int32_t tier;        /* enum tier, or 0 for a place that is no tier (compound, building, …) */
	struct text code, name, kind;
	/* filled by places_index: */
	int32_t enter, leave;        /* numbering of the tree: a covers b iff a.enter <= b.enter <= a.leave */
	int32_t area[TIER_MAX + 1];  /* nearest place of each tier at or above this one; 0 = none */
};

/* One polygon of a place: a GeoJSON geometry (Polygon or MultiPolygon, WGS84). */
struct place_shape {
	int32_t place;
	struct text geojson;
};

/* rows[id]; a hole has id 0. */
struct places {
	int32_t edition;
	struct place *rows;
	int32_t count; /* largest id + 1 */
	int32_t root;
	int32_t *by_code; /* ids sorted by code */
	int32_t by_code_count;
};

struct unit {
	int32_t id;
	int32_t parent;    /* one step up; 0 at the top */
	int32_t tier;      /* enum tier: the tier it works for */
	int32_t place;     /* root of the area it serves */
	int32_t successor; /* 0 = none */
	struct text code, name, kind; /* kind: "tier", "bureau", "utility", "property", "owners", "police", "team", … */
	struct instant from_at, until_at; /* until INSTANT_NEVER while it lasts */
	int32_t next_same_place;      /* filled by units_index: the next tier unit of this place; 0 = last */
};

/* What a unit, or every unit of a kind, answers for. */
struct competence {
	int32_t unit;         /* 0 = every unit of `kind` */
	struct text kind;     /* empty when unit is set */
	struct text class_code; /* this class and all below it; empty = any */
	int32_t place;        /* part of the tree; 0 = the unit's own place */
	int32_t priority;     /* larger goes first among units of one tier */
	enum duty duty;
};

struct units {
	int32_t edition;
	struct unit *rows; /* rows[id] */
	int32_t count;
	int32_t *by_code;
	int32_t by_code_count;
	int32_t *by_place; /* ids sorted by place, id; filled by units_index */
	int32_t by_place_count;
	struct competence *competences;
	size_t competences_count;
};

/* One row of the city's standard: a condition of a class carries the limit (domain §2). */
struct standard {
	int32_t id;
	struct text class_code;     /* kind/major/minor */
	struct text class_name;
	struct text condition_code; /* empty = the class's only row */
	struct text condition;      /* words: when to file */
	struct text close_condition;/* words: what must be true to close */
	struct text area_class;     /* empty = any */
	int32_t severity;           /* 1 most severe … 4; 0 = any */
	struct limit limit;         /* for HANDLE */
	enum runs_from runs_from;
	bool checked;               /* an answer is approved by the intake desk before feedback */
	bool evidence;              /* an answer needs a photo */
	const int32_t *candidates;  /* unit ids in order; may be empty */
	size_t candidates_count;
};

struct standards {
	int32_t edition;
	struct standard *rows; /* rows[id] */
	int32_t count;
	int32_t *by_class; /* ids sorted by class_code, id */
	int32_t by_class_count;
};

/* The first row that matches, by falling priority, says how a report is routed. No row: file by
 * itself where the standard is plain, dispatch by itself where one unit is best. */
struct route_rule {
	int32_t priority;
	struct text class_code; /* prefix by segments; empty = any */
	int32_t place;          /* 0 = any */
	int32_t severity;       /* 0 = any */
	int32_t lead;           /* unit id; 0 = by lead_kind, or by competence */
	struct text lead_kind;  /* nearest unit of this kind that serves the place; empty = by competence */
	const int32_t *assist;
	size_t assist_count;
	bool auto_file, auto_dispatch;
};

struct routes {
	int32_t edition;
	struct route_rule *rows; /* sorted by falling priority */
	size_t count;
};

struct ladder_step {
	enum anchor anchor;
	int32_t percent;      /* ANCHOR_PERCENT: 1–1000 */
	struct span offset;   /* >= 0; from the anchor */
	int32_t calendar;     /* 0 = the offset is continuous time, else calendar index */
	enum action action;
	enum role audience;   /* ACTION_NOTIFY, at the unit that holds the issue; 0 = none */
	int32_t audience_up;  /* so many tiers above the holder, 0–3 */
	int32_t repeat;       /* fires 1 + repeat times, each `offset` behind the one before; 0–100 */
};

/* The most specific ladder of a clock applies: longest class, then severity, then the plain one. */
struct ladder {
	struct text code;
	enum clock_kind clock;
	struct text class_code; /* empty = any */
	int32_t severity;       /* 0 = any */
	struct ladder_step *steps;
	size_t steps_count; /* 1–32 rows; with repeats at most 250 firings */
};

struct ladders {
	int32_t edition;
	struct ladder *rows;
	size_t count;
};

/* Typed when saved: an unknown name or a value of the wrong type never gets here. */
struct policies {
	int32_t edition;
	/* [clock][tier]; tier 0 = any. kind 0 = not given. HANDLE's limit stands in the standard row,
	 * the one here is the backstop where a desk chooses none. */
	struct limit limits[CLOCK_KIND_MAX + 1][TIER_MAX + 1];
	int32_t desk_tier;              /* lowest tier that keeps intake, dispatch and call-back desks; enum tier */
	int32_t lease_extensions_max;   /* how often progress may renew a lease */
	bool return_stops_handle;       /* domain §1.6 */
	bool other_unit_full_limit;     /* another unit gets a new HANDLE, else what is left runs on */
	bool rework_new_time;           /* rework restarts HANDLE, else it continues */
	bool redo_new_time;             /* redo restarts HANDLE, else it continues */
	struct span refusal_window;     /* a unit may return so long after SIGN started; zero = until it answers */
	struct span observed_age_max;   /* older reports are refused; zero = any age */
	struct span observed_ahead_max; /* a phone's clock may be so far ahead */
	struct span step_gap;           /* least time between two steps of one clock fired late */
	int32_t returns_max;            /* beyond, the dispatch desk's issue goes to the backstop; 0 = no bound */
};

/* The vectors of editions that hold together from an instant on. */
struct release {
	int32_t number;
	struct instant effective_at;
	const struct places *places;
	const struct units *units;
	const struct standards *standards;
	const struct routes *routes;
	const struct ladders *ladders;
	const struct policies *policies;
	struct calendar *const *calendars; /* [1 … calendars_count]; 0 is no calendar */
	int32_t calendars_count;
};

struct rulebook {
	int32_t district;       /* district_id */
	struct text code, name; /* "ZC", "增城区" */
	const struct zone *zone; /* of the district, for people */
	const struct release *releases; /* sorted by number; effective_at never falls */
	size_t releases_count;
};

/* The release in force at `now`: the last one effective by then; NULL before the first. */
const struct release *rulebook_in_force(const struct rulebook *book, struct instant now);
/* NULL when this rulebook does not hold it: the store must load it. */
const struct release *rulebook_release(const struct rulebook *book, int32_t number);

/* Fill the derived fields. False with words in `ret_why` when the rows do not fit together. */
bool places_index(struct arena *arena, struct places *places, struct text *ret_why);
bool units_index(struct arena *arena, struct units *units, const struct places *places,
	struct text *ret_why);
bool standards_index(struct arena *arena, struct standards *standards, struct text *ret_why);

const struct place *places_get(const struct places *places, int32_t id); /* NULL = none */
const struct place *places_find(const struct places *places, struct text code);
bool places_cover(const struct places *places, int32_t area, int32_t place);
const struct unit *units_get(const struct units *units, int32_t id);
const struct unit *units_find(const struct units *units, struct text code);
/* Where in by_place the units of this place begin; they end with another place, or the list. */
int32_t units_at_place(const struct units *units, int32_t place);
/* The unit while it lasts, else the first of its successors in force at `now`; NULL = none. */
const struct unit *units_in_force(const struct units *units, int32_t id, struct instant now);
/* The tier unit of exactly this place; NULL when it has none in force at `now`. */
const struct unit *units_of_place(const struct units *units, int32_t place, struct instant now);
const struct standard *standards_get(const struct standards *standards, int32_t id);
const struct calendar *release_calendar(const struct release *release, struct limit limit);

/* "a/b/c": 1 to 4 segments parted by '/', each 1–60 bytes without controls; 120 bytes in all. */
bool class_is_valid(struct text code);
/* Does `code` lie at or below `prefix`? An empty prefix covers everything. */
bool class_covers(struct text prefix, struct text code);

#endif
