/* page.c — a look as one page, cut so that it fits into a frame with its cursor set behind the cut.
 * What a cursor counts is told by look.h and is the store's: the next page begins behind it. */
#include "wire/encode.h"

#include <huying.pb-c.h>
#include <jansson.h>

#define PAGE_BYTES_MAX 60000
#define FRAME_BYTES_MAX 65536
#define ROW_BYTES_EXTRA 8 /* tag and length of a row, and how much they can add around it */

static void fill_page(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page);
static void fill_issues(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page);
static void fill_counts(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page);
static void fill_show(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page);
static void fill_inbox(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page);
static void fill_contact(struct arena *arena, const struct look *look, Huying__Page *page);
static Huying__Count *encode_count(struct arena *arena, const struct wire_names *names,
	const struct look *look, const struct look_count *count);
static Huying__Decision *encode_decision(struct arena *arena, const struct wire_names *names,
	const struct look_decision *decision);
static Huying__Entry *encode_entry(struct arena *arena, const struct ledger_entry *entry);
static Huying__Clock *encode_clock(struct arena *arena, const struct clock_view *view);
static Huying__Why *encode_why(struct arena *arena, const struct wire_names *names,
	const struct look *look);
static Huying__Feedback *encode_feedback(struct arena *arena, struct text said);
static ProtobufCBinaryData bytes_of(struct text text);
static bool fits(size_t *used, const void *row);

struct text
wire_page(struct arena *arena, const struct wire_names *names, uint64_t tag, const struct look *look)
{
	Huying__Page page = HUYING__PAGE__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;
	struct text bytes;

	page.tag = tag;
	fill_page(arena, names, look, &page);
	frame.body_case = HUYING__FROM_SERVER__BODY_PAGE;
	frame.page = &page;
	bytes = encode_frame(arena, &frame);
	if (bytes.len <= FRAME_BYTES_MAX)
		return bytes;
	return wire_page_refused(arena, names, tag, REFUSAL_TOO_MANY,
		TEXT("one row is larger than a frame"), 0, look->now);
}

struct text
wire_snapshot(struct arena *arena, const struct wire_names *names, uint64_t tag, uint64_t seq,
	const struct look *look, uint64_t *ret_cursor)
{
	Huying__Page page = HUYING__PAGE__INIT;
	Huying__Snapshot snapshot = HUYING__SNAPSHOT__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	fill_page(arena, names, look, &page);
	snapshot.tag = tag;
	snapshot.seq = seq;
	snapshot.as_of = page.as_of;
	snapshot.issues = page.issues;
	snapshot.n_issues = page.n_issues;
	snapshot.notices = page.notices;
	snapshot.n_notices = page.n_notices;
	snapshot.show = page.show;
	*ret_cursor = page.show != NULL ? page.show->next_version : page.next_cursor;
	snapshot.more = *ret_cursor != 0;
	frame.body_case = HUYING__FROM_SERVER__BODY_SNAPSHOT;
	frame.snapshot = &snapshot;
	return encode_frame(arena, &frame);
}

struct text
wire_change(struct arena *arena, const struct wire_names *names, uint64_t tag, uint64_t seq,
	struct instant now, const struct look_issue *row, bool gone)
{
	Huying__Change change = HUYING__CHANGE__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;
	Huying__Issue *issue = encode_issue(arena, names, &row->issue, row), only = HUYING__ISSUE__INIT;

	only.issue_id = issue->issue_id;
	only.number = issue->number;
	only.version = issue->version;
	change.tag = tag;
	change.seq = seq;
	change.as_of = encode_instant(arena, now);
	change.issue = gone ? &only : issue;
	change.gone = gone;
	frame.body_case = HUYING__FROM_SERVER__BODY_CHANGE;
	frame.change = &change;
	return encode_frame(arena, &frame);
}

