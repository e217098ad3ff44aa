/* test_pack.c — clocks and ledger entries as bytes: kept exactly, and safe to read when they are not ours. */
#include "core/pack.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/core/moments.h"

#define ENTRIES_MAX 32
#define DECIDED ((struct instant){INT64_C(0x0006123456789abc)})

static struct text
bytes_of(const char *hex)
{
	uint8_t *bytes = arena_take(moments_arena(), strlen(hex) / 2 + 1);
	size_t len = 0;

	for (; *hex != '\0'; hex++) {
		char two[3] = {hex[0], hex[0] == ' ' ? '\0' : hex[1], '\0'};

		if (*hex == ' ')
			continue;
		bytes[len++] = (uint8_t)strtoul(two, NULL, 16);
		hex++;
	}
	return (struct text){(const char *)bytes, len};
}

/* Exactly so many bytes on the heap, so that one read too many is found out. */
static char *
tight(struct text bytes)
{
	char *copy = malloc(bytes.len == 0 ? 1 : bytes.len);

	assert_non_null(copy);
	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	return copy;
}

static bool
clock_equal(struct clock a, struct clock b)
{
	return a.run == b.run && a.generation == b.generation && a.steps == b.steps && a.breached == b.breached &&
		a.limit.kind == b.limit.kind && a.limit.amount == b.limit.amount && a.limit.calendar == b.limit.calendar &&
		a.started_at.us == b.started_at.us && a.since_at.us == b.since_at.us && a.used.us == b.used.us &&
		a.due_at.us == b.due_at.us && a.remaining.us == b.remaining.us && a.step_at.us == b.step_at.us &&
		a.breached_at.us == b.breached_at.us;
}

static bool
entry_equal(struct ledger_entry a, struct ledger_entry b)
{
	return a.op == b.op && a.clock == b.clock && a.cause == b.cause && a.generation == b.generation &&
		a.at.us == b.at.us && a.amount == b.amount && a.kind == b.kind;
}

/* The bytes that the SQL function ledger_entries unfolds. */
static const struct ledger_row {
	const char *name;
	struct ledger_entry entries[2];
	size_t count;
	const char *hex;
} ledger_rows[] = {
	{"ledger_of_nothing", {{0}}, 0, ""},
	{"ledger_pause", {{LEDGER_PAUSE, CLOCK_HANDLE, CAUSE_RETURNED, 1, {INT64_C(0x0006123456789abc)}, 0, (enum limit_kind)0}}, 1,
		"01 26 0d 00 0001"},
	{"ledger_start", {{LEDGER_START, CLOCK_SIGN, CAUSE_RULE, 2, {INT64_C(0x0006123456789abc)}, INT64_C(3600000000), LIMIT_WORKING_TIME}}, 1,
		"01 14 08 06 0002 00000000d693a400 02"},
	{"ledger_start_from_observed", {{LEDGER_START, CLOCK_HANDLE, CAUSE_RULE, 1, {INT64_C(0x0006123400000000)}, 5, LIMIT_WORKING_DAYS}}, 1,
		"01 16 08 07 0001 0006123400000000 0000000000000005 03"},
	{"ledger_start_without_limit", {{LEDGER_START, CLOCK_BUNDLE, CAUSE_RULE, 1, {INT64_C(0x0006123456789abc)}, 0, LIMIT_NONE}}, 1,
		"01 1b 08 04 0001 01"},
	{"ledger_breach", {{LEDGER_BREACH, CLOCK_ACCEPT, CAUSE_RECOVERY, 0x1234, {INT64_C(0x0006000000000001)}, 0, (enum limit_kind)0}}, 1,
		"01 71 10 01 1234 0006000000000001"},
	{"ledger_before_1970", {{LEDGER_BREACH, CLOCK_ACCEPT, CAUSE_RECOVERY, 1, {-1}, -2, (enum limit_kind)0}}, 1,
		"01 71 10 03 0001 ffffffffffffffff fffffffffffffffe"},
	{"ledger_two", {{LEDGER_STOP, CLOCK_SIGN, CAUSE_PERSON, 1, {INT64_C(0x0006123456789abc)}, 0, (enum limit_kind)0},
		{LEDGER_STEP, CLOCK_LEASE, CAUSE_LADDER, 1, {INT64_C(0x0006123456789abc)}, 3, (enum limit_kind)0}}, 2,
		"01 64 09 00 0001 8a 0a 02 0001 0000000000000003"},
};

