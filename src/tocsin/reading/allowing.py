"""Which names are read as places: no rivers, fronts, surnames, sides of the war, halves of other names."""

from __future__ import annotations

from tocsin.places import Candidate
from tocsin.reading.drafts import Context, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COMMA, HYPHEN, QUOTE, SPACE
from tocsin.reading.ranking import FILLER

__all__ = ["beside", "half_of_name", "left_out", "of_river", "possible", "preposed", "speaks", "stands_alone"]

_COUNTRY = "UA"
_RIVER = frozenset(
    [
        "р",
        "річка",
        "річки",
        "річку",
        "річкою",
        "река",
        "реки",
        "реку",
        "river",
        "вул",
        "вулиця",
        "вулиці",
        "вулицю",
        "улица",
        "улице",
        "улицу",
        "просп",
        "проспект",
        "проспекті",
        "street",
        "avenue",
        "площа",
        "площі",
    ]
)


def of_river(words: list[str], mark: Mark) -> bool:
    """Whether a name is a river's or a street's («р. Дніпро», «на лівому березі Дніпра»)."""
    before = words[mark.i - 1]
    return before in _RIVER or (
        before.startswith(("берег", "берез")) and words[mark.i].startswith(("дніпр", "днепр"))
    )


def stands_alone(mark: Mark, unit: Unit, context: Context) -> bool:
    """Whether a country opens a sentence of a channel («Україна! Ракетна небезпека»); else it acts or is belonged to."""
    return context.telegraphic and mark.i == unit.i and mark.places[0].code == _COUNTRY


def left_out(mark: Mark, n: int, marks: list[Mark], context: Context) -> bool:
    """Whether a name is set aside: «крім Києва», «а не на Львів», «у підконтрольному Києву Херсоні»."""
    words = context.tokens.words
    before = marks[n - 1] if n else None
    if before is not None and before.j >= mark.i - 1 and before.has("mood", "except"):
        return True
    k = mark.i - 1
    if k >= 0 and words[k] in context.lexicon.prepositions:
        k -= 1
    if k < 0:
        return False
    if words[k].startswith(("підконтрольн", "подконтрольн", "підвладн", "подвластн")):
        return True
    return (
        words[k] in ("не", "not")
        and k > 0
        and (words[k - 1] in ("а", "and", "but") or context.tokens.seps[k] == COMMA)
    )


def half_of_name(mark: Mark, n: int, marks: list[Mark], context: Context) -> bool:
    """Whether a name is only half of another («Київ-Пасажирський», «Києво-Святошинський»)."""
    tokens = context.tokens
    i, j = mark.i, mark.j
    if i and tokens.seps[i] == HYPHEN and tokens.kinds[i - 1] == "w" and tokens.caps[i - 1]:
        before = marks[n - 1] if n else None
        return before is None or before.j != i
    if j >= len(tokens.words) or tokens.seps[j] != HYPHEN or tokens.kinds[j] != "w" or not tokens.caps[j]:
        return False
    after = marks[n + 1] if n + 1 < len(marks) else None
    return not (after is not None and after.i == j)


def speaks(mark: Mark, n: int, marks: list[Mark], unit: Unit) -> bool:
    """Whether a capital stands for its government («Киев говорит о …»)."""
    after = marks[n + 1] if n + 1 < len(marks) else None
    return (
        mark.i == unit.i and after is not None and after.i == mark.j and after.has("say", "verb") is not None
    )


def possible(mark: Mark, context: Context, n: int, marks: list[Mark]) -> tuple[Candidate, ...]:
    """The candidates that the writing allows: a common word needs a capital, an adjective its noun."""
    tokens = context.tokens
    capital = tokens.caps[mark.i]
    places = mark.places
    if any(c.form == "adjective" or c.precision == "neighbourhood" for c in places):
        places = tuple(c for c in places if _meant(c, mark, context))
    if places and _describes(mark, context):
        course = tokens.words[mark.j].startswith(_COURSES)
        places = tuple(c for c in places if not course and c.precision not in ("settlement", "hromada"))
    if places and _surname(mark, n, marks, context):
        places = tuple(c for c in places if c.precision == "oblast" or c.form == "phrase")
    if capital:
        return places
    kept = tuple(c for c in places if not c.common and c.form != "adjective")
    if not kept and context.telegraphic:
        kept = tuple(c for c in places if not c.common)
    if not kept:
        return ()
    # Small letters: only where something says that a place comes.
    word = tokens.words[mark.i]
    owned = n > 0 and marks[n - 1].j == mark.i and marks[n - 1].has("role") is not None
    if not (
        owned
        or preposed(mark, context)
        or context.lower
        or kept[0].precision in ("oblast", "raion", "country", "sea")
    ):
        return ()
    if (
        len(word) <= 4
        and not preposed(mark, context)
        and not any(m.group in ("weapon", "cue") for m in marks)
    ):
        return ()
    return kept


