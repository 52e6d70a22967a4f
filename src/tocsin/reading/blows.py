"""Blows that a noun names: foretold by a word of danger («загроза ракетного удару по Харкову»), or told as a cause."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import SPACE

__all__ = ["THREAT", "absent", "caused", "threatened"]

THREAT = ("загроз", "угроз", "загрожу", "threat", "danger", "небезпек", "опасн")
"""How the words begin that name a danger, and whose denial ends it."""

_TO_COME = frozenset(
    ["удару", "ударів", "атаки", "атак", "обстрілу", "обстрілів", "удара", "ударов", "обстрела", "обстрелов", "strike", "strikes", "attack", "attacks", "shelling"]
)  # fmt: skip
"""Blows in the genitive, as a threat governs them: in the nominative («загроза КАБ, удар по …») they have fallen."""

_NONE = frozenset(["немає", "нема", "нет", "відсутня", "отсутствует", "не"])


def threatened(clause: Clause, context: Context) -> Mark | None:
    """The word of danger whose danger is a blow yet to come; nothing where no danger governs a blow."""
    words, seps = context.tokens.words, context.tokens.seps
    for cue in clause.cues:
        if not cue.has("cue", "danger"):
            continue
        if not any(words[k].startswith(THREAT) for k in range(cue.i, cue.j)):
            continue
        for k in range(cue.i, min(cue.j + 5, len(words))):
            if k > cue.i and seps[k] != SPACE:
                break
            if words[k] in _TO_COME:
                return cue
        if words[cue.i].startswith("threat") and cue.i and words[cue.i - 1] in _TO_COME:
            return cue
    return None


def absent(clause: Clause, threat: Mark, context: Context) -> bool:
    """Whether the sentence ends by saying that there is no such threat («загрози удару по Харкову немає»)."""
    return any(
        mark.group == "mood"
        and mark.has("mood", "not")
        and mark.i >= threat.j
        and context.tokens.words[mark.i] in _NONE
        for mark in clause.marks
    )


def caused(clause: Clause, context: Context) -> Mark | None:
    """A blow named as a cause that says what it hit («зупинено потяги після атаки дронів на вокзал»)."""
    if not any(m.has("fail") for m in clause.marks):
        return None
    words = context.tokens.words
    for mark in clause.marks:
        if mark.has("mood", "war") and mark.j - mark.i > 1 and words[mark.j - 1].startswith(_BLOWS):
            for thing in clause.objects:
                if 1 <= thing.i - mark.j <= 4 and any(
                    words[k] in ("по", "на", "в", "у") for k in range(mark.j, thing.i)
                ):
                    return mark
    return None


_BLOWS = ("удар", "атак", "обстр")
