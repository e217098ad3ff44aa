/* look.c — questions that change nothing, one pipelined trip each, in one snapshot.
 *
 * Each begins with the row of the caller's key, so that whoever judges the answer judges by the same
 * snapshot. `now` is the start of the transaction with the district's shift, the same in every
 * statement of a look. Lists ask for one row more than wanted, to know whether there is a next page. */
#include "store/inside.h"

#include <string.h>

#include "base/must.h"
#include "core/pack.h"

#define TEXT_BEGINNING_MAX 120

/* A list row of a look: the columns behind those of the issue. */
static const struct column issue_tail[] = {
	COLUMN(TEXT, look_issue, text), COLUMN(TEXT, look_issue, handler_code),
	COLUMN(TEXT, look_issue, handler_name), COLUMN(TEXT, look_issue, reporter_code)};
static const struct column decision_columns[] = {
	COLUMN(INT, look_decision, entry.version),
	COLUMN(INSTANT, look_decision, entry.at),
	COLUMN_OR_NULL(INSTANT, look_decision, entry.due_at),
	COLUMN_OR_NULL(INSTANT, look_decision, entry.next_due_at),
	COLUMN_OR_NULL(UUID, look_decision, entry.request),
	COLUMN_OR_NULL(INT, look_decision, entry.holder.unit),
	COLUMN_OR_NULL(INT, look_decision, entry.handler),
	COLUMN_OR_NULL(INT, look_decision, entry.actor),
	COLUMN_OR_NULL(INT, look_decision, entry.device),
	COLUMN(INT, look_decision, entry.release),
	COLUMN(INT, look_decision, entry.event),
	COLUMN(INT, look_decision, entry.state),
	COLUMN(INT, look_decision, entry.tier),
	COLUMN_OR_NULL(INT, look_decision, entry.holder.desk),
	COLUMN(INT, look_decision, entry.cause),
	COLUMN_OR_NULL(INT, look_decision, entry.reason),
	COLUMN_OR_NULL(TEXT, look_decision, entry.said),
	COLUMN_OR_NULL(TEXT, look_decision, entry.text),
	COLUMN(TEXT, look_decision, actor_code),
	COLUMN(TEXT, look_decision, actor_name),
	COLUMN(TEXT, look_decision, handler_code),
	COLUMN(TEXT, look_decision, handler_name)};
static const struct column count_columns[] = {
	COLUMN(INT, look_count, id), COLUMN(INT, look_count, red), COLUMN(INT, look_count, yellow),
	COLUMN(INT, look_count, green), COLUMN_OR_NULL(INSTANT, look_count, oldest_due_at)};
static const struct column contact_columns[] = {
	COLUMN(TEXT, contact, name), COLUMN(TEXT, contact, telephone), COLUMN(TEXT, contact, address)};

static const struct column notice_columns[] = {
	COLUMN(LONG, look_notice, id), COLUMN(INT, look_notice, kind), COLUMN(INSTANT, look_notice, at),
	COLUMN(INT, look_notice, clock), COLUMN(BOOL, look_notice, acknowledged),
	COLUMN(TEXT, look_notice, text), COLUMN(INT, look_notice, count)};

#define COLUMNS(columns) (columns), sizeof(columns) / sizeof((columns)[0])

static void start(struct store *store, struct look *look);
static void send_rows(struct store *store, const struct look *look, struct params params);
static void look_read(void *owner, enum statement statement, const PGresult *result);
static void read_issues(struct look *look, const PGresult *result);
static void read_decisions(struct look *look, const PGresult *result);
static void read_counts(struct look *look, const PGresult *result);
static void read_notices(struct look *look, const PGresult *result);
static struct text beginning_of(struct text text);
static size_t page_of(const struct look *look, const PGresult *result, bool *ret_more);
static void look_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words);
static void finish(struct store *store, struct look *look, bool failed);

