# SPDX-License-Identifier: MIT
"""What only an application has, its modules, collations and functions, is loaded elsewhere as well."""

import contextlib
import sqlite3
import time

import pytest

SCHEMA = """
CREATE TABLE t (a TEXT COLLATE app_order, b TEXT, c AS (app_key(a)), CHECK (app_key(b) > 0));
CREATE TABLE u (a TEXT COLLATE app_order UNIQUE, PRIMARY KEY (a COLLATE app_other)) WITHOUT ROWID;
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b COLLATE app_other DESC, a) WHERE app_key(b);
CREATE VIEW v AS SELECT one, app_view(two) FROM m;
CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN INSERT INTO m VALUES (app_key(NEW.one)); END;
PRAGMA writable_schema = ON;
INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES
 ('table', 'm', 'm', 0, 'CREATE VIRTUAL TABLE m USING app_module(one, "it''s two")');
"""
ROWS = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2"


def order(a, b):
    return (a < b) - (a > b)


@contextlib.contextmanager
def application(database):
    """A connection that has what the schema names, but for the module."""
    with contextlib.closing(sqlite3.connect(database.path)) as db:
        db.create_collation("app_order", order)
        db.create_collation("app_other", order)
        db.create_function("app_key", 1, lambda value: value, deterministic=True)
        yield db


@pytest.fixture
def made(new_sqlite):
    database = new_sqlite()
    with application(database) as db:
        db.executescript(SCHEMA)
    return database


def test_loaded_elsewhere(made, new_sqlite, schemafs, tmp_path):
    for number, source in enumerate((made.target, tmp_path / "tree")):
        schemafs("pull", made.target, tmp_path / "tree")
        copy = new_sqlite()
        with contextlib.closing(sqlite3.connect(copy.path)) as other:
            before = other.execute("PRAGMA schema_version").fetchone()
            said = schemafs("push", source, copy.target)
            assert "H73" in said.stderr and "app_module" in said.stderr
            assert other.execute("PRAGMA schema_version").fetchone() != before
        assert copy.rows(ROWS) == made.rows(ROWS)
        schemafs("diff", made.target, copy.target)
        schemafs("pull", copy.target, tmp_path / f"again{number}")
        schemafs("diff", tmp_path / f"again{number}", tmp_path / "tree")
        with application(copy) as db:
            db.executemany("INSERT INTO t (a, b) VALUES (?, ?)", [("x", "1"), ("y", "2"), ("a", "3")])
            assert [row[0] for row in db.execute("SELECT a FROM t ORDER BY a")] == ["y", "x", "a"]
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_no_order_is_made_up_for_rows(made, schemafs, tmp_path):
    with application(made) as db:
        db.execute("INSERT INTO t (a, b) VALUES ('x', '1'), ('y', '2')")
        db.commit()
    before = made.rows(ROWS)
    schemafs("pull", made.target, tmp_path / "tree")
    file = tmp_path / "tree/schema/main/tables/t.sql"
    file.write_text(file.read_text() + "CREATE INDEX more ON t (a, b);\n")
    said = schemafs("push", tmp_path / "tree", made.target, code=2)
    assert "app_order" in said.stderr
    assert made.rows(ROWS) == before
    with application(made) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_dropped(made, schemafs, tmp_path):
    """What its module kept is shown, and goes when its file goes."""
    with contextlib.closing(sqlite3.connect(made.path)) as db:
        db.execute("CREATE TABLE m_node (a)")
        db.execute("CREATE TABLE memory (a)")
    schemafs("pull", made.target, tmp_path / "tree")
    for name in ("tables/m", "tables/m_node", "views/v", "triggers/v.g"):
        (tmp_path / f"tree/schema/main/{name}.sql").unlink()
    schemafs("push", "--apply=all", tmp_path / "tree", made.target)
    names = [row[1] for row in made.rows(ROWS)]
    assert "m" not in names and "m_node" not in names and "memory" in names
    with application(made) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_saved_on_a_mount(made, mount):
    with mount(made.target, "apply=all") as place:
        file = place / "schema/main/tables/m2.sql"
        file.write_text("CREATE VIRTUAL TABLE m2 USING app_module(x)")
        assert file.read_text() == "CREATE VIRTUAL TABLE m2 USING app_module(x);\n"
        assert ("m2",) in made.rows("SELECT name FROM sqlite_schema")
        file.unlink()
        end = time.monotonic() + 10  # a removal waits for a text to come in its place
        while ("m2",) in made.rows("SELECT name FROM sqlite_schema"):
            assert time.monotonic() < end
            time.sleep(0.05)
