"""Lists that follow by themselves: what is shown is what is so, whoever changed it, and nothing from outside."""

import time

import pytest

import place
from follow import Follower
from place import until


@pytest.fixture
def mine(fresh):
    district = fresh()
    district.daemon()
    return district


def follow(district, actor, device="follows", daemon=None, **ask):
    return Follower(district.person(actor, device, daemon), **ask)


def test_a_queue_begins_with_a_snapshot_and_goes_on_with_changes(mine):
    worker, pb = mine.person("w111"), mine.pb
    first = worker.report("property/lift", "G111", "一")
    list_ = follow(mine, "prop", queue=pb.QueueQuery()).ready()
    assert set(list_.issues) == {first.issue_id}
    second = worker.report("property/lift", "G111", "二")
    list_.until(lambda: second.issue_id in list_.issues, "the new one enters")
    prop = mine.person("prop")
    prop.do("claim", first.number)
    list_.until(lambda: list_.issues[first.issue_id].state == pb.STATE_HANDLING, "the claim is seen")
    assert list_.issues[first.issue_id].holder.handler_code == "prop"
    prop.do("return_issue", second.number, reason=pb.REASON_NOT_OURS)
    list_.until(lambda: second.issue_id not in list_.issues, "the returned one is gone")


def test_a_queue_of_many_comes_in_parts(mine):
    worker = mine.person("w111")
    for n in range(230):
        worker.report("property/lift", "G111", str(n))
    list_ = follow(mine, "prop", queue=mine.pb.QueueQuery()).ready()
    assert len(list_.issues) == 230 and list_.seq >= 2


def test_changes_of_another_dispatcher_arrive_alike(mine):
    two = mine.daemon()
    list_ = follow(mine, "prop", queue=mine.pb.QueueQuery()).ready()
    issue = mine.person("w112", daemon=two).report("property/lift", "G112", "elsewhere")
    list_.until(lambda: issue.issue_id in list_.issues, "it arrives from the other")


def test_one_issue_is_followed_decision_by_decision(mine):
    worker, pb = mine.person("w111"), mine.pb
    issue = worker.report("life/noise", "G111")
    list_ = follow(mine, "a11", show=pb.ShowQuery(issue_id=issue.issue_id)).ready()
    worker.do("claim", issue.number)
    worker.do("progress", issue.number, text=b"here")
    list_.until(lambda: len(list_.decisions) == 3, "three decisions")
    assert [pb.Event.Name(d.event) for d in list_.decisions] == ["EVENT_REPORT", "EVENT_CLAIM", "EVENT_PROGRESS"]


def test_my_own_reports_and_what_becomes_of_them(mine):
    worker = mine.person("w111")
    list_ = follow(mine, "w111", "phone", mine=mine.pb.MineQuery(open_only=True)).ready()
    issue = worker.report("life/quick", "G111")
    list_.until(lambda: issue.issue_id in list_.issues, "mine")
    worker.do("claim", issue.number)
    worker.do("answer", issue.number, text=b"done")
    mine.person("cb11").do("feedback", issue.number, body=mine.pb.Feedback(contacted=True, solved=True))
    list_.until(lambda: issue.issue_id not in list_.issues, "closed, and gone from the open ones")


def test_an_unclaimed_issue_is_there_before_it_is_red_and_climbs_before_the_supervisors_eyes(mine):
    issue = mine.person("w111").report("life/noise", "G111")  # SIGN is due in an hour
    list_ = follow(mine, "sup", overdue=mine.pb.OverdueQuery(soon_us=3 * 3600 * 10**6)).ready()
    assert issue.issue_id in list_.issues
    mine.shift(3601)
    list_.until(lambda: list_.issues[issue.issue_id].holder.unit_code == "UC11", "it climbs")


@pytest.mark.parametrize("actor, ask, refusal", [
    ("ht2", dict(queue=dict(unit_code=b"UG111")), "AREA"),
    ("sup2", dict(overdue=dict(area_code=b"T1")), "AREA"),
    ("w111", dict(overdue=dict()), "ROLE"),
    ("sup", dict(overdue=dict(by=1)), "BAD_VALUE"),
    ("sup", dict(queue=dict(unit_code=b"NOBODY")), "UNKNOWN_UNIT"),
])
def test_what_he_may_not_see_he_may_not_follow(district, actor, ask, refusal):
    pb = district.pb
    types = {"queue": pb.QueueQuery, "overdue": pb.OverdueQuery}
    person = district.person(actor)
    subscribe = pb.Subscribe(tag=7, **{key: types[key](**value) for key, value in ask.items()})
    answer = person.ask_until(person.message(subscribe=subscribe),
                              lambda answer: answer.WhichOneof("body") in ("resync", "refused"))
    body = getattr(answer, answer.WhichOneof("body"))
    assert pb.Refusal.Name(body.refusal) == "REFUSAL_" + refusal


