# SPDX-License-Identifier: MIT
"""What only some databases have is asked for where it is, and only there."""

import pytest

pytestmark = pytest.mark.catalog

BASE = """
CREATE TABLE public.base (id integer PRIMARY KEY, word text CHECK (word <> ''));
CREATE VIEW public.seen AS SELECT id FROM public.base;
"""

# Each by itself: what makes it, what a file then says, what undoes it.
FEATURES = [
    ("CREATE TABLE child () INHERITS (base)", "INHERITS (public.base)", "DROP TABLE child"),
    (
        "CREATE TABLE parted (id integer DEFAULT 1) PARTITION BY LIST (id);"
        "CREATE TABLE one PARTITION OF parted (id DEFAULT 7) FOR VALUES IN (1)",
        "PARTITION OF public.parted",
        "DROP TABLE parted",
    ),
    ("COMMENT ON COLUMN base.word IS 'a word'", "'a word'", "COMMENT ON COLUMN base.word IS NULL"),
    (
        "COMMENT ON INDEX base_pkey IS 'a key'",
        "'a key'",
        "COMMENT ON INDEX base_pkey IS NULL",
    ),
    ("COMMENT ON VIEW seen IS 'a view'", "'a view'", "COMMENT ON VIEW seen IS NULL"),
    (
        "GRANT SELECT ON seen TO PUBLIC",
        "GRANT SELECT ON",
        "REVOKE ALL ON seen FROM PUBLIC",
    ),
    ("GRANT SELECT (word) ON base TO PUBLIC", "(word)", "REVOKE ALL (word) ON base FROM PUBLIC"),
    (
        "ALTER TABLE base ALTER word SET (n_distinct = 5)",
        "n_distinct",
        "ALTER TABLE base ALTER word RESET (n_distinct)",
    ),
    ("CREATE TYPE mood AS ENUM ('ok')", "'ok'", "DROP TYPE mood"),
    ("CREATE TYPE pair AS (a integer)", "public.pair", "DROP TYPE pair"),
    ("CREATE TYPE span AS RANGE (subtype = integer)", "public.span", "DROP TYPE span"),
    ("CREATE TYPE later", "public.later", "DROP TYPE later"),
    (
        "CREATE EXTENSION citext; ALTER INDEX base_pkey DEPENDS ON EXTENSION citext",
        "DEPENDS ON EXTENSION citext",
        "ALTER INDEX base_pkey NO DEPENDS ON EXTENSION citext; DROP EXTENSION citext",
    ),
]


def test_each_feature_alone(schemafs, pg, tmp_path):
    tree = tmp_path / "tree"

    def text():
        schemafs("pull", pg.target, tree)
        return "".join(path.read_text() for path in sorted(tree.rglob("*.sql")))

    pg.run(BASE)
    before = text()
    for make, said, undo in FEATURES:
        pg.run(make)
        assert said in text(), make
        schemafs("diff", pg.target, tree)
        pg.run(undo)
        assert text() == before, undo