_BANKS = ("ліве", "лівий", "лівого", "лівому", "левый", "левом", "левого", "лівобереж", "левобереж", "left")


_RIGHT_BANKS = ("праве", "правий", "правого", "правому", "правый", "правом", "правого", "правобереж", "right")


def _meant(candidate: Candidate, mark: Mark, context: Context) -> bool:
    """Whether a bare adjective or a quarter's name is allowed here: hromadas need their noun, a river's bank its city."""
    if candidate.form == "adjective":
        return candidate.precision != "hromada" or any(
            m.i > mark.i
            and context.tokens.words[m.j - 1].startswith(("громад", "communit", "hromad", "общин"))
            for m in context.names
        )
    if candidate.precision != "neighbourhood":
        return True
    if not context.tokens.words[mark.i].startswith((*_BANKS, *_RIGHT_BANKS)):
        return True
    city = next((m for m in context.names if m.i == mark.j), None)
    if city is not None and city is not mark:
        return any(context.gazetteer.covers(c.code, candidate.code) for c in city.places)
    if context.home is not None:
        home = context.home
        return context.gazetteer.covers(home, candidate.code) or context.gazetteer.covers(
            candidate.code, home
        )
    return candidate.code in context.mentioned or (context.telegraphic and mark.j - mark.i <= 2)


_NOUNS = frozenset(
    ["напрямку", "напрямі", "напрямок", "напрям", "напрямком", "напрямках", "направлении", "направление", "направлениях", "фронту", "фронті", "фронт", "фронта",
     "фронте", "нпз", "тец", "тэц", "тес", "тэс", "аес", "аэс", "гес", "гэс", "шосе", "шоссе", "траса", "трасі", "трасе", "трасу", "вулиці", "вулиця", "вулицю", "улице", "улица",
     "площа", "площі", "площади", "бульвар", "бульварі", "бульваре", "проспект", "проспекті", "проспекте", "ринок", "ринку", "рынок", "рынке", "мост", "мосту", "міст", "водосховище",
     "водосховищі", "водосховища", "водохранилище", "заповідник", "заповіднику", "лісництво", "лісництві", "монастир", "лавра", "собор", "плацдарм", "плацдармі", "плацдарме",
     "ова", "ода", "рва", "мва", "рда", "ова", "міськрада", "прокуратура", "прокуратури", "суд", "суду", "університет", "морі", "море", "лінія", "лінії", "дирекція"]
)  # fmt: skip


def _describes(mark: Mark, context: Context) -> bool:
    """Whether an adjective that is also a village's name tells of something else («на Таврійському напрямку»)."""
    tokens = context.tokens
    j = mark.j
    return (
        j < len(tokens.words)
        and tokens.seps[j] in (SPACE, QUOTE)
        and tokens.words[j] in _NOUNS
        and tokens.words[j - 1].endswith(_ADJECTIVE)
    )


_COURSES = ("напрям", "направлен", "фронт", "плацдарм")


_ADJECTIVE = (
    "ий",
    "ого",
    "ому",
    "ім",
    "им",
    "ої",
    "ій",
    "у",
    "а",
    "ою",
    "ый",
    "ой",
    "ом",
    "ая",
    "ую",
    "ское",
    "ське",
)


def _surname(mark: Mark, n: int, marks: list[Mark], context: Context) -> bool:
    """Whether a word before a village's name is somebody's first name or rank («Валерія Залужного»)."""
    tokens = context.tokens
    i = mark.i
    if (
        context.telegraphic
        or not i
        or tokens.seps[i] != SPACE
        or not tokens.caps[i]
        or not tokens.caps[i - 1]
    ):
        return False
    if (
        tokens.kinds[i - 1] != "w"
        or tokens.words[i - 1] in context.lexicon.prepositions
        or tokens.words[i - 1] in FILLER
    ):
        return False
    if any(m.i <= i - 1 < m.j for m in marks[max(0, n - 1) : n]):
        return False
    area = context.gazetteer.area(mark.places[0].code)
    return area is not None and area.kind != "city" and len(tokens.words[i - 1]) > 2


def preposed(mark: Mark, context: Context) -> bool:
    """Whether a preposition stands before a name, words such as "the" or «місто» between them aside."""
    tokens = context.tokens
    i = mark.i
    while (
        i > 1 and tokens.seps[i] == SPACE and tokens.words[i - 1] in FILLER and len(tokens.words[i - 1]) > 1
    ):
        i -= 1
    return i > 0 and tokens.seps[i] <= QUOTE and tokens.words[i - 1] in context.lexicon.prepositions


def beside(marks: list[Mark], n: int) -> bool:
    """Whether a weapon, a count or a role stands right next to a mark."""
    mark = marks[n]
    return any(
        m.group in ("weapon", "role", "count", "place", "arrow")
        and (0 <= m.i - mark.j <= 1 or 0 <= mark.i - m.j <= 1)
        for m in (*marks[max(0, n - 2) : n], *marks[n + 1 : n + 3])
    )
