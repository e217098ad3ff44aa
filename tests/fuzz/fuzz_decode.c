/* fuzz_decode.c — any bytes as a frame of a client: a value or a refusal in clean words, within its
 * budget. For libFuzzer; README.md in tests/ tells how the suites run, this one runs by hand:
 *
 *	CC=clang meson setup build/fuzz -Db_sanitize=address,undefined -Db_lundef=false
 *	ninja -C build/fuzz tests/fuzz/fuzz_decode && build/fuzz/tests/fuzz/fuzz_decode -max_len=65536 */
#include <stddef.h>
#include <stdint.h>

#include "base/must.h"
#include "wire/wire.h"

#define DECODED_BYTES_MAX ((size_t)384 * 1024) /* what is unfolded, and the words about it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *arena;
	struct wire_message message;
	struct text detail;
	enum refusal refusal;

	if (arena == NULL)
		arena = arena_new();
	refusal = wire_decode(arena, TEXT("ZC"), (struct text){(const char *)data, size}, &message, &detail);
	must(refusal <= REFUSAL_MAX);
	must(text_is_utf8(detail) && detail.len < 400);
	must(arena_used(arena) <= DECODED_BYTES_MAX);
	if (refusal == REFUSAL_NONE && message.kind == WIRE_COMMAND)
		must(message.has_request && text_is_utf8(message.event.text));
	arena_reset(arena);
	return 0;
}
