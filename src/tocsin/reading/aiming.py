"""English verbs that are spelled like nouns: "drones target Odesa", "Russia fires 14 missiles at Dnipro"."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.reading.drafts import Context
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import SPACE

__all__ = ["verbs_of_attack"]

_TARGET = frozenset({"target", "targets", "targeting"})
_FIRE = frozenset({"fire", "fires"})
_ATTACK = Meaning("cue", "attack", {})
_COMING = (Meaning("cue", "inbound", {}), Meaning("role", "toward", {}))
_LAUNCH = Meaning("cue", "launch", {})
_HELPING = frozenset({"are", "is", "were", "was", "also", "again", "now", "keep", "continue", "to"})
_NAMED = frozenset({"place", "object"})
_ARTICLES = frozenset({"the", "a", "an", "two", "several", "residential", "civilian", "energy", "critical"})


def verbs_of_attack(marks: Sequence[Mark], context: Context) -> list[Mark]:
    """The marks, "target" and "fire" turned to verbs where whoever attacks stands before them and the object behind."""
    words = context.tokens.words
    kept: list[Mark] = list(marks)
    for n, mark in enumerate(kept):
        word = words[mark.i]
        if mark.j - mark.i != 1 or word not in _TARGET | _FIRE or not n or n + 1 >= len(kept):
            continue
        subject, behind = kept[n - 1], kept[n + 1]
        if not _next(subject.j, mark.i, _HELPING, context):
            continue
        armed, enemy = subject.group == "weapon", _enemy(subject)
        if word in _FIRE:
            if enemy and behind.group in ("count", "weapon") and behind.i == mark.j:
                kept[n] = Mark(mark.i, mark.j, _LAUNCH)
        elif (armed or enemy) and behind.group in _NAMED and _next(mark.j, behind.i, _ARTICLES, context):
            if armed and behind.group == "place":
                kept[n] = Mark(mark.i, mark.j, _COMING[0], _COMING)
            else:
                kept[n] = Mark(mark.i, mark.j, _ATTACK)
    return kept


def _enemy(mark: Mark) -> bool:
    return mark.has("mood", "war") is not None or any(c.code == "RU" for c in mark.places[:1])


def _next(start: int, end: int, between: frozenset[str], context: Context) -> bool:
    """Whether nothing but a few small words stands between two tokens of one phrase."""
    tokens = context.tokens
    return (
        end - start <= 2
        and all(tokens.seps[k] == SPACE for k in range(start, end + 1))
        and all(tokens.words[k] in between for k in range(start, end))
    )
