"""Numbers as texts give them: counts as ranges, and figures that are no counts (times, dates, addresses, phones)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.model import Range
from tocsin.reading.normalise import AND_SLASH, COMMA, DOT, HYPHEN, NONE, QUOTE, SPACE, Tokens

if TYPE_CHECKING:
    from tocsin.reading.lexicon import Lexicon, Meaning
    from tocsin.reading.marks import Mark

__all__ = ["bent", "clock_at", "date_at", "number_at"]

_CLOCK_WORDS = frozenset(
    [
        "о",
        "об",
        "at",
        "станом",
        "на",
        "з",
        "до",
        "с",
        "в",
        "к",
        "около",
        "близько",
        "біля",
        "by",
        "from",
        "since",
        "after",
        "until",
        "till",
        "тому",
        "від",
        "орієнтовно",
        "приблизно",
        "~",
    ]
)
_THOUSANDS = frozenset(["тис", "тисяч", "тисячі", "тысяч", "тысячи", "тыс", "thousand"])
_TIMES_LETTER = frozenset({"х", "x"})
_OF = frozenset({"з", "із", "из", "of", "со", "зі"})
_PIECES = frozenset({"шт", "од", "штук", "штуки", "ед", "одиниць", "одиниці", "единиц", "єдиниць"})
_MONTHS = {
    stem: number
    for number, stems in enumerate(
        (
            "січ янв jan", "лют фев feb", "берез март мар mar", "квіт апр apr", "трав мая май may", "черв июн jun", "лип июл jul",
            "серп авг aug", "верес сен sep", "жовт окт oct", "листоп ноя nov", "груд дек dec",
        ),
        start=1,
    )
    for stem in stems.split()
}  # fmt: skip
_MONTH_WORDS: dict[str, int | None] = {}


def month_of(word: str) -> int | None:
    """The month that a word names, 1 to 12."""
    if word not in _MONTH_WORDS:
        if len(_MONTH_WORDS) > 20_000:
            _MONTH_WORDS.clear()
        found = next(
            (n for stem, n in _MONTHS.items() if word.startswith(stem) and len(word) <= len(stem) + 6), None
        )
        if (
            found is not None
            and word not in _MONTHS
            and not word.endswith(
                (
                    "ня",
                    "го",
                    "ень",
                    "день",
                    "ni",
                    "ary",
                    "ch",
                    "il",
                    "ne",
                    "ly",
                    "st",
                    "er",
                    "ря",
                    "ля",
                    "та",
                    "ая",
                    "рь",
                    "ль",
                    "ет",
                    "ий",
                    "ого",
                    "пад",
                    "пада",
                    "паду",
                    "ні",
                    "ню",
                    "т",
                    "ept",
                )
            )
        ):
            found = None
        _MONTH_WORDS[word] = found
    return _MONTH_WORDS[word]


def value_of(word: str) -> int | None:
    """The value of a run of digits; None for one too long to be a number."""
    return int(word) if len(word) <= 7 else None


def date_at(tokens: Tokens, i: int, lexicon: Lexicon) -> int | None:  # noqa: ARG001
    """The end of a date that starts at token ``i``: 20.12.2024, 2024-12-20, 20 грудня, 20 December."""
    words, seps, kinds = tokens.words, tokens.seps, tokens.kinds
    size = len(words)
    first = words[i]
    if (
        i + 2 < size
        and kinds[i + 1] == "n"
        and kinds[i + 2] == "n"
        and seps[i + 1] == seps[i + 2]
        and seps[i + 1] in (DOT, HYPHEN, AND_SLASH)
    ):
        lengths = (len(first), len(words[i + 1]), len(words[i + 2]))
        if (
            lengths in ((2, 2, 4), (1, 2, 4), (4, 2, 2), (2, 2, 2), (1, 2, 2)) and seps[i + 1] != HYPHEN
        ) or lengths == (4, 2, 2):
            return i + 3
    if (
        i + 1 < size
        and kinds[i + 1] == "w"
        and seps[i + 1] in (SPACE, DOT, NONE)
        and len(first) <= 2
        and month_of(words[i + 1])
    ):
        end = i + 2
        if end < size and kinds[end] == "n" and len(words[end]) == 4:
            end += 1
        return end
    return None


def clock_at(tokens: Tokens, i: int) -> int | None:
    """The end of a clock time that starts at token ``i``: 07:19, «о 07.19», 6:40 a.m., «о 7 ранку»."""
    words, seps, kinds, text = tokens.words, tokens.seps, tokens.kinds, tokens.text
    size = len(words)
    if kinds[i] != "n" or len(words[i]) > 2 or int(words[i]) > 24:
        return None
    before = words[i - 1] if i else ""
    j = i + 1
    if j < size and kinds[j] == "n" and len(words[j]) == 2 and int(words[j]) < 60 and seps[j] == DOT:
        mark = text[tokens.ends[i] : tokens.starts[j]]
        dotted = mark == "."
        if mark not in (".", ":"):
            return None
        inside = i > 0 and "(" in text[tokens.ends[i - 1] : tokens.starts[i]]
        ranged = i > 1 and kinds[i - 1] == "n" and seps[i] in (HYPHEN, 8)
        if not dotted or before in _CLOCK_WORDS or inside or ranged:
            end = j + 1
            if end < size and kinds[end] == "n" and seps[end] == DOT and not dotted and len(words[end]) == 2:
                end += 1
            return _meridiem(tokens, end)
        return None
    end = _meridiem(tokens, j)
    if end > j:
        return end
    if j < size and kinds[j] == "w" and seps[j] in (SPACE, HYPHEN):
        word = words[j]
        if word in ("ранку", "утра", "вечора", "вечера", "ночі", "ночи"):
            return j + 1
        if word in ("год", "години", "годині", "годину", "часов", "oclock") and before in (
            "о",
            "об",
            "в",
            "at",
            "близько",
            "около",
            "на",
        ):
            return j + 1
        if word == "й" and j + 1 < size and words[j + 1].startswith("годин"):
            return j + 2
    return None


def _meridiem(tokens: Tokens, end: int) -> int:
    words, seps = tokens.words, tokens.seps
    size = len(words)
    if end < size and seps[end] <= QUOTE and words[end] in ("am", "pm"):
        return end + 1
    if (
        end + 1 < size
        and seps[end] <= SPACE
        and words[end] in ("a", "p")
        and words[end + 1] == "m"
        and seps[end + 1] <= DOT
    ):
        return end + 2
    return end


def bent(low: int | None, high: int | None, bend: str, *, approx: bool = False) -> Range:
    """A range bent by a word such as "at least" or "up to"."""
    if bend == "least":
        return Range(min=low, max=None, approx=approx)
    if bend == "most":
        return Range(min=None, max=high, approx=approx)
    if bend == "over":
        return Range(min=None if low is None else low + 1, max=None, approx=approx)
    if bend == "under":
        return Range(min=None, max=None if high is None else max(high - 1, 0), approx=approx)
    return Range(min=low, max=high, approx=approx or bend == "about")


def number_at(  # noqa: PLR0917 - a clause and all that it stands in
    tokens: Tokens,
    i: int,
    end: int,
    lexicon: Lexicon,
    marks: list[Mark],
    phrase: tuple[int, tuple[Meaning, ...]] | None = None,
) -> Mark | None:
    """The mark of a number that starts at token ``i``: a count, or junk that only looks like one."""
    from tocsin.reading.marks import JUNK, NUMBER, QUANTITY, Mark  # noqa: PLC0415 - the two know each other

    words, seps, text = tokens.words, tokens.seps, tokens.text
    size = len(words)
    vague = False
    strong = False
    if phrase is None:
        figure = _figures(tokens, i)
        if figure is None:
            return Mark(i, _junk_end(tokens, i), JUNK)
        low, high, j = figure
        if j < size and seps[j] <= SPACE and words[j] in _THOUSANDS:
            low, high, j = low * 1000, high * 1000, j + 1
        before = text[max(0, tokens.starts[i] - 3) : tokens.starts[i]]
        if before.endswith(("№", "#", "$", "€", "+38")):
            return Mark(i, j, JUNK)
    else:
        meaning = next(m for m in phrase[1] if m.group in ("number", "vague"))
        low = high = int(meaning.value)
        vague = meaning.group == "vague"
        j = i + phrase[0]
        before = ""
        low, high, j = _compound(tokens, lexicon, low, j, end)
    approx = vague or before.rstrip().endswith(("~", "≈", "±", "+-", "+/-", "-+"))
    bend = "about" if approx else ""
    start = i
    if vague:
        bend = "least"
    if j < size and seps[j] == NONE and words[j] in _TIMES_LETTER | _PIECES:
        strong = True
        j += 1
    elif j < size and seps[j] == SPACE and words[j] in _TIMES_LETTER:
        after = text[tokens.ends[j] : tokens.ends[j] + 1]
        if not after.isdigit() and after != "-":
            strong = True
            j += 1
    gap = (
        text[tokens.ends[j - 1] : tokens.starts[j]]
        if j < size
        else text[tokens.ends[j - 1] : tokens.ends[j - 1] + 3]
    )
    if gap.startswith(("+", " +")) and not gap.startswith("+-"):
        bend = "least"
        strong = True
    if gap.startswith(("×", "✕", " ×", "*")):
        strong = True
    if gap.startswith("%"):
        return Mark(i, j, JUNK)
    start, bend, approx = _bends(tokens, marks, start, bend, approx=approx)
    low, high, j = _by_pairs(tokens, low, high, j)
    total, j = _out_of(tokens, lexicon, low, j, end)
    if total is None and _one_of(tokens, low, j, strong=strong):
        return Mark(i, j, QUANTITY)
    if not strong and _no_count(tokens, lexicon, i, j, end):
        mark = Mark(start, j, QUANTITY)
        mark.number = bent(low, high, bend, approx=approx)
        return mark
    mark = Mark(start, j, NUMBER)
    mark.number = bent(low, high, bend, approx=approx)
    mark.strong = strong
    mark.total = total
    mark.vague = vague
    return mark


_PAIRS = {
    "пари": 2,
    "пар": 2,
    "пары": 2,
    "pairs": 2,
    "десятки": 10,
    "десятків": 10,
    "десятка": 10,
    "десятков": 10,
    "dozen": 12,
}


def _by_pairs(tokens: Tokens, low: int, high: int, j: int) -> tuple[int, int, int]:
    """«дві пари ракет» are four, «понад 2 десятки» over twenty."""
    if j >= len(tokens.words) or tokens.seps[j] > SPACE or not 1 < low <= 20:
        return low, high, j
    times = _PAIRS.get(tokens.words[j], 0)
    return (low * times, high * times, j + 1) if times else (low, high, j)


def _one_of(tokens: Tokens, low: int | None, j: int, *, strong: bool) -> bool:
    """Whether "one of" picks one out of some («одна з підстанцій»): no count of its own."""
    words = tokens.words
    return (
        low == 1 and not strong and j + 1 < len(words) and tokens.seps[j] <= SPACE and words[j] in _OF
        and tokens.kinds[j - 1] == "w" and tokens.kinds[j + 1] == "w" and not tokens.caps[j + 1] and words[j] not in ("зі", "со")
        and (words[j] == "of" or words[j + 1].endswith(_MANY))
    )  # fmt: skip


_MANY = ("их", "ых", "ів", "ов", "ев", "ей", "ій", "ок")


def _bends(
    tokens: Tokens, marks: list[Mark], start: int, bend: str, *, approx: bool
) -> tuple[int, str, bool]:
    """Take the words that bend a number off the marks before it: where it starts, how it is bent, whether about."""
    if (
        marks
        and marks[-1].group == "bend"
        and marks[-1].value == "most"
        and marks[-1].j == start
        and _grew(tokens, marks[-1].i)
    ):
        # «зросла до 12», "rose to 12": exactly twelve.
        start = marks.pop().i
    while marks and marks[-1].group == "bend" and marks[-1].j == start and tokens.seps[start] <= QUOTE:
        bending = marks.pop()
        bend = bending.value if bend in ("", "about") or bending.value != "about" else bend
        approx = approx or bending.value == "about"
        start = bending.i
    return start, bend, approx


def _out_of(tokens: Tokens, lexicon: Lexicon, low: int | None, j: int, end: int) -> tuple[int | None, int]:
    """The whole that a number is a part of («43 з 60», «один з трьох») and the end with it."""
    words, kinds = tokens.words, tokens.kinds
    size = len(words)
    if j + 1 >= size or tokens.seps[j] > SPACE or words[j] not in _OF:
        return None, j
    if kinds[j + 1] == "w":
        found = lexicon.match(words, tokens.seps, j + 1, max(end, j + 2))
        whole = next((m for m in found[1] if m.group == "number"), None) if found else None
        if whole is None or found is None:
            return None, j
        return int(whole.value), j + 1 + found[0]
    if kinds[j + 1] != "n" or clock_at(tokens, j + 1) is not None:
        return None, j
    total = value_of(words[j + 1])
    dated = month_of(words[j + 2] if j + 2 < size else "") is not None
    if total is None or (low or 0) > total or dated:
        return None, j
    return total, j + 2


_GREW = ("зрос", "збільш", "вырос", "возрос", "увелич", "rose", "rise", "increas", "grow", "grew", "зріс")


def _grew(tokens: Tokens, i: int) -> bool:
    """Whether a total is said to have grown to what follows token ``i``."""
    return any(word.startswith(_GREW) for word in tokens.words[max(0, i - 3) : i])


def _figures(tokens: Tokens, i: int) -> tuple[int, int, int] | None:
    """Low, high and end of a number in figures; None for phones, cards, years, ordinals, house numbers."""
    words, seps, kinds, text = tokens.words, tokens.seps, tokens.kinds, tokens.text
    size = len(words)
    if len(words[i]) > 6 or (words[i][0] == "0" and len(words[i]) > 1):
        return None
    low = int(words[i])
    high = low
    j = i + 1
    run = 1
    while i + run < size and kinds[i + run] == "n" and seps[i + run] in (SPACE, HYPHEN, NONE, DOT):
        run += 1
    if run >= 4:
        return None
    if j < size and kinds[j] == "n":
        gap = text[tokens.ends[i] : tokens.starts[j]]
        if len(words[j]) == 3 and len(words[i]) <= 3 and gap in (" ", ",", "\xa0", "\u202f"):
            low = high = low * 1000 + int(words[j])
            return low, high, j + 1
        if (
            gap in ("-", "–", "—", " - ", " – ")
            and len(words[j]) <= 4
            and low < int(words[j]) <= low * 5 + 10
        ):
            return low, int(words[j]), j + 1
        if gap in (".", ",") and len(words[j]) <= 2:
            return None
    if run == 3:
        return None
    if tokens.seps[i] >= 11 and text[tokens.ends[i] : tokens.ends[i] + 2] in (". ", ") ", ".\n") and j < size:
        return None  # the number of a list's item
    if 1900 <= low <= 2099:
        return None
    if j < size and seps[j] == HYPHEN and kinds[j] == "w":
        return (low, high, j + 1) if words[j] in _CASES else None
    return low, high, j


_CASES = frozenset({"ти", "х", "x", "ма", "ми", "мя"})
"""Endings behind a hyphen that leave a number a number («до 2-х», «5-ти»); others make it an ordinal or an address."""


def _junk_end(tokens: Tokens, i: int) -> int:
    j = i + 1
    while j < len(tokens.words) and tokens.kinds[j] == "n" and tokens.seps[j] <= DOT:
        j += 1
    if j < len(tokens.words) and tokens.seps[j] == HYPHEN and tokens.kinds[j] == "w":
        j += 1
    return j


def _compound(tokens: Tokens, lexicon: Lexicon, value: int, j: int, end: int) -> tuple[int, int, int]:
    """«двадцять п'ять», "fifty-three", "two hundred": number words that follow each other."""
    total = value
    while j < end and tokens.kinds[j] == "w" and tokens.seps[j] <= HYPHEN:
        phrase = lexicon.match(tokens.words, tokens.seps, j, end)
        meaning = next((m for m in phrase[1] if m.group == "number"), None) if phrase else None
        if phrase is None or meaning is None or phrase[0] != 1:
            break
        step = int(meaning.value)
        if step in (100, 1000) and 0 < total < step:
            total *= step
        elif (20 <= total % 100 <= 90 and total % 10 == 0 and step < 10) or (total % 100 == 0 and step < 100):
            total += step
        else:
            break
        j += 1
    return total, total, j


