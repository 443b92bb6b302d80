# SPDX-License-Identifier: MIT
"""From one schema to another and back: each file of transitions/ is a case.

Its parts start with a line `---- NAME`: `before` and `after` are scripts, `rows` a query whose answer
must be the same when the database has become `after`, `never` patterns that no line of the plan
may match, and `hazards` what the plan must warn of.
"""

import json
import pathlib
import re

import pytest

CASES = sorted((pathlib.Path(__file__).resolve().parent / "transitions").glob("*.sql"))


def read_case(path):
    parts = re.split(r"(?m)^---- (\w+)\n", path.read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], parts[2::2]))


WITH_HAZARDS = [path for path in CASES if "hazards" in read_case(path)]


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request):
    return read_case(request.param)


@pytest.fixture
def sides(case, new_pg):
    before, after = new_pg(), new_pg()
    before.run(case["before"])
    after.run(case["after"])
    return before, after


def test_arrives(case, sides, schemafs):
    before, after = sides
    rows = before.rows(case["rows"]) if "rows" in case else []
    plan = schemafs("diff", before.target, after.target, code=1).stdout
    for pattern in case.get("never", "").split("\n"):
        assert not pattern or not re.search(f"(?m){pattern}", plan), plan
    schemafs("push", "--apply=all", after.target, before.target)
    schemafs("diff", before.target, after.target)
    if "rows" in case:
        assert before.rows(case["rows"]) == rows


@pytest.mark.parametrize("case", WITH_HAZARDS, indirect=True, ids=lambda path: path.stem)
def test_hazards(case, sides, schemafs):
    before, after = sides
    told = schemafs("diff", "--json", before.target, after.target, code=1).stdout
    hazards = {hazard["rule"] for hazard in json.loads(told)["hazards"]}
    assert set(case["hazards"].split()) <= hazards


def test_comes_back(case, sides, new_pg, schemafs):
    """The other way round, on empty tables: what was `after` becomes `before`."""
    _, after = sides
    before = new_pg()
    before.run(re.sub(r"(?m)^INSERT .*", "", case["before"]))
    schemafs("push", "--apply=all", before.target, after.target)
    schemafs("diff", after.target, before.target)
