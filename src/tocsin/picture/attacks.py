"""One attack on one first-level area: what joins its incidents and its ledger lines.

An attack begins with the first effects, blasts or tallies and lasts while more
of them come; hours of quiet end it. Words that count people or damage later
belong to the attack that they speak of, else to the latest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from tocsin.model import AreaRef, Claim, PlaceRef
from tocsin.slate import Slate, Table

__all__ = ["HOT", "Areas", "Attacks", "area_of", "moment", "spots"]

QUIET = timedelta(hours=6)
"""Effects that come after so long a quiet in a first-level area begin another attack."""
QUIET_NATION = timedelta(hours=10)
"""The same for tallies of the whole country, which come once or twice a day."""
HOT = timedelta(hours=72)
"""How long after its last word a thing stays in the hot state."""

EXACT = ("second", "minute")


class Areas(Protocol):
    """What the record asks of a gazetteer."""

    @property
    def root(self) -> str:
        """The code of the country."""

    def first_level_of(self, code: str) -> str | None:
        """Return the first-level area that ``code`` lies in."""

    def covers(self, outer: str, inner: str) -> bool:
        """Whether ``inner`` is ``outer`` or lies in it."""

    def ref(self, code: str) -> AreaRef:
        """Return the area as the public face names it."""


class _Span(msgspec.Struct, frozen=True):
    id: str
    first: datetime
    last: datetime


class Attacks:
    """The attacks of the hot state, by first-level area (or the country)."""

    def __init__(self, places: Areas, slate: Slate) -> None:
        self._places = places
        self._spans: Table[str, tuple[_Span, ...]] = Table(slate)

    def of(self, code: str | None, when: datetime, *, opens: bool) -> str:
        """Return the id of the attack that a word about ``code`` at ``when`` belongs to.

        ``opens`` is True for effects, blasts and tallies, which alone can begin
        another attack while one is remembered.
        """
        base = self._places.root if code is None else (self._places.first_level_of(code) or code)
        quiet = QUIET_NATION if base == self._places.root else QUIET
        spans = self._spans.get(base) or ()
        for span in reversed(spans):
            if span.first - quiet <= when and (when <= span.last + quiet or not opens):
                wider = _Span(id=span.id, first=min(span.first, when), last=max(span.last, when))
                if opens and wider != span:
                    self._spans.put(base, tuple(wider if each is span else each for each in spans))
                return span.id
        if spans and not opens:
            return spans[0].id
        span = _Span(id=f"{base}@{when:%Y-%m-%dT%H:%MZ}", first=when, last=when)
        self._spans.put(base, tuple(sorted((*spans, span), key=lambda each: each.first)))
        return span.id

    def forget(self, before: datetime) -> None:
        """Drop the attacks whose last effects came before ``before``."""
        for base in sorted(self._spans):
            spans = self._spans.get(base) or ()
            kept = tuple(span for span in spans if span.last >= before)
            if not kept:
                self._spans.drop(base)
            elif kept != spans:
                self._spans.put(base, kept)


def spots(claim: Claim, places: Areas) -> tuple[PlaceRef, ...]:
    """Return the places where a claim says that it happened, without where from or where to.

    "In the district, in the city" is one place: what only holds another is left out.
    """
    at = tuple(place for place in claim.places if place.role in {"at", "near"})
    if not at and claim.place is not None and claim.place.role in {"at", "near"}:
        at = (claim.place,)
    if len(at) < 2:
        return at
    return tuple(
        place
        for place in at
        if not any(other.code != place.code and places.covers(place.code, other.code) for other in at)
    )


def area_of(place: PlaceRef) -> AreaRef:
    """Return the area of a place as the words named it (a neighbourhood keeps its name)."""
    return AreaRef(code=place.code, name=place.name, names=place.names, level=place.level)


def moment(claim: Claim, stated: datetime) -> tuple[datetime, bool]:
    """When a thing happened, and whether that is said to the minute.

    Without a time in the words the moment is when it was stated.
    """
    start = claim.valid.start
    if start is not None and claim.valid.precision in EXACT and start < stated - timedelta(minutes=1):
        return start, True
    return stated, False
