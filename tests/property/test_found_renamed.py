# SPDX-License-Identifier: MIT
"""Small pairs with renames that random ones came down to, kept so that they hold from now on."""

import json

import pytest

# (first, second, rows, query, {kind: {from: to}})
FOUND = {
    "statistics that go when their table moves": (
        "CREATE SCHEMA s; CREATE TABLE t (a int, b int); CREATE STATISTICS x ON a, b FROM t;",
        "CREATE SCHEMA s; CREATE TABLE s.t (a int, b int);",
        "INSERT INTO t VALUES (1, 2);",
        ("SELECT a, b FROM t", "SELECT a, b FROM s.t"),
        {"table": {"t": "s.t"}},
    ),
    "statistics in a schema that gets another name": (
        "CREATE SCHEMA s; CREATE TABLE t (a int, b int); CREATE STATISTICS s.x ON a, b FROM t;",
        "CREATE SCHEMA \"S 2\"; CREATE TABLE t (a int, b int); CREATE STATISTICS \"S 2\".x (mcv) ON a, b FROM t;",
        "INSERT INTO t VALUES (1, 2);",
        ("SELECT a, b FROM t", "SELECT a, b FROM t"),
        {"schema": {"s": "\"S 2\""}},
    ),
    "child that leaves a parent with another name": (
        "CREATE TABLE p (a int); CREATE TABLE q (b int); CREATE TABLE c (d int) INHERITS (p, q);",
        "CREATE TABLE r (a int); CREATE TABLE q (b int); CREATE TABLE c (d int, a int) INHERITS (q);",
        "INSERT INTO c VALUES (1, 2, 3);",
        ("SELECT a, b, d FROM c", "SELECT a, b, d FROM c"),
        {"table": {"p": "r"}},
    ),
    "partition that leaves a schema with another name, with a column that has one": (
        "CREATE SCHEMA s; CREATE TABLE s.t (a int, b text) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF s.t DEFAULT;",
        "CREATE SCHEMA z; CREATE TABLE z.t (a int, c text) PARTITION BY LIST (a); CREATE TABLE p (a int, c text);",
        "INSERT INTO s.t VALUES (1, 'x');",
        ("SELECT a, b FROM p", "SELECT a, c FROM p"),
        {"schema": {"s": "z"}, "column": {"s.t.b": "z.t.c"}},
    ),
    "publication of tables and schemas with other names": (
        "CREATE SCHEMA s; CREATE SCHEMA o; CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int);"
        "CREATE PUBLICATION p FOR TABLE t, u; CREATE PUBLICATION q FOR TABLES IN SCHEMA s, o;",
        "CREATE SCHEMA s2; CREATE TABLE t2 (a int PRIMARY KEY); CREATE TABLE u (a int);"
        "CREATE PUBLICATION p FOR TABLE u; CREATE PUBLICATION q FOR TABLE u;",
        "INSERT INTO t VALUES (1);",
        ("SELECT a FROM t", "SELECT a FROM t2"),
        {"schema": {"s": "s2"}, "table": {"t": "t2"}},
    ),
    "default privileges in a schema with another name": (
        "CREATE SCHEMA s; ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC;"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT USAGE ON SEQUENCES TO PUBLIC;",
        "CREATE SCHEMA s2; ALTER DEFAULT PRIVILEGES IN SCHEMA s2 GRANT INSERT ON TABLES TO PUBLIC;",
        "",
        ("SELECT 1", "SELECT 1"),
        {"schema": {"s": "s2"}},
    ),
    # What is made anew takes the values of what had another name.
    "columns and attributes of what is made anew": (
        "CREATE TYPE y AS (p int, q text); CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a int, c y);",
        "CREATE TYPE y AS (p2 bigint, q text); CREATE TABLE t (id2 int GENERATED ALWAYS AS IDENTITY, a2 bigint, c2 y)"
        " PARTITION BY LIST (a2); CREATE TABLE t1 PARTITION OF t DEFAULT;",
        "INSERT INTO t (a, c) VALUES (5, ROW(3, 'x'));",
        ("SELECT id, a, c FROM t", "SELECT id2, a2, c2 FROM t"),
        {"column": {"t.id": "t.id2", "t.a": "t.a2", "t.c": "t.c2"}, "attribute": {"y.p": "y.p2"}},
    ),
    "functions of types with other names": (
        "CREATE SCHEMA s; CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a int); CREATE TYPE r AS RANGE (SUBTYPE = e);"
        "CREATE FUNCTION f(e) RETURNS int LANGUAGE sql RETURN 1; CREATE FUNCTION g(t) RETURNS int LANGUAGE sql RETURN 1;"
        "CREATE FUNCTION h(e, t) RETURNS int LANGUAGE sql RETURN 1;",
        "CREATE SCHEMA s; CREATE TYPE s.e2 AS ENUM ('a'); CREATE TABLE t2 (a int); CREATE TYPE s.r2 AS RANGE (SUBTYPE = s.e2);"
        "CREATE FUNCTION s.f(s.e2) RETURNS int LANGUAGE sql RETURN 1; CREATE FUNCTION s.g2(t2) RETURNS int LANGUAGE sql RETURN 1;",
        "INSERT INTO t VALUES (1);",
        ("SELECT a FROM t", "SELECT a FROM t2"),
        {"type": {"e": "s.e2", "r": "s.r2"}, "table": {"t": "t2"}, "function": {"f": "s.f", "g": "s.g2"}},
    ),
}


@pytest.mark.parametrize("found", FOUND.values(), ids=FOUND)
def test_renamed(schemafs, new_pg, tmp_path, found):
    first, second, rows, (query, query_then), renames = found
    here, there = new_pg(), new_pg()
    here.run(first)
    there.run(second)
    here.run(rows)
    before = here.rows(query)
    path = tmp_path / "renames.json"
    for source, target, forwards in ((there, here, True), (here, there, False)):
        if not forwards:
            # The way back: a database of the second schema becomes one of the first.
            source = new_pg()
            source.run(first)
        said = [
            {"kind": kind, "from": old if forwards else new, "to": new if forwards else old}
            for kind, names in renames.items() for old, new in names.items()
        ]
        path.write_text(json.dumps({"renames": said}))
        schemafs("push", "--apply=all", "--renames", path, source.target, target.target)
        schemafs("diff", target.target, source.target)
        if forwards:
            assert target.rows(query_then) == before
