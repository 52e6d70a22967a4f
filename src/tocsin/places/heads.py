"""The nouns that make an adjective a place: район, область, громада, region, district ..."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["head_at", "head_prefix"]

_RAION = ("raion", "district")
_OBLAST = ("oblast",)
_HROMADA = ("hromada",)
_EITHER = ("district", "raion")

_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("район району районі районом района районе райони районів районам районах районами районы районов".split(), _RAION),
    **dict.fromkeys("область області областю областей областям областях областями области областью обл".split(), _OBLAST),
    **dict.fromkeys("край краю краї краєм края крае краем".split(), _OBLAST),
    **dict.fromkeys("громада громади громаді громаду громадою громад громадах громадам тг отг мтг стг община общины общине общину".split(), _HROMADA),
    **dict.fromkeys("region regions oblast oblasts oblasti province provinces krai".split(), _OBLAST),
    **dict.fromkeys("raion raions rayon rayons".split(), _RAION),
    **dict.fromkeys("district districts".split(), _EITHER),
    **dict.fromkeys("hromada hromadas community communities".split(), _HROMADA),
}
_BEFORE_HROMADA = frozenset(
    word + ending
    for word, endings in (
        ("міськ", "а ої ій у ою".split()),
        ("селищн", "а ої ій у ою".split()),
        ("сільськ", "а ої ій у ою".split()),
        ("територіальн", "а ої ій у ою".split()),
        ("об єднан", "а ої ій у ою".split()),
        ("обєднан", "а ої ій у ою".split()),
    )
    for ending in endings
) | frozenset("urban rural territorial settlement".split())
_SHORT_RAION = frozenset("н ну ні ном на не ни нів нах".split())


def head_at(tokens: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
    """How many tokens from ``at`` make a head noun, and the levels that it names; (0, ()) for none."""
    if at >= len(tokens):
        return 0, ()
    word = tokens[at]
    levels = _WORDS.get(word)
    if levels is not None:
        return 1, levels
    if word == "р" and at + 1 < len(tokens) and tokens[at + 1] in _SHORT_RAION:
        return 2, _RAION
    if word in _BEFORE_HROMADA:
        end = at
        while end < len(tokens) and tokens[end] in _BEFORE_HROMADA:
            end += 1
        if end < len(tokens) and _WORDS.get(tokens[end]) == _HROMADA:
            return end - at + 1, _HROMADA
    return 0, ()


def head_prefix(token: str) -> tuple[str, ...]:
    """The levels of the first head noun that begins with the letters typed so far."""
    if len(token) < 2:
        return ()
    return next((levels for word, levels in _WORDS.items() if word.startswith(token)), ())
