# SPDX-License-Identifier: MIT
"""A plan that was saved is for one schema: it is refused when the database has another by now."""

import errno
import json
import re

import pytest

HEADER = re.compile(r"-- schemafs: plan for schema sha256:[0-9a-f]{64}\n")


@pytest.fixture
def shop(engine):
    engine.run("CREATE TABLE t (a integer); INSERT INTO t VALUES (1);")
    return engine


@pytest.fixture
def wanted(tmp_path):
    path = tmp_path / "wanted.sql"
    path.write_text("CREATE TABLE t (a integer, b integer);\nCREATE INDEX t_b ON t (b);")
    return path


def saved(schemafs, path, *arguments, code):
    path.write_text(schemafs(*arguments, code=code).stdout)
    assert HEADER.match(path.read_text())
    return path


def test_carried_out_once(shop, wanted, schemafs, tmp_path):
    plan = saved(schemafs, tmp_path / "plan.sql", "diff", shop.target, wanted, code=1)
    assert plan.read_text() == schemafs("push", "--dry-run", wanted, shop.target).stdout
    as_json = json.loads(schemafs("diff", "--json", shop.target, wanted, code=1).stdout)
    assert as_json["schema"] in plan.read_text()
    schemafs("push", "--plan", plan, "--dry-run", shop.target)
    schemafs("diff", shop.target, wanted, code=1)
    # Rows are no schema.
    shop.run("INSERT INTO t VALUES (2);")
    schemafs("push", "--plan", plan, shop.target)
    assert schemafs("diff", shop.target, wanted).stdout == ""
    for option in ([], ["--dry-run"]):
        again = schemafs("push", "--plan", plan, *option, "--json", shop.target, code=2)
        error = json.loads(again.stdout or again.stderr)["error"]
        assert error["errno"] == "ESTALE" and "planned for another schema" in error["message"]
    # Without its header it is a script like others, which fails by itself and as a whole.
    before = shop.dump()
    plan.write_text(HEADER.sub("", plan.read_text()))
    assert "planned for" not in schemafs("push", "--plan", plan, shop.target, code=2).stderr
    assert shop.dump() == before


def test_refused_on_a_mount(shop, wanted, schemafs, mount, tmp_path):
    plan = saved(schemafs, tmp_path / "plan.sql", "diff", shop.target, wanted, code=1)
    shop.run("CREATE TABLE other (a integer);")
    with mount(shop.target) as place:
        with pytest.raises(OSError) as refused:
            (place / "pending/plan.sql").write_text(plan.read_text())
        assert refused.value.errno == errno.ESTALE
        shop.run("DROP TABLE other;")
        (place / "pending/again.sql").write_text(plan.read_text())
    schemafs("diff", shop.target, wanted)


def test_plans_that_are_none(shop, schemafs, tmp_path):
    plan = tmp_path / "plan.sql"
    for text in ("", "-- nothing", "-- schemafs: plan for schema sha256:12\nSELECT 1;", "SELECT 1 FROM nowhere;"):
        plan.write_text(text)
        schemafs("push", "--plan", plan, shop.target, code=2)
    schemafs("push", "--plan", tmp_path / "absent.sql", shop.target, code=2)
    schemafs("push", "--plan", plan, plan, shop.target, code=2)
    schemafs("push", code=2)
