# SPDX-License-Identifier: MIT
"""Renames as a person, or a program, tells of them: hints in texts, JSON, questions in plans."""

import json
import re

import pytest

# From here to there: what is renamed also changes, and what is not renamed bears the same names.
BEFORE = """
CREATE SCHEMA old;
CREATE TYPE mood AS ENUM ('sad', 'gone', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN pos AS int CONSTRAINT pos_ok CHECK (VALUE > 0);
CREATE TABLE users (id int PRIMARY KEY, mail text NOT NULL, m mood DEFAULT 'gone', CONSTRAINT mail_given CHECK (mail <> ''));
CREATE INDEX users_mail ON users (lower(mail));
CREATE TABLE other (mail text, email text);
CREATE VIEW mails AS SELECT mail, m FROM users WHERE m = 'gone'::mood;
CREATE VIEW others AS SELECT mail AS x FROM other;
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT mail FROM users LIMIT 1';
CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t1 BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION tf();
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY p1 ON users USING (mail <> 'x');
CREATE SEQUENCE old.s1;
CREATE TABLE part (k int, v text, CONSTRAINT vc CHECK (v <> '')) PARTITION BY RANGE (k);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part2 PARTITION OF part FOR VALUES FROM (10) TO (20) PARTITION BY LIST (k);
CREATE TABLE part2a PARTITION OF part2 FOR VALUES IN (11);
INSERT INTO users VALUES (1, 'a@b', 'gone');
INSERT INTO part VALUES (1,'x'),(11,'y');
"""

AFTER = """
-- renamed from: old
CREATE SCHEMA new;
-- renamed from: mood
CREATE TYPE feeling AS ENUM (
  'sad',
  'left', -- renamed from: 'gone'
  'happy',
  'glad');
CREATE TYPE pair AS (
  aa int, -- renamed from: a
  b text);
CREATE DOMAIN pos AS int
  CONSTRAINT pos_fine CHECK (VALUE > 0); -- renamed from: pos_ok
-- renamed from: users
CREATE TABLE people (
 id int PRIMARY KEY,
 email varchar(100) NOT NULL, -- renamed from: mail
 m feeling DEFAULT 'left',
 CONSTRAINT email_given CHECK (email <> '') -- renamed from: mail_given
);
-- renamed from: users_mail
CREATE INDEX people_email ON people (lower(email));
CREATE TABLE other (mail text, email text);
CREATE VIEW mails AS SELECT email, m FROM people WHERE m = 'left'::feeling;
CREATE VIEW others AS SELECT email AS x FROM other;
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT email FROM people LIMIT 1';
-- renamed from: g
CREATE FUNCTION gg(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1';
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- renamed from: t1
CREATE TRIGGER t2 BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION tf();
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
-- renamed from: p1
CREATE POLICY p2 ON people USING (email <> 'xy');
CREATE SEQUENCE new.s1;
CREATE TABLE part (k int,
 w text, -- renamed from: v
 CONSTRAINT wc CHECK (w <> '') -- renamed from: vc
) PARTITION BY RANGE (k);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part2 PARTITION OF part FOR VALUES FROM (10) TO (20) PARTITION BY LIST (k);
CREATE TABLE part2a PARTITION OF part2 FOR VALUES IN (11);
"""

# Here all that names what is renamed is the server's to bring along.
DEEP_BEFORE = """
CREATE TABLE a (x int, y int GENERATED ALWAYS AS (x * 2) STORED, s serial, i int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (x), UNIQUE (y));
CREATE TABLE c (ax int REFERENCES a (x));
CREATE MATERIALIZED VIEW mv AS SELECT x, y FROM a;
CREATE INDEX mvi ON mv (x);
CREATE VIEW v AS SELECT x FROM a WHERE x > 1;
CREATE VIEW vv AS SELECT x AS q FROM v;
CREATE FUNCTION at(int) RETURNS int BEGIN ATOMIC SELECT x FROM a WHERE x = $1; END;
CREATE TABLE base (p int, q int);
CREATE TABLE kid (r int) INHERITS (base);
CREATE TYPE comp AS (f1 int, f2 text);
CREATE FUNCTION fc(comp) RETURNS comp LANGUAGE sql AS 'select $1';
CREATE STATISTICS st ON p, q FROM base;
CREATE PUBLICATION pub FOR TABLE a (x), base;
INSERT INTO a (x) VALUES (1),(2); INSERT INTO c VALUES (1); INSERT INTO kid VALUES (1,2,3);
COMMENT ON TABLE a IS 'x';
"""

