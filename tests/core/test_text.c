/* test_text.c — which bytes are clean UTF-8, and how texts compare. */
#include "base/text.h"
#include "tests/check.h"

/* TEXT, where a table is static. */
#define BYTES(literal) {literal, sizeof(literal) - 1}

static const struct utf8_row {
	const char *name;
	struct text text;
	bool clean;
} utf8_rows[] = {
	{"empty", {NULL, 0}, true},
	{"ascii", BYTES("Broken lamp, gate 3"), true},
	{"chinese", BYTES("荔城街道 光明社区"), true},
	{"four_bytes", BYTES("\xf0\xa0\xae\xb7"), true},
	{"combining_mark", BYTES("e\xcc\x81"), true},
	{"tab_and_line_ends", BYTES("a\tb\r\nc"), true},
	{"last_of_two_bytes", BYTES("\xdf\xbf"), true},
	{"last_rune", BYTES("\xf4\x8f\xbf\xbf"), true},
	{"before_the_surrogates", BYTES("\xed\x9f\xbf"), true},
	{"behind_the_surrogates", BYTES("\xee\x80\x80"), true},
	{"nul", BYTES("a\0b"), false},
	{"bell", BYTES("a\ab"), false},
	{"escape", BYTES("\x1b[31m"), false},
	{"delete", BYTES("a\x7f"), false},
	{"c1_control", BYTES("\xc2\x85"), false},
	{"lone_continuation", BYTES("a\x80"), false},
	{"lone_lead", BYTES("\xc3"), false},
	{"cut_three_bytes", BYTES("\xe8\x8d"), false},
	{"cut_four_bytes", BYTES("\xf0\x9f\x98"), false},
	{"lead_then_ascii", BYTES("\xe8zz"), false},
	{"overlong_slash", BYTES("\xc0\xaf"), false},
	{"overlong_two_in_three", BYTES("\xe0\x80\xaf"), false},
	{"overlong_three_in_four", BYTES("\xf0\x80\x80\xaf"), false},
	{"surrogate", BYTES("\xed\xa0\x80"), false},
	{"surrogate_pair", BYTES("\xed\xa0\xbd\xed\xb8\x80"), false},
	{"beyond_the_last_rune", BYTES("\xf4\x90\x80\x80"), false},
	{"five_bytes", BYTES("\xf8\x88\x80\x80\x80"), false},
	{"byte_ff", BYTES("\xff"), false},
	{"gbk_bytes", BYTES("\xc0\xf3\xb3\xc7"), false},
	{"right_to_left_override", BYTES("a\xe2\x80\xae" "b"), false},
	{"isolate", BYTES("\xe2\x81\xa6"), false},
	{"right_to_left_mark", BYTES("\xe2\x80\x8f"), false},
	{"zero_width_joiner", BYTES("\xe2\x80\x8d"), true},
};

static void
check_utf8(void **state)
{
	const struct utf8_row *row = *state;

	assert_int_equal(text_is_utf8(row->text), row->clean);
}

static const struct order_row {
	const char *name;
	struct text a, b;
	int order;
	bool starts; /* a starts with b */
} order_rows[] = {
	{"order_equal", BYTES("abc"), BYTES("abc"), 0, true},
	{"order_shorter_first", BYTES("ab"), BYTES("abc"), -1, false},
	{"order_longer_last", BYTES("abc"), BYTES("ab"), 1, true},
	{"order_by_byte", BYTES("abd"), BYTES("abc"), 1, false},
	{"order_high_bytes_behind", BYTES("中"), BYTES("zz"), 1, false},
	{"order_empty_first", {NULL, 0}, BYTES("a"), -1, false},
	{"order_anything_starts_with_nothing", BYTES("a"), {NULL, 0}, 1, true},
	{"order_two_empties", {NULL, 0}, BYTES(""), 0, true},
	{"order_nul_is_a_byte", BYTES("a\0b"), BYTES("a\0c"), -1, false},
};

static void
check_order(void **state)
{
	const struct order_row *row = *state;
	int order = text_compare(row->a, row->b);

	assert_int_equal((order > 0) - (order < 0), row->order);
	assert_int_equal(text_equal(row->a, row->b), row->order == 0);
	assert_int_equal(text_starts(row->a, row->b), row->starts);
}

static void
text_of_null_is_empty(void **state)
{
	(void)state;
	assert_int_equal(text_of(NULL).len, 0);
	assert_true(text_is(text_of("abc"), "abc"));
	assert_false(text_is(text_of("abc"), "ab"));
	assert_true(text_is(TEXT_NONE, ""));
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, utf8_rows, check_utf8);
	CHECK_ROWS(&group, order_rows, check_order);
	CHECK_ONE(&group, text_of_null_is_empty);
	return check_run("text", &group);
}
