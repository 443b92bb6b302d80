# SPDX-License-Identifier: MIT
"""schemafs generate: the next migration is what the tree has and the migrations do not make."""

import contextlib
import json
import re
import resource
import shutil
import signal
import time

import pytest

from program import Program
from test_migrate import FOLDERS, Folder

NONE = "00000000-0000-0000-0000-000000000000"


class Project:
    """A project: its tree is what a database of its own has, unless a test edits it."""

    def __init__(self, schemafs, new_engine, place):
        self.schemafs, self.new_engine, self.place = schemafs, new_engine, place
        self.source = new_engine()
        self.dialect = self.source.dialect
        self.folder = place / "migrations"
        self.tree = place / "tree"
        place.mkdir(parents=True, exist_ok=True)
        (place / "schemafs.json").write_text(json.dumps({"tree": "tree", "dialect": self.dialect}))

    def change(self, text):
        self.source.run(text)
        self.schemafs("pull", self.source.target, self.tree)

    def generate(self, *options, code=0, wrapped=False):
        """`wrapped`: a file that grows too large is an error, and no signal."""
        arguments = ["generate", "--dir", self.place, "--db", self.source.target, *options]
        if wrapped:
            shell = Program("/bin/sh")
            return shell("-c", "trap '' XFSZ; exec \"$@\"", "sh", self.schemafs.binary, *arguments, code=code)
        return self.schemafs(*arguments, code=code)

    @property
    def journal(self):
        return json.loads((self.folder / "meta/_journal.json").read_text())

    @property
    def tags(self):
        return [entry["tag"] for entry in self.journal["entries"]]

    def text(self, tag=None):
        return (self.folder / f"{tag or self.tags[-1]}.sql").read_text()

    def snapshot(self, tag=None):
        prefix = (tag or self.tags[-1]).split("_")[0]
        return json.loads((self.folder / f"meta/{prefix}_snapshot.json").read_text())

    def files(self):
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def applied(self):
        """A fresh database that all migrations were applied to."""
        made = self.new_engine()
        self.schemafs("migrate", "--dir", self.place, made.target)
        return made

    def agrees(self):
        """The migrations make exactly the tree, in the scratch place and in a database."""
        before = self.files()
        assert "nothing to do" in self.generate().stderr
        assert self.files() == before
        assert self.schemafs("diff", self.applied().target, self.tree).stdout == ""


@pytest.fixture
def project(schemafs, new_engine, tmp_path):
    return Project(schemafs, new_engine, tmp_path / "project")


USERS = "CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL);\n"


def test_step_by_step(project):
    project.change(USERS)
    before = int(time.time() * 1000)
    assert project.generate("init").stdout == f"{project.folder}/0000_init.sql\n"
    entry = project.journal["entries"][0]
    assert before <= entry["when"] <= time.time() * 1000
    version = {"postgresql": "7", "sqlite": "6"}[project.dialect]
    assert project.journal == {
        "version": "7",
        "dialect": project.dialect,
        "entries": [
            {"idx": 0, "version": version, "when": entry["when"], "tag": "0000_init", "breakpoints": True}
        ],
    }
    first = project.snapshot()
    assert first["prevId"] == NONE and re.fullmatch(r"[0-9a-f-]{36}", first["id"])
    project.agrees()
    project.change("ALTER TABLE users ADD COLUMN name text; CREATE INDEX users_name ON users (name);")
    project.generate("--name", "names")
    assert project.tags == ["0000_init", "0001_names"]
    assert project.text().count("--> statement-breakpoint\n") == 1
    second = project.snapshot()
    assert second["prevId"] == first["id"] != second["id"]
    (table,) = second["tables"].values()
    assert list(table["columns"]) == ["id", "email", "name"] and list(table["indexes"]) == ["users_name"]
    project.agrees()


def test_named_by_what_changes(project):
    project.change(USERS)
    project.generate()
    project.change("CREATE TABLE posts (id integer PRIMARY KEY);")
    project.generate()
    project.change("ALTER TABLE posts ADD COLUMN body text;")
    project.generate()
    assert project.tags == ["0000_init", "0001_add_posts", "0002_add_posts_body"]
    project.agrees()


