/* test_encode.c — what the dispatcher says, read back as a client reads it. */
#include "wire/wire.h"

#include <huying.pb-c.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static const struct instant now = {1700000000000000};
static const struct request_id request = {{0x01, 0x8f, 0x3a, 0x5b, 0x7c, 0x9d, 0x7e, 0x01, 0x80}};

static struct place places_rows[] = {
	[1] = {.id = 1, .tier = TIER_DISTRICT, .code = {"ZC", 2}, .name = {"District", 8}},
	[2] = {.id = 2, .parent = 1, .tier = TIER_TOWN, .code = {"T", 1}, .name = {"Town", 4}},
	[3] = {.id = 3, .parent = 2, .tier = TIER_COMMUNITY, .code = {"C", 1}, .name = {"Community", 9}},
	[4] = {.id = 4, .parent = 3, .code = {"P", 1}, .name = {"Compound", 8}},
	[5] = {.id = 5, .parent = 4, .tier = TIER_GRID, .code = {"G", 1}, .name = {"Grid", 4}},
};
static const struct places places = {.rows = places_rows, .count = COUNT_OF(places_rows), .root = 1};
static struct unit units_rows[] = {
	[1] = {.id = 1, .tier = TIER_DISTRICT, .place = 1, .code = {"U1", 2}, .name = {"区中心", 9}},
	[2] = {.id = 2, .parent = 1, .tier = TIER_TOWN, .place = 2, .code = {"U2", 2}, .name = {"Works", 5}},
};
static const struct units units = {.rows = units_rows, .count = COUNT_OF(units_rows)};
static struct standard standards_rows[] = {
	[1] = {.id = 1, .class_code = {"part/01", 7}, .class_name = {"Street lamp", 11}},
};
static int32_t by_class[] = {1};
static const struct standards standards = {
	.rows = standards_rows, .count = COUNT_OF(standards_rows), .by_class = by_class, .by_class_count = 1};
static const struct release releases[] = {
	{.number = 1, .places = &places, .units = &units, .standards = &standards}};
static const struct zone_transition transitions[] = {{{0}, 28800}};
static const struct zone zone = {{"Asia/Shanghai", 13}, transitions, 1};
static const struct rulebook book = {.district = 1, .code = {"ZC", 2}, .name = {"增城区", 9}, .zone = &zone,
	.releases = releases, .releases_count = 1};
static const struct wire_names english = {&book, &releases[0], {"en", 2}};
static const struct wire_names chinese = {&book, &releases[0], {"zh", 2}};
static const struct wire_names before_the_rules = {NULL, NULL, {"en", 2}};

static const struct issue an_issue = {
	.id = 1203207, .version = 3, .state = ISSUE_HANDLING, .holder = {2, DESK_HANDLE}, .handler = 7, .tier = TIER_TOWN,
	.place = 5, .class_code = {"part/01", 7}, .standard = 1, .severity = 2, .reporter = 4, .entry_unit = 1, .lead_unit = 2,
	.release = 1, .cause = CAUSE_PERSON, .returns = 1, .redos = 2, .observed_at = {1}, .received_at = {2},
	.outside_due_at = {INT64_MAX}, .due_at = {5}, .warn_at = {4}, .next_due_at = {INT64_MAX},
};

static struct arena *arena;

static const Huying__FromServer *said(struct text bytes, Huying__FromServer__BodyCase body);
static struct look_issue *many_issues(size_t count, size_t text_len);
static struct text repeated(char letter, size_t count);

static void
welcome_tells_who_one_is(void **state)
{
	const struct actor actor = {.id = 4, .code = {"W1", 2}, .name = {"王芳", 6}, .unit = 2, .area = 3,
		.roles = ROLE_BIT(ROLE_COLLECTOR) | ROLE_BIT(ROLE_SUPERVISOR), .device = 9};
	const struct welcome welcome = {now, &actor, 1203207, 20, 10000, "0.1.0"};
	const Huying__Welcome *body =
		said(wire_welcome(arena, &english, &welcome), HUYING__FROM_SERVER__BODY_WELCOME)->welcome;

	(void)state;
	assert_int_equal(body->protocol_version, 1);
	assert_int_equal(body->server_time->unix_us, now.us);
	assert_int_equal(body->heartbeat_ms, 10000);
	assert_string_equal(body->district_code, "ZC");
	assert_string_equal(body->district_name, "增城区");
	assert_string_equal(body->zone, "Asia/Shanghai");
	assert_string_equal(body->actor_code, "W1");
	assert_string_equal(body->unit_name, "Works");
	assert_string_equal(body->area_code, "C");
	assert_int_equal(body->n_roles, 2);
	assert_int_equal(body->roles[0], HUYING__ROLE__ROLE_COLLECTOR);
	assert_int_equal(body->roles[1], HUYING__ROLE__ROLE_SUPERVISOR);
	assert_int_equal(body->device, 9);
	assert_int_equal(body->numbers_from, 1203207);
	assert_int_equal(body->numbers_count, 20);
	assert_true(body->n_capabilities >= 3);
	assert_string_equal(body->version, "0.1.0");
}

