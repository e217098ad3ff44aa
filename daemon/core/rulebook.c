/* rulebook.c — looking things up, and deriving what makes looking up fast.
 *
 * Rows come as the tables hold them, in arrays indexed by id. The index functions prove that they
 * fit together (one root, no ring, no code twice) and number the tree, so that "does this area
 * cover that place" is two comparisons. Everything else here reads. */
#include "core/rulebook.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define SUCCESSORS_MAX 16
#define CLASS_BYTES_MAX 120
#define CLASS_SEGMENT_BYTES_MAX 60
#define CLASS_SEGMENTS_MAX 4

/* What an id is sorted by. */
struct sort_key {
	struct text text;
	int32_t number;
	int32_t id;
};

static bool places_are_rooted(struct arena *arena, struct places *places, struct text *ret_why);
static int32_t places_number(struct arena *arena, struct places *places);
static void place_areas(struct places *places, struct place *place);
static void sort_ids(struct arena *arena, int32_t *ids, int32_t count, const struct sort_key *keys);
static int order_keys(const void *a, const void *b);
static bool unit_fits(struct arena *arena, const struct units *units, const struct places *places,
	const struct unit *unit, struct text *ret_why);
static bool unit_lasts(const struct unit *unit, struct instant now);
static bool unit_is_tier(const struct unit *unit);

const struct release *
rulebook_in_force(const struct rulebook *book, struct instant now)
{
	for (size_t i = book->releases_count; i > 0; i--) {
		if (!instant_before(now, book->releases[i - 1].effective_at))
			return &book->releases[i - 1];
	}
	return NULL;
}

const struct release *
rulebook_release(const struct rulebook *book, int32_t number)
{
	for (size_t i = book->releases_count; i > 0; i--) {
		if (book->releases[i - 1].number == number)
			return &book->releases[i - 1];
	}
	return NULL;
}

/* ---- places ---- */

bool
places_index(struct arena *arena, struct places *places, struct text *ret_why)
{
	struct sort_key *keys = arena_take_array(arena, (size_t)places->count + 1, sizeof(*keys));

	places->root = 0;
	places->by_code = arena_take_array(arena, (size_t)places->count + 1, sizeof(int32_t));
	places->by_code_count = 0;
	for (int32_t id = 1; id < places->count; id++) {
		if (places->rows[id].id != id)
			continue;
		keys[id] = (struct sort_key){places->rows[id].code, 0, id};
		places->by_code[places->by_code_count++] = id;
	}
	if (places->by_code_count == 0)
		return true;
	sort_ids(arena, places->by_code, places->by_code_count, keys);
	for (int32_t i = 1; i < places->by_code_count; i++) {
		const struct place *place = &places->rows[places->by_code[i]];

		if (text_equal(places->rows[places->by_code[i - 1]].code, place->code)) {
			*ret_why = arena_format(arena, "two places have the code %.*s",
				(int)place->code.len, place->code.data);
			return false;
		}
	}
	return places_are_rooted(arena, places, ret_why);
}

const struct place *
places_get(const struct places *places, int32_t id)
{
	if (id <= 0 || id >= places->count || places->rows[id].id != id)
		return NULL;
	return &places->rows[id];
}

const struct place *
places_find(const struct places *places, struct text code)
{
	int32_t from = 0, until = places->by_code_count;

	while (from < until) {
		int32_t middle = from + (until - from) / 2;
		const struct place *place = &places->rows[places->by_code[middle]];
		int order = text_compare(place->code, code);

		if (order == 0)
			return place;
		if (order < 0)
			from = middle + 1;
		else
			until = middle;
	}
	return NULL;
}

bool
places_cover(const struct places *places, int32_t area, int32_t place)
{
	const struct place *outer = places_get(places, area);
	const struct place *inner = places_get(places, place);

	return outer != NULL && inner != NULL && outer->enter <= inner->enter &&
		inner->enter <= outer->leave;
}

/* ---- units ---- */

bool
units_index(struct arena *arena, struct units *units, const struct places *places,
	struct text *ret_why)
{
	struct sort_key *by_code = arena_take_array(arena, (size_t)units->count + 1, sizeof(*by_code));
	struct sort_key *by_place = arena_take_array(arena, (size_t)units->count + 1, sizeof(*by_place));
	bool has_district = false;

