# SPDX-License-Identifier: MIT
"""Somebody else changed the object meanwhile: no way of saving overwrites that, and no text is lost."""

import errno
import os
import subprocess

import pytest

from tree import columns, has_table, names, wait_for, with_column

READ_AND_WRITE = r"""
import os, sys
how, path = sys.argv[1:]
fd = os.open(path, os.O_RDWR) if how == "held" else None
text = open(path).read()
print("read", flush=True)
new = sys.stdin.read()
try:
    if how == "aside":
        with open(path + ".new", "w") as file:
            file.write(new)
        os.rename(path + ".new", path)
    elif how == "sync":
        with open(path, "w") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
    elif how == "append":
        with open(path, "a") as file:
            file.write(new)
    elif how == "held":
        os.pwrite(fd, new.encode(), 0)
        os.ftruncate(fd, len(new.encode()))
        os.close(fd)
    elif how == "anew":
        os.unlink(path)
        with open(path, "w") as file:
            file.write(new)
    elif how == "backup":
        os.rename(path, path + "~")
        with open(path, "w") as file:
            file.write(new)
    else:
        with open(path, "w") as file:
            file.write(new)
except OSError as failure:
    print(failure.errno, flush=True)
else:
    print(0, flush=True)
for rest in (path + "~", path + ".new"):
    if os.path.exists(rest):
        os.unlink(rest)
"""


class Editor:
    """A program that has read a file, and writes it when it is told to."""

    def __init__(self, how, path):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-c", READ_AND_WRITE, how, str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        assert self.process.stdout.readline() == "read\n"

    def save(self, text):
        out, _ = self.process.communicate(text, timeout=60)
        return int(out.split()[-1])


def refused(place, folder, name, number, text, result):
    assert result == number, os.strerror(result)
    assert (folder / f"{name}.rej").read_text() == text
    error = (folder / f"{name}.error").read_text()
    assert f"tables/{name}" in (place / "status").read_text()
    assert f"tables/{name}" in (place / "log").read_text()
    return error


@pytest.mark.parametrize("seen", [False, True])
def test_changed(place, folder, engine, seen):
    """Each manner of writing, before and after the tree has shown the other's change."""
    users = folder / "users.sql"
    for number, how in enumerate(["plain", "aside", "sync", "append", "held", "anew", "backup"]):
        editor = Editor(how, users)
        old, field = users.read_text(), f"theirs{number}"
        index = f"CREATE INDEX mine{number} ON users (id);\n"
        new = index if how == "append" else with_column(old, f"mine{number} text")
        engine.run(f"ALTER TABLE users ADD COLUMN {field} text;")
        if seen:
            wait_for(lambda: field in users.read_text(), 20)
        result = editor.save(new)
        assert result == errno.ESTALE, (how, os.strerror(result))
        kept = (folder / "users.sql.rej").read_text()
        assert kept.endswith(new), how
        error = refused(place, folder, "users.sql", errno.ESTALE, kept, result)
        assert field in error, "the error shows the difference"
        assert field in os.getxattr(users, "user.schemafs.error").decode()
        assert f"mine{number}" not in columns(engine, "users")
        wait_for(lambda: field in users.read_text(), 20)
        # The same program that looks again may save.
        users.write_text(users.read_text() + "\n")
        wait_for(lambda: names(folder) == ["empty.sql", "posts.sql", "users.sql"])


def test_gone(place, folder, engine):
    """An object that is dropped while it is edited does not come back by itself."""
    doomed = folder / "doomed.sql"
    # What happens to a SQLite file the tree knows at once: there is no moment before that to test.
    for seen in (False, True) if engine.dialect == "postgresql" else (True,):
        engine.run("DROP TABLE IF EXISTS doomed; CREATE TABLE doomed (a integer);")
        wait_for(lambda: names(folder).count("doomed.sql") and "b integer" not in doomed.read_text(), 20)
        editor = Editor("plain", doomed)
        new = doomed.read_text().replace("a integer", "a integer, b integer")
        engine.run("DROP TABLE doomed;")
        if seen:
            wait_for(lambda: not doomed.exists(), 20)
            # The name is free again: what is written there is a new object.
            assert editor.save(new) == 0
            assert columns(engine, "doomed") == ["a", "b"]
            continue
        result = editor.save(new)
        assert result in (errno.ESTALE, errno.ENOENT), os.strerror(result)
        refused(place, folder, "doomed.sql", result, new, result)
        assert not has_table(engine, "doomed")
        wait_for(lambda: not doomed.exists(), 20)


