/* db.c — libpq behind db.h. */
#include "admin/db.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/must.h"

struct db {
	struct admin *admin;
	PGconn *connection;
};

static const char *user_for(struct admin *admin);
static void hear_nothing(void *unused, const char *words);
static _Noreturn void refuse(struct db *db, const PGresult *result, const char *what);

struct db *
db_open(struct admin *admin)
{
	struct db *db = arena_take(admin->arena, sizeof(*db));

	admin_read_config(admin);
	if (admin->database == NULL)
		admin_fail(admin, EXIT_USAGE,
			"no database is named; give --database \"host=/run/postgresql "
			"dbname=huying\", or set "
			"HUYING_DATABASE, or `database` in %s",
			admin->config);
	db->admin = admin;
	admin->db = db;
	const char *names[] = {
		"dbname", "user", "options", "application_name", "client_encoding", NULL};
	const char *values[] = {admin->database, user_for(admin),
		"-c search_path=huying -c timezone=UTC -c datestyle=ISO -c "
		"standard_conforming_strings=on",
		"huying-admin", "UTF8", NULL};

	db->connection = PQconnectdbParams(names, values, 1);
	if (PQstatus(db->connection) != CONNECTION_OK)
		admin_fail(admin, EXIT_AGAIN, "the database does not answer: %s",
			PQerrorMessage(db->connection));
	PQsetNoticeProcessor(db->connection, hear_nothing, NULL);
	PGresult *result = PQexec(db->connection, "SET ROLE huying_owner");

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		admin_fail(admin, EXIT_AUTHORITY,
			"this database login may not act as huying_owner; connect as huying_owner, "
			"or let a superuser "
			"run 0000_roles.sql first (%s)",
			PQresultErrorField(result, PG_DIAG_SQLSTATE));
	PQclear(result);
	return db;
}

void
db_close(struct db **db)
{
	if (*db != NULL)
		PQfinish((*db)->connection);
	*db = NULL;
}

struct answer
db_ask(struct db *db, const char *sql, size_t count, const char *const *params)
{
	struct arena *arena = db->admin->arena;
	PGresult *result =
		PQexecParams(db->connection, sql, (int)count, NULL, params, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);
	struct answer answer = {0};
	struct text *names, *cells;

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		refuse(db, result, NULL);
	answer.rows = (size_t)PQntuples(result);
	answer.columns = (size_t)PQnfields(result);
	names = arena_take_array(arena, answer.columns, sizeof(*names));
	cells = arena_take_array(arena, answer.rows * answer.columns, sizeof(*cells));
	for (int c = 0; c < (int)answer.columns; c++)
		names[c] = arena_text(arena, text_of(PQfname(result, c)));
	for (int r = 0; r < (int)answer.rows; r++)
		for (int c = 0; c < (int)answer.columns; c++)
			cells[(size_t)r * answer.columns + (size_t)c] =
				arena_text(arena, (struct text){PQgetvalue(result, r, c),
							  (size_t)PQgetlength(result, r, c)});
	answer.names = names;
	answer.cells = cells;
	PQclear(result);
	return answer;
}

