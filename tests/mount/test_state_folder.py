# SPDX-License-Identifier: MIT
"""The state directory takes nothing for a while: what is shown is on the disk as soon as it can be."""

import contextlib
import errno
import pathlib

import pytest

from tree import SCHEMA, names, tables, wait_for

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