DEEP_AFTER = """
CREATE TABLE b ( -- renamed from: a
 z int, -- renamed from: x
 y int GENERATED ALWAYS AS (z * 2) STORED, 
 ss serial, -- renamed from: s
 ii int GENERATED ALWAYS AS IDENTITY, -- renamed from: i
 PRIMARY KEY (z), UNIQUE (y));
CREATE TABLE c (ax int REFERENCES b (z));
CREATE MATERIALIZED VIEW mv AS SELECT z as x, y FROM b;
CREATE INDEX mvi ON mv (x);
CREATE VIEW w AS SELECT z FROM b WHERE z > 1; -- renamed from: v
CREATE VIEW vv AS SELECT z AS q FROM w;
CREATE FUNCTION at(int) RETURNS int BEGIN ATOMIC SELECT z FROM b WHERE z = $1; END;
CREATE TABLE base (
   pp int, -- renamed from: p
   q int);
CREATE TABLE kid (r int) INHERITS (base);
CREATE TYPE comq AS ( -- renamed from: comp
  g1 int, -- renamed from: f1
  f2 text);
CREATE FUNCTION fc(comq) RETURNS comq LANGUAGE sql AS 'select $1';
CREATE STATISTICS st2 ON pp, q FROM base; -- renamed from: st
-- renamed from: pub
CREATE PUBLICATION pub2 FOR TABLE b (z), base;
COMMENT ON TABLE b IS 'z';
"""


@pytest.fixture
def script(tmp_path):
    def write(text, name="after.sql"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_everything_renamed_that_also_changes(schemafs, new_pg, script):
    pg, after = new_pg(), script(AFTER)
    pg.run(BEFORE)
    plan = schemafs("push", "--apply=all", after, pg.target).stdout
    schemafs("diff", pg.target, after)
    assert "DROP TABLE" not in plan and "DROP COLUMN" not in plan and "DROP TYPE" not in plan
    assert "RENAME VALUE 'gone' TO 'left'" in plan
    assert "SET DEFAULT" not in plan, "a default that names the label follows it"
    assert pg.rows("SELECT * FROM people") == [("1", "a@b", "left")]
    assert pg.rows("SELECT * FROM part ORDER BY k") == [("1", "x"), ("11", "y")]
    # The same words on other things, and in a body that no rename reaches, are changes.
    assert "email AS x" in pg.rows("SELECT pg_get_viewdef('others')")[0][0]
    assert "email" in pg.rows("SELECT prosrc FROM pg_proc WHERE proname = 'f'")[0][0]


def test_what_the_server_brings_along_is_left_to_it(schemafs, new_pg, script):
    pg, after = new_pg(), script(DEEP_AFTER)
    pg.run(DEEP_BEFORE)
    plan = schemafs("push", "--apply=all", after, pg.target).stdout
    schemafs("diff", pg.target, after)
    for left_alone in ("MATERIALIZED", "FUNCTION public.fc", "TABLE public.c", "DROP TABLE"):
        assert left_alone not in plan, plan
    assert "RENAME TO b_ii_seq" in plan and "RENAME TO b_ss_seq" in plan
    assert pg.rows("SELECT z, y, ss, ii FROM b ORDER BY z") == [
        ("1", "2", "1", "1"), ("2", "4", "2", "2")
    ]
    assert pg.rows("SELECT pp, q, r FROM kid") == [("1", "2", "3")]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a integer); -- renamed from: nothing\nCREATE TABLE u (a integer);",
        "-- renamed from: t\nCREATE TABLE u (a integer);\nCREATE TABLE t (a integer);",
        "CREATE TABLE t (\n b integer -- renamed from: c\n);",
        "CREATE TABLE t (a integer);\n-- renamed from: t\n",
        "CREATE TABLE t (a integer,\n -- renamed from: a\n b integer);",
        "CREATE TABLE t (a integer, b integer);\nSELECT 1; -- renamed from: t",
        "-- renamed from: t\nCREATE TABLE u (a integer); -- renamed from: t",
        "-- renamed from: t\nCREATE TABLE u (a integer);\n-- renamed from: t\nCREATE TABLE v (a integer);",
    ],
)
def test_a_hint_that_fits_nothing_is_an_error(schemafs, engine, script, text):
    engine.run("CREATE TABLE t (a integer);")
    if "nothing" in text:
        engine.run("DROP TABLE t;")
    done = schemafs("push", "--apply=all", script(text), engine.target, code=2)
    assert "after.sql:" in done.stderr and "rename" in done.stderr
    assert "CREATE TABLE u" not in engine.dump()


