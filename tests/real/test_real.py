"""A city's own data through the wire: Boston's winter of 2015 with `huying report --csv`, and the standards
and complaints of Chinese cities. Each figure is printed on a line of its own.

The full files lie in ../shared beside the project; without them a slice of every eighth row stands in
(tests/data/boston), and what needs the others is skipped."""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import place  # noqa: E402
from place import HUYING, ROOT, run, until  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
SLICE = HERE.parent / "data" / "boston"
FULL = (SHARED / "boston-311-2015-winter.csv").exists()
DATA = SHARED if FULL else SLICE
CASES = DATA / "boston-311-2015-winter.csv"


@pytest.fixture(scope="module")
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    cluster = place.Cluster(folder)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def boston(cluster):
    own, data = HERE / "boston", DATA
    families = [
        ("district", [f"{own}/district.csv"]),
        ("places", [f"{data}/boston-units.csv:{own}/places.json", "--polygons", f"{data}/boston-wards.geojson",
                    "--polygons", f"{data}/boston-precincts.geojson"]),
        ("units", [f"{data}/boston-units.csv:{own}/units.json"]),
        ("competences", [f"{own}/competences.csv"]),
        ("calendars", [f"{own}/calendars.csv", f"{data}/boston-holidays-2015.csv:{own}/holidays.json"]),
        ("standards", [f"{data}/boston-sla-rules-inferred.csv:{own}/standards.json"]),
        ("ladders", [f"{own}/ladders.csv"]),
        ("policies", [f"{own}/policies.csv"]),
        ("actors", [f"{own}/actors.csv"]),
    ]
    district = place.District(cluster, tempfile.mkdtemp(prefix="boston"), code="BOS", families=families)
    district.daemon()
    yield district
    district.close()


def cli(district, actor):
    """The environment of somebody who uses the command line, enrolled."""
    home = district.folder / f"home-{actor}"
    env = {"HUYING_CONFIG_DIR": str(home / "config"), "HUYING_STATE_DIR": str(home / "state"), "LC_ALL": "C.UTF-8"}
    if not home.exists():
        home.mkdir()
        done = run(HUYING, "enrol", district.code_line(actor), env=env)
        assert done.returncode == 0, done
    return env


