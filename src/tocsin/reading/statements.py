"""What a party to the conflict says of its aims: a class of its own, never an established fact."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context, Draft, Unit

__all__ = ["statements_of"]

_DENIALS = ("denied", "denies", "запереч", "отрица", "не наносил", "не завдавал")


_MEDIA = "russian-media"
_SUFFERED = ("debris", "explosion", "fire", "outage", "interception", "air-defence", "alarm", "response")
_DONE = ("attack", "strike", "launch", "damage", "impact")


def _suffered(clauses: list[Clause]) -> bool:
    """Whether a sentence tells what happened where its speaker lives, and of nothing that was done to us."""
    cues = [m for c in clauses for m in c.cues]
    return any(m.has("cue", v) for m in cues for v in _SUFFERED) and not any(
        m.has("cue", v) for m in cues for v in _DONE
    )


def statements_of(unit: Unit, clauses: list[Clause], context: Context) -> list[Draft]:
    """The statement that a sentence of a party makes; nothing for anybody else's sentence."""
    source = context.source
    own = source is not None and source.kind == "party" and unit.by is None
    quoted = unit.by is not None and unit.by.party
    if not own and not quoted:
        return []
    cue = next((m for c in clauses for m in c.cues if m.has("cue", "statement")), None)
    if cue is None and not own and unit.by is not None and unit.by.id == _MEDIA and _suffered(clauses):
        return []
    struck = any(
        m.has("cue", v)
        for c in clauses
        for m in c.cues
        for v in ("attack", "strike", "launch", "impact", "interception", "damage", "explosion")
    )
    said = quoted and "say.verb" in unit.says
    if cue is None and not struck and not said:
        return []
    words = " ".join(context.tokens.words[unit.i : unit.j])
    draft = Draft(
        kind="statement", i=unit.i, j=unit.j, denies=any(d in words for d in _DENIALS)
    )  # fmt: skip
    return [draft]
