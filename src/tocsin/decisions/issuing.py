"""How alerts are raised, revised and ended from what holds them up.

Escalation is at once. De-escalation happens only by an authority's word: a
hazard that merely lapsed leaves the level of what still stands as it was.
A revision always adds something: level, cause, urgency, whose word, or time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tocsin.decisions.policy import OFFICIAL_STANDS, Inhibit, Policy, Rule, Situation
from tocsin.decisions.standing import AlertKey, Standing, Support, level_rank
from tocsin.decisions.withholding import Withholding
from tocsin.model import Alarm, Alert, Cause, Fact, Interval

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["Ending", "Issuing", "note_ending"]

_SHOWN = (
    "level",
    "cause",
    "rule",
    "urgency",
    "severity",
    "certainty",
    "response",
    "unofficial",
    "unconfirmed",
)
_RELAY = Rule(id="official-alarm", why="An authority's alarm is relayed at once.")
_LEVEL_STATED = "level-stated"
"""Why the picture revises an alarm whose authority itself states a level."""
_BY_ORDER = ":order"
"""Ends the reason of an alarm's end where an operator ended it: then it is the operators' word."""
_ORDER = "order-"
_OPERATORS = "operators"
_REPORTED = "relayed-alarm"
"""Cause of what rests on a reported alarm: to the alarm itself it adds nothing."""
_DID_NOT_COME = "did-not-come:order"
"""Why the picture ends an alarm of which an operator says that it was justified, and nothing came."""
_STRENGTH = ("", "lapse", "mistake", "order", "share", "did-not-come", "over")
_ENDS = ("over", "mistake", "share", "order", "did-not-come")


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """Why something no longer holds an area up: how, which things, by whose word."""

    how: str = ""
    things: tuple[str, ...] = ()
    by: str = ""


Touched = dict[tuple[str, str], Ending]


def note_ending(
    touched: Touched, area: str, alarm: str, how: str = "", *, thing: str = "", by: str = ""
) -> None:
    """Mark an area for a new look; of several endings the one with most behind it counts."""
    known = touched.get((area, alarm), Ending())
    stronger = _STRENGTH.index(how) > _STRENGTH.index(known.how)
    touched[area, alarm] = Ending(
        how=how if stronger else known.how,
        things=(*known.things, thing) if thing and how in _ENDS else known.things,
        by=by if stronger else known.by,
    )


class Issuing:
    """Writes alerts into ``Standing`` and tells them as facts."""

    def __init__(
        self, policy: Policy, places: Gazetteer, standing: Standing, withholding: Withholding
    ) -> None:
        self._policy = policy
        self._withholding = withholding
        self._rules = {rule.id: rule for rule in policy.rules}
        self._places = places
        self._standing = standing

    # --- the official layer -------------------------------------------------------

    def relay(self, alarm: Alarm, fact: Fact, at: datetime) -> list[Fact]:
        """Relay an alarm at once (R15): its level is null until somebody states a cause."""
        rule = self._relay_rule(alarm)
        key: AlertKey = ("official", alarm.area.code, alarm.kind)
        alert = Alert(
            id=self._standing.fresh_id("official", alarm.area.code, alarm.kind, at),
            layer="official",
            area=alarm.area,
            kind=alarm.kind,
            level=alarm.level,
            cause=Cause(kind="alarm"),
            rule=rule.id,
            urgency=rule.urgency,
            severity=rule.severity,
            certainty=rule.certainty,
            response=rule.response,
            instruction=self._instruction(rule, alarm.area.code),
            valid=Interval(start=alarm.valid.start, end=None, precision=alarm.valid.precision),
            whose=alarm.sources,
            unconfirmed=alarm.unconfirmed,
            late=alarm.late,
            because=alarm.claims,
        )
        self._standing.alerts.put(key, alert)
        self._standing.relays.put(key, (alarm.id,))
        return [self._fact("raise", alert, alert.because, fact.why if alarm.late else rule.why)]

    def another_authority(self, key: AlertKey, alarm: Alarm, fact: Fact, at: datetime) -> list[Fact]:
        """A further authority's alarm for an area whose alert stands confirms it, and holds it too."""
        relays = self._standing.relays.get(key) or ()
        if alarm.id not in relays:
            self._standing.relays.put(key, (*relays, alarm.id))
        return self.relayed_again(key, alarm, fact, at)

    def relayed_again(self, key: AlertKey, alarm: Alarm, fact: Fact, at: datetime) -> list[Fact]:
        """An alarm was said again, confirmed or doubted: the alert says so where that is new."""
        _ = at
        alert = self._standing.alerts.get(key)
        if alert is None:
            return []
        whose = tuple(sorted({*alert.whose, *alarm.sources}))
        doubted = fact.why in ("source-quarantined", "its-report-was-deleted")
        unconfirmed = alarm.unconfirmed if doubted else alert.unconfirmed and alarm.unconfirmed
        level = alarm.level if fact.why == _LEVEL_STATED else alert.level
        if unconfirmed == alert.unconfirmed and level == alert.level and not doubted:
            return []
        new = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            level=level,
            unconfirmed=unconfirmed,
            whose=whose,
            because=_joined(alert.because, fact.because),
        )
        self._standing.alerts.put(key, new)
        return [self._fact("revise", new, fact.because, fact.why)]

    def authority_left(self, key: AlertKey, alarm: Alarm, fact: Fact) -> bool:
        """Take an ended alarm from what holds an official alert up; whether nothing does any more."""
        _ = fact
        left = tuple(i for i in self._standing.relays.get(key) or () if i != alarm.id)
        if left:
            self._standing.relays.put(key, left)
            return False
        return True

    def all_clear(
        self, key: AlertKey, fact: Fact, at: datetime, *, against: Sequence[Support], mistake: bool
    ) -> list[Fact]:
        """End an official alert by the word of who declared it, contradicted where reports speak against."""
        alert = self._standing.alerts.rows[key]
        whose = fact.noun.sources if isinstance(fact.noun, Alarm) else alert.whose
        if (fact.why or "").endswith(_BY_ORDER):
            whose = (_OPERATORS,)
        ended = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            whose=whose,
            urgency="Past",
            response="AllClear",
            instruction={},
            valid=msgspec.structs.replace(alert.valid, end=max(at, alert.valid.start or at)),
            contradicted=bool(against),
            ending="mistake" if mistake else "did-not-come" if fact.why == _DID_NOT_COME else "over",
            because=fact.because,
        )
        self._drop(key)
        because = fact.because
        if against:
            self._standing.contradicted.put(key[1], ended)
            because = _joined(because, tuple(c for s in against for c in s.because[-1:]))
        why = "contradicted-all-clear" if against else fact.why
        return [self._fact("revoke" if mistake else "clear", ended, because, why, move=fact.move)]

    def confirmed_clear(self, area: str, by: str, because: tuple[str, ...], at: datetime) -> list[Fact]:
        """A second voice confirms an all-clear that was contradicted: it counts from now on."""
        alert = self._standing.contradicted.get(area)
        if alert is None or by in alert.whose:
            return []
        self._standing.contradicted.drop(area)
        new = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            contradicted=False,
            whose=tuple(sorted({*alert.whose, by})),
            because=_joined(alert.because, because),
        )
        _ = at
        return [self._fact("clear", new, because, "all-clear-confirmed")]

    def without(self, source: str, reference: str) -> list[Fact]:
        """Name every alert that still uses a quarantined source's word, and take its name off (R19)."""
        out: list[Fact] = []
        for key in sorted(self._standing.alerts):
            alert = self._standing.alerts.rows[key]
            if source not in alert.whose:
                continue
            rest = tuple(s for s in alert.whose if s != source)
            new = msgspec.structs.replace(
                alert, revision=alert.revision + 1, whose=rest, unconfirmed=not rest or alert.unconfirmed
            )
            self._standing.alerts.put(key, new)
            out.append(self._fact("revise", new, (reference,), "source-quarantined"))
        return out

    # --- both layers --------------------------------------------------------------

    def reconcile(
        self, area: str, kind: str, ending: Ending, because: tuple[str, ...], at: datetime
    ) -> list[Fact]:
        """Make the alerts of an area fit what holds it up."""
        out: list[Fact] = []
        over = self._standing.official_over(area, kind)
        if over is not None:
            out += self._inform(("official", over.area.code, kind), ending, because, at)
        key: AlertKey = ("warning", area, kind)
        alert = self._standing.alerts.get(key)
        held = self._standing.holding(area, kind)
        if alert is not None and not alert.unofficial and held and not any(s.official for s in held):
            # No authority holds it up any more, and what channels say never prolongs an authority's red.
            out.append(self._end(key, alert, ending, because, at))
            alert = None
        if held:
            # A warning that stood before what inhibits it goes on beside it; none joins it.
            best = max(held, key=Support.weight)
            by = self._inhibited(area, kind, best) if alert is None else None
            if by is not None:
                if by is not OFFICIAL_STANDS and by.by.layer != "official":
                    out += self._withholding.inhibited(best, by.id, at)
            elif alert is None:
                out.append(self._warn(key, best, held, at))
            else:
                if not alert.unofficial:
                    held = tuple(s for s in held if s.official)
                    best = max(held, key=Support.weight)
                out += self._rewarn(key, alert, best, held, ending=ending, because=because, at=at)
        elif alert is not None:
            out.append(self._end(key, alert, ending, because, at))
        return out

    def _inhibited(self, area: str, kind: str, best: Support) -> Inhibit | None:
        """The inhibition by which something that would warn here raises nothing, if there is one."""
        for inhibit in self._policy.inhibits:
            klass = best.cause.weapon_class
            if not inhibit.of.fits("warning", kind, best.level, klass, best.rule):
                continue
            codes = (area,) if "area" in inhibit.equal else (area, *self._places.ancestors(area))
            kinds = (kind,) if "kind" in inhibit.equal else None
            for key in self._standing.over(codes, kinds):
                alert = self._standing.alerts.rows[key]
                if inhibit.by.fits(key[0], key[2], alert.level, alert.cause.weapon_class, alert.rule):
                    return inhibit
        return None

    def _inform(self, key: AlertKey, ending: Ending, because: tuple[str, ...], at: datetime) -> list[Fact]:
        """Let what an authority says of the hazard make an official alert's level and cause known."""
        _ = at
        alert = self._standing.alerts.rows[key]
        area, kind = key[1], key[2]
        held = [s for s in self._standing.bearing_on(area, kind) if s.official and s.cause.kind != _REPORTED]
        held += [s for s in self._standing.inside(area, kind) if s.official and s.level == "red"]
        cause = self._standing.cause_of.get(key)
        ended = cause is not None and cause in ending.things
        if not held:
            if not ended:
                return []
            rule = self._relay_rule_of(key)
            self._standing.cause_of.drop(key)
            new = self._told(alert, rule, None, Cause(kind="alarm"), rule.certainty)
            return self._revised(key, alert, new, because, "the-cause-is-over")
        best = max(held, key=Support.weight)
        mine = next((s for s in held if s.id == cause), None)
        if mine is not None and mine.weight()[:2] == best.weight()[:2]:
            best = mine
        if not ended and (self._lower(best, alert) or (best is mine and self._informed(alert, best))):
            return []
        rule = self._rules.get(best.rule) or _RELAY
        self._standing.cause_of.put(key, best.id)
        new = self._told(alert, rule, best.level, best.cause, rule.certainty)
        new = msgspec.structs.replace(
            new,
            unconfirmed=False,
            whose=tuple(sorted({*alert.whose, *best.whose})),
            because=_joined(alert.because, best.because),
        )
        return self._revised(key, alert, new, because, rule.why)

    def _warn(self, key: AlertKey, best: Support, held: Sequence[Support], at: datetime) -> Fact:
        rule = self._rules.get(best.rule) or _RELAY
        alert = Alert(
            id=self._standing.fresh_id("warning", key[1], key[2], at),
            layer="warning",
            area=self._places.ref(key[1]),
            kind=key[2],
            level=best.level,
            cause=best.cause,
            rule=rule.id,
            urgency=rule.urgency,
            severity=rule.severity,
            certainty=best.certainty,
            response=rule.response,
            instruction=self._instruction(rule, key[1]),
            valid=Interval(start=at, end=None, precision="second"),
            lapses_at=max(s.until for s in held),
            whose=best.whose,
            unofficial=not best.official,
            unconfirmed=not best.sure,
            because=best.because,
        )
        self._standing.alerts.put(key, alert)
        self._standing.cause_of.put(key, best.id)
        return self._fact("raise", alert, best.because, rule.why)

    def _rewarn(
        self,
        key: AlertKey,
        alert: Alert,
        best: Support,
        held: Sequence[Support],
        *,
        ending: Ending,
        because: tuple[str, ...],
        at: datetime,
    ) -> list[Fact]:
        cause = self._standing.cause_of.get(key)
        mine = next((s for s in held if s.id == cause), None)
        if mine is not None and mine.weight()[:2] == best.weight()[:2]:
            best = mine
        ended = cause in ending.things
        rule = self._rules.get(best.rule) or _RELAY
        until = max(s.until for s in held)
        new = alert
        why = rule.why
        if best is mine and self._says(alert, best):
            shown = alert.lapses_at or at
            if until <= shown or (shown - at).total_seconds() >= rule.renewal:
                return []
        elif ended or not self._lower(best, alert):
            self._standing.cause_of.put(key, best.id)
            new = self._told(alert, rule, best.level, best.cause, best.certainty)
            new = msgspec.structs.replace(
                new,
                unofficial=not best.official,
                unconfirmed=alert.unconfirmed and not best.sure,
                whose=tuple(sorted({*alert.whose, *best.whose})),
                because=_joined(alert.because, best.because),
            )
        shown = alert.lapses_at or at
        fresh = self._changed(alert, new)
        if until > shown and (fresh or (shown - at).total_seconds() < rule.renewal):
            new = msgspec.structs.replace(new, lapses_at=until)
            why = why if fresh else "renewed"
            fresh = True
        return self._revised(key, alert, new, because, why, force=fresh) if fresh else []

    def _end(
        self, key: AlertKey, alert: Alert, ending: Ending, because: tuple[str, ...], at: datetime
    ) -> Fact:
        came = alert.cause.kind not in ("danger", "takeoff")
        verb, end, why = {
            "over": ("clear", "over" if came else "did-not-come", "said-to-be-over"),
            "did-not-come": ("clear", "did-not-come", "order"),
            "share": ("clear", "over", "official-all-clear"),
            "order": ("clear", "over", "order"),
            "mistake": ("revoke", "mistake", "taken-back"),
        }.get(ending.how, ("lapse", None, "not-renewed"))
        ended = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            valid=msgspec.structs.replace(alert.valid, end=at),
            ending=end,
            lapses_at=alert.lapses_at if verb == "lapse" else None,
            because=because or alert.because,
        )
        if why == "order" or (ending.how == "mistake" and because and because[-1].startswith(_ORDER)):
            ended = msgspec.structs.replace(ended, whose=(_OPERATORS,))
        if verb == "clear":
            ended = msgspec.structs.replace(ended, urgency="Past", response="AllClear", instruction={})
        self._drop(key)
        return self._fact(verb, ended, because, why, move=verb != "revoke")

    # --- small ----------------------------------------------------------------------

    def _told(self, alert: Alert, rule: Rule, level: str | None, cause: Cause, certainty: str) -> Alert:
        return msgspec.structs.replace(
            alert,
            level=level,
            cause=cause,
            rule=rule.id,
            urgency=rule.urgency,
            severity=rule.severity,
            certainty=certainty,
            response=rule.response,
            instruction=self._instruction(rule, alert.area.code),
        )

    @staticmethod
    def _informed(alert: Alert, best: Support) -> bool:
        return (
            alert.cause == best.cause
            and alert.level == best.level
            and alert.rule == best.rule
            and not alert.unconfirmed
        )

    @staticmethod
    def _says(alert: Alert, best: Support) -> bool:
        """Whether an alert already says all that its cause does."""
        return (
            alert.cause == best.cause
            and alert.level == best.level
            and alert.rule == best.rule
            and alert.certainty == best.certainty
            and alert.unofficial != best.official
            and not (alert.unconfirmed and best.sure)
        )

    def _lower(self, best: Support, alert: Alert) -> bool:
        """Whether what holds an alert up now is less than what it says: only a word takes that back."""
        rule = self._rules.get(alert.rule)
        said = (level_rank(alert.level), rule.rank if rule is not None else 0)
        return best.weight()[:2] < said

    @staticmethod
    def _changed(old: Alert, new: Alert) -> bool:
        return any(getattr(old, field) != getattr(new, field) for field in _SHOWN)

    def _revised(
        self,
        key: AlertKey,
        old: Alert,
        new: Alert,
        because: tuple[str, ...],
        why: str,
        *,
        force: bool = False,
    ) -> list[Fact]:
        if not force and not self._changed(old, new):
            return []
        new = msgspec.structs.replace(new, revision=old.revision + 1)
        self._standing.alerts.put(key, new)
        return [self._fact("revise", new, because or new.because, why)]

    def _drop(self, key: AlertKey) -> None:
        self._standing.alerts.drop(key)
        self._standing.cause_of.drop(key)
        self._standing.relays.drop(key)

    def _relay_rule(self, alarm: Alarm) -> Rule:
        situation = Situation(kind="alarm", level=alarm.area.level, alarm_type=alarm.kind, official=True)
        found = self._policy.decide(msgspec.structs.replace(situation, reliability="A", credibility=2))
        return found if found is not None and found.warn and "alarm" in found.kinds else _RELAY

    def _relay_rule_of(self, key: AlertKey) -> Rule:
        level = self._places.ref(key[1]).level
        situation = Situation(kind="alarm", level=level, alarm_type=key[2], official=True, reliability="A")
        found = self._policy.decide(situation)
        return found if found is not None and "alarm" in found.kinds else _RELAY

    def _instruction(self, rule: Rule, area: str) -> dict[str, str]:
        return self._policy.instruction(rule.instruction, (area, *self._places.ancestors(area)))

    @staticmethod
    def _fact(
        verb: str, alert: Alert, because: tuple[str, ...], why: str | None, *, move: bool = True
    ) -> Fact:
        return Fact(type="alert", verb=verb, noun=alert, because=because, why=why, move=move)


def _joined(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))[-24:]
