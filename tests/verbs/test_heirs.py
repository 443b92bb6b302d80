# SPDX-License-Identifier: MIT
"""Columns that children share with their parents, and columns that are computed: on each major."""

import json

import pytest
from databases import server_major

pytestmark = pytest.mark.catalog

OWN_VALUES = (
    """
CREATE TABLE p (a int, b int DEFAULT 1, s text, n int NOT NULL, st int);
CREATE TABLE c (x int, n int NOT NULL) INHERITS (p);
ALTER TABLE c ALTER b SET DEFAULT 5, ALTER s SET STORAGE MAIN;
CREATE TABLE gc () INHERITS (c); ALTER TABLE gc ALTER b SET DEFAULT 1;
CREATE TABLE gc2 () INHERITS (c);
CREATE TABLE ggc () INHERITS (gc2); ALTER TABLE ggc ALTER b SET DEFAULT 7;
CREATE TABLE pp (k int, b int DEFAULT 1) PARTITION BY LIST (k);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES IN (1); ALTER TABLE pp1 ALTER b SET DEFAULT 8;
CREATE TABLE pp2 (k int, b int DEFAULT 1); ALTER TABLE pp ATTACH PARTITION pp2 FOR VALUES IN (2);
CREATE TABLE pp3 PARTITION OF pp DEFAULT PARTITION BY RANGE (b);
CREATE TABLE pp31 PARTITION OF pp3 DEFAULT; ALTER TABLE pp31 ALTER b DROP DEFAULT;
INSERT INTO c (n) VALUES (1); INSERT INTO pp VALUES (1), (2), (3);
""",
    "ALTER TABLE ONLY p ALTER b SET DEFAULT 2, ALTER s SET STORAGE EXTERNAL, ALTER st SET STATISTICS 100;"
    "ALTER TABLE p ALTER n DROP NOT NULL; ALTER TABLE c ALTER n SET NOT NULL;"
    "ALTER TABLE ONLY pp ALTER b SET DEFAULT 3;",
    "SELECT sum(b) FROM (SELECT b FROM p UNION ALL SELECT b FROM pp) x",
)

COMPUTED = (
    """
CREATE TABLE t (k int, a int, b int GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (a);
CREATE TABLE t11 PARTITION OF t1 DEFAULT;
CREATE TABLE t2 PARTITION OF t DEFAULT;
CREATE INDEX own ON t11 (b); CREATE INDEX tb ON t (b);
COMMENT ON COLUMN t2.b IS 'x'; COMMENT ON INDEX own IS 'mine';
CREATE VIEW v AS SELECT b FROM t11; ALTER TABLE t2 ADD CONSTRAINT k CHECK (b > -5);
GRANT SELECT (b) ON t2 TO PUBLIC;
CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a) STORED);
CREATE TABLE c () INHERITS (p); CREATE INDEX ON c (b);
INSERT INTO t VALUES (1, 1), (20, 3); INSERT INTO p VALUES (1); INSERT INTO c VALUES (2);
""",
    {"(a * 2)": "(a * 3)", "AS (a)": "AS (a + 1)"},
    "SELECT a FROM t UNION ALL SELECT a FROM p ORDER BY a",
)

RETYPED = (
    """
CREATE TABLE t (k int, b int, CONSTRAINT tk PRIMARY KEY (k, b)) PARTITION BY RANGE (k);
CREATE TABLE t1 (k int NOT NULL, b int NOT NULL, CONSTRAINT own PRIMARY KEY (k, b));
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (10);
CREATE TABLE t2 PARTITION OF t DEFAULT;
CREATE TABLE r (k int, b int, FOREIGN KEY (k, b) REFERENCES t);
CREATE TABLE u (a int, b bigint GENERATED ALWAYS AS (a) STORED, c int);
CREATE VIEW v AS SELECT b FROM u;
INSERT INTO t VALUES (1, 3), (20, 4); INSERT INTO r VALUES (1, 3); INSERT INTO u VALUES (5);
""",
    {"b int": "b bigint", "b bigint GEN": "b smallint GEN"},
    "SELECT t.k, t.b, r.k, u.b FROM t LEFT JOIN r USING (k), u ORDER BY 1",
)


