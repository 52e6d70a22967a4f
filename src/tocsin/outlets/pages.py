"""The pages over HTTP: what the app knows, cut to what a page shows, in the reader's language.

No reader is remembered: no cookie, no address, no session (R38). A page is never cached by others; its files are.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.model import (
    Alert,
    AreaRef,
    AreaState,
    Change,
    Claim,
    Incident,
    Ledgers,
    Picture,
    Source,
    Threat,
    Weapon,
)
from tocsin.places import Gazetteer
from tocsin.render import decide, resident, story
from tocsin.render.hours import HOURS, spans
from tocsin.render.map import Part, Sheet, sheet
from tocsin.render.naming import Names
from tocsin.render.page import Frame, headers, look, render, state_word
from tocsin.render.story import Quote
from tocsin.render.words import LANGUAGES, bundled, negotiate

__all__ = ["Host", "Pages", "routes"]

log = logging.getLogger(__name__)

_STEP = 5_000
_REMEMBERED = 5_000
_SHOWN = 40
_ENDED = 12
_TOLD = 100
_QUOTED = 600
_STATIC = {
    "tocsin.css": "text/css",
    "tocsin.js": "text/javascript",
    "worker.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "manifest-uk.webmanifest": "application/manifest+json",
    "manifest-ru.webmanifest": "application/manifest+json",
    "manifest-en.webmanifest": "application/manifest+json",
}


class Known(Protocol):
    """What does not change while the server runs."""

    @property
    def places(self) -> Gazetteer:
        """All areas."""

    @property
    def register(self) -> Mapping[str, Source]:
        """All sources."""

    @property
    def weapons(self) -> Mapping[str, Weapon]:
        """All weapons."""

    @property
    def policy(self) -> Any:  # noqa: ANN401 - a page shows whatever rules are in force
        """The policy in force."""


class Chosen(Protocol):
    """What settings say that a page shows."""

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration."""

    @property
    def exercise(self) -> bool:
        """Whether this is an exercise."""


