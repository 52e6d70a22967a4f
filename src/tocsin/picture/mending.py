"""What an operator's orders do to threats: correct a place, adjust, end, merge, split.

An order moves a threat, it adds no voice: how far the threat is believed stays
what its sources' words are worth. The engine checked who may, and the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tocsin.model import AreaRef, Claim, Fact, Order, PlaceRef, Range, Threat
from tocsin.picture.held import Held, Holding
from tocsin.picture.kin import Kin
from tocsin.slate import Slate, Table

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["ORDERED", "Mending", "PutRight"]

ORDERED = "order:"
"""Begins the reason of every change that an order made to a threat; decisions know it by that."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT_VOICES = 48
_MEANT = timedelta(hours=6)
_KEPT_CLAIMS = 40

Settle = Callable[..., list[Fact]]
"""``Threats.settle``: weighs anew, writes, tells."""
Close = Callable[..., list[Fact]]
"""``Threats.close``: takes out, tells."""


class PutRight:
    """Which of the places that an ambiguous name could mean a source means, as an operator said, for some hours.

    Only a name that could mean the right place is put there: what a source says of the wrong place by a name
    that is no other's stays where it is.
    """

    def __init__(self, places: Gazetteer, slate: Slate) -> None:
        self._places = places
        self._right: Table[tuple[str, str], tuple[str, datetime]] = Table(slate)

    def remember(self, sources: Iterable[str], wrong: str, right: str, at: datetime) -> None:
        """From here on these sources mean the right place."""
        for source in sorted(set(sources)):
            self._right.put((source, wrong), (right, at + _MEANT))

    def read(self, claims: tuple[Claim, ...], source: str, at: datetime) -> tuple[Claim, ...]:
        """The claims of a source with their places put right; its words stay as they are."""
        if not self._right.rows:
            return claims
        return tuple(self._claim(claim, source, at) for claim in claims)

    def _claim(self, claim: Claim, source: str, at: datetime) -> Claim:
        told = tuple(self._place(place, source, at) for place in claim.places)
        main = claim.place if claim.place is None else self._place(claim.place, source, at)
        if told == claim.places and main == claim.place:
            return claim
        return msgspec.structs.replace(claim, places=told, place=main)

    def _place(self, place: PlaceRef, source: str, at: datetime) -> PlaceRef:
        found = self._right.get((source, place.code))
        if found is None or at >= found[1] or found[0] not in place.alternatives:
            return place
        others = tuple(c for c in (place.code, *place.alternatives) if c != found[0])
        return self._places.place(found[0], place.role, others)


