"""Who says it: speakers named before a colon, beside a verb of saying, behind a dash, or in the next sentence."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.model import Source
from tocsin.places import tokens as normal_words
from tocsin.reading.drafts import Context, Speaker, Unit
from tocsin.reading.marks import PLACE, Mark
from tocsin.reading.normalise import COLON, DASH, QUOTE
from tocsin.reading.speakers import unlisted

__all__ = ["Register", "attribute"]

_OFFICES = frozenset(
    {
        "mayor",
        "governor",
        "military-administration",
        "city-authorities",
        "police",
        "prosecutors",
        "spokesperson",
    }
)
_PARTY = frozenset({"mod-russia", "russian-media"})


class Register:
    """The names by which texts call the sources of the register."""

    def __init__(self, register: Mapping[str, Source]) -> None:
        self.sources = register
        self._first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for source in sorted(register.values(), key=lambda s: s.id):
            for name in (*source.aliases, source.name):
                words = tuple(normal_words(name))
                if words and (len(words) > 1 or len(words[0]) > 2) and not _too_plain(words):
                    self._first.setdefault(words[0], []).append((words, source.id))
        for names in self._first.values():
            names.sort(key=lambda item: (-len(item[0]), item[1]))

    def at(self, words: list[str], i: int) -> tuple[int, str] | None:
        """The source whose name starts at token ``i``: number of tokens, id."""
        for name, found in self._first.get(words[i], ()):
            if tuple(words[i : i + len(name)]) == name:
                return len(name), found
        return None


_PLAIN = frozenset({("ministry", "of", "foreign", "affairs")})


def _too_plain(words: tuple[str, ...]) -> bool:
    return words in _PLAIN or words[0] in ("a", "an")


def attribute(units: list[Unit], context: Context, register: Register) -> None:
    """Set the speaker of every sentence that quotes somebody."""
    carried: Speaker | None = None
    last: Speaker | None = None
    paragraph = -1
    for n, unit in enumerate(units):
        if unit.paragraph != paragraph:
            carried = None
            paragraph = unit.paragraph
        speakers = _speakers(unit, context, register)
        if "say.self" in unit.says:
            speakers = []
        verb = _verb(unit, context)
        if speakers:
            chosen, kind = _choose(unit, speakers, verb, context)
            if chosen is None:
                _release(unit, context)
                unit.by = carried
                continue
            _use(unit, chosen, context)
            last = chosen
            unit.voices = _voices(unit, speakers, chosen)
            for voice in unit.voices:
                _use(unit, voice, context)
            if kind == "back" and not _own_words(unit, chosen):
                _attribute_back(units, n, chosen)
                unit.by = chosen
                continue
            unit.by = chosen
            carried = chosen if kind == "colon" or (chosen.party and kind == "verb") else None
            continue
        if last is not None and "say.again" in unit.says:
            unit.by = last
            continue
        unit.by = carried


def _speakers(unit: Unit, context: Context, register: Register) -> list[tuple[Speaker, Mark | None]]:
    words = context.tokens.words
    found: list[tuple[Speaker, Mark | None]] = []
    taken: set[int] = set()
    for n, mark in enumerate(unit.marks):
        meaning = mark.has("speaker")
        if meaning is None or mark.i in taken:
            continue
        name = register.at(words, mark.i)
        identity = meaning.value
        if name is not None and name[0] >= mark.j - mark.i:
            identity = name[1]
        i, j = mark.i, mark.j
        if identity in _OFFICES:
            identity, i, j = _office(identity, n, unit, context)
        i, j = _whole_name(mark, i, j, unit, context)
        taken.update(range(i, j))
        before = found[-1][0] if found else None
        if before is not None and i - before.j <= 0 and i == before.j:
            # «regional governor Oleh Kiper»: one person.
            before.id, before.j = identity if not meaning.extra.get("office") else before.id, j
            continue
        found.append((Speaker(identity, i, j, party=bool(meaning.extra.get("party"))), mark))
    for k in range(unit.i, unit.j):
        if k in taken or not context.tokens.caps[k]:
            continue
        name = register.at(words, k)
        if name is not None:
            source = register.sources[name[1]]
            found.append((Speaker(name[1], k, k + name[0], party=source.kind == "party"), None))
            taken.update(range(k, k + name[0]))
    found.extend((speaker, None) for speaker in unlisted(unit, context, taken))
    found.sort(key=lambda pair: pair[0].i)
    return [(_resolved(s, register), m) for s, m in found]


def _resolved(speaker: Speaker, register: Register) -> Speaker:
    """An id that the register knows by another spelling (kyiv-post, kyivpost)."""
    if speaker.id in register.sources:
        return speaker
    flat = speaker.id.replace("-", "")
    for known in register.sources:
        if known.replace("-", "") == flat:
            speaker.id = known
            break
    return speaker


def _office(role: str, n: int, unit: Unit, context: Context) -> tuple[str, int, int]:
    """An office with the place that stands beside it (mayor of X), and the tokens of both."""
    own = unit.marks[n]
    before = unit.marks[n - 1] if n else None
    after = unit.marks[n + 1] if n + 1 < len(unit.marks) else None
    place: Mark | None = None
    if (
        before is not None
        and before.places
        and 0 <= own.i - before.j <= 1
        and _close(before.j, own.i, context)
    ):
        place = before
    if after is not None and after.places and place is None and _of_place(own, after, context):
        place = after
    area = context.gazetteer.area(place.places[0].code) if place is not None else None
    if place is not None and area is not None:
        return f"{role}-{'-'.join(normal_words(area.names['en']))}", min(own.i, place.i), max(own.j, place.j)
    if context.home and role == "mayor":
        area = context.gazetteer.area(context.home)
        if area is not None and (area.kind == "city"):
            return f"{role}-{'-'.join(normal_words(area.names['en']))}", own.i, own.j
    return role, own.i, own.j


_OF = frozenset({"of", "м", "міста", "города", "the"})


def _close(start: int, end: int, context: Context) -> bool:
    """Whether nothing but spaces stands between two stretches of one phrase."""
    return all(context.tokens.seps[k] <= QUOTE for k in range(start, end + 1))


def _of_place(own: Mark, place: Mark, context: Context) -> bool:
    """Whether the place behind an office is the office's, not where things happen, nor somebody's first name."""
    gap = range(own.j, place.i)
    if (
        len(gap) > 1
        or not _close(own.j, place.i, context)
        or any(context.tokens.words[k] not in _OF for k in gap)
    ):
        return False
    tokens = context.tokens
    named = place.j < len(tokens.words) and tokens.caps[place.j] and tokens.seps[place.j] <= QUOTE
    return (
        not named
        or place.places[0].precision in ("oblast", "raion")
        or tokens.words[place.j] in context.lexicon.prepositions
    )


def _whole_name(mark: Mark, i: int, j: int, unit: Unit, context: Context) -> tuple[int, int]:
    """A speaker's words with the capitalised name that follows them."""
    tokens = context.tokens
    if not mark.meaning.extra.get("office"):
        return i, j
    start = j
    while j < unit.j and tokens.caps[j] and tokens.seps[j] <= QUOTE and j - start < 3:
        j += 1
    return i, j


