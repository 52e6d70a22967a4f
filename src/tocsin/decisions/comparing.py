"""Two policies on one journal: which alerts the other gains and loses, which come earlier, later, louder, quieter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import msgspec

from tocsin.decisions.score import Episode, episodes
from tocsin.model import Change

__all__ = ["Comparison", "Pair", "compare"]

_SAME = timedelta(seconds=1)
_NEAR = timedelta(minutes=30)
"""How far two raises may lie apart, where the alerts don't overlap, to be one alert earlier or later."""
_LEVELS = {"yellow": 1, None: 2, "red": 3}


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One alert under both policies; ``seconds`` is how much earlier the other raises it (negative: later)."""

    live: Episode
    other: Episode
    seconds: float


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What another policy would have changed."""

    live: int
    other: int
    same: int
    """Alerts that are raised in the same second at the same level by both."""
    gained: tuple[Episode, ...] = ()
    lost: tuple[Episode, ...] = ()
    earlier: tuple[Pair, ...] = ()
    later: tuple[Pair, ...] = ()
    louder: tuple[Pair, ...] = ()
    quieter: tuple[Pair, ...] = ()
    longer: tuple[Pair, ...] = ()
    shorter: tuple[Pair, ...] = ()


def compare(live: Iterable[Change], other: Iterable[Change]) -> Comparison:
    """Compare the alerts that two folds of one journal give.

    Alerts of one layer, area and kind are one where they overlap in time, or
    are raised within half an hour of each other; each is paired once, the nearest raises first.
    """
    mine, theirs = episodes(live), episodes(other)
    groups: dict[tuple[str, str, str], tuple[list[Episode], list[Episode]]] = {}
    for which, found in enumerate((mine, theirs)):
        for one in found:
            groups.setdefault((one.layer, one.area.code, one.kind), ([], []))[which].append(one)
    pairs: list[Pair] = []
    for ours, others in groups.values():
        pairs += _paired(ours, others)
    kept = {p.live.id for p in pairs}
    met = {p.other.id for p in pairs}
    pairs.sort(key=lambda p: (p.live.raised, p.live.id))

    def those(holds: Callable[[Pair], bool]) -> tuple[Pair, ...]:
        return tuple(p for p in pairs if holds(p))

    return Comparison(
        live=len(mine),
        other=len(theirs),
        same=len(those(lambda p: abs(p.seconds) < 1 and not _louder(p) and not _longer(p))),
        gained=tuple(e for e in theirs if e.id not in met),
        lost=tuple(e for e in mine if e.id not in kept),
        earlier=those(lambda p: p.seconds >= 1),
        later=those(lambda p: p.seconds <= -1),
        louder=those(lambda p: _louder(p) > 0),
        quieter=those(lambda p: _louder(p) < 0),
        longer=those(lambda p: _longer(p) > 0),
        shorter=those(lambda p: _longer(p) < 0),
    )


def _paired(ours: Sequence[Episode], others: Sequence[Episode]) -> list[Pair]:
    near = sorted(
        (
            (abs((one.raised - two.raised).total_seconds()), one.raised, number, index)
            for number, one in enumerate(ours)
            for index, two in enumerate(others)
            if _one(one, two)
        ),
    )
    taken: tuple[set[int], set[int]] = (set(), set())
    found = []
    for _, _, number, index in near:
        if number in taken[0] or index in taken[1]:
            continue
        taken[0].add(number)
        taken[1].add(index)
        one, two = ours[number], others[index]
        found.append(Pair(live=one, other=two, seconds=(one.raised - two.raised).total_seconds()))
    return found


def _one(one: Episode, two: Episode) -> bool:
    first, second = sorted((one, two), key=lambda e: e.raised)
    return first.ended is None or second.raised < first.ended or second.raised - first.raised <= _NEAR


def _louder(pair: Pair) -> int:
    return _LEVELS.get(pair.other.level, 2) - _LEVELS.get(pair.live.level, 2)


def _longer(pair: Pair) -> float:
    ends = pair.live.ended, pair.other.ended
    if ends[0] is None or ends[1] is None:
        return (ends[1] is None) - (ends[0] is None)
    apart = ends[1] - ends[0]
    return 0 if abs(apart) < _SAME else apart.total_seconds()
