"""Charts as SVG: lanes of time, steps over time, bars; drawn by leather, with no style sheet and no script.

Every mark is coloured by attributes alone, so that a chart stands in a page with a strict
Content-Security-Policy, in a file and on paper alike. Each chart bears a title and a description
(WAI-ARIA graphics); the table of its numbers stands beside it, where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any

import leather
import msgspec
from leather import theme

__all__ = ["FONT", "HUES", "Bar", "Lane", "Step", "bars", "lanes", "steps", "titled"]

FONT = "sans-serif"
HUES = ("#a3123a", "#0b57a4", "#1b6e4f", "#7a4b00", "#5b3a8e", "#3c4a55")
"""Colours that differ in lightness too, each at least 4.5 to 1 on white (WCAG AA)."""
_WIDTH = 720
_INK, _LINE = "#15171c", "#d3d4ce"
_EMPTY = timedelta(minutes=10)
_NUMBER = re.compile(r"(?<![#\w.])\d+(?:\.\d{3,}|(?:\.\d+)?[eE][+-]?\d+)(?![\w.])")

# The library keeps its looks in its own module; nothing else here uses it.
theme.background_color = "#ffffff"
theme.margin = 0.03
theme.tick_color = _LINE
theme.zero_color = "#8b8d94"
theme.label_color = theme.legend_color = theme.axis_title_color = _INK
theme.tick_font_family = theme.legend_font_family = theme.axis_title_font_family = FONT
theme.tick_font_size = theme.legend_font_size = 13
theme.tick_font_char_width = theme.legend_font_char_width = 7
theme.legend_gap = 8


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of a timeline: stretches of time as bars, moments as dots. A stretch without an end runs on."""

    label: str
    hue: str
    spans: tuple[tuple[datetime, datetime | None], ...] = ()
    moments: tuple[datetime, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over time: the line that holds until the next, and all that was said with its range.

    ``said`` has when, least, most (``None`` where the words set no bound) of each figure.
    """

    label: str
    hue: str
    held: tuple[tuple[datetime, int], ...]
    said: tuple[tuple[datetime, int | None, int | None], ...] = ()


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar with its words."""

    label: str
    value: int
    hue: str


class _Line(leather.Line):  # type: ignore[misc]
    """A line that has no entry in the legend."""

    def legend_to_svg(self, series: object, palette: object) -> list[Any]:  # noqa: ARG002 - the library's
        return []


class _Dots(leather.Dots):  # type: ignore[misc]
    """Dots that have no entry in the legend."""

    def legend_to_svg(self, series: object, palette: object) -> list[Any]:  # noqa: ARG002 - the library's
        return []


def lanes(rows: Sequence[Lane], until: datetime, clock: Callable[[datetime], str]) -> str:
    """Draw lanes, first on top; ``until`` is where what still runs ends. ``clock`` names a tick."""
    chart = leather.Chart()
    found = [at for row in rows for at in (*row.moments, *(start for start, _ in row.spans))]
    ends = [end or until for row in rows for _, end in row.spans]
    first, last = min(found), max((*ends, *found))
    x = _axis(chart, first, last, clock)
    for place, row in enumerate(rows):
        level = len(rows) - place
        drawn: list[tuple[float | None, float | None]] = []
        for start, end in row.spans:
            # A stroke of no length would not be seen.
            far = max(x(end or until), x(start) + 0.004 * (x(last) - x(first)))
            drawn += [(x(start), level), (far, level), (None, None)]
        if drawn:
            chart.add_series(leather.Series(drawn), _Line(row.hue, 16))
        if row.moments:
            chart.add_series(leather.Series([(x(at), level) for at in row.moments]), _Dots(row.hue, 6))
    chart.add_y_scale(0.4, len(rows) + 0.6)
    names = {len(rows) - place: row.label for place, row in enumerate(rows)}
    chart.add_y_axis(ticks=sorted(names), tick_formatter=lambda value, *_: names[value])
    return _svg(chart, 88 + 32 * len(rows))


def steps(rows: Sequence[Step], until: datetime, clock: Callable[[datetime], str]) -> str:
    """Draw figures over time: a line that holds each until the next, a dot for all that was said, its range upright."""
    chart = leather.Chart()
    found = [at for row in rows for at in (*(at for at, _ in row.held), *(at for at, _, _ in row.said))]
    last = max(*found, until)
    x = _axis(chart, min(found), last, clock)
    top = max(
        (
            *(n for row in rows for _, n in row.held),
            *(h or low or 0 for row in rows for _, low, h in row.said),
            1,
        )
    )
    for row in rows:
        line: list[tuple[float, float]] = []
        for at, value in row.held:
            line += [(x(at), line[-1][1])] if line else []
            line.append((x(at), value))
        if line:
            line.append((x(last), line[-1][1]))
        shown = line or [(x(at), low or high or 0) for at, low, high in row.said]
        chart.add_series(leather.Series(shown, name=row.label), leather.Line(row.hue, 2.5))
        for at, low, high in row.said:
            bottom = low if low is not None else 0
            # An open end reaches up by a tenth of the chart.
            reach = high if high is not None else bottom + top * 0.1
            if reach != bottom:
                chart.add_series(
                    leather.Series([(x(at), bottom), (x(at), reach)]), _Line(row.hue, 1.5, "3 2")
                )
            chart.add_series(leather.Series([(x(at), bottom)]), _Dots(row.hue, 4))
    chart.add_y_scale(0, top * 1.15)
    chart.add_y_axis(ticks=_counts(top), tick_formatter=lambda value, *_: str(value))
    return _svg(chart, 300)


def bars(rows: Sequence[Bar]) -> str:
    """Draw bars, first on top, each with its words before it; a label must be told once only."""
    chart = leather.Chart()
    hues = {row.label: row.hue for row in rows}
    top = max(1, *(row.value for row in rows))
    chart.add_bars([(row.value, row.label) for row in rows], fill_color=lambda datum: hues[datum.y])
    chart.add_x_scale(0, top)
    chart.add_x_axis(ticks=_counts(top), tick_formatter=lambda value, *_: str(value))
    return _svg(chart, 68 + 32 * len(rows))


def titled(svg: str, name: str, title: str, about: str) -> str:
    """Return a drawing with what it is called and what it shows, for those who do not see it."""
    ids = f'aria-labelledby="{escape(name)}-title {escape(name)}-about"'
    head = (
        f'<title id="{escape(name)}-title">{escape(title)}</title>'
        f'<desc id="{escape(name)}-about">{escape(about)}</desc>'
    )
    return re.sub(r"<svg([^>]*)>", lambda found: f'<svg{found[1]} role="img" {ids}>{head}', svg, count=1)


def _axis(
    chart: Any,  # noqa: ANN401 - the library has no types
    first: datetime,
    last: datetime,
    clock: Callable[[datetime], str],
) -> Callable[[datetime], float]:
    """Set a time axis in minutes from ``first``, widened a little, and return what places a moment on it."""
    room = max((last - first) * 0.03, _EMPTY)
    start, end = first - room, last + room

    def x(at: datetime) -> float:
        return (at - start).total_seconds() / 60

    chart.add_x_scale(0, x(end))
    ticks = _hours(start, end)
    at = {x(tick): clock(tick) for tick in ticks}
    chart.add_x_axis(ticks=sorted(at), tick_formatter=lambda value, *_: at[value])
    return x


def _hours(start: datetime, end: datetime) -> list[datetime]:
    """Return round moments between two, about six of them."""
    for minutes in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080):
        step = timedelta(minutes=minutes)
        if (end - start) / step <= 8:
            break
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    tick = midnight + step * -(-(start - midnight) // step)
    found = []
    while tick <= end:
        found.append(tick)
        tick += step
    return found or [start]


def _counts(top: int) -> list[int]:
    """Return whole numbers from nothing to ``top``, about five of them."""
    step = next(
        unit * ten
        for ten in (10**power for power in range(12))
        for unit in (1, 2, 5)
        if top / (unit * ten) <= 6
    )
    return list(range(0, top + 1, step))


def _svg(chart: Any, height: int) -> str:  # noqa: ANN401 - the library has no types
    """Return the drawing, as wide as its place, its numbers short."""
    text = str(chart.to_svg(width=_WIDTH, height=height))
    text = re.sub(r"<[^>]+>", lambda tag: _NUMBER.sub(_short, tag[0]), text)
    # "0.32em" of a font of 13 units: paper knows no em.
    text = re.sub(r'dy="([\d.]+)em"', lambda found: f'dy="{float(found[1]) * 13:.1f}"', text)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" class="chart">'
    return re.sub(r"<svg[^>]*>", head, text, count=1)


def _short(found: re.Match[str]) -> str:
    return f"{float(found[0]):.1f}".removesuffix(".0")
