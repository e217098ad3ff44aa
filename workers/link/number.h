/* number.h — the number people see, made on the phone from its reserve: ZC-1203207-5. */
#ifndef HUYING_LINK_NUMBER_H
#define HUYING_LINK_NUMBER_H

#include <stdint.h>

#define NUMBER_BYTES 48

/* District code, id, one check digit by ISO/IEC 7064 MOD 11,10 over the id. */
void number_of(const char *district, uint64_t id, char ret_number[NUMBER_BYTES]);

#endif
