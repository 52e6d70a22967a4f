"""The corpus and its scorer: how well a reader does, counted in tuples (docs/corpus.md).

Labels come from people who write no grammar; this module only compares. A
reader is any function from a report to a reading, so the rules, a model or a
toy are measured alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.model import (
    ALARM_TYPES,
    CLAIM_KINDS,
    HARM_KEYS,
    OBJECTS,
    PLACE_ROLES,
    Claim,
    Problem,
    Reading,
    Report,
    Source,
)

__all__ = [
    "FIELDS",
    "Label",
    "Place",
    "Row",
    "Score",
    "Tally",
    "differences",
    "lint",
    "load",
    "register",
    "score",
    "table",
]

FIELDS = (
    "kind",
    "weapon",
    "place",
    "count",
    "role",
    "tense",
    "stance",
    "hedged",
    "harm",
    "scope",
    "object",
    "alarm_type",
    "by",
    "heading",
)
"""What is compared, the five that have targets first."""


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place of a label: its code, the part it plays, a name for people."""

    place: str
    role: str
    name: str = ""


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim that a careful person finds in a text."""

    kind: str
    quote: str
    weapon: str | None = None
    count: tuple[int | str | None, ...] | None = None
    place: str | None = None
    role: str | None = None
    name: str = ""
    also: tuple[Place, ...] = ()
    tense: str = "now"
    stance: str = "asserts"
    hedged: bool = False
    by: str | None = None
    joint: tuple[str, ...] = ()
    object: str | None = None
    harm: dict[str, tuple[int | str | None, ...]] | None = None
    scope: dict[str, tuple[int | str | None, ...]] | None = None
    alarm_type: str | None = None
    heading: str | None = None
    continues: bool = False
    partial: bool = False
    corrects: bool = False

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Every (code, role), the main one first."""
        main = ((self.place, self.role or "at"),) if self.place else ()
        return main + tuple((also.place, also.role) for also in self.also)


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A labelled text; ``file`` is where it stands, its language the first part of that."""

    id: str
    source: str
    kind: str
    stated_at: datetime
    text: str
    claims: tuple[Label, ...]
    home: str | None = None
    note: str = ""
    file: str = ""

    @property
    def language(self) -> str:
        """The language under which the row is filed."""
        return self.id.split("-", 1)[0]

    @property
    def event(self) -> bool:
        """Whether the text says that something is so now."""
        return any(label.tense == "now" and label.stance == "asserts" for label in self.claims)

    @property
    def report(self) -> Report:
        """The text as a reader gets it."""
        return Report(id=self.id, source=self.source, text=self.text, stated_at=self.stated_at)


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Tuples that were right, that nobody expected, that were missed."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """The share of what was said that is right; ``None`` where nothing was said."""
        said = self.right + self.extra
        return self.right / said if said else None

    @property
    def recall(self) -> float | None:
        """The share of what should be said that was; ``None`` where nothing should."""
        due = self.right + self.missed
        return self.right / due if due else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; ``None`` where there was nothing to say or to hear."""
        both = 2 * self.right + self.extra + self.missed
        return 2 * self.right / both if both else None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How a reader did: by field and language, by kind, on non-events, in its spans, and what it mistook for what."""

    rows: int
    whole: int
    """Rows whose kinds, weapons, places, counts and roles are all right."""
    fields: dict[str, dict[str, Tally]]
    """field → language ("all" first) → tally."""
    kinds: dict[str, dict[str, Tally]]
    """claim kind → field (kind, weapon, place, role) → tally."""
    nonevents: dict[str, tuple[int, int]]
    """language → (non-events on which something was claimed to be so now, non-events)."""
    spans: tuple[int, int]
    """(labels whose words the evidence touches, labels that were found at all)."""
    bad_spans: tuple[str, ...]
    """Evidence whose offsets do not give its quote, or claims with none."""
    confusions: tuple[tuple[str, str, int], ...]
    """(expected, got, how often), most frequent first; "nothing" on either side."""

    def f1(self, field: str, language: str = "all") -> float:
        """F1 of a field, 0 where there was nothing."""
        tally = self.fields.get(field, {}).get(language)
        return (tally.f1 or 0.0) if tally else 0.0

    @property
    def false_alarms(self) -> float:
        """The share of non-events on which the reader claims that something is so now."""
        wrong, total = self.nonevents["all"]
        return wrong / total if total else 0.0


# --- loading ------------------------------------------------------------------


def load(texts: Mapping[str, str]) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """Read corpus files, name to content; a bad line becomes a problem, never an exception."""
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    decoder = msgspec.json.Decoder(Row)
    for name in sorted(texts):
        for number, line in enumerate(texts[name].splitlines(), 1):
            where = f"{name}:{number}"
            if not line.strip():
                continue
            try:
                row = msgspec.structs.replace(decoder.decode(line), file=name)
            except msgspec.DecodeError as error:
                problems.append(Problem(where=where, what=str(error), remedy="see docs/corpus.md, A row"))
                continue
            if row.id in seen:
                problems.append(
                    Problem(where=where, what=f"id {row.id} again", remedy=f"it stands in {seen[row.id]}")
                )
                continue
            seen[row.id] = where
            rows.append(row)
    return tuple(rows), tuple(problems)


def register(rows: Iterable[Row]) -> dict[str, Source]:
    """Build the sources that the rows speak of, to be merged into a reader's register."""
    found = {row.source: Source(id=row.source, name=row.source, kind=row.kind, home=row.home) for row in rows}
    return dict(sorted(found.items()))


