"""Snapshots of alarm services made into reports: what has begun, what has ended, and what can't be told.

A snapshot lists the alarms that stand, so an end is only ever seen as an
absence. An absence counts when two complete snapshots agree (R35); a list that
is empty, cut off or malformed is none, and says nothing. Everything here is
pure: bytes in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tocsin.model import ALARM_TYPES, Problem, Report
from tocsin.places.gazetteer import Gazetteer

__all__ = [
    "DIALECTS",
    "Ended",
    "Row",
    "Snapshot",
    "SnapshotFold",
    "parse_alerts_in_ua",
    "parse_date_history",
    "parse_region_history",
    "parse_ukrainealarm",
]

DIALECTS = ("alerts.in.ua", "ukrainealarm")

_KINDS = {
    "air_raid": "air-raid",
    "artillery_shelling": "artillery",
    "urban_fights": "urban-fights",
    "chemical": "chemical",
    "nuclear": "nuclear",
    "AIR": "air-raid",
    "ARTILLERY": "artillery",
    "URBAN_FIGHTS": "urban-fights",
    "CHEMICAL": "chemical",
    "NUCLEAR": "nuclear",
}
_SILENT = ("INFO", "CUSTOM")
"""Types of ukrainealarm that are no alarms."""
_LEVELS = {"red": "red", "yellow": "yellow", "Red": "red", "Yellow": "yellow"}
_BEGUN = {
    "air-raid": "Повітряна тривога",
    "artillery": "Загроза артобстрілу",
    "urban-fights": "Загроза вуличних боїв",
    "chemical": "Хімічна загроза",
    "nuclear": "Радіаційна небезпека",
}
_OVER = {
    "air-raid": "Відбій повітряної тривоги",
    "artillery": "Відбій загрози артобстрілу",
    "urban-fights": "Відбій загрози вуличних боїв",
    "chemical": "Відбій хімічної загрози",
    "nuclear": "Відбій радіаційної небезпеки",
}
_THREATS = {
    "drones": "загроза ударних БпЛА",
    "ballistic_missiles": "загроза балістики",
    "cruise_missiles": "загроза крилатих ракет",
    "unspecified_missiles": "ракетна загроза",
    "guided_aerial_bombs": "загроза КАБ",
}
"""Threats that an upstream names, in words that our reader knows; carriers and air defence go into ``structured`` alone."""
_SAME = timedelta(minutes=2)
"""Starts nearer than this, in a list and in a history, are one start."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm that a snapshot lists. ``level`` is None where it says none, or one that we don't know (R17)."""

    area: str
    title: str
    kind: str
    started_at: datetime
    level: str | None = None
    threats: tuple[str, ...] = ()
    """What the service says is coming, in its own types, sorted."""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two rows the same alarm, restarts aside."""
        return (self.area or self.title, self.kind)


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm of which a history says when it began and when it ended."""

    row: Row
    finished_at: datetime


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All alarms that stood at one moment. ``content_at`` is the upstream's own word on how new this is (R10)."""

    rows: tuple[Row, ...]
    content_at: datetime | None
    complete: bool
    empty: bool = False
    exact: bool = True
    """Whether the rows tell when each alarm began, and not only when it was last touched."""


def _problem(where: str, what: str) -> Problem:
    return Problem(
        where=where, what=what, remedy="Tocsin goes on with what it understood; tell the upstream."
    )


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        try:
            moment = datetime.strptime(value, "%Y/%m/%d %H:%M:%S %z")
        except ValueError:
            return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _title(value: object) -> str:
    """Take a name as it is, without what could not stand in one."""
    text = "".join(c for c in value if c.isprintable()) if isinstance(value, str) else ""
    return text.strip()[:100]


def _level(value: object, where: str, problems: list[Problem]) -> str | None:
    if value is None:
        return None
    level = _LEVELS.get(value) if isinstance(value, str) else None
    if level is None:
        problems.append(_problem(where, f"level {value!r} is not known; taken as an alarm without a level"))
    return level


def _threats(listed: object) -> tuple[str, ...]:
    if not isinstance(listed, list):
        return ()
    kinds = (one.get("threat_type") for one in listed if isinstance(one, dict))
    return tuple(sorted({kind[:40] for kind in kinds if isinstance(kind, str) and kind.isidentifier()}))


def _kind(value: object, where: str, problems: list[Problem]) -> str:
    kind = _KINDS.get(value) if isinstance(value, str) else None
    if kind is None:
        problems.append(_problem(where, f"type {value!r} is not known; taken as an air-raid alarm"))
        return "air-raid"
    return kind


