/* judge.c — a fetched batch, decided work by work, and every answer encoded before it is written.
 *
 * The core decides; here is only what lies around it: repeats, requests from the future, locked rows,
 * numbers and points that a decision needs. */
#include "turn/inside.h"

#include "core/session.h"
#include "log.h"
#include "version.h"

#define PATIENCE_US INT64_C(2000000) /* then a command whose issue is locked elsewhere is told BUSY */
#define AGAIN_US INT64_C(5000)       /* till then it is looked for again */
#define AHEAD_MAX_US (60 * US_PER_MINUTE)

static void judge_work(struct turn *turn, struct slot *slot, struct work *work);
static void judge_command(struct turn *turn, struct slot *slot, struct work *work);
static void judge_due(struct turn *turn, struct slot *slot, struct work *work);
static void judge_hello(struct turn *turn, struct slot *slot, struct work *work);
static void judge_enrol(struct turn *turn, struct slot *slot, struct work *work);
static void judge_acknowledge(struct turn *turn, struct slot *slot, struct work *work);
static void wait_again(struct turn *turn, struct slot *slot, struct work *work);

void
judge_batch(struct turn *turn, struct slot *slot)
{
	struct batch *batch = &slot->batch;
	bool writes = false;

	slot->rules = rules_use(turn->rules);
	for (size_t i = 0; i < batch->count; i++) {
		judge_work(turn, slot, &batch->works[i]);
		writes = writes || batch->works[i].verdict == VERDICT_DONE ||
			batch->works[i].verdict == VERDICT_NOTHING;
	}
	if (writes) {
		store_commit(turn->store, batch);
	} else {
		store_drop(turn->store, batch);
		batch->stage = BATCH_COMMITTED;
	}
}

static void
judge_work(struct turn *turn, struct slot *slot, struct work *work)
{
	static void (*const DECIDE[])(struct turn *, struct slot *, struct work *) = {
		[WORK_COMMAND] = judge_command,
		[WORK_DUE] = judge_due,
		[WORK_HELLO] = judge_hello,
		[WORK_ENROL] = judge_enrol,
		[WORK_ACKNOWLEDGE] = judge_acknowledge,
	};

	work->verdict = VERDICT_REFUSED;
	DECIDE[work->kind](turn, slot, work);
}

