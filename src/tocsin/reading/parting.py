"""A sentence that holds an end and a danger, parted: neither may take the other's place, weapon or kind."""

from __future__ import annotations

from itertools import pairwise

from tocsin.reading.drafts import Context
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COLON, COMMA, DASH, PAREN, SEMI, Tokens

__all__ = ["parted"]

_Piece = tuple[int, int, list[Mark]]
"""Tokens ``i:j`` and the marks in them."""

_ENDS = frozenset({"danger-over", "alarm-over"})
_LIVE = frozenset({"inbound", "launch", "takeoff", "airborne", "attack"})
_PAST = frozenset({"interception", "lost", "impact", "explosion", "debris", "damage", "fire", "landed"})
_TURNS = frozenset(
    ["але", "однак", "проте", "зате", "натомість", "а", "та", "і", "й", "и", "но", "однако", "зато", "but", "while", "whereas", "however", "and"]
)  # fmt: skip
_STILL = frozenset(
    ["ще", "досі", "нова", "нову", "нові", "новий", "еще", "новая", "новые", "новый", "still", "new", "another"]
)  # fmt: skip
_OBLIQUE = ("ів", "ов", "ев", "ами", "ями", "ам", "ям", "ах", "ях", "ою", "ой", "ей", "ики")
_OF = frozenset({"по", "для", "щодо", "про", "від", "от", "без", "of", "for", "from"})
_BECAUSE = frozenset({"через", "из", "після", "после", "because", "after", "due", "коли", "когда", "when"})
_VANISHED = ("зник", "исчез", "пропа", "disappear", "vanish", "gone")
_GONE = ("немає", "нема", "нет", "відсутн", "отсутств")
_LASTS = (
    "не",
    "no",
    "нема",
    "нет",
    "трива",
    "продовж",
    "зберіга",
    "сохран",
    "залиша",
    "остает",
    "продолж",
    "длит",
    "remain",
    "contin",
    "still",
)
_LOCATIVE = ("і", "ї", "е", "ах", "ях", "ому", "ій", "ой")


def parted(start: int, end: int, marks: list[Mark], context: Context) -> list[_Piece]:
    """The parts of a sentence that end something and those that tell of a danger; the whole where it does not do both."""
    if not any(_may_end(m) for m in marks):
        return [(start, end, marks)]
    tokens = context.tokens
    pieces = _pieces((start, end, marks), tokens, (COMMA, PAREN, SEMI), _TURNS)
    pieces = [part for piece in pieces for part in _dashed(piece, tokens)]
    kinds = [_kind(piece, tokens) for piece in pieces]
    if "end" not in kinds or "live" not in kinds:
        return [(start, end, marks)]
    _settle(pieces, kinds, tokens)
    parts: list[_Piece] = []
    said: list[str] = []
    for piece, kind in zip(pieces, kinds, strict=True):
        if parts and kind == said[-1]:
            i, _, some = parts[-1]
            parts[-1] = (i, piece[1], [*some, *piece[2]])
        else:
            parts.append(piece)
            said.append(kind)
    return parts


def _may_end(mark: Mark) -> bool:
    return any(
        (m.group == "cue" and (m.value in _ENDS or m.claim in _ENDS or m.value == "lost"))
        or (m.group == "mood" and m.value in ("ended", "not"))
        for m in mark.meanings
    )


def _pieces(whole: _Piece, tokens: Tokens, seps: tuple[int, ...], joins: frozenset[str]) -> list[_Piece]:
    """Tokens cut at some separators and before some joining words, never inside a mark."""
    start, end, marks = whole
    inside = {k for m in marks for k in range(m.i + 1, m.j)}
    cuts = [
        k
        for k in range(start + 1, end)
        if k not in inside and (tokens.seps[k] in seps or (tokens.words[k] in joins))
    ]
    bounds = [start, *cuts, end]
    return [(i, j, [m for m in marks if i <= m.i < j]) for i, j in pairwise(bounds)]


def _dashed(piece: _Piece, tokens: Tokens) -> list[_Piece]:
    """A piece cut at its dash or colon too, where one side ends and the other is a danger («Харків чисто — балістика на Суми»)."""
    parts = _pieces(piece, tokens, (DASH, COLON), frozenset())
    kinds = {_kind(part, tokens) for part in parts}
    return parts if {"end", "live"} <= kinds else [piece]


def _kind(piece: _Piece, tokens: Tokens) -> str:
    """Whether a piece ends something (``end``), tells of a danger (``live``), or neither."""
    marks = piece[2]
    if _lasts(marks, tokens):
        return "live"
    if _ends(marks, tokens):
        return "live" if _unended(marks, tokens) else "end"
    return "live" if _live(piece, tokens) or _left_out(marks) else ""


