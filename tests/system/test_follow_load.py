"""Many followers on two dispatchers, one of which is killed in the middle: everybody ends with exactly the
state in the database, and saw nothing from outside his area.

    HUYING_FULL=1   200 followers and 50,000 changes instead of some
"""

import os
import random
import statistics
import threading
import time

import zmq

from follow import Follower
from place import uuid7

FULL = bool(os.environ.get("HUYING_FULL"))
FOLLOWERS, CHANGES, SLOW = (200, 50000, 10) if FULL else (40, 2000, 3)


def change(district, person, place, count, done, failed):
    """Reports, claims, releases: a window of commands, each resent until it is answered."""
    pb, open_, seen = district.pb, {}, 0
    todo = [("report", None, None)] * (count // 3)
    try:
        while (todo or open_) and not failed:
            while todo and len(open_) < 16:
                verb, issue, version = todo.pop()
                body = pb.Report(class_code=b"life/noise", place_code=place.encode()) if verb == "report" else None
                command = person.command(verb, issue, version, request=uuid7(), body=body)
                data = person.message(command=command)
                open_[command.request_id] = [verb, data, time.monotonic()]
                person.send(data)
            answer = person.receive(0.5)
            if answer is None or answer.reply.outcome == pb.OUTCOME_BUSY:
                for entry in open_.values():
                    if time.monotonic() - entry[2] > 0.5:
                        entry[2] = time.monotonic()
                        person.send(entry[1])
                if answer is None and person.address == district.daemons[0].address:
                    person.connect(district.daemons[1].address)
                continue
            entry = open_.pop(answer.reply.request_id, None)
            if entry is None:
                continue
            issue = answer.reply.issue
            assert answer.reply.outcome == pb.OUTCOME_DONE, answer
            done[issue.issue_id, issue.version] = time.monotonic()
            seen += 1
            if entry[0] == "report":
                todo.append(("claim", issue.issue_id, issue.version))
            elif entry[0] == "claim":
                todo.append(("release", issue.issue_id, issue.version))
    except Exception as error:  # told by the test, which waits for the thread
        failed.append(error)


def test_every_follower_ends_with_the_state_in_the_database(fresh, record_property):
    district = fresh()
    one, two = district.daemon(), district.daemon()
    pb, rng = district.pb, random.Random(7)
    kinds = [("sup", dict(overdue=pb.OverdueQuery(soon_us=40 * 86400 * 10**6))), ("w111", dict(queue=pb.QueueQuery())),
             ("w121", dict(queue=pb.QueueQuery())), ("w211", dict(queue=pb.QueueQuery())),
             ("sup2", dict(overdue=pb.OverdueQuery(soon_us=40 * 86400 * 10**6)))]
    people = {}
    for actor, _ in kinds:
        people[actor] = district.person(actor, "base")
    followers, poller = [], zmq.Poller()
    for n in range(FOLLOWERS):
        actor, ask = kinds[n % len(kinds)]
        base = people[actor]
        person = type(base)(district, base.public, base.secret)
        person.connect((one if n % 2 else two).address)
        follower = Follower(person, **ask).ready()
        follower.kind, follower.slow = actor, n < SLOW
        followers.append(follower)
    done, failed, done_at = {}, [], time.monotonic()
    workers = [("w111", "G111"), ("w121", "G121"), ("w211", "G211")]
    threads = [threading.Thread(target=change, args=(district, district.person(actor, "works"), place,
                                                     CHANGES // len(workers), done, failed)) for actor, place in workers]
    for thread in threads:
        thread.start()
    killed, sweep = False, {}
    while any(thread.is_alive() for thread in threads):
        read(followers, rng, two, killed)
        if not killed and len(done) > CHANGES // 2:
            one.kill()
            killed = True
    assert not failed, failed
    assert killed
    areas = {"sup": ("G111", "G121", "G211"), "w111": ("G111",), "w121": ("G121",), "w211": ("G211",), "sup2": ("G211",)}
    state = {actor: dict(district.sql(
        "SELECT i.id, i.version FROM issue i JOIN place p ON p.id = i.place AND p.edition = (SELECT max(edition) FROM place) "
        "WHERE p.code = ANY(%s) AND i.holder_unit IS NOT NULL", list(codes))) for actor, codes in areas.items()}

    def differs(follower):
        return {key: issue.version for key, issue in follower.issues.items()} != state[follower.kind]

    end = time.monotonic() + 120
    while late := [follower for follower in followers if differs(follower)]:
        assert time.monotonic() < end, f"{len(late)} of {len(followers)} differ: {late[0].kind} knows " \
            f"{len(late[0].issues)} of {len(state[late[0].kind])}, {late[0].resyncs} resyncs"
        for follower in followers:
            follower.slow = False
        read(followers, rng, two, killed)
    outside = sum(issue.issue_id not in state[follower.kind] for follower in followers for _, issue in follower.changes)
    delays = sorted(at - done[issue.issue_id, issue.version] for follower in followers if not follower.slow
                    for at, issue in follower.changes if (issue.issue_id, issue.version) in done)
    resyncs = sum(follower.resyncs for follower in followers)
    record_property("figure", f"{len(followers)} followers, {len(done)} changes, {sum(len(f.changes) for f in followers)} "
                              f"told, one of two dispatchers killed: all end with the database's state; outside their "
                              f"area {outside}; begun anew {resyncs}; answered to seen: median "
                              f"{1000 * statistics.median(delays):.0f} ms, p99 {1000 * delays[len(delays) * 99 // 100]:.0f} ms")
    assert outside == 0
    for follower in followers:
        follower.person.close()


def read(followers, rng, two, killed):
    """A little of what came, for each; the slow ones rarely read. Whoever's dispatcher died moves over."""
    for follower in followers:
        if follower.slow and rng.random() < 0.95:
            continue
        person = follower.person
        for _ in range(64):
            answer = person.receive(0)
            if answer is None:
                break
            follower.take(answer)
            follower.heard = time.monotonic()
        if killed and person.address != two.address:
            person.connect(two.address)
            follower.begin()
            follower.heard = time.monotonic()
        elif time.monotonic() - getattr(follower, "heard", 0) > 2:
            follower.heard = time.monotonic()
            if follower.complete:
                person.send(person.message(ping=person.pb.Ping(tag=1)))
            else:
                follower.begin()
