# SPDX-License-Identifier: MIT
"""Seeded random work by several processes on a mount, beside random work on the database.

A round gives each of some processes one thing to do, each with a table of its own, while another
client changes further tables. After every round the database, the listing and every text are compared
with the model. All choices come from the seed: the same seed does the same again.
"""

import contextlib
import errno
import multiprocessing
import os
import random
import subprocess
import time

WAIT = 20  # seconds in which what others did must show, on the slowest machine


# ---- what the processes do; each returns 0 or an errno ----

HOWS = ("plain", "aside", "backup", "anew", "pieces", "inplace", "handed")


def write(path, text, how, number):
    """One of the ways in which programs write files."""
    if how == "aside":
        temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{number}")
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
    elif how == "inplace" and os.path.exists(path):
        with open(path, "r+b") as file:
            file.write(text.encode())
            file.truncate()
    elif how == "handed":
        # The descriptor goes through the hands of other programs, the last of which closes it.
        with open(path, "w", encoding="utf-8") as file:
            middle = len(text) // 2
            for part in (text[:middle], text[middle:]):
                subprocess.run(["cat"], input=part, text=True, stdout=file, check=True)
    else:
        backup = f"{path}~{number}"
        if how == "backup" and os.path.exists(path):
            os.rename(path, backup)
        elif how == "anew" and os.path.exists(path):
            os.unlink(path)
        try:
            with open(path, "w", buffering=1 if how == "pieces" else -1, encoding="utf-8") as file:
                for line in text.splitlines(keepends=True) if how == "pieces" else [text]:
                    file.write(line)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(backup)


def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
        assert os.fstat(file.fileno()).st_size == len(text.encode()), path
    return text


def do_save(path, text, how, number, known):
    if known:
        read(path)
    write(path, text, how, number)
    return 0


def do_save_unread(path, text, how, number):
    """With what this process has read before, if anything."""
    write(path, text, how, number)
    return 0


def do_read(path):
    read(path)
    return 0


def do_rename(path, other):
    os.rename(path, other)
    return 0


def do_aside_and_back(path, number):
    os.rename(path, f"{path}.bak{number}")
    os.rename(f"{path}.bak{number}", path)
    return 0


def do_remove(path, by_program):
    if by_program:
        return subprocess.run(["rm", path], check=False).returncode
    os.unlink(path)
    return 0


def do_empty(path):
    with open(path, "w", encoding="utf-8"):
        pass
    return 0


def do_killed(path, text):
    """A writer that dies in the middle: nothing is saved, and who closes the file is told."""
    script = 'printf "%s" "$1"; kill -9 $$'
    with open(path, "r+b") as file:
        subprocess.run(["bash", "-c", script, "-", text], stdout=file, check=False)
    return 0


def do_scratch(path, number):
    """Swap and backup files come and go."""
    folder, name = os.path.split(path)
    scratch = os.path.join(folder, f".{name}.{number}.swp")
    with open(scratch, "wb") as file:
        file.write(b"\0" * 5000)
    os.rename(scratch, f"{path}~{number}")
    os.unlink(f"{path}~{number}")
    return 0


def work(pipe):
    """A process: does what it is told, until it is told None."""
    for job in iter(pipe.recv, None):
        name, arguments = job
        try:
            pipe.send(globals()[name](*arguments))
        except OSError as failure:
            pipe.send(failure.errno or -1)
        except AssertionError as failure:
            pipe.send(f"{name}: {failure}")


class Process:
    def __init__(self):
        # Threads of the test may hold locks that a fork would copy.
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(other,), daemon=True)
        self.process.start()
        other.close()

    def start(self, function, *arguments):
        self.pipe.send((function.__name__, arguments))

    def result(self):
        assert self.pipe.poll(90), "a program hangs"
        return self.pipe.recv()

    def do(self, function, *arguments):
        self.start(function, *arguments)
        return self.result()

    def end(self):
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.process.join(10)
        self.pipe.close()


# ---- the model ----


