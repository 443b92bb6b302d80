# SPDX-License-Identifier: MIT
"""A schema as items of text whose names are words that occur nowhere else.

So what needs what is read off the texts: an item needs another when it mentions a word of it. That is
all that dropping, ordering and shrinking have to know, for either dialect.
"""

import copy
import dataclasses
import re

WORD = re.compile(r"\b[a-z]+\d+\b")


def words(text):
    return set(WORD.findall(text))


@dataclasses.dataclass
class Item:
    """A statement: `head (part, part) tail`. Parts are columns, constraints, labels."""

    kind: str
    core: str
    head: str
    parts: dict = dataclasses.field(default_factory=dict)
    tail: str = ""
    # What others may refer to: the type of each column, for a type the values of its labels.
    types: dict = dataclasses.field(default_factory=dict)
    name: str = ""

    @property
    def text(self):
        if not self.parts:
            return self.head + self.tail
        return f"{self.head} (\n    " + ",\n    ".join(self.parts.values()) + f"\n){self.tail}"


class Schema:
    def __init__(self):
        self.items = {}

    def copy(self):
        return copy.deepcopy(self)

    def __iter__(self):
        return iter(list(self.items.values()))

    def __len__(self):
        return len(self.items)

    def add(self, item):
        if item:
            self.items[item.core] = item
        return item

    def of(self, *kinds):
        return [item for item in self if item.kind in kinds]

    def owners(self):
        """The item that makes each word."""
        found = {}
        for item in self:
            found[item.core] = item.core
            found.update(dict.fromkeys(item.parts, item.core))
        return found

    def ordered(self):
        """The items, each after what it needs."""
        owners, done, order = self.owners(), set(), []

        def visit(item):
            if item.core in done:
                return
            done.add(item.core)
            for word in sorted(words(item.text)):
                if word in owners:
                    visit(self.items[owners[word]])
            order.append(item)

        for item in self:
            visit(item)
        return order

    def text(self):
        return "".join(item.text + ";\n" for item in self.ordered())

    def drop(self, *cores):
        """Drops items or parts, and all that mentions them."""
        gone = set(cores)
        before = -1
        while before != len(gone):
            before = len(gone)
            for item in self:
                if item.core in gone or words(item.head + item.tail) & gone:
                    del self.items[item.core]
                    gone |= {item.core, *item.parts}
                    continue
                had = bool(item.parts)
                for core, text in list(item.parts.items()):
                    if core in gone or words(text) & gone:
                        del item.parts[core]
                        item.types.pop(core, None)
                        gone.add(core)
                if had and not item.parts:
                    del self.items[item.core]
                    gone.add(item.core)

    def drop_alone(self, core):
        """Drops one item or part and nothing else."""
        owner = self.owners().get(core)
        if core in self.items:
            del self.items[core]
        elif owner:
            self.items[owner].parts.pop(core)
            self.items[owner].types.pop(core, None)


class Names:
    """Words that are used once, and names made of them, some of which have to be quoted."""

    def __init__(self, rng):
        self.rng = rng
        self.last = 0

    def core(self, letter):
        self.last += 1
        return f"{letter}{self.last}"

    def spell(self, core):
        forms = [core] * 8 + [f'"{core} Größe"', f'"{core} ""x"', f'"Select {core}"']
        return self.rng.choice(forms)


def shrink(first, second, fails, budget=200):
    """A smaller pair that still fails: first what was changed is undone, then things are dropped."""

    def attempt(one, two):
        nonlocal first, second, budget
        if budget <= 0 or (one.text(), two.text()) == (first.text(), second.text()):
            return False
        budget -= 1
        if not fails(one, two):
            return False
        first, second = one, two
        return True

    smaller = True
    while smaller and budget > 0:
        smaller = False
        for core in differing(first, second):
            smaller |= attempt(*undone(first, second, core))
        for core in sorted(set(first.owners()) | set(second.owners()), key=order_of, reverse=True):
            if core in first.owners() or core in second.owners():
                smaller |= attempt(*without(first, second, core))
    return first, second


def order_of(core):
    return int(re.sub(r"\D", "", core))


def differing(first, second):
    """The items and parts that are not alike on both sides."""
    for core in sorted(set(first.items) | set(second.items), key=order_of, reverse=True):
        one, two = first.items.get(core), second.items.get(core)
        if one is None or two is None:
            yield core
        elif one.text != two.text:
            yield core
            for part in set(one.parts) | set(two.parts):
                if one.parts.get(part) != two.parts.get(part):
                    yield part


def undone(first, second, core):
    """The second schema with one thing as it is in the first."""
    two = second.copy()
    if core in first.items:
        two.items[core] = copy.deepcopy(first.items[core])
    elif core in two.items:
        two.drop(core)
    else:
        owner = first.owners().get(core) or second.owners().get(core)
        source, item = first.items.get(owner), two.items.get(owner)
        if source is None or item is None:
            return first, two
        if core in source.parts:
            item.parts[core] = source.parts[core]
            if core in source.types:
                item.types[core] = source.types[core]
        else:
            two.drop(core)
    return first, two


def without(first, second, core):
    one, two = first.copy(), second.copy()
    one.drop(core)
    two.drop(core)
    return one, two
