# SPDX-License-Identifier: MIT
"""Security labels, with providers of our own: on all that can carry them, there and back, and changed."""

import os
import pathlib
import shutil
import subprocess

import pytest

from databases import PostgresDatabase, Server, server_major
from test_roundtrips import CLIENT, statements

pytestmark = pytest.mark.catalog

HERE = pathlib.Path(__file__).resolve().parent
LABELS = "SELECT objtype, objname, provider, label FROM pg_seclabels ORDER BY 1, 2, 3"


class Labelled(Server):
    PORT = 5434

    def begin(self):
        module = os.path.join(self.place, "label_provider.so")
        subprocess.run(
            [shutil.which("cc") or "gcc", "-shared", "-fPIC", f"-DMAJOR={server_major()}",
             "-o", module, HERE / "label_provider.c"], check=True,
        )
        self.SETTINGS = {**Server.SETTINGS, "shared_preload_libraries": module}
        super().begin()


@pytest.fixture(scope="module")
def labelled():
    with Labelled.started() as server:
        yield server


def test_there_and_back_and_changed(labelled, schemafs, tmp_path):
    with PostgresDatabase.created(labelled) as full, PostgresDatabase.created(labelled) as copy:
        full.load(HERE / "labels.sql")
        said = full.rows(LABELS)
        assert len(said) == (HERE / "labels.sql").read_text(encoding="utf-8").count("\nSECURITY LABEL")
        schemafs("pull", full.target, tmp_path / "tree")
        schemafs("push", "--apply=all", tmp_path / "tree", copy.target)
        assert copy.rows(LABELS) == said
        schemafs("diff", full.target, copy.target)
        schemafs("diff", full.target, tmp_path / "tree")
        if server_major() <= CLIENT:
            assert statements(copy.dump()) == statements(full.dump())

        full.run("""
            SECURITY LABEL FOR "odd ""name"" = 1, 2" ON SCHEMA s IS NULL;
            SECURITY LABEL FOR plain ON SCHEMA s IS 'another';
            SECURITY LABEL FOR plain ON TABLE s.t IS NULL;
            SECURITY LABEL FOR "odd ""name"" = 1, 2" ON TABLE s.t IS '';
            SECURITY LABEL FOR "odd ""name"" = 1, 2" ON COLUMN s.v.id IS 'new';
            SECURITY LABEL FOR plain ON FUNCTION s.f(int, text) IS NULL;
            SECURITY LABEL FOR plain ON LANGUAGE other IS E'one\\ntwo';
        """)
        schemafs("push", "--apply=all", full.target, copy.target)
        assert copy.rows(LABELS) == full.rows(LABELS)
        schemafs("push", "--apply=all", tmp_path / "tree", copy.target)
        assert copy.rows(LABELS) == said
