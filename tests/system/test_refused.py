"""Bad input, wrong people, stale sight: a clear refusal with a stable name, and nothing is changed or lost."""

import secrets
import struct
import time

import pytest
import zmq

import place
from place import until, uuid7


@pytest.fixture(scope="module")
def issue(district):
    return district.person("w111").report("life/noise", "G111")


@pytest.mark.parametrize("actor, verb, refusal", [
    ("ht2", "claim", "REFUSAL_UNKNOWN_ISSUE"),  # another town: it is not told that there is such an issue
    ("w211", "claim", "REFUSAL_UNKNOWN_ISSUE"),
    ("sup2", "escalate", "REFUSAL_UNKNOWN_ISSUE"),
    ("a11", "claim", "REFUSAL_ROLE"),
    ("h11", "claim", "REFUSAL_AREA"),  # his unit received it, so he sees it; it lies at another
    ("w111", "approve", "REFUSAL_STATE"),
    ("w111", "file", "REFUSAL_STATE"),
    ("w111", "feedback", "REFUSAL_STATE"),
    ("w111", "answer", "REFUSAL_STATE"),
])
def test_nobody_acts_outside_role_and_area(district, issue, actor, verb, refusal):
    before = district.sql("SELECT * FROM issue WHERE id = %s", issue.issue_id)
    person = district.person(actor)
    reply = person.attempt(verb, issue.number, reason=district.pb.REASON_OTHER, text=b"try")
    assert reply.outcome == district.pb.OUTCOME_REFUSED
    assert district.pb.Refusal.Name(reply.refusal) == refusal
    if refusal == "REFUSAL_UNKNOWN_ISSUE":
        assert not reply.HasField("issue")
    assert district.sql("SELECT * FROM issue WHERE id = %s", issue.issue_id) == before


def test_an_operator_of_another_town_sees_nothing_of_it(district, issue):
    stranger = district.person("ht2")
    assert stranger.show(issue.number).refusal == district.pb.REFUSAL_UNKNOWN_ISSUE
    assert issue.number not in [i.number for i in stranger.queue()]
    assert stranger.page(queue=district.pb.QueueQuery(unit_code=b"UG111")).refusal == district.pb.REFUSAL_AREA
    overdue = district.person("sup2").page(overdue=district.pb.OverdueQuery(area_code=b"T1"))
    assert overdue.refusal == district.pb.REFUSAL_AREA


def test_h10_h11_a_stale_version_is_a_conflict_with_the_present_state(district):
    worker = district.person("w111")
    issue = worker.report("life/noise", "G111")
    worker.do("claim", issue.number)
    reply = worker.attempt("release", issue.number, version=1)
    assert reply.outcome == district.pb.OUTCOME_CONFLICT
    assert reply.issue.version == 2 and reply.issue.state == district.pb.STATE_HANDLING


def test_the_loser_of_a_race_is_told_who_has_it(district):
    one, two = district.person("prop"), district.person("prop", "other")
    issue = district.person("w111").report("property/lift", "G111")
    one.do("claim", issue.number)
    reply = two.attempt("claim", issue.number)
    assert reply.outcome in (district.pb.OUTCOME_REFUSED, district.pb.OUTCOME_CONFLICT)
    assert reply.issue.holder.handler_code == "prop"


def test_who_handled_does_not_check(district):
    worker, clerk = district.person("w111"), district.person("a11")
    issue = worker.report("life/noise", "G111")
    worker.do("claim", issue.number)
    worker.do("answer", issue.number, text=b"done")
    clerk.do("approve", issue.number)
    reply = worker.attempt("feedback", issue.number, body=district.pb.Feedback(contacted=True, solved=True))
    assert reply.refusal == district.pb.REFUSAL_SELF