static void
judge_command(struct turn *turn, struct slot *slot, struct work *work)
{
	struct arena *arena = slot->batch.arena;
	struct instant now = slot->batch.now;
	struct asked *asked = work->owner;
	struct event *event = &work->event;
	struct dossier *dossier = work->dossier;
	enum refusal refusal = actor_may_speak(&work->actor);
	struct wire_names names = turn_names(turn, slot->rules, now, asked->peer);

	event->actor = work->actor;
	if (refusal != REFUSAL_NONE) {
		judge_refuse(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (request_id_at(event->request).us > now.us + AHEAD_MAX_US) {
		judge_refuse(turn, slot, work, REFUSAL_REQUEST_AHEAD, TEXT("more than an hour"));
		return;
	}
	switch (work->found) {
	case WORK_SEEN:
		work->reply = work->receipt_reply;
		log_line(LOG_INFORMATION, "repeat device=%d issue=%lld", work->actor.device,
			(long long)event->issue);
		return;
	case WORK_OTHER_CONTENT:
		judge_refuse(turn, slot, work, REFUSAL_OTHER_CONTENT, TEXT_NONE);
		return;
	case WORK_EXPIRED:
		judge_refuse(turn, slot, work, REFUSAL_EXPIRED, TEXT_NONE);
		return;
	case WORK_LOCKED:
		wait_again(turn, slot, work);
		return;
	case WORK_ABSENT:
		judge_refuse(turn, slot, work,
			event->kind == EVENT_CLAIM && event->issue == 0 ? REFUSAL_NOTHING_TO_CLAIM :
									  REFUSAL_UNKNOWN_ISSUE,
			TEXT_NONE);
		return;
	case WORK_READY:
		break;
	}
	if (dossier->exists && rulebook_release(slot->rules->loaded.book, dossier->issue.release) == NULL) {
		store_need_release(turn->store, dossier->issue.release);
		wait_again(turn, slot, work);
		return;
	}
	if (event->kind == EVENT_REPORT) {
		struct report *report = &event->report;

		dossier->fresh_id = report->id != 0 ? 0 : store_take_ids(turn->store, 1);
		if (report->id == 0 && dossier->fresh_id == 0) {
			wait_again(turn, slot, work);
			return;
		}
		report->point_place = slot->rules->geo == NULL ?
			0 :
			geo_place_at(slot->rules->geo, report->latitude, report->longitude);
	}
	work->effects = arena_take(arena, sizeof(*work->effects));
	work->effects->arena = arena;
	work->verdict = decide(slot->rules->loaded.book, event, now, dossier, work->effects);
	work->reply = wire_reply(arena, &names, event->request, &work->effects->reply,
		work->effects->reply.issue == dossier->issue.id && dossier->exists ? &dossier->issue : NULL, now);
}

static void
judge_due(struct turn *turn, struct slot *slot, struct work *work)
{
	struct dossier *dossier = work->dossier;

	if (work->found != WORK_READY || !dossier->exists)
		return;
	if (rulebook_release(slot->rules->loaded.book, dossier->issue.release) == NULL) {
		store_need_release(turn->store, dossier->issue.release);
		return;
	}
	work->effects = arena_take(slot->batch.arena, sizeof(*work->effects));
	work->effects->arena = slot->batch.arena;
	work->verdict = decide(slot->rules->loaded.book, &work->event, slot->batch.now, dossier, work->effects);
}

static void
judge_hello(struct turn *turn, struct slot *slot, struct work *work)
{
	struct asked *asked = work->owner;
	struct peer_language *language = turn_language(turn, asked->peer);
	struct welcome welcome = {.now = slot->batch.now, .actor = &work->actor,
		.heartbeat_ms = turn->config->heartbeat_ms, .version = HUYING_VERSION};
	bool refill = false;
	enum refusal refusal = session_hello(&work->actor, &work->hello, &refill);
	struct wire_names names;

	*language = (struct peer_language){asked->peer, text_is(work->hello.language, "zh")};
	names = turn_names(turn, slot->rules, slot->batch.now, asked->peer);
	if (refusal != REFUSAL_NONE) {
		judge_refuse(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (refill && (work->reserve_first = store_take_ids(turn->store, RESERVE_SIZE)) != 0) {
		work->reserve_count = RESERVE_SIZE;
		work->verdict = VERDICT_DONE;
		welcome.numbers_from = work->reserve_first;
		welcome.numbers_count = RESERVE_SIZE;
	}
	work->reply = wire_welcome(slot->batch.arena, &names, &welcome);
}

static void
judge_enrol(struct turn *turn, struct slot *slot, struct work *work)
{
	enum refusal refusal = session_enrol(&work->actor, &work->new_key, slot->batch.now);

	if (refusal != REFUSAL_NONE) {
		judge_refuse(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (work->actor.device_state == DEVICE_ENROLLING)
		work->verdict = VERDICT_DONE;
	work->reply = wire_enrolled(slot->batch.arena, &work->actor);
}

static void
judge_acknowledge(struct turn *turn, struct slot *slot, struct work *work)
{
	const struct asked *asked = work->owner;
	enum refusal refusal = actor_may_speak(&work->actor);

	if (refusal != REFUSAL_NONE) {
		judge_refuse(turn, slot, work, refusal, TEXT_NONE);
		return;
	}
	if (work->found == WORK_LOCKED) {
		wait_again(turn, slot, work);
		return;
	}
	if (work->notices_count > 0)
		work->verdict = VERDICT_DONE;
	work->reply = wire_acknowledged(slot->batch.arena, asked->tag, work->notices_count);
}

void
judge_refuse(struct turn *turn, struct slot *slot, struct work *work, enum refusal refusal, struct text detail)
{
	struct asked *asked = work->owner;
	struct arena *arena = slot->batch.arena;
	struct wire_names names = turn_names(turn, slot->rules, slot->batch.now, asked->peer);
	struct reply reply = {.verdict = VERDICT_REFUSED, .refusal = refusal, .detail = detail};

	work->verdict = VERDICT_REFUSED;
	if (work->kind == WORK_COMMAND)
		work->reply = wire_reply(arena, &names, work->event.request, &reply, NULL, slot->batch.now);
	else
		work->reply = wire_refused(arena, &names, refusal, detail, 0, slot->batch.now);
	log_line(LOG_INFORMATION, "refusal event=%s issue=%lld actor=%d device=%d refusal=%s detail=%s",
		work->kind == WORK_COMMAND ? event_word(work->event.kind) : "session",
		(long long)work->event.issue, work->actor.id, work->actor.device, refusal_word(refusal),
		log_escape(detail));
}

/* Not applied; the same again in a while. */
void
judge_busy(struct turn *turn, struct slot *slot, struct work *work)
{
	struct asked *asked = work->owner;
	struct arena *arena = slot->batch.arena;
	struct instant now = store_now(turn->store);
	struct wire_names names = turn_names(turn, turn->rules, now, asked->peer);

	work->reply = work->kind == WORK_COMMAND ?
		wire_busy(arena, work->event.request, RETRY_MS, now) :
		wire_refused(arena, &names, REFUSAL_NONE, TEXT("busy"), RETRY_MS, now);
}

/* Into a later batch, unless it has waited long enough: then BUSY. */
static void
wait_again(struct turn *turn, struct slot *slot, struct work *work)
{
	struct asked *asked = work->owner;

	work->verdict = VERDICT_REFUSED;
	if (asked == NULL)
		return;
	if (wait_clock_us() - asked->since_us > PATIENCE_US) {
		judge_busy(turn, slot, work);
		return;
	}
	asked->again_us = wait_clock_us() + AGAIN_US;
	waiting_add(&turn->waiting, asked);
}
