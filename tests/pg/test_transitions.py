# SPDX-License-Identifier: MIT
"""From one schema to another and back: each file of transitions/ is a case.

Its parts start with a line `---- NAME`: `before` and `after` are scripts, `rows` a query whose answer
must be the same when the database has become `after`, `never` patterns that no statement of the plan
may match, `hazards` what the plan must warn of, and `since` the major version that it needs.

Cases that name no schema share a database, each in a schema of its own (`:s` in its text), and so
one plan: what one of them needs must not be in the way of another. The others run alone.
"""

import json
import pathlib
import re

import pytest
from databases import server_major

pytestmark = pytest.mark.catalog

CASES = sorted((pathlib.Path(__file__).resolve().parent / "transitions").glob("*.sql"))
ALONE = re.compile(r"\bpublic\b|CREATE SCHEMA|CREATE EXTENSION|CREATE ROLE|search_path|nspname")


class Case:
    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        parts = re.split(r"(?m)^---- (\w+)\n", text)
        self.name, self.parts = path.stem, dict(zip(parts[1::2], parts[2::2]))
        self.alone = bool(ALONE.search(text))

    def put(self, db, part):
        db.run(f"CREATE SCHEMA {self.name};" + self.enter(self.parts[part]))

    def enter(self, text):
        return f"SET search_path = {self.name}, public;\n" + text.replace(":s", self.name)

    def rows(self, db):
        query = self.parts.get("rows")
        return db.rows(self.enter(query) if not self.alone else query) if query else []

    def check_plan(self, plan):
        """Only what is about this case's schema, unless it is alone."""
        mine = [s["sql"] + ";" for s in plan["statements"] if self.alone or f"{self.name}." in s["sql"]]
        for pattern in filter(None, self.parts.get("never", "").split("\n")):
            assert not [sql for sql in mine if re.search(f"(?m){pattern}", sql)], (self.name, mine)
        hazards = {
            hazard["rule"] for hazard in plan["hazards"]
            if self.alone or self.name in (hazard["object"] or "")
        }
        assert set(self.parts.get("hazards", "").split()) <= hazards, (self.name, plan["hazards"])


READ = [case for case in map(Case, CASES) if int(case.parts.get("since", "13")) <= server_major()]
TOGETHER = [case for case in READ if not case.alone]


def there_and_back(schemafs, cases, before, after, tree):
    """The way back is that to a tree, with the rows that are there."""
    schemafs("pull", before.target, tree)
    rows = {case.name: case.rows(before) for case in cases}
    plan = json.loads(schemafs("diff", "--json", before.target, after.target, code=1).stdout)
    for case in cases:
        case.check_plan(plan)
    schemafs("push", "--apply=all", after.target, before.target)
    schemafs("diff", before.target, after.target)
    assert rows == {case.name: case.rows(before) for case in cases}
    return lambda: (
        schemafs("push", "--apply=all", tree, before.target),
        schemafs("diff", before.target, tree),
    )


@pytest.mark.parametrize("part", range(3))
def test_together(schemafs, new_pg, tmp_path, part):
    before, after = new_pg(), new_pg()
    cases = TOGETHER[part::3]
    for case in cases:
        case.put(before, "before")
        case.put(after, "after")
    there_and_back(schemafs, cases, before, after, tmp_path / "tree")()


@pytest.mark.parametrize("case", [case for case in READ if case.alone], ids=lambda case: case.name)
def test_alone(schemafs, new_pg, tmp_path, case):
    before, after = new_pg(), new_pg()
    before.run(case.parts["before"])
    after.run(case.parts["after"])
    there_and_back(schemafs, [case], before, after, tmp_path / "tree")()
