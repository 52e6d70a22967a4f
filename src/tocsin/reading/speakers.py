"""Speakers whom no list knows: names beside a verb of saying, «— каже мешканка будинку», "according to X"."""

from __future__ import annotations

from tocsin.reading.drafts import Context, Speaker, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COMMA, DASH, QUOTE

__all__ = ["unlisted"]

_STRONG = (
    "повідом", "заяви", "заявля", "зазнач", "розпові", "уточни", "підтверди", "напис", "пиш", "дода", "сказа", "каже", "кажут", "наголос", "підкресл", "поінформ", "інформу",
    "стверджу", "сообщи", "сообща", "заяв", "отмети", "рассказ", "подтверди", "добави", "говор", "утвержда", "подчерк", "said", "says", "told", "reported", "confirmed", "wrote",
    "announced", "stated", "added", "noted", "claimed",
)  # fmt: skip
_BY = frozenset(
    {
        "за даними",
        "за інформацією",
        "за словами",
        "за повідомленням",
        "по данным",
        "по информации",
        "по словам",
        "по сообщению",
        "according to",
    }
)
_ROLES = (
    "речни", "голов", "житель", "жител", "мешкан", "начальни", "керівни", "командир", "представни", "директор", "очільни", "секретар", "депутат", "журналіст", "лікар", "водій", "волонтер",
    "очевид", "свід", "сусід", "глав", "команду", "руководител", "очевид", "сосед", "врач", "водител", "пресс", "прес", "resident", "spokes", "commander", "chief", "head", "minister", "witness", "neighbo",
    "local", "driver", "doctor",
)  # fmt: skip
_NOBODY = frozenset(
    [
        "також",
        "теж",
        "раніше",
        "пізніше",
        "вони",
        "він",
        "вона",
        "воно",
        "ми",
        "я",
        "сьогодні",
        "вчора",
        "зранку",
        "вранці",
        "вночі",
        "уночі",
        "вдень",
        "увечері",
        "ввечері",
        "щойно",
        "ще",
        "вже",
        "як",
        "там",
        "тут",
        "наразі",
        "окремо",
        "додатково",
        "офіційно",
        "що",
        "хто",
        "який",
        "яка",
        "также",
        "тоже",
        "ранее",
        "позже",
        "они",
        "он",
        "она",
        "оно",
        "мы",
        "сегодня",
        "вчера",
        "утром",
        "ночью",
        "днем",
        "вечером",
        "только",
        "уже",
        "как",
        "там",
        "здесь",
        "сейчас",
        "отдельно",
        "дополнительно",
        "официально",
        "что",
        "кто",
        "который",
        "которая",
        "he",
        "she",
        "it",
        "they",
        "we",
        "i",
        "you",
        "also",
        "earlier",
        "later",
        "today",
        "yesterday",
        "this",
        "that",
        "which",
        "who",
        "what",
        "as",
        "and",
        "but",
        "so",
        "then",
        "there",
        "unconfirmed",
        "some",
        "many",
        "several",
        "more",
        "no",
        "other",
        "others",
        "new",
    ]
)


def unlisted(unit: Unit, context: Context, taken: set[int]) -> list[Speaker]:
    """The speakers of a sentence that a verb of saying shows and no list names."""
    found: list[Speaker] = []
    for mark in unit.marks:
        if mark.group != "say":
            continue
        words = context.tokens.words
        if " ".join(words[mark.i : mark.j]) in _BY:
            span = _after(mark.j, unit, context, taken, anyone=True)
        elif words[mark.j - 1].startswith(_STRONG):
            span = _after(mark.j, unit, context, taken, anyone=False) or _before(mark, unit, context, taken)
        else:
            continue
        if span is None:
            continue
        identity = _declined(words[span[1] - 1], context) or "-".join(words[span[0] : span[1]])
        found.append(Speaker(identity, *span))
        taken.update(range(*span))
    return found


_ENDINGS = (
    ("ка", "ко"), ("ком", "ко"), ("ого", "ий"), ("ого", "ый"), ("им", "ий"), ("им", ""), ("ым", ""), ("ом", ""), ("ем", ""), ("а", ""), ("я", ""), ("у", ""),
)  # fmt: skip


def _declined(word: str, context: Context) -> str | None:
    """The speaker whose surname stands in another case («за словами Ткаченка»)."""
    for ending, other in _ENDINGS:
        if not word.endswith(ending) or len(word) - len(ending) < 3:
            continue
        found = context.lexicon.match([word[: -len(ending)] + other], [0], 0, 1)
        known = next((m for m in found[1] if m.group == "speaker"), None) if found is not None else None
        if known is not None:
            return known.value
    return None


def _after(
    start: int, unit: Unit, context: Context, taken: set[int], *, anyone: bool
) -> tuple[int, int] | None:
    """The words behind a verb up to the next stop, if they can be somebody."""
    tokens = context.tokens
    if start >= unit.j or tokens.seps[start] > QUOTE or tokens.kinds[start] != "w":
        return None
    first = tokens.words[start]
    if first in context.lexicon.prepositions or first in _NOBODY or len(first) < 2:
        return None
    if not (anyone or tokens.caps[start] or first.startswith(_ROLES)):
        return None
    j = start
    while j < unit.j and j - start < 6 and (j == start or tokens.seps[j] <= QUOTE) and tokens.kinds[j] == "w":
        if j > start and (
            tokens.words[j] in _NOBODY
            or (tokens.words[j] in context.lexicon.prepositions and not _still(j, unit, context))
        ):
            break
        j += 1
    if any(k in taken for k in range(start, j)):
        return None
    if any(m.group in ("cue", "weapon", "harm", "count", "mood") and start <= m.i < j for m in unit.marks):
        return None
    ends = j >= unit.j or tokens.seps[j] >= COMMA
    return (start, j) if ends else None


def _still(j: int, unit: Unit, context: Context) -> bool:
    """Whether a preposition goes on with a title ("a resident of Saltivka")."""
    return (
        context.tokens.words[j] in ("of", "у", "в", "з", "із")
        and j + 1 < unit.j
        and context.tokens.caps[j + 1]
    )


def _before(verb: Mark, unit: Unit, context: Context, taken: set[int]) -> tuple[int, int] | None:
    """The capitalised words before a verb that open a sentence or a clause, if they name no place."""
    tokens = context.tokens
    i = verb.i
    while (
        i > unit.i
        and verb.i - i < 4
        and tokens.seps[i] <= QUOTE
        and tokens.caps[i - 1]
        and tokens.kinds[i - 1] == "w"
    ):
        i -= 1
    if (
        i == verb.i
        or not (i == unit.i or tokens.seps[i] in (COMMA, DASH))
        or tokens.words[i] in _NOBODY
        or len(tokens.words[i]) < 3
    ):
        return None
    if context.lower or any(k in taken for k in range(i, verb.i)):
        return None
    if any(
        i <= m.i < verb.i and (m.group not in ("group", "unit", "place", "object") or _town(m, context))
        for m in unit.marks
    ):
        return None
    return i, verb.i


def _town(mark: Mark, context: Context) -> bool:
    """Whether a name is that of a place known to everybody; surnames are names of villages, too."""
    for candidate in mark.places:
        area = context.gazetteer.area(candidate.code)
        if (
            candidate.precision not in ("settlement", "hromada")
            or area is None
            or (area.population or 0) > 40_000
        ):
            return True
    return False
