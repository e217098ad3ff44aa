"""huying-load: what it says it did is what the database has."""

import json

import zmq
from zmq.utils import z85

from place import BUILD, until, run


def devices(district, actor, place, count):
    """Keys let in by SQL, as a measuring run has them: a line `SECRET NAME PLACE` for each."""
    lines = []
    for n in range(count):
        public, secret = zmq.curve_keypair()
        district.sql("INSERT INTO device (district_id, number, actor, name, key, state) SELECT 1, "
                     "(SELECT coalesce(max(number), 0) + 1 FROM device), id, %s, %s, 2 FROM actor WHERE code = %s",
                     f"{actor}-load{n}", z85.decode(public), actor)
        lines.append(f"{secret.decode()} {actor}-{n} {place}")
    file = district.folder / f"keys-{actor}"
    file.write_text("\n".join(lines) + "\n")
    return file


def load(district, phase, keys, *more):
    daemon = district.daemons[0]
    done = run(BUILD / "workers/load/huying-load", phase, "--endpoint", f"tcp://{daemon.address}", "--server-key",
               z85.encode(district.server_key).decode(), "--keys", keys, *more)
    assert done.returncode == 0, done
    return json.loads(done.stdout.splitlines()[-1])


def test_reports_under_load_are_all_there_once(fresh, record_property):
    district = fresh()
    district.daemon()
    keys = devices(district, "w111", "G111", 8)
    until(lambda: district.daemons[0].says("count=8"), "the keys are let in")
    told = load(district, "report", keys, "--clients", 8, "--window", 16, "--each", 200, "--seconds", 60, "--class", "life/noise")
    assert district.one("SELECT count(*) FROM issue") == 8 * 200
    assert district.one("SELECT count(*) FROM receipt") == 8 * 200
    assert district.audit() == {}
    record_property("figure", f"under load (sanitizers on, not a measurement): {json.dumps(told)[:300]}")