struct text
wire_change_found(struct arena *arena, const struct wire_names *names, uint64_t tag, uint64_t seq,
	const struct look *look, uint64_t *ret_cursor)
{
	Huying__Page page = HUYING__PAGE__INIT;
	Huying__Change change = HUYING__CHANGE__INIT;
	Huying__FromServer frame = HUYING__FROM_SERVER__INIT;

	fill_page(arena, names, look, &page);
	change.tag = tag;
	change.seq = seq;
	change.as_of = page.as_of;
	change.show = page.show;
	change.issue = page.show != NULL ? page.show->issue : NULL;
	change.notice = page.n_notices > 0 ? page.notices[0] : NULL;
	*ret_cursor = page.show != NULL ? page.show->next_version : page.next_cursor;
	frame.body_case = HUYING__FROM_SERVER__BODY_CHANGE;
	frame.change = &change;
	return encode_frame(arena, &frame);
}

static void
fill_page(struct arena *arena, const struct wire_names *names, const struct look *look, Huying__Page *page)
{
	page->as_of = encode_instant(arena, look->now);
	switch (look->kind) {
	case LOOK_SHOW:
		fill_show(arena, names, look, page);
		break;
	case LOOK_OVERDUE_COUNTS:
		fill_counts(arena, names, look, page);
		break;
	case LOOK_CONTACT:
		fill_contact(arena, look, page);
		break;
	case LOOK_INBOX:
		fill_inbox(arena, names, look, page);
		break;
	case LOOK_QUEUE:
	case LOOK_MINE:
	case LOOK_TASKS:
	case LOOK_OVERDUE_LIST:
	default:
		fill_issues(arena, names, look, page);
		break;
	}
}

static void
fill_issues(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page)
{
	size_t used = huying__page__get_packed_size(page);

	page->issues = arena_take_array(arena, look->issues_count + 1, sizeof(*page->issues));
	page->next_cursor = look->next_cursor;
	for (size_t i = 0; i < look->issues_count; i++) {
		const struct look_issue *row = &look->issues[i];
		Huying__Issue *issue = encode_issue(arena, names, &row->issue, row);

		if (!fits(&used, issue) && i > 0) {
			page->next_cursor = look->kind == LOOK_MINE ?
				(uint64_t)look->issues[i - 1].issue.id : look->after + i;
			return;
		}
		page->issues[page->n_issues++] = issue;
	}
}

static void
fill_counts(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page)
{
	size_t used = huying__page__get_packed_size(page);

	page->counts = arena_take_array(arena, look->counts_count + 1, sizeof(*page->counts));
	page->next_cursor = look->next_cursor;
	for (size_t i = 0; i < look->counts_count; i++) {
		Huying__Count *count = encode_count(arena, names, look, &look->counts[i]);

		if (!fits(&used, count) && i > 0) {
			page->next_cursor = (uint64_t)look->counts[i - 1].id;
			return;
		}
		page->counts[page->n_counts++] = count;
	}
}

/* What is said once comes first; then as much of the timeline as there is room for. */
static void
fill_show(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page)
{
	Huying__Show *show = arena_take(arena, sizeof(*show));
	const struct explanation *why = &look->explanation;
	size_t used;

	huying__show__init(show);
	page->show = show;
	if (look->issues_count == 0)
		return;
	show->issue = encode_issue(arena, names, &look->issues[0].issue, &look->issues[0]);
	show->clocks = arena_take_array(arena, why->clocks_count + 1, sizeof(*show->clocks));
	for (size_t i = 0; i < why->clocks_count; i++)
		show->clocks[show->n_clocks++] = encode_clock(arena, &why->clocks[i]);
	show->why = encode_why(arena, names, look);
	show->feedback = encode_feedback(arena, look->feedback);
	show->assisting_unit_codes =
		arena_take_array(arena, look->assist_count + 1, sizeof(*show->assisting_unit_codes));
	for (size_t i = 0; i < look->assist_count; i++)
		show->assisting_unit_codes[show->n_assisting_unit_codes++] =
			encode_string(arena, encode_unit_code(names, look->assist_units[i]));

	used = huying__page__get_packed_size(page);
	show->timeline = arena_take_array(arena, look->decisions_count + 1, sizeof(*show->timeline));
	show->next_version = (uint32_t)look->next_version;
	for (size_t i = 0; i < look->decisions_count; i++) {
		Huying__Decision *decision = encode_decision(arena, names, &look->decisions[i]);

		if (!fits(&used, decision) && i > 0) {
			show->next_version = (uint32_t)look->decisions[i - 1].entry.version;
			return;
		}
		show->timeline[show->n_timeline++] = decision;
	}
}

