"""Statements of parties to the conflict: a class of their own, beside what is established (R30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.model import Claim, Fact, Report, Source, Statement
from tocsin.picture.attacks import HOT
from tocsin.picture.speakers import Speaker, speaker_of
from tocsin.slate import Slate, Table, Timers

__all__ = ["Statements"]

ASIDE = ("alarm", "alarm-over", "takeoff", "launch", "inbound", "danger", "danger-over")
"""What a party says of these is the threats' affair, not a statement."""
QUIET = "no word for 72 hours"


class Statements:
    """What parties say of their aims, and everything else that a party claims of effects.

    A party's "all targets were hit" is its statement: it makes no tally and no
    incident.
    """

    def __init__(self, register: Mapping[str, Source], slate: Slate) -> None:
        self._register = register
        self._out: Table[str, Statement] = Table(slate)
        self._said: Table[str, tuple[str, ...]] = Table(slate)
        self._report: Table[str, str] = Table(slate)
        """The report that a statement came in."""
        self.timers = Timers(slate)

    def adopt(self, register: Mapping[str, Source]) -> None:
        """Use another register of sources from here on."""
        self._register = register

    def absorb(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> list[Fact]:
        """One statement for each passage in which a party, or anybody, states an aim or a justification."""
        stated = report.stated_at or at
        made: list[tuple[Statement, tuple[int, int]]] = []
        plain = source.kind != "party" and report.forwarded_from is None
        # Whoever is no party and quotes nobody has made no statement of a party's.
        told = [
            claim
            for claim in claims
            if claim.kind == "statement" or (claim.kind not in ASIDE and not (plain and claim.by is None))
        ]
        ordered = sorted(told, key=lambda claim: (claim.kind != "statement", claim.id))
        for claim in ordered:
            speaker = speaker_of(claim, report, source, self._register)
            if claim.kind != "statement" and not speaker.party:
                continue
            span = (
                min((each.start for each in claim.evidence), default=0),
                max((each.end for each in claim.evidence), default=0),
            )
            inside = next(
                (
                    index
                    for index, (noun, other) in enumerate(made)
                    if other[0] <= span[0] and span[1] <= other[1] and noun.by == _by(speaker)
                ),
                None,
            )
            if inside is not None:
                noun, other = made[inside]
                made[inside] = (msgspec.structs.replace(noun, claims=(*noun.claims, claim.id)), other)
                continue
            made.append((_statement(claim, speaker, source, stated), span))
        facts = []
        for noun, _ in made:
            self._out.put(noun.id, noun)
            self.timers.arm(noun.id, at + HOT)
            facts.append(Fact(type="statement", verb="open", noun=noun, because=noun.claims))
        if made:
            key = f"{source.id}:{report.id}"
            ids = (*(self._said.get(key) or ()), *(noun.id for noun, _ in made))
            self._said.put(key, tuple(dict.fromkeys(ids)))
            for noun, _ in made:
                self._report.put(noun.id, key)
        return facts

    def retract(self, report: str, why: str) -> list[Fact]:
        """Take back the statements of a report."""
        facts = []
        for each in self._said.drop(report) or ():
            noun = self._out.drop(each)
            self._report.drop(each)
            self.timers.disarm(each)
            if noun is not None:
                facts.append(
                    Fact(type="statement", verb="close", noun=noun, because=noun.claims, why=why, move=False)
                )
        return facts

    def heed(self, slate: Slate) -> None:
        """Let a slate note which statements are written."""
        slate.heed("statement", self._out)

    def noun(self, name: str) -> Statement | None:
        """Return a statement."""
        return self._out.get(name)

    def view(self, at: datetime | None = None) -> tuple[Statement, ...]:
        """Return the statements, by time."""
        nouns = [noun for noun in self._out.rows.values() if at is None or noun.stated_at <= at]
        return tuple(sorted(nouns, key=lambda noun: (noun.stated_at, noun.id)))

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Let go of statements after 72 hours."""
        gone = []
        while (due := self.timers.pop(to)) is not None:
            when, each = due
            noun = self._out.drop(each)
            if noun is not None:
                fact = Fact(type="statement", verb="close", noun=noun, because=noun.claims, why=QUIET)
                gone.append((when, fact))
                report = self._report.drop(each)
                if report is not None:
                    self._said.drop(report)
        return gone


def _by(speaker: Speaker) -> str | None:
    return None if speaker.direct else speaker.id


def _statement(claim: Claim, speaker: Speaker, source: Source, stated: datetime) -> Statement:
    return Statement(
        id=f"statement:{claim.id}",
        source=source.id,
        by=_by(speaker),
        party=speaker.side if speaker.party else None,
        quote=" … ".join(each.quote for each in claim.evidence),
        stated_at=stated,
        claims=(claim.id,),
    )
