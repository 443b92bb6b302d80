# SPDX-License-Identifier: MIT
"""The five teams whose migration workflows this stands for: each could drop its scripts and keep its folder."""

import hashlib
import json
import time

import pytest

from test_migrate import LEDGER, Folder


def start(schemafs, engine, place, folder="drizzle"):
    """A project of drizzle-kit's with two migrations by hand, as the teams have it."""
    drizzle = Folder(place / folder, engine.dialect)
    drizzle.write("0000_users", "CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL);\n")
    drizzle.write("0001_posts", "CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));\n")
    schemafs("init", f"--dialect={engine.dialect}", place)
    return drizzle


def tree_of(place, engine, text):
    script = place / "want.sql"
    script.write_text(text)
    return script


USERS = "CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL%s);\n"
POSTS = "CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));\n"


def test_000_ctx0(schemafs, pg, tmp_path):
    """The tree is the list: functions, triggers and extensions are files; status and dry runs for CI."""
    pg.run(
        "CREATE EXTENSION citext; CREATE TABLE users (id integer PRIMARY KEY, email citext);"
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();"
    )
    schemafs("pull", pg.target, tmp_path)
    for name in ("database/extensions/citext.sql", "schema/public/functions/touch.sql",
                 "schema/public/triggers/users.touch.sql", "schema/public/tables/users.sql"):
        assert (tmp_path / name).exists()
    schemafs("init", "--dialect=postgresql", tmp_path)
    schemafs("baseline", "--dir", tmp_path, pg.target)
    # db:status, for a person and for CI.
    assert "functions" in schemafs("status", "-v", "--dir", tmp_path, pg.target).stdout
    assert json.loads(schemafs("status", "--json", "--dir", tmp_path, pg.target).stdout)["migrations_pending"] == 0
    # A function is changed in its file; what that takes is shown, generated and applied.
    path = tmp_path / "schema/public/functions/touch.sql"
    path.write_text(path.read_text().replace("BEGIN RETURN NEW; END", "BEGIN RETURN NULL; END"))
    assert "RETURN NULL" in schemafs("push", "--dry-run", tmp_path, pg.target).stdout
    schemafs("generate", "--dir", tmp_path, "--db", pg.target, "touch_nothing")
    schemafs("status", "--dir", tmp_path, pg.target, code=1)
    schemafs("migrate", "--dir", tmp_path, pg.target)
    schemafs("diff", tmp_path, pg.target)
    schemafs("check", "--dir", tmp_path, pg.target)


def test_001_a_node_server_on_sqlite(schemafs, sqlite_db, tmp_path):
    """Runs at every start; hand-written migrations without snapshots and markers; a backfill, once."""
    drizzle = start(schemafs, sqlite_db, tmp_path)
    (drizzle.place / "9999_not_in_the_journal.sql").write_text("DROP TABLE users;")
    drizzle.write("0002_two", "CREATE TABLE a (x integer);\nCREATE TABLE b (x integer);")  # no marker
    rows = ", ".join(f"({i}, 'x')" for i in range(1200))
    drizzle.write("0003_rows", f"INSERT INTO users VALUES {rows};\nCREATE TABLE counted (id integer PRIMARY KEY, n integer);"
                  "INSERT INTO counted SELECT id, 0 FROM users;")
    drizzle.write("0004_fill", "-- schemafs: backfill batch=500\nUPDATE counted SET n = n + 1;")
    environment = {"DATABASE_URL": sqlite_db.target}
    schemafs("migrate", cwd=tmp_path, env=environment)
    # At every start: quick, and nothing twice.
    started = time.monotonic()
    assert "nothing is pending" in schemafs("migrate", cwd=tmp_path, env=environment).stderr
    assert time.monotonic() - started < 2
    assert sqlite_db.rows("SELECT sum(n), count(*) FROM counted") == [("1200", "1200")]
    assert sqlite_db.rows(LEDGER["sqlite"]) == drizzle.rows()
    # The next one is made from what the migrations make, not from snapshots that are missing.
    sqlite_db.run("CREATE TABLE later (x integer);")
    schemafs("generate", "--from", sqlite_db.path, "add_later", cwd=tmp_path)
    (path,) = drizzle.place.glob("0005_*.sql")
    assert "CREATE TABLE" in path.read_text() and "users" not in path.read_text()
    # A committed one that was edited is found and shown.
    edited = drizzle.place / "0002_two.sql"
    edited.write_text(edited.read_text().replace("b (x", "b (y"))
    told = schemafs("status", cwd=tmp_path, env=environment, code=1)
    assert "0002_two" in told.stdout
    assert "+CREATE TABLE b (y integer);" in schemafs("check", "--quick", cwd=tmp_path, env=environment, code=1).stdout


