# SPDX-License-Identifier: MIT
"""What the property tests ask of a database: which items load, rows in every table, its shape."""

import contextlib
import re
import sqlite3

from databases import PostgresDatabase, SqliteDatabase
from postgres_parts import ROLES
from postgres_schemas import PostgresGenerator
from sqlite_schemas import SqliteGenerator

ROWS = (1, 2, 3)

COLUMNS = """
SELECT format('%I.%I', n.nspname, c.relname), quote_ident(a.attname),
    format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', b.typtype, b.typcategory,
    format_type(b.oid, NULL),
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum
        WHERE enumtypid IN (b.oid, b.typelem))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_|^information_schema$'
ORDER BY 1, a.attnum
"""

VALUES = {
    "boolean": lambda k: "tf"[k % 2],
    "date": lambda k: f"2024-01-0{k}",
    "timestamp without time zone": lambda k: f"2024-01-0{k} 00:00:00",
    "timestamp with time zone": lambda k: f"2024-01-0{k} 00:00:00+00",
    "uuid": lambda k: f"00000000-0000-4000-8000-00000000000{k}",
    "bytea": lambda k: f"\\x0{k}",
    "inet": lambda k: f"10.0.0.{k}",
    "interval": lambda k: f"{k} days",
    "int4range": lambda k: f"[{k},{k + 1})",
    "jsonb": str,
    "character": lambda k: f"{k}00",
}

PARTITIONS = """
SELECT c.oid::regclass, i.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid)
FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relispartition
"""

ENTRY = re.compile(r"^--\n-- Name: (.*?); Type: (.*?); Schema: (.*?); Owner: ?(.*?)\n--\n", re.M)


class PostgresEngine:
    generator = PostgresGenerator

    def __init__(self, server, stack):
        self.server = server
        # Not inside the stack: databases come and go with the pairs.
        server.psql("postgres", "".join(
            f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            for role in ROLES
        ))
        self.scratch = stack.enter_context(self.fresh())

    @contextlib.contextmanager
    def fresh(self, schema=None):
        with PostgresDatabase.created(self.server) as database:
            if schema:
                database.run(schema.text())
            yield database

    def failing(self, schema):
        """The items whose statements the server does not take."""
        last, ends, text = 2, {}, "\\set ON_ERROR_ROLLBACK on\nBEGIN;\n"
        for item in schema.ordered():
            statement = item.text + ";\n"
            last += statement.count("\n")
            ends[last] = item.core
            text += statement
        said = self.server.say(self.scratch.name, text + "ROLLBACK;\n")
        return [ends[int(line)] for line in re.findall(r"<stdin>:(\d+): ERROR", said)]

    def columns(self, database):
        """{table: {column: (type, generated, ...)}}"""
        found = {}
        for table, column, *rest in database.rows(COLUMNS):
            found.setdefault(table, {})[column] = rest
        return found

    def value(self, facts, k):
        _, _, form, category, base, labels = facts
        if form == "e":
            labels = labels.split(",")
            return f"'{labels[k % len(labels)]}'"
        if category == "A":
            return "'{}'" if labels else f"ARRAY[{k}]::{base}" if base[:3] in ("int", "tex") else "NULL"
        if form == "c" or category == "R" and base != "int4range":
            return "NULL"
        return "'" + VALUES.get(base, str)(k).replace("'", "''") + "'"

    def fill(self, database):
        text = "SET session_replication_role = replica;\n"
        for table, columns in self.columns(database).items():
            columns = {name: facts for name, facts in columns.items() if facts[1] != "t"}
            for k in ROWS if columns else ():
                values = ", ".join(self.value(facts, k) for facts in columns.values())
                text += f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE VALUES ({values});\n"
        self.server.say(database.name, text)

    def comparable(self, first, second, sub=str):
        """The tables of both, each with the columns whose values have to stay; sub() says what they are called."""
        one, two = self.columns(first), self.columns(second)

        def renamed(facts):
            """Types have other names, too; values with other labels can not be compared."""
            return [*map(sub, facts[:-1]), facts[-1]]

        moved = self.moved(first, second, sub)
        return {
            table: [
                column for column, facts in one[table].items()
                if sub(column) in two[sub(table)] and renamed(facts) == two[sub(table)][sub(column)]
                and facts[1] == "f" and facts[2] != "c" and "[]" not in facts[0]
            ]
            for table in one if sub(table) in two and table not in moved
        }

    def partitions(self, database, sub=str):
        """{table: (parent, {its partitions and their bounds})}, all by the names that sub() gives."""
        rows = database.rows("SET search_path = ''; " + PARTITIONS)
        bounds = {}
        for table, parent, bound in rows:
            bounds.setdefault(parent, []).append((sub(table), bound))
        return {table: (sub(parent), sorted(bounds[parent])) for table, parent, _ in rows}

    def moved(self, first, second, sub=str):
        """The tables whose rows may be in others afterwards: partitions that are, or have, others than before."""
        one, two = self.partitions(first, sub), self.partitions(second)
        return {
            table for table in one.keys() | {t for t in self.columns(first) if sub(t) in two}
            if one.get(table) != two.get(sub(table))
        }

    def count_moved(self, first, second, moved, sub):
        """How many rows there are in such tables that stay."""
        two = self.columns(second)
        return self.rows_of(first, [table for table in moved if sub(table) in two])

    def count(self, database, but, sub):
        """How many rows there are in all tables but those."""
        there = {sub(table) for table in but}
        return self.rows_of(database, [table for table in self.columns(database) if table not in there])

    def rows_of(self, database, tables):
        parts = [f"SELECT count(*) FROM ONLY {table}" for table in tables]
        return sum(int(row[0]) for row in database.rows(" UNION ALL ".join(parts))) if parts else 0

    def contents(self, database, tables):
        parts = [
            f"SELECT {index}, count(*), coalesce(md5(string_agg(x::text, ';' ORDER BY x::text)), '')"
            f" FROM (SELECT {', '.join(columns)} FROM ONLY {table}) x"
            for index, (table, columns) in enumerate(tables.items())
        ]
        if not parts:
            return {}
        rows = sorted(database.rows(" UNION ALL ".join(parts)), key=lambda row: int(row[0]))
        return dict(zip(tables, (row[1:] for row in rows)))

    def shape(self, database):
        text = database.dump()
        marks = list(ENTRY.finditer(text))
        found = {}
        for mark, following in zip(marks, [*marks[1:], None]):
            body = text[mark.end() : following.start() if following else len(text)]
            name, kind, place, owner = mark.groups()
            lines = [line.strip().rstrip(",") for line in body.splitlines()]
            lines = [line for line in lines if line and not line.startswith(("SET default", "--"))]
            # The order of columns can not be altered; nothing else in a dump depends on it.
            if kind in ("TABLE", "FOREIGN TABLE", "ACL", "TYPE", "VIEW") and "AS ENUM" not in body:
                lines.sort()
            if kind == "STATISTICS":  # their columns are listed by their numbers
                lines = [sorted(re.findall(r'"(?:[^"]|"")*"|\w+', line)) for line in lines]
            found.setdefault((kind, place, name), []).append((owner, lines))
        return found


