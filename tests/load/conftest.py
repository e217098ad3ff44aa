"""One PostgreSQL for all loaders' tests, a fresh database for each district."""

import json
import os
import pathlib
import subprocess
import tempfile

import psycopg2
import pytest

HERE = pathlib.Path(__file__).parent
ROOT = pathlib.Path(os.environ.get("HUYING_ROOT") or HERE.parents[1])
BUILD = pathlib.Path(os.environ.get("HUYING_BUILD") or ROOT / "build/test")
ADMIN = BUILD / "workers/admin/huying-admin"
ORDER = ["calendars", "places", "units", "competences", "standards", "routes", "ladders", "policies", "actors"]


@pytest.fixture(scope="session")
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="load"))  # in TMPDIR, short enough for a socket
    folder.chmod(0o755)
    done = subprocess.run([ROOT / "deploy/cluster", "start", folder, "--throwaway"], check=True, text=True,
                          stdout=subprocess.PIPE)
    conninfo = done.stdout.strip()
    with psycopg2.connect(f"{conninfo} dbname=postgres user=postgres") as db:
        db.cursor().execute((ROOT / "sql/migrations/0000_roles.sql").read_text())
    yield conninfo
    subprocess.run([ROOT / "deploy/cluster", "stop", folder], check=True)


class District:
    count = 0

    def __init__(self, cluster, folder, template="template1"):
        District.count += 1
        name = f"load{District.count}"
        server = psycopg2.connect(f"{cluster} dbname=postgres user=postgres")
        server.autocommit = True
        server.cursor().execute(f"CREATE DATABASE {name} OWNER huying_owner TEMPLATE {template}")
        server.close()
        self.name, self.folder, self.conninfo = name, folder, f"{cluster} dbname={name}"
        self.db = psycopg2.connect(f"{self.conninfo} user=postgres")
        self.db.autocommit = True

    def run(self, *words, **env):
        return subprocess.run([ADMIN, *map(str, words)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, HUYING_DATABASE=self.conninfo, **env), cwd=self.folder)

    def good(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *words):
        return json.loads(self.good(*words, "--json"))

    def load_all(self, *more):
        self.good("load", "district", HERE / "rules/district.csv")
        for family in ORDER:
            self.good("load", family, HERE / f"rules/{family}.csv", "--now", *more)
        return self

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def sql(self, text, *values):
        cursor = self.db.cursor()
        cursor.execute("SET search_path = huying")
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else None

    def one(self, text, *values):
        return self.sql(text, *values)[0][0]

    def counts(self):
        """What a load that is refused must leave alone."""
        tables = ["edition", "release", "place", "unit", "competence", "standard", "route", "ladder_step", "policy",
                  "calendar", "calendar_window", "calendar_exception", "zone_transition", "actor", "district"]
        return {table: self.sql(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
                for table in tables}


@pytest.fixture(scope="session")
def templates(cluster, tmp_path_factory):
    """Databases to copy: one migrated, one with all families loaded."""
    migrated = District(cluster, tmp_path_factory.mktemp("migrated"))
    migrated.good("migrate")
    migrated.db.close()
    full = District(cluster, tmp_path_factory.mktemp("full"), migrated.name).load_all()
    full.db.close()
    return migrated.name, full.name


@pytest.fixture
def empty(cluster, templates, tmp_path):
    """A migrated database without a district."""
    district = District(cluster, tmp_path, templates[0])
    yield district
    district.db.close()


@pytest.fixture
def district(cluster, templates, tmp_path):
    district = District(cluster, tmp_path, templates[1])
    yield district
    district.db.close()


@pytest.fixture(scope="module")
def loaded(cluster, templates, tmp_path_factory):
    """One for all tests that only are refused."""
    district = District(cluster, tmp_path_factory.mktemp("loaded"), templates[1])
    yield district
    district.db.close()
