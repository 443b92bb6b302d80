# SPDX-License-Identifier: MIT
"""git walks through a history of the schema: stash, bisect, rebase; and two mounts save at once."""

import os
import subprocess

import pytest

from tree import columns, has_table, names, shell, tables, wait_for

SETUP = """
git init -q .
git config user.email a@example.org
git config user.name a
git checkout -q -b main
printf '*.error\\n*.rej\\n' > .git/info/exclude
git add -A
git commit -qm one
sed -i 's/email text NOT NULL/email text NOT NULL, two integer/' {users}
git commit -qam two
sed -i 's/two integer/two integer, three integer/' {users}
git commit -qam three
"""


@pytest.fixture
def history(folder, place, engine, has_program, tmp_path, monkeypatch):
    """git(command) runs it with its work tree on the mount and its folder beside."""
    has_program("git")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(place / "schema"))
    script = SETUP.format(users=(folder / "users.sql").relative_to(place / "schema"))
    shell(script.replace(".git/info", f"{tmp_path}/git/info"), cwd=place / "schema")
    assert columns(engine, "users") == ["id", "email", "two", "three"]

    def git(script, code=0):
        return shell(script, cwd=place / "schema", code=code).stdout

    return git


def test_stash_bisect_and_rebase(history, folder, engine):
    users = folder / "users.sql"
    users.write_text(users.read_text().replace("three integer", "three integer, four integer", 1))
    history("git stash -q")
    assert columns(engine, "users") == ["id", "email", "two", "three"]
    history("git stash pop -q")
    assert columns(engine, "users") == ["id", "email", "two", "three", "four"]
    history("git checkout -q .")
    history("git bisect start HEAD HEAD~2")
    assert columns(engine, "users") == ["id", "email", "two"]
    history("git bisect good; git bisect reset")
    assert columns(engine, "users") == ["id", "email", "two", "three"]
    history("git checkout -q -b side HEAD~1")
    (folder / "tags.sql").write_text("CREATE TABLE tags (id integer PRIMARY KEY);\n")
    history("git add -A; git commit -qm side; git rebase -q main")
    assert has_table(engine, "tags") and "three" in columns(engine, "users")
    assert history("git status --short") == ""
    assert names(folder) == ["empty.sql", "posts.sql", "tags.sql", "users.sql"]
    assert engine.rows("SELECT email FROM users") == [("a@example.org",)]


def test_a_read_only_mount_stays_as_it_is(history, folder, place, engine, mount, monkeypatch):
    with mount(engine.target, "ro") as other:
        monkeypatch.setenv("GIT_WORK_TREE", str(other / "schema"))
        before = {path: path.read_bytes() for path in (other / "schema").rglob("*.sql")}
        for command in ("git checkout -q HEAD~2 -- .", "git reset -q --hard HEAD~1",
                        "git rebase -q --onto HEAD~2 HEAD~1"):
            done = subprocess.run(command.split(), cwd=other / "schema", capture_output=True,
                                  timeout=60, check=False)
            assert done.returncode != 0 or command.startswith("git rebase"), done
        assert {path: path.read_bytes() for path in before} == before
        assert columns(engine, "users") == ["id", "email", "two", "three"]


def test_two_mounts_save_at_once(place, folder, engine, mount, monkeypatch, tmp_path):
    """Each save of either happens whole or is refused, and the exit status tells which."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    with mount(engine.target) as second:
        writers = []
        for side, where in (("a", folder), ("b", tables(second, engine))):
            script = (
                "for i in 1 2 3 4 5 6; do "
                f"sed -i \"s/user_id integer/user_id integer, {side}$i integer/\" posts.sql "
                f"2>/dev/null && echo {side}$i; sleep .05; done; true"
            )
            writers.append(subprocess.Popen(["bash", "-c", script], cwd=where, text=True,
                                            stdout=subprocess.PIPE))
        said = [line for writer in writers for line in writer.communicate(timeout=60)[0].split()]
        assert len(said) >= 2
        assert sorted(columns(engine, "posts")[2:] if engine.dialect == "sqlite" else [
            name for name in columns(engine, "posts") if name not in ("id", "user_id")
        ]) == sorted(name for name in said)
        texts = (folder / "posts.sql", tables(second, engine) / "posts.sql")
        wait_for(lambda: texts[0].read_bytes() == texts[1].read_bytes())
        assert not [name for name in os.listdir(folder) if name.startswith("sed")]


def test_rsync_with_delete_into_a_draft(place, folder, engine, has_program, tmp_path):
    has_program("rsync")
    export = tmp_path / "export"
    shell(f"mkdir {export}; cp -r {place}/schema {export}/")
    inside = export / folder.relative_to(place)
    (inside / "posts.sql").unlink()
    (inside / "users.sql").write_text(
        (inside / "users.sql").read_text().replace("email text NOT NULL", "email text", 1)
    )
    draft = place / "stage" / "x"
    draft.mkdir()
    for way in ("", "--inplace"):
        shell(f"rsync -a --delete {way} {export}/schema {draft}/")
    text = (draft / "plan.sql").read_text()
    assert "DROP TABLE" in text and "posts" in text and "users" in text
    (draft / "plan.sql").rename(place / "pending" / "p.sql")
    assert not has_table(engine, "posts") and "nothing" in (draft / "plan.sql").read_text()
