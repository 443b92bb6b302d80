# SPDX-License-Identifier: MIT
"""schemafs migrate: what is pending is applied, once, in order, and what fails leaves no trace."""

import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess
import time

import pytest

FOLDERS = {
    "homarr_pg": "pg", "zero": "pg", "kan": "pg", "homarr_sqlite": "sqlite_db", "karakeep": "sqlite_db",
}
LEDGER = {
    "postgresql": "SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id",
    "sqlite": "SELECT hash, created_at FROM __drizzle_migrations ORDER BY rowid",
}


class Folder:
    """A drizzle folder that a test writes."""

    def __init__(self, place, dialect):
        self.place, self.dialect, self.entries = place, dialect, []
        (place / "meta").mkdir(parents=True)

    def write(self, tag, text, when=None, at=None):
        (self.place / f"{tag}.sql").write_bytes(text.encode())
        when = when if when is not None else 1000 * (len(self.entries) + 1)
        entry = {"idx": len(self.entries), "version": "7", "when": when, "tag": tag, "breakpoints": True}
        self.entries.insert(len(self.entries) if at is None else at, entry)
        self.write_journal()

    def write_journal(self):
        journal = {"version": "7", "dialect": self.dialect, "entries": self.entries}
        (self.place / "meta/_journal.json").write_text(json.dumps(journal))

    def rows(self):
        return [
            (hashlib.sha256((self.place / f"{entry['tag']}.sql").read_bytes()).hexdigest(), str(entry["when"]))
            for entry in self.entries
        ]


@pytest.fixture
def folder(engine, tmp_path):
    return Folder(tmp_path / "migrations", engine.dialect)


@pytest.fixture
def migrate(schemafs, engine, folder):
    return lambda *options, code=0: schemafs(
        "migrate", "--dir", folder.place, *options, engine.target, code=code
    )


def column(engine, query):
    return [row[0] for row in engine.rows(query)]


@pytest.mark.parametrize("name", FOLDERS)
def test_corpus(request, schemafs, corpora, name, tmp_path):
    """The schema is the one that the statements give by themselves; stopping anywhere changes nothing."""
    original = corpora / "drizzle" / name
    fixture = FOLDERS[name]
    make = request.getfixturevalue({"pg": "new_pg", "sqlite_db": "new_sqlite"}[fixture])
    mine, theirs = make(), make()
    journal = json.loads((original / "meta/_journal.json").read_text(encoding="utf-8"))
    whole = [(original / f"{entry['tag']}.sql").read_text(encoding="utf-8") for entry in journal["entries"]]
    part = Folder(tmp_path / "part", mine.dialect)
    middle = len(whole) // 2
    for entry, text in zip(journal["entries"][:middle], whole):
        part.write(entry["tag"], text, entry["when"])
    schemafs("migrate", "--dir", part.place, mine.target)
    assert len(mine.rows(LEDGER[mine.dialect])) == middle
    done = schemafs("migrate", "--dir", original, "--json", mine.target)
    assert len(json.loads(done.stdout)["applied"]) == len(whole) - middle
    assert "nothing is pending" in schemafs("migrate", "--dir", original, mine.target).stderr
    for text in whole:
        whole_file = text.replace("--> statement-breakpoint", ";\n")
        theirs.run(f"BEGIN;\n{whole_file};\nCOMMIT;" if mine.dialect == "sqlite" else whole_file)
    again = schemafs("diff", mine.target, theirs.target)
    assert again.stdout == ""
    assert mine.rows(LEDGER[mine.dialect]) == [
        (hashlib.sha256(text.encode()).hexdigest(), str(entry["when"]))
        for entry, text in zip(journal["entries"], whole)
    ]


def test_dry_run(migrate, folder, engine):
    folder.write("0000_a", "CREATE TABLE a (x integer);")
    assert migrate("--dry-run").stdout == "0000_a\n"
    report = json.loads(migrate("--dry-run", "--json").stdout)
    assert [entry["tag"] for entry in report["pending"]] == ["0000_a"] and report["dryRun"]
    migrate()
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()
    assert migrate("--dry-run").stdout == ""


def test_third_statement_fails(migrate, folder, engine):
    folder.write("0000_a", "CREATE TABLE a (x integer);")
    folder.write("0001_b", "CREATE TABLE b (x integer);\nINSERT INTO b VALUES (1);\n  INSERT INTO nowhere VALUES (1);\n")
    failed = migrate(code=2)
    assert "0001_b.sql:3:" in failed.stderr and "nowhere" in failed.stderr
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()[:1]
    (folder.place / "0001_b.sql").write_text("CREATE TABLE b (x integer);\nINSERT INTO b VALUES (1);\n")
    migrate()
    assert column(engine, "SELECT x FROM b") == ["1"] or column(engine, "SELECT x FROM b") == [1]
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()


