/* rules.c — standards, routes, ladders and policies: what an open issue pins. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"

#define DAYS_MAX 3660
#define STEPS_MAX 32
#define FIRINGS_MAX 250
#define PRIORITY_MAX 1000000

/* ---- limits ---- */

bool
limit_read(struct complaints *complaints, struct origin origin, const char *column, int kind,
	struct text amount, struct text calendar, struct limit_words *ret_limit)
{
	struct span span;
	char *end;

	*ret_limit = (struct limit_words){.kind = kind};
	if (kind == LIMIT_NONE) {
		if (amount.len == 0 && calendar.len == 0)
			return true;
		complain(complaints, origin, column, "none has no amount and no calendar");
		return false;
	}
	ret_limit->calendar = calendar.len > 0 ? calendar : TEXT("");
	if (limit_in_days((enum limit_kind)kind)) {
		long long days = strtoll(amount.len == 0 ? "" : amount.data, &end, 10);

		if (amount.len == 0 || *end != '\0' || days < 1 || days > DAYS_MAX) {
			complain(complaints, origin, column,
				"\"%s\" must be a number of days from 1 to %d; where there is no "
				"limit, say none",
				amount.len == 0 ? "" : amount.data, DAYS_MAX);
			return false;
		}
		ret_limit->amount = days;
	} else if (!span_parse(amount, &span) || span.us == 0) {
		complain(complaints, origin, column,
			"\"%s\" must be a duration such as 90s, 15m or 4h; where there is no "
			"limit, say none",
			amount.len == 0 ? "" : amount.data);
		return false;
	} else {
		ret_limit->amount = span.us;
	}
	if (kind == LIMIT_CONTINUOUS && calendar.len > 0 && !text_is(calendar, "24x7")) {
		complain(complaints, origin, "calendar",
			"continuous time has no calendar; leave it empty, or say 24x7");
		return false;
	}
	if (kind == LIMIT_CONTINUOUS)
		ret_limit->calendar = TEXT("");
	if (kind != LIMIT_CONTINUOUS && calendar.len == 0) {
		complain(complaints, origin, "calendar", "is missing; %s is measured on one",
			vocab_by_number("limit_kind", kind)->word);
		return false;
	}
	return true;
}

/* ---- standards ---- */

void
standards_read(struct draft *draft, const struct row *row)
{
	struct standard_row *standard =
		LIST_ADD(draft->arena, &draft->standards, struct standard_row);
	int kind;

	standard->origin = row->origin;
	standard->class_code = row_class(row, "class", true);
	standard->class_name = row_words(row, "class_name", false);
	standard->condition_code = row_words(row, "condition_code", false);
	standard->condition = row_words(row, "condition", false);
	standard->close_condition = row_words(row, "close_condition", false);
	standard->area_class = row_words(row, "area_class", false);
	standard->severity = row_int(row, "severity", 1, 4, 0);
	kind = row_word(row, "limit_kind", "limit_kind", true);
	standard->runs_from = row_word(row, "runs_from", "runs_from", true);
	standard->checked = row_yes(row, "checked", true);
	standard->evidence = row_yes(row, "evidence", false);
	standard->candidates = row_list(row, "candidates", &standard->candidates_count);
	if (kind != 0)
		limit_read(row->complaints, row->origin, "limit", kind, row_get(row, "limit"),
			row_code(row, "calendar", false), &standard->limit);
}

static struct text
standard_key(struct draft *draft, const struct standard_row *row)
{
	return arena_format(draft->arena, "%s\t%s\t%" PRId32 "\t%s", row->class_code.data,
		row->condition_code.data, row->severity, row->area_class.data);
}

