/* district.h — a small district in memory, its people, and a stage on which one issue is played.
 *
 *	ZC district                    U-ZC, bureaus B-HOUSE and B-TRAFFIC
 *	├─ T1 town                     U-T1
 *	│  ├─ T1C1 community           U-T1C1
 *	│  │  ├─ T1C1G1 grid           U-T1C1G1; in it building T1C1G1B1
 *	│  │  ├─ T1C1G2 grid           U-T1C1G2
 *	│  │  └─ X1 compound           P-X1, its property company
 *	│  └─ T1C2 community           U-T1C2
 *	└─ T2 town                     U-T2
 *	   └─ T2C1 community           U-T2C1
 *	      └─ T2C1G1 grid           U-T2C1G1
 *
 * Towns keep the desks. All rows are writable: a test changes what it is about before it plays. */
#ifndef HUYING_TESTS_CORE_DISTRICT_H
#define HUYING_TESTS_CORE_DISTRICT_H

#include "core/decide.h"
#include "core/route.h"

enum { /* ids of places */
	ZC = 1, T1, T2, T1C1, T1C2, T2C1, T1C1G1, T1C1G2, T2C1G1, X1, T1C1G1B1, PLACES_END
};

enum { /* ids of units */
	U_ZC = 1, U_T1, U_T2, U_T1C1, U_T1C2, U_T2C1, U_T1C1G1, U_T1C1G2, U_T2C1G1, B_HOUSE, B_TRAFFIC,
	P_X1, B_OLD, UNITS_END
};

enum { /* ids of standard rows */
	RUBBISH = 1,   /* env/street/rubbish: the grid; 8 h from dispatch, checked */
	LEAK,          /* house/repair/leak: B-HOUSE; 16 working hours from received; condition, photo */
	ILLEGAL,       /* traffic/parking/illegal: B-TRAFFIC; 2 h from observed, not checked */
	LAMP_A, LAMP_B,/* env/street/lamp, conditions a (severity 1) and b (severity 3) */
	LIFT,          /* property/lift/stuck: the property company; 1 h from dispatch */
	DUAL,          /* dual/x/y: two bureaus alike */
	ORPHAN,        /* orphan/x/y: nobody is competent */
	MANUAL,        /* manual/x/y: a person files */
	HALF,          /* half/x/y: filed by rule, dispatched by a person */
	NOTED,         /* noted/x/y: the ladder only notifies; 10 h from observed */
	SCARY,         /* scary/x/y: the ladder raises the severity, then the backstop; 1 h from dispatch */
	STANDARDS_END
};

#define ROUTES_MAX 8
#define LADDERS_MAX 8
#define STEPS_MAX 8
#define COMPETENCES_MAX 16
#define RELEASES_MAX 3

struct district {
	struct arena *arena;
	struct place place_rows[PLACES_END];
	struct unit unit_rows[UNITS_END];
	struct competence competence_rows[COMPETENCES_MAX];
	struct standard standard_rows[STANDARDS_END];
	struct route_rule route_rows[ROUTES_MAX];
	struct ladder ladder_rows[LADDERS_MAX];
	struct ladder_step steps[LADDERS_MAX][STEPS_MAX];
	struct places places;
	struct units units;
	struct standards standards;
	struct routes routes;
	struct ladders ladders;
	struct policies policies;
	struct calendar *calendars[2];
	struct release releases[RELEASES_MAX];
	struct rulebook book;
};

struct district *district_new(struct arena *arena);
/* After a change of codes, places or units. */
void district_index(struct district *district);
const struct release *district_release(const struct district *district);
/* A later release, a copy of the last one, in force from `at`; its parts may then be replaced. */
struct release *district_publish(struct district *district, struct instant at);

enum person {
	NOBODY = 0,
	COLLECTOR,      /* at U-T1C1G1, area T1C1G1 */
	ACCEPTOR,       /* at U-T1 */
	DISPATCHER,     /* at U-T1 */
	HANDLER,        /* at U-T1C1G1 */
	COLLEAGUE,      /* another handler there */
	TOWN_HANDLER,   /* at U-T1 */
	COMMUNITY_HANDLER, /* at U-T1C1 */
	DISTRICT_HANDLER,  /* at U-ZC */
	HOUSE_HANDLER,  /* at B-HOUSE */
	TRAFFIC_HANDLER,/* at B-TRAFFIC */
	DUTY,           /* duty officer at U-ZC */
	CALLBACK,       /* at U-T1 */
	SUPERVISOR,     /* of the district, at U-ZC */
	OTHER_SUPERVISOR, /* of town T2, at U-T2 */
	STRANGER,       /* handler of town T2 */
	EVERYTHING,     /* every role, but at U-T2 with the whole district as area */
	PERSONS_END
};

struct actor person(enum person person);

/* One issue being played. */
struct stage {
	struct district *district;
	struct arena *arena;
	struct instant now;
	struct dossier dossier;
	struct effects effects;
	enum verdict verdict;
	int64_t decisions; /* journal rows so far */
};

/* 2024-03-06 10:00 in Shanghai, a Wednesday; monday to friday 08:00–12:00, 14:00–18:00. */
struct stage stage_open(void);
void stage_close(struct stage *stage);
/* Another issue, same time. */
void stage_next_issue(struct stage *stage);

#define MINUTES(n) ((n) * US_PER_MINUTE)
#define HOURS(n) ((n) * US_PER_HOUR)
#define DAYS(n) ((n) * US_PER_DAY)

/* Events by name of who and what; `seen_version` is the present one. Change them before `play`. */
struct event command(const struct stage *stage, enum person who, enum event_kind kind);
struct event report_of(const struct stage *stage, const char *class_code, const char *place_code);
/* Later by so many microseconds, the event is decided. */
enum verdict play(struct stage *stage, int64_t later_us, struct event event);
/* The same, and it must be done. */
void done(struct stage *stage, int64_t later_us, struct event event);
/* Passes at next_due_at until nothing more is due by now + later; counts the decisions. */
int pass_time(struct stage *stage, int64_t later_us);
/* Brings a fresh rubbish issue (or another class) into a state by the ordinary path. */
void bring_to(struct stage *stage, enum issue_state state);

void assert_refused(const struct stage *stage, enum refusal refusal);
void assert_holder(const struct stage *stage, int32_t unit, enum desk desk);
/* How many ledger entries of this kind the last decision wrote, and the first of them. */
size_t ledger_count(const struct stage *stage, enum ledger_op op, enum clock_kind clock);
const struct ledger_entry *ledger_first(const struct stage *stage, enum ledger_op op,
	enum clock_kind clock);
size_t notice_count(const struct stage *stage, enum notice_kind kind);
/* Every law that holds after any decision. */
void assert_lawful(const struct stage *stage);

#endif
