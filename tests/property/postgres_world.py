# SPDX-License-Identifier: MIT
"""Random schemas of PostgreSQL: what belongs to the database, and what is said about anything."""

from model import Item
from postgres_parts import ROLES

# The words of a comment or a grant for what an item makes.
SAID = {
    "matview": "MATERIALIZED VIEW", "enum": "TYPE", "composite": "TYPE", "range": "TYPE",
    "statistics": "STATISTICS", "dictionary": "TEXT SEARCH DICTIONARY",
    "configuration": "TEXT SEARCH CONFIGURATION", "foreign table": "FOREIGN TABLE",
    "wrapper": "FOREIGN DATA WRAPPER", "trigger function": "FUNCTION", "binary": "FUNCTION",
    "partition": "TABLE",
}
COMMENTED = (
    "table", "view", "matview", "enum", "domain", "composite", "range", "sequence", "schema", "collation",
    "function", "trigger function", "aggregate", "index", "statistics", "dictionary", "configuration",
    "publication", "event trigger", "server", "wrapper", "foreign table", "trigger", "policy", "rule",
    "partition", "operator",
)
PRIVILEGES = {
    "TABLES": ["SELECT", "INSERT, UPDATE", "ALL"],
    "SEQUENCES": ["USAGE", "ALL"],
    "FUNCTIONS": ["EXECUTE"],
    "TYPES": ["USAGE"],
}