def lint(
    rows: Iterable[Row], weapons: Iterable[str], known_place: Callable[[str], bool] | None = None
) -> tuple[Problem, ...]:
    """Find labels whose words are not in the text or not in the vocabulary, and places that nobody knows."""
    slugs = frozenset(weapons)
    return tuple(
        Problem(where=f"{row.file} {row.id} claim {number}", what=what, remedy="correct the label")
        for row in rows
        for number, label in enumerate(row.claims, 1)
        for what in _faults(row, label, slugs, known_place)
    )


def _faults(
    row: Row, label: Label, slugs: frozenset[str], known_place: Callable[[str], bool] | None
) -> Iterable[str]:
    if not label.quote or label.quote not in row.text:
        yield f"quote is not in the text: {label.quote!r}"
    if label.by and label.by not in row.text:
        yield f"by is not in the text: {label.by!r}"
    vocabularies = (
        ("kind", label.kind, CLAIM_KINDS),
        ("object", label.object, OBJECTS),
        ("alarm_type", label.alarm_type, ALARM_TYPES),
        ("tense", label.tense, ("now", "past", "expected")),
        ("stance", label.stance, ("asserts", "denies")),
    )
    yield from (
        f"{name} {word!r}" for name, word, allowed in vocabularies if word is not None and word not in allowed
    )
    yield from (
        f"weapon {slug!r}" for slug in (label.weapon, *label.joint) if slug is not None and slug not in slugs
    )
    yield from (f"harm {key!r}" for key in label.harm or () if key not in HARM_KEYS)
    for code, role in label.places:
        if role not in PLACE_ROLES:
            yield f"role {role!r}"
        if known_place is not None and not known_place(code):
            yield f"place {code!r}"
    for pair in (label.count, *(label.harm or {}).values(), *(label.scope or {}).values()):
        if pair is not None and (len(pair) not in {2, 3} or pair[2:] not in {(), ("approx",)}):
            yield f"count {pair!r}"


# --- tuples -------------------------------------------------------------------


def _weapon(slug: str | None) -> str | None:
    return None if slug == "unknown" else slug


def _pair(count: Sequence[int | str | None]) -> tuple[object, object, bool]:
    return count[0], count[1], len(count) > 2


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """A claim or a label in one shape, to be compared."""

    kind: str
    weapon: str | None
    places: tuple[tuple[str, str], ...]
    count: tuple[object, object, bool] | None
    tense: str
    stance: str
    hedged: bool
    by: bool
    harm: tuple[tuple[object, ...], ...]
    scope: tuple[tuple[object, ...], ...]
    object: str | None
    alarm_type: str | None
    heading: str | None
    spans: tuple[tuple[int, int], ...]

    @property
    def head(self) -> str:
        """Kind and weapon as the table of confusions names them."""
        denied = "not " if self.stance == "denies" else ""
        return f"{denied}{self.kind} {self.weapon or '–'}"


def _of_label(label: Label, text: str) -> _Said:
    start, spans = text.find(label.quote), []
    while start >= 0:
        spans.append((start, start + len(label.quote)))
        start = text.find(label.quote, start + 1)
    return _Said(
        kind=label.kind,
        weapon=_weapon(label.weapon),
        places=label.places,
        count=_pair(label.count) if label.count else None,
        tense=label.tense,
        stance=label.stance,
        hedged=label.hedged,
        by=label.by is not None,
        harm=tuple((key, *_pair(pair)) for key, pair in sorted((label.harm or {}).items())),
        scope=tuple((key, *_pair(pair)) for key, pair in sorted((label.scope or {}).items())),
        object=label.object,
        alarm_type=label.alarm_type,
        heading=label.heading,
        spans=tuple(spans),
    )


