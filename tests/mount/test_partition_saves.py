# SPDX-License-Identifier: MIT
"""Partitions that are saved and moved: with their parent's keys, which stand in no text, and its rows."""

import errno
import pathlib

import pytest

from tree import fails_with, wait_for

SCHEMA = """
CREATE TABLE p (id integer, at date NOT NULL, old integer, v integer, PRIMARY KEY (id, at), UNIQUE (v, at))
    PARTITION BY RANGE (at);
CREATE INDEX ON p (v);
CREATE INDEX ON p (lower(v::text), old) INCLUDE (id);
CREATE TABLE p_2020 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE p_2021 PARTITION OF p FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON p_2020 FOR EACH ROW EXECUTE FUNCTION f();
CREATE SCHEMA other;
INSERT INTO p VALUES (1, '2020-05-05', 2, 3);
"""

SCHEMAS = pathlib.Path(__file__).resolve().parents[1] / "pg/schemas"

PARTITION = """CREATE TABLE public.{} PARTITION OF public.p
FOR VALUES FROM ('{}-01-01') TO ('{}-01-01');
"""


@pytest.fixture
def folder(pg, mount):
    pg.run(SCHEMA)
    with mount(pg.target) as place:
        yield place / "schema/public"


def same_made_anew(pg, new_pg, schemafs, tmp_path):
    """A database made from the files has the same names, those that no file tells among them."""
    schemafs("pull", pg.target, tmp_path / "tree")
    copy = new_pg()
    schemafs("push", tmp_path / "tree", copy.target)
    assert sorted(copy.dump().split("\n\n")) == sorted(pg.dump().split("\n\n"))


def test_a_partition_moves_with_the_names_of_its_keys(pg, new_pg, schemafs, folder, tmp_path):
    (folder / "tables/p_2020.sql").rename(folder / "tables/p_first.sql")
    assert (folder / "tables/p_first.sql").read_text() == PARTITION.format("p_first", 2020, 2021)
    assert pg.rows("SELECT id FROM p_first") == [("1",)]
    assert ("p_first_pkey",) in pg.rows("SELECT conname FROM pg_constraint")
    (folder / "tables/p_first.sql").rename(folder.parent / "other/tables/p_first.sql")
    assert pg.rows("SELECT id FROM other.p_first") == [("1",)]
    same_made_anew(pg, new_pg, schemafs, tmp_path)


def test_a_column_is_renamed_with_the_keys_of_the_partitions(pg, new_pg, schemafs, folder, tmp_path):
    text = (folder / "tables/p.sql").read_text()
    for old, new in ("    v integer", "    w integer"), ("(v", "(w"):
        assert old in text
        text = text.replace(old, new)
    (folder / "tables/p.sql").write_text(
        text.replace("    w integer NOT NULL,", "    w integer NOT NULL, -- renamed from: v")
        .replace("    w integer,", "    w integer, -- renamed from: v")
    )
    assert (folder / "tables/p_2021.sql").read_text() == PARTITION.format("p_2021", 2021, 2022)
    (folder / "tables/p_2022.sql").write_text(PARTITION.format("p_2022", 2022, 2023))
    assert ("p_2022_w_idx",) in pg.rows("SELECT relname FROM pg_class")
    same_made_anew(pg, new_pg, schemafs, tmp_path)


def test_partitions_of_a_parent_whose_column_was_renamed(pg, new_pg, schemafs, mount, tmp_path):
    pg.run(SCHEMA + "ALTER TABLE p RENAME old TO new;")
    with mount(pg.target) as place:
        tables = place / "schema/public/tables"
        assert "p_2020_lower_old_id_idx" in (tables / "p_2020.sql").read_text()
        (tables / "p_2022.sql").write_text(PARTITION.format("p_2022", 2022, 2023))
        (tables / "p_2023.sql").write_text(PARTITION.format("p_2023", 2023, 2024))
    assert ("p_2023_lower_new_id_idx",) in pg.rows("SELECT relname FROM pg_class")
    same_made_anew(pg, new_pg, schemafs, tmp_path)


def test_a_trigger_stays_with_its_table(pg, folder):
    trigger = folder / "triggers/p_2020.tr.sql"
    for to in folder.parent / "other/triggers/p_2020.tr.sql", folder / "triggers/p_2021.tr.sql":
        with fails_with(errno.EINVAL):
            trigger.rename(to)
    assert pg.rows("SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'tr'") == [("p_2020",)]


def test_a_new_partition_takes_its_rows_from_the_default_one(pg, folder):
    pg.run("CREATE TABLE p_rest PARTITION OF p DEFAULT; INSERT INTO p VALUES (7, '2022-03-03', 8, 9)")
    (folder / "tables/p_2022.sql").write_text(PARTITION.format("p_2022", 2022, 2023))
    assert pg.rows("SELECT id FROM p_2022") == [("7",)]
    assert pg.rows("SELECT count(*) FROM p_rest") == [("0",)]


