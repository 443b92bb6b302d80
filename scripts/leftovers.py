# SPDX-License-Identifier: MIT
"""Prints what a test run could leave behind, a line each: mounts, our processes, our servers."""

import os


def mounts():
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as table:
        for line in table:
            device, directory, kind = line.split()[:3]
            if "schemafs" in kind or device == "schemafs":
                yield f"mount {directory}"


def processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
            program = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            continue
        ours = program.startswith(os.path.join(os.getcwd(), "build"))
        if ours or any("schemafs-pg-" in word for word in words):
            yield f"process {pid} {' '.join(words).strip()}"


if __name__ == "__main__":
    for what in [*mounts(), *processes()]:
        print(what)
