/* test_look.c — looks, rules and keys: what is read without deciding anything. */
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "tests/store/fixture.h"

static struct store *store;
static struct batch *batch;
static struct look look;

static int
open_fresh(void **state)
{
	(void)fixture_fresh(state);
	store = fixture_store();
	batch = batch_new(100);
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
look_is_done(void *argument)
{
	return (*(struct look **)argument = store_take_look(store)) != NULL;
}

/* Fills in the arena, the caller's key and a limit where they are not given, and waits. */
static void
ask(struct look asked, int key)
{
	struct look *done = NULL;

	look = asked;
	look.arena = batch->arena;
	look.key = key_of(key);
	if (look.limit == 0)
		look.limit = 50;
	assert_true(store_look(store, &look));
	assert_true(store_until(store, look_is_done, &done));
	assert_ptr_equal(done, &look);
	assert_false(look.failed);
}

static void
claim(int64_t issue, int key)
{
	work_command(batch, key, EVENT_CLAIM, issue)->event.text = TEXT("mine");
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	batch_empty(batch);
}

static void
show_tells_issue_and_history(void **state)
{
	int64_t id = make_issue(store, "垃圾");

	(void)state;
	claim(id, KEY_HANDLER);
	sql("INSERT INTO obligation VALUES (7, %lld, 1, 0, 2, NULL, 3, 1, 1, NULL, '')", (long long)id);
	ask((struct look){.kind = LOOK_SHOW, .issue = id}, KEY_HANDLER);
	assert_int_equal(look.issues_count, 1);
	assert_int_equal(look.issues[0].issue.id, id);
	assert_int_equal(look.issues[0].issue.version, 2);
	assert_int_equal(look.issues[0].issue.clocks[CLOCK_HANDLE].run, CLOCK_RUNNING);
	assert_true(text_is(look.issues[0].text, "垃圾"));
	assert_true(text_is(look.issues[0].handler_name, "李四"));
	assert_true(text_is(look.issues[0].handler_code, "handler"));
	assert_true(text_is(look.issues[0].reporter_code, "reporter"));
	assert_int_equal(look.decisions_count, 2);
	assert_int_equal(look.decisions[0].entry.event, EVENT_REPORT);
	assert_int_equal(look.decisions[0].ledger_count, 1);
	assert_int_equal(look.decisions[0].ledger[0].op, LEDGER_START);
	assert_true(text_is(look.decisions[0].entry.said, "{\"class\":\"env/litter\"}"));
	assert_int_equal(look.decisions[1].entry.version, 2);
	assert_int_equal(look.decisions[1].entry.handler, 2);
	assert_true(text_is(look.decisions[1].entry.text, "mine"));
	assert_true(text_is(look.decisions[1].actor_code, "handler"));
	assert_int_equal(look.next_version, 0);
	assert_int_equal(look.assist_count, 1);
	assert_int_equal(look.assist_units[0], 2);
	assert_int_equal(look.feedback.len, 0);
}

static void
show_pages_its_history(void **state)
{
	int64_t id = make_issue(store, "one");

	(void)state;
	claim(id, KEY_HANDLER);
	claim(id, KEY_HANDLER);
	ask((struct look){.kind = LOOK_SHOW, .issue = id, .limit = 2}, KEY_HANDLER);
	assert_int_equal(look.decisions_count, 2);
	assert_int_equal(look.next_version, 2);
	ask((struct look){.kind = LOOK_SHOW, .issue = id, .limit = 2, .after_version = 2}, KEY_HANDLER);
	assert_int_equal(look.decisions_count, 1);
	assert_int_equal(look.decisions[0].entry.version, 3);
	assert_int_equal(look.next_version, 0);
}

static void
show_of_nothing_is_empty(void **state)
{
	(void)state;
	ask((struct look){.kind = LOOK_SHOW, .issue = 999999}, KEY_HANDLER);
	assert_int_equal(look.issues_count, 0);
	assert_int_equal(look.caller.id, 2);
}

static void
caller_is_read_in_the_same_snapshot(void **state)
{
	(void)state;
	ask((struct look){.kind = LOOK_MINE, .actor = 1}, KEY_REPORTER);
	assert_int_equal(look.caller.id, 1);
	assert_int_equal(look.caller.device_state, DEVICE_ACTIVE);
	sql("UPDATE device SET state = 3 WHERE number = 11");
	ask((struct look){.kind = LOOK_MINE, .actor = 1}, KEY_REPORTER);
	assert_int_equal(look.caller.device_state, DEVICE_REVOKED);
	ask((struct look){.kind = LOOK_MINE, .actor = 1}, 99);
	assert_int_equal(look.caller.device_state, DEVICE_UNKNOWN);
	ask((struct look){.kind = LOOK_MINE, .actor = 1}, KEY_CODE);
	assert_true(look.caller.by_code);
}

static void
looks_have_the_districts_time(void **state)
{
	(void)state;
	sql("UPDATE district SET clock_shift_us = -3600000000");
	ask((struct look){.kind = LOOK_MINE, .actor = 1}, KEY_REPORTER);
	assert_in_range(sql_number("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - %lld",
		(long long)look.now.us), 3600000000LL, 3610000000LL);
}

static void
queue_is_in_order_and_pages(void **state)
{
	int64_t ids[5];

	(void)state;
	for (int i = 0; i < 5; i++)
		ids[i] = make_issue(store, "queue");
	sql("UPDATE issue SET rank = -1 WHERE id = %lld", (long long)ids[4]);
	ask((struct look){.kind = LOOK_QUEUE, .unit = UNIT_BUREAU, .desk = DESK_HANDLE, .limit = 3}, KEY_HANDLER);
	assert_int_equal(look.issues_count, 3);
	assert_int_equal(look.issues[0].issue.id, ids[4]);
	assert_int_equal(look.issues[1].issue.id, ids[0]);
	assert_int_not_equal(look.next_cursor, 0);
	ask((struct look){.kind = LOOK_QUEUE, .unit = UNIT_BUREAU, .desk = DESK_HANDLE, .limit = 3,
		.after = look.next_cursor}, KEY_HANDLER);
	assert_int_equal(look.issues_count, 2);
	assert_int_equal(look.issues[1].issue.id, ids[3]);
	assert_int_equal(look.next_cursor, 0);
	ask((struct look){.kind = LOOK_QUEUE, .unit = UNIT_BUREAU}, KEY_HANDLER);
	assert_int_equal(look.issues_count, 5);
	ask((struct look){.kind = LOOK_QUEUE, .unit = UNIT_BUREAU, .desk = DESK_INTAKE}, KEY_HANDLER);
	assert_int_equal(look.issues_count, 0);
}

/* Then what is free at his unit. */
static void
tasks_begin_with_his_own(void **state)
{
	int64_t other = make_issue(store, "one"), id = make_issue(store, "two");

	(void)state;
	claim(id, KEY_HANDLER);
	ask((struct look){.kind = LOOK_TASKS, .unit = UNIT_BUREAU, .actor = 2}, KEY_HANDLER);
	assert_int_equal(look.issues_count, 2);
	assert_int_equal(look.issues[0].issue.id, id);
	assert_int_equal(look.issues[1].issue.id, other);
	ask((struct look){.kind = LOOK_TASKS, .unit = UNIT_BUREAU, .actor = 3}, KEY_HANDLER_2);
	assert_int_equal(look.issues_count, 1);
	assert_int_equal(look.issues[0].issue.id, other);
}

static void
mine_is_newest_first(void **state)
{
	int64_t ids[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		ids[i] = make_issue(store, "mine");
	sql("UPDATE issue SET holder_unit = NULL, holder_desk = NULL, state = 12 WHERE id = %lld", (long long)ids[3]);
	ask((struct look){.kind = LOOK_MINE, .actor = 1, .limit = 2}, KEY_REPORTER);
	assert_int_equal(look.issues[0].issue.id, ids[3]);
	assert_int_equal(look.issues[0].issue.holder.unit, 0);
	assert_int_equal(look.issues[1].issue.id, ids[2]);
	ask((struct look){.kind = LOOK_MINE, .actor = 1, .limit = 2, .after = look.next_cursor}, KEY_REPORTER);
	assert_int_equal(look.issues[0].issue.id, ids[1]);
	assert_int_equal(look.next_cursor, 0);
	ask((struct look){.kind = LOOK_MINE, .actor = 1, .open_only = true}, KEY_REPORTER);
	assert_int_equal(look.issues_count, 3);
	assert_int_equal(look.issues[0].issue.id, ids[2]);
}

static void
beginning_ends_on_a_letters_edge(void **state)
{
	char words[400] = "";

	(void)state;
	for (int i = 0; i < 50; i++)
		strcat(words, i == 0 ? "a" : "垃圾");
	make_issue(store, words);
	ask((struct look){.kind = LOOK_MINE, .actor = 1}, KEY_REPORTER);
	assert_int_equal(look.issues[0].text.len, 118); /* 1 + 39 letters of three bytes */
	assert_true(text_is_utf8(look.issues[0].text));
}

/* Four open issues in the grid: red, yellow by 80 %, green, and one without a due. */
static void
four_colours(void)
{
	int64_t ids[4];

	for (int i = 0; i < 4; i++)
		ids[i] = make_issue(store, "colour");
	sql("UPDATE issue SET due_at = now() - interval '2 hours' WHERE id = %lld", (long long)ids[0]);
	sql("UPDATE issue SET due_at = now() + interval '5 hours', warn_at = now() - interval '1 minute' WHERE id = %lld",
		(long long)ids[1]);
	sql("UPDATE issue SET due_at = now() + interval '5 hours', warn_at = now() + interval '4 hours' WHERE id = %lld",
		(long long)ids[2]);
	sql("UPDATE issue SET due_at = NULL, warn_at = NULL, area_grid = NULL, area_community = NULL, area_town = NULL "
		"WHERE id = %lld", (long long)ids[3]);
}

static void
counts_by_grid(void **state)
{
	(void)state;
	four_colours();
	ask((struct look){.kind = LOOK_OVERDUE_COUNTS, .area = 1, .area_tier = 1, .by = LOOK_BY_GRID}, KEY_ACCEPTOR);
	assert_int_equal(look.counts_count, 2);
	assert_int_equal(look.counts[0].id, 0);
	assert_int_equal(look.counts[0].green, 1);
	assert_true(instant_is_never(look.counts[0].oldest_due_at));
	assert_int_equal(look.counts[1].id, 4);
	assert_int_equal(look.counts[1].red, 1);
	assert_int_equal(look.counts[1].yellow, 1);
	assert_int_equal(look.counts[1].green, 1);
	assert_true(look.counts[1].oldest_due_at.us < look.now.us - US_PER_HOUR);
	ask((struct look){.kind = LOOK_OVERDUE_COUNTS, .area = 3, .area_tier = 3, .by = LOOK_BY_UNIT,
		.soon = {6 * US_PER_HOUR}}, KEY_ACCEPTOR);
	assert_int_equal(look.counts_count, 1);
	assert_int_equal(look.counts[0].id, UNIT_BUREAU);
	assert_int_equal(look.counts[0].red, 1);
	assert_int_equal(look.counts[0].yellow, 2);
	assert_int_equal(look.counts[0].green, 0);
	ask((struct look){.kind = LOOK_OVERDUE_COUNTS, .area = 99, .area_tier = 2, .by = LOOK_BY_TOWN}, KEY_ACCEPTOR);
	assert_int_equal(look.counts_count, 0);
}

static void
overdue_list_is_oldest_first(void **state)
{
	(void)state;
	four_colours();
	ask((struct look){.kind = LOOK_OVERDUE_LIST, .area = 2, .area_tier = 2}, KEY_ACCEPTOR);
	assert_int_equal(look.issues_count, 1);
	ask((struct look){.kind = LOOK_OVERDUE_LIST, .area = 4, .area_tier = 4, .soon = {6 * US_PER_HOUR}, .limit = 2},
		KEY_ACCEPTOR);
	assert_int_equal(look.issues_count, 2);
	assert_true(look.issues[0].issue.due_at.us < look.issues[1].issue.due_at.us);
	ask((struct look){.kind = LOOK_OVERDUE_LIST, .area = 4, .area_tier = 4, .soon = {6 * US_PER_HOUR}, .limit = 2,
		.after = look.next_cursor}, KEY_ACCEPTOR);
	assert_int_equal(look.issues_count, 1);
}

static void
look_at_contact_is_recorded(void **state)
{
	struct work *work = work_report(batch, KEY_REPORTER, "one");
	int64_t id;

	(void)state;
	work->event.report.has_contact = true;
	work->event.report.contact = (struct contact){TEXT("陈小姐"), TEXT("13900001111"), TEXT("7")};
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	id = work->dossier->issue.id;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	ask((struct look){.kind = LOOK_CONTACT, .issue = id, .actor = 2, .device = 12, .reason = TEXT("call back")},
		KEY_HANDLER);
	assert_true(text_is(look.contact.telephone, "13900001111"));
	assert_true(text_is(look.contact.name, "陈小姐"));
	assert_int_equal(look.issues_count, 1);
	assert_string_equal(sql_value("SELECT concat_ws(' ', issue_id = %lld, actor, device, reason) FROM contact_look",
		(long long)id), "t 2 12 call back");
}

static void
looks_fail_while_the_database_is_away(void **state)
{
	PGconn *session = sql_session();
	struct look *done;

	(void)state;
	session_do(session, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huying_daemon'");
	PQfinish(session);
	look = (struct look){.kind = LOOK_MINE, .arena = batch->arena, .key = key_of(KEY_REPORTER), .limit = 5};
	assert_true(store_look(store, &look));
	assert_true(store_until(store, look_is_done, &done));
	assert_true(look.failed);
	store_wait_up(store);
	for (bool failed = true; failed;) { /* the connection of looks comes back by itself */
		assert_true(store_look(store, &look));
		assert_true(store_until(store, look_is_done, &done));
		failed = look.failed;
	}
}

/* ---- rules ---- */

static void
rules_are_loaded(void **state)
{
	const struct rulebook *book = fixture_rules().book;
	const struct release *release = rulebook_in_force(book, store_now(store));
	const struct standard *standard;

	(void)state;
	assert_non_null(release);
	assert_int_equal(book->district, 7);
	assert_true(text_is(book->name, "增城区"));
	assert_true(text_is(book->zone->name, "Asia/Shanghai"));
	assert_int_equal(book->zone->transitions[0].offset_seconds, 28800);
	assert_int_equal(places_find(release->places, TEXT("G"))->area[TIER_TOWN], 2);
	assert_true(places_cover(release->places, 2, 4));
	assert_int_equal(units_of_place(release->units, 3, store_now(store))->id, 3);
	assert_int_equal(release->units->competences_count, 1);
	standard = standards_get(release->standards, 1);
	assert_int_equal(standard->candidates_count, 1);
	assert_int_equal(standard->candidates[0], UNIT_BUREAU);
	assert_int_equal(standard->limit.amount, US_PER_HOUR);
	assert_non_null(release_calendar(release, standards_get(release->standards, 2)->limit));
	assert_int_equal(release->routes->count, 1);
	assert_int_equal(release->routes->rows[0].place, 3);
	assert_int_equal(release->routes->rows[0].lead, UNIT_BUREAU);
	assert_int_equal(release->routes->rows[0].assist_count, 2);
	assert_int_equal(release->routes->rows[0].assist[1], 3);
	assert_int_equal(release->ladders->count, 1);
	assert_int_equal(release->ladders->rows[0].steps_count, 2);
	assert_int_equal(release->ladders->rows[0].steps[0].percent, 80);
	assert_int_equal(release->policies->limits[CLOCK_SIGN][0].amount, 15 * US_PER_MINUTE);
	assert_int_equal(release->policies->desk_tier, TIER_TOWN);
	assert_int_equal(release->policies->observed_age_max.us, 2 * US_PER_DAY);
	assert_int_equal(release->policies->lease_extensions_max, 3);
	assert_int_equal(fixture_rules().shapes_count, 1);
	assert_int_equal(fixture_rules().shapes[0].place, 4);
	assert_int_equal(fixture_rules().shapes_release, 1);
}

static bool
rules_came(void *argument)
{
	return store_take_rules(store, argument);
}

static void
d30_new_release_is_loaded_beside_the_old(void **state)
{
	struct loaded_rules fresh = {0};

	(void)state;
	sql("INSERT INTO policy SELECT 7, 2, name, tier, value, limit_kind, limit_amount * 2, calendar FROM policy");
	sql("INSERT INTO release SELECT 7, 2, now() + interval '1 hour', 'test', 'policies', 1, 1, 1, 1, 1, 2, 1, now()");
	sql("UPDATE district SET release = 2");
	assert_true(store_until(store, rules_came, &fresh));
	assert_int_equal(fresh.book->releases_count, 2);
	assert_int_equal(rulebook_in_force(fresh.book, store_now(store))->number, 1);
	assert_ptr_equal(fresh.book->releases[0].places, fresh.book->releases[1].places);
	assert_int_equal(fresh.book->releases[1].policies->limits[CLOCK_SIGN][0].amount, 30 * US_PER_MINUTE);
	arena_free(fresh.arena);
}

static void
h01_pinned_release_is_loaded_when_needed(void **state)
{
	struct loaded_rules fresh = {0};

	(void)state;
	sql("INSERT INTO release SELECT 7, 2, now() - interval '1 hour', 'test', 'again', 1, 1, 1, 1, 1, 1, 1, now()");
	sql("UPDATE district SET release = 2");
	assert_true(store_until(store, rules_came, &fresh));
	assert_null(rulebook_release(fresh.book, 1));
	assert_non_null(rulebook_release(fresh.book, 2));
	arena_free(fresh.arena);
	store_need_release(store, 1);
	assert_true(store_until(store, rules_came, &fresh));
	assert_non_null(rulebook_release(fresh.book, 1));
	arena_free(fresh.arena);
}

static bool
rules_are_refused(void *argument)
{
	(void)argument;
	return store_rules_refused(store).len > 0;
}

static const struct broken {
	const char *name, *change, *words;
} broken[] = {
	{"unknown candidate", "UPDATE standard SET candidates = '{XX}' WHERE id = 1",
		"standards, edition 1, class env/litter: no unit has the code XX"},
	{"unknown calendar", "UPDATE standard SET calendar = 'nine' WHERE id = 2",
		"standards, edition 1, class env/water: the limit needs a calendar, and the one named does not exist"},
	{"no calendar", "UPDATE standard SET calendar = '' WHERE id = 2",
		"standards, edition 1, class env/water: the limit needs a calendar, and none is named"},
	{"t09 limit of nothing", "UPDATE standard SET limit_amount = 0 WHERE id = 1",
		"standards, edition 1, class env/litter: a limit must be longer than nothing"},
	{"limit kind", "UPDATE standard SET limit_kind = 77 WHERE id = 1",
		"standards, edition 1, class env/litter: limit kind 77 is none"},
	{"t12 unknown place in a route", "UPDATE route SET place = 'areas'",
		"routes, edition 1, rule 1: nothing has the code areas"},
	{"d11 unknown policy", "UPDATE policy SET name = 'desk_teir' WHERE name = 'desk_tier'",
		"policies, edition 1, desk_teir: unknown, or town is no value for it"},
	{"d09 policy of the wrong type", "UPDATE policy SET value = '2' WHERE name = 'observed_age_max'",
		"policies, edition 1, observed_age_max: unknown, or 2 is no value for it"},
	{"unknown clock in a ladder", "UPDATE ladder_step SET clock = 99",
		"ladders, edition 1, ladder handle, step 1: an unknown calendar, clock, anchor, action or audience"},
	{"no transitions", "DELETE FROM zone_transition",
		"calendars, edition 1: no transitions of zone Asia/Shanghai"},
	{"place without parent", "UPDATE place SET parent = 77 WHERE id = 4", NULL},
	{"h04 calendar that never opens", "DELETE FROM calendar_window", NULL},
	{"calendar not in the release", "UPDATE release SET calendars = 2", NULL},
};

static void
broken_rules_are_refused_whole(void **state)
{
	const struct broken *row = *state;
	struct loaded_rules fresh;

	sql("%s", row->change);
	store_reload(store);
	assert_true(store_until(store, rules_are_refused, NULL));
	if (row->words != NULL)
		assert_string_equal(arena_text(batch->arena, store_rules_refused(store)).data, row->words);
	assert_false(store_take_rules(store, &fresh)); /* the old ones stay */
	assert_true(store_is_up(store));
}

static int
open_row(void **state)
{
	void *row = *state;
	int failed = open_fresh(state);

	*state = row;
	return failed;
}

static void
rules_are_loaded_without_a_daemon(void **state)
{
	struct loaded_rules fresh;
	struct text why = TEXT_NONE;

	(void)state;
	assert_true(store_load_rules_now(fixture_database(), "ZC", &fresh, &why));
	assert_int_equal(fresh.book->releases_count, 1);
	arena_free(fresh.arena);
	assert_false(store_load_rules_now(fixture_database(), "YY", &fresh, &why));
	assert_true(text_is(why, "the database has no district YY; load it with `huying-admin load district FILE`"));
	assert_false(store_load_rules_now("host=/nowhere", "ZC", &fresh, &why));
	assert_true(why.len > 0);
	sql("UPDATE route SET lead = 'XX'");
	assert_false(store_load_rules_now(fixture_database(), "ZC", &fresh, &why));
	assert_true(text_is(why, "routes, edition 1, rule 1: nothing has the code XX"));
}

/* ---- keys ---- */

static const struct keys *keys;

static bool
keys_came(void *argument)
{
	const struct keys *fresh = store_take_keys(store);

	(void)argument;
	if (fresh != NULL)
		keys = fresh;
	return fresh != NULL;
}

static bool
knows(int key, bool by_code)
{
	struct key wanted = key_of(key);

	for (size_t i = 0; i < keys->count; i++)
		if (memcmp(&keys->rows[i].key, &wanted, sizeof(wanted)) == 0)
			return keys->rows[i].actor.by_code == by_code;
	return false;
}

static void
keys_follow_a_revocation(void **state)
{
	(void)state;
	store_reload(store);
	assert_true(store_until(store, keys_came, NULL));
	assert_int_equal(keys->count, 5);
	assert_true(knows(KEY_REPORTER, false) && knows(KEY_CODE, true));
	assert_false(knows(KEY_REVOKED, false));
	sql("UPDATE device SET state = 3 WHERE number = 11");
	assert_true(store_until(store, keys_came, NULL));
	assert_false(knows(KEY_REPORTER, false));
	assert_int_equal(keys->version, sql_number("SELECT keys_version FROM district"));
}

static void
keys_follow_an_enrolment(void **state)
{
	struct work *work = work_add(batch, KEY_CODE);

	(void)state;
	work->kind = WORK_ENROL;
	work->new_key = key_of(77);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	work->verdict = VERDICT_DONE;
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	assert_true(store_until(store, keys_came, NULL));
	assert_true(knows(77, false));
	assert_true(knows(KEY_CODE, true)); /* spent, but refused by name */
}

int
main(int argc, char **argv)
{
#define FRESH(test) cmocka_unit_test_setup_teardown(test, open_fresh, close_all)
	const struct CMUnitTest tests[] = {
		FRESH(show_tells_issue_and_history),
		FRESH(show_pages_its_history),
		FRESH(show_of_nothing_is_empty),
		FRESH(caller_is_read_in_the_same_snapshot),
		FRESH(looks_have_the_districts_time),
		FRESH(queue_is_in_order_and_pages),
		FRESH(tasks_begin_with_his_own),
		FRESH(mine_is_newest_first),
		FRESH(beginning_ends_on_a_letters_edge),
		FRESH(counts_by_grid),
		FRESH(overdue_list_is_oldest_first),
		FRESH(look_at_contact_is_recorded),
		FRESH(looks_fail_while_the_database_is_away),
		FRESH(rules_are_loaded),
		FRESH(d30_new_release_is_loaded_beside_the_old),
		FRESH(h01_pinned_release_is_loaded_when_needed),
		FRESH(rules_are_loaded_without_a_daemon),
		FRESH(keys_follow_a_revocation),
		FRESH(keys_follow_an_enrolment),
	};
	struct CMUnitTest all[COUNT_OF(tests) + COUNT_OF(broken)];

	memcpy(all, tests, sizeof(tests));
	for (size_t i = 0; i < COUNT_OF(broken); i++)
		all[COUNT_OF(tests) + i] = (struct CMUnitTest){broken[i].name, broken_rules_are_refused_whole,
			open_row, close_all, (void *)(uintptr_t)&broken[i]};
	fixture_start(argc, argv);
	if (argc > 2)
		cmocka_set_test_filter(argv[2]); /* names may have * and ? */
	return cmocka_run_group_tests(all, NULL, NULL);
}
