"""What people are told not to do, known by the form of the verb: «не відчиняйте», «не стойте», "do not open"."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context, Draft
from tocsin.reading.threats import main_spot, spots_for

__all__ = ["forbidden"]

_SPEAKERS = frozenset({"authority", "military", "emergency-service", "alarm-service", "monitoring-channel"})
_ENDINGS = ("йте", "йтесь", "йтеся", "іть", "іться", "ьте", "ьтесь", "ьтеся", "ите", "итесь")
"""Of the imperative of «ви» and «вы»."""
_CALMING = (
    "пан",
    "хвилю",
    "пережив",
    "забува",
    "забуд",
    "розслаб",
    "вір",
    "верь",
    "сумнів",
    "соромт",
    "волну",
    "пуга",
    "ляка",
    "бесп",
    "забыва",
    "расслаб",
    "теря",
    "втрача",
    "дума",
    "пита",
    "спраш",
    "пиш",
    "вид",
    "говор",
    "знач",
    "мовч",
    "зволік",
    "плута",
    "пута",
)
"""Verbs that soothe or chat: «не панікуйте» keeps nobody safe."""


def forbidden(clause: Clause, context: Context) -> list[Draft]:
    """The instruction of a clause that forbids something, where somebody speaks who warns people."""
    source = context.source
    if source is None or source.kind not in _SPEAKERS or not context.telegraphic:
        return []
    words = context.tokens.words
    for mark in clause.marks:
        if mark.has("mood", "not") is None or words[mark.j - 1] != "не" or mark.j >= len(words):
            continue
        verb = words[mark.j]
        if len(verb) < 5 or not verb.endswith(_ENDINGS) or verb.startswith(_CALMING):
            continue
        spots = spots_for("instruction", [s for s in clause.spots if s.mark.i < mark.i])
        return [
            Draft(
                kind="instruction", i=mark.i, j=mark.j + 1, spots=spots, main=main_spot("instruction", spots)
            )
        ]
    return []
