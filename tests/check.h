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

#endif
