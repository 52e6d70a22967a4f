"""A desk for tests of its screen: a night that the real engine folded from a story, at any moment of it."""

import asyncio
import hashlib
from datetime import timedelta
from functools import lru_cache
from importlib import resources

import msgspec
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route

from by_hand import bundled as base_world
from tocsin.engine import State
from tocsin.model import Entry, Order, Report
from tocsin.outlets import pages
from tocsin.reading import Reader
from tocsin.render import desk
from tocsin.render.desk_values import Heard, Held, Night, Outlet, Seat, Waiting, Wanted
from tocsin.render.naming import Names
from tocsin.render.page import Frame, headers
from tocsin.render.words import bundled
from tocsin.sources.story import parse

MORNING = "kyiv-2024-12-20.story"
SUMY = "UA59000000000057109"
SHIFT = timedelta(seconds=1)


@lru_cache(maxsize=1)
def morning():
    """The bundled morning, read and folded: what came, what was read, what changed, and the state at its end."""
    text = resources.files("tocsin").joinpath("data", "stories", MORNING).read_text("utf-8")
    return folded(text)


def folded(text, until=None):
    """A story folded up to a moment (all of it by default)."""
    story, problems = parse(text, "a.story")
    assert not problems
    base = base_world()
    register = {**base.register, **{s.id: s for s in story.sources}}
    world = msgspec.structs.replace(base, register=register)
    state, reader = State(world), Reader(world.lexicon, world.places, register)
    heard, changes = [], []
    for number, beat in enumerate(story.beats, 1):
        if until is not None and beat.at > until:
            break
        changes += state.advance(beat.at)
        if beat.body is None:
            continue
        step = state.step(Entry(number=number, recorded_at=beat.at, body=beat.body))
        changes += step.changes
        if isinstance(beat.body, Report):
            reading = reader.read(beat.body)
            heard.append(
                Heard(
                    number=number,
                    recorded_at=beat.at,
                    report=beat.body,
                    claims=reading.claims,
                    problems=reading.problems,
                )
            )
    return world, state, tuple(heard), tuple(changes), story


def states_of(state, now):
    """The country, its first-level areas and their parts."""
    places = state.world.places
    codes = [places.root]
    for first in places.first_level():
        codes += [first, *places.children(first)]
    return tuple(state.area_state(code, now) for code in codes)


def night(told=None, *, role="approver", known_at=None, now=None, **more):
    """A night at the end of what was folded."""
    world, state, heard, changes, story = told or morning()
    now = (
        now or max(state.now, story.beats[-1].at if known_at is None and told is None else state.now) + SHIFT
    )
    values = {
        "seat": Seat(operator="Olena", role=role, csrf="c" * 16),
        "now": now,
        "number": changes[-1].number if changes else 0,
        "names": Names(register=world.register, weapons=world.weapons),
        "places": world.places,
        "known_at": known_at,
        "span": (heard[0].recorded_at, now) if heard else None,
        "states": states_of(state, known_at or now),
        "picture": state.picture(),
        "heard": tuple(reversed(heard)),
        "changes": changes[-400:],
        "outlets": (
            Outlet(name="stream", sent=len(changes), sent_at=now),
            Outlet(name="mqtt", why="the broker does not answer", sent=12),
        ),
    }
    return Night(**{**values, **more})


def busy(told=None, **more):
    """The same night with an order that waits, something that wants a person, and a degraded part."""
    plain = night(told, **more)
    first = SUMY
    order = Order(
        operator="Taras",
        verb="clear",
        target=first,
        why="the duty officer of the oblast said so by telephone",
    )
    wanted = (
        Wanted(
            kind="contradiction",
            target=first,
            since=plain.now - timedelta(minutes=3),
            area=plain.places.ref(first),
            high=True,
        ),
        Wanted(
            kind="problem", target="x:1", since=plain.now - timedelta(minutes=9), what="???? <b>not bold</b>"
        ),
    )
    return msgspec.structs.replace(
        plain,
        held=tuple(
            Held(
                claim=claim.id,
                source=one.report.source,
                until=plain.now + timedelta(hours=3),
                override="desk",
                why="effects on civilian objects",
            )
            for one in plain.heard
            for claim in one.claims
            if claim.kind in {"debris", "explosion"}
        )[:3],
        waiting=(Waiting(reference="order:12", order=order, at=plain.now - timedelta(minutes=2)),),
        wanted=wanted,
        degraded={"mqtt": "the broker does not answer"},
    )


def frame(lang="en", mode="live", now=None):
    """A frame for the desk in a language and a mood."""
    return Frame(words=bundled(lang), now=now or night().now, path="/desk", mode=mode, version="test")


class Screen:
    """The desk's screen over HTTP with a night that the test holds in its hands; no doors, no acts."""

    def __init__(self, shown, mode="live"):
        self.night, self.mode, self.waiting, self.beating = shown, mode, [], True

    def _frame(self, request):
        lang = request.query_params.get("lang", "en")
        return Frame(
            words=bundled(lang), now=self.night.now, path="/desk", mode=self.mode, version=pages.version()
        )

    async def page(self, request):
        return HTMLResponse(desk.page(self.night, self._frame(request)), headers=headers())

    async def panels(self, request):
        made = self._frame(request)
        told = desk.panels(self.night, made)
        after = int(request.query_params.get("after", "0"))
        body = {
            "number": self.night.number,
            "at": self.night.now.isoformat(),
            "panels": {
                name: {"digest": hashlib.sha256(html.encode()).hexdigest()[:12], "html": html}
                for name, html in told.items()
            },
            "reports": [{"number": n, "html": html} for n, html in desk.reports(self.night, made, after)],
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def stream(self, _request):
        async def frames():
            seen = len(self.waiting)
            yield b"retry: 1000\n\n"
            beat = 0
            while True:
                while len(self.waiting) > seen:
                    yield self.waiting[seen]
                    seen += 1
                beat += 1
                if self.beating and beat % 50 == 1:
                    yield b"event: heartbeat\ndata: {}\n\n"
                await asyncio.sleep(0.02)

        return StreamingResponse(frames(), media_type="text/event-stream")

    def application(self):
        return Starlette(
            routes=[
                Route("/desk", self.page),
                Route("/desk/panels", self.panels),
                Route("/desk/stream", self.stream),
                Route("/static/{name}", pages.static),
            ]
        )
