"""A stage for the pages: an app whose state is set by hand, for states that a story reaches rarely."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cap_words import KYIV, REGISTER, WEAPONS, alarm, change, warning
from tocsin.model import (
    AreaRef,
    AreaState,
    Cause,
    Change,
    Coverage,
    Fact,
    Incident,
    Interval,
    LedgerLine,
    Ledgers,
    Picture,
    Preferred,
    Range,
    Source,
    Statement,
    Threat,
)
from tocsin.outlets import cap as cap_outlet
from tocsin.outlets import pages
from tocsin.render.cap import Issuer
from tocsin.render.naming import Names

NOW = datetime(2024, 12, 20, 5, 31, 0, tzinfo=UTC)
STATES = ("ACTIVE", "YELLOW", "PARTLY", "CLEAR", "WARNED", "CONTRADICTED", "STALE", "UNKNOWN", "NOT_COVERED")
KYIV_CODE = KYIV.code


class Rule(msgspec.Struct, frozen=True):
    id: str
    why: str
    kinds: tuple[str, ...] = ()
    level: str | None = None
    linger: int = 1800
    clears: tuple[str, ...] = ("military",)


class Policy(msgspec.Struct, frozen=True):
    rules: tuple[Rule, ...] = (
        Rule("mig-takeoff", "A MiG-31K can reach any oblast.", ("takeoff",), "red"),
        Rule("drone", "Drones are slow.", ("inbound",), "yellow"),
    )


class World(msgspec.Struct):
    places: object
    register: dict[str, Source]
    weapons: dict
    policy: Policy = Policy()


class Settings(msgspec.Struct):
    demo: bool = False
    exercise: bool = False


@lru_cache(maxsize=1)
def places():
    from tocsin.config.world import load_gazetteer

    return load_gazetteer()


def ref(code):
    return places().ref(code)


class Then(msgspec.Struct, frozen=True):
    picture: Picture


class Stage:
    """Plays the app: every area in one state, or each in what ``states`` says."""

    def __init__(self, state="ACTIVE", states=None, *, demo=False, exercise=False, rich=True, now=NOW):
        register = {
            **REGISTER,
            "mayor": Source(id="mayor", name="Мер Києва", kind="authority", reliability="B"),
        }
        self.world = World(places(), register, WEAPONS)
        self.settings = Settings(demo, exercise)
        self.state, self.states, self.rich, self.now = state, states or {}, rich, now
        self.log = list(_log()) if rich else []

    def clock(self):
        return self.now

    def changes(self, after=0, limit=1000):
        return [c for c in self.log if c.number > after][:limit]

    def now_picture(self):
        return _picture() if self.rich else Picture()

    def claim(self, _claim):
        return None

    async def view(self, *, known_at):
        """What had been published by a moment: the alerts that stood, and everybody heard."""
        standing = {}
        for one in self.log:
            if one.at <= known_at and one.fact.type == "alert":
                standing[one.fact.noun.id] = one.fact.noun if one.fact.verb in {"raise", "revise"} else None
        coverage = tuple(
            Coverage(area=code, state="CLEAR", last_heard=known_at) for code in places().first_level()
        )
        alerts = tuple(noun for noun in standing.values() if noun is not None)
        return Then(Picture(alerts=alerts, coverage=coverage))

    def area_state(self, code):
        return _area_state(ref(code), self.states.get(code, self.state), self.now)


def _area_state(area: AreaRef, state: str, now: datetime) -> AreaState:
    since = now - timedelta(minutes=56)
    heard = now - timedelta(seconds=12)
    base = {
        "area": area,
        "known_at": now,
        "since": since,
        "heard_at": heard,
        "valid_until": now + timedelta(seconds=60),
    }
    strike = Cause(kind="launch", weapon="kinzhal", weapon_class="aeroballistic")
    if state == "ACTIVE":
        return AreaState(
            state="ACTIVE", level="red", official=(alarm(area=area, cause=strike, level="red"),), **base
        )
    if state == "YELLOW":
        return AreaState(state="ACTIVE", level="yellow", official=(alarm(area=area, level="yellow"),), **base)
    if state == "PARTLY":
        return AreaState(state="PARTLY", level="yellow", **base)
    hint = warning(area=area, lapses_at=now + timedelta(minutes=20))
    if state == "WARNED":
        return AreaState(state="CLEAR", warnings=(hint,), **base)
    if state == "CONTRADICTED":
        return AreaState(state="CLEAR", contradicted=True, **base)
    if state == "STALE":
        old = {**base, "heard_at": now - timedelta(minutes=41), "valid_until": None}
        return AreaState(state="STALE", last_state="ACTIVE", stale=True, **old)
    if state == "CLEAR":
        return AreaState(state="CLEAR", **base)
    return AreaState(state=state, area=area, known_at=now, stale=True)


def _line(number, subject, low, high, minutes, *, source="mayor", status="standing", **more):
    at = NOW - timedelta(minutes=minutes)
    return LedgerLine(
        id=f"line-{number}", subject=subject, incident=None, area=KYIV_CODE, min=low, max=high, source=source,
        stated_at=at, valid=Interval(start=at, end=None), status=status, **more,
    )  # fmt: skip


def _picture():
    start = Interval(start=NOW - timedelta(minutes=34), end=None)
    district = places().children(KYIV_CODE)
    lines = (
        _line(1, "affected", 2, 2, 30, status="superseded"),
        _line(2, "affected", 7, 7, 22, status="superseded"),
        _line(3, "affected", 9, None, 6),
        _line(4, "killed", 1, 1, 9, hedged=True, by="air-force"),
        _line(5, "without-heating", 630, 630, 12, unit="buildings"),
        _line(6, "launched", 5, None, 15, source="monitor", weapon="kinzhal"),
    )
    return Picture(
        threats=(
            Threat(
                id="t1", kind="launch", weapon="kinzhal", weapon_class="aeroballistic", areas=(ref("UA74000000000025378"),),
                toward=(KYIV,), count=Range(min=2, max=2), valid=start, sources=("air-force",), credibility=2,
            ),
            Threat(
                id="t2", kind="takeoff", weapon="mig-31k", weapon_class="aeroballistic", areas=(), status="lost",
                valid=start, sources=("monitor",),
            ),
        ),
        incidents=(
            Incident(id="i1", area=ref(district[0]), precision="district", kinds=("debris", "fire"), objects=("vehicle",),
                     status="responding", valid=start, sources=("mayor",)),
            Incident(id="i2", area=ref(district[1]), precision="district", kinds=("debris",), status="withdrawn",
                     valid=start, sources=("mayor",), hedged=True),
            Incident(id="i3", area=ref(district[2]), precision="district", kinds=("damage",),
                     objects=("roof", "unfinished-building"), valid=start, sources=("mayor", "monitor")),
        ),
        ledgers=Ledgers(
            lines=lines,
            preferred=(Preferred(subject="affected", incident=None, area=KYIV_CODE, line="line-3", why="latest"),),
        ),
        statements=(
            Statement(id="s1", source="monitor", by=None, party="ru", stated_at=NOW - timedelta(minutes=3),
                      quote="We struck <script>alert(1)</script> a \u202emilitary\u202c plant"),
        ),
    )  # fmt: skip


def _log():
    first = alarm()
    yield change(1, "raise", first, NOW - timedelta(minutes=300))
    yield change(2, "clear", alarm(ending="over"), NOW - timedelta(minutes=230))
    number = 3
    for code in places().first_level():
        one = warning(id=f"w-{code}", area=ref(code))
        yield change(number, "raise", one, NOW - timedelta(minutes=140))
        number += 1
    for code in places().first_level():
        one = warning(id=f"w-{code}", area=ref(code), ending="did-not-come")
        yield change(number, "clear", one, NOW - timedelta(minutes=95))
        number += 1
    yield change(number, "raise", alarm(id="a2"), NOW - timedelta(minutes=56))
    for one, kind in (
        *((i, "incident") for i in _picture().incidents),
        *((x, "ledger") for x in _picture().ledgers.lines),
    ):
        number += 1
        yield Change(
            number=number,
            at=NOW - timedelta(minutes=20),
            entry=number,
            fact=Fact(type=kind, verb="open", noun=one),
        )


def application(stage, stream=None):
    """The pages and CAP of a stage as an application, with a stream of its own."""

    async def silent(request):
        async def nothing():
            yield b": hello\n\n"

        return StreamingResponse(nothing(), media_type="text/event-stream")

    issuer = Issuer(sender="tocsin@example.org", base_url="https://tocsin.example.org")
    shelf = cap_outlet.Shelf(
        stage, issuer, Names(register=stage.world.register, weapons=WEAPONS), stage.world.places, None
    )
    return Starlette(
        routes=[Route("/v1/stream", stream or silent), *cap_outlet.routes(shelf), *pages.routes(stage)]
    )
