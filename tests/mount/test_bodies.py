# SPDX-License-Identifier: MIT
"""Bodies of routines: what can not be right is refused, with the place where it stands."""

import errno

import pytest

from tree import fails_with

SCHEMA = """
CREATE TABLE users (id integer, name text);
SET check_function_bodies = off;
CREATE FUNCTION broken() RETURNS integer LANGUAGE sql AS 'SELECT nothing FROM users';
CREATE FUNCTION rows_of(x integer) RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users';
CREATE FUNCTION rows_of() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE SCHEMA other;
"""


@pytest.fixture
def functions(pg, mount):
    pg.run(SCHEMA)
    with mount(pg.target) as place:
        yield place / "schema/public/functions"


def refused_at(functions, name, text):
    with fails_with(errno.EINVAL):
        (functions / name).write_text(text)
    return (functions / f"{name}.error").read_text().split()[0]


def test_where_it_is_wrong(pg, functions):
    sql = "CREATE FUNCTION f(a integer) RETURNS text LANGUAGE sql AS $$\n  SELECT nme FROM users\n$$;\n"
    assert refused_at(functions, "f.sql", sql).endswith("functions/f.sql:2:10:")
    late = "CREATE FUNCTION g() RETURNS integer LANGUAGE plpgsql AS '\nBEGIN\n  retrun 1;\nEND';\n"
    first = "CREATE FUNCTION g(a integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN a; END';\n"
    assert refused_at(functions, "g.sql", first + late).endswith("functions/g.sql:4:3:")
    assert pg.rows("SELECT count(*) FROM pg_proc WHERE proname IN ('f', 'g')") == [("0",)]
    (functions / "f.sql").write_text(sql.replace("nme", "name"))
    assert pg.rows("SELECT f(1) IS NULL") == [("t",)]


def test_what_nobody_can_tell_is_no_error(pg, functions):
    """A table that is not there yet, or in a schema that the callers' path has."""
    (functions / "f.sql").write_text("CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM later';")
    pg.run("CREATE TABLE later ()")
    assert pg.rows("SELECT f()") == [("0",)]


def test_what_was_broken_before_does_not_matter(pg, functions):
    with open(functions / "broken.sql", "a", encoding="utf-8") as file:
        file.write("COMMENT ON FUNCTION public.broken() IS 'still';\n")
    assert pg.rows("SELECT obj_description('broken()'::regprocedure)") == [("still",)]


def test_overloads_stay_together(pg, functions):
    """One overload hangs on a table that moves; the file of both is what is read and shown."""
    before = (functions / "rows_of.sql").read_text()
    tables = functions.parent / "tables"
    (tables / "users.sql").rename(functions.parents[1] / "other/tables/users.sql")
    assert pg.rows("SELECT count(*) FROM other.users") == [("0",)]
    assert (functions / "rows_of.sql").read_text() == before.replace("SETOF public.users", "SETOF other.users")
