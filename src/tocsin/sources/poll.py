"""Polling politely: conditional requests, growing pauses after failures, bounds on size and time.

A poller that fails says so through ``trouble`` and goes on trying; it never stops another.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from tocsin.model import Problem, Report
from tocsin.sources import SourceError
from tocsin.sources.article import parse_article
from tocsin.sources.feed import parse_feed

__all__ = ["Fetched", "Poller"]

log = logging.getLogger(__name__)

MAX_SIZE = 8 * 1024 * 1024
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
LONGEST_PAUSE = 3600.0
_REMEMBERED = 5000

Take = Callable[[Sequence[Report]], Awaitable[None]]
Fetched = tuple[tuple[Report, ...], tuple[Problem, ...]]


class Poller:
    """One feed or article that is looked at again and again."""

    def __init__(
        self, kind: str, source: str, at: str, clock: Callable[[], datetime], agent: str = "tocsin"
    ) -> None:
        self.kind = kind
        self.source = source
        self.at = at
        self.trouble: str | None = None
        """What went wrong the last time; None where nothing did."""
        self.problems: tuple[Problem, ...] = ()
        self._clock = clock
        self._agent = agent
        self._etag: str | None = None
        self._modified: str | None = None
        self._seen: OrderedDict[str, str] = OrderedDict()
        self._failures = 0
        self._wait: float | None = None
        """Seconds that the server asked us to wait."""

    async def run(self, take: Take, every: float) -> None:
        """Look without end; ``take`` returns when the reports are safe."""
        async with httpx.AsyncClient(
            timeout=TIMEOUT, follow_redirects=True, max_redirects=5, headers={"user-agent": self._agent}
        ) as client:
            while True:
                pause = await self.once(client, take, every)
                await asyncio.sleep(pause)

    async def once(self, client: httpx.AsyncClient, take: Take, every: float) -> float:
        """Look once; the seconds to wait before the next look."""
        before = (self._etag, self._modified)
        try:
            data = await self._fetch(client)
            if data is not None:
                reports, self.problems = await asyncio.to_thread(self._parse, data)
                if reports:
                    await take(reports)
                for report in reports:
                    self._seen[report.id] = report.text
                while len(self._seen) > _REMEMBERED:
                    self._seen.popitem(last=False)
        except SourceError as error:
            self._etag, self._modified = before
            self._failures += 1
            self.trouble = str(error)
            log.warning("%s", error)
            pause = min(LONGEST_PAUSE, every * float(2 ** min(self._failures, 10)))
            return max(pause, self._wait or 0.0)
        except Exception:
            # What we have seen is not safe: ask for all of it again.
            self._etag, self._modified = before
            raise
        self._failures, self.trouble = 0, None
        return every

    def _parse(self, data: bytes) -> Fetched:
        now = self._clock()
        if self.kind == "feed":
            return parse_feed(data, self.source, retrieved_at=now, seen=self._seen)
        url = self.at if "://" in self.at else None
        report, problems = parse_article(data, self.source, url=url, retrieved_at=now)
        if report is None or self._seen.get(report.id) == report.text:
            return (), problems
        if report.id in self._seen:
            report, problems = parse_article(data, self.source, url=url, retrieved_at=now, replaces=report.id)
        return ((report,) if report is not None else ()), problems

    async def _fetch(self, client: httpx.AsyncClient) -> bytes | None:
        """Return the body, None where it is not modified; SourceError for everything else."""
        if "://" not in self.at:
            return await asyncio.to_thread(self._read_file)
        self._wait = None
        headers = {}
        if self._etag:
            headers["if-none-match"] = self._etag
        if self._modified:
            headers["if-modified-since"] = self._modified
        try:
            async with asyncio.timeout(60), client.stream("GET", self.at, headers=headers) as response:
                return await self._body(response)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError) as error:
            what = f"can't be fetched: {type(error).__name__} {error}".rstrip()
            raise SourceError(self.at, what, "It is tried again with growing pauses.") from error

    async def _body(self, response: httpx.Response) -> bytes | None:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if response.status_code in {429, 503}:
            self._wait = _seconds(response.headers.get("retry-after"), self._clock())
        if not response.is_success:
            raise SourceError(self.at, f"answers {response.status_code}", "Check the address.")
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > MAX_SIZE:
                raise SourceError(self.at, f"is larger than {MAX_SIZE} bytes", "Give a smaller one.")
        self._etag = response.headers.get("etag")
        self._modified = response.headers.get("last-modified")
        return bytes(data)

    def _read_file(self) -> bytes:
        try:
            with Path(self.at).open("rb") as file:
                data = file.read(MAX_SIZE + 1)
        except OSError as error:
            raise SourceError(
                self.at, f"can't be read: {error.strerror}", "Check the path and its rights."
            ) from error
        if len(data) > MAX_SIZE:
            raise SourceError(self.at, f"is larger than {MAX_SIZE} bytes", "Give a smaller one.")
        return data


def _seconds(said: str | None, now: datetime) -> float | None:
    """Return what ``Retry-After`` asks for, in seconds, up to an hour."""
    if said is None:
        return None
    if said.strip().isdigit():
        return min(float(said), LONGEST_PAUSE)
    try:
        return min(max((parsedate_to_datetime(said) - now).total_seconds(), 0.0), LONGEST_PAUSE)
    except (ValueError, TypeError):
        return None
