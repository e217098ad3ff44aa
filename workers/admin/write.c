/* write.c — a checked draft as the rows of one edition. */
#include <string.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"

static void write_places(struct draft *draft, struct copy **copies);
static void write_units(struct draft *draft, struct copy **copies);
static void write_standards(struct draft *draft, struct copy **copies);
static void write_routes(struct draft *draft, struct copy **copies);
static void write_ladders(struct draft *draft, struct copy **copies);
static void write_policies(struct draft *draft, struct copy **copies);
static void write_calendars(struct draft *draft, struct copy **copies);
static void write_actors(struct draft *draft, struct copy **copies);

static const struct writer {
	enum edition_family family;
	struct {
		const char *table, *sql;
	} tables[COPIES_MAX];
	void (*write)(struct draft *draft, struct copy **copies);
} WRITERS[] = {
	{EDITION_PLACES, {{"place", SQL_COPY_PLACES}, {"place_polygon", SQL_COPY_POLYGONS}},
		write_places},
	{EDITION_UNITS, {{"unit", SQL_COPY_UNITS}, {"competence", SQL_COPY_COMPETENCES}},
		write_units},
	{EDITION_STANDARDS, {{"standard", SQL_COPY_STANDARDS}}, write_standards},
	{EDITION_ROUTES, {{"route", SQL_COPY_ROUTES}}, write_routes},
	{EDITION_LADDERS, {{"ladder_step", SQL_COPY_LADDERS}}, write_ladders},
	{EDITION_POLICIES, {{"policy", SQL_COPY_POLICIES}}, write_policies},
	{EDITION_CALENDARS,
		{{"calendar", SQL_COPY_CALENDARS}, {"calendar_window", SQL_COPY_WINDOWS},
			{"calendar_exception", SQL_COPY_EXCEPTIONS},
			{"zone_transition", SQL_COPY_TRANSITIONS}},
		write_calendars},
	{EDITION_ACTORS, {{"actor", NULL}},
		write_actors}, /* for its digest; actors have a table that lives */
};

size_t
draft_write(struct draft *draft, enum edition_family family, struct copy **copies)
{
	for (size_t i = 0; i < sizeof(WRITERS) / sizeof(WRITERS[0]); i++) {
		const struct writer *writer = &WRITERS[i];
		size_t count = 0;

		if (writer->family != family)
			continue;
		for (; count < COPIES_MAX && writer->tables[count].table != NULL; count++)
			copies[count] = copy_new(draft->arena, writer->tables[count].table,
				writer->tables[count].sql,
				family == EDITION_CALENDARS && count == 0 ? draft->tzdata.data
									  : NULL);
		writer->write(draft, copies);
		return count;
	}
	return 0;
}

static void
write_places(struct draft *draft, struct copy **copies)
{
	struct codes seen = {0};

	for (size_t i = 0; i < draft->places.count; i++) {
		const struct place_row *row = LIST_AT(&draft->places, struct place_row, i);

		copy_int(copies[0], row->id);
		copy_int_or_null(copies[0], row->parent);
		copy_int_or_null(copies[0], row->tier);
		copy_text(copies[0], row->code);
		copy_text(copies[0], row->name);
		copy_text(copies[0], row->kind);
		copy_end_row(copies[0]);
	}
	for (size_t i = 0; i < draft->polygons.count; i++)
		codes_add(draft->arena, &seen,
			LIST_AT(&draft->polygons, struct polygon_row, i)->code, (int64_t)i);
	codes_sort(&seen);
	for (size_t i = 0, n = 1; i < seen.count; i++) {
		int64_t place = codes_find(&draft->place_rows, seen.rows[i].code);

		n = i > 0 && text_equal(seen.rows[i].code, seen.rows[i - 1].code) ? n + 1 : 1;
		if (place == CODE_NONE)
			continue;
		copy_int(copies[1], LIST_AT(&draft->places, struct place_row, place)->id);
		copy_int(copies[1], (int64_t)n);
		copy_text(copies[1],
			LIST_AT(&draft->polygons, struct polygon_row, seen.rows[i].number)
				->geometry);
		copy_end_row(copies[1]);
	}
}

