"""``/now``: tiny states for caches and sirens, made when something changes and not when somebody asks.

``/now/all.json`` holds every first-level area and whatever is not calm below;
``/now/{code}.json`` one area. Each says its own age and until when it may be
believed, has a strong validator, and answers 304 without touching the state.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec

from tocsin.codec import encode, instant
from tocsin.model import AreaState
from tocsin.outlets.answers import etag_matches, strong_etag
from tocsin.outlets.hall import Hall

__all__ = ["Snapshots"]

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

REFRESH = timedelta(seconds=15)
"""An unchanged snapshot is made again after this, so that ``valid_until`` moves on."""
GOOD_FOR = timedelta(seconds=60)
_KEPT = 4096


class _Made(msgspec.Struct, frozen=True):
    body: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...]


class Snapshots:
    """Made snapshots by path, each good until the next change or refresh."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._made: dict[str, _Made] = {}
        self._number = -1
        self._at: datetime | None = None

    async def __call__(self, path: str, headers: list[tuple[bytes, bytes]], method: str, send: Send) -> bool:
        """Answer a request for ``path`` below ``/now/``; False where there is no such snapshot."""
        if method not in {"GET", "HEAD"}:
            return False
        now = self._hall.clock()
        if (
            self._number != self._hall.publication.last
            or self._at is None
            or not self._at <= now < self._at + REFRESH
        ):
            self._made.clear()
            self._number, self._at = self._hall.publication.last, now
        made = self._made.get(path)
        if made is None:
            made = self._make(path, self._at)
            if made is None:
                return False
            if len(self._made) >= _KEPT:
                self._made.clear()
            self._made[path] = made
        status, body = 200, made.body
        for name, value in headers:
            if name == b"if-none-match" and etag_matches(value.decode("latin-1"), made.etag.decode()):
                status, body = 304, b""
        told = [*made.headers]
        if status == 200:
            told.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body if method == "GET" else b""})
        return True

    def _make(self, path: str, now: datetime) -> _Made | None:
        name = path.removeprefix("/now/").removesuffix(".json")
        if not path.endswith(".json"):
            return None
        if name == "all":
            body = encode(self._all(now))
        elif self._hall.world.places.area(name) is not None:
            body = encode(_one(self._hall.area_state(name)) | self._age(now))
        else:
            return None
        etag = strong_etag(body).encode()
        return _Made(
            body,
            etag,
            (
                (b"content-type", b"application/json"),
                (b"etag", etag),
                (b"last-modified", format_datetime(now.replace(microsecond=0), usegmt=True).encode()),
                (b"cache-control", b"public, max-age=2, stale-if-error=30"),
                (b"access-control-allow-origin", b"*"),
            ),
        )

    def _age(self, now: datetime) -> dict[str, Any]:
        publication = self._hall.publication
        told = {
            "known_at": instant(now),
            "valid_until": instant(now + GOOD_FOR),
            "last": publication.last,
            "head": publication.head,
        }
        told |= self._hall.settings.marks
        return told

    def _all(self, now: datetime) -> dict[str, Any]:
        picture = self._hall.now_picture()
        codes = dict.fromkeys(self._hall.world.places.first_level())
        codes |= dict.fromkeys(alert.area.code for alert in picture.alerts)
        codes |= dict.fromkeys(
            one.area for one in picture.coverage if one.state in {"ACTIVE", "PARTLY", "STALE"}
        )
        age = self._hall.age()
        return {
            "areas": {code: _one(self._hall.area_state(code)) for code in codes},
            "heard_at": instant(age.heard_at) if age.heard_at else None,
            "stale": age.stale,
            **self._age(now),
        }


def _one(state: AreaState) -> dict[str, Any]:
    """Return what a siren must know of an area: the official layer, its age, and whether a warning stands."""
    told: dict[str, Any] = {
        "state": state.state,
        "level": state.level,
        "since": instant(state.since) if state.since else None,
        "last_state": state.last_state,
        "heard_at": instant(state.heard_at) if state.heard_at else None,
        "stale": state.stale,
        "valid_until": instant(state.valid_until) if state.valid_until else None,
        "warning": _highest(state),
    }
    if state.contradicted:
        told["contradicted"] = True
    return told


def _highest(state: AreaState) -> str | None:
    levels = {alert.level or "red" for alert in state.warnings}
    return next((level for level in ("red", "yellow") if level in levels), next(iter(sorted(levels)), None))
