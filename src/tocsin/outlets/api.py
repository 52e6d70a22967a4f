"""``/v1``: what is believed and issued, now and at any past moment, each answer with its age (docs/http.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from tocsin.codec import change_json, instant, picture_json, plain
from tocsin.model import Alert, Claim, Report
from tocsin.outlets.answers import Refusal, answer
from tocsin.outlets.hall import Age, Hall, View
from tocsin.outlets.proof import expect_desk

__all__ = ["Api", "freshness"]

GOOD_FOR = timedelta(seconds=60)
"""How long an answer about the present may be believed."""
_DIALECTS = ("alerts.in.ua", "ukrainealarm")
_LARGEST = 5000
_STEP = 256
T = TypeVar("T")


def freshness(age: Age, known_at: datetime) -> dict[str, Any]:
    """Return how old an answer about the present is, and until when it may be believed.

    ``stale`` is true where nobody was ever heard, or some area that is watched has been
    silent too long; such an answer may not be believed beyond its own moment.
    """
    return {
        "known_at": instant(known_at),
        "heard_at": instant(age.heard_at) if age.heard_at else None,
        "stale": age.stale,
        "valid_until": instant(known_at if age.stale else known_at + GOOD_FOR),
    }


class Api:
    """Answers about the world. Whoever shows the desk's token may ask for ``view=desk``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    # --- what every question shares

    def _desk(self, request: Request) -> bool:
        wanted = request.query_params.get("view", "public")
        if wanted == "public":
            return False
        if wanted != "desk":
            raise Refusal(400, "view", f"{wanted[:40]!r} is no view", "Ask for public or desk.")
        expect_desk(request.headers, self._hall.settings)
        return True

    def _moment(self, request: Request, name: str) -> datetime | None:
        said = request.query_params.get(name)
        if said is None or not said.strip():
            return None
        remedy = "Write it as 2024-12-20T09:30:00Z, or with an offset such as %2B02:00."
        try:
            # a plus sign in a query that was not escaped arrives as a space
            at = datetime.fromisoformat(said.strip().replace(" ", "+") if "T" in said else said.strip())
        except ValueError:
            raise Refusal(400, name, f"{said[:40]!r} is no ISO 8601 time", remedy) from None
        if at.tzinfo is None:
            raise Refusal(400, name, f"{said[:40]!r} has no zone", remedy)
        try:
            return at.astimezone(UTC)
        except (OverflowError, ValueError):
            raise Refusal(400, name, f"{said[:40]!r} is outside of all time", remedy) from None

    async def _view(self, request: Request, only: str | None = None) -> View:
        at, known_at = self._moment(request, "at"), self._moment(request, "known_at")
        return await self._hall.view(at, known_at, desk=self._desk(request), only=only)

    def _told(self, view: View, more: Mapping[str, Any]) -> dict[str, Any]:
        marks = self._hall.settings.marks
        return {**more, "at": instant(view.at), **freshness(view.age, view.known_at), **marks}

    def _whole(self, request: Request, name: str, default: int, largest: int) -> int:
        said = request.query_params.get(name)
        if said is None:
            return default
        if not (said.isascii() and said.isdigit() and len(said) <= 18):
            raise Refusal(400, name, f"{said[:40]!r} is no whole number", "Write a number from 0 on.")
        return min(int(said), largest)

    # --- pictures

    async def picture(self, request: Request) -> Response:
        """Answer the state of the world ``at`` a moment as it was ``known_at`` a moment."""
        view = await self._view(request)
        return answer(self._told(view, picture_json(view.picture)), request=request)

    async def alerts(self, request: Request) -> Response:
        """Answer the alerts that stand."""
        view = await self._view(request, "alert")
        return answer(self._told(view, {"alerts": view.picture.alerts}), request=request)

    async def incidents(self, request: Request) -> Response:
        """Answer places and moments where sources report effects."""
        view = await self._view(request, "incident")
        return answer(self._told(view, {"incidents": view.picture.incidents}), request=request)

    async def ledgers(self, request: Request) -> Response:
        """Answer what sources count: every line, and which one the rules prefer."""
        view = await self._view(request, "ledger")
        told = {"lines": view.picture.ledgers.lines, "preferred": view.picture.ledgers.preferred}
        return answer(self._told(view, told), request=request)

    async def statements(self, request: Request) -> Response:
        """Answer what parties to the conflict say of their aims."""
        view = await self._view(request, "statement")
        return answer(self._told(view, {"statements": view.picture.statements}), request=request)

    # --- one thing

    async def alert(self, request: Request) -> Response:
        """Answer one alert with its evidence: rule, changes, claims, and the words of each report."""
        wanted = request.path_params["id"]
        desk = self._desk(request)
        view = await self._hall.view(desk=desk)
        changes = await asyncio.to_thread(self._hall.about, wanted, desk=desk)
        found: Alert | None = None
        history = []
        because: dict[str, None] = {}
        for change in changes:
            noun = change.fact.noun
            if isinstance(noun, Alert) and noun.id == wanted:
                found = noun
                history.append(change_json(change))
                because |= dict.fromkeys((*change.fact.because, *noun.because))
        for alert in view.picture.alerts:
            if alert.id == wanted:
                found = alert
                because |= dict.fromkeys(alert.because)
        if found is None:
            raise Refusal(
                404, f"alert {wanted[:80]}", "there is no such alert", "/v1/alerts lists those that stand."
            )
        told = {
            "alert": found,
            "standing": any(alert.id == wanted for alert in view.picture.alerts),
            "rule": found.rule,
            "changes": history,
            "evidence": [_evidence(*pair) for pair in await self._hall.evidence(tuple(because), desk=desk)],
        }
        return answer(self._told(view, told), request=request)

    async def area(self, request: Request) -> Response:
        """Answer an area's state, by its code or by the number that a dialect gives it."""
        code = self._code(request.path_params["code"])
        self._desk(request)
        state = self._hall.area_state(code)
        told: dict[str, Any] = plain(state)
        told["code"] = code
        told |= self._hall.settings.marks
        return answer(told, request=request)

    def _code(self, said: str) -> str:
        places = self._hall.world.places
        if places.area(said) is not None:
            return said
        if said.isascii() and said.isdigit() and len(said) <= 6:
            for dialect in _DIALECTS:
                code: str | None = places.by_dialect_id(dialect, said)
                if code is not None:
                    return code
        raise Refusal(
            404,
            f"area {said[:60]}",
            "there is no such area",
            "Send its KATOTTG code, ISO 3166-2 code or dialect id.",
        )

    # --- what changes

    async def changes(self, request: Request) -> Response:
        """Answer published changes after a number; the desk sees all, by numbers of their own."""
        after = self._whole(request, "after", 0, 10**17)
        limit = max(1, self._whole(request, "limit", 1000, _LARGEST))
        if self._desk(request):
            changes = await _gathered(self._hall.desk_changes, after, limit)
            told = [change_json(change) for change in changes]
            return answer({"changes": told, "view": "desk", **self._hall.settings.marks}, request=request)
        publication = self._hall.publication
        found = await _gathered(publication.after, after, limit)
        now = self._hall.clock()
        rest = freshness(self._hall.age(), now)
        rest |= {"last": publication.last, "head": publication.head, **self._hall.settings.marks}
        body = b'{"changes":[%b],%b' % (b",".join(one.data for one in found), _members(rest))
        return answer(body, request=request)

    # --- how we are

    async def health(self, request: Request) -> Response:
        """Answer how we are: status, and what is degraded; the desk sees the journal's numbers as well."""
        return answer(self._hall.health(desk=self._desk(request)))

    async def metrics(self, request: Request) -> Response:
        """Answer counters and gauges in the text format of Prometheus.

        Those that count what comes in would tell of what is held back (R27): they are the desk's.
        """
        lines = []
        for name, value in sorted(self._hall.measures(desk=self._desk(request)).items()):
            kind = "counter" if name.endswith("_total") else "gauge"
            lines.append(f"# TYPE tocsin_{name} {kind}\ntocsin_{name} {value:.10g}\n")
        return Response("".join(lines), media_type="text/plain; version=0.0.4")


async def _gathered(fetch: Callable[[int, int], Sequence[T]], after: int, limit: int) -> list[T]:
    """Fetch changes, old ones from disk, a few at a time: others have their turn in between."""
    found: list[T] = []
    while len(found) < limit and (part := fetch(after + len(found), min(_STEP, limit - len(found)))):
        found.extend(part)
        if len(part) == _STEP:
            await asyncio.sleep(0)
    return found


def _members(told: Mapping[str, Any]) -> bytes:
    return bytes(answer(dict(told)).body)[1:]


def _evidence(claim: Claim, report: Report) -> dict[str, Any]:
    """Return a claim with the words that say it and where they were said."""
    said = {
        "source": report.source,
        "id": report.id,
        "url": report.url,
        "stated_at": report.stated_at,
        "forwarded_from": report.forwarded_from,
    }
    return {"claim": claim, "quotes": [one.quote for one in claim.evidence], "report": said}
