"""The check of a chain: every entry against the one before it, every text against its digest."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from tocsin.codec import decode_body
from tocsin.journal.chain import GENESIS, link, salted
from tocsin.model import Problem, Redaction

__all__ = ["Flaw", "Mark", "flaws", "row_hash"]

ROWS = """
SELECT e.number, e.recorded_at, e.kind, e.stub, e.words, e.hash, t.salt, t.words
FROM entries e LEFT JOIN texts t ON t.number = e.number WHERE e.number > ? ORDER BY e.number
"""

_RESTORE = "Restore the journal from a copy, or serve a new one beside it; `tocsin verify` lists every flaw."


class Mark(msgspec.Struct, frozen=True):
    """An entry up to which the chain was found whole before, and its hash."""

    number: int
    hash: bytes

    def stands(self, db: sqlite3.Connection) -> bool:
        """Whether the journal still has that entry with that hash."""
        row = db.execute("SELECT hash FROM entries WHERE number = ?", (self.number,)).fetchone()
        return row is not None and row[0] == self.hash


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one entry; ``torn`` where its bytes end early rather than say something else."""

    number: int
    what: str
    torn: bool = False

    def problem(self, path: str) -> Problem:
        """Return the flaw as a problem that names the entry."""
        return Problem(where=f"{path}, entry {self.number}", what=self.what, remedy=_RESTORE)


def row_hash(before: bytes, number: int, recorded_at: str, stub: bytes, words: bytes | None) -> bytes:
    """Return the hash that a stored row ought to have after ``before``."""
    return link(before, number, datetime.fromisoformat(recorded_at), stub, words)


def _whole(stub: object, recorded_at: object, hashed: object) -> bool:
    if not isinstance(stub, bytes) or not isinstance(recorded_at, str) or not isinstance(hashed, bytes):
        return False
    try:
        decode_body(stub)
        datetime.fromisoformat(recorded_at)
    except (msgspec.DecodeError, ValueError):
        return False
    return len(hashed) == len(GENESIS)


def flaws(
    db: sqlite3.Connection, trusted: Mark | None = None, pace: Callable[[int], None] | None = None
) -> Iterator[Flaw]:
    """Every flaw of the chain, in order; nothing where the chain holds from first entry to last.

    What comes up to a ``trusted`` entry is taken as whole; ``pace`` is called with each number.
    """
    before, expected = (GENESIS, 1) if trusted is None else (trusted.hash, trusted.number + 1)
    bare: list[int] = []
    redacted: dict[int, int] = {}
    for number, recorded_at, kind, stub, words, hashed, salt, text in db.execute(ROWS, (expected - 1,)):
        if pace is not None:
            pace(number)
        if number != expected:
            yield Flaw(number=number, what=f"entry {expected} is missing before it")
        if not _whole(stub, recorded_at, hashed):
            yield Flaw(number=number, what="its bytes are not whole", torn=True)
            before, expected = (hashed if isinstance(hashed, bytes) else GENESIS), number + 1
            continue
        if row_hash(before, number, recorded_at, stub, words) != hashed:
            yield Flaw(
                number=number, what="the chain is broken: its hash doesn't follow from the entry before"
            )
        whole = isinstance(text, bytes) and isinstance(salt, bytes) and words is not None
        if text is not None and not (whole and salted(salt, text) == words):
            yield Flaw(number=number, what="its text is not the text that was recorded")
        if words is not None and text is None:
            bare.append(number)
        if kind == "redaction":
            body = decode_body(stub)
            if isinstance(body, Redaction):
                redacted[body.target] = number
        before, expected = hashed, number + 1
    yield from (
        Flaw(number=number, what="its text is gone, and no redaction took it away")
        for number in bare
        if redacted.get(number, 0) <= number
    )
    at, hashed = db.execute("SELECT number, hash FROM head").fetchone() or (0, GENESIS)
    if (at, hashed) != (expected - 1, before):
        yield Flaw(number=at, what=f"the journal's head names it, but the last entry is {expected - 1}")
