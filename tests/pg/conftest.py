# SPDX-License-Identifier: MIT
"""Fixtures of the tests of PostgreSQL's catalogs."""

import pathlib
import subprocess

import pytest


@pytest.fixture
def catalogs(binary):
    """catalogs("compare", a, b): the output of the tool of that name."""
    tool = pathlib.Path(binary).parent / "tests/catalogs"
    if not tool.exists():
        pytest.skip("tests/catalogs is not built: -Dtests=true")

    def run(*arguments):
        done = subprocess.run([tool, *arguments], capture_output=True, check=False)
        assert done.returncode in (0, 1) and not done.stderr, done.stderr
        return done.stdout.decode()  # carriage returns stay

    return run
