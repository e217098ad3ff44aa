/* tell.c — what was committed is told; what failed is tried again, in parts, or refused alone. */
#include "turn/inside.h"

#include "log.h"

static void plan_due_look(struct turn *turn, const struct slot *slot);
static void log_work(const struct work *work);

void
tell_batch(struct turn *turn, struct slot *slot)
{
	struct batch *batch = &slot->batch;

	for (size_t i = 0; i < batch->count; i++) {
		struct work *work = &batch->works[i];
		struct asked *asked = work->owner;

		if (asked != NULL && work->reply.len > 0)
			bus_send(turn->bus, asked->peer, work->reply);
		if (work->effects != NULL)
			log_work(work);
	}
	store_poke_feed(turn->store);
	plan_due_look(turn, slot);
	form_empty(slot);
}

/* When to look for due issues next: at once while there are more, else when the earliest known comes. */
static void
plan_due_look(struct turn *turn, const struct slot *slot)
{
	const struct batch *batch = &slot->batch;
	struct instant earliest = batch->due_max > 0 ? batch->next_due_at : INSTANT_NEVER;
	int64_t now_us = wait_clock_us(), in_us;

	for (size_t i = 0; i < batch->count; i++) {
		const struct work *work = &batch->works[i];

		if (work->dossier != NULL && work->effects != NULL && work->verdict != VERDICT_REFUSED)
			earliest = instant_min(earliest, work->dossier->issue.next_due_at);
	}
	if (batch->due_max > 0) {
		turn->due_part = 0;
		if (batch->due_taken >= batch->due_max)
			turn->due_look_us = now_us;
	}
	if (instant_is_never(earliest))
		return;
	in_us = earliest.us - store_now(turn->store).us;
	if (in_us < 0)
		in_us = 0;
	if (in_us < LOOK_EVERY_US && now_us + in_us < turn->due_look_us)
		turn->due_look_us = now_us + in_us;
}

/* Nothing of the batch is known to be written. */
void
tell_failure(struct turn *turn, struct slot *slot)
{
	struct batch *batch = &slot->batch;
	size_t commands = 0, dues = 0;
	enum batch_error error = batch->error;
	int32_t part;

	for (size_t i = 0; i < batch->count; i++)
		*(batch->works[i].kind == WORK_DUE ? &dues : &commands) += 1;
	part = commands + dues > 32 ? 32 : 1;
	log_line(error == BATCH_REPEAT ? LOG_INFORMATION : LOG_WARNING,
		"batch failed sqlstate=%s commands=%zu due=%zu", batch->sqlstate, commands, dues);
	if (error == BATCH_SPLIT && commands + dues == 1)
		store_set_aside(turn->store, &batch->works[0], batch->sqlstate);
	if (error == BATCH_SPLIT && dues > 0) {
		turn->due_part = (size_t)part;
		turn->due_look_us = wait_clock_us();
	}
	for (size_t i = 0; i < batch->count; i++) {
		struct work *work = &batch->works[i];
		struct asked *asked = work->owner;

		if (asked == NULL)
			continue;
		work->reply = TEXT_NONE;
		if (error == BATCH_SPLIT && commands + dues == 1) {
			if (slot->rules == NULL)
				slot->rules = rules_use(turn->rules);
			judge_refuse(turn, slot, work, REFUSAL_POISON, text_of(batch->sqlstate));
		} else if (error == BATCH_SPLIT) {
			asked->part = part;
			waiting_add(&turn->waiting, asked);
		} else if (error == BATCH_REPEAT && ++asked->tries <= TRIES_MAX) {
			waiting_add(&turn->waiting, asked);
		} else {
			judge_busy(turn, slot, work);
		}
		if (work->reply.len > 0)
			bus_send(turn->bus, asked->peer, work->reply);
	}
	form_empty(slot);
}

static void
log_work(const struct work *work)
{
	const struct journal_entry *entry = &work->effects->journal;
	const struct reply *reply = &work->effects->reply;

	if (work->verdict == VERDICT_DONE && entry->version > 0)
		log_line(LOG_INFORMATION,
			"decision issue=%lld version=%d event=%s state=%s unit=%d desk=%s cause=%s actor=%d device=%d "
			"due_us=%lld",
			(long long)work->dossier->issue.id, entry->version, event_word(entry->event),
			state_word(entry->state), entry->holder.unit, desk_word(entry->holder.desk),
			cause_word(entry->cause), entry->actor, entry->device,
			instant_is_never(entry->due_at) ? 0LL : (long long)entry->due_at.us);
	else if (work->kind == WORK_COMMAND)
		log_line(LOG_INFORMATION, "refusal event=%s issue=%lld actor=%d device=%d refusal=%s detail=%s",
			event_word(work->event.kind), (long long)work->event.issue, work->actor.id,
			work->actor.device,
			work->verdict == VERDICT_CONFLICT ? "CONFLICT" : refusal_word(reply->refusal),
			log_escape(reply->detail));
}
