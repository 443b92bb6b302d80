# SPDX-License-Identifier: MIT
"""What the tests of the mount share: a small schema, and waiting."""

import os
import subprocess
import time

import pytest

SCHEMA = """
CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL);
CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users (id));
CREATE TABLE empty (a integer);
CREATE VIEW emails AS SELECT email FROM users;
INSERT INTO users VALUES (1, 'a@example.org');
"""


def fails_with(number):
    """A context in which the system says no, with this reason."""
    return pytest.raises(OSError, match=os.strerror(number))


def tables(place, engine):
    return place / "schema" / engine.namespace / "tables"


def columns(engine, table):
    if engine.dialect == "sqlite":
        return [row[1] for row in engine.rows(f"PRAGMA table_info({table})")]
    return [
        row[0]
        for row in engine.rows(
            "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped "
            f"AND attrelid = to_regclass('public.{table}') ORDER BY attnum"
        )
    ]


def has_table(engine, table):
    return bool(columns(engine, table))


def with_column(text, column="note text"):
    """The text of table users with one more column."""
    for old in ("email text NOT NULL", "user_id integer"):
        if old in text:
            return text.replace(old, f"{old}, {column}", 1)
    raise AssertionError(text)


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def names(directory):
    return sorted(os.listdir(directory))


def shell(script, cwd=None, code=0):
    done = subprocess.run(
        ["bash", "-c", script], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done
