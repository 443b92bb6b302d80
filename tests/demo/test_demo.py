# SPDX-License-Identifier: MIT
"""The demonstration in scripts/demo says what is true."""

import os
import pathlib
import subprocess

import pytest

DEMO = pathlib.Path(__file__).resolve().parents[2] / "scripts/demo"


@pytest.fixture
def demo(binary, has_program, tmp_path):
    has_program("tree")

    def run(*arguments):
        return subprocess.run(
            [DEMO, *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**os.environ, "SCHEMAFS": binary, "TMPDIR": str(tmp_path)},
            timeout=120,
            check=False,
        )

    return run


def test_the_demo(demo, tmp_path):
    done = demo()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "-- done" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_demo_of_a_database(demo, engine, tmp_path):
    engine.run("CREATE TABLE somewhere (id integer PRIMARY KEY);")
    before = engine.dump()
    done = demo(engine.target)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "somewhere.sql" in done.stdout
    assert engine.dump() == before