def test_nothing_of_another_town_is_pushed(mine):
    here, there = mine.person("w111"), mine.person("w211")
    list_ = follow(mine, "sup2", overdue=mine.pb.OverdueQuery(soon_us=86400 * 10**6)).ready()
    for _ in range(5):
        here.report("life/noise", "G111")
    seen = there.report("life/noise", "G211")
    list_.until(lambda: seen.issue_id in list_.issues, "his own")
    assert {issue.holder.unit_code for issue in list_.issues.values()} == {"UG211"}


def test_who_loses_a_right_is_told_and_sees_no_more(mine):
    list_ = follow(mine, "prop", "lost", queue=mine.pb.QueueQuery()).ready()
    mine.admin("actor", "disable", "prop")
    list_.until(lambda: list_.refused, "he is told")
    assert mine.pb.Refusal.Name(list_.refused) == "REFUSAL_ACTOR_DISABLED"


def test_who_reads_too_slowly_begins_anew_and_slows_nobody(mine):
    worker, pb = mine.person("w111"), mine.pb
    slow = mine.person("prop", "slow")
    slow.socket.setsockopt(__import__("zmq").RCVHWM, 1)
    slow.connect(slow.address)
    quick = follow(mine, "prop", "quick", queue=pb.QueueQuery()).ready()
    sleeper = Follower(slow, queue=pb.QueueQuery())
    text = "很长" * 50
    made = []
    for n in range(400):
        made.append(worker.report("property/lift", "G111", text + str(n)).issue_id)
    quick.until(lambda: set(made) <= set(quick.issues), "the quick one sees all of them")
    sleeper.until(lambda: set(made) <= set(sleeper.issues), "the slow one ends with the same list")


def test_a_dispatcher_that_ends_sends_its_followers_elsewhere(mine):
    two = mine.daemon()
    worker = mine.person("w111", daemon=two)
    list_ = follow(mine, "prop", queue=mine.pb.QueueQuery()).ready()
    mine.daemons[0].process.terminate()
    list_.until(lambda: list_.resyncs > 0, "it says so")
    list_.person.connect(two.address)
    list_.begin()
    issue = worker.report("property/lift", "G111")
    list_.until(lambda: issue.issue_id in list_.issues, "it goes on at the other")


def test_pong_tells_until_when_the_picture_is_true(mine):
    list_ = follow(mine, "prop", queue=mine.pb.QueueQuery()).ready()
    person = list_.person

    def age():
        pong = person.ask_until(person.message(ping=mine.pb.Ping(tag=3)), lambda a: a.WhichOneof("body") == "pong").pong
        return pong.fed_until.unix_us and pong.server_time.unix_us - pong.fed_until.unix_us

    until(lambda: 0 <= (age() or -1) < 2_000_000, "fed a moment ago")


class Line:
    """A `huying … --follow --json` that runs, read line by line."""

    def __init__(self, env, *words):
        import json
        import os
        import subprocess

        self.json = json
        self.process = subprocess.Popen([str(place.HUYING), *words, "--follow", "--json"], text=True, bufsize=1,
                                        stdout=subprocess.PIPE, env=dict(os.environ, **env))

    def until(self, question, what):
        import select

        end = time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([self.process.stdout], [], [], 1)[0]:
                line = self.json.loads(self.process.stdout.readline())
                if question(line):
                    return line
        raise AssertionError(f"never came: {what}")


def enrolled(district, actor):
    """The environment of the command line of somebody."""
    home = district.folder / f"home-{actor}"
    env = {"HUYING_CONFIG_DIR": str(home / "config"), "HUYING_STATE_DIR": str(home / "state"), "LC_ALL": "C.UTF-8"}
    done = place.run(place.HUYING, "enrol", district.code_line(actor), env=env)
    assert done.returncode == 0, done
    return env


def test_the_command_line_follows_a_queue_and_says_when_it_cannot(mine):
    worker = mine.person("w111")
    first = worker.report("property/lift", "G111", "一")
    line = Line(enrolled(mine, "prop"), "queue")
    line.until(lambda line: line["type"] == "snapshot" and line["number"] == first.number, "the snapshot")
    second = worker.report("property/lift", "G111", "二")
    line.until(lambda line: line["type"] == "change" and line["number"] == second.number, "the new one")
    mine.daemons[0].kill()
    line.until(lambda line: line["type"] == "lost", "that the picture may be old")
    mine.daemons[0].start()
    line.until(lambda line: line["type"] == "back", "that it is mended")
    mine.person("prop").do("return_issue", first.number, reason=mine.pb.REASON_NOT_OURS)
    line.until(lambda line: line["type"] == "gone" and line["number"] == first.number, "what left")
    line.process.kill()


def test_who_may_not_follow_is_told_by_name_and_the_command_ends(mine):
    done = place.run(place.HUYING, "overdue", "--follow", "--json", env=enrolled(mine, "w111"))
    assert done.returncode == 4 and '"ROLE"' in done.stdout


