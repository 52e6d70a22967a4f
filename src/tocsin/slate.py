"""Hot state that a failed step leaves as it was: plain dicts behind put and drop, with an undo record.

The rooms that remember (picture, decisions) keep all their state in ``Table``s of
one ``Slate``. ``engine`` calls ``keep`` when a step has gone well and ``undo`` when it
has not. Deadlines live in a ``Timers``: a heap that is re-armed lazily, so moving a
deadline costs one dictionary write. Tables that are heeded tell which of their rows
were written; a whole state can be pickled, deadlines and order of rows included.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

__all__ = ["Slate", "Table", "Timers"]

K = TypeVar("K")
V = TypeVar("V")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NOTHING = object()
"""Stands in the undo record for a row that was not there."""


class Slate:
    """The undo record that all tables of one state share."""

    __slots__ = ("_heeded", "_log", "_tables", "_touched", "note", "soonest")

    def __init__(self) -> None:
        self._log: list[tuple[dict[object, object], object, object]] = []
        self._heeded: dict[int, str] = {}
        self._touched: dict[tuple[str, object], None] = {}
        self._tables: list[dict[Any, Any]] = []
        self.soonest = _LONG_AGO
        """No deadline of any of its timers falls due before this: whoever keeps them raises it, arming lowers it."""
        self.note: Callable[[tuple[dict[object, object], object, object]], None] = self._log.append
        """Remember of a table's rows what stood at a key before it is written."""

    def heed(self, name: str, table: Table[K, V]) -> None:
        """From here on note which rows of a table are written for good, under a name for it."""
        self._heeded[id(table.rows)] = name

    def touched(self) -> tuple[tuple[str, object], ...]:
        """Return which rows of heeded tables were written since the last time, each once: name and key."""
        found = tuple(self._touched)
        self._touched.clear()
        return found

    def keep(self) -> None:
        """Forget the record: what was written stands."""
        if self._heeded:
            heeded, touched = self._heeded, self._touched
            for rows, key, _ in self._log:
                name = heeded.get(id(rows))
                if name is not None:
                    touched[name, key] = None
        self._log.clear()

    def undo(self) -> None:
        """Put back, newest first, everything that was written since the last ``keep``."""
        for rows, key, old in reversed(self._log):
            if old is _NOTHING:
                rows.pop(key, None)
            else:
                rows[key] = old
        self._log.clear()

    def orders(self) -> list[tuple[object, ...]]:
        """Return the keys of every table in the order of its rows, for ``reorder`` after a trial."""
        return [tuple(rows) for rows in self._tables]

    def reorder(self, orders: list[tuple[object, ...]]) -> None:
        """Bring the rows of every table in their order again: an undo puts what was dropped at the end."""
        for rows, keys in zip(self._tables, orders, strict=True):
            if tuple(rows) != keys:
                kept = {key: rows[key] for key in keys}
                rows.clear()
                rows.update(kept)

    def __len__(self) -> int:
        return len(self._log)

    def __reduce__(self) -> tuple[type[Slate], tuple[()]]:
        """Nothing of it outlives a step: what is heeded is for whoever heeds it to say again."""
        return Slate, ()


class Table(Generic[K, V]):
    """A mapping whose writes can be undone. Values must be frozen: they are replaced, never changed."""

    __slots__ = ("_note", "_slate", "get", "rows")

    def __init__(self, slate: Slate) -> None:
        self._slate = slate
        self._stand_on({})

    def _stand_on(self, rows: dict[K, V]) -> None:
        self._note = self._slate.note
        self._slate._tables.append(rows)  # noqa: SLF001 - the two are one
        self.rows = rows
        self.get: Callable[[K], V | None] = rows.get
        """The value of a key, or None. The fold asks so often that this is the dict's own."""

    def __getstate__(self) -> tuple[Slate, dict[K, V]]:
        return self._slate, self.rows

    def __setstate__(self, state: tuple[Slate, dict[K, V]]) -> None:
        self._slate, rows = state
        self._stand_on(rows)

    def put(self, key: K, value: V) -> None:
        """Write a value."""
        rows = self.rows
        self._note((rows, key, rows.get(key, _NOTHING)))  # type: ignore[arg-type]
        rows[key] = value

    def drop(self, key: K) -> V | None:
        """Take a value out; what it was, or None."""
        rows = self.rows
        if key not in rows:
            return None
        old = rows.pop(key)
        self._note((rows, key, old))  # type: ignore[arg-type]
        return old

    def thin(self, most: int, whose: Callable[[K, V], object]) -> None:
        """Above ``most`` rows, let a quarter go: the oldest of who has most, so that a flood buries nobody else's."""
        if len(self.rows) <= most:
            return
        held = Counter(whose(key, value) for key, value in self.rows.items())
        room = most * 3 // 4
        share, left = 0, sorted(held.values())
        for number, count in enumerate(left):
            # What each may keep: those with less than an even share leave the rest of it to the others.
            share = room // (len(left) - number)
            if count > share:
                break
            room -= count
            share = count
        for key, value in list(self.rows.items()):
            name = whose(key, value)
            if held[name] > share:
                held[name] -= 1
                self.drop(key)

    def __contains__(self, key: K) -> bool:
        return key in self.rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[K]:
        return iter(self.rows)


class Timers:
    """Deadlines by key. The earliest comes first; two at one instant come in order of their keys."""

    __slots__ = ("_due", "_heap", "_slate")

    def __init__(self, slate: Slate) -> None:
        self._slate = slate
        self._due: Table[str, datetime] = Table(slate)
        self._heap: list[tuple[datetime, str]] = []

    def arm(self, key: str, due: datetime) -> None:
        """Set or move the deadline of a key."""
        if self._due.get(key) != due:
            self._due.put(key, due)
            self._slate.soonest = min(self._slate.soonest, due)
            heap = self._heap
            heapq.heappush(heap, (due, key))
            if len(heap) > 64 and len(heap) > 4 * len(self._due):
                self.restore()

    def disarm(self, key: str) -> None:
        """A key has no deadline any more."""
        self._due.drop(key)

    def armed(self, key: str) -> bool:
        """Whether a key has a deadline."""
        return key in self._due

    def next(self) -> datetime | None:
        """The earliest deadline, or None."""
        heap, due = self._heap, self._due.rows
        while heap:
            at, key = heap[0]
            if due.get(key) == at:
                return at
            heapq.heappop(heap)
        return None

    def pop(self, to: datetime) -> tuple[datetime, str] | None:
        """Take out the earliest deadline that is due at or before ``to``."""
        first = self.next()
        if first is None or first > to:
            return None
        due, key = heapq.heappop(self._heap)
        self._due.drop(key)
        return due, key

    def restore(self) -> None:
        """Build the heap anew from the deadlines that stand: after an undo."""
        self._slate.soonest = _LONG_AGO
        self._heap = sorted((due, key) for key, due in self._due.rows.items())
