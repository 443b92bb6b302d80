# SPDX-License-Identifier: MIT
"""A SQLite database with everything in it, out into a tree and into another database."""

import contextlib
import pathlib
import sqlite3

import pytest

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture
def full(new_sqlite):
    database = new_sqlite()
    database.load(HERE / "everything.sql")
    return database


def schema(database):
    """All of it but for statistics, which are data."""
    return database.rows(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema"
        " WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY 1, 2"
    )


def files_of(tree):
    return {
        str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()
    }


def test_round_trip(schemafs, full, new_sqlite, tmp_path):
    copy = new_sqlite()
    schemafs("pull", full.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", copy.target)
    assert schema(copy) == schema(full)
    schemafs("pull", copy.target, tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(tmp_path / "tree")
    schemafs("diff", copy.target, tmp_path / "tree")
    schemafs("diff", full.target, copy.target)


def test_modules_own_tables_are_no_objects(schemafs, full, tmp_path):
    schemafs("pull", full.target, tmp_path / "tree")
    tables = {path.stem for path in (tmp_path / "tree/schema/main/tables").iterdir()}
    assert {"words", "contentless", "outside", "old_words", "boxes", "words_notes"} <= tables
    assert not {"words_data", "words_idx", "old_words_content", "boxes_node", "sqlite_stat1",
                "sqlite_sequence"} & tables


def test_a_shell_prints_the_same_schema(schemafs, full, tmp_path):
    (tmp_path / "dump.sql").write_text(full.dump(), encoding="utf-8")
    schemafs("diff", full.target, tmp_path / "dump.sql")


def test_what_only_the_application_can_open_is_shown(schemafs, new_sqlite, tmp_path):
    """Its functions, its collations, its modules: the text is there, whoever can run it."""
    database = new_sqlite()
    with contextlib.closing(sqlite3.connect(database.path)) as db:
        db.create_function("app_key", 1, lambda value: value, deterministic=True)
        db.create_collation("app_order", lambda a, b: (a > b) - (a < b))
        db.executescript(
            "CREATE TABLE t (a TEXT COLLATE app_order, b AS (app_key(a)), CHECK (app_key(a) > 0));"
            "CREATE INDEX t_key ON t (app_key(a));"
            "CREATE VIEW v AS SELECT app_view(a) FROM t;"
            "PRAGMA writable_schema = ON;"
            "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES"
            " ('table', 'm', 'm', 0, 'CREATE VIRTUAL TABLE m USING app_module(one, two)');"
        )
    schemafs("pull", database.target, tmp_path / "tree")
    schemafs("diff", database.target, tmp_path / "tree")
    read = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "tree/schema/main").rglob("*.sql")}
    assert "app_module(one, two)" in read["m"]
    assert "app_order" in read["t"] and "CREATE INDEX t_key ON t (app_key(a))" in read["t"]
    assert "app_view(a)" in read["v"]
