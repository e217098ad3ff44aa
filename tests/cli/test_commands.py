"""Every command as a program and as a person meets it: one JSON object, one exit status, one language."""

import os
import pty
import re
import subprocess

import pytest

from place import HUYING, ROOT, until

COMMANDS = ("report mine outbox tasks queue claim release progress answer return escalate file decline dispatch approve "
            "rework feedback contact show overdue enrol whoami").split()
ISSUE_KEYS = {"number", "issue_id", "version", "state", "tier", "holder", "due_at", "class", "place", "text"}


def test_every_command_speaks_json_from_report_to_feedback(home):
    worker, clerk, call, town, sup = home("w111"), home("a11"), home("cb11"), home("ht1"), home("sup")
    made = worker.json("report", "--class", "life/noise", "--place", "B111", "夜间施工", "--telephone", "13800000000")
    assert made["outcome"] == "done" and ISSUE_KEYS <= set(made) and made["state"] == "dispatched"
    number = made["number"]
    assert made["holder"] == {"unit": "UG111", "unit_name": "东一网格一站", "desk": "handle", "handler": None,
                              "handler_name": None}
    for words in (("mine",), ("mine", "--open"), ("queue",), ("queue", "--desk", "handle")):
        page = worker.json(*words)
        assert set(page) == {"as_of", "issues"} and number in [issue["number"] for issue in page["issues"]], words
    assert number in [issue["number"] for issue in sup.json("queue", "--unit", "UG111")["issues"]]
    assert isinstance(sup.json("overdue", "--soon", "30d")["issues"], list)
    for by in ("town", "community", "grid", "unit"):
        counts = sup.json("overdue", "--by", by)["counts"]
        assert sum(count["green"] for count in counts) >= 1
    assert worker.json("claim", number)["state"] == "handling"
    assert number in [issue["number"] for issue in worker.json("tasks")["issues"]]
    assert worker.json("progress", number, "到场了")["version"] == 3
    assert worker.json("release", number)["holder"]["handler"] is None
    assert worker.json("claim", "--next")["number"] == number
    assert worker.json("return", number, "--reason", "need_help")["state"] == "returned"
    assert clerk.json("dispatch", number, "--lead", "UC11", "--assist", "PROP")["holder"]["unit"] == "UC11"
    assert home("h11").json("escalate", number, "--reason", "need_help")["tier"] == "town"
    assert town.json("claim", number)["outcome"] == "done"
    assert town.json("answer", number, "办好了")["state"] == "answered"
    assert clerk.json("rework", number, "--reason", "not_done")["state"] == "handling"
    assert town.json("answer", number, "真的办好了")["state"] == "answered"
    assert clerk.json("approve", number)["state"] == "feedback"
    assert call.json("contact", number, "--reason", "回访")["telephone"] == "13800000000"
    assert call.json("feedback", number, "--contacted", "yes", "--solved", "yes", "--satisfied", "4")["state"] == "closed"
    story = worker.json("show", number)
    assert story["state"] == "closed" and story["holder"] is None
    assert story["feedback"] == {"contacted": True, "solved": True, "satisfied": 4}
    assert [step["event"] for step in story["timeline"]] == (
        "report claim progress release claim return dispatch escalate claim answer rework answer approve feedback".split())
    assert all({"event", "at", "by", "state"} <= set(step) for step in story["timeline"])
    assert story["timeline"][1]["by"] == "w111" and story["timeline"][-1]["by"] == "cb11"
    assert worker.json("show", number, "--why")["why"]["release"] >= 1


def test_what_a_desk_decides_is_json_too(home):
    worker, clerk = home("w111"), home("a11")
    nowhere = worker.json("report", "地点不明")
    assert nowhere["state"] == "reported" and nowhere["cause"] in ("no_place", "no_class")
    filed = clerk.json("file", nowhere["number"], "--place", "B111", "--class", "life/noise")
    assert filed["state"] in ("filed", "dispatched")
    other = worker.json("report", "不归我们管")
    assert worker.error("decline", other["number"], "--reason", "not_a_matter", status=4)["name"] == "ROLE"
    assert clerk.json("decline", other["number"], "--reason", "not_a_matter")["state"] == "declined"


