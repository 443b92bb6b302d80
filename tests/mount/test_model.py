# SPDX-License-Identifier: MIT
"""Random work on a mount, beside random work on the database, against a model of both.

A failure names its seed; the steps that led to it are in the message.
"""

import errno
import os
import random

import pytest

from tree import columns, names, tables, wait_for

pytestmark = pytest.mark.long


class Model:
    """What each table's columns must be; every step is done for real and then compared."""

    def __init__(self, engine, folder, seed):
        self.engine, self.folder = engine, folder
        self.random = random.Random(seed)
        self.tables = {}
        self.steps = [f"seed {seed}"]
        self.number = 0

    def path(self, table):
        return self.folder / f"{table}.sql"

    def qualified(self, table):
        return f"public.{table}" if self.engine.dialect == "postgresql" else table

    def text(self, table, fields):
        return f"CREATE TABLE {self.qualified(table)} ({', '.join(f'{f} text' for f in fields)});\n"

    def fresh(self, prefix):
        self.number += 1
        return f"{prefix}{self.number}"

    def any(self):
        return self.random.choice(sorted(self.tables))

    def write(self, path, text):
        """One of the ways in which programs write files."""
        how = self.random.choice(["plain", "aside", "backup", "anew", "pieces"])
        if how == "aside":
            temporary = path.parent / f".{path.name}.{self.random.randrange(1000)}"
            temporary.write_text(text)
            try:
                os.replace(temporary, path)
            finally:
                if temporary.exists():
                    os.unlink(temporary)
            return
        if how == "backup" and path.exists():
            os.rename(path, f"{path}~")
        elif how == "anew" and path.exists():
            os.unlink(path)
        try:
            with open(path, "w", buffering=1 if how == "pieces" else -1) as file:
                for line in text.splitlines(keepends=True) if how == "pieces" else [text]:
                    file.write(line)
        finally:
            if os.path.exists(f"{path}~"):
                os.unlink(f"{path}~")

    # ---- steps ----

    def create(self):
        table = self.fresh("t")
        self.write(self.path(table), self.text(table, ["a"]))
        self.tables[table] = ["a"]

    def add(self):
        table = self.any()
        fields = self.tables[table] + [self.fresh("c")]
        self.path(table).read_text()
        self.write(self.path(table), self.text(table, fields))
        self.tables[table] = fields

    def rename(self):
        table, other = self.any(), self.fresh("t")
        os.rename(self.path(table), self.path(other))
        self.tables[other] = self.tables.pop(table)

    def rename_column(self):
        table = self.any()
        old, new = self.tables[table][0], self.fresh("c")
        fields = [f"{f} text" for f in self.tables[table][1:]]
        body = ",\n".join([f"{new} text", *fields]).replace("\n", f" -- renamed from: {old}\n", 1)
        if not fields:
            body += f" -- renamed from: {old}"
        self.path(table).read_text()
        self.write(self.path(table), f"CREATE TABLE {self.qualified(table)} (\n{body}\n);\n")
        self.tables[table][0] = new

    def remove(self):
        table = self.any()
        os.unlink(self.path(table))
        del self.tables[table]
        wait_for(lambda: not columns(self.engine, table), 4)

    def aside_and_back(self):
        path = self.path(self.any())
        os.rename(path, f"{path}.bak")
        os.rename(f"{path}.bak", path)

    def nonsense(self):
        path = self.path(self.any())
        with pytest.raises(OSError) as refused:
            self.write(path, self.random.choice(["CREATE TABL", "SELECT 1;", "(", "'"]))
        assert refused.value.errno == errno.EINVAL
        wait_for(path.exists, 3)
        for suffix in (".error", ".rej"):
            os.unlink(f"{path}{suffix}")

    def by_others(self):
        table, field = self.any(), self.fresh("o")
        self.engine.run(f"ALTER TABLE {table} ADD COLUMN {field} text;")
        self.tables[table].append(field)
        wait_for(lambda: field in self.path(table).read_text(), 5)

    def created_by_others(self):
        table = self.fresh("o")
        self.engine.run(f"CREATE TABLE {table} (a text);")
        self.tables[table] = ["a"]
        wait_for(self.path(table).exists, 5)

    def dropped_by_others(self):
        table = self.any()
        self.engine.run(f"DROP TABLE {table};")
        del self.tables[table]
        wait_for(lambda: not self.path(table).exists(), 5)

    STEPS = (
        [create, add, rename, rename_column, aside_and_back, nonsense] * 3
        + [remove, by_others, created_by_others, dropped_by_others]
    )

    def compare(self):
        for table, fields in self.tables.items():
            assert columns(self.engine, table) == fields, table
            text = self.path(table).read_text()
            assert os.stat(self.path(table)).st_size == len(text)
            for field in fields:
                assert field in text
        assert names(self.folder) == sorted(f"{table}.sql" for table in self.tables)

    def run(self, count):
        for _ in range(count):
            step = self.random.choice(self.STEPS) if len(self.tables) > 2 else Model.create
            self.steps.append(step.__name__)
            try:
                step(self)
                self.compare()
            except BaseException as failure:
                raise AssertionError("\n".join(self.steps)) from failure


@pytest.mark.parametrize("seed", [1, 2])
def test_random_work(engine, mount, seed):
    with mount(engine.target) as place:
        Model(engine, tables(place, engine), seed).run(40)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 110))
def test_random_work_long(engine, mount, seed):
    with mount(engine.target) as place:
        Model(engine, tables(place, engine), seed).run(250)
