# SPDX-License-Identifier: MIT
"""What a daemon that dies leaves behind, and mounting again."""

import errno
import json
import os
import signal
import subprocess

import pytest

from tree import SCHEMA, has_table, names, tables, wait_for


@pytest.fixture
def daemon(schemafs, engine, tmp_path):
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
