# SPDX-License-Identifier: MIT
"""Bounds drawn anew: rows move to the partition that takes them, or the plan says for how many there is none."""

import pytest

RANGE = "CREATE TABLE t (a int NOT NULL, b text, PRIMARY KEY (a)) PARTITION BY RANGE (a);"
CHILD = "CREATE TABLE c (x int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE);"
SELF = (
    "CREATE TABLE t (a int PRIMARY KEY, b text, up int REFERENCES t ON DELETE CASCADE) PARTITION BY RANGE (a);"
)
HASH = "CREATE TABLE t (a int, b text) PARTITION BY HASH (a);"
WIDE = (
    "CREATE TABLE t (a int, b text COLLATE \"C\", n int GENERATED ALWAYS AS (a * 2) STORED)"
    " PARTITION BY RANGE (a, b COLLATE \"C\");"
)
FIRES = (
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN IF current_setting(''x.y'', true) IS NULL THEN RAISE EXCEPTION ''fired''; END IF; RETURN coalesce(NEW, OLD); END';"
)
TRIGGERS = (
    "CREATE TRIGGER x BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();"
    "CREATE TRIGGER z AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER z;"
    "CREATE TRIGGER y AFTER DELETE ON d FOR EACH ROW EXECUTE FUNCTION f();"
)


def part(name, bound, more=""):
    return f"CREATE TABLE {name} PARTITION OF t {bound if bound == 'DEFAULT' else 'FOR VALUES ' + bound}{more};"


