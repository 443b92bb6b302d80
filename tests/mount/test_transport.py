# SPDX-License-Identifier: MIT
"""The way to the server is cut, in many manners: looking goes on, saving ends, all heals by itself."""

import contextlib
import errno
import os
import signal
import subprocess
import threading
import time

import pytest

from databases import PostgresDatabase
from servers import Proxy, Victim, pooler, standby_of
from tree import SCHEMA, columns, names, shell, tables, wait_for, with_column

BOUND = 15  # seconds in which a save must have ended, whatever the server does


@pytest.fixture(scope="module")
def victim(clean_environment):
    with Victim.started() as server:
        yield server


@pytest.fixture
def db(victim):
    victim.mend()
    with contextlib.ExitStack() as stack:
        db = stack.enter_context(victim.database())
        stack.callback(victim.mend)
        db.run(SCHEMA)
        yield db


def look(place):
    """Seconds that it takes to list and read everything, by programs of their own."""
    start = time.monotonic()
    shell(f"ls -lR {place} > /dev/null; df {place} > /dev/null; cat {place}/schema/*/*/*.sql > /dev/null")
    return time.monotonic() - start


def descendants():
    """Our own programs, by their ids."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append((int(entry), fields[0]))
    found, rest = {}, [os.getpid()]
    while rest:
        for pid, state in children.get(rest.pop(), []):
            found[pid] = state
            rest.append(pid)
    return found


@contextlib.contextmanager
def nobody_stuck():
    """No program of ours can be seen in uninterruptible sleep for longer than a moment."""
    stop, since, worst = threading.Event(), {}, [0.0]

    def watch():
        while not stop.wait(0.1):
            now = time.monotonic()
            sleeping = {pid for pid, state in descendants().items() if state == "D"}
            for pid in set(since) - sleeping:
                del since[pid]
            for pid in sleeping:
                worst[0] = max(worst[0], now - since.setdefault(pid, now))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
    assert worst[0] < BOUND / 3, worst[0]


def save(path, text):
    """The errno of a save, 0 when it worked, and how long it took."""
    start = time.monotonic()
    try:
        path.write_text(text)
    except OSError as failure:
        return failure.errno, time.monotonic() - start
    return 0, time.monotonic() - start


def saves_end(place, db, which="users"):
    """A save while the server is away: an honest errno in bounded time, and the text is kept."""
    path = tables(place, db) / f"{which}.sql"
    text = path.read_text()
    number, took = save(path, with_column(text))
    assert number in (errno.EIO, errno.ETIMEDOUT), os.strerror(number)
    assert took < BOUND, took
    assert (tables(place, db) / f"{which}.sql.error").read_text()
    assert (tables(place, db) / f"{which}.sql.rej").read_text() == with_column(text)
    assert path.read_text() == text
    return took


def heals(place, db):
    wait_for(lambda: "up to date" in (place / "status").read_text(), 20)
    db.run("CREATE TABLE healed (a integer);")
    wait_for((tables(place, db) / "healed.sql").exists, 10)
    path = tables(place, db) / "users.sql"
    end = time.monotonic() + 20
    while save(path, with_column(path.read_text()))[0]:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert columns(db, "users") == ["id", "email", "note"]
    assert [name for name in names(tables(place, db)) if not name.endswith(".sql")] == []


def away_killed(victim):
    victim.kill()


def away_stopped(victim):
    victim.signal(signal.SIGSTOP)


def away_unreachable(victim):
    """The socket is gone and what is connected ends."""
    os.rename(victim.socket, victim.socket + ".away")
    for pid in victim.processes()[1:]:
        title = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True)
        if "postgres: postgres" in title.stdout:
            os.kill(pid, signal.SIGTERM)


def back(victim):
    with contextlib.suppress(FileNotFoundError):
        os.rename(victim.socket + ".away", victim.socket)
    victim.mend()


LONG_STOPPED = pytest.param(away_stopped, marks=pytest.mark.long)


@pytest.mark.parametrize("away", [away_killed, LONG_STOPPED, away_unreachable])
def test_server_goes_and_comes_back(victim, db, mount, away):
    with mount(db.target) as place:
        usual = max(look(place), look(place))
        away(victim)
        try:
            with nobody_stuck():
                slowest = max(look(place) for _ in range(5))
                assert slowest < 3 * usual + 0.5, (slowest, usual)
                saves_end(place, db)
            wait_for(lambda: "stale" in (place / "status").read_text(), 20)
            assert look(place) < 3 * usual + 0.5
        finally:
            back(victim)
        heals(place, db)


def test_restart_under_way(victim, db, mount):
    with mount(db.target) as place:
        look(place)
        results = []
        looker = threading.Thread(target=lambda: results.extend(look(place) for _ in range(20)))
        looker.start()
        victim.restart()
        looker.join()
        assert max(results) < 3
        heals(place, db)


@contextlib.contextmanager
def waiting_save(place, db):
    """A save by another program that waits for a lock; the program."""
    path = tables(place, db) / "users.sql"
    text = with_column(path.read_text())
    holder = subprocess.Popen(
        ["psql", "-X", "-q", "-A", "-t", "-d", db.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=db.server.environment(),
        text=True,
    )
    holder.stdin.write("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
    holder.stdin.flush()
    assert holder.stdout.readline().strip() == "held"
    with subprocess.Popen(
        ["tee", str(path)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as writer:
        writer.stdin.write(text.encode())
        writer.stdin.close()
        time.sleep(0.5)
        assert writer.poll() is None, "the save did not wait"
        yield writer
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()


@pytest.mark.long
@pytest.mark.parametrize("away", [away_killed, away_stopped])
def test_server_goes_during_a_save(victim, db, mount, away):
    with mount(db.target) as place:
        with waiting_save(place, db) as writer, nobody_stuck():
            away(victim)
            start = time.monotonic()
            look(place)
            assert time.monotonic() - start < 3
            assert writer.wait(BOUND + 10) != 0
            back(victim)
        assert columns(db, "users") == ["id", "email"]
        assert (tables(place, db) / "users.sql.rej").exists()
        heals(place, db)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interrupt_reaches_a_stopped_server(victim, db, mount, number):
    """Nothing answers, not even the request to cancel: the program goes all the same."""
    with mount(db.target) as place, waiting_save(place, db) as writer:
        victim.signal(signal.SIGSTOP)
        try:
            start = time.monotonic()
            writer.send_signal(number)
            writer.wait(BOUND)
            assert time.monotonic() - start < 10
        finally:
            back(victim)


def test_interrupt_reaches_a_working_server(victim, db, mount):
    with mount(db.target) as place, waiting_save(place, db) as writer:
        start = time.monotonic()
        writer.send_signal(signal.SIGINT)
        writer.wait(BOUND)
        assert time.monotonic() - start < 2
        busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'schemafs' AND state = 'active'"
        wait_for(lambda: db.rows(busy) == [("0",)], 3)
        assert columns(db, "users") == ["id", "email"]


def test_proxy_that_stalls(victim, db, mount):
    proxy = Proxy(victim.port)
    try:
        with mount(victim.loopback(db.name, proxy.port)) as place:
            usual = max(look(place), look(place))
            proxy.flowing.clear()
            assert max(look(place) for _ in range(3)) < 3 * usual + 0.5
            saves_end(place, db)
            wait_for(lambda: "stale" in (place / "status").read_text(), 20)
            proxy.flowing.set()
            heals(place, db)
    finally:
        proxy.close()


def test_interrupt_while_connecting(victim, db, mount, tmp_path):
    """The first save after a while needs a connection, and none comes."""
    proxy = Proxy(victim.port)
    try:
        with mount(victim.loopback(db.name, proxy.port)) as place:
            users = tables(place, db) / "users.sql"
            (tmp_path / "new").write_text(with_column(users.read_text()))
            proxy.flowing.clear()
            with subprocess.Popen(["cp", tmp_path / "new", users], stderr=subprocess.DEVNULL) as copy:
                time.sleep(0.5)
                assert copy.poll() is None
                start = time.monotonic()
                copy.send_signal(signal.SIGINT)
                copy.wait(BOUND)
                assert time.monotonic() - start < 1
            proxy.flowing.set()
            heals(place, db)
    finally:
        proxy.close()


def test_many_saves_do_not_add_up_their_waits(victim, db, mount):
    with mount(db.target) as place:
        victim.signal(signal.SIGSTOP)
        results = []
        try:
            savers = [
                threading.Thread(
                    target=lambda n=n: results.append(
                        save(tables(place, db) / f"t{n}.sql", f"CREATE TABLE public.t{n} (a int);")
                    )
                )
                for n in range(6)
            ]
            for saver in savers:
                saver.start()
            for saver in savers:
                saver.join()
        finally:
            back(victim)
        assert {number for number, _ in results} <= {errno.EIO, errno.ETIMEDOUT}
        assert max(took for _, took in results) < 2 * BOUND, results


@pytest.mark.long
def test_statement_that_takes_too_long(victim, db, mount):
    """A backend that is stopped by itself, so that the server seems well: -o timeout ends it."""
    with mount(db.target, "timeout=2") as place:
        with waiting_save(place, db) as writer:
            pids = db.rows(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'schemafs' "
                "AND state = 'active' AND wait_event_type = 'Lock'"
            )
            assert pids
            for (pid,) in pids:
                os.kill(int(pid), signal.SIGSTOP)
            try:
                start = time.monotonic()
                assert writer.wait(BOUND) != 0
                assert time.monotonic() - start < 10
            finally:
                for (pid,) in pids:
                    os.kill(int(pid), signal.SIGCONT)
        assert (tables(place, db) / "users.sql.error").exists()
        heals(place, db)


@pytest.mark.long
def test_fails_over_to_a_standby_and_back(victim, db, mount):
    """The address leads to a server in recovery for a while: looking goes on, saves say EROFS."""
    proxy = Proxy(victim.port)
    try:
        with standby_of(victim) as standby, mount(victim.loopback(db.name, proxy.port)) as place:
            copy = PostgresDatabase(standby, db.name)
            wait_for(lambda: columns(copy, "users") == ["id", "email"], 20)
            proxy.turn(standby.port)
            users = tables(place, db) / "users.sql"
            text = users.read_text()
            end = time.monotonic() + 30
            while (number := save(users, with_column(text))[0]) != errno.EROFS:
                why = (tables(place, db) / "users.sql.error").read_text()
                assert number in (errno.EIO, errno.ETIMEDOUT), why
                assert time.monotonic() < end, why
                look(place)
            assert (tables(place, db) / "users.sql.rej").read_text() == with_column(text)
            db.run("CREATE TABLE replicated (a integer);")
            wait_for((tables(place, db) / "replicated.sql").exists, 20)
            proxy.turn(victim.port)
            heals(place, db)
    finally:
        proxy.close()


def test_becomes_read_only_and_writable_again(victim, db, mount):
    with mount(db.target) as place:
        users = tables(place, db) / "users.sql"
        victim.psql("postgres", "ALTER SYSTEM SET default_transaction_read_only = on")
        try:
            victim.psql("postgres", "SELECT pg_reload_conf()")
            wait_for(lambda: db.rows("SHOW default_transaction_read_only") == [("on",)])
            assert save(users, with_column(users.read_text()))[0] == errno.EROFS
            assert (tables(place, db) / "users.sql.error").exists()
        finally:
            victim.psql("postgres", "ALTER SYSTEM RESET default_transaction_read_only")
            victim.psql("postgres", "SELECT pg_reload_conf()")
        wait_for(lambda: db.rows("SHOW default_transaction_read_only") == [("off",)])
        heals(place, db)


class TestPooler:
    @pytest.fixture(params=["session", "transaction"])
    def pooled(self, victim, db, mount, request, has_program):
        has_program("pgbouncer")
        with pooler(victim, request.param) as (_, port), mount(
            victim.loopback(db.name, port)
        ) as place:
            yield place, port

    def test_works_like_a_server(self, pooled, victim, db):
        place, port = pooled
        users = tables(place, db) / "users.sql"
        assert save(users, with_column(users.read_text()))[0] == 0
        assert columns(db, "users") == ["id", "email", "note"]
        db.run("CREATE TABLE later (a integer);")
        wait_for((tables(place, db) / "later.sql").exists, 5)
        assert save(users, "nonsense")[0] == errno.EINVAL
        (place / "pending/add.sql").write_text("CREATE TABLE added (a integer);")
        assert columns(db, "added") == ["a"]
        os.rename(tables(place, db) / "added.sql", tables(place, db) / "more.sql")
        assert columns(db, "more") == ["a"]

    def test_leaves_other_peoples_sessions_alone(self, pooled, victim, db):
        place, port = pooled
        users = tables(place, db) / "users.sql"
        assert save(users, with_column(users.read_text()))[0] == 0
        settings = "search_path", "default_transaction_read_only", "lock_timeout", "jit"
        show = ";".join(f"SHOW {name}" for name in settings)
        expected = victim.psql(db.name, show)
        for _ in range(5):
            done = subprocess.run(
                ["psql", "-X", "-A", "-t", "-q", "-c", show, victim.loopback(db.name, port)],
                capture_output=True, text=True, check=True,
            )
            assert done.stdout == expected
        assert victim.psql(db.name, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0\n"
