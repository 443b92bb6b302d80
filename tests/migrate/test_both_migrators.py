# SPDX-License-Identifier: MIT
"""One folder and one database, half by drizzle-orm's migrator and half by ours, in both orders."""

import json
import shutil
import subprocess

import pytest

import kit
from test_migrate import FOLDERS, LEDGER


class Orm:
    """drizzle-orm's migrator."""

    def __init__(self, place):
        self.place = place
        (place / "node_modules").symlink_to(kit.install() / "node_modules")
        shutil.copy(kit.PINNED / "migrate.mjs", place)

    def __call__(self, engine, folder, *options, code=0):
        database = engine.target if engine.dialect == "postgresql" else str(engine.path)
        done = subprocess.run(
            ["node", "migrate.mjs", engine.dialect, database, str(folder), *options],
            cwd=self.place, capture_output=True, text=True, timeout=120, check=False,
        )
        assert done.returncode == code, done.stderr[-2000:]
        return done.stderr


@pytest.fixture
def orm(tmp_path):
    (tmp_path / "orm").mkdir()
    return Orm(tmp_path / "orm")


EVERY_DAY = ("homarr_pg", "homarr_sqlite")
NAMES = [pytest.param(name, marks=() if name in EVERY_DAY else pytest.mark.long) for name in FOLDERS]


@pytest.fixture(params=NAMES)
def corpus(request, corpora, tmp_path):
    """The folder, a function that cuts the journal to its first entries, and one that makes databases."""
    place = shutil.copytree(corpora / "drizzle" / request.param, tmp_path / "folder")
    path = place / "meta/_journal.json"
    journal = json.loads(path.read_text(encoding="utf-8"))
    make = request.getfixturevalue({"pg": "new_pg", "sqlite_db": "new_sqlite"}[FOLDERS[request.param]])

    def cut(n):
        path.write_text(json.dumps({**journal, "entries": journal["entries"][:n]}), encoding="utf-8")

    return place, cut, make, len(journal["entries"])


def test_half_and_half(schemafs, corpus, orm):
    place, cut, make, n = corpus
    whole, ours_first, theirs_first = make(), make(), make()
    schemafs("migrate", "--dir", place, whole.target)
    cut(n // 2)
    schemafs("migrate", "--dir", place, ours_first.target)
    orm(theirs_first, place)
    cut(n)
    schemafs("migrate", "--dir", place, theirs_first.target)
    orm(ours_first, place)
    # It passes over what goes back in time; that is found here.
    schemafs("migrate", "--dir", place, ours_first.target)
    rows = sorted(whole.rows(LEDGER[whole.dialect]))
    assert len(rows) == n
    for engine in (ours_first, theirs_first):
        assert sorted(engine.rows(LEDGER[engine.dialect])) == rows
        assert schemafs("diff", engine.target, whole.target).stdout == ""
        # Now neither has anything to do.
        orm(engine, place)
        assert "nothing is pending" in schemafs("migrate", "--dir", place, engine.target).stderr
        assert len(engine.rows(LEDGER[engine.dialect])) == n


def test_our_rebuild_by_their_migrator(schemafs, sqlite_db, new_sqlite, orm, tmp_path):
    """A parent made anew, with rows in a child that cascades: none is lost, whoever runs the file."""
    child = "CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p (id) ON DELETE CASCADE);"
    (tmp_path / "schemafs.json").write_text('{"migrations": "m", "dialect": "sqlite"}')
    want = tmp_path / "want.sql"
    want.write_text("CREATE TABLE p (id integer PRIMARY KEY, n text);" + child)
    schemafs("generate", "--dir", tmp_path, "--from", want, "first")
    careless, careful = sqlite_db, new_sqlite()
    for engine in (careless, careful):
        orm(engine, tmp_path / "m")
        engine.run("INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1), (2, 2);")
    want.write_text("CREATE TABLE p (id integer PRIMARY KEY, n text NOT NULL CHECK (n <> ''));" + child)
    schemafs("generate", "--dir", tmp_path, "--from", want, "second")
    # Foreign keys off, as sql.js and libsql have them: applied.
    orm(careless, tmp_path / "m")
    # On, in a transaction where they can not be turned off: drizzle-kit's own files lose the rows there.
    before = careful.dump()
    assert "foreign keys are on: rows that refer to" in orm(careful, tmp_path / "m", "keys", code=1)
    assert careful.dump() == before and len(careful.rows(LEDGER["sqlite"])) == 1
    schemafs("migrate", "--dir", tmp_path, careful.target)
    orm(careful, tmp_path / "m", "keys")
    for engine in (careless, careful):
        assert engine.rows("SELECT p.id, n, c.id FROM p JOIN c ON c.p = p.id") == [("1", "a", "1"), ("2", "b", "2")]
        assert len(engine.rows(LEDGER["sqlite"])) == 2
        assert schemafs("diff", engine.target, want).stdout == ""


@pytest.mark.long
def test_stopped_at_every_migration(schemafs, corpus):
    place, cut, make, n = corpus
    whole, stopped = make(), make()
    schemafs("migrate", "--dir", place, whole.target)
    for i in range(1, n + 1):
        cut(i)
        assert len(schemafs("migrate", "--dir", place, stopped.target).stdout.split()) == 1
    assert stopped.rows(LEDGER[stopped.dialect]) == whole.rows(LEDGER[whole.dialect])
    assert schemafs("diff", stopped.target, whole.target).stdout == ""
