"""The charts of a situation report: what of the picture they show, and the tables that say the same in numbers.

Nothing is drawn that no claim says (R29): each row of a table bears the claims behind it. A chart that
would hold nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from tocsin.model import Alert, Change, LedgerLine, Picture
from tocsin.render.charts import HUES, Bar, Lane, Step, bars, lanes, steps, titled
from tocsin.render.sitrep_words import Tongue

__all__ = ["Chart", "Row", "charts"]

LANES = 6
"""More areas than these share one lane."""
MOST_BARS = 14
PEOPLE = ("killed", "injured", "affected", "hospitalised")
ATTACK = ("launched", "shot-down", "lost", "hit")
SUPERSEDED = ("grown", "renewed", "revised down")
"""Why a line that no longer stands once did."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table beside a chart, with the claims behind it."""

    cells: tuple[str, ...]
    claims: tuple[str, ...]


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A picture with its name, what it shows in words, and its numbers as a table."""

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    svg: str


def charts(picture: Picture, changes: Sequence[Change], tongue: Tongue) -> tuple[Chart, ...]:
    """Draw what there is to draw: alarms and blasts by time, people over time, launched against shot down."""
    made = (_alerts(picture, changes, tongue), _people(picture, tongue), _attack(picture, tongue))
    return tuple(chart for chart in made if chart is not None)


def _chart(
    name: str,
    rows: Sequence[Row],
    columns: Sequence[str],
    svg: str,
    tongue: Tongue,
    *,
    area: str | None = None,
) -> Chart:
    title, about = (tongue.phrases.say(f"chart.{name}{end}") for end in ("", "-about"))
    if area is not None:
        title = tongue.phrases.say("chart.where", title=title, area=tongue.place(area))
    heads = tuple(tongue.phrases.say(f"column.{column}") for column in columns)
    drawn = titled(svg, f"chart-{name}", title, about)
    return Chart(name=name, title=title, about=about, columns=heads, rows=tuple(rows), svg=drawn)


# --- alarms, blasts and effects by time ---------------------------------------------


class _Span(msgspec.Struct):
    area: str
    start: datetime
    end: datetime | None
    claims: tuple[str, ...]


def _alerts(picture: Picture, changes: Sequence[Change], tongue: Tongue) -> Chart | None:
    say = tongue.phrases.say
    drawn: list[Lane] = []
    rows: list[Row] = []
    for layer, hue in (("official", HUES[0]), ("warning", HUES[3])):
        spans = _spans(changes, layer, tongue)
        for area, some in _by_area(spans):
            label = say(f"chart.{layer}", area=area or say("chart.many"))
            drawn.append(Lane(label=label, hue=hue, spans=tuple((one.start, one.end) for one in some)))
        rows += _strokes(spans, layer, tongue)
    for label, hue, points in (
        (say("chart.explosions"), HUES[1], list(_blasts(picture, tongue))),
        (say("chart.effects"), HUES[4], list(_effects(picture, tongue))),
    ):
        if points:
            drawn.append(Lane(label=label, hue=hue, moments=tuple(at for at, _, _ in points)))
        rows += (
            Row(cells=(f"{label}: {text}", tongue.clock(at)), claims=claims) for at, text, claims in points
        )
    if not drawn:
        return None
    return _chart("alerts", rows, ("subject", "when"), lanes(drawn, tongue.now, tongue.words.clock), tongue)


def _strokes(spans: Sequence[_Span], layer: str, tongue: Tongue) -> Iterator[Row]:
    """A row for what was raised and ended in many areas at one stroke."""
    strokes: dict[tuple[datetime, datetime | None], list[_Span]] = {}
    for one in spans:
        strokes.setdefault((one.start, one.end), []).append(one)
    for some in strokes.values():
        named = ", ".join(one.area for one in some[:LANES])
        if len(some) > LANES:
            named += " " + tongue.words.count("more.areas", len(some) - LANES)
        claims = dict.fromkeys(claim for one in some for claim in one.claims)
        cells = (tongue.phrases.say(f"chart.{layer}", area=named), _times(some[0], tongue))
        yield Row(cells=cells, claims=tuple(claims))


def _times(one: _Span, tongue: Tongue) -> str:
    return f"{tongue.clock(one.start)} – {tongue.clock(one.end) if one.end else '…'}"


def _spans(changes: Sequence[Change], layer: str, tongue: Tongue) -> list[_Span]:
    """Return the alerts of a layer with their times, by area, in order of their beginning."""
    found: dict[str, _Span] = {}
    for change in changes:
        noun, verb = change.fact.noun, change.fact.verb
        if not isinstance(noun, Alert) or noun.layer != layer or verb == "withhold":
            continue
        claims = change.fact.because or noun.because
        known = found.get(noun.id)
        if known is None:
            if not claims:
                continue
            start = min(noun.valid.start or change.at, change.at)
            known = found[noun.id] = _Span(tongue.area(noun.area), start, None, claims)
        if verb in {"clear", "revoke", "lapse"}:
            known.end = change.at
            known.claims = tuple(dict.fromkeys((*known.claims, *change.fact.because)))
    return sorted(found.values(), key=lambda one: (one.start, one.area))


def _by_area(spans: Sequence[_Span]) -> list[tuple[str, list[_Span]]]:
    """Return the spans by area; where there are too many areas for lanes, all in one."""
    named: dict[str, list[_Span]] = {}
    for one in spans:
        named.setdefault(one.area, []).append(one)
    if len(named) > LANES:
        return [("", list(spans))]
    return list(named.items())


def _blasts(picture: Picture, tongue: Tongue) -> Iterator[tuple[datetime, str, tuple[str, ...]]]:
    for line in picture.ledgers.lines:
        if line.subject == "explosions" and line.status in {"standing", "superseded"}:
            at = line.valid.start if line.valid.precision in {"minute", "second"} else None
            text = f"{tongue.place(line.area)}, {tongue.number(line)} ({tongue.who(line)})"
            yield at or line.stated_at, text, line.claims


def _effects(picture: Picture, tongue: Tongue) -> Iterator[tuple[datetime, str, tuple[str, ...]]]:
    for each in picture.incidents:
        if each.status != "withdrawn" and each.valid.start is not None:
            yield each.valid.start, f"{tongue.area(each.area)}, {tongue.incident(each)}", each.claims


# --- people over time --------------------------------------------------------------------


def _people(picture: Picture, tongue: Tongue) -> Chart | None:
    """Draw how many were killed and hurt as it became known, of the widest area that has such figures."""
    area = _widest(picture, tongue)
    if area is None:
        return None
    drawn: list[Step] = []
    rows: list[Row] = []
    for subject, hue in zip(PEOPLE, HUES, strict=False):
        lines = [
            line
            for line in picture.ledgers.lines
            if line.subject == subject and line.area == area and line.incident is None and _counted(line)
        ]
        if not lines:
            continue
        lines.sort(key=lambda line: (line.stated_at, line.id))
        held = tuple(
            (line.stated_at, line.min or 0) for line in lines if _held(line) and line.min is not None
        )
        said = tuple((line.stated_at, line.min, line.max) for line in lines)
        drawn.append(Step(label=tongue.subject(lines[0]), hue=hue, held=_once(held), said=said))
        rows += (
            Row(
                cells=(
                    tongue.clock(line.stated_at),
                    tongue.subject(line),
                    tongue.number(line),
                    tongue.who(line),
                    tongue.words.word("ledger", line.status),
                ),
                claims=line.claims,
            )
            for line in lines
        )
    if not drawn:
        return None
    svg = steps(drawn, tongue.now, tongue.words.clock)
    return _chart("people", rows, ("time", "subject", "number", "source", "status"), svg, tongue, area=area)


def _widest(picture: Picture, tongue: Tongue) -> str | None:
    """Return the area with the most figures of people; of equal ones the wider."""
    counts: dict[str, int] = {}
    for line in picture.ledgers.lines:
        if line.subject in PEOPLE and line.area is not None and line.incident is None and _counted(line):
            counts[line.area] = counts.get(line.area, 0) + 1
    depth = {"country": 0, "oblast": 1, "raion": 2, "hromada": 3, "settlement": 4}
    return min(
        counts, key=lambda code: (-counts[code], depth.get(tongue.ref(code).level, 5), code), default=None
    )


def _counted(line: LedgerLine) -> bool:
    return (line.min is not None or line.max is not None) and line.status in {"standing", "superseded"}


def _held(line: LedgerLine) -> bool:
    """Whether a figure was the one in force when it was stated: not a lower one beside it, not a copy."""
    reason = line.reason or ""
    if line.status == "superseded":
        return reason in SUPERSEDED
    return not reason.startswith("lower than")


def _once(held: Iterable[tuple[datetime, int]]) -> tuple[tuple[datetime, int], ...]:
    """Keep of several figures of one moment the last."""
    return tuple(dict(held).items())


# --- launched against shot down -------------------------------------------------------------


def _attack(picture: Picture, tongue: Tongue) -> Chart | None:
    """Draw each source's totals of an attack side by side; none is added to another."""
    lines = [
        line
        for line in picture.ledgers.lines
        if line.subject in ATTACK and line.status == "standing" and _counted(line)
    ]
    if not lines:
        return None
    newest = max((line.stated_at, line.attack or "") for line in lines)[1]
    lines = [line for line in lines if line.attack == newest or _same_night(line, lines, newest)]
    lines.sort(key=lambda line: (tongue.weapons(line), line.source, ATTACK.index(line.subject), line.id))
    drawn: list[Bar] = []
    rows: list[Row] = []
    for line in lines[:MOST_BARS]:
        label = f"{tongue.subject(line)}, {tongue.number(line)} ({tongue.who(line)})"
        if any(bar.label == label for bar in drawn):
            label = f"{label}, {tongue.place(line.area)}"
        if any(bar.label == label for bar in drawn):
            continue
        hue = HUES[ATTACK.index(line.subject)]
        drawn.append(Bar(label=label, value=line.min if line.min is not None else line.max or 0, hue=hue))
        cells = (tongue.subject(line), tongue.place(line.area), tongue.number(line), tongue.who(line))
        rows.append(Row(cells=(*cells, tongue.clock(line.stated_at)), claims=line.claims))
    return _chart("attack", rows, ("subject", "area", "number", "source", "time"), bars(drawn), tongue)


def _same_night(line: LedgerLine, lines: Sequence[LedgerLine], attack: str) -> bool:
    """Whether a total of another area was told within half a day of the newest attack's: national beside local."""
    times = [other.stated_at for other in lines if other.attack == attack]
    return any(abs((line.stated_at - at).total_seconds()) <= 12 * 3600 for at in times)