static void
copy_instant(struct draft *draft, struct copy *copy, struct instant at)
{
	if (instant_is_never(at))
		copy_null(copy);
	else
		copy_text(copy, instant_text(draft->arena, at));
}

static void
write_units(struct draft *draft, struct copy **copies)
{
	for (size_t i = 0; i < draft->units.count; i++) {
		const struct unit_row *row = LIST_AT(&draft->units, struct unit_row, i);

		copy_int(copies[0], row->id);
		copy_int_or_null(copies[0], row->parent);
		copy_int(copies[0], row->tier);
		copy_int_or_null(copies[0], row->place);
		copy_int_or_null(copies[0], row->successor);
		copy_text(copies[0], row->code);
		copy_text(copies[0], row->name);
		copy_text(copies[0], row->kind);
		copy_instant(draft, copies[0], row->from_at);
		copy_instant(draft, copies[0], row->until_at);
		copy_end_row(copies[0]);
	}
	for (size_t i = 0; i < draft->competences.count; i++) {
		const struct competence_row *row =
			LIST_AT(&draft->competences, struct competence_row, i);

		copy_int(copies[1], (int64_t)i + 1);
		copy_int_or_null(copies[1], row->unit);
		copy_text(copies[1], row->unit_kind);
		copy_text(copies[1], row->class_code);
		copy_int_or_null(copies[1], row->place);
		copy_int(copies[1], row->priority);
		copy_int(copies[1], row->duty);
		copy_end_row(copies[1]);
	}
}

static void
write_standards(struct draft *draft, struct copy **copies)
{
	for (size_t i = 0; i < draft->standards.count; i++) {
		const struct standard_row *row = LIST_AT(&draft->standards, struct standard_row, i);

		copy_int(copies[0], row->id);
		copy_text(copies[0], row->class_code);
		copy_text(copies[0], row->class_name);
		copy_text(copies[0], row->condition_code);
		copy_text(copies[0], row->condition);
		copy_text(copies[0], row->close_condition);
		copy_text(copies[0], row->area_class);
		copy_int_or_null(copies[0], row->severity);
		copy_int(copies[0], row->limit.kind);
		copy_int(copies[0], row->limit.amount);
		copy_text(copies[0], row->limit.calendar);
		copy_int(copies[0], row->runs_from);
		copy_yes(copies[0], row->checked);
		copy_yes(copies[0], row->evidence);
		copy_list(copies[0], row->candidates, row->candidates_count);
		copy_end_row(copies[0]);
	}
}

static void
write_routes(struct draft *draft, struct copy **copies)
{
	for (size_t i = 0; i < draft->routes.count; i++) {
		const struct route_row *row = LIST_AT(&draft->routes, struct route_row, i);

		copy_int(copies[0], (int64_t)i + 1);
		copy_int(copies[0], row->priority);
		copy_text(copies[0], row->class_code);
		copy_text(copies[0], row->place_code);
		copy_int_or_null(copies[0], row->severity);
		copy_text(copies[0], row->lead_code);
		copy_text(copies[0], row->lead_kind);
		copy_list(copies[0], row->assist, row->assist_count);
		copy_yes(copies[0], row->auto_file);
		copy_yes(copies[0], row->auto_dispatch);
		copy_end_row(copies[0]);
	}
}

