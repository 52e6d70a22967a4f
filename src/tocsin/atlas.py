"""A gazetteer that remembers its answers about which area holds which: the fold asks them a hundred times an entry.

It answers exactly as the gazetteer behind it. There are as many answers as
areas, so what it remembers is bounded by the pack of places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["Atlas"]


_PAIRS = 100_000
"""Remembered distances; there are more pairs of areas than anybody needs."""


class Atlas:
    """Remembered containment over a gazetteer; everything else is the gazetteer's own."""

    def __init__(self, places: Gazetteer) -> None:
        self._places = places
        self.root: str = places.root
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self._first: dict[str, str | None] = {}
        self._lifted: dict[tuple[str, str], str | None] = {}
        self._known = places.first_level()
        self._apart: dict[tuple[str, str], float | None] = {}
        self._at: dict[str, tuple[float, float] | None] = {}

    @classmethod
    def over(cls, places: Gazetteer) -> Gazetteer:
        """A gazetteer with a memory, in the gazetteer's own type."""
        return cast("Gazetteer", cls(places))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the gazetteer has
        return getattr(self._places, name)

    def first_level(self) -> tuple[str, ...]:
        """The first-level areas of the country."""
        return self._known

    def ancestors(self, code: str) -> tuple[str, ...]:
        """All areas that hold one, nearest first."""
        found = self._ancestors.get(code)
        if found is None:
            found = self._ancestors[code] = self._places.ancestors(code)
        return found

    def covers(self, outer: str, inner: str) -> bool:
        """Whether one area is another or holds it."""
        if outer == inner:
            return True
        found = self._ancestors.get(inner)
        return outer in (self.ancestors(inner) if found is None else found)

    def first_level_of(self, code: str) -> str | None:
        """The first-level area that holds one, or it itself."""
        if code not in self._first:
            self._first[code] = self._places.first_level_of(code)
        return self._first[code]

    def lift(self, code: str, level: str) -> str | None:
        """It or the nearest area around it of that level."""
        key = (code, level)
        if key not in self._lifted:
            self._lifted[key] = self._places.lift(code, level)
        return self._lifted[key]

    def raion_of(self, code: str) -> str | None:
        """The raion that holds it, or it itself."""
        key = (code, "raion")
        if key not in self._lifted:
            self._lifted[key] = self._places.raion_of(code)
        return self._lifted[key]

    def position(self, code: str) -> tuple[float, float] | None:
        """Where an area lies."""
        if code not in self._at:
            self._at[code] = self._places.position(code)
        return self._at[code]

    def distance_km(self, one: str, other: str) -> float | None:
        """How far two areas are apart."""
        key = (one, other)
        if key not in self._apart:
            if len(self._apart) > _PAIRS:
                self._apart.clear()
            self._apart[key] = self._places.distance_km(one, other)
        return self._apart[key]
