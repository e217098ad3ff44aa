/* rows.c — the columns of `issue` and of actors, in the order of sql/statements/parts. */
#include "store/inside.h"

#include "core/pack.h"

#define ISSUE(type, field) {#field, COLUMN_##type, offsetof(struct case_, dossier.issue.field), false, 0}
#define ISSUE_OR_NULL(type, field) \
	{#field, COLUMN_##type, offsetof(struct case_, dossier.issue.field), true, 0}
#define ISSUE_DEGREES(field) \
	{#field, COLUMN_INT, offsetof(struct case_, dossier.issue.field), true, ISSUE_MICRODEGREES_NONE}

const struct column ISSUE_COLUMNS[] = {
	ISSUE(INT, version),
	ISSUE(LONG, id),
	ISSUE(LONG, rank),
	ISSUE(INSTANT, observed_at),
	ISSUE(INSTANT, received_at),
	ISSUE(INSTANT, last_at),
	ISSUE_OR_NULL(INSTANT, due_at),
	ISSUE_OR_NULL(INSTANT, warn_at),
	ISSUE_OR_NULL(INSTANT, next_due_at),
	ISSUE_OR_NULL(INSTANT, outside_due_at),
	ISSUE_OR_NULL(LONG, parent),
	ISSUE_OR_NULL(LONG, merged_into),
	ISSUE_OR_NULL(INT, holder.unit),
	ISSUE_OR_NULL(INT, handler),
	ISSUE_OR_NULL(INT, place),
	ISSUE_OR_NULL(INT, area[TIER_DISTRICT]),
	ISSUE_OR_NULL(INT, area[TIER_TOWN]),
	ISSUE_OR_NULL(INT, area[TIER_COMMUNITY]),
	ISSUE_OR_NULL(INT, area[TIER_GRID]),
	ISSUE_DEGREES(latitude),
	ISSUE_DEGREES(longitude),
	ISSUE_OR_NULL(INT, standard),
	ISSUE(INT, reporter),
	ISSUE_OR_NULL(INT, answered_by),
	ISSUE(INT, entry_unit),
	ISSUE_OR_NULL(INT, lead_unit),
	ISSUE(INT, release),
	ISSUE(INT, state),
	ISSUE_OR_NULL(INT, holder.desk),
	ISSUE(INT, tier),
	ISSUE(INT, severity),
	ISSUE(INT, cause),
	ISSUE(INT, returns),
	ISSUE(INT, renewals),
	ISSUE(INT, redos),
	ISSUE(TEXT, class_code),
	COLUMN(BYTES, case_, clocks),
};
const size_t ISSUE_COLUMNS_COUNT = sizeof(ISSUE_COLUMNS) / sizeof(ISSUE_COLUMNS[0]);

const struct column ACTOR_COLUMNS[] = {
	COLUMN(INT, actor, id),
	COLUMN(TEXT, actor, code),
	COLUMN(TEXT, actor, name),
	COLUMN(INT, actor, unit),
	COLUMN(INT, actor, area),
	COLUMN(INT, actor, roles),
	COLUMN(BOOL, actor, active),
	COLUMN(INT, actor, device),
	COLUMN(INT, actor, device_state),
	COLUMN(BOOL, actor, by_code),
	COLUMN_OR_NULL(KEY, actor, device_key),
	COLUMN_OR_NULL(INSTANT, actor, code_expires_at),
};
const size_t ACTOR_COLUMNS_COUNT = sizeof(ACTOR_COLUMNS) / sizeof(ACTOR_COLUMNS[0]);

bool
case_read(struct case_ *case_, const PGresult *result, int row, int first, struct arena *arena)
{
	struct issue *issue = &case_->dossier.issue;

	columns_read(result, row, first, ISSUE_COLUMNS, ISSUE_COLUMNS_COUNT, arena, case_);
	if (!unpack_clocks(case_->clocks, issue->clocks))
		return false;
	case_->dossier.exists = case_->existed = case_->present = true;
	case_->id = issue->id;
	case_->version_seen = issue->version;
	case_->next_due_seen = issue->next_due_at;
	case_->due_seen = issue->due_at;
	case_->warn_seen = issue->warn_at;
	return true;
}
