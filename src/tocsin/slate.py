"""Hot state that a failed step leaves as it was: plain dicts behind put and drop, with an undo record.

The rooms that remember (picture, decisions) keep all their state in ``Table``s of
one ``Slate``. ``engine`` calls ``keep`` when a step has gone well and ``undo`` when it
has not. Deadlines live in a ``Timers``: a heap that is re-armed lazily, so moving a
deadline costs one dictionary write.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import Generic, TypeVar

__all__ = ["Slate", "Table", "Timers"]

K = TypeVar("K")
V = TypeVar("V")


class Slate:
    """The undo record that all tables of one state share."""

    __slots__ = ("_log",)

    def __init__(self) -> None:
        self._log: list[tuple[dict[object, object], object, object, bool]] = []

    def note(self, rows: dict[object, object], key: object) -> None:
        """Remember what stood at ``key`` before it is written."""
        self._log.append((rows, key, rows.get(key), key in rows))

    def keep(self) -> None:
        """Forget the record: what was written stands."""
        self._log.clear()

    def undo(self) -> None:
        """Put back, newest first, everything that was written since the last ``keep``."""
        for rows, key, old, there in reversed(self._log):
            if there:
                rows[key] = old
            else:
                rows.pop(key, None)
        self._log.clear()

    def __len__(self) -> int:
        return len(self._log)


class Table(Generic[K, V]):
    """A mapping whose writes can be undone. Values must be frozen: they are replaced, never changed."""

    __slots__ = ("_slate", "rows")

    def __init__(self, slate: Slate) -> None:
        self._slate = slate
        self.rows: dict[K, V] = {}

    def put(self, key: K, value: V) -> None:
        """Write a value."""
        self._slate.note(self.rows, key)  # type: ignore[arg-type]
        self.rows[key] = value

    def drop(self, key: K) -> V | None:
        """Take a value out; what it was, or None."""
        if key not in self.rows:
            return None
        self._slate.note(self.rows, key)  # type: ignore[arg-type]
        return self.rows.pop(key)

    def get(self, key: K) -> V | None:
        """The value, or None."""
        return self.rows.get(key)

    def __contains__(self, key: K) -> bool:
        return key in self.rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[K]:
        return iter(self.rows)


class Timers:
    """Deadlines by key. The earliest comes first; two at one instant come in order of their keys."""

    __slots__ = ("_due", "_heap")

    def __init__(self, slate: Slate) -> None:
        self._due: Table[str, datetime] = Table(slate)
        self._heap: list[tuple[datetime, str]] = []

    def arm(self, key: str, due: datetime) -> None:
        """Set or move the deadline of a key."""
        if self._due.get(key) != due:
            self._due.put(key, due)
            heapq.heappush(self._heap, (due, key))

    def disarm(self, key: str) -> None:
        """A key has no deadline any more."""
        self._due.drop(key)

    def armed(self, key: str) -> bool:
        """Whether a key has a deadline."""
        return key in self._due

    def next(self) -> datetime | None:
        """The earliest deadline, or None."""
        self._settle()
        return self._heap[0][0] if self._heap else None

    def pop(self, to: datetime) -> tuple[datetime, str] | None:
        """Take out the earliest deadline that is due at or before ``to``."""
        self._settle()
        if not self._heap or self._heap[0][0] > to:
            return None
        due, key = heapq.heappop(self._heap)
        self._due.drop(key)
        return due, key

    def restore(self) -> None:
        """Build the heap anew from the deadlines that stand: after an undo."""
        self._heap = sorted((due, key) for key, due in self._due.rows.items())

    def _settle(self) -> None:
        heap, due = self._heap, self._due.rows
        while heap and due.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
        if len(heap) > 64 and len(heap) > 4 * len(due):
            self.restore()
