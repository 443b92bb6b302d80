# SPDX-License-Identifier: MIT
"""renameat2(2) with its flags: two files change places in one call, or nothing is replaced."""

import ctypes
import errno
import os

import pytest

from tree import SCHEMA, columns, names, tables, wait_for, with_column

LIBC = ctypes.CDLL(None, use_errno=True)
NO_REPLACE, EXCHANGE, WHITEOUT = 1, 2, 4


def rename(a, b, flags=EXCHANGE):
    """Its errno by name, or nothing."""
    done = LIBC.renameat2(-100, os.fsencode(a), -100, os.fsencode(b), flags)
    return errno.errorcode[ctypes.get_errno()] if done else None


def seen(*paths):
    return [(path.read_text(), os.stat(path).st_ino) for path in paths]


@pytest.mark.parametrize("order", [0, 1])
def test_a_new_text_with_the_object(folder, engine, order):
    """A save that keeps the former text at hand."""
    users, fresh = folder / "users.sql", folder / ".new"
    before = users.read_text()
    fresh.write_text(with_column(before))
    inodes = [os.stat(path).st_ino for path in (users, fresh)]
    assert rename(*(users, fresh)[:: 1 - 2 * order]) is None
    assert set(columns(engine, "users")) == {"id", "email", "note"}
    assert engine.rows("SELECT id FROM users") == [("1",)]
    assert "note" in users.read_text() and fresh.read_text() == before
    assert [os.stat(path).st_ino for path in (fresh, users)] == inodes
    # And back: what is written there is refused, for the column may hold something by then.
    engine.run("UPDATE users SET note = 'x'")
    assert rename(users, fresh) == "EPERM"
    assert "note" in users.read_text() and fresh.read_text() == before
    assert (folder / "users.sql.rej").read_text() == before
    fresh.unlink()
    (folder / "users.sql.rej").unlink()
    assert set(names(folder)) == {f"users.sql{end}" for end in ("", ".error", ".plan")} | {"empty.sql", "posts.sql"}


def test_two_objects(folder, engine):
    engine.run("CREATE TABLE pair (x text); INSERT INTO pair VALUES ('kept')")
    wait_for((folder / "pair.sql").exists)
    paths = folder / "users.sql", folder / "pair.sql"
    inodes = [ino for _, ino in seen(*paths)]
    assert rename(*paths) is None
    assert engine.rows("SELECT x FROM users") == [("kept",)]
    assert engine.rows("SELECT email FROM pair") == [("a@example.org",)]
    assert "references" in (folder / "posts.sql").read_text().lower()
    assert "pair" in (folder / "posts.sql").read_text()
    now = seen(*paths)
    assert [ino for _, ino in now] == inodes[::-1]
    assert "x text" in now[0][0] and "email" in now[1][0]
    assert "users.sql -> " in (folder.parents[2] / "log").read_text()
    (folder / "users.sql").write_text(now[0][0].replace("x text", "x text, y integer"))
    assert columns(engine, "users") == ["x", "y"]


def test_files_in_memory(folder):
    for name in "a", "b":
        (folder / f".{name}").write_text(name)
    before = seen(folder / ".a", folder / ".b")
    assert rename(folder / ".a", folder / ".b") is None
    assert seen(folder / ".b", folder / ".a") == before
    assert rename(folder / ".a", folder / ".a") is None
    assert rename(folder / ".a", folder / ".none") == "ENOENT"


def test_what_has_no_meaning(place, folder, engine):
    """Nothing is changed, and nothing is left."""
    before = engine.dump() if engine.dialect == "sqlite" else (folder / "users.sql").read_text()
    (folder / ".empty").write_text("")
    (folder / ".bad").write_text("nonsense")
    (place / "pending/.x").write_text("SELECT 1;")
    users, view = folder / "users.sql", folder.parent / "views/emails.sql"
    assert rename(users, folder / ".empty") == "EINVAL"
    assert rename(users, folder / ".bad") == "EINVAL"
    assert (folder / "users.sql.rej").read_text() == "nonsense"
    assert rename(users, folder / "users.sql.rej") == "EINVAL"
    assert rename(users, view) in ("EXDEV", "EINVAL")
    assert rename(folder, folder.parent / "views") == "EINVAL"
    assert rename(users, place / "status") == "EINVAL"
    assert rename(users, folder / ".bad", NO_REPLACE) == "EEXIST"
    assert rename(users, folder / ".bad", WHITEOUT) == "EINVAL"
    assert (engine.dump() if engine.dialect == "sqlite" else users.read_text()) == before
    assert (folder / ".bad").read_text() == "nonsense"


def test_in_a_draft(mnt, draft, folder, engine):
    inside = draft / folder.relative_to(mnt)
    engine.run("CREATE TABLE pair (x text); INSERT INTO pair VALUES ('kept'); INSERT INTO posts VALUES (5, 1)")
    wait_for((inside / "pair.sql").exists)
    (inside / ".new").write_text(with_column((inside / "posts.sql").read_text()))
    before = (inside / "posts.sql").read_text()
    assert rename(inside / "posts.sql", inside / ".new") is None
    assert (inside / ".new").read_text() == before
    former = seen(inside / "users.sql", inside / "pair.sql")
    assert rename(inside / "users.sql", inside / "pair.sql") is None
    assert seen(inside / "pair.sql", inside / "users.sql") == former
    assert rename(draft, inside) is not None and rename(inside / ".new", folder / "users.sql") == "EINVAL"
    (inside / ".new").unlink()
    os.rename(draft / "plan.sql", mnt / "pending/go.sql")
    assert engine.rows("SELECT x FROM users") == [("kept",)]
    assert engine.rows("SELECT email FROM pair") == [("a@example.org",)]
    assert "note" in columns(engine, "posts")
    assert engine.rows("SELECT user_id FROM posts") == [("1",)]
    assert names(folder) == ["empty.sql", "pair.sql", "posts.sql", "users.sql"]
