"""huying-admin beside its loads: schema, people, codes, keys, clock, and what it says when it cannot."""

import hashlib
import json
import os
import re
import stat
import subprocess

import pytest
import zmq
import zmq.utils.z85

from conftest import ADMIN, HERE, ROOT

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


# ---- migrate ----

def test_migrations_are_recorded_and_a_second_run_does_nothing(empty):
    files = sorted(p for p in (ROOT / "sql/migrations").glob("[0-9]*.sql") if not p.name.startswith("0000"))
    applied = empty.sql("SELECT number, name, encode(digest, 'hex') FROM migration ORDER BY 1")
    assert [(n, name) for n, name, _ in applied] == [(int(p.name[:4]), p.name) for p in files]
    assert [d for *_, d in applied] == [hashlib.blake2b(p.read_bytes(), digest_size=32).hexdigest() for p in files]
    assert empty.json("migrate") == {"applied": 0, "schema": int(files[-1].name[:4])}


def test_a_migration_is_one_transaction(empty):
    last = empty.json("migrate")["schema"]
    folder = empty.folder / "sql"
    folder.mkdir()
    for path in (ROOT / "sql/migrations").glob("*.sql"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / f"{last + 1:04d}_bad.sql").write_text("CREATE TABLE huying.half (a int); SELECT 1 / 0;")
    done = empty.run("migrate", "--sql", folder)
    assert done.returncode == 1 and f"{last + 1:04d}_bad.sql" in done.stderr and "22012" in done.stderr
    assert empty.one("SELECT to_regclass('huying.half')") is None
    (folder / f"{last + 1:04d}_bad.sql").write_text("CREATE TABLE huying.whole (a int);")
    assert empty.json("migrate", "--sql", folder) == {"applied": 1, "schema": last + 1}
    assert empty.one("SELECT tableowner FROM pg_tables WHERE tablename = 'whole'") == "huying_owner"
    done = empty.run("migrate")
    assert done.returncode == 1 and "newer release" in done.stderr


def test_a_migration_that_was_edited_afterwards_is_found(empty):
    empty.sql("UPDATE migration SET digest = digest_of FROM (SELECT decode(repeat('00', 32), 'hex') AS digest_of) d "
              "WHERE number = 1")
    done = empty.run("migrate")
    assert done.returncode == 1 and "was changed after it was applied" in done.stderr


# ---- rules show ----

def test_the_release_in_force_is_shown(loaded):
    shown = loaded.json("rules", "show")
    assert shown["release"] == 8 and shown["families"]["units"]["edition"] == 2
    assert shown["families"]["places"]["source"] == "places.csv"
    assert loaded.json("rules", "show", "--release", "3")["families"].keys() == {"calendars", "places", "units"}
    assert "release 8 of district LD" in loaded.good("rules", "show")
    assert loaded.run("rules", "show", "--release", "99").returncode == 1
    rows = loaded.json("rules", "show", "--family", "policies")
    assert {"name": "returns_max", "tier": "", "value": "0"} in rows


def test_what_is_not_in_force_yet_is_not_shown_as_if_it_were(district):
    path = district.file("p.csv", "name,value\nreturns_max,9\n")
    district.good("load", "policies", path, "--effective", "2099-01-01T00:00:00Z")
    assert district.json("rules", "show")["release"] == 8
    assert {"name": "returns_max", "tier": "", "value": "0"} in district.json("rules", "show", "--family", "policies")
    assert district.json("rules", "show", "--family", "policies", "--release", "9") == [
        {"name": "returns_max", "tier": "", "value": "9"}]


# ---- actor ----

def test_actor_add_disable_enable_list(district):
    district.good("actor", "add", "qian", "--name", "钱七", "--unit", "UC1", "--area", "C1", "--roles", "handler callback")
    assert district.sql("SELECT name, roles, active FROM actor WHERE code = 'qian'") == [("钱七", 16 | 64, True)]
    district.good("actor", "disable", "qian")
    assert {"code": "qian", "name": "钱七", "unit": "UC1", "area": "C1", "roles": "handler callback",
            "active": False} in district.json("actor", "list")
    district.good("actor", "enable", "qian")
    assert district.one("SELECT active FROM actor WHERE code = 'qian'")
    again = district.run("actor", "add", "qian", "--name", "x", "--unit", "UC1", "--area", "C1", "--roles", "handler")
    assert again.returncode == 1 and "there is an actor qian already" in again.stderr


@pytest.mark.parametrize("options, words", [
    (["--unit", "UC1", "--area", "C1", "--roles", "handler"], "name: is missing"),
    (["--name", "x", "--unit", "NONE", "--area", "C1", "--roles", "handler"], 'there is no unit "NONE"'),
    (["--name", "x", "--unit", "UC1", "--area", "Q", "--roles", "handler"], 'there is no place "Q"'),
    (["--name", "x", "--unit", "UC1", "--area", "C1", "--roles", "operator"], '"operator" is no role'),
])
def test_actor_add_refused(loaded, options, words):
    before = loaded.counts()
    done = loaded.run("actor", "add", "new", *options)
    assert done.returncode == 1 and words in done.stderr
    assert loaded.counts() == before


