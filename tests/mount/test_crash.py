# SPDX-License-Identifier: MIT
"""What a daemon that dies leaves behind, and mounting again."""

import contextlib
import errno
import json
import os
import random
import signal
import subprocess
import threading
import time

import pytest

from tree import SCHEMA, columns, has_table, names, tables, wait_for, with_column


@contextlib.contextmanager
def background(schemafs, engine, tmp_path):
    """A mount by a daemon in the background, as people make it; `place` and `kill`."""
    engine.run(SCHEMA)

    class Daemon:
        place = tmp_path / "mnt"

        @staticmethod
        def start(*options):
            schemafs("mount", engine.target, Daemon.place, *options)

        @staticmethod
        def pid():
            (entry,) = json.loads(schemafs("mounts", "--json").stdout)["mounts"]
            return entry["pid"]

        @staticmethod
        def kill():
            os.kill(Daemon.pid(), signal.SIGKILL)
            wait_for(lambda: "dead" in schemafs("mounts").stdout)

    yield Daemon
    if os.path.ismount(Daemon.place):
        schemafs("umount", Daemon.place)
    assert not os.path.ismount(Daemon.place)


@pytest.fixture
def daemon(schemafs, engine, tmp_path):
    with background(schemafs, engine, tmp_path) as made:
        yield made


@pytest.fixture
def pg_daemon(schemafs, pg, tmp_path):
    with background(schemafs, pg, tmp_path) as made:
        yield made


def test_makes_the_directory_and_returns_when_ready(daemon, schemafs, engine):
    daemon.start()
    assert "users.sql" in names(tables(daemon.place, engine))
    assert "running" in schemafs("mounts").stdout
    schemafs("umount", daemon.place)
    assert schemafs("mounts").stdout == ""
    assert names(daemon.place) == []


def test_mounting_twice(daemon, schemafs, engine):
    daemon.start()
    done = schemafs("mount", engine.target, daemon.place, code=2)
    assert "mounted already" in done.stderr
    assert "users.sql" in names(tables(daemon.place, engine))


def test_errors_reach_the_caller(schemafs, tmp_path):
    done = schemafs("mount", "postgresql:///nothing?host=/nowhere", tmp_path / "m", code=2)
    assert "nowhere" in done.stderr
    done = schemafs("mount", tmp_path / "none.db", tmp_path / "m", "-o", "nonsense", code=2)
    assert "nonsense" in done.stderr
    done = schemafs("mount", tmp_path / "none.db", tmp_path / "m", "-o", "apply=maybe", code=2)
    assert "maybe" in done.stderr


def test_dead_mount_is_cleaned_by_the_next(daemon, schemafs, engine):
    daemon.start()
    daemon.kill()
    with pytest.raises(OSError):
        os.listdir(daemon.place)
    daemon.start()
    assert "users.sql" in names(tables(daemon.place, engine))


def test_dead_mount_is_cleaned_by_hand(daemon, schemafs):
    daemon.start()
    daemon.kill()
    schemafs("mounts", "--stale")
    assert schemafs("mounts").stdout == ""
    assert not os.path.ismount(daemon.place)


def test_umount_of_a_dead_mount(daemon, schemafs):
    daemon.start()
    daemon.kill()
    schemafs("umount", daemon.place)
    assert not os.path.ismount(daemon.place)


def test_umount_of_what_is_none(schemafs, tmp_path):
    schemafs("umount", tmp_path, code=2)


def test_refused_text_survives_a_crash(daemon, engine):
    daemon.start()
    folder = tables(daemon.place, engine)
    with pytest.raises(OSError):
        (folder / "users.sql").write_text("nonsense")
    with pytest.raises(OSError):
        (daemon.place / "pending/bad.sql").write_text("nonsense too")
    daemon.kill()
    daemon.start()
    assert (folder / "users.sql.rej").read_text() == "nonsense"
    assert "users.sql:1" in (folder / "users.sql.error").read_text()
    assert b"users.sql:1" in os.getxattr(folder / "users.sql", "user.schemafs.error")
    assert (daemon.place / "pending/bad.sql").read_text() == "nonsense too"
    assert "tables/users.sql" in (daemon.place / "status").read_text()


def test_acknowledged_is_there(daemon, engine):
    daemon.start()
    (tables(daemon.place, engine) / "fresh.sql").write_text("CREATE TABLE fresh (a integer);")
    daemon.kill()
    assert has_table(engine, "fresh")


def test_half_written_is_not(daemon, engine):
    daemon.start()
    file = open(tables(daemon.place, engine) / "fresh.sql", "w")
    file.write("CREATE TABLE fresh (a integer);")
    file.flush()
    daemon.kill()
    with pytest.raises(OSError):
        file.close()
    assert not has_table(engine, "fresh")


def test_sigterm_ends_it_well(daemon, schemafs):
    daemon.start()
    os.kill(daemon.pid(), signal.SIGTERM)
    wait_for(lambda: schemafs("mounts").stdout == "")
    assert not os.path.ismount(daemon.place)


def test_umount_while_a_file_is_open(daemon, schemafs, engine):
    daemon.start()
    with open(tables(daemon.place, engine) / "users.sql"):
        done = schemafs("umount", daemon.place, code=2)
        assert os.strerror(errno.EBUSY) in done.stderr
    schemafs("umount", daemon.place)


