# SPDX-License-Identifier: MIT
"""Reference data: rows of named tables as CSV files, compared and written on both engines."""

import json

import pytest

PLANS = """
CREATE TABLE plans (id integer PRIMARY KEY, name text NOT NULL UNIQUE, price numeric(10,2), note text);
INSERT INTO plans VALUES (2, 'pro', 12.5, 'says "hi", twice'), (1, 'free', 0, ''), (10, 'x', NULL, NULL);
"""


@pytest.fixture
def project(tmp_path):
    """project(tables, more=...) writes schemafs.json; its folder comes back."""

    def write(*tables, **more):
        place = tmp_path / "project"
        place.mkdir(exist_ok=True)
        (place / "schemafs.json").write_text(json.dumps({"reference": list(tables), **more}))
        return place

    return write


def file_of(project, engine, table):
    return project / "data" / engine.namespace / f"{table}.csv"


def put(project, engine, table, text):
    path = file_of(project, engine, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def assert_settled(schemafs, project, engine):
    """A second push does nothing, and neither direction differs."""
    told = json.loads(schemafs("push", "--json", project, engine.target).stdout)
    assert told["same"] and not told["changed"] and told["statements"] == []
    assert schemafs("diff", engine.target, project).stdout == ""
    schemafs("diff", project, engine.target)


def test_pull_writes_rows_of_named_tables_alone(schemafs, engine, project):
    engine.run(PLANS + "CREATE TABLE other (id integer PRIMARY KEY); INSERT INTO other VALUES (1);")
    place = project("plans")
    schemafs("pull", engine.target, place)
    text = file_of(place, engine, "plans").read_text()
    zero, half = ("0.00", "12.50") if engine.dialect == "postgresql" else ("0", "12.5")
    assert text == (
        f'id,name,price,note\n1,free,{zero},""\n2,pro,{half},"says ""hi"", twice"\n10,x,,\n'
    )
    assert [path.name for path in (place / "data").rglob("*.*")] == ["plans.csv"]
    # Again: not touched; gone with its table.
    before = file_of(place, engine, "plans").stat()
    told = json.loads(schemafs("pull", "--json", engine.target, place).stdout)
    assert told["written"] == 0
    after = file_of(place, engine, "plans").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert_settled(schemafs, place, engine)
    engine.run("DROP TABLE plans;")
    schemafs("pull", engine.target, place)
    assert not file_of(place, engine, "plans").exists()


def test_push_brings_rows_with_the_schema(schemafs, engine, new_engine, project):
    engine.run(PLANS)
    place = project("plans")
    schemafs("pull", engine.target, place)
    empty = new_engine()
    done = schemafs("push", place, empty.target)
    assert "INSERT INTO" in done.stdout and "ON CONFLICT" not in done.stdout
    assert empty.rows("SELECT * FROM plans ORDER BY id") == engine.rows(
        "SELECT * FROM plans ORDER BY id"
    )
    assert_settled(schemafs, place, empty)


def test_only_what_differs_is_written(schemafs, engine, project):
    engine.run(PLANS)
    place = project("plans")
    schemafs("pull", engine.target, place)
    engine.run(
        "UPDATE plans SET price = 3, note = NULL WHERE id = 1; DELETE FROM plans WHERE id = 2;"
        "INSERT INTO plans VALUES (77, 'mine', 1, 'not in the file');"
    )
    dry = json.loads(schemafs("push", "--dry-run", "--json", place, engine.target).stdout)
    words = [step["sql"].split()[0] for step in dry["statements"]]
    assert words == ["INSERT", "UPDATE"] and not dry["changed"]
    assert [(h["rule"], h["severity"]) for h in dry["hazards"]] == [("H71", "warning")]
    assert {step["object"] for step in dry["statements"]} == {f"table {engine.namespace}.plans"}
    schemafs("diff", engine.target, place, code=1)
    done = schemafs("push", place, engine.target)
    assert "price" in done.stdout and "name =" not in done.stdout.split("UPDATE", 2)[2]
    rows = engine.rows("SELECT id, name, note FROM plans ORDER BY id")
    assert rows == [
        ("1", "free", ""), ("2", "pro", 'says "hi", twice'), ("10", "x", ""),
        ("77", "mine", "not in the file"),
    ]
    assert engine.rows("SELECT count(*) FROM plans WHERE note IS NULL") == [("1",)]
    # Rows that the file does not have are no concern; the other way round, neither.
    assert_settled(schemafs, place, engine)
    engine.run("UPDATE plans SET note = 'y' WHERE id = 1; DELETE FROM plans WHERE id = 2;")
    back = schemafs("diff", place, engine.target, code=1).stdout
    assert "SET note = 'y' WHERE id = 1" in back and "DELETE" in back and "77" not in back


def test_deleting_is_asked_for_twice(schemafs, engine, project):
    engine.run(PLANS)
    place = project({"table": "plans", "delete": True})
    schemafs("pull", engine.target, place)
    engine.run("INSERT INTO plans VALUES (77, 'mine', 1, 'x');")
    refused = schemafs("push", place, engine.target, code=2)
    assert "H72" in refused.stderr and engine.rows("SELECT count(*) FROM plans") == [("4",)]
    schemafs("push", "--apply=all", place, engine.target)
    assert engine.rows("SELECT count(*) FROM plans") == [("3",)]
    assert_settled(schemafs, place, engine)


def test_files_as_other_programs_write_them(schemafs, engine, project):
    engine.run("CREATE TABLE t (id integer PRIMARY KEY, a text, b text);")
    place = project("t")
    schemafs("pull", engine.target, place)
    put(place, engine, "t", b'\xef\xbb\xbfb,id,a\r\n"",1,\r\n"x\r\ny, ""z""",2,"\xc3\xa4 "\r\n\r\n')
    schemafs("push", place, engine.target)
    assert engine.rows("SELECT id, a IS NULL, b = '' FROM t WHERE id = 1") in (
        [("1", "t", "t")], [("1", "1", "1")],
    )
    assert engine.rows("SELECT length(b), a || '|' FROM t WHERE id = 2") == [("9", "ä |")]
    assert_settled(schemafs, place, engine)
    # Columns that the file does not name are left to the table.
    put(place, engine, "t", "id,a\n1,new\n3,three")
    schemafs("push", place, engine.target)
    assert engine.rows("SELECT a FROM t ORDER BY id") == [("new",), ("ä ",), ("three",)]
    assert engine.rows("SELECT count(*) FROM t WHERE id = 1 AND b = ''") == [("1",)]
    assert_settled(schemafs, place, engine)


BAD = [
    ("id,name\n1,a\n\n2,b\n1,c\n", ":5: ", "the key of the one in line 2"),
    ("id,nam\n1,a\n", ":1: ", "no column nam"),
    ("name\na\n", ":1: ", "column id is missing"),
    ("id,name\n1,a\n,b\n", ":3: ", "id is empty"),
    ("id,name\n1,a,b\n", ":2: ", "3 fields"),
    ("id,name\n1,\"a\n", ":2:3: ", "never closed"),
    ("id,name\n1,\"a\"b\n", ":2:6: ", "closing quote"),
    ("id,id\n1,1\n", ":1: ", "named twice"),
    ("", ":1: ", "is empty"),
    ("id,name\n1,a\n2,b\nx,c\n", ":4: ", ""),
    ("id,up\n1,A\n", ":1: ", "computed"),
]


def test_faulty_files_are_refused_with_their_line(schemafs, engine, project):
    engine.run(
        "CREATE TABLE t (id integer PRIMARY KEY, name text,"
        " up text GENERATED ALWAYS AS (upper(name)) STORED);"
    )
    place = project("t")
    schemafs("pull", engine.target, place)
    for text, where, what in BAD:
        put(place, engine, "t", text)
        told = schemafs("push", place, engine.target, code=2).stderr
        assert f"data/{engine.namespace}/t.csv{where}" in told and what in told, (text, told)
    assert engine.rows("SELECT * FROM t") == []


def test_tables_whose_rows_have_no_name_are_refused(schemafs, engine, project):
    engine.run("CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t;")
    assert "no primary key" in schemafs("pull", engine.target, project("t"), code=2).stderr
    assert "is no table" in schemafs("pull", engine.target, project("v"), code=2).stderr
    place = project("gone")
    schemafs("pull", engine.target, place)
    assert "-- note: there is no data/" in schemafs("push", place, engine.target).stderr
    put(place, engine, "gone", "id\n1\n")
    assert "there is no table" in schemafs("push", place, engine.target, code=2).stderr
    # A file that is not named is said to be left alone.
    place = project()
    assert "gone.csv is left alone" in schemafs("push", place, engine.target).stderr


FAMILY = """
CREATE TABLE a_child (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES z_parent (id));
"""
PARENT = "CREATE TABLE z_parent (id integer PRIMARY KEY, up integer REFERENCES z_parent (id));"


def test_rows_come_in_the_order_of_foreign_keys(schemafs, engine, project):
    engine.run(PARENT + FAMILY)
    place = project({"table": "a_child", "delete": True}, {"table": "z_parent", "delete": True})
    schemafs("pull", engine.target, place)
    put(place, engine, "z_parent", "id,up\n1,3\n2,1\n3,2\n")
    put(place, engine, "a_child", "id,parent\n1,2\n2,3\n")
    schemafs("push", place, engine.target)
    assert_settled(schemafs, place, engine)
    # Deleting goes the other way, after what referred to it was turned to others.
    put(place, engine, "z_parent", "id,up\n4,\n")
    put(place, engine, "a_child", "id,parent\n2,4\n")
    schemafs("push", "--apply=all", place, engine.target)
    assert engine.rows("SELECT id, parent FROM a_child") == [("2", "4")]
    assert engine.rows("SELECT id FROM z_parent") == [("4",)]
    assert_settled(schemafs, place, engine)
    # What nobody has is refused whole, on SQLite too, where nobody asks for foreign keys.
    put(place, engine, "a_child", "id,parent\n2,4\n5,99\n")
    refused = schemafs("push", place, engine.target, code=2)
    assert "foreign key" in refused.stderr
    assert engine.rows("SELECT count(*) FROM a_child") == [("1",)]


def test_circles_of_tables_are_written_at_once(schemafs, engine, new_engine, project):
    engine.run("CREATE TABLE a (id integer PRIMARY KEY, b integer NOT NULL);")
    if engine.dialect == "postgresql":
        engine.run(
            "CREATE TABLE b (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a (id));"
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id);"
        )
    else:
        engine.run(
            "DROP TABLE a; CREATE TABLE a (id integer PRIMARY KEY, b integer NOT NULL REFERENCES b);"
            "CREATE TABLE b (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a);"
        )
    place = project("a", "b")
    schemafs("pull", engine.target, place)
    put(place, engine, "a", "id,b\n1,10\n2,20\n")
    put(place, engine, "b", "id,a\n10,2\n20,1\n")
    plan = schemafs("diff", engine.target, place, code=1).stdout
    schemafs("push", place, engine.target)
    assert_settled(schemafs, place, engine)
    # What is printed can be run by others, who look at foreign keys.
    other = new_engine()
    schemafs("push", engine.target, other.target)
    other.run("PRAGMA foreign_keys = ON; BEGIN;\n" + plan + "COMMIT;" if engine.dialect == "sqlite"
              else plan)
    assert other.rows("SELECT * FROM b ORDER BY id") == [("10", "2"), ("20", "1")]


