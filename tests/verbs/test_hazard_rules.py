# SPDX-License-Identifier: MIT
"""Each rule of docs/hazards.md that has no other test: what raises it, and what is like it and does not.

A case is a namespace of its own, so that one database shows many: the schema before, after, and after a
change that looks alike; `{s}` is the namespace.
"""

import json
import re

import pytest

ROWS = "CREATE TABLE {s}.t (a int, b text); INSERT INTO {s}.t SELECT i, i::text FROM generate_series(1, 9) i;"
TABLE = "CREATE TABLE {s}.t (a int, b text);"
BODY = "CREATE FUNCTION {s}.f() RETURNS int LANGUAGE plpgsql AS $$BEGIN {body} RETURN 1; END$$;"
READS = BODY.replace("{body}", "PERFORM b FROM {{s}}.t;").format(s="{s}")
LONG = "x" * 70

# rule: (before, after, harmless, severity, object, words, lock)
CASES = {
    "H04 goes along": (
        ROWS + "CREATE VIEW {s}.v AS SELECT a FROM {s}.t; CREATE VIEW {s}.w AS SELECT a FROM {s}.v;",
        TABLE,
        TABLE + "CREATE VIEW {s}.v AS SELECT a FROM {s}.t;",
        "warning", "view {s}.v", "what depends on it: view {s}.w", None,
    ),
    "H04 comes back": (
        TABLE + "CREATE VIEW {s}.v AS SELECT a, b FROM {s}.t; CREATE VIEW {s}.w AS SELECT a FROM {s}.v;",
        TABLE + "CREATE VIEW {s}.v AS SELECT a FROM {s}.t; CREATE VIEW {s}.w AS SELECT a FROM {s}.v;",
        TABLE + "CREATE VIEW {s}.v AS SELECT a, b, 1 AS c FROM {s}.t; CREATE VIEW {s}.w AS SELECT a FROM {s}.v;",
        "info", "view {s}.v", "made anew: view {s}.w", None,
    ),
    "H21": (
        ROWS + "CREATE INDEX i ON {s}.t (a);",
        TABLE,
        TABLE + "CREATE INDEX i ON {s}.t (a); COMMENT ON INDEX {s}.i IS 'kept';",
        "warning", "index {s}.t.i", r"dropped while its table is locked; it has 16 kB and was used \d+ times", "ACCESS EXCLUSIVE",
    ),
    "H21 detached": (
        "CREATE TABLE {s}.p (a int) PARTITION BY LIST (a); CREATE TABLE {s}.q PARTITION OF {s}.p DEFAULT;",
        "CREATE TABLE {s}.p (a int) PARTITION BY LIST (a); CREATE TABLE {s}.q (a int);",
        "CREATE TABLE {s}.p (a int) PARTITION BY LIST (a); CREATE TABLE {s}.q PARTITION OF {s}.p DEFAULT;"
        "ALTER TABLE {s}.q REPLICA IDENTITY FULL;",
        "warning", "table {s}.q", "rows leave the partitioned table", "ACCESS EXCLUSIVE",
    ),
    "H31": (
        ROWS,
        TABLE.replace(")", ", c uuid DEFAULT gen_random_uuid())"),
        TABLE.replace(")", ", c timestamptz DEFAULT now())"),
        "warning", "column {s}.t.c", "a value for each row", "ACCESS EXCLUSIVE",
    ),
    "H37": (
        ROWS + BODY.replace("RETURNS int", "RETURNS trigger").format(s="{s}", body=""),
        TABLE + BODY.replace("RETURNS int", "RETURNS trigger").format(s="{s}", body="")
        + "CREATE TRIGGER g AFTER INSERT ON {s}.t FOR EACH ROW EXECUTE FUNCTION {s}.f();",
        TABLE + BODY.replace("RETURNS int", "RETURNS trigger").format(s="{s}", body="")
        + "CREATE TABLE {s}.n (a int); CREATE TRIGGER g AFTER INSERT ON {s}.n FOR EACH ROW EXECUTE FUNCTION {s}.f();",
        "info", "trigger {s}.t.g", r"new ones wait for that \(16 kB", "SHARE ROW EXCLUSIVE",
    ),
    "H52 fails": (
        "CREATE TABLE {s}.t (a int, b text); INSERT INTO {s}.t VALUES (1, '7'), (2, 'seven');",
        "CREATE TABLE {s}.t (a int, b int);",
        "CREATE TABLE {s}.t (a bigint, b text);",
        "warning", "column {s}.t.b", 'the statement will fail: invalid input syntax for type integer: "seven"', "ACCESS EXCLUSIVE",
    ),
    "H52 holds": (
        ROWS, "CREATE TABLE {s}.t (a int, b int);", "CREATE TABLE {s}.t (a int, b varchar);",
        "info", "column {s}.t.b", "it does for no value now", "ACCESS EXCLUSIVE",
    ),
    "H52 label": (
        "CREATE TYPE {s}.e AS ENUM ('x', 'y', 'z'); CREATE TABLE {s}.t (a {s}.e);"
        "INSERT INTO {s}.t VALUES ('x'), ('y'), ('y');",
        "CREATE TYPE {s}.e AS ENUM ('x', 'z'); CREATE TABLE {s}.t (a {s}.e);",
        "CREATE TYPE {s}.e AS ENUM ('x', 'y'); CREATE TABLE {s}.t (a {s}.e);",
        "warning", "column {s}.t.a", "a value that e has no label for in 2 rows", "ACCESS EXCLUSIVE",
    ),
    "H05": (
        "CREATE TABLE {s}.t (a numeric); INSERT INTO {s}.t VALUES (1), (1.5), (2.5);",
        "CREATE TABLE {s}.t (a int);",
        "CREATE TABLE {s}.t (a text);",
        "data loss", "column {s}.t.a", "rounded or refused; 2 would be now", "ACCESS EXCLUSIVE",
    ),
    "H61 named": (
        ROWS + READS, "CREATE TABLE {s}.t (a int);" + READS, TABLE.replace("b text", "b text DEFAULT ''") + READS,
        "warning", "column {s}.t.b", r"still named by function {s}.f\(\)", "ACCESS EXCLUSIVE",
    ),
    "H61": (
        TABLE + "CREATE VIEW {s}.v AS SELECT a FROM {s}.t;", TABLE,
        TABLE + "CREATE VIEW {s}.v AS SELECT a + 0 AS a FROM {s}.t;",
        "info", "view {s}.v", "let no program that runs use it", None,
    ),
    "H64 beside": (
        "CREATE FUNCTION {s}.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION {s}.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE FUNCTION {s}.f(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION {s}.f(int) RETURNS int LANGUAGE sql AS 'SELECT 2';"
        "CREATE FUNCTION {s}.g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "warning", r"function {s}.f\(bigint\)", r"comes beside function {s}.f\(integer\)", None,
    ),
    "H64 instead": (
        "CREATE FUNCTION {s}.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION {s}.f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION {s}.f(int) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';",
        "warning", r"function {s}.f\(integer, integer\)", r"takes the place of function {s}.f\(integer\)", None,
    ),
    "H65": (
        ROWS + BODY.format(s="{s}", body="EXECUTE 'SELECT a FROM {s}.t';"),
        TABLE.replace("a int", "a bigint") + BODY.format(s="{s}", body="EXECUTE 'SELECT a FROM {s}.t';"),
        TABLE.replace("b text", "b varchar") + BODY.format(s="{s}", body="EXECUTE 'SELECT a FROM {s}.t';"),
        "info", "column {s}.t.a", r"does not look into: function {s}.f\(\)", "ACCESS EXCLUSIVE",
    ),
    "H68": (
        TABLE, TABLE + BODY.format(s="{s}", body="PERFORM a FROM t;"),
        TABLE + BODY.format(s="{s}", body="PERFORM a FROM {s}.t;")
        + BODY.format(s="{s}", body="PERFORM a FROM t;").replace(".f()", ".g()").replace(" AS $", " SET search_path = {s} AS $"),
        "info", r"function {s}.f\(\)", "names t without a schema", None,
    ),
    "H70": (
        "", f"CREATE TABLE {{s}}.{LONG} (a int);", f"CREATE TABLE {{s}}.{LONG[:63]} (a int);",
        "warning", f"table {{s}}.{LONG[:63]}", f"is called {LONG} in the text", None,
    ),
}


