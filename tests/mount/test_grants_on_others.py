# SPDX-License-Identifier: MIT
"""Grants on what the server or an extension brought: files like others, and nobody's loophole."""

import pytest

from tree import wait_for

MADE = """
CREATE SCHEMA extensions;
CREATE EXTENSION hstore WITH SCHEMA extensions;
CREATE TABLE public.mine (a int);
CREATE FUNCTION extensions.mine() RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION pg_sleep(double precision) FROM PUBLIC;
"""
AVALS = "extensions.avals(extensions.hstore)"

# What its path does not name.
REFUSED = [
    ("extensions/hstore", "GRANT SELECT ON public.mine TO pg_monitor;"),
    ("extensions/hstore", "GRANT EXECUTE ON FUNCTION extensions.mine() TO pg_monitor;"),
    ("extensions/hstore", "REVOKE EXECUTE ON FUNCTION pg_sleep_for(interval) FROM PUBLIC;"),
    ("grants/pg_catalog", "GRANT SELECT ON public.mine TO pg_monitor;"),
    ("grants/pg_catalog", "ALTER FUNCTION pg_sleep(double precision) COST 3;"),
    ("grants/public", "GRANT SELECT ON public.mine TO pg_monitor;"),
    ("grants/odd", "GRANT SELECT ON pg_authid TO pg_monitor;"),
]


@pytest.fixture
def database(pg):
    pg.run(MADE)
    return pg


def may_everybody(database, what):
    return database.rows(f"SELECT has_function_privilege('pg_monitor', '{what}', 'EXECUTE')") == [("t",)]


def add(file, text):
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text + "\n")


def test_files_are_edited(database, mount):
    with mount(database.target, "apply=all") as place:
        extension, system = place / "database/extensions/hstore.sql", place / "database/grants/pg_catalog.sql"
        plain = extension.read_text(encoding="utf-8")
        add(extension, f"REVOKE ALL ON FUNCTION {AVALS} FROM PUBLIC;")
        assert not may_everybody(database, AVALS)
        assert f"ON FUNCTION {AVALS} FROM PUBLIC;" in extension.read_text(encoding="utf-8")
        extension.write_text(plain, encoding="utf-8")
        assert may_everybody(database, AVALS)
        assert extension.read_text(encoding="utf-8") == plain

        add(system, "REVOKE ALL ON FUNCTION pg_sleep_until FROM PUBLIC;")
        assert not may_everybody(database, "pg_sleep_until(timestamptz)")
        tables = place / "database/grants/information_schema.sql"
        tables.write_text("REVOKE SELECT ON information_schema.tables FROM PUBLIC;\n", encoding="utf-8")
        assert database.rows(
            "SELECT has_table_privilege('pg_monitor', 'information_schema.tables', 'SELECT')"
        ) == [("f",)]
        system.unlink()
        wait_for(lambda: may_everybody(database, "pg_sleep_until(timestamptz)"))
        assert may_everybody(database, "pg_sleep(double precision)")


def test_nothing_else_stands_in_them(database, mount):
    before = database.dump()
    with mount(database.target, "apply=all") as place:
        for name, text in REFUSED:
            file = place / "database" / f"{name}.sql"
            plain = file.read_text(encoding="utf-8") if file.exists() else ""
            with pytest.raises(OSError):
                file.write_text(plain + text + "\n", encoding="utf-8")
            error = (place / "database" / f"{name}.sql.error").read_text(encoding="utf-8")
            assert f"{name}.sql:{plain.count(chr(10)) + 1}:1: " in error
    assert database.dump() == before


def test_others_grants_show(database, mount):
    with mount(database.target) as place:
        extension, system = place / "database/extensions/hstore.sql", place / "database/grants/pg_catalog.sql"
        database.run(f"GRANT EXECUTE ON FUNCTION {AVALS} TO pg_monitor")
        wait_for(lambda: AVALS in extension.read_text(encoding="utf-8"))
        database.run("GRANT SELECT (rolname) ON pg_authid TO pg_monitor")
        wait_for(lambda: "(rolname)" in system.read_text(encoding="utf-8"))
        database.run(f"REVOKE EXECUTE ON FUNCTION {AVALS} FROM pg_monitor")
        wait_for(lambda: AVALS not in extension.read_text(encoding="utf-8"))
