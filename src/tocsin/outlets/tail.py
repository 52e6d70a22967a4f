"""A numbered sequence of which the newest are at hand and the rest is fetched from where it was written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

__all__ = ["KEPT", "Tail"]

T = TypeVar("T")
KEPT = 2_000
"""Of what was written down, as many of the newest stay at hand."""


class Tail(Generic[T]):
    """Numbers from 1, without a gap. Without ``fetch`` everything stays at hand. One thread writes, any may read."""

    def __init__(self, fetch: Callable[[int, int], Sequence[T]] | None = None, last: int = 0) -> None:
        self._fetch = fetch
        self._kept: tuple[int, list[T]] = (last, [])
        """How many came before what is at hand, and that: replaced together, so that a reader sees both or neither."""

    @property
    def last(self) -> int:
        """Number of the last; 0 before the first."""
        base, items = self._kept
        return base + len(items)

    def append(self, item: T) -> None:
        """Give the next number to an item."""
        self._kept[1].append(item)

    def after(self, number: int, limit: int | None = None) -> Sequence[T]:
        """Return what has numbers above ``number``, in order, at most ``limit`` of them."""
        base, items = self._kept
        start = max(number, 0)
        if start >= base:
            first = start - base
            return items[first : len(items) if limit is None else first + limit]
        limit = base + len(items) - start if limit is None else limit
        old = [] if self._fetch is None else list(self._fetch(start, min(limit, base - start)))
        return [*old, *items[: max(limit - len(old), 0)]] if start + len(old) == base else old

    def trim(self, written: int) -> None:
        """Let go of what is written down up to a number, but for the newest."""
        base, items = self._kept
        gone = min(written, self.last - KEPT) - base
        if self._fetch is not None and gone > KEPT:
            self._kept = (base + gone, items[gone:])