def schemas(which):
    text = ""
    for number, case in enumerate(CASES.values()):
        name = f"s{number:02}"
        text += f"CREATE SCHEMA {name};\n" + case[which].replace("{s}", name) + "\n"
    return text


@pytest.fixture
def told(pg, schemafs, tmp_path):
    pg.run("CREATE SCHEMA none;" + schemas(0))

    def told(which):
        (tmp_path / "to.sql").write_text("CREATE SCHEMA none;" + re.sub(r"INSERT INTO [^;]*;", "", schemas(which)))
        done = schemafs("diff", "--json", pg.target, tmp_path / "to.sql", code=1)
        return json.loads(done.stdout)["hazards"], schemafs("diff", pg.target, tmp_path / "to.sql", code=1).stderr

    return told


def test_what_is_told(told):
    hazards, text = told(1)
    wrong = []
    for number, (rule, case) in enumerate(CASES.items()):
        severity, name, words, lock = (part and part.replace("{s}", f"s{number:02}") for part in case[3:])
        found = [h for h in hazards if h["rule"] == rule[:3] and re.fullmatch(name, h["object"])]
        line = rf"-- {severity} {rule[:3]}: {name}: .*{words}.*" + (f"; takes {lock}\n" if lock else "\n")
        if not (len(found) == 1 and found[0]["severity"] == severity and re.search(words, found[0]["message"])
                and found[0]["lock"] == lock and re.search(line, text)):
            wrong.append((rule, case[1], found, [h for h in hazards if f"s{number:02}." in h["object"]]))
    assert wrong == []


