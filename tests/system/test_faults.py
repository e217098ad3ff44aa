"""Kills, a database that goes away, rows that always fail: nothing acknowledged is lost or applied twice."""

import contextlib
import os
import pathlib
import tempfile
import threading
import time

import pytest

import place
from place import run, until, uuid7, HUYINGD


def load(district, worker, acknowledged, stop, place="G111"):
    """Reports until told to stop; each is resent with its id until it is answered."""
    while not stop.is_set():
        request = uuid7()
        issue = worker.report("life/noise", place, "load", request=request)
        acknowledged.append((request.hex(), issue.issue_id))


@pytest.mark.parametrize("what", ["kill", "postgres", "both"])
def test_f01_f06_nothing_acknowledged_is_lost_or_doubled(fresh, what):
    district = fresh()
    daemon = district.daemon()
    worker, other = district.person("w111"), district.person("w112")
    acknowledged, stop = [], threading.Event()
    threads = [threading.Thread(target=load, args=(district, w, acknowledged, stop, p))
               for w, p in ((worker, "G111"), (other, "G112"))]
    for thread in threads:
        thread.start()
    for n in range(6):
        seen = len(acknowledged)
        until(lambda: len(acknowledged) > seen + 10, "reports are acknowledged again")
        if what in ("kill", "both"):
            daemon.kill()
            daemon.start(wait=False)
        if what in ("postgres", "both") and n % 2 == 0:
            district.db.cursor().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                         "WHERE usename = 'huying_daemon'")
    stop.set()
    for thread in threads:
        thread.join()
    receipts = dict(district.sql("SELECT replace(request::text, '-', ''), issue_id FROM receipt"))
    assert all(receipts.get(request) == issue for request, issue in acknowledged)
    assert district.one("SELECT count(*) FROM issue") == len(receipts)
    assert district.audit() == {}


def test_f06_a_restart_of_postgresql_is_survived(fresh, cluster):
    district = fresh()
    district.daemon()
    worker = district.person("w111")
    first = worker.report("life/noise", "G111")
    district.db.close()
    cluster.stop()
    started = threading.Thread(target=lambda: (time.sleep(0.3), cluster.start()))
    started.start()
    second = worker.report("life/noise", "G111")  # BUSY until the database is back, then done
    started.join()
    district.db = cluster.connect(district.database)
    assert second.issue_id != first.issue_id
    assert district.one("SELECT count(*) FROM issue") == 2


def test_h29_a_row_that_always_fails_is_refused_alone_and_the_others_pass(fresh):
    district = fresh()
    district.daemon()
    worker = district.person("w111")
    district.sql("ALTER TABLE issue ADD CONSTRAINT poison CHECK (class_code <> 'life/leak') NOT VALID")
    stop, acknowledged = threading.Event(), []
    thread = threading.Thread(target=load, args=(district, district.person("w112"), acknowledged, stop, "G112"))
    thread.start()
    reply = worker.reply(worker.command("report", body=district.pb.Report(class_code=b"life/leak", place_code=b"G111")))
    assert reply.refusal == district.pb.REFUSAL_POISON and "23514" in reply.detail
    seen = len(acknowledged)
    until(lambda: len(acknowledged) > seen, "others go on")
    stop.set()
    thread.join()
    until(lambda: district.sql("SELECT sqlstate FROM dead_letter") == [("23514",)], "it is kept aside")
    assert district.one("SELECT count(*) FROM issue WHERE class_code = 'life/leak'") == 0


def test_h29_a_due_issue_that_always_fails_is_quarantined_and_the_others_fire(fresh):
    district = fresh()
    district.daemon()
    worker = district.person("w111")
    bad, good = worker.report("life/noise", "G111"), worker.report("life/noise", "G112")
    district.sql("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = %s AND NOT NEW.quarantined "
                 "THEN RAISE EXCEPTION 'no' USING ERRCODE = '22000'; END IF; RETURN NEW; END $$", bad.issue_id)
    district.sql("CREATE TRIGGER no BEFORE UPDATE ON issue FOR EACH ROW EXECUTE FUNCTION no()")
    district.shift(3601)
    until(lambda: district.one("SELECT tier FROM issue WHERE id = %s", good.issue_id) == 3, "the good one climbs")
    until(lambda: district.one("SELECT quarantined AND next_due_at IS NULL FROM issue WHERE id = %s", bad.issue_id),
          "the bad one is set aside")


def test_a_row_locked_by_somebody_else_is_busy_and_then_done(fresh):
    district = fresh()
    district.daemon()
    worker = district.person("w111")
    issue = worker.report("life/noise", "G111")
    holder = district.cluster.connect(district.database)
    holder.autocommit = False
    holder.cursor().execute("SELECT * FROM huying.issue WHERE id = %s FOR UPDATE", (issue.issue_id,))
    command = worker.command("claim", issue.number, 1)
    answer = worker.ask_until(worker.message(command=command))
    assert answer.reply.outcome == district.pb.OUTCOME_BUSY and answer.reply.retry_after_ms
    assert worker.report("life/noise", "G111").issue_id  # others are not held up
    holder.rollback()
    assert worker.reply(command).outcome == district.pb.OUTCOME_DONE
    holder.close()


