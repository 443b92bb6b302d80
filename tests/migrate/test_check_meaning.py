# SPDX-License-Identifier: MIT
"""schemafs check asks the database what a snapshot's expressions mean, and never compares their texts."""

import json

import pytest

from test_migrate import Folder

SCHEMA = {
    "postgresql": """
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'Happy');
CREATE FUNCTION slug(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
CREATE TABLE app.users (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 100) PRIMARY KEY,
    name varchar(80) NOT NULL DEFAULT 'nobody',
    "default" text DEFAULT lower('X') || 'y',
    feeling mood DEFAULT 'sad',
    age integer,
    seen timestamp(3) with time zone DEFAULT now(),
    tags text[] DEFAULT '{}',
    slug text GENERATED ALWAYS AS (slug(name)) STORED,
    CONSTRAINT grown CHECK (age >= 18 AND age < 200)
);
CREATE INDEX by_slug ON app.users (lower(name) DESC, age) WHERE age IS NOT NULL AND name <> 'x';
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.users FOR UPDATE USING (name = current_user) WITH CHECK (age > 1);
CREATE VIEW app.adults AS SELECT u.id, u.name FROM app.users u WHERE u.age > 17;
""",
    "sqlite": """
CREATE TABLE users (
    id integer PRIMARY KEY,
    name text NOT NULL DEFAULT 'nobody',
    "default" text DEFAULT (lower('X') || 'y'),
    age integer DEFAULT 1,
    slug text GENERATED ALWAYS AS (lower(name)) VIRTUAL,
    CONSTRAINT grown CHECK (age >= 18 AND age < 200)
);
CREATE INDEX by_slug ON users (lower(name) DESC, age) WHERE age IS NOT NULL AND name <> 'x';
CREATE VIEW adults AS SELECT u.id, u.name FROM users u WHERE u.age > 17;
""",
}

# Where in the snapshot, words that mean the same, and words that do not with what is told of them.
USERS = {"postgresql": ("tables", "app.users"), "sqlite": ("tables", "users")}
ADULTS = {"postgresql": ("views", "app.adults"), "sqlite": ("views", "adults")}
WORDS = {
    "postgresql": [
        (("columns", "name", "default"), "('nobody')", "'somebody'"),
        (("columns", "default", "default"), "LOWER( 'X' )||'y'", "lower('Y')"),
        (("columns", "feeling", "default"), "'sad'::mood", "'Happy'"),
        (("columns", "seen", "type"), "timestamptz(3)", "timestamptz"),
        (("columns", "tags", "default"), "'{}'::text[]", "'{\"\"}'"),
        (("columns", "name", "type"), "character varying( 80 )", "varchar(81)"),
        (("columns", "slug", "generated", "as"), 'public.slug(("name")::text)', "upper(name)"),
        (("checkConstraints", "grown", "value"), '(("age" > 17+1-1) IS NOT NULL)', None),
        (("checkConstraints", "grown", "value"), '("users"."age">=18) and ((("users"."age"<200)))', '"age" >= 19'),
        (("indexes", "by_slug", "where"), "(name)::text != 'x' and false", None),
        (("indexes", "by_slug", "where"), '"users"."age" is not null and ("name" != \'x\')', "age IS NOT NULL"),
        (("policies", "own", "using"), '("users"."name")::text = CURRENT_USER', "true"),
        (("policies", "own", "withCheck"), "((users.age > 1))", "(age > 2)"),
    ],
    "sqlite": [
        (("columns", "default", "default"), "(LOWER( 'X' )||'y')", "(lower('Y'))"),
        (("columns", "name", "default"), "'nobody'", "'somebody'"),
        (("columns", "slug", "generated", "as"), '(LOWER("name"))', "(upper(name))"),
        (("checkConstraints", "grown", "value"), '"users"."age" >= 18 and age<200', "age >= 18"),
        (("indexes", "by_slug", "where"), '"users"."age" is not null and "name" <> \'x\'', "age IS NOT NULL"),
    ],
}


