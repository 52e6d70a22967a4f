"""What a panel of the desk is made of: rows that a person can stand on, read, ask about and act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.model import Order, Threat
from tocsin.places import Gazetteer
from tocsin.render.desk_values import Night, may
from tocsin.render.naming import Names, clean
from tocsin.render.words import Words

__all__ = ["Act", "Row", "acting", "arrivals", "base_of", "spoken"]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A button: an order prepared up to the person's reason, or ``explain``. ``fill`` are arguments known already."""

    verb: str
    target: str
    name: str = ""
    fill: Mapping[str, str] = {}
    main: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a panel. ``item`` tells what it is, ``id`` what a key press acts on; ``rows`` are its parts."""

    item: str
    id: str
    head: str
    tone: str = ""
    clock: str = ""
    badge: str = ""
    parts: tuple[str, ...] = ()
    who: str = ""
    said: str = ""
    """Words of others, shown as a quotation."""
    why: str = ""
    acts: tuple[Act, ...] = ()
    rows: tuple[Row, ...] = ()


def acting(night: Night, acts: Sequence[Act], need: str = "operator") -> tuple[Act, ...]:
    """Keep the acts that this person may do now: asking is for everybody, acting only in the present."""
    can = night.known_at is None and may(night.seat.role, need)
    return tuple(act for act in acts if can or act.verb == "explain")


def spoken(order: Order, places: Gazetteer, words: Words) -> tuple[str, ...]:
    """Say an order's arguments in words; ids, which tell a person nothing, are left out."""
    told = []
    for key, value in sorted(order.arguments.items()):
        if not words.has(f"desk.argument.{key}"):
            continue
        known = next((words.say(k) for k in (f"{key}.{value}", f"ending.{value}") if words.has(k)), None)
        areas = [places.area(code) for code in value.split(",")]
        if known is None and all(areas):
            known = ", ".join(words.named(area.names, area.code) for area in areas if area)
        told.append(clean(f"{words.say(f'desk.argument.{key}')}: {(known or value).rstrip('.')}"))
    return tuple(told)


def base_of(threat: Threat, places: Gazetteer) -> str | None:
    """Give the area from which a threat is reckoned: where it was last said to be, else where it came from.

    What concerns the whole country is in no one place of it.
    """
    known = (one.code for one in (*threat.areas, *threat.origin) if one.level != "country")
    return next((code for code in known if places.position(code) is not None), None)


def arrivals(
    threat: Threat, names: Names, places: Gazetteer
) -> tuple[tuple[str, datetime, datetime | None], ...]:
    """By area ahead, the earliest arrival and, where the weapon's least speed is published, the latest.

    Bounds of a straight flight, soonest first; the latest is None where nobody publishes a least speed.
    """
    base, known = base_of(threat, places), names.weapons.get(threat.weapon)
    slowest = known.speed_kmh.min if known is not None and known.speed_kmh is not None else None
    fastest = known.speed_kmh.max if known is not None and known.speed_kmh is not None else None
    found: list[tuple[str, datetime, datetime | None]] = []
    for code, earliest in threat.earliest_arrival.items():
        away = places.distance_km(base, code) if base is not None else None
        latest = None
        if away and slowest and fastest and slowest < fastest:
            begun = away / fastest * 3600
            latest = datetime.fromtimestamp(
                earliest.timestamp() - begun + away / slowest * 3600, earliest.tzinfo
            )
        found.append((code, earliest, latest))
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))
