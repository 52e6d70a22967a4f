"""What alerts were worth (R21, R22): by area and threat, how many were followed by a track, an explosion, an impact.

A score is folded from changes and from nothing else. Of published changes it
knows what the public knows, so that no embargoed effect shows in a figure
(R27); of all changes it is the desk's. Whatever happened while an alert stood,
and at least ``window`` after its raise, counts as having followed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.model import Alert, AreaRef, Change, Incident, LedgerLine, Threat

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["Episode", "Leads", "Score", "Scorer", "Tally", "episodes"]

WINDOW = timedelta(minutes=60)
AHEAD = timedelta(hours=3)
"""How long after a warning an official alarm may still follow it."""
_KEPT = timedelta(hours=48)
"""How long after its end an episode waits for what is reported late."""
_ENDS = ("clear", "revoke", "lapse")
_EFFECTS = frozenset(("impact", "debris", "fire", "damage"))
_HEARD = frozenset(("explosion", "impact"))
_TRACK = ("launch", "inbound")
_EXPLOSIONS = "explosions"
_LEADS = 1024
_UNSTATED = "unstated"
_LEVELS = {None: 0, "yellow": 1, "red": 2}


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One alert from its raise to its end, as it was at its loudest."""

    id: str
    layer: str
    area: AreaRef
    kind: str
    cause: str
    """The weapon's class; "unstated" where nobody said."""
    rule: str
    level: str | None
    raised: datetime
    """When we said so."""
    since: datetime | None = None
    """Since when it holds by its source's word."""
    ended: datetime | None = None
    ending: str | None = None
    """clear, revoke or lapse."""


