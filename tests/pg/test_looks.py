# SPDX-License-Identifier: MIT
"""What a file looks like: as a person would have written it; and what looks otherwise is no difference."""

import re

import pytest

pytestmark = pytest.mark.catalog

SCHEMA = """
CREATE TABLE parts (
    id integer PRIMARY KEY, name text DEFAULT 'new', kind varchar(8) DEFAULT 'a(b', size integer DEFAULT -1,
    price numeric(8,2) DEFAULT -0.5, since interval DEFAULT '1 day', tags text[] DEFAULT '{}',
    at date DEFAULT now()::date,
    CHECK (size > 0 AND length(kind::text) > 1 AND (price > 1 OR name IS NULL)),
    EXCLUDE USING btree (id WITH =) WHERE (size > 0));
CREATE INDEX parts_kind ON parts (lower(kind::text)) WHERE size > 0 AND name <> 'x' AND price > 1;
CREATE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER "execute" AFTER UPDATE OF name, kind ON parts FOR EACH ROW
    WHEN (old.kind IS DISTINCT FROM new.kind) EXECUTE FUNCTION noticed(' WHEN ');
CREATE TRIGGER before BEFORE TRUNCATE ON parts EXECUTE FUNCTION noticed();
CREATE TRIGGER whole AFTER INSERT ON parts REFERENCING NEW TABLE AS execute EXECUTE FUNCTION noticed();
CREATE CONSTRAINT TRIGGER late AFTER INSERT OR DELETE ON parts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION noticed();
CREATE VIEW big AS SELECT p.id, count(*) FILTER (WHERE q.size > 1) AS n FROM parts p JOIN parts q ON p.id = q.id
    LEFT JOIN parts r ON r.id = q.id AND r.size > 0 WHERE p.size > 1 AND EXISTS (SELECT 1 FROM parts WHERE size = 1)
    GROUP BY p.id HAVING count(*) > 1;
CREATE POLICY theirs ON parts USING (EXISTS (SELECT 1 FROM parts o WHERE o.id = parts.id AND o.size > 1));
CREATE SEQUENCE numbers AS smallint INCREMENT 2 CYCLE;
GRANT SELECT (name, id), UPDATE (name) ON parts TO looks_one;
GRANT SELECT (name, id), UPDATE (name) ON parts TO looks_two;
GRANT REFERENCES (id) ON parts TO looks_two WITH GRANT OPTION;
GRANT SELECT, INSERT ON big TO looks_one, looks_two;
"""

TABLE = """\
CREATE TABLE public.parts (
    id integer NOT NULL,
    name text DEFAULT 'new',
    kind character varying(8) DEFAULT 'a(b',
    size integer DEFAULT -1,
    price numeric(8,2) DEFAULT -0.5,
    since interval DEFAULT '1 day',
    tags text[] DEFAULT '{}',
    at date DEFAULT now()::date,
    CONSTRAINT parts_pkey PRIMARY KEY (id),
    CONSTRAINT parts_id_excl EXCLUDE USING btree (id WITH =) WHERE (size > 0),
    CONSTRAINT parts_check
        CHECK (size > 0 AND length(kind::text) > 1 AND (price > 1::numeric OR name IS NULL))
);

CREATE INDEX parts_kind
    ON public.parts (lower(kind::text)) WHERE size > 0 AND name <> 'x'::text AND price > 1::numeric;

GRANT SELECT (id, name), UPDATE (name) ON TABLE public.parts TO looks_one, looks_two;
GRANT REFERENCES (id) ON TABLE public.parts TO looks_two WITH GRANT OPTION;
"""

TRIGGERS = """\
CREATE TRIGGER before
    BEFORE TRUNCATE ON public.parts
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.noticed();
CREATE TRIGGER execute
    AFTER UPDATE OF name, kind ON public.parts
    FOR EACH ROW
    WHEN (old.kind::text IS DISTINCT FROM new.kind::text)
    EXECUTE FUNCTION public.noticed(' WHEN ');
CREATE CONSTRAINT TRIGGER late
    AFTER INSERT OR DELETE ON public.parts
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION public.noticed();
CREATE TRIGGER whole
    AFTER INSERT ON public.parts
    REFERENCING NEW TABLE AS execute
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.noticed();
"""

VIEW = """\
CREATE VIEW public.big AS
SELECT p.id,
    count(*) FILTER (WHERE q.size > 1) AS n
FROM public.parts p
    JOIN public.parts q ON p.id = q.id
    LEFT JOIN public.parts r ON r.id = q.id AND r.size > 0
WHERE p.size > 1 AND EXISTS (
    SELECT 1
    FROM public.parts
    WHERE parts.size = 1
)
GROUP BY p.id
HAVING count(*) > 1;

GRANT SELECT, INSERT ON TABLE public.big TO looks_one, looks_two;
"""

POLICY = """\
CREATE POLICY theirs ON public.parts
    USING (EXISTS (
        SELECT 1
        FROM public.parts o
        WHERE o.id = parts.id AND o.size > 1
    ));
"""

SEQUENCE = """\
CREATE SEQUENCE public.numbers
    AS smallint
    INCREMENT BY 2
    CYCLE;
"""

# As a tree of another day may have them.
OTHERWISE = {
    "tables/parts.sql": TABLE.replace("'new'", "'new'::text").replace(" -1", " '-1'::integer").replace(
        "CHECK (size > 0 AND length(kind::text) > 1 AND", "CHECK (((size) > 0) AND (length((kind)::text) > 1) AND"
    ).replace("GRANT SELECT (id, name)", "GRANT SELECT (id), SELECT (name)"),
    "triggers/parts.late.sql": "CREATE CONSTRAINT TRIGGER late AFTER DELETE OR INSERT ON public.parts\n"
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.noticed();\n",
    "policies/parts.theirs.sql": re.sub(r"\s+", " ", POLICY).replace("o.size > 1", "(o.size > 1)") + "\n",
    "sequences/numbers.sql": "CREATE SEQUENCE public.numbers AS smallint INCREMENT 2 CYCLE;\n",
}


@pytest.fixture
def parts(server, pg):
    for role in ("looks_one", "looks_two"):
        server.psql("postgres", f"CREATE ROLE {role}")
    pg.run(SCHEMA)
    yield pg
    pg.run("DROP OWNED BY looks_one, looks_two")
    server.psql("postgres", "DROP ROLE looks_one, looks_two")


def test_files_look_as_people_write(parts, schemafs, tmp_path):
    schemafs("pull", parts.target, tmp_path / "tree")
    schema = tmp_path / "tree/schema/public"
    texts = {name: (schema / name).read_text() for name in ("tables/parts.sql", "views/big.sql",
                                                           "policies/parts.theirs.sql", "sequences/numbers.sql")}
    assert texts["tables/parts.sql"] == TABLE
    assert texts["views/big.sql"] == VIEW
    assert texts["policies/parts.theirs.sql"] == POLICY
    assert texts["sequences/numbers.sql"] == SEQUENCE
    assert "".join(p.read_text() for p in sorted((schema / "triggers").iterdir())) == TRIGGERS
    for name, text in OTHERWISE.items():
        assert (schema / name).read_text() != text
        (schema / name).write_text(text)
    schemafs("diff", parts.target, tmp_path / "tree")
