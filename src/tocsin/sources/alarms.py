"""A live alarm source: polls alerts.in.ua or ukrainealarm politely and submits what changed as reports.

Conditional requests, quotas and growing pauses are kept for the upstream's
sake. For ours: what can't be fetched or understood makes no report at all, so
the source's areas go STALE by themselves (R10, R35); an old body fetched anew
is not news either.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec

from tocsin.model import Alarm, Problem, Report
from tocsin.places import Gazetteer
from tocsin.sources.alarm_snapshots import (
    Ended,
    Row,
    Snapshot,
    SnapshotFold,
    parse_alerts_in_ua,
    parse_date_history,
    parse_region_history,
    parse_ukrainealarm,
)

__all__ = ["AlarmFeed", "alarm_feed", "standing_rows"]

log = logging.getLogger(__name__)

Submit = Callable[[Sequence[Report]], Awaitable[object]]

MAX_BODY = 16 * 1024 * 1024
_TIMEOUT = 10.0
_LONGEST_PAUSE = 60.0
_REFUSED = 300.0
_LIMITED = 60.0
_AHEAD = timedelta(minutes=1)
"""How far ahead of our clock an upstream's Last-Modified may be and still count."""
_HASTE = 3.0
"""Pause before the second look at an alarm that was absent once."""
_KYIV = ZoneInfo("Europe/Kyiv")
_FIRST_DAY = datetime(1, 1, 1, tzinfo=UTC)


class _Trouble(Exception):  # noqa: N818 - a way out, never seen outside
    def __init__(self, what: str, pause: float | None = None) -> None:
        super().__init__(what)
        self.pause = pause


