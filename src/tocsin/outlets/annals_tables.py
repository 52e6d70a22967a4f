"""The tables of the annals, and how an interval finds its place in them."""

from __future__ import annotations

import msgspec

from tocsin.outlets.publication import EMPTY_HEAD

__all__ = ["APPLICATION", "BLOCK", "PREPARE", "SETTINGS", "VERSION", "Counters", "close_version"]

APPLICATION = 0x70C51201
"""SQLite's application_id of annals."""
VERSION = 1
BLOCK = 256
"""Changes in one packed block."""
_LEVELS = 62

SETTINGS = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -16000;
"""

PREPARE = f"""
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE counters (only INTEGER PRIMARY KEY CHECK (only = 1), told BLOB NOT NULL);
-- Versions that stand. Times are microseconds: v0 since when in the world, t0 since when recorded.
CREATE TABLE open (
    side INTEGER, kind TEXT, name TEXT, v0 INTEGER NOT NULL, t0 INTEGER NOT NULL, noun BLOB NOT NULL,
    PRIMARY KEY (side, kind, name)
) WITHOUT ROWID;
-- Versions that were followed by another, by how long they stood: an interval of level n is shorter than
-- 2^n microseconds, so whatever holds at an instant began at most that long before it.
CREATE TABLE closed (
    level INTEGER, lo INTEGER, row INTEGER, hi INTEGER NOT NULL,
    v0 INTEGER NOT NULL, v1 INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL,
    sliced INTEGER NOT NULL,     -- whether it goes on being known to have held from v0 to v1
    side INTEGER NOT NULL, kind TEXT NOT NULL, noun BLOB NOT NULL,
    PRIMARY KEY (level, lo, row)
) WITHOUT ROWID;
CREATE TABLE levels (n INTEGER PRIMARY KEY, span INTEGER NOT NULL);
WITH RECURSIVE each(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {_LEVELS})
INSERT INTO levels SELECT n, 1 << n FROM each;
CREATE TABLE heard (side INTEGER, source TEXT, at INTEGER, said INTEGER NOT NULL, PRIMARY KEY (side, source, at)) WITHOUT ROWID;
CREATE TABLE sources (source TEXT PRIMARY KEY) WITHOUT ROWID;
-- Changes: packed by {BLOCK}, and the last few one by one.
CREATE TABLE blocks (side INTEGER, first INTEGER, data BLOB NOT NULL, PRIMARY KEY (side, first));
CREATE TABLE tail (side INTEGER, number INTEGER, data BLOB NOT NULL, PRIMARY KEY (side, number)) WITHOUT ROWID;
CREATE TABLE about (side INTEGER, alert TEXT, number INTEGER, PRIMARY KEY (side, alert, number)) WITHOUT ROWID;
COMMIT;
"""  # noqa: S608 - constants of our own


class Counters(msgspec.Struct, kw_only=True):
    """How far the annals go."""

    key: str
    """Of which code, policy, data and journal they are."""
    entry: int = 0
    reached: int = 0
    """Instant in microseconds."""
    desk: int = 0
    published: int = 0
    head: str = EMPTY_HEAD
    sequences: list[int] = msgspec.field(default_factory=lambda: [0, 0, 0])
    rows: int = 0


def close_version(
    key: tuple[int, str, str], known: tuple[int, int, bytes], at: int, *, sliced: bool
) -> tuple[object, ...] | None:
    """Return the row of a version that ends at an instant, without its own number; None where it never showed.

    ``sliced`` tells that the world moved on: it goes on being known that it held until then.
    """
    v0, t0, noun = known
    v1 = max(at, v0)
    lo, hi = (min(v0, t0), v1) if sliced else (t0, at)
    hi = max(hi, at)
    if hi <= lo:
        return None
    return ((hi - lo).bit_length(), lo, hi, v0, v1, t0, at, int(sliced), key[0], key[1], noun)