def after_of(before, change):
    if isinstance(change, str):
        return before + change
    for old, new in change.items():
        before = before.replace(old, new)
    return before


@pytest.mark.parametrize("case", [OWN_VALUES, COMPUTED, RETYPED], ids=["values", "computed", "retyped"])
def test_there_and_back(new_pg, schemafs, case):
    first, change, query = case
    second = after_of(first, change)
    for before, after in ((first, second), (second, first)):
        database, wanted = new_pg(), new_pg()
        database.run(before)
        wanted.run(after)
        rows = database.rows(query)
        schemafs("push", "--apply=all", wanted.target, database.target)
        schemafs("diff", database.target, wanted.target)
        assert database.rows(query) == rows


GENERATED = "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * {n}) {kind} {more}); {rest}"


def plan(new_pg, schemafs, **words):
    before, after = new_pg(), new_pg()
    words = {"more": "", "rest": "", **words}
    before.run(GENERATED.format(n=2, **words) + "CREATE VIEW v AS SELECT b FROM t; INSERT INTO t VALUES (1);")
    after.run(GENERATED.format(n=3, **words) + "CREATE VIEW v AS SELECT b FROM t;")
    made = json.loads(schemafs("diff", "--json", before.target, after.target, code=1).stdout)
    schemafs("push", after.target, before.target)
    schemafs("diff", before.target, after.target)
    assert before.rows("SELECT b FROM v") == [("3",)]
    return [step["sql"] for step in made["statements"]], {hazard["rule"] for hazard in made["hazards"]}


@pytest.mark.skipif(server_major() < 17, reason="SET EXPRESSION came with PostgreSQL 17")
def test_another_expression_is_set_in_place(new_pg, schemafs):
    statements, hazards = plan(new_pg, schemafs, kind="STORED")
    assert statements == ["ALTER TABLE public.t ALTER COLUMN b SET EXPRESSION AS (a * 3)"]
    assert "H32" in hazards


@pytest.mark.skipif(server_major() < 18, reason="VIRTUAL came with PostgreSQL 18")
def test_what_is_not_stored_is_not_rewritten(new_pg, schemafs):
    statements, hazards = plan(new_pg, schemafs, kind="VIRTUAL")
    assert statements == ["ALTER TABLE public.t ALTER COLUMN b SET EXPRESSION AS (a * 3)"]
    assert not hazards
    for watched in ({"more": ", CHECK (b > 0)"}, {"rest": "CREATE PUBLICATION all_of_it FOR ALL TABLES;"}):
        statements, _ = plan(new_pg, schemafs, kind="VIRTUAL", **watched)
        assert not [sql for sql in statements if "SET EXPRESSION" in sql]


KEYS_IN_A_CIRCLE = """
CREATE TABLE a (id int PRIMARY KEY, lo int, ld date);
CREATE TABLE c (id int, day date, x int REFERENCES a, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE b (id int NOT NULL, day date NOT NULL, x int REFERENCES a, CONSTRAINT own PRIMARY KEY (id, day));
ALTER TABLE c ATTACH PARTITION b FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE d PARTITION OF c DEFAULT;
ALTER TABLE a ADD FOREIGN KEY (lo, ld) REFERENCES c, ADD qq int, ADD qd date, ADD FOREIGN KEY (qq, qd) REFERENCES b;
"""


