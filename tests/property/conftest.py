# SPDX-License-Identifier: MIT
"""What the property tests run with: the program, and each of the engines."""

import contextlib
import subprocess

import pytest
from engines import PostgresEngine, SqliteEngine
from program import assert_clean


@pytest.fixture
def program(binary, state):
    def run(*words):
        done = subprocess.run(
            [binary, *map(str, words)],
            capture_output=True, text=True, errors="surrogateescape", timeout=120, check=False,
        )
        assert_clean(done.stderr)
        return done

    return run


@pytest.fixture(scope="module")
def postgres(server):
    with contextlib.ExitStack() as stack:
        yield PostgresEngine(server, stack)


@pytest.fixture(params=["postgresql", "sqlite"])
def engine(request, tmp_path):
    """The test runs once for each engine."""
    if request.param == "sqlite":
        return SqliteEngine(tmp_path)
    return request.getfixturevalue("postgres")
