# SPDX-License-Identifier: MIT
"""mv of files of all kinds: an object gets the name and what is named after it follows, or it is refused."""

import errno
import os
import pathlib

import pytest

EVERYTHING = pathlib.Path(__file__).parent.parent / "pg/everything.sql"

# Named after what they are about, by a role, or only shown.
FIXED = {"access_methods", "casts", "default_privileges", "extensions", "grants", "operators", "transforms"} | {
    "subscriptions",
    "unmodeled",
    "user_mappings",
}
STAY_WITH_THEIR_TABLE = {"policies", "rules", "triggers"}


def files(place):
    for room in "schema", "database":
        for folder, _, names in os.walk(place / room):
            for name in sorted(names):
                if name.endswith(".sql") and name != "schema.sql":
                    yield pathlib.Path(folder) / name


def move(path, to):
    """What became of it, in a word."""
    try:
        path.rename(to)
    except OSError as error:
        reason = path.with_name(path.name + ".error")
        said = reason.read_text() if reason.exists() else ""
        assert error.errno != errno.EIO and "defect" not in said, (path, said)
        return errno.errorcode[error.errno]
    assert to.exists() and not path.exists()
    return "done"


@pytest.fixture
def place(pg, mount):
    pg.run(EVERYTHING.read_text())
    with mount(pg.target) as place:
        yield place
    pg.run("DROP SUBSCRIPTION IF EXISTS everything_sub")


def test_every_kind_is_renamed_or_refused(place):
    moved = {}
    for path in list(files(place)):
        if path.exists():
            suffix = f"_{path.parent.name}.sql"
            became = move(path, path.with_name(path.name.replace(".sql", suffix)))
            moved.setdefault(path.parent.name, set()).add(became)
    for kind, became in moved.items():
        if kind in FIXED:
            assert "done" not in became, (kind, became)
        else:
            assert "done" in became, (kind, became)


def test_every_kind_moves_to_another_schema_or_is_refused(place):
    (place / "schema/moved").mkdir()
    moved = {}
    for path in list(files(place)):
        if path.exists() and path.is_relative_to(place / "schema/app"):
            to = place / "schema/moved" / path.parent.name / path.name
            to.parent.mkdir(exist_ok=True)
            moved.setdefault(path.parent.name, set()).add(move(path, to))
    for kind, became in moved.items():
        if kind in STAY_WITH_THEIR_TABLE:
            assert "done" not in became, (kind, became)
        else:
            assert "done" in became, (kind, became)


def test_what_is_named_after_a_type_follows_it(pg, place):
    types = place / "schema/app/types"
    move(types / "mood.sql", types / "feeling.sql")
    assert pg.rows("SELECT to_regtype('app.mood') IS NULL, to_regprocedure('app.mood_number(app.feeling)') IS NOT NULL")[
        0
    ] == ("t", "t")
    assert any("app.feeling" in name for name in os.listdir(place / "database/casts"))
    move(types / "float_range.sql", types / "float_span.sql")
    assert pg.rows("SELECT app.float_span(1, 2) IS NOT NULL, to_regtype('app.float_span_multirange') IS NOT NULL") == [
        ("t", "t")
    ]
    assert "MULTIRANGE" not in (types / "float_span.sql").read_text()
    servers = place / "database/servers"
    move(servers / "away.sql", servers / "far.sql")
    assert [name for name in os.listdir(place / "database/user_mappings") if "@far" in name]


def test_what_is_no_place_for_an_object(engine, mount):
    """A name that only an object could have is refused where none can be; a copy's name is not."""
    engine.run("CREATE TABLE users (id integer);")
    with mount(engine.target) as place:
        namespace = place / "schema" / engine.namespace
        users = namespace / "tables/users.sql"
        (namespace / "tables/.kept").mkdir()
        sources = [users] + [namespace / "schema.sql"] * (engine.dialect != "sqlite")
        for source in sources:
            for to in namespace / "x.sql", place / "x.sql", place / "schema/x.sql":
                assert move(source, to) == "EPERM"
                assert source.exists() and not to.exists()
            text = source.read_text()
            for to in source.with_name("copy.sql~"), namespace / "tables/.kept" / source.name:
                assert move(source, to) == "done" and to.read_text() == text
                os.rename(to, source)
        assert (namespace / "tables/users.sql").read_text().startswith("CREATE TABLE")
