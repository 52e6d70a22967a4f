"""``/now``: tiny states for caches and sirens, made when something changes and not when somebody asks.

``/now/all.json`` holds every first-level area and whatever is not calm below;
``/now/{code}.json`` one area. Each says its own age and until when it may be
believed, has a strong validator, and answers 304 without touching the state. They
go out packed (brotli, gzip) where the reader takes that.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import brotli
import msgspec

from tocsin.codec import encode, instant
from tocsin.model import AreaState
from tocsin.outlets.answers import etag_matches, strong_etag
from tocsin.outlets.hall import Hall

__all__ = ["Answer", "Snapshots", "coding_of", "packed"]

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

REFRESH = timedelta(seconds=15)
"""An unchanged snapshot is made again after this, so that ``valid_until`` moves on."""
GOOD_FOR = timedelta(seconds=60)
_KEPT = 4096
_SUFFIX = {"": '"', "gzip": '-gz"', "br": '-br"'}
"""What ends the strong validator of each coding: other bytes, another validator (RFC 9110, 8.8.1)."""
_LINES = {200: b"HTTP/1.1 200 OK\r\n", 304: b"HTTP/1.1 304 Not Modified\r\n"}
_NO = re.compile(r"q\s*=\s*0(?:\.0*)?")


class Answer(msgspec.Struct, frozen=True):
    """One answer as it goes out: for ASGI in its parts, for a connection of ours in one piece."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    wire: bytes
    """Status line and headers, without the blank line that ends them."""


class _Made:
    """One snapshot with its answers: whole and "you have it", in each coding, each made when first asked for."""

    __slots__ = ("_answers", "_body", "_common", "_etag")

    def __init__(self, body: bytes, at: datetime) -> None:
        self._body = body
        self._etag = strong_etag(body)[:-1]
        self._answers: dict[tuple[int, str], Answer] = {}
        self._common = (
            (b"last-modified", format_datetime(at.replace(microsecond=0), usegmt=True).encode()),
            (b"cache-control", b"public, max-age=2, stale-if-error=30"),
            (b"access-control-allow-origin", b"*"),
            (b"vary", b"accept-encoding"),
        )

    def answer(self, coding: str, tags: str | None) -> Answer:
        """Give the answer in a coding; 304 where one of ``tags`` (If-None-Match) names this snapshot."""
        etag = self._etag + _SUFFIX[coding]
        # Whoever has it in another coding has it: what it says is the same.
        known = tags is not None and any(etag_matches(tags, self._etag + end) for end in _SUFFIX.values())
        key = (304 if known else 200, coding)
        made = self._answers.get(key)
        if made is None:
            made = self._answers[key] = self._make(*key, etag)
        return made

    def _make(self, status: int, coding: str, etag: str) -> Answer:
        body, headers = b"", [(b"etag", etag.encode()), *self._common]
        if status == 200:
            body = packed(self._body, coding)
            headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
            if coding:
                headers.append((b"content-encoding", coding.encode()))
        lines = (b"%b: %b\r\n" % pair for pair in headers)
        return Answer(status, tuple(headers), body, _LINES[status] + b"".join(lines))


def packed(body: bytes, coding: str) -> bytes:
    """Return a body in a coding: ``br``, ``gzip``, or none."""
    if coding == "br":
        return bytes(brotli.compress(body, quality=5))
    return gzip.compress(body, 6, mtime=0) if coding == "gzip" else body


@lru_cache(512)
def coding_of(accepted: bytes) -> str:
    """Choose the coding for an ``Accept-Encoding``: the smallest that is taken; what is malformed takes none."""
    taken = set()
    for one in accepted.decode("latin-1").lower().split(","):
        name, _, quality = one.partition(";")
        if not _NO.fullmatch(quality.strip()):
            taken.add(name.strip())
    return next((name for name in ("br", "gzip") if name in taken), "")


class Snapshots:
    """Made snapshots by path, each good until the next change or refresh; ``mutes`` names areas that are left out."""

    def __init__(self, hall: Hall, mutes: Callable[[str], bool] | None = None) -> None:
        self._hall = hall
        self._mutes = mutes or (lambda _: False)
        self._made: dict[str, _Made] = {}
        self._number = -1
        self._at: datetime | None = None

    async def __call__(self, path: str, headers: list[tuple[bytes, bytes]], method: str, send: Send) -> bool:
        """Answer a request for ``path`` below ``/now/``; False where there is no such snapshot."""
        found = self.answer(path, headers) if method in {"GET", "HEAD"} else None
        if found is None:
            return False
        await send({"type": "http.response.start", "status": found.status, "headers": [*found.headers]})
        await send({"type": "http.response.body", "body": found.body if method == "GET" else b""})
        return True

    def answer(self, path: str, headers: Iterable[tuple[bytes, bytes]]) -> Answer | None:
        """Return what answers a request for ``path``, None where there is no such snapshot."""
        made = self._current(path)
        if made is None:
            return None
        coding, tags = "", None
        for name, value in headers:
            if name == b"accept-encoding":
                coding = coding_of(value)
            elif name == b"if-none-match":
                tags = value.decode("latin-1")
        return made.answer(coding, tags)

    def body(self, path: str) -> bytes | None:
        """Return the snapshot itself, None where there is none."""
        made = self._current(path)
        return None if made is None else made.answer("", None).body

    def _current(self, path: str) -> _Made | None:
        now = self._hall.clock()
        if (
            self._number != self._hall.publication.last
            or self._at is None
            or not self._at <= now < self._at + REFRESH
        ):
            self._made.clear()
            self._number, self._at = self._hall.publication.last, now
        made = self._made.get(path)
        if made is None and (body := self._write(path, self._at)) is not None:
            if len(self._made) >= _KEPT:
                self._made.clear()
            made = self._made[path] = _Made(body, self._at)
        return made

    def _write(self, path: str, now: datetime) -> bytes | None:
        name = path.removeprefix("/now/").removesuffix(".json")
        if not path.endswith(".json"):
            return None
        if name == "all":
            return encode(self._all(now))
        if self._hall.world.places.area(name) is None:
            return None
        return encode(_one(self._hall.area_state(name)) | self._age(now))

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
            "areas": {code: _one(self._hall.area_state(code)) for code in codes if not self._mutes(code)},
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
