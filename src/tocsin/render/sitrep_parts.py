"""The parts of a situation report: drafts of sentences, each with the claims behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.model import Alert, Change, Incident, LedgerLine, Picture, Statement
from tocsin.render.sitrep_words import Tongue
from tocsin.render.story import HELP, Quote

__all__ = [
    "alarms",
    "changed",
    "districts",
    "figures",
    "help_open",
    "highlights",
    "outages",
    "response",
    "statements",
    "timeline",
]

Draft = tuple[str, tuple[str, ...], str, datetime | None, bool]
"""Text, claims, the noun that it is about, when, whether it corrects."""

PEOPLE = (
    "killed",
    "affected",
    "injured",
    "hospitalised",
    "missing",
    "trapped",
    "rescued",
    "children-killed",
    "children-injured",
    "children-affected",
    "responders-killed",
    "responders-injured",
    "stress-reaction",
)
APART = ("outage", "hazard")
ATTACK = ("launched", "shot-down", "lost", "hit", "explosions", "impacts")


# --- figures ----------------------------------------------------------------------


def figures(picture: Picture, tongue: Tongue) -> list[dict[str, Any]]:
    """Draft the key figures: what the ranked rules prefer, people first, with what others say beside it."""
    lines = {line.id: line for line in picture.ledgers.lines}
    rows: list[tuple[tuple[int, int, str, str], dict[str, Any]]] = []
    for choice in picture.ledgers.preferred:
        line = lines.get(choice.line)
        if line is None or _unnumbered(line) or (line.status == "denied" and line.subject not in PEOPLE):
            continue
        others = [other for other in _rivals(line, lines.values()) if other.status == "standing"]
        said = [
            tongue.phrases.say("sentence.figure-short", number=tongue.number(other), who=tongue.who(other))
            for other in others
        ]
        parts = [lines[each.line] for each in picture.ledgers.preferred if each.line in lines]
        inside, of_parts = _parts(line, parts, tongue)
        claims = dict.fromkeys(
            (*line.claims, *(claim for other in others for claim in other.claims), *of_parts)
        )
        row = {
            "subject": tongue.subject(line),
            "area": tongue.place(line.area),
            "number": "—" if line.status == "denied" else tongue.number(line),
            "low": line.min,
            "high": line.max,
            "others": tongue.phrases.say("and").join((*said, *inside)),
            "source": tongue.who(line),
            "at": line.stated_at,
            "status": line.status,
            "line": line.id,
            "why": choice.why,
            "claims": tuple(claims),
        }
        rows.append((_order(line, tongue), row))
    return [row for _, row in sorted(rows, key=lambda each: each[0])]


def _parts(
    line: LedgerLine, chosen: Sequence[LedgerLine], tongue: Tongue
) -> tuple[list[str], tuple[str, ...]]:
    """Tell what the parts of an area count of the same thing, and whether they are more than its total."""
    if line.incident is not None or line.area is None or line.subject not in PEOPLE:
        return [], ()
    inside = [
        other
        for other in chosen
        if other.subject == line.subject
        and other.attack == line.attack
        and other.status == "standing"
        and other.area not in {None, line.area}
        and tongue.covers(line.area, other.area or "")
        and other.min is not None
    ]
    # Of a part within a part only the wider counts: a district's figure holds its houses'.
    outer = [
        one
        for one in inside
        if not any(
            other.area != one.area and tongue.covers(other.area or "", one.area or "") for other in inside
        )
    ]
    if not outer:
        return [], ()
    told = ", ".join(f"{tongue.place(other.area)} {tongue.number(other)}" for other in outer)
    told = tongue.phrases.say("sentence.parts", parts=told)
    most = line.max if line.max is not None else line.min
    if line.max is not None and most is not None and sum(other.min or 0 for other in outer) > most:
        told = f"{told} – {tongue.phrases.say('sentence.parts-more')}"
    return [told], tuple(claim for other in outer for claim in other.claims)


def _order(line: LedgerLine, tongue: Tongue) -> tuple[int, int, str, str]:
    """People first, then the attack, then things; the whole before its parts."""
    rank = (*PEOPLE, *ATTACK)
    depth = {"country": 0, "oblast": 1, "raion": 2, "hromada": 3, "settlement": 4}
    level = depth.get(tongue.ref(line.area).level, 5) if line.area is not None else 6
    return (rank.index(line.subject) if line.subject in rank else len(rank), level, line.subject, line.id)


def _unnumbered(line: LedgerLine) -> bool:
    return line.min is None and line.max is None and line.status != "denied"


def _rivals(line: LedgerLine, lines: Any) -> Iterator[LedgerLine]:  # noqa: ANN401 - any iterable of lines
    """Lines of the same thing by others, in the order in which they were stated."""
    for other in lines:
        same = (other.subject, other.area, other.incident, other.weapon, other.unit, other.attack) == (
            line.subject,
            line.area,
            line.incident,
            line.weapon,
            line.unit,
            line.attack,
        )
        if same and other.id != line.id:
            yield other


def _path(
    line: LedgerLine, lines: Sequence[LedgerLine], tongue: Tongue
) -> tuple[str, tuple[str, ...]] | None:
    """Tell how a figure grew, from the first that was stated to ``line``: "2 → 9 → 13"."""
    earlier = [
        other
        for other in _rivals(line, lines)
        if other.stated_at <= line.stated_at and other.status == "superseded" and not _unnumbered(other)
    ]
    steps: list[LedgerLine] = []
    for each in (*sorted(earlier, key=lambda other: (other.stated_at, other.id)), line):
        if not steps or (steps[-1].min, steps[-1].max) != (each.min, each.max):
            steps.append(each)
    if len(steps) < 2:
        return None
    text = " → ".join(tongue.number(each) for each in steps)
    return text, tuple(dict.fromkeys(claim for each in steps for claim in each.claims))


# --- highlights --------------------------------------------------------------------


def alarms(changes: Sequence[Change], tongue: Tongue) -> Iterator[Draft]:
    """Draft the alarm of the report's widest area: since when, until when."""
    raised: dict[str, tuple[Alert, tuple[str, ...]]] = {}
    spans: dict[str, tuple[Alert, tuple[str, ...], datetime, datetime | None]] = {}
    for change in changes:
        noun = change.fact.noun
        if not isinstance(noun, Alert) or noun.layer != "official" or noun.kind != "air-raid":
            continue
        code = noun.area.code
        if change.fact.verb == "raise":
            raised[code] = (noun, change.fact.because or noun.because)
            spans[code] = (noun, raised[code][1], noun.valid.start or change.at, None)
        elif change.fact.verb == "clear" and code in raised:
            alert, claims = raised.pop(code)
            both = tuple(dict.fromkeys((*claims, *change.fact.because)))
            spans[code] = (alert, both, alert.valid.start or change.at, noun.valid.end or change.at)
    # The one that still runs, else the first; the others are in the timeline.
    ordered = sorted(spans.values(), key=lambda span: (span[3] is not None, span[2], span[0].id))
    for noun, claims, start, end in ordered[:1]:
        key = "alarm.running" if end is None else "alarm.over"
        over = {} if end is None else {"end": tongue.clock(end)}
        text = tongue.phrases.say(key, area=tongue.area(noun.area), start=tongue.clock(start), **over)
        yield text, claims, noun.id, start, False


