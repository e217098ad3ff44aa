/* pack.c — clocks format 1 and ledger format 1 (pack.h).
 *
 * A clock is: its kind; one byte run | breached << 2 | limit kind << 3; generation and steps; one
 * byte that tells which of the fields below follow; the start; the fields. Numbers are varints of
 * seven bits, low ones first; signed ones zigzag; instants count from the clock's start, where
 * wrapping keeps every value, INSTANT_NEVER among them. Reading checks everything and never goes
 * beyond the bytes, since they come from outside the process. */
#include "core/pack.h"

#include <string.h>

#include "base/must.h"

#define FORMAT_1 1
#define CLOCK_BYTES_MAX (2 + 3 + 2 + 1 + 8 * 10 + 5)
#define ENTRY_BYTES_MAX (5 + 8 + 8 + 1)

enum clock_flag {
	HAS_AMOUNT = 1 << 0,
	HAS_CALENDAR = 1 << 1,
	HAS_SINCE = 1 << 2, /* since_at is not started_at */
	HAS_USED = 1 << 3,
	HAS_DUE = 1 << 4, /* this and the next two: not INSTANT_NEVER */
	HAS_STEP = 1 << 5,
	HAS_BREACHED = 1 << 6,
	HAS_REMAINING = 1 << 7
};

enum ledger_flag { HAS_ENTRY_AT = 1, HAS_ENTRY_AMOUNT = 2, HAS_ENTRY_KIND = 4 };

struct writer {
	uint8_t *at;
};

/* After the first read that found too little, `failed` stays and every read gives 0. */
struct reader {
	const uint8_t *at, *end;
	bool failed;
};

static void clock_write(struct writer *out, int kind, struct clock clock);
static unsigned clock_flags(struct clock clock);
static bool clock_read(struct reader *in, int *ret_kind, struct clock *ret_clock);
static void entry_write(struct writer *out, struct ledger_entry entry, struct instant decided_at);
static bool entry_read(
	struct reader *in, struct instant decided_at, struct ledger_entry *ret_entry);
static struct reader reader_of(struct text bytes);
static void write_byte(struct writer *out, unsigned byte);
static void write_varint(struct writer *out, uint64_t number);
static void write_signed(struct writer *out, int64_t number);
static void write_int8(struct writer *out, int64_t number);
static unsigned read_byte(struct reader *in);
static uint64_t read_varint(struct reader *in, uint64_t max);
static int64_t read_signed(struct reader *in);
static int64_t read_int8(struct reader *in);
static int64_t wrapped_difference(int64_t a, int64_t b);
static int64_t wrapped_sum(int64_t a, int64_t b);

struct text
pack_clocks(struct arena *arena, const struct clock clocks[CLOCK_KIND_MAX + 1])
{
	uint8_t *bytes = arena_take(arena, 1 + CLOCK_KIND_MAX * CLOCK_BYTES_MAX);
	struct writer out = {bytes};

	write_byte(&out, FORMAT_1);
	for (int kind = 1; kind <= CLOCK_KIND_MAX; kind++)
		if (clocks[kind].generation > 0)
			clock_write(&out, kind, clocks[kind]);
	return (struct text){(const char *)bytes, (size_t)(out.at - bytes)};
}

bool
unpack_clocks(struct text bytes, struct clock ret_clocks[CLOCK_KIND_MAX + 1])
{
	struct clock clocks[CLOCK_KIND_MAX + 1];
	struct reader in = reader_of(bytes);
	int before = 0, kind;

	memset(clocks, 0, sizeof(clocks));
	if (read_byte(&in) != FORMAT_1 || in.failed)
		return false;
	while (in.at < in.end) {
		struct clock clock;

		if (!clock_read(&in, &kind, &clock) || kind <= before)
			return false;
		clocks[kind] = clock;
		before = kind;
	}
	memcpy(ret_clocks, clocks, sizeof(clocks));
	return true;
}

struct text
pack_ledger(struct arena *arena, const struct ledger_entry *entries, size_t count,
	struct instant decided_at)
{
	uint8_t *bytes;
	struct writer out;

	if (count == 0)
		return TEXT_NONE;
	bytes = arena_take(arena, 1 + count * ENTRY_BYTES_MAX);
	out.at = bytes;
	write_byte(&out, FORMAT_1);
	for (size_t i = 0; i < count; i++)
		entry_write(&out, entries[i], decided_at);
	return (struct text){(const char *)bytes, (size_t)(out.at - bytes)};
}

