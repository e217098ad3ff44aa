"""Clocks fire by themselves, once, with the instant they should have had."""

import threading

import pytest

from place import until

BREACHES = ("SELECT e.clock, e.at FROM clock_entry e JOIN vocab o ON o.kind = 'ledger_op' AND o.number = e.op "
            "WHERE e.issue_id = %s AND o.word = 'breach' ORDER BY 1, 2")


@pytest.fixture
def mine(fresh):
    district = fresh()
    district.daemon()
    return district


def climbs(district, issue):
    return [unit for (unit,) in district.sql(
        "SELECT u.code FROM journal j JOIN unit u ON u.id = j.holder_unit AND u.district_id = j.district_id "
        "AND u.edition = (SELECT max(edition) FROM unit) WHERE j.issue_id = %s AND j.event = 40 AND j.cause = 10 "
        "AND j.state = 4 ORDER BY j.version", issue.issue_id)]


def test_h18_an_unclaimed_issue_climbs_to_the_district_by_itself_one_tier_a_step(mine):
    issue = mine.person("w111").report("life/noise", "G111")
    for tier, unit in ((3, "UC11"), (2, "UT1"), (1, "UD")):
        mine.shift(3601)
        until(lambda: mine.one("SELECT tier FROM issue WHERE id = %s", issue.issue_id) == tier, f"it climbs to {unit}")
    mine.shift(3601)
    until(lambda: len(mine.sql(BREACHES, issue.issue_id)) >= 4, "the district's SIGN clock ends too")
    assert climbs(mine, issue)[:3] == ["UC11", "UT1", "UD"]
    steps = mine.sql("SELECT clock, generation, amount, count(*) FROM clock_entry WHERE issue_id = %s AND op = 8 "
                     "GROUP BY 1, 2, 3", issue.issue_id)
    assert {count for _, _, _, count in steps} == {1}
    supervisor = mine.person("sup")
    counts = supervisor.page(overdue=mine.pb.OverdueQuery(by=mine.pb.OverdueQuery.BY_TOWN)).counts
    assert [(c.code, c.red) for c in counts if c.red] == [("T1", 1)]
    assert mine.audit() == {}


def test_h16_f29_a_clock_due_while_the_daemon_was_down_fires_once_with_its_own_instant(mine):
    issue = mine.person("w111").report("life/quick", "G111")
    due = mine.one("SELECT due_at FROM issue WHERE id = %s", issue.issue_id)
    mine.daemons[0].kill()
    mine.shift(600)
    mine.daemons[0].start()
    until(lambda: mine.sql(BREACHES, issue.issue_id), "the breach")
    breaches = [at for clock, at in mine.sql(BREACHES, issue.issue_id) if clock == 6]
    assert breaches == [due]


def test_h12_a_claim_whose_client_died_is_back_in_the_queue_with_its_clock_unbroken(mine):
    worker = mine.person("w111")
    issue = worker.report("life/noise", "G111")
    claimed = worker.do("claim", issue.number)
    worker.close()
    handle = ("SELECT count(*) FROM clock_entry WHERE issue_id = %s AND clock = 6 AND op <> 8")
    before = mine.one(handle, issue.issue_id)
    mine.shift(2 * 3600 + 1)
    until(lambda: mine.one("SELECT handler FROM issue WHERE id = %s", issue.issue_id) is None, "the lease ends")
    assert mine.sql("SELECT state, due_at FROM issue WHERE id = %s", issue.issue_id)[0][0] == 5
    assert mine.one(handle, issue.issue_id) == before
    worker.connect(mine.daemons[0].address)
    assert worker.do("claim", body=mine.pb.Claim(next=True)).number == issue.number
    assert claimed.due_at.unix_us == worker.show(issue.number).show.issue.due_at.unix_us


