# SPDX-License-Identifier: MIT
"""The tree as programs that only look see it."""

import errno
import json
import os
import stat

import pytest

from tree import SCHEMA, names, shell, tables, wait_for, with_column


@pytest.fixture
def place(engine, mount):
    engine.run(SCHEMA)
    with mount(engine.target) as place:
        yield place


def test_root(place):
    expected = {"README.md", "generated", "log", "migrations", "pending", "schema", "status"}
    assert expected <= set(os.listdir(place))


def test_objects(place, engine):
    assert names(tables(place, engine)) == ["empty.sql", "posts.sql", "users.sql"]
    assert "email text NOT NULL" in (tables(place, engine) / "users.sql").read_text()


def test_every_file_has_its_size(place):
    for folder, _, files in os.walk(place):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                assert len(file.read()) == os.stat(path).st_size, path


def test_links_of_directories(place):
    for folder, below, _ in os.walk(place):
        assert os.stat(folder).st_nlink == 2 + len(below)


def test_modes_and_owner(place, engine):
    found = os.stat(tables(place, engine) / "users.sql")
    assert stat.S_IMODE(found.st_mode) == 0o644
    assert (found.st_uid, found.st_gid) == (os.getuid(), os.getgid())
    assert stat.S_IMODE(os.stat(place / "status").st_mode) == 0o444


def test_numbers_and_times_survive_a_refresh(place, engine):
    users = tables(place, engine) / "users.sql"
    before = os.stat(users)
    engine.run("CREATE TABLE later (a integer);")
    wait_for((tables(place, engine) / "later.sql").exists)
    after = os.stat(users)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_numbers_and_times_survive_a_remount(engine, mount):
    engine.run(SCHEMA)
    seen = []
    for _ in range(2):
        with mount(engine.target) as place:
            folder = tables(place, engine)
            seen.append([(f.st_ino, f.st_mtime_ns) for f in map(os.stat, (folder, folder / "users.sql", folder / "posts.sql"))])
            (folder / "posts.sql").write_text(with_column((folder / "posts.sql").read_text(), f"c{len(seen)} text"))
    assert seen[0][:2] == seen[1][:2]
    assert seen[0][2] != seen[1][2]


def test_recursive_programs_end(place):
    shell("find . -type f -size +0 | xargs cat > /dev/null; grep -rq 'CREATE TABLE' .", cwd=place)


def test_what_is_not_there(place, engine):
    with pytest.raises(FileNotFoundError):
        os.stat(tables(place, engine) / "nothing.sql")
    with pytest.raises(FileNotFoundError):
        os.stat(place / "nothing")


def test_special_files_have_no_place(place, engine):
    folder = tables(place, engine)
    for make in (
        lambda: os.symlink("users.sql", folder / "link.sql"),
        lambda: os.link(folder / "users.sql", folder / "link.sql"),
        lambda: os.mkfifo(folder / "fifo"),
    ):
        with pytest.raises(PermissionError):
            make()


def test_statfs(place):
    found = os.statvfs(place)
    assert found.f_namemax == 255 and found.f_bavail > 0


def test_whole_schema_loads_into_an_empty_database(place, engine, new_engine):
    other = new_engine()
    other.run((place / "generated" / "schema.sql").read_text())
    assert {row[0] for row in other.rows("SELECT email FROM emails")} == set()


def test_read_only(engine, mount):
    engine.run(SCHEMA)
    with mount(engine.target, "ro") as place:
        users = tables(place, engine) / "users.sql"
        assert stat.S_IMODE(os.stat(users).st_mode) == 0o444
        for change in (
            lambda: users.write_text("x"),
            lambda: os.unlink(users),
            lambda: os.rename(users, tables(place, engine) / "people.sql"),
            lambda: (place / "pending" / "x.sql").write_text("SELECT 1;"),
            lambda: os.mkdir(place / "schema" / "x"),
        ):
            with pytest.raises(OSError) as refused:
                change()
            assert refused.value.errno == errno.EROFS
        options = shell(f"findmnt -no OPTIONS {place}").stdout
        assert "ro" in options.strip().split(",")
        engine.run("CREATE TABLE later (a integer);")
        wait_for((tables(place, engine) / "later.sql").exists)
        assert users.read_text()


def test_model_for_programs(engine, mount):
    """generated/schema.json has every object and part, under the path where its text is."""
    engine.run("CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL DEFAULT 'a\"\\é',"
               " CONSTRAINT long CHECK (email <> '')); CREATE INDEX by_email ON users (email);"
               "CREATE VIEW emails AS SELECT email FROM users;")
    with mount(engine.target) as place:
        text = (place / "generated/schema.json").read_text()
        model = json.loads(text)
        assert (model["version"], model["dialect"]) == (1, engine.dialect)
        objects = {each["file"]: each for each in model["objects"] if "file" in each}
        files = {str(path.relative_to(place)) for path in place.glob("schema/*/*/*.sql")}
        assert files <= set(objects)
        assert all((place / name).exists() for name in objects if name.startswith("schema/"))
        users = objects[f"schema/{engine.namespace}/tables/users.sql"]
        assert (users["kind"], users["namespace"], users["name"]) == ("table", engine.namespace, "users")
        parts = {(part["kind"], part["name"]): part["attributes"] for part in users["parts"]}
        assert {("column", "id"), ("column", "email"), ("constraint", "long"), ("index", "by_email")} <= set(parts)
        assert parts["column", "email"]["type"].lower() == "text"
        assert "a\"\\é" in parts["column", "email"]["default"]
        assert objects[f"schema/{engine.namespace}/views/emails.sql"]["kind"] == "view"
        engine.run("ALTER TABLE users ADD COLUMN seen integer;")
        wait_for(lambda: "seen" in (place / "generated/schema.json").read_text(), 30)
    with mount(engine.target) as place:
        engine.run("ALTER TABLE users DROP COLUMN seen;")
        wait_for(lambda: (place / "generated/schema.json").read_text() == text, 30)
