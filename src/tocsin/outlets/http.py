"""HTTP: every route of version 1, the document that describes them, and where pages and dialects are mounted."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tocsin.outlets.answers import Refusal, answer, gone_wrong, http_refusal, preflight
from tocsin.outlets.api import Api
from tocsin.outlets.hall import Hall, UnwrittenError
from tocsin.outlets.intake import Intake
from tocsin.outlets.openapi import Endpoint, document
from tocsin.outlets.snapshots import Snapshots
from tocsin.outlets.ways import endpoints

__all__ = ["application"]

_STREAM = "/v1/stream"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def application(
    hall: Hall,
    intake: Intake,
    extra: Sequence[BaseRoute] = (),
    pages: Sequence[BaseRoute] = (),
    described_too: Sequence[Endpoint] = (),
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Make the ASGI application: snapshots first, then version 1 with ``extra`` (dialects, CAP), then pages.

    Pages may catch whatever is left, but nothing that machines ask for. ``described_too`` are ways among ``extra``
    that the OpenAPI document tells of.
    """
    ways = endpoints(intake, Api(hall))
    described = answer(
        document((*ways, *described_too), importlib.metadata.version("tocsin")), cache="max-age=300"
    )

    async def openapi(request: Request) -> Response:
        del request
        return described

    routes: list[BaseRoute] = [
        Route(way.path, way.handler, methods=[way.method]) for way in ways if way.handler is not None
    ]
    routes.append(Route("/v1/openapi.json", openapi, methods=["GET"]))
    # A dialect's /v1/alerts/active.json stands before our /v1/alerts/{id}: paths in .json belong to dialects.
    machines = _starlette([*extra, *routes])
    people = _starlette([*extra, *pages])
    snapshots = Snapshots(hall)

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] == "http" and scope["method"] == "OPTIONS" and path.startswith(("/now/", _STREAM)):
            await preflight("GET, HEAD")(scope, receive, send)
            return
        if path.startswith("/now/") and await snapshots(path, scope["headers"], scope["method"], send):
            return
        inner = machines if path.startswith(("/v1/", "/now/", "/healthz", "/metrics")) else people
        await inner(scope, receive, send)

    return outer


def _starlette(routes: Sequence[BaseRoute]) -> Starlette:
    made = Starlette(
        routes=routes,
        exception_handlers={
            Refusal: http_refusal,
            UnwrittenError: http_refusal,
            HTTPException: http_refusal,
            Exception: gone_wrong,
        },
    )
    made.router.redirect_slashes = False
    return made
