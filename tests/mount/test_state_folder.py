# SPDX-License-Identifier: MIT
"""The state directory takes nothing for a while: what is shown is on the disk as soon as it can be."""

import contextlib
import errno
import os
import pathlib
import time

import pytest

from tree import SCHEMA, names, shell, tables, wait_for

BROKEN = "CREATE TABLE users (id integer,, );\n"


@contextlib.contextmanager
def in_the_way(state, name):
    """Nothing can be written below this folder: a file has its place."""
    folder = next(pathlib.Path(state).rglob("stage")).parent / name
    aside = folder.with_name("aside")
    if folder.exists():
        folder.rename(aside)
    folder.write_text("")
    yield
    folder.unlink()
    if aside.exists():
        aside.rename(folder)


def save(path, text):
    try:
        path.write_text(text)
        return 0
    except OSError as error:
        return error.errno


@pytest.mark.parametrize("late", [False, True])
def test_nothing_is_lost(engine, mount, state, late):
    """The disk is free again while the daemon runs, or only a moment before it ends."""
    engine.run(SCHEMA)
    with mount(engine.target) as place:
        users, script = tables(place, engine) / "users.sql", place / "pending" / "a.sql"
        with in_the_way(state, "refused"), in_the_way(state, "pending"):
            assert save(users, BROKEN) == errno.EINVAL
            assert save(script, "CREATE TABLE more (a integer);\n") != 0
            assert (users.parent / "users.sql.rej").read_text() == BROKEN
            assert "can not keep" in (place / "status").read_text()
        if not late:
            for name in ("users.sql.rej", "a.sql"):
                wait_for(lambda name=name: list(pathlib.Path(state).rglob(name)), 8)
    with mount(engine.target) as place:
        folder = tables(place, engine)
        assert (folder / "users.sql.rej").read_text() == BROKEN
        assert "syntax error" in (folder / "users.sql.error").read_text()
        assert (place / "pending" / "a.sql").read_text() == "CREATE TABLE more (a integer);\n"
        assert "more.sql" not in names(folder)


def reads_all(place, engine):
    assert names(tables(place, engine)) == ["empty.sql", "posts.sql", "users.sql"]
    for name in "schema.sql", "schema.json":
        path = place / "generated" / name
        assert "users" in path.read_text() and path.stat().st_size == len(path.read_bytes())
    assert "cannot" not in (place / "status").read_text()
    engine.run("CREATE TABLE later (a integer);")
    wait_for(lambda: "later" in (place / "generated/schema.sql").read_text(), 20)


@pytest.mark.parametrize("way", ["in the way", "read-only"])
def test_who_only_reads_needs_none(engine, mount, tmp_path, monkeypatch, way):
    """The folder can not be made: a mount that only reads is as good without."""
    engine.run(SCHEMA)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    place = tmp_path / "home"
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "x"))
    if way == "in the way":
        place.write_text("")
    elif os.getuid() == 0:
        place.mkdir()
        shell(f"mount -t tmpfs -o ro none {place}")
    else:
        pytest.skip("mounting takes root")
    try:
        with mount(engine.target, "ro") as tree:
            reads_all(tree, engine)
    finally:
        if place.is_dir():
            shell(f"umount {place}")


def test_times_that_are_still_to_come(engine, mount, state):
    """A clock was wrong when they were written: what is shown is not later than now, and stays so."""
    engine.run(SCHEMA)
    with mount(engine.target):
        pass
    file = next(pathlib.Path(state).rglob("times"))
    lines = [line.split(" ", 3) for line in file.read_text().splitlines()]
    file.write_text("".join(f"{sign} {int(at) + 10**8} {rest} {path}\n" for sign, at, rest, path in lines))
    seen = []
    for _ in range(2):
        with mount(engine.target) as place:
            seen.append(os.stat(tables(place, engine) / "users.sql").st_mtime_ns)
    assert seen[0] <= time.time_ns() and seen[0] == seen[1]
