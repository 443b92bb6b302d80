# SPDX-License-Identifier: MIT
"""Indexes of one partitioned table that the server takes for equal, edited on a mount and pushed."""

import pathlib

import pytest

pytestmark = pytest.mark.catalog

SCHEMA = pathlib.Path(__file__).resolve().parent / "schemas/twins.sql"
PARTS = (
    "SELECT inhrelid::regclass::text, inhparent::regclass::text, indisvalid FROM pg_inherits"
    " JOIN pg_index ON indexrelid = inhrelid ORDER BY 1, 2"
)


def test_edited(pg, mount):
    pg.load(SCHEMA)
    before = pg.rows(PARTS)
    with mount(pg.target) as place:
        tables = place / "schema/public/tables"
        for table in sorted(tables.glob("*.sql")):
            text = table.read_text()
            table.write_text(f"{text}\nCOMMENT ON TABLE public.{table.stem} IS 'edited';\n")
            assert "edited" in table.read_text()
        assert pg.rows(PARTS) == before
        # One more that all partitions have, and one that none of them has.
        table = tables / "twin.sql"
        table.write_text(f"{table.read_text()}\nCREATE INDEX fifth ON public.twin (a);\n")
        parts = [row for row in pg.rows(PARTS) if row[1] == "fifth"]
        assert len(parts) == 3 and all(row[2] == "t" for row in parts)
        table.write_text(f"{table.read_text()}\nCREATE INDEX sixth ON ONLY public.twin (a);\n")
        assert not [row for row in pg.rows(PARTS) if row[1] == "sixth"]
        # A partition gets its part of the latter by its own file.
        part = tables / "twin_2.sql"
        part.write_text(
            f"{part.read_text()}\nCREATE INDEX twin_2_sixth ON public.twin_2 (a);\n"
            "ALTER INDEX public.sixth ATTACH PARTITION public.twin_2_sixth;\n"
        )
        assert [row[0] for row in pg.rows(PARTS) if row[1] == "sixth"] == ["twin_2_sixth"]


def test_pushed(schemafs, pg, new_pg, tmp_path):
    """A tree in which the only twin of an index is gone, or new."""
    pg.load(SCHEMA)
    other = new_pg()
    other.load(SCHEMA)
    pg.run("DROP INDEX z_first; DROP INDEX x_third; DROP INDEX y_second")
    pg.run("CREATE INDEX heap_more ON heap (a)")
    pg.run("CREATE INDEX heap_more2 ON heap (a DESC)")
    schemafs("pull", pg.target, tmp_path / "tree")
    schemafs("push", "--apply=all", tmp_path / "tree", other.target)
    assert other.rows(PARTS) == pg.rows(PARTS)
    schemafs("diff", other.target, tmp_path / "tree")
