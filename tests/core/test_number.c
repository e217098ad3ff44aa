/* test_number.c — the number people see, and request ids. */
#include "core/number.h"

#include <stdio.h>
#include <string.h>

#include "core/request_id.h"
#include "tests/check.h"
#include "tests/core/moments.h"

static const struct parse_row {
	const char *name, *number;
	enum number_error error;
	int64_t id;
} parse_rows[] = {
	{"full", "ZC-1203207-5", NUMBER_OK, 1203207},
	{"bare_id", "1203207", NUMBER_OK, 1203207},
	{"lower_case", "zc-1203207-5", NUMBER_OK, 1203207},
	{"blanks_around", "  ZC-1203207-5\t", NUMBER_OK, 1203207},
	{"bare_id_with_blanks", " 7 ", NUMBER_OK, 7},
	{"largest_id", "9223372036854775807", NUMBER_OK, INT64_MAX},
	{"too_large", "9223372036854775808", NUMBER_MALFORMED, 0},
	{"much_too_large", "99999999999999999999999", NUMBER_MALFORMED, 0},
	{"full_too_large", "ZC-9223372036854775808-1", NUMBER_MALFORMED, 0},
	{"zero", "0", NUMBER_MALFORMED, 0},
	{"zero_in_front", "01203207", NUMBER_MALFORMED, 0},
	{"full_zero_in_front", "ZC-01203207-5", NUMBER_MALFORMED, 0},
	{"negative", "-5", NUMBER_MALFORMED, 0},
	{"plus", "+5", NUMBER_MALFORMED, 0},
	{"empty", "", NUMBER_MALFORMED, 0},
	{"only_blanks", "   ", NUMBER_MALFORMED, 0},
	{"only_dashes", "--", NUMBER_MALFORMED, 0},
	{"no_check_digit", "ZC-1203207", NUMBER_MALFORMED, 0},
	{"empty_check_digit", "ZC-1203207-", NUMBER_MALFORMED, 0},
	{"letter_as_check_digit", "ZC-1203207-X", NUMBER_MALFORMED, 0},
	{"two_check_digits", "ZC-1203207-55", NUMBER_MALFORMED, 0},
	{"one_part_more", "ZC-1203207-5-1", NUMBER_MALFORMED, 0},
	{"blank_inside", "ZC-1203 207-5", NUMBER_MALFORMED, 0},
	{"no_district", "-1203207-5", NUMBER_MALFORMED, 0},
	{"district_too_long", "ABCDEFGHIJKLM-1203207-5", NUMBER_MALFORMED, 0},
	{"district_with_signs", "Z_-1203207-5", NUMBER_MALFORMED, 0},
	{"letters_in_id", "ZC-12O3207-5", NUMBER_MALFORMED, 0},
	{"other_district", "BO-1203207-5", NUMBER_OTHER_DISTRICT, 0},
	{"longer_district", "ZCX-1203207-5", NUMBER_OTHER_DISTRICT, 0},
	{"wrong_check_digit", "ZC-1203207-6", NUMBER_BAD_CHECK_DIGIT, 0},
	{"one_digit_wrong", "ZC-1203208-5", NUMBER_BAD_CHECK_DIGIT, 0},
	{"neighbours_exchanged", "ZC-1230207-5", NUMBER_BAD_CHECK_DIGIT, 0},
};

static void
check_parse(void **state)
{
	const struct parse_row *row = *state;
	int64_t id = 0;

	assert_int_equal(number_parse(TEXT("ZC"), text_of(row->number), &id), row->error);
	assert_int_equal(id, row->id);
}

static const struct digit_row {
	const char *name;
	int64_t id;
	int digit;
	const char *number;
} digit_rows[] = {
	{"digit_well_known", 79462, 3, "ZC-79462-3"},
	{"digit_of_the_design", 1203207, 5, "ZC-1203207-5"},
	{"digit_of_one", 1, 9, "ZC-1-9"},
	{"digit_of_the_largest", INT64_MAX, 1, "ZC-9223372036854775807-1"},
};

