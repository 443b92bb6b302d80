# SPDX-License-Identifier: MIT
"""Programs that write files in many ways, one after the other on one mount, each with a table of its own.

Each adds a column: once, and nothing else; no scratch is left, and the exit status says that it was done.
"""

import os
import shutil
import subprocess
import time

import pytest

from tree import columns, names, tables, wait_for

OLD, ADDED = "email text NOT NULL", "email text NOT NULL, note text"
GIT = "git -c user.name=a -c user.email=a@b"
ARCHIVE = "tar -C $DIR -cf - $F"
REPOSITORY = f"{GIT} init -q $TMP/r; cp $NEW $TMP/r/; {GIT} -C $TMP/r add .; {GIT} -C $TMP/r commit -qm x"
REPLACE = f"s/{OLD}/{ADDED}/"

# In the folder of tables. $F: the file; $NEW: what it shall say, a file of that name in $DIR; $NEW.copy
# is another of them; $TMP: an empty folder. A program that is not installed is left out.
COMMANDS = [
    # Editors that are told what to do.
    f"ex -s $F <<< '%{REPLACE}\nwq'",
    f"ed -s $F <<< ',{REPLACE}\nw\nq'",
    "kak -n -ui dummy -e 'exec <percent>semail<space>text<space>NOT<space>NULL<ret>a,<space>note<space>text<esc>; write; quit' $F",
    f"perl -e 'open F, \"+<\", $ENV{{F}}; local $/; $_ = <F>; {REPLACE}; seek F, 0, 0; print F $_; truncate F, tell F; close F or die'",
    f"sed -i '{REPLACE}' $F",
    f"perl -pi -e '{REPLACE}' $F",
    f"perl -pi.bak -e '{REPLACE}' $F; rm $F.bak",
    f"sed -i.bak '{REPLACE}' $F; rm $F.bak",
    f"sed -n -i '{REPLACE};p' $F",
    f"sed -i --follow-symlinks '{REPLACE}' $F",
    f"busybox sed -i '{REPLACE}' $F",
    f"gawk -i inplace '{{sub(/{OLD}/, \"{ADDED}\")}} 1' $F",
    f"sed '{REPLACE}' $F | sponge $F",
    # Copies and moves.
    "cp $NEW $F",
    "cp -a $NEW $F",
    "cp --remove-destination $NEW $F",
    "cp --reflink=never $NEW $F",
    "cp --reflink=auto --sparse=always $NEW $F",
    "mv $NEW.copy $F",
    "cp -u $NEW $F",
    "cp -b $NEW $F; rm $F~",
    "cp --backup=numbered $NEW $F; rm $F.~1~",
    "cp $NEW $F; chmod 644 $F; touch $F",
    "busybox cp $NEW $F",
    "busybox mv $NEW.copy $F",
    "mv -b $NEW.copy $F; rm $F~",
    "mv -u $NEW.copy $F",
    "mv -f $NEW.copy .t; mv .t .u; mv .u $F",
    "mv $F $F.bak; cp $NEW $F; rm $F.bak",
    "mv $F $F~ && cp $NEW $F && rm $F~",
    "cp $NEW .n.$F; find . -name .n.$F -exec mv {} $F \\;",
    "echo $NEW | xargs -I{} cp {} $F",
    "cp $NEW $TMP/x; ln -f $TMP/x $F 2>/dev/null; cp $TMP/x $F",
    "ln -s x .x.$F 2>/dev/null; cat $NEW > $F",
    "install -b -m 644 $NEW $F; rm $F~",
    "install -C -m 644 $NEW $F",
    "install -p -D -m 600 -t . $NEW",
    "printf '%s: %s\\n\\tcp $< $@\\n' $F $NEW > $TMP/Makefile; make -s -f $TMP/Makefile",
    # Whole trees of files.
    "rsync -a $NEW ./$F",
    "rsync -a --inplace $NEW ./$F",
    "rsync -a --inplace --no-whole-file $NEW ./$F",
    "rsync -a --delay-updates $NEW ./$F",
    "rsync -a --backup --suffix=~ $NEW ./$F; rm $F~",
    "rsync -a --partial --temp-dir=/tmp $NEW ./$F",
    "rsync -a --partial-dir=.partial $NEW ./$F",
    "rsync -rcI --delay-updates $NEW ./$F",
    "rsync -aHAX --fsync $NEW ./$F",
    "mkdir $TMP/s; cp *.sql $TMP/s; cp $NEW $TMP/s; rsync -ac --delete $TMP/s/ ./",
    "mkdir $TMP/u; cp $NEW $TMP/u; HOME=$TMP unison -batch -silent -force $TMP/u -path $F $TMP/u . > $TMP/said 2>&1",
    f"{ARCHIVE} | tar -xf -",
    f"{ARCHIVE} | tar --overwrite -xf -",
    f"{ARCHIVE} | tar -U -xf -",
    f"{ARCHIVE} | bsdtar -xf -",
    f"{ARCHIVE} | bsdtar -xUf -",
    "(cd $DIR; echo $F | cpio -o --quiet) | cpio -iu --quiet",
    "(cd $DIR; zip -q $TMP/z.zip $F); unzip -qo $TMP/z.zip",
    # Differences.
    "diff -u $F $NEW | patch -s $F",
    "diff -u $F $NEW | patch -s -b $F; rm $F.orig",
    "diff -u $NEW $F | patch -s -R $F",
    "diff -u --label $F --label $F $F $NEW | patch -s -p0",
    "diff -u $F $NEW > $TMP/d; patch -s -o .n.$F $F < $TMP/d; mv .n.$F $F",
    "diff -u $F $NEW > $TMP/d; busybox patch $F < $TMP/d > $TMP/said",
    "diff -u --label a/$F --label b/$F $F $NEW > $TMP/d; git apply $TMP/d",
    f"{REPOSITORY}; {GIT} --git-dir=$TMP/r/.git --work-tree=. checkout -qf HEAD -- $F",
    f"{REPOSITORY}; git -C $TMP/r archive HEAD | tar x",
    # Descriptors.
    "cat > $F <<< \"$(cat $NEW)\"",
    "exec 5<> $F; cat $NEW >&5; exec 6>&5; exec 5>&-; exec 6>&-",
    "exec 3> $F 4>&3; cat $NEW >&4; exec 4>&-; true; exec 3>&-",
    "(sleep 0.3; cat $NEW) > $F",
    "tee $F < $NEW > /dev/null",
    "cat $NEW | tee $F other~ > /dev/null; rm other~",
    "dd if=$NEW of=$F status=none",
    "dd if=$NEW of=$F conv=notrunc status=none",
    "dd if=$NEW of=$F bs=7 conv=fsync status=none",
    "cat $NEW > $F & wait",
    "split -b 20 $NEW $TMP/part; cat $TMP/part* > $F",
    "dd if=$NEW of=$F bs=1 conv=fsync,notrunc status=none",
    "dd if=$NEW of=$F oflag=sync,dsync status=none",
    "dd if=$NEW of=$F oflag=direct bs=4096 status=none",
    "busybox tee $F < $NEW > /dev/null",
    # Emptied by one program, filled by the next: as logrotate's copytruncate leaves it to be.
    "truncate -s 0 $F; sleep 0.2; cat $NEW >> $F",
    "cp $F $F.1; : > $F; sleep 0.2; cat $NEW >> $F; rm $F.1",
    "cp /dev/null $F; tee -a $F < $NEW > /dev/null",
]

