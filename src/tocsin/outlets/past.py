"""What was known at an earlier moment: the journal folded anew up to it, one question at a time.

Folding costs processor time that alarms need more, so questions about the past
queue up, and too many of them are refused. A later moment goes on from where the
question before it ended.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime

from tocsin.model import Entry, Picture
from tocsin.outlets.fold import Fold
from tocsin.outlets.hall import UnwrittenError, View
from tocsin.outlets.moment import picture_at

__all__ = ["BusyError", "Past", "view_of"]

_KEPT = 64
_WAITING = 16


class BusyError(UnwrittenError):
    """Too many ask about the past at once."""


class Past:
    """Answers what was known when; keeps the fold of the last answer, and the last answers."""

    def __init__(self, make: Callable[[], Fold], entries: Callable[[int], Iterable[Entry]]) -> None:
        self._make = make
        self._entries = entries
        self._fold: Fold | None = None
        self._until: datetime | None = None
        self._answers: OrderedDict[tuple[datetime | None, datetime, bool], View] = OrderedDict()
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def view(self, at: datetime | None, known_at: datetime, *, desk: bool) -> View:
        """Return the state of the world at a moment, as known at an earlier moment; BusyError where too many ask."""
        key = (at, known_at, desk)
        known = self._answers.get(key)
        if known is not None:
            return known
        if self._waiting >= _WAITING:
            raise BusyError("known_at", "too many ask about the past at once", "Ask again in a few seconds.")
        self._waiting += 1
        try:
            async with self._turn:
                found = self._answers.get(key)
                if found is None:
                    found = await asyncio.to_thread(self._find, at, known_at, desk)
        finally:
            self._waiting -= 1
        self._answers[key] = found
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        return found

    def _find(self, at: datetime | None, known_at: datetime, desk: bool) -> View:
        fold, until = self._fold, self._until
        # While it moves on it is nobody's: a question that fails must not leave half a fold behind.
        self._fold = None
        if fold is None or until is None or until > known_at:
            fold = self._make()
        for entry in self._entries(fold.state.number):
            if entry.recorded_at > known_at:
                break
            fold.enter(entry)
        fold.reach(known_at)
        self._fold, self._until = fold, known_at
        return view_of(fold, at, known_at, desk=desk)


def view_of(
    fold: Fold, at: datetime | None, known_at: datetime, *, desk: bool, picture: Picture | None = None
) -> View:
    """Return what a fold makes of the world at a moment; ``picture`` where that of the present is at hand."""
    if picture is None:
        picture = fold.state.picture()
        if not desk:
            picture = fold.publication.picture(picture, known_at)
    if at is not None and at < known_at:
        changes = fold.changes if desk else [one.change for one in fold.publication.after(0)]
        picture = picture_at(changes, at, picture)
    return View(picture=picture, at=at or known_at, known_at=known_at, age=fold.age(known_at))
