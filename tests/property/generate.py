# SPDX-License-Identifier: MIT
"""What the generators of both dialects have in common: building a schema and changing it."""

import random

from model import Names, Schema


class Generator:
    """Makes random schemas. A dialect says what there is: `makers` and `first`.

    makers maps a kind to (weight, function): the function makes an item anew, or again under the
    core that it is given; None when there is nothing to make it from.
    """

    makers = {}
    first = ()

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.names = Names(self.rng)
        self.schema = Schema()
        self.spelled = {}

    # Small words ----------------------------------------------------------------------------

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def pick(self, things):
        things = list(things)
        return self.rng.choice(things) if things else None

    def sample(self, things, most):
        things = list(things)
        return self.rng.sample(things, min(len(things), self.rng.randint(1, most)))

    def spell(self, core):
        """How a name is written: always the same."""
        if core not in self.spelled:
            self.spelled[core] = self.names.spell(core)
        return self.spelled[core]

    # Schemas --------------------------------------------------------------------------------

    def make(self, kind, core=None):
        return self.makers[kind][1](self, core)

    def add_any(self):
        """Adds something; not everything can be made from what there is."""
        kinds = list(self.makers)
        weights = [self.makers[kind][0] for kind in kinds]
        for kind in self.rng.choices(kinds, weights, k=5):
            if self.schema.add(self.make(kind)):
                return

    def build(self, size):
        for kind in self.first:
            self.schema.add(self.make(kind))
        for _ in range(size):
            self.add_any()
        return self.schema

    def change(self):
        """One step of a mutation."""
        self.rng.choices(
            [self.add_any, self.drop_any, self.remake, self.change_table], [3, 2, 3, 6]
        )[0]()

    def drop_any(self):
        item = self.pick(self.schema)
        if item:
            self.schema.drop(item.core)

    def remake(self):
        """Another item of the same name in the place of one that is there."""
        old = self.pick(item for item in self.schema if item.kind in self.remade)
        if not old:
            return
        new = self.make(old.kind, old.core)
        if new:
            self.schema.items[old.core] = new
            lost = set(old.parts) - set(new.parts)
            if lost:
                self.schema.drop(*lost)

    def change_table(self):
        table = self.pick(self.schema.of("table"))
        if table:
            self.pick(self.table_changes)(self, table)

    def drop_part(self, table):
        core = self.pick(table.parts)
        if core and len(table.types) > 1:
            self.schema.drop(core)