def test_a_hint_that_was_carried_out_hides_no_later_change(schemafs, new_pg, script):
    pg = new_pg()
    pg.run("CREATE TABLE t (b text, a text); CREATE VIEW v AS SELECT a AS x FROM t;")
    after = script(
        "CREATE TABLE t (b text, -- renamed from: a\n a text);"
        "CREATE VIEW v AS SELECT b AS x FROM t;"
    )
    schemafs("push", after, pg.target, code=2)  # the old name is still there
    pg.run("ALTER TABLE t RENAME a TO c")
    after = script(after.read_text().replace(" a text", " c text"))
    plan = schemafs("push", after, pg.target).stdout
    assert "CREATE OR REPLACE VIEW" in plan
    schemafs("diff", pg.target, after)


def test_names_are_passed_on(schemafs, engine, script):
    engine.run("CREATE TABLE a (x integer); CREATE TABLE b (x integer);"
               "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2);")
    after = script("-- renamed from: b\nCREATE TABLE c (x integer);\n"
                   "-- renamed from: a\nCREATE TABLE b (x integer);\n")
    schemafs("push", after, engine.target)
    assert engine.rows("SELECT b.x, c.x FROM b, c") == [("1", "2")]


EXCHANGED = """
CREATE TABLE t (id integer PRIMARY KEY,
    b integer, -- renamed from: a
    a text -- renamed from: b
);
-- renamed from: two
CREATE TABLE one (id integer PRIMARY KEY, second integer);
-- renamed from: three
CREATE TABLE two (id integer PRIMARY KEY, third text);
-- renamed from: one
CREATE TABLE three (id integer PRIMARY KEY, first date);
"""


def test_names_are_exchanged(schemafs, engine, script):
    engine.run("CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);"
               "CREATE TABLE one (id integer PRIMARY KEY, first date);"
               "CREATE TABLE two (id integer PRIMARY KEY, second integer);"
               "CREATE TABLE three (id integer PRIMARY KEY, third text);"
               "INSERT INTO t VALUES (1, 2, 'x'); INSERT INTO one VALUES (1, '2001-01-01');"
               "INSERT INTO two VALUES (2, 3); INSERT INTO three VALUES (3, 'three');")
    after = script(EXCHANGED)
    plan = schemafs("push", after, engine.target).stdout
    assert "CREATE" not in plan and "DROP" not in plan, plan
    query = "SELECT t.b, t.a, second, third, first FROM t, one, two, three"
    assert engine.rows(query) == [("2", "x", "3", "three", "2001-01-01")]
    # The hints are still there, and so are all names: what was done is not done again.
    schemafs("diff", engine.target, after)
    after.write_text(EXCHANGED.replace("second integer", "second integer, more text").replace("a text", "a varchar"))
    plan = schemafs("push", "--apply=all", after, engine.target).stdout
    assert not re.search("RENAME TO (one|two|three)|RENAME COLUMN|swap", plan), plan
    assert engine.rows(query) == [("2", "x", "3", "three", "2001-01-01")]
    schemafs("diff", engine.target, after)


def test_what_is_alike_is_not_exchanged(schemafs, engine, script):
    """Nobody could tell whether it has been done."""
    engine.run("CREATE TABLE t (a integer, b integer); INSERT INTO t VALUES (1, 2);")
    after = script("CREATE TABLE t (a integer, -- renamed from: b\n b integer -- renamed from: a\n);")
    done = schemafs("push", "--apply=all", after, engine.target, code=2)
    assert "after.sql:" in done.stderr and "exchanged" in done.stderr
    assert engine.rows("SELECT a, b FROM t") == [("1", "2")]


def test_attributes_of_typed_tables_are_renamed(schemafs, pg, script):
    pg.run("CREATE TYPE pair AS (a integer, b text);"
           "CREATE TABLE one OF pair (PRIMARY KEY (a)); CREATE TABLE two OF pair;"
           "CREATE VIEW v AS SELECT a, b FROM one; INSERT INTO one VALUES (1, 'x'); INSERT INTO two VALUES (2, 'y');")
    after = script("CREATE TYPE pair AS (\n number integer, -- renamed from: a\n b text);"
                   "CREATE TABLE one OF pair (PRIMARY KEY (number)); CREATE TABLE two OF pair;"
                   "CREATE VIEW v AS SELECT number AS a, b FROM one;")
    plan = schemafs("push", after, pg.target).stdout
    assert "ADD COLUMN" not in plan and "DROP" not in plan, plan
    assert pg.rows("SELECT one.number, two.number, v.a FROM one, two, v") == [("1", "2", "1")]
    schemafs("diff", pg.target, after)


