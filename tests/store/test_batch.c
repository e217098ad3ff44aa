/* test_batch.c — FETCH and COMMIT against a real PostgreSQL: what is written is found again, nothing
 * is written twice, and no two sessions get the same thing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "core/pack.h"
#include "tests/store/fixture.h"

static struct store *store;
static struct batch *batch;

static int
open_fresh(void **state)
{
	(void)fixture_fresh(state);
	store = fixture_store();
	batch = batch_new(2000);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	batch_free(batch);
	store_close(&store);
	return 0;
}

static bool
batch_goes(void *argument)
{
	const struct batch *other = argument;

	return other->stage != BATCH_FETCHING && other->stage != BATCH_COMMITTING;
}

static void
report_is_written(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "垃圾 in the lane");
	int64_t id;

	(void)state;
	work->event.report.latitude = 23290000;
	work->event.report.longitude = -113820000;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_READY);
	assert_int_equal(work->actor.id, 1);
	assert_int_equal(work->actor.device, 11);
	assert_int_equal(work->actor.device_state, DEVICE_ACTIVE);
	assert_true(text_is(work->event.actor.name, "张三"));
	assert_false(instant_is_never(batch->now));
	decide_all(store, batch);
	id = work->dossier->issue.id;
	assert_true(id > 1000);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_string_equal(sql_value("SELECT concat_ws(' ', version, state, holder_unit, handler IS NULL, latitude, "
		"longitude, class_code, reporter, merged_into IS NULL) FROM issue WHERE id = %lld", (long long)id),
		"1 4 5 t 23290000 -113820000 env/litter 1 t");
	assert_string_equal(sql_value("SELECT concat_ws(' ', version, event, device, text, octet_length(text_digest), "
		"said) FROM journal WHERE issue_id = %lld", (long long)id),
		"1 1 11 垃圾 in the lane 16 {\"class\":\"env/litter\"}");
	assert_string_equal(sql_value("SELECT convert_from(reply, 'UTF8') || issue_id FROM receipt"),
		arena_format(batch->arena, "reply%lld", (long long)id).data);
	assert_int_equal(sql_number("SELECT count(*) FROM journal WHERE tx::text::bigint > 0"), 1);
}

static void
issue_is_read_as_it_was_written(void **state)
{
	int64_t id = make_issue(store, "one");
	struct issue *issue;
	struct work *work = work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);

	(void)state;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_READY);
	issue = &work->dossier->issue;
	assert_int_equal(issue->id, id);
	assert_int_equal(issue->version, 1);
	assert_int_equal(issue->area[TIER_GRID], 4);
	assert_int_equal(issue->latitude, ISSUE_MICRODEGREES_NONE);
	assert_int_equal(issue->holder.desk, DESK_HANDLE);
	assert_true(instant_is_never(issue->outside_due_at));
	assert_int_equal(issue->due_at.us - issue->received_at.us, US_PER_HOUR);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].run, CLOCK_RUNNING);
	assert_int_equal(issue->clocks[CLOCK_HANDLE].due_at.us, issue->due_at.us);
	assert_int_equal(issue->merged_into, 0);
	store_drop(store, batch);
}

static void
receipt_is_found_again(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "one");
	struct request_id request = work->event.request;

	(void)state;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	batch_empty(batch);
	work = work_report(batch, KEY_REPORTER, "one");
	work->event.request = request;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_SEEN);
	assert_true(text_is(work->receipt_reply, "reply"));
	store_drop(store, batch);
	batch_empty(batch);
	work = work_report(batch, KEY_REPORTER, "two");
	work->event.request = request;
	work->event.digest.bytes[0] ^= 1;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_OTHER_CONTENT);
	store_drop(store, batch);
	/* The same id of another device is another request. */
	batch_empty(batch);
	work = work_report(batch, KEY_HANDLER, "one");
	work->event.request = request;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_READY);
	store_drop(store, batch);
	assert_int_equal(sql_number("SELECT count(*) FROM issue"), 1);
}

static void
old_request_is_expired(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "one");

	(void)state;
	work->event.request = request_at((struct instant){store_now(store).us - 100 * US_PER_DAY});
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_EXPIRED);
	store_drop(store, batch);
}

static void
absent_issue_is_absent(void **state)
{
	struct work *work = work_command(batch, KEY_HANDLER, EVENT_ANSWER, 999);

	(void)state;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_ABSENT);
	assert_false(work->dossier->exists);
	store_drop(store, batch);
}

static void
locked_issue_is_locked(void **state)
{
	int64_t id = make_issue(store, "one"), other = make_issue(store, "two");
	PGconn *session = sql_session();
	struct work *work, *free_one;

	(void)state;
	session_do(session, "BEGIN");
	session_do(session, "SELECT 1 FROM issue WHERE id = %lld FOR UPDATE", (long long)id);
	work = work_command(batch, KEY_HANDLER, EVENT_ANSWER, id);
	free_one = work_command(batch, KEY_HANDLER, EVENT_ANSWER, other);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_LOCKED);
	assert_int_equal(free_one->found, WORK_READY);
	store_drop(store, batch);
	session_do(session, "ROLLBACK");
	PQfinish(session);
	batch_empty(batch);
	work = work_command(batch, KEY_HANDLER, EVENT_ANSWER, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_READY);
	store_drop(store, batch);
}

