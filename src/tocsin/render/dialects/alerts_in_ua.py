"""The dialect of alerts.in.ua, versions 1 and 2: values to the exact bytes that its clients parse.

Every key of the dialect is always present, ``null`` where there is nothing;
times carry three digits of a second because clients refuse fewer; numbers of
areas are strings where the original has strings.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tocsin.model import Alert, Threat
from tocsin.render.dialects.chronicle import Spell
from tocsin.render.dialects.official import Atlas, Lamp, Moment

__all__ = [
    "BANNERS",
    "OBLAST_ORDER",
    "PERIODS",
    "active_alerts",
    "envelope",
    "error_json",
    "history",
    "iot_by_oblast",
    "iot_one",
    "iot_string",
    "title",
]

OBLAST_ORDER = (
    29,  # Крим
    8,  # Волинська
    4,  # Вінницька
    9,  # Дніпропетровська
    28,  # Донецька
    10,  # Житомирська
    11,  # Закарпатська
    12,  # Запорізька
    13,  # Івано-Франківська
    31,  # м. Київ
    14,  # Київська
    15,  # Кіровоградська
    16,  # Луганська
    27,  # Львівська
    17,  # Миколаївська
    18,  # Одеська
    19,  # Полтавська
    5,  # Рівненська
    30,  # м. Севастополь
    20,  # Сумська
    21,  # Тернопільська
    22,  # Харківська
    23,  # Херсонська
    3,  # Хмельницька
    24,  # Черкаська
    26,  # Чернівецька
    25,  # Чернігівська
)
"""The fixed order of the string by oblasts."""

PERIODS = {"day_ago": timedelta(days=1), "week_ago": timedelta(days=7), "month_ago": timedelta(days=31)}

DISCLAIMER = (
    "Джерело: Tocsin. Стан складено з офіційних оголошень; затримка можлива. "
    "У разі небезпеки дійте за сигналами місцевих сирен."
)

BANNERS = {
    "demo": "ДЕМОНСТРАЦІЯ: тривоги несправжні. ",
    "exercise": "НАВЧАННЯ: тривоги несправжні. ",
}
"""What stands before the disclaimer when none of this is real."""

_ALERT_TYPES = {
    "air-raid": "air_raid",
    "artillery": "artillery_shelling",
    "urban-fights": "urban_fights",
    "chemical": "chemical",
    "nuclear": "nuclear",
}
_LOCATION_TYPES = {"oblast": "oblast", "raion": "raion", "hromada": "hromada", "settlement": "city"}
_THREAT_BY_CARRIER = {
    "mig-31k": "mig31k_departure",
    "tactical-aviation": "tactic_aircraft_activity",
    "tu-95ms": "strategic_aircraft_activity",
    "tu-22m3": "strategic_aircraft_activity",
    "tu-160": "strategic_aircraft_activity",
}
_THREAT_BY_CLASS = {
    "ballistic": "ballistic_missiles",
    "aeroballistic": "ballistic_missiles",
    "cruise": "cruise_missiles",
    "missile": "unspecified_missiles",
    "hypersonic": "unspecified_missiles",
    "high-speed-target": "unspecified_missiles",
    "drone": "drones",
    "jet-drone": "drones",
    "recon-drone": "drones",
    "guided-bomb": "guided_aerial_bombs",
}
_YELLOW = ("drones",)
_APOSTROPHE = str.maketrans({"’": "'", "ʼ": "'"})
"""This dialect writes the typewriter's; clients compare names."""
_LETTERS = {"active": "A", "partly": "P", "none": "N"}


def _time(moment: datetime | None) -> str | None:
    """Write a time as this dialect does: UTC, exactly three digits of a second."""
    if moment is None:
        return None
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def _number(atlas: Atlas, code: str | None) -> str:
    found = atlas.id_of.get(code) if code is not None else None
    return "" if found is None else str(found)


def title(atlas: Atlas, code: str, language: str = "uk") -> str:
    """Name an area as this dialect does: «Київська область», «м. Київ», «Нікопольський район»."""
    area = atlas.places.area(code)
    if area is None:
        return ""
    name = (area.names.get(language) or area.names.get("uk") or "").translate(_APOSTROPHE)
    if language != "uk":
        return name
    is_city = area.kind == "city"
    if area.level == "hromada" and code in atlas.id_of:
        return "м. " + _seat(atlas, code, name)
    return f"м. {name.removeprefix('м. ')}" if is_city else name


def _seat(atlas: Atlas, code: str, name: str) -> str:
    """Give the city that leads a hromada which the dialect numbers as a city."""
    children = atlas.places.children(code)
    first = atlas.places.area(children[0]) if children else None
    return first.names["uk"] if first is not None else name


def _location_type(atlas: Atlas, code: str) -> str:
    area = atlas.places.area(code)
    if area is None:
        return "unknown"
    if code in atlas.first_level:
        return "oblast"
    if area.level == "hromada" and code in atlas.id_of:
        return "city"
    return _LOCATION_TYPES.get(area.level, "unknown")


