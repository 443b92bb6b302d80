# SPDX-License-Identifier: MIT
"""Tables that are large are changed beside their writers, in steps that can be taken up again."""

import json
import time

import pytest

from guillotine import guillotine

FROM = """
CREATE TABLE public.parent (id int);
CREATE TABLE public.t (id int, a int, b text, p int, q int);
CREATE INDEX t_old ON public.t (b);
CREATE INDEX t_changed ON public.t (a);
"""
ROWS = """
INSERT INTO parent SELECT generate_series(1, 100);
INSERT INTO t SELECT i, i, i, i % 100 + 1, i + 1 FROM generate_series(1, 1000) i;
"""
TO = """
CREATE TABLE public.parent (id int PRIMARY KEY);
CREATE TABLE public.t (id int NOT NULL, a int NOT NULL, b text, p int, q int,
    CONSTRAINT t_pkey PRIMARY KEY (id), CONSTRAINT t_u UNIQUE (a, b) DEFERRABLE,
    CONSTRAINT t_positive CHECK (q > 0),
    CONSTRAINT t_parent FOREIGN KEY (p) REFERENCES public.parent (id));
CREATE INDEX t_new ON public.t (p) WHERE q > 1;
CREATE INDEX t_changed ON public.t (a, q);
COMMENT ON INDEX t_new IS 'made beside writers';
COMMENT ON CONSTRAINT t_positive ON public.t IS 'checked later';
CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'select count(*)::int from t';
"""
LEFT = """
SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
    WHERE NOT indisvalid OR relname LIKE 'schemafs%'
UNION ALL SELECT conname FROM pg_constraint WHERE NOT convalidated OR conname LIKE 'schemafs%'
UNION ALL SELECT datname FROM pg_database WHERE datname LIKE '%schemafs%'
"""


@pytest.fixture
def sides(tmp_path):
    (tmp_path / "from.sql").write_text(FROM)
    (tmp_path / "to.sql").write_text(TO)
    return tmp_path / "from.sql", tmp_path / "to.sql"


@pytest.fixture
def shop(pg):
    pg.run(FROM + ROWS)
    return pg


def test_there_and_back(shop, schemafs, sides):
    back, there = sides
    before = shop.dump()
    done = schemafs("push", "--online-above=0", "--json", there, shop.target)
    plan = json.loads(done.stdout)
    outside = [step["sql"] for step in plan["statements"] if step["outside"]]
    assert sum("CREATE UNIQUE INDEX CONCURRENTLY" in sql for sql in outside) == 3
    assert sum("CREATE INDEX CONCURRENTLY" in sql for sql in outside) == 2
    assert sum("DROP INDEX CONCURRENTLY" in sql for sql in outside) == 2
    assert sum("VALIDATE CONSTRAINT" in sql for sql in outside) == 5
    # Nothing reads a table while writers of it wait.
    assert not any(h["severity"] != "info" for h in plan["hazards"]), plan["hazards"]
    assert shop.rows(LEFT) == []
    schemafs("diff", shop.target, there)
    assert shop.rows("SELECT count(*) FROM t") == [("1000",)]
    schemafs("push", "--online-above=0", "--apply=all", back, shop.target)
    schemafs("diff", shop.target, back)
    assert shop.dump() == before


def test_sizes_decide(shop, schemafs, sides, tmp_path):
    """Above the size alone; the option wins over the project, which wins over the default."""

    def plans_online(*options, cwd=None):
        done = schemafs("diff", *options, shop.target, sides[1], code=1, cwd=cwd)
        return "CONCURRENTLY" in done.stdout

    assert not plans_online()
    assert not plans_online("--online-above=1MB")
    assert plans_online("--online-above=20kB")
    assert not plans_online("--online-above=never")
    (tmp_path / "schemafs.json").write_text('{"online_above": "0"}')
    assert plans_online(cwd=tmp_path)
    assert not plans_online("--online-above=64MB", cwd=tmp_path)
    for wrong in ("-1", "much", "1 TB", ""):
        schemafs("diff", f"--online-above={wrong}", shop.target, sides[1], code=2)


def is_of_the_plan(sql):
    words = ("CREATE", "ALTER", "DROP", "COMMENT", "COMMIT", "BEGIN; RESET")
    return sql.startswith(words) and "DATABASE" not in sql


def killed_at(shop, schemafs, sides, proxy, at, after, *options):
    command = [schemafs.binary, "push", *options, sides[1], proxy.uri(shop.name)]
    proxy.run(command, at, after)
    return len(proxy.statements)


def restore(shop):
    shop.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public;" + FROM + ROWS)


