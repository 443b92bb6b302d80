# SPDX-License-Identifier: MIT
"""What generate and check run again from the beginning means there what it means when it is migrated."""

import json

from test_migrate import Folder

FILES = [
    ("0000_tables", "CREATE TABLE jobs (id serial PRIMARY KEY, kind text);\nCREATE TABLE t (id integer PRIMARY KEY,"
     " up integer REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED);\nCREATE TYPE state AS ENUM ('a');"),
    # Only in a transaction: locks, settings for its time, tables that go with it.
    ("0001_local", "LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE;\nCREATE SCHEMA app;\nSET LOCAL search_path = app, public;\n"
     "CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT 1 AS id;\nCREATE TABLE things AS SELECT id FROM kept;\n"
     "INSERT INTO t VALUES (2, 1);\nINSERT INTO t VALUES (1, NULL);"),
    # Not in one, and a lock all the same.
    ("0002_online", "LOCK TABLE jobs;\nCREATE INDEX CONCURRENTLY jobs_kind ON jobs (kind);\nALTER TYPE state ADD VALUE 'b';\n"
     "CREATE TABLE u (s state DEFAULT 'b');"),
    # A role that a block makes.
    ("0003_role", "DO $$ BEGIN CREATE ROLE %(role)s; EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n"
     "GRANT SELECT ON jobs TO %(role)s;\nCREATE POLICY p ON jobs TO %(role)s USING (kind = 'x');"),
    ("0004_at_once", "ALTER TYPE state ADD VALUE 'c';\nALTER TABLE u ALTER COLUMN s SET DEFAULT 'c';"),
]


def test_as_it_is_migrated(schemafs, pg, tmp_path):
    role = f"replayed_{pg.name}"
    folder = Folder(tmp_path / "migrations", "postgresql")
    for tag, text in FILES:
        folder.write(tag, text.replace("%(role)s", role))
    roles = pg.rows("SELECT rolname FROM pg_roles ORDER BY 1")
    found = json.loads(schemafs("check", "--json", "--dir", folder.place, pg.target).stdout)["findings"]
    assert "replay-fails" not in {finding["code"] for finding in found}
    # Nothing of it stays on the server.
    assert pg.rows("SELECT rolname FROM pg_roles ORDER BY 1") == roles
    assert len(pg.rows("SELECT FROM pg_database WHERE datname LIKE 'schemafs%'")) == 0
    schemafs("migrate", "--dir", folder.place, pg.target)
    try:
        assert "nothing to do" in schemafs(
            "generate", "--dir", folder.place, "--db", pg.target, "--from", pg.target, "x").stderr
    finally:
        pg.run(f"DROP OWNED BY {role}; DROP ROLE {role};")


def test_what_fails_at_the_commit(schemafs, pg, tmp_path):
    folder = Folder(tmp_path / "migrations", "postgresql")
    folder.write(*FILES[0])
    folder.write("0001_dangling", "SELECT 1;\nINSERT INTO t VALUES (2, 1);\n")
    done = schemafs("check", "--json", "--dir", folder.place, pg.target, code=1)
    (found,) = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "replay-fails"]
    assert "0001_dangling.sql" in found["subject"] and found["line"] == 2 and "t_up_fkey" in found["message"]