def test_sigterm_drains(fresh):
    district = fresh()
    daemon = district.daemon()
    worker = district.person("w111")
    stop, acknowledged = threading.Event(), []
    thread = threading.Thread(target=load, args=(district, worker, acknowledged, stop))
    thread.start()
    until(lambda: len(acknowledged) > 20, "load")
    daemon.stop()  # asserts status 0
    daemon.start()
    stop.set()
    thread.join()
    assert district.one("SELECT count(*) FROM issue") == len(acknowledged)


def test_check_says_ok_or_place_reason_and_remedy(fresh):
    district = fresh()
    daemon = district.daemon()
    daemon.stop()
    good = run(HUYINGD, "--config", daemon.config, "--check")
    assert good.returncode == 0 and good.stdout.count("OK") >= 3, good
    text = daemon.config.read_text()
    for change, word in ((("district = TS", "district = XX"), "XX"), (("dbname=", "dbname=no"), "no"),
                         (("endpoint = tcp://127.0.0.1", "endpoint = tcp://256.0.0.1"), "256.0.0.1"),
                         (("secret_key_file = ", "secret_key_file = /nowhere"), "nowhere"),
                         (("[huyingd]", "[huyingd]\nbatch_events_max = many"), "batch_events_max"),
                         (("[huyingd]", "[huyingd]\nspeed = 9"), "speed"), (("[huyingd]", "[huyingd]\nbroken"), "conf:2")):
        daemon.config.write_text(text.replace(*change))
        bad = run(HUYINGD, "--config", daemon.config, "--check")
        assert bad.returncode == 6, (change, bad)
        assert word in bad.stdout + bad.stderr, (change, bad)
    daemon.config.write_text(text)
    daemon.start()


def test_a_broken_release_is_refused_whole_and_the_old_one_stays(fresh):
    district = fresh()
    daemon = district.daemon()
    worker = district.person("w111")
    district.sql("INSERT INTO standard SELECT district_id, 99, id, class_code, class_name, condition_code, condition, "
                 "close_condition, area_class, severity, limit_kind, limit_amount, 'nocalendar', runs_from, checked, evidence, "
                 "candidates FROM standard WHERE edition = (SELECT max(edition) FROM standard)")
    district.sql("INSERT INTO release SELECT district_id, number + 1, clock_timestamp(), author, 'broken', places, units, 99, "
                 "routes, ladders, policies, calendars, clock_timestamp() FROM release ORDER BY number DESC LIMIT 1")
    district.sql("UPDATE district SET release = release + 1")
    until(lambda: daemon.says("refused"), "the log says that it is refused")
    assert worker.report("life/noise", "G111").state == district.pb.STATE_DISPATCHED


def test_f11_a_full_disk_is_busy_not_lost_and_recovers_without_hands():
    """PostgreSQL on a small file system of its own, which fills up and is freed again."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="full"))
    if os.geteuid() != 0 or run("mount", "-t", "tmpfs", "-o", "size=220m,mode=755", "tmpfs", folder).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    cluster = district = None
    try:
        cluster = place.Cluster(folder)
        district = place.District(cluster, tempfile.mkdtemp(prefix="district"))
        district.daemon()
        worker = district.person("w111")
        worker.report("life/noise", "G111", "before")
        with open(folder / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(b"x" * 65536)
        request, text = uuid7(), "大" * 9000  # large words, which no free place in a page takes
        command = worker.command("report", request=request, text=text.encode(),
                                 body=district.pb.Report(class_code=b"life/noise", place_code=b"G111"))
        busy = 0
        for _ in range(40):  # what still fits is acknowledged; then it is BUSY, and never an acknowledgement of nothing
            more = worker.command("report", text=text.encode(), body=district.pb.Report(class_code=b"life/noise"))
            answer = worker.ask_until(worker.message(command=more), lambda answer: answer.WhichOneof("body") == "reply"
                                      and answer.reply.request_id == more.request_id)
            busy += answer.reply.outcome == district.pb.OUTCOME_BUSY
            if busy:
                break
        assert busy
        (folder / "filler").unlink()
        cluster.start()  # a supervisor would: PostgreSQL stops itself when it cannot write its log
        reply = worker.reply(command)
        assert reply.outcome == district.pb.OUTCOME_DONE
        district.db = cluster.connect(district.database)
        assert district.one("SELECT count(*) FROM journal WHERE request = %s::uuid", request.hex()) == 1
        assert district.audit() == {}
    finally:
        if district is not None:
            district.close()
        if cluster is not None:
            cluster.stop()
        run("umount", folder)
