"""What wants a person tonight: contradictions, what is unconfirmed, doubtful words of high stakes, what is broken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from tocsin.model import Alert, AreaRef, AreaState, Change, Picture, Threat, Weapon
from tocsin.render.desk_values import Heard, Wanted

__all__ = ["wanted"]

_LATELY = timedelta(minutes=30)
_DOUBTED = frozenset(
    {
        "credibility-too-low",
        "reliability-too-low",
        "hedged",
        "channels-may-not-warn-here",
        "kind-may-not-warn",
        "area-unknown",
        "no-area-stated",
    }
)
"""Reasons to withhold that a person may know better about."""
_MOST = 40


def wanted(
    picture: Picture,
    states: Sequence[AreaState],
    changes: Sequence[Change],
    heard: Iterable[Heard],
    degraded: Mapping[str, str],
    *,
    weapons: Mapping[str, Weapon],
    now: datetime,
) -> tuple[Wanted, ...]:
    """Return what wants a person, what can't wait first."""
    found = [
        *_alerts(picture, states),
        *_threats(picture.threats, weapons),
        *_withheld(changes, weapons, now),
        *_stale(states, now),
        *(
            Wanted(
                kind="problem", target=f"entry:{one.number}", since=one.recorded_at, what=one.problems[0].what
            )
            for one in heard
            if now - one.recorded_at <= _LATELY and one.problems
        ),
        *(
            Wanted(kind="degraded", target=name, since=now, what=why)
            for name, why in sorted(degraded.items())
        ),
    ]
    found.sort(key=lambda one: (not one.high, -one.since.timestamp(), one.kind, one.target))
    return tuple(found[:_MOST])


def _alerts(picture: Picture, states: Sequence[AreaState]) -> list[Wanted]:
    """Return all-clears that are contradicted (R32), and alarms that nobody confirms yet (R15)."""
    found = [
        Wanted(
            kind="contradiction",
            target=state.area.code,
            since=state.since or state.known_at,
            area=state.area,
            high=True,
        )
        for state in states
        if state.contradicted
    ]
    found += [_of_alert("unconfirmed", a) for a in picture.alerts if a.layer == "official" and a.unconfirmed]
    return found


def _of_alert(kind: str, alert: Alert) -> Wanted:
    start = alert.valid.start
    assert start is not None  # noqa: S101 - an alert that stands has begun
    return Wanted(kind=kind, target=alert.id, since=start, area=alert.area, claims=alert.because)


def _threats(threats: Sequence[Threat], weapons: Mapping[str, Weapon]) -> list[Wanted]:
    """Return threats that are spoken against, and those of high stakes that are hardly believed."""
    found = []
    for one in threats:
        if one.status != "live":
            continue
        grave = _grave(one.weapon, weapons)
        kind = "contradiction" if one.against else "doubtful" if grave and one.credibility > 2 else None
        start = one.valid.start or one.last_said
        if kind is None or start is None:
            continue
        found.append(
            Wanted(
                kind=kind,
                target=one.id,
                since=one.last_said or start,
                area=_first(one.areas),
                claims=(*one.claims[-3:], *one.against[-3:]),
                high=grave,
            )
        )
    return found


def _withheld(changes: Sequence[Change], weapons: Mapping[str, Weapon], now: datetime) -> list[Wanted]:
    """Return lately withheld warnings whose reason a person may overrule, the newest of each area and cause."""
    newest: dict[tuple[str, str], Wanted] = {}
    for change in changes:
        noun = change.fact.noun
        if change.fact.verb != "withhold" or not isinstance(noun, Alert) or now - change.at > _LATELY:
            continue
        if change.fact.why not in _DOUBTED:
            continue
        newest[noun.area.code, noun.cause.kind] = Wanted(
            kind="doubtful",
            target=noun.id,
            since=change.at,
            area=noun.area,
            what=change.fact.why or "",
            claims=change.fact.because,
            high=_grave(noun.cause.weapon, weapons) or noun.level == "red",
        )
    return list(newest.values())


def _stale(states: Sequence[AreaState], now: datetime) -> list[Wanted]:
    return [
        Wanted(
            kind="stale",
            target=state.area.code,
            since=state.heard_at or now,
            area=state.area,
            high=state.last_state == "ACTIVE",
        )
        for state in states
        if state.state == "STALE" and state.area.level in {"country", "oblast"}
    ]


def _grave(weapon: str | None, weapons: Mapping[str, Weapon]) -> bool:
    known = weapons.get(weapon or "")
    return known is not None and known.level == "red"


def _first(areas: Sequence[AreaRef]) -> AreaRef | None:
    return areas[0] if areas else None
