# SPDX-License-Identifier: MIT
"""A pair of schemas of a seed, and what has to hold when one is brought to the other."""

import contextlib
import itertools
import random
import shutil
import time

from model import shrink
from renamed import Renaming

MODES = ("database", "script", "tree", "database")

SAYING = ("setting", "comment", "grant", "default privileges", "owned")


class Broken(Exception):
    """The property does not hold."""


def loadable(engine, schema, last=None):
    """Drops what the database does not take; what a change broke is first put back as it was."""
    for attempt in range(8):
        failed = engine.failing(schema)
        if not failed:
            return schema
        for core in failed:
            old = last.items.get(core) if last and attempt < 2 else None
            if core in schema.items and old and old.text != schema.items[core].text:
                schema.items[core] = last.copy().items[core]
            else:
                schema.drop(core)
    return last.copy() if last else type(schema)()


def for_a_while(seconds, check):
    """The seeds are always the same, only how many there are differs."""
    end = time.monotonic() + seconds
    for seed in itertools.count(1):
        check(seed)
        if time.monotonic() > end:
            return


def make_pair(engine, seed, least=4, changes=(3, 8, 20, 40)):
    maker = engine.generator(seed)
    maker.build(maker.rng.randint(least, 30))
    first = maker.schema = loadable(engine, maker.schema)
    first = first.copy()
    for _ in range(maker.rng.choice(changes)):
        maker.change()
    return first, loadable(engine, maker.schema, first), maker.spell


class Check:
    """Brings databases of one schema to another and looks at everything."""

    def __init__(self, engine, program, place, seed, spell):
        self.engine, self.program, self.place, self.seed = engine, program, place, seed
        self.renaming = Renaming(spell, seed, engine.generator.dialect)
        self.mode = MODES[seed % len(MODES)]

    def call(self, *words):
        done = self.program(*words)
        if done.returncode not in (0, 1, 2):
            raise Broken(f"schemafs {words[0]} ended with {done.returncode}:\n{done.stderr}")
        return done

    @contextlib.contextmanager
    def goal(self, schema, database):
        """What is pushed: the database, its schema as a script in any order, or its tree."""
        place = self.place / "goal"
        if self.mode == "script":
            path = place.with_suffix(".sql")
            path.write_text("".join(self.in_any_order(schema)))
            yield path
            path.unlink()
        elif self.mode == "tree":
            done = self.call("pull", database.target, place)
            if done.returncode:
                raise Broken("pull: " + done.stderr)
            yield place
            shutil.rmtree(place)
        else:
            yield database.target

    def in_any_order(self, schema):
        """The texts in any order, but for those that may speak of the same thing: the last of them holds."""
        items = schema.ordered()
        texts = [item.text + ";\n" for item in items]
        if any("OWNER TO" in text for text in texts):
            return texts
        shuffled = random.Random(self.seed).sample(range(len(items)), len(items))
        said = [n for n, item in enumerate(items) if item.kind in SAYING]
        last = iter(said)
        return [texts[next(last)] if items[n].kind in SAYING else texts[n] for n in shuffled]

    def bring(self, first, second):
        """From the first schema to the second, with rows; without where they stand in the way."""
        second, said = self.renamed(first, second)
        with self.engine.fresh(second) as wanted, self.goal(second, wanted) as goal:
            with self.engine.fresh(first) as database:
                self.engine.fill(database)
                if self.push(database, wanted, goal, said):
                    return "rows"
            with self.engine.fresh(first) as database:
                if not self.push(database, wanted, goal, said):
                    raise Broken("refused without rows: " + self.refusal)
            return "refused"

    def renamed(self, first, second):
        """The second schema with some names changed, and the options that say so."""
        for moves in (True, False):
            self.renaming.choose(first, second, moves)
            there = self.renaming.applied(second)
            if not self.engine.failing(there):
                path = self.place / "renames.json"
                return there, ["--renames", path] if self.renaming.write(first, second, path) else []
        self.renaming.clear()
        return second, []

    def push(self, database, wanted, goal, said):
        engine, sub = self.engine, self.renaming.sub
        before = engine.shape(database)
        tables = engine.comparable(database, wanted, sub)
        every = engine.comparable(database, database)
        moved = engine.moved(database, wanted, sub)
        there_were = engine.count_moved(database, wanted, moved, sub)
        rows, all_rows = engine.contents(database, tables), engine.contents(database, every)
        done = self.call("push", "--apply=all", *said, goal, database.target)
        if done.returncode:
            self.refusal = done.stderr
            if engine.shape(database) != before:
                raise Broken("refused, and yet the schema changed: " + done.stderr)
            if engine.contents(database, every) != all_rows:
                raise Broken("refused, and yet rows changed: " + done.stderr)
            return False
        self.compare(engine.shape(database), engine.shape(wanted), done.stdout)
        if len(moved) and engine.count(database, tables, sub) < there_were:
            raise Broken(f"rows are gone from partitions:\n{done.stdout}")
        there = {sub(table): [sub(column) for column in columns] for table, columns in tables.items()}
        found = engine.contents(database, there)
        self.compare_rows(rows, {key: found[sub(key)] for key in rows}, done.stdout)
        again = self.call("diff", *said, database.target, goal)
        if again.returncode or again.stdout:
            raise Broken(f"a second plan is not empty:\n{again.stdout}{again.stderr}\n"
                         f"the first plan was:\n{done.stdout}")
        return True

    @staticmethod
    def compare(have, want, plan):
        if have == want:
            return
        lines = [
            f"{key}\n  has   {have.get(key)}\n  wants {want.get(key)}"
            for key in sorted(have.keys() | want.keys()) if have.get(key) != want.get(key)
        ]
        raise Broken("the catalogs differ:\n" + "\n".join(lines) + f"\nthe plan was:\n{plan}")

    @staticmethod
    def compare_rows(before, after, plan):
        lost = [key for key in before if before[key] != after[key]
                and not (key.endswith(" counter") and None in (before[key], after[key]))]
        if lost:
            lines = [f"{key}: {before[key]} -> {after[key]}" for key in lost]
            raise Broken("rows are not as they were:\n" + "\n".join(lines) + f"\nthe plan was:\n{plan}")


def describe(first, second, message):
    return f"{message}\n---- the first schema\n{first.text()}---- the second\n{second.text()}"


def run_seed(engine, program, place, seed, small=True):
    """None when everything holds, otherwise a text: a small pair for which it does not."""
    first, second, spell = make_pair(engine, seed)
    check = Check(engine, program, place, seed, spell)
    outcomes = []
    for way, one, two in (("forwards", first, second), ("backwards", second, first)):
        try:
            outcomes.append(check.bring(one, two))
        except Broken as broken:
            if small:
                one, two, broken = smallest(engine, check, one, two, broken)
            return f"seed {seed}, {way}, by {check.mode}: " + describe(one, check.renamed(one, two)[0], broken), outcomes
    return None, outcomes


def smallest(engine, check, first, second, broken):
    kind = str(broken).split("\n", maxsplit=1)[0][:30]
    last = [broken]

    def fails(one, two):
        if engine.failing(one) or engine.failing(two):
            return False
        try:
            check.bring(one, two)
        except Broken as found:
            if str(found).startswith(kind):
                last[0] = found
                return True
        except AssertionError:
            return False
        return False

    first, second = shrink(first, second, fails)
    return first, second, last[0]
