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

    def __call__(self, engine, folder):
        database = engine.target if engine.dialect == "postgresql" else str(engine.path)
        done = subprocess.run(
            ["node", "migrate.mjs", engine.dialect, database, str(folder)],
            cwd=self.place, capture_output=True, text=True, timeout=120, check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]


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
