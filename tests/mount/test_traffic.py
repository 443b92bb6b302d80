# SPDX-License-Identifier: MIT
"""What the server is sent: nothing for looking, next to nothing while nothing happens."""

import os
import subprocess
import time

import pytest

from databases import PostgresDatabase
from servers import Talkative
from tree import shell, tables, wait_for

MANY = 10000


@pytest.fixture(scope="module")
def server(clean_environment):
    with Talkative.started() as server:
        yield server


def is_about_the_catalog(line):
    """More than the question where the server's log stands."""
    return "pg_current_wal_insert_lsn" not in line


@pytest.mark.parametrize("count", [1000, pytest.param(MANY, marks=pytest.mark.long)])
def test_looking_sends_nothing(server, mount, count):
    with PostgresDatabase.created(server) as db:
        for start in range(0, count, 1000):
            db.run(
                "DO $$ BEGIN FOR i IN " f"{start} .. {min(start + 1000, count) - 1} LOOP "
                "EXECUTE format('CREATE TABLE t%s (a integer)', i); END LOOP; END $$"
            )
        with mount(db.target) as place:
            folder = tables(place, db)
            assert len(os.listdir(folder)) == count
            time.sleep(1.5)
            before = len([line for line in server.statements() if is_about_the_catalog(line)])
            for _ in range(2):
                shell(f"ls -lR {place} > /dev/null; find {place} -type f -size +0 -exec cat {{}} + > /dev/null")
                shell(f"stat {folder}/t1.sql {folder}/nothing {folder}/.t1.sql.swp > /dev/null 2>&1; df {place} > /dev/null")
            after = [line for line in server.statements() if is_about_the_catalog(line)]
            assert len(after) == before, after[before:]


class Accesses:
    """How often a file is opened or read, by whomever."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            ["inotifywait", "-q", "-m", "-e", "open,access", "--format", "%e", str(path)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        time.sleep(0.5)

    def end(self):
        self.process.terminate()
        return len(self.process.communicate()[0].splitlines())


@pytest.mark.parametrize("count", [1000, pytest.param(MANY, marks=pytest.mark.long)])
def test_looking_reads_nothing_of_a_file(sqlite_db, mount, count, has_program):
    """SQLite: the file is looked into about once a second, however much is listed and read."""
    has_program("inotifywait")
    made = "".join(f"CREATE TABLE t{number} (a integer);" for number in range(count))
    sqlite_db.run(f"BEGIN; {made} COMMIT;")
    with mount(sqlite_db.target) as place:
        folder = tables(place, sqlite_db)
        assert len(os.listdir(folder)) == count
        time.sleep(1.5)
        start, accesses = time.monotonic(), Accesses(sqlite_db.path)
        for _ in range(2):
            shell(f"ls -lR {place} > /dev/null; find {place} -type f -size +0 -exec cat {{}} + > /dev/null")
            shell(f"stat {folder}/t1.sql {folder}/nothing {folder}/.t1.sql.swp > /dev/null 2>&1; df {place} > /dev/null")
        seen, seconds = accesses.end(), time.monotonic() - start
        assert seen < 20 * (seconds + 1), (seen, seconds)
        assert 20 * (seconds + 1) < count, "too slow to tell"


def test_idle_costs_next_to_nothing(server, mount):
    """A few small questions, which read no table; of SQLite's file nothing at all is asked here."""
    with PostgresDatabase.created(server) as db:
        db.run("CREATE TABLE t (a integer);")
        with mount(db.target):
            time.sleep(1.5)
            before = len(server.statements())
            time.sleep(4)
            said = server.statements()[before:]
            assert len(said) <= 14, said
            assert not [line for line in said if is_about_the_catalog(line)]


def test_a_change_shows_within_a_second(server, mount):
    with PostgresDatabase.created(server) as db:
        db.run("CREATE TABLE t (a integer);")
        with mount(db.target) as place:
            for number in range(3):
                path = tables(place, db) / f"later{number}.sql"
                db.run(f"CREATE TABLE later{number} (a integer);")
                start = time.monotonic()
                wait_for(path.exists, 3)
                assert time.monotonic() - start < 1.3


@pytest.mark.parametrize("verb", ["pull", "diff"])
def test_reading_asks_as_much_of_few_objects_as_of_many(server, schemafs, tmp_path, verb):
    """The number of statements does not grow with the database, and none asks a user's relation."""
    asked = []
    for count in (3, 300):
        with PostgresDatabase.created(server) as db:
            db.run(
                "CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION fires() RETURNS trigger"
                " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                f"DO $$ BEGIN FOR i IN 1 .. {count} LOOP EXECUTE format('CREATE TABLE user_table_%s"
                " (id serial PRIMARY KEY, m mood DEFAULT ''a'', CHECK (id > %s)); CREATE INDEX ON"
                " user_table_%s (m) WHERE id > 1; CREATE VIEW user_view_%s AS SELECT id FROM"
                " user_table_%s; CREATE FUNCTION f_%s() RETURNS integer LANGUAGE sql AS ''SELECT"
                " 1''; CREATE TRIGGER t BEFORE INSERT ON user_table_%s FOR EACH ROW EXECUTE FUNCTION"
                " fires()', i, i, i, i, i, i, i); END LOOP; END $$"
            )
            tree = tmp_path / str(count)
            schemafs("pull", db.target, tree)
            before = len(server.statements())
            if verb == "pull":
                schemafs("pull", db.target, tmp_path / f"again {count}")
            else:
                schemafs("diff", db.target, tree)
            said = server.statements()[before:]
            assert said and not [line for line in said if "user_" in line]
            asked.append(len(said))
    print("statements:", asked)
    assert asked[0] == asked[1] < 100
