"""The desk's map: raions as they stand, and over them the threats with heading, reach and arrival bounds.

The outlines never change and are drawn once; what changes is small: a look for each area, and the layer of threats.
Drawn from our own outlines: no tiles, no foreign origin, and it works when the WAN is down.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

from tocsin.model import Threat
from tocsin.places import Gazetteer
from tocsin.places.geometry import COMPASS, bearing_deg
from tocsin.render.desk_rows import arrivals, base_of
from tocsin.render.desk_values import Night
from tocsin.render.map import Sheet, placed, sheet, short
from tocsin.render.naming import clean, number, weapon
from tocsin.render.page import Frame, look, state_word
from tocsin.render.words import Words

__all__ = ["ground", "looks", "overlay"]

_KM_A_DEGREE = 111.195
_FARTHEST = 260
"""Kilometres of a reach that are still drawn: beyond it a circle says nothing that the list doesn't."""
_ARROW = 54
_EDGE = 14
_LETTER, _LINE = 7, 14
"""Room that a letter and a line of a name take."""
_SHAPES = {
    "drone": "M0-9L9 0 0 9-9 0z",
    "jet-drone": "M0-9L9 0 0 9-9 0z",
    "recon-drone": "M0-9L9 0 0 9-9 0z",
    "guided-bomb": "M-7-7H7V7H-7z",
    "carrier": "M0-10L3-3 10 2 10 5 3 3 2 8 4 10 0 9-4 10-2 8-3 3-10 5-10 2-3-3z",
}
_MISSILE = "M0-10L9 8H-9z"


@lru_cache(maxsize=4)
def _sheets(places: Gazetteer) -> tuple[Sheet | None, dict[str, str]]:
    """The sheet of raions and cities of their own, and the borders of first-level areas on it."""
    firsts = places.first_level()
    codes = []
    for first in firsts:
        area = places.area(first)
        parts = () if area is not None and area.kind == "city" else places.children(first)
        codes += [part for part in parts if places.ref(part).level == "raion"] or [first]
    laid = sheet(codes, places)
    borders = {}
    if laid is not None:
        for first in firsts:
            outline = places.outline(first)
            if outline is not None:
                rings = ([laid.projection((float(x), float(y))) for x, y in ring] for ring in outline.rings)
                borders[first] = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "z" for ring in rings)
    return laid, borders


def looks(night: Night, words: Words) -> Mapping[str, tuple[str, str]]:
    """Give each area its look and what to say of it.

    The desk sees a warning wherever one stands, also where nobody drives the official state.
    """
    told = {}
    for one in night.states:
        how, said = look(one), f"{clean(words.area(one.area))}: {state_word(one, words)}"
        if one.warnings and how in {"unknown", "stale", "none"}:
            how, said = "warned", f"{said}, {words.say('state.and-warned')}"
        told[one.area.code] = (how, said)
    return told


def ground(night: Night, frame: Frame) -> str:
    """Draw what never changes: areas, borders, names; each area as it stands now."""
    laid, borders = _sheets(night.places)
    if laid is None:
        return ""
    words, now = frame.words, looks(night, frame.words)
    parts = []
    for code, path in laid.paths.items():
        how, said = now.get(code, ("unknown", clean(words.area(night.places.ref(code)))))
        parts.append(
            f'<g class="part look-{escape(how)}" data-code="{escape(code)}"><title>{escape(said)}</title>'
            f'<path d="{path}"/></g>'
        )
    lines = "".join(f'<path d="{path}"/>' for path in borders.values())
    names = _named(tuple(borders), laid, night.places, words)
    return (
        f'<svg class="map chart" id="chart" viewBox="0 0 {laid.width} {laid.height}" role="img" '
        f'aria-label="{escape(words.say("desk.map-label"))}"><g class="land">{"".join(parts)}</g>'
        f'<g class="borders">{lines}</g><g class="labels" aria-hidden="true">{"".join(names)}</g>'
        f'<g id="overlay">{overlay(night, frame)}</g></svg>'
    )


def _named(codes: Sequence[str], laid: Sheet, places: Gazetteer, words: Words) -> list[str]:
    """Write the names of areas where there is room; a name that would cover another is left to the list."""
    wanted = []
    # A city before the oblast around it: its name is the shorter and its people are the more.
    for code in sorted(codes, key=lambda c: (len(laid.paths.get(c, "x" * 9999)), c)):
        position = places.position(code)
        if position is not None:
            wanted.append(
                (short(clean(words.area(places.ref(code)))), *laid.projection((position[1], position[0])))
            )
    return [
        f'<text x="{x}" y="{y}">{escape(name)}</text>'
        for name, x, y in placed(wanted, laid.width, letter=_LETTER, line=_LINE)
    ]


