# SPDX-License-Identifier: MIT
"""A draft is a directory: random operations do in it what they do to a copy on the local disk."""

import os
import random
import shutil

import pytest

from tree import SCHEMA, names

STEPS = 250


class Model:
    """The same call on both sides; the same answer, and the same tree, is expected."""

    def __init__(self, seed, draft, copy):
        self.dice = random.Random(seed)
        self.sides = (draft, copy)
        self.steps = []

    def paths(self, kind):
        """What is in the copy, without what a draft says of itself."""
        copy = self.sides[1]
        found = [path for path in copy.rglob("*") if kind(path)]
        return sorted(str(path.relative_to(copy)) for path in found)

    def any_file(self):
        return self.dice.choice(self.paths(os.path.isfile) or ["none"])

    def any_directory(self):
        return self.dice.choice([".", *self.paths(os.path.isdir)])

    def any_name(self):
        words = ["users.sql", "a.sql", "b.sql", ".x.swp", "a", "users.sql~", "b", "tables"]
        return os.path.join(self.any_directory(), self.dice.choice(words))

    def any_path(self):
        return self.dice.choice([self.any_file, self.any_directory, self.any_name])()

    def both(self, what, call, *paths):
        answers = []
        for side in self.sides:
            try:
                answers.append(call(*[os.path.join(side, path) for path in paths]))
            except OSError as failure:
                answers.append(failure.errno)
        self.steps.append((what, paths, answers))
        assert answers[0] == answers[1], self.steps[-10:]

    def step(self):
        data = os.urandom(0) + self.dice.randbytes(self.dice.choice([0, 1, 50, 5000]))

        def write(path):
            with open(path, "wb") as out:
                return out.write(data)

        def append(path):
            with open(path, "ab") as out:
                return out.write(data)

        def patch(path):
            with open(path, "r+b") as out:
                out.seek(10)
                return out.write(data)

        def read(path):
            with open(path, "rb") as file:
                return file.read()

        def exclusive(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))

        size = self.dice.choice([0, 3, 100])
        for_file = self.any_file if self.dice.random() < 0.7 else self.any_path
        what, call, paths = self.dice.choice([
            ("write", write, [self.any_path()]),
            ("append", append, [for_file()]),
            ("patch", patch, [for_file()]),
            ("read", read, [for_file()]),
            ("exclusive", exclusive, [self.any_name()]),
            ("unlink", os.unlink, [for_file()]),
            ("truncate", lambda path: os.truncate(path, size), [for_file()]),
            ("mkdir", os.mkdir, [self.any_name()]),
            ("rmdir", os.rmdir, [self.any_directory()]),
            ("rename", os.rename, [for_file(), self.any_path()]),
            ("rename", os.rename, [self.any_path(), self.any_path()]),
        ])
        if any(os.path.normpath(path) == "." for path in paths):
            return
        self.both(what, call, *paths)

    def compare(self):
        def tree(side):
            said = {"plan.sql", "plan.json", "status"}
            return {
                str(path.relative_to(side)): path.read_bytes() if path.is_file() else None
                for path in side.rglob("*")
                if not (path.parent == side and path.name in said)
            }

        assert tree(self.sides[0]) == tree(self.sides[1]), self.steps[-10:]


def run(engine, mount, tmp_path, seed, steps):
    engine.run(SCHEMA)
    with mount(engine.target) as mnt:
        draft, copy = mnt / "stage" / "x", tmp_path / "copy"
        live = {path: path.read_bytes() for path in (mnt / "schema").rglob("*.sql")}
        draft.mkdir()
        copy.mkdir()
        for top in ("schema", "database"):
            if (mnt / top).exists():
                shutil.copytree(mnt / top, copy / top)
        model = Model(seed, draft, copy)
        for number in range(steps):
            model.step()
            if number % 20 == 0:
                model.compare()
        model.compare()
        # Whatever came of it: it can be judged, nothing happened to the database, and it goes.
        assert (draft / "status").read_text().startswith("draft")
        assert {path: path.read_bytes() for path in live} == live
        shutil.rmtree(draft)
        assert names(mnt / "stage") == []


@pytest.mark.parametrize("seed", [1, 2])
def test_random_operations(engine, mount, tmp_path, seed):
    run(engine, mount, tmp_path, seed, STEPS)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 20))
def test_many_random_operations(engine, mount, tmp_path, seed):
    run(engine, mount, tmp_path, seed, 10 * STEPS)