class SqliteEngine:
    generator = SqliteGenerator

    def __init__(self, place):
        self.place, self.count = place, 0

    @contextlib.contextmanager
    def fresh(self, schema=None):
        self.count += 1
        database = SqliteDatabase(self.place / f"{self.count}.sqlite")
        if schema:
            with contextlib.closing(sqlite3.connect(database.path)) as db:
                db.executescript(schema.text())
        yield database
        database.path.unlink()

    def failing(self, schema):
        failed = []
        with contextlib.closing(sqlite3.connect(":memory:")) as db:
            for item in schema.ordered():
                try:
                    db.execute(item.text)
                except sqlite3.Error:
                    failed.append(item.core)
            return failed or self.failing_in_use(db, schema)

    def failing_in_use(self, db, schema):
        """What SQLite lets a text say although it can not be used."""
        db.execute("PRAGMA foreign_keys = ON")
        for item in schema.of("table", "view"):
            asked = [f"SELECT * FROM {item.name}"]
            if item.kind == "table":
                column = next(iter(item.parts.values()))
                name = re.match(r'"(?:[^"]|"")*"|\w+', column)[0]
                asked += [
                    f"DELETE FROM {item.name}", f"INSERT INTO {item.name} DEFAULT VALUES",
                    f"UPDATE {item.name} SET {name} = {name}",
                ]
            for statement in asked:
                try:
                    db.execute("EXPLAIN " + statement)
                except sqlite3.Error as error:
                    if "generated column" not in str(error):
                        return self.blamed(item, schema)
        return []

    def blamed(self, item, schema):
        if item.kind == "view":
            return [item.core]
        keys = [
            core for table in schema.of("table") for core, text in table.parts.items()
            if "FOREIGN KEY" in text and (table is item or item.name in text)
        ]
        triggers = [other.core for other in schema.of("trigger") if item.name in other.head]
        return keys + triggers or [item.core]

    def columns(self, db):
        tables = db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        quoted = ['"' + name.replace('"', '""') + '"' for (name,) in tables]
        return {
            table: {
                '"' + row[1].replace('"', '""') + '"': (row[2], row[6], row[5])
                for row in db.execute(f"PRAGMA table_xinfo({table})")
            }
            for table in quoted
        }

    def value(self, kind, k):
        if kind == "BLOB":
            return f"x'0{k}'"
        return str(k) if kind in ("INTEGER", "INT", "REAL", "NUMERIC", "ANY", "BOOLEAN") else f"'{k}'"

    def fill(self, database):
        with contextlib.closing(sqlite3.connect(database.path)) as db:
            for table, columns in self.columns(db).items():
                columns = {name: facts for name, facts in columns.items() if not facts[1]}
                for k in ROWS:
                    values = ", ".join(self.value(facts[0], k) for facts in columns.values())
                    with contextlib.suppress(sqlite3.Error):
                        db.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})")
            for _ in range(20):
                broken = db.execute("PRAGMA foreign_key_check").fetchall()
                for table, rowid, *_ in broken:
                    name = '"' + table.replace('"', '""') + '"'
                    where = "" if rowid is None else f" WHERE rowid = {rowid}"
                    db.execute(f"DELETE FROM {name}{where}")
            db.commit()

    def comparable(self, first, second, sub=str):
        found = {}
        with contextlib.closing(sqlite3.connect(first.path)) as one, \
                contextlib.closing(sqlite3.connect(second.path)) as two:
            theirs, hidden = self.columns(two), [self.hidden_rowid(db) for db in (one, two)]
            for table, columns in self.columns(one).items():
                if sub(table) in theirs:
                    there = theirs[sub(table)]
                    kept = [
                        name for name, facts in columns.items()
                        if sub(name) in there and not facts[1] and there[sub(name)][:2] == facts[:2]
                    ]
                    both = table in hidden[0] and sub(table) in hidden[1]
                    found[table] = kept + (["rowid"] if both else [])
        return found

    def moved(self, first, second, sub=str):
        return ()

    def count_moved(self, first, second, moved, sub):
        return 0

    def hidden_rowid(self, db):
        """The tables whose rows have a number that no column shows."""
        keyed = {table: [c for c in columns.values() if c[2]] for table, columns in self.columns(db).items()}
        without = {name for _, name, _, _, flag, _ in db.execute("PRAGMA table_list") if flag}
        return {
            table for table, keys in keyed.items()
            if not any(facts[0] == "INTEGER" for facts in keys)
            and table[1:-1].replace('""', '"') not in without
        }

    def contents(self, database, tables):
        found = {}
        with contextlib.closing(sqlite3.connect(database.path)) as db:
            for table, columns in tables.items():
                listed = ", ".join(f"quote({column})" for column in columns) or "1"
                found[table] = sorted(db.execute(f"SELECT {listed} FROM {table}").fetchall())
            with contextlib.suppress(sqlite3.OperationalError):
                found["counters"] = db.execute(
                    "SELECT name, seq FROM sqlite_sequence"
                ).fetchall()
        counters = dict(found.pop("counters", ()))
        for table in tables:
            name = table[1:-1].replace('""', '"')
            found[table + " counter"] = counters.get(name)
        return found

    def shape(self, database):
        with contextlib.closing(sqlite3.connect(database.path)) as db:
            rows = db.execute(
                "SELECT type, name, sql FROM sqlite_schema"
                " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
        return {(kind, name): spelled(sql, kind == "table") for kind, name, sql in rows}


TOKEN = re.compile(
    r"""(?P<space>\s+|/\*.*?\*/|--[^\n]*)|(?P<text>'(?:[^']|'')*')|"(?P<name>(?:[^"]|"")*)"|\w+|.""",
    re.S,
)


def spelled(sql, is_table):
    """The words of a statement; those of a table as a set, for columns may stand in any order."""
    parts, depth = [[]], 0
    for token in TOKEN.finditer(sql):
        if token["space"]:
            continue
        word = token[0] if token["text"] else token["name"] or token[0].upper()
        depth += (token[0] == "(") - (token[0] == ")")
        if is_table and (depth, token[0]) in ((1, "("), (1, ","), (0, ")")):
            parts.append([])
        else:
            parts[-1].append(word.upper() if not token["text"] else word)
    return sorted(map(tuple, parts)) if is_table else parts[0]