class Model:
    """`tables` has what the columns of each table must be."""

    PROCESSES = 3

    def __init__(self, engine, folder, seed, processes):
        self.engine, self.folder, self.processes = engine, str(folder), processes
        self.random = random.Random(seed)
        self.tables = {}
        self.steps = [f"seed {seed}"]
        self.number = 0
        self.free = []

    def path(self, table):
        return os.path.join(self.folder, f"{table}.sql")

    def fresh(self, prefix):
        self.number += 1
        return f"{prefix}{self.number}"

    def text(self, table, fields):
        name = f"public.{table}" if self.engine.dialect == "postgresql" else table
        return f"CREATE TABLE {name} (\n    " + ",\n    ".join(f"{f} text" for f in fields) + "\n);\n"

    def how(self):
        self.number += 1
        return self.random.choice(HOWS), self.number

    def take(self):
        """A table that nobody else touches in this round."""
        return self.free.pop(self.random.randrange(len(self.free)))

    # Each of these starts something in a process and returns what its result must be.

    def create(self, process):
        table = self.fresh("t")
        process.start(do_save, self.path(table), self.text(table, ["a"]), *self.how(), False)
        self.tables[table] = ["a"]

    def add(self, process):
        table = self.take()
        fields = self.tables[table] + [self.fresh("c")]
        process.start(do_save, self.path(table), self.text(table, fields), *self.how(), True)
        self.tables[table] = fields

    def rename(self, process):
        table, other = self.take(), self.fresh("t")
        process.start(do_rename, self.path(table), self.path(other))
        self.tables[other] = self.tables.pop(table)

    def rename_column(self, process):
        table = self.take()
        old, new = self.tables[table][0], self.fresh("c")
        fields = [new, *self.tables[table][1:]]
        text = self.text(table, fields)
        hint = f"{new} text" + ("," if len(fields) > 1 else "")
        text = text.replace(hint, f"{hint} -- renamed from: {old}", 1)
        process.start(do_save, self.path(table), text, *self.how(), True)
        self.tables[table] = fields

    def remove(self, process):
        table = self.take()
        process.start(do_remove, self.path(table), self.random.random() < 0.5)
        del self.tables[table]

    def aside_and_back(self, process):
        process.start(do_aside_and_back, self.path(self.take()), self.how()[1])

    def empty(self, process):
        process.start(do_empty, self.path(self.take()))

    def scratch(self, process):
        process.start(do_scratch, self.path(self.take()), self.how()[1])

    def nonsense(self, process):
        table = self.take()
        text = self.random.choice(["CREATE TABL", "SELECT 1;", "(", "'", "CREATE TABLE zzz (a text);"])
        process.start(do_save, self.path(table), text, *self.how(), True)
        return errno.EINVAL, table, text

    def killed(self, process):
        table = self.take()
        text = self.text(table, ["half"])
        process.start(do_killed, self.path(table), text)
        return errno.EINTR, table, None

    STEPS = [create, add, rename, rename_column, aside_and_back, nonsense] * 3 + [
        remove, empty, scratch, killed,
    ]

    # What another client does meanwhile: statements.

    def outside(self):
        kind = self.random.choice(["add", "create", "drop", "rename", "none", "none"])
        if kind == "create" or (kind != "none" and len(self.free) < 2):
            table = self.fresh("o")
            self.tables[table] = ["a"]
            return f"CREATE TABLE {table} (a text);"
        if kind == "none":
            return ""
        table = self.take()
        if kind == "add":
            field = self.fresh("o")
            self.tables[table] = self.tables[table] + [field]
            return f"ALTER TABLE {table} ADD COLUMN {field} text;"
        if kind == "drop":
            del self.tables[table]
            return f"DROP TABLE {table};"
        other = self.fresh("o")
        self.tables[other] = self.tables.pop(table)
        return f"ALTER TABLE {table} RENAME TO {other};"

    def change(self, statements):
        """By a client that waits for its turn, as it must beside others."""
        patience = ".timeout 60000\n" if self.engine.dialect == "sqlite" else ""
        self.engine.run(patience + statements)

    # ---- rounds ----

    def round(self):
        self.free = sorted(self.tables)
        jobs = []
        for process in self.processes:
            step = self.random.choice(self.STEPS) if len(self.free) > 2 else Model.create
            jobs.append((process, step, step(self, process)))
        statements = self.outside()
        self.steps.append(" | ".join([step.__name__ for _, step, _ in jobs] + [statements]))
        if statements:
            self.change(statements)
        for process, step, expected in jobs:
            number, table, text = expected or (0, None, None)
            result = process.result()
            assert result == number, (step.__name__, result)
            if table:
                self.check_refusal(table, text)

    def check_refusal(self, table, text):
        """The text that was refused is there; the notes go by rm, and the object is what it was."""
        rejected = self.path(table) + ".rej"
        if text is not None:
            with open(rejected, encoding="utf-8") as file:
                assert file.read() == text
        for suffix in (".error", ".rej"):
            self.wait(lambda suffix=suffix: os.path.exists(self.path(table) + suffix))
            os.unlink(self.path(table) + suffix)

    def conflict(self):
        """One process reads, another client changes, the first one writes: the text is kept aside."""
        self.free = sorted(self.tables)
        table, process, field = self.take(), self.random.choice(self.processes), self.fresh("o")
        text = self.text(table, self.tables[table] + [self.fresh("c")])
        self.steps.append(f"conflict on {table}")
        assert process.do(do_read, self.path(table)) == 0
        self.change(f"ALTER TABLE {table} ADD COLUMN {field} text;")
        self.tables[table] = self.tables[table] + [field]
        how, number = self.how()
        how = {"backup": "plain", "anew": "aside"}.get(how, how)
        result = process.do(do_save_unread, self.path(table), text, how, number)
        assert result == errno.ESTALE, (how, result)
        self.check_refusal(table, text)

    def wait(self, condition):
        end = time.monotonic() + WAIT
        while not condition():
            assert time.monotonic() < end, "it did not come to pass"
            time.sleep(0.02)

    def in_database(self):
        query = {
            "postgresql": "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON"
            " a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind = 'r'"
            " AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname, a.attnum",
            "sqlite": "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' ORDER BY m.name, c.cid",
        }
        found = {}
        for table, field in self.engine.rows(query[self.engine.dialect]):
            found.setdefault(table, []).append(field)
        return found

    def differs_in_tree(self):
        """What the mount shows that is not as the model says, for people; None when all is."""
        listed = sorted(os.listdir(self.folder))
        expected = sorted(f"{table}.sql" for table in self.tables)
        if listed != expected:
            return f"listed {listed}, expected {expected}"
        for table, fields in self.tables.items():
            try:
                with open(self.path(table), encoding="utf-8") as file:
                    text = file.read()
            except OSError as failure:
                return f"{table}: {failure}"
            if os.stat(self.path(table)).st_size != len(text):
                return f"{table}: size {os.stat(self.path(table)).st_size} of {len(text)}: {text}"
            shown = [word for word in text.replace('"', " ").replace("(", " ( ").split()]
            if [word for word in shown if word in fields] != fields or not text.endswith(";\n"):
                return f"{table}: {text}, expected {fields}"
        return None

    def compare(self):
        self.wait(lambda: self.in_database() == self.tables)
        end = time.monotonic() + WAIT
        for difference in iter(self.differs_in_tree, None):
            assert time.monotonic() < end, difference
            time.sleep(0.02)

    def run(self, rounds=None, seconds=None):
        """So many rounds, or for so long; the number of rounds."""
        end = time.monotonic() + (seconds or 1e9)
        done = 0
        try:
            while done != rounds and time.monotonic() < end:
                if len(self.tables) > 3 and self.random.random() < 0.1:
                    self.conflict()
                else:
                    self.round()
                self.compare()
                done += 1
        except BaseException as failure:
            raise AssertionError("\n".join([*self.steps, repr(failure)])) from failure
        return done


@contextlib.contextmanager
def processes():
    started = [Process() for _ in range(Model.PROCESSES)]
    try:
        yield started
    finally:
        for process in started:
            process.end()


def run(engine, folder, seed, rounds=None, seconds=None):
    with processes() as started:
        return Model(engine, folder, seed, started).run(rounds, seconds)