static void
welcome_without_rules_or_numbers(void **state)
{
	const struct actor actor = {.code = {"W1", 2}};
	const struct welcome welcome = {now, &actor, 0, 20, 10000, "0.1.0"};
	const Huying__Welcome *body =
		said(wire_welcome(arena, &before_the_rules, &welcome), HUYING__FROM_SERVER__BODY_WELCOME)->welcome;

	(void)state;
	assert_string_equal(body->district_code, "");
	assert_int_equal(body->numbers_count, 0);
}

static void
pong_and_enrolled(void **state)
{
	const struct actor actor = {.device = 3, .code = {"W1", 2}, .name = {"王芳", 6}};
	const Huying__FromServer *frame = said(wire_pong(arena, UINT64_MAX, now, now), HUYING__FROM_SERVER__BODY_PONG);

	(void)state;
	assert_true(frame->pong->tag == UINT64_MAX);
	assert_int_equal(frame->pong->server_time->unix_us, now.us);
	assert_int_equal(frame->pong->fed_until->unix_us, now.us);
	frame = said(wire_enrolled(arena, &actor), HUYING__FROM_SERVER__BODY_ENROLLED);
	assert_int_equal(frame->enrolled->device, 3);
	assert_string_equal(frame->enrolled->actor_name, "王芳");
}

/* The exact words of every refusal, in both languages. */
static void
refusals_have_their_words(void **state)
{
	(void)state;
	for (int number = 1; number <= REFUSAL_MAX; number++) {
		const struct word *word = vocab_by_number("refusal", number);
		const Huying__Refused *body;

		if (word == NULL)
			continue;
		body = said(wire_refused(arena, &english, (enum refusal)number, TEXT("place_code x"), 0, now),
			HUYING__FROM_SERVER__BODY_REFUSED)->refused;
		assert_int_equal(body->refusal, number);
		assert_string_equal(body->message, word->en);
		assert_string_equal(body->detail, "place_code x");
		assert_int_equal(body->retry_after_ms, 0);
		body = said(wire_refused(arena, &chinese, (enum refusal)number, TEXT_NONE, 0, now),
			HUYING__FROM_SERVER__BODY_REFUSED)->refused;
		assert_string_equal(body->message, word->zh);
	}
}

static void
reply_shows_the_issue(void **state)
{
	const struct reply reply = {.verdict = VERDICT_DONE, .issue = 1203207, .version = 3, .state = ISSUE_HANDLING,
		.tier = TIER_TOWN, .holder = {2, DESK_HANDLE}, .handler = 7, .due_at = {5}, .cause = CAUSE_PERSON,
		.known_already = true};
	const Huying__Reply *body = said(wire_reply(arena, &english, request, &reply, &an_issue, now),
		HUYING__FROM_SERVER__BODY_REPLY)->reply;

	(void)state;
	assert_int_equal(body->request_id.len, 16);
	assert_memory_equal(body->request_id.data, request.bytes, 16);
	assert_int_equal(body->outcome, HUYING__OUTCOME__OUTCOME_DONE);
	assert_int_equal(body->refusal, 0);
	assert_string_equal(body->message, "");
	assert_true(body->known_already);
	assert_string_equal(body->issue->number, "ZC-1203207-5");
	assert_int_equal(body->issue->version, 3);
	assert_int_equal(body->issue->state, HUYING__STATE__STATE_HANDLING);
	assert_string_equal(body->issue->class_name, "Street lamp");
	assert_string_equal(body->issue->place_code, "G");
	assert_string_equal(body->issue->place_name, "Town Community Compound Grid");
	assert_string_equal(body->issue->holder->unit_name, "Works");
	assert_int_equal(body->issue->holder->desk, HUYING__DESK__DESK_HANDLE);
	assert_string_equal(body->issue->entry_unit_code, "U1");
	assert_int_equal(body->issue->due_at->unix_us, 5);
	assert_null(body->issue->outside_due_at);
	assert_null(body->issue->next_due_at);
	assert_int_equal(body->issue->redos, 2);
}

