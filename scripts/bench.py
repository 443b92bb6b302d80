# SPDX-License-Identifier: MIT
"""Times schemafs beside a reference, and prints the ratios with the bar that each has to keep.

What is timed alternates with its reference; the median of the runs counts. Seconds say nothing
about another machine, ratios do.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from databases import PostgresDatabase, Server, SqliteDatabase
from program import Mount

BINARY = os.environ["SCHEMAFS"]
MEMORY = "/dev/shm"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def table_sql(i, n, types):
    """Ten columns, three indexes, a check and a foreign key."""
    key, text, number, moment = types
    return f"""
CREATE TABLE table_{i:05} (
    id {key} PRIMARY KEY,
    parent_id {number} REFERENCES table_{i * 7 % max(i, 1):05} (id),
    name {text} NOT NULL,
    email {text},
    kind {text} NOT NULL DEFAULT 'plain',
    amount {number} NOT NULL DEFAULT 0,
    weight {number},
    note {text},
    created_at {moment} NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at {moment},
    CONSTRAINT table_{i:05}_amount CHECK (amount >= 0)
);
CREATE INDEX table_{i:05}_parent ON table_{i:05} (parent_id);
CREATE UNIQUE INDEX table_{i:05}_email ON table_{i:05} (email);
CREATE INDEX table_{i:05}_kind ON table_{i:05} (kind, created_at);
"""


def schema_sql(dialect, n):
    types = {
        "postgresql": ("bigint", "text", "bigint", "timestamp with time zone"),
        "sqlite": ("INTEGER", "TEXT", "INTEGER", "TEXT"),
    }[dialect]
    for start in range(0, n, 500):
        chunk = range(start, min(start + 500, n))
        yield "BEGIN;" + "".join(table_sql(i, n, types) for i in chunk) + "COMMIT;"


class Timer:
    """Runs what is measured and its reference in turn; keeps medians."""

    # The middle half of the times lies further apart than this part of their median.
    NOISE = 0.25
    # What is noisy is measured again, unless that takes longer than so many seconds.
    PATIENCE = 60

    def __init__(self, runs):
        self.runs = runs
        self.noisy = False  # what was measured last

    @staticmethod
    def once(work):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    def pair(self, ours, reference, warm=True):
        if warm:
            ours()
            reference()
        return self.rounds(lambda i: ours, lambda i: reference)

    def rounds(self, ours, reference):
        """The same; ours(i) and reference(i) give what the run `i` is of."""
        mine, theirs = [], []
        for again in range(2):
            for i in range(self.runs):
                mine.append(self.once(ours(again * self.runs + i)))
                theirs.append(self.once(reference(again * self.runs + i)))
            self.noisy = self.spread(mine) > self.NOISE or self.spread(theirs) > self.NOISE
            if not self.noisy or sum(mine) + sum(theirs) > self.PATIENCE:
                break
        return statistics.median(mine), statistics.median(theirs)

    @staticmethod
    def spread(times):
        if len(times) < 3:
            return 0
        low, middle, high = statistics.quantiles(times, n=4)
        return (high - low) / middle


class Report:
    def __init__(self):
        self.rows = []

    def add(self, engine, tables, work, ours, reference, bar, unit="s", noisy=False):
        self.rows.append(
            {
                "engine": engine,
                "tables": tables,
                "work": work,
                "ours": ours,
                "reference": reference,
                "ratio": ours / reference if reference else None,
                "bar": bar,
                "unit": unit,
                "noisy": noisy,
            }
        )
        self.show(self.rows[-1])

    @staticmethod
    def show(row):
        bar = f"{row['bar']:g}" if row["bar"] is not None else "-"
        met = "" if row["bar"] is None else "ok" if row["ratio"] <= row["bar"] else "OVER"
        met += " (noisy)" if row["noisy"] else ""
        print(
            f"{row['engine']:<11}{row['tables']:>6}  {row['work']:<52}"
            f"{row['ours']:>9.3f}{row['reference']:>9.3f} {row['unit']:<3}"
            f"{row['ratio']:>7.2f}{bar:>6} {met}",
            flush=True,
        )


def header():
    print(
        f"{'engine':<11}{'tables':>6}  {'work':<52}{'ours':>9}{'ref.':>9}    {'ratio':>7}{'bar':>6}"
    )


def run(*command, check=True, **options):
    return subprocess.run(list(map(str, command)), check=check, **{**QUIET, **options})


def peak_memory(*command):
    """The most memory that a process had, in MiB.

    The kernel counts as a process's own what its parent had when it was forked: so the parent is
    as small as one can be.
    """
    parent = (
        "import os, sys; child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ);"
        "_, status, usage = os.wait4(child, 0); print(usage.ru_maxrss, file=sys.stderr);"
        "sys.exit(os.waitstatus_to_exitcode(status))"
    )
    told = subprocess.run(
        [sys.executable, "-ISEc", parent, *map(str, command)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    return int(told.stderr.split()[-1]) / 1024


def resident_memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def text_size(tree):
    """Of all files of a tree, in MiB."""
    return sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) / 2**20


class Subject:
    """A database of `tables` tables and what is measured on it."""

    def __init__(self, database, tables, timer, report, place):
        self.db, self.tables, self.timer, self.report = database, tables, timer, report
        self.place = pathlib.Path(place)

    def add(self, work, ours, reference, bar, unit="s"):
        """The bars are meant for schemas of a size at which starting a process does not count."""
        bar = bar if self.tables >= 1000 else None
        noisy = unit == "s" and self.timer.noisy
        self.report.add(self.db.dialect, self.tables, work, ours, reference, bar, unit, noisy)

    def load(self):
        for text in schema_sql(self.db.dialect, self.tables):
            self.db.run(text)

    def dump(self):
        if self.db.dialect == "sqlite":
            run("sqlite3", self.db.path, ".schema")
        else:
            run("pg_dump", "-s", self.db.name, env=self.db.server.environment())

    def measure_pull(self, where):
        """Each pull has a directory of its own: a disk that just lost many files is slow."""

        def pull(i):
            return lambda: run(BINARY, "pull", self.db.target, where / f"fresh-{i}")

        return self.timer.rounds(pull, lambda i: self.dump)

    def measure_copying(self, tree, reference):
        """What the disk takes for as many files: no way of writing them is faster than that."""

        def copy(i):
            return lambda: run("cp", "-r", tree, self.place / f"copy-{i}")

        ours, _ = self.timer.rounds(copy, lambda i: lambda: None)
        return ours, reference

    def measure_diff(self, tree, name, bar):
        ours, reference = self.timer.pair(
            lambda: run(BINARY, "diff", self.db.target, tree), self.dump
        )
        self.add(f"diff, nothing changed / {name}", ours, reference, bar)
        changed_tree = self.place / "changed"
        run("cp", "-r", tree, changed_tree)
        path = changed_tree / "schema" / self.db.namespace / "tables/table_00001.sql"
        path.write_text(self.with_column(path, "changed"), encoding="utf-8")
        # The difference of two times is small beside both: only many pairs tell it.
        changed, unchanged = self.timer.pair(
            lambda: self.diff_in_time(changed_tree),
            lambda: run(BINARY, "diff", self.db.target, tree),
        )
        more = max(changed - unchanged, 0)
        self.add("diff, one table changed: what it costs more / 50 ms", more, 0.05, 1)

    def diff_in_time(self, tree):
        """What takes longer than a minute is over its bar, whatever it would take."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            run(BINARY, "diff", self.db.target, tree, check=False, timeout=60)

    def measure_command_line(self):
        lite = self.db.dialect == "sqlite"
        name, bar = ("sqlite3 .schema", 1.5) if lite else ("pg_dump -s", 0.5)
        ours, reference = self.measure_pull(self.place)
        self.add(f"pull into an empty directory / {name}", ours, reference, bar)
        if os.path.isdir(MEMORY):
            # What is left without the disk, which takes its time for every file made.
            with tempfile.TemporaryDirectory(prefix="schemafs-bench-", dir=MEMORY) as place:
                self.add(
                    "the same, into memory", *self.measure_pull(pathlib.Path(place)), bar
                )
                tree = pathlib.Path(place) / "fresh-0/schema"
                copied = self.measure_copying(tree, reference)
            self.add("cp -r of these files from there to the disk", *copied, None)
        self.measure_diff(self.place / "fresh-0", name, None if lite else 0.5)

        again = self.place / "again"
        memory = peak_memory(BINARY, "pull", self.db.target, again)
        text = text_size(again)
        self.add("memory of pull / text of the tree", memory, text, self.memory_bar(), "MiB")
        told = subprocess.run(
            [BINARY, "pull", "--json", self.db.target, again], capture_output=True, check=True
        )
        return ours, memory, json.loads(told.stdout)["statements"]

    def memory_bar(self):
        return 4 if self.tables >= 10000 else None

    # the mount

    def measure_reading(self, mnt, local, bars):
        for name, command, bar in bars:
            ours, reference = self.timer.pair(
                lambda c=command: run("sh", "-c", c, cwd=mnt),
                lambda c=command: run("sh", "-c", c, cwd=local),
            )
            self.add(name, ours, reference, bar)

    def measure_git(self, mnt, local):
        def prepare(tree, name):
            git = ["git", f"--git-dir={self.place / name}", f"--work-tree={tree}"]
            run("git", "init", "-q", "--bare", self.place / name)
            run(*git, "config", "core.bare", "false")
            run(*git, "add", "-A", "schema", cwd=tree)
            return lambda: run(*git, "status", "--porcelain", "schema", cwd=tree)

        ours, reference = self.timer.pair(prepare(mnt, "git-mnt"), prepare(local, "git-local"))
        self.add("warm git status / local disk", ours, reference, 1.1)

    def alter(self, i):
        sql = f"ALTER TABLE table_00000 ADD COLUMN reference_{i} bigint"
        if self.db.dialect == "sqlite":
            # Who shares a file waits for the others' locks.
            run("sqlite3", "-cmd", ".timeout 10000", self.db.path, sql)
        else:
            run("psql", "-X", "-c", sql, self.db.name, env=self.db.server.environment())

    @staticmethod
    def with_column(path, name):
        text = path.read_text(encoding="utf-8")
        head, brace, rest = text.partition("(\n")
        assert brace, text
        return f"{head}(\n    {name} bigint,\n{rest}"

    def save(self, path, i):
        """As an editor: the whole text with one more column, copied over the file."""
        new = self.place / "new.sql"
        new.write_text(self.with_column(path, f"added_{i}"), encoding="utf-8")
        return lambda: run("cp", new, path)

    def measure_saving(self, mnt):
        path = mnt / "schema" / self.db.namespace / "tables/table_00001.sql"
        ours, reference = self.timer.rounds(
            lambda i: self.save(path, i), lambda i: lambda: self.alter(i)
        )
        lite = self.db.dialect == "sqlite"
        name = "sqlite3" if lite else "psql -c"
        self.add(
            f"add a column by saving a file / {name} ALTER",
            ours,
            reference,
            None if lite else 2,
        )

    def mounted(self, name, *options):
        place = self.place / name
        place.mkdir()
        return Mount(BINARY, self.db.target, place, options)

    def measure_first(self, mnt, local):
        """What the kernel has never asked for."""
        tables = f"schema/{self.db.namespace}/tables"
        for name, command in [
            ("first ls / local disk", f"ls {tables} >/dev/null"),
            ("first cat of one file / local disk", f"cat {tables}/table_00001.sql >/dev/null"),
            ("first grep -r over all / local disk", "grep -r nothing_has_this_name schema"),
        ]:
            ours, reference = (
                self.timer.once(lambda t=tree, c=command: run("sh", "-c", c, cwd=t, check=False))
                for tree in (mnt, local)
            )
            self.add(name, ours, reference, None)

    def measure_mount(self, pull):
        local = self.place / "local"
        cat = "find schema -type f -exec cat {} + >/dev/null"
        start = time.perf_counter()
        mount = self.mounted("mnt")
        with mount as mnt:
            self.timer.noisy = False
            self.add("mount, until it is there / pull", time.perf_counter() - start, pull, None)
            local.mkdir()
            run("cp", "-a", self.place / "again/schema", local)
            self.measure_first(mnt, local)
            self.measure_reading(
                mnt,
                local,
                [
                    ("warm ls -lR / local disk", "ls -lR schema >/dev/null", 1.1),
                    ("warm find -size / local disk", "find schema -type f -size +0 >/dev/null", 1.1),
                    ("warm cat of every file / local disk", cat, 3),
                    ("warm grep -r over all / local disk", "! grep -r nothing_has_this schema", None),
                ],
            )
            self.measure_git(mnt, local)
            self.add(
                "resident memory / text of the tree",
                resident_memory(mount.daemon.pid),
                text_size(local),
                self.memory_bar(),
                "MiB",
            )
            self.measure_saving(mnt)
        with self.mounted("mnt-ro", "ro") as mnt:
            self.measure_reading(mnt, local, [("the same, -o ro / local disk", cat, 1.2)])


