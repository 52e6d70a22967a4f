"""Which ledger lines stand: a pure function of the lines that sources gave.

The rules (docs/record.md tells them in plain words):

- a word that travelled (forwarded, quoted) counts once: the original's line;
- a later word of the same authority replaces its earlier one;
- a later, higher figure of people or things replaces earlier ones of anybody,
  parties and rumours excepted; a lower one does so only from those who count;
- totals of an attack are each source's own and stand side by side;
- a denial of equal or higher standing takes a figure out of force, and is
  itself overcome when the denier, or somebody of equal standing, says it plainly.

Since the whole is recomputed from the lines in force, a report that is taken
back restores what it had superseded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.model import LedgerLine
from tocsin.picture.speakers import PEOPLE, STANDING, Speaker

__all__ = [
    "ATTACK",
    "PERIODS",
    "RELAY_WINDOW",
    "Group",
    "Item",
    "Key",
    "Period",
    "echoes",
    "echoing",
    "period",
    "settle",
]

Group = tuple[str, str, str | None]
"""Family, subject (words that a relay may swap are one) and unit: lines of two groups never change one another."""
Key = tuple[str, str | None, str | None, tuple[str, ...], str | None]
Period = tuple[datetime, str]
"""Beginning and kind of the stretch of time that a total is of: a night, a day, a part of a day."""
ATTACK = ("launched", "shot-down", "lost", "hit")
"""Subjects of an attack's totals."""
PERIODS = ("part-of-day", "night", "day")
RELAY_WINDOW = timedelta(hours=12)
HELP_LASTS = timedelta(hours=72)
"""How long what is open counts as open after its body last said so, once that body tells of more."""
AHEAD = timedelta(minutes=15)
"""A relay may be stated so much before its original; a later word of the original is a new word."""
SAME_WORD = {"injured": "affected"}
"""A translated relay says "affected" where the original said "injured"."""
COUNTERS = ("emergency-service",)
"""Whose lower figure revises others' figures of people down."""
THING_COUNTERS = ("emergency-service", "authority")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was born, with what settling must know about its speaker."""

    seq: int
    line: LedgerLine
    family: str
    speaker: Speaker
    denial: bool = False
    corrects: bool = False
    moved: bool = False
    another: bool = False
    """Whether its words add to the dead of whom was told before."""
    died: int = 0
    """How many its speaker has told to have died in hospital, this word included."""
    why: str | None = None
    words: str = ""
    """What a line of open help says: an address is no figure, and two of them are two lines."""
    beside: str | None = None
    """Why it stands beside a line that rests."""

    @property
    def group(self) -> tuple[str, str | None]:
        """What the lines that can change one another have in common."""
        return (SAME_WORD.get(self.line.subject, self.line.subject), self.line.unit)

    @property
    def order(self) -> tuple[datetime, bool, int, int]:
        """Where the line comes among all: by when it was stated.

        Of one moment the smaller first, so that a report that names one found dead and a total gives the
        total; denials last, so that a report that tells a rumour and its denial gives the denial.
        """
        return (self.line.stated_at, self.denial, self.low, self.seq)

    @property
    def key(self) -> Key:
        """What the line is a figure of: lines of one key compete."""
        line = self.line
        weapons = tuple(sorted((*line.joint, line.weapon or ""))) if line.joint else (line.weapon or "",)
        return (line.subject, line.incident, line.area, weapons, line.unit)

    @property
    def low(self) -> int:
        """The least that the line says."""
        if self.line.min is not None:
            return self.line.min
        return 0


class _Fate(msgspec.Struct):
    status: str
    reason: str | None
    supersedes: list[str]
    claims: list[str]


def period(line: LedgerLine) -> Period | None:
    """Return the night, day or part of a day that a total speaks of, where its words name one."""
    if line.valid.start is None or line.valid.precision not in PERIODS:
        return None
    return line.valid.start, line.valid.precision


def settle(
    items: Iterable[Item], covers: Callable[[str, str], bool]
) -> tuple[dict[str, LedgerLine], dict[str, str]]:
    """Every line with its status, and for each relay the line that it repeats."""
    ordered = sorted(items, key=lambda item: item.order)
    relays = echoes(ordered)
    fates = {
        item.line.id: _Fate(
            item.line.status,
            item.beside if item.why is None else item.why,
            list(item.line.supersedes),
            list(item.line.claims),
        )
        for item in ordered
    }
    standing: dict[Key, list[Item]] = {}
    denials: list[Item] = []
    for item in ordered:
        into = relays.get(item.line.id)
        if into is not None:
            fate = fates[item.line.id]
            fate.status, fate.reason = "superseded", f"relay of {item.speaker.id}: counted once"
            fates[into].claims.extend(claim for claim in item.line.claims if claim not in fates[into].claims)
        elif item.denial:
            _deny(item, standing, denials, fates, covers)
        else:
            _assert(item, standing, denials, fates, covers)
    lines = {
        item.line.id: msgspec.structs.replace(
            item.line,
            status=fates[item.line.id].status,
            reason=fates[item.line.id].reason,
            supersedes=tuple(fates[item.line.id].supersedes),
            claims=tuple(fates[item.line.id].claims),
        )
        for item in ordered
    }
    return lines, relays


def echoes(ordered: Sequence[Item]) -> dict[str, str]:
    """For each line that repeats another's word with the same numbers, that line's id."""
    travelled = {item.speaker.origin for item in ordered if not item.speaker.direct}
    if not travelled:
        return {}
    originals: dict[tuple[object, ...], list[Item]] = {}
    for item in sorted(ordered, key=lambda each: (not each.speaker.direct, each.line.stated_at, each.seq)):
        for mark in _marks(item, forwarded=True) if item.speaker.origin in travelled else ():
            originals.setdefault(mark, []).append(item)
    found: dict[str, str] = {}
    for item in ordered:
        if item.speaker.direct:
            continue
        for mark in _marks(item, forwarded=item.speaker.forwarded):
            original = next((each for each in originals.get(mark, ()) if _repeats(item, each, found)), None)
            if original is not None:
                found[item.line.id] = original.line.id
                break
    return found


def echoing(item: Item) -> tuple[object, ...]:
    """Return what a line and whatever it may repeat have in common: the origin and the numbers."""
    line = item.line
    weapons = tuple(sorted({*line.joint, line.weapon or ""}))
    return (item.speaker.origin, line.min, line.max, weapons, item.denial)


def _repeats(item: Item, original: Item, found: dict[str, str]) -> bool:
    if original is item or original.line.id in found:
        return False
    return -AHEAD <= item.line.stated_at - original.line.stated_at <= RELAY_WINDOW


def _marks(item: Item, *, forwarded: bool) -> list[tuple[object, ...]]:
    """What a repeated line has in common with its original.

    A quotation repeats origin, subject, area and numbers. A forward is one and the
    same post, so its area may be lost on the way and "injured" become "affected".
    """
    line = item.line
    weapons = tuple(sorted({*line.joint, line.weapon or ""}))
    rest = (item.speaker.origin, line.min, line.max, weapons, line.unit, item.denial)
    marks: list[tuple[object, ...]] = [(line.subject, line.area, *rest)]
    if forwarded:
        marks.extend((subject, "", *rest) for subject in (line.subject, *_kin(line.subject)))
    return marks


def _kin(subject: str) -> tuple[str, ...]:
    return tuple(
        sorted({SAME_WORD.get(subject, subject), *(k for k, v in SAME_WORD.items() if v == subject)})
    )


def _related(one: str | None, other: str | None, covers: Callable[[str, str], bool]) -> bool:
    if one is None or other is None:
        return one == other
    return covers(one, other) or covers(other, one)


def _deny(
    item: Item,
    standing: dict[Key, list[Item]],
    denials: list[Item],
    fates: dict[str, _Fate],
    covers: Callable[[str, str], bool],
) -> None:
    line = item.line
    fates[line.id].status = "denied"
    for key in list(standing):
        if key[0] != line.subject or key[4] != line.unit:
            continue
        for other in list(standing[key]):
            inside = _inside(line, other.line, covers)
            same = _own_word(item, other)
            if not inside or not (same or item.speaker.standing >= other.speaker.standing):
                continue
            fate = fates[other.line.id]
            fate.status = "retracted" if same else "denied"
            fate.reason = "withdrawn by its source" if same else f"denied by {item.speaker.id}"
            fates[line.id].supersedes.append(other.line.id)
            standing[key].remove(other)
    for other in list(denials):
        if other.key == item.key and other.speaker.authority == item.speaker.authority:
            fates[other.line.id].status, fates[other.line.id].reason = "superseded", "said again later"
            fates[line.id].supersedes.append(other.line.id)
            denials.remove(other)
    denials.append(item)


def _inside(denial: LedgerLine, other: LedgerLine, covers: Callable[[str, str], bool]) -> bool:
    """Whether a denial speaks of another line: of its area, or of what the same report told without a place."""
    if other.area == denial.area:
        return True
    if other.area is None:
        return other.claims[0].rpartition("#")[0] == denial.claims[0].rpartition("#")[0]
    return denial.area is not None and covers(denial.area, other.area)


def _assert(
    item: Item,
    standing: dict[Key, list[Item]],
    denials: list[Item],
    fates: dict[str, _Fate],
    covers: Callable[[str, str], bool],
) -> None:
    mine = fates[item.line.id]
    for denial in list(denials):
        if denial.line.subject != item.line.subject or denial.line.unit != item.line.unit:
            continue
        if not _related(denial.line.area, item.line.area, covers):
            continue
        same = _own_word(item, denial)
        # A quoted denial is the quoted one's: who may overcome it is measured by that one's own standing.
        firm = STANDING.get(denial.speaker.kind, 0)
        plain = not item.line.hedged and item.speaker.standing >= firm
        if same or plain:
            fates[denial.line.id].status = "superseded"
            fates[denial.line.id].reason = f"confirmed by {item.speaker.id}"
            mine.supersedes.append(denial.line.id)
            denials.remove(denial)
    rivals = standing.setdefault(item.key, [])
    for other in list(rivals):
        if item.family == "attack" and _apart(item.line, other.line):
            continue
        reason = _replaces(item, other)
        if reason is not None:
            fates[other.line.id].status, fates[other.line.id].reason = "superseded", reason
            mine.supersedes.append(other.line.id)
            rivals.remove(other)
        elif item.family != "help" and _lower(item, other) and mine.reason is None:
            mine.reason = f"lower than {other.low} by {other.speaker.id}: both are kept"
    rivals.append(item)


def _apart(one: LedgerLine, other: LedgerLine) -> bool:
    """Whether two totals name two periods: last night's is not mended by the day's (R28)."""
    mine, theirs = period(one), period(other)
    return mine is not None and theirs is not None and mine != theirs


def _own_word(item: Item, other: Item) -> bool:
    """Whether ``item`` is a later word of the same authority on ``other``: a quotation is none on its own feed's word."""
    same = item.speaker.authority == other.speaker.authority
    return same and (item.speaker.direct or not other.speaker.direct)


