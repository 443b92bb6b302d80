# SPDX-License-Identifier: MIT
"""What schemafs.json says of objects holds for generate as it does for push and diff."""

import json

from test_migrate import Folder


def write(place, **settings):
    (place / "schemafs.json").write_text(json.dumps({"migrations": "m", **settings}))


def generate(schemafs, place, engine, name, *options):
    done = schemafs("generate", "--dir", place, "--db", engine.target, *options, name)
    return done, "".join(path.read_text() for path in (place / "m").glob(f"*_{name}.sql"))


def test_optional_extensions(schemafs, pg, new_pg, tmp_path):
    """One that is not offered is a note; one that is gets into the migration so that it runs anywhere."""
    pg.run("CREATE EXTENSION citext; COMMENT ON EXTENSION citext IS 'x'; CREATE TABLE t (id integer PRIMARY KEY);")
    write(tmp_path, optional_extensions=["no_such_thing", "citext"])
    schemafs("pull", pg.target, tmp_path)
    extension = next(tmp_path.rglob("citext.sql"))
    other = extension.with_name("no_such_thing.sql")
    other.write_text(extension.read_text().replace("citext", "no_such_thing"))
    Folder(tmp_path / "m", "postgresql")
    dry = json.loads(schemafs("generate", "--json", "--dry-run", "--dir", tmp_path, "--db", pg.target, "x").stdout)
    assert any("no_such_thing" in note for note in dry["notes"])
    done, text = generate(schemafs, tmp_path, pg, "first")
    assert "-- note: the server does not offer extension no_such_thing" in done.stderr
    assert "pg_available_extensions WHERE name = 'citext'" in text and "no_such_thing" not in text
    empty, without = new_pg(), new_pg()
    schemafs("migrate", "--dir", tmp_path, empty.target)
    assert empty.rows("SELECT count(*) FROM pg_extension WHERE extname = 'citext'") == [("1",)]
    # A server that does not offer it: the statements are run as they are, under a name it has not.
    without.run(text.replace("--> statement-breakpoint", "").replace("citext", "not_offered"))
    assert without.rows("SELECT count(*) FROM t") == [("0",)]
    # Nothing more to do; gone from the tree it stays.
    assert "nothing to do" in generate(schemafs, tmp_path, pg, "again")[0].stderr
    extension.unlink()
    assert "nothing to do" in generate(schemafs, tmp_path, pg, "again")[0].stderr
    assert len(list((tmp_path / "m").glob("*.sql"))) == 1
    schemafs("diff", empty.target, tmp_path)
    # Without the word it is an error.
    write(tmp_path)
    assert "no_such_thing" in schemafs("generate", "--dir", tmp_path, "--db", pg.target, "x", code=2).stderr


def test_external_objects(schemafs, engine, new_engine, tmp_path):
    """A migration makes them where they are missing, and leaves those alone that are there."""
    engine.run(
        "CREATE TABLE users (id integer PRIMARY KEY, email text); CREATE INDEX by_email ON users (email);"
        "CREATE TABLE orders (id integer PRIMARY KEY, user_id integer REFERENCES users (id));"
    )
    write(tmp_path, external=["table *.users"], exclude=["table *.orders_old"])
    Folder(tmp_path / "m", engine.dialect)
    schemafs("pull", engine.target, tmp_path)
    _, text = generate(schemafs, tmp_path, engine, "first")
    assert "IF NOT EXISTS" in text
    empty, theirs = new_engine(), new_engine()
    schemafs("migrate", "--dir", tmp_path, empty.target)
    schemafs("diff", tmp_path, empty.target)
    theirs.run("CREATE TABLE users (id integer PRIMARY KEY, email text, more text); CREATE TABLE orders_old (x integer);")
    schemafs("migrate", "--dir", tmp_path, theirs.target)
    assert "more" in theirs.dump() and "REFERENCES" in theirs.dump()
    schemafs("diff", tmp_path, theirs.target)
    # What the tree says of them later is no concern of the migrations, nor that they go.
    users = next(tmp_path.rglob("tables/users.sql"))
    users.write_text(users.read_text().replace("email text", "email text NOT NULL"))
    assert "nothing to do" in generate(schemafs, tmp_path, engine, "again")[0].stderr
    users.unlink()
    next(tmp_path.rglob("tables/orders.sql")).unlink()
    _, text = generate(schemafs, tmp_path, engine, "less")
    assert "orders" in text and "users" not in text
    # A database that is taken over may have another one, too.
    schemafs("migrate", "--dir", tmp_path, theirs.target)
    third = new_engine()
    third.run("CREATE TABLE users (id integer PRIMARY KEY, other text);")
    schemafs("baseline", "--dir", tmp_path, third.target)
    schemafs("status", "--dir", tmp_path, third.target)