bool
unpack_ledger(struct text bytes, struct instant decided_at, struct ledger_entry *ret_entries,
	size_t max, size_t *ret_count)
{
	struct reader in = reader_of(bytes);
	size_t count = 0;

	if (bytes.len > 0 && read_byte(&in) != FORMAT_1)
		return false;
	while (in.at < in.end) {
		if (count == max || !entry_read(&in, decided_at, &ret_entries[count]))
			return false;
		count++;
	}
	*ret_count = count;
	return true;
}

static void
clock_write(struct writer *out, int kind, struct clock clock)
{
	unsigned flags = clock_flags(clock);
	int64_t start = clock.started_at.us;

	write_byte(out, (unsigned)kind);
	write_byte(out, (unsigned)clock.run | (unsigned)clock.breached << 2 |
				(unsigned)clock.limit.kind << 3);
	write_varint(out, clock.generation);
	write_varint(out, clock.steps);
	write_byte(out, flags);
	write_signed(out, start);
	if (flags & HAS_AMOUNT)
		write_signed(out, clock.limit.amount);
	if (flags & HAS_CALENDAR)
		write_signed(out, clock.limit.calendar);
	if (flags & HAS_SINCE)
		write_signed(out, wrapped_difference(clock.since_at.us, start));
	if (flags & HAS_USED)
		write_signed(out, clock.used.us);
	if (flags & HAS_DUE)
		write_signed(out, wrapped_difference(clock.due_at.us, start));
	if (flags & HAS_STEP)
		write_signed(out, wrapped_difference(clock.step_at.us, start));
	if (flags & HAS_BREACHED)
		write_signed(out, wrapped_difference(clock.breached_at.us, start));
	if (flags & HAS_REMAINING)
		write_signed(out, clock.remaining.us);
}

static unsigned
clock_flags(struct clock clock)
{
	unsigned flags = 0;

	flags |= clock.limit.amount != 0 ? HAS_AMOUNT : 0u;
	flags |= clock.limit.calendar != 0 ? HAS_CALENDAR : 0u;
	flags |= clock.since_at.us != clock.started_at.us ? HAS_SINCE : 0u;
	flags |= clock.used.us != 0 ? HAS_USED : 0u;
	flags |= !instant_is_never(clock.due_at) ? HAS_DUE : 0u;
	flags |= !instant_is_never(clock.step_at) ? HAS_STEP : 0u;
	flags |= !instant_is_never(clock.breached_at) ? HAS_BREACHED : 0u;
	flags |= clock.remaining.us != 0 ? HAS_REMAINING : 0u;
	return flags;
}

static bool
clock_read(struct reader *in, int *ret_kind, struct clock *ret_clock)
{
	unsigned kind = read_byte(in), what = read_byte(in), flags;
	struct clock clock;
	int64_t start, calendar;

	memset(&clock, 0, sizeof(clock));
	clock.run = (enum clock_run)(what & 3);
	clock.breached = what >> 2 & 1;
	clock.limit.kind = (enum limit_kind)(what >> 3);
	clock.generation = (uint16_t)read_varint(in, UINT16_MAX);
	clock.steps = (uint8_t)read_varint(in, UINT8_MAX);
	flags = read_byte(in);
	start = read_signed(in);
	clock.started_at.us = start;
	clock.limit.amount = flags & HAS_AMOUNT ? read_signed(in) : 0;
	calendar = flags & HAS_CALENDAR ? read_signed(in) : 0;
	clock.limit.calendar = (int32_t)calendar;
	clock.since_at.us = flags & HAS_SINCE ? wrapped_sum(start, read_signed(in)) : start;
	clock.used.us = flags & HAS_USED ? read_signed(in) : 0;
	clock.due_at.us = flags & HAS_DUE ? wrapped_sum(start, read_signed(in)) : INSTANT_NEVER.us;
	clock.step_at.us =
		flags & HAS_STEP ? wrapped_sum(start, read_signed(in)) : INSTANT_NEVER.us;
	clock.breached_at.us =
		flags & HAS_BREACHED ? wrapped_sum(start, read_signed(in)) : INSTANT_NEVER.us;
	clock.remaining.us = flags & HAS_REMAINING ? read_signed(in) : 0;
	if (in->failed || kind < 1 || kind > CLOCK_KIND_MAX || what >> 3 > LIMIT_KIND_MAX ||
		clock.generation == 0 || calendar < INT32_MIN || calendar > INT32_MAX)
		return false;
	*ret_kind = (int)kind;
	*ret_clock = clock;
	return true;
}

