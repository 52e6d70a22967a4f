"""Where a second reader reads otherwise than the rules: ``/v1/disagreements``, for the desk (docs/reading.md)."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from tocsin.engine import World
from tocsin.model import Claim, Deletion, Entry, Problem, Report
from tocsin.outlets.answers import Refusal, answer
from tocsin.outlets.hall import Conf
from tocsin.outlets.openapi import Endpoint, Parameter
from tocsin.outlets.proof import expect_desk
from tocsin.reading.second import Disagreement, disagreements, opinion_of

__all__ = ["Opinions"]

_REPORTS = 2_000
"""Reports, newest last, that an opinion may still come to."""
_KEPT = 1_000
_MOST = 200


class Read(Protocol):
    """The app, as whoever compares readings sees it."""

    @property
    def world(self) -> World:
        """The data that all stands on."""

    @property
    def settings(self) -> Conf:
        """How it is set."""


class Opinions:
    """Compares each opinion of the journal with what the rules read in the same report; a function of the journal."""

    def __init__(self, hall: Read, entries: Iterable[tuple[Entry, tuple[Claim, ...]]] = ()) -> None:
        self._hall = hall
        self._read: OrderedDict[tuple[str, str], tuple[str, tuple[Claim, ...]]] = OrderedDict()
        self._found: deque[tuple[int, Disagreement]] = deque(maxlen=_KEPT)
        self.heard = 0
        """How many opinions came."""
        for entry, claims in entries:
            self.enter(entry, claims)

    def enter(self, entry: Entry, claims: tuple[Claim, ...] = (), problems: tuple[Problem, ...] = ()) -> None:
        """Take in an entry: remember a report, compare an opinion, forget what is taken back."""
        del problems
        body = entry.body
        if isinstance(body, Deletion):
            self._forget(body.source, body.deletes)
            return
        if not isinstance(body, Report):
            return
        opinion = opinion_of(body)
        if opinion is None:
            self._read[body.source, body.id] = (body.text, claims)
            while len(self._read) > _REPORTS:
                self._read.popitem(last=False)
            return
        self.heard += 1
        text, said = self._read.get((opinion.source, opinion.report), ("", ()))
        self._found.extend((entry.number, one) for one in disagreements(said, opinion, text, self._meant))

    def _forget(self, source: str, report: str) -> None:
        self._read.pop((source, report), None)
        kept = [(n, one) for n, one in self._found if (one.source, one.report) != (source, report)]
        self._found = deque(kept, maxlen=_KEPT)

    def _meant(self, name: str) -> frozenset[str]:
        """The codes of all areas that a name may mean."""
        return frozenset(area.code for area in self._hall.world.places.search(name, 20))

    def listed(self, limit: int = _MOST) -> list[dict[str, object]]:
        """Return the disagreements, newest first, with the words that they are about where we still have them."""
        told: list[dict[str, object]] = []
        for number, one in list(self._found)[::-1][:limit]:
            text, _ = self._read.get((one.source, one.report), ("", ()))
            told.append(
                {
                    "entry": number,
                    "source": one.source,
                    "report": one.report,
                    "what": one.what,
                    "claim": one.claim,
                    "field": one.field,
                    "rules": one.rules or None,
                    "model": one.model or None,
                    "start": one.start,
                    "end": one.end,
                    "quote": text[one.start : one.end] or None,
                }
            )
        return told

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the way to ask."""
        return (
            Endpoint(
                method="GET",
                path="/v1/disagreements",
                handler=self.disagreements,
                does="For the desk: where the second reader reads reports otherwise than the rules, newest first.",
                answers={"200": "the disagreements", "401": "the desk's token is missing"},
                parameters=(Parameter("limit", f"At most so many, {_MOST} at most."),),
            ),
        )

    async def disagreements(self, request: Request) -> Response:
        """Answer the list to whoever shows the desk's token."""
        expect_desk(request.headers, self._hall.settings)
        said = request.query_params.get("limit", str(_MOST))
        if not said.isascii() or not said.isdecimal():
            raise Refusal(400, "limit", f"{said[:40]!r} is no number", f"Ask for 1 to {_MOST}.")
        limit = min(int(said[:6]), _MOST)
        told = {"opinions": self.heard, "disagreements": self.listed(limit), **self._hall.settings.marks}
        return answer(told, request=request)
