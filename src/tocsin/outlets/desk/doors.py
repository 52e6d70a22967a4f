"""The desk's doors: signing in and out, enrolling, passkeys, waking, and the page of one's own account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from urllib.parse import quote

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.outlets.answers import Refusal
from tocsin.outlets.desk.accounts import Account, Accounts
from tocsin.outlets.desk.guard import Guard, page, said, tell
from tocsin.outlets.desk.lockout import Lockout
from tocsin.outlets.desk.passkeys import Ceremonies
from tocsin.outlets.desk.proofs import digest, named
from tocsin.outlets.desk.sessions import Session, Sessions
from tocsin.outlets.errors import OutletError
from tocsin.render import desk_signin
from tocsin.render.page import Frame

__all__ = ["Doors", "LockedError"]

_AT_ONCE = 1
"""Passwords that are compared at once: guessers never take more than one core from the alarms."""
_QUEUED = 24


class Wall(Protocol):
    """What the doors ask of the app."""

    def wall(self) -> datetime:
        """Tell the real time."""


class LockedError(Exception):
    """Somebody must wait before the next try."""

    def __init__(self, left: timedelta) -> None:
        super().__init__(str(left))
        self.seconds = int(left.total_seconds()) + 1


class Doors:
    """Endpoints by which people come and go."""

    def __init__(
        self,
        wall: Wall,
        guard: Guard,
        accounts: Accounts,
        sessions: Sessions,
        frame: Callable[[Request], Frame],
    ) -> None:
        self._wall, self._guard, self._frame = wall, guard, frame
        self._accounts, self._sessions = accounts, sessions
        self._lockout = Lockout()
        self._ceremonies = Ceremonies(accounts)
        self._proving = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    # --- proving

    async def proven(self, request: Request, name: str, password: str, code: str) -> Account | None:
        """Return who has proven themselves; LockedError where they must wait, Refusal where too many try at once."""
        kept = named(name) or "?"
        device = self._guard.device(request)
        known = device if self._sessions.known_device(device, kept, self._wall.wall()) else None
        return await self._proved(
            kept,
            digest(known) if known else None,
            partial(self._accounts.proven, name, password, code),
        )

    async def _proved(
        self, name: str, device: str | None, prove: Callable[[datetime], Account | None]
    ) -> Account | None:
        """Let one try at a time go on: proving takes a processor's time, which alarms need more."""
        if self._waiting >= _QUEUED:
            raise Refusal(503, "sign-in", "too many try at once", "Try again in a few seconds.", code="busy")
        self._waiting += 1
        try:
            async with self._proving:
                now = self._wall.wall()
                left = self._lockout.wait(name, device, now)
                if left:
                    raise LockedError(left)
                found = await asyncio.to_thread(prove, now)
        finally:
            self._waiting -= 1
        if found is None:
            if self._lockout.failed(name, device, now) and self._accounts.find(name) is not None:
                self._accounts.tell(now, name, "lock-out", name, why="too many wrong tries")
            return None
        self._lockout.succeeded(name, device)
        return found

    # --- in and out

    async def sign_in_page(self, request: Request) -> Response:
        """Show the form, or go on where somebody is signed in already."""
        onward = self._guard.onward(request.query_params.get("next", ""))
        again = "expired" in request.query_params  # also who is asleep: a form can't show a code
        if self._guard.session(request) is not None and not again:
            return RedirectResponse(onward, 303)
        problem = "desk.signin.expired" if again else None
        return self._sign_in(request, problem, onward=onward)

    def _sign_in(
        self,
        request: Request,
        problem: str | None,
        status: int = 200,
        *,
        name: str = "",
        onward: str = "",
        minutes: int = 0,
    ) -> Response:
        body = desk_signin.sign_in(
            self._frame(request),
            problem=problem,
            minutes=minutes,
            name=name,
            next=onward or self._guard.base,
            passkeys=self._guard.party(request) is not None,
            base=self._guard.base,
        )
        return page(body, status)

    async def sign_in(self, request: Request) -> Response:
        """Open a session for a name, its password and a code."""
        self._guard.expect_own_page(request)
        fields = await self._guard.fields(request)
        name, password = said(fields, "name", 80), said(fields, "password", 1024)
        code, onward = said(fields, "code", 20), self._guard.onward(said(fields, "next", 1000))
        try:
            account = await self.proven(request, name, password, code)
        except LockedError as locked:
            minutes = -(-locked.seconds // 60)
            answer = self._sign_in(
                request, "desk.signin.locked", 429, name=name, onward=onward, minutes=minutes
            )
            answer.headers["Retry-After"] = str(locked.seconds)
            return answer
        if account is None:
            return self._sign_in(request, "desk.signin.wrong", 401, name=name, onward=onward)
        return self._open(request, account, "password and code", RedirectResponse(onward, 303))

    def _open(self, request: Request, account: Account, how: str, response: Response) -> Response:
        before, now = self._guard.session(request), self._wall.wall()
        if before is not None:
            self._sessions.end(before, now)
        self._guard.give(request, response, self._sessions.open(account, how, now))
        response.headers["Cache-Control"] = "no-store"
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        session, _ = await self._guard.act(request, "viewer", awake=False)
        self._sessions.end(session, self._wall.wall())
        response = RedirectResponse(f"{self._guard.base}/sign-in", 303)
        self._guard.take(request, response)
        return response

    # --- enrolling

    async def enrol_page(self, request: Request) -> Response:
        """Show an invitation: the secret for codes, and a form for the password."""
        return self._enrol(request, str(request.path_params["token"]), None)

    def _enrol(self, request: Request, token: str, problem: str | None, status: int = 200) -> Response:
        invited = self._accounts.invitation(token, self._wall.wall())
        if invited is None:
            problem, status = "desk.enrol.gone", 410
        picture = None
        if invited is not None:
            made = segno.make(invited.uri, error="m")
            picture = Markup(made.svg_inline(scale=5, border=4, omitsize=True))  # noqa: S704 - drawn by us
        body = desk_signin.enrol(
            self._frame(request),
            name=invited.name if invited else "",
            role=invited.role if invited else "",
            token=token,
            secret=invited.secret if invited else "",
            uri=invited.uri if invited else "",
            qr=picture,
            problem=problem,
            base=self._guard.base,
        )
        return page(body, status)

    async def enrol(self, request: Request) -> Response:
        """Take the password and the first code; the link is used up."""
        self._guard.expect_own_page(request)
        token = str(request.path_params["token"])
        fields = await self._guard.fields(request)
        password, again = said(fields, "password", 1024), said(fields, "again", 1024)
        code = said(fields, "code", 20)
        if password != again:
            return self._enrol(request, token, "desk.enrol.mismatch", 422)
        async with self._proving:
            wrong = await asyncio.to_thread(self._accounts.enrol, token, password, code, self._wall.wall())
        if wrong is not None:
            return self._enrol(request, token, f"desk.enrol.{wrong}", 422)
        return RedirectResponse(f"{self._guard.base}/sign-in", 303)

    # --- staying

    async def wake(self, request: Request) -> Response:
        """Let somebody act again who shows a fresh code."""
        session, fields = await self._guard.act(request, "viewer", awake=False)
        code = said(fields, "code", 20, needed=True)
        try:
            account = await self._proved(session.name, session.id, partial(self._code, session.name, code))
        except LockedError as locked:
            refusal = Refusal(429, "code", "was wrong too often", "Wait, then try again.", code="locked")
            refusal.headers["retry-after"] = str(locked.seconds)
            raise refusal from None
        if account is None:
            raise Refusal(403, "code", "is wrong or was used", "Wait for the next one.", code="code")
        self._sessions.wake(session, self._wall.wall())
        return self._seat(request)

    def _code(self, name: str, code: str, now: datetime) -> Account | None:
        return self._accounts.find(name) if self._accounts.code_taken(name, code, now) else None

    async def touch(self, request: Request) -> Response:
        """Note that the person is there."""
        await self._guard.act(request, "viewer", awake=False)
        return self._seat(request)

    def _seat(self, request: Request) -> Response:
        return tell(self._guard.enter(request).seat)

    # --- passkeys

    def _party(self, request: Request) -> Any:  # noqa: ANN401 - passkeys.Party
        party = self._guard.party(request)
        if party is None:
            remedy = "Reach the server as localhost, or by its name under https."
            raise Refusal(404, "passkey", "there can be none at this address", remedy, code="refused")
        return party

    async def begin(self, request: Request) -> Response:
        """Begin to sign in by passkey, or to wake one's session."""
        self._guard.expect_own_page(request)
        session = self._guard.session(request)
        account = self._accounts.find(session.name) if session is not None else None
        return tell(self._ceremonies.begin(self._party(request), account, self._wall.wall()))

    async def finish(self, request: Request) -> Response:
        """Open a session for whoever has proven themselves, or wake theirs."""
        self._guard.expect_own_page(request)
        fields = await self._guard.fields(request)
        now = self._wall.wall()
        account = self._ceremonies.finish(
            self._party(request), fields.get("ceremony"), fields.get("credential"), now
        )
        if account is None:
            raise Refusal(
                403, "passkey", "is not known here", "Sign in with password and code.", code="passkey"
            )
        session = self._guard.session(request)
        if session is not None and session.name == account.name:
            self._sessions.wake(session, now)
            return self._seat(request)
        onward = self._guard.onward(said(fields, "next", 1000))
        return self._open(request, account, "passkey", tell({"location": onward}))

    async def begin_adding(self, request: Request) -> Response:
        """Begin to make a passkey for oneself."""
        session, _ = await self._guard.act(request, "viewer")
        account = self._own(session)
        return tell(self._ceremonies.begin_adding(self._party(request), account, self._wall.wall()))

    async def finish_adding(self, request: Request) -> Response:
        """Keep the passkey that was made."""
        session, fields = await self._guard.act(request, "viewer")
        account, now = self._own(session), self._wall.wall()
        if not self._ceremonies.finish_adding(self._party(request), account, fields, now):
            raise Refusal(422, "passkey", "could not be kept", "Begin again.", code="passkey")
        return tell({"passkeys": self._accounts.passkeys(account.name)})

    def _own(self, session: Session) -> Account:
        account = self._accounts.find(session.name)
        assert account is not None  # noqa: S101 - a session belongs to an account
        return account

    # --- one's account, and others'

    async def account_page(self, request: Request) -> Response:
        """Show one's passkeys and sessions; to administrators, everybody."""
        session = self._guard.session(request)
        if session is None:
            return self.to_sign_in(request)
        return self._account(request, session)

    def to_sign_in(self, request: Request) -> Response:
        """Send a browser that is not signed in to the form, and back here afterwards."""
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = quote(self._guard.onward(request.url.path + query), safe="")
        return RedirectResponse(f"{self._guard.base}/sign-in?next={wanted}", 303)

    def _account(
        self,
        request: Request,
        session: Session,
        *,
        link: str | None = None,
        problem: str | None = None,
        status: int = 200,
    ) -> Response:
        seat = session.seat
        body = desk_signin.account(
            self._frame(request),
            seat=seat,
            passkeys=self._accounts.passkeys(seat.operator),
            sessions=self._sessions.sittings(session, self._wall.wall()),
            people=self._accounts.people() if seat.role == "administrator" else (),
            link=link,
            problem=problem,
            passkeys_work=self._guard.party(request) is not None,
            base=self._guard.base,
        )
        return page(body, status)

    async def account(self, request: Request) -> Response:
        """Do what a form of the account page asks for; what is wrong is said on the page."""
        try:
            return await self._accounted(request)
        except Refusal as refusal:
            session = self._guard.session(request)
            if "text/html" not in request.headers.get("accept", ""):
                raise
            if session is None or refusal.more.get("code") == "asleep":
                onward = quote(f"{self._guard.base}/account", safe="")
                return RedirectResponse(f"{self._guard.base}/sign-in?expired=1&next={onward}", 303)
            problem = f"desk.refused.{refusal.problem.where}"
            return self._account(request, session, problem=problem, status=refusal.status)

    async def _accounted(self, request: Request) -> Response:
        session, fields = await self._guard.act(request, "viewer")
        act, now = said(fields, "act", 40), self._wall.wall()
        if act == "end-session":
            self._sessions.end(session, now, said(fields, "id", 40, needed=True))
        elif act == "drop-passkey":
            self._accounts.drop_passkey(session.name, said(fields, "id", 1000, needed=True), now)
        else:
            return self._administer(request, session, act, fields)
        return RedirectResponse(f"{self._guard.base}/account", 303)

    def _administer(self, request: Request, session: Session, act: str, fields: dict[str, Any]) -> Response:
        session = self._guard.enter(request, "administrator")
        name, now = said(fields, "name", 80, needed=True), self._wall.wall()
        if named(name) == session.name:
            remedy = "Another administrator does that."
            raise Refusal(422, "name", "is your own", remedy, code="refused")
        link = None
        try:
            if act == "add-person":
                role = said(fields, "role", 20, needed=True)
                link = self._accounts.add(name, role, session.name, now)
            elif act == "reset":
                link = self._accounts.reset(name, session.name, now)
            elif act in {"disable", "enable"}:
                self._accounts.allow(name, session.name, now, allowed=act == "enable")
            elif act == "role":
                role = said(fields, "role", 20, needed=True)
                self._accounts.give_role(name, role, session.name, now)
            else:
                raise Refusal(422, "act", f"{act!r} is none", "Use the page's forms.", code="refused")
        except OutletError as error:
            raise Refusal(422, error.where, error.what, error.remedy, code="refused") from error
        if link is not None:
            return self._account(request, session, link=self._guard.link(request, f"/enrol/{link}"))
        return RedirectResponse(f"{self._guard.base}/account", 303)
