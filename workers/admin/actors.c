/* actors.c — people: a whole file of them, or one at a time. They are no part of a release: what a
 * person may do holds from the next message on. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/actors.h"
#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"

void
actors_read(struct draft *draft, const struct row *row)
{
	struct actor_row *actor = LIST_ADD(draft->arena, &draft->actors, struct actor_row);
	const struct text *roles;
	size_t count;

	actor->origin = row->origin;
	actor->code = row_code(row, "code", true);
	actor->name = row_words(row, "name", true);
	actor->unit_code = row_code(row, "unit_code", true);
	actor->area_code = row_code(row, "area_code", true);
	roles = row_list(row, "roles", &count);
	if (count == 0)
		complain(row->complaints, row->origin, "roles", "is missing; at least one role");
	for (size_t i = 0; i < count; i++) {
		const struct word *role = vocab_by_word("role", roles[i].data, roles[i].len);

		if (role == NULL)
			complain(row->complaints, row->origin, "roles",
				"\"%s\" is no role; the roles are: collector "
				"acceptor dispatcher handler duty_officer callback supervisor "
				"admin",
				roles[i].data);
		else
			actor->roles |= 1u << role->number;
	}
}

void
actors_check(struct draft *draft)
{
	struct codes rows = {0};

	for (size_t i = 0; i < draft->actors.count; i++)
		codes_add(draft->arena, &rows, LIST_AT(&draft->actors, struct actor_row, i)->code,
			(int64_t)i);
	codes_sort(&rows);
	for (size_t i = 0; i < draft->actors.count; i++) {
		struct actor_row *row = LIST_AT(&draft->actors, struct actor_row, i);
		int64_t first = codes_find(&rows, row->code);

		if (first != (int64_t)i && row->code.len > 0)
			complain(&draft->complaints, row->origin, "code",
				"\"%s\" stands in line %zu already", row->code.data,
				LIST_AT(&draft->actors, struct actor_row, first)->origin.line);
		row->unit = draft_unit(draft, row->origin, "unit_code", row->unit_code);
		row->area = draft_place(draft, row->origin, "area_code", row->area_code);
	}
}

/* ---- into the table ---- */

static bool
is_as_published(const struct answer *present, size_t at, const struct actor_row *row)
{
	return text_equal(answer_get(present, at, 2), row->name) &&
	       answer_int(present, at, 3) == row->unit && answer_int(present, at, 4) == row->area &&
	       answer_int(present, at, 5) == row->roles;
}

static void
put(struct draft *draft, const char *district, int32_t id, const struct actor_row *row)
{
	char words[4][16];

	snprintf(words[0], sizeof(words[0]), "%" PRId32, id);
	snprintf(words[1], sizeof(words[1]), "%" PRId32, row->unit);
	snprintf(words[2], sizeof(words[2]), "%" PRId32, row->area);
	snprintf(words[3], sizeof(words[3]), "%" PRIu32, row->roles);
	DB_ASK(draft->db, SQL_ACTOR_UPSERT, district, words[0], row->code.data, row->name.data,
		words[1], words[2], words[3]);
}

struct actor_changes
actors_put(struct draft *draft, bool replace)
{
	struct actor_changes changes = {0};
	struct codes present_rows = {0}, wanted = {0};
	struct answer present;
	char district[16];
	int64_t next = 1;

	snprintf(district, sizeof(district), "%d", draft->district);
	present = DB_ASK(draft->db, SQL_ACTORS, district);
	for (size_t i = 0; i < present.rows; i++) {
		codes_add(draft->arena, &present_rows, answer_get(&present, i, 1), (int64_t)i);
		next = answer_int(&present, i, 0) >= next ? answer_int(&present, i, 0) + 1 : next;
	}
	codes_sort(&present_rows);
	for (size_t i = 0; i < draft->actors.count; i++) {
		const struct actor_row *row = LIST_AT(&draft->actors, struct actor_row, i);
		int64_t at = codes_find(&present_rows, row->code);

		codes_add(draft->arena, &wanted, row->code, (int64_t)i);
		if (at != CODE_NONE && is_as_published(&present, (size_t)at, row))
			continue;
		changes.added += at == CODE_NONE;
		changes.changed += at != CODE_NONE;
		put(draft, district,
			(int32_t)(at == CODE_NONE ? next++ : answer_int(&present, (size_t)at, 0)),
			row);
	}
	codes_sort(&wanted);
	for (size_t i = 0; replace && i < present.rows; i++) {
		if (!text_is(answer_get(&present, i, 6), "t") ||
			codes_find(&wanted, answer_get(&present, i, 1)) != CODE_NONE)
			continue;
		changes.disabled++;
		DB_ASK(draft->db, SQL_ACTOR_ACTIVE, district, answer_get(&present, i, 1).data,
			"no");
	}
	return changes;
}

/* ---- actor add|disable|enable|list ---- */

static const struct command COMMAND = {"actor", NULL,
	"huying-admin actor add zhang --name 张三 --unit G0101 --area G0101 --roles \"collector "
	"handler\"",
	NULL};

struct actor_options {
	const char *verb, *code, *name, *unit, *area, *roles;
};

static const struct argp_option OPTIONS[] = {
	{"name", 'n', "NAME", 0, "as others read it", 1},
	{"unit", 'u', "CODE", 0, "the unit he works for", 1},
	{"area", 'a', "CODE", 0, "the place he answers for, with all below it", 1},
	{"roles", 'r', "LIST", 0, "parted by spaces", 1},
	{0},
};

static error_t parse(int key, char *value, struct argp_state *state);
static int add(struct admin *admin, struct db *db, const struct actor_options *options);
static int set_active(struct admin *admin, struct db *db, const char *code, bool active);
static int list(struct admin *admin, struct db *db);

