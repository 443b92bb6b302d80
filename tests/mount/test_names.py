# SPDX-License-Identifier: MIT
"""mv, rm, mkdir and rmdir."""

import errno
import os
import time

import pytest

from tree import SCHEMA, columns, fails_with, has_table, names, shell, tables, wait_for, with_column


def test_rename_is_a_rename(folder, engine):
    number = os.stat(folder / "users.sql").st_ino
    os.rename(folder / "users.sql", folder / "people.sql")
    assert engine.rows("SELECT id FROM people") == [("1",)]
    assert not has_table(engine, "users")
    assert "people" in (folder / "people.sql").read_text()
    assert "people" in (folder / "posts.sql").read_text()
    assert os.stat(folder / "people.sql").st_ino == number


def test_rename_over_another_object(folder, engine):
    with fails_with(errno.EEXIST):
        os.rename(folder / "users.sql", folder / "posts.sql")
    assert has_table(engine, "users") and has_table(engine, "posts")


def test_rename_into_pending_or_control(place, folder):
    with fails_with(errno.EXDEV):
        os.rename(folder / "users.sql", place / "pending" / "users.sql")
    with fails_with(errno.EPERM):
        os.rename(place / "status", place / "status2")


def test_move_aside_and_nothing_comes(folder, engine):
    os.rename(folder / "users.sql", folder / "users.sql.bak")
    assert "users.sql" not in names(folder)
    wait_for((folder / "users.sql").exists)
    assert has_table(engine, "users")
    assert (folder / "users.sql.bak").read_text() == (folder / "users.sql").read_text()


def test_move_aside_and_write_anew(folder, engine):
    text = (folder / "users.sql").read_text()
    os.rename(folder / "users.sql", folder / "users.sql~")
    (folder / "users.sql").write_text(with_column(text))
    os.unlink(folder / "users.sql~")
    time.sleep(1.3)
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]
    assert "note" in columns(engine, "users")
    assert engine.rows("SELECT id FROM users") == [("1",)]


def test_move_aside_and_back(place, folder, engine):
    os.rename(folder / "users.sql", folder / "users.sql~")
    os.rename(folder / "users.sql~", folder / "users.sql")
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]
    assert "users" not in (place / "log").read_text()


def test_new_text_over_an_object(folder, engine):
    (folder / ".tmp123").write_text(with_column((folder / "users.sql").read_text()))
    os.replace(folder / ".tmp123", folder / "users.sql")
    assert "note" in columns(engine, "users")
    assert engine.rows("SELECT id FROM users") == [("1",)]
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]


def test_bad_text_over_an_object(folder, engine):
    before = (folder / "users.sql").read_text()
    (folder / ".tmp123").write_text("nonsense")
    with fails_with(errno.EINVAL):
        os.replace(folder / ".tmp123", folder / "users.sql")
    assert (folder / "users.sql").read_text() == before
    assert (folder / ".tmp123").read_text() == "nonsense"
    assert (folder / "users.sql.rej").read_text() == "nonsense"


def test_rejected_text_mended_and_moved_back(folder, engine):
    text = (folder / "users.sql").read_text()
    with fails_with(errno.EINVAL):
        (folder / "users.sql").write_text(with_column(text, "note oops oops("))
    rejected = folder / "users.sql.rej"
    rejected.write_text(rejected.read_text().replace("oops oops(", "text"))
    os.replace(rejected, folder / "users.sql")
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]
    assert "note" in columns(engine, "users")
    assert engine.rows("SELECT id FROM users") == [("1",)]


def test_rm_of_what_holds_nothing(folder, engine):
    shell("rm empty.sql", cwd=folder)
    assert not has_table(engine, "empty")
    assert "empty.sql" not in names(folder)


def test_rm_of_what_holds_rows(folder, engine):
    engine.run("DROP VIEW emails; DROP TABLE posts;")
    wait_for(lambda: "posts.sql" not in names(folder))
    done = shell("rm users.sql", cwd=folder, code=1)
    assert os.strerror(errno.EPERM) in done.stderr
    assert has_table(engine, "users")
    assert names(folder) == ["empty.sql", "users.sql", "users.sql.error", "users.sql.plan"]


def test_rm_of_what_others_need(folder, engine):
    engine.run("CREATE VIEW needy AS SELECT a FROM empty;")
    wait_for((folder.parent / "views/needy.sql").exists)
    done = shell("rm empty.sql", cwd=folder, code=1)
    assert has_table(engine, "empty")
    assert os.strerror(errno.EBUSY) in done.stderr
    assert "needy" in (folder / "empty.sql.error").read_text()


def test_unlink_by_a_program_that_might_come_back(folder, engine):
    os.unlink(folder / "empty.sql")
    assert "empty.sql" not in names(folder)
    wait_for(lambda: not has_table(engine, "empty"), 3)
    os.unlink(folder / "users.sql")
    wait_for((folder / "users.sql").exists, 3)
    assert has_table(engine, "users")
    assert (folder / "users.sql.error").exists()


def test_unlink_and_create_is_an_edit(folder, engine):
    text = (folder / "users.sql").read_text()
    os.unlink(folder / "users.sql")
    with open(folder / "users.sql", "x") as file:
        file.write(with_column(text))
    time.sleep(1.3)
    assert "note" in columns(engine, "users")
    assert engine.rows("SELECT id FROM users") == [("1",)]


