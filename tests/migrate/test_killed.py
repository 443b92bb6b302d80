# SPDX-License-Identifier: MIT
"""kill -9 between any two statements of a migration: going on completes it, and nothing is done twice."""

import signal
import subprocess
import time

import pytest

from guillotine import guillotine
from test_migrate import LEDGER, Folder

FIRST = """\
CREATE TYPE mood AS ENUM ('a');
CREATE TABLE t (x integer, m mood);--> statement-breakpoint
INSERT INTO t VALUES (1, 'a'), (2, 'a');
"""
SECOND = """\
INSERT INTO t VALUES (3, 'a');
CREATE INDEX CONCURRENTLY t_x ON t (x);
ALTER TYPE mood ADD VALUE 'b';
INSERT INTO t VALUES (4, 'b');
"""
STATE = """\
SELECT (SELECT string_agg(x || m::text, ' ' ORDER BY x) FROM t),
    (SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = 't'::regclass),
    to_regclass('drizzle.__schemafs_progress') IS NULL,
    min(hash || ' ' || created_at) FILTER (WHERE id = first), max(hash || ' ' || created_at) FILTER (WHERE id > first)
FROM drizzle.__drizzle_migrations, (SELECT min(id) AS first FROM drizzle.__drizzle_migrations) f
HAVING count(*) = 2
"""
COUNTED = ("BEGIN", "COMMIT", "CREATE", "INSERT", "ALTER", "DROP", "DELETE", "UPDATE")


def is_counted(sql):
    return sql.lstrip().upper().startswith(COUNTED)


@pytest.mark.parametrize("after", [False, pytest.param(True, marks=pytest.mark.long)], ids=["before", "after"])
def test_at_each_statement(server, pg, schemafs, tmp_path, after):
    folder = Folder(tmp_path / "migrations", "postgresql")
    folder.write("0000_first", FIRST)
    folder.write("0001_second", SECOND)
    with guillotine(server, is_counted) as knife:
        command = [schemafs.binary, "migrate", "--dir", folder.place, knife.uri(pg.name)]
        at = 0
        while True:
            pg.run("DROP SCHEMA IF EXISTS drizzle CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
            code = knife.run(command, at, after)
            whole = len(knife.statements) <= at
            assert code == (0 if whole else -signal.SIGKILL)
            schemafs("migrate", "--dir", folder.place, pg.target)
            (state,) = pg.rows(STATE)
            assert state == ("1a 2a 3a 4b", "t", "t", *[f"{digest} {when}" for digest, when in folder.rows()])
            if whole:
                break
            at += 1
    assert at > 10


def test_at_any_moment(sqlite_db, schemafs, tmp_path):
    """SQLite: a rebuild with children among the migrations, ended again and again, a little later each time."""
    folder = Folder(tmp_path / "migrations", "sqlite")
    rows = ", ".join(f"({i})" for i in range(2000))
    folder.write("0000_a", "CREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (id integer PRIMARY KEY,"
                 " p integer REFERENCES p (id) ON DELETE CASCADE);")
    folder.write("0001_rows", f"INSERT INTO p VALUES {rows};\nINSERT INTO c SELECT id, id FROM p;")
    for number in range(2, 12):
        folder.write(
            f"{number:04}_rebuild",
            f"PRAGMA foreign_keys=OFF;\nCREATE TABLE __new_p (id integer PRIMARY KEY, n{number} text);\n"
            "INSERT INTO __new_p (id) SELECT id FROM p;\nDROP TABLE p;\nALTER TABLE __new_p RENAME TO p;\n"
            "PRAGMA foreign_keys=ON;",
        )
    command = [schemafs.binary, "migrate", "--dir", folder.place, sqlite_db.target]
    killed, wait = 0, 0.002
    while True:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(wait)
            process.kill()
            if process.wait() == 0:
                break
        killed, wait = killed + 1, wait + 0.002
        assert killed < 500
        assert sqlite_db.rows("PRAGMA integrity_check") == [("ok",)]
    assert killed > 3
    assert sqlite_db.rows("SELECT count(*), (SELECT count(*) FROM p) FROM c") == [("2000", "2000")]
    assert sqlite_db.rows(LEDGER["sqlite"]) == folder.rows()