static void
fill_inbox(struct arena *arena, const struct wire_names *names, const struct look *look,
	Huying__Page *page)
{
	size_t used = huying__page__get_packed_size(page);

	page->notices = arena_take_array(arena, look->notices_count + 1, sizeof(*page->notices));
	page->next_cursor = look->next_cursor;
	for (size_t i = 0; i < look->notices_count; i++) {
		Huying__Notice *notice = encode_notice(arena, names, &look->notices[i]);

		if (!fits(&used, notice) && i > 0) {
			page->next_cursor = (uint64_t)look->notices[i - 1].id;
			return;
		}
		page->notices[page->n_notices++] = notice;
	}
}

static void
fill_contact(struct arena *arena, const struct look *look, Huying__Page *page)
{
	Huying__Contact *contact = arena_take(arena, sizeof(*contact));

	huying__contact__init(contact);
	contact->name = bytes_of(look->contact.name);
	contact->telephone = bytes_of(look->contact.telephone);
	contact->address = bytes_of(look->contact.address);
	page->contact = contact;
}

static Huying__Count *
encode_count(struct arena *arena, const struct wire_names *names, const struct look *look,
	const struct look_count *count)
{
	Huying__Count *to = arena_take(arena, sizeof(*to));
	const struct release *in_force = names->in_force;

	huying__count__init(to);
	if (in_force != NULL && look->by == LOOK_BY_UNIT) {
		const struct unit *unit = units_get(in_force->units, count->id);

		if (unit != NULL) {
			to->code = encode_string(arena, unit->code);
			to->name = encode_string(arena, unit->name);
			to->tier = (Huying__Tier)unit->tier;
		}
	} else if (in_force != NULL) {
		const struct place *place = places_get(in_force->places, count->id);

		if (place != NULL) {
			to->code = encode_string(arena, place->code);
			to->name = encode_string(arena, place->name);
			to->tier = (Huying__Tier)place->tier;
		}
	}
	to->red = count->red;
	to->yellow = count->yellow;
	to->green = count->green;
	to->oldest_due_at = encode_instant(arena, count->oldest_due_at);
	return to;
}

static Huying__Decision *
encode_decision(struct arena *arena, const struct wire_names *names,
	const struct look_decision *decision)
{
	Huying__Decision *to = arena_take(arena, sizeof(*to));
	const struct journal_entry *entry = &decision->entry;

	huying__decision__init(to);
	to->version = (uint32_t)entry->version;
	to->event = (Huying__Event)entry->event;
	to->at = encode_instant(arena, entry->at);
	to->by_code = encode_string(arena, decision->actor_code);
	to->by_name = encode_string(arena, decision->actor_name);
	to->state = (Huying__State)entry->state;
	to->tier = (Huying__Tier)entry->tier;
	to->holder = encode_holder(arena, names, entry->holder, decision->handler_code,
		decision->handler_name);
	to->cause = (Huying__Cause)entry->cause;
	to->reason = (Huying__Reason)entry->reason;
	to->text = encode_string(arena, entry->text);
	to->said = encode_string(arena, entry->said);
	to->due_at = encode_instant(arena, entry->due_at);
	to->entries = arena_take_array(arena, decision->ledger_count + 1, sizeof(*to->entries));
	for (size_t i = 0; i < decision->ledger_count; i++)
		to->entries[to->n_entries++] = encode_entry(arena, &decision->ledger[i]);
	return to;
}

