"""Who is asking, and may they: every request to the desk comes past here.

A stranger gets no byte of the desk. An act needs a session that is awake, the session's own token in the request,
and a browser that says it comes from our own page.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tocsin.codec import encode
from tocsin.outlets.answers import Refusal
from tocsin.outlets.desk.passkeys import Party, party_of
from tocsin.outlets.desk.sessions import Opened, Session, Sessions
from tocsin.outlets.errors import OutletError
from tocsin.render.desk_values import may
from tocsin.render.page import headers

__all__ = ["Guard", "Handler", "ask", "page", "said", "tell"]

LARGEST = 256 * 1024
"""Bytes of a request to the desk."""
_FIELDS = 60
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

Handler = Callable[[Request], Awaitable[Response]]


class Wall(Protocol):
    """What the guard asks of the app."""

    def wall(self) -> datetime:
        """Tell the real time."""


def tell(value: object, status: int = 200, extra: Mapping[str, str] | None = None) -> Response:
    """Make a JSON answer of the desk: for nobody else's page, and for no cache."""
    told = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "vary": "cookie",
        **(extra or {}),
    }
    return Response(encode(value), status, told, "application/json")


def page(body: str, status: int = 200) -> Response:
    """Make a page of the desk."""
    more = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        # With no-referrer a browser names no origin in forms, and we ask for one.
        "Referrer-Policy": "same-origin",
        "Vary": "Cookie, Accept-Language",
    }
    return Response(body, status, {**headers(), **more}, "text/html; charset=utf-8")


def said(
    fields: Mapping[str, Any], name: str, most: int, *, needed: bool = False, lines: bool = False
) -> str:
    """Return a field as text; a Refusal where it is none, too long, or holds signs that nobody types."""
    value = fields.get(name)
    if value is None or value == "":
        if needed:
            raise Refusal(422, name, "is missing", f"Give {name}.", code="refused")
        return ""
    if not isinstance(value, str):
        raise Refusal(422, name, "is no text", f"Give {name} as a text.", code="refused")
    if len(value) > most:
        raise Refusal(422, name, f"has {len(value)} characters", f"Keep it to {most}.", code="refused")
    if _CONTROL.search(value) or (not lines and "\n" in value):
        raise Refusal(422, name, "holds control or direction characters", "Type it anew.", code="refused")
    return value


