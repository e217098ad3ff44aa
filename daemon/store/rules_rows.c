/* rules_rows.c — reading the rule tables: one trip in one snapshot, one table of columns each. */
#include "store/rules_rows.h"

#include <string.h>

static const struct column release_columns[] = {
	COLUMN(INT, release_row, release.number), COLUMN(INSTANT, release_row, release.effective_at),
	COLUMN(INT, release_row, places), COLUMN(INT, release_row, units),
	COLUMN(INT, release_row, standards), COLUMN(INT, release_row, routes),
	COLUMN(INT, release_row, ladders), COLUMN(INT, release_row, policies),
	COLUMN(INT, release_row, calendars)};
static const struct column place_columns[] = {
	COLUMN(INT, place_row, edition), COLUMN(INT, place_row, place.id),
	COLUMN(INT, place_row, place.parent), COLUMN(INT, place_row, place.tier),
	COLUMN(TEXT, place_row, place.code), COLUMN(TEXT, place_row, place.name),
	COLUMN(TEXT, place_row, place.kind)};
static const struct column shape_columns[] = {
	COLUMN(INT, shape_row, edition), COLUMN(INT, shape_row, shape.place),
	COLUMN(TEXT, shape_row, shape.geojson)};
static const struct column unit_columns[] = {
	COLUMN(INT, unit_row, edition), COLUMN(INT, unit_row, unit.id), COLUMN(INT, unit_row, unit.parent),
	COLUMN(INT, unit_row, unit.tier), COLUMN(INT, unit_row, unit.place),
	COLUMN(INT, unit_row, unit.successor), COLUMN(TEXT, unit_row, unit.code),
	COLUMN(TEXT, unit_row, unit.name), COLUMN(TEXT, unit_row, unit.kind),
	COLUMN(INSTANT, unit_row, unit.from_at), COLUMN(INSTANT, unit_row, unit.until_at)};
static const struct column competence_columns[] = {
	COLUMN(INT, competence_row, edition), COLUMN(INT, competence_row, competence.unit),
	COLUMN(TEXT, competence_row, competence.kind), COLUMN(TEXT, competence_row, competence.class_code),
	COLUMN(INT, competence_row, competence.place), COLUMN(INT, competence_row, competence.priority),
	COLUMN(INT, competence_row, competence.duty)};
static const struct column standard_columns[] = {
	COLUMN(INT, standard_row, edition), COLUMN(INT, standard_row, standard.id),
	COLUMN(TEXT, standard_row, standard.class_code), COLUMN(TEXT, standard_row, standard.class_name),
	COLUMN(TEXT, standard_row, standard.condition_code), COLUMN(TEXT, standard_row, standard.condition),
	COLUMN(TEXT, standard_row, standard.close_condition), COLUMN(TEXT, standard_row, standard.area_class),
	COLUMN(INT, standard_row, standard.severity), COLUMN(INT, standard_row, standard.limit.kind),
	COLUMN(LONG, standard_row, standard.limit.amount), COLUMN(INT, standard_row, standard.runs_from),
	COLUMN(BOOL, standard_row, standard.checked), COLUMN(BOOL, standard_row, standard.evidence),
	COLUMN(TEXT, standard_row, calendar), COLUMN(TEXT, standard_row, candidates)};
static const struct column route_columns[] = {
	COLUMN(INT, route_row, edition), COLUMN(INT, route_row, rule.priority),
	COLUMN(TEXT, route_row, rule.class_code), COLUMN(INT, route_row, rule.severity),
	COLUMN(TEXT, route_row, rule.lead_kind), COLUMN(BOOL, route_row, rule.auto_file),
	COLUMN(BOOL, route_row, rule.auto_dispatch), COLUMN(TEXT, route_row, place),
	COLUMN(TEXT, route_row, lead), COLUMN(TEXT, route_row, assist)};
static const struct column ladder_columns[] = {
	COLUMN(INT, ladder_row, edition), COLUMN(TEXT, ladder_row, ladder), COLUMN(INT, ladder_row, clock),
	COLUMN(TEXT, ladder_row, class_code), COLUMN(INT, ladder_row, severity),
	COLUMN(INT, ladder_row, step.anchor), COLUMN(INT, ladder_row, step.percent),
	COLUMN(LONG, ladder_row, step.offset.us), COLUMN(INT, ladder_row, step.action),
	COLUMN(INT, ladder_row, step.audience), COLUMN(INT, ladder_row, step.audience_up),
	COLUMN(INT, ladder_row, step.repeat), COLUMN(TEXT, ladder_row, calendar)};
