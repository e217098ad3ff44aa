/* commit.c — one trip that writes what a batch decided, and its COMMIT.
 *
 * The decisions are laid out as rows of plain structs, one list a table; params_rows turns each list
 * into one array a column, and one statement a table unnests them. Receipts go first and sorted, so
 * that two batches with the same request meet there, and the later one starts again from FETCH. */
#include "store/inside.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "core/pack.h"

#define OUTBOX_PENDING 1
#define OUTBOX_WITHDRAWN 4
#define TEXT_DIGEST_BYTES 16

struct receipt_row {
	int32_t device;
	struct request_id request;
	int64_t issue_id;
	struct digest digest;
	struct text reply;
};

struct journal_row {
	struct journal_entry entry;
	int64_t issue_id;
	int32_t core_version;
	struct text ledger, text_digest;
};

struct external_row {
	struct text source, reference;
	int64_t issue_id;
	struct instant due_at;
};

struct contact_row {
	int64_t issue_id;
	struct contact contact;
};

struct notice_row {
	int64_t issue_id;
	int32_t version, generation, step, state;
	struct notice notice;
	struct instant at;
};

struct obligation_row {
	int64_t issue_id, rank;
	int32_t unit;
	struct text clocks;
};

struct reserve_row {
	int64_t first_id, last_id;
	int32_t device;
};

struct device_row {
	int32_t number;
	struct key key;
	struct text name;
};

struct acknowledged_row {
	int64_t id;
	struct instant at;
};

static const struct column receipt_columns[] = {
	COLUMN(INT, receipt_row, device), COLUMN(UUID, receipt_row, request),
	COLUMN(LONG, receipt_row, issue_id), COLUMN(DIGEST, receipt_row, digest),
	COLUMN(BYTES, receipt_row, reply)};
static const struct column journal_columns[] = {
	COLUMN(INT, journal_row, entry.version),
	COLUMN(LONG, journal_row, issue_id),
	COLUMN(INSTANT, journal_row, entry.at),
	COLUMN_OR_NULL(INSTANT, journal_row, entry.due_at),
	COLUMN_OR_NULL(INSTANT, journal_row, entry.next_due_at),
	COLUMN_OR_NULL(UUID, journal_row, entry.request),
	COLUMN_OR_NULL(INT, journal_row, entry.holder.unit),
	COLUMN_OR_NULL(INT, journal_row, entry.handler),
	COLUMN_OR_NULL(INT, journal_row, entry.actor),
	COLUMN_OR_NULL(INT, journal_row, entry.device),
	COLUMN(INT, journal_row, entry.release),
	COLUMN(INT, journal_row, core_version),
	COLUMN(INT, journal_row, entry.event),
	COLUMN(INT, journal_row, entry.state),
	COLUMN(INT, journal_row, entry.tier),
	COLUMN_OR_NULL(INT, journal_row, entry.holder.desk),
	COLUMN(INT, journal_row, entry.cause),
	COLUMN_OR_NULL(INT, journal_row, entry.reason),
	COLUMN_OR_NULL(BYTES, journal_row, ledger),
	COLUMN_OR_NULL(TEXT, journal_row, entry.said),
	COLUMN_OR_NULL(BYTES, journal_row, text_digest),
	COLUMN_OR_NULL(TEXT, journal_row, entry.text)};
static const struct column seen_columns[] = {COLUMN(INT, case_, version_seen)};
static const struct column external_columns[] = {
	COLUMN(TEXT, external_row, source), COLUMN(TEXT, external_row, reference),
	COLUMN(LONG, external_row, issue_id), COLUMN_OR_NULL(INSTANT, external_row, due_at)};
static const struct column contact_columns[] = {
	COLUMN(LONG, contact_row, issue_id), COLUMN(TEXT, contact_row, contact.name),
	COLUMN(TEXT, contact_row, contact.telephone), COLUMN(TEXT, contact_row, contact.address)};
static const struct column notice_columns[] = {
	COLUMN(LONG, notice_row, issue_id), COLUMN(INT, notice_row, version),
	COLUMN(INT, notice_row, notice.kind), COLUMN(INT, notice_row, notice.channel),
	COLUMN(INT, notice_row, notice.clock), COLUMN(INT, notice_row, generation),
	COLUMN(INT, notice_row, step), COLUMN(INT, notice_row, notice.unit),
	COLUMN(INT, notice_row, notice.role), COLUMN(INT, notice_row, notice.actor),
	COLUMN(INT, notice_row, state), COLUMN(INSTANT, notice_row, at)};