def test_nobody_can_be_disabled_who_is_not_there(loaded):
    done = loaded.run("actor", "disable", "nobody")
    assert done.returncode == 1 and "`huying-admin actor list` names them" in done.stderr


# ---- enrol and keys ----

@pytest.fixture
def server(district):
    public = district.good("keygen", "server.key").strip()
    return public


def derived(code):
    """The public half as proto/README.md tells it, by another library."""
    number = 0
    for letter in code:
        number = number * 32 + CROCKFORD.index(letter)
    assert number < 1 << 128
    secret = hashlib.blake2b(b"huying enrolment 1:" + number.to_bytes(16, "big"), digest_size=32).digest()
    return zmq.utils.z85.decode(zmq.curve_public(zmq.utils.z85.encode(secret))).hex()


def test_keygen(district):
    public = district.good("keygen", "server.key").strip()
    path = district.folder / "server.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = bytes.fromhex(path.read_text().strip())
    assert zmq.utils.z85.decode(zmq.curve_public(zmq.utils.z85.encode(secret))).hex() == public
    again = district.run("keygen", "server.key")
    assert again.returncode == 1 and bytes.fromhex(path.read_text().strip()) == secret
    assert district.good("keygen", "--show", "server.key").strip() == public
    assert public not in path.read_text()


def test_enrol_prints_a_line_that_only_its_code_can_use(district, server):
    enrol = ["enrol", "zhang", "--endpoint", "example.org:7450", "--server-key", "server.key"]
    line = district.good(*enrol, "--device", "phone").strip()
    code = re.fullmatch(rf"huying://example\.org:7450/\?key={server}&code=([{CROCKFORD}]{{26}})", line)[1]
    assert code[0] in "01234567"
    number, name, state, key, code_key, left = district.sql(
        "SELECT number, name, state, key, encode(code_key, 'hex'), extract(epoch FROM code_expires_at - clock_timestamp()) "
        "FROM device")[0]
    assert (number, name, state, key, code_key) == (1, "phone", 1, None, derived(code))
    assert 500 < left <= 600
    assert district.one("SELECT count(*) FROM device d WHERE d::text ~ %s", code) == 0
    other = district.json(*enrol, "--for", "2h")
    assert other["device"] == 2 and other["code"] != code and other["line"].endswith(other["code"])


def test_the_code_of_the_page(tmp_path):
    """proto/README.md gives one example; this test's own derivation must agree before it judges others."""
    assert derived("00041061050R3GG28A1C60T3GF") == "fffac6543e9f84555fb4e1d229bb787246f5713ae1f5bfc89b1aa906de71bf15"


def test_a_qr_in_half_blocks(district, server):
    out = district.good("enrol", "zhang", "--endpoint", "h:1", "--server-key", "server.key", "--qr").splitlines()
    assert out[0].startswith("huying://") and len(out) > 15
    widths = {len(line) for line in out[1:]}
    assert len(widths) == 1 and set("".join(out[1:])) <= set("█▀▄ ")
    assert out[1][0] == "█"


def test_endpoint_and_key_come_from_the_configuration(district, server):
    config = district.file("huying.conf", f"[huyingd]\ndistrict = LD\ndatabase = {district.conninfo} user=huying_daemon\n"
                           f"endpoint = tcp://192.0.2.7:7450\nsecret_key_file = {district.folder}/server.key\n")
    env = {k: v for k, v in os.environ.items() if k not in ("HUYING_DATABASE",)}
    done = subprocess.run([ADMIN, "--config", config, "enrol", "zhang"], env=env, text=True, capture_output=True)
    assert done.stdout.startswith(f"huying://192.0.2.7:7450/?key={server}&code="), done.stderr


@pytest.mark.parametrize("options, status, words", [
    (["nobody", "--endpoint", "h:1", "--server-key", "server.key"], 1, "there is no actor nobody"),
    (["zhang", "--server-key", "server.key"], 2, "give --endpoint HOST:PORT"),
    (["zhang", "--endpoint", "h:1"], 2, "--server-key FILE"),
    (["zhang", "--endpoint", "h:1", "--server-key", "nowhere"], 1, "holds no key"),
    (["zhang", "--endpoint", "0.0.0.0:1", "--server-key", "server.key"], 2, "no device reaches"),
    (["zhang", "--endpoint", "h", "--server-key", "server.key"], 2, "must be HOST:PORT"),
    (["zhang", "--endpoint", "h:1", "--server-key", "server.key", "--for", "1y"], 2, "must be a duration"),
    (["zhang", "--endpoint", "h:1", "--server-key", "server.key", "--for", "31d"], 2, "up to 30d"),
])
def test_enrol_refused(district, server, options, status, words):
    done = district.run("enrol", *options, "--config", district.file("none.conf", ""))
    assert done.returncode == status and words in done.stderr, done.stderr
    assert district.one("SELECT count(*) FROM device") == 0


