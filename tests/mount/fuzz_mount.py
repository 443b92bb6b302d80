# SPDX-License-Identifier: MIT
"""The model of test_model.py with any number of seeds; a failure prints the steps that led to it."""

import argparse
import contextlib
import itertools
import os
import pathlib
import sys
import tempfile

import random_work
from databases import PostgresDatabase, Server, SqliteDatabase
from program import Mount
from tree import tables


@contextlib.contextmanager
def database(kind, server, folder):
    if kind == "sqlite":
        yield SqliteDatabase(folder / "db.sqlite")
    else:
        with PostgresDatabase.created(server) as made:
            yield made


def run(kind, server, seed, rounds):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="schemafs-fuzz-")))
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        (folder / "mnt").mkdir()
        engine = stack.enter_context(database(kind, server, folder))
        place = stack.enter_context(
            Mount(os.environ["SCHEMAFS"], engine.target, folder / "mnt", ())
        )
        random_work.run(engine, tables(place, engine), seed, rounds)


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--count", type=int, default=0, help="0: until it is interrupted")
    words.add_argument("--rounds", type=int, default=100)
    words.add_argument("--engine", default="postgresql,sqlite")
    words = words.parse_args()
    kinds, failed = words.engine.split(","), 0
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server.started()) if "postgresql" in kinds else None
        seeds = itertools.count(words.seed)
        for seed in itertools.islice(seeds, words.count) if words.count else seeds:
            for kind in kinds:
                try:
                    run(kind, server, seed, words.rounds)
                    print(f"{kind} seed {seed}: as the model says", flush=True)
                except AssertionError as failure:
                    failed += 1
                    print(f"==== {kind}: {failure}\n", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
