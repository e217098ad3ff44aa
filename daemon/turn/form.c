/* form.c — the batch that forms while others are under way.
 *
 * What cannot join it (an issue in another batch's hands, no room) waits as bytes, and is decoded anew
 * into the arena of the batch that it joins. */
#include "turn/inside.h"

#include "base/must.h"

#define SECOND_LANE_FROM 64      /* a batch this large may use the second connection */
#define BATCH_BYTES_MAX ((size_t)1024 * 1024)
#define SCAN_MAX 2000            /* waiting commands looked at for one batch */
#define FULL_LOOK_EVERY_US INT64_C(30000000)

static bool mark_work(struct turn *turn, struct slot *slot, const struct event *event);
static bool under_way(const struct slot *slot);

/* Fills the forming batch from what waits, in order. */
void
form_batch(struct turn *turn)
{
	struct asked **link = &turn->waiting.first;
	int64_t now_us = wait_clock_us();

	turn->again_us = INT64_MAX;
	for (size_t i = 0; turn->forming == NULL && i < SLOTS; i++) {
		if (turn->slots[i].batch.stage == BATCH_IDLE)
			turn->forming = &turn->slots[i];
	}
	if (turn->forming == NULL)
		return;
	for (size_t seen = 0; *link != NULL && seen < SCAN_MAX; seen++) {
		if ((*link)->again_us > now_us && (*link)->again_us < turn->again_us)
			turn->again_us = (*link)->again_us;
		if ((*link)->again_us > now_us || !form_join(turn, turn->forming, *link)) {
			link = &(*link)->next;
			continue;
		}
		waiting_free(waiting_take(&turn->waiting, link));
	}
}

/* Decodes into the batch's arena; false when it must wait for another batch. */
bool
form_join(struct turn *turn, struct slot *slot, const struct asked *asked)
{
	struct batch *batch = &slot->batch;
	struct text detail = TEXT_NONE;
	struct wire_message decoded;
	struct asked *own;
	struct work *work;
	size_t limit = (size_t)turn->config->batch_events_max;

	if (asked->part > 0 && (size_t)asked->part < limit)
		limit = (size_t)asked->part;
	if (slot->part > 0 && slot->part < limit)
		limit = slot->part;
	if (batch->count >= limit || slot->bytes + asked->bytes.len > BATCH_BYTES_MAX)
		return false;
	own = arena_take(batch->arena, sizeof(*own));
	*own = *asked;
	own->bytes = arena_text(batch->arena, asked->bytes);
	must(wire_decode(batch->arena, text_of(turn->config->district), own->bytes, &decoded, &detail) ==
		REFUSAL_NONE);
	if (decoded.kind == WIRE_COMMAND && !mark_work(turn, slot, &decoded.event))
		return false;
	work = &batch->works[batch->count++];
	*work = (struct work){.key = asked->key, .owner = own};
	work->kind = decoded.kind == WIRE_COMMAND    ? WORK_COMMAND :
		decoded.kind == WIRE_HELLO	     ? WORK_HELLO :
		decoded.kind == WIRE_ACKNOWLEDGE ? WORK_ACKNOWLEDGE :
						       WORK_ENROL;
	work->event = decoded.event;
	work->hello = decoded.hello;
	work->new_key = decoded.new_key;
	work->device_name = decoded.device_name;
	work->notice_ids = decoded.notice_ids;
	work->notice_ids_count = decoded.notice_ids_count;
	own->tag = decoded.tag;
	slot->bytes += own->bytes.len;
	if (asked->part > 0)
		slot->part = limit;
	return true;
}

/* No two batches have the same issue, request or outside reference in hand; in one batch several
 * events on an issue chain, but a request comes once, and a report with its number comes alone. */
static bool
mark_work(struct turn *turn, struct slot *slot, const struct event *event)
{
	const struct report *report = event->kind == EVENT_REPORT ? &event->report : NULL;
	int64_t id = report != NULL ? report->id : event->issue;
	uint64_t marks[4];
	size_t count = 0, chains = 0;

	if (id != 0 && report == NULL) {
		marks[count++] = mark_of('i', &id, sizeof(id));
		chains = 1;
		if (marks_has(&slot->marks, mark_of('n', &id, sizeof(id))))
			return false;
	} else if (id != 0) {
		marks[count++] = mark_of('i', &id, sizeof(id));
		marks[count++] = mark_of('n', &id, sizeof(id));
	}
	marks[count++] = mark_of('r', event->request.bytes, sizeof(event->request.bytes));
	if (report != NULL && report->reference.len > 0)
		marks[count++] = mark_of('x', report->reference.data, report->reference.len);
	for (size_t i = chains; i < count; i++) {
		if (marks_has(&slot->marks, marks[i]))
			return false;
	}
	for (size_t i = 0; i < SLOTS; i++) {
		for (size_t k = 0; under_way(&turn->slots[i]) && k < count; k++) {
			if (marks_has(&turn->slots[i].marks, marks[k]))
				return false;
		}
	}
	if (slot->marks.count + count > MARKS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		must(marks_add(&slot->marks, marks[i]));
	return true;
}

void
form_start(struct turn *turn)
{
	struct slot *slot = turn->forming;
	int64_t now_us = wait_clock_us();
	bool look = now_us >= turn->due_look_us && !turn->draining;
	size_t others;

	if (slot == NULL || (slot->batch.count == 0 && !look) || !turn_is_ready(turn) ||
		!store_lane_is_free(turn->store, &others) ||
		(others > 0 && slot->batch.count < SECOND_LANE_FROM))
		return;
	slot->batch.due_max = look && slot->part == 0 ? (turn->due_part > 0 ? turn->due_part : DUE_MAX) : 0;
	slot->batch.due_from_start = now_us >= turn->full_look_us;
	if (slot->batch.due_max > 0) {
		turn->due_look_us = now_us + LOOK_EVERY_US;
		if (slot->batch.due_from_start)
			turn->full_look_us = now_us + FULL_LOOK_EVERY_US;
	}
	turn->forming = NULL;
	store_fetch(turn->store, &slot->batch);
}

void
form_empty(struct slot *slot)
{
	struct batch *batch = &slot->batch;
	struct batch empty = {.arena = batch->arena, .works = batch->works, .capacity = batch->capacity};

	rules_release(&slot->rules);
	marks_clear(&slot->marks);
	arena_reset(batch->arena);
	*batch = empty;
	slot->bytes = 0;
	slot->part = 0;
}

static bool
under_way(const struct slot *slot)
{
	return slot->batch.stage != BATCH_IDLE;
}
