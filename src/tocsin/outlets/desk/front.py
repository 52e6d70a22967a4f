"""The desk put together: its addresses, its screen, its stream, and what it writes into the journal."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tocsin.codec import change_json, encode, instant, picture_json
from tocsin.decisions.verbs import VERBS
from tocsin.outlets.answers import Refusal
from tocsin.outlets.desk.accounts import Accounts
from tocsin.outlets.desk.acts import Acts
from tocsin.outlets.desk.doors import Doors
from tocsin.outlets.desk.explanation import Why, plain
from tocsin.outlets.desk.floor import Floor
from tocsin.outlets.desk.foresight import Foresight, Reach
from tocsin.outlets.desk.guard import Guard, Handler, ask, page, tell
from tocsin.outlets.desk.nights import Beside, Nights, newest_red
from tocsin.outlets.desk.sessions import Session, Sessions
from tocsin.outlets.desk.store import Store
from tocsin.outlets.errors import OutletError
from tocsin.outlets.hall import UnwrittenError
from tocsin.outlets.intake import Parse
from tocsin.outlets.pages import version
from tocsin.render import desk as screen
from tocsin.render.cap import Issuer
from tocsin.render.desk_acts import explained
from tocsin.render.desk_values import Night
from tocsin.render.naming import Names
from tocsin.render.page import Frame
from tocsin.render.words import LANGUAGES, bundled, negotiate

__all__ = ["Desk", "accounts_file", "opened"]

log = logging.getLogger(__name__)

LIVE, EXERCISE = "/desk", "/exercise/desk"
_LOOK = 0.25
"""Seconds between looks at what is new, so at most four events a second to a screen."""
_BEAT = 5.0
_STREAMS = 60
_DRAIN = 1.0


class Chosen(Protocol):
    """The settings that say where accounts are kept and how long sessions last."""

    @property
    def host(self) -> str:
        """The address that is listened on."""

    @property
    def journal(self) -> str:
        """The journal's file."""

    @property
    def exercise(self) -> bool:
        """Whether all of this is an exercise."""

    @property
    def desk(self) -> DeskConf:
        """The desk's own table."""


class DeskConf(Protocol):
    """The table ``[desk]``."""

    @property
    def accounts(self) -> str | None:
        """The file of accounts."""

    @property
    def idle(self) -> float:
        """Seconds without an act before one proves oneself again."""

    @property
    def longest(self) -> float:
        """Seconds that a session lasts."""


def loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def accounts_file(settings: Chosen) -> str:
    """Return where accounts are kept: where the settings say, or beside the journal."""
    if settings.desk.accounts is not None:
        return settings.desk.accounts
    return (
        settings.journal
        if settings.journal == ":memory:"
        else str(Path(settings.journal).with_suffix(".accounts"))
    )


