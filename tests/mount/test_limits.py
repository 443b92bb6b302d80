# SPDX-License-Identifier: MIT
"""Nothing in the daemon grows without end: each limit is met, and what is there goes on."""

import contextlib
import errno
import os
import pathlib
import resource

import pytest

from program import Mount, assert_clean
from tree import SCHEMA, columns, names, shell, tables, with_column

MEGA = 1 << 20


@pytest.fixture
def place(sqlite_db, mount):
    sqlite_db.run(SCHEMA)
    with mount(sqlite_db.target) as place:
        yield place


@pytest.fixture
def folder(place, sqlite_db):
    return tables(place, sqlite_db)


def works(folder, db):
    """An ordinary save."""
    users = folder / "users.sql"
    users.write_text(with_column(users.read_text()))
    assert columns(db, "users") == ["id", "email", "note"]


def fill(folder, name):
    """Files in memory until there is no room; how much was written."""
    written = 0
    try:
        for number in range(100):
            with open(folder / f"{name}{number}", "wb") as file:
                for _ in range(15):
                    written += file.write(b"x" * MEGA)
    except OSError as failure:
        assert failure.errno == errno.ENOSPC, failure
        return written
    raise AssertionError("there is room for everything")


def test_overlay(folder, sqlite_db):
    written = fill(folder, ".scratch")
    assert 100 * MEGA < written < 160 * MEGA, written
    with pytest.raises(OSError) as refused:
        (folder / ".more").write_text("x")
    assert refused.value.errno == errno.ENOSPC
    for name in names(folder):
        if name.startswith(".scratch"):
            os.unlink(folder / name)
    works(folder, sqlite_db)


def test_rejected_texts_take_the_same_room(folder, sqlite_db):
    """A text that is refused is kept, and so are the next ones until there is no room."""
    kept = 0
    for number in range(20):
        with pytest.raises(OSError) as refused:
            with open(folder / f"t{number}.sql", "wb") as file:
                for _ in range(12):
                    file.write(b"nonsense".ljust(MEGA))
        if refused.value.errno == errno.ENOSPC:
            break
        assert refused.value.errno == errno.EINVAL
        kept += 1
    assert 5 < kept < 15, kept
    shell("rm t*", cwd=folder)
    works(folder, sqlite_db)


def test_open_files(folder, sqlite_db):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 20000
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip("so many files may not be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    opened = []
    try:
        with pytest.raises(OSError) as refused:
            while True:
                opened.append(os.open(folder / "users.sql", os.O_RDONLY))
        assert refused.value.errno == errno.ENFILE, os.strerror(refused.value.errno)
        assert len(opened) >= 10000
        assert "users.sql" in names(folder)
    finally:
        for fd in opened:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    works(folder, sqlite_db)


def test_open_directories(folder, sqlite_db):
    """What they hold is counted by names: a few of a large directory are as much as many small ones."""
    for number in range(2000):
        (folder / f".{number}").touch()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4000:
        pytest.skip("so many directories may not be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4000, hard))
    opened = []
    try:
        with pytest.raises(OSError) as refused:
            for _ in range(3000):
                opened.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
        assert refused.value.errno == errno.ENFILE, os.strerror(refused.value.errno)
        assert len(opened) >= 500
    finally:
        for fd in opened:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    works(folder, sqlite_db)


def test_a_mount_ends_with_files_open(binary, state, sqlite_db, tmp_path):
    """Nobody tells the daemon of their end any more: it gives back what it has, or its leak check says so."""
    sqlite_db.run(SCHEMA)
    mounted = Mount(binary, sqlite_db.target, tmp_path / "mnt", ())
    with contextlib.ExitStack() as stack:
        place = mounted.__enter__()
        stack.callback(mounted.guard.release)
        (place / "stage/draft").mkdir()
        for tables_of in place / "schema/main/tables", place / "stage/draft/schema/main/tables":
            for path, flags in ((tables_of, os.O_DIRECTORY), (tables_of / "users.sql", 0)):
                fd = os.open(path, os.O_RDONLY | flags)
                stack.callback(os.close, fd)
                assert os.listdir(fd) if flags else os.read(fd, 1000)
        mounted.daemon.terminate()
        assert mounted.daemon.wait(60) == 0, mounted.read_stderr()
        assert_clean(mounted.read_stderr())


def test_log(place, folder, sqlite_db, state):
    """It is cut; what a mount and a former one have said takes a bounded room on the disk."""
    for number in range(14):
        comment = f"/* {'x' * MEGA} */"
        (folder / f"t{number}.sql").write_text(f"CREATE TABLE t{number} (a integer {comment});")
    logs = [pathlib.Path(top) / name for top, _, files in os.walk(state) for name in files if name.startswith("log")]
    assert sorted(log.name for log in logs) == ["log", "log.1"]
    assert all(log.stat().st_size < 6 * MEGA for log in logs)
    assert (place / "log").stat().st_size < 6 * MEGA
    works(folder, sqlite_db)
    assert "users.sql" in (place / "log").read_text()


def test_names_that_are_too_long(folder):
    for name in ("x" * 256, "é" * 128):
        with pytest.raises(OSError) as refused:
            (folder / name).touch()
        assert refused.value.errno == errno.ENAMETOOLONG
    with contextlib.suppress(FileNotFoundError):
        os.stat(folder / ("x" * 255))
