/* test_vocab.c SQL-FILE — each list is whole and unambiguous, and the database's copy is the same rows. */
#include "core/vocab/vocab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static const char *sql_path;

static const struct list_row {
	const char *name; /* as in the database */
	int max;          /* the …_MAX of its enum */
} list_rows[] = {
	{"tier", TIER_MAX}, {"state", ISSUE_STATE_MAX}, {"event", EVENT_KIND_MAX}, {"clock", CLOCK_KIND_MAX},
	{"desk", DESK_MAX}, {"role", ROLE_MAX}, {"ledger_op", LEDGER_OP_MAX}, {"limit_kind", LIMIT_KIND_MAX},
	{"runs_from", RUNS_FROM_MAX}, {"cause", CAUSE_MAX}, {"reason", REASON_MAX}, {"anchor", ANCHOR_MAX},
	{"action", ACTION_MAX}, {"refusal", REFUSAL_MAX}, {"duty", DUTY_MAX}, {"channel", CHANNEL_MAX},
	{"notice", NOTICE_KIND_MAX},
};

static const struct vocab *
list_of(const char *kind)
{
	for (size_t i = 0; i < VOCABS_COUNT; i++)
		if (strcmp(VOCABS[i].kind, kind) == 0)
			return &VOCABS[i];
	fail_msg("there is no list '%s'", kind);
	return VOCABS;
}

static void
check_list(void **state)
{
	const struct list_row *row = *state;
	const struct vocab *list = list_of(row->name);

	for (size_t i = 0; i < list->count; i++) {
		const struct word *word = &list->words[i];

		assert_true(word->number > 0 && word->number <= row->max);
		assert_true(i == 0 || word[-1].number < word->number);
		assert_true(strlen(word->word) > 0 && strlen(word->zh) > 0 && strlen(word->en) > 0);
		assert_ptr_equal(vocab_by_number(row->name, word->number), word);
		assert_ptr_equal(vocab_by_word(row->name, word->word, strlen(word->word)), word);
	}
	assert_int_equal(list->words[list->count - 1].number, row->max);
	assert_null(vocab_by_number(row->name, 0));
	assert_null(vocab_by_number(row->name, row->max + 1));
	assert_null(vocab_by_word(row->name, "", 0));
}

/* 'it''s' → its letters; returns behind the closing quote, or NULL. */
static const char *
read_quoted(const char *at, char *ret_word, size_t size)
{
	size_t len = 0;

	at += strspn(at, " ,(");
	if (*at++ != '\'')
		return NULL;
	for (; *at != '\0'; at++) {
		if (*at == '\'' && *++at != '\'')
			break;
		if (len + 1 < size)
			ret_word[len++] = *at;
	}
	ret_word[len] = '\0';
	return at;
}

static void
the_database_has_the_same_rows(void **state)
{
	FILE *file = fopen(sql_path, "r");
	char line[512], kind[32], word[64], zh[160], en[160];
	size_t list = 0, row = 0;

	(void)state;
	if (file == NULL)
		fail_msg("cannot read %s", sql_path);
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *at = read_quoted(line, kind, sizeof(kind));
		char *end;
		long number;

		if (at == NULL)
			continue;
		if (row == VOCABS[list].count) {
			list++;
			row = 0;
		}
		if (list == VOCABS_COUNT)
			fail_msg("a row more: %s", line);
		number = strtol(at + strspn(at, " ,"), &end, 10);
		at = read_quoted(end, word, sizeof(word));
		at = at == NULL ? NULL : read_quoted(at, zh, sizeof(zh));
		at = at == NULL ? NULL : read_quoted(at, en, sizeof(en));
		if (at == NULL)
			fail_msg("cannot read %s", line);
		assert_string_equal(kind, VOCABS[list].kind);
		assert_int_equal(number, VOCABS[list].words[row].number);
		assert_string_equal(word, VOCABS[list].words[row].word);
		assert_string_equal(zh, VOCABS[list].words[row].zh);
		assert_string_equal(en, VOCABS[list].words[row].en);
		row++;
	}
	fclose(file);
	assert_int_equal(list, VOCABS_COUNT - 1);
	assert_int_equal(row, VOCABS[list].count);
}

