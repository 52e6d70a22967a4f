"""The desk's own database: one SQLite file beside the journal, readable by its owner alone.

It holds credentials and sessions, which belong in no journal. What happens to them is told to the journal all the
same (``happened``), so that the journal is the whole audit trail.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from tocsin.outlets.errors import OutletError

__all__ = ["Store"]

APPLICATION = 0x70C5DE54
"""SQLite's application_id of our account files."""
VERSION = 1

_TABLES = f"""
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE store (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL);
CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    handle BLOB NOT NULL UNIQUE,  -- by which a passkey names its owner
    password TEXT,                -- Argon2id; null until enrolled
    secret TEXT,                  -- of the codes, base 32
    step INTEGER NOT NULL DEFAULT 0,  -- of the last code that was used: none is taken twice
    disabled INTEGER NOT NULL DEFAULT 0,
    made_at REAL NOT NULL,
    seen_at REAL
);
CREATE TABLE enrolments (
    token TEXT PRIMARY KEY,       -- SHA-256
    name TEXT NOT NULL UNIQUE REFERENCES accounts(name),
    secret TEXT NOT NULL,
    until REAL NOT NULL
);
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,          -- base64url
    name TEXT NOT NULL REFERENCES accounts(name),
    public_key BLOB NOT NULL,
    count INTEGER NOT NULL,
    label TEXT NOT NULL,
    added_at REAL NOT NULL,
    used_at REAL
);
CREATE TABLE sessions (
    token TEXT PRIMARY KEY,       -- SHA-256
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL REFERENCES accounts(name),
    csrf TEXT NOT NULL,
    since REAL NOT NULL,
    acted_at REAL NOT NULL,       -- when the person last did something
    until REAL NOT NULL
);
CREATE TABLE devices (
    token TEXT PRIMARY KEY,       -- SHA-256; a browser in which this person signed in before
    name TEXT NOT NULL REFERENCES accounts(name),
    until REAL NOT NULL
);
CREATE TABLE happened (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    operator TEXT NOT NULL,
    verb TEXT NOT NULL,
    target TEXT NOT NULL,
    why TEXT NOT NULL,
    arguments TEXT NOT NULL       -- JSON
);
COMMIT;
"""


class Store:
    """An open account file. Safe to use from several threads, and from a second process beside a server."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = RLock()
        try:
            if path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
            self._db.row_factory = sqlite3.Row
            self._prepare()
        except sqlite3.Error as error:
            raise OutletError(path, f"can't be opened ({error})", "Name an account file of ours.") from error
        except OSError as error:
            raise OutletError(
                path, f"can't be opened ({error.strerror})", "Name a file in a directory that is writable."
            ) from error
        self.id: str = self.one("SELECT id FROM store")["id"]
        """Names this file in the journal's keys."""

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA secure_delete = ON")
        if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            self._db.executescript(_TABLES)
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) != (APPLICATION, VERSION):
            raise sqlite3.DatabaseError("no account file of this version")
        self._db.execute("INSERT OR IGNORE INTO store VALUES (1, ?)", (secrets.token_hex(6),))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Let all of this happen or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def run(self, statement: str, *values: object) -> int:
        """Carry out a statement; the number of rows that it touched."""
        with self._lock:
            return self._db.execute(statement, values).rowcount

    def all(self, question: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows that answer a question."""
        with self._lock:
            return self._db.execute(question, values).fetchall()

    def one(self, question: str, *values: object) -> Any:  # noqa: ANN401 - a row, or None
        """Return the first row that answers a question, None where none does."""
        with self._lock:
            return self._db.execute(question, values).fetchone()
