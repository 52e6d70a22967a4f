"""Words of alarms that moved nothing, ends that are remembered, and what a machine-readable body states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tocsin.model import Alarm, AreaRef, Claim, Report

__all__ = ["Ended", "Ignored", "ended_here", "since", "stated_level"]


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """A claim of an alarm that moved nothing, and why: decisions record it."""

    claim: Claim
    area: AreaRef | None
    reason: str


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The last alarm that ended at a key, the report that ended it and when that was stated."""

    alarm: Alarm
    report: str
    source: str
    at: datetime
    confirmed_by: tuple[str, ...] = ()


def ended_here(claims: Sequence[Claim]) -> frozenset[str]:
    """The areas whose alarm a report ends: what it lists as going on is none of them."""
    return frozenset(
        place.code
        for claim in claims
        if claim.kind == "alarm-over" and claim.partial
        for place in claim.places or ((claim.place,) if claim.place else ())
    )


def since(late: bool) -> str:
    """Why an alarm was raised: declared now, or since then and received late."""
    return "received-late" if late else "declared"


def stated_level(report: Report) -> str | None:
    """The level that a machine-readable body states; one that nobody knows counts as none (R17)."""
    if report.structured is None:
        return None
    try:
        body = msgspec.json.decode(report.structured)
    except msgspec.DecodeError:
        return None
    level = body.get("level") if isinstance(body, dict) else None
    return level if level in ("yellow", "red") else None