def test_late_and_edited(migrate, folder, engine):
    folder.write("0000_a", "CREATE TABLE a (x integer);\n")
    folder.write("0001_c", "CREATE TABLE c (x integer);\n", when=9000)
    migrate()
    folder.write("0001_b", "CREATE TABLE b (x integer);\n", when=5000, at=1)
    assert "0001_b" in migrate("--strict", code=2).stderr
    done = migrate()
    assert "late" in done.stderr and done.stdout == "0001_b\n"
    assert ("5000" in {str(row[1]) for row in engine.rows(LEDGER[engine.dialect])})
    (folder.place / "0000_a.sql").write_bytes(b"CREATE TABLE a (x integer);\r\n")
    assert "line endings alone" in migrate().stderr
    (folder.place / "0001_c.sql").write_bytes(b"CREATE TABLE c (x text);\n")
    edited = json.loads(migrate("--json").stdout)["edited"]
    assert [(entry["tag"], entry["lineEndings"]) for entry in edited] == [("0000_a", True), ("0001_c", False)]
    migrate("--strict", code=2)


def test_status(schemafs, folder, engine, tmp_path):
    folder.write("0000_a", "CREATE TABLE a (x integer);\n")
    folder.write("0001_c", "CREATE TABLE c (x integer);\n", when=9000)
    done = schemafs("status", "--dir", folder.place, engine.target, code=1)
    assert "migrations applied     0\nmigrations pending     2\n  0000_a\n  0001_c\n" in done.stdout
    schemafs("migrate", "--dir", folder.place, engine.target)
    assert "migrations pending     0\n" in schemafs("status", "--dir", folder.place, engine.target).stdout
    folder.write("0001_b", "CREATE TABLE b (x integer);\n", when=5000, at=1)
    (folder.place / "0001_c.sql").write_text("CREATE TABLE c (x text);\n")
    done = schemafs("status", "--dir", folder.place, engine.target, code=1)
    assert "  0001_b, late" in done.stdout and "edited since applied   1\n  0001_c\n" in done.stdout
    told = json.loads(schemafs("status", "--json", "--dir", folder.place, engine.target, code=1).stdout)
    assert [(entry["tag"], entry["state"]) for entry in told["migrations"]] == [("0001_b", "pending"), ("0001_c", "edited")]
    # Without a project it is about the database alone.
    (tmp_path / "elsewhere").mkdir()
    assert "pending" not in schemafs("status", engine.target, cwd=tmp_path / "elsewhere").stdout


def test_equal_texts_are_two_migrations(migrate, folder, engine):
    folder.write("0000_a", "CREATE TABLE a (x integer);")
    folder.write("0001_one", "INSERT INTO a VALUES (1);")
    folder.write("0002_two", "INSERT INTO a VALUES (1);")
    folder.write("0003_empty", "-- Custom SQL migration file, put your code below! --")
    migrate()
    assert len(engine.rows("SELECT x FROM a")) == 2
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()
    assert "nothing is pending" in migrate().stderr


def test_missing_file(migrate, folder):
    folder.write("0000_a", "CREATE TABLE a (x integer);")
    os.unlink(folder.place / "0000_a.sql")
    assert "0000_a.sql" in migrate(code=2).stderr


@pytest.mark.parametrize("runners", [2, 8])
def test_runners_at_once(migrate, folder, engine, runners):
    folder.write("0000_t", "CREATE TABLE t (x integer);")
    for i in range(1, 12):
        folder.write(f"{i:04}_n", f"INSERT INTO t VALUES ({i});")
    with concurrent.futures.ThreadPoolExecutor(runners) as pool:
        done = [job.result() for job in [pool.submit(migrate) for _ in range(runners)]]
    assert sorted(line for run in done for line in run.stdout.split()) == [e["tag"] for e in folder.entries]
    assert len(engine.rows("SELECT x FROM t")) == 11
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()


def test_commits_of_its_own(migrate, folder, engine):
    folder.write("0000_a", "BEGIN;\nCREATE TABLE a (x integer);\nCOMMIT;\nINSERT INTO nowhere VALUES (1);")
    migrate(code=2)
    assert engine.rows("SELECT x FROM a") == []
    (folder.place / "0000_a.sql").write_text("BEGIN;\nCREATE TABLE a (x integer);\nCOMMIT;\nINSERT INTO a VALUES (1);")
    migrate()
    assert len(engine.rows("SELECT x FROM a")) == 1
    (folder.place / "0000_a.sql").write_text("SELECT 1;")


# ---- what can not run in a transaction ----


@pytest.fixture
def pg_folder(pg, tmp_path):
    return Folder(tmp_path / "migrations", "postgresql")


