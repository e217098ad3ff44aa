/* number.c — ISO/IEC 7064 MOD 11,10, and the shape DISTRICT-ID-DIGIT. */
#include "core/number.h"

#include <stdio.h>

#include "base/must.h"

#define DISTRICT_BYTES_MAX 12

static struct text text_trim(struct text text);
static struct text take_until_dash(struct text *rest);
static bool id_parse(struct text digits, int64_t *ret_id);
static bool same_district(struct text a, struct text b);
static bool is_district(struct text code);
static char upper(char letter);

int
number_check_digit(int64_t id)
{
	char digits[21];
	int len, product = 10;

	must(id > 0);
	len = snprintf(digits, sizeof(digits), "%lld", (long long)id);
	for (int i = 0; i < len; i++) {
		int sum = (product + digits[i] - '0') % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (11 - product) % 10;
}

int
number_format(struct text district, int64_t id, char ret_text[NUMBER_BYTES_MAX])
{
	must(district.len >= 1 && district.len <= DISTRICT_BYTES_MAX);
	return snprintf(ret_text, NUMBER_BYTES_MAX, "%.*s-%lld-%d", (int)district.len,
		district.data, (long long)id, number_check_digit(id));
}

enum number_error
number_parse(struct text district, struct text number, int64_t *ret_id)
{
	struct text rest = text_trim(number), code, digits;
	int64_t id;

	if (id_parse(rest, ret_id))
		return NUMBER_OK;
	code = take_until_dash(&rest);
	digits = take_until_dash(&rest);
	if (!is_district(code) || !id_parse(digits, &id) || rest.len != 1 || rest.data[0] < '0' ||
		rest.data[0] > '9')
		return NUMBER_MALFORMED;
	if (!same_district(code, district))
		return NUMBER_OTHER_DISTRICT;
	if (rest.data[0] - '0' != number_check_digit(id))
		return NUMBER_BAD_CHECK_DIGIT;
	*ret_id = id;
	return NUMBER_OK;
}

static struct text
text_trim(struct text text)
{
	while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
		text.data++;
		text.len--;
	}
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* The part before the first dash; `rest` goes on behind it, and is empty when there was none. */
static struct text
take_until_dash(struct text *rest)
{
	struct text part = {rest->data, 0};

	while (part.len < rest->len && rest->data[part.len] != '-')
		part.len++;
	if (part.len == rest->len) {
		*rest = TEXT_NONE;
		return part;
	}
	rest->data += part.len + 1;
	rest->len -= part.len + 1;
	return part;
}

/* One spelling only: no sign, no zero in front. */
static bool
id_parse(struct text digits, int64_t *ret_id)
{
	int64_t id = 0;

	if (digits.len == 0 || digits.data[0] == '0')
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		int digit = digits.data[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(id, 10, &id) ||
			__builtin_add_overflow(id, digit, &id))
			return false;
	}
	*ret_id = id;
	return true;
}

static bool
is_district(struct text code)
{
	if (code.len < 1 || code.len > DISTRICT_BYTES_MAX)
		return false;
	for (size_t i = 0; i < code.len; i++) {
		char letter = upper(code.data[i]);

		if (!(letter >= 'A' && letter <= 'Z') && !(letter >= '0' && letter <= '9'))
			return false;
	}
	return true;
}

static bool
same_district(struct text a, struct text b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (upper(a.data[i]) != upper(b.data[i]))
			return false;
	return true;
}

static char
upper(char letter)
{
	return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}
