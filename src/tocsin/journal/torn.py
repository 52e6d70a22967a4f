"""Opening a journal whose file was cut off or grew a tail of foreign bytes.

A commit is one transaction, so a process that dies leaves a whole journal. What
is left here is what disks and copies do: a file that ends early, garbage after its
last page, a write-ahead log that ends inside a frame. The journal then opens at its
last whole entry and says so; the torn file is kept beside it.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
from contextlib import suppress
from pathlib import Path

import msgspec

from tocsin.codec import decode_body
from tocsin.journal.chain import GENESIS
from tocsin.journal.errors import JournalError
from tocsin.journal.inspect import row_hash
from tocsin.journal.schema import PREPARE
from tocsin.model import Redaction

__all__ = ["Shape", "salvage", "shape"]

_MAGIC = b"SQLite format 3\0"
_WAL_HEADER = 32
_FRAME_HEADER = 24


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal's files look like from outside."""

    size: int
    whole: int
    """Bytes that the header promises; 0 where it promises nothing."""
    wal: int
    page: int

    @property
    def short(self) -> bool:
        """Whether the file ends before its last page, and no write-ahead log could hold the rest."""
        return self.wal <= _WAL_HEADER and 0 < self.size < self.whole

    @property
    def tail(self) -> int:
        """Foreign bytes after the last page."""
        return (
            self.size - self.whole if self.wal <= _WAL_HEADER and self.whole and self.size > self.whole else 0
        )

    @property
    def cut_frame(self) -> bool:
        """Whether the write-ahead log ends inside a frame."""
        if self.wal == 0:
            return False
        return self.wal < _WAL_HEADER or (self.wal - _WAL_HEADER) % (self.page + _FRAME_HEADER) != 0


def shape(path: Path) -> Shape:
    """Return the outer shape of the journal at ``path``; JournalError where it is no SQLite file."""
    wal = Path(f"{path}-wal")
    logged = wal.stat().st_size if wal.exists() else 0
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(100)
    if size == 0:
        return Shape(size=0, whole=0, wal=logged, page=4096)
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise JournalError(
            str(path),
            "is no journal: it doesn't begin like an SQLite file",
            "Give the path of a journal, or of a file that doesn't exist yet.",
        )
    page = struct.unpack(">H", header[16:18])[0]
    page = 65536 if page == 1 else page
    pages = struct.unpack(">I", header[28:32])[0] if header[24:28] == header[92:96] else 0
    return Shape(size=size, whole=page * pages, wal=logged, page=page)


def salvage(path: Path, target: sqlite3.Connection) -> tuple[int, str]:
    """Copy every whole entry of the torn journal at ``path`` into ``target``; the last number, and why it ends."""
    copy = Path(f"{path}.salvage")
    try:
        outer = shape(path)
        shutil.copyfile(path, copy)
        if Path(f"{path}-wal").exists():
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
        if outer.short:
            with copy.open("r+b") as file:
                file.truncate(outer.whole)
        source = sqlite3.connect(copy, isolation_level=None)
        try:
            return _pour(source, target)
        finally:
            source.close()
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)


def _pour(source: sqlite3.Connection, target: sqlite3.Connection) -> tuple[int, str]:
    target.executescript(PREPARE)
    target.execute("BEGIN IMMEDIATE")
    before, number, why = GENESIS, 0, "the file ends"
    redacted = _redacted(source)
    while True:
        try:
            row = source.execute(
                "SELECT number, recorded_at, kind, source, report, stub, words, hash FROM entries WHERE number = ?",
                (number + 1,),
            ).fetchone()
            text = source.execute(
                "SELECT number, salt, words FROM texts WHERE number = ?", (number + 1,)
            ).fetchone()
        except sqlite3.DatabaseError as problem:
            why = str(problem)
            break
        if row is None:
            break
        if text is None and row[6] is not None and number + 1 not in redacted:
            why = f"the text of entry {number + 1} is lost"
            break
        if _cut(row[5]) or (text is not None and _cut(text[2])):
            why = f"the bytes of entry {number + 1} end early"
            break
        if row_hash(before, row[0], row[1], row[5], row[6]) != row[7]:
            raise JournalError(
                f"entry {row[0]}",
                "the file is torn, and before its torn end the chain is broken",
                "Restore the journal from a copy.",
            )
        number, before = row[0], row[7]
        target.execute("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?)", row)
        if text is not None:
            target.execute("INSERT INTO texts VALUES (?,?,?)", text)
    target.execute("INSERT INTO head VALUES (1, ?, ?)", (number, before))
    try:
        for issued in source.execute("SELECT change, outlet, digest, sent_at FROM issued"):
            target.execute("INSERT INTO issued VALUES (?,?,?,?)", issued)
    except sqlite3.DatabaseError as problem:
        why = f"{why}; what was issued can't be read to its end: {problem}"
    target.execute("COMMIT")
    return number, why


def _cut(data: object) -> bool:
    """Whether a stored value lost its end: a missing page reads as zeros, which JSON never holds."""
    return not isinstance(data, bytes) or b"\0" in data


def _redacted(source: sqlite3.Connection) -> frozenset[int]:
    targets = []
    with suppress(sqlite3.DatabaseError, msgspec.DecodeError):
        for (stub,) in source.execute("SELECT stub FROM entries WHERE kind = 'redaction'"):
            body = decode_body(stub)
            if isinstance(body, Redaction):
                targets.append(body.target)
    return frozenset(targets)