bool
store_look(struct store *store, struct look *look)
{
	if (store->looks_count >= LOOKS_MAX)
		return false;
	store->looks_count++;
	look->next = NULL;
	*store->waiting_end = look;
	store->waiting_end = &look->next;
	return true;
}

struct look *
store_take_look(struct store *store)
{
	struct look *look = store->done;

	if (look == NULL)
		return NULL;
	store->done = look->next;
	if (store->done == NULL)
		store->done_end = &store->done;
	look->next = NULL;
	store->looks_count--;
	return look;
}

void
looks_advance(struct store *store)
{
	connection_advance(store->looks);
	while (store->waiting != NULL && store->looking == NULL) {
		struct look *look = store->waiting;
		bool able = connection_is_ready(store->looks) && store->district_known;

		store->waiting = look->next;
		if (store->waiting == NULL)
			store->waiting_end = &store->waiting;
		if (able)
			start(store, look);
		else
			finish(store, look, true);
	}
}

static void
start(struct store *store, struct look *look)
{
	bool records = look->kind == LOOK_CONTACT;
	struct params params, caller;

	arena_reset(store->look_arena);
	params = params_new(store->look_arena);
	params_integer(&params, store->district);
	caller = params;
	params_text(&caller, (struct text){(const char *)look->key.bytes, sizeof(look->key.bytes)});
	store->looking = look;
	look->caller = (struct actor){0}; /* it may have been asked before */
	look->issues_count = look->decisions_count = look->counts_count = look->assist_count =
		look->notices_count = 0;
	look->next_cursor = 0;
	look->next_version = 0;
	look->feedback = TEXT_NONE;
	look->contact = (struct contact){0};
	connection_begin(store->looks, (struct trip){store, look_read, look_ended});
	connection_send(store->looks, records ? STATEMENT_LOOK_BEGIN_RECORDED : STATEMENT_LOOK_BEGIN, NULL);
	connection_send(store->looks, STATEMENT_LOOK_CALLER, &caller);
	send_rows(store, look, params);
	connection_send(store->looks, STATEMENT_LOOK_END, NULL);
	connection_end(store->looks, TRIP_WITHIN_US);
}

/* `params` holds the district. Pages are asked for with one row more. */
static void
send_rows(struct store *store, const struct look *look, struct params params)
{
	int32_t rows = (int32_t)look->limit + 1;
	struct params more = params;

	switch (look->kind) {
	case LOOK_SHOW:
		params_long(&params, look->issue);
		more = params;
		params_integer(&more, look->after_version);
		params_integer(&more, rows);
		connection_send(store->looks, STATEMENT_LOOK_ISSUE, &params);
		connection_send(store->looks, STATEMENT_LOOK_DECISIONS, &more);
		connection_send(store->looks, STATEMENT_LOOK_FEEDBACK, &params);
		connection_send(store->looks, STATEMENT_LOOK_ASSIST, &params);
		break;
	case LOOK_QUEUE:
		params_integer(&params, look->unit);
		if (look->desk != 0)
			params_integer(&params, (int32_t)look->desk);
		params_long(&params, (int64_t)look->after);
		params_integer(&params, rows);
		connection_send(store->looks, look->desk == 0 ? STATEMENT_LOOK_QUEUES : STATEMENT_LOOK_QUEUE, &params);
		break;
	case LOOK_MINE:
		params_integer(&params, look->actor);
		params_integer(&params, look->open_only);
		params_long(&params, look->after == 0 ? INT64_MAX : (int64_t)look->after);
		params_integer(&params, rows);
		connection_send(store->looks, STATEMENT_LOOK_MINE, &params);
		break;
	case LOOK_TASKS:
		params_integer(&params, look->unit);
		params_integer(&params, look->actor);
		params_long(&params, (int64_t)look->after);
		params_integer(&params, rows);
		connection_send(store->looks, STATEMENT_LOOK_TASKS, &params);
		break;
	case LOOK_OVERDUE_LIST:
		params_integer(&params, look->area);
		params_integer(&params, look->area_tier);
		params_long(&params, look->soon.us);
		params_long(&params, (int64_t)look->after);
		params_integer(&params, rows);
		connection_send(store->looks, STATEMENT_LOOK_OVERDUE, &params);
		break;
	case LOOK_OVERDUE_COUNTS:
		params_integer(&params, look->area);
		params_integer(&params, look->area_tier);
		params_long(&params, look->soon.us);
		params_integer(&params, (int32_t)look->by);
		params_integer(&params, (int32_t)look->after);
		params_integer(&params, rows);
		connection_send(store->looks, STATEMENT_LOOK_COUNTS, &params);
		break;
	case LOOK_INBOX:
		params_integer(&params, look->actor);
		params_integer(&params, look->all);
		params_long(&params, look->after == 0 ? INT64_MAX : (int64_t)look->after);
		params_integer(&params, rows);
		connection_send(store->looks, STATEMENT_LOOK_INBOX, &params);
		break;
	case LOOK_CONTACT:
		params_long(&params, look->issue);
		more = params;
		params_integer(&more, look->actor);
		params_integer(&more, look->device);
		params_text(&more, look->reason);
		connection_send(store->looks, STATEMENT_LOOK_ISSUE, &params);
		connection_send(store->looks, STATEMENT_LOOK_CONTACT, &more);
		break;
	}
}