int
actor_run(struct admin *admin, int argc, char **argv)
{
	struct actor_options options = {0};
	struct db *db;
	int status;

	admin_parse(admin, &COMMAND, OPTIONS, parse, "add CODE\ndisable CODE\nenable CODE\nlist",
		"Adds a person or program, or lists them. A disabled one is refused on the next "
		"message.",
		argc, argv, &options);
	if (options.verb == NULL || (options.code == NULL && strcmp(options.verb, "list") != 0))
		admin_fail(admin, EXIT_USAGE, "say add, disable, enable (and whom) or list");
	db = db_open(admin);
	if (strcmp(options.verb, "add") == 0)
		status = add(admin, db, &options);
	else if (strcmp(options.verb, "disable") == 0 || strcmp(options.verb, "enable") == 0)
		status = set_active(admin, db, options.code, strcmp(options.verb, "enable") == 0);
	else if (strcmp(options.verb, "list") == 0)
		status = list(admin, db);
	else
		admin_fail(admin, EXIT_USAGE,
			"there is no `actor %s`; say add, disable, enable or list", options.verb);
	return status;
}

static error_t
parse(int key, char *value, struct argp_state *state)
{
	struct actor_options *options = state->input;

	switch (key) {
	case 'n':
		options->name = value;
		return 0;
	case 'u':
		options->unit = value;
		return 0;
	case 'a':
		options->area = value;
		return 0;
	case 'r':
		options->roles = value;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "too many words");
		*(state->arg_num == 0 ? &options->verb : &options->code) = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A row of one actor, judged like a row of a file. */
static int
add(struct admin *admin, struct db *db, const struct actor_options *options)
{
	const struct text names[] = {
		TEXT("code"), TEXT("name"), TEXT("unit_code"), TEXT("area_code"), TEXT("roles")};
	const struct text cells[] = {text_of(options->code),
		text_of(options->name == NULL ? "" : options->name),
		text_of(options->unit == NULL ? "" : options->unit),
		text_of(options->area == NULL ? "" : options->area),
		text_of(options->roles == NULL ? "" : options->roles)};
	struct answer given = {1, 5, names, cells}, there;
	struct draft draft = {0};
	char district[16];

	draft_begin(&draft, admin, db);
	snprintf(district, sizeof(district), "%d", draft.district);
	there = DB_ASK(db, SQL_ACTOR_FIND, district, options->code);
	if (there.rows > 0)
		admin_fail(admin, EXIT_FAILED,
			"there is an actor %s already (%s); change him by `load actors`, or `actor "
			"enable` him",
			options->code, answer_get(&there, 0, 1).data);
	draft.loading = family_find("actors");
	draft_read_published(&draft, family_find("places"));
	draft_read_published(&draft, family_find("units"));
	struct row row = {&draft.complaints, {"actor add", 0}, NULL, &given, 0};

	actors_read(&draft, &row);
	draft_check(&draft);
	if (draft.complaints.rows.count > 0) {
		complaints_print(&draft.complaints);
		return EXIT_FAILED;
	}
	db_script(db, "BEGIN", NULL);
	DB_ASK(db, SQL_PUBLISH_LOCK, district);
	actors_put(&draft, false);
	db_script(db, "COMMIT", NULL);
	if (admin->json)
		admin_print_json(json_pack("{s:s, s:s}", "actor", options->code, "done", "added"));
	else
		printf("%s is there; `huying-admin enrol %s` gives a device its code\n",
			options->code, options->code);
	return EXIT_DONE;
}

static int
set_active(struct admin *admin, struct db *db, const char *code, bool active)
{
	struct draft draft = {0};
	struct answer changed;
	char district[16];

	draft_begin(&draft, admin, db);
	snprintf(district, sizeof(district), "%d", draft.district);
	changed = DB_ASK(db, SQL_ACTOR_ACTIVE, district, code, active ? "yes" : "no");
	if (changed.rows == 0)
		admin_fail(admin, EXIT_FAILED,
			"there is no actor %s; `huying-admin actor list` names them", code);
	if (admin->json)
		admin_print_json(json_pack(
			"{s:s, s:s}", "actor", code, "done", active ? "enabled" : "disabled"));
	else
		printf("%s is %s; it holds from the next message on\n", code,
			active ? "enabled" : "disabled");
	return EXIT_DONE;
}

static int
list(struct admin *admin, struct db *db)
{
	struct draft draft = {0};
	struct answer rows;
	char district[16];
	json_t *array = json_array();

	draft_begin(&draft, admin, db);
	snprintf(district, sizeof(district), "%d", draft.district);
	rows = DB_ASK(db, SQL_ACTOR_LIST, district);
	for (size_t i = 0; i < rows.rows; i++) {
		if (admin->json)
			json_array_append_new(
				array, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "code",
					       answer_get(&rows, i, 0).data, "name",
					       answer_get(&rows, i, 1).data, "unit",
					       answer_get(&rows, i, 2).data, "area",
					       answer_get(&rows, i, 3).data, "roles",
					       answer_get(&rows, i, 4).data, "active",
					       text_is(answer_get(&rows, i, 5), "yes")));
		else
			printf("%s\t%s\t%s\t%s\t%s\t%s\n", answer_get(&rows, i, 0).data,
				answer_get(&rows, i, 1).data, answer_get(&rows, i, 2).data,
				answer_get(&rows, i, 3).data, answer_get(&rows, i, 4).data,
				text_is(answer_get(&rows, i, 5), "yes") ? "" : "disabled");
	}
	if (admin->json)
		admin_print_json(array);
	else
		json_decref(array);
	return EXIT_DONE;
}
