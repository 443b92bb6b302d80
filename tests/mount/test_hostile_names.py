# SPDX-License-Identifier: MIT
"""Names that no file would have: each object has its file, and a save of it reaches the object."""

import os

import pytest

NAMES = [
    "select", "table", "user", "Upper", "upper", "UPPER", ".", "..", ".hidden", "-dash", "#hash#",
    "back~", "a/b", "/", "a\\b", "a%b", "%41", "100%", "two words", " leading", "trailing ", "tab\there",
    "new\nline", "bell\x07", "del\x7f", "quote'", 'double"', "dollar$", "semi;colon", "-- remark", "/* open",
    "t.sql", "t.sql.rej", "t.sql.error", "a.b", "4913", "x.swp", "ünïcödé", "日本語", "🙂",
    "e\u0301", "\u00e9", "nul", "$$", "a~0123456789abcdef", "(", "f(integer)", "ends.", "schema", "public",
    "ß" * 31, "long" * 15 + "abc",
]


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def rejected(place):
    return sorted(place.rglob("*.error")) + sorted(place.rglob("*.rej"))


def save(path, old, new):
    text = path.read_bytes().decode()
    assert old in text, text
    path.write_bytes(text.replace(old, new).encode())


@pytest.fixture
def hostile(pg):
    script = [
        "CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
        "CREATE SCHEMA s;",
    ]
    for number, name in enumerate(NAMES):
        q = quoted(name)
        script += [
            f"CREATE TABLE s.{q} ({q} integer, marker text DEFAULT 'n{number}');",
            f"CREATE FUNCTION s.{q}(integer) RETURNS integer LANGUAGE sql AS 'SELECT {number}';",
            f"CREATE TRIGGER {q} BEFORE INSERT ON s.{q} FOR EACH ROW EXECUTE FUNCTION fires();",
            f"CREATE POLICY {q} ON s.{q} USING ({q} > {number});",
        ]
    for number, name in enumerate(NAMES[:20]):
        if name != "public":
            script += [
                f"CREATE SCHEMA {quoted(name)}; CREATE VIEW {quoted(name)}.{quoted(name)} AS SELECT {number} AS n;",
                f"CREATE DOMAIN {quoted(name)}.{quoted('d ' + name)} AS integer DEFAULT {number};",
            ]
    pg.run("\n".join(script))
    return pg


def file_with(place, folder, text):
    found = [path for path in sorted((place / folder).iterdir()) if text in path.read_bytes().decode()]
    assert len(found) == 1, (folder, text, found)
    return found[0]


def test_postgres(hostile, mount):
    with mount(hostile.target, "apply=all") as place:
        home = place / "schema/s"
        for folder in ("tables", "functions", "triggers", "policies"):
            assert len(os.listdir(home / folder)) == len(NAMES), folder
        for number in range(0, len(NAMES), 2):
            save(file_with(home, "tables", f"'n{number}'"), f"'n{number}'", f"'changed {number}'")
        for number in range(1, len(NAMES), 2):
            save(file_with(home, "functions", f"SELECT {number}$"), f"SELECT {number}$", f"SELECT {number} + 1000$")
        for number in range(0, len(NAMES), 5):
            save(file_with(home, "policies", f" > {number})"), f" > {number})", f" > {number + 5000})")
        assert not rejected(place)
    tables = hostile.rows(
        "SELECT c.relname, pg_get_expr(d.adbin, 0) FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid"
        " WHERE c.relnamespace = 's'::regnamespace"
    )
    assert dict(tables) == {
        name: f"'changed {n}'::text" if n % 2 == 0 else f"'n{n}'::text" for n, name in enumerate(NAMES)
    }
    functions = hostile.rows("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 's'::regnamespace")
    assert dict(functions) == {
        name: f"SELECT {n}" + (" + 1000" if n % 2 else "") for n, name in enumerate(NAMES)
    }
    policies = hostile.rows("SELECT polname, pg_get_expr(polqual, polrelid) ~ '> 5[0-9]{3}' FROM pg_policy")
    assert dict(policies) == {name: "f" if n % 5 else "t" for n, name in enumerate(NAMES)}


