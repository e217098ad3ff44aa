/* units.c — units and what they answer for: one edition, two kinds of file. */
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"

static void check_row(struct draft *draft, struct unit_row *row);
static void check_above(struct draft *draft, struct unit_row *row);
static void check_tier_units(struct draft *draft);
static void build(struct draft *draft);

void
units_read(struct draft *draft, const struct row *row)
{
	struct unit_row *unit = LIST_ADD(draft->arena, &draft->units, struct unit_row);

	unit->origin = row->origin;
	unit->code = row_code(row, "code", true);
	unit->name = row_words(row, "name", true);
	unit->kind = row_code(row, "kind", true);
	unit->tier = row_word(row, "tier", "tier", true);
	unit->parent_code = row_code(row, "parent_code", false);
	unit->place_code = row_code(row, "place_code", false);
	unit->from_at = row_instant(row, "from", (struct instant){0});
	unit->until_at = row_instant(row, "until", INSTANT_NEVER);
	unit->successor_code = row_code(row, "successor_code", false);
}

void
units_check(struct draft *draft)
{
	struct answer ids;
	char district[16];
	int64_t next;

	for (size_t i = 0; i < draft->units.count; i++)
		codes_add(draft->arena, &draft->unit_rows,
			LIST_AT(&draft->units, struct unit_row, i)->code, (int64_t)i);
	codes_sort(&draft->unit_rows);
	snprintf(district, sizeof(district), "%d", draft->district);
	ids = DB_ASK(draft->db, SQL_UNIT_IDS, district);
	for (size_t i = 0; i < ids.rows; i++)
		codes_add(draft->arena, &draft->unit_ids, answer_get(&ids, i, 0),
			answer_int(&ids, i, 1));
	codes_sort(&draft->unit_ids);
	next = codes_largest(&draft->unit_ids) + 1;
	for (size_t i = 0; i < draft->units.count; i++) {
		struct unit_row *row = LIST_AT(&draft->units, struct unit_row, i);

		row->id = draft_id(draft, &draft->unit_ids, &next, row->code);
	}
	for (size_t i = 0; i < draft->units.count; i++)
		check_row(draft, LIST_AT(&draft->units, struct unit_row, i));
	for (size_t i = 0; i < draft->units.count; i++)
		check_above(draft, LIST_AT(&draft->units, struct unit_row, i));
	if (draft->complaints.rows.count == 0)
		check_tier_units(draft);
}

static struct unit_row *
unit_at(struct draft *draft, struct text code)
{
	int64_t row = code.len == 0 ? CODE_NONE : codes_find(&draft->unit_rows, code);

	return row == CODE_NONE ? NULL : LIST_AT(&draft->units, struct unit_row, row);
}

static const struct place_row *
place_at(struct draft *draft, struct text code)
{
	int64_t row = code.len == 0 ? CODE_NONE : codes_find(&draft->place_rows, code);

	return row == CODE_NONE ? NULL : LIST_AT(&draft->places, struct place_row, row);
}

static void
check_row(struct draft *draft, struct unit_row *row)
{
	struct complaints *complaints = &draft->complaints;
	const struct unit_row *first = unit_at(draft, row->code);
	const struct place_row *place = place_at(draft, row->place_code);

	if (row->code.len > 0 && first != row)
		complain(complaints, row->origin, "code", "\"%s\" stands in line %zu already",
			row->code.data, first->origin.line);
	row->parent = draft_unit(draft, row->origin, "parent_code", row->parent_code);
	row->successor = draft_unit(draft, row->origin, "successor_code", row->successor_code);
	row->place = draft_place(draft, row->origin, "place_code", row->place_code);
	if (row->successor == row->id)
		complain(complaints, row->origin, "successor_code", "a unit cannot succeed itself");
	if (!instant_before(row->from_at, row->until_at))
		complain(complaints, row->origin, "until", "must lie behind `from`");
	if (!text_is(row->kind, "tier"))
		return;
	if (row->place_code.len == 0)
		complain(complaints, row->origin, "place_code",
			"is missing; a unit of kind tier works for exactly one place of a tier");
	else if (place != NULL && row->tier != 0 && place->tier != row->tier)
		complain(complaints, row->origin, "tier",
			"must be the tier of its place \"%s\" (%s)", place->code.data,
			place->tier == 0 ? "it has none" : tier_word((enum tier)place->tier));
}

/* No cycle; nobody's superior stands on a lower tier. */
static void
check_above(struct draft *draft, struct unit_row *row)
{
	const struct unit_row *parent = unit_at(draft, row->parent_code);

	for (struct unit_row *at = row; at != NULL && !at->checked;
		at = unit_at(draft, at->parent_code)) {
		if (at->on_path) {
			complain(&draft->complaints, at->origin, "parent_code",
				"\"%s\" is its own superior by way of its parents", at->code.data);
			break;
		}
		at->on_path = true;
	}
	for (struct unit_row *at = row; at != NULL && !at->checked;
		at = unit_at(draft, at->parent_code))
		at->checked = true;
	if (parent != NULL && parent->tier > row->tier && row->tier != 0)
		complain(&draft->complaints, row->origin, "parent_code",
			"\"%s\" stands a tier below (%s); a parent has the same tier or a higher "
			"one",
			parent->code.data, tier_word((enum tier)parent->tier));
}

