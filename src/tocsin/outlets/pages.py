"""The pages over HTTP, in the reader's language.

No reader is remembered: no cookie, no address, no session (R38). A page is never cached by others; its files are.
One rendering serves everybody who asks for the same page within a second while nothing has changed: when the
sirens sound, thousands ask at once.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from urllib.parse import quote

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.model import AreaRef, Change
from tocsin.outlets.views import Host, Views, newest
from tocsin.render import decide, resident, story
from tocsin.render.map import Part
from tocsin.render.page import Frame, headers, look, render, state_word
from tocsin.render.resident import View
from tocsin.render.words import LANGUAGES, bundled, negotiate

__all__ = ["Pages", "routes", "static", "version"]

_TOLD = 100
_STOPS = 24
_LISTED = 200
_FOUND = 20
_ASKED = 80
_YEARS = (1970, 2200)
_FAR = 7_000_000_000
_DRAGGED = 72 * 60
"""Minutes that the slider reaches back: as long as the record keeps what nobody speaks of."""
_KEPT = 512
_STATIC = {
    "tocsin.css": "text/css",
    "tocsin.js": "text/javascript",
    "story.js": "text/javascript",
    "push.js": "text/javascript",
    "worker.js": "text/javascript",
    "desk.css": "text/css",
    "desk.js": "text/javascript",
    "desk-acts.js": "text/javascript",
    "desk-door.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "manifest-uk.webmanifest": "application/manifest+json",
    "manifest-ru.webmanifest": "application/manifest+json",
    "manifest-en.webmanifest": "application/manifest+json",
}


@cache
def _file(name: str) -> bytes:
    return resources.files("tocsin").joinpath("data", "static", name).read_bytes()


@cache
def version() -> str:
    """Give what tells the files of the pages from those of another release."""
    return hashlib.sha256(b"".join(_file(name) for name in sorted(_STATIC))).hexdigest()[:10]


class Lost(Exception):  # noqa: N818 - it is a page that is lost, not an error
    """There is no such page; the message of ``key`` says why in the reader's words."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class Moved(Exception):  # noqa: N818 - nothing is wrong
    """The page is elsewhere."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Made(msgspec.Struct, frozen=True):
    """A page as it was written, and the moment until which it may serve others too."""

    number: int
    second: int
    body: bytes
    packed: bytes


class Pages:
    """The pages of one app."""

    def __init__(self, app: Host) -> None:
        self._app = app
        self._views = Views(app)
        self._made: dict[tuple[str, ...], Made] = {}

    def frame(self, request: Request, *, plain: bool = False) -> Frame:
        """Choose language and mood of a page; an unknown language is a page that does not exist."""
        asked = request.query_params.get("lang")
        chosen = asked in LANGUAGES
        if asked is not None and not chosen and not plain:
            raise Lost("missing.lang", lang=asked[:40])
        settings = self._app.settings
        return Frame(
            words=bundled(
                asked if chosen and asked else negotiate(request.headers.get("accept-language", ""))
            ),
            now=self._app.clock(),
            # Two slashes in front would make a link to somebody else.
            path="/" + quote(str(request.scope["path"]).lstrip("/"), safe="/"),
            mode="exercise" if settings.exercise else "demo" if settings.demo else "live",
            chosen=chosen,
            kiosk="kiosk" in request.query_params,
            version=version(),
            push=bool(getattr(settings, "outlets", {}).get("push")),
        )

    # --- an area ------------------------------------------------------------------

    def _asked(self, request: Request) -> AreaRef:
        code = str(request.path_params.get("code", self._views.places.root))
        ref = self._views.known(code)
        if ref is None:
            other = self._views.otherwise(code)
            if other is not None:
                raise Moved(self._path(other))
            raise Lost("missing.area", code=code[:40])
        return ref

    async def area(self, request: Request, frame: Frame) -> Response:
        """Answer for one area, or for the country."""
        ref = self._asked(request)
        fragment = "fragment" in request.query_params
        frame = msgspec.structs.replace(frame, path=self._path(ref.code))
        asked = request.query_params.get("known_at")
        moment = _moment(asked) if asked else None
        if moment is not None and moment < frame.now:
            return _html(request, await self._once(ref, moment, frame))
        key = ("area", ref.code, frame.words.lang, str(frame.chosen), str(frame.kiosk), str(fragment))
        made = self._shared(
            key, lambda: resident.page(self._shown(ref, frame), frame, fragment=fragment), ref.code
        )
        return _html(request, made)

    def _shown(self, ref: AreaRef, frame: Frame, asked: datetime | None = None) -> View:
        """Cut what is known to an area, with the moments to which it can be looked back."""
        found = self._views.view(ref)
        return msgspec.structs.replace(found, stops=self._back(ref, frame, asked))

    def _back(self, ref: AreaRef, frame: Frame, asked: datetime | None) -> tuple[tuple[str, str, bool], ...]:
        return tuple(_stops(self._views.stops(ref.code), frame, asked, self._path(ref.code)))

    async def _once(self, ref: AreaRef, moment: datetime, frame: Frame) -> str:
        """Write an area's page as it would have been then, and say that it is a look back."""
        picture = (await self._app.view(known_at=moment)).picture
        stops = self._back(ref, frame, moment)
        then = msgspec.structs.replace(frame, past=moment, now=moment, query="&known_at=" + _iso(moment))
        view = msgspec.structs.replace(self._views.once(ref, picture, moment), stops=stops)
        return resident.page(view, then)

    async def embed(self, request: Request, frame: Frame) -> Response:
        """Answer with the card that others may put into their pages."""
        ref = self._asked(request)
        key = ("embed", ref.code, frame.words.lang, str(frame.chosen))
        made = self._shared(key, lambda: resident.embed(self._views.view(ref), frame), ref.code)
        return _html(request, made, embeddable=True)

    async def near(self, request: Request, frame: Frame) -> Response:
        """List raions and cities with their places on the earth, so that a phone finds itself without telling."""
        body = msgspec.json.encode(self._views.spots(frame.words.lang))
        return _answer(request, body, "application/json", {"Cache-Control": "public, max-age=86400"})

    def _path(self, code: str) -> str:
        return "/" if code == self._views.places.root else f"/area/{code}"

    def _shared(self, key: tuple[str, ...], make: Callable[[], str], code: str | None = None) -> Made:
        """Give a page as it was made within this second, unless something that it shows has changed since."""
        number = self._views.moved(code or self._views.places.root)
        second = int(self._app.clock().timestamp())
        made = self._made.get(key)
        if made is None or (made.number, made.second) != (number, second):
            body = make().encode()
            made = Made(number, second, body, gzip.compress(body, 6, mtime=0))
            if len(self._made) >= _KEPT:
                self._made.clear()
            self._made[key] = made
        return made

    # --- the other pages ------------------------------------------------------------

    async def search(self, request: Request, frame: Frame) -> Response:
        """Find areas by their names in three languages."""
        query = request.query_params.get("q", "")[:_ASKED].strip()
        places, words = self._views.places, frame.words
        found = []
        for area in places.search(query, _FOUND) if query else ():
            if not self._views.ours(area.code):
                continue
            state = self._app.area_state(area.code)
            above = [words.area(places.ref(c)) for c in places.ancestors(area.code) if c != places.root]
            part = Part(
                code=area.code,
                name=words.named(area.names, area.code),
                label=state_word(state, words),
                look=look(state),
                href=frame.href(self._path(area.code)),
            )
            found.append((part, ", ".join(above)))
        return _html(request, render("search.html", frame, query=query, found=found))

    async def story(self, request: Request, frame: Frame) -> Response:
        """Tell what was said and when; ``known_at``, or the ``minute`` that the slider names, looks back."""
        asked, minute = request.query_params.get("known_at"), request.query_params.get("minute", "")
        moment = _moment(asked) if asked else None
        if moment is None and minute.isascii() and minute.isdigit() and len(minute) < 12:
            moment = _moment(_iso(datetime.fromtimestamp(min(int(minute) * 60, _FAR), UTC)))
        if moment is not None and moment >= frame.now:
            moment = None
        key = ("story", _iso(moment) if moment else "", frame.words.lang, str(frame.chosen))
        return _html(request, self._shared(key, lambda: self._story(frame, moment)))

    def _story(self, frame: Frame, moment: datetime | None) -> str:
        changes: Sequence[Change] = self._views.told()
        stops = _stops(changes, frame, moment)
        drag = _drag(changes, frame, moment)
        then = None
        if moment is not None:
            changes = [c for c in changes if c.at <= moment]
            then = self._views.then(changes)
            frame = msgspec.structs.replace(frame, past=moment, query="&known_at=" + _iso(moment))
        recent = tuple(reversed(changes[-_TOLD * 10 :]))
        tellings = story.tell_all(recent, self._views.names, frame.words, self._views.quotes(recent))[:_TOLD]
        older = frame.href("/story", known_at=_iso(tellings[-1].at)) if len(tellings) == _TOLD else None
        tallies = resident.tallies(then, frame) if then else ()
        values = {"tellings": tellings, "stops": stops, "drag": drag, "older": older, "tallies": tallies}
        return render("story.html", frame, **values)

    async def incidents(self, request: Request, frame: Frame) -> Response:
        """List incidents by district, newest first, as the public picture gives them."""

        def make() -> str:
            listed = newest(self._app.now_picture().incidents, _LISTED)
            shown = [resident.happened(one, self._views.names, frame) for one in listed]
            return render("incidents.html", frame, happened=shown)

        return _html(request, self._shared(("incidents", frame.words.lang, str(frame.chosen)), make))

    async def sources(self, request: Request, frame: Frame) -> Response:
        """Tell who is heard, how far each is trusted, when its word was last published."""

        def make() -> str:
            known = sorted(self._app.world.register.values(), key=lambda s: (s.reliability, s.kind, s.id))
            spoke = [(source, self._views.spoke(source.id)) for source in known]
            rows = sorted(spoke, key=lambda row: row[1].timestamp() if row[1] else 0.0, reverse=True)
            return render("sources.html", frame, sources=rows)

        return _html(request, self._shared(("sources", frame.words.lang, str(frame.chosen)), make))

    async def decide(self, request: Request, frame: Frame) -> Response:
        """Tell how we decide, from the policy that is in force."""
        key = ("decide", frame.words.lang, str(frame.chosen))
        make = lambda: decide.page(self._app.world.policy, self._views.names, frame)  # noqa: E731
        return _html(request, self._shared(key, make))

    async def lost(self, request: Request, _frame: Frame) -> Response:
        """Answer where there is no page; a program that lost its way under /v1/ is answered as programs are."""
        if request.url.path.startswith(("/v1/", "/now/")):
            raise HTTPException(404)
        raise Lost("missing.page")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    try:
        # A plus sign in an address that nobody encoded arrives as a space.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
        moment = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Lost("missing.time", value=text[:40]) from None
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise Lost("missing.time", value=text[:40])
    return moment


