# SPDX-License-Identifier: MIT
"""Tables that are made anew: every row stays, of the table and of all that refer to it."""

import contextlib
import json
import sqlite3
import subprocess
import time

import pytest

PARENT = """
CREATE TABLE parent (
    id INTEGER PRIMARY KEY,
    name TEXT,
    age INTEGER,
    note VARCHAR(20) DEFAULT 'x'
{constraints});
"""

CHILDREN = """
CREATE TABLE child (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE grandchild (
    id INTEGER PRIMARY KEY,
    child_id INTEGER REFERENCES child (id) ON DELETE CASCADE
);
CREATE TABLE loose (parent_id INTEGER REFERENCES parent ON DELETE SET NULL);
CREATE INDEX parent_name ON parent (name);
CREATE VIEW named AS SELECT p.name, c.id FROM parent AS p JOIN child AS c ON c.parent_id = p.id;
CREATE TRIGGER parent_touch AFTER UPDATE ON parent BEGIN
    UPDATE parent SET note = 'touched' WHERE id = new.id;
END;
CREATE TRIGGER child_touch AFTER INSERT ON child BEGIN
    UPDATE parent SET note = 'has a child' WHERE id = new.parent_id;
END;
"""

ROWS = """
PRAGMA foreign_keys = ON;
INSERT INTO parent (id, name, age) VALUES (1, 'ada', 36), (5, 'bob', 40), (9, 'cy', NULL);
INSERT INTO child (parent_id) VALUES (1), (5), (5), (9);
DELETE FROM child WHERE id = 4;
INSERT INTO grandchild VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO loose VALUES (1), (5), (NULL);
"""

TABLES = ("parent", "child", "grandchild", "loose")

BEFORE = PARENT.format(constraints="")

# What no ALTER TABLE of SQLite can do: each makes the table anew.
REASONS = {
    "check": BEFORE.replace("\n);", ",\n    CHECK (age > 0)\n);"),
    "check of its own name": BEFORE.replace("\n);", ",\n    CHECK (parent.age > 0)\n);"),
    "not null": BEFORE.replace("name TEXT", "name TEXT NOT NULL"),
    "default": BEFORE.replace("age INTEGER", "age INTEGER DEFAULT 7"),
    "default gone": BEFORE.replace(" DEFAULT 'x'", ""),
    "type": BEFORE.replace("age INTEGER", "age TEXT"),
    "unique": BEFORE.replace("name TEXT", "name TEXT UNIQUE"),
    "collation": BEFORE.replace("name TEXT", "name TEXT COLLATE NOCASE"),
    "foreign key": BEFORE.replace("age INTEGER", "age INTEGER REFERENCES other"),
    "autoincrement": BEFORE.replace("PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT"),
    "strict": BEFORE.replace("VARCHAR(20)", "TEXT").replace("\n);", "\n) STRICT;"),
    "without rowid": BEFORE.replace("\n);", "\n) WITHOUT ROWID;"),
    "stored column": BEFORE.replace("\n);", ",\n    twice INTEGER AS (age * 2) STORED\n);"),
    "moving default": BEFORE.replace("\n);", ",\n    at TEXT DEFAULT CURRENT_TIMESTAMP\n);"),
    "conflict clause": BEFORE.replace("name TEXT", "name TEXT NOT NULL ON CONFLICT IGNORE"),
}


def content(db, tables=TABLES):
    return {table: sorted(db.rows(f"SELECT * FROM {table}")) for table in tables[1:]} | {
        "parent": db.rows("SELECT id, name, CAST(age AS TEXT), note FROM parent ORDER BY id")
    }


@pytest.fixture
def family(new_sqlite):
    db = new_sqlite()
    db.run("CREATE TABLE other (id INTEGER PRIMARY KEY);" + BEFORE + CHILDREN + ROWS)
    db.run("INSERT INTO other VALUES (36), (40)")
    return db


@pytest.fixture
def wanted(tmp_path):
    def write(parent):
        path = tmp_path / "wanted.sql"
        path.write_text("CREATE TABLE other (id INTEGER PRIMARY KEY);" + parent + CHILDREN)
        return path

    return write


