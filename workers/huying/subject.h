/* subject.h — which issue is meant: a number as people write it, or a bare id. */
#ifndef HUYING_SUBJECT_H
#define HUYING_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "huying.pb-c.h"

bool subject_is_id(const char *number, uint64_t *ret_id);
/* Makes `query` a question for this issue; the timeline is asked for from the start. */
void subject_show(Huying__Query *query, Huying__ShowQuery *show, const char *number);
void subject_contact(Huying__Query *query, Huying__ContactQuery *contact, const char *number);

#endif
