/* load.c — files in, one new edition and one new release out; or every bad line, and nothing.
 *
 * All checks happen before the transaction, which is short (dispatchers read the journal up to the
 * oldest open transaction). It begins by locking the district and looks whether somebody published
 * meanwhile. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/actors.h"
#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/progress.h"
#include "admin/statements.h"
#include "store/store.h"
#include "table/table.h"

#define AHEAD_US (10 * US_PER_SECOND)

struct load_options {
	struct arena *arena;
	const char *family;
	struct list files, polygons; /* const char * */
	const char *polygon_code, *effective;
	bool now, replace, no_polygons, check;
};

static const struct command COMMAND = {"load", NULL,
	"huying-admin load standards standards.csv:city-columns.json --district ZC", NULL};

enum { KEY_POLYGON_CODE = 0x200, KEY_NO_POLYGONS, KEY_EFFECTIVE, KEY_NOW, KEY_REPLACE, KEY_CHECK };

static const struct argp_option OPTIONS[] = {
	{"polygons", 'p', "FILE", 0,
		"places: GeoJSON features; without it the present polygons stay", 1},
	{"polygon-code", KEY_POLYGON_CODE, "PROPERTY", 0,
		"places: the property with the code; default: code", 1},
	{"no-polygons", KEY_NO_POLYGONS, NULL, 0, "places: drop the present polygons", 1},
	{"replace", KEY_REPLACE, NULL, 0, "actors: disable whoever is not in the file", 1},
	{"check", KEY_CHECK, NULL, 0, "only look: publish nothing", 2},
	{"effective", KEY_EFFECTIVE, "INSTANT", 0, "from when on, e.g. 2027-01-01T00:00:00+08:00",
		2},
	{"now", KEY_NOW, NULL, 0, "at once: for a district without open issues, or a test district",
		2},
	{0},
};

static error_t parse(int key, char *value, struct argp_state *state);
static int say_checked(struct admin *admin, const char *family);
static int load_district(struct admin *admin, struct db *db, const struct load_options *options);
static bool read_files(struct draft *draft, const struct load_options *options);
static void read_rest(struct draft *draft);
static void verify(struct draft *draft, int32_t release);
static int publish(struct draft *draft, const struct load_options *options);
static int publish_actors(struct draft *draft, const struct load_options *options);

int
load_run(struct admin *admin, int argc, char **argv)
{
	struct load_options options = {.arena = admin->arena, .polygon_code = "code"};
	struct draft draft = {0};
	struct db *db;
	int status;

	admin_parse(admin, &COMMAND, OPTIONS, parse, "FAMILY FILE.csv[:MAPPING.json]…",
		"Checks everything, then publishes all or nothing. FAMILY: district places units "
		"competences "
		"standards routes ladders policies calendars actors.",
		argc, argv, &options);
	if (options.family == NULL || options.files.count == 0)
		admin_fail(
			admin, EXIT_USAGE, "say which family, and its file: %s", COMMAND.example);
	db = db_open(admin);
	if (strcmp(options.family, "district") == 0)
		return load_district(admin, db, &options);
	draft_begin(&draft, admin, db);
	draft.loading = family_find(options.family);
	if (draft.loading == NULL)
		admin_fail(admin, EXIT_USAGE,
			"there is no family \"%s\"; the families are: district places units "
			"competences standards routes ladders policies calendars actors",
			options.family);
	if (read_files(&draft, &options)) {
		read_rest(&draft);
		draft_check(&draft);
	}
	if (draft.complaints.rows.count > 0) {
		complaints_print(&draft.complaints);
		admin_fail(admin, EXIT_FAILED, "%zu complaint%s; nothing was published",
			draft.complaints.rows.count, draft.complaints.rows.count == 1 ? "" : "s");
	}
	if (options.check)
		return say_checked(admin, options.family);
	status = draft.loading->edition == EDITION_ACTORS ? publish_actors(&draft, &options)
							  : publish(&draft, &options);
	return status;
}

static int
say_checked(struct admin *admin, const char *family)
{
	if (admin->json)
		admin_print_json(json_pack(
			"{s:s, s:b, s:b}", "family", family, "checked", 1, "published", 0));
	else
		printf("%s: nothing to complain of; nothing was published\n", family);
	return EXIT_DONE;
}

