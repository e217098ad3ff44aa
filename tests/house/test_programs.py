"""The programs as they were linked: the loader may not leave anything writable that an attacker could use."""

import re
import subprocess

import pytest

import house

PROGRAMS = ("daemon/huyingd", "workers/huying/huying", "workers/admin/huying-admin")
BUILT = [path for build in (house.BUILD, house.ROOT / "build/release")
         for path in (build / program for program in PROGRAMS) if path.exists()]


def readelf(path, *options):
    return subprocess.run(["readelf", "-W", *options, path], check=True, text=True, stdout=subprocess.PIPE).stdout


def short(path):
    return "/".join(path.parts[-3:])


@pytest.mark.parametrize("path", BUILT, ids=[short(path) for path in BUILT])
def test_position_independent(path):
    assert re.search(r"Type:\s+DYN", readelf(path, "-h"))
    assert re.search(r"\bFlags: .*\bPIE\b", readelf(path, "-d"))


@pytest.mark.parametrize("path", BUILT, ids=[short(path) for path in BUILT])
def test_relocations_are_read_only(path):
    assert "GNU_RELRO" in readelf(path, "-l")
    assert re.search(r"BIND_NOW|\bFlags: .*\bNOW\b", readelf(path, "-d"))


@pytest.mark.parametrize("path", BUILT, ids=[short(path) for path in BUILT])
def test_nothing_is_writable_and_executable(path):
    segments = readelf(path, "-l")
    assert re.search(r"GNU_STACK.*\bRW \s", segments)
    assert not re.search(r"\bRWE\b", segments)


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_is_built(program):
    assert (house.BUILD / program).exists()
