# SPDX-License-Identifier: MIT
"""Databases to test on: a PostgreSQL server of our own, and SQLite files."""

import contextlib
import functools
import glob
import itertools
import os
import pwd
import re
import shutil
import sqlite3
import subprocess
import tempfile

from guard import Guard

ENCODING = {"encoding": "utf-8", "errors": "surrogateescape"}


def find_bin():
    """The folder of the newest server installed; Debian keeps it off the PATH."""
    debian = glob.glob("/usr/lib/postgresql/*/bin")
    newest = sorted(debian, key=lambda path: int(path.split("/")[-2]), reverse=True)
    on_path = shutil.which("initdb")
    places = [os.environ.get("SCHEMAFS_PG_BIN"), *newest]
    places += [os.path.dirname(os.path.realpath(on_path))] if on_path else []
    for place in filter(None, places):
        if os.access(os.path.join(place, "initdb"), os.X_OK):
            return place
    raise RuntimeError("no PostgreSQL server is installed")


@functools.cache
def server_major():
    """The major version of the servers that tests run on."""
    done = subprocess.run(
        [os.path.join(find_bin(), "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return int(re.search(r"\d+", done.stdout)[0])


def plain_user():
    """PostgreSQL does not run as root: who it runs as then, or None."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("there is no plain user to run PostgreSQL as")


def become(user):
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def place_for_servers():
    """In memory where there is plenty: databases are made and dropped by the hundred, each of 300 files."""
    memory, enough = "/dev/shm", 8 << 30
    try:
        there = os.statvfs(memory)
    except OSError:
        return "/tmp"
    roomy = there.f_bavail * there.f_frsize >= enough and os.access(memory, os.W_OK)
    return memory if roomy else "/tmp"


class Server:
    """A PostgreSQL server on a unix socket; its superuser is postgres, without a password."""

    SETTINGS = {
        "listen_addresses": "",
        "max_locks_per_transaction": "2048",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",
        "shared_buffers": "64MB",
        "max_wal_size": "256MB",
        "wal_level": "logical",
        "log_min_messages": "fatal",
    }
    PORT = 5432

    def __init__(self, place):
        self.place = self.host = place
        self.port = self.PORT
        self.bin = find_bin()
        self.who = become(plain_user())
        self.numbers = itertools.count()

    def call(self, program, *arguments):
        done = subprocess.run(
            [os.path.join(self.bin, program), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **self.who,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def begin(self):
        data = os.path.join(self.place, "data")
        settings = " ".join(f"-c {name}='{value}'" for name, value in self.SETTINGS.items())
        self.call(
            "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "-N",
        )
        # stdout goes to a file: the server would hold a pipe open for ever.
        self.call(
            "pg_ctl", "-D", data, "-w", "-l", os.path.join(self.place, "log"),
            "-o", f"-k {self.place} -p {self.port} {settings}", "start",
        )

    def end(self):
        self.call("pg_ctl", "-D", os.path.join(self.place, "data"), "-m", "immediate", "stop")

    def guarded(self):
        stop = f"{self.bin}/pg_ctl -D {self.place}/data -m immediate stop; rm -rf {self.place}"
        return Guard("sh", "-c", stop, **self.who)

    @classmethod
    @contextlib.contextmanager
    def started(cls):
        place = tempfile.mkdtemp(prefix="schemafs-pg-", dir=place_for_servers())
        server = cls(place)
        guard = server.guarded()
        try:
            os.chmod(place, 0o755)
            if server.who:
                os.chown(place, server.who["user"], server.who["group"])
            server.begin()
            try:
                yield server
            finally:
                server.end()
        finally:
            guard.release()
            shutil.rmtree(place, ignore_errors=True)

    def environment(self):
        return {**os.environ, "PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": "postgres"}

    def uri(self, name, user="postgres"):
        return f"postgresql:///{name}?host={self.host}&port={self.port}&user={user}"

    def psql(self, name, text, *options):
        done = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", *options, "-d", name],
            input=text,
            capture_output=True,
            env=self.environment(),
            check=False,
            **ENCODING,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def say(self, name, text):
        """Runs statements, on over errors; what is said of them comes back."""
        done = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-f", "-", "-d", name],
            input=text,
            capture_output=True,
            env=self.environment(),
            check=False,
            **ENCODING,
        )
        return done.stderr

    def new_name(self):
        return f"test_{os.getpid()}_{next(self.numbers)}"


class Session:
    """A session of its own: what it opened and locked stays so from one run() to the next."""

    def __init__(self, server, name):
        self.process = subprocess.Popen(
            ["psql", "-X", "-A", "-t", "-q", "-d", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=server.environment(),
            **ENCODING,
        )

    def run(self, text):
        """What the statements, ended by `;`, print, errors among it."""
        self.process.stdin.write(text + "\n\\echo -- done\n")
        self.process.stdin.flush()
        return "".join(iter(self.process.stdout.readline, "-- done\n"))

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class PostgresDatabase:
    """A database of the server. `target` is what schemafs is given."""

    dialect = "postgresql"
    namespace = "public"

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.target = server.uri(name)

    @classmethod
    @contextlib.contextmanager
    def created(cls, server):
        name = server.new_name()
        server.psql("postgres", f"CREATE DATABASE {name} TEMPLATE template0")
        yield cls(server, name)
        server.psql("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, text):
        """Runs statements; what they print comes back as text."""
        return self.server.psql(self.name, text)

    @contextlib.contextmanager
    def session(self):
        """A session that stays open: run() of it goes on where the last one was."""
        session = Session(self.server, self.name)
        try:
            yield session
        finally:
            session.end()

    def load(self, path):
        self.server.psql(self.name, "", "-f", str(path))

    def rows(self, query):
        """The rows of a query as tuples of text."""
        out = self.server.psql(self.name, query, "-F", "\x1f", "-R", "\x1e")
        lines = out.removesuffix("\n").split("\x1e") if out.strip("\n") else []
        return [tuple(line.split("\x1f")) for line in lines]

    def dump(self):
        """The schema as pg_dump has it, without its random token."""
        done = subprocess.run(
            ["pg_dump", "-s", self.name],
            capture_output=True,
            env=self.server.environment(),
            check=True,
            **ENCODING,
        )
        return re.sub(r"(?m)^\\(un)?restrict.*\n", "", done.stdout)


class SqliteDatabase:
    """A database in a file. `target` is what schemafs is given."""

    dialect = "sqlite"
    namespace = "main"

    def __init__(self, path):
        self.path = path
        self.target = f"sqlite:{path}"
        # Not a file of no bytes: one that is a database.
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 1")
            db.execute("PRAGMA user_version = 0")

    def shell(self, *arguments, text=""):
        done = subprocess.run(
            # Who shares a file waits for the others' locks, as every client but this one does by itself.
            ["sqlite3", "-bail", "-cmd", ".timeout 10000", str(self.path), *arguments],
            input=text,
            capture_output=True,
            check=False,
            **ENCODING,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, text):
        return self.shell(text=text)

    def load(self, path):
        self.shell(f".read {path}")

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            rows = db.execute(query).fetchall()
        return [tuple("" if value is None else str(value) for value in row) for row in rows]

    def dump(self):
        return self.shell(".schema --nosys")