def highlights(picture: Picture, tongue: Tongue) -> Iterator[Draft]:
    """Draft what matters most: a danger that stays (R37), the dead, the hurt, what was launched, where effects are, what failed."""
    for each in picture.incidents:
        if "hazard" in each.kinds and each.status not in {"withdrawn", "closed"}:
            yield _incident(each, tongue)
    lines = {line.id: line for line in picture.ledgers.lines}
    chosen = [lines[each.line] for each in picture.ledgers.preferred if each.line in lines]
    # An official body's figure before a paper's of a wider area; of an outage the largest number.
    chosen.sort(
        key=lambda line: (not tongue.official(line), _order(line, tongue)[:3], -(line.min or 0), line.id)
    )
    for subject in ("killed", "affected"):
        best = next((line for line in chosen if line.subject == subject), None)
        if best is None and subject == "affected":
            best = next((line for line in chosen if line.subject == "injured"), None)
        if best is not None and not _unnumbered(best):
            yield _figure(best, picture.ledgers.lines, tongue)
    yield from _effects(picture, tongue)
    launched = [
        line for line in picture.ledgers.lines if line.subject == "launched" and line.status == "standing"
    ]
    if launched:
        yield _by_source(launched, tongue)
    outage = next((line for line in chosen if line.subject.startswith("without-")), None)
    if outage is not None:
        yield _figure(outage, picture.ledgers.lines, tongue)