@pytest.mark.parametrize("body, refusal", [
    (dict(class_code=b"life/noise", place_code=b"NOWHERE"), "UNKNOWN_PLACE"),
    (dict(class_code=b"life/noise", unit_code=b"NOBODY"), "UNKNOWN_UNIT"),
    (dict(class_code=b"life//noise"), "CLASS"),
    (dict(class_code=b"\xff\xfe"), "BAD_TEXT"),
    (dict(class_code=b"x" * 200), "TOO_LONG"),
    (dict(severity=9), "BAD_VALUE"),
])
def test_a_bad_report_is_refused_by_name(district, body, refusal):
    worker = district.person("w111")
    before = district.one("SELECT count(*) FROM issue")
    reply = worker.reply(worker.command("report", body=district.pb.Report(**body), text=b"x"))
    assert reply.outcome == district.pb.OUTCOME_REFUSED
    assert district.pb.Refusal.Name(reply.refusal) == "REFUSAL_" + refusal
    assert reply.message
    assert district.one("SELECT count(*) FROM issue") == before


@pytest.mark.parametrize("seconds, refusal", [(7200, "TOO_EARLY"), (-400 * 86400, "TOO_OLD")])
def test_times_too_far_away(district, seconds, refusal):
    worker = district.person("w111")
    observed = district.pb.Instant(unix_us=int((time.time() + seconds) * 1e6))
    body = district.pb.Report(class_code=b"life/noise", place_code=b"G111", observed_at=observed)
    reply = worker.reply(worker.command("report", body=body))
    assert district.pb.Refusal.Name(reply.refusal) == "REFUSAL_" + refusal


@pytest.mark.parametrize("latitude, longitude", [(91.0, 0.0), (0.0, -180.5), (float("nan"), 1.0)])
def test_coordinates_out_of_range(district, latitude, longitude):
    worker = district.person("w111")
    body = district.pb.Report(point=district.pb.Point(latitude=latitude, longitude=longitude))
    reply = worker.reply(worker.command("report", body=body))
    assert reply.refusal == district.pb.REFUSAL_BAD_VALUE and "point" in reply.detail


def test_request_ids_from_the_future_and_the_far_past(district):
    worker = district.person("w111")
    ahead = worker.reply(worker.command("report", request=uuid7(time.time() + 7200), text=b"x"))
    assert ahead.refusal == district.pb.REFUSAL_REQUEST_AHEAD and ahead.server_time.unix_us
    old = worker.reply(worker.command("report", request=uuid7(time.time() - 200 * 86400), text=b"x"))
    assert old.refusal == district.pb.REFUSAL_EXPIRED
    random = worker.ask_until(worker.message(command=worker.command("report", request=b"\0" * 16, text=b"x")))
    assert random.refused.refusal == district.pb.REFUSAL_BAD_REQUEST_ID


def test_h30_d17_t27_the_same_request_again_gets_the_stored_answer_and_other_content_is_refused(district):
    worker = district.person("w111")
    request = uuid7()
    first = worker.report("life/noise", "G111", "once", request=request)
    again = worker.report("life/noise", "G111", "once", request=request)
    assert (again.issue_id, again.version) == (first.issue_id, first.version)
    other = worker.reply(worker.command("report", request=request, text=b"twice"))
    assert other.refusal == district.pb.REFUSAL_OTHER_CONTENT
    assert district.one("SELECT count(*) FROM journal WHERE request = %s::uuid", request.hex()) == 1


def test_d11_unknown_fields_are_refused_by_number_from_us_and_ignored_from_the_newer(district):
    worker = district.person("w111")
    command = worker.command("report", text=b"x", body=district.pb.Report(class_code=b"life/noise"))
    data = worker.message(command=command)
    inner = command.SerializeToString() + b"\xf8\x3e\x01"  # field 1007, varint 1
    odd = b"\x08\x01\x2a" + varint(len(inner)) + inner
    assert data.startswith(b"\x08\x01\x2a")
    answer = worker.ask_until(odd)
    assert answer.reply.refusal == district.pb.REFUSAL_UNKNOWN_FIELD and "1007" in answer.reply.detail
    answer = worker.ask_until(b"\x08\x02\x2a" + varint(len(inner)) + inner,
                              lambda answer: answer.WhichOneof("body") == "reply"
                              and answer.reply.outcome != district.pb.OUTCOME_BUSY)
    assert answer.reply.outcome == district.pb.OUTCOME_DONE


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


