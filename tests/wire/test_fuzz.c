/* test_fuzz.c — valid messages with bits turned, bytes lost and pieces exchanged: whatever comes, it is
 * a value or a refusal in clean words. The seed is fixed; HUYING_SEED and HUYING_ROUNDS try others. */
#include "wire/wire.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/wire/notation.h"

#define ROUNDS_DEFAULT 60000

static const char *const messages[] = {
	"protocol_version:1 hello{numbers_left:4 language:'zh' program:'app 1'}",
	"protocol_version:1 enrol{public_key:'k'*32 device_name:'phone'}",
	"protocol_version:1 ping{tag:18446744073709551615}",
	"protocol_version:1 command{request_id:@7 text:'路灯不亮' report{issue_id:1203207 class_code:'part/01/02' "
	"condition_code:'3' severity:2 place_code:'440118001' unit_code:'U' point{latitude:23.29 longitude:113.81} "
	"observed_at{unix_us:1700000000000000} contact{name:'王芳' telephone:'138' address:'3-2'} "
	"external{source:'12345' reference:'A-1' due_at{unix_us:1700000000000001}} "
	"photos{sha256:'s'*32 media_type:'image/jpeg' size:5 taken_at{unix_us:5}}}}",
	"protocol_version:1 command{request_id:@7 number:'ZC-1203207-5' seen_version:2 text:'done' "
	"answer{close_condition_met:1 photos{sha256:'s'*32 media_type:'image/jpeg' size:5}}}",
	"protocol_version:1 command{request_id:@7 issue_id:5 seen_version:2 "
	"dispatch{lead_unit_code:'B1' assist_unit_codes:'B2' assist_unit_codes:'B3'}}",
	"protocol_version:1 command{request_id:@7 issue_id:5 seen_version:2 reason:1 return_issue{}}",
	"protocol_version:2 command{request_id:@7 #60:5 issue_id:5 seen_version:2 feedback{solved:1 satisfied:5 #9:9}}",
	"protocol_version:1 query{tag:9 show{number:'ZC-1203207-5' after_version:3}}",
	"protocol_version:1 query{tag:9 overdue{by:2 soon_us:7200000000 area_code:'440118001'}}",
};

static char valid[COUNT_OF(messages)][2048];
static size_t lengths[COUNT_OF(messages)];
static uint64_t state_of_chance;

static uint64_t chance(uint64_t below);
static size_t spoil(char *bytes, size_t len);
static void try_bytes(struct arena *arena, const char *bytes, size_t len);

static void
f18_spoilt_messages_are_values_or_refusals(void **state)
{
	const char *rounds = getenv("HUYING_ROUNDS"), *seed = getenv("HUYING_SEED");
	long left = rounds == NULL ? ROUNDS_DEFAULT : atol(rounds);
	struct arena *arena = arena_new();
	static char bytes[4096];

	(void)state;
	state_of_chance = seed == NULL ? 20260101 : strtoull(seed, NULL, 10);
	print_message("# seed %llu, %ld rounds\n", (unsigned long long)state_of_chance, left);
	for (; left > 0; left--) {
		size_t which = chance(COUNT_OF(messages));
		size_t len = lengths[which];

		memcpy(bytes, valid[which], len);
		for (uint64_t times = 1 + chance(4); times > 0; times--)
			len = spoil(bytes, len);
		try_bytes(arena, bytes, len);
	}
	arena_free(arena);
}

static void
f18_every_beginning_of_a_message(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		for (size_t len = 0; len <= lengths[i]; len++) {
			char *exact = malloc(len + 1); /* so that reading behind the end is seen */

			memcpy(exact, valid[i], len);
			exact = realloc(exact, len == 0 ? 1 : len);
			try_bytes(arena, exact, len);
			free(exact);
		}
	}
	arena_free(arena);
}

static void
f18_every_single_bit_turned(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		for (size_t bit = 0; bit < 8 * lengths[i]; bit++) {
			valid[i][bit / 8] ^= (char)(1 << bit % 8);
			try_bytes(arena, valid[i], lengths[i]);
			valid[i][bit / 8] ^= (char)(1 << bit % 8);
		}
	}
	arena_free(arena);
}

static void
try_bytes(struct arena *arena, const char *bytes, size_t len)
{
	struct wire_message message;
	struct text detail;
	enum refusal refusal = wire_decode(arena, TEXT("ZC"), (struct text){bytes, len}, &message, &detail);

	assert_in_range(refusal, REFUSAL_NONE, REFUSAL_MAX);
	assert_true(text_is_utf8(detail));
	assert_true(detail.len < 400);
	if (refusal == REFUSAL_NONE && message.kind == WIRE_COMMAND) {
		assert_true(message.has_request);
		assert_true(text_is_utf8(message.event.text));
		assert_true(message.event.text.len <= TEXT_BYTES_MAX);
	}
	arena_reset(arena);
}

/* One change, of the kinds that networks and attackers make. */
static size_t
spoil(char *bytes, size_t len)
{
	size_t at = len == 0 ? 0 : chance(len), other = chance(COUNT_OF(messages)), piece, from;

	switch (chance(6)) {
	case 0:
		bytes[at] ^= (char)(1 << chance(8));
		return len;
	case 1:
		bytes[at] = (char)chance(256);
		return len;
	case 2:
		return at;
	case 3: /* a byte more */
		if (len >= 4000)
			return len;
		memmove(bytes + at + 1, bytes + at, len - at);
		bytes[at] = (char)chance(256);
		return len + 1;
	case 4: /* a byte less */
		if (len == 0)
			return len;
		memmove(bytes + at, bytes + at + 1, len - at - 1);
		return len - 1;
	default: /* a piece of another message */
		from = chance(lengths[other]);
		piece = 1 + chance(lengths[other] - from);
		piece = piece < 64 ? piece : 64;
		if (at + piece >= 4000)
			return len;
		memcpy(bytes + at, valid[other] + from, piece);
		return at + piece > len ? at + piece : len;
	}
}

/* splitmix64 */
static uint64_t
chance(uint64_t below)
{
	uint64_t z = state_of_chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % below;
}

int
main(void)
{
	static struct check_group group;

	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		struct text bytes = notation(messages[i]);

		assert_true(bytes.len <= sizeof(valid[i]));
		memcpy(valid[i], bytes.data, lengths[i] = bytes.len);
	}
	CHECK_ONE(&group, f18_spoilt_messages_are_values_or_refusals);
	CHECK_ONE(&group, f18_every_beginning_of_a_message);
	CHECK_ONE(&group, f18_every_single_bit_turned);
	return check_run("fuzz", &group);
}
