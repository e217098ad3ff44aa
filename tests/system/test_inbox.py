"""Chasing and being told: a supervisor urges, and everybody sees the notices that are his, and no others."""

import pytest

from place import until

WAITING, DELIVERED, WITHDRAWN, IN_THE_INBOX = 1, 3, 4, 7


def put_in_inbox(district, actor, issue_id, kind=None, state=IN_THE_INBOX, channel=1):
    """Lays the newest notice of an issue into somebody's inbox, as its delivery does."""
    return district.one(
        "INSERT INTO delivery (district_id, outbox_id, issue_id, actor, channel, state, made_at)"
        " SELECT o.district_id, o.id, o.issue_id, a.id, %s, %s, o.at FROM outbox o"
        "  JOIN actor a ON a.district_id = o.district_id AND a.code = %s"
        " WHERE o.issue_id = %s AND (%s::int IS NULL OR o.kind = %s) ORDER BY o.id DESC LIMIT 1 RETURNING id",
        channel, state, actor, issue_id, kind, kind)


def inbox(person, **ask):
    page = person.page(inbox=person.pb.InboxQuery(**ask))
    assert page.refusal == person.pb.REFUSAL_UNSPECIFIED
    return page


def acknowledge(person, *ids, tag=7):
    data = person.message(acknowledge=person.pb.Acknowledge(tag=tag, notice_ids=ids))
    answer = person.ask_until(data, lambda a: a.WhichOneof("body") == "acknowledged" and a.acknowledged.tag == tag
                              or a.WhichOneof("body") == "refused" and not a.refused.retry_after_ms)
    return answer


@pytest.fixture
def urged(district):
    """An issue that w111 holds and `sup` has chased."""
    worker = district.person("w111")
    issue = worker.report("life/noise", "G111")
    worker.do("claim", issue.number)
    district.person("sup").do("urge", issue.number, version=0, text="第三天了".encode())
    return issue


def test_urge_is_recorded_and_told_and_moves_nothing(district):
    worker, supervisor = district.person("w111"), district.person("sup")
    issue = worker.report("life/noise", "G111")
    before = district.sql("SELECT state, holder_unit, handler, clocks, due_at, warn_at, next_due_at, rank FROM issue"
                          " WHERE id = %s", issue.issue_id)
    for version in (0, 2):
        assert supervisor.do("urge", issue.number, version=version, text=b"when?").version == max(version, 1) + 1
    assert supervisor.attempt("urge", issue.number, version=2).outcome == district.pb.OUTCOME_CONFLICT
    assert district.sql("SELECT state, holder_unit, handler, clocks, due_at, warn_at, next_due_at, rank FROM issue"
                        " WHERE id = %s", issue.issue_id) == before
    told = district.sql("SELECT DISTINCT version, u.code, o.role, o.actor, o.state FROM outbox o"
                        " JOIN unit u ON u.district_id = o.district_id AND u.id = o.unit"
                        " WHERE o.issue_id = %s AND o.kind = %s ORDER BY o.version", issue.issue_id, district.pb.NOTICE_URGE)
    role = district.pb.ROLE_HANDLER
    assert told == [(2, "UG111", role, 0, WAITING), (3, "UG111", role, 0, WAITING)]
    timeline = supervisor.show(issue.number).show.timeline
    assert [(d.event, d.by_code, d.text) for d in timeline[1:]] == [(district.pb.EVENT_URGE, "sup", "when?")] * 2
    assert district.audit() == {}


def test_urge_goes_to_the_handler_where_there_is_one(district, urged):
    assert district.sql("SELECT a.code, o.unit FROM outbox o JOIN actor a ON a.district_id = o.district_id"
                        " AND a.id = o.actor WHERE issue_id = %s", urged.issue_id) == [("w111", 0)]


@pytest.mark.parametrize("actor, refusal", [
    ("w111", "REFUSAL_ROLE"), ("duty", "REFUSAL_ROLE"), ("sup2", "REFUSAL_UNKNOWN_ISSUE"),
])
def test_only_the_supervisor_of_the_area_urges(district, urged, actor, refusal):
    reply = district.person(actor).attempt("urge", urged.number, version=0)
    assert district.pb.Refusal.Name(reply.refusal) == refusal


def test_what_is_over_is_not_chased(district):
    clerk = district.person("a11")
    issue = district.person("w111").report(text="words only")
    clerk.do("decline", issue.number, reason=district.pb.REASON_OTHER)
    reply = district.person("sup").attempt("urge", issue.number, version=0)
    assert reply.refusal == district.pb.REFUSAL_STATE


def test_a_notice_is_shown_to_its_own_actor_with_what_was_said(district, urged):
    worker, colleague = district.person("w111"), district.person("w112")
    mine = put_in_inbox(district, "w111", urged.issue_id)
    page = inbox(worker)
    notice = page.notices[0]
    assert (notice.id, notice.kind, notice.issue_id, notice.number, notice.text) == (
        mine, district.pb.NOTICE_URGE, urged.issue_id, urged.number, "第三天了")
    assert (notice.state, notice.acknowledged, notice.count) == (district.pb.STATE_HANDLING, False, 0)
    assert notice.class_name and notice.place_name and notice.due_at.unix_us == worker.show(urged.number).show.issue.due_at.unix_us
    assert mine not in [n.id for n in inbox(colleague, all=True).notices]


