"""A numbered sequence of which the newest are at hand and the rest is fetched from where it was written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

__all__ = ["KEPT", "Tail"]

T = TypeVar("T")
KEPT = 2_000
"""Of what was written down, as many of the newest stay at hand."""


class Tail(Generic[T]):
    """Numbers from 1, without a gap. Without ``fetch`` everything stays at hand."""

    def __init__(self, fetch: Callable[[int, int], Sequence[T]] | None = None, last: int = 0) -> None:
        self._fetch = fetch
        self._base = last
        self._items: list[T] = []

    @property
    def last(self) -> int:
        """Number of the last; 0 before the first."""
        return self._base + len(self._items)

    def append(self, item: T) -> None:
        """Give the next number to an item."""
        self._items.append(item)

    def after(self, number: int, limit: int | None = None) -> Sequence[T]:
        """Return what has numbers above ``number``, in order, at most ``limit`` of them."""
        start = max(number, 0)
        if start >= self._base:
            first = start - self._base
            return self._items[first : len(self._items) if limit is None else first + limit]
        limit = self.last - start if limit is None else limit
        old = [] if self._fetch is None else list(self._fetch(start, min(limit, self._base - start)))
        return [*old, *self._items[: max(limit - len(old), 0)]] if start + len(old) == self._base else old

    def trim(self, written: int) -> None:
        """Let go of what is written down up to a number, but for the newest."""
        gone = min(written, self.last - KEPT) - self._base
        if self._fetch is not None and gone > KEPT:
            del self._items[:gone]
            self._base += gone
