"""The annals: every change, and every version of every noun, in a file beside the journal (docs/journal.md, ADR 7).

They are derived: whoever deletes them loses nothing but the time in which the
journal is folded anew. What was written is handed over by the loop and put down by
a thread of its own, so that nobody who waits for an alarm waits for a disk. Numbers
and sequences are functions of the journal, so what is told twice is written once.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, RLock, Thread
from typing import Any, NamedTuple
from zlib import compress, decompress

import msgspec

from tocsin.codec import decode_change, encode
from tocsin.model import Change
from tocsin.outlets.annals_tables import (
    APPLICATION,
    BLOCK,
    PREPARE,
    SETTINGS,
    VERSION,
    Counters,
    close_version,
)
from tocsin.outlets.publication import EMPTY_HEAD, Published

__all__ = ["BOTH", "DESK", "PUBLIC", "Annals", "Version", "micros"]

log = logging.getLogger(__name__)

BOTH, DESK, PUBLIC = 0, 1, 2
"""Whose view a version is part of."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_BATCH = 4000
_REMEMBERED = 16
"""Blocks of changes that are kept unpacked."""
_QUEUED = 2_000


def micros(at: datetime) -> int:
    """Return an instant as whole microseconds since 1970."""
    return (at - _EPOCH) // _MICRO


class Version(NamedTuple):
    """A noun as it stands from an instant on; without noun it is gone, and ``last`` is what was said of it then."""

    side: int
    sequence: int
    kind: str
    name: str
    at: datetime
    since: datetime | None
    """From when on it holds in the world, where that is earlier."""
    move: bool
    noun: Any
    last: Any = None


class Heard(NamedTuple):
    """A source was heard: what the desk (or the public) knows of the age of its word from an instant on."""

    side: int
    source: str
    at: datetime
    said: datetime


class Mark(NamedTuple):
    """Everything up to this entry and instant has been handed over."""

    entry: int
    reached: datetime


Item = Version | Heard | Mark | Change | Published


