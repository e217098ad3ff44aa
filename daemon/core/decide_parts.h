/* decide_parts.h — what the files of `decide` share; nobody else includes it.
 *
 *	decide.c         who may, in which order it is judged, and what every decision ends with
 *	decide_report.c  report and file: place, standard row, route
 *	decide_work.c    every other verb of people
 *	decide_due.c     what clocks do by themselves
 *	decide_clock.c   clocks and their ledger, together
 *	decide_move.c    from holder to holder
 *
 * All of them work on a copy of the issue; it replaces the dossier's only when nothing was refused. */
#ifndef HUYING_CORE_DECIDE_PARTS_H
#define HUYING_CORE_DECIDE_PARTS_H

#include "core/decide.h"
#include "core/route.h"
#include "core/said.h"

struct deciding {
	const struct rulebook *book;
	const struct release *rules;    /* pinned: standards, routes, ladders, policies */
	const struct release *in_force; /* places, units, calendars */
	const struct event *event;
	const struct dossier *dossier;  /* as it was */
	struct effects *effects;
	struct instant now;
	struct issue issue;             /* as it will be */
	struct said said;
};

/* Carries out one verb on `issue`, or says why not; `detail` goes into the reply. */
typedef enum refusal verb_fn(struct deciding *deciding);

verb_fn decide_report, decide_file;
verb_fn decide_decline, decide_dispatch, decide_claim, decide_release, decide_progress, decide_return,
	decide_escalate, decide_answer, decide_approve, decide_rework, decide_feedback, decide_urge;

/* One pass over what fell due. False when nothing applies. */
bool decide_due(struct deciding *deciding);

/* What the present clocks do next, if nobody acts. */
struct upcoming {
	struct instant at; /* INSTANT_NEVER = nothing */
	enum clock_kind clock;
	const struct ladder_step *step; /* NULL = the clock's own end */
};
struct upcoming decide_upcoming(const struct rulebook *book, const struct issue *issue,
	struct instant now);

enum refusal decide_refuse(struct deciding *deciding, enum refusal refusal, struct text detail);

/* ---- clocks (decide_clock.c) ---- */

/* What the policies give a clock at a tier; LIMIT_NONE where they say nothing. */
struct limit decide_limit(const struct deciding *deciding, enum clock_kind kind, enum tier tier);
const struct calendar *decide_calendar(const struct deciding *deciding, struct limit limit);
/* A new generation, counted from `origin`. What is past by then is folded, without notices. */
void decide_clock_start(struct deciding *deciding, enum clock_kind kind, struct limit limit,
	struct instant origin, enum cause cause);
/* Each of these does nothing to a clock it does not apply to. */
void decide_clock_stop(struct deciding *deciding, enum clock_kind kind, enum cause cause);
void decide_clock_pause(struct deciding *deciding, enum clock_kind kind, enum cause cause);
void decide_clock_resume(struct deciding *deciding, enum clock_kind kind, enum cause cause);
void decide_clock_reopen(struct deciding *deciding, enum clock_kind kind, enum cause cause);
void decide_clock_retarget(struct deciding *deciding, enum clock_kind kind, struct limit limit,
	enum cause cause);
/* Records a due that has passed, once a generation; false when there was none to record. */
bool decide_clock_breach(struct deciding *deciding, enum clock_kind kind, enum cause cause);
void decide_clock_step(struct deciding *deciding, enum clock_kind kind, enum cause cause);
/* Is this a clock whose end is an event of its own, and no lateness? */
bool decide_clock_just_ends(enum clock_kind kind);

/* ---- holders (decide_move.c) ---- */

/* The unit and desk that hold it from now on; a unit that ended is followed to its successor. */
void decide_hold(struct deciding *deciding, int32_t unit, enum desk desk);
/* To the lead unit, for signature: SIGN starts, HANDLE as the policies say. */
void decide_dispatch_to(struct deciding *deciding, int32_t lead, enum cause cause);
/* `above` is a unit one tier up. A task is dispatched there, a desk's work goes to the same desk. */
void decide_move_up(struct deciding *deciding, int32_t above, enum cause cause);
/* Back to a dispatch or backstop desk: SIGN and LEASE stop, DISPATCH starts. */
void decide_hand_back(struct deciding *deciding, int32_t unit, enum desk desk, enum cause cause);
void decide_end(struct deciding *deciding, enum issue_state state, enum cause cause);
/* LEASE of whoever has it now, where the policies give one. */
void decide_lease(struct deciding *deciding, enum cause cause);
void decide_awaits_feedback(struct deciding *deciding, enum cause cause);
/* The limit of HANDLE: as it runs or ran, else of the standard row, else the policies' backstop. */
struct limit decide_handle_limit(const struct deciding *deciding);
/* Starts HANDLE from where its standard row says. */
void decide_handle_start(struct deciding *deciding);
void decide_assist(struct deciding *deciding, const int32_t *units, size_t count);
/* The role that works at the desk which holds it. */
enum role decide_desk_role(const struct issue *issue);
void decide_notify(struct deciding *deciding, struct notice notice);
const struct standard *decide_standard(const struct deciding *deciding);
/* A code told by a person; NULL when no unit of this code is in force. */
const struct unit *decide_unit(const struct deciding *deciding, struct text code);

#endif