	units->by_code = arena_take_array(arena, (size_t)units->count + 1, sizeof(int32_t));
	units->by_place = arena_take_array(arena, (size_t)units->count + 1, sizeof(int32_t));
	units->by_code_count = units->by_place_count = 0;
	for (int32_t id = 1; id < units->count; id++) {
		struct unit *unit = &units->rows[id];

		if (unit->id != id)
			continue;
		if (!unit_fits(arena, units, places, unit, ret_why))
			return false;
		by_code[id] = (struct sort_key){unit->code, 0, id};
		by_place[id] = (struct sort_key){TEXT_NONE, unit->place, id};
		unit->next_same_place = 0;
		units->by_code[units->by_code_count++] = id;
		units->by_place[units->by_place_count++] = id;
		has_district |= unit_is_tier(unit) && unit->place == places->root;
	}
	if (units->by_code_count == 0)
		return true;
	if (!has_district) {
		*ret_why = TEXT("the root place has no unit of kind tier, whose desks keep what no rule "
				"can place; add one");
		return false;
	}
	sort_ids(arena, units->by_code, units->by_code_count, by_code);
	sort_ids(arena, units->by_place, units->by_place_count, by_place);
	for (int32_t i = 1; i < units->by_code_count; i++) {
		const struct unit *unit = &units->rows[units->by_code[i]];

		if (text_equal(units->rows[units->by_code[i - 1]].code, unit->code)) {
			*ret_why = arena_format(arena, "two units have the code %.*s",
				(int)unit->code.len, unit->code.data);
			return false;
		}
	}
	for (int32_t i = units->by_place_count, next = 0; i > 0; i--) {
		struct unit *unit = &units->rows[units->by_place[i - 1]];

		if (!unit_is_tier(unit))
			continue;
		if (next != 0 && units->rows[next].place == unit->place)
			unit->next_same_place = next;
		next = unit->id;
	}
	return true;
}

const struct unit *
units_get(const struct units *units, int32_t id)
{
	if (id <= 0 || id >= units->count || units->rows[id].id != id)
		return NULL;
	return &units->rows[id];
}

const struct unit *
units_find(const struct units *units, struct text code)
{
	int32_t from = 0, until = units->by_code_count;

	while (from < until) {
		int32_t middle = from + (until - from) / 2;
		const struct unit *unit = &units->rows[units->by_code[middle]];
		int order = text_compare(unit->code, code);

		if (order == 0)
			return unit;
		if (order < 0)
			from = middle + 1;
		else
			until = middle;
	}
	return NULL;
}

const struct unit *
units_in_force(const struct units *units, int32_t id, struct instant now)
{
	const struct unit *unit = units_get(units, id);

	/* Bounded: a ring of successors is a mistake in the data and ends in "none". */
	for (int hops = 0; unit != NULL && hops < SUCCESSORS_MAX; hops++) {
		if (unit_lasts(unit, now))
			return unit;
		unit = units_get(units, unit->successor);
	}
	return NULL;
}

int32_t
units_at_place(const struct units *units, int32_t place)
{
	int32_t from = 0, until = units->by_place_count;

	while (from < until) {
		int32_t middle = from + (until - from) / 2;

		if (units->rows[units->by_place[middle]].place < place)
			from = middle + 1;
		else
			until = middle;
	}
	return from;
}

const struct unit *
units_of_place(const struct units *units, int32_t place, struct instant now)
{
	for (int32_t i = units_at_place(units, place); i < units->by_place_count; i++) {
		const struct unit *unit = &units->rows[units->by_place[i]];

		if (unit->place != place)
			break;
		if (unit_is_tier(unit) && unit_lasts(unit, now))
			return unit;
	}
	return NULL;
}

/* ---- standards and calendars ---- */

bool
standards_index(struct arena *arena, struct standards *standards, struct text *ret_why)
{
	struct sort_key *keys = arena_take_array(arena, (size_t)standards->count + 1, sizeof(*keys));

	standards->by_class = arena_take_array(arena, (size_t)standards->count + 1, sizeof(int32_t));
	standards->by_class_count = 0;
	for (int32_t id = 1; id < standards->count; id++) {
		const struct standard *standard = &standards->rows[id];

		if (standard->id != id)
			continue;
		if (!class_is_valid(standard->class_code)) {
			*ret_why = arena_format(arena, "standard row %d: \"%.*s\" is no class: 1 to 4 "
				"segments parted by '/'", id, (int)standard->class_code.len,
				standard->class_code.data);
			return false;
		}
		keys[id] = (struct sort_key){standard->class_code, 0, id};
		standards->by_class[standards->by_class_count++] = id;
	}
	sort_ids(arena, standards->by_class, standards->by_class_count, keys);
	return true;
}

const struct standard *
standards_get(const struct standards *standards, int32_t id)
{
	if (id <= 0 || id >= standards->count || standards->rows[id].id != id)
		return NULL;
	return &standards->rows[id];
}

const struct calendar *
release_calendar(const struct release *release, struct limit limit)
{
	if (limit.calendar <= 0 || limit.calendar > release->calendars_count)
		return NULL;
	return release->calendars[limit.calendar];
}

/* ---- classes ---- */

bool
class_is_valid(struct text code)
{
	size_t segments = 1, length = 0;

	if (code.len == 0 || code.len > CLASS_BYTES_MAX)
		return false;
	for (size_t i = 0; i < code.len; i++) {
		unsigned char byte = (unsigned char)code.data[i];

		if (byte < 0x20 || byte == 0x7f)
			return false;
		if (byte != '/') {
			length++;
			if (length > CLASS_SEGMENT_BYTES_MAX)
				return false;
			continue;
		}
		if (length == 0)
			return false;
		segments++;
		length = 0;
	}
	return length > 0 && segments <= CLASS_SEGMENTS_MAX;
}