def test_an_urged_holder_is_told_and_it_stands_in_the_timeline(mine):
    worker = mine.person("w111")
    issue = worker.report("life/noise", "G111")
    worker.do("claim", issue.number)
    done = place.run(place.HUYING, "urge", issue.number, "学校周一开学", "--json", env=enrolled(mine, "sup"))
    assert done.returncode == 0, done
    last = worker.show(issue.number).show.timeline[-1]
    assert (mine.pb.Event.Name(last.event), last.by_code, last.text) == ("EVENT_URGE", "sup", "学校周一开学")
    assert mine.one("SELECT count(*) FROM outbox WHERE issue_id = %s AND kind = 6", issue.issue_id) == 1
    refused = place.run(place.HUYING, "urge", issue.number, "--json", env=enrolled(mine, "sup2"))
    assert refused.returncode == 3 and "UNKNOWN_ISSUE" in refused.stdout


def test_an_inbox_is_shown_followed_and_seen(mine):
    issue = mine.person("w111").report("life/noise", "G111")
    env = enrolled(mine, "w111")
    line = Line(env, "inbox")
    mine.sql("INSERT INTO outbox (district_id, issue_id, version, kind, channel, actor, at) "
             "SELECT 1, %s, 1, 1, 1, a.id, clock_timestamp() FROM actor a WHERE code = 'w111'", issue.issue_id)
    mine.sql("INSERT INTO delivery (district_id, outbox_id, issue_id, actor, channel, state, made_at) "
             "SELECT 1, o.id, o.issue_id, o.actor, 1, 7, clock_timestamp() FROM outbox o WHERE o.issue_id = %s", issue.issue_id)
    told = line.until(lambda line: line["type"] in ("change", "snapshot"), "the notice")
    assert told["kind"] == "remind" and told["number"] == issue.number
    line.process.kill()
    shown = place.run(place.HUYING, "inbox", "--json", env=env)
    assert f'"number": "{issue.number}"' in shown.stdout or f'"number":"{issue.number}"' in shown.stdout, shown
    seen = place.run(place.HUYING, "inbox", "--ack", str(told["id"]), "--json", env=env)
    assert '"acknowledged": 1' in seen.stdout or '"acknowledged":1' in seen.stdout, seen
    assert place.run(place.HUYING, "inbox", "--json", env=env).stdout.count("remind") == 0


def test_h13_a_notice_reaches_the_inbox_once_however_often_notify_is_killed(mine):
    worker = mine.person("w111")
    issues = [worker.report("life/noise", "G111", str(n)) for n in range(60)]
    supervisor = mine.person("sup")
    for issue in issues:
        supervisor.do("urge", issue.number, text=b"please")
    notify = [place.BUILD / "workers/notify/huying-notify", "--config", mine.daemons[0].config]
    pending = "SELECT count(*) FROM outbox WHERE state = 1"
    for n in range(20):
        process = place.subprocess.Popen(notify, stderr=place.subprocess.DEVNULL)
        time.sleep(0.003 * n)  # not a wait: where it is killed is the point
        process.kill()
        process.wait()
    until(lambda: place.run(*notify, "--once").returncode == 0 and mine.one(pending) == 0,
          "what the killed ones had in hand is free, and delivered")
    rows = mine.sql("SELECT d.issue_id, count(*) FROM delivery d JOIN outbox o ON o.id = d.outbox_id WHERE o.kind = 6 GROUP BY 1")
    assert sorted(rows) == sorted((issue.issue_id, 1) for issue in issues)
    assert len(worker.page(inbox=mine.pb.InboxQuery()).notices) == 60


def test_h08_h24_a_former_holder_is_not_told_and_nobody_there_is_not_dropped(mine):
    worker, supervisor = mine.person("w111"), mine.person("sup")
    moved, orphan = worker.report("life/noise", "G111"), worker.report("traffic/parking", "G111")
    released = worker.report("life/noise", "G111")
    worker.do("claim", released.number)
    supervisor.do("urge", released.number)
    worker.do("release", released.number)  # the same unit has it, but he has not
    supervisor.do("urge", moved.number)
    worker.do("escalate", moved.number, reason=mine.pb.REASON_NEED_HELP)
    mine.admin("actor", "disable", "pol")
    supervisor.do("urge", orphan.number)
    notify = place.BUILD / "workers/notify/huying-notify"
    assert place.run(notify, "--config", mine.daemons[0].config, "--once").returncode == 0
    told = mine.one("SELECT count(*) FROM delivery d JOIN outbox o ON o.id = d.outbox_id WHERE o.issue_id = ANY(%s) AND o.kind = 6",
                    [moved.issue_id, released.issue_id])
    assert told == 0
    dead = mine.sql("SELECT state, outcome FROM outbox WHERE issue_id = %s AND kind = 6", orphan.issue_id)
    assert dead == [(5, "no_recipient")]
