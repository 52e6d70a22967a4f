"""A strike told by what was fired: «ударив «Кинджалами» та балістикою, попередньо вісьмома ракетами»."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context, Draft, Spot
from tocsin.reading.threats import main_spot, spots_for

__all__ = ["salvo_of"]

_SUM = ("missile", "unknown")
"""Words under which the weapons named before them are counted together."""


def salvo_of(clause: Clause, context: Context) -> list[Draft]:
    """The launches of a strike whose several weapons are counted under one word, and that count as a total.

    How many of each kind there were nobody said, nor that each one hit: the number stands apart, as a tally.
    """
    cue = next((c for c in clause.cues if c.value == "strike"), None)
    if cue is None or clause.objects or len(clause.weapons) < 3:
        return []
    weapons = context.lexicon.weapons
    named = [m for m in clause.weapons if m.value not in _SUM and not weapons[m.value].carrier]
    slugs = list(dict.fromkeys(m.value for m in named))
    total = next((m for m in clause.weapons if m.value in _SUM and m.i > cue.i), None)
    if len(slugs) < 2 or total is None:
        return []
    count = next((c for c in clause.counts if 0 <= total.i - c.j <= 1 and c.number is not None), None)
    if count is None or any(c is not count for c in clause.counts):
        return []
    count.used = True
    spots = spots_for("launch", [s for s in clause.spots if s.best.precision != "country"])
    marks = [m for m in clause.marks if m.group not in ("state", "junk")]
    i = min(m.i for m in marks)
    drafts = [_draft("launch", i, named[-1].j, slug, spots) for slug in slugs]
    for draft in drafts:
        draft.cue = cue.i
    aimed = [
        Spot(s.mark, "at" if s.role == "toward" else s.role, s.best, s.others)
        for s in spots
        if s.role != "from"
    ]
    drafts.append(_draft("tally", i, max(m.j for m in marks), total.value, aimed))
    drafts[-1].scope = {"launched": count.number} if count.number is not None else None
    return drafts


def _draft(kind: str, i: int, j: int, weapon: str, spots: list[Spot]) -> Draft:
    return Draft(kind=kind, i=i, j=j, weapon=weapon, spots=spots, main=main_spot(kind, spots))
