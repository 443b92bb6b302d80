# SPDX-License-Identifier: MIT
"""Drafts: stage/NAME shows the whole schema, keeps what is changed, and makes a plan of it."""

import errno
import json
import os
import pathlib
import shutil

import pytest

from tree import columns, has_table, names, shell, tables, wait_for, with_column


def files(place):
    """All that a tree says, by path."""
    found = {}
    for top in ("schema", "database"):
        for path in sorted((place / top).rglob("*")):
            relative = str(path.relative_to(place))
            found[relative] = None if path.is_dir() else path.read_text()
    return found


def kept(state):
    """The files that drafts keep on the disk."""
    return sorted(
        str(path).split("/files/")[1]
        for path in pathlib.Path(state).rglob("*")
        if "/files/" in str(path) and path.is_file()
    )


def plan(draft):
    return json.loads((draft / "plan.json").read_text())


def fails(code, call, *arguments):
    with pytest.raises(OSError) as caught:
        call(*arguments)
    assert caught.value.errno == code, caught.value


def test_shows_the_whole_and_costs_nothing(mnt, draft, state):
    assert files(draft) == files(mnt)
    assert names(draft) == sorted([*[top for top in ("schema", "database") if (mnt / top).exists()],
                                   "plan.json", "plan.sql", "status"])
    assert kept(state) == []
    for path in files(mnt):
        assert (draft / path).stat().st_size == (mnt / path).stat().st_size or (mnt / path).is_dir()
    assert "nothing" in (draft / "plan.sql").read_text()
    assert plan(draft)["statements"] == []
    assert "stage/x" in (mnt / "status").read_text()
    assert json.loads((mnt / "status.json").read_text())["drafts"] == ["x"]


def test_edit_keeps_only_what_was_changed(mnt, draft, engine, state):
    before = files(mnt)
    users = tables(draft, engine) / "users.sql"
    users.write_text(with_column(users.read_text()))
    assert kept(state) == [str(users.relative_to(draft))]
    assert files(mnt) == before and columns(engine, "users") == ["id", "email"]
    text = (draft / "plan.sql").read_text()
    assert "ADD COLUMN note text" in text
    assert (draft / "plan.sql").stat().st_size == len(text)
    assert [step["sql"] for step in plan(draft)["statements"] if not step["scaffolding"]]
    assert f"changed  {users.relative_to(draft)}" in (draft / "status").read_text()
    # Back to what it was: nothing is kept any more.
    users.write_text(before[str(users.relative_to(draft))])
    wait_for(lambda: kept(state) == [])
    assert "nothing" in (draft / "plan.sql").read_text()


def test_every_kind_of_change(mnt, draft, engine):
    before = files(mnt)
    place = tables(draft, engine)
    (place / "empty.sql").unlink()
    (place / "posts.sql").rename(place / "articles.sql")
    (place / "tags.sql").write_text("CREATE TABLE tags (name text);\n")
    (place / ".tags.sql.swp").write_text("scratch")
    (place / "users.sql").write_text(with_column((place / "users.sql").read_text()))
    assert names(place) == [".tags.sql.swp", "articles.sql", "tags.sql", "users.sql"]
    status = (draft / "status").read_text()
    for word in ("removed", "renamed", "new", "changed"):
        assert word in status
    text = (draft / "plan.sql").read_text()
    assert "DROP TABLE" in text and "RENAME TO articles" in text and "CREATE TABLE" in text
    assert files(mnt) == before
    (draft / "plan.sql").rename(mnt / "pending" / "all_at_once.sql")
    assert names(mnt / "pending") == []
    assert "0000_all_at_once.sql" in names(mnt / "migrations")
    assert not has_table(engine, "empty") and not has_table(engine, "posts")
    assert has_table(engine, "articles") and has_table(engine, "tags")
    assert columns(engine, "users") == ["id", "email", "note"]
    assert "nothing" in (draft / "plan.sql").read_text()
    assert files(draft).keys() - files(mnt).keys() == {
        str((place / ".tags.sql.swp").relative_to(draft))
    }


def test_remove(mnt, draft, engine, state):
    before = files(mnt)
    (tables(draft, engine) / "users.sql").write_text("CREATE TABLE users (id integer);\n")
    fails(errno.ENOTEMPTY, os.rmdir, draft)
    shell(f"rm -r {draft}")
    assert names(mnt / "stage") == [] and kept(state) == []
    assert files(mnt) == before
    draft.mkdir()
    assert files(draft) == before
    shutil.rmtree(draft)
    draft.mkdir()
    shell(f"find {draft} -delete")
    assert names(mnt / "stage") == [] and files(mnt) == before


