"""The language of a text, by letters that only one language has, then by the words that the lexicon knows."""

from __future__ import annotations

from tocsin.reading.lexicon import Lexicon
from tocsin.reading.normalise import Tokens

__all__ = ["language_of"]

_UK = frozenset("іїєґІЇЄҐ")
_RU = frozenset("ыэъёЫЭЪЁ")
_RU_WORDS = frozenset(
    [
        "и",
        "что",
        "в",
        "с",
        "на",
        "по",
        "от",
        "при",
        "это",
        "все",
        "если",
        "только",
        "еще",
        "уже",
        "где",
        "или",
        "как",
        "также",
        "его",
        "ее",
        "был",
        "была",
        "были",
        "нет",
        "да",
        "из",
        "за",
        "над",
        "под",
        "пока",
        "к",
    ]
) - frozenset(["в", "с", "на", "по", "за", "над", "под"])
_UK_WORDS = frozenset(
    [
        "та",
        "і",
        "й",
        "що",
        "це",
        "вже",
        "ще",
        "де",
        "або",
        "як",
        "також",
        "його",
        "був",
        "була",
        "були",
        "немає",
        "так",
        "із",
        "зі",
        "від",
        "при",
        "поки",
        "до",
        "у",
    ]
)


_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐ")


def language_of(tokens: Tokens, lexicon: Lexicon) -> str:
    """uk, ru or en; und where no letter tells."""
    text = tokens.text[:20_000]
    letters = set(text)
    uk = sum(text.count(c) for c in letters & _UK)
    ru = sum(text.count(c) for c in letters & _RU)
    latin = cyrillic = 0
    words = tokens.words
    if letters.isdisjoint(_LATIN) and len(words) <= 400:
        # Nothing but Cyrillic, as most messages are: the few words that tell are looked up at once.
        cyrillic = 0 if letters.isdisjoint(_CYRILLIC) else 1
        seen = set(words)
        ru += sum(words.count(word) for word in seen & _RU_WORDS)
        uk += sum(words.count(word) for word in seen & _UK_WORDS)
    else:
        for word, kind in zip(words[:400], tokens.kinds, strict=False):
            if kind == "w":
                if word[0] <= "z":
                    latin += len(word)
                elif "а" <= word[0] <= "є" or word[0] in "іїґ":
                    cyrillic += len(word)
                    if word in _RU_WORDS:
                        ru += 1
                    elif word in _UK_WORDS:
                        uk += 1
    if latin > cyrillic:
        return "en"
    if not cyrillic:
        return "und"
    if uk != ru:
        return "uk" if uk > ru else "ru"
    votes = {"uk": 0, "ru": 0}
    for word in tokens.words[:200]:
        for atom in lexicon.atoms(word):
            language = lexicon.words.get(atom)
            if language in votes:
                votes[language] += 1
                break
    return "ru" if votes["ru"] > votes["uk"] else "uk"
