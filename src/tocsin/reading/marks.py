"""A text's marks: what its phrases, numbers, clock times, dates and place names are, before any grammar."""

from __future__ import annotations

from tocsin.model import Range
from tocsin.places import Candidate, Gazetteer
from tocsin.reading.lexicon import Lexicon, Meaning
from tocsin.reading.normalise import COLON, DOT, QUOTE, Tokens
from tocsin.reading.numbers import clock_at, date_at, number_at

__all__ = ["Mark", "mark_tokens"]

_NO_MEANING = Meaning("", "", {})


_SAID: dict[tuple[Meaning, ...], frozenset[str]] = {}


def said_by(meanings: tuple[Meaning, ...]) -> frozenset[str]:
    """All that some meanings say, as groups and as ``group.value``."""
    found = _SAID.get(meanings)
    if found is None:
        found = frozenset(word for m in meanings for word in (m.group, f"{m.group}.{m.value}"))
        if len(_SAID) > 20_000:
            _SAID.clear()
        _SAID[meanings] = found
    return found


class Mark:
    """A stretch of tokens ``i:j`` that means something.

    ``group`` and ``value`` are the chosen meaning, ``meanings`` all of them.
    ``number`` is set on numbers, ``places`` on names of places.
    """

    __slots__ = (
        "group",
        "i",
        "j",
        "meaning",
        "meanings",
        "number",
        "places",
        "role",
        "strong",
        "total",
        "used",
        "vague",
        "value",
    )

    def __init__(self, i: int, j: int, meaning: Meaning, meanings: tuple[Meaning, ...] = ()) -> None:
        self.i = i
        self.j = j
        self.meaning = meaning
        self.meanings = meanings or (meaning,)
        self.group = meaning.group
        self.value = meaning.value
        self.number: Range | None = None
        self.places: tuple[Candidate, ...] = ()
        self.role = ""
        self.strong = False
        self.total: int | None = None
        self.used = False
        self.vague = False
        """A number that says only that there are some («кілька», "dozens")."""

    def has(self, group: str, value: str | None = None) -> Meaning | None:
        """The meaning of that group (and value) that the mark may have."""
        for one in self.meanings:
            if one.group == group and (value is None or one.value == value):
                return one
        return None

    @property
    def claim_kind(self) -> str:
        """The claim kind of a cue."""
        return self.meaning.claim

    def turn(self, meaning: Meaning) -> None:
        """Choose among the meanings."""
        self.meaning = meaning
        self.group = meaning.group
        self.value = meaning.value

    def __repr__(self) -> str:
        return f"<{self.i}:{self.j} {self.group}.{self.value}>"


NUMBER = Meaning("count", "number", {})
TIME = Meaning("time", "clock", {})
DATE = Meaning("time", "date", {})
PLACE = Meaning("place", "name", {})
JUNK = Meaning("junk", "junk", {})
QUANTITY = Meaning("quantity", "quantity", {})
_YIELDING = frozenset(
    {
        "object",
        "group",
        "network",
        "cue",
        "mood",
        "harm",
        "number",
        "unit",
        "say",
        "skip",
        "notcount",
        "area",
        "vague",
        "bend",
        "role",
        "compass",
        "peace",
    }
)
"""Groups that give way to the name of a place of the same length, if that stands with a capital inside a text."""
_NUMERIC = frozenset({"number", "vague"})


def mark_tokens(tokens: Tokens, lexicon: Lexicon, gazetteer: Gazetteer) -> list[Mark]:
    """All marks of a text, in order, not overlapping."""
    marks: list[Mark] = []
    words, seps, kinds = tokens.words, tokens.seps, tokens.kinds
    size = len(words)
    i = 0
    chunk_end = 0
    no_place = _NO_PLACE
    while i < size:
        kind = kinds[i]
        if kind == "l":
            i += 1
            continue
        if i >= chunk_end:
            chunk_end = i + 1
            while chunk_end < size and seps[chunk_end] <= DOT and kinds[chunk_end] != "l":
                chunk_end += 1
        word = words[i]
        if kind == "n":
            found = _numeric(tokens, lexicon, marks, i, chunk_end)
            if found is not None:
                marks.append(found)
                i = found.j
                continue
            i += 1
            continue
        phrase = lexicon.match(words, seps, i, chunk_end)
        place = None
        if kind == "w" and word not in no_place and gazetteer.begins(word):
            place = gazetteer.match(words[i : min(chunk_end, i + 8)], 0)
            if place is not None and place[0] == 1 and word in lexicon.prepositions:
                place = None
        if place is not None and not _prefer_phrase(tokens, phrase, place, i, gazetteer):
            mark = Mark(i, i + place[0], PLACE)
            mark.places = place[1]
            marks.append(mark)
            i = mark.j
            continue
        if phrase is None:
            i += 1
            continue
        said = _phrase(tokens, lexicon, marks, i, phrase, chunk_end)
        if said is not None:
            marks.append(said)
            i = said.j
            twin = (
                _twin(tokens, lexicon, said)
                if said.group == "weapon" and i < chunk_end and kinds[i] == "n"
                else None
            )
            if twin is not None:
                marks.append(twin)
                i = twin.j
        else:
            i += 1
    return marks