def test_nothing_is_written_in_a_dry_run(project):
    project.change(USERS)
    done = project.generate("--dry-run", "x")
    assert "CREATE TABLE" in done.stdout and not project.folder.exists()
    report = json.loads(project.generate("--dry-run", "--json", "x").stdout)
    assert report["tag"] == "0000_x" and not report["written"] and "CREATE TABLE" in report["sql"]
    assert not project.folder.exists()
    report = json.loads(project.generate("--json", "x").stdout)
    assert report["written"] and not report["same"]
    assert json.loads(project.generate("--json").stdout)["same"]


def test_losses_are_told(project):
    project.change(USERS)
    project.generate()
    project.change("ALTER TABLE users DROP COLUMN email;")
    done = project.generate()
    assert "data loss" in done.stderr and "email" in done.stderr
    assert re.match(r"-- H\d\d: .*email", project.text())
    project.agrees()


def test_renames_are_asked_and_followed(project):
    project.change(USERS)
    project.generate()
    (file,) = project.tree.rglob("users.sql")
    columns = "CREATE TABLE {}users (\n    id integer PRIMARY KEY,\n    mail text NOT NULL{}\n);\n"
    schema = {"postgresql": "public.", "sqlite": ""}[project.dialect]
    file.write_text(columns.format(schema, ""))
    assert "renamed from" in project.generate("--dry-run").stderr
    file.write_text(columns.format(schema, " -- renamed from: email"))
    project.generate("mail")
    assert "RENAME COLUMN" in project.text() and "DROP" not in project.text()
    (table,) = project.snapshot()["tables"].values()
    assert list(table["columns"]) == ["id", "mail"] and table["columns"]["mail"]["name"] == "mail"
    assert "nothing to do" in project.generate().stderr


def test_the_time_never_goes_back(project):
    project.change(USERS)
    folder = Folder(project.folder, project.dialect)
    far = int(time.time() * 1000) + 10**9
    folder.write("0000_a", "CREATE TABLE a (x integer);", when=far)
    folder.write("0003_b", "CREATE TABLE b (x integer);", when=1000)
    folder.entries[-1]["idx"] = 3
    folder.write("0004_c", "-- nothing yet", when=2000)
    project.source.run("CREATE TABLE a (x integer); CREATE TABLE b (x integer);")
    project.change("CREATE TABLE c (x integer)")
    project.generate("later")
    last = project.journal["entries"][-1]
    assert last["when"] > far and last["tag"] == f"{last['idx']:04}_later"
    project.agrees()


@pytest.mark.parametrize("version, dialects", [("5", ["pg", "sqlite"]), ("6", ["postgresql", "sqlite"])])
def test_old_journals(project, version, dialects):
    """A folder keeps its version and its word for the dialect; a new entry has today's."""
    dialect = dialects[project.dialect == "sqlite"]
    folder = Folder(project.folder, dialect)
    folder.write("0000_a", USERS)
    journal = {"version": version, "dialect": dialect, "entries": folder.entries}
    journal["entries"][0]["version"] = version
    (project.folder / "meta/_journal.json").write_text(json.dumps(journal))
    project.source.run(USERS)
    project.change("CREATE TABLE b (x integer);")
    project.generate("b")
    assert (project.journal["version"], project.journal["dialect"]) == (version, dialect)
    assert project.journal["entries"][0] == journal["entries"][0]
    assert project.journal["entries"][1]["version"] == {"postgresql": "7", "sqlite": "6"}[project.dialect]
    assert "0001_b" in project.tags
    project.agrees()


def test_a_script_or_a_database_instead_of_a_tree(project, tmp_path):
    script = tmp_path / "schema.sql"
    script.write_text(USERS)
    project.generate("--from", script, "one")
    assert "nothing to do" in project.generate("--from", script).stderr
    project.source.run(USERS + "CREATE TABLE more (x integer);")
    project.generate("--from", project.source.target, "two")
    assert project.tags == ["0000_one", "0001_two"] and "more" in project.text()
    assert "users" not in project.text()


