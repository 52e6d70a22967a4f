"""Which areas a rule alerts for what was stated: never wider than its words (R7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tocsin.decisions.policy import Rule

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["areas_of"]


def areas_of(
    rule: Rule,
    places: Gazetteer,
    told: Sequence[str],
    *,
    heading: str | None = None,
    origin: Sequence[str] = (),
    standing: Iterable[str] = (),
) -> tuple[str, ...]:
    """The codes of the areas to alert, each once, in the order of the stated areas.

    ``told`` are the areas that were stated, ``standing`` those where an alert
    stands (for the scope that only tells them more). Areas outside the country
    are left out; an area coarser than the scope stays itself, a country becomes
    its first-level areas.
    """
    if rule.scope == "none":
        return ()
    if rule.scope == "country":
        return tuple(places.first_level())
    if rule.scope == "standing":
        return tuple(a for a in sorted(standing) if _in_reach(places, a, origin, rule.reach_km))
    found: dict[str, None] = {}
    for code in told:
        for area in _lifted(rule.scope, places, code):
            found[area] = None
    if rule.scope == "ahead" and heading is not None:
        ahead = [a for code in told for a in places.ahead(code, heading, rule.reach_km)]
        for area in ahead:
            # Of an oblast and a raion in it, the raion is what lies ahead.
            coarse = any(area != other and places.covers(area, other) for other in ahead)
            if places.first_level_of(area) is not None and not coarse:
                found[area] = None
    return tuple(found)


def _lifted(scope: str, places: Gazetteer, code: str) -> tuple[str, ...]:
    if code == places.root:
        return tuple(places.first_level())
    first = places.first_level_of(code)
    if first is None:
        return ()
    if scope == "oblast":
        return (first,)
    if scope in ("raion", "ahead"):
        return (places.lift(code, "raion") or first,)
    return (code,)


def _in_reach(places: Gazetteer, area: str, origin: Sequence[str], reach_km: float) -> bool:
    for code in origin:
        distance = places.distance_km(code, area)
        if distance is not None and distance <= reach_km:
            return True
    return False
