# SPDX-License-Identifier: MIT
"""Notes of a refusal go when what was asked for is so, by whatever way, and follow what is renamed."""

import pytest

from tree import names, shell, wait_for


def notes(folder):
    return [name for name in names(folder) if name.endswith((".error", ".rej", ".plan"))]


def refused(call, *arguments):
    with pytest.raises(OSError):
        call(*arguments)


def test_others_did_what_was_refused(folder, engine):
    users = folder / "users.sql"
    before = users.read_text()
    engine.run("ALTER TABLE users ADD COLUMN extra text")
    engine.run("UPDATE users SET extra = 'y'")
    wait_for(lambda: "extra" in users.read_text())
    # It can lose data, and is refused; the text is kept.
    refused(users.write_text, before + "-- as it was\n")
    assert "users.sql.rej" in notes(folder) and "users.sql.error" in notes(folder)
    engine.run("ALTER TABLE users DROP COLUMN extra")
    wait_for(lambda: not notes(folder))
    # A refused drop.
    shell(f"rm {users}", code=1)
    wait_for(lambda: "users.sql.error" in notes(folder))
    engine.run("DROP VIEW emails")
    engine.run("DROP TABLE posts")
    engine.run("DROP TABLE users")
    wait_for(lambda: not notes(folder) and not users.exists())


def test_what_others_did_otherwise_takes_no_text_away(folder, engine):
    users = folder / "users.sql"
    refused(users.write_text, "CREATE TABLE users (")
    engine.run("ALTER TABLE users ADD COLUMN extra text")
    wait_for(lambda: "extra" in users.read_text())
    assert notes(folder) == ["users.sql.error", "users.sql.rej"]


def test_notes_go_with_their_namespace(new_pg, mount):
    engine = new_pg()
    engine.run("CREATE SCHEMA old; CREATE TABLE old.t (id integer)")
    with mount(engine.target) as mnt:
        refused((mnt / "schema/old/tables/t.sql").write_text, "CREATE TABLE (")
        (mnt / "schema/old").rename(mnt / "schema/new")
        assert len(notes(mnt / "schema/new/tables")) == 2
    with mount(engine.target) as mnt:
        assert not (mnt / "schema/old").exists()
        table = mnt / "schema/new/tables/t.sql"
        assert len(notes(table.parent)) == 2
        table.write_text(table.read_text().replace("id integer", "id integer, more text"))
        assert not notes(table.parent)
    with mount(engine.target) as mnt:
        assert not notes(mnt / "schema/new/tables") and names(mnt / "schema") == ["new", "public"]