def test_what_fails_leaves_the_folder_as_it_was(project):
    project.change(USERS)
    project.generate()
    before = project.files()
    (file,) = project.tree.rglob("users.sql")
    good = file.read_text()
    file.write_text(good + "\nCREATE TABL;")
    assert "users.sql" in project.generate("x", code=2).stderr
    assert project.files() == before
    file.write_text(good)
    (project.folder / "0000_init.sql").write_text("CREATE TABLE users (id integer PRIMARY KEY);\nSELECT * FROM nowhere;")
    assert "0000_init.sql:2" in project.generate("x", code=2).stderr
    (project.folder / "0000_init.sql").unlink()
    assert "0000_init.sql" in project.generate("x", code=2).stderr
    assert set(project.files()) == set(before) - {project.folder / "0000_init.sql"}


@contextlib.contextmanager
def small_files(limit):
    """No file may grow past the limit, in bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("killed", [True, False])
def test_whichever_file_can_not_be_written(project, killed):
    """After an error nothing new is there, after a kill nothing that counts; the next try is whole."""
    project.change(USERS)
    project.generate()
    project.change("CREATE TABLE b (x integer);")
    before = project.files()
    journal, snapshot = (len((project.folder / f"meta/{name}.json").read_bytes()) for name in ("_journal", "0000_snapshot"))
    assert journal < snapshot
    for limit in [10, journal + 50, snapshot - 1]:
        with small_files(limit):
            if killed:
                project.generate("--from", project.tree, "b", code=-signal.SIGXFSZ)
            else:
                again = project.generate("b", code=2, wrapped=True)
                assert "File too large" in again.stderr
        kept = {path: text for path, text in project.files().items() if path in before or not killed}
        assert kept == before
    project.generate("b")
    assert project.tags == ["0000_init", "0001_b"]
    project.agrees()


def test_left_behind_by_a_crash(project):
    """A file that the journal does not name: the same text is taken over, another one is refused."""
    project.change(USERS)
    project.generate("init")
    journal = project.folder / "meta/_journal.json"
    journal.unlink()
    project.generate("init")
    assert project.tags == ["0000_init"]
    journal.unlink()
    (project.folder / "0000_init.sql").write_text("SELECT 1;")
    assert "another text" in project.generate("init", code=2).stderr
    assert (project.folder / "0000_init.sql").read_text() == "SELECT 1;" and not journal.exists()


MORE = {
    "postgresql": """
        CREATE EXTENSION citext;
        CREATE DOMAIN mail AS citext CHECK (VALUE LIKE '%@%');
        CREATE TABLE t (id bigint PRIMARY KEY, m mail, n integer);
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 1; RETURN NEW; END $$;
        CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE VIEW v AS SELECT id, m FROM t;
        ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON t FOR SELECT USING (n > 0);
        GRANT SELECT ON t TO PUBLIC;
        COMMENT ON COLUMN t.n IS 'it''s';
        CREATE SCHEMA "Audit log"; CREATE TABLE "Audit log"."t;x" ("a--> statement-breakpoint" text DEFAULT ';');
    """,
    "sqlite": """
        CREATE TABLE t (id integer PRIMARY KEY, n integer CHECK (n > 0) DEFAULT 1);
        CREATE TABLE c (t integer REFERENCES t ON DELETE CASCADE, x text COLLATE NOCASE) STRICT;
        CREATE TRIGGER touched AFTER UPDATE ON t BEGIN UPDATE t SET n = 1; DELETE FROM c; END;
        CREATE VIEW v AS SELECT id FROM t;
        CREATE VIRTUAL TABLE words USING fts5(body);
        CREATE TABLE "a;b" ("x y" text DEFAULT '--');
    """,
}


def test_what_drizzle_has_no_words_for(project):
    project.change(MORE[project.dialect])
    project.generate("all")
    project.agrees()
    snapshot = json.dumps(project.snapshot())
    assert "touched" not in snapshot and "fts5" not in snapshot and '"t"' in snapshot
    project.change("DROP TRIGGER touched" + (" ON t;" if project.dialect == "postgresql" else ";"))
    project.generate("untouched")
    assert "DROP TRIGGER" in project.text()
    project.agrees()


@pytest.mark.parametrize("name", FOLDERS)
def test_corpus(request, schemafs, corpora, name, tmp_path):
    """A tree as the migrations make it: nothing to do. A column more: a migration that makes just that."""
    new = request.getfixturevalue({"pg": "new_pg", "sqlite_db": "new_sqlite"}[FOLDERS[name]])
    project = Project(schemafs, new, tmp_path / "project")
    shutil.copytree(corpora / "drizzle" / name, project.folder)
    before = project.files()
    schemafs("migrate", "--dir", project.folder, project.source.target)
    schemafs("pull", project.source.target, project.tree)
    assert "nothing to do" in project.generate().stderr
    assert project.files() == before
    former = project.snapshot()
    table = sorted(former["tables"].values(), key=lambda it: it["name"])[0]["name"]
    project.change(f'ALTER TABLE "{table}" ADD COLUMN zz_new text;')
    project.generate("one_more")
    assert project.text().count(";") == 1
    assert {path: text for path, text in project.files().items() if path in before and "_journal" not in path.name} == {
        path: text for path, text in before.items() if "_journal" not in path.name
    }
    now = project.snapshot()
    assert now.pop("prevId") == former.pop("id") != now.pop("id")
    former.pop("prevId")
    for key, value in now["tables"].items():
        if value["name"] == table:
            assert value["columns"].pop("zz_new") and "zz_new" not in former["tables"][key]["columns"]
    assert now == former
    project.agrees()


# Where a database is not what drizzle's own snapshot says, or keeps no name for it.
UNLIKE = {
    "homarr_pg": 1,  # a UNIQUE that the server took for the primary key
    "homarr_sqlite": 9,  # keys that old releases wrote with sorted columns; an action lost by ADD COLUMN
    "kan": 2,  # indexes of a migration by hand
    "karakeep": 12,  # defaults for rows that were there; names of foreign keys
    "zero": 1,  # the order of keys in a jsonb
}


def leaves(value, path=()):
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], (*path, key))
        if not value:
            yield path, "empty"
    else:
        yield path, json.dumps(value)


def things(snapshot):
    """What a snapshot says, a path each; a key or index that differs counts as one."""
    for path, value in leaves({key: snapshot[key] for key in snapshot if key not in ("id", "prevId", "_meta")}):
        yield path, value


@pytest.mark.parametrize("name", FOLDERS)
def test_a_snapshot_made_of_nothing_but_the_schema(request, schemafs, corpora, name, tmp_path):
    """Without a snapshot to go on from, ours says what drizzle's own said."""
    new = request.getfixturevalue({"pg": "new_pg", "sqlite_db": "new_sqlite"}[FOLDERS[name]])
    project = Project(schemafs, new, tmp_path / "project")
    shutil.copytree(corpora / "drizzle" / name, project.folder)
    theirs = dict(things(project.snapshot()))
    for path in (project.folder / "meta").glob("*_snapshot.json"):
        path.unlink()
    project.generate("--custom", "anew")
    ours = dict(things(project.snapshot()))
    unlike = {path for path in set(ours) | set(theirs) if ours.get(path) != theirs.get(path)}
    # A thing of a table is one difference, however many lines tell it.
    sections = {"foreignKeys", "compositePrimaryKeys", "uniqueConstraints", "indexes"}
    counted = {
        path[:4] if len(path) > 4 and path[2] in sections and (path in ours) != (path in theirs) else path
        for path in unlike
        if path[-1] not in sections
    }
    assert len(counted) == UNLIKE[name], sorted(counted)
    assert len(theirs) > 1000 or name == "zero"


