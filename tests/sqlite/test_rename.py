# SPDX-License-Identifier: MIT
"""Renames keep rows, and everything that names what is renamed follows."""

import re

import pytest

SCHEMA = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    mail TEXT,
    CONSTRAINT mail_given CHECK ("users"."mail" <> '')
);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id));
CREATE INDEX users_mail ON users (mail);
CREATE VIEW mails AS SELECT mail FROM users;
CREATE TRIGGER users_ai AFTER INSERT ON users BEGIN
    INSERT INTO posts (user_id) VALUES (new.id);
END;
"""


@pytest.fixture
def shop(sqlite_db):
    sqlite_db.run(SCHEMA + "INSERT INTO users VALUES (3, 'ada@example.org');")
    return sqlite_db


def push(schemafs, tmp_path, db, text, *options, code=0):
    path = tmp_path / "after.sql"
    path.write_text(text)
    return schemafs("push", *options, path, db.target, code=code)


def test_a_table_by_a_hint(schemafs, shop, tmp_path):
    text = SCHEMA.replace("users", "people").replace(
        "CREATE TABLE people", "-- renamed from: users\nCREATE TABLE people"
    ).replace("people_", "users_")
    plan = push(schemafs, tmp_path, shop, text).stdout
    assert "RENAME TO people" in plan and "DROP TABLE" not in plan
    assert shop.rows("SELECT * FROM people") == [("3", "ada@example.org")]
    shop.run("INSERT INTO people VALUES (4, 'b')")
    assert shop.rows("SELECT user_id FROM posts") == [("3",), ("4",)]
    schemafs("diff", shop.target, tmp_path / "after.sql")


def test_a_column_by_a_hint(schemafs, shop, tmp_path):
    text = SCHEMA.replace("mail TEXT,", "email TEXT, -- renamed from: mail").replace(
        '"mail"', '"email"'
    ).replace("(mail)", "(email)").replace("SELECT mail", "SELECT email")
    plan = push(schemafs, tmp_path, shop, text).stdout
    assert "RENAME COLUMN mail TO email" in plan and "INSERT INTO" not in plan.split("TRIGGER")[0]
    assert shop.rows("SELECT email FROM mails") == [("ada@example.org",)]


def test_a_column_that_also_changes(schemafs, shop, tmp_path):
    text = SCHEMA.replace("mail TEXT,", "email TEXT NOT NULL, -- renamed from: mail").replace(
        '"mail"', '"email"'
    ).replace("(mail)", "(email)").replace("SELECT mail", "SELECT email")
    push(schemafs, tmp_path, shop, text)
    assert shop.rows("SELECT * FROM users") == [("3", "ada@example.org")]
    # The hint has done its work; what is stored must be true elsewhere, too.
    assert shop.rows("SELECT 1 FROM sqlite_schema WHERE sql LIKE '%renamed%'") == []
    schemafs("diff", shop.target, tmp_path / "after.sql")


def test_names_are_exchanged(schemafs, sqlite_db, tmp_path):
    """Where the two are alike, what was carried out could not be told from what was not: refused."""
    sqlite_db.run("CREATE TABLE a (x TEXT, y TEXT); INSERT INTO a VALUES ('x', 'y');")
    text = "CREATE TABLE a (\n y {}, -- renamed from: x\n x TEXT -- renamed from: y\n);"
    done = push(schemafs, tmp_path, sqlite_db, text.format("TEXT"), "--apply=all", code=2)
    assert "nobody could tell" in done.stderr
    sqlite_db.run("DROP TABLE a; CREATE TABLE a (x TEXT NOT NULL, y TEXT); INSERT INTO a VALUES ('x', 'y');")
    for _ in range(2):
        push(schemafs, tmp_path, sqlite_db, text.format("TEXT NOT NULL"))
        assert sqlite_db.rows("SELECT x, y FROM a") == [("y", "x")]


def test_case_alone_is_a_rename(schemafs, sqlite_db, tmp_path):
    sqlite_db.run("CREATE TABLE Users (Id INTEGER PRIMARY KEY, Name TEXT); INSERT INTO Users VALUES (1, 'a');")
    push(schemafs, tmp_path, sqlite_db, "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);")
    assert sqlite_db.rows("SELECT * FROM users") == [("1", "a")]
    assert sqlite_db.rows("SELECT name FROM pragma_table_info('users')") == [("id",), ("name",)]
    schemafs("diff", sqlite_db.target, tmp_path / "after.sql")


def test_a_broken_view_is_not_in_the_way(schemafs, shop, tmp_path):
    broken = "CREATE VIEW broken AS SELECT missing FROM nowhere;\n"
    strange = "CREATE VIEW strange AS SELECT only_the_app_knows(mail) AS m FROM users;\n"
    shop.run(broken + strange)
    text = SCHEMA.replace("users", "people").replace(
        "CREATE TABLE people", "-- renamed from: users\nCREATE TABLE people"
    ).replace("people_", "users_") + broken + strange.replace("users", "people")
    push(schemafs, tmp_path, shop, text)
    assert shop.rows("SELECT * FROM people") == [("3", "ada@example.org")]
    schemafs("diff", shop.target, tmp_path / "after.sql")


MIXED = """
CREATE TABLE Artist (
    ArtistId INTEGER PRIMARY KEY,
    Name TEXT UNIQUE CHECK ([Name] <> ''),
    UNIQUE (Name, ArtistId)
);
CREATE TABLE Album (Title TEXT, By INTEGER, FOREIGN KEY ([By]) REFERENCES [Artist] ([ArtistId]));
"""


def test_names_in_other_letters(schemafs, sqlite_db, tmp_path):
    """Hints and references may write names in any case; what has no name of its own is not told as dropped."""
    sqlite_db.run(MIXED + "INSERT INTO Artist VALUES (1, 'a'); INSERT INTO Album VALUES ('t', 1);")
    text = (
        MIXED.replace("TABLE Artist", "TABLE Painter")
        .replace("\nCREATE TABLE Painter", "-- renamed from: ARTIST\nCREATE TABLE Painter", 1)
        .replace("Name TEXT", '"order" TEXT')
        .replace("CHECK ([Name] <> ''),", "CHECK (\"order\" <> ''), -- renamed from: name")
        .replace("(Name,", '("order",')
        .replace("[Artist]", "painter")
    )
    push(schemafs, tmp_path, sqlite_db, text, "--dry-run")
    done = push(schemafs, tmp_path, sqlite_db, text)
    assert "H10" not in done.stderr and "H50" not in done.stderr
    assert sqlite_db.rows('SELECT ArtistId, "order" FROM Painter') == [("1", "a")]
    assert sqlite_db.rows("SELECT sql FROM sqlite_schema WHERE name = 'Album' AND sql LIKE '%Painter%'")
    schemafs("diff", sqlite_db.target, tmp_path / "after.sql")


def test_mv_of_what_others_reference(sqlite_db, mount):
    sqlite_db.run(MIXED)
    with mount(sqlite_db.target) as place:
        folder = place / "schema/main/tables"
        (folder / "Artist.sql").rename(folder / "Painter.sql")
        assert '"Painter"' in (folder / "Album.sql").read_text()


def test_mv_of_what_references_itself(sqlite_db, mount):
    sqlite_db.run(
        "CREATE TABLE Tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES [tree] (id), n INTEGER CHECK (tree.n > 0));"
        "CREATE INDEX tree_up ON tree (up) WHERE up > 0; INSERT INTO Tree VALUES (1, 1, 1);"
    )
    with mount(sqlite_db.target) as place:
        folder = place / "schema/main/tables"
        (folder / "Tree.sql").rename(folder / "The wood.sql")
        assert 'REFERENCES "The wood"' in (folder / "The wood.sql").read_text()
    assert sqlite_db.rows("SELECT * FROM pragma_foreign_key_list('The wood')")[0][2] == "The wood"
    assert sqlite_db.rows('SELECT * FROM "The wood"') == [("1", "1", "1")]


ROWIDS = """
CREATE TABLE s (id INTEGER, n INTEGER, PRIMARY KEY (id));
CREATE VIEW v AS SELECT OID AS o, n FROM s;
CREATE VIEW w AS SELECT o FROM v;
CREATE TRIGGER v_ii INSTEAD OF INSERT ON v BEGIN INSERT INTO s VALUES (new.o, new.n); END;
CREATE TRIGGER s_ai AFTER INSERT ON s BEGIN UPDATE s SET n = n + 1 WHERE rowid = new._rowid_; END;
"""


@pytest.mark.parametrize("through", ["push", "mount"])
def test_the_rowid_keeps_its_name(schemafs, sqlite_db, mount, tmp_path, through):
    """To SQLite it is another name of the renamed column, which it writes in its place."""
    sqlite_db.run(ROWIDS + "INSERT INTO v VALUES (5, 1);")
    if through == "push":
        text = ROWIDS.replace("(id)", "(key)").replace("(id INTEGER,", "(key INTEGER, -- renamed from: id\n")
        push(schemafs, tmp_path, sqlite_db, text)
        schemafs("diff", sqlite_db.target, tmp_path / "after.sql")
    else:
        with mount(sqlite_db.target) as place:
            file = place / "schema/main/tables/s.sql"
            text = file.read_text().replace("(id)", "(key)")
            file.write_text(text.replace("(id INTEGER,", "(key INTEGER, -- renamed from: id\n"))
    kept = "SELECT sql FROM sqlite_schema WHERE name <> 's' ORDER BY name"
    written = [line.rstrip(";") for line in ROWIDS.strip().splitlines()[1:]]
    assert sorted(row[0] for row in sqlite_db.rows(kept)) == sorted(written)
    sqlite_db.run("INSERT INTO v VALUES (6, 1)")
    assert sqlite_db.rows("SELECT key, n FROM s") == [("5", "2"), ("6", "2")]


@pytest.mark.parametrize("stale", ["posts", "mails"])
def test_an_old_name_left_in_a_tree_is_refused(schemafs, shop, tmp_path, stale):
    """As PostgreSQL does: a second push would break what the first one has let follow."""
    tree = tmp_path / "tree"
    schemafs("pull", shop.target, tree)
    users = tree / "schema/main/tables/users.sql"
    old, new = ("id", "key") if stale == "posts" else ("mail", "email")
    text = users.read_text().replace(f"    {old} ", f"    {new} ").replace(f"({old})", f"({new})").replace('"mail"', f'"{new}"')
    if stale == "posts":
        text = text.replace('"key" <>', '"mail" <>')
    line = next(line for line in text.splitlines() if line.startswith(f"    {new} "))
    users.write_text(text.replace(line, f"{line} -- renamed from: {old}"))
    done = schemafs("push", tree, shop.target, code=2)
    assert stale in done.stderr and "old name" in done.stderr
    for file in tree.rglob("*.sql"):
        if stale in file.name:
            file.write_text(file.read_text().replace(f"({old})", f"({new})").replace(f"SELECT {old}", f"SELECT {new}"))
    if stale == "posts":
        trigger = next(tree.rglob("*users_ai.sql"))
        trigger.write_text(trigger.read_text().replace("new.id", "new.key"))
    schemafs("push", tree, shop.target)
    schemafs("diff", shop.target, tree)


PROGRAMS = [
    "CREATE TRIGGER user AFTER INSERT ON t BEGIN UPDATE t SET old = 1; END",
    "CREATE TRIGGER user AFTER UPDATE OF old ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER user AFTER INSERT ON other BEGIN DELETE FROM t WHERE old = 1; END",
    "CREATE TRIGGER user AFTER INSERT ON other WHEN (SELECT max(old) FROM t) BEGIN SELECT 1; END",
    "CREATE VIEW user AS SELECT a.old AS x FROM t a JOIN t b USING (old)",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_that_keep_a_columns_old_name_are_refused(schemafs, sqlite_db, tmp_path, program):
    """The tree would not be what the database is then, or the program would not work any more."""
    sqlite_db.run(f"CREATE TABLE t (id INTEGER PRIMARY KEY, old TEXT); CREATE TABLE other (x); {program};")
    tree = tmp_path / "tree"
    schemafs("pull", sqlite_db.target, tree)
    table = tree / "schema/main/tables/t.sql"
    table.write_text(table.read_text().replace("old TEXT", "new TEXT -- renamed from: old\n"))
    before = sqlite_db.run("SELECT sql FROM sqlite_schema")
    done = schemafs("push", "--apply=all", tree, sqlite_db.target, code=2)
    assert "old" in done.stderr and "user" in done.stderr
    assert sqlite_db.run("SELECT sql FROM sqlite_schema") == before
    file = next(tree.rglob("*user.sql"))
    file.write_text(re.sub(r"\bold\b", "new", file.read_text()))
    schemafs("push", "--apply=all", tree, sqlite_db.target)
    schemafs("diff", sqlite_db.target, tree)


@pytest.mark.parametrize("name", ['a"b', "a'b", "`a", '"', "a]b"])
def test_who_refers_to_a_name_with_quotes_is_found(schemafs, sqlite_db, tmp_path, name):
    """In the text of the other table a quote may stand twice."""
    quoted = '"' + name.replace('"', '""') + '"'
    sqlite_db.run(
        f"CREATE TABLE {quoted} (id INTEGER PRIMARY KEY, b TEXT);"
        f"CREATE TABLE other (a INTEGER REFERENCES {quoted} (id) ON DELETE CASCADE);"
    )
    tree = tmp_path / "tree"
    schemafs("pull", sqlite_db.target, tree)
    [table] = [path for path in (tree / "schema/main/tables").iterdir() if path.name != "other.sql"]
    table.write_text(table.read_text().replace("b TEXT", "b TEXT CHECK (b <> 'x')"))
    plan = schemafs("diff", sqlite_db.target, tree, code=1).stdout
    assert "foreign keys are on" in plan, "the plan does not know that rows refer to the table"


TWICE = """
CREATE TABLE t (
    other TEXT,
    id INTEGER{in_place},
    up INTEGER REFERENCES t (id),
    twice INTEGER AS (id * 2) STORED CHECK (id > 0),
    UNIQUE (id){key}
){options};
CREATE TABLE child (t INTEGER REFERENCES t (id) ON DELETE CASCADE, FOREIGN KEY (t) REFERENCES t (id));
CREATE INDEX t_id ON t (id) WHERE id > 1;
CREATE INDEX t_same ON t (other);
CREATE VIEW v AS SELECT id AS shown, twice FROM t;
CREATE TRIGGER t_ai AFTER INSERT ON t WHEN new.id > 2 BEGIN INSERT INTO child VALUES (new.id); END;
CREATE TRIGGER child_ai AFTER INSERT ON child BEGIN UPDATE t SET other = 'child' WHERE id = new.t; END;
"""

REFUSED = [
    {"in_place": " PRIMARY KEY", "key": "", "options": " WITHOUT ROWID"},
    {"in_place": "", "key": ", PRIMARY KEY (id)", "options": ""},
    {"in_place": "", "key": ", PRIMARY KEY (id AUTOINCREMENT)", "options": ""},
    {"in_place": "", "key": ", PRIMARY KEY (id)", "options": " STRICT"},
]


def hinted(text):
    text = re.sub(r"\bid\b", "number", text)
    return re.sub(r"^    number.*", r"\g<0> -- renamed from: id", text, count=1, flags=re.M)


def twice_renamed(parts):
    return hinted(TWICE.format(**parts))


@pytest.mark.parametrize("parts", REFUSED)
@pytest.mark.parametrize("through", ["push", "moved", "mount", "plan"])
def test_a_column_that_sqlite_does_not_rename(schemafs, sqlite_db, mount, tmp_path, parts, through):
    """SQLite may stumble over a key that is said twice: the table is made anew, and all follows."""
    sqlite_db.run(TWICE.format(**parts))
    sqlite_db.run("INSERT INTO t (id, up) VALUES (1, 1), (7, 1), (9, 7); DELETE FROM t WHERE id = 9;")
    sqlite_db.run("DELETE FROM child WHERE t = 9")
    table = "moved" if through == "moved" else "t"
    if through == "mount":
        with mount(sqlite_db.target) as place:
            file = place / "schema/main/tables/t.sql"
            file.write_text(hinted(file.read_text()))
    elif through == "plan":
        path = tmp_path / "after.sql"
        path.write_text(twice_renamed(parts))
        plan = schemafs("diff", sqlite_db.target, path, code=1).stdout
        start = sqlite_db.dump()
        with pytest.raises(AssertionError, match="foreign keys are on"):
            sqlite_db.run(f"PRAGMA foreign_keys = ON; BEGIN;\n{plan}COMMIT;")
        assert sqlite_db.dump() == start
        sqlite_db.run(f"PRAGMA foreign_keys = ON;\n{plan}")
    else:
        text = twice_renamed(parts)
        if table == "moved":
            text = re.sub(r"\b(TABLE|REFERENCES|ON|FROM|UPDATE) t\b", r"\1 moved", text)
            text = text.replace("CREATE TABLE moved", "-- renamed from: t\nCREATE TABLE moved")
        push(schemafs, tmp_path, sqlite_db, text)
    assert sqlite_db.rows(f"SELECT number, up, twice, other FROM {table} ORDER BY 1") == [
        ("1", "1", "2", ""), ("7", "1", "14", "child")
    ]
    assert sqlite_db.rows("SELECT * FROM child") == [("7",)]
    assert sqlite_db.rows(r"SELECT name FROM sqlite_schema WHERE sql LIKE '%\_\_%' ESCAPE '\'") == []
    assert sqlite_db.rows("SELECT \"table\", \"to\" FROM pragma_foreign_key_list('child')") == [(table, "number")] * 2
    assert sqlite_db.rows("SELECT shown FROM v ORDER BY 1") == [("1",), ("7",)]
    key = "11" if parts["options"].endswith("ROWID") else "NULL"
    sqlite_db.run(f"PRAGMA foreign_keys = ON; INSERT INTO {table} (number) VALUES ({key})")
    number = "11" if key == "11" else "10" if "AUTO" in parts["key"] else "8"
    assert sqlite_db.rows("SELECT * FROM child ORDER BY rowid DESC LIMIT 1") == [(number,)]
    assert sqlite_db.rows("PRAGMA foreign_key_check") == []
    if through != "mount":
        path = tmp_path / "after.sql"
        assert schemafs("diff", sqlite_db.target, path).stdout == ""
