# SPDX-License-Identifier: MIT
"""Random schemas of PostgreSQL: tables and the types they are made of."""

from generate import Generator
from model import Item
from postgres_partitions import PartitionMakers
from postgres_parts import PartMakers
from postgres_routines import RoutineMakers
from postgres_types import TypeMakers
from postgres_world import WorldMakers

DEFAULTS = {
    "smallint": ["7"],
    "integer": ["0", "(1 + 2)", "'5'"],
    "bigint": ["8", "length('abc')"],
    "numeric": ["1.50"],
    "numeric(10,2)": ["1.50", "0"],
    "double precision": ["0.5"],
    "text": ["'x'", "lower('AB')", "'it''s'", "CURRENT_USER"],
    "character varying(20)": ["'v'"],
    "character varying(50)": ["'w'"],
    "character(3)": ["'abc'"],
    "boolean": ["true", "false"],
    "date": ["CURRENT_DATE", "'2024-01-01'"],
    "timestamp without time zone": ["CURRENT_TIMESTAMP"],
    "timestamp with time zone": ["now()", "'epoch'"],
    "uuid": ["gen_random_uuid()"],
    "jsonb": ["'{}'", "'[1, 2]'"],
    "bytea": ["'\\x00'"],
    "inet": ["'10.0.0.1'"],
    "interval": ["'1 day'"],
    "integer[]": ["'{}'", "ARRAY[1, 2]"],
    "text[]": ["'{}'", "ARRAY['a'::text]"],
    "int4range": ["'[1,3)'"],
}
NUMBERS = ["smallint", "integer", "bigint", "numeric", "numeric(10,2)"]
TEXTS = ["text", "character varying(20)", "character varying(50)"]
KEYS = ["integer", "bigint", "text", "uuid"]
CONVERSIONS = {
    "smallint": ["integer", "bigint", "text"],
    "integer": ["bigint", "numeric", "text", "smallint"],
    "bigint": ["integer", "numeric(10,2)", "text"],
    "numeric": ["numeric(10,2)", "integer"],
    "numeric(10,2)": ["numeric", "bigint"],
    "text": ["character varying(20)", "character varying(50)", "integer", "jsonb"],
    "character varying(20)": ["character varying(50)", "text"],
    "character varying(50)": ["character varying(20)", "text"],
    "date": ["timestamp with time zone", "timestamp without time zone", "text"],
    "timestamp with time zone": ["date", "timestamp without time zone"],
    "integer[]": ["text[]"],
}