static void
h11_conflict_shows_who_has_it(void **state)
{
	const struct reply reply = {.verdict = VERDICT_CONFLICT, .issue = 1203207, .version = 8, .state = ISSUE_ANSWERED,
		.tier = TIER_TOWN, .holder = {1, DESK_INTAKE}, .handler_name = {"李强", 6}, .due_at = {INT64_MAX},
		.detail = TEXT("version 8")};
	const Huying__Reply *body = said(wire_reply(arena, &chinese, request, &reply, NULL, now),
		HUYING__FROM_SERVER__BODY_REPLY)->reply;

	(void)state;
	assert_int_equal(body->outcome, HUYING__OUTCOME__OUTCOME_CONFLICT);
	assert_string_equal(body->message, "事项已有变化，请看当前状态");
	assert_string_equal(body->detail, "version 8");
	assert_int_equal(body->issue->version, 8);
	assert_string_equal(body->issue->number, "ZC-1203207-5");
	assert_string_equal(body->issue->holder->handler_name, "李强");
	assert_null(body->issue->due_at);
}

static void
refused_reply_shows_no_issue(void **state)
{
	const struct reply reply = {.verdict = VERDICT_REFUSED, .refusal = REFUSAL_AREA};
	const Huying__Reply *body = said(wire_reply(arena, &before_the_rules, request, &reply, NULL, now),
		HUYING__FROM_SERVER__BODY_REPLY)->reply;

	(void)state;
	assert_int_equal(body->outcome, HUYING__OUTCOME__OUTCOME_REFUSED);
	assert_int_equal(body->refusal, HUYING__REFUSAL__REFUSAL_AREA);
	assert_string_equal(body->message, "not in your unit or area");
	assert_null(body->issue);
}

static void
d32_busy_says_when(void **state)
{
	const Huying__FromServer *frame =
		said(wire_busy(arena, request, 750, now), HUYING__FROM_SERVER__BODY_REPLY);

	(void)state;
	assert_int_equal(frame->reply->outcome, HUYING__OUTCOME__OUTCOME_BUSY);
	assert_int_equal(frame->reply->retry_after_ms, 750);
	frame = said(wire_page_refused(arena, &english, 9, REFUSAL_NONE, TEXT_NONE, 750, now),
		HUYING__FROM_SERVER__BODY_PAGE);
	assert_int_equal(frame->page->tag, 9);
	assert_int_equal(frame->page->retry_after_ms, 750);
	assert_int_equal(frame->page->refusal, 0);
}

/* A list longer than a frame arrives in pages, each row once and in order. */
static void
d01_pages_leave_nothing_out(void **state)
{
	enum { ROWS = 1000 };
	struct look_issue *rows = many_issues(ROWS, 120);
	uint64_t after = 0;
	int pages = 0;

	(void)state;
	do {
		struct look look = {.kind = LOOK_QUEUE, .after = after, .now = now, .issues = rows + after,
			.issues_count = ROWS - after};
		struct text bytes = wire_page(arena, &english, 9, &look);
		const Huying__Page *page = said(bytes, HUYING__FROM_SERVER__BODY_PAGE)->page;

		assert_true(bytes.len <= 60100);
		assert_int_equal(page->tag, 9);
		assert_int_equal(page->as_of->unix_us, now.us);
		assert_true(page->n_issues > 0);
		for (size_t i = 0; i < page->n_issues; i++)
			assert_int_equal(page->issues[i]->issue_id, rows[after + i].issue.id);
		assert_int_equal(page->next_cursor, after + page->n_issues == ROWS ? 0 : after + page->n_issues);
		after += page->n_issues;
		pages++;
	} while (after < ROWS);
	assert_in_range(pages, 2, 50);
}

/* One's own reports go on behind an issue, counts behind a place or unit. */
static void
a_cut_page_goes_on_behind_its_last_row(void **state)
{
	enum { COUNTS = 3000 };
	static struct look_count counts[COUNTS];
	struct look look = {.kind = LOOK_MINE, .after = 9000, .now = now, .issues = many_issues(500, 120), .issues_count = 500,
		.next_cursor = 77};
	const Huying__Page *page;

	(void)state;
	page = said(wire_page(arena, &english, 1, &look), HUYING__FROM_SERVER__BODY_PAGE)->page;
	assert_in_range(page->n_issues, 1, 499);
	assert_int_equal(page->next_cursor, page->issues[page->n_issues - 1]->issue_id);
	look.issues_count = 3;
	page = said(wire_page(arena, &english, 1, &look), HUYING__FROM_SERVER__BODY_PAGE)->page;
	assert_int_equal(page->next_cursor, 77);

	for (int32_t i = 0; i < COUNTS; i++)
		counts[i] = (struct look_count){10 * i, 1, 2, 3, now};
	look = (struct look){.kind = LOOK_OVERDUE_COUNTS, .by = LOOK_BY_UNIT, .now = now, .counts = counts,
		.counts_count = COUNTS};
	page = said(wire_page(arena, &english, 1, &look), HUYING__FROM_SERVER__BODY_PAGE)->page;
	assert_in_range(page->n_counts, 1, COUNTS - 1);
	assert_int_equal(page->next_cursor, 10 * (page->n_counts - 1));
}

