# SPDX-License-Identifier: MIT
"""-o record and kill -9: at each boundary folder, ledger and database agree afterwards, or it is told what to do."""

import contextlib
import hashlib
import json
import shutil
import signal
import subprocess
import time

import pytest

from guillotine import guillotine
from test_migrate import LEDGER, Folder

NEW = "CREATE TABLE b (x integer PRIMARY KEY);"


def new_folder(engine, tmp_path):
    folder = Folder(tmp_path / "project/drizzle", engine.dialect)
    folder.write("0000_a", "CREATE TABLE a (x integer PRIMARY KEY);\n")
    return folder


@pytest.fixture
def folder(engine, tmp_path):
    return new_folder(engine, tmp_path)


def rows_of(folder):
    """What the ledger has to hold for the folder as it is."""
    entries = json.loads((folder.place / "meta/_journal.json").read_text())["entries"]
    text = [(folder.place / f"{entry['tag']}.sql").read_bytes() for entry in entries]
    return [(hashlib.sha256(t).hexdigest(), str(e["when"])) for t, e in zip(text, entries)]


def assert_agree(schemafs, folder, engine, new_engine):
    """The ledger is the folder's, what the folder makes is what is there, and nobody complains."""
    assert engine.rows(LEDGER[engine.dialect]) == rows_of(folder)
    assert not list(folder.place.glob(".*"))
    schemafs("status", "--dir", folder.place, engine.target)
    other = new_engine()
    schemafs("migrate", "--dir", folder.place, other.target)
    assert schemafs("diff", engine.target, other.target).stdout == ""
    found = json.loads(schemafs("check", "--json", "--dir", folder.place, engine.target).stdout)["findings"]
    assert {finding["code"] for finding in found} <= {"missing-snapshot", "duplicate-text"}


def tables(place, engine):
    return place / "schema" / engine.namespace / "tables"


@contextlib.contextmanager
def doomed(knife, schemafs, target, folder, place):
    """A mount in the foreground that the knife can end; its end may leave the mount point dead."""
    place.mkdir(exist_ok=True)
    command = [schemafs.binary, "mount", target, place, "-f", "-o", f"project={folder.place.parent},record"]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 30
            while not (place / "status").exists():
                assert time.monotonic() < until and process.poll() is None
                time.sleep(0.02)
            knife.process = process
            yield process
        finally:
            process.kill()
            subprocess.run(["fusermount3", "-uz", place], check=False, capture_output=True)


def is_boundary(sql):
    """The statement itself, what comes behind it and the ledger's row, and the commit."""
    return sql.startswith(("CREATE TABLE public.b", "RESET SESSION AUTHORIZATION; RESET ROLE", "COMMIT"))


@pytest.mark.parametrize("after", [pytest.param(False, marks=pytest.mark.long), True], ids=["before", "after"])
def test_in_the_database(server, pg, schemafs, new_pg, tmp_path, after):
    """Before and after each statement that counts: the commit is where a save begins to be one."""
    engine, folder = pg, new_folder(pg, tmp_path)
    schemafs("migrate", "--dir", folder.place, engine.target)
    clean = shutil.copytree(folder.place, tmp_path / "clean")
    seen = set()
    with guillotine(server, is_boundary) as knife:
        for at in range(3):
            engine.run("DROP TABLE IF EXISTS b; DELETE FROM drizzle.__drizzle_migrations WHERE id > 1")
            shutil.rmtree(folder.place)
            shutil.copytree(clean, folder.place)
            with doomed(knife, schemafs, knife.uri(engine.name), folder, tmp_path / "mnt") as process:
                knife.statements, knife.at, knife.after = [], at, after
                with pytest.raises(OSError):
                    (tables(tmp_path / "mnt", engine) / "b.sql").write_text(NEW)
                assert process.wait(30) == -signal.SIGKILL
            seen.add(knife.statements[-1].split()[0])
            time.sleep(0.2)  # the server ends the transaction of a client that is gone
            # The file is staged behind the plan's own statements, before the ledger's row.
            staged = (folder.place / ".0001_create_b.sql.applying").exists()
            assert staged or knife.statements[-1] != "COMMIT"
            told = json.loads(schemafs("status", "--json", "--dir", folder.place, engine.target, code=int(staged)).stdout)
            assert told["interrupted"] == ("0001_create_b" if staged else None)
            checked = schemafs("check", "--quick", "--dir", folder.place, engine.target, code=int(staged))
            assert ("interrupted" in checked.stdout) == staged
            made = engine.rows("SELECT to_regclass('b') IS NOT NULL") == [("t",)]
            assert made == (after and knife.statements[-1] == "COMMIT")
            schemafs("migrate", "--dir", folder.place, engine.target)
            assert (folder.place / "0001_create_b.sql").exists() == made
            assert_agree(schemafs, folder, engine, new_pg)
    assert seen == {"CREATE", "RESET", "COMMIT"}


