# SPDX-License-Identifier: MIT
"""schemafs check: what is wrong with a folder is found, and a good one is left in peace."""

import json
import shutil

import pytest

from test_migrate import Folder

GOOD = {"homarr_pg": "postgresql", "homarr_sqlite": "sqlite", "karakeep": "sqlite"}


@pytest.fixture
def check(schemafs):
    """check(folder, database): the findings by their codes, each the list of its subjects."""

    def run(place, *target, code=1, quick=True):
        options = ["--json", *(["--quick"] if quick else [])]
        told = json.loads(schemafs("check", *options, "--dir", place, *target, code=code).stdout)
        assert (told["problems"] > 0) == (code == 1)
        found = {}
        for finding in told["findings"]:
            found.setdefault(finding["code"], []).append(finding)
        return found

    return run


@pytest.fixture
def copy(corpora, tmp_path):
    """copy("karakeep"): a folder of the corpora to spoil."""
    return lambda name: shutil.copytree(corpora / "drizzle" / name, tmp_path / name)


def edit_journal(place, change):
    path = place / "meta/_journal.json"
    journal = json.loads(path.read_text(encoding="utf-8"))
    change(journal["entries"])
    path.write_text(json.dumps(journal), encoding="utf-8")


def edit_snapshot(path, change):
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    change(snapshot)
    path.write_text(json.dumps(snapshot), encoding="utf-8")


def subjects(found, code):
    return [finding["subject"] for finding in found.get(code, [])]


@pytest.mark.parametrize("name", GOOD)
def test_good_folders(check, corpora, name):
    assert check(corpora / "drizzle" / name, code=0) == {}


