"""The ledger: tallies as sources gave them, a line each time one speaks, never silently summed.

Lines are kept by attack and family (people, things, effects, attack); each time
a line comes or is taken back its family is settled anew and what changed is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.model import Claim, Fact, Interval, LedgerLine, Ledgers, Preferred, Report, Source
from tocsin.picture.attacks import HOT, Areas, Attacks
from tocsin.picture.lines import ALIVE, FATES, Born, area_for, born, utility_of
from tocsin.picture.preferring import preferred
from tocsin.picture.settling import PERIODS, RELAY_WINDOW, Item, settle
from tocsin.picture.shelves import Settled, Shelves
from tocsin.picture.speakers import Speaker, speaker_of
from tocsin.picture.stages import another, in_full, restores
from tocsin.slate import Slate, Table, Timers

__all__ = ["Books"]

OPENERS = ("explosion", "impact", "tally")
DAY = timedelta(hours=24)
EFFECTS = ("impact", "debris", "fire", "damage", "outage", "explosion", "hazard")
"""Kinds whose denials are lines of their own where nothing of the kind had been reported."""
QUIET = "no word for 72 hours"
_TOLD_AGAIN = "the death in hospital had been told: counted once"
NOTHING_REPORTED = "denied; nothing of the kind had been reported there"


class _Told(msgspec.Struct, frozen=True):
    """A claim with who speaks in it, through which source, and when it was stated.

    ``about`` is the area that the rest of its report speaks of: it names the attack of a
    figure without a place, not its area.
    """

    claim: Claim
    speaker: Speaker
    source: str
    stated: datetime
    about: str | None = None
    valid: Interval | None = None
    """The one night, day or part of a day that its report counts, where the claim itself names none."""


class _Died(msgspec.Struct, frozen=True):
    """How many newly died in hospital; how many the speaker has told by now; the total that they come on top of."""

    number: int
    told: int
    base: LedgerLine | None


class Books:
    """All ledger lines of the hot state."""

    def __init__(self, places: Areas, attacks: Attacks, register: Mapping[str, Source], slate: Slate) -> None:
        self._places = places
        self._attacks = attacks
        self._register = register
        self._shelves = Shelves(places.covers, slate)
        """Lines in force or superseded, by attack and family."""
        self._out: Table[str, LedgerLine] = Table(slate)
        """Every line as it was last told."""
        self._ids: Table[str, tuple[str, ...]] = Table(slate)
        """Lines told, by family."""
        self._posted: Table[str, tuple[tuple[str, str], ...]] = Table(slate)
        """Family and line of everything that a report gave, by report."""
        self._reports: Table[str, tuple[str, ...]] = Table(slate)
        """Reports heard, by family."""
        self._seq: Table[str, int] = Table(slate)
        self.timers = Timers(slate)

    def adopt(self, register: Mapping[str, Source]) -> None:
        """Use another register of sources from here on."""
        self._register = register

    # --- in ---------------------------------------------------------------------

    def absorb(
        self,
        report: Report,
        claims: Sequence[Claim],
        source: Source,
        at: datetime,
        incidents: Mapping[tuple[str, str | None], str | None],
    ) -> list[Fact]:
        """Post every line that the claims give; what changed.

        ``incidents`` names, by claim and area, the incident that a line counts for.
        """
        items: list[Item] = []
        claims = [in_full(claim, report.text) if _told_in_full(claim) else claim for claim in claims]
        speakers = [(claim, speaker_of(claim, report, source, self._register)) for claim in claims]
        lines = [() if speaker.party else tuple(born(claim, speaker)) for claim, speaker in speakers]
        ended = any(restores(claim) and not claim.scope for claim in claims)
        if not any(lines) and not ended:
            return []
        areas = {claim.id: area_for(claim, speaker, source.home, self._places) for claim, speaker in speakers}
        about = next((area for area in areas.values() if area is not None), None)
        for (claim, speaker), mine in zip(speakers, lines, strict=True):
            told = _Told(claim, speaker, source.id, report.stated_at or at, about, _counted_in(claim, claims))
            area = areas[claim.id]
            if not speaker.party and restores(claim) and not claim.scope:
                items.extend(self._over(told, area))
            for line in mine:
                item = self._item(told, line, area, incidents.get((claim.id, area)))
                if item is not None:
                    items.append(item)
                    items.extend(self._moved(item, claim))
        return self._enter(items, f"{source.id}:{report.id}", at)

    def deny(
        self, report: Report, source: Source, at: datetime, denied: Sequence[tuple[Claim, str | None]]
    ) -> list[Fact]:
        """Keep denials of effects that nobody had reported: lines with status denied, nothing invented."""
        items: list[Item] = []
        for claim, area in denied:
            speaker = speaker_of(claim, report, source, self._register)
            told = _Told(claim, speaker, source.id, report.stated_at or at)
            line = Born(
                family="effects", subject=claim.kind, low=None, high=None, unit=claim.object, denial=True
            )
            item = self._item(told, line, area, None)
            if item is not None:
                why = NOTHING_REPORTED
                again = any(each.line.id == item.line.id for each in items)
                line_id = f"{item.line.id}@{area}" if again else item.line.id
                named = msgspec.structs.replace(item.line, id=line_id)
                items.append(msgspec.structs.replace(item, line=named, why=why))
        return self._enter(items, f"{source.id}:{report.id}", at)

    def _item(self, told: _Told, born_line: Born, area: str | None, incident: str | None) -> Item | None:
        claim, speaker, stated = told.claim, told.speaker, told.stated
        summary = claim.kind in {"tally", *FATES}
        when = stated
        opens = claim.kind in OPENERS
        if claim.tense == "past" and not summary:
            if claim.valid.start is None:
                return None
            if claim.valid.start < stated - DAY:
                when, opens = claim.valid.start, True
        attack = None
        if born_line.family != "help":
            attack = self._attacks.of(told.about if area is None else area, when, opens=opens)
        mark = "" if born_line.unit is None else f":{born_line.unit}"
        line = LedgerLine(
            id=f"ledger:{claim.id}:{born_line.subject}{mark}",
            subject=born_line.subject,
            incident=incident,
            area=area,
            min=born_line.low,
            max=born_line.high,
            approx=born_line.approx,
            source=told.source,
            by=None if speaker.direct else speaker.id,
            weapon=born_line.weapon,
            joint=born_line.joint,
            unit=born_line.unit,
            attack=attack,
            stated_at=stated,
            valid=told.valid or claim.valid,
            hedged=claim.hedged,
            status="denied" if born_line.denial else "standing",
            claims=(claim.id,),
        )
        return Item(
            seq=self._next(),
            line=line,
            family=born_line.family,
            speaker=speaker,
            denial=born_line.denial,
            corrects=claim.corrects,
            moved=born_line.moved,
            another=born_line.moved and another(claim),
            words=" ".join(each.quote for each in claim.evidence) if born_line.family == "help" else "",
        )

    def _over(self, told: _Told, area: str | None) -> list[Item]:
        """Draw the lines that follow when all of what failed is back: nobody in the area is without it any longer."""
        subject = f"without-{utility_of(told.claim)}"
        made: list[Item] = []
        for line in list(self._out.rows.values()):
            inside = line.area is not None and area is not None and self._places.covers(area, line.area)
            if line.subject != subject or line.status != "standing" or not inside or line.max == 0:
                continue
            zero = Born(family="things", subject=subject, low=0, high=0, unit=line.unit)
            item = self._item(told, zero, line.area, line.incident)
            if item is not None:
                named = msgspec.structs.replace(
                    item.line, id=f"{item.line.id}@{line.area}", attack=line.attack
                )
                made.append(msgspec.structs.replace(item, line=named, corrects=True, why="restored"))
        # Two standing lines of one key end in one.
        return list({item.key: item for item in made}.values())

    def _next(self) -> int:
        seq = (self._seq.get("n") or 0) + 1
        self._seq.put("n", seq)
        return seq

    def _moved(self, item: Item, claim: Claim) -> list[Item]:
        """Draw the lines that follow from a death in hospital: it leaves the injured (R28)."""
        number = self._died(item).number
        out = []
        harm = claim.harm or {}
        for subject in ALIVE if number else ():
            base = self._standing(item, subject)
            given = harm.get(subject)
            told = given is not None and (given.min or 0) > (item.line.min or 0)
            if base is None or base.min is None or told:
                continue
            low = max(0, base.min - number)
            high = None if base.max is None else max(low, base.max - number)
            line = msgspec.structs.replace(
                item.line,
                id=f"ledger:{claim.id}:{subject}:moved",
                subject=subject,
                incident=base.incident,
                area=base.area,
                min=low,
                max=high,
                approx=base.approx,
                claims=(claim.id, *base.claims),
            )
            why = "died in hospital: moved to killed"
            out.append(
                msgspec.structs.replace(
                    item, seq=self._next(), line=line, corrects=True, moved=False, why=why
                )
            )
        return out

    def _died(self, item: Item) -> _Died:
        """Tell how many newly died in hospital.

        A number above the standing total is the new total; one that is not is those who died. Of what
        several tell within twelve hours each death counts once: only by as many as one speaker tells more
        than any before do the dead grow (R28).
        """
        if not item.moved:
            return _Died(0, 0, None)
        said = item.line.min or 0
        base = self._standing(item, "killed")
        if base is None or base.min is None:
            return _Died(said, said, None)
        heard = self._shelves.of(f"{item.line.attack}|people", "killed", item.line.area)
        near = [e for e in heard if e.moved and abs(e.line.stated_at - item.line.stated_at) <= RELAY_WINDOW]
        counted = max((each.died for each in near), default=0)
        own = max((each.died for each in near if each.speaker.origin == item.speaker.origin), default=0)
        if said > base.min:
            return _Died(said - base.min, counted + said - base.min, None)
        if near and said == base.min and not item.another:
            return _Died(0, counted, base)
        # A post that is passed on tells nothing that its origin has not told.
        adds = item.another and (item.speaker.direct or not own)
        told = own + said if adds else max(own, said) if item.speaker.direct or not own else own
        return _Died(max(0, told - counted), told, base)

    def _standing(self, item: Item, subject: str) -> LedgerLine | None:
        family = f"{item.line.attack}|people"
        lines = [self._out.get(each.line.id) for each in self._shelves.of(family, subject, item.line.area)]
        fits = [line for line in lines if line is not None and line.status == "standing"]
        return max(fits, key=lambda line: (line.incident == item.line.incident, line.min or 0), default=None)

    def _enter(self, items: Sequence[Item], report: str, at: datetime) -> list[Fact]:
        grown: dict[str, list[Item]] = {}
        # What a report says first without and then with a number it says once.
        numbered = {item.key for item in items if not _silent(item)}
        for item in items:
            if _silent(item) and item.key in numbered and item.family != "help":
                continue
            family = _family(item)
            grown.setdefault(family, [])
            twin = next((each for each in grown[family] if _same(each, item)), None)
            if twin is not None:
                claims = tuple(dict.fromkeys((*twin.line.claims, *item.line.claims)))
                merged = msgspec.structs.replace(twin, line=msgspec.structs.replace(twin.line, claims=claims))
                grown[family] = [merged if each is twin else each for each in grown[family]]
            else:
                grown[family].append(self._increment(item))
        facts: list[Fact] = []
        for family, new in grown.items():
            posted = tuple((family, item.line.id) for item in new)
            self._posted.put(report, (*(self._posted.get(report) or ()), *posted))
            reports = self._reports.get(family) or ()
            # Twice in a row at most, or anew after it was taken back: a report told twice lets go once.
            if not reports or reports[-1] != report:
                self._reports.put(family, (*reports, report))
            because = tuple(dict.fromkeys(claim for item in new for claim in item.line.claims))
            facts.extend(self._tell(family, self._shelves.change(family, new), because))
            self.timers.arm(family, at + HOT)
        return facts

    def _increment(self, item: Item) -> Item:
        """Add those who died in hospital to the standing total, where the words give no total."""
        died = self._died(item)
        base = died.base
        if base is None or base.min is None:
            return msgspec.structs.replace(item, died=died.told) if item.moved else item
        low = base.min + died.number
        high = base.max if not died.number else None if base.max is None else low
        claims = (*item.line.claims, *base.claims)
        line = msgspec.structs.replace(item.line, min=low, max=high, claims=claims)
        why = f"{base.min} before, {died.number} died in hospital" if died.number else _TOLD_AGAIN
        return msgspec.structs.replace(item, line=line, why=why, died=died.told)

    def retract(self, report: str, why: str) -> list[Fact]:
        """Take back every line of a report, which restores what they had superseded."""
        facts: list[Fact] = []
        touched: dict[str, list[str]] = {}
        for family, line_id in self._posted.get(report) or ():
            touched.setdefault(family, []).append(line_id)
            line = self._out.get(line_id)
            if line is not None:
                gone = msgspec.structs.replace(line, status="retracted", reason=why, supersedes=())
                self._out.put(line_id, gone)
                verb = "close" if line.status in {"standing", "denied"} else "revise"
                facts.append(
                    Fact(type="ledger", verb=verb, noun=gone, because=gone.claims, why=why, move=False)
                )
        because = tuple(dict.fromkeys(claim for fact in facts for claim in fact.because))
        self._posted.drop(report)
        for family, gone_ids in touched.items():
            changed = self._shelves.change(family, gone=gone_ids)
            facts.extend(self._tell(family, changed, because, move=False))
        return facts

    def strike(self, line_id: str, why: str) -> list[Fact]:
        """Take one line out by an operator's order."""
        line = self._out.get(line_id)
        if line is None or line.status == "retracted":
            return []
        family = next((key for key, ids in sorted(self._ids.rows.items()) if line_id in ids), None)
        gone = msgspec.structs.replace(line, status="retracted", reason=why, supersedes=())
        self._out.put(line_id, gone)
        facts = [Fact(type="ledger", verb="close", noun=gone, because=gone.claims, why=why, move=False)]
        if family is not None:
            changed = self._shelves.change(family, gone=(line_id,))
            facts.extend(self._tell(family, changed, gone.claims, move=False))
        return facts

    def resolve(self, denied: Sequence[tuple[str, str]]) -> list[Fact]:
        """Let go of the lines of denials that turned out to deny an incident: it bears them now."""
        facts: list[Fact] = []
        for claim, area in denied:
            for line in [*self._out.rows.values()]:
                # A line of such a denial has the kind as its subject; it may have been said again since.
                orphan = line.subject in EFFECTS and line.status != "retracted"
                if orphan and line.claims[0] == claim and line.area == area:
                    facts.extend(self.strike(line.id, "what it denies had been reported: see the incident"))
        return facts

    def _tell(
        self, family: str, changed: Settled, because: tuple[str, ...], *, move: bool = True
    ) -> list[Fact]:
        facts = []
        for line_id, line in changed.lines.items():
            old = self._out.get(line_id)
            if old == line or (old is None and line_id in changed.relays):
                continue
            self._out.put(line_id, line)
            ended = old is not None and line.status not in {old.status, "standing"}
            facts.append(
                Fact(
                    type="ledger",
                    verb="open" if old is None else "close" if ended else "revise",
                    noun=line,
                    because=because,
                    why=line.reason,
                    move=move and (old is None or line.reason in _ONWARD),
                )
            )
            if old is None:
                self._ids.put(family, (*(self._ids.get(family) or ()), line_id))
        return facts

    # --- out --------------------------------------------------------------------

    def view(self, at: datetime | None = None) -> Ledgers:
        """All lines and the preferred ones; with ``at``, of the words that were stated by then."""
        lines = {line.id: line for line in self._out.rows.values() if at is None or line.stated_at <= at}
        for family in self._shelves.families() if at is not None else ():
            items = [item for item in self._shelves.items(family) if item.line.id in lines]
            settled, _ = settle(items, self._places.covers)
            lines.update(settled)
        return Ledgers(
            lines=tuple(sorted(lines.values(), key=lambda line: (line.stated_at, line.id))),
            preferred=self.prefer(lines.values()),
        )

    def prefer(self, lines: Iterable[LedgerLine]) -> tuple[Preferred, ...]:
        """For each thing that some lines count the one that the rules prefer: of this moment's or of an earlier one's."""
        return preferred(lines, self._register)

    def heed(self, slate: Slate) -> None:
        """Let a slate note which lines are written."""
        slate.heed("ledger", self._out)

    def noun(self, name: str) -> LedgerLine | None:
        """Return a line of the hot state."""
        return self._out.get(name)

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Let go of the families of which nobody has spoken for 72 hours."""
        gone: list[tuple[datetime, Fact]] = []
        while (due := self.timers.pop(to)) is not None:
            when, family = due
            self._shelves.drop(family)
            for report in self._reports.drop(family) or ():
                left = tuple(each for each in self._posted.get(report) or () if each[0] != family)
                if left:
                    self._posted.put(report, left)
                else:
                    self._posted.drop(report)
            for line_id in self._ids.drop(family) or ():
                line = self._out.drop(line_id)
                if line is not None and line.status in {"standing", "denied"}:
                    fact = Fact(type="ledger", verb="close", noun=line, because=line.claims, why=QUIET)
                    gone.append((when, fact))
            self._attacks.forget(when - HOT)
        return gone


_ONWARD = ("restored", "grown", "renewed", "revised down", "said again later")


def _family(item: Item) -> str:
    """Name the lines that may change one another: of one attack, or the open help of one area."""
    of = item.line.area if item.family == "help" else item.line.attack
    return f"{of}|{item.family}"


def _told_in_full(claim: Claim) -> bool:
    """Whether the rest of its sentence says what a claim means: what is open where, how firmly a harm is denied."""
    return claim.kind == "instruction" or (claim.kind == "casualty" and claim.stance == "denies")


def _silent(item: Item) -> bool:
    return item.line.min is None and item.line.max is None and not item.denial


def _same(one: Item, other: Item) -> bool:
    """Whether two lines of one report are one: the same figure of the same thing, shared by several weapons."""
    same = one.line.min == other.line.min and one.line.max == other.line.max
    return one.key == other.key and same and one.words == other.words


def _counted_in(claim: Claim, claims: Sequence[Claim]) -> Interval | None:
    """Return the period that a report names once for all its totals: "in the night 81; 61 shot down"."""
    if claim.kind not in {"tally", *FATES} or claim.valid.precision in PERIODS:
        return None
    named = {
        (each.valid.start, each.valid.end, each.valid.precision): each.valid
        for each in claims
        if each.kind in {"tally", *FATES} and each.valid.precision in PERIODS
    }
    return next(iter(named.values())) if len(named) == 1 else None
