"""The lines that compete, by what they are figures of: a line settles with its own rivals only.

``settling`` tells which of all lines stand. Three things alone join two lines: they are
figures of one key; one repeats the other's words; one is a denial of the other's
subject. So a line that comes or goes is settled with the lines that these join it
with, and the rest stay as they were told: the same as settling all of them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from tocsin.model import LedgerLine
from tocsin.picture.settling import Group, Item, Key, echoes, echoing, settle
from tocsin.slate import Slate, Table

__all__ = ["CROWD", "Settled", "Shelves"]

CROWD = 64
"""Lines of one key (of one subject, where it is denied) that settle anew; beyond, the oldest out of force rest."""

Shelf = tuple[Group, Key]
Echo = tuple[Group, tuple[object, ...]]


class Settled(msgspec.Struct, frozen=True):
    """Lines as they stand after a change, in the order of their statements, and which of them repeat another."""

    lines: dict[str, LedgerLine]
    relays: dict[str, str]


class Shelves:
    """All lines that may still change one another, on shelves that can be settled apart."""

    def __init__(self, covers: Callable[[str, str], bool], slate: Slate, crowd: int = CROWD) -> None:
        self._covers = covers
        self._crowd = crowd
        self._groups: Table[str, tuple[Group, ...]] = Table(slate)
        """Groups by family."""
        self._keys: Table[Group, tuple[Key, ...]] = Table(slate)
        self._shelves: Table[Shelf, tuple[Item, ...]] = Table(slate)
        self._denials: Table[Group, int] = Table(slate)
        """How many denials a group has: they may reach across its keys."""
        self._echoes: Table[Echo, tuple[Item, ...]] = Table(slate)
        """Lines that have one origin and the same numbers, so that one may repeat another."""
        self._where: Table[str, Shelf] = Table(slate)
        """Shelf by line."""
        self._into: Table[str, str] = Table(slate)
        """The line that a line repeats."""
        self._from: Table[str, tuple[str, ...]] = Table(slate)
        """The lines that repeat a line."""

    def families(self) -> tuple[str, ...]:
        """Return the families that have lines, in order."""
        return tuple(sorted(self._groups))

    def items(self, family: str) -> Iterator[Item]:
        """Go through the lines of a family."""
        for group in self._groups.get(family) or ():
            for key in self._keys.get(group) or ():
                yield from self._shelves.get((group, key)) or ()

    def of(self, family: str, subject: str, area: str | None) -> list[Item]:
        """Return the lines of one subject and area, in the order in which they came."""
        found = [
            item
            for group in self._groups.get(family) or ()
            for key in self._keys.get(group) or ()
            if key[0] == subject and key[2] == area
            for item in self._shelves.get((group, key)) or ()
        ]
        return sorted(found, key=lambda item: item.seq)

    def relayed(self) -> dict[str, str]:
        """For each line that repeats another's word, that line."""
        return self._into.rows

    def change(self, family: str, new: Sequence[Item] = (), gone: Iterable[str] = ()) -> Settled:
        """Put lines in and take lines out; all that this may have changed, settled."""
        dirty: dict[Shelf, None] = {}
        heard: dict[Echo, None] = {}
        for line_id in gone:
            self._take(line_id, dirty, heard)
        for item in new:
            self._put(family, item, dirty, heard)
        for echo in heard:
            self._relink(echo, dirty)
        settled: list[Item] = []
        lines: dict[str, LedgerLine] = {}
        relays: dict[str, str] = {}
        for shelves in self._parts(dirty):
            items = [item for shelf in shelves for item in self._shelves.get(shelf) or ()]
            some, echoed = settle(items, self._covers)
            settled += items
            lines.update(some)
            relays.update(echoed)
            self._thin(shelves, some)
        if len(settled) > 1:
            settled.sort(key=_order)
            lines = {item.line.id: lines[item.line.id] for item in settled}
        return Settled(lines, relays)

    def drop(self, family: str) -> None:
        """Let go of a family."""
        for group in self._groups.drop(family) or ():
            for key in self._keys.drop(group) or ():
                for item in self._shelves.drop((group, key)) or ():
                    self._forget(item)
                    self._echoes.drop((group, echoing(item)))
            self._denials.drop(group)

    # --- in and out ---------------------------------------------------------------

    def _put(self, family: str, item: Item, dirty: dict[Shelf, None], heard: dict[Echo, None]) -> None:
        group: Group = (family, *item.group)
        key = item.key
        if group not in self._keys:
            self._groups.put(family, (*(self._groups.get(family) or ()), group))
            self._keys.put(group, ())
        shelf = (group, key)
        there = self._shelves.get(shelf)
        if there is None:
            self._keys.put(group, (*(self._keys.get(group) or ()), key))
        self._shelves.put(shelf, (*(there or ()), item))
        self._where.put(item.line.id, shelf)
        if item.denial:
            self._denials.put(group, (self._denials.get(group) or 0) + 1)
        echo = (group, echoing(item))
        self._echoes.put(echo, (*(self._echoes.get(echo) or ()), item))
        dirty[shelf] = None
        heard[echo] = None

    def _take(self, line_id: str, dirty: dict[Shelf, None], heard: dict[Echo, None]) -> None:
        shelf = self._where.get(line_id)
        if shelf is None:
            return
        group, key = shelf
        there = self._shelves.get(shelf) or ()
        self._shelve(shelf, tuple(item for item in there if item.line.id != line_id))
        for item in there:
            if item.line.id != line_id:
                continue
            if item.denial:
                # What a denial took out of force comes back on every shelf of its group.
                dirty.update(dict.fromkeys((group, each) for each in self._keys.get(group) or ()))
                self._denials.put(group, (self._denials.get(group) or 0) - 1)
            echo = (group, echoing(item))
            left = tuple(each for each in self._echoes.get(echo) or () if each.line.id != line_id)
            if left:
                self._echoes.put(echo, left)
            else:
                self._echoes.drop(echo)
            heard[echo] = None
            into = self._into.get(line_id)
            for other in (*(self._from.get(line_id) or ()), *(() if into is None else (into,))):
                if (where := self._where.get(other)) is not None:
                    dirty[where] = None
            self._forget(item)
        dirty[(group, key)] = None

    def _shelve(self, shelf: Shelf, items: tuple[Item, ...]) -> None:
        if items:
            self._shelves.put(shelf, items)
            return
        group, key = shelf
        self._shelves.drop(shelf)
        self._keys.put(group, tuple(each for each in self._keys.get(group) or () if each != key))

    def _forget(self, item: Item) -> None:
        line_id = item.line.id
        self._where.drop(line_id)
        into = self._into.drop(line_id)
        if into is not None:
            self._unlink(line_id, into)
        for other in self._from.drop(line_id) or ():
            self._into.drop(other)

    def _unlink(self, line_id: str, into: str) -> None:
        left = tuple(each for each in self._from.get(into) or () if each != line_id)
        if left:
            self._from.put(into, left)
        else:
            self._from.drop(into)

    # --- what joins lines ------------------------------------------------------------

    def _relink(self, echo: Echo, dirty: dict[Shelf, None]) -> None:
        """Find anew which lines of one origin and number repeat which; mark what that changes."""
        items = self._echoes.get(echo) or ()
        if all(item.speaker.direct for item in items):
            return
        found = echoes(sorted(items, key=_order))
        for item in items:
            line_id = item.line.id
            old, into = self._into.get(line_id), found.get(line_id)
            if old == into:
                continue
            if old is not None:
                self._into.drop(line_id)
                self._unlink(line_id, old)
            if into is not None:
                self._into.put(line_id, into)
                self._from.put(into, (*(self._from.get(into) or ()), line_id))
            for each in (line_id, old, into):
                if each is not None and (where := self._where.get(each)) is not None:
                    dirty[where] = None

    def _parts(self, dirty: dict[Shelf, None]) -> list[list[Shelf]]:
        """Return the shelves that must be settled, in parts of which none can change another."""
        parts: list[list[Shelf]] = []
        seen: set[Shelf] = set()
        for first in dirty:
            if first in seen:
                continue
            group = first[0]
            if self._denials.get(group):
                part = [(group, key) for key in self._keys.get(group) or ()]
            else:
                part = self._joined(first)
            seen.update(part)
            parts.append(part)
        return parts

    def _joined(self, first: Shelf) -> list[Shelf]:
        """Return a shelf and all that words which travelled join it with."""
        part = {first: None}
        queue = [first]
        while queue:
            for item in self._shelves.get(queue.pop()) or ():
                line_id = item.line.id
                into = self._into.get(line_id)
                for other in (*(self._from.get(line_id) or ()), *(() if into is None else (into,))):
                    shelf = self._where.get(other)
                    if shelf is not None and shelf not in part:
                        part[shelf] = None
                        queue.append(shelf)
        return list(part)

    # --- rest -----------------------------------------------------------------------

    def _thin(self, shelves: Sequence[Shelf], lines: dict[str, LedgerLine]) -> None:
        """Let the oldest lines that are out of force rest, where too many compete."""
        if not shelves:
            return
        whole = bool(self._denials.get(shelves[0][0]))
        pools = [shelves] if whole else [[shelf] for shelf in shelves]
        for pool in pools:
            items = [item for shelf in pool for item in self._shelves.get(shelf) or ()]
            if len(items) <= self._crowd:
                continue
            over = [item for item in sorted(items, key=_order) if not _in_force(item, lines[item.line.id])]
            rest = {item.line.id for item in over[: len(items) - self._crowd]}
            for line_id in tuple(rest):
                # Who repeats a line that rests, rests too.
                rest.update(self._from.get(line_id) or ())
            if rest:
                self._stamp(shelves, rest, lines)
                for line_id in sorted(rest):
                    self._take(line_id, {}, {})

    def _stamp(self, shelves: Sequence[Shelf], rest: set[str], lines: dict[str, LedgerLine]) -> None:
        """Write into the lines that stay what they have from those that rest."""
        for shelf in shelves:
            items = self._shelves.get(shelf) or ()
            kept = []
            for item in items:
                line = lines[item.line.id]
                replaced = tuple(each for each in line.supersedes if each in rest)
                older = tuple(each for each in item.line.supersedes if each not in replaced)
                given = [
                    claim
                    for each in self._from.get(line.id) or ()
                    if each in rest
                    for claim in lines[each].claims
                ]
                claims = tuple(dict.fromkeys((*item.line.claims, *given)))
                beside = item.beside or (line.reason if _in_force(item, line) else None)
                stamped = msgspec.structs.replace(
                    item,
                    line=msgspec.structs.replace(item.line, supersedes=(*older, *replaced), claims=claims),
                    beside=beside,
                )
                kept.append(item if stamped == item else stamped)
            if any(new is not old for new, old in zip(kept, items, strict=True)):
                self._shelves.put(shelf, tuple(kept))
                for item in kept:
                    echo = (shelf[0], echoing(item))
                    same = self._echoes.get(echo) or ()
                    self._echoes.put(
                        echo, tuple(item if each.line.id == item.line.id else each for each in same)
                    )


def _in_force(item: Item, line: LedgerLine) -> bool:
    return line.status == ("denied" if item.denial else "standing")


def _order(item: Item) -> tuple[datetime, bool, int, int]:
    return item.order
