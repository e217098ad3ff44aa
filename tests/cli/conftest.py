"""A district with a dispatcher, and people who use the command line."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import place  # noqa: E402


@pytest.fixture(scope="session")
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    cluster = place.Cluster(folder)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def district(cluster):
    district = place.District(cluster, tempfile.mkdtemp(prefix="district"))
    district.daemon()
    yield district
    district.close()


class Home:
    """One device of one person: its directories, and commands given on it."""

    def __init__(self, folder, line=None):
        self.env = dict(os.environ, HUYING_CONFIG_DIR=f"{folder}/config", HUYING_STATE_DIR=f"{folder}/state",
                        LC_ALL="C.UTF-8", TERM="dumb")
        for name in ("HUYING_LANG", "HUYING_CONTEXT", "LANGUAGE", "LANG", "NO_COLOR"):
            self.env.pop(name, None)
        self.config = pathlib.Path(folder, "config", "default.conf")
        if line:
            done = self("enrol", line)
            assert done.returncode == 0, done

    def __call__(self, *words, **env):
        return subprocess.run([place.HUYING, *map(str, words)], env=dict(self.env, **env), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)

    def start(self, *words):
        return subprocess.Popen([place.HUYING, *map(str, words)], env=self.env, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def json(self, *words, status=0):
        """The one object that a program gets; nothing else may be on stdout."""
        done = self(*words, "--json")
        assert done.returncode == status, done
        assert done.stdout.count("\n") == 1, done.stdout
        return json.loads(done.stdout)

    def error(self, *words, status):
        return self.json(*words, status=status)["error"]


@pytest.fixture(scope="module")
def line_of(district):
    """A fresh enrolment line."""
    def line(actor, device="cli"):
        out = district.admin("enrol", actor, "--device", device, "--endpoint", district.daemons[0].address,
                             "--server-key", str(district.secret_file))
        return next(word for word in out.split() if word.startswith("huying://"))
    return line


@pytest.fixture(scope="module")
def home(line_of):
    """The home of a person, enrolled; the same one when asked again."""
    homes = {}

    def of(actor, device="cli"):
        if (actor, device) not in homes:
            homes[actor, device] = Home(tempfile.mkdtemp(prefix=actor), line_of(actor, device))
        return homes[actor, device]
    return of


@pytest.fixture
def nobody(tmp_path):
    """A device that was never enrolled."""
    return Home(tmp_path)
