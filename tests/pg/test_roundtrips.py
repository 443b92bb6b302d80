# SPDX-License-Identifier: MIT
"""Strange schemas, out of a database into a tree and into another database: the same schema.

Each file of tests/pg/schemas is one; a first line `-- since 14` says which server it wants.
"""

import collections
import pathlib
import re

import pytest

import raw
from databases import server_major

pytestmark = pytest.mark.catalog

HERE = pathlib.Path(__file__).resolve().parent
CLIENT = 15  # the newest server that the installed pg_dump reads


def since(path):
    found = re.match(r"-- since (\d+)\n", path.read_text(encoding="utf-8"))
    return int(found[1]) if found else 0


SCHEMAS = [path for path in sorted((HERE / "schemas").glob("*.sql")) if since(path) <= server_major()]


def statements(dump):
    """The statements of a dump without the order and the settings between them."""
    text = re.sub(r"(?m)^(--.*|SET .*|SELECT pg_catalog\.set_config.*)\n", "", dump)
    return collections.Counter(part.strip() for part in text.split(";\n") if part.strip())


def files_of(tree):
    return {
        str(path.relative_to(tree)): path.read_bytes()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def assert_same(first, second):
    """By pg_dump where it knows the server, by the catalogs where they tell what refers to what."""
    if server_major() <= CLIENT:
        one, other = statements(first.dump()), statements(second.dump())
        assert sorted(one - other) == sorted(other - one)
    if server_major() >= 14:
        one, other = raw.read(first), raw.read(second)
        assert sorted(set(one) - set(other)) == sorted(set(other) - set(one))
        assert one == other


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_round_trip(path, schemafs, new_pg, tmp_path):
    made, copy = new_pg(), new_pg()
    made.load(path)
    schemafs("pull", made.target, tmp_path / "tree")
    schemafs("push", "--apply=all", tmp_path / "tree", copy.target)
    assert_same(made, copy)
    schemafs("pull", copy.target, tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(tmp_path / "tree")
    schemafs("diff", copy.target, tmp_path / "tree")
    schemafs("push", made.target, copy.target)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_script(path, schemafs, catalogs, new_pg):
    made, copy = new_pg(), new_pg()
    made.load(path)
    copy.run(catalogs("print", made.target))
    assert_same(made, copy)
