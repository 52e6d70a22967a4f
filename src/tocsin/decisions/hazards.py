"""From threats to supports: which rule fits a hazard, which areas its words name, whose word each rests on.

What counts for an area is who named it. A threat that an authority told of
without a place, and a channel put over a city, is unofficial in that city.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tocsin.decisions.issuing import Issuing, Touched, note_ending
from tocsin.decisions.policy import Policy, Rule, Situation
from tocsin.decisions.scope import areas_of
from tocsin.decisions.standing import Standing, Support, until_of
from tocsin.decisions.withholding import Withholding
from tocsin.model import Cause, Claim, Fact, Source, Threat

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["CHANNELS", "OFFICIAL", "THREATENING", "Hazards", "Heard"]

OFFICIAL = ("authority", "military", "emergency-service", "alarm-service", "operator")
THREATENING = ("danger", "takeoff", "launch", "inbound")
_INBOUND = ("launch", "inbound")
ORDERED = "order:"
"""Begins the reason of what an operator's order made of a threat."""
_MERGED = "merged-into:"
_LETTERS = "ABCDEF"
CHANNELS = "~"
"""Ends the id of what channels alone hold up, beside what an authority does: neither prolongs the other."""
_CLAIMS = 8
_REMEMBERED = 4096
_SURE = 2
"""Credibility up to which something counts as told independently (R32)."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a step heard beside the picture's changes: the claims, who spoke, what made nothing and why."""

    claims: tuple[Claim, ...] = ()
    source: Source | None = None
    said: datetime | None = None
    official: bool = False
    """Whether an authority spoke on its own feed."""
    refused: tuple[tuple[Claim, str], ...] = ()
    taken_back: tuple[str, ...] = ()
    """What the ids of claims begin with that were taken back: of reports deleted or edited."""

    def own(self, claim: Claim) -> bool:
        """Whether a claim is the authority's own word, and no quotation."""
        quoted = claim.by is not None and self.source is not None and claim.by.id != self.source.id
        return self.official and not quoted


