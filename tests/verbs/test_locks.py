# SPDX-License-Identifier: MIT
"""Whoever changes a database does so alone: saves, pushes and migrations wait for each other."""

import concurrent.futures
import contextlib
import errno
import fcntl
import json
import pathlib
import time

import pytest

# "schemafs" as a number: what the daemon, push and migrate lock.
KEY = 8314604121892152947


@pytest.fixture
def pool():
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        yield threads


def save(path, text):
    try:
        path.write_text(text)
    except OSError as error:
        return error.errno
    return 0


def test_a_push_and_a_save_give_up_when_another_works(pg, new_sqlite, schemafs, mount, pool, tmp_path):
    script, lite_script = tmp_path / "new.sql", tmp_path / "lite.sql"
    script.write_text("CREATE TABLE public.t (a integer, b integer);")
    lite_script.write_text("CREATE TABLE t (a integer, b integer);")
    pg.run("CREATE TABLE t (a integer)")
    lite = new_sqlite()
    lite.run("CREATE TABLE t (a integer);")
    lock = pathlib.Path(f"{lite.path}-schemafs-lock")
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(mount(pg.target))
        lite_place = stack.enter_context(mount(lite.target))
        session = stack.enter_context(pg.session())
        pid = session.run(f"SELECT pg_advisory_lock({KEY}); SELECT pg_backend_pid();").strip()
        held = stack.enter_context(lock.open("w"))
        held.write("4711")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        users = place / "schema/public/tables/t.sql"
        lite_users = lite_place / "schema/main/tables/t.sql"
        start = time.monotonic()
        asked = pool.submit(schemafs, "push", script, pg.target, code=2)
        as_json = pool.submit(schemafs, "push", "--json", script, pg.target, code=2)
        lite_asked = pool.submit(schemafs, "push", lite_script, lite.target, code=2)
        saved = pool.submit(save, users, users.read_text().replace("a integer", "a integer, b integer"))
        lite_saved = pool.submit(
            save, lite_users, lite_users.read_text().replace("a integer", "a integer, c integer")
        )
        # Nobody waits who only looks.
        schemafs("diff", pg.target, script, code=1)
        schemafs("push", "--dry-run", script, pg.target)
        assert time.monotonic() - start < 8
        assert "another schemafs is changing this database" in asked.result().stderr
        assert f"held by process {pid}" in asked.result().stderr
        assert json.loads(as_json.result().stdout or as_json.result().stderr)["error"]["errno"] == "EBUSY"
        assert "held by process 4711" in lite_asked.result().stderr
        assert saved.result() == lite_saved.result() == errno.EBUSY
        assert f"process {pid}" in pathlib.Path(f"{users}.error").read_text()
        assert time.monotonic() - start < 20
    assert pg.rows("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0") == [("1",)]
    assert len(lite.rows("PRAGMA table_info(t)")) == 1


def test_many_pushes_of_one_schema(new_engine, schemafs, pool, tmp_path):
    """One does it; the others wait for it and find nothing to do."""
    engine, script = new_engine(), tmp_path / "new.sql"
    script.write_text("CREATE TABLE t (a integer PRIMARY KEY);\nCREATE VIEW v AS SELECT a FROM t;")
    done = list(pool.map(lambda _: schemafs("push", script, engine.target), range(6)))
    assert sorted("nothing to do" in one.stderr for one in done) == [False] + [True] * 5


def test_a_save_waits_for_a_push(pg, mount, pool):
    pg.run("CREATE TABLE t (a integer)")
    with mount(pg.target) as place, pg.session() as session:
        session.run(f"SELECT pg_advisory_lock({KEY});")
        saved = pool.submit(save, place / "schema/public/tables/u.sql", "CREATE TABLE u (a integer);")
        time.sleep(0.5)
        assert not saved.done()
        session.run("SELECT pg_advisory_unlock_all();")
        assert saved.result() == 0
        # It was given back.
        assert session.run(f"SELECT pg_try_advisory_lock({KEY});") == "t\n"
