# SPDX-License-Identifier: MIT
"""A plan beside others at work: who waits for whom, for how long, and what stays of it."""

import concurrent.futures
import contextlib
import json
import sqlite3
import threading
import time

import pytest

SCHEMA = """
CREATE TABLE public.t (id int, a int);
CREATE TABLE public.u (id int, a int);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
INSERT INTO u SELECT i, i FROM generate_series(1, 100) i;
"""
BOTH = "CREATE TABLE public.t (id int, a bigint, b int);\nCREATE TABLE public.u (id int, a int, b int);"
# Milliseconds: the ladder of tries, with the waits between them, is then three seconds long.
QUICK = "--lock-timeout=200"


@pytest.fixture
def shop(pg):
    pg.run(SCHEMA)
    return pg


@pytest.fixture
def wanted(tmp_path):
    def write(text):
        path = tmp_path / "wanted.sql"
        path.write_text(text)
        return path

    return write


@contextlib.contextmanager
def writing(pg, statement):
    """Somebody who writes all the time; gives the longest that one statement took, in seconds."""
    longest, stop = [0.0], threading.Event()

    def write():
        with pg.session() as session:
            while not stop.is_set():
                start = time.monotonic()
                assert session.run(statement) == ""
                longest[0] = max(longest[0], time.monotonic() - start)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            yield longest
        finally:
            stop.set()
            writer.result()


def test_a_lock_that_does_not_come(shop, schemafs, wanted):
    """Writers never wait longer than the lock's time-out, and nothing is changed."""
    before, script = shop.dump(), wanted(BOTH)
    with shop.session() as reader:
        reader.run("BEGIN; SELECT count(*) FROM u;")
        with writing(shop, "INSERT INTO t VALUES (1, 1);") as t, writing(shop, "INSERT INTO u VALUES (1, 1);") as u:
            start = time.monotonic()
            done = schemafs("push", "--json", QUICK, script, shop.target, code=2)
            took = time.monotonic() - start
        # One try is at most its time-out; the rest is a busy machine's.
        assert max(t[0], u[0]) < 1.2, (t, u)
        # All of the ladder: six tries.
        assert took > 6 * 0.2 + 1.5
    error = json.loads(done.stdout or done.stderr)["error"]
    assert (error["errno"], error["sqlstate"]) == ("EBUSY", "55P03")
    assert shop.dump() == before
    schemafs("push", QUICK, script, shop.target)
    schemafs("diff", shop.target, script)


def test_a_lock_that_comes_late(shop, schemafs, wanted):
    with shop.session() as reader, concurrent.futures.ThreadPoolExecutor(1) as pool:
        reader.run("BEGIN; SELECT count(*) FROM u;")
        pushed = pool.submit(schemafs, "push", QUICK, wanted(BOTH), shop.target)
        time.sleep(1)
        assert not pushed.done()
        reader.run("COMMIT;")
        pushed.result()


def test_planning_stops_nobody(shop, schemafs, mount, wanted):
    """Beside writers at once, beside whoever has a table for himself soon; and it leaves nothing."""
    script = wanted(BOTH + "\nALTER TABLE t ADD CHECK (a > 0); CREATE UNIQUE INDEX i ON t (a);")
    before = shop.dump()
    with mount(shop.target, "apply=never") as place, shop.session() as other:
        file = place / "schema/public/tables/t.sql"
        # What planning may not do: no more than reading.
        other.run("BEGIN; LOCK TABLE t, u IN ROW EXCLUSIVE MODE;")
        with writing(shop, "INSERT INTO t VALUES (1, 1); UPDATE u SET a = a WHERE id = 1;") as waited:
            start = time.monotonic()
            schemafs("diff", shop.target, script, code=1)
            schemafs("push", "--dry-run", script, shop.target)
            with pytest.raises(PermissionError):
                file.write_text(file.read_text().replace("a integer", "a bigint, b integer NOT NULL"))
            assert time.monotonic() - start < 15
        assert waited[0] < 1.0
        other.run("ROLLBACK; BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;")
        # What could not be measured is taken to be the worse.
        told = schemafs("diff", shop.target, script, code=1).stderr
        assert "H28" in told
        other.run("ROLLBACK;")
    assert shop.dump() == before
    assert shop.rows("SELECT datname FROM pg_database WHERE datname LIKE '%schemafs%'") == []


