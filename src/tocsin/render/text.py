"""Changes, pictures and explanations as plain text for a terminal.

The clock is the one that people there read: callers name the zone. Text that
came from outside is shown on one line, without control characters, so that a
report can neither move the cursor nor pretend to be our words.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, tzinfo

from tocsin.model import (
    Alarm,
    Alert,
    AreaRef,
    Change,
    Coverage,
    Incident,
    Interval,
    LedgerLine,
    Picture,
    Statement,
    Threat,
)

__all__ = ["amount", "change_line", "clock", "one_line", "picture_text"]

_CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def one_line(text: str, limit: int = 120) -> str:
    """Return foreign text as one harmless line of at most ``limit`` characters."""
    plain = "".join(" " if unicodedata.category(c) in _CONTROL else c for c in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


def amount(low: int | None, high: int | None, *, approx: bool = False) -> str:
    """Return a range in signs: 5, ≥5, ≤5, 5–8, ~15; a question mark where neither bound is known."""
    sign = "~" if approx else ""
    if low is None and high is None:
        return "?"
    if low is None:
        return f"≤{sign}{high}"
    if high is None:
        return f"≥{sign}{low}"
    return f"{sign}{low}" if low == high else f"{sign}{low}–{high}"


def clock(at: datetime | None, zone: tzinfo) -> str:
    """Return a moment as the clock on the wall showed it."""
    return at.astimezone(zone).strftime("%H:%M:%S") if at else "--:--:--"


def _when(valid: Interval, zone: tzinfo) -> str:
    start = clock(valid.start, zone)
    return f"since {start}" if valid.end is None else f"{start}–{clock(valid.end, zone)}"


def _areas(areas: tuple[AreaRef, ...]) -> str:
    names = [area.name for area in areas[:4]]
    return ", ".join(names) + (f" and {len(areas) - 4} more" if len(areas) > 4 else "")


def _alert(alert: Alert) -> str:
    marks = [
        word
        for word, holds in (
            ("unofficial", alert.unofficial),
            ("unconfirmed", alert.unconfirmed),
            ("received late", alert.late),
            ("contradicted", alert.contradicted),
        )
        if holds
    ]
    cause = alert.cause.weapon or alert.cause.kind
    level = alert.level or "no level"
    tail = f" ({', '.join(marks)})" if marks else ""
    return f"{alert.layer} {alert.kind} {alert.area.name}: {level}, {cause}; rule {alert.rule}{tail}"


def _threat(threat: Threat) -> str:
    parts = [threat.weapon]
    if threat.count is not None:
        parts.insert(0, amount(threat.count.min, threat.count.max, approx=threat.count.approx))
    if threat.areas:
        parts.append("in " + _areas(threat.areas))
    if threat.toward:
        parts.append("toward " + _areas(threat.toward))
    if threat.heading:
        parts.append("heading " + threat.heading)
    return " ".join(parts) + f"; {threat.status}, {threat.reliability}{threat.credibility}"


def _incident(incident: Incident) -> str:
    what = ", ".join(incident.kinds)
    objects = f" ({', '.join(incident.objects)})" if incident.objects else ""
    why = f": {incident.reason}" if incident.reason else ""
    return f"{incident.area.name}: {what}{objects}; {incident.status}{why}"


def _line(line: LedgerLine) -> str:
    what = " ".join(word for word in (line.subject, line.weapon, line.unit) if word)
    by = f" quoting {line.by}" if line.by else ""
    where = f" in {line.incident or line.area}" if line.incident or line.area else ""
    why = f" ({line.reason})" if line.reason else ""
    return f"{what} {amount(line.min, line.max, approx=line.approx)}{where}, says {line.source}{by}; {line.status}{why}"


def _noun(noun: object) -> str:
    match noun:
        case Alert():
            return _alert(noun)
        case Alarm():
            return f"{noun.area.name} {noun.kind}, declared by {noun.authority}"
        case Threat():
            return _threat(noun)
        case Incident():
            return _incident(noun)
        case LedgerLine():
            return _line(noun)
        case Statement():
            return f"{noun.by or noun.source}: «{one_line(noun.quote)}»"
        case Coverage():
            return f"{noun.area} is {noun.state}"
        case _:
            return str(noun)


def change_line(change: Change, zone: tzinfo) -> str:
    """Return one change as one line: number, clock, type and verb, what, and why."""
    fact = change.fact
    why = f"  ← {fact.why}" if fact.why else ""
    head = f"{change.number:>5}  {clock(change.at, zone)}  {fact.type:<9} {fact.verb:<8}"
    return f"{head} {_noun(fact.noun)}{why}"


def picture_text(picture: Picture, zone: tzinfo) -> str:
    """Return the whole picture under headings; a heading without entries says "none"."""
    preferred = {choice.line: choice.why for choice in picture.ledgers.preferred}
    sections: list[tuple[str, list[str]]] = [
        ("Alerts", [f"{_alert(a)}; {_when(a.valid, zone)}" for a in picture.alerts]),
        ("Alarms", [f"{_noun(a)}; {_when(a.valid, zone)}" for a in picture.alarms]),
        ("Threats", [f"{_threat(t)}; {_when(t.valid, zone)}" for t in picture.threats]),
        ("Incidents", [f"{_incident(i)}; {_when(i.valid, zone)}" for i in picture.incidents]),
        (
            "Ledgers",
            [
                f"{clock(line.stated_at, zone)} {_line(line)}"
                + (f"  [preferred: {preferred[line.id]}]" if line.id in preferred else "")
                for line in picture.ledgers.lines
            ],
        ),
        ("Statements", [f"{clock(s.stated_at, zone)} {_noun(s)}" for s in picture.statements]),
        ("Coverage", [_noun(c) for c in picture.coverage]),
    ]
    blocks = []
    for title, lines in sections:
        body = "\n".join(f"  {line}" for line in lines) if lines else "  none"
        blocks.append(f"{title}\n{body}")
    return "\n\n".join(blocks)
