# SPDX-License-Identifier: MIT
"""diff of two trees and of two scripts: by a scratch database, the one named, or SQLite in memory."""

import pytest

BEFORE = """
CREATE TABLE t (id integer PRIMARY KEY, a text);
CREATE VIEW v AS SELECT a FROM t;
"""
AFTER = """
CREATE VIEW v AS SELECT a, b FROM t;
CREATE TABLE t (id integer PRIMARY KEY, a text, b integer);
CREATE INDEX t_b ON t (b);
"""


@pytest.fixture
def texts(tmp_path, schemafs, new_engine):
    """Both as scripts and as trees, and a database that is the first."""
    first, second = new_engine(), new_engine()
    first.run(BEFORE)
    second.run(AFTER.replace(AFTER.split(";")[0] + ";", "") + AFTER.split(";")[0] + ";")
    (tmp_path / "a.sql").write_text(BEFORE)
    (tmp_path / "b.sql").write_text(AFTER)
    schemafs("pull", first.target, tmp_path / "a")
    schemafs("pull", second.target, tmp_path / "b")
    return tmp_path, first


def scratch_of(engine):
    if engine.dialect == "sqlite":
        return {}
    return {"DATABASE_URL": engine.target}


@pytest.mark.parametrize("kind", ["", ".sql"])
def test_a_scratch_database_answers(schemafs, texts, kind):
    place, engine = texts
    before = engine.dump()
    words = ["--shadow", "sqlite::memory:"] if kind and engine.dialect == "sqlite" else []
    a, b = place / f"a{kind}", place / f"b{kind}"
    plan = schemafs("diff", *words, a, b, code=1, env=scratch_of(engine)).stdout
    back = schemafs("diff", *words, b, a, code=1, env=scratch_of(engine)).stdout
    schemafs("diff", *words, a, a, env=scratch_of(engine))
    assert engine.dump() == before, "the database that lends its server is left alone"
    engine.run(plan)
    schemafs("diff", engine.target, place / "b")
    engine.run(back)
    assert engine.dump() == before
    schemafs("diff", engine.target, place / "a.sql")


def test_a_tree_and_a_script(schemafs, texts):
    place, engine = texts
    schemafs("diff", place / "a", place / "a.sql", env=scratch_of(engine))
    done = schemafs("diff", place / "a.sql", place / "b", code=1, env=scratch_of(engine))
    assert "t_b" in done.stdout


def test_the_shadow_named_is_used_and_left_empty(schemafs, tmp_path, new_pg):
    place, shadow = tmp_path, new_pg()
    (place / "a.sql").write_text(BEFORE)
    (place / "b.sql").write_text(AFTER)
    plan = schemafs("diff", "--shadow", shadow.target, place / "a.sql", place / "b.sql", code=1).stdout
    assert "t_b" in plan
    assert shadow.rows("SELECT count(*) FROM pg_class WHERE oid >= 16384") == [("0",)]
    shadow.run("CREATE TABLE mine ()")
    done = schemafs("diff", "--shadow", shadow.target, place / "a.sql", place / "b.sql", code=2)
    assert "empty" in done.stderr


def test_without_any_it_says_what_to_do(schemafs, tmp_path):
    (tmp_path / "a.sql").write_text(BEFORE)
    (tmp_path / "b.sql").write_text(AFTER)
    done = schemafs("diff", tmp_path / "a.sql", tmp_path / "b.sql", code=2)
    assert "--shadow" in done.stderr and "DATABASE_URL" in done.stderr


def test_no_scratch_database_is_left(schemafs, tmp_path, pg):
    (tmp_path / "a.sql").write_text(BEFORE)
    (tmp_path / "b.sql").write_text("CREATE TABLE broken (a nonsense);")
    env = {"DATABASE_URL": pg.target}
    done = schemafs("diff", tmp_path / "a.sql", tmp_path / "b.sql", code=2, env=env)
    assert "b.sql:1:" in done.stderr
    left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'schemafs%'"
    assert pg.rows(left) == [("0",)]