@pytest.mark.parametrize("data", [b"", b"\xff" * 40, b"\x08\x01", b"\x0a\xff\xff\xff\xff\x0f", secrets.token_bytes(500)])
def test_frames_that_cannot_be_read_harm_nobody(district, data):
    worker = district.person("w112")
    worker.send(data)
    answer = worker.receive(20)
    assert answer.WhichOneof("body") in ("refused", "reply")
    assert worker.report("life/noise", "G112").issue_id


def test_an_oversized_message_cuts_the_connection_and_nothing_else(district):
    worker, other = district.person("w112"), district.person("w111")
    worker.send(b"x" * 200000)
    assert other.report("life/noise", "G111").issue_id
    assert worker.report("life/noise", "G112").issue_id  # the library comes back by itself


def test_an_unknown_key_gets_nowhere(district):
    public, secret = zmq.curve_keypair()
    nobody = place.Person(district, public, secret)
    nobody.connect(district.daemons[0].address)
    nobody.send(nobody.message(ping=district.pb.Ping(tag=1)))
    assert district.person("w111").report("life/noise", "G111").issue_id
    assert nobody.receive(0.5) is None
    nobody.close()


def test_a_revoked_key_is_refused_on_its_next_message(district):
    person = district.person("w112", "stolen")
    assert person.report("life/noise", "G112").issue_id
    device = district.one("SELECT number FROM device WHERE name = 'stolen'")
    district.admin("key", "revoke", "w112", str(device))
    reply = person.reply(person.command("report", body=district.pb.Report(class_code=b"life/noise")))
    assert reply.refusal == district.pb.REFUSAL_KEY_REVOKED
    assert district.person("w112").report("life/noise", "G112").issue_id


def test_a_disabled_person_is_refused_on_every_device(district):
    person = district.person("h12")
    district.admin("actor", "disable", "h12")
    reply = person.reply(person.command("report", body=district.pb.Report(class_code=b"life/noise")))
    assert reply.refusal == district.pb.REFUSAL_ACTOR_DISABLED
    district.admin("actor", "enable", "h12")
    assert person.report("life/noise", "G121").issue_id


def test_a_code_enrols_once_and_until_its_date(district):
    used = district.code_line("w121")
    place.Person.enrol(district, used).close()
    with pytest.raises(AssertionError) as second:
        place.Person.enrol(district, used)
    assert "CODE_USED" in str(second.value)
    late = district.code_line("w121", span="1s")
    district.shift(5)
    with pytest.raises(AssertionError) as expired:
        place.Person.enrol(district, late)
    assert "CODE_EXPIRED" in str(expired.value)


def test_a_code_can_do_nothing_but_enrol(district):
    thief = place.Person.by_code(district, district.code_line("w121"))
    reply = thief.reply(thief.command("report", body=district.pb.Report(class_code=b"life/noise")))
    assert reply.refusal == district.pb.REFUSAL_CODE_ONLY_ENROLS
    thief.close()


def test_contact_data_lies_apart(fresh):
    """A marked telephone number stands in table `contact`, and nowhere else: no table, log or message."""
    district = fresh()
    daemon = district.daemon()
    worker, clerk = district.person("w111"), district.person("a11")
    mark = "13900007777"
    issue = worker.report("life/noise", "", "漏水", contact=district.pb.Contact(
        name="陈某某".encode(), telephone=mark.encode(), address="某路7777号".encode()))
    dump = district.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'huying'")
    for (table,) in dump:
        found = district.one(f"SELECT count(*) FROM huying.{table} t WHERE t::text LIKE '%%{mark}%%' "
                             f"OR t::text LIKE '%%{mark.encode().hex()}%%'")
        assert found == (1 if table == "contact" else 0), table
    assert mark not in daemon.log.read_text()
    assert mark.encode() not in worker.show(issue.number).SerializeToString()
    assert worker.page(contact=district.pb.ContactQuery(issue_id=issue.issue_id, reason=b"x")).refusal
    page = clerk.page(contact=district.pb.ContactQuery(issue_id=issue.issue_id, reason="回电".encode()))
    assert page.contact.telephone.decode() == mark
    assert district.sql("SELECT a.code, reason FROM contact_look JOIN actor a ON a.id = actor") == [("a11", "回电")]