def measure(database, tables, timer, report, places):
    # Kept until the end: the ext4 of Linux looks at every inode that was freed lately before it takes one.
    place = places.enter_context(tempfile.TemporaryDirectory(prefix="schemafs-bench-"))
    os.environ["XDG_STATE_HOME"] = os.path.join(place, "state")
    subject = Subject(database, tables, timer, report, place)
    subject.load()
    figures = subject.measure_command_line()
    subject.measure_mount(figures[0])
    return figures


def measure_growth(report, engine, figures):
    sizes = sorted(figures)
    if len(sizes) < 2:
        return
    small, large = sizes[0], sizes[-1]
    bar = 1.1 * large / small
    for what, unit, i in (("time", "s", 0), ("memory", "MiB", 1)):
        report.add(
            engine,
            large,
            f"growth of pull's {what} / {small} tables",
            figures[large][i],
            figures[small][i],
            bar,
            unit,
        )
    report.add(
        engine,
        large,
        f"statements that pull sends / {small} tables",
        figures[large][2],
        figures[small][2],
        1,
        "",
    )


def measure_engine(engine, arguments, timer, report, places):
    figures = {}
    for tables in arguments.tables:
        with contextlib.ExitStack() as stack:
            if engine == "sqlite":
                place = stack.enter_context(tempfile.TemporaryDirectory())
                database = SqliteDatabase(pathlib.Path(place) / "bench.db")
            else:
                server = stack.enter_context(Server.started())
                database = stack.enter_context(PostgresDatabase.created(server))
            figures[tables] = measure(database, tables, timer, report, places)
    measure_growth(report, engine, figures)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", default="1000,10000")
    parser.add_argument("--engine", default="postgresql,sqlite")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", help="write the rows there, too")
    arguments = parser.parse_args()
    arguments.tables = [int(n) for n in arguments.tables.split(",")]

    report, timer = Report(), Timer(arguments.runs)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors before anything is measured")
    header()
    with contextlib.ExitStack() as places:
        for engine in arguments.engine.split(","):
            measure_engine(engine, arguments, timer, report, places)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(report.rows, indent=2), "utf-8")
    over = [row for row in report.rows if row["bar"] is not None and row["ratio"] > row["bar"]]
    noisy = sum(row["noisy"] for row in report.rows)
    print(f"{len(report.rows)} measured, {len(over)} over their bar, {noisy} too noisy to trust")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