class WorldMakers:
    """Mixed into the generator of PostgreSQL."""

    def make_schema(self, core=None):
        core = core or self.names.core("s")
        owner = f" AUTHORIZATION {self.pick(ROLES)}" if self.chance(15) else ""
        return Item("schema", core, f"CREATE SCHEMA {core}{owner}", name=core)

    # Publications and event triggers ------------------------------------------------------------

    def make_publication(self, core=None):
        core = core or self.names.core("u")
        tables = self.sample(self.schema.of("table"), 2) if self.schema.of("table") else []
        tables = [t for t in tables if "PARTITION" not in t.tail and "UNLOGGED" not in t.head]
        text = f"CREATE PUBLICATION {self.spell(core)}"
        form = self.rng.randint(0, 4)
        if form == 0:
            text += " FOR ALL TABLES"
        elif form == 1 and self.schema.of("schema"):
            text += f" FOR TABLES IN SCHEMA {self.pick(self.schema.of('schema')).name}"
        elif tables:
            text += " FOR TABLE " + ", ".join(self.published(table) for table in tables)
        if self.chance(30):
            text += f" WITH (publish = '{self.pick(['insert', 'insert, delete', 'truncate'])}')"
        return Item("publication", core, text, name=self.spell(core))

    def published(self, table):
        columns = [c for c in table.types if "GENERATED" not in table.parts[c]]
        text = table.name
        if columns and self.chance(40):
            text += f" ({', '.join(self.spell(c) for c in self.sample(columns, 3))})"
        if columns and self.chance(30):
            text += f" WHERE ({self.spell(self.pick(columns))} IS NOT NULL)"
        return text

    def make_event_trigger(self, core=None):
        core = core or self.names.core("g")
        function = self.pick(self.schema.of("event function"))
        if not function:
            return None
        event = self.pick(["ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite"])
        tags = self.pick(["", " WHEN TAG IN ('CREATE TABLE', 'DROP TABLE')"]) if event[0] == "d" else ""
        text = f"CREATE EVENT TRIGGER {self.spell(core)} ON {event}{tags} EXECUTE FUNCTION {function.name}()"
        return Item("event trigger", core, text, name=self.spell(core))

    def make_event_function(self, core=None):
        core = core or self.names.core("f")
        name = self.qualify(core)
        text = f"CREATE FUNCTION {name}() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NULL; END$$"
        return Item("event function", core, text, name=name)

    # Foreign data -------------------------------------------------------------------------------

    def make_wrapper(self, core=None):
        core = core or self.names.core("o")
        options = self.pick(["", " OPTIONS (a '1')", " OPTIONS (a '2', b '3')"])
        text = f"CREATE FOREIGN DATA WRAPPER {self.spell(core)}{options}"
        return Item("wrapper", core, text, name=self.spell(core))

    def make_server(self, core=None):
        core = core or self.names.core("h")
        wrapper = self.pick(self.schema.of("wrapper"))
        if not wrapper:
            return None
        text = f"CREATE SERVER {self.spell(core)}{self.pick(['', chr(32) + 'TYPE ' + chr(39) + 'x' + chr(39)])}"
        text += f" FOREIGN DATA WRAPPER {wrapper.name}" + self.pick(["", " OPTIONS (host 'h')"])
        return Item("server", core, text, name=self.spell(core))

    def make_mapping(self, core=None):
        core = core or self.names.core("w")
        server = self.pick(self.schema.of("server"))
        if not server:
            return None
        who, options = self.pick([*ROLES, "PUBLIC"]), self.pick(["", " OPTIONS (login 'me')"])
        return Item("mapping", core, f"CREATE USER MAPPING FOR {who} SERVER {server.name}{options} /* {core} */")

    def make_foreign_table(self, core=None):
        core = core or self.names.core("t")
        server = self.pick(self.schema.of("server"))
        if not server:
            return None
        old = self.schema.items.get(core)
        item = Item("foreign table", core, f"CREATE FOREIGN TABLE {self.qualify(core)}", name=self.qualify(core))
        for part in list(old.types)[: self.rng.randint(0, 3)] if old else ():
            item.types[part], item.parts[part] = old.types[part], old.parts[part]
        for _ in range(self.rng.randint(1, 3)):
            part, kind = self.names.core("c"), self.any_type()
            options = self.pick(["", "", " OPTIONS (name 'far')"])
            item.types[part] = kind
            item.parts[part] = f"{self.spell(part)} {kind}{options}" + self.pick(["", " NOT NULL"])
        if self.chance(30):
            part = self.names.core("k")
            item.parts[part] = f"CONSTRAINT {self.spell(part)} CHECK ({self.spell(self.pick(item.types))} IS NOT NULL)"
        item.tail = f" SERVER {server.name}" + self.pick(["", " OPTIONS (file 'a')"])
        return item

    # What is said about others --------------------------------------------------------------------

    def target(self, item):
        """How a comment names what an item makes."""
        if item.kind in ("trigger", "policy", "rule"):
            words = item.head.split(" ON ", 1)[1] if item.kind != "rule" else item.head.split(" TO ", 1)[1]
            relation = next(
                (i.name for i in self.schema.of("table", "view", "partition") if words.startswith(i.name + " ")), None
            )
            return relation and f"{item.kind.upper()} {self.spell(item.core)} ON {relation}"
        kind = SAID.get(item.kind, item.kind.upper())
        if item.kind == "function":
            return f"FUNCTION {item.name}({item.types['takes']})"
        if item.kind == "binary":
            return f"FUNCTION {item.name}(integer, integer)"
        if item.kind == "aggregate":
            return f"AGGREGATE {item.name}(integer)"
        if item.kind == "operator":
            return f"OPERATOR {item.name[len('OPERATOR('):].replace(')', '')} (integer, integer)"
        return f"{kind} {item.name}" + ("()" if item.kind == "trigger function" else "")

    def make_comment(self, core=None):
        core = core or self.names.core("m")
        item = self.pick(self.schema.of(*COMMENTED))
        target = item and self.target(item)
        if not target:
            return None
        if item.kind == "index":
            home = next((t for t in self.schema.of("table", "matview") if t.name in item.head), None)
            target = home and f"INDEX {home.name.split('.')[0]}.{item.name}"
        if item.kind in ("table", "view", "matview", "foreign table") and item.types and self.chance(60):
            target = f"COLUMN {item.name}.{self.spell(self.pick(item.types))}"
        constraints = [part for part, text in item.parts.items() if text.startswith("CONSTRAINT")]
        if item.kind == "table" and constraints and self.chance(40):
            target = f"CONSTRAINT {self.spell(self.pick(constraints))} ON {item.name}"
        if item.kind == "composite" and item.parts and self.chance(50):
            target = f"COLUMN {item.name}.{self.spell(self.pick(item.parts))}"
        if item.kind == "domain" and item.types["checks"] and self.chance(50):
            target = f"CONSTRAINT {self.spell(self.pick(item.types['checks']))} ON DOMAIN {item.name}"
        said = self.pick(["one", "two", "it''s"])
        # Of two comments the last one holds, and which that is nobody says who writes in any order.
        if any(i.head.startswith(f"COMMENT ON {target} IS") for i in self.schema.of("comment") if i.core != core):
            return None
        return target and Item("comment", core, f"COMMENT ON {target} IS '{said} /* {core} */'")

    def make_grant(self, core=None):
        core = core or self.names.core("w")
        role = self.pick([*ROLES, "PUBLIC"])
        item = self.pick(self.schema.of(
            "table", "view", "matview", "function", "sequence", "schema", "domain", "enum", "composite",
            "partition", "foreign table", "server", "wrapper", "aggregate",
        ))
        if not item:
            return None
        what, target = self.pick(["SELECT", "INSERT, UPDATE", "ALL"]), item.name
        if item.kind in ("table", "view", "foreign table") and item.types and self.chance(40):
            columns = ", ".join(self.spell(c) for c in self.sample(item.types, 2))
            what = f"{self.pick(['SELECT', 'UPDATE', 'REFERENCES'])} ({columns})"
        elif item.kind in ("function", "aggregate"):
            what, target = "EXECUTE", self.target(item).replace("AGGREGATE", "FUNCTION")
        elif item.kind in ("sequence", "schema", "domain", "enum", "composite", "server", "wrapper"):
            kind = {"server": "FOREIGN SERVER"}.get(item.kind, SAID.get(item.kind, item.kind.upper()))
            what, target = "USAGE", f"{kind} {item.name}"
        if self.chance(10) and item.kind in ("function", "domain", "enum"):
            return Item("grant", core, f"REVOKE {what} ON {target} FROM PUBLIC /* {core} */")
        option = " WITH GRANT OPTION" if self.chance(15) and role != "PUBLIC" else ""
        return Item("grant", core, f"GRANT {what} ON {target} TO {role}{option} /* {core} */")

    def make_default_privileges(self, core=None):
        core = core or self.names.core("w")
        what = self.pick(PRIVILEGES)
        text = f"ALTER DEFAULT PRIVILEGES FOR ROLE {ROLES[0]}"
        if self.chance(60) and self.schema.of("schema"):
            text += f" IN SCHEMA {self.pick(self.schema.of('schema')).name}"
        text += f" GRANT {self.pick(PRIVILEGES[what])} ON {what} TO {ROLES[1]} /* {core} */"
        return Item("default privileges", core, text)

    world_makers = {
        "schema": (0.5, make_schema),
        "publication": (1, make_publication),
        "event function": (0.5, make_event_function),
        "event trigger": (0.7, make_event_trigger),
        "wrapper": (0.5, make_wrapper),
        "server": (0.7, make_server),
        "mapping": (0.5, make_mapping),
        "foreign table": (1, make_foreign_table),
        "comment": (3, make_comment),
        "grant": (3, make_grant),
        "default privileges": (1, make_default_privileges),
    }
