# SPDX-License-Identifier: MIT
"""schemafs.json: what it says holds, and what it can not say is refused with its place."""

import json

import pytest

WRONG = [
    ('{\n "tre": "x"\n}', ":2:2: there is no setting `tre`", "is `tree` meant?"),
    ('{\n "exlcude": []\n}', ":2:2: there is no setting `exlcude`", "is `exclude` meant?"),
    ('{"colour": 1}', ":1:2: there is no setting `colour`", "there are tree, "),
    ('{\n "x": 1, "tree": 5}', ":2:2: ", "`x`"),
    ('{\n  "tree": ".",\n  "dialect": "mysql"}', ":3:3: `dialect` is ", ""),
    ('{"ledger": {"shema": "x"}}', "`ledger` has no `shema`", "is `schema` meant?"),
    ('{"reference": [{"table": "a", "delte": true}]}', "no `delte`", "is `delete` meant?"),
    ('{"reference": ["a", {"table": "a"}]}', "names table a twice", ""),
    ('{"reference": "a"}', ":1:2: `reference` is ", ""),
    ('{"include": [1]}', ":1:2: `include` is ", ""),
    ('{"prefix": "date"}', ":1:2: `prefix` is ", ""),
    ('{"online_above": "12 parsecs"}', ":1:2: `online_above` is ", ""),
    ('{"tree": ".", "tree": "x"}', ":1:", "duplicate"),
    ('{\n"tree": }', ":2:", ""),
    ("[]", "one object", ""),
]


def test_what_it_can_not_mean_is_refused_with_its_place(schemafs, sqlite_db, tmp_path):
    for text, where, hint in WRONG:
        (tmp_path / "schemafs.json").write_text(text)
        told = schemafs("pull", sqlite_db.target, tmp_path / "new" / "tree", code=2).stderr
        assert "schemafs.json" in told and where in told and hint in told, (text, told)
    assert not (tmp_path / "new").exists()


SHOP = """
CREATE TABLE users (id integer PRIMARY KEY, email text);
CREATE TABLE orders (id integer PRIMARY KEY, user_id integer REFERENCES users (id));
CREATE TABLE tmp_x (id integer);
"""


def write(place, **settings):
    (place / "schemafs.json").write_text(json.dumps(settings))


def test_what_it_is_not_about_is_left_alone(schemafs, engine, new_engine, tmp_path):
    engine.run(SHOP)
    write(tmp_path, exclude=["table *.tmp_*"])
    schemafs("pull", engine.target, tmp_path)
    assert not list(tmp_path.rglob("tmp_x*")) and list(tmp_path.rglob("users.sql"))
    schemafs("diff", engine.target, tmp_path)
    assert "nothing to do" in schemafs("push", "--apply=all", tmp_path, engine.target).stderr
    assert engine.rows("SELECT count(*) FROM tmp_x") == [("0",)]
    # Neither where the rest differs, and neither is it made.
    engine.run("DROP TABLE orders;")
    schemafs("push", "--apply=all", tmp_path, engine.target)
    assert engine.rows("SELECT count(*) FROM tmp_x") == [("0",)]
    schemafs("diff", engine.target, tmp_path)
    other = new_engine()
    schemafs("push", engine.target, other.target, cwd=tmp_path)
    assert "orders" in other.dump() and "tmp_x" not in other.dump()


def test_external_objects_are_made_and_never_altered(schemafs, engine, new_engine, tmp_path):
    engine.run(SHOP)
    write(tmp_path, external=["table *.users"])
    schemafs("pull", engine.target, tmp_path)
    empty, theirs = new_engine(), new_engine()
    schemafs("push", tmp_path, empty.target)
    assert "users" in empty.dump() and "orders" in empty.dump()
    theirs.run("CREATE TABLE users (id integer PRIMARY KEY, mail text, more text);")
    plan = schemafs("diff", theirs.target, tmp_path, code=1).stdout
    assert "users" in plan and "email" not in plan and "DROP" not in plan
    schemafs("push", tmp_path, theirs.target)
    assert "orders" in theirs.dump() and "email" not in theirs.dump() and "more" in theirs.dump()
    schemafs("diff", theirs.target, tmp_path)
    # Gone from the tree, it stays in the database.
    next(tmp_path.rglob("orders.sql")).unlink()
    next(tmp_path.rglob("users.sql")).unlink()
    schemafs("push", "--apply=all", tmp_path, theirs.target)
    assert "users" in theirs.dump() and "orders" not in theirs.dump()