def _verb(unit: Unit, context: Context) -> Mark | None:
    return next(iter(_verbs(unit, context)), None)


_DATA = ("даним", "даних", "данны", "інформац", "информац", "оцінк", "оценк", "data", "information")
_TOLD = ("повідом", "пишут", "сообщ", "заяв", "стверд", "утвержд")
_DENIAL = ("запереч", "отриц", "спрост", "опров", "den")


def _verbs(unit: Unit, context: Context) -> list[Mark]:
    """What makes somebody a speaker: verbs of saying and of denying, «за попередніми даними»."""
    words = context.tokens.words
    return [
        m
        for m in unit.marks
        if m.has("say")
        or (m.has("mood", "hedge") and m.j - m.i > 1 and words[m.j - 1].startswith(_DATA))
        or (m.has("mood", "not-confirmed") and words[m.i].startswith(_DENIAL))
    ]


def _choose(
    unit: Unit, speakers: list[tuple[Speaker, Mark | None]], verb: Mark | None, context: Context
) -> tuple[Speaker | None, str]:
    """The speaker whom a sentence quotes, and by what sign: colon, verb, dash, back."""
    seps = context.tokens.seps
    first = speakers[0][0]
    head = all(
        m.group in ("state", "speaker", "mood", "place", "say", "weapon", "time") or m.i >= first.i
        for m in unit.marks
    )
    for end in range(first.j, min(first.j + 3, unit.j)):
        if seps[end] == COLON and head and first.i - unit.i <= 6:
            return first, "colon"
    back = next((m for m in unit.marks if m.has("say", "back")), None)
    if back is not None:
        after = [s for s, _ in speakers if s.i >= back.j - 1]
        if after:
            return after[0], "back"
    told = next(
        (
            s
            for s, m in speakers
            if m is not None and s.id != "social-media" and context.tokens.words[m.j - 1].startswith(_TOLD)
        ),
        None,
    )
    if told is not None:
        return told, "verb"
    if verb is not None:
        verbs = _verbs(unit, context)
        best: tuple[int, Speaker] | None = None
        for mark in verbs:
            for speaker, _ in speakers:
                gap = min(abs(speaker.i - mark.j), abs(mark.i - speaker.j))
                if gap <= 3 and (best is None or gap < best[0]):
                    best = (gap, speaker)
        if best is not None:
            return best[1], "verb"
    last = speakers[-1][0]
    if last.j >= unit.j - 1 and last.i > unit.i and (seps[last.i] == DASH or _dashed(last, context)):
        return last, "dash"
    if last.i == unit.i and last.j >= unit.j and _after_dash(unit, context):
        return last, "back"
    return None, ""


