"""The normal form of names and of the tokens that reading makes from a text: one table for both."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["APOSTROPHES", "FOLD", "key", "tokens"]

APOSTROPHES = "'’ʼ‘`′´ʹ＇"
"""Characters that people type for an apostrophe; dropped between letters."""

_CYRILLIC_TWINS = dict(zip("aceopxyiktmhbjs", "асеорхуіктмнвјѕ", strict=True))
_LATIN_TWINS = {twin: letter for letter, twin in _CYRILLIC_TWINS.items()} | {"ї": "i"}
_TO_CYRILLIC = str.maketrans(_CYRILLIC_TWINS)
_TO_LATIN = str.maketrans(_LATIN_TWINS)

_WORD = re.compile(r"[^\W\d_]+|\d+")
_MIXED = re.compile(r"[^\W\d_]*(?:[a-z][а-яіїєґ]|[а-яіїєґ][a-z])[^\W\d_]*")
_INNER_APOSTROPHE = re.compile(rf"(?<=[^\W\d_])[{APOSTROPHES}](?=[^\W\d_])")
_STRESS = "\u0301\u0300"


def _fold_table() -> dict[int, str]:
    """Every character whose folded form is one other character: capitals, ё, ґ, odd apostrophes and dashes."""
    table: dict[int, str] = {}
    for first, last in ((0x41, 0x5A), (0xC0, 0x17F), (0x370, 0x3FF), (0x400, 0x52F)):
        for number in range(first, last + 1):
            lower = chr(number).lower()
            if len(lower) == 1 and lower != chr(number):
                table[number] = lower
    for mark in APOSTROPHES:
        table[ord(mark)] = "'"
    for dash in "‐‑‒–—−":
        table[ord(dash)] = "-"
    table |= {ord(a): b for a, b in {"ё": "е", "Ё": "е", "ґ": "г", "Ґ": "г"}.items()}
    table |= {0xA0: " ", 0x202F: " ", 0x2009: " "}
    return table


FOLD: dict[int, str] = _fold_table()
"""For ``str.translate``: one character to one character, so that offsets stay."""


def _composed(text: str) -> str:
    """The text composed (й and ї whole) without stress marks."""
    whole = unicodedata.normalize("NFC", text)
    if "\u0301" in whole or "\u0300" in whole:
        whole = "".join(c for c in whole if c not in _STRESS)
    return whole


def _one_script(word: str) -> str:
    """The word with stray letters of the other script mapped to the script of most of its letters."""
    cyrillic = sum(1 for c in word if "а" <= c <= "ӿ")
    latin = sum(1 for c in word if "a" <= c <= "z")
    if cyrillic and latin:
        return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
    return word


def tokens(text: str) -> list[str]:
    """The normal words of a text: runs of letters or of digits, folded."""
    folded = _composed(text).translate(FOLD)
    if "'" in folded:
        folded = _INNER_APOSTROPHE.sub("", folded)
    words = _WORD.findall(folded)
    if _MIXED.search(folded):
        words = [_one_script(word) for word in words]
    return words


def key(name: str) -> str:
    """The normal form of a name: its normal words joined by one space."""
    return " ".join(tokens(name))
