"""What stands: alerts, and the supports that hold them up.

A support is one threat's (or explosion's) hold on one area by one rule, until
its time runs out or somebody ends it. The decider turns the picture into
supports; ``Standing`` keeps them and answers what an area rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tocsin.decisions.policy import Rule
from tocsin.model import Alert, Cause
from tocsin.slate import Slate, Table, Timers

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["AlertKey", "Standing", "Support", "level_of", "level_rank"]

AlertKey = tuple[str, str, str]
"""Layer, area, kind."""
_LEVEL_RANK = {None: 0, "yellow": 1, "red": 2}


def level_rank(level: str | None) -> int:
    """How high a level is; an unknown one counts as none stated (R17)."""
    return _LEVEL_RANK.get(level, 0)


def level_of(alerts: Iterable[Alert]) -> str | None:
    """Return the level of alerts together: red where one is, none where one states none (it is served as red)."""
    levels = {alert.level for alert in alerts}
    if not levels or None in levels:
        return "red" if "red" in levels else None
    return "red" if "red" in levels else "yellow"


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """One thing's hold on one area."""

    id: str
    """Of the threat; of the claim, for an explosion."""
    area: str
    rule: str
    alarm: str
    cause: Cause
    level: str | None
    rank: int
    official: bool
    certainty: str
    until: datetime
    said: datetime
    inbound: bool
    sure: bool
    """Whether it is believed on more than one voice, or by an authority (R32)."""
    whose: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    def weight(self) -> tuple[int, int, datetime, str]:
        """By which the cause of an alert is chosen: level, the rule's rank, the newest, the id."""
        return (_LEVEL_RANK.get(self.level, 0), self.rank, self.said, self.id)


