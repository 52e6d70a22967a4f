"""Alarms: what each authority declared for each area. Only a word ends one, never time (R14).

One stands per area, authority and kind. A clear acts on the same authority's
raise of the same kind for the same area (R13): an oblast's end leaves the
alarm of a town in it, as the official channel itself says ("still lasts in
..."). A whole country's alarm stands as one per first-level area, so that a
city's end takes the city's share out. Parents are computed from children (R16).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tocsin.model import Alarm, AreaRef, Claim, Fact, Interval, Order, Report, Source
from tocsin.picture.declared import Ended, Ignored, ended_here, since, stated_level
from tocsin.picture.matching import ref_of
from tocsin.slate import Slate, Table

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["LEVEL_STATED", "OPERATORS", "AlarmKey", "Alarms", "Ignored"]

AlarmKey = tuple[str, str, str]
"""Area, authority, kind."""
LEVEL_STATED = "level-stated"
"""Why an alarm is revised whose authority states its level later, or another one."""
OPERATORS = "operators"
"""The authority of alarms that a person raised by order."""
_LATE = timedelta(seconds=120)
_KEPT_CLAIMS = 12
_HEARD_ALL_ALONG = timedelta(hours=1)
"""Pause between a source's words of alarms up to which we missed none of them."""
_REINSTATE = timedelta(minutes=10)
_LEVELS = ("oblast", "raion", "hromada", "settlement", "district")