def _area(places: Gazetteer, dialect: str, given: object, where: str, problems: list[Problem]) -> str:
    code = places.by_dialect_id(dialect, str(given)) if isinstance(given, str | int) else None
    if code is None:
        problems.append(_problem(where, f"area {given!r} is not known; its name alone is passed on"))
    return code or ""


def _decode(body: bytes, where: str) -> tuple[Any, tuple[Problem, ...]]:
    try:
        return msgspec.json.decode(body), ()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, (_problem(where, f"is no JSON: {error}"),)


_NOTHING = Snapshot(rows=(), content_at=None, complete=False)


def parse_alerts_in_ua(body: bytes, places: Gazetteer) -> tuple[Snapshot, tuple[Problem, ...]]:
    """Read ``/v1/alerts/active.json``. Never raises; what is cut off or malformed gives no complete snapshot."""
    where = "alerts.in.ua active.json"
    value, broken = _decode(body, where)
    if broken:
        return _NOTHING, broken
    listed = value.get("alerts") if isinstance(value, dict) else None
    meta = value.get("meta") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not isinstance(meta, dict):
        return _NOTHING, (_problem(where, "has no alerts and meta"),)
    problems: list[Problem] = []
    content_at = _time(meta.get("last_updated_at"))
    rows: list[Row] = []
    complete = content_at is not None and meta.get("type", "full") == "full"
    if not complete:
        problems.append(_problem(where, "its meta tells no time, or is not of type full"))
    for number, one in enumerate(listed):
        at = f"{where}: alerts[{number}]"
        started = _time(one.get("started_at")) if isinstance(one, dict) else None
        if started is None:
            problems.append(_problem(at, "is no alert with a start"))
            complete = False
            continue
        if one.get("finished_at") is not None:
            continue
        rows.append(
            Row(
                area=_area(places, "alerts.in.ua", one.get("location_uid"), at, problems),
                title=_title(one.get("location_title")),
                kind=_kind(one.get("alert_type"), at, problems),
                started_at=started,
                level=_level(one.get("alert_level"), at, problems),
                threats=_threats(one.get("threats")),
            )
        )
        content_at = max(filter(None, (content_at, started, _time(one.get("updated_at")))), default=None)
    return _snapshot(rows, content_at, complete), tuple(problems)


def _snapshot(rows: Iterable[Row], content_at: datetime | None, complete: bool) -> Snapshot:
    kept: dict[tuple[str, str], Row] = {}
    for row in rows:
        held = kept.get(row.key)
        if held is None or (held.level != "red" and row.level != "yellow"):
            kept[row.key] = row
    ordered = tuple(kept[key] for key in sorted(kept))
    return Snapshot(rows=ordered, content_at=content_at, complete=complete, empty=not ordered)


def parse_ukrainealarm(
    body: bytes, places: Gazetteer, content_at: datetime | None = None
) -> tuple[Snapshot, tuple[Problem, ...]]:
    """Read ``/api/v3/alerts``. A record's inherited alarms are taken once, under the region that they name."""
    where = "ukrainealarm alerts"
    value, broken = _decode(body, where)
    if broken:
        return _NOTHING, broken
    if not isinstance(value, list):
        return _NOTHING, (_problem(where, "is no list"),)
    problems: list[Problem] = []
    names = {
        str(one.get("regionId")): _title(one.get("regionName")) for one in value if isinstance(one, dict)
    }
    rows: list[Row] = []
    complete = True
    for number, one in enumerate(value):
        active = one.get("activeAlerts") if isinstance(one, dict) else None
        if not isinstance(active, list):
            problems.append(_problem(f"{where}[{number}]", "is no region with alerts"))
            complete = False
            continue
        for each in active:
            at = f"{where}[{number}]"
            started = _time(each.get("lastUpdate")) if isinstance(each, dict) else None
            if started is None:
                problems.append(_problem(at, "has an alert without a time"))
                complete = False
                continue
            content_at = started if content_at is None else max(content_at, started)
            if each.get("type") in _SILENT:
                continue
            region = str(each.get("regionId") or one.get("regionId"))
            rows.append(
                Row(
                    area=_area(places, "ukrainealarm", region, at, problems),
                    title=names.get(region) or _title(one.get("regionName")),
                    kind=_kind(each.get("type"), at, problems),
                    started_at=started,
                    level=_ukrainealarm_level(each.get("activeAlertLevels"), at, problems),
                )
            )
    snapshot = _snapshot(rows, content_at, complete)
    return msgspec.structs.replace(snapshot, exact=False), tuple(dict.fromkeys(problems))


