"""Verbs that no phrase explains, known by their endings: what a sentence is really about.

«Перевірили, як працюють пункти обігріву» is about checking, «Дитсадок перевели в
укриття» about a kindergarten. Without a dictionary an ending is the only sign of a
finite verb; it errs rarely enough to decide what else a noun beside it may mean.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tocsin.reading.drafts import Context, Unit

__all__ = ["bids", "opening_verb", "other_verb"]

_UK = re.compile(
    r"(?:(?:ав|ив|їв|ув|яв|ла|ло|ли)(?:ся|сь)?|лася|лись|лися|ують|юють|ають|яють|ить|ять|ує|ює|ає|яє|емо|ємо|имо|їмо|"
    r"ується|ається|иться|яться|уються|аються|ую|юю|аю|яю)$"
)
_RU = re.compile(
    r"(?:(?:ал|ял|ил|ыл|ел|ул|ла|ло|ли)(?:ся|сь)?|лась|лись|ает|яет|ует|ают|яют|уют|ится|ется|ются|ятся|утся|аем|яем|уем|аю|яю)$"
)
_NOUNS = frozenset(
    [
        "школа", "сила", "сили", "стріла", "село", "села", "тепло", "світло", "коло", "житло", "крила", "тіла", "скла", "число", "числа",
        "колектив", "актив", "масив", "мотив", "держав", "справ", "заяв", "пам'ять", "память", "кермо", "вікно", "було", "була", "були",
        "канал", "материал", "вокзал", "персонал", "капитал", "журнал", "сигнал", "сигнал", "генерал", "дела", "тела", "стекла", "стекло",
        "масло", "было", "была", "были", "терминал", "термінал", "квартал", "матеріал", "тротуар", "металл", "метал", "портал", "залив",
        "рано", "погано", "мабуть", "навіть", "вдало", "мало", "зовсім", "около", "коли", "доколи", "если", "или",
    ]
)  # fmt: skip
_REPORTING = (
    "чу", "слыш", "поч", "ма", "фікс", "зафікс", "зафикс", "фикс", "бач", "вид", "спостер", "наблюд", "надійшл", "надход", "поступ", "відбу", "стал",
    "стан", "пролун", "лун", "прогрим", "грим", "горит", "горять", "палає", "ліквід", "ликвид", "гас", "тушат", "трива", "продолж", "продовж", "залиш",
    "лиш", "остал", "остает", "робот", "зник", "проп", "вимк", "відсут", "отсут", "перебув", "опин", "лет", "іде", "йде", "ид", "рух", "кру", "пряму", "прям",
    "виш", "вый", "заход", "зайш", "наближ", "приближ", "повер", "розвер", "обстріл", "обстрел", "атак", "просим", "очіку", "ожида", "жде", "чека",
    "лежи", "лежа", "зазна", "дістал", "получил", "отримал",
)  # fmt: skip
"""Stems of verbs that may stand beside an event in the report of one."""


def other_verb(
    unit: Unit, context: Context, *, start: int | None = None, end: int | None = None, strict: bool = False
) -> int | None:
    """The first token of a sentence that looks like a finite verb, and that neither a phrase nor a report explains."""
    language = context.language
    if language not in ("uk", "ru"):
        return None
    tokens = context.tokens
    covered: set[int] | None = None
    for k in range(unit.i if start is None else start, unit.j if end is None else end):
        word = tokens.words[k]
        if tokens.kinds[k] != "w" or (tokens.caps[k] and k > unit.i) or not _verbal(word, language, strict):
            continue
        if covered is None:
            covered = {k for m in unit.marks for k in range(m.i, m.j)} | context.spoken
        if k not in covered:
            return k
    return None


@lru_cache(maxsize=50_000)
def _verbal(word: str, language: str, strict: bool) -> bool:
    """Whether a word looks like a finite verb; unless ``strict``, one that reports of events do not use."""
    if len(word) < 5 or word in _NOUNS or (not strict and word.startswith(_REPORTING)):
        return False
    return (_UK if language == "uk" else _RU).search(word) is not None


_BIDDEN = ("йте", "йтесь", "йтеся", "іть", "іться", "ьте", "ьтесь", "ьтеся", "ите", "итесь")


def bids(unit: Unit, context: Context) -> bool:
    """Whether a sentence opens with an imperative that no phrase explains («Не пишіть …», «Не верьте …»)."""
    words = context.tokens.words
    at = unit.i + 1 if words[unit.i] == "не" else unit.i
    if at >= unit.j or any(m.i <= at < m.j for m in unit.marks):
        return False
    return len(words[at]) > 4 and words[at].endswith(_BIDDEN)


def opening_verb(unit: Unit, context: Context) -> bool:
    """Whether a sentence opens with such a verb: «Виплатили …», «Готуємо …», «Згадую …»."""
    first = next((k for k in range(unit.i, unit.j) if context.tokens.kinds[k] == "w"), unit.j)
    return first < unit.j and other_verb(unit, context, start=first, end=first + 1) is not None
