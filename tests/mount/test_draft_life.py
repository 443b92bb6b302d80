# SPDX-License-Identifier: MIT
"""Drafts that outlive their daemon, and a live schema that moves on without them."""

import errno
import json
import os
import signal
import time

import pytest

from test_draft import fails, files, kept, plan
from tree import SCHEMA, columns, has_table, names, shell, tables, wait_for, with_column


@pytest.fixture
def daemon(schemafs, engine, tmp_path):
    """A mount in the background that can be killed; `place`, `start` and `kill`."""
    engine.run(SCHEMA)

    class Daemon:
        place = tmp_path / "mnt"

        @staticmethod
        def start(*options):
            schemafs("mount", engine.target, Daemon.place, *options)

        @staticmethod
        def kill():
            (entry,) = json.loads(schemafs("mounts", "--json").stdout)["mounts"]
            os.kill(entry["pid"], signal.SIGKILL)
            wait_for(lambda: "dead" in schemafs("mounts").stdout)

    Daemon.start()
    yield Daemon
    if os.path.ismount(Daemon.place):
        schemafs("umount", Daemon.place)


def test_survives_kill_and_remount(daemon, engine, state, schemafs):
    draft = daemon.place / "stage" / "a draft\nof %41 ünïcode"
    draft.mkdir()
    place = tables(draft, engine)
    (place / "users.sql").write_text(with_column((place / "users.sql").read_text()))
    (place / "empty.sql").unlink()
    (place / "posts.sql").rename(place / "articles.sql")
    (place / "tags.sql").write_text("CREATE TABLE tags (name text);\n")
    (place / "#odd name\n").write_text("scratch")
    (draft / "notes").mkdir()
    (draft / "notes" / "todo").write_text("x")
    (draft / "notes" / "todo").chmod(0o755)
    os.utime(draft / "notes" / "todo", (1000, 1000))
    before, inode = files(draft), (place / "users.sql").stat().st_ino
    wanted = (draft / "plan.sql").read_text()
    with open(place / "half.sql", "w") as half:
        half.write("CREATE TABLE half (")
        half.flush()
        daemon.kill()
        with pytest.raises(OSError):
            half.flush()
            os.fsync(half.fileno())
    daemon.start()
    after = files(draft)
    assert after.pop(str(place.relative_to(draft) / "half.sql")) == "CREATE TABLE half ("
    assert after == before
    assert (place / "users.sql").stat().st_ino == inode
    found = (draft / "notes" / "todo").stat()
    assert (found.st_mode & 0o777, found.st_mtime) == (0o755, 1000)
    (place / "half.sql").unlink()
    assert (draft / "plan.sql").read_text() == wanted
    schemafs("umount", daemon.place)
    daemon.start()
    assert files(draft) == before
    (draft / "plan.sql").rename(daemon.place / "pending" / "all.sql")
    assert has_table(engine, "articles") and has_table(engine, "tags")
    assert not has_table(engine, "empty")
    shell(f"rm -r {draft!s}" if " " not in str(draft) else f"rm -r '{draft}'")
    daemon.kill()
    daemon.start()
    assert names(daemon.place / "stage") == []


def test_a_torn_journal(daemon, engine, state):
    """What was being written when the machine stopped is as if it had not been begun."""
    draft = daemon.place / "stage" / "x"
    draft.mkdir()
    place = tables(draft, engine)
    (place / "empty.sql").unlink()
    (place / "users.sql").write_text(with_column((place / "users.sql").read_text()))
    daemon.kill()
    (journal,) = [path for path in state.rglob("journal") if "/stage/x/" in str(path)]
    whole = journal.read_bytes()
    with open(journal, "ab") as out:
        out.write(b"C 1000000 schema/" + engine.namespace.encode() + b"/tables/posts.sql -\nCREA")
    daemon.start()
    assert journal.read_bytes() == whole
    assert names(place) == ["posts.sql", "users.sql"]
    daemon.kill()
    journal.write_bytes(whole[:-5])
    daemon.start()
    # The claim of one file is lost: its text is there all the same, and told about.
    assert "note" in (place / "users.sql").read_text()
    assert "empty.sql" not in names(place)
    assert "errors" in (draft / "status").read_text() or "error" in (draft / "status").read_text()


def test_another_daemon_has_the_drafts(mnt, engine, mount):
    with mount(engine.target) as second:
        assert "stage" not in names(second)
        assert "drafts" in (second / "status").read_text()
        assert tables(second, engine).exists()
    with mount(engine.target, "ro") as second:
        assert "stage" not in names(second)


def test_live_changes_show_through(mnt, draft, engine):
    engine.run("CREATE TABLE later (a integer)")
    place = tables(draft, engine)
    wait_for(lambda: "later.sql" in names(place))
    engine.run("ALTER TABLE later ADD COLUMN b text")
    wait_for(lambda: "b text" in (place / "later.sql").read_text())
    assert (place / "later.sql").stat().st_size == len((place / "later.sql").read_text())
    engine.run("DROP TABLE later")
    wait_for(lambda: "later.sql" not in names(place))
    fails(errno.ENOENT, os.stat, place / "later.sql")