def _ukrainealarm_level(levels: object, where: str, problems: list[Problem]) -> str | None:
    if not isinstance(levels, list):
        return None
    found = [_level(one.get("alertLevel"), where, problems) for one in levels if isinstance(one, dict)]
    if not found:
        return None
    return "red" if "red" in found else ("yellow" if all(level == "yellow" for level in found) else None)


def parse_region_history(body: bytes, places: Gazetteer) -> tuple[tuple[Ended, ...], tuple[Problem, ...]]:
    """Read alerts.in.ua's ``regions/{uid}/alerts/{period}.json``: the alarms that ended."""
    where = "alerts.in.ua history"
    value, broken = _decode(body, where)
    listed = value.get("alerts") if isinstance(value, dict) else None
    if broken or not isinstance(listed, list):
        return (), broken or (_problem(where, "has no alerts"),)
    problems: list[Problem] = []
    found: list[Ended] = []
    for number, one in enumerate(listed):
        at = f"{where}: alerts[{number}]"
        if not isinstance(one, dict):
            problems.append(_problem(at, "is no alert"))
            continue
        started, finished = _time(one.get("started_at")), _time(one.get("finished_at"))
        if started is None or finished is None:
            continue
        row = Row(
            area=_area(places, "alerts.in.ua", one.get("location_uid"), at, problems),
            title=_title(one.get("location_title")),
            kind=_kind(one.get("alert_type"), at, problems),
            started_at=started,
            level=_level(one.get("alert_level"), at, problems),
        )
        found.append(Ended(row=row, finished_at=finished))
    return _by_time(found), tuple(problems)


def parse_date_history(body: bytes, places: Gazetteer) -> tuple[tuple[Ended, ...], tuple[Problem, ...]]:
    """Read ukrainealarm's ``dateHistory``: the alarms of a day that ended."""
    where = "ukrainealarm dateHistory"
    value, broken = _decode(body, where)
    if broken or not isinstance(value, list):
        return (), broken or (_problem(where, "is no list"),)
    problems: list[Problem] = []
    found: list[Ended] = []
    for number, one in enumerate(value):
        at = f"{where}[{number}]"
        if not isinstance(one, dict):
            problems.append(_problem(at, "is no alarm"))
            continue
        started, finished = _time(one.get("startDate")), _time(one.get("endDate"))
        if started is None or finished is None or one.get("isContinue") or one.get("alertType") in _SILENT:
            continue
        row = Row(
            area=_area(places, "ukrainealarm", one.get("regionId"), at, problems),
            title=_title(one.get("regionName")),
            kind=_kind(one.get("alertType"), at, problems),
            started_at=started,
        )
        found.append(Ended(row=row, finished_at=finished))
    return _by_time(found), tuple(problems)


def _by_time(found: list[Ended]) -> tuple[Ended, ...]:
    return tuple(sorted(found, key=lambda e: (e.row.started_at, e.row.key)))