def test_tables_exchange_all_that_is_theirs(schemafs, pg, script):
    """Keys, policies and triggers stand on tables of the same names, and are others all the same."""
    pg.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer CHECK (a > 0));"
           "CREATE TABLE u (id bigint PRIMARY KEY, b text, c date);"
           "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
           "CREATE POLICY p ON u USING (c > '2000-01-01'); CREATE INDEX ui ON u (b);"
           "CREATE VIEW v AS SELECT a FROM t;"
           "INSERT INTO t VALUES (1, 1); INSERT INTO u VALUES (2, 'b', '2020-02-02');")
    after = script("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n"
                   "-- renamed from: t\n"
                   "CREATE TABLE u (id integer PRIMARY KEY, a integer CHECK (a > 0));\n"
                   "-- renamed from: u\n"
                   "CREATE TABLE t (id bigint PRIMARY KEY, b text, c date);"
                   "CREATE TRIGGER r BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION f();"
                   "CREATE POLICY p ON t USING (c > '2000-01-01'); CREATE INDEX ui ON t (b);"
                   "CREATE VIEW v AS SELECT a FROM u;")
    schemafs("push", "--apply=all", after, pg.target)
    assert pg.rows("SELECT u.id, u.a, t.id, t.b, v.a FROM u, t, v") == [("1", "1", "2", "b", "1")]
    schemafs("diff", pg.target, after)


QUESTIONS = """
CREATE TABLE old_shop (id integer PRIMARY KEY, name text, price integer);
CREATE TABLE kept (id integer PRIMARY KEY, mail text);
"""
ANSWERED = """
CREATE TABLE new_shop (id integer PRIMARY KEY, name text, price integer, extra text);
CREATE TABLE kept (id integer PRIMARY KEY, email text);
"""


def test_questions_are_answered_by_their_own_json(schemafs, engine, script, tmp_path):
    engine.run(QUESTIONS + "INSERT INTO old_shop VALUES (1, 'a', 2); INSERT INTO kept VALUES (3, 'm');")
    after = script(ANSWERED)
    told = schemafs("diff", engine.target, after, code=1)
    assert told.stderr.count("-- question: ") == 2
    assert "-- renamed from: old_shop" in told.stderr and "-- renamed from: mail" in told.stderr
    assert "RENAME" not in told.stdout, "a rename is never guessed"
    questions = json.loads(schemafs("diff", "--json", engine.target, after, code=1).stdout)["questions"]
    assert {question["kind"] for question in questions} == {"table", "column"}
    answers = tmp_path / "renames.json"
    answers.write_text(json.dumps({"renames": questions}))
    schemafs("push", "--renames", answers, after, engine.target)
    schemafs("diff", engine.target, after)
    assert engine.rows("SELECT * FROM new_shop") == [("1", "a", "2", "")]
    assert engine.rows("SELECT * FROM kept") == [("3", "m")]


def test_labels_attributes_and_functions_by_json(schemafs, new_pg, tmp_path):
    pg, other = new_pg(), new_pg()
    pg.run("""CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (a int, b int);
        CREATE FUNCTION f(mood, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (m mood DEFAULT 'ok'); INSERT INTO t VALUES ('ok');""")
    other.run("""CREATE TYPE mood AS ENUM ('sad', 'fine'); CREATE TYPE pair AS (a int, c int);
        CREATE FUNCTION g(mood, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (m mood DEFAULT 'fine');""")
    told = json.loads(schemafs("diff", "--json", pg.target, other.target, code=1).stdout)
    assert {question["kind"] for question in told["questions"]} == {
        "enum value", "attribute", "function"
    }
    (tmp_path / "r.json").write_text(json.dumps({"renames": told["questions"]}))
    plan = schemafs("push", "--renames", tmp_path / "r.json", other.target, pg.target).stdout
    assert plan.count("RENAME") == 3 and "DROP" not in plan
    assert pg.rows("SELECT * FROM t") == [("fine",)]
    schemafs("diff", pg.target, other.target)


