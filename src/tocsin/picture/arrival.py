"""The earliest time at which a threat can reach what lies ahead: a bound, never a countdown (R36)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tocsin.model import Threat, Weapon

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["earliest_arrival"]


def earliest_arrival(
    places: Gazetteer, weapon: Weapon, threat: Threat, said: datetime
) -> dict[str, datetime]:
    """By area code, the earliest arrival by the weapon's greatest published speed; empty where unknown.

    Reckoned from where the threat was last said to be, else from where it was
    launched. A carrier's own speed says nothing of its missile's, so it has none.
    """
    speed = weapon.speed_kmh
    if weapon.carrier or speed is None or not speed.max or not threat.toward:
        return {}
    for base in (*threat.areas, *threat.origin):
        if places.position(base.code) is not None:
            break
    else:
        return {}
    found: dict[str, datetime] = {}
    for area in threat.toward:
        if area.code == base.code or places.covers(base.code, area.code):
            continue
        distance = places.distance_km(base.code, area.code)
        if distance is not None:
            seconds = int(distance / speed.max * 3600)
            found[area.code] = said.replace(microsecond=0) + timedelta(seconds=seconds)
    return found