static void
look_read(void *owner, enum statement statement, const PGresult *result)
{
	struct store *store = owner;
	struct look *look = store->looking;
	bool found = PQntuples(result) > 0;

	if (statement == STATEMENT_LOOK_CALLER) {
		if (!found)
			return;
		look->now = value_instant(result, 0, 0);
		if (!PQgetisnull(result, 0, 1))
			columns_read(result, 0, 1, ACTOR_COLUMNS, ACTOR_COLUMNS_COUNT, look->arena, &look->caller);
	} else if (statement == STATEMENT_LOOK_DECISIONS) {
		read_decisions(look, result);
	} else if (statement == STATEMENT_LOOK_INBOX) {
		read_notices(look, result);
	} else if (statement == STATEMENT_LOOK_COUNTS) {
		read_counts(look, result);
	} else if (statement == STATEMENT_LOOK_FEEDBACK) {
		if (found)
			look->feedback = arena_text(look->arena, value_text(result, 0, 0));
	} else if (statement == STATEMENT_LOOK_ASSIST) {
		look->assist_count = (size_t)PQntuples(result);
		look->assist_units = arena_take_array(look->arena, look->assist_count, sizeof(int32_t));
		for (int row = 0; row < PQntuples(result); row++)
			look->assist_units[row] = (int32_t)value_integer(result, row, 0);
	} else if (statement == STATEMENT_LOOK_CONTACT) {
		if (found)
			columns_read(result, 0, 0, COLUMNS(contact_columns), look->arena, &look->contact);
	} else if (PQnfields(result) > (int)ISSUE_COLUMNS_COUNT) {
		read_issues(look, result);
	}
}

static void
read_issues(struct look *look, const PGresult *result)
{
	bool more;

	look->issues_count = page_of(look, result, &more);
	look->issues = arena_take_array(look->arena, look->issues_count, sizeof(*look->issues));
	for (size_t row = 0; row < look->issues_count; row++)
		look_row_read(result, (int)row, look->arena, &look->issues[row]);
	if (!more || look->issues_count == 0)
		look->next_cursor = 0;
	else if (look->kind == LOOK_MINE)
		look->next_cursor = (uint64_t)look->issues[look->issues_count - 1].issue.id;
	else
		look->next_cursor = look->after + look->issues_count;
}

