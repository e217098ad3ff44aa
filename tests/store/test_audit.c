/* test_audit.c — the audits of sql/audits find nothing in what the store wrote, and find each forgery. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/store/fixture.h"

static const char *root;

static const struct forgery {
	const char *name; /* of the audit */
	const char *change;
} forgeries[] = {
	{"versions_without_gap", "DELETE FROM journal WHERE version = 1"},
	{"versions_without_gap", "UPDATE issue SET version = version + 1"},
	{"present_is_what_resulted", "UPDATE issue SET handler = 3"},
	{"present_is_what_resulted", "UPDATE issue SET last_at = last_at + interval '1 second'"},
	{"journal_has_its_issue", "UPDATE journal SET issue_id = 7"},
	{"open_has_one_holder", "UPDATE issue SET holder_desk = NULL"},
	{"open_has_one_holder", "UPDATE issue SET state = 12"},
	{"commit_order_follows_versions", "UPDATE journal SET tx = '3' WHERE version = 2"},
	{"commit_order_follows_versions", "UPDATE journal SET at = at - interval '1 hour' WHERE version = 2"},
	{"receipts_have_their_decision", "UPDATE receipt SET device = 99"},
	{"request_decides_once", "UPDATE journal j SET request = (SELECT request FROM journal WHERE version = 1), device = 11"},
	{"texts_match_their_digest", "UPDATE journal SET text_digest = NULL"},
	{"ledger_unfolds", "UPDATE journal SET ledger = '\\x01f608000001' WHERE version = 1"},
	{"step_fires_once", "UPDATE journal SET ledger = '\\x0186080200010000000000000003'"},
	{"breach_not_before_due", "UPDATE journal SET ledger = '\\x0176080100010070000000000000'"},
	{"numbers_of_reserves_are_apart", "INSERT INTO reserve VALUES (7, 1, 20, 11), (7, 20, 39, 12)"},
};

static long long
audit(const char *name)
{
	char path[512], words[4096];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/sql/audits/%s", root, name);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(words, 1, sizeof(words) - 1, file);
	fclose(file);
	while (len > 0 && (words[len - 1] == '\n' || words[len - 1] == ';'))
		len--;
	words[len] = 0;
	return sql_number("WITH found AS (\n%s\n) SELECT count(*) FROM found", words);
}

/* One issue, reported and claimed. */
static int
write_something(void **state)
{
	void *row = *state;
	struct store *store;
	struct batch *batch = batch_new(1);
	int64_t id;

	(void)fixture_fresh(NULL);
	store = fixture_store();
	id = make_issue(store, "words");
	work_command(batch, KEY_HANDLER, EVENT_CLAIM, id);
	assert_int_equal(batch_fetch(store, batch), BATCH_FETCHED);
	decide_all(store, batch);
	assert_int_equal(batch_commit(store, batch), BATCH_COMMITTED);
	batch_free(batch);
	store_close(&store);
	*state = row;
	return 0;
}

static void
what_was_written_is_sound(void **state)
{
	char path[512];
	DIR *folder;
	int count = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/sql/audits", root);
	folder = opendir(path);
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		if (strstr(entry->d_name, ".sql") == NULL)
			continue;
		count++;
		if (audit(entry->d_name) != 0)
			fail_msg("%s", entry->d_name);
	}
	closedir(folder);
	assert_true(count > 0);
}

static void
forgery_is_found(void **state)
{
	const struct forgery *row = *state;
	char name[128];

	snprintf(name, sizeof(name), "%s.sql", row->name);
	assert_int_equal(audit(name), 0);
	sql("%s", row->change);
	assert_true(audit(name) > 0);
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[COUNT_OF(forgeries) + 1] = {
		cmocka_unit_test_setup(what_was_written_is_sound, write_something)};

	for (size_t i = 0; i < COUNT_OF(forgeries); i++)
		tests[i + 1] = (struct CMUnitTest){forgeries[i].name, forgery_is_found, write_something, NULL,
			(void *)(uintptr_t)&forgeries[i]};
	fixture_start(argc, argv);
	root = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
