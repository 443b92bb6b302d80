# SPDX-License-Identifier: MIT
"""What a migration risks is told before it runs."""

import json

import pytest

from test_migrate import Folder

BOTH = [
    ("DROP TABLE a;", ["H01"]),
    ("CREATE TABLE b (x integer);\nDROP TABLE b;", []),
    ("ALTER TABLE a DROP COLUMN y;", ["H02"]),
    ("ALTER TABLE a DROP y", ["H02"]),
    ("DELETE FROM a;", ["H03"]),
    ("DELETE FROM a WHERE x = 'DROP TABLE a';", []),
    ("ALTER TABLE a ADD z text NOT NULL;", ["H30"]),
    ("ALTER TABLE a ADD COLUMN z text DEFAULT '' NOT NULL;", []),
    ("ALTER TABLE a RENAME TO c;", ["H60"]),
    ("SELECT 1; -- DROP TABLE a", []),
]
POSTGRES = [
    ("DROP TABLE a CASCADE;", ["H01", "H04"]),
    ("TRUNCATE a;", ["H03"]),
    ("TRUNCATE a CASCADE;", ["H03", "H04"]),
    ("DROP DATABASE other;", ["H03"]),
    ("DROP OWNED BY somebody;", ["H07"]),
    ("ALTER TABLE a DROP CONSTRAINT IF EXISTS c CASCADE;", ["H04", "H10"]),
    ("ALTER TABLE a DROP CONSTRAINT c RESTRICT;", ["H10"]),
    ("CREATE INDEX CONCURRENTLY i ON a (x);\nCOMMENT ON INDEX i IS 'x';", ["H22"]),
    ("ALTER TABLE a ADD z int;\nUPDATE a SET z = 1;", ["H33"]),
    ("ALTER TABLE a ADD z int;\nCOMMIT;\nUPDATE a SET z = 1;", ["H69"]),
    ("BEGIN;\nALTER TABLE a ADD z int;\nCOMMIT;", []),
    ("CREATE TABLE b (x int);\nALTER TABLE b ADD z int;\nUPDATE b SET z = 1;", []),
    ("ALTER TABLE a ADD z int;\nALTER TABLE p ADD z int;", ["H40"]),
    ("SET lock_timeout = 0;", ["H35"]),
    ("SET LOCAL lock_timeout TO '0';", ["H35"]),
    ("SET lock_timeout = '2s';", []),
    ("CLUSTER a USING i;", ["H36"]),
    ("VACUUM FULL a;", ["H36"]),
    ("VACUUM a;", []),
    ("CREATE TRIGGER g AFTER INSERT ON a EXECUTE FUNCTION public.f();", ["H37"]),
    ("CREATE TABLE IF NOT EXISTS b (x int); ALTER TABLE public.b ADD y int;", ["H68"]),
    ('CREATE TABLE IF NOT EXISTS public."b" (x int); ALTER TABLE ONLY public.b ADD y int;', []),
    ("CREATE TABLE b (x int); ALTER TABLE b ADD y int;", []),
    ("DROP VIEW v;", ["H61"]),
    ("ALTER TABLE a REPLICA IDENTITY FULL;", ["H67"]),
    (f"ALTER TABLE a ADD {'n' * 64} int;", ["H70"]),
    (f"ALTER TABLE a ADD {'n' * 63} int;", []),
    ("CREATE INDEX i ON a (x);", ["H20"]),
    ("CREATE INDEX CONCURRENTLY i ON a (x);", []),
    ("CREATE TABLE b (x integer);\nCREATE INDEX i ON b (x);", []),
    ("ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES p (x) ON DELETE CASCADE;", ["H26"]),
    ("ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES p (x) NOT VALID;", []),
    ("ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0);", ["H28"]),
    ("ALTER TABLE a ALTER COLUMN y SET NOT NULL;", ["H29"]),
    ("ALTER TABLE a ALTER COLUMN y SET DATA TYPE text;", ["H05"]),
    ("ALTER TABLE a DISABLE ROW LEVEL SECURITY;", ["H08"]),
    ("GRANT SELECT ON a TO PUBLIC;", ["H08"]),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'select 1';", ["H09"]),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'select 1';", []),
    ("ALTER TABLE a ADD COLUMN z integer GENERATED ALWAYS AS (x) STORED;", ["H31"]),
]
SQLITE = [
    (
        "CREATE TABLE `__new_a` (`x` integer);\nINSERT INTO `__new_a`(\"x\") SELECT \"x\" FROM `a`;\n"
        "DROP TABLE `a`;\nALTER TABLE `__new_a` RENAME TO `a`;",
        [],
    ),
    ("CREATE INDEX i ON a (x);", []),
]


@pytest.mark.parametrize(("fixture", "cases"), [("pg", BOTH + POSTGRES), ("sqlite_db", BOTH + SQLITE)])
def test_rules(request, schemafs, tmp_path, fixture, cases):
    engine = request.getfixturevalue(fixture)
    folder = Folder(tmp_path / "migrations", engine.dialect)
    for number, (text, _) in enumerate(cases):
        folder.write(f"{number:04}_m", text)
    told = json.loads(schemafs("migrate", "--dry-run", "--json", "--dir", folder.place, engine.target).stdout)
    found = [sorted(hazard["rule"] for hazard in entry["hazards"]) for entry in told["pending"]]
    # A rename of a table that the file has made itself has no hazard.
    wrong = [(text, rules, got) for (text, rules), got in zip(cases, found) if rules != got]
    assert wrong == []
    text = schemafs("migrate", "--dry-run", "--dir", folder.place, engine.target).stderr
    assert "H01" in text and "drops a table with its rows" in text


def test_on_a_mount(mount, engine, tmp_path):
    folder = Folder(tmp_path / "project/drizzle", engine.dialect)
    folder.write("0000_a", "CREATE TABLE a (x integer);")
    folder.write("0001_b", "DROP TABLE a;")
    with mount(engine.target, f"project={folder.place.parent}") as place:
        status = (place / "status").read_text()
        assert "pending/0001_b.sql\n" in status and "H01" in status
        assert list(json.loads((place / "status.json").read_text())["hazards"]) == ["pending/0001_b.sql"]
        for tag in ("0000_a", "0001_b"):
            (place / f"pending/{tag}.sql").write_bytes((folder.place / f"{tag}.sql").read_bytes())
        assert "H01" in (place / "log").read_text()
        assert "H01" not in (place / "status").read_text()