def test_names_of_drafts(mnt, draft, engine):
    fails(errno.EEXIST, os.mkdir, draft)
    fails(errno.EPERM, os.mkdir, mnt / "stage" / ".hidden")
    fails(errno.EPERM, (mnt / "stage" / "file").write_text, "x")
    users = tables(draft, engine) / "users.sql"
    users.write_text(with_column(users.read_text()))
    draft.rename(mnt / "stage" / "y")
    assert names(mnt / "stage") == ["y"]
    moved = mnt / "stage" / "y"
    assert "note" in (tables(moved, engine) / "users.sql").read_text()
    assert "note" in (moved / "plan.sql").read_text()
    draft.mkdir()
    fails(errno.EXDEV, os.rename, tables(moved, engine) / "users.sql", users)
    assert files(draft) == files(mnt)


def test_errors_are_told_all_together(mnt, draft, engine):
    place = tables(draft, engine)
    (place / "users.sql").write_text("CREATE TABLE users (\n  id integer,,\n);\n")
    (place / "posts.sql").write_text("CREATE TABLE other (id integer);\n")
    (place / "empty.sql").write_text("")
    (draft / "schema" / "nowhere.sql").write_text("SELECT 1;\n")
    status = (draft / "status").read_text()
    relative = place.relative_to(draft)
    assert f"{relative}/users.sql:2:" in status
    assert f"{relative}/posts.sql" in status
    assert "emptied file drops nothing" in status
    assert "schema/nowhere.sql" in status
    found = plan(draft)
    assert found["statements"] == [] and found["fingerprint"] is None
    assert {error["file"] for error in found["errors"]} == {
        "schema/nowhere.sql", *[f"{relative}/{name}.sql" for name in ("users", "posts", "empty")]
    }
    assert "There is no plan" in (draft / "plan.sql").read_text()
    fails(errno.EINVAL, os.rename, draft / "plan.sql", mnt / "pending" / "a.sql")
    assert names(mnt / "pending") == ["a.sql.error"]
    assert "has errors" in (mnt / "pending" / "a.sql.error").read_text()


def test_editors_and_programs(mnt, draft, engine):
    place = tables(draft, engine)
    users, text = place / "users.sql", (place / "users.sql").read_text()
    shell("sed -i 's/email text NOT NULL/email text NOT NULL, a text/' users.sql", cwd=place)
    shell("perl -pi -e 's/a text/a text, b text/' users.sql", cwd=place)
    shell("mv users.sql users.sql~ && sed 's/b text/b text, c text/' users.sql~ > users.sql && "
          "rm users.sql~", cwd=place)
    shell("echo '-- the end' >> users.sql", cwd=place)
    shell("printf 'create' | dd of=users.sql conv=notrunc status=none", cwd=place)
    assert users.read_text() == "create" + with_column(text, "a text, b text, c text")[6:] + \
        "-- the end\n"
    status = (draft / "status").read_text()
    assert "changed" in status and "removed" not in status and "renamed" not in status
    assert "c text" in (draft / "plan.sql").read_text()


def test_rsync_of_a_tree(mnt, draft, engine, schemafs, tmp_path, state, has_program):
    has_program("rsync")
    export = tmp_path / "export"
    schemafs("pull", engine.target, export)
    place = tables(export, engine)
    (place / "users.sql").write_text(with_column((place / "users.sql").read_text()))
    (place / "empty.sql").unlink()
    shell(f"rsync -a --delete {export}/schema/ {draft}/schema/")
    wait_for(lambda: kept(state) == [f"schema/{engine.namespace}/tables/users.sql"])
    assert {path: text for path, text in files(draft).items() if text and path.startswith("schema")} \
        == {path: text for path, text in files(export).items() if text and path.startswith("schema")}
    text = (draft / "plan.sql").read_text()
    assert "note" in text and "DROP TABLE" in text


def test_git_in_a_draft(mnt, draft, engine, has_program):
    has_program("git")
    users = tables(draft, engine) / "users.sql"
    text = users.read_text()
    git = "git -c user.name=a -c user.email=a@example.org"
    shell(f"{git} init -q . && printf 'plan.*\\nstatus\\n' > .git/info/exclude && "
          f"{git} add . && {git} commit -qm one", cwd=draft)
    users.write_text(with_column(text))
    assert shell(f"{git} status --porcelain", cwd=draft).stdout == \
        f" M {users.relative_to(draft)}\n"
    shell(f"{git} commit -qam two && {git} checkout -q HEAD~1", cwd=draft)
    assert users.read_text() == text
    assert "nothing" in (draft / "plan.sql").read_text()
    shell(f"{git} checkout -q master 2>/dev/null || {git} checkout -q main", cwd=draft)
    assert "note" in (draft / "plan.sql").read_text()
    assert shell(f"{git} fsck", cwd=draft).returncode == 0
