/* test_decode.c — what a client may send, and by which words it hears what is wrong with it. */
#include "wire/wire.h"

#include <huying.pb-c.h>
#include <string.h>

#include "core/vocab/vocab.h"
#include "tests/check.h"
#include "tests/wire/notation.h"

#define V1 "protocol_version:1 "
#define COMMAND(inside) V1 "command{request_id:@7 " inside "}"
#define REPORT(inside) COMMAND("report{class_code:'part/01' " inside "}")
#define ON_ISSUE(inside) COMMAND("issue_id:5 seen_version:2 " inside)
#define PHOTO "sha256:'0123456789abcdef0123456789abcdef' media_type:'image/jpeg' size:5"
#define PHOTO_4 "photos{" PHOTO "} photos{" PHOTO "} photos{" PHOTO "} photos{" PHOTO "} "
#define FORM "a number looks like ZC-1203207-5"

static const struct row {
	const char *name, *message;
	const char *refusal; /* NULL = accepted */
	const char *detail;
} rows[] = {
	/* frames */
	{"f18_empty_frame", "", "BAD_MESSAGE", "empty"},
	{"nothing_but_a_version", V1, "MISSING_FIELD", "one of hello, enrol, ping, command, query, subscribe, unsubscribe, acknowledge"},
	{"f18_all_defaults", "protocol_version:0 hello{}", "BAD_VERSION",
		"protocol_version 0: this dispatcher speaks 1"},
	{"version_left_out", "ping{tag:1}", "BAD_VERSION", "protocol_version 0: this dispatcher speaks 1"},
	{"version_that_is_none", "protocol_version:4000000000 ping{}", "BAD_VERSION",
		"protocol_version 4000000000: this dispatcher speaks 1"},
	{"newer_version", "protocol_version:2 ping{tag:1}", NULL, ""},
	{"d11_unknown_field_in_the_frame", V1 "ping{} #99:5", "UNKNOWN_FIELD", "field 99"},
	{"unknown_body", V1 "#40:1", "UNKNOWN_COMMAND", "field 40"},
	{"unknown_body_of_a_newer_client", "protocol_version:2 #50:1", "UNKNOWN_COMMAND", "field 50"},
	{"unknown_field_of_a_newer_client", "protocol_version:2 hello{#77:1} #99:5", NULL, ""},
	{"ping", V1 "ping{tag:18446744073709551615}", NULL, ""},
	{"d11_unknown_field_in_ping", V1 "ping{#9:1}", "UNKNOWN_FIELD", "ping field 9"},
	{"body_twice_the_last_wins", V1 "ping{tag:1} hello{}", NULL, ""},

	/* hello, enrol */
	{"hello", V1 "hello{numbers_left:4 language:'zh' program:'app 1'}", NULL, ""},
	{"hello_empty", V1 "hello{}", NULL, ""},
	{"hello_language", V1 "hello{language:'fr'}", "BAD_VALUE", "hello.language \"fr\": zh or en"},
	{"hello_language_no_utf8", V1 "hello{language:'\\xff\\xfe'}", "BAD_TEXT",
		"hello.language: UTF-8 without control characters"},
	{"hello_numbers_left", V1 "hello{numbers_left:4294967295}", "BAD_VALUE",
		"hello.numbers_left 4294967295: 0 to 2147483647"},
	{"hello_program_long", V1 "hello{program:'x'*201}", "TOO_LONG",
		"hello.program 201 bytes: at most 200 bytes"},
	{"hello_program_two_lines", V1 "hello{program:'a\\x0ab'}", "BAD_TEXT",
		"hello.program: one line without tabs"},
	{"enrol", V1 "enrol{public_key:'k'*32 device_name:'phone'}", NULL, ""},
	{"enrol_without_key", V1 "enrol{device_name:'phone'}", "MISSING_FIELD", "enrol.public_key"},
	{"enrol_short_key", V1 "enrol{public_key:'k'*31}", "BAD_VALUE", "enrol.public_key 31 bytes: 32 bytes"},
	{"enrol_z85_key", V1 "enrol{public_key:'k'*40}", "BAD_VALUE", "enrol.public_key 40 bytes: 32 bytes"},

	/* request ids */
	{"no_request_id", V1 "command{report{class_code:'a'}}", "BAD_REQUEST_ID",
		"request_id 0 bytes: 16 bytes of version 7"},
	{"request_id_too_short", V1 "command{request_id:'0123456789' report{class_code:'a'}}",
		"BAD_REQUEST_ID", "request_id 10 bytes: 16 bytes of version 7"},
	{"request_id_as_text", V1 "command{request_id:'018f3a5b-7c9d-7e01-8023-456789abcdef' claim{next:1}}",
		"BAD_REQUEST_ID", "request_id 36 bytes: 16 bytes of version 7"},
	{"request_id_of_version_4",
		V1 "command{request_id:'\\x01\\x8f\\x3a\\x5b\\x7c\\x9d\\x4e\\x01\\x80\\x23\\x45\\x67\\x89\\xab\\xcd\\xef' "
		   "claim{next:1}}",
		"BAD_REQUEST_ID", "request_id 16 bytes: 16 bytes of version 7"},

	/* verbs, and which issue */
	{"no_verb", COMMAND("text:'a'"), "MISSING_FIELD", "verb"},
	{"verb_of_the_whole_life", COMMAND("#26:0"), "UNKNOWN_COMMAND", "command field 26"},
	{"verb_nobody_knows", COMMAND("#60:0"), "UNKNOWN_COMMAND", "command field 60"},
	{"verb_of_a_newer_client", "protocol_version:9 command{request_id:@7 #60:0}", "UNKNOWN_COMMAND",
		"command field 60"},
	{"d11_field_beside_the_verb", ON_ISSUE("approve{} #60:0"), "UNKNOWN_FIELD", "field 60"},
	{"field_beside_the_verb_of_a_newer_client",
		"protocol_version:2 command{request_id:@7 issue_id:5 seen_version:2 approve{} #60:0}", NULL, ""},
	{"by_number", COMMAND("number:'ZC-1203207-5' seen_version:1 approve{}"), NULL, ""},
	{"by_number_in_small_letters", COMMAND("number:' zc-1203207-5 ' seen_version:1 approve{}"), NULL, ""},
	{"number_malformed", COMMAND("number:'lamp 5' seen_version:1 approve{}"), "BAD_VALUE",
		"number \"lamp 5\": " FORM},
	{"number_of_another_district", COMMAND("number:'BO-1203207-5' seen_version:1 approve{}"), "BAD_VALUE",
		"number \"BO-1203207-5\": a number of another district; here they look like ZC-1203207-5"},
	{"number_misread", COMMAND("number:'ZC-1203208-5' seen_version:1 approve{}"), "BAD_VALUE",
		"number \"ZC-1203208-5\": the check digit does not fit, some digit is misread; " FORM},
	{"number_long", COMMAND("number:'1'*61 seen_version:1 approve{}"), "TOO_LONG",
		"number 61 bytes: at most 60 bytes"},
	{"number_empty", COMMAND("number:'' seen_version:1 approve{}"), "MISSING_FIELD", "number"},
	{"number_with_a_line_end", COMMAND("number:'ZC-1203207-5\\x0a' seen_version:1 approve{}"), "BAD_TEXT",
		"number: one line without tabs"},
	{"issue_id_zero", COMMAND("issue_id:0 seen_version:1 approve{}"), "BAD_VALUE",
		"issue_id 0: 1 to 2^63-1"},
	{"issue_id_too_large", COMMAND("issue_id:9223372036854775808 seen_version:1 approve{}"), "BAD_VALUE",
		"issue_id 9223372036854775808: 1 to 2^63-1"},
	{"no_issue", COMMAND("seen_version:1 approve{}"), "MISSING_FIELD", "issue_id or number"},
	{"urge_whatever_version", COMMAND("issue_id:5 text:'please' urge{}"), NULL, ""},
	{"urge_of_a_version", COMMAND("issue_id:5 seen_version:2 urge{}"), NULL, ""},
	{"urge_of_nothing", COMMAND("urge{}"), "MISSING_FIELD", "issue_id or number"},
	{"urge_with_a_field_of_its_own", COMMAND("issue_id:5 urge{#1:0}"), "UNKNOWN_FIELD", "urge field 1"},
	{"h11_no_version_seen", COMMAND("issue_id:5 approve{}"), "MISSING_FIELD", "seen_version"},
	{"version_too_large", COMMAND("issue_id:5 seen_version:2147483648 approve{}"), "BAD_VALUE",
		"seen_version 2147483648: 0 to 2147483647"},
	{"claim", COMMAND("issue_id:5 claim{}"), NULL, ""},
	{"claim_next", COMMAND("claim{next:1}"), NULL, ""},
	{"claim_nothing", COMMAND("claim{}"), "MISSING_FIELD", "issue_id or number"},
	{"claim_next_and_this", COMMAND("issue_id:5 claim{next:1}"), "BAD_VALUE",
		"claim.next: the next task, or the one named, not both"},
	{"claim_next_with_version", COMMAND("seen_version:5 claim{next:1}"), "BAD_VALUE",
		"seen_version: nothing was seen yet"},
	{"release", ON_ISSUE("release{}"), NULL, ""},
	{"progress", ON_ISSUE("text:'on our way' progress{}"), NULL, ""},
	{"progress_of_nothing", ON_ISSUE("progress{}"), "MISSING_FIELD", "text"},
	{"return", ON_ISSUE("reason:1 return_issue{}"), NULL, ""},
	{"return_without_reason", ON_ISSUE("return_issue{}"), "MISSING_FIELD", "reason"},
	{"decline_without_reason", ON_ISSUE("decline{}"), "MISSING_FIELD", "reason"},
	{"escalate_without_reason", ON_ISSUE("escalate{}"), "MISSING_FIELD", "reason"},
	{"rework_without_reason", ON_ISSUE("rework{}"), "MISSING_FIELD", "reason"},
	{"reason_unknown", ON_ISSUE("reason:150 return_issue{}"), "BAD_VALUE", "reason 150: no such value"},
	{"reason_negative", ON_ISSUE("reason:-1 return_issue{}"), "BAD_VALUE", "reason -1: no such value"},

	/* text */
	{"text_longest", COMMAND("text:'a'*30000 report{}"), NULL, ""},
	{"text_too_long", COMMAND("text:'a'*30001 report{}"), "TOO_LONG",
		"text 30001 bytes: at most 30000 bytes"},
	{"text_with_lines_and_tabs", COMMAND("text:'a\\x0ab\\x09c\\x0d\\x0a' report{}"), NULL, ""},
	{"text_in_chinese", COMMAND("text:'路灯不亮' report{}"), NULL, ""},
	{"text_no_utf8", COMMAND("text:'\\xff\\xfea' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},
	{"text_with_nul", COMMAND("text:'ab\\x00cd' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},
	{"text_overlong", COMMAND("text:'\\xc0\\xaf' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},
	{"text_surrogate", COMMAND("text:'\\xed\\xa0\\x80' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},
	{"text_turned_around", COMMAND("text:'\\xe2\\x80\\xaegnp' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},
	{"text_with_escape", COMMAND("text:'\\x1b[2J' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},
	{"text_with_c1", COMMAND("text:'\\xc2\\x9b' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},
	{"text_cut_in_a_letter", COMMAND("text:'\\xe8\\xb7' report{}"), "BAD_TEXT",
		"text: UTF-8 without control characters"},

	/* report */
	{"report_of_a_class", REPORT(""), NULL, ""},
	{"report_of_nothing", COMMAND("report{}"), "MISSING_FIELD", "report.class_code or text"},
	{"report_on_an_issue", COMMAND("issue_id:5 report{class_code:'a'}"), "BAD_VALUE",
		"issue_id or number: a report names its own in report.issue_id"},
	{"report_with_version", COMMAND("seen_version:1 report{class_code:'a'}"), "BAD_VALUE",
		"seen_version: nothing was seen yet"},
	{"report_own_number", REPORT("issue_id:1203207"), NULL, ""},
	{"report_own_number_too_large", REPORT("issue_id:18446744073709551615"), "BAD_VALUE",
		"report.issue_id 18446744073709551615: 0 to 2^63-1"},
	{"class_with_empty_part", COMMAND("report{class_code:'part//01'}"), "CLASS",
		"report.class_code \"part//01\": kind/major/minor, 1 to 4 parts of 1 to 60 bytes"},
	{"class_of_five_parts", COMMAND("report{class_code:'a/b/c/d/e'}"), "CLASS",
		"report.class_code \"a/b/c/d/e\": kind/major/minor, 1 to 4 parts of 1 to 60 bytes"},
	{"class_too_long", COMMAND("report{class_code:'a'*121}"), "TOO_LONG",
		"report.class_code 121 bytes: at most 120 bytes"},
	{"class_no_utf8", COMMAND("report{class_code:'\\xff'}"), "BAD_TEXT",
		"report.class_code: UTF-8 without control characters"},
	{"severity_too_large", REPORT("severity:5"), "BAD_VALUE", "report.severity 5: 0 to 4"},
	{"place_too_long", REPORT("place_code:'p'*121"), "TOO_LONG",
		"report.place_code 121 bytes: at most 120 bytes"},
	{"unit_with_tab", REPORT("unit_code:'a\\x09b'"), "BAD_TEXT",
		"report.unit_code: one line without tabs"},
	{"point", REPORT("point{latitude:23.29 longitude:113.81}"), NULL, ""},
	{"point_of_zeros", REPORT("point{}"), NULL, ""},
	{"latitude_too_large", REPORT("point{latitude:91.5 longitude:1}"), "BAD_VALUE",
		"report.point.latitude 91.5: -90 to 90"},
	{"latitude_too_small", REPORT("point{latitude:-90.000001}"), "BAD_VALUE",
		"report.point.latitude -90.000001: -90 to 90"},
	{"longitude_too_large", REPORT("point{longitude:180.1}"), "BAD_VALUE",
		"report.point.longitude 180.1: -180 to 180"},
	{"longitude_infinite", REPORT("point{longitude:inf}"), "BAD_VALUE",
		"report.point.longitude inf: -180 to 180"},
	{"latitude_no_number", REPORT("point{latitude:nan}"), "BAD_VALUE",
		"report.point.latitude nan: -90 to 90"},
	{"observed_in_1970", REPORT("observed_at{}"), NULL, ""},
	{"observed_before_1900", REPORT("observed_at{unix_us:-2208988800000001}"), "BAD_VALUE",
		"report.observed_at.unix_us -2208988800000001: microseconds since 1970, of the years 1900 to 2200"},
	{"observed_after_2200", REPORT("observed_at{unix_us:7258118400000001}"), "BAD_VALUE",
		"report.observed_at.unix_us 7258118400000001: microseconds since 1970, of the years 1900 to 2200"},
	{"contact", REPORT("contact{name:'王芳' telephone:'138' address:'3-2-1'}"), NULL, ""},
	{"telephone_too_long", REPORT("contact{telephone:'1'*41}"), "TOO_LONG",
		"report.contact.telephone 41 bytes: at most 40 bytes"},
	{"contact_name_no_utf8", REPORT("contact{name:'\\x80'}"), "BAD_TEXT",
		"report.contact.name: UTF-8 without control characters"},
	{"address_too_long", REPORT("contact{address:'a'*501}"), "TOO_LONG",
		"report.contact.address 501 bytes: at most 500 bytes"},
	{"d11_unknown_field_in_contact", REPORT("contact{#4:1}"), "UNKNOWN_FIELD", "report.contact field 4"},
	{"external", REPORT("external{source:'12345' reference:'A-1' due_at{unix_us:1}}"), NULL, ""},
	{"external_without_source", REPORT("external{reference:'A-1'}"), "MISSING_FIELD",
		"report.external.source"},
	{"external_without_reference", REPORT("external{source:'12345'}"), "MISSING_FIELD",
		"report.external.reference"},
	{"source_too_long", REPORT("external{source:'s'*61 reference:'1'}"), "TOO_LONG",
		"report.external.source 61 bytes: at most 60 bytes"},
	{"reference_too_long", REPORT("external{source:'s' reference:'r'*121}"), "TOO_LONG",
		"report.external.reference 121 bytes: at most 120 bytes"},
	{"photos_16", REPORT(PHOTO_4 PHOTO_4 PHOTO_4 PHOTO_4), NULL, ""},
	{"photos_17", REPORT(PHOTO_4 PHOTO_4 PHOTO_4 PHOTO_4 "photos{" PHOTO "}"), "TOO_MANY",
		"report.photos 17: at most 16"},
	{"photo_digest_short", REPORT("photos{" PHOTO "} photos{sha256:'a'*31}"), "BAD_VALUE",
		"report.photos[1].sha256 31 bytes: 32 bytes"},
	{"photo_digest_as_text", REPORT("photos{sha256:'a'*64}"), "BAD_VALUE",
		"report.photos[0].sha256 64 bytes: 32 bytes"},
	{"photo_without_digest", REPORT("photos{media_type:'image/jpeg' size:5}"), "MISSING_FIELD",
		"report.photos[0].sha256"},
	{"photo_of_no_type", REPORT("photos{sha256:'a'*32 size:5}"), "MISSING_FIELD",
		"report.photos[0].media_type"},
	{"photo_of_no_size", REPORT("photos{sha256:'a'*32 media_type:'image/jpeg'}"), "BAD_VALUE",
		"report.photos[0].size 0: 1 to 2^63-1"},
	{"photo_taken_in_year_9999", REPORT("photos{" PHOTO " taken_at{unix_us:253402300799000000}}"), "BAD_VALUE",
		"report.photos[0].taken_at.unix_us 253402300799000000: microseconds since 1970, of the years 1900 to 2200"},

	/* the desks */
	{"file", ON_ISSUE("file{place_code:'440118001' class_code:'part/01' lead_unit_code:'B1' severity:2}"), NULL, ""},
	{"file_bad_class", ON_ISSUE("file{class_code:'/'}"), "CLASS",
		"file.class_code \"/\": kind/major/minor, 1 to 4 parts of 1 to 60 bytes"},
	{"file_severity", ON_ISSUE("file{severity:9}"), "BAD_VALUE", "file.severity 9: 0 to 4"},
	{"d09_no_limit_in_silence", ON_ISSUE("file{no_limit:1}"), "MISSING_FIELD",
		"text: file.no_limit needs a reason in words"},
	{"d09_no_limit_with_words", ON_ISSUE("text:'river works' file{no_limit:1}"), NULL, ""},
	{"dispatch", ON_ISSUE("dispatch{lead_unit_code:'B1' assist_unit_codes:'B2' assist_unit_codes:'B3'}"), NULL, ""},
	{"dispatch_to_an_empty_unit", ON_ISSUE("dispatch{assist_unit_codes:'B2' assist_unit_codes:''}"),
		"MISSING_FIELD", "dispatch.assist_unit_codes[1]"},
	{"dispatch_to_nine",
		ON_ISSUE("dispatch{assist_unit_codes:'1' assist_unit_codes:'2' assist_unit_codes:'3' assist_unit_codes:'4' "
			 "assist_unit_codes:'5' assist_unit_codes:'6' assist_unit_codes:'7' assist_unit_codes:'8' "
			 "assist_unit_codes:'9'}"),
		"TOO_MANY", "dispatch.assist_unit_codes 9: at most 8"},
	{"answer", ON_ISSUE("text:'done' answer{close_condition_met:1 photos{" PHOTO "}}"), NULL, ""},
	{"answer_photo", ON_ISSUE("answer{photos{sha256:'a'}}"), "BAD_VALUE",
		"answer.photos[0].sha256 1 bytes: 32 bytes"},
	{"approve", ON_ISSUE("approve{}"), NULL, ""},
	{"rework", ON_ISSUE("reason:7 rework{}"), NULL, ""},
	{"feedback", ON_ISSUE("feedback{contacted:1 solved:1 satisfied:5}"), NULL, ""},
	{"feedback_six_of_five", ON_ISSUE("feedback{satisfied:6}"), "BAD_VALUE", "feedback.satisfied 6: 0 to 5"},
	{"d23_clock_state_from_outside", ON_ISSUE("escalate{#1:0} reason:3"), "UNKNOWN_FIELD", "escalate field 1"},
	{"d22_place_from_an_answer", ON_ISSUE("answer{#5:0}"), "UNKNOWN_FIELD", "answer field 5"},

	/* queries */
	{"query_of_nothing", V1 "query{tag:9}", "MISSING_FIELD",
		"one of show, queue, mine, tasks, overdue, contact, inbox"},
	{"query_nobody_knows", "protocol_version:5 query{tag:9 #30:0}", "UNKNOWN_COMMAND", "query field 30"},
	{"show", V1 "query{tag:9 show{number:'ZC-1203207-5' after_version:3}}", NULL, ""},
	{"show_nothing", V1 "query{tag:9 show{}}", "MISSING_FIELD", "show.issue_id or show.number"},
	{"show_bad_number", V1 "query{tag:9 show{number:'7-7-7'}}", "BAD_VALUE",
		"show.number \"7-7-7\": a number of another district; here they look like ZC-1203207-5"},
	{"show_issue_zero", V1 "query{tag:9 show{issue_id:0}}", "BAD_VALUE", "show.issue_id 0: 1 to 2^63-1"},
	{"show_after_version", V1 "query{tag:9 show{issue_id:1 after_version:4294967295}}", "BAD_VALUE",
		"show.after_version 4294967295: 0 to 2147483647"},
	{"queue", V1 "query{tag:9 queue{desk:3 unit_code:'B1' after:50}}", NULL, ""},
	{"queue_desk", V1 "query{tag:9 queue{desk:7}}", "BAD_VALUE", "queue.desk 7: no such value"},
	{"mine", V1 "query{tag:9 mine{open_only:1}}", NULL, ""},
	{"tasks", V1 "query{tag:9 tasks{}}", NULL, ""},
	{"overdue", V1 "query{tag:9 overdue{by:2 soon_us:7200000000 area_code:'440118001'}}", NULL, ""},
	{"overdue_by", V1 "query{tag:9 overdue{by:5}}", "BAD_VALUE", "overdue.by 5: no such value"},
	{"overdue_soon", V1 "query{tag:9 overdue{soon_us:31622400000001}}", "BAD_VALUE",
		"overdue.soon_us 31622400000001: microseconds, at most 366 days"},
	{"contact_look", V1 "query{tag:9 contact{issue_id:5 reason:'call back'}}", NULL, ""},
	{"contact_look_without_reason", V1 "query{tag:9 contact{issue_id:5}}", "MISSING_FIELD", "contact.reason"},
	{"contact_look_at_nothing", V1 "query{tag:9 contact{reason:'call'}}", "MISSING_FIELD",
		"contact.issue_id or contact.number"},
	{"d11_unknown_field_in_query", V1 "query{tag:9 mine{#3:1}}", "UNKNOWN_FIELD", "mine field 3"},
};

static struct arena *arena;
static struct wire_message message;
static struct text detail;

static enum refusal decode(struct text bytes);
static size_t send_broken_text(const ProtobufCMessageDescriptor *descriptor, const char *open, const char *close);
static const char *needed_inside(const ProtobufCMessageDescriptor *descriptor);

static void
check_row(void **state)
{
	const struct row *row = *state;
	enum refusal refusal = decode(notation(row->message));

	if (refusal != REFUSAL_NONE)
		assert_string_equal(refusal_word(refusal), row->refusal == NULL ? "accepted" : row->refusal);
	else
		assert_null(row->refusal);
	assert_string_equal(arena_text(arena, detail).data, row->detail);
}

static void
report_arrives_whole(void **state)
{
	const struct event *event = &message.event;
	const struct report *report = &event->report;

	(void)state;
	assert_int_equal(decode(notation(COMMAND(
		"text:'路灯不亮' report{issue_id:1203207 class_code:'part/01/02' condition_code:'3' severity:2 "
		"place_code:'440118001' unit_code:'U' point{latitude:-23.2900004 longitude:113.8100006} "
		"observed_at{unix_us:1700000000000000} contact{name:'王芳' telephone:'138' address:'3-2'} "
		"external{source:'12345' reference:'A-1' due_at{unix_us:1700000000000001}} "
		"photos{" PHOTO " taken_at{unix_us:5}} photos{" PHOTO "}}"))), REFUSAL_NONE);
	assert_int_equal(message.kind, WIRE_COMMAND);
	assert_true(message.has_request);
	assert_memory_equal(event->request.bytes, NOTATION_REQUEST, 16);
	assert_int_equal(event->kind, EVENT_REPORT);
	assert_int_equal(event->issue, 0);
	assert_true(text_is(event->text, "路灯不亮"));
	assert_int_equal(report->id, 1203207);
	assert_true(text_is(report->class_code, "part/01/02"));
	assert_true(text_is(report->condition_code, "3"));
	assert_int_equal(report->severity, 2);
	assert_true(text_is(report->place_code, "440118001"));
	assert_true(text_is(report->unit_code, "U"));
	assert_int_equal(report->latitude, -23290000);
	assert_int_equal(report->longitude, 113810001);
	assert_int_equal(report->point_place, 0);
	assert_int_equal(report->observed_at.us, 1700000000000000);
	assert_true(report->has_contact);
	assert_true(text_is(report->contact.telephone, "138"));
	assert_true(text_is(report->source, "12345"));
	assert_true(text_is(report->reference, "A-1"));
	assert_int_equal(report->outside_due_at.us, 1700000000000001);
	assert_int_equal(report->photos_count, 2);
	assert_int_equal(report->photos[0].digest.len, 32);
	assert_int_equal(report->photos[0].taken_at.us, 5);
	assert_true(instant_is_never(report->photos[1].taken_at));
}

static void
what_is_not_told_is_none(void **state)
{
	const struct report *report = &message.event.report;

	(void)state;
	assert_int_equal(decode(notation(REPORT(""))), REFUSAL_NONE);
	assert_int_equal(report->latitude, ISSUE_MICRODEGREES_NONE);
	assert_int_equal(report->longitude, ISSUE_MICRODEGREES_NONE);
	assert_true(instant_is_never(report->observed_at));
	assert_true(instant_is_never(report->outside_due_at));
	assert_false(report->has_contact);
	assert_int_equal(report->source.len, 0);
	assert_int_equal(report->photos_count, 0);
}

static void
verbs_arrive_whole(void **state)
{
	const struct event *event = &message.event;

	(void)state;
	assert_int_equal(decode(notation(ON_ISSUE("file{place_code:'p' class_code:'c' condition_code:'k' "
						  "lead_unit_code:'u' severity:3}"))), REFUSAL_NONE);
	assert_int_equal(event->kind, EVENT_FILE);
	assert_int_equal(event->issue, 5);
	assert_int_equal(event->seen_version, 2);
	assert_true(text_is(event->file.lead_code, "u"));
	assert_true(text_is(event->file.condition_code, "k"));
	assert_int_equal(event->file.severity, 3);

	assert_int_equal(decode(notation(ON_ISSUE("dispatch{assist_unit_codes:'a' assist_unit_codes:'b'}"))),
		REFUSAL_NONE);
	assert_int_equal(event->dispatch.assist_count, 2);
	assert_true(text_is(event->dispatch.assist_codes[1], "b"));

	assert_int_equal(decode(notation(ON_ISSUE("reason:3 text:'t' escalate{}"))), REFUSAL_NONE);
	assert_int_equal(event->kind, EVENT_ESCALATE);
	assert_int_equal(event->reason, REASON_NEED_HELP);

	assert_int_equal(decode(notation(ON_ISSUE("answer{close_condition_met:1 photos{" PHOTO "}}"))), REFUSAL_NONE);
	assert_true(event->answer.close_condition);
	assert_int_equal(event->answer.photos_count, 1);

	assert_int_equal(decode(notation(ON_ISSUE("feedback{contacted:1 satisfied:4}"))), REFUSAL_NONE);
	assert_true(event->feedback.contacted);
	assert_false(event->feedback.solved);
	assert_int_equal(event->feedback.satisfied, 4);

	assert_int_equal(decode(notation(COMMAND("number:'ZC-1203207-5' claim{}"))), REFUSAL_NONE);
	assert_int_equal(event->issue, 1203207);
	assert_int_equal(decode(notation(COMMAND("claim{next:1}"))), REFUSAL_NONE);
	assert_int_equal(event->issue, 0);
}

static void
queries_arrive_whole(void **state)
{
	const struct wire_ask *ask = &message.ask;

	(void)state;
	assert_int_equal(decode(notation(V1 "query{tag:9 show{number:'1203207' after_version:3}}")), REFUSAL_NONE);
	assert_int_equal(message.kind, WIRE_QUERY);
	assert_int_equal(message.tag, 9);
	assert_int_equal(ask->query, WIRE_SHOW);
	assert_int_equal(ask->issue, 1203207);
	assert_int_equal(ask->after_version, 3);
	assert_int_equal(decode(notation(V1 "query{overdue{by:4 soon_us:7 after:8 area_code:'A'}}")), REFUSAL_NONE);
	assert_int_equal(ask->query, WIRE_OVERDUE);
	assert_int_equal(ask->by, 4);
	assert_int_equal(ask->soon.us, 7);
	assert_int_equal(ask->after, 8);
	assert_true(text_is(ask->area_code, "A"));
	assert_int_equal(decode(notation(V1 "query{contact{issue_id:6 reason:'call'}}")), REFUSAL_NONE);
	assert_int_equal(ask->issue, 6);
	assert_true(text_is(ask->reason, "call"));
	assert_int_equal(decode(notation(V1 "hello{numbers_left:4 language:'en'}")), REFUSAL_NONE);
	assert_int_equal(message.hello.protocol_version, 1);
	assert_int_equal(message.hello.numbers_left, 4);
	assert_int_equal(decode(notation(V1 "enrol{public_key:'k'*32}")), REFUSAL_NONE);
	assert_int_equal(message.new_key.bytes[31], 'k');
}

/* A refused command is answered by its id, a refused query by its tag. */
static void
refused_messages_keep_their_name(void **state)
{
	(void)state;
	assert_int_equal(decode(notation(REPORT("severity:9"))), REFUSAL_BAD_VALUE);
	assert_true(message.has_request);
	assert_memory_equal(message.event.request.bytes, NOTATION_REQUEST, 16);
	assert_int_equal(decode(notation("command{request_id:@7}")), REFUSAL_BAD_VERSION);
	assert_true(message.has_request);
	assert_int_equal(decode(notation(V1 "command{request_id:'0123456789abcdef'}")), REFUSAL_BAD_REQUEST_ID);
	assert_false(message.has_request);
	assert_int_equal(decode(notation(V1 "query{tag:77 show{}}")), REFUSAL_MISSING_FIELD);
	assert_int_equal(message.kind, WIRE_QUERY);
	assert_int_equal(message.tag, 77);
}

static void
h30_digest_is_of_the_content(void **state)
{
	struct digest first;

	(void)state;
	assert_int_equal(decode(notation(REPORT("severity:2 place_code:'p'"))), REFUSAL_NONE);
	first = message.event.digest;
	assert_int_equal(decode(notation(REPORT("place_code:'p' severity:2"))), REFUSAL_NONE);
	assert_memory_equal(first.bytes, message.event.digest.bytes, DIGEST_BYTES);
	assert_int_equal(decode(notation(REPORT("place_code:'p' severity:3"))), REFUSAL_NONE);
	assert_memory_not_equal(first.bytes, message.event.digest.bytes, DIGEST_BYTES);
	/* A field this version does not know is content all the same. */
	assert_int_equal(decode(notation("protocol_version:2 command{request_id:@7 report{class_code:'part/01' "
					 "severity:2 place_code:'p' #90:1}}")), REFUSAL_NONE);
	assert_memory_not_equal(first.bytes, message.event.digest.bytes, DIGEST_BYTES);
}

static void
frames_beyond_the_limit(void **state)
{
	static char bytes[65537];

	(void)state;
	assert_int_equal(decode((struct text){bytes, sizeof(bytes)}), REFUSAL_TOO_LONG);
}

static void
f18_not_protobuf(void **state)
{
	static const char *const garbage[] = {"\x0a", "\xff\xff\xff", "GET / HTTP/1.1\r\n", "\x12\x7f\x08", "\x08\x80"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(garbage); i++)
		assert_int_equal(decode(text_of(garbage[i])), REFUSAL_BAD_MESSAGE);
}

/* 32,000 empty photos in 64 KB would unfold to 3.5 MB. */
static void
f18_unfolding_is_bounded(void **state)
{
	static char bytes[65000];
	size_t len = sizeof(bytes), inner = len - 4, deeper = inner - 22, before;

	(void)state;
	memcpy(bytes, "\x08\x01", 2); /* protocol_version 1, then a command of the rest */
	bytes[2] = 0x2a;
	inner = len - 6;
	bytes[3] = (char)(0x80 | (inner & 0x7f));
	bytes[4] = (char)(0x80 | (inner >> 7 & 0x7f));
	bytes[5] = (char)(inner >> 14);
	memcpy(bytes + 6, "\x0a\x10", 2);
	memcpy(bytes + 8, NOTATION_REQUEST, 16);
	deeper = len - 28;
	bytes[24] = 0x52; /* report */
	bytes[25] = (char)(0x80 | (deeper & 0x7f));
	bytes[26] = (char)(0x80 | (deeper >> 7 & 0x7f));
	bytes[27] = (char)(deeper >> 14);
	for (size_t i = 28; i < len; i += 2)
		memcpy(bytes + i, "\x5a\x00", 2); /* photos, empty */
	arena_reset(arena);
	before = arena_used(arena);
	assert_int_equal(decode((struct text){bytes, len}), REFUSAL_TOO_MANY);
	assert_true(arena_used(arena) - before <= 300 * 1024);
	assert_string_equal(arena_text(arena, detail).data, "a message unfolds to at most 256 KB in 512 parts");
}

/* Every text a client can send is proved: none slips in as `string`, none is recursive, and each has
 * its row in the table of rules. */
static void
every_text_field_refuses_broken_text(void **state)
{
	size_t fields = 0;

	(void)state;
	fields += send_broken_text(&huying__hello__descriptor, V1 "hello{", "}");
	fields += send_broken_text(&huying__enrol__descriptor, V1 "enrol{public_key:'k'*32 ", "}");
	fields += send_broken_text(&huying__command__descriptor, V1 "command{request_id:@7 ", "}");
	fields += send_broken_text(&huying__query__descriptor, V1 "query{", "}");
	assert_in_range(fields, 30, 100);
}

static size_t
send_broken_text(const ProtobufCMessageDescriptor *descriptor, const char *open, const char *close)
{
	size_t fields = 0;

	assert_true(strlen(close) < 8); /* messages are not recursive */
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
		struct text inside, after, whole;
		enum refusal refusal;

		assert_int_not_equal(field->type, PROTOBUF_C_TYPE_STRING);
		if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
			inside = arena_format(arena, "%s%s{%s", open, field->name,
				needed_inside(field->descriptor));
			after = arena_format(arena, "%s}", close);
			fields += send_broken_text(field->descriptor, inside.data, after.data);
		}
		if (field->type != PROTOBUF_C_TYPE_BYTES || strcmp(field->name, "request_id") == 0)
			continue;
		whole = arena_format(arena, "%s%s:'\\xff\\xfe' %s%s", open, field->name,
			descriptor == &huying__command__descriptor ? "approve{}" : "", close);
		refusal = decode(notation(whole.data));
		if (refusal != REFUSAL_BAD_TEXT && refusal != REFUSAL_BAD_VALUE) /* digests and keys: length */
			fail_msg("%s.%s: %s", descriptor->short_name, field->name, arena_text(arena, detail).data);
		fields++;
	}
	return fields;
}

/* So that the broken field is the first fault. */
static const char *
needed_inside(const ProtobufCMessageDescriptor *descriptor)
{
	if (descriptor == &huying__photo__descriptor)
		return "sha256:'a'*32 media_type:'m' size:1 ";
	if (descriptor == &huying__external__descriptor)
		return "source:'s' reference:'r' ";
	return "";
}

static enum refusal
decode(struct text bytes)
{
	return wire_decode(arena, TEXT("ZC"), bytes, &message, &detail);
}

int
main(void)
{
	static struct check_group group;
	int failed;

	arena = arena_new();
	CHECK_ROWS(&group, rows, check_row);
	CHECK_ONE(&group, report_arrives_whole);
	CHECK_ONE(&group, what_is_not_told_is_none);
	CHECK_ONE(&group, verbs_arrive_whole);
	CHECK_ONE(&group, queries_arrive_whole);
	CHECK_ONE(&group, refused_messages_keep_their_name);
	CHECK_ONE(&group, h30_digest_is_of_the_content);
	CHECK_ONE(&group, frames_beyond_the_limit);
	CHECK_ONE(&group, f18_not_protobuf);
	CHECK_ONE(&group, f18_unfolding_is_bounded);
	CHECK_ONE(&group, every_text_field_refuses_broken_text);
	failed = check_run("decode", &group);
	arena_free(arena);
	return failed;
}
