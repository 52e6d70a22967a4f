"""Acting at the desk: every act is an order in the journal, seen before it is given, and given once.

Two operators who act at once, a double click, a line that broke before the answer came: each order has a key that
its page made once, and the journal keeps one entry of a key. An order that waits for a second person waits in the
journal too, so that no session's end loses it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.codec import change_json, encode
from tocsin.decisions.verbs import VERBS
from tocsin.model import Change, Claim, Entry, Order, Problem, Report
from tocsin.outlets.answers import Refusal
from tocsin.outlets.desk.doors import Doors, LockedError
from tocsin.outlets.desk.floor import Floor
from tocsin.outlets.desk.foresight import Foresight
from tocsin.outlets.desk.guard import Guard, page, said, tell
from tocsin.outlets.intake import Parse
from tocsin.render import desk_acts
from tocsin.render.cap_lint import REAL
from tocsin.render.desk_values import may
from tocsin.render.naming import Names
from tocsin.render.page import Frame

__all__ = ["PHONE", "Acts"]

PHONE = "desk-phone"
"""The source of what is said into the duty officer's telephone (data/sources.toml)."""
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_ARGUMENTS = 12
_REMEMBERED = 4000
_EARLY = timedelta(minutes=10)
_LATE = timedelta(hours=24)


