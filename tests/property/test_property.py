# SPDX-License-Identifier: MIT
"""Random schemas brought to random others, with rows. As many as there is time; scripts/fuzz runs any number."""

import pytest
from engines import SqliteEngine
from pairs import for_a_while, run_seed

# For each engine, in seconds; the seeds are always the same, only how many there are differs.
PATIENCE = 12


def check(engine, program, place, seed):
    failure, outcomes = run_seed(engine, program, place, seed)
    assert failure is None, failure
    assert len(outcomes) == 2


def test_postgresql(postgres, program, tmp_path):
    for_a_while(PATIENCE, lambda seed: check(postgres, program, tmp_path, seed))


def test_sqlite(program, tmp_path):
    engine = SqliteEngine(tmp_path)
    for_a_while(PATIENCE, lambda seed: check(engine, program, tmp_path, seed))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_more_of_postgresql(postgres, program, tmp_path, seed):
    check(postgres, program, tmp_path, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_more_of_sqlite(program, tmp_path, seed):
    check(SqliteEngine(tmp_path), program, tmp_path, seed)