@pytest.mark.parametrize("reason", REASONS)
def test_no_row_is_lost(schemafs, family, wanted, reason):
    before = content(family)
    schemafs("push", wanted(REASONS[reason]), family.target)
    assert content(family) == before
    assert family.rows("PRAGMA foreign_key_check") == []
    assert family.rows("PRAGMA integrity_check") == [("ok",)]
    assert family.rows("SELECT name FROM sqlite_schema WHERE name LIKE '\\_\\_%' ESCAPE '\\'") == []
    schemafs("diff", family.target, wanted(REASONS[reason]))


@pytest.mark.parametrize("reason", REASONS)
def test_and_back_again(schemafs, family, wanted, reason):
    before = content(family)
    start = family.dump()
    schemafs("push", wanted(REASONS[reason]), family.target)
    schemafs("push", "--apply=all", wanted(BEFORE), family.target)
    assert content(family) == before
    # An added column goes by ALTER TABLE, which leaves the text as SQLite makes it.
    if "column" not in reason and "moving" not in reason:
        assert sorted(family.dump().split(";")) == sorted(start.split(";"))
    schemafs("diff", family.target, wanted(BEFORE))


@pytest.mark.parametrize("reason", REASONS)
def test_the_plan_alone_keeps_rows_too(schemafs, family, wanted, reason):
    """What diff prints can be run by hand."""
    before = content(family)
    plan = schemafs("diff", family.target, wanted(REASONS[reason]), code=1).stdout
    family.run("PRAGMA foreign_keys = ON;\n" + plan)
    assert content(family) == before
    schemafs("diff", family.target, wanted(REASONS[reason]))


def parts(db):
    """The schema, in whatever order its parts were made."""
    return tuple(sorted(part.strip() for part in db.dump().split(";\n")))