static const struct column obligation_columns[] = {
	COLUMN(LONG, obligation_row, issue_id), COLUMN(LONG, obligation_row, rank),
	COLUMN(INT, obligation_row, unit), COLUMN(BYTES, obligation_row, clocks)};
static const struct column reserve_columns[] = {
	COLUMN(LONG, reserve_row, first_id), COLUMN(LONG, reserve_row, last_id),
	COLUMN(INT, reserve_row, device)};
static const struct column device_columns[] = {
	COLUMN(INT, device_row, number), COLUMN(KEY, device_row, key), COLUMN(TEXT, device_row, name)};
static const struct column next_due_columns[] = {
	{"id", COLUMN_LONG, offsetof(struct case_, dossier.issue.id), false, 0},
	{"next_due_at", COLUMN_INSTANT, offsetof(struct case_, dossier.issue.next_due_at), true, 0},
	{"due_at", COLUMN_INSTANT, offsetof(struct case_, dossier.issue.due_at), true, 0},
	{"warn_at", COLUMN_INSTANT, offsetof(struct case_, dossier.issue.warn_at), true, 0}};
static const struct column acknowledged_columns[] = {
	COLUMN(LONG, acknowledged_row, id), COLUMN(INSTANT, acknowledged_row, at)};
static const struct column withdrawal_columns[] = {
	{"issue_id", COLUMN_LONG, offsetof(struct case_, dossier.issue.id), false, 0}};

struct list {
	const void **rows;
	size_t count;
};

/* The tables a batch writes, in the order in which they are written. */
enum written {
	RECEIPTS,
	NEW_ISSUES,
	CHANGED_ISSUES,
	NEXT_DUES,
	JOURNAL,
	EXTERNALS,
	CONTACTS,
	WITHDRAWALS,
	NOTICES,
	OBLIGATIONS,
	RESERVES,
	ACKNOWLEDGED,
	DEVICES,
	WRITTEN_COUNT
};

struct writing {
	struct lane *lane;
	struct arena *arena;
	struct list lists[WRITTEN_COUNT];
};

static void lay_out(struct writing *writing);
static void lay_out_issue_work(struct writing *writing, const struct work *work);
static void lay_out_report(struct writing *writing, const struct work *work);
static void lay_out_journal(struct writing *writing, const struct work *work);
static void lay_out_notices(struct writing *writing, const struct work *work);
static void lay_out_assist(struct writing *writing, const struct work *work);
static void lay_out_acknowledged(struct writing *writing, const struct work *work);
static void lay_out_receipt(struct writing *writing, const struct work *work);
static void lay_out_correction(struct writing *writing, struct case_ *case_);
static struct list list_new(struct arena *arena, size_t most);
static void add(struct writing *writing, enum written which, const void *row);
static void add_copy(struct writing *writing, enum written which, const void *row, size_t size);
static int compare_receipts(const void *a, const void *b);
static void send_table(struct writing *writing, enum written which);

