"""The decider: the picture's changes in, decisions on alerts out, each with its rule and its claims.

It folds over its own alerts (``Standing``); the picture never sees them. Both
layers stay apart (R31): an official alert relays alarms, a warning is inferred.
Where an official alert stands, what an authority says of the hazard makes its
level and cause known, and no warning is raised beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.decisions.hazards import THREATENING, Hazards, Heard
from tocsin.decisions.issuing import Ending, Issuing, Touched, note_ending
from tocsin.decisions.policy import Policy
from tocsin.decisions.standing import Standing, Support
from tocsin.decisions.sudden import RELAYED, Sudden
from tocsin.decisions.withholding import Withholding
from tocsin.model import Alarm, Alert, Fact, Order, Weapon
from tocsin.slate import Slate

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["Decider", "Heard"]


class Decider:
    """Alerts by policy. ``decide`` after each step, ``advance`` for time."""

    def __init__(
        self, policy: Policy, places: Gazetteer, weapons: Mapping[str, Weapon], slate: Slate
    ) -> None:
        self._places = places
        self._weapons = weapons
        self.standing = Standing(places, slate)
        self.adopt(policy)

    def adopt(self, policy: Policy) -> None:
        """Use another policy from here on; what stands, stands until it is spoken of again."""
        self.policy = policy
        self._withholding = Withholding(policy, self._places, self.standing)
        self._issuing = Issuing(policy, self._places, self.standing, self._withholding)
        self._inhibits_itself = any(i.by.layer != "official" for i in policy.inhibits)
        self._hazards = Hazards(policy, self._places, self.standing, self._issuing, self._withholding)
        self._at_once = Sudden(policy, self._places, self.standing, self._withholding)
        kinds = {kind for rule in policy.rules for kind in rule.kinds}
        self._sudden = tuple(sorted(kinds - {*THREATENING, "alarm", RELAYED}))

    # --- a step -----------------------------------------------------------------

    def decide(self, facts: Sequence[Fact], heard: Heard, at: datetime) -> list[Fact]:
        """What the changes of one step do to the alerts."""
        out: list[Fact] = []
        touched: Touched = {}
        because = tuple(c.id for c in heard.claims)
        for prefix in heard.taken_back:
            self._at_once.withdrawn(prefix, touched)
        for fact in facts:
            if isinstance(fact.noun, Alarm):
                out += self._alarm(fact, fact.noun, heard, at, touched)
        out += self._hazards.take(facts, heard, at, touched)
        for claim in heard.claims:
            if claim.kind in self._sudden and claim.kind not in THREATENING:
                out += self._at_once.explosion(claim, heard, at, touched)
        for claim, reason in heard.refused:
            out += self._at_once.refused(claim, reason, heard, at, touched)
        out += self._second_clear(heard, at)
        for (area, kind), ending in touched.items():
            out += self._issuing.reconcile(area, kind, ending, because, at)
        return out + self._freed(out, because, at)

    def _freed(self, facts: Sequence[Fact], because: tuple[str, ...], at: datetime) -> list[Fact]:
        """What an alert inhibited is raised when it ends; an official alert's end looks at its area anyway."""
        if not self._inhibits_itself:
            return []
        out: list[Fact] = []
        for fact in facts:
            if fact.type != "alert" or fact.verb not in ("clear", "revoke", "lapse", "revise"):
                continue
            for code in self._inside(fact.noun.area.code) if isinstance(fact.noun, Alert) else ():
                for kind in sorted({s.alarm for s in self.standing.supports.get(code) or ()}):
                    if ("warning", code, kind) not in self.standing.alerts:
                        out += self._issuing.reconcile(code, kind, Ending(), because, at)
        return out

    # --- alarms -------------------------------------------------------------------

    def _alarm(self, fact: Fact, alarm: Alarm, heard: Heard, at: datetime, touched: Touched) -> list[Fact]:
        area, kind = alarm.area.code, alarm.kind
        key = ("official", area, kind)
        standing = self.standing.alerts.get(key)
        if fact.verb == "raise" and alarm.valid.end is None:
            note_ending(touched, area, kind)
            if standing is not None:
                return self._issuing.another_authority(key, alarm, fact, at)
            self.standing.contradicted.drop(area)
            return self._issuing.relay(alarm, fact, at)
        if fact.verb == "revise":
            return self._issuing.relayed_again(key, alarm, fact, at)
        if fact.verb != "clear" or standing is None or fact.why == "its-end-is-known":
            return []
        return self._alarm_over(fact, alarm, heard, at, touched)

    def _alarm_over(
        self, fact: Fact, alarm: Alarm, heard: Heard, at: datetime, touched: Touched
    ) -> list[Fact]:
        area, kind = alarm.area.code, alarm.kind
        if not self._issuing.authority_left(("official", area, kind), alarm, fact):
            return []
        mistake = not fact.move
        against = () if mistake or heard.source is None else self._speaking_against(area, kind, alarm, at)
        out = self._issuing.all_clear(("official", area, kind), fact, at, against=against, mistake=mistake)
        ends = not against and not mistake
        for code in self._inside(area):
            if code != area and self.standing.official_over(code, kind) is not None:
                continue
            if ends:
                self.standing.share_ended.put(code, at)
                for support in self.standing.holding(code, kind):
                    self.standing.release(support.id, code)
            note_ending(touched, code, kind, "share" if ends else "")
        if ends:
            self.standing.share_ended.put(area, at)
        note_ending(touched, area, kind, "share" if ends else "")
        return out

    def _inside(self, area: str) -> list[str]:
        held = {key[1] for key in self.standing.alerts if key[0] == "warning"}
        codes = sorted(held | set(self.standing.supports))
        return [code for code in codes if self._places.covers(area, code)]

    def _speaking_against(self, area: str, kind: str, alarm: Alarm, at: datetime) -> tuple[Support, ...]:
        """Independent reports of something inbound that an all-clear contradicts (R32)."""
        bearing = (*self.standing.bearing_on(area, kind), *self.standing.inside(area, kind))
        return tuple(
            s
            for s in bearing
            if s.inbound
            and s.sure
            and (at - s.said).total_seconds() <= self.policy.contradiction
            and set(s.whose) - set(alarm.sources)
        )

    def _second_clear(self, heard: Heard, at: datetime) -> list[Fact]:
        """A second feed's word confirms an all-clear that was contradicted (R32)."""
        if heard.source is None or not len(self.standing.contradicted):
            return []
        out: list[Fact] = []
        for claim in heard.claims:
            good = heard.source.reliability in ("A", "B") and not heard.source.history
            if claim.kind != "alarm-over" or claim.tense != "now" or claim.stance != "asserts" or not good:
                continue
            for place in claim.places or ((claim.place,) if claim.place else ()):
                for area, doubted in sorted(self.standing.contradicted.rows.items()):
                    if doubted.kind == (claim.alarm_type or "air-raid") and self._places.covers(
                        place.code, area
                    ):
                        # A channel's copy of the all-clear ends no warning.
                        said = (heard.said or at) if heard.own(claim) else None
                        out += self._confirmed(area, heard.source.id, (claim.id,), at, said=said)
        return out

    def _confirmed(
        self, area: str, by: str, because: tuple[str, ...], at: datetime, *, said: datetime | None
    ) -> list[Fact]:
        """Let a contradicted all-clear count. ``said`` ends the area's share, but for what was said after either."""
        doubted = self.standing.contradicted.get(area)
        out = self._issuing.confirmed_clear(area, by, because, at)
        if doubted is None or not out or said is None:
            return out
        over, kind = min(doubted.valid.end or at, said), doubted.kind
        for code in sorted({area, *self._inside(area)}):
            if self.standing.official_over(code, kind) is not None:
                continue
            self.standing.share_ended.put(code, over)
            gone = tuple(s.id for s in self.standing.holding(code, kind) if s.said <= over)
            for thing in gone:
                self.standing.release(thing, code)
            out += self._issuing.reconcile(code, kind, Ending(how="share", things=gone), because, at)
        return out

    # --- time and orders ----------------------------------------------------------

    def next_deadline(self) -> datetime | None:
        """When the next support runs out."""
        return self.standing.timers.next()

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Let every support that is due run out, each at its own instant."""
        out: list[tuple[datetime, Fact]] = []
        while (due := self.standing.timers.pop(to)) is not None:
            at, name = due
            area, _, thing = name.partition("|")
            found = self.standing.release(thing, area)
            if found is not None:
                facts = self._issuing.reconcile(area, found.alarm, Ending(how="lapse"), (), at)
                facts += self._freed(facts, (), at)
                out += [(at, fact) for fact in facts]
        return out

    def order(self, order: Order, reference: str, at: datetime) -> list[Fact]:
        """An operator's word on an alert of ours: end or revoke a warning, confirm a contradicted clear."""
        out: list[Fact] = []
        if order.verb in ("clear", "revoke"):
            out += self._ordered_end(order, reference, at)
        if order.verb == "quarantine":
            out += self._withdrawn(f"{order.target}:", reference, at)
            out += self._issuing.without(order.target, reference)
        if order.verb in ("clear", "confirm"):
            for area in sorted(self.standing.contradicted):
                if self._places.covers(order.target, area):
                    out += self._confirmed(area, order.operator, (reference,), at, said=at)
        return out

    def _ordered_end(self, order: Order, reference: str, at: datetime) -> list[Fact]:
        """End the warning that was named, or those of an area."""
        said = order.arguments
        how = "mistake" if order.verb == "revoke" else said.get("ending", "order")
        if said.get("own") or said.get("layer") == "official":
            return []
        out: list[Fact] = []
        for key in sorted(self.standing.alerts):
            alert = self.standing.alerts.rows[key]
            named = (
                alert.id == said["alert"] if "alert" in said else self._places.covers(order.target, key[1])
            )
            if key[0] != "warning" or not named or said.get("kind", key[2]) != key[2]:
                continue
            for support in self.standing.holding(key[1], key[2]):
                self.standing.release(support.id, key[1])
            self.standing.share_ended.put(key[1], at)
            out += self._issuing.reconcile(key[1], key[2], Ending(how=how), (reference,), at)
        return out + self._freed(out, (reference,), at)

    def _withdrawn(self, prefix: str, reference: str, at: datetime) -> list[Fact]:
        touched: Touched = {}
        self._at_once.withdrawn(prefix, touched)
        return [
            fact
            for (area, kind), ending in touched.items()
            for fact in self._issuing.reconcile(area, kind, ending, (reference,), at)
        ]

    def waiting(self, order: Order, reference: str, at: datetime) -> list[Fact]:
        """An order waits for a second person: recorded as withheld (R1)."""
        return self._withholding.order(order, reference, at)

    def restore(self) -> None:
        """Make the deadlines fit the tables again, after an undo."""
        self.standing.timers.restore()

    def used(self, source: str) -> Iterable[str]:
        """Ids of the standing alerts that rest on a source's word (R19)."""
        for key in sorted(self.standing.alerts):
            if source in self.standing.alerts.rows[key].whose:
                yield self.standing.alerts.rows[key].id
