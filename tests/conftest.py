# SPDX-License-Identifier: MIT
"""What all tests of the program share: the binary, a PostgreSQL server, databases, mounts."""

import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile

import pytest

from databases import PostgresDatabase, Server, SqliteDatabase
from program import Mount, Program

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="also what is too long for every day")


def pytest_configure(config):
    # A run that is told to end takes its server and its mounts with it, as at ^C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # In a shell's background this one is ignored, and by all programs that are started here, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "long: too long for every day, runs with --all")
    config.addinivalue_line("markers", "catalog: runs on each major with scripts/test --matrix")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    # Not a skip: what is left out is known, and nothing is missing.
    chosen = [item for item in items if not item.get_closest_marker("long")]
    left_out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = chosen


@pytest.fixture(scope="session", autouse=True)
def clean_environment():
    """What the person has set up for databases must not reach the tests."""
    for name in list(os.environ):
        if name.startswith("PG") or name in ("DATABASE_URL", "XDG_STATE_HOME"):
            del os.environ[name]
    os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(scope="session")
def binary():
    said = os.environ.get("SCHEMAFS")
    # Never another one than was asked for: it may be built otherwise.
    places = [said] if said else [ROOT / "build-test/schemafs", ROOT / "build/schemafs"]
    for place in places:
        if os.access(place, os.X_OK):
            return str(place)
    pytest.fail("no binary: run scripts/test, or set SCHEMAFS")


@pytest.fixture
def state(tmp_path, monkeypatch):
    """The state folder of this test alone."""
    place = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(place))
    return place


@pytest.fixture
def schemafs(binary, state):
    """schemafs("diff", a, b, code=1): runs the program and checks its exit code."""
    return Program(binary)


@pytest.fixture(scope="session")
def server(clean_environment):
    """A PostgreSQL server of our own on a unix socket."""
    with Server.started() as running:
        yield running


@pytest.fixture
def new_pg(server):
    """new_pg() makes a fresh database; all are dropped at the end."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(PostgresDatabase.created(server))


@pytest.fixture
def new_sqlite(tmp_path):
    counter = iter(range(1000))
    return lambda: SqliteDatabase(tmp_path / f"db{next(counter)}.sqlite")


@pytest.fixture
def pg(new_pg):
    return new_pg()


@pytest.fixture
def sqlite_db(new_sqlite):
    return new_sqlite()


@pytest.fixture(params=["postgresql", "sqlite"])
def new_engine(request):
    """new_engine() makes a fresh database; the test runs once for each engine."""
    return request.getfixturevalue({"postgresql": "new_pg", "sqlite": "new_sqlite"}[request.param])


@pytest.fixture
def engine(new_engine):
    return new_engine()


@pytest.fixture
def mount(binary, state, tmp_path):
    """mount(target, "ro", "apply=all") is a context: the path of the mounted tree.

    At its end the tree is unmounted, the daemon has ended well, and no sanitizer complained.
    """
    @contextlib.contextmanager
    def mounted(target, *options):
        place = pathlib.Path(tempfile.mkdtemp(prefix="mnt-", dir=tmp_path))
        with Mount(binary, target, place, options):
            yield place

    return mounted


@pytest.fixture(scope="session")
def shared():
    """The folder of inputs that are not ours."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent")
    return SHARED


@pytest.fixture(scope="session")
def corpora(shared):
    return shared / "corpora"


@pytest.fixture
def has_program():
    """has_program("vim") skips the test where that is not installed."""

    def check(name):
        found = subprocess.run(["which", name], capture_output=True, check=False)
        if found.returncode:
            pytest.skip(f"{name} is not installed")

    return check
