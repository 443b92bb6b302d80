# SPDX-License-Identifier: MIT
"""Stored texts in and out of files."""

import pytest

TEXTS = [
    "CREATE TABLE t (a TEXT -- a remark\n)",
    "CREATE TABLE \"we;ird 'name'\" (\"a;b\" TEXT DEFAULT ';')",
    "CREATE TABLE [x]]y] (a)".replace("]]", ""),
    "CREATE VIEW v AS SELECT 1 -- the end\n",
    "CREATE TABLE \"\u00fcber\" (\"\u00e4\" TEXT)",
    "CREATE TABLE t (a, b, c AS (a + b) STORED, PRIMARY KEY (a, b)) WITHOUT ROWID",
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b ANY) STRICT",
    "CREATE VIRTUAL TABLE f USING fts5(a, b, content='')",
    "CREATE VIRTUAL TABLE f USING fts4(a, tokenize=porter)",
    "CREATE VIRTUAL TABLE r USING rtree(id, x1, x2)",
    "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\"",
    "CREATE TABLE t (a TEXT CHECK (a GLOB '*''*'), b TEXT AS (only_the_app_has(a)))"
    .replace(", b TEXT AS (only_the_app_has(a))", ""),
]


def schema(db):
    return db.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2")


@pytest.mark.parametrize("text", TEXTS)
def test_round_trip(schemafs, new_sqlite, tmp_path, text):
    one, two = new_sqlite(), new_sqlite()
    one.run(text + ";")
    schemafs("pull", one.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", two.target)
    assert schema(one) == schema(two)
    schemafs("diff", two.target, tmp_path / "tree")


def test_corpora(schemafs, new_sqlite, tmp_path, corpora):
    for folder in sorted((corpora / "sqlite").iterdir()):
        one, two = new_sqlite(), new_sqlite()
        one.load(folder / "schema.sql")
        tree = tmp_path / folder.name
        schemafs("pull", one.target, tree)
        schemafs("push", tree, two.target)
        assert schema(one) == schema(two), folder.name
        schemafs("diff", two.target, tree)
        schemafs("diff", two.target, folder / "schema.sql")
        # What a shell prints loads as well, SQLite's own and modules' tables in it.
        dump = tmp_path / "dump.sql"
        dump.write_text(one.shell(".schema"))
        schemafs("diff", two.target, dump)


def test_what_is_nobodys(schemafs, sqlite_db, tmp_path):
    sqlite_db.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); CREATE INDEX i ON t (a);"
        "INSERT INTO t (a) VALUES (1); ANALYZE;"
        "CREATE VIRTUAL TABLE f USING fts5(a); CREATE TABLE f_notes (a);"
        'CREATE TABLE "__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text, created_at numeric);'
    )
    schemafs("pull", sqlite_db.target, tmp_path / "tree")
    files = {path.name for path in (tmp_path / "tree").rglob("*.sql")}
    assert files == {"t.sql", "f.sql", "f_notes.sql"}
    after = tmp_path / "after.sql"
    after.write_text("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a);")
    schemafs("push", "--apply=all", after, sqlite_db.target)
    names = {row[0] for row in sqlite_db.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert {"sqlite_sequence", "sqlite_stat1", "__drizzle_migrations", "t"} == names


def test_any_order(schemafs, new_sqlite, tmp_path):
    path = tmp_path / "schema.sql"
    path.write_text(
        "PRAGMA foreign_keys = OFF; BEGIN;\n"
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;\n"
        "CREATE INDEX i ON t (a);\nCREATE VIEW v AS SELECT * FROM t;\n"
        "CREATE TRIGGER h INSTEAD OF INSERT ON v BEGIN SELECT 1; END;\n"
        "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\nCOMMIT;\n"
    )
    db = new_sqlite()
    schemafs("push", path, db.target)
    assert len(schema(db)) == 5
    assert db.rows("SELECT * FROM t") == []


def test_many_tables(schemafs, new_sqlite, tmp_path):
    """Spread over several scratch databases."""
    path = tmp_path / "schema.sql"
    text = "".join(
        f"CREATE INDEX i{n} ON t{n} (a); CREATE TRIGGER g{n} AFTER INSERT ON t{n} BEGIN SELECT 1;"
        f" END; CREATE TABLE t{n} (a, CHECK (a > {n}));\n"
        for n in range(350)
    )
    path.write_text(text)
    db = new_sqlite()
    schemafs("push", path, db.target)
    assert len(schema(db)) == 3 * 350
    schemafs("diff", db.target, path)
    path.write_text(text + "CREATE TABLE T7 (a);")
    done = schemafs("diff", db.target, path, code=2)
    assert "schema.sql:351:1: there is already another table or view named t7" in done.stderr


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("CREATE TABLE t (\n  a TEXT,\n  b TEXT NOT\n);", "4:1", "syntax error"),
        ("CREATE TABLE t (a);\nCREATE INDEX i ON t (nope);", "2:22", "no such column: nope"),
        ("CREATE TABLE t (a);\nCREATE TABLE t (b);", "2:1", "there is already another table"),
        ("CREATE TABLE aux.t (a);", "1:14", "no schema but main"),
        ("ATTACH 'x' AS y;", "1:1", "attach"),
        ("CREATE TABEL t (a);", "1:", "syntax error"),
        ("\u00e4\u00f6 CREATE TABLE t (a);", "1:1", "syntax error"),
    ],
)
def test_errors_have_a_place(schemafs, sqlite_db, tmp_path, text, place, told):
    path = tmp_path / "schema.sql"
    path.write_text(text)
    done = schemafs("diff", sqlite_db.target, path, code=2)
    assert told in done.stderr
    assert f"schema.sql:{place}" in done.stderr


