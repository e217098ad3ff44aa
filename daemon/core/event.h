/* event.h — what somebody wants, or what a clock says, as a value.
 *
 * Made by `wire` from a message or by the turn from a due issue; the store adds the actor. Texts are
 * clean UTF-8 and ranges were checked at the border; whether it is allowed is for `decide`. */
#ifndef HUYING_CORE_EVENT_H
#define HUYING_CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/actor.h"
#include "core/instant.h"
#include "core/issue.h"
#include "core/request_id.h"
#include "core/vocab/vocab.h"

#define TEXT_BYTES_MAX 30000
#define PHOTOS_MAX 16
#define ASSIST_MAX 8
#define ACKNOWLEDGE_MAX 200

/* A photo that lies elsewhere: its digest and what it is. */
struct photo {
	struct text digest; /* 32 bytes SHA-256 */
	struct text media_type;
	int64_t size;
	struct instant taken_at; /* INSTANT_NEVER = not told */
};

struct contact {
	struct text name, telephone, address;
};

struct report {
	int64_t id;              /* from the device's reserve; 0 = give me one */
	struct text class_code;  /* empty = words only */
	struct text condition_code;
	int32_t severity;        /* 0 = not told */
	struct text place_code, unit_code; /* either may be empty */
	int32_t latitude, longitude; /* microdegrees, ISSUE_MICRODEGREES_NONE */
	int32_t point_place;     /* found by geo; 0 = no point, or outside everything */
	struct instant observed_at; /* INSTANT_NEVER = now */
	bool has_contact;
	struct contact contact;
	struct text source, reference; /* external: both or neither */
	struct instant outside_due_at; /* INSTANT_NEVER = none */
	struct photo photos[PHOTOS_MAX];
	size_t photos_count;
};

struct filing { /* FILE: what was missing, or a correction */
	struct text place_code, class_code, condition_code, lead_code; /* empty = as it is */
	int32_t severity;
	bool no_limit; /* "no limit" chosen by a person; needs text */
};

struct dispatching {
	struct text lead_code; /* empty = the unit the rules name */
	struct text assist_codes[ASSIST_MAX];
	size_t assist_count;
};

struct answering {
	bool close_condition; /* ticked: the row's closing condition is met */
	struct photo photos[PHOTOS_MAX];
	size_t photos_count;
};

struct answer_of_reporter { /* FEEDBACK, stored as given */
	bool contacted, solved;
	int32_t satisfied; /* 1–5; 0 = not told */
};

struct event {
	enum event_kind kind;
	struct request_id request; /* zero for DUE */
	struct digest digest;
	struct actor actor;        /* id 0 for DUE */
	int64_t issue;             /* 0: a report, or "claim next" */
	int32_t seen_version;      /* 0 = not stated: allowed for report, claim, claim next and urge only */
	enum reason reason;        /* 0 = none */
	struct text text;          /* what was said; at most TEXT_BYTES_MAX */
	union {
		struct report report;
		struct filing file;
		struct dispatching dispatch;
		struct answering answer;
		struct answer_of_reporter feedback;
	};
};

#endif
