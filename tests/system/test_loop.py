"""The closed loop over real sockets and a real database: report → dispatch → claim → answer → feedback."""

import pytest

from place import until


def names(pb, issue):
    return pb.State.Name(issue.state), issue.holder.unit_code, pb.Desk.Name(issue.holder.desk)


def test_a_report_is_routed_to_the_lowest_tier_at_once(district):
    worker = district.person("w111")
    issue = worker.report("life/noise", "G111", "夜间施工")
    assert names(district.pb, issue) == ("STATE_DISPATCHED", "UG111", "DESK_HANDLE")
    assert issue.number.startswith("TS-") and issue.version == 1 and issue.due_at.unix_us > 0


def test_the_whole_loop_ends_closed_and_the_timeline_tells_it(district):
    worker, clerk, call = district.person("w111"), district.person("a11"), district.person("cb11")
    issue = worker.report("life/noise", "B111", "楼道堆物")
    worker.do("claim", issue.number)
    worker.do("progress", issue.number, text="已到场".encode())
    answered = worker.do("answer", issue.number, text="已清走".encode())
    assert names(district.pb, answered) == ("STATE_ANSWERED", "UC11", "DESK_INTAKE")
    approved = clerk.do("approve", issue.number)
    assert names(district.pb, approved) == ("STATE_FEEDBACK", "UC11", "DESK_CALLBACK")
    closed = call.do("feedback", issue.number, body=district.pb.Feedback(contacted=True, solved=True, satisfied=5))
    assert closed.state == district.pb.STATE_CLOSED
    show = worker.show(issue.number).show
    assert [district.pb.Event.Name(d.event) for d in show.timeline] == [
        "EVENT_REPORT", "EVENT_CLAIM", "EVENT_PROGRESS", "EVENT_ANSWER", "EVENT_APPROVE", "EVENT_FEEDBACK"]
    assert [d.version for d in show.timeline] == [1, 2, 3, 4, 5, 6]
    assert (show.feedback.contacted, show.feedback.solved, show.feedback.satisfied) == (True, True, 5)
    assert show.timeline[3].text == "已清走" and show.timeline[3].by_code == "w111"


def test_not_solved_goes_back_to_the_lead_unit_with_a_new_generation(district):
    worker, call = district.person("w111"), district.person("cb11")
    issue = worker.report("life/quick", "G111", "快")
    worker.do("claim", issue.number)
    worker.do("answer", issue.number, text=b"done")
    redo = call.do("feedback", issue.number, body=district.pb.Feedback(contacted=True, solved=False, satisfied=1))
    assert names(district.pb, redo) == ("STATE_DISPATCHED", "UG111", "DESK_HANDLE") and redo.redos == 1
    handle = [c for c in worker.show(issue.number).show.clocks if c.clock == district.pb.CLOCK_HANDLE]
    assert handle[0].generation == 2


def test_t05_the_first_verdict_stays_when_the_issue_is_redone(district):
    worker, call = district.person("w111"), district.person("cb11")
    issue = worker.report("life/leak", "G111", "漏")
    worker.do("claim", issue.number)
    district.shift(3 * 3600)  # two hours were given, and the lease is over too
    until(lambda: any(c.breached_at.unix_us for c in worker.show(issue.number).show.clocks
                      if c.clock == district.pb.CLOCK_HANDLE), "the breach is marked")
    breaches = district.one("SELECT count(*) FROM clock_entry e JOIN vocab o ON o.kind = 'ledger_op' AND o.number = e.op "
                            "WHERE issue_id = %s AND o.word = 'breach' AND clock = 6", issue.issue_id)
    assert breaches == 1


def test_a_bureau_and_a_property_company_are_reached_by_competence(district):
    worker = district.person("w111")
    assert worker.report("traffic/parking", "G111").holder.unit_code == "POLICE"
    assert worker.report("property/lift", "G111").holder.unit_code == "PROP"


def test_return_and_dispatch_to_another_unit(district):
    worker, clerk, police = district.person("w111"), district.person("a11"), district.person("pol")
    issue = worker.report("traffic/parking", "G111", "堵")
    back = police.do("return_issue", issue.number, reason=district.pb.REASON_NOT_OURS, text="小区内部".encode())
    assert names(district.pb, back) == ("STATE_RETURNED", "UC11", "DESK_DISPATCH") and back.returns == 1
    again = clerk.do("dispatch", issue.number, body=district.pb.Dispatch(lead_unit_code=b"PROP"))
    assert names(district.pb, again) == ("STATE_DISPATCHED", "PROP", "DESK_HANDLE")


