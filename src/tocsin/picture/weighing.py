"""How far a piece of information is believed: independence first, then ranked readable rules.

Reliability (A-F) is the register's word on a source. Credibility (1-6) is set
here and nowhere else. F and 6 mean "cannot be judged"; letters and numbers are
compared by rank, never added or averaged.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.model import Claim, Report, Source
from tocsin.slate import Slate, Table

__all__ = ["OFFICIAL_KINDS", "Origins", "Voice", "Weight", "best_letter", "independent", "weigh"]

OFFICIAL_KINDS = ("authority", "military", "emergency-service", "alarm-service", "operator")
"""Kinds of sources that speak for an authority. The others are channels, however good."""

_LETTERS = "ABCDEF"
_WORD = re.compile(r"\w+")
_SHINGLE = 3
"""Words in a shingle: word order matters, a changed word spoils three."""
_KEPT = 8
"""Shingles kept a text: the smallest by checksum, so two texts keep the same ones."""
_SAME = 5
"""Kept shingles in common from which a text counts as a copy of another."""
_LONG_ENOUGH = 8
"""Words from which texts are compared: short warnings are formulas that everybody words alike."""
_MEMORY = timedelta(hours=6)
_ROWS = 8192


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """One source's word for or against something: who, from which origin, how good, when."""

    claim: str
    report: str
    source: str
    authority: str
    kind: str
    claim_kind: str
    reliability: str
    origin: str
    official: bool
    hedged: bool
    at: datetime


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """How far something is believed, and the rule that says so."""

    credibility: int
    reliability: str
    rule: str


def best_letter(voices: Iterable[Voice]) -> str:
    """The best reliability among ``voices``; F when there is none."""
    return min((v.reliability for v in voices), key=_LETTERS.index, default="F")


def independent(voices: Iterable[Voice]) -> tuple[str, ...]:
    """The origins of ``voices``, each once, sorted: reposts and copies share one."""
    return tuple(sorted({v.origin for v in voices}))


def weigh(voices: Sequence[Voice], against: Sequence[Voice] = ()) -> Weight:
    """Credibility by the first rule that fits.

    1 confirmed by an independent source · 2 probably true · 3 possibly true ·
    4 doubtful · 5 improbable · 6 cannot be judged.
    """
    letter = best_letter(voices)
    firm = [v for v in voices if not v.hedged]
    good = {v.origin for v in firm if v.reliability in "AB"}
    fair = {v.origin for v in firm if v.reliability in "ABC"}
    official = any(v.official for v in firm)
    doubt = [v for v in against if v.official or not official]
    doubt = [v for v in doubt if _LETTERS.index(v.reliability) <= _LETTERS.index(letter)]
    ranked = (
        (not voices, 6, "nobody-says-so"),
        (any(v.official and not v.hedged for v in doubt) and not official, 5, "denied-by-an-authority"),
        (bool(doubt), 4, "contradicted"),
        (bool(good) and len(fair) > 1, 1, "confirmed-independently"),
        (bool(good), 2, "one-good-source"),
        (len(fair) > 1, 2, "two-fair-sources"),
        (bool(fair), 3, "one-fair-source"),
        (letter in "AB", 3, "hedged"),
        (letter in "CD", 4, "poor-or-hedged-source"),
        (letter == "E", 5, "unreliable-source"),
        (True, 6, "unknown-source"),
    )
    credibility, rule = next((number, name) for holds, number, name in ranked if holds)
    return Weight(credibility=credibility, reliability=letter, rule=rule)


class Origins:
    """Where reports first came from, as far as their words show it.

    A forward has the origin of what it forwards, a quotation that of whom it
    quotes, a near-identical text that of the first who said it.
    """

    def __init__(self, slate: Slate, register: Mapping[str, Source]) -> None:
        self._seen: Table[int, tuple[str, str, datetime]] = Table(slate)
        self.given: str | None = None
        """The origin of the report at hand, where words that were removed since had shown it (R29)."""
        self.adopt(register)

    def adopt(self, register: Mapping[str, Source]) -> None:
        """Use another register of sources from here on."""
        self._names: dict[str, str] = {}
        for source in register.values():
            for name in (source.id, source.name, *source.aliases):
                self._names.setdefault(name.casefold(), source.id)

    def of(self, report: Report, at: datetime) -> str:
        """The origin of a report: an id of the register where it is known."""
        found = self._first(report, at)
        return found if self.given is None else self.given

    def _first(self, report: Report, at: datetime) -> str:
        if report.forwarded_from:
            name = report.forwarded_from
            return self._names.get(name.casefold(), name)
        return self._copied(report, at) or report.source

    def voice(
        self, claim: Claim, source: Source, origin: str, at: datetime, *, forwarded: bool = False
    ) -> Voice:
        """The voice of a claim. Who quotes or forwards an authority is not its feed (R5).

        An authority that words it as another did speaks for itself, though it is no second origin.
        """
        quoted = claim.by is not None and claim.by.id != source.id
        own = not quoted and not forwarded
        return Voice(
            claim=claim.id,
            report=claim.report,
            source=source.id,
            authority=source.authority_id,
            kind=source.kind,
            claim_kind=claim.kind,
            reliability=source.reliability if source.reliability in _LETTERS else "F",
            origin=claim.by.id if quoted and claim.by else origin,
            official=own and source.kind in OFFICIAL_KINDS,
            hedged=claim.hedged,
            at=at,
        )

    def _copied(self, report: Report, at: datetime) -> str | None:
        words = _WORD.findall(report.text[:2000].casefold())
        if len(words) < _LONG_ENOUGH:
            return None
        marks = sorted(
            {
                zlib.crc32(" ".join(words[i : i + _SHINGLE]).encode("utf-8", "replace"))
                for i in range(len(words) - _SHINGLE + 1)
            },
        )[:_KEPT]
        common: dict[str, int] = {}
        for mark in marks:
            row = self._seen.get(mark)
            if row is None or at - row[2] > _MEMORY:
                self._seen.put(mark, (report.source, report.source, at))
            elif row[1] != report.source:
                common[row[0]] = common.get(row[0], 0) + 1
        self._seen.thin(_ROWS, lambda _, row: row[1])
        most = max(common.items(), key=lambda item: (item[1], item[0]), default=None)
        if most is None or most[1] < min(_SAME, len(marks)):
            return None
        return most[0]
