"""The dialect of api.ukrainealarm.com v3, which siren.pp.ua speaks too: values to exact bytes.

It has no word for "partly": a parent's answer carries the air-raid alarms of
its parts under their own ids (R16), so that whoever watches an oblast is not
told that it is calm while one of its raions is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tocsin.model import Alert, Change
from tocsin.render.dialects.chronicle import Spell
from tocsin.render.dialects.official import Atlas, Moment

__all__ = [
    "TEST_REGION",
    "alerts",
    "date_history",
    "region_alerts",
    "region_history",
    "regions",
    "status",
    "webhook_events",
]

TEST_REGION = 0
"""The region that the original keeps for trying clients: always quiet."""

HISTORY_LENGTH = 25
"""How many alarms ``regionHistory`` goes back."""

_KYIV = ZoneInfo("Europe/Kyiv")
_TYPES = {
    "air-raid": "AIR",
    "artillery": "ARTILLERY",
    "urban-fights": "URBAN_FIGHTS",
    "chemical": "CHEMICAL",
    "nuclear": "NUCLEAR",
}
_REGION_TYPES = {
    "oblast": "State",
    "raion": "District",
    "hromada": "Community",
    "settlement": "CityOrVillage",
}
_APOSTROPHE = str.maketrans({"'": "’", "ʼ": "’"})
"""This dialect writes the printer's."""
_REASONS = {
    "yellow": "Дронова загроза (жовтий рівень)",
    "red": "Ракетна загроза (червоний рівень)",
    None: "Повітряна тривога (червоний рівень)",
}


def _time(moment: datetime) -> str:
    """Write a time as this dialect does: UTC, six digits of a second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _span(length: timedelta) -> str:
    """Write a length of time as .NET's TimeSpan: ``[d.]hh:mm:ss[.fffffff]``."""
    seconds, micro = length.seconds, length.microseconds
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if length.days:
        text = f"{length.days}.{text}"
    return f"{text}.{micro:06d}0" if micro else text


def _region_type(atlas: Atlas, code: str) -> str:
    number = atlas.id_of.get(code)
    if code in atlas.first_level or (number is not None and code in atlas.others):
        return "State"  # the two cities with a number of their own stand beside the oblasts
    area = atlas.places.area(code)
    return _REGION_TYPES.get(area.level, "Null") if area is not None else "Null"


def _id(atlas: Atlas, code: str) -> str:
    number = atlas.id_of.get(code)
    return "" if number is None else str(number)


def name(atlas: Atlas, code: str, language: str = "uk") -> str:
    """Name an area as this dialect does: «Київська область», «м. Київ», «Харківський район»."""
    area = atlas.places.area(code)
    if area is None:
        return ""
    text = (area.names.get(language) or area.names.get("uk") or "").translate(_APOSTROPHE)
    if language != "uk":
        return text
    if code in atlas.others and area.level == "hromada":
        children = atlas.places.children(code)
        seat = atlas.places.area(children[0]) if children else None
        return f"м. {seat.names['uk']}" if seat is not None else text
    is_city = area.kind == "city"
    if is_city:
        return f"м. {text.removeprefix('м. ')}"
    return text


def _active(moment: Moment, alert: Alert) -> dict[str, Any]:
    atlas = moment.atlas
    spell = moment.chronicle.of(alert, moment.at)
    levels = []
    if alert.kind == "air-raid":
        levels.append(
            {
                "alertLevel": "Yellow" if alert.level == "yellow" else "Red",
                "reason": _REASONS.get(alert.level, _REASONS[None]),
                "createdAt": _time(spell.started_at),
            }
        )
    return {
        "regionId": _id(atlas, alert.area.code),
        "regionType": _region_type(atlas, alert.area.code),
        "type": _TYPES.get(alert.kind, "UNKNOWN"),
        "lastUpdate": _time(spell.updated_at),
        "activeAlertLevels": levels,
    }


def _standing(moment: Moment, code: str) -> tuple[Alert, ...]:
    """Gather what stands for a region: its own alarms, its parents', and air-raid alarms of its parts.

    Alarms of other types are carried by the nearest region that has a number, so
    that none of an area without one is lost.
    """
    lamp = moment.lamp(code, None)
    parts = (a for a in lamp.parts if a.kind == "air-raid" or _nearest(moment.atlas, a.area.code) == code)
    return (*lamp.alerts, *parts)


def _nearest(atlas: Atlas, code: str) -> str | None:
    return next((each for each in (code, *atlas.places.ancestors(code)) if each in atlas.id_of), None)


def _record(moment: Moment, code: str) -> dict[str, Any]:
    atlas = moment.atlas
    standing = _standing(moment, code)
    active = [_active(moment, alert) for alert in standing]
    updates = [moment.chronicle.of(alert, moment.at).updated_at for alert in standing]
    return {
        "regionId": _id(atlas, code),
        "regionType": _region_type(atlas, code),
        "regionName": name(atlas, code),
        "regionEngName": name(atlas, code, "en"),
        "lastUpdate": _time(max(updates) if updates else _quiet_since(moment, code)),
        "activeAlerts": active,
    }