def _no_count(tokens: Tokens, lexicon: Lexicon, i: int, j: int, end: int) -> bool:
    """Whether what stands beside a number makes it a measure, an age, a floor, an address."""
    before = tokens.words[i - 1] if i else ""
    if i and tokens.seps[i] <= DOT and before in _ADDRESS:
        return True
    if i and tokens.seps[i] <= SPACE and before in _MEASURES:
        return True
    if i and tokens.seps[i] == HYPHEN and tokens.kinds[i - 1] == "w":
        return True
    if _aged(tokens, i) or _ages_ahead(tokens, j) or _house(tokens, i):
        return True
    if j >= len(tokens.words) or tokens.seps[j] > QUOTE:
        return before in _AGED and i > 0
    phrase = lexicon.match(tokens.words, tokens.seps, j, max(end, j + 1))
    if phrase is not None and tokens.words[j + phrase[0] - 1] in ("тому", "ago", "назад"):
        return True
    return (phrase is not None and phrase[1][0].group == "notcount") or (
        phrase is not None and any(m.group == "notcount" for m in phrase[1]) and phrase[1][0].group != "unit"
    )


def _aged(tokens: Tokens, i: int) -> bool:
    """Whether a number is an age of a list of ages ("aged 50 and 61", «віком 12, 14 та 60»)."""
    k = i - 1
    while k >= 0 and i - k <= 8 and (tokens.kinds[k] == "n" or tokens.words[k] in _AGES_JOIN):
        k -= 1
    return k >= 0 and tokens.words[k] in _AGES