static void
standards_build(struct draft *draft, int64_t largest)
{
	struct standards standards = {.edition = 1, .count = (int32_t)largest + 1};
	struct text why = TEXT_NONE;

	standards.rows =
		arena_take_array(draft->arena, (size_t)standards.count, sizeof(*standards.rows));
	for (size_t i = 0; i < draft->standards.count; i++) {
		const struct standard_row *row = LIST_AT(&draft->standards, struct standard_row, i);

		standards.rows[row->id] = (struct standard){.id = row->id,
			.class_code = row->class_code,
			.class_name = row->class_name,
			.condition_code = row->condition_code,
			.condition = row->condition,
			.close_condition = row->close_condition,
			.area_class = row->area_class,
			.severity = row->severity,
			.limit = {(enum limit_kind)row->limit.kind, row->limit.amount,
				row->limit.calendar.len > 0},
			.runs_from = (enum runs_from)row->runs_from,
			.checked = row->checked,
			.evidence = row->evidence};
	}
	if (!standards_index(draft->arena, &standards, &why))
		complain(&draft->complaints, (struct origin){"standards", 0}, NULL, "%s", why.data);
}

void
standards_check(struct draft *draft)
{
	struct codes ids = {0}, rows = {0};
	struct answer known;
	char district[16];
	int64_t next;

	snprintf(district, sizeof(district), "%d", draft->district);
	known = DB_ASK(draft->db, SQL_STANDARD_IDS, district);
	for (size_t i = 0; i < known.rows; i++)
		codes_add(draft->arena, &ids, answer_get(&known, i, 0), answer_int(&known, i, 1));
	codes_sort(&ids);
	next = codes_largest(&ids) + 1;
	for (size_t i = 0; i < draft->standards.count; i++)
		codes_add(draft->arena, &rows,
			standard_key(draft, LIST_AT(&draft->standards, struct standard_row, i)),
			(int64_t)i);
	codes_sort(&rows);
	for (size_t i = 0; i < draft->standards.count; i++) {
		struct standard_row *row = LIST_AT(&draft->standards, struct standard_row, i);
		struct text key = standard_key(draft, row);
		int64_t first = codes_find(&rows, key);

		if (first != (int64_t)i)
			complain(&draft->complaints, row->origin, "class",
				"the same class, condition_code, severity and area_class stand in "
				"line %zu already",
				LIST_AT(&draft->standards, struct standard_row, first)
					->origin.line);
		row->id = draft_id(draft, &ids, &next, key);
		draft_calendar(draft, row->origin, "calendar", row->limit.calendar);
		for (size_t j = 0; j < row->candidates_count; j++)
			draft_unit(draft, row->origin, "candidates", row->candidates[j]);
	}
	if (draft->complaints.rows.count == 0)
		standards_build(draft, next);
}

/* ---- routes ---- */

void
routes_read(struct draft *draft, const struct row *row)
{
	struct route_row *route = LIST_ADD(draft->arena, &draft->routes, struct route_row);

	route->origin = row->origin;
	route->priority = row_int(row, "priority", -PRIORITY_MAX, PRIORITY_MAX, 0);
	if (row_get(row, "priority").len == 0)
		complain(row->complaints, row->origin, "priority",
			"is missing; of the rows that fit, the largest wins");
	route->class_code = row_class(row, "class", false);
	route->place_code = row_code(row, "place_code", false);
	route->severity = row_int(row, "severity", 1, 4, 0);
	route->lead_code = row_code(row, "lead_code", false);
	route->lead_kind = row_code(row, "lead_kind", false);
	route->assist = row_list(row, "assist_codes", &route->assist_count);
	route->auto_file = row_yes(row, "auto_file", true);
	route->auto_dispatch = row_yes(row, "auto_dispatch", true);
}

void
routes_check(struct draft *draft)
{
	for (size_t i = 0; i < draft->routes.count; i++) {
		const struct route_row *row = LIST_AT(&draft->routes, struct route_row, i);

		draft_place(draft, row->origin, "place_code", row->place_code);
		draft_unit(draft, row->origin, "lead_code", row->lead_code);
		for (size_t j = 0; j < row->assist_count; j++)
			draft_unit(draft, row->origin, "assist_codes", row->assist[j]);
		if (row->lead_code.len > 0 && row->lead_kind.len > 0)
			complain(&draft->complaints, row->origin, "lead_kind",
				"give lead_code or lead_kind, not both; neither means by "
				"competence");
		else if (row->lead_kind.len > 0 && !draft_has_kind(draft, row->lead_kind))
			complain(&draft->complaints, row->origin, "lead_kind",
				"no unit has the kind \"%s\"", row->lead_kind.data);
	}
}