def test_a_table_becomes_a_partition(pg, schemafs, folder, tmp_path):
    pg.run("""CREATE TABLE alone (id integer NOT NULL, at date NOT NULL, old integer, v integer);
        INSERT INTO alone VALUES (9, '2023-03-03', 1, 1)""")
    schemafs("pull", pg.target, tmp_path / "tree")
    for tables in folder / "tables", tmp_path / "tree/schema/public/tables":
        wait_for((tables / "alone.sql").exists)
        (tables / "alone.sql").write_text(PARTITION.format("alone", 2023, 2024))
        if tables.is_relative_to(tmp_path / "tree"):
            pg.run("ALTER TABLE p DETACH PARTITION alone; ALTER TABLE alone DROP CONSTRAINT alone_pkey")
            schemafs("push", tmp_path / "tree", pg.target)
        assert pg.rows("SELECT id FROM alone") == [("9",)]
        assert pg.rows("SELECT count(*) FROM p") == [("2",)]


def touch_all(pg, folder):
    """Each table's file is saved with a comment, and again without: nothing else may change."""
    before = pg.dump()
    for file in sorted(folder.glob("tables/*.sql")):
        text = file.read_text()
        added = f"\nCOMMENT ON TABLE {folder.name}.{file.stem} IS 'touched';\n"
        file.write_text(text + added)
        assert pg.rows(f"SELECT obj_description('{folder.name}.{file.stem}'::regclass)") == [("touched",)]
        file.write_text(text)
        assert file.read_text() == text
    assert pg.dump() == before


@pytest.mark.parametrize("name", ["partition_keys", "not_valid_heirs", "inheritance"])
def test_saved_for_a_comment(pg, mount, name):
    """Incomplete keys, checks valid in some children, tables that were attached, settings of parents."""
    pg.load(SCHEMAS / f"{name}.sql")
    with mount(pg.target) as place:
        for folder in sorted((place / "schema").iterdir()):
            touch_all(pg, folder)


UNCHECKED = """
CREATE TABLE p (a int, b int);
CREATE TABLE c () INHERITS (p);
ALTER TABLE p ADD CONSTRAINT late CHECK (a > 0) NOT VALID;
CREATE TABLE q (a int, b int) PARTITION BY LIST (a);
CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);
ALTER TABLE q ADD CONSTRAINT late CHECK (b > 0) NOT VALID;
"""


def test_children_of_what_is_not_valid(pg, mount):
    """A new child has the check valid, which its text says; one that was there becomes it by that line."""
    pg.run(UNCHECKED)
    valid = "SELECT conrelid::regclass FROM pg_constraint WHERE conname = 'late' AND convalidated ORDER BY 1"
    with mount(pg.target) as place:
        tables = place / "schema/public/tables"
        (tables / "c2.sql").write_text("CREATE TABLE c2 () INHERITS (p);")
        (tables / "q2.sql").write_text("CREATE TABLE q2 PARTITION OF q FOR VALUES IN (2);")
        assert pg.rows(valid) == [("c2",), ("q2",)]
        for name in ("c2", "q2"):
            assert f"ALTER TABLE public.{name} VALIDATE CONSTRAINT late;" in (tables / f"{name}.sql").read_text()
        with open(tables / "c.sql", "a") as file:
            file.write("ALTER TABLE c VALIDATE CONSTRAINT late;\n")
        assert pg.rows(valid) == [("c",), ("c2",), ("q2",)]
        text = (tables / "q.sql").read_text()
        (tables / "q.sql").write_text(text.replace(" NOT VALID", ""))
        wait_for(lambda: "VALIDATE" not in (tables / "q2.sql").read_text())
    assert len(pg.rows(valid)) == 5


ATTACHED = """
CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE p1 (at date, id int);
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();
"""


def test_a_table_that_was_attached(pg, mount):
    pg.run(ATTACHED)
    with mount(pg.target) as place:
        tables = place / "schema/public/tables"
        text = (tables / "p1.sql").read_text()
        (tables / "p1.sql").write_text(text.replace("'2021-01-01'", "'2022-01-01'"))
        assert "2022-01-01" in pg.dump()
        # It belongs into the file of the partition, not into that of the parent.
        with fails_with(errno.EINVAL):
            (tables / "p.sql").write_text((tables / "p.sql").read_text() + text.split("\n\n")[1])
        (tables / "p.sql.rej").unlink()
        pg.run("ALTER TABLE p1 DISABLE TRIGGER tr")
        trigger = place / "schema/public/triggers/p1.tr.sql"
        wait_for(trigger.exists)
        assert trigger.read_text() == "ALTER TABLE public.p1 DISABLE TRIGGER tr;\n"
        trigger.write_text("ALTER TABLE public.p1 ENABLE ALWAYS TRIGGER tr;\n")
    assert pg.rows("SELECT tgenabled FROM pg_trigger WHERE tgrelid = 'p1'::regclass") == [("A",)]