static void
h10_handler_is_named_for_the_loser(void **state)
{
	int64_t id = make_issue(store, "one");
	struct work *work;

	(void)state;
	work_command(batch, KEY_HANDLER, EVENT_CLAIM, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	batch_empty(batch);
	work = work_command(batch, KEY_HANDLER_2, EVENT_CLAIM, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->dossier->issue.handler, 2);
	assert_true(text_is(work->dossier->handler_name, "李四"));
	assert_true(text_is(work->dossier->handler_code, "handler"));
	store_drop(store, batch);
}

static void
events_on_one_issue_chain(void **state)
{
	int64_t id = make_issue(store, "one");

	(void)state;
	work_command(batch, KEY_HANDLER, EVENT_CLAIM, id);
	work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_ptr_equal(batch->works[0].dossier, batch->works[2].dossier);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT version FROM issue"), 4);
	assert_string_equal(sql_value("SELECT string_agg(version || ':' || event, ' ' ORDER BY version) FROM journal"),
		"1:1 2:5 3:7 4:7");
	assert_int_equal(sql_number("SELECT count(*) FROM receipt"), 4);
}

static void
claim_next_takes_the_most_urgent(void **state)
{
	int64_t first = make_issue(store, "one"), second = make_issue(store, "two");
	struct work *claim, *next, *none;

	(void)state;
	claim = work_command(batch, KEY_HANDLER, EVENT_CLAIM, 0);
	next = work_command(batch, KEY_HANDLER_2, EVENT_CLAIM, 0);
	none = work_command(batch, KEY_HANDLER, EVENT_CLAIM, 0);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(claim->found, WORK_READY);
	assert_int_equal(claim->event.issue, first);
	assert_int_equal(next->event.issue, second);
	assert_int_equal(none->found, WORK_ABSENT);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT handler FROM issue WHERE id = %lld", (long long)second), 3);
}

static void
claim_next_leaves_to_others_what_he_may_not_take(void **state)
{
	int64_t first = make_issue(store, "one");
	struct work *collector, *handler;

	(void)state;
	sql("UPDATE actor SET unit = 5 WHERE id = 1"); /* at the bureau, but no handler */
	collector = work_command(batch, KEY_REPORTER, EVENT_CLAIM, 0);
	handler = work_command(batch, KEY_HANDLER, EVENT_CLAIM, 0);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(collector->found, WORK_READY); /* so that the core can tell him why not */
	assert_int_equal(handler->event.issue, first);
	store_drop(store, batch);
}

static void
two_stores_never_claim_the_same(void **state)
{
	struct store *other = fixture_store();
	struct batch *others = batch_new(20);
	struct work *one, *two;

	(void)state;
	make_issue(store, "one");
	make_issue(store, "two");
	one = work_command(batch, KEY_HANDLER, EVENT_CLAIM, 0);
	for (int i = 0; i < 2; i++)
		two = work_command(others, KEY_HANDLER_2, EVENT_CLAIM, 0);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(batch_fetch(other, others), BATCH_FETCHED);
	assert_int_equal(one->found, WORK_READY);
	/* The first store holds both: what is free is not for the other now, but not absent either. */
	assert_int_equal(others->works[0].found, WORK_LOCKED);
	assert_int_equal(two->found, WORK_LOCKED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	store_drop(other, others);
	batch_empty(others);
	two = work_command(others, KEY_HANDLER_2, EVENT_CLAIM, 0);
	assert_int_equal(batch_fetch(other, others), BATCH_FETCHED);
	assert_int_equal(two->found, WORK_READY);
	assert_int_not_equal(two->event.issue, one->event.issue);
	store_drop(other, others);
	batch_free(others);
	store_close(&other);
}

static void
h19_stores_racing_for_tasks_take_each_once(void **state)
{
	struct store *stores[2] = {store, fixture_store()};
	struct batch *batches[2] = {batch, batch_new(100)};
	int taken = 0;

	(void)state;
	for (int i = 0; i < 40; i++)
		make_issue(store, "task");
	while (taken < 40) {
		for (int i = 0; i < 2; i++) {
			batch_empty(batches[i]);
			for (int k = 0; k < 3; k++)
				work_command(batches[i], i == 0 ? KEY_HANDLER : KEY_HANDLER_2, EVENT_CLAIM, 0);
			store_wait_up(stores[i]);
			store_fetch(stores[i], batches[i]);
		}
		for (int i = 0; i < 2; i++) {
			assert_true(store_until(stores[i], batch_goes, batches[i]));
			assert_int_equal(batches[i]->stage, BATCH_FETCHED);
			decide_all(stores[i], batches[i]);
			for (size_t k = 0; k < batches[i]->count; k++)
				taken += batches[i]->works[k].found == WORK_READY;
			assert_int_equal(batch_commit(stores[i], batches[i]), BATCH_COMMITTED);
		}
	}
	assert_int_equal(taken, 40);
	assert_int_equal(sql_number("SELECT count(*) FROM journal WHERE event = 5"), 40);
	assert_int_equal(sql_number("SELECT count(*) FROM issue WHERE version = 2 AND handler IS NOT NULL"), 40);
	batch_free(batches[1]);
	store_close(&stores[1]);
}

static void
due_issues_come_once_in_order(void **state)
{
	int64_t first = make_issue(store, "one"), second = make_issue(store, "two"), later = make_issue(store, "three");

	(void)state;
	sql("UPDATE issue SET next_due_at = now() - interval '1 hour' WHERE id = %lld", (long long)second);
	sql("UPDATE issue SET next_due_at = now() - interval '1 minute' WHERE id = %lld", (long long)first);
	batch->due_max = 10;
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(batch->due_taken, 2);
	assert_int_equal(batch->count, 2);
	assert_int_equal(batch->works[0].kind, WORK_DUE);
	assert_int_equal(batch->works[0].event.kind, EVENT_DUE);
	assert_int_equal(batch->works[0].dossier->issue.id, second);
	assert_int_equal(batch->works[1].event.issue, first);
	assert_int_equal(batch->next_due_at.us, sql_number(
		"SELECT (extract(epoch FROM next_due_at) * 1000000)::bigint FROM issue WHERE id = %lld", (long long)later));
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	batch_empty(batch);
	batch->due_max = 10;
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(batch->count, 0);
	store_drop(store, batch);
	assert_string_equal(sql_value("SELECT concat_ws(' ', count(*), count(request), count(actor)) FROM journal "
		"WHERE event = 40"), "2 0 0");
}

static void
h28_due_issues_are_drained_by_portions(void **state)
{
	int rounds = 0;

	(void)state;
	for (int i = 0; i < 7; i++)
		make_issue(store, "due");
	sql("UPDATE issue SET next_due_at = now() - interval '1 minute'");
	do {
		batch_empty(batch);
		batch->due_max = 3;
		batch->due_from_start = rounds == 0;
		assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
		decide_all(store, batch);
		assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
		rounds++;
	} while (batch->due_taken == batch->due_max);
	assert_int_equal(rounds, 3);
	assert_int_equal(sql_number("SELECT count(*) FROM journal WHERE event = 40"), 7);
}

static void
h08_due_issue_held_by_another_is_left(void **state)
{
	int64_t id = make_issue(store, "one");
	PGconn *session = sql_session();

	(void)state;
	sql("UPDATE issue SET next_due_at = now() - interval '1 minute'");
	session_do(session, "BEGIN");
	session_do(session, "SELECT 1 FROM issue WHERE id = %lld FOR UPDATE", (long long)id);
	batch->due_max = 10;
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(batch->count, 0);
	store_drop(store, batch);
	session_do(session, "COMMIT");
	PQfinish(session);
	batch_empty(batch);
	batch->due_max = 10; /* behind the moving bound, which keeps ten seconds of overlap */
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(batch->count, 1);
	store_drop(store, batch);
}

static void
command_and_due_share_a_dossier(void **state)
{
	int64_t id = make_issue(store, "one");

	(void)state;
	sql("UPDATE issue SET next_due_at = now() - interval '1 minute'");
	work_command(batch, KEY_HANDLER, EVENT_CLAIM, id);
	batch->due_max = 5;
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(batch->count, 2);
	assert_ptr_equal(batch->works[0].dossier, batch->works[1].dossier);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT version FROM issue"), 3);
}

static void
nothing_sets_next_due_right(void **state)
{
	int64_t id = make_issue(store, "one");
	struct work *work;

	(void)state;
	sql("UPDATE issue SET next_due_at = now() - interval '1 minute'");
	batch->due_max = 5;
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	work = &batch->works[0];
	work->verdict = VERDICT_NOTHING;
	work->effects = arena_take(batch->arena, sizeof(*work->effects));
	work->dossier->issue.next_due_at = work->dossier->issue.due_at;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT count(*) FROM issue WHERE id = %lld AND next_due_at = due_at AND version = 1",
		(long long)id), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM journal"), 1);
}

static void
undecided_works_write_nothing(void **state)
{
	(void)state;
	work_report(batch, KEY_REPORTER, "one");
	work_report(batch, KEY_REPORTER, "two");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_by_hand(store, batch, &batch->works[1]);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT count(*) FROM issue"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM receipt"), 1);
}

