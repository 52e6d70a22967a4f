"""The duty desk: which orders one person may give alone, which wait for a second (R1), what is silenced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tocsin.decisions.hazards import CHANNELS
from tocsin.decisions.standing import AlertKey, Standing
from tocsin.decisions.verbs import VERBS, wrong_arguments
from tocsin.model import Alert, Fact, Order, Problem, Silence
from tocsin.slate import Slate, Table

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["Admitted", "Desk", "Pending", "correction", "corrections", "weighty"]

Knows = Callable[[str, str], bool]
"""Whether there is a thing of a kind (threat, alarm, incident, ...) with an id."""

_ONE_PERSON = ("raion", "hromada", "settlement", "district", "neighbourhood")
"""Levels at which a single person may raise."""
_ALL = "*"
_LEVELS = {None: 0, "yellow": 1, "red": 2}


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """An order that may be carried out, under the reference of who gave it first; or why it waits."""

    order: Order | None = None
    reference: str = ""
    """The entry of the order, for the desk: order:12."""
    name: str = ""
    """How what it does is published: order-3, the third order that was given."""
    waits: bool = False
    tries: bool = False
    """Whether its effect decides if it waits."""
    problem: Problem | None = None


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An order that waits for a second person, until when it may be approved."""

    reference: str
    name: str = ""
    order: Order
    since: datetime
    until: datetime


