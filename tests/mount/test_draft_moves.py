# SPDX-License-Identifier: MIT
"""Renames in a draft that pass names on, and edits beside them: rows stay with their tables."""

import random
import re

import pytest

from tree import names, shell, tables

TABLES = "abcde"

CHAIN = "".join(
    f"CREATE TABLE {name} (id integer PRIMARY KEY, {name}x text"
    f", r integer REFERENCES {before} (id));"
    f"CREATE INDEX {name}_ix ON {name} ({name}x);"
    f"INSERT INTO {name} VALUES (1, 'row-{name}', NULL);"
    for name, before in zip(TABLES, "aabcd")
) + """
CREATE VIEW va AS SELECT id, ax FROM a;
CREATE VIEW ab AS SELECT a.ax, b.bx FROM a JOIN b ON a.id = b.id;
"""


@pytest.fixture
def mnt(engine, mount):
    engine.run(CHAIN)
    with mount(engine.target) as place:
        yield place


@pytest.fixture
def place(mnt, engine):
    (mnt / "stage" / "x").mkdir()
    return tables(mnt / "stage" / "x", engine)


def plan(mnt):
    text = (mnt / "stage" / "x" / "plan.sql").read_text()
    assert "no plan" not in text, (mnt / "stage" / "x" / "status").read_text()
    return text


def carry_out(mnt, name="p"):
    plan(mnt)
    (mnt / "stage" / "x" / "plan.sql").rename(mnt / "pending" / f"{name}.sql")
    assert "nothing" in plan(mnt)


def rows(engine, now):
    """Which table has the row of which."""
    return {name: engine.rows(f"SELECT {name}x FROM {at}")[0][0] for name, at in now.items()}


def move(place, *steps):
    for old, new in steps:
        (place / f"{old}.sql").rename(place / f"{new}.sql")


def test_a_chain(mnt, place, engine):
    move(place, ("a", "z"), ("b", "a"))
    assert "DROP" not in plan(mnt)
    carry_out(mnt)
    assert rows(engine, {"a": "z", "b": "a"}) == {"a": "row-a", "b": "row-b"}
    assert "a.ax" not in names(place) and sorted(names(place)) == [
        f"{name}.sql" for name in "acdez"
    ]


def test_an_exchange_and_a_ring(mnt, place, engine):
    move(place, ("a", "t"), ("b", "a"), ("t", "b"), ("c", "t"), ("d", "c"), ("e", "d"), ("t", "e"))
    status = (mnt / "stage" / "x" / "status").read_text()
    assert status.count("  renamed ") == 5
    carry_out(mnt)
    assert rows(engine, {"a": "b", "b": "a", "c": "e", "d": "c", "e": "d"}) == {
        name: f"row-{name}" for name in TABLES
    }


def test_there_and_back(mnt, place):
    move(place, ("a", "t"), ("b", "a"), ("a", "b"), ("t", "a"))
    assert "nothing" in plan(mnt)


def test_columns_exchange_names_in_a_table_that_does(mnt, place, engine):
    engine.run("INSERT INTO b VALUES (7, 'seven', 1)")
    move(place, ("a", "t"), ("b", "a"), ("t", "b"))
    prefix = "public." if engine.dialect == "postgresql" else ""
    (place / "a.sql").write_text(
        f"CREATE TABLE {prefix}b (id integer CONSTRAINT b_pkey PRIMARY KEY,\n"
        "r text, -- renamed from: bx\n"
        "bx integer, -- renamed from: r\n"
        f"CONSTRAINT b_r_fkey FOREIGN KEY (bx) REFERENCES {prefix}a (id));\n"
        f"CREATE INDEX b_ix ON {prefix}b (r);\n"
    )
    carry_out(mnt)
    assert engine.rows("SELECT r, bx FROM a WHERE id = 7") == [("seven", "1")]
    assert rows(engine, {"a": "b"}) == {"a": "row-a"}
    assert "references" in (place / "a.sql").read_text().lower()


