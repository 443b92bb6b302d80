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
    # The server lists them by the columns' numbers, which one table has otherwise than the other.
    "statistics on columns in another order": (
        "CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON b, a FROM t;",
        "CREATE TABLE t (b integer, a integer, c text); CREATE STATISTICS s ON a, b FROM t;",
        "INSERT INTO t (a, b) VALUES (1, 2);",
        "SELECT a, b FROM t",
    ),
    "type of a partition key": (
        PARTITIONED.format(type="integer"),
        PARTITIONED.format(type="bigint"),
        "INSERT INTO t VALUES (1, 'x'), (5, 'y'); INSERT INTO child VALUES (5);",
        "SELECT v.a, v.b, child.a FROM v LEFT JOIN child USING (a) ORDER BY 1",
    ),
    # What is logged refers to nothing that is not: in the order of the foreign keys, there and back.
    "tables that become logged": (
        "CREATE UNLOGGED TABLE t (id int PRIMARY KEY); CREATE UNLOGGED TABLE c (t int REFERENCES t);",
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE c (t int REFERENCES t);",
        "INSERT INTO t VALUES (1); INSERT INTO c VALUES (1);",
        "SELECT t.id, c.t FROM t, c",
    ),
    "tables that become unlogged": (
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE c (t int REFERENCES t);",
        "CREATE UNLOGGED TABLE t (id int PRIMARY KEY); CREATE UNLOGGED TABLE c (t int REFERENCES t);",
        "INSERT INTO t VALUES (1); INSERT INTO c VALUES (1);",
        "SELECT t.id, c.t FROM t, c",
    ),
    # A partition that is made anew leaves first: the new one has its place, and what it inherited is its own.
    "partition that is partitioned itself": (
        "CREATE TABLE t (id int PRIMARY KEY, v int) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t DEFAULT;"
        "CREATE TABLE c (t int REFERENCES t ON DELETE CASCADE);",
        "CREATE TABLE t (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);"
        "CREATE TABLE t1 PARTITION OF t DEFAULT PARTITION BY LIST (id); CREATE TABLE t1a PARTITION OF t1 DEFAULT;"
        "CREATE TABLE c (t int REFERENCES t ON DELETE CASCADE);",
        "INSERT INTO t VALUES (1, 2); INSERT INTO c VALUES (1);",
        "SELECT id, v, c.t FROM t, c",
    ),
    # A child that is made anew leaves its parent first, which then changes without it.
    "child made anew below a column that changes": (
        "CREATE TABLE p (a int, b int NOT NULL DEFAULT 3); CREATE TABLE c (a int DEFAULT 7) INHERITS (p);",
        "CREATE TABLE p (a int, b int DEFAULT 4); CREATE TABLE c (b int NOT NULL DEFAULT 9) INHERITS (p);",
        "INSERT INTO c VALUES (1, 2);",
        "SELECT a, b FROM p",
    ),
    # What a parent brings that stays goes with the parent's own, whatever other parents come.
    "inherited check of a table that gets another parent": (
        "CREATE TABLE p (a int, CONSTRAINT k CHECK (a > 0)); CREATE TABLE q (b int); CREATE TABLE c (d int) INHERITS (p);",
        "CREATE TABLE p (a bigint, CONSTRAINT k CHECK (a > -1)); CREATE TABLE q (b int);"
        "CREATE TABLE c (a bigint, d int, b int) INHERITS (p, q);",
        "INSERT INTO c VALUES (1, 2);",
        "SELECT a, d FROM c",
    ),
    "table that gets a parent with columns": (
        "CREATE TABLE p (a int NOT NULL, b text DEFAULT 'x'); CREATE TABLE c (w int);",
        "CREATE TABLE p (a int, b text DEFAULT 'x'); CREATE TABLE n (y int); CREATE TABLE c (w int) INHERITS (p, n);",
        "INSERT INTO c VALUES (2);",
        "SELECT w FROM c",
    ),
    # Attached with its columns in another order it would not be as if it had been made with its parent.
    "partition of a table made anew with a column before the others": (
        "CREATE TABLE t (a int NOT NULL) PARTITION BY RANGE (a); CREATE TABLE p PARTITION OF t FOR VALUES FROM (0) TO (2);",
        "CREATE TABLE t (b jsonb DEFAULT '{}' NOT NULL, a smallint) PARTITION BY RANGE (a);"
        "CREATE TABLE p PARTITION OF t FOR VALUES FROM (0) TO (2);",
        "INSERT INTO t VALUES (1);",
        "SELECT a FROM t",
    ),
    "generated column that becomes a plain one of another type": (
        "CREATE TABLE t (a bigint, b integer GENERATED ALWAYS AS (a * 2) STORED);",
        "CREATE TABLE t (a bigint, b smallint DEFAULT 7 NOT NULL);",
        "INSERT INTO t VALUES (1), (2);",
        "SELECT a, b FROM t ORDER BY a",
    ),
    # A new index of the parent takes over those that its partitions have: so they keep their names.
    "index of partitions with names of their own": (
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT;",
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT;"
        "CREATE INDEX top ON ONLY t (b); CREATE INDEX mine ON p (b); ALTER INDEX top ATTACH PARTITION mine;",
        "INSERT INTO t VALUES (1, 2);",
        "SELECT a, b FROM t",
    ),
    # So does one that finds a key on the columns.
    "index of the parent over a key of the partition": (
        "CREATE TABLE o (a int);",
        "CREATE TABLE o (a int); CREATE TABLE t (a int, b int) PARTITION BY LIST (a);"
        "CREATE TABLE p PARTITION OF t (PRIMARY KEY (a, b)) DEFAULT; CREATE UNIQUE INDEX top ON t (a, b);",
        "INSERT INTO o VALUES (1);",
        "SELECT a FROM o",
    ),
    "attribute of a type that is stored inside of another": (
        "CREATE TYPE y AS (a int, b int); CREATE TYPE z AS (y y, n int); CREATE TABLE t (v z);",
        "CREATE TYPE y AS (a text, c date, b int); CREATE TYPE z AS (y y, m text, n bigint); CREATE TABLE t (v z);",
        "INSERT INTO t VALUES (ROW(ROW(1, 2), 3));",
        "SELECT ((v).y).a, ((v).y).b, (v).n FROM t",
    ),
    "sequences that turn around": (
        "CREATE SEQUENCE s AS smallint INCREMENT -1; CREATE TABLE t (a int, i int GENERATED ALWAYS AS IDENTITY (INCREMENT -2));",
        "CREATE SEQUENCE s; CREATE TABLE t (a int, i int GENERATED ALWAYS AS IDENTITY);",
        "SELECT nextval('s'); INSERT INTO t VALUES (1);",
        "SELECT a, i FROM t",
    ),
    "sequence that turns down and gets a smaller type": (
        "CREATE TABLE t (a int); CREATE SEQUENCE s;",
        "CREATE TABLE t (a int); CREATE SEQUENCE s AS smallint INCREMENT -1 MINVALUE -100;",
        "SELECT nextval('s'); INSERT INTO t VALUES (1);",
        "SELECT a FROM t",
    ),
    # The others keep their order, and with it the columns that they bring.
    "table that leaves the first of two parents": (
        "CREATE TABLE p (a int); CREATE TABLE q (b int); CREATE TABLE c (d int) INHERITS (p, q);",
        "CREATE TABLE p (a int); CREATE TABLE q (b int); CREATE TABLE c (d int, a int) INHERITS (q);",
        "INSERT INTO c VALUES (1, 2, 3);",
        "SELECT a, b, d FROM c",
    ),
    "column of a child's own that comes to its grandparent as well": (
        "CREATE TABLE p (a int); CREATE TABLE q (b int) INHERITS (p); CREATE TABLE r (c int) INHERITS (p);"
        "CREATE TABLE s (d int) INHERITS (q, r);",
        "CREATE TABLE p (a bigint, n text); CREATE TABLE q (b int) INHERITS (p); CREATE TABLE r (c int) INHERITS (p);"
        "CREATE TABLE s (d int, n text DEFAULT 'q') INHERITS (q, r);",
        "INSERT INTO s VALUES (1, 2, 3, 4);",
        "SELECT a, b, c, d FROM s",
    ),
    "partitions for which a check of the parent holds already": (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT;",
        "CREATE TABLE t (a int) PARTITION BY LIST (a); ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;"
        "CREATE TABLE p PARTITION OF t DEFAULT;",
        "INSERT INTO t VALUES (1);",
        "SELECT a FROM t",
    ),
    "index of the parent that not all partitions have": (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT;"
        "CREATE TABLE q PARTITION OF t FOR VALUES IN (1);"
        "CREATE INDEX i ON ONLY t (a); CREATE INDEX j ON p (a); ALTER INDEX i ATTACH PARTITION j;",
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT;"
        "CREATE TABLE q PARTITION OF t FOR VALUES IN (1); CREATE INDEX j ON p (a);",
        "INSERT INTO t VALUES (1), (2);",
        "SELECT a FROM t ORDER BY a",
    ),
    "column that becomes a child's own, too": (
        "CREATE TABLE p (a int); CREATE TABLE c (b int) INHERITS (p);",
        "CREATE TABLE p (a int); CREATE TABLE c (a int, b int) INHERITS (p);",
        "INSERT INTO c VALUES (1, 2);",
        "SELECT a, b FROM c",
    ),
    "parent that gets a column and a child": (
        "CREATE TABLE a (x int); CREATE TABLE c (x int, w int);",
        "CREATE TABLE a (x int, y int); CREATE TABLE c (x int, w int) INHERITS (a);",
        "INSERT INTO c VALUES (1, 2);",
        "SELECT x, w FROM c",
    ),
    "partition with another replica identity below a new index": (
        "CREATE TABLE p (a int NOT NULL, b int) PARTITION BY LIST (a); CREATE TABLE q PARTITION OF p DEFAULT;",
        "CREATE TABLE p (a int NOT NULL, b int, n int DEFAULT 4) PARTITION BY LIST (a);"
        "CREATE TABLE q PARTITION OF p DEFAULT; CREATE INDEX pi ON p (n); ALTER TABLE q REPLICA IDENTITY FULL;",
        "INSERT INTO p VALUES (1, 2);",
        "SELECT a, b FROM p",
    ),
    # A new replica identity does not take a child from its parent, whose columns come and go with it.
    "column dropped above a table with another replica identity": (
        "CREATE TABLE p (a int, b int); CREATE TABLE c (d int) INHERITS (p);",
        "CREATE TABLE p (a int); CREATE TABLE c (d int) INHERITS (p); ALTER TABLE c REPLICA IDENTITY FULL;",
        "INSERT INTO c VALUES (1, 2, 3);",
        "SELECT a, d FROM c",
    ),
    # What makes a range is told by the type that is made anew before it.
    "range over a label that goes": (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TYPE r AS RANGE (SUBTYPE = e); CREATE TABLE t (a r, b e);",
        "CREATE TYPE e AS ENUM ('b', 'c'); CREATE TYPE r AS RANGE (SUBTYPE = e); CREATE TABLE t (a r, b e);",
        "INSERT INTO t VALUES ('[b,b]', 'b');",
        "SELECT a, b FROM t",
    ),
    # Who has a column's privileges from its table's owner has them of no one else.
    "columns granted to the owner of their table": (
        "CREATE TABLE t (a int, b int); ALTER TABLE t OWNER TO pg_monitor; GRANT SELECT (a) ON t TO pg_monitor;",
        "CREATE TABLE t (a int, b int, c int); ALTER TABLE t OWNER TO pg_monitor;"
        "GRANT REFERENCES (a, b) ON t TO pg_monitor WITH GRANT OPTION;",
        "INSERT INTO t VALUES (1, 2);",
        "SELECT a, b FROM t",
    ),
    "owner of a table that has a sequence": (
        "CREATE TABLE t (a serial, b int); CREATE SEQUENCE s OWNED BY t.b;",
        "CREATE TABLE t (a serial, b int); CREATE SEQUENCE s OWNED BY t.b; ALTER TABLE t OWNER TO pg_monitor;",
        "INSERT INTO t VALUES (DEFAULT, 2);",
        "SELECT a, b FROM t",
    ),
    "schema that goes with what it was published by": (
        "CREATE SCHEMA s; CREATE SCHEMA r; CREATE PUBLICATION p FOR TABLES IN SCHEMA s, r; CREATE TABLE t (a int);",
        "CREATE SCHEMA s; CREATE PUBLICATION p FOR TABLES IN SCHEMA s; CREATE TABLE t (a int);",
        "INSERT INTO t VALUES (1);",
        "SELECT a FROM t",
    ),
    "field of a row in a column becomes an array": (
        "CREATE TYPE e AS ENUM ('b'); CREATE TABLE r (a e, b int, c text); CREATE TABLE t (a r, n int);",
        "CREATE TYPE e AS ENUM ('b'); CREATE TABLE r (a text[], b int[], c text); CREATE TABLE t (a r, n int);",
        "INSERT INTO t VALUES (('b', 2, 'c'), 1), ((NULL, NULL, NULL), 2), (NULL, 3);",
        "SELECT n, btrim((a).a::text, '{}'), btrim((a).b::text, '{}'), (a).c FROM t ORDER BY n",
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


def check_tree(schemafs, database, tree):
    """What it has become is read back from its files, by a database that is made of nothing else."""
    schemafs("pull", database.target, tree)
    assert schemafs("diff", "--shadow", database.server.uri("postgres"), database.target, tree).stdout == ""


@pytest.mark.parametrize("pair", SQLITE.values(), ids=SQLITE)
def test_sqlite(schemafs, new_sqlite, pair):
    check(schemafs, (new_sqlite(), new_sqlite()), pair)


@pytest.mark.parametrize("pair", POSTGRESQL.values(), ids=POSTGRESQL)
def test_postgresql(schemafs, new_pg, pair):
    check(schemafs, (new_pg(), new_pg()), pair)


@pytest.mark.parametrize("name", ["columns granted to the owner of their table"])
def test_tree_of_it(schemafs, new_pg, tmp_path, name):
    database = new_pg()
    database.run(POSTGRESQL[name][0])
    check_tree(schemafs, database, tmp_path / "tree")
