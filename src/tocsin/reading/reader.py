"""The reader: one report in, its claims out. Pure, never raises, never invents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.model import By, Claim, Evidence, Interval, PlaceRef, Problem, Reading, Report, Source
from tocsin.places import Candidate, Gazetteer
from tocsin.reading.attribution import Register
from tocsin.reading.drafts import Context, Draft, Spot
from tocsin.reading.grammar import read_marks
from tocsin.reading.language import language_of
from tocsin.reading.lexicon import Lexicon
from tocsin.reading.marks import mark_tokens
from tocsin.reading.normalise import SPACE, Tokens, tokenise
from tocsin.reading.times import default_interval

__all__ = ["MAX_LENGTH", "Reader"]

MAX_LENGTH = 1_000_000
"""Code points of a text that are read; what stands behind them is left with a problem."""
_ARTICLE = 900
_SHORT = 400
_TERSE = frozenset({"monitoring-channel"})
_EFFECTS = frozenset({"impact", "debris", "fire", "damage", "explosion", "casualty", "outage"})
_OFFICIAL = frozenset({"military", "authority", "alarm-service", "emergency-service"})
_CONTROL = {i: None for i in range(32) if i not in (9, 10, 13)} | dict.fromkeys(range(127, 160))
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What hardly any text holds: control characters and marks that reorder its display."""


class Reader:
    """Reads reports by a lexicon, a gazetteer and the register of sources."""

    def __init__(self, lexicon: Lexicon, gazetteer: Gazetteer, register: Mapping[str, Source]) -> None:
        self.lexicon = lexicon
        self.gazetteer = gazetteer
        self.register = register
        self._names = Register(register)
        self._ranked: dict[object, tuple[Candidate, ...]] = {}
        self._zones: dict[str, tzinfo] = {}

    def read(self, report: Report) -> Reading:
        """The claims of a report with exact spans, and a problem for whatever could not be used."""
        text = report.text
        problems = _problems(report, text)
        if len(text) > MAX_LENGTH:
            text = text[:MAX_LENGTH]
        if not text.strip():
            return Reading(report=report.id, language="und", claims=(), problems=problems)
        tokens = tokenise(text)
        language = language_of(tokens, self.lexicon)
        source = self.register.get(report.source)
        context = self._context(report, source, tokens)
        context.language = language
        marks = mark_tokens(tokens, self.lexicon, self.gazetteer)
        drafts = read_marks(marks, context, self._names)
        default = default_interval(context)
        drafts.sort(key=lambda d: (d.i, d.j))
        claims: list[Claim] = []
        seen: set[tuple[object, ...]] = set()
        for draft in drafts:
            if (
                context.source is not None
                and context.source.kind == "alarm-service"
                and draft.kind in _EFFECTS
            ):
                continue  # «Зараз у … обстріл» tells why an alarm sounds; who only declares reports no effect.
            identity = (
                draft.kind,
                draft.weapon,
                tuple((s.code, s.role) for s in draft.spots),
                draft.object,
                draft.i,
                draft.j,
                draft.alarm_type,
                repr(draft.harm),
            )
            if identity in seen:
                continue
            seen.add(identity)
            claims.append(self._claim(draft, len(claims) + 1, report, context, default))
        return Reading(report=report.id, language=language, claims=tuple(claims), problems=problems)

    def _context(self, report: Report, source: Source | None, tokens: Tokens) -> Context:
        text = tokens.text
        kind = source.kind if source is not None else "public"
        size = len(text)
        article = size > _ARTICLE and kind not in _TERSE and kind not in ("military", "alarm-service")
        telegraphic = (
            kind in _TERSE
            or (kind in _OFFICIAL and size < _SHORT)
            or (source is None and size < _SHORT)
            or (kind in ("public", "correspondent") and size < 160)
        )
        return Context(
            tokens=tokens, lexicon=self.lexicon, gazetteer=self.gazetteer, source=source, register=self.register,
            zone=self._zone(source.timezone if source is not None else "Europe/Kyiv"),
            ranked=self._ranked, lower=not any(tokens.caps), stated_at=report.stated_at, telegraphic=telegraphic, article=article, home=source.home if source is not None else None,
        )  # fmt: skip

    def _zone(self, name: str) -> tzinfo:
        found = self._zones.get(name)
        if found is None:
            try:
                found = ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                found = UTC
            self._zones[name] = found
        return found

    def _claim(self, draft: Draft, number: int, report: Report, context: Context, default: Interval) -> Claim:
        tokens = context.tokens
        spans = [(draft.i, draft.j), *draft.also]
        if draft.by is not None and not any(i <= draft.by.i < j for i, j in spans):
            if draft.by.i < draft.i and draft.i - draft.by.j <= 8:
                spans[0] = (draft.by.i, draft.j)
            else:
                spans.append((draft.by.i, draft.by.j))
        evidence = []
        for i, j in dict.fromkeys(spans):
            if (
                i
                and tokens.words[i - 1] in self.lexicon.prepositions
                and tokens.seps[i] == SPACE
                and tokens.seps[i - 1] != SPACE
            ):
                i -= 1  # noqa: PLW2901 - the preposition that opens the sentence belongs to its first place
            start, end = tokens.starts[i], tokens.ends[max(i, j - 1)]
            evidence.append(Evidence(start=start, end=end, quote=tokens.text[start:end]))
        places = tuple(self._place(spot) for spot in _unique(draft.spots))
        main = draft.main
        return Claim(
            id=f"{report.source}:{report.id}#{number}",
            report=report.id,
            source=report.source,
            kind=draft.kind,
            stance="denies" if draft.denies else "asserts",
            tense=draft.tense,  # type: ignore[arg-type]
            hedged=draft.hedged,
            by=By(id=draft.by.id, quote=tokens.quote(draft.by.i, draft.by.j))
            if draft.by is not None
            else None,
            weapon=draft.weapon,
            count=draft.count,
            joint=draft.joint,
            place=self._place(main) if main is not None else None,
            places=places,
            object=draft.object,
            harm=draft.harm,
            scope=draft.scope,
            alarm_type=draft.alarm_type,
            heading=draft.heading,
            continues=draft.continues,
            partial=draft.partial,
            corrects=draft.corrects,
            valid=draft.when or default,
            evidence=tuple(evidence),
        )

    def _place(self, spot: Spot) -> PlaceRef:
        return self.gazetteer.place(spot.best, spot.role or "at", spot.others)


def _unique(spots: list[Spot]) -> list[Spot]:
    found: dict[tuple[str, str], Spot] = {}
    for spot in spots:
        found.setdefault((spot.code, spot.role), spot)
    return list(found.values())


def _problems(report: Report, text: str) -> tuple[Problem, ...]:
    """What is wrong with a text as such."""
    where = f"{report.source}:{report.id}"
    found: list[Problem] = []
    if not text.strip():
        found.append(Problem(where=where, what="the text is empty", remedy="Send the words of the message."))
    if len(text) > MAX_LENGTH:
        found.append(
            Problem(
                where=where,
                what=f"the text has {len(text)} characters; only the first {MAX_LENGTH} were read",
                remedy="Send long documents in parts.",
            )
        )
    odd = _ODD.search(text) is not None
    if odd and len(text.translate(_CONTROL)) != len(text):
        found.append(
            Problem(
                where=where,
                what="the text holds control characters",
                remedy="Send plain text; the characters were passed over.",
            )
        )
    if odd and any(mark in text for mark in _BIDI):
        found.append(
            Problem(
                where=where,
                what="the text holds marks that reorder its display",
                remedy="Check by eye what it shows; it was read in the order of its characters.",
            )
        )
    return tuple(found)