class Host(Protocol):
    """What the pages ask of the app."""

    @property
    def world(self) -> Known:
        """Give places, sources, weapons, policy."""

    @property
    def settings(self) -> Chosen:
        """Give settings."""

    def clock(self) -> datetime:
        """Tell the time."""

    def now_picture(self) -> Picture:
        """Give what is published of what is believed now."""

    def area_state(self, code: str) -> AreaState:
        """Give what is said of an area now."""

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Give published changes by number."""

    def source_heard(self, source: str) -> datetime | None:
        """Tell when a source was last heard."""

    def claim(self, claim: str) -> Claim | None:
        """Give a claim by its id, where the public may read its words."""


@cache
def _file(name: str) -> bytes:
    return resources.files("tocsin").joinpath("data", "static", name).read_bytes()


@cache
def _version() -> str:
    return hashlib.sha256(b"".join(_file(name) for name in sorted(_STATIC))).hexdigest()[:10]


class Lost(Exception):  # noqa: N818 - it is a page that is lost, not an error
    """There is no such page; ``why`` says it in the reader's words."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class Pages:
    """The pages of one app; follows its published changes for the story and the recent hours."""

    def __init__(self, app: Host) -> None:
        self._app = app
        self._after = 0
        self._changes: deque[Change] = deque(maxlen=_REMEMBERED)
        self._sheets: dict[str, Sheet | None] = {}
        self.names = Names(register=app.world.register, weapons=app.world.weapons)

    # --- what is common ---------------------------------------------------------

    def _follow(self) -> Sequence[Change]:
        while batch := self._app.changes(self._after, _STEP):
            before = self._after
            self._after = max(self._after, batch[-1].number)
            self._changes.extend(batch)
            if self._after == before:
                break
        return self._changes

    def frame(self, request: Request) -> Frame:
        """Choose language and mood of a page; an unknown language is a page that does not exist."""
        asked = request.query_params.get("lang")
        words = bundled(
            asked if asked in LANGUAGES else negotiate(request.headers.get("accept-language", ""))
        )
        settings = self._app.settings
        frame = Frame(
            words=words,
            now=self._app.clock(),
            path=request.url.path,
            mode="exercise" if settings.exercise else "demo" if settings.demo else "live",
            chosen=asked in LANGUAGES,
            kiosk="kiosk" in request.query_params,
            version=_version(),
        )
        if asked is not None and asked not in LANGUAGES:
            raise Lost("missing.lang", lang=asked[:40])
        return frame

    def _state(self, code: str) -> AreaState:
        return self._app.area_state(code)

    def _known(self, code: str) -> AreaRef:
        places = self._app.world.places
        if len(code) > 40 or places.area(code) is None or not self._ours(code):
            raise Lost("missing.area", code=code[:40])
        return places.ref(code)

    def _ours(self, code: str) -> bool:
        places = self._app.world.places
        return places.covers(places.root, code)

    # --- an area ------------------------------------------------------------------

    def view(self, code: str) -> resident.View:
        """Cut what is known to what concerns one area."""
        places, picture = self._app.world.places, self._app.now_picture()
        ref = self._known(code)
        parts = places.first_level() if code == places.root else places.children(code)
        if ref.level in {"hromada", "district", "settlement"} and code not in places.first_level():
            parts = tuple(
                p for p in parts if (area := places.area(p)) is not None and area.level == "district"
            )
        if code not in self._sheets:
            self._sheets[code] = sheet(parts, places) if parts else None
        changes = self._follow()
        mine = [
            c
            for c in changes
            if isinstance(c.fact.noun, Alert) and self._touches(c.fact.noun.area.code, code)
        ]
        now = self._app.clock()
        since = now - timedelta(hours=HOURS)
        ended = [c for c in mine if c.fact.verb in {"clear", "revoke", "lapse"} and c.at > since]
        return resident.View(
            state=self._state(code),
            names=self.names,
            above=tuple(places.ref(c) for c in reversed(places.ancestors(code))),
            children=tuple(self._state(part) for part in parts),
            picture=self._cut(picture, code),
            ended=tuple(reversed(ended[-_ENDED * 30 :])),
            spans=tuple(s for s in spans(mine) if s.end is None or s.end > since),
            sheet=self._sheets[code],
            changed=mine[-1].at if mine else None,
        )

    def _touches(self, one: str, other: str) -> bool:
        places = self._app.world.places
        return places.covers(one, other) or places.covers(other, one)

    def _near(self, one: str | None, code: str) -> bool:
        """Whether a place is of the same oblast, or covers it: what a person calls nearby."""
        places = self._app.world.places
        if one is None or code == places.root or self._touches(one, code):
            return True
        first = places.first_level_of(code)
        return first is not None and first == places.first_level_of(one)

    def _cut(self, picture: Picture, code: str) -> Picture:
        lines = tuple(one for one in picture.ledgers.lines if self._near(one.area, code))
        return msgspec.structs.replace(
            picture,
            threats=tuple(t for t in picture.threats if self._threatens(t, code)),
            incidents=_newest(i for i in picture.incidents if self._near(i.area.code, code)),
            ledgers=Ledgers(lines=lines, preferred=picture.ledgers.preferred),
            statements=picture.statements[-5:],
        )

    def _threatens(self, threat: Threat, code: str) -> bool:
        named = [area.code for area in (*threat.areas, *threat.toward) if self._ours(area.code)]
        # One that names none of our areas (a carrier in the air abroad) concerns all.
        return not named or any(self._touches(one, code) for one in named)

    async def area(self, request: Request, frame: Frame) -> Response:
        """Answer for one area, or for the country."""
        code = request.path_params.get("code", self._app.world.places.root)
        fragment = "fragment" in request.query_params
        path = "/" if code == self._app.world.places.root else f"/area/{code}"
        frame = msgspec.structs.replace(frame, path=path)
        return _html(request, resident.page(self.view(code), frame, fragment=fragment))

    async def embed(self, request: Request, frame: Frame) -> Response:
        """Answer with the card that others may put into their pages."""
        body = resident.embed(self.view(request.path_params["code"]), frame)
        return _html(request, body, embeddable=True)

    # --- the other pages ------------------------------------------------------------

    async def search(self, request: Request, frame: Frame) -> Response:
        """Find areas by their names in three languages."""
        query = request.query_params.get("q", "")[:80].strip()
        places, words = self._app.world.places, frame.words
        found = []
        for area in places.search(query, 20) if query else ():
            if not self._ours(area.code):
                continue
            state = self._state(area.code)
            above = [words.area(places.ref(c)) for c in places.ancestors(area.code) if c != places.root]
            part = Part(
                code=area.code,
                name=words.named(area.names, area.code),
                label=state_word(state, words),
                look=look(state),
                href=frame.href("/" if area.code == places.root else f"/area/{area.code}"),
            )
            found.append((part, ", ".join(above)))
        return _html(request, render("search.html", frame, query=query, found=found))

    async def story(self, request: Request, frame: Frame) -> Response:
        """Tell what was said and when; ``known_at`` looks back."""
        asked = request.query_params.get("known_at")
        changes = [c for c in self._follow() if c.fact.type not in {"alarm", "coverage"}]
        stops = _stops(changes, frame, asked)
        if asked:
            moment = _moment(asked)
            changes = [c for c in changes if c.at <= moment]
            frame = msgspec.structs.replace(
                frame, past=moment, query="&known_at=" + _iso(moment).replace("+", "%2B")
            )
        tellings = story.tell_all(
            tuple(reversed(changes[-_TOLD * 10 :])),
            self.names,
            frame.words,
            self._quotes(changes[-_TOLD * 10 :]),
        )[:_TOLD]
        older = None
        if len(tellings) == _TOLD:
            older = frame.href("/story", known_at=_iso(tellings[-1].at))
        return _html(request, render("story.html", frame, tellings=tellings, stops=stops, older=older))

    def _quotes(self, changes: Sequence[Change]) -> Mapping[str, Quote]:
        """Find the words behind changes, as far as the public may read them (R27)."""
        found: dict[str, Quote] = {}
        for one in dict.fromkeys(c for change in changes for c in change.fact.because):
            claim = self._app.claim(one)
            if claim is not None and claim.evidence:
                source = self.names.register.get(claim.source)
                found[one] = Quote(
                    source=source.name if source else claim.source,
                    quote=" … ".join(e.quote for e in claim.evidence)[:_QUOTED],
                )
        return found

    async def incidents(self, request: Request, frame: Frame) -> Response:
        """List incidents by district, newest first, as the public picture gives them."""
        shown = tuple(
            resident.happened(i, self.names, frame) for i in _newest(self._app.now_picture().incidents, 200)
        )
        return _html(request, render("incidents.html", frame, happened=shown))

    async def sources(self, request: Request, frame: Frame) -> Response:
        """Tell who is heard, how far each is trusted, when each was last heard."""
        rows = [
            (source, self._app.source_heard(source.id))
            for source in sorted(
                self._app.world.register.values(), key=lambda s: (s.reliability, s.kind, s.id)
            )
        ]
        return _html(request, render("sources.html", frame, sources=rows))

    async def decide(self, request: Request, frame: Frame) -> Response:
        """Tell how we decide, from the policy that is in force."""
        return _html(request, decide.page(self._app.world.policy, self.names, frame))


