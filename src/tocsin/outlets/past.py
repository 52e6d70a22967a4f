"""What was known at an earlier moment, and of an earlier moment: asked of the annals, without folding anything anew.

The annals keep each version of each noun with two intervals: when it held in the
world, and when that was what was known. A moment is a point in both. What is not a
noun (coverage, the age of what is known) is worked out of who had been heard by then.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tocsin.atlas import Atlas
from tocsin.codec import NOUNS
from tocsin.model import Coverage, Ledgers, Picture, Source
from tocsin.outlets.annals import DESK, PUBLIC, Annals, micros
from tocsin.outlets.hall import Age, UnwrittenError, View
from tocsin.outlets.moment import holds
from tocsin.picture.alarms import AlarmKey, Alarms
from tocsin.picture.coverage import Watch
from tocsin.picture.preferring import preferred
from tocsin.places import Gazetteer
from tocsin.slate import Slate

__all__ = ["BusyError", "Past"]

_WAITING = 64
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

_KNOWN = """
SELECT kind, group_concat(noun, char(10)) FROM (
    SELECT kind, noun FROM open WHERE side IN (0, :side) AND t0 <= :known AND v0 <= :at
    AND (:only IS NULL OR kind IN (:only, 'register', 'quarantined'))
    UNION ALL
    SELECT c.kind, c.noun FROM levels CROSS JOIN closed c
    ON c.level = levels.n AND c.lo > :known - levels.span AND c.lo <= :known
    WHERE c.t0 <= :known AND c.t1 > :known AND c.v0 <= :at AND c.side IN (0, :side)
    AND (:only IS NULL OR c.kind IN (:only, 'register', 'quarantined'))
) GROUP BY kind
"""
"""What stood for the newest when it was known, and had begun by the moment asked for."""
_HELD = """
SELECT c.kind, group_concat(c.noun, char(10)) FROM levels CROSS JOIN closed c
ON c.level = levels.n AND c.lo > :at - levels.span AND c.lo <= :at
WHERE c.sliced AND c.v0 <= :at AND c.v1 > :at AND c.t1 <= :known AND c.side IN (0, :side)
AND (:only IS NULL OR c.kind = :only)
GROUP BY c.kind
"""
"""What was known to have held at the moment asked for, and to have been followed by something else since."""
_SAID = """
SELECT json_group_object(source, (
    SELECT said FROM heard h WHERE h.side = :side AND h.source = s.source AND h.at <= :known ORDER BY h.at DESC LIMIT 1
)) FROM sources s
"""
_DECODERS = {kind: msgspec.json.Decoder(list[noun]) for kind, noun in NOUNS.items()}  # type: ignore[valid-type]


class BusyError(UnwrittenError):
    """Too many ask about the past at once."""


class _Found(msgspec.Struct):
    """What the annals answered."""

    nouns: dict[str, list[Any]]
    register: dict[str, Source]
    parts: dict[AlarmKey, tuple[str, ...]]
    quarantined: list[str]
    heard: dict[str, datetime]
    told: dict[str, datetime]
    """When the public may know that each source was heard."""


class Past:
    """Answers what was known when. Many may ask at once; they are answered beside the loop."""

    def __init__(self, annals: Annals, places: Gazetteer, register: Mapping[str, Source]) -> None:
        self._annals = annals
        self._places = Atlas.over(places)
        self._register = dict(register)
        self._registers: tuple[bytes, dict[str, Source]] = (b"", self._register)
        self._waiting = 0

    async def view(
        self, at: datetime | None, known_at: datetime, *, desk: bool, only: str | None = None
    ) -> View:
        """Return the state of the world at a moment, as known at a moment; BusyError where too many ask.

        ``only`` names one kind of noun that is asked for; the others are left out.
        """
        if self._waiting >= _WAITING:
            raise BusyError("known_at", "too many ask about the past at once", "Ask again in a few seconds.")
        self._waiting += 1
        try:
            return await asyncio.to_thread(self.ask, at, known_at, desk=desk, only=only)
        finally:
            self._waiting -= 1

    def ask(self, at: datetime | None, known_at: datetime, *, desk: bool, only: str | None = None) -> View:
        """Return what ``view`` does; for a thread of its own."""
        if self._annals.trouble is not None:
            raise BusyError("known_at", self._annals.trouble, "Restart the server: they are made anew.")
        self._annals.flush()
        earlier = at is not None and at < known_at
        moment = at if at is not None and earlier else known_at
        found = self._find(moment, known_at, earlier=earlier, side=DESK if desk else PUBLIC, only=only)
        alarms = Alarms(self._places, slate=(slate := Slate()), register=found.register)
        watch = Watch(self._places, slate=slate, register=found.register, alarms=alarms)
        watch.recall(found.heard, found.quarantined)
        if only is not None:
            coverage: tuple[Coverage, ...] = ()
        elif earlier:
            coverage = self._seen(found, watch)
        else:
            standing = {(one.area.code, one.authority, one.kind): one for one in found.nouns.get("alarm", ())}
            alarms.recall(standing, found.parts)
            coverage = watch.view(known_at)
        if not desk:
            coverage = tuple(Coverage(area=one.area, state=one.state) for one in coverage)
        picture = _picture(found, moment, coverage, earlier=earlier)
        return View(picture=picture, at=moment, known_at=known_at, age=self._age(found, watch, known_at))

    # --- what the annals hold ----------------------------------------------------------

    def _find(
        self, at: datetime, known_at: datetime, *, earlier: bool, side: int, only: str | None
    ) -> _Found:
        asked = {
            "side": side,
            "known": micros(known_at),
            "at": micros(at) if earlier else 1 << 62,
            "only": only,
        }
        with self._annals.reading:
            db = self._annals.reader
            db.execute("BEGIN")
            try:
                rows = dict(db.execute(_KNOWN, asked).fetchall())
                held = dict(db.execute(_HELD, asked).fetchall()) if earlier else {}
                heard, told = (self._said(db, each, asked) for each in (DESK, PUBLIC))
            finally:
                db.execute("ROLLBACK" if db.in_transaction else "SELECT 1")
        nouns: dict[str, list[Any]] = {}
        for kind, decoder in _DECODERS.items():
            nouns[kind] = _decoded(rows.get(kind), decoder)
            if kind in held:
                there = {_name(noun) for noun in nouns[kind]}
                nouns[kind] += [noun for noun in _decoded(held[kind], decoder) if _name(noun) not in there]
        parts = msgspec.json.decode(_listed(rows.get("part")), type=list[tuple[AlarmKey, tuple[str, ...]]])
        return _Found(
            nouns=nouns,
            register=self._sources(rows.get("register")),
            parts=dict(parts),
            quarantined=msgspec.json.decode(_listed(rows.get("quarantined")), type=list[str]),
            heard=heard,
            told=told,
        )

    def _said(self, db: sqlite3.Connection, side: int, asked: Mapping[str, object]) -> dict[str, datetime]:
        row = db.execute(_SAID, {"side": side, "known": asked["known"]}).fetchone()
        said: dict[str, int | None] = msgspec.json.decode(row[0])
        return {
            source: _EPOCH + timedelta(microseconds=when) for source, when in said.items() if when is not None
        }

    def _sources(self, data: bytes | str | None) -> dict[str, Source]:
        if data is None:
            return self._register
        told = data if isinstance(data, bytes) else data.encode()
        if self._registers[0] != told:
            rows = msgspec.json.decode(told.splitlines()[-1], type=list[Source])
            self._registers = (told, {source.id: source for source in rows})
        return self._registers[1]

    # --- what follows from it -----------------------------------------------------------

    def _seen(self, found: _Found, watch: Watch) -> tuple[Coverage, ...]:
        """Coverage as it was last told before the moment asked for."""
        told = {one.area: one for one in found.nouns["coverage"]}
        bare = []
        for code in self._places.first_level():
            drivers = watch.drivers(code)
            state = "UNKNOWN" if drivers else "NOT_COVERED"
            bare.append(told.get(code) or Coverage(area=code, state=state, sources=drivers))  # type: ignore[arg-type]
        return tuple(bare)

    def _age(self, found: _Found, watch: Watch, at: datetime) -> Age:
        codes = self._places.first_level()
        watched = any(one in found.told for code in codes for one in watch.drivers(code))
        silent = any(watch.freshness(code, at) == "STALE" for code in codes)
        heard = (when for source, when in found.told.items() if source in found.register)
        return Age(heard_at=max(heard, default=None), stale=silent or not watched)


def _picture(found: _Found, moment: datetime, coverage: tuple[Coverage, ...], *, earlier: bool) -> Picture:
    def those(kind: str, order: Callable[[Any], Any]) -> tuple[Any, ...]:
        nouns: Iterable[Any] = found.nouns[kind]
        if earlier:
            nouns = (noun for noun in nouns if holds(noun, moment))
        return tuple(sorted(nouns, key=order))

    lines = those("ledger", lambda one: (one.stated_at, one.id))
    return Picture(
        alerts=those("alert", lambda one: (one.layer, one.area.code, one.kind, one.id)),
        alarms=those("alarm", lambda one: (one.area.code, one.authority, one.kind)),
        threats=those("threat", lambda one: one.id),
        incidents=those("incident", lambda one: (str(one.valid.start), one.id)),
        ledgers=Ledgers(lines=lines, preferred=preferred(lines, found.register)),
        statements=those("statement", lambda one: (one.stated_at, one.id)),
        coverage=coverage,
    )


def _name(noun: Any) -> str:  # noqa: ANN401 - a noun
    name: str = noun.area if isinstance(noun, Coverage) else noun.id
    return name


def _listed(rows: bytes | str | None) -> bytes:
    if rows is None:
        return b"[]"
    data = rows if isinstance(rows, bytes) else rows.encode()
    return b"[" + data.replace(b"\n", b",") + b"]"


def _decoded(rows: bytes | str | None, decoder: msgspec.json.Decoder[list[Any]]) -> list[Any]:
    return [] if rows is None else decoder.decode(_listed(rows))
