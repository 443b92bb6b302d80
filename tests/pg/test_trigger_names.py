# SPDX-License-Identifier: MIT
"""A trigger of a partitioned table gets another name, and so do those that its partitions have of it."""

import pytest

pytestmark = pytest.mark.catalog

SCHEMA = """
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE par (a integer) PARTITION BY RANGE (a);
CREATE TABLE one PARTITION OF par FOR VALUES FROM (1) TO (5);
CREATE TABLE two PARTITION OF par FOR VALUES FROM (5) TO (9) PARTITION BY LIST (a);
CREATE TABLE two_1 PARTITION OF two FOR VALUES IN (6);
CREATE TRIGGER former AFTER INSERT ON par FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE one DISABLE TRIGGER former;
"""


def test_renamed_in_partitions(pg, schemafs, tmp_path):
    pg.run(SCHEMA)
    tree = tmp_path / "tree"
    schemafs("pull", pg.target, tree)
    triggers = tree / "schema/public/triggers"
    for table in ("par", "one"):
        old = triggers / f"{table}.former.sql"
        text = old.read_text().replace("former", "latter")
        old.unlink()
        hint = "-- renamed from: former\n" if table == "par" else ""
        (triggers / f"{table}.latter.sql").write_text(hint + text)
    schemafs("push", "--apply=all", tree, pg.target)
    found = pg.rows("SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger ORDER BY 1")
    assert found == [
        ("one", "latter", "D"), ("par", "latter", "O"), ("two", "latter", "O"), ("two_1", "latter", "O"),
    ]
    schemafs("diff", pg.target, tree)
