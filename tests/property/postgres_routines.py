# SPDX-License-Identifier: MIT
"""Random schemas of PostgreSQL: functions and procedures."""

from model import Item

FUNCTIONS = {
    # (takes, returns): bodies in SQL
    ("integer", "integer"): ["$1 + 1", "$1 * 3"],
    ("text", "text"): ["lower($1)", "$1 || 'y'"],
    ("integer", "boolean"): ["$1 IS NOT NULL", "$1 > -100"],
    ("text", "boolean"): ["$1 IS NOT NULL", "length($1) < 1000"],
    ("integer", "text"): ["'n' || $1::text"],
}



class RoutineMakers:
    """Mixed into the generator of PostgreSQL."""

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

    def make_overload(self, core=None):
        """Another function of the name of one that is there; its own word is an argument's name."""
        core = core or self.names.core("x")
        old = self.schema.items.get(core)
        functions = self.schema.of("function", "reader", "binary")
        other = self.pick(functions)
        if not other:
            return None
        name = old.name if old else other.name
        kinds = [*(i.name for i in self.schema.of("enum", "composite", "domain", "table")), "date", "jsonb"]
        kind = self.pick(kinds)
        more = self.pick(["", ", b integer DEFAULT 5", ", b text DEFAULT 'x', c date DEFAULT CURRENT_DATE",
                          ", VARIADIC r integer[] DEFAULT '{}'", ", OUT total integer, OUT said text"])
        returns = "record" if "OUT" in more else self.pick(["integer", "text"])
        body = self.pick(["SELECT 1, 'x'", "VALUES (2, 'y')"]) if "OUT" in more else "SELECT '4'"
        if returns == "integer":
            body = "SELECT 4"
        options = self.pick(["", " STABLE", " SECURITY DEFINER SET search_path TO 'public'", " COST 7 PARALLEL SAFE"])
        text = f"CREATE FUNCTION {name}({core} {kind}{more}) RETURNS {returns} LANGUAGE sql{options} AS $${body}$$"
        return Item("overload", core, text, name=name)

    def make_caller(self, core=None):
        """A function whose parsed body calls another one, a procedure that writes, one that returns a table."""
        core = core or self.names.core("f")
        name = self.qualify(core)
        function = self.pick(self.schema.of("function"))
        table = self.pick(t for t in self.schema.of("table") if t.types)
        if function and self.chance(40):
            call = f"{function.name}({self.argument(function)})"
            text = f"CREATE FUNCTION {name}() RETURNS text LANGUAGE sql RETURN ({call})::text"
        elif table and self.chance(50):
            column = self.spell(self.pick(table.types))
            text = (f"CREATE PROCEDURE {name}() LANGUAGE sql BEGIN ATOMIC DELETE FROM {table.name} "
                    f"WHERE {column} IS NULL; SELECT count({column}) FROM {table.name}; END")
        elif table:
            column = self.pick(table.types)
            text = (f"CREATE FUNCTION {name}() RETURNS TABLE (a {table.types[column]}) LANGUAGE sql STABLE "
                    f"BEGIN ATOMIC SELECT {self.spell(column)} FROM {table.name}; END")
        else:
            return None
        return Item("caller", core, text, name=name)

    routine_makers = {
        "function": (2, make_function),
        "reader": (1, make_reader),
        "overload": (1, make_overload),
        "caller": (1, make_caller),
        "trigger function": (1, make_trigger_function),
    }
