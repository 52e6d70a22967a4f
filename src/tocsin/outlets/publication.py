"""What the public may see: changes numbered and chained apart, each encoded once.

What is embargoed passes a gate first (``decisions.embargo``), which holds it back,
coarsens it or lets it go; only what came through has a number here, so neither numbers
nor chain heads tell of what is held back (R27).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from tocsin.outlets.tail import Tail

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

    head: str = ""
    """Of the chain, after it."""
    redacted: bool = False
    """Whether it quoted words that were removed since: its place in the chain is that of what had been sent (R29)."""

    @property
    def line(self) -> bytes:
        """The change as a line of the log: its bytes, or that it was redacted, and where the chain goes on."""
        if not self.redacted:
            return self.data
        return encode({"change": self.change.number, "redacted": self.head})

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

    def __init__(
        self,
        gate: Gate,
        places: Tree,
        marks: Mapping[str, bool] | None = None,
        *,
        fetch: Callable[[int, int], Sequence[tuple[bytes, Change, str]]] | None = None,
        last: int = 0,
        head: str = EMPTY_HEAD,
        redacted: Mapping[int, str] | None = None,
    ) -> None:
        self.gate = gate
        self._places = places
        self._marks = marks or {}
        """What each change carries where nothing of it is real: ``demo`` or ``exercise``."""
        self._redacted = redacted or {}
        """Changes that quoted words which were removed since, with the head of the chain after what had been sent."""
        self._fetch = fetch
        self._log: Tail[Published] = Tail(None if fetch is None else self._again, last)
        self._head = head

    @property
    def last(self) -> int:
        """Number of the last published change; 0 before the first."""
        return self._log.last

    @property
    def head(self) -> str:
        """Hash of the chain up to the last published change, in hexadecimal."""
        return self._head

    def absorb(self, changes: Iterable[Change]) -> tuple[Published, ...]:
        """Publish what of our changes may go out, and before each what its instant releases."""
        out: list[Published] = []
        for change in changes:
            out.extend(self._publish(self.gate.offer(change)))
        return tuple(out)

    def quotable(self, claim_id: str) -> bool:
        """Tell whether the public may read the words of a claim."""
        return self.gate.quotable(claim_id)

    def advance(self, to: datetime) -> tuple[Published, ...]:
        """Publish what was held back until at most ``to``."""
        return tuple(self._publish(self.gate.advance(to)))

    def _publish(self, facts: Iterable[tuple[datetime, Fact]]) -> Iterator[Published]:
        for at, fact in facts:
            number = self._log.last + 1
            change = Change(number=number, at=at, entry=0, fact=fact)
            redacted = {"redacted": self._redacted[number]} if number in self._redacted else {}
            data = encode({**change_json(change), **self._marks, **redacted})
            self._head = (
                self._redacted.get(number) or hashlib.sha256(bytes.fromhex(self._head) + data).hexdigest()
            )
            one = self._framed(change, data, self._head)
            self._log.append(one)
            yield one

    def after(self, number: int, limit: int | None = None) -> Sequence[Published]:
        """Return published changes after ``number``, at most ``limit`` of them."""
        return self._log.after(number, limit)

    def trim(self, written: int) -> None:
        """Keep at hand only the newest of what is written down up to a number."""
        self._log.trim(written)

    def _framed(self, change: Change, data: bytes, head: str) -> Published:
        spoken = areas_of(change.fact)
        above = (code for area in spoken for code in self._places.ancestors(area))
        return Published(
            change=change,
            frame=b"id: %d%b%b\n\n" % (change.number, _DATA, data),
            areas=tuple(dict.fromkeys((*spoken, *above))),
            spoken=len(spoken),
            head=head,
            redacted=change.number in self._redacted,
        )

    def _again(self, after: int, limit: int) -> Sequence[Published]:
        assert self._fetch is not None  # noqa: S101 - else nothing was let go of
        return [self._framed(change, data, head) for data, change, head in self._fetch(after, limit)]

    def picture(self, picture: Picture, at: datetime) -> Picture:
        """Return what of a picture the public may see at an instant."""
        return self.gate.picture(picture, at)
