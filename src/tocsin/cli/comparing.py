"""A what-if in words: what another policy would have alerted on the same reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.cli.door import ZONE

if TYPE_CHECKING:
    from tocsin.decisions.comparing import Comparison, Pair
    from tocsin.decisions.score import Episode
    from tocsin.engine import World
    from tocsin.model import Body, Change

__all__ = ["alerts_of", "comparison_lines", "live_alerts"]

_SHOWN = 20
"""Alerts of a kind that are told one by one; of the rest their number."""


def alerts_of(changes: Sequence[Change]) -> list[Change]:
    """Keep what tells of alerts; all else is the same under every policy."""
    return [c for c in changes if c.fact.type == "alert" and c.fact.verb != "withhold"]


def live_alerts(world: World, rows: Sequence[tuple[datetime, Body]], until: datetime | None) -> list[Change]:
    """Fold the same reports by the policy in force; the changes of its alerts."""
    from tocsin.engine import State
    from tocsin.model import Entry

    state = State(world)
    found: list[Change] = []
    for number, (at, body) in enumerate(rows, start=1):
        if until is not None and at > until:
            break
        found += alerts_of(state.advance(at))
        found += alerts_of(state.step(Entry(number=number, recorded_at=at, body=body)).changes)
    if until is not None:
        found += alerts_of(state.advance(until))
    return found


def comparison_lines(found: Comparison, live: str, other: str) -> Iterator[str]:
    """Give a comparison line by line."""
    yield f"{other} beside {live}: {found.other} alerts, not {found.live}; {found.same} are the same"
    for name in ("gained", "lost"):
        told: tuple[Episode, ...] = getattr(found, name)
        yield f"{name}: {len(told)}"
        yield from (f"  {_episode(one)}" for one in told[:_SHOWN])
        yield from _more(told)
    for name in ("earlier", "later", "louder", "quieter", "longer", "shorter"):
        pairs: tuple[Pair, ...] = getattr(found, name)
        yield f"{name}: {len(pairs)}"
        yield from (f"  {_pair(name, one)}" for one in pairs[:_SHOWN])
        yield from _more(pairs)


def _more(told: Sequence[object]) -> Iterator[str]:
    if len(told) > _SHOWN:
        yield f"  … and {len(told) - _SHOWN} more"


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" if at is not None else "still"


def _episode(one: Episode) -> str:
    kind = "" if one.kind == "air-raid" else f" {one.kind}"
    how = f"{one.level or 'level not stated'}, {one.cause}, rule {one.rule}"
    return f"{_clock(one.raised)} to {_clock(one.ended)}  {one.layer}{kind} {one.area.name}: {how}"


def _pair(name: str, pair: Pair) -> str:
    told = _episode(pair.other)
    if name in ("earlier", "later"):
        return f"{abs(pair.seconds):.0f} s  {told}"
    if name in ("louder", "quieter"):
        return f"{told}; was {pair.live.level or 'not stated'}"
    return f"{told}; was to {_clock(pair.live.ended)}"