def test_killed_on_the_way(schemafs, new_sqlite, wanted, tmp_path):
    """Whenever it dies the database is as before or as asked, and the next push finishes."""
    db = new_sqlite()
    db.run("CREATE TABLE other (id INTEGER PRIMARY KEY);" + BEFORE + CHILDREN)
    db.run(
        """PRAGMA foreign_keys = ON;
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO parent SELECT i, printf('%0100d', i), i, 'x' FROM n;
        INSERT INTO child (parent_id) SELECT id FROM parent;
        INSERT INTO grandchild SELECT id, id FROM child;"""
    )
    counts = "SELECT (SELECT count(*) FROM parent), (SELECT count(*) FROM child), (SELECT count(*) FROM grandchild)"
    forth, back = wanted(REASONS["check"]), tmp_path / "back.sql"
    back.write_text("CREATE TABLE other (id INTEGER PRIMARY KEY);" + BEFORE + CHILDREN)
    before = parts(db)
    start = time.monotonic()
    schemafs("push", forth, db.target)
    took, after = time.monotonic() - start, parts(db)
    outcomes = set()
    for part in (2, 4, 5, 6, 7):
        schemafs("push", back, db.target)
        with subprocess.Popen(
            [schemafs.binary, "push", str(forth), db.target], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(took * part / 8)
            process.kill()
        assert db.rows(counts) == [("20000", "20000", "20000")]
        outcomes.add(parts(db))
        assert outcomes <= {before, after}
        schemafs("push", forth, db.target)
    assert before in outcomes
    assert db.rows("PRAGMA integrity_check") == [("ok",)]


def test_what_only_checks_is_not_shown(schemafs, family, wanted, mount):
    """Statements that ask whether views and triggers work on are run, and in no text."""
    smaller = wanted(BEFORE.replace("age INTEGER,", ""))
    plan = schemafs("diff", family.target, smaller, code=1).stdout
    assert "LIMIT 0" not in plan and "EXPLAIN" not in plan
    with mount(family.target, "apply=all") as place:
        file = place / "schema/main/tables/parent.sql"
        file.write_text(file.read_text().replace("    age INTEGER,\n", ""))
        assert "EXPLAIN" not in (place / "log").read_text()
    schemafs("diff", family.target, smaller)


@pytest.mark.parametrize("reason", ["check", "check of its own name", "autoincrement"])
def test_the_plan_in_a_transaction_with_foreign_keys(schemafs, family, wanted, reason):
    """There they can not be turned off: the plan itself stops before it does harm."""
    before, start = content(family), family.dump()
    plan = schemafs("diff", family.target, wanted(REASONS[reason]), code=1).stdout
    with pytest.raises(AssertionError, match="foreign keys are on"):
        family.run("PRAGMA foreign_keys = ON; BEGIN;\n" + plan + "COMMIT;")
    assert content(family) == before
    assert family.dump() == start


def test_triggers_and_views_work_on(schemafs, family, wanted):
    schemafs("push", wanted(REASONS["check"]), family.target)
    family.run("UPDATE parent SET note = 'x'; UPDATE parent SET age = 41; INSERT INTO child (parent_id) VALUES (9);")
    assert family.rows("SELECT note FROM parent ORDER BY id") == [
        ("touched",), ("touched",), ("touched",)
    ]
    assert len(family.rows("SELECT * FROM named")) == 4
    with contextlib.closing(sqlite3.connect(family.path)) as db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("DELETE FROM parent WHERE id = 5")
        db.commit()
    assert family.rows("SELECT count(*) FROM child") == [("2",)]
    with pytest.raises(AssertionError, match="CHECK constraint failed"):
        family.run("UPDATE parent SET age = 0")


def test_numbers_are_never_given_twice(schemafs, new_sqlite, tmp_path):
    db = new_sqlite()
    db.run(
        "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT);"
        "CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT, CHECK (b.n <> ''));"
        "INSERT INTO a (n) VALUES ('x'), ('y'), ('z'); DELETE FROM a WHERE id > 1;"
        "INSERT INTO b (n) VALUES ('x'), ('y'), ('z'); DELETE FROM b;"
    )
    after = tmp_path / "after.sql"
    after.write_text(
        "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT NOT NULL);"
        "CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT NOT NULL, CHECK (b.n <> ''));"
    )
    schemafs("push", after, db.target)
    db.run("INSERT INTO a (n) VALUES ('new'); INSERT INTO b (n) VALUES ('new');")
    assert db.rows("SELECT id, n FROM a ORDER BY id") == [("1", "x"), ("4", "new")]
    assert db.rows("SELECT id FROM b") == [("4",)]
    assert db.rows("SELECT name, seq FROM sqlite_sequence ORDER BY 1") == [("a", "4"), ("b", "4")]


def test_rowids_stay(schemafs, new_sqlite, tmp_path):
    db = new_sqlite()
    db.run(
        "CREATE TABLE t (a TEXT, rowid TEXT); INSERT INTO t (_rowid_, a) VALUES (7, 'x'), (3, 'y');"
        "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (70, 'x'), (30, 'y');"
    )
    after = tmp_path / "after.sql"
    after.write_text(
        "CREATE TABLE t (a TEXT NOT NULL, rowid TEXT);"
        "CREATE TABLE u (id TEXT PRIMARY KEY, a TEXT);"
    )
    schemafs("push", after, db.target)
    assert db.rows("SELECT _rowid_, a FROM t ORDER BY 1") == [("3", "y"), ("7", "x")]
    assert db.rows("SELECT rowid, id, typeof(id) FROM u ORDER BY 1") == [
        ("30", "30", "text"), ("70", "70", "text")
    ]


def test_new_columns_have_their_defaults(schemafs, new_sqlite, tmp_path):
    """A name that is unknown in double quotes is a string to SQLite: it must not be copied."""
    db = new_sqlite()
    db.run("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 2);")
    after = tmp_path / "after.sql"
    after.write_text(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT DEFAULT 'none', a INTEGER NOT NULL,"
        " twice INTEGER GENERATED ALWAYS AS (a * 2) STORED, later TEXT);"
    )
    schemafs("push", after, db.target)
    assert db.rows("SELECT body, a, twice, later FROM t") == [("none", "2", "4", "")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("name TEXT", "name TEXT NOT NULL"), "NOT NULL constraint failed: t.name"),
        (("age INTEGER", "age INTEGER UNIQUE"), "UNIQUE constraint failed: t.age"),
        (("age INTEGER", "age INTEGER CHECK (age > 40)"), "CHECK constraint failed"),
        (("age INTEGER", "age INTEGER REFERENCES other (id)"), "foreign key violated"),
        (("age INTEGER", "age INTEGER, more TEXT NOT NULL"), "NOT NULL"),
    ],
)
def test_what_rows_contradict_fails_cleanly(schemafs, new_sqlite, tmp_path, change, told):
    db = new_sqlite()
    table = "CREATE TABLE t (name TEXT, age INTEGER, fill TEXT DEFAULT 'f');"
    other = "CREATE TABLE other (id INTEGER PRIMARY KEY);"
    db.run(table + other + "INSERT INTO t (name, age) VALUES (NULL, 36), ('b', 36);")
    start, rows = db.dump(), db.rows("SELECT rowid, * FROM t")
    after = tmp_path / "after.sql"
    after.write_text(table.replace(*change) + other)
    done = schemafs("push", "--apply=all", after, db.target, code=2)
    assert told in done.stderr
    assert db.dump() == start
    assert db.rows("SELECT rowid, * FROM t") == rows


