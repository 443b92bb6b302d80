# SPDX-License-Identifier: MIT
"""A project on a mount: its folder's migrations wait in pending/ or stand in migrations/."""

import errno
import json
import os
import pathlib
import time

import pytest

from test_migrate import LEDGER, Folder


@pytest.fixture
def folder(engine, tmp_path):
    folder = Folder(tmp_path / "project/drizzle", engine.dialect)
    folder.write("0000_a", "CREATE TABLE a (x integer);\n")
    folder.write("0001_b", "CREATE TABLE b (x integer);\n")
    return folder


@pytest.fixture
def place(engine, folder, mount):
    with mount(engine.target, f"project={folder.place.parent}") as place:
        yield place


def listed(directory):
    return sorted(path.name for path in directory.iterdir() if path.name != "meta")


def comes(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def journal(folder):
    return json.loads((folder.place / "meta/_journal.json").read_text())["entries"]


def test_folder_is_seen(place, folder, engine, schemafs):
    assert listed(place / "pending") == ["0000_a.sql", "0001_b.sql"]
    assert listed(place / "migrations") == []
    assert (place / "pending/0001_b.sql").read_text() == "CREATE TABLE b (x integer);\n"
    assert "pending   2\n" in (place / "status").read_text()
    # It is the project's: no rm, no other number.
    for change in (lambda: os.unlink(place / "pending/0000_a.sql"),
                   lambda: os.rename(place / "pending/0000_a.sql", place / "pending/0009_z.sql")):
        with pytest.raises(PermissionError):
            change()
    # Another runner does it; here it is seen.
    schemafs("migrate", "--dir", folder.place, engine.target)
    comes(lambda: listed(place / "pending") == [])
    assert listed(place / "migrations") == ["0000_a.sql", "0001_b.sql"]
    folder.write("0002_c", "CREATE TABLE c (x integer);\n")
    comes(lambda: listed(place / "pending") == ["0002_c.sql"])
    # A late one, an edited one.
    (folder.place / "0000_a.sql").write_text("CREATE TABLE a (x text);\n")
    folder.write("0000_late", "CREATE TABLE late (x integer);\n", when=1500, at=1)
    comes(lambda: "0000_late  late" in (place / "status").read_text())
    assert "0000_a  edited since it was applied\n" in (place / "status").read_text()
    told = json.loads((place / "status.json").read_text())
    assert len(told["migrations"]) == 2 and sorted(told["pending"]) == ["pending/0000_late.sql", "pending/0002_c.sql"]


def test_applied_as_what_it_is(place, folder, engine):
    """A waiting one that is saved, as it is or edited, is run under its own name and `when`."""
    (place / "pending/0000_a.sql").write_bytes((folder.place / "0000_a.sql").read_bytes())
    assert listed(place / "pending") == ["0001_b.sql"] and listed(place / "migrations") == ["0000_a.sql"]
    (place / "pending/0001_b.sql").write_text("CREATE TABLE b (x integer, y integer);\n")
    assert (folder.place / "0001_b.sql").read_text() == "CREATE TABLE b (x integer, y integer);\n"
    assert listed(place / "pending") == []
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()
    assert journal(folder) == folder.entries
    # The name of one that is applied is no name for another: it gets the next number.
    (place / "pending/0001_b.sql").write_text("CREATE TABLE c (x integer);\n")
    assert listed(place / "migrations") == ["0000_a.sql", "0001_b.sql", "0002_b.sql"]
    assert [entry["tag"] for entry in journal(folder)] == ["0000_a", "0001_b", "0002_b"]


def test_edited_and_failing(place, folder, engine, mount):
    """What a person wrote over a waiting one and failed stays as written; the project keeps its own."""
    path = place / "pending/0001_b.sql"
    with pytest.raises(OSError) as failed:
        path.write_text("CREATE TABLE b (x integer\n")
    assert failed.value.errno == errno.EINVAL
    assert path.read_text() == "CREATE TABLE b (x integer\n"
    assert pathlib.Path(f"{path}.error").exists()
    assert (folder.place / "0001_b.sql").read_text() == "CREATE TABLE b (x integer);\n"
    time.sleep(1.5)
    assert path.read_text() == "CREATE TABLE b (x integer\n"
    path.write_text("CREATE TABLE b (x integer);\n")
    assert listed(place / "pending") == ["0000_a.sql"]
    assert [row[1] for row in engine.rows(LEDGER[engine.dialect])] == ["2000"]


def test_equal_text_of_its_own_entry(place, folder, engine):
    folder.write("0002_again", "CREATE TABLE a (x integer);\n".replace("CREATE", "DROP").replace(" (x integer)", ""))
    folder.write("0003_once_more", "CREATE TABLE a (x integer);\n")
    comes(lambda: len(listed(place / "pending")) == 4)
    for entry in folder.entries:
        (place / f"pending/{entry['tag']}.sql").write_bytes((folder.place / f"{entry['tag']}.sql").read_bytes())
    assert engine.rows(LEDGER[engine.dialect]) == folder.rows()
    assert listed(place / "pending") == []


def test_half_done_is_told(engine, mount, tmp_path, schemafs):
    folder = Folder(tmp_path / "project/drizzle", engine.dialect)
    rows = ", ".join(f"({i})" for i in range(40))
    folder.write("0000_t", f"CREATE TABLE t (x integer PRIMARY KEY, y integer);\nINSERT INTO t (x) VALUES {rows};")
    folder.write("0001_fill", "-- schemafs: backfill batch=5\nUPDATE t SET y = 100 / (x - 22);")
    schemafs("migrate", "--dir", folder.place, engine.target, code=2 if engine.dialect == "postgresql" else 0)
    with mount(engine.target, f"project={folder.place.parent}") as place:
        status = (place / "status").read_text()
        done = engine.dialect == "sqlite"
        assert done or "half done\n  0001_fill  0 statements done, then 20 of 40 rows\n" in status
        assert not done or "half done" not in status
        assert done or json.loads((place / "status.json").read_text())["halfDone"]