static void
check_ledger(void **state)
{
	const struct ledger_row *row = *state;
	struct text want = bytes_of(row->hex), got = pack_ledger(moments_arena(), row->entries, row->count, DECIDED);
	struct ledger_entry back[ENTRIES_MAX];
	size_t count = 99;

	assert_int_equal(got.len, want.len);
	if (want.len > 0)
		assert_memory_equal(got.data, want.data, want.len);
	assert_true(unpack_ledger(want, DECIDED, back, ENTRIES_MAX, &count));
	assert_int_equal(count, row->count);
	for (size_t i = 0; i < count; i++)
		assert_true(entry_equal(back[i], row->entries[i]));
}

static const struct foreign_row {
	const char *name, *hex;
} foreign_ledgers[] = {
	{"ledger_format_2", "02"}, {"ledger_format_0", "00 26 0d 00 0001"}, {"ledger_cut_in_the_head", "01 26 0d 00 00"},
	{"ledger_cut_in_at", "01 26 0d 01 0001 00061234"}, {"ledger_cut_in_amount", "01 26 0d 02 0001 00"},
	{"ledger_cut_before_kind", "01 26 0d 04 0001"}, {"ledger_op_0", "01 06 0d 00 0001"},
	{"ledger_op_11", "01 b6 0d 00 0001"}, {"ledger_clock_0", "01 20 0d 00 0001"}, {"ledger_clock_12", "01 2c 0d 00 0001"},
	{"ledger_cause_21", "01 26 15 00 0001"}, {"ledger_flag_8", "01 26 0d 08 0001"}, {"ledger_kind_7", "01 26 0d 04 0001 07"},
	{"ledger_a_byte_more", "01 26 0d 00 0001 26"},
};

static void
check_foreign_ledger(void **state)
{
	const struct foreign_row *row = *state;
	struct ledger_entry back[ENTRIES_MAX];
	size_t count = 99;

	assert_false(unpack_ledger(bytes_of(row->hex), DECIDED, back, ENTRIES_MAX, &count));
	assert_int_equal(count, 99);
}

static void
ledger_with_more_than_there_is_room_for(void **state)
{
	struct ledger_entry back[1];
	size_t count;

	(void)state;
	assert_false(unpack_ledger(bytes_of("01 26 0d 00 0001 26 0d 00 0001"), DECIDED, back, 1, &count));
	assert_true(unpack_ledger(bytes_of("01 26 0d 00 0001"), DECIDED, back, 1, &count));
}

/* A format that was once written is read for ever: these bytes stay. */
static void
clocks_format_1_stays(void **state)
{
	static const char *const hex = "0104110100138080f2818389850680909de91a0280909de91a"
		"061eac0203ef8080f281838985060a0380bfd60601809c9c39808ece1cb301";
	const struct instant start = {INT64_C(1700000000000000)};
	struct clock clocks[CLOCK_KIND_MAX + 1] = {
		[CLOCK_SIGN] = {
			.run = CLOCK_RUNNING, .generation = 1, .limit = {LIMIT_WORKING_TIME, INT64_C(3600000000), 1},
			.started_at = start, .since_at = start, .due_at = {start.us + INT64_C(3600000000)},
			.step_at = INSTANT_NEVER, .breached_at = INSTANT_NEVER,
		},
		[CLOCK_HANDLE] = {
			.run = CLOCK_PAUSED, .generation = 300, .steps = 3, .breached = true,
			.limit = {LIMIT_WORKING_DAYS, 5, -2}, .started_at = start, .since_at = {start.us + 7000000},
			.used = {-1}, .due_at = INSTANT_NEVER, .remaining = {-90}, .step_at = {start.us + 60000000},
			.breached_at = {start.us + 30000000},
		},
	}, back[CLOCK_KIND_MAX + 1];
	struct text want = bytes_of(hex), got = pack_clocks(moments_arena(), clocks);

	(void)state;
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.data, want.data, want.len);
	assert_true(unpack_clocks(want, back));
	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++)
		assert_true(clock_equal(clocks[kind], back[kind]));
}