static Huying__Entry *
encode_entry(struct arena *arena, const struct ledger_entry *entry)
{
	Huying__Entry *to = arena_take(arena, sizeof(*to));

	huying__entry__init(to);
	to->op = (Huying__Entry__Op)entry->op;
	to->clock = (Huying__ClockKind)entry->clock;
	to->cause = (Huying__Cause)entry->cause;
	to->generation = entry->generation;
	to->at = encode_instant(arena, entry->at);
	to->amount = entry->amount;
	to->limit_kind = (Huying__LimitKind)entry->kind;
	return to;
}

static Huying__Clock *
encode_clock(struct arena *arena, const struct clock_view *view)
{
	_Static_assert((int)HUYING__CLOCK__RUN__RUN_RUNNING == CLOCK_RUNNING &&
			(int)HUYING__CLOCK__RUN__RUN_PAUSED == CLOCK_PAUSED &&
			(int)HUYING__CLOCK__RUN__RUN_STOPPED == CLOCK_STOPPED, "runs are cast");
	Huying__Clock *to = arena_take(arena, sizeof(*to));
	const struct clock *clock = &view->state;

	huying__clock__init(to);
	to->clock = (Huying__ClockKind)view->clock;
	to->run = (Huying__Clock__Run)clock->run;
	to->generation = clock->generation;
	to->started_at = encode_instant(arena, clock->started_at);
	to->limit_kind = (Huying__LimitKind)clock->limit.kind;
	to->limit_amount = clock->limit.amount;
	to->calendar = encode_string(arena, view->calendar);
	to->used_us = view->used.us;
	to->remaining_us = clock->limit.kind == LIMIT_NONE ? 0 : view->remaining.us;
	to->due_at = encode_instant(arena, clock->due_at);
	to->breached_at = clock->breached ? encode_instant(arena, clock->breached_at) : NULL;
	to->provisional = view->provisional;
	return to;
}

static Huying__Why *
encode_why(struct arena *arena, const struct wire_names *names, const struct look *look)
{
	const struct explanation *why = &look->explanation;
	Huying__Why *to = arena_take(arena, sizeof(*to));
	const struct word *action = vocab_by_number("action", (int)why->next_action);
	bool next = !instant_is_never(why->next_at) && why->next_clock != 0;

	huying__why__init(to);
	to->standard = encode_string(arena, why->standard);
	to->close_condition = encode_string(arena, why->close_condition);
	if (names->book != NULL && names->book->zone != NULL)
		to->calendar_zone = encode_string(arena, names->book->zone->name);
	to->release = (uint32_t)look->issues[0].issue.release;
	to->route = encode_string(arena, why->route);
	if (next) {
		const char *word = action != NULL ? action->word : clock_word(why->next_clock);

		to->next_step_at = encode_instant(arena, why->next_at);
		to->next_step = encode_string(arena, text_of(word));
		to->next_step_clock = (Huying__ClockKind)why->next_clock;
	}
	return to;
}

/* The journal keeps it as JSON: {"contacted": true, "solved": false, "satisfied": 2}. */
static Huying__Feedback *
encode_feedback(struct arena *arena, struct text said)
{
	json_t *given = said.len == 0 ? NULL : json_loadb(said.data, said.len, 0, NULL);
	Huying__Feedback *to = NULL;

	if (json_is_object(given)) {
		to = arena_take(arena, sizeof(*to));
		huying__feedback__init(to);
		to->contacted = json_is_true(json_object_get(given, "contacted"));
		to->solved = json_is_true(json_object_get(given, "solved"));
		to->satisfied = (uint32_t)json_integer_value(json_object_get(given, "satisfied"));
	}
	json_decref(given);
	return to;
}

static ProtobufCBinaryData
bytes_of(struct text text)
{
	return (ProtobufCBinaryData){text.len, (uint8_t *)(uintptr_t)text.data};
}

/* Counts the row in, whether it fits or not. */
static bool
fits(size_t *used, const void *row)
{
	*used += protobuf_c_message_get_packed_size(row) + ROW_BYTES_EXTRA;
	return *used <= PAGE_BYTES_MAX;
}