def test_schema_and_rows_change_together(schemafs, engine, project):
    engine.run(PLANS)
    place = project("plans")
    schemafs("pull", engine.target, place)
    table = next(place.rglob("plans.sql"))
    text = table.read_text()
    assert "note text" in text
    table.write_text(text.replace("note text", "note text, level integer"))
    put(place, engine, "plans", "id,name,level\n1,free,0\n2,pro,5\n3,new,\n")
    plan = schemafs("diff", engine.target, place, code=1).stdout
    assert plan.index("level") < plan.index("INSERT")
    schemafs("push", place, engine.target)
    assert engine.rows("SELECT id, level FROM plans WHERE id < 10 ORDER BY id") == [
        ("1", "0"), ("2", "5"), ("3", ""),
    ]
    assert_settled(schemafs, place, engine)
    # A rename takes the rows along; a type that changes does not stop the comparison.
    text = next(place.rglob("plans.sql")).read_text()
    schemafs("pull", engine.target, place)
    text = next(place.rglob("plans.sql")).read_text()
    table.unlink()
    renamed = text.replace("plans_", "tiers_").replace("plans", "tiers")
    (table.parent / "tiers.sql").write_text("-- renamed from: plans\n" + renamed)
    file_of(place, engine, "plans").unlink()
    place = project("tiers")
    put(place, engine, "tiers", "id,name,level\n1,gratis,0\n2,pro,5\n")
    done = schemafs("push", "--apply=all", place, engine.target)
    assert done.stdout.count("INSERT") <= done.stdout.count("__schemafs")
    assert engine.rows("SELECT name FROM tiers WHERE id < 3 ORDER BY id") == [("gratis",), ("pro",)]


