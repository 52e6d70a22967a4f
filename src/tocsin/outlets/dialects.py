"""The doors at which existing clients knock: routes of alerts.in.ua and ukrainealarm over our state.

Only here the dialects meet HTTP: who may ask, how often, what has not been
modified, and when there is no honest answer (503, R34). The bodies are made
by ``tocsin.render.dialects``.
"""

from __future__ import annotations

import hmac
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.model import AreaState, Change, Picture, Source
from tocsin.outlets.hall import outlive
from tocsin.outlets.subscriptions import Address, Subscriptions
from tocsin.places import Gazetteer
from tocsin.render.dialects import alerts_in_ua, ukrainealarm
from tocsin.render.dialects.chronicle import Chronicle
from tocsin.render.dialects.official import Atlas, Moment, moment_of

__all__ = ["ALERTS_IN_UA", "NATIVE", "SIREN", "UKRAINEALARM", "Host", "Mount", "Outlook", "routes"]

log = logging.getLogger(__name__)

T = TypeVar("T")

ALERTS_IN_UA = "alerts.in.ua"
UKRAINEALARM = "ukrainealarm"
SIREN = "siren.pp.ua"

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_STEP = 5_000
_LONGEST_BODY = 8192
_REFRESH = timedelta(seconds=1)
_CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Last-Modified, Retry-After",
}


class Known(Protocol):
    """What does not change while the server runs."""

    @property
    def places(self) -> Gazetteer:
        """All areas."""

    @property
    def register(self) -> Mapping[str, Source]:
        """All sources."""


class Host(Protocol):
    """What a dialect asks of the app."""

    @property
    def world(self) -> Known:
        """Give places and sources."""

    def clock(self) -> datetime:
        """Tell the time."""

    def now_picture(self) -> Picture:
        """Give what is believed now."""

    def area_state(self, code: str) -> AreaState:
        """Give what is said of an area now."""

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Give published changes by number."""


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """One dialect under one path. Without ``tokens`` anybody may ask; without ``per_minute`` however often."""

    dialect: str
    path: str = ""
    tokens: tuple[str, ...] = ()
    per_minute: int | None = None


class Mounted(Protocol):
    """What a setting tells of a mount."""

    @property
    def dialect(self) -> str:
        """Which dialect."""

    @property
    def path(self) -> str:
        """Under which path."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Who may ask; nobody named: everybody."""


NATIVE = (Mount(dialect=ALERTS_IN_UA), Mount(dialect=SIREN))
"""Every dialect at its native paths, for everybody: what ``serve --open`` mounts."""


class Outlook:
    """The official layer as it is now: made anew when something changed, and once a second for what time does."""

    def __init__(self, app: Host, dialect: str) -> None:
        self._app = app
        self.atlas = Atlas(app.world.places, dialect)
        self.chronicle = Chronicle()
        fields = ("after", "last_action", "last_end", "held", "_standing", "_past", "_by_area")
        outlive(app, f"dialect-{dialect}", self.chronicle, fields)
        self._moment: Moment | None = None
        self._catch_up()

    def _catch_up(self) -> bool:
        """Take in what was published since; tells whether anything was."""
        moved = False
        while batch := self._app.changes(self.chronicle.after, _STEP):
            before = self.chronicle.after
            self.chronicle.absorb(batch)
            moved = True
            if self.chronicle.after == before:
                break
        return moved

    def moment(self) -> Moment:
        """Give the moment that answers a request which has just arrived."""
        now = self._app.clock()
        moved = self._catch_up()
        last = self._moment
        if last is None or moved or not last.at <= now < last.at + _REFRESH:
            last = self._moment = moment_of(
                picture=self._app.now_picture(),
                area_state=self._app.area_state,
                register=self._app.world.register,
                chronicle=self.chronicle,
                atlas=self.atlas,
                at=now,
            )
        return last


