/* policies.c — the list of policies with the values that hold where none was published. */
#include "store/policies.h"

#include <stddef.h>
#include <string.h>

#include "base/must.h"

enum type {
	YES_NO,
	NUMBER,
	TIER_WORD,
	DURATION
};

static const struct {
	const char *name;
	enum type type;
	size_t offset;
	const char *by_default;
} names[] = {
	{"desk_tier", TIER_WORD, offsetof(struct policies, desk_tier), "community"},
	{"lease_extensions_max", NUMBER, offsetof(struct policies, lease_extensions_max), "3"},
	{"return_stops_handle", YES_NO, offsetof(struct policies, return_stops_handle), "yes"},
	{"other_unit_full_limit", YES_NO, offsetof(struct policies, other_unit_full_limit), "yes"},
	{"rework_new_time", YES_NO, offsetof(struct policies, rework_new_time), "no"},
	{"redo_new_time", YES_NO, offsetof(struct policies, redo_new_time), "yes"},
	{"refusal_window", DURATION, offsetof(struct policies, refusal_window), "0s"},
	{"observed_age_max", DURATION, offsetof(struct policies, observed_age_max), "30d"},
	{"observed_ahead_max", DURATION, offsetof(struct policies, observed_ahead_max), "10m"},
	{"step_gap", DURATION, offsetof(struct policies, step_gap), "0s"},
	{"returns_max", NUMBER, offsetof(struct policies, returns_max), "3"},
};

static bool parse(enum type type, struct text value, void *ret);
static bool parse_number(struct text value, int64_t most, int64_t *ret_number);
static bool parse_duration(struct text value, struct span *ret_span);

struct policies
policies_by_default(void)
{
	struct policies policies = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must(policy_set(&policies, text_of(names[i].name), text_of(names[i].by_default)));
	return policies;
}

enum clock_kind
policy_clock(struct text name)
{
	const struct text prefix = TEXT("limit.");
	const struct word *word;

	if (!text_starts(name, prefix))
		return 0;
	word = vocab_by_word("clock", name.data + prefix.len, name.len - prefix.len);
	return word == NULL ? 0 : (enum clock_kind)word->number;
}

bool
policy_set(struct policies *policies, struct text name, struct text value)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(name, names[i].name))
			return parse(names[i].type, value, (char *)policies + names[i].offset);
	return false;
}

static bool
parse(enum type type, struct text value, void *ret)
{
	switch (type) {
	case YES_NO: {
		bool yes = text_is(value, "yes");

		if (!yes && !text_is(value, "no"))
			return false;
		memcpy(ret, &yes, sizeof(yes));
		return true;
	}
	case NUMBER: {
		int64_t number;
		int32_t small;

		if (!parse_number(value, 1000, &number))
			return false;
		small = (int32_t)number;
		memcpy(ret, &small, sizeof(small));
		return true;
	}
	case TIER_WORD: {
		const struct word *word = vocab_by_word("tier", value.data, value.len);
		int32_t tier = word == NULL ? 0 : word->number;

		if (tier == 0)
			return false;
		memcpy(ret, &tier, sizeof(tier));
		return true;
	}
	case DURATION: {
		struct span span;

		if (!parse_duration(value, &span))
			return false;
		memcpy(ret, &span, sizeof(span));
		return true;
	}
	}
	return false;
}

static bool
parse_number(struct text value, int64_t most, int64_t *ret_number)
{
	int64_t number = 0;

	if (value.len == 0 || value.len > 12)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
		number = number * 10 + (value.data[i] - '0');
	}
	*ret_number = number;
	return number <= most;
}

/* "90s", "15m", "4h", "2d"; a day has 24 hours. At most a hundred years. */
static bool
parse_duration(struct text value, struct span *ret_span)
{
	static const struct {
		char letter;
		int64_t us;
	} units[] = {{'s', US_PER_SECOND}, {'m', US_PER_MINUTE}, {'h', US_PER_HOUR}, {'d', US_PER_DAY}};

	for (size_t i = 0; value.len > 1 && i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t number;
		struct text digits = {value.data, value.len - 1};

		if (value.data[value.len - 1] != units[i].letter)
			continue;
		if (!parse_number(digits, 36525 * US_PER_DAY / units[i].us, &number))
			return false;
		ret_span->us = number * units[i].us;
		return true;
	}
	return false;
}
