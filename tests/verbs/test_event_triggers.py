# SPDX-License-Identifier: MIT
"""Event triggers of the person's database have no say in what is only tried out."""

import pytest

TRIGGERS = """
CREATE SCHEMA watch;
CREATE TABLE watch.seen (tag text);
CREATE FUNCTION watch.see() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO watch.seen VALUES (tg_tag);
    IF tg_tag = 'CREATE SCHEMA' THEN RAISE EXCEPTION 'no schemas here'; END IF;
END $$;
CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION watch.see();
"""


@pytest.mark.parametrize("role", ["postgres", "plain"])
def test_a_save_is_tried_out_in_silence(pg, server, mount, role):
    """The trigger would refuse the scratch schema; it sees the change itself, and nothing else."""
    pg.run("CREATE TABLE t (a int);" + TRIGGERS)
    if role == "plain":
        if server_version(pg) < 150000:
            pytest.skip("before 15 only a superuser may keep event triggers out")
        pg.run(
            f"""CREATE ROLE {pg.name}_plain LOGIN;
            GRANT SET ON PARAMETER session_replication_role TO {pg.name}_plain;
            GRANT CREATE ON DATABASE {pg.name} TO {pg.name}_plain;
            GRANT USAGE ON SCHEMA watch TO {pg.name}_plain;
            GRANT INSERT ON watch.seen TO {pg.name}_plain;
            ALTER TABLE t OWNER TO {pg.name}_plain;
            DELETE FROM watch.seen;"""
        )
    user = "postgres" if role == "postgres" else f"{pg.name}_plain"
    try:
        with mount(server.uri(pg.name, user)) as place:
            file = place / "schema/public/tables/t.sql"
            file.write_text(file.read_text().replace("a integer", "a integer,\n    b integer DEFAULT 7"))
            assert pg.rows("SELECT DISTINCT tag FROM watch.seen") == [("ALTER TABLE",)]
    finally:
        if role == "plain":
            pg.run(f"DROP OWNED BY {user} CASCADE; DROP ROLE {user};")


def server_version(pg):
    return int(pg.rows("SHOW server_version_num")[0][0])