def at(value, path):
    for key in path[:-1]:
        value = value[key]
    return value, path[-1]


@pytest.fixture
def project(schemafs, engine, tmp_path):
    """A folder whose one migration and snapshot are ours, and what check finds after a change of that."""
    (tmp_path / "want.sql").write_text(SCHEMA[engine.dialect])
    Folder(tmp_path / "m", engine.dialect).write_journal()
    (tmp_path / "schemafs.json").write_text('{"migrations": "m"}')
    options = ["--dir", tmp_path, "--db", engine.target]
    schemafs("generate", *options, "--from", tmp_path / "want.sql", "first")
    (path,) = (tmp_path / "m/meta").glob("*_snapshot.json")
    text = path.read_text()

    def check(*changes, code=1):
        snapshot = json.loads(text)
        for where, value in changes:
            holder, key = at(snapshot, where)
            assert holder[key] != value, where
            holder[key] = value
        path.write_text(json.dumps(snapshot))
        done = schemafs("check", "--json", "--dir", tmp_path, engine.target, code=code)
        found = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "snapshot-differs"]
        return found[0]["detail"].splitlines() if found else []

    return check


def test_expressions(project, engine):
    assert project(code=0) == []
    users, adults, words = USERS[engine.dialect], ADULTS[engine.dialect], WORDS[engine.dialect]
    same = [((*users, *where), value) for where, value, other in words if other and value != "'nobody'"]
    view = 'select u.id,\n u."name" from users u where u.age>17 -- grown'
    if engine.dialect == "postgresql":
        view = "SELECT id, name FROM app.users WHERE age > 17"
        # Other names for the table: other text, and to the server another view.
        assert len(project(((*adults, "definition"), view))) == 1
        view = "select u.id, u.name from app.users as u where (u.age > (17))"
    same.append(((*adults, "definition"), view))
    assert project(*same, code=0) == []
    # Each that means something else is told, by what the database makes of it.
    other = [((*users, *where), value) for where, _, value in words if value]
    other.append(((*adults, "definition"), view.replace("17", "18")))
    told = project(*other)
    assert len(told) == len(other), "\n".join(told)
    for where, _ in other:
        place = ".".join(where[:-1] if where[-1] in ("value", "as", "where", "using", "withCheck") else where)
        assert any(line.startswith(place) for line in told), place
    assert all(" in the snapshot, " in line and line.endswith(" by the migrations") for line in told)
    # Two that only look like what they are not.
    for where, value, _ in (word for word in words if not word[2]):
        assert len(project(((*users, *where), value))) == 1


def test_what_the_database_does_not_take(project, engine):
    users = USERS[engine.dialect]
    told = project(((*users, "checkConstraints", "grown", "value"), "no_such_column > 1 ; DROP TABLE users"),
                   ((*users, "columns", "age", "notNull"), True))
    place = ".".join(users)
    assert len(told) == 2
    assert any(line.startswith(f"{place}.checkConstraints.grown: the database does not take") for line in told)
    assert f"{place}.columns.age.notNull: true in the snapshot, false by the migrations" in told


def test_columns_that_are_called_as_keys_of_a_snapshot(project, engine):
    """`id` and `default` are names of columns here, and not what drizzle keeps of a snapshot."""
    users = USERS[engine.dialect]
    assert len(project(((*users, "columns", "id", "primaryKey"), False))) == 1
    told = project(((*users, "columns", "default", "type"), "integer"))
    assert len(told) == 1 and told[0].startswith(".".join(users) + ".columns.default.type: ")


def test_identity_and_sequences(project, engine):
    if engine.dialect == "sqlite":
        return
    where = (*USERS[engine.dialect], "columns", "id", "identity", "startWith")
    (told,) = project((where, "1"))
    assert told == f'{".".join(where)}: "1" in the snapshot, "100" by the migrations'
    (told,) = project((("enums", "public.mood", "values"), ["sad", "happy"]))
    assert told.startswith("enums.public.mood.values: ")
