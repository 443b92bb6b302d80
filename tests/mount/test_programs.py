# SPDX-License-Identifier: MIT
"""More programs that save: large editors, git's other ways, and what only system calls can do.

For each: the right change happened once, nothing else did, and no scratch is left.
"""

import errno
import fcntl
import mmap
import os
import signal
import subprocess
import time

import pytest

from terminal import drive
from tree import SCHEMA, columns, has_table, names, shell, tables, wait_for, with_column

BEFORE = ["empty.sql", "posts.sql", "users.sql"]
CHANGE = "%s/email text NOT NULL/email text NOT NULL, note text/"


@pytest.fixture
def edited(place, folder, engine, tmp_path):
    """users.sql with a column more; afterwards the table has it, once, and nothing else changed."""
    copy = tmp_path / "users.sql"
    copy.write_text(with_column((folder / "users.sql").read_text()))
    others = {name: (folder / name).read_bytes() for name in BEFORE if name != "users.sql"}
    yield copy
    time.sleep(1.2)
    assert columns(engine, "users") == ["id", "email", "note"]
    assert engine.rows("SELECT id, email FROM users") == [("1", "a@example.org")]
    assert names(folder) == BEFORE
    assert {name: (folder / name).read_bytes() for name in others} == others
    log = (place / "log").read_text()
    assert log.count(" done\n") == 1, log
    assert " refused\n" not in log


@pytest.mark.long
@pytest.mark.parametrize("copies", ["yes", "no", "auto", "yes,breaksymlink", "yes,breakhardlink"])
@pytest.mark.parametrize("guards", ["writebackup swapfile", "nowritebackup noswapfile", "backup swapfile"])
@pytest.mark.parametrize("program", ["vim -u NONE -es", "nvim --clean -es -i NONE"])
def test_vi(edited, folder, has_program, program, copies, guards):
    has_program(program.split()[0])
    settings = f"set backupcopy={copies} {guards} directory=. backupdir=. updatecount=1 undofile undodir=."
    shell(f"{program} --cmd '{settings}' -c '{CHANGE}' -c wq users.sql; rm -f users.sql~ .users.sql.un~ *%*", cwd=folder)


@pytest.mark.long
@pytest.mark.parametrize("how", ["nil", "t"])
def test_emacs(edited, folder, has_program, tmp_path, how):
    has_program("emacs")
    script = tmp_path / "edit.el"
    script.write_text(
        f"""(setq backup-by-copying {how} create-lockfiles t)
(find-file "users.sql")
(while (search-forward "email text NOT NULL" nil t) (insert ", note text"))
(do-auto-save) (save-buffer) (kill-emacs)
"""
    )
    shell(f"HOME={tmp_path} emacs -Q --batch -l {script}; rm -f users.sql~", cwd=folder)


OLD, NEW = "email text NOT NULL", "email text NOT NULL, note text"
AS_EMACS = ["\x1b%", f"{OLD}\r", f"{NEW}\r", "!", "\x18\x13", "\x18\x03"]
AS_VI = [f":%s/{OLD}/{NEW}/\r", ":w\r", ":q\r"]
TYPED = {
    "busybox vi": AS_VI,
    "emacs -nw -Q": AS_EMACS,
    "jed": AS_EMACS,
    "joe": ["\x0bf", f"{OLD}\r", "r\r", f"{NEW}\r", "r", "\x0bx"],
    "mg": AS_EMACS,
    "micro": ["\x05", f"replaceall '{OLD}' '{NEW}'\r", "\x13", "\x11"],
    "nvim --clean": AS_VI,
    "vim -u NONE": AS_VI,
    "zile": AS_EMACS,
}


@pytest.mark.long
@pytest.mark.parametrize("program", TYPED)
def test_on_a_terminal(edited, folder, has_program, tmp_path, program):
    has_program(program.split()[0])
    assert drive([*program.split(), "users.sql"], folder, tmp_path, TYPED[program], 1.0) == 0
    shell("rm -f users.sql~", cwd=folder)


