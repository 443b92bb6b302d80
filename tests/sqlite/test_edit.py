# SPDX-License-Identifier: MIT
"""Files of a mounted SQLite database, saved, moved and removed."""

import errno
import os
import subprocess

import pytest

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT NOT NULL, nick TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);
CREATE INDEX users_mail ON users (mail);
CREATE VIEW mails AS SELECT mail FROM users;
CREATE TRIGGER users_ai AFTER INSERT ON users BEGIN
    INSERT INTO posts (user_id) VALUES (new.id);
END;
CREATE TABLE lonely (a);
INSERT INTO users (mail) VALUES ('a'), ('b');
"""


@pytest.fixture
def shop(sqlite_db):
    sqlite_db.run(SCHEMA)
    return sqlite_db


@pytest.fixture
def tree(mount, shop):
    with mount(shop.target) as place:
        yield place / "schema" / "main"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def fails(code, what, *arguments):
    with pytest.raises(OSError) as caught:
        what(*arguments)
    assert caught.value.errno == code, caught.value
    return caught.value


def remove(path):
    """By rm: what other programs unlink may come back in a moment."""
    return subprocess.run(["rm", str(path)], capture_output=True, text=True, check=False).stderr


def test_files(tree):
    files = sorted(str(path.relative_to(tree)) for path in tree.rglob("*.sql"))
    assert files == [
        "tables/lonely.sql", "tables/posts.sql", "tables/users.sql",
        "triggers/users.users_ai.sql", "views/mails.sql",
    ]


def test_add_a_column(tree, shop):
    edit(tree / "tables/users.sql", "nick TEXT)", "nick TEXT, age INTEGER DEFAULT 0)")
    assert shop.rows("SELECT age FROM users") == [("0",), ("0",)]


def test_a_rebuild_by_saving(tree, shop):
    edit(tree / "tables/users.sql", "nick TEXT)", "nick TEXT, CHECK (mail <> ''))")
    assert len(shop.rows("SELECT * FROM posts")) == 2
    assert "CHECK (mail <> '')" in (tree / "tables/users.sql").read_text()
    shop.run("INSERT INTO users (mail) VALUES ('c')")
    assert len(shop.rows("SELECT * FROM posts")) == 3


def test_add_and_drop_an_index(tree, shop):
    path = tree / "tables/users.sql"
    text = path.read_text()
    path.write_text(text + "CREATE UNIQUE INDEX users_nick ON users (nick);\n")
    assert ("users_nick",) in shop.rows("SELECT name FROM sqlite_schema")
    path.write_text(text)
    assert ("users_nick",) not in shop.rows("SELECT name FROM sqlite_schema")


def test_move_a_table(tree, shop):
    os.rename(tree / "tables/users.sql", tree / "tables/people.sql")
    assert shop.rows("SELECT mail FROM people") == [("a",), ("b",)]
    assert shop.rows("SELECT mail FROM mails") == [("a",), ("b",)]
    shop.run("INSERT INTO people (mail) VALUES ('c')")
    assert len(shop.rows("SELECT * FROM posts")) == 3
    assert "people" in (tree / "tables/posts.sql").read_text()
    assert (tree / "triggers/people.users_ai.sql").exists()


def test_move_a_table_with_nothing_on_it(tree, shop):
    os.rename(tree / "tables/lonely.sql", tree / "tables/single.sql")
    assert shop.rows("SELECT * FROM single") == []


def test_move_a_view(tree, shop):
    os.rename(tree / "views/mails.sql", tree / "views/addresses.sql")
    assert shop.rows("SELECT mail FROM addresses") == [("a",), ("b",)]


def test_move_a_trigger(tree, shop):
    os.rename(tree / "triggers/users.users_ai.sql", tree / "triggers/users.added.sql")
    shop.run("INSERT INTO users (mail) VALUES ('c')")
    assert len(shop.rows("SELECT * FROM posts")) == 3
    assert shop.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'") == [("added",)]


def test_remove_what_is_in_use(tree, shop):
    assert "busy" in remove(tree / "tables/users.sql")
    told = (tree / "tables/users.sql.error").read_text()
    for name in ("constraint main.posts.", "view main.mails"):
        assert name in told, told
    assert len(shop.rows("SELECT * FROM users")) == 2


def test_remove(tree, shop):
    assert remove(tree / "triggers/users.users_ai.sql") == ""
    assert remove(tree / "views/mails.sql") == ""
    assert remove(tree / "tables/lonely.sql") == ""
    assert {row[0] for row in shop.rows("SELECT name FROM sqlite_schema")} == {
        "users", "posts", "users_mail"
    }
    # Its rows would be lost.
    assert "not permitted" in remove(tree / "tables/posts.sql")
    assert len(shop.rows("SELECT * FROM posts")) == 2


def test_a_column_that_a_view_needs(tree, shop):
    """The rows have no nick: nothing is lost, but the view would not work any more."""
    path = tree / "views/mails.sql"
    path.write_text("CREATE VIEW mails AS SELECT nick FROM users;\n")
    fails(errno.EINVAL, edit, tree / "tables/users.sql", ", nick TEXT", "")
    assert shop.rows("SELECT nick FROM mails") == [("",), ("",)]


def test_what_is_not_the_files_own(tree, shop):
    path = tree / "tables/users.sql"
    text = path.read_text()
    for other in ("DROP TABLE posts;", "CREATE TABLE more (a);", "INSERT INTO users VALUES (9);",
                  "CREATE INDEX i ON posts (user_id);", "PRAGMA user_version = 7;"):
        fails(errno.EINVAL, path.write_text, text + other)
        told = (tree / "tables/users.sql.error").read_text()
        assert f"users.sql:{text.count(chr(10)) + 1}:1" in told, told
    assert path.read_text() == text
    assert len(shop.rows("SELECT * FROM posts")) == 2


def test_the_same_in_other_words(tree, shop):
    before = shop.rows("PRAGMA schema_version")
    path = tree / "tables/users.sql"
    text = path.read_text()
    path.write_text(text.lower().replace(",", " , "))
    assert shop.rows("PRAGMA schema_version") == before
    assert path.read_text() == text


def test_new_objects(tree, shop):
    (tree / "tables/tags.sql").write_text("CREATE TABLE tags (id INTEGER PRIMARY KEY, t TEXT);")
    (tree / "views/all_tags.sql").write_text("CREATE VIEW all_tags AS SELECT t FROM tags;")
    (tree / "triggers/tags.no.sql").write_text(
        "CREATE TRIGGER no BEFORE DELETE ON tags BEGIN SELECT raise(ABORT, 'no'); END;"
    )
    names = {row[0] for row in shop.rows("SELECT name FROM sqlite_schema")}
    assert {"tags", "all_tags", "no"} <= names