def test_postgres_round_trip(hostile, new_pg, schemafs, tmp_path):
    copy = new_pg()
    schemafs("pull", hostile.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", copy.target)
    assert copy.dump() == hostile.dump()
    schemafs("diff", copy.target, tmp_path / "tree")


def test_long_names_of_two_parts(pg, mount):
    """Encoded they are longer than a file name may be, and are cut: still each is its own."""
    long = ["/" * 62 + end for end in "ab"]
    script = ["CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"]
    for table in long:
        script.append(f"CREATE TABLE {quoted(table)} (a integer);")
        for number, name in enumerate(long):
            script.append(f"CREATE POLICY {quoted(name)} ON {quoted(table)} USING (a > {number});")
    for number, name in enumerate("%" * 61 + end for end in "ab"):
        script.append(f"CREATE FUNCTION {quoted(name)}({', '.join(['double precision'] * 40)}) RETURNS integer"
                      f" LANGUAGE sql AS 'SELECT {number}';")
        script.append(f"CREATE FUNCTION {quoted(name)}() RETURNS integer LANGUAGE sql AS 'SELECT 7{number}';")
    pg.run("\n".join(script))
    with mount(pg.target, "apply=all") as place:
        home = place / "schema/public"
        policies = sorted((home / "policies").iterdir())
        assert len(policies) == 4
        assert all(len(os.fsencode(path.name)) <= 255 for path in policies)
        for path in policies:
            text = path.read_text()
            path.write_text(text.replace("a > 0", "a > 10").replace("a > 1)", "a > 11)"))
        assert len(os.listdir(home / "functions")) == 3
        save(file_with(home, "functions", "SELECT 71"), "SELECT 71", "SELECT 72")
        for path in sorted((home / "tables").iterdir()):
            save(path, "a integer", "a integer,\n    b text")
        assert not rejected(place)
    assert pg.rows("SELECT DISTINCT polname, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1") == [
        (long[0], "(a > 10)"), (long[1], "(a > 11)"),
    ]
    assert pg.rows("SELECT count(*) FROM pg_attribute WHERE attname = 'b' AND attrelid >= 16384") == [("2",)]
    assert pg.rows("SELECT prosrc FROM pg_proc WHERE oid >= 16384 ORDER BY 1") == [
        ("BEGIN RETURN NEW; END",), ("SELECT 0",), ("SELECT 1",), ("SELECT 70",), ("SELECT 72",),
    ]


def test_sqlite(sqlite_db, mount):
    names = []
    for name in [*NAMES, "", "n" * 300, "/" * 100]:
        if name.lower() not in {other.lower() for other in names}:
            names.append(name)
    sqlite_db.run("\n".join(
        f"CREATE TABLE {quoted(name)} ({quoted(name)} integer, marker text DEFAULT 'n{n}');"
        f"CREATE VIEW {quoted('v' + name)} AS SELECT {n} AS n;"
        f"CREATE TRIGGER {quoted('g' + name)} AFTER INSERT ON {quoted(name)} BEGIN SELECT {n}; END;"
        for n, name in enumerate(names)
    ))
    with mount(sqlite_db.target) as place:
        home = place / "schema/main"
        for folder in ("tables", "views", "triggers"):
            assert len(os.listdir(home / folder)) == len(names), folder
        for number in range(len(names)):
            save(file_with(home, "tables", f"'n{number}'"), "marker text", "more text, marker text")
            if number % 3 == 0:
                save(file_with(home, "views", f"SELECT {number} AS"), f"SELECT {number} AS", f"SELECT {number}000 AS")
                save(file_with(home, "triggers", f"SELECT {number};"), f"SELECT {number};", f"SELECT {number}000;")
        assert not rejected(place)
    rows = dict(sqlite_db.rows("SELECT name, sql FROM sqlite_schema"))
    assert len(rows) == 3 * len(names)
    for number, name in enumerate(names):
        assert "more text" in rows[name], name
        assert (f"{number}000 AS n" in rows["v" + name]) == (number % 3 == 0)
        assert (f"SELECT {number}000;" in rows["g" + name]) == (number % 3 == 0)