def _newest(incidents: Any, limit: int = _SHOWN) -> tuple[Incident, ...]:  # noqa: ANN401
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return tuple(sorted(incidents, key=lambda i: (i.valid.start or epoch, i.id), reverse=True)[:limit])


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    try:
        # A plus sign in an address that nobody encoded arrives as a space.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        raise Lost("missing.time", value=text[:40]) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _stops(changes: Sequence[Change], frame: Frame, asked: str | None) -> list[tuple[str, str, bool]]:
    """The stops of the slider: where something changed, thinned to two dozen."""
    moments = sorted({c.at.replace(second=0, microsecond=0) + timedelta(minutes=1) for c in changes})
    if len(moments) > 24:
        moments = [moments[round(i * (len(moments) - 1) / 23)] for i in range(24)]
    current = asked or ""
    return [
        (frame.words.clock(m), frame.href("/story", known_at=_iso(m)), _iso(m) == current) for m in moments
    ]


# --- answers --------------------------------------------------------------------------


def _html(request: Request, body: str, status: int = 200, *, embeddable: bool = False) -> Response:
    return _answer(request, body.encode(), "text/html; charset=utf-8", headers(embeddable=embeddable), status)


def _answer(
    request: Request, body: bytes, kind: str, extra: Mapping[str, str], status: int = 200
) -> Response:
    more = {**extra, "Vary": "Accept-Encoding, Accept-Language"}
    if "gzip" in request.headers.get("accept-encoding", "") and len(body) > 600:
        body = gzip.compress(body, 6, mtime=0)
        more["Content-Encoding"] = "gzip"
    return Response(body, status, headers={**more, "Content-Type": kind})


async def _static(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in _STATIC:
        return Response("no such file\n", 404, media_type="text/plain")
    fresh = request.query_params.get("v") == _version()
    extra = {
        "Cache-Control": "public, max-age=31536000, immutable" if fresh else "public, max-age=300",
        "X-Content-Type-Options": "nosniff",
    }
    return _answer(request, _file(name), _STATIC[name], extra)


async def _worker(request: Request) -> Response:
    return _answer(request, _file("worker.js"), _STATIC["worker.js"], {"Cache-Control": "no-cache"})


Handler = Callable[[Request, Frame], Awaitable[Response]]


def routes(app: Host, *, last: bool = False) -> list[Route]:
    """The pages of an app, with the files that they load.

    ``last`` adds a page for every address that nothing else answers: only for the end of a table of routes.
    """
    pages = Pages(app)

    def shown(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request, pages.frame(request))
            except Lost as lost:
                query = {k: v for k, v in request.query_params.items() if k != "lang"}
                plain = Request({**request.scope, "query_string": b""})
                known = request.query_params.get("lang") in LANGUAGES
                frame = pages.frame(request if known or not query else plain) if known else pages.frame(plain)
                why = frame.words.say(lost.key, **lost.values)
                return _html(request, render("missing.html", frame, why=why), 404)

        return endpoint

    async def lost(request: Request, frame: Frame) -> Response:
        del request, frame
        raise Lost("missing.page")

    return [
        Route("/", shown(pages.area)),
        Route("/area/{code}", shown(pages.area)),
        Route("/embed/{code}", shown(pages.embed)),
        Route("/search", shown(pages.search)),
        Route("/story", shown(pages.story)),
        Route("/incidents", shown(pages.incidents)),
        Route("/sources", shown(pages.sources)),
        Route("/about/how-we-decide", shown(pages.decide)),
        Route("/static/{name}", _static),
        Route("/worker.js", _worker),
        *([Route("/{path:path}", shown(lost))] if last else []),
    ]