def test_foreign_keys_in_a_circle_of_partitions_load(new_pg, schemafs, tmp_path):
    """A key of a table that is attached comes first: its parent's takes it over."""
    wanted, empty = new_pg(), new_pg()
    wanted.run(KEYS_IN_A_CIRCLE)
    schemafs("pull", wanted.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", empty.target)
    schemafs("diff", empty.target, wanted.target)
    schemafs("diff", tmp_path / "tree", wanted.target)


KEYS_ALONE_IN_A_CIRCLE = """
CREATE TYPE row AS (foo text, n int);
CREATE TABLE a (foo text, n int) PARTITION BY LIST (foo);
CREATE TABLE c (foo text);
CREATE TABLE a1 PARTITION OF a (CONSTRAINT n CHECK (n > 0), UNIQUE (foo)) FOR VALUES IN ('x');
CREATE TABLE a2 PARTITION OF a FOR VALUES IN ('y');
CREATE UNIQUE INDEX ON a2 (foo);
CREATE TABLE b1 (UNIQUE (foo)) INHERITS (c);
CREATE TABLE b2 () INHERITS (c);
CREATE UNIQUE INDEX ON b2 (foo);
CREATE TABLE t1 OF row;
CREATE UNIQUE INDEX ON t1 (foo);
CREATE TABLE t2 OF row (foo PRIMARY KEY, CHECK (n > 1));
ALTER TABLE a1 ADD FOREIGN KEY (foo) REFERENCES b1 (foo);
ALTER TABLE a2 ADD FOREIGN KEY (foo) REFERENCES a1 (foo);
ALTER TABLE b1 ADD FOREIGN KEY (foo) REFERENCES t1 (foo);
ALTER TABLE t1
    ADD FOREIGN KEY (foo) REFERENCES a2 (foo),
    ADD CONSTRAINT second FOREIGN KEY (foo) REFERENCES b1 (foo);
ALTER TABLE b2 ADD FOREIGN KEY (foo) REFERENCES t2 (foo);
ALTER TABLE t2 ADD FOREIGN KEY (foo) REFERENCES b2 (foo);
"""

# The same with the foreign keys before all else in their lists.
KEYS_FIRST_IN_A_CIRCLE = """
CREATE TABLE a1 PARTITION OF a (
    FOREIGN KEY (foo) REFERENCES b1 (foo), CONSTRAINT n CHECK (n > 0), UNIQUE (foo)
) FOR VALUES IN ('x');
CREATE TABLE a2 PARTITION OF a (FOREIGN KEY (foo) REFERENCES a1 (foo)) FOR VALUES IN ('y');
CREATE TABLE b1 (FOREIGN KEY (foo) REFERENCES t1 (foo), UNIQUE (foo)) INHERITS (c);
CREATE TABLE b2 (FOREIGN KEY (foo) REFERENCES t2 (foo)) INHERITS (c);
CREATE TABLE t1 OF row (
    FOREIGN KEY (foo) REFERENCES a2 (foo),
    CONSTRAINT second FOREIGN KEY (foo) REFERENCES b1 (foo)
);
CREATE TABLE t2 OF row (FOREIGN KEY (foo) REFERENCES b2 (foo), foo PRIMARY KEY, CHECK (n > 1));
CREATE UNIQUE INDEX ON a2 (foo);
CREATE UNIQUE INDEX ON b2 (foo);
CREATE UNIQUE INDEX ON t1 (foo);
CREATE TYPE row AS (foo text, n int);
CREATE TABLE a (foo text, n int) PARTITION BY LIST (foo);
CREATE TABLE c (foo text);
"""


def test_foreign_keys_in_a_circle_may_stand_alone(new_pg, schemafs, tmp_path):
    """A partition, an heir and a table of a type may have nothing else in their lists."""
    wanted, empty, third = new_pg(), new_pg(), new_pg()
    wanted.run(KEYS_ALONE_IN_A_CIRCLE)
    schemafs("pull", wanted.target, tmp_path / "tree")
    alone = (tmp_path / "tree/schema/public/tables/a2.sql").read_text()
    assert "(\n    CONSTRAINT a2_foo_fkey FOREIGN KEY (foo) REFERENCES public.a1(foo)\n)" in alone
    schemafs("push", tmp_path / "tree", empty.target)
    schemafs("diff", empty.target, wanted.target)
    (tmp_path / "all.sql").write_text(KEYS_FIRST_IN_A_CIRCLE)
    schemafs("push", tmp_path / "all.sql", third.target)
    schemafs("diff", third.target, wanted.target)