def test_rows_of_two_databases(schemafs, engine, new_engine, project):
    engine.run(PLANS)
    other = new_engine()
    place = project("plans")
    schemafs("push", engine.target, other.target, cwd=place)
    assert other.rows("SELECT count(*) FROM plans") == [("3",)]
    engine.run("UPDATE plans SET name = 'PRO' WHERE id = 2;")
    told = schemafs("diff", other.target, engine.target, cwd=place, code=1).stdout
    assert told.count("UPDATE") == 1
    schemafs("push", engine.target, other.target, cwd=place)
    schemafs("diff", other.target, engine.target, cwd=place)
    # Without a project nothing is known of rows.
    engine.run("UPDATE plans SET name = 'x2' WHERE id = 2;")
    schemafs("diff", other.target, engine.target)


def test_what_a_trigger_changes_is_not_taken_for_done(schemafs, pg, project):
    pg.run(
        "CREATE TABLE t (id integer PRIMARY KEY, name text);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.name := lower(NEW.name); RETURN NEW; END$$;"
        "CREATE TRIGGER t BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();"
    )
    place = project("t")
    schemafs("pull", pg.target, place)
    put(place, pg, "t", "id,name\n1,Abc\n")
    told = schemafs("push", place, pg.target, code=2).stderr
    assert "trigger" in told and pg.rows("SELECT * FROM t") == []