static const struct column policy_columns[] = {
	COLUMN(INT, policy_row, edition), COLUMN(TEXT, policy_row, name), COLUMN(INT, policy_row, tier),
	COLUMN(TEXT, policy_row, value), COLUMN(INT, policy_row, limit.kind),
	COLUMN(LONG, policy_row, limit.amount), COLUMN(TEXT, policy_row, calendar)};
static const struct column calendar_columns[] = {
	COLUMN(INT, calendar_row, edition), COLUMN(INT, calendar_row, id), COLUMN(TEXT, calendar_row, code),
	COLUMN(TEXT, calendar_row, zone), COLUMN(INT, calendar_row, makeup_weekday),
	COLUMN(INT, calendar_row, first_date), COLUMN(INT, calendar_row, last_date),
	COLUMN(INT, calendar_row, known_until)};
static const struct column window_columns[] = {
	COLUMN(INT, window_row, edition), COLUMN(INT, window_row, calendar),
	COLUMN(INT, window_row, window.weekday), COLUMN(INT, window_row, window.from_minute),
	COLUMN(INT, window_row, window.until_minute)};
static const struct column exception_columns[] = {
	COLUMN(INT, exception_row, edition), COLUMN(INT, exception_row, calendar),
	COLUMN(INT, exception_row, exception.date), COLUMN(INT, exception_row, exception.kind),
	COLUMN(INT, exception_row, exception.from_minute), COLUMN(INT, exception_row, exception.until_minute)};
static const struct column transition_columns[] = {
	COLUMN(INT, transition_row, edition), COLUMN(TEXT, transition_row, zone),
	COLUMN(INSTANT, transition_row, transition.from),
	COLUMN(INT, transition_row, transition.offset_seconds)};

/* Where each table goes: its statement, its records in rules_rows, its columns. */
#define TABLE(NAME, member, type, columns) \
	{STATEMENT_LOAD_##NAME, offsetof(struct rules_rows, member.rows), \
		offsetof(struct rules_rows, member.count), sizeof(struct type), columns, \
		sizeof(columns) / sizeof((columns)[0])}
static const struct {
	enum statement statement;
	size_t rows, count, size;
	const struct column *columns;
	size_t columns_count;
} tables[] = {
	TABLE(RELEASES, releases, release_row, release_columns),
	TABLE(PLACES, places, place_row, place_columns),
	TABLE(POLYGONS, shapes, shape_row, shape_columns),
	TABLE(UNITS, units, unit_row, unit_columns),
	TABLE(COMPETENCES, competences, competence_row, competence_columns),
	TABLE(STANDARDS, standards, standard_row, standard_columns),
	TABLE(ROUTES, routes, route_row, route_columns),
	TABLE(LADDER_STEPS, ladders, ladder_row, ladder_columns),
	TABLE(POLICIES, policies, policy_row, policy_columns),
	TABLE(CALENDARS, calendars, calendar_row, calendar_columns),
	TABLE(WINDOWS, windows, window_row, window_columns),
	TABLE(EXCEPTIONS, exceptions, exception_row, exception_columns),
	TABLE(TRANSITIONS, transitions, transition_row, transition_columns),
};

void
rules_rows_send(struct connection *connection, struct arena *arena, int32_t district, struct instant now,
	const int32_t *releases, size_t releases_count)
{
	struct params params = params_new(arena), all, at;

	params_integer(&params, district);
	at = params;
	params_instant(&at, now);
	all = at;
	params_array(&all, COLUMN_INT, releases, releases_count);
	connection_send(connection, STATEMENT_LOAD_BEGIN, NULL);
	connection_send(connection, STATEMENT_LOAD_DISTRICT, &params);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		connection_send(connection, tables[i].statement,
			tables[i].statement == STATEMENT_LOAD_POLYGONS ? &at : &all);
	connection_send(connection, STATEMENT_LOAD_END, NULL);
}

void
rules_rows_read(struct rules_rows *rows, struct arena *arena, enum statement statement,
	const PGresult *result)
{
	size_t count = (size_t)PQntuples(result);

	if (statement == STATEMENT_LOAD_DISTRICT && count == 1) {
		rows->code = arena_text(arena, value_text(result, 0, 0));
		rows->name = arena_text(arena, value_text(result, 0, 1));
		rows->zone = arena_text(arena, value_text(result, 0, 2));
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		char *records;

		if (tables[i].statement != statement)
			continue;
		records = arena_take_array(arena, count, tables[i].size);
		memcpy((char *)rows + tables[i].rows, &records, sizeof(records));
		memcpy((char *)rows + tables[i].count, &count, sizeof(count));
		for (size_t row = 0; row < count; row++)
			columns_read(result, (int)row, 0, tables[i].columns, tables[i].columns_count, arena,
				records + row * tables[i].size);
	}
}