PYTHON = [
    "f = open(F, 'r+'); f.write(new); f.truncate(); f.close()",
    "f = open(F, 'r+'); f.read(); f.seek(0); f.truncate(); f.write(new); f.flush(); os.fsync(f.fileno()); f.close()",
    "f = tempfile.NamedTemporaryFile('w', dir='.', delete=False); f.write(new); f.close(); os.replace(f.name, F)",
    "shutil.move(NEW + '.copy', F)",
    "shutil.copy2(NEW, F)",
    "fd = os.open(F, os.O_WRONLY | os.O_TRUNC); [os.write(fd, bytes([b])) for b in new.encode()]; os.close(fd)",
    "os.truncate(F, 0); f = open(F, 'w'); f.write(new); f.close()",
    # A child that goes on writing when its parent has closed.
    "fd = os.open(F, os.O_WRONLY | os.O_TRUNC); p = os.fork()"
    "\nif p == 0: time.sleep(0.3); os.write(fd, new[20:].encode()); os._exit(0)"
    "\nos.write(fd, new[:20].encode()); os.close(fd); os.wait()",
    f"\nfor line in fileinput.input(F, inplace=True, backup='.b'): print(line.replace('{OLD}', '{ADDED}'), end='')"
    "\nos.unlink(F + '.b')",
]
PREFACE = "import fileinput, os, shutil, tempfile, time; F, NEW = os.environ['F'], os.environ['NEW']; new = open(NEW).read(); "

