# SPDX-License-Identifier: MIT
"""generate --revert N: the schema is as it was, and what is not as it was is told."""

import json

import pytest

from test_generate import Project

START = """
CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, age integer);
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users (id), title text);
CREATE VIEW titles AS SELECT id, title FROM posts;
CREATE TABLE odd (x integer);
"""
# What a migration does, whether all statements that undo it are exact, and what is told as impossible.
BOTH = {
    "a table": ("CREATE TABLE t (id integer PRIMARY KEY, u integer REFERENCES users (id)); CREATE INDEX t_u ON t (u);", True, []),
    "a column": ("ALTER TABLE users ADD COLUMN name text;", True, []),
    "an index": ("CREATE UNIQUE INDEX users_email ON users (email);", True, []),
    "a column gone": ("ALTER TABLE users DROP COLUMN age;", False, []),
    "a table gone": ("DROP TABLE odd;", False, []),
    "a view": ("DROP VIEW titles; CREATE VIEW titles AS SELECT id, title, user_id FROM posts;", True, []),
    "a column's name": ("ALTER TABLE users RENAME COLUMN email TO mail;", True, []),
    "a table's name": ("ALTER TABLE odd RENAME TO even;", True, []),
    "rows": ("UPDATE users SET age = 1 WHERE age IS NULL;\nALTER TABLE users ADD COLUMN n integer;\n DELETE FROM odd;",
             True, [".sql:1: UPDATE users SET age = 1", ".sql:3: DELETE FROM odd"]),
}
ONLY = {
    "postgresql": {
        "a type": ("ALTER TABLE users ALTER COLUMN email TYPE varchar(5);", False, []),
        "a wider type": ("ALTER TABLE users ALTER COLUMN age TYPE bigint;", True, []),
        "a function": ("CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
                       "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();"
                       "GRANT SELECT ON users TO PUBLIC; COMMENT ON TABLE users IS 'people';", True, []),
        "constraints": ("ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17), ALTER COLUMN age SET NOT NULL,"
                        "ALTER COLUMN email SET DEFAULT 'x'; ALTER TABLE posts DROP CONSTRAINT posts_user_id_fkey;", True, []),
        "a block": ("DO $$ BEGIN ALTER TABLE users ADD COLUMN z integer; END $$;\nDO $$ BEGIN UPDATE users SET age = 2; END $$;",
                    True, [".sql:2: DO"]),
    },
    "sqlite": {
        "a rebuild": ("PRAGMA foreign_keys=OFF;\nCREATE TABLE __new_users (id integer PRIMARY KEY, email text, age real NOT NULL DEFAULT 1);\n"
                      "INSERT INTO __new_users (id, email, age) SELECT id, email, coalesce(age, 0) FROM users;\nDROP TABLE users;\n"
                      "ALTER TABLE __new_users RENAME TO users;\nPRAGMA foreign_keys=ON;", None, []),
        "a trigger": ("CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE odd SET x = 1; END;", True, []),
    },
}
LATER = "CREATE TABLE later (id integer PRIMARY KEY); ALTER TABLE users ADD COLUMN later integer; ALTER TABLE posts ADD COLUMN later text;"


class Revert(Project):
    def migrate(self, name, text):
        """One migration by hand, with what it makes in the source, too."""
        self.generate("--custom", name)
        (self.folder / f"{self.tags[-1]}.sql").write_text(text)
        return self.tags[-1]

    def made(self):
        made = self.applied()
        place = self.place / "made"
        self.schemafs("pull", made.target, place)
        return {path.relative_to(place): path.read_text() for path in place.rglob("*.sql")}


@pytest.fixture
def project(schemafs, new_engine, tmp_path):
    made = Revert(schemafs, new_engine, tmp_path / "project")
    made.migrate("start", START)
    return made


def groups(dialect):
    """Cases that do not meet, put together."""
    cases = {**BOTH, **ONLY[dialect]}
    alone = {"a column's name", "a table's name", "a column gone", "a table gone", "a rebuild"}
    for exact in (True, False):
        texts = [case for name, case in cases.items() if case[1] is exact and name not in alone and "rows" not in name]
        if texts:
            yield " ".join(case[0].replace("\n", " ") for case in texts), exact, [told.replace(":2", ":1") for case in texts for told in case[2]]
    yield " ".join(cases[name][0] for name in ("a column's name", "a table's name")), True, []
    yield " ".join(cases[name][0] for name in ("a column gone", "a table gone")), False, []
    yield cases["rows"]


