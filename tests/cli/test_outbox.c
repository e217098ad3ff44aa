/* test_outbox.c — reports kept without signal: numbers, bytes that never change, answers, two processes.
 *
 * Each test has a real file. The link is opened but never connected: it only gives request ids. */
#include "link/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "huying.pb-c.h"
#include "link/key.h"

#include "check.h"

#define NOW 1795598710000000LL

struct place {
	char folder[64], path[96];
	struct link *link;
};

static struct outbox *
open_outbox(const struct place *place)
{
	const char *why = NULL;
	struct outbox *outbox = outbox_open(place->path, &why);

	if (!outbox)
		fail_msg("%s: %s", place->path, why);
	return outbox;
}

static struct outbox_row
keep(struct outbox *outbox, const char *words)
{
	Huying__Report report = HUYING__REPORT__INIT;
	Huying__Command command = HUYING__COMMAND__INIT;
	struct outbox_row row = {0};

	command.verb_case = HUYING__COMMAND__VERB_REPORT;
	command.report = &report;
	command.text = (ProtobufCBinaryData){strlen(words), (uint8_t *)(uintptr_t)words};
	assert_true(outbox_keep(outbox, &command, words, NOW, &row));
	return row;
}

static void
answer(struct outbox *outbox, int64_t key, Huying__Outcome outcome, Huying__Refusal refusal, char *number)
{
	Huying__Reply reply = HUYING__REPLY__INIT;
	Huying__Issue issue = HUYING__ISSUE__INIT;

	reply.outcome = outcome;
	reply.refusal = refusal;
	issue.number = number;
	reply.issue = number ? &issue : NULL;
	assert_true(outbox_answer(outbox, key, &reply));
}

static void
check_number_at_once(void **state)
{
	const struct place *place = *state;
	struct outbox *outbox = open_outbox(place);

	assert_true(outbox_remember(outbox, "district", "ZC"));
	assert_true(outbox_numbers_add(outbox, 1203207, 2));
	struct outbox_row first = keep(outbox, "one"), second = keep(outbox, "two"), third = keep(outbox, "three");
	assert_string_equal(first.number, "ZC-1203207-5");
	assert_int_equal(second.issue_id, 1203208);
	assert_int_equal(third.issue_id, 0); /* the reserve is used up: the server gives one */
	assert_string_equal(third.number, "");
	assert_int_equal(outbox_numbers_left(outbox), 0);
	assert_int_equal(outbox_waiting(outbox), 3);
	outbox_close(&outbox);
}

static void
check_kept_over_the_end(void **state)
{
	const struct place *place = *state;

	pid_t child = fork();
	if (child == 0) { /* the battery goes flat right after the number was given */
		struct outbox *outbox = open_outbox(place);
		keep(outbox, "in the cellar");
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	struct outbox *outbox = open_outbox(place);
	assert_int_equal(outbox_waiting(outbox), 1);
	outbox_close(&outbox);
}

static void
check_bytes_never_change(void **state)
{
	const struct place *place = *state;
	struct outbox *outbox = open_outbox(place);
	struct outbox_row first, again;

	keep(outbox, "one");
	assert_true(outbox_first(outbox, place->link, 0, &first));
	outbox_close(&outbox);
	outbox = open_outbox(place);
	assert_true(outbox_first(outbox, place->link, 0, &again));
	assert_int_equal(first.frame_len, again.frame_len);
	assert_memory_equal(first.frame, again.frame, first.frame_len);
	assert_memory_equal(first.request, again.request, LINK_REQUEST_BYTES);
	assert_int_equal(first.request[6] >> 4, 7); /* UUIDv7 */
	outbox_row_free(&first);
	outbox_row_free(&again);
	outbox_close(&outbox);
}

static void
check_answer_is_final(void **state)
{
	const struct place *place = *state;
	struct outbox *outbox = open_outbox(place);
	struct outbox_row row;
	char number[] = "ZC-794-5";
	int64_t cursor = 0;

	keep(outbox, "one");
	assert_true(outbox_first(outbox, place->link, 0, &row));
	outbox_row_free(&row);
	answer(outbox, row.key, HUYING__OUTCOME__OUTCOME_DONE, HUYING__REFUSAL__REFUSAL_UNSPECIFIED, number);
	assert_false(outbox_first(outbox, place->link, 0, &row));
	assert_true(outbox_next(outbox, &cursor, &row));
	assert_int_equal(row.state, OUTBOX_DONE);
	assert_string_equal(row.number, number);
	assert_null(row.frame); /* it may have named a resident */
	assert_non_null(row.reply);
	outbox_row_free(&row);
	assert_true(outbox_seen(outbox, row.key, NOW));
	assert_true(outbox_seen(outbox, row.key, NOW + 8LL * 86400 * 1000000));
	cursor = 0;
	assert_false(outbox_next(outbox, &cursor, &row)); /* looked at, and a week later gone */
	outbox_close(&outbox);
}

static void
check_refused_stays(void **state)
{
	const struct place *place = *state;
	struct outbox *outbox = open_outbox(place);
	struct outbox_row row;
	int64_t cursor = 0;

	keep(outbox, "nowhere");
	assert_true(outbox_first(outbox, place->link, 0, &row));
	outbox_row_free(&row);
	answer(outbox, row.key, HUYING__OUTCOME__OUTCOME_REFUSED, HUYING__REFUSAL__REFUSAL_UNKNOWN_PLACE, NULL);
	assert_int_equal(outbox_waiting(outbox), 0);
	assert_true(outbox_next(outbox, &cursor, &row));
	assert_int_equal(row.state, OUTBOX_REFUSED);
	outbox_row_free(&row);
	assert_true(outbox_drop(outbox, row.key));
	assert_false(outbox_drop(outbox, row.key));
	outbox_close(&outbox);
}

static void
check_refused_number_is_given_up(void **state)
{
	const struct place *place = *state;
	struct outbox *outbox = open_outbox(place);
	struct outbox_row first, again;

	outbox_remember(outbox, "district", "ZC");
	outbox_numbers_add(outbox, 100, 5);
	keep(outbox, "one");
	assert_true(outbox_first(outbox, place->link, 0, &first));
	answer(outbox, first.key, HUYING__OUTCOME__OUTCOME_REFUSED, HUYING__REFUSAL__REFUSAL_NUMBER_TAKEN, NULL);
	assert_true(outbox_first(outbox, place->link, 0, &again));
	assert_int_equal(again.key, first.key);
	assert_int_equal(again.issue_id, 0);
	assert_memory_not_equal(first.request, again.request, LINK_REQUEST_BYTES);
	assert_int_equal(outbox_numbers_left(outbox), 0);
	outbox_row_free(&first);
	outbox_row_free(&again);
	outbox_close(&outbox);
}

/* Four processes keep reports and give them request ids at the same time: no number twice, and each
 * report one id, whoever sends it. */
static void
check_processes_at_once(void **state)
{
	const struct place *place = *state;
	enum { PROCESSES = 4, EACH = 25 };
	struct outbox *outbox = open_outbox(place);
	uint64_t seen_ids = 0;
	int64_t cursor = 0;
	struct outbox_row row;
	int rows = 0;

	outbox_remember(outbox, "district", "ZC");
	outbox_numbers_add(outbox, 1, 50);
	outbox_close(&outbox);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			outbox = open_outbox(place);
			for (int j = 0; j < EACH; j++) {
				keep(outbox, "one of many");
				struct outbox_row sealed;
				if (!outbox_first(outbox, place->link, j, &sealed))
					_exit(1);
				outbox_row_free(&sealed);
			}
			outbox_close(&outbox);
			_exit(0);
		}
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	outbox = open_outbox(place);
	assert_int_equal(outbox_waiting(outbox), PROCESSES * EACH);
	assert_int_equal(outbox_numbers_left(outbox), 0);
	while (outbox_next(outbox, &cursor, &row)) {
		assert_true(row.issue_id <= 50);
		if (row.issue_id) {
			assert_false(seen_ids >> row.issue_id & 1);
			seen_ids |= 1ULL << row.issue_id;
		}
		outbox_row_free(&row);
		rows++;
	}
	assert_int_equal(rows, PROCESSES * EACH);
	outbox_close(&outbox);
}