LOW, HIGH, BOTH = "FROM (0) TO (10)", "FROM (10) TO (20)", "FROM (0) TO (20)"
ROWS = "INSERT INTO t (a, b) VALUES (1, 'x'), (11, 'y');"
MOVES = {
    # name: schemas before and after, rows, where they are afterwards
    "out of the default partition": (
        RANGE + CHILD + part("d", "DEFAULT"),
        RANGE + CHILD + part("d", "DEFAULT") + part("p", LOW),
        ROWS + "INSERT INTO c VALUES (1, 1), (2, 11);", [("p", "1"), ("d", "11")],
    ),
    "into the default partition": (
        RANGE + part("p", BOTH), RANGE + part("p", LOW) + part("d", "DEFAULT"), ROWS, [("p", "1"), ("d", "11")],
    ),
    "exchanged": (
        SELF + part("p", LOW) + part("q", HIGH), SELF + part("q", LOW) + part("p", HIGH),
        ROWS + "UPDATE t SET up = 12 - a;", [("q", "1"), ("p", "11")],
    ),
    "split": (
        RANGE + CHILD + part("p", BOTH), RANGE + CHILD + part("q", LOW) + part("r", HIGH),
        ROWS + "INSERT INTO c VALUES (1, 1), (2, 11);", [("q", "1"), ("r", "11")],
    ),
    "merged": (
        RANGE + part("p", LOW) + part("q", HIGH), RANGE + part("p", BOTH), ROWS, [("p", "1"), ("p", "11")],
    ),
    "into partitions of a partition": (
        RANGE + part("d", "DEFAULT"),
        RANGE + part("d", "DEFAULT") + part("p", BOTH, " PARTITION BY LIST (a)")
        + "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p DEFAULT;",
        ROWS, [("p1", "1"), ("p2", "11")],
    ),
    "hashes": (
        HASH + part("p", "WITH (modulus 2, remainder 0)") + part("q", "WITH (modulus 2, remainder 1)"),
        HASH + part("p", "WITH (modulus 4, remainder 2)") + part("q", "WITH (modulus 2, remainder 1)")
        + part("r", "WITH (modulus 4, remainder 0)"),
        "INSERT INTO t SELECT i, 'x' FROM generate_series(1, 30) i;", None,
    ),
    "keys of two columns": (
        WIDE + part("d", "DEFAULT"),
        WIDE + part("d", "DEFAULT") + part("p", "FROM (0, MINVALUE) TO (10, 'm')"),
        "INSERT INTO t (a, b) VALUES (10, 'a'), (10, 'm'), (0, 'a'), (11, 'a');",
        [("p", "0"), ("d", "10"), ("p", "10"), ("d", "11")],
    ),
    "past triggers": (
        FIRES + RANGE + part("d", "DEFAULT") + TRIGGERS,
        FIRES + RANGE + part("d", "DEFAULT") + part("p", LOW) + TRIGGERS,
        "SET x.y = 1;" + ROWS, [("p", "1"), ("d", "11")],
    ),
    "table with rows of others": (
        RANGE + part("q", HIGH) + "CREATE TABLE p (a int NOT NULL PRIMARY KEY, b text);",
        RANGE + part("q", HIGH) + "CREATE TABLE p (a int NOT NULL PRIMARY KEY, b text);"
        "ALTER TABLE t ATTACH PARTITION p FOR VALUES FROM (0) TO (10);",
        "INSERT INTO p VALUES (1, 'x'), (11, 'y');", [("p", "1"), ("q", "11")],
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_rows_move(schemafs, new_pg, name):
    first, second, rows, places = MOVES[name]
    here, there = new_pg(), new_pg()
    here.run(first)
    there.run(second)
    here.run(rows)
    every = "SELECT a, b FROM t ORDER BY 1, 2"
    before = here.rows(every) if name != "table with rows of others" else [("1", "x"), ("11", "y")]
    children = here.rows("SELECT * FROM c ORDER BY 1") if CHILD in first else []
    done = schemafs("push", "--apply=safe", there.target, here.target)
    assert "will fail" not in done.stderr
    assert here.rows(every) == before
    if CHILD in first:
        assert here.rows("SELECT * FROM c ORDER BY 1") == children
    if places:
        assert here.rows("SELECT tableoid::regclass, a FROM t ORDER BY a, b COLLATE \"C\" DESC") == places
    assert schemafs("diff", here.target, there.target).stdout == ""


HOMELESS = {
    "bound of the only partition": (
        RANGE + part("p", BOTH), RANGE + part("p", LOW),
        "1 of its rows fit neither FOR VALUES FROM (0) TO (10) nor another partition",
    ),
    "table that becomes a partitioned one": (
        "CREATE TABLE t (a int NOT NULL PRIMARY KEY, b text);", RANGE + part("p", LOW),
        "has no partition for 1 of the rows",
    ),
    "table that becomes a partition": (
        RANGE.replace("t (", "t2 (") + "CREATE TABLE t (a int NOT NULL PRIMARY KEY, b text);",
        RANGE.replace("t (", "t2 (")
        + "CREATE TABLE t (a int NOT NULL PRIMARY KEY, b text); ALTER TABLE t2 ATTACH PARTITION t FOR VALUES FROM (0) TO (5);",
        "1 of its rows fit neither",
    ),
}


@pytest.mark.parametrize("name", HOMELESS)
def test_rows_without_a_place(schemafs, new_pg, name):
    """They are counted before anything runs, and nothing is done by halves."""
    first, second, told = HOMELESS[name]
    here, there = new_pg(), new_pg()
    here.run(first + ROWS)
    there.run(second)
    plan = schemafs("diff", here.target, there.target, code=1)
    assert any("H39" in line and told in line and "will fail" in line for line in plan.stderr.splitlines()), plan.stderr
    before = here.dump()
    schemafs("push", "--apply=all", there.target, here.target, code=2)
    assert here.rows("SELECT a, b FROM t ORDER BY 1") == [("1", "x"), ("11", "y")]
    assert here.dump() == before


def test_partition_that_goes(schemafs, new_pg):
    """Rows that nobody takes are lost with it, which the person has to want."""
    here, there = new_pg(), new_pg()
    here.run(RANGE + part("p", BOTH) + ROWS)
    there.run(RANGE + part("q", LOW))
    done = schemafs("push", there.target, here.target, code=2)
    assert "data loss H01: table public.p: is dropped with those of its 2 rows" in done.stderr
    schemafs("push", "--apply=all", there.target, here.target)
    assert here.rows("SELECT tableoid::regclass, a FROM t") == [("q", "1")]