PROGRAMS = {"busybox", "bsdtar", "cpio", "ed", "gawk", "git", "install", "kak", "make", "patch", "perl", "rsync", "sponge", "unison", "unzip", "zip"}


def runs(command):
    """Whether all that it needs is installed."""
    words = set(command.replace("|", " ").replace(";", " ").split())
    return all(shutil.which(program) for program in PROGRAMS & words)


def table(number):
    return f"t{number:02}"


def run(command, folder, number, tmp_path):
    """Gives one table its column by a command; what it says and its status."""
    place = tmp_path / table(number)
    directory, scratch = place / "new", place / "tmp"
    directory.mkdir(parents=True)
    scratch.mkdir()
    name = f"{table(number)}.sql"
    new = (folder / name).read_text().replace(OLD, ADDED)
    (directory / name).write_text(new)
    (directory / f"{name}.copy").write_text(new)
    surroundings = {
        **os.environ, "F": name, "NEW": str(directory / name), "DIR": str(directory), "TMP": str(scratch),
    }
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def commands():
    chosen = [["bash", "-c", command] for command in COMMANDS if runs(command)]
    return chosen + [["/usr/bin/python3", "-c", PREFACE + script] for script in PYTHON]


COLUMNS = {
    "postgresql": "SELECT attrelid::regclass, string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
    " JOIN pg_class c ON c.oid = attrelid AND c.relnamespace = 'public'::regnamespace AND relkind = 'r'"
    " WHERE attnum > 0 AND NOT attisdropped GROUP BY 1",
    "sqlite": "SELECT m.name, group_concat(i.name, ' ') FROM sqlite_schema m, pragma_table_info(m.name) i"
    " WHERE m.type = 'table' GROUP BY 1",
}


def test_each_does_it_once(engine, mount, tmp_path, commands):
    every = {table(number): command[-1] for number, command in enumerate(commands)}
    engine.run("".join(
        f"CREATE TABLE {name} (id integer PRIMARY KEY, {OLD});"
        f"INSERT INTO {name} VALUES (1, 'a@example.org');" for name in every
    ))
    with mount(engine.target) as place:
        folder = tables(place, engine)
        before = names(folder)
        for number, command in enumerate(commands):
            done = run(command, folder, number, tmp_path)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), command[-1]
            assert "note text" in (folder / f"{table(number)}.sql").read_text(), command[-1]
        # Nothing follows when the time for coming back is over.
        time.sleep(1.3)
        log = (place / "log").read_text()
        assert names(folder) == before
        assert log.count(" done\n") == len(commands) and " refused\n" not in log, log
        found = dict(engine.rows(COLUMNS[engine.dialect]))
        wrong = {every[name]: found.get(name) for name in every if found.get(name) != "id email note"}
        assert not wrong
        rows = " UNION ALL ".join(f"SELECT id, email FROM {name}" for name in every)
        assert engine.rows(rows) == [("1", "a@example.org")] * len(every)


def test_emptied_and_left_so(folder, engine):
    """Empty for as long as the next program may need, then what it was."""
    before = (folder / "users.sql").read_text()
    for empty in (lambda path: os.truncate(path, 0), lambda path: path.write_text("")):
        empty(folder / "users.sql")
        assert (folder / "users.sql").read_text() == ""
        wait_for(lambda: (folder / "users.sql").read_text() == before)
        assert os.stat(folder / "users.sql").st_size == len(before)
    assert columns(engine, "users") == ["id", "email"]
