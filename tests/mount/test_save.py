# SPDX-License-Identifier: MIT
"""Saving a file changes the database, or says why not."""

import errno
import os

import pytest

from tree import columns, fails_with, has_table, names, shell, tables, wait_for, with_column


def test_edit(folder, engine):
    users = folder / "users.sql"
    users.write_text(with_column(users.read_text()))
    assert columns(engine, "users") == ["id", "email", "note"]
    assert "note text" in users.read_text()
    assert os.stat(users).st_size == len(users.read_bytes())


def test_shown_text_is_the_canonical_one_at_once(folder, engine):
    (folder / "fresh.sql").write_text("create   table fresh(\n\n a integer -- why\n)")
    shown = (folder / "fresh.sql").read_text()
    engine.run("CREATE TABLE later (a integer);")
    wait_for((folder / "later.sql").exists)
    assert (folder / "fresh.sql").read_text() == shown
    assert os.stat(folder / "fresh.sql").st_size == len(shown)


def test_same_meaning_changes_nothing(folder, engine):
    users = folder / "users.sql"
    before, stamp = users.read_text(), os.stat(users).st_mtime_ns
    users.write_text(before + "\n\n")
    assert users.read_text() == before
    assert os.stat(users).st_mtime_ns == stamp


def test_append(folder, engine):
    shell("echo 'CREATE INDEX users_appended ON users (email);' >> users.sql", cwd=folder)
    indexes = {
        "postgresql": "SELECT indexname FROM pg_indexes WHERE indexname = 'users_appended'",
        "sqlite": "SELECT name FROM sqlite_schema WHERE name = 'users_appended'",
    }
    assert engine.rows(indexes[engine.dialect]) == [("users_appended",)]


def test_write_in_the_middle(folder, engine):
    users = folder / "users.sql"
    at = users.read_text().index("email")
    with open(users, "r+b") as file:
        file.seek(at)
        file.write(b"mails")
        file.flush()
        assert users.read_text()[at : at + 5] == "mails"
        file.seek(at)
        file.write(b"email")
    assert columns(engine, "users") == ["id", "email"]


def test_broken_text(folder, engine):
    users = folder / "users.sql"
    before = users.read_text()
    with fails_with(errno.EINVAL):
        users.write_text("CREATE TABL users")
    assert users.read_text() == before
    assert (folder / "users.sql.rej").read_text() == "CREATE TABL users"
    assert "users.sql:1:" in (folder / "users.sql.error").read_text()
    assert b"users.sql:1:" in os.getxattr(users, "user.schemafs.error")
    users.write_text(before)
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]
    with fails_with(errno.ENODATA):
        os.getxattr(users, "user.schemafs.error")


def test_notes_go_by_rm(folder):
    with fails_with(errno.EINVAL):
        (folder / "users.sql").write_text("nonsense")
    os.unlink(folder / "users.sql.error")
    os.unlink(folder / "users.sql.rej")
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]


def test_status_and_log_tell_of_it(place, folder):
    with fails_with(errno.EINVAL):
        (folder / "users.sql").write_text("nonsense")
    assert "tables/users.sql" in (place / "status").read_text()
    assert "nonsense" in (place / "log").read_text() or "refused" in (place / "log").read_text()


def test_definition_of_something_else(folder, engine):
    with fails_with(errno.EINVAL):
        (folder / "users.sql").write_text("CREATE TABLE stranger (a integer);")
    assert not has_table(engine, "stranger")


def test_new_file_that_is_refused_is_no_object(folder):
    with fails_with(errno.EINVAL):
        (folder / "fresh.sql").write_text("CREATE TABLE fresh (")
    assert "fresh.sql" not in names(folder)
    assert (folder / "fresh.sql.rej").read_text() == "CREATE TABLE fresh ("


def test_new_file_waits_until_it_says_something(folder, engine):
    fresh = folder / "fresh.sql"
    fresh.touch()
    fresh.write_text("-- soon\n")
    assert fresh.read_text() == "-- soon\n"
    assert not has_table(engine, "fresh")
    fresh.write_text("CREATE TABLE fresh (a integer);")
    assert has_table(engine, "fresh")


def test_emptied_file_is_no_drop(folder, engine):
    users = folder / "users.sql"
    before = users.read_text()
    shell(": > users.sql", cwd=folder)
    wait_for(lambda: users.read_text() == before)
    shell("truncate -s 0 users.sql", cwd=folder)
    wait_for(lambda: users.read_text() == before)
    assert has_table(engine, "users")


def test_loss_is_refused_and_approved_by_moving_the_plan(place, folder, engine):
    shorter = {
        "sqlite": "CREATE TABLE users (id integer PRIMARY KEY);",
        "postgresql": "CREATE TABLE public.users (id integer PRIMARY KEY);",
    }[engine.dialect]
    engine.run("DROP VIEW emails;")
    wait_for(lambda: not (folder.parent / "views/emails.sql").exists())
    with fails_with(errno.EPERM):
        (folder / "users.sql").write_text(shorter)
    assert columns(engine, "users") == ["id", "email"]
    assert "email" in (folder / "users.sql.error").read_text()
    os.rename(folder / "users.sql.plan", place / "pending" / "drop_email.sql")
    assert columns(engine, "users") == ["id"]
    assert "email" not in (folder / "users.sql").read_text()
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]
    assert names(place / "pending") == []