def test_every_type_of_postgresql_goes_there_and_back(schemafs, pg, new_pg, project):
    pg.run(r"""
        CREATE EXTENSION citext;
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TYPE pair AS (a int, b text);
        CREATE DOMAIN short AS varchar(3) NOT NULL;
        CREATE TABLE t (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int, n serial,
            f float8, r float4, num numeric, v varchar(5), c char(4), b bytea, j json, jb jsonb,
            ar text[], ia int[][], ts timestamptz, iv interval, m mood, p pair, d short, mo money,
            bi bit(3), x xml, u uuid, rg int4range, ci citext, pt point, tr boolean,
            "Big ""N""ame" text, up text GENERATED ALWAYS AS (upper(v)) STORED);
        ALTER TABLE t DROP COLUMN gone;
        INSERT INTO t (f, r, num, v, c, b, j, jb, ar, ia, ts, iv, m, p, d, mo, bi, x, u, rg, ci, pt,
            tr, "Big ""N""ame") VALUES
        (0.1 + 0.2, 1e-30, 1.50, E'a\\"b', 'x', '\x00ff5c', '{"a":  1}', '{"b": [1, 2]}',
         ARRAY['', NULL, E'q"\\'], '{{1,2},{3,4}}', '2024-02-29 12:00:00.000001+05', '1 mon 2 days',
         'ok', ROW(1, 'x,"y'), 'abc', 12.5, B'101', '<a>b</a>', gen_random_uuid(), '[1,5)', 'CaSe',
         '(1,2)', true, E'tab\tnew\nline \u20ac'),
        ('NaN', '-infinity', 'NaN', '', '', '', 'null', '"s"', '{}', '{}', 'infinity', '-1 s',
         'sad', ROW(NULL, ''), '', -1, B'000', NULL, NULL, 'empty', '', '(1e300,-0)', false, '');
        CREATE TABLE k (c citext, num numeric, ts timestamptz, PRIMARY KEY (c, num, ts));
        INSERT INTO k VALUES ('Ab', 1.50, '2024-01-01 00:00+00'), ('b', 2, '2024-01-01 00:00+00');
    """)
    place = project("t", "k")
    schemafs("pull", pg.target, place)
    assert_settled(schemafs, place, pg)
    other = new_pg()
    schemafs("push", place, other.target)
    assert_settled(schemafs, place, other)
    for table in "t", "k":
        query = f"SELECT x::text FROM {table} AS x ORDER BY 1"
        assert other.rows(query) == pg.rows(query)
    # The sequences go on behind what was written.
    assert other.rows("INSERT INTO t (d) VALUES ('') RETURNING id, n") == [("3", "3")]
    # Spelled otherwise, meaning the same.
    put(place, pg, "k", "c,num,ts\naB,1.5,2024-01-01 01:00+01\nB,2.000,2024-01-01 00:00+00\n")
    assert_settled(schemafs, place, pg)
    put(place, pg, "k", "c,num,ts\nx,1.5,2024-01-01\ny,1,2024-01-01\nX,1.50,2024-01-01\n")
    assert "the key of the one in line 2" in schemafs("push", place, pg.target, code=2).stderr
    # What does not fit is told by the server, with the line of ours.
    put(place, pg, "k", "")
    (place / "data/public/k.csv").unlink()
    put(place, pg, "t", "id,v,d\n1,abcde,a\n2,abcdef,b\n")
    told = schemafs("push", place, pg.target, code=2).stderr
    assert "t.csv:3: value too long" in told