#define TABLE(name, counted, columns) \
	{STATEMENT_COMMIT_##name, counted, columns, sizeof(columns) / sizeof((columns)[0])}

/* How each is written: its statement, whether the number of rows stands in front as $2, its columns. */
static const struct {
	enum statement statement;
	bool counted;
	const struct column *columns;
	size_t columns_count;
} tables[WRITTEN_COUNT] = {
	[RECEIPTS] = TABLE(RECEIPTS, true, receipt_columns),
	[NEW_ISSUES] = {STATEMENT_COMMIT_NEW_ISSUES, true, ISSUE_COLUMNS, 0},
	[CHANGED_ISSUES] = {STATEMENT_COMMIT_CHANGED_ISSUES, true, ISSUE_COLUMNS, 0},
	[NEXT_DUES] = TABLE(NEXT_DUE, false, next_due_columns),
	[JOURNAL] = TABLE(JOURNAL, false, journal_columns),
	[EXTERNALS] = TABLE(EXTERNALS, true, external_columns),
	[CONTACTS] = TABLE(CONTACTS, false, contact_columns),
	[WITHDRAWALS] = TABLE(WITHDRAWALS, false, withdrawal_columns),
	[NOTICES] = TABLE(NOTICES, false, notice_columns),
	[OBLIGATIONS] = TABLE(OBLIGATIONS, false, obligation_columns),
	[RESERVES] = TABLE(RESERVES, false, reserve_columns),
	[ACKNOWLEDGED] = TABLE(ACKNOWLEDGED, false, acknowledged_columns),
	[DEVICES] = TABLE(DEVICES, true, device_columns),
};

void
commit_send(struct lane *lane)
{
	struct writing writing = {.lane = lane, .arena = lane->batch->arena};

	lane->brings_keys = false;
	lay_out(&writing);
	for (enum written which = 0; which < WRITTEN_COUNT; which++)
		if (writing.lists[which].count > 0)
			send_table(&writing, which);
	connection_send(lane->connection, STATEMENT_BATCH_COMMIT, NULL);
	connection_end(lane->connection, TRIP_WITHIN_US);
}

/* ---- rows ---- */

/* Backwards where the last decision on an issue counts: a later one withdraws what an earlier one of
 * the same batch wanted to tell. */
static void
lay_out(struct writing *writing)
{
	const struct batch *batch = writing->lane->batch;
	size_t notices = 0, assists = 0, acknowledged = 0;

	for (size_t at = 0; at < batch->count; at++) {
		acknowledged += batch->works[at].notices_count;
		if (batch->works[at].verdict == VERDICT_DONE && batch->works[at].effects != NULL) {
			notices += batch->works[at].effects->notices_count;
			assists += batch->works[at].effects->assist_count;
		}
	}
	for (enum written which = 0; which < WRITTEN_COUNT; which++)
		writing->lists[which] = list_new(writing->arena,
			which == NOTICES      ? notices :
			which == OBLIGATIONS  ? assists :
			which == ACKNOWLEDGED ? acknowledged :
						batch->count);
	for (size_t at = batch->count; at-- > 0;)
		lay_out_issue_work(writing, &batch->works[at]);
	for (size_t at = 0; at < batch->count; at++) {
		const struct work *work = &batch->works[at];

		if (work->verdict != VERDICT_DONE)
			continue;
		if (work->kind == WORK_HELLO && work->reserve_count > 0) {
			struct reserve_row row = {work->reserve_first,
				work->reserve_first + work->reserve_count - 1, work->actor.device};

			add_copy(writing, RESERVES, &row, sizeof(row));
		} else if (work->kind == WORK_ENROL) {
			struct device_row row = {work->actor.device, work->new_key, work->device_name};

			add_copy(writing, DEVICES, &row, sizeof(row));
			writing->lane->brings_keys = true;
		}
		if (work->kind == WORK_ACKNOWLEDGE)
			lay_out_acknowledged(writing, work);
		if (work->kind == WORK_COMMAND || work->kind == WORK_DUE)
			lay_out_journal(writing, work);
		if (work->kind == WORK_COMMAND)
			lay_out_receipt(writing, work);
	}
	if (writing->lists[RECEIPTS].count > 1)
		qsort(writing->lists[RECEIPTS].rows, writing->lists[RECEIPTS].count, sizeof(void *),
			compare_receipts);
}

static void
lay_out_issue_work(struct writing *writing, const struct work *work)
{
	struct case_ *case_ = (struct case_ *)work->dossier;

	if (case_ == NULL || (work->kind != WORK_COMMAND && work->kind != WORK_DUE))
		return;
	if (work->verdict == VERDICT_NOTHING)
		lay_out_correction(writing, case_);
	if (work->verdict != VERDICT_DONE || work->effects->journal.version == 0)
		return;
	if (!case_->changed) {
		case_->changed = true;
		case_->clocks = pack_clocks(writing->arena, case_->dossier.issue.clocks);
		add(writing, case_->existed ? CHANGED_ISSUES : NEW_ISSUES, case_);
	}
	lay_out_notices(writing, work);
	lay_out_assist(writing, work);
	if (work->effects->withdraw_notices && !case_->withdraw) {
		case_->withdraw = true;
		if (case_->existed)
			add(writing, WITHDRAWALS, case_);
	}
	if (work->kind == WORK_COMMAND && work->event.kind == EVENT_REPORT)
		lay_out_report(writing, work);
}

static void
lay_out_correction(struct writing *writing, struct case_ *case_)
{
	const struct issue *issue = &case_->dossier.issue;
	bool same = issue->next_due_at.us == case_->next_due_seen.us &&
		issue->due_at.us == case_->due_seen.us && issue->warn_at.us == case_->warn_seen.us;

	if (same || case_->queued || case_->changed || !case_->existed)
		return;
	case_->queued = true;
	add(writing, NEXT_DUES, case_);
}

static void
lay_out_report(struct writing *writing, const struct work *work)
{
	const struct report *report = &work->event.report;
	int64_t issue_id = work->dossier->issue.id;

	if (report->reference.len > 0) {
		struct external_row row = {report->source, report->reference, issue_id, report->outside_due_at};

		add_copy(writing, EXTERNALS, &row, sizeof(row));
	}
	if (report->has_contact) {
		struct contact_row row = {issue_id, report->contact};

		add_copy(writing, CONTACTS, &row, sizeof(row));
	}
}

static void
lay_out_journal(struct writing *writing, const struct work *work)
{
	const struct effects *effects = work->effects;
	struct journal_row *row;

	must(effects != NULL && work->dossier != NULL);
	if (effects->journal.version == 0)
		return;
	row = arena_take(writing->arena, sizeof(*row));
	row->entry = effects->journal;
	row->issue_id = work->dossier->issue.id;
	row->core_version = CORE_VERSION;
	if (effects->ledger_count > 0)
		row->ledger = pack_ledger(writing->arena, effects->ledger, effects->ledger_count,
			effects->journal.at);
	if (row->entry.text.len > 0) {
		unsigned char *digest = arena_take(writing->arena, TEXT_DIGEST_BYTES);

		crypto_generichash(digest, TEXT_DIGEST_BYTES, (const unsigned char *)row->entry.text.data,
			row->entry.text.len, NULL, 0);
		row->text_digest = (struct text){(const char *)digest, TEXT_DIGEST_BYTES};
	}
	add(writing, JOURNAL, row);
}

static void
lay_out_notices(struct writing *writing, const struct work *work)
{
	const struct effects *effects = work->effects;
	const struct case_ *case_ = (const struct case_ *)work->dossier;

	for (size_t i = 0; i < effects->notices_count; i++) {
		const struct notice *notice = &effects->notices[i];
		struct notice_row *row = arena_take(writing->arena, sizeof(*row));

		*row = (struct notice_row){work->dossier->issue.id, effects->journal.version,
			notice->generation, notice->step, case_->withdraw ? OUTBOX_WITHDRAWN : OUTBOX_PENDING,
			*notice, effects->journal.at};
		add(writing, NOTICES, row);
	}
}

static void
lay_out_assist(struct writing *writing, const struct work *work)
{
	static const struct clock none[CLOCK_KIND_MAX + 1];

	for (size_t i = 0; i < work->effects->assist_count; i++) {
		struct obligation_row *row = arena_take(writing->arena, sizeof(*row));

		*row = (struct obligation_row){work->dossier->issue.id, work->dossier->issue.rank,
			work->effects->assist[i], pack_clocks(writing->arena, none)};
		add(writing, OBLIGATIONS, row);
	}
}

static void
lay_out_acknowledged(struct writing *writing, const struct work *work)
{
	for (size_t i = 0; i < work->notices_count; i++) {
		struct acknowledged_row row = {work->notices[i], writing->lane->batch->now};

		add_copy(writing, ACKNOWLEDGED, &row, sizeof(row));
	}
}

static void
lay_out_receipt(struct writing *writing, const struct work *work)
{
	struct receipt_row *row = arena_take(writing->arena, sizeof(*row));
	bool written = work->effects->journal.version != 0;

	*row = (struct receipt_row){work->actor.device, work->event.request,
		written ? work->dossier->issue.id : work->effects->reply.issue, work->event.digest, work->reply};
	add(writing, RECEIPTS, row);
}

static struct list
list_new(struct arena *arena, size_t most)
{
	return (struct list){arena_take_array(arena, most, sizeof(void *)), 0};
}

static void
add(struct writing *writing, enum written which, const void *row)
{
	struct list *list = &writing->lists[which];

	list->rows[list->count++] = row;
}

static void
add_copy(struct writing *writing, enum written which, const void *row, size_t size)
{
	add(writing, which, memcpy(arena_take(writing->arena, size), row, size));
}

static int
compare_receipts(const void *a, const void *b)
{
	const struct receipt_row *left = *(const struct receipt_row *const *)a;
	const struct receipt_row *right = *(const struct receipt_row *const *)b;
	int order = memcmp(&left->request, &right->request, sizeof(left->request));

	return order != 0 ? order : (left->device > right->device) - (left->device < right->device);
}

/* The columns of an issue are counted in rows.c; a changed one has the version seen in front. */
static void
send_table(struct writing *writing, enum written which)
{
	struct params params = params_new(writing->arena);
	const struct list *list = &writing->lists[which];
	size_t columns_count = tables[which].columns_count;

	params_integer(&params, writing->lane->store->district);
	if (tables[which].counted)
		params_long(&params, (int64_t)list->count);
	if (which == CHANGED_ISSUES)
		params_rows(&params, seen_columns, 1, list->rows, list->count);
	if (columns_count == 0)
		columns_count = ISSUE_COLUMNS_COUNT;
	params_rows(&params, tables[which].columns, columns_count, list->rows, list->count);
	connection_send(writing->lane->connection, tables[which].statement, &params);
}
