/* db.h — PostgreSQL for a short-lived tool: ask, get plain rows, or end with a sentence.
 *
 * Synchronous, one connection, always as huying_owner. Nothing here returns an error: a tool that
 * cannot reach its database, or whose statement is refused, says so and stops; a transaction that
 * was open is then undone by the server. */
#ifndef HUYING_ADMIN_DB_H
#define HUYING_ADMIN_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "core/instant.h"

struct admin;
struct db;

/* The rows of one answer, as text; NULL of SQL is the empty text. Lives in the admin's arena. */
struct answer {
	size_t rows, columns;
	const struct text *names; /* [columns] */
	const struct text *cells; /* [rows * columns] */
};

struct db *db_open(struct admin *admin);
void db_close(struct db **db);

/* Parameters are texts with a NUL behind them; NULL is NULL. */
struct answer db_ask(struct db *db, const char *sql, size_t count, const char *const *params);
#define DB_ASK(db, sql, ...)                                                                       \
	db_ask(db, sql, sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *),              \
		(const char *[]){__VA_ARGS__})
/* Several statements at once, without parameters: a migration, BEGIN, COMMIT. `what` names it in the
 * sentence of a failure. */
void db_script(struct db *db, const char *sql, const char *what);
/* COPY … FROM STDIN with these bytes. */
void db_copy(struct db *db, const char *sql, const char *bytes, size_t len);
/* "15.20 (Debian …)" */
const char *db_server_version(const struct db *db);
/* What this connection was opened with, as a connection string for another one. */
const char *db_conninfo(const struct db *db);

struct text answer_get(const struct answer *answer, size_t row, size_t column);
int64_t answer_int(const struct answer *answer, size_t row, size_t column); /* 0 where NULL */
/* SIZE_MAX when there is no such column. */
size_t answer_column(const struct answer *answer, const char *name);

#endif