class AlarmFeed:
    """What every alarm feed does: poll, fold, submit, wait; each dialect says how it polls."""

    every: float = 10.0

    def __init__(
        self,
        *,
        source: str,
        url: str,
        token: str,
        places: Gazetteer,
        clock: Callable[[], datetime],
        every: float | None = None,
        standing: Mapping[tuple[str, str], Row] | None = None,
    ) -> None:
        self.fold = SnapshotFold(source, standing)
        self.problems: tuple[Problem, ...] = ()
        """What was wrong with the last body."""
        self.last_error: str | None = None
        self.last_ok: datetime | None = None
        self._url = url.rstrip("/")
        self._token = token
        self._places = places
        self._clock = clock
        self._every = every if every is not None else self.every
        self._began = clock()
        self._failures = 0
        self._pause = 0.0
        self._unsent: list[Report] = []
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False)

    async def run(self, submit: Submit) -> None:
        """Poll until cancelled. Reports that could not be submitted are kept and submitted with the next."""
        try:
            while True:
                await self.step(submit)
                await asyncio.sleep(self._pause)
        finally:
            await self._client.aclose()

    async def step(self, submit: Submit) -> None:
        """Poll once and submit what it brought."""
        self._unsent.extend(await self.poll())
        if not self._unsent:
            return
        try:
            await submit(tuple(self._unsent))
        except Exception as error:  # noqa: BLE001 - a journal in trouble must not lose what was fetched
            self.last_error = f"{type(error).__name__}: {error}"
            log.warning("%s: %d reports wait: %s", self.fold.source, len(self._unsent), self.last_error)
        else:
            self._unsent.clear()

    async def poll(self) -> tuple[Report, ...]:
        """Ask the upstream once; never raises. Trouble makes no reports and a longer pause."""
        try:
            reports = await self._poll()
        except _Trouble as trouble:
            self._fail(str(trouble), trouble.pause)
            return ()
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            self._fail(f"{type(error).__name__}: {error}", None)
            return ()
        self._failures = 0
        self.last_error = None
        self.last_ok = self._clock()
        self._pause = min(_HASTE, self._every) if self.fold.doubts else self._every
        return reports

    async def _poll(self) -> tuple[Report, ...]:
        raise NotImplementedError

    def _fail(self, what: str, pause: float | None) -> None:
        self._failures += 1
        self.last_error = what
        growing = min(_LONGEST_PAUSE, 2.0 ** min(self._failures, 10))
        self._pause = max(pause if pause is not None else growing, min(self._every, growing))
        log.warning("%s: %s; next try in %.0f s", self.fold.source, what, self._pause)

    @property
    def trouble(self) -> str | None:
        """What is wrong with it now, None where nothing is."""
        return self.last_error

    def health(self) -> dict[str, Any]:
        """Tell how the feed fares: whether it is heard, how old its newest content is."""
        return {
            "name": self.fold.source,
            "ok": self.last_error is None,
            "last_ok": self.last_ok,
            "content_at": self.fold.news,
            "last_error": self.last_error,
            "problems": len(self.problems),
            "waiting": len(self._unsent),
        }

    async def _get(self, path: str, **headers: str) -> httpx.Response:
        """Fetch a path of the upstream; every answer but 200 and 304 is trouble."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._client.stream("GET", self._url + path, headers={**self._auth(), **named}) as answer:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY:
                    raise _Trouble(f"{path}: longer than {MAX_BODY} bytes")
        answer._content = bytes(body)  # noqa: SLF001 - httpx has no public way to keep a streamed body
        if answer.status_code in (200, 304):
            return answer
        if answer.status_code == 429 or (answer.status_code == 401 and not body):
            raise _Trouble(f"{path}: over the limit ({answer.status_code})", _retry_after(answer))
        if answer.status_code in (401, 403):
            raise _Trouble(f"{path}: the key is refused ({answer.status_code})", _REFUSED)
        raise _Trouble(f"{path}: answered {answer.status_code}")

    def _auth(self) -> dict[str, str]:
        raise NotImplementedError

    def _take(self, parsed: tuple[Snapshot, tuple[Problem, ...]]) -> tuple[Report, ...]:
        """Fold a snapshot; one that is incomplete is trouble, told after its raises were taken."""
        snapshot, self.problems = parsed
        reports = self.fold.absorb(snapshot, self._clock())
        if not snapshot.complete:
            what = self.problems[0].what if self.problems else "incomplete"
            self._unsent.extend(reports)
            raise _Trouble(f"the list is not whole: {what}", self._every)
        return reports


def _retry_after(answer: httpx.Response) -> float:
    given = answer.headers.get("retry-after", "")
    return min(max(float(given), 1.0), 3600.0) if given.isascii() and given.isdigit() else _LIMITED


class AlertsInUaFeed(AlarmFeed):
    """alerts.in.ua: one list with Last-Modified, histories by region at most twice a minute."""

    every = 10.0
    HISTORY_EVERY = timedelta(seconds=30)

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401 - the fields of AlarmFeed
        super().__init__(**fields)
        self._stamp: str | None = None
        self._ask: deque[str] = deque()
        self._asked_at: datetime | None = None

    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}

    async def _poll(self) -> tuple[Report, ...]:
        conditional = {"If_Modified_Since": self._stamp} if self._stamp and not self.fold.doubts else {}
        answer = await self._get("/v1/alerts/active.json", **conditional)
        reports: tuple[Report, ...] = ()
        if answer.status_code == 200:
            before, known = self.fold.news, dict(self.fold.standing)
            parsed = _as_new(parse_alerts_in_ua(answer.content, self._places), answer, self._clock())
            reports = self._take(parsed)
            self._stamp = answer.headers.get("last-modified")
            if parsed[0].empty and known:
                self._wonder(key[0] for key in known)
            elif (
                before not in (None, self.fold.news) and not self.fold.doubts and self.fold.standing == known
            ):
                self._wonder(self._places.first_level())
        return (*reports, *await self._history())

    def _wonder(self, areas: Iterable[str]) -> None:
        """Remember regions whose history may tell what the list doesn't."""
        for code in areas:
            uid = self._places.dialect_id("alerts.in.ua", code)
            if uid is not None and uid not in self._ask:
                self._ask.append(uid)

    async def _history(self) -> tuple[Report, ...]:
        now = self._clock()
        if not self._ask or (self._asked_at is not None and abs(now - self._asked_at) < self.HISTORY_EVERY):
            return ()
        self._asked_at = now
        uid = self._ask.popleft()
        try:
            answer = await self._get(f"/v1/regions/{uid}/alerts/week_ago.json")
        except _Trouble as trouble:
            log.info("%s: history: %s", self.fold.source, trouble)
            return ()
        ended, _ = parse_region_history(answer.content, self._places)
        return self.fold.absorb_history(ended, self._began, self._clock())


