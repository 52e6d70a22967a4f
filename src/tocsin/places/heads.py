"""The nouns that make an adjective a place: район, область, громада, region, district ..."""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["head_at", "head_prefix", "shared_head"]


def _words(line: str) -> tuple[str, ...]:
    """The words of a line."""
    return tuple(line.split())


_RAION = ("raion", "district")
_OBLAST = ("oblast",)
_HROMADA = ("hromada",)
_EITHER = ("district", "raion")

_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        _words(
            "район району районі районом района районе райони районів районам районах районами районы районов"
        ),
        _RAION,
    ),
    **dict.fromkeys(
        _words("область області областю областей областям областях областями области областью обл"), _OBLAST
    ),
    **dict.fromkeys(_words("край краю краї краєм края крае краем"), _OBLAST),
    **dict.fromkeys(
        _words(
            "громада громади громаді громаду громадою громад громадах громадам громадами громады громаде громадой тг отг мтг стг община общины общине общину общиной"
        ),
        _HROMADA,
    ),
    **dict.fromkeys(_words("region regions oblast oblasts oblasti province provinces krai"), _OBLAST),
    **dict.fromkeys(_words("raion raions rayon rayons"), _RAION),
    **dict.fromkeys(_words("district districts"), _EITHER),
    **dict.fromkeys(_words("hromada hromadas community communities"), _HROMADA),
}
_BEFORE_HROMADA = frozenset(
    word + ending
    for word, endings in (
        ("міськ", _words("а ої ій у ою")),
        ("селищн", _words("а ої ій у ою")),
        ("сільськ", _words("а ої ій у ою")),
        ("територіальн", _words("а ої ій у ою")),
        ("об єднан", _words("а ої ій у ою")),
        ("обєднан", _words("а ої ій у ою")),
    )
    for ending in endings
) | frozenset(_words("urban rural territorial settlement"))
_SHORT_RAION = frozenset(_words("н ну ні ном на не ни нів нах"))


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


_PLURAL = frozenset(
    _words(
        "regions oblasts provinces districts raions rayons hromadas communities районах областях областей районів"
    )
    + _words("районов громадах громад області районы райони")
)
_AND = frozenset(_words("and or та і й и или або as well the"))


def shared_head(
    tokens: Sequence[str], at: int, known: Callable[[int, tuple[str, ...]], int]
) -> tuple[str, ...]:
    """The levels of the plural noun that ends the list which goes on at ``at`` («Sumy, Okhtyrka and Romny districts»).

    ``known(at, levels)`` tells how many tokens from there are a name of those
    levels. Empty when no such noun ends it.
    """
    plural = next((n for n in range(at, min(len(tokens), at + 12)) if tokens[n] in _PLURAL), None)
    if plural is None:
        return ()
    levels = _WORDS[tokens[plural]]
    while at < plural:
        if tokens[at] in _AND:
            at += 1
            continue
        step = known(at, levels)
        if not step:
            return ()
        at += step
    return levels if at == plural else ()


def head_prefix(token: str) -> tuple[str, ...]:
    """The levels of the first head noun that begins with the letters typed so far."""
    return next((levels for word, levels in _WORDS.items() if word.startswith(token)), ())
