/* params.h — parameters of a statement in PostgreSQL's binary format. Lives in an arena. */
#ifndef HUYING_STORE_PARAMS_H
#define HUYING_STORE_PARAMS_H

#include "store/columns.h"

#define PARAMS_MAX 64

struct params {
	struct arena *arena;
	int count;
	const char *values[PARAMS_MAX];
	int lengths[PARAMS_MAX];
};

struct params params_new(struct arena *arena);

void params_integer(struct params *params, int32_t value);
void params_long(struct params *params, int64_t value);
void params_instant(struct params *params, struct instant value);
void params_text(struct params *params, struct text value); /* text or bytea; borrowed */
void params_null(struct params *params);

/* One array of a single column; `values` is a C array of the type of the column. */
void params_array(struct params *params, enum column_type type, const void *values, size_t count);
/* One array for each column, over the records that `records` points to. */
void params_rows(struct params *params, const struct column *columns, size_t columns_count,
	const void *const *records, size_t count);

#endif