/* ---- numbers, reserves, outside references ---- */

static void
hello_hands_out_a_reserve(void **state)
{
	struct work *work = work_add(batch, KEY_REPORTER);
	int64_t first;

	(void)state;
	work->kind = WORK_HELLO;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_null(work->dossier);
	work->reserve_first = first = store_take_ids(store, RESERVE_SIZE);
	work->reserve_count = RESERVE_SIZE;
	work->verdict = VERDICT_DONE;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_string_equal(sql_value("SELECT concat_ws(' ', last_id - first_id, device) FROM reserve"), "19 11");
	batch_empty(batch);
	work = work_report(batch, KEY_REPORTER, "with a number");
	work->event.report.id = first + 19;
	work_report(batch, KEY_HANDLER, "with somebody else's")->event.report.id = first + 3;
	work_report(batch, KEY_REPORTER, "with one beyond")->event.report.id = first + 20;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_true(batch->works[0].dossier->reserve_holds);
	assert_false(batch->works[0].dossier->exists);
	assert_false(batch->works[1].dossier->reserve_holds);
	assert_false(batch->works[2].dossier->reserve_holds);
	decide_by_hand(store, batch, work);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	batch_empty(batch);
	work = work_report(batch, KEY_REPORTER, "the same number again");
	work->event.report.id = first + 19;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_true(work->dossier->exists);
	store_drop(store, batch);
}