KEYED = "CREATE TABLE t (a TEXT{}, b TEXT{}){};"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((" PRIMARY KEY", "", " WITHOUT ROWID"), ("", " PRIMARY KEY", " WITHOUT ROWID"), "51 1"),
        ((" PRIMARY KEY", "", " STRICT"), ("", ", PRIMARY KEY (b, a)", " STRICT"), "51 1"),
        (("", " PRIMARY KEY", ""), ("", " PRIMARY KEY", " WITHOUT ROWID"), "51 1"),
        ((" PRIMARY KEY", "", ""), ("", ", c INT PRIMARY KEY", " WITHOUT ROWID"), "30 2"),
        ((" PRIMARY KEY", "", ""), ("", ", c INT DEFAULT NULL PRIMARY KEY", " STRICT"), "30 2"),
        ((" PRIMARY KEY", "", ""), ("", ", c INTEGER PRIMARY KEY", ""), ""),
        ((" PRIMARY KEY", "", ""), ("", " PRIMARY KEY", ""), ""),
        (("", "", ""), ("", ", c INTEGER PRIMARY KEY", " STRICT"), ""),
        ((" PRIMARY KEY", "", " WITHOUT ROWID"), (" PRIMARY KEY CHECK (a > '')", "", " WITHOUT ROWID"), ""),
    ],
)
def test_a_key_that_takes_no_null_is_told(schemafs, new_sqlite, tmp_path, before, after, told):
    """SQLite alone knows which keys these are: no text says NOT NULL. What is not told works."""
    db = new_sqlite()
    db.run(KEYED.format(*before) + "INSERT INTO t VALUES ('x', NULL), ('y', '1');")
    path = tmp_path / "after.sql"
    path.write_text(KEYED.format(*after))
    plan = json.loads(schemafs("diff", "--json", db.target, path, code=1).stdout)
    words = [hazard["message"] for hazard in plan["hazards"] if hazard["rule"] in ("H30", "H51")]
    start = db.dump()
    done = schemafs("push", "--apply=all", path, db.target, code=2 if told else 0)
    if told:
        rule, rows = told.split()
        assert "NOT NULL constraint failed" in done.stderr and db.dump() == start
        assert len(words) == 1 and "PRIMARY KEY" in words[0] and f" {rows} rows" in words[0]
        assert f"H{rule}" in done.stderr
    else:
        assert words == [] and db.rows("SELECT count(*) FROM t") == [("2",)]


def test_old_violations_are_no_obstacle(schemafs, new_sqlite, tmp_path):
    db = new_sqlite()
    db.run(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);"
        "CREATE TABLE c (p INTEGER REFERENCES p, n TEXT); INSERT INTO c VALUES (99, 'orphan');"
    )
    after = tmp_path / "after.sql"
    after.write_text(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, CHECK (id > 0));"
        "CREATE TABLE c (p INTEGER REFERENCES p, n TEXT NOT NULL);"
    )
    schemafs("push", after, db.target)
    assert db.rows("SELECT * FROM c") == [("99", "orphan")]


def test_a_drop_leaves_the_rows_that_refer(schemafs, family, tmp_path):
    """Not even DROP TABLE of a parent deletes a child's rows: without them it is refused."""
    before = content(family)
    after = tmp_path / "after.sql"
    after.write_text(
        "CREATE TABLE other (id INTEGER PRIMARY KEY);"
        + CHILDREN.split("CREATE INDEX", maxsplit=1)[0]
    )
    done = schemafs("push", "--apply=all", after, family.target, code=2)
    assert "foreign key violated" in done.stderr
    assert content(family) == before
