# SPDX-License-Identifier: MIT
"""Schemas tried out: any order, errors where they stand, nothing left behind."""

import random
import signal
import subprocess
import time

import pytest

STATEMENTS = [
    "CREATE SCHEMA shop",
    "CREATE TYPE shop.state AS ENUM ('open', 'paid')",
    "CREATE DOMAIN shop.amount AS numeric CHECK (VALUE >= 0)",
    "CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql"
    " AS $$BEGIN NEW.seen = now(); RETURN NEW; END$$",
    "CREATE TABLE shop.customers (id int PRIMARY KEY, best_order int"
    " CONSTRAINT best REFERENCES shop.orders (id))",
    "CREATE TABLE shop.orders (id int PRIMARY KEY, state shop.state, total shop.amount,"
    " seen timestamptz, customer int, FOREIGN KEY (customer) REFERENCES shop.customers)",
    "CREATE INDEX orders_customer ON shop.orders (customer)",
    "CREATE VIEW shop.paid AS SELECT o.id, c.id AS customer FROM shop.orders o"
    " JOIN shop.customers c ON c.id = o.customer WHERE o.state = 'paid'",
    "CREATE VIEW shop.paid_twice AS SELECT customer FROM shop.paid GROUP BY customer",
    "CREATE TRIGGER stamp BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.stamp()",
    "ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY mine ON shop.orders USING (state = 'open')",
    "COMMENT ON COLUMN shop.orders.total IS 'shop.orders'",
    "GRANT SELECT ON shop.paid TO PUBLIC",
]


def scratch_databases(server):
    return server.psql(
        "postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'schemafs%'"
    ).split()


@pytest.mark.parametrize("seed", range(4))
def test_any_order_will_do(schemafs, pg, server, tmp_path, seed):
    script = tmp_path / "schema.sql"
    shuffled = list(STATEMENTS)
    random.Random(seed).shuffle(shuffled)
    script.write_text(";\n".join(shuffled) + ";\n", encoding="utf-8")
    schemafs("push", script, pg.target)
    schemafs("diff", script, pg.target)
    assert pg.rows("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == [("2",)]
    assert scratch_databases(server) == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("CREATE TABLE t (a nosuch);", "1:19", 'type "nosuch" does not exist'),
        ("CREATE TABLE t ();\n  TABEL u ();", "2:3", "syntax error"),
        ("CREATE VIEW v AS\n  SELECT * FROM t;\nCREATE TABLE t (é int, a nosuch);", "3:26", "nosuch"),
        ("CREATE VIEW v AS SELECT * FROM w;\nCREATE VIEW w AS SELECT * FROM v;", ":", "circle"),
        ("CREATE ROLE r;", "1:1", "defines nothing of a schema"),
        ("SELECT 1;\n\\connect other", "2:1", "psql"),
        ("CREATE TABLE t (); ALTER TABLE t OWNER TO no_such_role;", "1:20", "no_such_role"),
        ("CREATE TABLE t (a int DEFAULT " + "(" * 100000, "1:", "memory exhausted"),
        ("CREATE TABLE t (a text DEFAULT 'x);", "1:32", "unterminated"),
    ],
)
def test_errors_say_where(schemafs, pg, server, tmp_path, text, place, words):
    script = tmp_path / "schema.sql"
    script.write_text(text, encoding="utf-8")
    done = schemafs("diff", pg.target, script, code=2)
    assert f"schema.sql:{place}" in done.stderr or place == ":"
    assert words in done.stderr
    assert "schemafs_scratch" not in done.stderr
    assert scratch_databases(server) == []


def test_rows_and_dump_lines_are_left_out(schemafs, pg, tmp_path):
    script = tmp_path / "dump.sql"
    script.write_text(
        "\\restrict x\nSET statement_timeout = 0;\nSET transaction_timeout = 0;\nBEGIN;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "CREATE SCHEMA public;\nCREATE TABLE public.t (a int);\n"
        "COPY public.t (a) FROM stdin;\n1\n'\n\\.\nINSERT INTO public.t VALUES (1);\n"
        "COMMIT;\n\\unrestrict x\n",
        encoding="utf-8",
    )
    schemafs("push", script, pg.target)
    assert pg.rows("SELECT count(*) FROM public.t") == [("0",)]


def test_a_killed_trial_is_swept_by_the_next(binary, schemafs, pg, server, tmp_path):
    script = tmp_path / "schema.sql"
    script.write_text("SELECT pg_sleep(30);", encoding="utf-8")
    process = subprocess.Popen([binary, "diff", pg.target, str(script)])
    deadline = time.monotonic() + 20
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
    while server.psql("postgres", asleep).strip() == "0":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(scratch_databases(server)) == 1
    script.write_text("CREATE TABLE t ();", encoding="utf-8")
    while scratch_databases(server):
        assert time.monotonic() < deadline
        schemafs("diff", pg.target, script, code=1)


def test_a_shadow_is_used_and_left_empty(schemafs, new_pg, tmp_path):
    target, shadow = new_pg(), new_pg()
    script = tmp_path / "schema.sql"
    script.write_text(";\n".join(reversed(STATEMENTS)) + ";\n", encoding="utf-8")
    schemafs("diff", f"--shadow={shadow.target}", target.target, script, code=1)
    assert shadow.rows("SELECT count(*) FROM pg_class WHERE oid >= 16384") == [("0",)]
    shadow.run("CREATE TABLE mine ()")
    done = schemafs("diff", f"--shadow={shadow.target}", target.target, script, code=2)
    assert "not empty" in done.stderr and "mine" in done.stderr


def test_many_schemas_at_once(schemafs, pg, tmp_path):
    """What stands for the second of them is no beginning of what stands for the twelfth."""
    pg.run("".join(
        f"CREATE SCHEMA \"s{n}\"; CREATE TABLE s{n}.t (id serial, a int); CREATE SEQUENCE s{n}.free;"
        for n in range(12)
    ))
    schemafs("pull", pg.target, tmp_path / "tree")
    for n in range(12):
        path = tmp_path / f"tree/schema/s{n}/tables/t.sql"
        path.write_text(path.read_text().replace("a integer", f"a integer DEFAULT nextval('s{n}.free')"))
    plan = schemafs("push", tmp_path / "tree", pg.target).stdout
    assert plan.count("SET DEFAULT") == 12
    schemafs("diff", pg.target, tmp_path / "tree")
