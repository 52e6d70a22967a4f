"""What the public may see: changes numbered and chained apart, each encoded once.

What is embargoed passes a gate first (``decisions.embargo``), which holds it back,
coarsens it or lets it go; only what came through has a number here, so neither numbers
nor chain heads tell of what is held back (R27).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tocsin.codec import change_json, encode
from tocsin.model import (
    Alarm,
    Alert,
    Change,
    Coverage,
    Fact,
    Incident,
    LedgerLine,
    Picture,
    Threat,
)

__all__ = ["EMPTY_HEAD", "Gate", "Passing", "Publication", "Published", "areas_of"]

EMPTY_HEAD = hashlib.sha256(b"tocsin published 1\n").hexdigest()
"""The chain head before the first published change."""

_DATA = b"\ndata: "


class Tree(Protocol):
    """What must be known of places: what lies above an area."""

    def ancestors(self, code: str) -> Sequence[str]:
        """Areas that hold this one, nearest first."""


class Gate(Protocol):
    """What stands between our changes and the public: ``decisions.publisher``, or nothing."""

    def quotable(self, claim_id: str) -> bool:
        """Tell whether the words of a claim may be shown."""

    def offer(self, change: Change) -> Sequence[tuple[datetime, Fact]]:
        """Return what falls due by a change's instant, then what of it may go out now, each with its instant."""

    def advance(self, to: datetime) -> Sequence[tuple[datetime, Fact]]:
        """Return what was held back until at most ``to``, each with the instant of its release."""

    def picture(self, picture: Picture, at: datetime) -> Picture:
        """Return what of a picture the public may see."""


class Passing:
    """A gate that holds nothing back."""

    def quotable(self, claim_id: str) -> bool:  # noqa: ARG002 - any
        """Show every word."""
        return True

    def offer(self, change: Change) -> Sequence[tuple[datetime, Fact]]:
        """Return the change's fact as it is."""
        return ((change.at, change.fact),)

    def advance(self, to: datetime) -> Sequence[tuple[datetime, Fact]]:  # noqa: ARG002 - nothing was held back
        """Return nothing."""
        return ()

    def picture(self, picture: Picture, at: datetime) -> Picture:  # noqa: ARG002 - all of it
        """Return the picture as it is."""
        return picture


class Published(msgspec.Struct, frozen=True):
    """A published change with its one encoding, an SSE frame, and the areas it touches."""

    change: Change
    frame: bytes
    areas: tuple[str, ...]
    """Codes that it speaks of, then all that hold them; empty where it concerns everybody."""
    spoken: int
    """How many of ``areas`` it speaks of itself."""

    @property
    def data(self) -> bytes:
        """The change as JSON: what the frame carries, and what the chain covers."""
        return self.frame[self.frame.index(_DATA) + len(_DATA) : -2]


def areas_of(fact: Fact) -> tuple[str, ...]:
    """Return the codes of the areas that a fact speaks of, in its own order."""
    noun = fact.noun
    found: Iterable[str]
    match noun:
        case Alert() | Alarm() | Incident():
            found = (noun.area.code,)
        case Threat():
            found = (area.code for area in (*noun.areas, *noun.toward))
        case LedgerLine():
            found = (noun.area,) if noun.area else ()
        case Coverage():
            found = (noun.area,)
        case _:
            found = ()
    return tuple(dict.fromkeys(found))


class Publication:
    """The public chain: numbers from 1, each change's hash over the head before and its bytes."""

    def __init__(self, gate: Gate, places: Tree, marks: Mapping[str, bool] | None = None) -> None:
        self._gate = gate
        self._places = places
        self._marks = marks or {}
        """What each change carries where nothing of it is real: ``demo`` or ``exercise``."""
        self._log: list[Published] = []
        self._head = EMPTY_HEAD

    @property
    def last(self) -> int:
        """Number of the last published change; 0 before the first."""
        return len(self._log)

    @property
    def head(self) -> str:
        """Hash of the chain up to the last published change, in hexadecimal."""
        return self._head

    def absorb(self, changes: Iterable[Change]) -> tuple[Published, ...]:
        """Publish what of our changes may go out, and before each what its instant releases."""
        out: list[Published] = []
        for change in changes:
            out.extend(self._publish(self._gate.offer(change)))
        return tuple(out)

    def quotable(self, claim_id: str) -> bool:
        """Tell whether the public may read the words of a claim."""
        return self._gate.quotable(claim_id)

    def advance(self, to: datetime) -> tuple[Published, ...]:
        """Publish what was held back until at most ``to``."""
        return tuple(self._publish(self._gate.advance(to)))

    def _publish(self, facts: Iterable[tuple[datetime, Fact]]) -> Iterator[Published]:
        for at, fact in facts:
            number = len(self._log) + 1
            change = Change(number=number, at=at, entry=0, fact=fact)
            data = encode({**change_json(change), **self._marks})
            spoken = areas_of(fact)
            above = (code for area in spoken for code in self._places.ancestors(area))
            one = Published(
                change=change,
                frame=b"id: %d%b%b\n\n" % (number, _DATA, data),
                areas=tuple(dict.fromkeys((*spoken, *above))),
                spoken=len(spoken),
            )
            self._head = hashlib.sha256(bytes.fromhex(self._head) + data).hexdigest()
            self._log.append(one)
            yield one

    def after(self, number: int, limit: int | None = None) -> Sequence[Published]:
        """Return published changes after ``number``, at most ``limit`` of them."""
        start = max(number, 0)
        return self._log[start : len(self._log) if limit is None else start + limit]

    def picture(self, picture: Picture, at: datetime) -> Picture:
        """Return what of a picture the public may see at an instant."""
        return self._gate.picture(picture, at)