def kill_everywhere(shop, schemafs, sides, options, step, look, sent=None):
    with guillotine(shop.server, is_of_the_plan) as proxy:
        restore(shop)
        total = killed_at(shop, schemafs, sides, proxy, None, False, *options)
        assert total > 15
        for n, at in enumerate(range(0, total, step)):
            restore(shop)
            killed_at(shop, schemafs, sides, proxy, at, n % 2 == 1 if sent is None else sent, *options)
            look(at)
            schemafs("push", *options, sides[1], shop.target)
            assert shop.rows(LEFT) == [], at
            schemafs("diff", shop.target, sides[1])
            assert shop.rows("SELECT count(*), sum(a) FROM t") == [("1000", "500500")]


def test_killed_and_pushed_again(shop, schemafs, sides):
    kill_everywhere(shop, schemafs, sides, ["--online-above=0"], 9, lambda at: None)


@pytest.mark.long
@pytest.mark.parametrize("sent", [False, True])
def test_killed_at_every_statement_and_pushed_again(shop, schemafs, sides, sent):
    kill_everywhere(shop, schemafs, sides, ["--online-above=0"], 1, lambda at: None, sent)


def test_killed_in_a_transaction_nothing_happened(shop, schemafs, sides):
    """All or nothing, whatever the moment."""
    restore(shop)
    before = shop.dump()
    schemafs("push", sides[1], shop.target)
    wanted = shop.dump()

    def look(at):
        assert wait_for_quiet(shop) in (before, wanted), at

    kill_everywhere(shop, schemafs, sides, [], 6, look)


def wait_for_quiet(shop):
    """The schema, when the server has noticed that the client is gone."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + 20
    while shop.rows(query) != [("0",)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return shop.dump()


def test_the_project_of_a_mount_decides(pg, mount, tmp_path):
    pg.run("CREATE TABLE t (a int)")
    project = tmp_path / "project"
    project.mkdir()
    (project / "schemafs.json").write_text('{"online_above": 0}')
    for number, (options, online) in enumerate((
        ([f"project={project}"], True), ([f"project={project}", "online_above=never"], False), ([], False),
    )):
        with mount(pg.target, *options) as place:
            draft = place / f"stage/wider{number}"
            draft.mkdir()
            with (draft / "schema/public/tables/t.sql").open("a") as file:
                file.write("CREATE INDEX t_a ON public.t (a);\n")
            plan = (draft / "plan.sql").read_text()
            assert "CREATE INDEX" in plan and ("CONCURRENTLY" in plan) == online


# ---- broken off in the middle of a swap ----

SWAP = """
CREATE TABLE public.s (id int CONSTRAINT s_key UNIQUE, a int, b int NOT NULL);
CREATE INDEX s_i ON public.s (a);
INSERT INTO s SELECT i, i, i FROM generate_series(1, 100) i;
"""
SWAPPED = """
CREATE TABLE public.s (id int, a int, b int NOT NULL, CONSTRAINT s_key UNIQUE (b));
CREATE INDEX s_i ON public.s (a, b);
COMMENT ON INDEX s_i IS 'wider';
"""
BUILT = """
SELECT relfilenode FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
    WHERE indisvalid AND relname LIKE 'schemafs_new%'