class Desk:
    """The duty desk of one server. An exercise's is at another address, with cookies of its own (R2)."""

    def __init__(
        self,
        floor: Floor,
        settings: Chosen,
        *,
        issuer: Issuer,
        reach: Sequence[Reach],
        parse: Parse,
        beside: Beside | None = None,
    ) -> None:
        self._floor = floor
        if not (loopback(settings.host) or (floor.settings.base_url or "").startswith("https://")):
            log.warning(
                "the desk is reached without encryption; put it behind TLS and set base_url (docs/desk.md)"
            )
        self.base = EXERCISE if settings.exercise else LIVE
        store = Store(accounts_file(settings), exercise=settings.exercise)
        self.accounts = Accounts(store, "Tocsin exercise" if settings.exercise else "Tocsin")
        self._sessions = Sessions(store, self.accounts, settings.desk.idle, settings.desk.longest)
        self._guard = Guard(floor, self._sessions, self.base, floor.settings.base_url)
        self._doors = Doors(floor, self._guard, self.accounts, self._sessions, self.frame)
        foresight = Foresight(floor, issuer, reach)
        self._acts = Acts(floor, self._guard, self._doors, foresight, parse, frame=self.frame)
        self._nights = Nights(floor, self.base, [name for name, _ in reach], beside or Beside())
        self._why = Why(floor)
        self._names = Names(register=floor.world.register, weapons=floor.world.weapons)
        self._streams = 0
        self._untold: str | None = None

    # --- what runs beside the rest

    async def run(self) -> None:
        """Write into the journal whatever happens to accounts and sessions, each once, in order."""
        while True:
            try:
                await self._drain()
            except (OutletError, sqlite3.Error) as error:
                self._untold = str(error)
            await asyncio.sleep(_DRAIN)

    async def _drain(self) -> None:
        for number, order in await asyncio.to_thread(self.accounts.untold):
            try:
                (received,) = await self._floor.submit([order])
                if received.problem is not None:
                    # The accounts come from a backup: their numbers were used before.
                    fresh = msgspec.structs.replace(order, key=f"{order.key}-{secrets.token_hex(4)}")
                    await self._floor.submit([fresh])
            except UnwrittenError as error:
                self._untold = f"what happens at the desk is not in the journal yet: {error.what}"
                return
            await asyncio.to_thread(self.accounts.told, number)
        self._untold = None

    def condition(self) -> str | None:
        """Tell what is degraded."""
        return self._untold

    # --- pages

    def frame(self, request: Request) -> Frame:
        """Choose language and mood of a page."""
        asked = request.query_params.get("lang")
        lang = asked if asked in LANGUAGES else negotiate(request.headers.get("accept-language", ""))
        settings = self._floor.settings
        return Frame(
            words=bundled(lang),
            now=self._floor.clock(),
            path=self.base,
            mode="exercise" if settings.exercise else "demo" if settings.demo else "live",
            chosen=asked in LANGUAGES,
            version=version(),
        )

    async def screen(self, request: Request) -> Response:
        """Show the night, now or as it was known at a moment."""
        session = self._guard.session(request)
        if session is None:
            return self._doors.to_sign_in(request)
        known_at = _moment(request)
        night = await self._nights.of(session.seat, known_at)
        frame = self.frame(request)
        if night.known_at is not None:
            frame = msgspec.structs.replace(
                frame, past=known_at, query=f"&known_at={instant(night.known_at)}"
            )
        return page(screen.page(night, frame))

    async def panels(self, request: Request) -> Response:
        """Give the screen's panels, and reports after an entry's number."""
        session = self._guard.enter(request)
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= 15):
            raise Refusal(400, "after", "is no number", "Send an entry's number.", code="refused")
        have = frozenset(request.query_params.get("have", "")[:2000].split(","))
        night, frame = await self._nights.of(session.seat, _moment(request)), self.frame(request)
        told: dict[str, dict[str, str]] = {}
        for name, html in screen.panels(night, frame).items():
            digest = hashlib.sha256(html.encode()).hexdigest()[:12]
            told[name] = (
                {"digest": digest} if f"{name}:{digest}" in have else {"digest": digest, "html": html}
            )
        reports = [
            {"number": number, "html": html} for number, html in screen.reports(night, frame, int(after))
        ]
        return tell(
            {
                "number": night.number,
                "entry": night.entry,
                "at": instant(night.known_at or night.now),
                "panels": told,
                "reports": reports,
                "seat": session.seat,
            }
        )

    async def data(self, request: Request) -> Response:
        """Give all that the screen shows, as JSON."""
        session = self._guard.enter(request)
        night = await self._nights.of(session.seat, _moment(request))
        return tell({**_told(night), **self._floor.settings.marks})

    async def verbs(self, request: Request) -> Response:
        """Give the orders that there are, what each acts on, and what it may say."""
        self._guard.enter(request)
        return tell({"verbs": list(VERBS.values())})

    async def explain(self, request: Request) -> Response:
        """Tell why, of anything that has an id."""
        self._guard.enter(request)
        wanted = str(request.path_params["id"])[:400]
        found = await self._why.of(wanted)
        if found is None:
            raise Refusal(
                404, wanted[:80], "is explained by nothing", "Take an id of the screen.", code="lost"
            )
        if "text/html" in request.headers.get("accept", ""):
            return page(explained(wanted, found.moments, self._names, self.frame(request)))
        return tell(plain(found))

    # --- the stream

    async def stream(self, request: Request) -> Response:
        """Tell a screen, as it happens, that something is new; it fetches what."""
        session = self._guard.enter(request)
        if self._streams >= _STREAMS:
            remedy = "Close screens that nobody looks at."
            raise Refusal(503, "stream", "too many screens are open", remedy, code="busy")
        told = {
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return StreamingResponse(self._events(request, session), 200, told, "text/event-stream")

    async def _events(self, request: Request, session: Session) -> AsyncIterator[bytes]:
        """Give events for as long as the session lasts and the browser listens."""
        self._streams += 1
        try:
            state, beat = self._floor.state, 0.0
            seen, seat = (state.number, state.changed), session.seat
            yield _event("desk", {"number": seen[1], "entry": seen[0], "red": []})
            while not self._floor.streams.closed:
                await asyncio.sleep(_LOOK)
                beat += _LOOK
                state = self._floor.state
                now = (state.number, state.changed)
                if now != seen:
                    changes = self._floor.desk_changes(seen[1], 5000) if now[1] > seen[1] else ()
                    yield _event("desk", {"number": now[1], "entry": now[0], "red": newest_red(changes)})
                    seen = now
                if beat >= _BEAT:
                    beat = 0.0
                    current = self._guard.session(request)
                    if current is None:
                        yield _event("end", {"sign_in": f"{self.base}/sign-in"})
                        return
                    if (current.seat.asleep, current.seat.role) != (seat.asleep, seat.role):
                        seat = current.seat
                        yield _event("seat", seat)
                    yield _event("heartbeat", {"at": instant(self._floor.wall())})
        finally:
            self._streams -= 1

    # --- addresses

    def routes(self) -> list[Route]:
        """The desk's addresses; they belong before those of the pages, which answer whatever is left."""
        doors, acts = self._doors, self._acts
        ways: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "", self.screen),
            ("GET", "/panels", self.panels),
            ("GET", "/data", self.data),
            ("GET", "/verbs", self.verbs),
            ("GET", "/stream", self.stream),
            ("GET", "/explain/{id:path}", self.explain),
            ("GET", "/sign-in", doors.sign_in_page),
            ("POST", "/sign-in", doors.sign_in),
            ("POST", "/sign-out", doors.sign_out),
            ("GET", "/enrol/{token}", doors.enrol_page),
            ("POST", "/enrol/{token}", doors.enrol),
            ("POST", "/wake", doors.wake),
            ("POST", "/touch", doors.touch),
            ("POST", "/passkey/begin", doors.begin),
            ("POST", "/passkey/finish", doors.finish),
            ("POST", "/passkey/add/begin", doors.begin_adding),
            ("POST", "/passkey/add/finish", doors.finish_adding),
            ("GET", "/account", doors.account_page),
            ("POST", "/account", doors.account),
            ("POST", "/preview", acts.preview),
            ("POST", "/orders", acts.order),
            ("POST", "/approvals", acts.approval),
            ("POST", "/phoned", acts.phoned),
        )
        made = [Route(self.base + path, ask(handler), methods=[method]) for method, path, handler in ways]
        made.append(Route(self.base + "/", self._elsewhere, methods=["GET"]))
        if self.base != LIVE:
            made += [
                Route(LIVE, self._elsewhere, methods=["GET"]),
                Route(LIVE + "/{rest:path}", self._elsewhere, methods=["GET"]),
            ]
        return made

    async def _elsewhere(self, request: Request) -> Response:
        """Send whoever is at the door next to it, or asks an exercise for the live desk, to where the desk is."""
        del request
        return RedirectResponse(self.base, 303)


