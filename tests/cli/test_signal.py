"""Without signal, with two processes, with a dispatcher that dies, with a key that is taken away."""

import json
import signal
import subprocess
import time

import pytest

from conftest import Home
from place import until


def reports(district, text):
    return district.one("SELECT count(*) FROM journal WHERE event = 1 AND text = %s", text)


def test_h30_a_report_without_signal_keeps_its_number_and_arrives_once(district, home):
    worker = home("w112")
    district.daemons[0].stop()
    kept = worker.json("report", "--class", "life/noise", "--place", "G112", "没有信号", "--wait", "1")
    assert kept["outcome"] == "kept" and kept["number"].startswith("TS-")
    assert worker.error("mine", "--wait", "0.5", status=75)["name"] == "AWAY"
    district.daemons[0].start()
    assert kept["number"] in [issue["number"] for issue in worker.json("mine")["issues"]]
    assert worker.json("show", kept["number"])["state"] == "dispatched"
    assert reports(district, "没有信号") == 1
    assert worker.json("outbox")["waiting"] == 0


def test_h30_four_processes_send_one_outbox_each_report_once(district, home):
    worker = home("w112")
    texts = [f"并发 {n}" for n in range(12)]
    for text in texts:
        worker.json("report", "--offline", "--class", "life/noise", "--place", "G112", text)
    senders = [worker.start("outbox", "--send", "--json") for _ in range(4)]
    for sender in senders:
        out, err = sender.communicate(timeout=60)
        assert sender.returncode == 0, err
    until(lambda: worker.json("outbox", "--send")["waiting"] == 0, "all are sent")
    assert [reports(district, text) for text in texts] == [1] * len(texts)


def test_h30_a_sender_killed_at_any_moment_loses_and_doubles_nothing(district, home):
    worker = home("w112")
    texts = [f"半路 {n}" for n in range(20)]
    for n, text in enumerate(texts):
        process = worker.start("report", "--class", "life/noise", "--place", "G112", text)
        try:
            process.wait(0.01 * n)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    worker.json("outbox", "--send")
    known = [reports(district, text) for text in texts]
    assert set(known) <= {0, 1}  # 0: killed before it was kept, and never had a number
    assert known[-1] == 1


def test_h30_an_answer_lost_on_the_way_is_asked_for_again(district, home):
    """The dispatcher is stopped dead between the command and its answer; the same bytes go again."""
    worker = home("w112")
    daemon = district.daemons[0]
    daemon.process.send_signal(signal.SIGSTOP)
    process = worker.start("report", "--class", "life/noise", "--place", "G112", "慢", "--wait", "30", "--json")
    time.sleep(0.5)  # whatever it did until now: the outcome must be the same
    daemon.process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and json.loads(out)["outcome"] == "done", err
    assert reports(district, "慢") == 1


def test_it_moves_over_to_another_endpoint(district, home, tmp_path):
    worker, other = home("w112"), Home(tmp_path)
    other.config.parent.mkdir(parents=True)
    text = worker.config.read_text()
    other.config.write_text(text.replace("endpoints = ", "endpoints = tcp://127.0.0.1:1 tcp://127.0.0.1:2 "))
    assert other.json("whoami")["actor"] == "w112"


def test_two_dispatchers_and_one_dies_on_the_way(district, line_of, tmp_path):
    second = district.daemon()
    worker = Home(tmp_path / "home", line_of("w121"))
    worker.config.write_text(worker.config.read_text() + f"endpoints = tcp://{second.address}\n")
    rows = tmp_path / "rows.csv"
    rows.write_text("class,place,text\n" + "".join(f"life/noise,G121,接力 {n}\n" for n in range(3000)))
    process = worker.start("report", "--csv", rows, "--json")
    until(lambda: district.one("SELECT count(*) FROM journal WHERE event = 1 AND text LIKE '接力 %%'") > 100, "some arrived")
    district.daemons[0].kill()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    done = json.loads(out)
    assert done["rows"] == 3000 and done["new"] + done["known_already"] == 3000 and done["unanswered"] == 0
    assert district.one("SELECT count(*) FROM journal WHERE event = 1 AND text LIKE '接力 %%'") == 3000
    district.daemons[0].start()


def test_a_table_says_which_rows_failed_and_again_makes_nothing_twice(district, home, tmp_path):
    worker = home("w111")
    rows = tmp_path / "rows.csv"
    rows.write_text('class,place,text,lat,lon\nlife/noise,G111,"两行\n文字",,\nlife/noise,NOWHERE,x,,\n'
                    'life/noise,,x,99,1\nlife/noise,G111,好,,\n')
    first = worker.json("report", "--csv", rows, status=3)
    assert (first["rows"], first["new"], first["refused"]) == (4, 2, 2)
    assert {(row["line"], row["error"]["name"]) for row in first["failed"]} == {(4, "UNKNOWN_PLACE"), (5, "BAD_VALUE")}
    again = worker.json("report", "--csv", rows, status=3)
    assert (again["new"], again["known_already"]) == (0, 2)
    told = worker("report", "--csv", rows)
    assert told.returncode == 3 and "line 4" in told.stdout


def test_a_revoked_key_is_told_so(district, line_of, tmp_path):
    worker = Home(tmp_path, line_of("w211", "stolen"))
    device = worker.json("whoami")["device"]
    district.admin("key", "revoke", "w211", str(device))
    error = until(lambda: next((e for e in [json.loads(worker("mine", "--wait", "2", "--json").stdout).get("error")] if e), None),
                  "it is refused")
    assert error["name"] in ("KEY_REVOKED", "KEY_UNKNOWN", "SILENT")


def test_a_code_enrols_once(district, line_of, tmp_path):
    line = line_of("w211", "phone")
    first = Home(tmp_path / "first", line)
    assert first.json("whoami")["actor"] == "w211"
    assert first.error("enrol", line, status=3)["name"] == "HAS_KEY"
    second = Home(tmp_path / "second")
    done = second("enrol", line, "--wait", "3", "--json")
    assert done.returncode in (4, 75), done
    assert not second.config.exists()
    assert (first.config.stat().st_mode & 0o777) == 0o600


def test_another_server_is_not_trusted(district, home, tmp_path):
    """Somebody else on that address has not the key that the line named."""
    text = home("w111").config.read_text()
    other = Home(tmp_path)
    other.config.parent.mkdir(parents=True)
    other.config.write_text(text.replace(district.server_key.hex(), "fffac6543e9f84555fb4e1d229bb787246f5713ae1f5bfc89b1aa906de71bf15"))
    error = other.error("whoami", "--wait", "1", status=75)
    assert error["name"] in ("SILENT", "AWAY")


@pytest.mark.parametrize("line", ["nonsense = 1", "secret_key = 12", "endpoints", "device = x"])
def test_a_broken_configuration_names_its_line(home, tmp_path, line):
    other = Home(tmp_path)
    other.config.parent.mkdir(parents=True)
    other.config.write_text(home("w111").config.read_text() + line + "\n")
    error = other.error("whoami", status=1)
    assert error["name"] == "BAD_CONFIG" and "line" in error["detail"]
