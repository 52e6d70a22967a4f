"""The record: what happened, who says so, since when, and how it changed.

One face for incidents, ledgers and statements. All state is in tables of one
slate, so that a failed step can be undone; nothing is ever deleted, only
superseded, denied, withdrawn or retracted, each with its reason (R29).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tocsin.model import (
    Claim,
    Fact,
    Incident,
    LedgerLine,
    Ledgers,
    Minute,
    Order,
    Preferred,
    Report,
    Source,
    Statement,
    Weapon,
)
from tocsin.picture.attacks import Areas, Attacks
from tocsin.picture.incidents import Incidents
from tocsin.picture.ledgers import Books
from tocsin.picture.statements import Statements
from tocsin.slate import Slate, Table

__all__ = ["Record"]

SPEAKS_OF = frozenset(
    (
        "explosion",
        "impact",
        "debris",
        "fire",
        "damage",
        "outage",
        "casualty",
        "response",
        "assessment",
        "statement",
        "instruction",
        "tally",
        "interception",
        "lost",
        "launch",
        "hazard",
    )
)
"""Kinds of claims that the record listens to."""
DELETED = "taken back by its source"


class Record:
    """Incidents, ledger lines and statements, folded from claims as they come."""

    def __init__(
        self,
        places: Areas,
        weapons: Mapping[str, Weapon],
        register: Mapping[str, Source],
        slate: Slate | None = None,
    ) -> None:
        self._slate = slate = Slate() if slate is None else slate
        self._weapons = weapons
        attacks = Attacks(places, slate)
        self._incidents = Incidents(places, attacks, register, slate)
        self._books = Books(places, attacks, register, slate)
        self._statements = Statements(register, slate)
        self._timers = (self._incidents.timers, self._books.timers, self._statements.timers)
        self._minutes: Table[int, Minute] = Table(slate)
        self._listening = False

    def listen(self) -> None:
        """Keep minutes of what this record is told from here on, for ``drain``."""
        self._listening = True

    def drain(self) -> tuple[Minute, ...]:
        """Return the minutes kept since the last time, and keep them no longer."""
        if not self._minutes.rows:
            return ()
        minutes = tuple(self._minutes.rows.values())
        self._minutes.rows.clear()
        return minutes

    def _note(self, minute: Minute) -> None:
        self._minutes.put(len(self._minutes), minute)

    def adopt(self, register: Mapping[str, Source], at: datetime | None = None) -> None:
        """Use another register of sources from here on."""
        if self._listening:
            when = at or datetime.min.replace(tzinfo=UTC)
            self._note(Minute(at=when, verb="adopt", register=tuple(register.values())))
        for part in (self._incidents, self._books, self._statements):
            part.adopt(register)

    def absorb(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> list[Fact]:
        """Take in what a report claims; the facts that follow, in the order in which they follow."""
        if self._listening and claims:
            self._note(Minute(at=at, verb="absorb", report=report, claims=tuple(claims), source=source))
        mine = [claim for claim in claims if claim.kind in SPEAKS_OF]
        if not mine:
            return []
        found = self._incidents.absorb(report, mine, source, at)
        facts = list(found.facts)
        facts.extend(self._books.absorb(report, mine, source, at, found.harm))
        facts.extend(self._books.deny(report, source, at, found.orphans))
        facts.extend(self._books.resolve(found.resolved))
        facts.extend(self._statements.absorb(report, mine, source, at))
        return facts

    def retract(self, report_id: str, source_id: str, at: datetime, why: str = DELETED) -> list[Fact]:
        """Undo what a deleted or replaced report said, and restore what it had superseded."""
        if self._listening:
            self._note(Minute(at=at, verb="retract", retracts=(report_id, source_id)))
        key = f"{source_id}:{report_id}"
        facts = self._incidents.retract(key, why)
        facts.extend(self._books.retract(key, why))
        facts.extend(self._statements.retract(key, why))
        return facts

    def order(self, order: Order, at: datetime) -> list[Fact]:
        """Carry out an operator's order on an incident or a ledger line.

        Verbs: ``withdraw``, ``close``, ``merge`` (``into``) and ``place`` (``area``) an
        incident, ``retract`` a line. Anything else is not the record's.
        """
        if self._listening:
            self._note(Minute(at=at, verb="order", order=order))
        why = f"by order of {order.operator}: {order.why}"
        if order.verb == "retract":
            return self._books.strike(order.target, why)
        return self._incidents.order(order.verb, order.target, why, order.arguments)

    # --- who looks on -------------------------------------------------------------

    def heed(self) -> None:
        """From here on let the slate note which incidents, lines and statements are written."""
        self._incidents.heed(self._slate)
        self._books.heed(self._slate)
        self._statements.heed(self._slate)

    def written(self) -> tuple[tuple[str, object], ...]:
        """Keep for good what was written, on a slate of its own; which heeded rows that were: name and key."""
        self._slate.keep()
        return self._slate.touched()

    def noun(self, kind: str, name: str) -> Incident | LedgerLine | Statement | None:
        """Return what stands under an id: an ``incident``, a ``ledger`` line or a ``statement``."""
        if kind == "incident":
            return self._incidents.noun(name)
        return self._books.noun(name) if kind == "ledger" else self._statements.noun(name)

    # --- time -----------------------------------------------------------------------

    def next_deadline(self) -> datetime | None:
        """When the next thing leaves the hot state."""
        found: datetime | None = None
        for timers in self._timers:
            due = timers.next()
            if due is not None and (found is None or due < found):
                found = due
        return found

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Let go, at its own instant, of everything that is due at or before ``to``."""
        parts = (self._incidents, self._books, self._statements)
        gone = [each for part in parts for each in part.advance(to)]
        return sorted(gone, key=lambda each: each[0])

    def restore(self) -> None:
        """Bring the deadlines in line again after an undo of the slate."""
        for part in (self._incidents, self._books, self._statements):
            part.timers.restore()

    def incidents(self, at: datetime | None = None) -> tuple[Incident, ...]:
        """Return the incidents of the hot state, by time."""
        return self._incidents.view(at)

    def ledgers(self, at: datetime | None = None) -> Ledgers:
        """All lines of the hot state, and the preferred ones."""
        return self._books.view(at)

    def prefer(self, lines: Iterable[LedgerLine]) -> tuple[Preferred, ...]:
        """Return what the rules prefer of some lines, such as those of an earlier moment."""
        return self._books.prefer(lines)

    def statements(self, at: datetime | None = None) -> tuple[Statement, ...]:
        """Return the statements of the hot state, by time."""
        return self._statements.view(at)
