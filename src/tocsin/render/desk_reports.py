"""A report at the desk: its text with the words that were understood marked, and beside it what was understood.

The text is somebody else's: it is cut at the evidence, then every piece is escaped and stripped of what turns the
direction of writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec
from markupsafe import Markup

from tocsin.model import Alert, Change, Claim, PlaceRef
from tocsin.render.desk_values import Heard, Night, may
from tocsin.render.naming import Names, clean, number, sources, weapon
from tocsin.render.page import Frame, render
from tocsin.render.words import Words

__all__ = ["Line", "Outcome", "highlighted", "lines", "outcomes", "understood", "written"]

_LONGEST = 1500
"""Characters of a report that are shown; the rest waits behind a note of how many there are."""
_CLAIMS = 24


class Outcome(msgspec.Struct, frozen=True):
    """What became of a claim: a verb (raise, revise, clear, withhold …), where, and why not."""

    verb: str
    said: str
    target: str


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as a person reads it."""

    mark: int
    id: str
    kind: str
    flags: tuple[str, ...]
    parts: tuple[str, ...]
    by: str
    outcomes: tuple[Outcome, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A report as the desk shows it."""

    number: int
    id: str
    source: str
    called: str
    reliability: str
    clock: str
    stated: str
    text: Markup
    more: int
    claims: tuple[Understood, ...]
    rest: int
    problems: tuple[str, ...]
    tone: str
    withdrawn: bool
    through: str


def outcomes(changes: Iterable[Change], words: Words) -> Mapping[str, tuple[Outcome, ...]]:
    """Tell, by claim, what came of it, as far as these changes tell; areas of one stroke are counted together."""
    grouped: dict[str, dict[tuple[str, str], list[Alert]]] = {}
    for change in changes:
        noun = change.fact.noun
        if not isinstance(noun, Alert):
            continue
        key = (change.fact.verb, change.fact.why or "")
        for claim in change.fact.because:
            grouped.setdefault(claim, {}).setdefault(key, []).append(noun)
    return {
        claim: tuple(_outcome(verb, why, alerts, words) for (verb, why), alerts in found.items())
        for claim, found in grouped.items()
    }


def _outcome(verb: str, why: str, alerts: Sequence[Alert], words: Words) -> Outcome:
    where = clean(words.area(alerts[0].area))
    if len(alerts) > 1:
        where += f" {words.count('more.areas', len(alerts) - 1)}"
    said = f"{words.word('desk.verb', verb)}: {where}"
    if verb == "withhold" and why:
        said = f"{words.word('desk.verb', verb)}: {words.word('why', why)}"
    return Outcome(verb, said, alerts[0].id)


def highlighted(text: str, claims: Sequence[Claim], limit: int = _LONGEST) -> Markup:
    """Mark the evidence in a text; where claims share words, the mark names them all."""
    cuts = {0, min(len(text), limit)}
    spans = [
        (mark, max(0, one.start), min(one.end, len(text), limit))
        for mark, claim in enumerate(claims, 1)
        for one in claim.evidence
        if one.start < limit
    ]
    for _, start, end in spans:
        cuts |= {start, max(start, end)}
    out = []
    edges = sorted(cuts)
    for start, end in pairwise(edges):
        piece = Markup.escape(clean(text[start:end]))
        marks = [mark for mark, a, b in spans if a <= start and end <= b]
        if not marks:
            out.append(piece)
            continue
        named = ",".join(map(str, marks))
        ends = [mark for mark, _, b in spans if b == end and mark in marks]
        note = Markup("<sup>{}</sup>").format(",".join(map(str, ends))) if ends else ""
        out.append(Markup('<mark data-c="{}">{}{}</mark>').format(named, piece, note))
    return Markup("").join(out)


def understood(
    claim: Claim, mark: int, names: Names, words: Words, came: Mapping[str, tuple[Outcome, ...]]
) -> Understood:
    """Say a claim in words: what, which weapon, how many, where, and with what reservation."""
    flags = []
    if claim.stance == "denies":
        flags.append(words.say("desk.denies"))
    if claim.tense != "now":
        flags.append(words.word("desk.tense", claim.tense))
    if claim.hedged:
        flags.append(words.say("hedged"))
    if claim.corrects:
        flags.append(words.say("desk.corrects"))
    if claim.continues:
        flags.append(words.say("desk.continues"))
    return Understood(
        mark=mark,
        id=claim.id,
        kind=words.word("desk.kind", claim.kind),
        flags=tuple(flags),
        parts=_parts(claim, names, words),
        by=sources((claim.by.id,), names, words.lang) if claim.by else "",
        outcomes=came.get(claim.id, ()),
    )


def _parts(claim: Claim, names: Names, words: Words) -> tuple[str, ...]:
    parts = []
    if claim.weapon:
        counted = claim.count
        many = number(counted.min, counted.max, words, approx=counted.approx) if counted else ""
        parts.append(f"{weapon(claim.weapon, names, words)}{f' × {many}' if many else ''}")
    elif claim.count:
        parts.append(number(claim.count.min, claim.count.max, words, approx=claim.count.approx))
    if claim.alarm_type and claim.alarm_type != "air-raid":
        parts.append(words.word("kind", claim.alarm_type))
    if claim.object:
        parts.append(words.word("object", claim.object))
    for key, amount in (claim.harm or {}).items():
        called = words.say(f"subject.{key}") if words.has(f"subject.{key}") else key
        parts.append(f"{called}: {number(amount.min, amount.max, words, approx=amount.approx)}")
    places = claim.places or ((claim.place,) if claim.place else ())
    parts += [_place(place, words) for place in places[:6]]
    if len(places) > 6:
        parts.append(words.count("more.areas", len(places) - 6))
    if claim.heading:
        parts.append(words.say("desk.heading", to=words.word("desk.compass", claim.heading)))
    return tuple(clean(part) for part in parts)


def _place(place: PlaceRef, words: Words) -> str:
    called = place.names.get(words.lang) or place.name
    doubt = f" ({words.count('desk.doubt', len(place.alternatives))})" if place.alternatives else ""
    return f"{words.word('desk.role', place.role)} {called}{doubt}"


def lines(heard: Sequence[Heard], night: Night, frame: Frame) -> tuple[Line, ...]:
    """Show reports in the order given."""
    came = outcomes(night.changes, frame.words)
    return tuple(_line(one, came, night.names, frame) for one in heard)


def _line(one: Heard, came: Mapping[str, tuple[Outcome, ...]], names: Names, frame: Frame) -> Line:
    words, report = frame.words, one.report
    source = names.register.get(report.source)
    shown = one.claims[:_CLAIMS]
    claims = tuple(understood(c, n, names, words, came) for n, c in enumerate(shown, 1))
    verbs = {outcome.verb for claim in claims for outcome in claim.outcomes}
    tone = next((verb for verb in ("raise", "revise", "clear", "withhold") if verb in verbs), "")
    late = report.stated_at is not None and abs((one.recorded_at - report.stated_at).total_seconds()) >= 60
    return Line(
        number=one.number,
        id=clean(report.id),
        source=report.source,
        called=sources((report.source,), names, words.lang),
        reliability=source.reliability if source else "F",
        clock=words.clock(one.recorded_at, seconds=True),
        stated=words.when(report.stated_at, one.recorded_at) if late and report.stated_at else "",
        text=highlighted(report.text, shown),
        more=max(0, len(report.text) - _LONGEST),
        claims=claims,
        rest=len(one.claims) - len(shown),
        problems=tuple(clean(f"{p.what}. {p.remedy}") for p in one.problems),
        tone=tone or ("said" if claims else "quiet"),
        withdrawn=one.withdrawn,
        through=clean(report.forwarded_from or ""),
    )


def written(heard: Sequence[Heard], night: Night, frame: Frame) -> tuple[tuple[int, str], ...]:
    """Write reports as rows, each with its number."""
    acts = night.known_at is None and may(night.seat.role, "operator")
    return tuple(
        (line.number, render("desk_report.html", frame, one=line, acts=acts))
        for line in lines(heard, night, frame)
    )