/* ---- ladders ---- */

void
ladders_read(struct draft *draft, const struct row *row)
{
	struct ladder_row *step = LIST_ADD(draft->arena, &draft->ladders, struct ladder_row);

	step->origin = row->origin;
	step->ladder = row_code(row, "ladder", true);
	step->step = row_int(row, "step", 1, STEPS_MAX, 0);
	if (row_get(row, "step").len == 0)
		complain(row->complaints, row->origin, "step", "is missing; 1, 2, … in order");
	step->clock = row_word(row, "clock", "clock", true);
	step->class_code = row_class(row, "class", false);
	step->severity = row_int(row, "severity", 1, 4, 0);
	step->anchor = row_word(row, "anchor", "anchor", true);
	step->percent = row_int(row, "percent", 1, 1000, 0);
	step->offset = row_span(row, "offset", SPAN_ZERO);
	step->calendar = row_code(row, "calendar", false);
	step->action = row_word(row, "action", "action", true);
	step->audience = row_word(row, "audience", "role", false);
	step->audience_up = row_int(row, "audience_up", 0, 3, 0);
	step->repeat = row_int(row, "repeat", 0, 100, 0);
}

static int
by_ladder(const void *a, const void *b)
{
	const struct ladder_row *left = a, *right = b;
	int order = text_compare(left->ladder, right->ladder);

	if (order != 0)
		return order;
	if (left->step != right->step)
		return left->step < right->step ? -1 : 1;
	return (left->origin.line > right->origin.line) - (left->origin.line < right->origin.line);
}

static void
check_step(struct draft *draft, const struct ladder_row *row)
{
	struct complaints *complaints = &draft->complaints;

	draft_calendar(draft, row->origin, "calendar", row->calendar);
	if ((row->anchor == ANCHOR_PERCENT) != (row->percent > 0) && row->anchor != 0)
		complain(complaints, row->origin, "percent",
			"is given for the anchor percent (1 to 1000), and for no other");
	if ((row->action == ACTION_NOTIFY) != (row->audience != 0) && row->action != 0)
		complain(complaints, row->origin, "audience",
			"is given for the action notify (a role), and for no other");
	if (row->audience_up > 0 && row->action != ACTION_NOTIFY)
		complain(complaints, row->origin, "audience_up", "is for the action notify only");
	if (row->anchor == ANCHOR_PREVIOUS && row->step == 1)
		complain(complaints, row->origin, "anchor", "the first step has no previous one");
	if (row->repeat > 0 && row->offset.us == 0)
		complain(complaints, row->origin, "repeat",
			"a step that repeats needs an offset: each firing is so long behind the "
			"one before");
}

/* The rows of one ladder: they tell the same clock, and their steps have no gap. */
static void
check_ladder(struct draft *draft, const struct ladder_row *rows, size_t count)
{
	int32_t firings = 0;
	bool numbered = rows[0].step !=
			0; /* sorted: one without a number comes first, and was complained of */

	for (size_t i = 0; i < count; i++) {
		firings += 1 + rows[i].repeat;
		if (numbered && rows[i].step != (int32_t)i + 1)
			complain(&draft->complaints, rows[i].origin, "step",
				"the steps of ladder \"%s\" must be 1, 2, … without gap; here %zu "
				"is due",
				rows[i].ladder.data, i + 1);
		if (rows[i].clock != rows[0].clock || rows[i].severity != rows[0].severity ||
			!text_equal(rows[i].class_code, rows[0].class_code))
			complain(&draft->complaints, rows[i].origin, "clock",
				"all steps of ladder \"%s\" have the same clock, class and "
				"severity",
				rows[i].ladder.data);
	}
	if (firings > FIRINGS_MAX)
		complain(&draft->complaints, rows[0].origin, "repeat",
			"ladder \"%s\" would fire %" PRId32 " times; at most %d",
			rows[0].ladder.data, firings, FIRINGS_MAX);
}

