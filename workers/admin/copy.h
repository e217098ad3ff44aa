/* copy.h — rows on their way into one table, as COPY wants them. */
#ifndef HUYING_ADMIN_COPY_H
#define HUYING_ADMIN_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "core/instant.h"

struct db;
struct copy;

/* `sql` is the COPY statement, `table` its name in the digest. `constant` (may be NULL) stands in
 * every row behind district_id and edition, and is no part of the digest. */
struct copy *copy_new(struct arena *arena, const char *table, const char *sql, const char *constant);

void copy_text(struct copy *copy, struct text value);
void copy_null(struct copy *copy);
void copy_int(struct copy *copy, int64_t value);
void copy_int_or_null(struct copy *copy, int64_t value); /* NULL where 0 */
void copy_yes(struct copy *copy, bool value);
void copy_list(struct copy *copy, const struct text *values, size_t count); /* text[] */
void copy_end_row(struct copy *copy);

size_t copy_rows(const struct copy *copy);
/* BLAKE2b-256 over all rows, sorted, as hex; so neither the order in the file nor the edition counts. */
struct text copies_digest(struct arena *arena, struct copy *const *copies, size_t count);
void copy_send(struct db *db, struct copy *copy, int32_t district, int32_t edition);

#endif