static const struct foreign_row foreign_clocks[] = {
	{"clocks_empty", ""}, {"clocks_format_0", "00"}, {"clocks_format_2", "02"}, {"clocks_kind_0", "01 00 09 01 00 00 00"},
	{"clocks_kind_12", "01 0c 09 01 00 00 00"}, {"clocks_kind_twice", "01 04 09 01 00 00 00 04 09 01 00 00 00"},
	{"clocks_kinds_backwards", "01 04 09 01 00 00 00 03 09 01 00 00 00"}, {"clocks_generation_0", "01 04 09 00 00 00 00"},
	{"clocks_generation_too_large", "01 04 09 808004 00 00 00"}, {"clocks_steps_too_large", "01 04 09 01 8002 00 00"},
	{"clocks_limit_kind_7", "01 04 39 01 00 00 00"}, {"clocks_cut_after_kind", "01 04"},
	{"clocks_cut_before_start", "01 04 09 01 00 00"}, {"clocks_cut_before_due", "01 04 09 01 00 10 00"},
	{"clocks_varint_without_end", "01 04 09 01 00 00 ffffffffffffffffffffff"},
	{"clocks_varint_too_large", "01 04 09 01 00 00 ffffffffffffffffff02"},
	{"clocks_calendar_too_large", "01 04 09 01 00 02 00 808080808002"},
};

static void
check_foreign_clocks(void **state)
{
	const struct foreign_row *row = *state;
	struct clock clocks[CLOCK_KIND_MAX + 1];

	memset(clocks, 0, sizeof(clocks));
	clocks[3].generation = 77;
	assert_false(unpack_clocks(bytes_of(row->hex), clocks));
	assert_int_equal(clocks[3].generation, 77);
}

static int64_t
random_us(uint64_t *seed)
{
	static const int64_t ends[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX - 1};

	if (random_between(seed, 0, 3) == 0)
		return ends[random_between(seed, 0, (int64_t)COUNT_OF(ends) - 1)];
	return (int64_t)(random_next(seed) >> random_between(seed, 0, 63)) * (random_between(seed, 0, 1) ? 1 : -1);
}

static struct clock
random_clock(uint64_t *seed)
{
	struct clock clock = {
		.run = (enum clock_run)random_between(seed, 0, 3),
		.generation = (uint16_t)random_between(seed, 1, random_between(seed, 0, 1) ? 3 : UINT16_MAX),
		.steps = (uint8_t)random_between(seed, 0, UINT8_MAX),
		.breached = random_between(seed, 0, 1) == 1,
		.limit = {(enum limit_kind)random_between(seed, 0, LIMIT_KIND_MAX), random_us(seed),
			(int32_t)random_between(seed, INT32_MIN, INT32_MAX)},
		.started_at = {random_us(seed)},
		.since_at = {random_us(seed)},
		.used = {random_us(seed)},
		.due_at = {random_us(seed)},
		.remaining = {random_us(seed)},
		.step_at = {random_us(seed)},
		.breached_at = {random_us(seed)},
	};

	if (random_between(seed, 0, 1))
		clock.since_at = clock.started_at;
	if (random_between(seed, 0, 1))
		clock.limit.calendar = 0;
	return clock;
}

static struct text
random_clocks(struct arena *arena, uint64_t *seed, struct clock clocks[CLOCK_KIND_MAX + 1])
{
	memset(clocks, 0, (CLOCK_KIND_MAX + 1) * sizeof(*clocks));
	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++)
		if (random_between(seed, 0, 2) == 0)
			clocks[kind] = random_clock(seed);
	return pack_clocks(arena, clocks);
}

static void
clocks_and_back_100000_times(void **state)
{
	struct arena *arena = arena_new();
	uint64_t seed = 11;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct clock clocks[CLOCK_KIND_MAX + 1], back[CLOCK_KIND_MAX + 1];
		struct text bytes;

		arena_reset(arena);
		bytes = random_clocks(arena, &seed, clocks);
		memset(back, 0x55, sizeof(back));
		assert_true(unpack_clocks(bytes, back));
		for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++)
			if (!clock_equal(clocks[kind], back[kind]))
				fail_msg("life %d: the %s clock came back other", i, clock_word((enum clock_kind)kind));
	}
	arena_free(arena);
}

/* What an issue really has: a start, a due, a limit; a quarter of the bytes of the struct. */
static void
clocks_are_compact(void **state)
{
	struct clock clocks[CLOCK_KIND_MAX + 1] = {{0}};
	const struct calendar *calendar = good_hours(&UTC, "1-5 09:00-17:00");
	struct limit limit = {LIMIT_WORKING_DAYS, 5, 1};

	(void)state;
	clocks[CLOCK_HANDLE] = clock_start(clocks[0], limit, calendar, moment(&UTC, "2024-03-04 10:00"));
	clocks[CLOCK_BUNDLE] = clock_start(clocks[0], limit, calendar, moment(&UTC, "2024-03-04 10:00"));
	assert_in_range(pack_clocks(moments_arena(), clocks).len, 20, 48);
}