def test_replay(check, corpora, copy, pg):
    """What the newest snapshot says, against what the migrations make."""
    drifted = check(corpora / "drizzle/karakeep", quick=False)
    assert set(drifted) == {"snapshot-differs"}
    lines = drifted["snapshot-differs"][0]["detail"].splitlines()
    assert "tables.bookmarks.columns.type.default: only by the migrations" in lines
    assert not [line for line in lines if "foreignKeys" in line]
    # drizzle-kit's ALTER TABLE ADD leaves the actions of a foreign key out: its own snapshot says otherwise.
    (lost,) = check(corpora / "drizzle/homarr_sqlite", quick=False)["snapshot-differs"]
    assert lost["detail"].splitlines() == [
        'tables.integration.foreignKeys.integration_app_id_app_id_fk.onDelete: '
        '"set null" in the snapshot, "no action" by the migrations'
    ]
    # On PostgreSQL it takes a server, on which nothing stays behind.
    place, before = copy("homarr_pg"), pg.rows("SELECT datname FROM pg_database ORDER BY 1")
    # A unique constraint on the columns of the primary key is one that PostgreSQL does not make.
    assert set(check(place, pg.target, quick=False, code=0)) == {"pending", "hazards"}

    def spoil(snapshot):
        snapshot["tables"]["public.serverSetting"]["uniqueConstraints"] = {}
        snapshot["tables"]["public.app"]["columns"]["name"]["notNull"] = False
        snapshot["tables"]["public.app"]["columns"].pop("ping_url")
        snapshot["tables"]["public.gone"] = snapshot["tables"]["public.app"]

    edit_snapshot(place / "meta/0009_snapshot.json", spoil)
    detail = check(place, pg.target, quick=False)["snapshot-differs"][0]["detail"].splitlines()
    assert "tables.public.app.columns.name.notNull: false in the snapshot, true by the migrations" in detail
    assert "tables.public.app.columns.ping_url: only by the migrations" in detail
    assert "tables.public.gone: only in the snapshot" in detail and len(detail) == 3
    # One that does not run is told where.
    (path,) = place.glob("0001_*.sql")
    path.write_text("SELECT 1;\nALTER TABLE nowhere ADD COLUMN x integer;\n")
    failed = check(place, pg.target, quick=False)["replay-fails"][0]
    assert failed["line"] == 2 and "0001_" in failed["subject"] and "nowhere" in failed["message"]
    assert pg.rows("SELECT datname FROM pg_database ORDER BY 1") == before
    assert pg.rows("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [("0",)]


def test_folders_with_faults(check, corpora):
    kan = check(corpora / "drizzle/kan")
    assert len(kan["when-order"]) == 2 and len(kan["missing-snapshot"]) == 1
    assert subjects(check(corpora / "drizzle/zero"), "unlisted-file") == ["0025_far_echo.sql"]


def test_journal(check, copy):
    place = copy("homarr_pg")

    def spoil(entries):
        entries[3]["idx"] = 2
        entries[4]["when"] = entries[3]["when"]
        entries[5]["when"] = entries[1]["when"]
        entries[6]["tag"] = entries[0]["tag"]
        entries[7]["idx"] = 20
        entries[8]["idx"] = 8
        entries[9].update(idx=21, when=99999999999999)

    tags = [entry["tag"] for entry in json.loads((place / "meta/_journal.json").read_text())["entries"]]
    edit_journal(place, spoil)
    (place / f"{tags[2]}.sql").unlink()
    (place / f"{tags[1]}.sql").write_bytes(b"SELECT '\xff';")
    (place / f"{tags[3]}.sql").write_text("SELECT 1;\nROLLBACK;\n")
    (place / f"{tags[4]}.sql").write_text("-- nothing\n")
    found = check(place)
    assert subjects(found, "duplicate-idx") == [tags[3]]
    assert subjects(found, "duplicate-when") == [tags[4]]
    assert subjects(found, "when-order") == [tags[5]]
    assert subjects(found, "duplicate-tag") == [tags[0]]
    assert subjects(found, "idx-gap") == [tags[4], tags[7]]
    assert subjects(found, "idx-order") == [tags[8]]
    assert subjects(found, "when-future") == [tags[9]]
    assert subjects(found, "missing-file") == [tags[2]]
    assert subjects(found, "not-utf8") == [f"{tags[1]}.sql"]
    assert [(f["subject"], f["line"]) for f in found["unusable-file"]] == [(f"{tags[3]}.sql", 2)]
    assert subjects(found, "empty-file") == [f"{tags[4]}.sql"]
    assert subjects(found, "unlisted-file") == [f"{tags[6]}.sql"]
    assert subjects(found, "unlisted-snapshot") == ["meta/0006_snapshot.json"]


def test_journal_that_is_none(schemafs, copy, tmp_path):
    place = copy("homarr_pg")
    (place / "meta/_journal.json").write_text('{\n "version": "7",\n "entries": [\n')
    assert "_journal.json:" in schemafs("check", "--dir", place, code=2).stderr
    assert "_journal.json" in schemafs("check", "--dir", tmp_path / "nowhere", code=2).stderr


def test_snapshots(check, copy):
    """What drizzle-kit refuses, and why: drizzle-kit itself says only that it is malformed."""
    for name, table in (("homarr_pg", "public.app"), ("homarr_sqlite", "app")):
        place = copy(name)
        meta = place / "meta"
        edit_snapshot(meta / "0001_snapshot.json", lambda s: s["tables"][table].update(owner="me"))
        edit_snapshot(meta / "0002_snapshot.json", lambda s: s["tables"][table]["columns"]["id"].pop("notNull"))
        edit_snapshot(meta / "0003_snapshot.json", lambda s: s.update(version="5"))
        edit_snapshot(meta / "0004_snapshot.json", lambda s: s.update(version="99"))
        first = json.loads((meta / "0000_snapshot.json").read_text())
        edit_snapshot(meta / "0005_snapshot.json", lambda s: s.update(id=first["id"], prevId=first["prevId"]))
        (meta / "0006_snapshot.json").write_text('{\n "id": }')
        found = check(place)
        messages = {f["subject"]: f["message"] for f in found["malformed-snapshot"]}
        assert f"tables.{table}.owner" in messages["meta/0001_snapshot.json"]
        assert f"tables.{table}.columns.id.notNull is missing" in messages["meta/0002_snapshot.json"]
        assert "meta/0006_snapshot.json" in messages
        assert subjects(found, "old-snapshot") == ["meta/0003_snapshot.json"]
        assert subjects(found, "unsupported-snapshot") == ["meta/0004_snapshot.json"]
        assert subjects(found, "duplicate-id") == ["meta/0005_snapshot.json"]
        assert subjects(found, "duplicate-prev-id") == ["meta/0005_snapshot.json"]


# What two branches do, and what they both touch then.
PAIRS = [
    ("ALTER TABLE users ADD COLUMN a integer;", 'ALTER TABLE "public"."users" ADD COLUMN b integer;', "public.users"),
    ("ALTER TABLE users ADD COLUMN a integer;", "ALTER TABLE posts ADD COLUMN a integer;", None),
    ("CREATE INDEX i ON users (id);", "DROP TABLE IF EXISTS posts, users CASCADE;", "public.users"),
    ("CREATE TYPE mood AS ENUM ('a');", "ALTER TYPE public.mood ADD VALUE 'b';", "public.mood"),
    ("CREATE TYPE users AS ENUM ('a');", "ALTER TABLE users ADD COLUMN a integer;", None),
    ("INSERT INTO users VALUES (1);", "INSERT INTO users VALUES (2);", None),
    ("UPDATE users SET id = 1;", "ALTER TABLE users DROP COLUMN id;", "public.users"),
    ("ALTER TABLE people RENAME TO users;", "CREATE POLICY p ON users USING (true);", "public.users"),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1';", "DROP FUNCTION f();", "public.f"),
    ("-- ALTER TABLE users\nSELECT 'DROP TABLE users';", "DROP TABLE users;", None),
    ("GRANT SELECT ON users TO public;", "COMMENT ON TABLE users IS 'x';", "public.users"),
    ("CREATE RULE r AS ON INSERT TO users DO NOTHING;", "DROP TRIGGER t ON users;", "public.users"),
]


def test_branches(check, tmp_path):
    for number, (one, other, both) in enumerate(PAIRS):
        folder = Folder(tmp_path / str(number), "postgresql")
        folder.write("0000_base", "CREATE TABLE users (id integer);", when=1000)
        folder.write("0001_one", one, when=3000)
        folder.write("0002_other", other, when=2000)
        found = check(folder.place)
        told = [f["message"] for f in found.get("branches-touch", [])]
        assert (both is not None) == bool(told), (one, other, told)
        assert both is None or (both in told[0] and "0001_one" in told[0])


def test_branches_by_snapshots(check, copy):
    """Two heads on one parent: drizzle-kit's collision, and what they have in common."""
    place = copy("homarr_pg")
    tags = [entry["tag"] for entry in json.loads((place / "meta/_journal.json").read_text())["entries"]]
    for tag in tags[8:]:
        (place / f"{tag}.sql").write_text('ALTER TABLE "app" ADD COLUMN "x" text;')
    assert "branches-touch" not in check(place, code=0)
    parent = json.loads((place / "meta/0008_snapshot.json").read_text())["prevId"]
    edit_snapshot(place / "meta/0009_snapshot.json", lambda s: s.update(prevId=parent))
    found = check(place)
    assert subjects(found, "duplicate-prev-id") == ["meta/0009_snapshot.json"]
    assert subjects(found, "branches-touch") == [tags[9]]


def test_database(check, schemafs, engine, tmp_path):
    folder = Folder(tmp_path / "migrations", engine.dialect)
    for number in range(4):
        folder.write(f"000{number}_t", f"CREATE TABLE t{number} (x integer);\n")
    schemafs("migrate", "--dir", folder.place, engine.target)
    assert set(check(folder.place, engine.target, code=0)) == {"missing-snapshot"}
    (folder.place / "0001_t.sql").write_bytes(b"CREATE TABLE t1 (x integer);\r\n")
    assert subjects(check(folder.place, engine.target, code=0), "line-endings") == ["0001_t"]
    (folder.place / "0002_t.sql").write_text("CREATE TABLE t2 (y integer);\n")
    (folder.place / "0003_t.sql").unlink()
    folder.write("0002_late", "CREATE TABLE late (x integer);\n", when=2500, at=2)
    folder.write("0004_new", "CREATE TABLE fresh (x integer);\n", when=9000)
    folder.entries = [entry for entry in folder.entries if entry["tag"] != "0000_t"]
    folder.write("0005_new", "CREATE TABLE fresher (x integer);\n", when=9001)
    found = check(folder.place, engine.target)
    assert subjects(found, "edited") == ["0002_t"]
    assert subjects(found, "missing-file") == ["0003_t"]
    assert subjects(found, "late") == ["0002_late"]
    assert subjects(found, "pending") == ["0004_new", "0005_new"]
    assert len(found["unknown-applied"]) == 1
    assert subjects(found, "unlisted-file") == ["0000_t.sql"]
    table = "drizzle.__drizzle_migrations" if engine.dialect == "postgresql" else "__drizzle_migrations"
    assert engine.rows(f"SELECT count(*) FROM {table}") == [("4",)]
