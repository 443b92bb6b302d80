# SPDX-License-Identifier: MIT
"""Texts that SQLite takes and few people write: loaded elsewhere, saved, and their tables rebuilt."""

import time

import pytest

ALL = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2"

# name: (schema, the file that changes, what is replaced there and by what, rows that stay)
REBUILDS = {
    "a column without a name": (
        """CREATE TABLE t ("" INT, a INT, "b" TEXT); CREATE INDEX i ON t ("", a);
        INSERT INTO t VALUES (1, 2, 'x'), (3, 4, 'y');""",
        ("t", "a INT", "a BLOB"),
        "SELECT * FROM t",
    ),
    "an index that names its table": (
        """CREATE TABLE t (a INT, b INT, c INT); INSERT INTO t VALUES (1, 2, 3);
        CREATE INDEX i ON t (a) WHERE t.b > 1;""",
        ("t", "c INT", "c TEXT"),
        "SELECT a, b, c + 0 FROM t",
    ),
    "a trigger whose lists are resolved as they are read": (
        """CREATE TABLE t (a INT, b INT); CREATE TABLE u (a INT, b INT); INSERT INTO t VALUES (1, 2);
        CREATE TRIGGER g AFTER INSERT ON u BEGIN
        UPDATE u SET (a, b) = ((SELECT x.a FROM t AS x JOIN gone ON x.b = gone.b), 1); END;""",
        ("t", "b INT", "b TEXT"),
        "SELECT a, b + 0 FROM t",
    ),
    "triggers that say which database their tables are in": (
        """CREATE TABLE main.t (a INT, b INT); INSERT INTO t VALUES (1, 2); CREATE VIEW v AS SELECT a FROM t;
        CREATE TRIGGER main.g AFTER INSERT ON main.t BEGIN DELETE FROM t WHERE a < new.a; END;
        CREATE TRIGGER h INSTEAD OF UPDATE OF a ON "main" . [v] BEGIN SELECT 1; END;""",
        ("t", "b INT", "b TEXT"),
        "SELECT a, b + 0 FROM t",
    ),
    "a trigger that spells its table otherwise": (
        """CREATE TABLE Foo (a INT, b INT); INSERT INTO foo VALUES (1, 2); CREATE TABLE log (a);
        CREATE TRIGGER g BEFORE INSERT ON fOO BEGIN INSERT INTO LOG VALUES (new.a); END;
        CREATE TRIGGER h AFTER DELETE ON LOG BEGIN DELETE FROM FOO; END;""",
        ("Foo", "b INT", "b TEXT"),
        "SELECT a, b + 0 FROM foo",
    ),
}


