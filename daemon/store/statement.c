/* statement.c — the table of statements, made from sql/statements when the daemon is built. */
#include "store/statement.h"

#include <string.h>

#include "base/must.h"

static const struct {
	const char *name, *sql;
} statements[] = {
#define STATEMENT(number, name, sql) [STATEMENT_##number] = {name, sql},
#include "statements.def"
#undef STATEMENT
};

const char *
statement_name(enum statement statement)
{
	must(statement < STATEMENT_COUNT);
	return statements[statement].name;
}

const char *
statement_sql(enum statement statement)
{
	must(statement < STATEMENT_COUNT);
	return statements[statement].sql;
}

bool
statement_is_of(enum statement statement, const char *family)
{
	const char *name = statement_name(statement);
	size_t len = strlen(family);

	return strncmp(name, family, len) == 0 && name[len] == '_';
}
