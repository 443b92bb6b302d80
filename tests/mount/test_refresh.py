# SPDX-License-Identifier: MIT
"""What others do to the database shows, through all the kernel's caches, and exactly that."""

import os
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from tree import SCHEMA, names, tables, wait_for, with_column


def warm(place):
    """Makes the kernel remember all of it."""
    for folder, _, files in os.walk(place):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                file.read()


def test_new_changed_and_gone(place, folder, engine):
    warm(place)
    assert not (folder / "later.sql").exists()
    engine.run("CREATE TABLE later (a integer);")
    wait_for((folder / "later.sql").exists, 3)
    assert "later.sql" in names(folder)
    assert "later" in (folder / "later.sql").read_text()

    engine.run("ALTER TABLE later ADD COLUMN b integer;")
    wait_for(lambda: "b integer" in (folder / "later.sql").read_text(), 3)
    assert os.stat(folder / "later.sql").st_size == len((folder / "later.sql").read_bytes())

    engine.run("DROP TABLE later;")
    wait_for(lambda: not (folder / "later.sql").exists(), 3)
    assert "later.sql" not in names(folder)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_sqlite_at_once(sqlite_db, mount, journal):
    """Nobody waits for the next look: who writes to the file is noticed."""
    sqlite_db.run(f"PRAGMA journal_mode = {journal}; CREATE TABLE t (a);")
    with mount(sqlite_db.target) as place, sqlite3.connect(sqlite_db.path) as other:
        took = []
        for number in range(9):
            path = tables(place, sqlite_db) / f"later{number}.sql"
            other.execute(f"CREATE TABLE later{number} (a)")
            start = time.monotonic()
            wait_for(path.exists, 10)
            took.append(time.monotonic() - start)
            time.sleep(0.1)
        assert sorted(took)[4] < 0.35, took
    other.close()


def test_what_did_not_change_is_not_forgotten(place, folder, engine):
    """Another file's time moves, this one's does not, and neither does its directory's."""
    warm(place)
    users, views = os.stat(folder / "users.sql"), os.stat(folder.parent / "views")
    engine.run("ALTER TABLE posts ADD COLUMN body text;")
    wait_for(lambda: "body" in (folder / "posts.sql").read_text(), 3)
    assert os.stat(folder / "users.sql") == users or (
        os.stat(folder / "users.sql").st_mtime_ns == users.st_mtime_ns
    )
    assert os.stat(folder.parent / "views").st_mtime_ns == views.st_mtime_ns


def test_directory_time_moves_with_its_children(folder, engine):
    before = os.stat(folder).st_mtime_ns
    engine.run("CREATE TABLE later (a integer);")
    wait_for(lambda: "later.sql" in names(folder), 3)
    assert os.stat(folder).st_mtime_ns > before


def test_whole_schema_follows_a_save(place, folder):
    (folder / "fresh.sql").write_text("CREATE TABLE fresh (a integer);")
    wait_for(lambda: "fresh" in (place / "generated/schema.sql").read_text(), 30)


def test_two_mounts_of_one_database(engine, mount):
    engine.run(SCHEMA)
    with mount(engine.target) as one, mount(engine.target) as two:
        text = (tables(one, engine) / "users.sql").read_text()
        (tables(one, engine) / "users.sql").write_text(with_column(text))
        wait_for(lambda: "note" in (tables(two, engine) / "users.sql").read_text(), 4)


def test_readers_never_see_half(folder, engine):
    """Texts that others read while one file is saved again and again are whole, one or the other."""
    users, stop, wrong = folder / "users.sql", threading.Event(), []
    before = users.read_text()
    after = with_column(before)
    users.write_text(after)
    canonical = users.read_text()
    users.write_text(canonical)

    def read():
        while not stop.is_set():
            text = (folder / "posts.sql").read_text()
            if not text.startswith("CREATE TABLE") or not text.endswith(";\n"):
                wrong.append(text)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(8):
        engine.run(f"ALTER TABLE posts ADD COLUMN c{number} integer;")
        time.sleep(0.12)
        if number % 2:
            engine.run(f"ALTER TABLE posts DROP COLUMN c{number};")
            time.sleep(0.12)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong


class TestDeadServer:
    def test_reads_go_on(self, pg, mount):
        pg.run(SCHEMA)
        with mount(pg.target) as place:
            folder = tables(place, pg)
            text = (folder / "users.sql").read_text()
            pids = [
                int(row[0])
                for row in pg.rows(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid()"
                )
            ]
            assert pids
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            try:
                start = time.monotonic()
                subprocess.run(["ls", "-lR", str(place)], check=True, capture_output=True)
                subprocess.run(["df", str(place)], check=True, capture_output=True)
                assert (folder / "users.sql").read_text() == text
                assert time.monotonic() - start < 2
            finally:
                for pid in pids:
                    os.kill(pid, signal.SIGCONT)

    def test_connection_is_opened_again(self, pg, mount):
        pg.run(SCHEMA)
        with mount(pg.target) as place:
            folder = tables(place, pg)
            (folder / "one.sql").write_text("CREATE TABLE public.one (a integer);")
            pg.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid();"
            )
            wait_for(lambda: "up to date" in (place / "status").read_text(), 10)
            pg.run("CREATE TABLE later (a integer);")
            wait_for((folder / "later.sql").exists, 10)
            for _ in range(2):
                try:
                    (folder / "two.sql").write_text("CREATE TABLE public.two (a integer);")
                    break
                except OSError:
                    continue
            assert pg.rows("SELECT to_regclass('two')") == [("two",)]


def test_ours_that_others_drop_at_once(folder, engine):
    """Made here, and dropped elsewhere before anybody looked: it was never counted, and goes."""
    for number in range(4):
        (folder / f"brief{number}.sql").write_text(f"CREATE TABLE brief{number} (a integer);\n")
        engine.run(f"DROP TABLE brief{number};")
    wait_for(lambda: not [name for name in os.listdir(folder) if name.startswith("brief")], 10)


def test_what_is_undone_outside_at_once(place, folder, engine):
    """Then the database is as it was when it was counted last, and the tree is not."""
    users, view = folder / "users.sql", folder.parent / "views/fresh.sql"
    script = "-- {}\nALTER TABLE posts ADD COLUMN more text;"

    def shown():
        try:
            return {path: path.read_text() for path in folder.parent.rglob("*.sql")}
        except FileNotFoundError:
            return "one went just now"

    def changes(number):
        """Saved, made, renamed, by a migration; and how others take it back."""
        text = with_column(users.read_text())
        yield lambda: users.write_text(text), "ALTER TABLE users DROP COLUMN note"
        yield lambda: view.write_text("CREATE VIEW fresh AS SELECT 1 AS one;\n"), "DROP VIEW fresh"
        yield lambda: (folder / "empty.sql").rename(folder / "filled.sql"), "ALTER TABLE filled RENAME TO empty"
        pending = place / f"pending/{number}.sql"
        yield lambda: pending.write_text(script.format(number)), "ALTER TABLE posts DROP COLUMN more"

    # At first, to give SQLite's texts the shape that they keep.
    for change, undo in changes(1):
        change()
        engine.run(undo)
    words = "note", "fresh", "filled", "more"
    wait_for(lambda: not any(word in str(shown()) for word in words), 10)
    expected = shown()
    for change, undo in changes(2):
        change()
        assert shown() != expected
        engine.run(undo)
        wait_for(lambda: shown() == expected, 2.5)
