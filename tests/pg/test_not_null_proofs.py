# SPDX-License-Identifier: MIT
"""A column whose check says that it is not null becomes NOT NULL without a look at its rows."""

import json

SAYS = 'CHECK ("Id" IS NOT NULL)'
ALTER = 'ALTER COLUMN "Id" SET NOT NULL'

# name: (constraint before, constraint after, which steps follow each other, whether all rows are looked at)
CASES = {
    "it goes": (f"CONSTRAINT c {SAYS}", None, [ALTER, "DROP CONSTRAINT c"], False),
    "it stays": (f"CONSTRAINT c {SAYS}", f"CONSTRAINT c {SAYS}", [ALTER], False),
    "it becomes another": (
        f"CONSTRAINT c {SAYS}",
        'CONSTRAINT c CHECK ("Id" > 0)',
        [ALTER, "DROP CONSTRAINT c", "ADD CONSTRAINT c"],
        False,
    ),
    "it comes": (None, f"CONSTRAINT c {SAYS}", ["ADD CONSTRAINT c", ALTER], True),
    "it comes to hold": (
        f"CONSTRAINT c {SAYS} NOT VALID",
        f"CONSTRAINT c {SAYS}",
        ["VALIDATE CONSTRAINT c", ALTER],
        True,
    ),
    "it says something else": ('CONSTRAINT c CHECK ("Id" > 0)', None, ["DROP CONSTRAINT c", ALTER], True),
    "it says less": (
        'CONSTRAINT c CHECK ("Id" IS NOT NULL OR n)',
        None,
        ["DROP CONSTRAINT c", ALTER],
        True,
    ),
    "it says it of the parent alone": (
        f"CONSTRAINT c {SAYS} NO INHERIT",
        None,
        ["DROP CONSTRAINT c", ALTER],
        True,
    ),
}


def test_not_null(new_pg, schemafs):
    """One database and one plan for all cases, a table each."""
    before, after = new_pg(), new_pg()
    for i, (old, new, _, _) in enumerate(CASES.values()):
        for db, text, null in ((before, old, ""), (after, new, " NOT NULL")):
            db.run(f'CREATE TABLE t{i} ("Id" int{null}, n bool);')
            if text:
                db.run(f"ALTER TABLE t{i} ADD {text};")
        before.run(f"INSERT INTO t{i} SELECT k, true FROM generate_series(1, 9) k")
    plan = json.loads(schemafs("diff", "--json", before.target, after.target, code=1).stdout)
    for i, (name, (_, _, steps, looks)) in enumerate(CASES.items()):
        mine = [s["sql"] for s in plan["statements"] if f"public.t{i} " in s["sql"]]
        assert len(mine) == len(steps), (name, mine)
        assert all(step in sql for step, sql in zip(steps, mine)), (name, mine)
        told = {h["rule"] for h in plan["hazards"] if (h["object"] or "").startswith(f"column public.t{i}.")}
        assert ("H29" in told) == looks, (name, plan["hazards"])
    schemafs("push", "--apply=all", after.target, before.target)
    schemafs("diff", before.target, after.target)
