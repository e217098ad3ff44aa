/* decide.h — the parent of the core: (rulebook, event, now, dossier) → (dossier', effects).
 *
 * Rewrites the dossier in place and fills the effects; nothing else in the core changes anything.
 * Same inputs, same outputs, byte for byte. */
#ifndef HUYING_CORE_DECIDE_H
#define HUYING_CORE_DECIDE_H

#include "core/effects.h"
#include "core/event.h"
#include "core/issue.h"
#include "core/rulebook.h"

#define CORE_VERSION 1

/* Everything of one issue a decision may look at. */
struct dossier {
	bool exists;
	struct issue issue;         /* all zero when it does not exist */
	struct text handler_code, handler_name; /* of issue.handler, for the loser of a race */
	int64_t fresh_id;           /* REPORT: the number to use when the device brought none */
	bool reserve_holds;         /* REPORT with an id: it is of this device's reserve */
	int64_t external_issue;     /* REPORT with a reference: the issue it made before; 0 = none */
};

/* `now` is the database's; the core takes max(now, issue.last_at). When the verdict is not DONE the
 * dossier is unchanged, but for NOTHING, which may set next_due_at, due_at and warn_at right.
 * The pinned release of an existing issue must be in the rulebook (rulebook_release). */
enum verdict decide(const struct rulebook *book, const struct event *event, struct instant now,
	struct dossier *dossier, struct effects *effects);

/* What the present clocks say must happen next; what the audits compare next_due_at with. */
struct instant decide_next_due(const struct rulebook *book, const struct issue *issue,
	struct instant now);

#endif
