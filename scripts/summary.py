# SPDX-License-Identifier: MIT
"""Adds up the results of a test run. usage: summary.py DIRECTORY

The directory holds JUnit files, and `before` and `after` as scripts/leftovers.py printed them.
"""

import pathlib
import sys
import xml.etree.ElementTree as ET

counts = {"passed": 0, "failed": 0, "skipped": 0}


def count(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def read(path, prefix=""):
    try:
        cases = list(ET.parse(path).iter("testcase"))
    except (OSError, ET.ParseError) as error:
        print(f"FAILED no results in {path.name}: {error}")
        counts["failed"] += 1
        return
    for case in cases:
        verdict = count(case)
        counts[verdict] += 1
        name = f"{prefix}{case.get('classname', '')} {case.get('name', '')}".strip()
        if verdict == "skipped":
            print(f"SKIPPED {name}: {case.find('skipped').get('message', 'no reason given')}")
        elif verdict == "failed":
            print(f"FAILED {name}")


def read_leftovers(directory):
    before = set((directory / "before").read_text().splitlines())
    left = [line for line in (directory / "after").read_text().splitlines() if line not in before]
    for line in left:
        print(f"FAILED left behind: {line}")
    counts["failed" if left else "passed"] += 1


def main():
    directory = pathlib.Path(sys.argv[1])
    servers = sorted(directory.glob("postgresql-*.xml"))
    for path in servers:
        read(path, f"{path.stem}: ")
    for name in () if servers else ("unit.xml", "program.xml"):
        read(directory / name)
    read_leftovers(directory)
    print(", ".join(f"{number} {verdict}" for verdict, number in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
