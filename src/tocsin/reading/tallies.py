"""Totals over an attack or a finished night: launched, shot down, lost, hit, by weapon."""

from __future__ import annotations

from tocsin.model import Range
from tocsin.reading.drafts import Clause, Context, Draft, Spot, Unit
from tocsin.reading.threats import main_spot, spots_for
from tocsin.reading.weaponry import groups_of

__all__ = ["is_tally", "tallies_of"]

_KEYS = {"attack": "launched", "launch": "launched", "interception": "shot-down", "lost": "lost", "impact": "hit", "strike": "hit"}


def is_tally(unit: Unit, clauses: list[Clause], context: Context) -> bool:
    """Whether a sentence sums up: counts of weapons in a text about a finished night, or under a heading of totals."""
    counted = any(c.counts for c in clauses)
    weapon = any(c.weapons for c in clauses)
    if not counted:
        return False
    keys = {_KEYS[m.value] for c in clauses for cue in c.cues for m in cue.meanings if m.group == "cue" and m.value in _KEYS}
    inbound = any(cue.has("cue", "inbound") or cue.has("cue", "airborne") for c in clauses for cue in c.cues)
    if context.summary or unit.past or unit.night:
        return bool(keys - {"hit"}) and (weapon or bool(context.last_weapon)) or (context.summary and weapon and not inbound)
    whole = any(c.total for clause in clauses for c in clause.counts)
    if (keys - {"hit"}) and weapon and whole and (not context.telegraphic or context.source is None or context.source.kind != "monitoring-channel"):
        return True
    if (keys - {"hit"}) and context.last_tally == unit.paragraph and not inbound:
        return True
    return len(keys - {"hit"}) >= 2 and weapon and not context.telegraphic


def tallies_of(unit: Unit, clauses: list[Clause], context: Context) -> list[Draft]:
    """One claim a weapon with everything that a sentence totals of it."""
    drafts: list[Draft] = []
    current: list[Draft] = []
    spots = spots_for("tally", [s for c in clauses for s in c.spots])
    if not spots and unit.paragraph == context.last_paragraph:
        spots = []
    key = "launched"
    first = True
    for clause in clauses:
        found = _key(clause)
        if found:
            key = found
        first = False
        groups = groups_of(clause, context)
        if groups and any(g.count for g in groups):
            current = []
            for group in groups:
                if group.range is None:
                    continue
                for slug in group.slugs:
                    draft = _same(drafts, slug) or _new(drafts, slug, group.slugs, unit, spots)
                    draft.scope = {**(draft.scope or {}), **_scoped(key, group.range, group.count.total if group.count else None, draft.scope)}
                    current.append(draft)
        elif groups and not current:
            current = [_same(drafts, s) or _new(drafts, s, g.slugs, unit, spots) for g in groups for s in g.slugs]
        for count in clause.counts:
            if count.used or count.number is None or not found:
                continue
            if not current:
                current = [_new(drafts, s, list(context.last_weapon), unit, spots) for s in context.last_weapon or ()]
            for draft in current:
                draft.scope = {**(draft.scope or {}), **_scoped(found, count.number, count.total, draft.scope)}
    return [d for d in drafts if d.scope]


def _key(clause: Clause) -> str | None:
    for cue in clause.cues:
        for meaning in cue.meanings:
            if meaning.group == "cue" and meaning.value in _KEYS:
                return _KEYS[meaning.value]
    return None


def _scoped(key: str, value: Range, total: int | None, scope: dict[str, Range] | None) -> dict[str, Range]:
    found = {key: value}
    if total is not None and "launched" not in (scope or {}):
        found["launched"] = Range(min=total, max=total)
    return found


def _same(drafts: list[Draft], slug: str) -> Draft | None:
    return next((d for d in drafts if d.weapon == slug), None)


def _new(drafts: list[Draft], slug: str, slugs: list[str], unit: Unit, spots: list[Spot]) -> Draft:
    draft = Draft(kind="tally", i=unit.marks[0].i, j=unit.marks[-1].j, weapon=slug, spots=spots, main=main_spot("tally", spots), tense="past")
    draft.joint = tuple(s for s in slugs if s != slug)
    drafts.append(draft)
    return draft
