/* number.c — the number people see, made on the phone from its reserve. The server makes the same
 * one; this is the only rule of the district that a phone without signal must know by heart. */
#include "link/number.h"

#include <inttypes.h>
#include <stdio.h>

void
number_of(const char *district, uint64_t id, char ret_number[NUMBER_BYTES])
{
	char digits[24];
	int check = 10;

	snprintf(digits, sizeof(digits), "%" PRIu64, id);
	for (const char *digit = digits; *digit; digit++) {
		check = (check + (*digit - '0')) % 10;
		check = (check == 0 ? 10 : check) * 2 % 11;
	}
	snprintf(ret_number, NUMBER_BYTES, "%.12s-%s-%d", district, digits, (11 - check) % 10);
}
