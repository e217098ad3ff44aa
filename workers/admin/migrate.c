/* migrate.c — brings the schema up: each file of sql/migrations in order, each in one transaction.
 *
 * What was applied is recorded with its digest, so a file that was edited afterwards is found. The
 * roles (0000) need a superuser and are made before. */
#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/admin.h"
#include "admin/db.h"
#include "admin/statements.h"

struct migration {
	int number;
	const char *name;
	const char *sql;
	char digest[2 * crypto_generichash_BYTES + 1];
};

static const struct command COMMAND = {"migrate", NULL, "huying-admin migrate", NULL};
static const struct argp_option OPTIONS[] = {
	{"sql", 's', "DIR", 0, "folder of the migrations", 1},
	{0},
};

static error_t parse(int key, char *value, struct argp_state *state);
static const char *find_folder(const struct admin *admin, const char *named);
static size_t read_folder(struct admin *admin, const char *folder, struct migration **ret_list);
static void apply(struct admin *admin, struct db *db, const struct migration *migration);

int
migrate_run(struct admin *admin, int argc, char **argv)
{
	const char *named = NULL;
	struct migration *list;
	struct answer applied = {0};
	size_t count, done = 0, known = 0;

	admin_parse(admin, &COMMAND, OPTIONS, parse, "",
		"Brings the schema up to this build; a second time it "
		"changes nothing.",
		argc, argv, &named);
	count = read_folder(admin, find_folder(admin, named), &list);

	struct db *db = db_open(admin);

	db_ask(db, SQL_MIGRATION_LOCK, 0, NULL);
	struct answer there = db_ask(db, SQL_MIGRATIONS_THERE, 0, NULL);

	if (answer_int(&there, 0, 0) == 1)
		applied = db_ask(db, SQL_MIGRATIONS_APPLIED, 0, NULL);
	for (size_t i = 0; i < count; i++) {
		size_t row = 0;

		while (row < applied.rows && answer_int(&applied, row, 0) != list[i].number)
			row++;
		known += row < applied.rows;
		if (row == applied.rows) {
			apply(admin, db, &list[i]);
			done++;
		} else if (!text_is(answer_get(&applied, row, 1), list[i].digest)) {
			admin_fail(admin, EXIT_FAILED,
				"%s was changed after it was applied to this database; a change of "
				"the schema is a "
				"new file",
				list[i].name);
		}
	}
	if (known < applied.rows)
		admin_fail(admin, EXIT_FAILED,
			"this database has migrations that this build does not know; use the "
			"huying-admin of the newer "
			"release");
	if (admin->json)
		admin_print_json(json_pack("{s:I, s:i}", "applied", (json_int_t)done, "schema",
			count == 0 ? 0 : list[count - 1].number));
	else if (done == 0)
		printf("the schema is up to date (%d)\n", count == 0 ? 0 : list[count - 1].number);
	return EXIT_DONE;
}

static error_t
parse(int key, char *value, struct argp_state *state)
{
	const char **folder = state->input;

	if (key != 's')
		return ARGP_ERR_UNKNOWN;
	*folder = value;
	return 0;
}

/* The source tree this was built from, while it is there, so that a build tests its own files. */
static const char *
find_folder(const struct admin *admin, const char *named)
{
	static const char *const PLACES[] = {HUYING_SOURCE_MIGRATIONS, HUYING_DATA "/migrations"};

	if (named != NULL)
		return named;
	for (size_t i = 0; i < 2; i++)
		if (access(PLACES[i], R_OK | X_OK) == 0)
			return PLACES[i];
	admin_fail(admin, EXIT_FAILED, "the migrations are not in %s; name their folder with --sql",
		PLACES[1]);
}

static int
by_number(const void *a, const void *b)
{
	const struct migration *left = a, *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

static void
read_file(struct admin *admin, const char *path, struct migration *migration)
{
	unsigned char digest[crypto_generichash_BYTES];
	FILE *file = fopen(path, "r");
	char *sql = NULL;
	size_t room = 0;
	ssize_t len = file == NULL ? -1 : getdelim(&sql, &room, '\0', file);

	if (len <= 0)
		admin_fail(admin, EXIT_FAILED, "%s cannot be read: %s", path, strerror(errno));
	fclose(file);
	crypto_generichash(
		digest, sizeof(digest), (const unsigned char *)sql, (size_t)len, NULL, 0);
	sodium_bin2hex(migration->digest, sizeof(migration->digest), digest, sizeof(digest));
	migration->sql = arena_text(admin->arena, (struct text){sql, (size_t)len}).data;
	free(sql);
}

static size_t
read_folder(struct admin *admin, const char *folder, struct migration **ret_list)
{
	struct dirent **entries;
	int found = scandir(folder, &entries, NULL, alphasort);
	size_t count = 0;

	if (found < 0)
		admin_fail(admin, EXIT_FAILED, "%s cannot be read: %s", folder, strerror(errno));
	*ret_list = arena_take_array(admin->arena, (size_t)found, sizeof(**ret_list));
	for (int i = 0; i < found; i++) {
		const char *name = entries[i]->d_name;
		const char *ending = strrchr(name, '.');
		int number = atoi(name);

		if (number > 0 && ending != NULL && strcmp(ending, ".sql") == 0) {
			struct migration *migration = &(*ret_list)[count++];

			migration->number = number;
			migration->name = arena_text(admin->arena, text_of(name)).data;
			read_file(admin, arena_format(admin->arena, "%s/%s", folder, name).data,
				migration);
		}
		free(entries[i]);
	}
	free(entries);
	qsort(*ret_list, count, sizeof(**ret_list), by_number);
	for (size_t i = 1; i < count; i++)
		if ((*ret_list)[i].number == (*ret_list)[i - 1].number)
			admin_fail(admin, EXIT_FAILED, "%s and %s have the same number",
				(*ret_list)[i - 1].name, (*ret_list)[i].name);
	return count;
}

static void
apply(struct admin *admin, struct db *db, const struct migration *migration)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", migration->number);
	db_script(db, "BEGIN; SET LOCAL lock_timeout = '10s'", migration->name);
	db_script(db, migration->sql, migration->name);
	DB_ASK(db, SQL_MIGRATION_RECORD, number, migration->name, migration->digest);
	db_script(db, "COMMIT", migration->name);
	if (!admin->json)
		printf("%s\n", migration->name);
}