def test_what_is_not(told):
    hazards, _ = told(2)
    wrong = []
    for number, rule in enumerate(CASES):
        found = [h for h in hazards if h["rule"] == rule[:3] and f"s{number:02}." in h["object"]]
        if found:
            wrong.append((rule, found))
    assert wrong == []


# ---- what follows from several statements in one transaction ----

TWO = """
CREATE TABLE a (x int, y int); CREATE TABLE b (x int); CREATE TABLE empty (x int);
INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (1);
"""
TOGETHER = [
    # after, rule, object, words
    ("CREATE TABLE a (x int, y bigint); CREATE INDEX i ON a (x); CREATE TABLE b (x int); CREATE TABLE empty (x int);",
     "H33", "table public.a", "1 more statement looks at all rows: index public.a.i"),
    ("CREATE TABLE a (x int, y int, z int); CREATE TABLE b (x int, z int); CREATE TABLE empty (x int);",
     "H40", "table public.a", r"together with table public.b .*\(rows written so far: \d+\)"),
    ("CREATE TABLE a (x int, y bigint); CREATE TABLE b (x int); CREATE TABLE empty (x int);", "", "", ""),
    ("CREATE TABLE a (x int, y int, z int); CREATE TABLE b (x int); CREATE TABLE empty (x int, z int);", "", "", ""),
    # Nothing but a statement of its own makes a table unlogged.
    ("CREATE UNLOGGED TABLE a (x int, y bigint); CREATE TABLE b (x int); CREATE TABLE empty (x int);",
     "H33 H34", "table public.a", "is rewritten 2 times"),
    ("CREATE TABLE a (x int, y bigint, z serial, u uuid DEFAULT gen_random_uuid(),"
     "v bigint GENERATED ALWAYS AS (y * 2) STORED); CREATE TABLE b (x int); CREATE TABLE empty (x int);",
     "", "", ""),
]


def test_together(pg, schemafs, tmp_path):
    pg.run(TWO)
    for number, (after, rule, name, words) in enumerate(TOGETHER):
        path = tmp_path / f"{number}.sql"
        path.write_text(after)
        plan = json.loads(schemafs("diff", "--json", pg.target, path, code=1).stdout)
        found = [h for h in plan["hazards"] if h["rule"] in ("H33", "H34", "H40")]
        assert [h["rule"] for h in found] == rule.split(), (after, found)
        if rule:
            text = schemafs("diff", pg.target, path, code=1).stderr
            assert found[-1]["object"] == name and re.search(words, found[-1]["message"]), found
            assert found[-1]["lock"] == "ACCESS EXCLUSIVE" and f"{rule[-3:]}: {name}: " in text
    # All that rewrites the table is one statement, but for what is computed; and it works.
    schemafs("push", tmp_path / "5.sql", pg.target)
    assert pg.rows("SELECT x, y, z, v, u IS NOT NULL FROM a") == [("1", "2", "1", "4", "t")]
    assert len([s for s in plan["statements"] if s["lock"]]) == 1, plan["statements"]


