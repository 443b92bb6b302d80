# SPDX-License-Identifier: MIT
"""Migration folders of real projects, dropped into pending/ one file after the other."""

import hashlib
import json

import pytest

from tree import names

DAILY = {"homarr_pg", "zero"}
FOLDERS = ["homarr_pg", "zero", "homarr_sqlite", "kan", "karakeep"]
SQLITE = {"homarr_sqlite", "karakeep"}

LEDGER = {
    "postgresql": "SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id",
    "sqlite": "SELECT hash, created_at FROM __drizzle_migrations ORDER BY rowid",
}


def folders():
    for name in FOLDERS:
        yield pytest.param(name, marks=[] if name in DAILY else [pytest.mark.long])


@pytest.mark.parametrize("name", folders())
def test_a_whole_folder(request, mount, corpora, name):
    folder = corpora / "drizzle" / name
    database = request.getfixturevalue("sqlite_db" if name in SQLITE else "pg")
    journal = json.loads((folder / "meta/_journal.json").read_text(encoding="utf-8"))
    tags = [entry["tag"] for entry in journal["entries"]]
    texts = [(folder / f"{tag}.sql").read_bytes() for tag in tags]

    with mount(database.target) as place:
        for tag, text in zip(tags, texts):
            (place / f"pending/{tag}.sql").write_bytes(text)
        made = json.loads((place / "migrations/meta/_journal.json").read_text())["entries"]
        files = [(place / f"migrations/{entry['tag']}.sql").read_bytes() for entry in made]
        assert names(place / "pending") == []

    assert files == texts
    whens = [entry["when"] for entry in made]
    assert whens == sorted(set(whens))
    assert database.rows(LEDGER[database.dialect]) == [
        (hashlib.sha256(text).hexdigest(), str(when)) for text, when in zip(texts, whens)
    ]
