# SPDX-License-Identifier: MIT
"""Random schemas of PostgreSQL: what stands beside tables and hangs on them."""

from model import Item

ROLES = ("prop_reader", "prop_writer")


class PartMakers:
    """Mixed into the generator of PostgreSQL."""

    def make_sequence(self, core=None):
        core = core or self.names.core("q")
        text = f"CREATE SEQUENCE {self.qualify(core)}"
        text += self.pick(["", " AS integer", " INCREMENT BY 5", " MINVALUE 0 START WITH 3", " CYCLE"])
        if self.chance(30):
            text += " CACHE 10"
        return Item("sequence", core, text, name=self.qualify(core))

    # Triggers ---------------------------------------------------------------------------------

    def make_trigger(self, core=None):
        core = core or self.names.core("g")
        table = self.pick(self.schema.of("table"))
        function = self.pick(self.schema.of("trigger function"))
        if not table or not function or not table.types:
            return None
        column = self.spell(self.pick(table.types))
        form = self.pick([
            f"TRIGGER {self.spell(core)} BEFORE INSERT ON {table.name} FOR EACH ROW",
            f"TRIGGER {self.spell(core)} AFTER UPDATE OF {column} ON {table.name} FOR EACH ROW",
            f"TRIGGER {self.spell(core)} BEFORE UPDATE ON {table.name} FOR EACH ROW "
            f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column})",
            f"TRIGGER {self.spell(core)} AFTER DELETE ON {table.name}",
            f"CONSTRAINT TRIGGER {self.spell(core)} AFTER INSERT ON {table.name} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
            f"TRIGGER {self.spell(core)} AFTER UPDATE ON {table.name} "
            "REFERENCING OLD TABLE AS gone NEW TABLE AS came",
        ])
        return Item("trigger", core, f"CREATE {form} EXECUTE FUNCTION {function.name}()")

    # Views --------------------------------------------------------------------------------------

    def query(self, core):
        sources = [s for s in self.schema.of("table", "view", "matview") if s.core != core and s.types]
        source = self.pick(sources)
        if not source:
            return None, {}
        columns = self.sample(source.types, 4)
        listed = [f"z.{self.spell(c)}" for c in columns]
        if self.chance(30):
            listed.append(f"z.{self.spell(columns[0])}::text AS m")
        function = self.pick(f for f in self.schema.of("function") if f.types["takes"] == "integer")
        if function and self.chance(25):
            listed.append(f"{function.name}(3) AS n")
        aggregate, operator = self.pick(self.schema.of("aggregate")), self.pick(self.schema.of("operator"))
        if aggregate and self.chance(20):
            listed.append(f"(SELECT {aggregate.name}(g) FROM generate_series(1, 3) g) AS p")
        if operator and self.chance(20):
            listed.append(f"1 {operator.name} 2 AS q")
        casting = self.pick(self.schema.of("enum"))
        if casting and self.chance(15):
            listed.append(f"'{self.pick(casting.parts)}'::{casting.name} AS r")
        if self.chance(10):
            listed = ["*"]
        text = f"SELECT {', '.join(listed)} FROM {source.name} z"
        other = self.pick(sources)
        if self.chance(25) and other.types:
            theirs = self.spell(self.pick(other.types))
            text += f" WHERE EXISTS (SELECT FROM {other.name} o WHERE o.{theirs} IS NOT NULL)"
        elif self.chance(40):
            text += f" WHERE z.{self.spell(columns[0])} IS NOT NULL"
        return text, {c: source.types[c] for c in columns}

    def make_view(self, core=None):
        core = core or self.names.core("v")
        query, types = self.query(core)
        if not query:
            return None
        options = self.pick([
            "security_barrier='true'", "security_invoker='true'", "check_option='local'"
        ])
        options = f" WITH ({options})" if self.chance(20) else ""
        text = f"CREATE VIEW {self.qualify(core)}{options} AS {query}"
        return Item("view", core, text, types=types, name=self.qualify(core))

    def make_matview(self, core=None):
        core = core or self.names.core("v")
        query, types = self.query(core)
        if not query:
            return None
        text = f"CREATE MATERIALIZED VIEW {self.qualify(core)} AS {query}"
        return Item("matview", core, text, types=types, name=self.qualify(core))

    # What hangs on tables -------------------------------------------------------------------------

    def make_index(self, core=None):
        core = core or self.names.core("i")
        table = self.pick(t for t in self.schema.of("table", "matview") if t.types)
        if not table:
            return None
        column = self.pick(table.types)
        name, kind = self.spell(column), table.types[column]
        keys = [name, f"{name} DESC NULLS LAST", f"(({name} IS NULL))"]
        if kind == "text":
            keys += [f"lower({name})", f"{name} text_pattern_ops", f'{name} COLLATE "C"']
        if kind == "integer":
            keys += [f"(({name} % 7))", f"abs({name})"]
            own = self.pick(c for c in self.schema.of("operator class") if "btree" in c.head)
            keys += [f"{name} {own.name}"] * 3 if own else []
        configuration = self.pick(self.schema.of("configuration"))
        using = "btree"
        if kind in ("jsonb", "text[]", "integer[]") and self.chance(50):
            using, keys = "gin", [name]
        elif self.chance(10):
            using, keys = "hash", [name]
        elif kind == "text" and configuration and self.chance(40):
            said = configuration.name.replace("'", "''")
            using, keys = "gin", [f"to_tsvector('{said}'::regconfig, {name})"]
        text = f"CREATE INDEX {self.spell(core)} ON {table.name} USING {using} ({self.pick(keys)})"
        if self.chance(20) and using == "btree":
            text += f" INCLUDE ({self.spell(self.pick(table.types))})"
        if self.chance(25):
            text += f" WHERE {self.spell(self.pick(table.types))} IS NOT NULL"
        return Item("index", core, text, name=self.spell(core))

    def make_unique_index(self, core=None):
        core = core or self.names.core("i")
        table = self.pick(t for t in self.schema.of("table") if "PARTITION" not in t.tail)
        if not table or not table.types:
            return None
        name = self.spell(self.pick(table.types))
        text = f"CREATE UNIQUE INDEX {self.spell(core)} ON {table.name} ({name}, ctid)"
        return Item("index", core, text.replace(", ctid", ""), name=self.spell(core))

    def make_foreign_key(self, core=None):
        core = core or self.names.core("k")
        table = self.pick(self.schema.of("table"))
        parents = [
            (parent, c) for parent in self.schema.of("table") for c in parent.types
            if any("PRIMARY KEY" in text and text.endswith(f"({self.spell(c)})")
                   for text in parent.parts.values())
        ]
        found = self.pick(parents)
        if not table or not found:
            return None
        parent, key = found
        column = self.pick(c for c in table.types if table.types[c] == parent.types[key])
        if not column:
            return None
        text = (f"ALTER TABLE {table.name} ADD CONSTRAINT {self.spell(core)} FOREIGN KEY "
                f"({self.spell(column)}) REFERENCES {parent.name} ({self.spell(key)})")
        text += self.pick(["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"])
        text += self.pick(["", "", " DEFERRABLE"])
        return Item("foreign key", core, text)

    def make_policy(self, core=None):
        core = core or self.names.core("o")
        table = self.pick(t for t in self.schema.of("table") if t.types)
        if not table:
            return None
        column = self.spell(self.pick(table.types))
        text = f"CREATE POLICY {self.spell(core)} ON {table.name}"
        text += self.pick(["", " AS RESTRICTIVE"])
        what = self.pick([" FOR SELECT", " FOR DELETE", "", " FOR INSERT", " FOR UPDATE"])
        text += what + f" TO {self.pick([*ROLES, ', '.join(ROLES), 'PUBLIC', 'CURRENT_USER'])}"
        if "INSERT" not in what:
            text += f" USING ({self.condition(table, column)})"
        if what in ("", " FOR INSERT", " FOR UPDATE") and ("INSERT" in what or self.chance(40)):
            text += f" WITH CHECK ({self.condition(table, column)})"
        return Item("policy", core, text)

    def condition(self, table, column):
        """Something about a row that mentions a column, and maybe another table or a function."""
        other = self.pick(t for t in self.schema.of("table", "view") if t.types and t is not table)
        if other and self.chance(25):
            return f"EXISTS (SELECT FROM {other.name} o WHERE o.{self.spell(self.pick(other.types))} IS NOT NULL)"
        function = self.pick(
            f for f in self.schema.of("function") if f.types["takes"] == "integer" and f.types["returns"] == "boolean"
        )
        if function and self.chance(40):
            return f"{column} IS NOT NULL AND {function.name}(3)"
        return self.pick([f"{column} IS NOT NULL", f"({column})::text <> CURRENT_USER"])

    def make_security(self, core=None):
        core = core or self.names.core("w")
        table = self.pick(t for t in self.schema.of("table") if t.types)
        if not table:
            return None
        column = self.spell(self.pick(table.types))
        what = self.pick([
            "ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY", "REPLICA IDENTITY FULL",
            f"ALTER COLUMN {column} SET STATISTICS {self.rng.randint(1, 500)}",
            f"OWNER TO {self.pick(ROLES)}",
            f"ALTER COLUMN {column} SET STORAGE EXTERNAL",
            f"ALTER COLUMN {column} SET (n_distinct = {self.rng.randint(1, 9)})",
        ])
        trigger = self.pick(t for t in self.schema.of("trigger") if f" ON {table.name} " in t.head)
        index = self.pick(i for i in self.schema.of("index") if f" ON {table.name} USING btree" in i.head)
        if trigger and self.chance(30):
            state = self.pick(["DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"])
            what = f"{state} TRIGGER {self.spell(trigger.core)}"
        elif index and self.chance(30) and "WHERE" not in index.head:
            what = f"CLUSTER ON {index.name}"
        # Of a partitioned table it would say so of the partitions, too, that are there by then.
        only = "ONLY " if what.startswith("ALTER COLUMN") else ""
        return Item("setting", core, f"ALTER TABLE {only}{table.name} {what} /* {core} */")

    def make_heir(self, core=None):
        """A child or partition that has its own of what it would have from its parent."""
        core = core or self.names.core("w")
        tables = {t.name: t for t in self.schema.of("table")}
        child = self.pick(
            i for i in self.schema.of("partition", "table")
            if i.kind == "partition" or "INHERITS" in i.tail
        )
        if not child:
            return None
        parent = self.pick(t for name, t in tables.items() if name in child.head + child.tail and t is not child)
        if not parent or not parent.types:
            return None
        column = self.pick(parent.types)
        name, value = self.spell(column), self.default_of(parent.types[column])
        if child.kind == "partition" and self.chance(30):
            text = f"CREATE INDEX {self.spell(core)} ON {child.name} ({name})"
            return Item("index", core, text, name=self.spell(core))
        what = self.pick([
            f"SET DEFAULT {value}" if value else "DROP DEFAULT", "DROP DEFAULT", "SET NOT NULL",
            f"SET STATISTICS {self.rng.randint(1, 500)}",
        ])
        text = f"ALTER TABLE ONLY {child.name} ALTER COLUMN {name} {what} /* {core} */"
        return Item("setting", core, text)

    def make_statistics(self, core=None):
        core = core or self.names.core("x")
        table = self.pick(t for t in self.schema.of("table") if len(t.types) > 1)
        if not table:
            return None
        columns = ", ".join(self.spell(c) for c in list(table.types)[:2])
        first = self.spell(next(iter(table.types)))
        what = self.pick(["", " (ndistinct)", " (mcv, dependencies)"])
        text = f"CREATE STATISTICS {self.qualify(core)}{what} ON {columns} FROM {table.name}"
        if self.chance(25):
            text = f"CREATE STATISTICS {self.qualify(core)} ON (({first})::text || 'x') FROM {table.name}"
        if self.chance(20):
            text += f"; ALTER STATISTICS {self.qualify(core)} SET STATISTICS {self.rng.randint(1, 90)}"
        return Item("statistics", core, text, name=self.qualify(core))

    def make_rule(self, core=None):
        core = core or self.names.core("u")
        view, table = self.pick(self.schema.of("view")), self.pick(self.schema.of("table"))
        name = self.spell(core)
        if table and table.types and self.chance(40):
            column = self.spell(self.pick(table.types))
            event = self.pick([
                f"ON DELETE TO {table.name} WHERE OLD.{column} IS NULL DO INSTEAD NOTHING",
                f"ON UPDATE TO {table.name} DO ALSO NOTHING",
            ])
            return Item("rule", core, f"CREATE RULE {name} AS {event}")
        if not view:
            return None
        event = self.pick(["DELETE", "UPDATE", "INSERT"])
        return Item("rule", core, f"CREATE RULE {name} AS ON {event} TO {view.name} DO INSTEAD NOTHING")

    def make_owned(self, core=None):
        """A sequence that goes with a column."""
        core = core or self.names.core("w")
        sequence = self.pick(self.schema.of("sequence"))
        home = sequence and sequence.name.split(".")[0]
        table = self.pick(t for t in self.schema.of("table") if home and t.name.startswith(home + ".") and t.types)
        if not table:
            return None
        column = self.spell(self.pick(table.types))
        return Item("setting", core, f"ALTER SEQUENCE {sequence.name} OWNED BY {table.name}.{column} /* {core} */")

    def make_unvalidated(self, core=None):
        core = core or self.names.core("k")
        table = self.pick(t for t in self.schema.of("table") if t.types)
        if not table:
            return None
        column = self.spell(self.pick(table.types))
        text = f"ALTER TABLE {table.name} ADD CONSTRAINT {self.spell(core)} CHECK ({column} IS NOT NULL)"
        return Item("unvalidated", core, text + self.pick([" NOT VALID", " NOT VALID", " NO INHERIT NOT VALID"]))

    part_makers = {
        "sequence": (1, make_sequence),
        "trigger": (2, make_trigger),
        "view": (4, make_view),
        "matview": (1, make_matview),
        "index": (3, make_index),
        "unique index": (1, make_unique_index),
        "foreign key": (3, make_foreign_key),
        "policy": (1, make_policy),
        "setting": (1, make_security),
        "heir": (2, make_heir),
        "statistics": (1, make_statistics),
        "rule": (1, make_rule),
        "owned": (0.5, make_owned),
        "unvalidated": (0.7, make_unvalidated),
    }
