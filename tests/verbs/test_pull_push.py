# SPDX-License-Identifier: MIT
"""pull, push, diff and status on both engines."""

import json

import pytest

SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers (id),
    total integer NOT NULL CHECK (total >= 0)
);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 1000;
"""


def tree(place):
    return {
        str(path.relative_to(place)): path.read_text(encoding="utf-8")
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def touched(place):
    """What tells that a file or a folder was written, or put in another's place."""
    stats = {path: path.stat() for path in [place, *place.rglob("*")]}
    return {path: (s.st_ino, s.st_mtime_ns, s.st_ctime_ns) for path, s in stats.items()}


@pytest.fixture
def shop(engine):
    engine.run(SHOP)
    return engine


def test_pull_writes_a_file_for_each_object(schemafs, shop, tmp_path):
    schemafs("pull", shop.target, tmp_path / "tree")
    home = f"schema/{shop.namespace}"
    files = tree(tmp_path / "tree")
    assert f"{home}/tables/customers.sql" in files
    assert f"{home}/tables/orders.sql" in files
    assert f"{home}/views/big_orders.sql" in files
    assert "orders_customer" in files[f"{home}/tables/orders.sql"]


def test_pull_again_touches_nothing(schemafs, shop, tmp_path):
    schemafs("pull", shop.target, tmp_path / "tree")
    before = touched(tmp_path / "tree")
    files = [path for path in before if path.suffix == ".sql"]
    told = json.loads(schemafs("pull", "--json", shop.target, tmp_path / "tree").stdout)
    assert told["written"] == 0 and told["unchanged"] == len(files)
    assert touched(tmp_path / "tree") == before


def test_pull_removes_the_files_of_gone_objects(schemafs, shop, tmp_path):
    schemafs("pull", shop.target, tmp_path / "tree")
    (tmp_path / "tree/README.md").write_text("mine")
    shop.run("DROP VIEW big_orders;")
    schemafs("pull", shop.target, tmp_path / "tree")
    assert not list((tmp_path / "tree").rglob("big_orders*"))
    assert (tmp_path / "tree/README.md").read_text() == "mine"


