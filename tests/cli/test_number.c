/* test_number.c — the number made on a phone without signal is the one that the server makes. */
#include "link/number.h"

#include <string.h>

#include "core/number.h"

#include "check.h"

static const struct row {
	const char *name, *district;
	uint64_t id;
	const char *number;
} rows[] = {
	{"well known", "ZC", 79462, "ZC-79462-3"},
	{"one digit", "ZC", 1, "ZC-1-9"},
	{"as in every help", "ZC", 1203207, "ZC-1203207-5"},
	{"the longest district", "ABCDEFGHIJKL", 1, "ABCDEFGHIJKL-1-9"},
};

static void
check_number(void **state)
{
	const struct row *row = *state;
	char number[NUMBER_BYTES];

	number_of(row->district, row->id, number);
	assert_string_equal(number, row->number);
}

/* The rule stands in two places, because a client shares no code with the daemon. */
static void
as_the_server_writes_200000_ids(void **state)
{
	char ours[NUMBER_BYTES], theirs[NUMBER_BYTES_MAX];

	(void)state;
	for (uint64_t i = 1; i < 200000; i++) {
		uint64_t id = i < 100000 ? i : (i * 0x9e3779b97f4a7c15ULL) >> 1;
		number_of("ZC", id, ours);
		number_format(TEXT("ZC"), (int64_t)id, theirs);
		assert_string_equal(ours, theirs);
	}
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, rows, check_number);
	CHECK_ONE(&group, as_the_server_writes_200000_ids);
	return check_run("number on the phone", &group);
}