def test_the_device_speaks_json_too(home):
    worker = home("w111")
    who = worker.json("whoami")
    assert (who["actor"], who["unit"], who["district"], who["roles"]) == ("w111", "UG111", "TS", ["collector", "handler"])
    kept = worker.json("report", "--offline", "地下室")
    assert kept["outcome"] == "kept" and kept["number"].startswith("TS-")
    assert worker.json("outbox")["waiting"] == 1
    sent = worker.json("outbox", "--send")
    assert sent["waiting"] == 0 and kept["number"] in [row["number"] for row in sent["reports"]]
    assert worker.json("version")["version"]


REFUSED = [
    (("nonsense",), 2, "USAGE"),
    (("show",), 2, "USAGE"),
    (("show", "--nonsense", "1"), 2, "USAGE"),
    (("claim",), 2, "USAGE"),
    (("report",), 2, "USAGE"),
    (("report", "x", "--severity", "9"), 2, "USAGE"),
    (("report", "x", "--point", "91,0"), 2, "USAGE"),
    (("report", "x", "--observed", "yesterday"), 2, "USAGE"),
    (("report", "x", "--source", "s"), 2, "USAGE"),
    (("report", "x", "--photo", "/nonexistent"), 1, "PHOTO"),
    (("report", "--csv", "/nonexistent.csv"), 1, "FILE"),
    (("queue", "--desk", "kitchen"), 2, "USAGE"),
    (("overdue", "--by", "street"), 2, "USAGE"),
    (("overdue", "--soon", "soon"), 2, "USAGE"),
    (("mine", "--limit", "many"), 2, "USAGE"),
    (("mine", "--wait", "long"), 2, "USAGE"),
    (("whoami", "--context", "a/b"), 2, "USAGE"),
    (("whoami", "--context", "other"), 4, "NO_KEY"),
    (("show", "999999"), 3, "UNKNOWN_ISSUE"),
    (("show", "TS-1-1"), 3, "BAD_VALUE"),
    (("report", "x", "--place", "NOWHERE"), 3, "UNKNOWN_PLACE"),
    (("report", "x", "--observed", "400d"), 3, "TOO_OLD"),
    (("queue", "--unit", "UT2"), 4, "AREA"),
    (("outbox", "--drop", "999"), 1, "NO_ROW"),
    (("enrol", "nonsense", "--context", "n"), 2, "BAD_LINE"),
]