@pytest.mark.parametrize("seen", [False, True])
def test_came(place, folder, engine, seen):
    """A new file whose name another client took meanwhile, before and after the tree knows of it."""
    prefix = "public." if engine.dialect == "postgresql" else ""
    text = f"CREATE TABLE {prefix}fresh (mine integer);\n"
    with open(folder / "fresh.sql", "w", encoding="utf-8") as file:
        file.write(text)
        engine.run("CREATE TABLE fresh (theirs integer);")
        if seen:
            engine.run("CREATE TABLE later (a integer);")
            wait_for((folder / "later.sql").exists, 20)
        with pytest.raises(OSError) as failure:
            file.close()
    refused(place, folder, "fresh.sql", failure.value.errno, text, failure.value.errno)
    assert failure.value.errno in (errno.EEXIST, errno.ESTALE)
    assert columns(engine, "fresh") == ["theirs"]
    wait_for((folder / "fresh.sql").exists, 20)
    assert "theirs" in (folder / "fresh.sql").read_text()


def test_renamed_meanwhile(place, folder, engine):
    """mv and rm of what is called otherwise by now: nothing of the other's work is undone."""
    engine.run("ALTER TABLE empty RENAME TO other;")
    with pytest.raises(OSError):
        os.rename(folder / "empty.sql", folder / "mine.sql")
    assert has_table(engine, "other") and not has_table(engine, "mine")
    wait_for((folder / "other.sql").exists, 20)
    engine.run("ALTER TABLE other RENAME TO more;")
    subprocess.run(["rm", folder / "other.sql"], stderr=subprocess.DEVNULL, check=False)
    wait_for(lambda: "more.sql" in names(folder), 20)
    assert has_table(engine, "more")


def test_two_editors(place, folder, engine):
    """The first to save wins; the second is told, and his text is kept."""
    users = folder / "users.sql"
    first, second = Editor("plain", users), Editor("aside", users)
    text = users.read_text()
    assert first.save(with_column(text, "one text")) == 0
    mine = with_column(text, "two text")
    refused(place, folder, "users.sql", errno.ESTALE, mine, second.save(mine))
    assert columns(engine, "users") == ["id", "email", "one"]


def test_many_readers(folder, engine):
    """However many programs have read it since and are still there, the first is not forgotten."""
    users = folder / "users.sql"
    first = Editor("plain", users)
    others = [subprocess.Popen(["tail", "-f", users], stdout=subprocess.PIPE) for _ in range(12)]
    for other in others:
        assert other.stdout.readline()
    old = users.read_text()
    engine.run("ALTER TABLE users ADD COLUMN theirs text;")
    wait_for(lambda: "theirs" in users.read_text(), 20)
    assert first.save(with_column(old, "mine text")) == errno.ESTALE
    assert columns(engine, "users") == ["id", "email", "theirs"]
    for other in others:
        other.kill()
        other.communicate()


def test_what_is_there_contradicts_nobody(folder, engine):
    """Read long ago, changed by others since, moved aside and back unread: nothing is to be done."""
    users = folder / "users.sql"
    old = users.read_text()
    engine.run("ALTER TABLE users ADD COLUMN theirs text;")
    wait_for(lambda: users.stat().st_size != len(old))
    users.rename(folder / "users.bak")
    (folder / "users.bak").rename(users)
    assert "theirs" in users.read_text()
    assert not (folder / "users.sql.error").exists()
