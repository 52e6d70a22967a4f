"""The second reader: asks a language model about reports that came, beside everything else (docs/reading.md).

Reports wait in a short queue; one that finds it full is not asked about. Nothing
waits for an answer, and an answer changes nothing that the rules said: it is
journalled as a report of a source of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import httpx

from tocsin.model import Claim, Entry, Problem, Report
from tocsin.reading import second
from tocsin.sources import SourceError

__all__ = ["ModelReader"]

log = logging.getLogger(__name__)

MAX_ANSWER = 256 * 1024
"""Bytes of an answer; a longer one is none."""
_WAITING = 200
_KEPT = 100
_SHORTEST = 8
"""Characters below which a report is not worth a question."""

Take = Callable[[Sequence[Report]], Awaitable[object]]


class ModelReader:
    """One endpoint and one model, asked one report after another."""

    def __init__(
        self,
        url: str,
        model: str,
        weapons: Collection[str],
        *,
        key: str | None = None,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = f"{url.rstrip('/')}/chat/completions"
        self.model = model
        self.problems: deque[Problem] = deque(maxlen=_KEPT)
        """What went wrong of late, newest last."""
        self.asked = self.failed = self.passed_over = 0
        self._weapons = weapons
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._timeout = timeout
        self._transport = transport
        self._waiting: asyncio.Queue[Report] = asyncio.Queue(_WAITING)
        self._trouble: str | None = None

    def look(self, entry: Entry, claims: tuple[Claim, ...] = (), problems: tuple[Problem, ...] = ()) -> None:
        """Queue a report that came in, unless the queue is full; returns at once."""
        del claims, problems
        report = entry.body
        if (
            not isinstance(report, Report)
            or report.source == second.SOURCE
            or len(report.text.strip()) < _SHORTEST
        ):
            return
        try:
            self._waiting.put_nowait(report)
        except asyncio.QueueFull:
            self.passed_over += 1

    def condition(self) -> str | None:
        """What is wrong with the endpoint; None while it answers."""
        return self._trouble

    async def run(self, take: Take) -> None:
        """Ask without end; ``take`` journals what was answered."""
        async with self.client() as client:
            while True:
                report = await self._waiting.get()
                opinion = await self.opinion(client, report)
                if opinion is None:
                    continue
                try:
                    await take([second.report_of(opinion)])
                except SourceError as error:
                    log.warning("an opinion could not be written down: %s", error)

    def client(self) -> httpx.AsyncClient:
        """Return a client for the endpoint: no redirects, no cookies kept for others."""
        return httpx.AsyncClient(
            timeout=self._timeout, headers=self._headers, follow_redirects=False, transport=self._transport
        )

    async def opinion(self, client: httpx.AsyncClient, report: Report) -> second.Opinion | None:
        """Ask about one report. None, and a problem, where there is no usable answer."""
        self.asked += 1
        try:
            answer = await asyncio.wait_for(self._ask(client, report.text), self._timeout)
        except (SourceError, TimeoutError) as error:
            self.failed += 1
            slow = f"no answer within {self._timeout:g} s"
            why = error.what if isinstance(error, SourceError) else slow
            self._trouble = why
            remedy = "See that the endpoint of [reading.model] runs; the rules read on without it."
            self.problems.append(Problem(where=f"{report.source}:{report.id}", what=why, remedy=remedy))
            return None
        made, problems = second.hear(answer, report, self._weapons, self.model)
        self.problems.extend(problems)
        self._trouble = None if made is not None else "its answers are no lists of claims"
        self.failed += made is None
        return made

    async def _ask(self, client: httpx.AsyncClient, text: str) -> bytes:
        asked: dict[str, Any] = second.question(text, self._weapons, self.model)
        body = bytearray()
        try:
            async with client.stream("POST", self.url, json=asked) as response:
                if response.status_code != httpx.codes.OK:
                    raise _refused(f"the model's endpoint answered {response.status_code}")
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > MAX_ANSWER:
                        raise _refused(f"the model's answer has more than {MAX_ANSWER} bytes")
        except httpx.HTTPError as error:
            raise _refused(f"the model's endpoint can't be reached ({type(error).__name__})") from error
        except httpx.InvalidURL as error:
            raise _refused("the address of the model's endpoint is no URL") from error
        return bytes(body)


def _refused(what: str) -> SourceError:
    """The endpoint gave no opinion: unreachable, an error of its own, an answer too long."""
    return SourceError("reading.model", what, "See that the endpoint runs and knows the model")
