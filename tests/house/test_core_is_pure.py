"""The core library has no undefined symbol that reads, writes, sleeps, allocates by itself or asks the time."""

import re
import subprocess

import pytest

import house

# What a pure function may need of the C library.
PURE = re.compile(r"""^(
    mem(cpy|move|set|cmp|chr|rchr|mem|pcpy) | (__)?(str|mem)\w*_chk | str(n?len|n?cmp|chr|rchr|spn|cspn|str|toll?|toull?)
    | v?snprintf | __v?snprintf_chk | __isoc\w+ | bsearch | qsort | l?labs | abs
    | __stack_chk_(fail|guard) | _GLOBAL_OFFSET_TABLE_ | __(asan|ubsan|lsan|sanitizer)_\w+ | __ctype_b_loc
)$""", re.X)

# issue_print_life is asked for by `huyingd --life` and prints to the stream it is given.
PRINTS = {"issue.c.o": re.compile(r"^(fprintf|fputs|fputc|fwrite|putc|_IO_putc|__fprintf_chk)$")}

# Of base, which core stands on, all but the clock for waits.
IMPURE_BASE = {"wait_clock_us", "die"}


def nm(*arguments):
    return subprocess.run(["nm", *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout


def undefined_by_object(library):
    needs, name = {}, None
    for line in nm("-u", library).splitlines():
        if line.endswith(":"):
            name = line[:-1]
            needs[name] = set()
        elif line.strip():
            needs[name].add(line.split()[-1])
    return needs


def defined(library):
    return {line.split()[-1] for line in nm("--defined-only", "-g", library).splitlines() if len(line.split()) == 3}


CORE = house.BUILD / "daemon/core/libcore.a"
BASE = house.BUILD / "daemon/base/libbase.a"
OBJECTS = undefined_by_object(CORE) if CORE.exists() else {}


def test_core_was_built():
    assert OBJECTS, f"{CORE} is empty or not there"


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_object_is_pure(name):
    known = defined(CORE) | (defined(BASE) - IMPURE_BASE)
    prints = next((PRINTS[end] for end in PRINTS if name.endswith(end)), None)
    foreign = {symbol for symbol in OBJECTS[name] - known
               if not PURE.match(symbol) and not (prints and prints.match(symbol))}
    assert not foreign, f"{name} needs {sorted(foreign)}"


@pytest.mark.parametrize("name", ["time", "clock_gettime", "printf", "malloc", "open", "poll", "PQexec", "zmq_send"])
def test_the_sieve_holds(name):
    """A check that lets everything through would be green too."""
    assert not PURE.match(name)
