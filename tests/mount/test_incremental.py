# SPDX-License-Identifier: MIT
"""After somebody else's change only what changed is read again, and the tree is then as if all had been."""

import contextlib
import time

import pytest

from databases import PostgresDatabase
from servers import Talkative
from tree import tables, wait_for

POSTGRES = """
CREATE ROLE inc_reader; CREATE ROLE inc_owner;
CREATE SCHEMA other;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE SEQUENCE free_numbers;
CREATE FUNCTION twice(i integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
CREATE FUNCTION twice(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT t || t';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL, mood mood, pair pair, age positive);
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer CONSTRAINT author REFERENCES users (id), n integer DEFAULT twice(2));
CREATE TABLE parts (a integer, b text) PARTITION BY RANGE (a);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE lone (a integer, b integer, c integer, d text);
CREATE INDEX lone_a ON lone (a);
CREATE VIEW emails AS SELECT email FROM users;
CREATE VIEW upper_emails AS SELECT upper(email) AS email FROM emails;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM posts;
CREATE TRIGGER noted BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION note();
CREATE POLICY mine ON posts USING (user_id = 1);
CREATE RULE quiet AS ON DELETE TO lone DO INSTEAD NOTHING;
CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer);
COMMENT ON COLUMN users.email IS 'where';
"""

# Each batch is done at once; then the tree must be right before everything is read anew.
POSTGRES_BATCHES = [
    [
        "ALTER TABLE lone ADD COLUMN e text DEFAULT 'x'",
        "ALTER TABLE users RENAME TO people",
        "CREATE FUNCTION twice(n numeric) RETURNS numeric LANGUAGE sql AS 'SELECT n * 2'",
        "ALTER TYPE mood ADD VALUE 'calm'",
        "ALTER TYPE pair RENAME ATTRIBUTE b TO label",
        "ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000)",
        "COMMENT ON TABLE posts IS 'said'",
    ],
    [
        "DROP FUNCTION twice(text)",
        "DROP INDEX lone_a",
        "ALTER TABLE people RENAME COLUMN email TO address",
        "COMMENT ON COLUMN people.address IS NULL",
        "COMMENT ON CONSTRAINT author ON posts IS 'who'",
        "ALTER TABLE parts_1 RENAME TO parts_first",
        "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20)",
        "ALTER TRIGGER noted ON posts RENAME TO marked",
        "ALTER SEQUENCE free_numbers OWNED BY lone.a",
    ],
    [
        "ALTER TABLE posts DROP CONSTRAINT author",
        "ALTER TABLE posts ENABLE ROW LEVEL SECURITY",
        "ALTER POLICY mine ON posts USING (user_id = 2)",
        "GRANT SELECT ON lone TO inc_reader",
        "ALTER TABLE lone OWNER TO inc_owner",
        "ALTER SEQUENCE free_numbers OWNED BY NONE",
        "ALTER TABLE lone RENAME TO alone",
        "ALTER RULE quiet ON alone RENAME TO silent",
        "CREATE STATISTICS alone_ab ON a, b FROM alone",
        "CREATE OR REPLACE VIEW upper_emails AS SELECT upper(address) AS email, 1 AS one FROM people",
    ],
    [
        "ALTER TABLE alone SET SCHEMA other",
        "ALTER FUNCTION twice(integer) RENAME TO double",
        "DROP AGGREGATE total (integer)",
        "DROP MATERIALIZED VIEW counted",
        "DROP TRIGGER marked ON posts",
        "DROP POLICY mine ON posts",
        "ALTER TABLE parts DETACH PARTITION parts_2",
        "DROP DOMAIN positive CASCADE",
        "CREATE PROCEDURE nothing() LANGUAGE sql AS ''",
        "CREATE UNIQUE INDEX posts_n ON posts (n)",
        "ALTER TABLE posts REPLICA IDENTITY FULL",
        "ALTER TABLE posts ALTER n SET DEFAULT 5, ALTER n SET NOT NULL",
    ],
    ["DROP TABLE people CASCADE", "DROP TYPE mood", "CREATE TABLE people (a integer)"],
]

