"""A small app around real nouns and real places, for outlets: what it says is set by the test."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar

import msgspec
import uvicorn
from starlette.applications import Starlette

from tocsin.config import load_gazetteer
from tocsin.model import (
    Alert,
    AreaRef,
    AreaState,
    Cause,
    Change,
    Fact,
    Interval,
    Picture,
    Silence,
    Source,
)
from tocsin.outlets.hall import Age
from tocsin.outlets.publication import Passing, Publication

KYIV = "UA80000000000093317"
KYIV_OBLAST = "UA32000000000030281"
LVIV_OBLAST = "UA46000000000026241"
KHARKIV_OBLAST = "UA63000000000041885"
START = datetime(2026, 11, 20, 4, 35, 3, 250_000, tzinfo=UTC)


@lru_cache(maxsize=1)
def gazetteer():
    return load_gazetteer()


class World:
    def __init__(self):
        self.places = gazetteer()
        self.register = {
            "sirens": Source(id="sirens", name="Sirens", kind="alarm-service", declares=("UA",)),
            "air-force": Source(id="air-force", name="Air Force", kind="military"),
            "channel": Source(id="channel", name="A channel", kind="monitoring-channel"),
        }


class Conf:
    """Settings that the outlets read."""

    demo = False
    exercise = False
    marks: ClassVar[dict[str, bool]] = {}


def _level(alerts):
    return ("yellow" if all(a.level == "yellow" for a in alerts) else "red") if alerts else None


class StandIn:
    """Says what the test has it say: alerts stand from raise_ to clear, every area is known unless told otherwise."""

    def __init__(self, now=START):
        self.world = World()
        self.now = now
        self.alerts: dict[str, Alert] = {}
        self.threats = ()
        self.settings = Conf()
        self.publication = Publication(Passing(), self.world.places)
        self.blind: dict[str, str] = {}
        self.everything: str | None = None
        self.issued: dict[str, list[int]] = {}
        self.standing_silences: tuple[Silence, ...] = ()
        self._waiting: list[asyncio.Event] = []

    def clock(self):
        return self.now

    def now_picture(self):
        return Picture(alerts=tuple(self.alerts.values()), threats=self.threats)

    def changes(self, after=0, limit=1000):
        return [one.change for one in self.publication.after(after, limit)]

    def age(self):
        return Age(heard_at=self.clock(), stale=self.everything is not None)

    def area_state(self, code):
        places = self.world.places
        standing = [a for a in self.alerts.values() if a.layer == "official"]
        own = tuple(a for a in standing if places.covers(a.area.code, code))
        inside = [a for a in standing if a.area.code != code and places.covers(code, a.area.code)]
        state = "ACTIVE" if own else "PARTLY" if inside else "CLEAR"
        last = None
        blind = self.everything or next(
            (self.blind[c] for c in (code, *places.ancestors(code)) if c in self.blind), None
        )
        contradicted = blind == "CONTRADICTED"
        if contradicted:
            state, last = "UNKNOWN", "ACTIVE"
        elif blind is not None:
            state, last = blind, (state if blind == "STALE" else None)
        return AreaState(
            area=self.ref(code),
            state=state,
            level=_level([*own, *inside]),
            last_state=last,
            contradicted=contradicted,
            official=own,
            warnings=tuple(
                a for a in self.alerts.values() if a.layer == "warning" and places.covers(a.area.code, code)
            ),
            known_at=self.clock(),
            heard_at=None if blind == "UNKNOWN" else self.clock(),
            stale=blind is not None and not contradicted,
            valid_until=self.clock() + timedelta(seconds=60),
        )

    def silence(self, outlet, area=None):
        one = Silence(
            id=f"order:{len(self.standing_silences)}",
            outlet=outlet,
            area=area,
            start=self.clock(),
            until=self.clock() + timedelta(hours=1),
            operator="olena",
            why="a source repeats itself",
        )
        self.standing_silences = (*self.standing_silences, one)

    def unsilence(self):
        self.standing_silences = ()

    def silences(self):
        return self.standing_silences

    def silenced(self, outlet, fact):
        if fact.type != "alert" or fact.verb not in ("raise", "revise"):
            return None
        covers = self.world.places.covers
        return next(
            (
                one
                for one in self.standing_silences
                if one.outlet in (outlet, "*") and (not one.area or covers(one.area, fact.noun.area.code))
            ),
            None,
        )

    def ref(self, code) -> AreaRef:
        return self.world.places.ref(code)

    def say(self, verb, alert):
        number = self.publication.last + 1
        fact = Fact(type="alert", verb=verb, noun=alert, because=alert.because)
        self.publication.absorb([Change(number=number, at=self.now, entry=number, fact=fact)])
        for event in self._waiting:
            event.set()

    def raise_(
        self, code, *, kind="air-raid", level="red", layer="official", weapon=None, klass=None, late=False
    ):
        alert = Alert(
            id=f"{layer}-{code}-{kind}-{self.publication.last + 1}",
            layer=layer,
            area=self.ref(code),
            kind=kind,
            level=level,
            late=late,
            cause=Cause(kind="alarm", weapon=weapon, weapon_class=klass),
            rule="relay",
            valid=Interval(start=self.now, end=None, precision="second"),
            because=("sirens:1#1",),
        )
        self.alerts[alert.id] = alert
        self.say("raise", alert)
        return alert

    def revise(self, alert, **fields):
        alert = msgspec.structs.replace(alert, revision=alert.revision + 1, **fields)
        self.alerts[alert.id] = alert
        self.say("revise", alert)
        return alert

    def clear(self, alert, verb="clear"):
        ended = msgspec.structs.replace(
            alert,
            ending="over" if verb == "clear" else "mistake",
            valid=Interval(start=alert.valid.start, end=self.now, precision="second"),
        )
        del self.alerts[alert.id]
        self.say(verb, ended)
        return ended

    def contradict(self, alert):
        """An all-clear that reports speak against: the area is unknown until somebody confirms (R32)."""
        ended = msgspec.structs.replace(
            alert, ending="over", contradicted=True, valid=Interval(start=alert.valid.start, end=self.now)
        )
        del self.alerts[alert.id]
        self.blind[alert.area.code] = "CONTRADICTED"
        self.say("clear", ended)
        return ended

    def confirm(self, ended):
        del self.blind[ended.area.code]
        self.say("clear", msgspec.structs.replace(ended, contradicted=False))

    async def sent(self, outlet, messages):
        self.issued.setdefault(outlet, []).extend(number for number, _ in messages)

    def sent_up_to(self, outlet):
        return max(self.issued.get(outlet, ()), default=None)

    def passes(self, **length):
        self.now += timedelta(**length)

    async def follow(self, after=0):
        event = asyncio.Event()
        self._waiting.append(event)
        try:
            while True:
                event.clear()
                for change in self.changes(after):
                    after = change.number
                    yield change
                await event.wait()
        finally:
            self._waiting.remove(event)


@contextmanager
def serving(routes):
    """A real server on a free port of this machine, in a thread; gives its base address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=routes), host="127.0.0.1", port=port, log_level="error", lifespan="off"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
