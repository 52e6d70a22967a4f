"""The duty desk: which orders one person may give alone, and which wait for a second (R1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tocsin.model import Order, Problem
from tocsin.slate import Slate, Table

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["VERBS", "Admitted", "Desk"]

VERBS = ("raise", "clear", "revoke", "approve", "confirm", "quarantine", "release", "silence", "unsilence")
"""Orders on alerts and sources; the record has its own (withdraw, close, merge, place, retract)."""
_RECORD = ("withdraw", "close", "merge", "place", "retract")
_ONE_PERSON = ("raion", "hromada", "settlement", "district", "neighbourhood")
"""Levels at which a single person may raise."""


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """An order that may be carried out, under the reference of who gave it first; or why it waits."""

    order: Order | None = None
    reference: str = ""
    waits: bool = False
    problem: Problem | None = None


class Desk:
    """Pending orders, who raised what, silences."""

    def __init__(self, places: Gazetteer, slate: Slate) -> None:
        self._places = places
        self.pending: Table[str, Order] = Table(slate)
        self.raised_by: Table[tuple[str, str], str] = Table(slate)
        """Operator by area and kind of an alarm that was raised by order."""
        self.silences: Table[str, Order] = Table(slate)
        """The standing silence of an outlet."""

    def admit(self, order: Order, reference: str, at: datetime) -> Admitted:
        """Let an order through, keep it waiting, or say what is wrong with it."""
        _ = at
        if order.verb == "approve":
            return self._approve(order, reference)
        wrong = self._wrong(order, reference)
        if wrong is not None:
            return Admitted(problem=wrong)
        if self._alone(order):
            return Admitted(order=order, reference=reference)
        self.pending.put(reference, order)
        return Admitted(order=order, reference=reference, waits=True)

    def done(self, order: Order) -> None:
        """Remember what an order that was carried out leaves behind."""
        key = (order.target, order.arguments.get("kind", "air-raid"))
        if order.verb == "raise":
            self.raised_by.put(key, order.operator)
        elif order.verb in ("clear", "revoke"):
            for known in sorted(self.raised_by):
                if known == key or self._places.covers(order.target, known[0]):
                    self.raised_by.drop(known)
        elif order.verb == "silence":
            self.silences.put(order.target, order)
        elif order.verb == "unsilence":
            self.silences.drop(order.target)

    def _approve(self, order: Order, reference: str) -> Admitted:
        waiting = self.pending.get(order.target)
        if waiting is None:
            what = f"nothing waits under {order.target!r}"
            return Admitted(problem=_problem(reference, what, 'name the order that waits, as "order:12"'))
        if waiting.operator == order.operator:
            what = "the same person can't approve"
            return Admitted(
                problem=_problem(reference, what, "a second person approves, with a key of their own")
            )
        self.pending.drop(order.target)
        return Admitted(order=waiting, reference=order.target)

    def _wrong(self, order: Order, reference: str) -> Problem | None:
        if order.verb not in VERBS and order.verb not in _RECORD:
            return _problem(reference, f"no order is called {order.verb!r}", "one of " + ", ".join(VERBS))
        if order.verb in ("raise", "clear", "revoke", "confirm") and self._places.area(order.target) is None:
            area = order.arguments.get("area")
            if order.verb == "raise" or area is None:
                what = f"{order.target!r} is no area that we know"
                return _problem(reference, what, "name the area's code; it is never widened")
        if not order.why.strip():
            return _problem(reference, "the order says no reason", "say why")
        return None

    def _alone(self, order: Order) -> bool:
        area = self._places.area(order.target)
        if order.verb == "raise":
            return area is not None and area.level in _ONE_PERSON
        if order.verb == "revoke":
            key = (order.target, order.arguments.get("kind", "air-raid"))
            return self.raised_by.get(key) == order.operator
        return order.verb not in ("clear", "confirm", "release")


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)
