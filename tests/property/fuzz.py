# SPDX-License-Identifier: MIT
"""Any number of seeded pairs; what does not hold is shrunk and printed."""

import argparse
import collections
import concurrent.futures
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

from databases import Server
from engines import PostgresEngine, SqliteEngine
from pairs import run_seed
from program import assert_clean


def program(*words):
    done = subprocess.run(
        [os.environ["SCHEMAFS"], *map(str, words)],
        capture_output=True, text=True, errors="surrogateescape", timeout=300, check=False,
    )
    assert_clean(done.stderr)
    return done


def run_many(kind, seeds, small):
    """Yields (seed, failure, outcomes) of each, with an engine of its own."""
    with contextlib.ExitStack() as stack:
        place = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="schemafs-fuzz-")))
        os.environ["XDG_STATE_HOME"] = str(place)
        if kind == "postgresql":
            engine = PostgresEngine(stack.enter_context(Server.started()), stack)
        else:
            engine = SqliteEngine(place)
        for seed in seeds:
            try:
                yield seed, *run_seed(engine, program, place, seed, small)
            except Exception as error:  # whatever it is, the seed belongs to it
                yield seed, f"seed {seed}: {type(error).__name__}: {error}", []


def worker(job):
    kind, seeds, small = job
    outcomes = collections.Counter()
    failures = []
    for _, failure, seen in run_many(kind, seeds, small):
        outcomes.update(seen)
        if failure:
            failures.append(failure)
            print(f"==== {kind} {failure}\n", flush=True)
    return outcomes, failures


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--count", type=int, default=100)
    words.add_argument("--engine", default="postgresql,sqlite")
    words.add_argument("--jobs", type=int, default=2)
    words.add_argument("--whole", action="store_true", help="do not shrink")
    words = words.parse_args()
    seeds = range(words.seed, words.seed + words.count)
    jobs = [
        (kind, seeds[part :: words.jobs], not words.whole)
        for kind in words.engine.split(",") for part in range(words.jobs)
    ]
    failed = 0
    with concurrent.futures.ProcessPoolExecutor(words.jobs) as pool:
        for job, (outcomes, failures) in zip(jobs, pool.map(worker, jobs)):
            failed += len(failures)
            print(f"{job[0]}: {dict(outcomes)}, {len(failures)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