def overlay(night: Night, frame: Frame) -> str:
    """Draw the threats: where each was last said to be, where to, how far it can have come since."""
    laid, _ = _sheets(night.places)
    if laid is None:
        return ""
    standing = [t for t in night.picture.threats if t.status in {"live", "lost"}]
    # Several in one place are drawn once, with their number; the list tells them apart.
    groups: dict[tuple[str, str], list[Threat]] = {}
    for one in standing:
        base = base_of(one, night.places)
        if base is not None:
            groups.setdefault((base, one.weapon_class), []).append(one)
    return "".join(_mark(base, group, laid, night, frame) for (base, _), group in sorted(groups.items()))


def _mark(base: str, group: Sequence[Threat], laid: Sheet, night: Night, frame: Frame) -> str:
    words, one = frame.words, max(group, key=lambda t: (t.last_said or night.now, t.id))
    here = night.places.position(base)
    if here is None:
        return ""
    x, y = _inside(laid, here)
    label = _label(group, night, words)
    state = "lost" if all(t.status == "lost" for t in group) else "live"
    shape = _shape(one, night)
    drawn = [_reach(one, here, laid, night), *_ways(group, here, laid, night, words)]
    return (
        f'<g class="threat {state}" data-explain="{escape(one.id)}"><title>{escape(label)}</title>{"".join(drawn)}'
        f'<path class="body" transform="translate({x} {y})" d="{shape}"/>'
        f'<text class="tag{" back" if x > laid.width * 0.7 else ""}" x="{x - 13 if x > laid.width * 0.7 else x + 13}" '
        f'y="{max(y - 8, _LINE)}">{escape(label)}</text></g>'
    )


def _inside(laid: Sheet, point: tuple[float, float]) -> tuple[int, int]:
    """Place a point, one that lies abroad at the edge on its side."""
    x, y = laid.projection((point[1], point[0]))
    return min(max(x, _EDGE), laid.width - _EDGE), min(max(y, _EDGE), laid.height - _EDGE)


def _shape(one: Threat, night: Night) -> str:
    known = night.names.weapons.get(one.weapon)
    if known is not None and known.carrier:
        return _SHAPES["carrier"]
    return _SHAPES.get(one.weapon_class, _MISSILE)


def _label(group: Sequence[Threat], night: Night, words: Words) -> str:
    one = max(group, key=lambda t: (t.last_said or night.now, t.id))
    said = weapon(one.weapon, night.names, words)
    if len(group) > 1:
        said += f" × {len(group)}"
    elif one.count is not None:
        said += f" × {number(one.count.min, one.count.max, words, approx=one.count.approx)}"
    when = one.last_said or one.valid.start
    return clean(f"{said}, {words.clock(when)}" if when else said)


def _reach(one: Threat, here: tuple[float, float], laid: Sheet, night: Night) -> str:
    """Draw how far it can have come since it was last said to be there, by its greatest published speed."""
    known, said = night.names.weapons.get(one.weapon), one.last_said
    if known is None or known.carrier or known.speed_kmh is None or not known.speed_kmh.max or said is None:
        return ""
    # Whole minutes: a circle that grew by the second would redraw the map by the second.
    minutes = int(((night.known_at or night.now) - said).total_seconds() // 60)
    km = known.speed_kmh.max * minutes / 60
    if not 5 <= km <= _FARTHEST:
        return ""
    x, y = laid.projection((here[1], here[0]))
    return f'<circle class="reach" cx="{x}" cy="{y}" r="{round(km / _KM_A_DEGREE * laid.projection.scale)}"/>'


def _ways(
    group: Sequence[Threat],
    here: tuple[float, float],
    laid: Sheet,
    night: Night,
    words: Words,
) -> list[str]:
    """Draw where to: a line to each area named as ahead, else an arrow along the heading."""
    drawn: dict[str, str] = {}
    spot = _inside(laid, here)
    for one in group:
        bounds = {code: earliest for code, earliest, _ in arrivals(one, night.names, night.places)}
        for area in one.toward[:4]:
            there = night.places.position(area.code)
            if there is None or there == here:
                continue
            x, y = _inside(laid, there)
            when = f"≥ {words.clock(bounds[area.code])}" if area.code in bounds else ""
            drawn[area.code] = _arrow(spot, (x, y), bearing_deg(here, there), when)
        if not one.toward and one.heading in COMPASS:
            turn = math.radians(COMPASS[one.heading])
            end = (round(spot[0] + _ARROW * math.sin(turn)), round(spot[1] - _ARROW * math.cos(turn)))
            drawn[one.heading] = _arrow(spot, end, COMPASS[one.heading], "")
    return list(drawn.values())


def _arrow(start: tuple[int, int], end: tuple[int, int], bearing: float, when: str) -> str:
    head = f'<path class="head" transform="translate({end[0]} {end[1]}) rotate({bearing:.0f})" d="M0-3L5 8H-5z"/>'
    tag = f'<text class="due" x="{end[0] + 9}" y="{end[1] + 14}">{escape(when)}</text>' if when else ""
    return f'<path class="way" d="M{start[0]} {start[1]}L{end[0]} {end[1]}"/>{head}{tag}'
