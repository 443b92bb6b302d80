# SPDX-License-Identifier: MIT
"""From one schema to another and back, with rows: what SQLite's ALTER TABLE does not know."""

import pytest

# name: (before, after, rows that stay). The way back goes to a tree, with the rows that are there.
CASES = {
    "generated columns": (
        """CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED, c TEXT);
        CREATE INDEX tb ON t (b); INSERT INTO t (a, c) VALUES (1, 'x'), (2, 'y');""",
        """CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 3) VIRTUAL, c TEXT,
        d TEXT AS (upper(c)) STORED); CREATE INDEX tb ON t (b, d);""",
        "SELECT a, c FROM t",
    ),
    "a column becomes generated": (
        "CREATE TABLE t (a INT, b INT, c INT); INSERT INTO t VALUES (1, 2, 3);",
        "CREATE TABLE t (a INT, b INT AS (a + 1), c INT NOT NULL DEFAULT 4);",
        "SELECT a, c FROM t",
    ),
    "keys change": (
        """CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, k TEXT UNIQUE, n INT);
        CREATE TABLE r (k TEXT REFERENCES t (k) ON DELETE CASCADE, id INT REFERENCES t ON DELETE CASCADE);
        INSERT INTO t VALUES (7, 'a', 1), (9, 'b', 2); INSERT INTO r VALUES ('a', 7), ('b', 9);""",
        """CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT NOT NULL, n INT UNIQUE, UNIQUE (k, n));
        CREATE TABLE r (k TEXT, id INT REFERENCES t ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED);""",
        "SELECT t.*, r.id FROM t JOIN r USING (id) ORDER BY 1",
    ),
    "without rowid and strict": (
        """CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER, c BLOB); INSERT INTO t VALUES ('x', 1, x'00ff');
        CREATE TABLE s (a INT, b ANY) STRICT; INSERT INTO s VALUES (1, 'q');""",
        """CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER, c BLOB) WITHOUT ROWID;
        CREATE TABLE s (a INTEGER, b ANY, c TEXT DEFAULT (1 + 2));""",
        "SELECT t.a, t.b, hex(t.c), s.a, s.b FROM t, s",
    ),
    "expression and partial indexes": (
        """CREATE TABLE t (a TEXT, b INT, c INT); INSERT INTO t VALUES ('A', 1, NULL);
        CREATE UNIQUE INDEX i1 ON t (lower(a)) WHERE b > 0; CREATE INDEX i2 ON t (a COLLATE NOCASE DESC);""",
        """CREATE TABLE t (a TEXT COLLATE NOCASE, b INT, c INT CHECK (c IS NULL OR c > 0));
        CREATE UNIQUE INDEX i1 ON t (upper(a), b + 1) WHERE c IS NULL; CREATE INDEX i2 ON t (a);""",
        "SELECT * FROM t",
    ),
    "views over views over a rebuilt table": (
        """CREATE TABLE t (a INT, b TEXT); INSERT INTO t VALUES (1, 'x'); CREATE VIEW v AS SELECT a, b FROM t;
        CREATE VIEW w AS SELECT a + 1 AS n FROM v; CREATE VIEW x AS WITH c AS (SELECT n FROM w) SELECT * FROM c;
        CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new.b); END;""",
        """CREATE TABLE t (a INT NOT NULL, c TEXT DEFAULT 'q'); CREATE VIEW v AS SELECT a, c AS b FROM t;
        CREATE VIEW w AS SELECT a + 2 AS n FROM v; CREATE VIEW x AS WITH c AS (SELECT n FROM w) SELECT n, 1 AS one FROM c;
        CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new.b); END;""",
        "SELECT a FROM t",
    ),
    "triggers on other tables": (
        """CREATE TABLE t (a INT, b INT); CREATE TABLE log (x INT, y INT); INSERT INTO t VALUES (1, 2);
        CREATE TRIGGER t1 AFTER UPDATE OF a ON t WHEN old.a <> new.a BEGIN INSERT INTO log VALUES (old.a, new.a); END;
        CREATE TRIGGER l1 BEFORE DELETE ON log BEGIN UPDATE t SET b = b + 1; END;""",
        """CREATE TABLE t (a TEXT, b INT, CHECK (b > 0)); CREATE TABLE log (x INT, z INT);
        CREATE TRIGGER t1 AFTER UPDATE OF b ON t BEGIN INSERT INTO log VALUES (old.a, new.b); END;
        CREATE TRIGGER l1 AFTER DELETE ON log BEGIN UPDATE t SET b = b + 2; END;""",
        "SELECT b FROM t",
    ),
    "a table, a view and an index change places": (
        """CREATE TABLE base (a INT); INSERT INTO base VALUES (1); CREATE TABLE x (a INT); CREATE VIEW y AS SELECT a FROM base;
        CREATE INDEX z ON base (a);""",
        """CREATE TABLE base (a INT); CREATE VIEW x AS SELECT a FROM base; CREATE TABLE y (a INT); CREATE TABLE z (a INT);""",
        "SELECT a FROM base",
    ),
    "tables that refer to each other": (
        """CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b ON DELETE CASCADE);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a ON DELETE CASCADE);
        INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1);""",
        """CREATE TABLE a (id INTEGER PRIMARY KEY, b INT NOT NULL REFERENCES b);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a INT NOT NULL REFERENCES a, n TEXT DEFAULT 'n', self INT REFERENCES b);""",
        "SELECT a.*, b.id, b.a FROM a, b",
    ),
    "names that need quotes": (
        """CREATE TABLE "we ird" ("a b" INT, "select" TEXT, "q""x" INT); INSERT INTO "we ird" VALUES (1, 'x', 2);
        CREATE INDEX "i x" ON "we ird" ("select"); CREATE VIEW "v v" AS SELECT "a b" FROM "we ird";""",
        """CREATE TABLE "we ird" ("a b" INT NOT NULL, "select" TEXT COLLATE NOCASE, "q""x" INT DEFAULT 1, [new one] INT);
        CREATE INDEX "i x" ON "we ird" ("select" DESC); CREATE VIEW "v v" AS SELECT "a b", "q""x" FROM "we ird";""",
        'SELECT "a b", "select" FROM "we ird"',
    ),
    "columns come, go and move": (
        "CREATE TABLE t (a INT, b INT, c INT, d INT); CREATE INDEX i ON t (b, c); INSERT INTO t VALUES (1, 2, 3, 4);",
        "CREATE TABLE t (d INT, e TEXT NOT NULL DEFAULT 'e', a INT); CREATE INDEX i ON t (e);",
        "SELECT a, d FROM t",
    ),
    "full text": (
        """CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO doc VALUES (1, 'hello');
        CREATE VIRTUAL TABLE f USING fts5(body, content='doc', content_rowid='id');
        CREATE TRIGGER d AFTER INSERT ON doc BEGIN INSERT INTO f (rowid, body) VALUES (new.id, new.body); END;""",
        """CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT NOT NULL DEFAULT '', title TEXT);
        CREATE VIRTUAL TABLE f USING fts5(body, title, content='doc', content_rowid='id');
        CREATE TRIGGER d AFTER INSERT ON doc BEGIN INSERT INTO f (rowid, body) VALUES (new.id, new.body); END;""",
        "SELECT id, body FROM doc",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(schemafs, new_sqlite, tmp_path, name):
    before, after, rows = CASES[name]
    db, goal = new_sqlite(), new_sqlite()
    db.run(before)
    goal.run(after)
    schemafs("pull", db.target, tmp_path / "tree")
    kept = db.rows(rows)
    schemafs("push", "--apply=all", goal.target, db.target)
    schemafs("diff", db.target, goal.target)
    assert db.rows(rows) == kept
    assert db.rows("PRAGMA foreign_key_check") == [] and db.rows("PRAGMA quick_check") == [("ok",)]
    schemafs("push", "--apply=all", tmp_path / "tree", db.target)
    schemafs("diff", db.target, tmp_path / "tree")
    assert db.rows("PRAGMA foreign_key_check") == [] and db.rows("PRAGMA quick_check") == [("ok",)]