class Mending:
    """Performs orders on the threats that are held."""

    def __init__(
        self, places: Gazetteer, kin: Kin, holding: Holding, *, settle: Settle, close: Close
    ) -> None:
        self._places = places
        self._kin = kin
        self._holding = holding
        self._settle = settle
        self._close = close

    def perform(self, order: Order, reference: str, at: datetime) -> list[Fact]:
        """Carry an order out; nothing where it isn't about a threat that stands, or changes nothing."""
        held = self._holding.rows.get(order.target)
        if held is None:
            return []
        match order.verb:
            case "correct":
                return self._correct(held, order, reference)
            case "adjust":
                return self._adjust(held, order, reference, at)
            case "end":
                how = order.arguments["how"]
                over = how != "mistake"
                return self._close(held, "over", None, (reference,), ORDERED + how, move=over)
            case "merge":
                return self._merge(held, order, reference)
            case "split":
                return self._split(held, order, reference)
            case _:
                return []

    def _changed(
        self, held: Held, threat: Threat, reference: str, why: str, *, move: bool = True
    ) -> list[Fact]:
        if threat == held.threat:
            return []
        kept = msgspec.structs.replace(held, threat=threat)
        return self._settle(kept, None, "revise", ORDERED + why, move=move, because=(reference,))

    def _correct(self, held: Held, order: Order, reference: str) -> list[Fact]:
        wrong, right = order.arguments["from"], self._places.ref(order.arguments["to"])
        old = held.threat

        def swapped(areas: Sequence[AreaRef]) -> tuple[AreaRef, ...]:
            found = {(right if self._places.covers(wrong, a.code) else a).code: a for a in areas}
            return tuple(right if code == right.code else area for code, area in found.items())

        threat = msgspec.structs.replace(
            old, areas=swapped(old.areas), toward=swapped(old.toward), origin=swapped(old.origin)
        )
        return self._changed(held, threat, reference, "correct", move=False)

    def _adjust(self, held: Held, order: Order, reference: str, at: datetime) -> list[Fact]:
        said = order.arguments
        threat = held.threat
        if "weapon" in said:
            slug = said["weapon"]
            kind = "takeoff" if self._kin.carrier(slug) else threat.kind
            if kind == "takeoff" and not self._kin.carrier(slug):
                kind = "danger"
            threat = msgspec.structs.replace(
                threat, weapon=slug, weapon_class=self._kin.klass(slug), kind=kind
            )
        if "count" in said:
            threat = msgspec.structs.replace(threat, count=_range(said["count"]))
        if "heading" in said:
            threat = msgspec.structs.replace(threat, heading=said["heading"])
        for name in ("areas", "toward"):
            if name in said:
                threat = msgspec.structs.replace(threat, **{name: self._refs(said[name])})
        if "minutes" in said:
            threat = msgspec.structs.replace(threat, lapses_at=at + timedelta(minutes=int(said["minutes"])))
        return self._changed(held, threat, reference, "adjust")

    def _merge(self, held: Held, order: Order, reference: str) -> list[Fact]:
        other = self._holding.rows.get(order.arguments["into"])
        if other is None or other.threat.id == held.threat.id:
            return []
        gone, stays = held.threat, other.threat
        latest = max((gone, stays), key=lambda t: (t.last_said or t.valid.start or _EPOCH, t.id))
        carrier = self._kin.carrier(gone.weapon) or self._kin.carrier(stays.weapon)
        weapon = stays.weapon if carrier else self._kin.agreed(stays.weapon, gone.weapon)
        claims = tuple(dict.fromkeys((*stays.claims, *gone.claims)))
        ends = [t.lapses_at for t in (gone, stays) if t.lapses_at is not None]
        threat = msgspec.structs.replace(
            stays,
            weapon=weapon,
            weapon_class=self._kin.klass(weapon),
            areas=_both(stays.areas, gone.areas),
            toward=_both(stays.toward, gone.toward),
            origin=stays.origin or gone.origin,
            heading=latest.heading or stays.heading or gone.heading,
            count=stays.count or gone.count,
            claims=claims[-_KEPT_CLAIMS:],
            lapses_at=max(ends, default=None),
        )
        voices = tuple(sorted((*other.voices, *held.voices), key=lambda v: (v.at, v.claim)))[-_KEPT_VOICES:]
        against = tuple(sorted((*other.against, *held.against), key=lambda v: (v.at, v.claim)))[
            -_KEPT_VOICES:
        ]
        both = Held(threat=threat, voices=voices, against=against, rule=other.rule)
        facts = self._close(held, "over", None, (reference,), f"{ORDERED}merged-into:{stays.id}", move=False)
        facts = (
            self._settle(both, None, "revise", ORDERED + "merge", move=False, because=(reference,)) + facts
        )
        self._spoken(both)
        return facts

    def _split(self, held: Held, order: Order, reference: str) -> list[Fact]:
        said, old = order.arguments, held.threat
        areas, toward = self._refs(said.get("areas", "")), self._refs(said.get("toward", ""))
        count = _range(said["count"]) if "count" in said else None
        if not (areas or toward or count):
            return []
        part = msgspec.structs.replace(
            old,
            id=f"threat:{reference}",
            areas=areas or (() if toward else old.areas),
            toward=toward,
            count=count,
            heading=None if toward and not areas else old.heading,
        )
        named = {a.code for a in (*areas, *toward)}
        rest = msgspec.structs.replace(
            old,
            areas=tuple(a for a in old.areas if a.code not in named) or old.areas,
            toward=tuple(a for a in old.toward if a.code not in named),
            count=_less(old.count, count),
        )
        facts = self._changed(held, rest, reference, "split")
        new = msgspec.structs.replace(held, threat=part)
        facts += self._settle(new, None, "open", ORDERED + "split", move=True, because=(reference,))
        self._spoken(new)
        return facts

    def _spoken(self, held: Held) -> None:
        """Let every report that speaks of a threat lead to it, so that taking it back reaches it."""
        for voice in held.voices + held.against:
            self._holding.spoken(voice.source, voice.report, held.threat.id, None)

    def _refs(self, codes: str) -> tuple[AreaRef, ...]:
        return tuple(self._places.ref(code) for code in codes.split(",") if code)


def _both(one: Sequence[AreaRef], other: Sequence[AreaRef]) -> tuple[AreaRef, ...]:
    """All areas of both, each once: to merge takes no area out."""
    return tuple({area.code: area for area in (*one, *other)}.values())


def _range(text: str) -> Range | None:
    """The count that an order's words give; None for "?"."""
    if text == "?":
        return None
    low, _, high = text.partition("-")
    return Range(min=int(low), max=int(high or low))


def _less(count: Range | None, gone: Range | None) -> Range | None:
    """What is left of a count when a part of it is told apart."""
    if count is None or gone is None or gone.min is None:
        return count
    low = None if count.min is None else max(0, count.min - (gone.max or gone.min))
    high = None if count.max is None else max(0, count.max - gone.min)
    return Range(min=low, max=high, approx=count.approx)
