/* show.c — rules in force, or of another release: an overview, or one family as the CSV that would
 * load it again. */
#include <csv.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"

static const struct command COMMAND = {
	"rules", NULL, "huying-admin rules show --family ladders > ladders.csv", NULL};
static const struct argp_option OPTIONS[] = {
	{"release", 'r', "N", 0, "another than the one in force", 1},
	{"family", 'f', "FAMILY", 0, "its rows, as CSV that `load` takes again", 1},
	{0},
};

struct show_options {
	const char *verb, *release, *family;
};

static error_t
parse(int key, char *value, struct argp_state *state)
{
	struct show_options *options = state->input;

	switch (key) {
	case 'r':
		options->release = value;
		return 0;
	case 'f':
		options->family = value;
		return 0;
	case ARGP_KEY_ARG:
		options->verb = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
show_overview(struct draft *draft, const struct answer *release)
{
	const char *text[4];
	char district[16];
	json_t *families = json_object();

	snprintf(district, sizeof(district), "%" PRId32, draft->district);
	for (size_t i = 0; i < 4; i++)
		text[i] = answer_get(release, 0, i).data;
	if (!draft->admin->json)
		printf("release %s of district %s, in force from %s, by %s: %s\n", text[0],
			draft->district_code.data, text[1], text[2], text[3]);
	for (size_t i = 0; i < EDITION_FAMILIES; i++) {
		const char *edition = answer_get(release, 0, 4 + i).data;
		struct answer row =
			DB_ASK(draft->db, SQL_EDITION_SHOWN, district, EDITION_NAMES[i], edition);

		if (row.rows == 0)
			continue;
		if (draft->admin->json)
			json_object_set_new(families, EDITION_NAMES[i],
				json_pack("{s:I, s:s, s:s, s:s, s:s}", "edition",
					(json_int_t)answer_int(release, 0, 4 + i), "author",
					answer_get(&row, 0, 0).data, "digest",
					answer_get(&row, 0, 1).data, "source",
					answer_get(&row, 0, 2).data, "published_at",
					answer_get(&row, 0, 3).data));
		else
			printf("  %-10s edition %-4s %.16s  %s  %s  %s\n", EDITION_NAMES[i],
				edition, answer_get(&row, 0, 1).data, answer_get(&row, 0, 3).data,
				answer_get(&row, 0, 0).data, answer_get(&row, 0, 2).data);
	}
	if (draft->admin->json)
		admin_print_json(json_pack("{s:I, s:s, s:s, s:s, s:o}", "release",
			(json_int_t)answer_int(release, 0, 0), "effective_at", text[1], "author",
			text[2], "what", text[3], "families", families));
	else
		json_decref(families);
}

static void
print_field(struct text value, bool last)
{
	if (value.len > 0 && strpbrk(value.data, ",\"\r\n") != NULL)
		csv_fwrite(stdout, value.data, value.len);
	else
		fwrite(value.len == 0 ? "" : value.data, 1, value.len, stdout);
	putchar(last ? '\n' : ',');
}

static void
show_family(struct draft *draft, const struct family *family, const int32_t *editions)
{
	struct answer rows = draft_show(draft, family, editions);
	json_t *array = json_array();

	for (size_t c = 0; !draft->admin->json && c < rows.columns; c++)
		print_field(rows.names[c], c + 1 == rows.columns);
	for (size_t r = 0; r < rows.rows; r++) {
		json_t *object = json_object();

		for (size_t c = 0; c < rows.columns; c++) {
			struct text cell = answer_get(&rows, r, c);

			if (draft->admin->json)
				json_object_set_new(object, rows.names[c].data,
					json_stringn(cell.data, cell.len));
			else
				print_field(cell, c + 1 == rows.columns);
		}
		json_array_append_new(array, object);
	}
	if (draft->admin->json)
		admin_print_json(array);
	else
		json_decref(array);
}

int
rules_run(struct admin *admin, int argc, char **argv)
{
	struct show_options options = {0};
	struct draft draft = {0};
	int32_t editions[EDITION_FAMILIES];
	const struct family *family = NULL;
	struct answer release;
	char district[16];
	struct db *db;

	admin_parse(admin, &COMMAND, OPTIONS, parse, "show\npolicies",
		"Prints which rules are in force, with --family their rows; or which policies "
		"there can be.",
		argc, argv, &options);
	if (options.verb != NULL && strcmp(options.verb, "policies") == 0) {
		policies_print(admin);
		return EXIT_DONE;
	}
	if (options.verb == NULL || strcmp(options.verb, "show") != 0)
		admin_fail(admin, EXIT_USAGE, "say `rules show` or `rules policies`");
	if (options.family != NULL && (family = family_find(options.family)) == NULL)
		admin_fail(admin, EXIT_USAGE,
			"there is no family \"%s\"; the families are: places units competences "
			"standards routes ladders policies calendars actors",
			options.family);
	if (options.release != NULL &&
		strspn(options.release, "0123456789") != strlen(options.release))
		admin_fail(admin, EXIT_USAGE, "--release %s must be a number", options.release);
	db = db_open(admin);
	draft_begin(&draft, admin, db);
	snprintf(district, sizeof(district), "%" PRId32, draft.district);
	release = DB_ASK(db, SQL_RELEASE_SHOWN, district, options.release);
	if (release.rows == 0 && options.release != NULL)
		admin_fail(admin, EXIT_FAILED,
			"district %s has no release %s; the newest is %" PRId32,
			draft.district_code.data, options.release, draft.release);
	if (release.rows == 0)
		admin_fail(admin, EXIT_FAILED,
			"no rules are in force in district %s yet; the newest release is %" PRId32
			" (--release shows it)",
			draft.district_code.data, draft.release);
	for (size_t i = 0; i < EDITION_FAMILIES; i++)
		editions[i] = (int32_t)answer_int(&release, 0, 4 + i);
	if (family == NULL)
		show_overview(&draft, &release);
	else
		show_family(&draft, family, editions);
	return EXIT_DONE;
}