def _of_claim(claim: Claim) -> _Said:
    named = claim.places or ((claim.place,) if claim.place else ())
    ranges = {name: getattr(claim, name) or {} for name in ("harm", "scope")}
    return _Said(
        kind=claim.kind,
        weapon=_weapon(claim.weapon),
        places=tuple((place.code, place.role) for place in named),
        count=(claim.count.min, claim.count.max, claim.count.approx) if claim.count else None,
        tense=claim.tense,
        stance=claim.stance,
        hedged=claim.hedged,
        by=claim.by is not None,
        harm=tuple((key, r.min, r.max, r.approx) for key, r in sorted(ranges["harm"].items())),
        scope=tuple((key, r.min, r.max, r.approx) for key, r in sorted(ranges["scope"].items())),
        object=claim.object,
        alarm_type=claim.alarm_type,
        heading=claim.heading,
        spans=tuple((piece.start, piece.end) for piece in claim.evidence),
    )


def _tuples(said: _Said) -> Iterable[tuple[str, tuple[object, ...]]]:
    """Give each (field, tuple) of a claim; several places make several tuples, so one claim or four read alike."""
    kind, weapon = said.kind, said.weapon
    yield "kind", (kind,)
    yield "weapon", (kind, weapon)
    for code, role in said.places:
        yield "place", (kind, weapon, code)
        yield "role", (kind, code, role)
    if not said.places:
        yield "place", (kind, weapon, None)
    if said.count and kind != "tally":
        for where in tuple(code for code, _ in said.places) or (None,):
            yield "count", (kind, weapon, where, said.count)
    yield "tense", (kind, weapon, said.tense)
    yield "stance", (kind, said.stance)
    if said.hedged:
        yield "hedged", (kind, weapon)
    if said.by:
        yield "by", (kind, weapon)
    for item in said.harm:
        yield "harm", ("not", item[0]) if said.stance == "denies" else item
    if kind == "tally":
        for item in said.scope:
            yield "scope", (weapon, *item)
    for field, value in (("object", said.object), ("alarm_type", said.alarm_type), ("heading", said.heading)):
        if value:
            yield field, (kind, value)


def _sets(said: Iterable[_Said]) -> dict[str, dict[tuple[object, ...], None]]:
    found: dict[str, dict[tuple[object, ...], None]] = {field: {} for field in FIELDS}
    for one in said:
        for field, item in _tuples(one):
            found[field][item] = None
    return found


def _overlap(one: _Said, other: _Said) -> bool:
    return any(a < d and c < b for a, b in one.spans for c, d in other.spans)


# --- scoring ------------------------------------------------------------------


