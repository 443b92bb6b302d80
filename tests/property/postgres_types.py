# SPDX-License-Identifier: MIT
"""Random schemas of PostgreSQL: types, and what they are made with."""

from model import Item

BASES = {
    "integer": ["0", "7"],
    "text": ["'x'"],
    "numeric(10,2)": ["1.50"],
    "integer[]": ["'{}'"],
    "date": ["CURRENT_DATE"],
}
ATTRIBUTES = ["integer", "text", "date", "bigint", "character varying(9)", "integer[]"]
SUBTYPES = ["integer", "bigint", "text", "date", "double precision"]
LOCALES = [
    "provider = icu, locale = 'en-US'", "provider = icu, locale = 'de-u-co-phonebk'",
    "provider = icu, locale = 'und-u-ks-level2', deterministic = false",
    "provider = libc, locale = 'C'", "provider = libc, locale = 'C.UTF-8'",
]


class TypeMakers:
    """Mixed into the generator of PostgreSQL."""

    def make_enum(self, core=None):
        old = self.schema.items.get(core)
        core = core or self.names.core("e")
        item = Item("enum", core, f"CREATE TYPE {self.qualify(core)} AS ENUM", name=self.qualify(core))
        labels = list(old.parts) if old else []
        if old and self.chance(40) and len(labels) > 1:
            labels.remove(self.pick(labels))
        if old and self.chance(30):
            self.rng.shuffle(labels)
        for _ in range(self.rng.randint(0 if labels else 1, 3)):
            labels.insert(self.rng.randint(0, len(labels)), self.names.core("l"))
        item.parts = {label: f"'{label}'" for label in labels}
        return item

    def make_domain(self, core=None):
        core = core or self.names.core("d")
        old = self.schema.items.get(core)
        bases = [*BASES, *(item.name for item in self.schema.of("enum", "range"))]
        base = old.types["base"] if old and self.chance(80) else self.pick(bases)
        text = f"CREATE DOMAIN {self.qualify(core)} AS {base}"
        collation = self.collation() if base == "text" and self.chance(20) else ""
        text += collation
        if self.chance(40) and base in BASES:
            text += " DEFAULT " + self.pick(BASES[base])
        if self.chance(15):
            text += " NOT NULL"
        checks = dict(old.types["checks"]) if old and old.types["base"] == base else {}
        if checks and self.chance(50):
            checks.pop(self.pick(checks))
        if self.chance(50):
            word = self.pick(["none", "nothing", "gone"])
            checks[self.names.core("k")] = f"CHECK (VALUE::text <> '{word}')"
        text += "".join(f" CONSTRAINT {self.spell(k)} {check}" for k, check in checks.items())
        return Item("domain", core, text, types={"base": base, "checks": checks}, name=self.qualify(core))

    def attribute(self, part, core):
        """An attribute of a composite type, which may be of any other type that is there."""
        kind = self.pick(ATTRIBUTES)
        own = [i for i in self.schema.of("enum", "domain", "composite", "range") if i.core != core]
        if own and self.chance(25):
            kind = self.pick(own).name
        return f"{self.spell(part)} {kind}" + (self.collation() if kind == "text" and self.chance(15) else "")

    def make_composite(self, core=None):
        core = core or self.names.core("y")
        old = self.schema.items.get(core)
        item = Item("composite", core, f"CREATE TYPE {self.qualify(core)} AS", name=self.qualify(core))
        if old:
            kept = list(old.parts.items())
            if len(kept) > 1 and self.chance(50):
                kept.remove(self.pick(kept))
            item.parts = {
                part: self.attribute(part, core) if self.chance(30) else text for part, text in kept
            }
        for _ in range(self.rng.randint(0 if item.parts else 1, 2)):
            part = self.names.core("a")
            item.parts[part] = self.attribute(part, core)
        return item

    def make_range(self, core=None):
        core = core or self.names.core("r")
        kinds = [*SUBTYPES, *(item.name for item in self.schema.of("enum"))]
        subtype = self.pick(kinds)
        text = f"CREATE TYPE {self.qualify(core)} AS RANGE (subtype = {subtype}"
        if subtype == "double precision" and self.chance(50):
            text += ", subtype_diff = float8mi"
        elif subtype == "text" and self.chance(50):
            collation = self.pick(self.schema.of("collation"))
            text += f", collation = {collation.name}" if collation else ', collation = "C"'
        if self.chance(30):
            home = self.qualify(core).split(".")[0]
            text += f", multirange_type_name = {home}.{core}_many"
        return Item("range", core, text + ")", name=self.qualify(core))

    # Collations -------------------------------------------------------------------------------

    def make_collation(self, core=None):
        core = core or self.names.core("n")
        text = f"CREATE COLLATION {self.qualify(core)} ({self.pick(LOCALES)})"
        return Item("collation", core, text, name=self.qualify(core))

    def collation(self):
        own = self.pick(self.schema.of("collation"))
        return f" COLLATE {own.name}" if own and self.chance(60) else ' COLLATE "C"'

    # What is found by its arguments -------------------------------------------------------------

    def make_binary(self, core=None):
        """A function of two arguments, for aggregates and operators."""
        core = core or self.names.core("f")
        body = self.pick(["coalesce($1, 0) + coalesce($2, 0)", "greatest($1, $2)", "least($1, $2)"])
        name = self.qualify(core)
        text = f"CREATE FUNCTION {name}(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT {body}'"
        return Item("binary", core, text, name=name)

    def make_aggregate(self, core=None):
        core = core or self.names.core("z")
        function = self.pick(self.schema.of("binary"))
        if not function:
            return None
        text = f"CREATE AGGREGATE {self.qualify(core)}(integer) (SFUNC = {function.name}, STYPE = integer"
        text += self.pick(["", ", INITCOND = '0'", ", INITCOND = '5'"])
        if self.chance(30):
            text += f", COMBINEFUNC = {function.name}"
        if self.chance(30):
            text += ", PARALLEL = safe"
        return Item("aggregate", core, text + ")", name=self.qualify(core))

    def make_operator(self, core=None):
        """Its name can hold no word, so who uses it says the word beside it."""
        core = core or self.names.core("j")
        function = self.pick(self.schema.of("binary"))
        if not function:
            return None
        name = "public.<" + "".join("~!@%&|?#^="[int(digit)] for digit in core[1:]) + "~"
        text = (f"CREATE OPERATOR {name} /* {core} */ (FUNCTION = {function.name}, "
                "LEFTARG = integer, RIGHTARG = integer")
        if self.chance(40):
            text += f", COMMUTATOR = OPERATOR({name})"
        if self.chance(20):
            text += ", RESTRICT = eqsel"
        return Item("operator", core, text + ")", name=f"OPERATOR({name}) /* {core} */")

    def make_cast(self, core=None):
        core = core or self.names.core("w")
        enum = self.pick(self.schema.of("enum", "composite"))
        if not enum or not enum.parts:
            return None
        how = self.pick(["", " AS ASSIGNMENT", " AS IMPLICIT"])
        if enum.kind == "composite":
            return Item("cast", core, f"CREATE CAST ({enum.name} AS text) WITH INOUT{how} /* {core} */")
        function = self.pick(f for f in self.schema.of("casting") if enum.core in f.types["takes"])
        if not function:
            return None
        text = f"CREATE CAST ({enum.name} AS integer) WITH FUNCTION {function.name}({enum.name}){how} /* {core} */"
        return Item("cast", core, text)

    def make_casting(self, core=None):
        """A function from a type of ours, for a cast."""
        core = core or self.names.core("f")
        enum = self.pick(self.schema.of("enum"))
        if not enum:
            return None
        name, number = self.qualify(core), self.rng.randint(1, 3)
        text = (f"CREATE FUNCTION {name}({enum.name}) RETURNS integer LANGUAGE sql IMMUTABLE "
                f"AS 'SELECT length($1::text) + {number}'")
        return Item("casting", core, text, types={"takes": [enum.core]}, name=name)

    def make_operator_class(self, core=None):
        core = core or self.names.core("h")
        name = self.qualify(core)
        # The keys of b-trees are compared by it, the other way round.
        text = (f"CREATE OPERATOR CLASS {name} FOR TYPE integer USING btree AS OPERATOR 1 >, OPERATOR 2 >=, "
                "OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer)")
        if self.chance(30):
            text = (f"CREATE OPERATOR CLASS {name} FOR TYPE integer USING hash AS OPERATOR 1 =, "
                    "FUNCTION 1 hashint4(integer)")
        return Item("operator class", core, text, name=name)

    # Text search --------------------------------------------------------------------------------

    def make_dictionary(self, core=None):
        core = core or self.names.core("b")
        options = self.pick(["simple", "simple, stopwords = english", "snowball, language = english",
                             "snowball, language = german, stopwords = german", "simple, accept = false"])
        text = f"CREATE TEXT SEARCH DICTIONARY {self.qualify(core)} (TEMPLATE = {options})"
        return Item("dictionary", core, text, name=self.qualify(core))

    def make_configuration(self, core=None):
        core = core or self.names.core("x")
        name = self.qualify(core)
        text = f"CREATE TEXT SEARCH CONFIGURATION {name} ({self.pick(['COPY = simple', 'PARSER = default'])})"
        for token in self.sample(["asciiword", "word", "numword", "host"], 2):
            dictionary = self.pick(self.schema.of("dictionary"))
            verb = "ALTER" if "COPY" in text else "ADD"
            mapped = ", ".join(filter(None, [dictionary and dictionary.name, "simple"]))
            text += f"; ALTER TEXT SEARCH CONFIGURATION {name} {verb} MAPPING FOR {token} WITH {mapped}"
        return Item("configuration", core, text, name=name)

    type_makers = {
        "enum": (2, make_enum),
        "domain": (1, make_domain),
        "composite": (2, make_composite),
        "range": (1, make_range),
        "collation": (1, make_collation),
        "binary": (1, make_binary),
        "aggregate": (1, make_aggregate),
        "operator": (1, make_operator),
        "casting": (0.5, make_casting),
        "cast": (1, make_cast),
        "operator class": (0.5, make_operator_class),
        "dictionary": (0.5, make_dictionary),
        "configuration": (0.5, make_configuration),
    }