class Desk:
    """Pending orders, who raised what, silences. ``approval`` is the seconds that an order may wait."""

    def __init__(
        self,
        places: Gazetteer,
        slate: Slate,
        *,
        standing: Standing,
        weapons: frozenset[str] = frozenset(),
        approval: int = 1800,
    ) -> None:
        self._places = places
        self._standing = standing
        self._weapons = weapons
        self.approval = approval
        self.pending: Table[str, Pending] = Table(slate)
        self.raised_by: Table[tuple[str, str], str] = Table(slate)
        """Operator by area and kind of an alarm that was raised by order."""
        self.silences: Table[str, Silence] = Table(slate)
        """By the reference of the order that made it."""

    # --- in -----------------------------------------------------------------

    def admit(self, order: Order, reference: str, at: datetime, knows: Knows, *, name: str = "") -> Admitted:
        """Let an order through, keep it waiting, or say what is wrong with it."""
        self._forget(at)
        if order.verb in ("approve", "decline") and order.why.strip():
            return self._decide(order, reference, at, knows)
        wrong = self._wrong(order, reference, knows)
        if wrong is not None:
            return Admitted(problem=wrong)
        given, unclear = self._resolved(order)
        if unclear:
            return Admitted(problem=_problem(reference, unclear, "name the threat itself"))
        persons = self.persons(given)
        if persons == 2:
            return self.wait(given, reference, at, name=name)
        return Admitted(order=given, reference=reference, name=name, tries=persons == 0)

    def wait(self, order: Order, reference: str, at: datetime, *, name: str = "") -> Admitted:
        """Keep an order until a second person approves it."""
        until = at + timedelta(seconds=self.approval)
        waiting = Pending(reference=reference, name=name, order=order, since=at, until=until)
        self.pending.put(reference, waiting)
        return Admitted(order=order, reference=reference, name=name, waits=True)

    def done(self, order: Order, reference: str, at: datetime) -> None:
        """Remember what an order that was carried out leaves behind."""
        key = (order.target, order.arguments.get("kind", "air-raid"))
        if order.verb == "raise":
            self.raised_by.put(key, order.operator)
        elif order.verb in ("clear", "revoke"):
            for known in sorted(self.raised_by):
                if known == key or self._places.covers(order.target, known[0]):
                    self.raised_by.drop(known)
        elif order.verb == "silence":
            said = order.arguments
            silence = Silence(
                id=reference,
                outlet=order.target,
                area=said.get("area"),
                layer=said.get("layer"),
                kind=said.get("kind"),
                start=at,
                until=at + timedelta(minutes=int(said["minutes"])),
                operator=order.operator,
                why=order.why,
            )
            self.silences.put(reference, silence)
        elif order.verb == "unsilence":
            for known_id in self._silences_of(order.target):
                self.silences.drop(known_id)

    # --- asked --------------------------------------------------------------

    def persons(self, order: Order) -> int:
        """How many persons an order takes; 0 where only its effect tells."""
        verb = VERBS[order.verb]
        if verb.persons == "area":
            area = self._places.area(order.target)
            return 1 if area is not None and area.level in _ONE_PERSON else 2
        if verb.persons == "own":
            key = (order.target, order.arguments.get("kind", "air-raid"))
            return 1 if self.raised_by.get(key) == order.operator else 2
        if verb.name == "silence":
            return 2 if order.target == _ALL and order.arguments.get("layer") != "warning" else 1
        return {"one": 1, "two": 2, "effect": 0}[verb.persons]

    def waiting(self, at: datetime) -> tuple[Pending, ...]:
        """The orders that wait for a second person, the oldest first."""
        return tuple(
            sorted(
                (p for p in self.pending.rows.values() if at <= p.until), key=lambda p: (p.since, p.reference)
            )
        )

    def standing_silences(self, at: datetime) -> tuple[Silence, ...]:
        """The silences in force, by their ids."""
        return tuple(s for _, s in sorted(self.silences.rows.items()) if at < s.until)

    def told_silences(self, at: datetime) -> list[dict[str, object]]:
        """The silences in force as everybody may know them: what is muted until when, not by whom."""
        shown = ("outlet", "area", "layer", "kind", "until")
        return [{name: getattr(one, name) for name in shown} for one in self.standing_silences(at)]

    def silenced(self, outlet: str, fact: Fact, at: datetime) -> Silence | None:
        """The silence that keeps an outlet from sending a fact now; an end is never kept back."""
        alert = fact.noun
        if not self.silences.rows or not isinstance(alert, Alert) or fact.verb not in ("raise", "revise"):
            return None
        for silence in self.standing_silences(at):
            if (
                silence.outlet in (outlet, _ALL)
                and silence.layer in (None, alert.layer)
                and silence.kind in (None, alert.kind)
                and (silence.area is None or self._places.covers(silence.area, alert.area.code))
            ):
                return silence
        return None

    # --- small --------------------------------------------------------------

    def _decide(self, order: Order, reference: str, at: datetime, knows: Knows) -> Admitted:
        waiting = self.pending.get(order.target)
        if waiting is None or at > waiting.until:
            what = f"nothing waits under {order.target!r}"
            remedy = 'name the order that waits, as "order:12"; one that waited too long is given anew'
            return Admitted(problem=_problem(reference, what, remedy))
        if order.verb == "decline":
            self.pending.drop(order.target)
            return Admitted()
        if _same_person(waiting.order.operator, order.operator):
            what = "the same person can't approve"
            return Admitted(
                problem=_problem(reference, what, "a second person approves, with a key of their own")
            )
        self.pending.drop(order.target)
        gone = self._unknown(waiting.order, knows)
        if gone:
            return Admitted(problem=_problem(reference, gone, "look at what stands now, and order that"))
        return Admitted(order=waiting.order, reference=order.target, name=waiting.name)

    def _wrong(self, order: Order, reference: str, knows: Knows) -> Problem | None:
        if order.verb not in VERBS:
            return _problem(reference, f"no order is called {order.verb!r}", "one of " + ", ".join(VERBS))
        named = {order.arguments.get(n, "") for n in ("from", "to", "area")}
        named |= {c for n in ("areas", "toward") for c in order.arguments.get(n, "").split(",")}
        areas = frozenset(code for code in named if self._places.area(code) is not None)
        wrong = wrong_arguments(order, areas, self._weapons)
        if wrong:
            return _problem(reference, wrong, f"see docs/decisions.md for what {order.verb} takes")
        unknown = self._unknown(order, knows)
        into = order.arguments.get("into")
        if not unknown and into is not None and (into == order.target or not self._alike(order, into, knows)):
            unknown = f"{into[:80]!r} is nothing that {order.target} could be merged into"
        if unknown:
            return _problem(reference, unknown, "name its code or id; an area is never widened")
        if not order.operator.strip():
            return _problem(reference, "the order says not who gives it", "say who")
        if not order.why.strip():
            return _problem(reference, "the order says no reason", "say why")
        return None

    def _unknown(self, order: Order, knows: Knows) -> str | None:
        kinds = VERBS[order.verb].targets
        named = order.arguments.get("alert")
        if named is not None:
            return None if self._alert(named) is not None else f"{named!r} stands no more"
        for kind in kinds:
            if kind == "area" and self._places.area(order.target) is not None:
                return None
            if kind == "alert" and self._alert(order.target) is not None:
                return None
            if kind == "silence" and self._silences_of(order.target):
                return None
            if kind not in ("area", "alert", "silence") and knows(kind, order.target):
                return None
        if kinds == ("area",):
            return f"{order.target!r} is no area that we know"
        return f"{order.target!r} is no {' or '.join(kinds)} that we know"

    @staticmethod
    def _alike(order: Order, into: str, knows: Knows) -> bool:
        return any(knows(kind, order.target) and knows(kind, into) for kind in VERBS[order.verb].targets)

    def _alert(self, alert_id: str) -> tuple[AlertKey, Alert] | None:
        rows = self._standing.alerts.rows
        return next(((key, rows[key]) for key in sorted(rows) if rows[key].id == alert_id), None)

    def _resolved(self, order: Order) -> tuple[Order, str | None]:
        """Name the area and kind where an alert's id was named; of a warning to be mended, its threat."""
        found = self._alert(order.target)
        if found is None:
            return order, None
        (layer, area, kind), alert = found
        if order.verb in ("clear", "revoke") or layer == "official":
            more = {**order.arguments, "kind": kind, "alert": alert.id, "layer": layer}
            return msgspec.structs.replace(order, target=area, arguments=more), None
        threats = sorted({s.id.removesuffix(CHANNELS) for s in self._standing.holding(area, kind)})
        if len(threats) != 1:
            return order, f"{alert.id} rests on {len(threats)} things: {', '.join(threats)}"
        return msgspec.structs.replace(order, target=threats[0]), None

    def _silences_of(self, target: str) -> list[str]:
        return sorted(i for i, s in self.silences.rows.items() if target in (i, s.outlet))

    def _forget(self, at: datetime) -> None:
        for reference in [r for r, p in self.pending.rows.items() if at > p.until]:
            self.pending.drop(reference)
        for name in [n for n, s in self.silences.rows.items() if at >= s.until]:
            self.silences.drop(name)


