# SPDX-License-Identifier: MIT
"""docs/hazards.md tells the rules that the drivers know, no more and no less."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The rule of a hazard stands before its severity: in a call, or in a table of a call's arguments
# (severity first or last there).
CALL = re.compile(r"sfs_plan_hazard\(\s*planner->plan,\s*(\d+|fails \? 51 : 29),")
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


@pytest.mark.parametrize(("driver", "column"), [("postgres", 4), ("sqlite", 5)])
def test_the_page_is_true(driver, column):
    assert rules_told(column) == rules_of(driver)