def states(folder, before, after):
    """The folder as a crash leaves it, once the commit is done: after each file that is written."""
    text = (after / "0001_create_b.sql").read_bytes()
    steps = [
        lambda: (folder / ".0001_create_b.sql.applying").write_bytes(text),
        lambda: shutil.copy(after / "meta/0001_snapshot.json", folder / "meta"),
        lambda: (folder / "0001_create_b.sql").write_bytes(text),
        lambda: shutil.copy(after / "meta/_journal.json", folder / "meta"),
    ]
    for n in range(1, len(steps) + 1):
        shutil.rmtree(folder)
        shutil.copytree(before, folder)
        for step in steps[:n]:
            step()
        yield n


@pytest.mark.parametrize("by", ["migrate", "mount"])
def test_between_the_files(engine, new_engine, folder, mount, schemafs, tmp_path, by):
    schemafs("migrate", "--dir", folder.place, engine.target)
    before = shutil.copytree(folder.place, tmp_path / "before")
    options = [f"project={folder.place.parent}", "record", "apply=all"]
    with mount(engine.target, *options) as place:
        tables(place, engine).joinpath("b.sql").write_text(NEW)
    after = shutil.copytree(folder.place, tmp_path / "after")
    ledger = engine.rows(LEDGER[engine.dialect])
    for n in states(folder.place, before, after):
        told = schemafs("status", "--dir", folder.place, engine.target, code=1).stdout
        assert "interrupted            0001_create_b: the next `schemafs migrate`" in told
        if by == "migrate":
            schemafs("migrate", "--dir", folder.place, engine.target)
            assert (folder.place / "meta/0001_snapshot.json").exists() == (n > 1)
            assert engine.rows(LEDGER[engine.dialect]) == ledger
        else:
            with mount(engine.target, *options) as place:
                tables(place, engine).joinpath("c.sql").write_text(f"CREATE TABLE c{n} (x integer PRIMARY KEY);"
                                                                  .replace(f"c{n}", "c"))
            newest = json.loads((folder.place / "meta/0002_snapshot.json").read_text())["tables"]
            assert {name.split(".")[-1] for name in newest} == {"a", "b", "c"}
        assert_agree(schemafs, folder, engine, new_engine)
        if by == "mount":
            # As it was, for the next state.
            engine.run("DROP TABLE c;")
            table = "drizzle.__drizzle_migrations" if engine.dialect == "postgresql" else "__drizzle_migrations"
            engine.run(f"DELETE FROM {table} WHERE created_at > {ledger[-1][1]};")


def test_the_same_text_as_before(engine, new_engine, folder, mount, schemafs):
    """Made, dropped and made again: what was staged and never committed is not taken for what was applied."""
    schemafs("migrate", "--dir", folder.place, engine.target)
    with mount(engine.target, f"project={folder.place.parent}", "record", "apply=all") as place:
        file = tables(place, engine) / "b.sql"
        file.write_text(NEW)
        subprocess.run(["rm", file], check=True)
    first = next(folder.place.glob("0001_*.sql"))
    (folder.place / ".0003_create_b.sql.applying").write_bytes(first.read_bytes())
    schemafs("migrate", "--dir", folder.place, engine.target)
    assert not list(folder.place.glob("*0003*"))
    assert_agree(schemafs, folder, engine, new_engine)