def _figure(line: LedgerLine, lines: Sequence[LedgerLine], tongue: Tongue) -> Draft:
    say = tongue.phrases.say
    common = {
        "subject": tongue.subject(line),
        "area": tongue.place(line.area),
        "who": tongue.who(line),
        "time": tongue.clock(line.stated_at),
    }
    if line.status == "denied":
        return say("sentence.denied", **common), line.claims, line.id, line.stated_at, False
    grown = _path(line, lines, tongue)
    if grown is not None:
        path, claims = grown
        return say("sentence.grown", path=path, **common), claims, line.id, line.stated_at, False
    others = [
        other
        for other in _rivals(line, lines)
        if other.status == "standing" and (other.min, other.max) != (line.min, line.max)
    ]
    if others:
        said = tongue.phrases.say("and").join(
            say("sentence.figure-short", number=tongue.number(other), who=tongue.who(other))
            for other in others
        )
        claims = tuple(dict.fromkeys((*line.claims, *(claim for other in others for claim in other.claims))))
        text = say("sentence.figure-more", number=tongue.number(line), others=said, **common)
        return text, claims, line.id, line.stated_at, False
    text = say("sentence.figure", number=tongue.number(line), **common)
    return text, line.claims, line.id, line.stated_at, False


def _by_source(launched: Sequence[LedgerLine], tongue: Tongue) -> Draft:
    """Draft what was launched, each source's own count beside the others', never added."""
    said = tongue.phrases.say("and").join(
        f"{tongue.weapons(line)} {tongue.number(line)} ({tongue.who(line)})".strip() for line in launched
    )
    claims = tuple(dict.fromkeys(claim for line in launched for claim in line.claims))
    areas = list(dict.fromkeys(tongue.place(line.area) for line in launched if line.area is not None))
    text = tongue.phrases.say(
        "sentence.by-source",
        subject=tongue.words.say("subject.launched"),
        area=", ".join(areas),
        figures=said,
    )
    return text, claims, launched[-1].id, launched[-1].stated_at, False


def _effects(picture: Picture, tongue: Tongue) -> Iterator[Draft]:
    """Draft where effects are reported, and what of it was withdrawn, in one breath."""
    live = [each for each in picture.incidents if each.status != "withdrawn" and each.kinds[0] not in APART]
    gone = [each for each in picture.incidents if each.status == "withdrawn"]
    texts, claims = [], dict[str, None]()
    for key, some in (("sentence.effects", live), ("sentence.withdrawn-some", gone)):
        if some:
            areas = ", ".join(dict.fromkeys(tongue.area(each.area) for each in some))
            texts.append(tongue.phrases.say(key, areas=areas))
            claims.update((claim, None) for each in some for claim in (*each.claims, *each.against))
    if texts:
        first = (live or gone)[0]
        yield " ".join(texts), tuple(claims), first.id, first.valid.start, False


# --- items --------------------------------------------------------------------------


