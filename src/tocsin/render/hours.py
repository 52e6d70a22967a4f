"""The strip of recent hours: when an area stood under an official alarm, and when under a warning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import escape

import msgspec

from tocsin.model import Alert, Change
from tocsin.render.words import Words

__all__ = ["HOURS", "Span", "merged", "spans", "strip"]

HOURS = 12
_WIDTH, _HEIGHT = 400, 62


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """From when to when an alert stood; ``end`` is open while it stands."""

    layer: str
    level: str
    start: datetime
    end: datetime | None


def spans(changes: Iterable[Change]) -> tuple[Span, ...]:
    """Work out from changes, oldest first, when alerts stood; what was revoked by mistake stood all the same."""
    open_: dict[str, Span] = {}
    done: list[Span] = []
    for change in changes:
        alert, verb = change.fact.noun, change.fact.verb
        if not isinstance(alert, Alert) or verb == "withhold":
            continue
        known = open_.pop(alert.id, None)
        start = known.start if known else min(alert.valid.start or change.at, change.at)
        level = alert.level or "red"
        if verb in {"clear", "revoke", "lapse"}:
            done.append(
                Span(layer=alert.layer, level=known.level if known else level, start=start, end=change.at)
            )
        else:
            open_[alert.id] = Span(layer=alert.layer, level=level, start=start, end=None)
    return tuple(sorted([*done, *open_.values()], key=lambda s: (s.start, s.layer, s.level)))


def merged(what: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans of one layer and level that touch: a country's strip is not a bar for each of its raions."""
    joined: dict[tuple[str, str], list[Span]] = {}
    for span in sorted(what, key=lambda s: s.start):
        row = joined.setdefault((span.layer, span.level), [])
        last = row[-1] if row else None
        if last is None or (last.end is not None and span.start > last.end):
            row.append(span)
        elif last.end is not None:
            end = None if span.end is None else max(last.end, span.end)
            row[-1] = msgspec.structs.replace(last, end=end)
    return tuple(
        sorted((s for row in joined.values() for s in row), key=lambda s: (s.start, s.layer, s.level))
    )


def strip(what: Sequence[Span], now: datetime, words: Words, title: str) -> str:
    """Draw the strip as SVG: upper bar official and solid, lower bar warnings and hatched, an hour a tick."""
    first = now - timedelta(hours=HOURS)
    seconds = HOURS * 3600

    def x(moment: datetime) -> float:
        return min(max((moment - first).total_seconds(), 0), seconds) / seconds * _WIDTH

    bars = []
    for span in what:
        end = span.end or now
        if end <= first:
            continue
        left, right = x(span.start), x(end)
        row = 4 if span.layer == "official" else 22
        told = f"{words.say(f'{span.layer}.word')}, {words.word('level', span.level)}: " + words.say(
            "hours.from",
            start=words.clock(span.start),
            end=words.clock(end) if span.end else words.say("hours.now"),
        )
        bars.append(
            f'<rect class="{span.layer} {escape(span.level)}" x="{left:.1f}" y="{row}" '
            f'width="{max(right - left, 2):.1f}" height="16"><title>{escape(told)}</title></rect>'
        )
    ticks = []
    tick = now.replace(minute=0, second=0, microsecond=0)
    for back in range(HOURS):
        moment = tick - timedelta(hours=back)
        at = x(moment)
        ticks.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="2" y2="44"/>')
        if back % 3 == 0 and 16 < at < _WIDTH - 52:
            ticks.append(f'<text x="{at:.1f}" y="60">{words.clock(moment)}</text>')
    return (
        f'<svg class="hours" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<rect class="ground" x="0" y="2" width="{_WIDTH}" height="42"/>'
        f'<g class="ticks">{"".join(ticks)}</g>{"".join(bars)}'
        f'<text class="end" x="{_WIDTH}" y="60">{escape(words.say("hours.now"))}</text></svg>'
    )
