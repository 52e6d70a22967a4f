"""What warns without a threat: explosions where nothing stands (R21), and alarms that others relay.

Whoever declares no alarms and says «Повітряна тривога в ...» reports one: a
warning that says whose word it is, never the official alert (R5, R31). Both
hold an area up like a threat does, until the policy's time for it runs out,
its own speaker ends it, or its report is taken back.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tocsin.decisions.hazards import CHANNELS, OFFICIAL, Heard
from tocsin.decisions.issuing import Touched, note_ending
from tocsin.decisions.policy import Policy, Rule, Situation
from tocsin.decisions.scope import areas_of
from tocsin.decisions.standing import Standing, Support, until_of
from tocsin.decisions.withholding import Withholding
from tocsin.model import Cause, Claim, Fact, Source

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["RELAYED", "Sudden"]

RELAYED = "relayed-alarm"
"""The kind by which the policy speaks of an alarm that is reported by who declares none."""
_NOT_DECLARED = ("source-declares-no-alarm-here", "quotes-another")
"""Why the picture leaves a word of an alarm aside that may still be a report of one."""
_EXPLOSIONS = "explosions:"
_RELAYS = "relayed:"
_LETTERS = "ABCDEF"
_CLAIMS = 8


class Sudden:
    """Turns single words into supports of areas, without a threat between."""

    def __init__(
        self, policy: Policy, places: Gazetteer, standing: Standing, withholding: Withholding
    ) -> None:
        self._policy = policy
        self._places = places
        self._standing = standing
        self._withholding = withholding

    # --- explosions ---------------------------------------------------------------

    def explosion(self, claim: Claim, heard: Heard, at: datetime, touched: Touched) -> list[Fact]:
        """Explosions where no alert stands make a "possible attack" at once (R21)."""
        source = heard.source
        if source is None or claim.stance != "asserts" or claim.tense != "now" or source.history:
            return []
        rule = self._rule(claim.kind, claim, heard, at)
        if rule is None or not rule.warn:
            return []
        areas = areas_of(rule, self._places, _told(claim))
        open_areas = [
            a
            for a in areas
            if any(f"{_EXPLOSIONS}{a}{m}" in self._standing.areas_of for m in ("", CHANNELS))
            or not self._standing.any_over(a)
        ]
        if not open_areas:
            return [] if areas else self._withholding.claim(claim, "area-unknown", at, rule)
        reason = self._refusal(claim, heard, rule, at)
        if reason:
            return self._withholding.claim(claim, reason, at, rule)
        for area in open_areas:
            mark = "" if heard.own(claim) else CHANNELS
            self._hold(f"{_EXPLOSIONS}{area}{mark}", area, rule, claim, heard, at=at, alarm=rule.alarm)
            note_ending(touched, area, rule.alarm)
        return []

    # --- alarms that others relay -------------------------------------------------

    def refused(self, claim: Claim, reason: str, heard: Heard, at: datetime, touched: Touched) -> list[Fact]:
        """A word that made nothing in the picture: a reported alarm warns, all else is withheld with its reason."""
        rule: Rule | None = None
        if claim.kind in ("alarm", "alarm-over") and reason in _NOT_DECLARED and heard.source is not None:
            if heard.source.declares:
                # Who declares alarms elsewhere was misread, or oversteps: that is no report of an alarm.
                return self._withholding.claim(claim, reason, at)
            if claim.kind == "alarm" and claim.stance == "asserts":
                rule = self._rule(RELAYED, claim, heard, at)
                if rule is not None and (not rule.warn or RELAYED in rule.kinds):
                    reason = self._relay(claim, heard, heard.source, rule, at=at, touched=touched)
            elif self._relay_over(claim, heard.source, touched):
                return []
        return self._withholding.claim(claim, reason, at, rule) if reason else []

    def _relay(
        self, claim: Claim, heard: Heard, source: Source, rule: Rule, *, at: datetime, touched: Touched
    ) -> str:
        """Hold the named areas up by a reported alarm; why not, where it may not."""
        if not rule.warn:
            return rule.reason
        areas = areas_of(rule, self._places, _told(claim))
        reason = self._refusal(claim, heard, rule, at) if areas else "area-unknown"
        if reason:
            return reason
        alarm = claim.alarm_type or rule.alarm
        said = heard.said or at
        left = [a for a in areas if (over := self._standing.share_ended.get(a)) is None or over < said]
        if not left:
            return "its-end-is-known"
        mark = "" if heard.own(claim) else CHANNELS
        under = 0
        for area in left:
            under += self._standing.official_over(area, alarm) is not None
            name = f"{_RELAYS}{source.authority_id}:{alarm}:{area}{mark}"
            self._hold(name, area, rule, claim, heard, at=at, alarm=alarm)
            note_ending(touched, area, alarm)
        return "official-alert-stands" if under == len(left) else ""

    def _relay_over(self, claim: Claim, source: Source, touched: Touched) -> bool:
        """Who reported an alarm reports its end, or takes it back: his own word no longer holds (R13)."""
        told = _told(claim) or ((source.home,) if source.home else ())
        alarm = claim.alarm_type or "air-raid"
        head = f"{_RELAYS}{source.authority_id}:{alarm}:"
        how = "over" if claim.kind == "alarm-over" else "mistake"
        ended = False
        for thing in sorted(t for t in self._standing.areas_of if t.startswith(head)):
            for area in self._standing.areas_of.get(thing) or ():
                if any(self._places.covers(code, area) for code in told):
                    self._standing.release(thing, area)
                    note_ending(touched, area, alarm, how, thing=thing, by=source.id)
                    ended = True
        return ended

    # --- taken back -----------------------------------------------------------------

    def withdrawn(self, prefix: str, touched: Touched) -> None:
        """Take back every word whose claim's id begins so: a report's that was deleted, a source's in quarantine."""
        for thing in sorted(t for t in self._standing.areas_of if t.startswith((_EXPLOSIONS, _RELAYS))):
            for area in self._standing.areas_of.get(thing) or ():
                held = self._standing.held_by(thing, area)
                if held is None or not any(c.startswith(prefix) for c in held.because):
                    continue
                left = tuple(c for c in held.because if not c.startswith(prefix))
                if left:
                    whose = tuple(s for s in held.whose if any(c.startswith(f"{s}:") for c in left))
                    self._standing.hold(msgspec.structs.replace(held, because=left, whose=whose))
                else:
                    self._standing.release(thing, area)
                note_ending(touched, area, held.alarm, "" if left else "mistake", thing=thing)

    # --- small ----------------------------------------------------------------------

    def _rule(self, kind: str, claim: Claim, heard: Heard, at: datetime) -> Rule | None:
        source = heard.source
        letter = source.reliability if source is not None and source.reliability in _LETTERS else "F"
        return self._policy.decide(
            Situation(
                kind=kind,
                weapon=claim.weapon or "unknown",
                level=claim.place.level if claim.place else "none",
                alarm_type=claim.alarm_type or "air-raid",
                official=heard.own(claim),
                reliability=letter,
                at=at,
            ),
        )

    def _refusal(self, claim: Claim, heard: Heard, rule: Rule, at: datetime) -> str:
        """Why a word warns nobody, empty where it does. Who heard an explosion may be of any kind."""
        source, channels = heard.source, self._policy.channels
        if claim.hedged:
            return "hedged"
        if source is not None and not heard.own(claim):
            may = (*channels.kinds, *OFFICIAL)
            if RELAYED in rule.kinds and source.kind not in may:
                return "kind-may-not-warn"
            if _LETTERS.find(source.reliability) > _LETTERS.index(channels.reliability):
                return "reliability-too-low"
        return "too-late" if until_of(_began(claim, heard, at), rule) <= at else ""

    def _hold(
        self, name: str, area: str, rule: Rule, claim: Claim, heard: Heard, *, at: datetime, alarm: str
    ) -> None:
        own, channels = heard.own(claim), self._policy.channels
        before = self._standing.held_by(name, area) if name.startswith(_RELAYS) else None
        sudden = name.startswith(_EXPLOSIONS)
        whose = (*(before.whose if before else ()), *((heard.source.id,) if heard.source else ()))
        because = (*(before.because if before else ()), claim.id)
        self._standing.hold(
            Support(
                id=name,
                area=area,
                rule=rule.id,
                alarm=alarm,
                cause=Cause(kind=claim.kind if sudden else RELAYED, weapon=claim.weapon),
                level=rule.level if own else channels.level,
                rank=rule.rank,
                official=own,
                certainty=rule.certainty if own else channels.certainty,
                until=until_of(_began(claim, heard, at), rule),
                said=heard.said or at,
                inbound=sudden,
                sure=own,
                whose=tuple(sorted(set(whose))),
                because=tuple(dict.fromkeys(because))[-_CLAIMS:],
            )
        )


def _told(claim: Claim) -> tuple[str, ...]:
    places = claim.places or ((claim.place,) if claim.place else ())
    return tuple(p.code for p in places if p.role in ("at", "near", "toward"))


def _began(claim: Claim, heard: Heard, at: datetime) -> datetime:
    said = heard.said or at
    return min(claim.valid.start or said, said)
