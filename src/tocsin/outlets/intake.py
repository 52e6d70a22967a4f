"""``POST /v1/reports``: reports come in, are durable before they are acknowledged, and lose no neighbour."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tocsin.model import Deletion, Problem, Report
from tocsin.outlets.answers import Refusal, answer
from tocsin.outlets.hall import Hall, Received
from tocsin.outlets.proof import ANYBODY, Doorkeeper

__all__ = ["Intake", "Parse"]

_BODY_WITHIN = 60
"""Seconds that a body may take to come in: one that trickles holds nothing for longer."""

Taken = tuple[Report | Deletion | None, tuple[Problem, ...]]


class Parse(Protocol):
    """What makes reports of a body: ``sources.push.parse_body``, handed in by the app."""

    def __call__(
        self,
        data: bytes,
        where: str,
        *,
        source: str | None = None,
        register: Mapping[str, object] | None = None,
        now: datetime | None = None,
    ) -> tuple[Taken, ...] | Problem:
        """Return a report or a problem for each, or one problem of the whole."""


class _Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem of one report of a request."""

    index: int
    where: str
    what: str
    remedy: str
    number: int | None = None


class Intake:
    """The door for reports: who, how much, how often, and what became of each."""

    def __init__(self, hall: Hall, parse: Parse) -> None:
        self._hall = hall
        self._parse = parse
        self._keeper = Doorkeeper(hall.settings)
        self._allowance: dict[str, tuple[float, float]] = {}
        self.accepted = 0
        self.refused = 0

    async def post(self, request: Request) -> Response:
        """Take one report or a list; 202 once they are durable (docs/http.md)."""
        body = await self._body(request)
        now = self._hall.clock()
        source = self._keeper.source_of(request.headers, body, now)
        taken = self._parse(body, "body", source=source or None, register=self._hall.world.register, now=now)
        if isinstance(taken, Problem):
            status = 413 if "at most" in taken.remedy else 400
            raise Refusal(status, taken.where, taken.what, taken.remedy)
        self._spend(source, len(taken), now)
        bodies = [body for body, _ in taken if body is not None]
        received = iter(await self._hall.submit(bodies) if bodies else ())
        return self._tell(source, taken, [next(received) if body is not None else None for body, _ in taken])

    async def _body(self, request: Request) -> bytes:
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind not in {"application/json", "text/json"} and not kind.endswith("+json"):
            raise Refusal(415, "Content-Type", f"{kind[:60]!r} is not read here", "Send application/json.")
        if request.headers.get("content-encoding", "identity") != "identity":
            raise Refusal(415, "Content-Encoding", "is not read here", "Send it without compression.")
        largest = self._hall.settings.max_body
        said = request.headers.get("content-length", "")
        body = bytearray()
        try:
            if not (said.isdigit() and int(said) > largest):
                async with asyncio.timeout(_BODY_WITHIN):
                    async for chunk in request.stream():
                        body += chunk
                        if len(body) > largest:
                            break
                    else:
                        return bytes(body)
        except TimeoutError:
            refusal = Refusal(408, "body", f"was not whole within {_BODY_WITHIN} s", "Send it again.")
            refusal.headers["connection"] = "close"
            raise refusal from None
        except ClientDisconnect:
            raise Refusal(400, "body", "ended early", "Send it again.") from None
        raise Refusal(413, "body", f"has more than {largest} bytes", "Send fewer reports at once.")

    def _spend(self, source: str, count: int, now: datetime) -> None:
        """Take ``count`` from what a source may still send: a bucket that fills up within a minute."""
        rate = float(self._hall.settings.rate)
        seconds = now.timestamp()
        left, since = self._allowance.get(source, (rate, seconds))
        left = min(rate, left + max(0.0, seconds - since) * rate / 60)
        if left < count and source != ANYBODY:
            refusal = Refusal(
                429, source, "sends more reports than agreed", f"Send at most {rate:g} a minute."
            )
            refusal.headers["retry-after"] = str(int((count - left) * 60 / rate) + 1 if rate else 60)
            raise refusal
        self._allowance[source] = (left - count, seconds)

    def _tell(self, source: str, taken: tuple[Taken, ...], received: list[Received | None]) -> Response:
        accepted: list[dict[str, object]] = []
        problems: list[_Told] = []
        worst = 422
        for index, ((_, notes), one) in enumerate(zip(taken, received, strict=True)):
            problems.extend(_Told(index, note.where, note.what, note.remedy) for note in notes)
            if one is not None and one.number is not None:
                accepted.append({"id": one.id, "number": one.number})
                problems.extend(_Told(index, note.where, note.what, note.remedy) for note in one.notes)
            elif one is not None and one.problem is not None:
                worst = 409
                problem = one.problem
                problems.append(_Told(index, problem.where, problem.what, problem.remedy))
            elif source and any("its key is that of" in note.what for note in notes):
                worst = 403
        self.accepted += len(accepted)
        self.refused += len(taken) - len(accepted)
        told = {"accepted": accepted, "problems": problems}
        if accepted:
            return answer(told, 202)
        first = problems[0]
        raise Refusal(worst, first.where, first.what, first.remedy, **told)
