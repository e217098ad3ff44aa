"""follow.py: somebody who follows a list, and keeps it as the protocol tells him to."""

import time


class Follower:
    """One subscription on a person's socket. `issues` is the list as he knows it: id → Issue."""

    def __init__(self, person, **ask):
        self.person, self.pb, self.tag, self.ask = person, person.pb, 0, ask
        self.issues, self.gone, self.seq, self.complete = {}, {}, 0, False
        self.notices, self.decisions, self.resyncs, self.refused = {}, [], 0, None
        self.changes = []  # (monotonic when it came, issue)
        self.begin()

    def begin(self):
        """Subscribes, forgetting what was known; by a new tag, since messages of the old one may still come."""
        if self.tag:
            self.person.send(self.person.message(unsubscribe=self.pb.Unsubscribe(tag=self.tag)))
        self.person.tag += 1
        self.tag = self.person.tag
        self.issues, self.gone, self.seq, self.complete, self.decisions = {}, {}, 0, False, []
        self.person.send(self.person.message(subscribe=self.pb.Subscribe(tag=self.tag, **self.ask)))

    def take(self, answer):
        """One message from the server; others' are ignored."""
        kind = answer.WhichOneof("body")
        if kind not in ("snapshot", "change", "resync"):
            return
        body = getattr(answer, kind)
        if body.tag != self.tag:
            return
        if kind == "resync":
            self.resyncs += 1
            self.refused = body.refusal or None
            if not body.refusal:
                time.sleep(0.02)
                self.begin()
            return
        if body.seq != self.seq + 1:
            self.begin()  # a gap
            return
        self.seq = body.seq
        if kind == "snapshot":
            for issue in body.issues:
                self.keep(issue)
            for notice in body.notices:
                self.notices[notice.id] = notice
            self.decisions += body.show.timeline
            self.complete |= not body.more
        else:
            if body.HasField("issue"):
                self.changes.append((time.monotonic(), body.issue))
                if body.gone:
                    self.gone[body.issue.issue_id] = body.issue.version
                    known = self.issues.get(body.issue.issue_id)
                    if known is not None and known.version <= body.issue.version:
                        del self.issues[body.issue.issue_id]
                else:
                    self.keep(body.issue)
            if body.HasField("notice"):
                self.notices[body.notice.id] = body.notice
            self.decisions += body.show.timeline

    def keep(self, issue):
        known = self.issues.get(issue.issue_id)
        if (known is None or known.version <= issue.version) and self.gone.get(issue.issue_id, 0) <= issue.version:
            self.issues[issue.issue_id] = issue

    def until(self, question, what, seconds=60):
        """Reads what comes until the question is answered with yes; says Ping each second."""
        end = time.monotonic() + seconds
        while not question():
            if time.monotonic() > end:
                raise AssertionError(f"never came: {what}")
            answer = self.person.receive(1)
            if answer is None and not self.complete:
                self.begin()  # it did not arrive: a connection was refused, or lost
            elif answer is None:
                self.person.send(self.person.message(ping=self.pb.Ping(tag=1)))
            else:
                self.take(answer)
        return self

    def ready(self):
        return self.until(lambda: self.complete or self.refused, "the snapshot")
