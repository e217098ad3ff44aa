/* zone.c — see zone.h. An offset is less than a day, so only the transitions within a day of a wall
 * clock time can matter to it: a handful, found by bisection. */
#include "core/zone.h"

#include "base/must.h"
#include "core/instant.h"

static size_t row_at(const struct zone *zone, struct instant at);
static int64_t saturated_add(int64_t a, int64_t b);
static int64_t offset_us(const struct zone_transition *row);
static bool digits_at(struct text text, size_t at, size_t len, int *ret_number);

int32_t
zone_offset(const struct zone *zone, struct instant at)
{
	return zone->transitions[row_at(zone, at)].offset_seconds;
}

struct wall
zone_wall(const struct zone *zone, struct instant at)
{
	return (struct wall){saturated_add(at.us, offset_us(&zone->transitions[row_at(zone, at)]))};
}

struct instant
zone_instant(const struct zone *zone, struct wall wall, enum zone_side side)
{
	size_t first = row_at(zone, (struct instant){saturated_add(wall.us, -US_PER_DAY)});
	size_t last = row_at(zone, (struct instant){saturated_add(wall.us, US_PER_DAY)});
	struct instant found = INSTANT_NEVER, behind_gap = INSTANT_NEVER;

	for (size_t i = first; i <= last; i++) {
		const struct zone_transition *row = &zone->transitions[i];
		struct instant at = {saturated_add(wall.us, -offset_us(row))};

		if (i > 0 && instant_before(at, row->from))
			behind_gap = instant_min(behind_gap, row->from);
		else if (i + 1 == zone->count || instant_before(at, row[1].from)) {
			found = at;
			if (side == ZONE_START)
				break;
		}
	}
	return instant_is_never(found) ? behind_gap : found;
}

/* Counting years from March puts the leap day last, so that months have fixed places in a year. */
int32_t
date_days(int year, int month, int day)
{
	int64_t years = (int64_t)year - (month <= 2);
	int64_t era = (years >= 0 ? years : years - 399) / 400;
	int64_t year_of_era = years - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int32_t)(era * 146097 + day_of_era - 719468);
}

void
date_of_days(int32_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t since = (int64_t)days + 719468;
	int64_t era = (since >= 0 ? since : since - 146096) / 146097;
	int64_t day_of_era = since - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

int
date_weekday(int32_t days)
{
	return (days % 7 + 7 + 3) % 7 + 1;
}

bool
date_parse(struct text text, int32_t *ret_days)
{
	int year, month, day, back_year, back_month, back_day;
	int32_t days;

	if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-')
		return false;
	if (!digits_at(text, 0, 4, &year) || !digits_at(text, 5, 2, &month) ||
		!digits_at(text, 8, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1)
		return false;
	days = date_days(year, month, day);
	date_of_days(days, &back_year, &back_month, &back_day);
	if (back_year != year || back_month != month || back_day != day)
		return false;
	*ret_days = days;
	return true;
}

/* The row in force at an instant: the last one that has begun, or the first. */
static size_t
row_at(const struct zone *zone, struct instant at)
{
	size_t low = 0, high = zone->count;

	must(zone->count > 0);
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (instant_before(at, zone->transitions[middle].from))
			high = middle;
		else
			low = middle;
	}
	return low;
}

static int64_t
saturated_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static int64_t
offset_us(const struct zone_transition *row)
{
	return row->offset_seconds * US_PER_SECOND;
}

static bool
digits_at(struct text text, size_t at, size_t len, int *ret_number)
{
	int number = 0;

	for (size_t i = at; i < at + len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + text.data[i] - '0';
	}
	*ret_number = number;
	return true;
}
