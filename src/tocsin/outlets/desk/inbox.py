"""What came in, newest first, each report with what was understood of it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice

import msgspec

from tocsin.model import Claim, Deletion, Entry, Problem, Redaction, Report
from tocsin.outlets.desk.floor import Floor
from tocsin.render.desk_values import Heard

__all__ = ["Inbox"]

_KEPT = 2000
_STEP = 500
_FARTHEST = 20_000
"""Entries that are looked through for reports of a past moment."""


class Inbox:
    """The newest reports; looks on as they are taken in, and reads older ones from the journal."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._heard: OrderedDict[int, Heard] = OrderedDict()
        self._number: dict[tuple[str, str], int] = {}
        self._withdrawn: OrderedDict[tuple[str, str], int] = OrderedDict()
        """What was deleted or replaced, and by which entry."""
        self._filled = False
        self._old: dict[int, Heard] = {}
        """Reports that were read again for a look back."""
        self.problems: tuple[Heard, ...] = ()
        """The newest reports in which something was wrong, newest last."""
        floor.watchers.append(self.watch)

    def watch(self, entry: Entry, claims: tuple[Claim, ...], problems: tuple[Problem, ...]) -> None:
        """Take in a report as it was read."""
        body = entry.body
        if isinstance(body, Redaction):
            self._forget(body.target)
        elif isinstance(body, Deletion):
            self._withdraw(body.source, body.deletes, entry.number)
        elif isinstance(body, Report):
            if body.replaces is not None:
                self._withdraw(body.source, body.replaces, entry.number)
            one = Heard(
                number=entry.number,
                recorded_at=entry.recorded_at,
                report=body,
                claims=claims,
                problems=problems,
            )
            self._keep(one)
            if problems:
                self.problems = (*self.problems[-99:], one)

    def _forget(self, number: int) -> None:
        """Let go of words that were removed by order of two persons (R29)."""
        for kept in (self._heard, self._old):
            one = kept.get(number)
            if one is not None:
                bare = msgspec.structs.replace(one.report, text="", structured=None)
                kept[number] = msgspec.structs.replace(one, report=bare, claims=(), problems=())
        self.problems = tuple(one for one in self.problems if one.number != number)

    def _keep(self, one: Heard) -> None:
        self._heard[one.number] = one
        self._number[one.report.source, one.report.id] = one.number
        while len(self._heard) > _KEPT:
            number, old = self._heard.popitem(last=False)
            if self._number.get((old.report.source, old.report.id)) == number:
                del self._number[old.report.source, old.report.id]

    def _withdraw(self, source: str, report: str, by: int) -> None:
        self._withdrawn[source, report] = by
        known = self._number.get((source, report))
        if known is not None and known in self._heard:
            self._heard[known] = msgspec.structs.replace(self._heard[known], withdrawn=True)
        while len(self._withdrawn) > _KEPT:
            self._withdrawn.popitem(last=False)

    async def newest(self, limit: int, until: int | None = None) -> tuple[Heard, ...]:
        """Return the newest reports, of those up to entry ``until`` where it is given; old ones are read in a thread."""
        if until is not None:
            return tuple(await asyncio.to_thread(lambda: list(islice(self._past(until), limit))))
        if len(self._heard) < limit and not self._filled:
            await self._fill(limit)
        return tuple(islice(reversed(self._heard.values()), limit))

    async def _fill(self, limit: int) -> None:
        """Read again what came before we looked on."""
        self._filled = True
        first = next(iter(self._heard), self._floor.journal.head[0] + 1)
        older = await asyncio.to_thread(lambda: list(islice(self._past(first - 1), limit)))
        now, self._heard = self._heard, OrderedDict()
        for one in (*reversed(older), *now.values()):
            self._keep(one)

    def _past(self, until: int) -> Iterator[Heard]:
        """Give reports up to an entry, newest first, as far as the look goes."""
        gone: set[tuple[str, str]] = set()
        last = until
        while last > max(until - _FARTHEST, 0):
            for entry in reversed(tuple(self._floor.journal.entries(max(last - _STEP, 0), last))):
                body = entry.body
                if isinstance(body, Deletion):
                    gone.add((body.source, body.deletes))
                if isinstance(body, Report):
                    yield self._again(entry, body, withdrawn=(body.source, body.id) in gone)
                    if body.replaces is not None:
                        gone.add((body.source, body.replaces))
            last -= _STEP

    def _again(self, entry: Entry, report: Report, *, withdrawn: bool) -> Heard:
        known = self._heard.get(entry.number) or self._old.get(entry.number)
        if known is None:
            claims = self._floor.read(report)
            known = Heard(number=entry.number, recorded_at=entry.recorded_at, report=report, claims=claims)
            self._old[entry.number] = known
            if len(self._old) > _KEPT:
                self._old.clear()
        return msgspec.structs.replace(known, withdrawn=withdrawn)
