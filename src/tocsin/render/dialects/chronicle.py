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
        self._standing: dict[str, Spell] = {}
        self._past: deque[Spell] = deque()

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
            end = max(alert.valid.end or change.at, spell.started_at)
            del self._standing[alert.id]
            self._past.append(
                msgspec.structs.replace(spell, finished_at=end, updated_at=max(change.at, spell.updated_at))
            )
            while self._past and (self._past[0].finished_at or change.at) < change.at - KEPT:
                self._past.popleft()
            return
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

    def spells(self) -> Iterator[Spell]:
        """Go through standing and past spells, the latest start first."""
        yield from sorted(
            (*self._past, *self._standing.values()), key=lambda s: (s.started_at, s.number), reverse=True
        )