@pytest.mark.parametrize("class_code, place, state, unit, desk, cause", [
    ("life/noise", "", "STATE_REPORTED", "UC11", "DESK_INTAKE", "CAUSE_NO_PLACE"),
    ("", "G111", "STATE_REPORTED", "UC11", "DESK_INTAKE", "CAUSE_NO_CLASS"),
    ("unheard/of", "G111", "STATE_REPORTED", "UD", "DESK_BACKSTOP", "CAUSE_NO_STANDARD"),
    ("orphan/x", "G111", "STATE_REPORTED", "UD", "DESK_BACKSTOP", "CAUSE_NO_UNIT"),
    ("life/kinds", "G111", "STATE_REPORTED", "UC11", "DESK_INTAKE", "CAUSE_AMBIGUOUS"),
])
def test_nothing_is_lost_for_want_of_a_rule(district, class_code, place, state, unit, desk, cause):
    issue = district.person("w111").report(class_code, place)
    assert names(district.pb, issue) == (state, unit, desk)
    assert district.pb.Cause.Name(issue.cause) == cause
    accept = district.one("SELECT count(*) FROM clock_entry WHERE issue_id = %s AND clock = 1 AND op = 1", issue.issue_id)
    assert accept == 1


def test_a_desk_files_with_what_was_missing(district):
    worker, clerk, duty = district.person("w111"), district.person("a11"), district.person("duty")
    issue = worker.report("life/noise", "")
    filed = clerk.do("file", issue.number, body=district.pb.File(place_code=b"G112"))
    assert names(district.pb, filed) == ("STATE_DISPATCHED", "UG112", "DESK_HANDLE")
    issue = worker.report("unheard/of", "G111")
    refused = duty.attempt("file", issue.number)
    assert refused.refusal == district.pb.REFUSAL_INCOMPLETE
    filed = duty.do("file", issue.number, text="无标准，酌情".encode(),
                    body=district.pb.File(no_limit=True, lead_unit_code=b"UC11"))
    assert names(district.pb, filed) == ("STATE_DISPATCHED", "UC11", "DESK_HANDLE")
    assert not [c for c in duty.show(issue.number).show.clocks if c.clock == district.pb.CLOCK_HANDLE and c.due_at.unix_us]


def test_claim_next_gives_the_most_urgent_free_task_and_says_when_there_is_none(fresh):
    district = fresh()
    district.daemon()
    worker, prop = district.person("w111"), district.person("prop")
    slow = worker.report("property/lift", "G111", "一")
    urgent = worker.report("property/lift", "G111", "二", severity=1)
    assert prop.do("claim", body=district.pb.Claim(next=True)).number == urgent.number
    assert prop.do("claim", body=district.pb.Claim(next=True)).number == slow.number
    reply = prop.attempt("claim", body=district.pb.Claim(next=True))
    assert reply.refusal == district.pb.REFUSAL_NOTHING_TO_CLAIM


def test_offline_numbers_come_from_the_reserve_of_the_device(district):
    worker, other = district.person("w111"), district.person("w112")
    number = worker.welcome.numbers_from + 3
    assert worker.welcome.numbers_count > 0
    assert worker.report("life/noise", "G111", issue_id=number).issue_id == number
    taken = worker.reply(worker.command("report", body=district.pb.Report(issue_id=number), text=b"x"))
    assert taken.refusal == district.pb.REFUSAL_NUMBER_TAKEN
    foreign = other.reply(other.command("report", body=district.pb.Report(issue_id=number + 1), text=b"x"))
    assert foreign.refusal == district.pb.REFUSAL_NUMBER_NOT_YOURS


def test_an_outside_reference_makes_one_issue(district):
    worker = district.person("w111")
    external = district.pb.External(source=b"12345", reference=b"GD-1", due_at=district.pb.Instant(unix_us=1800000000000000))
    first = worker.report("life/noise", "G111", external=external)
    again = worker.reply(worker.command("report", body=district.pb.Report(class_code=b"life/noise", external=external)))
    assert again.outcome == district.pb.OUTCOME_DONE and again.known_already
    assert again.issue.issue_id == first.issue_id
    assert district.one("SELECT count(*) FROM external WHERE reference = 'GD-1'") == 1


def test_every_audit_holds_after_all_that(district):
    assert district.audit() == {}
