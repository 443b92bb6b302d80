# SPDX-License-Identifier: MIT
"""Of a tree that differs in a few files only those, and what they reach, are evaluated."""

import re

import pytest

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (id integer PRIMARY KEY, name text, mood mood DEFAULT 'ok', age integer);
CREATE TABLE notes (id integer PRIMARY KEY, user_id integer REFERENCES users (id), body text);
CREATE VIEW named AS SELECT id, name FROM users;
CREATE VIEW ages AS SELECT id, age FROM users;
CREATE VIEW over_ages AS SELECT id, age + 1 AS next FROM ages;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION first_user() RETURNS users LANGUAGE sql AS 'SELECT * FROM users LIMIT 1';
CREATE TABLE logs (id integer, at date) PARTITION BY RANGE (at);
CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');
INSERT INTO users VALUES (1, 'a', 'ok', 3);
INSERT INTO logs VALUES (1, '2000-05-05');
"""

TABLES, VIEWS, TYPES = ("schema/public/" + name for name in ("tables", "views", "types"))


@pytest.fixture
def target(pg):
    """The database as a role that can not make a scratch database, which the whole would need."""
    role = "plain_" + pg.name
    pg.run(
        f"CREATE ROLE {role} LOGIN; ALTER DATABASE {pg.name} OWNER TO {role};"
        f"ALTER SCHEMA public OWNER TO {role}; SET ROLE {role};" + SCHEMA
    )
    yield pg.target.replace("user=postgres", "user=" + role)
    pg.run(f"REASSIGN OWNED BY {role} TO postgres; ALTER DATABASE {pg.name} OWNER TO postgres;"
           f"DROP OWNED BY {role}; DROP ROLE {role}")


def edit(tree, path, pattern, text):
    file = tree / path
    before = file.read_text()
    after = re.sub(pattern, text, before, count=1)
    assert after != before, before
    file.write_text(after)


def change_type(tree):
    edit(tree, TABLES + "/users.sql", "age integer", "age bigint")


def add_table(tree):
    (tree / TABLES / "tags.sql").write_text(
        "CREATE TABLE public.tags (id integer PRIMARY KEY, note_id integer REFERENCES public.notes (id));"
    )


def rename(tree):
    text = (tree / TABLES / "notes.sql").read_text().replace("notes", "remarks")
    (tree / TABLES / "notes.sql").unlink()
    (tree / TABLES / "remarks.sql").write_text("-- renamed from: notes\n" + text)
    edit(tree, TABLES + "/tags.sql", "public.notes", "public.remarks")


CASES = {
    "a column": (
        lambda tree: edit(tree, TABLES + "/users.sql", "name text", "name text,\n    born date"),
        ["ALTER TABLE public.users ADD COLUMN born date;"]),
    "a label": (
        lambda tree: edit(tree, TYPES + "/mood.sql", "'ok'", "'ok',\n    'glad'"),
        ["ALTER TYPE public.mood ADD VALUE 'glad';"]),
    "a body": (
        lambda tree: edit(tree, "schema/public/functions/touch.sql", "RETURN new", "RETURN NEW"),
        ["CREATE OR REPLACE FUNCTION public.touch()"]),
    "a type under views": (
        change_type, ["ALTER COLUMN age TYPE bigint", "VIEW public.ages", "VIEW public.over_ages"]),
    "a new table": (add_table, ["CREATE TABLE public.tags", "REFERENCES public.notes"]),
    "a table with partitions": (
        lambda tree: edit(tree, TABLES + "/logs.sql", "at date", "at date,\n    note text"),
        ["ALTER TABLE public.logs ADD COLUMN note text;"]),
    "a view less": (
        lambda tree: (tree / VIEWS / "over_ages.sql").unlink(), ["DROP VIEW public.over_ages;"]),
    "a rename": (rename, ["ALTER TABLE public.notes RENAME TO remarks;"]),
}


def test_what_differs_is_evaluated_alone(target, pg, schemafs, tmp_path):
    pg.run("ALTER TABLE users ALTER name SET STATISTICS 7")
    for number, (change, expected) in enumerate(CASES.values()):
        tree = tmp_path / str(number)
        schemafs("pull", target, tree)
        change(tree)
        plan = schemafs("diff", target, tree, code=1).stdout
        for text in expected:
            assert text in plan, (text, plan)
        assert "notes" in expected[0] or not re.search("TABLE public.notes|logs_old|named", plan), plan
        schemafs("push", "--apply=all", tree, target)
        schemafs("diff", target, tree)
    assert pg.rows("SELECT name, age, mood FROM users") == [("a", "3", "ok")]
    assert pg.rows("SELECT id FROM logs_old") == [("1",)]


def test_new_tables_grant_what_their_text_says(target, pg, schemafs, tmp_path):
    role = "plain_" + pg.name
    pg.run(f"SET ROLE {role}; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public")
    schemafs("pull", target, tmp_path)
    add_table(tmp_path)
    assert "REVOKE" in schemafs("diff", target, tmp_path, code=1).stdout
    schemafs("push", tmp_path, target)
    assert pg.rows("SELECT count(*) FROM information_schema.table_privileges"
                   " WHERE table_name = 'tags' AND grantee = 'PUBLIC'") == [("0",)]
    schemafs("diff", target, tmp_path)


BROKEN = {
    "a column that a view needs":
        (lambda tree: edit(tree, TABLES + "/users.sql", ",\n    age integer", ""), "ages.sql"),
    "a table that a trigger stands on":
        (lambda tree: (tree / TABLES / "users.sql").unlink(), "users"),
    "a key that another table needs":
        (lambda tree: edit(tree, TABLES + "/users.sql", ",\n    CONSTRAINT users_pkey[^\n]*", ""), "notes.sql"),
    "a label that a default needs":
        (lambda tree: edit(tree, TYPES + "/mood.sql", "'ok'", "'fine'"), "users.sql"),
    "a name that an index has already":
        (lambda tree: (tree / TABLES / "users_pkey.sql").write_text("CREATE TABLE public.users_pkey (a integer);"),
         "users_pkey"),
    "what nothing makes":
        (lambda tree: (tree / VIEWS / "v.sql").write_text("CREATE VIEW public.v AS SELECT * FROM public.nowhere;"),
         "v.sql"),
}


def test_what_is_wrong_is_told_by_the_whole(pg, schemafs, tmp_path):
    """The files that did not change are the ones that do not work any more."""
    pg.run(SCHEMA)
    for number, (change, named) in enumerate(BROKEN.values()):
        tree = tmp_path / str(number)
        schemafs("pull", pg.target, tree)
        change(tree)
        error = schemafs("diff", pg.target, tree, code=2).stderr
        assert named in error, (named, error)


def test_sqlite(new_sqlite, schemafs, tmp_path):
    database = new_sqlite()
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE u (c INTEGER REFERENCES t (a));"
                 "CREATE VIEW v AS SELECT a, b FROM t;"
                 "CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM u WHERE c = new.a; END;")
    tree = tmp_path / "tree"
    schemafs("pull", database.target, tree)
    edit(tree, "schema/main/tables/t.sql", "b TEXT", "b TEXT, d TEXT")
    assert schemafs("diff", database.target, tree, code=1).stdout.count("ALTER TABLE") == 1
    schemafs("push", tree, database.target)
    schemafs("diff", database.target, tree)
    (tree / "schema/main/tables/t.sql").unlink()
    assert "t.r.sql" in schemafs("diff", database.target, tree, code=2).stderr
    schemafs("pull", database.target, tree)
    (tree / "schema/main/tables/T2.sql").write_text("CREATE TABLE T2 (a);")
    schemafs("push", tree, database.target)
    (tree / "schema/main/tables/t2.sql").write_text("CREATE TABLE t2 (b);")
    assert "there is already" in schemafs("diff", database.target, tree, code=2).stderr


def test_names_of_triggers_are_the_databases_own_in_sqlite(schemafs, sqlite_db, tmp_path):
    """A tree of which one file differs is not compared by that alone when it takes a name that another has."""
    sqlite_db.run("CREATE TABLE a (x); CREATE TABLE b (x); CREATE TRIGGER g AFTER INSERT ON a BEGIN SELECT 1; END;")
    schemafs("pull", sqlite_db.target, tmp_path / "tree")
    triggers = tmp_path / "tree/schema/main/triggers"
    (triggers / "b.G.sql").write_text("CREATE TRIGGER G AFTER INSERT ON b BEGIN SELECT 1; END;\n")
    done = schemafs("diff", sqlite_db.target, tmp_path / "tree", code=2)
    assert "already exists" in done.stderr
    (triggers / "a.g.sql").unlink()
    schemafs("push", tmp_path / "tree", sqlite_db.target)
    assert sqlite_db.rows("SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'") == [("b",)]
