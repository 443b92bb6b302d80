# SPDX-License-Identifier: MIT
"""A schema with everything in it, out of a database and into another, and changed on the way.

SCHEMAFS_PG_BIN chooses the server; the files that are too new for it are left out.
"""

import contextlib
import json
import pathlib
import re

import pytest

from databases import PostgresDatabase, Server, server_major
from test_roundtrips import CLIENT, files_of, statements as statements_of

pytestmark = pytest.mark.catalog

HERE = pathlib.Path(__file__).resolve().parent
SECRET = "secret-of-everything"

# Connections and the options of user mappings are secrets, large objects are data.
TEXTLESS = r"SUBSCRIPTION|LARGE OBJECT|lo_create|lo_open|subscriptions/|unmodeled/|USER MAPPING FOR everything_reader"


def load_into(database, *more):
    """As far as its server goes, in a session that reads as the files are written."""
    version = int(database.rows("SHOW server_version_num")[0][0]) // 10000
    database.load(HERE / "everything.sql")
    for path in sorted(HERE.glob("everything_1[0-9].sql")):
        if int(re.search(r"_(\d+)", path.name)[1]) <= version:
            database.load(path)
    for path in more:
        database.load(path)


@pytest.fixture
def load_everything(new_pg):
    """load_everything() makes a database of it; its subscription goes before it is dropped."""
    with contextlib.ExitStack() as stack:

        def load(*more):
            database = new_pg()
            stack.callback(database.run, "DROP SUBSCRIPTION IF EXISTS everything_sub")
            load_into(database, *more)
            return database

        yield load


def differences(catalogs, first, second):
    return catalogs("compare", first.target, second.target).splitlines()[:-1]


def test_script_makes_the_same_schema(catalogs, load_everything, new_pg):
    full, copy = load_everything(), new_pg()
    script = catalogs("print", full.target)
    assert SECRET not in script
    copy.run(script)
    assert differences(catalogs, full, copy) == []
    assert statements(catalogs("print", copy.target)) == statements(script)


def statements(script):
    """Its lines but for empty ones and comments, which tell what the script can not make."""
    return [line for line in script.split("\n") if line and not line.startswith("--")]


def test_tree_makes_the_same_schema(schemafs, load_everything, new_pg, tmp_path):
    """The server's own word for it, in both; what cannot be made out of a text is left out."""
    full, copy = load_everything(), new_pg()
    schemafs("pull", full.target, tmp_path / "tree")
    schemafs("push", "--apply=all", tmp_path / "tree", copy.target)
    if server_major() <= CLIENT:
        one, other = statements_of(full.dump()), statements_of(copy.dump())
        only = [[s for s in sorted(a - b) if not re.search(TEXTLESS, s)] for a, b in ((one, other), (other, one))]
        assert only[0] == only[1]
    schemafs("pull", copy.target, tmp_path / "again")
    missing = set(files_of(tmp_path / "tree")) - set(files_of(tmp_path / "again"))
    assert all(re.search(TEXTLESS, name) for name in missing), missing


def test_tree_equals_its_database(schemafs, load_everything, tmp_path):
    full = load_everything()
    schemafs("pull", full.target, tmp_path / "tree")
    files = [p for p in (tmp_path / "tree").rglob("*") if p.is_file()]
    assert not any(SECRET in p.read_text(encoding="utf-8") for p in files)
    schemafs("diff", full.target, tmp_path / "tree")


def test_plan_makes_everything(catalogs, load_everything, pg):
    full = load_everything()
    pg.run(catalogs("plan", pg.target, full.target))
    assert differences(catalogs, pg, full) == []


def test_changes_arrive(catalogs, load_everything):
    before, after = load_everything(), load_everything(HERE / "everything_changed.sql")
    plan = catalogs("plan", before.target, after.target)
    before.run(f"BEGIN;\n{plan}\nCOMMIT;")
    assert differences(catalogs, before, after) == []


def test_changes_in_place_drop_nothing_that_others_need(catalogs, load_everything):
    before, after = load_everything(), load_everything(HERE / "everything_changed.sql")
    plan = catalogs("plan", before.target, after.target)
    for kept in ("SERVER", "EXTENSION", "TABLE", "VIEW", "TYPE app.mood", "DOMAIN app.email"):
        assert not re.search(rf"(?m)^DROP {kept}\b", plan), kept


def test_what_no_kind_models_is_told(schemafs, load_everything, tmp_path):
    full = load_everything()
    schemafs("pull", full.target, tmp_path / "tree")
    file = tmp_path / "tree/database/unmodeled/large object 424242.sql"
    assert "of this kind (large object)" in file.read_text(encoding="utf-8")
    assert not file.stat().st_mode & 0o222
    folder = tmp_path / "tree/database/unmodeled"
    assert {path.stem for path in folder.iterdir()} == {"large object 424242"}
    counts = json.loads(schemafs("status", "--json", full.target).stdout)
    assert "unmodeled" in json.dumps(counts)


class OtherServer(Server):
    PORT = 5433


# How a session prints dates, numbers and names, and how it finds them.
ODD = {
    "timezone": "Asia/Kathmandu", "datestyle": "German, DMY", "intervalstyle": "sql_standard",
    "bytea_output": "escape", "extra_float_digits": "0", "quote_all_identifiers": "on",
    "xmloption": "document", "array_nulls": "off", "search_path": "app, pg_catalog",
    "client_encoding": "LATIN1", "standard_conforming_strings": "off",
}


def test_two_servers_two_times_the_same_bytes(schemafs, load_everything, tmp_path):
    full = load_everything()
    schemafs("pull", full.target, tmp_path / "tree")
    schemafs("pull", full.target, tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(tmp_path / "tree")
    with OtherServer.started() as server, PostgresDatabase.created(server) as other:
        load_into(other)
        for name, value in ODD.items():
            other.run(f"ALTER DATABASE {other.name} SET {name} = {value if ',' in value else repr(value)}")
        schemafs("pull", other.target, tmp_path / "other")
        other.run("DROP SUBSCRIPTION everything_sub")
    assert files_of(tmp_path / "other") == files_of(tmp_path / "tree")


def test_own_script_changes_nothing(schemafs, catalogs, load_everything, tmp_path):
    full = load_everything()
    script = catalogs("print", full.target)
    (tmp_path / "schema.sql").write_bytes(script.encode())
    schemafs("diff", full.target, tmp_path / "schema.sql")


def test_plain_role_reads_everything(server, schemafs, load_everything, tmp_path):
    full = load_everything()
    full.run("ALTER ROLE everything_reader LOGIN")
    schemafs("pull", server.uri(full.name, "everything_reader"), tmp_path / "tree")
    files = {p.name: p for p in (tmp_path / "tree").rglob("*.sql")}
    assert {"users.sql", "away.sql", "everything_reader@away.sql", "everything_sub.sql"} <= set(files)
    assert not any(SECRET in p.read_text(encoding="utf-8") for p in files.values())