static void
check_one_sends(void **state)
{
	const struct place *place = *state;
	struct outbox *ours = open_outbox(place);
	int told[2], status;
	char byte;

	assert_int_equal(pipe(told), 0);
	pid_t child = fork();
	if (child == 0) {
		struct outbox *theirs = open_outbox(place);
		if (!outbox_lock(theirs))
			_exit(1);
		byte = 'l';
		if (write(told[1], &byte, 1) != 1)
			_exit(1);
		pause();
	}
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_false(outbox_lock(ours));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(outbox_lock(ours)); /* the right to send ends with the process */
	close(told[0]);
	close(told[1]);
	outbox_close(&ours);
}

static void
check_not_an_outbox(void **state)
{
	const struct place *place = *state;
	const char *why = NULL;
	FILE *file = fopen(place->path, "w");

	fputs("this is no database, and was one never; it has enough words to be sure of that, though\n", file);
	fclose(file);
	assert_null(outbox_open(place->path, &why));
	assert_non_null(why);
}

static void
check_nobody_else_reads_it(void **state)
{
	const struct place *place = *state;
	struct outbox *outbox = open_outbox(place);
	struct stat about;

	assert_int_equal(stat(place->path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	outbox_close(&outbox);
}

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct link_settings settings = {.endpoints = {"tcp://127.0.0.1:9"}, .endpoints_count = 1};
	const char *base = getenv("TMPDIR");

	snprintf(place->folder, sizeof(place->folder), "%s/outboxXXXXXX", base ? base : "/tmp");
	if (!mkdtemp(place->folder))
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/o.sqlite", place->folder);
	key_fresh(settings.secret_key);
	place->link = link_open(&settings);
	*state = place;
	return place->link ? 0 : -1;
}

static int
tear_down(void **state)
{
	static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s%s", place->path, endings[i]);
		unlink(path);
	}
	rmdir(place->folder);
	link_close(&place->link);
	free(place);
	return 0;
}

#define TEST(name, function) {name, function, set_up, tear_down, NULL}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a number at once, from the reserve", check_number_at_once),
		TEST("a report outlives the process that kept it", check_kept_over_the_end),
		TEST("h30 the bytes of a report never change once sent", check_bytes_never_change),
		TEST("an answer is final, stays until seen, and the bytes are gone", check_answer_is_final),
		TEST("a refused report stays until it is dropped", check_refused_stays),
		TEST("a refused number is given up, the report is not", check_refused_number_is_given_up),
		TEST("h30 processes at once: no number twice, one id each", check_processes_at_once),
		TEST("one process at a time sends, and a dead one does not", check_one_sends),
		TEST("another file is not taken for an outbox", check_not_an_outbox),
		TEST("nobody else may read it", check_nobody_else_reads_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
