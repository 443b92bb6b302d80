# SPDX-License-Identifier: MIT
"""Random schemas of PostgreSQL: partitioned tables, whose partitions come, go and move."""

import copy

from model import Item


class PartitionMakers:
    """Mixed into the generator of PostgreSQL."""

    def make_partitioned(self, core=None):
        core = core or self.names.core("t")
        name = self.qualify(core)
        table = Item("table", core, f"CREATE TABLE {name}", name=name)
        key = self.names.core("c")
        method = self.pick(["RANGE", "LIST", "HASH"])
        table.tail = f" PARTITION BY {method} ({self.spell(key)})"
        table.types[key] = "integer"
        table.parts[key] = f"{self.spell(key)} integer NOT NULL"
        for _ in range(self.rng.randint(1, 3)):
            self.add_column(table)
        if self.chance(50):
            core = self.names.core("k")
            table.parts[core] = f"CONSTRAINT {self.spell(core)} PRIMARY KEY ({self.spell(key)})"
        return table

    def parents(self):
        """What can have partitions, with the column that decides."""
        for item in self.schema.of("table"):
            if "PARTITION BY" in item.tail:
                yield item, next(iter(item.types), None), item.tail
        for item in self.schema.of("partition"):
            if "PARTITION BY" in item.head:
                yield item, item.types["key"], item.head.split(" PARTITION OF ")[1]

    def bound_of(self, how, n):
        if "BY HASH" in how:
            return f"FOR VALUES WITH (modulus 4, remainder {n})"
        if n == 3 and self.chance(70):
            return "DEFAULT"
        if "BY LIST" in how:
            more = self.pick(["", f", {n + 11}", f", {n + 11}, {n + 21}"])
            return f"FOR VALUES IN ({n + 1}{more})"
        first, last = self.pick([(n * 2, n * 2 + 2), (n * 2 + 1, n * 2 + 2), (n * 2, n * 2 + 1)])
        if n == 0 and self.chance(30):
            first = "MINVALUE"
        return f"FOR VALUES FROM ({first}) TO ({last})"

    def make_partition(self, core=None):
        """A partition; again under its core it is another part of the same table, or of another."""
        old = self.schema.items.get(core)
        parents = [p for p in self.parents() if p[0].core != core and p[1]]
        same = [p for p in parents if old and p[0].core == old.types.get("of")]
        found = self.pick(same if same and self.chance(80) else parents)
        if not found:
            return None
        parent, key, how = found
        siblings = [p for p in self.schema.of("partition") if p.types["of"] == parent.core and p is not old]
        free = [n for n in range(4) if n not in (p.types["place"] for p in siblings)]
        if not free or parent.types.get("depth", 0) > 1:
            return None
        place = old.types["place"] if old and same and self.chance(60) else self.pick(free)
        if place not in free:
            return None
        core = core or self.names.core("p")
        text = f"CREATE TABLE {self.qualify(core)} PARTITION OF {parent.name} {self.bound_of(how, place)}"
        if old and same and "PARTITION BY" in old.head and self.chance(80):
            text += " PARTITION BY" + old.head.split(" PARTITION BY", 1)[1]
        elif self.chance(20) and not old:
            text += f" PARTITION BY {self.pick(['LIST', 'RANGE', 'HASH'])} ({self.spell(key)})"
        types = {"of": parent.core, "place": place, "key": key, "depth": parent.types.get("depth", 0) + 1} \
            if parent.kind == "partition" else {"of": parent.core, "place": place, "key": key, "depth": 1}
        return Item("partition", core, text, types=types, name=self.qualify(core))

    def attach_or_detach(self):
        """A partition becomes a table of its own, or a table like that a partition."""
        alone = [t for t in self.schema.of("table") if t.core.startswith("p")]
        table = self.pick(alone)
        if table and self.chance(50):
            places = {p.core: p for p in self.schema.of("table") if "PARTITION BY" in p.tail}
            parent = self.pick(p for p in places.values() if set(p.types) == set(table.types))
            if parent:
                taken = [p.types["place"] for p in self.schema.of("partition") if p.types["of"] == parent.core]
                place = self.pick(n for n in range(4) if n not in taken)
                if place is not None:
                    text = f"CREATE TABLE {table.name} PARTITION OF {parent.name} {self.bound_of(parent.tail, place)}"
                    key = next(iter(parent.types))
                    types = {"of": parent.core, "place": place, "key": key, "depth": 1}
                    self.schema.items[table.core] = Item("partition", table.core, text, types=types, name=table.name)
            return
        part = self.pick(p for p in self.schema.of("partition") if "PARTITION BY" not in p.head)
        parent = part and self.schema.items.get(part.types["of"])
        if not parent or parent.kind != "table":
            return
        table = Item("table", part.core, f"CREATE TABLE {part.name}", name=part.name)
        table.types = dict(parent.types)
        table.parts = {c: copy.copy(parent.parts[c]) for c in parent.types}
        self.schema.items[part.core] = table

    partition_makers = {
        "partitioned": (1, make_partitioned),
        "partition": (3, make_partition),
    }