static void
write_ladders(struct draft *draft, struct copy **copies)
{
	for (size_t i = 0; i < draft->ladders.count; i++) {
		const struct ladder_row *row = LIST_AT(&draft->ladders, struct ladder_row, i);

		copy_text(copies[0], row->ladder);
		copy_int(copies[0], row->step);
		copy_int(copies[0], row->clock);
		copy_text(copies[0], row->class_code);
		copy_int_or_null(copies[0], row->severity);
		copy_int(copies[0], row->anchor);
		copy_int_or_null(copies[0], row->percent);
		copy_int(copies[0], row->offset.us);
		copy_text(copies[0], row->calendar);
		copy_int(copies[0], row->action);
		copy_int_or_null(copies[0], row->audience);
		copy_int(copies[0], row->audience_up);
		copy_int(copies[0], row->repeat);
		copy_end_row(copies[0]);
	}
}

static void
write_policies(struct draft *draft, struct copy **copies)
{
	for (size_t i = 0; i < draft->policies.count; i++) {
		const struct policy_row *row = LIST_AT(&draft->policies, struct policy_row, i);

		copy_text(copies[0], row->name);
		copy_int(copies[0], row->tier);
		copy_text(copies[0], row->value);
		copy_int_or_null(copies[0], row->is_limit ? row->limit.kind : 0);
		if (row->is_limit)
			copy_int(copies[0], row->limit.amount);
		else
			copy_null(copies[0]);
		copy_text(copies[0], row->limit.calendar);
		copy_end_row(copies[0]);
	}
}

static void
write_calendar_rows(struct arena *arena, struct copy **copies, const struct calendar_row *calendar)
{
	for (size_t i = 0; i < calendar->windows.count; i++) {
		const struct calendar_window *row =
			LIST_AT(&calendar->windows, struct calendar_window, i);

		copy_int(copies[1], calendar->id);
		copy_int(copies[1], row->weekday);
		copy_int(copies[1], row->from_minute);
		copy_int(copies[1], row->until_minute);
		copy_end_row(copies[1]);
	}
	for (size_t i = 0; i < calendar->exceptions.count; i++) {
		const struct dated_row *row = LIST_AT(&calendar->exceptions, struct dated_row, i);

		copy_int(copies[2], calendar->id);
		copy_text(copies[2], date_text(arena, row->row.date));
		copy_int(copies[2], (int64_t)row->row.kind);
		copy_int(copies[2], row->row.from_minute);
		copy_int(copies[2], row->row.until_minute);
		copy_text(copies[2], row->name);
		copy_end_row(copies[2]);
	}
}

static void
write_calendars(struct draft *draft, struct copy **copies)
{
	for (size_t i = 0; i < draft->calendars.count; i++) {
		const struct calendar_row *row = LIST_AT(&draft->calendars, struct calendar_row, i);

		copy_int(copies[0], row->id);
		copy_text(copies[0], row->code);
		copy_text(copies[0], row->zone);
		copy_int(copies[0], row->makeup_weekday);
		copy_text(copies[0], date_text(draft->arena, row->first_date));
		copy_text(copies[0], date_text(draft->arena, row->last_date));
		copy_text(copies[0], date_text(draft->arena, row->known_until));
		copy_end_row(copies[0]);
		write_calendar_rows(draft->arena, copies, row);
	}
	for (size_t i = 0; i < draft->zones.count; i++) {
		const struct zone_row *zone = LIST_AT(&draft->zones, struct zone_row, i);

		for (size_t j = 0; j < zone->zone.count; j++) {
			copy_text(copies[3], zone->name);
			copy_text(copies[3],
				instant_text(draft->arena, zone->zone.transitions[j].from));
			copy_int(copies[3], zone->zone.transitions[j].offset_seconds);
			copy_end_row(copies[3]);
		}
	}
}

static void
write_actors(struct draft *draft, struct copy **copies)
{
	for (size_t i = 0; i < draft->actors.count; i++) {
		const struct actor_row *row = LIST_AT(&draft->actors, struct actor_row, i);

		copy_text(copies[0], row->code);
		copy_text(copies[0], row->name);
		copy_int(copies[0], row->unit);
		copy_int(copies[0], row->area);
		copy_int(copies[0], row->roles);
		copy_end_row(copies[0]);
	}
}
