"""proto/README.md is right: its table of refusals is the list the program obeys, its example of a code holds, and the
client at its end runs, word for word, against a dispatcher."""

import hashlib
import os
import pathlib
import re
import subprocess
import sys

import pytest
import zmq
from zmq.utils import z85

ROOT = pathlib.Path(os.environ.get("HUYING_ROOT") or pathlib.Path(__file__).resolve().parents[2])
README = (ROOT / "proto/README.md").read_text()
EXAMPLE = re.findall(r"```python\n(.*?)```", README, re.S)[-1]

sys.path.insert(0, str(ROOT / "tests/system"))
import place  # noqa: E402


def test_refusals_are_those_of_the_program():
    rows = re.findall(r'^REFUSAL\(\w+, (\d+), "([^"]*)", "([^"]*)", "([^"]*)"',
                      (ROOT / "daemon/core/vocab/refusals.def").read_text(), re.M)
    wanted = [f"| {number} | `{word}` | {en} | {zh} |" for number, word, zh, en in rows]
    told = re.search(r"<!-- refusals -->\n(.*?)<!-- /refusals -->", README, re.S)[1].strip().splitlines()
    assert told[2:] == wanted


@pytest.mark.parametrize("what, name, file", [
    ("`text` | {} bytes", "TEXT_BYTES_MAX", "daemon/core/event.h"),
    ("photos, assisting units | {},", "PHOTOS_MAX", "daemon/core/event.h"),
    ("a frame | {} bytes", "BUS_MESSAGE_BYTES_MAX", "daemon/bus/bus.h"),
    ("in {} parts", "DECODED_TAKES_MAX", "daemon/wire/decode.c"),
])
def test_limits_are_those_of_the_program(what, name, file):
    value = int(re.search(rf"#define {name} (\d+)", (ROOT / file).read_text())[1])
    assert what.format(f"{value:,}") in README


def test_code_of_the_page_derives_its_keys():
    code, secret, public = re.search(r"are the code `(\w{26})`, the secret\s+`(\w{64})`, the public key `(\w{64})`",
                                     README).groups()
    number = 0
    for letter in code:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    assert number.to_bytes(16, "big") == bytes(range(16))
    derived = hashlib.blake2b(b"huying enrolment 1:" + bytes(range(16)), digest_size=32).digest()
    assert derived.hex() == secret
    assert z85.decode(zmq.curve_public(z85.encode(derived))).hex() == public


def test_example_is_short():
    assert len(EXAMPLE.splitlines()) < 80


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"readme{os.getpid()}"
    folder.mkdir()
    folder.chmod(0o755)
    cluster = place.Cluster(folder / "pg")
    district = place.District(cluster, tmp_path_factory.mktemp("district"))
    district.daemon()
    yield district
    district.close()
    cluster.stop()


def run_example(district, folder, line, *words):
    (folder / "example.py").write_text(EXAMPLE)
    place.messages(folder)
    return subprocess.run(["/usr/bin/python3", folder / "example.py", line, *words], text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_example_enrols_reports_and_follows(district, tmp_path):
    actor = district.one("SELECT code FROM actor WHERE active ORDER BY id LIMIT 1")
    line = district.code_line(actor)
    done = run_example(district, tmp_path, line, "1")
    assert done.returncode == 0, done.stdout + done.stderr
    number = re.search(r"reported as (\S+)", done.stdout)[1]
    assert number.startswith(district.code + "-")
    assert re.search(r"UTC  EVENT_REPORT by .+: STATE_REPORTED", done.stdout)
    assert district.one("SELECT count(*) FROM issue WHERE id = %s", int(number.split("-")[1])) == 1

    again = run_example(district, tmp_path, line, "1")  # a code works once, and says so
    assert again.returncode != 0
    assert "REFUSAL_CODE_USED: the enrolment code was used" in again.stderr


def test_example_as_a_person_types_the_code(district, tmp_path):
    actor = district.one("SELECT code FROM actor WHERE active ORDER BY id DESC LIMIT 1")
    line, code = district.code_line(actor).rsplit("=", 1)
    done = run_example(district, tmp_path, f"{line}={code[:13].lower()}-{code[13:].lower()}", "0.2")
    assert done.returncode == 0, done.stdout + done.stderr