def _quiet_since(moment: Moment, code: str) -> datetime:
    covers = moment.atlas.places.covers
    ends = (
        end for area, end in moment.chronicle.last_end.items() if covers(area, code) or covers(code, area)
    )
    state = moment.state(code)
    heard = state.heard_at if state is not None and state.heard_at is not None else moment.at
    return max(ends, default=heard)


def _empty_test_region(moment: Moment) -> dict[str, Any]:
    return {
        "regionId": str(TEST_REGION),
        "regionType": "State",
        "regionName": "Тестовий регіон",
        "regionEngName": "Test region",
        "lastUpdate": _time(moment.at),
        "activeAlerts": [],
    }


def alerts(moment: Moment) -> bytes:
    """Body of ``/alerts``: a record for every region for which anything stands."""
    return msgspec.json.encode(
        [_record(moment, code) for code in moment.atlas.known_areas() if _standing(moment, code)]
    )


def region_alerts(moment: Moment, code: str | None) -> bytes:
    """Body of ``/alerts/{regionId}``: always one record; ``None`` is the test region."""
    return msgspec.json.encode([_empty_test_region(moment) if code is None else _record(moment, code)])


def status(moment: Moment) -> bytes:
    """Body of ``/alerts/status``: a 64-bit number that grows with every action."""
    return msgspec.json.encode({"lastActionIndex": moment.chronicle.last_action})


def _alarm(moment: Moment, spell: Spell) -> dict[str, Any]:
    """Tell of one alarm; while it goes on its end is the moment of the answer and ``isContinue`` is true."""
    atlas = moment.atlas
    goes_on = spell.finished_at is None
    end = max(moment.at, spell.started_at) if spell.finished_at is None else spell.finished_at
    return {
        "regionId": _id(atlas, spell.area.code),
        "startDate": _time(spell.started_at),
        "endDate": _time(end),
        "duration": _span(end - spell.started_at),
        "alertType": _TYPES.get(spell.kind, "UNKNOWN"),
        "regionName": name(atlas, spell.area.code) or spell.area.name,
        "isContinue": goes_on,
    }


def region_history(moment: Moment, code: str | None) -> bytes:
    """Body of ``/alerts/regionHistory``: the last alarms of a region, its own and those of what holds it."""
    atlas = moment.atlas
    if code is None:
        found: list[Spell] = []
        head = {"regionId": str(TEST_REGION), "regionName": "Тестовий регіон"}
    else:
        chain = (code, *atlas.places.ancestors(code))
        found = list(moment.chronicle.spells(chain))
        head = {"regionId": _id(atlas, code), "regionName": name(atlas, code)}
    return msgspec.json.encode([{**head, "alarms": [_alarm(moment, s) for s in found[:HISTORY_LENGTH]]}])


def date_history(moment: Moment, day: date) -> bytes:
    """Body of ``/alerts/dateHistory``: every alarm that stood at some time of a day of Kyiv."""
    start = datetime.combine(day, time(), _KYIV).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), _KYIV).astimezone(UTC)
    found = (
        s
        for s in moment.chronicle.spells()
        if s.started_at < end and (s.finished_at is None or s.finished_at > start)
    )
    return msgspec.json.encode([_alarm(moment, s) for s in found])


def regions(atlas: Atlas) -> bytes:
    """Body of ``/regions``: the tree of regions; a Community has no ``regionChildIds``."""
    states: list[dict[str, Any]] = [
        {
            "regionId": str(TEST_REGION),
            "regionName": "Тестовий регіон",
            "regionType": "State",
            "regionChildIds": [],
        }
    ]
    tops = [c for c in atlas.known_areas() if _region_type(atlas, c) == "State"]
    for code in sorted(tops, key=lambda c: atlas.id_of[c]):
        children = [
            _node(atlas, raion)
            for raion in atlas.raions
            if code in atlas.first_level and _in(atlas, raion, code)
        ]
        states.append({**_node(atlas, code), "regionChildIds": children})
    return msgspec.json.encode({"states": states})


def _in(atlas: Atlas, raion: str, oblast: str) -> bool:
    return atlas.places.first_level_of(raion) == oblast


def _node(atlas: Atlas, code: str) -> dict[str, Any]:
    node: dict[str, Any] = {
        "regionId": _id(atlas, code),
        "regionName": name(atlas, code),
        "regionType": _region_type(atlas, code),
    }
    if node["regionType"] != "Community":
        node["regionChildIds"] = []
    return node


def webhook_events(atlas: Atlas, actions: Iterable[Change]) -> tuple[bytes, ...]:
    """Bodies of what is posted to a registered address, one an action.

    The original's payload could not be verified: these are the field names that
    its documentation is known to use.
    """
    bodies: list[bytes] = []
    for change in actions:
        alert = change.fact.noun
        if not isinstance(alert, Alert) or change.fact.verb not in ("raise", "clear", "revoke", "lapse"):
            continue
        number = atlas.id_of.get(alert.area.code)
        if number is None:
            continue
        bodies.append(
            msgspec.json.encode(
                {
                    "status": "Activate" if change.fact.verb == "raise" else "Deactivate",
                    "regionId": number,
                    "alarmType": _TYPES.get(alert.kind, "UNKNOWN"),
                    "createdAt": _time(change.at),
                }
            )
        )
    return tuple(bodies)
