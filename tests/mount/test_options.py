# SPDX-License-Identifier: MIT
"""Options of mounting in their usual meaning, mount(8) itself, and what the daemon may do afterwards."""

import contextlib
import errno
import os
import pathlib
import stat
import subprocess

import pytest

from tree import SCHEMA, names, shell, tables, wait_for, with_column


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.fixture
def helper(binary, tmp_path, monkeypatch):
    """mount.fuse.schemafs as it is installed: a link to the program."""
    link = tmp_path / "mount.fuse.schemafs"
    link.symlink_to(binary)
    return link


@contextlib.contextmanager
def helped(schemafs, helper, target, place, *arguments):
    subprocess.run([helper, target, place, *arguments], check=True, timeout=60)
    try:
        yield place
    finally:
        schemafs("umount", place)


def daemon_of(place):
    """The process that serves: the one that has the registry's lock."""
    found = shell("pgrep -f -- 'mount.*" + str(place) + "'").stdout.split()
    return int(found[0])


def test_owner_and_masks(engine, mount):
    engine.run(SCHEMA)
    with mount(engine.target, "uid=12", "gid=34", "fmask=077", "dmask=027") as place:
        users = tables(place, engine) / "users.sql"
        assert (os.stat(users).st_uid, os.stat(users).st_gid) == (12, 34)
        assert (mode(users), mode(place / "status"), mode(place)) == (0o600, 0o400, 0o750)
    with mount(engine.target, "umask=0") as place:
        assert (mode(tables(place, engine) / "users.sql"), mode(place)) == (0o666, 0o777)
    with mount(engine.target, "ro,umask=022") as place:
        assert (mode(tables(place, engine) / "users.sql"), mode(place)) == (0o444, 0o555)


@pytest.mark.parametrize("option", ["uid=nobody-there", "umask=9", "fmask=1000", "dmask", "ro=1", "timeout=x"])
def test_nonsense(schemafs, sqlite_db, tmp_path, option):
    schemafs("mount", sqlite_db.target, tmp_path / "m", "-o", option, code=2)
    assert not os.path.ismount(tmp_path / "m")


def test_kernel_is_told(engine, mount):
    with mount(engine.target, "noexec,noatime,nofail,x-systemd.automount,_netdev,defaults") as place:
        options = shell(f"findmnt -no OPTIONS {place}").stdout.strip().split(",")
        assert {"nosuid", "nodev", "noexec", "noatime", "default_permissions"} <= set(options)
        assert "allow_other" not in options
    with mount(engine.target, "allow_other") as place:
        assert "allow_other" in shell(f"findmnt -no OPTIONS {place}").stdout


def test_others_are_kept_out_unless_let_in(engine, mount, tmp_path):
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    look = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ls"]
    engine.run(SCHEMA)
    for each in (tmp_path, *tmp_path.parents):
        if each != pathlib.Path("/"):
            os.chmod(each, os.stat(each).st_mode | 0o111)
    with mount(engine.target) as place:
        os.chmod(place.parent, 0o755)
        assert subprocess.run([*look, place], capture_output=True, check=False).returncode != 0
    with mount(engine.target, "allow_other") as place:
        assert subprocess.run([*look, place], capture_output=True, check=False).returncode == 0
        write = [*look[:-1], "tee", tables(place, engine) / "users.sql"]
        refused = subprocess.run(write, input=b"", capture_output=True, check=False)
        assert os.strerror(errno.EACCES).encode() in refused.stderr


def test_helper(schemafs, helper, engine, tmp_path):
    engine.run(SCHEMA)
    place = tmp_path / "m"
    with helped(schemafs, helper, engine.target, place, "-v", "-n", "-o", "rw,umask=077,user"):
        users = tables(place, engine) / "users.sql"
        assert mode(users) == 0o600
        users.write_text(with_column(users.read_text()))
    done = subprocess.run([helper, tmp_path / "none", place], capture_output=True, check=False)
    assert done.returncode == 32 and done.stderr
    assert subprocess.run([helper, "-f", engine.target, place], check=False).returncode == 0
    assert not os.path.ismount(place)


def test_mount_8_and_fstab(schemafs, helper, engine, tmp_path):
    """With the helper where mount(8) looks for it, and a table of file systems of our own."""
    if os.getuid() != 0:
        pytest.skip("mount(8) wants root")
    engine.run(SCHEMA)
    place = tmp_path / "m"
    place.mkdir()
    installed = pathlib.Path("/sbin/mount.fuse.schemafs")
    assert not installed.is_symlink(), "left over"
    installed.symlink_to(helper.readlink())
    try:
        shell(f"mount -t fuse.schemafs '{engine.target}' {place} -o ro")
        assert "users.sql" in names(tables(place, engine))
        shell(f"umount {place}")
        wait_for(lambda: schemafs("mounts").stdout == "")
        table = tmp_path / "fstab"
        table.write_text(f"{engine.target} {place} fuse.schemafs noauto,nofail,umask=077 0 0\n")
        shell(f"mount -T {table} {place}")
        assert mode(tables(place, engine) / "users.sql") == 0o600
        schemafs("umount", place)
    finally:
        installed.unlink()


def test_secret_of_the_source_is_not_told(schemafs, helper, pg, tmp_path):
    place = tmp_path / "m"
    with helped(schemafs, helper, pg.target + "&password=sesame", place):
        assert "sesame" not in pathlib.Path("/proc/mounts").read_text()
        listed = subprocess.run(["ps", "-ww", "axo", "args"], capture_output=True, text=True)
        assert "sesame" not in listed.stdout


def test_rights_are_dropped(engine, mount):
    if os.getuid() != 0:
        pytest.skip("there is nothing to drop but for root")
    with mount(engine.target) as place:
        pid = daemon_of(place)
        for task in os.listdir(f"/proc/{pid}/task"):
            status = pathlib.Path(f"/proc/{pid}/task/{task}/status").read_text()
            fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            effective = int(fields["CapEff"], 16)
            assert not effective & 1 << 21, "CAP_SYS_ADMIN while serving"
            assert bin(effective).count("1") <= 5
            assert int(fields["CapBnd"], 16) == 0
            assert fields["NoNewPrivs"].strip() == "1"
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]


def test_working_directory_inside(engine, mount, schemafs, tmp_path):
    engine.run(SCHEMA)
    with mount(engine.target) as place:
        with subprocess.Popen(["sleep", "30"], cwd=tables(place, engine)) as inside:
            refused = schemafs("umount", place, code=2)
            assert os.strerror(errno.EBUSY) in refused.stderr
            assert "users.sql" in names(tables(place, engine))
            inside.kill()