int
look_row_read(const PGresult *result, int row, struct arena *arena, struct look_issue *ret_issue)
{
	struct case_ *case_ = arena_take(arena, sizeof(*case_));

	/* Clocks that cannot be read are shown as none; FETCH sets such an issue aside. */
	(void)case_read(case_, result, row, 0, arena);
	ret_issue->issue = case_->dossier.issue;
	columns_read(result, row, (int)ISSUE_COLUMNS_COUNT, COLUMNS(issue_tail), arena, ret_issue);
	ret_issue->text = beginning_of(ret_issue->text);
	return (int)ISSUE_COLUMNS_COUNT + (int)(sizeof(issue_tail) / sizeof(issue_tail[0]));
}

static void
read_decisions(struct look *look, const PGresult *result)
{
	bool more;

	look->decisions_count = page_of(look, result, &more);
	look->decisions = arena_take_array(look->arena, look->decisions_count, sizeof(*look->decisions));
	for (size_t row = 0; row < look->decisions_count; row++) {
		struct look_decision *decision = &look->decisions[row];
		struct text ledger = value_text(result, (int)row, 0);

		columns_read(result, (int)row, 1, COLUMNS(decision_columns), look->arena, decision);
		if (ledger.len > 0 && !unpack_ledger(ledger, decision->entry.at, decision->ledger,
				LEDGER_ENTRIES_MAX, &decision->ledger_count))
			decision->ledger_count = 0;
	}
	if (more && look->decisions_count > 0)
		look->next_version = look->decisions[look->decisions_count - 1].entry.version;
}

static void
read_counts(struct look *look, const PGresult *result)
{
	bool more;

	look->counts_count = page_of(look, result, &more);
	look->counts = arena_take_array(look->arena, look->counts_count, sizeof(*look->counts));
	for (size_t row = 0; row < look->counts_count; row++)
		columns_read(result, (int)row, 0, COLUMNS(count_columns), look->arena, &look->counts[row]);
	if (more && look->counts_count > 0)
		look->next_cursor = (uint64_t)look->counts[look->counts_count - 1].id;
}

static void
read_notices(struct look *look, const PGresult *result)
{
	bool more;
	struct case_ *case_ = arena_take(look->arena, sizeof(*case_));

	look->notices_count = page_of(look, result, &more);
	look->notices = arena_take_array(look->arena, look->notices_count, sizeof(*look->notices));
	for (size_t row = 0; row < look->notices_count; row++) {
		struct look_notice *notice = &look->notices[row];

		(void)case_read(case_, result, (int)row, 0, look->arena);
		notice->issue = case_->dossier.issue;
		columns_read(result, (int)row, (int)ISSUE_COLUMNS_COUNT, COLUMNS(notice_columns), look->arena,
			notice);
		notice->text = beginning_of(notice->text);
	}
	if (more && look->notices_count > 0)
		look->next_cursor = (uint64_t)look->notices[look->notices_count - 1].id;
}

/* Cut on a letter's edge: the byte behind the end, a NUL at the least, must begin one. */
static struct text
beginning_of(struct text text)
{
	if (text.len > TEXT_BEGINNING_MAX)
		text.len = TEXT_BEGINNING_MAX;
	while (text.len > 0 && (text.data[text.len] & 0xc0) == 0x80)
		text.len--;
	return text;
}

static size_t
page_of(const struct look *look, const PGresult *result, bool *ret_more)
{
	size_t rows = (size_t)PQntuples(result);

	*ret_more = rows > look->limit && look->kind != LOOK_CONTACT;
	return *ret_more ? look->limit : rows;
}

static void
look_ended(void *owner, enum trip_end end, const char *sqlstate, const char *words)
{
	struct store *store = owner;

	(void)sqlstate;
	if (end == TRIP_ERROR) /* the transaction is gone with the session */
		connection_drop(store->looks, words);
	finish(store, store->looking, end != TRIP_DONE);
	store->looking = NULL;
}

static void
finish(struct store *store, struct look *look, bool failed)
{
	look->failed = failed;
	look->next = NULL;
	*store->done_end = look;
	store->done_end = &look->next;
}
