/* issue.h — how an issue, and an answer about one, is shown to people and to programs. */
#ifndef HUYING_ISSUE_H
#define HUYING_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "print.h"

struct Huying__Holder;
struct Huying__Instant;
struct Huying__Issue;
struct Huying__Page;
struct Huying__Reply;

/* "STATE", "ROLE", …, and the exit status that goes with it. */
const char *issue_refusal_name(int refusal);
enum exit_status issue_refusal_status(int refusal);

/* The object of every list and answer; `as_of_us` decides what is overdue. */
json_t *issue_json(const struct Huying__Issue *issue, int64_t as_of_us);
json_t *issue_holder_json(const struct Huying__Holder *holder);
json_t *issue_instant_json(const struct Huying__Instant *instant);

/* Red when overdue, yellow when warned of, green otherwise; none without a due. */
enum paint issue_paint(const struct Huying__Issue *issue, int64_t as_of_us);
/* "11-27 17:00, in 2 d 3 h" or "3 h late"; malloc'd. */
char *issue_due_text(const struct Huying__Issue *issue, int64_t as_of_us);
char *issue_holder_text(const struct Huying__Holder *holder);

/* A list, all of whose issues are in `issues`, in the face's way. */
void issue_list(struct Huying__Issue *const *issues, size_t count, int64_t as_of_us,
	const char *when_empty);
/* One issue as it stands now, in one or two lines, one object or one line of fields. `outcome` is
 * "done" and so on. */
void issue_tell(const struct Huying__Issue *issue, int64_t as_of_us, const char *outcome,
	bool known_already);
/* The first line of --plain: number, version, state, tier, unit, desk, handler, due, class, place, text. */
void issue_plain_line(const struct Huying__Issue *issue);
/* "huying claim, return, escalate": what its state leads to; empty when nothing does. */
const char *issue_next_commands(const struct Huying__Issue *issue);
/* A reply that did not do it: the failure is told, with the state and what can be done now. */
int issue_reply_failed(const struct Huying__Reply *reply, const char *number);

#endif