def undo_each(project, way, cases):
    folder, kept = project.folder, project.files()

    def forget():
        for path in set(project.files()) - set(kept):
            path.unlink()
        for path, text in kept.items():
            path.write_bytes(text)

    if way == "middle":
        project.migrate("later", LATER)
    before = project.applied().target
    for text, exact, impossible in cases:
        forget()
        tag = project.migrate("it", text)
        if way == "middle":
            project.migrate("later", LATER)
        undone = json.loads(project.generate("--revert", tag, "--json").stdout)["revert"]
        assert undone["tag"] == tag and project.tags[-1].endswith("_revert_it")
        told = undone["impossible"]
        assert len(told) == len(impossible) and all(a in b for a, b in zip(impossible, told)), (text, told)
        grades = {statement["grade"] for statement in undone["statements"]}
        assert grades <= {"exact", "structure only"}
        assert exact is None or ("structure only" in grades) == (not exact), (text, undone)
        written = project.text()
        assert written.startswith(f"-- undoes {tag}\n") and ("-- exact" in written or not exact)
        assert project.schemafs("diff", project.applied().target, before).stdout == "", text
    forget()


@pytest.mark.parametrize("way", ["last", "middle"])
def test_undone(project, way):
    """A migration is undone at once, or after others; then nothing of it is left."""
    cases = list(groups(project.dialect))
    if way == "middle" and project.dialect == "sqlite":
        cases = [case for case in cases if "RENAME TO" not in case[0]]
    undo_each(project, way, cases)


@pytest.mark.long
@pytest.mark.parametrize("way", ["last", "middle"])
def test_each_undone(project, way):
    cases = {**BOTH, **ONLY[project.dialect]}
    if way == "middle" and project.dialect == "sqlite":
        del cases["a table's name"], cases["a rebuild"]
    undo_each(project, way, cases.values())


def test_changed_again_since(project):
    """What a later migration changed, too, is left as that made it, and told."""
    column = {"postgresql": "ALTER TABLE users ALTER COLUMN age SET DEFAULT {};", "sqlite": None}[project.dialect]
    view = "DROP VIEW titles; CREATE VIEW titles AS SELECT {} AS x FROM posts;"
    tag = project.migrate("it", (column or "").format(1) + view.format("id") + "CREATE TABLE t (x integer);")
    project.migrate("again", (column or "").format(2) + view.format("title"))
    report = json.loads(project.generate("--revert", tag, "--json").stdout)["revert"]
    assert len(report["impossible"]) == (2 if column else 1) and all("later migration" in line for line in report["impossible"])
    made = project.made()
    assert not any(path.name == "t.sql" for path in made)
    (titles,) = (text for path, text in made.items() if path.name == "titles.sql")
    assert "title AS x" in titles.replace("posts.", "")
    if column:
        (users,) = (text for path, text in made.items() if path.name == "users.sql")
        assert "DEFAULT 2" in users


def test_which_one(schemafs, new_sqlite, tmp_path):
    project = Revert(schemafs, new_sqlite, tmp_path / "project")
    for number in range(1, 12):
        project.migrate(f"m{number}", f"CREATE TABLE t{number} (x integer);")
    for which, expected in [("1", "0001_m2"), ("0009", "0009_m10"), ("0010_m11", "0010_m11"), ("2", "0002_m3")]:
        report = json.loads(project.generate("--revert", which, "--dry-run", "--json").stdout)
        assert report["revert"]["tag"] == expected
    for which in ("99", "m1", ""):
        assert "no migration is called" in project.generate("--revert", which, code=2).stderr
    assert "neither" in project.generate("--revert", "1", "--custom", code=2).stderr


def test_nothing_but_rows(project):
    tag = project.migrate("rows", "INSERT INTO odd VALUES (1);")
    before = project.files()
    failed = project.generate("--revert", tag, code=2)
    assert "nothing of 0001_rows can be undone" in failed.stderr and "0001_rows.sql:1: INSERT INTO odd" in failed.stderr
    assert project.files() == before
