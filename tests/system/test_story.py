"""deploy/up as people meet it: the story from beginning to end, once more, as somebody, and away again."""

import json
import os
import pathlib
import re
import subprocess

import psycopg2
import pytest

import place

DEPLOY = place.ROOT / "deploy"


def call(*words, check=True):
    env = {name: value for name, value in os.environ.items() if name not in ("HUYING_DATABASE", "HUYING_DISTRICT")}
    done = subprocess.run([str(word) for word in words], text=True, cwd="/", env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    if check:
        assert done.returncode == 0, done.stdout[-4000:]
    return done


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A directory of its own, which the user that PostgreSQL runs as can reach."""
    state = pathlib.Path(os.environ.get("TMPDIR", "/tmp"), f"story{os.getpid()}")
    yield state
    call(DEPLOY / "down", "--state", state, "--purge", check=False)


@pytest.fixture(scope="module")
def story(state):
    return call(DEPLOY / "up", "--state", state).stdout


@pytest.fixture(scope="module")
def table(story):
    """The issues of the story: (number, how it ended) by the English half of the title."""
    lines = re.findall(r"^   (ZC-\d+-\d)\s+(\S.*?)\s{2,}(.*)$", story.split("The issues of this story")[1], re.M)
    return {re.sub(r"^[^a-z]*", "", title): (number, end) for number, end, title in lines}


def show(state, number, person="supervisor"):
    return json.loads(call(DEPLOY / "as", "--state", state, person, "show", number, "--json").stdout)


def test_it_takes_less_than_two_minutes(story):
    seconds = int(re.search(r"\((\d+) s\)\nThe district ZC runs", story)[1])
    assert seconds < 120


@pytest.mark.parametrize("title", [
    "solved in the grid", "reported without signal", "done by a bureau", "done by a property company",
    "returned, dispatched again", "not solved, done again",
])
def test_it_ends_closed(table, state, title):
    number, end = table[title]
    assert end == "closed 结案"
    assert show(state, number)["state"] == "closed"


def test_bureau_and_company_had_theirs(table, state):
    def units(title):
        return {step.get("holder", {}).get("unit") for step in show(state, table[title][0])["timeline"] if step.get("holder")}
    assert "traffic" in units("done by a bureau")
    assert "property-jingui" in units("done by a property company")


def test_returned_one_went_to_another_unit(table, state):
    events = [step["event"] for step in show(state, table["returned, dispatched again"][0])["timeline"]]
    assert events[:3] == ["report", "return", "dispatch"] and events[-1] == "feedback"


def test_redone_one_was_answered_twice(table, state):
    issue = show(state, table["not solved, done again"][0])
    assert [step["event"] for step in issue["timeline"]].count("answer") == 2
    assert issue["feedback"] == {"contacted": True, "solved": True, "satisfied": 5}


def test_unclaimed_one_climbed_by_itself(table, state):
    issue = show(state, table["nobody claims it"][0])
    assert (issue["state"], issue["tier"]) == ("dispatched", "district")
    tiers = [step["tier"] for step in issue["timeline"] if step.get("tier")]
    assert sorted(set(tiers), key=tiers.index) == ["grid", "community", "town", "district"]
    overdue = json.loads(call(DEPLOY / "as", "--state", state, "supervisor", "overdue", "--json").stdout)
    assert table["nobody claims it"][0] in json.dumps(overdue)


def test_old_issue_keeps_its_rule(table, state):
    assert show(state, table["under the old rule"][0])["tier"] == "grid"
    assert show(state, table["under the new rule"][0])["tier"] != "grid"


def test_weekend_is_explained(story):
    assert re.search(r"show ZC-\d+-\d --why", story)


def test_each_kind_of_user_has_three_commands(story):
    after = story.split("What to try next")[1]
    for person in ("collector", "handler", "supervisor", "callback", "stranger", "admin"):
        assert len(re.findall(rf"^   \$ deploy/as (?:--state \S+ )?{person} ", after, re.M)) == 3, person


def test_stranger_sees_nothing(table, state):
    done = call(DEPLOY / "as", "--state", state, "stranger", "show", table["solved in the grid"][0], "--json", check=False)
    assert done.returncode != 0 and "UNKNOWN_ISSUE" in done.stdout


def test_again_changes_nothing(story, state):
    def releases():
        with psycopg2.connect(f"host={state}/cluster/run dbname=huying user=huying_read") as db, db.cursor() as cursor:
            cursor.execute("SELECT max(number) FROM huying.release")
            return cursor.fetchone()
    before = releases()
    keys = sorted((path, path.read_text()) for path in state.glob("people/*/config/*"))
    assert keys
    call(DEPLOY / "up", "--state", state, "--no-story")
    assert releases() == before
    assert sorted((path, path.read_text()) for path in state.glob("people/*/config/*")) == keys


def test_down_and_up_keeps_the_issues(table, state):
    number = table["nobody claims it"][0]
    call(DEPLOY / "down", "--state", state)
    assert call(DEPLOY / "as", "--state", state, "supervisor", "whoami", "--wait", "1", check=False).returncode == 75
    call(DEPLOY / "up", "--state", state, "--no-story", "--quiet")
    assert show(state, number)["state"] == "dispatched"


def test_purge_leaves_nothing(story, state):
    call(DEPLOY / "down", "--state", state, "--purge")
    assert not state.exists()