def _voices(unit: Unit, speakers: list[tuple[Speaker, Mark | None]], chosen: Speaker) -> list[Speaker]:
    """Every speaker of the sentence that has a verb of saying beside it."""
    verbs = [m for m in unit.marks if m.has("say")]
    found = [s for s, _ in speakers if s is chosen or any(0 <= v.i - s.j <= 1 for v in verbs)]
    return found if len(found) > 1 else []


def _dashed(speaker: Speaker, context: Context) -> bool:
    before = context.tokens.text[
        max(0, context.tokens.starts[speaker.i] - 3) : context.tokens.starts[speaker.i]
    ]
    return "—" in before or "–" in before or " - " in before


def _after_dash(unit: Unit, context: Context) -> bool:
    start = context.tokens.starts[unit.i]
    return context.tokens.text[max(0, start - 3) : start].strip(" \n").endswith(("—", "–", "-"))


def _own_words(unit: Unit, speaker: Speaker) -> bool:
    """Whether a sentence that points back also says something itself."""
    return any(
        m.group in ("cue", "weapon", "harm") and not (speaker.i <= m.i < speaker.j) for m in unit.marks
    )


def _attribute_back(units: list[Unit], n: int, speaker: Speaker) -> None:
    """«Про це повідомив X»: the sentences before it, of one paragraph, that have no speaker."""
    for unit in reversed(units[max(0, n - 12) : n]):
        if unit.by is not None or unit.paragraph != units[n - 1].paragraph:
            break
        unit.by = speaker


def _use(unit: Unit, speaker: Speaker, context: Context) -> None:
    """Take a speaker's words out of what the sentence says."""
    context.spoken.update(range(speaker.i, speaker.j))
    for mark in unit.marks:
        if speaker.i <= mark.i < speaker.j:
            mark.used = True


def _release(unit: Unit, context: Context) -> None:
    """Speakers that say nothing here: their names may be places after all."""
    for n, mark in enumerate(unit.marks):
        if mark.group != "speaker":
            continue
        other = next((m for m in mark.meanings if m.group not in ("speaker", "say")), None)
        if other is not None:
            mark.turn(other)
            continue
        place = context.gazetteer.match(context.tokens.words[mark.i : mark.j], 0)
        if place is not None and context.tokens.caps[mark.i] and not all(c.common for c in place[1]):
            named = Mark(mark.i, mark.i + place[0], PLACE)
            named.places = place[1]
            unit.marks[n] = named
        else:
            mark.used = True
