"""Misspelled names of weapons and cities in a channel's haste: one letter missing, doubled, swapped, or another vowel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tocsin.places import Candidate, Gazetteer
from tocsin.reading.drafts import Context
from tocsin.reading.lexicon import Lexicon, Meaning
from tocsin.reading.marks import PLACE, Mark
from tocsin.reading.normalise import QUOTE

__all__ = ["mend"]

_SHORTEST = 6
_VOWELS = "аеєиіїоуюяыэ"
_UNKNOWN = 12
"""A text with more words than this that mean nothing is no hasty message."""


def mend(marks: list[Mark], context: Context) -> list[Mark]:
    """The marks of a channel's message with those that its misspelled words should have made."""
    tokens = context.tokens
    words, kinds = tokens.words, tokens.kinds
    if not context.telegraphic or len(words) > 40:
        return marks
    small = context.lexicon.prepositions
    unknown: list[int] = []
    at = 0
    for mark in (*marks, None):
        end = len(words) if mark is None else mark.i
        unknown += [
            k
            for k in range(at, end)
            if len(words[k]) >= _SHORTEST and kinds[k] == "w" and words[k] not in small
        ]
        at = end if mark is None else mark.j
    if not unknown or len(unknown) > _UNKNOWN:
        return marks
    found: list[Mark] = []
    for k in unknown:
        weapon, places = _meant(context.lexicon, context.gazetteer, words[k])
        if weapon is not None:
            found.append(Mark(k, k + 1, weapon))
        elif places and tokens.caps[k] and _expected(k, marks, context):
            mark = Mark(k, k + 1, PLACE)
            mark.places = places
            found.append(mark)
    return sorted([*marks, *found], key=lambda m: m.i) if found else marks


def _expected(k: int, marks: list[Mark], context: Context) -> bool:
    """Whether a place is due at a token: behind a preposition or a word of direction."""
    tokens = context.tokens
    if k and tokens.seps[k] <= QUOTE and tokens.words[k - 1] in context.lexicon.prepositions:
        return True
    return any(m.j == k and m.has("role") for m in marks)


@lru_cache(maxsize=20_000)
def _meant(lexicon: Lexicon, gazetteer: Gazetteer, word: str) -> tuple[Meaning | None, tuple[Candidate, ...]]:
    """The weapon, or else the city or region, that a word is one slip away from."""
    if not "а" <= word[0] <= "ӿ":
        return None, ()
    places: tuple[Candidate, ...] = ()
    for slip in _slips(word):
        phrase = lexicon.match([slip], [0], 0, 1)
        if phrase is not None and phrase[1][0].group == "weapon":
            return phrase[1][0], ()
        if not places:
            name = gazetteer.match([slip], 0)
            places = () if name is None else tuple(c for c in name[1] if _great(c, gazetteer))
    return None, places


def _great(candidate: Candidate, gazetteer: Gazetteer) -> bool:
    """Whether a candidate is an oblast, a raion or a city, by a name that is no common word."""
    if candidate.common or candidate.form == "adjective":
        return False
    area = gazetteer.area(candidate.code)
    return candidate.precision in ("oblast", "raion") or (area is not None and area.kind == "city")


def _slips(word: str) -> Iterator[str]:
    """The words that one slip of the finger turns into ``word``; the first letter is trusted."""
    size = len(word)
    for n in range(1, size):
        yield word[:n] + word[n + 1 :]
    for n in range(1, size - 1):
        if word[n] != word[n + 1]:
            yield word[:n] + word[n + 1] + word[n] + word[n + 2 :]
    for n in range(1, size):
        if word[n] in _VOWELS:
            for vowel in _VOWELS:
                if vowel != word[n]:
                    yield word[:n] + vowel + word[n + 1 :]
    for n in range(1, size + 1):
        for letter in _VOWELS:
            yield word[:n] + letter + word[n:]
        yield word[:n] + word[n - 1] + word[n:]
