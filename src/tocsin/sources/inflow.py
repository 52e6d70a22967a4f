"""What we read ourselves, put together: each feed of the settings, followed beside the rest."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import msgspec

from tocsin.model import Deletion, Problem, Report
from tocsin.sources.alarm_snapshots import DIALECTS
from tocsin.sources.alarms import AlarmFeed
from tocsin.sources.jsonl import Follower
from tocsin.sources.poll import Poller
from tocsin.sources.push import parse_line

__all__ = ["Feed", "Inflow", "Stream"]


class Feed(Protocol):
    """What a setting tells of a feed."""

    @property
    def kind(self) -> str:
        """How it is read: jsonl, feed, article, or the dialect of an alarm service."""

    @property
    def source(self) -> str:
        """Whose words it gives."""

    @property
    def at(self) -> str:
        """Its path or address."""

    @property
    def every(self) -> float:
        """Seconds between looks."""

    @property
    def token(self) -> str:
        """What an alarm service knows us by."""


class Stream(msgspec.Struct, frozen=True):
    """Something that is read without end, and how it tells what went wrong."""

    name: str
    work: Callable[[], Awaitable[None]]
    condition: Callable[[], str | None]


class Inflow:
    """Hands what is read to ``take``, which returns the problem of each, None where it was taken.

    ``take`` raises SourceError where nothing could be written: it is read again.
    """

    def __init__(
        self,
        take: Callable[[Sequence[Report | Deletion]], Awaitable[Sequence[Problem | None]]],
        register: Collection[str],
        clock: Callable[[], datetime],
        tell: Callable[[Sequence[Problem]], None],
        alarms: Callable[[Feed], AlarmFeed] | None = None,
    ) -> None:
        self._take = take
        self._register = register
        self._clock = clock
        self._tell = tell
        self._alarms = alarms

    async def receive(self, reports: Sequence[Report]) -> None:
        """Take in what was fetched: words that changed under the same id are an edit."""
        refused = await self._take(reports)
        edited = [
            msgspec.structs.replace(report, replaces=report.id)
            for report, problem in zip(reports, refused, strict=True)
            if problem is not None
        ]
        if edited:
            self._tell([one for one in await self._take(edited) if one is not None])

    async def receive_lines(self, source: str, lines: Sequence[tuple[str, bytes]]) -> None:
        """Take in lines of JSON; what is wrong with one is told and loses no other."""
        bodies: list[Report | Deletion] = []
        for where, line in lines:
            body, problems = parse_line(line, where, register=self._register, now=self._clock())
            if body is None and problems and "its source is missing" in problems[0].what:
                body, problems = parse_line(line, where, source=source, now=self._clock())
            self._tell(problems)
            if body is not None:
                bodies.append(body)
        if bodies:
            self._tell([one for one in await self._take(bodies) if one is not None])

    def streams(self, feeds: Sequence[Feed], beside: str | None) -> list[Stream]:
        """Return what follows each feed; places in files are kept in files named after ``beside``."""
        agent = f"tocsin/{importlib.metadata.version('tocsin')}"
        found: list[Stream] = []
        for number, feed in enumerate(feeds):
            name = f"{feed.kind} {feed.at}"
            if feed.kind == "jsonl":
                follower = Follower(feed.at, f"{beside}.feed-{number}" if beside else None)
                work = partial(follower.run, partial(self.receive_lines, feed.source), feed.every)
                found.append(Stream(name, work, partial(_trouble, follower)))
            elif feed.kind in DIALECTS and self._alarms is not None:
                service = self._alarms(feed)
                found.append(Stream(name, partial(service.run, self.receive), partial(_trouble, service)))
            else:
                poller = Poller(feed.kind, feed.source, feed.at, self._clock, agent)
                work = partial(poller.run, self.receive, feed.every)
                found.append(Stream(name, work, partial(_trouble, poller)))
        return found


def _trouble(one: Follower | Poller | AlarmFeed) -> str | None:
    return one.trouble
