"""Every way in over HTTP, declared once: the routes and the OpenAPI document are both made of it."""

from __future__ import annotations

from tocsin.outlets.api import Api
from tocsin.outlets.intake import Intake
from tocsin.outlets.openapi import Endpoint, Parameter

__all__ = ["endpoints"]

_AT = Parameter("at", "The moment in the world; now where it is missing.")
_KNOWN = Parameter("known_at", "As it was known at this moment; now where it is missing.")
_VIEW = Parameter("view", "public, or desk with the desk's token.")
_PAST = (_AT, _KNOWN, _VIEW)
_ASKED = {"200": "the answer", "400": "a time that is none", "401": "the desk's token is missing"}


_NUMBER = Parameter("after", "The number of the last change that you have.", kind="integer")


def endpoints(intake: Intake, api: Api) -> tuple[Endpoint, ...]:
    """Return every way in, in the order of the documentation."""
    return (
        *_reports(intake),
        *_beliefs(api),
        *_things(api),
        *_changes(api),
        *_snapshots(),
        *_files(),
        *_health(api),
    )


def _reports(intake: Intake) -> tuple[Endpoint, ...]:
    """Return how reports come in."""
    one_or_list = {
        "oneOf": [
            {"$ref": "#/components/schemas/Report"},
            {"type": "array", "items": {"$ref": "#/components/schemas/Report"}},
        ]
    }
    return (
        Endpoint(
            method="POST",
            path="/v1/reports",
            handler=intake.post,
            does="Take a report or a list of them; 202 once they are durable. Idempotent by source and id.",
            answers={
                "202": "those that were accepted are durable",
                "400": "the body is no JSON, or not UTF-8",
                "401": "no proof of who sends it, or a replay",
                "403": "the proof is not that source's",
                "408": "the body was not whole in time",
                "409": "the id is taken by another text",
                "413": "the body is too large",
                "415": "the body is not JSON by its type",
                "422": "no report could be taken; why is said",
                "429": "the source sends more than agreed",
                "503": "it could not be made durable; send it again",
            },
            takes=one_or_list,
            schema="Receipt",
            secured=("source", "signature"),
        ),
    )


def _beliefs(api: Api) -> tuple[Endpoint, ...]:
    """Return what tells what is believed."""
    get = [
        ("/v1/alerts", api.alerts, "The alerts that stand.", _PAST, None),
        (
            "/v1/picture",
            api.picture,
            "The state of the world at a moment, as known at a moment.",
            _PAST,
            "Picture",
        ),
        ("/v1/incidents", api.incidents, "Places and moments where sources report effects.", _PAST, None),
        (
            "/v1/ledgers",
            api.ledgers,
            "What sources count, line by line, and what is preferred.",
            _PAST,
            "Ledgers",
        ),
        ("/v1/statements", api.statements, "What parties to the conflict say of their aims.", _PAST, None),
    ]
    return (
        *(
            Endpoint(
                method="GET",
                path=path,
                handler=handler,
                does=does,
                answers=_ASKED,
                parameters=ask,
                schema=schema,
            )
            for path, handler, does, ask, schema in get
        ),
    )


def _things(api: Api) -> tuple[Endpoint, ...]:
    """Return what tells of one thing."""
    return (
        Endpoint(
            method="GET",
            path="/v1/alerts/{id}",
            handler=api.alert,
            does="One alert with its evidence: rule, changes, claims and the words that said them.",
            answers={"200": "the alert", "404": "there is no such alert"},
            parameters=(Parameter("id", "The alert's id.", "path"), _VIEW),
        ),
        Endpoint(
            method="GET",
            path="/v1/areas/{code}",
            handler=api.area,
            does="An area's state now, both layers, by its code or a dialect's id.",
            answers={"200": "the state", "404": "there is no such area"},
            parameters=(Parameter("code", "KATOTTG or ISO 3166-2 code, or a dialect's id.", "path"),),
            schema="AreaState",
        ),
    )


