/* issue.c — the life of an issue, as a table a clerk could check.
 *
 * One row a filled cell. `next` 0 means that the rules decide, and `effect` says how. At the backstop
 * desk the duty officer stands in for the role of the desk (decide.c), which the printed table says
 * wherever an issue can be there. */
#include "core/issue.h"



#define ANYBODY 0
#define ACCEPTOR ROLE_BIT(ROLE_ACCEPTOR)
#define DISPATCHER ROLE_BIT(ROLE_DISPATCHER)
#define HANDLER ROLE_BIT(ROLE_HANDLER)
#define DUTY_OFFICER ROLE_BIT(ROLE_DUTY_OFFICER)
#define CALLBACK ROLE_BIT(ROLE_CALLBACK)
#define SUPERVISOR ROLE_BIT(ROLE_SUPERVISOR)
#define RULES 0

#define DUE_AT_DESK "a ladder step: remind, notify, the same desk one tier up, the backstop desk, severity"
#define DUE_AT_UNIT                                                                                \
	"a ladder step: remind, notify, dispatched at the unit one tier up (a new SIGN, LEASE "   \
	"stops; HANDLE and BUNDLE run on), returned to the backstop desk, severity"

/* Chasing moves nothing: whoever has it is told, and the journal says who asked. */
#define URGE_OF(state)                                                                             \
	{state, EVENT_URGE, state, SUPERVISOR, false, false, false, "",                            \
		"the handler is told, or without one the desk that holds it; no clock changes"}

/* state, event, next, roles, at_holder, own_handling, not_who_handled, needs, effect */
static const struct issue_cell cells[] = {
	{0, EVENT_REPORT, RULES, ANYBODY, false, false, false,
		"class or text; place where there is one",
		"reported: ACCEPT and BUNDLE start, HANDLE where it runs from observed or received; "
		"where the rules are plain the same decision goes on to filed or dispatched"},

	{ISSUE_REPORTED, EVENT_FILE, RULES, ACCEPTOR, true, false, false,
		"place; standard row, or \"no limit\" with text; the command may supply them",
		"filed: ACCEPT stops, DISPATCH starts; dispatched at once with a lead unit that is "
		"told or certain"},
	{ISSUE_REPORTED, EVENT_DECLINE, ISSUE_DECLINED, ACCEPTOR | DUTY_OFFICER, true, false, false,
		"reason", "all clocks stop"},
	URGE_OF(ISSUE_REPORTED),
	{ISSUE_REPORTED, EVENT_DUE, RULES, ANYBODY, false, false, false, "", DUE_AT_DESK},

	{ISSUE_FILED, EVENT_DISPATCH, ISSUE_DISPATCHED, DISPATCHER, true, false, false,
		"lead unit, told or certain by the rules",
		"DISPATCH stops, SIGN starts; HANDLE starts unless it runs already"},
	URGE_OF(ISSUE_FILED),
	{ISSUE_FILED, EVENT_DUE, RULES, ANYBODY, false, false, false, "", DUE_AT_DESK},

	{ISSUE_DISPATCHED, EVENT_CLAIM, ISSUE_HANDLING, HANDLER, true, false, false, "",
		"SIGN stops, LEASE starts"},
	{ISSUE_DISPATCHED, EVENT_RETURN, ISSUE_RETURNED, HANDLER, true, false, false,
		"reason; inside the refusal window",
		"SIGN stops, DISPATCH starts, HANDLE pauses by policy; after too many returns to the "
		"backstop desk"},
	{ISSUE_DISPATCHED, EVENT_ESCALATE, ISSUE_DISPATCHED, HANDLER | SUPERVISOR, false, false, false,
		"reason; a tier above",
		"the unit one tier up holds and leads: a new SIGN; HANDLE and BUNDLE run on"},
	URGE_OF(ISSUE_DISPATCHED),
	{ISSUE_DISPATCHED, EVENT_DUE, RULES, ANYBODY, false, false, false, "", DUE_AT_UNIT},

	{ISSUE_HANDLING, EVENT_CLAIM, ISSUE_HANDLING, HANDLER, true, false, false, "no handler yet",
		"LEASE starts"},
	{ISSUE_HANDLING, EVENT_RELEASE, ISSUE_HANDLING, HANDLER, true, true, false, "",
		"without handler; LEASE stops, HANDLE runs on"},
	{ISSUE_HANDLING, EVENT_PROGRESS, ISSUE_HANDLING, HANDLER, true, true, false, "text",
		"LEASE restarts, so many times as the policy allows"},
	{ISSUE_HANDLING, EVENT_RETURN, ISSUE_RETURNED, HANDLER, true, true, false,
		"reason; inside the refusal window; while nobody has it, any handler of the unit may",
		"LEASE stops, DISPATCH starts, HANDLE pauses by policy; after too many returns to the "
		"backstop desk"},
	{ISSUE_HANDLING, EVENT_ESCALATE, ISSUE_DISPATCHED, HANDLER | SUPERVISOR, false, false, false,
		"reason; a tier above; for a handler, that no colleague has it",
		"the unit one tier up holds and leads: LEASE stops, a new SIGN; HANDLE and BUNDLE run "
		"on"},
	{ISSUE_HANDLING, EVENT_ANSWER, RULES, HANDLER, true, true, false,
		"text; closing condition and photo where the standard row wants them",
		"answered: LEASE, HANDLE and BUNDLE stop, CLOSE starts; where the row wants no check, "
		"feedback: FEEDBACK starts"},
	URGE_OF(ISSUE_HANDLING),
	{ISSUE_HANDLING, EVENT_DUE, RULES, ANYBODY, false, false, false, "",
		"LEASE ends: without handler, HANDLE runs on; " DUE_AT_UNIT},

	{ISSUE_RETURNED, EVENT_DISPATCH, ISSUE_DISPATCHED, DISPATCHER, true, false, false,
		"lead unit, told or certain by the rules",
		"DISPATCH stops, SIGN starts; same unit: HANDLE resumes; other unit: HANDLE restarts "
		"or runs on by policy"},
	URGE_OF(ISSUE_RETURNED),
	{ISSUE_RETURNED, EVENT_DUE, RULES, ANYBODY, false, false, false, "", DUE_AT_DESK},

	{ISSUE_ANSWERED, EVENT_APPROVE, ISSUE_FEEDBACK, ACCEPTOR | DUTY_OFFICER, true, false, true, "",
		"CLOSE stops, FEEDBACK starts"},
	{ISSUE_ANSWERED, EVENT_REWORK, ISSUE_HANDLING, ACCEPTOR | DUTY_OFFICER, true, false, true,
		"reason",
		"back to who answered: CLOSE stops, BUNDLE and LEASE start, HANDLE reopens or restarts "
		"by policy"},
	URGE_OF(ISSUE_ANSWERED),
	{ISSUE_ANSWERED, EVENT_DUE, RULES, ANYBODY, false, false, false, "", DUE_AT_DESK},

	{ISSUE_FEEDBACK, EVENT_FEEDBACK, RULES, CALLBACK, true, false, true,
		"contacted, solved, satisfied 1–5, stored as given",
		"solved: closed, all clocks stop; not solved: dispatched to the lead unit (redo), "
		"FEEDBACK stops, SIGN and BUNDLE start, HANDLE reopens or restarts by policy"},
	URGE_OF(ISSUE_FEEDBACK),
	{ISSUE_FEEDBACK, EVENT_DUE, RULES, ANYBODY, false, false, false, "",
		"FEEDBACK ends: closed by rule, marked so; " DUE_AT_DESK},
};

