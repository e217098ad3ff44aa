/* pack.h — clocks and ledger entries as bytes. The first byte names the format; old decoders stay.
 *
 * Ledger format 1: for each entry one byte op << 4 | clock, one byte cause, one byte flags
 * (1 = `at` differs from the decision's, 2 = amount present, 4 = limit kind present), generation as
 * two bytes, then `at` (8), amount (8) and kind (1) where flagged; all big-endian. The SQL view
 * `clock_entry` unfolds the same bytes. Clocks format 1 is read by this file only. */
#ifndef HUYING_CORE_PACK_H
#define HUYING_CORE_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "core/clock.h"

struct text pack_clocks(struct arena *arena, const struct clock clocks[CLOCK_KIND_MAX + 1]);
/* False when the bytes are not ours. Clocks not mentioned become CLOCK_OFF. */
bool unpack_clocks(struct text bytes, struct clock ret_clocks[CLOCK_KIND_MAX + 1]);

struct text pack_ledger(struct arena *arena, const struct ledger_entry *entries, size_t count,
	struct instant decided_at);
bool unpack_ledger(struct text bytes, struct instant decided_at, struct ledger_entry *ret_entries,
	size_t max, size_t *ret_count);

#endif
