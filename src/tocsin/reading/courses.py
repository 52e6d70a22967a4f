"""The compass point of a course: «курс на північ», «у західному напрямку», "heading north-west"."""

from __future__ import annotations

from functools import lru_cache

from tocsin.reading.drafts import Context, Draft, Unit
from tocsin.reading.normalise import COMMA, DASH, HYPHEN

__all__ = ["set_course"]

_NOUNS = {
    "північ": "N", "південь": "S", "схід": "E", "захід": "W", "север": "N", "юг": "S", "восток": "E", "запад": "W",
    "north": "N", "south": "S", "east": "E", "west": "W", "northeast": "NE", "northwest": "NW", "southeast": "SE", "southwest": "SW",
}  # fmt: skip
_STEMS = (
    ("північносхідн", "NE"), ("північнозахідн", "NW"), ("південносхідн", "SE"), ("південнозахідн", "SW"), ("північн", "N"), ("півден", "S"), ("східн", "E"), ("західн", "W"),
    ("северовосто", "NE"), ("северозапад", "NW"), ("юговосто", "SE"), ("югозапад", "SW"), ("северн", "N"), ("северо", "N"), ("южн", "S"), ("юго", "S"), ("восточн", "E"), ("западн", "W"),
    ("northeast", "NE"), ("northwest", "NW"), ("southeast", "SE"), ("southwest", "SW"), ("northern", "N"), ("southern", "S"), ("eastern", "E"), ("western", "W"),
    ("northward", "N"), ("southward", "S"), ("eastward", "E"), ("westward", "W"), ("northbound", "N"), ("southbound", "S"), ("eastbound", "E"), ("westbound", "W"),
    ("northerly", "N"), ("southerly", "S"), ("easterly", "E"), ("westerly", "W"),
)  # fmt: skip
_COURSE = (
    "курс", "вектор", "напрям", "направлен", "рухаєт", "рухают", "рух", "летить", "летять", "летит", "летят", "прямує", "прямуют", "повернув", "повернул", "повертає", "іде", "йде", "йдуть", "идет", "идут",
    "движет", "движут", "тримає", "держит", "course", "heading", "heads", "head", "headed", "bearing", "moving", "moves", "flying", "flies", "turning", "turned", "turns", "going", "vector", "tracking", "проходит",
    "bound",
)  # fmt: skip
_BETWEEN = frozenset(
    [
        "на",
        "у",
        "в",
        "к",
        "до",
        "the",
        "to",
        "due",
        "from",
        "змінила",
        "змінив",
        "новий",
        "changed",
        "now",
        "далі",
        "дальше",
    ]
)
_AFTER = ("напрямку", "напрямі", "напрямком", "направлени", "курс", "direction", "course", "вектор")
_ARROWS = {"↗": "NE", "↘": "SE", "↙": "SW", "↖": "NW"}
_FLYING = frozenset({"inbound", "takeoff"})


def set_course(found: list[Draft], unit: Unit, context: Context) -> None:
    """Give what flies the course that its sentence names, and drop the part that names nothing else."""
    if not any(d.kind in _FLYING for d in found):
        return
    course = _course(unit, context)
    if course is None:
        return
    heading, end = course
    flying = [d for d in found if d.kind in _FLYING]
    first = flying[0]
    for draft in flying[1:]:
        if (
            draft.kind == first.kind
            and not draft.spots
            and draft.count is None
            and draft.weapon in (first.weapon, None)
        ):
            found.remove(draft)
    for draft in flying:
        draft.heading = heading
    if first.j < end <= first.j + 6:
        first.j = end


def _course(unit: Unit, context: Context) -> tuple[str, int] | None:
    tokens = context.tokens
    k = unit.i
    while k < unit.j:
        arrow = _ARROWS.get(tokens.words[k])
        if arrow is not None and context.telegraphic:
            return arrow, k + 1
        if not _one(tokens.words[k])[0]:
            k += 1
            continue
        point, end, noun = _point(k, unit, context)
        if point and _is_course(k, end, unit, context, noun=noun):
            return point, end
        k = max(end, k + 1)
    return None


@lru_cache(maxsize=20_000)
def _one(word: str) -> tuple[str, bool]:
    """The point that a word names, and whether it is a noun."""
    if word in _NOUNS:
        return _NOUNS[word], True
    if word[:1] not in "псзюв" and word[:1] not in "nsew":
        return "", False
    return next((point for stem, point in _STEMS if word.startswith(stem)), ""), False


def _point(k: int, unit: Unit, context: Context) -> tuple[str, int, bool]:
    """The point that begins at a token, one of two words included («північний захід»)."""
    words, seps = context.tokens.words, context.tokens.seps
    point, noun = _one(words[k])
    if not point:
        return "", k, False
    if len(point) == 1 and k + 1 < unit.j and seps[k + 1] <= HYPHEN:
        after, second = _one(words[k + 1])
        if len(after) == 1 and point in "NS" and after in "EW":
            return point + after, k + 2, second
    return point, k + 1, noun or words[k].endswith(("ward", "wards", "bound"))


def _is_course(k: int, end: int, unit: Unit, context: Context, *, noun: bool) -> bool:
    words, seps = context.tokens.words, context.tokens.seps
    if words[k].endswith(("ward", "wards", "bound")):
        return True
    place = any(m.places and m.i == end and seps[m.i] < COMMA for m in unit.marks)
    aside = end < unit.j and words[end] in ("від", "от", "of", "області", "области") and seps[end] < COMMA
    if place or aside:
        return False
    if end < unit.j and seps[end] < COMMA and words[end].startswith(_AFTER):
        return words[k - 1 : k] != ["на"] and (
            k == unit.i or not words[k - 1].startswith(("з", "із", "с", "from"))
        )
    at = k - 1
    while at >= unit.i and k - at <= 3 and words[at] in _BETWEEN and seps[at + 1] <= DASH:
        at -= 1
    if at >= unit.i and words[at].startswith(_COURSE) and "from" not in words[at:k]:
        return True
    return noun and words[k - 1 : k] == ["на"] and k > unit.i