def test_h32_silence_closes_by_rule(mine):
    worker = mine.person("w111")
    issue = worker.report("life/quick", "G111")
    worker.do("claim", issue.number)
    worker.do("answer", issue.number, text=b"ok")
    mine.shift(3 * 86400 + 1)
    until(lambda: mine.one("SELECT state FROM issue WHERE id = %s", issue.issue_id) == 12, "closed by silence")
    assert mine.one("SELECT cause FROM journal WHERE issue_id = %s ORDER BY version DESC LIMIT 1", issue.issue_id) == 12
    assert mine.one("SELECT next_due_at IS NULL FROM issue WHERE id = %s", issue.issue_id)


def test_h19_d13_two_dispatchers_under_load_every_effect_once(mine):
    two = mine.daemon()
    workers = [mine.person("w111"), mine.person("w112", daemon=two)]
    props = [mine.person("prop", "a"), mine.person("prop", "b", daemon=two)]
    reports, claims = [], []

    def report(worker, place):
        for n in range(60):
            reports.append(worker.report("property/lift", place, str(n)).number)

    def claim(person):
        while len(claims) < 120:
            reply = person.attempt("claim", body=mine.pb.Claim(next=True))
            if reply.outcome == mine.pb.OUTCOME_DONE:
                claims.append(reply.issue.number)

    threads = [threading.Thread(target=report, args=(w, p)) for w, p in zip(workers, ("G111", "G112"))]
    threads += [threading.Thread(target=claim, args=(p,)) for p in props]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(reports)) == 120 and sorted(set(claims)) == sorted(reports) and len(claims) == 120
    mine.shift(2 * 3600 + 1)  # every lease and every limit ends at once, before two dispatchers
    until(lambda: mine.one("SELECT count(*) FROM issue WHERE handler IS NOT NULL") == 0, "all leases end")
    until(lambda: mine.one("SELECT count(*) FROM issue WHERE next_due_at < clock_timestamp() + "
                           "(SELECT clock_shift_us FROM district) * interval '1 microsecond'") == 0, "all are drained")
    twice = mine.sql("SELECT issue_id, clock, generation, op, amount FROM clock_entry WHERE op IN (7, 8) "
                     "GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1")
    assert twice == [] and mine.audit() == {}


def test_h23_h01_a_published_ladder_holds_for_new_issues_and_not_for_open_ones(mine, tmp_path):
    worker = mine.person("w111")
    old = worker.report("life/noise", "G111")
    rules = tmp_path / "ladders.csv"
    rules.write_text("ladder,step,clock,class,severity,anchor,percent,offset,calendar,action,audience,audience_up,repeat\n"
                     "sign,1,SIGN,,,due,,9h,,move_up,,,\n")
    mine.admin("load", "ladders", str(rules))
    assert worker.report("life/noise", "G111").issue_id  # the old rules hold for ten seconds more
    mine.shift(11)
    release = mine.one("SELECT max(number) FROM release")
    until(lambda: mine.one("SELECT release FROM issue WHERE id = %s", worker.report("life/noise", "G111").issue_id) == release,
          "new issues pin the new release")
    new = worker.report("life/noise", "G111")
    mine.shift(3601)
    until(lambda: mine.one("SELECT tier FROM issue WHERE id = %s", old.issue_id) == 3, "the old one climbs by the old ladder")
    assert mine.one("SELECT tier FROM issue WHERE id = %s", new.issue_id) == 4


def test_breaches_past_already_when_the_report_came_are_recorded_and_set_off_no_storm(mine):
    import time

    worker = mine.person("w111")
    observed = mine.pb.Instant(unix_us=int((time.time() - 20 * 86400) * 1e6))
    issue = worker.report("life/photo", "G111", observed_at=observed)
    entries = mine.sql("SELECT o.word, e.cause FROM clock_entry e JOIN vocab o ON o.kind = 'ledger_op' AND o.number = e.op "
                       "WHERE e.issue_id = %s AND e.clock = 6 ORDER BY n", issue.issue_id)
    assert ("breach", 16) in entries and [word for word, _ in entries].count("recovery") <= 1
    assert mine.one("SELECT count(*) FROM outbox WHERE issue_id = %s AND clock = 6", issue.issue_id) == 0
    assert mine.one("SELECT max(version) FROM journal WHERE issue_id = %s", issue.issue_id) == 1