@pytest.fixture
def migrate_pg(schemafs, pg, pg_folder):
    return lambda *options, code=0: schemafs("migrate", "--dir", pg_folder.place, *options, pg.target, code=code)


def test_index_concurrently_in_the_middle(pg, pg_folder, migrate_pg):
    pg_folder.write("0000_t", "CREATE TABLE t (x integer, y integer); INSERT INTO t VALUES (1, 1), (1, 2);")
    pg_folder.write(
        "0001_i",
        "ALTER TABLE t ADD z integer;\nCREATE UNIQUE INDEX CONCURRENTLY i ON t (x);\nINSERT INTO t VALUES (7, 7, 7);",
    )
    assert "0001_i.sql:2:" in migrate_pg(code=2).stderr
    assert pg.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == [("f",)]
    assert pg.rows("SELECT tag, done FROM drizzle.__schemafs_progress") == [("0001_i", "1")]
    pg.run("DELETE FROM t WHERE y = 2")
    migrate_pg()
    assert pg.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == [("t",)]
    assert pg.rows("SELECT count(*) FROM t WHERE z = 7") == [("1",)]
    assert pg.rows("SELECT to_regclass('drizzle.__schemafs_progress') IS NULL") == [("t",)]
    assert pg.rows(LEDGER["postgresql"]) == pg_folder.rows()


def test_half_done_and_edited(pg, pg_folder, migrate_pg):
    pg_folder.write("0000_t", "CREATE TABLE t (x integer);\nCREATE INDEX CONCURRENTLY i ON t (x);\nSELECT wrong;")
    migrate_pg(code=2)
    path = pg_folder.place / "0000_t.sql"
    path.write_text("CREATE TABLE t (x text);\nCREATE INDEX CONCURRENTLY i ON t (x);\nSELECT 1;")
    assert "edited" in migrate_pg(code=2).stderr
    path.write_text("CREATE TABLE t (x integer);\nCREATE INDEX CONCURRENTLY i ON t (x);\nSELECT 1;")
    migrate_pg()
    assert pg.rows(LEDGER["postgresql"]) == pg_folder.rows()


def test_enum_value_added_and_used(pg, pg_folder, migrate_pg):
    pg_folder.write("0000_e", "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e DEFAULT 'a');")
    pg_folder.write("0001_v", "ALTER TYPE e ADD VALUE 'b';\nINSERT INTO t VALUES ('b');\nALTER TABLE t ALTER x SET DEFAULT 'b';")
    migrate_pg()
    assert pg.rows("SELECT x FROM t") == [("b",)]
    assert pg.rows(LEDGER["postgresql"]) == pg_folder.rows()


def test_what_the_server_refuses_inside(pg, pg_folder, migrate_pg):
    """Not in any list of ours: the server says that it has to run by itself."""
    pg_folder.write(
        "0000_p",
        "CREATE TABLE t (x integer);\nCREATE PROCEDURE p() LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$;\n"
        "SET search_path = public;\nCALL p();\nVACUUM t;\nINSERT INTO t VALUES (3);",
    )
    migrate_pg()
    assert pg.rows("SELECT x FROM t ORDER BY x") == [("1",), ("2",), ("3",)]


def test_ledger_elsewhere(schemafs, mount, engine, folder, tmp_path):
    """Where it is called otherwise it is our bookkeeping all the same: on a mount nobody sees it."""
    (tmp_path / "schemafs.json").write_text(json.dumps({"ledger": {"schema": "ops", "table": "done"}}))
    folder.write("0000_t", "CREATE TABLE t (x integer);")
    schemafs("migrate", "--dir", tmp_path, engine.target)
    table = "ops.done" if engine.dialect == "postgresql" else "done"
    assert len(engine.rows(f"SELECT hash FROM {table}")) == 1
    assert "nothing is pending" in schemafs("migrate", "--dir", tmp_path, engine.target).stderr
    with mount(engine.target, f"project={tmp_path}") as place:
        assert [path.name for path in place.glob("schema/*/tables/*")] == ["t.sql"]
        assert [path.name for path in place.glob("schema/*")] == [engine.namespace]
        (place / "pending/u.sql").write_text("CREATE TABLE u (x integer);")
        assert len(engine.rows(f"SELECT hash FROM {table}")) == 2
        assert (place / "schema" / engine.namespace / "tables/u.sql").exists()


