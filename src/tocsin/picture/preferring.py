"""Of several figures of one thing the one that the ranked rules prefer, and why.

A pure function of the lines as they stand and of the register: the lines of an earlier moment give what was
preferred then, whatever came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from tocsin.model import LedgerLine, Preferred, Source
from tocsin.picture.settling import ATTACK, period
from tocsin.picture.speakers import PEOPLE, TALLY
from tocsin.picture.stages import HELP

__all__ = ["preferred"]

Thing = tuple[str, str | None, str | None, tuple[str, ...], str | None, str | None]


def preferred(lines: Iterable[LedgerLine], register: Mapping[str, Source]) -> tuple[Preferred, ...]:
    """For each thing counted the line that the ranked rules prefer, and why.

    The rules in order: no party's word; who counts such things; its own mouth
    before a quotation; plain before preliminary; the newest.
    """
    groups: dict[Thing, list[LedgerLine]] = {}
    for line in lines:
        # What is open here and there is no figure of one thing.
        if line.subject not in HELP and _live(line):
            groups.setdefault(_thing(line), []).append(line)
    chosen = [_choose(part, register) for whole in groups.values() for part in _by_period(whole)]
    return tuple(sorted(chosen, key=lambda each: (each.subject, each.area or "", each.line)))


def _live(line: LedgerLine) -> bool:
    """Whether a line is in force: a figure that stands, or a denial that nobody has overcome."""
    if line.status == "denied":
        return not (line.reason or "").startswith("denied by ")
    return line.status == "standing"


def _thing(line: LedgerLine) -> Thing:
    weapons = tuple(sorted((*line.joint, line.weapon or ""))) if line.joint else (line.weapon or "",)
    return (line.subject, line.incident, line.area, weapons, line.unit, line.attack)


def _by_period(group: list[LedgerLine]) -> list[list[LedgerLine]]:
    """Part totals of several periods; what names none counts with the newest of them."""
    if group[0].subject not in ATTACK:
        return [group]
    named = {line.id: period(line) for line in group}
    found = sorted({each for each in named.values() if each is not None})
    if len(found) < 2:
        return [group]
    return [[line for line in group if (named[line.id] or found[-1]) == wanted] for wanted in found]


def _choose(group: list[LedgerLine], register: Mapping[str, Source]) -> Preferred:
    best = group[0] if len(group) == 1 else max(group, key=lambda line: _rank(line, register))
    kind = _kind(best, register)
    return Preferred(
        subject=best.subject,
        incident=best.incident,
        area=best.area,
        line=best.id,
        why=_why(kind, best.by is None, best.hedged, len(group) > 1, best.status == "denied"),
        weapon=best.weapon,
        unit=best.unit,
        attack=best.attack,
    )


def _kind(line: LedgerLine, register: Mapping[str, Source]) -> str:
    """Whose word it is: the quoted one's, where the register knows that one, else the source's."""
    speaker = register.get(line.by or line.source) or register.get(line.source)
    return "public" if speaker is None else speaker.kind


def _rank(line: LedgerLine, register: Mapping[str, Source]) -> tuple[bool, int, bool, bool, datetime, str]:
    table = TALLY if line.subject in ATTACK else PEOPLE
    kind = _kind(line, register)
    direct, plain = line.by is None, not line.hedged
    return (kind != "party", table.get(kind, 0), direct, plain, line.stated_at, line.id)


@lru_cache(maxsize=512)
def _why(kind: str, direct: bool, hedged: bool, rivals: bool, denial: bool) -> str:
    words = [
        f"{kind}, {'its own word' if direct else 'quoted'}",
        "preliminary" if hedged else "plain",
        "the newest of that rank" if rivals else "the only line in force",
    ]
    if denial:
        words.append("a denial")
    return "; ".join(words)