class _Count:
    """Tallies under construction."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], list[int]] = {}

    def add(self, key: tuple[str, str], column: int) -> None:
        self.cells.setdefault(key, [0, 0, 0])[column] += 1

    def nested(self, outer: Sequence[str], inner: Sequence[str]) -> dict[str, dict[str, Tally]]:
        made: dict[str, dict[str, Tally]] = {}
        for one in outer:
            for two in inner:
                if cell := self.cells.get((one, two)):
                    made.setdefault(one, {})[two] = Tally(right=cell[0], extra=cell[1], missed=cell[2])
        return made


def score(rows: Sequence[Row], read: Callable[[Report], Reading]) -> Score:
    """Read every row and compare what was said with what the labels say."""
    fields, kinds = _Count(), _Count()
    confusions: dict[tuple[str, str], int] = {}
    nonevents: dict[str, list[int]] = {"all": [0, 0]}
    bad: list[str] = []
    whole = touched = found = 0
    for row in rows:
        reading = read(row.report)
        bad.extend(_bad_spans(row, reading))
        expected = [_of_label(label, row.text) for label in row.claims]
        got = [_of_claim(claim) for claim in reading.claims]
        wanted, said = _sets(expected), _sets(got)
        for field in FIELDS:
            for item in {**wanted[field], **said[field]}:
                column = (
                    0 if item in wanted[field] and item in said[field] else 1 if item in said[field] else 2
                )
                fields.add((field, "all"), column)
                fields.add((field, row.language), column)
                if field in {"kind", "weapon", "place", "role"}:
                    kinds.add((str(item[0]), field), column)
        whole += all(wanted[field].keys() == said[field].keys() for field in FIELDS[:5])
        if not row.event:
            wrong = any(claim.tense == "now" and claim.stance == "asserts" for claim in got)
            for language in ("all", row.language):
                pair = nonevents.setdefault(language, [0, 0])
                pair[0] += wrong
                pair[1] += 1
        for label in expected:
            same = [claim for claim in got if (claim.kind, claim.weapon) == (label.kind, label.weapon)]
            found += bool(same)
            touched += any(_overlap(label, claim) for claim in same)
        for pair_ in _confusions(expected, got):
            confusions[pair_] = confusions.get(pair_, 0) + 1
    languages = ("all", *sorted({row.language for row in rows}))
    return Score(
        rows=len(rows),
        whole=whole,
        fields=fields.nested(FIELDS, languages),
        kinds=kinds.nested(CLAIM_KINDS, FIELDS),
        nonevents={language: (pair[0], pair[1]) for language, pair in nonevents.items()},
        spans=(touched, found),
        bad_spans=tuple(bad),
        confusions=tuple(
            (a, b, n) for (a, b), n in sorted(confusions.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def _bad_spans(row: Row, reading: Reading) -> Iterable[str]:
    for claim in reading.claims:
        if not claim.evidence:
            yield f"{row.id} {claim.kind}: no evidence"
        for piece in claim.evidence:
            if row.text[piece.start : piece.end] != piece.quote:
                yield f"{row.id} {claim.kind}: {piece.start}–{piece.end} is not {piece.quote!r}"


def _confusions(expected: Sequence[_Said], got: Sequence[_Said]) -> Iterable[tuple[str, str]]:
    """Pair each label that was missed with a surplus claim on the same words."""
    wanted = {label.head for label in expected}
    said = {claim.head for claim in got}
    missed = {label.head: label for label in expected if label.head not in said}
    surplus = {claim.head: claim for claim in got if claim.head not in wanted}
    for head, label in missed.items():
        other = next((name for name, claim in surplus.items() if _overlap(label, claim)), None)
        if other is not None:
            del surplus[other]
        yield head, other or "nothing"
    for head in surplus:
        yield "nothing", head


def differences(row: Row, reading: Reading) -> tuple[str, ...]:
    """Tell, for one row, what was missed (−) and what nobody expected (+), field by field, coarsest first."""
    wanted = _sets(_of_label(label, row.text) for label in row.claims)
    said = _sets(_of_claim(claim) for claim in reading.claims)
    lines: list[str] = []
    for field in FIELDS:
        lines.extend(f"− {field} {_words(item)}" for item in wanted[field] if item not in said[field])
        lines.extend(f"+ {field} {_words(item)}" for item in said[field] if item not in wanted[field])
    return tuple(lines)


def _words(item: tuple[object, ...]) -> str:
    return " ".join("–" if part is None else str(part) for part in item)


# --- telling ------------------------------------------------------------------


def _percent(value: float | None) -> str:
    return "    –" if value is None else f"{100 * value:5.1f}"


def table(result: Score, confusions: int = 25) -> str:
    """Lay a score out as plain text: fields by language, kinds, non-events, spans, confusions."""
    languages = list(result.fields.get("kind", {"all": Tally()}))
    lines = [f"{result.rows} texts, {result.whole} right in kind, weapon, place, count and role", ""]
    lines.append("field       " + "".join(f"{language:>24}" for language in languages))
    lines.append("            " + "    precision recall F1 " * len(languages))
    for field, cells in result.fields.items():
        row = f"{field:<12}"
        for language in languages:
            cell = cells.get(language, Tally())
            row += f"        {_percent(cell.precision)} {_percent(cell.recall)} {_percent(cell.f1)}"[
                -24:
            ].rjust(24)
        lines.append(row)
    lines += [
        "",
        f"{'claim kind':<14}{'right':>7}{'extra':>7}{'missed':>7}{'F1 kind':>9}{'weapon':>8}{'place':>8}{'role':>8}",
    ]
    for kind, cells in result.kinds.items():
        base = cells.get("kind", Tally())
        marks = [_percent(cells.get(field, Tally()).f1) for field in ("kind", "weapon", "place", "role")]
        lines.append(
            f"{kind:<14}{base.right:>7}{base.extra:>7}{base.missed:>7}{marks[0]:>9}{marks[1]:>8}{marks[2]:>8}{marks[3]:>8}"
        )
    lines.append("")
    for language, (wrong, total) in result.nonevents.items():
        share = _percent(wrong / total if total else None).strip()
        lines.append(f"non-events, {language}: {wrong} of {total} claimed to be so now ({share} %)")
    lines.append(f"evidence touches the labelled words: {result.spans[0]} of {result.spans[1]}")
    lines.append(f"spans that are not exact: {len(result.bad_spans)}")
    lines += ["", "expected → got"]
    lines += [f"{count:>4}  {wanted} → {got}" for wanted, got, count in result.confusions[:confusions]]
    return "\n".join(lines) + "\n"