class _Stamps:
    """When each body last became another one, as whole seconds that never repeat for different bodies."""

    def __init__(self) -> None:
        self._stamps: dict[str, tuple[bytes, datetime, datetime]] = {}

    def of(self, key: str, content: bytes, now: datetime) -> tuple[datetime, datetime]:
        """Give the time to send as ``Last-Modified``, and the true time of the change."""
        digest = blake2b(content, digest_size=16).digest()
        known = self._stamps.get(key)
        if known is not None and known[0] == digest:
            return known[1], known[2]
        second = now.astimezone(UTC).replace(microsecond=0)
        if known is not None:
            second = max(second, known[1] + timedelta(seconds=1))
        self._stamps[key] = (digest, second, now)
        return second, now


class _Quota:
    """How often each key asked within the last minute; keys are our tokens, never addresses (R38)."""

    def __init__(self, per_minute: int | None) -> None:
        self._limit = per_minute
        self._asked: dict[str, deque[datetime]] = {}

    def allows(self, key: str, now: datetime) -> bool:
        """Count a request, unless it is one too many."""
        if self._limit is None:
            return True
        asked = self._asked.setdefault(key, deque())
        while asked and not now - timedelta(minutes=1) < asked[0] <= now:
            asked.popleft()
        if len(asked) >= self._limit:
            return False
        asked.append(now)
        return True


def _not_modified(request: Request, stamp: datetime, now: datetime) -> bool:
    """Tell whether the client has this body already; whatever it sent that is no HTTP date counts as nothing."""
    given = request.headers.get("if-modified-since", "")
    if not given or "if-none-match" in request.headers:
        return False
    try:
        since = parsedate_to_datetime(given)
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return since == stamp or stamp <= since <= now


def _matches(given: str | None, tokens: tuple[str, ...]) -> bool:
    if given is None:
        return False
    return any([hmac.compare_digest(given.encode(), token.encode()) for token in tokens])  # noqa: C419 - all, always


class _Door:
    """What both dialects share: refusals, conditional answers, method and error handling."""

    allowed: tuple[str, ...] = ("GET", "HEAD", "OPTIONS")

    def __init__(self, app: Host, mount: Mounted) -> None:
        self.app = app
        self.mount = mount
        self.outlook = Outlook(app, ALERTS_IN_UA if mount.dialect == ALERTS_IN_UA else UKRAINEALARM)
        self.banner = next((text for flag, text in alerts_in_ua.BANNERS.items() if _is(app, flag)), "")
        # An exercise never answers at the addresses of the real thing (R2).
        self.path = "/exercise" + mount.path if _is(app, "exercise") else mount.path
        self.stamps = _Stamps()
        self._made: dict[str, tuple[Moment, Any]] = {}
        self.quota = _Quota(getattr(mount, "per_minute", None))

    def refuse(self, request: Request) -> Response | None:
        """Answer those who may not ask, or not now."""
        raise NotImplementedError

    def fail(self, status: int, message: str, **headers: str) -> Response:
        """Answer an error in the dialect's form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(
            alerts_in_ua.error_json(message),
            status,
            {**_CROSS_ORIGIN, "Cache-Control": "no-store", **named},
            media_type="application/json",
        )

    def unknown(self, what: str) -> Response:
        """Answer that nothing honest can be said now (R34)."""
        return self.fail(503, f"No current data: {what}", Retry_After="10")

    def once(self, key: str, moment: Moment, make: Callable[[], T]) -> T:
        """Make something of a moment once, for everybody who asks of the same moment."""
        held = self._made.get(key)
        if held is None or held[0] is not moment:
            held = self._made[key] = (moment, make())
        made: T = held[1]
        return made

    def answer(
        self, request: Request, key: str, content: bytes, body: Callable[[datetime], bytes] | None = None
    ) -> Response:
        """Answer with a body, or that it was not modified; ``body`` dresses the content with its true time."""
        now = self.app.clock()
        stamp, changed = self.stamps.of(key, content, now)
        headers = {
            **_CROSS_ORIGIN,
            "Last-Modified": format_datetime(stamp, usegmt=True),
            "Cache-Control": "no-cache",
        }
        if _not_modified(request, stamp, now):
            return Response(status_code=304, headers=headers)
        return Response(
            body(changed) if body is not None else content, headers=headers, media_type="application/json"
        )

    def guard(
        self, handler: Callable[[Request], Awaitable[Response]], allowed: tuple[str, ...]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Wrap a handler: options, wrong methods, refusals, and never a traceback."""

        async def endpoint(request: Request) -> Response:
            allow = ", ".join(allowed)
            if request.method == "OPTIONS":
                return Response(
                    status_code=204,
                    headers={
                        "Allow": allow,
                        "Access-Control-Allow-Origin": "*",
                        "Access-Control-Allow-Methods": allow,
                        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Modified-Since",
                        "Access-Control-Max-Age": "86400",
                    },
                )
            if request.method not in allowed:
                return self.fail(405, "Method not allowed", Allow=allow)
            try:
                return self.refuse(request) or await handler(request)
            except Exception:
                log.exception("dialect %s failed at %s", self.mount.dialect, request.url.path)
                return self.fail(500, "Internal server error")

        return endpoint

    def route(
        self,
        path: str,
        handler: Callable[[Request], Awaitable[Response]],
        allowed: tuple[str, ...] | None = None,
    ) -> Route:
        """Make a route of the dialect under this mount's prefix."""
        guarded = self.guard(handler, allowed or self.allowed)
        return Route(self.path + path, guarded, methods=list(_METHODS), include_in_schema=False)

    async def missing(self, _: Request) -> Response:
        """Answer a path that the dialect doesn't know."""
        return self.fail(404, "Not found")


