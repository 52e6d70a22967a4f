"""The fold over the journal: entries in, numbered changes out, the same on every machine.

``State.step`` advances time to the entry's instant (every lapse at its own
instant), reads the report, lets the picture take it in and the decider decide.
A step that fails leaves the state as it was; the entry is quarantined.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec

from tocsin.atlas import Atlas
from tocsin.codec import encode
from tocsin.decisions.decide import Decider, Heard
from tocsin.decisions.desk import Admitted, Desk, corrections, weighty
from tocsin.decisions.policy import Policy, load_policy
from tocsin.decisions.standing import level_of
from tocsin.decisions.verbs import AUDIT, Preview
from tocsin.model import (
    Adoption,
    Alarm,
    Alert,
    AreaState,
    Body,
    Change,
    Claim,
    Deletion,
    Entry,
    Fact,
    Order,
    Picture,
    Problem,
    Reading,
    Report,
    Source,
    Threat,
    Weapon,
)
from tocsin.picture.alarms import Alarms
from tocsin.picture.coverage import Watch
from tocsin.picture.mending import PutRight
from tocsin.picture.record import Record
from tocsin.picture.register import read_register
from tocsin.picture.threats import Lingers, Threats
from tocsin.picture.weighing import OFFICIAL_KINDS, Origins
from tocsin.places import Gazetteer
from tocsin.slate import Slate, Table

__all__ = ["Reads", "State", "Step", "World", "replay"]

_TOO_OLD = timedelta(days=30)
_TOO_NEW = timedelta(hours=24)
_NEVER = datetime.max.replace(tzinfo=UTC)
_KEPT_CLAIMS = 8192
_KEPT_REPORTS = 32768


class Reads(Protocol):
    """Whatever turns a report into claims: ``reading.Reader``, or claims made elsewhere."""

    def read(self, report: Report) -> Reading:
        """What one report says."""
        ...


class Witness(Protocol):
    """Who looks on as steps and lapses are kept: it sees what is written, and changes nothing."""

    def kept(self, at: datetime, facts: Sequence[Fact]) -> None:
        """Something was written for good at an instant."""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """All data that a fold stands on. An adoption replaces parts of it."""

    places: Gazetteer
    lexicon: Any = None
    weapons: dict[str, Weapon] = {}
    register: dict[str, Source] = {}
    policy: Policy | None = None
    embargo: Any = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one entry did: what was read, what changed, what was wrong."""

    entry: int
    reading: Reading | None = None
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    failed: bool = False