class Annals:
    """The store and its one writing thread. Any thread may read."""

    def __init__(self, db: sqlite3.Connection, path: str | None, key: str) -> None:
        self.path = path
        self.key = key
        self.trouble: str | None = None
        """Why nothing is written any more; None while all is well."""
        self.lock = RLock()
        self.reading = self.lock if path is None else RLock()
        self._db = db
        self._live: dict[tuple[int, str, str], tuple[int, int, bytes]] = {}
        self._parts: dict[int, list[bytes]] = {DESK: [], PUBLIC: []}
        self._blocks: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()
        self.counters = self._load()
        """As far as it is written for good."""
        self.reader = (
            db if path is None else sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        )
        self._queue: SimpleQueue[tuple[Item, ...] | Event | None] = SimpleQueue()
        self._thread: Thread | None = None

    # --- opening and closing

    @classmethod
    def open(cls, path: str | Path | None, key: str = "", *, anew: bool = True) -> Annals:
        """Return the annals at a path, empty where ``anew`` or where they are of another ``key`` or damaged.

        Without a path they live in a temporary file of their own.
        """
        if path is None:
            db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            db.executescript(PREPARE)
            return cls(db, None, key)
        if not anew:
            found = cls._there(Path(path), key)
            if found is not None:
                return found
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        db.executescript(SETTINGS + PREPARE)
        return cls(db, str(path), key)

    @classmethod
    def _there(cls, path: Path, key: str) -> Annals | None:
        if not path.is_file():
            return None
        try:
            db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1)
            told = (
                db.execute("PRAGMA application_id").fetchone()[0],
                db.execute("PRAGMA user_version").fetchone()[0],
            )
            if told != (APPLICATION, VERSION):
                db.close()
                return None
            db.executescript(SETTINGS)
            found = cls(db, str(path), key)
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            log.warning("the annals %s can't be read (%s) and are made anew", path.name, error)
            return None
        if found.counters.key != key:
            log.info("the annals %s are of another version, policy or data and are made anew", path.name)
            found.close()
            return None
        return found

    @classmethod
    def beside(cls, path: Path, code: str, first: str) -> Annals | None:
        """Return the annals at a path to be read only; None where they are not of this code and journal."""
        if not path.is_file():
            return None
        try:
            db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            found = cls(db, None, "")
        except (sqlite3.Error, msgspec.MsgspecError):
            return None
        told = found.counters.key
        if told.startswith(code) and told.endswith(first):
            return found
        found.close()
        return None

    def _load(self) -> Counters:
        row = self._db.execute("SELECT told FROM counters").fetchone()
        if row is None:
            return Counters(key=self.key)
        for side, kind, name, v0, t0, noun in self._db.execute(
            "SELECT side, kind, name, v0, t0, noun FROM open"
        ):
            self._live[side, kind, name] = (v0, t0, noun)
        for side, data in self._db.execute("SELECT side, data FROM tail ORDER BY side, number"):
            self._parts[side].append(data)
        return msgspec.json.decode(row[0], type=Counters)

    def close(self) -> None:
        """Write what was handed over, and close the file."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=60)
            self._thread = None
        with self.lock, self.reading:
            if self.reader is not self._db:
                self.reader.close()
            self._db.close()

    def drop(self) -> None:
        """Close and delete the files: no byte of them is left (R29)."""
        self.close()
        if self.path is not None:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    # --- writing

    def take(self, items: tuple[Item, ...]) -> None:
        """Hand over what was seen, in its order; returns at once."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="annals", daemon=True)
            self._thread.start()
        self._queue.put(items)

    @property
    def crowded(self) -> bool:
        """Whether so much waits to be written that who has time should let it be written first."""
        return self._queue.qsize() > _QUEUED

    def flush(self) -> None:
        """Wait until everything that was handed over is written; not for the loop."""
        if self._thread is not None:
            written = Event()
            self._queue.put(written)
            while not written.wait(0.5):
                if not self._thread.is_alive():
                    return

    def sync(self) -> None:
        """Wait until everything is written so that it survives a loss of power."""
        self.flush()
        with self.lock, suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def _run(self) -> None:
        ending = False
        while not ending:
            batch: list[Item] = []
            waiting: list[Event] = []
            got = self._queue.get()
            try:
                while got is not None:
                    if isinstance(got, Event):
                        waiting.append(got)
                    else:
                        batch.extend(got)
                    if len(batch) >= _BATCH:
                        break
                    got = self._queue.get_nowait()
            except Empty:
                pass
            ending = got is None
            if batch and self.trouble is None:
                try:
                    self._write(batch)
                except (sqlite3.Error, OSError) as error:
                    log.exception("the annals can't be written")
                    self.trouble = f"the annals can't be written: {error}"
            for one in waiting:
                one.set()

    def _write(self, batch: Sequence[Item]) -> None:
        told = msgspec.structs.replace(self.counters, sequences=list(self.counters.sequences))
        opened: dict[tuple[int, str, str], tuple[int, int, bytes] | None] = {}
        closed: list[tuple[object, ...]] = []
        heard: list[tuple[object, ...]] = []
        about: list[tuple[object, ...]] = []
        changes: dict[int, list[tuple[int, bytes]]] = {DESK: [], PUBLIC: []}
        for one in batch:
            if isinstance(one, Version):
                self._version(one, told, opened, closed)
            elif isinstance(one, Heard):
                heard.append((one.side, one.source, micros(one.at), micros(one.said)))
            elif isinstance(one, Mark):
                told.entry, told.reached = max(told.entry, one.entry), max(told.reached, micros(one.reached))
            else:
                self._change(one, told, changes, about)
        with self.lock:
            db = self._db
            db.execute("BEGIN IMMEDIATE")
            try:
                db.executemany(
                    "DELETE FROM open WHERE side=? AND kind=? AND name=?",
                    [key for key, row in opened.items() if row is None],
                )
                db.executemany(
                    "INSERT OR REPLACE INTO open VALUES (?,?,?,?,?,?)",
                    [(*key, *row) for key, row in opened.items() if row is not None],
                )
                db.executemany("INSERT OR IGNORE INTO closed VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", closed)
                db.executemany("INSERT OR IGNORE INTO heard VALUES (?,?,?,?)", heard)
                db.executemany(
                    "INSERT OR IGNORE INTO sources VALUES (?)",
                    [(each,) for each in {row[1] for row in heard}],
                )
                db.executemany("INSERT OR IGNORE INTO about VALUES (?,?,?)", about)
                for side, rows in changes.items():
                    self._put_changes(side, rows)
                db.execute("INSERT OR REPLACE INTO counters VALUES (1,?)", (encode(told),))
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise
        self.counters = told

    def _version(
        self,
        one: Version,
        told: Counters,
        opened: dict[tuple[int, str, str], tuple[int, int, bytes] | None],
        closed: list[tuple[object, ...]],
    ) -> None:
        if one.sequence <= told.sequences[one.side]:
            return
        told.sequences[one.side] = one.sequence
        key = (one.side, one.kind, one.name)
        at = micros(one.at)
        known = self._live.get(key)
        fresh: tuple[int, int, bytes] | None = None
        if one.noun is not None:
            v0 = at if one.since is None else min(at, micros(one.since))
            if known is not None:
                v0 = max(at, known[0]) if one.move else known[0]
            fresh = (v0, at, encode(one.noun))
        if known is not None:
            row = close_version(key, known, at, sliced=one.move)
            if row is not None:
                told.rows += 1
                closed.append((*row[:2], told.rows, *row[2:]))
            if fresh is None and not one.move and one.last is not None:
                # Taken back: as known from now on it was so told, and held while it stood.
                row = close_version(key, (known[0], at, encode(one.last)), at, sliced=True)
                if row is not None:
                    told.rows += 1
                    closed.append((*row[:2], told.rows, *row[2:]))
        opened[key] = fresh
        if fresh is None:
            self._live.pop(key, None)
        else:
            self._live[key] = fresh

    def _change(
        self,
        one: Change | Published,
        told: Counters,
        changes: dict[int, list[tuple[int, bytes]]],
        about: list[tuple[object, ...]],
    ) -> None:
        if isinstance(one, Published):
            side, change = PUBLIC, one.change
            number = change.number
            if number <= told.published:
                return
            told.published = number
            told.head = one.head
            data = msgspec.msgpack.encode((one.data, encode(change), one.head))
        else:
            side, change = DESK, one
            number = change.number
            if number <= told.desk:
                return
            told.desk = number
            data = encode(change)
        changes[side].append((number, data))
        if change.fact.type in {"alert", "statement"}:
            about.append((side, getattr(change.fact.noun, "id", ""), number))

    def _put_changes(self, side: int, rows: list[tuple[int, bytes]]) -> None:
        part = self._parts[side]
        left: list[tuple[int, int, bytes]] = []
        packed = 0
        for number, data in rows:
            part.append(data)
            left.append((side, number, data))
            if len(part) == BLOCK:
                block = compress(msgspec.msgpack.encode(part), 1)
                row = (side, number - BLOCK + 1, block)
                self._db.execute("INSERT OR REPLACE INTO blocks VALUES (?,?,?)", row)
                packed = number
                part.clear()
                left.clear()
        if packed:
            self._db.execute("DELETE FROM tail WHERE side=? AND number<=?", (side, packed))
        self._db.executemany("INSERT OR REPLACE INTO tail VALUES (?,?,?)", left)

    # --- reading changes again

    def changes(self, after: int, limit: int) -> list[Change]:
        """Return changes of the desk after a number, as far as they are written."""
        return [decode_change(data) for data in self._rows(DESK, after, limit)]

    def published(self, after: int, limit: int) -> list[tuple[bytes, Change, str]]:
        """Return published changes after a number, each with its bytes as they went out, and the chain's head."""
        found = []
        for data in self._rows(PUBLIC, after, limit):
            told, change, head = msgspec.msgpack.decode(data)
            found.append((told, decode_change(change), head))
        return found

    def head(self, number: int) -> str | None:
        """Return the head of the public chain after a published change; None where it isn't written."""
        if number == 0:
            return EMPTY_HEAD
        rows = self._rows(PUBLIC, number - 1, 1)
        return str(msgspec.msgpack.decode(rows[0])[2]) if rows else None

    def about(self, alert: str, *, desk: bool) -> list[Change]:
        """Return the changes of one alert, or of one statement, in order."""
        side = DESK if desk else PUBLIC
        with self.reading:
            numbers = [
                row[0]
                for row in self.reader.execute(
                    "SELECT number FROM about WHERE side=? AND alert=? ORDER BY number", (side, alert)
                )
            ]
        if desk:
            return [one for number in numbers for one in self.changes(number - 1, 1)]
        return [one for number in numbers for _, one, _ in self.published(number - 1, 1)]

    def _rows(self, side: int, after: int, limit: int) -> list[bytes]:
        found: list[bytes] = []
        number = max(after, 0) + 1
        last = self.counters.desk if side == DESK else self.counters.published
        until = min(last, max(after, 0) + limit)
        while number <= until:
            first = (number - 1) // BLOCK * BLOCK + 1
            block = self._block(side, first)
            part = block[number - first : until - first + 1]
            if not part:
                break
            found.extend(part)
            number += len(part)
        return found

    def _block(self, side: int, first: int) -> list[bytes]:
        with self.reading:
            known = self._blocks.get((side, first))
            if known is not None:
                self._blocks.move_to_end((side, first))
                return known
            row = self.reader.execute(
                "SELECT data FROM blocks WHERE side=? AND first=?", (side, first)
            ).fetchone()
            if row is None:
                return [
                    each[0]
                    for each in self.reader.execute(
                        "SELECT data FROM tail WHERE side=? AND number>=? ORDER BY number", (side, first)
                    )
                ]
            block: list[bytes] = msgspec.msgpack.decode(decompress(row[0]))
            self._blocks[side, first] = block
            while len(self._blocks) > _REMEMBERED:
                self._blocks.popitem(last=False)
            return block