def import_cases(district):
    return subprocess.Popen([str(HUYING), "report", "--csv", f"{CASES}:{HERE}/boston/report.json", "--json"],
                            env=dict(os.environ, **cli(district, "hotline")), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


@pytest.fixture(scope="module")
def imported(boston):
    """The whole file, while the daemon is killed and PostgreSQL is restarted."""
    cli(boston, "hotline")
    started = time.monotonic()
    process = import_cases(boston)
    done = threading.Thread(target=process.wait)
    done.start()
    for n in range(4):
        part = len(ROWS) * (n + 1) // 6
        until(lambda: boston.one("SELECT count(*) FROM external") >= part or process.poll() is not None, f"{part} rows", 300)
        boston.daemons[0].kill()
        if n == 2:
            boston.db.close()
            boston.cluster.stop()
            boston.cluster.start()
            boston.db = boston.cluster.connect(boston.database)
        boston.daemons[0].start(wait=False)
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, (out[-2000:], err[-2000:])
    boston.seconds = time.monotonic() - started
    return boston


with open(CASES, encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
with open(DATA / "boston-sla-rules-inferred.csv", encoding="utf-8") as file:
    RULES = {row["category"]: row for row in csv.DictReader(file)}


def share(record, name, hits, total, least):
    record("figure", f"{name} {100 * hits / total:.1f} % of {total}")
    assert hits >= least * total


def test_every_row_is_acknowledged_once_though_daemon_and_database_were_killed(imported, record_property):
    known = dict(imported.sql("SELECT reference, issue_id FROM external WHERE source = 'boston-311'"))
    assert set(known) == {row["case_id"] for row in ROWS}
    assert len(set(known.values())) == len(ROWS)
    assert imported.one("SELECT count(*) FROM issue") == len(ROWS)
    record_property("figure", f"acknowledged {len(known)} of {len(ROWS)} rows, each once, in {imported.seconds:.0f} s "
                              "with four kills of the daemon and a restart of PostgreSQL")


def test_a_second_run_of_the_same_file_creates_nothing(imported, record_property):
    process = import_cases(imported)
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, (out[-2000:], err[-2000:])
    assert imported.one("SELECT count(*) FROM issue") == len(ROWS)
    record_property("figure", "created by a second run of the same file 0")


def landed(district):
    return {reference: (town, community) for reference, town, community in district.sql(
        "SELECT e.reference, t.code, c.code FROM external e JOIN issue i ON i.id = e.issue_id "
        "LEFT JOIN place t ON t.id = i.area_town AND t.edition = (SELECT max(edition) FROM place) "
        "LEFT JOIN place c ON c.id = i.area_community AND c.edition = (SELECT max(edition) FROM place)")}


def test_points_land_in_the_precinct_and_ward_that_the_city_recorded(imported, record_property):
    where = landed(imported)
    rows = [row for row in ROWS if row["geocoded"] == "1" and row["precinct"]]
    share(record_property, "precinct", sum(where[row["case_id"]][1] == row["precinct"] for row in rows), len(rows), 0.93)
    share(record_property, "ward", sum(where[row["case_id"]][0] == row["ward"] for row in rows), len(rows), 0.985)


def test_due_dates_are_the_citys_own(imported, record_property):
    """All of them are past: HANDLE's breach instant is the due date, never the instant of the import."""
    due = dict(imported.sql(
        "SELECT e.reference, to_char(c.at AT TIME ZONE 'America/New_York', 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM external e "
        "JOIN clock_entry c USING (district_id, issue_id) WHERE c.op = 7 AND c.clock = 6"))
    rows = [row for row in ROWS if row["due_at"] and row["category"] in RULES]

    def seconds(text):
        return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S")) if text else 0

    hits = sum(abs(seconds(due.get(row["case_id"])) - seconds(row["due_at"])) <= 60 for row in rows)
    record_property("figure", f"due {hits} of {len(rows)}")
    assert hits >= (7019 if FULL else len(rows) * 0.985)


def test_what_no_rule_covers_waits_at_a_desk_with_its_reason(imported, record_property):
    causes = dict(imported.sql("SELECT v.word, count(*) FROM issue i JOIN vocab v ON v.kind = 'cause' AND v.number = i.cause "
                               "WHERE i.state = 1 GROUP BY 1"))
    desks = dict(imported.sql("SELECT v.word || ' ' || d.word, count(*) FROM issue i "
                              "JOIN vocab v ON v.kind = 'cause' AND v.number = i.cause "
                              "JOIN vocab d ON d.kind = 'desk' AND d.number = i.holder_desk WHERE i.state = 1 GROUP BY 1"))
    no_place = sum(row["geocoded"] != "1" for row in ROWS)
    record_property("figure", f"NO_PLACE at the intake desk {causes.get('no_place', 0)} (of {no_place} rows without a point)")
    record_property("figure", f"NO_STANDARD at the backstop desk {causes.get('no_standard', 0)}")
    assert set(desks) <= {"no_place intake", "no_standard backstop"}
    assert causes["no_place"] >= no_place
    outside = sum(row["geocoded"] == "1" and row["category"] not in RULES for row in ROWS)
    assert abs(causes["no_standard"] - outside) <= 5  # a point outside everything goes to the intake desk


def test_h16_breaches_past_when_they_came_in_set_off_no_storm(imported, record_property):
    breached = imported.one("SELECT count(*) FROM clock_entry WHERE op = 7 AND clock = 6 AND cause = 16")
    notices = imported.one("SELECT count(*) FROM outbox WHERE clock = 6")
    record_property("figure", f"breaches recorded with their true instant {breached}, notices of them {notices}")
    assert breached > 0 and notices == 0


def test_every_audit_holds_on_the_citys_data(imported):
    assert imported.audit() == {}


@pytest.fixture(scope="module")
def yuncheng(cluster):
    if not FULL:
        pytest.skip("../shared/data is not beside the project")
    families = [(family, files) for family, files in place.District.families(place.RULES) if family != "standards"]
    at = [family for family, _ in families].index("calendars") + 1
    families.insert(at, ("standards", [f"{SHARED}/cn-case-standards.csv:{HERE}/cn-standards.json"]))
    families = [(f, files) for f, files in families if f not in ("routes", "ladders")]
    district = place.District(cluster, tempfile.mkdtemp(prefix="cn"), families=families)
    district.daemon()
    yield district
    district.close()


def test_the_standards_of_a_chinese_city_load_by_a_mapping_file(yuncheng, record_property):
    kinds = dict(yuncheng.sql("SELECT v.word, count(*) FROM standard s JOIN vocab v ON v.kind = 'limit_kind' "
                              "AND v.number = s.limit_kind GROUP BY 1"))
    record_property("figure", f"standards {sum(kinds.values())}: " + ", ".join(f"{k} {n}" for k, n in sorted(kinds.items())))
    assert sum(kinds.values()) == 279


def test_complaints_and_replies_come_back_byte_for_byte(yuncheng, record_property):
    with open(SHARED / "cn-complaint-replies.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    worker, clerk = yuncheng.person("w111"), yuncheng.person("a11")
    pb, same = yuncheng.pb, 0
    for row in rows:
        told = f"{row['title']}\n{row['text']}"
        issue = worker.report("", "G111", told)
        clerk.do("file", issue.number, version=1, text=b"no limit", body=pb.File(
            class_code=b"complaint", no_limit=True, lead_unit_code=b"UG111"))
        worker.do("claim", issue.number, version=2)
        worker.do("answer", issue.number, version=3, text=row["reply"].encode(), body=pb.Answer(close_condition_met=True))
        timeline, after = [], 0
        while True:  # a timeline longer than a message comes in pages
            show = worker.page(show=pb.ShowQuery(issue_id=issue.issue_id, after_version=after)).show
            timeline += show.timeline
            after = show.next_version
            if not after:
                break
        same += timeline[0].text == told and timeline[3].text == row["reply"]
    record_property("figure", f"complaints and replies the same byte for byte {same} of {len(rows)}")
    assert same == len(rows)