def test_a_disabled_person_gets_no_code(district, server):
    district.good("actor", "disable", "zhang")
    done = district.run("enrol", "zhang", "--endpoint", "h:1", "--server-key", "server.key")
    assert done.returncode == 1 and "zhang is disabled" in done.stderr


def test_revoke_and_renew(district, server):
    enrol = ["enrol", "zhang", "--device", "phone", "--endpoint", "h:1", "--server-key", "server.key"]
    district.good(*enrol)
    version = district.one("SELECT keys_version FROM district")
    district.sql("UPDATE device SET state = 2, key = decode(repeat('ab', 32), 'hex')")
    assert district.good("key", "revoke", "zhang", "phone").startswith("device 1 of zhang is revoked")
    assert district.json("key", "list")[0]["state"] == "revoked"
    assert district.one("SELECT keys_version FROM district") > version
    again = district.run(*enrol)
    assert again.returncode == 1 and "--renew gives it a new key" in again.stderr
    district.good(*enrol, "--renew")
    assert district.sql("SELECT number, state, key FROM device") == [(1, 1, None)]
    assert district.run("key", "revoke", "li", "1").returncode == 1
    assert district.run("key", "revoke", "zhang", "9").returncode == 1


# ---- clock ----

def test_the_clock_of_a_test_district(district):
    done = district.run("clock", "shift", "3d")
    assert done.returncode == 1 and "runs on true time" in done.stderr
    district.good("clock", "shift", "3d", "--test-district")
    assert district.one("SELECT clock_shift_us FROM district") == 3 * 86400 * 10 ** 6
    district.good("clock", "shift", "--", "-1d12h")
    assert district.one("SELECT clock_shift_us FROM district") == 36 * 3600 * 10 ** 6
    now = district.json("clock", "set", "2030-01-01T08:00:00+08:00")["now"]
    assert now.startswith("2030-01-01T00:00:0")
    path = district.file("p.csv", "name,value\nreturns_max,9\n")
    assert district.json("load", "policies", path)["effective_at"].startswith("2030-01-01T00:00:1")
    district.good("clock", "set", "now")
    assert district.one("SELECT clock_shift_us FROM district") == 0


# ---- what it says when it cannot ----

def test_no_database_is_named(empty):
    env = {k: v for k, v in os.environ.items() if k != "HUYING_DATABASE"}
    done = subprocess.run([ADMIN, "migrate", "--config", empty.file("none.conf", "")], env=env, text=True, capture_output=True)
    assert done.returncode == 2 and "give --database" in done.stderr


def test_the_database_is_away(empty):
    done = subprocess.run([ADMIN, "--database", "host=/nowhere dbname=x", "rules", "show"], text=True, capture_output=True)
    assert done.returncode == 75 and "does not answer" in done.stderr


def test_a_login_that_is_not_the_owner(empty):
    done = subprocess.run([ADMIN, "--database", f"{empty.conninfo} user=huying_read", "rules", "show"], text=True,
                          capture_output=True)
    assert done.returncode == 4 and "connect as huying_owner" in done.stderr


def test_a_superuser_works_as_the_owner(empty):
    done = subprocess.run([ADMIN, "--database", f"{empty.conninfo} user=postgres", "migrate"], text=True, capture_output=True)
    assert done.returncode == 0


def test_a_database_without_schema(cluster, tmp_path):
    done = subprocess.run([ADMIN, "--database", f"{cluster} dbname=postgres", "actor", "list"], text=True, capture_output=True)
    assert done.returncode == 1 and "run `huying-admin migrate` first" in done.stderr


def test_no_district_yet(empty):
    done = empty.run("load", "places", HERE / "rules/places.csv")
    assert done.returncode == 1 and "load one: huying-admin load district" in done.stderr


COMMANDS = ["migrate", "load", "rules", "actor", "enrol", "key", "keygen", "clock"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_begins_with_an_example(command):
    done = subprocess.run([ADMIN, command, "--help"], text=True, capture_output=True)
    assert done.returncode == 0 and done.stdout.startswith(f"Example: huying-admin {command}")
    assert done.stderr == ""


@pytest.mark.parametrize("words", [[], ["conquer"], ["load"], ["load", "moons", "x.csv"], ["load", "places"], ["actor"],
                                   ["actor", "hire", "x"], ["enrol"], ["key"], ["key", "revoke", "x"], ["keygen"], ["clock"],
                                   ["clock", "shift", "far"], ["rules"], ["rules", "show", "--release", "x"],
                                   ["rules", "show", "--family", "moons"], ["load", "--wrong"]])
def test_usage(loaded, words):
    done = loaded.run(*words)
    assert done.returncode == 2 and done.stderr and not done.stdout, done.stdout


def test_errors_for_programs(loaded):
    for words in (["actor", "disable", "nobody"], ["clock", "shift", "1d"], ["rules", "show", "--release", "99"]):
        done = loaded.run(*words, "--json")
        assert json.loads(done.stdout)["status"] == done.returncode != 0
