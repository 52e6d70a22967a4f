"""How every answer over HTTP is made: canonical JSON, and problems that say where, what, remedy."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tocsin.codec import encode
from tocsin.model import Problem
from tocsin.outlets.hall import UnwrittenError

__all__ = [
    "Refusal",
    "answer",
    "etag_matches",
    "gone_wrong",
    "http_refusal",
    "preflight",
    "refusal_answer",
    "strong_etag",
]

_CROSS_ORIGIN = {"access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
_GZIP_FROM = 2000
_READING = ("GET", "HEAD")

_REMEDIES = {
    404: "/v1/openapi.json lists the paths.",
    405: "/v1/openapi.json lists the methods.",
}


class Refusal(Exception):  # noqa: N818 - an answer, not a failure of ours
    """A request that is answered with a status of 400 or more, and why."""

    def __init__(self, status: int, where: str, what: str, remedy: str, **more: object) -> None:
        super().__init__(what)
        self.status = status
        self.problem = Problem(where=where, what=what, remedy=remedy)
        self.more = more
        self.headers: dict[str, str] = {}


def answer(
    value: object,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    request: Request | None = None,
    cache: str = "no-store",
) -> Response:
    """Make a JSON answer, gzipped where that pays and the reader takes it."""
    body = value if isinstance(value, bytes) else encode(value)
    told = {**_CROSS_ORIGIN, "cache-control": cache, **(headers or {})}
    wants = request is not None and "gzip" in request.headers.get("accept-encoding", "")
    if wants and len(body) >= _GZIP_FROM:
        body = gzip.compress(body, 3, mtime=0)
        told |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, status, told, "application/json")


def refusal_answer(refusal: Refusal) -> Response:
    """Make the answer that says why not."""
    told = msgspec.to_builtins(refusal.problem) | refusal.more
    return answer(told, refusal.status, headers=refusal.headers)


def preflight(allowed: str) -> Response:
    """Answer OPTIONS: pages of any site may read what is public, without credentials, and write nothing."""
    methods = {one.strip() for one in allowed.split(",")}
    headers = {"allow": ", ".join(sorted({*methods, "OPTIONS"})), "access-control-max-age": "86400"}
    if not methods.isdisjoint(_READING):
        headers |= {
            "access-control-allow-origin": "*",
            "access-control-allow-methods": "GET, HEAD",
            "access-control-allow-headers": "Accept, Cache-Control, If-None-Match, Last-Event-ID",
        }
    return Response(status_code=204, headers=headers)


async def http_refusal(request: Request, error: Exception) -> Response:
    """Answer what Starlette refuses (no such path, no such method) in our own shape."""
    if isinstance(error, Refusal):
        return refusal_answer(error)
    if isinstance(error, UnwrittenError):
        refusal = Refusal(503, error.where, error.what, error.remedy)
        refusal.headers["retry-after"] = "5"
        return refusal_answer(refusal)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405 and request.method == "OPTIONS":
        return preflight((getattr(error, "headers", None) or {}).get("Allow", ""))
    what = error.detail if isinstance(error, HTTPException) else "something went wrong on our side"
    where = f"{request.method} {request.url.path}"
    refusal = Refusal(status, where, what.lower(), _REMEDIES.get(status, "Try again; tell the operator."))
    refusal.headers = dict(getattr(error, "headers", None) or {})
    return refusal_answer(refusal)


async def gone_wrong(request: Request, error: Exception) -> Response:
    """Answer an error of ours without its traceback, which is in the log."""
    del error
    where = f"{request.method} {request.url.path}"
    what = "something went wrong on our side"
    return refusal_answer(Refusal(500, where, what, "Try again; the operator finds it in the log."))


def strong_etag(body: bytes) -> str:
    """Return the strong validator of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


_TAG = re.compile(r'\s*(?:W/)?("[^"]*")\s*(?:,|$)')


def etag_matches(header: str, etag: str) -> bool:
    """Tell whether an ``If-None-Match`` names this validator; what is malformed names nothing."""
    if header.strip() == "*":
        return True
    at, tags = 0, []
    while at < len(header) and (found := _TAG.match(header, at)):
        tags.append(found[1])
        at = found.end()
    return at >= len(header) and etag in tags