@pytest.mark.parametrize("name", REBUILDS)
def test_rebuilt(schemafs, new_sqlite, mount, tmp_path, name):
    schema, (table, old, new), rows = REBUILDS[name]
    one, two = new_sqlite(), new_sqlite()
    one.run(schema)
    schemafs("pull", one.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", two.target)
    assert two.rows(ALL) == one.rows(ALL)
    others = f"SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name <> '{table}' ORDER BY 2"
    before, kept = one.rows(others), one.rows(rows)
    version = one.rows("PRAGMA schema_version")
    with mount(one.target, "apply=all") as place:
        for file in sorted((place / "schema").rglob("*.sql")):
            file.write_bytes(file.read_bytes())
        assert one.rows("PRAGMA schema_version") == version
        file = place / f"schema/main/tables/{table}.sql"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        assert new in one.rows(f"SELECT sql FROM sqlite_schema WHERE name = '{table}'")[0][0]
        assert one.rows(others) == before
        assert one.rows(rows) == kept


def test_tokenizers_of_an_application(schemafs, new_sqlite, tmp_path):
    """A full text table is made, and dropped, without a word being cut."""
    one, two = new_sqlite(), new_sqlite()
    one.run(
        """CREATE TABLE m (id INTEGER PRIMARY KEY, body TEXT);
        CREATE VIRTUAL TABLE five USING fts5(body, tokenize = 'unicode61', content = '');
        CREATE VIRTUAL TABLE four USING fts4(body, tokenize = porter, languageid="lid");
        CREATE TRIGGER g AFTER INSERT ON m BEGIN INSERT INTO five (rowid, body) VALUES (new.id, new.body); END;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'unicode61', 'app_words with 1');
        UPDATE sqlite_schema SET sql = replace(sql, 'porter', 'icu th_TH');
        PRAGMA writable_schema = RESET;"""
    )
    schemafs("pull", one.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", two.target)
    assert two.rows(ALL) == one.rows(ALL)
    schemafs("diff", one.target, two.target)
    before = two.rows(ALL)
    file = tmp_path / "tree/schema/main/tables/m.sql"
    file.write_text(file.read_text().replace("body TEXT", "body TEXT NOT NULL DEFAULT ''"))
    schemafs("push", tmp_path / "tree", two.target)
    assert [row for row in two.rows(ALL) if row[1] != "m"] == [row for row in before if row[1] != "m"]
    for name in ("tables/five", "tables/four", "triggers/m.g"):
        (tmp_path / f"tree/schema/main/{name}.sql").unlink()
    schemafs("push", "--apply=all", tmp_path / "tree", two.target)
    assert [row[1] for row in two.rows(ALL)] == ["m"]


SHADOWS = """
CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE f USING fts4(a, b);
CREATE INDEX f_by_a ON f_content (c0a) WHERE c1b > 1;
CREATE TRIGGER gone AFTER DELETE ON f_content BEGIN DELETE FROM doc WHERE id = old.docid; END;
CREATE VIRTUAL TABLE r USING rtree(id, x1, x2);
CREATE INDEX r_node_of ON r_rowid (nodeno);
"""


def test_what_stands_on_tables_of_a_module(schemafs, new_sqlite, mount, tmp_path):
    """They are no objects, but the indexes and triggers that somebody put there are."""
    one, two = new_sqlite(), new_sqlite()
    one.run(SHADOWS)
    schemafs("pull", one.target, tmp_path / "tree")
    files = {path.name for path in (tmp_path / "tree").rglob("*.sql")}
    assert {"doc.sql", "f.sql", "r.sql", "f_content.gone.sql"} <= files
    assert not files & {"f_content.sql", "r_rowid.sql"}
    schemafs("push", tmp_path / "tree", two.target)
    assert two.rows(ALL) == one.rows(ALL)
    schemafs("diff", two.target, tmp_path / "tree")
    schemafs("diff", one.target, two.target)
    with mount(two.target, "apply=all") as place:
        version = two.rows("PRAGMA schema_version")
        for file in sorted((place / "schema").rglob("*.sql")):
            file.write_bytes(file.read_bytes())
        assert two.rows("PRAGMA schema_version") == version
        file = place / "schema/main/tables/f.sql"
        text = file.read_text()
        assert text.endswith("CREATE INDEX f_by_a ON f_content (c0a) WHERE c1b > 1;\n")
        file.write_text(text.replace("c1b > 1", "c1b > 2"))
        assert "c1b > 2" in two.rows("SELECT sql FROM sqlite_schema WHERE name = 'f_by_a'")[0][0]
        # The whole table made anew takes along what stands on it.
        file.write_text(text.replace("fts4(a, b)", "fts4(a, b, c)"))
        names = [row[1] for row in two.rows(ALL)]
        assert "f_by_a" in names and "gone" in names
        assert "a, b, c" in two.rows("SELECT sql FROM sqlite_schema WHERE name = 'f'")[0][0]
        two.run("CREATE INDEX other ON f_segdir (start_block);")
        end = time.monotonic() + 10
        while "other" not in file.read_text():
            assert time.monotonic() < end
            time.sleep(0.05)


def test_tables_of_a_module_that_nobody_knows(schemafs, new_sqlite, tmp_path):
    """Which are its own only the application can say: none is hidden, and none is missing elsewhere."""
    one, two = new_sqlite(), new_sqlite()
    one.run(
        """CREATE TABLE m_chunks (id INTEGER PRIMARY KEY, data BLOB); CREATE TABLE m_mine (a);
        CREATE INDEX m_i ON m_chunks (data);
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES
        ('table', 'm', 'm', 0, 'CREATE VIRTUAL TABLE m USING vectors(data float[4])');"""
    )
    schemafs("pull", one.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", two.target)
    assert two.rows(ALL) == one.rows(ALL)
    schemafs("diff", one.target, two.target)