def test_000_users_of_others_extensions_and_buckets(schemafs, pg, new_pg, tmp_path):
    """A users table that may be somebody else's, optional extensions, and rows that have to be there."""
    (tmp_path / "schemafs.json").write_text(json.dumps({
        "migrations": "drizzle", "external": ["auth.*"], "optional_extensions": ["citext", "no_vector_here"],
        "reference": ["storage.buckets"],
    }))
    pg.run(
        "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);"
        "CREATE SCHEMA storage; CREATE TABLE storage.buckets (id text PRIMARY KEY, public boolean NOT NULL);"
        "INSERT INTO storage.buckets VALUES ('avatars', true), ('files', false);"
        "CREATE TABLE notes (id integer PRIMARY KEY, owner uuid REFERENCES auth.users (id));"
    )
    schemafs("pull", pg.target, tmp_path)
    schemafs("generate", "--dir", tmp_path, "--db", pg.target, "first")
    hosted, own = new_pg(), new_pg()
    hosted.run("CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);")
    for database in (hosted, own):
        schemafs("migrate", "--dir", tmp_path, database.target)
        assert database.rows("SELECT * FROM storage.buckets ORDER BY 1") == [("avatars", "t"), ("files", "f")]
    assert hosted.rows("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users'") == [("2",)]
    told = json.loads(schemafs("status", "--json", "--dir", tmp_path, own.target).stdout)
    assert [e["name"] for e in told["optional_extensions_missing"]] == ["citext", "no_vector_here"]
    own.run("UPDATE storage.buckets SET public = true; DELETE FROM storage.buckets WHERE id = 'avatars';")
    assert "storage/buckets.csv: 1 rows differ, 1 are missing" in schemafs("status", "--dir", tmp_path, own.target, code=1).stdout
    schemafs("push", tmp_path, own.target)
    schemafs("status", "--dir", tmp_path, own.target)


def test_001_in_memory(schemafs, tmp_path):
    """As their tests have it: every migration into a database that goes with the program."""
    from_disk = Folder(tmp_path / "drizzle", "sqlite")
    from_disk.write("0000_t", "CREATE TABLE t (id integer PRIMARY KEY);--> statement-breakpoint\nINSERT INTO t VALUES (1);")
    from_disk.write("0001_t", "ALTER TABLE t ADD COLUMN x text;")
    for _ in range(2):
        told = json.loads(schemafs("migrate", "--json", "--dir", tmp_path, "sqlite::memory:").stdout)
        assert [entry["tag"] for entry in told["applied"]] == ["0000_t", "0001_t"]


def test_002_a_database_for_tests(schemafs, pg, new_pg, tmp_path):
    """DATABASE_URL_TEST beside DATABASE_URL: on the command line, or in the project."""
    start(schemafs, pg, tmp_path)
    test = new_pg()
    environment = {"DATABASE_URL": pg.target, "DATABASE_URL_TEST": test.target}
    path = tmp_path / "schemafs.json"
    path.write_text(path.read_text().replace("$DATABASE_URL", "$DATABASE_URL_TEST"))
    schemafs("migrate", cwd=tmp_path, env=environment)
    assert len(test.rows(LEDGER["postgresql"])) == 2
    assert pg.rows("SELECT to_regclass('users') IS NULL") == [("t",)]
    # Applied already: told, and nothing done twice.
    assert "nothing is pending" in schemafs("migrate", cwd=tmp_path, env=environment).stderr