def test_push_of_a_tree_makes_the_same_schema(schemafs, shop, new_engine, tmp_path):
    empty = new_engine()
    schemafs("pull", shop.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", empty.target)
    assert empty.dump() == shop.dump()
    assert schemafs("diff", empty.target, tmp_path / "tree").stdout == ""


def test_push_of_a_database_makes_the_same_schema(schemafs, shop, new_engine):
    empty = new_engine()
    schemafs("push", shop.target, empty.target)
    assert empty.dump() == shop.dump()
    schemafs("diff", shop.target, empty.target)


def test_push_of_a_script_makes_the_same_schema(schemafs, shop, new_engine, tmp_path):
    empty = new_engine()
    (tmp_path / "shop.sql").write_text(SHOP)
    schemafs("push", tmp_path / "shop.sql", empty.target)
    schemafs("diff", shop.target, empty.target)


def test_a_plan_is_sql_that_does_it(schemafs, shop, new_engine):
    other = new_engine()
    other.run("CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL);")
    plan = schemafs("diff", other.target, shop.target, code=1).stdout
    other.run(plan)
    schemafs("diff", other.target, shop.target)


def test_diff_writes_to_neither_side(schemafs, shop, new_engine):
    empty = new_engine()
    before = shop.dump(), empty.dump()
    schemafs("diff", empty.target, shop.target, code=1)
    schemafs("diff", shop.target, empty.target, code=1)
    assert (shop.dump(), empty.dump()) == before


def test_dry_run_changes_nothing(schemafs, shop, new_engine):
    empty = new_engine()
    before = empty.dump()
    done = schemafs("push", "--dry-run", shop.target, empty.target)
    assert "CREATE TABLE" in done.stdout
    assert empty.dump() == before


def test_rows_are_not_dropped_without_consent(schemafs, shop, new_engine):
    empty = new_engine()
    shop.run("INSERT INTO customers VALUES (1, 'Ada');")
    done = schemafs("push", empty.target, shop.target, code=2)
    assert "can lose data" in done.stderr and "customers" in done.stderr
    assert shop.rows("SELECT name FROM customers") == [("Ada",)]
    schemafs("push", "--apply=all", empty.target, shop.target)
    assert shop.dump() == empty.dump()


def test_a_rename_hint_keeps_the_rows(schemafs, shop, tmp_path):
    shop.run("INSERT INTO customers VALUES (1, 'Ada');")
    schemafs("pull", shop.target, tmp_path / "tree")
    path = tmp_path / "tree" / f"schema/{shop.namespace}/tables/customers.sql"
    # On a line of its own: SQLite keeps the text of a CREATE as it was written.
    text = path.read_text().replace("name text NOT NULL", "\nfull_name text NOT NULL -- renamed from: name\n")
    path.write_text(text)
    schemafs("push", tmp_path / "tree", shop.target)
    assert shop.rows("SELECT full_name FROM customers") == [("Ada",)]


def test_a_rename_hint_that_belongs_to_nothing_is_an_error(schemafs, shop, tmp_path):
    schemafs("pull", shop.target, tmp_path / "tree")
    path = tmp_path / "tree" / f"schema/{shop.namespace}/tables/customers.sql"
    path.write_text(path.read_text() + "-- renamed from: clients\n")
    done = schemafs("push", tmp_path / "tree", shop.target, code=2)
    assert "customers.sql:" in done.stderr and "rename" in done.stderr


def test_plans_as_json(schemafs, shop, new_engine):
    told = json.loads(schemafs("diff", "--json", new_engine().target, shop.target, code=1).stdout)
    assert told["version"] == 1 and told["same"] is False
    assert any("orders" in step["sql"] for step in told["statements"])
    same = json.loads(schemafs("diff", "--json", shop.target, shop.target).stdout)
    assert same["same"] is True and same["statements"] == []


def test_an_error_in_a_script_has_its_position(schemafs, engine, tmp_path):
    script = tmp_path / "wrong.sql"
    script.write_text("CREATE TABLE a (id integer);\n\n  CREATE TABEL b (id integer);\n")
    done = schemafs("push", script, engine.target, code=2)
    assert f"{script}:3:" in done.stderr


def test_status_counts(schemafs, shop):
    text = schemafs("status", shop.target).stdout
    assert "tables                 2, with 5 columns, 1 indexes" in text
    assert "views                  1" in text
    told = json.loads(schemafs("status", "--json", shop.target).stdout)
    assert told["objects"]["tables"] == 2 and told["columns"] == 5
    assert told["engine"] == shop.dialect


def test_status_changes_nothing(schemafs, shop):
    before = shop.dump()
    schemafs("status", shop.target)
    assert shop.dump() == before


def test_the_database_may_come_from_the_environment(schemafs, shop, tmp_path):
    env = {"DATABASE_URL": shop.target}
    schemafs("pull", tmp_path / "tree", env=env)
    assert (tmp_path / "tree/schema").is_dir()
    assert "tables" in schemafs("status", env=env).stdout


def test_engines_do_not_mix(schemafs, pg, sqlite_db):
    done = schemafs("diff", pg.target, sqlite_db.target, code=2)
    assert "postgresql" in done.stderr and "sqlite" in done.stderr


def test_two_trees_of_sqlite_need_no_database(schemafs, new_sqlite, tmp_path):
    one, two = new_sqlite(), new_sqlite()
    one.run(SHOP)
    two.run("CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL);")
    schemafs("pull", one.target, tmp_path / "one")
    schemafs("pull", two.target, tmp_path / "two")
    assert "orders" in schemafs("diff", tmp_path / "two", tmp_path / "one", code=1).stdout


GUARDED = """
CREATE FUNCTION who() RETURNS text LANGUAGE sql {settings} AS 'SELECT current_user::text';
{grant}
"""


def test_what_is_new_takes_nothing_from_anybody(schemafs, pg, new_pg, tmp_path):
    """Rights that come with new objects are no loss; given to objects that are there they are."""
    script = tmp_path / "schema.sql"
    script.write_text(GUARDED.format(settings="SECURITY DEFINER",
                                     grant="GRANT CREATE ON SCHEMA public TO PUBLIC;"), encoding="utf-8")
    schemafs("push", script, pg.target)
    schemafs("diff", pg.target, script)

    there = new_pg()
    there.run(GUARDED.format(settings="", grant=""))
    done = schemafs("push", script, there.target, code=2)
    assert "H08" in done.stderr and "H09" in done.stderr
    assert there.rows("SELECT prosecdef FROM pg_proc WHERE proname = 'who'")[0][0] in (False, "f")


def test_the_comment_that_an_extension_comes_with(schemafs, pg, tmp_path):
    """No text says it: a tree without one means the package's own, and an empty one means none."""
    pg.run("CREATE EXTENSION citext; CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS NULL;")
    comments = "SELECT extname, obj_description(oid, 'pg_extension') FROM pg_extension ORDER BY 1"
    before = pg.rows(comments)
    schemafs("pull", pg.target, tmp_path / "tree")
    pg.run("COMMENT ON EXTENSION citext IS 'x'; COMMENT ON EXTENSION hstore IS 'y';")
    schemafs("push", tmp_path / "tree", pg.target)
    assert pg.rows(comments) == before
    schemafs("diff", tmp_path / "tree", pg.target)
