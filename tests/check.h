/* check.h — tests as tables on cmocka: one row, one test with a name of its own.
 *
 *	static const struct row { const char *name; …; } rows[] = {…};
 *	static void check_row(void **state) { const struct row *row = *state; … }
 *	int main(void) { CHECK_TABLE(tests, rows, check_row); return cmocka_run_group_tests(tests, NULL, NULL); }
 *
 * With CMOCKA_MESSAGE_OUTPUT=TAP each row prints one `ok` or `not ok` line, which tests/run counts. */
#ifndef HUYING_TESTS_CHECK_H
#define HUYING_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Makes `tests`, one for each row; rows[i].name is its name. */
#define CHECK_TABLE(tests, rows, function)                                                         \
	struct CMUnitTest tests[COUNT_OF(rows)];                                                   \
	for (size_t check_i = 0; check_i < COUNT_OF(rows); check_i++)                              \
	tests[check_i] = (struct CMUnitTest){(rows)[check_i].name, function, NULL, NULL,           \
		(void *)(uintptr_t)&(rows)[check_i]}

/* Several tables as one group, so that a program prints one plan:
 *
 *	static struct check_group group;
 *	CHECK_ROWS(&group, rows, check_row);
 *	CHECK_ONE(&group, h05_a_case_with_a_function_of_its_own);
 *	return check_run("clock", &group);
 */
#define CHECK_TESTS_MAX 512

struct check_group {
	struct CMUnitTest tests[CHECK_TESTS_MAX];
	size_t count;
};

#define CHECK_ROWS(group, rows, function)                                                          \
	for (size_t check_i = 0; check_i < COUNT_OF(rows); check_i++)                              \
	check_add(group, (rows)[check_i].name, function, &(rows)[check_i])
#define CHECK_ONE(group, function) check_add(group, #function, function, NULL)

static inline void
check_add(struct check_group *group, const char *name, CMUnitTestFunction function, const void *row)
{
	assert_true(group->count < CHECK_TESTS_MAX);
	group->tests[group->count++] = (struct CMUnitTest){name, function, NULL, NULL, (void *)(uintptr_t)row};
}

static inline int
check_run(const char *name, const struct check_group *group)
{
	return _cmocka_run_group_tests(name, group->tests, group->count, NULL, NULL);
}

#endif
