"""One list for each set of words: the .def files, the protocol's enums, the database's copy and the program agree."""

import re
import subprocess

import pytest

import house

# kind in the database: file, enum of the protocol, its prefix. None: not spoken on the wire.
KINDS = {
    "tier": ("tiers", "Tier", "TIER"),
    "state": ("states", "State", "STATE"),
    "event": ("events", "Event", "EVENT"),
    "clock": ("clocks", "ClockKind", "CLOCK"),
    "desk": ("desks", "Desk", "DESK"),
    "role": ("roles", "Role", "ROLE"),
    "ledger_op": ("ledger_ops", "Op", "OP"),
    "limit_kind": ("limit_kinds", "LimitKind", "LIMIT"),
    "runs_from": ("runs_from", None, None),
    "cause": ("causes", "Cause", "CAUSE"),
    "reason": ("reasons", "Reason", "REASON"),
    "anchor": ("anchors", None, None),
    "action": ("actions", None, None),
    "refusal": ("refusals", "Refusal", "REFUSAL"),
    "duty": ("duties", None, None),
    "channel": ("channels", None, None),
    "notice": ("notices", None, None),
}

DEF_ROW = re.compile(r'^[A-Z_]+\((\w+), (\d+), "([^"]*)", "([^"]*)", "([^"]*)"', re.M)
SQL_ROW = re.compile(r"\('(\w+)', (\d+), '((?:[^']|'')*)', '((?:[^']|'')*)', '((?:[^']|'')*)'\)")
VOCAB = house.ROOT / "daemon/core/vocab"


def def_rows(kind):
    return [(name, int(number), word, zh, en)
            for name, number, word, zh, en in DEF_ROW.findall((VOCAB / f"{KINDS[kind][0]}.def").read_text())]


def sql_rows():
    rows = {}
    for path in sorted((house.ROOT / "sql/migrations").glob("*.sql")):
        for block in re.findall(r"INSERT INTO (?:huying\.)?vocab\b.*?;\n", path.read_text(), re.S):
            for kind, number, *words in SQL_ROW.findall(block):
                rows.setdefault(kind, {})[int(number)] = tuple(word.replace("''", "'") for word in words)
    return rows


def proto_rows(name, prefix):
    text = re.sub(r"//[^\n]*", "", house.read("proto/huying.proto"))
    body = re.search(rf"\benum {name} \{{(.*?)\}}", text, re.S)
    assert body, f"huying.proto has no enum {name}"
    return {int(number): value.removeprefix(prefix + "_")
            for value, number in re.findall(r"(\w+)\s*=\s*(\d+)\s*;", body[1])}


def test_every_list_is_known_here():
    assert {path.stem for path in VOCAB.glob("*.def")} == {file for file, _, _ in KINDS.values()}


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_and_words_are_single(kind):
    rows = def_rows(kind)
    assert rows, f"{kind} has no rows, or in another form"
    for column in (0, 1, 2):
        values = [row[column] for row in rows]
        assert len(set(values)) == len(values)
    assert all(row[1] > 0 and row[3] and row[4] for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_database_has_the_same_words(kind):
    assert sql_rows().get(kind) == {number: (word, zh, en) for _, number, word, zh, en in def_rows(kind)}


@pytest.mark.parametrize("kind", [kind for kind, (_, enum, _) in KINDS.items() if enum])
def test_protocol_has_the_same_numbers(kind):
    _, enum, prefix = KINDS[kind]
    assert proto_rows(enum, prefix) == {0: "UNSPECIFIED"} | {row[1]: row[0] for row in def_rows(kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_enum_ends_where_the_list_ends(kind):
    """X_MAX sizes arrays: it must be the largest number."""
    header = (VOCAB / "vocab.h").read_text()
    block = re.search(rf'#include "core/vocab/{KINDS[kind][0]}\.def"\s+(\w+_MAX) = (\d+)', header)
    assert block, f"vocab.h does not include {KINDS[kind][0]}.def with a _MAX behind it"
    assert int(block[2]) == max(row[1] for row in def_rows(kind))


def test_life_is_the_one_in_the_readme():
    """The table of life that people read is the one the program obeys."""
    told = re.search(r"<!-- life -->\n(.*?)<!-- /life -->", house.read("daemon/README.md"), re.S)
    assert told, "daemon/README.md has no <!-- life --> … <!-- /life -->"
    obeyed = subprocess.run([house.BUILD / "daemon/huyingd", "--life"], check=True, text=True, stdout=subprocess.PIPE).stdout
    assert told[1].strip() == obeyed.strip()