def test_conflict_and_its_solution(mnt, draft, engine, state):
    place, live = tables(draft, engine), tables(mnt, engine)
    mine = with_column((place / "users.sql").read_text())
    (place / "users.sql").write_text(mine)
    (place / "empty.sql").unlink()
    engine.run("ALTER TABLE users ADD COLUMN theirs text; ALTER TABLE empty ADD COLUMN b text")
    wait_for(lambda: "theirs" in (live / "users.sql").read_text() and
             "b text" in (live / "empty.sql").read_text())
    status = (draft / "status").read_text()
    assert "2 errors" in status and "theirs" in status
    assert {error["file"] for error in plan(draft)["errors"]} == {
        str(place.relative_to(draft) / name) for name in ("users.sql", "empty.sql")
    }
    fails(errno.ESTALE, os.rename, draft / "plan.sql", mnt / "pending" / "a.sql")
    assert (place / "users.sql").read_text() == mine
    # The difference was shown: what is saved now is the answer to it.
    theirs = (live / "users.sql").read_text()
    (place / "users.sql").write_text(with_column(theirs, "mine text"))
    (place / "empty.sql").write_text((live / "empty.sql").read_text())
    text = (draft / "plan.sql").read_text()
    assert "ADD COLUMN mine text" in text and "theirs" not in text and "empty" not in text
    (draft / "plan.sql").rename(mnt / "pending" / "mine.sql")
    assert columns(engine, "users") == ["id", "email", "theirs", "mine"] or \
        set(columns(engine, "users")) == {"id", "email", "theirs", "mine"}
    assert kept(state) == []


def test_a_reader_knows_what_it_read(mnt, draft, engine):
    """An editor that read the file before others changed it does not undo their change."""
    users = tables(draft, engine) / "users.sql"
    text = users.read_text()
    engine.run("ALTER TABLE users ADD COLUMN theirs text")
    wait_for(lambda: "theirs" in (tables(mnt, engine) / "users.sql").read_text())
    fresh = users.with_name(".users.sql.new")
    fresh.write_text(with_column(text, "mine text"))
    fresh.rename(users)
    assert "changed in the database" in (draft / "status").read_text()


def test_others_made_it_true(mnt, draft, engine, state):
    """What the database has by now in its own words is no conflict, and is not kept."""
    place = tables(draft, engine)
    (place / "users.sql").write_text(
        (place / "users.sql").read_text().replace("email text NOT NULL", "email text NOT NULL,\n   note text")
    )
    (place / "empty.sql").unlink()
    (place / "tags.sql").write_text("create table tags(name text);")
    (place / "posts.sql").rename(place / "articles.sql")
    saved = (draft / "plan.sql").read_text()
    (mnt / "pending" / "copy.sql").write_text(saved)
    assert has_table(engine, "tags") and has_table(engine, "articles")
    assert "nothing" in (draft / "plan.sql").read_text(), (draft / "status").read_text()
    assert kept(state) == []
    assert {p: t for p, t in files(draft).items() if t} == {p: t for p, t in files(mnt).items() if t}


def test_plan_for_another_schema(mnt, draft, engine):
    place = tables(draft, engine)
    (place / "users.sql").write_text(with_column((place / "users.sql").read_text()))
    saved = (draft / "plan.sql").read_text()
    engine.run("CREATE TABLE meanwhile (a integer)")
    fails(errno.ESTALE, os.rename, draft / "plan.sql", mnt / "pending" / "a.sql")
    assert columns(engine, "users") == ["id", "email"]
    assert "another schema" in (mnt / "pending" / "a.sql.error").read_text()
    fails(errno.ESTALE, (mnt / "pending" / "b.sql").write_text, saved)
    wait_for(lambda: (tables(mnt, engine) / "meanwhile.sql").exists())
    (draft / "plan.sql").read_text()
    (draft / "plan.sql").rename(mnt / "pending" / "a.sql")
    assert columns(engine, "users") == ["id", "email", "note"]
    assert "a.sql.error" not in names(mnt / "pending")


def test_renames_that_meet(mnt, draft, engine):
    place = tables(draft, engine)
    users, posts = (place / "users.sql").read_text(), (place / "posts.sql").read_text()
    # There and back is nothing.
    (place / "users.sql").rename(place / "people.sql")
    (place / "people.sql").rename(place / "users.sql")
    assert "nothing" in (draft / "plan.sql").read_text()
    # A copy aside and a new file is an edit.
    (place / "users.sql").rename(place / "users.sql.bak")
    (place / "users.sql").write_text(with_column(users))
    assert "ADD COLUMN" in (draft / "plan.sql").read_text()
    assert "DROP TABLE" not in (draft / "plan.sql").read_text()
    (place / "users.sql.bak").rename(place / "users.sql")
    assert "nothing" in (draft / "plan.sql").read_text()
    # One in another's place: that one is edited, the first is gone.
    (place / "empty.sql").rename(place / "posts.sql")
    status = (draft / "status").read_text()
    assert "empty.sql" in status and "posts.sql" in status
    (place / "posts.sql").write_text(posts)
    (place / "empty.sql").write_text("CREATE TABLE empty (a integer);\n")
    assert "nothing" in (draft / "plan.sql").read_text()
    fails(errno.EINVAL, os.rename, draft / "schema", draft / "schema" / "inner")


