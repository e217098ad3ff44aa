/* rules_rows.h — the rule tables as they were read, before they become a rulebook. */
#ifndef HUYING_STORE_RULES_ROWS_H
#define HUYING_STORE_RULES_ROWS_H

#include "core/rulebook.h"
#include "store/connection.h"

struct release_row {
	struct release release;
	int32_t places, units, standards, routes, ladders, policies, calendars; /* editions */
};

struct place_row {
	int32_t edition;
	struct place place;
};

struct shape_row {
	int32_t edition;
	struct place_shape shape;
};

struct unit_row {
	int32_t edition;
	struct unit unit;
};

struct competence_row {
	int32_t edition;
	struct competence competence;
};

struct standard_row {
	int32_t edition;
	struct standard standard;
	struct text calendar, candidates;
};

struct route_row {
	int32_t edition;
	struct route_rule rule;
	struct text place, lead, assist;
};

struct ladder_row {
	int32_t edition;
	struct text ladder, class_code;
	enum clock_kind clock;
	int32_t severity;
	struct ladder_step step;
	struct text calendar;
};

struct policy_row {
	int32_t edition, tier;
	struct text name, value;
	struct limit limit;
	struct text calendar;
};

struct calendar_row {
	int32_t edition, id, makeup_weekday, first_date, last_date, known_until;
	struct text code, zone;
};

struct window_row {
	int32_t edition, calendar;
	struct calendar_window window;
};

struct exception_row {
	int32_t edition, calendar;
	struct calendar_exception exception;
};

struct transition_row {
	int32_t edition;
	struct text zone;
	struct zone_transition transition;
};

/* One table: `count` records, sorted by edition. */
#define ROWS(type) \
	struct { \
		struct type *rows; \
		size_t count; \
	}

struct rules_rows {
	struct text code, name, zone;
	ROWS(release_row) releases;
	ROWS(place_row) places;
	ROWS(shape_row) shapes;
	ROWS(unit_row) units;
	ROWS(competence_row) competences;
	ROWS(standard_row) standards;
	ROWS(route_row) routes;
	ROWS(ladder_row) ladders;
	ROWS(policy_row) policies;
	ROWS(calendar_row) calendars;
	ROWS(window_row) windows;
	ROWS(exception_row) exceptions;
	ROWS(transition_row) transitions;
};

void rules_rows_send(struct connection *connection, struct arena *arena, int32_t district,
	struct instant now, const int32_t *releases, size_t releases_count);
void rules_rows_read(struct rules_rows *rows, struct arena *arena, enum statement statement,
	const PGresult *result);

#endif
