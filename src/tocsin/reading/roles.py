"""The part that a place plays: by the words before it, the list that it stands in, what has flown past it."""

from __future__ import annotations

from tocsin.places import Candidate
from tocsin.reading.drafts import Context, Spot, Unit
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import AND_SLASH, COLON, COMMA, DASH, DOT, HYPHEN, PAREN, QUOTE, SPACE
from tocsin.reading.ranking import AND, FILLER

__all__ = ["role_of", "same_list"]

_LOCATIVE = ("ой", "ові", "еві", "ах", "ях", "ому", "ій", "ом", "ем", "ою", "ею", "ами", "ям", "ам")


def role_of(  # noqa: PLR0917 - a clause and all that it stands in
    unit: Unit, context: Context, n: int, mark: Mark, candidates: tuple[Candidate, ...], spots: list[Spot]
) -> str:
    """The part that the words before a place give it; bare when there are none."""
    tokens = context.tokens
    marks = unit.marks
    i = mark.i
    while (
        i - 1 >= unit.i
        and tokens.words[i - 1] in FILLER
        and (len(tokens.words[i - 1]) > 1 or tokens.seps[i] == DOT)
        and tokens.seps[i] <= DOT
        and (tokens.seps[i - 1] <= DOT or i - 1 == unit.i)
    ):
        i -= 1
    if i <= unit.i:
        return "via" if _passed(mark, unit, context) else ""
    if tokens.seps[i] <= QUOTE:
        owner = next((m for m in reversed(marks[:n]) if m.j >= i and m.i < i), None)
        if owner is not None:
            role = next((m for m in owner.meanings if m.group == "role"), None)
            if role is not None:
                owner.role = role.value
                if owner.group == "cue" and owner.value == "inbound" and tokens.words[owner.i] in _COURSE:
                    owner.turn(role)
                return role.value
            if owner.group == "arrow":
                return "toward"
            if owner.has("compass") and owner.i > unit.i:
                return _compass_role(owner, tokens.words)
        found = context.lexicon.prepositions.get(tokens.words[i - 1])
        if (
            found == "from"
            and i - 2 >= unit.i
            and tokens.words[i - 2]
            in ("км", "км", "km", "kilometers", "kilometres", "кілометрів", "километров")
        ):
            return "near"
        if found == "v" and context.language == "ru" and tokens.words[i - 1] == "у":
            return "near"
        if found == "from" and mark.j < unit.j and tokens.words[mark.j] in _STRUCK:
            return "at"  # "the death toll from Ternopil strike rises"
        if found is not None:
            return _prepositional(found, candidates, tokens.words[mark.j - 1])
    if spots and same_list(spots[-1], mark, context):
        return spots[-1].role
    if spots and spots[-1].role in ("toward", "from") and tokens.seps[i] == PAREN and i == spots[-1].mark.j:
        inside = any(context.gazetteer.covers(spots[-1].code, c.code) for c in candidates)
        return spots[-1].role if inside else ""
    if (
        tokens.words[i - 1] == "район"
        and tokens.seps[i] == SPACE
        and candidates[0].precision in ("settlement", "airfield")
        and not (n and marks[n - 1].j == i and marks[n - 1].places)
    ):
        return "round"  # «Район Хотіні під обстрілом» is near; «пуски, район Енгельса» from
    if tokens.seps[i] <= QUOTE and tokens.words[i - 1] == "course":
        return "toward"
    if tokens.seps[i] in (COMMA, DASH, COLON) and tokens.words[i - 1] in _COURSE:
        for owner in marks[:n]:
            if owner.j == i:
                owner.turn(_TOWARD)
        return "toward"
    return "via" if _passed(mark, unit, context) else ""


_STRUCK = frozenset({"strike", "strikes", "attack", "attacks", "shelling", "blast", "bombing"})


def _passed(mark: Mark, unit: Unit, context: Context) -> bool:
    """Whether a channel says of a bare place that something has flown past it («Коблево пройшли»)."""
    tokens, j = context.tokens, mark.j
    return context.telegraphic and j < unit.j and tokens.seps[j] == SPACE and tokens.words[j] in _PASSED


_PASSED = frozenset(
    ["пройшли", "пройшов", "пройшла", "минули", "минув", "минула", "проминули", "пролетіли", "пролетів", "пролетіла", "прошли", "прошел", "прошла",
     "миновали", "миновал", "миновала", "проскочили", "проскочив", "проскочила", "passed"]
)  # fmt: skip


def _compass_role(owner: Mark, words: list[str]) -> str:
    first = words[owner.i]
    if first == "на" and len(words[owner.j - 1]) > 0:
        return "toward"
    return "at"


def _prepositional(found: str, candidates: tuple[Candidate, ...], name: str) -> str:
    """The part that a one-word preposition gives, by the case of the name where it has two."""
    if found == "na":
        return "at" if _is_locative(candidates, name) else "toward"
    if found == "v":
        return "at" if _is_locative(candidates, name) else "into"
    return found


def _is_locative(candidates: tuple[Candidate, ...], name: str) -> bool:
    forms = {c.form for c in candidates}
    if "locative" in forms or "dative" in forms:
        return not ("accusative" in forms or "nominative" in forms) or name.endswith(("щині", "ьку"))
    if "accusative" in forms or "nominative" in forms:
        return False
    return name.endswith((*_LOCATIVE, "і", "ї", "е"))


def same_list(spot: Spot, mark: Mark, context: Context) -> bool:
    """Whether a place stands in one list with the place before it."""
    tokens = context.tokens
    if spot.role == "from" and _theirs(spot.code) and not any(_theirs(c.code) for c in mark.places[:3]):
        return False
    i, end = mark.i, spot.mark.j
    while i - 1 >= end and (tokens.words[i - 1] in AND or tokens.words[i - 1] in FILLER):
        i -= 1
    if i != end:
        return False
    return (
        tokens.seps[end] in (COMMA, AND_SLASH, HYPHEN, QUOTE)
        or (
            tokens.seps[end] == DASH
            and (spot.role in ("via", "near") or (spot.role == "toward" and _sector(spot, context)))
        )
        or tokens.words[end] in AND
        or (tokens.seps[end] <= DOT and spot.role in ("at", "near", "toward") and i == mark.i)
    )


def _theirs(code: str) -> bool:
    """Whether an area is one that missiles come from: abroad, a sea, Crimea."""
    return not code.startswith("UA") or code.startswith(("UA01", "UA85"))


def _sector(spot: Spot, context: Context) -> bool:
    """Whether a place opens a sector that runs over several («в сектор Станіслав - Очаків»)."""
    k = spot.mark.i - 1
    while k >= 0 and spot.mark.i - k < 8:
        if context.tokens.words[k].startswith(("сектор", "зон", "ліні", "лини", "район")):
            return True
        if context.tokens.seps[k + 1] not in (SPACE, DASH):
            return False
        k -= 1
    return False


_TOWARD = Meaning("role", "toward", {})


_COURSE = frozenset(
    [
        "курс",
        "курсом",
        "напрямку",
        "напрямок",
        "напрям",
        "напрямі",
        "вектор",
        "вектором",
        "направление",
        "направлении",
        "направлением",
        "course",
        "heading",
        "bearing",
        "direction",
        "напрямком",
        "рухаються",
        "рухається",
        "летить",
        "летять",
    ]
)