class SnapshotFold:
    """What a snapshot source has said so far, and the reports that its next snapshot makes.

    Report ids are made of the area, the kind and the start, so the same alarm
    read again after a restart is the same report.
    """

    def __init__(self, source: str, standing: Mapping[tuple[str, str], Row] | None = None) -> None:
        self.source = source
        self.standing: dict[tuple[str, str], Row] = dict(standing or {})
        self._missing: dict[tuple[str, str], datetime] = {}
        self._content_at: datetime | None = None
        self._told: dict[tuple[str, str], datetime] = {}
        """When the last alarm of each area and kind ended, of those that were told."""

    @property
    def news(self) -> datetime | None:
        """The upstream's own word on its newest content."""
        return self._content_at

    @property
    def doubts(self) -> bool:
        """Whether an alarm was absent once: the next snapshot must be a whole one, and soon."""
        return bool(self._missing)

    def absorb(self, snapshot: Snapshot, at: datetime) -> tuple[Report, ...]:
        """Give the reports that a snapshot makes: raises at once, ends when a second one agrees, news of its age."""
        reports: list[Report] = []
        listed = {row.key: row for row in snapshot.rows}
        for key, row in listed.items():
            held = self.standing.get(key)
            self._missing.pop(key, None)
            if held is not None and snapshot.exact and row.started_at > held.started_at:
                reports.append(self._end(held, row.started_at, at))
                held = None
            elif held is not None:
                row = msgspec.structs.replace(row, started_at=held.started_at)  # noqa: PLW2901
            if held is None or held.level != row.level or set(row.threats) - set(held.threats):
                reports.append(self._raise(row, at, revised=held is not None))
            self.standing[key] = row
        if snapshot.complete and not (snapshot.empty and self.standing):
            reports.extend(self._absences(listed, snapshot, at))
        newer = snapshot.content_at is not None and (
            self._content_at is None or snapshot.content_at > self._content_at
        )
        if newer and snapshot.complete and not (snapshot.empty and self.standing):
            self._content_at = snapshot.content_at
            if not reports:
                reports.append(self._heard(snapshot, at))
        return tuple(reports)

    def _absences(
        self, listed: Mapping[tuple[str, str], Row], snapshot: Snapshot, at: datetime
    ) -> list[Report]:
        reports: list[Report] = []
        for key in [k for k in self.standing if k not in listed]:
            seen = self._missing.get(key)
            if seen is None:
                self._missing[key] = min(snapshot.content_at or at, at)
                continue
            reports.append(self._end(self.standing.pop(key), seen, at))
            del self._missing[key]
        return reports

    def absorb_history(self, ended: Iterable[Ended], since: datetime, at: datetime) -> tuple[Report, ...]:
        """Give the ends that an empty list could not prove (R35), and alarms that no snapshot showed (R11).

        An alarm that came and went between two snapshots is told as a pair, but
        not while a later one of the same area stands: its end would be taken
        for the end of that one.
        """
        reports: list[Report] = []
        for each in ended:
            key, row = each.row.key, each.row
            held = self.standing.get(key)
            if held is not None:
                if row.started_at <= held.started_at + _SAME and each.finished_at > held.started_at:
                    reports.append(self._end(self.standing.pop(key), each.finished_at, at))
                    self._missing.pop(key, None)
            elif each.finished_at > since and row.started_at >= self._told.get(key, _EPOCH):
                reports.append(self._raise(row, at, revised=False))
                reports.append(self._end(row, each.finished_at, at))
        return tuple(reports)

    def _name(self, row: Row) -> str:
        return f"{row.area or row.title}/{row.kind}/{row.started_at:%Y%m%dT%H%M%S.%f}"

    def _raise(self, row: Row, at: datetime, *, revised: bool) -> Report:
        # Yellow means drones and nothing else, by the rules of the country; red alone says nothing of the cause.
        named = row.threats or (("drones",) if row.level == "yellow" and row.kind == "air-raid" else ())
        told = [kind for kind in named if kind in _THREATS]
        # Ids hold whatever the text does: one id never has two texts.
        identity = "/".join(("raise", self._name(row), row.level or "-", *row.threats))
        if revised:
            identity += f"/{at:%H%M%S.%f}"
        text = f"{_BEGUN[row.kind]} в {row.title}."
        if told:
            text += f" {row.title}: {', '.join(_THREATS[kind] for kind in told)}."
        return self._report(identity, text, "alarm", row, stated=at if revised else row.started_at, at=at)

    def _end(self, row: Row, ended_at: datetime, at: datetime) -> Report:
        identity = f"end/{self._name(row)}"
        self._told[row.key] = max(ended_at, self._told.get(row.key, ended_at))
        text = f"{_OVER[row.kind]} в {row.title}."
        return self._report(identity, text, "alarm-over", row, stated=max(ended_at, row.started_at), at=at)

    def _heard(self, snapshot: Snapshot, at: datetime) -> Report:
        stated = min(snapshot.content_at or at, at)
        number = int((stated - _EPOCH) / timedelta(milliseconds=1))
        return Report(
            id=f"heard/{number}",
            source=self.source,
            text=f"Стан без змін. Записів: {len(snapshot.rows)}.",
            stated_at=stated,
            retrieved_at=at,
            structured='{"kind":"heard"}',
        )

    def _report(
        self, identity: str, text: str, kind: str, row: Row, *, stated: datetime, at: datetime
    ) -> Report:
        structured = msgspec.json.encode(
            {
                "kind": kind,
                "area": row.area or None,
                "alarm_type": row.kind if row.kind in ALARM_TYPES else "air-raid",
                "level": row.level,
                "threats": row.threats,
                "started_at": row.started_at,
            }
        )
        return Report(
            id=identity,
            source=self.source,
            text=text,
            stated_at=min(stated, at),
            retrieved_at=at,
            structured=structured.decode(),
        )
