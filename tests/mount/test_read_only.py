# SPDX-License-Identifier: MIT
"""Read-only in three places, each by itself; a role's rights in the modes; a standby."""

import errno
import os
import stat

import pytest

from databases import PostgresDatabase
from servers import Talkative, Victim, standby_of
from tree import SCHEMA, columns, names, shell, tables, wait_for


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def refuses(place, engine, number):
    """Every way to change something is refused with that errno."""
    folder = tables(place, engine)
    for change in (
        lambda: (folder / "users.sql").write_text("x"),
        lambda: os.truncate(folder / "users.sql", 0),
        lambda: (folder / "new.sql").write_text("x"),
        lambda: (folder / ".scratch").write_text("x"),
        lambda: os.unlink(folder / "users.sql"),
        lambda: os.rename(folder / "users.sql", folder / "people.sql"),
        lambda: os.mkdir(place / "schema" / "more"),
        lambda: os.rmdir(folder),
        lambda: (place / "pending" / "x.sql").write_text("SELECT 1;"),
    ):
        with pytest.raises(OSError) as refused:
            change()
        assert refused.value.errno == number, os.strerror(refused.value.errno)


def test_by_the_kernel(engine, mount):
    """The flag that is set at mounting; nothing reaches us."""
    engine.run(SCHEMA)
    with mount(engine.target, "ro") as place:
        assert "ro" in shell(f"findmnt -no OPTIONS {place}").stdout.strip().split(",")
        refuses(place, engine, errno.EROFS)


def test_by_our_handlers(engine, mount):
    """The kernel is told to let writes through."""
    if os.getuid() != 0:
        pytest.skip("remounting takes root")
    engine.run(SCHEMA)
    with mount(engine.target, "ro") as place:
        shell(f"mount -i -o remount,rw {place}")
        assert "rw" in shell(f"findmnt -no OPTIONS {place}").stdout.strip().split(",")
        refuses(place, engine, errno.EROFS)
        assert columns(engine, "users") == ["id", "email"]


def test_by_the_session(clean_environment, mount):
    """What the server is told by a read-only mount's connections: that they will not write."""
    with Talkative.started() as server, PostgresDatabase.created(server) as db:
        db.run(SCHEMA)
        with mount(db.target, "ro") as place:
            assert "users.sql" in names(tables(place, db))
        said = [line for line in server.statements() if "RESET ALL" in line]
        assert said and all("SET default_transaction_read_only = on" in line for line in said)


def test_sqlite_file_that_can_not_be_written(new_sqlite, mount, tmp_path):
    db = new_sqlite()
    db.run(SCHEMA)
    with mount(db.target, "ro") as place:
        with open(db.path, "rb") as file:
            before = file.read()
        shell(f"cat {place}/schema/main/tables/*.sql > /dev/null")
    with open(db.path, "rb") as file:
        assert file.read() == before


@pytest.fixture
def role(pg):
    """A role that owns nothing and may look at everything."""
    name = f"reader_{pg.name}"
    pg.run(SCHEMA)
    pg.run(f"CREATE ROLE {name} LOGIN; GRANT USAGE ON SCHEMA public TO {name};")
    yield name
    pg.run(f"REASSIGN OWNED BY {name} TO postgres; DROP OWNED BY {name}; DROP ROLE {name};")


def test_modes_tell_what_the_role_may(pg, role, mount):
    pg.run(f"CREATE TABLE own (a integer); ALTER TABLE own OWNER TO {role};")
    with mount(pg.server.uri(pg.name, role)) as place:
        folder = tables(place, pg)
        assert mode(folder / "users.sql") == 0o444
        assert mode(folder / "own.sql") == 0o644
        if os.getuid() != 0:
            with pytest.raises(PermissionError):
                (folder / "users.sql").write_text("x")
        fd = None
        with pytest.raises(OSError) as refused:
            fd = os.open(folder / "users.sql", os.O_WRONLY)
        assert fd is None and refused.value.errno == errno.EACCES
        with pytest.raises(OSError) as refused:
            os.unlink(folder / "users.sql")
        assert refused.value.errno == errno.EACCES
        pg.run(f"ALTER TABLE users OWNER TO {role};")
        wait_for(lambda: mode(folder / "users.sql") == 0o644)


def test_role_whose_sessions_only_read(pg, role, mount):
    pg.run(f"ALTER ROLE {role} SET default_transaction_read_only = on;")
    with mount(pg.server.uri(pg.name, role)) as place:
        assert mode(tables(place, pg) / "users.sql") == 0o444
        refuses(place, pg, errno.EROFS)


@pytest.mark.long
def test_standby(clean_environment, mount):
    with Victim.started() as server, PostgresDatabase.created(server) as db:
        db.run(SCHEMA)
        with standby_of(server) as standby:
            copy = PostgresDatabase(standby, db.name)
            wait_for(lambda: columns(copy, "users") == ["id", "email"], 20)
            with mount(standby.uri(db.name)) as place:
                folder = tables(place, copy)
                assert mode(folder / "users.sql") == 0o444
                refuses(place, copy, errno.EROFS)
                db.run("ALTER TABLE users ADD COLUMN theirs text;")
                wait_for(lambda: "theirs" in (folder / "users.sql").read_text(), 10)
