"""Russian case forms of place names by rules; a table of exceptions comes before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from tocsin.places.inflect import CASES, Forms, stands_still

__all__ = ["adjective_forms", "forms"]

_PREPOSITIONS = frozenset(("на", "над", "под", "за", "при", "у", "до", "от", "в", "из", "с"))
_VELAR = "гкхжшчщ"
_HUSHING = "жшчщц"
_CONSONANTS = "бвгджзйклмнпрстфхцчшщ"


def adjective_forms(name: str) -> Forms:
    """Case forms of an adjective in the nominative (``-ий``, ``-ый``, ``-ой``, ``-ая``, ``-ое``, ``-ее``, ``-ые``, ``-ие``)."""
    head, hyphen, word = name.rpartition("-")
    stem, ending = word[:-2], word[-2:]
    soft = ending in ("ее", "яя") or (ending in ("ий", "ие") and stem[-1:] not in _VELAR)
    i = "и" if soft or stem[-1:] in _VELAR else "ы"
    o = "е" if soft else "о"
    if ending in ("ий", "ый", "ой", "ое", "ее"):
        nom = word
        cases: Forms = (
            (nom,),
            (stem + o + "го",),
            (stem + o + "му",),
            (nom,),
            (stem + i + "м",),
            (stem + o + "м",),
        )
    elif ending in ("ая", "яя"):
        u = "юю" if soft else "ую"
        cases = (
            (word,),
            (stem + o + "й",),
            (stem + o + "й",),
            (stem + u,),
            (stem + o + "й", stem + o + "ю"),
            (stem + o + "й",),
        )
    elif ending in ("ые", "ие"):
        cases = (
            (word,),
            (stem + i + "х",),
            (stem + i + "м",),
            (word,),
            (stem + i + "ми",),
            (stem + i + "х",),
        )
    else:
        cases = tuple((word,) for _ in CASES)
    return tuple(tuple(head + hyphen + form for form in case) for case in cases)


def _is_adjective(word: str) -> bool:
    return (
        len(word) > 3
        and word.endswith(("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие"))
        and not word.endswith(("рой",))
    )


def _noun(word: str) -> Forms:
    """Forms of a noun by its ending."""
    stem, last = word[:-1], word[-1]
    before = stem[-1:]
    if last == "а":
        i = "и" if before in _VELAR else "ы"
        o = "ей" if before in _HUSHING else "ой"
        return ((word,), (stem + i,), (stem + "е",), (stem + "у",), (stem + o,), (stem + "е",))
    if last == "я":
        dat = stem + ("и" if before == "и" else "е")
        return ((word,), (stem + "и",), (dat,), (stem + "ю",), (stem + "ей",), (dat,))
    if last == "о":
        return ((word,), (stem + "а", word), (stem + "у",), (word,), (stem + "ом",), (stem + "е", word))
    if last == "е":
        return ((word,), (stem + "я",), (stem + "ю",), (word,), (stem + "ем",), (word,))
    if last in "ыи":
        a = "а" if last == "ы" or before in _VELAR else "я"
        gens = [stem + ("ев" if before == "ц" else "ов")]
        if before == "к" and len(stem) > 2 and stem[-2] in _CONSONANTS + "ь":
            gens.append(stem[:-1].rstrip("ь") + ("ек" if stem[-2] in "жшчщ" else "ок"))
        else:
            gens.append(stem)
        if before in "нр" and len(stem) > 2 and stem[-2] in _CONSONANTS:
            gens.append(stem[:-1] + "ен")
        return ((word,), tuple(gens), (stem + a + "м",), (word,), (stem + a + "ми",), (stem + a + "х",))
    if last == "й":
        return ((word,), (stem + "я",), (stem + "ю",), (word,), (stem + "ем",), (stem + "е",))
    if last == "ь":
        masculine: Forms = ((word,), (stem + "я",), (stem + "ю",), (word,), (stem + "ем",), (stem + "е",))
        feminine: Forms = ((word,), (stem + "и",), (stem + "и",), (word,), (word + "ю",), (stem + "и",))
        if word.endswith(("поль", "бль", "шль")):
            return masculine
        return tuple(tuple(dict.fromkeys(m + f)) for m, f in zip(masculine, feminine, strict=True))
    if last in _CONSONANTS:
        root = re.sub(r"(?<=[бвгджзклмнпрстфх])ец$", "ц", word)
        root = re.sub(r"(?<=л)ц$", "ьц", root)
        root = re.sub(r"(?<=[бвгджзклмнпрстфхчш])ок$", "к", root)
        o = "ем" if root[-1] in _HUSHING else "ом"
        return ((word,), (root + "а",), (root + "у",), (word,), (root + o,), (root + "е",))
    return tuple((word,) for _ in CASES)


def forms(name: str, exceptions: Mapping[str, Forms] | None = None) -> Iterator[tuple[str, str]]:
    """Every (form, case) of a Russian name in lower case, nominative first, no form twice."""
    known = exceptions or {}
    lower = name.lower().replace("ё", "е")
    if lower in known:
        cases = known[lower]
    else:
        made: list[Forms] = []
        pieces = re.split(r"([ -])", lower.replace("=", ""))
        whole = name.split(" ")
        still = False
        for at, word in enumerate(pieces):
            still = still or word in _PREPOSITIONS or stands_still(whole, pieces[:at].count(" "))
            first_of_compound = at + 1 < len(pieces) and pieces[at + 1] == "-" and word.endswith(("о", "е"))
            if word in known:
                made.append(known[word])
            elif still or len(word) < 2 or first_of_compound or any(c.isdigit() for c in word):
                made.append(tuple((word,) for _ in CASES))
            else:
                made.append(adjective_forms(word) if _is_adjective(word) else _noun(word))
        cases = tuple(
            tuple("".join(c) for c in product(*(m[case] for m in made))) for case in range(len(CASES))
        )
    seen: set[str] = set()
    for case, found in zip(CASES, cases, strict=True):
        for form in found:
            if form not in seen:
                seen.add(form)
                yield form, case