class Standing:
    """The alerts that stand, their supports, and what was ended for an area."""

    def __init__(self, places: Gazetteer, slate: Slate) -> None:
        self._places = places
        self.alerts: Table[AlertKey, Alert] = Table(slate)
        self.cause_of: Table[AlertKey, str] = Table(slate)
        """Id of the support that an alert names as its cause."""
        self.relays: Table[AlertKey, tuple[str, ...]] = Table(slate)
        """Ids of the alarms that an official alert relays."""
        self.supports: Table[str, tuple[Support, ...]] = Table(slate)
        self._inside: Table[str, tuple[str, ...]] = Table(slate)
        """Areas with supports inside an area, sorted."""
        self.areas_of: Table[str, tuple[str, ...]] = Table(slate)
        """Areas that a thing holds up, by its id."""
        self.share_ended: Table[str, datetime] = Table(slate)
        """When the official all-clear last ended an area's share of what was inferred."""
        self.contradicted: Table[str, Alert] = Table(slate)
        """All-clears that reports speak against, by area (R32)."""
        self.last_ids: Table[str, int] = Table(slate)
        self.withheld: Table[tuple[str, str, str, str], datetime] = Table(slate)
        self.timers = Timers(slate)

    # --- supports ---------------------------------------------------------------

    def hold(self, support: Support) -> None:
        """Write a support, in place of what the same thing held there."""
        if support.area not in self.supports:
            for outer in self._places.ancestors(support.area):
                known = self._inside.get(outer) or ()
                self._inside.put(outer, tuple(sorted((*known, support.area))))
        rest = tuple(s for s in self.supports.get(support.area) or () if s.id != support.id)
        self.supports.put(support.area, (*rest, support))
        areas = self.areas_of.get(support.id) or ()
        if support.area not in areas:
            self.areas_of.put(support.id, (*areas, support.area))
        self.timers.arm(f"{support.area}|{support.id}", support.until)

    def release(self, thing: str, area: str) -> Support | None:
        """Take a thing's hold on an area away."""
        held = self.supports.get(area) or ()
        found = next((s for s in held if s.id == thing), None)
        if found is None:
            return None
        rest = tuple(s for s in held if s.id != thing)
        if rest:
            self.supports.put(area, rest)
        else:
            self.supports.drop(area)
            for outer in self._places.ancestors(area):
                known = tuple(c for c in self._inside.get(outer) or () if c != area)
                if known:
                    self._inside.put(outer, known)
                else:
                    self._inside.drop(outer)
        left = tuple(a for a in self.areas_of.get(thing) or () if a != area)
        if left:
            self.areas_of.put(thing, left)
        else:
            self.areas_of.drop(thing)
        self.timers.disarm(f"{area}|{thing}")
        return found

    def held_by(self, thing: str, area: str) -> Support | None:
        """A thing's hold on an area."""
        return next((s for s in self.supports.get(area) or () if s.id == thing), None)

    def holding(self, area: str, alarm: str) -> tuple[Support, ...]:
        """What holds an area itself up, for one kind of alarm."""
        return tuple(s for s in self.supports.get(area) or () if s.alarm == alarm)

    def bearing_on(self, area: str, alarm: str) -> tuple[Support, ...]:
        """What bears on an area: its own supports and those of areas around it."""
        found = list(self.holding(area, alarm))
        for outer in self._places.ancestors(area):
            if outer in self.supports:
                found += self.holding(outer, alarm)
        return tuple(found)

    def inside(self, area: str, alarm: str) -> tuple[Support, ...]:
        """What holds areas inside an area up."""
        codes = self._inside.get(area)
        return tuple(s for code in codes for s in self.holding(code, alarm)) if codes else ()

    def renamed(self, thing: str, to: str) -> None:
        """What named a thing as its cause names another: the two turned out to be one."""
        for key in [key for key, cause in self.cause_of.rows.items() if cause == thing]:
            self.cause_of.put(key, to)

    # --- alerts -----------------------------------------------------------------

    def official_over(self, area: str, kind: str) -> Alert | None:
        """The official alert that covers an area: its own, or that of an area around it."""
        for code in (area, *self._places.ancestors(area)):
            alert = self.alerts.get(("official", code, kind))
            if alert is not None:
                return alert
        return None

    def over(self, codes: Sequence[str], kinds: Sequence[str] | None) -> list[AlertKey]:
        """The keys of the alerts that stand at these areas, of these kinds (of all, where none are named)."""
        if kinds is None:
            return sorted(key for key in self.alerts if key[1] in codes)
        keys = [(layer, code, kind) for code in codes for kind in kinds for layer in ("official", "warning")]
        return [key for key in keys if key in self.alerts]

    def any_over(self, area: str) -> bool:
        """Whether any alert of either layer covers an area."""
        codes = (area, *self._places.ancestors(area))
        return any(key[1] in codes for key in self.alerts)

    def fresh_id(self, layer: str, area: str, kind: str, at: datetime) -> str:
        """An id for a new alert: from what, where and when, with a number where one second sees two."""
        stem = f"{layer}-{area}-{kind}-{at:%Y%m%dT%H%M%SZ}"
        key = f"{layer}-{area}-{kind}"
        # The seconds of the last id tell whether the stem was used; only the last can collide.
        stamp = int(at.timestamp())
        used = self.last_ids.get(key)
        if used is not None and used // 1000 == stamp:
            self.last_ids.put(key, used + 1)
            return f"{stem}-{used % 1000 + 2}"
        self.last_ids.put(key, stamp * 1000)
        return stem

    def first_withheld(self, key: tuple[str, str, str, str], at: datetime, within: timedelta) -> bool:
        """Whether this withholding says something new: the same within a while is not told again."""
        last = self.withheld.get(key)
        if last is not None and at - last < within:
            return False
        self.withheld.put(key, at)
        if len(self.withheld) > 4096:
            for old in list(self.withheld)[:1024]:
                self.withheld.drop(old)
        return True


def until_of(said: datetime, rule: Rule) -> datetime:
    """Until when a word holds by a rule."""
    return said + timedelta(seconds=rule.linger)