static void
numbers_never_repeat(void **state)
{
	struct store *other = fixture_store();
	int64_t first, again;

	(void)state;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	store_drop(store, batch);
	assert_true(store_ids_left(store) >= 2000);
	first = store_take_ids(store, 20);
	again = store_take_ids(store, 1);
	assert_int_equal(again, first + 20);
	batch_empty(batch);
	assert_int_equal(batch_fetch(other, batch), BATCH_FETCHED);
	store_drop(other, batch);
	first = store_take_ids(other, 1);
	assert_true(first > again + 900);
	assert_int_equal(store_take_ids(other, 30000), 0);
	store_close(&other);
}

static void
outside_reference_makes_one_issue(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "from 12345"), *twin;
	int64_t id;

	(void)state;
	work->event.report.source = TEXT("12345");
	work->event.report.reference = TEXT("GZ-1");
	work->event.report.outside_due_at = (struct instant){US_PER_DAY * 20000};
	twin = work_report(batch, KEY_REPORTER, "from 12345");
	twin->event.report.source = TEXT("12345");
	twin->event.report.reference = TEXT("GZ-1");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_READY);
	assert_int_equal(work->dossier->external_issue, 0);
	assert_int_equal(twin->found, WORK_LOCKED);
	decide_all(store, batch);
	id = work->dossier->issue.id;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_string_equal(sql_value("SELECT due_at::date::text FROM external"), "2024-10-04");
	batch_empty(batch);
	work = work_report(batch, KEY_REPORTER, "from 12345");
	work->event.report.source = TEXT("12345");
	work->event.report.reference = TEXT("GZ-1");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->dossier->external_issue, id);
	/* Known already: a receipt and nothing else. */
	work->effects = arena_take(batch->arena, sizeof(*work->effects));
	work->effects->reply.issue = id;
	work->verdict = VERDICT_DONE;
	work->reply = TEXT("known");
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT count(*) FROM issue"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM receipt WHERE issue_id = %lld", (long long)id), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM journal"), 1);
}

static void
h30_same_request_twice_in_a_batch_is_one(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "one"), *twin = work_report(batch, KEY_REPORTER, "one");

	(void)state;
	twin->event.request = work->event.request;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_READY);
	assert_int_equal(twin->found, WORK_LOCKED);
	store_drop(store, batch);
}

static void
same_request_in_two_stores_repeats_the_later(void **state)
{
	struct store *other = fixture_store();
	struct batch *others = batch_new(5);
	struct work *work = work_report(batch, KEY_REPORTER, "one"), *twin = work_report(others, KEY_REPORTER, "one");

	(void)state;
	twin->event.request = work->event.request;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(batch_fetch(other, others), BATCH_FETCHED);
	assert_int_equal(twin->found, WORK_READY);
	decide_all(store, batch);
	decide_all(other, others);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(batch_commit(other, others), BATCH_FAILED);
	assert_int_equal(others->error, BATCH_REPEAT);
	assert_string_equal(others->sqlstate, "40001");
	assert_int_equal(batch_fetch(other, others), BATCH_FETCHED);
	assert_int_equal(twin->found, WORK_SEEN);
	store_drop(other, others);
	assert_int_equal(sql_number("SELECT count(*) FROM issue"), 1);
	batch_free(others);
	store_close(&other);
}

/* ---- what else a batch writes ---- */

static void
contact_lies_apart(void **state)
{
	static const char *const tables[] = {"issue", "journal", "receipt", "external", "outbox", "dead_letter",
		"obligation", "reserve", "contact_look"};
	struct work *work = work_report(batch, KEY_REPORTER, "one");

	(void)state;
	work->event.report.has_contact = true;
	work->event.report.contact = (struct contact){TEXT("陈小姐"), TEXT("13900001111"), TEXT("荔城街 7 号")};
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_string_equal(sql_value("SELECT telephone FROM contact"), "13900001111");
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		assert_int_equal(sql_number("SELECT count(*) FROM %s t WHERE t::text LIKE '%%13900001111%%' "
			"OR t::text LIKE '%%' || encode('13900001111', 'hex') || '%%'", tables[i]), 0);
	assert_string_equal(sql_value("SELECT has_table_privilege('huying_daemon', 'huying.contact', 'SELECT')::text"),
		"false");
}