class Leads(msgspec.Struct, frozen=True, kw_only=True):
    """Lead times in seconds, of the last thousand; negative where we were later."""

    n: int = 0
    negative: int = 0
    least: float | None = None
    median: float | None = None
    most: float | None = None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the alerts of one layer, area and threat."""

    layer: str
    area: AreaRef
    cause: str
    alerts: int
    standing: int = 0
    revoked: int = 0
    track: int = 0
    explosion: int = 0
    impact: int = 0
    to_official: Leads = Leads()
    """From our raise to the official alarm: of an official alert how late it was relayed, as a negative lead."""
    to_explosion: Leads = Leads()


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """All tallies up to a moment, with the windows they were counted in (seconds)."""

    window: int
    ahead: int
    since: datetime | None
    until: datetime | None
    tallies: tuple[Tally, ...] = ()
    unwarned: int = 0
    """Official alarms that no warning of ours came before."""
    warned: int = 0
    possible_attacks: int = 0
    """Explosions that made an alert because none stood (R21)."""


class _Count(msgspec.Struct):
    area: AreaRef
    numbers: dict[str, int] = msgspec.field(default_factory=dict)
    official: list[float] = msgspec.field(default_factory=list)
    explosion: list[float] = msgspec.field(default_factory=list)


class _Happened(msgspec.Struct, frozen=True):
    """Something that happened: when, and which of track, explosion, impact it is."""

    at: datetime
    what: frozenset[str]


class Scorer:
    """Folds changes into a score. Bounded: what ended two days ago is counted and let go."""

    KEPT = (
        "_open",
        "_ended",
        "_of",
        "_within",
        "_events",
        "_counts",
        "_warned",
        "_attacks",
        "number",
        "_since",
        "_until",
        "_swept",
    )
    """All that it remembers, for who keeps it over a restart."""

    def __init__(self, places: Gazetteer, window: timedelta = WINDOW, ahead: timedelta = AHEAD) -> None:
        self._places = places
        self._window = window
        self._ahead = ahead
        self._open: dict[str, Episode] = {}
        self._ended: dict[str, Episode] = {}
        self._of: dict[str, list[str]] = {}
        """Ids of the episodes of an area."""
        self._within: dict[str, list[str]] = {}
        """Ids of the episodes in a first-level area."""
        self._events: dict[str, dict[str, _Happened]] = {}
        """By area (and every area around it), what happened in it, by the id of what told it."""
        self._counts: dict[tuple[str, str, str], _Count] = {}
        self._warned = [0, 0]
        self._attacks = 0
        self.number = 0
        """Of the last change that was taken in."""
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._swept: datetime | None = None

    def take(self, changes: Iterable[Change]) -> None:
        """Take changes in, in the order of their numbers."""
        for change in changes:
            self.number = change.number
            self._since = self._since or change.at
            self._until = change.at if self._until is None else max(self._until, change.at)
            noun = change.fact.noun
            if isinstance(noun, Alert) and change.fact.verb != "withhold":
                self._alert(change, noun)
            elif isinstance(noun, Incident):
                self._incident(noun)
            elif isinstance(noun, LedgerLine) and noun.subject == _EXPLOSIONS and noun.area is not None:
                self._blasts(noun, noun.area)
            elif isinstance(noun, Threat) and noun.kind in _TRACK and change.fact.verb != "close":
                at = noun.last_said or noun.valid.start or change.at
                for area in (*noun.areas, *noun.toward):
                    self._happened(f"{noun.id}|{area.code}", area.code, at, frozenset(("track",)), first=True)
            self._sweep(change.at)

    def score(self, area: str | None = None) -> Score:
        """The score up to now, of everything or of one area and what lies in it."""
        counts = {key: _copied(count) for key, count in self._counts.items()}
        warned = list(self._warned)
        for episode in (*self._ended.values(), *self._open.values()):
            self._counted(episode, counts, warned)
        rows = [
            _tally(layer, cause, count)
            for (layer, code, cause), count in sorted(counts.items())
            if area is None or self._places.covers(area, code)
        ]
        return Score(
            window=int(self._window.total_seconds()),
            ahead=int(self._ahead.total_seconds()),
            since=self._since,
            until=self._until,
            tallies=tuple(rows),
            warned=warned[1],
            unwarned=warned[0],
            possible_attacks=self._attacks,
        )

    # --- in -----------------------------------------------------------------

    def _alert(self, change: Change, alert: Alert) -> None:
        known = self._open.get(alert.id)
        if change.fact.verb in _ENDS:
            if known is not None:
                del self._open[alert.id]
                self._ended[alert.id] = msgspec.structs.replace(
                    known, ended=change.at, ending=change.fact.verb
                )
            return
        if known is None:
            if change.fact.verb != "raise":
                return
            self._of.setdefault(alert.area.code, []).append(alert.id)
            self._within.setdefault(self._first(alert.area.code), []).append(alert.id)
            self._attacks += alert.cause.kind == "explosion"
            self._open[alert.id] = _episode(change, alert)
        else:
            self._open[alert.id] = _louder(known, alert)

    def _incident(self, incident: Incident) -> None:
        kinds = set(incident.kinds)
        what = {name for name, of in (("explosion", _HEARD), ("impact", _EFFECTS)) if kinds & of}
        if incident.status == "withdrawn" or not what or incident.valid.start is None:
            self._forgotten(incident.id, incident.area.code)
            return
        self._happened(incident.id, incident.area.code, incident.valid.start, frozenset(what))

    def _blasts(self, line: LedgerLine, area: str) -> None:
        """Explosions that were heard and found no place of their own stand in the ledger."""
        if line.status in ("retracted", "denied"):
            self._forgotten(line.id, area)
            return
        self._happened(
            line.id, area, line.valid.start or line.stated_at, frozenset(("explosion",)), first=True
        )

    def _forgotten(self, name: str, code: str) -> None:
        for around in (code, *self._places.ancestors(code)):
            self._events.get(around, {}).pop(name, None)

    def _happened(
        self, name: str, code: str, at: datetime, what: frozenset[str], *, first: bool = False
    ) -> None:
        for around in (code, *self._places.ancestors(code)):
            events = self._events.setdefault(around, {})
            if not (first and name in events):
                events[name] = _Happened(at, what)

    # --- counted ------------------------------------------------------------

    def _counted(
        self, episode: Episode, counts: dict[tuple[str, str, str], _Count], warned: list[int]
    ) -> None:
        key = (episode.layer, episode.area.code, episode.cause)
        count = counts.setdefault(key, _Count(area=episode.area))
        numbers = count.numbers
        start = episode.raised
        until = max(episode.ended or self._until or start, start + self._window)
        events = [e for e in self._events.get(episode.area.code, {}).values() if e.at <= until]
        followed = {name for e in events if e.at >= start for name in e.what}
        marks = {
            "alerts": True,
            "standing": episode.ended is None,
            "revoked": episode.ending == "revoke",
            **{name: name in followed for name in ("track", "explosion", "impact")},
        }
        for name, holds in marks.items():
            numbers[name] = numbers.get(name, 0) + holds
        heard = min(
            (e.at for e in events if "explosion" in e.what and self._ours(e.at, episode)), default=None
        )
        if heard is not None:
            _keep(count.explosion, (heard - start).total_seconds())
        lead = self._to_official(episode)
        if lead is not None:
            _keep(count.official, lead)
        if episode.layer == "official":
            warned[bool(self._warning_before(episode))] += 1

    def _ours(self, at: datetime, episode: Episode) -> bool:
        """Whether an explosion belongs to this alert: in it, or before it while nothing stood."""
        if at >= episode.raised:
            return True
        if at < episode.raised - self._window:
            return False
        return not any(
            other.raised <= at and (other.ended is None or other.ended > at)
            for other in self._near(episode.area.code)
            if other.id != episode.id
        )

    def _near(self, code: str) -> Iterable[Episode]:
        for around in (code, *self._places.ancestors(code)):
            for name in self._of.get(around, ()):
                found = self._open.get(name) or self._ended.get(name)
                if found is not None:
                    yield found

    def _to_official(self, episode: Episode) -> float | None:
        if episode.layer == "official":
            return (episode.since - episode.raised).total_seconds() if episode.since else None
        starts = [
            (other.since or other.raised)
            for other in self._about(episode.area.code)
            if other.layer == "official"
            and other.kind == episode.kind
            and episode.raised <= other.raised <= episode.raised + self._ahead
            and self._meet(other.area.code, episode.area.code)
        ]
        return (min(starts) - episode.raised).total_seconds() if starts else None

    def _warning_before(self, episode: Episode) -> bool:
        return any(
            other.layer == "warning"
            and other.raised <= episode.raised <= other.raised + self._ahead
            and self._meet(other.area.code, episode.area.code)
            for other in self._about(episode.area.code)
        )

    def _about(self, code: str) -> Iterable[Episode]:
        for name in self._within.get(self._first(code), ()):
            found = self._open.get(name) or self._ended.get(name)
            if found is not None:
                yield found

    def _first(self, code: str) -> str:
        return self._places.first_level_of(code) or code

    def _meet(self, one: str, other: str) -> bool:
        return self._places.covers(one, other) or self._places.covers(other, one)

    def _sweep(self, at: datetime) -> None:
        """Count and let go what ended long ago, once an hour."""
        if self._swept is not None and at - self._swept < WINDOW:
            return
        self._swept = at
        for name, episode in list(self._ended.items()):
            if episode.ended is not None and at - episode.ended > _KEPT:
                self._counted(episode, self._counts, self._warned)
                del self._ended[name]
                self._of[episode.area.code].remove(name)
                self._within[self._first(episode.area.code)].remove(name)
        oldest = min((e.raised for e in self._open.values()), default=at)
        edge = min(at, oldest) - 2 * _KEPT
        for code, events in list(self._events.items()):
            kept = {name: e for name, e in events.items() if e.at >= edge}
            if kept:
                self._events[code] = dict(list(kept.items())[-2048:])
            else:
                del self._events[code]


def episodes(changes: Iterable[Change]) -> tuple[Episode, ...]:
    """Every alert that changes tell of, from its raise to its end, in the order of their raises."""
    found: dict[str, Episode] = {}
    for change in changes:
        alert = change.fact.noun
        if not isinstance(alert, Alert) or change.fact.verb == "withhold":
            continue
        known = found.get(alert.id)
        if known is None:
            if change.fact.verb == "raise":
                found[alert.id] = _episode(change, alert)
        elif change.fact.verb in _ENDS:
            found[alert.id] = msgspec.structs.replace(known, ended=change.at, ending=change.fact.verb)
        else:
            found[alert.id] = _louder(known, alert)
    return tuple(found.values())


def _episode(change: Change, alert: Alert) -> Episode:
    return Episode(
        id=alert.id,
        layer=alert.layer,
        area=alert.area,
        kind=alert.kind,
        cause=_cause(alert),
        rule=alert.rule,
        level=alert.level,
        raised=change.at,
        since=alert.valid.start,
    )


def _louder(known: Episode, alert: Alert) -> Episode:
    cause = _cause(alert)
    if _LEVELS.get(alert.level, 0) < _LEVELS.get(known.level, 0):
        return known
    if cause == _UNSTATED and known.cause != _UNSTATED:
        return known
    return msgspec.structs.replace(known, level=alert.level, cause=cause, rule=alert.rule)


def _cause(alert: Alert) -> str:
    if alert.cause.weapon_class:
        return alert.cause.weapon_class
    return _UNSTATED if alert.cause.kind in ("alarm", "relayed-alarm", "") else alert.cause.kind


def _keep(leads: list[float], seconds: float) -> None:
    leads.append(seconds)
    del leads[:-_LEADS]


def _copied(count: _Count) -> _Count:
    return _Count(
        area=count.area,
        numbers=dict(count.numbers),
        official=list(count.official),
        explosion=list(count.explosion),
    )


def _leads(seconds: list[float]) -> Leads:
    if not seconds:
        return Leads()
    return Leads(
        n=len(seconds),
        negative=sum(1 for s in seconds if s < 0),
        least=min(seconds),
        median=median(seconds),
        most=max(seconds),
    )


def _tally(layer: str, cause: str, count: _Count) -> Tally:
    numbers: dict[str, Any] = count.numbers
    return Tally(
        layer=layer,
        area=count.area,
        cause=cause,
        to_official=_leads(count.official),
        to_explosion=_leads(count.explosion),
        **numbers,
    )
