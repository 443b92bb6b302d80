# SPDX-License-Identifier: MIT
"""What is said of objects apart from what they are made of, pushed from one state to another."""

import pytest

from databases import server_major

pytestmark = pytest.mark.catalog

TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname, tgenabled, obj_description(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal OR tgparentid <> 0 ORDER BY 1, 2"
)
PARTITIONS = """
CREATE TABLE p (a integer, b text) PARTITION BY RANGE (a);
CREATE TABLE p1 (b text, a integer) PARTITION BY RANGE (a);
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1) TO (100);
CREATE TABLE a11 PARTITION OF p1 FOR VALUES FROM (1) TO (50);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER t1 BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER t2 AFTER UPDATE ON p FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE p1 DISABLE TRIGGER t1;
ALTER TABLE a11 ENABLE ALWAYS TRIGGER t2;
ALTER TABLE a11 ENABLE TRIGGER t1;
COMMENT ON TRIGGER t1 ON p1 IS 'off';
CREATE INDEX pa ON p (a);
ALTER TABLE a11 CLUSTER ON a11_a_idx;
COMMENT ON INDEX a11_a_idx IS 'eleven';
CREATE INDEX pe ON p ((a + 1));
ALTER INDEX a11_expr_idx ALTER COLUMN 1 SET STATISTICS 77;
ALTER TABLE p ADD CONSTRAINT u UNIQUE (a, b);
COMMENT ON CONSTRAINT a11_a_b_key ON a11 IS 'key';
"""


def push(schemafs, tmp_path, source, target):
    schemafs("pull", source.target, tmp_path / "tree")
    schemafs("push", "--apply=all", tmp_path / "tree", target.target)
    assert "nothing" in schemafs("push", tmp_path / "tree", target.target).stderr


def test_bounds(pg, mount):
    """A partition that leaves and comes back has its triggers as they were switched."""
    pg.run(PARTITIONS)
    before = pg.rows(TRIGGERS)
    with mount(pg.target) as place:
        file = place / "schema/public/tables/p1.sql"
        file.write_text(file.read_text().replace("TO (100)", "TO (90)"))
        assert "TO (90)" in file.read_text()
    assert pg.rows(TRIGGERS) == before
    assert pg.rows("SELECT obj_description('a11_a_idx'::regclass)") == [("eleven",)]
    target = "SELECT attstattarget FROM pg_attribute WHERE attrelid = 'a11_expr_idx'::regclass"
    assert pg.rows(target) == [("77",)]


def test_system_columns(schemafs, pg, new_pg, tmp_path):
    other = new_pg()
    pg.run("CREATE TABLE t (a integer); GRANT SELECT (ctid, xmin) ON t TO pg_monitor")
    other.run(
        "CREATE TABLE t (a integer); GRANT SELECT (ctid) ON t TO pg_monitor WITH GRANT OPTION;"
        " GRANT UPDATE (cmax) ON t TO PUBLIC"
    )
    push(schemafs, tmp_path, pg, other)
    acls = (
        "SELECT attname, attacl FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum < 0"
        " AND attacl::text <> '{}' ORDER BY 1"
    )
    assert [row[0] for row in other.rows(acls)] == ["ctid", "xmin"]
    assert other.rows(acls) == pg.rows(acls)


def test_order_of_options(schemafs, pg, new_pg, tmp_path):
    """The order is shown, and no difference."""
    other = new_pg()
    pg.run("CREATE TABLE t (a integer) WITH (fillfactor=70, autovacuum_enabled=false)")
    other.run("CREATE TABLE t (a integer) WITH (autovacuum_enabled=false, fillfactor=70)")
    schemafs("diff", pg.target, other.target)
    schemafs("pull", pg.target, tmp_path / "tree")
    text = (tmp_path / "tree/schema/public/tables/t.sql").read_text()
    assert "WITH (fillfactor=70, autovacuum_enabled=false)" in text
    other.run("ALTER TABLE t SET (fillfactor=80)")
    push(schemafs, tmp_path, pg, other)


@pytest.mark.skipif(server_major() < 15, reason="sequences are logged before PostgreSQL 15")
def test_logged_sequences(schemafs, pg, new_pg, tmp_path):
    other = new_pg()
    kinds = "SELECT relname, relpersistence FROM pg_class WHERE relkind IN ('r', 'S') ORDER BY 1"
    columns = "(a integer GENERATED ALWAYS AS IDENTITY, b serial)"
    pg.run(f"CREATE TABLE s {columns}; CREATE UNLOGGED TABLE t {columns}; CREATE TABLE u {columns}")
    pg.run("ALTER SEQUENCE s_a_seq SET UNLOGGED; ALTER SEQUENCE t_a_seq SET LOGGED")
    other.run(
        f"CREATE TABLE s {columns}; CREATE TABLE t {columns}; CREATE UNLOGGED TABLE u {columns};"
        " ALTER SEQUENCE u_a_seq SET LOGGED"
    )
    push(schemafs, tmp_path, pg, other)
    assert other.rows(kinds) == pg.rows(kinds)