"""


def test_what_was_built_to_take_a_place_is_used(pg, schemafs, tmp_path):
    script = tmp_path / "swapped.sql"
    script.write_text(SWAPPED)
    pg.run(SWAP)
    push = ("push", "--online-above=0", "--json", script, pg.target)
    plan = json.loads(schemafs(*push, "--dry-run").stdout)
    statements = [step["sql"] for step in plan["statements"] if not step["check"]]
    assert sum("schemafs_new" in sql and "CONCURRENTLY" in sql for sql in statements) == 2, statements
    seen = 0
    for end in range(1, len(statements)):
        pg.run("DROP TABLE s;" + SWAP)
        for sql in statements[:end]:
            pg.run(sql + ";")
        built = set(pg.rows(BUILT))
        seen += len(built)
        rest = json.loads(schemafs(*push).stdout)
        made = [step["sql"] for step in rest["statements"] if step["sql"].startswith("CREATE")]
        done = sum(sql.startswith("CREATE") for sql in statements[:end])
        assert len(made) == 2 - done, (end, made)
        assert "schemafs_new" not in json.dumps(rest["hazards"])
        nodes = set(pg.rows("SELECT relfilenode FROM pg_class WHERE relname IN ('s_i', 's_key')"))
        assert len(nodes) == 2 and built <= nodes
        assert pg.rows(LEFT) == []
        schemafs("diff", pg.target, script)
    assert seen > 2
    # What was built for something else is taken away.
    pg.run("DROP TABLE s;" + SWAP + next(sql for sql in statements if "(a, b)" in sql) + ";")
    script.write_text(SWAPPED.replace("(a, b)", "(b, a)"))
    schemafs(*push)
    assert pg.rows(LEFT) == []
    schemafs("diff", pg.target, script)


# ---- plans that were saved ----


def test_a_saved_plan_checks_rows_by_themselves(pg, schemafs, mount, tmp_path):
    """What precedes the check is committed, so that its locks are gone while the rows are read."""
    script, plan = tmp_path / "wanted.sql", tmp_path / "plan.sql"
    wanted = "CREATE TABLE t (a int, b int, CONSTRAINT t_b CHECK (b > 0));"
    script.write_text(wanted)
    state = "SELECT convalidated FROM pg_constraint WHERE conname = 't_b'"
    with mount(pg.target) as place:
        for way in ("push", "pending"):
            pg.run("DROP TABLE IF EXISTS t; CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, -1)")
            text = schemafs("diff", "--online-above=0", pg.target, script, code=1).stdout
            assert "-- schemafs: alone\nALTER TABLE public.t VALIDATE CONSTRAINT t_b;" in text
            plan.write_text(text)
            if way == "push":
                assert "t_b" in schemafs("push", "--plan", plan, pg.target, code=2).stderr
            else:
                with pytest.raises(OSError):
                    (place / "pending/check_rows.sql").write_text(text)
                assert "t_b" in (place / "pending/check_rows.sql.error").read_text()
            assert pg.rows(state) == [("f",)]
            pg.run("UPDATE t SET b = 1")
            schemafs("push", script, pg.target)
            assert pg.rows(state) == [("t",)]
            if way == "pending":
                (place / "pending/check_rows.sql").unlink()
        pg.run("ALTER TABLE t DROP CONSTRAINT t_b")
        text = schemafs("diff", "--online-above=0", pg.target, script, code=1).stdout
        (place / "pending/check_again.sql").write_text(text)
        assert pg.rows(state) == [("t",)]


# ---- indexes that were not built to their end ----

BROKEN = """
CREATE TABLE public.d (a int, b int);
INSERT INTO d VALUES (1, 1), (1, 2);
CREATE INDEX d_b ON public.d (b);
"""


def leave_an_invalid_index(pg):
    pg.run(BROKEN)
    with pg.session() as session:
        assert "could not create unique index" in session.run("CREATE UNIQUE INDEX CONCURRENTLY d_a ON d (a);")
    pg.run("DELETE FROM d WHERE b = 2")
    assert pg.rows("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid") == [("d_a",)]


@pytest.mark.parametrize("above", ["0", "never"])
def test_an_invalid_index_is_seen_and_mended(pg, schemafs, tmp_path, above):
    leave_an_invalid_index(pg)
    schemafs("pull", pg.target, tmp_path / "tree")
    file = tmp_path / "tree/schema/public/tables/d.sql"
    assert "-- INVALID in the database" in file.read_text()
    # Exported as it is, it is asked for as it is.
    schemafs("diff", pg.target, tmp_path / "tree")
    (tmp_path / "wanted.sql").write_text(
        "CREATE TABLE public.d (a int, b int); CREATE INDEX d_b ON public.d (b); CREATE UNIQUE INDEX d_a ON public.d (a);"
    )
    done = schemafs("push", "--json", f"--online-above={above}", tmp_path / "wanted.sql", pg.target)
    assert "H23" in {hazard["rule"] for hazard in json.loads(done.stdout)["hazards"]}
    assert pg.rows(LEFT) == []
    schemafs("diff", pg.target, tmp_path / "wanted.sql")
    assert pg.rows("SELECT count(*) FROM pg_indexes WHERE tablename = 'd'") == [("2",)]


def test_an_invalid_index_is_mended_by_a_save(pg, mount):
    leave_an_invalid_index(pg)
    with mount(pg.target, "online_above=0") as place:
        file = place / "schema/public/tables/d.sql"
        lines = file.read_text().splitlines(keepends=True)
        kept = [line for line in lines if "INVALID" not in line]
        assert len(kept) == len(lines) - 1
        file.write_text("".join(kept))
        assert file.read_text().split() == "".join(kept).split()
        assert pg.rows(LEFT) == []


def test_an_index_of_partitions_that_lacks_parts(pg, schemafs, tmp_path):
    pg.run(
        """CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
        INSERT INTO p SELECT i, i FROM generate_series(1, 19) i;"""
    )
    tree = tmp_path / "wanted.sql"
    tree.write_text(
        """CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
        CREATE INDEX p_b ON p (b);"""
    )
    # As a plan that was killed leaves it: one part is there, the other is not.
    pg.run("CREATE INDEX p_b ON ONLY p (b); CREATE INDEX p1_b_idx ON p1 (b); ALTER INDEX p_b ATTACH PARTITION p1_b_idx;")
    for _ in range(2):
        done = schemafs("push", "--online-above=0", tree, pg.target)
        assert pg.rows(LEFT) == []
        schemafs("diff", pg.target, tree)
        pg.run("DROP INDEX p_b")
    assert "CREATE INDEX CONCURRENTLY p1_b_idx" in done.stdout
