"""The map of a situation report: in which parts of an area effects are reported, and how many places.

A number is drawn in each part, so that nothing is told by colour alone. Parts are those that the words name or that
hold them; a place that was hit has no mark of its own (R27).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Protocol

import msgspec

from tocsin.model import Incident, Picture
from tocsin.render.charts import FONT, titled
from tocsin.render.map import Sheet, short
from tocsin.render.sitrep_charts import Chart, Row
from tocsin.render.sitrep_words import Tongue

__all__ = ["Ground", "Land", "ground_of", "plot"]

_LABELLED = 14
"""With more parts than these only those with effects are named."""
_GROUND, _TINT, _LINE, _INK, _MARK = "#f4f4f0", "#f7d7c4", "#6b6f78", "#15171c", "#a3123a"


class Land(Protocol):
    """What must be known of places to choose a map."""

    @property
    def root(self) -> str:
        """The country."""

    def first_level(self) -> tuple[str, ...]:
        """Its areas of first level."""

    def first_level_of(self, code: str) -> str | None:
        """The one that holds a place."""

    def children(self, code: str) -> tuple[str, ...]:
        """The parts of an area."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet to draw on, with the area that it shows and its parts."""

    area: str
    parts: tuple[str, ...]
    sheet: Sheet


def ground_of(
    picture: Picture,
    area: str | None,
    land: Land,
    sheet: Callable[[tuple[str, ...]], Sheet | None],
) -> Ground | None:
    """Choose the map: of ``area``, else of the one first-level area that all effects lie in, else of the country."""
    firsts = {land.first_level_of(each.area.code) for each in picture.incidents}
    if not firsts:
        return None
    chosen = area or (firsts.pop() if len(firsts) == 1 else None) or land.root
    while True:
        parts = land.first_level() if chosen == land.root else land.children(chosen)
        drawn = sheet(tuple(parts)) if len(parts) > 1 else None
        if drawn is not None:
            return Ground(area=chosen, parts=tuple(parts), sheet=drawn)
        above = land.root if land.first_level_of(chosen) == chosen else land.first_level_of(chosen)
        if above is None or above == chosen:
            return None
        chosen = above


def plot(
    picture: Picture, ground: Ground, covers: Callable[[str, str], bool], tongue: Tongue
) -> Chart | None:
    """Draw in which parts effects are reported; None where there are none."""
    say = tongue.phrases.say
    live = [each for each in picture.incidents if each.status != "withdrawn"]
    gone = [each for each in picture.incidents if each.status == "withdrawn"]
    rows: list[Row] = []
    counts: dict[str, int] = {}
    placed: set[str] = set()
    for part in ground.parts:
        here = [each for each in live if covers(part, each.area.code)]
        placed.update(each.id for each in here)
        if here:
            counts[part] = len(here)
            rows.append(_row(tongue.place(part), here, tongue))
    # A report that names no part is in the table, and in no part of the map.
    wide = [each for each in live if each.id not in placed]
    if wide:
        rows.append(_row(say("chart.no-part", area=tongue.place(ground.area)), wide, tongue))
    if gone:
        rows.append(_row(say("chart.withdrawn"), gone, tongue))
    if not rows:
        return None
    title = say("chart.where", title=say("chart.map"), area=tongue.place(ground.area))
    about = say("chart.map-about")
    if ground.sheet.approximate:
        about = f"{about} {say('chart.approximate')}"
    columns = tuple(say(f"column.{name}") for name in ("area", "places", "subject"))
    svg = titled(_drawn(ground, counts, tongue), "chart-map", title, about)
    return Chart(name="map", title=title, about=about, columns=columns, rows=tuple(rows), svg=svg)


def _row(where: str, some: Sequence[Incident], tongue: Tongue) -> Row:
    what = "; ".join(dict.fromkeys(tongue.incident(each) for each in some))
    claims = dict.fromkeys(claim for each in some for claim in (*each.claims, *each.against))
    return Row(cells=(where, str(len(some)), what), claims=tuple(claims))


def _drawn(ground: Ground, counts: dict[str, int], tongue: Tongue) -> str:
    sheet, shapes, labels = ground.sheet, [], []
    # A city that lies inside an oblast is drawn after it.
    for part in sorted(ground.parts, key=lambda code: (-len(sheet.paths.get(code, "")), code)):
        if sheet.paths.get(part):
            fill = _TINT if part in counts else _GROUND
            shapes.append(f'<path d="{sheet.paths[part]}" fill="{fill}" stroke="{_LINE}" stroke-width="1"/>')
    crowded = len(ground.parts) > _LABELLED
    for part in ground.parts:
        if part not in sheet.points or (crowded and part not in counts):
            continue
        x, y = sheet.points[part]
        number = counts.get(part)
        name = escape(short(tongue.place(part)))
        below = y + 5
        if number is not None:
            shapes.append(f'<circle cx="{x}" cy="{y}" r="14" fill="{_MARK}"/>')
            labels.append(_text(x, y + 5, str(number), "#ffffff", 15))
            below = y + 29
        labels.append(_text(x, below, name, _INK, 13))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sheet.width} {sheet.height}" class="chart">'
        f'<rect x="0" y="0" width="{sheet.width}" height="{sheet.height}" fill="#ffffff"/>'
        f"{''.join(shapes)}{''.join(labels)}</svg>"
    )


def _text(x: int, y: int, said: str, fill: str, size: int) -> str:
    return (
        f'<text x="{x}" y="{y}" fill="{fill}" text-anchor="middle" font-family="{FONT}" '
        f'font-size="{size}">{said}</text>'
    )