def test_limits(mnt, draft, engine):
    place = tables(draft, engine)
    text = (place / "users.sql").read_text()
    with open(place / ".huge", "wb") as out:
        fails(errno.EDQUOT, os.truncate, out.fileno(), 300 << 20)
        os.truncate(out.fileno(), 255 << 20)
        fails(errno.EDQUOT, os.pwrite, out.fileno(), b"x", 256 << 20)
    fails(errno.EDQUOT, (place / ".next").write_bytes, b"x" * (2 << 20))
    (place / ".huge").unlink()
    (place / ".next").write_bytes(b"x" * (2 << 20))
    assert (place / "users.sql").read_text() == text
    for i in range(99):
        (mnt / "stage" / f"d{i}").mkdir()
    fails(errno.EDQUOT, os.mkdir, mnt / "stage" / "one-more")
    shell(f"rm -r {mnt}/stage/*")
    assert names(mnt / "stage") == []


def test_open_files_that_lose_their_name(mnt, draft, engine):
    users = tables(draft, engine) / "users.sql"
    with open(users) as reader, open(users, "r+") as writer:
        writer.write("-- mine\n")
        writer.flush()
        assert reader.read().startswith("-- mine")
        users.unlink()
        assert os.fstat(writer.fileno()).st_size == writer.tell() or os.fstat(writer.fileno()).st_size
        writer.seek(0)
        assert writer.read().startswith("-- mine")
        shell(f"rm -r {draft}")
        writer.seek(0)
        assert writer.read().startswith("-- mine")
    assert names(mnt / "stage") == []


def test_namespaces(new_pg, mount):
    database = new_pg()
    database.run(SCHEMA + "CREATE SCHEMA audit; CREATE TABLE audit.log (a integer);"
                 "CREATE SCHEMA gone; CREATE TABLE gone.t (a integer);")
    with mount(database.target) as mnt:
        draft = mnt / "stage" / "x"
        draft.mkdir()
        schema = draft / "schema"
        (schema / "fresh").mkdir()
        (schema / "fresh" / "tables").mkdir()
        (schema / "fresh" / "tables" / "t.sql").write_text("CREATE TABLE fresh.t (a integer);\n")
        (schema / "audit").rename(schema / "trail")
        shell(f"rm -r {schema}/gone")
        assert names(schema) == ["fresh", "public", "trail"]
        assert names(schema / "trail" / "tables") == ["log.sql"]
        text = (draft / "plan.sql").read_text()
        assert "CREATE SCHEMA fresh" in text and "RENAME TO trail" in text, \
            (draft / "status").read_text()
        (draft / "plan.sql").rename(mnt / "pending" / "a.sql")
        found = database.rows("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' "
                              "AND nspname NOT IN ('information_schema', 'drizzle') ORDER BY 1")
        assert found == [("fresh",), ("public",), ("trail",)]
        assert database.rows("SELECT count(*) FROM trail.log") == [("0",)]
        wait_for(lambda: names(mnt / "schema") == names(schema))
        assert "nothing" in (draft / "plan.sql").read_text(), (draft / "status").read_text()


def test_a_dead_server(new_pg, mount, server):
    """What was kept can be read and changed; the plan fails, and status tells why."""
    database = new_pg()
    database.run(SCHEMA)
    with mount(database.target, "timeout=2") as mnt:
        draft = mnt / "stage" / "x"
        draft.mkdir()
        place = tables(draft, database)
        users = (place / "users.sql").read_text()
        server.psql("postgres", f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
        server.psql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    f"WHERE datname = '{database.name}'")
        begin = time.monotonic()
        (place / "users.sql").write_text(with_column(users))
        assert with_column(users) == (place / "users.sql").read_text()
        with pytest.raises(OSError):
            (draft / "plan.sql").read_text()
        assert "not known" in (draft / "status").read_text()
        assert time.monotonic() - begin < 20
        server.psql("postgres", f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")

        def planned():
            try:
                return "note" in (draft / "plan.sql").read_text()
            except OSError:
                return False

        wait_for(planned, 10)


def test_journal_stays_small(mnt, draft, engine, state):
    """Files that are opened and left as they are do not let it grow for ever."""
    engine.run(f"CREATE VIEW big AS SELECT '{'x' * 200000}' AS a")
    view = draft / "schema" / engine.namespace / "views" / "big.sql"
    wait_for(view.exists)
    (tables(draft, engine) / "empty.sql").unlink()
    (journal,) = state.rglob("journal")
    sizes = []
    for _ in range(50):
        os.close(os.open(view, os.O_RDWR))
        sizes.append(journal.stat().st_size)
    assert max(sizes) < 6 << 20 and any(a > b for a, b in zip(sizes, sizes[1:])), sizes
    assert "empty.sql" not in names(tables(draft, engine))
    wait_for(lambda: kept(state) == [])
