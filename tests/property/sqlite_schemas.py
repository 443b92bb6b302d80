# SPDX-License-Identifier: MIT
"""Random schemas of SQLite."""

from generate import Generator
from model import Item

TYPES = {
    "INTEGER": ["0", "7", "(1 + 2)", "-3"],
    "TEXT": ["'x'", "''", "'it''s'", "(lower('AB'))"],
    "REAL": ["1.5", "0"],
    "NUMERIC": ["3", "(2 * 3)"],
    "BLOB": ["x'00'"],
    "ANY": ["1", "'a'"],
}
LOOSE = {
    "VARCHAR(20)": ["'v'"],
    "DATETIME": ["CURRENT_TIMESTAMP"],
    "BOOLEAN": ["FALSE", "1"],
    "": ["NULL", "0"],
}
ACTIONS = ["NO ACTION", "CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT"]


class SqliteGenerator(Generator):
    dialect = "sqlite"

    # Tables -----------------------------------------------------------------------------------

    def column_text(self, table, core, kind, plain=False):
        words = [self.spell(core), kind]
        if self.chance(25) and kind == "TEXT":
            words.append("COLLATE " + self.pick(["NOCASE", "RTRIM"]))
        if plain:
            return " ".join(filter(None, words))
        others = [c for c in table.types if c != core and "GENERATED" not in table.parts[c]]
        if others and self.chance(12):
            other = self.spell(self.pick(others))
            form = self.pick([f"{other} || 'g'", f"length({other})", f"coalesce({other}, 0)"])
            stored = self.pick(["VIRTUAL", "STORED"])
            return " ".join(filter(None, [*words, f"GENERATED ALWAYS AS ({form}) {stored}"]))
        if self.chance(40):
            words.append("DEFAULT " + self.pick({**TYPES, **LOOSE}[kind]))
            if self.chance(50) and "NULL" not in words[-1]:
                words.append("NOT NULL")
        elif self.chance(15):
            words.append("NOT NULL")
        if self.chance(12):
            words.append(f"CHECK (length({self.spell(core)}) < {self.rng.randint(50, 60)})")
        return " ".join(filter(None, words))

    def type_for(self, table):
        return self.pick(TYPES if "STRICT" in table.tail else {**TYPES, **LOOSE})

    def add_column(self, table):
        core = self.names.core("c")
        kind = self.type_for(table)
        text = self.column_text(table, core, kind)
        # Columns come before the constraints of the table.
        parts = list(table.parts.items())
        place = len(table.types)
        if self.chance(25):
            place = self.rng.randint(0, len(table.types))
        parts.insert(place, (core, text))
        table.parts = dict(parts)
        order = [c for c, _ in parts if c in table.types or c == core]
        types = {**table.types, core: kind}
        table.types = {c: types[c] for c in order}

    def alter_column(self, table):
        core = self.pick(table.types)
        if "PRIMARY KEY" in table.parts[core]:
            return
        kind = table.types[core] if self.chance(60) else self.type_for(table)
        table.types[core] = kind
        table.parts[core] = self.column_text(table, core, kind)

    def add_constraint(self, table):
        core = self.names.core("k")
        named = f"CONSTRAINT {self.spell(core)} " if self.chance(60) else f"/* {core} */ "
        columns = [c for c in table.types if "GENERATED" not in table.parts[c]]
        names = [self.spell(c) for c in self.sample(columns, 2)] if columns else []
        if not names:
            return
        form = self.rng.randint(0, 3)
        if form == 0:
            table.parts[core] = f"{named}UNIQUE ({', '.join(names)})"
        elif form == 1:
            table.parts[core] = f"{named}CHECK ({names[0]} IS NOT 'forbidden')"
        else:
            self.add_foreign_key(table, core, named, columns)

    def add_foreign_key(self, table, core, named, columns):
        parent = self.pick(t for t in self.schema.of("table") if self.key_of(t))
        if not parent:
            return
        action = f"ON DELETE {self.pick(ACTIONS)}"
        if self.chance(40):
            action += f" ON UPDATE {self.pick(ACTIONS)}"
        if self.chance(30):
            action += " DEFERRABLE INITIALLY DEFERRED"
        key = self.key_of(parent)
        table.parts[core] = (
            f"{named}FOREIGN KEY ({self.spell(self.pick(columns))}) "
            f"REFERENCES {self.spell(parent.core)} ({self.spell(key)}) {action}"
        )

    def key_of(self, table):
        for core in table.types:
            if "PRIMARY KEY" in table.parts[core]:
                return core
        return None

    def change_options(self, table):
        table.tail = self.pick(["", " STRICT", " WITHOUT ROWID", " STRICT, WITHOUT ROWID"])

    def make_table(self, core=None):
        core = core or self.names.core("t")
        table = Item("table", core, f"CREATE TABLE {self.spell(core)}", name=self.spell(core))
        if self.chance(30):
            self.change_options(table)
        key = self.names.core("c")
        form = self.pick(["INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT",
                          "TEXT PRIMARY KEY", "INT PRIMARY KEY NOT NULL", "INTEGER"])
        if "WITHOUT" in table.tail and ("AUTO" in form or form == "INTEGER"):
            form = "INTEGER PRIMARY KEY"
        table.types[key] = form.split()[0]
        table.parts[key] = f"{self.spell(key)} {form}"
        for _ in range(self.rng.randint(1, 5)):
            self.add_column(table)
        if form == "INTEGER" and self.chance(40):
            extra = self.names.core("k")
            table.parts[extra] = f"/* {extra} */ PRIMARY KEY ({self.spell(key)} DESC)"
        for _ in range(self.rng.randint(0, 2)):
            self.add_constraint(table)
        return table

    # What hangs on tables -----------------------------------------------------------------------

    def make_index(self, core=None):
        core = core or self.names.core("i")
        table = self.pick(self.schema.of("table"))
        if not table:
            return None
        keys = []
        for column in self.sample(table.types, 2):
            name = self.spell(column)
            keys.append(self.pick([
                name, f"{name} DESC", f"lower({name})", f"{name} COLLATE NOCASE",
                f"coalesce({name}, 'x')",
            ]))
        unique = "UNIQUE " if self.chance(15) else ""
        where = f" WHERE {self.spell(self.pick(table.types))} IS NOT NULL" if self.chance(25) else ""
        return Item(
            "index", core,
            f"CREATE {unique}INDEX {self.spell(core)} ON {table.name} ({', '.join(keys)}){where}",
        )

    def make_view(self, core=None):
        core = core or self.names.core("v")
        source = self.pick(
            s for s in self.schema.of("table", "view") if s.core != core and s.types
        )
        if not source:
            return None
        columns = self.sample(source.types, 4)
        listed = [self.spell(c) for c in columns]
        if self.chance(30):
            listed.append(f"count(*) OVER () AS {self.names.core('n')}")
        if self.chance(30):
            listed.append(f"(SELECT max(length({self.spell(columns[0])})) FROM {source.name}) AS m")
        where = f" WHERE {self.spell(columns[0])} IS NOT NULL" if self.chance(40) else ""
        if self.chance(10):
            listed = ["*"]
        return Item(
            "view", core,
            f"CREATE VIEW {self.spell(core)} AS SELECT {', '.join(listed)} FROM {source.name}{where}",
            types={c: source.types[c] for c in columns},
            name=self.spell(core),
        )

    def make_trigger(self, core=None):
        core = core or self.names.core("g")
        table = self.pick(self.schema.of("table"))
        view = self.pick(self.schema.of("view"))
        if not table:
            return None
        column = self.spell(self.pick(table.types))
        if view and self.chance(20):
            return Item(
                "trigger", core,
                f"CREATE TRIGGER {self.spell(core)} INSTEAD OF DELETE ON {view.name} BEGIN "
                f"DELETE FROM {table.name} WHERE {column} = 'never'; END",
            )
        when = self.pick([
            "AFTER INSERT", "BEFORE DELETE", f"AFTER UPDATE OF {column}", "AFTER DELETE",
        ])
        other = self.pick(self.schema.of("table"))
        if "GENERATED" in other.parts[list(other.types)[-1]]:
            return None
        theirs = self.spell(list(other.types)[-1])
        guard = f" WHEN {'new' if 'INSERT' in when or 'UPDATE' in when else 'old'}.{column} > 5" \
            if self.chance(40) else ""
        return Item(
            "trigger", core,
            f"CREATE TRIGGER {self.spell(core)} {when} ON {table.name}{guard} BEGIN "
            f"UPDATE {other.name} SET {theirs} = {theirs} WHERE {theirs} = 'gone'; END",
        )

    table_changes = [
        add_column, add_column, alter_column, alter_column, alter_column, Generator.drop_part,
        Generator.drop_part, add_constraint, change_options,
    ]
    first = ("table", "table", "table")
    remade = ("index", "view", "trigger")
    makers = {
        "table": (2, make_table),
        "index": (3, make_index),
        "view": (3, make_view),
        "trigger": (2, make_trigger),
    }