def test_every_class_of_sqlite_goes_there_and_back(schemafs, sqlite_db, new_sqlite, project):
    sqlite_db.run(r"""
        CREATE TABLE t (id integer PRIMARY KEY AUTOINCREMENT, i int, r real, n numeric, s text, b blob, v);
        INSERT INTO t VALUES (1, 1, 0.1 + 0.2, 5, '5', x'00ff', 5), (2, 'abc', 9e999, 1.5, '\x', '5', '5'),
            (3, x'', -9e999, 'x', CAST(x'610062' AS text), 5.5, 5.0), (4, 1e300, NULL, NULL, '', '', '1.50'),
            (5, -9223372036854775808, 1e-320, 9223372036854775807, char(255, 9, 10), 'a', -0.0);
        CREATE TABLE s (id integer PRIMARY KEY, x any, t text) STRICT;
        INSERT INTO s VALUES (1, '5', '5'), (2, 5, 'x'), (3, x'05', NULL);
        CREATE TABLE w (a text, b int, PRIMARY KEY (b, a)) WITHOUT ROWID;
        INSERT INTO w VALUES ('x', 1), ('', 2);
        CREATE TABLE nc (code text COLLATE nocase PRIMARY KEY, v int);
        INSERT INTO nc VALUES ('Abc', 1);
    """)
    place = project("t", "s", "w", "nc")
    schemafs("pull", sqlite_db.target, place)
    assert_settled(schemafs, place, sqlite_db)
    other = new_sqlite()
    schemafs("push", place, other.target)
    assert_settled(schemafs, place, other)
    for table, columns in {"t": "irnsbv", "s": "xt", "w": "ab"}.items():
        values = ", ".join(f"quote({c}), typeof({c})" for c in columns)
        query = f"SELECT {values} FROM {table} ORDER BY 1, 2"
        assert other.rows(query) == sqlite_db.rows(query)
    put(place, sqlite_db, "nc", "code,v\nABC,2\n")
    assert "UPDATE" in schemafs("push", place, sqlite_db.target).stdout
    assert sqlite_db.rows("SELECT * FROM nc") == [("Abc", "2")]
    put(place, sqlite_db, "nc", "code,v\nABC,2\nabc,3\n")
    assert "nc.csv:3: " in schemafs("push", place, sqlite_db.target, code=2).stderr
    sqlite_db.run("INSERT INTO nc VALUES (NULL, 1);")
    assert "key is null" in schemafs("pull", sqlite_db.target, place, code=2).stderr


def test_rows_that_a_policy_hides_are_not_taken_as_missing(schemafs, pg, project):
    pg.run(
        "CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1);"
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY; DROP ROLE IF EXISTS data_reader;"
        "CREATE ROLE data_reader LOGIN; GRANT SELECT, INSERT ON t TO data_reader;"
    )
    place = project("t")
    schemafs("pull", pg.target, place)
    try:
        told = schemafs("pull", pg.server.uri(pg.name, "data_reader"), place, code=2)
        assert "row-level security" in told.stderr
        pg.run("ALTER TABLE t DISABLE ROW LEVEL SECURITY; REVOKE SELECT ON t FROM data_reader;")
        told = schemafs("pull", pg.server.uri(pg.name, "data_reader"), place, code=2)
        assert "permission denied" in told.stderr
    finally:
        pg.run("REVOKE ALL ON t FROM data_reader; DROP ROLE data_reader;")


