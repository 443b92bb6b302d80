# SPDX-License-Identifier: MIT
"""A save of one file whose change reaches others: what hangs on it follows, or is named."""

import errno

import pytest

from tree import fails_with

SCHEMA = """
CREATE TABLE part (id integer, v varchar(20), d date NOT NULL) PARTITION BY RANGE (d);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE VIEW of_part_1 AS SELECT v FROM part_1;
CREATE TABLE base (id integer PRIMARY KEY, name varchar(20));
CREATE TABLE heir (extra text) INHERITS (base);
CREATE TABLE t (id integer PRIMARY KEY, email varchar(30), n integer, CHECK (email <> ''));
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (old.email = 'a') EXECUTE FUNCTION f();
CREATE FUNCTION g(x integer) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT email FROM t WHERE id = x; END;
CREATE VIEW v AS SELECT id, email, n FROM t WHERE email LIKE 'q%';
COMMENT ON VIEW v IS 'kept';
CREATE VIEW v2 AS SELECT email || 'x' AS e, n + 1 AS n FROM v;
CREATE MATERIALIZED VIEW mv AS SELECT email, n FROM t;
CREATE INDEX mv_email ON mv (email);
CREATE TYPE mood AS ENUM ('bad', 'good');
CREATE TABLE felt (m mood DEFAULT 'bad');
CREATE VIEW bad AS SELECT m FROM felt WHERE m = 'bad';
INSERT INTO t VALUES (1, 'a', 1);
INSERT INTO part VALUES (1, 'x', '2020-05-05');
INSERT INTO heir VALUES (1, 'y', 'z');
"""


@pytest.fixture
def folder(pg, mount):
    pg.run(SCHEMA)
    with mount(pg.target) as place:
        yield place / "schema/public"


def save(path, old, new):
    text = path.read_text()
    assert old in text, text
    path.write_text(text.replace(old, new))


def type_of(pg, relation, column):
    return pg.rows(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
        f" WHERE attrelid = '{relation}'::regclass AND attname = '{column}'"
    )


def test_views_triggers_and_bodies_follow_a_columns_type(pg, folder):
    save(folder / "tables/t.sql", "email character varying(30)", "email text")
    save(folder / "tables/t.sql", "n integer", "n bigint")
    for relation in "t", "v", "mv":
        assert type_of(pg, relation, "email") == [("text",)]
    for relation in "t", "v", "v2", "mv":
        assert type_of(pg, relation, "n") == [("bigint",)]
    assert pg.rows("SELECT obj_description('v'::regclass)") == [("kept",)]
    assert pg.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'mv'") == [("mv_email",)]
    assert pg.rows("SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass") == [("tr",)]
    assert pg.rows("SELECT g(1), email FROM mv") == [("a", "a")]
    assert "email)::text" not in (folder / "views/v.sql").read_text()


def test_partitions_follow_their_parent(pg, folder):
    save(folder / "tables/part.sql", "v character varying(20)", "v text")
    save(folder / "tables/part.sql", "d date NOT NULL", "d date NOT NULL,\n    note text DEFAULT 'n' CHECK (note <> '')")
    (folder / "triggers/part.tr.sql").write_text(
        "CREATE TRIGGER tr BEFORE INSERT ON public.part FOR EACH ROW EXECUTE FUNCTION public.f();"
    )
    with open(folder / "tables/part.sql", "a", encoding="utf-8") as file:
        file.write("CREATE INDEX part_v ON public.part (v);\n")
    assert type_of(pg, "part_1", "v") == type_of(pg, "of_part_1", "v") == [("text",)]
    assert pg.rows("SELECT v, note FROM part_1") == [("x", "n")]
    assert pg.rows("SELECT count(*) FROM pg_indexes WHERE tablename = 'part_1'") == [("1",)]
    assert pg.rows("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'part_1'::regclass") == [("1",)]


def test_heirs_follow_their_parent(pg, folder):
    save(folder / "tables/base.sql", "name character varying(20)", "title text -- renamed from: name\n")
    save(folder / "tables/base.sql", "title text", "title text,\n    more integer DEFAULT 4")
    assert pg.rows("SELECT title, more FROM heir") == [("y", "4")]
    assert (folder / "tables/heir.sql").read_text().split("INHERITS")[0].count("\n") == 3


def test_a_column_gets_another_name_and_type_at_once(pg, folder):
    text = (folder / "tables/t.sql").read_text().replace("email::text", "mail")
    line = "    email character varying(30),\n"
    assert line in text
    (folder / "tables/t.sql").write_text(text.replace(line, "    mail text, -- renamed from: email\n"))
    assert type_of(pg, "v", "email") == type_of(pg, "t", "mail") == [("text",)]
    assert pg.rows("SELECT id, mail FROM t") == [("1", "a")]
    assert "t.mail AS email" in (folder / "views/v.sql").read_text()


def test_labels_are_renamed_everywhere(pg, folder):
    save(folder / "types/mood.sql", "'bad'", "'sad' -- renamed from: bad\n")
    save(folder / "types/mood.sql", "'good'", "'good', 'best'")
    assert "'sad'" in (folder / "views/bad.sql").read_text() + (folder / "tables/felt.sql").read_text()
    assert pg.rows("INSERT INTO felt DEFAULT VALUES RETURNING m")[0] == ("sad",)


def test_what_can_not_follow_is_named(pg, folder):
    with fails_with(errno.EBUSY):
        save(folder / "tables/t.sql", "n integer", "n uuid")
    said = (folder / "tables/t.sql.error").read_text()
    assert "v2.sql:" in said and "change both together" in said
    with fails_with(errno.EBUSY):
        save(folder / "tables/part.sql", "    v character varying(20),\n", "")
    assert "of_part_1" in (folder / "tables/part.sql.error").read_text()
    assert type_of(pg, "t", "n") == [("integer",)]
    assert pg.rows("SELECT v FROM part_1") == [("x",)]