static void
words_by_number(void **state)
{
	(void)state;
	assert_string_equal(tier_word(TIER_COMMUNITY), "community");
	assert_string_equal(state_word(ISSUE_FEEDBACK), "feedback");
	assert_string_equal(event_word(EVENT_DUE), "due");
	assert_string_equal(clock_word(CLOCK_BUNDLE), "BUNDLE");
	assert_string_equal(desk_word(DESK_CALLBACK), "callback");
	assert_string_equal(role_word(ROLE_DUTY_OFFICER), "duty_officer");
	assert_string_equal(cause_word(CAUSE_NO_PLACE), "no_place");
	assert_string_equal(refusal_word(REFUSAL_TOP_TIER), "TOP_TIER");
}

static void
no_word_is_a_question_mark(void **state)
{
	(void)state;
	assert_string_equal(tier_word((enum tier)0), "?");
	assert_string_equal(state_word((enum issue_state)99), "?");
	assert_string_equal(event_word((enum event_kind)10), "?");
	assert_string_equal(refusal_word(REFUSAL_NONE), "?");
	assert_string_equal(refusal_word((enum refusal)13), "?");
}

static void
no_list_no_word(void **state)
{
	(void)state;
	assert_null(vocab_by_number("colour", 1));
	assert_null(vocab_by_word("colour", "red", 3));
	assert_null(vocab_by_word("tier", "towns", 5));
	assert_null(vocab_by_word("tier", "tow", 3));
	assert_int_equal(vocab_by_word("tier", "townsfolk", 4)->number, TIER_TOWN);
}

static void
states_are_open_or_over(void **state)
{
	(void)state;
	for (int i = ISSUE_REPORTED; i <= ISSUE_FEEDBACK; i++)
		assert_true(state_is_open((enum issue_state)i));
	for (int i = ISSUE_CLOSED; i <= ISSUE_MERGED; i++)
		assert_false(state_is_open((enum issue_state)i));
	assert_false(state_is_open((enum issue_state)0));
	assert_false(state_is_open((enum issue_state)16));
	assert_false(state_is_open((enum issue_state)-1));
}

static void
each_desk_has_its_role(void **state)
{
	(void)state;
	assert_int_equal(desk_role(DESK_INTAKE), ROLE_ACCEPTOR);
	assert_int_equal(desk_role(DESK_DISPATCH), ROLE_DISPATCHER);
	assert_int_equal(desk_role(DESK_HANDLE), ROLE_HANDLER);
	assert_int_equal(desk_role(DESK_CHECK), ROLE_COLLECTOR);
	assert_int_equal(desk_role(DESK_CALLBACK), ROLE_CALLBACK);
	assert_int_equal(desk_role(DESK_BACKSTOP), ROLE_DUTY_OFFICER);
	assert_int_equal(desk_role((enum desk)0), 0);
	assert_int_equal(desk_role((enum desk)7), 0);
}

static void
h06_kinds_in_days_and_kinds_in_time_are_two(void **state)
{
	(void)state;
	assert_true(limit_on_calendar(LIMIT_WORKING_TIME) && !limit_in_days(LIMIT_WORKING_TIME));
	assert_true(limit_on_calendar(LIMIT_WORKING_DAYS) && limit_in_days(LIMIT_WORKING_DAYS));
	assert_true(limit_on_calendar(LIMIT_END_OF_WORKING_DAY) && limit_in_days(LIMIT_END_OF_WORKING_DAY));
	assert_true(!limit_on_calendar(LIMIT_CONTINUOUS) && !limit_in_days(LIMIT_CONTINUOUS));
	assert_true(!limit_on_calendar(LIMIT_CALENDAR_DAYS) && limit_in_days(LIMIT_CALENDAR_DAYS));
	assert_true(!limit_on_calendar(LIMIT_NONE) && !limit_in_days(LIMIT_NONE));
	assert_true(!limit_on_calendar((enum limit_kind)0) && !limit_in_days((enum limit_kind)7));
}

int
main(int argc, char **argv)
{
	static struct check_group group;

	if (argc != 2)
		return 2;
	sql_path = argv[1];
	CHECK_ROWS(&group, list_rows, check_list);
	CHECK_ONE(&group, the_database_has_the_same_rows);
	CHECK_ONE(&group, words_by_number);
	CHECK_ONE(&group, no_word_is_a_question_mark);
	CHECK_ONE(&group, no_list_no_word);
	CHECK_ONE(&group, states_are_open_or_over);
	CHECK_ONE(&group, each_desk_has_its_role);
	CHECK_ONE(&group, h06_kinds_in_days_and_kinds_in_time_are_two);
	return check_run("vocab", &group);
}