def weighty(facts: Sequence[Fact], before: Mapping[AlertKey, Alert]) -> bool:
    """Whether what an order does takes two persons (R1): an end, less than before, or more than one raion."""
    raised: set[str] = set()
    for fact in facts:
        alert = fact.noun
        if not isinstance(alert, Alert):
            continue
        old = before.get((alert.layer, alert.area.code, alert.kind))
        was = _LEVELS.get(old.level if old else None, 0)
        now = _LEVELS.get(alert.level, 0)
        if fact.verb in ("clear", "revoke") or (fact.verb == "revise" and now < was):
            return True
        if fact.verb == "raise" or (fact.verb == "revise" and now > was):
            raised.add(alert.area.code)
            if alert.area.level not in _ONE_PERSON:
                return True
    return len(raised) > 1


def correction(alert: Alert) -> Order:
    """The order that takes an alert back, built when it is raised (R4); who gives it and why are left to say."""
    return _unsigned("revoke", alert.id, {"kind": alert.kind})


def corrections(order: Order, admitted: Admitted, facts: Sequence[Fact]) -> tuple[Order, ...]:
    """The orders that would take back what an order did; empty where none can."""
    match order.verb:
        case "raise":
            kind = {"kind": order.arguments["kind"]} if "kind" in order.arguments else {}
            return (_unsigned("revoke", order.target, kind),)
        case "silence":
            return (_unsigned("unsilence", admitted.reference),)
        case "quarantine":
            return (_unsigned("release", order.target),)
        case "release":
            return (_unsigned("quarantine", order.target),)
        case "correct" if order.target.startswith("threat:"):
            back = {"from": order.arguments["to"], "to": order.arguments["from"]}
            return (_unsigned("correct", order.target, back),)
        case "split":
            return (_unsigned("merge", f"threat:{admitted.name}", {"into": order.target}),)
        case "clear":
            ended = [f.noun for f in facts if isinstance(f.noun, Alert) and f.verb == "clear"]
            return tuple(
                _unsigned("raise", a.area.code, {"kind": a.kind} | ({"level": a.level} if a.level else {}))
                for a in ended
                if a.layer == "official"
            )
        case _:
            return ()


def _unsigned(verb: str, target: str, arguments: dict[str, str] | None = None) -> Order:
    return Order(operator="", verb=verb, target=target, why="", arguments=arguments or {})


def _same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)
