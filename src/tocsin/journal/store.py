"""The journal: numbered, chained, append-only, durable when a call returns."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import RLock
from time import sleep
from typing import IO, Self

import msgspec

from tocsin.codec import decode, decode_body, encode, instant
from tocsin.journal.chain import GENESIS, join, link, salted, split
from tocsin.journal.errors import JournalError
from tocsin.journal.inspect import Mark, flaws
from tocsin.journal.lock import hold
from tocsin.journal.opening import open_file, settle
from tocsin.journal.schema import connect
from tocsin.model import Adoption, Body, Deletion, Entry, Order, Problem, Redaction, Remains, Report

__all__ = ["Admission", "Issued", "Journal"]

_CHUNK = 500
_SLICE = 250
_REST = 0.05
"""Entries that are examined in one go, and seconds of rest after them."""


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one body: its entry and whether it is new, or the problem that kept it out."""

    entry: Entry | None = None
    fresh: bool = False
    problem: Problem | None = None


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """What we told people: a fact and no derivation, so no replay changes it."""

    change: int
    outlet: str
    digest: str
    sent_at: datetime


class Journal:
    """One SQLite file that holds all that was ever received and ordered.

    Safe to use from several threads of one process; a second process may read
    along, and a second writer is refused.
    """

    def __init__(self, path: str, db: sqlite3.Connection, salt: bytes | None, notes: Sequence[str]) -> None:
        self.path = path
        self.notes: tuple[str, ...] = tuple(notes)
        """What opening it found out of order: a torn tail and where it ends."""
        self._db = db
        self._salt = salt
        self._lock = RLock()
        self._held: IO[bytes] | None = None
        number, hashed = db.execute("SELECT number, hash FROM head").fetchone() or (0, GENESIS)
        self._number: int = number
        self._hash: bytes = hashed
        row = db.execute("SELECT recorded_at FROM entries WHERE number = ?", (number,)).fetchone()
        self._last = datetime.fromisoformat(row[0]) if row else datetime.min.replace(tzinfo=UTC)
        self._remains: dict[int, Remains] = {}
        self._origins: dict[int, str] = {}
        self._remember()

    def _remember(self) -> None:
        """Look up what is left of reports whose words were removed."""
        for (stub,) in self._db.execute("SELECT stub FROM entries WHERE kind = 'redaction'").fetchall():
            body = decode_body(stub)
            if isinstance(body, Redaction) and body.kept:
                kept = decode(body.kept, Remains)
                self._remains[body.target] = kept
                self._origins.update(kept.copies)

    @property
    def remains(self) -> Mapping[int, Remains]:
        """What is left of reports whose words were removed, by entry."""
        return self._remains

    # --- opening and closing

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        salt: bytes | None = None,
        read_only: bool = False,
        check: bool = True,
        trusted: tuple[int, str] | None = None,
    ) -> Journal:
        """Return the journal at ``path``, made where there is none; JournalError where it can't be trusted.

        ``salt`` makes the salts of texts a function of the entry, for journals
        that must come out equal twice; leave it out wherever texts are real.
        ``read_only`` never makes or mends a file. ``check=False`` opens a broken
        chain, for ``verify``. ``:memory:`` is a journal that nobody keeps.
        ``trusted`` names an entry and its hash up to which the chain was found
        whole before: only what follows is checked now.
        """
        mark = Mark(trusted[0], bytes.fromhex(trusted[1])) if trusted is not None else None
        try:
            if str(path) == ":memory:":
                return cls(":memory:", connect(":memory:"), salt, ())
            file = Path(path)
            if read_only and not file.is_file():
                raise JournalError(str(path), "there is no such journal", "Check the path.")
            db, notes = open_file(file, read_only=read_only, trusted=mark)
            try:
                if check:
                    notes += settle(db, str(path), read_only=read_only, trusted=mark)
                return cls(str(path), db, salt, notes)
            except BaseException:
                db.close()
                raise
        except sqlite3.Error as problem:
            raise JournalError(
                str(path), f"can't be opened: {problem}", "Check the path, its rights and the disk."
            ) from problem
        except OSError as problem:
            raise JournalError(
                str(path), f"can't be opened: {problem.strerror}", "Check the path, its rights and the disk."
            ) from problem

    def hold(self) -> None:
        """Claim to be the one writer for as long as this is open; JournalError where another process is.

        Where the system knows no advisory locks, a second writer is found at its first write.
        """
        if self.path != ":memory:":
            self._held = hold(self.path)

    def close(self) -> None:
        """Close the file; everything that was appended is in it."""
        with self._lock:
            self._db.close()
            if self._held is not None:
                self._held.close()
                self._held = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash, in hexadecimal, of the last entry; (0, ...) before the first."""
        return self._number, self._hash.hex()

    def append(self, bodies: Sequence[Body], recorded_at: datetime) -> tuple[Entry, ...]:
        """Return the entry of each body, durable; a body that is there already gives the entry it has.

        Nothing is written, and JournalError raised, where one of them conflicts
        with an entry of the same source and id.
        """
        with self._lock, self._transaction():
            admitted = self._admit(bodies, recorded_at)
            for one in admitted:
                if one.problem is not None:
                    raise JournalError(one.problem.where, one.problem.what, one.problem.remedy)
            return tuple(one.entry for one in admitted if one.entry is not None)

    def admit(self, bodies: Sequence[Body], recorded_at: datetime) -> tuple[Admission, ...]:
        """Return what became of each body, in one durable transaction; a conflict keeps out itself alone."""
        with self._lock, self._transaction():
            return self._admit(bodies, recorded_at)

    def redact(
        self,
        target: int,
        operators: Sequence[str],
        why: str,
        recorded_at: datetime,
        kept: Remains | None = None,
    ) -> Entry:
        """Remove the words of entry ``target`` for good, by order of two persons, and record that (R29).

        ``kept`` is what had been read from it, without its words; later folds go by it. Afterwards ``verify`` still passes and no byte of the words is left in the file.
        """
        if len(set(operators)) < 2:
            raise JournalError(
                f"entry {target}", "a redaction needs two persons", "Let a second operator sign it."
            )
        with self._lock:
            with self._transaction():
                row = self._db.execute("SELECT words FROM entries WHERE number = ?", (target,)).fetchone()
                if row is None or row[0] is None:
                    raise JournalError(
                        f"entry {target}", "has no text that could be removed", "Give the number of a report."
                    )
                self._db.execute("DELETE FROM texts WHERE number = ?", (target,))
                told = "" if kept is None else encode(kept).decode()
                body = Redaction(target=target, operators=tuple(sorted(set(operators))), why=why, kept=told)
                admitted = self._admit([body], recorded_at)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._remember()
        entry = admitted[0].entry
        assert entry is not None  # noqa: S101 - a redaction is never a duplicate
        return entry

    def _transaction(self) -> _Transaction:
        return _Transaction(self)

    def _admit(self, bodies: Sequence[Body], recorded_at: datetime) -> tuple[Admission, ...]:
        at = max(recorded_at.astimezone(UTC), self._last)
        stamp = instant(at)
        number, hashed = self._number, self._hash
        entries: list[tuple[object, ...]] = []
        texts: list[tuple[int, bytes, bytes]] = []
        gathered: dict[tuple[str, str], list[Entry]] = {}
        admitted: list[Admission] = []
        for body in bodies:
            source, report = _identity(body)
            if report is not None and (met := self._met(body, source, report, gathered)) is not None:
                admitted.append(met)
                continue
            stub, words = split(body)
            number += 1
            digest = None
            if words is not None:
                salt = self._salt_of(number)
                digest = salted(salt, words)
                texts.append((number, salt, words))
            hashed = link(hashed, number, at, stub, digest)
            kind = str(type(body).__struct_config__.tag)
            entries.append((number, stamp, kind, source, report, stub, digest, hashed))
            entry = Entry(number=number, recorded_at=at, body=body)
            if source is not None and report is not None:
                gathered.setdefault((source, report), []).append(entry)
            admitted.append(Admission(entry=entry, fresh=True))
        if entries:
            self._db.executemany("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?)", entries)
            self._db.executemany("INSERT INTO texts VALUES (?,?,?)", texts)
            self._db.execute("INSERT OR REPLACE INTO head VALUES (1,?,?)", (number, hashed))
            self._number, self._hash, self._last = number, hashed, at
        return tuple(admitted)

    def _salt_of(self, number: int) -> bytes:
        if self._salt is None:
            return secrets.token_bytes(16)
        return sha256(self._salt + str(number).encode()).digest()[:16]

    def _met(
        self, body: Body, source: str | None, report: str, gathered: dict[tuple[str, str], list[Entry]]
    ) -> Admission | None:
        known = [*self._rows("e.source = ? AND e.report = ?", (source, report))]
        known += gathered.get((source or "", report), [])
        for entry in known:
            if _same(entry.body, body) or self._redacted(entry):
                return Admission(entry=entry)
        if not known or (isinstance(body, Report) and body.replaces):
            return None
        return Admission(
            problem=Problem(
                where=f"{source}:{report}",
                what=f"entry {known[-1].number} has this id with other content",
                remedy="Send an edited report with `replaces`, another report under its own id.",
            )
        )

    def _redacted(self, entry: Entry) -> bool:
        if not isinstance(entry.body, Report) or entry.number > self._number:
            return False
        return self._db.execute("SELECT 1 FROM texts WHERE number = ?", (entry.number,)).fetchone() is None

    # --- reading

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Every entry after number ``after``, in order, up to ``until`` or the head at the time of asking."""
        last = self._number if until is None else min(until, self._number)
        while after < last:
            with self._lock:
                rows = list(self._rows("e.number > ? AND e.number <= ?", (after, min(last, after + _CHUNK))))
            yield from rows
            after += _CHUNK

    def find(self, source: str, report: str) -> Entry | None:
        """Return the newest entry of a source's report (or deletion) with this id."""
        with self._lock:
            rows = list(self._rows("e.source = ? AND e.report = ?", (source, report)))
        return rows[-1] if rows else None

    def every(self, source: str, report: str) -> tuple[Entry, ...]:
        """Return every entry of a report under this id, oldest first."""
        with self._lock:
            rows = tuple(self._rows("e.source = ? AND e.report = ?", (source, report)))
        return tuple(entry for entry in rows if isinstance(entry.body, Report))

    def around(self, at: datetime, window: timedelta) -> tuple[Entry, ...]:
        """Return the entries that were recorded within a window of an instant, in order."""
        first, last = instant(at - window), instant(at + window)
        with self._lock:
            return tuple(self._rows("e.recorded_at BETWEEN ? AND ?", (first, last)))

    def versions(self, source: str, report: str) -> tuple[Report, ...]:
        """Return every report that came under this id, newest first."""
        with self._lock:
            rows = list(self._rows("e.source = ? AND e.report = ?", (source, report)))
        return tuple(entry.body for entry in reversed(rows) if isinstance(entry.body, Report))

    def adopted(self, kind: str) -> Adoption | None:
        """Return the newest adoption of this kind."""
        with self._lock:
            rows = [e.body for e in self._rows("e.kind = 'adoption'", ()) if isinstance(e.body, Adoption)]
        return next((body for body in reversed(rows) if body.kind == kind), None)

    def entry(self, number: int) -> Entry | None:
        """Return the entry of this number."""
        with self._lock:
            return next(self._rows("e.number = ?", (number,)), None)

    def _rows(self, where: str, values: tuple[object, ...]) -> Iterator[Entry]:
        for number, recorded_at, stub, words in self._db.execute(
            "SELECT e.number, e.recorded_at, e.stub, t.words FROM entries e"  # noqa: S608 - conditions of our own
            f" LEFT JOIN texts t ON t.number = e.number WHERE {where} ORDER BY e.number",
            values,
        ).fetchall():
            at, body = datetime.fromisoformat(recorded_at), join(stub, words)
            kept = self._remains.get(number) if words is None else None
            if kept is None or not isinstance(body, Report):
                yield Entry(number=number, recorded_at=at, body=body, origin=self._origins.get(number))
            else:
                body = msgspec.structs.replace(body, structured=kept.structured)
                origin = kept.origin or self._origins.get(number)
                yield Entry(number=number, recorded_at=at, body=body, said=kept.reading, origin=origin)

    def hash_of(self, number: int) -> str | None:
        """Return the hash of an entry in hexadecimal."""
        with self._lock:
            row = self._db.execute("SELECT hash FROM entries WHERE number = ?", (number,)).fetchone()
        return row[0].hex() if row else None

    def sent_up_to(self, outlet: str) -> int:
        """Return the number of the last change that an outlet is recorded to have sent; 0 for none."""
        with self._lock:
            row = self._db.execute("SELECT max(change) FROM issued WHERE outlet = ?", (outlet,)).fetchone()
        return row[0] or 0

    def examine(self, going: Callable[[], bool]) -> list[Problem]:
        """Verify the whole chain beside everything else, slowly and over a connection of its own.

        For a journal that was opened by a mark; it ends without a finding when ``going`` says no.
        """

        def pace(number: int) -> None:
            if number % _SLICE == 0:
                if not going():
                    raise _EndedError
                sleep(_REST)

        with Journal.open(
            self.path, read_only=True, check=False, trusted=(self.head[0], self.head[1])
        ) as book:
            try:
                return book.verify(pace)
            except _EndedError:
                return []

    def verify(self, pace: Callable[[int], None] | None = None) -> list[Problem]:
        """Everything that is wrong with the chain, first entry to last; an empty list where it holds.

        ``pace`` is called with each entry's number: who has time sleeps in it.
        """
        with self._lock:
            try:
                return [flaw.problem(self.path) for flaw in flaws(self._db, pace=pace)]
            except sqlite3.DatabaseError as problem:
                remedy = "Restore the journal from a copy."
                return [Problem(where=self.path, what=f"can't be read to its end: {problem}", remedy=remedy)]

    # --- what was issued

    def issue(self, sent: Sequence[Issued]) -> None:
        """Record what was sent; the same message twice is recorded once."""
        with self._lock, self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO issued VALUES (?,?,?,?)",
                [(one.change, one.outlet, one.digest, instant(one.sent_at)) for one in sent],
            )

    def issued(
        self, outlet: str | None = None, after: int = 0, limit: int | None = None
    ) -> tuple[Issued, ...]:
        """Return what was sent for changes after ``after``, by change and outlet, at most ``limit`` of it."""
        with self._lock:
            rows = self._db.execute(
                "SELECT change, outlet, digest, sent_at FROM issued"
                " WHERE change > ?1 AND (?2 IS NULL OR outlet = ?2) ORDER BY change, outlet, digest LIMIT ?3",
                (after, outlet, -1 if limit is None else limit),
            ).fetchall()
        return tuple(
            Issued(change=change, outlet=name, digest=digest, sent_at=datetime.fromisoformat(sent_at))
            for change, name, digest, sent_at in rows
        )