def _lower(item: Item, other: Item) -> bool:
    """Whether a figure is lower than another; "up to twelve" is not lower than eleven."""
    top = item.line.max
    return item.low < other.low and (item.line.min is not None or (top is not None and top < other.low))


def _replaces(item: Item, other: Item) -> str | None:
    """Why ``item`` takes the place of the earlier ``other``, or None when both stand."""
    if item.family == "help":
        old = item.line.stated_at - other.line.stated_at > HELP_LASTS
        own = item.speaker.authority == other.speaker.authority
        return "renewed" if own and (old or item.words == other.words) else None
    if item.speaker.authority == other.speaker.authority:
        if _lower(item, other):
            # When a quoted word was spoken nobody knows: an old figure told late revises nothing.
            return (item.why or "revised down") if _own_word(item, other) or item.corrects else None
        return "renewed" if item.low == other.low else "grown"
    if item.family == "attack" or item.speaker.party or other.speaker.party:
        return None
    if item.low > other.low:
        rumour = PEOPLE.get(item.speaker.kind, 0) < PEOPLE["media"] or item.speaker.reliability in "EF"
        if rumour and PEOPLE.get(other.speaker.kind, 0) > PEOPLE.get(item.speaker.kind, 0):
            return None
        return "grown"
    if _lower(item, other):
        counters = THING_COUNTERS if item.family == "things" else COUNTERS
        if (item.corrects and item.speaker.standing >= other.speaker.standing) or (
            item.speaker.direct and item.speaker.kind in counters
        ):
            return item.why or "revised down"
    return None
