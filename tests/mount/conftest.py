# SPDX-License-Identifier: MIT
"""A mounted small schema, on each engine."""

import pytest

from tree import SCHEMA, tables


@pytest.fixture
def place(engine, mount):
    engine.run(SCHEMA)
    with mount(engine.target) as place:
        yield place


@pytest.fixture
def folder(place, engine):
    return tables(place, engine)


@pytest.fixture
def mnt(place):
    """The same, for those to whom a draft is the place."""
    return place


@pytest.fixture
def draft(mnt):
    (mnt / "stage" / "x").mkdir()
    return mnt / "stage" / "x"
