# SPDX-License-Identifier: MIT
"""What newer servers change in place, there and back."""

import pytest
from databases import server_major

ENFORCED = """
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE k1 (a integer, CONSTRAINT k1_fk FOREIGN KEY (a) REFERENCES p{one});
CREATE TABLE k2 (a integer, CONSTRAINT k2_fk FOREIGN KEY (a) REFERENCES p{two});
CREATE TABLE k3 (a integer, CONSTRAINT k3_fk FOREIGN KEY (a) REFERENCES p{three});
"""
BEFORE = """
CREATE TABLE a (
    x integer, y integer, z integer, w integer NOT NULL, v integer CONSTRAINT vv NOT NULL, u integer NOT NULL,
    s integer CONSTRAINT s_k NOT NULL NO INHERIT
);
CREATE TABLE c () INHERITS (a);
CREATE TABLE apart (q integer, later integer);
ALTER TABLE apart ADD CONSTRAINT later_on NOT NULL later NOT VALID;
CREATE DOMAIN named AS integer CONSTRAINT must NOT NULL;
"""
AFTER = """
CREATE TABLE a (
    x integer, y integer, z integer, w integer NOT NULL NO INHERIT, v integer CONSTRAINT vv2 NOT NULL, u integer,
    s integer CONSTRAINT s_k NOT NULL
);
CREATE TABLE c () INHERITS (a);
ALTER TABLE a ADD CONSTRAINT x_later NOT NULL x NOT VALID;
ALTER TABLE a ADD CONSTRAINT y_alone NOT NULL y NO INHERIT;
ALTER TABLE a ADD CONSTRAINT z_both NOT NULL z NO INHERIT NOT VALID;
CREATE TABLE apart (q integer NOT NULL NO INHERIT, later integer CONSTRAINT later_on NOT NULL);
CREATE DOMAIN named AS integer CONSTRAINT shall NOT NULL;
"""


def there_and_back(schemafs, new_pg, tmp_path, before, after, rows=""):
    """Brings one database to the other and back by a tree; the plans come back."""
    one, two, tree = new_pg(), new_pg(), tmp_path / "tree"
    one.run(before + rows)
    two.run(after)
    schemafs("pull", one.target, tree)
    there = schemafs("push", "--apply=all", two.target, one.target).stdout
    schemafs("diff", one.target, two.target)
    back = schemafs("push", "--apply=all", tree, one.target).stdout
    schemafs("diff", one.target, tree)
    return there, back


@pytest.mark.skipif(server_major() < 18, reason="NOT ENFORCED came with PostgreSQL 18")
def test_enforced_or_not(schemafs, new_pg, tmp_path):
    plans = there_and_back(
        schemafs, new_pg, tmp_path,
        ENFORCED.format(one="", two=" NOT ENFORCED", three=" DEFERRABLE"),
        ENFORCED.format(one=" NOT ENFORCED", two="", three=" NOT ENFORCED"),
        "INSERT INTO p VALUES (1); INSERT INTO k1 VALUES (1); INSERT INTO k2 VALUES (1);",
    )
    assert "k3_fk NOT DEFERRABLE NOT ENFORCED" in plans[0]
    assert not [plan for plan in plans if "DROP" in plan or "ADD" in plan]


@pytest.mark.skipif(server_major() < 18, reason="NOT NULL has names since PostgreSQL 18")
def test_not_null_is_a_constraint(schemafs, new_pg, tmp_path):
    plans = there_and_back(schemafs, new_pg, tmp_path, BEFORE, AFTER, "INSERT INTO a VALUES (1, 1, 1, 1, 1, 1, 1);")
    assert "RENAME CONSTRAINT vv TO vv2" in plans[0]
    assert "ALTER CONSTRAINT s_k INHERIT" in plans[0]
    assert "VALIDATE CONSTRAINT later_on" in plans[0]


@pytest.mark.skipif(server_major() < 18, reason="NOT NULL has names since PostgreSQL 18")
def test_not_null_beside_writers(schemafs, new_pg):
    db, wanted = new_pg(), new_pg()
    db.run("CREATE TABLE t (a integer); INSERT INTO t VALUES (1);")
    wanted.run("CREATE TABLE t (a integer CONSTRAINT is_there NOT NULL);")
    plan = schemafs("diff", "--online-above=0", db.target, wanted.target, code=1).stdout
    assert "ADD CONSTRAINT is_there NOT NULL a NOT VALID" in plan
    assert "VALIDATE CONSTRAINT is_there" in plan
    schemafs("push", "--apply=all", "--online-above=0", wanted.target, db.target)
    schemafs("diff", db.target, wanted.target)