/* The district needs a unit of its own: its backstop desk takes what nobody else is competent for.
 */
static void
check_tier_units(struct draft *draft)
{
	struct codes holders = {0};
	bool has_district = false;

	for (size_t i = 0; i < draft->units.count; i++) {
		const struct unit_row *row = LIST_AT(&draft->units, struct unit_row, i);

		if (!text_is(row->kind, "tier"))
			continue;
		has_district |= row->tier == TIER_DISTRICT;
		codes_add(draft->arena, &holders, row->place_code, (int64_t)i);
	}
	codes_sort(&holders);
	for (size_t i = 0; i < holders.count; i++)
		for (size_t j = i + 1;
			j < holders.count && text_equal(holders.rows[i].code, holders.rows[j].code);
			j++) {
			const struct unit_row *a =
				LIST_AT(&draft->units, struct unit_row, holders.rows[i].number);
			const struct unit_row *b =
				LIST_AT(&draft->units, struct unit_row, holders.rows[j].number);

			if (instant_before(a->from_at, b->until_at) &&
				instant_before(b->from_at, a->until_at))
				complain(&draft->complaints, b->origin, "place_code",
					"\"%s\" is the tier unit of this place at the same time; "
					"give one of them "
					"an `until`",
					a->code.data);
		}
	if (!has_district && draft->units.count > 0)
		complain(&draft->complaints,
			(struct origin){LIST_AT(&draft->units, struct unit_row, 0)->origin.file, 0},
			"kind",
			"there is no unit of kind tier for the district itself; its backstop desk "
			"must exist");
	if (draft->complaints.rows.count == 0)
		build(draft);
}

/* As the daemon would. */
static void
build(struct draft *draft)
{
	struct units units = {.edition = 1};
	struct text why = TEXT_NONE;

	units.count = (int32_t)codes_largest(&draft->unit_ids) + (int32_t)draft->units.count + 1;
	units.rows = arena_take_array(draft->arena, (size_t)units.count, sizeof(*units.rows));
	for (size_t i = 0; i < draft->units.count; i++) {
		const struct unit_row *row = LIST_AT(&draft->units, struct unit_row, i);

		units.rows[row->id] = (struct unit){.id = row->id,
			.parent = row->parent,
			.tier = row->tier,
			.place = row->place,
			.successor = row->successor,
			.code = row->code,
			.name = row->name,
			.kind = row->kind,
			.from_at = row->from_at,
			.until_at = row->until_at};
	}
	if (!units_index(draft->arena, &units, &draft->built_places, &why))
		complain(&draft->complaints, (struct origin){"units", 0}, NULL, "%s", why.data);
}

/* ---- competences ---- */

void
competences_read(struct draft *draft, const struct row *row)
{
	struct competence_row *competence =
		LIST_ADD(draft->arena, &draft->competences, struct competence_row);

	competence->origin = row->origin;
	competence->unit_code = row_code(row, "unit_code", false);
	competence->unit_kind = row_code(row, "unit_kind", false);
	competence->class_code = row_class(row, "class", false);
	competence->place_code = row_code(row, "place_code", false);
	competence->priority = row_int(row, "priority", -1000000, 1000000, 0);
	competence->duty = row_word(row, "duty", "duty", false);
	if (competence->duty == 0)
		competence->duty = DUTY_LEAD;
}

void
competences_check(struct draft *draft)
{
	for (size_t i = 0; i < draft->competences.count; i++) {
		struct competence_row *row = LIST_AT(&draft->competences, struct competence_row, i);
		const struct unit_row *unit = unit_at(draft, row->unit_code);

		row->unit = draft_unit(draft, row->origin, "unit_code", row->unit_code);
		row->place = draft_place(draft, row->origin, "place_code", row->place_code);
		if ((row->unit_code.len == 0) == (row->unit_kind.len == 0))
			complain(&draft->complaints, row->origin, "unit_code",
				"give either unit_code or unit_kind, not both and not neither");
		else if (row->unit_kind.len > 0 && !draft_has_kind(draft, row->unit_kind))
			complain(&draft->complaints, row->origin, "unit_kind",
				"no unit has the kind \"%s\"", row->unit_kind.data);
		if (unit != NULL && unit->place_code.len == 0 && row->place_code.len == 0)
			complain(&draft->complaints, row->origin, "place_code",
				"is missing; the unit \"%s\" serves no place of its own, so say "
				"where it answers",
				unit->code.data);
	}
}
