"""What our alerts were worth, and what another policy would have said: ``/v1/score``, ``/v1/shadow`` (R21, R22, R25).

The public score is folded from published changes alone, so no embargoed effect
shows in a figure (R27). Another policy beside the live one folds the same
entries, is published to nobody, and is compared with what we said.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.codec import encode
from tocsin.decisions.comparing import Comparison, compare
from tocsin.decisions.policy import Policy
from tocsin.decisions.score import Score, Scorer
from tocsin.engine import State, World
from tocsin.model import Adoption, Change, Claim, Entry, Problem, Reading, Report
from tocsin.outlets.answers import Refusal, answer
from tocsin.outlets.hall import Conf, outlive
from tocsin.outlets.openapi import Endpoint, Parameter
from tocsin.outlets.proof import expect_desk

__all__ = ["Beside", "Board", "told_to_nobody"]

_STEP = 2000
_KEPT = 20_000
"""Changes of alerts that a comparison remembers of each policy."""
_OPEN = (
    "/v1/reports",
    "/v1/score",
    "/v1/shadow",
    "/healthz",
    "/metrics",
    "/desk",
    "/exercise/desk",
    "/static/",
)
"""What a shadow answers: the way in, how it fares, and the desk."""

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Callable[..., Awaitable[Any]], Callable[..., Awaitable[Any]]], Awaitable[None]]


class Scored(Protocol):
    """The app, as a score sees it."""

    @property
    def world(self) -> World:
        """The data that all stands on."""

    @property
    def settings(self) -> Conf:
        """How it is set."""

    def clock(self) -> datetime:
        """Tell the time."""

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Give published changes by number."""

    def desk_changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Give all changes by number."""


class _Read:
    """A reader that gives what was read already: the other policy reads nothing anew."""

    def __init__(self) -> None:
        self.claims: tuple[Claim, ...] = ()

    def read(self, report: Report) -> Reading:
        """Return the claims that the live fold read in the same report."""
        return Reading(report=report.id, language="und", claims=self.claims)


class Beside:
    """Another policy over the same entries, published to nobody."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._reader = _Read()
        self.policy = policy
        self.state = State(msgspec.structs.replace(world, policy=policy), self._reader)
        self.scorer = Scorer(world.places)
        self.alerts: deque[Change] = deque(maxlen=_KEPT)

    def enter(self, entry: Entry, claims: tuple[Claim, ...] = (), problems: tuple[Problem, ...] = ()) -> None:
        """Take an entry in, with the claims that the live fold read in it."""
        del problems
        if isinstance(entry.body, Adoption) and entry.body.kind == "policy":
            return
        self._reader.claims = claims
        self._take(self.state.advance(entry.recorded_at))
        self._take(self.state.step(entry).changes)

    def reach(self, at: datetime) -> None:
        """Let time pass."""
        self._take(self.state.advance(at))

    def _take(self, changes: Iterable[Change]) -> None:
        made = list(changes)
        self.scorer.take(made)
        self.alerts.extend(_alerts(made))


def _alerts(changes: Iterable[Change]) -> Iterable[Change]:
    return (c for c in changes if c.fact.type == "alert" and c.fact.verb != "withhold")


class Board:
    """Answers what alerts were worth, to everybody from what is published, to the desk from all."""

    def __init__(self, hall: Scored, beside: Beside | None = None) -> None:
        self._hall = hall
        self._beside = beside
        places = hall.world.places
        self._public = Scorer(places)
        self._all = Scorer(places)
        self._told: deque[Change] = deque(maxlen=_KEPT)
        self._turn = asyncio.Lock()
        outlive(hall, "score", self._public, Scorer.KEPT)
        if beside is None:
            # A comparison begins with the first change, and so does what it compares.
            outlive(hall, "score-desk", self._all, Scorer.KEPT)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the ways to ask."""
        area = Parameter("area", "Only this area and what lies in it.")
        view = Parameter("view", "public, or desk with the desk's token.")
        return (
            Endpoint(
                method="GET",
                path="/v1/score",
                handler=self.score,
                does="By area and threat: how many alerts were followed by a track, an explosion, an impact; lead times.",
                answers={"200": "the score", "404": "there is no such area"},
                parameters=(area, view),
            ),
            Endpoint(
                method="GET",
                path="/v1/shadow",
                handler=self.shadow,
                does="For the desk: the score, and what another policy would have said beside.",
                answers={"200": "the report", "401": "the desk's token is missing"},
                parameters=(area,),
            ),
        )

    async def score(self, request: Request) -> Response:
        """Answer the score from what is published; to the desk from all that is known."""
        wanted = request.query_params.get("view", "public")
        if wanted not in ("public", "desk"):
            raise Refusal(400, "view", f"{wanted[:40]!r} is no view", "Ask for public or desk.")
        if wanted == "desk":
            expect_desk(request.headers, self._hall.settings)
        async with self._turn:
            await self._follow()
        scorer = self._all if wanted == "desk" else self._public
        return answer(self._marked(msgspec.to_builtins(self._scored(scorer, request))), request=request)

    async def shadow(self, request: Request) -> Response:
        """Answer what we are worth, and what the policy beside would have said."""
        expect_desk(request.headers, self._hall.settings)
        async with self._turn:
            await self._follow()
        told: dict[str, Any] = {
            "policy": self._hall.world.policy.name if self._hall.world.policy else None,
            "published": not getattr(self._hall.settings, "shadow", False),
            "score": self._scored(self._all, request),
        }
        if self._beside is not None:
            self._beside.reach(self._hall.clock())
            told["beside"] = {
                "policy": self._beside.policy.name,
                "score": self._scored(self._beside.scorer, request),
                "compared": self.compared(),
            }
        return answer(self._marked(told), request=request)

    def compared(self) -> Comparison | None:
        """The comparison of what we said with what the policy beside would have said."""
        if self._beside is None:
            return None
        return compare(self._told, self._beside.alerts)

    async def _follow(self) -> None:
        """Take in what came since, without keeping the loop for long."""
        for scorer, ask in ((self._public, self._hall.changes), (self._all, self._hall.desk_changes)):
            while batch := ask(scorer.number, _STEP):
                before = scorer.number
                scorer.take(batch)
                if scorer is self._all:
                    self._told.extend(_alerts(batch))
                if scorer.number == before:
                    break
                await asyncio.sleep(0)

    def _scored(self, scorer: Scorer, request: Request) -> Score:
        area = request.query_params.get("area") or None
        if area is not None and self._hall.world.places.area(area) is None:
            raise Refusal(404, "area", f"{area[:40]!r} is no area that we know", "Send its code.")
        return scorer.score(area)

    def _marked(self, told: dict[str, Any]) -> dict[str, Any]:
        return {**told, **self._hall.settings.marks}


def told_to_nobody(inner: App) -> App:
    """Close an application to the public: a shadow answers reports, health, score and the desk, and else 503 (R25)."""
    said = encode(
        {
            "where": "shadow",
            "what": "this server is a shadow: it publishes to nobody",
            "remedy": "Ask the live server.",
        }
    )

    async def outer(
        scope: Scope, receive: Callable[..., Awaitable[Any]], send: Callable[..., Awaitable[Any]]
    ) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or any(
            path == way.rstrip("/") or path.startswith(way.rstrip("/") + "/") for way in _OPEN
        ):
            if scope["type"] != "websocket":
                await inner(scope, receive, send)
                return
            await send({"type": "websocket.close", "code": 1013})
            return
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else said})

    return outer
