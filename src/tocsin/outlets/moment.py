"""The state of the world at an earlier moment, out of all that is known by now.

Each noun is a row of slices of valid time. A change that says that the world moved
on opens the next slice; one that says that we knew better corrects the slice that it
follows. What was ended or withdrawn by the moment asked for is not in the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from tocsin.model import (
    Alarm,
    Alert,
    Change,
    Coverage,
    Incident,
    LedgerLine,
    Ledgers,
    Picture,
    Statement,
    Threat,
)

__all__ = ["holds", "picture_at"]

Slice = tuple[datetime, Any]


def picture_at(changes: Iterable[Change], at: datetime, known: Picture) -> Picture:
    """Return the picture at a moment before ``known``, which is what the same changes make of the present."""
    found: dict[type, list[Any]] = {}
    for slices in _rows(changes).values():
        noun = next((noun for since, noun in reversed(slices) if since <= at), None)
        if noun is not None and holds(noun, at):
            found.setdefault(type(noun), []).append(noun)
    lines = tuple(found.get(LedgerLine, ()))
    ids = {line.id for line in lines if line.status == "standing"}
    preferred = tuple(one for one in known.ledgers.preferred if one.line in ids)
    seen = {one.area: one for one in found.get(Coverage, ())}
    return Picture(
        alerts=tuple(
            sorted(found.get(Alert, ()), key=lambda one: (one.layer, one.area.code, one.kind, one.id))
        ),
        alarms=tuple(sorted(found.get(Alarm, ()), key=lambda one: (one.area.code, one.kind, one.id))),
        threats=tuple(found.get(Threat, ())),
        incidents=tuple(found.get(Incident, ())),
        ledgers=Ledgers(lines=lines, preferred=preferred),
        statements=tuple(found.get(Statement, ())),
        coverage=tuple(seen.get(one.area, _unheard(one)) for one in known.coverage),
    )


def _unheard(one: Coverage) -> Coverage:
    state = "NOT_COVERED" if one.state == "NOT_COVERED" else "UNKNOWN"
    return msgspec.structs.replace(one, state=state, last_heard=None)


def _rows(changes: Iterable[Change]) -> dict[tuple[str, str], list[Slice]]:
    rows: dict[tuple[str, str], list[Slice]] = {}
    for change in changes:
        fact = change.fact
        if fact.verb == "withhold":
            continue
        noun = fact.noun
        name = noun.area if isinstance(noun, Coverage) else noun.id
        slices = rows.setdefault((fact.type, name), [])
        if not slices:
            slices.append((min(change.at, _since(noun) or change.at), noun))
        elif fact.move:
            slices.append((max(change.at, slices[-1][0]), noun))
        else:
            slices[-1] = (slices[-1][0], noun)
    return rows


def _since(noun: object) -> datetime | None:
    if isinstance(noun, Statement):
        return noun.stated_at
    start: datetime | None = getattr(getattr(noun, "valid", None), "start", None)
    return start


def holds(noun: object, at: datetime) -> bool:
    """Tell whether a noun is part of the world at a moment; ledger lines and statements stay once they were made."""
    if isinstance(noun, LedgerLine | Statement | Coverage):
        return True
    if isinstance(noun, Incident) and noun.status == "withdrawn":
        return False
    if isinstance(noun, Threat) and noun.status in {"over", "lapsed"}:
        return False
    end: datetime | None = getattr(getattr(noun, "valid", None), "end", None)
    return end is None or at < end
