"""The tables of a journal, and how its file is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tocsin.journal.errors import JournalError

__all__ = ["APPLICATION", "PREPARE", "RARE", "VERSION", "connect", "connect_read_only"]

APPLICATION = 0x70C51200
"""SQLite's application_id of our files, so that nobody's other database is taken for a journal."""

VERSION = 1

PREPARE = f"""
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE entries (
    number INTEGER PRIMARY KEY,
    recorded_at TEXT NOT NULL,   -- ISO 8601, UTC
    kind TEXT NOT NULL,          -- report, deletion, order, adoption, redaction
    source TEXT,                 -- with report, what makes it idempotent
    report TEXT,
    stub BLOB NOT NULL,          -- canonical bytes of the body without its words
    words BLOB,                  -- salted digest of its words
    hash BLOB NOT NULL           -- SHA-256 over the hash before and all of this
);
CREATE INDEX entries_by_report ON entries (source, report, number) WHERE report IS NOT NULL;
CREATE TABLE texts (
    number INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    words BLOB NOT NULL          -- canonical bytes of text and structured body; removed by a redaction
);
CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL, hash BLOB NOT NULL);
CREATE TABLE issued (
    change INTEGER NOT NULL,     -- number of the change that we told people about
    outlet TEXT NOT NULL,
    digest TEXT NOT NULL,        -- of what was sent
    sent_at TEXT NOT NULL,
    PRIMARY KEY (change, outlet, digest)
) WITHOUT ROWID;
CREATE INDEX issued_by_outlet ON issued (outlet, change);
CREATE TABLE torn (number INTEGER, recorded_at TEXT, stub BLOB, hash BLOB);
COMMIT;
"""

RARE = """
CREATE INDEX IF NOT EXISTS entries_adopted ON entries (number) WHERE kind = 'adoption';
CREATE INDEX IF NOT EXISTS entries_redacted ON entries (number) WHERE kind = 'redaction';
"""
"""Indexes of the few entries that every start asks for; journals of before get them when they are opened."""


def connect(path: str) -> sqlite3.Connection:
    """Return A writing connection: WAL with full synchronisation, freed bytes overwritten with zeros (R29)."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    application, version, tables = (
        db.execute(question).fetchone()[0]
        for question in (
            "PRAGMA application_id",
            "PRAGMA user_version",
            "SELECT count(*) FROM sqlite_master",
        )
    )
    if tables == 0:
        db.executescript(PREPARE)
    else:
        expect_ours(path, application, version)
    db.executescript(RARE)
    return db


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return A reading connection that changes no byte of the file, even where its directory can't be written."""
    last: sqlite3.Error | None = None
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            db = sqlite3.connect(
                f"{path.absolute().as_uri()}?{mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=5,
            )
            application = db.execute("PRAGMA application_id").fetchone()[0]
            version = db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.OperationalError as problem:
            last = problem
            continue
        expect_ours(str(path), application, version)
        return db
    raise JournalError(str(path), f"can't be read: {last}", "Check the path and the rights of the file.")


def expect_ours(path: str, application: int, version: int) -> None:
    """Refuse a database that is no journal, or one of a later version."""
    if application != APPLICATION:
        raise JournalError(
            path, "is an SQLite database but no journal of ours", "Give the path of a journal."
        )
    if version != VERSION:
        raise JournalError(
            path, f"is a journal of version {version}, this program knows {VERSION}", "Use the newer program."
        )
