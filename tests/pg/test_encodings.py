# SPDX-License-Identifier: MIT
"""Databases in other encodings than UTF-8, SQL_ASCII among them, which holds whatever bytes it was given."""

import contextlib

import pytest

from databases import PostgresDatabase
from test_roundtrips import assert_same, files_of

pytestmark = pytest.mark.catalog

SCHEMA = """
CREATE TABLE "{0}" ("{0}" text DEFAULT '{0}' CHECK ("{0}" <> '{0}'));
COMMENT ON TABLE "{0}" IS '{0}';
CREATE TYPE kind AS ENUM ('{0}');
CREATE VIEW seen AS SELECT "{0}" FROM "{0}" WHERE "{0}" > '{0}';
CREATE FUNCTION told() RETURNS text LANGUAGE sql AS 'SELECT ''{0}''::text';
"""

# The bytes of a word, and what stands for those in a file's name that are no UTF-8.
CASES = {
    "LATIN1": ("größe", "größe"),
    "SQL_ASCII": (b"gr\xf6\xdfe \xff".decode(errors="surrogateescape"), "gr%F6%DFe %FF"),
}


@pytest.mark.parametrize("encoding", CASES)
def test_round_trip(encoding, server, schemafs, mount, tmp_path):
    word, name = CASES[encoding]
    with contextlib.ExitStack() as stack:

        def new():
            database = server.new_name()
            server.psql("postgres", f"CREATE DATABASE {database} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
            stack.callback(server.psql, "postgres", f"DROP DATABASE {database} WITH (FORCE)")
            return PostgresDatabase(server, database)

        made, copy = new(), new()
        made.run("SET client_encoding = 'UTF8';" + SCHEMA.format(word) if encoding == "LATIN1" else SCHEMA.format(word))
        schemafs("pull", made.target, tmp_path / "tree")
        file = tmp_path / f"tree/schema/public/tables/{name}.sql"
        assert word in file.read_text(encoding="utf-8", errors="surrogateescape")
        schemafs("push", "--apply=all", tmp_path / "tree", copy.target)
        assert_same(made, copy)
        schemafs("pull", copy.target, tmp_path / "again")
        assert files_of(tmp_path / "again") == files_of(tmp_path / "tree")
        with mount(made.target) as mnt:
            live = mnt / "schema/public/tables" / file.name
            assert live.read_bytes() == file.read_bytes()
            live.write_bytes(file.read_bytes().replace(b"(\n", b"(\n    more integer,\n", 1))
        assert made.rows("SELECT count(*) FROM pg_attribute WHERE attname = 'more'") == [("1",)]
