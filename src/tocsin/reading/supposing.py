"""Sentences that suppose, explain or recommend: what they name has not happened, or not now."""

from __future__ import annotations

from tocsin.reading.drafts import Context, Draft, Unit
from tocsin.reading.normalise import COLON

__all__ = ["real"]

_NEWS = frozenset({"media", "public"})
_HEADS = frozenset(
    {
        "як",
        "як-то",
        "чому",
        "скільки",
        "хто",
        "чи",
        "невже",
        "хіба",
        "правда",
        "неужели",
        "разве",
        "did",
        "does",
        "can",
        "should",
        "навіщо",
        "как",
        "почему",
        "сколько",
        "кто",
        "зачем",
        "how",
        "why",
        "what",
        "who",
        "which",
    }
)
"""Words that open a headline which explains («Як збивають «Шахеди»», "How Ukraine shoots down …")."""


def real(found: list[Draft], unit: Unit, context: Context) -> list[Draft]:
    """The claims of a sentence without those that it only supposes or explains."""
    if not found:
        return found
    start = _supposed_from(unit)
    if start is not None:
        found = [d for d in found if max(d.cue, d.i) < start or _stands(d, unit, context)]
    found = [d for d in found if not _of_the_war(d)]
    if _explains(unit, context):
        colon = next((k for k in range(unit.i + 1, unit.j) if context.tokens.seps[k] == COLON), unit.j)
        found = [d for d in found if d.i >= colon]
    return found


_MANY = 2500


def _of_the_war(draft: Draft) -> bool:
    """Whether people are counted by the thousand: a toll of the war, not of an attack."""
    return draft.kind == "casualty" and any((v.min or 0) > _MANY for v in (draft.harm or {}).values())


def _supposed_from(unit: Unit) -> int | None:
    """The token from which a sentence supposes: its first for «якби …», the condition's own for «…, якщо …»."""
    if "mood.unreal" not in unit.says and "mood.condition" not in unit.says:
        return None
    for mark in unit.marks:
        if mark.has("mood", "unreal"):
            return unit.i
        if mark.has("mood", "condition"):
            return unit.i if mark.i - unit.i <= 1 else mark.i
    return None


def _stands(draft: Draft, unit: Unit, context: Context) -> bool:
    """Whether a claim stands beside a condition: what to do, or an end that is awaited."""
    if draft.kind == "instruction":
        news = context.source is not None and context.source.kind in _NEWS
        return not (news and "mood.unreal" in unit.says)
    return draft.tense == "expected" and draft.kind == "alarm-over"


def _explains(unit: Unit, context: Context) -> bool:
    """Whether a headline only tells how or why something is done."""
    source = context.source
    if source is None or source.kind not in _NEWS or context.article or "say" in unit.says:
        return False
    return context.tokens.words[unit.i] in _HEADS
