# SPDX-License-Identifier: MIT
"""Migrations dropped into pending/."""

import errno
import json
import os

import pytest

from tree import fails_with, has_table, names, shell, tables


@pytest.fixture
def place(engine, mount):
    with mount(engine.target) as place:
        yield place


def test_applied_and_numbered(place, engine):
    shell("echo 'CREATE TABLE a (x integer);' > /tmp/$$.sql; cp /tmp/$$.sql pending/add_a.sql; rm /tmp/$$.sql", cwd=place)
    assert has_table(engine, "a")
    assert names(place / "pending") == []
    assert (place / "migrations/0000_add_a.sql").read_text() == "CREATE TABLE a (x integer);\n"
    journal = json.loads((place / "migrations/meta/_journal.json").read_text())
    assert [entry["tag"] for entry in journal["entries"]] == ["0000_add_a"]
    # What it did is there when the call returns.
    assert "a.sql" in names(tables(place, engine))


def test_failing_one_stays(place, engine):
    with fails_with(errno.EINVAL):
        (place / "pending/bad.sql").write_text("CREATE TABLE a (x integer);\nCREATE TABL b;\n")
    assert names(place / "pending") == ["bad.sql", "bad.sql.error"]
    assert "bad.sql:2:" in (place / "pending/bad.sql.error").read_text()
    assert not has_table(engine, "a")
    (place / "pending/bad.sql").write_text("CREATE TABLE a (x integer);\n")
    assert names(place / "pending") == []
    assert has_table(engine, "a")


def test_the_same_twice(place, engine):
    (place / "pending/a.sql").write_text("CREATE TABLE a (x integer);")
    with fails_with(errno.EEXIST):
        (place / "pending/b.sql").write_text("CREATE TABLE a (x integer);")
    assert "applied" in (place / "pending/b.sql.error").read_text()
    os.unlink(place / "pending/b.sql")
    assert names(place / "pending") == []


def test_shared_descriptor_is_applied_once(place, engine):
    script = "( echo 'CREATE TABLE a (x integer);'; /bin/echo 'CREATE TABLE b (x integer);' ) > pending/x.sql"
    shell(script, cwd=place)
    assert names(place / "migrations") == ["0000_x.sql", "meta"]
    assert has_table(engine, "a") and has_table(engine, "b")


def test_killed_in_the_middle(place, engine):
    script = "bash -c 'echo \"CREATE TABLE a (x integer);\"; kill -9 $$' > pending/x.sql || true"
    shell(script, cwd=place)
    assert not has_table(engine, "a")
    assert names(place / "pending") == ["x.sql", "x.sql.error"]


def test_written_aside_and_moved(place, engine):
    (place / "pending/.x.sql.AbC123").write_text("CREATE TABLE a (x integer);")
    assert not has_table(engine, "a")
    os.rename(place / "pending/.x.sql.AbC123", place / "pending/x.sql")
    assert has_table(engine, "a")
    assert names(place / "pending") == []


def test_bad_one_moved_in(place, engine):
    (place / "pending/.x").write_text("nonsense")
    with fails_with(errno.EINVAL):
        os.rename(place / "pending/.x", place / "pending/x.sql")
    assert (place / "pending/x.sql").read_text() == "nonsense"
    assert (place / "pending/x.sql.error").exists()


def test_waiting_survives_a_remount(engine, mount):
    with mount(engine.target) as place:
        with fails_with(errno.EINVAL):
            (place / "pending/bad.sql").write_text("nonsense")
    with mount(engine.target) as place:
        assert names(place / "pending") == ["bad.sql", "bad.sql.error"]
        assert (place / "pending/bad.sql").read_text() == "nonsense"
        os.unlink(place / "pending/bad.sql")
        assert names(place / "pending") == []
    with mount(engine.target) as place:
        assert names(place / "pending") == []


def test_project_folder(engine, mount, tmp_path):
    with mount(engine.target, f"project={tmp_path}/project") as place:
        (place / "pending/a.sql").write_text("CREATE TABLE a (x integer);")
        assert (tmp_path / "project/migrations/0000_a.sql").exists()
        assert names(place / "migrations") == ["0000_a.sql", "meta"]


def test_migrations_are_read_only(place, engine):
    (place / "pending/a.sql").write_text("CREATE TABLE a (x integer);")
    for change in (
        lambda: os.unlink(place / "migrations/0000_a.sql"),
        lambda: (place / "migrations/x.sql").write_text("x"),
        lambda: os.rename(place / "migrations/0000_a.sql", place / "pending/b.sql"),
    ):
        with pytest.raises(PermissionError):
            change()


def test_right_to_write_the_schema_ends_with_the_plan(sqlite_db, mount):
    """A migration that was broken off leaves the next one no more rights than any other has."""
    sqlite_db.run("CREATE TABLE t (a)")
    with mount(sqlite_db.target) as place:
        for name, text in (("a", "PRAGMA writable_schema = ON; SELECT nonsense;"), ("b", "DELETE FROM sqlite_schema;")):
            with fails_with(errno.EINVAL):
                (place / f"pending/{name}.sql").write_text(text)
        assert "may not be modified" in (place / "pending/b.sql.error").read_text()
    assert sqlite_db.rows("SELECT name FROM sqlite_schema WHERE name = 't'") == [("t",)]
