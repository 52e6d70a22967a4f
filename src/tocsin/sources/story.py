"""Stories: a morning as plain text that a duty officer can read and write (parse only).

    story: An all-clear that nobody else confirms (R32)
    day: 2025-03-04            # a new day line may stand between entries
    zone: Europe/Kyiv
    show: alerts alarms        # kinds of changes that the expectations list
    source mayor authority B home=UA80000000000093317

    06:35:03 city-sirens id=a1
        🔴 Повітряна тривога в м. Київ!
      = alarm raised: Kyiv, by city-sirens
    06:50 city-sirens id=a2 replaces=a1 stated=06:41
        …
    07:00 city-sirens deletes a2
    07:05 order Olena raise UA80000000000093317 level=red: phoned in by the duty officer
    07:10 wait

An entry begins with its time, at the line's start. Its text is indented by four or more blanks, what it
changes stands in lines that begin with ``=``. Everything from ``#`` at a line's start is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.model import Deletion, Order, Problem, Report, Source

__all__ = ["Beat", "Story", "parse", "reports"]

_BEAT = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s+(\S+)\s*(.*)")
_PAIR = re.compile(r"(\w+)=(\S+)")
_SPAN = re.compile(r"(\d+)(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_HEADS = ("story", "day", "zone", "show")
_ZONE = "Europe/Kyiv"


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a story: when it arrives, what it is, what it is expected to change."""

    line: int
    at: datetime
    body: Report | Deletion | Order | None
    expected: tuple[str, ...] = ()
    last_line: int = 0
    """The last line of its text: expectations follow it."""


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A whole story."""

    title: str
    zone: str
    shows: tuple[str, ...]
    sources: tuple[Source, ...]
    beats: tuple[Beat, ...]


class _Draft(msgspec.Struct, kw_only=True):
    line: int
    last: int
    at: datetime
    source: str
    rest: str
    text: list[str]
    expected: list[str]


def reports(text: str, name: str) -> tuple[tuple[Report | Deletion | Order, ...], tuple[Problem, ...]]:
    """What a story's sources said, in the order in which it came, for those who don't ask for expectations."""
    story, problems = parse(text, name)
    return tuple(beat.body for beat in story.beats if beat.body is not None), problems


def parse(text: str, name: str) -> tuple[Story, tuple[Problem, ...]]:
    """The story that a text tells, and every line that could not be understood."""
    problems: list[Problem] = []
    heads: dict[str, str] = {}
    sources: list[Source] = []
    drafts: list[_Draft] = []
    day: date | None = None
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{name}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] == " ":
            _indented(line, number, drafts, where, problems)
            continue
        head, _, rest = line.partition(":")
        if head in _HEADS:
            heads[head] = rest.split("  #")[0].strip()
            if head == "day":
                day = _day(heads[head], where, problems)
            continue
        if line.startswith("source "):
            sources += _source(line, where, problems)
            continue
        beat = _BEAT.fullmatch(line)
        if beat is None or day is None:
            what = "an entry stands before any day" if beat else "is neither an entry nor a head"
            problems.append(_problem(where, what, "write day: 2025-03-04, then 06:35 source"))
            continue
        at = _instant(day, beat, heads.get("zone", _ZONE))
        drafts.append(
            _Draft(line=number, last=number, at=at, source=beat[4], rest=beat[5], text=[], expected=[])
        )
    beats = [_beat(d, n, name, heads.get("zone", _ZONE), problems) for n, d in enumerate(drafts, 1)]
    story = Story(
        title=heads.get("story", name),
        zone=heads.get("zone", _ZONE),
        shows=tuple(heads.get("show", "alerts alarms").split()),
        sources=tuple(sources),
        beats=tuple(beats),
    )
    return story, tuple(problems)


def _indented(line: str, number: int, drafts: list[_Draft], where: str, problems: list[Problem]) -> None:
    if not drafts:
        problems.append(_problem(where, "an indented line stands before any entry", "begin with a time"))
    elif line.lstrip().startswith("= "):
        drafts[-1].expected.append(line.strip().removeprefix("= "))
    elif line.startswith("    "):
        drafts[-1].text.append(line[4:].rstrip())
        drafts[-1].last = number
    else:
        problems.append(_problem(where, "is indented too little", "four blanks before text"))


def _beat(draft: _Draft, number: int, name: str, zone: str, problems: list[Problem]) -> Beat:
    where = f"{name}:{draft.line}"
    body: Report | Deletion | Order | None = None
    words = draft.rest.split()
    pairs = dict(_PAIR.findall(draft.rest))
    stated = draft.at
    if "stated" in pairs:
        told = _BEAT.fullmatch(f"{pairs['stated']} x")
        if told is None:
            problems.append(_problem(where, "stated= is no time", "write stated=06:41"))
        else:
            local = draft.at.astimezone(ZoneInfo(zone))
            stated = _instant(local.date(), told, zone)
            if stated > draft.at + timedelta(hours=12):
                stated -= timedelta(days=1)
    if draft.source == "order":
        body = _order(draft, where, problems)
    elif words[:1] == ["deletes"] and len(words) > 1:
        body = Deletion(id=f"s{number}", source=draft.source, deletes=words[1], stated_at=stated)
    elif draft.source != "wait":
        body = Report(
            id=pairs.get("id", f"s{number}"),
            source=draft.source,
            text="\n".join(draft.text),
            stated_at=stated,
            replaces=pairs.get("replaces"),
            reply_to=pairs.get("reply"),
            forwarded_from=pairs.get("forwarded"),
            url=pairs.get("url"),
        )
    return Beat(line=draft.line, at=draft.at, body=body, expected=tuple(draft.expected), last_line=draft.last)


def _order(draft: _Draft, where: str, problems: list[Problem]) -> Order | None:
    # A target may hold colons ("order:7", "threat:channel:r1#1"): the reason begins at one with a blank behind it.
    told, _, why = draft.rest.partition(": ")
    told = told.removesuffix(":")
    words = [w for w in told.split() if "=" not in w]
    if len(words) < 3:
        problems.append(_problem(where, "an order says too little", "order NAME VERB TARGET: why"))
        return None
    arguments: dict[str, str] = dict(_PAIR.findall(told))
    return Order(
        operator=words[0], verb=words[1], target=words[2], why=why.strip() or "on duty", arguments=arguments
    )


def _source(line: str, where: str, problems: list[Problem]) -> Iterator[Source]:
    words = line.split("  #", maxsplit=1)[0].split()
    pairs = dict(_PAIR.findall(line.split("  #", maxsplit=1)[0]))
    plain = [w for w in words[1:] if "=" not in w]
    if len(plain) < 3 or len(plain[2]) != 1 or plain[2] not in "ABCDEF":
        problems.append(_problem(where, "a source says too little", "source ID KIND LETTER [home=…]"))
        return
    fresh = _SPAN.fullmatch(pairs.get("fresh", ""))
    yield Source(
        id=plain[0],
        name=plain[0],
        kind=plain[1],
        reliability=plain[2],
        home=pairs.get("home"),
        declares=tuple(pairs["declares"].split(",")) if "declares" in pairs else (),
        authority=pairs.get("authority"),
        history="history" in plain,
        side=pairs.get("side"),
        fresh_for=int(fresh[1]) * _SECONDS[fresh[2]] if fresh else None,
    )


def _day(text: str, where: str, problems: list[Problem]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(_problem(where, "is no day", "write day: 2025-03-04"))
        return None


def _instant(day: date, found: re.Match[str], zone: str) -> datetime:
    clock = time(int(found[1]) % 24, int(found[2]) % 60, int(found[3] or 0) % 60)
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)
