# SPDX-License-Identifier: MIT
"""Backfills: run in batches, resumed after a kill, each row once."""

import json
import signal
import subprocess
import time

import pytest

from test_migrate import LEDGER, Folder

ROWS = 5000
FILL = (
    "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {rows}) "
    "INSERT INTO t SELECT i, 0, 'k' || i FROM s;"
)


@pytest.fixture
def folder(engine, tmp_path):
    made = Folder(tmp_path / "migrations", engine.dialect)
    made.write("0000_t", "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, k text NOT NULL);")
    made.write("0001_fill", FILL.format(rows=ROWS))
    return made


@pytest.fixture
def migrate(schemafs, engine, folder):
    return lambda *options, code=0: schemafs(
        "migrate", "--dir", folder.place, *options, engine.target, code=code
    )


def numbers(engine, query):
    return [int(row[0]) for row in engine.rows(query)]


STATEMENTS = [
    "UPDATE t SET n = n + 1 WHERE id > 10",
    "UPDATE t AS x SET n = x.n + 1",
    "UPDATE t SET n = n + 1 WHERE k IS DISTINCT FROM 'k7' OR id = 3 -- a comment",
    "DELETE FROM t WHERE id % 3 = 0",
    "INSERT INTO u (id, k) SELECT id, k FROM t WHERE id % 2 = 0 OR n = 7",
]


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("key", ["id integer PRIMARY KEY", "id integer NOT NULL"])
def test_batches_do_what_the_statement_does(schemafs, new_engine, tmp_path, statement, key):
    """In parts, and at once: the rows are the same."""
    more = "" if "PRIMARY" in key else "CREATE UNIQUE INDEX t_k ON t (k, id);"
    tables = f"CREATE TABLE t ({key}, n integer NOT NULL, k text NOT NULL); {more} CREATE TABLE u (id integer, k text);"
    found = []
    for directive in ("", "-- schemafs: backfill batch=97\n"):
        engine = new_engine()
        if "DISTINCT" in statement and engine.dialect == "sqlite":
            statement = statement.replace("IS DISTINCT FROM", "IS NOT")
        folder = Folder(tmp_path / f"m{len(found)}", engine.dialect)
        folder.write("0000_t", tables)
        folder.write("0001_fill", FILL.format(rows=1000))
        folder.write("0002_b", directive + statement + ";")
        schemafs("migrate", "--dir", folder.place, engine.target)
        assert engine.rows(LEDGER[engine.dialect]) == folder.rows()
        found.append((engine.rows("SELECT id, n, k FROM t ORDER BY id"), engine.rows("SELECT id, k FROM u ORDER BY id")))
    assert found[0] == found[1]
    assert found[0][0] or found[0][1]


@pytest.mark.parametrize(
    "statement, reason",
    [
        ("UPDATE t SET id = id + 1", "key"),
        ("UPDATE t SET n = (SELECT max(n) FROM t)", "reads the table"),
        ("DELETE FROM t WHERE id IN (SELECT min(id) FROM t GROUP BY k)", "reads the table"),
        ("INSERT INTO u SELECT count(*), 'x' FROM t", "one row of many"),
        ("INSERT INTO u SELECT id, k FROM t ORDER BY id LIMIT 3", "depend on each other"),
        ("INSERT INTO u VALUES (1, 'x')", "from no table"),
        ("CREATE TABLE v (x integer)", "no UPDATE"),
    ],
)
def test_what_can_not_be_batched(migrate, folder, engine, statement, reason):
    folder.write("0002_u", "CREATE TABLE u (id integer, k text);")
    folder.write("0003_b", f"-- schemafs: backfill\n{statement};")
    failed = migrate(code=2)
    assert reason in failed.stderr and "0003_b.sql:2:" in failed.stderr
    assert len(engine.rows(LEDGER[engine.dialect])) == 3
    assert numbers(engine, "SELECT sum(n) FROM t") == [0]


def test_no_key(schemafs, pg, tmp_path):
    folder = Folder(tmp_path / "m", "postgresql")
    folder.write("0000_t", "CREATE TABLE t (id integer);\n-- schemafs: backfill\nUPDATE t SET id = 1;")
    assert "no primary key" in schemafs("migrate", "--dir", folder.place, pg.target, code=2).stderr


def test_killed_again_and_again(migrate, folder, engine, schemafs):
    """Additive: a row that is dealt with twice, or not at all, shows."""
    folder.write("0002_b", "-- schemafs: backfill batch=50 pause=5\nUPDATE t SET n = n + 1;\nUPDATE t SET n = n + 10;")
    command = [schemafs.binary, "migrate", "--dir", str(folder.place), engine.target]
    kills = 0
    for _ in range(6):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.25)
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
            kills += 1
        running.wait()
    assert kills
    migrate()
    assert numbers(engine, "SELECT DISTINCT n FROM t") == [11]
    assert numbers(engine, "SELECT count(*) FROM t") == [ROWS]
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()
    assert json.loads(migrate("--json").stdout)["pending"] == []
