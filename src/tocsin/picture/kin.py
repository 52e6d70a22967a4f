"""Which weapons can be one and the same thing in two reports' words.

Two reports speak of one hazard when they name one weapon, one class, or one of
them the wider word («швидкісна ціль» for a ballistic missile).
"""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.model import Weapon

__all__ = ["Kin"]

_WIDER = {
    "ballistic": "high-speed-target",
    "aeroballistic": "high-speed-target",
    "hypersonic": "high-speed-target",
    "high-speed-target": "missile",
    "cruise": "missile",
    "missile": "unknown",
    "jet-drone": "drone",
    "recon-drone": "drone",
    "strike-drone": "drone",
    "drone": "unknown",
    "guided-bomb": "unknown",
    "mlrs": "artillery",
    "artillery": "unknown",
}
_REMEMBERED = 10_000
_UNKNOWN = Weapon(slug="unknown", klass="unknown", level="red", names={})


def _chain(klass: str) -> tuple[str, ...]:
    chain = [klass]
    while chain[-1] in _WIDER:
        chain.append(_WIDER[chain[-1]])
    return tuple(chain)


class Kin:
    """The relations between weapons, from the weapons' table."""

    def __init__(self, weapons: Mapping[str, Weapon]) -> None:
        self._weapons = weapons
        self._chains = {slug: _chain(self.klass(slug)) for slug in sorted(weapons)}
        self._carriers = frozenset(slug for slug, weapon in weapons.items() if weapon.carrier)
        families = {self.family(slug) for slug in (*weapons, *_WIDER)}
        self.all_families = tuple(sorted(families | {"unknown", "carrier"}))
        self._close: dict[tuple[str, str], int] = {}
        self._ended: dict[tuple[str, str | None], bool] = {}

    def weapon(self, slug: str | None) -> Weapon:
        """The weapon of a slug; the unknown weapon where the table has none (R17)."""
        return self._weapons.get(slug or "unknown") or self._weapons.get("unknown") or _UNKNOWN

    def klass(self, slug: str | None) -> str:
        """The class of a weapon; a slug that is itself a class is its own."""
        if slug in _WIDER:
            return str(slug)
        return self.weapon(slug).klass

    def family(self, slug: str) -> str:
        """The widest word for a weapon short of "unknown": by it threats are indexed."""
        if slug in self._carriers:
            return "carrier"
        chain = self._chain(slug)
        return chain[-2] if len(chain) > 1 and chain[-1] == "unknown" else chain[-1]

    def families(self, slug: str) -> tuple[str, ...]:
        """The families in which something kin to a weapon may stand."""
        own = self.family(slug)
        if own in ("unknown", "carrier"):
            return self.all_families
        return tuple(dict.fromkeys((own, "unknown", "carrier")))

    def carrier(self, slug: str) -> bool:
        """Whether a weapon is an aircraft that carries others."""
        return slug in self._carriers

    def closeness(self, one: str, other: str) -> int:
        """3 for the same weapon, 2 for the same class, 1 where one word is the wider, else 0."""
        key = (one, other)
        found = self._close.get(key)
        if found is None:
            if len(self._close) > _REMEMBERED:
                self._close.clear()
            found = self._close[key] = self._closeness(one, other)
        return found

    def _closeness(self, one: str, other: str) -> int:
        if one == other:
            return 3
        if one in self._carriers or other in self._carriers:
            return 0
        mine, theirs = self._chain(one), self._chain(other)
        if mine[0] == theirs[0]:
            return 2
        return int(mine[0] in theirs or theirs[0] in mine)

    def word_of_class(self, slug: str) -> str:
        """The word for a weapon's class, where the table has one; carriers stay what they are."""
        klass = self.klass(slug)
        return klass if klass in _WIDER and slug not in self._carriers else slug

    def agreed(self, one: str, other: str) -> str:
        """What two kin words agree on: the one that says more; their class, where they name two weapons."""
        mine, theirs = self._chain(one), self._chain(other)
        if len(mine) != len(theirs):
            return one if len(mine) > len(theirs) else other
        if one == other or other in _WIDER or other == "unknown":
            return one
        if one in _WIDER or one == "unknown":
            return other
        return self.word_of_class(one)

    def carried(self, carrier: str, slug: str) -> bool:
        """Whether ``slug`` is a word for what ``carrier`` carries (a missile danger at a MiG-31K)."""
        held = self.weapon(carrier)
        if not held.carrier:
            return False
        mine = self._chain(slug)
        return any(slug == arm or mine[0] in self._chain(arm) for arm in (*held.implies, "missile"))

    def ended_by(self, standing: str, over: str | None) -> bool:
        """Whether "``over`` is over" speaks of ``standing``: the same, or a word as wide or wider."""
        key = (standing, over)
        found = self._ended.get(key)
        if found is None:
            if len(self._ended) > _REMEMBERED:
                self._ended.clear()
            found = self._ended[key] = self._ended_by(standing, over)
        return found

    def _ended_by(self, standing: str, over: str | None) -> bool:
        if over in (None, "unknown", standing):
            return True
        over = str(over)
        held = self.weapon(standing)
        if held.carrier:
            wide = self._chain(over)[0]
            return not self.weapon(over).carrier and any(
                over == arm or wide in self._chain(arm) for arm in held.implies
            )
        mine, theirs = self._chain(standing), self._chain(over)
        if mine[0] == theirs[0]:
            # A named missile's end is no end of another named one of its class.
            return over in _WIDER or standing in _WIDER
        return theirs[0] in mine or (mine[0] == "high-speed-target" and mine[0] in theirs)

    def _chain(self, slug: str) -> tuple[str, ...]:
        chain = self._chains.get(slug)
        return chain if chain is not None else _chain(self.klass(slug))
