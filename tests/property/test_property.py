# SPDX-License-Identifier: MIT
"""Random schemas brought to random others, with rows. As many as there is time; scripts/fuzz runs any number."""

import contextlib
import itertools
import subprocess
import time

import pytest
from engines import PostgresEngine, SqliteEngine
from pairs import run_seed
from program import assert_clean

# For each engine, in seconds; the seeds are always the same, only how many there are differs.
PATIENCE = 12


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


def check(engine, program, place, seed):
    failure, outcomes = run_seed(engine, program, place, seed)
    assert failure is None, failure
    assert len(outcomes) == 2


def check_for_a_while(engine, program, place):
    end = time.monotonic() + PATIENCE
    for seed in itertools.count(1):
        check(engine, program, place, seed)
        if time.monotonic() > end:
            return


def test_postgresql(postgres, program, tmp_path):
    check_for_a_while(postgres, program, tmp_path)


def test_sqlite(program, tmp_path):
    check_for_a_while(SqliteEngine(tmp_path), program, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_more_of_postgresql(postgres, program, tmp_path, seed):
    check(postgres, program, tmp_path, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_more_of_sqlite(program, tmp_path, seed):
    check(SqliteEngine(tmp_path), program, tmp_path, seed)