static error_t
parse(int key, char *value, struct argp_state *state)
{
	struct load_options *options = state->input;

	switch (key) {
	case 'p':
		*LIST_ADD(options->arena, &options->polygons, const char *) = value;
		return 0;
	case KEY_POLYGON_CODE:
		options->polygon_code = value;
		return 0;
	case KEY_NO_POLYGONS:
		options->no_polygons = true;
		return 0;
	case KEY_EFFECTIVE:
		options->effective = value;
		return 0;
	case KEY_NOW:
		options->now = true;
		return 0;
	case KEY_REPLACE:
		options->replace = true;
		return 0;
	case KEY_CHECK:
		options->check = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->family == NULL)
			options->family = value;
		else
			*LIST_ADD(options->arena, &options->files, const char *) = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- reading ---- */

/* Of "FILE.csv:MAPPING.json" the first part, unless a file of the whole name exists. */
static size_t
path_len(const char *argument)
{
	const char *colon = strrchr(argument, ':');

	return colon == NULL || access(argument, F_OK) == 0 ? strlen(argument)
							    : (size_t)(colon - argument);
}

static struct table *
open_file(struct complaints *complaints, const char *argument, const char *const *columns,
	const char **ret_path)
{
	struct table_columns known = {columns};
	struct arena *arena = complaints->arena;
	size_t len = path_len(argument);
	struct text why;
	struct table *table;

	*ret_path = arena_text(arena, (struct text){argument, len}).data;
	table = table_open(
		arena, *ret_path, argument[len] == '\0' ? NULL : argument + len + 1, &known, &why);
	if (table == NULL)
		complain(complaints, (struct origin){"load", 0}, NULL, "%s", why.data);
	return table;
}

/* False when not every row could be read, so that what is missing would only confuse the checks. */
static bool
read_file(struct draft *draft, const char *argument)
{
	const struct family *family = draft->loading;
	const char *path;
	struct table *table = open_file(&draft->complaints, argument, family->columns, &path);
	struct progress progress = progress_begin(path);
	struct text why = TEXT_NONE;
	bool complete = table != NULL;

	for (size_t i = 0; table != NULL && family->required[i] != NULL; i++)
		if (!table_has(table, family->required[i])) {
			complain(&draft->complaints, (struct origin){path, 1}, family->required[i],
				"the file has no such column, and no mapping gives it");
			complete = false;
		}
	for (bool more = complete; more || why.len > 0;) {
		more = table_next(table, &why);
		if (!more && why.len == 0)
			break;
		if (more) {
			struct row row = {
				&draft->complaints, {path, table_line(table)}, table, NULL, 0};

			family->read(draft, &row);
		} else {
			const char *words = strchr(why.data + strlen(path) + 1, ':');

			complain(&draft->complaints, (struct origin){path, table_line(table)}, NULL,
				"%s", words == NULL ? why.data : words + 2);
			complete = false;
		}
		progress_at(&progress, table_bytes_read(table), table_bytes(table));
	}
	progress_end(&progress);
	table_close(&table);
	return complete;
}

static bool
read_files(struct draft *draft, const struct load_options *options)
{
	bool complete = true;

	if (options->files.count > 1 && draft->loading->edition != EDITION_CALENDARS &&
		draft->loading->edition != EDITION_STANDARDS)
		admin_fail(draft->admin, EXIT_USAGE,
			"one file at a time, but for calendars and standards");
	for (size_t i = 0; i < options->files.count; i++)
		complete &= read_file(draft, *LIST_AT(&options->files, const char *, i));
	if (draft->loading->edition != EDITION_PLACES)
		return complete;
	for (size_t i = 0; i < options->polygons.count; i++)
		polygons_read(draft, *LIST_AT(&options->polygons, const char *, i),
			options->polygon_code);
	if (options->polygons.count == 0 && !options->no_polygons &&
		draft->editions[EDITION_PLACES] > 0)
		polygons_keep(draft);
	return complete;
}

/* The other families, as published: what the new rows name, and who names them. */
static void
read_rest(struct draft *draft)
{
	for (size_t i = 0; i < FAMILIES_COUNT; i++) {
		const struct family *family = &FAMILIES[i];

		if (family == draft->loading || family->edition == EDITION_CALENDARS)
			continue;
		if (family->edition == EDITION_ACTORS || draft->editions[family->edition] > 0)
			draft_read_published(draft, family);
	}
}

/* ---- publishing ---- */

struct publication {
	struct draft *draft;
	const struct load_options *options;
	const char *family;
	char district[16];
	struct text digest, source;
	struct instant now, effective;
	int32_t edition, release;
};

/* Names of the files, without where they lay. */
static struct text
sources(struct draft *draft, const struct load_options *options)
{
	struct text list = TEXT("");

	for (size_t i = 0; i < options->files.count; i++) {
		const char *path = *LIST_AT(&options->files, const char *, i);
		size_t len = path_len(path);

		while (len > 0 && memchr(path, '/', len) != NULL) {
			path++;
			len--;
		}
		list = arena_format(
			draft->arena, "%s%s%.*s", list.data, i == 0 ? "" : " ", (int)len, path);
	}
	return list;
}

/* From here on the district is ours until COMMIT. */
static void
publication_lock(struct publication *publication)
{
	struct draft *draft = publication->draft;
	struct answer answer;

	db_script(draft->db, "BEGIN", NULL);
	answer = DB_ASK(draft->db, SQL_PUBLISH_LOCK, publication->district);
	publication->now = (struct instant){answer_int(&answer, 0, 1)};
	if ((int32_t)answer_int(&answer, 0, 0) != draft->release)
		admin_fail(draft->admin, EXIT_AGAIN,
			"somebody published release %" PRId64
			" meanwhile; give the command again to check against it",
			answer_int(&answer, 0, 0));
}

/* Effective instants never fall: a release published later never holds before an earlier one. */
static void
publication_time(struct publication *publication)
{
	struct draft *draft = publication->draft;
	const struct load_options *options = publication->options;
	struct instant earliest = {draft->release_effective_us};
	struct instant at = {publication->now.us + (options->now ? 0 : AHEAD_US)};

	if (options->effective != NULL && (!instant_parse(text_of(options->effective), &at) ||
						  at.us < publication->now.us + AHEAD_US))
		admin_fail(draft->admin, EXIT_USAGE,
			"--effective %s must be an instant with its offset, at least 10 s ahead, "
			"such as "
			"2027-01-01T00:00:00+08:00",
			options->effective);
	if (options->effective != NULL && draft->release > 0 && instant_before(at, earliest))
		admin_fail(draft->admin, EXIT_FAILED,
			"release %" PRId32
			" holds from %s on; a later release cannot hold before it",
			draft->release, instant_text(draft->arena, earliest).data);
	publication->effective = draft->release > 0 ? instant_max(at, earliest) : at;
}

static void
publication_edition(struct publication *publication)
{
	struct draft *draft = publication->draft;
	char edition[16];

	snprintf(edition, sizeof(edition), "%" PRId32, publication->edition);
	DB_ASK(draft->db, SQL_PUBLISH_EDITION, publication->district, publication->family, edition,
		draft->admin->author, publication->digest.data, publication->source.data,
		instant_text(draft->arena, publication->now).data);
}

static void
publication_release(struct publication *publication)
{
	struct draft *draft = publication->draft;
	char number[16], editions[EDITION_FAMILIES][16];

	publication->release = draft->release + 1;
	snprintf(number, sizeof(number), "%" PRId32, publication->release);
	for (size_t i = 0; i < EDITION_FAMILIES; i++)
		snprintf(editions[i], sizeof(editions[i]), "%" PRId32,
			i == draft->loading->edition ? publication->edition : draft->editions[i]);
	DB_ASK(draft->db, SQL_PUBLISH_RELEASE, publication->district, number,
		instant_text(draft->arena, publication->effective).data, draft->admin->author,
		arena_format(
			draft->arena, "%s from %s", draft->loading->name, publication->source.data)
			.data,
		editions[0], editions[1], editions[2], editions[3], editions[4], editions[5],
		editions[6], instant_text(draft->arena, publication->now).data);
	DB_ASK(draft->db, SQL_PUBLISH_DISTRICT, publication->district, number);
}

static struct publication
publication_begin(
	struct draft *draft, const struct load_options *options, struct copy **copies, size_t count)
{
	struct publication publication = {.draft = draft,
		.options = options,
		.family = EDITION_NAMES[draft->loading->edition],
		.source = sources(draft, options),
		.digest = copies_digest(draft->arena, copies, count)};

	snprintf(publication.district, sizeof(publication.district), "%" PRId32, draft->district);
	return publication;
}

static int
say_unchanged(struct draft *draft, int32_t edition)
{
	if (draft->admin->json)
		admin_print_json(json_pack("{s:s, s:b, s:i}", "family", draft->loading->name,
			"published", 0, "edition", (int)edition));
	else
		printf("%s: nothing changed, no new edition\n", draft->loading->name);
	return EXIT_DONE;
}

static int
publish(struct draft *draft, const struct load_options *options)
{
	struct copy *copies[COPIES_MAX];
	size_t count = draft_write(draft, draft->loading->edition, copies), rows = 0;
	struct publication publication = publication_begin(draft, options, copies, count);
	struct answer known;
	char edition[16];

	snprintf(edition, sizeof(edition), "%" PRId32, draft->editions[draft->loading->edition]);
	known = DB_ASK(
		draft->db, SQL_EDITIONS_OF, publication.district, publication.family, edition);
	if (text_equal(answer_get(&known, 0, 0), publication.digest))
		return say_unchanged(draft, draft->editions[draft->loading->edition]);
	if (options->now) {
		struct answer open = DB_ASK(draft->db, SQL_OPEN_ISSUES, publication.district);
		struct answer district = DB_ASK(draft->db, SQL_DISTRICT, draft->district_code.data);

		if (answer_int(&open, 0, 0) == 1 && answer_int(&district, 0, 5) == 0)
			admin_fail(draft->admin, EXIT_FAILED,
				"the district has open issues: --now could surprise a dispatcher "
				"that does not know "
				"the new rules yet; without it they hold in 10 s");
	}
	publication.edition = (int32_t)answer_int(&known, 0, 1) + 1;
	publication_lock(&publication);
	publication_time(&publication);
	publication_edition(&publication);
	for (size_t i = 0; i < count; i++) {
		copy_send(draft->db, copies[i], draft->district, publication.edition);
		rows += copy_rows(copies[i]);
	}
	publication_release(&publication);
	db_script(draft->db, "COMMIT", NULL);
	verify(draft, publication.release);
	if (draft->admin->json)
		admin_print_json(json_pack("{s:s, s:b, s:i, s:i, s:s, s:I, s:s}", "family",
			draft->loading->name, "published", 1, "edition", (int)publication.edition,
			"release", (int)publication.release, "effective_at",
			instant_text(draft->arena, publication.effective).data, "rows",
			(json_int_t)rows, "digest", publication.digest.data));
	else
		printf("%s: edition %" PRId32 " with %zu rows, release %" PRId32
		       ", in force from %s\n",
			draft->loading->name, publication.edition, rows, publication.release,
			instant_text(draft->arena, publication.effective).data);
	return EXIT_DONE;
}

/* The checks above are those of the daemon's core; this is the daemon's own way of taking rules up,
 * which sees only what is committed. It never differs but by a bug of ours, and then people should
 * know now. */
static void
verify(struct draft *draft, int32_t release)
{
	struct loaded_rules rules;
	struct text why;

	if (!store_load_rules_now(db_conninfo(draft->db), draft->district_code.data, &rules, &why))
		admin_fail(draft->admin, EXIT_FAILED,
			"release %" PRId32 " was published, but a dispatcher would refuse it and "
					   "keep the rules it has: "
			"%.*s; publish the former file again",
			release, (int)why.len, why.data);
	arena_free(rules.arena);
}

static int
publish_actors(struct draft *draft, const struct load_options *options)
{
	struct copy *copies[COPIES_MAX];
	size_t count = draft_write(draft, EDITION_ACTORS, copies);
	struct publication publication = publication_begin(draft, options, copies, count);
	struct actor_changes changes;
	struct answer known;

	publication_lock(&publication);
	changes = actors_put(draft, options->replace);
	known = DB_ASK(draft->db, SQL_EDITIONS_OF, publication.district, publication.family, "0");
	publication.edition = (int32_t)answer_int(&known, 0, 1);
	if (changes.added + changes.changed + changes.disabled == 0) {
		db_script(draft->db, "ROLLBACK", NULL);
		return say_unchanged(draft, publication.edition);
	}
	publication.edition++;
	publication_edition(&publication);
	db_script(draft->db, "COMMIT", NULL);
	if (draft->admin->json)
		admin_print_json(json_pack("{s:s, s:b, s:i, s:I, s:I, s:I}", "family", "actors",
			"published", 1, "edition", (int)publication.edition, "added",
			(json_int_t)changes.added, "changed", (json_int_t)changes.changed,
			"disabled", (json_int_t)changes.disabled));
	else
		printf("actors: %zu new, %zu changed, %zu disabled; it holds from the next message "
		       "on\n",
			changes.added, changes.changed, changes.disabled);
	return EXIT_DONE;
}

/* ---- the district itself ---- */

static void
check_district(struct db *db, const struct row *row)
{
	struct text code = row_code(row, "code", true), zone = row_words(row, "zone", true);
	struct answer known;

	row_words(row, "name", true);
	if (strspn(code.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != code.len || code.len > 12)
		complain(row->complaints, row->origin, "code",
			"\"%s\" stands in front of every number; it must be 1 to 12 capital "
			"letters and digits",
			code.data);
	if (zone.len == 0)
		return;
	known = DB_ASK(db, SQL_ZONE_KNOWN, zone.data);
	if (answer_int(&known, 0, 0) == 0)
		complain(row->complaints, row->origin, "zone",
			"\"%s\" is no zone; write it as IANA does, Asia/Shanghai", zone.data);
	known = DB_ASK(db, SQL_ZONE_KEEPS, code.data, zone.data);
	if (known.rows > 0 && answer_int(&known, 0, 0) > 0 && answer_int(&known, 0, 1) == 0)
		complain(row->complaints, row->origin, "zone",
			"the published calendars know nothing of \"%s\"; load calendars with one "
			"in that zone first",
			zone.data);
}

static int
load_district(struct admin *admin, struct db *db, const struct load_options *options)
{
	static const char *const COLUMNS[] = {"code", "name", "zone", NULL};
	struct complaints complaints = {.arena = admin->arena};
	const char *path;
	struct table *table =
		open_file(&complaints, *LIST_AT(&options->files, const char *, 0), COLUMNS, &path);
	struct text why = TEXT_NONE, values[3] = {TEXT_NONE, TEXT_NONE, TEXT_NONE};
	struct answer answer;
	size_t rows = 0;

	while (table != NULL && table_next(table, &why)) {
		struct row row = {&complaints, {path, table_line(table)}, table, NULL, 0};

		check_district(db, &row);
		for (size_t i = 0; i < 3; i++)
			values[i] = row_get(&row, COLUMNS[i]);
		rows++;
	}
	if (why.len > 0)
		complain(&complaints, (struct origin){"load", 0}, NULL, "%s", why.data);
	else if (table != NULL && rows != 1)
		complain(&complaints, (struct origin){path, 0}, NULL,
			"must have exactly one row, the district");
	table_close(&table);
	if (complaints.rows.count > 0) {
		complaints_print(&complaints);
		admin_fail(admin, EXIT_FAILED, "nothing was changed");
	}
	if (options->check)
		return say_checked(admin, "district");
	answer = DB_ASK(db, SQL_DISTRICT_UPSERT, values[0].data, values[1].data, values[2].data);
	if (admin->json)
		admin_print_json(json_pack("{s:s, s:s, s:b}", "district", values[0].data, "zone",
			values[2].data, "new", text_is(answer_get(&answer, 0, 1), "t")));
	else
		printf("district %s (%s), zone %s\n", values[0].data, values[1].data,
			values[2].data);
	return EXIT_DONE;
}