def test_many_rows_take_few_queries(schemafs, pg, project, tmp_path):
    pg.run(
        "CREATE TABLE t (id integer PRIMARY KEY, name text);"
        "INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 50000) AS i;"
    )
    place = project({"table": "t", "delete": True})
    schemafs("pull", pg.target, place)
    counted = pg.target + "&options=-c%20log_statement%3Dnone"
    pg.run("UPDATE t SET name = 'other' WHERE id % 10000 = 0; DELETE FROM t WHERE id = 7;")
    before = int(pg.rows("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")[0][0])
    told = json.loads(schemafs("push", "--dry-run", "--json", place, counted).stdout)
    assert [step["sql"].split()[0] for step in told["statements"]] == ["INSERT"] + ["UPDATE"] * 5
    after = int(pg.rows("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")[0][0])
    assert after - before < 100
    schemafs("push", place, pg.target)
    assert pg.rows("SELECT count(*) FROM t WHERE name = 'row ' || id") == [("50000",)]


def test_status_tells_of_rows(schemafs, engine, project):
    """For a person and for CI: which files differ from their tables, and by how much."""
    engine.run(PLANS + "CREATE TABLE roles (id integer PRIMARY KEY, name text);")
    place = project("plans", {"table": "roles", "delete": True}, "gone")

    def status(code):
        text = schemafs("status", "--dir", place, engine.target, code=code).stdout
        told = json.loads(schemafs("status", "--json", "--dir", place, engine.target, code=code).stdout)
        return text, {t["table"]: t for t in told["reference"]}, told

    schemafs("pull", engine.target, place)
    text, tables, told = status(0)
    assert "reference data         0 of 2 tables differ" in text and tables["plans"]["rows_same"] == 3
    assert any("gone" in note for note in told["reference_notes"]) and told["reference_error"] is None
    engine.run(
        "UPDATE plans SET price = 3 WHERE id = 1; DELETE FROM plans WHERE id = 2;"
        "INSERT INTO plans VALUES (77, 'mine', 1, 'no concern'); INSERT INTO roles VALUES (1, 'too many');"
    )
    text, tables, _ = status(1)
    assert "2 of 2 tables differ" in text and "1 rows differ, 1 are missing, 1 are the same" in text
    assert [tables["plans"][f"rows_{what}"] for what in ("same", "different", "missing", "extra")] == [1, 1, 1, 0]
    assert tables["roles"]["rows_extra"] == 1 and not tables["roles"]["same"]
    # A table that is not there yet, and a file that is wrong.
    engine.run("DROP TABLE roles;")
    put(place, engine, "roles", "id,name\n1,a\n")
    assert "no such table" in status(1)[0]
    put(place, engine, "roles", "id,name\n1,a,b\n")
    text, tables, told = status(1)
    assert not tables and "roles.csv:2: " in told["reference_error"] and "roles.csv:2: " in text


def test_status_tells_of_optional_extensions(schemafs, pg, project):
    place = project(optional_extensions=["citext", "no_such_thing", "plpgsql"])
    text = schemafs("status", "--dir", place, pg.target).stdout
    assert "extension citext\n" in text and "extension no_such_thing, which the server does not offer" in text
    told = json.loads(schemafs("status", "--json", "--dir", place, pg.target).stdout)
    offered = {e["name"]: e["offered"] for e in told["optional_extensions_missing"]}
    assert {**offered, "plpgsql": None} == {"citext": True, "no_such_thing": False, "plpgsql": None}
    pg.run("CREATE EXTENSION citext;")
    assert "extension citext" not in schemafs("status", "--dir", place, pg.target).stdout