static void
entry_write(struct writer *out, struct ledger_entry entry, struct instant decided_at)
{
	unsigned flags = (entry.at.us != decided_at.us ? HAS_ENTRY_AT : 0u) |
			 (entry.amount != 0 ? HAS_ENTRY_AMOUNT : 0u) |
			 ((int)entry.kind != 0 ? HAS_ENTRY_KIND : 0u);

	must((int)entry.op >= 1 && (int)entry.op <= LEDGER_OP_MAX);
	must((int)entry.clock >= 1 && (int)entry.clock <= CLOCK_KIND_MAX);
	write_byte(out, (unsigned)entry.op << 4 | (unsigned)entry.clock);
	write_byte(out, (unsigned)entry.cause);
	write_byte(out, flags);
	write_byte(out, entry.generation >> 8);
	write_byte(out, entry.generation & 0xffu);
	if (flags & HAS_ENTRY_AT)
		write_int8(out, entry.at.us);
	if (flags & HAS_ENTRY_AMOUNT)
		write_int8(out, entry.amount);
	if (flags & HAS_ENTRY_KIND)
		write_byte(out, (unsigned)entry.kind);
}

static bool
entry_read(struct reader *in, struct instant decided_at, struct ledger_entry *ret_entry)
{
	unsigned what = read_byte(in), cause = read_byte(in), flags = read_byte(in);
	unsigned high = read_byte(in), low = read_byte(in);
	int64_t at = flags & HAS_ENTRY_AT ? read_int8(in) : decided_at.us;
	int64_t amount = flags & HAS_ENTRY_AMOUNT ? read_int8(in) : 0;
	unsigned kind = flags & HAS_ENTRY_KIND ? read_byte(in) : 0;

	if (in->failed || what >> 4 < 1 || what >> 4 > LEDGER_OP_MAX || (what & 15) < 1 ||
		(what & 15) > CLOCK_KIND_MAX || cause > CAUSE_MAX || flags > 7 ||
		kind > LIMIT_KIND_MAX)
		return false;
	*ret_entry = (struct ledger_entry){
		.op = (enum ledger_op)(what >> 4),
		.clock = (enum clock_kind)(what & 15),
		.cause = (enum cause)cause,
		.generation = (uint16_t)(high << 8 | low),
		.at = {at},
		.amount = amount,
		.kind = (enum limit_kind)kind,
	};
	return true;
}

static struct reader
reader_of(struct text bytes)
{
	const uint8_t *at = (const uint8_t *)bytes.data;

	return (struct reader){at, bytes.len == 0 ? at : at + bytes.len, false};
}

static void
write_byte(struct writer *out, unsigned byte)
{
	*out->at++ = (uint8_t)byte;
}

static void
write_varint(struct writer *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		write_byte(out, (unsigned)(number & 0x7f) | 0x80);
	write_byte(out, (unsigned)number);
}

/* Zigzag: small numbers of either sign become small numbers. */
static void
write_signed(struct writer *out, int64_t number)
{
	write_varint(out, (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0));
}

static void
write_int8(struct writer *out, int64_t number)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		write_byte(out, (unsigned)((uint64_t)number >> shift & 0xff));
}

static unsigned
read_byte(struct reader *in)
{
	if (in->failed || in->at == in->end) {
		in->failed = true;
		return 0;
	}
	return *in->at++;
}

static uint64_t
read_varint(struct reader *in, uint64_t max)
{
	uint64_t number = 0;

	for (int shift = 0; shift < 64; shift += 7) {
		unsigned byte = read_byte(in);

		if (shift == 63 && byte > 1)
			break;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			in->failed = in->failed || number > max;
			return in->failed ? 0 : number;
		}
	}
	in->failed = true;
	return 0;
}

static int64_t
read_signed(struct reader *in)
{
	uint64_t number = read_varint(in, UINT64_MAX);

	return (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

static int64_t
read_int8(struct reader *in)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | read_byte(in);
	return (int64_t)number;
}

static int64_t
wrapped_difference(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t
wrapped_sum(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}
