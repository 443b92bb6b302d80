# SPDX-License-Identifier: MIT
"""Tables, views and what belongs to them, in odd forms: read, written, and read again."""

import pathlib
import re
import subprocess

import pytest

pytestmark = pytest.mark.catalog

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture
def tool(binary):
    """tool("scoped", ...): the output of a program of tests/pg, which has to succeed."""

    def run(name, *arguments):
        program = pathlib.Path(binary).parent / "tests" / name
        if not program.exists():
            pytest.skip(f"tests/{name} is not built: -Dtests=true")
        done = subprocess.run([program, *arguments], capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return done.stdout.decode()

    return run


@pytest.fixture
def relations(pg):
    pg.load(HERE / "relations.sql")
    return pg


def test_script_makes_the_same_relations(tool, relations, new_pg):
    relations.load(HERE / "circles.sql")
    copy = new_pg()
    script = tool("catalogs", "print", relations.target)
    copy.run(script)
    tool("catalogs", "compare", relations.target, copy.target)
    assert tool("catalogs", "print", copy.target) == script


def test_each_alone_is_as_with_all(tool, relations):
    tool("scoped", relations.target)


def test_tree_makes_the_same_relations(schemafs, tool, relations, new_pg, tmp_path):
    copy = new_pg()
    schemafs("pull", relations.target, tmp_path / "tree")
    schemafs("diff", relations.target, tmp_path / "tree")
    schemafs("push", "--apply=all", tmp_path / "tree", copy.target)
    tool("catalogs", "compare", relations.target, copy.target)


def test_tables_read_as_people_write(schemafs, pg, tmp_path):
    text = """\
CREATE TABLE public.users (
    id bigserial NOT NULL,
    email text NOT NULL,
    age integer DEFAULT 18,
    team integer,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_age_check CHECK (age >= 0),
    CONSTRAINT users_team_fkey FOREIGN KEY (team) REFERENCES public.teams(id) ON DELETE CASCADE
);

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

CREATE INDEX users_age_idx ON public.users (age DESC) WHERE email <> ''::text;

COMMENT ON TABLE public.users IS 'people';
COMMENT ON COLUMN public.users.age IS 'in years';

GRANT SELECT ON TABLE public.users TO PUBLIC;
"""
    pg.run("CREATE TABLE teams (id serial PRIMARY KEY)")
    pg.run(text)
    schemafs("pull", pg.target, tmp_path / "tree")
    path = tmp_path / "tree/schema/public/tables/users.sql"
    written = path.read_text(encoding="utf-8")
    assert sorted(written.splitlines()) == sorted(text.splitlines())
    assert written.startswith(text[: text.index("\n\n")])


def test_session(tool, pg):
    tool("session", pg.target)


def test_scripts_have_no_loose_space(tool, relations):
    script = re.sub(r"(?s)'.*?'", "''", tool("catalogs", "print", relations.target))
    assert not re.search(r"\n\n\n|[ \t]\n", script)
