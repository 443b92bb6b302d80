# SPDX-License-Identifier: MIT
"""Programs that want a terminal, and somebody who types."""

import fcntl
import os
import pty
import select
import struct
import termios

ROWS, COLUMNS = 40, 120


def read_until_silent(terminal, seconds):
    while select.select([terminal], [], [], seconds)[0]:
        try:
            if not os.read(terminal, 65536):
                return
        except OSError:
            return


def drive(program, folder, home, keys, silence=0.5):
    """Runs it in a folder and types; before each of the keys it has been silent for so long. Its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(TERM="xterm", HOME=str(home))
        os.execvp(program[0], program)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    read_until_silent(terminal, silence)
    for each in keys:
        os.write(terminal, each.encode())
        read_until_silent(terminal, silence)
    status = os.waitpid(pid, 0)[1]
    os.close(terminal)
    return status
