/* test_key.c — enrolment lines as people paste them, and the key that a code is. */
#include "link/key.h"

#include <string.h>

#include <zmq.h>

#include "check.h"

#define SERVER "03eb650a438314a47c7d0108217c3872874c13219f6dea84e341e5813321481c"
#define CODE "00041061050R3GG28A1C60T3GF"

static const struct row {
	const char *name, *line;
	bool good;
	const char *endpoint;
} rows[] = {
	{"a line", "huying://10.0.0.5:7421/?key=" SERVER "&code=" CODE, true, "tcp://10.0.0.5:7421"},
	{"the other order", "huying://host:1/?code=" CODE "&key=" SERVER, true, "tcp://host:1"},
	{"an IPv6 address", "huying://[::1]:7421/?key=" SERVER "&code=" CODE, true, "tcp://[::1]:7421"},
	{"lower case and hyphens", "huying://h:1/?key=" SERVER "&code=00041-061050-r3gg28a1c60t3gf", true,
		"tcp://h:1"},
	{"letters taken for digits", "huying://h:1/?key=" SERVER "&code=OOO4IO6L05OR3GG28A1C60T3GF", true,
		"tcp://h:1"},
	{"a new line behind it", "huying://h:1/?key=" SERVER "&code=" CODE "\n", true, "tcp://h:1"},
	{"another scheme", "http://h:1/?key=" SERVER "&code=" CODE, false, NULL},
	{"no port", "huying://h/?key=" SERVER "&code=" CODE, false, NULL},
	{"no host", "huying:///?key=" SERVER "&code=" CODE, false, NULL},
	{"no key", "huying://h:1/?code=" CODE, false, NULL},
	{"a short key", "huying://h:1/?key=03eb&code=" CODE, false, NULL},
	{"a key that is not hexadecimal", "huying://h:1/?key=g" SERVER "&code=" CODE, false, NULL},
	{"no code", "huying://h:1/?key=" SERVER, false, NULL},
	{"a short code", "huying://h:1/?key=" SERVER "&code=00041061050R3GG28A1C60T3G", false, NULL},
	{"a long code", "huying://h:1/?key=" SERVER "&code=" CODE "0", false, NULL},
	{"more than 128 bits", "huying://h:1/?key=" SERVER "&code=80041061050R3GG28A1C60T3GF", false, NULL},
	{"a letter that is none", "huying://h:1/?key=" SERVER "&code=U0041061050R3GG28A1C60T3GF", false, NULL},
	{"nothing", "", false, NULL},
};

static void
check_line(void **state)
{
	const struct row *row = *state;
	struct key_line line = {0};
	const char *why = NULL;

	assert_int_equal(key_line_parse(row->line, &line, &why), row->good);
	if (!row->good) {
		assert_non_null(why);
		return;
	}
	assert_string_equal(line.endpoint, row->endpoint);
	for (uint8_t i = 0; i < KEY_CODE_BYTES; i++)
		assert_int_equal(line.code[i], i);
}

/* The example of proto/README.md. */
static void
a_code_makes_the_key_of_the_page(void **state)
{
	uint8_t code[KEY_CODE_BYTES], secret[LINK_KEY_BYTES], public_key[LINK_KEY_BYTES];
	char hex[KEY_HEX_BYTES];

	(void)state;
	assert_true(key_code_parse(CODE, strlen(CODE), code));
	key_of_code(code, secret);
	key_to_hex(secret, hex);
	assert_string_equal(hex, "03eb650a438314a47c7d0108217c3872874c13219f6dea84e341e5813321481c");
	assert_true(key_public_of(secret, public_key));
	key_to_hex(public_key, hex);
	assert_string_equal(hex, "fffac6543e9f84555fb4e1d229bb787246f5713ae1f5bfc89b1aa906de71bf15");
}

/* Our public half is the one that ZeroMQ makes. */
static void
the_public_half_is_the_one_of_zeromq(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		uint8_t secret[LINK_KEY_BYTES], ours[LINK_KEY_BYTES], theirs[LINK_KEY_BYTES];
		char secret_z85[41], public_z85[41];
		key_fresh(secret);
		assert_true(key_public_of(secret, ours));
		assert_non_null(zmq_z85_encode(secret_z85, secret, sizeof(secret)));
		assert_int_equal(zmq_curve_public(public_z85, secret_z85), 0);
		assert_non_null(zmq_z85_decode(theirs, public_z85));
		assert_memory_equal(ours, theirs, sizeof(ours));
	}
}

int
main(void)
{
	static struct check_group group;

	CHECK_ROWS(&group, rows, check_line);
	CHECK_ONE(&group, a_code_makes_the_key_of_the_page);
	CHECK_ONE(&group, the_public_half_is_the_one_of_zeromq);
	return check_run("key", &group);
}
