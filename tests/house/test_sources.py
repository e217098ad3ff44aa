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


# The offline outbox is an SQLite file of the phone's own, not the district's database.
OWN_SQLITE = "workers/link/outbox.c"
# Runs whole files of sql/, of which a migration has many statements.
RUNS_FILES = "workers/admin/db.c"


def by_folder(paths):
    """One row for each folder; a failure names the files."""
    folders = {}
    for path in paths:
        folders.setdefault(str(path.parent), []).append(path)
    return pytest.mark.parametrize("paths", [pytest.param(paths, id=folder) for folder, paths in folders.items()])


@by_folder(path for path in HEADED if path.parent.name != "parts")  # pieces of statements, no files of their own
def test_files_have_a_head_comment(paths):
    silent = [str(path) for path in paths if not re.match(HEADS.get(path.suffix, HEADS[""]), house.read(path))]
    assert not silent, f"{silent} do not say what they are"


@by_folder(path for path in C_SOURCES if str(path) != OWN_SQLITE)
def test_no_sql_in_c_strings(paths):
    found = [f"{path}: {string[:80]!r}" for path in paths for string in house.strings(house.read(path)) if SQL.search(string)]
    assert not found, f"belongs into sql/: {found}"


@by_folder(path for path in C_SOURCES if "PQ" in house.read(path))
def test_only_parameters_reach_the_database(paths):
    for path in paths:
        text = house.without_comments(house.read(path))
        assert "PQescape" not in text, f"{path} builds SQL from values"
        for call in re.finditer(r"\bPQexec\s*\(([^;]*?)\)\s*;", text, re.S):
            assert str(path) == RUNS_FILES or re.search(r',\s*"', call[1]), f"{path}: PQexec({call[1]}) with no literal"


@by_folder(path for path in TEXTS if path.name != "test_sources.py")
def test_nothing_of_one_machine(paths):
    for pattern in (MACHINE, OPEN_WORK):
        found = [f"{path}: {match[0]}" for path in paths if (match := pattern.search(house.read(path)))]
        assert not found, found


@by_folder(TEXTS)
def test_text_is_clean(paths):
    for path in paths:
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
