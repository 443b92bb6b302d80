# SPDX-License-Identifier: MIT
"""The schema that every database comes with, renamed with all that is in it: a rename and nothing else."""

import re

import pytest

import raw
from databases import server_major

pytestmark = pytest.mark.catalog

CLIENT = 15  # the newest server that the installed pg_dump reads

ONE = """
CREATE TYPE kind_{0} AS ENUM ('a', 'b');
CREATE DOMAIN word_{0} AS text CHECK (VALUE <> '');
CREATE TABLE base_{0} (id serial PRIMARY KEY, kind kind_{0} DEFAULT 'a', word word_{0}, at date);
CREATE TABLE user_{0} (base integer REFERENCES base_{0}, CHECK (base > 0)) INHERITS (base_{0});
CREATE INDEX ON base_{0} (word);
CREATE FUNCTION twice_{0}(x integer) RETURNS integer LANGUAGE sql RETURN x * 2;
CREATE FUNCTION now_{0}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON base_{0} FOR EACH ROW EXECUTE FUNCTION now_{0}();
CREATE VIEW seen_{0} AS SELECT id, twice_{0}(id) AS two, kind = 'b'::kind_{0} AS b FROM base_{0};
CREATE MATERIALIZED VIEW kept_{0} AS SELECT count(*) FROM seen_{0};
CREATE POLICY p ON base_{0} USING (twice_{0}(id) > 1);
CREATE RULE r AS ON DELETE TO seen_{0} DO INSTEAD DELETE FROM base_{0} WHERE id = old.id;
CREATE AGGREGATE sum_{0}(integer) (SFUNC = int4pl, STYPE = integer);
CREATE STATISTICS s_{0} ON kind, word FROM base_{0};
GRANT SELECT ON base_{0} TO PUBLIC;
"""
COMMENT = "SELECT obj_description(to_regnamespace('{}'), 'pg_namespace')"
OWNER = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = '{}'"
USAGE = "SELECT has_schema_privilege('pg_monitor', '{}', 'USAGE')"


def fill(pg, count=4):
    text = "".join(ONE.format(n) for n in range(count))
    pg.run(text if server_major() >= 14 else text.replace("RETURN x * 2", "AS 'SELECT x * 2'"))


def dumped(pg, name):
    """The dump without the schema itself, under the name public; by pg_dump where that can read it."""
    text = pg.dump() if server_major() <= CLIENT else "\n".join(raw.read(pg))
    text = re.sub(rf"\b{name}\b", "public", text)
    lines = [line for line in text.splitlines() if "SCHEMA public" not in line]
    return sorted(line for line in lines if line and not line.startswith("--"))


def one(pg, query, name):
    return pg.run(query.format(name)).strip()


def test_made_again(pg, new_pg, schemafs, tmp_path):
    """What comes with a database is so for its first public, and for no other."""
    copy = new_pg()
    pg.run("DROP SCHEMA public; CREATE SCHEMA public; CREATE TABLE public.t (a integer)")
    schemafs("pull", pg.target, tmp_path / "tree")
    schemafs("push", "--apply=all", tmp_path / "tree", copy.target)
    for query in (COMMENT, OWNER, USAGE):
        assert one(copy, query, "public") == one(pg, query, "public")
    schemafs("diff", pg.target, copy.target)


def test_moved_on_a_mount(pg, mount):
    fill(pg)
    before = dumped(pg, "public")
    facts = [one(pg, query, "public") for query in (COMMENT, OWNER, USAGE)]
    with mount(pg.target) as place:
        schema = place / "schema"
        (schema / "public").rename(schema / "other")
        assert [entry.name for entry in schema.iterdir()] == ["other"]
        assert dumped(pg, "other") == before
        assert [one(pg, query, "other") for query in (COMMENT, OWNER, USAGE)] == facts
        (schema / "other").rename(schema / "public")
        assert dumped(pg, "public") == before
        assert [one(pg, query, "public") for query in (COMMENT, OWNER, USAGE)] == facts
        # One that has nothing of what is usual for public does not get it by the name.
        (schema / "public").rename(schema / "other")
        (schema / "plain").mkdir()
        (schema / "plain").rename(schema / "public")
        assert one(pg, COMMENT, "public") == ""
        assert one(pg, USAGE, "public") == "f"


def test_moved_in_a_draft(pg, mount):
    fill(pg, 1)
    before = dumped(pg, "public")
    with mount(pg.target) as place:
        (place / "stage/d").mkdir()
        schema = place / "stage/d/schema"
        (schema / "public").rename(schema / "other")
        plan = place / "stage/d/plan.sql"
        assert "ALTER SCHEMA public RENAME TO other;" in plan.read_text()
        plan.rename(place / "pending/moved.sql")
        pg.run("DROP SCHEMA drizzle CASCADE")
        assert dumped(pg, "other") == before


def test_moved_in_a_tree(pg, schemafs, tmp_path):
    """The text says all: without words of its own the schema keeps nothing of what public had."""
    fill(pg, 1)
    before = dumped(pg, "public")
    tree = tmp_path / "tree"
    schemafs("pull", pg.target, tree)
    (tree / "schema/public").rename(tree / "schema/other")
    for file in (tree / "schema/other").rglob("*.sql"):
        file.write_text(file.read_text().replace("public.", "other."))
    made = tree / "schema/other/schema.sql"
    made.write_text("-- renamed from: public\nCREATE SCHEMA other;\n")
    assert "ALTER SCHEMA public RENAME TO other" in schemafs("diff", pg.target, tree, code=1).stdout
    schemafs("push", "--apply=all", tree, pg.target)
    schemafs("diff", pg.target, tree)
    assert dumped(pg, "other") == before
    assert one(pg, COMMENT, "other") == "" and one(pg, OWNER, "other") == "postgres"
    assert one(pg, USAGE, "other") == "f"
