"""place.py: a private district for tests: PostgreSQL, rules, keys, dispatchers, and people who speak
the wire from Python. Nothing here shares code with the programs under test but the .proto file."""

import hashlib
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time

import psycopg2
import zmq
from zmq.utils import z85

ROOT = pathlib.Path(os.environ.get("HUYING_ROOT") or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("HUYING_BUILD") or ROOT / "build" / "test")
HUYINGD = BUILD / "daemon" / "huyingd"
ADMIN = BUILD / "workers" / "admin" / "huying-admin"
HUYING = BUILD / "workers" / "huying" / "huying"
RULES = pathlib.Path(__file__).parent / "district"
WAIT = 60.0  # how long a test waits for something before it says that it never came


def messages(folder):
    """The Python classes of proto/huying.proto."""
    if not (folder / "huying_pb2.py").exists():
        subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", f"--python_out={folder}", "huying.proto"], check=True)
    sys.path.insert(0, str(folder))
    import huying_pb2

    return huying_pb2


def until(question, what, seconds=WAIT):
    """Asks until the answer is true, and gives it."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.02)


def uuid7(at=None):
    """A fresh request id of an instant (seconds since 1970; now when not told)."""
    ms = int((time.time() if at is None else at) * 1000)
    tail = bytearray(secrets.token_bytes(10))
    tail[0] = 0x70 | tail[0] & 0x0F
    tail[2] = 0x80 | tail[2] & 0x3F
    return ms.to_bytes(6, "big") + bytes(tail)


class Cluster:
    """One PostgreSQL, many districts."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0
        self.start()
        with self.connect("postgres") as db:
            db.cursor().execute((ROOT / "sql/migrations/0000_roles.sql").read_text())

    def start(self):
        done = subprocess.run([ROOT / "deploy/cluster", "start", self.folder, "--throwaway"], check=True, text=True,
                              stdout=subprocess.PIPE)
        self.conninfo = done.stdout.strip()

    def stop(self):
        subprocess.run([ROOT / "deploy/cluster", "stop", self.folder], check=True)

    def connect(self, database, user="postgres"):
        connection = psycopg2.connect(f"{self.conninfo} dbname={database} user={user}")
        connection.autocommit = True
        return connection

    def create(self):
        self.count += 1
        name = f"d{self.count}"
        self.connect("postgres").cursor().execute(f"CREATE DATABASE {name} OWNER huying_owner")
        return name


class District:
    """A database with a loaded district, and whatever runs on it."""

    def __init__(self, cluster, folder, rules=RULES, code="TS", families=None):
        self.cluster, self.folder, self.code = cluster, pathlib.Path(folder), code
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = cluster.create()
        self.conninfo = f"{cluster.conninfo} dbname={self.database}"
        self.db = cluster.connect(self.database)
        self.daemons, self.people, self.codes = [], {}, 0
        self.pb = messages(self.folder)
        self.admin("migrate")
        for family, files in (families or self.families(rules)):
            self.admin("load", "--now", family, *files)
        self.secret_file = self.folder / "server.key"
        self.server_key = bytes.fromhex(self.admin("keygen", str(self.secret_file)).split()[-1])

    @staticmethod
    def families(rules):
        order = ["district", "places", "units", "competences", "calendars", "standards", "routes", "ladders", "policies",
                 "actors"]
        return [(family, [str(rules / f"{family}.csv")]) for family in order]

    def admin(self, *words, check=True):
        env = dict(os.environ, HUYING_DATABASE=self.conninfo)
        command = [str(ADMIN), "--database", self.conninfo, "--district", self.code, *words]
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout if check else done

    def sql(self, text, *values):
        cursor = self.db.cursor()
        cursor.execute("SET search_path = huying")
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else None

    def one(self, text, *values):
        return self.sql(text, *values)[0][0]

    def audit(self):
        """Every invariant of sql/audits: the name of each that returns a row, with its first row."""
        broken = {}
        for path in sorted((ROOT / "sql/audits").glob("*.sql")):
            rows = self.sql(path.read_text())
            if rows:
                broken[path.name] = rows[0]
        return broken

    def daemon(self, **settings):
        daemon = Daemon(self, len(self.daemons), settings)
        self.daemons.append(daemon)
        return daemon.start()

    def code_line(self, actor, device=None, span="10m"):
        """A one-time code, as huying-admin prints it."""
        self.codes += 1
        out = self.admin("enrol", actor, "--endpoint", self.daemons[0].address, "--server-key", str(self.secret_file),
                         "--device", device or f"device{self.codes}", "--for", span)
        return next(word for word in out.split() if word.startswith("huying://"))

    def person(self, actor, device="test", daemon=None):
        """Somebody with an enrolled key who speaks the wire; the same one when asked again."""
        name = (actor, device)
        if name not in self.people:
            self.people[name] = Person.enrol(self, self.code_line(actor, device))
        person = self.people[name]
        return person.at(daemon or self.daemons[0])

    def shift(self, seconds):
        """Moves the district's clock on; a test district may."""
        self.sql("UPDATE district SET clock_shift_us = clock_shift_us + %s WHERE code = %s", int(seconds * 1e6), self.code)

    def close(self):
        for person in self.people.values():
            person.close()
        for daemon in self.daemons:
            daemon.stop()
        self.db.close()