def test_one_takes_the_place_of_another(mnt, place, engine):
    engine.run("DROP VIEW va; DROP VIEW ab; CREATE TABLE g (gx text); INSERT INTO g VALUES ('row')")
    engine.run("CREATE TABLE h (hx text); INSERT INTO h VALUES ('lost')")
    shell("until [ -e g.sql -a -e h.sql ]; do sleep .02; done; mv -f g.sql h.sql", cwd=place)
    text = plan(mnt)
    assert "DROP TABLE" in text and "RENAME TO" in text
    if engine.dialect == "postgresql":
        assert "data loss H01" in text
    carry_out(mnt)
    assert engine.rows("SELECT gx FROM h") == [("row",)]
    # The same when the first was removed before.
    (place / "h.sql").unlink()
    move(place, ("e", "h"))
    carry_out(mnt, "q")
    assert rows(engine, {"e": "h"}) == {"e": "row-e"}


def test_a_new_one_in_the_former_place(mnt, place, engine):
    move(place, ("e", "z"))
    prefix = "public." if engine.dialect == "postgresql" else ""
    (place / "e.sql").write_text(f"CREATE TABLE {prefix}e (fresh integer);\n")
    carry_out(mnt)
    assert rows(engine, {"e": "z"}) == {"e": "row-e"}
    assert engine.rows("SELECT fresh FROM e") == []


def test_written_again_while_it_was_carried_out(mnt, place, engine):
    """What is not in the plan stays in the draft, by the new name."""
    move(place, ("e", "z"))
    plan(mnt)
    (mnt / "stage" / "x" / "plan.sql").rename(mnt / "pending" / "p.sql")
    text = (place / "z.sql").read_text()
    (place / "z.sql").write_text(text.replace("ex text", "ex text, more integer", 1))
    assert "more integer" in plan(mnt) and "RENAME" not in plan(mnt)


@pytest.mark.parametrize("seed", range(4))
def test_any_renames_with_edits(mnt, place, engine, seed):
    dice = random.Random(seed)
    now = {name: name for name in TABLES}
    for _ in range(dice.randint(2, 9)):
        name = dice.choice(TABLES)
        free = [at for at in "abcdetz" if at not in now.values()]
        to = dice.choice(free)
        move(place, (now[name], to))
        now[name] = to
    for name in dice.sample(TABLES, 2):
        path = place / f"{now[name]}.sql"
        text = path.read_text()
        new = text.replace(f"{name}x text", f"{name}x text, more integer", 1)
        assert new != text
        if engine.dialect == "postgresql" and dice.random() < 0.5:
            new = new.replace(f"public.{name} ", f"public.{now[name]} ")
        path.write_text(new)
    carry_out(mnt)
    assert rows(engine, now) == {name: f"row-{name}" for name in TABLES}


def test_triggers_moved_along(mnt, place, engine):
    body = ("FOR EACH ROW BEGIN SELECT 1; END" if engine.dialect == "sqlite"
            else "FOR EACH ROW EXECUTE FUNCTION tf()")
    if engine.dialect == "postgresql":
        engine.run("CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql"
                   " AS 'BEGIN RETURN new; END'")
    engine.run(f"CREATE TRIGGER one BEFORE INSERT ON e {body}")
    triggers = place.parent / "triggers"
    shell("until [ -e e.one.sql ]; do sleep .02; done", cwd=triggers)
    move(place, ("e", "z"))
    (triggers / "e.one.sql").rename(triggers / "z.one.sql")
    carry_out(mnt)
    assert rows(engine, {"e": "z"}) == {"e": "row-e"} and names(triggers) == ["z.one.sql"]


