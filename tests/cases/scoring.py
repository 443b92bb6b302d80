# SPDX-License-Identifier: MIT
"""Runs ../shared's yardstick on its cases and adds up what it says, a line for each file."""

import argparse
import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from databases import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
ADAPTERS = ("db", "sql", "tree")
DIRECTIONS = ("forwards", "backwards")
# The case could not be set up, or has no such question: it says nothing about us.
NOT_SCORED = ("load-error", "n/a")


@dataclasses.dataclass
class Way:
    """What is pushed, and which of the two schemas is the goal."""

    adapter: str
    direction: str

    def __str__(self):
        return f"{self.adapter} {self.direction}"


@dataclasses.dataclass
class Result:
    case: str
    verdict: str
    reason: str
    flags: list

    @property
    def passed(self):
        return self.verdict == "pass"


def read_files(cases):
    """The name of the file that each case is in."""
    files = {}
    for path in sorted(cases.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            files.update((json.loads(line)["id"], path.stem) for line in lines)
    return files


def score(binary, server, way, *options, shared=SHARED):
    """The results of one run of the yardstick."""
    with tempfile.TemporaryDirectory(prefix="schemafs-cases-") as place:
        out = os.path.join(place, "results.json")
        command = [
            sys.executable, "-B", str(shared / "tools/score.py"),
            "--adapter", f"schemafs-{way.adapter}", "--cases", str(shared / "cases"),
            "--seed-rows", "--host", server.host, "--port", str(server.port),
            "--out", out, *options,
        ]
        if way.direction == "backwards":
            command.append("--reverse")
        environment = {
            **os.environ, "SCHEMAFS": binary, "TMPDIR": place, "XDG_STATE_HOME": place
        }
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with open(out, encoding="utf-8") as file:
            rows = json.load(file)["results"]
    rows = [row for row in rows if row["verdict"] not in NOT_SCORED]
    return [
        Result(row["id"], row["verdict"], row.get("reason", ""), row.get("flags", []))
        for row in sorted(rows, key=lambda row: row["id"])
    ]


def percent(results):
    return 100 * sum(result.passed for result in results) / len(results) if results else 100.0


def print_table(way, results, files):
    by_file = collections.defaultdict(list)
    for result in results:
        by_file[files[result.case]].append(result)
    for name, those in sorted(by_file.items()):
        blocked = sum("blocked" in result.flags for result in those)
        passed = sum(result.passed for result in those)
        print(
            f"| {way.adapter} | {way.direction} | {name} | {len(those)} | {passed} "
            f"| {percent(those):.1f} | {blocked} |",
            flush=True,
        )


def print_failures(ways):
    for way, results in ways:
        for result in results:
            if not result.passed:
                print(f"{way}: {result.case}: {result.verdict}: {result.reason}")


def save(place, way, results):
    if not place:
        return
    os.makedirs(place, exist_ok=True)
    path = pathlib.Path(place, f"{way.adapter}-{way.direction}.json")
    path.write_text(json.dumps([dataclasses.asdict(result) for result in results], indent=1))


def parse_words():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--core", action="store_true", help="core cases alone")
    words.add_argument("--dialect", default="pg,sqlite")
    words.add_argument("--adapter", default=",".join(ADAPTERS))
    words.add_argument("--direction", default=",".join(DIRECTIONS))
    words.add_argument("--only", default="", help="the cases whose name this matches")
    words.add_argument("--every", type=int, default=1)
    words.add_argument("--jobs", default="2")
    words.add_argument("--out", help="a directory for what each case came to, as JSON")
    return words.parse_args()


def main():
    words = parse_words()
    options = ["--jobs", words.jobs, "--every", str(words.every), "--only", words.only]
    options += ["--core"] if words.core else []
    options += ["--dialect", words.dialect] if "," not in words.dialect else []
    files = read_files(SHARED / "cases")
    ways = []
    print("| pushed | way | file | cases | pass | % | only without rows |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    with Server.started() as server, contextlib.suppress(KeyboardInterrupt):
        for adapter in words.adapter.split(","):
            for direction in words.direction.split(","):
                way = Way(adapter, direction)
                results = score(os.environ["SCHEMAFS"], server, way, *options)
                print_table(way, results, files)
                save(words.out, way, results)
                ways.append((way, results))
    print()
    print_failures(ways)
    return 0 if all(percent(results) >= 98 for _, results in ways) else 1


if __name__ == "__main__":
    sys.exit(main())
