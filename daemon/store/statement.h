/* statement.h — the statements of sql/statements, by name: there is no SQL in C. */
#ifndef HUYING_STORE_STATEMENT_H
#define HUYING_STORE_STATEMENT_H

#include <stdbool.h>

enum statement {
#define STATEMENT(name, ...) STATEMENT_##name,
#include "statements.def"
#undef STATEMENT
	STATEMENT_COUNT
};

const char *statement_name(enum statement statement);
const char *statement_sql(enum statement statement);
/* Is its name of this family ("fetch", "commit", …)? */
bool statement_is_of(enum statement statement, const char *family);

#endif
