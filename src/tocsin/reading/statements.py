"""What a party to the conflict says of its aims: a class of its own, never an established fact."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context, Draft, Spot, Unit
from tocsin.reading.threats import main_spot, spots_for

__all__ = ["statements_of"]

_DENIALS = ("denied", "denies", "запереч", "отрица", "не наносил", "не завдавал")


def statements_of(unit: Unit, clauses: list[Clause], spots: list[Spot], context: Context) -> list[Draft]:
    """The statement that a sentence of a party makes; nothing for anybody else's sentence."""
    source = context.source
    own = source is not None and source.kind == "party" and unit.by is None
    quoted = unit.by is not None and unit.by.party
    if not own and not quoted:
        return []
    cue = next((m for c in clauses for m in c.cues if m.has("cue", "statement")), None)
    struck = any(
        m.has("cue", v)
        for c in clauses
        for m in c.cues
        for v in ("attack", "strike", "launch", "impact", "interception", "damage", "explosion")
    )
    said = quoted and "say.verb" in unit.says
    if cue is None and not struck and not said:
        return []
    decided = [
        s
        for s in spots_for("statement", spots)
        if s.role != "from"
        and any(x.role and x.mark is s.mark for x in spots)
        and not s.code.startswith("RU")
    ]
    words = " ".join(context.tokens.words[unit.i : unit.j])
    draft = Draft(
        kind="statement", i=unit.i, j=unit.j, spots=decided, main=main_spot("statement", decided), denies=any(d in words for d in _DENIALS)
    )  # fmt: skip
    return [draft]