@pytest.mark.skipif(server_major() < 18, reason="NOT NULL has names since PostgreSQL 18")
def test_not_null_is_called_after_its_table(schemafs, new_pg, tmp_path):
    db, tree = new_pg(), tmp_path / "tree"
    db.run("CREATE TABLE t (a integer NOT NULL, b integer CONSTRAINT b_is NOT NULL);")
    schemafs("pull", db.target, tree)
    text = (tree / "schema/public/tables/t.sql").read_text()
    (tree / "schema/public/tables/t.sql").unlink()
    text = "-- renamed from: t\n" + text.replace("public.t ", "public.u ").replace("public.t\n", "public.u\n")
    (tree / "schema/public/tables/u.sql").write_text(text)
    plan = schemafs("push", tree, db.target).stdout
    assert "RENAME CONSTRAINT t_a_not_null TO u_a_not_null" in plan and "b_is" not in plan
    text = text.split("\n", 1)[1].replace("a integer", "c integer -- renamed from: a\n ")
    text = text.replace("-- renamed from: a\n  NOT NULL,", "NOT NULL, -- renamed from: a")
    (tree / "schema/public/tables/u.sql").write_text(text)
    plan = schemafs("push", tree, db.target).stdout
    assert "RENAME CONSTRAINT u_a_not_null TO u_c_not_null" in plan


METHODS = """
CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE t (a int) PARTITION BY LIST (a){t}; CREATE TABLE t1 PARTITION OF t DEFAULT;
CREATE TABLE u (a int, b int) PARTITION BY LIST (a){u}; CREATE TABLE u1 PARTITION OF u DEFAULT USING other;
"""
KEYS_OF_PARTITIONS = """
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, CONSTRAINT f FOREIGN KEY (b) REFERENCES p{f}) PARTITION BY LIST (a);
CREATE TABLE t1 PARTITION OF t DEFAULT;
CREATE TABLE u (a int, b int) PARTITION BY LIST (a); CREATE TABLE u1 PARTITION OF u DEFAULT;
ALTER TABLE u ADD CONSTRAINT g FOREIGN KEY (b) REFERENCES p{g};
"""


@pytest.mark.skipif(server_major() < 17, reason="partitioned tables have access methods since PostgreSQL 17")
def test_access_method_for_partitions(schemafs, new_pg, tmp_path):
    there, back = there_and_back(
        schemafs, new_pg, tmp_path, METHODS.format(t="", u=" USING other"),
        METHODS.format(t=" USING other", u=" USING heap"), "INSERT INTO t VALUES (1); INSERT INTO u VALUES (1, 2);",
    )
    assert "public.u SET ACCESS METHOD DEFAULT" in there and "public.t SET ACCESS METHOD DEFAULT" in back


EXCLUDED = """
CREATE TABLE t (k int, r int4range, CONSTRAINT e EXCLUDE USING gist (r WITH =, r WITH &&)) PARTITION BY LIST (r);
CREATE TABLE t1 PARTITION OF t FOR VALUES IN {bound};
"""


@pytest.mark.skipif(server_major() < 17, reason="partitioned tables have exclusion constraints since PostgreSQL 17")
def test_exclusion_comes_with_attaching(schemafs, new_pg, tmp_path):
    there_and_back(
        schemafs, new_pg, tmp_path,
        EXCLUDED.format(bound="('[1,2)')") + "CREATE TABLE t2 (k int, r int4range);",
        EXCLUDED.format(bound="('[1,2)', '[2,3)')") + "CREATE TABLE t2 PARTITION OF t DEFAULT;",
        "INSERT INTO t VALUES (1, '[1,2)'); INSERT INTO t2 VALUES (1, '[5,6)');",
    )


PERIODS = """
CREATE TABLE t (v daterange, n int4range, CONSTRAINT k {key} (n, v WITHOUT OVERLAPS)) PARTITION BY LIST (n);
CREATE TABLE t1 PARTITION OF t {bound}; {more}
"""


@pytest.mark.skipif(server_major() < 18, reason="WITHOUT OVERLAPS came with PostgreSQL 18")
def test_periods_of_partitions(schemafs, new_pg, tmp_path):
    there_and_back(
        schemafs, new_pg, tmp_path, PERIODS.format(key="PRIMARY KEY", bound="DEFAULT", more=""),
        PERIODS.format(key="UNIQUE", bound="FOR VALUES IN ('[1,2)')", more="CREATE TABLE t2 PARTITION OF t DEFAULT;"),
        "INSERT INTO t VALUES ('[2020-01-01,2021-01-01)', '[1,2)');",
    )


@pytest.mark.skipif(server_major() < 18, reason="NOT ENFORCED came with PostgreSQL 18")
def test_foreign_keys_of_partitions(schemafs, new_pg, tmp_path):
    """What is said of the parent's reaches them."""
    there_and_back(
        schemafs, new_pg, tmp_path, KEYS_OF_PARTITIONS.format(f=" NOT ENFORCED", g=""),
        KEYS_OF_PARTITIONS.format(f="", g=" NOT VALID"),
        "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1); INSERT INTO u VALUES (1, 1);",
    )


def test_publications_are_reached(schemafs, new_pg, tmp_path):
    """A tree compared by its files: a column that a publication filters by gets another type."""
    if server_major() < 15:
        pytest.skip("publications have conditions since PostgreSQL 15")
    db, tree = new_pg(), tmp_path / "tree"
    db.run("CREATE TABLE t (a integer PRIMARY KEY); CREATE PUBLICATION f FOR TABLE t WHERE (a > 1);")
    schemafs("pull", db.target, tree)
    path = tree / "schema/public/tables/t.sql"
    path.write_text(path.read_text().replace("a integer", "a bigint"))
    schemafs("push", "--apply=all", tree, db.target)
    schemafs("diff", db.target, tree)