def _changes(api: Api) -> tuple[Endpoint, ...]:
    """Return what tells what changes."""
    return (
        Endpoint(
            method="GET",
            path="/v1/changes",
            handler=api.changes,
            does="Published changes after a number.",
            answers={"200": "the changes, the last number and the chain's head", "400": "no number"},
            parameters=(_NUMBER, Parameter("limit", "At most so many.", kind="integer"), _VIEW),
        ),
        Endpoint(
            method="GET",
            path="/v1/stream",
            handler=None,
            does="Published changes as they come, with heartbeats: server-sent events, or WebSocket where Upgrade asks"
            " for it; resumes by Last-Event-ID or after.",
            answers={
                "200": "the stream",
                "400": "no number",
                "404": "no such area",
                "503": "too many streams",
            },
            parameters=(
                _NUMBER,
                Parameter("area", "Only what concerns this area; several by commas, or said again."),
                Parameter(
                    "Last-Event-ID", "The number of the last change that you have.", "header", "integer"
                ),
            ),
            media="text/event-stream",
        ),
    )


def _snapshots() -> tuple[Endpoint, ...]:
    """Return what is made for caches."""
    return (
        Endpoint(
            method="GET",
            path="/now/all.json",
            handler=None,
            does="Every first-level area and whatever is not calm below, for caches.",
            answers={"200": "the snapshot", "304": "you have it"},
        ),
        Endpoint(
            method="GET",
            path="/now/{area}.json",
            handler=None,
            does="One area's state, for caches and sirens.",
            answers={"200": "the snapshot", "304": "you have it", "404": "there is no such area"},
            parameters=(Parameter("area", "The area's code.", "path"),),
        ),
    )


def _files() -> tuple[Endpoint, ...]:
    """Return what is there to be kept: the public log and CAP (their outlets answer)."""
    return (
        Endpoint(
            method="GET",
            path="/v1/log",
            handler=None,
            does="The public log from a change on: lines of JSON, sealed; `tocsin verify` reads it.",
            answers={"200": "the log", "400": "no number"},
            parameters=(_NUMBER,),
            media="application/x-ndjson",
        ),
        Endpoint(
            method="GET",
            path="/v1/log/key",
            handler=None,
            does="The public key that seals the log.",
            answers={"200": "the key", "404": "nothing is signed here"},
        ),
        *(
            Endpoint(
                method="GET",
                path=f"/cap/feed.{form}",
                handler=None,
                does="The CAP messages that stand, with their addresses.",
                answers={"200": "the feed"},
                parameters=(Parameter("lang", "Language of its titles: uk, ru or en."),),
                media=f"application/{form}+xml",
            )
            for form in ("atom", "rss")
        ),
        Endpoint(
            method="GET",
            path="/cap/{id}.xml",
            handler=None,
            does="One CAP 1.2 message as it was first sent.",
            answers={"200": "the message", "404": "there is no such message"},
            parameters=(Parameter("id", "The message's identifier.", "path"),),
            media="application/cap+xml",
        ),
        Endpoint(
            method="GET",
            path="/cap/{id}.txt",
            handler=None,
            does="One CAP message as plain text for cell broadcast: at most 600 UCS-2 units.",
            answers={"200": "the text", "404": "there is no such message, or no such language"},
            parameters=(
                Parameter("id", "The message's identifier.", "path"),
                Parameter("lang", "Its language: uk, ru or en; uk where it is missing."),
            ),
            media="text/plain",
        ),
    )


def _health(api: Api) -> tuple[Endpoint, ...]:
    """Return what tells how we are."""
    return (
        Endpoint(
            method="GET",
            path="/healthz",
            handler=api.health,
            does="How we are, and what is degraded.",
            answers={"200": "status ok or degraded"},
        ),
        Endpoint(
            method="GET",
            path="/metrics",
            handler=api.metrics,
            does="Counters and gauges in the text format of Prometheus.",
            answers={"200": "the measures"},
            media="text/plain",
        ),
    )
