# SPDX-License-Identifier: MIT
"""Keys of partitioned tables of which parts are missing, edited on a mount."""

import pathlib

import pytest

pytestmark = pytest.mark.catalog

SCHEMA = pathlib.Path(__file__).resolve().parent / "schemas/partition_keys.sql"
KEYS = (
    "SELECT conrelid::regclass, conname, coninhcount, indisvalid FROM pg_constraint JOIN pg_index"
    " ON indexrelid = conindid WHERE contype IN ('p', 'u') ORDER BY 1, 2"
)


def test_edited(pg, mount):
    pg.load(SCHEMA)
    before = pg.rows(KEYS)
    with mount(pg.target) as place:
        table = place / "schema/public/tables/half.sql"
        table.write_text(table.read_text().replace("code text", "code text,\n    note text"))
        assert "note text" in table.read_text()
        assert pg.rows(KEYS) == before
        assert len(pg.rows("SELECT note FROM half_1 LIMIT 0")) == 0
        # With the word ONLY gone the key is all partitions'.
        bare = place / "schema/public/tables/bare.sql"
        bare.write_text(bare.read_text().replace("ALTER TABLE ONLY", "ALTER TABLE"))
        after = [row for row in pg.rows(KEYS) if row[0].startswith("bare")]
        assert [row[2:] for row in after] == [("0", "t"), ("1", "t"), ("1", "t")]
