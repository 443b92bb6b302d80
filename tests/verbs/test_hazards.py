# SPDX-License-Identifier: MIT
"""docs/hazards.md tells the rules that the drivers know, no more and no less."""

import json
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The rule of a hazard stands before its severity: in a call, or in a table of a call's arguments
# (severity first or last there).
CALL = re.compile(r"sfs_plan_hazard\(\s*planner->plan,\s*(\d+),")
PG_ROWS = re.compile(r'\{ SFS_TABLE_\w+,\s*(\d+),\s*SFS_|\{ "[A-Z ]+",\s*"[^"]*",\s*(\d+) \}')


def rules_of(driver):
    text = "".join(path.read_text() for path in sorted((ROOT / "drivers" / driver).rglob("*.c")))
    found = {number for words in CALL.findall(text) for number in re.findall(r"\d+", words)}
    found |= {one or other for one, other in PG_ROWS.findall(text)}
    return {int(number) for number in found}


def rules_told(column):
    lines = (ROOT / "docs/hazards.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| H")]
    return {int(row[1][1:]) for row in rows if row[column] == "yes"}


def test_the_page_is_true_of_migrations():
    lint = "".join((ROOT / "src/migrate" / name).read_text() for name in ("lint.c", "lint_file.c"))
    rules = re.findall(r"\b(\d+), SFS_(?:LOSS|WARN|INFO),", lint)
    assert rules_told(6) == {int(rule) for rule in rules}


@pytest.mark.parametrize(("driver", "column"), [("postgres", 4), ("sqlite", 5)])
def test_the_page_is_true(driver, column):
    assert rules_told(column) == rules_of(driver)


FROM = """
CREATE TABLE gone (a int); CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, c int, p int, "Q r" int, d text);
INSERT INTO gone VALUES (1), (2), (3);
INSERT INTO parent VALUES (1), (2);
INSERT INTO t SELECT i, i % 4, nullif(i, 7), i % 5, CASE WHEN i > 2 THEN i / 3 END, 'x' FROM generate_series(1, 20) i;
"""
TO = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE t (a int NOT NULL, b int, c int NOT NULL, p int, "Q r" int, e int NOT NULL,
    CONSTRAINT t_p FOREIGN KEY (p) REFERENCES parent (id), CONSTRAINT t_b CHECK (b > 0),
    CONSTRAINT t_q UNIQUE ("Q r"), CONSTRAINT t_pkey PRIMARY KEY (a));