def test_an_empty_one_to_fill_in(project):
    project.change(USERS)
    project.generate()
    first = project.snapshot()
    done = project.generate("--custom", "fill")
    assert done.stdout == f"{project.folder}/0001_fill.sql\n"
    assert project.text() == "-- Custom SQL migration file, put your code below! --"
    second = project.snapshot()
    assert list(second)[:3] == ["id", "prevId", "version"] and second["prevId"] == first["id"]
    assert {**second, "id": 0, "prevId": 0} == {**first, "id": 0, "prevId": 0}
    # Untouched it changes nothing; filled in it is part of what the next one goes on from.
    assert "nothing to do" in project.generate().stderr
    (project.folder / "0001_fill.sql").write_text("CREATE TABLE mine (x integer);")
    project.change("CREATE TABLE mine (x integer); CREATE TABLE other (x integer);")
    project.generate("other")
    assert "mine" not in project.text()
    # drizzle never heard of it: were it told, it would drop what its schema.ts has not.
    assert {table["name"] for table in project.snapshot()["tables"].values()} == {"users", "other"}
    project.agrees()


PREFIXES = {
    "index": r"0001_a",
    "timestamp": r"20\d{12}_a",
    "supabase": r"20\d{12}_a",
    "unix": r"\d{10}_a",
    "none": r"_a",
}