def _stops(
    changes: Sequence[Change], frame: Frame, asked: datetime | None, path: str = "/story"
) -> list[tuple[str, str, bool]]:
    """The stops of the slider: where something changed, thinned to two dozen."""
    moments = sorted({c.at.replace(second=0, microsecond=0) + timedelta(minutes=1) for c in changes})
    if len(moments) > _STOPS:
        moments = [moments[round(i * (len(moments) - 1) / (_STOPS - 1))] for i in range(_STOPS)]
    return [(frame.words.clock(m), frame.href(path, known_at=_iso(m)), m == asked) for m in moments]


def _drag(changes: Sequence[Change], frame: Frame, asked: datetime | None) -> tuple[int, int, int] | None:
    """The first and last minute that the slider reaches, and the one that is shown, since 1970; None where nothing is told."""
    if not changes:
        return None
    last = int(frame.now.timestamp()) // 60
    first = max(int(changes[0].at.timestamp()) // 60, last - _DRAGGED)
    shown = last if asked is None else int(asked.timestamp()) // 60
    return first, max(last, first + 1), min(max(shown, first), max(last, first + 1))


# --- answers --------------------------------------------------------------------------


def _html(request: Request, body: str | Made, status: int = 200, *, embeddable: bool = False) -> Response:
    plain = body.body if isinstance(body, Made) else body.encode()
    packed = body.packed if isinstance(body, Made) else None
    return _answer(
        request,
        plain,
        "text/html; charset=utf-8",
        headers(embeddable=embeddable),
        status=status,
        packed=packed,
    )


def _answer(
    request: Request,
    body: bytes,
    kind: str,
    extra: Mapping[str, str],
    *,
    status: int = 200,
    packed: bytes | None = None,
) -> Response:
    more = {**extra, "Vary": "Accept-Encoding, Accept-Language"}
    if "gzip" in request.headers.get("accept-encoding", "") and len(body) > 600:
        body = packed or gzip.compress(body, 6, mtime=0)
        more["Content-Encoding"] = "gzip"
    return Response(body, status, headers={**more, "Content-Type": kind})


async def static(request: Request) -> Response:
    """Answer with a file of the pages."""
    name = str(request.path_params["name"])
    if name not in _STATIC:
        return Response("no such file\n", 404, media_type="text/plain")
    fresh = request.query_params.get("v") == version()
    extra = {
        "Cache-Control": "public, max-age=31536000, immutable" if fresh else "public, max-age=300",
        "X-Content-Type-Options": "nosniff",
    }
    return _answer(request, _file(name), _STATIC[name], extra)


async def _worker(request: Request) -> Response:
    return _answer(request, _file("worker.js"), _STATIC["worker.js"], {"Cache-Control": "no-cache"})


Handler = Callable[[Request, Frame], Awaitable[Response]]


def routes(app: Host) -> list[Route]:
    """The pages of an app, with the files that they load; they belong at the end of a table of routes.

    The last of them answers, with help, every address that nothing else answers.
    """
    pages = Pages(app)

    def shown(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request, pages.frame(request))
            except Moved as moved:
                query = f"?{request.url.query}" if request.url.query else ""
                return Response(status_code=307, headers={"Location": moved.path + query, **headers()})
            except Lost as lost:
                frame = pages.frame(request, plain=True)
                why = frame.words.say(lost.key, **lost.values)
                return _html(request, render("missing.html", frame, why=why), 404)

        return endpoint

    return [
        Route("/", shown(pages.area)),
        Route("/area/{code}", shown(pages.area)),
        Route("/embed/{code}", shown(pages.embed)),
        Route("/search", shown(pages.search)),
        Route("/near.json", shown(pages.near)),
        Route("/story", shown(pages.story)),
        Route("/incidents", shown(pages.incidents)),
        Route("/sources", shown(pages.sources)),
        Route("/about/how-we-decide", shown(pages.decide)),
        Route("/static/{name}", static),
        Route("/worker.js", _worker),
        Route("/{path:path}", shown(pages.lost)),
    ]
