"""Which claims of a sentence its hedges hold for: «попередньо», "reportedly", "may have"."""

from __future__ import annotations

from tocsin.reading.drafts import Context, Draft, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COMMA

__all__ = ["hedge"]

_POSSIBLE = ("можлив", "возмож", "possib", "may", "might", "could", "може", "может", "не")
_CAN = frozenset({"може", "можуть", "міг", "могла", "могли", "может", "могут", "мог", "may", "might"})
_STAYS = ("залиш", "лишат", "перебув", "остат", "остав", "находит", "remain", "still", "lie")


def hedge(found: list[Draft], unit: Unit, context: Context) -> None:
    """Set what is hedged: a hedge that opens a sentence holds for all of it, another for its own clause."""
    marks = [m for m in unit.marks if m.group == "mood" and m.value == "hedge"]
    asked = unit.hedged and not marks
    for draft in found:
        draft.hedged = asked or _may(draft, unit, context)
    for mark in marks:
        if not _before_time(mark, unit):
            for draft in _governed(mark, found, unit, context):
                draft.hedged = True
    firm = any(not context.tokens.words[m.i].startswith(_POSSIBLE) for m in marks)
    for draft in found:
        # «можлива атака» is expected: that is all that its word of possibility says.
        draft.hedged = draft.hedged and (draft.tense != "expected" or firm)


def _before_time(mark: Mark, unit: Unit) -> bool:
    """«орієнтовно о 06:40»: the hour is rough, not the claim."""
    return any(m.group == "time" and 0 <= m.i - mark.j <= 1 for m in unit.marks)


def _governed(mark: Mark, found: list[Draft], unit: Unit, context: Context) -> list[Draft]:
    if len(found) < 2 or mark.i - unit.i <= 1:
        return found
    inside = [d for d in found if d.i <= mark.i < d.j]
    after = [d for d in found if max(d.cue, d.i) >= mark.j]
    if inside and not (after and all(mark.j >= d.j for d in inside) and _apart(mark, context)):
        return inside
    if after:
        first = min(after, key=lambda d: max(d.cue, d.i))
        return [d for d in after if d.i < first.j]
    last = max(found, key=lambda d: d.j)
    return [d for d in found if d.j > last.i]


def _apart(mark: Mark, context: Context) -> bool:
    """Whether a comma before a hedge gives it to what follows."""
    before = (
        mark.i - 1 if mark.i and context.tokens.words[mark.i - 1] in context.lexicon.prepositions else mark.i
    )
    return COMMA in (context.tokens.seps[before], context.tokens.seps[mark.i])


def _may(draft: Draft, unit: Unit, context: Context) -> bool:
    """«під завалами можуть перебувати люди», «могли погибнуть»: what may be so of people, or of what stays behind."""
    words = context.tokens.words
    can = next((k for k in range(max(unit.i, draft.i - 2), draft.j) if words[k] in _CAN), None)
    if can is None:
        return False
    if draft.kind == "casualty":
        return draft.harm is not None and len(draft.harm) == 1
    return draft.kind == "hazard" and words[can + 1 : can + 2] != [] and words[can + 1].startswith(_STAYS)
