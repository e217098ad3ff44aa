/* number.h — the number people see: ZC-1203207-5.
 *
 * District code, issue id, and one check digit by ISO/IEC 7064 MOD 11,10 over the id, which finds
 * every single wrong digit and nearly every exchange of neighbours. */
#ifndef HUYING_CORE_NUMBER_H
#define HUYING_CORE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define NUMBER_BYTES_MAX 40

int number_check_digit(int64_t id); /* id > 0 */
/* Returns the length; the text is NUL-terminated. District codes are 1–12 letters and digits. */
int number_format(struct text district, int64_t id, char ret_text[NUMBER_BYTES_MAX]);

enum number_error {
	NUMBER_OK = 0,
	NUMBER_MALFORMED,
	NUMBER_OTHER_DISTRICT,
	NUMBER_BAD_CHECK_DIGIT
};
/* Accepts a full number, or a bare id. Lower case and spaces around are forgiven. */
enum number_error number_parse(struct text district, struct text number, int64_t *ret_id);

#endif
