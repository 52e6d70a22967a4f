"""English verbs that are spelled like nouns: "drones target Odesa", "Russia fires 14 missiles", "forces shell Nikopol"."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.reading.drafts import Context
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import SPACE

__all__ = ["verbs_of_attack"]

_TARGET = frozenset({"target", "targets", "targeting"})
_FIRE = frozenset({"fire", "fires", "drop", "drops"})
_SHELL = {
    "shell": Meaning("cue", "shelling", {}),
    "shells": Meaning("cue", "shelling", {}),
    "bomb": Meaning("cue", "strike", {}),
    "bombs": Meaning("cue", "strike", {}),
}
_ATTACK = Meaning("cue", "attack", {})
_COMING = (Meaning("cue", "inbound", {}), Meaning("role", "toward", {}))
_LAUNCH = Meaning("cue", "launch", {})
_HELPING = frozenset(
    {
        "forces",
        "troops",
        "army",
        "planes",
        "aircraft",
        "artillery",
        "are",
        "is",
        "were",
        "was",
        "also",
        "again",
        "now",
        "keep",
        "continue",
        "to",
    }
)
_NAMED = frozenset({"place", "object"})
_ARTICLES = frozenset({"the", "a", "an", "two", "several", "residential", "civilian", "energy", "critical"})


def verbs_of_attack(marks: Sequence[Mark], context: Context) -> list[Mark]:
    """The marks, such words turned to verbs where whoever attacks stands before them and the object behind."""
    if context.language != "en":
        return list(marks)
    words = context.tokens.words
    kept = _with_unmarked(marks, words)
    for n, mark in enumerate(kept):
        word = words[mark.i]
        if mark.j - mark.i != 1 or word not in _VERBS or not 0 < n < len(kept) - 1:
            continue
        subject, behind = kept[n - 1], kept[n + 1]
        armed, enemy = subject.group == "weapon", _enemy(subject)
        if not (armed or enemy) or not _next(subject.j, mark.i, _HELPING, context):
            continue
        if word in _FIRE:
            if enemy and behind.group in ("count", "weapon") and behind.i == mark.j:
                kept[n] = Mark(mark.i, mark.j, _LAUNCH)
        elif word in _SHELL:
            if enemy and behind.group in _NAMED and _next(mark.j, behind.i, _ARTICLES, context):
                kept[n] = Mark(mark.i, mark.j, _SHELL[word])
        elif behind.group in _NAMED and _next(mark.j, behind.i, _ARTICLES, context):
            if armed and behind.group == "place":
                kept[n] = Mark(mark.i, mark.j, _COMING[0], _COMING)
            else:
                kept[n] = Mark(mark.i, mark.j, _ATTACK)
    return [m for m in kept if m.meaning is not _NO_MARK]


_VERBS = frozenset({*_TARGET, *_FIRE, *_SHELL})
_NO_MARK = Meaning("junk", "verb", {})


def _with_unmarked(marks: Sequence[Mark], words: Sequence[str]) -> list[Mark]:
    """The marks, and one for each such word that means nothing else."""
    covered = {k for m in marks for k in range(m.i, m.j)}
    lone = [Mark(k, k + 1, _NO_MARK) for k, w in enumerate(words) if w in _VERBS and k not in covered]
    return sorted([*marks, *lone], key=lambda m: m.i) if lone else list(marks)


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
