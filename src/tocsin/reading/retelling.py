"""Alarms that a text only tells of afterwards: declared and ended in one breath, or in the night that is over."""

from __future__ import annotations

from datetime import timedelta

from tocsin.reading.drafts import Context, Draft, Unit

__all__ = ["retell", "told_afterwards"]

_FRESH = timedelta(minutes=20)
"""An end that is no older than this is still news."""
_LONG = timedelta(hours=3)
"""An alarm that somebody says was declared longer ago than this is a story, unless it is said to go on."""
_KINDS = frozenset({"alarm", "alarm-over"})
_WAS = frozenset({"була", "було", "були", "была", "было", "были", "was", "were", "been", "had"})
_WENT_ON = (
    "лунал",
    "звучал",
    "оголошувал",
    "объявлял",
    "тривал",
    "длил",
    "вмикал",
    "включал",
    "вила",
    "вили",
    "выла",
    "выли",
)
"""Imperfective pasts: «лунала тривога» tells of an alarm that lasted, «пролунала» of one that began."""


_USED_TO = ("оголошувал", "объявлял", "вмикал", "включал")


def retell(context: Context) -> None:
    """Drop the alarms of a drill, and make past what a short text declares and ends itself: «О 6:35 оголосили тривогу, о 7:47 – відбій»."""
    if context.drill:
        context.drafts[:] = [d for d in context.drafts if d.kind != "alarm"]
    if context.article or not context.drafts:
        return
    began = [d for d in context.drafts if d.kind == "alarm" and d.tense == "now"]
    ended = [d for d in context.drafts if d.kind == "alarm-over" and d.tense in ("now", "past")]
    for alarm in began:
        over = next(
            (d for d in ended if d.i > alarm.i and _same_area(alarm, d) and _same_line(alarm, d, context)),
            None,
        )
        if over is None:
            continue
        alarm.tense = "past"
        when, stated = over.when, context.stated_at
        clock = when is not None and when.precision == "minute" and when.start is not None
        if clock and stated is not None and when is not None and when.start is not None:
            over.tense = "now" if stated - when.start <= _FRESH else "past"


def _same_area(alarm: Draft, over: Draft) -> bool:
    return (
        not alarm.spots
        or not over.spots
        or bool({s.code for s in alarm.spots} & {s.code for s in over.spots})
    )


def _same_line(alarm: Draft, over: Draft, context: Context) -> bool:
    """Whether both stand in one paragraph of prose, the alarm with its hour or its verb (a list has neither)."""
    words = context.tokens.words
    told = alarm.when is not None or any(
        w.startswith(_TOLD) or w in _WAS for w in words[max(0, alarm.i - 3) : alarm.j + 3]
    )
    return told and over.i - alarm.j <= 40


_TOLD = ("оголос", "объяв", "declar", "пролуна", "прозвуч", "sound", "announc", *_WENT_ON)


def told_afterwards(draft: Draft, unit: Unit, context: Context) -> bool:
    """Whether a sentence tells of an alarm in the way of one that is over."""
    if draft.kind not in _KINDS:
        return False
    words = context.tokens.words[unit.i : unit.j]
    if any(w.startswith(_WENT_ON if draft.kind == "alarm" else _USED_TO) for w in words):
        return True
    clocks = sum(1 for m in unit.marks if m.group == "time" and m.value == "clock")
    if clocks > 1 and draft.kind == "alarm" and "cue.alarm-over" in unit.says:
        return True
    local = context.stated_at.astimezone(context.zone) if context.stated_at is not None else None
    was = any(w in _WAS for w in words)
    if unit.night and (was or (local is not None and 6 <= local.hour < 22)):
        return True
    when = draft.when
    if when is None or when.precision != "minute" or when.start is None or context.stated_at is None:
        return False
    told = was or any(w.startswith(_TOLD) for w in words)
    ago = context.stated_at - when.start
    if draft.kind == "alarm-over":
        return clocks > 1 and ago > _FRESH
    return told and not context.article and ago > _LONG