static void
notices_are_unique_and_withdrawn(void **state)
{
	int64_t id = make_issue(store, "one");
	struct effects *effects;

	(void)state;
	for (int round = 0; round < 2; round++) {
		batch_empty(batch);
		work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
		assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
		decide_all(store, batch);
		effects = batch->works[0].effects;
		effects->notices[effects->notices_count++] = (struct notice){.kind = NOTICE_REMIND,
			.channel = CHANNEL_INBOX, .unit = UNIT_BUREAU, .role = ROLE_HANDLER, .clock = CLOCK_SIGN,
			.generation = 1, .step = 1};
		effects->notices[effects->notices_count] = effects->notices[effects->notices_count - 1];
		effects->notices_count++;
		effects->withdraw_notices = round == 1;
		assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	}
	assert_string_equal(sql_value("SELECT string_agg(version || ':' || state, ' ' ORDER BY version) FROM outbox"),
		"2:4 3:1");
	/* Withdrawn by a later decision of the same batch. */
	batch_empty(batch);
	work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	effects = batch->works[0].effects;
	effects->notices[effects->notices_count++] = (struct notice){.kind = NOTICE_OVERDUE,
		.channel = CHANNEL_INBOX, .unit = UNIT_BUREAU};
	batch->works[1].effects->withdraw_notices = true;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_string_equal(sql_value("SELECT string_agg(version || ':' || state, ' ' ORDER BY version) FROM outbox"),
		"2:4 3:4 4:4");
}

static void
assisting_units_get_obligations(void **state)
{
	int64_t id = make_issue(store, "one");
	static const int32_t units[] = {2, 3, 2};

	(void)state;
	for (int round = 0; round < 2; round++) {
		batch_empty(batch);
		work_command(batch, KEY_HANDLER, EVENT_DISPATCH, id);
		assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
		decide_all(store, batch);
		batch->works[0].effects->assist = units;
		batch->works[0].effects->assist_count = 3;
		assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	}
	assert_string_equal(sql_value("SELECT string_agg(n || ':' || unit, ' ' ORDER BY n) FROM obligation"), "1:2 2:3");
}

static void
enrolment_takes_the_key_once(void **state)
{
	struct work *work = work_add(batch, KEY_CODE), *twin;
	struct store *other = fixture_store();
	struct batch *others = batch_new(2);

	(void)state;
	work->kind = WORK_ENROL;
	work->new_key = key_of(77);
	work->device_name = TEXT("phone");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_true(work->actor.by_code);
	assert_int_equal(work->actor.device, 15);
	assert_int_equal(work->actor.device_state, DEVICE_ENROLLING);
	twin = work_add(others, KEY_CODE);
	twin->kind = WORK_ENROL;
	twin->new_key = key_of(78);
	assert_int_equal(batch_fetch(other, others), BATCH_FETCHED);
	work->verdict = VERDICT_DONE;
	twin->verdict = VERDICT_DONE;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(batch_commit(other, others), BATCH_FAILED);
	assert_int_equal(others->error, BATCH_REPEAT);
	assert_int_equal(batch_fetch(other, others), BATCH_FETCHED);
	assert_int_equal(twin->actor.device_state, DEVICE_ACTIVE);
	assert_memory_equal(&twin->actor.device_key, &work->new_key, sizeof(work->new_key));
	store_drop(other, others);
	assert_string_equal(sql_value("SELECT concat_ws(' ', state, name, code_expires_at IS NULL, "
		"encode(substring(key FOR 1), 'hex')) FROM device WHERE number = 15"), "2 phone t 4d");
	batch_free(others);
	store_close(&other);
}

static void
revocation_holds_from_the_next_batch(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "one");

	(void)state;
	work_report(batch, KEY_REVOKED, "two");
	work_report(batch, 99, "three");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->actor.device_state, DEVICE_ACTIVE);
	assert_int_equal(batch->works[1].actor.device_state, DEVICE_REVOKED);
	assert_int_equal(batch->works[2].actor.device_state, DEVICE_UNKNOWN);
	store_drop(store, batch);
	sql("UPDATE device SET state = 3 WHERE number = 11");
	batch_empty(batch);
	work = work_report(batch, KEY_REPORTER, "one");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->actor.device_state, DEVICE_REVOKED);
	store_drop(store, batch);
}

/* ---- what the database says of the packed bytes ---- */