void
db_script(struct db *db, const char *sql, const char *what)
{
	PGresult *result = PQexec(db->connection, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		refuse(db, result, what);
	PQclear(result);
}

void
db_copy(struct db *db, const char *sql, const char *bytes, size_t len)
{
	PGresult *result = PQexec(db->connection, sql);
	int sent;

	if (PQresultStatus(result) != PGRES_COPY_IN)
		refuse(db, result, sql);
	PQclear(result);
	for (sent = 1; sent == 1 && len > 0;) {
		size_t part = len < (1u << 20) ? len : (1u << 20);

		sent = PQputCopyData(db->connection, bytes, (int)part);
		bytes += part;
		len -= part;
	}
	if (sent != 1 || PQputCopyEnd(db->connection, NULL) != 1)
		refuse(db, NULL, sql);
	result = PQgetResult(db->connection);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		refuse(db, result, sql);
	PQclear(result);
	while ((result = PQgetResult(db->connection)) != NULL)
		PQclear(result);
}

const char *
db_server_version(const struct db *db)
{
	const char *version = PQparameterStatus(db->connection, "server_version");

	return version == NULL ? "?" : version;
}

const char *
db_conninfo(const struct db *db)
{
	struct arena *arena = db->admin->arena;
	PQconninfoOption *options = PQconninfo(db->connection);
	struct text whole = TEXT("");

	must(options != NULL);
	for (const PQconninfoOption *at = options; at->keyword != NULL; at++) {
		const char *value = at->val == NULL ? "" : at->val;

		if (value[0] == '\0' || strcmp(at->keyword, "options") == 0)
			continue;
		whole = arena_format(arena, "%s%s='", whole.data, at->keyword);
		for (; *value != '\0'; value++)
			whole = arena_format(arena, "%s%s%c", whole.data,
				strchr("'\\", *value) != NULL ? "\\" : "", *value);
		whole = arena_format(arena, "%s' ", whole.data);
	}
	PQconninfoFree(options);
	return whole.data;
}

struct text
answer_get(const struct answer *answer, size_t row, size_t column)
{
	must(row < answer->rows && column < answer->columns);
	return answer->cells[row * answer->columns + column];
}

int64_t
answer_int(const struct answer *answer, size_t row, size_t column)
{
	struct text cell = answer_get(answer, row, column);

	return cell.len == 0 ? 0 : strtoll(cell.data, NULL, 10);
}

size_t
answer_column(const struct answer *answer, const char *name)
{
	for (size_t c = 0; c < answer->columns; c++)
		if (text_is(answer->names[c], name))
			return c;
	return SIZE_MAX;
}

/* Whoever the connection string names; the owner where it names nobody, or the daemon's login. */
static const char *
user_for(struct admin *admin)
{
	char *words = NULL;
	PQconninfoOption *options = PQconninfoParse(admin->database, &words);
	const char *user = getenv("PGUSER");

	if (options == NULL && strchr(admin->database, '=') != NULL)
		admin_fail(admin, EXIT_USAGE, "the connection string cannot be read: %s", words);
	for (PQconninfoOption *at = options; at != NULL && at->keyword != NULL; at++)
		if (strcmp(at->keyword, "user") == 0 && at->val != NULL)
			user = arena_text(admin->arena, text_of(at->val)).data;
	PQconninfoFree(options);
	PQfreemem(words);
	return user == NULL || strcmp(user, "huying_daemon") == 0 ? "huying_owner" : user;
}

static void
hear_nothing(void *unused, const char *words)
{
	(void)unused;
	(void)words;
}

static _Noreturn void
refuse(struct db *db, const PGresult *result, const char *what)
{
	const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *words =
		result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (state == NULL || strncmp(state, "08", 2) == 0 || strncmp(state, "57", 2) == 0)
		admin_fail(db->admin, EXIT_AGAIN, "the database went away, nothing was changed: %s",
			PQerrorMessage(db->connection));
	if (strcmp(state, "42P01") == 0 || strcmp(state, "3F000") == 0 ||
		strcmp(state, "42703") == 0)
		admin_fail(db->admin, EXIT_FAILED,
			"the schema of this database is not that of this build: %s; run "
			"`huying-admin migrate` first",
			words);
	if (strcmp(state, "42501") == 0)
		admin_fail(
			db->admin, EXIT_AUTHORITY, "the database refused huying_owner: %s", words);
	if (strncmp(state, "40", 2) == 0 || strcmp(state, "55P03") == 0)
		admin_fail(db->admin, EXIT_AGAIN,
			"somebody else works on the same rows: %s; give the command again", words);
	admin_fail(db->admin, EXIT_FAILED,
		"%s%sthe database refused it, nothing was changed: %s (SQLSTATE %s)",
		what == NULL ? "" : what, what == NULL ? "" : ": ", words, state);
}