class Alarms:
    """All alarms that stand now, and the last that ended at each key."""

    def __init__(self, places: Gazetteer, *, slate: Slate, register: Mapping[str, Source]) -> None:
        self._places = places
        self.register = register
        self.standing: Table[AlarmKey, Alarm] = Table(slate)
        self.ended: Table[AlarmKey, Ended] = Table(slate)
        self._at: Table[str, tuple[AlarmKey, ...]] = Table(slate)
        """Keys of standing alarms by area."""
        self._inside: Table[str, int] = Table(slate)
        """Standing alarms inside an area (itself left out), by code."""
        self._out: Table[AlarmKey, tuple[str, ...]] = Table(slate)
        """Parts for which the authority ended a standing alarm of the whole."""
        self._moved: Table[AlarmKey, str] = Table(slate)
        """Where an operator put an alarm whose words were misread: the same words end it there."""
        self._spoke: Table[str, datetime] = Table(slate)
        """When each source that declares last spoke of alarms."""
        self._by_report: Table[tuple[str, str], tuple[AlarmKey, ...]] = Table(slate)
        self._orphans: list[tuple[AlarmKey, tuple[str, ...]]] = []
        self.ignored: list[Ignored] = []

    # --- in -----------------------------------------------------------------

    def absorb(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> list[Fact]:
        """Take in what a report says of alarms; what changed. Claims that move nothing land in ``ignored``."""
        facts: list[Fact] = []
        said = min(report.stated_at or at, at)
        late = at - said > _LATE
        goes_on = self._lists(claims, source, said)
        over_here = ended_here(claims)
        for claim in claims:
            if claim.kind not in ("alarm", "alarm-over"):
                continue
            reason = self._unfit(claim, source)
            areas = self._areas(claim, source)
            if reason is None and not areas:
                reason = "area-unknown"
            if reason is not None:
                self.ignored.append(Ignored(claim=claim, area=areas[0] if areas else None, reason=reason))
                continue
            for area in areas:
                if not any(self._places.covers(code, area.code) for code in source.declares):
                    facts += self._second(claim, area, source)
                    reason = "source-declares-no-alarm-here"
                    self.ignored.append(Ignored(claim=claim, area=area, reason=reason))
                elif (claim.kind == "alarm") == (claim.stance == "asserts"):
                    if claim.kind == "alarm":
                        level = stated_level(report)
                        for part in self._parts(area):
                            key = (part.code, source.authority_id, claim.alarm_type or "air-raid")
                            whole = self._parted(key, report, over_here)
                            if whole is not None:
                                facts += self._raise(claim, part, source, whole, late=late, level=level)
                                continue
                            if part.code in over_here or (goes_on and key not in self.standing):
                                self.ignored.append(Ignored(claim=claim, area=part, reason="only-listed"))
                                continue
                            facts += self._raise(claim, part, source, said, late=late, level=level)
                elif claim.kind == "alarm":
                    facts += self._over(claim, area, source, said, why="declared-by-mistake", move=False)
                else:
                    facts += self._over(claim, area, source, said)
        return facts

    def _lists(self, claims: Sequence[Claim], source: Source, said: datetime) -> bool:
        """Whether a report lists what goes on after the end of a part, by a source that was heard all along.

        Such a list declares nothing: what it names may have ended a second ago. Of one that was silent for
        long it raises what we missed (R12).
        """
        if not source.declares or not any(c.kind in ("alarm", "alarm-over") for c in claims):
            return False
        last = self._spoke.get(source.id)
        self._spoke.put(source.id, said if last is None else max(said, last))
        parted = any(c.kind == "alarm-over" and c.partial for c in claims)
        return parted and last is not None and said - last <= _HEARD_ALL_ALONG

    def _parted(self, key: AlarmKey, report: Report, over_here: frozenset[str]) -> datetime | None:
        """Since when a listed part was alarmed by the whole that its report ends, where it had no alarm of its own."""
        if key in self.standing or key[0] in over_here:
            return None
        own = self.ended.get(key)
        for code in self._places.ancestors(key[0]):
            whole = self.ended.get((code, key[1], key[2])) if code in over_here else None
            start = whole.alarm.valid.start if whole is not None and whole.report == report.id else None
            if start is not None and (own is None or own.at < start):
                return start
        return None

    @staticmethod
    def _unfit(claim: Claim, source: Source) -> str | None:
        if source.history:
            return "history-source"
        if claim.tense != "now":
            return "past" if claim.tense == "past" else "forecast"
        if claim.hedged:
            return "hedged"
        if claim.by is not None and claim.by.id != source.id and source.declares:
            return "quotes-another"
        return None

    def _areas(self, claim: Claim, source: Source) -> tuple[AreaRef, ...]:
        places = claim.places or ((claim.place,) if claim.place else ())
        found = tuple(ref_of(p) for p in places if p.role in ("at", "near"))
        if not found and not places and len(source.declares) == 1:
            own = source.declares[0]
            if own != self._places.root and self._places.area(own) is not None:
                return (self._places.ref(own),)
        return found

    def _parts(self, area: AreaRef) -> tuple[AreaRef, ...]:
        if area.code == self._places.root:
            return tuple(self._places.ref(code) for code in self._places.first_level())
        return (area,)

    def _raise(
        self,
        claim: Claim,
        area: AreaRef,
        source: Source,
        said: datetime,
        *,
        late: bool,
        level: str | None,
    ) -> list[Fact]:
        kind = claim.alarm_type or "air-raid"
        key = (area.code, source.authority_id, kind)
        standing = self.standing.get(key)
        self._mark(source.id, claim.report, key)
        if standing is not None:
            self._out.drop(key)
            return self._again(key, standing, claim, source, level)
        over = self.ended.get(key)
        if late and over is not None and said <= over.at:
            return self._known_end(claim, area, source, said, over)
        alarm = Alarm(
            id=f"alarm:{area.code}:{source.authority_id}:{kind}:{claim.id}",
            area=area,
            authority=source.authority_id,
            kind=kind,
            level=level,
            valid=Interval(start=said, end=None, precision="second"),
            sources=(source.id,),
            claims=(claim.id,),
            late=late,
            unconfirmed=not self._others(area, kind, source),
        )
        self._stand(key, alarm)
        facts = [Fact(type="alarm", verb="raise", noun=alarm, because=(claim.id,), why=since(late))]
        return facts + self._confirm_others(alarm, claim)

    def _known_end(
        self, claim: Claim, area: AreaRef, source: Source, said: datetime, over: Ended
    ) -> list[Fact]:
        """A raise that arrives after its own end: both go on record, nothing sounds (R11, R12)."""
        kind = claim.alarm_type or "air-raid"
        start = over.alarm.valid.start
        if start is not None and said >= start:
            return []
        alarm = Alarm(
            id=f"alarm:{area.code}:{source.authority_id}:{kind}:{claim.id}",
            area=area,
            authority=source.authority_id,
            kind=kind,
            valid=Interval(start=said, end=start or over.at, precision="second"),
            sources=(source.id,),
            claims=(claim.id,),
            late=True,
        )
        self.ignored.append(Ignored(claim=claim, area=area, reason="its-end-is-known"))
        return [
            Fact(type="alarm", verb=verb, noun=alarm, because=(claim.id,), why="its-end-is-known", move=False)
            for verb in ("raise", "clear")
        ]

    def _again(
        self, key: AlarmKey, standing: Alarm, claim: Claim, source: Source, level: str | None
    ) -> list[Fact]:
        stated = level is not None and level != standing.level
        claims = (*standing.claims, claim.id)
        if len(claims) > _KEPT_CLAIMS:
            claims = (*claims[:2], *claims[-(_KEPT_CLAIMS - 2) :])
        alarm = msgspec.structs.replace(
            standing,
            claims=claims,
            level=level if stated else standing.level,
            sources=tuple(sorted({*standing.sources, source.id})),
        )
        self.standing.put(key, alarm)
        if not stated:
            return []
        return [Fact(type="alarm", verb="revise", noun=alarm, because=(claim.id,), why=LEVEL_STATED)]

    def _others(self, area: AreaRef, kind: str, source: Source) -> bool:
        return any(
            key[2] == kind and source.id not in self.standing.rows[key].sources
            for key in self._at.get(area.code) or ()
        )

    def _confirm_others(self, alarm: Alarm, claim: Claim) -> list[Fact]:
        facts: list[Fact] = []
        for key in self._at.get(alarm.area.code) or ():
            other = self.standing.rows[key]
            if other.id != alarm.id and other.kind == alarm.kind and other.unconfirmed:
                confirmed = msgspec.structs.replace(other, unconfirmed=False)
                self.standing.put(key, confirmed)
                why = "second-source"
                facts.append(Fact(type="alarm", verb="revise", noun=confirmed, because=(claim.id,), why=why))
        return facts

    def _second(self, claim: Claim, area: AreaRef, source: Source) -> list[Fact]:
        """A source that declares nothing confirms what stands (R15), and an end that is doubted (R32)."""
        if source.reliability not in ("A", "B") or claim.stance != "asserts":
            return []
        facts: list[Fact] = []
        for part in self._parts(area):
            if claim.kind == "alarm":
                probe = Alarm(
                    id="",
                    area=part,
                    authority=source.authority_id,
                    kind=claim.alarm_type or "air-raid",
                    valid=claim.valid,
                )
                facts += self._confirm_others(probe, claim)
        return facts

    # --- ends -----------------------------------------------------------------

    def _over(
        self,
        claim: Claim,
        area: AreaRef,
        source: Source,
        said: datetime,
        *,
        why: str = "all-clear",
        move: bool = True,
    ) -> list[Fact]:
        facts: list[Fact] = []
        kinds = (claim.alarm_type,) if claim.alarm_type else ("air-raid",)
        authority = source.authority_id
        keys = self._within(area.code, authority, kinds) or self._put_right(area.code, authority, kinds)
        for key in keys:
            alarm = self.standing.rows[key]
            start = alarm.valid.start
            if start is not None and said < start:
                reason = "older-than-the-alarm"
                self.ignored.append(Ignored(claim=claim, area=area, reason=reason))
                continue
            facts.append(self._end(key, claim.id, claim.report, source.id, said, why=why, move=move))
            self._mark(source.id, claim.report, key)
        if keys:
            return facts
        key = (area.code, authority, kinds[0])
        over = self._over_whole(area, authority, kinds[0], claim)
        if over:
            return over
        self.ignored.append(Ignored(claim=claim, area=area, reason="no-alarm-of-this-authority-stands"))
        known = self.ended.get(key)
        if known is None or known.at < said:
            blank = Alarm(
                id=f"alarm:{area.code}:{authority}:{kinds[0]}:{claim.id}",
                area=area,
                authority=authority,
                kind=kinds[0],
                valid=Interval(start=said, end=said, precision="second"),
            )
            self.ended.put(key, Ended(alarm=blank, report=claim.report, source=source.id, at=said))
        return []

    def _over_whole(self, area: AreaRef, authority: str, kind: str, claim: Claim) -> list[Fact]:
        """The authority ends a part of what it declared as a whole: the part is out, the whole stands."""
        for code in self._places.ancestors(area.code):
            key = (code, authority, kind)
            alarm = self.standing.get(key)
            if alarm is not None:
                out = tuple(sorted({*(self._out.get(key) or ()), area.code}))
                self._out.put(key, out)
                return [
                    Fact(type="alarm", verb="revise", noun=alarm, because=(claim.id,), why=f"out:{area.code}")
                ]
        return []

    def _within(self, code: str, authority: str, kinds: tuple[str, ...]) -> list[AlarmKey]:
        own = [(code, authority, kind) for kind in kinds if (code, authority, kind) in self.standing]
        if code != self._places.root:
            # «Відбій в області» leaves the alarm of a town in it, which was declared and is ended apart.
            return own
        return own + sorted(k for k in self.standing if k[0] != code and k[1] == authority and k[2] in kinds)

    def _put_right(self, code: str, authority: str, kinds: tuple[str, ...]) -> list[AlarmKey]:
        """Where an order moved what the authority's words were taken to declare here."""
        moved = [(to, authority, kind) for kind in kinds if (to := self._moved.get((code, authority, kind)))]
        return [key for key in moved if key in self.standing]

    def _end(
        self,
        key: AlarmKey,
        claim_id: str,
        report: str,
        source: str,
        said: datetime,
        *,
        why: str,
        move: bool = True,
    ) -> Fact:
        alarm = self.standing.rows[key]
        start = alarm.valid.start
        ended = msgspec.structs.replace(
            alarm,
            valid=msgspec.structs.replace(alarm.valid, end=said if start is None else max(said, start)),
        )
        self.ended.put(key, Ended(alarm=ended, report=report, source=source, at=said))
        self._fall(key)
        return Fact(type="alarm", verb="clear", noun=ended, because=(claim_id,), why=why, move=move)

    # --- corrections and orders -----------------------------------------------

    def retract(self, report_id: str, source_id: str, at: datetime) -> list[Fact]:
        """Take a report's words back. A raise waits for ``settle``; an end is undone at once."""
        facts: list[Fact] = []
        prefix = f"{source_id}:{report_id}#"
        for key in self._by_report.drop((source_id, report_id)) or ():
            alarm = self.standing.get(key)
            if alarm is not None and any(c.startswith(prefix) for c in alarm.claims):
                left = tuple(c for c in alarm.claims if not c.startswith(prefix))
                gone = tuple(c for c in alarm.claims if c.startswith(prefix))
                if left:
                    self.standing.put(key, msgspec.structs.replace(alarm, claims=left))
                else:
                    self._orphans.append((key, gone))
                continue
            over = self.ended.get(key)
            if (
                alarm is None
                and over is not None
                and (over.report, over.source) == (report_id, source_id)
                and over.alarm.claims
                and at - over.at <= _REINSTATE
            ):
                back = msgspec.structs.replace(
                    over.alarm, valid=msgspec.structs.replace(over.alarm.valid, end=None)
                )
                self._stand(key, back)
                facts.append(
                    Fact(type="alarm", verb="raise", noun=back, why="its-end-was-taken-back", move=False)
                )
        return facts

    def settle(self, at: datetime, *, replaced: bool) -> list[Fact]:
        """After a retraction: an edited report that no longer declares an alarm took it back.

        A deleted one did not: a message that is gone is no all-clear, so the alarm stands until someone
        says that it is over.
        """
        facts: list[Fact] = []
        for key, gone in self._orphans:
            alarm = self.standing.get(key)
            if alarm is None:
                continue
            fresh = tuple(c for c in alarm.claims if c not in gone)
            if fresh:
                self.standing.put(key, msgspec.structs.replace(alarm, claims=fresh))
            elif replaced:
                facts.append(self._end(key, gone[0], "", "", at, why="taken-back", move=False))
            else:
                doubted = msgspec.structs.replace(alarm, unconfirmed=True)
                self.standing.put(key, doubted)
                facts.append(Fact(type="alarm", verb="revise", noun=doubted, why="its-report-was-deleted"))
        self._orphans.clear()
        return facts

    def order(self, order: Order, at: datetime, reference: str = "order") -> list[Fact]:
        """Perform an operator's raise, clear, revoke or quarantine (the engine checked who may)."""
        facts: list[Fact] = []
        kind = order.arguments.get("kind", "air-raid")
        if order.verb == "raise":
            area = self._places.ref(order.target)
            for part in self._parts(area):
                key = (part.code, OPERATORS, kind)
                if key in self.standing:
                    continue
                alarm = Alarm(
                    id=f"alarm:{part.code}:{OPERATORS}:{kind}:{reference}",
                    area=part,
                    authority=OPERATORS,
                    kind=kind,
                    level=order.arguments.get("level"),
                    valid=Interval(start=at, end=None, precision="second"),
                    sources=(OPERATORS,),
                    claims=(reference,),
                )
                self._stand(key, alarm)
                facts.append(
                    Fact(type="alarm", verb="raise", noun=alarm, because=(reference,), why=order.why)
                )
        elif order.verb in ("clear", "revoke"):
            facts += self._ordered_end(order, kind, at, reference)
        elif order.verb == "correct":
            facts += self._ordered_place(order, at, reference)
        elif order.verb == "quarantine":
            for key in sorted(self.standing):
                alarm = self.standing.rows[key]
                if order.target in alarm.sources:
                    rest = tuple(s for s in alarm.sources if s != order.target)
                    doubted = msgspec.structs.replace(alarm, unconfirmed=not rest or alarm.unconfirmed)
                    self.standing.put(key, doubted)
                    facts.append(
                        Fact(
                            type="alarm",
                            verb="revise",
                            noun=doubted,
                            because=(reference,),
                            why="source-quarantined",
                        )
                    )
        return facts

    def _ordered_end(self, order: Order, kind: str, at: datetime, reference: str) -> list[Fact]:
        """End what stands in an area, or the very alert that was named."""
        said = order.arguments
        if said.get("layer") == "warning":
            return []
        only = OPERATORS if order.verb == "revoke" and said.get("own") else None
        ends = said.get("ending") if said.get("ending") == "did-not-come" else order.verb
        facts: list[Fact] = []
        for key in sorted(self.standing):
            exactly = key[0] == order.target if "alert" in said else self._places.covers(order.target, key[0])
            if not exactly or key[2] != kind or (only and key[1] != only):
                continue
            move = order.verb == "clear"
            facts.append(self._end(key, reference, "", "", at, why=f"{ends}:order", move=move))
        return facts

    def _ordered_place(self, order: Order, at: datetime, reference: str) -> list[Fact]:
        """Take an alarm back where it was misread to be, and let it stand where it belongs, since when it did."""
        wrong, right = order.arguments["from"], self._places.ref(order.arguments["to"])
        facts: list[Fact] = []
        for key in sorted(self.standing):
            alarm = self.standing.rows[key]
            named = alarm.id == order.target or (
                "alert" in order.arguments and key[0] == order.target and key[2] == order.arguments["kind"]
            )
            if not named or key[0] != wrong or wrong == right.code:
                continue
            facts.append(self._end(key, reference, "", "", at, why="correct:order", move=False))
            self._moved.put(key, right.code)
            if (right.code, key[1], key[2]) in self.standing:
                continue
            moved = msgspec.structs.replace(
                alarm,
                id=f"alarm:{right.code}:{key[1]}:{key[2]}:{reference}",
                area=right,
                claims=(*alarm.claims, reference),
            )
            self._stand((right.code, key[1], key[2]), moved)
            facts.append(Fact(type="alarm", verb="raise", noun=moved, because=(reference,), why=order.why))
        return facts

    def restore(self) -> None:
        """Forget what a failed step left half done."""
        self._orphans.clear()
        self.ignored.clear()

    # --- asked ------------------------------------------------------------------

    def next_deadline(self) -> datetime | None:
        """Never: nothing official ends by time (R14)."""
        return None

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Nothing: time moves no alarm."""
        _ = to
        return []

    def heed(self, slate: Slate) -> None:
        """Let a slate note which alarms are written, and which parts of them were ended."""
        slate.heed("alarm", self.standing)
        slate.heed("part", self._out)

    def parts(self, key: AlarmKey) -> tuple[str, ...]:
        """The parts for which the authority ended a standing alarm of the whole."""
        return self._out.get(key) or ()

    def recall(self, alarms: Mapping[AlarmKey, Alarm], parts: Mapping[AlarmKey, tuple[str, ...]]) -> None:
        """Stand as at an earlier moment, for ``state_of``: of no use to absorb anything afterwards."""
        for key in sorted(alarms):
            self._stand(key, alarms[key])
            if key in parts:
                self._out.put(key, parts[key])

    def view(self, at: datetime | None = None) -> tuple[Alarm, ...]:
        """The alarms that stand, by area, authority and kind."""
        _ = at
        return tuple(self.standing.rows[key] for key in sorted(self.standing))

    def over_area(self, code: str) -> tuple[Alarm, ...]:
        """The alarms that hold in all of an area: its own, and those of areas around it."""
        return tuple(
            self.standing.rows[key]
            for outer in (code, *self._places.ancestors(code))
            for key in self._at.get(outer) or ()
            if not any(self._places.covers(part, code) for part in self._out.get(key) or ())
        )

    def state_of(self, code: str) -> str:
        """ACTIVE, PARTLY or CLEAR: own and outer alarms, else what its parts say (R16)."""
        if self.over_area(code):
            parts = [part for key in self._at.get(code) or () for part in self._out.get(key) or ()]
            return "PARTLY" if parts else "ACTIVE"
        if not self._inside.get(code):
            return "CLEAR"
        children = self._parts_of(code)
        if children and all(self.state_of(child) == "ACTIVE" for child in children):
            return "ACTIVE"
        return "PARTLY"

    def _parts_of(self, code: str) -> tuple[str, ...]:
        """The children of the coarsest level that an area has: raions, beside which a lone town counts not."""
        levels: dict[str, list[str]] = {}
        for child in self._places.children(code):
            area = self._places.area(child)
            if area is not None:
                levels.setdefault(area.level, []).append(child)
        return tuple(next((levels[name] for name in _LEVELS if name in levels), ()))

    # --- the tables ---------------------------------------------------------------

    def _stand(self, key: AlarmKey, alarm: Alarm) -> None:
        self.standing.put(key, alarm)
        self._at.put(key[0], tuple(sorted({*(self._at.get(key[0]) or ()), key})))
        for code in self._places.ancestors(key[0]):
            self._inside.put(code, (self._inside.get(code) or 0) + 1)

    def _fall(self, key: AlarmKey) -> None:
        self.standing.drop(key)
        self._out.drop(key)
        rest = tuple(k for k in self._at.get(key[0]) or () if k != key)
        if rest:
            self._at.put(key[0], rest)
        else:
            self._at.drop(key[0])
        for code in self._places.ancestors(key[0]):
            left = (self._inside.get(code) or 0) - 1
            if left > 0:
                self._inside.put(code, left)
            else:
                self._inside.drop(code)

    def _mark(self, source: str, report: str, key: AlarmKey) -> None:
        known = self._by_report.get((source, report)) or ()
        if key not in known:
            self._by_report.put((source, report), (*known, key))
        self._by_report.thin(8192, lambda key, _: key[0])