def test_optional_extensions_are_notes(schemafs, pg, new_pg, tmp_path):
    pg.run("CREATE EXTENSION citext; CREATE TABLE t (id integer PRIMARY KEY);")
    write(tmp_path, optional_extensions=["no_such_thing", "citext"])
    schemafs("pull", pg.target, tmp_path)
    extension = next(tmp_path.rglob("citext.sql"))
    other = extension.with_name("no_such_thing.sql")
    other.write_text(extension.read_text().replace("citext", "no_such_thing"))
    told = schemafs("push", tmp_path, pg.target).stderr
    assert "-- note: the server does not offer extension no_such_thing" in told
    # One that is offered is made, and one that the tree has not is not dropped.
    empty = new_pg()
    schemafs("push", tmp_path, empty.target)
    assert empty.rows("SELECT count(*) FROM pg_extension WHERE extname = 'citext'") == [("1",)]
    extension.unlink()
    schemafs("push", "--apply=all", tmp_path, empty.target)
    assert empty.rows("SELECT count(*) FROM pg_extension WHERE extname = 'citext'") == [("1",)]
    # Without the word it is an error.
    write(tmp_path)
    assert "no_such_thing" in schemafs("push", tmp_path, empty.target, code=2).stderr


def test_a_new_file_of_sqlite_is_asked_for_by_name(schemafs, sqlite_db, tmp_path):
    sqlite_db.run(SHOP)
    tree, new = tmp_path / "tree", tmp_path / "new.db"
    schemafs("pull", sqlite_db.target, tree)
    told = schemafs("push", tree, new, code=2).stderr
    assert f"sqlite:{new} makes a new database" in told and not new.exists()
    schemafs("push", tree, f"sqlite:{new}")
    schemafs("diff", new, tree)


@pytest.mark.parametrize("options", [(), ("--idempotent",)])
def test_rows_go_into_migrations(schemafs, engine, new_engine, tmp_path, options):
    place, database = tmp_path, new_engine()
    engine.run("CREATE TABLE plans (id integer PRIMARY KEY, name text);"
               "INSERT INTO plans VALUES (1, 'free'), (2, 'pro');")
    write(place, dialect=engine.dialect, reference=[{"table": "plans", "delete": True}])
    schemafs("pull", engine.target, place)
    made = schemafs("generate", *options, "--dir", place, "--db", database.target).stdout.strip()
    assert "INSERT INTO" in open(made).read()
    told = schemafs("generate", *options, "--dir", place, "--db", database.target)
    assert "nothing to do" in told.stderr
    schemafs("migrate", "--dir", place, database.target)
    assert database.rows("SELECT * FROM plans ORDER BY id") == [("1", "free"), ("2", "pro")]
    rows = place / "data" / engine.namespace / "plans.csv"
    rows.write_text("id,name\n1,gratis\n3,team\n")
    made = schemafs("generate", *options, "--dir", place, "--db", database.target).stdout.strip()
    text = open(made).read()
    assert made.endswith("_data.sql") and "H72" in text
    assert [text.count(word) for word in ("INSERT", "UPDATE plans", "UPDATE public.plans", "DELETE")] in (
        [1, 1, 0, 2], [1, 0, 1, 2],
    )
    # Somebody was there before: a row is written over.
    database.run("INSERT INTO plans VALUES (3, 'mine');")
    schemafs("migrate", "--dir", place, database.target)
    assert database.rows("SELECT * FROM plans ORDER BY id") == [("1", "gratis"), ("3", "team")]
    schemafs("check", "--dir", place)