def test_password_is_not_in_the_list_of_processes(schemafs, pg, tmp_path):
    target = pg.target + "&password=sesame"
    schemafs("mount", target, tmp_path / "m")
    try:
        listed = subprocess.run(["ps", "-ww", "axo", "args"], capture_output=True, text=True)
        assert "sesame" not in listed.stdout
        for name in ("status", "status.json", "log"):
            assert "sesame" not in (tmp_path / "m" / name).read_text()
        assert "sesame" not in schemafs("mounts").stdout
    finally:
        schemafs("umount", tmp_path / "m")


def tables_of(engine):
    query = {
        "postgresql": "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    }
    return {name for (name,) in engine.rows(query[engine.dialect])}


def test_killed_at_any_point(daemon, engine):
    """While programs save, drop and migrate: what was acknowledged is there, the next mount comes by itself."""
    prefix = "public." if engine.dialect == "postgresql" else ""
    chance, acknowledged, number = random.Random(7), {}, 0
    for _ in range(4):
        daemon.start()
        folder = tables(daemon.place, engine)
        assert names(folder) == sorted(f"{name}.sql" for name in tables_of(engine))
        started, stop = [], threading.Event()

        def work():
            nonlocal number
            while not stop.is_set():
                number += 1
                name = f"t{number}"
                started.append(name)
                try:
                    if number % 3 == 0:
                        text = f"CREATE TABLE {name} (a integer);"
                        (daemon.place / f"pending/{name}.sql").write_text(text)
                    else:
                        text = f"CREATE TABLE {prefix}{name} (a integer);"
                        (folder / f"{name}.sql").write_text(text)
                except OSError:
                    return
                acknowledged[name] = True

        worker = threading.Thread(target=work)
        worker.start()
        wait_for(lambda: len(started) > 1, 30)
        time.sleep(chance.random() * 0.5)
        daemon.kill()
        stop.set()
        worker.join(30)
        assert not worker.is_alive()
        found = tables_of(engine)
        assert set(acknowledged) <= found
        # Of what was not acknowledged only the last can be there, and then whole.
        assert found - set(acknowledged) - {"users", "posts", "empty"} <= {started[-1]}
        acknowledged.update(dict.fromkeys(found - {"users", "posts", "empty"}, True))
    daemon.start()
    folder = tables(daemon.place, engine)
    assert names(folder) == sorted(f"{name}.sql" for name in tables_of(engine))
    waiting = {name.removesuffix(".sql") for name in names(daemon.place / "pending")}
    assert not waiting & found, "applied, and waiting still"


def test_killed_between_the_commit_and_its_end(daemon, engine, state):
    """What stays in the state folder then is what is put back into it here."""
    text = "CREATE TABLE made (a integer);"
    daemon.start()
    (daemon.place / "pending/made.sql").write_text(text)
    with pytest.raises(FileExistsError):
        (daemon.place / "pending/again.sql").write_text(text)
    daemon.kill()
    (kept,) = state.glob("schemafs/*/pending")
    (kept / "made.sql").write_text(text)
    daemon.start()
    # The one that was refused has its verdict, and waits for whoever wrote it.
    assert names(daemon.place / "pending") == ["again.sql", "again.sql.error"]
    assert [name for name in names(daemon.place / "migrations") if "made" in name] == ["0000_made.sql"]
    daemon.kill()
    # Earlier: the folder does not have it yet.
    (folder,) = state.glob("schemafs/*/migrations")
    (folder / "meta/_journal.json").unlink()
    (folder / "0000_made.sql").rename(folder / ".0000_made.sql.applying")
    (kept / "made.sql").write_text(text)
    daemon.start()
    assert names(daemon.place / "pending") == ["again.sql", "again.sql.error"]
    assert (daemon.place / "migrations/0000_made.sql").read_text() == text


def test_killed_during_a_save_that_waits(pg_daemon, pg):
    """The text that was on its way is not applied later, and the notes of before are there."""
    pg_daemon.start()
    folder = tables(pg_daemon.place, pg)
    with pytest.raises(OSError):
        (folder / "posts.sql").write_text("nonsense")
    with pg.session() as holder:
        holder.run("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE;")
        users = folder / "users.sql"
        text = with_column(users.read_text())
        writer = subprocess.Popen(
            ["tee", str(users)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        writer.stdin.write(text.encode())
        writer.stdin.close()
        time.sleep(0.5)
        assert writer.poll() is None
        pg_daemon.kill()
        assert writer.wait(30) != 0
        holder.run("ROLLBACK;")
    time.sleep(1)
    assert columns(pg, "users") == ["id", "email"]
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'schemafs' "
        "AND datname = current_database()"
    )
    wait_for(lambda: pg.rows(busy) == [("0",)], 30)
    scratch = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%schemafs%'"
    assert pg.rows(scratch) == [("0",)]
    pg_daemon.start()
    assert (folder / "posts.sql.rej").read_text() == "nonsense"
    assert (folder / "posts.sql.error").exists()
    users.write_text(with_column(users.read_text()))
    assert columns(pg, "users") == ["id", "email", "note"]