def _alert(moment: Moment, spell: Spell, threats: list[dict[str, Any]], notes: str | None) -> dict[str, Any]:
    atlas = moment.atlas
    code = spell.area.code
    oblast = atlas.places.first_level_of(code)
    raion = atlas.places.raion_of(code)
    return {
        "id": spell.number,
        "location_title": title(atlas, code) or spell.area.name,
        "location_title_en": title(atlas, code, "en") or spell.area.name,
        "location_type": _location_type(atlas, code),
        "started_at": _time(spell.started_at),
        "finished_at": _time(spell.finished_at),
        "updated_at": _time(spell.updated_at),
        "alert_type": _ALERT_TYPES.get(spell.kind, "air_raid"),
        "location_uid": _number(atlas, code),
        "location_oblast": title(atlas, oblast) if oblast else spell.area.name,
        "location_oblast_uid": _number(atlas, oblast),
        "location_raion": title(atlas, raion) if raion else None,
        "notes": notes,
        "calculated": False,
        "country": "UA",
        "alert_level": "yellow" if spell.level == "yellow" else "red",
        "threats": threats,
    }


def _threat_type(weapon: str | None, weapon_class: str | None) -> str:
    return _THREAT_BY_CARRIER.get(weapon or "") or _THREAT_BY_CLASS.get(weapon_class or "", "unknown")


def _threat(kind: str, started: datetime) -> dict[str, Any]:
    return {
        "threat_type": kind,
        "level": "yellow" if kind in _YELLOW else "red",
        "started_at": _time(started),
        "source_message": None,
    }


def _threats(moment: Moment, alert: Alert, spell: Spell) -> list[dict[str, Any]]:
    """List what is known to threaten an alert's area, in authorities' words alone; one of a type."""
    found: dict[str, datetime] = {}
    if alert.cause.weapon is not None or alert.cause.weapon_class is not None:
        found[_threat_type(alert.cause.weapon, alert.cause.weapon_class)] = spell.started_at
    for threat in moment.threats:
        if _concerns(moment, threat, alert.area.code):
            kind = _threat_type(threat.weapon, threat.weapon_class)
            start = threat.valid.start or spell.started_at
            found[kind] = min(found.get(kind, start), start)
    return [_threat(kind, found[kind]) for kind in sorted(found, key=lambda k: (found[k], k))]


def _concerns(moment: Moment, threat: Threat, code: str) -> bool:
    covers = moment.atlas.places.covers
    return any(covers(a.code, code) or covers(code, a.code) for a in (*threat.areas, *threat.toward))


def _notes(alert: Alert) -> str | None:
    if alert.contradicted:
        return "Офіційний відбій суперечить іншим повідомленням"
    return "Надійшло із запізненням" if alert.late else None


def envelope(alerts: list[dict[str, Any]], modified: datetime, banner: str = "") -> bytes:
    """Body of ``/v1/alerts/active.json`` and of histories; ``modified`` is when its alerts last changed."""
    body = {
        "alerts": alerts,
        "meta": {"last_updated_at": f"{modified.astimezone(UTC):%Y/%m/%d %H:%M:%S} +0000", "type": "full"},
        "disclaimer": banner + DISCLAIMER,
    }
    return msgspec.json.encode(body)


def active_alerts(moment: Moment) -> list[dict[str, Any]]:
    """List the official alerts that stand, in the dialect's form, the latest start first."""
    pairs = [(moment.chronicle.of(alert, moment.at), alert) for alert in moment.alerts]
    pairs.sort(key=lambda p: (p[0].started_at, p[0].number), reverse=True)
    return [_alert(moment, s, _threats(moment, a, s), _notes(a)) for s, a in pairs]


def history(moment: Moment, code: str, since: datetime) -> list[dict[str, Any]]:
    """List the spells that touched an area (its own, of its parts, of what holds it) since a moment."""
    covers = moment.atlas.places.covers
    chronicle = moment.chronicle
    near = (each for each in chronicle.areas() if covers(code, each) or covers(each, code))
    wanted = (s for s in chronicle.spells(near) if s.finished_at is None or s.finished_at >= since)
    return [_alert(moment, spell, [], None) for spell in wanted]


def letter(lamp: Lamp, version: int) -> str:
    """Give an area's character: A (in version 2 R or Y), P or N."""
    if version >= 2 and lamp.phase == "active":
        return "Y" if lamp.level == "yellow" else "R"
    return _LETTERS[lamp.phase]


def _character(moment: Moment, code: str, version: int) -> str:
    """Give an area's character, a space where nothing is known of it: never N for want of news (R34)."""
    lamp = moment.lamp(code)
    if lamp.phase == "none" and not moment.is_known(code):
        return " "
    return letter(lamp, version)


def iot_string(moment: Moment, version: int) -> bytes:
    """Body of ``active_air_raid_alerts.json``: the character at index N is that of the area with uid N."""
    code_of = moment.atlas.code_of
    last = max(code_of, default=0)
    return msgspec.json.encode(
        "".join(
            _character(moment, code_of[uid], version) if uid in code_of else " " for uid in range(last + 1)
        )
    )


def iot_by_oblast(moment: Moment, version: int) -> bytes:
    """Body of ``active_air_raid_alerts_by_oblast.json``: 27 characters in ``OBLAST_ORDER``."""
    code_of = moment.atlas.code_of
    return msgspec.json.encode(
        "".join(_character(moment, code_of[uid], version) if uid in code_of else " " for uid in OBLAST_ORDER)
    )


def iot_one(moment: Moment, code: str, version: int) -> bytes:
    """Body of ``active_air_raid_alerts/{uid}.json``: one character."""
    return msgspec.json.encode(_character(moment, code, version))


def error_json(message: str) -> bytes:
    """Body of every error of this dialect."""
    return msgspec.json.encode({"message": message})


def blind_titles(moment: Moment, codes: Iterable[str]) -> str:
    """Name areas for a message to people."""
    return ", ".join(title(moment.atlas, code) for code in codes)
