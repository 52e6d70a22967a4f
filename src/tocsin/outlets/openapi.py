"""The OpenAPI document, made from the same declarations that the routes are made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.model import (
    Alarm,
    Alert,
    AreaState,
    Claim,
    Coverage,
    Incident,
    Ledgers,
    Picture,
    Problem,
    Statement,
    Threat,
)

__all__ = ["Endpoint", "Parameter", "document"]

NOUNS = (Alarm, Alert, AreaState, Claim, Coverage, Incident, Ledgers, Picture, Problem, Statement, Threat)

Handler = Callable[[Request], Awaitable[Response]]


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a path or a query."""

    name: str
    does: str
    within: str = "query"
    kind: str = "string"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One way in: method and path, who answers, what it does, what comes back."""

    method: str
    path: str
    handler: Handler | None
    """None where something before Starlette answers (the stream, snapshots)."""
    does: str
    answers: dict[str, str]
    parameters: tuple[Parameter, ...] = ()
    media: str = "application/json"
    schema: str | None = None
    takes: dict[str, Any] | None = None
    secured: tuple[str, ...] = ()


REPORT = {
    "type": "object",
    "properties": {
        "id": {
            "type": "string",
            "description": "The source's own id; made of the content where it is missing.",
        },
        "source": {
            "type": "string",
            "description": "Whose report it is; the key's source where it is missing.",
        },
        "text": {"type": "string", "description": "The words, exactly as they were said."},
        "stated_at": {"type": "string", "format": "date-time"},
        "replaces": {"type": "string", "description": "Id of the report that this one edits."},
        "reply_to": {"type": "string"},
        "forwarded_from": {"type": "string"},
        "url": {"type": "string", "format": "uri"},
        "retrieved_at": {"type": "string", "format": "date-time"},
        "media": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["sha256"],
                "properties": {"sha256": {"type": "string"}, "url": {"type": "string"}},
            },
        },
        "structured": {"description": "A machine-readable body, any JSON."},
        "deletes": {"type": "string", "description": "Id of the report that the source took back."},
    },
}
RECEIPT = {
    "type": "object",
    "properties": {
        "accepted": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "number": {"type": "integer"}},
            },
        },
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "index": {"type": "integer"},
                    "where": {"type": "string"},
                    "what": {"type": "string"},
                    "remedy": {"type": "string"},
                },
            },
        },
    },
}


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these endpoints."""
    _, nouns = msgspec.json.schema_components(NOUNS, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tocsin",
            "version": version,
            "description": "Air-raid warnings and the record of strikes, each traceable to the words that said it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {**nouns, "Report": REPORT, "Receipt": RECEIPT},
            "securitySchemes": {
                "source": {"type": "http", "scheme": "bearer", "description": "A source's token."},
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Tocsin-Signature",
                    "description": "HMAC-SHA256 over time, nonce and body, with Tocsin-Source, -Time and -Nonce.",
                },
                "desk": {"type": "http", "scheme": "bearer", "description": "The desk's token."},
            },
        },
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    told: dict[str, Any] = {"summary": one.does, "responses": {}}
    if one.parameters:
        told["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.within,
                "required": parameter.within == "path",
                "description": parameter.does,
                "schema": {"type": parameter.kind},
            }
            for parameter in one.parameters
        ]
    if one.takes is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": one.takes}}}
    if one.secured:
        told["security"] = [{name: []} for name in one.secured]
    for status, does in one.answers.items():
        content: dict[str, Any] = {}
        if status.startswith("2"):
            schema = {"$ref": f"#/components/schemas/{one.schema}"} if one.schema else {"type": "object"}
            content = {
                one.media: {"schema": schema if one.media == "application/json" else {"type": "string"}}
            }
        elif status.startswith(("4", "5")):
            content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        told["responses"][status] = {"description": does} | ({"content": content} if content else {})
    return told
