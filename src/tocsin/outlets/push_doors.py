"""How a telephone asks to be told, and asks no more: ``/v1/push``.

Nobody signs in: whoever holds an endpoint may change what is sent to it. A page of another site can't (no CORS).
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.codec import encode
from tocsin.outlets.answers import Refusal
from tocsin.outlets.openapi import Endpoint
from tocsin.outlets.push import PushOutlet
from tocsin.outlets.subscribers import LEVELS, Subscriber, Subscribers

__all__ = ["endpoints"]

_LONGEST = 4096
_PER_MINUTE = 1_200
"""So many may join or leave a minute, all together: nobody is told apart by an address (R38)."""


class Keys(msgspec.Struct, frozen=True):
    """The keys of a browser's subscription, in base64url (Push API, 8.1)."""

    p256dh: str
    auth: str


class Wish(msgspec.Struct, frozen=True):
    """What a telephone sends: the subscription as the browser gives it, the area and the level."""

    endpoint: str
    area: str
    keys: Keys | None = None
    level: str = "yellow"


def _is_key(text: str, length: int) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == length
    except ValueError:
        return False


class _Doors:
    def __init__(self, outlet: PushOutlet, clock: Any) -> None:  # noqa: ANN401 - Callable[[], datetime]
        self._outlet = outlet
        self._clock = clock
        self._asked: deque[datetime] = deque()

    async def key(self, _: Request) -> Response:
        """Tell what a browser needs to subscribe."""
        conf = self._outlet.conf
        return _told({"key": self._outlet.vapid.public, "levels": LEVELS, "days": conf.days})

    async def join(self, request: Request) -> Response:
        """Keep a wish; told until when."""
        wish, now = await self._wish(request), self._clock()
        if wish.keys is None or not _is_key(wish.keys.p256dh, 65) or not _is_key(wish.keys.auth, 16):
            raise Refusal(422, "keys", "are no keys of a subscription", "Send what the browser gave.")
        if wish.level not in LEVELS:
            raise Refusal(422, "level", f"{wish.level[:20]!r} is no level", f"Send {' or '.join(LEVELS)}.")
        until = Subscribers.until(now, self._outlet.conf.days)
        one = Subscriber(
            endpoint=wish.endpoint,
            p256dh=wish.keys.p256dh,
            auth=wish.keys.auth,
            area=wish.area,
            level=wish.level,
            expires=until,
        )
        if not self._outlet.book.add(one):
            raise Refusal(429, "area", "no more wishes are taken", "Drop an area first, or come back later.")
        self._outlet.joined(wish.area)
        return _told({"area": wish.area, "level": wish.level, "expires": until.isoformat()}, 201)

    async def leave(self, request: Request) -> Response:
        """Forget a wish."""
        wish = await self._wish(request)
        gone = self._outlet.book.remove(wish.endpoint, wish.area)
        return Response(status_code=204 if gone else 404)

    async def _wish(self, request: Request) -> Wish:
        self._count()
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST:
                raise Refusal(413, "body", f"is longer than {_LONGEST} bytes", "Send the subscription alone.")
        try:
            wish = msgspec.json.decode(bytes(body), type=Wish)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            remedy = "Send endpoint, keys, area, level."
            raise Refusal(400, "body", f"is no subscription ({error})", remedy) from error
        if len(wish.endpoint) > 1000 or not self._outlet.serves(wish.endpoint):
            remedy = "Subscribe with a browser; the operator can name more services in push.services."
            raise Refusal(422, "endpoint", "is of no push service that we know", remedy)
        if not self._outlet.knows(wish.area):
            raise Refusal(404, "area", f"{wish.area[:40]!r} is no area", "Send its code.")
        return wish

    def _count(self) -> None:
        now = self._clock()
        while self._asked and not now - timedelta(minutes=1) < self._asked[0] <= now:
            self._asked.popleft()
        if len(self._asked) >= _PER_MINUTE:
            raise Refusal(429, "/v1/push", "too many ask at once", "Come back in a minute.")
        self._asked.append(now)


def _told(value: Mapping[str, Any], status: int = 200) -> Response:
    return Response(encode(value), status, {"Cache-Control": "no-store"}, media_type="application/json")


def endpoints(outlet: PushOutlet, clock: Any) -> tuple[Endpoint, ...]:  # noqa: ANN401 - Callable[[], datetime]
    """The ways in of Web Push."""
    doors = _Doors(outlet, clock)
    wish = {
        "type": "object",
        "required": ["endpoint", "area"],
        "properties": {
            "endpoint": {"type": "string", "format": "uri"},
            "keys": {"type": "object", "description": "p256dh and auth, as the browser gives them"},
            "area": {"type": "string", "description": "The area's code."},
            "level": {"type": "string", "enum": list(LEVELS)},
        },
    }
    return (
        Endpoint(
            method="GET",
            path="/v1/push",
            handler=doors.key,
            does="What a browser needs to subscribe to pushes: the key, the levels, for how many days.",
            answers={"200": "the key"},
        ),
        Endpoint(
            method="POST",
            path="/v1/push",
            handler=doors.join,
            does="Ask that a telephone be told of an area, from a level on; it expires by itself.",
            answers={
                "201": "until when",
                "400": "the body is no subscription",
                "404": "there is no such area",
                "413": "the body is too large",
                "422": "a key, level or push service that is none",
                "429": "too many",
            },
            takes=wish,
        ),
        Endpoint(
            method="DELETE",
            path="/v1/push",
            handler=doors.leave,
            does="Ask to be told no more of an area.",
            answers={"204": "forgotten", "404": "there was no such wish"},
            takes=wish,
        ),
    )
