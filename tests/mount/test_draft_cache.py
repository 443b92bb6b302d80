# SPDX-License-Identifier: MIT
"""What the kernel keeps of drafts: it answers by itself, and forgets exactly what changed."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

from tree import columns, names, tables, wait_for, with_column

SAID = ("plan.sql", "plan.json", "status")


def look(place):
    """All that stat(2) and reading tell, by path; a name that has no file is one that the kernel is to forget yet."""
    found = {}
    for top in ("schema", "database"):
        for directory, _, files in os.walk(place / top):
            for path in (directory, *(os.path.join(directory, name) for name in files)):
                text = None
                try:
                    said = os.stat(path)
                    if path != directory:
                        text = pathlib.Path(path).read_text(encoding="utf-8")
                except FileNotFoundError:
                    found[os.path.relpath(path, place)] = None
                    continue
                if path != directory:
                    assert said.st_size == len(text.encode()), path
                found[os.path.relpath(path, place)] = (said.st_mtime_ns, said.st_mode, text)
    return found


def daemon_of(place):
    listed = subprocess.run(
        ["pgrep", "-f", f"mount .* {place} -f"], capture_output=True, text=True, check=True
    )
    return int(listed.stdout.split()[0])


@contextlib.contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_kernel_answers_by_itself(mnt, draft, engine):
    folder = tables(draft, engine)
    users = folder / "users.sql"
    users.write_text(with_column(users.read_text()))
    paths = [*look(draft), str((folder / "nothing.sql").relative_to(draft))]
    for _ in range(2):
        for path in paths:
            assert os.path.exists(draft / path) == (not path.endswith("nothing.sql"))
        # What an answer under way may have told is forgotten a moment later.
        time.sleep(0.5)
    with stopped(daemon_of(mnt)):
        asked = subprocess.run(
            ["stat", "-c", "%s", *(draft / path for path in paths)],
            capture_output=True, text=True, timeout=10, check=False,
        )
    assert len(asked.stdout.split()) == len(paths) - 1
    assert str(len(users.read_text())) in asked.stdout.split()


def follows(mnt, draft):
    """The draft, which changed nothing, looks as the live tree does."""
    wait_for(lambda: look(draft) == look(mnt), 3)


def test_what_others_do_shows(mnt, draft, engine):
    follows(mnt, draft)
    later = tables(draft, engine) / "later.sql"
    assert not later.exists() and not (tables(draft, engine) / "articles.sql").exists()
    engine.run("CREATE TABLE later (a integer);")
    wait_for(later.exists, 3)
    follows(mnt, draft)
    assert "later.sql" in names(later.parent)
    engine.run("ALTER TABLE users ADD COLUMN longer text; DROP TABLE later;")
    wait_for(lambda: not later.exists() and "later.sql" not in names(later.parent), 3)
    wait_for(lambda: "longer" in (tables(draft, engine) / "users.sql").read_text(), 3)
    follows(mnt, draft)


def test_what_is_done_in_the_live_tree_shows(mnt, draft, engine):
    live, folder = tables(mnt, engine), tables(draft, engine)
    follows(mnt, draft)
    users = live / "users.sql"
    users.write_text(with_column(users.read_text()))
    follows(mnt, draft)
    (live / "posts.sql").rename(live / "articles.sql")
    follows(mnt, draft)
    assert "articles.sql" in names(folder) and not (folder / "posts.sql").exists()
    (live / "tags.sql").write_text("CREATE TABLE tags (name text);\n")
    follows(mnt, draft)
    (live / "tags.sql").unlink()
    wait_for(lambda: not columns(engine, "tags"))
    follows(mnt, draft)
    (live / "broken.sql").write_text("")
    (live / "broken.sql").unlink()
    follows(mnt, draft)


def test_what_the_draft_does_besides(mnt, draft, engine):
    folder = tables(draft, engine)
    before = look(draft)
    users, posts = folder / "users.sql", folder / "posts.sql"
    text = users.read_text()
    users.write_text(with_column(text))
    assert look(draft)[str(users.relative_to(draft))][2] == with_column(text)
    # Put back, nothing is kept: it looks as it did before.
    users.write_text(text)
    path = str(users.relative_to(draft))
    wait_for(lambda: look(draft)[path] == before[path], 3)
    posts.rename(folder / "aside")
    assert not posts.exists() and "posts.sql" not in names(folder)
    (folder / "aside").rename(posts)
    path = str(posts.relative_to(draft))
    wait_for(lambda: look(draft)[path] == before[path], 3)
    # Carried out: the draft shows what the live tree has.
    users.write_text(with_column(text))
    (folder / "tags.sql").write_text("create table tags (name text)")
    look(draft)
    (draft / "plan.sql").rename(mnt / "pending" / "both.sql")
    assert columns(engine, "users") == ["id", "email", "note"] and columns(engine, "tags")
    for path in (users, folder / "tags.sql"):
        live = mnt / path.relative_to(draft)
        wait_for(lambda path=path, live=live: path.read_text() == live.read_text(), 3)
        wait_for(lambda path=path, live=live: path.stat().st_mtime_ns == live.stat().st_mtime_ns, 3)


def test_readers_never_see_half(mnt, draft, engine):
    """A text that grows and shrinks under its readers is whole each time it is read."""
    path = tables(draft, engine) / "users.sql"
    short = path.read_text()
    long = with_column(short, ", ".join(f"column_{n} text" for n in range(40)))
    script = (
        "import sys, time\n"
        "end = time.monotonic() + 3\n"
        "while time.monotonic() < end:\n"
        "    try:\n"
        "        text = open(sys.argv[1]).read()\n"
        "    except FileNotFoundError:\n"
        "        continue\n"
        "    assert text.rstrip().endswith(';') and text.startswith('CREATE'), text\n"
    )
    reader = subprocess.Popen(["python3", "-c", script, path])
    for number in range(8):
        engine.run("DROP VIEW emails; DROP TABLE posts; DROP TABLE users;" if not number else
                   "DROP TABLE users;")
        engine.run((long if number % 2 else short))
        time.sleep(0.4)
    assert reader.wait(20) == 0


def test_reading_a_directory_that_shrinks(mnt, draft, engine):
    """Who removes while reading on misses nothing, though the listing was the kernel's own."""
    folder = tables(draft, engine)
    for number in range(3000):
        (folder / f"a_name_that_is_rather_long_{number:04}.sql").touch()
    expected = set(names(folder))
    assert set(names(folder)) == expected
    seen = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            seen.add(entry.name)
            if entry.name.startswith("a_name"):
                os.unlink(entry.path)
    assert seen == expected and len(names(folder)) == len(expected) - 3000