class UkraineAlarmFeed(AlarmFeed):
    """ukrainealarm or siren.pp.ua: a list without dates; asked often enough, a counter of actions says when to look."""

    every = 22.0
    BY_STATUS = 15.0
    """Below this pause the cheap counter is asked first, and the list only when it has moved."""

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401 - the fields of AlarmFeed
        super().__init__(**fields)
        self._index: int | None = None

    def _auth(self) -> dict[str, str]:
        return {"Authorization": self._token} if self._token else {}

    async def _poll(self) -> tuple[Report, ...]:
        index = self._index
        if self._every < self.BY_STATUS:
            index = await self._status()
            if index == self._index and not self.fold.doubts:
                return ()
        known = dict(self.fold.standing)
        answer = await self._get("/api/v3/alerts")
        told = _from_ticks(index)
        if told is None and None not in (index, self._index) and index != self._index:
            # A counter that is no time has moved: something happened since we last looked.
            told = self._clock()
        parsed = parse_ukrainealarm(answer.content, self._places, told)
        reports = self._take(_as_new(parsed, answer, self._clock()))
        moved, self._index = index != self._index and self._index is not None, index
        if (moved and not self.fold.doubts and self.fold.standing == known) or (parsed[0].empty and known):
            return (*reports, *await self._history())
        return reports

    async def _status(self) -> int:
        answer = await self._get("/api/v3/alerts/status")
        try:
            index = msgspec.json.decode(answer.content)["lastActionIndex"]
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise _Trouble(f"status: no lastActionIndex: {error}") from error
        if not isinstance(index, int):
            raise _Trouble("status: lastActionIndex is no number")
        return index

    async def _history(self) -> tuple[Report, ...]:
        day = self._clock().astimezone(_KYIV)
        ended: list[Ended] = []
        try:
            answer = await self._get(f"/api/v3/alerts/dateHistory?date={day:%Y%m%d}")
        except _Trouble as trouble:
            log.info("%s: history: %s", self.fold.source, trouble)
            return ()
        ended.extend(parse_date_history(answer.content, self._places)[0])
        return self.fold.absorb_history(ended, self._began, self._clock())


def _as_new(
    parsed: tuple[Snapshot, tuple[Problem, ...]], answer: httpx.Response, now: datetime
) -> tuple[Snapshot, tuple[Problem, ...]]:
    """Take a list for as new as its Last-Modified says, where that is newer than what the list says of itself.

    A whole list that tells no time at all stays without one: its age can't be known (R10).
    """
    snapshot, problems = parsed
    try:
        stamp = parsedate_to_datetime(answer.headers.get("last-modified", "")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return parsed
    known = snapshot.content_at
    if not snapshot.complete or stamp > now + _AHEAD or (known is not None and stamp <= known):
        return parsed
    return msgspec.structs.replace(snapshot, content_at=stamp), problems


def _from_ticks(index: int | None) -> datetime | None:
    """Read a counter of actions as .NET ticks, if it looks like a time of our days."""
    if index is None or not 630_000_000_000_000_000 < index < 662_000_000_000_000_000:
        return None
    return _FIRST_DAY + timedelta(microseconds=index // 10)


def standing_rows(alarms: Iterable[Alarm], source: str) -> dict[tuple[str, str], Row]:
    """Give what a source's alarms were when we stopped, so that what ended meanwhile is seen to be gone (R35)."""
    rows = (
        Row(
            area=alarm.area.code,
            title=alarm.area.names.get("uk", alarm.area.name),
            kind=alarm.kind,
            started_at=alarm.valid.start,
            level=alarm.level,
        )
        for alarm in alarms
        if source in alarm.sources and alarm.valid.start is not None
    )
    return {row.key: row for row in rows}


def alarm_feed(dialect: str, **fields: Any) -> AlarmFeed:  # noqa: ANN401 - the fields of AlarmFeed
    """Make the feed of a dialect: alerts.in.ua, else ukrainealarm."""
    return AlertsInUaFeed(**fields) if dialect == "alerts.in.ua" else UkraineAlarmFeed(**fields)