def _lasts(marks: list[Mark], tokens: Tokens) -> bool:
    return any(
        m.has("mood", "still-standing") and any(w.startswith(_LASTS) for w in tokens.words[m.i : m.j])
        for m in marks
    )


def _ends(marks: list[Mark], tokens: Tokens) -> bool:
    danger = any(m.has("cue", "danger") or m.has("cue", "alarm") for m in marks)
    for mark in marks:
        if danger and mark.has("mood", "not") and tokens.words[mark.i].startswith(_GONE):
            return True
        if any(m.group == "cue" and (m.value in _ENDS or m.claim in _ENDS) for m in mark.meanings):
            return True
        if danger and (mark.has("mood", "ended") or tokens.words[mark.i].startswith("скасован")):
            return True
        if mark.has("cue", "lost") and tokens.words[mark.i].startswith(_VANISHED):
            return all(m.value == "unknown" for m in marks if m.group == "weapon")
    return False


def _unended(marks: list[Mark], tokens: Tokens) -> bool:
    """Whether it is an end that is not given, or not yet («у Києві тривогу ще не скасовано»)."""
    cue = next((m for m in marks if _may_end(m) and not m.has("mood", "not")), None)
    if cue is None:
        return False
    return any(
        m.has("mood", "not") and not tokens.words[m.i].startswith(_GONE) and -2 <= m.i - cue.i <= 6
        for m in marks
    )


def _left_out(marks: list[Mark]) -> bool:
    """Whether a piece only says where it is not so («…, у Києві ще ні», "…, but not in Kyiv")."""
    told = [
        m
        for m in marks
        if m.group in ("weapon", "count", "harm", "object") or (m.group == "cue" and m.value != "more")
    ]
    return not told and any(m.places for m in marks) and any(m.has("mood", "not") for m in marks)


def _live(piece: _Piece, tokens: Tokens) -> bool:
    """Whether a piece by itself raises an alarm, or says that something flies or threatens."""
    start, end, marks = piece
    words = tokens.words
    if words[start] in _BECAUSE or any(m.has("mood", "not") or m.has("mood", "not-confirmed") for m in marks):
        return False
    cues = {x.value for m in marks for x in m.meanings if x.group == "cue"}
    claims = {x.claim for m in marks for x in m.meanings if x.group == "cue"}
    if "alarm" in claims:
        return True
    if cues & _PAST:
        return False
    weapons = [m for m in marks if m.group == "weapon"]
    places = [m for m in marks if m.places]
    if cues & _LIVE or "danger" in cues:
        return bool(weapons) or (bool(places) and bool(cues & {"inbound", "danger"}))
    if places and any(words[k] in _STILL for k in range(start, end)):
        return bool(weapons) or any(m.has("role", "toward") for m in marks)
    if not weapons or not places:
        return False
    weapon, place = weapons[0], places[0]
    before = words[weapon.i - 1] if weapon.i > start else ""
    oblique = before in _OF or words[weapon.j - 1].endswith(_OBLIQUE)
    return not oblique and not (place.i > weapon.i and words[place.i - 1] in _OF)


def _settle(pieces: list[_Piece], kinds: list[str], tokens: Tokens) -> None:
    """Give each piece that says neither to the end or the danger beside it; an end without a place, to what it ends.

    A place between both goes to the danger where the end names its own place first: to clear it wrongly is the worse error.
    """
    for n in range(1, len(kinds)):
        if kinds[n] == "end" and kinds[n - 1] == "live" and not _subject(pieces[n][2]):
            kinds[n] = "live"
    last = ""
    for n, kind in enumerate(kinds):
        if kind:
            last = kind
            continue
        after = next((k for k in kinds[n:] if k), "")
        kinds[n] = last or after
        if last == "end" and after == "live" and _for_danger(n, pieces, kinds, tokens):
            kinds[n] = last = "live"


def _subject(marks: list[Mark]) -> bool:
    """Whether an end names what or where it ends."""
    return any(m.places or (m.group == "weapon" and m.value != "unknown") for m in marks)


def _for_danger(n: int, pieces: list[_Piece], kinds: list[str], tokens: Tokens) -> bool:
    """Whether a place on its own stands for the danger behind it («Чернігів — відбій, Суми, Ромни — тривога»)."""
    marks = pieces[n][2]
    if not any(m.places for m in marks):
        return False
    ends = next(pieces[k][2] for k in range(n - 1, -1, -1) if kinds[k] == "end")
    cue = next((m for m in ends if _may_end(m)), None)
    first = next((m for m in ends if m.places), None)
    if cue is None or first is None or first.i < cue.i:
        return True
    listed = tokens.seps[first.i] in (COLON, DASH)
    return not listed and not tokens.words[marks[-1].j - 1].endswith(_LOCATIVE)