def test_rows_that_exchange_unique_values(schemafs, engine, new_engine, project):
    """A swap, a ring, a value that a new row takes over, by push and by a migration; or it is told exactly."""
    engine.run(
        "CREATE TABLE plans (id integer PRIMARY KEY, name text UNIQUE, code varchar(20) NOT NULL, n integer NOT NULL);"
        "CREATE UNIQUE INDEX by_code ON plans (lower(code)); CREATE UNIQUE INDEX by_both ON plans (n, id);"
        "CREATE TABLE uses (id integer PRIMARY KEY, plan integer NOT NULL REFERENCES plans (id));"
        "INSERT INTO plans VALUES (1, 'a', 'A', 1), (2, 'b', 'B', 2), (3, 'c', 'C', 3), (4, 'd', 'D', 4), (9, 'z', 'Z', 9);"
        "INSERT INTO uses VALUES (1, 1), (2, 2);"
    )
    place = project({"table": "plans", "delete": True}, {"table": "uses", "delete": True}, migrations="m")
    schemafs("pull", engine.target, place)
    schemafs("generate", "--dir", place, "--db", engine.target, "first")
    schemafs("baseline", "--dir", place, engine.target)
    # 1 and 2 exchange names, 2, 3 and 4 codes in a ring; 5 takes 4's name; 6 has what 9, which goes, had.
    put(place, engine, "plans",
        "id,name,code,n\n1,b,A,1\n2,a,C,2\n3,c,d,3\n4,other,b,4\n5,d,E,5\n6,z,Z,9\n")
    wanted = engine.rows("SELECT 1") and [
        ("1", "b", "A", "1"), ("2", "a", "C", "2"), ("3", "c", "d", "3"), ("4", "other", "b", "4"),
        ("5", "d", "E", "5"), ("6", "z", "Z", "9"),
    ]
    schemafs("generate", "--dir", place, "--db", engine.target, "swap")
    other = new_engine()
    schemafs("migrate", "--dir", place, other.target)
    schemafs("push", "--apply=all", place, engine.target)
    for database in (engine, other):
        assert database.rows("SELECT id, name, code, n FROM plans ORDER BY id") == wanted
        assert database.rows("SELECT count(*) FROM uses") == [("2",)]
    assert_settled(schemafs, place, engine)


def test_an_exchange_that_can_not_be_made(schemafs, pg, project):
    pg.run("CREATE TABLE t (id integer PRIMARY KEY, day date NOT NULL UNIQUE);"
           "INSERT INTO t VALUES (1, '2020-01-01'), (2, '2020-01-02');")
    place = project("t")
    schemafs("pull", pg.target, place)
    put(place, pg, "t", "id,day\n1,2020-01-02\n2,2020-01-01\n")
    told = schemafs("push", place, pg.target, code=2).stderr
    assert "t.csv:2: " in told and "values of day, which are unique" in told
    # One after the other it is no exchange.
    put(place, pg, "t", "id,day\n1,2020-01-03\n2,2020-01-01\n")
    schemafs("push", place, pg.target)
    assert pg.rows("SELECT day FROM t ORDER BY id") == [("2020-01-03",), ("2020-01-01",)]


def test_tables_that_others_inherit_from(schemafs, pg, project):
    """The rows of a child are none of its parent, neither read nor written."""
    pg.run(
        "CREATE TABLE parent (id integer PRIMARY KEY, a text);"
        "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);"
        "INSERT INTO parent VALUES (1, 'x'), (2, 'y'); INSERT INTO child VALUES (1, 'mine'), (7, 'mine');"
    )
    place = project({"table": "parent", "delete": True}, migrations="m")
    schemafs("pull", pg.target, place)
    assert file_of(place, pg, "parent").read_text() == "id,a\n1,x\n2,y\n"
    schemafs("generate", "--dir", place, "--db", pg.target, "first")
    put(place, pg, "parent", "id,a\n1,changed\n3,new\n")
    dry = schemafs("push", "--dry-run", "--apply=all", place, pg.target).stdout
    assert "UPDATE ONLY" in dry and "DELETE FROM ONLY" in dry
    schemafs("push", "--apply=all", place, pg.target)
    assert pg.rows("SELECT * FROM ONLY parent ORDER BY id") == [("1", "changed"), ("3", "new")]
    assert pg.rows("SELECT * FROM child ORDER BY id") == [("1", "mine"), ("7", "mine")]
    assert_settled(schemafs, place, pg)
    schemafs("generate", "--dir", place, "--db", pg.target, "rows")
    assert "UPDATE ONLY" in next((place / "m").glob("0001_*.sql")).read_text()


def test_a_mount_leaves_rows_out(schemafs, engine, project, mount):
    """By decision: a mount reads the catalog, and no relation of a user's (docs/decisions/0006)."""
    engine.run(PLANS)
    place = project("plans")
    schemafs("pull", engine.target, place)
    with mount(engine.target, f"project={place}") as mounted:
        assert "data" not in [path.name for path in mounted.iterdir()]
        assert not (mounted / "data").exists() and (mounted / "schema").exists()
        with pytest.raises(PermissionError):
            (mounted / "data").mkdir()
        assert list(mounted.rglob("*.csv")) == []
    schemafs("status", "--dir", place, engine.target)
