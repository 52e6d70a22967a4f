"""Ukrainian case forms of place names by rules; a table of exceptions comes before them.

The rules follow the orthography of 2019 for nouns and adjectives of place names.
Where a name's class cannot be told from its letters (``-ь`` of either gender,
plural names with two genitives, ``-ове`` as noun or adjective) both are made: a
form too many costs little, a missing one loses a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

__all__ = ["CASES", "Forms", "adjective_forms", "forms", "stands_still"]

CASES = ("nominative", "genitive", "dative", "accusative", "instrumental", "locative")
"""In the order in which a table of exceptions gives them."""

Forms = tuple[tuple[str, ...], ...]
"""For each case, in the order of ``CASES``, one or more forms."""

_HUSHING = "жчшщ"
_CONSONANTS = "бвгґджзйклмнпрстфхцчшщ"
_ALTERNATION = {"г": "з", "к": "ц", "х": "с"}
_SOLID = """
біла зелена глибока висока кам’яна нова стара мала велика красна чорна добра широка вільна весела солона суха довга
крута гола кругла гостра тиха ясна верхня нижня середня вища долішня горішня лиса руда жовта перша друга третя синя руська
"""
_SOFT_STEMS = ("верхн", "нижн", "середн", "передн", "задн", "горішн", "долішн", "ближн", "дальн", "крайн")
"""Adjectives whose plural is soft: Горішніх, but Східних."""
_SOLID_ADJECTIVES = frozenset(_SOLID.split())
_PREPOSITIONS = frozenset(("на", "над", "під", "за", "при", "біля", "до", "від", "у", "в", "із", "з"))


def _adjective(stem: str, ending: str) -> Forms:
    """Forms of an adjective of the given nominative ending."""
    match ending:
        case "ий":
            return _m(stem, "ий", "ого", "ому", "им", "ому", "ім")
        case "ій":
            return _m(stem, "ій", "ього", "ьому", "ім", "ьому", "ім")
        case "їй":
            return _m(stem, "їй", "його", "йому", "їм", "йому", "їм")
        case "а":
            return (
                (stem + "а",),
                (stem + "ої",),
                (stem + "ій",),
                (stem + "у",),
                (stem + "ою",),
                (stem + "ій",),
            )
        case "я":
            return (
                (stem + "я",),
                (stem + "ьої",),
                (stem + "ій",),
                (stem + "ю",),
                (stem + "ьою",),
                (stem + "ій",),
            )
        case "е":
            return (
                (stem + "е",),
                (stem + "ого",),
                (stem + "ому",),
                (stem + "е",),
                (stem + "им",),
                (stem + "ому", stem + "ім"),
            )
        case "є":
            return (
                (stem + "є",),
                (stem + "ього",),
                (stem + "ьому",),
                (stem + "є",),
                (stem + "ім",),
                (stem + "ьому", stem + "ім"),
            )
        case _:
            if ending == "і" and stem.endswith(_SOFT_STEMS):
                return tuple((stem + e,) for e in ("і", "іх", "ім", "і", "іми", "іх"))
            return tuple((stem + e,) for e in ("і", "их", "им", "і", "ими", "их"))


def _m(stem: str, *endings: str) -> Forms:
    """A masculine adjective: nominative, genitive, dative, instrumental, two locatives."""
    nom, gen, dat, ins, loc, loc2 = (stem + e for e in endings)
    return ((nom,), (gen,), (dat,), (nom,), (ins,), (loc, loc2))


def adjective_forms(word: str) -> Forms:
    """Case forms of an adjective given in its nominative (``-ий``, ``-ій``, ``-а``, ``-я``, ``-е``, ``-є``, ``-і``)."""
    if word.endswith(("ий", "ій", "їй")):
        return _adjective(word[:-2], word[-2:])
    return _adjective(word[:-1], word[-1])


def _is_adjective(word: str, *, before: bool) -> bool:
    """Whether a name's word is an adjective; ``before`` tells that a noun follows it."""
    if word.endswith(
        ("ський", "цький", "зький", "ська", "цька", "зька", "ське", "цьке", "зьке", "ські", "цькі", "зькі")
    ):
        return True
    if word.endswith(("ий", "ній", "шній")):
        return True
    if word.endswith(("поле", "море", "ще", "це", "же", "че", "ше", "село")):
        return False
    if before:
        return word.endswith(("а", "я", "е", "є", "і", "ій"))
    if word.endswith(("не", "ле", "те", "ке", "ре", "ге", "хе", "бе", "де", "ме", "пе", "нє")):
        return True
    return word in _SOLID_ADJECTIVES


