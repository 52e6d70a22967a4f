"""The threats that are believed now, with whose word each rests on, and the ways to find one.

Threats are looked up by first-level area and family of weapons, by the report
that spoke of them, and by their channel's thread. All of it can be undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from tocsin.model import AreaRef, Threat
from tocsin.picture.kin import Kin
from tocsin.picture.matching import EVERYWHERE, Matcher
from tocsin.picture.weighing import Voice
from tocsin.slate import Slate, Table, Timers

__all__ = ["Held", "Holding"]

_KEPT_REPORTS = 16384
Bucket = tuple[str, str]
"""First-level area (or everywhere) and family of weapons."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A threat in the hot state: the noun, and whose word it rests on."""

    threat: Threat
    voices: tuple[Voice, ...] = ()
    against: tuple[Voice, ...] = ()
    rule: str = ""
    """The rule of its credibility."""


class Holding:
    """The table of threats and its indexes."""

    def __init__(self, slate: Slate, matcher: Matcher, kin: Kin) -> None:
        self._matcher = matcher
        self._kin = kin
        self.rows: Table[str, Held] = Table(slate)
        self._buckets: Table[Bucket, tuple[str, ...]] = Table(slate)
        self._in: Table[str, tuple[Bucket, ...]] = Table(slate)
        """The buckets that a threat lies in."""
        self._threads: Table[str, tuple[str, datetime]] = Table(slate)
        self._by_report: Table[tuple[str, str], tuple[str, ...]] = Table(slate)
        self.timers = Timers(slate)

    # --- looked up ----------------------------------------------------------------

    def like(self, slug: str, areas: Sequence[AreaRef]) -> Iterator[Held]:
        """The threats that a claim of this weapon and these areas could speak of."""
        wanted = self._matcher.buckets(areas)
        families = self._kin.families(slug)
        if not areas:
            names = [name for name in self._buckets if name[1] in families]
        else:
            firsts = wanted if EVERYWHERE in wanted else (*wanted, EVERYWHERE)
            names = [(first, family) for first in firsts for family in families]
        for name in names:
            for threat_id in self._buckets.get(name) or ():
                yield self.rows.rows[threat_id]

    def around(self, areas: Sequence[AreaRef], root: str) -> list[Held]:
        """The threats in or over these areas, and those without a place, by id; all, where none is named."""
        if not areas or any(a.code == root for a in areas):
            return [self.rows.rows[i] for i in sorted(self.rows)]
        firsts = (*self._matcher.buckets(areas), EVERYWHERE)
        found = {
            threat_id: None
            for first in firsts
            for family in self._kin.all_families
            for threat_id in self._buckets.get((first, family)) or ()
        }
        return [self.rows.rows[i] for i in sorted(found)]

    def of_report(self, source: str, report: str) -> Iterator[Held]:
        """The threats that a report spoke of and that stand."""
        for threat_id in self._by_report.get((source, report)) or ():
            held = self.rows.get(threat_id)
            if held is not None:
                yield held

    def told_by(self, source: str, report: str) -> tuple[str, ...]:
        """The ids of the threats that a report spoke of."""
        return self._by_report.get((source, report)) or ()

    def last_of(self, source: str) -> tuple[Held, datetime] | None:
        """The threat that a channel last spoke of, and when."""
        last = self._threads.get(source)
        held = self.rows.get(last[0]) if last is not None else None
        return (held, last[1]) if held is not None and last is not None else None

    # --- written ------------------------------------------------------------------

    def put(self, held: Held) -> None:
        """Write a threat, in place of what stood under its id."""
        threat = held.threat
        families = (self._kin.family(threat.weapon),)
        fresh = tuple((f, families[0]) for f in self._matcher.buckets(threat.areas + threat.toward))
        stale = self._in.get(threat.id)
        if fresh != stale:
            self._unindex(threat.id, stale or ())
            self._in.put(threat.id, fresh)
            for name in fresh:
                self._buckets.put(name, (*(self._buckets.get(name) or ()), threat.id))
        self.rows.put(threat.id, held)
        if threat.lapses_at is not None:
            self.timers.arm(threat.id, threat.lapses_at)

    def spoken(self, source: str, report: str, threat_id: str, at: datetime | None) -> None:
        """Note that a report spoke of a threat; with ``at``, the channel's thread goes on from it."""
        if at is not None:
            self._threads.put(source, (threat_id, at))
        known = self._by_report.get((source, report)) or ()
        if threat_id not in known:
            self._by_report.put((source, report), (*known, threat_id))
        self._by_report.thin(_KEPT_REPORTS, lambda key, _: key[0])

    def forget_report(self, source: str, report: str) -> None:
        """The report's words were taken back."""
        self._by_report.drop((source, report))

    def drop(self, held: Held) -> None:
        """Take a threat out of the hot state, with all that leads to it."""
        threat_id = held.threat.id
        self._unindex(threat_id, self._in.drop(threat_id) or ())
        self.rows.drop(threat_id)
        self.timers.disarm(threat_id)
        for voice in held.voices + held.against:
            key = (voice.source, voice.report)
            rest = tuple(i for i in self._by_report.get(key) or () if i != threat_id)
            if rest:
                self._by_report.put(key, rest)
            else:
                self._by_report.drop(key)
        for source in sorted({v.source for v in held.voices}):
            last = self._threads.get(source)
            if last is not None and last[0] == threat_id:
                self._threads.drop(source)

    def _unindex(self, threat_id: str, names: Sequence[Bucket]) -> None:
        for name in names:
            rest = tuple(i for i in self._buckets.get(name) or () if i != threat_id)
            if rest:
                self._buckets.put(name, rest)
            else:
                self._buckets.drop(name)
