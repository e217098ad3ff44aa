"""Every file introduces itself, SQL is SQL, and nothing of one machine stands in the project."""

import re

import pytest

import house

TEXTS = [path for path in house.FILES
         if path.suffix not in (".csv", ".geojson", ".po", ".pot", ".mo", ".png", ".bin") and path.name != "LICENSE"]
C_SOURCES = [path for path in house.FILES if path.suffix in (".c", ".h") and path.parts[0] in ("daemon", "workers")]
HEADED = [path for path in TEXTS
          if path.suffix in (".c", ".h", ".def", ".sql", ".proto", ".py") or house.read(path).startswith("#!")]

HEADS = {
    ".c": r"/\*", ".h": r"/\*", ".def": r"/\*",
    ".sql": r"--", ".proto": r"//",
    ".py": r'(#![^\n]*\n)?(\#[^\n]*\n)*"""',
    "": r"#![^\n]*\n# \S",
}

SQL = re.compile(r"""\b(
    SELECT\s | INSERT\s+INTO\s | UPDATE\s+[\w.]+\s+SET\s | DELETE\s+FROM\s | TRUNCATE\s
    | (CREATE|ALTER|DROP)\s+(TABLE|INDEX|ROLE|SCHEMA|FUNCTION|VIEW|TYPE|DATABASE|SEQUENCE)\s | GRANT\s | REVOKE\s
    | select\s+[\w*.,\s()]+\s+from\s | insert\s+into\s | delete\s+from\s
)""", re.X)

# Where somebody worked, and where packages came from, is nobody's business.
MACHINE = re.compile(r"(?<![\w$}.~-])/(?:work|home/\w+|root|Users)/|\b(?:deb|snapshot|security|ftp)\.debian\.org\b"
                     r"|\bregistry\.npmjs\b|\bpypi\.org\b")
# Built from parts here, so that this file does not speak of what it looks for.
OPEN_WORK = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")


@pytest.mark.parametrize("path", HEADED, ids=house.names)
def test_file_has_a_head_comment(path):
    pattern = HEADS.get(path.suffix, HEADS[""])
    assert re.match(pattern, house.read(path)), f"{path} does not say what it is"


@pytest.mark.parametrize("path", C_SOURCES, ids=house.names)
def test_no_sql_in_c_strings(path):
    for string in house.strings(house.read(path)):
        assert not SQL.search(string), f"{path}: {string[:100]!r} belongs into sql/"


@pytest.mark.parametrize("path", [p for p in C_SOURCES if "PQ" in house.read(p)], ids=house.names)
def test_only_parameters_reach_the_database(path):
    text = house.without_comments(house.read(path))
    assert "PQescape" not in text, f"{path} builds SQL from values"
    for call in re.finditer(r"\bPQexec\s*\(([^;]*?)\)\s*;", text, re.S):
        assert re.search(r',\s*"', call[1]), f"{path}: PQexec({call[1]}) with something that is no literal"


@pytest.mark.parametrize("path", TEXTS, ids=house.names)
def test_nothing_of_one_machine(path):
    text = house.read(path)
    if path.name == "test_sources.py":
        return
    found = MACHINE.search(text)
    assert not found, f"{path} names {found[0]}"
    unfinished = OPEN_WORK.search(text)
    assert not unfinished, f"{path} says {unfinished[0]}"


@pytest.mark.parametrize("path", TEXTS, ids=house.names)
def test_text_is_clean(path):
    text = house.read(path)
    assert "\r" not in text, f"{path} has carriage returns"
    assert text == "" or text.endswith("\n"), f"{path} does not end with a line end"
    late = [n for n, line in enumerate(text.split("\n"), 1) if line != line.rstrip()]
    assert not late, f"{path}: blanks at the end of line {late[0]}"


@pytest.mark.parametrize("words, is_sql", [
    ("SELECT 1", True), ("INSERT INTO issue VALUES", True), ("DELETE FROM outbox", True),
    ("select a.b, c from issue", True), ("please select one", False), ("an update for you", False),
    ("INSERT", False), ("the file was created", False),
])
def test_the_sieve_for_sql_holds(words, is_sql):
    assert bool(SQL.search(words)) == is_sql