def _feminine(word: str) -> Forms:
    """Nouns in ``-а`` and ``-я``."""
    stem, last = word[:-1], word[-1]
    before = stem[-1:]
    if last == "а":
        soft = before in _HUSHING
        gen = stem + ("і" if soft else "и")
        dat = stem[:-1] + _ALTERNATION.get(before, before) + "і"
        return ((word,), (gen,), (dat,), (stem + "у",), (stem + ("ею" if soft else "ою"),), (dat,))
    vowel = before in "аеєиіїоуюя’'ʼ" or before == "й"
    gen = stem + ("ї" if vowel else "і")
    return ((word,), (gen,), (gen,), (stem + "ю",), (stem + ("єю" if vowel else "ею"),), (gen,))


def _neuter(word: str) -> Forms:
    """Nouns in ``-о``, ``-е`` (soft or hushing) and doubled consonant + ``-я``."""
    stem, last = word[:-1], word[-1]
    if last == "о":
        return ((word,), (stem + "а",), (stem + "у",), (word,), (stem + "ом",), (stem + "і", stem + "у"))
    if last == "е":
        end = "а" if stem[-1:] in _HUSHING else "я"
        dat = "у" if end == "а" else "ю"
        return ((word,), (stem + end,), (stem + dat,), (word,), (stem + "ем",), (stem + "і",))
    loc = stem + ("ї" if stem[-1:] in "’'ʼ" else "і")
    return ((word,), (word,), (stem + "ю",), (word,), (stem + "ям",), (loc, stem + "ю"))


def _plural(word: str) -> Forms:
    """Plural names: Суми, Бровари, Чернівці, Гаї."""
    stem, last = word[:-1], word[-1]
    if last == "ї":
        a, gens = "я", [stem + "їв", stem + "й"]
    elif last == "і":
        a = "а" if stem[-1:] in _HUSHING else "я"
        gens = [stem + "ів"]
        if stem[-1:] == "ц":
            gens.append(stem[:-1] + "ець")
        elif stem[-1:] in _HUSHING:
            gens.append(stem)
        else:
            gens.append(stem + "ей")
    else:
        a, gens = "а", [stem + "ів"]
        if not (len(stem) > 2 and stem[-1] in _CONSONANTS and stem[-2] in _CONSONANTS):
            gens.append(stem)
        elif stem[-1] == "к":
            gens.append(stem[:-1].rstrip("ь") + "ок")
        elif stem[-1] in "нлр":
            gens.append(stem[:-1].rstrip("ь") + "ен")
        else:
            gens.append(stem)
        if word.endswith(("яни", "ани")):
            gens.reverse()
    return ((word,), tuple(gens), (stem + a + "м",), (word,), (stem + a + "ми",), (stem + a + "х",))


def _oblique(word: str) -> str:
    """The stem before case endings of a masculine noun that ends in a consonant or ``-ь`` or ``-й``."""
    for pattern, into in (
        (r"їв$", "єв"),
        (r"(?<=[жчшщ])ів$", "ев"),
        (r"ів$", "ов"),
        (r"піль$", "пол"),
        (r"(?<=л)ець$", "ьц"),
        (r"ець$", "ц"),
        (r"єць$", "йц"),
        (r"бір$", "бор"),
        (r"вір$", "вор"),
        (r"тір$", "тор"),
        (r"ріг$", "рог"),
        (r"лід$", "лод"),
        (r"брід$", "брод"),
        (r"город$", "город"),
        (r"міст$", "мост"),
        (r"(?<=[бвгджзклмнпрстфхцчшщ])ок$", "к"),
    ):
        made, changed = re.subn(pattern, into, word)
        if changed:
            return made
    return word.removesuffix("ь").removesuffix("й")


def _masculine(word: str) -> Forms:
    """Nouns that end in a consonant, ``-ь`` or ``-й``."""
    stem = _oblique(word)
    if word.endswith("й"):
        return (
            (word,),
            (stem + "я", stem + "ю"),
            (stem + "ю", stem + "єві"),
            (word,),
            (stem + "єм",),
            (stem + "ї", stem + "ю"),
        )
    if word.endswith("ь"):
        return (
            (word,),
            (stem + "я", stem + "ю"),
            (stem + "ю", stem + "еві"),
            (word,),
            (stem + "ем",),
            (stem + "і", stem + "ю"),
        )
    last = stem[-1]
    hushing = last in _HUSHING
    locs = [stem + "і"] if last not in "кгх" else [stem + "у", stem[:-1] + _ALTERNATION[last] + "і"]
    if last not in "кгх" and not word.endswith(("ів", "їв", "ин", "їн")):
        locs.append(stem + "у")
    gens = (
        [stem + "а"]
        if word.endswith(("ськ", "цьк", "зьк", "ів", "їв", "град", "город"))
        else [stem + "а", stem + "у"]
    )
    dat = (stem + "у", stem + ("еві" if hushing else "ові"))
    return ((word,), tuple(gens), dat, (word,), (stem + ("ем" if hushing else "ом"),), tuple(locs))