def test_sqlite_that_is_written_to(sqlite_db, schemafs, wanted):
    sqlite_db.run("CREATE TABLE t (id integer PRIMARY KEY);")
    before = sqlite_db.dump()
    with contextlib.closing(sqlite3.connect(sqlite_db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        script = wanted("CREATE TABLE t (id integer PRIMARY KEY, a text NOT NULL UNIQUE);")
        schemafs("diff", sqlite_db.target, script, code=1)
        done = schemafs("push", "--json", QUICK, script, sqlite_db.target, code=2)
        assert json.loads(done.stdout or done.stderr)["error"]["errno"] == "EBUSY"
    assert sqlite_db.dump() == before
    schemafs("push", script, sqlite_db.target)


# ---- limits, read by a trigger that runs in each statement ----

WATCHED = """
CREATE SCHEMA watch;
CREATE TABLE watch.seen (n serial, tag text, locks text, statements text, bodies text);
CREATE FUNCTION watch.see() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO watch.seen (tag, locks, statements, bodies) VALUES (tg_tag, current_setting('lock_timeout'),
        current_setting('statement_timeout'), current_setting('check_function_bodies'));
END $$;
CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION watch.see();
"""


def test_limits_of_each_statement(shop, schemafs, wanted):
    shop.run(f"ALTER DATABASE {shop.name} SET statement_timeout = '7s'")
    kept = schemafs("diff", shop.target, wanted(""), code=1)
    assert kept
    script = wanted(
        """CREATE TABLE public.t (id int NOT NULL, a bigint);
        CREATE TABLE public.u (id int, a int);
        CREATE INDEX i ON public.u (a);
        CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'select b from later';
        CREATE TABLE public.later (b int);
        CREATE TRIGGER r BEFORE UPDATE ON public.u
            FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();"""
        + WATCHED.replace("serial", "int NOT NULL DEFAULT nextval('watch.s')").replace(
            "CREATE TABLE watch", "CREATE SEQUENCE watch.s; CREATE TABLE watch"
        )
    )
    shop.run(
        WATCHED.replace("serial", "int NOT NULL DEFAULT nextval('watch.s')").replace(
            "CREATE TABLE watch", "CREATE SEQUENCE watch.s; CREATE TABLE watch"
        )
    )
    schemafs("push", "--online-above=0", "--lock-timeout=1500", script, shop.target)
    seen = set(shop.rows("SELECT tag, locks, statements, bodies FROM watch.seen"))
    # As long as it takes, whatever the role's own limit is: it rewrites the table.
    assert ("ALTER TABLE", "1500ms", "0", "off") in seen
    # Brief: others wait for it.
    assert ("CREATE TRIGGER", "1500ms", "1min", "off") in seen
    assert ("ALTER TABLE", "1500ms", "1min", "off") in seen
    # Nobody waits for it.
    assert ("CREATE INDEX", "45s", "0", "on") in seen
    assert all(row[3] == "off" for row in seen if row[0] == "CREATE FUNCTION")


# ---- what is read back, and what is told ----


def test_a_database_that_does_otherwise(shop, schemafs, wanted):
    """Whatever was asked, a trigger of the database makes something else of it: all goes back."""
    sabotage = """
    CREATE FUNCTION public.spoil() RETURNS event_trigger LANGUAGE plpgsql AS
        'BEGIN COMMENT ON TABLE public.t IS ''spoilt''; END';
    CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION public.spoil();
    """
    shop.run(sabotage)
    before = shop.dump()
    script = wanted(BOTH + sabotage.replace("$$", "$f$"))
    done = schemafs("push", script, shop.target, code=2)
    assert "does not say what was asked after the change; nothing was changed" in done.stderr
    assert "comment" in done.stderr
    assert shop.dump() == before


def test_told_what_stays(shop, schemafs, wanted):
    """The second index fails on duplicates: the first one is there, and nothing is half done."""
    shop.run("INSERT INTO u VALUES (1, 1)")
    script = wanted(
        """CREATE TABLE public.t (id int, a int, b int); CREATE TABLE public.u (id int, a int);
        CREATE INDEX t_a ON public.t (a); CREATE UNIQUE INDEX u_a ON public.u (a);"""
    )
    done = schemafs("push", "--online-above=0", script, shop.target, code=2)
    told = done.stderr[done.stderr.index("could not create unique index") :]
    kept, missing = told[told.index("carried out and kept:") :].split("not carried out:")
    assert "ADD COLUMN b" in kept and "CREATE INDEX CONCURRENTLY t_a" in kept
    assert "CREATE UNIQUE INDEX CONCURRENTLY u_a" in missing and "t_a" not in missing
    assert "goes on from where it stopped" in missing
    assert shop.rows("SELECT indexrelid::regclass FROM pg_index WHERE indrelid IN ('t'::regclass, 'u'::regclass)") == [
        ("t_a",)
    ]
    shop.run("DELETE FROM u")
    assert "t_a" not in schemafs("push", "--online-above=0", script, shop.target).stdout
    schemafs("diff", shop.target, script)


def test_an_index_that_must_wait(shop, schemafs, wanted):
    """Behind a transaction that stays open it gives up; what it leaves is said, and mended later."""
    script = wanted(SCHEMA.split("INSERT")[0] + "CREATE INDEX t_a ON public.t (a);")
    online = ["push", "--online-above=0", "--lock-timeout=50"]
    invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
    with shop.session() as other, writing(shop, "INSERT INTO t VALUES (1, 1);") as waited:
        # An old view of the data: the index waits for it, taking it away does not.
        other.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM u;")
        done = schemafs(*online, script, shop.target, code=2)
        assert "not taken back" not in done.stderr
        assert shop.rows("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass") == [("0",)]
        # Now the table itself is in use.
        other.run("ROLLBACK; BEGIN; UPDATE t SET a = 7 WHERE id = 7;")
        done = schemafs(*online, script, shop.target, code=2)
        assert "not taken back: DROP INDEX CONCURRENTLY IF EXISTS public.t_a" in done.stderr
        assert shop.rows(invalid) == [("1",)]
        other.run("ROLLBACK;")
        schemafs(*online, script, shop.target)
    assert waited[0] < 1.0
    assert shop.rows(invalid) == [("0",)]
    schemafs("diff", shop.target, script)
