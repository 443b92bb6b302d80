# SPDX-License-Identifier: MIT
"""A tree is compared by the files in which it differs: the plan must be that of the whole tree."""

import random
import shutil

import pytest
from engines import SqliteEngine
from pairs import for_a_while, make_pair

PATIENCE = 10


def files_of(root):
    return {
        path.relative_to(root): path.read_text(errors="surrogateescape")
        for path in sorted(root.rglob("*.sql"))
    }


def write(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, errors="surrogateescape")


def mixed(rng, one, two):
    """Some of what differs as it was, some as it shall be: what nobody would write, or half of an edit."""
    files = dict(one)
    for path in sorted(one.keys() | two.keys()):
        if one.get(path) != two.get(path) and rng.random() < 0.6:
            files.pop(path, None)
            if path in two:
                files[path] = two[path]
    if rng.random() < 0.3 and files:
        path = rng.choice(sorted(files))
        files[path] = "-- by hand\n" + files[path].replace("    ", "\t")
    return files


def told(done):
    return done.returncode, done.stdout, done.stderr if done.returncode <= 1 else None


def check(engine, program, place, seed):
    rng = random.Random(seed)
    first, second, _ = make_pair(engine, seed, least=8, changes=(1, 2, 4, 10))
    sqlite = isinstance(engine, SqliteEngine)
    with engine.fresh(first) as one, engine.fresh(second) as two, engine.fresh() as empty:
        shadow = "sqlite::memory:" if sqlite else empty.target
        trees = []
        for name, database in (("one", one), ("two", two)):
            assert program("pull", database.target, place / name).returncode == 0
            trees.append(files_of(place / name))
            shutil.rmtree(place / name)
        for files in (trees[1], mixed(rng, *trees), mixed(rng, *trees)):
            write(place / "tree", files)
            for sides in ((one.target, place / "tree"), (place / "tree", one.target)):
                partly, whole = program("diff", *sides), program("diff", *sides, "--shadow", shadow)
                same = told(partly) == told(whole)
                assert same, f"seed {seed}\n{partly.stdout}{partly.stderr}\n----\n{whole.stdout}{whole.stderr}"
            shutil.rmtree(place / "tree")


def test_for_a_while(engine, program, tmp_path):
    for_a_while(PATIENCE, lambda seed: check(engine, program, tmp_path, seed))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2000, 2200))
def test_more(engine, program, tmp_path, seed):
    check(engine, program, tmp_path, seed)