def test_functions_that_only_an_application_has(schemafs, sqlite_db, tmp_path):
    path = tmp_path / "schema.sql"
    path.write_text(
        "CREATE TABLE t (a TEXT, b AS (app_value(a)), CHECK (app_check(a, 1)));"
        "CREATE INDEX i ON t (app_key(a));\nCREATE VIEW v AS SELECT app_view(a) FROM t;"
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT app_trigger(new.a); END;"
    )
    schemafs("push", path, sqlite_db.target)
    assert len(schema(sqlite_db)) == 4
    schemafs("diff", sqlite_db.target, path)


def test_functions_that_are_not_marked_harmless(schemafs, sqlite_db, tmp_path):
    """SQLite 3.40 does not count its JSON functions among those that a schema may always call."""
    sqlite_db.run("CREATE TABLE t (a); CREATE INDEX t_name ON t (json_extract(a, '$.name'));")
    schemafs("pull", sqlite_db.target, tmp_path / "tree")
    file = tmp_path / "tree/schema/main/tables/t.sql"
    file.write_text(file.read_text(encoding="utf-8").replace("$.name", "$.title"), encoding="utf-8")
    schemafs("push", tmp_path / "tree", sqlite_db.target)
    assert "$.title" in sqlite_db.rows("SELECT sql FROM sqlite_schema WHERE name = 't_name'")[0][0]


def test_a_value_is_never_made_up(schemafs, sqlite_db, tmp_path):
    """A rebuild can not compute what only the application can: it says so."""
    sqlite_db.run("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');")
    path = tmp_path / "schema.sql"
    path.write_text("CREATE TABLE t (a TEXT NOT NULL, b AS (app_value(a)) STORED);")
    done = schemafs("push", path, sqlite_db.target, code=2)
    assert "function app_value() is known to an application alone" in done.stderr
    assert sqlite_db.rows("SELECT * FROM t") == [("x",)]


def test_what_migrations_do_on_the_way(schemafs, new_sqlite, tmp_path):
    path = tmp_path / "migrations.sql"
    path.write_text(
        "CREATE TABLE t (a TEXT);--> statement-breakpoint\n"
        "PRAGMA foreign_keys=OFF;--> statement-breakpoint\n"
        "CREATE TEMPORARY TABLE keep AS SELECT * FROM t;--> statement-breakpoint\n"
        "CREATE TABLE `__new_t` (`a` text NOT NULL);--> statement-breakpoint\n"
        "INSERT INTO `__new_t`(\"a\") SELECT \"a\" FROM `t`;--> statement-breakpoint\n"
        "DROP TABLE `t`; ALTER TABLE `__new_t` RENAME TO `t`; DROP TABLE temp.keep;\n"
        "ALTER TABLE t ADD b integer; ALTER TABLE t RENAME COLUMN b TO c;\n"
    )
    db = new_sqlite()
    schemafs("push", path, db.target)
    assert db.rows("SELECT name, \"notnull\" FROM pragma_table_info('t')") == [
        ("a", "1"), ("c", "0")
    ]
    assert len(schema(db)) == 1