def _is(app: Host, flag: str) -> bool:
    return bool(getattr(getattr(app, "settings", None), flag, False))


def _uid(text: str) -> int | None:
    """Read an area's number as the dialects write it; nothing else is one."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and str(int(text)) == text:
        return int(text)
    return None


class _AlertsInUa(_Door):
    """alerts.in.ua, versions 1 and 2."""

    def refuse(self, request: Request) -> Response | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        token = given.strip() if scheme.lower() == "bearer" else request.query_params.get("token")
        if self.mount.tokens and not _matches(token, self.mount.tokens):
            return self.fail(401, "Unauthorized: Incorrect token", WWW_Authenticate="Bearer")
        if not self.quota.allows(token or "" if self.mount.tokens else "", self.app.clock()):
            return self.fail(429, "Too many requests: Rate limit exceeded", Retry_After="60")
        return None

    def _list_unknown(self, moment: Moment) -> Response:
        return self.unknown(alerts_in_ua.blind_titles(moment, moment.blind()))

    async def active(self, request: Request) -> Response:
        """Serve all official alerts that stand."""
        moment = self.outlook.moment()
        if not moment.answers_for_all():
            return self._list_unknown(moment)
        alerts = self.once("alerts", moment, lambda: alerts_in_ua.active_alerts(moment))
        content = self.once("active", moment, lambda: msgspec.json.encode(alerts))
        return self.answer(
            request, "active", content, lambda t: alerts_in_ua.envelope(alerts, t, self.banner)
        )

    async def history(self, request: Request) -> Response:
        """Serve the alerts of a region over a period."""
        uid = _uid(request.path_params["uid"])
        length = alerts_in_ua.PERIODS.get(request.path_params["period"])
        moment = self.outlook.moment()
        code = moment.atlas.code_of.get(uid) if uid is not None else None
        if code is None or length is None:
            return self.fail(404, "Not found")
        if not moment.answers_for(code):
            return self.unknown(alerts_in_ua.title(moment.atlas, code))
        key = f"history/{code}/{request.path_params['period']}"
        alerts = self.once(key, moment, lambda: alerts_in_ua.history(moment, code, moment.at - length))
        content = msgspec.json.encode(alerts)
        return self.answer(request, key, content, lambda t: alerts_in_ua.envelope(alerts, t, self.banner))

    def iot_all(self, version: int) -> Callable[[Request], Awaitable[Response]]:
        """Make the handler of the string by uid."""

        async def handler(request: Request) -> Response:
            moment = self.outlook.moment()
            if not moment.answers_for_all():
                return self._list_unknown(moment)
            key = f"iot{version}"
            return self.answer(
                request, key, self.once(key, moment, lambda: alerts_in_ua.iot_string(moment, version))
            )

        return handler

    def iot_by_oblast(self, version: int) -> Callable[[Request], Awaitable[Response]]:
        """Make the handler of the string by oblasts."""

        async def handler(request: Request) -> Response:
            moment = self.outlook.moment()
            if not moment.answers_for_all():
                return self._list_unknown(moment)
            key = f"oblast{version}"
            body = self.once(key, moment, lambda: alerts_in_ua.iot_by_oblast(moment, version))
            return self.answer(request, key, body)

        return handler

    def iot_one(self, version: int) -> Callable[[Request], Awaitable[Response]]:
        """Make the handler of one area's character."""

        async def handler(request: Request) -> Response:
            moment = self.outlook.moment()
            uid = _uid(request.path_params["uid"])
            code = moment.atlas.code_of.get(uid) if uid is not None else None
            if code is None:
                return self.fail(404, "Not found")
            if not moment.answers_for(code):
                return self.unknown(alerts_in_ua.title(moment.atlas, code))
            return self.answer(request, f"one{version}/{code}", alerts_in_ua.iot_one(moment, code, version))

        return handler

    def routes(self) -> list[Route]:
        """List the dialect's routes."""
        found = [
            self.route("/v1/alerts/active.json", self.active),
            self.route("/v1/regions/{uid}/alerts/{period}.json", self.history),
        ]
        for version in (1, 2):
            base = f"/v{version}/iot/active_air_raid_alerts"
            found.append(self.route(f"{base}.json", self.iot_all(version)))
            found.append(self.route(f"{base}_by_oblast.json", self.iot_by_oblast(version)))
            found.append(self.route(f"{base}/{{uid}}.json", self.iot_one(version)))
            found.append(self.route(f"/v{version}/iot/{{rest:path}}", self.missing))
        found.append(self.route("/v1/regions/{rest:path}", self.missing))
        return found


