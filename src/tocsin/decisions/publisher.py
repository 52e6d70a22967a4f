"""The one place where the embargo is enforced: between what is known and every public renderer (R27).

A ``Publisher`` keeps a record of its own that hears only what the table lets out,
when it lets it out, as coarsely as it says. What the public sees of incidents,
ledgers and statements is that record and nothing else, so a claim that is held
back can change no number, status, belief or order that is published: two journals
that differ only in embargoed claims give the same public output until release.

Wiring (docs/embargo.md): ``Publisher(embargo, register, places, Record(...))``, then
``follow(state.record)``: it hears what the engine let the record hear, so a report that was
refused or quarantined stays out here too (``hear``, ``retract`` and ``order`` are for
those who have no record to follow). ``offer`` each change, ``advance`` when time passes
(``next_deadline`` says when); both return ``(instant, fact)`` pairs in the order in which
they go out. Who numbers and chains them is the outlets' affair.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol

import msgspec

from tocsin.decisions.embargo import Embargo, Row, Tree, release, speaks_itself
from tocsin.decisions.projection import bare, public_threat
from tocsin.model import (
    CLAIM_KINDS,
    Alert,
    Change,
    Claim,
    Coverage,
    Fact,
    Incident,
    LedgerLine,
    Ledgers,
    Minute,
    Order,
    Picture,
    Preferred,
    Report,
    Source,
    Statement,
    Threat,
)

__all__ = ["Fold", "Publisher", "Told", "Waiting"]

Going = tuple[datetime, Fact]
Name = tuple[str, str]
Noun = Incident | LedgerLine | Statement | Threat | Coverage
RECORD = ("incident", "ledger", "statement")
UNHEARD = ("takeoff", "inbound", "danger", "danger-over", "alarm", "alarm-over", "air-defence")
"""Kinds of which a record knows nothing: only whether their words may be shown is kept."""
REMEMBERED = timedelta(hours=72)
"""How long a report that waits for nothing is remembered."""
_OF_CLAIMS = ("order-publish", "order-hold")
"""Causes of orders on claims: that one waits for a second person tells of the claim."""
GONE = "no word for 72 hours"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)
VERSIONS = 50_000
"""Versions of public nouns that are remembered for past moments; of older ones only the last of each."""


class Witness(Protocol):
    """Who is told of every version of a public noun, so that it can be asked for later."""

    def saw(self, at: datetime, name: Name, noun: Noun | None, *, move: bool, last: Noun | None) -> None:
        """A noun stands from an instant on, or is gone; ``last`` is what was said of it when it went."""


class Fold(Protocol):
    """A record, as the publisher keeps one of its own."""

    def heed(self) -> None:
        """Let it be noted which rows are written."""

    def written(self) -> tuple[tuple[str, object], ...]:
        """Keep what was written for good; which rows that were since the last time."""

    def noun(self, kind: str, name: str) -> Incident | LedgerLine | Statement | None:
        """Return what stands under an id."""

    def adopt(self, register: Mapping[str, Source]) -> None:
        """Use another register of sources."""

    def absorb(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> list[Fact]:
        """Take in what a report claims."""

    def retract(self, report_id: str, source_id: str, at: datetime) -> list[Fact]:
        """Undo what a report said."""

    def order(self, order: Order, at: datetime) -> list[Fact]:
        """Carry out an operator's order."""

    def next_deadline(self) -> datetime | None:
        """Return when the next thing leaves the hot state."""

    def advance(self, to: datetime) -> list[Going]:
        """Let go of what is due."""

    def incidents(self, at: datetime | None = None) -> tuple[Incident, ...]:
        """Return the incidents."""

    def ledgers(self, at: datetime | None = None) -> Ledgers:
        """Return all lines, and the preferred ones."""

    def statements(self, at: datetime | None = None) -> tuple[Statement, ...]:
        """Return the statements."""

    def prefer(self, lines: Iterable[LedgerLine]) -> tuple[Preferred, ...]:
        """Return which of some lines the ranked rules prefer."""


class Told(Protocol):
    """The record that is told everything, and keeps minutes of it."""

    def listen(self) -> None:
        """Keep minutes from here on."""

    def drain(self) -> tuple[Minute, ...]:
        """Return the minutes since the last time."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that the public does not see, or sees coarsely only: until when, why, and who may change that."""

    claim: str
    source: str
    partly: bool
    """Whether a coarser form of it is out."""
    until: datetime | None
    """When more of it goes out; None for never."""
    kept: bool
    """Whether an order keeps it back until then."""
    override: str
    why: str