bool
class_covers(struct text prefix, struct text code)
{
	if (!text_starts(code, prefix))
		return false;
	return prefix.len == 0 || code.len == prefix.len || code.data[prefix.len] == '/';
}

/* ---- helpers ---- */

static bool
places_are_rooted(struct arena *arena, struct places *places, struct text *ret_why)
{
	for (int32_t i = 0; i < places->by_code_count; i++) {
		const struct place *place = &places->rows[places->by_code[i]];

		if (place->tier < 0 || place->tier > TIER_MAX) {
			*ret_why = arena_format(arena, "place %.*s: tier %d is none",
				(int)place->code.len, place->code.data, place->tier);
			return false;
		}
		if (place->parent != 0 && places_get(places, place->parent) == NULL) {
			*ret_why = arena_format(arena, "place %.*s: its parent does not exist",
				(int)place->code.len, place->code.data);
			return false;
		}
		if (place->parent != 0)
			continue;
		if (places->root != 0) {
			const struct place *root = &places->rows[places->root];

			*ret_why = arena_format(arena, "places %.*s and %.*s have no parent both: only "
				"the district is the root", (int)root->code.len, root->code.data,
				(int)place->code.len, place->code.data);
			return false;
		}
		places->root = place->id;
	}
	if (places->root == 0 || places_number(arena, places) != places->by_code_count) {
		*ret_why = TEXT("the places make a ring: some are not below the district");
		return false;
	}
	return true;
}

/* Numbers the tree by a walk without recursion; returns how many places it met. */
static int32_t
places_number(struct arena *arena, struct places *places)
{
	size_t size = (size_t)places->count;
	int32_t *child = arena_take_array(arena, size, sizeof(int32_t));
	int32_t *sibling = arena_take_array(arena, size, sizeof(int32_t));
	int32_t number = 0, at = places->root;

	for (int32_t id = places->count - 1; id > 0; id--) {
		int32_t parent = places->rows[id].parent;

		if (places->rows[id].id != id || parent == 0)
			continue;
		sibling[id] = child[parent];
		child[parent] = id;
	}
	for (;;) {
		places->rows[at].enter = ++number;
		place_areas(places, &places->rows[at]);
		if (child[at] != 0) {
			at = child[at];
			continue;
		}
		places->rows[at].leave = number;
		while (at != places->root && sibling[at] == 0) {
			at = places->rows[at].parent;
			places->rows[at].leave = number;
		}
		if (at == places->root)
			return number;
		at = sibling[at];
	}
}

static void
place_areas(struct places *places, struct place *place)
{
	if (place->parent != 0)
		memcpy(place->area, places->rows[place->parent].area, sizeof(place->area));
	else
		memset(place->area, 0, sizeof(place->area));
	if (place->tier != 0)
		place->area[place->tier] = place->id;
}

static bool
unit_fits(struct arena *arena, const struct units *units, const struct places *places,
	const struct unit *unit, struct text *ret_why)
{
	const char *wrong = NULL;

	if (unit->tier < TIER_DISTRICT || unit->tier > TIER_MAX)
		wrong = "it needs a tier";
	else if (unit->place != 0 && places_get(places, unit->place) == NULL)
		wrong = "its place does not exist";
	else if (unit->parent != 0 && units_get(units, unit->parent) == NULL)
		wrong = "its parent does not exist";
	else if (unit->successor != 0 && units_get(units, unit->successor) == NULL)
		wrong = "its successor does not exist";
	if (wrong != NULL)
		*ret_why = arena_format(arena, "unit %.*s: %s", (int)unit->code.len, unit->code.data,
			wrong);
	return wrong == NULL;
}

static bool
unit_lasts(const struct unit *unit, struct instant now)
{
	return !instant_before(now, unit->from_at) && instant_before(now, unit->until_at);
}

static bool
unit_is_tier(const struct unit *unit)
{
	return text_is(unit->kind, "tier");
}

/* Ids by text, then number, then id. The keys stand beside the ids, so that the order needs nothing
 * but what it compares. */
static void
sort_ids(struct arena *arena, int32_t *ids, int32_t count, const struct sort_key *keys)
{
	struct sort_key *sorted = arena_take_array(arena, (size_t)count + 1, sizeof(*sorted));

	for (int32_t i = 0; i < count; i++)
		sorted[i] = keys[ids[i]];
	qsort(sorted, (size_t)count, sizeof(*sorted), order_keys);
	for (int32_t i = 0; i < count; i++)
		ids[i] = sorted[i].id;
}

static int
order_keys(const void *a, const void *b)
{
	const struct sort_key *left = a, *right = b;
	int order = text_compare(left->text, right->text);

	if (order != 0)
		return order;
	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}