def _incident(each: Incident, tongue: Tongue) -> Draft:
    say = tongue.phrases.say
    common = {"area": tongue.area(each.area), "what": tongue.incident(each)}
    if each.status == "withdrawn":
        text = say("sentence.withdrawn", reason=tongue.reason(each.reason), **common)
        return text, (*each.claims, *each.against), each.id, each.valid.end or each.valid.start, True
    key = "sentence.incident-hedged" if each.hedged else "sentence.incident"
    text = say(key, status=tongue.words.word("status", each.status), **common)
    return text, each.claims, each.id, each.valid.start, False


def timeline(picture: Picture, changes: Sequence[Change], tongue: Tongue) -> Iterator[Draft]:
    """Draft the morning in order: alarms, blasts, effects, figures as they were given."""
    drafts: list[Draft] = []
    for change in changes:
        noun = change.fact.noun
        if isinstance(noun, Alert) and noun.layer == "official" and change.fact.verb in {"raise", "clear"}:
            key = "alarm.raised" if change.fact.verb == "raise" else "alarm.cleared"
            text = tongue.phrases.say(key, area=tongue.area(noun.area))
            because = change.fact.because or noun.because
            drafts.append((text, because, f"{noun.id}/{change.fact.verb}", change.at, False))
    drafts.extend(_incident(each, tongue) for each in picture.incidents)
    drafts.extend(_figure_alone(line, tongue) for line in picture.ledgers.lines if line.status != "retracted")
    drafts.extend(_statement(each, tongue) for each in picture.statements)
    yield from sorted(drafts, key=lambda draft: (str(draft[3]), draft[2]))


def _figure_alone(line: LedgerLine, tongue: Tongue) -> Draft:
    """Draft a line as it was given, whatever became of it later."""
    common = {"area": tongue.place(line.area), "who": tongue.who(line), "time": tongue.clock(line.stated_at)}
    subject = tongue.subject(line)
    if line.status == "denied" or (_silent(line) and line.status == "superseded" and line.subject in PEOPLE):
        text = tongue.phrases.say("sentence.denial", what=subject, **common)
    else:
        text = tongue.phrases.say("sentence.figure", subject=subject, number=tongue.number(line), **common)
    return text, line.claims, line.id, line.stated_at, False


def _silent(line: LedgerLine) -> bool:
    return line.min is None and line.max is None


def districts(picture: Picture, tongue: Tongue) -> Iterator[Draft]:
    """Draft the effects by place, with the figures that were given for the place."""
    places = dict.fromkeys(each.area.code for each in picture.incidents)
    chosen = {each.line for each in picture.ledgers.preferred}
    for code in sorted(places, key=lambda code: (tongue.place(code), code)):
        for each in picture.incidents:
            if each.area.code == code:
                yield _incident(each, tongue)
        for line in picture.ledgers.lines:
            if line.area == code and line.id in chosen and line.subject in PEOPLE and not _unnumbered(line):
                yield _figure(line, picture.ledgers.lines, tongue)


def response(picture: Picture, tongue: Tongue) -> Iterator[Draft]:
    """Draft where services are at work, what is out, who was rescued."""
    for each in picture.incidents:
        if each.status in {"responding", "contained", "closed"}:
            text = tongue.phrases.say(
                f"sentence.{each.status}", area=tongue.area(each.area), what=tongue.incident(each)
            )
            yield text, each.claims, each.id, each.valid.end or each.valid.start, False
    for line in picture.ledgers.lines:
        if line.status == "standing" and line.subject in {"rescued", "fire-area", "missing", "trapped"}:
            yield _figure(line, picture.ledgers.lines, tongue)