def test_002_agent_armor(schemafs, pg, new_pg, tmp_path):
    """DATABASE_URL; generate with names and prefixes, migrate, push; errors that say which and why."""
    start(schemafs, pg, tmp_path)
    test = new_pg()
    for database in (pg, test):
        schemafs("migrate", cwd=tmp_path, env={"DATABASE_URL": database.target})
    schemafs("generate", "--custom", "--prefix=timestamp", "by_hand", cwd=tmp_path, env={"DATABASE_URL": pg.target})
    (path,) = (tmp_path / "drizzle").glob("2*_by_hand.sql")
    path.write_text("CREATE TABLE users (id integer);")
    failed = schemafs("migrate", cwd=tmp_path, env={"DATABASE_URL": pg.target}, code=2).stderr
    assert f"{path.name}:1:" in failed and "users" in failed and "already exists" in failed
    gone = schemafs("migrate", "postgresql:///x?host=/nowhere", cwd=tmp_path, code=2).stderr
    assert "/nowhere" in gone
    # A push shows its hazards and refuses a loss.
    pg.run("INSERT INTO users VALUES (1, 'a')")
    want = tree_of(tmp_path, pg, "CREATE TABLE users (id integer PRIMARY KEY);\n" + POSTS)
    refused = schemafs("push", want, pg.target, code=2).stderr
    assert "email" in refused and "H02" in refused
    assert pg.rows("SELECT email FROM users") == [("a",)]


def test_003_a_schema_first_boilerplate(schemafs, engine, tmp_path):
    """Generated from the schema; a renamed column is renamed, and keeps its values."""
    drizzle = start(schemafs, engine, tmp_path)
    schemafs("migrate", "--dir", tmp_path, engine.target)
    engine.run("INSERT INTO users VALUES (1, 'a');")
    want = tree_of(
        tmp_path, engine,
        "CREATE TABLE users (\n  id integer PRIMARY KEY,\n  mail text NOT NULL -- renamed from: email\n);\n" + POSTS,
    )
    schemafs("generate", "--dir", tmp_path, "--db", engine.target, "--from", want, "mail")
    (path,) = drizzle.place.glob("0002_*.sql")
    assert "RENAME" in path.read_text() and "DROP" not in path.read_text()
    schemafs("migrate", "--dir", tmp_path, engine.target)
    assert engine.rows("SELECT mail FROM users") == [("a",)]
    assert "nothing to do" in schemafs(
        "generate", "--dir", tmp_path, "--db", engine.target, "--from", want, "again").stderr


def test_003_defaults_and_rows_that_are_there(schemafs, engine, tmp_path):
    """A default does not reach them: that is said, and the backfill that is offered does what it says."""
    drizzle = start(schemafs, engine, tmp_path)
    schemafs("migrate", "--dir", tmp_path, engine.target)
    engine.run("INSERT INTO users VALUES (1, 'a'); INSERT INTO posts VALUES (1, NULL), (2, 1);")
    want = tree_of(tmp_path, engine, USERS % "" + POSTS.replace("REFERENCES", "DEFAULT 1 REFERENCES"))
    note = schemafs("generate", "--dir", tmp_path, "--db", engine.target, "--from", want, "default").stderr
    assert "does not reach rows that are there" in note
    offered = note.split("`")
    update = next(text for text in offered if text.startswith("UPDATE"))
    directive = next(text for text in offered if text.startswith("-- schemafs"))
    schemafs("generate", "--custom", "--dir", tmp_path, "--db", engine.target, "fill")
    (path,) = drizzle.place.glob("0003_*.sql")
    path.write_text(f"{directive}\n{update}\n")
    schemafs("migrate", "--dir", tmp_path, engine.target)
    assert engine.rows("SELECT author FROM posts ORDER BY id") == [("1",), ("1",)]


