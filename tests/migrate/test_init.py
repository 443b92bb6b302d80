# SPDX-License-Identifier: MIT
"""schemafs init and baseline: projects, folders and databases that others have made are taken over."""

import json

import pytest

from test_migrate import LEDGER, Folder

CONFIG = """\
import { defineConfig } from "drizzle-kit";
// out: "./wrong"
export default defineConfig({
  schema: ["./src/schema/*.ts"], /* dialect: 'mysql' */
  dbCredentials: { url: process.env.DATABASE_URL!, out: "./wrong" },
  out: './server/db/migrations',
  dialect: "%s",
  migrations: { table: 'done', schema: `ops`, prefix: "timestamp" },
  breakpoints: false,
});
"""


def entries(place):
    return json.loads((place / "meta/_journal.json").read_text())["entries"]


def test_a_new_project(schemafs, engine, tmp_path):
    place = tmp_path / "new"
    done = schemafs("init", f"--dialect={engine.dialect}", place)
    assert done.stdout.split() == ["schemafs.json", "migrations/meta/_journal.json"]
    told = json.loads((place / "schemafs.json").read_text())
    assert (told["dialect"], told["migrations"], told["database"]) == (engine.dialect, "migrations", "$DATABASE_URL")
    journal = (place / "migrations/meta/_journal.json").read_text()
    assert journal == '{"version":"7","dialect":"%s","entries":[]}' % engine.dialect
    # It is one, and again it is left as it is.
    assert schemafs("init", place).stdout == ""
    schemafs("migrate", cwd=place, env={"DATABASE_URL": engine.target})
    schemafs("check", cwd=place)
    assert "--dialect" in schemafs("init", tmp_path / "other", code=2, env={"DATABASE_URL": ""}).stderr
    assert json.loads(schemafs("init", "--json", f"--db={engine.target}", tmp_path / "third").stdout)["dialect"] == engine.dialect


def test_a_project_of_drizzle(schemafs, engine, tmp_path):
    folder = Folder(tmp_path / "server/db/migrations", engine.dialect)
    folder.write("0000_a", "CREATE TABLE a (x integer);")
    (tmp_path / "drizzle.config.ts").write_text(CONFIG % engine.dialect)
    told = json.loads(schemafs("init", "--json", tmp_path).stdout)
    assert told["adopted"] and told["total"] == 1 and told["created"] == ["schemafs.json"]
    written = json.loads((tmp_path / "schemafs.json").read_text())
    assert written["migrations"] == "server/db/migrations" and written["dialect"] == engine.dialect
    assert written["ledger"] == {"schema": "ops", "table": "done"}
    assert written["prefix"] == "timestamp" and written["breakpoints"] is False
    schemafs("migrate", "--dir", tmp_path, engine.target)
    assert len(engine.rows("SELECT * FROM " + ("ops.done" if engine.dialect == "postgresql" else "done"))) == 1


def test_a_folder_without_a_configuration(schemafs, tmp_path):
    folder = Folder(tmp_path / "packages/db/drizzle", "sqlite")
    folder.write("0000_a", "CREATE TABLE a (x integer);")
    Folder(tmp_path / "node_modules/thing/drizzle", "sqlite").write_journal()
    assert json.loads(schemafs("init", "--json", tmp_path).stdout)["migrations"] == "packages/db/drizzle"
    (tmp_path / "schemafs.json").unlink()
    Folder(tmp_path / "packages/other/drizzle", "sqlite").write_journal()
    assert "packages/other/drizzle" in schemafs("init", tmp_path, code=2).stderr
    assert not (tmp_path / "schemafs.json").exists()
    schemafs("init", "--migrations=packages/other/drizzle", tmp_path)
    assert "sqlite" in schemafs("init", "--dialect=postgresql", "--migrations=packages/db/drizzle", tmp_path, code=2).stderr


SCHEMA = "CREATE TABLE a (x integer PRIMARY KEY, y text NOT NULL);\nCREATE INDEX a_y ON a (y);\nCREATE VIEW v AS SELECT x FROM a;\n"


def test_baseline_of_a_database(schemafs, engine, tmp_path):
    """Without migrations: the first one is its schema, and is recorded without being run."""
    engine.run(SCHEMA)
    schemafs("init", f"--dialect={engine.dialect}", tmp_path)
    place = tmp_path / "migrations"
    assert "CREATE TABLE" in schemafs("baseline", "--dry-run", "--dir", tmp_path, engine.target).stdout
    assert entries(place) == []
    done = schemafs("baseline", "--name", "start", "--dir", tmp_path, engine.target)
    assert done.stdout == "0000_start\n"
    (entry,) = entries(place)
    assert entry["tag"] == "0000_start" and (place / "meta/0000_snapshot.json").exists()
    assert [row[1] for row in engine.rows(LEDGER[engine.dialect])] == [str(entry["when"])]
    assert "nothing is pending" in schemafs("migrate", "--dir", tmp_path, engine.target).stderr
    schemafs("check", "--dir", tmp_path, engine.target)
    # What it says makes the same elsewhere.
    assert "0 recorded" in schemafs("baseline", "--dir", tmp_path, engine.target).stderr


def test_baseline_of_both(schemafs, new_engine, tmp_path):
    """Both are there: recorded is what the database has, and only if it has that."""
    engine, other = new_engine(), new_engine()
    folder = Folder(tmp_path / "drizzle", engine.dialect)
    folder.write("0000_a", SCHEMA)
    folder.write("0001_b", "ALTER TABLE a ADD COLUMN z integer;\n")
    engine.run(SCHEMA)
    refused = schemafs("baseline", "--dir", tmp_path, engine.target, code=1)
    assert "z" in refused.stdout and "nothing was recorded" in refused.stderr
    told = json.loads(schemafs("baseline", "--json", "--dir", tmp_path, engine.target, code=1).stdout)
    assert not told["same"] and told["recorded"] == [] and told["statements"]
    assert schemafs("baseline", "--to", "0000_a", "--dir", tmp_path, engine.target).stdout == "0000_a\n"
    assert schemafs("migrate", "--dir", tmp_path, engine.target).stdout == "0001_b\n"
    other.run(SCHEMA + "ALTER TABLE a ADD COLUMN z integer;\n")
    assert schemafs("baseline", "--dir", tmp_path, other.target).stdout == "0000_a\n0001_b\n"
    assert other.rows(LEDGER[other.dialect]) == engine.rows(LEDGER[engine.dialect]) == folder.rows()
    assert "0009_x" in schemafs("baseline", "--to", "0009_x", "--dir", tmp_path, other.target, code=2).stderr


@pytest.mark.parametrize("target", ["nowhere.db"])
def test_baseline_needs_a_database(schemafs, tmp_path, target):
    Folder(tmp_path / "drizzle", "sqlite")
    assert schemafs("baseline", "--dir", tmp_path, tmp_path / target, code=2).stderr
    assert not (tmp_path / target).exists()