def outages(picture: Picture, tongue: Tongue) -> Iterator[Draft]:
    """Draft what fails, what came back of how many, and what was damaged."""
    standing = [line for line in picture.ledgers.lines if line.status == "standing"]
    for line in standing:
        if line.subject.endswith("-restored"):
            failing = f"without-{line.subject.removesuffix('-restored')}"
            whole = next(
                (
                    each
                    for each in standing
                    if each.subject == failing and (each.area, each.unit) == (line.area, line.unit)
                ),
                None,
            )
            if whole is not None and whole.max == 0:
                continue
            if whole is not None:
                left = _balance(line, whole)
                text = tongue.phrases.say(
                    "sentence.restored" if left is None else "sentence.restored-open",
                    left=left,
                    subject=tongue.subject(line),
                    area=tongue.place(line.area),
                    number=tongue.bare(line),
                    whole=tongue.number(whole),
                    who=tongue.who(line),
                    time=tongue.clock(line.stated_at),
                )
                yield text, (*line.claims, *whole.claims), line.id, line.stated_at, False
                continue
            yield _figure(line, picture.ledgers.lines, tongue)
        elif line.subject.startswith("without-") or line.subject in {"damaged", "on-fire"}:
            yield _figure(line, picture.ledgers.lines, tongue)


def help_open(picture: Picture, quotes: Mapping[str, Quote], tongue: Tongue) -> Iterator[Draft]:
    """Draft what is open for those affected, in its body's own words, dated."""
    for line in picture.ledgers.lines:
        if line.subject not in HELP or line.status != "standing":
            continue
        words = [quotes[claim].quote for claim in line.claims if claim in quotes]
        if not words:
            yield _figure_alone(line, tongue)
            continue
        text = tongue.phrases.say(
            "sentence.help",
            subject=tongue.subject(line),
            area=tongue.place(line.area),
            quote=" ".join(" … ".join(words).split()),
            who=tongue.who(line),
            time=tongue.clock(line.stated_at),
        )
        yield text, line.claims, line.id, line.stated_at, False


def _balance(back: LedgerLine, whole: LedgerLine) -> int | None:
    """How much is left to restore, where both numbers are exact."""
    exact = back.min is not None and whole.min is not None and back.min == back.max and whole.min == whole.max
    return whole.min - back.min if exact and whole.min >= back.min else None  # type: ignore[operator]


def _statement(each: Statement, tongue: Tongue) -> Draft:
    text = tongue.phrases.say(
        "sentence.statement",
        who=tongue.source(each.source, each.by),
        time=tongue.clock(each.stated_at),
        quote=" ".join(each.quote.split()),
    )
    return text, each.claims, each.id, each.stated_at, False


def statements(picture: Picture, tongue: Tongue) -> Iterator[Draft]:
    """Draft what parties say, in their own words and apart, then what is reported of effects (R30)."""
    for each in picture.statements:
        yield _statement(each, tongue)
    if picture.statements:
        for text, claims, about, at, corrects in _effects(picture, tongue):
            yield tongue.phrases.say("sentence.beside", text=text), claims, f"{about}/beside", at, corrects


def changed(changes: Sequence[Change], since: datetime | None, tongue: Tongue) -> Iterator[Draft]:
    """Draft what changed after ``since``, corrections marked as such."""
    for change in changes:
        if since is None or change.at <= since:
            continue
        fact, noun = change.fact, change.fact.noun
        if isinstance(noun, Incident) and (fact.verb != "revise" or fact.why is not None):
            draft = _incident(noun, tongue)
        elif isinstance(noun, LedgerLine) and (fact.verb == "open" or noun.status in {"retracted", "denied"}):
            draft = _figure_alone(noun, tongue)
        elif isinstance(noun, Statement) and fact.verb == "open":
            draft = _statement(noun, tongue)
        elif isinstance(noun, Alert) and noun.layer == "official" and fact.verb in {"raise", "clear"}:
            key = "alarm.raised" if fact.verb == "raise" else "alarm.cleared"
            text = tongue.phrases.say(key, area=tongue.area(noun.area))
            draft = (text, fact.because or noun.because, noun.id, change.at, False)
        else:
            continue
        text, claims, about, _, corrects = draft
        # Of what was taken back no claim is left: those that had said it are why it is gone.
        claims = claims or fact.because
        corrects = corrects or not fact.move
        key = "sentence.correction" if corrects else "sentence.new"
        yield tongue.phrases.say(key, text=text), claims, about, change.at, corrects
