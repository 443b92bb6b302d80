# SPDX-License-Identifier: MIT
"""The second schema of a pair with other names and places for some of what both have, and what says so.

What is renamed depends on its word and the seed alone, so a pair keeps its renames while it shrinks.
"""

import json
import random
import re

from model import WORD, Schema

KINDS = {
    "table": "table", "partition": "table", "view": "view", "matview": "materialized view",
    "enum": "type", "composite": "type", "range": "type", "domain": "domain", "sequence": "sequence",
    "function": "function", "binary": "function", "casting": "function", "trigger function": "function",
    "event function": "function", "aggregate": "aggregate", "collation": "collation", "schema": "schema",
    "dictionary": "text search dictionary", "configuration": "text search configuration",
    "publication": "publication", "event trigger": "event trigger", "server": "server",
    "wrapper": "foreign data wrapper", "foreign table": "foreign table", "index": "index",
    "trigger": "trigger", "policy": "policy", "rule": "rule", "foreign key": "constraint",
    "unvalidated": "constraint",
}
OF_RELATION = ("index", "trigger", "policy", "rule", "foreign key", "unvalidated")
RELATIONS = ("table", "partition", "view", "matview", "foreign table")
KEY = re.compile(r'CONSTRAINT (?:"(?:[^"]|"")*"|\S+) (UNIQUE|PRIMARY KEY)(.*)')
PARTS = {"table": "column", "foreign table": "column", "composite": "attribute", "enum": "enum value"}


class Renaming:
    """What is called otherwise in the second schema of a pair."""

    def __init__(self, spell, seed, dialect):
        self.spell, self.seed, self.dialect = spell, seed, dialect
        self.share = (0, 0, 0.1, 0.3)[seed // 4 % 4]
        self.words, self.places = {}, {}

    def chosen(self, word, what="name"):
        return random.Random(f"{self.seed} {what} {word}").random() < self.share

    def shared(self, first, second):
        """(item, part or None) of all that both schemas have and that can have another name."""
        for item in second:
            old = first.items.get(item.core)
            if not old or old.kind != item.kind or old.name != item.name or item.kind not in KINDS:
                continue
            if item.kind in OF_RELATION and self.relation(first, old) is not self.relation(second, item):
                if self.of(first, old) != self.of(second, item):
                    continue
            if old.types.get("takes") != item.types.get("takes"):
                continue  # another function
            yield item, None
            if item.kind in PARTS:
                for part in item.parts:
                    if part in old.parts and (part in old.types) == (part in item.types):
                        yield item, part

    def relation(self, schema, item):
        """The relation that an index or a trigger belongs to."""
        for other in schema.of(*RELATIONS):
            if re.search(rf" (ON|TABLE|TO) {re.escape(other.name)}( |$)", item.head):
                return other
        return None

    def of(self, schema, item):
        found = self.relation(schema, item)
        return found and found.core

    def clear(self):
        self.words, self.places = {}, {}

    def choose(self, first, second, moves=True):
        """Fills `words` and `places`."""
        self.clear()
        overloaded = {item.name for item in [*first.of("overload"), *second.of("overload")]}
        both = {item.core for item, _ in self.shared(first, second)}
        for item, part in self.shared(first, second):
            core = part or item.core
            if item.name in overloaded or (part and "serial" in item.parts[part]):
                continue
            if self.chosen(core):
                self.words[core] = re.sub(r"\d+", r"n\g<0>", core)
            if not part and moves and "s0" in both and item.name.startswith("public.") and self.chosen(core, "move"):
                self.places[item.name] = "s0" + item.name[len("public"):]

    def sub(self, text):
        """A text of the first schema as it is in the second."""
        for place, other in self.places.items():
            text = re.sub(rf"(?<!\w){re.escape(place)}(?!\w)", lambda _, other=other: other, text)
        return WORD.sub(lambda word: self.words.get(word[0], word[0]), text)

    def applied(self, schema):
        renamed = Schema()
        for item in schema.copy():
            item.head, item.tail, item.name = map(self.sub, (item.head, item.tail, item.name))
            item.parts = {core: self.sub(text) for core, text in item.parts.items()}
            renamed.items[item.core] = item
        return renamed

    def merged(self, item, part):
        """Whether PostgreSQL makes no constraint of it, since the table has a key like it."""
        mine = KEY.fullmatch(item.parts[part]) if self.dialect == "postgresql" else None
        if not mine or mine[1] != "UNIQUE":
            return False
        before = True
        for other, text in item.parts.items():
            key = KEY.fullmatch(text)
            if other == part:
                before = False
            elif key and key[2] == mine[2] and (before or key[1] == "PRIMARY KEY"):
                return True
        return False

    def entries(self, first, second):
        """The renames as `--renames` takes them; of what follows its relation or schema there is no need to say."""
        home = "" if self.dialect == "postgresql" else "main."
        for item, part in self.shared(first, second):
            if part:
                if part in self.words:
                    kind = PARTS[item.kind] if part in item.types or item.kind not in RELATIONS else "constraint"
                    name = self.spell(part) if item.kind != "enum" else part
                    if kind == "constraint" and "CONSTRAINT" not in item.parts[part]:
                        continue
                    if any(self.merged(schema.items[item.core], part) for schema in (first, second)):
                        continue
                    yield kind, f"{home}{item.name}.{name}"
            elif item.core in self.words or item.name in self.places:
                name = home + item.name
                if item.kind in OF_RELATION:
                    relation = self.relation(first, first.items[item.core])
                    if not relation:
                        continue
                    name = f"{home}{relation.name}.{self.spell(item.core)}"
                yield KINDS[item.kind], name

    def write(self, first, second, path):
        found = [{"kind": kind, "from": name, "to": self.sub(name)} for kind, name in self.entries(first, second)]
        path.write_text(json.dumps({"renames": found}, indent=1))
        return bool(found)