def test_outside_of_the_transaction(pg, schemafs, tmp_path):
    """A plan that is not one transaction says so."""
    pg.run(TWO)
    to = tmp_path / "to.sql"
    to.write_text("CREATE TABLE a (x int, y int, z int); CREATE INDEX i ON a (x); CREATE TABLE b (x int); CREATE TABLE empty (x int);")
    (tmp_path / "schemafs.json").write_text(json.dumps({"online_above": 0}))
    small = json.loads(schemafs("diff", "--json", pg.target, to, code=1).stdout)
    assert "H22" not in {h["rule"] for h in small["hazards"]}
    large = schemafs("diff", "--json", "--online-above=0", pg.target, to, code=1)
    found = [h for h in json.loads(large.stdout)["hazards"] if h["rule"] == "H22"]
    assert [h["object"] for h in found] == ["index public.a.i"] and "1 of 2 statements" in found[0]["message"], found


def test_of_other_roles(server, new_pg, schemafs):
    """What the role may not do is told before it is tried."""
    have, want, like = new_pg(), new_pg(), new_pg()
    role = f"hazard_{have.name}"
    text = ("CREATE TABLE theirs (a int{0}); CREATE TABLE ours (a int{1}); ALTER TABLE ours OWNER TO {2};"
            "GRANT ALL ON SCHEMA public TO {2};")
    have.run(f"CREATE ROLE {role} LOGIN;" + text.format("", "", role))
    want.run(text.format(", b int", ", b int", role))
    like.run(text.format("", ", b int", role))
    try:
        for goal, told in ((want, ["column public.theirs.b"]), (like, [])):
            plan = schemafs("diff", "--json", server.uri(have.name, role), server.uri(goal.name, role), code=1)
            found = [h for h in json.loads(plan.stdout)["hazards"] if h["rule"] == "H07"]
            assert [h["object"] for h in found] == told, found
        assert "belongs to a role that this one is no member of" in schemafs(
            "diff", server.uri(have.name, role), want.target, code=1).stderr
    finally:
        for database in (have, want, like):
            database.run(f"DROP OWNED BY {role}")
        have.run(f"DROP ROLE {role}")


def test_extension(pg, schemafs, tmp_path):
    pg.run("CREATE EXTENSION citext; CREATE EXTENSION tcn")
    (tmp_path / "to.sql").write_text("CREATE EXTENSION tcn")
    found = json.loads(schemafs("diff", "--json", pg.target, tmp_path / "to.sql", code=1).stdout)["hazards"]
    told = [h for h in found if h["rule"] == "H07"]
    assert [(h["object"], h["severity"]) for h in told] == [("extension citext", "warning")], found
    assert re.fullmatch(r"is dropped with the \d\d objects that belong to it", told[0]["message"])
    # A table that belongs to it, with rows: those are lost.
    pg.run("CREATE TABLE kept (a int); INSERT INTO kept VALUES (1); ALTER EXTENSION citext ADD TABLE kept")
    done = schemafs("push", tmp_path / "to.sql", pg.target, code=2)
    assert "data loss H07: extension citext: is dropped with the" in done.stderr
    assert "there are rows in table public.kept" in done.stderr
    assert pg.rows("SELECT a FROM kept") == [("1",)]


POLICY = "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING {};"
RETYPED = [
    # What the policy says before and after, and whether a person has to want it.
    ("(a = 'x' AND b = 3 OR b + 1 = 7)", "(a = 'x' AND b = 3 OR b + 1 = 7)", False),
    ("(a = 'x' AND b = 3 OR b + 1 = 7)", "(a = 'x' AND (b = 3 OR b + 1 = 7))", True),
    ("(a = 'x')", "(a = 'y')", True),
    ("(c IN (2, 3))", "(c::int IN (2, 3))", True),
]


def test_policy_over_columns_of_other_types(pg, schemafs, tmp_path):
    """It is made anew since the server wants that; only what it says now may be another thing."""
    for before, after, asks in RETYPED:
        pg.run("DROP TABLE IF EXISTS t; CREATE TABLE t (a varchar(10), b int, c text);" + POLICY.format(
            before.replace("c IN (2, 3)", "c IN ('2', '3')")))
        (tmp_path / "to.sql").write_text("CREATE TABLE t (a text, b bigint, c text);" + POLICY.format(after))
        found = json.loads(schemafs("diff", "--json", pg.target, tmp_path / "to.sql", code=1).stdout)["hazards"]
        assert ("H08" in {hazard["rule"] for hazard in found}) == asks, (before, after, found)
        schemafs("push", tmp_path / "to.sql", pg.target, code=2 if asks else 0)