class TestVsCode:
    """What it does on Linux, by how a file is to be written."""

    def test_in_place(self, edited, folder):
        fd = os.open(folder / "users.sql", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        data = edited.read_bytes()
        os.write(fd, data[:50])
        os.write(fd, data[50:])
        os.fdatasync(fd)
        os.close(fd)

    def test_truncate_then_in_place(self, edited, folder):
        os.truncate(folder / "users.sql", 0)
        fd = os.open(folder / "users.sql", os.O_RDWR)
        os.write(fd, edited.read_bytes())
        os.fdatasync(fd)
        os.close(fd)

    def test_atomic(self, edited, folder):
        temporary = folder / "users.sql.vsctmp"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.write(fd, edited.read_bytes())
        os.fdatasync(fd)
        os.close(fd)
        os.chmod(temporary, 0o644)
        os.rename(temporary, folder / "users.sql")


class TestCalls:
    def test_pwrite_in_the_middle(self, edited, folder):
        old, new = (folder / "users.sql").read_bytes(), edited.read_bytes()
        at = next(i for i in range(len(new)) if old[i : i + 1] != new[i : i + 1])
        fd = os.open(folder / "users.sql", os.O_RDWR)
        os.pwrite(fd, new[at:], at)
        os.close(fd)

    def test_mapped(self, edited, folder):
        new = edited.read_bytes()
        with open(folder / "users.sql", "r+b") as file:
            file.truncate(len(new))
            with mmap.mmap(file.fileno(), len(new)) as mapped:
                mapped[:] = new
                mapped.flush()

    def test_hole_that_is_filled(self, edited, folder):
        new = edited.read_bytes()
        fd = os.open(folder / "users.sql", os.O_WRONLY | os.O_TRUNC)
        os.pwrite(fd, new[40:], 40)
        os.pwrite(fd, new[:40], 0)
        os.close(fd)

    def test_duplicates(self, edited, folder):
        """Closed one by one; what was written through one counts with the other."""
        new = edited.read_bytes()
        fd = os.open(folder / "users.sql", os.O_WRONLY | os.O_TRUNC)
        os.write(fd, new[:30])
        other = os.dup(fd)
        os.close(fd)
        os.write(other, new[30:])
        os.close(other)

    def test_several_processes_through_one_descriptor(self, edited, folder):
        new = edited.read_bytes()
        third = len(new) // 3
        with open(folder / "users.sql", "wb") as file:
            for part in (new[:third], new[third : 2 * third], new[2 * third :]):
                subprocess.run(["cat"], input=part, stdout=file, check=True)

    def test_two_descriptors(self, edited, folder):
        new = edited.read_bytes()
        first = os.open(folder / "users.sql", os.O_WRONLY | os.O_TRUNC)
        second = os.open(folder / "users.sql", os.O_WRONLY)
        os.pwrite(second, new[20:], 20)
        os.pwrite(first, new[:20], 0)
        os.close(second)
        os.close(first)

    def test_no_replace(self, folder, engine):
        (folder / ".new").write_text("CREATE TABLE x (a integer);")
        done = subprocess.run(["mv", "-n", folder / ".new", folder / "users.sql"], check=False)
        assert done.returncode in (0, 1)
        os.unlink(folder / ".new")
        assert columns(engine, "users") == ["id", "email"]

    def test_unnamed_file_is_refused(self, folder):
        with pytest.raises(OSError) as refused:
            os.open(folder, os.O_TMPFILE | os.O_WRONLY)
        assert refused.value.errno == errno.EOPNOTSUPP

    def test_allocation(self, folder, engine):
        """Refused or done, but never half: the text is what it was."""
        before = (folder / "users.sql").read_bytes()
        fd = os.open(folder / "users.sql", os.O_RDWR)
        try:
            os.posix_fallocate(fd, 0, 10)
        except OSError as failure:
            assert failure.errno in (errno.EOPNOTSUPP, errno.EINVAL)
        os.close(fd)
        assert (folder / "users.sql").read_bytes() == before

    @pytest.mark.parametrize("flag", ["sync", "dsync"])
    def test_synchronised_at_each_write(self, edited, folder, flag):
        """Half a text is none that was saved, though the kernel asks for fsync after each piece."""
        shell(f"dd if={edited} of=users.sql oflag={flag} bs=16 status=none", cwd=folder)

    def test_truncated_by_name_while_it_is_written(self, edited, folder):
        with open(folder / "users.sql", "r+b") as file:
            os.truncate(folder / "users.sql", 5)
            assert file.read() == edited.read_bytes()[:5]
            os.pwrite(file.fileno(), edited.read_bytes(), 0)

    def test_copy_range(self, edited, folder):
        with open(edited, "rb") as source, open(folder / "users.sql", "wb") as sink:
            try:
                os.copy_file_range(source.fileno(), sink.fileno(), 1 << 20)
            except OSError as failure:
                assert failure.errno in (errno.EXDEV, errno.EOPNOTSUPP)
                sink.write(source.read())

    def test_locks(self, folder):
        with open(folder / "users.sql", "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            fcntl.lockf(file, fcntl.LOCK_UN)

    def test_killed_in_the_middle(self, folder, engine):
        before = (folder / "users.sql").read_text()
        with subprocess.Popen(
            ["dd", f"of={folder}/users.sql", "bs=10", "status=none"], stdin=subprocess.PIPE
        ) as writer:
            writer.stdin.write(with_column(before).encode()[:40])
            writer.stdin.flush()
            time.sleep(0.3)
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        wait_for(lambda: (folder / "users.sql").read_text() == before)
        assert columns(engine, "users") == ["id", "email"]


def test_git_in_the_tree(engine, mount, tmp_path, has_program):
    """init, add, commit, stash, checkout, apply with the work tree on the mount."""
    has_program("git")
    engine.run(SCHEMA)
    with mount(engine.target, "apply=all") as place:
        folder = tables(place, engine)
        git = (
            f"git -c user.name=a -c user.email=a@b --git-dir={tmp_path}/repo --work-tree={place}/schema"
        )
        shell(f"git init -q --bare {tmp_path}/repo; {git} config core.bare false")
        shell(f"{git} add . && {git} commit -qm one", cwd=place / "schema")
        (folder / "users.sql").write_text(with_column((folder / "users.sql").read_text()))
        shell(f"{git} diff > {tmp_path}/change.diff; {git} stash -q", cwd=place / "schema")
        assert columns(engine, "users") == ["id", "email"]
        shell(f"{git} stash pop -q", cwd=place / "schema")
        assert columns(engine, "users") == ["id", "email", "note"]
        shell(f"{git} checkout -q -- .", cwd=place / "schema")
        assert columns(engine, "users") == ["id", "email"]
        shell(f"{git} apply {tmp_path}/change.diff", cwd=place / "schema")
        assert columns(engine, "users") == ["id", "email", "note"]
        time.sleep(1.2)
        assert columns(engine, "users") == ["id", "email", "note"]
        assert shell(f"{git} status --porcelain", cwd=place / "schema").stdout.split() == [
            "M", f"{engine.namespace}/tables/users.sql",
        ]


@pytest.mark.parametrize(
    "command",
    [
        "tee -a users.sql < $NEW > /dev/null",
        "cat $NEW >> users.sql",
        "(head -c 20 $NEW; tail -c +21 $NEW) >> users.sql",
        "dd if=$NEW of=users.sql oflag=append conv=notrunc status=none",
    ],
)
def test_appending(place, folder, engine, tmp_path, command):
    before = {name: (folder / name).read_bytes() for name in BEFORE}
    more = tmp_path / "more"
    more.write_text("CREATE INDEX users_email ON users (email);\n")
    shell(f"export NEW={more}; {command}", cwd=folder)
    after = {name: (folder / name).read_bytes() for name in names(folder)}
    assert b"users_email" in after["users.sql"]
    assert after["users.sql"].startswith(before["users.sql"].rstrip()[:-2])
    assert {**after, "users.sql": None} == {**before, "users.sql": None}
    query = {
        "sqlite": "SELECT count(*) FROM sqlite_schema WHERE name = 'users_email'",
        "postgresql": "SELECT count(*) FROM pg_indexes WHERE indexname = 'users_email'",
    }
    assert engine.rows(query[engine.dialect]) == [("1",)]
    assert engine.rows("SELECT id, email FROM users") == [("1", "a@example.org")]
    log = (place / "log").read_text()
    assert log.count(" done\n") == 1 and " refused\n" not in log


def test_find_delete(folder, place, engine):
    engine.run("DROP VIEW emails; DROP TABLE posts;")
    wait_for(lambda: names(folder) == ["empty.sql", "users.sql"])
    shell("find . -name empty.sql -delete", cwd=folder)
    assert not has_table(engine, "empty")
    done = subprocess.run(["find", ".", "-name", "users.sql", "-delete"], cwd=folder, check=False)
    assert done.returncode != 0, "it has a row"
    assert has_table(engine, "users")


def test_tar_of_many(folder, engine, tmp_path):
    for number in range(5):
        text = f"CREATE TABLE {engine.namespace}.t{number} (a integer);"
        (tmp_path / f"t{number}.sql").write_text(text)
    shell(f"tar -C {tmp_path} -cf - t0.sql t1.sql t2.sql t3.sql t4.sql | tar -xf -", cwd=folder)
    assert all(has_table(engine, f"t{number}") for number in range(5))


def test_inotify_tells_of_a_save(folder, has_program):
    has_program("inotifywait")
    with subprocess.Popen(
        ["inotifywait", "-q", "-e", "close_write", "--format", "%f", folder],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as watcher:
        time.sleep(0.5)
        (folder / "users.sql").write_text(with_column((folder / "users.sql").read_text()))
        assert watcher.stdout.readline().strip() == "users.sql"
