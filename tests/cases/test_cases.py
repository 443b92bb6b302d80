# SPDX-License-Identifier: MIT
"""A fixed tenth of the cases of ../shared; scripts/cases runs all of them."""

import pytest
import scoring


@pytest.mark.parametrize("dialect", ["pg", "sqlite"])
@pytest.mark.parametrize("direction", scoring.DIRECTIONS)
def test_cases(binary, server, shared, dialect, direction):
    way = scoring.Way("db", direction)
    results = scoring.score(
        binary, server, way, "--core", "--dialect", dialect, "--every", "10",
        shared=shared,
    )
    failed = [f"{it.case}: {it.verdict}: {it.reason}" for it in results if not it.passed]
    assert len(results) >= 10
    assert scoring.percent(results) >= 98, "\n".join(failed)
    assert not [it for it in results if it.verdict == "lost-rows"]
