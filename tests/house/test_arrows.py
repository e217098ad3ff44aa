"""The arrows of the house, from the real includes: who may know whom, and who speaks which foreign language."""

import pathlib

import pytest

import house

ROOMS = ("base", "core", "geo", "wire", "bus", "store", "loop")

# What a room of the daemon may include, itself left out.
KNOWS = {
    "base": (),
    "core": ("base",),
    "geo": ("base", "core"),
    "wire": ("base", "core"),
    "bus": ("base", "core", "wire"),
    "store": ("base", "core"),
    "loop": ("base",),
}

# A header of somebody else's, and the only places whose .c files may include it.
FOREIGN = {
    "zmq.h": ("daemon/bus", "workers/link", "workers/load", "tests"),
    "libpq-fe.h": ("daemon/store", "workers/admin", "workers/notify", "tests"),
    "event2/": ("daemon/loop", "tests"),
    "geos_c.h": ("daemon/geo", "tests"),
    "protobuf-c/": ("daemon/wire", "workers/link", "tests"),
    "huying.pb-c.h": ("daemon/wire", "workers/link", "workers/huying", "workers/load", "tests"),
    "jansson.h": ("daemon/wire", "daemon/store", "workers", "tests"),
    "sodium.h": ("daemon/bus", "daemon/wire", "daemon/store", "workers", "tests"),
    "sqlite3.h": ("workers/link", "tests"),
    "csv.h": ("workers", "tests"),
    "ini.h": ("daemon/config.c", "workers", "tests"),
    "libsmartcols.h": ("workers/huying", "workers/admin"),
    "qrencode.h": ("workers/admin", "workers/huying"),
    "systemd/": ("daemon/service.c",),
    "cmocka.h": ("tests",),
}

# Generated from our own proto file: no foreign thing in the programs that speak it.
OWN_MESSAGES = "huying.pb-c.h"

# C17 and POSIX, which every .c and header may use.
STANDARD = set("""assert.h ctype.h errno.h float.h inttypes.h iso646.h limits.h locale.h math.h setjmp.h signal.h
    stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h time.h
    uchar.h wchar.h wctype.h argp.h arpa/inet.h dirent.h fcntl.h getopt.h glob.h grp.h langinfo.h libgen.h libintl.h
    netdb.h netinet/in.h netinet/tcp.h poll.h pthread.h pwd.h spawn.h sys/epoll.h sys/eventfd.h sys/file.h sys/ioctl.h
    sys/mman.h sys/prctl.h sys/random.h sys/resource.h sys/select.h sys/signalfd.h sys/socket.h sys/stat.h sys/time.h
    sys/timerfd.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h sysexits.h syslog.h termios.h unistd.h
    stdio_ext.h regex.h""".split())

# The core computes: it may not even see a header of I/O, sleep or time.
CORE_STANDARD = {"assert.h", "inttypes.h", "limits.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h",
                 "string.h", "stdarg.h", "ctype.h"}

SOURCES = house.files("daemon", ".c", ".h", ".def") + house.files("workers", ".c", ".h")


def room_of(path):
    return path.parts[1] if len(path.parts) > 2 and path.parts[1] in ROOMS else None


def foreign_key(name):
    return next((key for key in FOREIGN if name == key or (key.endswith("/") and name.startswith(key))), None)


def is_private(header):
    """Does nobody outside its own folder include it? Then it drags nothing into another room."""
    return all(path.parent == header.parent for path in SOURCES
               for is_system, name in house.includes(path)
               if not is_system and ("/".join(header.parts[1:]) == name or (path.parent == header.parent and name == header.name)))


@pytest.mark.parametrize("path", [p for p in SOURCES if room_of(p)], ids=house.names)
def test_room_knows_only_its_neighbours(path):
    room = room_of(path)
    for is_system, name in house.includes(path):
        other = name.split("/")[0]
        if is_system or name == OWN_MESSAGES:
            continue
        if "/" not in name:
            beside = (house.ROOT / path).with_name(name)
            assert beside.exists() or not (house.ROOT / "daemon" / name).exists(), \
                f"{path} includes {name}, which is above its room"
            continue
        assert other == room or other in KNOWS[room], f"{path} ({room}) includes {name}"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[0] == "workers"], ids=house.names)
def test_worker_keeps_its_distance(path):
    allowed = {"base"}
    if path.parts[1] == "admin":
        allowed |= {"core", "geo", "store"}
    for is_system, name in house.includes(path):
        room = name.split("/")[0]
        if is_system or room not in ROOMS or name.endswith(".def"):
            continue
        assert room in allowed, f"{path} includes {name}: a worker speaks the wire through link and nothing else"


@pytest.mark.parametrize("path", SOURCES, ids=house.names)
def test_foreign_headers_stay_in_their_room(path):
    for is_system, name in house.includes(path):
        key = foreign_key(name)
        if key is None:
            assert not is_system or name in STANDARD, f"{path}: nobody has said which room may include <{name}>"
            continue
        assert path.suffix == ".c" or is_private(path), f"{path} drags <{name}> into another room"
        assert any(str(path).startswith(place) for place in FOREIGN[key]), f"{path} speaks <{name}>"


@pytest.mark.parametrize("path", [p for p in SOURCES if room_of(p) == "core"], ids=house.names)
def test_core_sees_no_world(path):
    for is_system, name in house.includes(path):
        assert not is_system or name in CORE_STANDARD, f"{path} includes <{name}>"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.suffix == ".c" and room_of(p)], ids=house.names)
def test_own_header_comes_first(path):
    """Its own, or one that its room keeps for itself: so that each header is known to compile alone."""
    if path.with_suffix(".h") not in house.FILES:
        return
    first = next(name for _, name in house.includes(path))
    assert str(pathlib.PurePath(first).parent) in (".", "/".join(path.parts[1:-1])), f"{path} begins with {first}"
