"""Maps as SVG from the server: an area's parts, each a link that says its name and its state.

Lines are snapped to a grid that neighbours share, so that borders stay common when they are thinned. A part without
an outline is drawn as a mark at its position; an outline that is approximate makes the whole map say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from tocsin.render.naming import clean

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["Part", "Projection", "Sheet", "draw", "sheet", "short"]

_WIDTH = 720
_MARGIN = 8
_ROOM = 60
_LABELLED = 12
_LETTER, _LINE = 19, 32
"""Room that a letter and a line of a name take on a telephone, where names are drawn the largest."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One area as it is to be drawn now: its look is the class that carries colour, pattern and shape."""

    code: str
    name: str
    label: str
    look: str
    href: str


class Projection(msgspec.Struct, frozen=True):
    """Where a point of the earth, longitude before latitude, lies on a sheet."""

    west: float
    north: float
    squeeze: float
    scale: float
    margin: int

    def __call__(self, point: tuple[float, float]) -> tuple[int, int]:
        """Place a point; one beyond the sheet comes out beyond it."""
        x = (point[0] - self.west) * self.squeeze * self.scale + self.margin
        y = (self.north - point[1]) * self.scale + self.margin
        return round(x), round(y)


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The unchanging geometry of a map: paths, marks and label points by code, in units of the view box."""

    width: int
    height: int
    paths: dict[str, str]
    points: dict[str, tuple[int, int]]
    approximate: bool
    projection: Projection


def sheet(codes: Sequence[str], places: Gazetteer) -> Sheet | None:
    """Lay out these areas on one sheet; ``None`` where fewer than two can be placed."""
    rings: dict[str, list[list[tuple[float, float]]]] = {}
    points: dict[str, tuple[float, float]] = {}
    approximate = False
    for code in codes:
        outline = places.outline(code)
        if outline is not None:
            rings[code] = [[(float(x), float(y)) for x, y in ring] for ring in outline.rings]
            approximate = approximate or outline.approximate
        position, area = places.position(code), places.area(code)
        # A place that is known only as the middle of what holds it would be a mark in a wrong spot.
        if position is not None and (code in rings or (area is not None and not area.approximate)):
            points[code] = (position[1], position[0])
    everything = [p for some in rings.values() for ring in some for p in ring] + list(points.values())
    bare = {_spot(points[code]) for code in points if code not in rings}
    if len(rings) + len(bare) < max(2, len(codes) * 0.6):
        return None
    project, width, height = _projection(everything, _MARGIN if not bare else _ROOM)
    return Sheet(
        width=width,
        height=height,
        paths={
            code: "".join(_path([project(p) for p in ring]) for ring in some) for code, some in rings.items()
        },
        points={
            code: _middle([project(p) for p in max(rings[code], key=len)])
            if code in rings
            else project(points[code])
            for code in codes
            if code in rings or code in points
        },
        approximate=approximate,
        projection=project,
    )


def _spot(point: tuple[float, float]) -> tuple[float, float]:
    """Give the spot that a mark would take: areas whose place is only their town's middle share one."""
    return round(point[0], 2), round(point[1], 2)


def _projection(everything: Sequence[tuple[float, float]], margin: int) -> tuple[Projection, int, int]:
    west, east = min(p[0] for p in everything), max(p[0] for p in everything)
    south, north = min(p[1] for p in everything), max(p[1] for p in everything)
    squeeze = math.cos(math.radians((south + north) / 2))
    span = max((east - west) * squeeze, 1e-6)
    scale = (_WIDTH - 2 * margin) / max(span, (north - south) * 0.9, 1e-6)
    width = round(span * scale) + 2 * margin
    height = round((north - south) * scale) + 2 * margin
    return Projection(west, north, squeeze, scale, margin), max(width, 120), max(height, 120)


def _path(ring: Sequence[tuple[int, int]]) -> str:
    kept: list[tuple[int, int]] = []
    for point in ring:
        if not kept or point != kept[-1]:
            kept.append(point)
    if len(kept) < 4:
        return ""
    steps = "".join(
        f"{b[0] - a[0]:d}{'' if b[1] < a[1] else ' '}{b[1] - a[1]:d} " for a, b in pairwise(kept[:-1])
    )
    return f"M{kept[0][0]} {kept[0][1]}l{steps.strip()}z"


def _middle(ring: Sequence[tuple[int, int]]) -> tuple[int, int]:
    doubled = sx = sy = 0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        sx += (x1 + x2) * cross
        sy += (y1 + y2) * cross
    if doubled == 0:
        return ring[0]
    return round(sx / (3 * doubled)), round(sy / (3 * doubled))


_NOUNS = (" район", " область", " громада", " District", " Raion", " Oblast", " Hromada", " район города")


def short(name: str) -> str:
    """Give a name for a narrow place: without the noun that all its neighbours bear."""
    for noun in _NOUNS:
        name = name.removesuffix(noun)
    return name


def placed(
    names: Iterable[tuple[str, int, int]], width: int, *, letter: float, line: int
) -> tuple[tuple[str, int, int], ...]:
    """Move names apart and into the sheet; one for which there is no room near its place is left out.

    Each is given with the middle that it should have; ``letter`` and ``line`` are the room that text takes, in units
    of the sheet. Names that come first have the first choice.
    """
    taken: list[tuple[str, int, int]] = []
    for name, wanted, level in names:
        half = round(len(name) * letter / 2)
        x = min(max(wanted, half + _MARGIN), max(width - half - _MARGIN, half))

        def free(y: int, x: int = x, half: int = half) -> bool:
            return all(
                abs(x - tx) > half + len(other) * letter / 2 or abs(y - ty) >= line for other, tx, ty in taken
            )

        steps = (0, line // 2, -line // 2, line, -line)
        y = next((level + step for step in steps if free(level + step)), None)
        if y is not None:
            taken.append((name, x, y))
    return tuple(taken)


def draw(what: Sheet, parts: Iterable[Part], *, title: str) -> str:
    """Draw a sheet with its parts as they stand; text is escaped, every part is a link with a name and a state."""
    shown = [part for part in parts if part.code in what.points]
    bodies, names = [], []
    # A city that lies inside an oblast is drawn after it.
    for part in sorted(shown, key=lambda p: -len(what.paths.get(p.code, ""))):
        label = escape(clean(part.label))
        x, y = what.points[part.code]
        shape = (
            f'<path d="{what.paths[part.code]}"/>'
            if what.paths.get(part.code)
            else f'<circle cx="{x}" cy="{y}" r="26"/>'
        )
        bodies.append(
            f'<a href="{escape(part.href)}" class="part look-{escape(part.look)}" aria-label="{label}">'
            f"<title>{label}</title>{shape}</a>"
        )
        if len(shown) <= _LABELLED:
            below = y if what.paths.get(part.code) else y + 44
            names.append((clean(short(part.name)), x, below))
    # Narrow letters first: what is left out is the longest name of a crowd, and the list has it.
    labels = (
        f'<text x="{x}" y="{y}">{escape(name)}</text>'
        for name, x, y in placed(
            sorted(names, key=lambda n: len(n[0])), what.width, letter=_LETTER, line=_LINE
        )
    )
    return (
        f'<svg class="map" viewBox="0 0 {what.width} {what.height}" role="group" aria-label="{escape(clean(title))}">'
        f'{"".join(bodies)}<g class="labels" aria-hidden="true">{"".join(labels)}</g></svg>'
    )
