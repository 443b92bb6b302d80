# SPDX-License-Identifier: MIT
"""The program under test: run to its end, or as a mount."""

import os
import subprocess
import tempfile
import time

from guard import Guard

COMPLAINTS = (
    "AddressSanitizer",
    "LeakSanitizer",
    "ThreadSanitizer",
    "UndefinedBehaviorSanitizer",
    "runtime error:",
)


def assert_clean(stderr):
    assert not any(word in stderr for word in COMPLAINTS), stderr


class Program:
    """schemafs(*arguments, code=0): the completed process, with its output as text."""

    def __init__(self, binary):
        self.binary = binary

    def __call__(self, *arguments, code=0, env=None, cwd=None, timeout=120):
        done = subprocess.run(
            [self.binary, *map(str, arguments)],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            env={**os.environ, **(env or {})},
            cwd=cwd,
            timeout=timeout,
            check=False,
        )
        assert_clean(done.stderr)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done


class Mount:
    """A mounted tree, served by a daemon in the foreground so that its end can be seen."""

    def __init__(self, binary, target, place, options):
        self.binary, self.place = binary, place
        self.stderr = tempfile.TemporaryFile("w+", errors="replace")
        command = [binary, "mount", str(target), str(place), "-f"]
        if options:
            command += ["-o", ",".join(options)]
        self.daemon = subprocess.Popen(command, stderr=self.stderr, stdout=self.stderr)
        self.guard = Guard("kill", self.daemon.pid)

    def read_stderr(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def __enter__(self):
        deadline = time.monotonic() + 60
        while not os.path.exists(self.place / "status"):
            assert self.daemon.poll() is None, self.read_stderr()
            assert time.monotonic() < deadline, "the mount did not come: " + self.read_stderr()
            time.sleep(0.01)
        return self.place

    def __exit__(self, kind, value, trace):
        ended = subprocess.run(
            [self.binary, "umount", str(self.place)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        try:
            self.daemon.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
            subprocess.run(["fusermount3", "-uz", str(self.place)], check=False)
        self.guard.release()
        stderr = self.read_stderr()
        self.stderr.close()
        if kind is None:
            assert_clean(stderr + ended.stderr)
            assert ended.returncode == 0, ended.stderr
            assert self.daemon.returncode == 0, (self.daemon.returncode, stderr)
            assert not os.path.ismount(self.place)
