# SPDX-License-Identifier: MIT
"""What must not outlive the tests, whatever ends them."""

import subprocess


class Guard:
    """Runs a command once this process has ended, unless it was released before."""

    def __init__(self, *command, **options):
        # The other end of its input is closed by the kernel, even for a process that is killed.
        self.process = subprocess.Popen(
            ["sh", "-c", 'read -r _ || exec "$@"', "guard", *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            **options,
        )

    def release(self):
        self.process.communicate(b"\n")