CREATE UNIQUE INDEX t_ab ON t (a, b);
CREATE UNIQUE INDEX t_lower ON t (lower(a::text), (b + 0)) WHERE b = 1;
"""
# Rule, object, what is said with the facts in it, the lock.
TOLD = [
    ("H01", "table public.gone", "is dropped with 3 rows in it", "ACCESS EXCLUSIVE"),
    ("H02", "column public.t.d", "is dropped with values in 20 rows", "ACCESS EXCLUSIVE"),
    ("H29", "column public.t.a", r"\(16 kB", "ACCESS EXCLUSIVE"),
    ("H51", "column public.t.c", "is NULL in 1 row: the statement will fail", "ACCESS EXCLUSIVE"),
    ("H30", "column public.t.e", "there are 20 rows: the statement will fail", "ACCESS EXCLUSIVE"),
    ("H53", "constraint public.t.t_p", "does not hold for 12 rows", "SHARE ROW EXCLUSIVE"),
    ("H26", "constraint public.t.t_p", r"checks all rows .* \(16 kB", "SHARE ROW EXCLUSIVE"),
    ("H53", "constraint public.t.t_b", "does not hold for 5 rows", "ACCESS EXCLUSIVE"),
    ("H50", "constraint public.t.t_q", "6 values stand in more than one row", "ACCESS EXCLUSIVE"),
    ("H50", "constraint public.t.t_pkey", "there are no duplicates now", "ACCESS EXCLUSIVE"),
    ("H50", "index public.t.t_ab", "there are no duplicates now", "SHARE"),
    ("H50", "index public.t.t_lower", "there are no duplicates now", "SHARE"),
]


def test_facts_are_measured(pg, schemafs, tmp_path):
    pg.run(FROM)
    (tmp_path / "to.sql").write_text(TO)
    done = schemafs("diff", "--json", pg.target, tmp_path / "to.sql", code=1)
    hazards = json.loads(done.stdout)["hazards"]
    text = schemafs("diff", pg.target, tmp_path / "to.sql", code=1).stderr
    for rule, name, words, lock in TOLD:
        found = [h for h in hazards if (h["rule"], h["object"]) == (rule, name)]
        assert len(found) == 1, (rule, name, hazards)
        assert re.search(words, found[0]["message"]) and found[0]["lock"] == lock, found
        assert re.search(f"{rule}: {re.escape(name)}: .*{words}.*; takes {lock}\n", text), (name, text)
    # The session that measured is as it was, and what it can not measure stops nothing.
    with pg.session() as other:
        other.run("BEGIN; LOCK TABLE gone IN ACCESS EXCLUSIVE MODE;")
        told = schemafs("diff", pg.target, tmp_path / "to.sql", code=1).stderr
    assert "H01: table public.gone: is dropped with the rows in it" in told


LITE_FROM = """
CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT);
CREATE TABLE t (a INT, b TEXT, c INT, d INT, "E e" TEXT);
CREATE TABLE empty (a INT, b INT);
INSERT INTO p VALUES (1, 'x'), (2, 'X');
INSERT INTO t VALUES (1, 'x', 1, 1, 'A'), (2, 'X', 2, 2, 'a'), (3, NULL, 9, 3, 'b'), (4, NULL, NULL, 4, 'c');
"""
LITE_TO = """
CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE, UNIQUE (code));
CREATE TABLE t (a INT, b TEXT, c INT REFERENCES p, d INT CHECK (d < 3), "E e" TEXT, CONSTRAINT u UNIQUE (a),
    CONSTRAINT holds CHECK (a > 0), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));
CREATE TABLE empty (a INT REFERENCES p, b INT UNIQUE CHECK (b > 0));
CREATE UNIQUE INDEX i ON t (b);
CREATE UNIQUE INDEX j ON t (lower("E e") DESC, coalesce(NULL, 1));
CREATE UNIQUE INDEX k ON t (lower("E e")) WHERE a > 1;
"""
LITE_TOLD = [
    ("H50", 'constraint main.p."UNIQUE.*', "warning", "1 values stand in more than one row"),
    ("H50", "constraint main.t.u", "info", "no duplicates now"),
    ("H50", "index main.t.i", "info", "no duplicates now"),
    ("H50", "index main.t.j", "warning", "1 values stand in more than one row"),
    ("H50", "index main.t.k", "info", "no duplicates now"),
    ("H53", 'constraint main.t."FOREIGN KEY.*', "warning", "does not hold for 1 rows"),
    ("H53", "constraint main.t.f", "warning", "does not hold for 2 rows"),
    ("H53", 'constraint main.t."CHECK.*', "warning", "does not hold for 2 rows"),
]


@pytest.mark.parametrize(("mode", "lock"), [("delete", "EXCLUSIVE"), ("wal", "RESERVED")])
def test_facts_of_sqlite(new_sqlite, schemafs, tmp_path, mode, lock):
    sqlite = new_sqlite()
    sqlite.run(f"PRAGMA journal_mode = {mode};" + LITE_FROM)
    (tmp_path / "to.sql").write_text(LITE_TO)
    plan = json.loads(schemafs("diff", "--json", sqlite.target, tmp_path / "to.sql", code=1).stdout)
    text = schemafs("diff", sqlite.target, tmp_path / "to.sql", code=1).stderr
    found = [h for h in plan["hazards"] if h["rule"] in ("H50", "H53")]
    for rule, name, severity, words in LITE_TOLD:
        told = [h for h in found if h["rule"] == rule and re.fullmatch(name, h["object"])]
        assert [(h["severity"], h["lock"]) for h in told] == [(severity, lock)], (rule, name, found)
        assert re.search(words, told[0]["message"]), told
        assert re.search(f"{rule}: {name}: .*{words}.*; takes {lock}\n", text), text
    assert len(found) == len(LITE_TOLD), found
    assert {s["lock"] for s in plan["statements"] if s["object"]} == {lock}
