"""Who and what a sentence only names: crews, shelters, gun teams, what people live without.

«Спекла пиріг рятувальникам», «перевели в укриття», «мобільні групи отримали пікапи»:
the noun is a claim's cue, and here nothing happens to it or by it.
"""

from __future__ import annotations

from tocsin.reading.drafts import Context, Draft, Unit
from tocsin.reading.predicates import other_verb

__all__ = ["EVENTS", "VERBS", "beside", "counts"]

EVENTS = frozenset(
    {"impact", "explosion", "launch", "interception", "inbound", "damage", "debris", "casualty", "fire"}
)
"""Kinds of claims that say that something happened."""
VERBS = (
    "в",
    "ла",
    "ло",
    "ли",
    "л",
    "но",
    "то",
    "ся",
    "сь",
    "ть",
    "є",
    "ет",
    "ют",
    "ит",
    "ят",
    "ны",
    "ен",
    "ана",
    "ена",
    "те",
)
"""Endings of finite verbs and short participles, and of imperatives."""


def counts(draft: Draft) -> bool:
    """Whether a claim about people has a figure of its own."""
    return any((v.min or 0) > 1 or v.max not in (None, 1) for v in (draft.harm or {}).values())


def beside(draft: Draft, unit: Unit, context: Context) -> bool:
    """Whether shelters, crews and what lacks are only named: «перевели в укриття», «спекла пиріг рятувальникам», «живуть без світла»."""
    words = context.tokens.words
    if draft.tense != "now" or draft.denies:
        return False
    if draft.kind == "response":
        said = [m for m in unit.marks if draft.i <= m.i < draft.j and m.has("cue", "response")]
        if said and all(
            words[m.i].endswith(("ити", "ати")) and words[m.i - 1] in ("як", "как") for m in said
        ):
            return True
        if not said or any(m.j - m.i > 1 or not words[m.i].startswith(_CREWS) for m in said):
            return False
        if all(words[m.i].endswith(("ам", "ям")) for m in said) or other_verb(unit, context) is not None:
            return True
        return not _attacked(context) and not any(
            m.group in ("cue", "harm") and m not in said for m in unit.marks
        )
    if draft.kind == "instruction":
        called = [m for m in unit.marks if draft.i <= m.i < draft.j and m.has("cue", "instruction")]
        nouns = bool(called) and all(
            words[m.j - 1].startswith(_PLACES) and not words[m.i].endswith(_ORDERS) for m in called
        )
        return nouns and other_verb(unit, context, end=called[0].i) is not None
    if draft.kind == "casualty":
        if "cue.instruction" in unit.says and any(w.startswith(_LINES) for w in words[unit.i : unit.j]):
            return True  # «гаряча лінія для постраждалих: 1551»
        bare = list(draft.harm or {}) == ["hospitalised"] and not counts(draft)
        people = any(m.group in ("group", "count") for m in unit.marks)
        return bare and not people and not _attacked(context)
    if draft.kind == "air-defence":
        works = any(
            m.has("work") or (m.has("cue", "air-defence") and not words[m.i].startswith(_GUNS))
            for m in unit.marks
        )
        return not works and other_verb(unit, context, strict=True) is not None
    if draft.kind == "outage":
        if any(w.startswith(_FOR_LONG) for w in words[unit.i : draft.j]):
            return True
        without = "без" in words[draft.i : draft.j]
        return without and other_verb(unit, context, end=draft.j) is not None
    return False


_CREWS = (
    "пожежн",
    "пожарн",
    "рятувальн",
    "спасател",
    "медик",
    "лікар",
    "врач",
    "волонтер",
    "вибухотех",
    "взрывотех",
    "піротех",
    "пиротех",
    "сапер",
    "кінолог",
    "кинолог",
    "поліц",
    "полиц",
    "комунальн",
    "коммунальн",
    "firefighter",
    "rescuer",
    "medic",
    "paramedic",
    "volunteer",
    "sapper",
    "police",
)


def _attacked(context: Context) -> bool:
    """Whether the text has spoken of an attack, or of what one does."""
    return context.armed or any(d.kind in EVENTS for d in context.drafts)


_FOR_LONG = (
    "роки",
    "днів",
    "дней",
    "days",
    "років",
    "рокі",
    "года",
    "годы",
    "лет",
    "years",
    "місяц",
    "месяц",
    "months",
)
_LINES = ("гаряч", "горяч", "hotline", "телефон")
_GUNS = (
    "мобільн",
    "мобильн",
    "mobile",
    "вогнев",
    "огнев",
    "ппо",
    "пво",
    "зеніт",
    "зенит",
    "air",
    "anti",
    "сил",
)
_PLACES = ("укрит", "укрыт", "пункт", "незлам", "несокруш", "обігрів", "обогрев")
_ORDERS = (
    "йте",
    "йтесь",
    "йтеся",
    "іть",
    "іться",
    "ьте",
    "ьтесь",
    "ьтеся",
    "ите",
    "итесь",
    "йти",
    "тися",
    "тись",
)
