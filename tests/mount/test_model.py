# SPDX-License-Identifier: MIT
"""Random work on a mount, beside random work on the database, against a model of both (random_work.py).

A failure names its seed; the steps that led to it are in the message. scripts/fuzz --mount goes on
with further seeds for as long as it is let.
"""

import pytest

import random_work
from tree import tables


@pytest.mark.parametrize("seed", [1])
def test_random_work(engine, mount, seed):
    with mount(engine.target) as place:
        assert random_work.run(engine, tables(place, engine), seed, rounds=25, seconds=12) >= 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 106))
def test_random_work_long(engine, mount, seed):
    with mount(engine.target) as place:
        random_work.run(engine, tables(place, engine), seed, rounds=150)