class PostgresGenerator(PartMakers, PartitionMakers, RoutineMakers, TypeMakers, WorldMakers, Generator):
    dialect = "postgresql"

    def build(self, size):
        self.schema.add(Item("schema", "s0", "CREATE SCHEMA s0", name="s0"))
        return super().build(size)

    def qualify(self, core):
        """A name with its schema; most are in public."""
        if core not in self.spelled:
            homes = [item.name for item in self.schema.of("schema")]
            home = self.pick(homes) if homes and self.chance(20) else "public"
            self.spelled[core] = f"{home}.{self.names.spell(core)}"
        return self.spelled[core]

    def change(self):
        if self.chance(8):
            self.attach_or_detach()
        else:
            super().change()

    # Types ------------------------------------------------------------------------------------

    def any_type(self):
        own = self.schema.of("enum", "domain", "composite", "range")
        if own and self.chance(30):
            return self.pick(own).name + ("[]" if self.chance(15) else "")
        rows = self.schema.of("table", "view")
        if rows and self.chance(3):
            return self.pick(rows).name + ("[]" if self.chance(20) else "")
        return self.pick(DEFAULTS)

    def default_of(self, kind):
        if kind in DEFAULTS:
            sequence = self.pick(self.schema.of("sequence"))
            if sequence and kind in ("bigint", "integer") and self.chance(20):
                return f"nextval('{sequence.name}'::regclass)"
            function = self.pick(f for f in self.schema.of("function") if f.types["returns"] == kind)
            if function and self.chance(40):
                return f"{function.name}({self.argument(function)})"
            return self.pick(DEFAULTS[kind])
        for item in self.schema.of("enum"):
            if item.name == kind:
                return f"'{self.pick(item.parts)}'"
        return None

    # Columns ----------------------------------------------------------------------------------

    def column_text(self, table, core, kind):
        name = self.spell(core)
        words = [name, kind]
        if kind in TEXTS and self.chance(8):
            words.append(self.collation().strip())
        sources = [c for c in table.types if c != core and "GENERATED" not in table.parts.get(c, "")]
        sources = [c for c in sources if table.types[c] in (*NUMBERS, "text")]
        if kind in ("integer", "text") and sources and self.chance(20):
            other = self.pick(sources)
            return " ".join([*words, f"GENERATED ALWAYS AS ({self.generated(table, other, kind)}) STORED"])
        if kind in ("integer", "bigint") and self.chance(12) and "PARTITION" not in table.tail:
            always = self.pick(["ALWAYS", "BY DEFAULT"])
            options = self.pick(["", " (START WITH 10 INCREMENT BY 5)", " (MAXVALUE 100000 CYCLE)"])
            return f"{name} {kind} GENERATED {always} AS IDENTITY{options}"
        if kind in ("integer", "bigint") and self.chance(8):
            return f"{name} {'big' * (kind == 'bigint')}serial"
        default = self.default_of(kind) if self.chance(45) else None
        if default:
            words += ["DEFAULT", default]
        if self.chance(50 if default else 12):
            words.append("NOT NULL")
        return " ".join(words)

    def generated(self, table, other, kind):
        name = self.spell(other)
        is_text = table.types[other] == "text"
        if kind == "integer":
            return f"length({name})" if is_text else f"({name} * 2)::integer"
        function = self.pick(
            f for f in self.schema.of("function")
            if f.types["returns"] == "text" and f.types["takes"] == table.types[other]
            and "IMMUTABLE" in f.tail
        )
        if function and self.chance(60):
            return f"{function.name}({name})"
        return f"lower({name})" if is_text else f"'n'::text || ({name})::text"

    def add_column(self, table):
        core = self.names.core("c")
        kind = self.any_type()
        text = self.column_text(table, core, kind)
        parts = list(table.parts.items())
        place = len(table.types) if self.chance(70) else self.rng.randint(0, len(table.types))
        parts.insert(place, (core, text))
        table.parts = dict(parts)
        types = {**table.types, core: kind}
        table.types = {c: types[c] for c, _ in parts if c in types}

    def alter_column(self, table):
        core = self.pick(table.types)
        if not core:
            return
        kind = table.types[core]
        if self.chance(50):
            kind = self.pick(CONVERSIONS.get(kind, [kind])) if self.chance(85) else self.any_type()
        table.types[core] = kind
        table.parts[core] = self.column_text(table, core, kind)

    # Tables -----------------------------------------------------------------------------------

    def add_constraint(self, table):
        core = self.names.core("k")
        column = self.pick(table.types)
        if not column:
            return
        name, head = self.spell(column), f"CONSTRAINT {self.spell(core)}"
        number = table.types[column] in NUMBERS
        form = self.rng.randint(0, 3)
        if form == 0 and table.types[column] in (*NUMBERS, *TEXTS, "uuid", "date"):
            more = self.pick(["", " DEFERRABLE INITIALLY DEFERRED", " NULLS NOT DISTINCT"])
            if more == " NULLS NOT DISTINCT":
                table.parts[core] = f"{head} UNIQUE{more} ({name})"
            else:
                others = [c for c in table.types if c != column]
                more = f" INCLUDE ({self.spell(self.pick(others))})" if others and self.chance(20) else more
                table.parts[core] = f"{head} UNIQUE ({name}){more}"
        elif form == 1 and table.types[column] == "int4range":
            where = self.pick(["", f" WHERE (NOT isempty({name}))", " DEFERRABLE"])
            table.parts[core] = f"{head} EXCLUDE USING gist ({name} WITH {self.pick(['=', '&&'])}){where}"
        elif number:
            table.parts[core] = f"{head} CHECK ({name} > {-self.rng.randint(1, 9)})"
        else:
            function = self.pick(
                f for f in self.schema.of("function")
                if f.types["returns"] == "boolean" and f.types["takes"] == table.types[column]
            )
            test = f"{function.name}({name})" if function else f"({name})::text <> 'none'"
            table.parts[core] = f"{head} CHECK ({test})" + (" NO INHERIT" if self.chance(10) else "")

    def add_key(self, table):
        if any("PRIMARY KEY" in text for text in table.parts.values()):
            return
        columns = [c for c in table.types if table.types[c] in KEYS]
        if columns:
            core = self.names.core("k")
            chosen = self.sample(columns, 2)
            names = ", ".join(self.spell(c) for c in chosen)
            others = [c for c in table.types if c not in chosen]
            include = f" INCLUDE ({self.spell(self.pick(others))})" if others and self.chance(15) else ""
            table.parts[core] = f"CONSTRAINT {self.spell(core)} PRIMARY KEY ({names}){include}"

    def change_options(self, table):
        if "PARTITION" in table.tail or "INHERITS" in table.tail:
            return
        table.tail = self.pick(["", "", " WITH (fillfactor='70')", " WITH (autovacuum_enabled='false')"])
        unlogged = "UNLOGGED " if self.chance(20) else ""
        table.head = f"CREATE {unlogged}TABLE {table.name}"

    def make_table(self, core=None):
        core = core or self.names.core("t")
        name = self.qualify(core)
        table = Item("table", core, f"CREATE TABLE {name}", name=name)
        parent = self.pick(t for t in self.schema.of("table") if "PARTITION" not in t.tail)
        if parent and self.chance(10):
            table.tail = f" INHERITS ({parent.name})"
        else:
            self.change_options(table)
            key = self.names.core("c")
            kind = self.pick(KEYS)
            table.types[key] = kind
            table.parts[key] = f"{self.spell(key)} {kind} NOT NULL"
        for _ in range(self.rng.randint(1, 5)):
            self.add_column(table)
        if self.chance(75):
            self.add_key(table)
        for _ in range(self.rng.randint(0, 2)):
            self.add_constraint(table)
        return table

    table_changes = [
        add_column, add_column, add_column, alter_column, alter_column, alter_column, alter_column,
        Generator.drop_part, Generator.drop_part, add_constraint, add_constraint, add_key,
        change_options,
    ]
    first = ("enum", "function", "table", "table", "table")
    remade = (
        "enum", "enum", "domain", "composite", "range", "collation", "sequence", "function", "overload",
        "aggregate", "binary", "operator", "operator class", "cast", "dictionary", "configuration", "index",
        "view", "matview", "trigger", "policy", "rule", "statistics", "comment", "grant", "foreign key",
        "partition", "publication", "event trigger", "server", "wrapper", "mapping", "foreign table",
        "default privileges",
    )
    makers = {
        "table": (5, make_table),
        **PartitionMakers.partition_makers,
        **TypeMakers.type_makers,
        **RoutineMakers.routine_makers,
        **PartMakers.part_makers,
        **WorldMakers.world_makers,
    }
