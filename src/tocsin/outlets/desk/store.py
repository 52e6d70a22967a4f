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

LIVE, EXERCISE = 0x70C5DE54, 0x70C5DE55
"""SQLite's application_id of our account files: an exercise's people are no live desk's, nor the other way (R2)."""
VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS store (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
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
CREATE TABLE IF NOT EXISTS enrolments (
    token TEXT PRIMARY KEY,       -- SHA-256
    name TEXT NOT NULL UNIQUE REFERENCES accounts(name),
    secret TEXT NOT NULL,
    until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS passkeys (
    id TEXT PRIMARY KEY,          -- base64url
    name TEXT NOT NULL REFERENCES accounts(name),
    public_key BLOB NOT NULL,
    count INTEGER NOT NULL,
    label TEXT NOT NULL,
    added_at REAL NOT NULL,
    used_at REAL
);
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY,       -- SHA-256
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL REFERENCES accounts(name),
    csrf TEXT NOT NULL,
    since REAL NOT NULL,
    acted_at REAL NOT NULL,       -- when the person last did something
    until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS devices (
    token TEXT PRIMARY KEY,       -- SHA-256; a browser in which this person signed in before
    name TEXT NOT NULL REFERENCES accounts(name),
    until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS happened (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    operator TEXT NOT NULL,
    verb TEXT NOT NULL,
    target TEXT NOT NULL,
    why TEXT NOT NULL,
    arguments TEXT NOT NULL       -- JSON
);
"""


class Store:
    """An account file, made when the first account is. Safe for several threads, and a second process beside a server."""

    def __init__(self, path: str, *, exercise: bool = False) -> None:
        self.path = path
        self._application = EXERCISE if exercise else LIVE
        self._lock = RLock()
        self._open: sqlite3.Connection | None = None
        if path == ":memory:" or Path(path).exists():
            self._connect()

    def _connect(self) -> sqlite3.Connection:
        """Open the file, made where there is none; OutletError where that can't be."""
        if self._open is not None:
            return self._open
        db: sqlite3.Connection | None = None
        try:
            if self.path != ":memory:":
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=5)
            db.row_factory = sqlite3.Row
            _prepare(db, self._application)
        except sqlite3.Error as error:
            if db is not None:
                db.close()
            raise OutletError(
                self.path, f"can't be opened ({error})", "Name an account file of ours."
            ) from error
        except OSError as error:
            raise OutletError(
                self.path,
                f"can't be opened ({error.strerror})",
                "Name a file in a directory that is writable.",
            ) from error
        self._open = db
        return db

    @property
    def id(self) -> str:
        """What names this file in the journal's keys."""
        return str(self.one("SELECT id FROM store")["id"])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    @contextmanager
    def change(self) -> Iterator[None]:
        """Let all of this happen or nothing."""
        with self._lock:
            db = self._connect()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def run(self, statement: str, *values: object) -> int:
        """Carry out a statement; the number of rows that it touched."""
        with self._lock:
            return self._connect().execute(statement, values).rowcount

    def all(self, question: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows that answer a question; asking makes no file."""
        with self._lock:
            if self._open is None and not Path(self.path).exists():
                return []
            return self._connect().execute(question, values).fetchall()

    def one(self, question: str, *values: object) -> Any:  # noqa: ANN401 - a row, or None
        """Return the first row that answers a question, None where none does."""
        return next(iter(self.all(question, *values)), None)


def _prepare(db: sqlite3.Connection, ours: int) -> None:
    """Make the tables of a new file, or see that they are ours; two processes may do so at once."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        mark = f"PRAGMA application_id = {ours}; PRAGMA user_version = {VERSION};"
        db.executescript(f"BEGIN IMMEDIATE; {mark} {_TABLES} COMMIT;")
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if application != ours and application in {LIVE, EXERCISE}:
        whose = "an exercise's" if application == EXERCISE else "a live desk's"
        raise sqlite3.DatabaseError(f"these are {whose} accounts")
    if (application, version) != (ours, VERSION):
        raise sqlite3.DatabaseError("no account file of this version")
    db.execute("INSERT OR IGNORE INTO store VALUES (1, ?)", (secrets.token_hex(6),))
