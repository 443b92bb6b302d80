# SPDX-License-Identifier: MIT
"""Random schemas of PostgreSQL: what stands beside tables and hangs on them."""

from model import Item

ROLES = ("prop_reader", "prop_writer")
FUNCTIONS = {
    # (takes, returns): bodies in SQL
    ("integer", "integer"): ["$1 + 1", "$1 * 3"],
    ("text", "text"): ["lower($1)", "$1 || 'y'"],
    ("integer", "boolean"): ["$1 IS NOT NULL", "$1 > -100"],
    ("text", "boolean"): ["$1 IS NOT NULL", "length($1) < 1000"],
    ("integer", "text"): ["'n' || $1::text"],
}


class PartMakers:
    """Mixed into the generator of PostgreSQL."""

    def make_sequence(self, core=None):
        core = core or self.names.core("q")
        text = f"CREATE SEQUENCE {self.qualify(core)}"
        text += self.pick(["", " AS integer", " INCREMENT BY 5", " MINVALUE 0 START WITH 3", " CYCLE"])
        if self.chance(30):
            text += " CACHE 10"
        return Item("sequence", core, text, name=self.qualify(core))

    # Functions --------------------------------------------------------------------------------

    def argument(self, function):
        return {"integer": "3", "text": "'t'"}[function.types["takes"]]

    def make_function(self, core=None):
        old = self.schema.items.get(core)
        core = core or self.names.core("f")
        takes, returns = self.pick(FUNCTIONS)
        if old and self.chance(80):
            takes, returns = old.types["takes"], old.types["returns"]
        if (takes, returns) not in FUNCTIONS:
            return None
        body = self.pick(FUNCTIONS[takes, returns])
        name = self.qualify(core)
        argument = self.pick(["", "a ", "b "]) if not old else ""
        head = f"CREATE FUNCTION {name}({argument}{takes}) RETURNS {returns}"
        form = self.rng.randint(0, 2)
        if form == 0:
            tail = f" LANGUAGE sql IMMUTABLE AS 'SELECT {body.replace(chr(39), chr(39) * 2)}'"
        elif form == 1:
            tail = f" LANGUAGE sql IMMUTABLE RETURN {body}"
        else:
            tail = f" LANGUAGE plpgsql {self.pick(['IMMUTABLE', 'STABLE STRICT', ''])} AS $$BEGIN RETURN {body}; END$$"
        return Item(
            "function", core, head, tail=tail, types={"takes": takes, "returns": returns}, name=name
        )

    def make_reader(self, core=None):
        """A function that reads a table: by its row type, in a body of SQL that is parsed."""
        core = core or self.names.core("f")
        table = self.pick(self.schema.of("table", "view"))
        if not table or not table.types:
            return None
        name, column = self.qualify(core), self.spell(self.pick(table.types))
        form = self.rng.randint(0, 3)
        if form == 0:
            text = (f"CREATE FUNCTION {name}() RETURNS bigint LANGUAGE sql BEGIN ATOMIC "
                    f"SELECT count({column}) FROM {table.name}; END")
        elif form == 1:
            text = (f"CREATE FUNCTION {name}() RETURNS SETOF {table.name} LANGUAGE sql "
                    f"AS 'SELECT * FROM {table.name.replace(chr(39), chr(39) * 2)}'")
        elif form == 2:
            text = (f"CREATE FUNCTION {name}(r {table.name}) RETURNS text LANGUAGE plpgsql "
                    f"AS $$BEGIN RETURN (r).{column}::text; END$$")
        else:
            text = (f"CREATE PROCEDURE {name}() LANGUAGE plpgsql "
                    f"AS $$BEGIN PERFORM {column} FROM {table.name}; END$$")
        return Item("reader", core, text, name=name)

    def make_trigger_function(self, core=None):
        core = core or self.names.core("f")
        name = self.qualify(core)
        body = self.pick(["RETURN NEW;", "RETURN coalesce(NEW, OLD);"])
        text = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$"
        return Item("trigger function", core, text, name=name)

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
        options = " WITH (security_barrier='true')" if self.chance(15) else ""
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
        using = "btree"
        if kind in ("jsonb", "text[]", "integer[]") and self.chance(50):
            using, keys = "gin", [name]
        elif self.chance(10):
            using, keys = "hash", [name]
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
        text += self.pick([" FOR SELECT", " FOR DELETE", ""])
        text += f" TO {self.pick([*ROLES, 'PUBLIC'])} USING ({column} IS NOT NULL)"
        return Item("policy", core, text)

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
        ])
        # Of a partitioned table it would say so of the partitions, too, that are there by then.
        only = "ONLY " if "STATISTICS" in what else ""
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
        return Item("statistics", core,
                    f"CREATE STATISTICS {self.qualify(core)} ON {columns} FROM {table.name}")

    def make_comment(self, core=None):
        core = core or self.names.core("m")
        item = self.pick(self.schema.of("table", "view", "matview", "enum", "domain", "sequence"))
        if not item:
            return None
        kinds = {"matview": "MATERIALIZED VIEW", "enum": "TYPE"}
        target = f"{kinds.get(item.kind, item.kind.upper())} {item.name}"
        if item.kind in ("table", "view") and item.types and self.chance(60):
            target = f"COLUMN {item.name}.{self.spell(self.pick(item.types))}"
        said = self.pick(["one", "two", "it''s"])
        return Item("comment", core, f"COMMENT ON {target} IS '{said} /* {core} */'")

    def make_grant(self, core=None):
        core = core or self.names.core("w")
        role = self.pick(ROLES)
        item = self.pick(self.schema.of("table", "view", "matview", "function", "sequence", "schema"))
        if not item:
            return None
        what, target = self.pick([("SELECT", ""), ("INSERT, UPDATE", ""), ("ALL", "")])[0], item.name
        if item.kind in ("table", "view") and item.types and self.chance(40):
            what = f"SELECT ({self.spell(self.pick(item.types))})"
        elif item.kind == "function":
            what, target = "EXECUTE", f"FUNCTION {item.name}"
        elif item.kind == "sequence":
            what, target = "USAGE", f"SEQUENCE {item.name}"
        elif item.kind == "schema":
            what, target = "USAGE", f"SCHEMA {item.name}"
        option = " WITH GRANT OPTION" if self.chance(15) else ""
        return Item("grant", core, f"GRANT {what} ON {target} TO {role}{option} /* {core} */")

    def make_rule(self, core=None):
        core = core or self.names.core("u")
        view = self.pick(self.schema.of("view"))
        if not view:
            return None
        return Item("rule", core,
                    f"CREATE RULE {self.spell(core)} AS ON DELETE TO {view.name} DO INSTEAD NOTHING")

    part_makers = {
        "sequence": (1, make_sequence),
        "function": (2, make_function),
        "reader": (1, make_reader),
        "trigger function": (1, make_trigger_function),
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
        "comment": (2, make_comment),
        "grant": (2, make_grant),
        "rule": (1, make_rule),
    }