def test_004_grants_defaults_and_unknown_methods(schemafs, pg, new_pg, tmp_path):
    """Role grants and default privileges in migrations; an extension's index method works unknown."""
    drizzle = start(schemafs, pg, tmp_path)
    schemafs("migrate", "--dir", tmp_path, pg.target)
    pg.run("CREATE EXTENSION bloom;")
    want = tree_of(
        tmp_path, pg,
        USERS % "" + POSTS + "CREATE EXTENSION bloom;\nCREATE INDEX by_bloom ON users USING bloom (id, email) WITH (length=80);\n"
        "GRANT SELECT, INSERT ON posts TO pg_monitor;\nREVOKE ALL ON FUNCTION f() FROM PUBLIC;\n"
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor;\n",
    )
    schemafs("generate", "--dir", tmp_path, "--db", pg.target, "--from", want, "more")
    text = next(drizzle.place.glob("0002_*.sql")).read_text()
    assert "USING bloom" in text and "DEFAULT PRIVILEGES" in text and "pg_monitor" in text
    other = new_pg()
    schemafs("migrate", "--dir", tmp_path, other.target)
    other.run("CREATE TABLE later (x integer);")
    assert other.rows("SELECT has_table_privilege('pg_monitor', 'later', 'select')") == [("t",)]
    other.run("DROP TABLE later;")
    assert schemafs("diff", other.target, want).stdout == ""
    assert "nothing to do" in schemafs(
        "generate", "--dir", tmp_path, "--db", pg.target, "--from", want, "again").stderr
    schemafs("check", "--dir", tmp_path, other.target)


def test_004_trovella(schemafs, pg, new_pg, tmp_path):
    """Policies and grants beside tables, guards, counts and hashes verified, reversal as a new migration."""
    drizzle = start(schemafs, pg, tmp_path)
    schemafs("migrate", "--dir", tmp_path, pg.target)
    want = tree_of(
        tmp_path, pg,
        USERS % "" + POSTS + "CREATE TABLE tenants (id integer PRIMARY KEY);\nALTER TABLE tenants ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON tenants FOR SELECT USING (id > 0);\nGRANT SELECT ON tenants TO PUBLIC;\n",
    )
    schemafs("generate", "--idempotent", "--dir", tmp_path, "--db", pg.target, "--from", want, "tenants")
    text = next(drizzle.place.glob("0002_*.sql")).read_text()
    assert "IF NOT EXISTS" in text and "CREATE POLICY" in text and "GRANT" in text
    # In CI on a database of its own, then in production; twice is once.
    ci = new_pg()
    told = json.loads(schemafs("migrate", "--json", "--dir", tmp_path, ci.target).stdout)
    assert [entry["tag"] for entry in told["applied"]] == ["0000_users", "0001_posts", "0002_tenants"]
    ci.run(text.replace("--> statement-breakpoint", ""))
    schemafs("migrate", "--dir", tmp_path, pg.target)
    assert pg.rows("SELECT polname FROM pg_policy") == [("own",)]
    # The count and the hashes of the ledger against the journal.
    entries = json.loads((drizzle.place / "meta/_journal.json").read_text())["entries"]
    hashes = [hashlib.sha256((drizzle.place / f"{e['tag']}.sql").read_bytes()).hexdigest() for e in entries]
    assert [row[0] for row in pg.rows(LEDGER["postgresql"])] == hashes
    assert {f["level"] for f in json.loads(schemafs("check", "--json", "--dir", tmp_path, pg.target).stdout)["findings"]} <= {"note"}
    pg.run("DELETE FROM drizzle.__drizzle_migrations WHERE id = 2")
    late = json.loads(schemafs("check", "--json", "--dir", tmp_path, pg.target, code=1).stdout)["findings"]
    assert [f["subject"] for f in late if f["code"] == "late"] == ["0001_posts"]
    schemafs("baseline", "--dir", tmp_path, pg.target)
    # Forward only: what undoes one is the next one.
    schemafs("generate", "--revert", "2", "--dir", tmp_path, "--db", pg.target)
    schemafs("migrate", "--dir", tmp_path, pg.target)
    assert pg.rows("SELECT to_regclass('tenants') IS NULL") == [("t",)]


@pytest.mark.parametrize("name", ["drizzle", "server/migrations"])
def test_all_of_them_keep_their_folder(schemafs, engine, tmp_path, name):
    """No file of theirs is written by taking it over, and none by running it."""
    drizzle = start(schemafs, engine, tmp_path, name)
    before = {path: path.read_bytes() for path in drizzle.place.rglob("*") if path.is_file()}
    schemafs("migrate", "--dir", tmp_path, engine.target)
    schemafs("check", "--dir", tmp_path, engine.target)
    schemafs("status", "--dir", tmp_path, engine.target)
    assert {path: path.read_bytes() for path in drizzle.place.rglob("*") if path.is_file()} == before
