# SPDX-License-Identifier: MIT
"""Objects that others drop or lock while the catalog is read."""

import subprocess
import time

OBJECTS = """
CREATE TABLE t{0} (a integer CHECK (a > 0), b text, EXCLUDE USING btree (b WITH =));
CREATE INDEX ON t{0} (lower(b)) WHERE a > 1;
CREATE VIEW v{0} AS SELECT a FROM t{0};
CREATE MATERIALIZED VIEW m{0} AS SELECT a FROM t{0};
CREATE RULE r AS ON DELETE TO t{0} DO INSTEAD NOTHING;
CREATE TRIGGER g BEFORE UPDATE ON t{0} FOR EACH ROW EXECUTE FUNCTION f();
CREATE STATISTICS s{0} ON a, b FROM t{0};
"""
TABLES = 8


def test_pull(schemafs, pg, tmp_path):
    pg.run("CREATE TABLE stays (a integer CHECK (a > 0));")
    pg.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';")
    rounds = "".join(OBJECTS.format(n) for n in range(TABLES)) + "".join(
        f"DROP TABLE t{n} CASCADE;\n" for n in range(TABLES)
    )
    script = tmp_path / "rounds.sql"
    script.write_text("SET client_min_messages = error;\n" + rounds * 40)
    psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", pg.target, "-f", script]
    pulls = 0
    while pulls < 4:
        with subprocess.Popen(psql) as others:
            while others.poll() is None:
                schemafs("pull", pg.target, tmp_path / "tree")
                pulls += 1
                for view in (tmp_path / "tree/schema/public").glob("*views/*.sql"):
                    assert "SELECT" in view.read_text()
        assert others.returncode == 0
    schemafs("pull", pg.target, tmp_path / "tree")
    assert [file.name for file in (tmp_path / "tree/schema/public/tables").iterdir()] == ["stays.sql"]


def test_in_a_circle(schemafs, pg, tmp_path):
    """Who locks one view after the other, as a migration does, is not stopped by a reader of both."""
    pg.run("CREATE VIEW a AS SELECT 1 AS n; CREATE VIEW b AS SELECT 1 AS n; CREATE VIEW c AS SELECT 1 AS n;")
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with pg.session() as other:
        other.run("BEGIN; LOCK b;")
        with subprocess.Popen([schemafs.binary, "pull", pg.target, tmp_path / "tree"]) as pull:
            time.sleep(0.3)
            assert "ERROR" not in other.run("LOCK a; LOCK c;")
            time.sleep(0.3)
            assert pull.poll() is None
            other.run("COMMIT;")
        assert pull.returncode == 0
    assert pg.rows(deadlocks) == [("0",)]
    assert "SELECT" in (tmp_path / "tree/schema/public/views/b.sql").read_text()


def test_locked_for_long(schemafs, pg, tmp_path):
    pg.run("CREATE VIEW a AS SELECT 1 AS n;")
    with pg.session() as other:
        other.run("BEGIN; LOCK a;")
        begun = time.monotonic()
        done = schemafs("pull", pg.target, tmp_path / "tree", code=2)
        assert "55P03" in done.stderr
        assert 1 < time.monotonic() - begun < 30
