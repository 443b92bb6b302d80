# SPDX-License-Identifier: MIT
"""SQLite: the file of the database goes away under the mount, and another one comes."""

import errno
import os

import pytest

from tree import SCHEMA, columns, names, tables, wait_for, with_column


def fails(path, text):
    with pytest.raises(OSError) as caught:
        path.write_text(text)
    return caught.value.errno


@pytest.mark.parametrize("saved", [False, True])
def test_away_and_back(sqlite_db, mount, tmp_path, saved):
    """`saved`: a connection that wrote is open, and would write on into the removed file."""
    sqlite_db.run(SCHEMA)
    with mount(sqlite_db.target) as place:
        folder = tables(place, sqlite_db)
        users = folder / "users.sql"
        if saved:
            (folder / "first.sql").write_text("CREATE TABLE first (a integer);\n")
        text = users.read_text()
        aside = tmp_path / "aside.db"
        os.rename(sqlite_db.path, aside)
        wait_for(lambda: "stale" in (place / "status").read_text())
        assert users.read_text() == text
        assert fails(users, with_column(text)) == errno.EIO
        assert "is not there" in (folder / "users.sql.error").read_text()
        assert (folder / "users.sql.rej").read_text() == with_column(text)
        assert fails(folder / "new.sql", "CREATE TABLE new (a integer);\n") == errno.EIO
        assert fails(place / "pending" / "a.sql", "CREATE TABLE more (a integer);\n") == errno.EIO
        # No new database was made in its place.
        assert not os.path.exists(sqlite_db.path)
        os.rename(aside, sqlite_db.path)
        wait_for(lambda: "stale" not in (place / "status").read_text())
        users.write_text(with_column(text))
        assert columns(sqlite_db, "users") == ["id", "email", "note"]
        assert "users.sql.error" not in names(folder)


def test_another_one_in_its_place(sqlite_db, new_sqlite, mount):
    sqlite_db.run(SCHEMA)
    other = new_sqlite()
    other.run("CREATE TABLE users (id integer, other text)")
    with mount(sqlite_db.target) as place:
        users = tables(place, sqlite_db) / "users.sql"
        users.write_text(with_column(users.read_text()))
        os.replace(other.path, sqlite_db.path)
        wait_for(lambda: "other" in users.read_text())
        assert names(users.parent) == ["users.sql"]
        users.write_text("CREATE TABLE users (id integer, other text, more text)\n")
        assert columns(sqlite_db, "users") == ["id", "other", "more"]


def test_a_database_that_is_made_by_its_first_table(new_sqlite, mount):
    fresh = new_sqlite()
    if os.path.exists(fresh.path):
        os.unlink(fresh.path)
    with mount(fresh.target) as place:
        (place / "schema" / "main" / "tables" / "t.sql").write_text("CREATE TABLE t (a integer);\n")
        assert columns(fresh, "t") == ["a"]