def test_edited_is_shown(migrate, folder, engine, state):
    """With the lines in which it differs: those that we applied, or those that git has."""
    folder.write("0000_a", "CREATE TABLE a (x integer);\nCREATE TABLE b (x integer);\nSELECT 1;\n")
    migrate()
    path = folder.place / "0000_a.sql"
    git = ["git", "-C", folder.place, "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    path.write_text(path.read_text().replace("b (x integer)", "b (x text)"))
    shown = "-CREATE TABLE b (x integer);\n+CREATE TABLE b (x text);\n"
    assert shown in migrate().stderr
    assert json.loads(migrate("--json").stdout)["edited"][0]["difference"] == shown
    shutil.rmtree(state)
    assert shown in migrate().stderr
    shutil.rmtree(folder.place / ".git")
    assert "edited" in migrate().stderr and shown not in migrate().stderr


def test_what_a_crash_left_is_ended(migrate, folder, engine):
    """A mount died behind the commit and ahead of the file's last name, or ahead of the commit."""
    folder.write("0000_a", "CREATE TABLE a (x integer);\n")
    folder.write("0001_b", "CREATE TABLE b (x integer);\n")
    migrate()
    whole = folder.entries.copy()
    (folder.place / "0001_b.sql").rename(folder.place / ".0001_b.sql.applying")
    folder.entries = whole[:1]
    folder.write_journal()
    (folder.place / ".0002_c.sql.applying").write_text("CREATE TABLE c (x integer);\n")
    assert "nothing is pending" in migrate().stderr
    assert sorted(os.listdir(folder.place)) == ["0000_a.sql", "0001_b.sql", "meta"]
    entries = json.loads((folder.place / "meta/_journal.json").read_text())["entries"]
    assert [(entry["tag"], entry["when"]) for entry in entries] == [("0000_a", 1000), ("0001_b", 2000)]


def test_two_homes_have_one_lock(schemafs, sqlite_db, tmp_path):
    """The lock of a SQLite database is beside it: another user's runner waits, too."""
    folder = Folder(tmp_path / "migrations", "sqlite")
    folder.write("0000_t", "CREATE TABLE t (x integer);")
    for i in range(1, 30):
        folder.write(f"{i:04}_n", f"INSERT INTO t VALUES ({i});")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(
                schemafs, "migrate", "--dir", folder.place, sqlite_db.target,
                env={"XDG_STATE_HOME": str(tmp_path / f"state{i}"), "HOME": str(tmp_path / f"home{i}")},
            )
            for i in range(4)
        ]
        done = [job.result().stdout.split() for job in jobs]
    # One of them did all: between two migrations nobody else comes in.
    assert sorted(map(len, done)) == [0, 0, 0, 30]
    assert len(sqlite_db.rows("SELECT x FROM t")) == 29
    assert not [path for path in sqlite_db.path.parent.glob("*lock*")]


# ---- SQLite's foreign keys ----


def test_recreated_parent_keeps_its_children(schemafs, sqlite_db, tmp_path):
    folder = Folder(tmp_path / "migrations", "sqlite")
    folder.write(
        "0000_a",
        "CREATE TABLE `p` (`id` integer PRIMARY KEY, `n` text);--> statement-breakpoint\n"
        "CREATE TABLE `c` (`id` integer PRIMARY KEY, `p` integer REFERENCES p(id) ON DELETE cascade);--> statement-breakpoint\n"
        "INSERT INTO p VALUES (1, 'a'), (2, 'b');--> statement-breakpoint\nINSERT INTO c VALUES (1, 1), (2, 2);",
    )
    recreate = (
        "CREATE TABLE `__new_p` (`id` integer PRIMARY KEY, `n` text NOT NULL);--> statement-breakpoint\n"
        'INSERT INTO `__new_p`("id", "n") SELECT "id", "n" FROM `p`;--> statement-breakpoint\n'
        "DROP TABLE `p`;--> statement-breakpoint\nALTER TABLE `__new_p` RENAME TO `p`;"
    )
    folder.write("0001_kit", f"PRAGMA foreign_keys=OFF;--> statement-breakpoint\n{recreate}--> statement-breakpoint\nPRAGMA foreign_keys=ON;")
    folder.write("0002_without_the_pragma", recreate + " -- again")
    folder.write("0003_delete", "DELETE FROM p WHERE id = 2;")
    schemafs("migrate", "--dir", folder.place, sqlite_db.target)
    assert [int(row[0]) for row in sqlite_db.rows("SELECT p FROM c")] == [1]


def test_no_op_is_quick(schemafs, engine, folder):
    """300 migrations and 100 MB of snapshots, which nobody reads: that would fail, and wait for ever."""
    folder.write("0000_t", "CREATE TABLE t (x integer);")
    for i in range(1, 300):
        folder.write(f"{i:04}_n", f"SELECT {i};")
    for i in range(100):
        with open(folder.place / f"meta/{i:04}_snapshot.json", "wb") as snapshot:
            snapshot.truncate(1 << 20)
    os.mkfifo(folder.place / "meta/0100_snapshot.json")
    schemafs("migrate", "--dir", folder.place, engine.target)
    started = time.monotonic()
    assert "nothing is pending" in schemafs("migrate", "--dir", folder.place, engine.target).stderr
    assert time.monotonic() - started < 2