void
ladders_check(struct draft *draft)
{
	struct ladder_row *rows = (struct ladder_row *)(void *)draft->ladders.rows;
	size_t count = draft->ladders.count;
	struct codes targets = {0};

	if (count > 1)
		qsort(rows, count, sizeof(*rows), by_ladder);
	for (size_t from = 0, until; from < count; from = until) {
		for (until = from;
			until < count && text_equal(rows[until].ladder, rows[from].ladder); until++)
			check_step(draft, &rows[until]);
		check_ladder(draft, rows + from, until - from);
		if (rows[from].clock == 0)
			continue;
		codes_add(draft->arena, &targets,
			arena_format(draft->arena, "%d\t%s\t%" PRId32, rows[from].clock,
				rows[from].class_code.data, rows[from].severity),
			(int64_t)from);
	}
	codes_sort(&targets);
	for (size_t i = 1; i < targets.count; i++)
		if (text_equal(targets.rows[i].code, targets.rows[i - 1].code))
			complain(&draft->complaints, rows[targets.rows[i].number].origin, "ladder",
				"\"%s\" and \"%s\" are for the same clock, class and severity; "
				"only one can apply",
				rows[targets.rows[i - 1].number].ladder.data,
				rows[targets.rows[i].number].ladder.data);
}

/* ---- policies: typed, so that a wrong name or value never gets past here ---- */

enum policy_type { POLICY_LIMIT, POLICY_INTEGER, POLICY_YES, POLICY_SPAN, POLICY_TIER };

static const struct policy_kind {
	const char *name;
	enum policy_type type;
	int64_t largest;       /* integers; days of a duration */
	const char *otherwise; /* what holds while the policy is not given */
} POLICIES[] = {
	{"limit.ACCEPT", POLICY_LIMIT, 0, NULL},
	{"limit.DISPATCH", POLICY_LIMIT, 0, NULL},
	{"limit.SIGN", POLICY_LIMIT, 0, NULL},
	{"limit.HANDLE", POLICY_LIMIT, 0, NULL},
	{"limit.CLOSE", POLICY_LIMIT, 0, NULL},
	{"limit.FEEDBACK", POLICY_LIMIT, 0, NULL},
	{"limit.LEASE", POLICY_LIMIT, 0, NULL},
	{"limit.BUNDLE", POLICY_LIMIT, 0, NULL},
	{"desk_tier", POLICY_TIER, 0, "community"},
	{"lease_extensions_max", POLICY_INTEGER, 1000, "3"},
	{"return_stops_handle", POLICY_YES, 0, "yes"},
	{"other_unit_full_limit", POLICY_YES, 0, "yes"},
	{"rework_new_time", POLICY_YES, 0, "no"},
	{"redo_new_time", POLICY_YES, 0, "yes"},
	{"refusal_window", POLICY_SPAN, 3660, "0s"},
	{"observed_age_max", POLICY_SPAN, 36525, "30d"},
	{"observed_ahead_max", POLICY_SPAN, 1, "10m"},
	{"step_gap", POLICY_SPAN, 1, "0s"},
	{"returns_max", POLICY_INTEGER, 1000, "3"},
};

static const struct policy_kind *
policy_find(struct text name)
{
	for (size_t i = 0; i < sizeof(POLICIES) / sizeof(POLICIES[0]); i++)
		if (text_is(name, POLICIES[i].name))
			return &POLICIES[i];
	return NULL;
}

/* "15m continuous", "5 working_days CALENDAR", "none" */
static void
policy_read_limit(const struct row *row, struct policy_row *policy)
{
	size_t count;
	const struct text *words = row_list(row, "value", &count);
	const struct word *kind =
		count == 0 ? NULL
			   : vocab_by_word("limit_kind", words[count == 1 ? 0 : 1].data,
				     words[count == 1 ? 0 : 1].len);

	policy->is_limit = true;
	if (kind == NULL || count > 3 || (count == 1) != (kind->number == LIMIT_NONE)) {
		complain(row->complaints, row->origin, "value",
			"\"%s\" is no limit; write 15m continuous, 4h working_time CALENDAR, 5 "
			"working_days CALENDAR, "
			"2 end_of_working_day CALENDAR, 30 calendar_days CALENDAR or none",
			policy->value.data);
		return;
	}
	limit_read(row->complaints, row->origin, "value", kind->number,
		count == 1 ? TEXT_NONE : words[0], count == 3 ? words[2] : TEXT_NONE,
		&policy->limit);
}