class State:
    """Everything that is believed and everything that stands, at one point of the journal."""

    def __init__(self, world: World, reader: Reads | None = None) -> None:
        self.world = world
        self.register: dict[str, Source] = dict(world.register)
        self.policy: Policy = world.policy or Policy(name="none")
        self._given = reader
        self._reader = reader or _reader(world, self.register)
        self._slate = slate = Slate()
        self.places = places = Atlas.over(world.places)
        self._origins = Origins(slate, self.register)
        self.threats = Threats(
            places,
            world.weapons,
            slate=slate,
            origins=self._origins,
            lingers=Lingers(rows=self.policy.lingers()),
        )
        self.alarms = Alarms(places, slate=slate, register=self.register)
        self.watch = Watch(places, slate=slate, register=self.register, alarms=self.alarms)
        self.record = Record(places, world.weapons, self.register, slate)
        self.decider = Decider(self.policy, places, world.weapons, slate)
        self.desk = Desk(
            places,
            slate,
            standing=self.decider.standing,
            weapons=frozenset(world.weapons),
            approval=self.policy.approval,
        )
        self._right = PutRight(places, slate)
        self.orders: Table[str, int] = Table(slate)
        """The entry of each order, by the name under which what it did is published."""
        self._claims: Table[str, Claim] = Table(slate)
        self._reports: Table[tuple[str, str], int] = Table(slate)
        self._early: Table[tuple[str, str], bool] = Table(slate)
        """Reports that were taken back before they came; true where another stands in their place."""
        self._quarantined: Table[str, str] = Table(slate)
        self._redactions: Table[str, tuple[str, str, str]] = Table(slate)
        """Reports whose words two persons ordered removed: who ordered it, who agreed, and why."""
        self._second = ""
        self._ended: Table[str, datetime] = Table(slate)
        """When the last alarm of an area ended: since when it is calm."""
        self.number = 0
        """Of the last entry."""
        self.now: datetime | None = None
        self.changed = 0
        """Number of the last change."""
        self.digest = hashlib.sha256(b"tocsin changes 1").hexdigest()
        """Chained over the canonical bytes of every change."""
        self._witness: Witness | None = None
        self.failures: list[Problem] = []
        """Entries that broke the fold, newest last: health is degraded while there is any."""

    # --- the fold ---------------------------------------------------------------

    def step(self, entry: Entry) -> Step:
        """Take in one journal entry."""
        at = entry.recorded_at if self.now is None else max(entry.recorded_at, self.now)
        changes = list(self.advance(at))
        self.number = entry.number
        reading: Reading | None = None
        problems: list[Problem] = []
        try:
            reading, facts = self._body(entry, at, problems)
        except Exception as error:  # noqa: BLE001 - a dead siren is the worse failure
            self._undo()
            problems.append(self._broken(f"entry {entry.number}", error))
            return Step(entry=entry.number, changes=tuple(changes), problems=tuple(problems), failed=True)
        changes += self._publish(facts, at, entry.number)
        self._keep(at, facts)
        return Step(entry=entry.number, reading=reading, changes=tuple(changes), problems=tuple(problems))

    def advance(self, to: datetime) -> tuple[Change, ...]:
        """Perform every deadline at or before ``to``, each at its own instant."""
        changes: list[Change] = []
        if self._slate.soonest > to:
            self.now = to if self.now is None else max(to, self.now)
            return ()
        while (due := self._due()) is not None and due <= to:
            try:
                facts = self._lapse(due)
            except Exception as error:  # noqa: BLE001 - as in step
                self._undo()
                self._broken(f"deadline {due.isoformat()}", error)
                break
            changes += self._publish(facts, due, 0)
            self._keep(due, facts)
        self._slate.soonest = self._due() or _NEVER
        self.now = to if self.now is None else max(to, self.now)
        return tuple(changes)

    def next_deadline(self) -> datetime | None:
        """When something lapses next: ``app`` wakes up then."""
        return self._due()

    def _due(self) -> datetime | None:
        found: datetime | None = None
        for part in (self.threats, self.watch, self.record, self.decider):
            due = part.next_deadline()
            if due is not None and (found is None or due < found):
                found = due
        return found

    def _lapse(self, due: datetime) -> list[Fact]:
        picture = [fact for part in (self.threats, self.watch, self.record) for _, fact in part.advance(due)]
        alerts = self.decider.decide(picture, Heard(), due)
        return picture + alerts + [fact for _, fact in self.decider.advance(due)]

    def _publish(self, facts: Sequence[Fact], at: datetime, entry: int) -> list[Change]:
        made = []
        for fact in facts:
            if fact.type == "alarm" and fact.verb == "revise":
                # An alarm is raised and cleared, no more (CONTRACT); what else is known of it, its alert tells.
                continue
            if isinstance(fact.noun, Alarm) and fact.verb == "clear":
                self._ended.put(fact.noun.area.code, fact.noun.valid.end or at)
            self.changed += 1
            change = Change(number=self.changed, at=at, entry=entry, fact=fact)
            self.digest = hashlib.sha256(self.digest.encode() + encode(change)).hexdigest()
            made.append(change)
        return made

    def _keep(self, at: datetime, facts: Sequence[Fact]) -> None:
        self._slate.keep()
        if self._witness is not None:
            self._witness.kept(at, facts)

    def _undo(self) -> None:
        self._slate.undo()
        for part in (self.threats, self.watch, self.record, self.decider):
            part.restore()
        self.alarms.restore()

    def _broken(self, where: str, error: Exception) -> Problem:
        problem = Problem(
            where=where,
            what=f"could not be taken in ({type(error).__name__}: {error}); the state before it stands",
            remedy="report this with the entry's text; everything else goes on",
        )
        self.failures.append(problem)
        del self.failures[:-100]
        return problem

    # --- kinds of entries ---------------------------------------------------------

    def _body(self, entry: Entry, at: datetime, problems: list[Problem]) -> tuple[Reading | None, list[Fact]]:
        body: Body = entry.body
        if isinstance(body, Report):
            self._origins.given = entry.origin
            return self._report(body, at, entry, problems)
        if isinstance(body, Deletion):
            return None, self._deletion(body, at)
        if isinstance(body, Order):
            return None, self._order(body, entry.number, at, problems)
        if isinstance(body, Adoption):
            self._adopt(body, problems)
        return None, []

    def _report(
        self, report: Report, at: datetime, entry: Entry, problems: list[Problem]
    ) -> tuple[Reading | None, list[Fact]]:
        key = (report.source, report.id)
        print_ = zlib.crc32(report.text.encode("utf-8", "surrogatepass"))
        known = self._reports.get(key)
        if known is not None and report.replaces != report.id:
            if known != print_:
                what = "the same id came with another text and doesn't say that it replaces it"
                problems.append(
                    _problem(entry.number, what, "send replaces with the id of the earlier report")
                )
            return None, []
        self._reports.put(key, print_)
        self._reports.thin(_KEPT_REPORTS, lambda key, _: key[0])
        reading = self._reader.read(report) if entry.said is None else entry.said
        problems += reading.problems
        source = self.register.get(report.source) or Source(id=report.source, name=report.source)
        if report.stated_at is not None and not -_TOO_NEW <= at - report.stated_at <= _TOO_OLD:
            what = f"is dated {report.stated_at.isoformat()}, far from when it came"
            problems.append(
                _problem(entry.number, what, "mend the source's clock; it is kept and raises nothing")
            )
            return reading, []
        return reading, self._absorb(report, self._right.read(reading.claims, source.id, at), source, at)

    def _absorb(self, report: Report, claims: tuple[Claim, ...], source: Source, at: datetime) -> list[Fact]:
        said = min(report.stated_at or at, at)
        quarantined = source.id in self._quarantined
        facts: list[Fact] = []
        if report.replaces is not None:
            facts += self._retract(report.replaces, source.id, at, replaced=True)
        early = self._early.get((source.id, report.id))
        refused: list[tuple[Claim, str]] = []
        if quarantined:
            refused = [(claim, "source-quarantined") for claim in claims]
        else:
            facts += self.alarms.absorb(report, claims, source, at)
            facts += self.watch.absorb(report, claims, source, at)
            facts += self.threats.absorb(report, claims, source, at)
            refused += [(r.claim, r.reason) for r in self.alarms.ignored]
            refused += [(r.claim, r.reason) for r in self.threats.refused]
        self.alarms.ignored.clear()
        self.threats.refused.clear()
        if early is not None:
            facts += self.alarms.retract(report.id, source.id, at)
            facts += self.threats.retract(report.id, source.id, at)
        facts += self.alarms.settle(at, replaced=report.replaces is not None or early is True)
        if not quarantined:
            facts += self.record.absorb(report, claims, source, at)
        if early is not None:
            facts += self.record.retract(report.id, source.id, at)
        self._remember(claims)
        own = report.forwarded_from is None and source.kind in OFFICIAL_KINDS
        heard = Heard(
            claims=() if quarantined or early is not None else claims,
            source=source,
            said=said,
            official=own,
            refused=tuple(refused),
            taken_back=() if report.replaces is None else (f"{source.id}:{report.replaces}#",),
        )
        return facts + self.decider.decide(facts, heard, at)

    def _deletion(self, deletion: Deletion, at: datetime) -> list[Fact]:
        facts = self._retract(deletion.deletes, deletion.source, at)
        facts += self.alarms.settle(at, replaced=False)
        source = self.register.get(deletion.source)
        gone = (f"{deletion.source}:{deletion.deletes}#",)
        return facts + self.decider.decide(facts, Heard(source=source, taken_back=gone), at)

    def _retract(self, report_id: str, source_id: str, at: datetime, *, replaced: bool = False) -> list[Fact]:
        if (source_id, report_id) not in self._reports:
            self._early.put((source_id, report_id), replaced)
            self._early.thin(_KEPT_REPORTS, lambda key, _: key[0])
        facts = self.alarms.retract(report_id, source_id, at)
        facts += self.threats.retract(report_id, source_id, at)
        return facts + self.record.retract(report_id, source_id, at)

    def _order(self, order: Order, number: int, at: datetime, problems: list[Problem]) -> list[Fact]:
        if order.verb in AUDIT:
            return []
        # Entries are counted by what came in, embargoed words included: what is published names orders by their own count.
        reference, name = f"order:{number}", self._order_name()
        self.orders.put(name, number)
        admitted = self.desk.admit(order, reference, at, self._knows, name=name)
        if admitted.problem is not None:
            problems.append(admitted.problem)
            return []
        given = admitted.order
        if given is None:
            return []
        self._second = order.operator if order.verb == "approve" else ""
        if admitted.tries:
            before = dict(self.decider.standing.alerts.rows)
            facts = self._carried_out(given, admitted, at)
            if not facts:
                problems.append(_problem(self.number, "the order changes nothing", "look at what stands now"))
            if not weighty(facts, before):
                return facts
            # Its effect takes two persons (R1): as if it had not been tried, it waits.
            self._undo()
            self.orders.put(name, number)
            admitted = self.desk.wait(given, reference, at, name=name)
        if admitted.waits:
            return self.decider.waiting(given, name, at)
        return self._carried_out(given, admitted, at)

    def _order_name(self) -> str:
        return f"order-{len(self.orders) + 1}"

    def _carried_out(self, given: Order, admitted: Admitted, at: datetime) -> list[Fact]:
        reference = admitted.name
        own = self.desk.raised_by.get((given.target, given.arguments.get("kind", "air-raid")))
        if given.verb == "revoke" and own == given.operator:
            given = msgspec.structs.replace(given, arguments={**given.arguments, "own": "yes"})
        if given.verb == "quarantine":
            self._quarantined.put(given.target, reference)
        elif given.verb == "release":
            self._quarantined.drop(given.target)
        elif given.verb == "redact" and self._second:
            self._redactions.put(given.target, (given.operator, self._second, given.why))
        facts = self.alarms.order(given, at, reference)
        facts += self.threats.order(given, at, reference)
        if given.verb == "correct":
            said = given.arguments
            whose = {s for f in facts if isinstance(f.noun, Alarm | Threat) for s in f.noun.sources}
            self._right.remember(whose, said["from"], said["to"], at)
        facts += self.watch.order(given, at)
        facts += self.record.order(given, at)
        out = self.decider.decide(facts, Heard(), at)
        out += self.decider.order(given, reference, at)
        self.desk.done(given, admitted.reference, at)
        return facts + out

    def _knows(self, kind: str, name: str) -> bool:
        """Whether there is such a thing, for an order that names it."""
        match kind:
            case "threat":
                return name in self.threats.holding.rows
            case "alarm":
                return any(alarm.id == name for alarm in self.alarms.standing.rows.values())
            case "incident":
                return any(incident.id == name for incident in self.record.incidents())
            case "claim":
                return name in self._claims
            case _:
                return bool(name.strip())

    def preview(self, order: Order, at: datetime) -> Preview:
        """What an order would change, were it given at ``at`` and agreed to; the state stays as it was (R4).

        To approve is previewed as what waits. Call it between steps, with time advanced to ``at``.
        """
        reference = f"order:{self.number + 1}"
        at = at if self.now is None else max(at, self.now)
        self._slate.keep()
        orders = self._slate.orders()
        before = dict(self.decider.standing.alerts.rows)
        try:
            admitted = self.desk.admit(order, reference, at, self._knows, name=self._order_name())
            given = admitted.order
            if admitted.problem is not None or given is None:
                return Preview(order=order, problem=admitted.problem)
            facts = tuple(self._carried_out(given, admitted, at))
            two = admitted.waits or (admitted.tries and weighty(facts, before))
            changes = order.verb in ("silence", "unsilence", "release", "publish", "hold", "retract")
            empty = admitted.tries and not facts and not changes
            wrong = _problem(self.number, "the order changes nothing", "look at what stands now")
            return Preview(
                order=given,
                problem=wrong if empty else None,
                persons=2 if two else 1,
                facts=facts,
                corrections=corrections(given, admitted, facts),
            )
        finally:
            self._undo()
            self._slate.reorder(orders)

    def _adopt(self, adoption: Adoption, problems: list[Problem]) -> None:
        """Bring a revision of policy or sources into force; one with an error leaves the old one there."""
        if adoption.kind == "policy" and adoption.body:
            policy, wrong = load_policy(adoption.body)
            problems += wrong
            if policy is not None:
                self.policy = policy
                self.threats.adopt(Lingers(rows=policy.lingers()))
                self.decider.adopt(policy)
                self.desk.approval = policy.approval
        elif adoption.kind == "sources" and adoption.body:
            register, wrong = read_register(adoption.body)
            problems += wrong
            if not wrong:
                self.register = {**self.world.register, **register}
                self.alarms.register = self.register
                self._origins.adopt(self.register)
                self.watch.adopt(self.register)
                self.record.adopt(self.register)
                self._reader = self._given or _reader(self.world, self.register)

    def _remember(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            self._claims.put(claim.id, claim)
        self._claims.thin(_KEPT_CLAIMS, lambda _, claim: claim.source)

    # --- who looks on, and what outlives a restart ------------------------------------

    def witness(self, witness: Witness | None) -> None:
        """Let somebody look on from here on; ``touched`` tells him what was written."""
        self._witness = witness
        self._slate.heed("alert", self.decider.standing.alerts)
        self._slate.heed("threat", self.threats.holding.rows)
        for part in (self.alarms, self.watch):
            part.heed(self._slate)
        self.record.heed()

    def redactions(self) -> Mapping[str, tuple[str, str, str]]:
        """By source and report, what two persons ordered removed: who ordered it, who agreed, and why."""
        return self._redactions.rows

    def touched(self) -> tuple[tuple[str, object], ...]:
        """Which rows of what can be asked for later were written since the last time: name and key."""
        return self._slate.touched()

    def __getstate__(self) -> dict[str, Any]:
        gone = ("_reader", "_given", "_witness")
        return {name: value for name, value in self.__dict__.items() if name not in gone}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._given = self._witness = None
        self._reader = _reader(self.world, self.register)

    # --- asked ------------------------------------------------------------------

    @property
    def degraded(self) -> bool:
        """Whether an entry broke the fold."""
        return bool(self.failures)

    def claim(self, claim_id: str) -> Claim | None:
        """A claim that was read lately: the words behind what stands."""
        return self._claims.get(claim_id)

    def alerts(self) -> tuple[Alert, ...]:
        """The alerts that stand, official ones first, by area and kind."""
        rows = self.decider.standing.alerts.rows
        return tuple(rows[key] for key in sorted(rows))

    @property
    def quarantined(self) -> tuple[str, ...]:
        """The sources whose words count for nothing by order of the desk."""
        return tuple(sorted(self._quarantined))

    def picture(self, at: datetime | None = None) -> Picture:
        """All that is believed and all that stands, now."""
        at = at or self.now or datetime.fromtimestamp(0, tz=UTC)
        return Picture(
            alerts=self.alerts(),
            alarms=self.alarms.view(),
            threats=self.threats.view(),
            incidents=self.record.incidents(),
            ledgers=self.record.ledgers(),
            statements=self.record.statements(),
            coverage=self.watch.view(at),
        )

    def area_state(self, code: str, at: datetime) -> AreaState:
        """What we say of one area now: a word, its age, until when it may be believed (R24, R33)."""
        places = self.places
        codes = (code, *places.ancestors(code))
        rows = self.decider.standing.alerts.rows
        mine = [rows[key] for key in sorted(rows) if key[1] in codes]
        official = tuple(a for a in mine if a.layer == "official")
        warnings = tuple(a for a in mine if a.layer == "warning")
        fresh = self.watch.freshness(code, at)
        said = self.alarms.state_of(code)
        contradicted = next(
            (alert for c in codes if (alert := self.decider.standing.contradicted.get(c))), None
        )
        stale = fresh != "FRESH"
        if said != "CLEAR":
            # A frozen source makes even a standing alarm stale; the alert itself goes on standing.
            state = "STALE" if fresh == "STALE" else said
            contradicted = None
        elif contradicted is not None and not stale:
            state = "UNKNOWN"
        else:
            state = fresh if stale else "CLEAR"
        heard = self.watch.heard_at(code)
        until = at + timedelta(seconds=self.policy.state_valid)
        fresh_until = self.watch.valid_until(code, at)
        if fresh_until is not None and state == "CLEAR":
            until = min(until, fresh_until)
        last = said if stale and heard is not None else None
        if contradicted is not None:
            last = "ACTIVE"
        return AreaState(
            area=places.ref(code),
            state=state,  # type: ignore[arg-type]
            level=level_of(official),
            since=self._since(code, state, official),
            last_state=last,
            contradicted=contradicted is not None,
            official=official,
            warnings=warnings,
            known_at=at,
            heard_at=heard,
            stale=stale,
            valid_until=until,
        )

    def _since(self, code: str, state: str, official: Sequence[Alert]) -> datetime | None:
        """Since when a state holds; None where nobody told."""
        covers = self.places.covers
        if state == "CLEAR":
            rows = self._ended.rows.items()
            return max((at for area, at in rows if covers(area, code) or covers(code, area)), default=None)
        begun = [a.valid.start for a in official if a.valid.start]
        if state == "PARTLY":
            begun = [a.valid.start for a in self.alarms.view() if a.valid.start and covers(code, a.area.code)]
        return min(begun, default=None)


def replay(world: World, entries: Iterable[Entry], reader: Reads | None = None) -> Iterator[Step]:
    """Fold entries from the start, a step at a time."""
    state = State(world, reader)
    for entry in entries:
        yield state.step(entry)


def _problem(number: int, what: str, remedy: str) -> Problem:
    return Problem(where=f"entry {number}", what=what, remedy=remedy)


def _reader(world: World, register: Mapping[str, Source]) -> Reads:
    from tocsin.reading import Reader  # noqa: PLC0415

    reader: Reads = Reader(world.lexicon, world.places, dict(register))
    return reader
