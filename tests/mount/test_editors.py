# SPDX-License-Identifier: MIT
"""Programs that people change files with, run as they come: each must save, none may do more."""

import os
import subprocess
import time

import pytest

from terminal import drive
from tree import SCHEMA, columns, names, shell, tables, with_column

BEFORE = ["empty.sql", "posts.sql", "users.sql"]


@pytest.fixture
def edited(place, folder, engine, tmp_path):
    """A copy of users.sql with a column more; afterwards the table must have it, once, and nothing else."""
    copy = tmp_path / "users.sql"
    copy.write_text(with_column((folder / "users.sql").read_text()))
    yield copy
    assert columns(engine, "users") == ["id", "email", "note"]
    assert engine.rows("SELECT id, email FROM users") == [("1", "a@example.org")]
    # Nothing follows when the time for coming back is over.
    time.sleep(1.3)
    assert names(folder) == BEFORE
    log = (place / "log").read_text()
    assert log.count(" done\n") == 1, log
    assert " refused\n" not in log
    assert "note text" in (folder / "users.sql").read_text()


VIM = {
    "stock": "set nocp",
    "no writebackup": "set nocp nowritebackup nobackup",
    "backupcopy=no": "set nocp writebackup backupcopy=no",
    "backupcopy=yes": "set nocp writebackup backupcopy=yes",
    "backup kept aside": "set nocp backup backupcopy=no backupdir=/tmp backupext=.sfsbak",
    "swap": "set nocp swapfile directory=. updatecount=1",
}


@pytest.mark.parametrize("how", VIM)
def test_vim(edited, folder, has_program, how):
    has_program("vim")
    change = "%s/email text NOT NULL/email text NOT NULL, note text/"
    shell(f"vim -u NONE -es --cmd '{VIM[how]}' -c '{change}' -c wq users.sql; rm -f /tmp/*.sfsbak", cwd=folder)


def test_vim_twice(edited, folder, has_program):
    has_program("vim")
    change = "%s/email text NOT NULL/email text NOT NULL, note text/"
    shell(f"vim -u NONE -es -c '{change}' -c w -c w -c wq users.sql", cwd=folder)


def test_nano(edited, folder, has_program, tmp_path):
    has_program("nano")
    replace, confirm, save, leave = "\x1c", "a", "\x0f\r", "\x18"
    old, new = "email text NOT NULL\r", "email text NOT NULL, note text\r"
    assert drive(["nano", "-I", "users.sql"], folder, tmp_path, [replace, old, new, confirm, save, leave], 0.3) == 0


def test_python_in_the_style_of_editors(edited, folder):
    """Write aside, synchronise, rename, synchronise the directory."""
    fd = os.open(folder / "users.sql.tmp", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(fd, edited.read_bytes())
    os.fsync(fd)
    os.close(fd)
    os.replace(folder / "users.sql.tmp", folder / "users.sql")
    directory = os.open(folder, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def test_truncate_by_path_then_write(edited, folder):
    os.truncate(folder / "users.sql", 0)
    fd = os.open(folder / "users.sql", os.O_WRONLY)
    os.write(fd, edited.read_bytes())
    os.close(fd)


def test_git(edited, place, folder, engine, tmp_path, has_program):
    has_program("git")
    git = f"git --git-dir={tmp_path}/repo --work-tree={place} -c user.name=a -c user.email=a@b"
    shell(f"git init -q --bare {tmp_path}/repo && {git} config core.bare false")
    shell(f"{git} add schema && {git} commit -qm one", cwd=place)
    assert shell(f"{git} status --porcelain schema", cwd=place).stdout == ""
    shell(f"cp {edited} users.sql", cwd=folder)
    assert "users.sql" in shell(f"{git} diff", cwd=place).stdout
    shell(f"{git} commit -qam two", cwd=place)
    # Back and forth would drop a column with data in it; away from it and back is no change.
    subprocess.run(["sync", "-f", str(place)], check=False)
    assert shell(f"{git} status --porcelain schema", cwd=place).stdout == ""


def test_git_checkout(engine, mount, tmp_path, has_program):
    has_program("git")
    engine.run(SCHEMA)
    with mount(engine.target, "apply=all") as place:
        folder = tables(place, engine)
        git = f"git --git-dir={tmp_path}/repo --work-tree={place} -c user.name=a -c user.email=a@b"
        shell(f"git init -q --bare {tmp_path}/repo && {git} config core.bare false")
        shell(f"{git} add schema && {git} commit -qm one", cwd=place)
        (folder / "users.sql").write_text(with_column((folder / "users.sql").read_text()))
        shell(f"{git} commit -qam two && {git} checkout -q HEAD~1", cwd=place)
        assert columns(engine, "users") == ["id", "email"]
        shell(f"{git} checkout -q -", cwd=place)
        assert columns(engine, "users") == ["id", "email", "note"]
        time.sleep(1.3)
        assert engine.rows("SELECT id, email FROM users") == [("1", "a@example.org")]
        assert shell(f"{git} status --porcelain schema", cwd=place).stdout == ""
