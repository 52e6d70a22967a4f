"""Whether a claim speaks of a threat that is already believed: by weapon, place, heading and time.

Kinematics stays simple: areas and headings as stated, no tracks, no filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tocsin.model import AreaRef, Claim, PlaceRef, Threat

if TYPE_CHECKING:
    from tocsin.picture.kin import Kin
    from tocsin.places import Gazetteer

__all__ = ["EVERYWHERE", "Matcher", "Spot", "headings_agree", "ref_of"]

_POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
_FINE = frozenset(("drone", "jet-drone", "recon-drone", "guided-bomb", "artillery", "mlrs"))
"""Classes whose threats are told apart by raion; all others by first-level area."""
_UPGRADE = timedelta(minutes=10)
_PLACELESS = timedelta(minutes=15)
_Around = tuple[tuple[str, ...], str | None, str | None]
"""What holds an area: all areas around it, its raion, its first-level area."""
EVERYWHERE = "*"
"""The bucket of threats without an area of their own, or of a whole country."""


def headings_agree(one: str | None, other: str | None) -> bool:
    """Whether two compass points are less than 90 degrees apart; an unknown one agrees with all."""
    if one not in _POINTS or other not in _POINTS:
        return True
    apart = abs(_POINTS.index(one) - _POINTS.index(other))
    return min(apart, 16 - apart) < 4


def ref_of(place: PlaceRef) -> AreaRef:
    """The area of a place as a claim names it."""
    return AreaRef(code=place.code, name=place.name, names=place.names, level=place.level)


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where a claim puts a threat: where it is, what lies ahead, where it came from."""

    at: tuple[AreaRef, ...] = ()
    toward: tuple[AreaRef, ...] = ()
    origin: tuple[AreaRef, ...] = ()

    @classmethod
    def of(cls, claim: Claim, places: Gazetteer) -> Spot:
        """The places of a claim by the part that they play.

        What is said to be outside the country (an airfield, a sea) is where the hazard comes from.
        """
        by: dict[str, list[AreaRef]] = {"at": [], "toward": [], "from": []}
        for place in claim.places or ((claim.place,) if claim.place else ()):
            role = "at" if place.role in ("at", "near", "via") else place.role
            outside = place.code != places.root and places.first_level_of(place.code) is None
            by.setdefault("from" if outside and role == "at" else role, []).append(ref_of(place))
        return cls(at=tuple(by["at"]), toward=tuple(by["toward"]), origin=tuple(by["from"]))

    @property
    def told(self) -> tuple[AreaRef, ...]:
        """The areas that are said to be in danger: where it is and what lies ahead."""
        return self.at + self.toward


class Matcher:
    """Compares claims with threats over one gazetteer and one table of weapons."""

    def __init__(self, places: Gazetteer, kin: Kin) -> None:
        self._places = places
        self._kin = kin
        self._around: dict[str, _Around] = {}
        """Of every area what holds it: as many answers as areas."""

    def buckets(self, areas: Sequence[AreaRef]) -> tuple[str, ...]:
        """The first-level areas that ``areas`` lie in, by which threats are looked up."""
        found: dict[str, None] = {}
        for area in areas:
            first = self._places.first_level_of(area.code)
            if first is not None:
                found[first] = None
            elif area.code == self._places.root:
                found[EVERYWHERE] = None
        return tuple(found) or (EVERYWHERE,)

    def score(self, claim: Claim, weapon: str, spot: Spot, threat: Threat, said: datetime) -> tuple[int, int]:
        """How well claim and threat fit by (place, weapon); (0, 0) when they are two things."""
        if self._kin.carrier(threat.weapon) or self._kin.carrier(weapon):
            upgrade = self._carrier(claim, weapon, spot, threat, said)
            if upgrade[0]:
                return upgrade
            if threat.weapon != weapon or claim.kind not in ("takeoff", "danger", "inbound"):
                return (0, 0)
            return (3, 3)
        close = self._kin.closeness(threat.weapon, weapon)
        if not close or not headings_agree(claim.heading, threat.heading):
            return (0, 0)
        place = self._place(claim, weapon, spot, threat, said)
        return (place, close) if place else (0, 0)

    def _carrier(
        self, claim: Claim, weapon: str, spot: Spot, threat: Threat, said: datetime
    ) -> tuple[int, int]:
        """A missile danger told in one breath with a take-off is the danger of what took off."""
        if weapon == threat.weapon:
            return (0, 0)
        start = threat.valid.start
        near = start is not None and abs(said - start) <= _UPGRADE
        wide = claim.kind in ("danger", "takeoff") and threat.kind in ("danger", "takeoff")
        if not (near and wide and any(c.startswith(f"{claim.source}:") for c in threat.claims)):
            return (0, 0)
        both_wide = self._wide(spot.told) and self._wide(threat.areas + threat.toward)
        arms = self._kin.carried(threat.weapon, weapon) or self._kin.carried(weapon, threat.weapon)
        return (3, 1) if both_wide and arms else (0, 0)

    def _wide(self, areas: Sequence[AreaRef]) -> bool:
        return not areas or any(a.code == self._places.root for a in areas)

    def _place(self, claim: Claim, weapon: str, spot: Spot, threat: Threat, said: datetime) -> int:
        told, held = spot.told, threat.areas + threat.toward
        if not told or not held:
            recent = threat.valid.start is None or said - threat.valid.start <= _PLACELESS
            if told or held:
                overlap = not spot.origin or not threat.origin or self._touch(spot.origin, threat.origin)
                return int(recent and overlap)
            return 1 if self._touch(spot.origin, threat.origin) or not (spot.origin or threat.origin) else 0
        fine = threat.weapon_class in _FINE or self._kin.klass(weapon) in _FINE
        best = 0
        for mine in told:
            for theirs in held:
                best = max(best, self._near(mine.code, theirs.code, fine=fine))
        if not best and claim.kind == "inbound" and self._touch(spot.origin, held):
            best = 1
        return best

    def _near(self, one: str, other: str, *, fine: bool) -> int:
        if one == other:
            return 3
        mine = self._around.get(one) or self._look(one)
        theirs = self._around.get(other) or self._look(other)
        root = self._places.root
        if root in (one, other):
            return 0
        if one in theirs[0] or other in mine[0]:
            return 2
        if fine:
            return 2 if mine[1] is not None and mine[1] == theirs[1] else 0
        return 1 if mine[2] is not None and mine[2] == theirs[2] else 0

    def _look(self, code: str) -> _Around:
        places = self._places
        around = (places.ancestors(code), places.raion_of(code), places.first_level_of(code))
        self._around[code] = around
        return around

    def _touch(self, one: Sequence[AreaRef], other: Sequence[AreaRef]) -> bool:
        return any(
            a.code == b.code or self._places.covers(a.code, b.code) or self._places.covers(b.code, a.code)
            for a in one
            for b in other
        )
