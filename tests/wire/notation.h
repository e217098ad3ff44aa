/* notation.h — messages as one reads them, so that a case is one line of a table:
 *
 *	protocol_version:1 command{request_id:@7 text:'a'*30001 report{severity:7 point{latitude:1.5}}}
 *
 * Names are those of huying.proto. `'…'` holds bytes (\xNN for any), `*n` repeats them; `@7` is a
 * good request id of version 7; `#99:5` is a field by its bare number, with a number as its value.
 * Nothing is checked and nothing is left out: zeros are written, fields may come twice. */
#ifndef HUYING_TESTS_WIRE_NOTATION_H
#define HUYING_TESTS_WIRE_NOTATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define NOTATION_BYTES_MAX (128 * 1024)

/* A huying.ToServer in a buffer that the next call overwrites. Stops the test at a bad notation. */
struct text notation(const char *message);

/* What @7 stands for. */
extern const uint8_t NOTATION_REQUEST[16];

#endif
