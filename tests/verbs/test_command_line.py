# SPDX-License-Identifier: MIT
"""The command line itself: usage, errors, exit codes, secrets."""

import json
import subprocess
import time

import pytest

VERBS = ["mount", "umount", "mounts", "status", "diff", "push", "pull"]


def test_help_names_every_verb(schemafs):
    text = schemafs("--help").stdout
    for verb in VERBS:
        assert f"  {verb} " in text


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb(schemafs, verb):
    assert schemafs(verb, "--help").stdout.startswith(f"usage: schemafs {verb}")


def test_version(schemafs):
    assert schemafs("--version").stdout.startswith("schemafs ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "usage:"),
        (["fly"], "there is no verb fly"),
        (["diff", "only-one"], "operands"),
        (["diff", "--fast", "a", "b"], "diff has no option --fast"),
        (["push", "--apply=maybe", "a", "b"], "--apply is safe or all"),
        (["push", "--apply"], "needs a value"),
        (["pull", "/no/such/place.db", "out"], "is no database"),
        (["pull", "out"], "no database given"),
        (["status"], "no database given"),
    ],
)
def test_wrong_usage_is_told(schemafs, arguments, message):
    done = schemafs(*arguments, code=2)
    assert message in done.stderr
    assert done.stdout == ""


def test_errors_as_json(schemafs):
    done = schemafs("status", "--json", "/no/such/place.db", code=2)
    told = json.loads(done.stdout)
    assert told["version"] == 1
    assert told["error"]["errno"] == "ENOENT"


def test_a_password_is_not_in_the_error(schemafs):
    target = "postgresql://ada:s3cr3t@/shop?host=/no/such/place&password=0th3r"
    done = schemafs("status", target, code=2)
    assert "s3cr3t" not in done.stderr and "0th3r" not in done.stderr


def test_a_password_is_not_in_the_argument_list(binary, tmp_path):
    """While it waits for a server that does not answer, every user can see its arguments."""
    import socket

    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / ".s.PGSQL.5432"))
        silent.listen()
        target = f"postgresql://ada:s3cr3t@/shop?host={tmp_path}"
        with subprocess.Popen([binary, "status", target], stderr=subprocess.DEVNULL) as waiting:
            time.sleep(0.5)
            shown = open(f"/proc/{waiting.pid}/cmdline", encoding="utf-8").read()
            waiting.kill()
    assert "status" in shown
    assert "s3cr3t" not in shown
