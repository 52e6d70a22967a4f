"""An attack as a whole: alerts, threats, what was shot down, what got through, whom it hurt, joined by area and time.

A pure function of a picture and of the changes that led to it: of what was published for the public, of all for
the desk. Nothing is added up; each number is a line of its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.model import Alert, AreaRef, Change, Incident, LedgerLine, Picture, Threat
from tocsin.picture.attacks import Areas
from tocsin.picture.settling import ATTACK

__all__ = ["Stage", "Together", "attacks"]

BEFORE = timedelta(hours=3)
"""Alerts and threats that began so long before the first effect may be of its attack."""
AFTER = timedelta(hours=1)
OF_A_NIGHT = timedelta(hours=12)
"""National totals are told within so long of an attack's last word."""
PEOPLE = ("killed", "injured", "affected", "hospitalised", "missing", "trapped", "rescued")


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """An alert or a threat of an attack: what, where, from when to when; ``end`` None while it stands."""

    id: str
    what: str
    areas: tuple[str, ...]
    start: datetime
    end: datetime | None
    claims: tuple[str, ...] = ()


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """One attack on one first-level area (or the country), from the alert to the harm."""

    id: str
    area: AreaRef
    start: datetime
    end: datetime
    """The last moment of an effect, a blast or a figure of it."""
    alerts: tuple[Stage, ...]
    threats: tuple[Stage, ...]
    tallies: tuple[LedgerLine, ...]
    """What was launched, shot down, lost and hit: each source's own lines in force, the country's of that time included."""
    explosions: tuple[LedgerLine, ...]
    incidents: tuple[str, ...]
    """What got through or fell, those that were withdrawn left out."""
    withdrawn: tuple[str, ...]
    harm: tuple[LedgerLine, ...]
    """The preferred figures of people."""
    first_alert: datetime | None
    first_effect: datetime | None
    lead_seconds: int | None
    """From the first official alert to the first blast or effect; negative where it came too late (R21)."""


def attacks(picture: Picture, changes: Sequence[Change], places: Areas) -> tuple[Together, ...]:
    """Join what belongs to each attack, in order of their beginning."""
    named = dict.fromkeys(
        (
            *(each.attack for each in picture.incidents if each.attack),
            *(line.attack for line in picture.ledgers.lines if line.attack),
        )
    )
    alerts, threats = _alerts(changes), _threats(changes)
    made = [_joined(name, picture, (alerts, threats), places) for name in named]
    return tuple(sorted((each for each in made if each is not None), key=lambda each: (each.start, each.id)))


def _joined(
    name: str,
    picture: Picture,
    stages: tuple[Sequence[Stage], Sequence[Stage]],
    places: Areas,
) -> Together | None:
    code = name.partition("@")[0]
    incidents = [each for each in picture.incidents if each.attack == name]
    lines = [line for line in picture.ledgers.lines if line.attack == name]
    effects = [
        *_moments(incidents),
        *(_heard(line) for line in lines if line.subject in {"explosions", "impacts"}),
    ]
    told = [*effects, *(line.stated_at for line in lines)]
    if not told:
        return None
    start, end = min(told), max(told)
    first_effect = min(effects, default=None)
    # Figures come for hours after; what belongs to the attack is told by its effects, where there are any.
    last = max(effects, default=end)
    mine = [
        [each for each in some if _of(each, code, start - BEFORE, last + AFTER, places)] for some in stages
    ]
    official = [each.start for each in mine[0] if each.what.startswith("official")]
    first_alert = min(official, default=None)
    chosen = {each.line for each in picture.ledgers.preferred}
    nation = [
        line
        for line in picture.ledgers.lines
        if code != places.root
        and line.area == places.root
        and start - OF_A_NIGHT <= line.stated_at <= end + OF_A_NIGHT
    ]
    lead = None if first_alert is None or first_effect is None else first_effect - first_alert
    return Together(
        id=name,
        area=places.ref(code),
        start=start,
        end=end,
        alerts=tuple(mine[0]),
        threats=tuple(mine[1]),
        tallies=tuple(
            line for line in (*lines, *nation) if line.subject in ATTACK and line.status == "standing"
        ),
        explosions=tuple(
            line for line in lines if line.subject == "explosions" and line.status == "standing"
        ),
        incidents=tuple(each.id for each in incidents if each.status != "withdrawn"),
        withdrawn=tuple(each.id for each in incidents if each.status == "withdrawn"),
        harm=tuple(line for line in lines if line.subject in PEOPLE and line.id in chosen),
        first_alert=first_alert,
        first_effect=first_effect,
        lead_seconds=None if lead is None else int(lead.total_seconds()),
    )


def _moments(incidents: Iterable[Incident]) -> list[datetime]:
    return [
        each.valid.start for each in incidents if each.status != "withdrawn" and each.valid.start is not None
    ]


def _heard(line: LedgerLine) -> datetime:
    start = line.valid.start
    return start if start is not None and line.valid.precision in {"minute", "second"} else line.stated_at


def _of(each: Stage, code: str, since: datetime, until: datetime, places: Areas) -> bool:
    near = not each.areas or any(
        places.covers(code, area) or places.covers(area, code) for area in each.areas
    )
    return near and each.start <= until and (each.end is None or each.end >= since)


def _alerts(changes: Iterable[Change]) -> list[Stage]:
    """Return all alerts of the changes with their times: "official, red" or "warning, yellow"."""
    found: dict[str, Stage] = {}
    for change in changes:
        noun, verb = change.fact.noun, change.fact.verb
        if not isinstance(noun, Alert) or verb == "withhold":
            continue
        known = found.get(noun.id)
        start = min(noun.valid.start or change.at, change.at) if known is None else known.start
        found[noun.id] = Stage(
            id=noun.id,
            what=f"{noun.layer}, {noun.level or 'red'}",
            areas=(noun.area.code,),
            start=start,
            end=change.at if verb in {"clear", "revoke", "lapse"} else None,
            claims=tuple(dict.fromkeys((*(known.claims if known else ()), *change.fact.because))),
        )
    return sorted(found.values(), key=lambda each: (each.start, each.id))


def _threats(changes: Iterable[Change]) -> list[Stage]:
    """Return all threats of the changes with their times, by what flies."""
    found: dict[str, Stage] = {}
    for change in changes:
        noun = change.fact.noun
        if not isinstance(noun, Threat):
            continue
        known = found.get(noun.id)
        found[noun.id] = Stage(
            id=noun.id,
            what=f"{noun.kind}, {noun.weapon_class or noun.weapon}",
            areas=tuple(
                dict.fromkeys((*(known.areas if known else ()), *(area.code for area in noun.areas)))
            ),
            start=known.start if known else noun.valid.start or change.at,
            end=change.at if change.fact.verb == "close" or noun.status in {"over", "lapsed"} else None,
            claims=noun.claims,
        )
    return sorted(found.values(), key=lambda each: (each.start, each.id))
