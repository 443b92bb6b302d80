# SPDX-License-Identifier: MIT
"""A save that has to wait: others go on, it ends by itself, and it can be interrupted."""

import contextlib
import errno
import os
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from tree import SCHEMA, columns, shell, tables, wait_for, with_column


@pytest.fixture
def place(pg, mount):
    pg.run(SCHEMA)
    with mount(pg.target) as place:
        yield place


@pytest.fixture
def folder(place, pg):
    return tables(place, pg)


@contextlib.contextmanager
def locked(pg, table):
    """Another session that has the table for itself."""
    session = subprocess.Popen(
        ["psql", "-X", "-q", "-A", "-t", "-d", pg.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=pg.server.environment(),
        text=True,
    )
    session.stdin.write(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
    session.stdin.flush()
    assert session.stdout.readline().strip() == "held"
    try:
        yield
    finally:
        session.stdin.close()
        session.wait()
        session.stdout.close()


def save(path, text, results):
    try:
        path.write_text(text)
        results.append(0)
    except OSError as error:
        results.append(error.errno)


def test_lock_that_does_not_come(place, folder, pg):
    users, results = folder / "users.sql", []
    text = users.read_text()
    with locked(pg, "users"):
        saver = threading.Thread(target=save, args=(users, with_column(text), results))
        saver.start()
        time.sleep(0.3)
        start = time.monotonic()
        assert "posts" in shell(f"cat {folder}/posts.sql").stdout
        shell(f"ls -lR {place} > /dev/null; df {place} > /dev/null")
        (folder / ".swp").write_text("x" * 100000)
        os.unlink(folder / ".swp")
        assert time.monotonic() - start < 1.5
        saver.join(60)
    assert results == [errno.EBUSY]
    assert "lock" in (folder / "users.sql.error").read_text()
    assert users.read_text() == text
    assert columns(pg, "users") == ["id", "email"]


def interrupt(copy):
    """Seconds until a program that is saving has gone."""
    assert copy.poll() is None
    start = time.monotonic()
    copy.send_signal(signal.SIGINT)
    copy.wait(20)
    return time.monotonic() - start


def test_interrupted(folder, pg, tmp_path):
    users = folder / "users.sql"
    (tmp_path / "new").write_text(with_column(users.read_text()))
    with locked(pg, "users"):
        copy = subprocess.Popen(["cp", tmp_path / "new", users], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        assert interrupt(copy) < 1.5
    assert columns(pg, "users") == ["id", "email"]
    wait_for(lambda: "note" not in users.read_text())
    users.write_text(with_column(users.read_text()))
    assert columns(pg, "users") == ["id", "email", "note"]


def test_interrupted_sqlite(sqlite_db, mount, tmp_path):
    sqlite_db.run(SCHEMA)
    with mount(sqlite_db.target) as place:
        users = tables(place, sqlite_db) / "users.sql"
        (tmp_path / "new").write_text(with_column(users.read_text()))
        with contextlib.closing(sqlite3.connect(sqlite_db.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            # Within the first wait for the lock, and later, between or within others.
            for seconds in (0.4, 2.1):
                copy = subprocess.Popen(["cp", tmp_path / "new", users], stderr=subprocess.DEVNULL)
                time.sleep(seconds)
                assert interrupt(copy) < 1
        assert columns(sqlite_db, "users") == ["id", "email"]
        wait_for(lambda: "note" not in users.read_text())
        users.write_text(with_column(users.read_text()))
        assert columns(sqlite_db, "users") == ["id", "email", "note"]


def test_interrupted_migration(place, pg, tmp_path):
    """Between the tries for a lock, and between the batches of a backfill."""
    pending, script = place / "pending", tmp_path / "script.sql"
    script.write_text("SET lock_timeout = '20ms';\nALTER TABLE users ADD COLUMN note text;\n")
    with locked(pg, "users"):
        copy = subprocess.Popen(["cp", script, pending / "waits.sql"], stderr=subprocess.DEVNULL)
        time.sleep(1.8)
        assert interrupt(copy) < 0.5
    assert columns(pg, "users") == ["id", "email"]
    pg.run("INSERT INTO users SELECT i, i::text FROM generate_series(101, 120) i")
    script.write_text("-- schemafs: backfill batch=5 pause=30000\nUPDATE users SET email = '';\n")
    copy = subprocess.Popen(["cp", script, pending / "slow.sql"], stderr=subprocess.DEVNULL)
    wait_for(lambda: pg.rows("SELECT 1 FROM users WHERE email = ''"))
    assert interrupt(copy) < 1


def test_saves_of_many_at_once(place, folder, pg):
    results = []
    savers = [
        threading.Thread(
            target=save,
            args=(folder / f"t{n}.sql", f"CREATE TABLE public.t{n} (a integer);", results),
        )
        for n in range(24)
    ]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert results == [0] * 24
    assert pg.rows("SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]+$'") == [("24",)]
    assert (place / "log").read_text().count(" done\n") == 24
