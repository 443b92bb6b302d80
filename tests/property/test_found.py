# SPDX-License-Identifier: MIT
"""Small pairs that random ones came down to, kept so that they hold from now on."""

import pytest

SQLITE = {
    # A view that does not resolve while another one is made anew stands in the way of DROP COLUMN.
    "column dropped beside a view of a view": (
        """
CREATE TABLE t (a INTEGER, b INTEGER);
CREATE TABLE other (x INTEGER, y INTEGER);
CREATE VIEW v AS SELECT x FROM other;
CREATE VIEW w AS SELECT x FROM v;
""",
        """
CREATE TABLE t (a INTEGER);
CREATE TABLE other (x INTEGER, y INTEGER);
CREATE VIEW v AS SELECT x, y FROM other;
CREATE VIEW w AS SELECT x FROM v;
""",
        "INSERT INTO t VALUES (1, 2), (3, 4);",
        "SELECT a FROM t ORDER BY a",
    ),
    "column dropped beside a view that never resolves": (
        """
CREATE TABLE t (a INTEGER, b INTEGER);
CREATE VIEW v AS SELECT x FROM gone;
""",
        """
CREATE TABLE t (a INTEGER);
CREATE VIEW v AS SELECT x FROM gone;
""",
        "INSERT INTO t VALUES (1, 2), (3, 4);",
        "SELECT a FROM t ORDER BY a",
    ),
    # DROP COLUMN would spell the string of the view anew.
    "column dropped beside a string in double quotes": (
        """
CREATE TABLE t (a INTEGER, b INTEGER);
CREATE VIEW v AS SELECT a, "text" AS kind FROM t;
""",
        """
CREATE TABLE t (a INTEGER);
CREATE VIEW v AS SELECT a, "text" AS kind FROM t;
""",
        "INSERT INTO t VALUES (1, 2), (3, 4);",
        "SELECT a, kind FROM v ORDER BY a",
    ),
}

PARTITIONED = """
CREATE TABLE t (a {type} NOT NULL, b text, CONSTRAINT t_key PRIMARY KEY (a)) PARTITION BY LIST (a);
CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1, 2);
CREATE TABLE t2 PARTITION OF t DEFAULT;
CREATE INDEX t_b ON t (b);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE TABLE child (a {type} REFERENCES t (a));
"""

POSTGRESQL = {
    "type of a partition key": (
        PARTITIONED.format(type="integer"),
        PARTITIONED.format(type="bigint"),
        "INSERT INTO t VALUES (1, 'x'), (5, 'y'); INSERT INTO child VALUES (5);",
        "SELECT v.a, v.b, child.a FROM v LEFT JOIN child USING (a) ORDER BY 1",
    ),
    # A new replica identity does not take a child from its parent, whose columns come and go with it.
    "column dropped above a table with another replica identity": (
        "CREATE TABLE p (a int, b int); CREATE TABLE c (d int) INHERITS (p);",
        "CREATE TABLE p (a int); CREATE TABLE c (d int) INHERITS (p); ALTER TABLE c REPLICA IDENTITY FULL;",
        "INSERT INTO c VALUES (1, 2, 3);",
        "SELECT a, d FROM c",
    ),
}


def check(schemafs, databases, pair):
    first, second, rows, query = pair
    here, there = databases
    here.run(first)
    there.run(second)
    here.run(rows)
    before = here.rows(query)
    schemafs("push", "--apply=all", there.target, here.target)
    assert here.rows(query) == before
    assert schemafs("diff", here.target, there.target).stdout == ""


@pytest.mark.parametrize("pair", SQLITE.values(), ids=SQLITE)
def test_sqlite(schemafs, new_sqlite, pair):
    check(schemafs, (new_sqlite(), new_sqlite()), pair)


@pytest.mark.parametrize("pair", POSTGRESQL.values(), ids=POSTGRESQL)
def test_postgresql(schemafs, new_pg, pair):
    check(schemafs, (new_pg(), new_pg()), pair)