def test_prefixes(project):
    """Whatever the folder's newest one has, unless another one is asked for."""
    project.change(USERS)
    project.generate("init")
    journal = (project.folder / "meta/_journal.json").read_bytes()
    kept = project.files()
    for prefix, expected in PREFIXES.items():
        for path in set(project.files()) - set(kept):
            path.unlink()
        (project.folder / "meta/_journal.json").write_bytes(journal)
        told = project.generate("--custom", "--prefix", prefix, "--name", "a").stderr
        assert ("drizzle-kit" in told) == (prefix == "none")
        assert re.fullmatch(expected, project.tags[-1]), (prefix, project.tags)
        number = project.tags[-1].split("_")[0]
        assert (project.folder / f"meta/{number}_snapshot.json").exists()
        project.generate("--custom", "b")
        form = expected.replace("0001", "0002").replace("_a", "_b")
        assert re.fullmatch(form, project.tags[-1]) and len(set(project.tags)) == 3
        assert len({tag.split("_")[0] for tag in project.tags}) == (2 if prefix == "none" else 3)
    project.generate("--custom", "--prefix", "timestamp", "c")
    told = project.generate("--custom", "--prefix", "index", "d").stderr
    assert "drizzle-kit will go on from the snapshot of 20" in told
    assert "--prefix is" in project.generate("--prefix", "date", code=2).stderr
    for name in ("a/b", "", ".x", "a\nb"):
        assert project.generate("--name", name, code=2)