static void
ledger_is_the_same_in_sql(void **state)
{
	static const struct ledger_entry entries[] = {
		{LEDGER_START, CLOCK_HANDLE, CAUSE_RULE, 1, {1700000000000000}, 7200000000, LIMIT_WORKING_TIME},
		{LEDGER_BREACH, CLOCK_BUNDLE, CAUSE_LADDER, 65535, {-5}, 0, 0},
		{LEDGER_STEP, CLOCK_SIGN, CAUSE_LADDER, 2, {1700000001000000}, 3, 0},
		{LEDGER_RETARGET, CLOCK_LEASE, CAUSE_PERSON, 1, {1700000001000000}, INT64_MAX, LIMIT_CALENDAR_DAYS},
		{LEDGER_RECOVERY, CLOCK_ACCEPT, CAUSE_RECOVERY, 1, {1600000000000000}, -1, 0}};
	struct instant at = {1700000001000000};
	struct text bytes = pack_ledger(batch->arena, entries, COUNT_OF(entries), at);
	struct ledger_entry back[LEDGER_ENTRIES_MAX];
	char hex[1024], wanted[1024];
	size_t count, len = 0;

	(void)state;
	assert_true(unpack_ledger(bytes, at, back, LEDGER_ENTRIES_MAX, &count));
	for (size_t i = 0; i < bytes.len; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)bytes.data[i]);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(wanted + len, sizeof(wanted) - len, "%s%d/%d/%d/%d/%lld/%lld/%d",
			i == 0 ? "" : " ", back[i].op, back[i].clock, back[i].cause, back[i].generation,
			(long long)back[i].at.us, (long long)back[i].amount, back[i].kind);
	assert_string_equal(sql_value("SELECT string_agg(concat_ws('/', op, clock, cause, generation, "
		"(extract(epoch FROM at) * 1000000)::bigint, amount, coalesce(limit_kind, 0)), ' ' ORDER BY n) "
		"FROM ledger_entries('\\x%s', timestamptz 'epoch' + 1700000001000000 * interval '1 microsecond')", hex),
		wanted);
}

static void
vocabulary_is_the_same_in_sql(void **state)
{
	long long words = 0;

	(void)state;
	for (size_t i = 0; i < VOCABS_COUNT; i++)
		for (size_t k = 0; k < VOCABS[i].count; k++) {
			const struct word *word = &VOCABS[i].words[k];

			words++;
			assert_string_equal(sql_value("SELECT concat_ws('|', word, zh, en) FROM vocab WHERE kind = '%s' "
				"AND number = %d", VOCABS[i].kind, word->number),
				arena_format(batch->arena, "%s|%s|%s", word->word, word->zh, word->en).data);
		}
	assert_int_equal(sql_number("SELECT count(*) FROM vocab"), words);
}

/* ---- faults ---- */

static void
h29_bad_value_splits_the_batch(void **state)
{
	struct work *bad = work_report(batch, KEY_REPORTER, "bad");

	(void)state;
	work_report(batch, KEY_REPORTER, "good");
	bad->event.report.observed_at = (struct instant){INT64_MIN + 5}; /* before any time the database knows */
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_SPLIT);
	assert_string_equal(batch->sqlstate, "22008");
	assert_int_equal(sql_number("SELECT count(*) FROM issue"), 0);
	store_set_aside(store, bad, batch->sqlstate);
	for (int i = 0; i < 100 && sql_number("SELECT count(*) FROM dead_letter") == 0; i++)
		(void)store_until(store, NULL, NULL);
	assert_string_equal(sql_value("SELECT concat_ws(' ', sqlstate, event, device, octet_length(digest), "
		"issue_id IS NULL) FROM dead_letter"), "22008 1 11 16 t");
}

static void
nul_in_text_splits_the_batch(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "");

	(void)state;
	work->event.text = (struct text){"a\0b", 3};
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_SPLIT);
	assert_string_equal(batch->sqlstate, "22021");
	batch_empty(batch);
	assert_true(make_issue(store, "and on it goes") > 0);
}

static void
poisonous_due_issue_is_set_aside(void **state)
{
	int64_t id = make_issue(store, "one");

	(void)state;
	sql("UPDATE issue SET next_due_at = now() - interval '1 minute'");
	batch->due_max = 5;
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	batch->works[0].dossier->issue.returns = 40000; /* too much for its column */
	assert_int_equal(batch_commit(store, batch), BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_SPLIT);
	store_set_aside(store, &batch->works[0], batch->sqlstate);
	for (int i = 0; i < 100 && sql_number("SELECT quarantined::int FROM issue") == 0; i++)
		(void)store_until(store, NULL, NULL);
	assert_int_equal(sql_number("SELECT count(*) FROM issue WHERE quarantined AND next_due_at IS NULL"), 1);
	/* A person's decision brings it back. */
	batch_empty(batch);
	work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT count(*) FROM issue WHERE quarantined"), 0);
}

static void
unreadable_clocks_are_set_aside(void **state)
{
	int64_t id = make_issue(store, "one");
	struct work *work;

	(void)state;
	sql("UPDATE issue SET clocks = '\\xff', next_due_at = now() - interval '1 minute'");
	work = work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	batch->due_max = 5;
	batch->due_from_start = true;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_LOCKED);
	assert_int_equal(batch->count, 1);
	store_drop(store, batch);
	for (int i = 0; i < 100 && sql_number("SELECT quarantined::int FROM issue") == 0; i++)
		(void)store_until(store, NULL, NULL);
	assert_int_equal(sql_number("SELECT count(*) FROM issue WHERE quarantined"), 1);
}

