# SPDX-License-Identifier: MIT
"""Texts that say the same are no difference; those that do not, are."""

import pytest

SAME = [
    ("a TEXT", '"a" text'),
    ("a TEXT", "[a] TEXT /* a remark */"),
    ("a INTEGER DEFAULT 0", "a INTEGER DEFAULT (0)"),
    ("a INTEGER DEFAULT -1", "a INTEGER DEFAULT (-1)"),
    ("a INTEGER DEFAULT 0 NOT NULL", "a INTEGER NOT NULL DEFAULT 0"),
    ("a DECIMAL(10, 2)", "a decimal ( 10,2 )"),
    ("a INTEGER CHECK (a > 0)", "a INTEGER, CHECK (a>0)"),
    ("a INTEGER, CHECK (a > 0)", "a INTEGER, CHECK (t.a > 0)"),
    ("a INTEGER, CHECK (a != 0)", "a INTEGER, CHECK (a <> 0)"),
    ("a INTEGER UNIQUE", "a INTEGER, UNIQUE (a)"),
    ("a INTEGER PRIMARY KEY", "a INTEGER, PRIMARY KEY (a)"),
    ("a INTEGER REFERENCES p (id)", "a INTEGER, FOREIGN KEY (a) REFERENCES p (id)"),
    (
        "a INTEGER REFERENCES p (id) ON DELETE CASCADE ON UPDATE NO ACTION",
        "a INTEGER REFERENCES P (ID) ON UPDATE no action ON DELETE cascade NOT DEFERRABLE",
    ),
    ("a TEXT, b TEXT", "b TEXT, a TEXT"),
    ("a TEXT, b AS (upper(a))", "a TEXT, b GENERATED ALWAYS AS (UPPER( a )) VIRTUAL"),
    ("a TEXT NULL", "a TEXT"),
    ("a TEXT, UNIQUE (a) CHECK (a > 1)", "a TEXT, CHECK (a > 1), UNIQUE (a ASC)"),
    ("a TEXT COLLATE nocase", "a TEXT COLLATE NOCASE"),
    ("a TEXT CHECK (\"A\" IN ('x', 'Y'))", "a TEXT CHECK (a IN ('x', 'Y'))"),
    ("'a' TEXT, `b c` TEXT", 'a TEXT, "b c" TEXT'),
]

DIFFERENT = [
    ("a TEXT", "a INTEGER"),
    ("a TEXT", "a TEXT NOT NULL"),
    ("a TEXT NOT NULL", "a TEXT NOT NULL ON CONFLICT REPLACE"),
    ("a TEXT DEFAULT 'x'", "a TEXT DEFAULT 'X'"),
    ("a TEXT CHECK (a = 'x')", "a TEXT CHECK (a = 'X')"),
    ('a TEXT CHECK (a = "x y")', 'a TEXT CHECK (a = "X Y")'),
    ("a INTEGER PRIMARY KEY", "a INTEGER PRIMARY KEY AUTOINCREMENT"),
    ("a INTEGER PRIMARY KEY", "a INTEGER PRIMARY KEY DESC"),
    ("a INTEGER UNIQUE", "a INTEGER UNIQUE ON CONFLICT IGNORE"),
    ("a INTEGER REFERENCES p", "a INTEGER REFERENCES p ON DELETE CASCADE"),
    ("a INTEGER REFERENCES p", "a INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED"),
    ("a INTEGER REFERENCES p", "a INTEGER REFERENCES q"),
    ("a TEXT COLLATE NOCASE", "a TEXT"),
    ("a, b AS (a) STORED", "a, b AS (a)"),
    ("a, CHECK (a - -1)", "a, CHECK (a + 1)"),
    ("a, UNIQUE (a)", "a, UNIQUE (a), CHECK (a)"),
    ("a, b, UNIQUE (a, b)", "a, b, UNIQUE (b, a)"),
]


def compare(schemafs, new_sqlite, tmp_path, one, other, code):
    a, b = new_sqlite(), new_sqlite()
    a.run(one)
    b.run(other)
    schemafs("diff", a.target, b.target, code=code)
    if code:
        schemafs("push", "--apply=all", b.target, a.target)
        schemafs("diff", a.target, b.target)
        path = tmp_path / "b.sql"
        path.write_text(other)
        schemafs("diff", a.target, path)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(schemafs, new_sqlite, tmp_path, one, other):
    compare(
        schemafs, new_sqlite, tmp_path, f"CREATE TABLE t ({one});", f'create table "t"({other});', 0
    )


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(schemafs, new_sqlite, tmp_path, one, other):
    compare(
        schemafs, new_sqlite, tmp_path, f"CREATE TABLE t ({one});", f"CREATE TABLE t ({other});", 1
    )
    compare(
        schemafs, new_sqlite, tmp_path, f"CREATE TABLE t ({other});", f"CREATE TABLE t ({one});", 1
    )


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("CREATE INDEX i ON t (a)", 'create index "i" on "t" ( A ) -- why', 0),
        ("CREATE INDEX i ON t (a)", "CREATE UNIQUE INDEX i ON t (a)", 1),
        ("CREATE INDEX i ON t (a) WHERE b", "CREATE INDEX i ON t (a)", 1),
        ("CREATE INDEX i ON t (a)", "CREATE INDEX i ON u (a)", 1),
        ("CREATE VIEW v AS SELECT a FROM t", "CREATE VIEW v AS select `a`\nfrom t -- all", 0),
        ("CREATE VIEW v AS SELECT a AS b FROM t", "CREATE VIEW v AS SELECT a AS B FROM t", 1),
        ("CREATE VIEW v AS SELECT 'x'", "CREATE VIEW v AS SELECT 'X'", 1),
        (
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
            "CREATE TRIGGER g\nafter insert on T begin select 1; end",
            0,
        ),
        (
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
            "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1; END",
            1,
        ),
    ],
)
def test_others(schemafs, new_sqlite, tmp_path, one, other, code):
    tables = "CREATE TABLE t (a, b); CREATE TABLE u (a, b);"
    compare(schemafs, new_sqlite, tmp_path, f"{tables}{one};", f"{tables}{other}\n;", code)


def test_a_column_that_was_added_in_place(schemafs, sqlite_db, tmp_path):
    sqlite_db.run("CREATE TABLE t (a TEXT /* first */, CHECK (a <> ''));")
    sqlite_db.run("ALTER TABLE t ADD COLUMN b TEXT DEFAULT (0) REFERENCES t (a);")
    path = tmp_path / "after.sql"
    path.write_text("CREATE TABLE t (b TEXT DEFAULT 0 REFERENCES t(a), a TEXT, CHECK (a<>''));")
    schemafs("diff", sqlite_db.target, path)
