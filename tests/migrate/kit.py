# SPDX-License-Identifier: MIT
"""drizzle-kit itself, in the version that tests/drizzle pins."""

import fcntl
import json
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PINNED = ROOT / "tests/drizzle"
PLACE = ROOT / "build-drizzle"


def install():
    """The folder with its node_modules, filled when the lock file is another than last time's."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed, so drizzle-kit can not be run")
    PLACE.mkdir(exist_ok=True)
    lock = (PINNED / "package-lock.json").read_bytes()
    with open(PLACE / "lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        installed = PLACE / "installed"
        if not installed.exists() or installed.read_bytes() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(PINNED / name, PLACE)
            done = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                cwd=PLACE, capture_output=True, text=True, timeout=300, check=False,
            )
            if done.returncode:
                pytest.skip(f"npm can not install drizzle-kit: {done.stderr.strip()[-300:]}")
            installed.write_bytes(lock)
    return PLACE


class Kit:
    """drizzle-kit on a folder beside which schema.ts stands."""

    def __init__(self, place, dialect, folder="migrations"):
        self.place, self.dialect, self.folder = place, dialect, folder
        modules = place / "node_modules"
        if not modules.is_symlink():
            modules.symlink_to(install() / "node_modules")

    def run(self, verb, *options, code=0):
        done = subprocess.run(
            ["node", "node_modules/drizzle-kit/bin.cjs", verb, "--dialect", self.dialect, "--out", self.folder, *options],
            cwd=self.place, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def check(self):
        assert "Everything's fine" in self.run("check")

    def generate(self, schema, name="kit"):
        """The path of what it wrote, None when it found nothing to do."""
        (self.place / "schema.ts").write_text(schema)
        journal = self.place / self.folder / "meta/_journal.json"
        said = self.run("generate", "--schema", "schema.ts", "--name", name)
        if "No schema changes" in said:
            return None
        assert "SQL migration file" in said, said
        tag = json.loads(journal.read_text())["entries"][-1]["tag"]
        return self.place / self.folder / f"{tag}.sql"