@pytest.mark.parametrize("words, status, name", REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_a_refusal_is_an_object_with_its_name_and_the_right_status(home, words, status, name):
    error = home("w111").error(*words, status=status)
    assert error["name"] == name and error["message"]


def test_roles_states_and_versions_are_told_apart(home):
    worker, sup = home("w111"), home("sup")
    number = worker.json("report", "--class", "life/noise", "--place", "B111", "一")["number"]
    assert worker.error("approve", number, status=3)["name"] == "STATE"
    worker.json("claim", number)
    state = worker.error("claim", number, status=3)
    assert state["issue"]["state"] == "handling" and state["name"] in ("STATE", "HANDLER")
    conflict = worker.error("answer", number, "x", "--version", "1", status=5)
    assert conflict["name"] == "CONFLICT" and conflict["issue"]["version"] == 2
    assert home("ht2").error("show", number, status=3)["name"] == "UNKNOWN_ISSUE"
    assert sup.json("show", number)["number"] == number
    leak = worker.json("report", "--class", "life/leak", "--place", "B111", "漏水")["number"]
    worker.json("claim", leak)
    assert worker.error("answer", leak, "修好", status=3)["name"] == "CLOSE_CONDITION"
    assert "--done" in worker("answer", leak, "修好").stderr
    assert worker.json("answer", leak, "修好", "--done")["state"] == "answered"


def test_json_and_plain_are_the_same_in_every_language(home):
    worker = home("w111")
    number = worker.json("report", "--class", "life/noise", "--place", "B111", "二")["number"]
    for words in (("show", number, "--plain"), ("queue", "--plain"), ("claim", "999999", "--json")):
        assert worker(*words, HUYING_LANG="zh").stdout == worker(*words, HUYING_LANG="en").stdout
    assert worker("show", number, "--plain").stdout.split("\n")[0].split("\t")[:5] == [number, "1", "dispatched", "grid", "UG111"]


def test_people_are_spoken_to_in_their_language(home):
    worker = home("w111")
    worker("report", "--class", "life/noise", "--place", "B111", "四")
    assert "待签收" in worker("queue", HUYING_LANG="zh").stdout
    assert "dispatched" in worker("queue", HUYING_LANG="en").stdout
    assert "待签收" in worker("queue", "--lang", "zh").stdout
    refused = worker("report", "x", "--place", "NOWHERE", HUYING_LANG="zh")
    assert "没有这个地点" in refused.stderr and refused.returncode == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_help_begins_with_an_example_that_is_understood(nobody, command):
    lines = nobody(command, "--help").stdout.split("\n")
    assert lines[0] == "Example:"
    example = lines[2].strip()
    assert example.startswith(f"huying {command}")
    words = re.findall(r'"[^"]*"|\'[^\']*\'|\S+', example)[1:]
    done = nobody(*[word.strip("\"'") for word in words])
    # a device without a key understands the line and has nobody to speak for; the line of enrol is shortened
    assert done.returncode == (2 if command == "enrol" else 4), done
    assert command == "enrol" or "NO_KEY" in done.stderr
    assert "示例" in nobody(command, "--help", HUYING_LANG="zh").stdout


def test_the_list_of_commands_has_them_all(nobody):
    done = nobody("help")
    assert done.returncode == 0
    assert set(COMMANDS) | {"admin", "version"} <= set(re.findall(r"^  (\w+)", done.stdout, re.M))


@pytest.mark.parametrize("typed, meant", [("qeue", "queue"), ("clam", "claim"), ("reprot", "report"), ("approv", "approve")])
def test_a_mistyped_command_gets_the_nearest_word(nobody, typed, meant):
    done = nobody(typed)
    assert done.returncode == 2 and f"huying {meant}" in done.stderr


def test_no_message_lacks_its_chinese(tmp_path):
    sources = sorted(map(str, (ROOT / "workers/huying").glob("*.[ch]")))
    subprocess.run(["xgettext", "-k_", "-kN_", "--from-code=UTF-8", "-o", tmp_path / "now.pot", *sources], check=True)
    done = subprocess.run(["msgcmp", ROOT / "workers/huying/po/zh_CN.po", tmp_path / "now.pot"], text=True,
                          stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr


def on_a_terminal(home, *words, **env):
    """What the command writes when somebody looks."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(HUYING, ["huying", *words], dict(home.env, COLUMNS="80", **env))
    out = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(pid, 0)
    os.close(terminal)
    return out.decode()


def test_colours_are_for_terminals_only(home):
    worker = home("w111")
    worker("report", "--class", "life/noise", "--place", "B111", "三")
    assert "\x1b[" in on_a_terminal(worker, "queue", TERM="xterm-256color")
    assert "\x1b[" not in on_a_terminal(worker, "queue", TERM="xterm-256color", NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(worker, "queue", TERM="dumb")
    assert "\x1b[" not in worker("queue", TERM="xterm-256color").stdout
    assert "\x1b[" in worker("queue", "--color=always", TERM="xterm-256color").stdout


def test_the_administrators_program_is_reached(nobody):
    done = nobody("admin", "--help")
    assert done.returncode == 0 and "load" in done.stdout + done.stderr
