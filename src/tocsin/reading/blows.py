"""Blows that a noun names: foretold by a word of danger («загроза ракетного удару по Харкову»), or told as a cause."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import SPACE

__all__ = [
    "THREAT",
    "absent",
    "assaults",
    "attacks_now",
    "caused",
    "dropped_by_drone",
    "suffered",
    "threatened",
]

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


def suffered(cue: Mark, clause: Clause, context: Context) -> bool:
    """Whether an attack, as a noun, is one that people were hurt in ("injured in a drone attack on Kherson")."""
    words = context.tokens.words
    noun = any(words[k] in _ATTACKS for k in range(cue.i, cue.j))
    verb = words[cue.j - 1] in _ATTACKS and any(
        s.mark.i == cue.j for s in clause.spots
    )  # "drones attack Kherson"
    return noun and not verb and bool(clause.harms)


_ATTACKS = frozenset(["attack", "attacks", "assault", "raid", "airstrike", "airstrikes", "strike", "strikes"])


def attacks_now(cue: Mark, context: Context) -> bool:
    """Whether an attack is told in the present («дрони атакують Одесу»): what attacks is still in the air."""
    return context.tokens.words[cue.j - 1] in _PRESENT


_PRESENT = frozenset({"атакує", "атакують", "атакует", "атакуют", "attacking"})


def assaults(cue: Mark, clause: Clause, context: Context) -> bool:
    """Whether the enemy is said to attack by a verb («РФ атакувала Кременчук»): news without any weapon's name."""
    word = context.tokens.words[cue.j - 1]
    verb = word.startswith(("атаку", "атакова")) or word in ("attacked", "attacks", "attacking")
    named = "mood.war" in clause.says or any(m.places and m.places[0].code == "RU" for m in clause.marks)
    return verb and named and not any(m.has("say", "verb") for m in clause.marks if m.i < cue.i)


def dropped_by_drone(clause: Clause, context: Context) -> bool:
    """Whether what drops something is a drone («скид із дрона»)."""
    weapons = context.lexicon.weapons
    return bool(clause.weapons) and all(weapons[m.value].klass == "drone" for m in clause.weapons)