def ask(handler: Handler) -> Handler:
    """Answer refusals in the desk's own way, readable by no other origin."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            told = msgspec.to_builtins(refusal.problem) | refusal.more
            return tell(told, refusal.status, refusal.headers)
        except OutletError as error:  # the journal or the accounts could not be written or read
            told = {"where": error.where, "what": error.what, "remedy": error.remedy, "code": "unwritten"}
            return tell(told, 503, {"retry-after": "5"})

    return answered


class Guard:
    """The desk's doorkeeper. ``base`` is where the desk is; an exercise's is elsewhere (R2)."""

    def __init__(self, wall: Wall, sessions: Sessions, base: str, base_url: str | None) -> None:
        self._wall = wall
        self._sessions = sessions
        self.base = base
        self._base_url = base_url

    # --- where we are

    def secure(self, request: Request) -> bool:
        """Tell whether the browser reaches us encrypted, by ourselves or through a proxy that says so."""
        return request.url.scheme == "https" or (self._base_url or "").startswith("https://")

    def origin(self, request: Request) -> str:
        """Return how the browser calls us."""
        scheme = "https" if self.secure(request) else "http"
        return f"{scheme}://{request.headers.get('host', '')}"

    def link(self, request: Request, path: str) -> str:
        """Return the address of a path of the desk, to be handed to somebody."""
        return f"{self._base_url or self.origin(request)}{self.base}{path}"

    def party(self, request: Request) -> Party | None:
        """Return to whom passkeys are given here, None where there can be none."""
        return party_of(self._base_url, request.headers.get("host", ""))

    def onward(self, wanted: str) -> str:
        """Return where to go after signing in: a path of the desk, never anybody else's."""
        parts = urlsplit(wanted) if len(wanted) <= 500 and wanted.isprintable() else urlsplit("")
        path = parts.path
        ours = path == self.base or path.startswith(f"{self.base}/")
        if parts.scheme or parts.netloc or not ours or "\\" in wanted or "//" in path or ".." in path:
            return self.base
        if path.startswith((f"{self.base}/sign-", f"{self.base}/enrol")):
            return self.base
        where = quote(path, safe="/-._~")
        return f"{where}?{quote(parts.query, safe='=&:+%-._~')}" if parts.query else where

    # --- cookies

    def _names(self, request: Request) -> tuple[str, str]:
        front = "__Secure-" if self.secure(request) else ""
        kind = "tocsin-exercise" if self.base != "/desk" else "tocsin-desk"
        return f"{front}{kind}", f"{front}{kind}-known"

    def give(self, request: Request, response: Response, opened: Opened) -> None:
        """Hand a browser its session."""
        session, device = self._names(request)
        lasts = int((opened.until - self._wall.wall()).total_seconds())
        for name, value, seconds in ((session, opened.token, lasts), (device, opened.device, 90 * 86400)):
            response.set_cookie(
                name,
                value,
                max_age=seconds,
                path=self.base,
                secure=self.secure(request),
                httponly=True,
                samesite="strict",
            )

    def take(self, request: Request, response: Response) -> None:
        """Take a browser's session away."""
        name = self._names(request)[0]
        response.delete_cookie(
            name, path=self.base, secure=self.secure(request), httponly=True, samesite="strict"
        )

    def device(self, request: Request) -> str | None:
        """Return the token by which a browser is known again."""
        return request.cookies.get(self._names(request)[1])

    def session(self, request: Request) -> Session | None:
        """Return the session of a request."""
        return self._sessions.of(request.cookies.get(self._names(request)[0]), self._wall.wall())

    # --- past the guard

    def enter(self, request: Request, need: str = "viewer") -> Session:
        """Let somebody look; a Refusal where they are not signed in or may not."""
        session = self.session(request)
        if session is None:
            had = self._names(request)[0] in request.cookies
            refusal = Refusal(
                401,
                "session",
                "has ended" if had else "there is none",
                f"Sign in at {self.base}/sign-in; what you wrote can be sent again.",
                code="expired" if had else "stranger",
                sign_in=f"{self.base}/sign-in",
            )
            raise refusal
        if not may(session.seat.role, need):
            what = f"{session.seat.role} may not do this"
            raise Refusal(403, "role", what, f"It takes the role {need}.", code="role")
        return session

    async def act(
        self, request: Request, need: str = "operator", *, awake: bool = True
    ) -> tuple[Session, dict[str, Any]]:
        """Let somebody act, and return what they sent; a Refusal where anything is amiss."""
        self.expect_own_page(request)
        fields = await self.fields(request)
        session = self.enter(request, need)
        token = request.headers.get("x-csrf") or fields.pop("csrf", "")
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), session.seat.csrf.encode()):
            remedy = "Load the page anew and send it again."
            raise Refusal(403, "csrf", "is missing or another session's", remedy, code="csrf")
        if awake and session.seat.asleep:
            remedy = "Show again who you are, by code or passkey; then send it again."
            raise Refusal(401, "session", "is asleep", remedy, code="asleep")
        self._sessions.touch(session, self._wall.wall())
        return session, fields

    def expect_own_page(self, request: Request) -> None:
        """Refuse what another site's page made a browser send."""
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin")
        ours = {self.origin(request), *((self._base_url,) if self._base_url else ())}
        if site not in {"same-origin", "none"} or (origin is not None and origin not in ours):
            remedy = "Use the desk's own page; behind a proxy, set base_url and pass Host on."
            raise Refusal(403, "origin", "is another site's", remedy, code="origin")

    async def fields(self, request: Request) -> dict[str, Any]:
        """Read what a page sent: a form, or a JSON object; a Refusal where it is neither or too large."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        empty = not kind and request.headers.get("content-length", "0") == "0"
        if not empty and kind not in {"application/x-www-form-urlencoded", "application/json"}:
            raise Refusal(415, "Content-Type", "is not read here", "Send JSON or a form.", code="refused")
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    raise Refusal(413, "body", "is too large", f"Send at most {LARGEST} bytes.", code="large")
        except ClientDisconnect:
            raise Refusal(400, "body", "ended early", "Send it again.", code="refused") from None
        try:
            if kind == "application/json":
                value = msgspec.json.decode(bytes(body))
            else:
                text = body.decode()
                value = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"))
        except (ValueError, RecursionError):
            raise Refusal(
                400, "body", "can't be read", "Send JSON or a form, in UTF-8.", code="refused"
            ) from None
        if not isinstance(value, dict):
            raise Refusal(400, "body", "is no object", "Send one JSON object.", code="refused")
        return value