FORMATS = {
    "drizzle-kit": lambda journal: json.dumps(journal, indent=2),
    "newline": lambda journal: json.dumps(journal, indent=2) + "\n",
    "tabs": lambda journal: json.dumps(journal, indent="\t") + "\n",
    "crlf": lambda journal: json.dumps(journal, indent=4).replace("\n", "\r\n") + "\r\n",
    "dense": lambda journal: json.dumps(journal, separators=(",", ":")),
    "a line each": lambda journal: '{ "version":"7", "dialect": "%s", "x": ["entries", {"entries":[1]}], "entries": [\n%s\n] }\n'
    % (journal["dialect"], ",\n".join("  " + json.dumps(entry) for entry in journal["entries"])),
    "mark": lambda journal: "\ufeff" + json.dumps(journal, indent=2),
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_formatted_journal_stays_formatted(schemafs, new_sqlite, tmp_path, form):
    """One entry is new; every byte around it is as the formatter left it."""
    project = Project(schemafs, new_sqlite, tmp_path / "project")
    folder = Folder(project.folder, "sqlite")
    folder.write("0000_a", USERS)
    folder.write("0001_b", 'CREATE TABLE "b}]," (x integer);')
    path = project.folder / "meta/_journal.json"
    journal = {"version": "7", "dialect": "sqlite", "entries": folder.entries}
    path.write_bytes(FORMATS[form](journal).encode())
    project.change(USERS + 'CREATE TABLE "b}]," (x integer); CREATE TABLE c (x integer);')
    project.generate("c")
    written = path.read_bytes().decode()
    now = json.loads(written.lstrip("\ufeff"))
    assert [entry["tag"] for entry in now["entries"]] == ["0000_a", "0001_b", "0002_c"]
    journal["entries"].append(now["entries"][-1])
    assert written == FORMATS[form](journal)


TWICE = [
    """
    CREATE SCHEMA audit; CREATE EXTENSION citext; CREATE EXTENSION hstore SCHEMA audit;
    CREATE TYPE role AS ENUM ('admin', 'user'); CREATE TYPE pair AS (a integer, b text);
    CREATE DOMAIN mail AS text CHECK (VALUE <> '');
    CREATE SEQUENCE numbers START 5;
    CREATE TABLE users (id integer PRIMARY KEY, email mail UNIQUE, role role, n integer DEFAULT nextval('numbers'));
    CREATE TABLE posts (id bigserial PRIMARY KEY, u integer REFERENCES users, EXCLUDE USING gist (int4range(u, u + 1) WITH &&));
    CREATE TABLE parts (d date, n integer) PARTITION BY RANGE (d);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE INDEX ON parts (n);
    CREATE FUNCTION f(integer DEFAULT 1) RETURNS text LANGUAGE sql AS $do$ SELECT '$do1$' $do$;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
    CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer);
    CREATE OPERATOR ==> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
    CREATE VIEW v AS SELECT id, email FROM users; CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
    CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING;
    CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION touch();
    ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON users USING (id > 0);
    CREATE STATISTICS s ON id, n FROM users; COMMENT ON TABLE users IS 'people'; GRANT SELECT ON users TO PUBLIC;
    CREATE PUBLICATION pub FOR TABLE users; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION event();
    """.replace("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION event();", ""),
    """
    ALTER TYPE role ADD VALUE 'guest' BEFORE 'user'; ALTER TYPE pair ADD ATTRIBUTE c date;
    ALTER DOMAIN mail ADD CONSTRAINT long CHECK (length(VALUE) > 1);
    ALTER TABLE users ADD COLUMN name text, ALTER COLUMN n TYPE bigint, ALTER COLUMN n DROP DEFAULT, ADD CHECK (n > 0);
    ALTER TABLE posts ALTER COLUMN u SET NOT NULL; ALTER TABLE users ADD COLUMN made integer GENERATED ALWAYS AS IDENTITY;
    ALTER SEQUENCE numbers INCREMENT 7; DROP TRIGGER t ON users; DROP POLICY own ON users; DROP VIEW v; DROP FUNCTION f;
    ALTER INDEX parts_n_idx RENAME TO parts_by_n; DROP MATERIALIZED VIEW m; DROP AGGREGATE total(integer); DROP PROCEDURE p;
    DROP OPERATOR ==> (integer, integer); ALTER TABLE parts DETACH PARTITION parts_1; DROP STATISTICS s; DROP PUBLICATION pub;
    CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;
    """,
    """
    DROP TABLE posts; ALTER TABLE users DROP COLUMN name, DROP COLUMN role; DROP TYPE role; DROP TYPE pair; DROP TABLE parts;
    ALTER TABLE users DROP CONSTRAINT users_email_key; DROP SEQUENCE numbers; ALTER TABLE users ALTER COLUMN made DROP IDENTITY;
    ALTER TABLE users DISABLE ROW LEVEL SECURITY; DROP EXTENSION hstore; DROP SCHEMA audit; REVOKE SELECT ON users FROM PUBLIC;
    """,
]


def test_what_may_run_twice(schemafs, new_pg, tmp_path):
    project = Project(schemafs, new_pg, tmp_path / "project")
    target = new_pg()
    for number, step in enumerate(TWICE):
        project.change(step)
        project.generate("--idempotent", f"step{number}")
        text = project.text().replace("--> statement-breakpoint", "")
        target.run(text)
        target.run(text)
        assert schemafs("diff", target.target, project.tree).stdout == ""
    project.agrees()
    assert "DO $do" in project.text(project.tags[0]) and "IF EXISTS" in project.text()


def test_what_sqlite_can_not_say_twice(schemafs, new_sqlite, tmp_path):
    project = Project(schemafs, new_sqlite, tmp_path / "project")
    project.change(MORE["sqlite"])
    project.generate("--idempotent", "all")
    twice = new_sqlite()
    text = project.text().replace("--> statement-breakpoint", "")
    twice.run(text)
    twice.run(text)
    assert schemafs("diff", twice.target, project.tree).stdout == ""
    project.change("ALTER TABLE t ADD COLUMN more text;")
    before = project.files()
    assert "ADD COLUMN" in project.generate("--idempotent", code=2).stderr
    assert project.files() == before