def test_unlink_is_not_forgotten_at_the_end(engine, mount):
    engine.run(SCHEMA)
    with mount(engine.target) as place:
        os.unlink(tables(place, engine) / "empty.sql")
    assert not has_table(engine, "empty")


def test_scratch_files(folder, engine):
    for name in (".users.sql.swp", "4913", "users.sql~", "#users.sql#", ".#users.sql", "sedAbCdEf"):
        (folder / name).write_text("whatever")
        assert (folder / name).read_text() == "whatever"
        os.unlink(folder / name)
    assert names(folder) == ["empty.sql", "posts.sql", "users.sql"]


class TestNamespaces:
    @pytest.fixture
    def place(self, pg, mount):
        pg.run(SCHEMA)
        with mount(pg.target) as place:
            yield place

    def test_life_of_a_namespace(self, place, pg):
        os.mkdir(place / "schema/audit")
        assert "schema.sql" in names(place / "schema/audit")
        os.rename(place / "schema/public/tables/empty.sql", place / "schema/audit/tables/empty.sql")
        assert pg.rows("SELECT to_regclass('audit.empty')") == [("audit.empty",)]
        with fails_with(errno.ENOTEMPTY):
            os.rmdir(place / "schema/audit")
        os.rename(place / "schema/audit", place / "schema/archive")
        assert "archive.empty" in (place / "schema/archive/tables/empty.sql").read_text()
        os.rename(place / "schema/archive/tables/empty.sql", place / "schema/public/tables/empty.sql")
        os.rmdir(place / "schema/archive")
        assert names(place / "schema") == ["public"]
        assert pg.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'archive'") == []

    def test_rm_r(self, place, pg):
        os.mkdir(place / "schema/audit")
        (place / "schema/audit/tables/t.sql").write_text("CREATE TABLE audit.t (a integer);")
        shell("rm -r audit", cwd=place / "schema")
        assert names(place / "schema") == ["public"]
        assert pg.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'audit'") == []

    def test_kind_directories(self, place, pg):
        os.mkdir(place / "schema/public/sequences")
        (place / "schema/public/sequences/s.sql").write_text("CREATE SEQUENCE public.s;")
        assert pg.rows("SELECT to_regclass('s')") == [("s",)]
        with fails_with(errno.EPERM):
            os.mkdir(place / "schema/public/nonsense")
        with fails_with(errno.EPERM):
            os.mkdir(place / "nonsense")


def test_sqlite_takes_cases_for_one(sqlite_db, mount):
    """A name that differs in its case alone is taken, but by the object itself."""
    sqlite_db.run("CREATE TABLE users (a integer); CREATE TABLE posts (a integer);")
    with mount(sqlite_db.target) as place:
        folder = tables(place, sqlite_db)
        with fails_with(errno.EEXIST):
            os.rename(folder / "posts.sql", folder / "USERS.sql")
        os.rename(folder / "users.sql", folder / "Users.sql")
        with fails_with(errno.EEXIST):
            os.rename(folder / "posts.sql", folder / "users.sql")
        assert names(folder) == ["Users.sql", "posts.sql"]
        with fails_with(errno.EPERM):
            os.mkdir(place / "schema/audit")
        assert names(place / "schema") == ["main"]


def test_sequences_behind_identity_columns_have_names_of_their_own(pg, mount):
    pg.run("""CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME counter INCREMENT BY 4), n integer);
        INSERT INTO t (n) VALUES (1), (2)""")
    with mount(pg.target) as place:
        table = place / "schema/public/tables/t.sql"
        table.write_text(table.read_text().replace("INCREMENT BY 4", "INCREMENT BY 5"))
        table.write_text(table.read_text().replace("public.counter", "public.numbers"))
        table.write_text(
            table.read_text().replace("n integer", "n integer GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME other) NOT NULL")
        )
        assert "(SEQUENCE NAME public.other)" in table.read_text()
    pg.run("INSERT INTO t DEFAULT VALUES")
    assert pg.rows("SELECT id, n FROM t ORDER BY id") == [("1", "1"), ("5", "2"), ("10", "1")]
    assert pg.rows("SELECT relname FROM pg_class WHERE relkind = 'S' ORDER BY 1") == [("numbers",), ("other",)]


def test_names_that_the_server_would_cut(pg, mount):
    long = "y" * 70
    pg.run(SCHEMA)
    with mount(pg.target) as place:
        folder = tables(place, pg)
        with fails_with(errno.EINVAL):
            (folder / "posts.sql").rename(folder / f"{long}.sql")
        assert "too long" in (folder / "posts.sql.error").read_text()
        with fails_with(errno.EINVAL):
            (folder / f"{long}.sql").write_text(f"CREATE TABLE {long} (a integer);\n")
        with fails_with(errno.EINVAL):
            (place / "schema" / long).mkdir()
        with fails_with(errno.EINVAL):
            (place / "schema" / "public").rename(place / "schema" / long)
        assert has_table(pg, "posts") and not pg.rows(
            "SELECT 1 FROM pg_class WHERE relname LIKE 'yyy%'"
            " UNION SELECT 1 FROM pg_namespace WHERE nspname LIKE 'yyy%'"
        )