class Hazards:
    """Turns changes of threats into supports of areas."""

    def __init__(
        self,
        policy: Policy,
        places: Gazetteer,
        standing: Standing,
        issuing: Issuing,
        withholding: Withholding,
    ) -> None:
        self._policy = policy
        self._places = places
        self._standing = standing
        self._issuing = issuing
        self._withholding = withholding
        self._rules = {rule.id: rule for rule in policy.rules}
        self._by_hour = any(rule.hours for rule in policy.rules)
        self._chosen: dict[tuple[object, ...], Rule | None] = {}

    def take(self, facts: Sequence[Fact], heard: Heard, at: datetime, touched: Touched) -> list[Fact]:
        """Take in every change of a threat that one step brought."""
        out: list[Fact] = []
        by_id: dict[str, list[tuple[Fact, Threat]]] = {}
        for fact in facts:
            if isinstance(fact.noun, Threat):
                by_id.setdefault(fact.noun.id, []).append((fact, fact.noun))
        for changes in by_id.values():
            fact, threat = changes[-1]
            if any((f.why or "").startswith(ORDERED) for f, _ in changes):
                out += self._ordered(fact, threat, at, touched)
                continue
            if any(f.why == "part-over" for f, _ in changes):
                self._part_over(threat, heard, touched)
            if fact.verb == "close":
                out += self._over(fact, threat, heard, at, touched)
                continue
            if any(not f.move for f, _ in changes):
                self._corrected(threat, touched)
            because = {c for f, _ in changes for c in f.because}
            words = [c for c in heard.claims if c.id in because and c.kind in THREATENING]
            if words:
                opened = any(f.verb == "open" for f, _ in changes)
                out += self._said(threat, words, heard, at, touched, opened=opened)
        return out

    def _said(
        self,
        threat: Threat,
        words: Sequence[Claim],
        heard: Heard,
        at: datetime,
        touched: Touched,
        *,
        opened: bool,
    ) -> list[Fact]:
        told = [p for c in words for p in (c.places or ((c.place,) if c.place else ())) if p.role != "from"]
        codes = [p.code for p in told] or [a.code for a in threat.areas + threat.toward]
        levels = [p.level for p in told] or [a.level for a in threat.areas + threat.toward]
        own = any(heard.own(c) for c in words)
        because = tuple(c.id for c in words)
        rule = self._rule(threat, levels[0] if levels else "none", own, at)
        reason = self._refusal(threat, rule, heard.source, own=own)
        areas: tuple[str, ...] = ()
        if rule is not None and not reason:
            areas = self._areas(threat, rule, codes)
            reason = "" if areas else "no-area-stated"
        if (rule is None or reason) and threat.official and not own:
            return []  # An authority's word stands for it: that a channel's adds nothing needs no record.
        if rule is None or reason:
            return self._withholding.threat(threat, rule, reason or "no-rule", at, because)
        for area in areas:
            self._hold(threat, rule, area, own=own, heard=heard, because=because, touched=touched)
        if own or not opened:
            return []
        under = [a for a in areas if self._standing.official_over(a, rule.alarm) is not None]
        if not under:
            return []
        reason = "official-alert-stands"
        return self._withholding.threat(threat, rule, reason, at, because, area=under[0])

    def _rule(self, threat: Threat, level: str, own: bool, at: datetime) -> Rule | None:
        key = (threat.kind, threat.weapon, level, own, threat.reliability, threat.credibility)
        if not self._by_hour and key in self._chosen:
            return self._chosen[key]
        found = self._policy.decide(
            Situation(
                kind=threat.kind,
                klass=threat.weapon_class,
                weapon=threat.weapon,
                level=level,
                official=own,
                reliability=threat.reliability,
                credibility=threat.credibility,
                at=at,
            ),
        )
        if len(self._chosen) > _REMEMBERED:
            self._chosen.clear()
        self._chosen[key] = found
        return found

    def _refusal(self, threat: Threat, rule: Rule | None, source: Source | None, *, own: bool) -> str:
        """Why a word warns nobody. The speaker's own letter counts, whoever else speaks of the threat."""
        if rule is None:
            return "no-rule"
        if not rule.warn or rule.scope == "none":
            return rule.reason or "no-rule"
        channels = self._policy.channels
        if own:
            return ""
        if source is not None and source.kind not in (*channels.kinds, *OFFICIAL):
            return "kind-may-not-warn"
        letter = source.reliability if source is not None else threat.reliability
        known = letter if len(letter) == 1 and letter in _LETTERS else "F"
        if _LETTERS.index(known) > _LETTERS.index(channels.reliability):
            return "reliability-too-low"
        if threat.credibility > channels.credibility:
            return "credibility-too-low"
        return ""

    def _areas(self, threat: Threat, rule: Rule, told: Sequence[str]) -> tuple[str, ...]:
        standing: list[str] = []
        if rule.scope == "standing":
            standing = sorted({key[1] for key in self._standing.alerts if key[2] == rule.alarm})
        return areas_of(
            rule,
            self._places,
            told,
            heading=threat.heading,
            origin=[a.code for a in threat.origin],
            standing=standing,
        )

    def _hold(
        self,
        threat: Threat,
        rule: Rule,
        area: str,
        *,
        own: bool,
        heard: Heard,
        because: tuple[str, ...],
        touched: Touched,
    ) -> None:
        said = heard.said or threat.last_said or threat.valid.start
        ended = self._standing.share_ended.get(area)
        if said is None or (ended is not None and not self._fresh(threat, said, ended, own=own)):
            return
        thing = threat.id if own else threat.id + CHANNELS
        before = self._standing.held_by(thing, area)
        speaker = (heard.source.id,) if heard.source is not None else threat.sources
        whose = speaker if before is None else (*before.whose, *speaker)
        told = because if before is None else (*before.because, *because)
        channels = self._policy.channels
        support = Support(
            id=thing,
            area=area,
            rule=rule.id,
            alarm=rule.alarm,
            cause=Cause(kind=threat.kind, weapon=threat.weapon, weapon_class=threat.weapon_class),
            level=rule.level if own else channels.level,
            rank=rule.rank,
            official=own,
            certainty=rule.certainty if own else channels.certainty,
            until=max(until_of(said, rule), before.until) if before else until_of(said, rule),
            said=said if before is None else max(said, before.said),
            inbound=threat.kind in _INBOUND,
            sure=own or threat.credibility <= _SURE,
            whose=tuple(sorted(set(whose))),
            because=tuple(dict.fromkeys(told))[-_CLAIMS:],
        )
        self._standing.hold(support)
        note_ending(touched, area, rule.alarm)

    @staticmethod
    def _fresh(threat: Threat, said: datetime, ended: datetime, *, own: bool) -> bool:
        """Whether a word came after the area's all-clear: of a threat that is new, or from an authority."""
        if said <= ended:
            return False
        start = threat.valid.start
        return own or (start is not None and start > ended)

    # --- orders -----------------------------------------------------------------

    def _ordered(self, fact: Fact, threat: Threat, at: datetime, touched: Touched) -> list[Fact]:
        """What an operator made of a threat: it holds up the areas that it now names, and no other."""
        how = (fact.why or "").removeprefix(ORDERED)
        if how.startswith(_MERGED):
            self._handed_over(threat, how.removeprefix(_MERGED), touched)
            return []
        areas: tuple[str, ...] = ()
        rule: Rule | None = None
        reason = ""
        if fact.verb != "close":
            told = threat.areas + threat.toward
            rule = self._rule(threat, told[0].level if told else "none", threat.official, at)
            reason = self._refusal(threat, rule, None, own=threat.official)
            if rule is not None and not reason:
                areas = self._areas(threat, rule, [a.code for a in told])
                reason = "" if areas else "no-area-stated"
        ends = how if how in ("over", "mistake", "did-not-come") else "order" if fact.move else "mistake"
        for thing, area in self._held(threat):
            if area not in areas:
                found = self._standing.release(thing, area)
                if found is not None:
                    note_ending(touched, area, found.alarm, ends, thing=thing)
        if rule is not None and areas:
            for area in areas:
                self._hold_by_order(threat, rule, area, at, because=fact.because, touched=touched)
        elif fact.verb != "close":
            return self._withholding.threat(threat, rule, reason or "no-rule", at, fact.because)
        return []

    def _hold_by_order(
        self,
        threat: Threat,
        rule: Rule,
        area: str,
        at: datetime,
        *,
        because: tuple[str, ...],
        touched: Touched,
    ) -> None:
        own = threat.official
        thing = threat.id if own else threat.id + CHANNELS
        channels = self._policy.channels
        before = self._standing.held_by(thing, area)
        self._standing.hold(
            Support(
                id=thing,
                area=area,
                rule=rule.id,
                alarm=rule.alarm,
                cause=Cause(kind=threat.kind, weapon=threat.weapon, weapon_class=threat.weapon_class),
                level=rule.level if own else channels.level,
                rank=rule.rank,
                official=own,
                certainty=rule.certainty if own else channels.certainty,
                until=threat.lapses_at or until_of(at, rule),
                said=before.said if before else at,
                inbound=threat.kind in _INBOUND,
                sure=own or threat.credibility <= _SURE,
                whose=before.whose if before else threat.sources,
                because=tuple(
                    dict.fromkeys((*(before.because if before else threat.claims[-_CLAIMS:]), *because))
                )[-_CLAIMS:],
            )
        )
        note_ending(touched, area, rule.alarm, "order", thing=thing)

    def _handed_over(self, gone: Threat, into: str, touched: Touched) -> None:
        """Let what a merged threat held up be held by the one that it was merged into."""
        for thing, area in self._held(gone):
            found = self._standing.release(thing, area)
            if found is None:
                continue
            other = into + CHANNELS if thing.endswith(CHANNELS) else into
            held = self._standing.held_by(other, area)
            if held is None:
                self._standing.hold(msgspec.structs.replace(found, id=other))
            elif found.until > held.until:
                self._standing.hold(msgspec.structs.replace(held, until=found.until))
            self._standing.renamed(thing, other)
            note_ending(touched, area, found.alarm)

    # --- ends -------------------------------------------------------------------

    def _part_over(self, threat: Threat, heard: Heard, touched: Touched) -> None:
        codes = [
            p.code
            for claim in heard.claims
            if claim.kind in ("danger-over", "interception")
            for p in (claim.places or ((claim.place,) if claim.place else ()))
        ]
        by = heard.source.id if heard.source else ""
        for thing, area in self._held(threat):
            if any(self._places.covers(code, area) for code in codes):
                found = self._standing.release(thing, area)
                if found is not None:
                    self._standing.share_ended.put(area, heard.said or found.said)
                    note_ending(touched, area, found.alarm, "over", thing=thing, by=by)

    def _corrected(self, threat: Threat, touched: Touched) -> None:
        """After words were taken back, each area rests only on what is left."""
        left = set(threat.claims)
        for thing, area in self._held(threat):
            held = self._standing.held_by(thing, area)
            if held is not None and not any(c in left for c in held.because):
                self._standing.release(thing, area)
                note_ending(touched, area, held.alarm, "mistake", thing=thing)

    def _held(self, threat: Threat) -> list[tuple[str, str]]:
        """What a threat holds up: by an authority's word, and by channels'."""
        things = (threat.id, threat.id + CHANNELS)
        return [(thing, area) for thing in things for area in self._standing.areas_of.get(thing) or ()]

    def _over(self, fact: Fact, threat: Threat, heard: Heard, at: datetime, touched: Touched) -> list[Fact]:
        how = "lapse" if threat.status == "lapsed" else "over" if fact.move else "mistake"
        out: list[Fact] = []
        for thing, area in self._held(threat):
            found = self._standing.release(thing, area)
            if found is None:
                continue
            by = threat.ended_by or ""
            ends = how if how != "over" or self._may_clear(found, heard) else "lapse"
            note_ending(touched, area, found.alarm, ends, thing=thing, by=by)
            if ends == "over" and found.official and by:
                # Who ends the very thing that spoke against an all-clear confirms it.
                out += self._issuing.confirmed_clear(area, by, fact.because, at)
        return out

    def _may_clear(self, support: Support, heard: Heard) -> bool:
        """Whether the policy lets this kind of source clear what the rule raised; channels clear their own."""
        rule = self._rules.get(support.rule)
        if rule is None or heard.source is None or not support.official:
            return True
        return heard.source.kind in rule.clears
