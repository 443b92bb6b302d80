# SPDX-License-Identifier: MIT
"""-o record: what is saved on a mount is the next migration of the project, too."""

import json
import os
import subprocess

import pytest

from test_migrate import LEDGER, Folder


def entries(folder):
    return json.loads((folder.place / "meta/_journal.json").read_text())["entries"]


def tables_of(place, engine):
    return place / "schema" / engine.namespace / "tables"


@pytest.fixture
def folder(engine, tmp_path):
    folder = Folder(tmp_path / "project/drizzle", engine.dialect)
    folder.write("0000_a", "CREATE TABLE a (x integer PRIMARY KEY);\n")
    return folder


def test_saves_become_migrations(new_engine, folder, mount, schemafs, engine, tmp_path):
    schemafs("migrate", "--dir", folder.place, engine.target)
    with mount(engine.target, f"project={folder.place.parent}", "record", "apply=all") as place:
        tables = tables_of(place, engine)
        (tables / "b.sql").write_text("CREATE TABLE b (x integer PRIMARY KEY, y text NOT NULL);")
        text = (tables / "a.sql").read_text()
        (tables / "a.sql").write_text(text.replace("x integer", "y text,\n\tx integer"))
        # What changes nothing is no migration, nor is what is refused.
        (tables / "a.sql").write_text((tables / "a.sql").read_text())
        with pytest.raises(OSError):
            (tables / "a.sql").write_text("CREATE TABLE a (x integre;")
        os.rename(tables / "b.sql", tables / "c.sql")
        subprocess.run(["rm", tables / "c.sql"], check=True)
        tags = ["0000_a", "0001_create_b", "0002_alter_a", "0003_rename_b", "0004_drop_c"]
        assert [entry["tag"] for entry in entries(folder)] == tags
        assert sorted(path.stem for path in (place / "migrations").glob("*.sql")) == tags
        assert "pending   0\n" in (place / "status").read_text()
    rows = engine.rows(LEDGER[engine.dialect])
    folder.entries = entries(folder)
    assert rows == folder.rows()
    assert "nothing is pending" in schemafs("migrate", "--dir", folder.place, engine.target).stderr
    # Together they make what is there; each has its snapshot, the newest one right.
    other = new_engine()
    schemafs("migrate", "--dir", folder.place, other.target)
    assert schemafs("diff", engine.target, other.target).stdout == ""
    found = json.loads(schemafs("check", "--json", "--dir", folder.place, engine.target).stdout)
    assert {finding["code"] for finding in found["findings"]} == {"missing-snapshot"}
    newest = json.loads((folder.place / "meta/0004_snapshot.json").read_text())
    table = "public.a" if engine.dialect == "postgresql" else "a"
    assert list(newest["tables"]) == [table] and set(newest["tables"][table]["columns"]) == {"x", "y"}


def test_not_before_what_waits(folder, mount, engine):
    with mount(engine.target, f"project={folder.place.parent}", "record") as place:
        target = tables_of(place, engine)
        target.mkdir(exist_ok=True)
        with pytest.raises(PermissionError):
            (target / "b.sql").write_text("CREATE TABLE b (x integer);")
        assert "not applied" in (target / "b.sql.error").read_text()
        (place / "pending/0000_a.sql").write_bytes((folder.place / "0000_a.sql").read_bytes())
        (target / "b.sql").write_text("CREATE TABLE b (x integer);")
    assert [entry["tag"] for entry in entries(folder)] == ["0000_a", "0001_create_b"]


def test_without_a_project(mount, engine):
    with mount(engine.target, "record") as place:
        target = tables_of(place, engine)
        target.mkdir(parents=True, exist_ok=True)
        (target / "b.sql").write_text("CREATE TABLE b (x integer);")
        assert [path.name for path in (place / "migrations").glob("*.sql")] == ["0000_create_b.sql"]
    assert len(engine.rows(LEDGER[engine.dialect])) == 1


def test_a_pending_one_has_a_snapshot(folder, mount, engine, schemafs):
    """drizzle-kit can go on from what was dropped into pending/."""
    with mount(engine.target, f"project={folder.place.parent}") as place:
        (place / "pending/0000_a.sql").write_bytes((folder.place / "0000_a.sql").read_bytes())
        (place / "pending/more.sql").write_text("ALTER TABLE a ADD COLUMN y text;")
    snapshots = [json.loads((folder.place / f"meta/000{n}_snapshot.json").read_text()) for n in range(2)]
    assert snapshots[1]["prevId"] == snapshots[0]["id"]
    schemafs("check", "--dir", folder.place, engine.target)