static void
show_tells_the_whole_timeline_in_pieces(void **state)
{
	enum { DECISIONS = 9 };
	static struct look_decision decisions[DECISIONS];
	int32_t after = 0;
	int pages = 0;

	(void)state;
	for (int i = 0; i < DECISIONS; i++) {
		decisions[i] = (struct look_decision){
			.entry = {.version = i + 1, .state = ISSUE_HANDLING, .holder = {2, DESK_HANDLE}, .event = EVENT_PROGRESS,
				.at = now, .due_at = {INT64_MAX}, .text = repeated('t', TEXT_BYTES_MAX),
				.said = TEXT("{\"place\":\"G\"}")},
			.actor_code = TEXT("W1"), .ledger_count = 1,
			.ledger = {{.op = LEDGER_START, .clock = CLOCK_HANDLE, .generation = 1, .at = now, .amount = 7,
				.kind = LIMIT_CONTINUOUS}}};
	}
	do {
		struct look look = {.kind = LOOK_SHOW, .after_version = after, .now = now, .issues = many_issues(1, 10),
			.issues_count = 1, .decisions = decisions + after, .decisions_count = (size_t)(DECISIONS - after)};
		struct text bytes = wire_page(arena, &english, 9, &look);
		const Huying__Show *show = said(bytes, HUYING__FROM_SERVER__BODY_PAGE)->page->show;

		assert_true(bytes.len <= 65536);
		for (size_t i = 0; i < show->n_timeline; i++) {
			assert_int_equal(show->timeline[i]->version, ++after);
			assert_int_equal(strlen(show->timeline[i]->text), TEXT_BYTES_MAX);
			assert_string_equal(show->timeline[i]->said, "{\"place\":\"G\"}");
			assert_int_equal(show->timeline[i]->entries[0]->op, HUYING__ENTRY__OP__OP_START);
			assert_int_equal(show->timeline[i]->entries[0]->amount, 7);
		}
		assert_int_equal(show->next_version, after == DECISIONS ? 0 : after);
		pages++;
	} while (after < DECISIONS);
	assert_in_range(pages, 2, DECISIONS);
}

static void
h31_show_explains_the_clocks(void **state)
{
	int32_t assisting[] = {1};
	struct look look = {.kind = LOOK_SHOW, .now = now, .issues = many_issues(1, 10), .issues_count = 1,
		.assist_units = assisting, .assist_count = 1,
		.feedback = TEXT("{\"contacted\":true,\"solved\":false,\"satisfied\":2}"),
		.explanation = {
			.clocks = {{.clock = CLOCK_HANDLE, .calendar = TEXT("office"), .used = {11}, .remaining = {-5},
				.provisional = true,
				.state = {.run = CLOCK_RUNNING, .generation = 2, .breached = true,
					.limit = {LIMIT_WORKING_TIME, 99, 1}, .started_at = {3}, .due_at = {8},
					.breached_at = {8}}}},
			.clocks_count = 1, .standard = TEXT("lamp out"), .close_condition = TEXT("lamp lit"),
			.route = TEXT("U2 leads part"), .next_at = {12}, .next_clock = CLOCK_HANDLE,
			.next_action = ACTION_MOVE_UP}};
	const Huying__Show *show = said(wire_page(arena, &english, 9, &look), HUYING__FROM_SERVER__BODY_PAGE)->page->show;

	(void)state;
	assert_int_equal(show->n_clocks, 1);
	assert_int_equal(show->clocks[0]->run, HUYING__CLOCK__RUN__RUN_RUNNING);
	assert_int_equal(show->clocks[0]->remaining_us, -5);
	assert_int_equal(show->clocks[0]->breached_at->unix_us, 8);
	assert_true(show->clocks[0]->provisional);
	assert_string_equal(show->clocks[0]->calendar, "office");
	assert_string_equal(show->why->close_condition, "lamp lit");
	assert_string_equal(show->why->next_step, "move_up");
	assert_int_equal(show->why->next_step_at->unix_us, 12);
	assert_int_equal(show->why->release, 1);
	assert_string_equal(show->assisting_unit_codes[0], "U1");
	assert_true(show->feedback->contacted);
	assert_false(show->feedback->solved);
	assert_int_equal(show->feedback->satisfied, 2);

	look.explanation.next_action = 0;
	look.feedback = TEXT_NONE;
	show = said(wire_page(arena, &english, 9, &look), HUYING__FROM_SERVER__BODY_PAGE)->page->show;
	assert_string_equal(show->why->next_step, "HANDLE");
	assert_null(show->feedback);
}