class Acts:
    """Endpoints by which the desk acts."""

    def __init__(
        self,
        floor: Floor,
        guard: Guard,
        doors: Doors,
        foresight: Foresight,
        parse: Parse,
        *,
        frame: Callable[[Request], Frame],
    ) -> None:
        self._floor, self._guard, self._doors = floor, guard, doors
        self._names = Names(register=floor.world.register, weapons=floor.world.weapons)
        self._foresight, self._parse, self._frame = foresight, parse, frame
        self._refused: OrderedDict[int, Problem] = OrderedDict()
        self._settled: OrderedDict[str, tuple[str, str]] = OrderedDict()
        """Who approved or declined what waited."""
        floor.watchers.append(self.watch)

    def watch(self, entry: Entry, claims: tuple[Claim, ...], problems: tuple[Problem, ...]) -> None:
        """Remember what became of orders."""
        del claims
        body = entry.body
        if not isinstance(body, Order):
            return
        if problems:
            self._refused[entry.number] = problems[0]
        elif body.verb in {"approve", "decline"}:
            self._settled[body.target] = (body.verb, body.operator)
        for kept in (self._refused, self._settled):
            while len(kept) > _REMEMBERED:
                kept.popitem(last=False)

    # --- orders

    def _order(self, fields: Mapping[str, Any], operator: str, *, why_needed: bool = True) -> Order:
        """Make the order that somebody asks for; a Refusal where it is none."""
        verb = said(fields, "verb", 40, needed=True)
        if verb not in VERBS:
            raise Refusal(422, "verb", f"{verb!r} is no order", f"One of {', '.join(VERBS)}.", code="refused")
        told = fields.get("arguments") or {}
        if not isinstance(told, dict) or len(told) > _ARGUMENTS:
            raise Refusal(422, "arguments", "are no object", "Send names and texts.", code="refused")
        why = said(fields, "why", 2000, needed=why_needed, lines=True).strip()
        if self._floor.settings.exercise and any(r in " ".join(why.casefold().split()) for r in REAL):
            # A reason goes out with what it raises, and an exercise never says that it is none (R3).
            remedy = "Say in other words why, for the exercise."
            raise Refusal(422, "why", "says that this is no exercise", remedy, code="refused")
        arguments = {str(name)[:40]: said(told, name, 2000) for name in sorted(told, key=str)}
        return Order(
            operator=operator,
            verb=verb,
            target=said(fields, "target", 300, needed=True),
            why=why,
            arguments={name: value for name, value in arguments.items() if value},
        )

    async def preview(self, request: Request) -> Response:
        """Tell what an order would do; nothing is done."""
        session, fields = await self._guard.act(request, "viewer", awake=False)
        order = self._order(fields, session.name, why_needed=False)
        # The reason is asked for when the order is given; what it would do doesn't depend on it.
        made = self._foresight.of(msgspec.structs.replace(order, why=order.why or "?"))
        if "text/html" in request.headers.get("accept", ""):
            return page(
                desk_acts.previewed(made, self._names, self._frame(request), self._floor.world.places)
            )
        return tell(made)

    async def order(self, request: Request) -> Response:
        """Give an order: durable and carried out, or waiting for a second person, when this answers."""
        session, fields = await self._guard.act(request)
        order = msgspec.structs.replace(self._order(fields, session.name), key=self._key(fields))
        if order.verb in {"approve", "decline"}:
            return await self._decide(order, session.seat.role)
        return await self._give(order, said(fields, "token", 64))

    def _key(self, fields: Mapping[str, Any]) -> str:
        key = said(fields, "key", 64, needed=True)
        if not _KEY.fullmatch(key):
            raise Refusal(422, "key", "is no key", "Send 8 to 64 letters, digits, - or _.", code="refused")
        return key

    def _given(self, order: Order) -> Entry | None:
        """Return the entry of an order that was given before under this key; a Refusal where it was another."""
        entry = self._floor.journal.find(f"desk\t{order.operator}", order.key)
        if entry is not None and entry.body != order:
            remedy = "Make a new key for another order."
            raise Refusal(409, "key", "was used for another order", remedy, code="conflict")
        return entry

    async def _give(self, order: Order, token: str) -> Response:
        known = self._given(order)
        if known is not None:
            return self._outcome(known.number, fresh=False)
        seen = self._foresight.of(order)
        if seen.problem is not None:
            raise Refusal(422, order.verb, seen.problem.what, seen.problem.remedy, code="refused")
        if token and token != seen.token:
            remedy = "Look at what it would do now; then send it again."
            raise Refusal(409, "token", "the world has moved on", remedy, code="moved", preview=_plain(seen))
        (received,) = await self._floor.submit([order])
        if received.number is None:
            problem = received.problem or Problem(
                where="order", what="was not taken", remedy="Send it again."
            )
            raise Refusal(409, problem.where, problem.what, problem.remedy, code="conflict")
        return self._outcome(received.number, fresh=received.fresh)

    def _outcome(self, number: int, *, fresh: bool) -> Response:
        """Tell what an order did: the changes of its entry, or that it waits; a Refusal where the fold refused it."""
        reference = f"order:{number}"
        refused = self._refused.get(number)
        if refused is not None:
            # Somebody was faster between our look and the fold's.
            entry = self._floor.journal.entry(number)
            target = entry.body.target if entry is not None and isinstance(entry.body, Order) else ""
            raise self._settled_before(target) or Refusal(
                409, refused.where, refused.what, refused.remedy, code="conflict"
            )
        waits = any(one.reference == reference for one in self._floor.state.desk.waiting(self._floor.clock()))
        told = {
            "reference": reference,
            "fresh": fresh,
            "waits": waits,
            "changes": [change_json(one) for one in self._changes(number)],
            "problem": None,
            **self._floor.settings.marks,
        }
        return tell(told)

    def _settled_before(self, reference: str) -> Refusal | None:
        """Say who approved or declined an order that waited, None where nobody did."""
        verb, who = self._settled.get(reference, ("", ""))
        done = {"approve": f"was approved by {who}", "decline": f"was declined by {who}"}.get(verb)
        remedy = "Nothing was sent twice; look at what stands now."
        return Refusal(409, reference, done, remedy, code="conflict") if done else None

    def _changes(self, number: int) -> list[Change]:
        """Return what the entry of a number changed."""
        last = self._floor.state.changed
        recent = self._floor.desk_changes(max(last - 2000, 0), 2000)
        return [change for change in recent if change.entry == number]

    # --- the second person (R1)

    async def approval(self, request: Request) -> Response:
        """Agree to an order that waits: in one's own session, or as a second person at the first one's screen."""
        session, fields = await self._guard.act(request)
        operator, role = session.name, session.seat.role
        order = Order(
            operator=operator,
            verb="decline" if fields.get("decline") else "approve",
            target=said(fields, "reference", 80, needed=True),
            why=said(fields, "why", 2000, lines=True).strip() or "seen and agreed",
            key=self._key(fields),
        )
        if fields.get("name"):
            return await self._cosign(request, order, fields)
        return await self._decide(order, role)

    async def _cosign(self, request: Request, order: Order, fields: Mapping[str, Any]) -> Response:
        name = said(fields, "name", 80, needed=True)
        order = msgspec.structs.replace(order, operator=name.strip().casefold())
        known = self._given(order)
        if known is not None:  # asked again after a broken line; the code is used up
            return self._outcome(known.number, fresh=False)
        password, code = said(fields, "password", 1024), said(fields, "code", 20)
        try:
            account = await self._doors.proven(request, name, password, code)
        except LockedError as locked:
            refusal = Refusal(429, "name", "was wrong too often", "Wait, then try again.", code="locked")
            refusal.headers["retry-after"] = str(locked.seconds)
            raise refusal from None
        if account is None:
            raise Refusal(403, "name", "name, password or code is wrong", "Try again.", code="credentials")
        return await self._decide(msgspec.structs.replace(order, operator=account.name), account.role)

    async def _decide(self, order: Order, role: str) -> Response:
        known = self._given(order)
        if known is not None:
            return self._outcome(known.number, fresh=False)
        now = self._floor.clock()
        waiting = {one.reference: one for one in self._floor.state.desk.waiting(now)}
        if order.target not in waiting:
            remedy = "Look at what stands now."
            raise self._settled_before(order.target) or Refusal(
                409, order.target, "waits no longer", remedy, code="conflict"
            )
        own = waiting[order.target].order.operator == order.operator
        if not may(role, "approver") and not (own and order.verb == "decline"):
            remedy = "It takes the role approver."
            raise Refusal(403, "role", f"{role} may not {order.verb}", remedy, code="role")
        if own and order.verb == "approve":
            remedy = "A second person approves, with credentials of their own."
            raise Refusal(403, "operator", "gave this order", remedy, code="same-person")
        return await self._give(order, "")

    # --- the telephone (R39)

    async def phoned(self, request: Request) -> Response:
        """Take what was said into the telephone as an ordinary report, quoted like any other."""
        session, fields = await self._guard.act(request)
        key, now = self._key(fields), self._floor.clock()
        words = said(fields, "words", 20_000, needed=True, lines=True)
        caller = said(fields, "caller", 200, needed=True)
        source = said(fields, "source", 256)
        if source and source not in self._floor.state.register:
            raise Refusal(422, "source", "is not in the register", "Leave it empty.", code="refused")
        told = {
            "id": f"phone-{key}",
            "source": PHONE,
            "text": words,
            "stated_at": _when(said(fields, "at", 40), now).isoformat(),
            "forwarded_from": source or None,
            "structured": {"phoned": {"caller": caller, "taken_by": session.name}},
        }
        ((report, notes),) = self._taken(told, now)
        if not isinstance(report, Report):
            first = notes[0]
            raise Refusal(422, "words", first.what, first.remedy, code="refused")
        (received,) = await self._floor.submit([report])
        if received.number is None:
            problem = received.problem or Problem(
                where="report", what="was not taken", remedy="Send it again."
            )
            raise Refusal(409, problem.where, problem.what, problem.remedy, code="conflict")
        if "application/json" not in request.headers.get("content-type", ""):
            return RedirectResponse(self._guard.base, 303)
        return tell(
            {
                "report": report.id,
                "number": received.number,
                "fresh": received.fresh,
                "claims": self._floor.read(report),
                "problems": (*notes, *received.notes),
            }
        )

    def _taken(self, told: Mapping[str, object], now: datetime) -> Any:  # noqa: ANN401 - as the intake parses
        taken = self._parse(
            encode(told), "report", source=PHONE, register=self._floor.state.register, now=now
        )
        if isinstance(taken, Problem):
            raise Refusal(422, taken.where, taken.what, taken.remedy, code="refused")
        return taken


def _when(text: str, now: datetime) -> datetime:
    """Return when a call came: a time on the wall in Kyiv, a whole instant, or now; a Refusal where it can't be."""
    if not text.strip():
        return now
    zone = ZoneInfo("Europe/Kyiv")
    clock = _CLOCK.fullmatch(text.strip())
    try:
        if clock is not None:
            local = now.astimezone(zone)
            at = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
            at = at if at <= local + _EARLY else at - timedelta(days=1)
        else:
            at = datetime.fromisoformat(text.strip())
            at = at if at.tzinfo is not None else at.replace(tzinfo=zone)
        fits = now - _LATE <= at <= now + _EARLY
    except (ValueError, OverflowError):
        at, fits = now, False
    if not fits:
        remedy = "Write 04:12, or leave it empty for now."
        raise Refusal(422, "at", f"{text[:40]!r} is no time of the last day", remedy, code="refused")
    return at


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    return msgspec.json.decode(encode(value))