def _moment(request: Request) -> datetime | None:
    """Return the moment of a look back, None for now."""
    text = request.query_params.get("known_at", "").strip()
    if not text:
        return None
    remedy = "Write it as 2024-12-20T09:30:00Z."
    try:
        at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        at = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(400, "known_at", f"{text[:40]!r} is no time", remedy, code="refused") from None
    if not timedelta(0) < at - datetime(1970, 1, 1, tzinfo=UTC) < timedelta(days=365 * 230):
        raise Refusal(400, "known_at", f"{text[:40]!r} is no time of ours", remedy, code="refused")
    return at


def _event(name: str, value: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode(value))


def _told(night: Night) -> Mapping[str, Any]:
    """Return a night for JSON: all of it but what never changes."""
    told = {
        name: getattr(night, name)
        for name in night.__struct_fields__
        if name not in {"names", "places", "picture", "changes", "shadow"}
    }
    return {
        **told,
        "picture": picture_json(night.picture),
        "changes": [change_json(one) for one in night.changes],
        "shadow": [change_json(one) for one in night.shadow],
    }


def opened(settings: Chosen) -> Accounts:
    """Open the accounts of a server, as the command line does; OutletError where that can't be."""
    path = accounts_file(settings)
    if path == ":memory:":
        raise OutletError(path, "keeps no accounts", "Name the journal or the accounts' file.")
    return Accounts(
        Store(path, exercise=settings.exercise), "Tocsin exercise" if settings.exercise else "Tocsin"
    )