@pytest.mark.parametrize(
    "text, why",
    [
        ("", "r.json"),
        ("[]", "renames"),
        ('{"renames": [{"kind": "column", "from": "a"}]}', "rename 1"),
        ('{"renames": [{"kind": "shoe", "from": "a", "to": "b"}]}', "no such kind"),
        ('{"renames": [{"kind": "column", "from": "a", "to": "b"}]}', "no name of such a thing"),
        ('{"renames": [{"kind": "table", "from": "x", "to": "y"}]}', "new name"),
        ('{"renames": [{"kind": "table", "from": "x", "to": "t"}]}', ""),
    ],
)
def test_json_that_is_no_renames(schemafs, engine, script, tmp_path, text, why):
    engine.run("CREATE TABLE u (a integer);")
    (tmp_path / "r.json").write_text(text)
    after = script("CREATE TABLE t (a integer);")
    done = schemafs("diff", "--renames", tmp_path / "r.json", engine.target, after, code=2)
    assert why in done.stderr and "r.json" in done.stderr


def test_a_renamed_file_that_also_changes(pg, mount):
    """mv, and then a save of the file under its new name, is a rename and an edit."""
    pg.run("""CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a text);
        CREATE VIEW v AS SELECT a FROM t; INSERT INTO t (a) VALUES ('x');""")
    with mount(pg.target) as place:
        tables = place / "schema/public/tables"
        (tables / "t.sql").rename(tables / "u.sql")
        text = (tables / "u.sql").read_text()
        assert "TABLE public.u" in text and "SEQUENCE NAME" not in text
        (tables / "u.sql").write_text(text.replace("    a text", "    b text, -- renamed from: a\n    c int"))
        assert pg.rows("SELECT id, b, c FROM u") == [("1", "x", "")]
        assert "b AS a" in (place / "schema/public/views/v.sql").read_text()


ORDERED = [
    # What is before, what shall be, and rows read before and after: the order tells what has been done.
    ("CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE t (v e DEFAULT 'a'); INSERT INTO t VALUES ('a'), ('b'), ('c');",
     "CREATE TYPE e AS ENUM (\n'b', -- renamed from: a\n'c', -- renamed from: b\n'a', -- renamed from: c\n'd');\n"
     "CREATE TABLE t (v e DEFAULT 'b');", "SELECT v FROM t", [("b",), ("c",), ("a",)]),
    ("CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e[]); INSERT INTO t VALUES ('{a,b}');",
     "CREATE TYPE e AS ENUM (\n'b', -- renamed from: a\n'q' -- renamed from: b\n);\nCREATE TABLE t (v e[]);",
     "SELECT v FROM t", [("{b,q}",)]),
    ("CREATE TYPE p AS (x int, y int, z int); CREATE TABLE t (v p); INSERT INTO t VALUES (ROW(1, 2, 3));",
     "CREATE TYPE p AS (\ny int, -- renamed from: x\nx int, -- renamed from: y\nz int);\nCREATE TABLE t (v p);",
     "SELECT (v).x, (v).y, (v).z FROM t", [("2", "1", "3")]),
    ("CREATE TYPE p AS (x int, y int, z int); CREATE TABLE t OF p; CREATE VIEW v AS SELECT x FROM t; INSERT INTO t VALUES (1, 2, 3);",
     "CREATE TYPE p AS (\ny int, -- renamed from: x\nz int, -- renamed from: y\nx int -- renamed from: z\n);\n"
     "CREATE TABLE t OF p; CREATE VIEW v AS SELECT y AS x FROM t;",
     "SELECT t.x, t.y, t.z, v.x FROM t, v", [("3", "1", "2", "1")]),
]


def test_labels_and_attributes_are_exchanged(schemafs, new_pg, script):
    for before, after, query, rows in ORDERED:
        pg = new_pg()
        pg.run(before)
        wanted = script(after)
        plan = schemafs("push", wanted, pg.target).stdout
        assert "DROP" not in plan and "CREATE" not in plan, plan
        assert pg.rows(query) == rows
        assert schemafs("push", wanted, pg.target).stdout == ""
        assert pg.rows(query) == rows


def test_labels_whose_order_tells_nothing(schemafs, pg, script):
    pg.run("CREATE TYPE e AS ENUM ('a', 'b', 'c');")
    wanted = script("CREATE TYPE e AS ENUM (\n'c', -- renamed from: a\n'b',\n'a' -- renamed from: b\n);")
    assert "the new name is there already" in schemafs("push", wanted, pg.target, code=2).stderr
    wanted = script("CREATE TYPE e AS ENUM (\n'a', -- renamed from: b\n'c', -- renamed from: a\n'b' -- renamed from: c\n);")
    assert "labels are exchanged" in schemafs("push", wanted, pg.target, code=2).stderr