/* The session is cut while the turn decides, and made anew: it has neither transaction nor locks. */
static void
h19_decision_without_its_locks_is_not_written(void **state)
{
	int64_t id = make_issue(store, "one");
	PGconn *session = sql_session();

	(void)state;
	work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	session_do(session, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huying_daemon'");
	PQfinish(session);
	/* All four are back, their statements prepared: the last of the lanes' is a fetch. */
	for (int i = 0; i < 200 && sql_number("SELECT count(*) FROM pg_stat_activity WHERE usename = 'huying_daemon' "
		"AND state = 'idle' AND query LIKE 'SELECT k.n%%'") < 2; i++)
		(void)store_until(store, NULL, NULL);
	for (int i = 0; i < 3; i++)
		(void)store_until(store, NULL, NULL);
	assert_int_equal(batch_commit(store, batch), BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_AWAY);
	assert_int_equal(sql_number("SELECT version FROM issue"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM journal"), 1);
}

/* Whatever happened, an issue that moved on is not written over. */
static void
stale_version_repeats_the_batch(void **state)
{
	int64_t id = make_issue(store, "one");

	(void)state;
	work_command(batch, KEY_HANDLER, EVENT_PROGRESS, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	batch->works[0].dossier->issue.id = id + 1; /* not there: as if somebody were first */
	assert_int_equal(batch_commit(store, batch), BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_REPEAT);
	assert_int_equal(sql_number("SELECT count(*) FROM journal"), 1);
}

static void
lost_session_is_away_and_comes_back(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "one");
	PGconn *session = sql_session();

	(void)state;
	/* COMMIT waits for a lock on the receipts; there its session is ended. */
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	session_do(session, "BEGIN");
	session_do(session, "LOCK TABLE receipt IN ACCESS EXCLUSIVE MODE");
	store_commit(store, batch);
	for (int i = 0; i < 200 && sql_number("SELECT count(*) FROM pg_stat_activity WHERE usename = 'huying_daemon' "
		"AND wait_event_type = 'Lock'") == 0; i++)
		(void)store_until(store, NULL, NULL);
	session_do(session, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huying_daemon' "
		"AND wait_event_type = 'Lock'");
	assert_true(store_until(store, batch_goes, batch));
	assert_int_equal(batch->stage, BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_AWAY);
	session_do(session, "ROLLBACK");
	PQfinish(session);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_READY);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT count(*) FROM issue"), 1);
}

/* COMMIT answers "done" with no more than a warning when the wait for the standby is cancelled. */
static void
f09_cancelled_wait_for_the_standby_is_unknown(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "one");
	struct request_id request = work->event.request;
	PGconn *session = sql_session();
	PGresult *result;
	PGcancel *cancel;
	char words[256];

	(void)state;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	session_do(session, "ALTER SYSTEM SET synchronous_standby_names = 'ghost'");
	session_do(session, "SELECT pg_reload_conf()");
	/* It holds from when the checkpointer has seen it: a write of our own that waits is the proof. */
	while (sql_number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 0) {
		(void)PQconsumeInput(session);
		if (!PQisBusy(session)) {
			while ((result = PQgetResult(session)) != NULL)
				PQclear(result);
			assert_int_equal(PQsendQuery(session, "UPDATE vocab SET en = en WHERE number = 1"), 1);
		}
	}
	cancel = PQgetCancel(session);
	assert_int_equal(PQcancel(cancel, words, sizeof(words)), 1);
	PQfreeCancel(cancel);
	while ((result = PQgetResult(session)) != NULL)
		PQclear(result);
	store_commit(store, batch);
	for (int i = 0; i < 100 && batch->stage == BATCH_COMMITTING; i++) {
		(void)store_until(store, NULL, NULL);
		session_do(session, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' "
			"AND usename = 'huying_daemon'");
	}
	session_do(session, "ALTER SYSTEM RESET synchronous_standby_names");
	session_do(session, "SELECT pg_reload_conf()");
	PQfinish(session);
	assert_int_equal(batch->stage, BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_AWAY);
	assert_string_equal(batch->sqlstate, "01000");
	batch_empty(batch);
	work = work_report(batch, KEY_REPORTER, "one");
	work->event.request = request;
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	assert_int_equal(work->found, WORK_SEEN); /* this server has it: the receipt answers */
	store_drop(store, batch);
}

static void
lock_timeout_is_away(void **state)
{
	PGconn *session = sql_session();

	(void)state;
	work_report(batch, KEY_REPORTER, "one");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	session_do(session, "BEGIN");
	session_do(session, "LOCK TABLE journal IN ACCESS EXCLUSIVE MODE");
	assert_int_equal(batch_commit(store, batch), BATCH_FAILED);
	assert_int_equal(batch->error, BATCH_AWAY);
	assert_string_equal(batch->sqlstate, "55P03");
	PQfinish(session);
	store_wait_up(store);
}

static void
partitions_follow_the_districts_time(void **state)
{
	struct work *work;

	(void)state;
	sql("UPDATE district SET clock_shift_us = 200 * 86400000000::bigint");
	for (int i = 0; i < 4; i++) {
		batch_empty(batch);
		work = work_report(batch, KEY_REPORTER, "in half a year");
		work->event.request = request_at((struct instant){store_now(store).us});
		if (batch_fetch(store, batch) == BATCH_FETCHED && work->found == WORK_READY)
			break;
		if (batch->stage == BATCH_FETCHED)
			store_drop(store, batch);
		else
			assert_int_equal(batch->error, BATCH_REPEAT);
	}
	assert_int_equal(batch->stage, BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_int_equal(sql_number("SELECT count(*) FROM issue WHERE received_at > now() + interval '199 days'"), 1);
}

static void
another_districts_receipts_are_kept(void **state)
{
	(void)state;
	sql("SELECT keep_partitions(8, now(), 0)");
	sql("SELECT keep_partitions(7, now() + interval '300 days', 0)");
	assert_int_equal(sql_number("SELECT count(*) FROM pg_inherits WHERE inhparent = 'receipt'::regclass"), 10);
	sql("SELECT keep_partitions(7, now(), 0)");
	assert_int_equal(sql_number("SELECT count(*) FROM pg_inherits WHERE inhparent = 'receipt'::regclass"), 5);
}

static void
schema_version_is_the_newest_file(void **state)
{
	(void)state;
	assert_int_equal(store_schema_version(), sql_number("SELECT max(number) FROM migration"));
}

static void
older_schema_is_refused(void **state)
{
	struct store_config config = {.database = fixture_database(), .district = "ZC", .batch_events_max = 10};
	struct text why = TEXT_NONE;

	(void)state;
	assert_true(store_check_now(&config, batch->arena, &why));
	config.district = "XX";
	assert_false(store_check_now(&config, batch->arena, &why));
	assert_true(text_is(why, "the database has no district XX; load it with `huying-admin load district FILE`"));
	config.district = "ZC";
	sql("UPDATE migration SET number = number - 1");
	assert_false(store_check_now(&config, batch->arena, &why));
	assert_true(text_is(why, "the database's tables are older than this program: run huying-admin migrate"));
}

static void
unsafe_server_is_refused(void **state)
{
	struct store_config config = {.database = fixture_database(), .district = "ZC", .batch_events_max = 10};
	struct text why = TEXT_NONE;

	(void)state;
	sql("ALTER DATABASE d%s SET synchronous_commit = off", strstr(fixture_database(), "dbname=d") + 8);
	assert_false(store_check_now(&config, batch->arena, &why));
	assert_true(text_is(why, "synchronous_commit is not on: what is acknowledged could be lost"));
	config.allow_unsafe = true;
	assert_true(store_check_now(&config, batch->arena, &why));
}

int
main(int argc, char **argv)
{
#define FRESH(test) cmocka_unit_test_setup_teardown(test, open_fresh, close_all)
	const struct CMUnitTest tests[] = {
		FRESH(report_is_written),
		FRESH(issue_is_read_as_it_was_written),
		FRESH(receipt_is_found_again),
		FRESH(old_request_is_expired),
		FRESH(absent_issue_is_absent),
		FRESH(locked_issue_is_locked),
		FRESH(h10_handler_is_named_for_the_loser),
		FRESH(events_on_one_issue_chain),
		FRESH(claim_next_takes_the_most_urgent),
		FRESH(claim_next_leaves_to_others_what_he_may_not_take),
		FRESH(two_stores_never_claim_the_same),
		FRESH(h19_stores_racing_for_tasks_take_each_once),
		FRESH(due_issues_come_once_in_order),
		FRESH(h28_due_issues_are_drained_by_portions),
		FRESH(h08_due_issue_held_by_another_is_left),
		FRESH(command_and_due_share_a_dossier),
		FRESH(nothing_sets_next_due_right),
		FRESH(undecided_works_write_nothing),
		FRESH(hello_hands_out_a_reserve),
		FRESH(numbers_never_repeat),
		FRESH(outside_reference_makes_one_issue),
		FRESH(h30_same_request_twice_in_a_batch_is_one),
		FRESH(same_request_in_two_stores_repeats_the_later),
		FRESH(contact_lies_apart),
		FRESH(notices_are_unique_and_withdrawn),
		FRESH(assisting_units_get_obligations),
		FRESH(enrolment_takes_the_key_once),
		FRESH(revocation_holds_from_the_next_batch),
		FRESH(ledger_is_the_same_in_sql),
		FRESH(vocabulary_is_the_same_in_sql),
		FRESH(h29_bad_value_splits_the_batch),
		FRESH(nul_in_text_splits_the_batch),
		FRESH(poisonous_due_issue_is_set_aside),
		FRESH(unreadable_clocks_are_set_aside),
		FRESH(h19_decision_without_its_locks_is_not_written),
		FRESH(stale_version_repeats_the_batch),
		FRESH(lost_session_is_away_and_comes_back),
		FRESH(f09_cancelled_wait_for_the_standby_is_unknown),
		FRESH(lock_timeout_is_away),
		FRESH(partitions_follow_the_districts_time),
		FRESH(another_districts_receipts_are_kept),
		FRESH(schema_version_is_the_newest_file),
		FRESH(older_schema_is_refused),
		FRESH(unsafe_server_is_refused),
	};

	fixture_start(argc, argv);
	if (argc > 2)
		cmocka_set_test_filter(argv[2]); /* names may have * and ? */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
