"""The official layer as a row of spells: which alert stood where, from when until when.

Dialects tell of the past (histories, "last action" counters, times of the last
update), and the picture tells only of now. A ``Chronicle`` is a fold over the
published changes and nothing else, so that two servers with one journal tell
the same past.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.model import Alert, AreaRef, Change

__all__ = ["KEPT", "Chronicle", "Spell", "ticks"]

KEPT = timedelta(days=35)
"""How long an ended spell is remembered: a little more than the longest period that a dialect asks for."""

_FIRST_DAY = datetime(1, 1, 1, tzinfo=UTC)
_BASE = datetime(2022, 2, 24, tzinfo=UTC)
_ENDINGS = ("clear", "revoke", "lapse")


def ticks(moment: datetime) -> int:
    """Count of 100-nanosecond steps since the year 1: how ukrainealarm numbers its actions."""
    since = moment - _FIRST_DAY
    return (since.days * 86_400 + since.seconds) * 10_000_000 + since.microseconds * 10


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """One official alert over its whole time; ``finished_at`` is None while it stands.

    ``number`` is that of the change which raised it: an id that fits 31 bits and
    that a restart doesn't alter.
    """

    number: int
    alert: str
    area: AreaRef
    kind: str
    level: str | None
    weapon_class: str | None
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None = None


class Chronicle:
    """All official spells that stand, and those that ended within ``KEPT``."""

    def __init__(self) -> None:
        self.after = 0
        """Number of the last change that was absorbed."""
        self.last_action = ticks(_BASE)
        """Grows with every action, and is the time of the last one in ticks where that is possible."""
        self.last_end: dict[str, datetime] = {}
        """When the last spell of each area ended."""
        self.held: dict[str, Alert] = {}
        """Alerts whose all-clear independent reports speak against: not over until it is confirmed (R32)."""
        self._standing: dict[str, Spell] = {}
        self._past: deque[Spell] = deque()
        self._by_area: dict[str, deque[Spell]] = {}

    def absorb(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """Take in changes by number and give back those that were actions of the official layer."""
        actions: list[Change] = []
        for change in changes:
            if change.number <= self.after:
                continue
            self.after = change.number
            noun = change.fact.noun
            if not isinstance(noun, Alert) or noun.layer != "official" or change.fact.verb == "withhold":
                continue
            self._act(change, noun)
            self.last_action = max(self.last_action + 1, ticks(change.at))
            actions.append(change)
        return tuple(actions)

    def _act(self, change: Change, alert: Alert) -> None:
        spell = self._standing.get(alert.id)
        if change.fact.verb in _ENDINGS:
            if spell is None:
                return
            if alert.contradicted:
                self._standing[alert.id] = msgspec.structs.replace(spell, updated_at=change.at)
                self.held[alert.id] = msgspec.structs.replace(alert, ending=None)
                return
            self.held.pop(alert.id, None)
            end = max(alert.valid.end or change.at, spell.started_at)
            del self._standing[alert.id]
            self._keep(
                msgspec.structs.replace(spell, finished_at=end, updated_at=max(change.at, spell.updated_at))
            )
            self._forget(change.at - KEPT)
            return
        self.held.pop(alert.id, None)
        if spell is None:
            self._replace_held(alert)
        self._standing[alert.id] = Spell(
            number=spell.number if spell else change.number,
            alert=alert.id,
            area=alert.area,
            kind=alert.kind,
            level=alert.level,
            weapon_class=alert.cause.weapon_class,
            started_at=alert.valid.start or (spell.started_at if spell else change.at),
            updated_at=change.at,
        )

    def _replace_held(self, new: Alert) -> None:
        """Let an alert that is raised anew take the place of the one whose end was in doubt."""
        for identity, old in list(self.held.items()):
            if (old.area.code, old.kind) == (new.area.code, new.kind):
                del self.held[identity]
                spell = self._standing.pop(identity)
                self._keep(msgspec.structs.replace(spell, finished_at=old.valid.end or spell.updated_at))

    def _keep(self, spell: Spell) -> None:
        code = spell.area.code
        self._past.append(spell)
        self._by_area.setdefault(code, deque()).append(spell)
        if spell.finished_at is not None:
            self.last_end[code] = max(self.last_end.get(code, spell.finished_at), spell.finished_at)

    def _forget(self, before: datetime) -> None:
        """Drop spells that ended earlier; both rows are in the order of their ends, near enough."""
        while self._past and (end := self._past[0].finished_at) is not None and end < before:
            spell = self._past.popleft()
            self._by_area[spell.area.code].popleft()

    def of(self, alert: Alert, at: datetime) -> Spell:
        """Give the spell of an alert that stands; made from the alert alone if its raise was never seen."""
        spell = self._standing.get(alert.id)
        if spell is not None:
            return spell
        start = alert.valid.start or at
        number = sum(ord(c) * (31**i % 2_147_483_647) for i, c in enumerate(alert.id)) % 2_147_483_647
        return Spell(
            number=number,
            alert=alert.id,
            area=alert.area,
            kind=alert.kind,
            level=alert.level,
            weapon_class=alert.cause.weapon_class,
            started_at=start,
            updated_at=start,
        )

    def areas(self) -> tuple[str, ...]:
        """List every area that has a spell, standing or past."""
        standing = (spell.area.code for spell in self._standing.values())
        return tuple(dict.fromkeys((*self._by_area, *standing)))

    def spells(self, areas: Iterable[str] | None = None) -> Iterator[Spell]:
        """Go through standing and past spells, of some areas or of all, the latest start first."""
        past: Iterable[Spell] = self._past
        standing: Iterable[Spell] = self._standing.values()
        if areas is not None:
            wanted = dict.fromkeys(areas)
            past = (spell for code in wanted for spell in self._by_area.get(code, ()))
            standing = (spell for spell in standing if spell.area.code in wanted)
        yield from sorted((*past, *standing), key=lambda s: (s.started_at, s.number), reverse=True)