static void
every_cut_of_packed_clocks_is_read_safely(void **state)
{
	struct arena *arena = arena_new();
	uint64_t seed = 13;

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct clock clocks[CLOCK_KIND_MAX + 1], back[CLOCK_KIND_MAX + 1];
		struct text bytes;

		arena_reset(arena);
		bytes = random_clocks(arena, &seed, clocks);
		for (size_t len = 0; len < bytes.len; len++) {
			char *cut = tight((struct text){bytes.data, len});
			bool whole = unpack_clocks((struct text){cut, len}, back);

			/* Only a cut between two clocks may be taken for a whole. */
			for (int kind = 1; whole && kind <= CLOCK_KIND_MAX; kind++)
				assert_true(back[kind].generation == 0 || clock_equal(back[kind], clocks[kind]));
			free(cut);
		}
	}
	arena_free(arena);
}

/* Whatever is accepted is a value that packs and comes back the same. */
static void
corrupted_bytes_never_crash_200000_times(void **state)
{
	struct arena *arena = arena_new();
	uint64_t seed = 17;
	int accepted = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct clock clocks[CLOCK_KIND_MAX + 1], back[CLOCK_KIND_MAX + 1];
		struct ledger_entry entries[4];
		struct text bytes;
		char *copy;
		size_t count;

		arena_reset(arena);
		bytes = random_clocks(arena, &seed, clocks);
		bytes.len = (size_t)random_between(&seed, 1, (int64_t)bytes.len);
		copy = tight(bytes);
		for (int64_t flips = random_between(&seed, 1, 4); flips > 0; flips--)
			copy[random_between(&seed, 0, (int64_t)bytes.len - 1)] = (char)random_next(&seed);
		if (random_between(&seed, 0, 1))
			copy[0] = 1;
		bytes.data = copy;
		if (unpack_clocks(bytes, back)) {
			struct clock again[CLOCK_KIND_MAX + 1];

			accepted++;
			assert_true(unpack_clocks(pack_clocks(arena, back), again));
			for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++)
				assert_true(clock_equal(back[kind], again[kind]));
		}
		(void)unpack_ledger(bytes, DECIDED, entries, COUNT_OF(entries), &count);
		free(copy);
	}
	assert_true(accepted > 100);
	arena_free(arena);
}

static void
ledgers_and_back_20000_times(void **state)
{
	struct arena *arena = arena_new();
	uint64_t seed = 19;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct ledger_entry entries[ENTRIES_MAX], back[ENTRIES_MAX];
		size_t count = (size_t)random_between(&seed, 0, ENTRIES_MAX), back_count = 99;

		arena_reset(arena);
		for (size_t n = 0; n < count; n++)
			entries[n] = (struct ledger_entry){
				.op = (enum ledger_op)random_between(&seed, 1, LEDGER_OP_MAX),
				.clock = (enum clock_kind)random_between(&seed, 1, CLOCK_KIND_MAX),
				.cause = (enum cause)random_between(&seed, 1, CAUSE_MAX),
				.generation = (uint16_t)random_between(&seed, 0, UINT16_MAX),
				.at = random_between(&seed, 0, 1) ? DECIDED : (struct instant){random_us(&seed)},
				.amount = random_us(&seed),
				.kind = (enum limit_kind)random_between(&seed, 0, LIMIT_KIND_MAX),
			};
		assert_true(unpack_ledger(pack_ledger(arena, entries, count, DECIDED), DECIDED, back, ENTRIES_MAX, &back_count));
		assert_int_equal(back_count, count);
		for (size_t n = 0; n < count; n++)
			assert_true(entry_equal(entries[n], back[n]));
	}
	arena_free(arena);
}

int
main(void)
{
	static struct check_group group;
	int failed;

	CHECK_ROWS(&group, ledger_rows, check_ledger);
	CHECK_ROWS(&group, foreign_ledgers, check_foreign_ledger);
	CHECK_ROWS(&group, foreign_clocks, check_foreign_clocks);
	CHECK_ONE(&group, ledger_with_more_than_there_is_room_for);
	CHECK_ONE(&group, clocks_format_1_stays);
	CHECK_ONE(&group, clocks_and_back_100000_times);
	CHECK_ONE(&group, clocks_are_compact);
	CHECK_ONE(&group, every_cut_of_packed_clocks_is_read_safely);
	CHECK_ONE(&group, corrupted_bytes_never_crash_200000_times);
	CHECK_ONE(&group, ledgers_and_back_20000_times);
	failed = check_run("pack", &group);
	moments_done();
	return failed;
}
