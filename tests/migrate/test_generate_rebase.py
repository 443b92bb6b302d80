# SPDX-License-Identifier: MIT
"""generate --rebase: two branches' migrations after a merge become one history."""

import json
import shutil

import pytest

import kit
from test_generate import USERS, Project

NONE = "00000000-0000-0000-0000-000000000000"


class Merge(Project):
    """A branch with 0001_mine and 0002_more, and meanwhile 0001_theirs on the other one."""

    def branch(self, shared):
        source = self.source.run
        self.change(USERS)
        self.generate("init")
        fork = self.place / "fork"
        shutil.copytree(self.folder, fork)
        source("CREATE TABLE mine (id integer PRIMARY KEY, v varchar(9) DEFAULT 'x');")
        self.generate("--from", self.source.target, "mine")
        source("ALTER TABLE mine ADD COLUMN more text; CREATE INDEX mine_v ON mine (v);")
        self.generate("--from", self.source.target, "more")
        mine = {path.name: path.read_bytes() for path in (self.folder / "meta").glob("000[12]_*.json")}
        ours = self.journal["entries"][1:]
        files = {tag: self.text(tag) for tag in ("0001_mine", "0002_more")}
        shutil.rmtree(self.folder)
        fork.rename(self.folder)
        source("DROP TABLE mine; CREATE TABLE theirs (id integer PRIMARY KEY); ALTER TABLE users ADD COLUMN theirs text;")
        self.generate("--from", self.source.target, "theirs")
        # What a merge leaves: all the files, both branches' entries, of two snapshots one.
        for tag, text in files.items():
            (self.folder / f"{tag}.sql").write_text(text)
        for name, text in mine.items():
            if name != "0001_snapshot.json" or shared == "mine":
                (self.folder / "meta" / name).write_bytes(text)
        return ours

    def set_journal(self, entries):
        journal = self.journal
        journal["entries"] = entries
        (self.folder / "meta/_journal.json").write_text(json.dumps(journal, indent=2))

    def whole(self):
        """One history: numbers, times and snapshots follow each other, and it makes everything."""
        entries = self.journal["entries"]
        assert self.tags == ["0000_init", "0001_theirs", "0002_mine", "0003_more"]
        assert [entry["idx"] for entry in entries] == [0, 1, 2, 3]
        times = [entry["when"] for entry in entries]
        assert times == sorted(set(times))
        assert {path.name for path in self.files()} == {
            *(f"{tag}.sql" for tag in self.tags), *(f"000{n}_snapshot.json" for n in range(4)), "_journal.json"
        }
        previous = NONE
        for tag, tables in zip(self.tags, [{"users"}, {"users", "theirs"}] + [{"users", "theirs", "mine"}] * 2):
            snapshot = self.snapshot(tag)
            assert snapshot["prevId"] == previous
            previous = snapshot["id"]
            assert {table["name"] for table in snapshot["tables"].values()} == tables
        (mine,) = (table for table in snapshot["tables"].values() if table["name"] == "mine")
        assert "more" in mine["columns"] and "mine_v" in mine["indexes"]
        (users,) = (table for table in snapshot["tables"].values() if table["name"] == "users")
        assert "theirs" in users["columns"]
        self.change("CREATE TABLE mine (id integer PRIMARY KEY, v varchar(9) DEFAULT 'x'); ALTER TABLE mine ADD COLUMN more text; CREATE INDEX mine_v ON mine (v);")
        self.agrees()


@pytest.fixture
def project(schemafs, new_sqlite, tmp_path):
    """The engines differ in nothing that is told here but in test_a_merge()."""
    return Merge(schemafs, new_sqlite, tmp_path / "project")


def rebase(project, *options, code=0):
    return project.schemafs("generate", "--rebase", "--dir", project.place, *options, code=code)


@pytest.mark.parametrize("make, shared", [("new_sqlite", "theirs"), ("new_sqlite", "mine"), ("new_pg", "mine")])
def test_a_merge(request, schemafs, tmp_path, make, shared):
    """Whosever snapshot the merge has left under the number that both have."""
    project = Merge(schemafs, request.getfixturevalue(make), tmp_path / "project")
    ours = project.branch(shared)
    entries = project.journal["entries"]
    project.set_journal([entries[0], ours[0], entries[1], ours[1]])
    before, texts = project.files(), [project.text(entry["tag"]) for entry in ours]
    options = ["--db", project.new_engine().target, "0001_mine", "0002_more"]
    assert rebase(project, "--dry-run", *options).stdout == "0001_mine -> 0002_mine\n0002_more -> 0003_more\n"
    assert project.files() == before
    report = json.loads(rebase(project, "--json", *options).stdout)
    assert report["moved"][1] == {"from": "0002_more", "to": "0003_more"} and report["written"]
    assert [project.text("0002_mine"), project.text("0003_more")] == texts
    kit.Kit(project.place, project.dialect).check()
    project.whole()
    after = project.files()
    again = rebase(project, "--db", project.new_engine().target, "0002_mine", "0003_more")
    assert "nothing to do" in again.stderr and project.files() == after


def test_a_journal_that_lost_them(project):
    project.branch("theirs")
    rebase(project, "--db", project.source.target, "0001_mine", "0002_more")
    project.whole()


def test_what_is_pending(project):
    """Without a tag: all that the database does not have. What it has is refused."""
    ours = project.branch("theirs")
    target = project.new_engine()
    entries = project.journal["entries"]
    project.schemafs("migrate", "--dir", project.folder, target.target)
    project.set_journal([entries[0], *ours, entries[1]])
    before = project.files()
    refused = rebase(project, "--db", target.target, "0001_theirs", code=2)
    assert "0001_theirs is applied" in refused.stderr and project.files() == before
    assert rebase(project, "--db", target.target).stdout == "0001_mine -> 0002_mine\n0002_more -> 0003_more\n"
    project.schemafs("migrate", "--strict", "--dir", project.folder, target.target)
    project.whole()


def test_what_does_not_run_in_that_order(project):
    """Both branches made the same table: told where, and nothing is touched."""
    ours = project.branch("theirs")
    entries = project.journal["entries"]
    (project.folder / "0001_mine.sql").write_text("SELECT 1;\nCREATE TABLE theirs (x integer);")
    project.set_journal([*entries, *ours])
    before = project.files()
    failed = rebase(project, "--db", project.new_engine().target, "0001_mine", "0002_more", code=2)
    assert "0001_mine.sql:2:" in failed.stderr and "theirs" in failed.stderr
    assert project.files() == before
    for options in (["0009_x"], ["--custom", "0001_mine"], ["--name", "x"]):
        rebase(project, "--db", project.source.target, *options, code=2)
    assert project.files() == before