# What changes many texts at once, or is seldom: everything is read at once.
POSTGRES_WHOLE = [
    "ALTER ROLE inc_owner RENAME TO inc_keeper",
    "ALTER SCHEMA other RENAME TO another",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO inc_reader",
]

SQLITE = """
CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL);
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users (id));
CREATE INDEX posts_user ON posts (user_id);
CREATE TABLE lone (a integer, b integer);
CREATE VIEW emails AS SELECT email FROM users;
CREATE TRIGGER noted AFTER INSERT ON POSTS BEGIN DELETE FROM lone; END;
CREATE VIRTUAL TABLE words USING fts5 (word);
"""

SQLITE_BATCHES = [
    [
        "ALTER TABLE users RENAME TO people",
        "ALTER TABLE lone ADD COLUMN c text",
        "CREATE INDEX Lone_b ON LONE (b)",
        "DROP INDEX posts_user",
    ],
    [
        "ALTER TABLE people RENAME COLUMN email TO address",
        "DROP TRIGGER noted",
        "CREATE TRIGGER noted2 AFTER DELETE ON posts BEGIN SELECT 1; END",
        "CREATE VIEW more AS SELECT * FROM emails",
    ],
    ["DROP VIEW more", "DROP TABLE lone", "CREATE TABLE lone (z)", "DROP TABLE words", "VACUUM"],
]


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for top in ("schema", "database")
        for path in (folder / top).rglob("*.sql")
    }


def follow(schemafs, engine, place, tmp_path, batches):
    """Each batch is seen by reading what changed: before generated/ follows, which takes everything."""
    whole = place / "generated/schema.sql"
    for number, batch in enumerate(batches):
        before, last = whole.read_text(), {}
        engine.run("".join(f"{statement};\n" for statement in batch))
        end = time.monotonic() + 20
        while whole.read_text() == before:
            with contextlib.suppress(FileNotFoundError):  # renamed between the listing and the reading
                last = contents(place)
            assert time.monotonic() < end, f"generated/schema.sql did not follow {batch}"
            time.sleep(0.05)
        schemafs("pull", engine.target, tmp_path / f"pulled{number}")
        expected = contents(tmp_path / f"pulled{number}")
        wrong = {name for name in {*last, *expected} if last.get(name) != expected.get(name)}
        assert not wrong, batch
        assert contents(place) == expected


@pytest.fixture(scope="module")
def server(clean_environment):
    with Talkative.started() as server:
        yield server


def test_postgres(new_pg, schemafs, mount, tmp_path):
    db = new_pg()
    db.run(POSTGRES)
    try:
        with mount(db.target) as place:
            follow(schemafs, db, place, tmp_path, POSTGRES_BATCHES)
            for statement in POSTGRES_WHOLE:
                db.run(f"{statement};")
                schemafs("pull", db.target, tmp_path / "whole")
                wait_for(lambda: contents(place) == contents(tmp_path / "whole"), 10)
    finally:
        for role in ("inc_reader", "inc_owner", "inc_keeper"):
            if db.rows(f"SELECT FROM pg_roles WHERE rolname = '{role}'"):
                db.run(f"REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role};")


def test_sqlite(schemafs, sqlite_db, mount, tmp_path):
    sqlite_db.run(SQLITE)
    with mount(sqlite_db.target) as place:
        follow(schemafs, sqlite_db, place, tmp_path, SQLITE_BATCHES)


def test_work_of_others_without_ddl_reads_nothing(server, mount):
    """Rows, transactions and temporary tables use up transaction ids and move the server's log."""
    with PostgresDatabase.created(server) as db:
        db.run("CREATE TABLE t (a integer);")
        with mount(db.target):
            time.sleep(1)
            before = len(server.statements())
            for _ in range(5):
                db.run("INSERT INTO t SELECT generate_series(1, 100); SELECT pg_current_xact_id();")
                time.sleep(0.5)
            said = server.statements()[before:]
            assert not [line for line in said if "REPEATABLE READ" in line], said
            assert any("count(c.age)" in line for line in said), "nobody looked"