def _ages_ahead(tokens: Tokens, j: int) -> bool:
    """Whether a number is the first of two ages («34 та 51 року», «30 и 45 лет»)."""
    words = tokens.words
    return (
        j + 2 < len(words)
        and words[j] in _AGES_JOIN
        and tokens.kinds[j + 1] == "n"
        and words[j + 2].startswith(("рок", "рік", "лет", "год", "year"))
        and not words[j + 2].startswith("годин")
    )


def _house(tokens: Tokens, i: int) -> bool:
    """Whether a number is the house behind a street and a comma («на вул. Січових Стрільців, 25»)."""
    if not i or tokens.seps[i] != COMMA:
        return False
    k = i - 1
    while k > 0 and i - k <= 4 and tokens.caps[k]:
        k -= 1
    return k < i - 1 and tokens.words[k] in _STREETS


_STREETS = frozenset(
    ["вул", "вулиця", "вулиці", "вулицю", "улица", "улице", "ул", "просп", "проспект", "проспекті", "проспекте", "бульвар", "бульварі", "площа", "площі"]
)  # fmt: skip
_AGES = frozenset(["aged", "ages", "віком", "віці", "возрасте", "возрастом"])
_AGES_JOIN = frozenset(["and", "to", "та", "і", "й", "и", "від", "до", "от"])
_MEASURES = frozenset(
    [
        "хвилин",
        "годин",
        "висота",
        "висоті",
        "минут",
        "швидкість",
        "швидкістю",
        "скорость",
        "скоростью",
        "высота",
    ]
)
_AGED = frozenset(
    ["було", "было", "виповнилось", "виповнилося", "исполнилось", "aged", "age", "років", "лет"]
)
_ADDRESS = frozenset(
    [
        "вул",
        "вулиця",
        "вулиці",
        "улица",
        "улице",
        "просп",
        "проспект",
        "проспекті",
        "буд",
        "кв",
        "корпус",
        "під'їзд",
        "підїзд",
        "маршрут",
        "школа",
        "школі",
        "ліцей",
        "гімназія",
        "канал",
        "каналі",
        "номер",
        "телефон",
        "тел",
        "картка",
        "ст",
        "стаття",
        "page",
        "route",
        "bus",
        "line",
        "channel",
        "школы",
        "школе",
        "школа",
        "no",
    ]
)
