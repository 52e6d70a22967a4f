"""What places are made of: areas, candidates for a name in a text, outlines."""

from __future__ import annotations

import msgspec

__all__ = ["DIALECTS", "FORMS", "LEVELS", "Area", "Candidate", "Outline"]

LEVELS = (
    "country",
    "oblast",
    "raion",
    "hromada",
    "settlement",
    "district",
    "neighbourhood",
    "airfield",
    "sea",
)
"""From coarse to fine; ``oblast`` is every first-level area, abroad too."""

FORMS = (
    "nominative",
    "genitive",
    "dative",
    "accusative",
    "instrumental",
    "locative",
    "adjective",
    "colloquial",
    "old",
    "phrase",
    "head",
)
"""What a form of a name is. ``phrase`` carried its noun («Бучанський район»); ``adjective`` is the bare
adjective; ``head`` never leaves this room: a stem that counts only before region, district, oblast."""

DIALECTS = ("alerts.in.ua", "ukrainealarm")


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with an official code: where it belongs, what it is called, where it lies.

    ``kind`` is city, township, village for settlements, else empty; Kyiv and
    Sevastopol are of level oblast and kind city. ``approximate`` marks a
    position that is only the middle of what holds the area, ``guessed`` the
    languages whose name is made by rules and not known.
    """

    code: str
    names: dict[str, str]
    level: str
    parent: str | None = None
    kind: str = ""
    lat: float | None = None
    lon: float | None = None
    approximate: bool = False
    population: int = 0
    guessed: tuple[str, ...] = ()


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One area that a form of a name may mean.

    ``precision`` is the area's level, settlement for a city that is a first-level
    area, or neighbourhood where only a part of the area is meant; then
    ``name_override`` holds that part's names. ``common`` marks a form that is
    also a common word: it needs a capital and a cue.
    """

    code: str
    precision: str
    form: str
    common: bool = False
    name_override: dict[str, str] | None = None


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """An area's border: closed rings of (longitude, latitude), outer rings first of each part.

    ``approximate`` marks one that was made from points, not surveyed.
    """

    rings: tuple[tuple[tuple[float, float], ...], ...]
    approximate: bool
    source: str
