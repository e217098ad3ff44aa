"""One PostgreSQL for the suite; a fresh district with its own dispatcher for whoever asks."""

import pathlib
import tempfile

import pytest

import place


@pytest.fixture(scope="session")
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    cluster = place.Cluster(folder)
    yield cluster
    cluster.stop()


@pytest.fixture
def fresh(cluster):
    """Districts made by this test alone."""
    made = []

    def make(**more):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="district"))
        made.append(place.District(cluster, folder, **more))
        return made[-1]

    yield make
    for district in made:
        district.close()


@pytest.fixture(scope="module")
def district(cluster):
    """One district and one dispatcher for the tests of a file."""
    district = place.District(cluster, tempfile.mkdtemp(prefix="district"))
    district.daemon()
    yield district
    district.close()