class _Held(msgspec.Struct):
    """A report with its claims: those that are out, as they are out, and those that an order let out."""

    report: Report
    claims: tuple[Claim, ...]
    source: Source
    stated: datetime
    at: datetime
    out: dict[str, Claim] = {}
    rows: dict[str, Row] = {}
    """By which row each claim that is out went out."""
    ordered: dict[str, None] = {}
    kept: dict[str, datetime] = {}
    """Until when an order keeps a claim back that its row would let out."""


class Publisher:
    """What the public may know, as it may know it; a function of what was told, in order."""

    def __init__(
        self,
        embargo: Embargo,
        register: Mapping[str, Source],
        places: Tree,
        fold: Fold,
        *,
        told: Told | None = None,
    ) -> None:
        self._embargo = embargo
        self._places = places
        self._fold = fold
        self._register = register
        fold.adopt(register)
        fold.heed()
        self._witness: Witness | None = None
        self._quiet = _LONG_AGO
        """Nothing falls due before this."""
        self._lost: dict[Name, None] = {}
        """Nouns that left the fold since it was last looked at."""
        self._told: Told | None = None
        self._inbox: list[Minute] = []
        self._outbox: list[Going] = []
        self._held: dict[str, _Held] = {}
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._claim_home: dict[str, str] = {}
        self._sayable: dict[str, datetime] = {}
        """Claims of kinds that no record hears whose words may be shown, with when they were heard."""
        self._unsaid: dict[str, datetime] = {}
        """Claims of kinds that no record hears of which nothing may be shown."""
        self._stages: dict[tuple[str, str | None, bool], tuple[Row, ...]] = {}
        self._shown: dict[Name, Fact] = {}
        self._now: dict[Name, Incident | LedgerLine | Statement] = {}
        """The public nouns of the record as they stand."""
        self._past: list[tuple[datetime, Name, Incident | LedgerLine | Statement | None]] = []
        """Every version of a public noun of the record with the instant from which it showed."""
        if told is not None:
            self.follow(told)

    # --- in ---------------------------------------------------------------------

    def follow(self, told: Told) -> None:
        """Hear from here on what ``told`` hears, and nothing else: what the engine refused stays out."""
        self._told = told
        told.listen()

    def witness(self, witness: Witness | None) -> None:
        """Tell every version to a witness from here on, and remember none of them here."""
        self._witness = witness
        if witness is not None:
            self._past.clear()
        self._fold.heed()

    def hear(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> None:
        """Take in what a report claims; what may go out of it goes with the next offer or advance.

        Without claims it says nothing: a report that came twice is read once.
        """
        if self._told is None and claims:
            minute = Minute(at=at, verb="absorb", report=report, claims=tuple(claims), source=source)
            self._inbox.append(minute)

    def retract(self, report_id: str, source_id: str, at: datetime) -> None:
        """Take in that a report was deleted or replaced."""
        if self._told is None:
            self._inbox.append(Minute(at=at, verb="retract", retracts=(report_id, source_id)))

    def order(self, order: Order, at: datetime) -> None:
        """Take in an operator's order."""
        if self._told is None:
            self._inbox.append(Minute(at=at, verb="order", order=order))

    def offer(self, change: Change) -> tuple[Going, ...]:
        """Return what goes out at a change: what fell due before, then the change as the table allows."""
        self._pass(change.at)
        if change.fact.type not in RECORD:
            self._send_public(change.fact, change.at)
        return self._flush()

    def advance(self, to: datetime) -> tuple[Going, ...]:
        """Return what goes out until ``to``, each with the instant at which it fell due."""
        self._pass(to)
        return self._flush()

    def next_deadline(self) -> datetime | None:
        """Return when something may go out, or leaves the public record, next."""
        due = [each for each in (self._next_due(), self._fold.next_deadline()) if each is not None]
        return min(due, default=None)

    def _flush(self) -> tuple[Going, ...]:
        out, self._outbox = tuple(self._outbox), []
        return out

    def _pass(self, to: datetime) -> None:
        """Perform minutes, releases and lapses until ``to`` in the order of their instants."""
        if self._told is not None:
            self._inbox.extend(self._told.drain())
        while self._inbox and self._inbox[0].at <= to:
            minute = self._inbox.pop(0)
            self._lapse(minute.at)
            self._minute(minute)
        self._lapse(to)

    def _lapse(self, to: datetime) -> None:
        if self._quiet > to:
            return
        while (due := self.next_deadline()) is not None and due <= to:
            if due == self._fold.next_deadline():
                for when, fact in self._fold.advance(due):
                    self._send([fact], when)
                self._let_go(due)
            else:
                _, key = heapq.heappop(self._heap)
                del self._due[key]
                self._release(key, due)
        self._quiet = self.next_deadline() or _NEVER

    def _next_due(self) -> datetime | None:
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    # --- minutes -----------------------------------------------------------------

    def _minute(self, minute: Minute) -> None:
        if minute.verb != "absorb":
            self._quiet = _LONG_AGO
        if minute.verb == "absorb" and minute.report is not None and minute.source is not None:
            self._absorb(minute.report, minute.claims, minute.source, minute.at)
        elif minute.verb == "retract" and minute.retracts is not None:
            report_id, source_id = minute.retracts
            key = f"{source_id}:{report_id}"
            self._due.pop(key, None)
            held = self._held.pop(key, None)
            for claim in held.claims if held is not None else ():
                self._claim_home.pop(claim.id, None)
            self._send(self._fold.retract(report_id, source_id, minute.at), minute.at)
        elif minute.verb == "order" and minute.order is not None:
            self._order(minute.order, minute.at)
        elif minute.verb == "adopt":
            self._register = {source.id: source for source in minute.register}
            self._fold.adopt(self._register)

    def _absorb(self, report: Report, claims: tuple[Claim, ...], source: Source, at: datetime) -> None:
        stated = report.stated_at or at
        # The fold dates an undated report by when it was recorded, not by when it was let out.
        dated = msgspec.structs.replace(report, stated_at=stated)
        heard = tuple(claim for claim in claims if claim.kind not in UNHEARD)
        held = _Held(dated, heard, source, stated, at)
        for claim in claims:
            if claim.kind not in UNHEARD:
                continue
            if self._plain(claim, held):
                self._sayable[claim.id] = at
            elif all(row.after != timedelta(0) for row in self._staged(claim, held)):
                self._unsaid[claim.id] = at
        if heard:
            self._quiet = _LONG_AGO
            key = f"{source.id}:{report.id}"
            self._held[key] = held
            self._claim_home.update((claim.id, key) for claim in heard)
            self._release(key, at)
        self._forget(at)

    def _plain(self, claim: Claim, held: _Held) -> bool:
        """Whether a claim goes out at once with its words."""
        at_once = [row for row in self._staged(claim, held) if row.after == timedelta(0)]
        return bool(at_once) and "words" not in at_once[-1].leave_out

    def _staged(self, claim: Claim, held: _Held) -> tuple[Row, ...]:
        own = speaks_itself(claim, held.report, held.source, self._register)
        return self._rows(
            claim.kind, claim.object, authority=own and held.source.kind in self._embargo.authorities
        )

    def _rows(self, kind: str, thing: str | None, *, authority: bool) -> tuple[Row, ...]:
        name = (kind, thing, authority)
        stages = self._stages.get(name)
        if stages is None:
            stages = self._stages[name] = self._embargo.stages(kind, thing, authority=authority)
        return stages

    def _order(self, order: Order, at: datetime) -> None:
        """Let a claim out before its time or keep it back longer, where its row lets the desk; else the record's orders."""
        if order.verb not in {"publish", "hold"}:
            self._send(self._fold.order(order, at), at)
            return
        key = self._claim_home.get(order.target)
        held = self._held.get(key) if key is not None else None
        if key is None or held is None:
            return
        claim = next(claim for claim in held.claims if claim.id == order.target)
        row = self._rule(claim, held)
        if row is None or row.override != "desk":
            return
        if order.verb == "publish":
            held.ordered[claim.id] = None
            held.kept.pop(claim.id, None)
        elif claim.id not in held.out and (minutes := order.arguments.get("minutes", "")).isdigit():
            # What is out cannot be held: it is withdrawn or retracted, and everybody sees that.
            held.kept[claim.id] = at + timedelta(minutes=int(minutes[:6]))
        self._release(key, at)

    def _release(self, key: str, at: datetime) -> None:
        """Let out of a report what may go out now; a finer word takes the place of the coarser."""
        held = self._held[key]
        out: dict[str, Claim] = {}
        until: datetime | None = None
        for claim in held.claims:
            if claim.id in held.ordered:
                out[claim.id] = claim
                continue
            kept = held.kept.get(claim.id)
            if kept is not None and kept > at:
                until = kept if until is None else min(until, kept)
                continue
            let = release(claim, held.stated, at, self._staged(claim, held), self._places)
            if let.claim is not None and let.row is not None:
                out[claim.id] = let.claim
                held.rows[claim.id] = let.row
            if let.until is not None and (until is None or let.until < until):
                until = let.until
        if until is not None:
            self._due[key] = until
            heapq.heappush(self._heap, (until, key))
        before, held.out = held.out, out
        if out == before:
            return
        facts = self._fold.retract(held.report.id, held.source.id, at) if before else []
        facts.extend(self._fold.absorb(held.report, tuple(out.values()), held.source, at))
        self._send(facts, at)

    def _rule(self, claim: Claim, held: _Held) -> Row | None:
        stages = self._staged(claim, held)
        return stages[0] if stages else self._embargo.rule(claim.kind, claim.object)

    def _forget(self, at: datetime) -> None:
        """Let go of the oldest reports that wait for nothing; the fold remembers what they said."""
        before = at - REMEMBERED
        oldest = next(iter(self._held.values()), None)
        for key in list(islice(self._held, 8)) if oldest is not None and oldest.at < before else ():
            held = self._held[key]
            if held.at < before and key not in self._due:
                del self._held[key]
                for claim in held.claims:
                    self._claim_home.pop(claim.id, None)
        for heard in (self._sayable, self._unsaid):
            first = next(iter(heard.values()), None)
            for claim_id in list(islice(heard, 8)) if first is not None and first < before else ():
                if heard[claim_id] < before:
                    del heard[claim_id]

    # --- out ----------------------------------------------------------------------

    def _send(self, facts: Sequence[Fact], at: datetime) -> None:
        """Put the net change of each noun into the outbox: what only passed through is no change."""
        last: dict[Name, Fact] = {}
        for fact in facts:
            if isinstance(fact.noun, Incident | LedgerLine | Statement):
                last[fact.type, fact.noun.id] = fact
        for name, fact in last.items():
            before = self._shown.get(name)
            gone = fact.verb == "close" and fact.why == GONE
            if (before is None and fact.verb == "close") or (
                before is not None and before.noun == fact.noun and not gone
            ):
                continue
            verb = "open" if before is None else "close" if fact.verb == "close" else "revise"
            going = msgspec.structs.replace(fact, verb=verb)
            self._outbox.append((at, going))
            noun = fact.noun
            if gone:
                self._shown.pop(name, None)
                self._note(at, name, None, move=fact.move, last=self._now.pop(name, None))
            elif isinstance(noun, Incident | LedgerLine | Statement):
                self._shown[name] = going
                self._now[name] = noun
                self._note(at, name, noun, move=fact.move)
        self._keep()

    def _keep(self) -> None:
        """Let what the fold wrote stand; note what left it."""
        for kind, key in self._fold.written():
            if self._fold.noun(kind, str(key)) is None:
                self._lost[kind, str(key)] = None

    def _note(
        self, at: datetime, name: Name, noun: Noun | None, *, move: bool, last: Noun | None = None
    ) -> None:
        """Remember a version, or tell the witness of it."""
        if self._witness is not None:
            self._witness.saw(at, name, noun, move=move, last=last)
        elif not isinstance(noun, Threat | Coverage):
            self._past.append((at, name, noun))
            if len(self._past) > VERSIONS:
                self._shorten()

    def _let_go(self, at: datetime) -> None:
        """Forget what left the fold without a word: lines long superseded, incidents long withdrawn."""
        self._keep()
        lost, self._lost = self._lost, {}
        for name in lost:
            if name in self._now and self._fold.noun(*name) is None:
                last = self._now.pop(name)
                self._shown.pop(name, None)
                self._note(at, name, None, move=True, last=last)

    def _shorten(self) -> None:
        """Keep of the older half of all versions only the last of each noun."""
        half = len(self._past) // 2
        last = {name: (at, name, noun) for at, name, noun in self._past[:half]}
        kept = [version for version in last.values() if version[2] is not None]
        self._past = [*sorted(kept, key=lambda version: (version[0], version[1])), *self._past[half:]]

    def _send_public(self, fact: Fact, at: datetime) -> None:
        """Put an alert or alarm into the outbox as it is; a threat and coverage as far as the table goes."""
        noun = fact.noun
        if isinstance(noun, Coverage):
            self._send_noun(("coverage", noun.area), fact, bare(noun), at)
        elif isinstance(noun, Threat):
            public = public_threat(noun, self._embargo, self._places)
            if public is not None:
                self._send_noun(("threat", noun.id), fact, public, at)
        elif not (isinstance(noun, Alert) and fact.verb == "withhold" and self._rests_on_held(noun)):
            self._outbox.append((at, fact))

    def _rests_on_held(self, noun: Alert) -> bool:
        """Whether a warning that was not given would tell of words that wait: it never shows, also not later.

        Of one place and reason it is told once in a while, so of kinds that wait by anyone's word
        none shows: an embargoed word would decide whether an authority's does.
        """
        kind = noun.cause.kind if noun.cause is not None else ""
        if kind in _OF_CLAIMS or (kind in CLAIM_KINDS and not self._at_once(kind)):
            return True
        return any(claim in self._unsaid or self._waits(claim) for claim in noun.because)

    def _at_once(self, kind: str) -> bool:
        return any(row.after == timedelta(0) for row in self._rows(kind, None, authority=False))

    def _waits(self, claim_id: str) -> bool:
        held = self._held.get(self._claim_home.get(claim_id, ""))
        return held is not None and claim_id not in held.out

    def _send_noun(self, name: Name, fact: Fact, noun: Threat | Coverage, at: datetime) -> None:
        before = self._shown.get(name)
        ends = fact.verb == "close"
        if (before is None and ends) or (before is not None and before.noun == noun and not ends):
            return
        verb = "close" if ends else "open" if before is None else "revise"
        going = Fact(type=fact.type, verb=verb, noun=noun, move=fact.move)
        if ends:
            del self._shown[name]
        else:
            self._shown[name] = going
        if self._witness is not None:
            self._note(at, name, None if ends else noun, move=fact.move, last=noun)
        self._outbox.append((at, going))

    # --- asked ----------------------------------------------------------------------

    def waiting(self, at: datetime) -> tuple[Waiting, ...]:
        """Return every claim that is held back, wholly or in part, in the order in which they came: for the desk alone."""
        found: list[Waiting] = []
        for held in self._held.values():
            for claim in held.claims:
                out = held.out.get(claim.id)
                if out == claim:
                    continue
                row, kept = self._rule(claim, held), held.kept.get(claim.id)
                let = release(claim, held.stated, at, self._staged(claim, held), self._places)
                found.append(
                    Waiting(
                        claim=claim.id,
                        source=held.source.id,
                        partly=out is not None,
                        until=let.until if kept is None or kept <= at else kept,
                        kept=kept is not None and kept > at,
                        override="nobody" if row is None else row.override,
                        why="no row of the table allows it" if row is None else row.why,
                    )
                )
        return tuple(found)

    def quotable(self, claim_id: str) -> bool:
        """Whether the words of a claim may be shown: it is out as it was said, and no row keeps its words."""
        if claim_id in self._sayable:
            return True
        held = self._held.get(self._claim_home.get(claim_id, ""))
        if held is None or claim_id not in held.out:
            return False
        if claim_id in held.ordered:
            return True
        claim = next(claim for claim in held.claims if claim.id == claim_id)
        return held.out[claim_id] == claim and "words" not in held.rows[claim_id].leave_out

    def picture(self, picture: Picture, at: datetime) -> Picture:
        """Return what of a picture the public may see: of the record, what had gone out by ``at``."""
        latest = not self._past or self._past[-1][0] <= at
        found = list(self._now.values()) if latest else self._found(at)
        lines = tuple(noun for noun in found if isinstance(noun, LedgerLine))
        incidents = [noun for noun in found if isinstance(noun, Incident)]
        public = (public_threat(threat, self._embargo, self._places) for threat in picture.threats)
        return Picture(
            alerts=picture.alerts,
            alarms=picture.alarms,
            threats=tuple(threat for threat in public if threat is not None),
            incidents=tuple(sorted(incidents, key=lambda noun: (str(noun.valid.start), noun.id))),
            ledgers=Ledgers(
                lines=tuple(sorted(lines, key=lambda line: (line.stated_at, line.id))),
                preferred=self._fold.prefer(lines),
            ),
            statements=tuple(
                sorted(
                    (noun for noun in found if isinstance(noun, Statement)),
                    key=lambda noun: (noun.stated_at, noun.id),
                )
            ),
            coverage=tuple(bare(each) for each in picture.coverage),
        )

    def _found(self, at: datetime) -> list[Incident | LedgerLine | Statement]:
        """Return the public nouns of the record as they stood at an instant."""
        nouns: dict[Name, Incident | LedgerLine | Statement | None] = {}
        for when, name, noun in self._past:
            if when > at:
                break
            nouns[name] = noun
        return [noun for noun in nouns.values() if noun is not None]
