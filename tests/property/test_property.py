# SPDX-License-Identifier: MIT
"""Random schemas brought to random others, with rows. As many as there is time; scripts/fuzz runs any number."""

import pytest
from pairs import for_a_while, run_seed

# For each engine, in seconds; the seeds are always the same, only how many there are differs.
PATIENCE = 12


def check(engine, program, place, seed):
    failure, outcomes = run_seed(engine, program, place, seed)
    assert failure is None, failure
    assert len(outcomes) == 2


def test_for_a_while(engine, program, tmp_path):
    for_a_while(PATIENCE, lambda seed: check(engine, program, tmp_path, seed))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1150))
def test_more(engine, program, tmp_path, seed):
    check(engine, program, tmp_path, seed)
