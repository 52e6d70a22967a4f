"""Whether words of an effect are news of an attack: what else the sentence says, and whom it names."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context, Unit

__all__ = ["FUNCTION_WORDS", "channel", "loose", "plausible", "stranger"]


def loose(clause: Clause, context: Context) -> int:
    """How many words between the marks of a clause no phrase explains."""
    tokens = context.tokens
    covered = {k for m in clause.marks for k in range(m.i, m.j)}
    small = context.lexicon.prepositions
    span = range(clause.marks[0].i, clause.marks[-1].j)
    return sum(
        1
        for k in span
        if k not in covered
        and k not in context.spoken
        and tokens.kinds[k] == "w"
        and tokens.words[k] not in small
        and tokens.words[k] not in FUNCTION_WORDS
        and len(tokens.words[k]) > 2
    )


FUNCTION_WORDS = frozenset(
    [
        "the",
        "was",
        "were",
        "has",
        "have",
        "had",
        "been",
        "are",
        "and",
        "its",
        "their",
        "with",
        "who",
        "that",
        "from",
        "after",
        "said",
        "було",
        "были",
        "який",
        "яка",
        "які",
        "була",
        "були",
        "також",
        "вже",
        "уже",
        "который",
        "которая",
    ]
)
"""Words of grammar, which never make a headline tell of something else."""


_TEMPTING = frozenset({"outage", "explosion", "response", "instruction", "hazard", "fire", "damage"})


def channel(context: Context) -> bool:
    """Whether a text comes from a channel that writes in telegrams."""
    source = context.source
    return context.telegraphic if source is None else source.kind == "monitoring-channel"


def plausible(value: str, clause: Clause, unit: Unit, context: Context) -> bool:
    """Whether a news headline without a weapon or an enemy in it says little else than the effect."""
    source = context.source
    if (
        source is None
        or source.kind not in ("media", "public")
        or context.article
        or value not in _TEMPTING
        or context.at_war
        or any(m.group == "object" and m.value == "military" for m in unit.marks)
    ):
        return True
    if value == "instruction" and any(c.value == "instruction" and c.j - c.i > 1 for c in clause.cues):
        return True
    if value in ("explosion", "fire") and not (clause.spots or clause.objects):
        return False
    return loose(clause, context) <= 2 and not stranger(unit, context)


_NETWORKS = frozenset(
    {
        "telegram",
        "facebook",
        "instagram",
        "twitter",
        "x",
        "телеграм",
        "телеграмі",
        "телеграме",
        "фейсбук",
        "фейсбуці",
        "фейсбуке",
    }
)


def stranger(unit: Unit, context: Context) -> bool:
    """Whether a sentence names somebody or some place that we do not know: it may well be abroad."""
    tokens = context.tokens
    covered = {k for m in unit.marks for k in range(m.i, m.j)} | context.spoken
    return any(
        tokens.caps[k]
        and k not in covered
        and tokens.words[k] not in _NETWORKS
        and tokens.words[k] not in context.lexicon.prepositions
        for k in range(unit.i + 1, unit.j)
    )