#define CELLS_COUNT (sizeof(cells) / sizeof(cells[0]))

/* Layout of a rank, from the top: taken (1 bit), severity (4 bits), due in microseconds (56 bits). */
#define RANK_DUE_BITS 56
#define RANK_SEVERITY_BITS 4

static void print_who(FILE *out, const struct issue_cell *cell);
static bool may_be_at_backstop(enum issue_state state);

const struct issue_cell *
issue_cell(enum issue_state state, enum event_kind event)
{
	for (size_t i = 0; i < CELLS_COUNT; i++) {
		if (cells[i].state == state && cells[i].event == event)
			return &cells[i];
	}
	return NULL;
}

void
issue_print_life(FILE *out)
{
	fputs("| state | event | who | needs | to | clocks and effect |\n", out);
	fputs("|---|---|---|---|---|---|\n", out);
	for (size_t i = 0; i < CELLS_COUNT; i++) {
		const struct issue_cell *cell = &cells[i];

		fprintf(out, "| %s | %s | ", cell->state == 0 ? "–" : state_word(cell->state),
			event_word(cell->event));
		print_who(out, cell);
		fprintf(out, " | %s | %s | %s |\n", cell->needs[0] != '\0' ? cell->needs : "–",
			cell->next != 0 ? state_word(cell->next) : "by the rules", cell->effect);
	}
}

int64_t
issue_rank(const struct issue *issue)
{
	int64_t due_max = (INT64_C(1) << RANK_DUE_BITS) - 1;
	int64_t severity_max = (INT64_C(1) << RANK_SEVERITY_BITS) - 1;
	int64_t due = issue->due_at.us < 0 ? 0 : issue->due_at.us;
	int64_t severity = issue->severity < 0 ? 0 : issue->severity;

	if (due > due_max)
		due = due_max;
	if (severity > severity_max)
		severity = severity_max;
	return ((issue->handler != 0 ? INT64_C(1) : 0) << (RANK_DUE_BITS + RANK_SEVERITY_BITS)) |
		severity << RANK_DUE_BITS | due;
}

bool
issue_is_open(const struct issue *issue)
{
	return state_is_open(issue->state);
}

static void
print_who(FILE *out, const struct issue_cell *cell)
{
	const char *between = "";

	if (cell->event == EVENT_DUE) {
		fputs("the daemon", out);
		return;
	}
	if (cell->roles == ANYBODY) {
		fputs("anybody enrolled", out);
		return;
	}
	if (cell->event == EVENT_FEEDBACK)
		fputs("the reporter; or ", out);
	for (int role = 1; role <= ROLE_MAX; role++) {
		if ((cell->roles & ROLE_BIT(role)) == 0)
			continue;
		fprintf(out, "%s%s", between, role_word((enum role)role));
		if (role == ROLE_SUPERVISOR)
			fputs(" of the area", out);
		else if (!cell->at_holder)
			fputs(" of the unit", out);
		between = ", ";
	}
	if (cell->at_holder)
		fputs(cell->own_handling ? " who has it" : " of the unit", out);
	if (may_be_at_backstop(cell->state) && (cell->roles & DUTY_OFFICER) == 0 &&
		cell->event != EVENT_URGE)
		fputs("; at the backstop desk duty_officer", out);
	if (cell->not_who_handled)
		fputs("; never who handled it", out);
}

static bool
may_be_at_backstop(enum issue_state state)
{
	return state_is_open(state) && state != ISSUE_DISPATCHED && state != ISSUE_HANDLING;
}