class _UkraineAlarm(_Door):
    """ukrainealarm v3; as siren.pp.ua the same without keys."""

    def __init__(self, app: Host, mount: Mounted, subscriptions: Subscriptions) -> None:
        super().__init__(app, mount)
        self.subscriptions = subscriptions

    def _key(self, request: Request) -> str:
        return request.headers.get("authorization", "").strip()

    def refuse(self, request: Request) -> Response | None:
        key = self._key(request)
        keyed = bool(self.mount.tokens) and self.mount.dialect != SIREN
        if keyed:
            if not key:
                return self.fail(403, "Forbidden: no key")
            if not _matches(key, self.mount.tokens):
                return Response(status_code=401, headers=_CROSS_ORIGIN)
        if not self.quota.allows(key if keyed else "", self.app.clock()):
            return Response(status_code=401, headers=_CROSS_ORIGIN)  # the original's answer; no 429, no body
        return None

    def _find(self, text: str | None) -> tuple[bool, str | None]:
        """Find a region: (whether there is such a region, its code; None for the test region)."""
        uid = _uid(text or "")
        if uid == ukrainealarm.TEST_REGION:
            return True, None
        code = self.outlook.atlas.code_of.get(uid) if uid is not None else None
        return code is not None, code

    def _plain(self, body: bytes) -> Response:
        headers = {**_CROSS_ORIGIN, "Cache-Control": "no-cache"}
        return Response(body, headers=headers, media_type="application/json")

    async def alerts(self, request: Request) -> Response:
        """Serve a record for every region for which something stands."""
        moment = self.outlook.moment()
        if not moment.answers_for_all():
            return self.unknown(_names(moment))
        return self.answer(
            request, "alerts", self.once("alerts", moment, lambda: ukrainealarm.alerts(moment))
        )

    async def region(self, request: Request) -> Response:
        """Serve one region's record."""
        found, code = self._find(request.path_params["region"])
        if not found:
            return self.fail(404, "Not found")
        moment = self.outlook.moment()
        if code is not None and not moment.answers_for(code):
            return self.unknown(ukrainealarm.name(moment.atlas, code))
        body = self.once(f"region/{code}", moment, lambda: ukrainealarm.region_alerts(moment, code))
        return self._plain(body)

    async def status(self, request: Request) -> Response:
        """Serve the number of the last action; as unknown as the list is (an unmoved number reads as calm)."""
        moment = self.outlook.moment()
        if not moment.answers_for_all():
            return self.unknown(_names(moment))
        return self.answer(request, "status", ukrainealarm.status(moment))

    async def region_history(self, request: Request) -> Response:
        """Serve the last alarms of a region."""
        text = request.query_params.get("regionId")
        if text is None:
            return self.fail(400, "regionId is required")
        found, code = self._find(text)
        if not found:
            return self.fail(404, "Not found")
        moment = self.outlook.moment()
        if code is not None and not moment.answers_for(code):
            return self.unknown(ukrainealarm.name(moment.atlas, code))
        body = self.once(f"history/{code}", moment, lambda: ukrainealarm.region_history(moment, code))
        return self._plain(body)

    async def date_history(self, request: Request) -> Response:
        """Serve the alarms of a day."""
        day = _day(request.query_params.get("date"))
        if day is None:
            return self.fail(400, "date is required as YYYYMMDD")
        moment = self.outlook.moment()
        if not moment.answers_for_all():
            return self.unknown(_names(moment))
        return self._plain(ukrainealarm.date_history(moment, day))

    async def regions(self, request: Request) -> Response:
        """Serve the tree of regions."""
        return self.answer(request, "regions", ukrainealarm.regions(self.outlook.atlas))

    async def webhook(self, request: Request) -> Response:
        """Register, replace or remove the address to which this key's events are posted."""
        body = await _short_body(request)
        address = _address(body) if body is not None else None
        if address is None:
            return self.fail(400, "webHookUrl is required: an http or https address")
        key = f"ukrainealarm:{self._key(request)}"
        if request.method == "DELETE":
            if not self.subscriptions.remove(key, address):
                return self.fail(404, "No such webhook")
        elif request.method == "POST" and not self.subscriptions.add(key, address):
            return self.fail(400, "A webhook is registered already: use PATCH")
        elif request.method == "PATCH" and not self.subscriptions.replace(key, address):
            return self.fail(404, "No such webhook: use POST")
        return Response(status_code=200, headers=_CROSS_ORIGIN)

    def routes(self) -> list[Route]:
        """List the dialect's routes."""
        base = "/api/v3"
        return [
            self.route(f"{base}/alerts", self.alerts),
            self.route(f"{base}/alerts/status", self.status),
            self.route(f"{base}/alerts/regionHistory", self.region_history),
            self.route(f"{base}/alerts/dateHistory", self.date_history),
            self.route(f"{base}/alerts/{{region}}", self.region),
            self.route(f"{base}/regions", self.regions),
            self.route(f"{base}/webhook", self.webhook, ("POST", "PATCH", "DELETE", "OPTIONS")),
            self.route(f"{base}/{{rest:path}}", self.missing),
        ]


def _names(moment: Moment) -> str:
    return ", ".join(ukrainealarm.name(moment.atlas, code) for code in moment.blind())


def _day(text: str | None) -> date | None:
    if text is None or len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


async def _short_body(request: Request) -> bytes | None:
    """Read a body that may hold an address; None where it is longer than any."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            return None
    return bytes(body)


def _address(body: bytes) -> Address | None:
    try:
        given: Any = msgspec.json.decode(body)
        return Address.of(given["webHookUrl"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


def routes(app: Host, mounts: Sequence[Mounted], subscriptions: Subscriptions | None = None) -> list[Route]:
    """Make the routes of every mounted dialect, in the order in which they must be tried."""
    book = subscriptions if subscriptions is not None else Subscriptions()
    found: list[Route] = []
    for mount in mounts:
        if mount.dialect == ALERTS_IN_UA:
            found.extend(_AlertsInUa(app, mount).routes())
        else:
            found.extend(_UkraineAlarm(app, mount, book).routes())
    return found