def _third(word: str) -> Forms:
    """Feminine nouns in ``-ь``: Умань, Керч aside."""
    stem = word.removesuffix("ь")
    if len(stem) > 2 and stem[-1] in "дтзсцлнжчш" and stem[-2] not in _CONSONANTS:
        ins = stem + stem[-1] + "ю"
    else:
        ins = stem + "ю"
    return ((word,), (stem + "і",), (stem + "і",), (word,), (ins,), (stem + "і",))


def _merge(*many: Forms) -> Forms:
    """All forms of several paradigms, case by case."""
    return tuple(
        tuple(dict.fromkeys(f for forms_ in many for f in forms_[case])) for case in range(len(CASES))
    )


def _word(word: str, *, before: bool, single: bool) -> Forms:
    """Forms of one word of a name, by its ending."""
    if _is_adjective(word, before=before):
        return adjective_forms(word)
    last = word[-1]
    if last == "е":
        if re.search(r"(?:ов|ев|єв|ин|їн|ів|чин)е$", word):
            stem = word[:-1]
            noun = ((word,), (stem + "а",), (stem + "у",), (word,), (stem + "им",), (stem + "і",))
            return _merge(adjective_forms(word), noun)
        if word.endswith(("ще", "поле", "море", "це", "же", "че", "ше")) or not single:
            return _neuter(word)
        return adjective_forms(word)
    if last == "є":
        return adjective_forms(word)
    if last == "о":
        return _neuter(word)
    if last == "а":
        return _feminine(word)
    if last == "я":
        if re.search(r"([бвгджзклмнпрстфхцчшщ])\1я$|[рбвмпф][’'ʼ]я$", word):
            return _neuter(word)
        return _feminine(word)
    if last in "иії":
        return _plural(word)
    if last == "ь" and not word.endswith(("піль", "поль", "ець", "єць")):
        return _merge(_masculine(word), _third(word))
    if last in _CONSONANTS or last == "ь":
        return _masculine(word)
    return tuple((word,) for _ in CASES)


def _hyphenated(word: str, *, before: bool, single: bool, exceptions: Mapping[str, Forms]) -> Forms:
    """Forms of a word with hyphens: a first part in ``-о`` or ``-е`` stands still, what follows a preposition too."""
    if word in exceptions:
        return exceptions[word]
    parts = word.split("-")
    made: list[Forms] = []
    frozen = False
    for at, part in enumerate(parts):
        final = at == len(parts) - 1
        frozen = frozen or part in _PREPOSITIONS
        still = frozen or not part or (not final and part[-1] in "ое" and len(parts) == 2)
        if part in exceptions:
            made.append(exceptions[part])
        elif still:
            made.append(tuple((part,) for _ in CASES))
        else:
            made.append(_word(part, before=before and final, single=single and len(parts) == 1))
    return tuple(
        tuple("-".join(choice) for choice in product(*(m[case] for m in made))) for case in range(len(CASES))
    )


def stands_still(written: list[str], at: int) -> bool:
    """Whether a word of a phrase is not declined.

    Abbreviations are not, nor proper names after their common noun («мис
    Чауда»), nor what a table marks with ``=`` («лівий берег =столиці»).
    """
    word = written[at]
    if word.startswith("=") or (len(word) > 1 and word.isupper()):
        return True
    after = at > 0 and written[at - 1].islower() and word[:1].isupper()
    return after and not word.endswith(("ий", "ій", "ый", "ой"))


def forms(name: str, exceptions: Mapping[str, Forms] | None = None) -> Iterator[tuple[str, str]]:
    """Every (form, case) of a Ukrainian name in lower case, nominative first, no form twice.

    ``exceptions`` maps a whole name, or one word of it, in lower case, to its forms.
    """
    known = exceptions or {}
    lower = name.lower()
    if lower in known:
        cases = known[lower]
    else:
        words = lower.replace("=", "").split(" ")
        written = name.split(" ")
        still = False
        made: list[Forms] = []
        for at, word in enumerate(words):
            still = still or word in _PREPOSITIONS or any(c.isdigit() for c in word)
            if still or stands_still(written, at):
                made.append(tuple((word,) for _ in CASES))
                continue
            last = at == len(words) - 1
            made.append(_hyphenated(word, before=not last, single=len(words) == 1, exceptions=known))
        cases = tuple(
            tuple(" ".join(c) for c in product(*(m[case] for m in made))) for case in range(len(CASES))
        )
    seen: set[str] = set()
    for case, found in zip(CASES, cases, strict=True):
        for form in found:
            if form not in seen:
                seen.add(form)
                yield form, case