def test_a_directory_in_a_files_place(place):
    """What was removed stays removed when a directory stood there meanwhile."""
    (place / "e.sql").unlink()
    (place / "e.sql").mkdir()
    (place / "e.sql").rmdir()
    (place / "dir").mkdir()
    (place / "dir").rename(place / "e.sql")
    (place / "e.sql").rmdir()
    assert "e.sql" not in names(place)


def test_a_remount_knows_who_is_where(engine, mount):
    engine.run(CHAIN)
    with mount(engine.target) as mnt:
        place = tables(mnt / "stage" / "x", engine)
        (mnt / "stage" / "x").mkdir()
        move(place, ("a", "t"), ("b", "a"), ("c", "b"), ("t", "c"))
        before = plan(mnt)
    with mount(engine.target) as mnt:
        assert plan(mnt) == before
        carry_out(mnt)
    assert rows(engine, {"a": "c", "b": "a", "c": "b"}) == {
        name: f"row-{name}" for name in "abc"
    }


SPACES = """
CREATE SCHEMA old; CREATE SCHEMA other; CREATE TABLE other.o (id integer);
CREATE TYPE old.mood AS ENUM ('a', 'b');
CREATE TABLE old.a (id integer PRIMARY KEY, x text);
CREATE TABLE old.b (id integer PRIMARY KEY, r integer REFERENCES old.a (id));
INSERT INTO old.a VALUES (1, 'row-a');
CREATE VIEW public.v AS SELECT id, x FROM old.a;
CREATE TABLE public.t (m old.mood, r integer REFERENCES old.a (id));
"""


@pytest.mark.parametrize("script, queries", [
    # texts that still have the former name
    ("mv old new; sed -i 's/x text/x text, w old.mood/' new/tables/a.sql",
     ["SELECT w FROM new.a"]),
    # ... or have it no more; and something new in there; and a view elsewhere
    ("mv old new; sed -i 's/old\\./new./; s/x text/x text, w new.mood/' new/tables/a.sql;"
     "echo 'CREATE TABLE new.n (m new.mood, r integer REFERENCES new.a);' > new/tables/n.sql;"
     "sed -i 's/a.x/a.x, a.w/' public/views/v.sql",
     ["SELECT m FROM new.n", "SELECT w FROM v", "SELECT w FROM new.a"]),
    # an object gets another name in there, or comes, or leaves
    ("mv old new; sed -i 's/x text/x text, w integer/' new/tables/a.sql;"
     "mv new/tables/a.sql new/tables/z.sql; mv new/tables/b.sql public/tables/;"
     "mv public/tables/t.sql new/tables/",
     ["SELECT w FROM new.z", "SELECT r FROM public.b", "SELECT m FROM new.t"]),
    # two exchange their names
    ("mv old t; mv other old; mv t other; sed -i 's/x text/x text, w integer/' other/tables/a.sql;"
     "sed -i 's/id integer/id bigint/' old/tables/o.sql",
     ["SELECT w FROM other.a", "SELECT id FROM old.o"]),
    # its own text
    ("mv old new; echo 'COMMENT ON SCHEMA old IS $$hi$$;' >> new/schema.sql;"
     "rm public/views/v.sql",
     ["SELECT 1 FROM new.a WHERE obj_description('new'::regnamespace) <> 'hi'"]),
])
def test_a_namespace_and_what_is_in_it(new_pg, mount, script, queries):
    engine = new_pg()
    engine.run(SPACES)
    with mount(engine.target) as mnt:
        (mnt / "stage" / "x").mkdir()
        shell(script, cwd=mnt / "stage" / "x" / "schema")
        assert "DROP TABLE" not in plan(mnt)
        carry_out(mnt)
        for query in queries:
            engine.rows(query)
        found = engine.rows("SELECT relnamespace::regnamespace || '.' || relname FROM pg_class"
                            " WHERE relkind = 'r' AND relname IN ('a', 'z')"
                            " AND relnamespace::regnamespace::text <> 'pg_catalog'")
        assert engine.rows(f"SELECT x FROM {found[0][0]}") == [("row-a",)]
