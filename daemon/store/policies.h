/* policies.h — policies by name, typed: an unknown name or a value of the wrong type does not get in. */
#ifndef HUYING_STORE_POLICIES_H
#define HUYING_STORE_POLICIES_H

#include "core/rulebook.h"

struct policies policies_by_default(void);
/* "limit.SIGN" → CLOCK_SIGN; 0 when the name is not of a limit. */
enum clock_kind policy_clock(struct text name);
bool policy_set(struct policies *policies, struct text name, struct text value);

#endif