class Daemon:
    def __init__(self, district, n, settings):
        self.district = district
        self.process = None
        self.log = district.folder / f"huyingd{n}.log"
        self.config = district.folder / f"huyingd{n}.conf"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % probe.getsockname()[1]
        lines = {"district": district.code, "database": district.conninfo, "endpoint": f"tcp://{self.address}",
                 "secret_key_file": district.secret_file, "messages_per_second": 0, "handshakes_per_minute": 100000, **settings}
        self.config.write_text("[huyingd]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items()))

    def start(self, wait=True):
        self.mark = self.log.stat().st_size if self.log.exists() else 0
        self.process = subprocess.Popen([HUYINGD, "--config", self.config], stderr=open(self.log, "ab"), stdin=subprocess.DEVNULL)
        if wait:
            until(lambda: self.says("ready") or self.ended(), "huyingd ready")
        return self

    def ended(self):
        if self.process.poll() is not None:
            raise AssertionError(f"huyingd ended with {self.process.returncode}\n{self.log.read_text()[-3000:]}")

    def says(self, word, since=None):
        with open(self.log, errors="replace") as log:
            log.seek(self.mark if since is None else since)
            return word in log.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        assert status == 0, f"huyingd ended with {status}\n{self.log.read_text()[-3000:]}"


class Person:
    """A key, a socket, and the words of the protocol."""

    context = zmq.Context.instance()

    def __init__(self, district, public, secret):
        self.district, self.pb = district, district.pb
        self.public, self.secret = public, secret
        self.socket = self.address = None
        self.tag = 0

    @classmethod
    def by_code(cls, district, line):
        """The code line is a key: derive it, and speak with it."""
        number = 0
        for letter in line.rsplit("code=", 1)[1]:
            number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
        secret = hashlib.blake2b(b"huying enrolment 1:" + number.to_bytes(16, "big"), digest_size=32).digest()
        secret = z85.encode(secret)
        person = cls(district, zmq.curve_public(secret), secret)
        person.connect(line.split("//")[1].split("/")[0])
        return person

    @classmethod
    def enrol(cls, district, line):
        """Brings a fresh key by the code of the line."""
        by_code = cls.by_code(district, line)
        public, fresh = zmq.curve_keypair()
        answer = by_code.ask_until(by_code.message(enrol=by_code.pb.Enrol(public_key=z85.decode(public))))
        assert answer.WhichOneof("body") == "enrolled", answer
        by_code.close()
        person = cls(district, public, fresh)
        person.connect(by_code.address)
        person.welcome = person.hello()
        return person

    def at(self, daemon):
        if self.address != daemon.address:
            self.connect(daemon.address)
        return self

    def connect(self, address):
        self.close()
        self.address = address
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_serverkey = z85.encode(self.district.server_key)
        self.socket.curve_publickey, self.socket.curve_secretkey = self.public, self.secret
        self.socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self.socket.setsockopt(zmq.RECONNECT_IVL_MAX, 200)
        self.socket.connect(f"tcp://{address}")

    def close(self):
        if self.socket is not None:
            self.socket.close(0)
            self.socket = None

    def message(self, version=1, **body):
        return self.pb.ToServer(protocol_version=version, **body).SerializeToString()

    def send(self, data):
        """A refused handshake leaves a dead connection behind, on which a send would wait for ever."""
        try:
            self.socket.send(data, zmq.NOBLOCK)
        except zmq.Again:
            self.connect(self.address)
            self.socket.send(data)

    def receive(self, seconds):
        if not self.socket.poll(int(seconds * 1000)):
            return None
        answer = self.pb.FromServer()
        answer.ParseFromString(self.socket.recv())
        return answer

    def ask_until(self, data, mine=lambda answer: True, seconds=WAIT):
        """Sends, and sends again each second, until an answer comes that is mine."""
        end, patience = time.monotonic() + seconds, time.monotonic() + 5
        while time.monotonic() < end:
            self.send(data)
            again = time.monotonic() + 1.0
            while (left := again - time.monotonic()) > 0:
                answer = self.receive(left)
                if answer is not None and mine(answer):
                    return answer
            if time.monotonic() > patience:
                self.connect(self.address)
                patience = time.monotonic() + 5
        raise AssertionError("no answer")

    def hello(self):
        for _ in range(200):
            answer = self.ask_until(self.message(hello=self.pb.Hello(numbers_left=0)),
                                    lambda answer: answer.WhichOneof("body") in ("welcome", "refused"))
            if answer.WhichOneof("body") == "welcome":
                return answer.welcome
            if not answer.refused.retry_after_ms:
                raise AssertionError(answer)
            time.sleep(0.05)
        raise AssertionError("no welcome")

    def command(self, verb, issue=None, version=None, request=None, body=None, **common):
        """The message of a command: `verb` names the field of the oneof."""
        command = self.pb.Command(request_id=request or uuid7(), **common)
        if isinstance(issue, int):
            command.issue_id = issue
        elif issue is not None:
            command.number = issue.encode()
        if version:
            command.seen_version = version
        field = getattr(command, verb)
        field.SetInParent()
        if body is not None:
            field.CopyFrom(body)
        return command

    def reply(self, command, seconds=WAIT):
        """Sends a command until it has an answer that is not BUSY."""
        data = self.message(command=command)
        while True:
            answer = self.ask_until(data, lambda answer: answer.WhichOneof("body") == "reply"
                                    and answer.reply.request_id == command.request_id, seconds)
            if answer.reply.outcome != self.pb.OUTCOME_BUSY:
                return answer.reply
            time.sleep(0.05)

    def do(self, verb, issue=None, body=None, version=None, **common):
        """Looks at the issue's version, does it, and wants it done."""
        reply = self.attempt(verb, issue, body, version, **common)
        assert reply.outcome == self.pb.OUTCOME_DONE, reply
        return reply.issue

    def attempt(self, verb, issue=None, body=None, version=None, **common):
        if version is None and issue is not None:
            version = self.version(issue)
        return self.reply(self.command(verb, issue, version, body=body, **common))

    def version(self, issue):
        """As the database has it: also for those who may not see the issue."""
        key = issue if isinstance(issue, int) else int(issue.split("-")[1])
        return self.district.one("SELECT version FROM issue WHERE id = %s", key)

    def report(self, class_code="", place="", text="something", request=None, **more):
        body = self.pb.Report(class_code=class_code.encode(), place_code=place.encode())
        for key, value in more.items():
            if isinstance(value, (str, int, bytes)):
                setattr(body, key, value.encode() if isinstance(value, str) else value)
            else:
                getattr(body, key).CopyFrom(value)
        reply = self.reply(self.command("report", body=body, request=request, text=text.encode()))
        assert reply.outcome == self.pb.OUTCOME_DONE, reply
        return reply.issue

    def page(self, **ask):
        self.tag += 1
        data = self.message(query=self.pb.Query(tag=self.tag, **ask))
        while True:
            answer = self.ask_until(data, lambda answer: answer.WhichOneof("body") == "page" and answer.page.tag == self.tag)
            if not answer.page.retry_after_ms:
                return answer.page
            time.sleep(0.05)

    def show(self, issue):
        query = self.pb.ShowQuery()
        if isinstance(issue, int):
            query.issue_id = issue
        else:
            query.number = issue.encode()
        return self.page(show=query)

    def queue(self, **ask):
        return list(self.page(queue=self.pb.QueueQuery(**ask)).issues)


def run(*words, env=None, **more):
    return subprocess.run([str(word) for word in words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, **(env or {})), **more)
