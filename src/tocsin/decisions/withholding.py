"""Recorded decisions not to alert, each with its reason: "why did it not sound?" has an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tocsin.decisions.policy import Policy, Rule
from tocsin.decisions.standing import Standing, Support
from tocsin.model import Alert, Cause, Claim, Fact, Interval, Order, Threat

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["REASONS", "Withholding"]

REASONS = {
    "past": "it speaks of an earlier occasion",
    "forecast": "it says what is expected, not what is",
    "hedged": "the source itself isn't sure",
    "history-source": "the source is a feed of past things, which raises nothing",
    "too-late": "it came after the time for which such a word holds",
    "its-end-is-known": "it came after its own end was known",
    "area-unknown": "it names no area that we know",
    "no-area-stated": "it states no area, and none is guessed",
    "no-rule": "no rule of the policy fits it",
    "reliability-too-low": "the source's reliability is below what the policy asks",
    "kind-may-not-warn": "the policy lets sources of this kind warn of nothing",
    "party-to-the-conflict": "a party's words stand beside what is established, and warn of nothing",
    "credibility-too-low": "it isn't believed enough",
    "channels-may-not-warn-here": "channels alone may not warn of this",
    "launch-is-hours-away": "the carrier is hours from a launch",
    "official-alert-stands": "the official alert stands there, and channels don't change it",
    "source-declares-no-alarm-here": "the source declares no alarm for that area",
    "no-alarm-of-this-authority-stands": "no alarm of this authority and kind stands there",
    "only-listed": "it lists what goes on, and declares nothing",
    "older-than-the-alarm": "it was stated before the alarm that stands",
    "quotes-another": "it quotes another, whose own feed counts",
    "says-neither-what-nor-where": "it says neither what nor where",
    "source-quarantined": "the source is quarantined",
    "needs-a-second-person": "it needs a second person's approval",
    "inhibited": "another alert that stands there inhibits it",
}
"""What each reason code means, in plain words."""

_AGAIN = timedelta(minutes=10)
_RAISING = ("takeoff", "launch", "inbound", "danger", "alarm", "explosion", "alarm-over")


class Withholding:
    """Makes a fact of a decision not to alert, once for each reason, place, cause and source in a while."""

    def __init__(self, policy: Policy, places: Gazetteer, standing: Standing) -> None:
        self._policy = policy
        self._places = places
        self._standing = standing

    def claim(self, claim: Claim, reason: str, at: datetime, rule: Rule | None = None) -> list[Fact]:
        """A claim made no alert."""
        if claim.kind not in _RAISING or claim.stance != "asserts":
            return []
        code = claim.place.code if claim.place is not None else self._places.root
        cause = Cause(kind=claim.kind, weapon=claim.weapon)
        return self._fact(
            claim.id,
            claim.source,
            code,
            cause,
            rule=rule,
            reason=reason,
            at=at,
            because=(claim.id,),
            kind="air-raid",
        )

    def threat(
        self,
        threat: Threat,
        rule: Rule | None,
        reason: str,
        at: datetime,
        because: tuple[str, ...],
        *,
        area: str | None = None,
    ) -> list[Fact]:
        """A threat made no alert."""
        told = threat.areas + threat.toward
        code = area or (told[0].code if told else self._places.root)
        cause = Cause(kind=threat.kind, weapon=threat.weapon, weapon_class=threat.weapon_class)
        claims = because or threat.claims[-1:]
        name = claims[-1] if claims else threat.id
        alarm = rule.alarm if rule is not None else "air-raid"
        return self._fact(
            name, threat.id, code, cause, rule=rule, reason=reason, at=at, because=claims, kind=alarm
        )

    def inhibited(self, support: Support, inhibit: str, at: datetime) -> list[Fact]:
        """Something that would warn is inhibited by an alert that stands."""
        facts = self._fact(
            support.because[-1] if support.because else support.id,
            support.id,
            support.area,
            support.cause,
            rule=None,
            reason="inhibited",
            at=at,
            because=support.because,
            kind=support.alarm,
        )
        return [
            msgspec.structs.replace(
                fact,
                noun=msgspec.structs.replace(fact.noun, rule=inhibit)
                if isinstance(fact.noun, Alert)
                else fact.noun,
            )
            for fact in facts
        ]

    def order(self, order: Order, reference: str, at: datetime) -> list[Fact]:
        """An operator's order is not carried out yet."""
        kind = order.arguments.get("kind", "air-raid")
        said = order.arguments
        named = (order.target, said.get("from", ""), *said.get("areas", "").split(","), said.get("area", ""))
        code = next((c for c in named if c and self._places.area(c) is not None), self._places.root)
        cause = Cause(kind=f"order-{order.verb}")
        because = (reference,)
        reason = "needs-a-second-person"
        return self._fact(
            reference, reference, code, cause, rule=None, reason=reason, at=at, because=because, kind=kind
        )

    def _fact(
        self,
        name: str,
        whose: str,
        code: str,
        cause: Cause,
        *,
        rule: Rule | None,
        reason: str,
        at: datetime,
        because: tuple[str, ...],
        kind: str,
    ) -> list[Fact]:
        if not self._standing.first_withheld((whose, code, cause.kind, reason), at, _AGAIN):
            return []
        alert = Alert(
            id=f"withheld-{name}",
            layer="warning",
            area=self._places.ref(code),
            kind=kind,
            level=None,
            cause=cause,
            rule=rule.id if rule is not None else reason,
            urgency="Unknown",
            severity="Unknown",
            certainty="Unknown",
            response="None",
            valid=Interval(start=at, end=at, precision="second"),
            because=because,
        )
        return [Fact(type="alert", verb="withhold", noun=alert, because=because, why=reason)]