static void
check_digit(void **state)
{
	const struct digit_row *row = *state;
	char text[NUMBER_BYTES_MAX];

	assert_int_equal(number_check_digit(row->id), row->digit);
	assert_int_equal(number_format(TEXT("ZC"), row->id, text), strlen(row->number));
	assert_string_equal(text, row->number);
}

static void
every_single_wrong_digit_is_found(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t id = random_between(&seed, 1, 999999999999), wrong, power = 1;
		int digit = number_check_digit(id);

		for (; power <= id; power *= 10)
			for (int other = 1; other <= 9; other++) {
				wrong = id - id / power % 10 * power + (id / power % 10 + other) % 10 * power;
				if (wrong >= power && number_check_digit(wrong) == digit)
					fail_msg("%lld and %lld have one check digit", (long long)id, (long long)wrong);
			}
	}
}

static void
nearly_every_exchange_of_neighbours_is_found(void **state)
{
	int exchanges = 0, missed = 0;

	(void)state;
	for (int64_t id = 100000; id < 200000; id++)
		for (int64_t power = 1; power < 10000; power *= 10) {
			int64_t low = id / power % 10, high = id / power / 10 % 10;
			int64_t other = id + (low - high) * power * 10 + (high - low) * power;

			if (low == high)
				continue;
			exchanges++;
			missed += number_check_digit(other) == number_check_digit(id);
		}
	assert_true(missed * 40 < exchanges);
}

static void
number_and_back_20000_ids(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t id = (int64_t)(random_next(&seed) >> random_between(&seed, 1, 62)) + 1, back = 0;
		char text[NUMBER_BYTES_MAX];
		int len = number_format(TEXT("ABCDEFGHIJ12"), id, text);

		assert_int_equal(len, strlen(text));
		assert_int_equal(number_parse(TEXT("abcdefghij12"), text_of(text), &back), NUMBER_OK);
		assert_int_equal(back, id);
	}
}

static const struct id_row {
	const char *name, *text;
	bool is_v7;
	int64_t ms;
} id_rows[] = {
	{"uuid_of_the_rfc", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", true, INT64_C(1645557742000)},
	{"uuid_version_4", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", false, INT64_C(1645557742000)},
	{"uuid_other_variant", "017f22e2-79b0-7cc3-18c4-dc0c0c07398f", false, INT64_C(1645557742000)},
	{"uuid_nil", "00000000-0000-0000-0000-000000000000", false, 0},
	{"uuid_max", "ffffffff-ffff-ffff-ffff-ffffffffffff", false, INT64_C(281474976710655)},
};

static void
check_id(void **state)
{
	const struct id_row *row = *state;
	struct request_id id;
	const char *at = row->text;
	char back[37];

	for (size_t i = 0; i < sizeof(id.bytes); i++, at += 2) {
		unsigned byte;

		at += *at == '-';
		assert_int_equal(sscanf(at, "%2x", &byte), 1);
		id.bytes[i] = (uint8_t)byte;
	}
	request_id_format(id, back);
	assert_string_equal(back, row->text);
	assert_int_equal(request_id_is_v7(id), row->is_v7);
	assert_int_equal(request_id_at(id).us, row->ms * 1000);
	assert_int_equal(request_id_compare(id, id), 0);
}

static void
uuids_sort_by_time(void **state)
{
	struct request_id a = {{0, 0, 0, 0, 1, 2, 0x7f, 0xff, 0xbf}}, b = {{0, 0, 0, 0, 1, 3, 0x70, 0, 0x80}};

	(void)state;
	assert_true(request_id_compare(a, b) < 0 && request_id_compare(b, a) > 0);
	assert_true(instant_before(request_id_at(a), request_id_at(b)));
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, parse_rows, check_parse);
	CHECK_ROWS(&group, digit_rows, check_digit);
	CHECK_ROWS(&group, id_rows, check_id);
	CHECK_ONE(&group, every_single_wrong_digit_is_found);
	CHECK_ONE(&group, nearly_every_exchange_of_neighbours_is_found);
	CHECK_ONE(&group, number_and_back_20000_ids);
	CHECK_ONE(&group, uuids_sort_by_time);
	return check_run("number", &group);
}
