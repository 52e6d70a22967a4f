"""Names in other letters: Ukrainian to Latin by the Cabinet's table (resolution 55 of 2010), Ukrainian to Russian by rules."""

from __future__ import annotations

import re

__all__ = ["romanise", "russify"]

_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z",
    "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ь": "", "ю": "iu", "я": "ia", "’": "", "'": "", "ʼ": "",
}  # fmt: skip
_INITIAL = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def romanise(name: str) -> str:
    """The name in Latin letters by the table of 2010 (``зг`` is ``zgh``)."""
    out: list[str] = []
    lower = name.lower()
    for at, letter in enumerate(lower):
        first = at == 0 or not (lower[at - 1].isalpha() or lower[at - 1] in "’'ʼ")
        if letter == "г" and at and lower[at - 1] == "з":
            latin = "gh"
        elif first and letter in _INITIAL:
            latin = _INITIAL[letter]
        else:
            latin = _LATIN.get(letter, letter)
        out.append(latin.capitalize() if name[at].isupper() else latin)
    return "".join(out)


_ENDINGS = (
    # Adjectives: -ський, -ий, -ій, -е, -а
    (r"ський\b", "ский"), (r"цький\b", "цкий"), (r"зький\b", "зский"),
    (r"ська\b", "ская"), (r"цька\b", "цкая"), (r"зька\b", "зская"),
    (r"ське\b", "ское"), (r"цьке\b", "цкое"), (r"зьке\b", "зское"),
    (r"ські\b", "ские"), (r"цькі\b", "цкие"), (r"зькі\b", "зские"),
    (r"івка\b", "овка"), (r"ївка\b", "евка"), (r"(?<=[чшжщ])івка\b", "евка"), (r"івці\b", "овцы"), (r"ївці\b", "евцы"),
    (r"(?<=[ні])ів\b", "ов"), (r"їв\b", "ев"), (r"ів\b", "ов"),
    (r"ове\b", "ово"), (r"еве\b", "ево"), (r"єве\b", "ево"), (r"ине\b", "ино"), (r"їне\b", "ино"), (r"іне\b", "ино"),
    (r"піль\b", "поль"), (r"пілля\b", "полье"),
    (r"(?<=[нлтдсзц])ка\b", "ка"), (r"ення\b", "енье"), (r"ання\b", "анье"), (r"ілля\b", "илье"), (r"лля\b", "лье"), (r"ття\b", "тье"),
    (r"ння\b", "нье"), (r"ддя\b", "дье"), (r"жжя\b", "жье"), (r"ччя\b", "чье"), (r"ззя\b", "зье"), (r"сся\b", "сье"),
    (r"чі\b", "чи"), (r"ці\b", "цы"), (r"(?<=[гкх])и\b", "и"), (r"(?<=[жшчщ])і\b", "и"),
    (r"ий\b", "ый"), (r"(?<=[гкх])ый\b", "ий"), (r"ій\b", "ий"),
)  # fmt: skip
_LETTERS = {"и": "ы", "і": "и", "ї": "и", "є": "е", "ґ": "г", "’": "ъ", "'": "ъ", "ʼ": "ъ"}
_STEMS = (
    ("біл", "бел"), ("ліс", "лес"), ("річ", "реч"), ("красн", "красн"), ("велик", "велик"), ("верхн", "верхн"),
    ("нижн", "нижн"), ("петр", "петр"), ("микол", "никол"), ("григор", "григор"), ("дмитр", "дмитр"), ("михайл", "михайл"),
    ("володимир", "владимир"), ("олександр", "александр"), ("олексі", "алексе"), ("степан", "степан"), ("катерин", "екатерин"),
    ("єлизавет", "елизавет"), ("весел", "весел"), ("світл", "светл"), ("зелен", "зелен"), ("вишн", "вишн"), ("нов", "нов"),
    ("стар", "стар"), ("черв", "черв"), ("перш", "перш"), ("андрі", "андре"), ("матві", "матве"), ("сергі", "серге"),
    ("іван", "иван"), ("ганн", "анн"), ("дібров", "дубров"), ("хутір", "хутор"), ("камін", "камен"), ("острів", "остров"), ("ріг\\b", "рог"),
    ("міст", "мест"), ("вінниц", "винниц"), ("осип", "осип"), ("пилип", "филипп"), ("хрест", "крест"),
)  # fmt: skip


def russify(name: str) -> str:
    """A guess at the Russian name by rules; data overrides it wherever there is any."""
    words = []
    for word in re.split(r"([ -])", name):
        lower = word.lower()
        for pattern, ending in _ENDINGS:
            lower, changed = re.subn(pattern, ending, lower)
            if changed:
                tail = ending
                head = lower[: len(lower) - len(tail)]
                break
        else:
            head, tail = lower, ""
        for stem, russian in _STEMS:
            head, changed = re.subn("^" + stem, lambda _, r=russian: "\0" + r.replace("и", "\1"), head)  # type: ignore[misc]
            if changed:
                break
        head = "".join(_LETTERS.get(letter, letter) for letter in head)
        head = re.sub(r"(?<=[гкхжшчщ])ы", "и", head).replace("\0", "").replace("\1", "и")
        tail = "".join({"і": "и", "ї": "и", "є": "е"}.get(letter, letter) for letter in tail)
        made = head + tail
        words.append(made[:1].upper() + made[1:] if word[:1].isupper() else made)
    return "".join(words)