def test_policy_all_and_never(engine, mount):
    engine.run("CREATE TABLE t (a integer, b integer); INSERT INTO t VALUES (1, 2);")
    text = "CREATE TABLE t (a integer);"
    with mount(engine.target, "apply=never") as place:
        for wanted in (text, "CREATE TABLE t (a integer, b integer, c integer);"):
            with fails_with(errno.EPERM):
                (tables(place, engine) / "t.sql").write_text(wanted)
        assert columns(engine, "t") == ["a", "b"]
        os.unlink(tables(place, engine) / "t.sql.error")
    with mount(engine.target, "apply=all") as place:
        (tables(place, engine) / "t.sql").write_text(text)
        assert columns(engine, "t") == ["a"]


def test_somebody_else_changed_it(folder, engine):
    users = folder / "users.sql"
    text = users.read_text()
    engine.run("ALTER TABLE users ADD COLUMN theirs text;")
    with fails_with(errno.ESTALE):
        users.write_text(with_column(text))
    assert columns(engine, "users") == ["id", "email", "theirs"]
    assert "theirs" in (folder / "users.sql.error").read_text()
    wait_for(lambda: "theirs" in users.read_text())
    users.write_text(with_column(users.read_text()))
    assert "note" in columns(engine, "users")


def test_stale_even_when_the_tree_has_moved_on(folder, engine):
    """The text was read before the change and written after it was shown: it is still a conflict."""
    users = folder / "users.sql"
    text = users.read_text()
    engine.run("ALTER TABLE users ADD COLUMN theirs text;")
    wait_for(lambda: "theirs" in shell(f"cat {users}").stdout)
    with fails_with(errno.ESTALE):
        users.write_text(with_column(text))


def test_shared_descriptor_is_judged_once_and_whole(place, folder, engine):
    script = "( echo 'CREATE TABLE fresh (a integer'; cat /dev/null; /bin/echo ', b integer'; /bin/echo ');' ) > fresh.sql"
    shell(script, cwd=folder)
    assert columns(engine, "fresh") == ["a", "b"]
    assert (place / "log").read_text().count("fresh.sql") == 1


def test_writer_that_is_killed_saves_nothing(folder, engine):
    shell(
        "bash -c 'echo \"CREATE TABLE fresh (a integer);\"; kill -9 $$' > fresh.sql || true",
        cwd=folder,
    )
    assert not has_table(engine, "fresh")


def test_too_large(folder, engine):
    with fails_with(errno.EFBIG):
        with open(folder / "big.sql", "wb") as file:
            for _ in range(17):
                file.write(b" " * (1 << 20))
    assert not has_table(engine, "big")


def test_mapped_memory(folder, engine):
    import mmap

    with open(folder / "posts.sql", "r+b") as file:
        with mmap.mmap(file.fileno(), 0) as mapped:
            at = mapped.find(b"user_id")
            mapped[at : at + 7] = b"otherid"
            mapped[at : at + 7] = b"user_id"
    assert columns(engine, "posts") == ["id", "user_id"]


def test_xattr_names(folder):
    with fails_with(errno.EINVAL):
        (folder / "users.sql").write_text("nonsense")
    assert os.listxattr(folder / "users.sql") == ["user.schemafs.error"]
    assert os.listxattr(folder / "posts.sql") == []


def test_what_is_told_of_bytes_that_are_no_text(folder, place, engine):
    """Terminals are not commanded by what a file holds, or by what a server says of it."""
    for content in (b"\x1b]0;title\x07", b"\xff\xfe \xc2\x9b2J", b"CREATE TABLE \x1b[2J (\xbf integer);"):
        with pytest.raises(OSError):
            (folder / "users.sql").write_bytes(content)
        assert (folder / "users.sql.rej").read_bytes() == content
        for told in (folder / "users.sql.error", place / "log", place / "status", place / "status.json"):
            text = told.read_bytes().decode("utf-8")
            assert all(char in "\n\t" or char.isprintable() for char in text), (told, text)


def test_a_file_that_says_nothing_yet_stays(folder, engine):
    """However often it is looked at: empty, of spaces, of comments alone."""
    for content in ("", "\n", "-- to do\n", "/* later */"):
        shell(f"printf %b '{content}' > new.sql; touch other.sql; cat new.sql other.sql; cat new.sql other.sql", cwd=folder)
        assert (folder / "new.sql").read_text() == content
        assert {"new.sql", "other.sql"} <= set(names(folder))
        shell("rm new.sql other.sql", cwd=folder)
    assert not has_table(engine, "new") and not has_table(engine, "other")