static void
counts_name_places_and_units(void **state)
{
	struct look_count counts[] = {{2, 3, 4, 5, {6}}, {0, 1, 0, 0, {INT64_MAX}}};
	struct look look = {.kind = LOOK_OVERDUE_COUNTS, .by = LOOK_BY_TOWN, .now = now, .counts = counts,
		.counts_count = 2};
	const Huying__Page *page = said(wire_page(arena, &english, 9, &look), HUYING__FROM_SERVER__BODY_PAGE)->page;

	(void)state;
	assert_int_equal(page->n_counts, 2);
	assert_string_equal(page->counts[0]->name, "Town");
	assert_int_equal(page->counts[0]->tier, HUYING__TIER__TIER_TOWN);
	assert_int_equal(page->counts[0]->red, 3);
	assert_int_equal(page->counts[0]->yellow, 4);
	assert_int_equal(page->counts[0]->green, 5);
	assert_int_equal(page->counts[0]->oldest_due_at->unix_us, 6);
	assert_string_equal(page->counts[1]->code, "");
	look.by = LOOK_BY_UNIT;
	page = said(wire_page(arena, &english, 9, &look), HUYING__FROM_SERVER__BODY_PAGE)->page;
	assert_string_equal(page->counts[0]->code, "U2");
}

static void
contact_is_given_out_alone(void **state)
{
	struct look look = {.kind = LOOK_CONTACT, .now = now, .contact = {TEXT("王芳"), TEXT("138"), TEXT("3-2")}};
	const Huying__Page *page = said(wire_page(arena, &english, 9, &look), HUYING__FROM_SERVER__BODY_PAGE)->page;

	(void)state;
	assert_int_equal(page->contact->telephone.len, 3);
	assert_memory_equal(page->contact->telephone.data, "138", 3);
	assert_int_equal(page->n_issues, 0);
	assert_null(page->show);
}

static const Huying__FromServer *
said(struct text bytes, Huying__FromServer__BodyCase body)
{
	static Huying__FromServer *last;

	if (last != NULL)
		huying__from_server__free_unpacked(last, NULL);
	last = NULL;
	if (bytes.len == 0) /* the end */
		return NULL;
	last = huying__from_server__unpack(NULL, bytes.len, (const uint8_t *)bytes.data);
	assert_non_null(last);
	assert_int_equal(last->body_case, body);
	return last;
}

static struct look_issue *
many_issues(size_t count, size_t text_len)
{
	struct look_issue *rows = arena_take_array(arena, count, sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		rows[i] = (struct look_issue){.issue = an_issue, .text = repeated('x', text_len),
			.handler_code = TEXT("H1"), .handler_name = TEXT("李强"), .reporter_code = TEXT("W1")};
		rows[i].issue.id = (int64_t)(1000 + i);
	}
	return rows;
}

static struct text
repeated(char letter, size_t count)
{
	char *data = arena_take(arena, count + 1);

	memset(data, letter, count);
	return (struct text){data, count};
}

int
main(void)
{
	static struct check_group group;
	int failed;

	arena = arena_new();
	CHECK_ONE(&group, welcome_tells_who_one_is);
	CHECK_ONE(&group, welcome_without_rules_or_numbers);
	CHECK_ONE(&group, pong_and_enrolled);
	CHECK_ONE(&group, refusals_have_their_words);
	CHECK_ONE(&group, reply_shows_the_issue);
	CHECK_ONE(&group, h11_conflict_shows_who_has_it);
	CHECK_ONE(&group, refused_reply_shows_no_issue);
	CHECK_ONE(&group, d32_busy_says_when);
	CHECK_ONE(&group, d01_pages_leave_nothing_out);
	CHECK_ONE(&group, a_cut_page_goes_on_behind_its_last_row);
	CHECK_ONE(&group, show_tells_the_whole_timeline_in_pieces);
	CHECK_ONE(&group, h31_show_explains_the_clocks);
	CHECK_ONE(&group, counts_name_places_and_units);
	CHECK_ONE(&group, contact_is_given_out_alone);
	failed = check_run("encode", &group);
	said(TEXT_NONE, 0);
	arena_free(arena);
	return failed;
}