def test_acknowledged_once_however_often_it_is_said_and_only_by_its_own_actor(district, urged):
    worker, colleague = district.person("w111"), district.person("w112")
    one, two = (put_in_inbox(district, "w111", issue.issue_id) for issue in (urged, again(district)))
    assert acknowledge(colleague, one, two).acknowledged.count == 0
    assert acknowledge(worker, one, one, 987654321).acknowledged.count == 1
    assert acknowledge(worker, one, two).acknowledged.count == 1
    assert acknowledge(worker, one, two).acknowledged.count == 0
    assert acknowledge(worker).acknowledged.count == 0
    rows = district.sql("SELECT state, ended_at IS NOT NULL FROM delivery WHERE id IN (%s, %s)", one, two)
    assert rows == [(DELIVERED, True)] * 2
    assert not {one, two} & {n.id for n in inbox(worker).notices}
    assert {n.id: n.acknowledged for n in inbox(worker, all=True).notices if n.id in (one, two)} == {one: True, two: True}


def again(district):
    worker = district.person("w111")
    issue = worker.report("life/noise", "G111")
    district.person("sup").do("urge", issue.number, version=0)
    return issue


@pytest.mark.parametrize("state, channel", [(WAITING, 1), (WITHDRAWN, 1), (IN_THE_INBOX, 3)])
def test_what_does_not_lie_in_the_inbox_is_not_shown_and_not_acknowledged(district, urged, state, channel):
    worker = district.person("w111")
    notice = put_in_inbox(district, "w111", urged.issue_id, state=state, channel=channel)
    assert notice not in [n.id for n in inbox(worker, all=True).notices]
    assert acknowledge(worker, notice).acknowledged.count == 0
    assert district.one("SELECT state FROM delivery WHERE id = %s", notice) == state


def test_pages_of_an_inbox_go_on_behind_the_cursor(district):
    worker = district.person("w121")
    issue = worker.report("life/noise", "G121")
    for _ in range(230):
        district.sql("INSERT INTO outbox (district_id, issue_id, version, kind, channel, step, actor, at)"
                     " SELECT district_id, id, 1, 6, 1, %s, reporter, now() FROM issue WHERE id = %s", _, issue.issue_id)
        put_in_inbox(district, "w121", issue.issue_id)
    seen, after = [], 0
    while True:
        page = inbox(worker, after=after)
        seen += [n.id for n in page.notices]
        after = page.next_cursor
        if after == 0:
            break
    assert len(seen) == 230 and seen == sorted(seen, reverse=True)


def test_who_may_no_longer_see_the_issue_is_not_told_how_it_stands(district, urged):
    put_in_inbox(district, "pol", urged.issue_id)
    notice = inbox(district.person("pol")).notices[0]
    assert notice.number == urged.number and notice.kind == district.pb.NOTICE_URGE
    assert (notice.state, notice.text, notice.class_name, notice.place_name) == (0, "", "", "")
    assert not notice.HasField("due_at")


def test_a_notice_in_other_hands_is_waited_for(district, urged):
    worker = district.person("w111")
    notice = put_in_inbox(district, "w111", urged.issue_id)
    with district.cluster.connect(district.database) as other:
        other.autocommit = False
        other.cursor().execute("SELECT id FROM huying.delivery WHERE id = %s FOR UPDATE", (notice,))
        worker.send(worker.message(acknowledge=worker.pb.Acknowledge(tag=9, notice_ids=[notice])))
        busy = until(lambda: worker.receive(1), "busy")
        assert busy.refused.retry_after_ms and busy.refused.refusal == 0
        other.rollback()
    assert acknowledge(worker, notice).acknowledged.count == 1


def test_a_revoked_key_reads_and_acknowledges_nothing(district, urged):
    person = district.person("w112", "gone")
    notice = put_in_inbox(district, "w112", urged.issue_id)
    device = person.welcome.device
    district.sql("UPDATE device SET state = 3 WHERE number = %s", device)
    answer = acknowledge(person, notice)
    assert answer.refused.refusal == district.pb.REFUSAL_KEY_REVOKED
    assert person.page(inbox=person.pb.InboxQuery()).refusal in (district.pb.REFUSAL_KEY_REVOKED, district.pb.REFUSAL_KEY_UNKNOWN)
    assert district.one("SELECT state FROM delivery WHERE id = %s", notice) == IN_THE_INBOX


@pytest.mark.parametrize("ids, refusal, detail", [
    ([0], "REFUSAL_BAD_VALUE", "acknowledge.notice_ids[0] 0: 1 to 2^63-1"),
    ([1] * 201, "REFUSAL_TOO_MANY", "acknowledge.notice_ids 201: at most 200"),
])
def test_acknowledgements_out_of_bounds_are_refused_by_name(district, ids, refusal, detail):
    refused = acknowledge(district.person("w111"), *ids).refused
    assert (district.pb.Refusal.Name(refused.refusal), refused.detail) == (refusal, detail)
