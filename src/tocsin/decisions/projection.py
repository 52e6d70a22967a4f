"""What of a threat and of coverage the public may see: area and class, no tracks, nobody's last word (R27)."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from tocsin.decisions.embargo import Embargo, Tree
from tocsin.model import AreaRef, Coverage, Threat

__all__ = ["bare", "public_threat"]


def public_threat(noun: Threat, embargo: Embargo, places: Tree) -> Threat | None:
    """Return a threat as the table lets it out; None where it doesn't.

    Nothing of whence, whither, how many, or where it was lost. Belief and
    sources are left out too: they grow with every word, embargoed ones included,
    and the alerts say whose word they rest on.
    """
    stages = embargo.stages(noun.kind, None, authority=False)
    row = next((row for row in stages if row.after == timedelta(0)), None)
    if row is None:
        return None
    track: dict[str, object] = {}
    if "heading" in row.leave_out:
        track = {"heading": None, "toward": (), "origin": (), "earliest_arrival": {}}
    if "count" in row.leave_out:
        track["count"] = None
    lifted = [_lift(area, row.level, places) for area in noun.areas]
    return msgspec.structs.replace(
        noun,
        areas=tuple({area.code: area for area in lifted}.values()),
        status="live" if noun.status == "lost" else noun.status,
        # A carrier is named as it is announced; of what flies only the class is told.
        weapon=noun.weapon if noun.kind == "takeoff" else noun.weapon_class,
        lapses_at=None,
        sources=(),
        claims=(),
        against=(),
        credibility=6,
        reliability="F",
        **track,
    )


def bare(noun: Coverage) -> Coverage:
    """Return coverage without who was heard when: an embargoed word would show in it."""
    return Coverage(area=noun.area, state=noun.state)


def _lift(area: AreaRef, level: str, places: Tree) -> AreaRef:
    if level in {"as-said", "district"}:
        return area
    step = {"city": "settlement", "raion": "raion"}.get(level)
    code = places.lift(area.code, step) if step else None
    code = code or places.first_level_of(area.code) or area.code
    return area if code == area.code else places.ref(code)