static void
policy_read_value(const struct row *row, const struct policy_kind *kind, struct policy_row *policy)
{
	struct span span = SPAN_ZERO;

	switch (kind->type) {
	case POLICY_LIMIT:
		policy_read_limit(row, policy);
		break;
	case POLICY_INTEGER:
		row_int(row, "value", 0, (int32_t)kind->largest, 0);
		break;
	case POLICY_YES:
		row_yes(row, "value", false);
		break;
	case POLICY_TIER:
		row_word(row, "value", "tier", true);
		break;
	case POLICY_SPAN:
		span = row_span(row, "value", SPAN_ZERO);
		if (span.us > kind->largest * US_PER_DAY)
			complain(row->complaints, row->origin, "value", "at most %" PRId64 "d",
				kind->largest);
		policy->value = span_text(row->complaints->arena, span);
		break;
	}
}

void
policies_read(struct draft *draft, const struct row *row)
{
	struct policy_row *policy = LIST_ADD(draft->arena, &draft->policies, struct policy_row);
	const struct policy_kind *kind;

	policy->origin = row->origin;
	policy->name = row_code(row, "name", true);
	policy->tier = row_word(row, "tier", "tier", false);
	policy->value = row_words(row, "value", true);
	kind = policy_find(policy->name);
	if (kind == NULL && policy->name.len > 0) {
		struct text names = TEXT("");

		for (size_t i = 0; i < sizeof(POLICIES) / sizeof(POLICIES[0]); i++)
			names = arena_format(draft->arena, "%s %s", names.data, POLICIES[i].name);
		complain(row->complaints, row->origin, "name",
			"there is no policy \"%s\"; there are:%s", policy->name.data, names.data);
	}
	if (kind == NULL || policy->value.len == 0)
		return;
	policy_read_value(row, kind, policy);
	if (policy->tier != 0 && !policy->is_limit)
		complain(row->complaints, row->origin, "tier",
			"only a limit differs by tier; leave it empty");
}

void
policies_check(struct draft *draft)
{
	struct codes rows = {0};

	for (size_t i = 0; i < draft->policies.count; i++) {
		const struct policy_row *row = LIST_AT(&draft->policies, struct policy_row, i);

		draft_calendar(draft, row->origin, "value", row->limit.calendar);
		codes_add(draft->arena, &rows,
			arena_format(draft->arena, "%s\t%d", row->name.data, row->tier),
			(int64_t)i);
	}
	codes_sort(&rows);
	for (size_t i = 1; i < rows.count; i++)
		if (text_equal(rows.rows[i].code, rows.rows[i - 1].code))
			complain(&draft->complaints,
				LIST_AT(&draft->policies, struct policy_row, rows.rows[i].number)
					->origin,
				"name", "the same name and tier stand in line %zu already",
				LIST_AT(&draft->policies, struct policy_row,
					rows.rows[i - 1].number)
					->origin.line);
}

void
policies_print(const struct admin *admin)
{
	static const char *const TYPES[] = {"limit", "integer", "yes or no", "duration", "tier"};
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(POLICIES) / sizeof(POLICIES[0]); i++) {
		const struct policy_kind *kind = &POLICIES[i];
		const char *otherwise = kind->otherwise == NULL ? "" : kind->otherwise;

		if (admin->json)
			json_array_append_new(
				array, json_pack("{s:s, s:s, s:s}", "name", kind->name, "type",
					       TYPES[kind->type], "default", otherwise));
		else
			printf("%-24s %-10s %s\n", kind->name, TYPES[kind->type], otherwise);
	}
	if (admin->json)
		admin_print_json(array);
	else
		json_decref(array);
}