_NO_PLACE = frozenset(
    [
        "на",
        "в",
        "у",
        "з",
        "із",
        "зі",
        "до",
        "по",
        "і",
        "й",
        "та",
        "а",
        "що",
        "це",
        "як",
        "не",
        "за",
        "від",
        "при",
        "над",
        "під",
        "для",
        "або",
        "чи",
        "про",
        "the",
        "a",
        "an",
        "of",
        "in",
        "to",
        "and",
        "on",
        "at",
        "is",
        "was",
        "are",
        "by",
        "for",
        "from",
        "with",
        "as",
        "it",
        "that",
        "с",
        "и",
        "из",
        "к",
        "от",
        "о",
        "об",
        "во",
        "со",
        "для",
        "что",
        "это",
        "как",
        "но",
        "или",
        "же",
        "ми",
        "ви",
        "він",
        "вона",
        "вони",
        "ты",
        "мы",
        "вы",
        "х",
    ]
)


def _twin(tokens: Tokens, lexicon: Lexicon, mark: Mark) -> Mark | None:
    """«Х-59/69»: the second of two names that share their letters."""
    if tokens.text[tokens.ends[mark.j - 1] : tokens.starts[mark.j]] != "/":
        return None
    words = [*tokens.words[mark.i : mark.j - 1], tokens.words[mark.j]]
    found = lexicon.match(words, [0] * len(words), 0, len(words))
    if found is None or found[0] != len(words) or found[1][0].group != "weapon":
        return None
    return Mark(mark.j, mark.j + 1, found[1][0])


def _prefer_phrase(
    tokens: Tokens,
    phrase: tuple[int, tuple[Meaning, ...]] | None,
    place: tuple[int, tuple[Candidate, ...]],
    i: int,
    gazetteer: Gazetteer,
) -> bool:
    """Whether a phrase of the lexicon beats the name of a place that begins at the same token."""
    if phrase is None:
        return False
    if phrase[0] != place[0]:
        return phrase[0] > place[0]
    first = phrase[1][0]
    if first.group not in _YIELDING or not tokens.caps[i]:
        return True
    if all(one.common for one in place[1]):
        return True
    # A capital that merely begins a sentence proves nothing of a village.
    return tokens.seps[i] > COLON and not any(_known(one, gazetteer) for one in place[1])


def _known(candidate: Candidate, gazetteer: Gazetteer) -> bool:
    """Whether everybody knows a place: a region, a raion, a city, a city's district by its own name."""
    if candidate.common or candidate.form == "adjective":
        return False
    if candidate.precision == "settlement":
        area = gazetteer.area(candidate.code)
        return area is not None and area.kind == "city"
    return candidate.precision in ("oblast", "raion")


def _numeric(tokens: Tokens, lexicon: Lexicon, marks: list[Mark], i: int, end: int) -> Mark | None:
    """A number written in figures: a weapon's name, a date, a clock time, junk, or a count."""
    phrase = lexicon.match(tokens.words, tokens.seps, i, end)
    if phrase is not None and phrase[0] > 1:
        return Mark(i, i + phrase[0], phrase[1][0], phrase[1])
    span = date_at(tokens, i, lexicon)
    if span is not None:
        return Mark(i, span, DATE)
    span = clock_at(tokens, i)
    if span is not None:
        return Mark(i, span, TIME)
    return number_at(tokens, i, end, lexicon, marks)


def _phrase(  # noqa: PLR0917 - a clause and all that it stands in
    tokens: Tokens,
    lexicon: Lexicon,
    marks: list[Mark],
    i: int,
    phrase: tuple[int, tuple[Meaning, ...]],
    end: int,
) -> Mark | None:
    """The mark of a phrase; None where its only meanings need something that is not there."""
    length, meanings = phrase
    j = i + length
    if (
        tokens.words[i] in _MIG
        and length == 1
        and not tokens.text[tokens.starts[i] + 2 : tokens.starts[i] + 3].isupper()
    ):
        # «міг» and «миг» are common words; the aircraft is written МіГ or МИГ.
        return None
    numbers, bends, plain = _traits(meanings)
    if numbers:
        mark = number_at(tokens, i, end, lexicon, marks, phrase)
        if mark is not None:
            return mark
    if bends:
        follows = j < len(tokens.words) and tokens.seps[j] <= QUOTE
        numeric = follows and (tokens.kinds[j] == "n" or _starts_number(tokens, lexicon, j, end))
        if numeric and not (tokens.kinds[j] == "n" and clock_at(tokens, j) is not None):
            bend = next(m for m in meanings if m.group == "bend")
            return Mark(i, j, bend, meanings)
    return Mark(i, j, plain[0], plain) if plain else None


_TRAITS: dict[tuple[Meaning, ...], tuple[bool, bool, tuple[Meaning, ...]]] = {}


def _traits(meanings: tuple[Meaning, ...]) -> tuple[bool, bool, tuple[Meaning, ...]]:
    """Whether some meanings may be a number, whether they may bend one, and what they mean beside no number."""
    found = _TRAITS.get(meanings)
    if found is None:
        plain = tuple(m for m in meanings if m.group not in ("bend", "notcount"))
        found = any(m.group in _NUMERIC for m in meanings), any(m.group == "bend" for m in meanings), plain
        if len(_TRAITS) > 20_000:
            _TRAITS.clear()
        _TRAITS[meanings] = found
    return found


_MIG = frozenset({"міг", "миг"})


def _starts_number(tokens: Tokens, lexicon: Lexicon, at: int, end: int) -> bool:
    phrase = lexicon.match(tokens.words, tokens.seps, at, end)
    return phrase is not None and any(m.group in _NUMERIC for m in phrase[1])
