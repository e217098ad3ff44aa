/* look.h — a question that changes nothing, and what was found: values between turn, store and wire. */
#ifndef HUYING_CORE_LOOK_H
#define HUYING_CORE_LOOK_H

#include "core/effects.h"
#include "core/explain.h"
#include "core/issue.h"

enum look_kind {
	LOOK_SHOW,
	LOOK_QUEUE,
	LOOK_MINE,
	LOOK_TASKS,
	LOOK_OVERDUE_LIST,
	LOOK_OVERDUE_COUNTS,
	LOOK_CONTACT,
	LOOK_INBOX
};

enum look_by {
	LOOK_BY_TOWN = 2, /* = enum tier, for the first three */
	LOOK_BY_COMMUNITY = 3,
	LOOK_BY_GRID = 4,
	LOOK_BY_UNIT = 5
};

struct look_issue {
	struct issue issue;
	struct text text;          /* beginning of the report's words, at most 120 bytes on a letter's edge */
	struct text handler_code, handler_name, reporter_code;
};

struct look_decision { /* a journal row */
	struct journal_entry entry; /* said and text included */
	struct text actor_code, actor_name, handler_code, handler_name;
	struct ledger_entry ledger[LEDGER_ENTRIES_MAX];
	size_t ledger_count;
};

struct look_notice { /* of somebody's inbox */
	int64_t id;
	enum notice_kind kind;
	struct instant at;
	enum clock_kind clock; /* 0 = not of a clock */
	bool acknowledged;
	struct text text;      /* beginning of what was said with it */
	int32_t count;         /* a digest stands for so many; 0 = it is none */
	struct issue issue;    /* id 0: of no single issue */
	bool hidden;           /* he may not see the issue any longer: its present state is not told */
};

/* An issue that changed since the feed was last read: as it stands, and where it was before. */
struct look_change {
	struct look_issue row;
	int32_t before;          /* version it had; 0 = it was not there */
	int32_t *units;          /* that held it, before and in between */
	size_t units_count;
	struct instant due_at;   /* earliest due it had; INSTANT_NEVER = none */
};

struct look_count {
	int32_t id;    /* place or unit; 0 = none */
	uint32_t red, yellow, green;
	struct instant oldest_due_at; /* INSTANT_NEVER when nothing has a due */
};

struct look {
	/* given */
	struct arena *arena;
	enum look_kind kind;
	struct key key;
	int64_t issue;         /* SHOW, CONTACT */
	int32_t after_version; /* SHOW */
	int32_t unit;          /* QUEUE, TASKS: whose */
	enum desk desk;        /* QUEUE: 0 = all */
	int32_t actor;         /* MINE: reporter; TASKS: handler; CONTACT: who looks; INBOX: whose */
	int32_t device;        /* CONTACT */
	bool open_only;        /* MINE */
	bool all;              /* INBOX: also those acknowledged */
	int32_t area, area_tier; /* OVERDUE: place id and its tier, 1–4 */
	enum look_by by;
	struct span soon;
	uint64_t after;        /* cursor: MINE an issue id, INBOX a notice, COUNTS a place or unit, else rows before */
	struct text reason;    /* CONTACT */
	size_t limit;          /* rows at most */
	void *owner;           /* the turn's, untouched */
	bool follows;          /* the turn's: the owner is a subscription, not a query */
	/* found, in one snapshot */
	bool failed;           /* the database is away: answer busy */
	struct actor caller;   /* the row of `key` in this snapshot: judge by this one */
	struct instant now;
	struct look_issue *issues;
	size_t issues_count;
	uint64_t next_cursor;
	struct look_decision *decisions;
	size_t decisions_count;
	int32_t next_version;
	struct look_count *counts;
	size_t counts_count;
	struct look_notice *notices;
	size_t notices_count;
	struct text feedback;   /* SHOW: `said` of the last feedback; empty = none */
	int32_t *assist_units;  /* SHOW */
	size_t assist_count;
	struct contact contact; /* CONTACT */
	struct explanation explanation; /* SHOW: filled by the turn */
	struct look *next;      /* the store's queue */
};

#endif