class _EndedError(Exception):
    """Nobody waits for the examination any more."""


class _Transaction:
    """One durable transaction: all of it or nothing, and the head in memory with it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._before = (journal._number, journal._hash, journal._last)  # noqa: SLF001

    def __enter__(self) -> None:
        journal = self._journal
        try:
            journal._db.execute("BEGIN IMMEDIATE")  # noqa: SLF001
        except sqlite3.Error as problem:
            raise _unwritten(journal.path, problem) from problem
        row = journal._db.execute("SELECT number FROM head").fetchone()  # noqa: SLF001
        if (row[0] if row else 0) != journal._number:  # noqa: SLF001
            journal._db.execute("ROLLBACK")  # noqa: SLF001
            raise JournalError(
                journal.path, "another process writes to it", "Stop one of the two; a journal has one writer."
            )

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        journal = self._journal
        try:
            if kind is None:
                journal._db.execute("COMMIT")  # noqa: SLF001
                return
        except sqlite3.Error as problem:
            self._undo()
            raise _unwritten(journal.path, problem) from problem
        self._undo()
        if isinstance(error, sqlite3.Error):
            raise _unwritten(journal.path, error) from error

    def _undo(self) -> None:
        journal = self._journal
        with suppress(sqlite3.Error):
            journal._db.execute("ROLLBACK")  # noqa: SLF001
        journal._number, journal._hash, journal._last = self._before  # noqa: SLF001


def _unwritten(path: str, problem: sqlite3.Error) -> JournalError:
    return JournalError(
        path, f"could not be written: {problem}", "Check the disk; nothing of it was recorded."
    )


def _identity(body: Body) -> tuple[str | None, str | None]:
    if isinstance(body, Report | Deletion):
        return body.source, body.id
    if isinstance(body, Order) and body.key:
        # A double click, or a request repeated after the line broke, is one order. No source's name holds a tab.
        return f"desk\t{body.operator}", body.key
    return None, None


def _same(known: Body, body: Body) -> bool:
    """Whether two bodies of one id say the same: when it was retrieved or repeated matters not."""
    if isinstance(known, Report) and isinstance(body, Report):
        if (known.text, known.structured, known.replaces) != (body.text, body.structured, body.replaces):
            return False
        return body.replaces is None or known.stated_at == body.stated_at
    if isinstance(known, Deletion) and isinstance(body, Deletion):
        return known.deletes == body.deletes
    return isinstance(known, Order) and known == body
